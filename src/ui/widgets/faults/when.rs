//! When and for whom a fault acts.

use std::net::IpAddr;

use eframe::egui::{Button, DragValue, Frame, Margin, RichText, Ui, vec2};
use egui_material_icons::icons::{ICON_EXPAND_LESS, ICON_EXPAND_MORE};

use super::draft::{Draft, Drafts};
use super::{SLIDER, marks, next_line_unless, percent_slider, show_trail};
use crate::explain;
use crate::kinds::fault::conditions::{Condition, Place, parse_ordinals};
use crate::kinds::fault::{FaultSpec, Mark};
use crate::lang::{Lang, Words as _};
use crate::t;
use crate::ui::controls;
use crate::ui::theme::{SMALL, Tokens};
use crate::values::Portion;
use crate::values::name::{self, MAX_NAME_CHARS};

/// How far the conditions stand in.
const INDENT: i8 = 24;
/// What a field takes with its name, and without.
const FIELD: f32 = 230.0;
const NARROW: f32 = 100.0;
/// How many ordinals a summary names.
const NAMED: usize = 8;
/// The most characters of an address, and of a list of ordinals.
const ADDRESS: usize = 64;
const ORDINALS: usize = 4_096;

/// Shows in a few words when it acts. True where the conditions are to be folded or unfolded.
pub fn heading(ui: &mut Ui, lang: Lang, label: &str, fault: &FaultSpec, is_folded: bool) -> bool {
    let summary = summary(lang, fault);
    let shown = t!(lang, "rack-when", summary = summary.as_str());
    let color = Tokens::of(ui).muted;
    let arrow = if is_folded { ICON_EXPAND_MORE } else { ICON_EXPAND_LESS };
    let text = RichText::new(shown.as_ref()).size(SMALL).color(color);
    next_line_unless(ui, SLIDER);
    let button = Button::new((arrow.rich_text().color(color), text)).frame_when_inactive(false);
    let response = ui.add(button.truncate());
    let name = t!(lang, "rack-when-of", name = label, summary = summary.as_str());
    controls::name_it(&response, true, &name);
    response.on_hover_text(t!(lang, "rack-when-tip")).clicked()
}

fn summary(lang: Lang, fault: &FaultSpec) -> String {
    let words = |mark: Mark| match mark {
        Mark::Time(time) => explain::time(lang, u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)),
        Mark::Bytes(bytes) => explain::bytes(lang, bytes),
        Mark::Calls(calls) => t!(lang, "rack-calls", count = calls).into_owned(),
    };
    let from = fault.from.map(|mark| t!(lang, "rack-from", mark = words(mark)));
    let until = fault.until.map(|mark| t!(lang, "rack-until", mark = words(mark)));
    let named: Vec<String> = fault.nth.iter().take(NAMED).map(|number| format!("#{number}")).collect();
    let more = if fault.nth.len() > NAMED { " …" } else { "" };
    let nth = (!named.is_empty()).then(|| t!(lang, "rack-nth", numbers = named.join(" ") + more));
    let percent = |share: Portion| ((share.value() * 1_000.0).round() / 10.0).to_string();
    let share = fault.share.map(|share| t!(lang, "rack-share", percent = percent(share)));
    let first = fault.first.map(|count| t!(lang, "rack-first", count = count));
    let client = fault.client.map(|client| t!(lang, "rack-client", client = client.to_string()));
    let parts: Vec<_> = [from, until, nth, share, first, client].into_iter().flatten().collect();
    if parts.is_empty() { t!(lang, "rack-always").into_owned() } else { parts.join(" · ") }
}

/// All that can be said of it. What says nothing of such a fault is shown only where a lab file has it.
pub fn ui(ui: &mut Ui, lang: Lang, (index, fault): (usize, &mut FaultSpec), place: Place, drafts: &mut Drafts) {
    let kind = fault.kind;
    let knows = |condition| kind.knows(condition, place);
    let margin = Margin { left: INDENT, bottom: 6, ..Margin::ZERO };
    Frame::new().inner_margin(margin).show(ui, |ui| {
        ui.horizontal_wrapped(|ui| {
            ui.spacing_mut().item_spacing = vec2(14.0, 4.0);
            show_trail(ui);
            let texts = marks::Texts { name: t!(lang, "when-from"), none: t!(lang, "mark-start") };
            marks::ui(ui, lang, &texts, &mut fault.from, knows);
            let texts = marks::Texts { name: t!(lang, "when-until"), none: t!(lang, "mark-end") };
            marks::ui(ui, lang, &texts, &mut fault.until, knows);
            if knows(Condition::Nth) || !fault.nth.is_empty() {
                nth_ui(ui, lang, (index, fault), drafts);
            }
            if knows(Condition::Share) || fault.share.is_some() {
                share_ui(ui, lang, fault);
            }
            if knows(Condition::First) || fault.first.is_some() {
                first_ui(ui, lang, fault);
            }
            if knows(Condition::Client) || fault.client.is_some() {
                client_ui(ui, lang, (index, fault), drafts);
            }
            name_ui(ui, lang, (index, fault), drafts);
        });
    });
}

fn nth_ui(ui: &mut Ui, lang: Lang, (index, fault): (usize, &mut FaultSpec), drafts: &mut Drafts) {
    let (name, tip) = (t!(lang, "when-nth"), t!(lang, "when-nth-tip"));
    let now: Vec<String> = fault.nth.iter().map(ToString::to_string).collect();
    let draft = Draft { of: (index, "nth"), name: &name, hint: "3, 5", tip: &tip, width: NARROW, most: ORDINALS };
    next_line_unless(ui, FIELD);
    let parse = |text: &str| parse_ordinals(text).ok_or_else(|| t!(lang, "when-nth-wrong").into_owned());
    if let Some(numbers) = draft.ui(ui, drafts, &now.join(", "), parse) {
        fault.nth = numbers;
    }
}

fn share_ui(ui: &mut Ui, lang: Lang, fault: &mut FaultSpec) {
    let mut percent = fault.share.map_or(100.0, |share| share.value() * 100.0);
    let name = t!(lang, "when-share");
    next_line_unless(ui, SLIDER + NARROW);
    let slider = ui.add(percent_slider(&mut percent, &name));
    if slider.changed() {
        fault.share = (percent < 100.0).then(|| Portion::of(percent / 100.0));
    }
    slider.on_hover_text(t!(lang, "when-share-tip"));
}

fn first_ui(ui: &mut Ui, lang: Lang, fault: &mut FaultSpec) {
    let mut count = fault.first.unwrap_or(0);
    let all = t!(lang, "when-first-all");
    next_line_unless(ui, FIELD);
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 6.0;
        let label = ui.label(t!(lang, "when-first"));
        let drag = DragValue::new(&mut count)
            .speed(0.1)
            .update_while_editing(false)
            .custom_formatter(|count, _| if count < 1.0 { all.to_string() } else { count.to_string() })
            .custom_parser(|text| if text.trim() == all { Some(0.0) } else { text.trim().parse().ok() });
        let drag = ui.add(drag).labelled_by(label.id);
        if drag.changed() {
            fault.first = (count > 0).then_some(count);
        }
        drag.on_hover_text(t!(lang, "when-first-tip"));
    });
}

fn client_ui(ui: &mut Ui, lang: Lang, (index, fault): (usize, &mut FaultSpec), drafts: &mut Drafts) {
    let (name, hint, tip) = (t!(lang, "when-client"), t!(lang, "when-client-any"), t!(lang, "when-client-tip"));
    let now = fault.client.map(|client| client.to_string()).unwrap_or_default();
    let draft = Draft { of: (index, "client"), name: &name, hint: &hint, tip: &tip, width: NARROW, most: ADDRESS };
    next_line_unless(ui, FIELD);
    let parse = |text: &str| match text {
        "" => Ok(None),
        text => text.parse::<IpAddr>().map(Some).map_err(|_| t!(lang, "when-client-wrong").into_owned()),
    };
    if let Some(client) = draft.ui(ui, drafts, &now, parse) {
        fault.client = client;
    }
}

/// What steps and the ledger call it.
fn name_ui(ui: &mut Ui, lang: Lang, (index, fault): (usize, &mut FaultSpec), drafts: &mut Drafts) {
    let (name, tip) = (t!(lang, "when-name"), t!(lang, "when-name-tip"));
    let hint = fault.kind.label(lang);
    let draft = Draft { of: (index, "name"), name: &name, hint: &hint, tip: &tip, width: NARROW, most: MAX_NAME_CHARS };
    next_line_unless(ui, FIELD);
    let parse = |text: &str| match text {
        "" => Ok(None),
        text => name::check(text).map(|()| Some(text.to_owned())).map_err(|error| error.words(lang)),
    };
    if let Some(named) = draft.ui(ui, drafts, &fault.name.clone().unwrap_or_default(), parse) {
        fault.name = named;
    }
}
