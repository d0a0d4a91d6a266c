//! A `pass` step: says what becomes of a message that a relay holds.

use super::carry::{Carry, Ending, Progress, Running, Started};
use super::{Detail, Runner, payload};
use crate::engine::Verdict;
use crate::lab::EndpointId;
use crate::lab::step::{PASS_WITHIN, Pass, Passing};
use crate::session::Session;
use crate::trace::Nanos;
use crate::trace::held::MessageId;

impl Carry for Pass {
    fn begin(&self, session: &mut Session, _: &mut Runner) -> Started {
        let (at, spec) = session.named(&self.at)?;
        let verdict = match &self.what {
            Passing::AsItIs => Verdict::Pass,
            Passing::As(content) => Verdict::Edited(payload::encode(content, spec)?),
            Passing::Also(content) => Verdict::Also(payload::encode(content, spec)?),
            Passing::Drop => Verdict::Drop,
        };
        let deadline = session.after(PASS_WITHIN);
        Ok(Box::new(Awaiting { at, name: self.at.clone(), verdict, deadline, told: None }))
    }
}

/// A message is awaited, or that what was said of it has happened.
#[derive(Debug)]
struct Awaiting {
    at: EndpointId,
    name: String,
    verdict: Verdict,
    deadline: Nanos,
    told: Option<MessageId>,
}

impl Running for Awaiting {
    fn deadline(&self) -> Option<Nanos> {
        Some(self.deadline)
    }

    fn advance(&mut self, session: &mut Session, _: &mut Runner) -> Progress {
        let done = || Progress::Ended(Ending::Done { at: None, result: Ok(Detail::Done) });
        if let Some(told) = self.told {
            return if session.held_message(told).is_some() { Progress::Waiting } else { done() };
        }
        let oldest = session.held_messages().find(|message| message.endpoint == self.at).map(|message| message.id);
        match oldest {
            Some(id) => {
                session.decide(id, self.verdict.clone());
                self.told = Some(id);
                // The message itself stays.
                if matches!(self.verdict, Verdict::Also(_)) { done() } else { Progress::Waiting }
            }
            None if session.now() < self.deadline => Progress::Waiting,
            None => {
                let detail = Detail::NoMessage { name: self.name.clone(), within: PASS_WITHIN };
                Progress::Ended(Ending::Judged { detail, ok: false })
            }
        }
    }
}
