//! Menus and the palette hold the same commands.

use eframe::egui::accesskit::Role;
use eframe::egui::{Key, Modifiers};
use egui_kittest::kittest::{NodeT as _, Queryable as _};

use super::driving::{Window, click, conns, echo_pair, endpoint, menu, pick, press, says, talk, type_text, until};

const SIZE: [f32; 2] = [1440.0, 900.0];

/// The names of everything that can be pressed, from the first that was drawn to the last.
fn pressable(harness: &Window) -> Vec<String> {
    let roles = [Role::Button, Role::CheckBox];
    let nodes = harness.query_all_by(move |node| roles.contains(&node.role()));
    nodes.filter_map(|node| node.accesskit_node().label()).collect()
}

/// What a menu adds to what can be pressed.
fn entries(harness: &mut Window, open: impl FnOnce(&mut Window)) -> Vec<String> {
    let before = pressable(harness);
    open(harness);
    let mut entries = pressable(harness);
    for name in before {
        if let Some(at) = entries.iter().position(|entry| *entry == name) {
            entries.remove(at);
        }
    }
    press(harness, Modifiers::NONE, Key::Escape);
    assert!(!entries.is_empty(), "the menu did not open");
    entries
}

/// The rows of the palette for what was typed, from top to bottom.
fn found(harness: &mut Window, typed: &str) -> Vec<String> {
    entries(harness, |harness| {
        press(harness, Modifiers::COMMAND, Key::K);
        type_text(harness, typed);
    })
}

/// A menu writes the keys behind the name, the palette the endpoint before it.
fn is_it(row: &str, entry: &str) -> bool {
    row.ends_with(entry) || entry.starts_with(row)
}

#[test]
fn the_palette_finds_every_entry_of_every_menu() {
    let mut harness = echo_pair(SIZE);
    talk(&mut harness, "hello");
    // Each leads on to a menu of its own.
    let leads_on = ["Open recent", "Examples", "Examples: devices", "Lessons", "Keep at most"];
    for top in ["Lab", "Edit", "View", "Help"] {
        for entry in entries(&mut harness, |harness| click(harness, top)) {
            if leads_on.contains(&entry.as_str()) {
                continue;
            }
            let rows = found(&mut harness, &entry);
            assert!(rows.iter().any(|row| is_it(row, &entry)), "{top}: {entry:?} in {rows:#?}");
        }
    }
    for of in ["client", "server"] {
        let listed = entries(&mut harness, |harness| menu(harness, &format!("{of}: ")));
        let in_header = entries(&mut harness, |harness| click(harness, &format!("More for {of}")));
        for entry in listed.iter().chain(&in_header) {
            // What can't be done now is in a menu, and grey there.
            let offered = ["Connect again"];
            if offered.contains(&entry.as_str()) {
                continue;
            }
            let rows = found(&mut harness, &format!("{of} {entry}"));
            assert!(rows.contains(&format!("{of}: {entry}")), "{of}: {entry:?} in {rows:#?}");
        }
    }
    for entry in entries(&mut harness, |harness| menu(harness, "Connection #1 of server")) {
        let rows = found(&mut harness, &format!("server #1 {entry}"));
        assert!(rows.contains(&format!("server #1: {entry}")), "{entry:?} in {rows:#?}");
    }
}

#[test]
fn the_palette_finds_what_a_message_can_be_used_for() {
    let mut harness = echo_pair(SIZE);
    talk(&mut harness, "hello");
    pick(&mut harness, Modifiers::NONE, " send(");
    for word in ["again", "resend", "snippets", "copy hex"] {
        let rows = found(&mut harness, word);
        assert!(rows[0].starts_with("call #"), "{word}: {rows:#?}");
    }
    let sent = endpoint(&harness, "client").live.observed.conns.values().next().map(|conn| conn.sent);
    press(&mut harness, Modifiers::COMMAND, Key::K);
    type_text(&mut harness, "resend");
    press(&mut harness, Modifiers::NONE, Key::Enter);
    until(&mut harness, "it was sent once more", move |harness| {
        let now = endpoint(harness, "client").live.observed.conns.values().next().map(|conn| conn.sent);
        now == sent.map(|sent| sent + 5)
    });
}

#[test]
fn each_word_that_users_try_leads_to_its_command() {
    let mut harness = echo_pair(SIZE);
    click(&mut harness, "client");
    let words = [
        ("duplicate", "client: Duplicate"),
        ("rename", "client: Rename"),
        ("half", "client: Half-close"),
        ("half-close", "client: Half-close"),
        ("reset", "client: Reset the connection (RST)"),
        ("remove", "client: Remove from the lab"),
        ("delete", "client: Remove from the lab"),
        ("reopen", "client: Close and open again"),
    ];
    for (word, command) in words {
        let rows = found(&mut harness, word);
        assert_eq!(rows.first().map(String::as_str), Some(command), "{word}: {rows:#?}");
    }
    let rows = found(&mut harness, "shutdown");
    assert!(rows.iter().any(|row| row == "client: Half-close"), "{rows:#?}");
    let rows = found(&mut harness, "undo");
    assert!(rows[0].starts_with("Undo"), "{rows:#?}");
    press(&mut harness, Modifiers::COMMAND, Key::K);
    type_text(&mut harness, "half");
    press(&mut harness, Modifiers::NONE, Key::Enter);
    until(&mut harness, "the client has half-closed", |harness| {
        endpoint(harness, "client").live.observed.conns.values().any(|conn| conn.half_closed)
    });
}

#[test]
fn with_nothing_typed_the_commands_of_the_selected_endpoint_come_first() {
    let mut harness = echo_pair(SIZE);
    click(&mut harness, "server");
    let rows = found(&mut harness, "");
    let place = |start: &str| rows.iter().position(|row| row.starts_with(start)).unwrap();
    assert!(rows[0].starts_with("server: "), "{rows:#?}");
    assert!(place("server: ") < place("New endpoint"));
    assert!(place("New endpoint") < place("client: "));
}

#[test]
fn f2_renames_the_selected_endpoint() {
    let mut harness = echo_pair(SIZE);
    click(&mut harness, "server");
    press(&mut harness, Modifiers::NONE, Key::F2);
    super::driving::retype(&mut harness, "teacher");
    press(&mut harness, Modifiers::NONE, Key::Enter);
    assert!(harness.state().session().endpoint_named("teacher").is_some());
}

#[test]
fn a_connection_is_closed_from_the_palette() {
    let mut harness = echo_pair(SIZE);
    press(&mut harness, Modifiers::COMMAND, Key::K);
    type_text(&mut harness, "server #1 close connection");
    press(&mut harness, Modifiers::NONE, Key::Enter);
    until(&mut harness, "the server has closed the connection", |harness| conns(harness, "server") == 0);
    assert!(!says(&harness, "Type to find"), "the palette has gone");
}
