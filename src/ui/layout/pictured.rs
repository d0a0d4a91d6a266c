//! Which pane a picture is of, and the pane on paper.

use eframe::egui::{Ui, Vec2};
use egui_tiles::Tile;

use super::{Docked, Panes};
use crate::ui::panes::LabView;
use crate::ui::panes::ladder::LADDER;
use crate::ui::picture::Look;
use crate::ui::view::View;

/// Paints a view.
pub type Paint<'a> = &'a mut dyn FnMut(&mut Ui);

impl Panes {
    /// The view that a picture is of where nobody said which: the first that is in sight.
    pub fn pictured(&self) -> &'static LabView {
        let shown: Vec<&LabView> = self
            .tree
            .active_tiles()
            .into_iter()
            .filter_map(|tile| match self.tree.tiles.get(tile) {
                Some(Tile::Pane(pane)) => pane.lab_view(),
                _ => None,
            })
            .collect();
        LabView::pictured().find(|view| shown.contains(view)).unwrap_or(&LADDER)
    }

    /// Has a view drawn on paper by `draw`, which gets its size and how it is painted; `None` where it has nothing to show
    /// or was closed. The panes stay as they are.
    pub fn on_paper<R>(
        &mut self,
        of: &LabView,
        view: &mut View<'_>,
        look: Look,
        draw: impl FnOnce(Vec2, Paint<'_>) -> R,
    ) -> Option<R> {
        let pane = self.tree.tiles.iter_mut().find_map(|(_, tile)| match tile {
            Tile::Pane(Docked::View(pane)) if pane.view() == of => Some(pane),
            _ => None,
        })?;
        let (size, mut paint) = pane.on_paper(view, look)?;
        Some(draw(size, &mut |ui| paint(ui, view)))
    }
}
