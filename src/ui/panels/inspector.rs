//! The inspector: all about the selected call, connection or endpoint.

use std::time::Duration;

use eframe::egui::containers::menu::MenuButton;
use eframe::egui::{self, Align, Button, Color32, Frame, Label, Layout, Link, Margin, RichText, ScrollArea, Ui};
use egui_material_icons::icons::{ICON_CONTENT_COPY, ICON_EXPAND_MORE};

use super::bookmark;
use crate::engine::probe;
use crate::explain;
use crate::lab::{EndpointId, TextEncoding};
use crate::session::{Conn, Endpoint};
use crate::t;
use crate::trace::ending::EndingOf;
use crate::trace::kernel::Source;
use crate::trace::streams::counterparts;
use crate::trace::text::{as_c_array, as_hex, as_python_bytes, as_text, visible, visible_lines};
use crate::trace::{Call, ConnId, Op, OptionValue, StreamKey, Trace};
use crate::ui::controls;
use crate::ui::theme::{self, PANE_ROUNDING};
use crate::ui::view::{Asked, View};
use crate::ui::widgets::direction::Direction;
use crate::ui::widgets::hex_view::HexView;
use crate::ui::widgets::line::MONO;
use crate::ui::widgets::quantity;
use crate::ui::widgets::state::State;
use crate::ui::widgets::{ending, framing};

/// Width of the facts' names, in points.
const NAMES: f32 = 98.0;

/// Counterparts are looked for again after so many seconds: the `recv`s of a `send` come later than it.
const LOOK_AGAIN: f64 = 0.25;

/// How often the kernel is asked of the socket that is shown.
const KERNEL_EVERY: Duration = Duration::from_millis(500);

#[derive(Debug, Default)]
pub struct Inspector {
    hex: HexView,
    counterparts: Counterparts,
    ending: EndingOf,
}

/// The calls at the other end that moved the same bytes, kept from frame to frame.
#[derive(Debug, Default)]
struct Counterparts {
    /// Of which call, and how far the trace was.
    of: (u64, u64),
    looked: f64,
    found: Vec<(u64, &'static str)>,
}

impl Counterparts {
    fn update(&mut self, trace: &Trace, call: &Call, time: f64) {
        let now = (call.seq, trace.next_seq());
        let same_call = self.of.0 == now.0;
        if self.of == now || (same_call && time - self.looked < LOOK_AGAIN) {
            return;
        }
        self.of = now;
        self.looked = time;
        self.found.clear();
        self.found.extend(counterparts(trace, call).into_iter().map(|other| (other.seq, other.op.name())));
    }
}

impl Inspector {
    pub fn ui(&mut self, ui: &mut Ui, view: &mut View<'_>) {
        ScrollArea::vertical().id_salt("inspector").auto_shrink([false, false]).show(ui, |ui| {
            ui.spacing_mut().item_spacing.y = 6.0;
            let session = view.session;
            if let Some(seq) = view.selection.call {
                match session.trace().get(seq) {
                    Some(call) => self.call_ui(ui, view, call),
                    None => {
                        controls::section(ui, &t!(view.lang, "inspector-call", seq = seq));
                        muted(ui, view, &t!(view.lang, "inspector-evicted"));
                    }
                }
            }
            let Some(endpoint) = view.selection.endpoint.and_then(|id| session.endpoint(id)) else {
                if view.selection.call.is_none() {
                    muted(ui, view, &t!(view.lang, "inspector-nothing"));
                }
                return;
            };
            let chosen = view
                .selection
                .conn
                .or_else(|| endpoint.live.conns.keys().next().copied().filter(|_| !endpoint.spec.kind.is_server()));
            if let Some(conn) = chosen {
                self.conn_ui(ui, view, endpoint, conn);
            }
            // Beside a call the endpoint's own facts would be too much.
            if view.selection.call.is_none() {
                endpoint_ui(ui, view, endpoint);
            }
        });
    }

    fn call_ui(&mut self, ui: &mut Ui, view: &mut View<'_>, call: &Call) {
        let lang = view.lang;
        bookmark::ui(ui, view, call.seq);
        let session = view.session;
        let name = session.trace().name(call.endpoint);
        let encoding = session.endpoint(call.endpoint).map(|endpoint| endpoint.spec.encoding).unwrap_or_default();
        title_ui(ui, view, call);
        endpoint_fact(ui, view, call.endpoint, call.conn, name);
        addresses_ui(ui, view, call);
        mono_fact(ui, view, &t!(lang, "fact-started"), &format!("{} s", quantity::time(call.start)));
        let waited = if call.took >= quantity::WORTH_SHOWING { view.tokens.waiting } else { view.tokens.text };
        colored_fact(ui, view, &t!(lang, "fact-took"), &quantity::span(call.took), waited);
        if let Some(offset) = call.offset.filter(|_| call.len > 0) {
            let range = format!("{} … {}", quantity::count(offset), quantity::count(offset + call.len - 1));
            mono_fact(ui, view, &t!(lang, "fact-bytes"), &range);
        }
        self.counterparts_ui(ui, view, call);
        for (argument, value) in arguments(&call.op) {
            mono_fact(ui, view, argument, &value);
        }
        mono_fact(ui, view, &t!(lang, "fact-result"), &call.result_text());
        if let Some(rule) = &call.rule {
            fact(ui, view, &t!(lang, "fact-rule"), |ui, _| {
                ui.add(Label::new(visible(rule)).wrap());
            });
        }
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
        }
    }

    /// `made of  send #10 + send #11`
    fn counterparts_ui(&mut self, ui: &mut Ui, view: &mut View<'_>, call: &Call) {
        self.counterparts.update(view.session.trace(), call, ui.input(|input| input.time));
        if self.counterparts.found.is_empty() {
            return;
        }
        let label = if call.op.receives() { t!(view.lang, "fact-made-of") } else { t!(view.lang, "fact-became") };
        fact(ui, view, &label, |ui, view| {
            ui.horizontal_wrapped(|ui| {
                ui.spacing_mut().item_spacing.x = 4.0;
                for (index, (seq, name)) in self.counterparts.found.iter().enumerate() {
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

    fn conn_ui(&mut self, ui: &mut Ui, view: &mut View<'_>, endpoint: &Endpoint, id: ConnId) {
        conn_ui(ui, view, endpoint, id);
        let lang = view.lang;
        if let Some(ending) = self.ending.update(view.session.trace(), endpoint.id, id) {
            let seq = ending.seq();
            let text = ending::text(lang, ending);
            fact(ui, view, &t!(lang, "fact-ended-by"), |ui, view| {
                if ui.add(Link::new(RichText::new(text))).clicked() {
                    select(view, seq);
                }
            });
        }
    }

    fn data_ui(&mut self, ui: &mut Ui, view: &mut View<'_>, call: &Call, encoding: TextEncoding) {
        let lang = view.lang;
        if call.len == 0 && call.lost == 0 {
            return;
        }
        ui.horizontal(|ui| {
            let size = t!(lang, "inspector-data", size = quantity::bytes(call.len));
            ui.label(RichText::new(size).color(view.tokens.muted));
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| copy_ui(ui, view, call, encoding));
        });
        if call.is_truncated() {
            let kept = t!(lang, "inspector-truncated", kept = call.data.len());
            ui.add(Label::new(RichText::new(kept).color(view.tokens.error)).wrap());
        }
        if call.lost > 0 {
            let lost = t!(lang, "inspector-lost", lost = call.lost);
            ui.add(Label::new(RichText::new(lost).color(view.tokens.error)).wrap());
        }
        if !call.data.is_empty() {
            let line = view.tokens.hairline();
            let frame = Frame::new().fill(view.tokens.pane).stroke(line).corner_radius(f32::from(PANE_ROUNDING));
            frame.inner_margin(Margin::symmetric(8, 8)).show(ui, |ui| {
                ui.set_width(ui.available_width());
                self.hex.ui(ui, &t!(lang, "inspector-hex"), &call.data, call.seq);
            });
        }
    }
}

fn select(view: &mut View<'_>, seq: u64) {
    if let Some(call) = view.session.trace().get(seq) {
        view.selection.call = Some(seq);
        view.selection.endpoint = Some(call.endpoint);
        view.selection.conn = call.conn;
    }
}

/// A paragraph with a heading.
fn words_ui(ui: &mut Ui, fill: Color32, heading: &str, contents: impl FnOnce(&mut Ui)) {
    let line = ui.visuals().window_stroke;
    Frame::new()
        .fill(fill)
        .stroke(line)
        .corner_radius(f32::from(PANE_ROUNDING))
        .inner_margin(Margin::symmetric(12, 10))
        .show(ui, |ui| {
            ui.set_width(ui.available_width());
            ui.label(theme::strong(heading));
            contents(ui);
        });
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
            let name = call.op.name();
            let op = call.op.to_string();
            ui.label(theme::mono_strong(name).color(color));
            ui.label(RichText::new(op.strip_prefix(name).unwrap_or_default()).monospace());
            let result = if call.errno().is_some() { tokens.error } else { tokens.text };
            ui.label(RichText::new(" = ").monospace().color(tokens.muted));
            ui.label(theme::mono_strong(call.result_text()).color(result));
        });
    });
}

fn endpoint_fact(ui: &mut Ui, view: &mut View<'_>, endpoint: EndpointId, conn: Option<ConnId>, name: &str) {
    let text = match conn {
        Some(conn) => format!("{name} #{}", conn.get()),
        None => name.to_owned(),
    };
    let exists = view.session.endpoint(endpoint).is_some();
    let label = t!(view.lang, "fact-endpoint");
    fact(ui, view, &label, |ui, view| {
        if !exists {
            ui.label(text);
        } else if ui.link(text).on_hover_text(t!(view.lang, "inspector-show-pane")).clicked() {
            view.asked.push(Asked::Show(endpoint));
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
                OptionValue::Int(value) => value.to_string(),
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
    }
}

fn copy_ui(ui: &mut Ui, view: &mut View<'_>, call: &Call, encoding: TextEncoding) {
    let lang = view.lang;
    let color = view.tokens.muted;
    let atoms = (
        ICON_CONTENT_COPY.rich_text().color(color),
        RichText::new(t!(lang, "inspector-copy")),
        ICON_EXPAND_MORE.rich_text().color(color),
    );
    let (response, _) = MenuButton::from_button(Button::new(atoms).frame_when_inactive(false).small()).ui(ui, |ui| {
        let entries: [(_, &dyn Fn() -> String); 4] = [
            (t!(lang, "inspector-copy-text"), &|| visible_lines(&as_text(&call.data, encoding))),
            (t!(lang, "inspector-copy-hex"), &|| as_hex(&call.data)),
            (t!(lang, "inspector-copy-c"), &|| as_c_array(&call.data)),
            (t!(lang, "inspector-copy-python"), &|| as_python_bytes(&call.data)),
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

fn conn_ui(ui: &mut Ui, view: &mut View<'_>, endpoint: &Endpoint, id: ConnId) {
    let lang = view.lang;
    ui.add_space(6.0);
    controls::section(ui, &t!(lang, "inspector-conn", conn = id.get()));
    let Some(conn) = endpoint.live.conns.get(&id) else {
        muted(ui, view, &t!(lang, "inspector-conn-gone"));
        return;
    };
    let Conn { ends, since, sent, received, .. } = conn;
    let state = State::of_conn(conn, lang);
    fact(ui, view, &t!(lang, "fact-state"), |ui, view| {
        ui.add(Label::new(RichText::new(state.word.clone()).color(state.color(view.tokens))).wrap());
    });
    for (name, address) in [(t!(lang, "fact-local"), &ends.local), (t!(lang, "fact-peer"), &ends.peer)] {
        if let Some(address) = address {
            mono_fact(ui, view, &name, &address.to_string());
        }
    }
    mono_fact(ui, view, &t!(lang, "fact-since"), &format!("{} s", quantity::time(*since)));
    mono_fact(ui, view, &t!(lang, "fact-sent"), &quantity::bytes(*sent));
    mono_fact(ui, view, &t!(lang, "fact-received"), &quantity::bytes(*received));
    kernel_ui(ui, view, (endpoint.id, Some(id)));
}

/// What the kernel says of a socket, asked for while it is shown here; nothing where it says nothing.
fn kernel_ui(ui: &mut Ui, view: &mut View<'_>, key: StreamKey) {
    let (lang, session) = (view.lang, view.session);
    if !probe::IS_SUPPORTED || session.viewed().is_some() {
        return;
    }
    view.watch(key, KERNEL_EVERY);
    let Some(sample) = session.kernel().latest(key).filter(|sample| sample.source == Source::Socket) else { return };
    if let Some(state) = sample.state {
        mono_fact(ui, view, &t!(lang, "inspector-tcp-state"), state.name());
    }
    if let Some(tcp) = sample.tcp {
        let rtt = t!(lang, "plots-value-micros", value = quantity::count(u64::from(tcp.rtt)));
        mono_fact(ui, view, &t!(lang, "plots-rtt"), &rtt);
    }
    for (name, queue) in
        [(t!(lang, "plots-send-queue"), sample.send_queue), (t!(lang, "plots-recv-queue"), sample.recv_queue)]
    {
        if let Some(queue) = queue {
            mono_fact(ui, view, &name, &quantity::bytes(queue));
        }
    }
    if let Some((waiting, most)) = sample.accept_queue {
        let shown = t!(lang, "inspector-accept-queue", waiting = waiting, most = most);
        mono_fact(ui, view, &t!(lang, "plots-accept-title"), &shown);
    }
}

fn endpoint_ui(ui: &mut Ui, view: &mut View<'_>, endpoint: &Endpoint) {
    let lang = view.lang;
    let spec = &endpoint.spec;
    ui.add_space(6.0);
    controls::section(ui, &t!(lang, "inspector-endpoint"));
    mono_fact(ui, view, &t!(lang, "fact-name"), &spec.name);
    let state = State::of(endpoint, lang);
    fact(ui, view, &t!(lang, "fact-state"), |ui, view| {
        ui.add(Label::new(RichText::new(state.word.clone()).color(state.color(view.tokens))).wrap());
    });
    mono_fact(ui, view, &t!(lang, "fact-kind"), spec.kind.name());
    if let Some(local) = endpoint.live.local() {
        mono_fact(ui, view, &t!(lang, "fact-local"), &local.to_string());
    }
    if let Some(remote) = &spec.remote {
        mono_fact(ui, view, &t!(lang, "fact-remote"), &remote.to_string());
    }
    let totals = view.session.trace().endpoint_totals(endpoint.id);
    mono_fact(ui, view, &t!(lang, "fact-calls"), &quantity::count(totals.calls));
    mono_fact(ui, view, &t!(lang, "fact-sent"), &quantity::bytes(totals.sent_bytes));
    mono_fact(ui, view, &t!(lang, "fact-received"), &quantity::bytes(totals.received_bytes));
    if endpoint.live.is_open() && !spec.kind.is_client() {
        kernel_ui(ui, view, (endpoint.id, None));
    }
    if !spec.kind.is_stream() {
        mono_fact(ui, view, &t!(lang, "fact-drops"), &quantity::count(endpoint.live.kernel_drops));
    }
    ui.add_space(6.0);
    ui.horizontal(|ui| {
        controls::section(ui, &t!(lang, "inspector-options"));
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            if ui.link(t!(lang, "inspector-change")).clicked() {
                view.asked.push(Asked::EditOptions(endpoint.id));
            }
        });
    });
    mono_fact(ui, view, "recv(n)", &quantity::count(u64::from(spec.recv_size())));
    mono_fact(ui, view, &t!(lang, "fact-encoding"), spec.encoding.name());
    if spec.framing.is_some() {
        mono_fact(ui, view, &t!(lang, "fact-framing"), &framing::short(lang, &spec.framing));
    }
    if spec.kind.is_server() {
        mono_fact(ui, view, "listen(n)", &spec.backlog.to_string());
        mono_fact(ui, view, &t!(lang, "fact-service"), spec.service.reply.kind());
    }
    let options = &spec.options;
    let switch = |value: bool| if value { t!(lang, "fact-on") } else { t!(lang, "fact-off") };
    let switches = [
        ("SO_REUSEADDR", Some(spec.reuse_addr()).filter(|on| *on || options.reuse_addr.is_some())),
        ("TCP_NODELAY", options.nodelay),
        ("SO_KEEPALIVE", options.keepalive),
        ("SO_BROADCAST", options.broadcast),
        ("IPV6_V6ONLY", options.v6_only),
        ("MULTICAST_LOOP", options.multicast_loop),
    ];
    for (name, value) in switches {
        if let Some(value) = value {
            mono_fact(ui, view, name, &switch(value));
        }
    }
    let linger = options.linger.map(|linger| format!("{} s", linger.as_secs()));
    let buffer = |size: Option<u32>| size.map(|size| quantity::bytes(u64::from(size)));
    let facts = [
        ("SO_LINGER", linger),
        ("SO_RCVBUF", buffer(options.recv_buffer)),
        ("SO_SNDBUF", buffer(options.send_buffer)),
        ("MULTICAST_TTL", options.multicast_ttl.map(|ttl| ttl.to_string())),
        ("MULTICAST_IF", options.multicast_interface.as_ref().map(ToString::to_string)),
    ];
    for (name, value) in facts {
        if let Some(value) = value {
            mono_fact(ui, view, name, &value);
        }
    }
}

fn mono_fact(ui: &mut Ui, view: &mut View<'_>, name: &str, value: &str) {
    let color = view.tokens.text;
    colored_fact(ui, view, name, value, color);
}

fn colored_fact(ui: &mut Ui, view: &mut View<'_>, name: &str, value: &str, color: Color32) {
    fact(ui, view, name, |ui, _| {
        ui.add(Label::new(RichText::new(visible(value)).monospace().size(MONO).color(color)).wrap());
    });
}

/// A name and its value beside it.
fn fact(ui: &mut Ui, view: &mut View<'_>, name: &str, value: impl FnOnce(&mut Ui, &mut View<'_>)) {
    ui.horizontal_top(|ui| {
        // Links are no taller than the other values.
        ui.spacing_mut().interact_size.y = 16.0;
        ui.allocate_ui_with_layout(egui::vec2(NAMES, 16.0), Layout::left_to_right(Align::Min), |ui| {
            ui.set_min_width(NAMES);
            ui.add(Label::new(RichText::new(name).size(12.0).color(view.tokens.muted)).truncate());
        });
        ui.vertical(|ui| value(ui, view));
    });
}

fn muted(ui: &mut Ui, view: &View<'_>, text: &str) {
    ui.add(Label::new(RichText::new(text).color(view.tokens.muted)).wrap());
}
