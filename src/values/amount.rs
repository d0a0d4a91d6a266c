//! Amounts as people write them: `64KB/s`, `10..100` bytes, one in five.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use super::toml_text::quoted;
use super::tree::{Field, Read};
use crate::lang::{Lang, Words};
use crate::{error_in_words, t};

/// The fastest that a rate may be: 100 GB/s.
pub const MAX_RATE: u64 = 100_000_000_000;
/// The most bytes that a span may reach to: 16 MiB.
pub const MAX_SPAN: u32 = 16 * 1024 * 1024;

/// Bytes in a second, at least one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Rate(u64);

/// From one number to another, both included; at least one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Span {
    pub least: u32,
    pub most: u32,
}

/// A part of a whole, in millionths.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Portion(u32);

/// Why an amount was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AmountError {
    Rate(String),
    Span(String),
}

impl Words for AmountError {
    fn words(&self, lang: Lang) -> String {
        match self {
            Self::Rate(text) => t!(lang, "wrong-rate", text = text.as_str()),
            Self::Span(text) => t!(lang, "wrong-span", text = text.as_str(), most = MAX_SPAN.to_string()),
        }
        .into_owned()
    }
}

error_in_words!(AmountError);

/// The units of a rate in bytes, the largest first; `kbit/s` and the like are read and not written.
const UNITS: &[(&str, f64)] = &[
    ("gb/s", 1e9),
    ("mb/s", 1e6),
    ("kb/s", 1e3),
    ("gib/s", 1_073_741_824.0),
    ("mib/s", 1_048_576.0),
    ("kib/s", 1_024.0),
    ("gbit/s", 125e6),
    ("mbit/s", 125e3),
    ("kbit/s", 125.0),
    ("b/s", 1.0),
];

impl Rate {
    /// `None` for nothing at all, and for more than [`MAX_RATE`].
    pub const fn new(bytes: u64) -> Option<Self> {
        if bytes == 0 || bytes > MAX_RATE { None } else { Some(Self(bytes)) }
    }

    /// Kilobytes in a second; at least one.
    pub const fn kilobytes(count: u32) -> Self {
        Self(if count == 0 { 1_000 } else { count as u64 * 1_000 })
    }

    pub const fn bytes(self) -> u64 {
        self.0
    }

    /// How long that many bytes take.
    pub fn time_of(self, bytes: u64) -> Duration {
        let nanos = u128::from(bytes) * 1_000_000_000 / u128::from(self.0);
        Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX))
    }
}

impl FromStr for Rate {
    type Err = AmountError;

    fn from_str(text: &str) -> Result<Self, AmountError> {
        let wrong = || AmountError::Rate(text.to_owned());
        let lower = text.trim().to_ascii_lowercase();
        let found = UNITS.iter().find_map(|(unit, bytes)| Some((lower.strip_suffix(unit)?, bytes)));
        let (number, bytes) = found.ok_or_else(wrong)?;
        let number = number.trim();
        let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
        let number: f64 = number.parse().ok().filter(|_| is_number).ok_or_else(wrong)?;
        let rate = (number * bytes).round();
        if rate < 1.0 || rate > MAX_RATE as f64 {
            return Err(wrong());
        }
        Self::new(rate as u64).ok_or_else(wrong)
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            bytes if bytes.is_multiple_of(1_000_000_000) => write!(f, "{}GB/s", bytes / 1_000_000_000),
            bytes if bytes.is_multiple_of(1_000_000) => write!(f, "{}MB/s", bytes / 1_000_000),
            bytes if bytes.is_multiple_of(1_000) => write!(f, "{}KB/s", bytes / 1_000),
            bytes => write!(f, "{bytes}B/s"),
        }
    }
}

impl Span {
    pub const fn exactly(count: u32) -> Self {
        Self { least: count, most: count }
    }

    pub const fn new(least: u32, most: u32) -> Self {
        Self { least, most }
    }

    /// `10..100` or `10`, as a text or a number.
    pub(crate) fn read(field: &Field<'_>) -> Read<Self> {
        if field.is_integer() {
            return Ok(Self::exactly(field.integer_u32(1..=MAX_SPAN)?));
        }
        field.text()?.parse().map_err(|error: AmountError| field.refused(&error))
    }

    pub(crate) fn write(self) -> String {
        if self.least == self.most { self.least.to_string() } else { quoted(&self.to_string()) }
    }
}

impl FromStr for Span {
    type Err = AmountError;

    fn from_str(text: &str) -> Result<Self, AmountError> {
        let number = |part: &str| {
            let part = part.trim();
            let is_number = !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
            part.parse().ok().filter(|number| is_number && (1..=MAX_SPAN).contains(number))
        };
        let (least, most) = text.split_once("..").unwrap_or((text, text));
        match (number(least), number(most)) {
            (Some(least), Some(most)) if least <= most => Ok(Self { least, most }),
            _ => Err(AmountError::Span(text.to_owned())),
        }
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self { least, most } if least == most => write!(f, "{least}"),
            Self { least, most } => write!(f, "{least}..{most}"),
        }
    }
}

impl Portion {
    pub const ALL: Self = Self(1_000_000);

    /// Millionths; more than all is all.
    pub const fn millionths(count: u32) -> Self {
        if count > Self::ALL.0 { Self::ALL } else { Self(count) }
    }

    pub fn of(value: f64) -> Self {
        Self((value.clamp(0.0, 1.0) * 1e6).round() as u32)
    }

    pub fn value(self) -> f64 {
        f64::from(self.0) / 1e6
    }

    pub const fn count(self) -> u32 {
        self.0
    }

    /// A number from 0 to 1.
    pub(crate) fn read(field: &Field<'_>) -> Read<Self> {
        match field.float() {
            Ok(value) if (0.0..=1.0).contains(&value) => Ok(Self::of(f64::from(value))),
            _ => Err(field.unexpected(|lang| t!(lang, "lab-what-portion"))),
        }
    }

    pub(crate) fn write(self) -> String {
        self.value().to_string()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn rates_are_read_as_people_write_them() {
        for (text, bytes) in [
            ("64KB/s", 64_000),
            ("1.5 MB/s", 1_500_000),
            ("512B/s", 512),
            ("1MiB/s", 1_048_576),
            ("8 kbit/s", 1_000),
            ("10Mbit/s", 1_250_000),
        ] {
            assert_eq!(text.parse(), Rate::new(bytes).ok_or(AmountError::Rate(String::new())), "{text}");
        }
        for text in ["", "64", "KB/s", "0B/s", "-1B/s", "1e9B/s", "nanB/s", "infB/s", "999GB/s", "1..2B/s"] {
            assert_eq!(text.parse::<Rate>(), Err(AmountError::Rate(text.to_owned())));
        }
    }

    #[test]
    fn a_span_has_an_order_and_a_limit() {
        assert_eq!("10..100".parse(), Ok(Span::new(10, 100)));
        assert_eq!(" 7 ".parse(), Ok(Span::exactly(7)));
        for text in ["", "0", "100..10", "1..", "..1", "1..2..3", "1..99999999", "-1..1", "+1"] {
            assert_eq!(text.parse::<Span>(), Err(AmountError::Span(text.to_owned())));
        }
    }

    proptest! {
        #[test]
        fn what_was_written_is_read_back(rate in 1..=MAX_RATE, least in 1..MAX_SPAN, more in 0u32..1_000) {
            let rate = Rate::new(rate).unwrap();
            prop_assert_eq!(rate.to_string().parse(), Ok(rate));
            let span = Span::new(least, (least + more).min(MAX_SPAN));
            prop_assert_eq!(span.to_string().parse(), Ok(span));
        }

        #[test]
        fn no_text_panics(text: String) {
            let _ = (text.parse::<Rate>(), text.parse::<Span>());
        }
    }
}
