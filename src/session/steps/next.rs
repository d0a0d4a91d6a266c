//! A `next` step: lets held calls through, one after the other, until what it waits for has happened.

use std::time::Duration;

use super::carry::{Carry, Ending, Progress, Running, Started};
use super::{Detail, Runner};
use crate::engine::{Command, JobId};
use crate::lab::EndpointId;
use crate::lab::step::{NEXT_WITHIN, Next};
use crate::session::Session;
use crate::trace::held::{Became, HeldCall, HeldId};
use crate::trace::{Nanos, NoticeKind};

impl Carry for Next {
    fn begin(&self, session: &mut Session, _: &mut Runner) -> Started {
        let at = session.holder(&self.at)?;
        Ok(Box::new(Letting::new(at, self.clone(), session.now())))
    }
}

/// A `next` that has begun.
#[derive(Debug)]
struct Letting {
    at: EndpointId,
    next: Next,
    /// Until then something must have happened; counted from each call that is let through.
    deadline: Nanos,
    stage: Stage,
}

#[derive(Debug, PartialEq, Eq)]
enum Stage {
    /// A held call is awaited.
    Awaiting,
    /// One is there. The engine is asked to do first what it has begun: a call that goes before it may be on its way.
    Settling(JobId),
    /// It is time to choose.
    Choosing,
    /// A call was let through.
    Through { call: HeldId, op: &'static str, became: Option<Became> },
}

/// What is to be done next.
#[derive(Debug, PartialEq)]
enum Turn {
    Wait,
    /// Ask the engine to do first what it has begun.
    Settle,
    LetThrough(HeldId, &'static str),
    End(Detail, bool),
}

impl Letting {
    fn new(at: EndpointId, next: Next, now: Nanos) -> Self {
        Self { at, next, deadline: after(now), stage: Stage::Awaiting }
    }

    /// What comes now, with the calls of the endpoint that are held.
    fn turn<'c>(&mut self, held: impl Iterator<Item = &'c HeldCall>, now: Nanos) -> Turn {
        let late = now >= self.deadline;
        match &self.stage {
            Stage::Awaiting => match held.count() {
                0 if late => Turn::End(Detail::NothingHeld { name: self.next.at.clone(), within: NEXT_WITHIN }, false),
                0 => Turn::Wait,
                _ => Turn::Settle,
            },
            Stage::Settling(_) => Turn::Wait,
            Stage::Choosing => {
                let wanted = |call: &&HeldCall| (self.next.op != Some(call.op.name()), call.turn());
                match held.min_by_key(wanted) {
                    Some(call) => Turn::LetThrough(call.id, call.op.name()),
                    None => {
                        self.stage = Stage::Awaiting;
                        Turn::Wait
                    }
                }
            }
            Stage::Through { op, became, .. } => {
                let (op, became) = (*op, *became);
                let is_wanted = self.next.op.is_none_or(|wanted| wanted == op);
                let must_block = self.next.blocked;
                match became {
                    Some(Became::GivenUp) => self.again(now),
                    Some(Became::Returned(_)) if is_wanted && must_block == Some(true) => {
                        Turn::End(Detail::DidNotBlock { op }, false)
                    }
                    Some(Became::Returned(_)) if is_wanted => Turn::End(Detail::Done, true),
                    Some(Became::Blocked) if is_wanted && must_block == Some(false) => {
                        Turn::End(Detail::Blocked { op }, false)
                    }
                    // One call was to be let through; or that it blocks was awaited.
                    Some(Became::Blocked) if is_wanted && (self.next.op.is_none() || must_block == Some(true)) => {
                        Turn::End(Detail::Done, true)
                    }
                    // It is to return.
                    Some(Became::Blocked) | None if is_wanted && late => {
                        Turn::End(Detail::StillBlocked { op, within: NEXT_WITHIN }, false)
                    }
                    Some(Became::Blocked) | None if is_wanted => Turn::Wait,
                    Some(_) => self.again(now),
                    None if late => self.again(now),
                    None => Turn::Wait,
                }
            }
        }
    }

    /// The next call of the endpoint is awaited.
    fn again(&mut self, now: Nanos) -> Turn {
        self.stage = Stage::Awaiting;
        self.deadline = after(now);
        Turn::Settle
    }

    fn let_through(&mut self, call: HeldId, op: &'static str, now: Nanos) {
        self.stage = Stage::Through { call, op, became: None };
        self.deadline = after(now);
    }
}

impl Running for Letting {
    fn on_done(&mut self, job: JobId, _: &Result<(), NoticeKind>) -> bool {
        let is_this = self.stage == Stage::Settling(job);
        if is_this {
            self.stage = Stage::Choosing;
        }
        is_this
    }

    fn on_became(&mut self, id: HeldId, what: Became) {
        if let Stage::Through { call, became, .. } = &mut self.stage
            && *call == id
        {
            *became = Some(what);
        }
    }

    fn deadline(&self) -> Option<Nanos> {
        Some(self.deadline)
    }

    fn advance(&mut self, session: &mut Session, _: &mut Runner) -> Progress {
        let (now, at) = (session.now(), self.at);
        loop {
            match self.turn(session.held_calls().filter(|call| call.endpoint == at), now) {
                Turn::Wait => return Progress::Waiting,
                Turn::Settle => {
                    let job = session.job();
                    session.engine.command(Command::Settle { job, endpoint: at });
                    self.stage = Stage::Settling(job);
                }
                Turn::LetThrough(call, op) => {
                    session.let_through(call);
                    self.let_through(call, op, now);
                }
                Turn::End(detail, ok) => return Progress::Ended(Ending::Judged { detail, ok }),
            }
        }
    }
}

fn after(now: Nanos) -> Nanos {
    let within = u64::try_from(Duration::as_nanos(&NEXT_WITHIN)).unwrap_or(u64::MAX);
    Nanos(now.0.saturating_add(within))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::trace::{Ends, Op, SocketId};

    fn held(id: u64, op: Op) -> HeldCall {
        let ends = Arc::new(Ends { local: None, peer: None });
        HeldCall {
            id: HeldId(id),
            at: Nanos(0),
            endpoint: EndpointId(1),
            socket: SocketId(1),
            conn: None,
            op,
            ends,
            made_by: None,
            stop: None,
        }
    }

    fn letting(op: Option<&'static str>, blocked: Option<bool>) -> Letting {
        Letting::new(EndpointId(1), Next { at: "server".to_owned(), op, blocked }, Nanos(0))
    }

    /// What is chosen among those calls, and what follows from what has become of it.
    fn chosen(letting: &mut Letting, calls: &[HeldCall], became: Became) -> (HeldId, Turn) {
        assert_eq!(letting.turn(calls.iter(), Nanos(1)), Turn::Settle);
        letting.stage = Stage::Choosing;
        let Turn::LetThrough(id, op) = letting.turn(calls.iter(), Nanos(1)) else { panic!("{letting:?}") };
        letting.let_through(id, op, Nanos(1));
        assert_eq!(letting.turn([].iter(), Nanos(1)), Turn::Wait);
        letting.on_became(id, became);
        (id, letting.turn([].iter(), Nanos(1)))
    }

    fn three() -> [HeldCall; 3] {
        [held(1, Op::Accept), held(2, Op::Recv { max: 9 }), held(3, Op::Send { len: 5 })]
    }

    #[test]
    fn what_needs_nobody_else_goes_before_what_waits_for_a_peer_and_that_before_a_further_client() {
        let done = |turn| turn == Turn::End(Detail::Done, true);
        for (calls, first) in [(&three()[..], 3), (&three()[..2], 2), (&three()[..1], 1)] {
            let (id, turn) = chosen(&mut letting(None, None), calls, Became::Returned(7));
            assert!(id == HeldId(first) && done(turn), "{first}");
        }
        assert!(done(chosen(&mut letting(None, None), &three(), Became::Blocked).1));
    }

    #[test]
    fn the_call_that_is_asked_for_is_let_through_and_none_before_it() {
        let (id, turn) = chosen(&mut letting(Some("accept"), None), &three(), Became::Returned(7));
        assert_eq!((id, turn), (HeldId(1), Turn::End(Detail::Done, true)));
    }

    #[test]
    fn calls_are_let_through_until_the_one_that_is_asked_for_has_returned() {
        let mut letting = letting(Some("recv"), None);
        assert_eq!(chosen(&mut letting, &three()[..1], Became::Blocked), (HeldId(1), Turn::Settle));
        assert_eq!(chosen(&mut letting, &three()[2..], Became::GivenUp), (HeldId(3), Turn::Settle));
        // It blocks, and is waited for.
        assert_eq!(chosen(&mut letting, &three(), Became::Blocked), (HeldId(2), Turn::Wait));
        letting.on_became(HeldId(2), Became::Returned(9));
        assert_eq!(letting.turn([].iter(), Nanos(2)), Turn::End(Detail::Done, true));
    }

    #[test]
    fn what_must_block_fails_where_it_returns_and_the_other_way_round() {
        for (op, blocked, became, ok) in [
            (None, true, Became::Blocked, true),
            (None, true, Became::Returned(1), false),
            (None, false, Became::Blocked, false),
            (None, false, Became::Returned(1), true),
            (Some("recv"), true, Became::Blocked, true),
            (Some("recv"), true, Became::Returned(1), false),
        ] {
            let (_, turn) = chosen(&mut letting(op, Some(blocked)), &three()[1..2], became);
            assert!(matches!(turn, Turn::End(_, found) if found == ok), "{op:?} {blocked} {became:?}: {turn:?}");
        }
    }

    #[test]
    fn where_nothing_comes_the_step_fails_in_the_end() {
        let late = Nanos(NEXT_WITHIN.as_nanos() as u64 + 1);
        let mut letting = letting(None, None);
        assert_eq!(letting.turn([].iter(), Nanos(1)), Turn::Wait);
        let failed = Detail::NothingHeld { name: "server".to_owned(), within: NEXT_WITHIN };
        assert_eq!(letting.turn([].iter(), late), Turn::End(failed, false));
    }
}
