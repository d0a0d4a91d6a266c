//! Where a new pane goes: an endpoint's beside the others while each has room enough, a view of the lab below them.

use egui_tiles::{Container, Linear, LinearDir, Tabs, Tile, TileId, Tiles};

use super::Panes;
use super::pane::Docked;
use crate::lab::EndpointId;
use crate::session::Session;
use crate::ui::theme::GAP;

/// The least width at which an endpoint's pane is still of use.
const MIN_COLUMN: f32 = 320.0;
/// How much of the height the endpoints get when nobody has said otherwise.
const UPPER_SHARE: f32 = 0.52;

impl Panes {
    /// Makes the pane of an endpoint or a program.
    pub(super) fn place(&mut self, session: &Session, id: EndpointId, current: Option<EndpointId>) {
        let pane = if session.program(id).is_some() { Docked::program(id) } else { Docked::endpoint(id) };
        self.put(pane, id, current);
    }

    /// Beside the other endpoints while each has room enough, else as a tab of the column with the fewest.
    fn put(&mut self, pane: Docked, endpoint: EndpointId, current: Option<EndpointId>) {
        self.seen.insert(endpoint);
        let neighbour = self.last_endpoint_tile();
        let tile = self.tree.tiles.insert_pane(pane);
        if current == Some(endpoint) {
            self.front = Some(tile);
        }
        let Some(neighbour) = neighbour else {
            self.put_on_top(tile);
            return;
        };
        let column = self.column_of(neighbour);
        let most = ((self.width / (MIN_COLUMN + GAP)).floor()).max(2.0) as usize;
        let row = self.tree.tiles.parent_of(column).filter(|parent| self.is_row(*parent));
        let columns = match row {
            Some(row) => self.children(row),
            None => vec![column],
        };
        if columns.len() >= most {
            self.put_into_tabs(tile, &columns, current);
        } else if let Some(row) = row {
            if let Some(Tile::Container(container)) = self.tree.tiles.get_mut(row) {
                container.add_child(tile);
            }
        } else {
            let row = self.tree.tiles.insert_horizontal_tile(vec![column, tile]);
            self.replace(column, row);
        }
    }

    /// The pane of an endpoint or a program that stands last in the tree's order.
    pub(super) fn last_endpoint_tile(&self) -> Option<TileId> {
        fn walk(tiles: &Tiles<Docked>, id: TileId, last: &mut Option<TileId>) {
            match tiles.get(id) {
                Some(Tile::Pane(pane)) if pane.is_of_one() => *last = Some(id),
                Some(Tile::Container(container)) => {
                    for child in container.children() {
                        walk(tiles, *child, last);
                    }
                }
                Some(Tile::Pane(_)) | None => {}
            }
        }
        let mut last = None;
        walk(&self.tree.tiles, self.tree.root()?, &mut last);
        last
    }

    /// The pane itself, or the tabs that it is one of.
    pub(super) fn column_of(&self, pane: TileId) -> TileId {
        match self.tree.tiles.parent_of(pane) {
            Some(parent) if matches!(self.tree.tiles.get(parent), Some(Tile::Container(Container::Tabs(_)))) => parent,
            _ => pane,
        }
    }

    pub(super) fn is_row(&self, tile: TileId) -> bool {
        matches!(
            self.tree.tiles.get(tile),
            Some(Tile::Container(Container::Linear(Linear { dir: LinearDir::Horizontal, .. })))
        )
    }

    pub(super) fn children(&self, tile: TileId) -> Vec<TileId> {
        match self.tree.tiles.get(tile) {
            Some(Tile::Container(container)) => container.children_vec(),
            _ => Vec::new(),
        }
    }

    fn put_on_top(&mut self, tile: TileId) {
        let Some(below) = self.tree.root else {
            self.tree.root = Some(tile);
            return;
        };
        let mut column = Linear::new(LinearDir::Vertical, vec![tile, below]);
        column.shares.set_share(tile, UPPER_SHARE);
        column.shares.set_share(below, 1.0 - UPPER_SHARE);
        self.tree.root = Some(self.tree.tiles.insert_container(column));
    }

    fn put_into_tabs(&mut self, tile: TileId, columns: &[TileId], current: Option<EndpointId>) {
        let count = |column: &TileId| self.children(*column).len().max(1);
        let holds_current = |column: &TileId| {
            current.and_then(|current| self.tile_of(current)).is_some_and(|pane| self.column_of(pane) == *column)
        };
        // The last of the emptiest; one that would cover what the user is looking at only where there is no other.
        let chosen = columns.iter().rev().min_by_key(|column| (holds_current(column), count(column))).copied();
        let Some(column) = chosen else { return };
        if let Some(Tile::Container(Container::Tabs(tabs))) = self.tree.tiles.get_mut(column) {
            tabs.add_child(tile);
            tabs.set_active(tile);
        } else {
            let mut tabs = Tabs::new(vec![column, tile]);
            tabs.set_active(tile);
            let tabs = self.tree.tiles.insert_container(tabs);
            self.replace(column, tabs);
        }
    }

    /// Puts `new`, which holds `old`, in the place of `old`.
    fn replace(&mut self, old: TileId, new: TileId) {
        if self.tree.is_root(old) {
            self.tree.root = Some(new);
            return;
        }
        let above = self.tree.tiles.iter().find(|(id, tile)| match tile {
            Tile::Container(container) => **id != new && container.has_child(old),
            Tile::Pane(_) => false,
        });
        let Some(above) = above.map(|(id, _)| *id) else { return };
        if let Some(Tile::Container(container)) = self.tree.tiles.get_mut(above) {
            // It has the child: it was found by it.
            let _place = container.replace_child(old, new);
        }
    }

    pub(super) fn put_below(&mut self, tile: TileId) {
        let tabs = self.tree.tiles.insert_tab_tile(vec![tile]);
        self.tree.root = Some(match self.tree.root {
            Some(above) => self.tree.tiles.insert_vertical_tile(vec![above, tabs]),
            None => tabs,
        });
    }
}
