//! Small windows that must be answered before anything else: unsaved changes, a typed path, a lab that can't be read.

use eframe::egui::{self, Id, Key, RichText, Ui};

use crate::lang::Lang;
use crate::lang::visible::visible_path;
use crate::t;
use crate::ui::controls;
use crate::ui::theme::Tokens;
use crate::ui::widgets::modal::{self, Place};
use crate::ui::widgets::{field, focus};

const WIDTH: f32 = 440.0;

/// The answer to "there are changes that are not saved".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unsaved {
    Save,
    Discard,
    Cancel,
}

/// A path typed in the window, for machines without a file dialog.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TypedPath {
    pub text: String,
    pub saving: bool,
    /// Where it is not about a lab.
    pub title: Option<String>,
    /// What was wrong with the last try.
    pub error: Option<String>,
}

impl TypedPath {
    pub fn new(text: String, saving: bool) -> Self {
        Self { text, saving, title: None, error: None }
    }
}

/// A click beside it must not throw an answer away; Escape is one.
fn modal<R>(ctx: &egui::Context, name: &str, contents: impl FnOnce(&mut Ui, Place) -> R) -> (R, bool) {
    let shown = modal::show(ctx, Id::unique("dialog").with(name), WIDTH, contents);
    (shown.inner, shown.escape)
}

pub fn unsaved(ctx: &egui::Context, lang: Lang, name: &str) -> Option<Unsaved> {
    let (answer, escape) = modal(ctx, "unsaved", |ui, _| {
        modal::title(ui, t!(lang, "unsaved-title", name = name));
        ui.label(t!(lang, "unsaved-text"));
        modal::buttons(ui, |ui| {
            let save = controls::primary(ui, t!(lang, "unsaved-save"));
            if ui.memory(|memory| memory.focused().is_none()) {
                focus::give(&save);
            }
            let discard = ui.button(t!(lang, "unsaved-discard"));
            let cancel = ui.button(t!(lang, "cancel"));
            if save.clicked() {
                Some(Unsaved::Save)
            } else if discard.clicked() {
                Some(Unsaved::Discard)
            } else {
                cancel.clicked().then_some(Unsaved::Cancel)
            }
        })
    });
    answer.or(escape.then_some(Unsaved::Cancel))
}

/// `Some(true)`: take the path; `Some(false)`: leave it.
pub fn typed_path(ctx: &egui::Context, lang: Lang, path: &mut TypedPath) -> Option<bool> {
    let (answer, escape) = modal(ctx, "path", |ui, place| {
        let usual = if path.saving { t!(lang, "path-save-title") } else { t!(lang, "path-open-title") };
        modal::title(ui, path.title.as_deref().unwrap_or(&usual));
        let label = ui.label(RichText::new(t!(lang, "path-why")).color(Tokens::of(ui).muted));
        let edit = egui::TextEdit::singleline(&mut path.text).desired_width(f32::INFINITY).hint_text("~/echo.lab.toml");
        let response = field::line(ui, edit).labelled_by(label.id).accessible_name(t!(lang, "path-name"));
        if place.is_new {
            field::take_focus(&response);
        }
        if response.changed() {
            path.error = None;
        }
        if let Some(error) = &path.error {
            ui.label(RichText::new(error).color(Tokens::of(ui).error));
        }
        let entered = place.entered || response.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
        let ready = !path.text.trim().is_empty();
        modal::buttons(ui, |ui| {
            let word = if path.saving { t!(lang, "save") } else { t!(lang, "open") };
            let go = controls::primary_enabled(ui, ready, word).clicked() || (entered && ready);
            let cancel = ui.button(t!(lang, "cancel")).clicked();
            if go { Some(true) } else { cancel.then_some(false) }
        })
    });
    answer.or(escape.then_some(false))
}

/// A lab file that was refused, with its place. True when it was read.
pub fn load_error(ctx: &egui::Context, lang: Lang, error: &crate::lab::file::LabFileError) -> bool {
    let (answer, escape) = modal(ctx, "load error", |ui, _| {
        modal::title(ui, t!(lang, "load-error-title"));
        egui::Grid::new("load error").num_columns(2).show(ui, |ui| {
            let mut line = |name: &str, value: String| {
                ui.label(RichText::new(name).color(Tokens::of(ui).muted));
                ui.add(egui::Label::new(RichText::new(value).monospace()).wrap());
                ui.end_row();
            };
            if let Some(file) = &error.file {
                line(&t!(lang, "load-error-file"), visible_path(file));
            }
            if error.line > 0 {
                let (row, column) = (error.line.to_string(), error.column.to_string());
                line(
                    &t!(lang, "load-error-line"),
                    t!(lang, "load-error-place", line = row, column = column).into_owned(),
                );
            }
            if let Some(field) = &error.field {
                line(&t!(lang, "load-error-field"), field.clone());
            }
        });
        ui.add_space(4.0);
        ui.add(egui::Label::new(lang.sentence(error.message.text(lang))).wrap());
        ui.label(RichText::new(t!(lang, "load-error-kept")).size(12.0).color(Tokens::of(ui).muted));
        modal::buttons(ui, |ui| {
            let close = controls::primary(ui, t!(lang, "close"));
            if ui.memory(|memory| memory.focused().is_none()) {
                focus::give(&close);
            }
            close.clicked()
        })
    });
    answer || escape
}
