//! What stands above the map: the connection, the direction, zooming; and what stands there instead of a map.

use std::borrow::Cow;

use eframe::egui::{self, Align, Button, Layout, Rect, RichText, Ui, UiBuilder, vec2};
use egui_material_icons::icons::{ICON_FIT_WIDTH, ICON_LAST_PAGE, ICON_ZOOM_IN, ICON_ZOOM_OUT};

use super::BYTE_MAP;
use super::subject::Subject;
use super::{ByteMapPane, Shown};
use crate::lab::examples;
use crate::lang::Lang;
use crate::t;
use crate::ui::command::UiCommand;
use crate::ui::controls;
use crate::ui::panes::picture_menu;
use crate::ui::theme;
use crate::ui::view::View;
use crate::ui::widgets::choice::Choice;
use crate::ui::widgets::ends;

/// What the buttons do.
#[derive(Clone, Copy)]
enum Act {
    ZoomOut,
    ZoomIn,
    All,
    Newest,
}

impl ByteMapPane {
    pub(super) fn toolbar_ui(&mut self, ui: &mut Ui, view: &mut View<'_>, subject: &Subject, rect: Rect) {
        let (id, room) = (ui.scope_id().with("tools"), rect.shrink2(vec2(8.0, 4.0)));
        ends::scrolled_beside(ui, id, room, |ui| self.shown_ui(ui, view, subject));
        ends::draw(ui, id, room, |ui| self.buttons_ui(ui, view, subject));
    }

    fn buttons_ui(&mut self, ui: &mut Ui, view: &mut View<'_>, subject: &Subject) {
        let lang = view.lang;
        ui.spacing_mut().item_spacing.x = 2.0;
        let ports = match self.shown {
            Shown::Out => 0..1,
            Shown::In => 1..2,
            Shown::Both => 0..2,
        };
        let trace = view.session.trace();
        let extents =
            [0, 1].map(|way| self.line(view.session.shown_trace(), subject, way).map(|line| line.extent(trace)));
        for (icon, name, act) in [
            (ICON_ZOOM_OUT, t!(lang, "byte-map-zoom-out"), Act::ZoomOut),
            (ICON_ZOOM_IN, t!(lang, "byte-map-zoom-in"), Act::ZoomIn),
            (ICON_FIT_WIDTH, t!(lang, "byte-map-fit"), Act::All),
            (ICON_LAST_PAGE, t!(lang, "byte-map-newest"), Act::Newest),
        ] {
            if !controls::icon(ui, icon, &name).clicked() {
                continue;
            }
            for way in ports.clone() {
                let (port, Some(extent)) = (&mut self.ports[way], extents[way]) else { continue };
                let middle = (port.span() * port.scale() / 2.0) as f32;
                match act {
                    Act::Newest => port.newest(),
                    Act::All => port.all(),
                    Act::ZoomIn => port.zoom(1.5, middle, extent),
                    Act::ZoomOut => port.zoom(1.0 / 1.5, middle, extent),
                }
            }
        }
        picture_menu::button_ui(ui, view, &BYTE_MAP);
    }

    /// The connection and the directions that are shown.
    fn shown_ui(&mut self, left: &mut Ui, view: &mut View<'_>, subject: &Subject) {
        let lang = view.lang;
        let rest = left.max_rect();
        // In a narrow pane the other end's name stands at its lane only.
        let narrow = rest.width() < 380.0;
        let name = if narrow { self.end_names(view, subject).0 } else { subject.name(view.session) };
        let mut chosen = None;
        Choice { name: &t!(lang, "byte-map-connection"), shown: &name, prefixed: false }.show(left, |ui| {
            ui.set_min_width(220.0);
            let (offered, more) = Subject::offered(view.session);
            egui::ScrollArea::vertical().max_height(320.0).show(ui, |ui| {
                for offer in offered {
                    let is_this = offer.is_same(subject, view.session);
                    if ui.add(Button::selectable(is_this, offer.name(view.session))).clicked() {
                        chosen = Some(offer);
                        ui.close();
                    }
                }
                if more > 0 {
                    ui.label(RichText::new(t!(lang, "byte-map-more", count = more)).color(view.tokens.muted));
                }
            });
        });
        left.add_space(6.0);
        let names = self.end_names(view, subject);
        let [a, b] = [&names.0, &names.1];
        let ways = [
            (Shown::Out, t!(lang, "byte-map-way", from = a.clone(), to = b.clone())),
            (Shown::In, t!(lang, "byte-map-way", from = b.clone(), to = a.clone())),
            (Shown::Both, t!(lang, "byte-map-both")),
        ];
        let mut wanted = None;
        if rest.width() < 560.0 {
            let now = match self.shown {
                Shown::Out if narrow => "→",
                Shown::In if narrow => "←",
                Shown::Both if narrow => "↔",
                shown => ways.iter().find(|(way, _)| *way == shown).map_or("", |(_, text)| text.as_ref()),
            };
            let name = t!(lang, "byte-map-ways");
            Choice { name: &name, shown: now, prefixed: false }.show(left, |ui| {
                for (shown, text) in &ways {
                    if ui.add(Button::selectable(self.shown == *shown, text.as_ref())).clicked() {
                        wanted = Some(*shown);
                        ui.close();
                    }
                }
            });
        } else {
            for (shown, text) in ways {
                let mark = if self.shown == shown { theme::strong(text.clone()) } else { RichText::new(text.as_ref()) };
                let button = Button::selectable(self.shown == shown, mark.size(12.0)).truncate();
                if left.add(button).on_hover_text(t!(lang, "byte-map-ways")).clicked() {
                    wanted = Some(shown);
                }
            }
        }
        if let Some(shown) = wanted {
            self.chosen = Some(shown);
            self.shown = shown;
        }
        if let Some(subject) = chosen {
            self.choose(subject);
        }
    }
}

/// What will be seen here, and how to get it.
pub fn empty_ui(ui: &mut Ui, view: &mut View<'_>) {
    let lang = view.lang;
    let room = ui.available_rect_before_wrap().shrink(16.0);
    let mut ui = ui.new_child(UiBuilder::new().max_rect(room).layout(Layout::top_down(Align::Center)));
    ui.add_space((room.height() / 2.0 - 64.0).max(0.0));
    ui.label(theme::strong(t!(lang, "byte-map-empty-title")).size(14.0));
    ui.set_max_width(620.0);
    let text: Cow<'_, str> = t!(lang, "byte-map-empty");
    ui.add(egui::Label::new(RichText::new(text).color(view.tokens.muted)).wrap());
    let sticky = examples::all().iter().find(|example| example.lab.title.text(Lang::ZhCn).contains("粘"));
    if let Some(example) = sticky {
        let title = example.lab.title.text(lang).to_owned();
        let button = ui.button(t!(lang, "byte-map-example", title = title));
        if button.clicked() {
            view.command(UiCommand::OpenExample(example.number));
        }
    }
}
