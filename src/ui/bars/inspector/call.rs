//! The inspector of a call: what it was given, what it returned, how long it waited, and its bytes.

use eframe::egui::containers::menu::MenuButton;
use eframe::egui::{Align, Button, Frame, Label, Layout, Margin, RichText, Ui};
use egui_material_icons::icons::{ICON_CONTENT_COPY, ICON_EXPAND_MORE};

use super::facts::{colored_fact, fact, mono_fact, muted, words_ui};
use super::{delivery, rule, select};
use crate::explain;
use crate::lab::framing::Framing;
use crate::lab::{EndpointId, TextEncoding};
use crate::session::Session;
use crate::t;
use crate::trace::frames::{FoundFrame, frames_of};
use crate::trace::text::{as_c_array, as_hex, as_python_bytes, as_text, visible_lines};
use crate::trace::{Call, ConnId, Op, OptionValue};
use crate::ui::bars::bookmark;
use crate::ui::controls;
use crate::ui::theme::{self, PANE_ROUNDING};
use crate::ui::view::{View, ViewRequest};
use crate::ui::widgets::direction::Direction;
use crate::ui::widgets::hex_view::HexView;
use crate::ui::widgets::predicted::{self, Verdict};
use crate::ui::widgets::quantity;

/// The most messages of one call that are listed.
const MOST_FRAMES: usize = 8;

#[derive(Debug, Default)]
pub struct CallInspector {
    hex: HexView,
    frames: FramesOfCall,
}

/// The messages of the call that is looked at. They follow from all that came before it, and are worked out once.
#[derive(Debug, Default)]
struct FramesOfCall {
    of: Option<(u64, u64, Framing)>,
    frames: Vec<FoundFrame>,
}

impl FramesOfCall {
    fn update(&mut self, session: &Session, call: &Call) -> &[FoundFrame] {
        let spec = session.endpoint(call.endpoint).map(|endpoint| &endpoint.spec);
        let Some(spec) = spec.filter(|spec| spec.stream.framing.preset().is_some()) else {
            *self = Self::default();
            return &[];
        };
        let trace = session.trace();
        let of = Some((trace.generation(), call.seq, spec.stream.framing.clone()));
        if self.of != of {
            self.frames = frames_of(trace, call, &spec.stream.framing, spec.encoding);
            self.of = of;
        }
        &self.frames
    }
}

impl CallInspector {
    pub fn ui(&mut self, ui: &mut Ui, view: &mut View<'_>, call: &Call) {
        let lang = view.lang;
        bookmark::ui(ui, view, call.seq);
        let session = view.session;
        let name = session.trace().name(call.endpoint);
        let encoding = session.endpoint(call.endpoint).map(|endpoint| endpoint.spec.encoding).unwrap_or_default();
        title_ui(ui, view, call);
        endpoint_fact(ui, view, call.endpoint, call.conn);
        addresses_ui(ui, view, call);
        mono_fact(ui, view, &t!(lang, "fact-started"), &format!("{} s", quantity::time(call.start)));
        let waited = if call.took >= quantity::WORTH_SHOWING { view.tokens.waiting } else { view.tokens.text };
        colored_fact(ui, view, &t!(lang, "fact-took"), &quantity::span(call.took), waited);
        if let Some(offset) = call.offset.filter(|_| call.len > 0) {
            let range = format!("{} … {}", quantity::count(offset), quantity::count(offset + call.len - 1));
            mono_fact(ui, view, &t!(lang, "fact-bytes"), &range);
        }
        partners_ui(ui, view, call);
        for (argument, value) in arguments(&call.op) {
            mono_fact(ui, view, argument, &value);
        }
        mono_fact(ui, view, &t!(lang, "fact-result"), &call.result_text());
        predicted_ui(ui, view, call);
        made_by_ui(ui, view, call);
        if let Some(rule) = &call.rule {
            fact(ui, view, &t!(lang, "fact-rule"), |ui, view| {
                rule::link_ui(ui, view, rule, (call.endpoint, call.conn));
            });
        }
        frames_ui(ui, view, self.frames.update(session, call));
        self.data_ui(ui, view, call, encoding);
        if let Some(errno) = call.errno() {
            let number = format!("errno {} · {}", errno.0, errno.system_text());
            words_ui(ui, view.tokens.tint(view.tokens.error), &errno.to_string(), |ui| {
                ui.add(Label::new(RichText::new(number).monospace().color(view.tokens.error)).wrap());
                // What it means and what to do is part of it.
                ui.add(Label::new(explain::call_in(lang, session.trace(), call, name)).wrap());
            });
        } else {
            words_ui(ui, view.tokens.pane, &t!(lang, "inspector-in-words"), |ui| {
                ui.add(Label::new(explain::call_in(lang, session.trace(), call, name)).wrap());
            });
            delivery::ui(ui, view, call);
        }
    }

    fn data_ui(&mut self, ui: &mut Ui, view: &mut View<'_>, call: &Call, encoding: TextEncoding) {
        let lang = view.lang;
        let said = view.session.trace().said(call);
        if said.len == 0 && (call.lost == 0 || !call.op.receives()) {
            return;
        }
        ui.horizontal(|ui| {
            let size = t!(lang, "inspector-data", size = quantity::bytes(said.len));
            ui.label(RichText::new(size).color(view.tokens.muted));
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| copy_ui(ui, view, said.bytes, encoding));
        });
        if said.is_cut() {
            let kept = t!(lang, "inspector-truncated", kept = said.bytes.len());
            ui.add(Label::new(RichText::new(kept).color(view.tokens.error)).wrap());
        }
        if call.lost > 0 {
            let lost = t!(lang, "inspector-lost", lost = call.lost);
            ui.add(Label::new(RichText::new(lost).color(view.tokens.error)).wrap());
        }
        if !said.is_empty() {
            let line = view.tokens.hairline();
            let frame = Frame::new().fill(view.tokens.pane).stroke(line).corner_radius(f32::from(PANE_ROUNDING));
            frame.inner_margin(Margin::symmetric(8, 8)).show(ui, |ui| {
                ui.set_width(ui.available_width());
                self.hex.ui(ui, &t!(lang, "inspector-hex"), said.bytes, encoding, call.seq);
            });
        }
    }
}

/// `predicted  5 (12 votes): right`
fn predicted_ui(ui: &mut Ui, view: &mut View<'_>, call: &Call) {
    let Some(said) = view.session.trace().prediction(call.seq) else { return };
    for answer in said.answers() {
        let verdict = Verdict::of(answer, call);
        let color = if verdict == Verdict::Right { view.tokens.ok } else { view.tokens.error };
        let text = predicted::judged(view.lang, answer, verdict);
        colored_fact(ui, view, &t!(view.lang, "fact-predicted"), &text, color);
    }
}

/// `message  id 7 · function 3`
fn frames_ui(ui: &mut Ui, view: &mut View<'_>, frames: &[FoundFrame]) {
    let lang = view.lang;
    for frame in frames.iter().take(MOST_FRAMES) {
        let mut shown: Vec<String> =
            frame.fields.iter().map(|field| format!("{} {}", field.name, field.shown())).collect();
        if !frame.is_whole {
            shown.push(t!(lang, "message-not-whole").into_owned());
        }
        if !shown.is_empty() {
            mono_fact(ui, view, &t!(lang, "fact-message"), &shown.join(" · "));
        }
    }
    if let Some(more) = frames.len().checked_sub(MOST_FRAMES).filter(|more| *more > 0) {
        muted(ui, view, &t!(lang, "fact-more-messages", count = more));
    }
}

/// `made of  send #10 + send #11`
fn partners_ui(ui: &mut Ui, view: &mut View<'_>, call: &Call) {
    let Some(partners) = view.partners.filter(|partners| !partners.all().is_empty()) else { return };
    let label = if call.op.receives() { t!(view.lang, "fact-made-of") } else { t!(view.lang, "fact-became") };
    fact(ui, view, &label, |ui, view| {
        ui.horizontal_wrapped(|ui| {
            ui.spacing_mut().item_spacing.x = 4.0;
            for (index, (seq, name)) in partners.all().iter().enumerate() {
                if index > 0 {
                    ui.label(RichText::new("+").color(view.tokens.muted));
                }
                if ui.link(RichText::new(format!("{name} #{seq}")).monospace()).clicked() {
                    select(view, *seq);
                }
            }
        });
    });
}

/// Where in a program it was made.
fn made_by_ui(ui: &mut Ui, view: &mut View<'_>, call: &Call) {
    let Some(made_by) = &call.made_by else { return };
    let lang = view.lang;
    if let Some(source) = &made_by.source {
        mono_fact(ui, view, &t!(lang, "fact-source"), source);
    }
    mono_fact(ui, view, &t!(lang, "fact-process"), &made_by.pid.to_string());
    if let Some(fd) = made_by.fd {
        mono_fact(ui, view, &t!(lang, "fact-descriptor"), &fd.to_string());
    }
}

/// `← recv(1024) = 10`
fn title_ui(ui: &mut Ui, view: &View<'_>, call: &Call) {
    let tokens = view.tokens;
    controls::card(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.horizontal_wrapped(|ui| {
            ui.spacing_mut().item_spacing.x = 0.0;
            let direction = Direction::of(&call.op);
            let color = direction.map_or(tokens.text, |direction| direction.color(tokens));
            if let Some(direction) = direction {
                ui.label(direction.icon().rich_text().size(14.0).color(color)).on_hover_text(direction.word(view.lang));
                ui.add_space(6.0);
            }
            let name = call.name();
            let op = call.with_arguments();
            ui.label(theme::mono_strong(name).color(color));
            ui.label(RichText::new(op.strip_prefix(name).unwrap_or_default()).monospace());
            let result = if call.errno().is_some() { tokens.error } else { tokens.text };
            ui.label(RichText::new(" = ").monospace().color(tokens.muted));
            ui.label(theme::mono_strong(call.result_text()).color(result));
        });
    });
}

fn endpoint_fact(ui: &mut Ui, view: &mut View<'_>, endpoint: EndpointId, conn: Option<ConnId>) {
    let text = view.session.name_of((endpoint, conn));
    let exists = view.session.has(endpoint);
    let label = t!(view.lang, "fact-endpoint");
    fact(ui, view, &label, |ui, view| {
        if !exists {
            ui.label(text);
        } else if ui.link(text).on_hover_text(t!(view.lang, "inspector-show-pane")).clicked() {
            view.requests.push(ViewRequest::Show(endpoint));
        }
    });
}

/// Where bytes came from and went to, or the socket's two ends.
fn addresses_ui(ui: &mut Ui, view: &mut View<'_>, call: &Call) {
    let lang = view.lang;
    let local = call.ends.local.as_ref().map(ToString::to_string);
    let peer = match &call.op {
        Op::SendTo { to, .. } => Some(to.to_string()),
        _ => call.ends.peer.as_ref().map(ToString::to_string),
    };
    let (first, second) = match Direction::of(&call.op) {
        Some(Direction::Received) => ((t!(lang, "fact-from"), peer), (t!(lang, "fact-to"), local)),
        Some(Direction::Sent) => ((t!(lang, "fact-from"), local), (t!(lang, "fact-to"), peer)),
        None => ((t!(lang, "fact-local"), local), (t!(lang, "fact-peer"), peer)),
    };
    for (name, address) in [first, second] {
        if let Some(address) = address {
            mono_fact(ui, view, &name, &address);
        }
    }
}

/// A call's arguments by their names in the man page.
fn arguments(op: &Op) -> Vec<(&'static str, String)> {
    match op {
        Op::Socket { domain, kind } => vec![("domain", domain.c_name().to_owned()), ("type", kind.c_name().to_owned())],
        Op::SetSockOpt { option, value } => {
            let (level, name) = option.c_names();
            let value = match value {
                OptionValue::Int(value) | OptionValue::Size { asked: value, .. } => value.to_string(),
                OptionValue::Linger(None) => "l_onoff = 0".to_owned(),
                OptionValue::Linger(Some(seconds)) => format!("l_onoff = 1, l_linger = {seconds}"),
                OptionValue::Group(_) | OptionValue::Interface(_) => value.to_string(),
            };
            vec![("level", level.to_owned()), ("optname", name.to_owned()), ("optval", value)]
        }
        Op::Bind { addr } | Op::Connect { addr } => vec![("addr", addr.to_string())],
        Op::Listen { backlog } => vec![("backlog", backlog.to_string())],
        Op::Send { len } | Op::SendFile { count: len } => vec![("len", quantity::count(*len))],
        Op::SendTo { len, to } => vec![("len", quantity::count(*len)), ("dest_addr", to.to_string())],
        Op::Recv { max } | Op::RecvFrom { max } => vec![("len", quantity::count(*max))],
        Op::Shutdown { how } => vec![("how", how.c_name().to_owned())],
        Op::Accept | Op::Close => Vec::new(),
        Op::Other(call) => call.args.clone(),
    }
}

fn copy_ui(ui: &mut Ui, view: &mut View<'_>, bytes: &[u8], encoding: TextEncoding) {
    let lang = view.lang;
    let color = view.tokens.muted;
    let atoms = (
        ICON_CONTENT_COPY.rich_text().color(color),
        RichText::new(t!(lang, "inspector-copy")),
        ICON_EXPAND_MORE.rich_text().color(color),
    );
    let (response, _) = MenuButton::from_button(Button::new(atoms).frame_when_inactive(false).small()).ui(ui, |ui| {
        let entries: [(_, &dyn Fn() -> String); 4] = [
            (t!(lang, "inspector-copy-text"), &|| visible_lines(&as_text(bytes, encoding))),
            (t!(lang, "inspector-copy-hex"), &|| as_hex(bytes)),
            (t!(lang, "inspector-copy-c"), &|| as_c_array(bytes)),
            (t!(lang, "inspector-copy-python"), &|| as_python_bytes(bytes)),
        ];
        for (name, text) in entries {
            if ui.button(name).clicked() {
                view.copy(text());
                ui.close();
            }
        }
    });
    controls::name_it(&response, true, &t!(lang, "inspector-copy"));
}
