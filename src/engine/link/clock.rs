//! The lab's clock: nanoseconds since it began, on the monotonic clock, and the wall-clock time of that moment.

use std::time::{Duration, Instant, SystemTime};

use crate::lab::EndpointSpec;
use crate::trace::Nanos;

/// Read by the tap around every call. Copies read the same time.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    origin: Instant,
    began: SystemTime,
}

impl Clock {
    /// A lab that begins now.
    pub fn start() -> Self {
        Self { origin: Instant::now(), began: SystemTime::now() }
    }

    pub fn now(&self) -> Nanos {
        // 584 years fit.
        Nanos(u64::try_from(self.origin.elapsed().as_nanos()).unwrap_or(u64::MAX))
    }

    /// The same as a duration.
    pub fn elapsed(&self) -> Duration {
        self.origin.elapsed()
    }

    /// The wall-clock time at which [`Self::now`] was 0.
    pub fn began(&self) -> SystemTime {
        self.began
    }
}

/// The wall-clock time for services that show it; looking it up is left out for the others.
pub fn service_time(spec: &EndpointSpec) -> jiff::civil::DateTime {
    if spec.service.reply.kind().shows_time { jiff::Zoned::now().datetime() } else { jiff::civil::DateTime::ZERO }
}
