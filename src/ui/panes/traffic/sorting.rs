//! The rows in order of their start: worked out a little in each frame, and only while somebody wants to see it.

use std::ops::Range;
use std::time::{Duration, Instant};

use eframe::egui::Ui;

use super::field::MatchStep;
use crate::desktop::traffic_table::RowOrder;
use crate::trace::Trace;
use crate::trace::by_start::ByStart;
use crate::trace::filter::Matches;
use crate::ui::view::View;

/// How long one frame may sort.
const BUDGET: Duration = Duration::from_millis(3);

#[derive(Debug, Default)]
pub struct Sorting {
    /// The order is by start.
    on: bool,
    all: ByStart,
    matching: ByStart,
    /// How far it is, where it is not done.
    percent: Option<u64>,
}

impl Sorting {
    /// Sorts on; `narrowing` are the matches where only they are shown.
    pub fn update(&mut self, ui: &Ui, view: &View<'_>, narrowing: Option<&Matches>, end: u64) {
        self.on = view.table.order == RowOrder::Start;
        self.percent = None;
        if !self.on {
            // It may take a lot of memory.
            (self.all, self.matching) = (ByStart::default(), ByStart::default());
            return;
        }
        let trace = view.session.trace();
        let began = Instant::now();
        let goes_on = || began.elapsed() < BUDGET;
        if let Some(matches) = narrowing.or_else(|| view.matches())
            && !self.matching.update(trace.as_of(end), Some(matches), goes_on)
        {
            let places = matches.places(end);
            self.percent = Some(self.matching.percent(places.end - places.start));
        }
        if narrowing.is_none() && !self.all.update(trace.as_of(end), None, goes_on) {
            self.percent = Some(self.all.percent(end.saturating_sub(trace.first_seq())));
        }
        if self.percent.is_some() {
            ui.request_repaint();
        }
    }

    /// The order of what is shown; `None` where it is that of completion.
    pub fn by_start(&self, narrowing: Option<&Matches>) -> Option<&ByStart> {
        self.on.then(|| if narrowing.is_some() { &self.matching } else { &self.all })
    }

    /// How far it is, where it is not done.
    pub fn percent(&self) -> Option<u64> {
        self.percent
    }

    /// The match before the selected call or after it, as the rows stand, and around the ends; the newest where no call
    /// is selected. `places` are those of the matches that are shown.
    pub fn found(
        &self,
        trace: &Trace,
        matches: &Matches,
        wish: MatchStep,
        selected: Option<u64>,
        places: &Range<u64>,
    ) -> Option<u64> {
        let places = if self.on { self.matching.places() } else { places.clone() };
        let seq_at = |place| if self.on { self.matching.seq_at(place) } else { matches.seq_at(place) };
        let from = |seq: u64| match trace.get(seq).filter(|_| self.on) {
            Some(call) => self.matching.place_from(call.start, seq),
            None => matches.place_from(seq),
        };
        let last = places.end.checked_sub(1).filter(|last| places.contains(last))?;
        let place = match (wish, selected) {
            (MatchStep::Next, Some(seq)) => Some(from(seq) + u64::from(seq_at(from(seq)) == Some(seq))),
            (MatchStep::Previous, Some(seq)) => from(seq).checked_sub(1),
            (_, None) => Some(last),
        };
        let around = if wish == MatchStep::Next { places.start } else { last };
        seq_at(place.filter(|place| places.contains(place)).unwrap_or(around))
    }
}
