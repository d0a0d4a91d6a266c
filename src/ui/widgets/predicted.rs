//! What was predicted, in words, with whether it was right.

use crate::lang::Lang;
use crate::lang::visible::visible;
use crate::t;
use crate::trace::Call;
use crate::trace::prediction::{Answer, Predicted, Prediction};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    Right,
    Wrong,
    /// It blocks, and what it will return is not known yet.
    Open,
}

impl Verdict {
    pub fn of(answer: &Answer, call: &Call) -> Self {
        if answer.what.is_right(call) { Self::Right } else { Self::Wrong }
    }
}

/// `5 (12 votes)`
pub fn answer(lang: Lang, answer: &Answer) -> String {
    let what = match &answer.what {
        Predicted::Blocks => t!(lang, "predict-blocks").into_owned(),
        other => visible(&other.to_string()).into_owned(),
    };
    match answer.votes {
        0 => what,
        votes => t!(lang, "predict-with-votes", what = what, votes = votes).into_owned(),
    }
}

/// `5 (12 votes): right`
pub fn judged(lang: Lang, said: &Answer, verdict: Verdict) -> String {
    let word = match verdict {
        Verdict::Right => t!(lang, "predict-right"),
        Verdict::Wrong => t!(lang, "predict-wrong"),
        Verdict::Open => t!(lang, "predict-open"),
    };
    t!(lang, "predict-verdict", answer = answer(lang, said), verdict = word.into_owned()).into_owned()
}

/// `predicted: 5: right`, of what the room says
pub fn remark(lang: Lang, said: &Prediction, call: &Call) -> Option<String> {
    let what = said.main()?.clone();
    let main = Answer { what, votes: 0 };
    let judged = judged(lang, &main, Verdict::of(&main, call));
    Some(format!("{} {judged}", t!(lang, "predict-said")))
}
