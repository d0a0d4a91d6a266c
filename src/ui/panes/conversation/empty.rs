//! What stands where nothing was said yet: how to begin, and how others reach the socket.

use eframe::egui::{self, Align, Frame, Layout, Margin, Rect, RichText, ScrollArea, Sense, Ui, UiBuilder, WidgetInfo};
use egui_material_icons::icons::ICON_CONTENT_COPY;

use crate::engine::SocketState;
use crate::explain::reach::{self, Reach};
use crate::lab::transfer::Protocol;
use crate::session::Endpoint;
use crate::t;
use crate::trace::text::visible;
use crate::ui::theme::{self, SMALL};
use crate::ui::view::View;
use crate::ui::widgets::line::Line;
use crate::values::endpoint_kind::Role;

const ROW_HEIGHT: f32 = 24.0;
/// Where the lines begin, behind the names of their programs.
const LINE_AT: f32 = 88.0;
const MAX_WIDTH: f32 = 620.0;

pub fn ui(ui: &mut Ui, view: &mut View<'_>, endpoint: &Endpoint, area: Rect, waiting: Option<String>) {
    let lang = view.lang;
    let text = if endpoint.live.is_closed() {
        t!(lang, "conversation-closed")
    } else if endpoint.live.socket == SocketState::Opening {
        // Held, or looked back at, it may stay so for long.
        t!(lang, "conversation-opening")
    } else if endpoint.spec.kind.role() == Role::Server && endpoint.live.observed.conns.is_empty() {
        t!(lang, "conversation-no-client")
    } else {
        t!(lang, "conversation-empty")
    };
    let ways = ways(endpoint);
    ui.scope_builder(UiBuilder::new().max_rect(area.shrink(10.0)), |ui| {
        // Left to itself it takes 64 points, also where it has fewer.
        let scroll = ScrollArea::vertical().id_salt("empty").auto_shrink([false, false]).min_scrolled_height(0.0);
        scroll.show(ui, |ui| {
            let height = if ways.is_empty() { 20.0 } else { 64.0 + ROW_HEIGHT * ways.len() as f32 };
            ui.add_space(((ui.available_height() - height) / 2.0).max(0.0));
            ui.vertical_centered(|ui| {
                ui.label(RichText::new(text).color(view.tokens.muted));
                if let Some(waiting) = waiting {
                    ui.label(RichText::new(waiting).size(SMALL).color(view.tokens.waiting));
                    // The time that it shows goes on.
                    ui.ctx().request_repaint_after(std::time::Duration::from_secs(1));
                }
            });
            if !ways.is_empty() {
                reach_ui(ui, view, &ways);
            }
        });
    });
}

fn ways(endpoint: &Endpoint) -> Vec<Reach> {
    let http = matches!(endpoint.spec.service.share(), Some((Protocol::Http, _)));
    endpoint.live.local().map(|local| reach::lines(endpoint.spec.kind, local, http)).unwrap_or_default()
}

/// The command lines; a click copies one.
fn reach_ui(ui: &mut Ui, view: &mut View<'_>, ways: &[Reach]) {
    let (lang, tokens) = (view.lang, view.tokens);
    ui.add_space(14.0);
    let side = ((ui.available_width() - MAX_WIDTH) / 2.0).max(0.0) as i8;
    Frame::new().inner_margin(Margin::symmetric(side, 0)).show(ui, |ui| {
        ui.with_layout(Layout::top_down(Align::Min), |ui| {
            ui.spacing_mut().item_spacing.y = 0.0;
            ui.label(theme::strong(t!(lang, "reach-heading")).size(12.0).color(tokens.muted));
            ui.add_space(4.0);
            for way in ways {
                let size = egui::vec2(ui.available_width(), ROW_HEIGHT);
                let (rect, response) = ui.allocate_exact_size(size, Sense::click());
                let line = visible(&way.line);
                let name = t!(lang, "reach-copy", tool = way.tool, line = line.as_ref()).into_owned();
                response.widget_info(|| WidgetInfo::labeled(egui::accesskit::Role::Button, true, &name));
                let active = response.hovered() || response.has_focus();
                if active {
                    ui.painter().rect_filled(rect, f32::from(theme::ROUNDING), tokens.highlight);
                }
                let inner = rect.shrink2(egui::vec2(8.0, 0.0));
                Line::new().plain(way.tool, SMALL, tokens.muted).paint(ui, inner, Align::Min);
                let room = inner.with_min_x(inner.left() + LINE_AT).with_max_x(inner.right() - 20.0);
                Line::new().mono(&line, tokens.text).paint(ui, room, Align::Min);
                if active {
                    let icon = ICON_CONTENT_COPY;
                    let font = egui::FontId::new(14.0, icon.font_family());
                    let at = inner.right_center();
                    ui.painter().text(at, egui::Align2::RIGHT_CENTER, icon.codepoint, font, tokens.text);
                }
                if response.on_hover_text(&name).clicked() {
                    view.copy(way.line.clone());
                }
            }
        });
    });
}
