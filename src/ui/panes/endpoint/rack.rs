//! The fault rack of a relay: each fault with its switch and sliders, which act at once, and the ledger of what they have
//! done.

use std::time::Duration;

use eframe::egui::{
    Button, Checkbox, DragValue, Frame, Id, Label, Margin, Panel, RichText, ScrollArea, Slider, Ui, vec2,
};
use egui_material_icons::icons::{ICON_CLOSE, ICON_FILTER_ALT};

use crate::engine::FaultSwitch;
use crate::explain;
use crate::kinds::fault::preset::Preset;
use crate::kinds::fault::{Direction, FaultKind, FaultSpec, Knob, MAX_FAULTS, Mark};
use crate::lab::EndpointSpec;
use crate::lang::Lang;
use crate::lang::visible::visible;
use crate::session::{Action, Endpoint};
use crate::t;
use crate::trace::faults::{Felt, Row};
use crate::trace::filter::as_value;
use crate::ui::controls;
use crate::ui::filter_state::FilterEdit;
use crate::ui::theme::SMALL;
use crate::ui::view::View;
use crate::ui::widgets::choice::Choice;
use crate::values::Portion;

/// The most of a pane's height that the rack takes.
const SHARE: f32 = 0.5;
/// What the line of buttons takes where it is three lines, and the least of the rest.
const HEAD: f32 = 130.0;
const LEAST: f32 = 24.0;
/// With less room than this the rack is folded.
const LOW: f32 = 210.0;
/// What a slider takes with its number and its name.
const SLIDER: f32 = 250.0;
/// The most rows of the ledger that are shown, the newest first.
const ROWS: usize = 50;
/// The longest delay and the highest rate that a slider reaches; a lab file may say more.
const LONGEST_MS: u64 = 10_000;
const FASTEST_KB: u64 = 100_000;
const LARGEST: u32 = 65_536;

#[derive(Debug, Default)]
pub struct Rack {
    /// `None` until the user has said so: where there is little room, it is.
    is_folded: Option<bool>,
    shows_ledger: bool,
}

impl Rack {
    /// Only relays have one.
    pub fn ui(&mut self, ui: &mut Ui, view: &mut View<'_>, endpoint: &Endpoint) {
        let room = ui.available_height();
        // Never over what stands above it.
        let height = (room * SHARE).min(room - HEAD).max(LEAST);
        let is_folded = self.is_folded.unwrap_or(room < LOW);
        let frame = Frame::new().inner_margin(Margin::symmetric(10, 6));
        let id = Id::unique(("rack", endpoint.id.0));
        Panel::bottom(id).frame(frame).resizable(false).show_separator_line(true).show(ui, |ui| {
            let mut spec = endpoint.spec.clone();
            self.head_ui(ui, view, endpoint, &mut spec, is_folded);
            if !is_folded {
                ScrollArea::vertical().id_salt("faults").max_height(height).auto_shrink([false, true]).show(ui, |ui| {
                    if self.shows_ledger {
                        ledger_ui(ui, view, endpoint);
                    } else {
                        faults_ui(ui, view, &mut spec);
                    }
                });
            }
            if spec != endpoint.spec {
                view.act(Action::Edit { endpoint: endpoint.id, spec: Box::new(spec) });
            }
        });
    }

    fn head_ui(
        &mut self,
        ui: &mut Ui,
        view: &mut View<'_>,
        endpoint: &Endpoint,
        spec: &mut EndpointSpec,
        is_folded: bool,
    ) {
        let lang = view.lang;
        let datagrams = !spec.kind.is_stream();
        ui.horizontal_wrapped(|ui| {
            ui.spacing_mut().item_spacing = vec2(6.0, 2.0);
            let on = spec.relay.faults.iter().filter(|fault| fault.on).count();
            if controls::fold(ui, &t!(lang, "rack-faults", count = on), is_folded).clicked() {
                self.is_folded = Some(!is_folded);
            }
            let has_room = spec.relay.faults.len() < MAX_FAULTS;
            let add = t!(lang, "rack-add");
            Choice { name: &add, shown: &add, prefixed: false }.show(ui, |ui| {
                for kind in FaultKind::ALL.iter().filter(|kind| kind.is_for(datagrams)) {
                    let offered = ui.add_enabled(has_room, Button::selectable(false, kind.label(lang)));
                    if offered.on_hover_text(kind.tip(lang)).clicked() {
                        spec.relay.faults.push(FaultSpec::new(kind));
                        self.shows_ledger = false;
                        ui.close();
                    }
                }
            });
            let presets = t!(lang, "rack-presets");
            Choice { name: &presets, shown: &presets, prefixed: false }.show(ui, |ui| {
                for preset in Preset::ALL {
                    let [name, tip] = preset.text_keys().map(|key| lang.text(&key, None));
                    if ui.add(Button::selectable(false, name)).on_hover_text(tip).clicked() {
                        spec.relay.faults = preset.faults(datagrams);
                        self.shows_ledger = false;
                        ui.close();
                    }
                }
            });
            hold_ui(ui, view, endpoint);
            let calm = ui.add_enabled(on > 0, Button::new(t!(lang, "rack-calm")));
            if calm.on_hover_text(t!(lang, "rack-calm-tip")).clicked() {
                spec.relay.faults.iter_mut().for_each(|fault| fault.on = false);
            }
            if !datagrams {
                let conns = !endpoint.live.observed.conns.is_empty();
                let reset = ui.add_enabled(conns, Button::new(t!(lang, "rack-reset-now")));
                if reset.on_hover_text(t!(lang, "rack-reset-now-tip")).clicked() {
                    let once = FaultKind::named("reset").map(|kind| FaultSpec {
                        // For those that are there now, and nobody who comes later.
                        until: Some(Mark::Time(Duration::from_millis(1))),
                        ..FaultSpec::new(kind)
                    });
                    if let Some(fault) = once {
                        let switch = FaultSwitch::On(Box::new(fault));
                        view.act(Action::Fault { endpoint: endpoint.id, switch });
                    }
                }
            }
            let rows = view.session.ledger().rows().filter(|row| row.harm.endpoint == endpoint.id).count();
            let ledger = t!(lang, "rack-ledger", count = rows);
            if ui.add(Button::selectable(self.shows_ledger, ledger)).clicked() {
                self.shows_ledger = !self.shows_ledger;
                self.is_folded = Some(false);
            }
        });
    }
}

/// Which way's messages stop here.
fn hold_ui(ui: &mut Ui, view: &mut View<'_>, endpoint: &Endpoint) {
    let lang = view.lang;
    let held = view.session.messages_are_held(&endpoint.spec);
    let name = t!(lang, "rack-hold");
    let shown = held.map_or_else(|| name.clone(), |way| format!("{name}: {}", lang.text(way.text_key(), None)).into());
    let mut chosen = None;
    Choice { name: &name, shown: &shown, prefixed: false }.show(ui, |ui| {
        for way in [None].into_iter().chain(Direction::ALL.map(Some)) {
            let text = way.map_or_else(|| t!(lang, "rack-hold-none"), |way| lang.text(way.text_key(), None));
            let offered = ui.add(Button::selectable(held == way, text));
            if offered.on_hover_text(t!(lang, "rack-hold-tip")).clicked() {
                chosen = Some(way);
                ui.close();
            }
        }
    });
    if let Some(way) = chosen {
        view.act(Action::SetBreakpoints(view.session.holding_messages(&endpoint.spec, way)));
    }
}

fn faults_ui(ui: &mut Ui, view: &View<'_>, spec: &mut EndpointSpec) {
    let lang = view.lang;
    if spec.relay.faults.is_empty() {
        ui.label(RichText::new(t!(lang, "rack-none")).size(SMALL).color(view.tokens.muted));
        return;
    }
    let mut gone = None;
    for (index, fault) in spec.relay.faults.iter_mut().enumerate() {
        ui.push_id(index, |ui| {
            if fault_ui(ui, view, fault) {
                gone = Some(index);
            }
        });
    }
    if let Some(index) = gone {
        spec.relay.faults.remove(index);
    }
}

/// True where it is to go.
fn fault_ui(ui: &mut Ui, view: &View<'_>, fault: &mut FaultSpec) -> bool {
    let lang = view.lang;
    let label = match &fault.name {
        Some(name) => visible(name).into_owned(),
        None => fault.kind.label(lang),
    };
    let mut gone = false;
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing = vec2(8.0, 2.0);
        ui.visuals_mut().slider_trailing_fill = true;
        ui.visuals_mut().widgets.inactive.bg_fill = view.tokens.line;
        ui.add(Checkbox::new(&mut fault.on, label.as_str())).on_hover_text(fault.kind.tip(lang));
        if fault.kind.has_direction() {
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
        for knob in fault.kind.knobs {
            next_line_unless(ui, SLIDER);
            knob_ui(ui, view, fault, *knob);
        }
        next_line_unless(ui, SLIDER);
        chance_ui(ui, view, fault);
        let limits = limits(lang, fault);
        if !limits.is_empty() {
            ui.label(RichText::new(limits).size(SMALL).color(view.tokens.muted));
        }
        let remove = t!(lang, "rack-remove", name = label.as_str());
        gone = controls::icon(ui, ICON_CLOSE, &remove).clicked();
    });
    gone
}

/// A slider is not wrapped by itself: it goes to the next line where it has no room in this one.
fn next_line_unless(ui: &mut Ui, width: f32) {
    if ui.available_size_before_wrap().x < width {
        ui.end_row();
    }
}

fn knob_ui(ui: &mut Ui, view: &View<'_>, fault: &mut FaultSpec, knob: Knob) {
    let lang = view.lang;
    let options = fault.options();
    let millis = |time: Option<Duration>| time.map_or(0, |time| u64::try_from(time.as_millis()).unwrap_or(u64::MAX));
    match knob {
        Knob::Delay | Knob::Jitter => {
            let (name, value) = match knob {
                Knob::Jitter => (t!(lang, "rack-jitter"), options.jitter),
                _ => (t!(lang, "rack-delay"), options.delay),
            };
            let mut number = millis(value);
            let most = LONGEST_MS.max(number);
            let slider = Slider::new(&mut number, 0..=most).logarithmic(true).suffix(" ms").text(name.as_ref());
            if ui.add(slider).changed() {
                let time = Some(Duration::from_millis(number));
                match knob {
                    Knob::Jitter => fault.given.jitter = time,
                    _ => fault.given.delay = time,
                }
            }
        }
        Knob::Rate => {
            let mut number = options.rate.map_or(1, |rate| rate.bytes().div_ceil(1_000));
            let most = FASTEST_KB.max(number);
            let name = t!(lang, "rack-rate");
            let slider = Slider::new(&mut number, 1..=most).logarithmic(true).suffix(" KB/s").text(name.as_ref());
            if ui.add(slider).changed() {
                fault.given.rate = crate::values::Rate::new(number.saturating_mul(1_000));
            }
        }
        Knob::Size => {
            let mut number = options.size.map_or(1, |size| size.most);
            let most = LARGEST.max(number);
            let name = t!(lang, "rack-size");
            let slider = Slider::new(&mut number, 1..=most).logarithmic(true).text(name.as_ref());
            if ui.add(slider).changed() {
                let least = fault.given.size.or(fault.kind.usual.size).map_or(number, |size| size.least.min(number));
                fault.given.size = Some(crate::values::Span::new(least, number));
            }
        }
        Knob::After => {
            let name = t!(lang, "rack-after");
            let mut number = match options.after {
                Some(Mark::Bytes(bytes)) => bytes,
                None => 0,
                // What a slider does not show is said as the lab file has it.
                Some(mark @ (Mark::Time(_) | Mark::Calls(_))) => {
                    ui.label(RichText::new(format!("{name} {mark}")).color(view.tokens.muted));
                    return;
                }
            };
            ui.horizontal(|ui| {
                let label = ui.label(name.as_ref());
                let drag = ui.add(DragValue::new(&mut number).range(0..=1_000_000_000u64).suffix(" B"));
                if drag.labelled_by(label.id).changed() {
                    fault.given.after = Some(Mark::Bytes(number)).filter(|_| number > 0);
                }
            });
        }
        // It is for whoever writes the lab file.
        Knob::Spread => {}
    }
}

fn chance_ui(ui: &mut Ui, view: &View<'_>, fault: &mut FaultSpec) {
    let lang = view.lang;
    if !fault.nth.is_empty() {
        let numbers: Vec<String> = fault.nth.iter().take(8).map(|number| format!("#{number}")).collect();
        ui.label(RichText::new(numbers.join(" ")).color(view.tokens.muted));
        return;
    }
    let usual = if fault.kind.own_chance { 2.0 } else { 100.0 };
    let mut percent = fault.probability.map_or(usual, |portion| portion.value() * 100.0);
    let name = t!(lang, "rack-chance");
    let slider = Slider::new(&mut percent, 0.0..=100.0).max_decimals(1).suffix(" %").text(name.as_ref());
    if ui.add(slider).changed() {
        let all = percent >= 100.0 && !fault.kind.own_chance;
        fault.probability = (!all).then(|| Portion::of(percent / 100.0));
    }
}

/// What a lab file says of when and for whom it is; the rack shows that and does not change it.
fn limits(lang: Lang, fault: &FaultSpec) -> String {
    let words = |mark: Mark| match mark {
        Mark::Time(time) => explain::time(lang, u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)),
        Mark::Bytes(bytes) => explain::bytes(lang, bytes),
        Mark::Calls(calls) => t!(lang, "rack-calls", count = calls).into_owned(),
    };
    let from = fault.from.map(|mark| t!(lang, "rack-from", mark = words(mark)));
    let until = fault.until.map(|mark| t!(lang, "rack-until", mark = words(mark)));
    let percent = |share: Portion| ((share.value() * 1_000.0).round() / 10.0).to_string();
    let share = fault.share.map(|share| t!(lang, "rack-share", percent = percent(share)));
    let first = fault.first.map(|count| t!(lang, "rack-first", count = count));
    let client = fault.client.map(|client| t!(lang, "rack-client", client = client.to_string()));
    [from, until, share, first, client].into_iter().flatten().collect::<Vec<_>>().join(" · ")
}

fn ledger_ui(ui: &mut Ui, view: &mut View<'_>, endpoint: &Endpoint) {
    let lang = view.lang;
    let session = view.session;
    let all = || session.ledger().rows().rev().filter(|row| row.harm.endpoint == endpoint.id);
    let rows: Vec<&Row> = match view.filtering {
        Some(filtering) => filtering.faults(session, endpoint.id, ROWS),
        None => all().take(ROWS).collect(),
    };
    if rows.is_empty() {
        let is_empty = all().next().is_none();
        let none = if is_empty { t!(lang, "rack-ledger-empty") } else { t!(lang, "rack-ledger-filtered") };
        ui.label(RichText::new(none).size(SMALL).color(view.tokens.muted));
    }
    for row in rows {
        let text = format!("{:.3}  {}", row.harm.at.as_secs_f64(), explain::fault::row(lang, row, &endpoint.spec.name));
        let shown = RichText::new(text.as_str()).size(SMALL);
        let mut only = false;
        let felt = match row.felt {
            Felt::By(seq) => view.session.trace().get(seq),
            Felt::NotYet | Felt::Nobody => None,
        };
        let name = row.harm.name.as_deref();
        let title = name.map_or_else(|| row.harm.kind.label(lang), |name| visible(name).into_owned());
        ui.horizontal(|ui| {
            only = controls::icon(ui, ICON_FILTER_ALT, &t!(lang, "rack-ledger-only", name = title.as_str())).clicked();
            match felt {
                Some(call) => {
                    let (seq, of) = (call.seq, (call.endpoint, call.conn));
                    let row = ui.add(Button::selectable(false, shown).truncate());
                    if row.on_hover_text(t!(lang, "rack-ledger-tip")).clicked() {
                        view.selection.select_call(seq, of);
                    }
                }
                None => {
                    ui.add(Label::new(shown.color(view.tokens.muted)).truncate());
                }
            }
        });
        if only {
            view.filter(FilterEdit::Text(format!("fault == {}", as_value(name.unwrap_or(row.harm.kind.name)))));
            view.filter(FilterEdit::Used);
        }
    }
}
