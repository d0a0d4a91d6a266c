//! Every interface of this machine with its addresses, as `ipconfig` or `ip address` lists them, and who can reach them.

use eframe::egui::{self, Align2, Grid, RichText, ScrollArea, Ui, Window, vec2};
use egui_material_icons::icons::ICON_CONTENT_COPY;

use crate::desktop::addresses::{Addresses, Interface, OwnAddress, Reach};
use crate::lang::Lang;
use crate::t;
use crate::ui::controls;
use crate::ui::theme::{self, Tokens};
use crate::ui::view::View;
use crate::ui::widgets::modal;

#[derive(Default)]
pub struct AddressWindow {
    pub open: bool,
}

impl AddressWindow {
    pub fn ui(&mut self, ctx: &egui::Context, view: &mut View<'_>, addresses: &Addresses) {
        // Not while a field or a window above has a use for the key.
        let idle = ctx.memory(|memory| memory.focused().is_none() && memory.top_modal_layer().is_none());
        if self.open && idle && ctx.input(|input| input.key_pressed(egui::Key::Escape)) {
            self.open = false;
        }
        let room = ctx.content_rect().size() - vec2(80.0, 120.0);
        let shown = Window::new(t!(view.lang, "addresses-title").as_ref())
            .id(egui::Id::unique("addresses"))
            .open(&mut self.open)
            .collapsible(false)
            .resizable(false)
            .pivot(Align2::CENTER_CENTER)
            .default_pos(ctx.content_rect().center())
            .show(ctx, |ui| {
                ui.set_width(600.0_f32.min(room.x));
                ScrollArea::vertical().max_height(room.y.max(160.0)).show(ui, |ui| contents(ui, view, addresses));
            });
        modal::beside_others(ctx, shown.as_ref());
    }
}

fn contents(ui: &mut Ui, view: &mut View<'_>, addresses: &Addresses) {
    let muted = view.tokens.muted;
    if addresses.interfaces().is_empty() {
        ui.label(RichText::new(t!(view.lang, "addresses-none")).color(muted));
    }
    for (number, interface) in addresses.interfaces().iter().enumerate() {
        if number > 0 {
            ui.add_space(10.0);
        }
        head(ui, view, interface);
        let grid = Grid::new(("interface", number))
            .num_columns(3)
            .min_col_width(64.0)
            .spacing(vec2(18.0, 4.0))
            .min_row_height(24.0);
        grid.show(ui, |ui| rows(ui, view, interface));
    }
    ui.add_space(8.0);
    ui.add(egui::Label::new(RichText::new(t!(view.lang, "addresses-advice")).size(12.0).color(muted)).wrap());
}

fn head(ui: &mut Ui, view: &View<'_>, interface: &Interface) {
    ui.horizontal(|ui| {
        ui.label(theme::mono_strong(&interface.name).size(14.0));
        if let Some(friendly) = &interface.friendly_name {
            ui.label(RichText::new(friendly).color(view.tokens.muted));
        }
        if interface.is_default {
            controls::chip(ui, &t!(view.lang, "addresses-default"), view.tokens.accent);
        }
        if !interface.is_up {
            controls::chip(ui, &t!(view.lang, "addresses-down"), view.tokens.waiting);
        }
    });
}

fn rows(ui: &mut Ui, view: &mut View<'_>, interface: &Interface) {
    let lang = view.lang;
    for address in &interface.addresses {
        let name = if address.ip.is_ipv4() { "IPv4" } else { "IPv6" };
        let ip = address.ip.to_string();
        row(ui, view, name, &ip, &format!("/{}", address.prefix), &reached(lang, address));
        if let Some(broadcast) = address.broadcast {
            let what = t!(lang, "addresses-broadcast-what");
            row(ui, view, &t!(lang, "addresses-broadcast"), &broadcast.to_string(), "", &what);
        }
    }
    if let Some(mac) = &interface.mac {
        row(ui, view, "MAC", mac, "", &t!(lang, "addresses-mac-what"));
    }
    for gateway in &interface.gateways {
        let what = t!(lang, "addresses-gateway-what");
        row(ui, view, &t!(lang, "addresses-gateway"), &gateway.to_string(), "", &what);
    }
}

/// `after` is shown behind the value and not copied with it.
fn row(ui: &mut Ui, view: &mut View<'_>, name: &str, value: &str, after: &str, words: &str) {
    let tokens = Tokens::of(ui);
    ui.label(RichText::new(name).color(tokens.muted));
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 0.0;
        ui.label(RichText::new(value).monospace());
        if !after.is_empty() {
            ui.label(RichText::new(after).monospace().color(tokens.muted));
        }
        ui.add_space(2.0);
        if controls::icon(ui, ICON_CONTENT_COPY, &t!(view.lang, "addresses-copy", address = value)).clicked() {
            view.copy(value.to_owned());
        }
    });
    ui.add(egui::Label::new(RichText::new(words).size(12.0)).wrap());
    ui.end_row();
}

/// Who can reach an address, in words.
fn reached(lang: Lang, address: &OwnAddress) -> String {
    match address.reach() {
        Reach::Machine => t!(lang, "reach-machine"),
        Reach::Link => t!(lang, "reach-link"),
        Reach::Private => t!(lang, "reach-private"),
        Reach::Global => t!(lang, "reach-global"),
        Reach::Special => t!(lang, "reach-special"),
    }
    .into_owned()
}
