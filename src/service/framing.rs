//! Messages out of a stream. Where they end, each framing in [`crate::kinds::framing`] knows.
//!
//! Where a frame is longer than its cap, or a length prefix announces more than the cap, framing ends for this
//! connection: nobody knows where the next message begins. What comes from there on is passed on as
//! [`MessageKind::Unframed`] and is not for a service to answer.

use std::ops::Range;
use std::time::Duration;

use bytes::{Bytes, BytesMut};

use crate::kinds::framing::{Frame, FrameKind, FrameScanner, Framing};
pub use crate::kinds::framing::{FrameError, UnframeableError, frame};
use crate::lab::TextEncoding;

/// A message, or what could not be one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Its place in the stream, with delimiter or length prefix.
    pub range: Range<u64>,
    /// Without them, and decoded where the framing writes it in another way; of a message that is not whole every byte that
    /// came.
    pub payload: Bytes,
    /// With them, as it came.
    pub whole: Bytes,
    pub kind: MessageKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MessageKind {
    Whole,
    /// The stream ended before the message did.
    Incomplete,
    /// Framing has ended with a [`FrameError`].
    Unframed,
    /// The bytes belong to no message, which begins or ends elsewhere.
    Noise,
}

/// Cuts one direction of a connection into messages. Any splitting of the stream gives the same ones, but without
/// framing, where what comes at once is one. What it keeps is less than one longest frame.
#[derive(Debug)]
pub struct Deframer {
    scanner: FrameScanner,
    framing: Framing,
    /// The beginning of a message whose end has not come yet.
    begun: BytesMut,
    /// What was pushed and not looked at yet.
    pending: Bytes,
}

impl Deframer {
    /// The encoding matters where a line feed is not one byte (UTF-16).
    pub fn new(framing: &Framing, encoding: TextEncoding) -> Self {
        Self {
            scanner: FrameScanner::new(framing, encoding),
            framing: framing.clone(),
            begun: BytesMut::new(),
            pending: Bytes::new(),
        }
    }

    /// With another cap than [`crate::kinds::framing::MAX_FRAME`] on the payload of a message. A fixed length keeps its own.
    pub fn with_max(self, max: u32) -> Self {
        Self { scanner: self.scanner.with_max(max), ..self }
    }

    /// Bytes come at that time, counted from anywhere: the message that the silence before them has ended.
    pub fn arrive(&mut self, now: Duration) -> Option<Message> {
        let frame = self.scanner.arrive(now)?;
        self.message(&frame, Bytes::new())
    }

    /// The same where no bytes come.
    pub fn pass(&mut self, now: Duration) -> Option<Message> {
        let frame = self.scanner.pass(now)?;
        self.message(&frame, Bytes::new())
    }

    /// When silence ends the message whose beginning is there.
    pub fn ends_at(&self) -> Option<Duration> {
        self.scanner.ends_at()
    }

    /// For a stream whose bytes before that place are no matter.
    pub fn beginning_at(self, position: u64) -> Self {
        Self { scanner: self.scanner.beginning_at(position), ..self }
    }

    /// Goes on with another framing, before which `received` bytes of the stream have come. What waits for the rest of
    /// its message begins one of the new kind; messages that it completes come out of the iterator.
    pub fn change(&mut self, framing: &Framing, encoding: TextEncoding, received: u64) -> Messages<'_> {
        let waiting = self.take_waiting();
        *self = Self::new(framing, encoding).beginning_at(received.saturating_sub(waiting.len() as u64));
        self.push(waiting)
    }

    /// Gives up the bytes that wait for the rest of their message.
    pub fn take_waiting(&mut self) -> Bytes {
        self.begun.extend_from_slice(&std::mem::take(&mut self.pending));
        std::mem::take(&mut self.begun).freeze()
    }

    /// Takes the next bytes of the stream; the messages that they complete come out of the iterator. Of those that were
    /// not asked for before the next push none is lost. A message that came at once is not copied.
    pub fn push(&mut self, bytes: Bytes) -> Messages<'_> {
        if self.pending.is_empty() {
            self.pending = bytes;
        } else {
            self.pending = Bytes::from([std::mem::take(&mut self.pending), bytes].concat());
        }
        Messages { deframer: self }
    }

    /// The stream has ended: the message that was not completed. Where only silence would have ended it, it is whole.
    pub fn finish(&mut self) -> Option<Message> {
        let begins = self.begun_at();
        self.begun.extend_from_slice(&std::mem::take(&mut self.pending));
        let payload = std::mem::take(&mut self.begun).freeze();
        let kind = match self.scanner.aside() {
            _ if self.scanner.has_ended() => MessageKind::Unframed,
            _ if self.scanner.ends_at().is_some() => MessageKind::Whole,
            Some(aside) if aside.len < payload.len() as u64 => MessageKind::Incomplete,
            Some(aside) if aside.is_padding => return None,
            Some(_) => MessageKind::Noise,
            None => MessageKind::Incomplete,
        };
        let range = begins..begins + payload.len() as u64;
        (!payload.is_empty()).then(|| Message { range, whole: payload.clone(), payload, kind })
    }

    /// How many bytes wait for the rest of their message.
    pub fn waiting(&self) -> usize {
        self.begun.len() + self.pending.len()
    }

    /// True after a [`FrameError`].
    pub fn has_ended(&self) -> bool {
        self.scanner.has_ended()
    }

    fn begun_at(&self) -> u64 {
        self.scanner.position().saturating_sub(self.begun.len() as u64)
    }

    fn next_message(&mut self) -> Option<Result<Message, FrameError>> {
        loop {
            if self.scanner.has_ended() {
                return self.unframed().map(Ok);
            }
            let mut rest: &[u8] = &self.pending;
            let found = self.scanner.next_frame(&mut rest);
            let read = self.pending.split_to(self.pending.len() - rest.len());
            match found {
                // The bytes of the unusable message come next, unframed.
                Some(Err(error)) => {
                    self.begun.extend_from_slice(&read);
                    return Some(Err(error));
                }
                Some(Ok(frame)) => {
                    if let Some(message) = self.message(&frame, read) {
                        return Some(Ok(message));
                    }
                }
                None => {
                    self.begun.extend_from_slice(&read);
                    return None;
                }
            }
        }
    }

    /// `last` has the end of the frame, and all of it unless a part has come before. What is only between messages is none.
    fn message(&mut self, frame: &Frame, last: Bytes) -> Option<Message> {
        let mut bytes = if self.begun.is_empty() {
            last
        } else {
            self.begun.extend_from_slice(&last);
            std::mem::take(&mut self.begun).freeze()
        };
        let place =
            |at: u64| usize::try_from(at.saturating_sub(frame.range.start)).unwrap_or(bytes.len()).min(bytes.len());
        let (payload, end) = (place(frame.payload.start)..place(frame.payload.end), place(frame.range.end));
        // The beginning of the next one.
        self.begun.extend_from_slice(&bytes.split_off(end));
        let kind = match frame.kind {
            FrameKind::Padding => return None,
            FrameKind::Noise => MessageKind::Noise,
            FrameKind::Message => MessageKind::Whole,
        };
        let payload = self.framing.decode(bytes.slice(payload));
        Some(Message { range: frame.range.clone(), payload, whole: bytes, kind })
    }

    fn unframed(&mut self) -> Option<Message> {
        let begins = self.begun_at();
        let mut rest: &[u8] = &self.pending;
        // Only counted: the scanner has no frames any more.
        while self.scanner.next_frame(&mut rest).is_some() {}
        let pending = std::mem::take(&mut self.pending);
        let payload = if self.begun.is_empty() {
            pending
        } else {
            self.begun.extend_from_slice(&pending);
            std::mem::take(&mut self.begun).freeze()
        };
        let range = begins..begins + payload.len() as u64;
        (!payload.is_empty()).then(|| Message { range, whole: payload.clone(), payload, kind: MessageKind::Unframed })
    }
}

/// The messages that a push has completed. After an error come the bytes that are no messages any more.
#[derive(Debug)]
#[must_use = "messages come out only when they are asked for"]
pub struct Messages<'d> {
    deframer: &'d mut Deframer,
}

impl Iterator for Messages<'_> {
    type Item = Result<Message, FrameError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.deframer.next_message()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::kinds::framing::MAX_FRAME;

    fn delimiter(bytes: &[u8]) -> Framing {
        Framing::delimiter(bytes).unwrap()
    }

    fn prefix(bytes: u32, big_endian: bool) -> Framing {
        Framing::length_prefix(bytes, big_endian).unwrap()
    }

    fn deframer(framing: &Framing) -> Deframer {
        Deframer::new(framing, TextEncoding::UTF_8)
    }

    fn message(range: Range<u64>, payload: &'static [u8], kind: MessageKind) -> Message {
        Message { range, payload: Bytes::from_static(payload), whole: Bytes::new(), kind }
    }

    /// The frame is looked at elsewhere.
    fn bare(message: Message) -> Message {
        assert_eq!(message.whole.len() as u64, message.range.end - message.range.start);
        Message { whole: Bytes::new(), ..message }
    }

    fn finish(deframer: &mut Deframer) -> Option<Message> {
        deframer.finish().map(bare)
    }

    fn push(deframer: &mut Deframer, bytes: &[u8]) -> Vec<Result<Message, FrameError>> {
        deframer.push(Bytes::copy_from_slice(bytes)).map(|message| message.map(bare)).collect()
    }

    #[test]
    fn a_message_over_two_recvs_is_joined_and_two_in_one_are_parted() {
        let mut lines = deframer(&Framing::line());
        assert_eq!(push(&mut lines, b"hel"), []);
        assert_eq!(lines.waiting(), 3);
        assert_eq!(
            push(&mut lines, b"lo\r\nyou\n!"),
            [Ok(message(0..7, b"hello", MessageKind::Whole)), Ok(message(7..11, b"you", MessageKind::Whole))]
        );
        assert_eq!(finish(&mut lines), Some(message(11..12, b"!", MessageKind::Incomplete)));
        assert_eq!((finish(&mut lines), lines.waiting()), (None, 0));
    }

    #[test]
    fn a_message_that_came_at_once_is_not_copied() {
        let bytes = Bytes::from_static(b"ab\ncd");
        let mut lines = deframer(&Framing::line());
        let message = lines.push(bytes.clone()).next().unwrap().unwrap();
        assert_eq!(message.payload.as_ptr(), bytes.as_ptr());
        let mut none = deframer(&Framing::none());
        let message = none.push(bytes.clone()).next().unwrap().unwrap();
        assert_eq!((message.payload.as_ptr(), message.payload.len()), (bytes.as_ptr(), 5));
    }

    #[test]
    fn messages_that_were_not_asked_for_are_not_lost() {
        let mut lines = deframer(&Framing::line());
        assert!(lines.push(Bytes::from_static(b"a\nb\nc")).next().is_some());
        let rest: Vec<_> = lines.push(Bytes::from_static(b"d\n")).map(|message| message.unwrap().payload).collect();
        assert_eq!(rest, [b"b".as_slice(), b"cd"]);
        let _ = lines.push(Bytes::from_static(b"e\nf"));
        assert_eq!(finish(&mut lines), Some(message(7..10, b"e\nf", MessageKind::Incomplete)));
    }

    #[test]
    fn a_message_half_received_goes_on_under_the_new_framing() {
        let mut lines = deframer(&Framing::line());
        assert_eq!(push(&mut lines, b"a\nbc;d").len(), 1);
        let changed: Vec<_> = lines.change(&delimiter(b";"), TextEncoding::UTF_8, 6).map(|m| m.map(bare)).collect();
        assert_eq!(changed, [Ok(message(2..5, b"bc", MessageKind::Whole))]);
        assert_eq!(push(&mut lines, b"e;"), [Ok(message(5..8, b"de", MessageKind::Whole))]);
        assert_eq!(push(&mut lines, b"f"), []);
        let rest: Vec<_> = lines.change(&Framing::none(), TextEncoding::UTF_8, 9).map(|m| m.map(bare)).collect();
        assert_eq!(rest, [Ok(message(8..9, b"f", MessageKind::Whole))]);
    }

    #[test]
    fn a_framing_that_was_lost_is_found_again_by_a_change() {
        let mut lines = deframer(&Framing::line()).with_max(2);
        assert_eq!(push(&mut lines, b"abcd").len(), 2);
        assert_eq!(lines.change(&Framing::line(), TextEncoding::UTF_8, 4).count(), 0);
        assert_eq!(push(&mut lines, b"e\n"), [Ok(message(4..6, b"e", MessageKind::Whole))]);
    }

    #[test]
    fn after_an_error_everything_is_passed_on_unframed() {
        let mut lines = deframer(&Framing::line()).with_max(4);
        assert_eq!(push(&mut lines, b"a\nbcd").len(), 1);
        assert_eq!(
            push(&mut lines, b"efgh\ni"),
            [Err(FrameError::TooLong { at: 2, max: 4 }), Ok(message(2..11, b"bcdefgh\ni", MessageKind::Unframed))]
        );
        assert!(lines.has_ended());
        assert_eq!(push(&mut lines, b"j\n"), [Ok(message(11..13, b"j\n", MessageKind::Unframed))]);
        assert_eq!((lines.waiting(), finish(&mut lines)), (0, None));

        let mut prefixed = deframer(&prefix(4, true));
        assert_eq!(push(&mut prefixed, b"\0\0\0"), []);
        let lie = FrameError::Lying { at: 4, announced: 0xffff_ffff, max: MAX_FRAME };
        let rest = message(4..9, b"\xff\xff\xff\xffx", MessageKind::Unframed);
        assert_eq!(
            push(&mut prefixed, b"\0\xff\xff\xff\xffx"),
            [Ok(message(0..4, b"", MessageKind::Whole)), Err(lie), Ok(rest)]
        );
    }

    #[test]
    fn memory_is_bounded_by_the_longest_message() {
        let chunk = Bytes::from(vec![b'x'; 1024 * 1024]);
        for framing in [Framing::line(), delimiter(b"\r\n\r\n")] {
            let mut deframer = deframer(&framing);
            let mut most = 0;
            let mut errors = 0;
            for _ in 0..40 {
                errors += deframer.push(chunk.clone()).filter(Result::is_err).count();
                most = most.max(deframer.waiting());
            }
            assert_eq!(errors, 1);
            assert!(most <= MAX_FRAME as usize + 4, "{most}");
            assert_eq!(deframer.waiting(), 0);
        }
        // What a prefix announces is not set aside before it comes.
        let mut prefixed = deframer(&prefix(4, true));
        push(&mut prefixed, &MAX_FRAME.to_be_bytes());
        assert!(prefixed.begun.capacity() < 1024);
    }

    #[test]
    fn the_longest_message_goes_both_ways() {
        let payload = Bytes::from(vec![b'x'; MAX_FRAME as usize]);
        let fixed = Framing::fixed(MAX_FRAME);
        for framing in [Framing::line(), delimiter(b"\r\n"), prefix(4, false), fixed] {
            let sent = frame(&framing, TextEncoding::UTF_8, payload.clone()).unwrap();
            let mut deframer = deframer(&framing);
            let message = deframer.push(sent).next().unwrap().unwrap();
            assert_eq!((message.payload.len(), message.kind), (payload.len(), MessageKind::Whole));
        }
        let longer = Bytes::from(vec![b'x'; MAX_FRAME as usize + 1]);
        let len = longer.len();
        assert_eq!(
            frame(&Framing::line(), TextEncoding::UTF_8, longer.clone()),
            Err(UnframeableError::TooLong { len })
        );
        assert_eq!(frame(&Framing::none(), TextEncoding::UTF_8, longer.clone()), Ok(longer));
    }

    /// Whole messages, the error, every byte after it, what was incomplete.
    type Told = (Vec<(Range<u64>, Bytes)>, Option<FrameError>, Vec<u8>, Option<Message>);

    fn told(mut deframer: Deframer, pieces: &[&[u8]]) -> Told {
        let mut told: Told = Default::default();
        for piece in pieces {
            for message in deframer.push(Bytes::copy_from_slice(piece)) {
                match message {
                    Ok(Message { range, payload, kind: MessageKind::Whole, .. }) => told.0.push((range, payload)),
                    Ok(message) if message.kind == MessageKind::Noise => told.0.push((message.range, Bytes::new())),
                    Ok(message) => told.2.extend_from_slice(&message.payload),
                    Err(error) => assert_eq!(told.1.replace(error), None),
                }
            }
        }
        told.3 = finish(&mut deframer);
        told
    }

    fn any_framing() -> impl Strategy<Value = Framing> {
        prop_oneof![
            Just(Framing::line()),
            prop::collection::vec(prop::sample::select(b"ab\n".to_vec()), 1..5).prop_map(|bytes| delimiter(&bytes)),
            prop::sample::select(crate::kinds::framing::tests::sorts()),
            (1u32..9).prop_map(Framing::fixed),
            (prop::sample::select(vec![1u32, 2, 4, 8]), any::<bool>()).prop_map(|(width, big)| prefix(width, big)),
        ]
    }

    proptest! {
        #[test]
        fn any_split_gives_the_same_messages_and_loses_no_byte(
            framing in any_framing(),
            encoding in prop::sample::select(vec![TextEncoding::UTF_8, TextEncoding::Utf16Le]),
            bytes in prop::collection::vec(prop::sample::select(b"ab\r\n\0\0\0\x01\x02\xff".to_vec()), 0..60),
            max in 1u32..20,
            size in 1usize..8,
        ) {
            let new = || Deframer::new(&framing, encoding).with_max(max);
            let whole = told(new(), &[&bytes]);
            prop_assert_eq!(&told(new(), &bytes.chunks(size).collect::<Vec<_>>()), &whole);
            let (messages, error, unframed, incomplete) = whole;
            let framed = messages.last().map_or(0, |(range, _)| range.end as usize);
            let rest = incomplete.map(|message| message.payload.to_vec()).unwrap_or_default();
            // What some have between messages is no message, and comes out of nowhere.
            if !["slip", "cobs", "json", "http"].contains(&framing.kind().name) {
                prop_assert_eq!([&bytes[..framed], &unframed, &rest].concat(), &bytes[..]);
                prop_assert_eq!(error.map(|error| error.at() as usize), (!unframed.is_empty()).then_some(framed));
            }
        }

        #[test]
        fn what_was_framed_is_read_back(
            framing in prop_oneof![
                prop::sample::select(crate::kinds::framing::tests::closing_sorts()),
                (1u32..9).prop_map(Framing::fixed),
                prop::collection::vec(prop::sample::select(b"ab\n".to_vec()), 1..5).prop_map(|bytes| delimiter(&bytes)),
            ],
            payloads in prop::collection::vec(prop::collection::vec(prop::sample::select(b"cd\r\0".to_vec()), 0..12), 0..6),
            size in 1usize..8,
        ) {
            let mut stream = Vec::new();
            let mut sent = Vec::new();
            for payload in payloads {
                // A return before a line feed is the line's end and not its payload.
                if framing == Framing::line() && payload.last() == Some(&b'\r') {
                    continue;
                }
                if let Ok(bytes) = frame(&framing, TextEncoding::UTF_8, Bytes::from(payload.clone())) {
                    stream.extend_from_slice(&bytes);
                    sent.push(payload);
                }
            }
            let (messages, error, _, incomplete) = told(deframer(&framing), &stream.chunks(size).collect::<Vec<_>>());
            let received: Vec<Vec<u8>> = messages.into_iter().map(|(_, payload)| payload.to_vec()).collect();
            prop_assert_eq!((received, error, incomplete), (sent, None, None));
        }
    }
}
