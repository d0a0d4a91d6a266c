//! Sending again and again: how often is asked here, and each repeat that runs is shown with its own stop button.

use std::time::Duration;

use eframe::egui::{DragValue, RichText, Ui};
use egui_material_icons::icons::ICON_STOP;

use crate::lang::Lang;
use crate::session::{Action, Repeat};
use crate::t;
use crate::ui::controls;
use crate::ui::view::View;
use crate::ui::widgets::choice::Choice;

/// Milliseconds between two sendings: from 1 to an hour.
const EVERY_MS: std::ops::RangeInclusive<u32> = 1..=3_600_000;
const TIMES: std::ops::RangeInclusive<u32> = 1..=1_000_000;

#[derive(Debug)]
pub struct Repeating {
    pub on: bool,
    every_ms: u32,
    pub times: u32,
}

impl Default for Repeating {
    fn default() -> Self {
        Self { on: false, every_ms: 1_000, times: 10 }
    }
}

impl Repeating {
    pub fn every(&self) -> Duration {
        Duration::from_millis(u64::from(self.every_ms))
    }

    pub fn ui(&mut self, ui: &mut Ui, view: &View<'_>) {
        let lang = view.lang;
        let shown = if self.on {
            // No longer than "off": the popup below must not move while it is used.
            t!(lang, "composer-repeat-on")
        } else {
            t!(lang, "composer-repeat-off")
        };
        let choice = Choice { name: &t!(lang, "composer-repeat"), shown: &shown, prefixed: true };
        choice.show(ui, |ui| self.contents_ui(ui, lang));
    }

    pub fn contents_ui(&mut self, ui: &mut Ui, lang: Lang) {
        // A menu's style hides the frames of what can be set here.
        ui.reset_style();
        ui.checkbox(&mut self.on, t!(lang, "composer-repeat-check"));
        ui.horizontal(|ui| {
            let label = ui.label(t!(lang, "composer-repeat-every"));
            ui.add(DragValue::new(&mut self.every_ms).range(EVERY_MS).suffix(" ms")).labelled_by(label.id);
        });
        ui.horizontal(|ui| {
            let label = ui.label(t!(lang, "composer-repeat-times"));
            ui.add(DragValue::new(&mut self.times).range(TIMES)).labelled_by(label.id);
        });
    }
}

/// The repeats that run, each with how far it is.
pub fn running_ui(ui: &mut Ui, view: &mut View<'_>, repeats: &[Repeat]) {
    for repeat in repeats {
        ui.horizontal(|ui| {
            let stop = t!(view.lang, "composer-repeat-stop", preview = repeat.preview.clone());
            if controls::icon(ui, ICON_STOP, &stop).clicked() {
                view.act(Action::StopRepeat(repeat.job));
            }
            ui.label(RichText::new(format!("{}/{}", repeat.sent, repeat.times)).monospace().color(view.tokens.sent));
            let every = t!(view.lang, "composer-repeat-interval", ms = repeat.every.as_millis() as u64);
            ui.label(RichText::new(every).color(view.tokens.muted));
            ui.add(eframe::egui::Label::new(RichText::new(&repeat.preview).monospace()).truncate());
        });
    }
}
