//! What a program has printed and what was typed to it, line by line, within bounds.

use std::collections::VecDeque;

use crate::lab::TextEncoding;
use crate::trace::program::Stream;
use crate::trace::text::StreamDecoder;

/// The longest line; a longer one goes on in the next.
pub const MAX_LINE: usize = 4_096;

/// The most lines that are kept.
const MAX_LINES: usize = 10_000;

/// The most bytes of text that are kept: 1 MiB.
const MAX_BYTES: usize = 1024 * 1024;

/// What of the output steps may still ask for: 1 MiB of each stream.
const MAX_UNREAD: usize = 1024 * 1024;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// `None`: it was typed.
    pub stream: Option<Stream>,
    pub text: String,
    /// Its end has come.
    pub complete: bool,
    /// How long it was before the call of each number, where it had grown since the one before.
    grown: Vec<(u64, usize)>,
}

impl Line {
    fn new(stream: Option<Stream>) -> Self {
        Self { stream, text: String::new(), complete: false, grown: Vec::new() }
    }

    fn note(&mut self, next_call: u64) {
        let len = self.text.len();
        match self.grown.last_mut() {
            Some((at, last)) if *at == next_call => *last = len,
            _ => self.grown.push((next_call, len)),
        }
    }

    /// As it was before the call of that number; `None` where it had not begun.
    fn before(&self, next_call: u64) -> Option<Self> {
        let then = self.grown.partition_point(|(at, _)| *at <= next_call);
        let (_, len) = *self.grown.get(then.checked_sub(1)?)?;
        let is_whole = then == self.grown.len();
        Some(Self {
            stream: self.stream,
            text: self.text[..len].to_owned(),
            complete: self.complete && is_whole,
            grown: self.grown[..then].to_vec(),
        })
    }
}

#[derive(Debug)]
pub struct Console {
    lines: VecDeque<Line>,
    bytes: usize,
    /// How many lines have left.
    pub dropped: u64,
    /// How many bytes the program has printed in all.
    pub printed: u64,
    decoders: [StreamDecoder; 2],
    /// What has been printed and no step has expected yet.
    unread: [String; 2],
}

impl Default for Console {
    fn default() -> Self {
        Self {
            lines: VecDeque::new(),
            bytes: 0,
            dropped: 0,
            printed: 0,
            decoders: [StreamDecoder::new(TextEncoding::UTF_8), StreamDecoder::new(TextEncoding::UTF_8)],
            unread: [String::new(), String::new()],
        }
    }
}

impl Console {
    /// The lines that are kept, oldest first.
    pub fn lines(&self) -> impl ExactSizeIterator<Item = &Line> + DoubleEndedIterator {
        self.lines.iter()
    }

    pub fn len(&self) -> usize {
        self.lines.len()
    }

    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    pub fn line(&self, at: usize) -> Option<&Line> {
        self.lines.get(at)
    }

    /// Takes in what a program has printed; gives it as text. A character that is not complete waits for its rest.
    pub(super) fn printed(&mut self, stream: Stream, bytes: &[u8], next_call: u64) -> String {
        self.printed += bytes.len() as u64;
        let mut text = String::new();
        self.decoders[stream as usize].push(bytes, &mut text);
        self.add(Some(stream), &text, next_call);
        self.remember(stream, &text);
        text
    }

    /// The program prints no more: what was not complete is shown as it is.
    pub(super) fn finish(&mut self, next_call: u64) -> Vec<(Stream, String)> {
        let mut rest = Vec::new();
        for stream in [Stream::Out, Stream::Err] {
            let mut text = String::new();
            self.decoders[stream as usize].finish(&mut text);
            if !text.is_empty() {
                self.add(Some(stream), &text, next_call);
                self.remember(stream, &text);
                rest.push((stream, text));
            }
        }
        rest
    }

    pub(super) fn typed(&mut self, text: &str, next_call: u64) {
        self.add(None, text, next_call);
    }

    /// What stood there before the call of that number, of what is kept.
    pub(super) fn before(&self, next_call: u64) -> Self {
        let lines: VecDeque<Line> = self.lines.iter().map_while(|line| line.before(next_call)).collect();
        // What was typed is not printed.
        let printed = |lines: &VecDeque<Line>| {
            let printed = lines.iter().filter(|line| line.stream.is_some());
            printed.map(|line| line.text.len() + usize::from(line.complete)).sum::<usize>()
        };
        let later = printed(&self.lines) - printed(&lines);
        let bytes = lines.iter().map(|line| line.text.len()).sum();
        let printed = self.printed.saturating_sub(later as u64);
        Self { bytes, lines, dropped: self.dropped, printed, ..Self::default() }
    }

    /// Whether the text has been printed after what was found before; what stands up to its end counts as read then.
    pub(in crate::session) fn take(&mut self, wanted: &str) -> bool {
        for unread in &mut self.unread {
            if let Some(at) = unread.find(wanted) {
                unread.drain(..at + wanted.len());
                return true;
            }
        }
        false
    }

    /// The end of what has been printed and not been expected, for saying what came instead.
    pub(in crate::session) fn unread(&self, most: usize) -> String {
        let text = self.unread.concat();
        let skipped = text.chars().count().saturating_sub(most);
        text.chars().skip(skipped).collect()
    }

    fn remember(&mut self, stream: Stream, text: &str) {
        let unread = &mut self.unread[stream as usize];
        unread.push_str(text);
        if unread.len() > MAX_UNREAD {
            let mut cut = unread.len() - MAX_UNREAD / 2;
            while !unread.is_char_boundary(cut) {
                cut += 1;
            }
            unread.drain(..cut);
        }
    }

    fn add(&mut self, stream: Option<Stream>, text: &str, next_call: u64) {
        for piece in text.split_inclusive('\n') {
            let (piece, ends) = match piece.strip_suffix('\n') {
                Some(line) => (line.strip_suffix('\r').unwrap_or(line), true),
                None => (piece, false),
            };
            self.append(stream, piece, next_call);
            if ends && let Some(last) = self.open_line(stream) {
                last.complete = true;
            }
        }
        while self.lines.len() > MAX_LINES || self.bytes > MAX_BYTES {
            let Some(gone) = self.lines.pop_front() else { break };
            self.bytes -= gone.text.len();
            self.dropped += 1;
        }
    }

    /// The line that is being written, where it is the last one.
    fn open_line(&mut self, stream: Option<Stream>) -> Option<&mut Line> {
        self.lines.back_mut().filter(|line| line.stream == stream && !line.complete)
    }

    fn append(&mut self, stream: Option<Stream>, mut text: &str, next_call: u64) {
        self.bytes += text.len();
        loop {
            if self.open_line(stream).is_none() {
                self.lines.push_back(Line::new(stream));
            }
            let Some(line) = self.lines.back_mut() else { return };
            let mut room = MAX_LINE.saturating_sub(line.text.len()).min(text.len());
            while !text.is_char_boundary(room) {
                room -= 1;
            }
            let (here, rest) = text.split_at(room);
            line.text.push_str(here);
            line.note(next_call);
            if rest.is_empty() {
                return;
            }
            line.complete = true;
            text = rest;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(console: &Console) -> Vec<(Option<Stream>, &str)> {
        console.lines().map(|line| (line.stream, line.text.as_str())).collect()
    }

    #[test]
    fn lines_come_in_pieces_and_the_streams_are_told_apart() {
        let mut console = Console::default();
        console.printed(Stream::Out, b"hel", 1);
        console.printed(Stream::Out, b"lo\r\nyo", 1);
        console.printed(Stream::Err, b"oh\n", 1);
        console.typed("x\n", 1);
        console.printed(Stream::Out, b"u\n\n", 1);
        let (out, err) = (Some(Stream::Out), Some(Stream::Err));
        assert_eq!(shown(&console), [(out, "hello"), (out, "yo"), (err, "oh"), (None, "x"), (out, "u"), (out, "")]);
    }

    #[test]
    fn a_character_in_two_pieces_is_one_and_half_of_one_is_shown_at_the_end() {
        let mut console = Console::default();
        let bytes = "你".as_bytes();
        assert_eq!(console.printed(Stream::Out, &bytes[..2], 1), "");
        assert_eq!(console.printed(Stream::Out, &bytes[2..], 1), "你");
        assert_eq!(console.printed(Stream::Err, &bytes[..1], 1), "");
        assert_eq!(console.finish(1).len(), 1);
        assert!(console.finish(1).is_empty());
    }

    #[test]
    fn a_gigabyte_without_a_line_end_is_bounded_and_counted() {
        let mut console = Console::default();
        let piece = vec![b'x'; 1 << 20];
        for _ in 0..16 {
            console.printed(Stream::Out, &piece, 1);
        }
        assert_eq!(console.printed, 16 << 20);
        assert!(console.lines().map(|line| line.text.len()).sum::<usize>() <= MAX_BYTES);
        assert!(console.lines().all(|line| line.text.len() <= MAX_LINE));
        assert!(console.dropped > 0 && console.unread[0].len() <= MAX_UNREAD);
    }

    #[test]
    fn what_is_expected_must_come_after_what_was_expected_before() {
        let mut console = Console::default();
        console.printed(Stream::Out, b"one two one", 1);
        assert!(console.take("one") && console.take("one") && !console.take("one"));
        console.printed(Stream::Err, b"two", 1);
        assert!(console.take("two") && !console.take("two"));
        console.printed(Stream::Out, b"three", 1);
        assert_eq!(console.unread(3), "ree");
    }

    #[test]
    fn what_stood_there_before_a_call_is_what_had_been_printed_by_then() {
        let mut console = Console::default();
        console.printed(Stream::Out, b"name: ", 3);
        console.typed("Ada\n", 3);
        console.printed(Stream::Out, b"wai", 3);
        console.printed(Stream::Out, b"ting", 7);
        console.printed(Stream::Out, b" on\nbye\n", 9);
        let (out, typed) = (Some(Stream::Out), None);
        assert!(console.before(2).is_empty() && console.before(2).printed == 0);
        assert_eq!(shown(&console.before(3)), [(out, "name: "), (typed, "Ada"), (out, "wai")]);
        assert_eq!(shown(&console.before(6)), shown(&console.before(3)));
        assert_eq!(shown(&console.before(7))[2], (out, "waiting"));
        assert!(!console.before(7).line(2).unwrap().complete);
        assert_eq!(shown(&console.before(9)), shown(&console));
        assert_eq!(console.before(3).printed, 9);
        assert_eq!(console.before(9).printed, console.printed);
    }
}
