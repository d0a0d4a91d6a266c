//! The files that a server offers, and how they are requested.

use std::path::PathBuf;
use std::time::Duration;

/// What a `files` or `http` service offers, and how long it is patient.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileShare {
    pub what: Shared,
    /// At most so many transfers at once, at least 1; whoever asks beyond that waits.
    pub max_transfers: u32,
    /// Whoever connects and has not asked for anything after this time is closed.
    pub ask_within: Duration,
    /// A transfer of which nothing has moved for this time is given up.
    pub stalled_after: Duration,
}

/// The most transfers at once unless the lab says otherwise.
pub const DEFAULT_MAX_TRANSFERS: u32 = 32;
/// What [`FileShare::max_transfers`] may be at most: each takes a thread.
pub const MOST_TRANSFERS: u32 = 256;
/// How long a client may take to ask unless the lab says otherwise.
pub const DEFAULT_ASK_WITHIN: Duration = Duration::from_secs(30);
/// How long a transfer may stand still unless the lab says otherwise.
pub const DEFAULT_STALLED_AFTER: Duration = Duration::from_secs(30);

/// The most files that are shared one by one; of more, their folder is.
pub const MOST_FILES: usize = 1_000;

/// The files that may be asked for. Paths are already joined to the lab file's folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shared {
    /// Everything in this folder and in those below it.
    Root(PathBuf),
    /// Just these, each under the last part of its path.
    Files(Vec<PathBuf>),
}

impl FileShare {
    pub fn new(what: Shared) -> Self {
        Self {
            what,
            max_transfers: DEFAULT_MAX_TRANSFERS,
            ask_within: DEFAULT_ASK_WITHIN,
            stalled_after: DEFAULT_STALLED_AFTER,
        }
    }
}

/// How a file is asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Protocol {
    /// The tutorials': the client sends the name, the server sends the bytes and closes. Nobody says how many there are.
    #[default]
    Files,
    /// HTTP/1.1 (RFC 9112): the answer says how long it is.
    Http,
}

impl Protocol {
    pub const ALL: [Self; 2] = [Self::Files, Self::Http];

    /// The name in lab files, the same as the service's kind.
    pub fn name(self) -> &'static str {
        match self {
            Self::Files => "files",
            Self::Http => "http",
        }
    }
}
