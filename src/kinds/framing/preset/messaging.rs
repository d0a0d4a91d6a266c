//! Brokers and remote calls: MQTT, AMQP, Kafka, Thrift.

use std::ops::Range;

use super::{FrameField, Preset, by_first, cut, cut_by};
use crate::kinds::framing::length::{Length, Number};

pub(super) static MQTT: Preset = Preset {
    name: "mqtt",
    cutter: |_| cut(mqtt()),
    frame: |_, payload| mqtt().frame(&payload),
    fields: &[
        FrameField::computed("type", |whole| Some((0..1, u64::from(*whole.first()? >> 4)))),
        FrameField::computed("length", |whole| {
            let (len, number) = remaining(whole)?;
            Some((1..1 + len, number))
        }),
        FrameField::found_number("id", packet_id),
        FrameField::found("topic", topic),
    ],
};

const PUBLISH: u8 = 3;

fn mqtt() -> Length {
    Length { number: Number::Varint, ..Length::big(1, 1) }
}

/// How many bytes the remaining length has, and what it says.
fn remaining(whole: &[u8]) -> Option<(usize, u64)> {
    let digits = whole.get(1..)?;
    let len = digits.iter().take(4).position(|digit| digit & 0x80 == 0)? + 1;
    let number = digits.iter().take(len).rev().fold(0, |number, digit| number << 7 | u64::from(digit & 0x7f));
    Some((len, number))
}

fn topic(whole: &[u8]) -> Option<Range<usize>> {
    let at = 1 + remaining(whole)?.0;
    let len = usize::from(u16::from_be_bytes([*whole.get(at)?, *whole.get(at + 1)?]));
    (whole.first()? >> 4 == PUBLISH).then_some(at + 2..at + 2 + len)
}

/// The packet identifier of those packets that have one.
fn packet_id(whole: &[u8]) -> Option<Range<usize>> {
    let first = *whole.first()?;
    let at = match first >> 4 {
        PUBLISH if first & 0b110 == 0 => return None,
        PUBLISH => topic(whole)?.end,
        4..=11 => 1 + remaining(whole)?.0,
        _ => return None,
    };
    Some(at..at + 2)
}

pub(super) static AMQP: Preset = Preset {
    name: "amqp",
    cutter: |_| cut_by(amqp),
    frame: |_, payload| by_first(amqp, &payload).frame(&payload),
    fields: &[
        FrameField::found_number("type", |whole| (whole.first()? != &b'A').then_some(0..1)),
        FrameField::found_number("id", |whole| (whole.first()? != &b'A').then_some(1..3)),
        FrameField::found_number("length", |whole| (whole.first()? != &b'A').then_some(3..7)),
        FrameField::found_number("class", |whole| (whole.first()? == &1).then_some(7..9)),
        FrameField::found_number("method", |whole| (whole.first()? == &1).then_some(9..11)),
    ],
};

/// A frame ends with an octet that its size does not count; a connection begins with eight bytes.
fn amqp(first: u8, _: u64) -> Length {
    if first == b'A' { Length::known(8) } else { Length::big(3, 4).adjusted(1) }
}

pub(super) static KAFKA: Preset = Preset {
    name: "kafka",
    cutter: |_| cut(framed()),
    frame: |_, payload| framed().frame(&payload),
    // As a request has them; a response begins with the id.
    fields: &[
        FrameField::big("length", 0, 4),
        FrameField::big("function", 4, 2),
        FrameField::big("version", 6, 2),
        FrameField::big("id", 8, 4),
    ],
};

fn framed() -> Length {
    Length::big(0, 4).stripped()
}

pub(super) static THRIFT: Preset = Preset {
    name: "thrift",
    cutter: |_| cut(framed()),
    frame: |_, payload| framed().frame(&payload),
    // In the binary protocol, strict.
    fields: &[
        FrameField::big("length", 0, 4),
        FrameField::big("type", 7, 1),
        FrameField::found("function", thrift_name),
        FrameField::found_number("id", |whole| thrift_name(whole).map(|name| name.end..name.end + 4)),
    ],
};

fn thrift_name(whole: &[u8]) -> Option<Range<usize>> {
    let len = whole.get(8..12)?.iter().fold(0, |len: usize, byte| len << 8 | usize::from(*byte));
    (whole.get(4) == Some(&0x80) && len < whole.len()).then_some(12..12 + len)
}
