//! `http`: a start line, header lines, an empty line, and a body as long as Content-Length says, or in chunks. HTTP, SIP
//! and RTSP look so.

use bytes::Bytes;

use super::begun_line::BegunLine;
use super::{Aside, Cutter, Found, FramingKind, Progress, Resumed};

pub static HTTP: FramingKind = FramingKind {
    name: "http",
    cutter: |_, _| cutter(),
    frame: |_, _, payload| Ok(with_length(payload)),
    ..FramingKind::PLAIN
};

/// Finds the ends of such messages.
pub(super) fn cutter() -> Box<dyn Cutter> {
    Box::new(Http::default())
}

/// The longest line that is looked at; of a longer one only the beginning is.
const MAX_LINE: usize = 8 * 1024;

#[derive(Clone, Debug, Default)]
struct Http {
    line: BegunLine<MAX_LINE>,
    part: Part,
    /// What Content-Length said.
    length: u64,
    is_chunked: bool,
    /// Lines came that are no start line.
    is_noise: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq)]
enum Part {
    #[default]
    StartLine,
    Header,
    /// A body, or a chunk, with the number of its bytes that are still to come.
    Body(u64),
    ChunkSize,
    Chunk(u64),
    /// The line behind the last chunk.
    Trailer,
}

fn trimmed(line: &[u8]) -> &[u8] {
    line.strip_suffix(b"\n").map_or(line, |line| line.strip_suffix(b"\r").unwrap_or(line))
}

/// `GET / HTTP/1.1`, `SIP/2.0 200 OK`.
fn is_start_line(line: &[u8]) -> bool {
    let Ok(line) = std::str::from_utf8(line) else { return false };
    let is_version = |word: &str| {
        word.split_once('/').is_some_and(|(name, version)| {
            (2..=8).contains(&name.len())
                && name.bytes().all(|byte| byte.is_ascii_uppercase())
                && version.bytes().next().is_some_and(|byte| byte.is_ascii_digit())
        })
    };
    let mut words = line.split(' ');
    words.next().is_some_and(is_version) || line.split(' ').nth(2).is_some_and(is_version)
}

/// The name in small letters, and the value.
fn header(line: &[u8]) -> Option<(String, &str)> {
    let (name, value) = std::str::from_utf8(line).ok()?.split_once(':')?;
    Some((name.trim().to_ascii_lowercase(), value.trim()))
}

fn is_length(name: &str) -> bool {
    // SIP has a short form.
    matches!(name, "content-length" | "l")
}

impl Http {
    /// A line is whole; `true` where it ends the message.
    fn take_line(&mut self, line: &[u8]) -> bool {
        let line = trimmed(line);
        match self.part {
            Part::StartLine => {}
            Part::Header if line.is_empty() && self.is_chunked => self.part = Part::ChunkSize,
            Part::Header if line.is_empty() => {
                self.part = Part::Body(self.length);
                return self.length == 0;
            }
            Part::Header => match header(line) {
                Some((name, value)) if is_length(&name) => self.length = value.parse().unwrap_or(0),
                Some((name, value)) if name == "transfer-encoding" => {
                    self.is_chunked |= value.to_ascii_lowercase().ends_with("chunked");
                }
                Some(_) | None => {}
            },
            Part::ChunkSize => {
                let digits = std::str::from_utf8(line).unwrap_or_default();
                let digits = digits.split(';').next().unwrap_or_default().trim();
                // With the line end behind it.
                self.part = match u64::from_str_radix(digits, 16) {
                    Ok(0) | Err(_) => Part::Trailer,
                    Ok(size) => Part::Chunk(size.saturating_add(2)),
                };
            }
            Part::Trailer => return line.is_empty(),
            Part::Body(_) | Part::Chunk(_) => {}
        }
        false
    }
}

impl Cutter for Http {
    fn advance(&mut self, at: &Progress, bytes: Option<&[u8]>, available: u64) -> (u64, Found) {
        let end = Found::End { header: 0, trailer: 0 };
        if let Part::Body(left) | Part::Chunk(left) = self.part {
            if at.len.saturating_add(left) > u64::from(at.max) {
                return (0, at.too_long());
            }
            let used = left.min(available);
            let is_body = matches!(self.part, Part::Body(_));
            if used < left {
                self.part = if is_body { Part::Body(left - used) } else { Part::Chunk(left - used) };
                return (used, Found::More);
            }
            if is_body {
                return (used, end);
            }
            self.part = Part::ChunkSize;
            return (used, Found::More);
        }
        let Some(bytes) = bytes else {
            *self = Self { is_noise: true, ..Self::default() };
            return (available, Found::More);
        };
        let (used, line) = match self.line.read(at, bytes, available) {
            Ok((used, Some(line))) => (used, line),
            Ok((used, None)) => return (used, Found::More),
            Err(failed) => return failed,
        };
        if self.part == Part::StartLine {
            let line = trimmed(&line);
            if line.is_empty() && !self.is_noise {
                // An empty line before a message keeps a connection alive.
                return (used, Found::Aside(Aside { len: at.len + used, is_padding: true }));
            }
            if !is_start_line(line) {
                self.is_noise = true;
                return (used, Found::Aside(Aside { len: at.len + used, is_padding: false }));
            }
            (self.part, self.is_noise) = (Part::Header, false);
            return (used, Found::More);
        }
        if self.take_line(&line) { (used, end) } else { (used, Found::More) }
    }

    fn begin_frame(&mut self) {
        *self = Self::default();
    }

    fn resume_at(&mut self, _: u64) -> Resumed {
        self.is_noise = true;
        Resumed::Between
    }

    fn aside(&self, len: u64) -> Option<Aside> {
        // A line that has not ended may become a start line.
        (self.part == Part::StartLine && self.is_noise).then_some(Aside { len, is_padding: false })
    }
}

/// The message with the Content-Length that its body has, where it has that header.
pub(super) fn with_length(message: Bytes) -> Bytes {
    let mut at = 0;
    let mut place = None;
    for line in message.split_inclusive(|byte| *byte == b'\n') {
        let begins = at;
        at += line.len();
        let line = trimmed(line);
        if line.is_empty() && begins > 0 {
            let Some(place) = place else { return message };
            let length = (message.len() - at).to_string();
            let std::ops::Range { start, end } = place;
            return [&message[..start], length.as_bytes(), &message[end..]].concat().into();
        }
        if let Some((name, value)) = header(line)
            && is_length(&name)
        {
            let colon = line.iter().position(|byte| *byte == b':').unwrap_or(0) + 1;
            let space = line[colon..].iter().take_while(|byte| **byte == b' ').count();
            let start = begins + colon + space;
            place = Some(start..start + value.len());
        }
    }
    message
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_goes_out_with_the_length_that_it_has() {
        let filled = |text: &'static str| with_length(Bytes::from_static(text.as_bytes()));
        let reply = "HTTP/1.1 200 OK\r\nContent-Length: 99\r\nX: y\r\n\r\nhello";
        assert_eq!(filled(reply), "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX: y\r\n\r\nhello");
        assert_eq!(filled("SIP/2.0 200 OK\r\nl:0\r\n\r\nab"), "SIP/2.0 200 OK\r\nl:2\r\n\r\nab");
        for as_it_is in ["HTTP/1.1 200 OK\r\n\r\nhello", "hello", ""] {
            assert_eq!(filled(as_it_is), as_it_is);
        }
    }

    #[test]
    fn a_start_line_is_told_from_rubbish() {
        for line in ["GET / HTTP/1.1", "HTTP/1.0 404 Not Found", "INVITE sip:a@b SIP/2.0", "RTSP/1.0 200 OK"] {
            assert!(is_start_line(line.as_bytes()), "{line}");
        }
        for line in ["", "hello", "a b c", "GET /", "{\"a\": 1}", "a/b c d"] {
            assert!(!is_start_line(line.as_bytes()), "{line}");
        }
    }
}
