//! How long a reply waits: always as long, or any time between two.

use std::time::Duration;

use super::MAX_DELAY;
use crate::values::duration::{self, DurationError};

/// A time, or any between two.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Delay {
    pub least: Duration,
    /// Not before `least`.
    pub most: Duration,
}

impl From<Duration> for Delay {
    fn from(delay: Duration) -> Self {
        Self { least: delay, most: delay }
    }
}

impl Delay {
    /// Reads `100ms`, `10ms..50ms`.
    ///
    /// # Errors
    /// [`DurationError`] of the one that is none.
    pub fn parse(text: &str) -> Result<Self, DurationError> {
        let Some((least, most)) = text.split_once("..") else { return duration::parse(text).map(Self::from) };
        let (least, most) = (duration::parse(least.trim())?, duration::parse(most.trim())?);
        Ok(Self { least: least.min(most), most: most.max(least) })
    }

    pub fn format(self) -> String {
        let least = duration::format(self.least);
        if self.least == self.most { least } else { format!("{least}..{}", duration::format(self.most)) }
    }

    pub fn is_zero(self) -> bool {
        self.most.is_zero()
    }

    pub fn is_too_long(self) -> bool {
        self.most > MAX_DELAY
    }

    /// The time that a number stands for, which may be any.
    pub fn at(self, number: u64) -> Duration {
        let span = u64::try_from((self.most - self.least).as_nanos()).unwrap_or(u64::MAX);
        self.least + Duration::from_nanos(if span == 0 { 0 } else { number % (span + 1) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_is_read_in_either_order_and_written_as_one() {
        let millis = Duration::from_millis;
        let range = Delay { least: millis(10), most: millis(50) };
        for text in ["10ms..50ms", "50ms .. 10ms"] {
            assert_eq!(Delay::parse(text), Ok(range), "{text}");
        }
        assert_eq!(range.format(), "10ms..50ms");
        assert_eq!(Delay::parse("1s").map(Delay::format), Ok("1s".to_owned()));
        assert!(Delay::parse("10ms..").is_err() && Delay::parse("10ms..x").is_err());
        for number in [0, 1, 40_000_000, u64::MAX] {
            assert!((millis(10)..=millis(50)).contains(&range.at(number)));
        }
        assert_eq!(Delay::from(millis(7)).at(u64::MAX), millis(7));
    }
}
