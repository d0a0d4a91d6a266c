//! The dialog "Hand in": who it is, asked once, and then where the file goes.

use eframe::egui::{self, Id, Label, RichText, TextEdit};

use super::lines::{Footer, Lines, Obstacle, Pressed};

use crate::lesson::handin::{MAX_NAME_CHARS, Student};
use crate::t;
use crate::ui::view::{View, ViewRequest};
use crate::ui::widgets::{field, modal};

const WIDTH: f32 = 460.0;

/// The dialog while it is open.
#[derive(Debug)]
pub struct HandInWindow {
    student: Student,
    answered: usize,
    of: usize,
    /// The trace has the run that the answers were compared with.
    has_run: bool,
}

#[derive(Clone, Copy, PartialEq)]
enum Field {
    Name,
    Number,
}

impl HandInWindow {
    /// With what was said the last time.
    pub fn new(student: Student, answered: usize, of: usize, has_run: bool) -> Self {
        Self { student, answered, of, has_run }
    }

    /// True where it is done with.
    pub fn ui(&mut self, ctx: &egui::Context, view: &mut View<'_>) -> bool {
        let lang = view.lang;
        let drawn = modal::show(ctx, Id::unique("hand in"), WIDTH, |ui, place| {
            modal::title(ui, t!(lang, "handin-title"));
            ui.add_space(6.0);
            ui.add(Label::new(RichText::new(t!(lang, "handin-what")).color(view.tokens.muted)).wrap());
            ui.add_space(4.0);
            let (answered, of) = (self.answered.to_string(), self.of.to_string());
            ui.add(Label::new(RichText::new(t!(lang, "handin-answered", answered = answered, of = of))).wrap());
            if !self.has_run {
                ui.add(Label::new(RichText::new(t!(lang, "handin-no-run")).color(ui.visuals().warn_fg_color)).wrap());
            }
            ui.spacing_mut().item_spacing.y = 7.0;
            let mut lines = Lines::new(&[], place.entered);
            let name = lines.line(ui, &t!(lang, "handin-name"), "", Some(Field::Name), |ui| {
                let edit = TextEdit::singleline(&mut self.student.name).desired_width(f32::INFINITY);
                field::line(ui, edit.char_limit(MAX_NAME_CHARS))
            });
            if place.is_new {
                field::take_focus(&name);
            }
            lines.line(ui, &t!(lang, "handin-number"), "", Some(Field::Number), |ui| {
                let edit = TextEdit::singleline(&mut self.student.number).desired_width(f32::INFINITY);
                field::line(ui, edit.char_limit(MAX_NAME_CHARS))
            });
            ui.separator();
            let has_name = !self.student.name.trim().is_empty();
            let obstacle = Obstacle { text: t!(lang, "handin-no-name").into_owned(), missing: true };
            let obstacle = (!has_name).then_some(obstacle);
            let footer = Footer { go: &t!(lang, "handin-save"), also: None, obstacle: obstacle.as_ref() };
            let pressed = footer.ui(ui, lang, |_| {});
            if lines.entered && has_name { pressed.or(Some(Pressed::Go)) } else { pressed }
        });
        match drawn.inner {
            Some(Pressed::Go | Pressed::Also) => {
                let trimmed = |text: &str| text.trim().to_owned();
                let Student { name, number } = &self.student;
                let student = Student { name: trimmed(name), number: trimmed(number) };
                view.requests.push(ViewRequest::HandIn(student));
                true
            }
            Some(Pressed::Cancel) => true,
            None => drawn.escape,
        }
    }
}
