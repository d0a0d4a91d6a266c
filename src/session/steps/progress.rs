//! From step to step: checks the step that runs, ends it when it is done, and begins the next.

use super::carry::{Ending, Progress, carry};
use super::program::{Awaited, Awaiting};
use super::until_done::UntilDone;
use super::{Detail, Preparation, Runner, is_meant};
use crate::lab::EndpointId;
use crate::session::{Happening, Session};
use crate::trace::{Nanos, Op};

impl Session {
    /// Opens the endpoints that no step opens, then carries out the steps: as [`crate::session::Action::RunSteps`], for a caller
    /// that wants to hear of each.
    pub fn run_steps(&mut self, report: &mut dyn FnMut(Happening<'_>)) {
        self.runner = Some(Runner::new(&self.lab.document.steps, &self.endpoints, &self.programs));
        self.advance_steps(report);
    }

    /// When [`Session::pump`] must be called even if no event comes.
    pub fn next_deadline(&self) -> Option<Nanos> {
        let runner = self.runner.as_ref()?;
        let own = runner.own_deadline().and_then(|deadline| self.when_own_time_is(deadline));
        runner.deadline().into_iter().chain(own).min()
    }

    /// Ends the run from outside: the step that is being carried out has failed.
    pub fn interrupt_steps(&mut self, report: &mut dyn FnMut(Happening<'_>)) {
        if let Some(runner) = self.runner.as_mut().filter(|runner| !runner.finished) {
            runner.before.clear();
            if runner.at < runner.steps.len() {
                runner.end(Detail::Interrupted, false, report);
            }
            runner.finished = true;
        }
    }

    /// Begins to close every endpoint; [`Self::is_closing`] is true until all are closed.
    pub fn close_for_good(&mut self) {
        self.let_everything_go();
        let jobs = self.close_all();
        let runner = self.runner.get_or_insert_with(|| Runner::new(&[], &[], &[]));
        runner.finished = true;
        runner.closing = jobs.into_iter().collect();
    }

    pub fn is_closing(&self) -> bool {
        self.runner.as_ref().is_some_and(|runner| !runner.closing.is_empty())
    }

    /// Begins whatever can be begun now. Cheap where there is nothing.
    pub(in crate::session) fn advance_steps(&mut self, report: &mut dyn FnMut(Happening<'_>)) {
        let Some(mut runner) = self.runner.take_if(|runner| !runner.finished) else { return };
        while !runner.finished && self.advance(&mut runner, report) {}
        self.runner = Some(runner);
    }

    /// Gives false where something must happen first.
    fn advance(&mut self, runner: &mut Runner, report: &mut dyn FnMut(Happening<'_>)) -> bool {
        let Some(mut running) = runner.running.take() else {
            self.begin_next(runner, report);
            return true;
        };
        match running.advance(self, runner) {
            Progress::Waiting => {
                runner.running = Some(running);
                return false;
            }
            Progress::Then(next) => {
                runner.running = Some(next);
                self.stop_at_held(runner);
            }
            Progress::Ended(ending) if runner.before.is_empty() => step_is_done(runner, ending, report),
            Progress::Ended(ending) => before_is_done(runner, &ending),
        }
        true
    }

    fn begin_next(&mut self, runner: &mut Runner, report: &mut dyn FnMut(Happening<'_>)) {
        if let Some(before) = runner.before.front() {
            let (endpoint, job) = match *before {
                Preparation::Close(id) => {
                    // It starts over, and is held again where it is to be.
                    self.hold(id, false);
                    (id, self.close(id))
                }
                Preparation::Open(id) => (id, self.open(id)),
                Preparation::End(id) => {
                    self.stop_program(id);
                    runner.running = Some(Awaiting::boxed(id, Awaited::Gone));
                    return;
                }
                Preparation::Start(id) => {
                    self.start_program(id);
                    runner.running = Some(Awaiting::boxed(id, Awaited::Started));
                    return;
                }
            };
            runner.running = Some(UntilDone::boxed(job, endpoint));
            self.stop_at_held(runner);
            return;
        }
        let Some(step) = runner.steps.get(runner.at).cloned() else {
            runner.finished = true;
            return;
        };
        match carry(&step.action).begin(self, runner) {
            Ok(running) => {
                runner.running = Some(running);
                self.stop_at_held(runner);
            }
            Err(detail) => runner.end(detail, false, report),
        }
    }

    /// A job that was begun and comes after a call that is held already is as far as it comes by itself.
    fn stop_at_held(&self, runner: &mut Runner) {
        if runner.endpoint_of_job().is_some_and(|endpoint| self.is_stopped_by_held(endpoint)) {
            runner.on_held();
        }
    }

    /// Whether the endpoint is held at a call that its task makes in between, or waits for an endpoint that is held.
    fn is_stopped_by_held(&self, endpoint: EndpointId) -> bool {
        let goes_on_beside = |op: &Op| op.sends() || op.receives() || matches!(op, Op::Accept);
        self.held_calls().any(|call| {
            call.endpoint == endpoint && !goes_on_beside(&call.op) || self.waits_for(endpoint, call.endpoint)
        })
    }
}

fn before_is_done(runner: &mut Runner, ending: &Ending) {
    let before = runner.before.pop_front();
    let not_opened = match (before, ending) {
        (Some(Preparation::Open(id)), Ending::Done { result: Err(_), .. })
        | (Some(Preparation::Start(id)), Ending::Judged { ok: false, .. }) => id,
        _ => return,
    };
    // What went wrong is a notice.
    runner.not_opened = Some(not_opened);
    runner.finished = true;
}

fn step_is_done(runner: &mut Runner, ending: Ending, report: &mut dyn FnMut(Happening<'_>)) {
    let Some(step) = runner.steps.get(runner.at) else { return };
    let (detail, ok) = match (ending, step.fails.clone()) {
        (Ending::Done { result: Ok(detail), .. }, None) => (detail, true),
        (Ending::Done { result: Ok(_), .. }, Some(expected)) => (Detail::DidNotFail { expected }, false),
        (Ending::Done { result: Err(kind), .. }, None) if is_meant(step, &kind) => (Detail::Done, true),
        (Ending::Done { result: Err(kind), .. }, None) => (Detail::Failed(kind), false),
        (Ending::Done { at, result: Err(kind) }, Some(errno)) if is_meant(step, &kind) => {
            if let Some(inbox) = at.and_then(|at| runner.inboxes.get_mut(&at)) {
                inbox.forget_error(&errno);
            }
            (Detail::FailedAsMeant { errno }, true)
        }
        (Ending::Done { result: Err(kind), .. }, Some(expected)) => (Detail::FailedOtherwise { expected, kind }, false),
        (Ending::Judged { detail, ok }, None) => (detail, ok),
        (Ending::Judged { ok: true, .. }, Some(expected)) => (Detail::DidNotFail { expected }, false),
        (Ending::Judged { detail, .. }, Some(errno)) if detail.errno_name() == Some(&errno) => {
            (Detail::FailedAsMeant { errno }, true)
        }
        (Ending::Judged { detail, .. }, Some(_)) => (detail, false),
    };
    runner.end(detail, ok, report);
}
