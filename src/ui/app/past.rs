//! The window while it shows the past: the playhead moves it, and nothing that acts on sockets is done.

use eframe::egui;

use super::App;
use crate::session::Action;
use crate::ui::bars::toast::{Toast, ToastText};
use crate::ui::pause::Pause;

impl App {
    /// Shows the lab as it was before the call of that number; where that is the next one of a lab that goes on, as it is.
    pub(super) fn look_back(&mut self, end: u64) {
        let is_now = self.session.viewed().is_none() && end >= self.session.trace().next_seq();
        if is_now {
            self.playhead.back_to_now(&mut self.session);
        } else {
            self.session.look_back(end);
        }
    }

    pub(super) fn back_to_now(&mut self) {
        self.playhead.back_to_now(&mut self.session);
    }

    /// Before a frame is drawn: what the playhead shows is shown by all views, and its call is selected.
    pub(super) fn follow_playhead(&mut self, ctx: &egui::Context) {
        self.playhead.update(ctx, &mut self.session);
        let shown = self.session.looking_back();
        if shown == self.past_shown {
            return;
        }
        self.past_shown = shown;
        self.pause = shown.map(|_| Pause::of(&self.session));
        let last = shown.and_then(|end| self.session.trace().get(end.checked_sub(1)?));
        if let Some(call) = last {
            self.selection.select_call(call.seq, call.key());
        }
    }

    /// True where an action is not carried out because the past is shown; the user is told.
    pub(super) fn is_refused_in_the_past(&mut self, action: &Action) -> bool {
        let refused = self.session.looking_back().is_some() && action.acts_on_the_present();
        if refused {
            self.toast = Some(Toast::new(ToastText::InThePast, None));
        }
        refused
    }
}
