//! Where the panes would be too small to be of use beside and above each other, one of them has all the room, and a bar
//! of tabs leads to the others. The arrangement itself stays as it was, for when there is room again.

use eframe::egui::{Button, Frame, Layout, Margin, Rect, ScrollArea, Ui, UiBuilder, Vec2, vec2};
use egui_tiles::{Behavior as _, Container, LinearDir, Tile, TileId};

use super::Panes;
use super::dock::{self, Dock};
use crate::t;
use crate::ui::theme::{GAP, HEADER_HEIGHT};
use crate::ui::view::View;

/// The least room in which a message can be written and two rows of the conversation read.
const ENDPOINT: Vec2 = vec2(250.0, 165.0);
/// The height of the bar of tabs, with the scroll bar that it has where they don't all fit.
const BAR: f32 = 34.0;

impl Panes {
    /// True where some pane would have less room than it needs.
    pub(super) fn is_cramped(&self, room: Vec2) -> bool {
        let Some(root) = self.tree.root() else { return false };
        let needed = self.needed(root);
        needed.x > room.x || needed.y > room.y
    }

    fn needed(&self, tile: TileId) -> Vec2 {
        match self.tree.tiles.get(tile) {
            Some(Tile::Pane(pane)) => pane.lab_view().map_or(ENDPOINT, |view| view.least),
            Some(Tile::Container(container)) => {
                let children = container.children().map(|child| self.needed(*child));
                let gaps = container.num_children().saturating_sub(1) as f32 * GAP;
                match container {
                    Container::Linear(linear) if linear.dir == LinearDir::Horizontal => {
                        children.fold(vec2(gaps, 0.0), |sum, child| vec2(sum.x + child.x, sum.y.max(child.y)))
                    }
                    Container::Linear(_) => {
                        children.fold(vec2(0.0, gaps), |sum, child| vec2(sum.x.max(child.x), sum.y + child.y))
                    }
                    Container::Tabs(_) | Container::Grid(_) => {
                        children.fold(Vec2::ZERO, Vec2::max) + vec2(0.0, HEADER_HEIGHT)
                    }
                }
            }
            None => Vec2::ZERO,
        }
    }

    pub(super) fn compact_ui(&mut self, ui: &mut Ui, view: &mut View<'_>) {
        let panes = self.in_order();
        // The one that is looked at, else the first: as a rule the server, or the only endpoint.
        let front = self.front.filter(|front| panes.contains(front)).or_else(|| panes.first().copied());
        let Some(mut front) = front else { return };
        let lang = view.lang;
        let mut docking = Dock::of_one(view, front);
        let room = ui.available_rect_before_wrap();
        let bar = room.with_max_y(room.top() + BAR);
        let mut bar_ui = ui.new_child(UiBuilder::new().max_rect(bar).layout(Layout::top_down(Default::default())));
        ScrollArea::horizontal().id_salt("pane tabs").show(&mut bar_ui, |ui| {
            ui.horizontal(|ui| {
                ui.spacing_mut().item_spacing.x = 2.0;
                for tile in panes {
                    let Some(Tile::Pane(pane)) = self.tree.tiles.get(tile) else { continue };
                    let name = docking.title(pane);
                    let tab = ui.add(Button::selectable(tile == front, &name));
                    dock::tab(ui, &tab, &name, tile == front, &t!(lang, "tabs"));
                    if tab.clicked() {
                        front = tile;
                        tab.scroll_to_me(None);
                    }
                }
            });
        });
        self.front = Some(front);
        let below = Rect::from_min_max(bar.left_bottom(), room.max);
        let builder = UiBuilder::new().max_rect(below).id_salt(("pane", front));
        let mut pane_ui = ui.new_child(builder);
        pane_ui.set_clip_rect(pane_ui.clip_rect().intersect(below));
        if let Some(Tile::Pane(pane)) = self.tree.tiles.get_mut(front) {
            Frame::new().inner_margin(Margin::ZERO).show(&mut pane_ui, |ui| {
                let _stays = docking.pane_ui(ui, front, pane);
            });
        }
        ui.advance_cursor_after_rect(room);
    }

    /// Every pane, as it stands in the tree.
    fn in_order(&self) -> Vec<TileId> {
        let mut found = Vec::new();
        let mut open: Vec<TileId> = self.tree.root().into_iter().collect();
        while let Some(tile) = open.pop() {
            match self.tree.tiles.get(tile) {
                Some(Tile::Pane(_)) => found.push(tile),
                Some(Tile::Container(container)) => {
                    let children: Vec<TileId> = container.children().copied().collect();
                    open.extend(children.into_iter().rev());
                }
                None => {}
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{placed, session};
    use super::*;

    #[test]
    fn a_pair_and_the_table_stand_together_while_each_has_room_enough() {
        let panes = placed(&session(2), 960.0);
        assert!(!panes.is_cramped(vec2(900.0, 500.0)));
        assert!(!panes.is_cramped(vec2(548.0, 330.0)), "900x600 at 150 %");
        assert!(panes.is_cramped(vec2(548.0, 300.0)), "too low");
        assert!(panes.is_cramped(vec2(480.0, 500.0)), "too narrow");
    }

    #[test]
    fn the_panes_come_in_the_order_in_which_they_stand() {
        let session = session(2);
        let panes = placed(&session, 960.0);
        let order = panes.in_order();
        assert_eq!(order.len(), 2 + crate::ui::panes::LabView::ALL.len());
        let first: Vec<_> = session.endpoints().iter().map(|endpoint| panes.tile_of(endpoint.id)).collect();
        assert_eq!(order[..2].iter().copied().map(Some).collect::<Vec<_>>(), first);
    }
}
