//! A list of faults to be edited: of a relay, or of the lossy link. Each has its switch and its sliders, which act at once,
//! and below them, folded, when and for whom it acts.

mod draft;
mod knobs;
mod marks;
mod when;

use std::collections::BTreeSet;

use eframe::egui::{Button, Checkbox, RichText, Slider, Ui, vec2};
use egui_material_icons::icons::ICON_CLOSE;

use crate::kinds::fault::conditions::{Condition, Place};
use crate::kinds::fault::preset::Preset;
use crate::kinds::fault::{Direction, FaultKind, FaultSpec, MAX_FAULTS};
use crate::lang::Lang;
use crate::lang::visible::visible;
use crate::t;
use crate::ui::controls;
use crate::ui::theme::{SMALL, Tokens};
use crate::ui::widgets::choice::Choice;
use crate::values::Portion;
use draft::Drafts;

/// What a slider takes with its number and its name.
const SLIDER: f32 = 250.0;

/// What the list remembers of itself.
#[derive(Debug, Default)]
pub struct FaultList {
    /// The faults whose conditions are shown.
    unfolded: BTreeSet<usize>,
    drafts: Drafts,
}

impl FaultList {
    /// The lists to choose from: single faults and presets. True where something was chosen.
    pub fn add_ui(&mut self, ui: &mut Ui, lang: Lang, faults: &mut Vec<FaultSpec>, place: Place) -> bool {
        let datagrams = place.has_datagrams();
        let mut chosen = false;
        let has_room = faults.len() < MAX_FAULTS;
        let add = t!(lang, "rack-add");
        Choice { name: &add, shown: &add, prefixed: false }.show(ui, |ui| {
            for kind in FaultKind::ALL.iter().filter(|kind| kind.is_for(datagrams)) {
                let offered = ui.add_enabled(has_room, Button::selectable(false, kind.label(lang)));
                if offered.on_hover_text(kind.tip(lang)).clicked() {
                    faults.push(FaultSpec::new(kind));
                    chosen = true;
                    ui.close();
                }
            }
        });
        let presets = t!(lang, "rack-presets");
        Choice { name: &presets, shown: &presets, prefixed: false }.show(ui, |ui| {
            for preset in Preset::ALL {
                let [name, tip] = preset.text_keys().map(|key| lang.text(&key, None));
                if ui.add(Button::selectable(false, name)).on_hover_text(tip).clicked() {
                    *faults = preset.faults(datagrams);
                    *self = Self::default();
                    chosen = true;
                    ui.close();
                }
            }
        });
        chosen
    }

    /// What switches every fault off.
    pub fn calm_ui(ui: &mut Ui, lang: Lang, faults: &mut [FaultSpec]) {
        let is_any_on = faults.iter().any(|fault| fault.on);
        let calm = ui.add_enabled(is_any_on, Button::new(t!(lang, "rack-calm")));
        if calm.on_hover_text(t!(lang, "rack-calm-tip")).clicked() {
            faults.iter_mut().for_each(|fault| fault.on = false);
        }
    }

    /// Every fault, in order.
    pub fn ui(&mut self, ui: &mut Ui, lang: Lang, faults: &mut Vec<FaultSpec>, place: Place) {
        if faults.is_empty() {
            ui.label(RichText::new(t!(lang, "rack-none")).size(SMALL).color(Tokens::of(ui).muted));
            return;
        }
        let mut gone = None;
        for (index, fault) in faults.iter_mut().enumerate() {
            ui.push_id(index, |ui| {
                if self.fault_ui(ui, lang, (index, fault), place) {
                    gone = Some(index);
                }
            });
        }
        if let Some(index) = gone {
            faults.remove(index);
            self.forget(index);
        }
    }

    /// That one is gone: the next ones move up.
    fn forget(&mut self, index: usize) {
        let moved = |at: usize| if at > index { at - 1 } else { at };
        self.unfolded = self.unfolded.iter().filter(|at| **at != index).map(|at| moved(*at)).collect();
        self.drafts = Drafts::default();
    }

    /// True where it is to go.
    fn fault_ui(&mut self, ui: &mut Ui, lang: Lang, (index, fault): (usize, &mut FaultSpec), place: Place) -> bool {
        let label = match &fault.name {
            Some(name) => visible(name).into_owned(),
            None => fault.kind.label(lang),
        };
        let is_folded = !self.unfolded.contains(&index);
        let mut gone = false;
        ui.horizontal_wrapped(|ui| {
            ui.spacing_mut().item_spacing = vec2(8.0, 2.0);
            show_trail(ui);
            ui.add(Checkbox::new(&mut fault.on, label.as_str())).on_hover_text(fault.kind.tip(lang));
            if fault.kind.has_direction() {
                direction_ui(ui, lang, fault);
            }
            for knob in fault.kind.knobs {
                knobs::ui(ui, lang, fault, *knob);
            }
            chance_ui(ui, lang, fault, place);
            if when::heading(ui, lang, &label, fault, is_folded) {
                let has_it = self.unfolded.remove(&index);
                if !has_it {
                    self.unfolded.insert(index);
                }
            }
            let remove = t!(lang, "rack-remove", name = label.as_str());
            gone = controls::icon(ui, ICON_CLOSE, &remove).clicked();
        });
        if !is_folded {
            when::ui(ui, lang, (index, fault), place, &mut self.drafts);
        }
        gone
    }
}

/// The part of a slider up to its value is filled.
fn show_trail(ui: &mut Ui) {
    let line = Tokens::of(ui).line;
    ui.visuals_mut().slider_trailing_fill = true;
    ui.visuals_mut().widgets.inactive.bg_fill = line;
}

/// What has to stay together is not wrapped by itself: it goes to the next line where it has no room in this one.
fn next_line_unless(ui: &mut Ui, width: f32) {
    if ui.available_size_before_wrap().x < width {
        ui.end_row();
    }
}

fn direction_ui(ui: &mut Ui, lang: Lang, fault: &mut FaultSpec) {
    let name = t!(lang, "rack-direction");
    let shown = lang.text(fault.direction.text_key(), None);
    Choice { name: &name, shown: &shown, prefixed: false }.show(ui, |ui| {
        for direction in Direction::ALL {
            let text = lang.text(direction.text_key(), None);
            if ui.add(Button::selectable(fault.direction == direction, text)).clicked() {
                fault.direction = direction;
                ui.close();
            }
        }
    });
}

/// Of all, how many. What is chosen by its number has no chance, unless a lab file gives it both.
fn chance_ui(ui: &mut Ui, lang: Lang, fault: &mut FaultSpec, place: Place) {
    let is_offered = fault.kind.knows(Condition::Probability, place) && fault.nth.is_empty();
    if !is_offered && fault.probability.is_none() {
        return;
    }
    let usual = if fault.kind.own_chance { 2.0 } else { 100.0 };
    let mut percent = fault.probability.map_or(usual, |portion| portion.value() * 100.0);
    let name = t!(lang, "rack-chance");
    next_line_unless(ui, SLIDER);
    if ui.add(percent_slider(&mut percent, &name)).changed() {
        let all = percent >= 100.0 && !fault.kind.own_chance;
        fault.probability = (!all).then(|| Portion::of(percent / 100.0));
    }
}

fn percent_slider<'a>(percent: &'a mut f64, name: &'a str) -> Slider<'a> {
    Slider::new(percent, 0.0..=100.0).max_decimals(1).suffix(" %").text(name)
}
