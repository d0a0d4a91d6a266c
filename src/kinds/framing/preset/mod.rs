//! Presets: the framing of a protocol by its name, and the fields of its messages that have names. No dissector: a field is
//! what finding the messages and answering them needs, and Wireshark opens the export.
//!
//! A protocol is a [`Preset`] in the file of its field and a line in [`Preset::ALL`].

mod databases;
mod industry;
mod instruments;
mod medicine;
mod messaging;
mod network;
mod records;

use std::fmt;
use std::ops::Range;

use bytes::Bytes;

use super::length::{Choose, Length, LengthCutter};
use super::{Cutter, Framing, FramingKind, UnframeableError, joined};
use crate::kinds::field::{Field, Value, Values};
use crate::lang::visible::visible;
use crate::values::TextEncoding;
use crate::values::payload::format_hex;

/// A protocol's framing and the names of its fields.
pub struct Preset {
    /// The name in lab files. Its text is `framing-preset-preset-NAME`.
    pub name: &'static str,
    cutter: fn(TextEncoding) -> Box<dyn Cutter>,
    frame: fn(TextEncoding, Bytes) -> Result<Bytes, UnframeableError>,
    fields: &'static [FrameField],
}

/// A field of a protocol's messages.
struct FrameField {
    name: &'static str,
    place: Place,
}

/// Where a number stands and what it is.
type Compute = fn(&[u8]) -> Option<(Range<usize>, u64)>;

/// Where a field stands in a whole frame.
enum Place {
    Big {
        at: usize,
        len: usize,
    },
    Little {
        at: usize,
        len: usize,
    },
    Text {
        at: usize,
        len: usize,
    },
    /// Found by looking for it; shown as a text.
    Found(fn(&[u8]) -> Option<Range<usize>>),
    /// The same for a number, big endian.
    FoundNumber(fn(&[u8]) -> Option<Range<usize>>),
    /// A number that is worked out from those bytes.
    Computed(Compute),
}

/// A field with what a message has in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FrameValue {
    /// As `{frame.NAME}` calls it.
    pub name: &'static str,
    /// Its bytes in the whole frame.
    pub range: Range<usize>,
    pub bytes: Vec<u8>,
    /// Where it is a number.
    pub number: Option<u64>,
    /// As a text, which may hold anything.
    pub text: String,
}

impl FrameValue {
    /// As it is shown: what can't be seen is written as marks.
    pub fn shown(&self) -> String {
        let text = match self.number {
            // Ids are compared with a hex dump.
            Some(number) if number > 9 => format!("{number} (0x{number:x})"),
            _ => self.text.clone(),
        };
        visible(&text).into_owned()
    }
}

const NAMES: &[&str] = &{
    let mut names = [""; Preset::ALL.len()];
    let mut index = 0;
    while index < names.len() {
        names[index] = Preset::ALL[index].name;
        index += 1;
    }
    names
};

/// The option that names the protocol.
pub(super) const NAME: Field = Field::choice("preset", NAMES);

pub static PRESET: FramingKind = FramingKind {
    name: "preset",
    fields: &[NAME],
    example: "{ preset = \"modbus-tcp\" }",
    cutter: |values, encoding| (named(values).cutter)(encoding),
    frame: |values, encoding, payload| (named(values).frame)(encoding, payload),
    short: |lang, values| Some(lang.text(&format!("framing-preset-preset-{}", named(values).name), None).into_owned()),
    ..FramingKind::PLAIN
};

fn named(values: &Values) -> &'static Preset {
    Preset::named(values.choice(NAME.key)).unwrap_or(Preset::ALL[0])
}

identified_by_name!(Preset);

impl Preset {
    /// Every protocol, in the order in which the window offers them.
    pub const ALL: &'static [&'static Self] = &[
        &industry::MODBUS_TCP,
        &industry::MODBUS_RTU,
        &industry::OPC_UA,
        &medicine::MLLP,
        &medicine::DICOM,
        &messaging::MQTT,
        &messaging::AMQP,
        &messaging::KAFKA,
        &messaging::THRIFT,
        &network::DNS_TCP,
        &network::TPKT,
        &network::SIP,
        &network::JETDIRECT,
        &records::SYSLOG_OCTETS,
        &records::SYSLOG_LINES,
        &records::FIX,
        &records::NETSTRING,
        &databases::POSTGRESQL,
        &databases::MYSQL,
        &databases::RESP,
        &databases::MEMCACHED,
        &instruments::NMEA,
        &instruments::SCPI,
    ];

    /// That of a framing, where it is one.
    pub(super) fn of(framing: &Framing) -> Option<&'static Self> {
        (framing.kind == &PRESET).then(|| named(&framing.values))
    }

    /// The names of its fields.
    pub fn field_names(&self) -> impl Iterator<Item = &'static str> {
        self.fields.iter().map(|field| field.name)
    }

    /// The fields that a whole frame has.
    pub fn values(&self, whole: &[u8]) -> Vec<FrameValue> {
        self.fields.iter().filter_map(|field| field.value(whole)).collect()
    }
}

impl FrameField {
    const fn big(name: &'static str, at: usize, len: usize) -> Self {
        Self { name, place: Place::Big { at, len } }
    }

    const fn little(name: &'static str, at: usize, len: usize) -> Self {
        Self { name, place: Place::Little { at, len } }
    }

    const fn text(name: &'static str, at: usize, len: usize) -> Self {
        Self { name, place: Place::Text { at, len } }
    }

    const fn found(name: &'static str, find: fn(&[u8]) -> Option<Range<usize>>) -> Self {
        Self { name, place: Place::Found(find) }
    }

    const fn found_number(name: &'static str, find: fn(&[u8]) -> Option<Range<usize>>) -> Self {
        Self { name, place: Place::FoundNumber(find) }
    }

    const fn computed(name: &'static str, compute: Compute) -> Self {
        Self { name, place: Place::Computed(compute) }
    }

    fn value(&self, whole: &[u8]) -> Option<FrameValue> {
        let join = |number: u64, byte: &u8| number << 8 | u64::from(*byte);
        let (range, number) = match self.place {
            Place::Big { at, len } => {
                let range = at..at + len;
                let number = whole.get(range.clone())?.iter().fold(0, join);
                (range, Some(number))
            }
            Place::Little { at, len } => {
                let range = at..at + len;
                let number = whole.get(range.clone())?.iter().rev().fold(0, join);
                (range, Some(number))
            }
            Place::Text { at, len } => (at..at + len, None),
            Place::Found(find) => (find(whole)?, None),
            Place::FoundNumber(find) => {
                let range = find(whole)?;
                let number = whole.get(range.clone())?.iter().fold(0, join);
                (range, Some(number))
            }
            Place::Computed(compute) => {
                let (range, number) = compute(whole)?;
                (range, Some(number))
            }
        };
        let bytes = whole.get(range.clone())?.to_vec();
        let text = match (number, std::str::from_utf8(&bytes)) {
            (Some(number), _) => number.to_string(),
            (None, Ok(text)) => text.to_owned(),
            (None, Err(_)) => format_hex(&bytes),
        };
        Some(FrameValue { name: self.name, range, bytes, number, text })
    }
}

impl fmt::Debug for FrameField {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

/// A cutter by a length that stands in each frame.
fn cut(length: Length) -> Box<dyn Cutter> {
    Box::new(LengthCutter::new(length))
}

fn cut_by(choose: Choose) -> Box<dyn Cutter> {
    Box::new(LengthCutter::by_first_byte(choose))
}

/// The length of the frame that such a payload is.
fn by_first(choose: Choose, payload: &Bytes) -> Length {
    // No frame but the first of a stream is told by its place.
    choose(payload.first().copied().unwrap_or(0), 1)
}

/// A payload that ends with CR LF.
fn with_crlf(payload: &Bytes) -> Bytes {
    if payload.ends_with(b"\r\n") { payload.clone() } else { joined(&[], payload, b"\r\n") }
}

/// Up to a byte, from a place on.
fn up_to(whole: &[u8], from: usize, end: &[u8]) -> Option<Range<usize>> {
    let len = whole.get(from..)?.iter().position(|byte| end.contains(byte))?;
    Some(from..from + len)
}

impl Framing {
    /// That of a protocol; `None` where no preset has that name.
    pub fn of_preset(name: &str) -> Option<Self> {
        let preset = Preset::named(name)?;
        Some(Self::new(&PRESET, Values::one(NAME.key, Value::Choice(preset.name))))
    }
}

#[cfg(test)]
mod tests;
