//! What the user types to a program's standard input.

use eframe::egui::{Key, Modifiers, TextEdit, Ui};

use crate::session::{Action, Program};
use crate::t;
use crate::ui::controls;
use crate::ui::view::View;
use crate::ui::widgets::{ends, field, focus};

/// The height of the line, in points.
const HEIGHT: f32 = 26.0;
/// The longest line that is typed.
const MAX_TYPED: usize = 64 * 1024;
/// The most lines that ↑ brings back.
const MAX_LINES: usize = 100;

#[derive(Debug, Default)]
pub struct Input {
    text: String,
    /// Lines that were typed, and the place of the one that is in the field.
    typed: Vec<String>,
    at: usize,
    /// What was being typed when ↑ was pressed.
    draft: String,
    wants_focus: bool,
}

impl Input {
    pub fn take_focus(&mut self) {
        self.wants_focus = true;
    }

    pub fn ui(&mut self, ui: &mut Ui, view: &mut View<'_>, program: &Program) {
        let lang = view.lang;
        let up = program.live.is_up();
        ui.horizontal(|ui| {
            ui.set_height(HEIGHT);
            let (id, room) = (ui.scope_id().with("type"), ui.available_rect_before_wrap());
            let mut pressed = None;
            ends::draw(ui, id, room, |ui| {
                pressed = Some(controls::primary_enabled(ui, up, t!(lang, "program-type")));
            });
            let clicked = pressed.as_ref().is_some_and(eframe::egui::Response::clicked);
            let ui = &mut ends::beside(ui, id, room);
            let edit = TextEdit::singleline(&mut self.text)
                .char_limit(MAX_TYPED)
                .hint_text(t!(lang, "program-input-hint"))
                .desired_width(f32::INFINITY);
            let field = focus::kept(ui, pressed, |ui| field::line_enabled(ui, up, edit));
            let field = field.accessible_name(t!(lang, "program-input"));
            if std::mem::take(&mut self.wants_focus) && up {
                focus::give(&field);
            }
            if field.has_focus() {
                self.recall(ui);
            }
            let entered = field.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
            if (entered || clicked) && up {
                self.send(view, program);
                focus::give(&field);
            }
            ui.advance_cursor_after_rect(room);
        });
    }

    fn send(&mut self, view: &mut View<'_>, program: &Program) {
        let line = std::mem::take(&mut self.text);
        self.draft.clear();
        view.act(Action::TypeTo { program: program.id, text: format!("{line}\n") });
        if !line.is_empty() && self.typed.last() != Some(&line) {
            if self.typed.len() >= MAX_LINES {
                self.typed.remove(0);
            }
            self.typed.push(line);
        }
        self.at = self.typed.len();
    }

    /// ↑ and ↓ bring back what was typed before.
    fn recall(&mut self, ui: &Ui) {
        let pressed = |key| ui.input_mut(|input| input.consume_key(Modifiers::NONE, key));
        let to = if pressed(Key::ArrowUp) {
            self.at.checked_sub(1)
        } else if pressed(Key::ArrowDown) {
            Some(self.at + 1).filter(|at| *at <= self.typed.len())
        } else {
            None
        };
        if let Some(to) = to {
            let shown = self.typed.get(to).unwrap_or(&self.draft).clone();
            let before = std::mem::replace(&mut self.text, shown);
            if self.at == self.typed.len() && to < self.at {
                self.draft = before;
            }
            self.at = to;
        }
    }
}
