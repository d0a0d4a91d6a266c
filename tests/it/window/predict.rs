//! Predict, then see: the answers are asked for before the step, and stand beside the truth for good.

use eframe::egui::accesskit::Role;
use eframe::egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable as _;
use socket_lab::engine::Peers;
use socket_lab::lang::Lang;
use socket_lab::session::Action;
use socket_lab::trace::Call;
use socket_lab::trace::prediction::{Predicted, Prediction};

use super::driving::{
    Window, click, drop_file, echo_pair, pick, press, received, retype, say, says, talk, type_text, until, window,
};

const SIZE: [f32; 2] = [1440.0, 900.0];

fn key(harness: &mut Window, key: Key) {
    press(harness, Modifiers::NONE, key);
}

fn held(harness: &Window, call: &str) -> bool {
    harness.state().session().held_calls().any(|held| held.op.to_string() == call)
}

/// A held echo pair whose client is about to send `hello`, with the question put.
fn asked() -> Window {
    let mut harness = echo_pair(SIZE);
    key(&mut harness, Key::F7);
    say(&mut harness, "client", "hello");
    until(&mut harness, "the send is held", |harness| held(harness, "send(5)"));
    click(&mut harness, "Predict");
    assert!(says(&harness, "What will client: send(5) do?"));
    harness
}

fn choose(harness: &mut Window, kind: &str) {
    harness.get_by_role_and_label(Role::ComboBox, "What is predicted").click();
    harness.run_steps(4);
    click(harness, kind);
}

fn votes(harness: &mut Window, votes: &str) {
    harness.get_by_label("Votes of the room").focus();
    harness.run_steps(2);
    type_text(harness, votes);
}

/// The predicted calls of the trace with what was said of each.
fn predicted(harness: &Window) -> Vec<(Call, Prediction)> {
    let trace = harness.state().session().trace();
    let call = |(seq, said): (u64, &std::sync::Arc<Prediction>)| (trace.get(seq).unwrap().clone(), (**said).clone());
    trace.predictions().map(call).collect()
}

#[test]
fn a_room_predicts_a_held_call_and_sees_who_was_right() {
    let mut harness = asked();
    // The keyboard is in the field.
    type_text(&mut harness, "4");
    votes(&mut harness, "7");
    key(&mut harness, Key::Enter);
    assert!(says(&harness, "4 (7 votes)"));
    type_text(&mut harness, "5");
    votes(&mut harness, "12");
    key(&mut harness, Key::Enter);
    choose(&mut harness, "it blocks");
    let predict = || "Predict";
    harness.get_all_by_role_and_label(Role::Button, predict()).last().unwrap().click();
    harness.run_steps(3);
    assert!(says(&harness, "Take back it blocks"));
    assert!(predicted(&harness).is_empty(), "the call has not been made");
    click(&mut harness, "Take back 4 (7 votes)");
    key(&mut harness, Key::F10);
    until(&mut harness, "it was made", |harness| !predicted(harness).is_empty());
    harness.run_steps(3);
    let (call, said) = predicted(&harness).remove(0);
    assert_eq!((call.to_string().as_str(), said.main()), ("send(5) = 5", Some(&Predicted::Returns(5))));
    assert!(said.was_right(&call));
    assert!(says(&harness, "client: send(5) = 5") && says(&harness, "5 (12 votes): right"));
    assert!(says(&harness, "it blocks: wrong"));
    // For good: on the call.
    pick(&mut harness, Modifiers::NONE, "client send(5)");
    assert!(says(&harness, "CALL #") && harness.query_all_by_label("5 (12 votes): right").count() == 2);
}

#[test]
fn that_it_blocks_is_seen_while_it_blocks() {
    let mut harness = echo_pair(SIZE);
    press(&mut harness, Modifiers::NONE, Key::F7);
    say(&mut harness, "client", "hello");
    until(&mut harness, "the send is held", |harness| held(harness, "send(5)"));
    harness.run_steps(3);
    // The echo: the client's next `recv` is held before the server has sent.
    click(&mut harness, "Let through client: send(5)");
    until(&mut harness, "the answer is held", |harness| received(harness) == 5 && held(harness, "send(5)"));
    click(&mut harness, "Let through server #1: send(5)");
    until(&mut harness, "the next recv is held", |harness| received(harness) == 10 && held(harness, "recv(1024)"));
    press(&mut harness, Modifiers::COMMAND | Modifiers::SHIFT, Key::P);
    choose(&mut harness, "it blocks");
    harness.get_all_by_role_and_label(Role::Button, "Predict").last().unwrap().click();
    harness.run_steps(3);
    key(&mut harness, Key::F10);
    until(&mut harness, "it is known to block", |harness| says(harness, "it blocks: right"));
    assert!(says(&harness, "recv(1024) blocks in the kernel"));
    assert!(predicted(&harness).is_empty(), "it has not returned");
}

#[test]
fn a_value_of_the_wrong_type_is_refused_kindly_and_what_was_typed_stays() {
    let mut harness = asked();
    type_text(&mut harness, "EPIPE");
    key(&mut harness, Key::Enter);
    assert!(says(&harness, "EPIPE means that the call fails: choose “it fails with”"));
    choose(&mut harness, "it fails with");
    key(&mut harness, Key::Enter);
    assert!(says(&harness, "Take back EPIPE"));
    type_text(&mut harness, "5");
    key(&mut harness, Key::Enter);
    assert!(says(&harness, "5 is a number: choose “it returns”"));
    choose(&mut harness, "it returns");
    votes(&mut harness, "most");
    key(&mut harness, Key::Enter);
    assert!(says(&harness, "Votes are a whole number, such as 12."));
}

#[test]
fn before_the_playhead_the_next_call_is_predicted_and_cannot_be_once_it_was_seen() {
    let mut harness = echo_pair(SIZE);
    talk(&mut harness, "hello");
    let recv = {
        let trace = harness.state().session().trace();
        trace.from(0).find(|call| call.to_string() == "recv(1024) = 5").unwrap().seq
    };
    key(&mut harness, Key::F9);
    key(&mut harness, Key::Home);
    for _ in 1..recv {
        key(&mut harness, Key::ArrowRight);
    }
    assert_eq!(harness.state().session().looking_back(), Some(recv));
    click(&mut harness, "Predict");
    assert!(says(&harness, "What will server #1: recv(1024) do?"));
    choose(&mut harness, "it moves the bytes");
    type_text(&mut harness, "hello");
    key(&mut harness, Key::Enter);
    assert!(says(&harness, "Take back \"hello\""));
    let step = |harness: &mut Window, key| {
        harness.get_by_label("Playhead").focus();
        harness.run_steps(2);
        press(harness, Modifiers::NONE, key);
    };
    step(&mut harness, Key::ArrowRight);
    assert!(says(&harness, "server #1: recv(1024) = 5") && says(&harness, "\"hello\": right"));
    step(&mut harness, Key::ArrowLeft);
    assert!(says(&harness, "What will server #1: recv(1024) do?"));
    assert!(!says(&harness, "Take back"), "it was seen");
    assert!(harness.query_by_label("Predicted value").is_none());
}

#[test]
fn a_prediction_is_in_the_saved_trace() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.lab-trace");
    let mut harness = asked();
    type_text(&mut harness, "5");
    key(&mut harness, Key::Enter);
    key(&mut harness, Key::F10);
    until(&mut harness, "it was made", |harness| !predicted(harness).is_empty());
    let before = predicted(&harness);
    press(&mut harness, Modifiers::COMMAND, Key::K);
    type_text(&mut harness, "Save the trace");
    key(&mut harness, Key::Enter);
    harness.run_steps(3);
    retype(&mut harness, &path.display().to_string());
    key(&mut harness, Key::Enter);
    until(&mut harness, "it is written", |_| path.exists());
    let mut harness = window(Lang::En, SIZE);
    drop_file(&mut harness, &path);
    until(&mut harness, "it is read", |harness| !predicted(harness).is_empty());
    assert_eq!(predicted(&harness), before);
}

#[test]
fn a_room_is_asked_large_and_in_chinese_too() {
    let mut harness = window(Lang::ZhCn, SIZE);
    click(&mut harness, "TCP 服务器 + 客户端");
    until(&mut harness, "both are open", |harness| harness.state().session().endpoints().len() == 2);
    harness.run_steps(4);
    key(&mut harness, Key::F7);
    let client = harness.state().session().endpoints()[1].id;
    let send = Action::Send { endpoint: client, to: Peers::All, bytes: b"hello".as_slice().into() };
    harness.state_mut().session_mut().act(send);
    until(&mut harness, "a call is held", |harness| harness.state().session().held_calls().next().is_some());
    press(&mut harness, Modifiers::COMMAND | Modifiers::SHIFT, Key::P);
    assert!(says(&harness, "会怎样？"));
    let height = |harness: &Window| {
        let shown = super::driving::texts(harness);
        let found = shown.into_iter().find(|(text, _)| text.contains("会怎样")).unwrap();
        found.1.height() * harness.ctx.zoom_factor()
    };
    let usual = height(&harness);
    key(&mut harness, Key::F11);
    harness.run_steps(6);
    assert!(height(&harness) > 1.8 * usual, "for a projector");
}
