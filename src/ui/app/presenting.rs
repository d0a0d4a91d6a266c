//! Presentation mode in the window: entered, led and left.

use eframe::egui;

use super::App;
use crate::lab::EndpointId;
use crate::ui::actions::Command;
use crate::ui::layout::Shown;
use crate::ui::panes::LabView;
use crate::ui::presentation::Presentation;

impl App {
    pub(super) fn toggle_presentation(&mut self, ctx: &egui::Context) {
        let zoom = self.store.settings.zoom;
        match self.presenting.take() {
            Some(presentation) => presentation.end(ctx, zoom),
            None => {
                self.presented = self.presented.or_else(|| Some(self.first_presented()));
                self.presenting = Some(Presentation::begin(ctx, zoom));
            }
        }
    }

    /// Where nobody has chosen: the selected endpoint, else the first one, else the ladder.
    fn first_presented(&self) -> Shown {
        let first = || self.session.endpoints().first().map(|endpoint| endpoint.id);
        match self.selection.endpoint().or_else(first) {
            Some(endpoint) => Shown::Endpoint(endpoint),
            None => Shown::View(LabView::Ladder),
        }
    }

    /// Before anyone takes a key.
    pub(super) fn watch_presented_keys(&mut self, ctx: &egui::Context) {
        let is_asking = self.is_asking();
        if self.presenting.as_mut().is_some_and(|presentation| presentation.look_at_keys(ctx, is_asking)) {
            self.toggle_presentation(ctx);
        }
    }

    /// True where a command has a meaning of its own in this mode.
    pub(super) fn command_presentation(&mut self, ctx: &egui::Context, command: &Command) -> bool {
        let Some(presentation) = &mut self.presenting else { return false };
        match command {
            Command::ShowView(view) => self.presented = Some(Shown::View(*view)),
            other => return presentation.command(ctx, other),
        }
        true
    }

    /// An endpoint that is to be seen becomes the large pane.
    pub(super) fn present(&mut self, endpoint: EndpointId) {
        if self.presenting.is_some() {
            self.presented = Some(Shown::Endpoint(endpoint));
        }
    }
}
