//! The dialog "Title and note": what the lab is called and what it is about, in the language of the window.

use eframe::egui::{self, Id, TextEdit};

use super::lines::{Footer, Lines, Pressed};
use crate::lab::file::{MAX_NOTE_CHARS, MAX_TITLE_CHARS};
use crate::lang::Lang;
use crate::session::{Action, Session};
use crate::t;
use crate::ui::view::View;
use crate::ui::widgets::field;
use crate::ui::widgets::modal;

const WIDTH: f32 = 560.0;
const NOTE_ROWS: usize = 7;

/// The dialog while it is open.
pub struct TitleWindow {
    title: String,
    note: String,
}

#[derive(Clone, Copy, PartialEq)]
enum Field {
    Title,
    Note,
}

impl TitleWindow {
    pub fn new(session: &Session, lang: Lang) -> Self {
        Self { title: session.title().text(lang).to_owned(), note: session.note().text(lang).to_owned() }
    }

    /// True where it is done with.
    pub fn ui(&mut self, ctx: &egui::Context, view: &mut View<'_>) -> bool {
        let lang = view.lang;
        let drawn = modal::show(ctx, Id::unique("title and note"), WIDTH, |ui, place| {
            modal::title(ui, t!(lang, "title-window"));
            ui.add_space(6.0);
            ui.spacing_mut().item_spacing.y = 7.0;
            let mut lines = Lines::new(&[], place.entered);
            let title = lines.line(ui, &t!(lang, "lab-title"), "", Some(Field::Title), |ui| {
                let edit = TextEdit::singleline(&mut self.title).desired_width(f32::INFINITY);
                field::line(ui, edit.char_limit(MAX_TITLE_CHARS))
            });
            if place.is_new {
                field::take_focus(&title);
            }
            lines.line(ui, &t!(lang, "note-heading"), "", Some(Field::Note), |ui| {
                let edit = TextEdit::multiline(&mut self.note).desired_rows(NOTE_ROWS).desired_width(f32::INFINITY);
                ui.add(edit.char_limit(MAX_NOTE_CHARS).hint_text(t!(lang, "note-hint")))
            });
            ui.separator();
            let footer = Footer { go: &t!(lang, "form-apply"), also: None, obstacle: None };
            let pressed = footer.ui(ui, lang, |_| {});
            if lines.entered { pressed.or(Some(Pressed::Go)) } else { pressed }
        });
        match drawn.inner {
            Some(Pressed::Go | Pressed::Also) => {
                let (title, note) = (view.session.title().clone(), view.session.note().clone());
                view.act(Action::SetTitle(title.with(lang, self.title.trim())));
                view.act(Action::SetNote(note.with(lang, self.note.as_str())));
                true
            }
            Some(Pressed::Cancel) => true,
            None => drawn.escape,
        }
    }
}
