//! The trace as it is handed in with a lesson: a trace file in memory, of bounded length.

use std::io;
use std::sync::Arc;

use super::Session;
use crate::lab::file as lab_file;
use crate::lesson::handin::{MAX_CALLS, MAX_TRACE};
use crate::trace::Trace;
use crate::trace::export::{Exporter, Format};
use crate::trace::file::Head;

/// What a call takes beside its bytes, at about.
const CALL: usize = 48;
/// The most faults that are handed in: the newest.
const MAX_FAULTS: usize = 10_000;

/// A trace file in memory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HandedIn {
    pub file: Vec<u8>,
    /// How many calls of the trace, the oldest, are not in it.
    pub left_out: u64,
}

impl Session {
    /// The trace as a file of at most [`MAX_TRACE`] bytes: of a longer one the newest calls.
    ///
    /// # Errors
    /// Even without any call it is too long.
    pub fn trace_to_hand_in(&self) -> io::Result<HandedIn> {
        let trace = &self.lab.trace;
        let mut first = first_that_fits(trace, MAX_TRACE);
        loop {
            let file = self.trace_file(first)?;
            if file.len() <= MAX_TRACE {
                let left_out = first - trace.first_seq() + trace.evicted_calls();
                return Ok(HandedIn { file, left_out });
            }
            let calls = trace.next_seq() - first;
            if calls == 0 {
                return Err(io::ErrorKind::FileTooLarge.into());
            }
            // What calls take beside their bytes was estimated.
            first += calls.div_ceil(4);
        }
    }

    /// A trace file with the calls from that one on.
    fn trace_file(&self, first: u64) -> io::Result<Vec<u8>> {
        let trace = &self.lab.trace;
        let gone = trace.from(trace.first_seq()).take_while(|call| call.seq < first);
        let (calls, bytes) = gone.fold((0, 0), |(calls, bytes), call| (calls + 1, bytes + call.len));
        let before = self.head(first);
        let head =
            Head { evicted_calls: before.evicted_calls + calls, evicted_bytes: before.evicted_bytes + bytes, ..before };
        let mut out = Exporter::new(Format::Trace, Vec::new(), &head)?;
        out.lab(&lab_file::to_toml(&self.document()))?;
        out.names(&self.names())?;
        let said = trace.predictions().filter(|(seq, _)| *seq >= first);
        out.predictions(&said.map(|(seq, said)| (seq, Arc::clone(said))).collect::<Vec<_>>())?;
        for call in trace.from(first) {
            out.call(call)?;
        }
        let rows = &self.lab.ledger;
        let of_these = rows.rows().skip(rows.len().saturating_sub(MAX_FAULTS));
        let of_these = of_these.filter(|row| row.felt.seq().is_none_or(|seq| seq >= first));
        out.faults(&of_these.cloned().collect::<Vec<_>>())?;
        out.finish(trace.totals(), self.lab.bookmarks.notes())
    }
}

/// The oldest call from which on all take about that much.
fn first_that_fits(trace: &Trace, most: usize) -> u64 {
    let end = trace.next_seq();
    let oldest = trace.first_seq().max(end.saturating_sub(MAX_CALLS));
    let mut left = most;
    let fits = |seq: &u64| {
        let size = trace.get(*seq).map_or(0, |call| trace.said(call).bytes.len() + CALL);
        let fits = size <= left;
        left = left.saturating_sub(size);
        fits
    };
    (oldest..end).rev().take_while(fits).last().unwrap_or(end)
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;
    use crate::lab::EndpointId;
    use crate::lesson::handin::Evidence;
    use crate::trace::{Call, Op, Outcome};

    /// A session whose trace has that many calls of that many bytes.
    fn session(calls: u64, bytes: usize) -> Session {
        let mut session = Session::new(Arc::new(|| {}), 1 << 30).unwrap();
        for number in 0..calls {
            let data = Bytes::from(vec![(number % 251) as u8; bytes]);
            let call = Call::sample(Op::Recv { max: bytes as u64 }, Outcome::Ok(bytes as u64));
            session.lab.trace.push(Call { endpoint: EndpointId(1), len: bytes as u64, data, ..call });
        }
        session
    }

    fn handed_in(session: &Session) -> (Evidence, u64) {
        let HandedIn { file, left_out } = session.trace_to_hand_in().unwrap();
        assert!(file.len() <= MAX_TRACE, "{}", file.len());
        (Evidence::read(&file).unwrap(), left_out)
    }

    #[test]
    fn a_short_trace_is_handed_in_whole() {
        let session = session(100, 1_000);
        let (evidence, left_out) = handed_in(&session);
        assert_eq!((evidence.trace().len(), left_out), (100, 0));
        assert_eq!(evidence.trace().get(7).map(|call| call.seq), Some(7));
    }

    #[test]
    fn of_a_long_trace_the_newest_calls_are_handed_in_and_the_others_counted() {
        let session = session(1_000, 16 * 1024);
        let (evidence, left_out) = handed_in(&session);
        let trace = evidence.trace();
        assert_eq!(trace.len() as u64 + left_out, 1_000);
        assert!((400..=512).contains(&trace.len()), "{}: it is nearly full", trace.len());
        assert_eq!((trace.first_seq(), trace.next_seq()), (left_out + 1, 1_001));
        assert_eq!((trace.evicted_calls(), trace.evicted_bytes()), (left_out, left_out * 16 * 1024));
    }

    #[test]
    fn of_very_many_calls_no_more_are_handed_in_than_are_read() {
        let session = session(MAX_CALLS + 5, 0);
        let (evidence, left_out) = handed_in(&session);
        assert!(evidence.trace().len() as u64 <= MAX_CALLS && left_out >= 5, "{left_out}");
        assert_eq!(evidence.trace().next_seq(), MAX_CALLS + 6);
    }

    #[test]
    fn a_call_that_is_too_long_alone_is_left_out_and_said() {
        let session = session(2, MAX_TRACE + 1);
        let (evidence, left_out) = handed_in(&session);
        assert_eq!((evidence.trace().len(), left_out), (0, 2));
    }
}
