//! Lines of a form: a label, a control, and beneath it what is wrong.

use eframe::egui::{self, Align, Button, ComboBox, Key, Layout, Response, RichText, TextEdit, Ui, vec2};
use egui_material_icons::icons::{ICON_ERROR, ICON_INFO};

use crate::lang::Lang;
use crate::t;
use crate::ui::controls;
use crate::ui::theme::Tokens;
use crate::ui::widgets::field;

const LABEL_WIDTH: f32 = 128.0;
/// The line that says what is wrong or missing.
const OBSTACLE_HEIGHT: f32 = 20.0;

/// Lines of a label and a control, with what is wrong beneath.
pub struct Lines<'a, F> {
    pub wrong: &'a [(F, String)],
    /// Enter was pressed where it means "go on".
    pub entered: bool,
    /// The fields that the user has changed or left in this frame.
    pub touched: Vec<F>,
}

impl<'a, F: Copy + PartialEq> Lines<'a, F> {
    /// `wrong` is what is shown as wrong; `entered` says that Enter was pressed outside of all controls.
    pub fn new(wrong: &'a [(F, String)], entered: bool) -> Self {
        Self { wrong, entered, touched: Vec::new() }
    }

    /// Takes note of what the user did with a field.
    pub fn follow(&mut self, ui: &Ui, field: Option<F>, response: &Response) {
        self.entered |= response.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
        if response.changed() || response.lost_focus() {
            self.touched.extend(field);
        }
    }

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
        self.follow(ui, field, &response);
        if let Some(why) = why {
            let colour = Tokens::of(ui).error;
            under(ui, RichText::new(why).size(12.0).color(colour));
        }
        response
    }

    pub fn text(&mut self, ui: &mut Ui, name: &str, tip: &str, of: F, text: &mut String, hint: &str) -> Response {
        self.line(ui, name, tip, Some(of), |ui| {
            field::line(ui, TextEdit::singleline(text).desired_width(f32::INFINITY).hint_text(hint).char_limit(4096))
        })
    }

    /// True where it was changed.
    pub fn check(&mut self, ui: &mut Ui, name: &str, text: &str, tip: &str, on: &mut bool) -> bool {
        ui.horizontal(|ui| {
            label(ui, name, "");
            let response = ui.checkbox(on, text);
            let response = if tip.is_empty() { response } else { response.on_hover_text(tip) };
            // egui takes Enter for a click; in a form it goes on, and Space ticks.
            let entered = response.has_focus() && ui.input(|input| input.key_pressed(Key::Enter));
            if entered && response.changed() {
                *on = !*on;
            }
            self.entered |= entered;
            response.changed() && !entered
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
pub fn mark_wrong(ui: &mut Ui) {
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

/// What keeps a form from going on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Obstacle {
    pub text: String,
    /// It is only missing, which is no error as long as the user has not come to it.
    pub missing: bool,
}

impl Obstacle {
    /// The first of what is wrong, with the name of its field.
    pub fn first<F: PartialEq>(
        lang: Lang,
        wrong: &[(F, String)],
        shown: &[(F, String)],
        name: impl Fn(&F) -> String,
    ) -> Option<Self> {
        // What is red already comes before what the user has not come to.
        let (field, why) = shown.first().or_else(|| wrong.first())?;
        let name = name(field);
        let text =
            if name.is_empty() { why.clone() } else { t!(lang, "form-wrong-in", field = name, why = why).into_owned() };
        Some(Self { text, missing: shown.is_empty() })
    }
}

/// A button of the last line that was pressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pressed {
    Go,
    /// The second button that goes on.
    Also,
    Cancel,
}

/// The words of the last line.
pub struct Footer<'a> {
    pub go: &'a str,
    /// A second button that goes on, with its tip.
    pub also: Option<(&'a str, &'a str)>,
    pub obstacle: Option<&'a Obstacle>,
}

impl Footer<'_> {
    /// The last lines: what keeps the form from going on, and the buttons, with `beside` at their left. The line for the
    /// former is always there, so that the buttons stay where they are.
    pub fn ui(&self, ui: &mut Ui, lang: Lang, beside: impl FnOnce(&mut Ui)) -> Option<Pressed> {
        self.obstacle_ui(ui);
        let row = ui.horizontal(|ui| {
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                let ready = self.obstacle.is_none();
                let reason = self.obstacle.map_or("", |obstacle| obstacle.text.as_str());
                let go = controls::primary_enabled(ui, ready, self.go).on_disabled_hover_text(reason);
                let also = self.also.is_some_and(|(word, tip)| {
                    ui.add_enabled(ready, Button::new(word)).on_hover_text(tip).on_disabled_hover_text(reason).clicked()
                });
                let cancel = ui.button(t!(lang, "cancel"));
                ui.with_layout(Layout::left_to_right(Align::Center), beside);
                if go.clicked() {
                    Some(Pressed::Go)
                } else if also {
                    Some(Pressed::Also)
                } else {
                    cancel.clicked().then_some(Pressed::Cancel)
                }
            })
        });
        row.inner.inner
    }

    fn obstacle_ui(&self, ui: &mut Ui) {
        let size = vec2(ui.available_width(), OBSTACLE_HEIGHT);
        ui.allocate_ui_with_layout(size, Layout::left_to_right(Align::Center), |ui| {
            ui.set_min_size(size);
            let Some(Obstacle { text, missing }) = self.obstacle else { return };
            let tokens = Tokens::of(ui);
            let (icon, colour) = if *missing { (ICON_INFO, tokens.muted) } else { (ICON_ERROR, tokens.error) };
            ui.label(icon.rich_text().size(15.0).color(colour));
            ui.add(egui::Label::new(RichText::new(text).size(12.0).color(colour)).truncate());
        });
    }
}
