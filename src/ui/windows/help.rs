//! F1: the shortcuts and a short tour; and what program this is.

use eframe::egui::{self, Align2, Grid, RichText, ScrollArea, Ui, Window, vec2};

use crate::lang::Lang;
use crate::t;
use crate::ui::command::UiCommand;
use crate::ui::controls;
use crate::ui::targets::OnEndpoint;
use crate::ui::theme::{self, Tokens};
use crate::ui::widgets::modal;

#[derive(Default)]
pub struct Help {
    pub shortcuts_open: bool,
    pub about_open: bool,
}

impl Help {
    pub fn ui(&mut self, ctx: &egui::Context, lang: Lang) {
        // Not while a field or a window above has a use for the key.
        let idle = ctx.memory(|memory| memory.focused().is_none() && memory.top_modal_layer().is_none());
        if (self.shortcuts_open || self.about_open) && idle && ctx.input(|input| input.key_pressed(egui::Key::Escape)) {
            self.shortcuts_open = false;
            self.about_open = false;
        }
        let room = ctx.content_rect().size() - vec2(80.0, 120.0);
        let shown = Window::new(t!(lang, "help-title").as_ref())
            .id(egui::Id::unique("help"))
            .open(&mut self.shortcuts_open)
            .collapsible(false)
            .resizable(false)
            .pivot(Align2::CENTER_CENTER)
            .default_pos(ctx.content_rect().center())
            .default_height(room.y)
            .show(ctx, |ui| {
                ui.set_width(560.0_f32.min(room.x));
                ScrollArea::vertical().max_height(room.y.max(160.0)).show(ui, |ui| help(ui, lang));
            });
        modal::beside_others(ctx, shown.as_ref());
        let shown = Window::new(t!(lang, "about-title").as_ref())
            .id(egui::Id::unique("about"))
            .open(&mut self.about_open)
            .collapsible(false)
            .resizable(false)
            .pivot(Align2::CENTER_CENTER)
            .default_pos(ctx.content_rect().center())
            .show(ctx, |ui| about(ui, lang));
        modal::beside_others(ctx, shown.as_ref());
    }
}

fn help(ui: &mut Ui, lang: Lang) {
    controls::section(ui, &t!(lang, "help-tour"));
    let steps = [
        t!(lang, "help-tour-1"),
        t!(lang, "help-tour-2"),
        t!(lang, "help-tour-3"),
        t!(lang, "help-tour-4"),
        t!(lang, "help-tour-5"),
    ];
    ui.spacing_mut().interact_size.y = 0.0;
    for (number, text) in (1..).zip(steps) {
        ui.horizontal_top(|ui| {
            ui.label(theme::strong(format!("{number}.")).color(Tokens::of(ui).accent));
            ui.add(egui::Label::new(text.as_ref()).wrap());
        });
    }
    ui.add_space(12.0);
    controls::section(ui, &t!(lang, "help-keys"));
    Grid::new("shortcuts").num_columns(2).spacing(vec2(24.0, 7.0)).min_row_height(0.0).show(ui, |ui| {
        let composer = [
            ("Enter", t!(lang, "help-key-enter")),
            ("↑ ↓", t!(lang, "help-key-history")),
            ("Ctrl+1 … 9", t!(lang, "help-key-snippet")),
            ("Tab", t!(lang, "help-key-tab")),
            ("Esc", t!(lang, "help-key-escape")),
        ];
        for (keys, text) in composer {
            line(ui, keys, &text);
        }
        for command in UiCommand::all() {
            let entry = command.entry();
            if let Some(shortcut) = entry.shortcut {
                line(ui, &ui.ctx().format_shortcut(&shortcut), &lang.text(entry.tip, None));
            }
        }
        for command in OnEndpoint::ALL {
            if let Some(shortcut) = command.shortcut() {
                line(ui, &ui.ctx().format_shortcut(&shortcut), &t!(lang, "help-key-rename"));
            }
        }
        line(ui, "← →", &t!(lang, "help-key-tabs"));
        line(ui, "Alt", &t!(lang, "help-key-alt"));
    });
}

fn line(ui: &mut Ui, keys: &str, text: &str) {
    ui.label(RichText::new(keys).monospace().color(Tokens::of(ui).accent));
    ui.label(text);
    ui.end_row();
}

fn about(ui: &mut Ui, lang: Lang) {
    ui.set_width(380.0);
    let muted = Tokens::of(ui).muted;
    ui.label(theme::strong(t!(lang, "app-name")).size(20.0));
    ui.label(RichText::new(t!(lang, "about-version", version = env!("CARGO_PKG_VERSION"))).color(muted));
    ui.add_space(6.0);
    ui.label(t!(lang, "welcome-what"));
    ui.add_space(6.0);
    ui.label(RichText::new(t!(lang, "about-licence")).size(12.0).color(muted));
    ui.label(RichText::new(t!(lang, "about-fonts")).size(12.0).color(muted));
}
