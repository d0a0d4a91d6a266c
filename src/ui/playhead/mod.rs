//! The playhead: a bar over the status bar with a line of all calls. Moved back, it has every view show the lab as it was
//! after a call; recording goes on.

mod line;

use std::time::{Duration, Instant};

use eframe::egui::{self, Align, Button, Frame, Id, Layout, Margin, Panel, RichText, Stroke, StrokeKind, Ui};
use egui_material_icons::icons::{ICON_PAUSE, ICON_PLAY_ARROW, ICON_QUIZ};

use super::command::UiCommand;
use super::controls;
use super::theme::{self, Tokens};
use super::view::{View, ViewRequest};
use super::widgets::choice::Choice;
use super::widgets::held;
use super::widgets::quantity;
use crate::explain::number;
use crate::lang::Lang;
use crate::session::Session;
use crate::session::past::pace::{Pace, RECORDED, SPEEDS};
use crate::t;
use crate::ui::regions::{Place, region};
use line::{Line, Step};

/// How long a frame takes in what a look back needs.
const BUDGET: Duration = Duration::from_millis(2);
/// The height of the bar.
const HEIGHT: f32 = 34.0;
/// The line around the window while it shows the past.
const FRAME: f32 = 3.0;
/// With less width than this the bar does not say when the call was.
const ROOM_FOR_TIME: f32 = 760.0;

/// What the bar does between frames.
#[derive(Debug)]
pub struct Playhead {
    shown: bool,
    playing: Option<Playing>,
    /// The place of the speed in [`SPEEDS`].
    speed: usize,
    /// The line gets the keyboard with the next frame.
    focus: bool,
}

#[derive(Debug)]
struct Playing {
    pace: Pace,
    /// The time of the last frame, in seconds.
    last: f64,
}

impl Default for Playhead {
    fn default() -> Self {
        Self { shown: false, playing: None, speed: RECORDED, focus: false }
    }
}

impl Playhead {
    /// Shows the bar, or puts it away; with it goes the look back.
    pub fn toggle(&mut self, session: &mut Session) {
        self.shown = !self.shown;
        self.focus = self.shown;
        if !self.shown {
            self.playing = None;
            session.back_to_now();
        }
    }

    /// Ends the look back.
    pub fn back_to_now(&mut self, session: &mut Session) {
        self.playing = None;
        session.back_to_now();
    }

    /// To be called with every frame: takes in what has happened, and plays on.
    pub fn update(&mut self, ctx: &egui::Context, session: &mut Session) {
        let began = Instant::now();
        if !session.follow_past(|| began.elapsed() < BUDGET) {
            ctx.request_repaint();
        }
        let Some(end) = session.looking_back() else {
            self.playing = None;
            return;
        };
        let Some(playing) = &mut self.playing else { return };
        let now = ctx.input(|input| input.time);
        let passed = Duration::from_secs_f64((now - playing.last).max(0.0));
        playing.last = now;
        let passed = u64::try_from(passed.as_nanos()).unwrap_or(u64::MAX);
        let (next, due) = playing.pace.advance(session.trace(), end, passed, SPEEDS[self.speed.min(SPEEDS.len() - 1)]);
        if next != end {
            session.look_back(next);
        }
        match due {
            Some(due) => ctx.request_repaint_after(Duration::from_nanos(due)),
            None => {
                self.playing = None;
                // A lab that goes on has a now to come back to; the end of an opened trace is its last call.
                if session.viewed().is_none() {
                    session.back_to_now();
                }
            }
        }
    }

    /// Whether there is something to look back at, and the bar is wanted.
    fn is_shown(&self, session: &Session) -> bool {
        session.looking_back().is_some() || (!session.trace().is_empty() && (self.shown || session.viewed().is_some()))
    }

    /// The bar, at the bottom of what is left of the window.
    pub fn ui(&mut self, ui: &mut Ui, view: &mut View<'_>) {
        if !self.is_shown(view.session) {
            return;
        }
        let past = view.session.looking_back().is_some();
        let fill = if past { view.tokens.tint(view.tokens.waiting) } else { view.tokens.panel };
        let frame = Frame::new().fill(fill).inner_margin(Margin::symmetric(12, 0));
        Panel::bottom("playhead").exact_size(HEIGHT).resizable(false).frame(frame).show(ui, |ui| {
            let id = Id::unique("part playhead");
            region(ui, id, Place::Playhead, |ui| ui.horizontal_centered(|ui| self.bar_ui(ui, view)));
        });
    }

    fn bar_ui(&mut self, ui: &mut Ui, view: &mut View<'_>) {
        let lang = view.lang;
        ui.spacing_mut().item_spacing.x = 6.0;
        let (icon, name) = match self.playing {
            Some(_) => (ICON_PAUSE, t!(lang, "playhead-pause")),
            None => (ICON_PLAY_ARROW, t!(lang, "playhead-play")),
        };
        let mut step = controls::icon(ui, icon, &name).clicked().then_some(Step::Play);
        let shown = speed_text(lang, self.speed);
        Choice { name: &t!(lang, "playhead-speed"), shown: &shown, prefixed: false }.show(ui, |ui| {
            for speed in 0..SPEEDS.len() {
                if ui.add(Button::selectable(speed == self.speed, speed_text(lang, speed))).clicked() {
                    self.speed = speed;
                    ui.close();
                }
            }
        });
        let next = held::to_predict(view.session, view.selection.endpoint());
        if view.session.looking_back().is_some() && next.is_some() {
            let name = lang.text(UiCommand::Predict.entry().name, None);
            if controls::icon(ui, ICON_QUIZ, &name).clicked() {
                view.command(UiCommand::Predict);
            }
        }
        let width = ui.available_width();
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            if view.session.looking_back().is_some() && view.session.viewed().is_none() {
                let tip = lang.text(UiCommand::BackToNow.entry().tip, None);
                if controls::primary(ui, t!(lang, "playhead-back-to-now")).on_hover_text(tip).clicked() {
                    view.command(UiCommand::BackToNow);
                }
            }
            let (text, color) = match view.session.looking_back() {
                Some(_) => (words(view, width >= ROOM_FOR_TIME), view.tokens.waiting),
                None => (t!(lang, "playhead-now").into_owned(), view.tokens.muted),
            };
            ui.label(theme::strong(text).size(12.5).color(color));
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                let line = Line::of(view, &mut self.focus);
                step = line.ui(ui, view).or(step);
            });
        });
        if let Some(step) = step {
            self.take(ui, view, step);
        }
    }

    fn take(&mut self, ui: &Ui, view: &mut View<'_>, step: Step) {
        let trace = view.session.trace();
        let range = view.session.past().range(trace);
        let end = view.session.looking_back().unwrap_or(*range.end());
        if step != Step::Play {
            self.playing = None;
        }
        let to = match step {
            Step::Play => {
                let now = ui.input(|input| input.time);
                self.playing = match self.playing.take() {
                    Some(_) => None,
                    None => Some(Playing { pace: Pace::default(), last: now }),
                };
                // At the end it begins from the first call.
                let at_end = end >= *range.end();
                if self.playing.is_some() && at_end { *range.start() } else { end }
            }
            Step::To(to) => to,
            Step::By(forward) => {
                if forward {
                    end.saturating_add(1)
                } else {
                    end.saturating_sub(1)
                }
            }
            Step::OfSelected(forward) => {
                let seqs = view.selection.endpoint().and_then(|endpoint| trace.of_endpoint(endpoint));
                let place = |seqs: &crate::trace::flow::Seqs, before: u64| seqs.partition_point(|seq| *seq < before);
                let found = seqs.and_then(|seqs| match forward {
                    true => seqs.get(place(seqs, end)).copied(),
                    // The call that is shown as the last one is the one to leave.
                    false => seqs.get(place(seqs, end.saturating_sub(1)).checked_sub(1)?).copied(),
                });
                found.map_or(end, |seq| seq + 1)
            }
            Step::First => *range.start(),
            Step::Last => *range.end(),
        };
        let to = to.clamp(*range.start(), *range.end());
        view.requests.push(ViewRequest::LookBack(to));
        ui.ctx().request_repaint();
    }
}

/// `The past: after call #12 of 345 · 1.234 s`
fn words(view: &View<'_>, timed: bool) -> String {
    let (lang, session) = (view.lang, view.session);
    let end = session.looking_back().unwrap_or_default();
    let (call, calls) = (number(end.saturating_sub(1)), number(session.trace().next_seq().saturating_sub(1)));
    let time = quantity::time(session.shown_time());
    match timed {
        true => t!(lang, "playhead-past", call = call, calls = calls, time = time).into_owned(),
        false => t!(lang, "playhead-past-short", call = call, calls = calls).into_owned(),
    }
}

/// `1 ×`, `0.5 ×`
fn speed_text(lang: Lang, speed: usize) -> String {
    let tenths = SPEEDS.get(speed).copied().unwrap_or(10);
    let times = if tenths % 10 == 0 { (tenths / 10).to_string() } else { format!("0.{tenths}") };
    t!(lang, "playhead-times", times = times).into_owned()
}

/// Around the whole window, while it shows the past.
pub fn paint_frame(ctx: &egui::Context, session: &Session, tokens: &Tokens) {
    if session.looking_back().is_none() {
        return;
    }
    let layer = egui::LayerId::new(egui::Order::Foreground, Id::unique("past frame"));
    let rect = ctx.content_rect();
    let stroke = Stroke::new(FRAME, tokens.waiting);
    ctx.layer_painter(layer).rect_stroke(rect, 0.0, stroke, StrokeKind::Inside);
}

/// In place of what would act on sockets.
pub fn note_ui(ui: &mut Ui, view: &View<'_>) {
    ui.label(RichText::new(t!(view.lang, "playhead-nothing-is-sent")).color(view.tokens.waiting));
}
