//! Where an endpoint is bound, and where it goes.

use eframe::egui::{self, Button, TextEdit, Ui, vec2};
use egui_material_icons::icons::ICON_ARROW_DROP_DOWN;

use super::form_field::Field;
use super::{Form, Lines};
use crate::lang::Lang;
use crate::session::{Program, Session};
use crate::t;
use crate::ui::view::View;
use crate::ui::widgets::field;

/// The button beside a field that picks one of the lab's endpoints.
const PICK: f32 = 34.0;

impl Form {
    pub(super) fn bind_lines(&mut self, ui: &mut Ui, lang: Lang, lines: &mut Lines<'_>) {
        let fields = &mut self.fields;
        if fields.kind.is_unix() {
            let (name, tip) = (t!(lang, "form-path"), t!(lang, "form-path-tip"));
            lines.text(ui, &name, &tip, Field::Path, &mut fields.path, "/tmp/chat.sock");
            if self.editing.is_none() && fields.path == self.free_path {
                lines.hint(ui, &t!(lang, "form-path-free"));
            }
            return;
        }
        lines.text(
            ui,
            &t!(lang, "form-address"),
            &t!(lang, "form-address-tip"),
            Field::Host,
            &mut fields.host,
            "127.0.0.1",
        );
        let (name, tip) = (t!(lang, "form-lan"), t!(lang, "form-lan-tip"));
        let mut lan = fields.reaches_lan();
        if lines.check(ui, "", &name, &tip, &mut lan) {
            fields.set_reaches_lan(lan);
        }
        lines.text(ui, &t!(lang, "form-port"), &t!(lang, "form-port-tip"), Field::Port, &mut fields.port, "0");
        if fields.port.trim() == "0" {
            lines.hint(ui, &t!(lang, "form-port-any"));
        }
    }

    pub(super) fn remote_line(&mut self, ui: &mut Ui, view: &View<'_>, lines: &mut Lines<'_>) {
        let lang = view.lang;
        let kind = self.fields.kind;
        let udp = !kind.is_stream();
        let (name, tip) = if udp {
            (t!(lang, "form-destination"), t!(lang, "form-destination-tip"))
        } else {
            (t!(lang, "form-server"), t!(lang, "form-server-tip"))
        };
        let wanted = kind.server().unwrap_or(kind);
        let hint = if kind.is_unix() { "/tmp/chat.sock" } else { "127.0.0.1:8000" };
        let offered: Vec<_> = view
            .session
            .endpoints()
            .iter()
            .filter(|endpoint| endpoint.spec.kind == wanted && Some(endpoint.id) != self.editing)
            .map(|endpoint| (endpoint.spec.name.clone(), endpoint.shown_address()))
            .chain(listening_programs(view.session))
            .collect();
        let remote = &mut self.fields.remote;
        lines.line(ui, &name, &tip, Some(Field::Remote), |ui| {
            ui.spacing_mut().item_spacing.x = 4.0;
            let rest = if offered.is_empty() { 0.0 } else { PICK + ui.spacing().item_spacing.x };
            let width = ui.available_width() - rest;
            let field = field::line(ui, TextEdit::singleline(remote).desired_width(width).hint_text(hint));
            if !offered.is_empty() {
                ui.spacing_mut().button_padding.x = 4.0;
                let pick = ui
                    .add(Button::new(ICON_ARROW_DROP_DOWN.rich_text().size(16.0)).min_size(vec2(PICK, 0.0)))
                    .accessible_name(t!(lang, "form-pick"));
                egui::Popup::menu(&pick.on_hover_text(t!(lang, "form-pick"))).show(|ui| {
                    for (name, address) in &offered {
                        let button = Button::new(format!("@{name}")).shortcut_text(address.as_str());
                        if ui.add(button).clicked() {
                            *remote = format!("@{name}");
                        }
                    }
                });
            }
            field
        });
        let named = self.fields.remote.trim().strip_prefix('@').map(str::to_owned);
        if let Some(name) = named {
            match offered.iter().find(|(offered, _)| *offered == name) {
                Some((_, address)) => {
                    lines.hint(ui, &t!(lang, "form-server-now", name = name, address = address.as_str()));
                }
                None => lines.hint(ui, &t!(lang, "form-server-none", name = name)),
            }
        }
    }
}

/// Programs of the lab with where they listen.
fn listening_programs(session: &Session) -> impl Iterator<Item = (String, String)> {
    let listens = |program: &Program| Some((program.spec.name.clone(), program.live.listener()?.to_string()));
    session.programs().iter().filter_map(listens)
}
