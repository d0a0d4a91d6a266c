//! Receivers and instruments: NMEA 0183 as gpsd and receivers send it, SCPI over a socket.

use super::{FrameField, Preset, up_to};
use crate::kinds::framing::joined;
use crate::kinds::framing::line;

pub(super) static NMEA: Preset = Preset {
    name: "nmea",
    // Lines: beside sentences gpsd sends JSON, and AIS begins with another mark.
    cutter: |encoding| (line::LINE.cutter)(&Default::default(), encoding),
    frame: |_, payload| Ok(joined(&[], &payload, b"\r\n")),
    fields: &[
        FrameField::found("talker", |whole| is_sentence(whole).then_some(1..3)),
        FrameField::found("type", |whole| is_sentence(whole).then_some(3..6)),
        FrameField::found("checksum", |whole| {
            let star = whole.iter().position(|byte| *byte == b'*')?;
            is_sentence(whole).then_some(star + 1..star + 3)
        }),
    ],
};

fn is_sentence(whole: &[u8]) -> bool {
    matches!(whole.first(), Some(b'$' | b'!')) && whole.get(1..6).is_some_and(|word| word.is_ascii())
}

pub(super) static SCPI: Preset = Preset {
    name: "scpi",
    cutter: |encoding| (line::LINE.cutter)(&Default::default(), encoding),
    frame: |encoding, payload| (line::LINE.frame)(&Default::default(), encoding, payload),
    fields: &[FrameField::found("function", |whole| up_to(whole, 0, b" \r\n"))],
};
