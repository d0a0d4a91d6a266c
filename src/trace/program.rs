//! What becomes of a program that the lab has started, beside its calls.

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;

use super::call::{ConnId, SocketId};

/// Where a program prints.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Stream {
    Out,
    Err,
}

impl Stream {
    /// As in the JSON lines.
    pub fn name(self) -> &'static str {
        match self {
            Self::Out => "stdout",
            Self::Err => "stderr",
        }
    }
}

/// How a program has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    Status(i32),
    Signal(i32),
}

impl Ended {
    /// SIGKILL, by which the lab ends what it has started.
    pub const KILLED: Self = Self::Signal(9);

    /// As a shell has it: 128 + the signal.
    pub fn status(self) -> i32 {
        match self {
            Self::Status(status) => status,
            Self::Signal(signal) => 128 + signal,
        }
    }
}

/// `exit 0`, `SIGTERM`
impl fmt::Display for Ended {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Status(status) => write!(f, "exit {status}"),
            Self::Signal(signal) => f.write_str(&signal_name(*signal)),
        }
    }
}

/// `SIGTERM`; of a realtime signal its number.
pub fn signal_name(signal: i32) -> String {
    const NAMES: [(i32, &str); 16] = [
        (1, "SIGHUP"),
        (2, "SIGINT"),
        (3, "SIGQUIT"),
        (4, "SIGILL"),
        (5, "SIGTRAP"),
        (6, "SIGABRT"),
        (7, "SIGBUS"),
        (8, "SIGFPE"),
        (9, "SIGKILL"),
        (10, "SIGUSR1"),
        (11, "SIGSEGV"),
        (12, "SIGUSR2"),
        (13, "SIGPIPE"),
        (14, "SIGALRM"),
        (15, "SIGTERM"),
        (31, "SIGSYS"),
    ];
    NAMES
        .iter()
        .find(|(number, _)| *number == signal)
        .map_or_else(|| signal.to_string(), |(_, name)| (*name).to_owned())
}

/// How a program's calls are seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seen {
    /// By the system, whatever the program is.
    Ptrace,
    /// By a part of Python itself.
    Python,
    /// Not at all.
    Not,
}

/// What can't be watched, and isn't passed off as watched.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Unwatched {
    /// It uses io_uring, whose calls pass unseen.
    Ring,
    /// A program of another architecture.
    Architecture,
    /// It would have another user's rights, which a followed program does not get.
    SetUser,
    /// The system forbids to follow a program.
    Forbidden,
    /// This system has no way to follow a program.
    System,
    /// The system forbids to follow it, so that it is seen from within Python alone.
    Within,
    /// It was to be seen from within Python, and has not loaded what is needed for that.
    NotPython,
}

impl Unwatched {
    pub fn name(self) -> &'static str {
        match self {
            Self::Ring => "io_uring",
            Self::Architecture => "architecture",
            Self::SetUser => "set-user-id",
            Self::Forbidden => "forbidden",
            Self::System => "system",
            Self::Within => "within-python",
            Self::NotPython => "not-python",
        }
    }
}

/// Why a program could not be started.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotStarted {
    pub command: String,
    /// errno of starting it.
    pub errno: super::errno::Errno,
}

impl NotStarted {
    /// As a shell has it: it was not found, or may not be run.
    pub fn status(&self) -> i32 {
        if self.errno.is("EACCES") { 126 } else { 127 }
    }
}

/// One piece of news.
#[derive(Clone, Debug, PartialEq)]
pub enum ProgramNews {
    Started {
        pid: u32,
        seen: Seen,
    },
    NotStarted(NotStarted),
    Output {
        stream: Stream,
        bytes: Bytes,
    },
    /// A file that the program's lines are in, as it was when it was first come to.
    Source {
        name: Arc<str>,
        text: Arc<str>,
    },
    /// The system has closed a socket because nobody has it any more; there was no call.
    Closed {
        socket: SocketId,
        conn: Option<ConnId>,
    },
    Unwatched {
        why: Unwatched,
        pid: u32,
    },
    /// The program itself has ended; `left` processes that it has left behind have not.
    Ended {
        how: Ended,
        left: usize,
    },
    /// Nothing of it is left.
    Gone,
}
