//! The marks of a class: what of a lesson each student has answered, and how.

use super::handin::{Evidence, HandIn, TRACE};
use super::progress::Answered;
use super::truth::is_right;
use crate::lab::lesson::{FromTrace, Lesson, Question, Value, Wanted};

/// How an answer is judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    Right,
    Wrong,
    /// The student's program has judged it, and the trace in the file does not show it.
    NotShown,
    /// It was answered, and never run.
    NotRun,
    Missing,
}

/// What is odd about an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Doubt {
    /// The file says that this was the truth; it is not what counts.
    Recorded(Value),
    /// The file says that the answer was right, or wrong, and it is not so.
    RecordedMark { right: bool },
    /// There is no trace in the file.
    NoTrace,
    /// The trace is damaged, or holds more calls than are handed in.
    BadTrace,
    /// The answer belongs to another run than the trace, or to calls that were left out of it.
    OtherCalls,
    /// No call of the trace gives the answer.
    NoCall,
    /// It is an answer to another kind of question.
    OtherKind,
}

/// An answer that was judged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judged<'h> {
    pub mark: Mark,
    pub answer: Option<&'h Answered>,
    pub truth: Option<Value>,
    pub doubt: Option<Doubt>,
}

/// The questions with the numbers of their parts, from 1.
pub fn questions(lesson: &Lesson) -> Vec<(u32, &Question)> {
    let asked = (1..).zip(&lesson.parts).filter_map(|(number, part)| Some((number, part.ask.as_ref()?)));
    asked.collect()
}

/// Judges what was handed in, each question of the lesson in their order: by the calls of the student's own run, else by what
/// the author of the lesson knows. What the file itself says is true or right counts for nothing.
pub fn mark<'h>(lesson: &Lesson, hand_in: &'h HandIn) -> Vec<Judged<'h>> {
    let file = hand_in.file(TRACE);
    let evidence = file.and_then(Evidence::read);
    let lacking = if file.is_some() { Doubt::BadTrace } else { Doubt::NoTrace };
    let of = |(number, question): (u32, &Question)| {
        let given = hand_in.answers.iter().find(|given| given.part == number).map(|given| &given.answer);
        match given {
            None => Judged { mark: Mark::Missing, answer: None, truth: None, doubt: None },
            Some(answer) if !question.fits(&answer.given) => {
                Judged { mark: Mark::Missing, answer: None, truth: None, doubt: Some(Doubt::OtherKind) }
            }
            Some(answer) => judge(question, answer, evidence.as_ref().ok_or(&lacking), &hand_in.system),
        }
    };
    questions(lesson).into_iter().map(of).collect()
}

fn judge<'h>(
    question: &Question,
    answer: &'h Answered,
    evidence: Result<&Evidence, &Doubt>,
    system: &str,
) -> Judged<'h> {
    let judged = |truth: Value, right: bool| {
        let mark = if right { Mark::Right } else { Mark::Wrong };
        let doubt = recorded(answer, &truth, right);
        Judged { mark, answer: Some(answer), truth: Some(truth), doubt }
    };
    let why = match shown(question, answer, evidence) {
        Ok((truth, right)) => return judged(truth, right),
        Err(why) => why,
    };
    if let Some(known) = question.known_on(system) {
        return judged(known.clone(), answer.given.is_same(known));
    }
    let is_run = answer.truth.is_some();
    let mark = if is_run { Mark::NotShown } else { Mark::NotRun };
    Judged { mark, answer: Some(answer), truth: None, doubt: is_run.then_some(why) }
}

/// What the calls say is true, and whether the answer is right by that.
fn shown(question: &Question, answer: &Answered, evidence: Result<&Evidence, &Doubt>) -> Result<(Value, bool), Doubt> {
    let evidence = evidence.map_err(Clone::clone)?;
    let calls = answer.seen_in.filter(|calls| calls.are_in(evidence.trace())).ok_or(Doubt::OtherCalls)?;
    evidence.asking(calls, |run| match run.seen(question) {
        Some(truth) => {
            let right = is_right(question, &answer.given, &truth, run);
            Ok((truth, right))
        }
        // A call that has not returned by then is in no trace, and it is one that blocks.
        None if is_of_waiting(question) && answer.truth == Some(Value::Blocks(true)) => {
            Ok((Value::Blocks(true), answer.given == Value::Blocks(true)))
        }
        None => Err(Doubt::NoCall),
    })
}

fn is_of_waiting(question: &Question) -> bool {
    matches!(question.from_trace, Some(FromTrace { field: Wanted::Blocks, .. }))
}

/// Where the file says something else.
fn recorded(answer: &Answered, truth: &Value, right: bool) -> Option<Doubt> {
    match (&answer.truth, answer.right) {
        (Some(recorded), _) if !recorded.is_same(truth) => Some(Doubt::Recorded(recorded.clone())),
        (_, Some(recorded)) if recorded != right => Some(Doubt::RecordedMark { right: recorded }),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
