//! The ladder: time downwards, a lifeline for each end, an arrow from the call that sent to the call that received.
//!
//! A [`Picture`] is made for one window at a time. What it costs depends on what is in sight, not on how long the trace
//! is: positions are found by binary search, pairs by the place of their bytes.

mod arrows;
mod between;
mod chosen;
mod lifeline;
mod order;
mod pairs;
mod placement;
#[cfg(test)]
mod tests;
mod who;

use std::collections::{BTreeSet, HashMap};
use std::ops::Range;

use crate::trace::{Call, Nanos, SocketId, StreamKey, Trace, WaitToken, WaitingCall, through};
pub use arrows::{Arrow, Fate, Kind, Segment, Tip};
pub use chosen::{Chosen, Scope};
use lifeline::Lifelines;
pub use lifeline::{Lifeline, MAX_LIFELINES};
pub use placement::{Placing, Sight};
pub use who::{ServerSocket, Who};

/// A call that took at least this long is a bar: a millisecond.
pub const WAITED: u64 = 1_000_000;

/// Between two calls with at least this time between them the compressed ladder has a fold mark: 50 ms.
pub const FOLDED: u64 = 50_000_000;

/// More calls than this in sight are not drawn one by one.
pub const MAX_SINGLE: u64 = 300;

/// How many calls before and after the window are examined too: waits that end there begin in sight, and calls that were
/// recorded late are put in their place.
const AROUND: u64 = 96;

/// The height of a band of calls that are too many to be drawn, in points.
const BAND: f64 = 10.0;

/// The most waiting calls that are drawn.
const MAX_WAITING: usize = 256;

/// What is to be drawn.
#[derive(Clone, Copy, Debug)]
pub struct Looking {
    pub scope: Scope,
    pub sight: Sight,
    /// In points.
    pub height: f64,
    /// Whether segments that are deduced are drawn.
    pub segments: bool,
    /// Calls from this number on are left out: a paused display holds it.
    pub end_seq: u64,
    /// Where waiting calls have got to.
    pub now: Nanos,
}

/// A call in the picture, placed once.
#[derive(Clone, Debug, PartialEq)]
pub struct Mark<'t> {
    pub what: What<'t>,
    pub column: usize,
    /// Where it ended, or has got to.
    pub y: f64,
    /// Where it began, for one that waited.
    pub bar: Option<f64>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum What<'t> {
    Call(&'t Call),
    Waiting(&'t WaitingCall),
}

impl What<'_> {
    pub fn key(&self) -> StreamKey {
        match self {
            Self::Call(call) => call.key(),
            Self::Waiting(call) => call.key(),
        }
    }

    pub fn socket(&self) -> SocketId {
        match self {
            Self::Call(call) => call.socket,
            Self::Waiting(call) => call.socket,
        }
    }

    pub fn seq(&self) -> Option<u64> {
        match self {
            Self::Call(call) => Some(call.seq),
            Self::Waiting(_) => None,
        }
    }

    pub fn token(&self) -> Option<WaitToken> {
        match self {
            Self::Call(_) => None,
            Self::Waiting(call) => Some(call.token),
        }
    }
}

/// Idle time that the compressed ladder leaves out.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Fold {
    pub y: f64,
    pub nanos: u64,
}

/// Many calls in one place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Band {
    pub y: Range<i32>,
    pub calls: u64,
    /// The numbers of the first and the last of them.
    pub first: u64,
    pub last: u64,
}

/// One window's worth of the ladder. All `y` are points below the window's upper edge.
pub struct Picture<'t> {
    pub lifelines: Vec<Lifeline>,
    pub marks: Vec<Mark<'t>>,
    pub arrows: Vec<Arrow>,
    pub folds: Vec<Fold>,
    /// In place of marks and arrows where there are more than [`MAX_SINGLE`].
    pub bands: Vec<Band>,
    placing: Placing<'t>,
}

impl<'t> Picture<'t> {
    pub fn of(trace: &'t Trace, looking: &Looking) -> Self {
        Self::with_waiting(trace, trace.waiting(), looking)
    }

    /// The same with these calls as those that wait.
    pub fn with_waiting(trace: &'t Trace, waiting: impl Iterator<Item = &'t WaitingCall>, looking: &Looking) -> Self {
        let chosen = Chosen::new(trace, looking.scope, looking.end_seq);
        let seen = in_sight(&chosen, looking);
        let count = seen.end - seen.start;
        let lines = Lifelines::new(trace, looking.scope);
        if count > MAX_SINGLE && matches!(looking.sight, Sight::Time { .. }) {
            let calls = chosen.slice(seen.start..seen.start + MAX_SINGLE / 2);
            let lifelines = lines.columns(&calls, std::iter::empty(), &BTreeSet::new());
            let bands = bands(&chosen, looking);
            let placing = Placing::new(looking.sight, seen.start, Vec::new(), chosen.range().end);
            return Self { lifelines, marks: vec![], arrows: vec![], folds: vec![], bands, placing };
        }
        let first = seen.start.saturating_sub(AROUND).max(chosen.range().start);
        let calls = chosen.slice(first..seen.end.saturating_add(AROUND));
        let placing = Placing::new(looking.sight, first, calls, chosen.range().end);
        let mut picture =
            Self { lifelines: vec![], marks: vec![], arrows: vec![], folds: vec![], bands: vec![], placing };
        let waiting: Vec<&WaitingCall> = waiting.take(MAX_WAITING).collect();
        picture.draw(trace, &lines, &waiting, looking);
        picture
    }

    /// Where a moment stands.
    pub fn y_at(&self, time: Nanos) -> f64 {
        self.placing.y_at(time)
    }

    /// To scale: the moment at the upper edge, and the nanoseconds in a point.
    pub fn scale(&self) -> (f64, f64) {
        match self.placing.sight() {
            Sight::Time { top, nanos_per_point } => (top, nanos_per_point),
            Sight::Steps { top, step } => (top, 1.0 / step),
        }
    }

    fn draw(&mut self, trace: &'t Trace, lines: &Lifelines<'t>, waiting: &[&'t WaitingCall], looking: &Looking) {
        let step = self.placing.step();
        let edge = looking.height + step;
        let mut marks = Vec::new();
        for (index, call) in self.placing.calls().iter().enumerate() {
            let y = self.placing.y_of(index);
            let bar = (call.took >= WAITED).then(|| self.placing.y_at(call.start).min(y));
            if y >= -step && bar.unwrap_or(y) <= edge {
                marks.push((What::Call(call), y, bar));
            }
        }
        let ended_after = self.waits_beyond(trace, &marks, looking);
        marks.extend(ended_after);
        for call in waiting.iter().copied().filter(|call| is_of(trace, looking.scope, call)) {
            let began = self.placing.y_at(call.start);
            let y = self.placing.y_at(looking.now.max(call.start)).max(began);
            if began <= edge && y >= -step {
                marks.push((What::Waiting(call), y, Some(began)));
            }
        }
        let visible: Vec<&Call> = marks
            .iter()
            .filter_map(|(what, ..)| match what {
                What::Call(call) => Some(*call),
                What::Waiting(_) => None,
            })
            .collect();
        let who = |what: &What<'_>| match what {
            What::Call(call) => lines.of(what.key(), Some(&call.op)),
            What::Waiting(call) => lines.of(what.key(), Some(&call.op)),
        };
        let mut drawing = arrows::Drawing::new(trace, lines, &self.placing, looking);
        drawing.all(&visible);
        let mut others: BTreeSet<Who> = drawing.others().cloned().collect();
        others.extend(marks.iter().map(|(what, ..)| who(what)));
        let waiting = waiting.iter().map(|call| (call.key(), call.socket));
        self.lifelines = lines.columns(&visible, waiting, &others);
        let columns: HashMap<&Who, usize> =
            self.lifelines.iter().enumerate().map(|(n, lifeline)| (&lifeline.who, n)).collect();
        self.marks = marks
            .iter()
            .filter_map(|(what, y, bar)| {
                Some(Mark { what: *what, column: *columns.get(&who(what))?, y: *y, bar: *bar })
            })
            .collect();
        self.arrows = drawing.finish(&columns);
        if matches!(looking.sight, Sight::Steps { .. }) {
            self.folds = self.folds(edge);
        }
    }

    /// Calls that completed after all examined ones but began in sight: on each stream in sight the next few.
    fn waits_beyond(
        &self,
        trace: &'t Trace,
        marks: &[(What<'t>, f64, Option<f64>)],
        looking: &Looking,
    ) -> Vec<(What<'t>, f64, Option<f64>)> {
        let Some(last) = self.placing.calls().iter().map(|call| call.seq).max() else { return Vec::new() };
        let mut sockets: Vec<SocketId> = marks.iter().map(|(what, ..)| what.socket()).collect();
        if trace.sockets().len() <= lifeline::MAX_STANDING {
            sockets.extend(trace.sockets());
        }
        sockets.sort_unstable();
        sockets.dedup();
        sockets.truncate(4 * MAX_LIFELINES);
        let chosen = Chosen::new(trace, looking.scope, looking.end_seq);
        let mut found = Vec::new();
        for seqs in sockets.iter().filter_map(|socket| trace.of_socket(*socket)) {
            let next = seqs.partition_point(|seq| *seq <= last);
            for call in seqs.range(next..).take(3).filter_map(|seq| trace.get(*seq)) {
                let began = self.placing.y_at(call.start);
                if call.took >= WAITED && began <= looking.height && chosen.contains(call.seq) {
                    let y = self.placing.y_at(call.end()).max(looking.height + self.placing.step());
                    found.push((What::Call(call), y, Some(began)));
                }
            }
        }
        found
    }

    fn folds(&self, edge: f64) -> Vec<Fold> {
        let step = self.placing.step();
        let pairs = self.placing.calls().windows(2).enumerate();
        let folds = pairs.filter_map(|(index, pair)| {
            let nanos = pair[1].end().since(pair[0].end());
            let y = self.placing.y_of(index) + step / 2.0;
            (nanos >= FOLDED && (-step..=edge).contains(&y)).then_some(Fold { y, nanos })
        });
        folds.collect()
    }
}

fn is_of(trace: &Trace, scope: Scope, call: &WaitingCall) -> bool {
    match scope {
        Scope::All => true,
        Scope::Endpoint(endpoint) => call.endpoint == endpoint,
        Scope::Conn(key) => {
            let other = || trace.partner(call.socket).and_then(|other| trace.key_of(other));
            let pair = through::pair_of(trace, key);
            let is_it = |key: StreamKey| through::pair_of(trace, key) == pair;
            is_it(call.key()) || other().is_some_and(is_it)
        }
    }
}

/// The positions of the calls that ended in the window.
fn in_sight(chosen: &Chosen<'_>, looking: &Looking) -> Range<u64> {
    let all = chosen.range();
    let (start, end) = match looking.sight {
        Sight::Steps { top, step } => {
            (top.floor().max(0.0) as u64, (top + looking.height / step).ceil().max(0.0) as u64 + 1)
        }
        Sight::Time { top, nanos_per_point } => {
            let bottom = top + looking.height * nanos_per_point;
            let at = |time: f64| chosen.position_at(Nanos(time.max(0.0) as u64));
            (at(top), at(bottom))
        }
    };
    let start = start.clamp(all.start, all.end);
    start..end.clamp(start, all.end)
}

fn bands(chosen: &Chosen<'_>, looking: &Looking) -> Vec<Band> {
    let Sight::Time { top, nanos_per_point } = looking.sight else { return Vec::new() };
    let mut bands = Vec::new();
    let mut y = 0.0;
    let at = |y: f64| chosen.position_at(Nanos((top + y * nanos_per_point).max(0.0) as u64));
    let mut before = at(0.0);
    while y < looking.height {
        let next = y + BAND;
        let after = at(next);
        if after > before {
            let seq = |at: u64| chosen.slice(at..at + 1).first().map_or(0, |call| call.seq);
            let (first, last) = (seq(before), seq(after - 1));
            bands.push(Band { y: y as i32..next as i32, calls: after - before, first, last });
        }
        (y, before) = (next, after.max(before));
    }
    bands
}
