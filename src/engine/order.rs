//! Orders: commands on their way to an endpoint's task. Each carries the part of the job that it ends.

use std::path::PathBuf;

use bytes::Bytes;

use super::command::{Dest, Peers};
use super::job::Part;
use super::transfer::Fetch;
use crate::lab::step::How;
use crate::lab::{EndpointSpec, Group};
use crate::trace::notice::Missing;
use crate::trace::{ConnId, NoticeKind};

pub enum Order {
    Open {
        spec: Box<EndpointSpec>,
        remote: Option<Dest>,
        next_conn: u32,
        part: Part,
    },
    Close {
        part: Part,
    },
    /// To go on by another spec.
    Apply {
        spec: Box<EndpointSpec>,
        remote: Option<Dest>,
        part: Part,
    },
    /// Obeyed while the endpoint is closed, so that the opening after it finds the path free.
    RemoveStale {
        path: PathBuf,
        part: Part,
    },
    Send {
        to: Peers,
        bytes: Bytes,
        part: Part,
    },
    /// To a client, open or closed; `spec`, `remote` and `next_conn` are for one that is closed.
    Download {
        spec: Box<EndpointSpec>,
        remote: Option<Dest>,
        next_conn: u32,
        fetch: Box<Fetch>,
        part: Part,
    },
    Shutdown {
        conn: Option<ConnId>,
        how: How,
        part: Part,
    },
    CloseConn {
        conn: Option<ConnId>,
        reset: bool,
        part: Part,
    },
    /// To become a member of a multicast group, or to be one no longer.
    Membership {
        group: Box<Group>,
        join: bool,
        part: Part,
    },
}

impl Order {
    pub fn part(self) -> Part {
        match self {
            Self::Open { part, .. }
            | Self::Close { part }
            | Self::Apply { part, .. }
            | Self::RemoveStale { part, .. }
            | Self::Send { part, .. }
            | Self::Download { part, .. }
            | Self::Shutdown { part, .. }
            | Self::CloseConn { part, .. }
            | Self::Membership { part, .. } => part,
        }
    }

    /// The answer where the endpoint isn't open. Closing what is closed is no failure; a change waits for the opening.
    pub fn refuse_closed(self) {
        match self {
            Self::Close { part } | Self::CloseConn { part, .. } | Self::Apply { part, .. } => part.done(Ok(())),
            other => other.part().done(Err(NoticeKind::NoSuchTarget { what: Missing::Endpoint })),
        }
    }
}
