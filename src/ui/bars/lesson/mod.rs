//! The lesson of the lab, as a column at the left: its parts are steps. What is predicted is stored before the run begins,
//! and the truth stands beside it afterwards.

mod ask;
mod markdown;
mod part;
mod state;

use eframe::egui::{Frame, Label, Margin, Panel, RichText, ScrollArea, Ui};
use egui_material_icons::icons::{
    ICON_CLOSE, ICON_REFRESH, ICON_REPLAY, ICON_SCHOOL, ICON_TEXT_DECREASE, ICON_TEXT_INCREASE,
};

use crate::desktop::progress::LessonStore;
use crate::lab::examples;
use crate::lesson::handin::{Given, LessonId};
use crate::lesson::{Answered, questions};
use crate::session::Session;
use crate::t;
use crate::ui::command::UiCommand;
use crate::ui::controls;
use crate::ui::regions::{Place, region};
use crate::ui::theme;
use crate::ui::view::View;
use crate::ui::widgets::ends;
use state::State;

const WIDTH: f32 = 350.0;
const NARROWEST: f32 = 240.0;
/// The column takes at most so much of the window.
const MOST: f32 = 0.45;
/// The name of the panel.
const PANEL: &str = "lesson";

/// The column with the lesson that is open.
#[derive(Debug)]
pub struct LessonColumn {
    shown: bool,
    state: State,
    /// As it was drawn last.
    width: f32,
}

/// What of a lesson was done.
#[derive(Clone, Debug)]
pub struct Work {
    pub lesson: LessonId,
    /// The parts that were gone through, from 1.
    pub done: Vec<u32>,
    pub answers: Vec<Given>,
    /// How many questions there are.
    pub of: usize,
    /// The trace has the run that the answers were compared with.
    pub has_run: bool,
}

impl Default for LessonColumn {
    fn default() -> Self {
        Self { shown: true, state: State::default(), width: WIDTH }
    }
}

impl LessonColumn {
    pub fn toggle(&mut self) {
        self.shown = !self.shown;
    }

    /// Takes in what has happened since the last frame.
    pub fn follow(&mut self, session: &Session, store: &LessonStore) {
        let had = self.state.has_lesson();
        self.state.follow(session, store);
        // Another lesson is opened to be read.
        self.shown |= !had && self.state.has_lesson();
    }

    /// What the column takes of the window's width.
    pub fn width(&self) -> f32 {
        if self.is_shown() { self.width } else { 0.0 }
    }

    fn is_shown(&self) -> bool {
        self.shown && self.state.has_lesson()
    }

    /// A question must be answered before the steps may run.
    pub fn keeps_from_running(&self) -> bool {
        self.state.keeps_from_running()
    }

    pub fn run_begins(&mut self, next: u64) {
        self.state.run_begins(next);
    }

    /// Leads to the question that keeps the steps from running.
    pub fn show_missing(&mut self) {
        self.shown = true;
        self.state.show_missing();
    }

    /// To be stored.
    pub fn keep(&self, store: &mut LessonStore) {
        if self.state.has_lesson() {
            store.set(&self.state.key, &self.state.progress);
        }
    }

    /// The numbers of the lessons of the program that are done.
    pub fn learnt(&self, store: &LessonStore) -> Vec<u8> {
        let is_done = |example: &&examples::Example| {
            let progress = store.get(&state::key_of(&example.lab));
            progress.zip(example.lab.lesson.as_ref()).is_some_and(|(progress, lesson)| progress.is_complete(lesson))
        };
        examples::lessons().iter().filter(is_done).map(|example| example.number).collect()
    }

    /// What is handed in, if there is a lesson.
    pub fn work(&self, session: &Session) -> Option<Work> {
        let (lesson, id) = (self.state.lesson.as_ref()?, self.state.id.clone()?);
        let progress = &self.state.progress;
        let given = |(part, answer): (&u32, &Answered)| Given { part: part + 1, answer: answer.clone() };
        let is_there = |answer: &Answered| answer.seen_in.is_none_or(|calls| calls.are_in(session.trace()));
        Some(Work {
            lesson: id,
            done: progress.done.iter().map(|part| part + 1).collect(),
            answers: progress.answers.iter().map(given).collect(),
            of: questions(lesson).len(),
            has_run: progress.answers.values().all(is_there),
        })
    }

    pub fn panel(&mut self, ui: &mut Ui, view: &mut View<'_>, frame: Frame, store: &mut LessonStore) {
        if !self.is_shown() {
            return;
        }
        let most = (ui.ctx().content_rect().width() * MOST).max(NARROWEST);
        let panel = Panel::left(PANEL).default_size(WIDTH.min(most)).size_range(NARROWEST.min(most)..=most);
        let drawn = panel.frame(frame.inner_margin(Margin { left: 12, right: 8, top: 10, bottom: 8 })).show(ui, |ui| {
            let id = eframe::egui::Id::unique("part lesson");
            region(ui, id, Place::Lesson, |ui| self.ui(ui, view, store));
        });
        self.width = drawn.response.rect.width();
        controls::name_boundary(ui, PANEL, &t!(view.lang, "boundary-lesson"));
    }

    fn ui(&mut self, ui: &mut Ui, view: &mut View<'_>, store: &mut LessonStore) {
        self.head(ui, view, store);
        let Some(lesson) = self.state.lesson.clone() else { return };
        let size = store.size();
        ScrollArea::vertical().id_salt("lesson parts").auto_shrink([false, false]).show(ui, |ui| {
            ui.set_max_width(ui.available_width() - 6.0);
            markdown::show(ui, view.lang, lesson.goal.text(view.lang), size);
            ui.add_space(4.0);
            for (index, part) in lesson.parts.iter().enumerate() {
                part::ui(ui, view, &mut self.state, index, part, size);
            }
            if self.state.progress.is_complete(&lesson) {
                let words = RichText::new(t!(view.lang, "lesson-complete")).size(size).color(view.tokens.ok);
                ui.add_space(4.0);
                ui.label(words);
            }
            if !self.state.progress.is_empty() {
                ui.add_space(4.0);
                let entry = UiCommand::HandIn.entry();
                let button = ui.button(RichText::new(view.lang.text(entry.name, None)).size(size));
                if button.on_hover_text(view.lang.text(entry.tip, None)).clicked() {
                    view.command(UiCommand::HandIn);
                }
            }
            if !lesson.source.is_empty() {
                ui.add_space(8.0);
                controls::section(ui, &t!(view.lang, "lesson-source"));
                markdown::show(ui, view.lang, lesson.source.text(view.lang), size - 1.0);
            }
            ui.add_space(12.0);
        });
    }

    fn head(&mut self, ui: &mut Ui, view: &mut View<'_>, store: &mut LessonStore) {
        let lang = view.lang;
        ui.horizontal(|ui| {
            ui.label(ICON_SCHOOL.rich_text().size(17.0).color(view.tokens.accent));
            let (id, room) = ends::line(ui);
            controls::section(&mut ends::beside(ui, id, room), &t!(lang, "lesson-heading"));
            ends::draw(ui, id, room, |ui| {
                ui.spacing_mut().item_spacing.x = 0.0;
                if controls::icon(ui, ICON_TEXT_DECREASE, &t!(lang, "lesson-smaller")).clicked() {
                    store.set_size(store.size() - 1.0);
                }
                if controls::icon(ui, ICON_TEXT_INCREASE, &t!(lang, "lesson-larger")).clicked() {
                    store.set_size(store.size() + 1.0);
                }
                if controls::icon(ui, ICON_REPLAY, &t!(lang, "lesson-start-over")).clicked() {
                    self.state.start_over();
                }
                if view.session.path().is_some()
                    && controls::icon(ui, ICON_REFRESH, &t!(lang, "cmd-reload-lab")).clicked()
                {
                    view.command(UiCommand::ReloadLab);
                }
                if controls::icon(ui, ICON_CLOSE, &t!(lang, "lesson-hide")).clicked() {
                    self.shown = false;
                }
            });
        });
        // Large enough for a projector, and whole.
        let title = theme::strong(view.session.title().shown(lang)).size(store.size() + 3.0);
        ui.add(Label::new(title).wrap());
        ui.add_space(4.0);
    }
}
