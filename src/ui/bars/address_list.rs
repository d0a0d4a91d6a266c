//! The machine's own addresses beneath the endpoints: what to give to others.

use eframe::egui::{
    self, Align, Align2, Id, Layout, Rect, RichText, Role, ScrollArea, Sense, Ui, WidgetInfo, pos2, vec2,
};
use egui_material_icons::icons::{ICON_CONTENT_COPY, ICON_LAN};

use crate::desktop::addresses::{Addresses, OwnAddress};
use crate::lab::EndpointKind;
use crate::t;
use crate::ui::command::UiCommand;
use crate::ui::controls;
use crate::ui::theme::ROUNDING;
use crate::ui::view::{View, ViewRequest};

const ROW_HEIGHT: f32 = 28.0;
/// Rows in sight before the list scrolls.
const MOST_ROWS: usize = 5;

/// How much room the list takes, its heading included.
pub fn height(addresses: &Addresses) -> f32 {
    58.0 + ROW_HEIGHT * addresses.to_give().count().clamp(1, MOST_ROWS) as f32
}

pub fn ui(ui: &mut Ui, view: &mut View<'_>, addresses: &Addresses) {
    ui.add_space(18.0);
    ui.horizontal(|ui| {
        ui.add_space(4.0);
        controls::section(ui, &t!(view.lang, "addresses-heading"));
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            if controls::icon(ui, ICON_LAN, &t!(view.lang, "addresses-title")).clicked() {
                view.command(UiCommand::ShowAddresses);
            }
        });
    });
    ui.add_space(6.0);
    ui.spacing_mut().item_spacing.y = 0.0;
    if addresses.interfaces().is_empty() {
        ui.label(RichText::new(t!(view.lang, "addresses-none")).color(view.tokens.muted));
    }
    let max_height = ROW_HEIGHT * MOST_ROWS as f32;
    ScrollArea::vertical().id_salt("addresses").max_height(max_height).show(ui, |ui| {
        for (number, (address, interface)) in addresses.to_give().enumerate() {
            row(ui, view, number, address, interface);
        }
    });
}

/// The whole row copies; the picture at its end says so.
fn row(ui: &mut Ui, view: &mut View<'_>, number: usize, address: &OwnAddress, interface: &str) {
    let tokens = view.tokens;
    let (_, rect) = ui.allocate_space(vec2(ui.available_width(), ROW_HEIGHT));
    let response = ui.interact(rect, Id::unique("own address").with(number), Sense::click());
    let ip = address.ip.to_string();
    let tip = t!(view.lang, "addresses-copy", address = ip.as_str());
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &*tip));
    let active = response.hovered() || response.has_focus();
    if active {
        ui.painter().rect_filled(rect.shrink2(vec2(0.0, 1.0)), f32::from(ROUNDING), tokens.highlight);
    }
    if response.has_focus() {
        let line = egui::Stroke::new(1.0, tokens.accent);
        ui.painter().rect_stroke(rect.shrink2(vec2(0.0, 1.0)), f32::from(ROUNDING), line, egui::StrokeKind::Inside);
    }
    let inner = Rect::from_min_max(pos2(rect.left() + 8.0, rect.top()), pos2(rect.right() - 10.0, rect.bottom()));
    let right = if active {
        let font = egui::FontId::new(14.0, ICON_CONTENT_COPY.font_family());
        let at = inner.right_center();
        ui.painter().text(at, Align2::RIGHT_CENTER, ICON_CONTENT_COPY.codepoint, font, tokens.text);
        18.0
    } else {
        let interface = RichText::new(interface).monospace().size(11.0);
        controls::paint_text(ui, inner.with_min_x(inner.center().x), Align2::RIGHT_CENTER, interface, tokens.muted)
    };
    let room = inner.with_max_x(inner.right() - right - 8.0);
    controls::paint_text(ui, room, Align2::LEFT_CENTER, RichText::new(&ip).monospace(), tokens.text);
    response.context_menu(|ui| {
        let lang = view.lang;
        let mut entry = |text: &str| {
            let clicked = ui.button(text).clicked();
            if clicked {
                ui.close();
            }
            clicked
        };
        if entry(&tip) {
            view.copy(ip.clone());
        }
        for (text, kind) in [
            (t!(lang, "addresses-tcp-server"), EndpointKind::TCP_SERVER),
            (t!(lang, "addresses-udp"), EndpointKind::UDP),
            (t!(lang, "addresses-tcp-client"), EndpointKind::TCP_CLIENT),
        ] {
            if entry(&text) {
                view.requests.push(ViewRequest::NewAt { kind, ip: address.ip });
            }
        }
    });
    if response.on_hover_text(&*tip).clicked() {
        view.copy(ip);
    }
}
