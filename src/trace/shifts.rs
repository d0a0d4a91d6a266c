//! Where the bytes of a relay's streams go on: its faults, and the user, take some out and put others in.

use std::collections::VecDeque;

use rustc_hash::FxHashMap;

use super::call::StreamKey;
use crate::kinds::fault::Direction;

/// The most changes of one stream's length that are remembered, the newest.
const MAX_CHANGES: usize = 10_000;
/// The same of all streams.
const MAX_OF_ALL: usize = 100_000;
/// With more streams than this the last change of one is forgotten too.
const MAX_STREAMS: usize = 20_000;

/// One way of a relay's pair, which its client's connection stands for.
pub type Key = (StreamKey, Direction);

/// In the stream as it came bytes were taken out from `offset` on, and others put in there.
#[derive(Clone, Copy, Debug)]
pub struct Change {
    pub offset: u64,
    pub removed: u64,
    pub added: u64,
}

/// Bytes of a stream were taken out, or put in.
#[derive(Clone, Copy, Debug)]
struct Changed {
    /// In the stream as it came.
    offset: u64,
    removed: u64,
    added: u64,
    /// How much longer it goes on than it came, before this.
    longer: i64,
}

impl Changed {
    /// In the stream as it goes on.
    fn place(&self) -> u64 {
        self.offset.saturating_add_signed(self.longer)
    }

    fn longer_behind(&self) -> i64 {
        let change = i64::try_from(self.added).unwrap_or(0) - i64::try_from(self.removed).unwrap_or(0);
        self.longer.saturating_add(change)
    }
}

/// In the order of the stream, whatever the order in which they happened: what one fault holds, another changes later.
#[derive(Clone, Debug, Default)]
struct Stream(VecDeque<Changed>);

impl Stream {
    fn insert(&mut self, Change { offset, removed, added }: Change) {
        let at = self.0.partition_point(|change| change.offset <= offset);
        let before = at.checked_sub(1).and_then(|before| self.0.get(before));
        // Of those that are forgotten the first that is left knows the sum.
        let longer = before.map(Changed::longer_behind).or_else(|| self.0.front().map(|first| first.longer));
        let mut longer = longer.unwrap_or(0);
        self.0.insert(at, Changed { offset, removed, added, longer });
        for change in self.0.range_mut(at..) {
            change.longer = longer;
            longer = change.longer_behind();
        }
    }
}

/// Of all streams of a trace.
#[derive(Clone, Debug, Default)]
pub struct Shifts {
    streams: FxHashMap<Key, Stream>,
    /// Of which stream each change is, in the order in which they happened: the oldest are forgotten first.
    order: VecDeque<Key>,
}

impl Shifts {
    pub fn note(&mut self, key: Key, change: Change) {
        if change.removed == change.added {
            return;
        }
        let stream = self.streams.entry(key).or_default();
        stream.insert(change);
        // One of its own makes way, so that each change still has its place in the order.
        if stream.0.len() > MAX_CHANGES {
            stream.0.pop_front();
        } else {
            self.order.push_back(key);
        }
        while self.order.len() > MAX_OF_ALL {
            self.forget_oldest();
        }
    }

    /// The last change of a stream stays while there are not too many streams: without it, where later bytes go on would be
    /// wrong.
    fn forget_oldest(&mut self) {
        let Some(key) = self.order.pop_front() else { return };
        let too_many = self.streams.len() > MAX_STREAMS;
        let Some(stream) = self.streams.get_mut(&key) else { return };
        if stream.0.len() > 1 {
            stream.0.pop_front();
        } else if too_many {
            self.streams.remove(&key);
        } else {
            self.order.push_back(key);
        }
    }

    /// Where a byte of a stream that came goes on.
    pub fn goes_on_at(&self, key: Key, offset: u64) -> u64 {
        self.behind(key, offset, |change| change.offset <= offset)
    }

    /// Where the first byte of a change goes on: what is put in is there.
    pub fn changed_at(&self, key: Key, offset: u64) -> u64 {
        self.behind(key, offset, |change| change.offset < offset)
    }

    fn behind(&self, key: Key, offset: u64, is_before: impl Fn(&Changed) -> bool) -> u64 {
        let Some(Stream(changes)) = self.streams.get(&key) else { return offset };
        let behind = changes.partition_point(is_before);
        let Some(change) = behind.checked_sub(1).and_then(|at| changes.get(at)) else { return offset };
        let inside = offset - change.offset;
        if inside < change.removed {
            return change.place().saturating_add(inside.min(change.added));
        }
        offset.saturating_add_signed(change.longer_behind())
    }

    /// Where a byte of a stream that goes on came.
    pub fn came_at(&self, key: Key, place: u64) -> u64 {
        let Some(Stream(changes)) = self.streams.get(&key) else { return place };
        let behind = changes.partition_point(|change| change.place() <= place);
        let Some(change) = behind.checked_sub(1).and_then(|at| changes.get(at)) else { return place };
        let inside = place - change.place();
        if inside < change.added {
            return change.offset.saturating_add(inside.min(change.removed));
        }
        place.saturating_add_signed(change.longer_behind().saturating_neg())
    }

    #[cfg(test)]
    fn len(&self) -> usize {
        self.streams.values().map(|stream| stream.0.len()).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::EndpointId;
    use crate::trace::ConnId;

    fn change(offset: u64, removed: u64, added: u64) -> Change {
        Change { offset, removed, added }
    }

    fn key(conn: u32) -> Key {
        ((EndpointId(1), ConnId::new(conn)), Direction::Up)
    }

    #[test]
    fn where_bytes_go_on_does_not_depend_on_the_order_in_which_they_were_changed() {
        // What the user edits at byte 100 goes on before what a fault, which holds earlier bytes, takes out at byte 10.
        let changes = [change(100, 5, 9), change(10, 4, 0), change(40, 0, 3), change(200, 50, 0)];
        let mut in_order = changes;
        in_order.sort_by_key(|change| change.offset);
        let [mut one, mut other] = [Shifts::default(), Shifts::default()];
        changes.into_iter().for_each(|change| one.note(key(1), change));
        in_order.into_iter().for_each(|change| other.note(key(1), change));
        for offset in 0..300 {
            let at = other.goes_on_at(key(1), offset);
            assert_eq!(one.goes_on_at(key(1), offset), at, "byte {offset}");
            assert_eq!(one.came_at(key(1), at), other.came_at(key(1), at));
        }
        let at = |offset| one.goes_on_at(key(1), offset);
        assert_eq!([at(9), at(14), at(39), at(40), at(104), at(105), at(250)], [9, 10, 35, 39, 103, 108, 203]);
        assert_eq!([one.changed_at(key(1), 40), one.changed_at(key(1), 100)], [36, 99]);
    }

    #[test]
    fn what_is_remembered_of_changed_streams_is_bounded_and_the_sums_stay_right() {
        let mut shifts = Shifts::default();
        shifts.note(key(1), change(0, 2, 0));
        for conn in 0..MAX_OF_ALL as u32 {
            let of = 3 + conn % 1_000;
            shifts.note(key(of), change(u64::from(conn) * 10, 1, 0));
        }
        assert!(shifts.len() <= MAX_OF_ALL);
        assert_eq!(shifts.goes_on_at(key(1), 10), 8, "the only change of a stream is kept");
        assert_eq!(shifts.goes_on_at(key(3), 2_000_000), 2_000_000 - 100);
        for conn in 0..MAX_OF_ALL as u32 * 2 {
            shifts.note(key(10_000 + conn), change(0, 1, 0));
        }
        assert!(shifts.len() <= MAX_OF_ALL && shifts.streams.len() <= MAX_OF_ALL);
    }
}
