//! Held calls in words, and which one a step lets through.

use crate::lab::EndpointId;
use crate::lang::Lang;
use crate::lang::visible::visible;
use crate::session::{Predictable, Session};
use crate::t;
use crate::trace::held::HeldCall;

/// The call that a step lets through: of the selected endpoint, if one of its calls is held, else of any.
pub fn to_step(session: &Session, selected: Option<EndpointId>) -> Option<&HeldCall> {
    selected
        .and_then(|endpoint| session.next_call(endpoint))
        .or_else(|| session.held_calls().min_by_key(|call| call.turn()))
}

/// The call of which can be asked what it will do: the one that a step lets through, or the next one after the playhead.
pub fn to_predict(session: &Session, selected: Option<EndpointId>) -> Option<Predictable> {
    match session.looking_back() {
        Some(end) => session.trace().get(end).map(|call| Predictable::Recorded(call.seq)),
        None => to_step(session, selected).map(|call| Predictable::Held(call.id)),
    }
}

/// `server #1`
pub fn who(session: &Session, call: &HeldCall) -> String {
    let name = session.trace().name(call.endpoint);
    let is_client = session.endpoint(call.endpoint).is_some_and(|endpoint| endpoint.spec.kind.is_client());
    match call.conn.filter(|_| !is_client) {
        Some(conn) => format!("{name} #{}", conn.get()),
        None => name.to_owned(),
    }
}

/// `recv(1024)`; of a program with its line, `recv(1024) · server.py:14`
pub fn shown(call: &HeldCall) -> String {
    let text = call.with_arguments();
    match call.source() {
        Some(source) => format!("{text} · {}", visible(source)),
        None => text,
    }
}

/// `next: server #1: recv(1024)`
pub fn next(session: &Session, lang: Lang, call: &HeldCall) -> String {
    t!(lang, "held-next-of", name = who(session, call), call = shown(call)).into_owned()
}
