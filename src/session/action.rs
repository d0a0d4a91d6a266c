//! Actions: everything that a view may ask for. Views return them; only the session acts.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use bytes::Bytes;

use super::{LayoutChange, Predictable};
use crate::engine::DownloadRequest;
use crate::engine::{FaultSwitch, JobId, Peers, Verdict};
use crate::lab::{Breakpoint, EndpointId, EndpointSpec, Group, Layout, Link, Localized, ProgramSpec, Remote, Snippet};
use crate::trace::ConnId;
use crate::trace::held::{HeldId, MessageId};
use crate::trace::prediction::Prediction;
use crate::trace::transfer::TransferId;
use crate::values::How;

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
    /// A relay between that client, or datagram socket, and whom it talks to: both lead to the relay from here on. What is
    /// open is opened again, by way of it.
    PutRelay {
        client: EndpointId,
        name: String,
    },
    /// Switches faults of a relay that is open, beside those that its spec has.
    Fault {
        endpoint: EndpointId,
        switch: FaultSwitch,
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
    /// Puts it at that place among the lab's endpoints, counted from 0; past the end is the end.
    Move {
        endpoint: EndpointId,
        to: usize,
    },
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
    /// Downloads over that client; see [`crate::engine::Job::Download`].
    Download {
        endpoint: EndpointId,
        fetch: Box<DownloadRequest>,
    },
    /// Adds a client of that server under this name and downloads over it.
    DownloadFrom {
        remote: Remote,
        name: String,
        fetch: Box<DownloadRequest>,
    },
    CancelTransfer(TransferId),
    /// Downloads the same once more, where it was cut off if the protocol can do that.
    RetryTransfer(TransferId),
    /// Forgets the transfers that are over.
    ClearTransfers,
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
    /// Adds a program and, with `start`, starts it. Its name is made unique.
    AddProgram {
        spec: Box<ProgramSpec>,
        start: bool,
    },
    /// Replaces what is run at the next start.
    EditProgram {
        program: EndpointId,
        spec: Box<ProgramSpec>,
    },
    /// Ends it first.
    RemoveProgram(EndpointId),
    /// Nothing where the user has not allowed the lab's programs to run.
    StartProgram(EndpointId),
    StopProgram(EndpointId),
    /// Types to a program's standard input.
    TypeTo {
        program: EndpointId,
        text: String,
    },
    /// The user has seen the command lines of this lab's programs, and lets them run.
    AllowPrograms,
    ClearTrace,
    /// The trace may take this many bytes of memory.
    SetRetention(u64),
    /// Marks a call with a note, which may be empty; `None` takes the mark away.
    SetBookmark {
        seq: u64,
        note: Option<String>,
    },
    /// Forgets a notice that the user has read, by its number.
    DismissNotice(u64),
    DismissNotices,
    /// Replaces the lab's snippets.
    SetSnippets(Vec<Snippet>),
    RunSteps,
    StopSteps,
    /// Asks the system who has that UDP port of this machine.
    FindReceiver(SocketAddr),
    /// Holds an endpoint before its next call, or lets it go.
    Hold {
        endpoint: EndpointId,
        on: bool,
    },
    /// The same for every endpoint, also for those that open later.
    HoldAll(bool),
    /// Lets one held call through.
    LetThrough(HeldId),
    /// What somebody says that a call will do; nothing said takes it back. It is kept on the call for good.
    Predict {
        of: Predictable,
        prediction: Prediction,
    },
    /// Says what becomes of a message that a relay holds.
    Decide {
        message: MessageId,
        verdict: Verdict,
    },
    /// Replaces the lab's breakpoints.
    SetBreakpoints(Vec<Breakpoint>),
    /// The lab runs on that lossy link, or on none.
    SetLink(Option<Link>),
    SetTitle(Localized),
    SetNote(Localized),
    /// The user has rearranged the window.
    SetLayout {
        layout: Option<Layout>,
        change: LayoutChange,
    },
    /// Takes back the last change; see [`Session::undoable`](super::Session::undoable).
    Undo,
    /// Does again what was taken back last.
    Redo,
}

impl Action {
    /// True where something other than a look would change: not while the user looks back. What would end by it is ended.
    pub fn acts_on_the_present(&self) -> bool {
        !matches!(
            self,
            Self::DismissNotice(_)
                | Self::Predict { of: Predictable::Recorded(_), .. }
                | Self::DismissNotices
                | Self::StopRepeat(_)
                | Self::StopSteps
                | Self::FindReceiver(_)
                | Self::CancelTransfer(_)
                | Self::SetBookmark { .. }
                | Self::SetRetention(_)
                | Self::SetLayout { .. }
        )
    }

    /// True where real sockets would be opened or used: not with an opened trace, which is read-only. What changes the lab
    /// belongs to them too: it would be the lab of a trace that is no longer its own.
    pub fn needs_sockets(&self) -> bool {
        !matches!(
            self,
            Self::DismissNotice(_)
                | Self::Predict { of: Predictable::Recorded(_), .. }
                | Self::DismissNotices
                | Self::Close(_)
                | Self::CloseAll
                | Self::StopProgram(_)
                | Self::StopRepeat(_)
                | Self::StopSteps
                | Self::CancelTransfer(_)
                | Self::ClearTransfers
                | Self::SetSnippets(_)
                | Self::SetBookmark { .. }
                | Self::SetRetention(_)
                | Self::SetLayout { .. }
                | Self::Undo
                | Self::Redo
        )
    }
}
