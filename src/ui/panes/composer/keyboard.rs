//! The keys of a composer in their order. A slow frame may bring a text, Enter and the next text together: each Enter
//! sends what was typed before it and nothing else, so what follows is held back for the next frame.

use eframe::egui::{Event, ImeEvent, Key, Ui};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Special {
    Enter,
    Up,
    Down,
}

#[derive(Debug, Default)]
pub struct Keyboard {
    held: Vec<Event>,
    /// What the input method shows in the field and has not committed. Its keys are the input method's.
    preedit: String,
}

impl Keyboard {
    /// The special key that comes first, taken out of the events; what the user did after it waits. `wanted` says
    /// which of the keys are special now.
    pub fn next(&mut self, ui: &Ui, wanted: impl Fn(Special) -> bool) -> Option<Special> {
        let held = std::mem::take(&mut self.held);
        let mut found = None;
        ui.input_mut(|input| {
            let mut typed = false;
            let mut left = Vec::with_capacity(held.len() + input.events.len());
            for event in held.into_iter().chain(std::mem::take(&mut input.events)) {
                if !is_of_keyboard(&event) {
                    left.push(event);
                    continue;
                }
                let special = special(&event);
                if special.is_some() && !self.preedit.is_empty() && self.held.is_empty() {
                    // Some systems report both the key and the input method's text.
                    continue;
                }
                let special = special.filter(|special| wanted(*special));
                if found.is_some() || !self.held.is_empty() || (special.is_some() && typed) {
                    self.held.push(event);
                } else if special.is_some() {
                    found = special;
                } else {
                    typed |= !matches!(event, Event::Key { pressed: false, .. });
                    self.compose(&event);
                    left.push(event);
                }
            }
            input.events = left;
        });
        if !self.held.is_empty() {
            ui.ctx().request_repaint();
        }
        found
    }

    fn compose(&mut self, event: &Event) {
        match event {
            Event::Ime(ImeEvent::Preedit { text, .. }) => self.preedit.clone_from(text),
            Event::Ime(ImeEvent::Commit(_)) => self.preedit.clear(),
            _ => {}
        }
    }

    /// The letters in the field that the input method has not committed yet.
    pub fn preedit(&self) -> &str {
        &self.preedit
    }

    /// The field has lost the keyboard.
    pub fn forget(&mut self) {
        self.held.clear();
        self.preedit.clear();
    }
}

fn is_of_keyboard(event: &Event) -> bool {
    matches!(event, Event::Text(_) | Event::Key { .. } | Event::Paste(_) | Event::Cut | Event::Copy | Event::Ime(_))
}

/// Only without Shift and the like.
fn special(event: &Event) -> Option<Special> {
    match event {
        Event::Key { key, pressed: true, modifiers, .. } if modifiers.is_none() => match key {
            Key::Enter => Some(Special::Enter),
            Key::ArrowUp => Some(Special::Up),
            Key::ArrowDown => Some(Special::Down),
            _ => None,
        },
        _ => None,
    }
}
