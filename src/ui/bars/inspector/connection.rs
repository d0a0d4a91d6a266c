//! The inspector of a connection: its two ends, what went over it, what the kernel says of it, and how it ended.

use std::time::Duration;

use eframe::egui::{Label, Link, RichText, Ui};

use super::facts::{fact, mono_fact, muted};
use super::select;
use crate::engine::sampler;
use crate::lab::EndpointId;
use crate::t;
use crate::trace::ending::EndingOf;
use crate::trace::kernel::Source;
use crate::trace::observed::{Conn, Observed};
use crate::trace::{ConnId, StreamKey};
use crate::ui::controls;
use crate::ui::view::View;
use crate::ui::widgets::state::State;
use crate::ui::widgets::{ending, quantity};

/// How often the kernel is asked of the socket that is shown.
const KERNEL_EVERY: Duration = Duration::from_millis(500);

#[derive(Debug, Default)]
pub struct ConnInspector {
    ending: EndingOf,
}

impl ConnInspector {
    /// `observed` is what the calls of that endpoint or program say of its connections.
    pub fn ui(&mut self, ui: &mut Ui, view: &mut View<'_>, of: EndpointId, observed: &Observed, id: ConnId) {
        conn_ui(ui, view, of, observed, id);
        let lang = view.lang;
        if let Some(ending) = self.ending.update(view.session.shown_trace(), of, id) {
            let seq = ending.seq();
            let text = ending::text(lang, ending);
            fact(ui, view, &t!(lang, "fact-ended-by"), |ui, view| {
                if ui.add(Link::new(RichText::new(text))).clicked() {
                    select(view, seq);
                }
            });
        }
    }
}

fn conn_ui(ui: &mut Ui, view: &mut View<'_>, of: EndpointId, observed: &Observed, id: ConnId) {
    let lang = view.lang;
    ui.add_space(6.0);
    let title = match view.session.number_of((of, Some(id))) {
        Some(number) => t!(lang, "inspector-conn", conn = number.get()),
        None => t!(lang, "inspector-only-conn"),
    };
    controls::section(ui, &title);
    let Some(conn) = observed.conns.get(&id) else {
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
    kernel_ui(ui, view, (of, Some(id)));
}

/// What the kernel says of a socket, asked for while it is shown here; nothing where it says nothing.
pub fn kernel_ui(ui: &mut Ui, view: &mut View<'_>, key: StreamKey) {
    let (lang, session) = (view.lang, view.session);
    if !sampler::IS_SUPPORTED || session.viewed().is_some() {
        return;
    }
    let Some(socket) = session.socket_of(key) else { return };
    view.watch(socket, KERNEL_EVERY);
    let Some(sample) = session.kernel_sample(socket).filter(|sample| sample.source == Source::Socket) else { return };
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
