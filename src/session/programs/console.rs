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
    pub(super) fn printed(&mut self, stream: Stream, bytes: &[u8]) -> String {
        self.printed += bytes.len() as u64;
        let mut text = String::new();
        self.decoders[stream as usize].push(bytes, &mut text);
        self.add(Some(stream), &text);
        self.remember(stream, &text);
        text
    }

    /// The program prints no more: what was not complete is shown as it is.
    pub(super) fn finish(&mut self) -> Vec<(Stream, String)> {
        let mut rest = Vec::new();
        for stream in [Stream::Out, Stream::Err] {
            let mut text = String::new();
            self.decoders[stream as usize].finish(&mut text);
            if !text.is_empty() {
                self.add(Some(stream), &text);
                self.remember(stream, &text);
                rest.push((stream, text));
            }
        }
        rest
    }

    pub(super) fn typed(&mut self, text: &str) {
        self.add(None, text);
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

    fn add(&mut self, stream: Option<Stream>, text: &str) {
        for piece in text.split_inclusive('\n') {
            let (piece, ends) = match piece.strip_suffix('\n') {
                Some(line) => (line.strip_suffix('\r').unwrap_or(line), true),
                None => (piece, false),
            };
            self.append(stream, piece);
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

    fn append(&mut self, stream: Option<Stream>, mut text: &str) {
        self.bytes += text.len();
        loop {
            if self.open_line(stream).is_none() {
                self.lines.push_back(Line { stream, text: String::new(), complete: false });
            }
            let Some(line) = self.lines.back_mut() else { return };
            let mut room = MAX_LINE.saturating_sub(line.text.len()).min(text.len());
            while !text.is_char_boundary(room) {
                room -= 1;
            }
            let (here, rest) = text.split_at(room);
            line.text.push_str(here);
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
        console.printed(Stream::Out, b"hel");
        console.printed(Stream::Out, b"lo\r\nyo");
        console.printed(Stream::Err, b"oh\n");
        console.typed("x\n");
        console.printed(Stream::Out, b"u\n\n");
        let (out, err) = (Some(Stream::Out), Some(Stream::Err));
        assert_eq!(shown(&console), [(out, "hello"), (out, "yo"), (err, "oh"), (None, "x"), (out, "u"), (out, "")]);
    }

    #[test]
    fn a_character_in_two_pieces_is_one_and_half_of_one_is_shown_at_the_end() {
        let mut console = Console::default();
        let bytes = "你".as_bytes();
        assert_eq!(console.printed(Stream::Out, &bytes[..2]), "");
        assert_eq!(console.printed(Stream::Out, &bytes[2..]), "你");
        assert_eq!(console.printed(Stream::Err, &bytes[..1]), "");
        assert_eq!(console.finish().len(), 1);
        assert!(console.finish().is_empty());
    }

    #[test]
    fn a_gigabyte_without_a_line_end_is_bounded_and_counted() {
        let mut console = Console::default();
        let piece = vec![b'x'; 1 << 20];
        for _ in 0..16 {
            console.printed(Stream::Out, &piece);
        }
        assert_eq!(console.printed, 16 << 20);
        assert!(console.lines().map(|line| line.text.len()).sum::<usize>() <= MAX_BYTES);
        assert!(console.lines().all(|line| line.text.len() <= MAX_LINE));
        assert!(console.dropped > 0 && console.unread[0].len() <= MAX_UNREAD);
    }

    #[test]
    fn what_is_expected_must_come_after_what_was_expected_before() {
        let mut console = Console::default();
        console.printed(Stream::Out, b"one two one");
        assert!(console.take("one") && console.take("one") && !console.take("one"));
        console.printed(Stream::Err, b"two");
        assert!(console.take("two") && !console.take("two"));
        console.printed(Stream::Out, b"three");
        assert_eq!(console.unread(3), "ree");
    }
}
