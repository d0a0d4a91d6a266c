//! When a call began, as the user wants it counted.

use std::time::{Duration, SystemTime};

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::trace::Nanos;
use crate::ui::widgets::quantity;

#[derive(Clone, Copy)]
pub enum When<'a> {
    /// Since the lab began.
    Lab,
    /// Since the call in the row above began; the first has none.
    RowBefore(Option<Nanos>),
    /// By the clock of the user's place; the lab began at that time.
    Clock(SystemTime, &'a TimeZone),
}

impl When<'_> {
    pub fn text(self, start: Nanos) -> String {
        match self {
            Self::Lab => quantity::time(start),
            Self::RowBefore(None) => String::new(),
            // In order of completion a call may have begun before the one above it.
            Self::RowBefore(Some(before)) if before > start => {
                format!("\u{2212}{}", quantity::time(Nanos(before.since(start))))
            }
            Self::RowBefore(Some(before)) => format!("+{}", quantity::time(Nanos(start.since(before)))),
            Self::Clock(began, zone) => {
                let at = began.checked_add(Duration::from_nanos(start.0)).and_then(|at| Timestamp::try_from(at).ok());
                at.map(|at| at.to_zoned(zone.clone()).strftime("%H:%M:%S%.6f").to_string()).unwrap_or_default()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_counted_from_the_labs_start_the_row_before_or_midnight() {
        let start = Nanos(1_500_250_000);
        assert_eq!(When::Lab.text(start), "1.500 250");
        assert_eq!(When::RowBefore(None).text(start), "");
        assert_eq!(When::RowBefore(Some(Nanos(1_500_000_000))).text(start), "+0.000 250");
        assert_eq!(When::RowBefore(Some(Nanos(1_500_251_000))).text(start), "\u{2212}0.000 001");
        let zone = TimeZone::fixed(jiff::tz::offset(8));
        let began = SystemTime::UNIX_EPOCH + Duration::from_secs(23 * 3_600);
        assert_eq!(When::Clock(began, &zone).text(start), "07:00:01.500250");
    }
}
