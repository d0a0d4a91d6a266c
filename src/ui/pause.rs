//! One pause for all views of what happens: traffic, ladder and plots stand still; the recording goes on.

use eframe::egui::Ui;
use egui_material_icons::icons::{ICON_HISTORY, ICON_PAUSE, ICON_PLAY_ARROW};

use super::command::UiCommand;
use super::controls;
use super::view::View;
use crate::session::Session;
use crate::t;
use crate::trace::{Nanos, WaitingCall};

/// The most waiting calls at the end of a list.
pub const MAX_WAITING: usize = 8;

/// What was shown when the display was paused.
#[derive(Debug)]
pub struct Pause {
    /// The number after the last call that is shown.
    pub end_seq: u64,
    pub now: Nanos,
    pub waiting: Vec<WaitingCall>,
    pub more_waiting: usize,
    generation: u64,
}

impl Pause {
    pub fn of(session: &Session) -> Self {
        Self {
            end_seq: session.shown_trace().end,
            now: session.shown_time(),
            waiting: session.waiting().take(MAX_WAITING).cloned().collect(),
            more_waiting: session.waiting().count().saturating_sub(MAX_WAITING),
            generation: session.trace().generation(),
        }
    }

    /// Once the trace was cleared what was held is gone.
    pub fn is_over(&self, session: &Session) -> bool {
        self.generation != session.trace().generation()
    }

    /// How many calls came since.
    pub fn news(&self, session: &Session) -> u64 {
        session.trace().next_seq().saturating_sub(self.end_seq)
    }
}

/// Pauses all of them, or lets them go on.
pub fn button_ui(ui: &mut Ui, view: &mut View<'_>) {
    let (icon, name) = match view.pause {
        Some(_) => (ICON_PLAY_ARROW, t!(view.lang, "views-resume")),
        None => (ICON_PAUSE, t!(view.lang, "views-pause")),
    };
    if controls::icon(ui, icon, &name).clicked() {
        view.command(UiCommand::PauseDisplay);
    }
    if controls::icon(ui, ICON_HISTORY, &t!(view.lang, "cmd-look-back")).clicked() {
        view.command(UiCommand::LookBack);
    }
}
