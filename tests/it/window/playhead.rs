//! The playhead: the whole window shows the lab as it was, and nothing is done by accident.

use std::net::TcpStream;
use std::sync::Arc;

use eframe::egui::accesskit::Role;
use eframe::egui::{Key, Modifiers};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use socket_lab::lab::transfer::Protocol;
use socket_lab::lang::Lang;
use socket_lab::session::Endpoint;
use socket_lab::trace::transfer::{Asked, News, TransferId, Way, What};
use socket_lab::trace::{ConnId, Ends, Op};

use super::driving::{Window, click, echo_pair, press, rows, says, talk, until};

const SIZE: [f32; 2] = [1440.0, 900.0];

/// An echo pair that has talked, with the keyboard on the playhead.
fn looking(words: &[&str]) -> Window {
    let mut harness = echo_pair(SIZE);
    for word in words {
        talk(&mut harness, word);
    }
    press(&mut harness, Modifiers::NONE, Key::F9);
    harness.run_steps(3);
    harness
}

/// An endpoint as it is shown.
fn endpoint<'h>(harness: &'h Window, name: &str) -> &'h Endpoint {
    let endpoints = harness.state().session().endpoints();
    endpoints.iter().find(|endpoint| endpoint.spec.name == name).expect("it is there")
}

/// The number after the last call that is shown.
fn shown(harness: &Window) -> Option<u64> {
    harness.state().session().looking_back()
}

fn next_seq(harness: &Window) -> u64 {
    harness.state().session().trace().next_seq()
}

fn key(harness: &mut Window, modifiers: Modifiers, key: Key) {
    press(harness, modifiers, key);
    harness.run_steps(3);
}

/// What a screen reader says of the slider.
fn slider(harness: &Window) -> Option<f64> {
    let node = harness
        .query_all_by_role(Role::Slider)
        .find(|node| node.accesskit_node().label().is_some_and(|label| label == "Playhead"))?;
    node.accesskit_node().numeric_value()
}

#[test]
fn moved_back_every_view_shows_the_lab_as_it_was_while_recording_goes_on() {
    let mut harness = looking(&["one", "two"]);
    assert!(rows(&harness).iter().any(|row| row.contains("two")));
    key(&mut harness, Modifiers::NONE, Key::Home);
    assert_eq!((shown(&harness), slider(&harness)), (Some(1), Some(0.0)));
    assert!(says(&harness, "The past: after call 0 of"));
    assert!(!rows(&harness).iter().any(|row| row.contains("one")), "{:#?}", rows(&harness));
    for name in ["server", "client"] {
        assert!(endpoint(&harness, name).live.is_closed(), "{name}");
        assert!(endpoint(&harness, name).live.observed.conns.is_empty());
    }
    assert!(says(&harness, "nothing can be sent from here"));
    // The real sockets go on, and what they do is recorded.
    let before = next_seq(&harness);
    let listening = harness.state().session().trace().from(0).find(|call| matches!(call.op, Op::Listen { .. }));
    let addr = listening.and_then(|call| call.ends.local.as_ref()?.inet()).unwrap();
    let stranger = TcpStream::connect(addr).unwrap();
    until(&mut harness, "it is accepted", |harness| next_seq(harness) > before);
    assert_eq!(shown(&harness), Some(1));
    click(&mut harness, "Back to now");
    harness.run_steps(3);
    assert_eq!(shown(&harness), None);
    assert!(!says(&harness, "The past"));
    assert!(endpoint(&harness, "server").live.is_open() && endpoint(&harness, "server").live.observed.conns.len() == 2);
    drop(stranger);
}

#[test]
fn arrows_step_by_call_and_with_shift_by_the_selected_endpoints_calls() {
    let mut harness = looking(&["one"]);
    let all = next_seq(&harness);
    key(&mut harness, Modifiers::NONE, Key::ArrowLeft);
    assert_eq!(shown(&harness), Some(all - 1));
    assert_eq!(harness.state().selection().call(), Some(all - 2), "the last call that is shown is selected");
    key(&mut harness, Modifiers::NONE, Key::Home);
    key(&mut harness, Modifiers::NONE, Key::ArrowRight);
    key(&mut harness, Modifiers::NONE, Key::ArrowRight);
    assert_eq!(shown(&harness), Some(3));
    let of_selected = harness.state().selection().endpoint().unwrap();
    for forward in [true, true, false] {
        let seqs: Vec<u64> = {
            let trace = harness.state().session().trace();
            trace.of_endpoint(of_selected).into_iter().flatten().copied().collect()
        };
        let end = shown(&harness).unwrap();
        let expected = match forward {
            true => seqs.iter().copied().find(|seq| *seq >= end),
            false => seqs.iter().copied().rev().find(|seq| *seq < end - 1),
        };
        key(&mut harness, Modifiers::SHIFT, if forward { Key::ArrowRight } else { Key::ArrowLeft });
        assert_eq!(shown(&harness), expected.map(|seq| seq + 1));
    }
    key(&mut harness, Modifiers::NONE, Key::End);
    assert_eq!(shown(&harness), None, "a lab that goes on has a now");
}

#[test]
fn in_the_past_nothing_is_done_and_the_user_is_told() {
    let mut harness = looking(&["one"]);
    key(&mut harness, Modifiers::NONE, Key::Home);
    let before = harness.state().session().trace().len();
    key(&mut harness, Modifiers::COMMAND, Key::L);
    assert_eq!(harness.state().session().trace().len(), before);
    assert!(says(&harness, "You are looking at the past: nothing was done"));
    key(&mut harness, Modifiers::SHIFT, Key::F9);
    assert_eq!(shown(&harness), None);
    key(&mut harness, Modifiers::COMMAND, Key::L);
    assert_eq!(harness.state().session().trace().len(), 0, "now it is done");
}

#[test]
fn played_it_runs_through_the_calls_and_comes_back_to_now() {
    let mut harness = looking(&["one"]);
    // Else it may be over before it is looked at.
    harness.get_by_role_and_label(Role::ComboBox, "Speed").click();
    harness.run_steps(4);
    click(&mut harness, "0.1 ×");
    click(&mut harness, "Play");
    harness.step();
    assert!(shown(&harness).is_some());
    // What was recorded on a busy machine takes as long again.
    harness.get_by_role_and_label(Role::ComboBox, "Speed").click();
    harness.run_steps(4);
    click(&mut harness, "100 ×");
    until(&mut harness, "it has come to the end", |harness| shown(harness).is_none());
    assert!(harness.query_by_label("Play").is_some());
}

#[test]
fn the_bar_says_all_of_it_in_chinese_too() {
    let mut harness = looking(&["one"]);
    click(&mut harness, "Switch to 简体中文");
    until(&mut harness, "the language is changed", |harness| harness.state().lang() == Lang::ZhCn);
    key(&mut harness, Modifiers::NONE, Key::F9);
    key(&mut harness, Modifiers::NONE, Key::F9);
    key(&mut harness, Modifiers::NONE, Key::Home);
    assert!(says(&harness, "过去") && says(&harness, "回到现在"));
}

#[test]
fn the_plots_have_a_cursor_where_the_playhead_stands_and_the_rest_of_time_is_still_there() {
    let mut harness = looking(&["one"]);
    press(&mut harness, Modifiers::ALT, Key::Num4);
    assert!(!says(&harness, "shown at"));
    focus_line(&mut harness);
    key(&mut harness, Modifiers::NONE, Key::Home);
    assert!(says(&harness, "shown at "));
    key(&mut harness, Modifiers::SHIFT, Key::F9);
    assert!(!says(&harness, "shown at"));
}

fn focus_line(harness: &mut Window) {
    harness.get_by_role_and_label(Role::Slider, "Playhead").focus();
    harness.run_steps(3);
}

#[test]
fn a_transfer_that_was_not_asked_for_yet_is_not_shown_in_the_past() {
    let mut harness = looking(&["one"]);
    let endpoint = endpoint(&harness, "client").id;
    let at = harness.state().session().now();
    let asked = Asked {
        way: Way::Receiving,
        protocol: Protocol::Files,
        endpoint,
        conn: ConnId::new(1),
        ends: Arc::new(Ends { local: None, peer: None }),
        name: "a.bin".into(),
        save_to: None,
        expected: None,
    };
    let news = News { id: TransferId(1), at, what: What::Asked(Box::new(asked)) };
    harness.state_mut().session_mut().tell_transfer(news);
    press(&mut harness, Modifiers::ALT, Key::Num5);
    assert!(says(&harness, "a.bin"));
    focus_line(&mut harness);
    key(&mut harness, Modifiers::NONE, Key::Home);
    assert!(!says(&harness, "a.bin"));
    key(&mut harness, Modifiers::SHIFT, Key::F9);
    assert!(says(&harness, "a.bin"));
}
