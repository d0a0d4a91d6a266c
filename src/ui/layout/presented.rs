//! The panes one by one, for presentation mode: the arrangement stays as it is.

use eframe::egui::{CornerRadius, Id, Rect, StrokeKind, Ui, UiBuilder};
use egui_tiles::Tile;

use super::{Docked, Panes, ground};
use crate::lab::EndpointId;
use crate::session::Session;
use crate::ui::panes::LabView;
use crate::ui::panes::traffic::TRAFFIC;
use crate::ui::regions::{Place, region};
use crate::ui::theme::PANE_ROUNDING;
use crate::ui::view::View;

/// A pane, by what it shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Shown {
    /// Or a program.
    Endpoint(EndpointId),
    View(&'static LabView),
}

impl Panes {
    /// Gives new endpoints their panes, as drawing all of them does.
    pub fn settle(&mut self, view: &View<'_>) {
        self.follow(view.session, view.selection.endpoint());
    }

    /// What is in sight of the views beside the table, which a presentation shows anyway.
    pub fn view_in_sight(&self) -> Option<&'static LabView> {
        let panes = self.tree.active_tiles().into_iter().filter_map(|id| match self.tree.tiles.get(id) {
            Some(Tile::Pane(pane)) => pane.lab_view(),
            _ => None,
        });
        panes.into_iter().find(|view| *view != &TRAFFIC)
    }

    pub fn is_there(&self, shown: Shown, session: &Session) -> bool {
        match shown {
            Shown::Endpoint(endpoint) => session.has(endpoint),
            Shown::View(_) => true,
        }
    }

    /// What can be shown, with its name: the endpoints, then the views.
    pub fn offered(&self, view: &View<'_>) -> Vec<(Shown, String)> {
        let endpoints = view.session.endpoints().iter().map(|it| (Shown::Endpoint(it.id), it.spec.name.clone()));
        let programs = view.session.programs().iter().map(|it| (Shown::Endpoint(it.id), it.spec.name.clone()));
        let views = LabView::ALL.iter().map(|it| (Shown::View(it), it.title(view.lang)));
        endpoints.chain(programs).chain(views).collect()
    }

    /// One pane in this room; one that was closed comes back.
    pub fn one_ui(&mut self, ui: &mut Ui, view: &mut View<'_>, shown: Shown, room: Rect) {
        let is_it = |pane: &Docked| match shown {
            Shown::Endpoint(endpoint) => pane.shows(endpoint),
            Shown::View(view) => pane.lab_view() == Some(view),
        };
        let has = self.tree.tiles.tiles().any(|tile| matches!(tile, Tile::Pane(pane) if is_it(pane)));
        if !has {
            match shown {
                Shown::Endpoint(endpoint) => self.show(view.session, endpoint),
                Shown::View(view) => self.show_view(view),
            }
        }
        let pane = self.tree.tiles.iter_mut().find_map(|(_, tile)| match tile {
            Tile::Pane(pane) if is_it(pane) => Some(pane),
            _ => None,
        });
        let Some(pane) = pane else { return };
        let tokens = view.tokens;
        let rounding = CornerRadius::same(PANE_ROUNDING);
        ui.painter().rect_filled(room, rounding, tokens.pane);
        ground::cover(ui, room);
        ui.painter().rect_stroke(room, rounding, tokens.hairline(), StrokeKind::Inside);
        let mut ui = ui.new_child(UiBuilder::new().max_rect(room.shrink(1.0)).id_salt(("presented", shown)));
        ui.set_clip_rect(ui.clip_rect().intersect(room));
        region(&mut ui, Id::unique(("part", shown)), Place::Pane, |ui| pane.ui(ui, view));
    }
}
