//! `idle`: a message ends where nothing comes for a time, as in Modbus RTU. The scanner gets the time from its caller.

use std::time::Duration;

use super::{Cutter, Found, Framing, FramingKind, Progress, Resumed, within};
use crate::kinds::field::{Field, Value, Values};
use crate::t;
use crate::values::duration;

pub static IDLE: FramingKind = FramingKind {
    name: "idle",
    fields: &[AFTER],
    example: "{ kind = \"idle\", after = \"50ms\" }",
    cutter: |values, _| Box::new(Idle(values.time(AFTER.key))),
    short: |lang, values| {
        Some(t!(lang, "framing-short-idle", after = duration::format(values.time(AFTER.key))).into_owned())
    },
    ..FramingKind::PLAIN
};

const AFTER: Field = Field::time("after", Duration::from_millis(1), Duration::from_secs(60), Duration::from_millis(50));

#[derive(Clone, Debug)]
pub(super) struct Idle(pub Duration);

impl Cutter for Idle {
    fn advance(&mut self, at: &Progress, bytes: Option<&[u8]>, available: u64) -> (u64, Found) {
        let room = u64::from(at.max).saturating_sub(at.len);
        match bytes {
            // A message as long as may be ends there: no mark would be missed.
            Some(bytes) if available >= room => {
                (within(bytes, room).len() as u64, Found::End { header: 0, trailer: 0 })
            }
            Some(_) | None => (available, Found::More),
        }
    }

    fn resume_at(&mut self, _: u64) -> Resumed {
        Resumed::Somewhere
    }

    fn silence(&self) -> Option<Duration> {
        Some(self.0)
    }
}

impl Framing {
    /// A message ends after that silence.
    pub fn idle(after: Duration) -> Self {
        Self::new(&IDLE, Values::one(AFTER.key, Value::Time(after)))
    }
}
