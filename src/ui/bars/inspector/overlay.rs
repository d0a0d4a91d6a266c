//! The inspector where the window has no room for it: laid over the panes for as long as the user looks at it.

use eframe::egui::{self, Align2, Area, Frame, Id, Margin, Order, Rect, UiBuilder, vec2};

use super::Inspector;
use crate::t;
use crate::ui::theme::{GAP, PANE_ROUNDING};
use crate::ui::view::{Selection, View};

const WIDTH: f32 = 300.0;
/// It never takes more than this part of the panes' width: what was clicked stays in sight.
const MOST_OF_WIDTH: f32 = 0.6;

/// Comes with a click on something, and goes with a click beside it, its button or Escape. It asks for no keyboard.
#[derive(Debug, Default)]
pub struct Overlay {
    open: bool,
    /// Where it stood in the last frame.
    rect: Option<Rect>,
}

impl Overlay {
    pub fn is_open(&self) -> bool {
        self.open
    }

    pub fn close(&mut self) {
        *self = Self::default();
    }

    /// Laid over `panes`; `before` is what was selected before the frame's views were drawn.
    pub fn ui(
        &mut self,
        ctx: &egui::Context,
        view: &mut View<'_>,
        inspector: &mut Inspector,
        panes: Rect,
        before: &Selection,
    ) {
        self.follow_clicks(ctx, view.selection, before);
        if !self.open {
            return;
        }
        let tokens = view.tokens;
        let width = WIDTH.min(panes.width() * MOST_OF_WIDTH);
        let height = panes.height() - 2.0 * GAP;
        let corner = panes.right_top() + vec2(-GAP, GAP);
        let frame = Frame::popup(&ctx.global_style())
            .fill(tokens.panel)
            .corner_radius(f32::from(PANE_ROUNDING))
            .inner_margin(Margin::symmetric(14, 10));
        let area = Area::new(Id::unique("inspector overlay"))
            .order(Order::Middle)
            .pivot(Align2::RIGHT_TOP)
            .fixed_pos(corner)
            .constrain_to(panes);
        let shown = area.show(ctx, |ui| {
            frame
                .show(ui, |ui| {
                    let room = vec2(width - 28.0, (height - 20.0).max(40.0));
                    let rect = Rect::from_min_size(ui.cursor().min, room);
                    ui.scope_builder(UiBuilder::new().max_rect(rect), |ui| {
                        ui.set_width(room.x);
                        ui.set_max_height(room.y);
                        inspector.ui(ui, view, true)
                    })
                    .inner
                })
                .inner
        });
        let name = t!(view.lang, "cmd-toggle-inspector");
        let response = shown.response;
        response.widget_info(|| egui::WidgetInfo::labeled(egui::accesskit::Role::Group, true, &*name));
        self.rect = Some(response.rect);
        if shown.inner {
            self.close();
        }
    }

    fn follow_clicks(&mut self, ctx: &egui::Context, selection: &Selection, before: &Selection) {
        let (clicked, at) = ctx.input(|input| {
            let asked = |event: &egui::Event| matches!(event, egui::Event::AccessKitActionRequest(_));
            let by_pointer = input.pointer.any_click().then(|| input.pointer.interact_pos()).flatten();
            (by_pointer.is_some() || input.events.iter().any(asked), by_pointer)
        });
        if clicked && selection.was_picked_since(before) {
            self.open = true;
        } else if let (Some(at), Some(rect)) = (at, self.rect)
            && !rect.contains(at)
            && !egui::Popup::is_any_open(ctx)
        {
            self.close();
        }
        if selection.endpoint().is_none() {
            self.close();
        }
    }
}
