//! The steps of a lab, carried out one after the other.
//!
//! The [`Runner`] is fed by the session's pump: each completed call ([`Runner::on_call`]) and each finished command
//! ([`Runner::on_done`]). [`super::Session::advance_steps`] then begins whatever can be begun.

mod carry;
mod close;
mod download;
mod expect;
mod expectation;
mod fault;
mod inbox;
mod messages;
mod next;
mod open;
mod pass;
mod payload;
mod program;
mod progress;
mod release;
mod result;
mod send;
mod shutdown;
mod until_done;
mod wait;

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::Arc;

pub use program::ProgramDetail;
pub use result::{Detail, End, StepResult};

use super::{Endpoint, Happening, Program};
use crate::engine::JobId;
use crate::lab::{EndpointId, Step};
use crate::trace::held::{Became, HeldId};
use crate::trace::transfer::Verdict as TransferVerdict;
use crate::trace::{Call, Errno, Nanos, NoticeKind, Payload};
use carry::{Running, carry};
use inbox::Inbox;

/// How a run of the steps is getting on.
#[derive(Clone, Copy, Debug)]
pub struct RunState<'a> {
    /// The step that is being carried out, from 1; 0 while endpoints are being opened for them.
    pub step: usize,
    pub of: usize,
    /// All steps were carried out, or one has failed.
    pub finished: bool,
    /// The step that failed and so ended the run.
    pub failed: Option<&'a StepResult>,
    /// An endpoint that no step opens could not be opened, which has ended the run too.
    pub not_opened: Option<EndpointId>,
    /// What was reported so far.
    pub results: &'a [StepResult],
}

impl RunState<'_> {
    /// Nothing has failed so far.
    pub fn ok(&self) -> bool {
        self.failed.is_none() && self.not_opened.is_none()
    }
}

/// Carries out the steps.
#[derive(Debug)]
pub(super) struct Runner {
    steps: Vec<Step>,
    /// What is done before the first step.
    before: VecDeque<Preparation>,
    /// The index of the step that is next or being carried out.
    at: usize,
    /// What has begun and not ended: that step, or what is done before the first.
    running: Option<Box<dyn Running>>,
    /// For the endpoints at which something is expected.
    inboxes: HashMap<EndpointId, Inbox>,
    /// The number of the first fault of a relay that no `expect` has taken.
    faults_from: HashMap<EndpointId, u64>,
    results: Vec<StepResult>,
    not_opened: Option<EndpointId>,
    finished: bool,
    /// Endpoints that are being closed at the end of the run.
    closing: HashSet<JobId>,
}

/// What is done before the first step.
#[derive(Clone, Copy, Debug)]
enum Preparation {
    /// A step will open it, but it is open.
    Close(EndpointId),
    /// No step opens it.
    Open(EndpointId),
    /// A step will start it, but it runs.
    End(EndpointId),
    /// No step starts it.
    Start(EndpointId),
}

/// How a download ended: the name, how many bytes of it are there, and what can be said of them. `None` where that was
/// forgotten meanwhile.
pub(super) type Downloaded = Result<Option<(Arc<str>, u64, TransferVerdict)>, NoticeKind>;

impl Runner {
    pub(super) fn new(steps: &[Step], endpoints: &[Endpoint], programs: &[Program]) -> Self {
        let opened: HashSet<&str> = steps.iter().filter_map(|step| step.action.opens()).collect();
        let is_open = |endpoint: &&Endpoint| !endpoint.live.is_closed();
        let by_step = |endpoint: &&Endpoint| opened.contains(endpoint.spec.name.as_str());
        let close = endpoints.iter().filter(|it| by_step(it) && is_open(it)).rev().map(|it| Preparation::Close(it.id));
        let open = endpoints.iter().filter(|it| !by_step(it) && !is_open(it)).map(|it| Preparation::Open(it.id));
        let started: HashSet<&str> = steps.iter().filter_map(|step| step.action.starts()).collect();
        let by_step = |program: &&Program| started.contains(program.spec.name.as_str());
        let runs = |program: &&Program| program.live.is_running();
        let end = programs.iter().filter(|it| by_step(it) && runs(it)).map(|it| Preparation::End(it.id));
        let start = programs.iter().filter(|it| !by_step(it) && !runs(it)).map(|it| Preparation::Start(it.id));
        let mut inboxes: HashMap<EndpointId, bool> = HashMap::new();
        for (name, compares) in steps.iter().filter_map(|step| carry(&step.action).awaits_at()) {
            if let Some(endpoint) = endpoints.iter().find(|endpoint| endpoint.spec.name == name) {
                *inboxes.entry(endpoint.id).or_default() |= compares;
            }
        }
        Self {
            steps: steps.to_vec(),
            before: end.chain(start).chain(close).chain(open).collect(),
            at: 0,
            running: None,
            inboxes: inboxes.into_iter().map(|(id, compares)| (id, Inbox::new(compares))).collect(),
            faults_from: HashMap::new(),
            results: Vec::new(),
            not_opened: None,
            finished: false,
            closing: HashSet::new(),
        }
    }

    pub(super) fn state(&self) -> RunState<'_> {
        let begun = self.before.is_empty() || self.finished;
        RunState {
            step: if begun { (self.at + 1).min(self.steps.len()) } else { 0 },
            of: self.steps.len(),
            finished: self.finished,
            failed: self.results.last().filter(|result| !result.ok),
            not_opened: self.not_opened,
            results: &self.results,
        }
    }

    pub(super) fn on_call(&mut self, call: &Call, said: Payload<'_>) {
        if self.finished {
            return;
        }
        if let Some(inbox) = self.inboxes.get_mut(&call.endpoint) {
            inbox.on_call(call, said);
        }
    }

    /// Gives true where the failure of a command is what its step asked for, so that no notice need tell it.
    pub(super) fn on_done(&mut self, job: JobId, result: &Result<(), NoticeKind>) -> bool {
        self.closing.remove(&job);
        let begun = self.before.is_empty();
        if !self.running.as_mut().is_some_and(|running| running.on_done(job, result)) {
            return false;
        }
        match (result, self.steps.get(self.at)) {
            (Err(kind), Some(step)) if begun => is_meant(step, kind),
            _ => false,
        }
    }

    /// The end of a download. Gives whether it is the one that the step waits for, and whether it failed as its `fails`
    /// says.
    pub(super) fn on_downloaded(&mut self, job: JobId, result: &Downloaded) -> (bool, bool) {
        if !self.running.as_mut().is_some_and(|running| running.on_downloaded(job, result)) {
            return (false, false);
        }
        let meant = match (result, self.steps.get(self.at)) {
            (Err(kind), Some(step)) => is_meant(step, kind),
            _ => false,
        };
        (true, meant)
    }

    fn deadline(&self) -> Option<Nanos> {
        self.running.as_ref().filter(|_| !self.finished)?.deadline()
    }

    /// The same in the lab's own time.
    fn own_deadline(&self) -> Option<Nanos> {
        self.running.as_ref().filter(|_| !self.finished)?.own_deadline()
    }

    /// A call is held. The job that is awaited has led to that, or waits for it: it is as far as it comes by itself. One
    /// that must fail is not over before it has.
    pub(super) fn on_held(&mut self) {
        let must_fail = self.before.is_empty() && self.steps.get(self.at).is_some_and(|step| step.fails.is_some());
        if let Some(running) = self.running.as_mut().filter(|_| !must_fail) {
            running.on_held();
        }
    }

    /// Whose job is awaited.
    pub(super) fn endpoint_of_job(&self) -> Option<EndpointId> {
        self.running.as_ref()?.endpoint_of_job()
    }

    /// News of a call that was let through.
    pub(super) fn on_became(&mut self, call: HeldId, became: Became) {
        if let Some(running) = &mut self.running {
            running.on_became(call, became);
        }
    }

    /// Ends the step that is being carried out; a failure ends the run.
    fn end(&mut self, detail: Detail, ok: bool, report: &mut dyn FnMut(Happening<'_>)) {
        let is_expect = self.steps.get(self.at).is_some_and(|step| carry(&step.action).is_expect());
        if is_expect || !ok || matches!(detail, Detail::FailedAsMeant { .. }) {
            self.results.push(StepResult { step: self.at + 1, ok, is_expect, detail });
            if let Some(result) = self.results.last() {
                report(Happening::Step(result));
            }
        }
        self.running = None;
        if ok {
            self.at += 1;
        } else {
            self.finished = true;
        }
    }
}

/// True for a failure that the step's `fails` names, or that does not matter to it.
fn is_meant(step: &Step, kind: &NoticeKind) -> bool {
    match &step.fails {
        Some(name) => kind.errno_name().is_some_and(|given| Errno::is_meant(&given, name)),
        None => carry(&step.action).may_fail_with(kind),
    }
}
