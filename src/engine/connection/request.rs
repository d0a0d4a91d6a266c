//! Requests to a connection.

use bytes::Bytes;
use tokio::sync::mpsc;

use super::terms::Terms;
use crate::engine::link::command::Dest;
use crate::engine::link::completion::Completion;
use crate::engine::transfer::download_task::DownloadTask;
use crate::engine::transfer::registry::Cancelled;
use crate::trace::NoticeKind;
use crate::values::How;

/// A request to one connection.
pub enum ConnRequest {
    Send {
        bytes: Bytes,
        done: Completion,
    },
    Shutdown {
        how: How,
        done: Completion,
    },
    Close {
        reset: bool,
        done: Completion,
    },
    /// The connection is to carry a download from here on.
    Download(Box<DownloadOffer>),
    /// The endpoint's spec has changed.
    Apply {
        terms: Box<Terms>,
        done: Completion,
    },
}

/// A download that a connection is to carry; one that can't gives it back.
pub struct DownloadOffer {
    pub task: DownloadTask,
    pub cancelled: Cancelled,
    pub remote: Option<Dest>,
    pub back: mpsc::Sender<Box<DownloadOffer>>,
}

impl DownloadOffer {
    pub(super) fn give_back(self: Box<Self>) {
        let back = self.back.clone();
        // A client that no longer listens is closed, and the download with it.
        let _ = back.try_send(self);
    }
}

impl ConnRequest {
    pub fn refuse(self, kind: NoticeKind) {
        match self {
            Self::Send { done, .. }
            | Self::Shutdown { done, .. }
            | Self::Close { done, .. }
            | Self::Apply { done, .. } => done.finish(Err(kind)),
            Self::Download(offer) => offer.give_back(),
        }
    }

    /// Of a request that asks for nothing more.
    pub fn finished(self) {
        match self {
            Self::Send { done, .. }
            | Self::Shutdown { done, .. }
            | Self::Close { done, .. }
            | Self::Apply { done, .. } => done.finish(Ok(())),
            Self::Download(offer) => offer.give_back(),
        }
    }

    /// The answer of a connection that carries a file: what has changed meanwhile is for those that come after it.
    pub fn refuse_for_file(self) {
        match self {
            Self::Apply { done, .. } => done.finish(Ok(())),
            other => other.refuse(NoticeKind::NotForFiles),
        }
    }
}
