//! The ladder.

use eframe::egui::accesskit::Role;
use eframe::egui::{Event, Key, Modifiers, MouseWheelSource, MouseWheelUnit, TouchPhase, vec2};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use socket_lab::trace::Op;

use super::driving::{Window, click, echo_pair, galleys, pick, press, rows, says, talk, type_text, until};

const SIZE: [f32; 2] = [1440.0, 1000.0];

fn ladder(size: [f32; 2]) -> Window {
    let mut harness = echo_pair(size);
    press(&mut harness, Modifiers::ALT, Key::Num2);
    harness
}

/// The names of the lifelines, from left to right.
fn heads(harness: &Window) -> Vec<String> {
    let labels = harness.query_all_by_role(Role::ColumnHeader).filter_map(|node| node.accesskit_node().label());
    // A heading of the traffic table is none.
    labels.filter(|label| label.contains(" :")).collect()
}

#[test]
fn the_two_ends_and_the_listener_are_lifelines_and_every_call_has_a_name() {
    let mut harness = ladder(SIZE);
    talk(&mut harness, "hello");
    let heads = heads(&harness);
    assert_eq!(heads.len(), 3, "{heads:?}");
    for (head, name) in heads.iter().zip(["client :", "server #1 :", "server :"]) {
        assert!(head.starts_with(name), "{heads:?}");
    }
    let names = rows(&harness);
    for part in ["client send(5) = 5 sent: hello", "server #1 recv(1024) = 5 received: hello"] {
        assert!(names.iter().any(|name| name.contains(part)), "{part}: {names:#?}");
    }
    assert!(says(&harness, "server blocked in accept for"));
}

#[cfg(target_os = "linux")]
#[test]
fn the_heads_say_the_tcp_state_that_the_kernel_reports() {
    let mut harness = ladder(SIZE);
    let says_states = |harness: &Window, states: [&'static str; 2]| {
        let heads = heads(harness);
        heads.iter().zip(states).all(|(head, state)| head.ends_with(state))
    };
    until(&mut harness, "both ends are established", |harness| says_states(harness, ["ESTABLISHED", "ESTABLISHED"]));
    click(&mut harness, "Half-close");
    // The echo server closes in its turn.
    until(&mut harness, "the connection is over", |harness| {
        heads(harness).get(1).is_some_and(|head| head.ends_with("CLOSED"))
    });
    // A view that is not shown asks nothing.
    press(&mut harness, Modifiers::ALT, Key::Num1);
    assert!(heads(&harness).is_empty());
}

#[test]
fn a_call_that_is_clicked_is_selected_everywhere_and_the_arrow_keys_go_on_from_it() {
    let mut harness = ladder(SIZE);
    talk(&mut harness, "hello");
    pick(&mut harness, Modifiers::NONE, "client send(5)");
    let seq = harness.state().selection().call().unwrap();
    assert!(says(&harness, &format!("CALL #{seq}")));
    press(&mut harness, Modifiers::NONE, Key::ArrowDown);
    assert_eq!(harness.state().selection().call(), Some(seq + 1));
    press(&mut harness, Modifiers::NONE, Key::Home);
    assert_eq!(harness.state().selection().call(), Some(1));
    assert!(rows(&harness).iter().any(|name| name.starts_with("#1 ")), "what is selected is scrolled to");
}

#[test]
fn a_call_selected_in_the_table_is_shown_in_the_ladder() {
    let mut harness = ladder([1440.0, 700.0]);
    for n in 0..8 {
        talk(&mut harness, &format!("message {n}"));
    }
    assert!(!rows(&harness).iter().any(|name| name.starts_with("#1 ")));
    press(&mut harness, Modifiers::ALT, Key::Num1);
    pick(&mut harness, Modifiers::NONE, "send(9)");
    press(&mut harness, Modifiers::NONE, Key::Home);
    press(&mut harness, Modifiers::ALT, Key::Num2);
    assert!(rows(&harness).iter().any(|name| name.starts_with("#1 ")), "{:#?}", rows(&harness));
    click(&mut harness, "latest");
    assert!(rows(&harness).iter().any(|name| name.contains("message 7")));
}

#[test]
fn the_way_back_to_the_latest_call_covers_none() {
    // In the lowest pane too.
    for (size, least) in [([1440.0, 700.0], 3), ([900.0, 600.0], 1)] {
        let mut harness = ladder(size);
        for n in 0..8 {
            talk(&mut harness, &format!("message {n}"));
        }
        pick(&mut harness, Modifiers::NONE, "message 7");
        press(&mut harness, Modifiers::NONE, Key::Home);
        let latest = harness.get_by_role_and_label(Role::Button, "latest").rect();
        let in_sight: Vec<_> = harness.query_all_by_role(Role::ListBoxOption).map(|node| node.rect()).collect();
        assert!(in_sight.len() > least, "{in_sight:?}");
        for call in in_sight {
            assert!(!call.intersect(latest).is_positive(), "{size:?}: {call} under {latest}");
        }
        click(&mut harness, "latest");
        assert!(harness.query_by_role_and_label(Role::Button, "latest").is_none());
        assert!(rows(&harness).iter().any(|name| name.contains("message 7")));
    }
}

#[test]
fn paused_it_stands_still_and_counts_what_is_new() {
    let mut harness = ladder(SIZE);
    talk(&mut harness, "one");
    click(&mut harness, "Pause traffic, ladder and plots (recording goes on)");
    let held = rows(&harness);
    talk(&mut harness, "two");
    assert_eq!(rows(&harness), held);
    assert!(says(&harness, "paused"));
    click(&mut harness, "Go on");
    assert!(rows(&harness).iter().any(|name| name.ends_with(": two")));
}

#[test]
fn one_pause_holds_the_table_and_the_ladder_at_the_same_call() {
    let mut harness = echo_pair(SIZE);
    talk(&mut harness, "one");
    press(&mut harness, Modifiers::COMMAND, Key::P);
    let held = harness.state().session().trace().next_seq();
    talk(&mut harness, "two");
    for view in [Key::Num1, Key::Num2] {
        press(&mut harness, Modifiers::ALT, view);
        assert!(says(&harness, "paused"), "{view:?}");
        assert!(rows(&harness).iter().any(|name| name.ends_with(": one")), "{view:?}");
        assert!(!rows(&harness).iter().any(|name| name.ends_with(": two")), "{view:?}");
    }
    assert!(harness.state().session().trace().next_seq() > held, "the recording went on");
    press(&mut harness, Modifiers::COMMAND, Key::P);
    for view in [Key::Num1, Key::Num2] {
        press(&mut harness, Modifiers::ALT, view);
        assert!(rows(&harness).iter().any(|name| name.ends_with(": two")), "{view:?}");
    }
}

#[test]
fn one_connection_is_two_lifelines_with_its_accept() {
    let mut harness = ladder(SIZE);
    talk(&mut harness, "hello");
    pick(&mut harness, Modifiers::NONE, "server #1 recv(1024) = 5");
    harness.get_by_role_and_label(Role::ComboBox, "Shown").click();
    harness.run_steps(3);
    click(&mut harness, "connection server #1");
    let heads = heads(&harness);
    assert_eq!(heads.len(), 2, "{heads:?}");
    let names = rows(&harness);
    assert!(names.iter().any(|name| name.contains("accept()")), "{names:#?}");
    assert!(!names.iter().any(|name| name.contains("listen(")), "{names:#?}");
}

#[test]
fn to_scale_the_same_calls_are_there_and_the_zoom_goes_both_ways() {
    let mut harness = ladder(SIZE);
    talk(&mut harness, "hello");
    let count = harness.state().session().trace().len();
    click(&mut harness, "To scale");
    for _ in 0..12 {
        click(&mut harness, "Zoom out");
    }
    assert_eq!(rows(&harness).len(), count, "{:#?}", rows(&harness));
    for _ in 0..40 {
        click(&mut harness, "Zoom in");
    }
    assert!(rows(&harness).len() < count);
    click(&mut harness, "Compressed");
    assert!(!rows(&harness).is_empty());
}

#[test]
fn without_any_call_it_says_what_will_be_seen() {
    let mut harness = ladder(SIZE);
    for _ in 0..2 {
        harness.query_all_by_role_and_label(Role::Button, "Close").next().unwrap().click();
        harness.run_steps(3);
    }
    until(&mut harness, "all is closed", |harness| harness.state().session().trace().waiting().len() == 0);
    assert!(!says(&harness, "No calls yet"));
    press(&mut harness, Modifiers::COMMAND, Key::L);
    assert!(says(&harness, "No calls yet"));
    assert!(rows(&harness).is_empty());
}

#[test]
fn the_client_waits_in_a_recv_that_can_be_picked_too() {
    let mut harness = ladder(SIZE);
    harness.get_by_label_contains("client blocked in recv(1024)").click();
    harness.run_steps(3);
    let selection = harness.state().selection();
    assert_eq!(selection.call(), None, "it has no number yet");
    assert!(selection.conn().is_some());
    let waiting = harness.state().session().trace().waiting().filter(|call| matches!(call.op, Op::Recv { .. })).count();
    assert_eq!(waiting, 2);
}

#[test]
fn calls_that_match_the_filter_and_bookmarked_ones_are_marked() {
    let mut harness = ladder(SIZE);
    talk(&mut harness, "hello");
    let marked =
        |harness: &Window, word: &str| rows(harness).into_iter().filter(|name| name.contains(word)).collect::<Vec<_>>();
    assert!(marked(&harness, "matches the filter").is_empty());
    pick(&mut harness, Modifiers::NONE, "client recv(");
    press(&mut harness, Modifiers::COMMAND, Key::M);
    let bookmarked = marked(&harness, "· bookmarked");
    assert!(bookmarked.len() == 1 && bookmarked[0].contains("client recv("), "{bookmarked:#?}");
    // The field is in the table's pane, and the ladder keeps what it found.
    press(&mut harness, Modifiers::COMMAND, Key::F);
    type_text(&mut harness, "op == send");
    press(&mut harness, Modifiers::ALT, Key::Num2);
    let matching = marked(&harness, "· matches the filter");
    assert!(matching.len() == 2 && matching.iter().all(|name| name.contains(" send(5)")), "{matching:#?}");
}

#[test]
fn clients_stand_beside_their_connections_and_the_listener_stays_in_its_place() {
    let mut harness = ladder(SIZE);
    let before = heads(&harness);
    click(&mut harness, "Connect a client");
    until(&mut harness, "a second client", |harness| super::driving::conns(harness, "server") == 2);
    harness.run_steps(4);
    let heads = heads(&harness);
    let begins = |head: &String, name: &str| head.starts_with(name);
    assert_eq!(heads.len(), 5, "{heads:?}");
    for (head, name) in heads.iter().zip(["client :", "server #1 :", "server :", "client 2 :", "server #2 :"]) {
        assert!(begins(head, name), "{heads:?}");
    }
    assert_eq!(before.len(), 3);
}

#[test]
fn after_the_steps_of_a_lab_the_ladder_stands_at_the_beginning_of_the_story() {
    let mut harness = super::driving::window(socket_lab::lang::Lang::En, [1280.0, 700.0]);
    press(&mut harness, Modifiers::COMMAND, Key::K);
    type_text(&mut harness, "example sticky");
    press(&mut harness, Modifiers::NONE, Key::Enter);
    press(&mut harness, Modifiers::ALT, Key::Num2);
    press(&mut harness, Modifiers::NONE, Key::F5);
    until(&mut harness, "all steps pass", |harness| says(harness, "steps passed"));
    harness.run_steps(4);
    let first = rows(&harness);
    assert!(first.iter().any(|name| name.starts_with("#1 ")), "{first:#?}");
    let last = harness.state().session().trace().next_seq() - 1;
    assert!(!first.iter().any(|name| name.starts_with(&format!("#{last} "))), "{first:#?}");
    // From there it is read on, and the newest is one key away.
    press(&mut harness, Modifiers::COMMAND, Key::E);
    assert!(rows(&harness).iter().any(|name| name.starts_with(&format!("#{last} "))));
}

/// Every text that was painted in this frame.
fn painted(harness: &Window) -> Vec<String> {
    galleys(harness).iter().map(|galley| galley.text().to_owned()).collect()
}

#[test]
fn where_there_is_little_room_a_call_keeps_its_result_and_gives_up_its_arguments() {
    let calls = |harness: &Window| -> Vec<String> {
        let is_call = |text: &String| text.starts_with('#') && (text.contains("recv") || text.contains("send"));
        painted(harness).into_iter().filter(is_call).collect()
    };
    let mut wide = ladder([1920.0, 1000.0]);
    talk(&mut wide, "hello");
    assert!(calls(&wide).iter().any(|text| text.ends_with("recv(1024) = 5")), "{:?}", calls(&wide));
    let mut narrow = ladder([900.0, 1000.0]);
    talk(&mut narrow, "hello");
    click(&mut narrow, "Connect a client");
    until(&mut narrow, "a second client", |harness| super::driving::conns(harness, "server") == 2);
    narrow.run_steps(3);
    let calls = calls(&narrow);
    assert!(calls.iter().any(|text| text.ends_with("recv = 5")), "{calls:?}");
    assert!(!calls.iter().any(|text| text.ends_with('…')), "{calls:?}");
}

#[test]
fn lifelines_that_are_all_in_sight_do_not_scroll_sideways() {
    let mut harness = ladder(SIZE);
    talk(&mut harness, "hello");
    // What dashed lines mean stands beside the bar's place.
    assert!(painted(&harness).iter().any(|text| text.contains("inferred")));
    let place = |harness: &Window| {
        let call = harness.get_all_by_role(Role::ListBoxOption).next().unwrap();
        call.rect().left()
    };
    let before = place(&harness);
    harness.hover_at(harness.get_by_role_and_label(Role::ListBox, "Ladder of socket calls").rect().center());
    harness.run_steps(1);
    harness.event(Event::MouseWheel {
        unit: MouseWheelUnit::Point,
        delta: vec2(-300.0, 0.0),
        phase: TouchPhase::Move,
        modifiers: Modifiers::NONE,
        source: MouseWheelSource::Wheel,
    });
    harness.run_steps(20);
    assert_eq!(place(&harness), before);
}
