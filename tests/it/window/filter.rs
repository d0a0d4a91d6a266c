//! The filter of the traffic table, and bookmarks.

use eframe::egui::accesskit::Role;
use eframe::egui::{Event, Key, Modifiers};
use egui_kittest::kittest::{NodeT as _, Queryable as _};

use super::driving::{
    Window, click, copied, echo_pair, endpoint, pick, press, received, rows, says, talk, type_text, until_copied,
};

const SIZE: [f32; 2] = [1440.0, 900.0];
const HINT: &str = "Filter: a text, or op == recv and len > 100";

fn find(harness: &mut Window, text: &str) {
    press(harness, Modifiers::COMMAND, Key::F);
    type_text(harness, text);
    harness.run_steps(2);
}

fn field_text(harness: &Window) -> String {
    harness.get_by_role_and_label(Role::TextInput, "Filter").accesskit_node().value().unwrap_or_default()
}

#[test]
fn ctrl_f_narrows_the_table_to_what_contains_the_text_and_escape_shows_all_again() {
    let mut harness = echo_pair(SIZE);
    talk(&mut harness, "hello");
    talk(&mut harness, "World");
    let all = rows(&harness).len();
    press(&mut harness, Modifiers::COMMAND, Key::F);
    let field = harness.get_by_role_and_label(Role::TextInput, "Filter");
    assert!(field.is_focused());
    let calls = harness.state().session().trace().len();
    assert!(rows(&harness).len() + 2 >= all, "nothing typed, nothing hidden");
    type_text(&mut harness, "wORLd");
    let found = rows(&harness);
    assert_eq!(found.len(), 4, "{found:#?}");
    assert!(found.iter().all(|row| row.ends_with(": World")), "{found:#?}");
    assert!(says(&harness, &format!("4 of {calls} calls")));
    press(&mut harness, Modifiers::NONE, Key::Escape);
    assert_eq!(field_text(&harness), "");
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
    click(&mut harness, "Clear the filter");
    assert!(field_text(&harness).is_empty() && !rows(&harness).is_empty());
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
    pick(&mut harness, Modifiers::SHIFT, "client recv(1024) = 7 received: three A");
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
    let selected = |harness: &Window| harness.state().selection().call();
    press(&mut harness, Modifiers::NONE, Key::Enter);
    let newest = selected(&harness).unwrap();
    press(&mut harness, Modifiers::NONE, Key::Enter);
    let oldest = selected(&harness).unwrap();
    assert!(oldest < newest, "around the end");
    press(&mut harness, Modifiers::SHIFT, Key::Enter);
    assert_eq!(selected(&harness), Some(newest));
    press(&mut harness, Modifiers::SHIFT, Key::Enter);
    assert!(selected(&harness).unwrap() < newest);
    assert!(harness.get_by_role_and_label(Role::TextInput, "Filter").is_focused());
    assert_eq!(received(&harness), 10, "Enter sent nothing");
}

#[test]
fn the_field_says_what_it_is_for() {
    let mut harness = echo_pair([900.0, 600.0]);
    press(&mut harness, Modifiers::COMMAND, Key::F);
    let field = harness.get_by_role_and_label(Role::TextInput, "Filter");
    assert!(harness.ctx.content_rect().contains_rect(field.rect()));
    assert_eq!(field.accesskit_node().placeholder(), Some(HINT));
}

#[test]
fn an_expression_shows_only_what_it_asks_for_and_the_others_come_back_beside_the_matches() {
    let mut harness = echo_pair(SIZE);
    talk(&mut harness, "hello");
    let all = rows(&harness).len();
    find(&mut harness, "endpoint == client and op == recv and data contains \"hel\"");
    let found = rows(&harness);
    assert_eq!(found.len(), 1, "{found:#?}");
    assert!(found[0].contains("client recv(1024) = 5"), "{found:#?}");
    assert!(says(&harness, "1 of "));
    harness.get_by_role_and_label(Role::CheckBox, "Only matching calls").click();
    harness.run_steps(3);
    assert_eq!(rows(&harness).len(), all);
    press(&mut harness, Modifiers::NONE, Key::F3);
    let seq = harness.state().selection().call().unwrap();
    assert!(found[0].starts_with(&format!("#{seq} ")), "F3 goes to the match");
}

#[test]
fn a_mistake_says_what_was_expected_and_what_was_shown_stays() {
    let mut harness = echo_pair(SIZE);
    talk(&mut harness, "hello");
    find(&mut harness, "op == recv");
    let found = rows(&harness);
    type_text(&mut harness, " and len > many");
    assert!(says(&harness, "\"many\" does not fit: expected a whole number"));
    assert_eq!(rows(&harness), found);
    find(&mut harness, "endpiont == client");
    assert!(says(&harness, "did you mean endpoint?"));
}

#[test]
fn what_could_come_next_is_offered_and_taken_with_the_keyboard() {
    let mut harness = echo_pair(SIZE);
    talk(&mut harness, "hello");
    find(&mut harness, "en");
    assert!(says(&harness, "name of the endpoint"), "the popup says what the field is");
    press(&mut harness, Modifiers::NONE, Key::Tab);
    assert_eq!(field_text(&harness), "endpoint ");
    press(&mut harness, Modifiers::NONE, Key::ArrowDown);
    press(&mut harness, Modifiers::NONE, Key::Enter);
    assert_eq!(field_text(&harness), "endpoint != ");
    press(&mut harness, Modifiers::NONE, Key::Escape);
    assert_eq!(field_text(&harness), "endpoint != ", "Escape puts the popup away first");
    assert!(harness.get_by_role_and_label(Role::TextInput, "Filter").is_focused());
    type_text(&mut harness, "cl");
    press(&mut harness, Modifiers::NONE, Key::Tab);
    assert_eq!(field_text(&harness), "endpoint != client ");
    let found = rows(&harness);
    assert!(!found.is_empty() && found.iter().all(|row| row.contains(" server")), "{found:#?}");
}

#[test]
fn enter_in_a_whole_filter_takes_no_completion_and_keeps_the_filter() {
    let mut harness = echo_pair(SIZE);
    talk(&mut harness, "hello");
    find(&mut harness, "op == recv");
    press(&mut harness, Modifiers::NONE, Key::Enter);
    assert_eq!(field_text(&harness), "op == recv", "recvfrom was offered and not taken");
    press(&mut harness, Modifiers::NONE, Key::Escape);
    press(&mut harness, Modifiers::NONE, Key::Escape);
    assert_eq!(field_text(&harness), "");
    click(&mut harness, "Filters used before");
    click(&mut harness, "op == recv");
    assert_eq!(field_text(&harness), "op == recv");
}

#[test]
fn a_rows_values_become_a_filter() {
    let mut harness = echo_pair(SIZE);
    talk(&mut harness, "hello");
    for entry in ["endpoint == client", "op == recv"] {
        let row = harness
            .query_all_by_role(Role::Row)
            .find(|node| node.accesskit_node().label().is_some_and(|name| name.contains("client recv(1024) = 5")));
        row.unwrap().click_secondary();
        harness.run_steps(3);
        click(&mut harness, entry);
    }
    assert_eq!(field_text(&harness), "endpoint == client and op == recv");
    assert!(rows(&harness).iter().all(|row| row.contains("client recv(")));
}

#[test]
fn a_bookmark_is_set_by_the_keyboard_noted_in_the_inspector_and_found() {
    let mut harness = echo_pair(SIZE);
    talk(&mut harness, "hello");
    pick(&mut harness, Modifiers::NONE, "client recv(1024) = 5");
    let seq = harness.state().selection().call().unwrap();
    press(&mut harness, Modifiers::COMMAND, Key::M);
    assert!(harness.state().session().bookmarks().has(seq));
    assert!(rows(&harness).iter().any(|row| row.ends_with("bookmarked")));
    harness.get_by_role_and_label(Role::MultilineTextInput, "Note on the call").focus();
    harness.run_steps(2);
    type_text(&mut harness, "the echo");
    assert_eq!(harness.state().session().bookmarks().note(seq), Some("the echo"));
    find(&mut harness, "note contains \"ECHO\"");
    assert_eq!(rows(&harness).len(), 1);
    find(&mut harness, "not bookmark");
    assert!(!rows(&harness).is_empty() && rows(&harness).iter().all(|row| !row.contains("bookmarked")));
    press(&mut harness, Modifiers::COMMAND, Key::M);
    assert!(harness.state().session().bookmarks().is_empty());
    assert!(rows(&harness).iter().any(|row| row.starts_with(&format!("#{seq} "))), "looked at again");
}
