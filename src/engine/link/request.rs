//! Orders: commands on their way to an endpoint's task. Each carries the part of the job that it ends.

use std::path::PathBuf;

use bytes::Bytes;

use super::command::{Dest, DownloadRequest, Peers};
use super::completion::Completion;
use crate::lab::{EndpointSpec, Group};
use crate::trace::notice::Missing;
use crate::trace::{ConnId, NoticeKind};
use crate::values::How;

pub enum Request {
    Open {
        spec: Box<EndpointSpec>,
        remote: Option<Dest>,
        next_conn: u32,
        done: Completion,
    },
    Close {
        done: Completion,
    },
    /// To go on by another spec.
    Apply {
        spec: Box<EndpointSpec>,
        remote: Option<Dest>,
        done: Completion,
    },
    /// Handled while the endpoint is closed, so that the opening after it finds the path free.
    RemoveStale {
        path: PathBuf,
        done: Completion,
    },
    Send {
        to: Peers,
        bytes: Bytes,
        done: Completion,
    },
    /// To a client, open or closed; `spec`, `remote` and `next_conn` are for one that is closed.
    Download {
        spec: Box<EndpointSpec>,
        remote: Option<Dest>,
        next_conn: u32,
        fetch: Box<DownloadRequest>,
        done: Completion,
    },
    Shutdown {
        conn: Option<ConnId>,
        how: How,
        done: Completion,
    },
    CloseConn {
        conn: Option<ConnId>,
        reset: bool,
        done: Completion,
    },
    /// To become a member of a multicast group, or to be one no longer.
    Membership {
        group: Box<Group>,
        join: bool,
        done: Completion,
    },
}

impl Request {
    pub fn done(self) -> Completion {
        match self {
            Self::Open { done, .. }
            | Self::Close { done }
            | Self::Apply { done, .. }
            | Self::RemoveStale { done, .. }
            | Self::Send { done, .. }
            | Self::Download { done, .. }
            | Self::Shutdown { done, .. }
            | Self::CloseConn { done, .. }
            | Self::Membership { done, .. } => done,
        }
    }

    /// The answer where the endpoint isn't open. Closing what is closed is not an error; a change waits for the opening.
    pub fn refuse_closed(self) {
        match self {
            Self::Close { done } | Self::CloseConn { done, .. } | Self::Apply { done, .. } => done.finish(Ok(())),
            other => other.done().finish(Err(NoticeKind::NoSuchTarget { what: Missing::Endpoint })),
        }
    }
}
