//! The three first steps.

use eframe::egui::{Key, Modifiers, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use socket_lab::desktop::settings::Store;
use socket_lab::lang::Lang;
use socket_lab::ui::app::App;

use super::driving::{Window, click, conns, echo_pair, pick, press, says, talk, until, window};

const PAIR: &str = "1. Open a pair";
const LINE: &str = "2. Type a line";
const CALL: &str = "3. Click a call";

/// The window of a program whose settings are in this folder.
fn started(settings: &std::path::Path) -> Window {
    let (mut store, damaged) = Store::open_in(settings);
    store.settings.language = Some(Lang::En);
    let builder = Harness::builder().with_size(vec2(1440.0, 900.0)).allow_missing_glyphs();
    let mut harness = builder.build_eframe(|cc| App::new(&cc.egui_ctx, store, damaged, None).unwrap());
    harness.run_steps(4);
    harness
}

fn is_done(harness: &Window, step: &str) -> bool {
    says(harness, &format!("Done: {step}"))
}

#[test]
fn the_first_steps_are_ticked_off_as_they_are_done_and_do_not_come_again() {
    let folder = tempfile::tempdir().unwrap();
    let mut harness = started(folder.path());
    for step in [PAIR, LINE, CALL] {
        assert!(says(&harness, step) && !is_done(&harness, step), "{step}");
    }
    click(&mut harness, "TCP server + client");
    until(&mut harness, "the pair is open", |harness| conns(harness, "server") == 1 && is_done(harness, PAIR));
    assert!(!is_done(&harness, LINE));
    talk(&mut harness, "hello");
    assert!(is_done(&harness, LINE) && !is_done(&harness, CALL));
    pick(&mut harness, Modifiers::NONE, "send(");
    assert!(is_done(&harness, CALL) && says(&harness, "That is all it takes"));
    // They stay a while, to be seen done.
    harness.run_steps(60);
    assert!(!says(&harness, PAIR));
    drop(harness);
    assert!(!says(&started(folder.path()), PAIR), "not with the next start");
}

#[test]
fn first_steps_that_were_put_away_stay_away_until_help_brings_them_back() {
    let folder = tempfile::tempdir().unwrap();
    let mut harness = started(folder.path());
    click(&mut harness, "Put the first steps away");
    assert!(!says(&harness, PAIR));
    drop(harness);
    let mut harness = started(folder.path());
    assert!(!says(&harness, PAIR));
    click(&mut harness, "Help");
    click(&mut harness, "First steps");
    assert!(says(&harness, PAIR) && !is_done(&harness, PAIR));
}

#[test]
fn a_user_of_an_earlier_version_is_not_shown_the_first_steps() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("settings.toml"), "zoom = 1.0\n").unwrap();
    assert!(!says(&started(folder.path()), PAIR));
}

#[test]
fn the_first_steps_cover_no_endpoint_and_no_address() {
    let folder = tempfile::tempdir().unwrap();
    let mut harness = started(folder.path());
    click(&mut harness, "TCP server + client");
    until(&mut harness, "the pair is open", |harness| conns(harness, "server") == 1 && is_done(harness, PAIR));
    let steps = harness.query_all_by_label("First steps").filter(|node| node.accesskit_node().raw_bounds().is_some());
    let steps = steps.map(|node| node.rect()).max_by(|one, other| one.area().total_cmp(&other.area())).unwrap();
    let mut lowest = 0.0_f32;
    for name in ["server: ", "client: ", "Copy 127", "Copy 192"] {
        for node in harness.query_all_by_label_contains(name).filter(|node| node.rect().right() < 230.0) {
            lowest = lowest.max(node.rect().bottom());
        }
    }
    assert!(lowest > 0.0 && steps.top() >= lowest, "{steps:?} below {lowest}");
    assert!(steps.right() <= 230.0 && steps.bottom() <= 900.0, "{steps:?}");
}

#[test]
fn in_a_small_window_the_first_steps_come_only_when_they_are_asked_for() {
    let mut harness = window(Lang::En, [640.0, 420.0]);
    assert!(!says(&harness, PAIR));
    press(&mut harness, Modifiers::COMMAND, Key::K);
    harness.event(eframe::egui::Event::Text("first steps".to_owned()));
    harness.run_steps(3);
    press(&mut harness, Modifiers::NONE, Key::Enter);
    assert!(says(&harness, PAIR));
}

#[test]
fn a_call_that_was_selected_before_does_not_count_as_a_step() {
    let mut harness = echo_pair([1440.0, 900.0]);
    talk(&mut harness, "hello");
    pick(&mut harness, Modifiers::NONE, "send(");
    click(&mut harness, "Help");
    click(&mut harness, "First steps");
    assert!(is_done(&harness, PAIR) && !is_done(&harness, LINE) && !is_done(&harness, CALL));
}
