//! Labs on disk: what can't be read, what is dropped, what is unsaved; and the settings.

use std::fs;
use std::path::{Path, PathBuf};

use eframe::App as _;
use eframe::egui::accesskit::Role;
use eframe::egui::{Key, Modifiers, Theme, ThemePreference, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;
use socket_lab::desktop::settings::Store;
use socket_lab::lab::file;
use socket_lab::lang::Lang;
use socket_lab::ui::app::App;
use tempfile::TempDir;

use super::driving::{
    Window, all_open, click, click_beginning, drop_file, echo_pair, press, received, retype, says, type_text, until,
    window,
};

const SIZE: [f32; 2] = [1440.0, 900.0];
const ONE_UDP: &str = "title = \"Room\"\n\n[[endpoints]]\nname = \"room\"\nkind = \"udp\"\nlocal = \"127.0.0.1:0\"\n";

fn file_with(text: &str) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("room.lab.toml");
    fs::write(&path, text).unwrap();
    (folder, path)
}

fn open_by_typing(harness: &mut Window, path: &Path) {
    press(harness, Modifiers::COMMAND, Key::O);
    retype(harness, &path.display().to_string());
    press(harness, Modifiers::NONE, Key::Enter);
    harness.run_steps(3);
}

fn names(harness: &Window) -> Vec<String> {
    harness.state().session().endpoints().iter().map(|endpoint| endpoint.spec.name.clone()).collect()
}

#[test]
fn a_bad_lab_is_refused_with_file_line_and_field_and_the_window_goes_on() {
    let (_folder, bad) = file_with("[[endpoints]]\nname = \"a\"\nkind = \"tcp-server\"\nbacklog = \"many\"\n");
    let mut harness = echo_pair(SIZE);
    drop_file(&mut harness, &bad);
    click(&mut harness, "Don't save");
    for part in [&*bad.display().to_string(), "line 4", "endpoints[0].backlog"] {
        assert!(says(&harness, part), "{part}");
    }
    // Its button has the keyboard, not the composer behind it.
    type_text(&mut harness, "x");
    press(&mut harness, Modifiers::NONE, Key::Enter);
    assert!(!says(&harness, "endpoints[0].backlog"));
    assert_eq!(harness.get_by_label("Message of client").value().as_deref(), Some(""));
    assert_eq!(received(&harness), 0);
    assert_eq!(names(&harness), ["server", "client"], "the lab from before is still there");
    assert!(all_open(&harness));
}

#[test]
fn whatever_is_in_a_file_the_window_says_it_and_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let mut harness = window(Lang::ZhCn, [900.0, 600.0]);
    let deep = "a = ".to_owned() + &"[".repeat(100_000);
    for (name, bytes) in [
        ("not-text.lab.toml", &b"\xff\xfe\x00\x01"[..]),
        ("unknown-key.lab.toml", b"colour = 1\n"),
        ("twice.lab.toml", b"[[endpoints]]\nname=\"a\"\nkind=\"udp\"\n[[endpoints]]\nname=\"a\"\nkind=\"udp\"\n"),
        ("deep.lab.toml", deep.as_bytes()),
        ("long.lab.toml", "x".repeat(100_000).as_bytes()),
    ] {
        let path = folder.path().join(name);
        fs::write(&path, bytes).unwrap();
        drop_file(&mut harness, &path);
        assert!(says(&harness, name), "{name} is said");
        let close = harness.get_by_role_and_label(Role::Button, "关闭").rect();
        assert!(harness.ctx.content_rect().contains_rect(close), "{name}: the button is in sight");
        press(&mut harness, Modifiers::NONE, Key::Escape);
        assert!(!says(&harness, name), "{name} is gone");
    }
    drop_file(&mut harness, &folder.path().join("not-there.lab.toml"));
    assert!(says(&harness, "not-there.lab.toml"));
}

#[test]
fn a_lab_that_is_dropped_on_the_window_is_opened() {
    let (_folder, path) = file_with(ONE_UDP);
    let mut harness = window(Lang::En, SIZE);
    drop_file(&mut harness, &path);
    assert_eq!(names(&harness), ["room"]);
    assert_eq!(harness.state().session().path(), Some(&*path));
    assert!(!harness.state().session().is_edited());
    assert!(says(&harness, "Room"), "its title is in the bar");
}

/// A lab with a file and an endpoint more than the file has.
fn edited() -> (TempDir, PathBuf, Window) {
    let (folder, path) = file_with(ONE_UDP);
    let mut harness = window(Lang::En, SIZE);
    open_by_typing(&mut harness, &path);
    assert_eq!(names(&harness), ["room"]);
    press(&mut harness, Modifiers::COMMAND, Key::N);
    press(&mut harness, Modifiers::NONE, Key::Enter);
    until(&mut harness, "there is a server more", |harness| harness.state().session().endpoints().len() == 2);
    harness.run_steps(4);
    assert!(harness.state().session().is_edited());
    press(&mut harness, Modifiers::COMMAND | Modifiers::SHIFT, Key::N);
    assert!(says(&harness, "Don't save"), "it asks");
    assert!(says(&harness, "room.lab.toml"), "and says about what");
    (folder, path, harness)
}

fn endpoints_in(path: &Path) -> usize {
    file::load(path).unwrap().endpoints.len()
}

#[test]
fn save_writes_the_changes_and_goes_on() {
    let (_folder, path, mut harness) = edited();
    click(&mut harness, "Save");
    assert_eq!(endpoints_in(&path), 2);
    assert!(names(&harness).is_empty(), "the new lab is there");
}

#[test]
fn do_not_save_leaves_the_file_alone_and_goes_on() {
    let (_folder, path, mut harness) = edited();
    click(&mut harness, "Don't save");
    assert_eq!(endpoints_in(&path), 1);
    assert!(names(&harness).is_empty());
}

#[test]
fn cancel_and_escape_leave_everything_as_it_is() {
    let (_folder, path, mut harness) = edited();
    click(&mut harness, "Cancel");
    assert!(!says(&harness, "Don't save"));
    press(&mut harness, Modifiers::COMMAND | Modifiers::SHIFT, Key::N);
    press(&mut harness, Modifiers::NONE, Key::Escape);
    assert!(!says(&harness, "Don't save"));
    assert_eq!((endpoints_in(&path), names(&harness).len()), (1, 2));
    assert!(harness.state().session().is_edited());
}

#[test]
fn what_cannot_be_written_stays_unsaved_and_the_window_says_why() {
    let (folder, path, mut harness) = edited();
    fs::remove_file(&path).unwrap();
    fs::create_dir(&path).unwrap();
    click(&mut harness, "Save");
    assert_eq!(names(&harness).len(), 2, "nothing is lost");
    assert!(harness.state().session().is_edited());
    assert!(says(&harness, "not saved"), "it is said");
    drop(folder);
}

#[test]
fn a_typed_path_that_is_no_file_is_said_and_can_be_corrected() {
    let (folder, path) = file_with(ONE_UDP);
    let mut harness = window(Lang::En, SIZE);
    open_by_typing(&mut harness, &folder.path().join("rom.lab.toml"));
    assert!(says(&harness, "There is no such file."), "it says so");
    assert!(names(&harness).is_empty());
    harness.get_by_role_and_label(Role::TextInput, "Path of the lab file").focus();
    harness.run_steps(2);
    retype(&mut harness, &path.display().to_string());
    press(&mut harness, Modifiers::NONE, Key::Enter);
    assert_eq!(names(&harness), ["room"]);
}

/// A window with settings in a folder, as the program has it.
/// With the theme that it asked for: the harness sets its own afterwards.
fn remembered(folder: &Path) -> (Window, ThemePreference) {
    let (store, damaged) = Store::open_in(folder);
    let builder = Harness::builder().with_size(vec2(SIZE[0], SIZE[1])).allow_missing_glyphs();
    let mut theme = ThemePreference::System;
    let mut harness = builder.build_eframe(|cc| {
        let app = App::new(&cc.egui_ctx, store, damaged, None).unwrap();
        theme = cc.egui_ctx.options(|options| options.theme_preference);
        app
    });
    harness.run_steps(4);
    (harness, theme)
}

#[test]
fn theme_language_and_layout_are_there_at_the_next_start() {
    let settings = tempfile::tempdir().unwrap();
    let (_folder, lab) = file_with(ONE_UDP);
    let (mut first, _) = remembered(settings.path());
    // Whatever the system's language is.
    let other = if first.query_by_label("Switch to 简体中文").is_some() {
        click(&mut first, "Switch to 简体中文");
        Lang::ZhCn
    } else {
        click(&mut first, "切换到 English");
        Lang::En
    };
    let chosen = if first.ctx.theme() == Theme::Dark { ThemePreference::Light } else { ThemePreference::Dark };
    press(&mut first, Modifiers::COMMAND | Modifiers::SHIFT, Key::T);
    press(&mut first, Modifiers::COMMAND, Key::I);
    drop_file(&mut first, &lab);
    let inspector = |harness: &Window| says(harness, if other == Lang::En { "Click a call" } else { "点击" });
    assert!(!inspector(&first));
    first.state_mut().on_exit(None);
    drop(first);

    let (mut second, theme) = remembered(settings.path());
    assert_eq!(second.state().lang(), other);
    assert_eq!(theme, chosen);
    assert!(says(&second, "room.lab.toml"), "the recent lab is offered");
    let text = fs::read_to_string(settings.path().join("settings.toml")).unwrap();
    assert!(text.contains("[layout"), "{text}");
    drop_file(&mut second, &lab);
    assert!(!inspector(&second), "the inspector is still away");
}

#[test]
fn damaged_settings_are_said_and_the_window_opens_all_the_same() {
    let settings = tempfile::tempdir().unwrap();
    fs::write(settings.path().join("settings.toml"), "zoom = \"large\"\n").unwrap();
    let (mut harness, _) = remembered(settings.path());
    click(&mut harness, "1 notice");
    assert!(says(&harness, "settings.toml.bad"));
}

#[test]
fn the_title_goes_into_the_saved_file() {
    let (_folder, path) = file_with(ONE_UDP);
    let mut harness = window(Lang::En, SIZE);
    drop_file(&mut harness, &path);
    click(&mut harness, "Lab");
    click_beginning(&mut harness, "Title and note…");
    // The title is selected: it is typed over.
    type_text(&mut harness, "A new title");
    press(&mut harness, Modifiers::NONE, Key::Enter);
    press(&mut harness, Modifiers::COMMAND, Key::S);
    assert_eq!(file::load(&path).unwrap().title.text(Lang::En), "A new title");
}
