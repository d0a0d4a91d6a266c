//! Gates: whoever wants a say before a call is made. The byte budget is the first of them and the hold the last.

use std::sync::Arc;
use std::task::{Context, Poll};

use super::Tap;
use super::hold::Place;
use crate::lab::EndpointId;
use crate::trace::{ConnId, Ends, MadeBy, Op, SocketId};

/// A call that is about to be made.
#[derive(Clone, Copy)]
pub struct UpcomingCall<'a> {
    pub endpoint: EndpointId,
    /// 0 for `socket()`, which makes it; of `accept` the listener's.
    pub socket: SocketId,
    pub conn: Option<ConnId>,
    pub ends: &'a Arc<Ends>,
    pub op: &'a Op,
    /// By which process, where it is a program's.
    pub made_by: Option<&'a Arc<MadeBy>>,
}

/// Asked before each call of each socket, once it is clear what is to be called and before the call begins. What waits
/// here is not a call yet: nothing of it is on record.
pub trait Gate: Send + Sync {
    /// Ready where the call may be made. Where it may not yet, the gate wakes the task when that changes; until then it may
    /// be asked again at any time, also about another call of the same socket.
    fn poll_pass(&self, cx: &mut Context<'_>, call: UpcomingCall<'_>) -> Poll<()>;
}

/// The gates of an engine, besides its byte budget and its hold.
#[derive(Clone, Default)]
pub struct Gates(Option<Arc<[Arc<dyn Gate>]>>);

impl Gates {
    pub fn new(gates: impl IntoIterator<Item = Arc<dyn Gate>>) -> Self {
        let gates: Arc<[_]> = gates.into_iter().collect();
        Self(Some(gates).filter(|gates| !gates.is_empty()))
    }
}

impl Tap {
    /// Whether the call may be begun. The hold is asked last: what it lets through begins at once.
    pub(super) fn poll_gates(&self, cx: &mut Context<'_>, op: &Op, place: &mut Option<Place>) -> Poll<()> {
        let call = UpcomingCall {
            endpoint: self.endpoint,
            socket: self.socket,
            conn: self.conn,
            ends: &self.ends,
            op,
            made_by: None,
        };
        if let Some(gates) = &self.shared.gates.0
            && !gates.iter().all(|gate| gate.poll_pass(cx, call).is_ready())
        {
            return Poll::Pending;
        }
        self.shared.hold.poll_pass(cx, call, place)
    }
}
