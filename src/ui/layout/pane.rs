//! What is docked: an endpoint's pane or a view of the lab, with its state.

use eframe::egui::Ui;

use crate::lab::EndpointId;
use crate::ui::command::UiCommand;
use crate::ui::panes::endpoint::EndpointPane;
use crate::ui::panes::{LabView, Pane};
use crate::ui::view::View;

/// One pane with its state.
pub enum Docked {
    Endpoint { endpoint: EndpointId, pane: Box<EndpointPane> },
    View(Box<dyn Pane>),
}

impl Docked {
    pub(super) fn endpoint(endpoint: EndpointId) -> Self {
        Self::Endpoint { endpoint, pane: Box::new(EndpointPane::new(endpoint)) }
    }

    pub(super) fn of(view: &LabView) -> Self {
        Self::View((view.make)())
    }

    /// `None` for an endpoint's pane.
    pub(super) fn lab_view(&self) -> Option<&'static LabView> {
        match self {
            Self::Endpoint { .. } => None,
            Self::View(pane) => Some(pane.view()),
        }
    }

    pub(super) fn command(&mut self, command: &UiCommand) -> bool {
        match self {
            Self::Endpoint { .. } => false,
            Self::View(pane) => pane.command(command),
        }
    }

    pub(super) fn ui(&mut self, ui: &mut Ui, view: &mut View<'_>) {
        match self {
            Self::Endpoint { pane, .. } => pane.ui(ui, view),
            Self::View(pane) => pane.ui(ui, view),
        }
    }

    pub(super) fn shows(&self, id: EndpointId) -> bool {
        matches!(self, Self::Endpoint { endpoint, .. } if *endpoint == id)
    }
}
