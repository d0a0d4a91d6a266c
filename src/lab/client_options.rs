//! What belongs to the role of a client beside its server: connecting again, keep-alive messages, a greeting.

use std::time::Duration;

use super::Content;

/// The shortest and the longest pause before a client connects again, and between keep-alive messages.
pub const LEAST_PAUSE: Duration = Duration::from_millis(10);
pub const MOST_PAUSE: Duration = Duration::from_secs(24 * 60 * 60);
/// What is taken where a client is only to connect again.
pub const DEFAULT_DELAY: Duration = Duration::from_secs(1);
pub const DEFAULT_MOST_DELAY: Duration = Duration::from_secs(30);

/// What belongs to the role of a client.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ClientOptions {
    /// It connects again when its connection has ended or could not be made.
    pub reconnect: Option<Reconnect>,
    /// What it sends where it has sent nothing for a while.
    pub keep_alive: Option<KeepAlive>,
    /// It sends nothing before something has come, for at most that long.
    pub greeting: Option<Duration>,
}

/// How a client connects again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reconnect {
    /// Before the first try; each further one waits twice as long …
    pub delay: Duration,
    /// … up to this.
    pub most_delay: Duration,
    /// The most tries in a row; 0: any number.
    pub tries: u32,
}

impl Default for Reconnect {
    fn default() -> Self {
        Self { delay: DEFAULT_DELAY, most_delay: DEFAULT_MOST_DELAY, tries: 0 }
    }
}

/// What a client sends where it has sent nothing for a while.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeepAlive {
    pub every: Duration,
    /// As a message of the endpoint's framing.
    pub content: Content,
}

/// The pauses between the tries of a client, in a row.
#[derive(Clone, Copy, Debug)]
pub struct Backoff {
    reconnect: Reconnect,
    next: Duration,
    tried: u32,
}

impl Backoff {
    pub fn new(reconnect: Reconnect) -> Self {
        Self { reconnect, next: reconnect.delay, tried: 0 }
    }

    /// Before the next try; `None` where there have been as many as there may be.
    pub fn pause(&mut self) -> Option<Duration> {
        if self.reconnect.tries > 0 && self.tried >= self.reconnect.tries {
            return None;
        }
        self.tried = self.tried.saturating_add(1);
        let pause = self.next;
        self.next = pause.saturating_mul(2).min(self.reconnect.most_delay.max(self.reconnect.delay));
        Some(pause)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_pause_is_twice_as_long_up_to_the_longest_and_tries_are_counted() {
        let seconds = Duration::from_secs;
        let mut backoff = Backoff::new(Reconnect { delay: seconds(1), most_delay: seconds(5), tries: 5 });
        let pauses: Vec<_> = std::iter::from_fn(|| backoff.pause()).collect();
        assert_eq!(pauses, [1, 2, 4, 5, 5].map(seconds));
        let mut forever = Backoff::new(Reconnect::default());
        assert_eq!((0..100).filter_map(|_| forever.pause()).last(), Some(DEFAULT_MOST_DELAY));
        let mut long = Backoff::new(Reconnect { delay: seconds(60), most_delay: seconds(5), tries: 0 });
        assert_eq!([long.pause(), long.pause()], [Some(seconds(60)); 2]);
    }
}
