//! Actions: everything that a view may ask for. Views return them; only the session acts.

use std::path::PathBuf;
use std::time::Duration;

use bytes::Bytes;

use crate::engine::{JobId, Peers};
use crate::lab::step::How;
use crate::lab::{EndpointId, EndpointSpec, Group, Localized, Snippet};
use crate::trace::ConnId;

#[derive(Clone, Debug, PartialEq)]
pub enum Action {
    /// Adds an endpoint and, with `open`, opens it. Its name is made unique.
    Add {
        spec: Box<EndpointSpec>,
        open: bool,
    },
    /// A listening echo server and a client connected to it.
    AddEchoPair {
        server: String,
        client: String,
    },
    /// A client of that server, connected to its actual address.
    ConnectClient {
        server: EndpointId,
        name: String,
    },
    /// Replaces the spec; what needs a new socket takes effect at the next opening. The name is not changed by it.
    Edit {
        endpoint: EndpointId,
        spec: Box<EndpointSpec>,
    },
    /// A name that is taken gets a number; one that a lab file could not hold is refused.
    Rename {
        endpoint: EndpointId,
        name: String,
    },
    Duplicate(EndpointId),
    /// Closes it first.
    Remove(EndpointId),
    Open(EndpointId),
    Close(EndpointId),
    /// Closes and opens again, on the same port where it was given.
    Reopen(EndpointId),
    /// Removes the left-over file of a Unix socket and opens the endpoint.
    RemoveStaleAndOpen {
        endpoint: EndpointId,
        path: PathBuf,
    },
    OpenAll,
    CloseAll,
    Send {
        endpoint: EndpointId,
        to: Peers,
        bytes: Bytes,
    },
    Repeat {
        endpoint: EndpointId,
        to: Peers,
        bytes: Bytes,
        every: Duration,
        times: u32,
    },
    StopRepeat(JobId),
    Shutdown {
        endpoint: EndpointId,
        conn: Option<ConnId>,
        how: How,
    },
    CloseConn {
        endpoint: EndpointId,
        conn: Option<ConnId>,
        reset: bool,
    },
    /// Joins a multicast group, now where the UDP socket is open, and at each opening.
    JoinGroup {
        endpoint: EndpointId,
        group: Group,
    },
    LeaveGroup {
        endpoint: EndpointId,
        group: Group,
    },
    ClearTrace,
    /// Forgets a notice that the user has read, by its number.
    DismissNotice(u64),
    DismissNotices,
    /// Replaces the lab's snippets.
    SetSnippets(Vec<Snippet>),
    RunSteps,
    StopSteps,
    SetTitle(Localized),
    SetNote(Localized),
}
