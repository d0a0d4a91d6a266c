//! One pane: an endpoint's or a view of the lab, with its state.

use eframe::egui::Ui;

use crate::lab::EndpointId;
use crate::ui::command::UiCommand;
use crate::ui::panes::LabView;
use crate::ui::panes::byte_map::ByteMapPane;
use crate::ui::panes::endpoint::EndpointPane;
use crate::ui::panes::ladder::LadderPane;
use crate::ui::panes::plots::PlotsPane;
use crate::ui::panes::traffic::TrafficPane;
use crate::ui::panes::transfers::TransfersPane;
use crate::ui::view::View;

/// One pane with its state.
pub enum Pane {
    Endpoint { endpoint: EndpointId, pane: Box<EndpointPane> },
    Traffic(Box<TrafficPane>),
    Ladder(Box<LadderPane>),
    ByteMap(Box<ByteMapPane>),
    Plots(Box<PlotsPane>),
    Transfers(Box<TransfersPane>),
}

impl Pane {
    pub(super) fn endpoint(endpoint: EndpointId) -> Self {
        Self::Endpoint { endpoint, pane: Box::new(EndpointPane::new(endpoint)) }
    }

    pub(super) fn of(view: LabView) -> Self {
        match view {
            LabView::Traffic => Self::Traffic(Box::default()),
            LabView::Ladder => Self::Ladder(Box::default()),
            LabView::ByteMap => Self::ByteMap(Box::default()),
            LabView::Plots => Self::Plots(Box::default()),
            LabView::Transfers => Self::Transfers(Box::default()),
        }
    }

    /// `None` for an endpoint's pane.
    pub(super) fn lab_view(&self) -> Option<LabView> {
        match self {
            Self::Endpoint { .. } => None,
            Self::Traffic(_) => Some(LabView::Traffic),
            Self::Ladder(_) => Some(LabView::Ladder),
            Self::ByteMap(_) => Some(LabView::ByteMap),
            Self::Plots(_) => Some(LabView::Plots),
            Self::Transfers(_) => Some(LabView::Transfers),
        }
    }

    pub(super) fn command(&mut self, command: &UiCommand) -> bool {
        match self {
            Self::Endpoint { .. } => false,
            Self::Traffic(pane) => pane.command(command),
            Self::Ladder(pane) => pane.command(command),
            Self::ByteMap(pane) => pane.command(command),
            Self::Plots(pane) => pane.command(command),
            Self::Transfers(pane) => pane.command(command),
        }
    }

    pub(super) fn ui(&mut self, ui: &mut Ui, view: &mut View<'_>) {
        match self {
            Self::Endpoint { pane, .. } => pane.ui(ui, view),
            Self::Traffic(pane) => pane.ui(ui, view),
            Self::Ladder(pane) => pane.ui(ui, view),
            Self::ByteMap(pane) => pane.ui(ui, view),
            Self::Plots(pane) => pane.ui(ui, view),
            Self::Transfers(pane) => pane.ui(ui, view),
        }
    }

    pub(super) fn shows(&self, id: EndpointId) -> bool {
        matches!(self, Self::Endpoint { endpoint, .. } if *endpoint == id)
    }
}
