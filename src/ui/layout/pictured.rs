//! Which pane a picture is of, and the pane on paper.

use eframe::egui::{Ui, Vec2};
use egui_tiles::Tile;

use super::{Pane, Panes};
use crate::ui::panes::LabView;
use crate::ui::picture::Look;
use crate::ui::view::View;

/// Paints a view.
pub type Paint<'a> = &'a mut dyn FnMut(&mut Ui);

/// The views that there are pictures of.
pub const PICTURED: [LabView; 3] = [LabView::Ladder, LabView::ByteMap, LabView::Plots];

impl Panes {
    /// The view that a picture is of where nobody said which: the first that is in sight.
    pub fn pictured(&self) -> LabView {
        let shown: Vec<LabView> = self
            .tree
            .active_tiles()
            .into_iter()
            .filter_map(|tile| match self.tree.tiles.get(tile) {
                Some(Tile::Pane(pane)) => pane.lab_view(),
                _ => None,
            })
            .collect();
        PICTURED.into_iter().find(|view| shown.contains(view)).unwrap_or(LabView::Ladder)
    }

    /// Has a view drawn on paper by `draw`, which gets its size and how it is painted; `None` where it has nothing to show
    /// or was closed. The panes stay as they are.
    pub fn on_paper<R>(
        &mut self,
        of: LabView,
        view: &mut View<'_>,
        look: Look,
        draw: impl FnOnce(Vec2, Paint<'_>) -> R,
    ) -> Option<R> {
        let pane = self.tree.tiles.iter_mut().find_map(|(_, tile)| match tile {
            Tile::Pane(pane) if pane.lab_view() == Some(of) => Some(pane),
            _ => None,
        })?;
        match pane {
            Pane::Ladder(pane) => {
                let (mut paper, size) = pane.on_paper(view, look)?;
                Some(draw(size, &mut |ui| paper.paper_ui(ui, view)))
            }
            Pane::ByteMap(pane) => {
                let size = pane.size_on_paper(view)?;
                Some(draw(size, &mut |ui| pane.paper_ui(ui, view)))
            }
            Pane::Plots(pane) => {
                let size = pane.size_on_paper(view)?;
                Some(draw(size, &mut |ui| pane.paper_ui(ui, view)))
            }
            Pane::Endpoint { .. } | Pane::Traffic(_) | Pane::Transfers(_) => None,
        }
    }
}
