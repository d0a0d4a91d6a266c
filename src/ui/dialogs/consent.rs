//! Before a lab runs programs for the first time: exactly what it would run.

use eframe::egui::{self, Id, Label, RichText, ScrollArea};

use crate::lang::Lang;
use crate::lang::visible::{visible, visible_path};
use crate::session::Session;
use crate::t;
use crate::ui::controls;
use crate::ui::theme::{self, Tokens};
use crate::ui::widgets::focus;
use crate::ui::widgets::modal;

const WIDTH: f32 = 560.0;
/// What stands above and below the programs.
const AROUND: f32 = 170.0;

/// `Some(true)`: they may run.
pub fn ask(ctx: &egui::Context, lang: Lang, session: &Session) -> Option<bool> {
    let shown = modal::show(ctx, Id::unique("consent"), WIDTH, |ui, place| {
        modal::title(ui, t!(lang, "consent-title"));
        ui.add_space(4.0);
        ui.add(Label::new(t!(lang, "consent-text")).wrap());
        if let Some(path) = session.path() {
            let muted = Tokens::of(ui).muted;
            let file = t!(lang, "consent-file", file = visible_path(path));
            ui.add(Label::new(RichText::new(file).size(12.0).color(muted)).wrap());
        }
        ui.add_space(6.0);
        let most = (place.height - AROUND).max(60.0);
        ScrollArea::vertical().max_height(most).auto_shrink([false, true]).show(ui, |ui| {
            let tokens = Tokens::of(ui);
            for program in session.programs() {
                let spec = &program.spec;
                controls::card(ui, |ui| {
                    ui.set_width(ui.available_width());
                    ui.label(theme::strong(visible(&spec.name).into_owned()));
                    let command = visible(&spec.command_line()).into_owned();
                    ui.add(Label::new(RichText::new(command).monospace().color(tokens.text)).wrap());
                    let small = |text: String| Label::new(RichText::new(text).size(12.0).color(tokens.muted)).wrap();
                    if let Some(dir) = &spec.dir {
                        ui.add(small(t!(lang, "consent-folder", folder = visible_path(dir)).into_owned()));
                    }
                    for (name, value) in &spec.env {
                        ui.add(small(visible(&format!("{name}={value}")).into_owned()));
                    }
                });
                ui.add_space(4.0);
            }
        });
        modal::buttons(ui, |ui| {
            let go = controls::primary(ui, t!(lang, "consent-run"));
            let cancel = ui.button(t!(lang, "cancel"));
            // The harmless answer has the keyboard.
            if place.is_new {
                focus::give(&cancel);
            }
            if go.clicked() { Some(true) } else { cancel.clicked().then_some(false) }
        })
    });
    shown.inner.or(shown.escape.then_some(false))
}
