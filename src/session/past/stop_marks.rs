//! The calls that meet a breakpoint's condition, for marks on a line, whether or not they were stopped.

use std::collections::HashMap;
use std::sync::Arc;

use super::marks::Marks;
use crate::lab::{Breakpoint, EndpointId, TextEncoding};
use crate::trace::filter::{Context, Filter};
use crate::trace::frames::{FrameFields, Framings};
use crate::trace::projection::{self, Budget, Follower, Projection, Source};
use crate::trace::{Bookmarks, Call, Payload, Trace};

/// Follows the trace.
#[derive(Debug, Default)]
pub struct StopMarks {
    marks: Marks,
    /// Of which breakpoints.
    of: Arc<Vec<Breakpoint>>,
    filters: Vec<Filter>,
    /// The fields of messages, where a condition asks for them.
    frames: FrameFields,
    follower: Follower,
}

/// The marks, and what is needed to find further ones.
struct Search<'s> {
    found: &'s mut StopMarks,
    context: Context<'s>,
}

impl StopMarks {
    /// Takes in what has happened, while `goes_on` says so. True where all is taken in.
    pub fn follow(
        &mut self,
        trace: &Trace,
        breakpoints: &Arc<Vec<Breakpoint>>,
        encodings: &HashMap<EndpointId, TextEncoding>,
        framings: impl FnOnce() -> Framings,
        goes_on: impl FnMut() -> bool,
    ) -> bool {
        if !Arc::ptr_eq(&self.of, breakpoints) {
            let on = breakpoints.iter().filter(|breakpoint| breakpoint.on && breakpoint.at.way().is_none());
            let filters: Vec<_> = on.filter_map(|breakpoint| Filter::parse(&breakpoint.when).ok().flatten()).collect();
            let asks = filters.iter().any(Filter::reads_frames);
            let frames = if asks { FrameFields::new(framings()) } else { FrameFields::default() };
            let mut follower = self.follower;
            follower.restart();
            *self = Self { marks: Marks::default(), of: Arc::clone(breakpoints), filters, frames, follower };
        }
        if self.filters.is_empty() {
            return true;
        }
        let bookmarks = Bookmarks::default();
        let context = Context { trace, encodings, bookmarks: &bookmarks, faults: None, frames: &[] };
        let mut search = Search { found: self, context };
        projection::follow(&mut search, trace, Source::All, Budget::UNLIMITED, goes_on)
    }

    pub fn seqs(&self) -> impl Iterator<Item = u64> {
        self.marks.seqs()
    }
}

impl Projection for Search<'_> {
    fn weight(_: Payload<'_>) -> u64 {
        0
    }

    fn follower(&mut self) -> &mut Follower {
        &mut self.found.follower
    }

    fn see(&mut self, call: &Call, said: Payload<'_>) {
        let frames = &mut self.found.frames;
        let fields = if frames.reads_any() { frames.of(call, said) } else { Vec::new() };
        let context = Context { frames: &fields, ..self.context };
        if self.found.filters.iter().any(|filter| filter.matches(call, &context)) {
            self.found.marks.add(call.seq);
        }
    }

    fn evict(&mut self, trace: &Trace) {
        self.found.marks.evict(trace.first_seq());
    }

    fn reset(&mut self) {
        self.found.marks = Marks::default();
        self.found.frames.restart();
    }
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use super::*;
    use crate::lab::breakpoint::At;
    use crate::trace::{Call, DEFAULT_RETENTION, Op, Outcome};

    fn breakpoint(when: &str, on: bool) -> Breakpoint {
        Breakpoint { name: String::new(), when: when.to_owned(), at: At::After, on }
    }

    #[test]
    fn calls_that_meet_a_condition_that_is_on_are_marked_and_a_changed_list_begins_anew() {
        let mut trace = Trace::new(SystemTime::UNIX_EPOCH, DEFAULT_RETENTION);
        for _ in 0..250 {
            for op in [Op::Accept, Op::Recv { max: 9 }, Op::Close, Op::Recv { max: 9 }] {
                trace.push(Call::sample(op, Outcome::Ok(0)));
            }
        }
        let mut marks = StopMarks::default();
        let mut follow = |trace: &Trace, breakpoints: &Arc<Vec<Breakpoint>>, goes_on: bool| {
            let done = marks.follow(trace, breakpoints, &HashMap::new(), Framings::new, || goes_on);
            let seqs = marks.seqs().collect::<Vec<_>>();
            (done, seqs.len(), seqs.first().copied())
        };
        let list = Arc::new(vec![breakpoint("op == recv", true), breakpoint("op == close", false)]);
        let (done, some, first) = follow(&trace, &list, false);
        assert!(!done && (1..500).contains(&some) && first == Some(2), "a frame takes in a part: {some}");
        assert_eq!(follow(&trace, &list, true), (true, 500, Some(2)));
        let other = Arc::new(vec![breakpoint("op == close", true)]);
        assert_eq!(follow(&trace, &other, true), (true, 250, Some(3)));
        let taken = trace.clear_before(100);
        assert_eq!(follow(&trace, &other, true), (true, 225, Some(99 + 4)));
        drop(taken);
        assert_eq!(follow(&trace, &Arc::default(), true), (true, 0, None));
        assert_eq!(follow(&trace, &other, true), (true, 225, Some(99 + 4)));
    }
}
