//! What a connection is told.

use bytes::Bytes;
use tokio::sync::mpsc;

use crate::engine::command::Dest;
use crate::engine::job::Part;
use crate::engine::terms::Terms;
use crate::engine::transfer::registry::Cancelled;
use crate::engine::transfer::wanted::Wanted;
use crate::lab::step::How;
use crate::trace::NoticeKind;

/// An order to one connection.
pub enum ConnOrder {
    Send {
        bytes: Bytes,
        part: Part,
    },
    Shutdown {
        how: How,
        part: Part,
    },
    Close {
        reset: bool,
        part: Part,
    },
    /// The connection is to carry a download from here on.
    Download(Box<Sought>),
    /// The endpoint's spec has changed.
    Apply {
        terms: Box<Terms>,
        part: Part,
    },
}

/// A download that a connection is to carry; one that can't gives it back.
pub struct Sought {
    pub wanted: Wanted,
    pub cancelled: Cancelled,
    pub remote: Option<Dest>,
    pub back: mpsc::Sender<Box<Sought>>,
}

impl Sought {
    pub(super) fn give_back(self: Box<Self>) {
        let back = self.back.clone();
        // A client that no longer listens is closed, and the download with it.
        let _ = back.try_send(self);
    }
}

impl ConnOrder {
    pub fn refuse(self, kind: NoticeKind) {
        match self {
            Self::Send { part, .. }
            | Self::Shutdown { part, .. }
            | Self::Close { part, .. }
            | Self::Apply { part, .. } => part.done(Err(kind)),
            Self::Download(sought) => sought.give_back(),
        }
    }

    /// Of an order that asks for nothing more.
    pub fn obeyed(self) {
        match self {
            Self::Send { part, .. }
            | Self::Shutdown { part, .. }
            | Self::Close { part, .. }
            | Self::Apply { part, .. } => part.done(Ok(())),
            Self::Download(sought) => sought.give_back(),
        }
    }

    /// The answer of a connection that carries a file: what has changed meanwhile is for those that come after it.
    pub fn refuse_for_file(self) {
        match self {
            Self::Apply { part, .. } => part.done(Ok(())),
            other => other.refuse(NoticeKind::NotForFiles),
        }
    }
}
