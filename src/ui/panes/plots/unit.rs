//! What the numbers of a plot count.

use crate::lang::Lang;
use crate::t;
use crate::ui::widgets::quantity;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    BytesPerSecond,
    CallsPerSecond,
    Microseconds,
    Segments,
    Bytes,
    Connections,
}

impl Unit {
    /// The unit in words, for the axis.
    pub fn name(self, lang: Lang) -> String {
        match self {
            Self::BytesPerSecond => t!(lang, "plots-unit-bytes-rate"),
            Self::CallsPerSecond => t!(lang, "plots-unit-calls-rate"),
            Self::Microseconds => t!(lang, "plots-unit-micros"),
            Self::Segments => t!(lang, "plots-unit-segments"),
            Self::Bytes => t!(lang, "plots-unit-bytes"),
            Self::Connections => t!(lang, "plots-unit-conns"),
        }
        .into_owned()
    }

    /// A number with its unit, exact.
    pub fn exact(self, lang: Lang, value: f64) -> String {
        let shown = number(value);
        match self {
            Self::BytesPerSecond => t!(lang, "plots-value-bytes-rate", value = shown),
            Self::CallsPerSecond => t!(lang, "plots-value-calls-rate", value = shown),
            Self::Microseconds => t!(lang, "plots-value-micros", value = shown),
            Self::Segments => t!(lang, "plots-value-segments", count = rounded(value), value = shown),
            Self::Bytes => t!(lang, "plots-value-bytes", count = rounded(value), value = shown),
            Self::Connections => t!(lang, "plots-value-conns", count = rounded(value), value = shown),
        }
        .into_owned()
    }

    /// A number at the axis, which has little room.
    pub fn tick(self, value: f64) -> String {
        if value < 0.0 {
            return String::new();
        }
        match self {
            Self::BytesPerSecond | Self::Bytes => short_bytes(value),
            _ => number(value),
        }
    }

    /// The least that the axis reaches to, so that a plot of nothing has an axis too.
    pub fn least(self) -> f64 {
        match self {
            Self::BytesPerSecond | Self::Bytes | Self::Microseconds => 100.0,
            Self::CallsPerSecond | Self::Segments | Self::Connections => 5.0,
        }
    }
}

fn rounded(value: f64) -> u64 {
    value.max(0.0).round() as u64
}

/// `1,234`, and a tenth where it counts.
pub fn number(value: f64) -> String {
    if value < 9.95 && value.fract() != 0.0 { format!("{value:.1}") } else { quantity::count(rounded(value)) }
}

/// `1.5 kB`, `2 MB`.
fn short_bytes(value: f64) -> String {
    let (scale, name) = match value {
        ..1e3 => (1.0, "B"),
        1e3..1e6 => (1e3, "kB"),
        1e6..1e9 => (1e6, "MB"),
        _ => (1e9, "GB"),
    };
    let scaled = value / scale;
    if scaled.fract() == 0.0 { format!("{scaled:.0} {name}") } else { format!("{scaled:.1} {name}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short_at_the_axis_and_exact_elsewhere() {
        assert_eq!([0.0, 500.0, 1_500.0, 2e6].map(|value| Unit::Bytes.tick(value)), ["0 B", "500 B", "1.5 kB", "2 MB"]);
        assert_eq!([3.0, 12_000.0].map(|value| Unit::Segments.tick(value)), ["3", "12,000"]);
        assert_eq!(Unit::BytesPerSecond.exact(Lang::En, 1_234_567.0), "1,234,567 bytes/s");
        assert_eq!(Unit::Segments.exact(Lang::En, 1.0), "1 segment");
        assert_eq!(Unit::Segments.exact(Lang::En, 10.0), "10 segments");
        assert_eq!(number(2.5), "2.5");
    }

    #[test]
    fn below_nothing_there_is_no_number() {
        assert_eq!(Unit::Microseconds.tick(-1.0), "");
    }
}
