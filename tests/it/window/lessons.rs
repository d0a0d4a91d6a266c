//! A lesson from its beginning to its end, in the window: predict, run, compare, observe.

use std::path::Path;

use eframe::egui::accesskit::Role;
use eframe::egui::{Key, Modifiers, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;
use socket_lab::desktop::settings::Store;
use socket_lab::lab::examples;
use socket_lab::lang::Lang;
use socket_lab::ui::app::App;

use super::driving::*;

const SIZE: [f32; 2] = [1280.0, 720.0];
const NUMBER: u8 = 201;

/// The window of a program whose settings are in this folder, with that lesson.
fn started(settings: &Path, lang: Lang, number: u8) -> Window {
    let (mut store, damaged) = Store::open_in(settings);
    store.settings.language = Some(lang);
    store.settings.first_steps_over = true;
    let builder = Harness::builder().with_size(vec2(SIZE[0], SIZE[1])).allow_missing_glyphs();
    let mut harness = builder.build_eframe(|cc| App::new(&cc.egui_ctx, store, damaged, None).unwrap());
    harness.run_steps(4);
    open(&mut harness, number);
    harness
}

fn open(harness: &mut Window, number: u8) {
    harness.state_mut().session_mut().load(examples::find(number).unwrap().lab.clone(), None);
    harness.run_steps(4);
}

/// A lesson in a window without a settings file.
fn lesson(lang: Lang, size: [f32; 2]) -> Window {
    let mut harness = window(lang, size);
    open(&mut harness, NUMBER);
    harness
}

fn answer(harness: &mut Window, text: &str) {
    harness.get_by_role_and_label(Role::TextInput, "Your answer").focus();
    harness.run_steps(2);
    type_text(harness, text);
    press(harness, Modifiers::NONE, Key::Enter);
    harness.run_steps(3);
}

fn has_run(harness: &Window) -> bool {
    harness.state().session().run_state().is_some_and(|state| state.finished)
}

#[test]
fn a_lesson_goes_from_the_prediction_by_way_of_the_run_to_the_rule() {
    // So high that every row of the table is in sight.
    let mut harness = lesson(Lang::En, [1440.0, 2000.0]);
    assert!(says(&harness, "One send, one recv?") && says(&harness, "I call send() three times"));
    assert!(!says(&harness, "TCP is a stream of bytes"), "what comes later is not shown before its time");
    click(&mut harness, "Go on");
    // Neither the button above the panes nor its key runs anything before the prediction.
    press(&mut harness, Modifiers::NONE, Key::F5);
    harness.run_steps(4);
    assert!(harness.state().session().run_state().is_none(), "nothing was predicted");
    answer(&mut harness, "3");
    click(&mut harness, "Run the steps");
    until(&mut harness, "the steps are over", has_run);
    until(&mut harness, "the truth is known", |harness| says(harness, "3. Run (done)"));
    // The truth stands beside the prediction, and stays.
    click(&mut harness, "2. Predict (done)");
    assert!(says(&harness, "You predicted: 3") && says(&harness, "What happened: 1") && says(&harness, "wrong"));
    assert!(says(&harness, "Three sends, but the bytes waited together"), "the hint for this answer");
    assert!(says(&harness, "One call took all 14 bytes"));
    assert!(harness.query_by_role_and_label(Role::TextInput, "Your answer").is_none(), "it can't be changed any more");
    // Its heading is below what is in sight.
    harness.get_by_role_and_label(Role::Button, "4. Observe (not done)").click_accesskit();
    harness.run_steps(4);
    assert!(says(&harness, "Click a call in the traffic table"));
    pick(&mut harness, Modifiers::NONE, "client send(");
    click(&mut harness, "Check");
    assert!(says(&harness, "wrong") && !says(&harness, "Its length is 14"));
    pick(&mut harness, Modifiers::NONE, "recv(1024) = 14");
    click(&mut harness, "Check");
    assert!(says(&harness, "right") && says(&harness, "Its length is 14"));
    click(&mut harness, "Go on");
    assert!(says(&harness, "TCP is a stream of bytes"));
    click(&mut harness, "Go on");
    assert!(says(&harness, "The lesson is done."));
}

#[test]
fn what_was_learnt_is_there_at_the_next_start_and_can_be_started_over() {
    let folder = tempfile::tempdir().unwrap();
    let mut harness = started(folder.path(), Lang::En, NUMBER);
    click(&mut harness, "Go on");
    answer(&mut harness, "1");
    click(&mut harness, "Run the steps");
    until(&mut harness, "the steps are over", has_run);
    until(&mut harness, "the truth is known", |harness| says(harness, "3. Run (done)"));
    harness.run_steps(3);
    drop(harness);
    let mut harness = started(folder.path(), Lang::En, NUMBER);
    click(&mut harness, "2. Predict (done)");
    assert!(says(&harness, "You predicted: 1") && says(&harness, "What happened: 1") && says(&harness, "right"));
    click(&mut harness, "Start the lesson over");
    assert!(!says(&harness, "You predicted") && says(&harness, "1. What many believe (not done)"));
}

#[test]
fn a_prediction_can_be_changed_until_the_run() {
    let mut harness = lesson(Lang::En, SIZE);
    click(&mut harness, "Go on");
    answer(&mut harness, "three");
    assert!(says(&harness, "The answer is a whole number"));
    answer(&mut harness, "3");
    click(&mut harness, "2. Predict (done)");
    assert!(says(&harness, "You predicted: 3") && says(&harness, "The run will show what happens"));
    harness.get_by_role_and_label(Role::TextInput, "Your answer").focus();
    harness.run_steps(2);
    retype(&mut harness, "2");
    press(&mut harness, Modifiers::NONE, Key::Enter);
    harness.run_steps(3);
    click(&mut harness, "2. Predict (done)");
    assert!(says(&harness, "You predicted: 2"));
}

#[test]
fn the_lessons_are_in_the_menu_and_on_the_welcome_card_in_both_languages() {
    for (lang, menu, lessons) in [(Lang::En, "Lab", "Lessons"), (Lang::ZhCn, "实验", "课程")] {
        let mut harness = window(lang, [1440.0, 900.0]);
        let of = examples::lessons().len();
        assert!(says(&harness, &format!("0 of {of} done")) || says(&harness, &format!("已完成 0/{of}")));
        click(&mut harness, lessons);
        harness.run_steps(4);
        let title = examples::find(NUMBER).unwrap().lab.title.text(lang).to_owned();
        click_on_top(&mut harness, &title);
        harness.run_steps(4);
        assert!(harness.state().session().lesson().is_some());
        click(&mut harness, menu);
        assert!(says(&harness, lessons));
    }
}

#[test]
fn nothing_of_the_lesson_or_beside_it_is_hidden_on_a_projector() {
    for lang in Lang::ALL {
        for (size, zoom) in [(SIZE, 1.0), ([1280.0 / 1.5, 720.0 / 1.5], 1.0), ([900.0, 600.0], 1.0)] {
            let mut harness = lesson(lang, size);
            harness.ctx.set_zoom_factor(zoom);
            harness.run_steps(4);
            let go_on = if lang == Lang::En { "Go on" } else { "继续" };
            let button = harness.get_by_role_and_label(Role::Button, go_on).rect();
            assert!(button.right() < size[0] * 0.5, "{size:?}: {button:?}");
            // The composers of both panes can still be used.
            let panes = harness.query_all_by_role(Role::MultilineTextInput).map(|node| node.rect()).collect::<Vec<_>>();
            for pane in &panes {
                assert!(pane.left() > button.right() && pane.right() <= size[0], "{size:?}: {pane:?}");
            }
        }
    }
}

#[test]
fn a_file_that_was_changed_is_read_again_and_an_error_has_its_line() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.lab.toml");
    let text = std::fs::read_to_string(
        Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/labs/lessons/201-one-send-one-recv.lab.toml"),
    )
    .unwrap();
    std::fs::write(&path, &text).unwrap();
    let mut harness = window(Lang::En, SIZE);
    drop_file(&mut harness, &path);
    harness.run_steps(4);
    assert!(says(&harness, "What many believe"));
    std::fs::write(&path, text.replace("What many believe", "What I believe")).unwrap();
    click(&mut harness, "Reload the lab file");
    assert!(says(&harness, "What I believe"));
    std::fs::write(&path, text.replace("ask = \"number\"", "ask = \"riddle\"")).unwrap();
    click(&mut harness, "Reload the lab file");
    assert!(says(&harness, "lesson.parts[1].ask"), "the field");
    let line = 1 + text.lines().position(|line| line == "ask = \"number\"").unwrap();
    assert!(says(&harness, &format!("line {line}, column")), "the line");
}
