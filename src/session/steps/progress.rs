//! From step to step: checks the step that runs, ends it when it is done, and begins the next.

use super::expectation::Verdict;
use super::{Detail, Preparation, Runner, StepState, is_meant};
use crate::lab::EndpointId;
use crate::session::{Happening, Session};
use crate::trace::{Nanos, NoticeKind};

impl Session {
    /// Opens the endpoints that no step opens, then carries out the steps: as [`crate::session::Action::RunSteps`], for a caller
    /// that wants to hear of each.
    pub fn run_steps(&mut self, report: &mut dyn FnMut(Happening<'_>)) {
        self.runner = Some(Runner::new(&self.lab.document.steps, &self.endpoints));
        self.advance_steps(report);
    }

    /// When [`Session::pump`] must be called even if no event comes.
    pub fn next_deadline(&self) -> Option<Nanos> {
        self.runner.as_ref().and_then(Runner::deadline)
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
        let jobs = self.close_all();
        let runner = self.runner.get_or_insert_with(|| Runner::new(&[], &[]));
        runner.finished = true;
        runner.closing = jobs.into_iter().collect();
    }

    pub fn is_closing(&self) -> bool {
        self.runner.as_ref().is_some_and(|runner| !runner.closing.is_empty())
    }

    /// Begins whatever can be begun now. Cheap where there is nothing.
    pub(in crate::session) fn advance_steps(&mut self, report: &mut dyn FnMut(Happening<'_>)) {
        if self.runner.as_ref().is_none_or(Runner::is_idle) {
            return;
        }
        let Some(mut runner) = self.runner.take() else { return };
        while !runner.finished && self.advance(&mut runner, report) {}
        self.runner = Some(runner);
    }

    /// Gives false where something must happen first.
    fn advance(&mut self, runner: &mut Runner, report: &mut dyn FnMut(Happening<'_>)) -> bool {
        match &mut runner.state {
            StepState::Idle => self.begin_next(runner, report),
            StepState::Job { done: None, .. } | StepState::Download { done: None, .. } => return false,
            StepState::Job { endpoint, done: Some(result), then_close, .. } => {
                let (endpoint, result, then_close) = (*endpoint, result.clone(), *then_close);
                if !runner.before.is_empty() {
                    self.before_is_done(runner, result);
                } else if then_close && result.is_ok() {
                    let job = self.close(endpoint);
                    runner.state = StepState::Job { job, endpoint, done: None, then_close: false };
                } else {
                    job_is_done(runner, endpoint, result, report);
                }
            }
            StepState::Download { endpoint, done: Some(result), .. } => {
                let (endpoint, result) = (*endpoint, result.clone());
                step_is_done(
                    runner,
                    endpoint,
                    result.map(|what| what.map_or(Detail::Done, Detail::Downloaded)),
                    report,
                );
            }
            StepState::Wait(until) if self.now() < *until => return false,
            StepState::Wait(_) => {
                // Nothing can fail in waiting.
                let fails = runner.steps.get(runner.at).and_then(|step| step.fails.clone());
                match fails {
                    None => runner.end(Detail::Done, true, report),
                    Some(expected) => runner.end(Detail::DidNotFail { expected }, false, report),
                }
            }
            StepState::Expect { at, expecting, deadline, within } => {
                let open = self.endpoint(*at).is_some_and(|endpoint| !endpoint.live.is_closed());
                let verdict = match runner.inboxes.get_mut(at) {
                    Some(inbox) => expecting.judge(inbox, open),
                    None => Verdict::Waiting,
                };
                let (detail, ok) = match verdict {
                    Verdict::Waiting if self.now() < *deadline => return false,
                    Verdict::Waiting => (expecting.late(*within), false),
                    Verdict::Met(detail) => (detail, true),
                    Verdict::Failed(detail) => (detail, false),
                };
                expect_is_done(runner, detail, ok, report);
            }
        }
        true
    }

    fn begin_next(&mut self, runner: &mut Runner, report: &mut dyn FnMut(Happening<'_>)) {
        if let Some(before) = runner.before.front() {
            let (endpoint, job) = match *before {
                Preparation::Close(id) => (id, self.close(id)),
                Preparation::Open(id) => (id, self.open(id)),
            };
            runner.state = StepState::Job { job, endpoint, done: None, then_close: false };
            return;
        }
        let Some(step) = runner.steps.get(runner.at).cloned() else {
            runner.finished = true;
            return;
        };
        match self.begin(&step.action, runner) {
            Ok(state) => runner.state = state,
            Err(detail) => runner.end(detail, false, report),
        }
    }

    fn before_is_done(&mut self, runner: &mut Runner, result: Result<(), NoticeKind>) {
        let before = runner.before.pop_front();
        runner.state = StepState::Idle;
        if let (Some(Preparation::Open(id)), Err(_)) = (before, result) {
            runner.not_opened = Some(id);
            runner.finished = true;
        }
    }
}

fn job_is_done(
    runner: &mut Runner,
    endpoint: EndpointId,
    result: Result<(), NoticeKind>,
    report: &mut dyn FnMut(Happening<'_>),
) {
    step_is_done(runner, endpoint, result.map(|()| Detail::Done), report);
}

fn step_is_done(
    runner: &mut Runner,
    endpoint: EndpointId,
    result: Result<Detail, NoticeKind>,
    report: &mut dyn FnMut(Happening<'_>),
) {
    let Some(step) = runner.steps.get(runner.at) else { return };
    let (detail, ok) = match (result, step.fails.clone()) {
        (Ok(detail), None) => (detail, true),
        (Ok(_), Some(expected)) => (Detail::DidNotFail { expected }, false),
        (Err(kind), None) if is_meant(step, &kind) => (Detail::Done, true),
        (Err(kind), None) => (Detail::Failed(kind), false),
        (Err(kind), Some(errno)) if is_meant(step, &kind) => {
            if let Some(inbox) = runner.inboxes.get_mut(&endpoint) {
                inbox.forget_error(&errno);
            }
            (Detail::FailedAsMeant { errno }, true)
        }
        (Err(kind), Some(expected)) => (Detail::FailedOtherwise { expected, kind }, false),
    };
    runner.end(detail, ok, report);
}

fn expect_is_done(runner: &mut Runner, detail: Detail, ok: bool, report: &mut dyn FnMut(Happening<'_>)) {
    let fails = runner.steps.get(runner.at).and_then(|step| step.fails.clone());
    let (detail, ok) = match fails {
        None => (detail, ok),
        Some(expected) if ok => (Detail::DidNotFail { expected }, false),
        Some(errno) if detail.errno_name() == Some(&errno) => (Detail::FailedAsMeant { errno }, true),
        Some(_) => (detail, false),
    };
    runner.end(detail, ok, report);
}
