//! The strip in the pane of a held endpoint or program: the calls that are about to be made, each with a button that lets it through,
//! what waits in the kernel meanwhile, and the way on.

use std::time::Duration;

use eframe::egui::{Align, Button, Frame, Label, Layout, Margin, RichText, Ui};
use egui_material_icons::icons::{ICON_PAUSE_CIRCLE, ICON_PLAY_ARROW, ICON_STEP};

use crate::explain;
use crate::lab::EndpointId;
use crate::session::{Action, Endpoint, Program};
use crate::t;
use crate::trace::held::HeldCall;
use crate::trace::program::Seen;
use crate::trace::{Op, WaitingCall};
use crate::ui::controls;
use crate::ui::theme::mono_strong;
use crate::ui::view::View;
use crate::ui::widgets::held::{shown, who};

/// The most calls that are shown one by one; the table has them all.
const MAX_SHOWN: usize = 3;
/// Below this height of the pane, in points, only the next call is shown.
const ROOM_FOR_ALL: f32 = 220.0;
/// How often the kernel is asked for its queues.
const QUEUES_EVERY: Duration = Duration::from_millis(250);
const SMALL: f32 = 12.0;

/// Whose strip it is.
#[derive(Clone, Copy, Debug)]
pub struct Holder<'a> {
    id: EndpointId,
    name: &'a str,
    /// Its connections have numbers.
    numbered: bool,
    /// Whether its calls can be stopped: those that are only seen by looking on can't.
    can_stop: bool,
}

impl<'a> Holder<'a> {
    pub fn endpoint(endpoint: &'a Endpoint) -> Self {
        Self { id: endpoint.id, name: &endpoint.spec.name, numbered: endpoint.spec.kind.is_server(), can_stop: true }
    }

    pub fn program(program: &'a Program) -> Self {
        let can_stop = program.live.seen.is_none_or(|seen| seen == Seen::Ptrace);
        Self { id: program.id, name: &program.spec.name, numbered: true, can_stop }
    }
}

pub fn ui(ui: &mut Ui, view: &mut View<'_>, holder: &Holder<'_>) {
    if !view.session.is_endpoint_held(holder.id) {
        return;
    }
    let mut calls: Vec<HeldCall> =
        view.session.held_calls().filter(|call| call.endpoint == holder.id).cloned().collect();
    calls.sort_by_key(HeldCall::turn);
    let most = if ui.available_height() < ROOM_FOR_ALL { 1 } else { MAX_SHOWN };
    let more = calls.len().saturating_sub(most);
    calls.truncate(most);
    let tokens = view.tokens;
    let frame = Frame::new().fill(tokens.tint(tokens.held)).inner_margin(Margin::symmetric(10, 3));
    frame.show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.spacing_mut().item_spacing.y = 2.0;
        if calls.is_empty() {
            line(ui, view, holder, None, true);
        }
        for (index, call) in calls.iter().enumerate() {
            line(ui, view, holder, Some(call), index == 0);
        }
        if more > 0 {
            let text = t!(view.lang, "held-more", count = more);
            ui.label(RichText::new(text).size(SMALL).color(tokens.muted));
        }
    });
}

fn line(ui: &mut Ui, view: &mut View<'_>, holder: &Holder<'_>, call: Option<&HeldCall>, is_first: bool) {
    let (lang, tokens) = (view.lang, view.tokens);
    ui.horizontal(|ui| {
        ui.spacing_mut().interact_size.y = 20.0;
        ui.label(ICON_PAUSE_CIRCLE.rich_text().size(14.0).color(tokens.held));
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            if is_first {
                let name = t!(lang, "held-continue-of", name = holder.name.to_owned());
                if controls::icon(ui, ICON_PLAY_ARROW, &name).clicked() {
                    view.act(Action::Hold { endpoint: holder.id, on: false });
                }
            }
            if let Some(call) = call {
                let name = t!(lang, "held-step-of", name = who(view.session, call), call = shown(call));
                let icon = ICON_STEP.rich_text().size(14.0).color(tokens.text);
                let button = Button::new((icon, RichText::new(t!(lang, "held-step")))).gap(4.0);
                if ui.add(button).accessible_name(name.as_ref()).on_hover_text(name).clicked() {
                    view.act(Action::LetThrough(call.id));
                }
            }
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| match call {
                Some(call) => {
                    ui.label(RichText::new(t!(lang, "held-next")).color(tokens.held));
                    let number = call.conn.filter(|_| holder.numbered);
                    if let Some(conn) = number {
                        ui.label(RichText::new(format!("#{}", conn.get())).monospace().color(tokens.muted));
                    }
                    ui.label(mono_strong(shown(call)).color(tokens.text));
                    if let Some(queue) = queue(view, call) {
                        let text = RichText::new(&queue).size(SMALL).color(tokens.muted);
                        ui.add(Label::new(text).truncate()).on_hover_text(&queue);
                    }
                }
                None if !holder.can_stop => {
                    let text = RichText::new(t!(lang, "held-cannot")).color(tokens.text);
                    ui.add(Label::new(text).truncate());
                }
                None => {
                    let text = match blocked(view, holder.id) {
                        Some(call) => t!(lang, "held-blocked", call = call.with_arguments()),
                        None => t!(lang, "held-at-next-call"),
                    };
                    ui.add(Label::new(RichText::new(text.as_ref()).color(tokens.text)).truncate());
                }
            });
        });
    });
}

/// The call in which the endpoint sits in the kernel.
fn blocked<'v>(view: &View<'v>, holder: EndpointId) -> Option<&'v WaitingCall> {
    view.session.trace().waiting().find(|call| call.endpoint == holder)
}

/// What the kernel keeps for the call meanwhile.
fn queue(view: &mut View<'_>, call: &HeldCall) -> Option<String> {
    let receives = call.op.receives();
    if !receives && !matches!(call.op, Op::Accept) {
        return None;
    }
    view.watch(call.socket, QUEUES_EVERY);
    let sample = view.session.kernel().latest(call.socket)?;
    if receives {
        let bytes = sample.recv_queue.filter(|bytes| *bytes > 0)?;
        return Some(t!(view.lang, "held-bytes-wait", bytes = explain::bytes(view.lang, bytes)).into_owned());
    }
    let (waiting, _) = sample.accept_queue.filter(|(waiting, _)| *waiting > 0)?;
    Some(t!(view.lang, "held-clients-wait", count = waiting).into_owned())
}
