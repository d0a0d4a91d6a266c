//! Databases: PostgreSQL, MySQL, Redis (RESP), memcached in text.

use std::ops::Range;

use super::{FrameField, Preset, by_first, cut, cut_by, up_to, with_crlf};
use crate::kinds::framing::begun_line::BegunLine;
use crate::kinds::framing::length::Length;
use crate::kinds::framing::{Cutter, Found, FrameError, Progress, Resumed};

pub(super) static POSTGRESQL: Preset = Preset {
    name: "postgresql",
    cutter: |_| cut_by(postgresql),
    frame: |_, payload| by_first(postgresql, &payload).frame(&payload),
    fields: &[
        FrameField::found("type", |whole| whole.first().is_some_and(u8::is_ascii_alphabetic).then_some(0..1)),
        FrameField::found_number("length", |whole| {
            let at = usize::from(whole.first()?.is_ascii_alphabetic());
            Some(at..at + 4)
        }),
        // What a connection begins with: the version, or a request for encryption.
        FrameField::found_number("code", |whole| (whole.first()? == &0).then_some(4..8)),
    ],
};

/// A client's first message has no type; a server answers a request for encryption with one byte.
fn postgresql(first: u8, start: u64) -> Length {
    match (first, start) {
        (0, _) => Length::big(0, 4).of_all(),
        (b'S' | b'N', 0) => Length::known(1),
        // It counts itself, and not the type.
        _ => Length::big(1, 4).adjusted(-4),
    }
}

pub(super) static MYSQL: Preset = Preset {
    name: "mysql",
    cutter: |_| cut(mysql()),
    frame: |_, payload| mysql().frame(&payload),
    fields: &[
        FrameField::little("length", 0, 3),
        FrameField::big("id", 3, 1),
        // A client's command.
        FrameField::big("type", 4, 1),
    ],
};

/// The number of the packet stands between its length and what that counts. The message is the whole packet: an answer has
/// the next number.
fn mysql() -> Length {
    Length { keeps: true, ..Length::little(0, 3).adjusted(1) }
}

pub(super) static RESP: Preset = Preset {
    name: "resp",
    cutter: |_| Box::new(Resp::default()),
    frame: |_, payload| Ok(with_crlf(&payload)),
    fields: &[
        FrameField::found("type", |whole| whole.first().filter(|byte| byte.is_ascii_punctuation()).map(|_| 0..1)),
        FrameField::found("function", command),
    ],
};

/// The first word of a command, which is an array of strings or a line.
fn command(whole: &[u8]) -> Option<Range<usize>> {
    match whole.first()? {
        b'*' => {
            let first = up_to(whole, 0, b"\n")?.end + 1;
            let size = up_to(whole, first, b"\n")?.end + 1;
            up_to(whole, size, b"\r\n")
        }
        byte if byte.is_ascii_alphabetic() => up_to(whole, 0, b" \r\n"),
        _ => None,
    }
}

/// The most values that one message may hold.
const MAX_VALUES: u64 = 1_000_000;

/// Follows the lines of a message: an array announces values, a string its bytes.
#[derive(Clone, Debug)]
struct Resp {
    line: BegunLine<64>,
    /// Bytes of a string that are still to come, with the line end behind them.
    body: u64,
    /// Values that are still to come.
    values: u64,
}

impl Default for Resp {
    fn default() -> Self {
        Self { line: BegunLine::default(), body: 0, values: 1 }
    }
}

impl Resp {
    /// A line is whole; `None` where it is none of the protocol's.
    fn take_line(&mut self, line: &[u8]) -> Option<()> {
        let text = std::str::from_utf8(line.trim_ascii_end()).unwrap_or_default();
        let number = || text.get(1..).and_then(|digits| digits.parse::<i64>().ok());
        self.values -= 1;
        match text.as_bytes().first() {
            // A negative number is a null.
            Some(b'$' | b'!' | b'=') => self.body = u64::try_from(number()?).map_or(0, |len| len.saturating_add(2)),
            Some(b'*' | b'~' | b'>') => self.values += u64::try_from(number()?).unwrap_or(0),
            Some(b'%' | b'|') => self.values += u64::try_from(number()?).unwrap_or(0).saturating_mul(2),
            _ => {}
        }
        (self.values <= MAX_VALUES).then_some(())
    }
}

impl Cutter for Resp {
    fn advance(&mut self, at: &Progress, bytes: Option<&[u8]>, available: u64) -> (u64, Found) {
        let Some(bytes) = bytes else { return (0, Found::Failed(FrameError::Missing { at: at.start })) };
        if at.len.saturating_add(self.body) > u64::from(at.max) {
            return (0, at.too_long());
        }
        let done = |resp: &Self, used| {
            (used, if resp.values == 0 && resp.body == 0 { Found::End { header: 0, trailer: 0 } } else { Found::More })
        };
        if self.body > 0 {
            let used = self.body.min(available);
            self.body -= used;
            return done(self, used);
        }
        match self.line.read(at, bytes, available) {
            Ok((used, Some(line))) if self.take_line(&line).is_some() => done(self, used),
            Ok((_, Some(_))) => (0, Found::Failed(FrameError::NoNumber { at: at.start })),
            Ok((used, None)) => (used, Found::More),
            Err(failed) => failed,
        }
    }

    fn begin_frame(&mut self) {
        *self = Self::default();
    }

    fn resume_at(&mut self, _: u64) -> Resumed {
        Resumed::Lost
    }
}

pub(super) static MEMCACHED: Preset = Preset {
    name: "memcached",
    cutter: |_| Box::new(Memcached::default()),
    frame: |_, payload| Ok(with_crlf(&payload)),
    fields: &[
        FrameField::found("function", |whole| up_to(whole, 0, b" \r\n")),
        FrameField::found("id", |whole| {
            let word = up_to(whole, 0, b" ")?;
            up_to(whole, word.end + 1, b" \r\n")
        }),
    ],
};

/// A line, and behind some of them the bytes of data that it announces.
#[derive(Clone, Debug, Default)]
struct Memcached {
    line: BegunLine<1_024>,
    /// With the line end behind it.
    data: u64,
}

/// How many bytes of data follow a line.
fn data_len(line: &[u8]) -> Option<u64> {
    let text = std::str::from_utf8(line).ok()?;
    let mut words = text.split_ascii_whitespace();
    let place = match words.next()? {
        "set" | "add" | "replace" | "append" | "prepend" | "cas" => 3,
        "VALUE" => 2,
        _ => return None,
    };
    words.nth(place)?.parse::<u64>().ok()?.checked_add(2)
}

impl Cutter for Memcached {
    fn advance(&mut self, at: &Progress, bytes: Option<&[u8]>, available: u64) -> (u64, Found) {
        let end = Found::End { header: 0, trailer: 0 };
        if at.len.saturating_add(self.data) > u64::from(at.max) {
            return (0, at.too_long());
        }
        if self.data > 0 {
            let used = self.data.min(available);
            self.data -= used;
            return (used, if self.data == 0 { end } else { Found::More });
        }
        let Some(bytes) = bytes else {
            self.line.clear();
            return (available, Found::More);
        };
        match self.line.read(at, bytes, available) {
            Ok((used, Some(line))) => match data_len(&line) {
                Some(len) => {
                    self.data = len;
                    (used, Found::More)
                }
                None => (used, end),
            },
            Ok((used, None)) => (used, Found::More),
            Err(failed) => failed,
        }
    }

    fn begin_frame(&mut self) {
        *self = Self::default();
    }

    fn resume_at(&mut self, _: u64) -> Resumed {
        Resumed::Somewhere
    }
}
