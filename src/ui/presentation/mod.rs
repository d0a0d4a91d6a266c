//! Presentation mode: the table, the inspector and one pane, large, on the whole screen; the pointer is ringed and the keys
//! are shown, so that a class can follow.

mod keys;
mod pointer;

use eframe::egui::{
    Button, CentralPanel, Context, Frame, Margin, Panel, Rect, RichText, ScrollArea, Ui, ViewportCommand, vec2,
};

use super::bars::inspector::Inspector;
use super::bars::predict::Predict;
use super::bars::{hold_bar, message_bar, steps_bar};
use super::command::UiCommand;
use super::controls;
use super::layout::{Panes, Shown, on_ground};
use super::panes::ladder::LADDER;
use super::panes::traffic::TRAFFIC;
use super::regions::{Place, region};
use super::theme::{self, GAP, HEADER_HEIGHT, Tokens};
use super::view::View;
use super::widgets::ends;
use crate::desktop::settings::ZOOM;
use crate::t;
use keys::Keys;
use pointer::Pointer;

/// By how much everything is larger than the user has it otherwise.
const LARGER: f32 = 1.5;
/// The large pane's part of the height; the rest is the table's.
const UPPER: f32 = 0.58;
/// The inspector's part of the width, and between what.
const INSPECTOR: f32 = 0.3;
const INSPECTOR_WIDTHS: (f32, f32) = (210.0, 420.0);
/// With less room than this the inspector is hidden.
const ROOM_FOR_INSPECTOR: f32 = 560.0;

/// What stands while the window is presented.
#[derive(Debug)]
pub struct Presentation {
    /// For the whole window, the user's own zoom included.
    zoom: f32,
    /// Whether the window had the whole screen before.
    was_fullscreen: bool,
    inspector: bool,
    keys: Keys,
    pointer: Pointer,
}

/// What of the window is shown in this mode too.
pub struct Parts<'a> {
    pub panes: &'a mut Panes,
    pub inspector: &'a mut Inspector,
    pub predict: &'a mut Predict,
}

impl Presentation {
    /// Begins; `zoom` is the user's.
    pub fn begin(ctx: &Context, zoom: f32) -> Self {
        let was_fullscreen = ctx.input(|input| input.viewport().fullscreen.unwrap_or(false));
        let zoom = (zoom * LARGER).min(*ZOOM.end());
        ctx.set_zoom_factor(zoom);
        ctx.send_viewport_cmd(ViewportCommand::Fullscreen(true));
        Self { zoom, was_fullscreen, inspector: true, keys: Keys::default(), pointer: Pointer::default() }
    }

    /// The window is as it was.
    pub fn end(self, ctx: &Context, zoom: f32) {
        ctx.set_zoom_factor(zoom);
        if !self.was_fullscreen {
            ctx.send_viewport_cmd(ViewportCommand::Fullscreen(false));
        }
    }

    /// Looks at the keys before anyone takes them.
    pub fn look_at_keys(&mut self, ctx: &Context) {
        self.keys.look(ctx);
    }

    /// The same commands for this mode alone; the user's settings stay. False where it has no meaning of its own here.
    pub fn command(&mut self, ctx: &Context, command: &UiCommand) -> bool {
        match command {
            UiCommand::ZoomIn => self.zoom += 0.1,
            UiCommand::ZoomOut => self.zoom -= 0.1,
            UiCommand::ZoomReset => self.zoom = LARGER,
            UiCommand::ToggleInspector => self.inspector = !self.inspector,
            // It is away here.
            UiCommand::ToggleEndpoints => {}
            _ => return false,
        }
        self.zoom = self.zoom.clamp(*ZOOM.start(), *ZOOM.end());
        ctx.set_zoom_factor(self.zoom);
        true
    }

    /// `welcome` draws what an empty lab shows. Gives the room of the panes below their headers.
    pub fn ui(
        &mut self,
        ui: &mut Ui,
        view: &mut View<'_>,
        parts: Parts<'_>,
        large: &mut Option<Shown>,
        welcome: impl FnOnce(&mut Ui, &mut View<'_>),
    ) -> Rect {
        let Parts { panes, inspector, predict } = parts;
        let panel = Frame::new().fill(view.tokens.panel);
        panes.settle(view);
        large.take_if(|large| !panes.is_there(*large, view.session));
        let is_empty = view.session.is_empty() && view.session.viewed().is_none();
        let bar = panel.inner_margin(Margin::symmetric(10, 0));
        Panel::top("presentation bar").exact_size(HEADER_HEIGHT).resizable(false).frame(bar).show(ui, |ui| {
            bar_ui(ui, view, panes, large);
        });
        let width = ui.available_width();
        if self.inspector && !is_empty && width >= ROOM_FOR_INSPECTOR {
            let (least, most) = INSPECTOR_WIDTHS;
            let right =
                Panel::right("presented inspector").resizable(false).exact_size((width * INSPECTOR).clamp(least, most));
            right.frame(panel.inner_margin(Margin::symmetric(12, 10))).show(ui, |ui| {
                let id = eframe::egui::Id::unique("part inspector");
                region(ui, id, Place::Inspector, |ui| inspector.ui(ui, view, false));
            });
        }
        let centre = Frame::new().inner_margin(Margin::same(GAP as i8));
        let ground = view.tokens.window;
        let middle = |ui: &mut Ui| {
            steps_bar::ui(ui, view, true);
            hold_bar::ui(ui, view);
            predict.ui(ui, view, true);
            message_bar::ui(ui, view);
            let room = ui.available_rect_before_wrap();
            let below_header = room.with_min_y(room.top() + HEADER_HEIGHT);
            if is_empty {
                welcome(ui, view);
                return room;
            }
            let large = large.unwrap_or(Shown::View(&LADDER));
            if large == Shown::View(&TRAFFIC) {
                panes.one_ui(ui, view, large, room);
                return below_header;
            }
            let (upper, lower) = room.split_top_bottom_at_fraction(UPPER);
            panes.one_ui(ui, view, large, upper.with_max_y(upper.bottom() - GAP / 2.0));
            panes.one_ui(ui, view, Shown::View(&TRAFFIC), lower.with_min_y(lower.top() + GAP / 2.0));
            below_header
        };
        CentralPanel::no_frame().frame(centre).show(ui, |ui| on_ground(ui, ground, middle)).inner
    }

    /// Over everything else.
    pub fn paint(&mut self, ctx: &Context, tokens: &Tokens) {
        self.pointer.paint(ctx, tokens);
        self.keys.paint(ctx, tokens);
    }
}

/// Which pane is large, and the way out.
fn bar_ui(ui: &mut Ui, view: &mut View<'_>, panes: &Panes, large: &mut Option<Shown>) {
    ui.horizontal_centered(|ui| {
        ui.spacing_mut().item_spacing.x = 4.0;
        let lang = view.lang;
        let keys = UiCommand::Presentation.shortcut().map(|keys| ui.ctx().format_shortcut(&keys)).unwrap_or_default();
        let (id, room) = ends::line(ui);
        let mut rest = ends::beside(ui, id, room);
        ScrollArea::horizontal().id_salt("presented panes").show(&mut rest, |ui| {
            for (shown, name) in panes.offered(view) {
                let is_large = Some(shown) == *large;
                let text = if is_large { theme::strong(&name) } else { RichText::new(&name) };
                let button = ui.add(Button::selectable(is_large, text).min_size(vec2(0.0, 26.0)));
                controls::name_it(&button, true, &t!(lang, "presentation-show", name = name));
                if button.clicked() {
                    *large = Some(shown);
                }
            }
        });
        ends::draw(ui, id, room, |ui| {
            if ui.button(t!(lang, "presentation-leave", keys = keys)).clicked() {
                view.command(UiCommand::Presentation);
            }
        });
    });
}
