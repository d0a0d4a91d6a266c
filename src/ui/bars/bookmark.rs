//! The heading of a call in the inspector: its bookmark, and the note that the user has written about it.

use eframe::egui::{Align, Button, Layout, TextEdit, Ui, vec2};
use egui_material_icons::icons::{ICON_BOOKMARK, ICON_BOOKMARK_ADD};

use crate::session::Action;
use crate::t;
use crate::trace::bookmarks::MAX_NOTE_CHARS;
use crate::ui::controls;
use crate::ui::view::View;

pub fn ui(ui: &mut Ui, view: &mut View<'_>, seq: u64) {
    let lang = view.lang;
    let note = view.session.bookmarks().note(seq);
    ui.horizontal(|ui| {
        controls::section(ui, &t!(lang, "inspector-call", seq = seq));
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let (icon, color, name) = match note {
                Some(_) => (ICON_BOOKMARK, view.tokens.accent, t!(lang, "bookmark-remove")),
                None => (ICON_BOOKMARK_ADD, view.tokens.muted, t!(lang, "bookmark-add")),
            };
            let picture = icon.rich_text().size(16.0).color(color);
            let button = ui.add(Button::new(picture).frame_when_inactive(false).min_size(vec2(24.0, 20.0)));
            controls::name_it(&button, true, &name);
            if button.on_hover_text(name.as_ref()).clicked() {
                view.act(Action::SetBookmark { seq, note: note.is_none().then(String::new) });
            }
        });
    });
    let Some(note) = note else { return };
    let mut text = note.to_owned();
    let rows = text.lines().count().clamp(1, 6);
    let field = TextEdit::multiline(&mut text)
        .id_salt(("note", seq))
        .desired_rows(rows)
        .desired_width(f32::INFINITY)
        .char_limit(MAX_NOTE_CHARS)
        .hint_text(t!(lang, "bookmark-note-hint"));
    let response = ui.add(field).accessible_name(t!(lang, "bookmark-note"));
    if response.changed() && text != note {
        view.act(Action::SetBookmark { seq, note: Some(text) });
    }
}
