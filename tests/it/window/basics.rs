//! The first things that a user does.

use std::time::Duration;

use eframe::egui::accesskit::Role;
use eframe::egui::{Key, Modifiers, ViewportCommand, ViewportEvent, ViewportId};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use socket_lab::lang::Lang;
use socket_lab::ui::app::App;

use super::driving::{all_open, click, echo_pair, press, says, until, window};

#[test]
fn one_click_and_one_line_show_the_first_echoed_hello() {
    let mut harness = window(Lang::En, [1440.0, 900.0]);
    click(&mut harness, "TCP server + client");
    until(&mut harness, "the server and its client are open", |harness| {
        harness.state().session().endpoints().len() == 2 && all_open(harness)
    });
    harness.run_steps(3);
    // The client's composer has the keyboard by itself.
    harness.event(eframe::egui::Event::Text("hello".to_owned()));
    harness.run_steps(2);
    press(&mut harness, Modifiers::NONE, Key::Enter);
    until(&mut harness, "hello came back", |harness| harness.state().session().trace().totals().received_bytes == 10);
    harness.run_steps(2);
    assert!(harness.query_all_by_label_contains("hello").count() >= 2, "both panes show it");
    assert!(harness.query_by_label("Traffic").is_some());
    assert!(harness.query_all_by_label_contains("server: TCP server, listening, 127.0.0.1:").next().is_some());
}

#[test]
fn the_language_changes_at_once() {
    let mut harness = window(Lang::En, [1440.0, 900.0]);
    assert!(harness.query_by_label("New endpoint").is_some());
    click(&mut harness, "Switch to 简体中文");
    assert!(harness.query_by_label("新建端点").is_some());
    assert!(harness.query_by_label("New endpoint").is_none());
    click(&mut harness, "切换到 English");
    assert!(harness.query_by_label("New endpoint").is_some());
}

#[test]
fn the_form_says_what_is_wrong_and_keeps_what_was_typed() {
    let mut harness = window(Lang::En, [1440.0, 900.0]);
    press(&mut harness, Modifiers::COMMAND, Key::N);
    let type_into = |harness: &mut Harness<'_, App>, name: &str, text: &str| {
        let field = harness.get_by_role_and_label(Role::TextInput, name);
        field.focus();
        harness.run_steps(2);
        harness.key_press_modifiers(Modifiers::COMMAND, Key::A);
        harness.run_steps(1);
        harness.event(eframe::egui::Event::Text(text.to_owned()));
        harness.run_steps(2);
    };
    for (port, right) in [("65536", false), ("http", false), ("-1", false), ("", false), ("0", true)] {
        if port.is_empty() {
            harness.get_by_role_and_label(Role::TextInput, "Port").focus();
            harness.run_steps(2);
            harness.key_press_modifiers(Modifiers::COMMAND, Key::A);
            harness.run_steps(1);
            harness.key_press(Key::Backspace);
            harness.run_steps(2);
        } else {
            type_into(&mut harness, "Port", port);
        }
        assert_eq!(harness.query_all_by_label_contains("expected a whole number").next().is_none(), right, "{port:?}");
        let create = harness.get_by_role_and_label(Role::Button, "Create and open");
        assert_eq!(create.accesskit_node().is_disabled(), !right, "{port:?}");
    }
    type_into(&mut harness, "Port", "99999");
    type_into(&mut harness, "Name", "teacher");
    press(&mut harness, Modifiers::NONE, Key::Enter);
    assert!(harness.state().session().endpoints().is_empty(), "Enter does not get past what is wrong");
    type_into(&mut harness, "Port", "0");
    press(&mut harness, Modifiers::NONE, Key::Enter);
    until(&mut harness, "the server listens", |harness| {
        harness.state().session().endpoints().len() == 1 && all_open(harness)
    });
    assert_eq!(harness.state().session().endpoints()[0].spec.name, "teacher");
}

#[test]
fn the_palette_finds_commands_by_typing() {
    let mut harness = window(Lang::ZhCn, [1440.0, 900.0]);
    press(&mut harness, Modifiers::COMMAND, Key::K);
    harness.event(eframe::egui::Event::Text("english".to_owned()));
    harness.run_steps(3);
    press(&mut harness, Modifiers::NONE, Key::Enter);
    assert_eq!(harness.state().lang(), Lang::En);
    press(&mut harness, Modifiers::COMMAND, Key::K);
    press(&mut harness, Modifiers::NONE, Key::Escape);
    assert!(harness.query_all_by_label_contains("Type to find").next().is_none(), "Escape closes it");
}

#[test]
fn trouble_is_said_with_its_name_and_stays_until_dismissed() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let mut harness = window(Lang::En, [1440.0, 900.0]);
    press(&mut harness, Modifiers::COMMAND, Key::N);
    harness.get_by_role_and_label(Role::TextInput, "Port").focus();
    harness.run_steps(2);
    harness.key_press_modifiers(Modifiers::COMMAND, Key::A);
    harness.run_steps(1);
    harness.event(eframe::egui::Event::Text(port));
    harness.run_steps(2);
    press(&mut harness, Modifiers::NONE, Key::Enter);
    until(&mut harness, "EADDRINUSE is said", |harness| {
        harness.query_all_by_label_contains("EADDRINUSE").any(|node| node.accesskit_node().role() == Role::Label)
    });
    harness.run_steps(20);
    let dismiss = harness
        .get_all_by_role(Role::Button)
        .find(|node| node.accesskit_node().label().is_some_and(|label| label.starts_with("Dismiss: ")));
    dismiss.expect("a button that dismisses it").click();
    harness.run_steps(3);
    assert!(harness.state().session().notices().is_empty());
}

#[test]
fn unsaved_changes_are_asked_about_and_a_lab_is_saved_and_opened_by_a_typed_path() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("echo.lab.toml");
    let mut harness = window(Lang::En, [1440.0, 900.0]);
    click(&mut harness, "TCP server + client");
    until(&mut harness, "both are open", |harness| {
        harness.state().session().endpoints().len() == 2 && all_open(harness)
    });
    press(&mut harness, Modifiers::COMMAND | Modifiers::SHIFT, Key::N);
    assert!(harness.query_by_label("Don't save").is_some(), "it asks");
    click(&mut harness, "Save");
    // There is no file dialog here: the path is typed.
    harness.run_steps(3);
    harness.key_press_modifiers(Modifiers::COMMAND, Key::A);
    harness.run_steps(1);
    harness.event(eframe::egui::Event::Text(file.display().to_string()));
    harness.run_steps(2);
    press(&mut harness, Modifiers::NONE, Key::Enter);
    until(&mut harness, "the new lab is empty", |harness| harness.state().session().endpoints().is_empty());
    assert!(file.is_file());
    press(&mut harness, Modifiers::COMMAND, Key::O);
    harness.key_press_modifiers(Modifiers::COMMAND, Key::A);
    harness.run_steps(1);
    harness.event(eframe::egui::Event::Text(file.display().to_string()));
    harness.run_steps(2);
    press(&mut harness, Modifiers::NONE, Key::Enter);
    until(&mut harness, "the lab is there again", |harness| harness.state().session().endpoints().len() == 2);
    assert!(!harness.state().session().is_edited());
}

#[test]
fn the_windows_close_button_asks_about_unsaved_changes() {
    let mut harness = window(Lang::En, [900.0, 600.0]);
    let close = |harness: &mut Harness<'_, App>| {
        let viewport = harness.input_mut().viewports.entry(ViewportId::ROOT).or_default();
        viewport.events.push(ViewportEvent::Close);
        harness.step();
        let commands =
            |harness: &Harness<'_, App>| harness.output().viewport_output[&ViewportId::ROOT].commands.clone();
        commands(harness).contains(&ViewportCommand::CancelClose)
    };
    assert!(!close(&mut harness), "an empty lab has nothing to lose");
    harness.input_mut().viewports.entry(ViewportId::ROOT).or_default().events.clear();
    click(&mut harness, "TCP server + client");
    until(&mut harness, "both are open", all_open);
    assert!(close(&mut harness), "the window stays");
    harness.input_mut().viewports.entry(ViewportId::ROOT).or_default().events.clear();
    harness.run_steps(2);
    click(&mut harness, "Cancel");
    assert!(harness.query_by_label("Don't save").is_none());
    assert!(all_open(&harness));
}

#[test]
fn an_idle_window_draws_nothing_of_its_own_accord() {
    let mut harness = window(Lang::En, [1440.0, 900.0]);
    harness.run_steps(10);
    let again = harness.output().viewport_output.values().map(|output| output.repaint_delay).min().unwrap();
    assert!(again >= Duration::from_secs(1), "it would draw again in {again:?}");
}

#[test]
fn the_view_menu_has_every_view_of_the_lab() {
    let mut harness = echo_pair([1440.0, 900.0]);
    let names = ["Show Traffic", "Show the ladder", "Show the byte map", "Show the plots", "Show the transfers"];
    click(&mut harness, "View");
    for name in names {
        assert!(says(&harness, name), "{name}");
    }
    harness.get_by_label_contains("Show the ladder").click();
    harness.run_steps(4);
    harness.get_by_role_and_label(Role::ListBox, "Ladder of socket calls");
}
