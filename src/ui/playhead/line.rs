//! The line of all calls with its handle and marks.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;

use eframe::egui::accesskit::{Action, ActionData};
use eframe::egui::{EventFilter, Id, Key, Modifiers, Rect, Sense, Stroke, StrokeKind, Ui, WidgetInfo, pos2, vec2};

use crate::t;
use crate::ui::regions;
use crate::ui::view::View;
use crate::ui::widgets::focus;

/// The half of the handle's width.
const HANDLE: f32 = 6.0;
/// How high a mark stands, and how wide.
const MARK: f32 = 7.0;
const MARK_WIDTH: f32 = 2.0;
/// The radius of a breakpoint's.
const DOT: f32 = 3.0;
/// With less room than this the line is not drawn.
const LEAST: f32 = 40.0;

/// What the user asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    Play,
    /// To this number after the last call that is shown.
    To(u64),
    /// By a call, forward or back.
    By(bool),
    /// By a call of the selected endpoint.
    OfSelected(bool),
    First,
    Last,
}

/// The line for one frame.
pub struct Line<'a> {
    range: RangeInclusive<u64>,
    end: u64,
    focus: &'a mut bool,
}

impl<'a> Line<'a> {
    pub fn of(view: &View<'_>, focus: &'a mut bool) -> Self {
        let range = view.session.past().range(view.session.trace());
        let end = view.session.looking_back().unwrap_or(*range.end());
        Self { range, end, focus }
    }

    pub fn ui(self, ui: &mut Ui, view: &View<'_>) -> Option<Step> {
        let size = vec2(ui.available_width(), ui.available_height().min(24.0));
        if size.x < LEAST {
            return None;
        }
        let (rect, _) = ui.allocate_exact_size(size, Sense::hover());
        // The same whatever stands beside it: the keyboard stays.
        let id = Id::unique("playhead line");
        let response = ui.interact(rect, id, Sense::click_and_drag());
        regions::aim(ui.ctx(), id);
        if std::mem::take(self.focus) {
            focus::give(&response);
        }
        let name = t!(view.lang, "playhead-line");
        response.widget_info(|| WidgetInfo::slider(true, self.call() as f64, name.as_ref()));
        ui.ctx().accesskit_node_builder(id, |node| {
            node.set_min_numeric_value(self.range.start().saturating_sub(1) as f64);
            node.set_max_numeric_value(self.range.end().saturating_sub(1) as f64);
            node.set_numeric_value_step(1.0);
            node.add_action(Action::SetValue);
            node.add_action(Action::Increment);
            node.add_action(Action::Decrement);
        });
        let track = rect.shrink2(vec2(HANDLE, 0.0));
        let mut step = self.asked(ui, id);
        if response.has_focus() {
            let filter = EventFilter { horizontal_arrows: true, ..EventFilter::default() };
            ui.memory_mut(|memory| memory.set_focus_lock_filter(id, filter));
            step = step.or_else(|| keys(ui));
        }
        if let Some(at) = response.interact_pointer_pos().filter(|_| response.dragged() || response.clicked()) {
            focus::give(&response);
            step = Some(Step::To(self.at(track, at.x)));
        }
        self.paint(ui, view, rect, track, response.has_focus());
        response.on_hover_text(t!(view.lang, "playhead-line-tip"));
        step
    }

    /// The number of the last call that is shown.
    fn call(&self) -> u64 {
        self.end.saturating_sub(1)
    }

    /// What a screen reader asks for.
    fn asked(&self, ui: &Ui, id: Id) -> Option<Step> {
        ui.input(|input| {
            if input.num_accesskit_action_requests(id, Action::Increment) > 0 {
                return Some(Step::By(true));
            }
            if input.num_accesskit_action_requests(id, Action::Decrement) > 0 {
                return Some(Step::By(false));
            }
            input.accesskit_action_requests(id, Action::SetValue).find_map(|request| match &request.data {
                Some(ActionData::NumericValue(call)) => Some(Step::To((*call).max(0.0) as u64 + 1)),
                _ => None,
            })
        })
    }

    fn length(&self) -> u64 {
        (self.range.end() - self.range.start()).max(1)
    }

    fn x(&self, track: Rect, end: u64) -> f32 {
        let part = end.saturating_sub(*self.range.start()) as f64 / self.length() as f64;
        track.left() + (f64::from(track.width()) * part.min(1.0)) as f32
    }

    fn at(&self, track: Rect, x: f32) -> u64 {
        let part = f64::from(((x - track.left()) / track.width().max(1.0)).clamp(0.0, 1.0));
        self.range.start() + (part * self.length() as f64).round() as u64
    }

    fn paint(&self, ui: &Ui, view: &View<'_>, rect: Rect, track: Rect, focused: bool) {
        let (tokens, painter) = (view.tokens, ui.painter());
        let y = rect.center().y;
        let here = self.x(track, self.end);
        let colour = if view.session.looking_back().is_some() { tokens.waiting } else { tokens.muted };
        painter.hline(track.x_range(), y, Stroke::new(2.0, tokens.line));
        painter.hline(track.left()..=here, y, Stroke::new(2.0, colour));
        let mark = |x: i32, above: bool, color| {
            let (top, bottom) = if above { (y - MARK - 2.0, y - 2.0) } else { (y + 2.0, y + MARK + 2.0) };
            let x = x as f32;
            painter.rect_filled(Rect::from_min_max(pos2(x, top), pos2(x + MARK_WIDTH, bottom)), 0.0, color);
        };
        // A mark stands at the call, which is the one before the place of the handle that shows it. One for each point.
        let places = |seqs: &mut dyn Iterator<Item = u64>| -> BTreeSet<i32> {
            seqs.filter(|seq| self.range.contains(seq)).map(|seq| self.x(track, seq + 1).round() as i32).collect()
        };
        for x in places(&mut view.session.past().errors()) {
            mark(x, false, tokens.error);
        }
        for x in places(&mut view.session.bookmarks().iter().map(|(seq, _)| seq)) {
            mark(x, true, tokens.accent);
        }
        for x in places(&mut view.session.stops()) {
            painter.circle_filled(pos2(x as f32 + MARK_WIDTH / 2.0, y), DOT, tokens.held);
        }
        let handle = Rect::from_center_size(pos2(here, y), vec2(2.0 * HANDLE, 18.0));
        painter.rect_filled(handle, 3.0, colour);
        if focused {
            painter.rect_stroke(handle.expand(2.0), 5.0, Stroke::new(1.5, tokens.accent), StrokeKind::Outside);
        }
    }
}

fn keys(ui: &Ui) -> Option<Step> {
    let steps = [
        (Modifiers::SHIFT, Key::ArrowRight, Step::OfSelected(true)),
        (Modifiers::SHIFT, Key::ArrowLeft, Step::OfSelected(false)),
        (Modifiers::NONE, Key::ArrowRight, Step::By(true)),
        (Modifiers::NONE, Key::ArrowLeft, Step::By(false)),
        (Modifiers::NONE, Key::Home, Step::First),
        (Modifiers::NONE, Key::End, Step::Last),
        (Modifiers::NONE, Key::Space, Step::Play),
    ];
    ui.input_mut(|input| {
        steps.into_iter().find_map(|(modifiers, key, step)| input.consume_key(modifiers, key).then_some(step))
    })
}
