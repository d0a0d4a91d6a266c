//! Hospitals: HL7 in MLLP, DICOM.

use std::ops::Range;

use super::{FrameField, Preset, cut};
use crate::kinds::framing::between::{Between, Marks, frame};
use crate::kinds::framing::length::Length;

pub(super) static MLLP: Preset = Preset {
    name: "mllp",
    cutter: |_| Box::new(Between::new(block())),
    frame: |_, payload| frame(&block(), payload),
    fields: &[FrameField::found("type", |whole| header(whole, 8)), FrameField::found("id", |whole| header(whole, 9))],
};

fn block() -> Marks {
    Marks::new(b"\x0b", b"\x1c\x0d")
}

/// A field of the segment MSH, whose fields are parted by the byte behind its name; MSH-9 is the one behind 8 of them.
fn header(whole: &[u8], fields_before: usize) -> Option<Range<usize>> {
    let begins = usize::from(whole.first() == Some(&0x0b));
    let separator = *whole.get(begins..)?.strip_prefix(b"MSH")?.first()?;
    let mut from = begins + 3;
    for _ in 1..fields_before {
        from += 1 + whole.get(from + 1..)?.iter().position(|byte| *byte == separator)?;
    }
    let rest = whole.get(from + 1..)?;
    let len = rest.iter().position(|byte| *byte == separator || matches!(byte, b'\r' | 0x1c))?;
    Some(from + 1..from + 1 + len)
}

pub(super) static DICOM: Preset = Preset {
    name: "dicom",
    cutter: |_| cut(dicom()),
    frame: |_, payload| dicom().frame(&payload),
    fields: &[FrameField::big("type", 0, 1), FrameField::big("length", 2, 4)],
};

fn dicom() -> Length {
    Length::big(2, 4)
}
