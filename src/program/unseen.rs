//! Where a program can't be followed: on another system, or on a processor whose registers are not known here.

use std::process::Command;

use super::run::Start;
use crate::lab::program::Watch;
use crate::trace::program::{Seen, Unwatched};

impl Start {
    /// Runs a Python program that tells its calls itself; any other as it is, and says that its calls pass unseen.
    pub(super) fn watched(self) {
        if self.spec.watch == Watch::Auto && self.is_python() {
            return self.run_within();
        }
        self.news.unwatched(Unwatched::System, 0);
        self.unwatched(Seen::Not);
    }
}

/// Only Linux can do that (prctl(2), PR_SET_PDEATHSIG).
pub(super) fn killed_with_parent(_: &mut Command) {}
