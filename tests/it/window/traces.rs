//! Traces in the window: recorded, saved, opened again, exported.

use std::path::Path;

use eframe::egui::{Key, Modifiers};
use socket_lab::lang::Lang;

use super::driving::{
    Window, click, click_beginning, drop_file, echo_pair, pick, press, received, retype, says, type_text, until, window,
};

const SIZE: [f32; 2] = [1440.0, 900.0];

fn echoed() -> Window {
    let mut harness = echo_pair(SIZE);
    type_text(&mut harness, "hello");
    press(&mut harness, Modifiers::NONE, Key::Enter);
    until(&mut harness, "the echo is there", |harness| received(harness) >= 10);
    harness
}

/// From the palette, where each command is by its name.
fn command(harness: &mut Window, name: &str) {
    press(harness, Modifiers::COMMAND, Key::K);
    type_text(harness, name);
    harness.run_steps(2);
    press(harness, Modifiers::NONE, Key::Enter);
    harness.run_steps(3);
}

fn type_path(harness: &mut Window, path: &Path) {
    retype(harness, &path.display().to_string());
    press(harness, Modifiers::NONE, Key::Enter);
    harness.run_steps(3);
}

#[test]
fn a_trace_is_saved_and_shown_again_and_its_sockets_stay_closed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.lab-trace");
    let mut harness = echoed();
    command(&mut harness, "Save the trace");
    type_path(&mut harness, &path);
    until(&mut harness, "it is written", |_| path.exists());
    until(&mut harness, "it is said", |harness| says(harness, "x.lab-trace"));
    let calls = harness.state().session().trace().len();

    let mut harness = window(Lang::En, SIZE);
    drop_file(&mut harness, &path);
    until(&mut harness, "it is shown", |harness| harness.state().session().trace().len() == calls);
    until(&mut harness, "it is read", |harness| {
        harness.state().session().viewed().is_some_and(|viewed| viewed.progress().is_none())
    });
    harness.run_steps(4);
    let names: Vec<&str> = harness.state().session().endpoints().iter().map(|it| it.spec.name.as_str()).collect();
    assert_eq!(names, ["server", "client"]);
    assert!(says(&harness, "Saved trace: x.lab-trace"));
    command(&mut harness, "Open all");
    assert!(says(&harness, "its sockets are not opened"));
    assert_eq!(harness.state().session().trace().len(), calls);
    // A new lab is live again.
    press(&mut harness, Modifiers::COMMAND | Modifiers::SHIFT, Key::N);
    harness.run_steps(3);
    assert!(harness.state().session().viewed().is_none());
    assert!(harness.state().session().trace().is_empty());
}

#[test]
fn a_damaged_trace_is_shown_as_far_as_it_is_sound() {
    let folder = tempfile::tempdir().unwrap();
    let (path, foreign) = (folder.path().join("x.lab-trace"), folder.path().join("foreign.lab-trace"));
    let mut harness = echoed();
    command(&mut harness, "Save the trace");
    type_path(&mut harness, &path);
    until(&mut harness, "it is written", |_| path.exists());
    let bytes = std::fs::read(&path).unwrap();
    std::fs::write(&path, &bytes[..bytes.len() - 3]).unwrap();
    std::fs::write(&foreign, "something else").unwrap();
    let mut harness = window(Lang::En, SIZE);
    drop_file(&mut harness, &foreign);
    until(&mut harness, "it says so", |harness| says(harness, "is not a trace that this program can show"));
    assert!(harness.state().session().viewed().is_none());
    drop_file(&mut harness, &path);
    until(&mut harness, "it is shown", |harness| harness.state().session().viewed().is_some());
    click_beginning(&mut harness, "Show ");
    until(&mut harness, "it says where it stopped", |harness| says(harness, "It stopped at byte"));
    assert!(harness.state().session().trace().len() > 5);
}

#[test]
fn what_is_exported_is_asked_and_written() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.csv");
    let mut harness = echoed();
    press(&mut harness, Modifiers::COMMAND | Modifiers::SHIFT, Key::E);
    harness.run_steps(3);
    use egui_kittest::kittest::Queryable as _;
    harness.get_by_label("CSV").click();
    harness.run_steps(2);
    click(&mut harness, "Export…");
    type_path(&mut harness, &path);
    until(&mut harness, "it is written", |_| path.exists());
    assert!(std::fs::read_to_string(&path).unwrap().contains("68656c6c6f"));
}

#[test]
fn what_the_filter_shows_is_offered_where_there_is_one_and_it_alone_is_written() {
    use egui_kittest::kittest::Queryable as _;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.csv");
    let mut harness = echoed();
    let export = |harness: &mut Window| {
        press(harness, Modifiers::COMMAND | Modifiers::SHIFT, Key::E);
        harness.run_steps(3);
    };
    export(&mut harness);
    assert!(harness.query_by_label("What the filter shows").is_none());
    click(&mut harness, "Cancel");
    press(&mut harness, Modifiers::COMMAND, Key::F);
    type_text(&mut harness, "endpoint == server and op == recv and data contains \"ell\"");
    export(&mut harness);
    harness.get_by_label("What the filter shows");
    harness.get_by_label("CSV").click();
    harness.run_steps(2);
    click(&mut harness, "Export…");
    type_path(&mut harness, &path);
    until(&mut harness, "it is written", |_| path.exists());
    let text = std::fs::read_to_string(&path).unwrap();
    assert_eq!(text.lines().count(), 2, "the heading and one call: {text}");
    assert!(text.contains("68656c6c6f") && text.contains("server"), "{text}");
}

#[test]
fn one_connection_is_written_with_its_other_end_in_this_lab() {
    use egui_kittest::kittest::Queryable as _;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.csv");
    let mut harness = echoed();
    pick(&mut harness, Modifiers::NONE, "server #1 recv(1024) = 5");
    press(&mut harness, Modifiers::COMMAND | Modifiers::SHIFT, Key::E);
    harness.run_steps(3);
    harness.get_by_label("Those of server #1, and of its other end at client").click();
    harness.get_by_label("CSV").click();
    harness.run_steps(2);
    click(&mut harness, "Export…");
    type_path(&mut harness, &path);
    until(&mut harness, "it is written", |_| path.exists());
    let text = std::fs::read_to_string(&path).unwrap();
    assert_eq!(text.matches("68656c6c6f").count(), 4, "hello there and back, sent and received: {text}");
    assert!(!text.contains(",listen"), "{text}");
}

#[test]
fn a_recording_is_begun_seen_and_ended() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.pcapng");
    let mut harness = echo_pair(SIZE);
    click(&mut harness, "Record to a file…");
    harness.run_steps(3);
    type_path(&mut harness, &path);
    assert!(says(&harness, "x.pcapng ·"));
    press(&mut harness, Modifiers::COMMAND, Key::R);
    until(&mut harness, "it is ended", |harness| says(harness, "Recorded to"));
    assert!(harness.state().session().recording().is_none());
    assert!(std::fs::metadata(&path).unwrap().len() > 100);
}
