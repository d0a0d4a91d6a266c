//! Messages out of a stream, and a stream out of messages: what a server with a framing answers, and what is put around
//! what goes out.
//!
//! Where a frame is longer than its cap, or a length prefix announces more than the cap, framing ends for this
//! connection: nobody knows where the next message begins. What comes from there on is passed on as
//! [`MessageKind::Unframed`] and is not for a service to answer.

use std::ops::Range;

use bytes::{Bytes, BytesMut};

use crate::lab::TextEncoding;
use crate::lab::framing::{Framing, MAX_FRAME};
use crate::lang::{Lang, Words};
pub use crate::trace::framing::FrameError;
use crate::trace::framing::{Frame, FrameScanner};
use crate::{error_in_words, t};

/// A message, or what could not be one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Its place in the stream, with delimiter or length prefix.
    pub range: Range<u64>,
    /// Without them; of a message that is not whole every byte that came.
    pub payload: Bytes,
    pub kind: MessageKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MessageKind {
    Whole,
    /// The stream ended before the message did.
    Incomplete,
    /// Framing has ended with a [`FrameError`].
    Unframed,
}

/// Cuts one direction of a connection into messages. Any splitting of the stream gives the same ones, but without
/// framing, where what comes at once is one. What it keeps is less than one longest frame.
#[derive(Debug)]
pub struct Deframer {
    scanner: FrameScanner,
    /// The beginning of a message whose end has not come yet.
    begun: BytesMut,
    /// What was pushed and not looked at yet.
    pending: Bytes,
}

impl Deframer {
    /// The encoding matters where a line feed is not one byte (UTF-16).
    pub fn new(framing: &Framing, encoding: TextEncoding) -> Self {
        Self { scanner: FrameScanner::new(framing, encoding), begun: BytesMut::new(), pending: Bytes::new() }
    }

    /// With another cap than [`MAX_FRAME`] on the payload of a message. A fixed length keeps its own.
    pub fn with_max(self, max: u32) -> Self {
        Self { scanner: self.scanner.with_max(max), ..self }
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

    /// The stream has ended: the message that was not completed.
    pub fn finish(&mut self) -> Option<Message> {
        let begins = self.begun_at();
        self.begun.extend_from_slice(&std::mem::take(&mut self.pending));
        let payload = std::mem::take(&mut self.begun).freeze();
        let kind = if self.scanner.has_ended() { MessageKind::Unframed } else { MessageKind::Incomplete };
        (!payload.is_empty()).then(|| Message { range: begins..begins + payload.len() as u64, payload, kind })
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
        if self.scanner.has_ended() {
            return self.unframed().map(Ok);
        }
        let mut rest: &[u8] = &self.pending;
        let found = self.scanner.next_frame(&mut rest);
        let read = self.pending.split_to(self.pending.len() - rest.len());
        match found {
            // The bytes of the unusable message come next, unframed.
            Some(Err(error)) => Some(Err(error)),
            Some(Ok(frame)) => Some(Ok(self.whole(&frame, read))),
            None => {
                self.begun.extend_from_slice(&read);
                None
            }
        }
    }

    /// `last` has the end of the frame, and all of it unless a part has come before.
    fn whole(&mut self, frame: &Frame, last: Bytes) -> Message {
        let bytes = if self.begun.is_empty() {
            last
        } else {
            self.begun.extend_from_slice(&last);
            std::mem::take(&mut self.begun).freeze()
        };
        let place =
            |at: u64| usize::try_from(at.saturating_sub(frame.range.start)).unwrap_or(bytes.len()).min(bytes.len());
        let payload = bytes.slice(place(frame.payload.start)..place(frame.payload.end));
        Message { range: frame.range.clone(), payload, kind: MessageKind::Whole }
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
        (!payload.is_empty()).then_some(Message { range, payload, kind: MessageKind::Unframed })
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

/// Why a payload can't be a message of that framing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnframeableError {
    TooLong {
        len: usize,
    },
    PrefixTooNarrow {
        len: usize,
        width: usize,
        most: u64,
    },
    /// Nothing is ever cut off or padded.
    WrongLength {
        len: usize,
        length: u32,
    },
}

impl Words for UnframeableError {
    fn words(&self, lang: Lang) -> String {
        match self {
            Self::TooLong { len } => t!(lang, "unframeable-too-long", len = *len, most = MAX_FRAME),
            Self::PrefixTooNarrow { len, width, most } => {
                t!(lang, "unframeable-prefix", len = *len, width = *width, most = *most)
            }
            Self::WrongLength { len, length } => t!(lang, "unframeable-length", len = *len, length = *length),
        }
        .into_owned()
    }
}

error_in_words!(UnframeableError);

/// The payload as a message of that framing: with its line feed, delimiter or length prefix. A delimiter within the
/// payload is left as it is: the peer takes it for the end of a message.
///
/// # Errors
/// [`UnframeableError`] where the peer could not read it.
pub fn frame(framing: &Framing, encoding: TextEncoding, payload: Bytes) -> Result<Bytes, UnframeableError> {
    let len = payload.len();
    if framing.is_some() && len > MAX_FRAME as usize {
        return Err(UnframeableError::TooLong { len });
    }
    let joined = |before: &[u8], after: &[u8]| Bytes::from([before, &payload, after].concat());
    Ok(match framing {
        Framing::None => payload,
        Framing::Line => joined(&[], line_feed(encoding)),
        Framing::Delimiter(delimiter) => joined(&[], delimiter.bytes()),
        Framing::Fixed(length) if len != length.get() as usize => {
            return Err(UnframeableError::WrongLength { len, length: length.get() });
        }
        Framing::Fixed(_) => payload,
        Framing::LengthPrefix { width, .. } if len as u64 > width.largest() => {
            let (most, width) = (width.largest(), width.bytes());
            return Err(UnframeableError::PrefixTooNarrow { len, width, most });
        }
        Framing::LengthPrefix { width, big_endian: true } => {
            let number = (len as u64).to_be_bytes();
            joined(&number[number.len() - width.bytes()..], &[])
        }
        Framing::LengthPrefix { width, big_endian: false } => joined(&(len as u64).to_le_bytes()[..width.bytes()], &[]),
    })
}

fn line_feed(encoding: TextEncoding) -> &'static [u8] {
    match encoding {
        TextEncoding::Utf16Le => b"\n\0",
        TextEncoding::Utf16Be => b"\0\n",
        TextEncoding::Web(_) | TextEncoding::Ascii | TextEncoding::Latin1 => b"\n",
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::lab::framing::{Delimiter, FixedLength, PrefixWidth};

    fn delimiter(bytes: &[u8]) -> Framing {
        Framing::Delimiter(Delimiter::new(bytes).unwrap())
    }

    fn prefix(bytes: u64, big_endian: bool) -> Framing {
        Framing::LengthPrefix { width: PrefixWidth::new(bytes).unwrap(), big_endian }
    }

    fn deframer(framing: &Framing) -> Deframer {
        Deframer::new(framing, TextEncoding::UTF_8)
    }

    fn message(range: Range<u64>, payload: &'static [u8], kind: MessageKind) -> Message {
        Message { range, payload: Bytes::from_static(payload), kind }
    }

    fn push(deframer: &mut Deframer, bytes: &[u8]) -> Vec<Result<Message, FrameError>> {
        deframer.push(Bytes::copy_from_slice(bytes)).collect()
    }

    #[test]
    fn a_message_over_two_recvs_is_joined_and_two_in_one_are_parted() {
        let mut lines = deframer(&Framing::Line);
        assert_eq!(push(&mut lines, b"hel"), []);
        assert_eq!(lines.waiting(), 3);
        assert_eq!(
            push(&mut lines, b"lo\r\nyou\n!"),
            [Ok(message(0..7, b"hello", MessageKind::Whole)), Ok(message(7..11, b"you", MessageKind::Whole))]
        );
        assert_eq!(lines.finish(), Some(message(11..12, b"!", MessageKind::Incomplete)));
        assert_eq!((lines.finish(), lines.waiting()), (None, 0));
    }

    #[test]
    fn a_message_that_came_at_once_is_not_copied() {
        let bytes = Bytes::from_static(b"ab\ncd");
        let mut lines = deframer(&Framing::Line);
        let message = lines.push(bytes.clone()).next().unwrap().unwrap();
        assert_eq!(message.payload.as_ptr(), bytes.as_ptr());
        let mut none = deframer(&Framing::None);
        let message = none.push(bytes.clone()).next().unwrap().unwrap();
        assert_eq!((message.payload.as_ptr(), message.payload.len()), (bytes.as_ptr(), 5));
    }

    #[test]
    fn messages_that_were_not_asked_for_are_not_lost() {
        let mut lines = deframer(&Framing::Line);
        assert!(lines.push(Bytes::from_static(b"a\nb\nc")).next().is_some());
        let rest: Vec<_> = lines.push(Bytes::from_static(b"d\n")).map(|message| message.unwrap().payload).collect();
        assert_eq!(rest, [b"b".as_slice(), b"cd"]);
        let _ = lines.push(Bytes::from_static(b"e\nf"));
        assert_eq!(lines.finish(), Some(message(7..10, b"e\nf", MessageKind::Incomplete)));
    }

    #[test]
    fn a_message_half_received_goes_on_under_the_new_framing() {
        let mut lines = deframer(&Framing::Line);
        assert_eq!(push(&mut lines, b"a\nbc;d").len(), 1);
        let changed: Vec<_> = lines.change(&delimiter(b";"), TextEncoding::UTF_8, 6).collect();
        assert_eq!(changed, [Ok(message(2..5, b"bc", MessageKind::Whole))]);
        assert_eq!(push(&mut lines, b"e;"), [Ok(message(5..8, b"de", MessageKind::Whole))]);
        assert_eq!(push(&mut lines, b"f"), []);
        let rest: Vec<_> = lines.change(&Framing::None, TextEncoding::UTF_8, 9).collect();
        assert_eq!(rest, [Ok(message(8..9, b"f", MessageKind::Whole))]);
    }

    #[test]
    fn a_framing_that_was_lost_is_found_again_by_a_change() {
        let mut lines = deframer(&Framing::Line).with_max(2);
        assert_eq!(push(&mut lines, b"abcd").len(), 2);
        assert_eq!(lines.change(&Framing::Line, TextEncoding::UTF_8, 4).count(), 0);
        assert_eq!(push(&mut lines, b"e\n"), [Ok(message(4..6, b"e", MessageKind::Whole))]);
    }

    #[test]
    fn after_an_error_everything_is_passed_on_unframed() {
        let mut lines = deframer(&Framing::Line).with_max(4);
        assert_eq!(push(&mut lines, b"a\nbcd").len(), 1);
        assert_eq!(
            push(&mut lines, b"efgh\ni"),
            [Err(FrameError::TooLong { at: 2, max: 4 }), Ok(message(2..11, b"bcdefgh\ni", MessageKind::Unframed))]
        );
        assert!(lines.has_ended());
        assert_eq!(push(&mut lines, b"j\n"), [Ok(message(11..13, b"j\n", MessageKind::Unframed))]);
        assert_eq!((lines.waiting(), lines.finish()), (0, None));

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
        for framing in [Framing::Line, delimiter(b"\r\n\r\n")] {
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
        let fixed = Framing::Fixed(FixedLength::new(MAX_FRAME).unwrap());
        for framing in [Framing::Line, delimiter(b"\r\n"), prefix(4, false), fixed] {
            let sent = frame(&framing, TextEncoding::UTF_8, payload.clone()).unwrap();
            let mut deframer = deframer(&framing);
            let message = deframer.push(sent).next().unwrap().unwrap();
            assert_eq!((message.payload.len(), message.kind), (payload.len(), MessageKind::Whole));
        }
        let longer = Bytes::from(vec![b'x'; MAX_FRAME as usize + 1]);
        let len = longer.len();
        assert_eq!(frame(&Framing::Line, TextEncoding::UTF_8, longer.clone()), Err(UnframeableError::TooLong { len }));
        assert_eq!(frame(&Framing::None, TextEncoding::UTF_8, longer.clone()), Ok(longer));
    }

    #[test]
    fn a_payload_is_framed_as_the_peer_expects_it() {
        let utf8 = TextEncoding::UTF_8;
        let framed = |framing: &Framing, payload: &'static [u8]| frame(framing, utf8, Bytes::from_static(payload));
        assert_eq!(framed(&Framing::Line, b"hi").unwrap(), b"hi\n".as_slice());
        let utf16 = frame(&Framing::Line, TextEncoding::Utf16Be, Bytes::from_static(b"\0a"));
        assert_eq!(utf16.unwrap(), b"\0a\0\n".as_slice());
        assert_eq!(framed(&delimiter(b"\0"), b"hi").unwrap(), b"hi\0".as_slice());
        assert_eq!(framed(&prefix(2, true), b"hi").unwrap(), b"\0\x02hi".as_slice());
        assert_eq!(framed(&prefix(2, false), b"hi").unwrap(), b"\x02\0hi".as_slice());
        assert_eq!(framed(&prefix(8, false), b"").unwrap(), [0; 8].as_slice());
        let fixed = Framing::Fixed(FixedLength::new(3).unwrap());
        assert_eq!(framed(&fixed, b"abc").unwrap(), b"abc".as_slice());
        assert_eq!(framed(&fixed, b"ab"), Err(UnframeableError::WrongLength { len: 2, length: 3 }));
        let error = framed(&prefix(1, true), &[0; 256]).unwrap_err();
        assert_eq!(error, UnframeableError::PrefixTooNarrow { len: 256, width: 1, most: 255 });
        assert_eq!(error.to_string(), "256 bytes do not fit a length prefix of 1 bytes, whose largest number is 255");
        assert!(framed(&prefix(1, true), &[0; 255]).is_ok());
    }

    /// Whole messages, the error, every byte after it, what was incomplete.
    type Told = (Vec<(Range<u64>, Bytes)>, Option<FrameError>, Vec<u8>, Option<Message>);

    fn told(mut deframer: Deframer, pieces: &[&[u8]]) -> Told {
        let mut told: Told = Default::default();
        for piece in pieces {
            for message in deframer.push(Bytes::copy_from_slice(piece)) {
                match message {
                    Ok(Message { range, payload, kind: MessageKind::Whole }) => told.0.push((range, payload)),
                    Ok(message) => told.2.extend_from_slice(&message.payload),
                    Err(error) => assert_eq!(told.1.replace(error), None),
                }
            }
        }
        told.3 = deframer.finish();
        told
    }

    fn any_framing() -> impl Strategy<Value = Framing> {
        prop_oneof![
            Just(Framing::Line),
            prop::collection::vec(prop::sample::select(b"ab\n".to_vec()), 1..5).prop_map(|bytes| delimiter(&bytes)),
            (1u32..9).prop_map(|length| Framing::Fixed(FixedLength::new(length).unwrap())),
            (prop::sample::select(vec![1u64, 2, 4, 8]), any::<bool>()).prop_map(|(width, big)| prefix(width, big)),
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
            prop_assert_eq!([&bytes[..framed], &unframed, &rest].concat(), &bytes[..]);
            prop_assert_eq!(error.map(|error| error.at() as usize), (!unframed.is_empty()).then_some(framed));
        }

        #[test]
        fn what_was_framed_is_read_back(
            framing in any_framing(),
            payloads in prop::collection::vec(prop::collection::vec(prop::sample::select(b"cd\r\0".to_vec()), 0..12), 0..6),
            size in 1usize..8,
        ) {
            let mut stream = Vec::new();
            let mut sent = Vec::new();
            for payload in payloads {
                // A return before a line feed is the line's end and not its payload.
                if framing == Framing::Line && payload.last() == Some(&b'\r') {
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
