//! How far a student has come in a lesson: what was answered, when, how often, and what was true.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::truth::Calls;
use crate::lab::lesson::{Lesson, Value};

/// More tries at one question than this are not counted.
pub const MAX_TRIES: u32 = 1_000;

/// Kept between two starts of the program.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
pub struct Progress {
    /// The parts that were gone through: read, done, run or answered.
    pub done: BTreeSet<u32>,
    /// By part.
    #[serde(deserialize_with = "by_number", serialize_with = "as_text")]
    pub answers: BTreeMap<u32, Answered>,
}

/// An answer with all that is known about it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Answered {
    pub given: Value,
    /// How often it was answered: a prediction that was changed before the run counts too.
    pub tries: u32,
    /// In seconds since 1970.
    pub at: u64,
    /// It was said before the run.
    pub predicted: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub truth: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub right: Option<bool>,
    /// The calls that the truth was seen in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seen_in: Option<Calls>,
}

/// TOML's keys are texts.
fn as_text<S: serde::Serializer>(answers: &BTreeMap<u32, Answered>, to: S) -> Result<S::Ok, S::Error> {
    to.collect_map(answers.iter().map(|(part, answer)| (part.to_string(), answer)))
}

fn by_number<'de, D: serde::Deserializer<'de>>(from: D) -> Result<BTreeMap<u32, Answered>, D::Error> {
    let answers = BTreeMap::<String, Answered>::deserialize(from)?;
    Ok(answers.into_iter().filter_map(|(part, answer)| Some((part.parse().ok()?, answer))).collect())
}

impl Progress {
    pub fn answer(&self, part: usize) -> Option<&Answered> {
        self.answers.get(&number(part))
    }

    pub fn is_done(&self, part: usize) -> bool {
        self.done.contains(&number(part))
    }

    pub fn set_done(&mut self, part: usize) {
        self.done.insert(number(part));
    }

    /// What was said last counts, until the truth is known: a prediction stays what it was.
    pub fn give(&mut self, part: usize, given: Value, at: u64, predicted: bool) {
        let part = number(part);
        let before = self.answers.get(&part);
        if before.is_some_and(|before| before.predicted && before.truth.is_some()) {
            return;
        }
        let tries = before.map_or(0, |before| before.tries).saturating_add(1).min(MAX_TRIES);
        self.answers.insert(part, Answered { given, tries, at, predicted, truth: None, right: None, seen_in: None });
    }

    pub fn judge(&mut self, part: usize, truth: Value, right: bool, seen_in: Calls) {
        let part = number(part);
        if let Some(answer) = self.answers.get_mut(&part) {
            (answer.truth, answer.right, answer.seen_in) = (Some(truth), Some(right), Some(seen_in));
            if right || answer.predicted {
                self.done.insert(part);
            }
        }
    }

    /// Every question that comes before the run has its prediction.
    pub fn has_predicted(&self, lesson: &Lesson) -> bool {
        lesson.predictions().all(|part| self.answer(part).is_some())
    }

    pub fn is_complete(&self, lesson: &Lesson) -> bool {
        (0..lesson.parts.len()).all(|part| self.is_done(part))
    }

    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

fn number(part: usize) -> u32 {
    u32::try_from(part).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SEEN_IN: Calls = Calls { trace: 1_700_000_000_123_456_789, from: 1, to: 9 };

    #[test]
    fn a_prediction_can_be_changed_until_the_truth_is_known_and_then_stays() {
        let mut progress = Progress::default();
        progress.give(3, Value::Number(1), 10, true);
        progress.give(3, Value::Number(2), 20, true);
        progress.judge(3, Value::Number(5), false, SEEN_IN);
        progress.give(3, Value::Number(5), 30, true);
        let answer = progress.answer(3).unwrap();
        assert_eq!((&answer.given, answer.tries, answer.right), (&Value::Number(2), 2, Some(false)));
        assert!(progress.is_done(3));
    }

    #[test]
    fn what_was_observed_may_be_tried_again() {
        let mut progress = Progress::default();
        progress.give(0, Value::Number(1), 10, false);
        progress.judge(0, Value::Number(5), false, SEEN_IN);
        progress.give(0, Value::Number(5), 30, false);
        progress.judge(0, Value::Number(5), true, SEEN_IN);
        let answer = progress.answer(0).unwrap();
        assert_eq!((answer.tries, answer.right), (2, Some(true)));
    }

    #[test]
    fn progress_goes_through_a_file_unchanged() {
        let mut progress = Progress::default();
        progress.set_done(0);
        for (part, value) in [
            Value::Number(-1),
            Value::Text("a\"b".to_owned()),
            Value::Blocks(true),
            Value::Choice(2),
            Value::Order(vec!["bind".to_owned(), "listen".to_owned()]),
            Value::Call(7),
        ]
        .into_iter()
        .enumerate()
        {
            progress.give(part, value.clone(), 1, part % 2 == 0);
            progress.judge(part, value, true, SEEN_IN);
        }
        let text = toml::to_string(&progress).unwrap();
        assert_eq!(toml::from_str::<Progress>(&text).unwrap(), progress, "{text}");
    }
}
