//! The keys that were pressed, as keycaps at the lower edge, for a moment. Letters are seen where they are typed.

use std::collections::VecDeque;

use eframe::egui::{
    Context, Event, FontId, Id, Key, KeyboardShortcut, LayerId, Modifiers, Order, Rect, Stroke, StrokeKind, pos2, vec2,
};

use crate::ui::theme::{PANE_ROUNDING, Tokens};

/// How long a key is seen, in seconds, and over how long of that it goes.
const SEEN: f64 = 1.8;
const GOING: f64 = 0.4;
/// The most at once.
const MAX_KEYS: usize = 4;
/// Above the lower edge.
const ABOVE: f32 = 28.0;

#[derive(Debug, Default)]
pub struct Keys {
    pressed: VecDeque<Pressed>,
}

#[derive(Clone, Debug, PartialEq)]
struct Pressed {
    text: String,
    times: u32,
    at: f64,
}

impl Keys {
    /// Notes what was pressed since the last frame.
    pub fn look(&mut self, ctx: &Context) {
        let (now, events) = ctx.input(|input| (input.time, input.events.clone()));
        for text in events.iter().filter_map(|event| said(ctx, event)) {
            self.note(text, now);
        }
        self.pressed.retain(|pressed| now - pressed.at < SEEN);
    }

    fn note(&mut self, text: String, now: f64) {
        match self.pressed.back_mut() {
            Some(last) if last.text == text => (last.times, last.at) = (last.times + 1, now),
            _ => {
                if self.pressed.len() == MAX_KEYS {
                    self.pressed.pop_front();
                }
                self.pressed.push_back(Pressed { text, times: 1, at: now });
            }
        }
    }

    #[cfg(test)]
    fn texts(&self) -> Vec<(&str, u32)> {
        self.pressed.iter().map(|pressed| (pressed.text.as_str(), pressed.times)).collect()
    }

    pub fn paint(&self, ctx: &Context, tokens: &Tokens) {
        let Some(first) = self.pressed.front() else { return };
        let now = ctx.input(|input| input.time);
        // Nothing moves until the first of them goes.
        let left = first.at + SEEN - GOING - now;
        let again = if left > 0.0 { left } else { 0.03 };
        ctx.request_repaint_after(std::time::Duration::from_secs_f64(again));
        let painter = ctx.layer_painter(LayerId::new(Order::Tooltip, Id::unique("keys shown")));
        let font = FontId::proportional(18.0);
        let caps: Vec<_> = self
            .pressed
            .iter()
            .map(|pressed| {
                let text = match pressed.times {
                    1 => pressed.text.clone(),
                    times => format!("{} ×{times}", pressed.text),
                };
                let strength = ((pressed.at + SEEN - now) / GOING).clamp(0.0, 1.0) as f32;
                (painter.layout_no_wrap(text, font.clone(), tokens.text.gamma_multiply(strength)), strength)
            })
            .collect();
        let padding = vec2(14.0, 9.0);
        let gap = 8.0;
        let width: f32 = caps.iter().map(|(galley, _)| galley.size().x + 2.0 * padding.x + gap).sum::<f32>() - gap;
        let screen = ctx.content_rect();
        let mut left = screen.center().x - width / 2.0;
        for (galley, strength) in caps {
            let size = galley.size() + 2.0 * padding;
            let cap = Rect::from_min_size(pos2(left, screen.bottom() - ABOVE - size.y), size);
            let rounding = f32::from(PANE_ROUNDING);
            painter.rect_filled(cap.translate(vec2(0.0, 2.0)), rounding, tokens.line.gamma_multiply(strength));
            painter.rect_filled(cap, rounding, tokens.highlight.gamma_multiply(strength));
            let edge = Stroke::new(1.0, tokens.muted.gamma_multiply(strength));
            painter.rect_stroke(cap, rounding, edge, StrokeKind::Inside);
            painter.galley(cap.min + padding, galley, tokens.text);
            left += size.x + gap;
        }
    }
}

/// What stands on the cap; `None` for what is seen where it is typed.
fn said(ctx: &Context, event: &Event) -> Option<String> {
    let shortcut = match event {
        // These come instead of their keys.
        Event::Copy => KeyboardShortcut::new(Modifiers::COMMAND, Key::C),
        Event::Cut => KeyboardShortcut::new(Modifiers::COMMAND, Key::X),
        Event::Paste(_) => KeyboardShortcut::new(Modifiers::COMMAND, Key::V),
        Event::Key { key, pressed: true, modifiers, .. } if is_shown(*key, *modifiers) => {
            KeyboardShortcut::new(*modifiers, *key)
        }
        _ => return None,
    };
    Some(ctx.format_shortcut(&shortcut))
}

fn is_shown(key: Key, modifiers: Modifiers) -> bool {
    use Key::{
        ArrowDown, ArrowLeft, ArrowRight, ArrowUp, Backspace, Delete, End, Enter, Escape, Home, Insert, PageDown,
        PageUp, Tab,
    };
    let is_function = |key: Key| key.name().strip_prefix('F').is_some_and(|number| number.parse::<u8>().is_ok());
    let types_nothing = matches!(
        key,
        ArrowDown
            | ArrowLeft
            | ArrowRight
            | ArrowUp
            | Backspace
            | Delete
            | End
            | Enter
            | Escape
            | Home
            | Insert
            | PageDown
            | PageUp
            | Tab
    );
    // AltGr is Ctrl and Alt together, and types.
    let is_command = (modifiers.command || modifiers.ctrl) != modifiers.alt;
    types_nothing || is_function(key) || is_command
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(presses: &[(Modifiers, Key)]) -> Keys {
        let ctx = Context::default();
        let mut keys = Keys::default();
        let events = presses.iter().map(|(modifiers, key)| Event::Key {
            key: *key,
            physical_key: None,
            pressed: true,
            repeat: false,
            modifiers: *modifiers,
        });
        let input = eframe::egui::RawInput { events: events.collect(), ..Default::default() };
        let mut output = ctx.run_ui(input, |ui| keys.look(ui.ctx()));
        output.textures_delta.clear();
        keys
    }

    #[test]
    fn shortcuts_and_keys_that_type_nothing_are_shown_and_letters_are_not() {
        let keys = after(&[
            (Modifiers::NONE, Key::H),
            (Modifiers::SHIFT, Key::A),
            (Modifiers::CTRL | Modifiers::ALT, Key::Q),
            (Modifiers::COMMAND, Key::L),
            (Modifiers::ALT, Key::Num2),
            (Modifiers::NONE, Key::Enter),
            (Modifiers::NONE, Key::F5),
        ]);
        assert_eq!(keys.texts(), [("Ctrl+L", 1), ("Alt+2", 1), ("Enter", 1), ("F5", 1)]);
    }

    #[test]
    fn a_key_that_is_pressed_again_is_counted_and_the_oldest_of_many_goes() {
        let keys = after(&[(Modifiers::NONE, Key::Tab), (Modifiers::NONE, Key::Tab), (Modifiers::NONE, Key::Enter)]);
        assert_eq!(keys.texts(), [("Tab", 2), ("Enter", 1)]);
        let many = [Key::F1, Key::F2, Key::F3, Key::F4, Key::F5].map(|key| (Modifiers::NONE, key));
        assert_eq!(after(&many).texts().iter().map(|(text, _)| *text).collect::<Vec<_>>(), ["F2", "F3", "F4", "F5"]);
    }
}
