//! How the docked panes look: rounded cards with a gap between them, and tabs as pills.

use std::collections::HashSet;

use eframe::egui::{
    Align2, Color32, Context, CornerRadius, CursorIcon, EventFilter, Frame, Id, Key, Margin, Modifiers, Painter, Rect,
    Response, Role, Sense, Stroke, StrokeKind, Style, TextStyle, TextWrapMode, Ui, Visuals, WidgetInfo, WidgetText,
    vec2,
};
use egui_material_icons::icons::ICON_CLOSE;
use egui_tiles::{
    Behavior, Container, EditAction, ResizeState, SimplificationOptions, TabState, Tabs, Tile, TileId, Tiles, Tree,
    UiResponse,
};

use super::rearrangement::TreeChange;
use super::{Docked, ground};
use crate::t;
use crate::ui::regions::{Place, region};
use crate::ui::theme::{self, GAP, HEADER_HEIGHT, PANE_ROUNDING, ROUNDING};
use crate::ui::view::View;
use crate::ui::widgets::focus;

/// A longer title is cut off, so that the tabs beside it stay in sight.
const MAX_TITLE: f32 = 150.0;

/// How far, in points, a pane's header must be moved before the pane follows.
const CARRIED: f32 = 10.0;

pub(super) struct Dock<'a, 'v> {
    view: &'a mut View<'v>,
    /// Panes under a visible bar of tabs: the bar and the pane are one card.
    under_tabs: HashSet<TileId>,
    /// The tabs that have such a bar.
    bars: HashSet<TileId>,
    done: Option<TreeChange>,
    /// An arrow was pressed on this tab: to the right, or to the left.
    turned: Option<(TileId, bool)>,
    /// A key that moves the keyboard to another control was pressed.
    steps_on: bool,
}

impl<'a, 'v> Dock<'a, 'v> {
    pub(super) fn new(ctx: &Context, view: &'a mut View<'v>, tree: &Tree<Docked>) -> Self {
        let mut under_tabs = HashSet::new();
        let mut bars = HashSet::new();
        for (id, tile) in tree.tiles.iter() {
            if let Tile::Container(Container::Tabs(tabs)) = tile
                && has_bar(&tree.tiles, tabs)
            {
                bars.insert(*id);
                under_tabs.extend(tabs.children.iter().copied());
            }
        }
        Self { view, under_tabs, bars, done: None, turned: None, steps_on: steps_on(ctx) }
    }

    /// What the user has done to the tree, and the tab that an arrow leaves, which is to be done: while tabs are drawn they
    /// are not in the tree.
    pub(super) fn done(self) -> (Option<TreeChange>, Option<(TileId, bool)>) {
        (self.done, self.turned)
    }

    /// For one pane alone, below a bar that leads to the others.
    pub(super) fn of_one(view: &'a mut View<'v>, tile: TileId) -> Self {
        Self {
            view,
            under_tabs: HashSet::from([tile]),
            bars: HashSet::new(),
            done: None,
            turned: None,
            steps_on: false,
        }
    }

    pub(super) fn title(&self, pane: &Docked) -> String {
        match (pane, pane.lab_view()) {
            (_, Some(view)) => view.title(self.view.lang),
            (Docked::Endpoint { endpoint, .. }, None) => {
                self.view.session.endpoint(*endpoint).map(|endpoint| endpoint.spec.name.clone()).unwrap_or_default()
            }
            (Docked::Program { program, .. }, None) => {
                self.view.session.program(*program).map(|program| program.spec.name.clone()).unwrap_or_default()
            }
            (_, None) => String::new(),
        }
    }
}

/// The arrows bring the tab beside the one that has the keyboard to the front, and the keyboard to it.
fn tab_keys(ui: &Ui, tile: TileId, tab: &Response) -> Option<bool> {
    let given = tab_with_keyboard();
    if ui.data(|data| data.get_temp::<TileId>(given)) == Some(tile) {
        ui.data_mut(|data| data.remove::<TileId>(given));
        focus::give(tab);
    }
    if !tab.has_focus() {
        return None;
    }
    let filter = EventFilter { horizontal_arrows: true, ..EventFilter::default() };
    ui.memory_mut(|memory| memory.set_focus_lock_filter(tab.id, filter));
    let pressed = |key| ui.input_mut(|input| input.consume_key(Modifiers::NONE, key));
    let (left, right) = (pressed(Key::ArrowLeft), pressed(Key::ArrowRight));
    (left != right).then_some(right)
}

fn tab_with_keyboard() -> Id {
    Id::unique("tab that gets the keyboard")
}

/// Brings the tab beside that one to the front, with the keyboard.
pub(super) fn turn(tiles: &mut Tiles<Docked>, ui: &Ui, (tile, right): (TileId, bool)) {
    let Some(parent) = tiles.parent_of(tile) else { return };
    let Some(Tile::Container(Container::Tabs(tabs))) = tiles.get_mut(parent) else { return };
    let Some(at) = tabs.children.iter().position(|child| *child == tile) else { return };
    let beside = if right { Some(at + 1) } else { at.checked_sub(1) };
    if let Some(beside) = beside.and_then(|beside| tabs.children.get(beside).copied()) {
        tabs.set_active(beside);
        ui.data_mut(|data| data.insert_temp(tab_with_keyboard(), beside));
        ui.ctx().request_repaint();
    }
}

/// The pointer has moved too far from where the button was pressed for a click.
fn is_carried(ui: &Ui) -> bool {
    ui.input(|input| match (input.pointer.press_origin(), input.pointer.latest_pos()) {
        (Some(from), Some(to)) => from.distance(to) >= CARRIED,
        _ => false,
    })
}

/// The boundaries between panes, and a bar of tabs beside its tabs, are for the pointer alone; egui_tiles offers them to
/// the keyboard too, without a role or a name. They are left out where the keyboard moves on.
fn steps_on(ctx: &Context) -> bool {
    const STEPS: [Key; 5] = [Key::Tab, Key::ArrowUp, Key::ArrowDown, Key::ArrowLeft, Key::ArrowRight];
    ctx.input(|input| STEPS.iter().any(|key| input.key_pressed(*key)))
}

/// Has a screen reader say that the controls in here are tabs; each of them calls it.
pub(super) fn tab(ui: &Ui, response: &Response, name: &str, active: bool, of: &str) {
    response.widget_info(|| WidgetInfo::labeled(Role::Tab, ui.is_enabled(), name));
    ui.ctx().accesskit_node_builder(response.id, |node| {
        node.clear_toggled();
        node.set_selected(active);
    });
    ui.ctx().accesskit_node_builder(ui.unique_id(), |node| {
        node.set_role(Role::TabList);
        node.set_label(of);
    });
}

/// A lone endpoint needs no bar: its name is in its header. The traffic table's bar names it.
fn has_bar(tiles: &Tiles<Docked>, tabs: &Tabs) -> bool {
    let lone_endpoint = || matches!(tabs.children.first().and_then(|only| tiles.get(*only)), Some(Tile::Pane(pane)) if pane.is_of_one());
    tabs.children.len() > 1 || !lone_endpoint()
}

impl Behavior<Docked> for Dock<'_, '_> {
    fn pane_ui(&mut self, ui: &mut Ui, tile_id: TileId, pane: &mut Docked) -> UiResponse {
        let tokens = self.view.tokens;
        let rect = ui.max_rect();
        let under_tabs = self.under_tabs.contains(&tile_id);
        let top = if under_tabs { 0 } else { PANE_ROUNDING };
        let rounding = CornerRadius { nw: top, ne: top, sw: PANE_ROUNDING, se: PANE_ROUNDING };
        ui.painter().rect_filled(rect, rounding, tokens.pane);
        ground::cover(ui, rect);
        if !under_tabs {
            ui.painter().rect_stroke(rect, rounding, tokens.hairline(), StrokeKind::Inside);
        }
        // Beneath the header's own controls, which take the pointer before it does.
        let header = Rect::from_min_size(rect.min, vec2(rect.width(), HEADER_HEIGHT));
        let is_endpoint = pane.is_of_one();
        let handle = (is_endpoint && !under_tabs)
            .then(|| ui.interact(header, ui.scope_id().with("handle"), Sense::drag() - Sense::FOCUSABLE));
        let frame = Frame::new().inner_margin(Margin::same(1));
        frame.show(ui, |ui| {
            ui.set_clip_rect(ui.clip_rect().intersect(rect));
            region(ui, Id::unique(("part", tile_id)), Place::Pane, |ui| pane.ui(ui, self.view));
        });
        match handle {
            // Not with the press: a click that ends where it began must not move a pane.
            Some(handle) if handle.dragged() && is_carried(ui) => UiResponse::DragStarted,
            Some(handle) => {
                handle.on_hover_cursor(CursorIcon::Grab);
                UiResponse::None
            }
            None => UiResponse::None,
        }
    }

    fn tab_title_for_pane(&mut self, pane: &Docked) -> WidgetText {
        self.title(pane).into()
    }

    fn tab_title_for_tile(&mut self, tiles: &Tiles<Docked>, tile_id: TileId) -> WidgetText {
        match tiles.get(tile_id) {
            Some(Tile::Pane(pane)) => self.title(pane).into(),
            Some(Tile::Container(container)) => {
                let first = container.children().next().copied();
                first.map_or_else(|| WidgetText::from(""), |first| self.tab_title_for_tile(tiles, first))
            }
            None => "".into(),
        }
    }

    fn tab_ui(
        &mut self,
        tiles: &mut Tiles<Docked>,
        ui: &mut Ui,
        id: Id,
        tile_id: TileId,
        state: &TabState,
    ) -> Response {
        let tokens = self.view.tokens;
        let title = self.tab_title_for_tile(tiles, tile_id);
        let name = title.text().to_owned();
        let text = if state.active { WidgetText::from(theme::strong(name.clone())) } else { title };
        let font = TextStyle::Button.resolve(ui.style());
        let galley = text.into_galley(ui, Some(TextWrapMode::Truncate), MAX_TITLE, font);
        let close_width = if state.closable { 20.0 } else { 0.0 };
        let size = vec2(galley.size().x + 24.0 + close_width, ui.available_height());
        let (_, rect) = ui.allocate_space(size);
        // Tab stops at the bar once; the arrows walk through it.
        let sense = Sense::click_and_drag();
        let sense = if state.active { sense } else { sense - Sense::FOCUSABLE };
        let response = ui.interact(rect, id, sense);
        if let Some(right) = tab_keys(ui, tile_id, &response) {
            self.turned = Some((tile_id, right));
        }
        tab(ui, &response, &name, state.active, &t!(self.view.lang, "tabs"));
        if state.is_being_dragged || !ui.is_rect_visible(rect) {
            return response;
        }
        let pill = rect.shrink2(vec2(1.0, 4.0));
        if state.active || response.hovered() {
            ui.painter().rect_filled(pill, f32::from(ROUNDING), tokens.highlight);
        }
        if response.has_focus() {
            ui.painter().rect_stroke(pill, f32::from(ROUNDING), Stroke::new(1.0, tokens.accent), StrokeKind::Inside);
        }
        let colour = if state.active { tokens.text } else { tokens.muted };
        let at = Align2::LEFT_CENTER.align_size_within_rect(galley.size(), pill.shrink2(vec2(11.0, 0.0))).min;
        ui.painter().galley(at, galley, colour);
        if state.closable {
            let cross = Rect::from_center_size(pill.right_center() - vec2(13.0, 0.0), vec2(16.0, 16.0));
            let sense = if state.active { Sense::click() } else { Sense::CLICK };
            let close = ui.interact(cross, id.with("close"), sense);
            let tip = t!(self.view.lang, "tab-close", name = name.as_str());
            close.widget_info(|| WidgetInfo::labeled(Role::Button, ui.is_enabled(), &*tip));
            let colour = if close.hovered() || close.has_focus() { tokens.text } else { tokens.muted };
            let font = eframe::egui::FontId::new(13.0, ICON_CLOSE.font_family());
            ui.painter().text(cross.center(), Align2::CENTER_CENTER, ICON_CLOSE.codepoint, font, colour);
            if close.on_hover_text(tip).clicked() || response.middle_clicked() {
                tiles.remove(tile_id);
                self.done = Some(TreeChange::Closed(name.clone()));
            }
        }
        response
    }

    fn on_edit(&mut self, action: EditAction) {
        self.done = TreeChange::of(&action).or_else(|| self.done.take());
    }

    fn is_tile_draggable(&self, tiles: &Tiles<Docked>, tile_id: TileId) -> bool {
        !self.steps_on || matches!(tiles.get(tile_id), Some(Tile::Pane(_)))
    }

    fn is_container_resizable(&self, _: &Tiles<Docked>, _: TileId) -> bool {
        !self.steps_on
    }

    fn is_tab_closable(&self, tiles: &Tiles<Docked>, tile_id: TileId) -> bool {
        matches!(tiles.get(tile_id), Some(Tile::Pane(pane)) if pane.is_of_one())
    }

    fn tab_bar_left_ui(&mut self, tiles: &Tiles<Docked>, ui: &mut Ui, tile_id: TileId, _tabs: &Tabs) {
        // The bar's ground, with the card's round corners; egui_tiles' own would be square.
        let Some(rect) = tiles.rect(tile_id) else { return };
        let bar = Rect::from_min_size(rect.min, vec2(rect.width(), HEADER_HEIGHT));
        let rounding = CornerRadius { nw: PANE_ROUNDING, ne: PANE_ROUNDING, sw: 0, se: 0 };
        let painter = ui.painter().with_clip_rect(bar);
        painter.rect_filled(bar, rounding, self.view.tokens.pane);
        painter.hline(bar.x_range(), bar.bottom() - 0.5, self.view.tokens.hairline());
        ui.add_space(6.0);
    }

    fn paint_on_top_of_tile(&self, painter: &Painter, style: &Style, tile_id: TileId, rect: Rect) {
        // The outline of a card of tabs goes around bar and pane alike.
        if self.bars.contains(&tile_id) {
            let line = style.visuals.widgets.noninteractive.bg_stroke;
            painter.rect_stroke(rect, f32::from(PANE_ROUNDING), line, StrokeKind::Inside);
        }
    }

    fn is_tab_bar_visible(&self, tile_id: TileId, _tabs: &Tabs) -> bool {
        self.bars.contains(&tile_id)
    }

    fn tab_bar_height(&self, _style: &Style) -> f32 {
        HEADER_HEIGHT
    }

    fn tab_bar_color(&self, _visuals: &Visuals) -> Color32 {
        Color32::TRANSPARENT
    }

    fn tab_bar_hline_stroke(&self, _visuals: &Visuals) -> Stroke {
        Stroke::NONE
    }

    fn gap_width(&self, _style: &Style) -> f32 {
        GAP
    }

    fn min_size(&self) -> f32 {
        120.0
    }

    fn resize_stroke(&self, style: &Style, state: ResizeState) -> Stroke {
        match state {
            ResizeState::Idle => Stroke::NONE,
            ResizeState::Hovering => style.visuals.widgets.hovered.bg_stroke,
            ResizeState::Dragging => Stroke::new(2.0, style.visuals.selection.stroke.color),
        }
    }

    fn drag_preview_color(&self, visuals: &Visuals) -> Color32 {
        visuals.selection.stroke.color.gamma_multiply(0.2)
    }

    fn dragged_overlay_color(&self, visuals: &Visuals) -> Color32 {
        visuals.panel_fill.gamma_multiply(0.6)
    }

    fn drag_ui(&mut self, tiles: &Tiles<Docked>, ui: &mut Ui, tile_id: TileId) {
        Frame::popup(ui.style()).show(ui, |ui| {
            let text = self.tab_title_for_tile(tiles, tile_id);
            ui.label(text);
        });
    }

    fn simplification_options(&self) -> SimplificationOptions {
        // The traffic table keeps its bar of tabs, also while it is the only one.
        SimplificationOptions { prune_single_child_tabs: false, ..SimplificationOptions::default() }
    }
}
