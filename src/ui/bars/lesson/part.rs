//! One part of a lesson: its heading, and what is to be read, done, said and seen in it.

use eframe::egui::accesskit::Live;
use eframe::egui::{Align2, Frame, Label, Margin, RichText, Stroke, Ui, vec2};
use egui_material_icons::icons::{ICON_CHECK_CIRCLE, ICON_PLAY_ARROW, ICON_RADIO_BUTTON_UNCHECKED, ICON_REPLAY};

use super::ask;
use super::markdown;
use super::state::State;
use crate::explain;
use crate::lab::lesson::{Part, Question, Show, Value};
use crate::lesson::Answered;
use crate::t;
use crate::ui::command::UiCommand;
use crate::ui::controls;
use crate::ui::panes::LabView;
use crate::ui::theme::{self, ROUNDING};
use crate::ui::view::View;

pub(super) fn ui(ui: &mut Ui, view: &mut View<'_>, state: &mut State, index: usize, part: &Part, size: f32) {
    let unfolded = state.at == Some(index);
    heading(ui, view, state, index, part, size);
    if !unfolded {
        return;
    }
    Frame::new().inner_margin(Margin { left: 8, right: 0, top: 2, bottom: 10 }).show(ui, |ui| {
        ui.set_width(ui.available_width());
        contents(ui, view, state, index, part, size);
    });
}

/// `✓ 2 Predict`
fn heading(ui: &mut Ui, view: &View<'_>, state: &mut State, index: usize, part: &Part, size: f32) {
    let (lang, tokens) = (view.lang, view.tokens);
    let unfolded = state.at == Some(index);
    let (done, reached) = (state.progress.is_done(index), state.is_reached(index));
    let title = part.title.shown(lang);
    let number = (index + 1).to_string();
    let key = if done { "lesson-part-done" } else { "lesson-part-open" };
    let name = lang.text(key, None);
    let name = format!("{number}. {title} ({name})");
    let response = ui.add_enabled_ui(reached || unfolded, |ui| controls::row(ui, size * 2.0, unfolded, &name)).inner;
    let rect = response.rect.shrink2(vec2(6.0, 0.0));
    let (icon, colour) = match (done, reached) {
        (true, _) => (ICON_CHECK_CIRCLE, tokens.ok),
        (false, true) => (ICON_RADIO_BUTTON_UNCHECKED, tokens.accent),
        (false, false) => (ICON_RADIO_BUTTON_UNCHECKED, tokens.muted),
    };
    controls::paint_text(ui, rect, Align2::LEFT_CENTER, icon.rich_text().size(size + 2.0), colour);
    let text = theme::strong(format!("{number}  {title}")).size(size);
    let colour = if reached { tokens.text } else { tokens.muted };
    controls::paint_text(ui, rect.with_min_x(rect.left() + size + 10.0), Align2::LEFT_CENTER, text, colour);
    if response.clicked() {
        state.unfold(if unfolded { None } else { Some(index) });
    } else if unfolded && std::mem::take(&mut state.moved) {
        response.scroll_to_me(Some(eframe::egui::Align::TOP));
    }
}

fn contents(ui: &mut Ui, view: &mut View<'_>, state: &mut State, index: usize, part: &Part, size: f32) {
    let lang = view.lang;
    markdown::show(ui, lang, part.text.text(lang), size);
    if !part.task.is_empty() {
        task(ui, view, state, index, part, size);
    }
    if part.run {
        run(ui, view, state, size);
    }
    let mut known = part.ask.is_none();
    if let Some(question) = &part.ask {
        known = self::question(ui, view, state, index, question, size);
    }
    if known && !part.explain.is_empty() && (!part.run || state.progress.is_done(index)) {
        ui.add_space(4.0);
        markdown::show(ui, lang, part.explain.text(lang), size);
    }
    if let Some(show) = &part.show {
        show_button(ui, view, show);
    }
    let may_go_on = match (&part.ask, part.run) {
        (Some(_), _) => state.progress.answer(index).is_some() && state.progress.is_done(index),
        (None, true) => state.progress.is_done(index),
        (None, false) => part.ready.is_none() || state.progress.is_done(index),
    };
    ui.add_space(4.0);
    if may_go_on && controls::primary(ui, t!(lang, "lesson-go-on")).clicked() {
        state.progress.set_done(index);
        state.go_on();
    }
}

fn task(ui: &mut Ui, view: &View<'_>, state: &mut State, index: usize, part: &Part, size: f32) {
    let (lang, tokens) = (view.lang, view.tokens);
    let frame = Frame::new()
        .fill(tokens.tint(tokens.accent))
        .corner_radius(f32::from(ROUNDING))
        .inner_margin(Margin::symmetric(10, 6));
    frame.show(ui, |ui| {
        ui.set_width(ui.available_width());
        markdown::show(ui, lang, part.task.text(lang), size);
        if part.ready.is_some() {
            let done = state.progress.is_done(index);
            let (key, colour) = if done { ("lesson-seen", tokens.ok) } else { ("lesson-waits", tokens.muted) };
            let label = ui.label(RichText::new(lang.text(key, None)).size(size).color(colour));
            controls::announce(&label, Live::Polite);
            // What the program can't see may have been done all the same.
            if !done && controls::ghost(ui, t!(lang, "lesson-done-anyway")).clicked() {
                state.progress.set_done(index);
            }
        }
    });
    ui.add_space(4.0);
}

/// The button that runs the steps: it opens when all is predicted.
fn run(ui: &mut Ui, view: &mut View<'_>, state: &mut State, size: f32) {
    let (lang, tokens) = (view.lang, view.tokens);
    if state.keeps_from_running() {
        ui.label(RichText::new(t!(lang, "lesson-predict-first")).size(size).color(tokens.waiting));
        if controls::ghost(ui, t!(lang, "lesson-to-prediction")).clicked() {
            state.show_missing();
        }
        return;
    }
    let run = view.session.run_state().filter(|run| run.of > 0);
    let running = run.is_some_and(|run| !run.finished);
    let (icon, name) = match run {
        None => (ICON_PLAY_ARROW, t!(lang, "lesson-run")),
        Some(_) => (ICON_REPLAY, t!(lang, "lesson-run-again")),
    };
    let button = ui.add_enabled_ui(!running, |ui| controls::primary_icon(ui, icon, &name)).inner;
    if button.clicked() {
        view.command(UiCommand::RunSteps);
    }
    let Some(run) = run else { return };
    let (words, colour) = match run.failed {
        Some(failed) => (failed.text(lang), tokens.error),
        None if !run.ok() => (t!(lang, "lesson-run-failed").into_owned(), tokens.error),
        None if run.finished => (t!(lang, "lesson-run-over").into_owned(), tokens.ok),
        None => {
            let (step, of) = (run.step.to_string(), run.of.to_string());
            (t!(lang, "steps-running", step = step, of = of).into_owned(), tokens.accent)
        }
    };
    let label = ui.add(Label::new(RichText::new(words).size(size).color(colour)).wrap());
    controls::announce(&label, Live::Polite);
}

/// Gives true where the truth is known and may be explained.
fn question(ui: &mut Ui, view: &mut View<'_>, state: &mut State, index: usize, question: &Question, size: f32) -> bool {
    let lang = view.lang;
    let predicted = state.lesson.as_ref().is_some_and(|lesson| lesson.predictions().any(|part| part == index));
    let answer = state.progress.answer(index).cloned();
    let is_open = match &answer {
        None => true,
        // A prediction can be changed until it is run; an observation is tried again until it is right.
        Some(answer) if predicted => answer.truth.is_none(),
        Some(answer) => answer.right != Some(true) && !state.given_up.contains(&index),
    };
    if is_open {
        let go = match (&answer, predicted) {
            (None, true) => t!(lang, "lesson-predict"),
            (Some(_), true) => t!(lang, "lesson-predict-anew"),
            (_, false) => t!(lang, "lesson-check"),
        };
        let mut draft = state.drafts.remove(&index).unwrap_or_default();
        let given = ask::ui(ui, view, question, &mut draft, &go, size);
        state.drafts.insert(index, draft);
        if let Some(given) = given {
            state.give(view.session, index, given);
        }
    }
    let Some(answer) = answer else { return false };
    let known = answer.truth.is_some() && (predicted || !is_open);
    compared(ui, view, question, &answer, predicted, known, size);
    if is_open && !predicted && answer.right == Some(false) {
        let hint = question.hint(&answer.given);
        if let Some(hint) = hint {
            markdown::show(ui, lang, hint.text(lang), size);
        }
        if controls::ghost(ui, t!(lang, "lesson-show-answer")).clicked() {
            state.given_up.push(index);
            state.progress.set_done(index);
        }
    } else if known
        && answer.right == Some(false)
        && let Some(hint) = question.hint(&answer.given)
    {
        markdown::show(ui, lang, hint.text(lang), size);
    }
    known
}

/// What was said, and beside it what is true.
fn compared(
    ui: &mut Ui,
    view: &View<'_>,
    question: &Question,
    answer: &Answered,
    predicted: bool,
    known: bool,
    size: f32,
) {
    let (lang, tokens) = (view.lang, view.tokens);
    let words = |value: &Value| explain::lesson::value(lang, question, value, view.session.trace());
    let frame = Frame::new()
        .stroke(Stroke::new(1.0, tokens.line))
        .corner_radius(f32::from(ROUNDING))
        .inner_margin(Margin::symmetric(10, 6));
    frame.show(ui, |ui| {
        ui.set_width(ui.available_width());
        let key = if predicted { "lesson-you-predicted" } else { "lesson-you-said" };
        let said = t!(lang, key, answer = words(&answer.given));
        ui.add(Label::new(RichText::new(said).size(size)).wrap());
        let verdict = match (answer.right, known) {
            (Some(true), _) => Some(("predict-right", tokens.ok)),
            (Some(false), _) => Some(("predict-wrong", tokens.error)),
            (None, _) => None,
        };
        if let (Some(truth), true) = (&answer.truth, known) {
            let truth = t!(lang, "lesson-truth", answer = words(truth));
            ui.add(Label::new(theme::strong(truth).size(size)).wrap());
        }
        if let Some((key, colour)) = verdict {
            let label = ui.label(RichText::new(lang.text(key, None)).size(size).color(colour));
            controls::announce(&label, Live::Polite);
        } else if predicted {
            ui.label(RichText::new(t!(lang, "lesson-truth-later")).size(size).color(tokens.muted));
        }
    });
}

fn show_button(ui: &mut Ui, view: &mut View<'_>, show: &Show) {
    let Some(shown) = LabView::named(&show.view) else { return };
    let name = t!(view.lang, "lesson-show", view = shown.title(view.lang));
    if ui.button(name.as_ref()).clicked() {
        view.command(UiCommand::ShowView(shown));
        if let Some(filter) = &show.call {
            let found = view.session.asking(0, |run| run.matching(filter).last().map(|call| (call.seq, call.key())));
            if let Some((seq, key)) = found {
                view.selection.select_call(seq, key);
            }
        }
    }
}
