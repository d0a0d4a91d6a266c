//! Presentation mode: table, inspector and one pane, large, and everything as it was on leaving.

use eframe::egui::accesskit::Role;
use eframe::egui::{Event, Key, Modifiers, Theme, ViewportCommand, ViewportId};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use socket_lab::desktop::settings::Store;
use socket_lab::lab::{EndpointKind, EndpointSpec, Local};
use socket_lab::lang::Lang;
use socket_lab::session::Action;
use socket_lab::ui::app::App;

use super::driving::{
    Window, all_open, click, conns, echo_pair, endpoint, pick, press, rows, says, talk, type_text, until, window_in,
};

const SIZE: [f32; 2] = [1920.0, 1080.0];

/// Asks for the whole screen, or for less, in the frames that follow the key.
fn screens(harness: &mut Window, key: Key) -> Vec<bool> {
    // One event a frame, so that no frame is passed over.
    let mut asked = Vec::new();
    for pressed in [true, false] {
        harness.event(Event::Key { key, physical_key: None, pressed, repeat: false, modifiers: Modifiers::NONE });
        for _ in 0..3 {
            harness.step();
            let commands = &harness.output().viewport_output[&ViewportId::ROOT].commands;
            asked.extend(commands.iter().filter_map(|command| match command {
                ViewportCommand::Fullscreen(whole) => Some(*whole),
                _ => None,
            }));
        }
    }
    asked
}

/// Names and places of everything that can be seen.
fn seen(harness: &Window) -> Vec<(String, String)> {
    let nodes = harness.query_all_by(|node| node.label().is_some() && node.raw_bounds().is_some());
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
fn whoever_presents_a_view_sees_that_view_large() {
    let mut harness = echo_pair(SIZE);
    press(&mut harness, Modifiers::ALT, Key::Num3);
    press(&mut harness, Modifiers::NONE, Key::F11);
    let large = |harness: &Window| harness.query_by_role_and_label(Role::Button, "Zoom in (+)").is_some();
    assert!(large(&harness) && !says(&harness, "Message of client"));
    press(&mut harness, Modifiers::NONE, Key::F11);
    press(&mut harness, Modifiers::ALT, Key::Num2);
    press(&mut harness, Modifiers::NONE, Key::F11);
    assert!(says(&harness, "server #1 :") && !says(&harness, "Message of client"));
}

#[test]
fn the_large_pane_is_switched_and_remembered() {
    let mut harness = echo_pair(SIZE);
    press(&mut harness, Modifiers::NONE, Key::F11);
    press(&mut harness, Modifiers::ALT, Key::Num2);
    assert!(harness.query_by_role_and_label(Role::ListBox, "Ladder").is_some() || says(&harness, "server #1 :"));
    assert!(!says(&harness, "Message of client"));
    press(&mut harness, Modifiers::NONE, Key::F11);
    assert!(says(&harness, "Message of client"));
    press(&mut harness, Modifiers::NONE, Key::F11);
    assert!(!says(&harness, "Message of client"), "still the ladder");
    click(&mut harness, "Show server large");
    assert!(says(&harness, "Message of server"));
}

#[test]
fn escape_closes_what_lies_over_it_then_leaves_the_field_and_then_leaves_the_mode() {
    let mut harness = echo_pair(SIZE);
    press(&mut harness, Modifiers::NONE, Key::F11);
    press(&mut harness, Modifiers::ALT, Key::Num2);
    talk_in(&mut harness, "Show client large");
    let escape = |harness: &mut Window| press(harness, Modifiers::NONE, Key::Escape);
    let is_presented = |harness: &Window| harness.query_by_role_and_label(Role::Button, "Leave (F11)").is_some();
    press(&mut harness, Modifiers::COMMAND, Key::K);
    type_text(&mut harness, "help");
    escape(&mut harness);
    assert!(is_presented(&harness), "the palette took it");
    press(&mut harness, Modifiers::ALT, Key::Num2);
    click(&mut harness, "Picture of this view");
    escape(&mut harness);
    assert!(is_presented(&harness) && !says(&harness, "Save picture"), "the menu took it");
    click(&mut harness, "Show client large");
    harness.get_by_label("Message of client").focus();
    harness.run_steps(2);
    escape(&mut harness);
    assert!(is_presented(&harness) && !harness.get_by_label("Message of client").is_focused(), "the field took it");
    escape(&mut harness);
    assert!(!is_presented(&harness) && says(&harness, "ENDPOINTS"));
}

/// Says something in the pane that this button shows.
fn talk_in(harness: &mut Window, button: &str) {
    click(harness, button);
    talk(harness, "hello");
}

#[test]
fn an_empty_lab_shows_the_ways_to_begin_and_what_is_begun_there_becomes_the_large_pane() {
    let mut harness = window_in(Lang::En, Theme::Dark, SIZE);
    press(&mut harness, Modifiers::NONE, Key::F11);
    click(&mut harness, "TCP server + client");
    until(&mut harness, "both are open", |harness| all_open(harness) && conns(harness, "server") == 1);
    harness.run_steps(4);
    assert!(harness.query_by_role_and_label(Role::Button, "Leave (F11)").is_some());
    assert!(says(&harness, "Message of client") || says(&harness, "Message of server"));
    assert!(!rows(&harness).is_empty(), "the table is there");
}

#[test]
fn trouble_is_told_in_it_too() {
    let mut harness = echo_pair(SIZE);
    press(&mut harness, Modifiers::NONE, Key::F11);
    let address = endpoint(&harness, "server").live.local().cloned().unwrap();
    let mut spec = EndpointSpec::new("second", EndpointKind::TCP_SERVER);
    spec.local = Some(Local::Inet(address.to_string().parse().unwrap()));
    harness.state_mut().session_mut().act(Action::Add { spec: Box::new(spec), open: true });
    let line = |harness: &Window| {
        let buttons = harness.query_all_by_role(Role::Button);
        let names: Vec<_> = buttons.filter_map(|node| node.accesskit_node().label()).collect();
        names.iter().any(|name| name.starts_with("Dismiss: "))
    };
    until(&mut harness, "the line over the panes is there", line);
}

#[test]
fn the_view_that_was_large_is_large_again_after_the_next_start() {
    let settings = tempfile::tempdir().unwrap();
    let started = || {
        let (mut store, damaged) = Store::open_in(settings.path());
        store.settings.language = Some(Lang::En);
        let builder = egui_kittest::Harness::builder().with_size(eframe::egui::Vec2::from(SIZE)).allow_missing_glyphs();
        let mut harness = builder.build_eframe(|cc| App::new(&cc.egui_ctx, store, damaged, None).unwrap());
        harness.run_steps(4);
        click(&mut harness, "TCP server + client");
        until(&mut harness, "both are open", |harness| all_open(harness) && conns(harness, "server") == 1);
        press(&mut harness, Modifiers::NONE, Key::F11);
        harness
    };
    let mut first = started();
    assert!(says(&first, "Message of client"));
    press(&mut first, Modifiers::ALT, Key::Num2);
    assert!(shows_ladder(&first));
    drop(first);
    assert!(shows_ladder(&started()));
}

fn shows_ladder(harness: &Window) -> bool {
    says(harness, "Inferred segments") && !says(harness, "Message of client")
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
