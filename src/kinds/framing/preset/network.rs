//! Names, calls and printers: DNS over TCP, TPKT, SIP, port 9100.

use std::ops::Range;
use std::time::Duration;

use super::{FrameField, Preset, cut};
use crate::kinds::framing::http;
use crate::kinds::framing::idle::Idle;
use crate::kinds::framing::length::Length;

pub(super) static DNS_TCP: Preset = Preset {
    name: "dns-tcp",
    cutter: |_| cut(dns()),
    frame: |_, payload| dns().frame(&payload),
    fields: &[FrameField::big("length", 0, 2), FrameField::big("id", 2, 2), FrameField::big("flags", 4, 2)],
};

fn dns() -> Length {
    Length::big(0, 2).stripped()
}

pub(super) static TPKT: Preset = Preset {
    name: "tpkt",
    cutter: |_| cut(tpkt()),
    frame: |_, payload| tpkt().frame(&payload),
    fields: &[
        FrameField::big("version", 0, 1),
        FrameField::big("length", 2, 2),
        // The kind of TPDU behind it (ISO 8073).
        FrameField::big("type", 5, 1),
    ],
};

fn tpkt() -> Length {
    Length::big(2, 2).of_all()
}

pub(super) static SIP: Preset = Preset {
    name: "sip",
    cutter: |_| http::cutter(),
    frame: |_, payload| Ok(http::with_length(payload)),
    fields: &[
        FrameField::found("function", |whole| super::up_to(whole, 0, b" ")),
        FrameField::found("id", |whole| header(whole, &["call-id", "i"])),
        FrameField::found("cseq", |whole| header(whole, &["cseq"])),
        FrameField::found("length", |whole| header(whole, &["content-length", "l"])),
    ],
};

/// The value of a header.
fn header(whole: &[u8], names: &[&str]) -> Option<Range<usize>> {
    let mut at = 0;
    for line in whole.split_inclusive(|byte| *byte == b'\n') {
        let begins = at;
        at += line.len();
        let colon = line.iter().position(|byte| *byte == b':').unwrap_or(0);
        let name = std::str::from_utf8(line.get(..colon)?).unwrap_or_default().trim();
        if names.iter().any(|known| name.eq_ignore_ascii_case(known)) {
            let value = line.get(colon + 1..)?;
            let space = value.iter().take_while(|byte| **byte == b' ').count();
            return Some(begins + colon + 1 + space..begins + colon + 1 + value.trim_ascii_end().len());
        }
        if line.trim_ascii().is_empty() {
            return None;
        }
    }
    None
}

/// A job has no end but the connection's; what comes at once is a part of it.
pub(super) static JETDIRECT: Preset = Preset {
    name: "jetdirect",
    cutter: |_| Box::new(Idle(Duration::from_millis(500))),
    frame: |_, payload| Ok(payload),
    fields: &[],
};
