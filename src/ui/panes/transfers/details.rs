//! One transfer in full: the verdict as a sentence, lengths and digests of both ends, its times, and a plot of its rate.

use eframe::egui::{Align, Button, Label, Layout, RichText, ScrollArea, Ui, vec2};
use egui_material_icons::icons::{ICON_ARROW_OUTWARD, ICON_CLOSE};
use egui_plot::{AxisHints, Line, Plot, PlotBounds};

use super::entry::{Entry, per_second};
use super::{pace, paint_bar};
use crate::explain;
use crate::explain::names;
use crate::lang::Lang;
use crate::lang::visible::visible_path;
use crate::t;
use crate::trace::transfer::{Place, Transfer, Verdict, Way};
use crate::ui::command::UiCommand;
use crate::ui::controls;
use crate::ui::panes::traffic::TRAFFIC;
use crate::ui::theme;
use crate::ui::view::View;
use crate::ui::widgets::quantity;

const PLOT_HEIGHT: f32 = 110.0;
/// Room for the name of a fact.
const FACT_WIDTH: f32 = 76.0;
/// Hex digits of a digest in a line: it has 64, so two lines in a narrow place.
const DIGITS: usize = 32;

/// True where the user puts it away.
pub fn ui(ui: &mut Ui, view: &mut View<'_>, entry: &Entry<'_>) -> bool {
    let mut closed = false;
    ScrollArea::vertical().id_salt("transfer").auto_shrink([false, false]).min_scrolled_height(0.0).show(ui, |ui| {
        ui.horizontal(|ui| {
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                closed = controls::icon(ui, ICON_CLOSE, &t!(view.lang, "transfers-details-close")).clicked();
                ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                    let direction = entry.direction();
                    let colour = direction.color(view.tokens);
                    ui.label(direction.icon().rich_text().size(15.0).color(colour));
                    ui.label(RichText::new(entry.way()).color(colour));
                    ui.add(Label::new(theme::mono_strong(entry.name()).size(13.0)).truncate());
                });
            });
        });
        verdict_ui(ui, view, entry);
        offers_ui(ui, view, entry);
        ui.add_space(4.0);
        facts_ui(ui, view, entry);
        plot_ui(ui, view, entry);
    });
    closed
}

/// The outcome of it and its facts, for the inspector.
pub fn summary_ui(ui: &mut Ui, view: &mut View<'_>, entry: &Entry<'_>) {
    ui.add(Label::new(theme::mono_strong(entry.name()).size(13.0)).wrap());
    verdict_ui(ui, view, entry);
    facts_ui(ui, view, entry);
}

fn verdict_ui(ui: &mut Ui, view: &View<'_>, entry: &Entry<'_>) {
    let state = entry.state();
    let colour = (state.colour)(view.tokens);
    ui.horizontal_top(|ui| {
        ui.label(state.icon.rich_text().size(17.0).color(colour));
        let sentence = match &entry.verdict {
            Some(verdict) => capitalised(explain::verdict(view.lang, verdict)),
            None if entry.transfer.is_over() => t!(view.lang, "transfers-checking").into_owned(),
            None => capitalised(explain::stage(view.lang, &entry.transfer.stage)),
        };
        ui.add(Label::new(RichText::new(sentence).color(colour)).wrap());
    });
    if let Some(part) = entry.bar() {
        let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), 8.0), eframe::egui::Sense::hover());
        paint_bar(ui, rect, part, entry.direction().color(view.tokens), view.tokens);
        let left = entry.left();
        let mut text = format!("{} · {}", entry.amount(), entry.rate());
        if !left.is_empty() {
            text = format!("{text} · {}", t!(view.lang, "transfers-left", time = left));
        }
        ui.label(RichText::new(text.trim_end_matches(" · ")).size(12.0).color(view.tokens.muted));
    }
}

/// A sentence begins with a capital letter (which Chinese doesn't have).
fn capitalised(text: String) -> String {
    let mut characters = text.chars();
    match characters.next() {
        Some(first) => first.to_uppercase().chain(characters).collect(),
        None => text,
    }
}

fn offers_ui(ui: &mut Ui, view: &mut View<'_>, entry: &Entry<'_>) {
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing = vec2(6.0, 4.0);
        ui.spacing_mut().button_padding.x = 8.0;
        for offer in entry.offers() {
            let icon = offer.icon.rich_text().size(14.0).color(view.tokens.muted);
            let button = Button::new((icon, RichText::new(offer.name.as_ref()))).gap(4.0);
            if ui.add(button).accessible_name(offer.name.as_ref()).clicked() {
                view.requests.push(offer.asked);
            }
        }
        if let Some(seq) = first_call(view, entry.transfer) {
            let name = t!(view.lang, "transfers-first-call", seq = seq.to_string());
            let icon = ICON_ARROW_OUTWARD.rich_text().size(14.0).color(view.tokens.muted);
            let button = ui.add(Button::new((icon, RichText::new(name.as_ref()))).gap(4.0));
            if button.accessible_name(name.as_ref()).on_hover_text(t!(view.lang, "transfers-first-call-tip")).clicked()
            {
                let asked = &entry.transfer.asked;
                view.selection.select_call(seq, (asked.endpoint, asked.conn));
                view.command(UiCommand::ShowView(&TRAFFIC));
            }
        }
    });
}

/// The call that began it: on a connection that carried others before, the first since it was asked for.
fn first_call(view: &View<'_>, transfer: &Transfer) -> Option<u64> {
    let trace = view.session.trace();
    let key = (transfer.asked.endpoint, Some(transfer.asked.conn?));
    let calls = trace.of_socket(trace.socket_of(key)?)?;
    let since = |seq: &&u64| trace.get(**seq).is_some_and(|call| call.end() >= transfer.since);
    calls.iter().find(since).or_else(|| calls.back()).copied()
}

fn facts_ui(ui: &mut Ui, view: &mut View<'_>, entry: &Entry<'_>) {
    let lang = view.lang;
    let transfer = entry.transfer;
    let transfers = view.session.transfers();
    let other = transfers.other_end(transfer);
    ui.scope(|ui| {
        ui.spacing_mut().item_spacing.y = 3.0;
        let mut fact = |name: &str, value: &str, mono: bool| fact_ui(ui, view, name, value, mono);
        let path = match &transfer.place {
            Place::Saved(path) => Some((t!(lang, "transfers-saved"), path)),
            Place::Part(path) => Some((t!(lang, "transfers-kept"), path)),
            Place::Nowhere => transfer.asked.save_to.as_ref().map(|path| (t!(lang, "transfers-save-to"), path)),
        };
        if let Some((name, path)) = path {
            fact(&name, &visible_path(path), true);
        }
        fact(&t!(lang, "transfers-column-endpoint"), &entry.who(), true);
        fact(&t!(lang, "transfers-column-peer"), &entry.peer(), true);
        fact(&t!(lang, "transfers-column-protocol"), &names::protocol(lang, transfer.asked.protocol), false);
        let moved = quantity::bytes(transfer.moved);
        let amount = match entry.total {
            Some(total) if total != transfer.done() => {
                t!(lang, "transfers-moved-of", moved = moved, total = quantity::bytes(total)).into_owned()
            }
            _ => moved,
        };
        fact(&t!(lang, "transfers-column-amount"), &amount, false);
        if transfer.resumed_at > 0 {
            fact(&t!(lang, "transfers-resumed"), &quantity::bytes(transfer.resumed_at), false);
        }
        fact(&t!(lang, "transfers-asked-at"), &quantity::short(transfer.since), true);
        if let Some(begun) = transfer.begun {
            let took = explain::time(lang, transfer.last.since(begun));
            // While it moves, its present rate stands above.
            let mean = transfer.rate(transfer.last).filter(|_| transfer.is_over() && transfer.moved > 0);
            let took = match mean.map(per_second) {
                Some(mean) => t!(lang, "transfers-took-mean", time = took, rate = mean).into_owned(),
                None => took,
            };
            fact(&t!(lang, "transfers-took"), &took, false);
        }
        let (here, there) = match transfer.asked.way {
            Way::Sending => (t!(lang, "transfers-digest-sent"), t!(lang, "transfers-digest-saved")),
            Way::Receiving => (t!(lang, "transfers-digest-saved"), t!(lang, "transfers-digest-sent")),
        };
        fact(&here, &digest(lang, transfer), true);
        if let Some(other) = other {
            fact(&there, &digest(lang, other), true);
        }
        if let Some(expected) = transfer.asked.expected {
            fact(&t!(lang, "transfers-digest-expected"), &in_lines(&expected.to_string()), true);
        }
        if let Some(Verdict::Identical { .. }) = &entry.verdict {
            fact("", &t!(lang, "transfers-digests-same"), false);
        }
    });
}

/// A name and its value; nothing where there is no value.
fn fact_ui(ui: &mut Ui, view: &View<'_>, name: &str, value: &str, mono: bool) {
    if value.is_empty() {
        return;
    }
    ui.horizontal_top(|ui| {
        ui.spacing_mut().interact_size.y = 16.0;
        let room = vec2(FACT_WIDTH, 16.0);
        ui.allocate_ui_with_layout(room, Layout::left_to_right(Align::Min), |ui| {
            ui.set_min_width(FACT_WIDTH);
            ui.add(Label::new(RichText::new(name).size(12.0).color(view.tokens.muted)).truncate());
        });
        // A digest has two long lines.
        let digits = if value.contains('\n') { 11.0 } else { 12.0 };
        let text = if mono { RichText::new(value).monospace().size(digits) } else { RichText::new(value).size(12.5) };
        ui.add(Label::new(text).wrap());
    });
}

/// Length and digest of the file on disk.
fn digest(lang: Lang, transfer: &Transfer) -> String {
    match (transfer.verified, transfer.not_verified) {
        (Some((len, sha256)), _) => format!("{}\n{}", quantity::bytes(len), in_lines(&sha256.to_string())),
        (None, Some(errno)) => t!(lang, "transfers-not-verified", errno = errno.to_string()).into_owned(),
        (None, None) => String::new(),
    }
}

fn in_lines(digits: &str) -> String {
    let lines: Vec<&str> = digits.as_bytes().chunks(DIGITS).filter_map(|line| std::str::from_utf8(line).ok()).collect();
    lines.join("\n")
}

fn plot_ui(ui: &mut Ui, view: &View<'_>, entry: &Entry<'_>) {
    let rates = pace::rates(entry.transfer);
    // One rate says no more than the mean does.
    if rates.len() <= 2 {
        return;
    }
    let lang = view.lang;
    ui.add_space(6.0);
    controls::section(ui, &t!(lang, "transfers-plot"));
    let colour = entry.direction().color(view.tokens);
    let end = rates.last().map_or(1.0, |point| point[0]);
    let most = rates.iter().map(|point| point[1]).fold(1.0, f64::max);
    let y_axis =
        AxisHints::new_y().formatter(|mark, _| quantity::about_bytes(mark.value.max(0.0) as u64)).min_thickness(52.0);
    let x_axis = AxisHints::new_x()
        .formatter(|mark, _| format!("{} s", (mark.value * 1e3).round() / 1e3))
        .tick_label_color(view.tokens.muted);
    Plot::new(("rate", entry.transfer.id.0))
        .height(PLOT_HEIGHT)
        .allow_drag(false)
        .allow_zoom(false)
        .allow_scroll(false)
        .allow_boxed_zoom(false)
        .allow_double_click_reset(false)
        .show_x(false)
        .show_y(false)
        .show_background(false)
        .custom_y_axes(vec![y_axis])
        .custom_x_axes(vec![x_axis])
        .show(ui, |plot| {
            plot.set_plot_bounds(PlotBounds::from_min_max([0.0, 0.0], [end.max(0.001), most * 1.1]));
            plot.line(Line::new(t!(lang, "transfers-plot"), rates).color(colour).width(1.5).fill(0.0));
        });
}
