//! What is docked: an endpoint's pane, a program's, or a view of the lab, with its state.

use eframe::egui::Ui;

use crate::lab::EndpointId;
use crate::ui::command::UiCommand;
use crate::ui::panes::endpoint::EndpointPane;
use crate::ui::panes::program::ProgramPane;
use crate::ui::panes::{LabView, Pane};
use crate::ui::view::View;

/// One pane with its state.
pub enum Docked {
    Endpoint { endpoint: EndpointId, pane: Box<EndpointPane> },
    Program { program: EndpointId, pane: Box<ProgramPane> },
    View(Box<dyn Pane>),
}

impl Docked {
    pub(super) fn endpoint(endpoint: EndpointId) -> Self {
        Self::Endpoint { endpoint, pane: Box::new(EndpointPane::new(endpoint)) }
    }

    pub(super) fn program(program: EndpointId) -> Self {
        Self::Program { program, pane: Box::new(ProgramPane::new(program)) }
    }

    /// Of one endpoint or program, and not of the whole lab.
    pub(super) fn is_of_one(&self) -> bool {
        self.of_one().is_some()
    }

    /// The endpoint or program that it is of.
    pub(super) fn of_one(&self) -> Option<EndpointId> {
        match self {
            Self::Endpoint { endpoint: of, .. } | Self::Program { program: of, .. } => Some(*of),
            Self::View(_) => None,
        }
    }

    pub(super) fn of(view: &LabView) -> Self {
        Self::View((view.make)())
    }

    /// `None` for the pane of an endpoint or a program.
    pub(super) fn lab_view(&self) -> Option<&'static LabView> {
        match self {
            Self::Endpoint { .. } | Self::Program { .. } => None,
            Self::View(pane) => Some(pane.view()),
        }
    }

    pub(super) fn command(&mut self, command: &UiCommand) -> bool {
        match self {
            Self::Endpoint { .. } | Self::Program { .. } => false,
            Self::View(pane) => pane.command(command),
        }
    }

    pub(super) fn ui(&mut self, ui: &mut Ui, view: &mut View<'_>) {
        match self {
            Self::Endpoint { pane, .. } => pane.ui(ui, view),
            Self::Program { pane, .. } => pane.ui(ui, view),
            Self::View(pane) => pane.ui(ui, view),
        }
    }

    pub(super) fn shows(&self, id: EndpointId) -> bool {
        self.of_one() == Some(id)
    }
}
