//! The bar at the top of the plots: of what, how far back, and whether they stand still.

use eframe::egui::{RichText, ScrollArea, Ui, vec2};

use super::PLOTS;
use super::subject::Choice;
use super::{PlotsPane, Span};
use crate::lang::Lang;
use crate::t;
use crate::trace::StreamKey;
use crate::ui::panes::picture_menu;
use crate::ui::view::View;
use crate::ui::widgets::pause_button;
use crate::ui::widgets::{choice, ends};

const HEIGHT: f32 = 30.0;
/// The most connections of each server that the list names.
const MAX_CONNS: usize = 64;

impl PlotsPane {
    pub(super) fn toolbar_ui(&mut self, ui: &mut Ui, view: &mut View<'_>) {
        let (id, room) = ends::bar(ui, HEIGHT);
        ends::scrolled_beside(ui, id, room, |ui| self.shown_ui(ui, view));
        ends::draw(ui, id, room, |ui| {
            ui.spacing_mut().item_spacing.x = 2.0;
            if view.pause.is_some() {
                ui.label(RichText::new(t!(view.lang, "plots-paused")).color(view.tokens.waiting));
            }
            picture_menu::button_ui(ui, view, &PLOTS);
            pause_button::button_ui(ui, view);
        });
    }

    /// Of what, and how far back.
    fn shown_ui(&mut self, ui: &mut Ui, view: &View<'_>) {
        let lang = view.lang;
        ui.spacing_mut().item_spacing.x = 4.0;
        ui.spacing_mut().button_padding = vec2(6.0, 3.0);
        self.choice_ui(ui, view);
        let name = t!(lang, "plots-span");
        let shown = span_name(lang, self.span);
        choice::Choice { name: &name, shown: &shown, prefixed: false }.show(ui, |ui| {
            for span in Span::ALL {
                if ui.selectable_label(self.span == span, span_name(lang, span)).clicked() {
                    self.span = span;
                    ui.close();
                }
            }
        });
    }

    fn choice_ui(&mut self, ui: &mut Ui, view: &View<'_>) {
        let lang = view.lang;
        let name = t!(lang, "plots-subject");
        let shown = choice_name(view, self.choice);
        choice::Choice { name: &name, shown: &shown, prefixed: false }.show(ui, |ui| {
            ScrollArea::vertical().max_height(360.0).show(ui, |ui| {
                for choice in choices(view) {
                    let text = match choice {
                        Choice::Selected => t!(lang, "plots-selected").into_owned(),
                        _ => choice_name(view, choice),
                    };
                    if ui.selectable_label(self.choice == choice, text).clicked() {
                        self.choice = choice;
                        ui.close();
                    }
                }
            });
        });
    }
}

/// The selection, everything, then each endpoint with its open connections.
fn choices(view: &View<'_>) -> Vec<Choice> {
    let mut choices = vec![Choice::Selected, Choice::All];
    for endpoint in view.session.endpoints() {
        choices.push(Choice::One((endpoint.id, None)));
        let conns = endpoint.live.observed.conns.keys().take(MAX_CONNS);
        choices.extend(conns.map(|conn| Choice::One((endpoint.id, Some(*conn)))));
    }
    choices
}

fn choice_name(view: &View<'_>, choice: Choice) -> String {
    let lang = view.lang;
    match choice {
        Choice::All => t!(lang, "plots-all").into_owned(),
        Choice::One(key) => key_name(view, key),
        Choice::Selected => match view.selection.endpoint() {
            Some(endpoint) => {
                let name = key_name(view, (endpoint, view.selection.conn()));
                t!(lang, "plots-selected-one", name = name).into_owned()
            }
            None => t!(lang, "plots-selected-none").into_owned(),
        },
    }
}

fn key_name(view: &View<'_>, (endpoint, conn): StreamKey) -> String {
    let name = view.session.name_of((endpoint, conn));
    match conn {
        Some(_) => t!(view.lang, "plots-conn", name = name).into_owned(),
        None => t!(view.lang, "plots-endpoint", name = name).into_owned(),
    }
}

fn span_name(lang: Lang, span: Span) -> String {
    match span {
        Span::TenSeconds => t!(lang, "plots-last-seconds", count = 10),
        Span::Minute => t!(lang, "plots-last-minutes", count = 1),
        Span::TenMinutes => t!(lang, "plots-last-minutes", count = 10),
        Span::All => t!(lang, "plots-all-time"),
    }
    .into_owned()
}
