//! What the lab is about, in a card above the panes; it can be put away, and written in.

use eframe::egui::text::LayoutJob;
use eframe::egui::{self, FontFamily, FontId, Frame, Label, Margin, ScrollArea, TextFormat, Ui};
use egui_material_icons::icons::{
    ICON_CHECK, ICON_CLOSE, ICON_EDIT, ICON_EXPAND_LESS, ICON_EXPAND_MORE, ICON_MENU_BOOK,
};

use crate::lab::file::MAX_NOTE_CHARS;
use crate::lang::visible::visible_lines;
use crate::session::Action;
use crate::t;
use crate::ui::controls;
use crate::ui::theme::{self, GAP, PANE_ROUNDING, Tokens};
use crate::ui::view::View;
use crate::ui::widgets::{ends, focus};

const SIZE: f32 = 13.0;
/// Where there is less height than this, in points, the card is one line until it is unfolded: the panes need the room.
const LOW: f32 = 640.0;

/// Whether the card is there, and whether it is being written in.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoteCard {
    open: bool,
    editing: bool,
    /// As the user said; else as there is room.
    folded: Option<bool>,
    /// The field has still to get the keyboard.
    focus: bool,
}

impl NoteCard {
    /// A lab was opened.
    pub fn on_lab(&mut self, has_note: bool) {
        *self = Self { open: has_note, ..Self::default() };
    }

    /// Shows the card or puts it away. A note that is not there yet can be written at once.
    pub fn toggle(&mut self, has_note: bool) {
        let open = !self.open;
        *self = Self { open, editing: open && !has_note, focus: open && !has_note, folded: None };
    }

    pub fn ui(&mut self, ui: &mut Ui, view: &mut View<'_>) {
        if !self.open {
            return;
        }
        let tokens = view.tokens;
        let folded = !self.editing && self.folded.unwrap_or(ui.available_height() < LOW);
        // In a low window most of the room is for the panes.
        let max_height = ((ui.available_height() - 300.0) * 0.35).clamp(76.0, 220.0);
        Frame::new()
            .fill(tokens.pane)
            .stroke(tokens.hairline())
            .corner_radius(f32::from(PANE_ROUNDING))
            .inner_margin(Margin { left: 12, right: 6, top: 6, bottom: 8 })
            .show(ui, |ui| {
                ui.set_width(ui.available_width());
                self.head(ui, view, folded);
                if folded {
                    return;
                }
                ScrollArea::vertical().id_salt("note").max_height(max_height).auto_shrink([false, true]).show(
                    ui,
                    |ui| {
                        if self.editing {
                            self.field(ui, view);
                        } else {
                            let text = view.session.note().text(view.lang);
                            ui.add(
                                Label::new(written(text, tokens, ui.available_width() - 8.0)).selectable(true).wrap(),
                            );
                        }
                    },
                );
            });
        ui.add_space(GAP - ui.spacing().item_spacing.y.min(GAP));
    }

    fn head(&mut self, ui: &mut Ui, view: &View<'_>, folded: bool) {
        let lang = view.lang;
        ui.horizontal(|ui| {
            ui.label(ICON_MENU_BOOK.rich_text().size(16.0).color(view.tokens.accent));
            let (id, room) = ends::line(ui);
            let title = view.session.title().shown(lang);
            let title = if title.is_empty() { t!(lang, "note-heading") } else { title };
            ends::beside(ui, id, room).add(Label::new(theme::strong(title).size(14.0)).truncate());
            ends::draw(ui, id, room, |ui| {
                ui.spacing_mut().item_spacing.x = 2.0;
                let (icon, name) =
                    if self.editing { (ICON_CHECK, t!(lang, "note-done")) } else { (ICON_EDIT, t!(lang, "note-edit")) };
                if controls::icon(ui, icon, &name).clicked() {
                    self.editing = !self.editing;
                    self.focus = self.editing;
                }
                let (icon, name) = match folded {
                    true => (ICON_EXPAND_MORE, t!(lang, "note-unfold")),
                    false => (ICON_EXPAND_LESS, t!(lang, "note-fold")),
                };
                if !self.editing && controls::icon(ui, icon, &name).clicked() {
                    self.folded = Some(!folded);
                }
                if controls::icon(ui, ICON_CLOSE, &t!(lang, "note-hide")).clicked() {
                    *self = Self::default();
                }
            });
        });
    }

    fn field(&mut self, ui: &mut Ui, view: &mut View<'_>) {
        let note = view.session.note();
        let mut text = note.text(view.lang).to_owned();
        let hint = t!(view.lang, "note-hint");
        let field = egui::TextEdit::multiline(&mut text)
            .hint_text(hint.as_ref())
            .char_limit(MAX_NOTE_CHARS)
            .desired_rows(4)
            .desired_width(f32::INFINITY);
        let response = ui.add(field).accessible_name(t!(view.lang, "note-heading"));
        if self.focus {
            focus::give(&response);
            self.focus = false;
        }
        if response.changed() {
            view.act(Action::SetNote(note.clone().with(view.lang, text)));
        }
    }
}

/// What stands between backquotes is code.
fn written(text: &str, tokens: &Tokens, width: f32) -> LayoutJob {
    let mut job = LayoutJob::default();
    job.wrap.max_width = width;
    let plain = TextFormat {
        line_height: Some(SIZE * 1.45),
        ..TextFormat::simple(FontId::new(SIZE, FontFamily::Proportional), tokens.text)
    };
    let code = TextFormat {
        font_id: FontId::new(SIZE - 1.0, FontFamily::Monospace),
        background: tokens.highlight,
        ..plain.clone()
    };
    for (number, part) in visible_lines(text).split('`').enumerate() {
        let format = if number % 2 == 1 { &code } else { &plain };
        job.append(part, 0.0, format.clone());
    }
    job
}
