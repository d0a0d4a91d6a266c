//! The options of a fault that are not of every fault, each as a slider, a number or a choice.

use std::time::Duration;

use eframe::egui::{Button, DragValue, Slider, Ui};

use super::{SLIDER, marks, next_line_unless};
use crate::kinds::fault::{FaultSpec, Knob};
use crate::lang::Lang;
use crate::t;
use crate::ui::widgets::choice::Choice;
use crate::values::amount::MAX_SPAN;
use crate::values::{Rate, Span};

/// The longest delay, the highest rate and the largest size that a slider reaches, unless there is more already.
const LONGEST_MS: u64 = 10_000;
const FASTEST_KB: u64 = 100_000;
const LARGEST: u32 = 65_536;
/// What the least size takes with its name.
const LEAST: f32 = 130.0;

pub fn ui(ui: &mut Ui, lang: Lang, fault: &mut FaultSpec, knob: Knob) {
    match knob {
        Knob::Delay => delay_ui(ui, &t!(lang, "rack-delay"), fault.options().delay, &mut fault.given.delay),
        Knob::Jitter => delay_ui(ui, &t!(lang, "rack-jitter"), fault.options().jitter, &mut fault.given.jitter),
        Knob::Spread => spread_ui(ui, lang, fault),
        Knob::Rate => rate_ui(ui, lang, fault),
        Knob::Size => size_ui(ui, lang, fault),
        Knob::After => {
            let texts = marks::Texts { name: t!(lang, "rack-after"), none: t!(lang, "mark-at-once") };
            let mut after = fault.options().after;
            if marks::ui(ui, lang, &texts, &mut after, |_| true) {
                fault.given.after = after;
            }
        }
    }
}

fn delay_ui(ui: &mut Ui, name: &str, now: Option<Duration>, given: &mut Option<Duration>) {
    let mut number = now.map_or(0, |time| u64::try_from(time.as_millis()).unwrap_or(u64::MAX));
    let most = LONGEST_MS.max(number);
    next_line_unless(ui, SLIDER);
    if ui.add(Slider::new(&mut number, 0..=most).logarithmic(true).suffix(" ms").text(name)).changed() {
        *given = Some(Duration::from_millis(number));
    }
}

/// It says nothing where there is no jitter.
fn spread_ui(ui: &mut Ui, lang: Lang, fault: &mut FaultSpec) {
    if fault.given.normal.is_none() && fault.options().jitter.is_none_or(|jitter| jitter.is_zero()) {
        return;
    }
    let is_normal = fault.options().normal.unwrap_or(false);
    let text = |normal| if normal { t!(lang, "rack-spread-normal") } else { t!(lang, "rack-spread-uniform") };
    let (name, shown) = (t!(lang, "rack-spread"), text(is_normal));
    Choice { name: &name, shown: &shown, prefixed: false }.show(ui, |ui| {
        for normal in [false, true] {
            let tip = if normal { t!(lang, "rack-spread-normal-tip") } else { t!(lang, "rack-spread-uniform-tip") };
            let offered = ui.add(Button::selectable(is_normal == normal, text(normal)));
            if offered.on_hover_text(tip).clicked() {
                fault.given.normal = Some(normal);
                ui.close();
            }
        }
    });
}

fn rate_ui(ui: &mut Ui, lang: Lang, fault: &mut FaultSpec) {
    let mut number = fault.options().rate.map_or(1, |rate| rate.bytes().div_ceil(1_000));
    let most = FASTEST_KB.max(number);
    let name = t!(lang, "rack-rate");
    next_line_unless(ui, SLIDER);
    let slider = Slider::new(&mut number, 1..=most).logarithmic(true).suffix(" KB/s").text(name.as_ref());
    if ui.add(slider).changed() {
        fault.given.rate = Rate::new(number.saturating_mul(1_000));
    }
}

/// From the least to the most of what is drawn each time.
fn size_ui(ui: &mut Ui, lang: Lang, fault: &mut FaultSpec) {
    let size = fault.size();
    let (mut least, mut most) = (size.least, size.most);
    next_line_unless(ui, LEAST + SLIDER);
    ui.horizontal(|ui| {
        let label = ui.label(t!(lang, "rack-size-least"));
        let drag = DragValue::new(&mut least).range(1..=MAX_SPAN).update_while_editing(false);
        if ui.add(drag).labelled_by(label.id).changed() {
            fault.given.size = Some(Span::new(least, most.max(least)));
        }
    });
    let name = t!(lang, "rack-size");
    let slider = Slider::new(&mut most, 1..=LARGEST.max(size.most)).logarithmic(true).text(name.as_ref());
    if ui.add(slider).changed() {
        fault.given.size = Some(Span::new(size.least.min(most), most));
    }
}
