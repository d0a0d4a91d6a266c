//! Times and counts as the window writes them.

use crate::trace::Nanos;
pub use crate::trace::export::text::{span, time};

/// A wait of a millisecond or more is worth showing as one.
pub const WORTH_SHOWING: u64 = 1_000_000;

/// `6.820`: seconds since the lab began, to the millisecond.
pub fn short(at: Nanos) -> String {
    let millis = at.0 / 1_000_000;
    format!("{}.{:03}", millis / 1_000, millis % 1_000)
}

/// A wait that still goes on, no finer than it is repainted (see [`repaint_after`]).
pub fn running(nanos: u64) -> String {
    let tenths = nanos / 100_000_000;
    match tenths {
        0..100 => format!("{}.{} s", tenths / 10, tenths % 10),
        100..600 => format!("{} s", tenths / 10),
        600..36_000 => format!("{} min", tenths / 600),
        _ => format!("{} h {} min", tenths / 36_000, tenths / 600 % 60),
    }
}

/// How long [`running`] goes on showing the same: an idle window is woken no more often than that.
pub fn repaint_after(nanos: u64) -> std::time::Duration {
    let millis = match nanos / 1_000_000_000 {
        0..10 => 100,
        10..60 => 1_000,
        _ => 60_000,
    };
    std::time::Duration::from_millis(millis)
}

/// `1,234`
pub fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `1,234 B`: exact, because a trace is read byte by byte.
pub fn bytes(number: u64) -> String {
    format!("{} B", count(number))
}

/// `1.2 MB`: where only the size of it matters.
pub fn about_bytes(number: u64) -> String {
    let scaled = |unit: u64, name: &str| format!("{}.{} {name}", number / unit, number % unit / (unit / 10));
    match number {
        0..1_000 => format!("{number} B"),
        1_000..1_000_000 => scaled(1_000, "kB"),
        1_000_000..1_000_000_000 => scaled(1_000_000, "MB"),
        _ => scaled(1_000_000_000, "GB"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_with_their_unit() {
        assert_eq!(short(Nanos(6_820_330_900)), "6.820");
        assert_eq!(running(3_249_000_000), "3.2 s");
        assert_eq!(running(75_000_000_000), "1 min");
    }

    #[test]
    fn counts_are_grouped() {
        assert_eq!([count(0), count(999), count(1_000), count(12_345_678)], ["0", "999", "1,000", "12,345,678"]);
        assert_eq!([about_bytes(999), about_bytes(1_234), about_bytes(5_670_000)], ["999 B", "1.2 kB", "5.6 MB"]);
    }
}
