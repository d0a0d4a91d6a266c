//! The window's own buttons, chips and headings, so that they look the same everywhere.

use eframe::egui::accesskit::Live;
use eframe::egui::{
    Align2, Button, Color32, FontId, Frame, InnerResponse, Margin, Pos2, Rect, Response, RichText, Role, Sense, Stroke,
    TextStyle, Ui, Vec2, WidgetInfo, WidgetText, vec2,
};
use egui_material_icons::MaterialIcon;
use egui_material_icons::icons::{ICON_EXPAND_LESS, ICON_EXPAND_MORE};

use super::theme::{self, PANE_ROUNDING, ROUNDING, SMALL, Tokens};

/// The one button of a place that goes on: filled with the accent.
pub fn primary(ui: &mut Ui, text: impl Into<String>) -> Response {
    primary_enabled(ui, true, text)
}

pub fn primary_enabled(ui: &mut Ui, enabled: bool, text: impl Into<String>) -> Response {
    let text = theme::strong(text).color(Tokens::of(ui).on_accent);
    filled(ui, enabled, Button::new(text))
}

/// Fills a button with the accent.
pub fn filled(ui: &mut Ui, enabled: bool, button: Button<'_>) -> Response {
    let tokens = Tokens::of(ui);
    ui.scope(|ui| {
        let widgets = &mut ui.visuals_mut().widgets;
        for state in [&mut widgets.inactive, &mut widgets.hovered, &mut widgets.active, &mut widgets.open] {
            state.weak_bg_fill = tokens.accent;
            state.bg_stroke = Stroke::new(1.0, tokens.accent);
        }
        widgets.hovered.weak_bg_fill = tokens.accent.lerp_to_gamma(tokens.text, 0.18);
        // The focus must be seen on the accent too.
        widgets.active.bg_stroke = Stroke::new(2.0, tokens.text);
        ui.add_enabled(enabled, button)
    })
    .inner
}

/// A button without a frame until the pointer is over it.
pub fn ghost(ui: &mut Ui, text: impl Into<WidgetText>) -> Response {
    ui.add(Button::new(text.into()).frame_when_inactive(false))
}

/// A button that is only a picture; `name` is for screen readers and its tip.
pub fn icon(ui: &mut Ui, icon: MaterialIcon, name: &str) -> Response {
    let tokens = Tokens::of(ui);
    let picture = icon.rich_text().size(16.0).color(tokens.muted);
    let response = ui.add(Button::new(picture).frame_when_inactive(false).min_size(Vec2::splat(24.0)));
    name_it(&response, ui.is_enabled(), name);
    response.on_hover_text(name)
}

/// The heading of a strip that folds away.
pub fn fold(ui: &mut Ui, text: &str, folded: bool) -> Response {
    let color = Tokens::of(ui).muted;
    let arrow = if folded { ICON_EXPAND_MORE } else { ICON_EXPAND_LESS };
    let button = Button::new((arrow.rich_text().color(color), RichText::new(text).size(SMALL).color(color)));
    let response = ui.add(button.frame_when_inactive(false).small());
    name_it(&response, true, text);
    response
}

/// Gives a control the name that screen readers say.
pub fn name_it(response: &Response, enabled: bool, name: &str) {
    response.widget_info(|| WidgetInfo::labeled(Role::Button, enabled, name));
}

/// Gives the boundary beside a panel a name in the user's language; egui's own is English.
pub fn name_boundary(ui: &Ui, panel: &str, name: &str) {
    let boundary = ui.scope_id().with(panel).with("__resize");
    if ui.ctx().has_accesskit_node(boundary) {
        ui.ctx().accesskit_node_builder(boundary, |node| node.set_label(name));
    }
}

/// Has a screen reader say it when it comes up, after what it is saying, or at once where that can't wait.
pub fn announce(response: &Response, live: Live) {
    response.ctx.accesskit_node_builder(response.id, |node| node.set_live(live));
}

/// A small word with a coloured ground.
pub fn chip(ui: &mut Ui, text: &str, colour: Color32) -> Response {
    let tokens = Tokens::of(ui);
    Frame::new()
        .fill(tokens.tint(colour))
        .corner_radius(f32::from(ROUNDING))
        .inner_margin(Margin::symmetric(6, 2))
        .show(ui, |ui| ui.label(RichText::new(text).size(11.0).color(colour)))
        .inner
}

/// A heading over part of a panel: `ENDPOINTS`.
pub fn section(ui: &mut Ui, text: &str) -> Response {
    let tokens = Tokens::of(ui);
    ui.label(theme::strong(text.to_uppercase()).size(11.0).color(tokens.muted).extra_letter_spacing(0.6))
}

/// A rounded piece of ground with a thin line around it.
pub fn card<R>(ui: &mut Ui, contents: impl FnOnce(&mut Ui) -> R) -> InnerResponse<R> {
    let tokens = Tokens::of(ui);
    Frame::new()
        .fill(tokens.pane)
        .stroke(tokens.hairline())
        .corner_radius(f32::from(PANE_ROUNDING))
        .inner_margin(Margin::symmetric(12, 10))
        .show(ui, contents)
}

/// What a socket is doing, as a dot beside its name. The word for it stands in the row's own name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dot {
    Open,
    Opening,
    Closed,
    Broken,
}

impl Dot {
    /// For the words beside it.
    pub fn color(self, tokens: &Tokens) -> Color32 {
        match self {
            Self::Open => tokens.ok,
            Self::Opening => tokens.waiting,
            Self::Closed => tokens.muted,
            Self::Broken => tokens.error,
        }
    }
}

pub fn paint_dot(ui: &Ui, centre: Pos2, dot: Dot) {
    let tokens = Tokens::of(ui);
    let painter = ui.painter();
    match dot {
        Dot::Open => {
            painter.circle_filled(centre, 4.0, tokens.ok);
        }
        // Half filled: neither open nor closed.
        Dot::Opening => {
            painter.circle_stroke(centre, 3.5, Stroke::new(1.5, tokens.waiting));
            painter.circle_filled(centre, 1.8, tokens.waiting);
        }
        Dot::Closed => {
            painter.circle_stroke(centre, 3.5, Stroke::new(1.2, tokens.muted));
        }
        Dot::Broken => {
            let arm = 3.2;
            let stroke = Stroke::new(1.8, tokens.error);
            painter.line_segment([centre + vec2(-arm, -arm), centre + vec2(arm, arm)], stroke);
            painter.line_segment([centre + vec2(-arm, arm), centre + vec2(arm, -arm)], stroke);
        }
    }
}

/// Text at a place, cut off with `…` where it has no room. Gives how wide it is.
pub fn paint_text(ui: &Ui, rect: Rect, align: Align2, text: RichText, colour: Color32) -> f32 {
    let font = TextStyle::Body.resolve(ui.style());
    paint_text_in(ui, rect, align, text, font, colour)
}

/// How wide [`paint_text`] would be with all the room that it wants.
pub fn text_width(ui: &Ui, text: &str) -> f32 {
    let font = TextStyle::Body.resolve(ui.style());
    ui.painter().layout_no_wrap(text.to_owned(), font, Color32::PLACEHOLDER).size().x
}

fn paint_text_in(ui: &Ui, rect: Rect, align: Align2, text: RichText, font: FontId, colour: Color32) -> f32 {
    let text = WidgetText::from(text);
    let galley = text.into_galley(ui, Some(eframe::egui::TextWrapMode::Truncate), rect.width(), font);
    let size = galley.size();
    let at = align.align_size_within_rect(size, rect);
    ui.painter().galley(at.min, galley, colour);
    size.x
}

/// A row that can be clicked and reached with the keyboard; `name` is what a screen reader says.
pub fn row(ui: &mut Ui, height: f32, selected: bool, name: &str) -> Response {
    let tokens = Tokens::of(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), height), Sense::click());
    response.widget_info(|| WidgetInfo::selected(Role::Button, true, selected, name));
    if selected || response.hovered() {
        let ground = if selected { tokens.tint(tokens.accent) } else { tokens.highlight };
        ui.painter().rect_filled(rect.shrink2(vec2(0.0, 1.0)), f32::from(ROUNDING), ground);
    }
    if response.has_focus() {
        ui.painter().rect_stroke(
            rect.shrink2(vec2(0.5, 1.5)),
            f32::from(ROUNDING),
            Stroke::new(1.0, tokens.accent),
            eframe::egui::StrokeKind::Inside,
        );
    }
    response
}

/// The same as [`primary`], with a picture before the text.
pub fn primary_icon(ui: &mut Ui, icon: MaterialIcon, text: &str) -> Response {
    let tokens = Tokens::of(ui);
    let picture = icon.rich_text().size(15.0).color(tokens.on_accent);
    let label = theme::strong(text).color(tokens.on_accent);
    filled(ui, true, Button::new((picture, label)).gap(4.0)).accessible_name(text)
}
