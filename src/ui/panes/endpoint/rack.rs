//! The fault rack of a relay: each fault with its switch and sliders, which act at once, and the ledger of what they have
//! done.

use std::time::Duration;

use eframe::egui::{Button, Frame, Id, Label, Margin, Panel, RichText, ScrollArea, Ui, vec2};
use egui_material_icons::icons::ICON_FILTER_ALT;

use crate::engine::FaultSwitch;
use crate::explain;
use crate::kinds::fault::conditions::Place;
use crate::kinds::fault::{Direction, FaultKind, FaultSpec, Mark};
use crate::lab::EndpointSpec;
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
use crate::ui::widgets::faults::FaultList;

/// The most of a pane's height that the rack takes.
const SHARE: f32 = 0.5;
/// What the line of buttons takes where it is three lines, and the least of the rest.
const HEAD: f32 = 130.0;
const LEAST: f32 = 24.0;
/// With less room than this the rack is folded.
const LOW: f32 = 210.0;
/// The most rows of the ledger that are shown, the newest first.
const ROWS: usize = 50;

#[derive(Debug, Default)]
pub struct Rack {
    /// `None` until the user has said so: where there is little room, it is.
    is_folded: Option<bool>,
    shows_ledger: bool,
    faults: FaultList,
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
                let list = ScrollArea::vertical().id_salt("faults").auto_shrink([false, true]);
                // The panel is as high as it was in the last frame: the list must not wait for it to grow.
                list.max_height(height).min_scrolled_height(height).show(ui, |ui| {
                    if self.shows_ledger {
                        ledger_ui(ui, view, endpoint);
                    } else {
                        if spec.remote.is_none() {
                            let words = RichText::new(t!(view.lang, "rack-black-hole")).size(SMALL);
                            ui.add(Label::new(words.color(view.tokens.waiting)).wrap());
                        }
                        let place = place_of(&spec);
                        self.faults.ui(ui, view.lang, &mut spec.relay.faults, place);
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
            let place = place_of(spec);
            if self.faults.add_ui(ui, lang, &mut spec.relay.faults, place) {
                self.shows_ledger = false;
            }
            hold_ui(ui, view, endpoint);
            FaultList::calm_ui(ui, lang, &mut spec.relay.faults);
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

fn place_of(spec: &EndpointSpec) -> Place {
    if spec.kind.is_stream() { Place::Streams } else { Place::Datagrams }
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
