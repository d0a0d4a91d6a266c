//! The calls that meet a breakpoint's condition, for marks on a line, whether or not they were stopped.

use std::collections::HashMap;
use std::sync::Arc;

use super::marks::Marks;
use crate::lab::{Breakpoint, EndpointId, TextEncoding};
use crate::trace::filter::{Context, Filter};
use crate::trace::{Bookmarks, Trace};

/// Follows the trace.
#[derive(Debug, Default)]
pub struct StopMarks {
    marks: Marks,
    /// Of what: the list of breakpoints, and the trace with its generation.
    of: Option<(Arc<Vec<Breakpoint>>, u64)>,
    filters: Vec<Filter>,
    /// The next call to look at.
    next: u64,
}

impl StopMarks {
    /// Takes in what has happened, while `goes_on` says so. True where all is taken in.
    pub fn follow(
        &mut self,
        trace: &Trace,
        breakpoints: &Arc<Vec<Breakpoint>>,
        encodings: &HashMap<EndpointId, TextEncoding>,
        mut goes_on: impl FnMut() -> bool,
    ) -> bool {
        let is_same = |(list, generation): &(Arc<Vec<Breakpoint>>, u64)| {
            Arc::ptr_eq(list, breakpoints) && *generation == trace.generation()
        };
        if !self.of.as_ref().is_some_and(is_same) {
            let on = breakpoints.iter().filter(|breakpoint| breakpoint.on && breakpoint.at.way().is_none());
            let filters = on.filter_map(|breakpoint| Filter::parse(&breakpoint.when).ok().flatten()).collect();
            *self = Self { of: Some((Arc::clone(breakpoints), trace.generation())), filters, ..Self::default() };
        }
        self.marks.evict(trace.first_seq());
        if self.filters.is_empty() {
            self.next = trace.next_seq();
            return true;
        }
        let bookmarks = Bookmarks::default();
        let context = Context { trace, encodings, bookmarks: &bookmarks, faults: None };
        for call in trace.from(self.next) {
            if !goes_on() {
                return false;
            }
            self.next = call.seq + 1;
            if self.filters.iter().any(|filter| filter.matches(call, &context)) {
                self.marks.add(call.seq);
            }
        }
        true
    }

    pub fn seqs(&self) -> impl Iterator<Item = u64> {
        self.marks.seqs()
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
        for op in [Op::Accept, Op::Recv { max: 9 }, Op::Close, Op::Recv { max: 9 }] {
            trace.push(Call::sample(op, Outcome::Ok(0)));
        }
        let mut marks = StopMarks::default();
        let mut follow = |breakpoints: &Arc<Vec<Breakpoint>>, steps: usize| {
            let mut left = steps;
            let goes_on = || {
                left = left.saturating_sub(1);
                left > 0
            };
            let done = marks.follow(&trace, breakpoints, &HashMap::new(), goes_on);
            (done, marks.seqs().collect::<Vec<_>>())
        };
        let list = Arc::new(vec![breakpoint("op == recv", true), breakpoint("op == close", false)]);
        assert_eq!(follow(&list, 3), (false, vec![2]));
        assert_eq!(follow(&list, 9), (true, vec![2, 4]));
        let other = Arc::new(vec![breakpoint("op == close", true)]);
        assert_eq!(follow(&other, 9), (true, vec![3]));
        assert_eq!(follow(&Arc::default(), 9), (true, vec![]));
    }
}
