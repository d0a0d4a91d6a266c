//! The bar over the program: whose it is, what it does, in which language and style, and what can be done with it.

use std::borrow::Cow;

use eframe::egui::{Ui, vec2};
use egui_material_icons::icons::{ICON_CONTENT_COPY, ICON_PLAY_ARROW, ICON_SAVE};

use super::{CodePane, From, Written};
use crate::code::{Language, Style};
use crate::lab::EndpointId;
use crate::lang::Lang;
use crate::t;
use crate::ui::controls;
use crate::ui::view::{View, ViewRequest};
use crate::ui::widgets::choice::Choice;
use crate::ui::widgets::ends;

const HEIGHT: f32 = 32.0;

impl CodePane {
    pub(super) fn toolbar_ui(&mut self, ui: &mut Ui, view: &mut View<'_>, endpoint: EndpointId, written: &Written) {
        let (id, room) = ends::bar(ui, HEIGHT);
        ends::scrolled_beside(ui, id, room, |ui| {
            ui.spacing_mut().item_spacing.x = 4.0;
            ui.spacing_mut().button_padding = vec2(6.0, 3.0);
            whose_ui(ui, view, endpoint);
            if view.session.endpoint(endpoint).is_some() {
                self.whose_ui(ui, view);
            }
            for language in Language::ALL {
                if ui.selectable_label(self.language == language, language.own_name).clicked() {
                    self.language = language;
                    self.style = self.style.filter(|style| language.styles.contains(style));
                    self.line = None;
                }
            }
            if self.from == From::Endpoint {
                self.style_ui(ui, view.lang);
            } else {
                ui.checkbox(&mut self.times, t!(view.lang, "code-pane-times"))
                    .on_hover_text(t!(view.lang, "code-pane-times-tip"));
            }
        });
        ends::draw(ui, id, room, |ui| self.buttons_ui(ui, view, endpoint, written));
    }

    fn whose_ui(&mut self, ui: &mut Ui, view: &View<'_>) {
        let lang = view.lang;
        let (name, shown) = (t!(lang, "code-pane-of"), lang.text(self.from.name(), None));
        Choice { name: &name, shown: &shown, prefixed: false }.show(ui, |ui| {
            for from in From::ALL {
                let is_possible = match from {
                    From::Endpoint | From::Conn => true,
                    From::Marked => self.marked.is_some(),
                    From::Filtered => view.matches().is_some(),
                };
                ui.add_enabled_ui(is_possible || from == self.from, |ui| {
                    let label = ui.selectable_label(self.from == from, lang.text(from.name(), None));
                    if label.on_disabled_hover_text(t!(lang, "code-pane-choose-first")).clicked() {
                        self.from = from;
                        self.line = None;
                        ui.close();
                    }
                });
            }
        });
    }

    fn style_ui(&mut self, ui: &mut Ui, lang: Lang) {
        let label = |style: Option<Style>| -> Cow<'static, str> {
            match style {
                None => t!(lang, "code-style-auto"),
                Some(Style::Plain) => t!(lang, "code-style-plain"),
                Some(Style::Threads) => t!(lang, "code-style-threads"),
                Some(Style::Select) => t!(lang, "code-style-select"),
            }
        };
        let (name, shown) = (t!(lang, "code-pane-style"), label(self.style));
        Choice { name: &name, shown: &shown, prefixed: false }.show(ui, |ui| {
            let styles = self.language.styles.iter().copied().map(Some);
            for style in [None].into_iter().chain(styles) {
                if ui.selectable_label(self.style == style, label(style)).clicked() {
                    self.style = style;
                    self.line = None;
                    ui.close();
                }
            }
        });
    }

    fn buttons_ui(&self, ui: &mut Ui, view: &mut View<'_>, endpoint: EndpointId, written: &Written) {
        let lang = view.lang;
        ui.spacing_mut().item_spacing.x = 2.0;
        let Ok(code) = &written.result else { return };
        if controls::icon(ui, ICON_CONTENT_COPY, &t!(lang, "code-pane-copy")).clicked() {
            view.copy(code.text.clone());
        }
        if controls::icon(ui, ICON_SAVE, &t!(lang, "code-pane-save")).clicked() {
            let suggested = written.file_name(view, endpoint, self.language);
            view.requests.push(ViewRequest::SaveCode { suggested, text: code.text.clone() });
        }
        let can_run = self.language.runs_here() && view.session.viewed().is_none();
        ui.add_enabled_ui(can_run, |ui| {
            let name = t!(lang, "code-pane-run", language = self.language.own_name);
            let button = controls::icon(ui, ICON_PLAY_ARROW, &name);
            if button.on_disabled_hover_text(t!(lang, "code-pane-cant-run")).clicked() {
                view.requests.push(ViewRequest::RunCode {
                    language: self.language,
                    file: written.file_name(view, endpoint, self.language),
                    text: code.text.clone(),
                    arguments: written.arguments(view, endpoint),
                });
            }
        });
    }
}

fn whose_ui(ui: &mut Ui, view: &mut View<'_>, endpoint: EndpointId) {
    let session = view.session;
    let name = t!(view.lang, "code-pane-whose");
    let endpoints = session.endpoints().iter().map(|other| (other.id, &other.spec.name));
    let programs = session.programs().iter().map(|other| (other.id, &other.spec.name));
    let all: Vec<(EndpointId, &String)> = endpoints.chain(programs).collect();
    let shown = all.iter().find(|(id, _)| *id == endpoint).map_or("", |(_, name)| name);
    let mut chosen = None;
    Choice { name: &name, shown, prefixed: false }.show(ui, |ui| {
        for (id, name) in &all {
            if ui.selectable_label(*id == endpoint, *name).clicked() {
                chosen = Some(*id);
                ui.close();
            }
        }
    });
    if let Some(chosen) = chosen {
        view.selection.select_endpoint(chosen);
    }
}
