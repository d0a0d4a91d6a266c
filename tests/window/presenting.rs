//! Presentation mode: table, inspector and one pane, large, and everything as it was on leaving.

use eframe::egui::accesskit::Role;
use eframe::egui::{Key, Modifiers, Theme, ViewportCommand, ViewportId};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use socket_lab::lang::Lang;

use crate::driving::{Window, click, echo_pair, pick, press, rows, says, talk, type_text, window_in};

const SIZE: [f32; 2] = [1920.0, 1080.0];

/// Asks for the whole screen, or for less, in the frames that follow the key.
fn screens(harness: &mut Window, key: Key) -> Vec<bool> {
    harness.key_press_modifiers(Modifiers::NONE, key);
    let mut asked = Vec::new();
    for _ in 0..4 {
        harness.step();
        let commands = &harness.output().viewport_output[&ViewportId::ROOT].commands;
        asked.extend(commands.iter().filter_map(|command| match command {
            ViewportCommand::Fullscreen(whole) => Some(*whole),
            _ => None,
        }));
    }
    asked
}

/// Names and places of everything that can be seen.
fn seen(harness: &Window) -> Vec<(String, String)> {
    let nodes = harness.query_all_by(|node| node.label().is_some());
    nodes.map(|node| (node.accesskit_node().label().unwrap_or_default(), format!("{:?}", node.rect()))).collect()
}

#[test]
fn panels_are_away_table_inspector_and_one_pane_are_there_and_leaving_restores_all() {
    let mut harness = echo_pair(SIZE);
    talk(&mut harness, "hello");
    // Pointing at nothing, so that no tip comes and goes.
    harness.remove_cursor();
    harness.run_steps(4);
    let zoom = harness.ctx.zoom_factor();
    let before = seen(&harness);
    assert!(says(&harness, "ENDPOINTS"));
    assert_eq!(screens(&mut harness, Key::F11), [true]);
    assert!(harness.ctx.zoom_factor() > 1.3 * zoom, "larger: {}", harness.ctx.zoom_factor());
    assert!(!says(&harness, "ENDPOINTS") && harness.query_by_role_and_label(Role::Button, "View").is_none());
    assert!(says(&harness, "Message of client"), "the selected endpoint's pane");
    assert!(rows(&harness).iter().any(|name| name.contains("send(5)")), "the table");
    pick(&mut harness, Modifiers::NONE, "recv(1024) = 5");
    assert!(says(&harness, "CALL #"), "the inspector");
    harness.remove_cursor();
    assert_eq!(screens(&mut harness, Key::F11), [false]);
    assert_eq!(harness.ctx.zoom_factor(), zoom);
    press(&mut harness, Modifiers::NONE, Key::Escape);
    harness.run_steps(4);
    let after = seen(&harness);
    for (name, rect) in before.iter().filter(|(name, _)| ["Lab", "View", "Help", "client"].contains(&name.as_str())) {
        assert!(after.contains(&(name.clone(), rect.clone())), "{name} at {rect}: {after:#?}");
    }
    assert!(says(&harness, "ENDPOINTS") && says(&harness, "Message of server"));
}

#[test]
fn the_large_pane_is_switched_and_remembered() {
    let mut harness = echo_pair(SIZE);
    press(&mut harness, Modifiers::NONE, Key::F11);
    press(&mut harness, Modifiers::ALT, Key::Num2);
    assert!(harness.query_by_role_and_label(Role::List, "Ladder").is_some() || says(&harness, "server #1 :"));
    assert!(!says(&harness, "Message of client"));
    press(&mut harness, Modifiers::NONE, Key::F11);
    assert!(says(&harness, "Message of client"));
    press(&mut harness, Modifiers::NONE, Key::F11);
    assert!(!says(&harness, "Message of client"), "still the ladder");
    click(&mut harness, "Show server large");
    assert!(says(&harness, "Message of server"));
}

#[test]
fn escape_leaves_it_unless_something_else_has_a_use_for_it() {
    let mut harness = echo_pair(SIZE);
    press(&mut harness, Modifiers::NONE, Key::F11);
    press(&mut harness, Modifiers::COMMAND, Key::K);
    type_text(&mut harness, "help");
    press(&mut harness, Modifiers::NONE, Key::Escape);
    assert!(!says(&harness, "ENDPOINTS"), "the palette took it");
    harness.run_steps(2);
    for _ in 0..2 {
        if !says(&harness, "ENDPOINTS") {
            press(&mut harness, Modifiers::NONE, Key::Escape);
        }
    }
    assert!(says(&harness, "ENDPOINTS"));
}

#[test]
fn the_users_zoom_and_panels_stay_as_they_are_whatever_is_done_in_it() {
    let mut harness = echo_pair(SIZE);
    press(&mut harness, Modifiers::NONE, Key::F11);
    let zoom = harness.ctx.zoom_factor();
    press(&mut harness, Modifiers::COMMAND, Key::Plus);
    assert!(harness.ctx.zoom_factor() > zoom);
    press(&mut harness, Modifiers::COMMAND, Key::I);
    press(&mut harness, Modifiers::COMMAND, Key::B);
    press(&mut harness, Modifiers::NONE, Key::F11);
    assert_eq!(harness.ctx.zoom_factor(), 1.0);
    assert!(says(&harness, "ENDPOINTS"));
}

#[test]
fn it_is_there_in_chinese_and_light_and_in_the_smallest_window() {
    for (lang, theme) in [(Lang::En, Theme::Light), (Lang::ZhCn, Theme::Dark)] {
        let mut harness = window_in(lang, theme, [900.0, 600.0]);
        press(&mut harness, Modifiers::NONE, Key::F11);
        let leave = if lang == Lang::En { "Leave (F11)" } else { "退出（F11）" };
        let button = harness.get_by_role_and_label(Role::Button, leave);
        let screen = harness.ctx.content_rect();
        assert!(screen.contains_rect(button.rect()), "{:?} in {screen:?}", button.rect());
        button.click();
        harness.run_steps(4);
        assert!(harness.query_by_role_and_label(Role::Button, leave).is_none());
    }
}
