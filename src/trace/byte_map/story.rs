//! The fate of the bytes of one call, for a sentence.

use super::Movers;
use crate::trace::call::{Call, Op};
use crate::trace::flow::Way;
use crate::trace::projection::AsOf;
use crate::trace::streams::{MAX_COUNTERPARTS, counterparts};

/// How a call's bytes met the calls of the other end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Story {
    /// One `send`, one `recv`, the same bytes.
    Whole { send: u64, recv: u64 },
    /// Several sends arrived as one `recv` (粘包). The first or the last of them may have been received in part elsewhere.
    Joined { sends: Vec<u64>, recv: u64, begins_inside: bool, ends_inside: bool },
    /// One `send` was cut into several recvs (拆包). `filled`: every `recv` but the last got as much as it had asked for.
    Cut { send: u64, recvs: Vec<u64>, filled: Option<u64>, outstanding: u64 },
    /// A `recv` got a part of one `send` only.
    Part { send: u64, recv: u64, filled: bool },
    /// Nothing of it was received yet.
    Outstanding { send: u64, bytes: u64 },
}

/// The most calls that are named; of further ones only their number is given.
pub const MAX_NAMED: usize = MAX_COUNTERPARTS;

/// The fate of a call's bytes (or their origin). `None` where the other end is not in this lab, its calls are no
/// longer kept, or the call moved none.
pub fn story<'t>(of: impl Into<AsOf<'t>>, call: &Call) -> Option<Story> {
    let AsOf { trace, end: shown } = of.into();
    let way = Way::of(&call.op)?;
    let (begin, end) = (call.offset?, call.offset?.saturating_add(call.len));
    if call.len == 0 {
        return None;
    }
    let mut others = counterparts(trace, call);
    others.retain(|other| other.seq < shown);
    let begin_of = |call: &Call| call.offset.unwrap_or(0);
    let end_of = |call: &Call| begin_of(call).saturating_add(call.len);
    let (Some(first), Some(last)) = (others.first().copied(), others.last().copied()) else {
        // The receiver is known and has not got there yet.
        let other = trace.partner(call.socket).and_then(|other| trace.flow(other))?;
        let received = Movers::new(trace.as_of(shown), other, Way::In).total(other, Way::In);
        let not_yet = way == Way::Out && received <= begin;
        return not_yet.then_some(Story::Outstanding { send: call.seq, bytes: call.len });
    };
    let seqs = |calls: &[&Call]| calls.iter().map(|call| call.seq).collect::<Vec<_>>();
    let same = others.len() == 1 && begin_of(first) == begin && end_of(first) == end;
    Some(match way {
        Way::In if same => Story::Whole { send: first.seq, recv: call.seq },
        Way::Out if same => Story::Whole { send: call.seq, recv: first.seq },
        Way::In if others.len() > 1 => Story::Joined {
            sends: seqs(&others),
            recv: call.seq,
            begins_inside: begin_of(first) < begin,
            ends_inside: end_of(last) > end,
        },
        Way::In => Story::Part { send: first.seq, recv: call.seq, filled: is_filled(call) },
        Way::Out if others.len() > 1 || end_of(last) < end => {
            let (_, all_but_last) = others.split_last()?;
            let asked = |call: &&Call| match call.op {
                Op::Recv { max } | Op::RecvFrom { max } => max,
                _ => 0,
            };
            let max = others.first().map(asked).filter(|max| {
                !all_but_last.is_empty() && all_but_last.iter().all(|call| is_filled(call) && asked(call) == *max)
            });
            let outstanding = if others.len() < MAX_NAMED { end.saturating_sub(end_of(last)) } else { 0 };
            Story::Cut { send: call.seq, recvs: seqs(&others), filled: max, outstanding }
        }
        // It arrived in one piece together with others: told from the side of the `recv`.
        Way::Out => return story(trace.as_of(shown), first),
    })
}

/// The buffer of the `recv` was full: it could not have got more.
fn is_filled(call: &Call) -> bool {
    matches!(call.op, Op::Recv { max } | Op::RecvFrom { max } if call.len >= max)
}
