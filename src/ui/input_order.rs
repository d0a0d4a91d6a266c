//! What was typed is taken in before whatever acts on it. A frame that took long brings several events at once, and
//! egui decides where the keyboard is once a frame: in `8000`, Tab, `hello` in one frame all letters would go to the
//! second field, and in `8000`, Enter the form would be checked with the text of the frame before. So a frame gets
//! either typing or one event that acts (Enter, Tab, Escape, a shortcut, a mouse button); the rest waits for the next
//! frame, which follows at once.

use std::collections::VecDeque;
use std::mem::take;

use eframe::egui::{Context, Event, Key, Plugin, RawInput};

/// With more events than this waiting, all are given at once: a window that is far behind must catch up.
const MAX_WAITING: usize = 1_024;

/// Hands the events to egui in the order in which they came, a group per frame.
#[derive(Default)]
pub struct InOrder {
    waiting: VecDeque<Event>,
}

impl Plugin for InOrder {
    fn debug_name(&self) -> &'static str {
        "events in order"
    }

    fn input_hook(&mut self, ctx: &Context, input: &mut RawInput) {
        self.waiting.extend(take(&mut input.events));
        input.events = if self.waiting.len() > MAX_WAITING {
            take(&mut self.waiting).into()
        } else {
            next_group(&mut self.waiting)
        };
        if !self.waiting.is_empty() {
            ctx.request_repaint();
        }
    }
}

/// What an event does to the fields.
#[derive(Clone, Copy, PartialEq)]
enum Effect {
    /// Belongs to whatever group it stands in.
    None,
    /// Changes a text or its caret.
    Types,
    /// May act on a text, or move the keyboard to another place.
    Acts,
}

fn effect(event: &Event) -> Effect {
    match event {
        Event::Text(_)
        | Event::Copy
        | Event::Cut
        | Event::Paste(_)
        | Event::PasteImage(_)
        | Event::MiddleClickPaste { .. }
        | Event::Ime(_) => Effect::Types,
        Event::Key { key, pressed: true, modifiers, .. } => {
            let acts = matches!(key, Key::Enter | Key::Tab | Key::Escape | Key::ArrowUp | Key::ArrowDown);
            if acts || has_no_letter(*key) || modifiers.alt || modifiers.ctrl || modifiers.command {
                Effect::Acts
            } else {
                Effect::Types
            }
        }
        Event::PointerButton { .. } | Event::AccessKitActionRequest(_) => Effect::Acts,
        _ => Effect::None,
    }
}

/// The keys of commands that no field has a use for.
fn has_no_letter(key: Key) -> bool {
    let name = key.name();
    name.len() > 1 && name.starts_with('F') && name.bytes().skip(1).all(|byte| byte.is_ascii_digit())
}

/// Takes what the next frame gets.
fn next_group(waiting: &mut VecDeque<Event>) -> Vec<Event> {
    let mut group: Vec<Event> = Vec::with_capacity(waiting.len());
    let mut typed = false;
    let mut acted = false;
    while let Some(event) = waiting.front() {
        match effect(event) {
            Effect::None => {}
            Effect::Types => {
                if acted && !is_letter_of(group.last(), event) {
                    break;
                }
                typed = true;
            }
            Effect::Acts => {
                if typed || (acted && !is_repeat_of(group.last(), event)) {
                    break;
                }
                acted = true;
            }
        }
        group.extend(waiting.pop_front());
    }
    group
}

/// The system sends the letter of a shortcut behind it (Alt+1 and `1`): the handler of the one gets the other.
fn is_letter_of(last: Option<&Event>, event: &Event) -> bool {
    let Some(Event::Key { pressed: true, modifiers, .. }) = last else { return false };
    matches!(event, Event::Text(_)) && (modifiers.alt || modifiers.ctrl || modifiers.command)
}

/// A key that is held down must not lag behind the hand.
fn is_repeat_of(last: Option<&Event>, event: &Event) -> bool {
    match (last, event) {
        (Some(Event::Key { key: held, .. }), Event::Key { key, repeat, .. }) => *repeat && key == held,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use eframe::egui::{Modifiers, PointerButton, pos2};

    use super::*;

    fn text(text: &str) -> Event {
        Event::Text(text.to_owned())
    }

    fn key_with(key: Key, modifiers: Modifiers, repeat: bool) -> Event {
        Event::Key { key, physical_key: None, pressed: true, repeat, modifiers }
    }

    fn key(key: Key) -> Event {
        key_with(key, Modifiers::NONE, false)
    }

    fn button(pressed: bool) -> Event {
        Event::PointerButton {
            pos: pos2(1.0, 1.0),
            button: PointerButton::Primary,
            pressed,
            modifiers: Modifiers::NONE,
        }
    }

    /// How many events each frame gets.
    fn frames(events: &[Event]) -> Vec<usize> {
        let mut waiting: VecDeque<Event> = events.iter().cloned().collect();
        let mut all = Vec::new();
        let mut sizes = Vec::new();
        while !waiting.is_empty() {
            let group = next_group(&mut waiting);
            assert!(!group.is_empty(), "every frame goes on");
            sizes.push(group.len());
            all.extend(group);
        }
        assert_eq!(all, events, "nothing is lost, and the order stays");
        sizes
    }

    #[test]
    fn typing_comes_in_one_frame_and_what_acts_on_it_in_the_next() {
        assert_eq!(frames(&[key(Key::A), text("a"), key(Key::B), text("b")]), [4]);
        assert_eq!(frames(&[text("80"), key(Key::Enter), text("x")]), [1, 1, 1]);
        assert_eq!(frames(&[text("80"), key(Key::Tab), text("a"), key(Key::Enter)]), [1, 1, 1, 1]);
        assert_eq!(frames(&[key(Key::Tab), key(Key::Tab)]), [1, 1]);
        assert_eq!(frames(&[text("a"), key(Key::F5), text("b")]), [1, 1, 1]);
        assert_eq!(frames(&[key(Key::F), text("f")]), [2], "F is a letter");
    }

    #[test]
    fn a_click_in_one_frame_is_pressed_and_let_go_of_in_two() {
        assert_eq!(frames(&[text("a"), button(true), button(false), text("b")]), [1, 1, 1, 1]);
        assert_eq!(frames(&[Event::PointerMoved(pos2(1.0, 1.0)), button(true)]), [2]);
    }

    #[test]
    fn the_letter_of_a_shortcut_stays_with_it() {
        let alt = key_with(Key::Num1, Modifiers::ALT, false);
        assert_eq!(frames(&[text("a"), alt, text("1"), text("b")]), [1, 2, 1]);
    }

    #[test]
    fn a_key_that_is_held_down_does_not_lag_behind() {
        let held = key_with(Key::ArrowDown, Modifiers::NONE, true);
        assert_eq!(frames(&[key(Key::ArrowDown), held.clone(), held.clone(), held]), [4]);
    }
}
