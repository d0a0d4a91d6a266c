//! Where a program can't be followed: on another system, or on a processor whose registers are not known here.

use std::process::Command;

use super::start::{Instead, Start};
use crate::lab::program::Watch;
use crate::trace::program::Unwatched;

impl Start {
    /// Runs a Python program that tells its calls itself; any other as it is, and says that its calls pass unseen.
    pub(super) fn watched(&self) -> Option<Instead> {
        if self.spec.watch == Watch::Auto && self.is_python() {
            return Some(Instead::Within);
        }
        self.news.unwatched(Unwatched::System, 0);
        Some(Instead::Unseen)
    }
}

/// Only Linux can do that (prctl(2), PR_SET_PDEATHSIG).
pub(super) fn killed_with_parent(_: &mut Command) {}
