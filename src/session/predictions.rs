//! What is said of a call before it is made, or before the playhead shows it; it is kept on the call.

use std::collections::HashMap;
use std::sync::Arc;

use super::Session;
use crate::trace::held::{HeldCall, HeldId};
use crate::trace::prediction::Prediction;
use crate::trace::{Call, Op};

/// A call of which can be asked what it will do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Predictable {
    /// It is about to be made.
    Held(HeldId),
    /// The one after the playhead, by its number.
    Recorded(u64),
}

/// What is said of calls that have not returned yet.
#[derive(Debug, Default)]
pub(super) struct Said {
    of_held: HashMap<HeldId, Prediction>,
    /// The newest call that was predicted and has returned, by its number.
    last: Option<u64>,
    /// The call before which the playhead has stood since it was predicted: that can still be changed.
    open: Option<u64>,
}

impl Session {
    // ---- what the views read ----

    /// What was said of a call that is held, was let through and has not returned, or is the next one after the playhead.
    pub fn prediction_of(&self, call: Predictable) -> Option<&Prediction> {
        match call {
            Predictable::Held(id) => self.said.of_held.get(&id),
            Predictable::Recorded(seq) => self.lab.trace.prediction(seq).map(Arc::as_ref),
        }
    }

    /// Whether it can still be said what the call will do.
    pub fn may_predict(&self, call: Predictable) -> bool {
        match call {
            Predictable::Held(id) => self.held_call(id).is_some(),
            Predictable::Recorded(seq) => {
                let is_next = self.looking_back() == Some(seq) && self.lab.trace.get(seq).is_some();
                is_next && (self.said.open == Some(seq) || self.lab.trace.prediction(seq).is_none())
            }
        }
    }

    /// What is called, of a call that can be predicted.
    pub fn op_of(&self, call: Predictable) -> Option<&Op> {
        match call {
            Predictable::Held(id) => self.held_call(id).map(|held| &held.op),
            Predictable::Recorded(seq) => self.lab.trace.get(seq).map(|call| &call.op),
        }
    }

    /// The newest call that was predicted and has returned, with what was said of it.
    pub fn last_predicted(&self) -> Option<(&Call, &Prediction)> {
        let seq = self.said.last?;
        Some((self.lab.trace.get(seq)?, self.lab.trace.prediction(seq)?))
    }

    /// The calls that were predicted, let through, and block in the kernel.
    pub fn predicted_and_blocked(&self) -> impl Iterator<Item = (&HeldCall, &Prediction)> {
        self.blocked_calls().filter_map(|call| Some((call, self.said.of_held.get(&call.id)?)))
    }

    // ---- acting ----

    /// Only as long as it can be said.
    pub(super) fn predict(&mut self, call: Predictable, prediction: Prediction) {
        if !self.may_predict(call) {
            return;
        }
        match call {
            Predictable::Held(id) if prediction.is_empty() => _ = self.said.of_held.remove(&id),
            Predictable::Held(id) => _ = self.said.of_held.insert(id, prediction),
            Predictable::Recorded(seq) => {
                self.said.open = Some(seq);
                self.keep_prediction(seq, prediction);
            }
        }
    }

    /// A call that was held has returned.
    pub(super) fn keep_what_was_said(&mut self, held: HeldId, seq: u64) {
        if let Some(prediction) = self.said.of_held.remove(&held) {
            self.said.last = Some(seq);
            self.keep_prediction(seq, prediction);
        }
    }

    /// It is not going to be made, or nobody will know that it was.
    pub(super) fn forget_what_was_said(&mut self, held: HeldId) {
        self.said.of_held.remove(&held);
    }

    /// The playhead has moved: what it has shown by then can't be predicted any more.
    pub(super) fn close_predictions(&mut self) {
        if self.said.open != self.looking_back() {
            self.said.open = None;
        }
    }

    fn keep_prediction(&mut self, seq: u64, prediction: Prediction) {
        if let Some(recorder) = &mut self.recorder {
            recorder.prediction(seq, Arc::new(prediction.clone()));
        }
        self.lab.trace.predict(seq, prediction);
    }
}
