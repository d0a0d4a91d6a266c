//! What can be done about a piece of trouble by one click: the advice of a notice as actions. Pure: a notice and the lab
//! in, remedies out.

use std::path::PathBuf;
use std::sync::Arc;

use super::{Action, Endpoint, Session};
use crate::lab::{Addr, EndpointId, EndpointSpec, HostPort, Local};
use crate::trace::notice::{CallFailure, Detail, PathTakenBy};
use crate::trace::{Notice, NoticeKind};

/// Something that helps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Remedy {
    /// The client connects again.
    ConnectAgain(EndpointId),
    /// The socket is bound to port 0, and opened.
    AnyFreePort(EndpointId),
    /// The left-over file of a Unix socket is removed, and the endpoint opened.
    RemoveStale(EndpointId, PathBuf),
    /// From now on `recv() = 0` ends the server's connections, also those that are held open.
    CloseOnEof(EndpointId),
    /// The endpoint that is meant by `@name` is opened, then this one.
    OpenBoth { other: EndpointId, name: Arc<str>, endpoint: EndpointId },
}

impl Remedy {
    /// What to do, in this order; empty where the endpoint has gone meanwhile.
    pub fn actions(&self, session: &Session) -> Vec<Action> {
        match self {
            Self::ConnectAgain(id) => session.endpoint(*id).map(connect_again).into_iter().collect(),
            Self::AnyFreePort(id) => {
                let spec = session.endpoint(*id).and_then(|endpoint| on_any_port(&endpoint.spec));
                let edit = spec.map(|spec| Action::Edit { endpoint: *id, spec: Box::new(spec) });
                edit.into_iter().chain([Action::Open(*id)]).collect()
            }
            Self::CloseOnEof(id) => {
                let spec = session.endpoint(*id).map(|endpoint| endpoint.spec.clone());
                let closing = spec.map(|mut spec| {
                    spec.stream.close_on_eof = Some(true);
                    Action::Edit { endpoint: *id, spec: Box::new(spec) }
                });
                closing.into_iter().collect()
            }
            Self::RemoveStale(id, path) => vec![Action::RemoveStaleAndOpen { endpoint: *id, path: path.clone() }],
            Self::OpenBoth { other, endpoint, .. } => vec![Action::Open(*other), Action::Open(*endpoint)],
        }
    }
}

/// What helps against this, as things are now: nothing that is done already.
pub fn remedies(session: &Session, notice: &Notice) -> Vec<Remedy> {
    let Some(endpoint) = notice.endpoint.and_then(|id| session.endpoint(id)) else { return Vec::new() };
    let id = endpoint.id;
    match &notice.kind {
        NoticeKind::CallFailed(failure) => against_call(failure, endpoint),
        NoticeKind::Unsent { .. } | NoticeKind::Unresolved { .. } => {
            can_connect_again(endpoint).then_some(Remedy::ConnectAgain(id)).into_iter().collect()
        }
        NoticeKind::HeldOpen { .. } => {
            endpoint.spec.stream.close_on_eof.is_none().then_some(Remedy::CloseOnEof(id)).into_iter().collect()
        }
        NoticeKind::PeerNotOpen { name } => {
            let other = session.endpoint_named(name).filter(|other| other.live.is_closed() && other.id != id);
            let open = |other: &Endpoint| Remedy::OpenBoth { other: other.id, name: Arc::clone(name), endpoint: id };
            other.filter(|_| endpoint.live.is_closed()).map(open).into_iter().collect()
        }
        _ => Vec::new(),
    }
}

fn against_call(failure: &CallFailure, endpoint: &Endpoint) -> Vec<Remedy> {
    let (id, is_closed) = (endpoint.id, endpoint.live.is_closed());
    let remedy = match (&failure.detail, failure.call) {
        (Detail::PathTaken(PathTakenBy::Stale), _) if is_closed => match &failure.addr {
            Some(Addr::Unix(path)) => Some(Remedy::RemoveStale(id, path.clone())),
            _ => None,
        },
        (Detail::None | Detail::PortTaken(_), "bind") => {
            let is_about_the_port = matches!(failure.errno.name(), Some("EADDRINUSE" | "EACCES"));
            let helps = is_about_the_port && is_closed && on_any_port(&endpoint.spec).is_some();
            helps.then_some(Remedy::AnyFreePort(id))
        }
        (Detail::None, "connect" | "send" | "recv") | (Detail::Unsent(_), _) => {
            can_connect_again(endpoint).then_some(Remedy::ConnectAgain(id))
        }
        _ => None,
    };
    remedy.into_iter().collect()
}

/// Whether a client has no connection any more, or one that is of no use: its peer has ended it, or it is broken.
pub fn can_connect_again(endpoint: &Endpoint) -> bool {
    let useless = |endpoint: &Endpoint| {
        endpoint.live.is_open()
            && endpoint.live.observed.conns.values().all(|conn| conn.peer_ended || conn.broken.is_some())
    };
    endpoint.spec.kind.is_client() && (endpoint.live.is_closed() || useless(endpoint))
}

/// Opens a client that is closed, or closes it first.
pub fn connect_again(endpoint: &Endpoint) -> Action {
    if endpoint.live.is_closed() { Action::Open(endpoint.id) } else { Action::Reopen(endpoint.id) }
}

/// The same with port 0; `None` where it has that already, or no port.
fn on_any_port(spec: &EndpointSpec) -> Option<EndpointSpec> {
    let Some(Local::Inet(local)) = &spec.local else { return None };
    let any = Local::Inet(HostPort::new(local.host.clone(), 0));
    (local.port != 0).then(|| EndpointSpec { local: Some(any), ..spec.clone() })
}
