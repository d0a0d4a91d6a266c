//! The bar above the panes of a lab that has steps: how the run is getting on, with buttons to run and to stop.

use eframe::egui::{Align, Button, Color32, Frame, Label, Layout, Margin, Rect, RichText, Ui, pos2, vec2};
use egui_material_icons::MaterialIcon;
use egui_material_icons::icons::{
    ICON_CANCEL, ICON_CHECK_CIRCLE, ICON_PENDING, ICON_PLAY_ARROW, ICON_RADIO_BUTTON_UNCHECKED, ICON_REPLAY, ICON_STOP,
};

use crate::session::RunState;
use crate::t;
use crate::ui::command::UiCommand;
use crate::ui::controls;
use crate::ui::theme::{self, PANE_ROUNDING};
use crate::ui::view::View;

/// The height of the line that shows how far the run has come.
const LINE: f32 = 2.0;

/// What the bar says.
struct BarText {
    icon: MaterialIcon,
    colour: Color32,
    title: String,
    /// The step in words; after a failure also what went wrong.
    more: Vec<String>,
    /// How much of the run is done.
    done: f32,
}

/// `may_run`: no lesson waits for a prediction.
pub fn ui(ui: &mut Ui, view: &mut View<'_>, may_run: bool) {
    if view.session.steps().is_empty() {
        return;
    }
    let state = view.session.run_state().filter(|state| state.of > 0);
    let said = said(view, state.as_ref());
    let tokens = view.tokens;
    let frame = Frame::new()
        .fill(tokens.pane)
        .stroke(tokens.hairline())
        .corner_radius(f32::from(PANE_ROUNDING))
        .inner_margin(Margin { left: 10, right: 6, top: 5, bottom: 5 });
    let bar = frame.show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.horizontal(|ui| {
            ui.label(said.icon.rich_text().size(17.0).color(said.colour));
            // The button first, from the right, so that long words leave it its room.
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                button(ui, view, state.as_ref(), may_run);
                ui.with_layout(Layout::top_down(Align::Min), |ui| {
                    ui.spacing_mut().item_spacing.y = 1.0;
                    ui.horizontal(|ui| {
                        ui.spacing_mut().interact_size.y = 18.0;
                        ui.label(theme::strong(&said.title).color(said.colour));
                        if let Some(step) = said.more.first() {
                            ui.add(Label::new(RichText::new(step).color(tokens.muted)).truncate()).on_hover_text(step);
                        }
                    });
                    for text in said.more.iter().skip(1) {
                        ui.add(Label::new(RichText::new(text).color(tokens.text)).wrap());
                    }
                });
            });
        });
    });
    let rect = bar.response.rect.shrink2(vec2(f32::from(PANE_ROUNDING), 0.0));
    let line = Rect::from_min_max(
        pos2(rect.left(), rect.bottom() - LINE),
        pos2(rect.left() + rect.width() * said.done, rect.bottom()),
    );
    ui.painter().rect_filled(line, 1.0, said.colour);
    ui.add_space(theme::GAP - ui.spacing().item_spacing.y.min(theme::GAP));
}

fn said(view: &View<'_>, state: Option<&RunState<'_>>) -> BarText {
    let (lang, tokens) = (view.lang, view.tokens);
    let steps = view.session.steps();
    let of = state.map_or(steps.len(), |state| state.of).to_string();
    let Some(state) = state else {
        let title = t!(lang, "steps-not-run", of = of).into_owned();
        return BarText { icon: ICON_RADIO_BUTTON_UNCHECKED, colour: tokens.muted, title, more: Vec::new(), done: 0.0 };
    };
    let in_words = |step: usize| steps.get(step.checked_sub(1)?).map(|step| step.words(lang));
    let part = |step: usize| step as f32 / state.of.max(1) as f32;
    if let Some(failed) = state.failed {
        let title = t!(lang, "steps-failed", step = failed.step.to_string(), of = of).into_owned();
        let mut more = vec![in_words(failed.step).unwrap_or_default()];
        more.push(failed.text(lang));
        return BarText { icon: ICON_CANCEL, colour: tokens.error, title, more, done: part(failed.step) };
    }
    if let Some(id) = state.not_opened {
        let name = view.session.endpoint(id).map(|endpoint| endpoint.spec.name.clone()).unwrap_or_default();
        let title = t!(lang, "steps-not-opened", name = name).into_owned();
        return BarText { icon: ICON_CANCEL, colour: tokens.error, title, more: Vec::new(), done: 0.0 };
    }
    if state.finished {
        let title = t!(lang, "steps-passed", count = state.of, of = of).into_owned();
        return BarText { icon: ICON_CHECK_CIRCLE, colour: tokens.ok, title, more: Vec::new(), done: 1.0 };
    }
    let title = t!(lang, "steps-running", step = state.step.to_string(), of = of).into_owned();
    let more = in_words(state.step).into_iter().collect();
    BarText { icon: ICON_PENDING, colour: tokens.accent, title, more, done: part(state.step.saturating_sub(1)) }
}

fn button(ui: &mut Ui, view: &mut View<'_>, state: Option<&RunState<'_>>, may_run: bool) {
    let lang = view.lang;
    let running = state.is_some_and(|state| !state.finished);
    if running {
        let name = t!(lang, "steps-stop");
        let icon = ICON_STOP.rich_text().size(15.0).color(view.tokens.text);
        let stop = Button::new((icon, RichText::new(name.as_ref()))).gap(4.0);
        let tip = lang.text(UiCommand::StopSteps.entry().tip, None);
        if ui.add(stop).accessible_name(name).on_hover_text(tip).clicked() {
            view.command(UiCommand::StopSteps);
        }
        return;
    }
    let (icon, name) = match state {
        None => (ICON_PLAY_ARROW, t!(lang, "steps-run")),
        Some(_) => (ICON_REPLAY, t!(lang, "steps-run-again")),
    };
    let tip = lang.text(UiCommand::RunSteps.entry().tip, None);
    let keys = UiCommand::RunSteps.shortcut().map(|keys| ui.ctx().format_shortcut(&keys)).unwrap_or_default();
    let button = ui.add_enabled_ui(may_run, |ui| controls::primary_icon(ui, icon, &name)).inner;
    let button = button.on_disabled_hover_text(t!(lang, "lesson-predict-first"));
    if button.on_hover_text(format!("{tip} ({keys})")).clicked() {
        view.command(UiCommand::RunSteps);
    }
}
