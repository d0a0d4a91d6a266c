//! Presentation mode in the window: entered, led and left.

use eframe::egui;

use super::App;
use crate::lab::EndpointId;
use crate::ui::command::UiCommand;
use crate::ui::layout::Shown;
use crate::ui::panes::LabView;
use crate::ui::presentation::Presentation;

impl App {
    pub(super) fn toggle_presentation(&mut self, ctx: &egui::Context) {
        let zoom = self.store.settings.zoom;
        match self.presenting.take() {
            Some(presentation) => presentation.end(ctx, zoom),
            None => {
                // Anyone who looks at the ladder wants to show the ladder.
                if let Some(view) = self.panes.view_in_sight() {
                    self.set_presented(Shown::View(view));
                }
                self.presenting = Some(Presentation::begin(ctx, zoom));
            }
        }
    }

    /// The large pane: the view that was in sight, else as it was chosen last, also before the program started; else the selected endpoint or the first one.
    /// `None` while the lab is empty and nothing was chosen.
    pub(super) fn presented(&mut self) -> Option<Shown> {
        let program = || self.session.programs().first().map(|program| program.id);
        let first = || self.session.endpoints().first().map(|endpoint| endpoint.id).or_else(program);
        let remembered = || self.store.settings.presented.as_deref().and_then(LabView::named).map(Shown::View);
        let endpoint = || self.selection.endpoint().or_else(first).map(Shown::Endpoint);
        let chosen = self.presented.filter(|shown| self.panes.is_there(*shown, &self.session));
        self.presented = chosen.or_else(remembered).or_else(endpoint);
        self.presented
    }

    pub(super) fn set_presented(&mut self, shown: Shown) {
        if self.presented == Some(shown) {
            return;
        }
        self.presented = Some(shown);
        self.store.settings.presented = match shown {
            Shown::View(view) => Some(view.name.to_owned()),
            Shown::Endpoint(_) => None,
        };
    }

    /// Before anyone takes a key.
    pub(super) fn watch_presented_keys(&mut self, ctx: &egui::Context) {
        if let Some(presentation) = &mut self.presenting {
            presentation.look_at_keys(ctx);
        }
    }

    /// True where a command has a meaning of its own in this mode.
    pub(super) fn command_presentation(&mut self, ctx: &egui::Context, command: &UiCommand) -> bool {
        let Some(presentation) = &mut self.presenting else { return false };
        match command {
            UiCommand::ShowView(view) => self.set_presented(Shown::View(view)),
            other => return presentation.command(ctx, other),
        }
        true
    }

    /// An endpoint that is to be seen becomes the large pane.
    pub(super) fn present(&mut self, endpoint: EndpointId) {
        if self.presenting.is_some() {
            self.set_presented(Shown::Endpoint(endpoint));
        }
    }
}
