//! The inspector of a datagram that nobody of the lab has received: whether it has arrived, as far as this machine can tell.

use std::net::SocketAddr;

use eframe::egui::{Label, Ui};

use super::facts::words_ui;
use crate::explain::{self, Delivery};
use crate::session::{Action, Session};
use crate::t;
use crate::trace::datagrams::{destination, is_same_place};
use crate::trace::receiver::came_back;
use crate::trace::{Call, Op};
use crate::ui::view::View;

/// Nothing for a call that sent no datagram, and where its `recvfrom` is known.
pub fn ui(ui: &mut Ui, view: &mut View<'_>, call: &Call) {
    let is_found = view.partners.is_none_or(|partners| !partners.all().is_empty());
    let Some(to) = destination(call).and_then(|to| to.inet()).filter(|_| is_datagram(call) && !is_found) else {
        return;
    };
    let lang = view.lang;
    let delivery = delivery(view.session, call, to);
    let words = explain::delivery(lang, &delivery);
    let may_ask = matches!(delivery, Delivery::ToAnother { .. })
        && cfg!(target_os = "linux")
        && view.session.looking_back().is_none()
        && view.session.viewed().is_none();
    words_ui(ui, view.tokens.pane, &t!(lang, "delivery"), |ui| {
        ui.add(Label::new(words).wrap());
        if may_ask && ui.link(t!(lang, "delivery-ask", port = to.port().to_string())).clicked() {
            view.act(Action::FindReceiver(to));
        }
    });
}

fn is_datagram(call: &Call) -> bool {
    call.succeeded() && matches!(call.op, Op::SendTo { .. } | Op::Send { .. }) && call.conn.is_none()
}

fn delivery<'s>(session: &'s Session, call: &Call, to: SocketAddr) -> Delivery<'s> {
    let trace = session.trace();
    if let Some(back) = came_back(trace, call) {
        let errno = match &back.op {
            Op::Other(queue) => queue.came_back().map(|back| back.errno.to_owned()),
            _ => back.errno().map(|errno| errno.to_string()),
        };
        return Delivery::CameBack { seq: back.seq, errno: errno.unwrap_or_default() };
    }
    let has_it = |local: &crate::lab::Addr| is_same_place(local, &to.into());
    let datagrams = session.endpoints().iter().filter(|endpoint| !endpoint.spec.kind.is_stream());
    let found =
        datagrams.into_iter().find(|endpoint| endpoint.live.is_open() && endpoint.live.local().is_some_and(has_it));
    if let Some(endpoint) = found {
        let is_connected = endpoint.spec.datagram.connected == Some(true);
        let peer = endpoint.live.peer().filter(|peer| is_connected && call.ends.local.as_ref() != Some(*peer));
        let drops = endpoint.live.kernel_drops;
        return Delivery::ToEndpoint { name: &endpoint.spec.name, drops, hears_only: peer };
    }
    let recverr = session.endpoint(call.endpoint).is_some_and(|own| own.spec.options.recverr == Some(true));
    let receiver = session.receiver(to);
    Delivery::ToAnother { port: to.port(), receiver, is_loopback: to.ip().is_loopback(), recverr }
}
