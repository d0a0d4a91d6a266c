//! What the ladder's lifelines and calls are called.

use crate::explain;
use crate::lang::Lang;
use crate::session::Session;
use crate::t;
use crate::trace::ladder::{ServerSocket, What, Who};
use crate::trace::text::{preview, visible};
use crate::trace::{Call, Nanos, Op};
use crate::ui::widgets::direction::Direction;
use crate::ui::widgets::quantity;

/// The most characters of what was sent that stand at an arrow.
const ARROW_CHARS: usize = 18;
/// The same in a call's full name.
const NAME_CHARS: usize = 40;

/// The head of a lifeline.
pub fn who(session: &Session, who: &Who) -> String {
    match who {
        Who::Caller(addr) | Who::Callee(addr) => addr.to_string(),
        Who::Client(endpoint) | Who::Socket(endpoint) | Who::Server(endpoint, ServerSocket::Listener) => {
            session.name_of((*endpoint, None))
        }
        Who::Server(endpoint, ServerSocket::Conn(conn)) => session.name_of((*endpoint, Some(*conn))),
    }
}

/// `#7 recv(1024) = 6`: without addresses and families, which would not fit; the call's name has them.
pub fn label(call: &Call) -> String {
    let call_of = match &call.op {
        Op::SendTo { len, .. } => format!("sendto({len})"),
        Op::Socket { .. } | Op::Connect { .. } => format!("{}()", call.op.name()),
        Op::SetSockOpt { option, .. } => format!("setsockopt({})", option.c_names().1),
        Op::Bind { addr } if addr.inet().is_some() => format!("bind(:{})", addr.port()),
        other => visible(&other.to_string()).into_owned(),
    };
    format!("#{} {call_of} = {}", call.seq, call.result_text())
}

/// `#7 recv = 6`: where there is no room for the arguments. The result tells most.
pub fn short_label(call: &Call) -> String {
    format!("#{} {} = {}", call.seq, call.op.name(), call.result_text())
}

/// `blocked in recv(1024) 2.707 s`
pub fn blocked(lang: Lang, what: &What<'_>, now: Nanos) -> String {
    match what {
        What::Call(call) => {
            t!(lang, "ladder-blocked", call = short_op(&call.op), time = quantity::span(call.took)).into_owned()
        }
        What::Waiting(call) => {
            let time = quantity::running(now.since(call.start));
            t!(lang, "ladder-blocked-still", call = short_op(&call.op), time = time).into_owned()
        }
    }
}

/// `2.707 s`: where there is no room for more.
pub fn waited(what: &What<'_>, now: Nanos) -> String {
    match what {
        What::Call(call) => quantity::span(call.took),
        What::Waiting(call) => quantity::running(now.since(call.start)),
    }
}

/// Without an address, which the call's own label has.
fn short_op(op: &Op) -> String {
    match op {
        Op::Accept | Op::Connect { .. } | Op::Close | Op::RecvFrom { .. } => op.name().to_owned(),
        Op::SendTo { len, .. } => format!("sendto({len})"),
        other => other.to_string(),
    }
}

/// What a call moved, as the endpoint's encoding reads it.
pub fn payload(session: &Session, call: &Call) -> String {
    text_of(session, call, ARROW_CHARS)
}

fn text_of(session: &Session, call: &Call, chars: usize) -> String {
    let encoding = session.endpoint(call.endpoint).map(|endpoint| endpoint.spec.encoding).unwrap_or_default();
    preview(session.trace().said(call).bytes, encoding, chars)
}

/// A call in full, for screen readers and for pointing at it: `#7 server #1 recv(1024) = 6 received: hello`.
pub fn name(session: &Session, lang: Lang, what: &What<'_>, now: Nanos) -> String {
    let who = session.name_of(what.key());
    match what {
        What::Call(call) => {
            let mut name = format!("#{} {who} {}", call.seq, visible(&call.to_string()));
            if let Some(direction) = Direction::of(&call.op).filter(|_| call.len > 0) {
                let text = text_of(session, call, NAME_CHARS);
                name = format!("{name} {}: {text}", direction.word(lang));
            }
            if call.is_abandoned() {
                name = format!("{name}: {}", explain::abandoned(lang, call.op.name(), call.took));
            }
            name
        }
        What::Waiting(_) => format!("{who} {}", blocked(lang, what, now)),
    }
}
