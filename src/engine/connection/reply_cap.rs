//! A visible cap on how often a service answers: two programs that answer each other would otherwise never end.

use std::time::Duration;

use tokio::time::Instant;

const SECOND: Duration = Duration::from_secs(1);

/// Counts the replies of the present second.
#[derive(Debug)]
pub struct ReplyCap {
    per_second: u32,
    began: Option<Instant>,
    count: u32,
    /// How many seconds in a row have reached the cap.
    capped: u32,
}

impl ReplyCap {
    pub fn new(per_second: u32) -> Self {
        Self { per_second, began: None, count: 0, capped: 0 }
    }

    pub fn per_second(&self) -> u32 {
        self.per_second
    }

    /// Counts a reply. Gives the end of the second where that was the last that may be made in it.
    pub fn count(&mut self, now: Instant) -> Option<Instant> {
        let began = match self.began {
            Some(began) if now < began + SECOND => began,
            _ => {
                if self.count < self.per_second {
                    self.capped = 0;
                }
                self.count = 0;
                now
            }
        };
        self.began = Some(began);
        self.count += 1;
        if self.count < self.per_second {
            return None;
        }
        self.capped = self.capped.saturating_add(1);
        Some(began + SECOND)
    }

    /// True where the cap has been reached now and not in the second before: the user is notified once.
    pub fn is_news(&self) -> bool {
        self.capped == 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_reply_of_a_second_rests_until_its_end_and_is_news_once() {
        let start = Instant::now();
        let mut pace = ReplyCap::new(3);
        assert_eq!(pace.count(start), None);
        assert_eq!(pace.count(start), None);
        assert_eq!(pace.count(start + SECOND / 2), Some(start + SECOND));
        assert!(pace.is_news());
        for _ in 0..2 {
            assert_eq!(pace.count(start + SECOND), None);
        }
        assert_eq!(pace.count(start + SECOND), Some(start + 2 * SECOND));
        assert!(!pace.is_news());
        assert_eq!(pace.count(start + 10 * SECOND), None);
        for _ in 0..2 {
            pace.count(start + 20 * SECOND);
        }
        pace.count(start + 20 * SECOND);
        assert!(pace.is_news());
    }
}
