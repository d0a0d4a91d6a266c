//! Ctrl+F in the traffic table.

use eframe::egui::accesskit::Role;
use eframe::egui::{Event, Key, Modifiers};
use egui_kittest::kittest::{NodeT as _, Queryable as _};

use crate::driving::{
    Window, click, copied, echo_pair, endpoint, pick, press, received, rows, say, says, type_text, until, until_copied,
};

const SIZE: [f32; 2] = [1440.0, 900.0];
const HINT: &str = "Find in endpoint, call, address, data";

fn find(harness: &mut Window, text: &str) {
    press(harness, Modifiers::COMMAND, Key::F);
    type_text(harness, text);
    harness.run_steps(2);
}

fn talk(harness: &mut Window, text: &str) {
    let before = received(harness);
    say(harness, "client", text);
    let bytes = 2 * text.len() as u64;
    until(harness, "it came back", move |harness| received(harness) == before + bytes);
    harness.run_steps(3);
}

fn field_is_there(harness: &Window) -> bool {
    harness.query_by_role_and_label(Role::TextInput, "Find").is_some()
}

#[test]
fn ctrl_f_narrows_the_table_to_what_contains_the_text_and_escape_shows_all_again() {
    let mut harness = echo_pair(SIZE);
    talk(&mut harness, "hello");
    talk(&mut harness, "World");
    let all = rows(&harness).len();
    assert!(!field_is_there(&harness));
    press(&mut harness, Modifiers::COMMAND, Key::F);
    let field = harness.get_by_role_and_label(Role::TextInput, "Find");
    assert!(field.is_focused());
    let calls = harness.state().session().trace().len();
    assert!(rows(&harness).len() + 2 >= all, "nothing typed, nothing hidden");
    type_text(&mut harness, "wORLd");
    let found = rows(&harness);
    assert_eq!(found.len(), 4, "{found:#?}");
    assert!(found.iter().all(|row| row.ends_with(": World")), "{found:#?}");
    assert!(says(&harness, &format!("4 of {calls} calls")));
    press(&mut harness, Modifiers::NONE, Key::Escape);
    assert!(!field_is_there(&harness));
    assert_eq!(rows(&harness).len(), all);
}

#[test]
fn calls_are_found_by_endpoint_call_errno_and_address() {
    let mut harness = echo_pair(SIZE);
    let address = endpoint(&harness, "server").shown_address();
    for (text, expected) in [
        ("setsockopt(so_reuse", "server setsockopt(SO_REUSEADDR"),
        ("server #1", "server #1"),
        (&*format!("connect({address}"), "client"),
    ] {
        press(&mut harness, Modifiers::COMMAND, Key::F);
        // What was there is selected: typing replaces it.
        type_text(&mut harness, text);
        let found = rows(&harness);
        assert!(!found.is_empty() && found.iter().all(|row| row.contains(expected)), "{text}: {found:#?}");
    }
    type_text(&mut harness, "no such thing");
    assert_eq!(rows(&harness), [] as [String; 0]);
    assert!(says(&harness, "0 of "));
    click(&mut harness, "Close the search");
    assert!(!field_is_there(&harness) && !rows(&harness).is_empty());
}

#[test]
fn new_calls_are_looked_at_as_they_come_and_cleared_ones_are_gone() {
    let mut harness = echo_pair(SIZE);
    find(&mut harness, "ping");
    assert!(rows(&harness).is_empty());
    talk(&mut harness, "ping 1");
    talk(&mut harness, "other");
    talk(&mut harness, "ping 2");
    assert_eq!(rows(&harness).len(), 8, "two sends and two recvs at each end");
    press(&mut harness, Modifiers::COMMAND, Key::L);
    assert!(rows(&harness).is_empty());
    assert!(says(&harness, "0 of 0 calls"));
    talk(&mut harness, "ping 3");
    assert_eq!(rows(&harness).len(), 4);
}

#[test]
fn what_the_search_hides_is_not_copied() {
    let mut harness = echo_pair(SIZE);
    for text in ["one A", "two", "three A"] {
        talk(&mut harness, text);
    }
    find(&mut harness, " a");
    pick(&mut harness, Modifiers::NONE, "one A");
    pick(&mut harness, Modifiers::SHIFT, "client #1 recv(1024) = 7 received: three A");
    assert_eq!(copied(&harness), None);
    harness.event(Event::Copy);
    let text = until_copied(&mut harness);
    assert_eq!(text.lines().count(), 8, "{text}");
    assert!(text.contains("one A") && text.contains("three A") && !text.contains("two"), "{text}");
}

#[test]
fn enter_goes_from_match_to_match_and_the_field_keeps_the_keyboard() {
    let mut harness = echo_pair(SIZE);
    talk(&mut harness, "hello");
    find(&mut harness, "hello");
    let selected = |harness: &Window| harness.state().selection().call;
    press(&mut harness, Modifiers::NONE, Key::Enter);
    let newest = selected(&harness).unwrap();
    press(&mut harness, Modifiers::NONE, Key::Enter);
    let oldest = selected(&harness).unwrap();
    assert!(oldest < newest, "around the end");
    press(&mut harness, Modifiers::SHIFT, Key::Enter);
    assert_eq!(selected(&harness), Some(newest));
    press(&mut harness, Modifiers::SHIFT, Key::Enter);
    assert!(selected(&harness).unwrap() < newest);
    assert!(harness.get_by_role_and_label(Role::TextInput, "Find").is_focused());
    assert_eq!(received(&harness), 10, "Enter sent nothing");
}

#[test]
fn the_field_says_what_it_is_for() {
    let mut harness = echo_pair([900.0, 600.0]);
    press(&mut harness, Modifiers::COMMAND, Key::F);
    let field = harness.get_by_role_and_label(Role::TextInput, "Find");
    assert!(harness.ctx.content_rect().contains_rect(field.rect()));
    assert_eq!(field.accesskit_node().placeholder(), Some(HINT));
}
