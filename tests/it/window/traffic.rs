//! The traffic table and the inspector.

use eframe::egui::accesskit::Role;
use eframe::egui::{Event, Key, Modifiers, MouseWheelUnit, Pos2, Rect, vec2};
use egui_kittest::kittest::{NodeT as _, Queryable as _};

use super::driving::{
    Window, click, drag, echo_pair, pick, press, received, rows, say, says, talk, until, until_copied,
};

const SIZE: [f32; 2] = [1440.0, 900.0];

#[test]
fn a_selected_call_fills_the_inspector() {
    let mut harness = echo_pair(SIZE);
    talk(&mut harness, "hello");
    pick(&mut harness, Modifiers::NONE, "client recv(1024) = 5 received: hello");
    let seq = harness.state().selection().call().unwrap();
    // Headings are in capitals.
    assert!(says(&harness, &format!("CALL #{seq}")));
    for part in ["68 65 6c 6c 6f", "In words", "made of", "send #", "took", "started"] {
        assert!(says(&harness, part), "{part}");
    }
    // The link to the other end selects that call.
    let link = harness.get_all_by_label_contains("send #").last().unwrap();
    link.click();
    harness.run_steps(3);
    let send = harness.state().selection().call().unwrap();
    assert_ne!(send, seq);
    assert!(says(&harness, "became"));
}

#[test]
fn the_copy_menu_gives_text_hex_c_and_python() {
    let mut harness = echo_pair(SIZE);
    say(&mut harness, "client", "hi\\n");
    until(&mut harness, "it came back", |harness| received(harness) == 6);
    harness.run_steps(3);
    pick(&mut harness, Modifiers::NONE, "client recv(");
    for (entry, text) in [
        ("As text", "hi\n"),
        ("As hex", "68 69 0a"),
        ("As a C array", "0x68, 0x69, 0x0a"),
        ("As Python bytes", "b'hi\\n'"),
    ] {
        click(&mut harness, "Copy");
        harness.get_by_role_and_label(Role::Button, entry).click();
        let copied = until_copied(&mut harness);
        assert!(copied.contains(text), "{entry}: {copied:?}");
        harness.run_steps(3);
    }
}

#[test]
fn a_row_is_copied_by_its_menu_and_a_range_by_the_keyboard() {
    let mut harness = echo_pair(SIZE);
    talk(&mut harness, "hello");
    pick(&mut harness, Modifiers::NONE, "client send(5)");
    pick(&mut harness, Modifiers::SHIFT, "client recv(1024) = 5");
    harness.event(Event::Copy);
    let text = until_copied(&mut harness);
    assert!(text.lines().count() >= 3, "{text}");
    assert!(text.contains("send(5) = 5") && text.contains("recv(1024) = 5"), "{text}");
}

#[test]
fn a_paused_display_stands_still_while_the_recording_goes_on() {
    let mut harness = echo_pair(SIZE);
    talk(&mut harness, "one");
    click(&mut harness, "Pause traffic, ladder and plots (recording goes on)");
    let held = rows(&harness);
    let calls = harness.state().session().trace().len();
    talk(&mut harness, "two");
    assert_eq!(rows(&harness), held);
    let new = harness.state().session().trace().len() - calls;
    assert!(new >= 4);
    assert!(says(&harness, &format!("paused · {new} new")));
    click(&mut harness, "Go on");
    assert!(rows(&harness).iter().any(|row| row.ends_with(": two")));
}

#[test]
fn latest_comes_when_one_scrolls_away_and_goes_back_to_the_end() {
    let mut harness = echo_pair([1440.0, 620.0]);
    for n in 0..6 {
        talk(&mut harness, &format!("message {n}"));
    }
    let newest = rows(&harness).last().cloned();
    let list = harness.get_by_role_and_label(Role::Grid, "Socket calls").rect();
    harness.hover_at(list.center());
    harness.run_steps(1);
    harness.event(Event::MouseWheel {
        unit: MouseWheelUnit::Point,
        delta: vec2(0.0, 300.0),
        phase: eframe::egui::TouchPhase::Move,
        modifiers: Modifiers::NONE,
        source: eframe::egui::MouseWheelSource::Wheel,
    });
    harness.run_steps(30);
    assert_ne!(rows(&harness).last().cloned(), newest);
    // What comes now does not move what is being read.
    let read = rows(&harness);
    talk(&mut harness, "later");
    assert_eq!(rows(&harness), read);
    click(&mut harness, "latest");
    assert!(rows(&harness).iter().any(|row| row.ends_with(": later")));
}

#[test]
fn clearing_forgets_the_calls_and_the_selection_but_not_the_sockets() {
    let mut harness = echo_pair(SIZE);
    talk(&mut harness, "hello");
    pick(&mut harness, Modifiers::NONE, "client recv(");
    click(&mut harness, "Clear the list");
    assert!(harness.state().session().trace().is_empty());
    assert!(rows(&harness).is_empty());
    talk(&mut harness, "again");
    assert_eq!(rows(&harness).len(), 4);
    pick(&mut harness, Modifiers::NONE, "client send(5)");
    press(&mut harness, Modifiers::COMMAND, Key::L);
    assert_eq!(harness.state().selection().call(), None);
}

#[test]
fn the_arrow_keys_walk_through_the_calls_and_the_inspector_follows() {
    let mut harness = echo_pair(SIZE);
    talk(&mut harness, "hello");
    pick(&mut harness, Modifiers::NONE, "client send(5)");
    let seq = harness.state().selection().call().unwrap();
    press(&mut harness, Modifiers::NONE, Key::ArrowUp);
    assert_eq!(harness.state().selection().call(), Some(seq - 1));
    press(&mut harness, Modifiers::NONE, Key::Home);
    assert_eq!(harness.state().selection().call(), Some(1));
    assert!(says(&harness, "CALL #1"));
    assert!(harness.get_by_role_and_label(Role::Grid, "Socket calls").accesskit_node().is_focused_in_tree());
}

#[test]
fn the_other_half_of_a_selected_call_is_marked_in_every_view() {
    let mut harness = echo_pair(SIZE);
    talk(&mut harness, "hello");
    let mark = "moved the same bytes as the selected call";
    assert!(!says(&harness, mark));
    for (selected, partner) in
        [("server #1 recv(1024) = 5", "client send(5)"), ("client send(5)", "server #1 recv(1024) = 5")]
    {
        pick(&mut harness, Modifiers::NONE, selected);
        harness.run_steps(3);
        let marked: Vec<String> = rows(&harness).into_iter().filter(|row| row.contains(mark)).collect();
        assert!(marked.len() == 1 && marked[0].contains(partner), "{marked:#?}");
        let conversations = harness.query_all_by_role(Role::ListBoxOption).filter_map(|node| {
            let name = node.accesskit_node().label()?;
            (name.contains(mark) && !name.starts_with('#')).then_some(name)
        });
        assert_eq!(conversations.count(), 1, "in the conversation of the other end");
    }
    press(&mut harness, Modifiers::ALT, Key::Num2);
    harness.run_steps(3);
    let marked: Vec<String> = rows(&harness).into_iter().filter(|row| row.contains(mark)).collect();
    assert!(marked.len() == 1 && marked[0].contains("server #1 recv(1024) = 5"), "in the ladder: {marked:#?}");
}

#[test]
fn several_marked_rows_are_summed_up_at_the_foot() {
    let mut harness = echo_pair(SIZE);
    talk(&mut harness, "hello");
    pick(&mut harness, Modifiers::NONE, "client send(5)");
    assert!(!says(&harness, "from the first to the last"));
    pick(&mut harness, Modifiers::SHIFT, "server #1 send(5)");
    assert!(says(&harness, "3 calls · sent 10 B · received 5 B"));
}

#[test]
fn a_copied_row_has_its_remark() {
    let mut harness = echo_pair(SIZE);
    click(&mut harness, "Half-close");
    let ended = |harness: &Window| rows(harness).iter().any(|row| row.contains("recv(1024) = 0"));
    until(&mut harness, "the end has arrived", ended);
    harness.run_steps(3);
    pick(&mut harness, Modifiers::NONE, "server #1 recv(1024) = 0");
    harness.event(Event::Copy);
    let text = until_copied(&mut harness);
    assert!(text.contains("recv(1024) = 0") && text.contains("the peer has ended its side"), "{text}");
}

#[test]
fn the_selected_row_stays_in_sight_when_the_filter_is_cleared() {
    let mut harness = echo_pair(SIZE);
    for n in 0..30 {
        talk(&mut harness, &format!("message {n:02}"));
    }
    press(&mut harness, Modifiers::COMMAND, Key::F);
    super::driving::type_text(&mut harness, "message 03");
    until(&mut harness, "only those are shown", |harness| rows(harness).len() == 4);
    pick(&mut harness, Modifiers::NONE, "client send(10)");
    press(&mut harness, Modifiers::NONE, Key::Escape);
    until(&mut harness, "all are shown", |harness| rows(harness).len() > 4);
    let selected = format!("#{} ", harness.state().selection().call().unwrap());
    assert!(rows(&harness).iter().any(|row| row.starts_with(&selected)), "{:#?}", rows(&harness));
}

/// The names of the headings, from left to right.
fn headings(harness: &Window) -> Vec<String> {
    let mut found: Vec<_> = harness
        .query_all_by_role(Role::ColumnHeader)
        .filter_map(|node| Some((node.rect().left(), node.accesskit_node().label()?)))
        .collect();
    found.sort_by(|one, other| one.0.total_cmp(&other.0));
    found.into_iter().filter_map(|(_, name)| Some(name.split_once(':')?.0.to_owned())).collect()
}

fn heading<'h>(harness: &'h Window, title: &str) -> egui_kittest::Node<'h> {
    let beginning = format!("{title}:");
    let is_it =
        |node: &egui_kittest::Node<'_>| node.accesskit_node().label().is_some_and(|name| name.starts_with(&beginning));
    harness.query_all_by_role(Role::ColumnHeader).find(is_it).unwrap_or_else(|| panic!("no heading {title:?}"))
}

/// Clicks in the table's menu.
#[track_caller]
fn choose(harness: &mut Window, role: Role, name: &str) {
    harness.get_by_role_and_label(role, name).click();
    harness.run_steps(3);
}

/// Opens the table's menu; it finds its place in a few frames.
#[track_caller]
fn open_menu(harness: &mut Window) {
    click(harness, MENU);
    harness.run_steps(8);
}

const MENU: &str = "Order, times and columns of the table";

#[test]
fn the_rows_are_put_in_order_of_their_start_by_a_heading_and_back() {
    let mut harness = echo_pair(SIZE);
    talk(&mut harness, "hello");
    let starts = |harness: &Window| -> Vec<u64> {
        let trace = harness.state().session().trace();
        let number = |row: &String| row.get(1..)?.split(' ').next()?.parse().ok();
        let seqs = rows(harness).iter().filter_map(number).collect::<Vec<u64>>();
        seqs.into_iter().filter_map(|seq| trace.get(seq)).map(|call| call.start.0).collect()
    };
    assert!(!starts(&harness).is_sorted(), "a recv() that waited returned after calls that began later");
    assert!(says(&harness, "in order of completion; calls that still wait stand at the end"));
    pick(&mut harness, Modifiers::NONE, "server #1 recv(1024) = 5");
    let selected = harness.state().selection().call();
    heading(&harness, "start").click();
    harness.run_steps(3);
    assert!(starts(&harness).len() > 5 && starts(&harness).is_sorted(), "{:?}", starts(&harness));
    assert_eq!(harness.state().selection().call(), selected);
    // The arrows go as the rows stand.
    pick(&mut harness, Modifiers::NONE, "server #1 recv(1024) = 5");
    press(&mut harness, Modifiers::NONE, Key::ArrowDown);
    let next = harness.state().selection().call().unwrap();
    let trace = harness.state().session().trace();
    assert!(trace.get(next).unwrap().start > trace.get(selected.unwrap()).unwrap().start);
    talk(&mut harness, "again");
    assert!(starts(&harness).is_sorted());
    heading(&harness, "number").click();
    harness.run_steps(3);
    assert!(!starts(&harness).is_sorted());
}

#[test]
fn only_matches_are_put_in_order_of_their_start_too() {
    let mut harness = echo_pair(SIZE);
    talk(&mut harness, "hello");
    open_menu(&mut harness);
    choose(&mut harness, Role::RadioButton, "By start");
    press(&mut harness, Modifiers::NONE, Key::Escape);
    press(&mut harness, Modifiers::COMMAND, Key::F);
    super::driving::type_text(&mut harness, "op == recv and len == 5");
    until(&mut harness, "two match", |harness| rows(harness).len() == 2);
    let parts = ["server #1 recv(1024) = 5", "client recv(1024) = 5"];
    let shown = rows(&harness);
    assert!(parts.iter().all(|part| shown.iter().any(|row| row.contains(part))), "{shown:#?}");
    press(&mut harness, Modifiers::NONE, Key::Enter);
    let one = harness.state().selection().call();
    press(&mut harness, Modifiers::NONE, Key::F3);
    assert!(one.is_some() && harness.state().selection().call() != one);
}

#[test]
fn columns_are_hidden_moved_and_put_back_from_the_tables_menu_which_stays_open() {
    // Every column has room.
    let mut harness = echo_pair([1800.0, 900.0]);
    talk(&mut harness, "hello");
    let first = headings(&harness);
    assert_eq!(first.len(), 10, "{first:?}");
    open_menu(&mut harness);
    choose(&mut harness, Role::CheckBox, "peer");
    choose(&mut harness, Role::CheckBox, "took");
    choose(&mut harness, Role::CheckBox, "took");
    choose(&mut harness, Role::Button, "Move data to the left");
    press(&mut harness, Modifiers::NONE, Key::Escape);
    let now = headings(&harness);
    assert!(!now.contains(&"peer".to_owned()), "{now:?}");
    assert_eq!(now[now.len() - 2..], ["data", "length"]);
    open_menu(&mut harness);
    choose(&mut harness, Role::Button, "Columns as at first");
    press(&mut harness, Modifiers::NONE, Key::Escape);
    assert_eq!(headings(&harness), first);
}

#[test]
fn the_whole_menu_of_the_table_is_in_sight_where_the_window_has_room_for_it() {
    for height in [760.0, 900.0, 1300.0] {
        let mut harness = echo_pair([1440.0, height]);
        open_menu(&mut harness);
        let window = Rect::from_min_size(Pos2::ZERO, vec2(1440.0, height));
        let reset = harness.get_by_role_and_label(Role::Button, "Columns as at first").rect();
        assert!(window.contains_rect(reset), "{height}: {reset}");
        // What lies under the edge of its scrolled part would not be clicked.
        choose(&mut harness, Role::CheckBox, "data");
        assert!(!headings(&harness).contains(&"data".to_owned()), "{height}");
    }
}

#[test]
fn a_heading_is_dragged_to_another_place_and_its_edge_to_another_width() {
    let mut harness = echo_pair(SIZE);
    let (from, to) = (heading(&harness, "took").rect().center(), heading(&harness, "call").rect());
    drag(&mut harness, from, to.left_center() + vec2(4.0, 0.0));
    let now = headings(&harness);
    let at = |title: &str| now.iter().position(|name| name == title).unwrap();
    assert_eq!(at("took") + 1, at("call"), "{now:?}");
    let before = heading(&harness, "took").rect();
    drag(&mut harness, before.right_center(), before.right_center() + vec2(40.0, 0.0));
    let after = heading(&harness, "took").rect();
    assert!((after.width() - before.width() - 40.0).abs() < 8.0, "{before:?} {after:?}");
}

#[test]
fn the_times_heading_says_what_they_are_counted_from() {
    let mut harness = echo_pair(SIZE);
    talk(&mut harness, "hello");
    assert!(says(&harness, "since the lab began"));
    for (choice, tip) in [
        ("Since the row above", "since the call in the row above began"),
        ("Time of day", "by this computer's clock"),
        ("Since the lab began", "in seconds since the lab began"),
    ] {
        open_menu(&mut harness);
        choose(&mut harness, Role::RadioButton, choice);
        press(&mut harness, Modifiers::NONE, Key::Escape);
        assert!(says(&harness, tip), "{choice}");
    }
}

#[test]
fn a_filter_is_pinned_over_the_table_applied_by_a_click_and_taken_off() {
    let mut harness = echo_pair(SIZE);
    talk(&mut harness, "hello");
    press(&mut harness, Modifiers::COMMAND, Key::F);
    super::driving::type_text(&mut harness, "op == send");
    until(&mut harness, "two match", |harness| rows(harness).len() == 2);
    choose(&mut harness, Role::CheckBox, "Keep this filter over the table");
    assert!(says(&harness, "Take this filter off the table"));
    click(&mut harness, "Clear the filter");
    assert!(rows(&harness).len() > 2);
    click(&mut harness, "Filter by op == send");
    until(&mut harness, "two match again", |harness| rows(harness).len() == 2);
    click(&mut harness, "Take op == send off the table");
    assert!(!says(&harness, "Filter by op == send"));
    assert_eq!(rows(&harness).len(), 2, "the filter is still in force");
}
