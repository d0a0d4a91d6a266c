//! The lines that the rows of a conversation take: one each, or in hex as many as their bytes need.

use std::collections::VecDeque;
use std::ops::Range;

use crate::trace::Trace;
use crate::trace::conversation::{Conversation, Row};

/// Lines are numbered as rows are: from the first one ever, so that they keep their numbers when older ones leave.
#[derive(Debug, Default)]
pub struct Lines {
    /// Bytes in a line.
    width: usize,
    /// The number of the first row that is counted, and of its first line.
    first_row: u64,
    start: u64,
    /// Where the rows' lines end, with the numbers of their calls.
    ends: VecDeque<(u64, u64)>,
}

impl Lines {
    /// Counts what has come since; starts over where the rows or the width have changed.
    pub fn update(&mut self, conversation: &Conversation, trace: &Trace, width: usize) {
        let rows = conversation.rows();
        while self.first_row < conversation.dropped()
            && let Some((end, _)) = self.ends.pop_front()
        {
            self.first_row += 1;
            self.start = end;
        }
        let same = |at: Option<usize>, counted: Option<&(u64, u64)>| {
            at.and_then(|at| rows.get(at)).map(|row| row.seq) == counted.map(|(_, seq)| *seq)
        };
        let last = self.ends.len().checked_sub(1);
        let are_counted = last.is_none() || (same(Some(0), self.ends.front()) && same(last, self.ends.back()));
        if self.width != width || self.first_row != conversation.dropped() || !are_counted {
            let (first_row, start) = (conversation.dropped(), conversation.dropped());
            *self = Self { width, first_row, start, ends: VecDeque::new() };
        }
        for row in rows.range(self.ends.len()..) {
            let end = self.range().end + count(row, trace, width);
            self.ends.push_back((end, row.seq));
        }
    }

    pub fn range(&self) -> Range<u64> {
        self.start..self.ends.back().map_or(self.start, |(end, _)| *end)
    }

    /// The row of a line, by its place among the rows, and which of the row's lines it is.
    pub fn row_of(&self, line: u64) -> Option<(usize, usize)> {
        let at = self.ends.partition_point(|(end, _)| *end <= line);
        let begin = self.first_line(at)?;
        Some((at, usize::try_from(line.checked_sub(begin)?).ok()?))
    }

    /// The first line of the row at that place.
    pub fn first_line(&self, at: usize) -> Option<u64> {
        self.ends.get(at)?;
        match at.checked_sub(1) {
            None => Some(self.start),
            Some(before) => self.ends.get(before).map(|(end, _)| *end),
        }
    }
}

fn count(row: &Row, trace: &Trace, width: usize) -> u64 {
    let Some(call) = trace.get(row.seq).filter(|_| row.kind.said().is_some()) else { return 1 };
    let said = trace.said(call);
    let lines = said.bytes.len().div_ceil(width) + usize::from(said.is_cut());
    lines.max(1) as u64
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use bytes::Bytes;

    use super::*;
    use crate::lab::TextEncoding;
    use crate::trace::{Call, ConnId, Op, Outcome};

    fn trace(lens: &[usize], retention: u64) -> Trace {
        let mut trace = Trace::new(SystemTime::UNIX_EPOCH, retention);
        for len in lens {
            trace.push(Call {
                conn: ConnId::new(1),
                len: *len as u64,
                data: Bytes::from(vec![b'a'; *len]),
                ..Call::sample(Op::Recv { max: 1024 }, Outcome::Ok(*len as u64))
            });
        }
        trace
    }

    #[test]
    fn each_call_has_as_many_lines_as_its_bytes_take() {
        let trace = trace(&[1, 16, 17, 40], u64::MAX);
        let endpoint = trace.get(1).map(|call| call.endpoint).unwrap();
        let mut conversation = Conversation::new(endpoint, TextEncoding::UTF_8);
        conversation.update(&trace);
        let mut lines = Lines::default();
        lines.update(&conversation, &trace, 16);
        assert_eq!(lines.range(), 0..7);
        let rows: Vec<_> = lines.range().filter_map(|line| lines.row_of(line)).collect();
        assert_eq!(rows, [(0, 0), (1, 0), (2, 0), (2, 1), (3, 0), (3, 1), (3, 2)]);
        assert_eq!((lines.first_line(3), lines.first_line(4), lines.row_of(7)), (Some(4), None, None));
        lines.update(&conversation, &trace, 8);
        assert_eq!(lines.range(), 0..11);
    }
}
