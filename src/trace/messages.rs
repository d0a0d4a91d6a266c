//! Which calls made up a message, under an endpoint's framing: a projection of its calls, call by call.
//!
//! Messages are counted from 1 in each direction of a connection, from the first byte that is still kept.

use std::collections::{HashMap, VecDeque};
use std::ops::Range;
use std::time::Duration;

use super::call::{Call, Op, SocketId};
use super::direction::Direction;
use super::projection::{self, AsOf, Budget, Follower, Projection, Source};
use super::said::Payload;
use super::store::Trace;
use crate::kinds::framing::{Frame, FrameError, FrameKind, FrameScanner};
use crate::lab::framing::Framing;
use crate::lab::{EndpointId, TextEncoding};

/// The most calls that one update takes in; the next one takes the rest.
pub const CALLS_PER_UPDATE: usize = 20_000;

/// The messages that have bytes in one call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mark {
    pub first: u64,
    pub last: u64,
    /// The first message begins in an earlier call.
    pub continues: bool,
    /// The last message goes on in a later call, or its end has not come yet.
    pub goes_on: bool,
    /// How many of the call's bytes belong to no message; where they are all that it has, `last` is before `first`.
    pub noise: u64,
    /// Where the first message begins in the stream.
    pub begins: u64,
}

impl Mark {
    pub fn has_message(self) -> bool {
        self.first <= self.last
    }
}

/// One direction of a connection.
#[derive(Debug)]
struct Stream {
    scanner: FrameScanner,
    /// How many messages are complete.
    complete: u64,
    /// The last call with bytes of the message that is being read, where only silence ends it.
    open_call: Option<u64>,
}

/// The marks of one endpoint's calls.
#[derive(Debug)]
pub struct Messages {
    endpoint: EndpointId,
    framing: Framing,
    encoding: TextEncoding,
    streams: HashMap<(SocketId, Direction), Stream>,
    /// Sorted by the calls' numbers.
    marks: VecDeque<(u64, Mark)>,
    follower: Follower,
}

impl Messages {
    /// Empty until the first [`Self::update`].
    pub fn new(endpoint: EndpointId) -> Self {
        Self {
            endpoint,
            framing: Framing::none(),
            encoding: TextEncoding::default(),
            streams: HashMap::new(),
            marks: VecDeque::new(),
            follower: Follower::default(),
        }
    }

    /// With another framing the kept calls are read again.
    pub fn set_framing(&mut self, framing: &Framing, encoding: TextEncoding) {
        if self.framing != *framing || self.encoding != encoding {
            self.framing = framing.clone();
            self.encoding = encoding;
            self.reset();
            self.follower.restart();
        }
    }

    /// Takes in what has happened since the last update. True where there is more to take in than one update does.
    pub fn update<'t>(&mut self, of: impl Into<AsOf<'t>>) -> bool {
        let of = of.into();
        let calls = Source::of(of.trace.of_endpoint(self.endpoint).filter(|_| self.framing.is_some()));
        !projection::follow(self, of, calls, Budget::UNLIMITED.calls(CALLS_PER_UPDATE), || true)
    }

    /// The messages of that call; `None` where it moved no bytes of a message.
    pub fn of(&self, seq: u64) -> Option<Mark> {
        let at = self.marks.binary_search_by_key(&seq, |(seq, _)| *seq).ok()?;
        self.marks.get(at).map(|(_, mark)| *mark)
    }
}

impl Projection for Messages {
    const OUTLIVES_CLEARING: bool = true;

    fn follower(&mut self) -> &mut Follower {
        &mut self.follower
    }

    fn see(&mut self, call: &Call, said: Payload<'_>) {
        if call.conn.is_none() {
            return;
        }
        if matches!(call.op, Op::Close) {
            self.streams.remove(&(call.socket, Direction::Sent));
            self.streams.remove(&(call.socket, Direction::Received));
            return;
        }
        let (Some(direction), Some(offset), true) = (Direction::of(&call.op), said.offset, said.len > 0) else {
            return;
        };
        let stream = self.streams.entry((call.socket, direction)).or_insert_with(|| Stream {
            scanner: FrameScanner::new(&self.framing, self.encoding).starting_at(offset),
            complete: 0,
            open_call: None,
        });
        let (mark, before) = stream.take(call, said, offset);
        // Only now is it known that the message went on after that call.
        if let Some(before) = before
            && let Ok(at) = self.marks.binary_search_by_key(&before, |(seq, _)| *seq)
            && let Some((_, mark)) = self.marks.get_mut(at)
        {
            mark.goes_on = true;
        }
        if let Some(mark) = mark {
            self.marks.push_back((call.seq, mark));
        }
    }

    fn evict(&mut self, trace: &Trace) {
        let first_kept = trace.first_seq();
        while self.marks.front().is_some_and(|(seq, _)| *seq < first_kept) {
            self.marks.pop_front();
        }
    }

    fn reset(&mut self) {
        self.streams.clear();
        self.marks.clear();
    }
}

impl Stream {
    /// The call's mark, `None` from the byte on where framing has ended; and the call before whose message goes on in this.
    fn take(&mut self, call: &Call, said: Payload<'_>, offset: u64) -> (Option<Mark>, Option<u64>) {
        // Bytes of calls that are gone lie between.
        self.skip(offset.saturating_sub(self.scanner.position()));
        let now = Duration::from_nanos(call.start.0.saturating_add(call.took));
        let mut noise = Noise { offset, bytes: 0 };
        let open_call = self.open_call.take();
        let is_over = self.scanner.arrive(now).is_some_and(|frame| self.count(&Ok(frame), &mut noise));
        if self.scanner.has_ended() {
            return (None, None);
        }
        let continues = self.scanner.start() < offset && self.scanner.is_within();
        let first = self.complete + 1;
        let mut begins = self.scanner.start();
        let mut is_first = true;
        let mut rest: &[u8] = said.bytes;
        while let Some(frame) = self.scanner.next_frame(&mut rest) {
            let is_message = self.count(&frame, &mut noise);
            if is_first && let Ok(frame) = &frame {
                begins = if is_message { frame.range.start } else { frame.range.end };
                is_first = !is_message;
            }
            if frame.is_err() {
                break;
            }
        }
        self.skip(said.missing());
        if let Some(aside) = self.scanner.aside().filter(|aside| !aside.is_padding) {
            noise.add(self.scanner.start()..self.scanner.start() + aside.len);
        }
        let is_open = !self.scanner.has_ended() && self.scanner.is_within();
        let last = if is_open { self.complete + 1 } else { self.complete };
        // Nothing says yet that what silence ends goes on.
        let by_silence = self.scanner.ends_at().is_some();
        self.open_call = (is_open && by_silence).then_some(call.seq);
        let mark = Mark { first, last, continues, goes_on: is_open && !by_silence, noise: noise.bytes, begins };
        let before = open_call.filter(|_| continues && !is_over);
        (Some(mark).filter(|mark| mark.has_message() || mark.noise > 0), before)
    }

    /// True for a message.
    fn count(&mut self, frame: &Result<Frame, FrameError>, noise: &mut Noise) -> bool {
        match frame {
            Ok(Frame { kind: FrameKind::Message, .. }) => {
                self.complete += 1;
                true
            }
            Ok(Frame { kind: FrameKind::Noise, range, .. }) => {
                noise.add(range.clone());
                false
            }
            Ok(_) | Err(_) => false,
        }
    }

    fn skip(&mut self, missing: u64) {
        self.complete += self.scanner.skip(missing);
    }
}

/// Counts the bytes of a call that belong to no message.
struct Noise {
    offset: u64,
    bytes: u64,
}

impl Noise {
    fn add(&mut self, range: Range<u64>) {
        self.bytes += range.end.saturating_sub(range.start.max(self.offset));
    }
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use bytes::Bytes;

    use super::*;
    use crate::trace::Outcome;

    const ENDPOINT: EndpointId = EndpointId(1);

    fn call(offset: u64, len: u64, data: &[u8]) -> Call {
        Call {
            endpoint: ENDPOINT,
            offset: Some(offset),
            len,
            data: Bytes::copy_from_slice(data),
            ..Call::sample(Op::Recv { max: 1024 }, Outcome::Ok(len))
        }
    }

    fn trace(parts: &[&[u8]]) -> Trace {
        let mut trace = Trace::new(SystemTime::UNIX_EPOCH, u64::MAX);
        let mut offset = 0;
        for part in parts {
            trace.push(call(offset, part.len() as u64, part));
            offset += part.len() as u64;
        }
        trace
    }

    fn messages(framing: &Framing, trace: &Trace) -> Messages {
        let mut messages = Messages::new(ENDPOINT);
        messages.set_framing(framing, TextEncoding::UTF_8);
        assert!(!messages.update(trace));
        messages
    }

    fn mark(first: u64, last: u64, continues: bool, goes_on: bool) -> Option<Mark> {
        Some(Mark { first, last, continues, goes_on, noise: 0, begins: 0 })
    }

    /// The mark but for where its first message begins.
    fn of(messages: &Messages, seq: u64) -> Option<Mark> {
        messages.of(seq).map(|mark| Mark { begins: 0, ..mark })
    }

    #[test]
    fn the_calls_of_one_message_have_one_number() {
        let trace = trace(&[b"he", b"llo", b"\na\nb\nc", b"\n", b"d\n"]);
        let messages = messages(&Framing::line(), &trace);
        let marks: Vec<_> = (1..=5).map(|seq| of(&messages, seq)).collect();
        assert_eq!(
            marks,
            [
                mark(1, 1, false, true),
                mark(1, 1, true, true),
                mark(1, 4, true, true),
                mark(4, 4, true, false),
                mark(5, 5, false, false)
            ]
        );
        assert_eq!(of(&messages, 6), None);
    }

    #[test]
    fn what_comes_later_goes_on_counting() {
        let mut trace = trace(&[b"\x03a"]);
        let prefix = Framing::length_prefix(1, true).unwrap();
        let mut messages = messages(&prefix, &trace);
        assert_eq!(of(&messages, 1), mark(1, 1, false, true));
        trace.push(call(2, 4, b"bc\x01d"));
        messages.update(&trace);
        assert_eq!(of(&messages, 2), mark(1, 2, true, false));
    }

    #[test]
    fn bytes_that_were_not_kept_are_counted() {
        let mut trace = Trace::new(SystemTime::UNIX_EPOCH, u64::MAX);
        trace.push(call(0, 10, b"abcd"));
        trace.push(call(10, 2, b"kl"));
        let messages = messages(&Framing::fixed(4), &trace);
        assert_eq!(of(&messages, 1), mark(1, 3, false, true));
        assert_eq!(of(&messages, 2), mark(3, 3, true, false));
    }

    #[test]
    fn without_a_framing_and_after_a_lying_prefix_nothing_is_marked() {
        let trace = trace(&[b"\x00\x01a\xff\xff\xff", b"abc"]);
        assert_eq!(of(&messages(&Framing::none(), &trace), 1), None);
        let prefix = Framing::length_prefix(2, true).unwrap();
        let good = messages(&prefix, &trace);
        assert_eq!(good.of(1).map(|mark| mark.first), Some(1));
        let four = Framing::length_prefix(4, true).unwrap();
        let lying = messages(&four, &self::trace(&[b"\xff\xff\xff\xffabc", b"def"]));
        assert_eq!((of(&lying, 1), of(&lying, 2)), (None, None));
    }

    #[test]
    fn another_framing_reads_the_kept_calls_again_and_a_cleared_list_goes_on() {
        let mut trace = trace(&[b"a\nb"]);
        let mut messages = messages(&Framing::line(), &trace);
        trace.clear();
        trace.push(call(3, 2, b"c\n"));
        messages.update(&trace);
        assert_eq!((of(&messages, 1), of(&messages, 2)), (None, mark(2, 2, true, false)));
        messages.set_framing(&Framing::fixed(1), TextEncoding::UTF_8);
        messages.update(&trace);
        assert_eq!(of(&messages, 2), mark(1, 2, false, false));
    }

    #[test]
    fn bytes_that_belong_to_no_message_are_counted_where_they_came() {
        let trace = trace(&[b"xx\x02a", b"\x03yy", b"z\x02b\x03"]);
        let framing = "{ kind = \"between\", start_hex = \"02\", end_hex = \"03\" }";
        let messages = messages(&crate::kinds::framing::tests::read_utf8(framing), &trace);
        let noisy = |mark: Option<Mark>, noise| mark.map(|mark| Mark { noise, ..mark });
        assert_eq!(of(&messages, 1), noisy(mark(1, 1, false, true), 2));
        assert_eq!(of(&messages, 2), noisy(mark(1, 1, true, false), 2));
        assert_eq!(of(&messages, 3), noisy(mark(2, 2, false, false), 1));
        assert_eq!([1, 3].map(|seq| messages.of(seq).map(|mark| mark.begins)), [Some(2), Some(8)]);
    }

    #[test]
    fn silence_ends_a_message_and_what_comes_before_it_goes_on() {
        let mut trace = Trace::new(SystemTime::UNIX_EPOCH, u64::MAX);
        for (offset, millis) in [(0, 0), (1, 30), (2, 200)] {
            let start = crate::trace::Nanos(millis * 1_000_000);
            trace.push(Call { start, took: 0, ..call(offset, 1, b"a") });
        }
        let messages = messages(&Framing::idle(Duration::from_millis(50)), &trace);
        assert_eq!(of(&messages, 1), mark(1, 1, false, true));
        assert_eq!(of(&messages, 2), mark(1, 1, true, false));
        assert_eq!(of(&messages, 3), mark(2, 2, false, false));
    }
}
