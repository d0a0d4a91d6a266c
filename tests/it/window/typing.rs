//! Typing with shortcuts and with an input method: what is typed arrives, and nothing else.

use eframe::egui::accesskit::Role;
use eframe::egui::{Event, ImeEvent, Key, Modifiers, PointerButton, Rect};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use socket_lab::lang::Lang;

use super::driving::{
    Window, all_open, click, conns, echo_pair, endpoint, press, received, says, type_text, until, window,
};

const SIZE: [f32; 2] = [1600.0, 1000.0];
const CLIENT: &str = "Message of client";

/// A key as egui-winit reports it: with its text right behind it, unless Ctrl or Cmd is held.
fn keystroke(modifiers: Modifiers, key: Key, text: &str) -> Vec<Event> {
    let mut events = vec![Event::Key { key, physical_key: None, pressed: true, repeat: false, modifiers }];
    if !modifiers.ctrl && !modifiers.command && !text.is_empty() {
        events.push(Event::Text(text.to_owned()));
    }
    events
}

/// All in one frame, as the window system hands them over.
fn at_once(harness: &mut Window, events: Vec<Event>) {
    harness.input_mut().events.extend(events);
    harness.step();
}

fn value(harness: &Window, name: &str) -> String {
    harness.get_by_label(name).accesskit_node().value().unwrap_or_default()
}

fn edit(harness: &mut Window, name: &str) {
    harness.get_by_label(name).focus();
    harness.run_steps(2);
}

/// Whether the composition is to be interrupted, and where the caret is, while a field has an input method.
fn ime(harness: &Window) -> Option<(bool, Rect)> {
    harness.output().platform_output.ime.map(|ime| (ime.should_interrupt_composition, ime.cursor_rect))
}

fn preedit(harness: &mut Window, text: &str) {
    let event = ImeEvent::Preedit { text: text.to_owned(), active_range_chars: None };
    at_once(harness, vec![Event::Ime(event)]);
}

fn commit(harness: &mut Window, text: &str) {
    at_once(harness, vec![Event::Ime(ImeEvent::Commit(text.to_owned()))]);
}

#[test]
fn alt_and_a_digit_change_the_view_and_type_nothing() {
    let mut harness = echo_pair(SIZE);
    edit(&mut harness, CLIENT);
    type_text(&mut harness, "abc");
    for (key, text) in [(Key::Num2, "2"), (Key::Num3, "3"), (Key::Num1, "1")] {
        at_once(&mut harness, keystroke(Modifiers::ALT, key, text));
        harness.run_steps(3);
    }
    assert_eq!(value(&harness, CLIENT), "abc");
    // What follows in the same frame is typed.
    let mut events = keystroke(Modifiers::ALT, Key::Num2, "2");
    events.extend(keystroke(Modifiers::NONE, Key::Num4, "4"));
    at_once(&mut harness, events);
    harness.run_steps(2);
    assert_eq!(value(&harness, CLIENT), "abc4");
    harness.get_by_role_and_label(Role::ListBox, "Ladder of socket calls");
}

#[test]
fn sending_and_history_leave_the_input_method_alone() {
    let mut harness = echo_pair(SIZE);
    edit(&mut harness, CLIENT);
    let quiet = |harness: &Window, what: &str| {
        let (interrupted, _) = ime(harness).unwrap_or_else(|| panic!("{what}: the field has an input method"));
        assert!(!interrupted, "{what}");
    };
    let steps = |harness: &mut Window, what: &str| {
        for _ in 0..4 {
            harness.step();
            quiet(harness, what);
        }
    };
    commit(&mut harness, "你好");
    at_once(&mut harness, keystroke(Modifiers::NONE, Key::Enter, ""));
    quiet(&harness, "Enter");
    steps(&mut harness, "after Enter");
    until(&mut harness, "it came back", |harness| received(harness) == 12);
    at_once(&mut harness, keystroke(Modifiers::NONE, Key::ArrowUp, ""));
    quiet(&harness, "↑");
    steps(&mut harness, "after ↑");
    assert_eq!(value(&harness, CLIENT), "你好");
    at_once(&mut harness, keystroke(Modifiers::NONE, Key::ArrowDown, ""));
    steps(&mut harness, "after ↓");
    commit(&mut harness, "再见");

    // By the mouse, and a click into the same field.
    let send = send_button(&harness);
    click_at(&mut harness, send, |harness| quiet(harness, "Send by the mouse"));
    until(&mut harness, "it came back too", |harness| received(harness) == 24);
    steps(&mut harness, "after Send");
    let field = harness.get_by_label(CLIENT).rect().center();
    click_at(&mut harness, field, |harness| quiet(harness, "a click into the same field"));
    // Another field does interrupt.
    let filter = harness.get_by_role_and_label(Role::TextInput, "Filter").rect().center();
    let mut interrupted = false;
    click_at(&mut harness, filter, |harness| {
        interrupted |= ime(harness).is_none_or(|(interrupt, _)| interrupt);
    });
    assert!(interrupted);
}

/// The button beside the client's field.
fn send_button(harness: &Window) -> eframe::egui::Pos2 {
    let right = harness.get_by_label(CLIENT).rect().right();
    let buttons = harness.query_all_by_role_and_label(Role::Button, "Send");
    let beside = buttons.map(|button| button.rect()).filter(|rect| rect.left() >= right);
    beside.min_by(|one, other| one.left().total_cmp(&other.left())).unwrap().center()
}

/// A click in the frames that a hand takes; `look` sees each of them.
fn click_at(harness: &mut Window, pos: eframe::egui::Pos2, mut look: impl FnMut(&Window)) {
    let button =
        |pressed| Event::PointerButton { pos, button: PointerButton::Primary, pressed, modifiers: Modifiers::NONE };
    for event in [Event::PointerMoved(pos), button(true), button(false)] {
        at_once(harness, vec![event]);
        look(harness);
        harness.step();
        look(harness);
    }
}

#[test]
fn what_is_not_committed_is_neither_counted_nor_sent() {
    let mut harness = echo_pair(SIZE);
    edit(&mut harness, CLIENT);
    type_text(&mut harness, "ab");
    preedit(&mut harness, "ni hao");
    harness.run_steps(2);
    assert_eq!(value(&harness, CLIENT), "abni hao", "it is seen in the field");
    assert!(says(&harness, "2 B · 61 62"), "and not counted");

    let send = send_button(&harness);
    click_at(&mut harness, send, |_| {});
    until(&mut harness, "only what was committed came back", |harness| received(harness) == 4);
    assert_eq!(value(&harness, CLIENT), "ni hao", "the composition goes on");
    commit(&mut harness, "你好");
    harness.run_steps(2);
    assert_eq!(value(&harness, CLIENT), "你好");
    press(&mut harness, Modifiers::NONE, Key::Enter);
    until(&mut harness, "then the rest", |harness| received(harness) == 4 + 12);
    assert_eq!(value(&harness, CLIENT), "");
}

#[test]
fn enter_in_a_composition_is_the_input_methods() {
    let mut harness = echo_pair(SIZE);
    edit(&mut harness, CLIENT);
    // Enter puts in the letters; some systems tell of the key as well, before the text.
    preedit(&mut harness, "ni");
    let mut events = keystroke(Modifiers::NONE, Key::Enter, "");
    events.push(Event::Ime(ImeEvent::Commit("ni".to_owned())));
    at_once(&mut harness, events);
    harness.run_steps(3);
    assert_eq!(value(&harness, CLIENT), "ni");
    // So do the arrows, which choose a candidate.
    preedit(&mut harness, "hao");
    at_once(&mut harness, keystroke(Modifiers::NONE, Key::ArrowUp, ""));
    harness.run_steps(2);
    assert_eq!(value(&harness, CLIENT), "nihao");
    // Escape takes the composition away and leaves the rest.
    preedit(&mut harness, "");
    harness.run_steps(2);
    assert_eq!(value(&harness, CLIENT), "ni");
    commit(&mut harness, "，");
    harness.run_steps(2);
    assert_eq!(value(&harness, CLIENT), "ni，");
    assert_eq!(endpoint(&harness, "client").live.observed.conns.len(), 1);
    assert_eq!(received(&harness), 0, "nothing was sent");
    press(&mut harness, Modifiers::NONE, Key::Enter);
    until(&mut harness, "now it is", |harness| received(harness) == 10);
}

#[test]
fn a_composition_that_is_clicked_out_of_is_interrupted() {
    let mut harness = echo_pair(SIZE);
    edit(&mut harness, CLIENT);
    type_text(&mut harness, "abcdef");
    preedit(&mut harness, "ni");
    let field = harness.get_by_label(CLIENT).rect();
    let mut interrupted = false;
    click_at(&mut harness, field.left_center() + eframe::egui::vec2(12.0, 0.0), |harness| {
        interrupted |= ime(harness).is_some_and(|(interrupt, _)| interrupt);
    });
    assert!(interrupted, "else its letters would come twice");
}

#[test]
fn candidates_are_asked_to_stand_at_the_caret() {
    let mut harness = window(Lang::En, SIZE);
    click(&mut harness, "TCP server + client");
    until(&mut harness, "both are open", |harness| all_open(harness) && conns(harness, "server") == 1);
    edit(&mut harness, CLIENT);
    let left = ime(&harness).unwrap().1.left();
    type_text(&mut harness, "wide text");
    let field = harness.get_by_label(CLIENT).rect();
    let caret = ime(&harness).unwrap().1;
    assert!(caret.left() > left + 20.0, "it goes with the caret");
    assert!(field.expand(2.0).contains_rect(caret), "{caret:?} in {field:?}");
}
