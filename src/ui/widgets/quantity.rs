//! Times and counts as the window writes them.

/// `1,234`
pub use crate::explain::number as count;

use crate::trace::Nanos;
pub use crate::trace::export::text::{span, time};

/// A wait of a millisecond or more is worth showing as one.
pub const WORTH_SHOWING: u64 = 1_000_000;

/// `6.820`: seconds since the lab began, to the millisecond.
pub fn short(at: Nanos) -> String {
    let millis = at.0 / 1_000_000;
    format!("{}.{:03}", millis / 1_000, millis % 1_000)
}

/// A wait that has gone on for less than a second is over for most calls before anybody has read of it.
pub fn is_long(nanos: u64) -> bool {
    nanos >= 1_000_000_000
}

/// A wait that still goes on, no finer than it is repainted (see [`repaint_after`]).
pub fn running(nanos: u64) -> String {
    let seconds = nanos / 1_000_000_000;
    match seconds {
        0..60 => format!("{seconds} s"),
        60..3_600 => format!("{} min", seconds / 60),
        _ => format!("{} h {} min", seconds / 3_600, seconds / 60 % 60),
    }
}

/// When a running wait is drawn again: each second at first, then each minute. What happens in between is drawn at once.
pub fn repaint_after(nanos: u64) -> std::time::Duration {
    std::time::Duration::from_secs(if nanos < 60_000_000_000 { 1 } else { 60 })
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
        assert_eq!(running(3_249_000_000), "3 s");
        assert_eq!(running(75_000_000_000), "1 min");
    }

    #[test]
    fn counts_are_grouped() {
        assert_eq!([count(0), count(999), count(1_000), count(12_345_678)], ["0", "999", "1,000", "12,345,678"]);
        assert_eq!([about_bytes(999), about_bytes(1_234), about_bytes(5_670_000)], ["999 B", "1.2 kB", "5.6 MB"]);
    }
}
