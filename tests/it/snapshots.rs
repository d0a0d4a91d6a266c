//! Pictures of the whole window in each language and theme.
//!
//! Pictures depend on the renderer and on the fonts of the machine, so they are compared only where
//! `SOCKET_LAB_SNAPSHOTS=1` is set, as `.ci/run` does. To take new ones, set `UPDATE_SNAPSHOTS=1` as well.

use std::fs;
use std::time::{Duration, Instant};

use eframe::egui::accesskit::Role;
use eframe::egui::{Event, Key, Modifiers, Theme, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use socket_lab::lang::Lang;
use socket_lab::ui::app::App;

const SIZE: [f32; 2] = [1280.0, 800.0];

/// Endpoints that stay closed: nothing in the pictures depends on a port or on the time.
const LAB: &str = r#"
title = "Weather station"

[[endpoints]]
name = "station"
kind = "tcp-server"
local = "127.0.0.1:8000"
backlog = 5
recv_size = 1024
service = { kind = "suffix", text = " SB" }

[[endpoints]]
name = "display"
kind = "tcp-client"
remote = "@station"
encoding = "gbk"

[[endpoints]]
name = "sensors"
kind = "udp"
local = "127.0.0.1:7788"

[[steps]]
open = "station"
"#;

fn is_wanted() -> bool {
    let wanted = std::env::var_os("SOCKET_LAB_SNAPSHOTS").is_some_and(|value| value == "1");
    if !wanted {
        eprintln!("not compared: SOCKET_LAB_SNAPSHOTS is not 1");
    }
    wanted
}

fn window(lang: Lang, theme: Theme) -> Harness<'static, App> {
    let builder = Harness::builder().with_size(vec2(SIZE[0], SIZE[1])).with_theme(theme).wgpu();
    let mut harness = builder.build_eframe(move |cc| App::for_test(&cc.egui_ctx, lang, theme));
    harness.run_steps(4);
    harness
}

fn with_lab(lang: Lang, theme: Theme) -> Harness<'static, App> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("weather.lab.toml");
    fs::write(&file, LAB).unwrap();
    let mut harness = window(lang, theme);
    press(&mut harness, Modifiers::COMMAND, Key::O);
    harness.key_press_modifiers(Modifiers::COMMAND, Key::A);
    harness.run_steps(1);
    harness.event(Event::Text(file.display().to_string()));
    harness.run_steps(2);
    press(&mut harness, Modifiers::NONE, Key::Enter);
    assert_eq!(harness.state().session().endpoints().len(), 3);
    harness
}

fn press(harness: &mut Harness<'_, App>, modifiers: Modifiers, key: Key) {
    harness.key_press_modifiers(modifiers, key);
    harness.run_steps(4);
}

fn click_beginning(harness: &mut Harness<'_, App>, beginning: &str) {
    let begins = |name: String| name.starts_with(beginning);
    let found = harness.get_all_by_role(Role::Button).find(|node| node.accesskit_node().label().is_some_and(begins));
    found.unwrap_or_else(|| panic!("no button {beginning:?}")).click();
    harness.run_steps(3);
}

fn compare(mut harness: Harness<'_, App>, name: &str) {
    // The fonts of the system are looked for on a thread; what they lack is said in the window.
    let began = Instant::now();
    while began.elapsed() < Duration::from_millis(300) {
        harness.run_steps(2);
        std::thread::sleep(Duration::from_millis(20));
    }
    harness.remove_cursor();
    harness.run_steps(4);
    harness.snapshot(name);
}

#[test]
fn welcome_in_english_and_dark() {
    if is_wanted() {
        compare(window(Lang::En, Theme::Dark), "welcome-en-dark");
    }
}

#[test]
fn welcome_in_chinese_and_light() {
    if is_wanted() {
        compare(window(Lang::ZhCn, Theme::Light), "welcome-zh-light");
    }
}

#[test]
fn a_lab_in_english_and_light() {
    if is_wanted() {
        let mut harness = with_lab(Lang::En, Theme::Light);
        click_beginning(&mut harness, "display");
        // What is typed is counted, and what can't be written in the endpoint's encoding is refused with its place.
        harness.get_by_label("Message of display").focus();
        harness.run_steps(2);
        harness.event(Event::Text("temperature 21 °C 😀".to_owned()));
        harness.run_steps(3);
        press(&mut harness, Modifiers::COMMAND, Key::F);
        compare(harness, "lab-en-light");
    }
}

#[test]
fn a_lab_in_chinese_and_dark() {
    if is_wanted() {
        let mut harness = with_lab(Lang::ZhCn, Theme::Dark);
        click_beginning(&mut harness, "sensors");
        compare(harness, "lab-zh-dark");
    }
}

#[test]
fn the_form_in_english_and_dark() {
    if is_wanted() {
        let mut harness = with_lab(Lang::En, Theme::Dark);
        press(&mut harness, Modifiers::COMMAND, Key::N);
        compare(harness, "form-en-dark");
    }
}

#[test]
fn the_form_in_chinese_and_light() {
    if is_wanted() {
        let mut harness = with_lab(Lang::ZhCn, Theme::Light);
        press(&mut harness, Modifiers::COMMAND, Key::N);
        compare(harness, "form-zh-light");
    }
}
