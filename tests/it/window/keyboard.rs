//! The window without a mouse.

use eframe::egui::accesskit::Role;
use eframe::egui::{Event, Key, Modifiers};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use socket_lab::lang::Lang;

use super::driving::{Window, echo_pair, press, says, talk, type_text, window};

const SIZE: [f32; 2] = [1440.0, 900.0];
const PAUSE: &str = "Pause traffic, ladder and plots (recording goes on)";

/// What the screen reader calls the widget that has the keyboard.
fn focused(harness: &Window) -> String {
    let found = harness.query_all_by(|node| node.is_focused()).next();
    found.and_then(|node| node.accesskit_node().label()).unwrap_or_default()
}

fn tab(harness: &mut Window) -> String {
    press(harness, Modifiers::NONE, Key::Tab);
    focused(harness)
}

/// Where that stands from left to right.
fn left_of(harness: &Window, name: &str) -> f32 {
    harness.query_all_by_label(name).last().unwrap().rect().left()
}

fn tap_alt(harness: &mut Window) {
    let key =
        |pressed, modifiers| Event::Key { key: Key::AltLeft, physical_key: None, pressed, repeat: false, modifiers };
    harness.event(key(true, Modifiers::ALT));
    harness.run_steps(2);
    harness.event(key(false, Modifiers::NONE));
    harness.run_steps(3);
}

#[test]
fn tab_goes_from_a_message_to_the_table_in_five() {
    let mut harness = echo_pair(SIZE);
    talk(&mut harness, "hello");
    harness.get_by_label("Message of client").focus();
    harness.run_steps(2);
    type_text(&mut harness, "more");
    let mut passed = Vec::new();
    while passed.last().is_none_or(|last| last != "Socket calls") {
        passed.push(tab(&mut harness));
        assert!(passed.len() <= 5, "{passed:#?}");
    }
    assert_eq!(passed.first().map(String::as_str), Some("Send"));
}

#[test]
fn tab_goes_from_left_to_right_in_the_header_of_a_pane() {
    let mut harness = echo_pair(SIZE);
    for (first, others) in
        [("Half-close", ["Close", "More for client"]), ("Connect a client", ["Close", "More for server"])]
    {
        harness.get_by_role_and_label(Role::Button, first).focus();
        harness.run_steps(2);
        let mut left = left_of(&harness, first);
        for other in others {
            assert_eq!(tab(&mut harness), other);
            let now = harness.query_all_by(|node| node.is_focused()).next().unwrap().rect().left();
            assert!(now > left, "{other}");
            left = now;
        }
    }
}

#[test]
fn tab_goes_from_left_to_right_in_the_bars_of_the_views() {
    for (view, names) in [
        (Key::Num2, ["Zoom out", "Zoom in", "Picture of this view", PAUSE].as_slice()),
        (
            Key::Num3,
            &[
                "Zoom out (−)",
                "Zoom in (+)",
                "Show everything (0)",
                "Show the newest calls (End)",
                "Picture of this view",
            ],
        ),
        (Key::Num4, &["Picture of this view", PAUSE]),
        (Key::Num5, &["Serve files…", "Download a file…"]),
    ] {
        let mut harness = echo_pair(SIZE);
        press(&mut harness, Modifiers::ALT, view);
        harness.get_by_role_and_label(Role::Button, names[0]).focus();
        harness.run_steps(2);
        let mut left = f32::MIN;
        for (at, name) in names.iter().enumerate() {
            let now = if at == 0 { focused(&harness) } else { tab(&mut harness) };
            assert_eq!(&now, name, "{view:?}");
            let place = harness.query_all_by(|node| node.is_focused()).next().unwrap().rect().left();
            assert!(place > left, "{view:?}: {name}");
            left = place;
        }
    }
}

#[test]
fn f6_goes_through_the_parts_of_the_window_and_back() {
    let mut harness = echo_pair(SIZE);
    talk(&mut harness, "hello");
    harness.get_by_label("Message of server").focus();
    harness.run_steps(2);
    let next = |harness: &mut Window| {
        press(harness, Modifiers::NONE, Key::F6);
        focused(harness)
    };
    assert_eq!(next(&mut harness), "Message of client");
    assert_eq!(next(&mut harness), "Socket calls");
    let inspector = next(&mut harness);
    assert!(!inspector.is_empty(), "something in the inspector");
    let list = next(&mut harness);
    assert!(list.starts_with("server: ") || list.starts_with("client: "), "{list}");
    assert_eq!(next(&mut harness), "Message of server", "around, and back to where it was");
    press(&mut harness, Modifiers::SHIFT, Key::F6);
    assert_eq!(focused(&harness), list);
    press(&mut harness, Modifiers::SHIFT, Key::F6);
    assert_eq!(focused(&harness), inspector);
}

#[test]
fn f10_opens_the_first_menu_and_the_arrows_walk_through_them() {
    let mut harness = echo_pair(SIZE);
    harness.get_by_label("Message of client").focus();
    harness.run_steps(2);
    press(&mut harness, Modifiers::NONE, Key::F10);
    assert!(says(&harness, "New lab"), "the menu of the lab");
    press(&mut harness, Modifiers::NONE, Key::ArrowRight);
    assert!(says(&harness, "Undo") && !says(&harness, "New lab"), "the menu beside it");
    press(&mut harness, Modifiers::NONE, Key::ArrowLeft);
    assert!(says(&harness, "New lab"));
    press(&mut harness, Modifiers::NONE, Key::ArrowLeft);
    assert!(says(&harness, "About"), "around");
    press(&mut harness, Modifiers::NONE, Key::ArrowDown);
    assert!(focused(&harness).starts_with("Help") || focused(&harness).contains("F1"), "{}", focused(&harness));
    press(&mut harness, Modifiers::NONE, Key::Escape);
    assert!(!says(&harness, "About"));
    assert_eq!(focused(&harness), "Message of client", "back to where the keyboard was");
}

#[test]
fn a_tap_of_alt_goes_to_the_menus_and_a_shortcut_with_alt_does_not() {
    let mut harness = echo_pair(SIZE);
    harness.get_by_label("Message of client").focus();
    harness.run_steps(2);
    tap_alt(&mut harness);
    assert_eq!(focused(&harness), "Lab");
    press(&mut harness, Modifiers::NONE, Key::ArrowRight);
    assert_eq!(focused(&harness), "Edit");
    press(&mut harness, Modifiers::NONE, Key::ArrowDown);
    assert!(says(&harness, "Redo"), "the arrow opens it");
    press(&mut harness, Modifiers::NONE, Key::Escape);
    assert_eq!(focused(&harness), "Message of client");
    tap_alt(&mut harness);
    press(&mut harness, Modifiers::NONE, Key::Escape);
    assert_eq!(focused(&harness), "Message of client", "also where no menu is open");
    let alt = |pressed| Event::Key {
        key: Key::AltLeft,
        physical_key: None,
        pressed,
        repeat: false,
        modifiers: Modifiers::ALT,
    };
    harness.event(alt(true));
    press(&mut harness, Modifiers::ALT, Key::Num2);
    harness.event(alt(false));
    harness.run_steps(3);
    assert_eq!(focused(&harness), "Message of client", "Alt+2 shows the ladder");
}

#[test]
fn tab_stops_once_at_a_bar_of_tabs_and_the_arrows_change_the_tab() {
    let mut harness = echo_pair(SIZE);
    harness.get_by_role_and_label(Role::Tab, "Traffic").focus();
    harness.run_steps(2);
    press(&mut harness, Modifiers::NONE, Key::ArrowRight);
    let ladder = focused(&harness);
    assert_ne!(ladder, "Traffic");
    let selected = harness.query_all_by_role(Role::Tab).find(|tab| tab.accesskit_node().is_selected() == Some(true));
    assert_eq!(selected.and_then(|tab| tab.accesskit_node().label()).as_deref(), Some(ladder.as_str()));
    press(&mut harness, Modifiers::NONE, Key::ArrowLeft);
    assert_eq!(focused(&harness), "Traffic");
    let next = tab(&mut harness);
    assert!(harness.query_all_by_role(Role::Tab).all(|tab| tab.accesskit_node().label().as_ref() != Some(&next)));
}

#[test]
fn the_help_lists_the_keys_for_going_about() {
    let mut harness = window(Lang::En, SIZE);
    press(&mut harness, Modifiers::NONE, Key::F1);
    for keys in ["F6", "Shift+F6", "F10", "F2", "Alt"] {
        assert!(harness.query_all_by_label(keys).next().is_some(), "{keys}");
    }
}
