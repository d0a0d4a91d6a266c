//! From the beginning of a lesson to the file that is handed in, and to its marks.

use std::path::{Path, PathBuf};

use eframe::egui::accesskit::Role;
use eframe::egui::{Key, Modifiers, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use socket_lab::desktop::settings::Store;
use socket_lab::lab::ProgramSpec;
use socket_lab::lab::lesson::Value;
use socket_lab::lang::Lang;
use socket_lab::lesson::handin::{self, HandIn, TRACE};
use socket_lab::session::Action;
use socket_lab::ui::app::App;

use super::driving::*;
use crate::lessons::graded::grade;

/// So high that the whole lesson and every row of the table are in sight.
const SIZE: [f32; 2] = [1440.0, 2000.0];

fn lesson() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/labs/lessons/201-one-send-one-recv.lab.toml")
}

/// The window of a program whose settings are in this folder, with the lesson.
fn started(settings: &Path) -> Window {
    let (mut store, _) = Store::open_in(settings);
    store.settings.language = Some(Lang::En);
    store.settings.first_steps_over = true;
    let builder = Harness::builder().with_size(vec2(SIZE[0], SIZE[1])).allow_missing_glyphs();
    let mut harness = builder.build_eframe(|cc| App::for_test_with(&cc.egui_ctx, store));
    harness.run_steps(4);
    let lab = socket_lab::lab::file::load(&lesson()).unwrap();
    harness.state_mut().session_mut().load(lab, None);
    harness.run_steps(4);
    harness
}

fn predict_and_run(harness: &mut Window, answer: &str) {
    click(harness, "Go on");
    harness.get_by_role_and_label(Role::TextInput, "Your answer").focus();
    harness.run_steps(2);
    type_text(harness, answer);
    press(harness, Modifiers::NONE, Key::Enter);
    harness.run_steps(3);
    click(harness, "Run the steps");
    until(harness, "the truth is known", |harness| says(harness, "3. Run (done)"));
    harness.run_steps(4);
}

fn fill(harness: &mut Window, field: &str, text: &str) {
    harness.get_by_role_and_label(Role::TextInput, field).focus();
    harness.run_steps(2);
    retype(harness, text);
}

fn field(harness: &Window, field: &str) -> String {
    harness.get_by_role_and_label(Role::TextInput, field).accesskit_node().value().unwrap_or_default()
}

/// Saves it under that path from the dialog.
fn save(harness: &mut Window, path: &Path) {
    click(harness, "Save…");
    until(harness, "it is asked where", |harness| says(harness, "Type the path"));
    retype(harness, &path.display().to_string());
    press(harness, Modifiers::NONE, Key::Enter);
    until(harness, "it is said that it is saved", |harness| says(harness, "Your work is saved as"));
}

fn read(path: &Path) -> HandIn {
    handin::read(&std::fs::read(path).unwrap()).unwrap()
}

#[test]
fn a_lesson_is_done_handed_in_and_graded() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("server.py"), "import socket\n").unwrap();
    let mut harness = started(folder.path());
    assert!(harness.query_by_role_and_label(Role::Button, "Hand in…").is_none(), "there is nothing to hand in yet");
    predict_and_run(&mut harness, "3");
    pick(&mut harness, Modifiers::NONE, "recv(1024) = 14");
    click(&mut harness, "Check");
    // It is not run here: its calls would push the others out of sight.
    let run = ["python3", "server.py"].map(str::to_owned).to_vec();
    let dir = Some(folder.path().to_owned());
    let spec = Box::new(ProgramSpec { name: "mine".to_owned(), run, dir, ..ProgramSpec::default() });
    harness.state_mut().session_mut().act(Action::AddProgram { spec, start: false });
    harness.run_steps(4);
    click(&mut harness, "Hand in…");
    assert!(says(&harness, "no proof of who you are") && says(&harness, "Answered: 2 of 2 questions."));
    assert!(!says(&harness, "Run the steps again"));
    let go = |harness: &Window| harness.get_by_role_and_label(Role::Button, "Save…").accesskit_node().is_disabled();
    assert!(go(&harness), "nobody's work is not saved");
    fill(&mut harness, "Name", "张三");
    fill(&mut harness, "Number", "2026-01");
    let path = folder.path().join("zhang.lab-handin");
    save(&mut harness, &folder.path().join("zhang"));
    assert!(says(&harness, "zhang.lab-handin"), "it has the ending that graders look for");

    let handed_in = read(&path);
    assert_eq!((handed_in.student.name.as_str(), handed_in.student.number.as_str()), ("张三", "2026-01"));
    assert_eq!(
        (handed_in.version.as_str(), handed_in.system.as_str()),
        (env!("CARGO_PKG_VERSION"), std::env::consts::OS)
    );
    assert_eq!(handed_in.programs().collect::<Vec<_>>(), ["server.py"]);
    let answers: Vec<_> = handed_in.answers.iter().map(|given| (given.part, given.answer.predicted)).collect();
    assert_eq!(answers, [(2, true), (4, false)]);
    assert!(
        handed_in.answers.iter().all(|given| given.answer.at > 1_700_000_000 && given.answer.at <= handed_in.saved_at)
    );
    assert!(handed_in.file(TRACE).is_some_and(|trace| !trace.is_empty()) && handed_in.left_out.is_empty());

    let (status, table, errors) = grade("C", &lesson(), &[&path]);
    assert_eq!((status, errors.as_str()), (Some(0), ""), "{table}");
    assert!(table.contains("2026-01 张三: 1 of 2 right") && !table.contains('!'), "{table}");
    assert!(table.contains("2. Predict: wrong 3 (true: 1)") && table.contains("Programs: server.py"), "{table}");

    // Who writes another truth into the file, with a manifest that fits, gains nothing.
    let mut forged = handed_in;
    forged.answers[0].answer.truth = Some(Value::Number(3));
    forged.answers[0].answer.right = Some(true);
    let mut bytes = Vec::new();
    handin::write(&mut bytes, &forged).unwrap();
    std::fs::write(&path, bytes).unwrap();
    let (_, table, _) = grade("C", &lesson(), &[&path]);
    assert!(table.contains("2. Predict: wrong 3 (true: 1)"), "{table}");
    assert!(table.contains("! the file says that the truth was 3, and the trace shows something else"), "{table}");
}

#[test]
fn name_and_number_are_asked_once_and_a_run_that_is_gone_is_missed() {
    let folder = tempfile::tempdir().unwrap();
    let mut harness = started(folder.path());
    predict_and_run(&mut harness, "1");
    click(&mut harness, "Hand in…");
    fill(&mut harness, "Name", "李四");
    fill(&mut harness, "Number", "07");
    save(&mut harness, &folder.path().join("first.lab-handin"));
    harness.run_steps(3);
    drop(harness);
    let mut harness = started(folder.path());
    click(&mut harness, "Hand in…");
    assert_eq!((field(&harness, "Name").as_str(), field(&harness, "Number").as_str()), ("李四", "07"));
    assert!(says(&harness, "Run the steps again"), "the trace was of the window before");
    let path = folder.path().join("second.lab-handin");
    save(&mut harness, &path);
    assert_eq!(read(&path).student.name, "李四");
}

#[test]
fn work_that_can_not_be_saved_says_why() {
    let folder = tempfile::tempdir().unwrap();
    let mut harness = started(folder.path());
    predict_and_run(&mut harness, "1");
    click(&mut harness, "Hand in…");
    fill(&mut harness, "Name", "李四");
    click(&mut harness, "Save…");
    until(&mut harness, "it is asked where", |harness| says(harness, "Type the path"));
    let taken = folder.path().join("taken.lab-handin");
    std::fs::create_dir(&taken).unwrap();
    retype(&mut harness, &taken.display().to_string());
    press(&mut harness, Modifiers::NONE, Key::Enter);
    until(&mut harness, "it is said", |harness| says(harness, "Your work was not saved"));
}
