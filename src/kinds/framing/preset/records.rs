//! Records in text: syslog, FIX, netstrings.

use std::ops::Range;

use super::{FrameField, Preset, cut, up_to};
use crate::kinds::framing::length::{Length, Number};
use crate::kinds::framing::line;
use crate::kinds::framing::pattern::{Follower, StreamPattern};
use crate::kinds::framing::{Cutter, none};

/// A number of digits, and the byte behind it.
fn decimal(end: &[u8]) -> Length {
    Length { number: Number::Digits { radix: 10, count: 0, end: end.into() }, ..Length::big(0, 1).stripped() }
}

pub(super) static SYSLOG_OCTETS: Preset = Preset {
    name: "syslog-octets",
    cutter: |_| cut(decimal(b" ")),
    frame: |_, payload| decimal(b" ").frame(&payload),
    fields: &[
        FrameField::found("length", |whole| up_to(whole, 0, b" ")),
        FrameField::found("priority", |whole| {
            let space = whole.iter().position(|byte| *byte == b' ')?;
            priority(whole, space + 1)
        }),
    ],
};

pub(super) static SYSLOG_LINES: Preset = Preset {
    name: "syslog-lines",
    cutter: |encoding| (line::LINE.cutter)(&Default::default(), encoding),
    frame: |encoding, payload| (line::LINE.frame)(&Default::default(), encoding, payload),
    fields: &[FrameField::found("priority", |whole| priority(whole, 0))],
};

fn priority(whole: &[u8], at: usize) -> Option<Range<usize>> {
    (whole.get(at) == Some(&b'<')).then(|| up_to(whole, at + 1, b">")).flatten()
}

pub(super) static NETSTRING: Preset = Preset {
    name: "netstring",
    cutter: |_| cut(netstring()),
    frame: |_, payload| netstring().frame(&payload),
    fields: &[FrameField::found("length", |whole| up_to(whole, 0, b":"))],
};

fn netstring() -> Length {
    Length { trailer: b",", ..decimal(b":") }
}

pub(super) static FIX: Preset = Preset {
    name: "fix",
    // Its last field is the checksum.
    cutter: |_| match StreamPattern::new(r"\x0110=[0-9]{3}\x01") {
        Ok(pattern) => Box::new(Follower::new(pattern)),
        Err(_) => Box::new(none::Whole) as Box<dyn Cutter>,
    },
    frame: |_, payload| Ok(payload),
    fields: &[
        FrameField::found("type", |whole| tag(whole, b"35")),
        FrameField::found("id", |whole| tag(whole, b"34")),
        FrameField::found("sender", |whole| tag(whole, b"49")),
        FrameField::found("target", |whole| tag(whole, b"56")),
        FrameField::found("length", |whole| tag(whole, b"9")),
    ],
};

/// The value of the first field with that tag.
fn tag(whole: &[u8], tag: &[u8]) -> Option<Range<usize>> {
    let mut at = 0;
    for field in whole.split_inclusive(|byte| *byte == 1) {
        if let Some(value) = field.strip_prefix(tag).and_then(|rest| rest.strip_prefix(b"=")) {
            let begins = at + field.len() - value.len();
            return Some(begins..begins + value.strip_suffix(b"\x01").unwrap_or(value).len());
        }
        at += field.len();
    }
    None
}
