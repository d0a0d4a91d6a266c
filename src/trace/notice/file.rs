//! The outcome of trace files, recordings and exports.

use std::path::PathBuf;

use super::Level;
use crate::trace::Errno;
use crate::trace::file::StoppedKind;

#[derive(Clone, Debug, PartialEq)]
pub enum FileNotice {
    /// A recording has ended, and all of it is written.
    Recorded {
        path: PathBuf,
        calls: u64,
        bytes: u64,
    },
    /// A recording has stopped before it was asked to; so much is in the file.
    RecordingFailed {
        path: PathBuf,
        errno: Errno,
        calls: u64,
        bytes: u64,
    },
    /// A recording could not begin.
    NotRecording {
        path: PathBuf,
        errno: Errno,
    },
    /// The trace was written into a file. `missed` calls left memory before it was their turn; `left_out` calls have no
    /// packets.
    Exported {
        path: PathBuf,
        calls: u64,
        missed: u64,
        left_out: u64,
    },
    ExportFailed {
        path: PathBuf,
        errno: Errno,
    },
    TraceNotOpened {
        path: PathBuf,
        errno: Option<Errno>,
    },
    /// A trace file could be read only so far.
    TraceStopped {
        path: PathBuf,
        calls: u64,
        offset: u64,
        chunk: u64,
        kind: StoppedKind,
    },
    /// There was no room for the oldest `evicted` calls of a trace file.
    TraceTooLong {
        path: PathBuf,
        evicted: u64,
    },
    /// A saved trace is read-only: its sockets are not opened.
    TraceReadOnly,
}

impl FileNotice {
    pub(super) fn level(&self) -> Level {
        match self {
            Self::Recorded { .. } | Self::Exported { missed: 0, .. } | Self::TraceReadOnly => Level::Info,
            Self::TraceStopped { kind, .. } if !kind.is_foreign() => Level::Warning,
            Self::Exported { .. } | Self::TraceTooLong { .. } => Level::Warning,
            Self::RecordingFailed { .. }
            | Self::NotRecording { .. }
            | Self::ExportFailed { .. }
            | Self::TraceNotOpened { .. }
            | Self::TraceStopped { .. } => Level::Error,
        }
    }

    pub(super) fn errno_name(&self) -> Option<String> {
        match self {
            Self::RecordingFailed { errno, .. }
            | Self::NotRecording { errno, .. }
            | Self::ExportFailed { errno, .. } => Some(errno.to_string()),
            Self::Recorded { .. }
            | Self::Exported { .. }
            | Self::TraceNotOpened { .. }
            | Self::TraceStopped { .. }
            | Self::TraceTooLong { .. }
            | Self::TraceReadOnly => None,
        }
    }
}
