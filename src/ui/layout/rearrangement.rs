//! What the user does to the arrangement of the panes, so that it can be taken back.

use std::collections::HashSet;

use eframe::egui::Ui;
use egui_tiles::{EditAction, Tile, TileId, Tree};

use super::Panes;
use super::saved::{KeptPanes, restore};
use crate::lab::{EndpointId, Layout};
use crate::session::{LayoutChange, Session};

/// The arrangement before something was done to it, and what.
#[derive(Clone, Debug, PartialEq)]
pub struct Rearranged {
    pub before: Option<Layout>,
    pub change: LayoutChange,
}

impl Panes {
    /// What the user has done since this was last asked.
    pub fn take_rearranged(&mut self) -> Option<Rearranged> {
        self.rearranged.take()
    }

    /// The arrangement as it is, where this frame's input may change it.
    pub(super) fn before_input(&self, ui: &Ui, session: &Session) -> Option<Option<Layout>> {
        let may_change = ui.input(|input| {
            let pointer = &input.pointer;
            pointer.any_down() || pointer.any_released() || pointer.any_click() || !input.events.is_empty()
        });
        may_change.then(|| self.to_layout(session))
    }

    pub(super) fn note_rearranging(&mut self, ui: &Ui, before: Option<Option<Layout>>, done: Option<TreeChange>) {
        if let (Some(done), Some(before)) = (done, before) {
            match done {
                TreeChange::Moved => self.rearranged = Some(Rearranged { before, change: LayoutChange::Moved }),
                TreeChange::Closed(name) => {
                    self.rearranged = Some(Rearranged { before, change: LayoutChange::Closed(name) });
                }
                TreeChange::Resized => {
                    self.resizing.get_or_insert(before);
                }
            }
        }
        // A boundary that is dragged is one change, however many frames it takes.
        if !ui.input(|input| input.pointer.any_down())
            && let Some(before) = self.resizing.take()
        {
            self.rearranged.get_or_insert(Rearranged { before, change: LayoutChange::Resized });
        }
    }

    /// Every pane goes where a lab without a layout has it.
    pub fn reset(&mut self, session: &Session) {
        *self = Self { width: self.width, ..Self::of_lab(session, None) };
    }

    /// Puts the panes that are there where that layout has them, with all that they show. One that it leaves out goes;
    /// of an endpoint that has none a new one comes.
    pub fn arrange(&mut self, session: &Session, layout: Option<&Layout>) {
        let empty = Tree::empty(self.tree.id());
        let tree = std::mem::replace(&mut self.tree, empty);
        let mut tiles = tree.tiles;
        let ids: Vec<TileId> = tiles.tile_ids().collect();
        let panes = ids.into_iter().filter_map(|id| match tiles.remove(id) {
            Some(Tile::Pane(pane)) => Some(pane),
            Some(Tile::Container(_)) | None => None,
        });
        let mut kept = KeptPanes::of(panes);
        let arranged = layout.and_then(|layout| restore(layout, session, &mut kept));
        // An endpoint is left out when the user has closed its pane.
        let seen: HashSet<EndpointId> = session.endpoints().iter().map(|endpoint| endpoint.id).collect();
        *self = match arranged {
            Some(panes) => Self { width: self.width, seen, ..panes },
            None => Self { width: self.width, unplaced: true, ..Self::default() },
        };
    }
}

/// What was done to the tree in one frame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum TreeChange {
    Moved,
    Resized,
    Closed(String),
}

impl TreeChange {
    pub fn of(action: &EditAction) -> Option<Self> {
        match action {
            EditAction::TileResized => Some(Self::Resized),
            EditAction::TileDropped => Some(Self::Moved),
            // Which tab is in front is where one looks, and a drag may still be given up.
            EditAction::TileDragged | EditAction::TabSelected => None,
        }
    }
}

/// Whether two arrangements have the same panes at the same places, whichever tabs are in front.
pub fn same_places(one: Option<&Layout>, other: Option<&Layout>) -> bool {
    let (Some(one), Some(other)) = (one, other) else { return one.is_none() && other.is_none() };
    one.is == other.is
        && one.shows == other.shows
        && one.share.to_bits() == other.share.to_bits()
        && one.parts.len() == other.parts.len()
        && one.parts.iter().zip(&other.parts).all(|(one, other)| same_places(Some(one), Some(other)))
}

#[cfg(test)]
mod tests {
    use super::super::Docked;
    use super::super::tests::{placed, session};
    use super::*;
    use crate::ui::panes::plots::PLOTS;

    #[test]
    fn panes_that_find_their_old_place_again_are_the_same_panes() {
        let session = session(3);
        let mut panes = placed(&session, 1_400.0);
        let before = panes.to_layout(&session);
        let place = |panes: &Panes, id| {
            let mut boxes = panes.tree.tiles.tiles().filter_map(|tile| match tile {
                Tile::Pane(Docked::Endpoint { endpoint, pane }) if *endpoint == id => {
                    Some(std::ptr::from_ref(pane.as_ref()))
                }
                _ => None,
            });
            boxes.next()
        };
        let [first, second] = [session.endpoints()[0].id, session.endpoints()[1].id];
        let kept = place(&panes, first);
        panes.hide(second);
        panes.show_view(&PLOTS);
        assert!(!same_places(before.as_ref(), panes.to_layout(&session).as_ref()));
        panes.arrange(&session, before.as_ref());
        assert!(same_places(before.as_ref(), panes.to_layout(&session).as_ref()));
        assert!(kept.is_some() && kept == place(&panes, first), "with what was typed into it");
        assert!(panes.has(second));
    }

    #[test]
    fn a_tab_in_front_is_no_other_place() {
        let session = session(6);
        let mut panes = placed(&session, 700.0);
        let before = panes.to_layout(&session);
        panes.show(&session, session.endpoints()[5].id);
        let after = panes.to_layout(&session);
        assert_ne!(before, after);
        assert!(same_places(before.as_ref(), after.as_ref()));
    }
}
