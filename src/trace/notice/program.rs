//! What must be said of programs that the lab has started.

use super::Level;
use crate::trace::program::{NotStarted, Unwatched};

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProgramNotice {
    NotStarted(NotStarted),
    /// Some of its calls are not seen.
    Unwatched {
        why: Unwatched,
        pid: u32,
    },
    /// These processes of it were still there when the lab let it go.
    LeftBehind {
        processes: usize,
    },
    /// What was typed to it was not taken.
    NotTyped,
}

impl ProgramNotice {
    pub fn level(&self) -> Level {
        match self {
            Self::NotStarted(_) | Self::NotTyped => Level::Error,
            Self::Unwatched { .. } => Level::Warning,
            Self::LeftBehind { .. } => Level::Info,
        }
    }

    pub fn errno_name(&self) -> Option<&'static str> {
        match self {
            Self::NotStarted(why) => why.errno.name(),
            _ => None,
        }
    }
}
