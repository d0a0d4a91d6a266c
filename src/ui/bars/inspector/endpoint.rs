//! The inspector of an endpoint: its state, its totals, its options and rules.

use eframe::egui::{Align, Label, Layout, RichText, Ui};

use super::connection::kernel_ui;
use super::facts::{fact, mono_fact};
use super::rule;
use crate::explain;
use crate::session::Endpoint;
use crate::t;
use crate::ui::controls;
use crate::ui::view::{View, ViewRequest};
use crate::ui::widgets::quantity;
use crate::ui::widgets::state::State;

/// Who it is and what it has moved.
pub fn facts_ui(ui: &mut Ui, view: &mut View<'_>, endpoint: &Endpoint) {
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
    let totals = view.session.endpoint_totals(endpoint.id);
    mono_fact(ui, view, &t!(lang, "fact-calls"), &quantity::count(totals.calls));
    mono_fact(ui, view, &t!(lang, "fact-sent"), &quantity::bytes(totals.sent_bytes));
    mono_fact(ui, view, &t!(lang, "fact-received"), &quantity::bytes(totals.received_bytes));
    if endpoint.live.is_open() && !spec.kind.is_client() {
        kernel_ui(ui, view, (endpoint.id, None));
    }
    if !spec.kind.is_stream() {
        mono_fact(ui, view, &t!(lang, "fact-drops"), &quantity::count(endpoint.live.kernel_drops));
    }
}

/// The options of its sockets.
pub fn options_ui(ui: &mut Ui, view: &mut View<'_>, endpoint: &Endpoint) {
    let lang = view.lang;
    let spec = &endpoint.spec;
    ui.add_space(6.0);
    ui.horizontal(|ui| {
        // A closed socket has none in force.
        let heading = match endpoint.live.is_closed() {
            true => t!(lang, "inspector-options-closed"),
            false => t!(lang, "inspector-options"),
        };
        controls::section(ui, &heading);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            if ui.link(t!(lang, "inspector-change")).clicked() {
                view.requests.push(ViewRequest::EditOptions(endpoint.id));
            }
        });
    });
    mono_fact(ui, view, "recv(n)", &quantity::count(u64::from(spec.recv_size())));
    mono_fact(ui, view, &t!(lang, "fact-encoding"), spec.encoding.name());
    if spec.stream.framing.is_some() {
        mono_fact(ui, view, &t!(lang, "fact-framing"), &spec.stream.framing.short(lang));
    }
    if spec.kind.is_server() {
        mono_fact(ui, view, "listen(n)", &spec.server.backlog.to_string());
        mono_fact(ui, view, &t!(lang, "fact-service"), spec.service.reply.kind().name);
    }
    rule::links_ui(ui, view, endpoint);
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
    let granted = endpoint.live.observed.granted;
    let buffer = |asked: Option<u32>, granted: Option<u32>| {
        let asked = u64::from(asked?);
        Some(match granted.filter(|_| !endpoint.live.is_closed()) {
            Some(granted) => {
                let (asked, granted) = (explain::number(asked), explain::number(granted.into()));
                t!(lang, "fact-granted", asked = asked, granted = granted).into_owned()
            }
            None => quantity::bytes(asked),
        })
    };
    let facts = [
        ("SO_LINGER", linger),
        ("SO_RCVBUF", buffer(options.recv_buffer, granted.recv)),
        ("SO_SNDBUF", buffer(options.send_buffer, granted.send)),
        ("MULTICAST_TTL", options.multicast_ttl.map(|ttl| ttl.to_string())),
        ("MULTICAST_IF", options.multicast_interface.as_ref().map(ToString::to_string)),
    ];
    for (name, value) in facts {
        if let Some(value) = value {
            mono_fact(ui, view, name, &value);
        }
    }
}
