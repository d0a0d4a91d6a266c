//! The bar at the top of the ladder: what is shown, and how.

use eframe::egui::{RichText, Ui, vec2};
use egui_material_icons::icons::{ICON_ZOOM_IN, ICON_ZOOM_OUT};

use super::LADDER;
use super::scroll::{Mode, ZOOM};
use super::{Choice, LadderPane};
use crate::lang::Lang;
use crate::t;
use crate::trace::StreamKey;
use crate::trace::ladder::Chosen;
use crate::ui::controls;
use crate::ui::panes::picture_menu;
use crate::ui::view::View;
use crate::ui::widgets::pause_button;
use crate::ui::widgets::{choice, ends};

const HEIGHT: f32 = 30.0;

impl LadderPane {
    pub(super) fn toolbar_ui(&mut self, ui: &mut Ui, view: &mut View<'_>, chosen: &Chosen<'_>) {
        let (id, room) = ends::bar(ui, HEIGHT);
        ends::scrolled_beside(ui, id, room, |ui| self.shown_ui(ui, view, chosen));
        ends::draw(ui, id, room, |ui| self.buttons_ui(ui, view, chosen));
    }

    /// Which calls are shown, and how.
    fn shown_ui(&mut self, ui: &mut Ui, view: &View<'_>, chosen: &Chosen<'_>) {
        let lang = view.lang;
        ui.spacing_mut().item_spacing.x = 4.0;
        ui.spacing_mut().button_padding = vec2(6.0, 3.0);
        self.choice_ui(ui, view);
        for (mode, name, tip) in [
            (Mode::Compressed, t!(lang, "ladder-compressed"), t!(lang, "ladder-compressed-tip")),
            (Mode::ToScale, t!(lang, "ladder-to-scale"), t!(lang, "ladder-to-scale-tip")),
        ] {
            if ui.selectable_label(self.scroll.mode == mode, name.as_ref()).on_hover_text(tip).clicked() {
                let now = self.now(view, chosen);
                self.scroll.set_mode(mode, chosen, self.height, now);
            }
        }
        ui.checkbox(&mut self.segments, t!(lang, "ladder-segments")).on_hover_text(t!(lang, "ladder-segments-tip"));
    }

    fn buttons_ui(&mut self, ui: &mut Ui, view: &mut View<'_>, chosen: &Chosen<'_>) {
        let lang = view.lang;
        ui.spacing_mut().item_spacing.x = 2.0;
        for (icon, name, factor) in
            [(ICON_ZOOM_OUT, t!(lang, "ladder-zoom-out"), 1.0 / ZOOM), (ICON_ZOOM_IN, t!(lang, "ladder-zoom-in"), ZOOM)]
        {
            if controls::icon(ui, icon, &name).clicked() {
                let extent = self.scroll.extent(chosen, self.height, self.now(view, chosen));
                self.scroll.zoom(factor, self.height / 2.0, &extent);
            }
        }
        picture_menu::button_ui(ui, view, &LADDER);
        pause_button::button_ui(ui, view);
    }

    fn choice_ui(&mut self, ui: &mut Ui, view: &View<'_>) {
        let lang = view.lang;
        let name = t!(lang, "ladder-scope");
        let shown = choice_name(view, lang, self.choice);
        choice::Choice { name: &name, shown: &shown, prefixed: false }.show(ui, |ui| {
            for choice in [Choice::All, Choice::SelectedEndpoint, Choice::SelectedConn] {
                let text = RichText::new(choice_name(view, lang, choice));
                if ui.selectable_label(self.choice == choice, text).clicked() {
                    self.choice = choice;
                    self.scroll.follow(true);
                    ui.close();
                }
            }
        });
    }
}

fn choice_name(view: &View<'_>, lang: Lang, choice: Choice) -> String {
    let selection = &view.selection;
    let named = |key: StreamKey| view.session.name_of(key);
    match (choice, selection.endpoint(), selection.conn()) {
        (Choice::All, ..) => t!(lang, "ladder-scope-all").into_owned(),
        (Choice::SelectedEndpoint, Some(endpoint), _) => {
            t!(lang, "ladder-scope-endpoint", name = named((endpoint, None))).into_owned()
        }
        (Choice::SelectedEndpoint, None, _) => t!(lang, "ladder-scope-select-endpoint").into_owned(),
        (Choice::SelectedConn, Some(endpoint), Some(conn)) => {
            t!(lang, "ladder-scope-conn", name = named((endpoint, Some(conn)))).into_owned()
        }
        (Choice::SelectedConn, ..) => t!(lang, "ladder-scope-select-conn").into_owned(),
    }
}
