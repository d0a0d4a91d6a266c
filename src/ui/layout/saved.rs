//! The tree of panes as a lab file's [`Layout`], and back.

use std::collections::{HashMap, HashSet};

use eframe::egui::Id;
use egui_tiles::{Container, Linear, LinearDir, Tabs, Tile, TileId, Tiles, Tree};

use super::{Docked, Panes, lab_tabs};
use crate::lab::layout::{Arrangement, MAX_PARTS};
use crate::lab::{EndpointId, Layout};
use crate::session::Session;
use crate::ui::panes::LabView;
use crate::ui::panes::traffic::TRAFFIC;

const ENDPOINT: &str = "endpoint:";
const PROGRAM: &str = "program:";

/// `None` for a tree without panes.
pub(super) fn layout(tree: &Tree<Docked>, session: &Session) -> Option<Layout> {
    part(&tree.tiles, tree.root()?, session)
}

fn part(tiles: &Tiles<Docked>, id: TileId, session: &Session) -> Option<Layout> {
    let container = match tiles.get(id)? {
        Tile::Pane(Docked::Endpoint { endpoint, .. }) => {
            let name = &session.endpoint(*endpoint)?.spec.name;
            return Some(Layout::pane(format!("{ENDPOINT}{name}")));
        }
        Tile::Pane(Docked::Program { program, .. }) => {
            let name = &session.program(*program)?.spec.name;
            return Some(Layout::pane(format!("{PROGRAM}{name}")));
        }
        Tile::Pane(pane) => return Some(Layout::pane(pane.lab_view()?.name)),
        Tile::Container(container) => container,
    };
    let is = match container {
        Container::Tabs(_) | Container::Grid(_) => Arrangement::Tabs,
        Container::Linear(Linear { dir: LinearDir::Horizontal, .. }) => Arrangement::Row,
        Container::Linear(Linear { dir: LinearDir::Vertical, .. }) => Arrangement::Column,
    };
    let mut group = Layout::group(is, Vec::new());
    for child in container.children() {
        let Some(mut piece) = part(tiles, *child, session) else { continue };
        if let Container::Linear(linear) = container {
            piece.share = rounded(linear.shares[*child]);
        }
        if matches!(container, Container::Tabs(tabs) if tabs.is_active(*child)) {
            group.active = Some(group.parts.len());
        }
        group.parts.push(piece);
    }
    (!group.parts.is_empty()).then_some(group)
}

/// Three places are more than anyone sees, and a file with them stays readable.
fn rounded(share: f32) -> f32 {
    (share * 1000.0).round() / 1000.0
}

/// Panes that are there already and find a new place, with what was typed into them.
#[derive(Default)]
pub(super) struct KeptPanes {
    of_one: HashMap<EndpointId, Docked>,
    views: HashMap<&'static str, Docked>,
}

impl KeptPanes {
    pub fn of(panes: impl IntoIterator<Item = Docked>) -> Self {
        let mut kept = Self::default();
        for pane in panes {
            match (pane.of_one(), pane.lab_view()) {
                (Some(id), _) => kept.of_one.insert(id, pane),
                (None, Some(view)) => kept.views.insert(view.name, pane),
                (None, None) => None,
            };
        }
        kept
    }

    fn view(&mut self, view: &LabView) -> Docked {
        self.views.remove(view.name).unwrap_or_else(|| Docked::of(view))
    }

    fn endpoint(&mut self, id: EndpointId) -> Docked {
        self.of_one.remove(&id).unwrap_or_else(|| Docked::endpoint(id))
    }

    fn program(&mut self, id: EndpointId) -> Docked {
        self.of_one.remove(&id).unwrap_or_else(|| Docked::program(id))
    }
}

/// The panes of a layout. Panes of endpoints that are not in the lab are left out; `None` where the layout is damaged
/// or has nothing of this lab. A layout without a traffic table gets the views of the lab that it lacks.
pub(super) fn restore(layout: &Layout, session: &Session, kept: &mut KeptPanes) -> Option<Panes> {
    if layout.size() > MAX_PARTS {
        return None;
    }
    let mut builder = Builder { tiles: Tiles::default(), session, shown: HashSet::new(), views: Vec::new(), kept };
    let root = builder.tile(layout)?;
    if builder.shown.is_empty() && !session.is_empty() {
        return None;
    }
    let Builder { mut tiles, views, shown, .. } = builder;
    let root = if views.contains(&&TRAFFIC) {
        root
    } else {
        let missing: Vec<&LabView> = LabView::ALL.iter().copied().filter(|view| !views.contains(view)).collect();
        let below = lab_tabs(&mut tiles, &missing);
        tiles.insert_vertical_tile(vec![root, below])
    };
    Some(Panes::new(Tree::new(Id::unique("panes"), root, tiles), shown))
}

struct Builder<'a> {
    tiles: Tiles<Docked>,
    session: &'a Session,
    shown: HashSet<EndpointId>,
    views: Vec<&'static LabView>,
    kept: &'a mut KeptPanes,
}

impl Builder<'_> {
    fn tile(&mut self, layout: &Layout) -> Option<TileId> {
        if layout.is == Arrangement::Pane {
            return self.pane(layout.shows.as_deref()?);
        }
        let mut children = Vec::new();
        let mut active = None;
        for (place, piece) in layout.parts.iter().enumerate() {
            let Some(tile) = self.tile(piece) else { continue };
            if layout.active == Some(place) {
                active = Some(tile);
            }
            children.push((tile, piece.share));
        }
        if children.is_empty() {
            return None;
        }
        let ids = children.iter().map(|(tile, _)| *tile).collect();
        let dir = match layout.is {
            Arrangement::Row => LinearDir::Horizontal,
            Arrangement::Column => LinearDir::Vertical,
            Arrangement::Tabs | Arrangement::Pane => {
                let mut tabs = Tabs::new(ids);
                if let Some(active) = active {
                    tabs.set_active(active);
                }
                return Some(self.tiles.insert_container(tabs));
            }
        };
        let mut linear = Linear::new(dir, ids);
        for (tile, share) in children {
            // A hand-written share may be anything.
            let share = if share.is_finite() { share.clamp(0.05, 20.0) } else { 1.0 };
            linear.shares.set_share(tile, share);
        }
        Some(self.tiles.insert_container(linear))
    }

    fn pane(&mut self, shows: &str) -> Option<TileId> {
        if let Some(view) = LabView::named(shows) {
            if self.views.contains(&view) {
                return None;
            }
            self.views.push(view);
            let pane = self.kept.view(view);
            return Some(self.tiles.insert_pane(pane));
        }
        if let Some(name) = shows.strip_prefix(PROGRAM) {
            let program = self.session.program_named(name)?.id;
            return self.shown.insert(program).then(|| {
                let pane = self.kept.program(program);
                self.tiles.insert_pane(pane)
            });
        }
        let endpoint = self.session.endpoint_named(shows.strip_prefix(ENDPOINT)?)?.id;
        self.shown.insert(endpoint).then(|| {
            let pane = self.kept.endpoint(endpoint);
            self.tiles.insert_pane(pane)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{placed, session};
    use super::*;

    #[test]
    fn a_layout_comes_back_as_it_was() {
        let session = session(5);
        let panes = placed(&session, 960.0);
        let saved = panes.to_layout(&session).unwrap();
        let again = Panes::of_lab(&session, Some(&saved));
        assert_eq!(again.to_layout(&session), Some(saved));
    }

    #[test]
    fn the_place_of_another_labs_panes_hides_no_endpoint() {
        let small = session(2);
        let layout = placed(&small, 960.0).to_layout(&small);
        let mut same = Panes::like_another_lab(&session(2), layout.as_ref());
        same.follow(&small, None);
        assert_eq!(same.to_layout(&small), layout);
        let large = session(3);
        let mut panes = Panes::like_another_lab(&large, layout.as_ref());
        panes.follow(&large, None);
        assert!(large.endpoints().iter().all(|endpoint| panes.has(endpoint.id)));
    }

    #[test]
    fn an_endpoint_that_the_layout_of_an_opened_lab_leaves_out_gets_a_pane() {
        let small = session(2);
        let layout = placed(&small, 960.0).to_layout(&small);
        let large = session(4);
        let panes = Panes::of_lab(&large, layout.as_ref());
        assert!(large.endpoints().iter().all(|endpoint| panes.has(endpoint.id)));
    }

    #[test]
    fn what_is_not_in_the_lab_is_left_out_and_a_traffic_table_is_always_there() {
        let session = session(1);
        let parts = vec![
            Layout::pane("endpoint:nobody"),
            Layout::pane("endpoint:e1"),
            Layout::pane("endpoint:e1"),
            Layout::pane("wat"),
        ];
        let layout = Layout::group(Arrangement::Row, parts);
        let panes = Panes::of_lab(&session, Some(&layout));
        let saved = panes.to_layout(&session).unwrap();
        let text = format!("{saved:?}");
        assert_eq!(text.matches("endpoint:e1").count(), 1);
        assert_eq!(text.matches("traffic").count(), 1);
        assert!(!text.contains("nobody"));
    }

    #[test]
    fn a_share_that_is_no_share_does_no_harm() {
        let session = session(2);
        let mut bad = Layout::pane("endpoint:e1");
        bad.share = f32::NAN;
        let mut negative = Layout::pane("endpoint:e2");
        negative.share = -3.0;
        let panes = Panes::of_lab(&session, Some(&Layout::group(Arrangement::Row, vec![bad, negative])));
        assert!(session.endpoints().iter().all(|endpoint| panes.has(endpoint.id)));
    }
}
