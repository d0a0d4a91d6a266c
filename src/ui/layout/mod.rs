//! The panes and how they are docked: an [`egui_tiles`] tree with the endpoints above and the traffic below.

mod compact;
mod dock;
mod ground;
mod pane;
mod pictured;
mod placement;
mod presented;
mod rearrangement;
mod saved;

use std::collections::HashSet;

use eframe::egui::{Id, Ui};
use egui_tiles::{Container, Tabs, Tile, TileId, Tiles, Tree};

use super::command::UiCommand;
use super::panes::LabView;
use super::panes::endpoint::EndpointPane;
use super::view::View;
use crate::lab::{EndpointId, Layout};
use crate::session::Session;
use dock::Dock;
pub use ground::on_ground;
pub use pane::Docked;
pub use presented::Shown;
pub use rearrangement::{Rearranged, same_places};

/// All panes of the window.
pub struct Panes {
    tree: Tree<Docked>,
    /// Endpoints and programs that have had a pane: one that the user closed does not come back by itself.
    seen: HashSet<EndpointId>,
    /// The width of the tree when it was last drawn.
    width: f32,
    /// No endpoint has had its place yet.
    unplaced: bool,
    /// Where there is room for one pane only, the one that is shown.
    front: Option<TileId>,
    /// There was no room for more in the last frame.
    is_compact: bool,
    /// What the user has done to the arrangement and nobody has taken yet.
    rearranged: Option<Rearranged>,
    /// How it was before a boundary between panes was taken hold of.
    resizing: Option<Option<Layout>>,
}

impl Default for Panes {
    fn default() -> Self {
        let mut tiles = Tiles::default();
        let root = lab_tabs(&mut tiles, LabView::ALL);
        Self::new(Tree::new(Id::unique("panes"), root, tiles), HashSet::new())
    }
}

/// The views of the lab, the first of them in front.
fn lab_tabs(tiles: &mut Tiles<Docked>, views: &[&LabView]) -> TileId {
    let panes: Vec<TileId> = views.iter().map(|view| tiles.insert_pane(Docked::of(view))).collect();
    let mut tabs = Tabs::new(panes.clone());
    if let Some(first) = panes.first() {
        tabs.set_active(*first);
    }
    tiles.insert_container(tabs)
}

/// What has a pane of its own.
fn members(session: &Session) -> impl Iterator<Item = EndpointId> {
    let endpoints = session.endpoints().iter().map(|endpoint| endpoint.id);
    endpoints.chain(session.programs().iter().map(|program| program.id))
}

impl Panes {
    fn new(tree: Tree<Docked>, seen: HashSet<EndpointId>) -> Self {
        Self {
            tree,
            seen,
            width: 960.0,
            unplaced: false,
            front: None,
            is_compact: false,
            rearranged: None,
            resizing: None,
        }
    }

    /// The panes of a lab that was just loaded: as its layout says, and one for each endpoint that it leaves out.
    pub fn of_lab(session: &Session, layout: Option<&Layout>) -> Self {
        match layout.and_then(|layout| saved::restore(layout, session, &mut saved::KeptPanes::default())) {
            Some(mut panes) => {
                panes.follow(session, None);
                panes
            }
            // Placed with the first frame, which knows how much room there is.
            None => Self { unplaced: true, ..Self::default() },
        }
    }

    /// The panes where those of another lab stood, if every endpoint of this one finds a place of its name there.
    pub fn like_another_lab(session: &Session, layout: Option<&Layout>) -> Self {
        let panes = layout.and_then(|layout| saved::restore(layout, session, &mut saved::KeptPanes::default()));
        let all_shown = |panes: &Self| members(session).all(|id| panes.has(id));
        panes.filter(all_shown).unwrap_or_else(|| Self::of_lab(session, None))
    }

    /// Whether every endpoint and program has had its place; before the first frame it has not.
    pub fn knows_all(&self, session: &Session) -> bool {
        !self.unplaced && members(session).all(|id| self.seen.contains(&id))
    }

    /// The arrangement, as a lab file holds it.
    pub fn to_layout(&self, session: &Session) -> Option<Layout> {
        saved::layout(&self.tree, session)
    }

    /// Draws every pane.
    pub fn ui(&mut self, ui: &mut Ui, view: &mut View<'_>) {
        self.width = ui.available_width();
        self.follow(view.session, view.selection.endpoint());
        if std::mem::take(&mut self.unplaced) {
            self.show_first_tabs();
        }
        self.is_compact = self.is_cramped(ui.available_size());
        if self.is_compact {
            self.compact_ui(ui, view);
            return;
        }
        let before = self.before_input(ui, view.session);
        let mut docking = Dock::new(ui.ctx(), view, &self.tree);
        self.tree.ui(&mut docking, ui);
        let (done, turned) = docking.done();
        if let Some(turned) = turned {
            dock::turn(&mut self.tree.tiles, ui, turned);
        }
        if done == Some(rearrangement::TreeChange::Moved) {
            self.even_out();
        }
        self.note_rearranging(ui, before, done);
    }

    /// A pane that was put beside others has no share of its own yet; egui_tiles would give it a whole one, which is
    /// twice as much as a half. It gets what the others have on average.
    fn even_out(&mut self) {
        for (_, tile) in self.tree.tiles.iter_mut() {
            let Tile::Container(Container::Linear(linear)) = tile else { continue };
            let given: Vec<(TileId, f32)> = linear.shares.iter().map(|(tile, share)| (*tile, *share)).collect();
            let (new, old): (Vec<TileId>, Vec<TileId>) =
                linear.children.iter().partition(|child| given.iter().all(|(tile, _)| tile != *child));
            if new.is_empty() || old.is_empty() {
                continue;
            }
            let sum: f32 = given.iter().filter(|(tile, _)| old.contains(tile)).map(|(_, share)| share).sum();
            for tile in new {
                linear.shares.set_share(tile, sum / old.len() as f32);
            }
        }
    }

    /// In a lab that was just opened the first endpoints are in front: as a rule the servers.
    fn show_first_tabs(&mut self) {
        let tiles = &self.tree.tiles;
        let first = |tile: &Tile<Docked>| match tile {
            Tile::Container(Container::Tabs(tabs)) => tabs.children.first().copied(),
            _ => None,
        };
        let firsts: HashSet<TileId> = tiles.tiles().filter_map(first).collect();
        self.tree.make_active(|id, _| firsts.contains(&id));
    }

    /// Gives new endpoints and programs their panes and takes away those of what is gone.
    fn follow(&mut self, session: &Session, current: Option<EndpointId>) {
        let gone: Vec<TileId> = self
            .tree
            .tiles
            .iter()
            .filter(|(_, tile)| match tile {
                Tile::Pane(Docked::Endpoint { endpoint, .. }) => session.endpoint(*endpoint).is_none(),
                Tile::Pane(Docked::Program { program, .. }) => session.program(*program).is_none(),
                _ => false,
            })
            .map(|(id, _)| *id)
            .collect();
        for tile in gone {
            self.tree.remove_recursively(tile);
        }
        self.seen.retain(|id| session.has(*id));
        for id in members(session) {
            if self.seen.insert(id) {
                self.place(session, id, current);
            }
        }
    }

    /// Brings an endpoint's pane to the front; makes one where it was closed.
    pub fn show(&mut self, session: &Session, endpoint: EndpointId) {
        if !self.has(endpoint) {
            self.place(session, endpoint, None);
        }
        self.tree.make_active(|_, tile| matches!(tile, Tile::Pane(pane) if pane.shows(endpoint)));
        self.front = self.tile_of(endpoint);
    }

    pub fn endpoint_pane(&mut self, id: EndpointId) -> Option<&mut EndpointPane> {
        self.tree.tiles.iter_mut().find_map(|(_, tile)| match tile {
            Tile::Pane(Docked::Endpoint { endpoint, pane }) if *endpoint == id => Some(&mut **pane),
            _ => None,
        })
    }

    pub fn has(&self, endpoint: EndpointId) -> bool {
        self.tile_of(endpoint).is_some()
    }

    /// Takes an endpoint's pane away; the endpoint goes on.
    pub fn hide(&mut self, endpoint: EndpointId) {
        if let Some(tile) = self.tile_of(endpoint) {
            self.tree.remove_recursively(tile);
        }
    }

    /// A run begins with the call of this number.
    pub fn tell_from(&mut self, seq: u64) {
        for (_, tile) in self.tree.tiles.iter_mut() {
            if let Tile::Pane(Docked::View(pane)) = tile {
                pane.tell_from(seq);
            }
        }
    }

    /// For the panes themselves; false where none of them takes the command.
    pub fn command(&mut self, command: &UiCommand) -> bool {
        let in_front: HashSet<TileId> = match self.front {
            Some(front) if self.is_compact => HashSet::from([front]),
            _ => self.tree.active_tiles().into_iter().collect(),
        };
        let (mut taken, mut seen) = (None, false);
        for (id, tile) in self.tree.tiles.iter_mut() {
            if let Tile::Pane(pane) = tile
                && pane.command(command)
            {
                seen |= in_front.contains(id);
                // Where several take it, the first in tab order is brought to the front.
                let place = |view: &Option<&LabView>| view.and_then(|view| view.place());
                taken = [taken, pane.lab_view()].into_iter().filter(Option::is_some).min_by_key(place).flatten();
            }
        }
        // Where one that took it is in sight, nothing needs to move.
        if let Some(view) = taken.filter(|_| !seen) {
            self.show_view(view);
        }
        taken.is_some()
    }

    /// Brings a view of the lab to the front; makes one where it was closed.
    pub fn show_view(&mut self, view: &LabView) {
        let is_it = |tile: &Tile<Docked>| matches!(tile, Tile::Pane(pane) if pane.lab_view() == Some(view));
        if !self.tree.tiles.tiles().any(is_it) {
            let tile = self.tree.tiles.insert_pane(Docked::of(view));
            let beside =
                self.tree.tiles.iter().find(|(_, tile)| matches!(tile, Tile::Pane(pane) if pane.lab_view().is_some()));
            let column = beside.map(|(id, _)| *id).map(|id| self.column_of(id));
            match column.and_then(|column| self.tree.tiles.get_mut(column)) {
                Some(Tile::Container(Container::Tabs(tabs))) => tabs.add_child(tile),
                _ => self.put_below(tile),
            }
        }
        self.tree.make_active(|_, tile| is_it(tile));
        self.front = self.tree.tiles.iter().find(|(_, tile)| is_it(tile)).map(|(id, _)| *id);
    }

    fn tile_of(&self, endpoint: EndpointId) -> Option<TileId> {
        let found = self.tree.tiles.iter().find(|(_, tile)| matches!(tile, Tile::Pane(pane) if pane.shows(endpoint)));
        found.map(|(id, _)| *id)
    }
}

#[cfg(test)]
pub(in crate::ui) mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::lab::{EndpointKind, EndpointSpec};
    use crate::session::Action;

    pub(in crate::ui) fn session(count: usize) -> Session {
        let mut session = Session::new(Arc::new(|| {}), 1 << 20).unwrap();
        for n in 1..=count {
            let spec = Box::new(EndpointSpec::new(format!("e{n}"), EndpointKind::UDP));
            session.act(Action::Add { spec, open: false });
        }
        session
    }

    fn columns(panes: &Panes) -> Vec<usize> {
        let last = panes.last_endpoint_tile().unwrap();
        match panes.tree.tiles.parent_of(panes.column_of(last)).filter(|row| panes.is_row(*row)) {
            Some(row) => panes.children(row).iter().map(|column| panes.children(*column).len().max(1)).collect(),
            None => vec![1],
        }
    }

    /// The panes of a lab after their first frame in that width.
    pub(in crate::ui) fn placed(session: &Session, width: f32) -> Panes {
        let mut panes = Panes { width, ..Panes::of_lab(session, None) };
        panes.follow(session, None);
        panes.show_first_tabs();
        panes
    }

    #[test]
    fn a_server_and_its_client_stand_side_by_side() {
        let panes = placed(&session(2), 960.0);
        assert_eq!(columns(&panes), [1, 1]);
    }

    #[test]
    fn a_pane_that_is_put_beside_others_is_no_larger_than_they_are() {
        let session = session(2);
        let mut panes = placed(&session, 960.0);
        let root = panes.tree.root().unwrap();
        let second = panes.tile_of(session.endpoints()[1].id).unwrap();
        panes.tree.move_tile_to_container(second, root, 0, false);
        panes.even_out();
        let Some(Tile::Container(Container::Linear(column))) = panes.tree.tiles.get(root) else { unreachable!() };
        assert_eq!(column.children.len(), 3);
        let shares: Vec<f32> = column.children.iter().map(|tile| column.shares[*tile]).collect();
        assert!((shares[0] - 0.5).abs() < 0.01, "{shares:?}");
    }

    #[test]
    fn many_endpoints_become_tabs_so_that_each_stays_wide_enough() {
        let session = session(8);
        let panes = placed(&session, 1_000.0);
        let columns = columns(&panes);
        assert_eq!(columns.len(), 3);
        assert_eq!(columns.iter().sum::<usize>(), 8);
        assert!(columns.iter().all(|tabs| *tabs >= 2));
        for (_, tile) in panes.tree.tiles.iter() {
            if let Tile::Container(Container::Tabs(tabs)) = tile {
                assert_eq!(tabs.active, tabs.children.first().copied(), "the first endpoints are in front");
            }
        }
    }

    #[test]
    fn a_closed_pane_stays_closed_until_it_is_asked_for() {
        let session = session(2);
        let mut panes = placed(&session, 960.0);
        let second = session.endpoints()[1].id;
        panes.hide(second);
        panes.follow(&session, None);
        assert!(!panes.has(second));
        panes.show(&session, second);
        assert!(panes.has(second));
    }

    #[test]
    fn the_pane_of_a_removed_endpoint_goes_with_it() {
        let mut session = session(2);
        let mut panes = placed(&session, 960.0);
        let first = session.endpoints()[0].id;
        session.act(Action::Remove(first));
        panes.follow(&session, None);
        assert!(!panes.has(first));
    }
}
