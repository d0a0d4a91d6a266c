//! How fast the trace is played: at the pace at which it was recorded, with long waits shortened.

use crate::trace::Trace;

/// What can be chosen, as parts of the recorded pace in tenths: 0.1 to 100 times.
pub const SPEEDS: [u32; 10] = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000];

/// The place of the recorded pace in [`SPEEDS`].
pub const RECORDED: usize = 3;

/// A wait between two calls that is longer than this is shortened to it, as the ladder's compressed scale does: 2 seconds,
/// at the recorded pace.
pub const LONGEST: u64 = 2_000_000_000;

/// The most calls that one step plays: what comes after them waits for the next one.
const MOST: u64 = 20_000;

/// How long it takes from the call before that number to the one that has it, at a speed in tenths; in nanoseconds.
/// `None` behind the last call.
fn wait(trace: &Trace, seq: u64, speed: u32) -> Option<u64> {
    let call = trace.get(seq)?;
    let before = seq.checked_sub(1).and_then(|before| trace.get(before));
    let gap = before.map_or(0, |before| call.end().since(before.end()));
    Some(gap.min(LONGEST).saturating_mul(10) / u64::from(speed.max(1)))
}

/// A playback between two frames.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pace {
    /// How much of the wait for the next call is over.
    waited: u64,
}

impl Pace {
    /// Goes on for that many nanoseconds from the call `end`, which is the next to be shown. Gives the next one then, and in
    /// how many nanoseconds it is due; `None` where everything is shown.
    pub fn advance(&mut self, trace: &Trace, mut end: u64, passed: u64, speed: u32) -> (u64, Option<u64>) {
        self.waited = self.waited.saturating_add(passed);
        let last = end.saturating_add(MOST);
        while let Some(wait) = wait(trace, end, speed) {
            if wait > self.waited {
                return (end, Some(wait - self.waited));
            }
            if end >= last {
                // Time that could not be kept up with is not made up for.
                self.waited = 0;
                return (end, Some(0));
            }
            self.waited -= wait;
            end += 1;
        }
        self.waited = 0;
        (end, None)
    }
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use super::*;
    use crate::trace::store::DEFAULT_RETENTION;
    use crate::trace::{Call, Nanos, Op, Outcome};

    const SECOND: u64 = 1_000_000_000;

    /// Calls that ended at these seconds.
    fn trace(seconds: &[u64]) -> Trace {
        let mut trace = Trace::new(SystemTime::UNIX_EPOCH, DEFAULT_RETENTION);
        for at in seconds {
            trace.push(Call { start: Nanos(at * SECOND), ..Call::sample(Op::Recv { max: 9 }, Outcome::Ok(0)) });
        }
        trace
    }

    #[test]
    fn calls_come_at_the_recorded_pace_and_long_waits_are_shortened() {
        let trace = trace(&[0, 1, 1, 100]);
        let mut pace = Pace::default();
        assert_eq!(pace.advance(&trace, 1, 0, 10), (2, Some(SECOND)), "the first one is there at once");
        assert_eq!(pace.advance(&trace, 2, SECOND / 2, 10), (2, Some(SECOND / 2)));
        assert_eq!(pace.advance(&trace, 2, SECOND / 2, 10), (4, Some(LONGEST)), "two at one moment");
        assert_eq!(pace.advance(&trace, 4, LONGEST, 10), (5, None));
    }

    #[test]
    fn the_pace_is_a_tenth_to_a_hundred_times_the_recorded_one() {
        let trace = trace(&[0, 1, 2]);
        let due = |speed| Pace::default().advance(&trace, 2, 0, speed);
        assert_eq!(due(SPEEDS[0]), (2, Some(10 * SECOND)));
        assert_eq!(due(SPEEDS[RECORDED]), (2, Some(SECOND)));
        assert_eq!(due(SPEEDS[SPEEDS.len() - 1]), (2, Some(SECOND / 100)));
    }

    #[test]
    fn a_frame_plays_no_more_than_it_can_and_time_is_not_made_up_for() {
        let trace = trace(&vec![1; 50_000]);
        let mut pace = Pace::default();
        assert_eq!(pace.advance(&trace, 1, 100 * SECOND, 10), (1 + MOST, Some(0)));
        assert_eq!(pace.waited, 0);
    }
}
