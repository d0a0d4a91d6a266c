//! The traffic table and the inspector.

use eframe::egui::accesskit::Role;
use eframe::egui::{Event, Key, Modifiers, MouseWheelUnit, vec2};
use egui_kittest::kittest::{NodeT as _, Queryable as _};

use crate::driving::{click, echo_pair, pick, press, received, rows, say, says, talk, until, until_copied};

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
    assert!(harness.get_by_role_and_label(Role::Grid, "Socket calls").accesskit_node().is_focused());
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
    let ended = |harness: &crate::driving::Window| rows(harness).iter().any(|row| row.contains("recv(1024) = 0"));
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
    crate::driving::type_text(&mut harness, "message 03");
    until(&mut harness, "only those are shown", |harness| rows(harness).len() == 4);
    pick(&mut harness, Modifiers::NONE, "client send(10)");
    press(&mut harness, Modifiers::NONE, Key::Escape);
    until(&mut harness, "all are shown", |harness| rows(harness).len() > 4);
    let selected = format!("#{} ", harness.state().selection().call().unwrap());
    assert!(rows(&harness).iter().any(|row| row.starts_with(&selected)), "{:#?}", rows(&harness));
}
