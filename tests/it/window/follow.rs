//! Following one connection.

use eframe::egui::accesskit::Role;
use eframe::egui::{Key, Modifiers};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use socket_lab::ui::command::UiCommand;

use super::driving::{Window, click, click_on_top, echo_pair, pick, press, retype, says, talk, type_text, until};

const SIZE: [f32; 2] = [1440.0, 900.0];

/// From the palette, as nothing else has its keys.
fn follow(harness: &mut Window) {
    press(harness, Modifiers::COMMAND, Key::K);
    type_text(harness, "Follow the connection");
    press(harness, Modifiers::NONE, Key::Enter);
    harness.run_steps(3);
}

fn rows(harness: &Window) -> Vec<String> {
    harness.query_all_by_role(Role::ListItem).filter_map(|node| node.accesskit_node().label()).collect()
}

fn said(harness: &Window) -> Vec<String> {
    rows(harness).into_iter().filter(|row| row.starts_with("sent ") || row.starts_with("received ")).collect()
}

#[test]
fn both_directions_stand_in_order_as_text_and_as_hex() {
    let mut harness = echo_pair(SIZE);
    talk(&mut harness, "one");
    talk(&mut harness, "two");
    pick(&mut harness, Modifiers::NONE, "client recv(1024) = 3");
    assert!(UiCommand::all().contains(&UiCommand::FollowConnection));
    follow(&mut harness);
    assert!(says(&harness, "client · whole connection"));
    assert_eq!(said(&harness), ["sent one", "received one", "sent two", "received two"]);
    click_on_top(&mut harness, "Hex");
    let hex = said(&harness);
    assert_eq!(hex.len(), 4, "{hex:#?}");
    assert!(hex[2].starts_with("sent 00000003  74 77 6f"), "{hex:#?}");
}

#[test]
fn a_text_is_found_counted_and_stepped_through() {
    let mut harness = echo_pair(SIZE);
    for text in ["alpha", "beta", "alpha beta"] {
        talk(&mut harness, text);
    }
    pick(&mut harness, Modifiers::NONE, "client send(10)");
    follow(&mut harness);
    let field = harness.get_by_role_and_label(Role::TextInput, "Find in the connection");
    assert!(field.is_focused());
    type_text(&mut harness, "ALPHA");
    harness.run_steps(3);
    assert!(says(&harness, "– of 4"));
    press(&mut harness, Modifiers::NONE, Key::Enter);
    press(&mut harness, Modifiers::NONE, Key::Enter);
    assert!(says(&harness, "2 of 4"));
    press(&mut harness, Modifiers::SHIFT, Key::Enter);
    assert!(says(&harness, "1 of 4"));
    retype(&mut harness, "gamma");
    harness.run_steps(3);
    assert!(says(&harness, "not found"));
}

#[test]
fn what_was_received_is_saved_byte_for_byte_and_both_as_text() {
    let folder = tempfile::tempdir().unwrap();
    let mut harness = echo_pair(SIZE);
    talk(&mut harness, "hello");
    pick(&mut harness, Modifiers::NONE, "client recv(1024) = 5");
    follow(&mut harness);
    for (entry, file, expected) in [
        ("Bytes received…", "in.bin", "hello"),
        ("Both directions as text…", "both.txt", "→ sent\nhello\n← received\nhello\n"),
    ] {
        let path = folder.path().join(file);
        click(&mut harness, "Save");
        click(&mut harness, entry);
        harness.run_steps(3);
        retype(&mut harness, &path.display().to_string());
        press(&mut harness, Modifiers::NONE, Key::Enter);
        until(&mut harness, "it is saved", |harness| says(harness, &format!("Saved {}", path.display())));
        assert_eq!(std::fs::read_to_string(&path).unwrap(), expected);
    }
}
