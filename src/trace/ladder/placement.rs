//! Where a moment stands: equal steps for the calls, or time to scale.

use crate::trace::{Call, Nanos};

/// What part of the calls the window shows, and how. Positions are `f64`: exact to far more than ten million calls or a hundred days.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Sight {
    /// A fixed step, in points, for each call; idle time is folded. `top` is a position among the chosen calls.
    Steps { top: f64, step: f64 },
    /// `top` is in nanoseconds since the lab began.
    Time { top: f64, nanos_per_point: f64 },
}

/// Calls around the window in order of time, and where each stands.
pub struct Placing<'t> {
    sight: Sight,
    /// The position of `calls[0]`.
    first: u64,
    calls: Vec<&'t Call>,
    /// The position after the last call of all.
    end: u64,
}

impl<'t> Placing<'t> {
    pub fn new(sight: Sight, first: u64, mut calls: Vec<&'t Call>, end: u64) -> Self {
        // A call that completed earlier may have been recorded later.
        if !calls.is_sorted_by_key(|call| (call.end(), call.seq)) {
            calls.sort_by_key(|call| (call.end(), call.seq));
        }
        Self { sight, first, calls, end }
    }

    pub fn calls(&self) -> &[&'t Call] {
        &self.calls
    }

    pub fn sight(&self) -> Sight {
        self.sight
    }

    /// 0 where time is to scale.
    pub fn step(&self) -> f64 {
        match self.sight {
            Sight::Steps { step, .. } => step,
            Sight::Time { .. } => 0.0,
        }
    }

    /// Where the end of the call with that index stands, in points below the window's upper edge.
    pub fn y_of(&self, index: usize) -> f64 {
        match self.sight {
            Sight::Steps { top, step } => ((self.first + index as u64) as f64 - top + 0.5) * step,
            Sight::Time { top, nanos_per_point } => {
                let end = self.calls.get(index).map_or(0.0, |call| call.end().0 as f64);
                (end - top) / nanos_per_point
            }
        }
    }

    /// Where any moment stands; never above an earlier one.
    pub fn y_at(&self, time: Nanos) -> f64 {
        let step = match self.sight {
            Sight::Time { top, nanos_per_point } => return (time.0 as f64 - top) / nanos_per_point,
            Sight::Steps { step, .. } => step,
        };
        let after = self.calls.partition_point(|call| call.end() < time);
        let Some(before) = after.checked_sub(1) else {
            return match self.calls.first() {
                Some(first) if first.end() == time => self.y_of(0),
                _ => self.y_of(0) - 0.8 * step,
            };
        };
        let Some(next) = self.calls.get(after) else {
            // Past every examined call: in sight only where nothing comes after it.
            let is_last = self.first + self.calls.len() as u64 >= self.end;
            return self.y_of(before) + if is_last { 0.9 * step } else { 2.0 * step };
        };
        let begun = self.calls[before].end();
        let length = next.end().since(begun);
        let part = if length == 0 { 1.0 } else { time.since(begun) as f64 / length as f64 };
        self.y_of(before) + part * step
    }
}
