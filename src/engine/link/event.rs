//! Events: what the engine tells the session, over a crossbeam channel under a byte budget.

use std::net::SocketAddr;

use crate::lab::{Addr, EndpointId};
use crate::service::RulesMet;
use crate::trace::faults::Harm;
use crate::trace::held::{HeldCall, HeldId, HeldMessage, MessageId, Passed};
use crate::trace::kernel::KernelSample;
use crate::trace::program::ProgramNews;
use crate::trace::receiver::Receiver;
use crate::trace::segments::Frame;
use crate::trace::transfer::News;
use crate::trace::{Call, ConnId, Nanos, Notice, WaitToken, WaitingCall};

use super::command::JobId;
use super::error::Error;

/// One piece of news. Calls come in order of completion.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// A call has begun and goes on waiting.
    Waiting(WaitingCall),
    /// A call has completed; `waited` names the [`Event::Waiting`] that it ends, where there was one.
    Call {
        call: Call,
        waited: Option<WaitToken>,
    },
    /// A waiting call ended without a result because its socket was closed.
    Abandoned {
        token: WaitToken,
        at: Nanos,
    },
    /// A call is about to be made and held; told again where its arguments have changed.
    Held(HeldCall),
    /// A held call is made now: what it becomes is the next news of a call of its kind on its socket.
    LetThrough(HeldId),
    /// A held call is not going to be made.
    GivenUp(HeldId),
    /// A call that has just returned has met a breakpoint, by its place among those that are on: its endpoint is held.
    Stopped {
        endpoint: EndpointId,
        stop: usize,
    },
    /// A relay holds a message.
    MessageHeld(Box<HeldMessage>),
    /// It is held no longer.
    MessagePassed(MessageId, Passed),
    /// Another holder of the socket makes the waiting call from here on, and records it.
    TakenOver(WaitToken),
    Endpoint {
        endpoint: EndpointId,
        state: SocketState,
    },
    /// Something that the user must know.
    Notice(Notice),
    /// Something that nobody has asked for has failed.
    Trouble {
        at: Nanos,
        endpoint: EndpointId,
        conn: Option<ConnId>,
        error: Error,
    },
    /// A command is finished.
    Done {
        job: JobId,
        endpoint: EndpointId,
        conn: Option<ConnId>,
        result: Result<(), Error>,
    },
    /// A repeat has sent this often.
    Repeated {
        job: JobId,
        endpoint: EndpointId,
        sent: u32,
    },
    /// Something happened to a file transfer.
    Transfer(News),
    /// How many connections wait in the kernel's accept queue, and how many may; `None` where it isn't reported.
    AcceptQueue {
        endpoint: EndpointId,
        queue: Option<(u32, u32)>,
    },
    /// What the kernel says of a watched socket, where that has changed.
    Kernel(KernelSample),
    /// Who has a UDP port of this machine.
    Receiver {
        addr: SocketAddr,
        receiver: Receiver,
    },
    /// A fault of a relay has happened.
    Fault(Box<Harm>),
    /// A frame went over the lossy link, or was dropped there.
    Frame(Box<Frame>),
    /// News of a program that the lab has started.
    Program {
        endpoint: EndpointId,
        news: ProgramNews,
    },
    /// How often the rules of an endpoint's service have been met, by their index, since it was opened or changed.
    RulesMet {
        endpoint: EndpointId,
        met: RulesMet,
    },
    /// The kernel's own count of datagrams that it threw away on this socket (SO_MEMINFO).
    KernelDrops {
        endpoint: EndpointId,
        total: u64,
    },
}

/// What an endpoint's own socket is doing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum SocketState {
    #[default]
    Closed,
    /// Resolving, binding, connecting.
    Opening,
    /// Listening, connected or ready for datagrams; with the actual addresses.
    Open { local: Option<Addr>, peer: Option<Addr> },
    /// A server that has accepted its `accept_limit` and only serves what it has.
    Serving { local: Option<Addr> },
}
