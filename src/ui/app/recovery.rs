//! Keeping the open lab for the next start, and offering what another program has left that did not end by itself.

use std::time::{Duration, Instant};

use eframe::egui;

use super::App;
use crate::desktop::recovery::{Keeper, Left, left};
use crate::ui::bars::notices::WindowNotice;

/// Changes are kept at most so often.
const PAUSE: Duration = Duration::from_secs(2);

#[derive(Default)]
pub(super) struct Recovery {
    keeper: Keeper,
    /// The newest first.
    pub(super) left: Vec<Left>,
    changed: bool,
    kept: Option<Instant>,
}

impl Recovery {
    /// Beside the settings; without them nothing is kept.
    pub(super) fn begin(settings: Option<&std::path::Path>) -> Self {
        let Some(folder) = settings.and_then(std::path::Path::parent) else { return Self::default() };
        let left = left(folder);
        let keeper = Keeper::begin(folder).unwrap_or_else(|error| {
            tracing::warn!(%error, "the open lab is not kept for the next start");
            Keeper::default()
        });
        Self { keeper, left, changed: false, kept: None }
    }

    /// The lab may have changed.
    pub(super) fn touch(&mut self) {
        self.changed = true;
    }
}

impl App {
    pub(super) fn keep_for_next_start(&mut self, ctx: &egui::Context) {
        if self.recovery.changed {
            // With the pane of the newest endpoint.
            self.sync_layout();
        }
        let recovery = &mut self.recovery;
        if !recovery.changed {
            return;
        }
        if let Some(early) = recovery.kept.and_then(|kept| PAUSE.checked_sub(kept.elapsed())) {
            ctx.request_repaint_after(early);
            return;
        }
        recovery.changed = false;
        recovery.kept = Some(Instant::now());
        let document = self.session.document();
        if let Err(error) = recovery.keeper.keep(&document, self.session.path(), self.session.is_edited()) {
            tracing::warn!(%error, "the open lab could not be kept for the next start");
        }
    }

    pub(super) fn reopen_left(&mut self) {
        if self.recovery.left.is_empty() {
            return;
        }
        let left = self.recovery.left.remove(0);
        if !self.recovery.keeper.take_over(&left) {
            self.notices.push(WindowNotice::LeftTaken);
            return;
        }
        self.show_lab(left.lab, left.path);
        if left.edited {
            self.session.mark_edited();
        }
    }

    pub(super) fn forget_left(&mut self) {
        for left in self.recovery.left.drain(..) {
            left.forget();
        }
    }
}
