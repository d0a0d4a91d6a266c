//! Lines of a form: a label, a control, and beneath it what is wrong.

use eframe::egui::{self, Align, ComboBox, Key, Layout, Response, RichText, TextEdit, Ui, vec2};
use egui_material_icons::icons::{ICON_ERROR, ICON_INFO};

use super::fields::Field;
use crate::lang::Lang;
use crate::t;
use crate::ui::controls;
use crate::ui::theme::Tokens;

const LABEL_WIDTH: f32 = 128.0;

/// Lines of a label and a control, with what is wrong beneath.
pub struct Lines<'a, F = Field> {
    pub wrong: &'a [(F, String)],
    /// Enter was pressed in one of the fields.
    pub entered: bool,
}

impl<F: Copy + PartialEq> Lines<'_, F> {
    pub fn line(
        &mut self,
        ui: &mut Ui,
        name: &str,
        tip: &str,
        field: Option<F>,
        control: impl FnOnce(&mut Ui) -> Response,
    ) -> Response {
        self.place(ui, name, tip, field, true, control)
    }

    /// The same for controls that have names of their own.
    pub fn named(
        &mut self,
        ui: &mut Ui,
        name: &str,
        tip: &str,
        field: Option<F>,
        control: impl FnOnce(&mut Ui) -> Response,
    ) -> Response {
        self.place(ui, name, tip, field, false, control)
    }

    fn place(
        &mut self,
        ui: &mut Ui,
        name: &str,
        tip: &str,
        field: Option<F>,
        labelled: bool,
        control: impl FnOnce(&mut Ui) -> Response,
    ) -> Response {
        let why = field.and_then(|field| self.wrong.iter().find(|(wrong, _)| *wrong == field)).map(|(_, why)| why);
        let response = ui
            .horizontal(|ui| {
                let label = label(ui, name, tip);
                ui.scope(|ui| {
                    if why.is_some() {
                        mark_wrong(ui);
                    }
                    let response = control(ui);
                    let response = if labelled { response.labelled_by(label.id) } else { response };
                    if tip.is_empty() { response } else { response.on_hover_text(tip) }
                })
                .inner
            })
            .inner;
        self.entered |= response.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
        if let Some(why) = why {
            let colour = Tokens::of(ui).error;
            under(ui, RichText::new(why).size(12.0).color(colour));
        }
        response
    }

    pub fn text(&mut self, ui: &mut Ui, name: &str, tip: &str, field: F, text: &mut String, hint: &str) -> Response {
        self.line(ui, name, tip, Some(field), |ui| {
            ui.add(TextEdit::singleline(text).desired_width(f32::INFINITY).hint_text(hint).char_limit(4096))
        })
    }

    /// True where it was changed.
    pub fn check(&mut self, ui: &mut Ui, name: &str, text: &str, tip: &str, on: &mut bool) -> bool {
        ui.horizontal(|ui| {
            label(ui, name, "");
            let response = ui.checkbox(on, text);
            if tip.is_empty() { response } else { response.on_hover_text(tip) }.changed()
        })
        .inner
    }

    pub fn choice(&mut self, ui: &mut Ui, name: &str, tip: &str, chosen: &str, contents: impl FnOnce(&mut Ui)) {
        self.line(ui, name, tip, None, |ui| {
            let width = ui.available_width();
            ComboBox::from_id_salt(name).width(width).height(320.0).selected_text(chosen).show_ui(ui, contents).response
        });
    }

    pub fn hint(&mut self, ui: &mut Ui, text: &str) {
        let colour = Tokens::of(ui).muted;
        under(ui, RichText::new(text).size(12.0).color(colour));
    }
}

/// Gives the fields that follow a red edge.
pub(super) fn mark_wrong(ui: &mut Ui) {
    let red = Tokens::of(ui).error;
    let widgets = &mut ui.visuals_mut().widgets;
    for state in [&mut widgets.inactive, &mut widgets.hovered] {
        state.bg_stroke.color = red;
    }
    ui.visuals_mut().selection.stroke.color = red;
}

fn label(ui: &mut Ui, name: &str, tip: &str) -> Response {
    let muted = Tokens::of(ui).muted;
    let size = vec2(LABEL_WIDTH, ui.spacing().interact_size.y);
    let layout = Layout::left_to_right(Align::Center);
    let response = ui.allocate_ui_with_layout(size, layout, |ui| {
        ui.set_min_width(LABEL_WIDTH);
        ui.add(egui::Label::new(RichText::new(name).color(muted)).truncate())
    });
    if tip.is_empty() { response.inner } else { response.inner.on_hover_text(tip) }
}

/// A line of text beneath a control.
fn under(ui: &mut Ui, text: RichText) {
    ui.scope(|ui| {
        // The line is as high as its text, not as a button.
        ui.spacing_mut().interact_size.y = 0.0;
        ui.horizontal(|ui| {
            ui.add_space(LABEL_WIDTH + ui.spacing().item_spacing.x);
            ui.add(egui::Label::new(text).wrap());
        });
    });
}

/// The last line: the button that goes on, or what keeps it from that: what is only missing is no error yet. Gives
/// whether to go on and whether to give up.
pub fn footer(ui: &mut Ui, lang: Lang, word: &str, reason: Option<&str>, missing: bool) -> (bool, bool) {
    ui.horizontal(|ui| {
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let go = controls::primary_enabled(ui, reason.is_none(), word);
            let go = go.on_disabled_hover_text(reason.unwrap_or_default());
            let cancel = ui.button(t!(lang, "cancel"));
            if let Some(reason) = reason {
                let tokens = Tokens::of(ui);
                let (icon, colour) = if missing { (ICON_INFO, tokens.muted) } else { (ICON_ERROR, tokens.error) };
                ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                    ui.label(icon.rich_text().size(15.0).color(colour));
                    ui.add(egui::Label::new(RichText::new(reason).size(12.0).color(colour)).truncate());
                });
            }
            (go.clicked(), cancel.clicked())
        })
        .inner
    })
    .inner
}
