//! The steps of a lab, carried out one after the other.
//!
//! The [`Runner`] is fed by the session's pump: each completed call ([`Runner::on_call`]) and each finished command
//! ([`Runner::on_done`]). [`Session::advance_steps`] then begins whatever can be begun.

mod expecting;
mod inbox;
mod result;

use std::collections::{HashMap, HashSet, VecDeque};
use std::fs::File;
use std::io::Read as _;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;

pub use result::{Detail, End, StepResult};

use super::{Endpoint, Happening, Session};
use crate::engine::transfer::Fetch;
use crate::engine::{Command, JobId, Peers};
use crate::lab::service::Content;
use crate::lab::step::{Action, Expectation, ExpectedBytes, Sent, To};
use crate::lab::{EndpointId, EndpointSpec, Localized, Remote, Step};
use crate::t;
use crate::trace::notice::Missing;
use crate::trace::transfer::Verdict as TransferVerdict;
use crate::trace::{Call, ConnId, Nanos, NoticeKind};
use expecting::{Expecting, Verdict, Wanted, WantedBytes};
use inbox::Inbox;

/// The longest file that a step sends: 64 MiB. It is read as a whole.
const MAX_SENT_FILE: u64 = 64 * 1024 * 1024;

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
    before: VecDeque<Before>,
    /// The index of the step that is next or being carried out.
    at: usize,
    doing: Doing,
    /// For the endpoints at which something is expected.
    inboxes: HashMap<EndpointId, Inbox>,
    results: Vec<StepResult>,
    not_opened: Option<EndpointId>,
    finished: bool,
    /// Endpoints that are being closed at the end of the run.
    closing: HashSet<JobId>,
}

/// What is done before the first step.
#[derive(Clone, Copy, Debug)]
enum Before {
    /// A step will open it, but it is open.
    Close(EndpointId),
    /// No step opens it.
    Open(EndpointId),
}

#[derive(Debug)]
enum Doing {
    Nothing,
    Job { job: JobId, endpoint: EndpointId, done: Option<Result<(), NoticeKind>>, then_close: bool },
    Download { job: JobId, endpoint: EndpointId, done: Option<Downloaded> },
    Wait(Nanos),
    Expect { at: EndpointId, expecting: Box<Expecting>, deadline: Nanos, within: Duration },
}

/// How a download ended: the name, how many bytes of it are there, and what can be said of them. `None` where that was
/// forgotten meanwhile.
pub(super) type Downloaded = Result<Option<(Arc<str>, u64, TransferVerdict)>, NoticeKind>;

/// How a step that was begun goes on.
type Begun = Result<Doing, Detail>;

impl Runner {
    pub(super) fn new(steps: &[Step], endpoints: &[Endpoint]) -> Self {
        let opened: HashSet<&str> = steps
            .iter()
            .filter_map(|step| if let Action::Open(name) = &step.action { Some(name.as_str()) } else { None })
            .collect();
        let is_open = |endpoint: &&Endpoint| !endpoint.live.is_closed();
        let by_step = |endpoint: &&Endpoint| opened.contains(endpoint.spec.name.as_str());
        let close = endpoints.iter().filter(|it| by_step(it) && is_open(it)).rev().map(|it| Before::Close(it.id));
        let open = endpoints.iter().filter(|it| !by_step(it) && !is_open(it)).map(|it| Before::Open(it.id));
        let mut inboxes = HashMap::new();
        for step in steps {
            let Action::Expect(expected) = &step.action else { continue };
            if let Some(endpoint) = endpoints.iter().find(|endpoint| endpoint.spec.name == expected.at) {
                let compares = |step: &Step| match &step.action {
                    Action::Expect(other) => {
                        other.at == expected.at && matches!(other.bytes, Some(ExpectedBytes::Exactly(_)))
                    }
                    _ => false,
                };
                inboxes.entry(endpoint.id).or_insert_with(|| Inbox::new(steps.iter().any(compares)));
            }
        }
        Self {
            steps: steps.to_vec(),
            before: close.chain(open).collect(),
            at: 0,
            doing: Doing::Nothing,
            inboxes,
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

    pub(super) fn on_call(&mut self, call: &Call) {
        if self.finished {
            return;
        }
        if let Some(inbox) = self.inboxes.get_mut(&call.endpoint) {
            inbox.on_call(call);
        }
    }

    /// Gives true where the failure of a command is what its step asked for, so that no notice need tell it.
    pub(super) fn on_done(&mut self, job: JobId, result: &Result<(), NoticeKind>) -> bool {
        self.closing.remove(&job);
        let begun = self.before.is_empty();
        match &mut self.doing {
            Doing::Job { job: awaited, done, .. } if *awaited == job => *done = Some(result.clone()),
            // It has not become a transfer.
            Doing::Download { job: awaited, done, .. } if *awaited == job => {
                *done = Some(result.clone().map(|()| None));
            }
            _ => return false,
        }
        match (result, self.steps.get(self.at)) {
            (Err(kind), Some(step)) if begun => is_meant(step, kind),
            _ => false,
        }
    }

    /// The end of a download. Gives whether it is the one that the step waits for, and whether it failed as its `fails`
    /// says.
    pub(super) fn on_downloaded(&mut self, job: JobId, result: &Downloaded) -> (bool, bool) {
        let Doing::Download { job: awaited, done, .. } = &mut self.doing else { return (false, false) };
        if *awaited != job {
            return (false, false);
        }
        *done = Some(result.clone());
        let meant = match (result, self.steps.get(self.at)) {
            (Err(kind), Some(step)) => is_meant(step, kind),
            _ => false,
        };
        (true, meant)
    }

    /// True where nothing can have changed since the last look, whatever the clock says.
    fn is_idle(&self) -> bool {
        self.finished || matches!(self.doing, Doing::Job { done: None, .. } | Doing::Download { done: None, .. })
    }

    fn deadline(&self) -> Option<Nanos> {
        match self.doing {
            _ if self.finished => None,
            Doing::Wait(until) => Some(until),
            Doing::Expect { deadline, .. } => Some(deadline),
            Doing::Nothing | Doing::Job { .. } | Doing::Download { .. } => None,
        }
    }

    /// Ends the step that is being carried out; a failure ends the run.
    fn end(&mut self, detail: Detail, ok: bool, report: &mut dyn FnMut(Happening<'_>)) {
        let is_expect =
            matches!(self.steps.get(self.at), Some(Step { action: Action::Expect(_) | Action::Download(_), .. }));
        if is_expect || !ok || matches!(detail, Detail::FailedAsMeant { .. }) {
            self.results.push(StepResult { step: self.at + 1, ok, is_expect, detail });
            if let Some(result) = self.results.last() {
                report(Happening::Step(result));
            }
        }
        self.doing = Doing::Nothing;
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
        Some(name) => kind.errno_name().as_deref() == Some(name),
        // What has closed already need not be closed.
        None => {
            matches!(step.action, Action::Close { .. })
                && matches!(kind, NoticeKind::NoSuchTarget { what: Missing::Connection | Missing::Endpoint })
        }
    }
}

impl Session {
    /// Opens the endpoints that no step opens, then carries out the steps: as [`super::Action::RunSteps`], for a caller
    /// that wants to hear of each.
    pub fn run_steps(&mut self, report: &mut dyn FnMut(Happening<'_>)) {
        self.runner = Some(Runner::new(&self.steps, &self.endpoints));
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
    pub(super) fn advance_steps(&mut self, report: &mut dyn FnMut(Happening<'_>)) {
        if self.runner.as_ref().is_none_or(Runner::is_idle) {
            return;
        }
        let Some(mut runner) = self.runner.take() else { return };
        while !runner.finished && self.advance(&mut runner, report) {}
        self.runner = Some(runner);
    }

    /// Gives false where something must happen first.
    fn advance(&mut self, runner: &mut Runner, report: &mut dyn FnMut(Happening<'_>)) -> bool {
        match &mut runner.doing {
            Doing::Nothing => self.begin_next(runner, report),
            Doing::Job { done: None, .. } | Doing::Download { done: None, .. } => return false,
            Doing::Job { endpoint, done: Some(result), then_close, .. } => {
                let (endpoint, result, then_close) = (*endpoint, result.clone(), *then_close);
                if !runner.before.is_empty() {
                    self.before_is_done(runner, result);
                } else if then_close && result.is_ok() {
                    let job = self.close(endpoint);
                    runner.doing = Doing::Job { job, endpoint, done: None, then_close: false };
                } else {
                    job_is_done(runner, endpoint, result, report);
                }
            }
            Doing::Download { endpoint, done: Some(result), .. } => {
                let (endpoint, result) = (*endpoint, result.clone());
                step_is_done(
                    runner,
                    endpoint,
                    result.map(|what| what.map_or(Detail::Done, Detail::Downloaded)),
                    report,
                );
            }
            Doing::Wait(until) if self.clock.now() < *until => return false,
            Doing::Wait(_) => {
                // Nothing can fail in waiting.
                let fails = runner.steps.get(runner.at).and_then(|step| step.fails.clone());
                match fails {
                    None => runner.end(Detail::Done, true, report),
                    Some(expected) => runner.end(Detail::DidNotFail { expected }, false, report),
                }
            }
            Doing::Expect { at, expecting, deadline, within } => {
                let open = self.endpoint(*at).is_some_and(|endpoint| !endpoint.live.is_closed());
                let verdict = match runner.inboxes.get_mut(at) {
                    Some(inbox) => expecting.judge(inbox, open),
                    None => Verdict::Waiting,
                };
                let (detail, ok) = match verdict {
                    Verdict::Waiting if self.clock.now() < *deadline => return false,
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
                Before::Close(id) => (id, self.close(id)),
                Before::Open(id) => (id, self.open(id)),
            };
            runner.doing = Doing::Job { job, endpoint, done: None, then_close: false };
            return;
        }
        let Some(step) = runner.steps.get(runner.at).cloned() else {
            runner.finished = true;
            return;
        };
        match self.begin(&step.action, runner) {
            Ok(doing) => runner.doing = doing,
            Err(detail) => runner.end(detail, false, report),
        }
    }

    fn before_is_done(&mut self, runner: &mut Runner, result: Result<(), NoticeKind>) {
        let before = runner.before.pop_front();
        runner.doing = Doing::Nothing;
        if let (Some(Before::Open(id)), Err(_)) = (before, result) {
            runner.not_opened = Some(id);
            runner.finished = true;
        }
    }

    fn begin(&mut self, action: &Action, runner: &mut Runner) -> Begun {
        let job = |job, endpoint| Ok(Doing::Job { job, endpoint, done: None, then_close: false });
        match action {
            Action::Wait(time) => Ok(Doing::Wait(self.after(*time))),
            Action::Expect(expected) => self.begin_expect(expected),
            Action::Open(name) => {
                let (id, _) = self.named(name)?;
                // Opening what is open changes nothing.
                let closed = self.endpoint(id).is_some_and(|endpoint| endpoint.live.is_closed());
                if let Some(inbox) = runner.inboxes.get_mut(&id).filter(|_| closed) {
                    inbox.clear();
                }
                job(self.open(id), id)
            }
            Action::Send { from, what, to } => {
                let (endpoint, spec) = self.named(from)?;
                let bytes = payload(what, spec)?;
                let to = self.peers(to, spec)?;
                let number = self.job();
                self.engine.command(Command::Send { job: number, endpoint, to, bytes });
                job(number, endpoint)
            }
            Action::Download(what) => {
                let (endpoint, spec) = self.named(&what.from)?;
                let protocol = what.protocol.or_else(|| spec.remote.as_ref().map(|remote| self.protocol_of(remote)));
                let fetch = Fetch {
                    protocol: protocol.unwrap_or_default(),
                    name: what.name.clone(),
                    save_to: what.save_to.clone(),
                    expected: what.sha256,
                    part: None,
                    replaces_empty: false,
                };
                let job = self.download(endpoint, Box::new(fetch));
                Ok(Doing::Download { job, endpoint, done: None })
            }
            Action::Shutdown { at, how, conn } => {
                let (endpoint, _) = self.named(at)?;
                let number = self.job();
                let conn = conn.and_then(ConnId::new);
                self.engine.command(Command::Shutdown { job: number, endpoint, conn, how: *how });
                job(number, endpoint)
            }
            Action::Close { at, conn: None, reset: false } => {
                let (endpoint, _) = self.named(at)?;
                job(self.close(endpoint), endpoint)
            }
            Action::Close { at, conn, reset } => {
                let (endpoint, _) = self.named(at)?;
                let number = self.job();
                let conn = conn.and_then(ConnId::new);
                self.engine.command(Command::CloseConn { job: number, endpoint, conn, reset: *reset });
                // Without a connection the endpoint itself is meant: its connections are reset, then it is closed.
                Ok(Doing::Job { job: number, endpoint, done: None, then_close: conn.is_none() })
            }
        }
    }

    fn begin_expect(&self, expected: &Expectation) -> Begun {
        let (at, spec) = self.named(&expected.at)?;
        let bytes = match &expected.bytes {
            Some(ExpectedBytes::Exactly(content)) => Some(WantedBytes::Exactly(encode(content, spec)?)),
            Some(ExpectedBytes::Count(count)) => Some(WantedBytes::Count(*count)),
            None => None,
        };
        let wanted = Wanted {
            conn: expected.conn.and_then(ConnId::new),
            bytes,
            eof: expected.eof,
            error: expected.error.clone(),
            one_stream: spec.kind.is_client(),
            encoding: spec.encoding,
        };
        let expecting = Box::new(Expecting::new(wanted));
        Ok(Doing::Expect { at, expecting, deadline: self.after(expected.within), within: expected.within })
    }

    fn after(&self, time: Duration) -> Nanos {
        Nanos(self.clock.now().0.saturating_add(u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)))
    }

    fn named(&self, name: &str) -> Result<(EndpointId, &EndpointSpec), Detail> {
        let endpoint = self.endpoint_named(name).ok_or_else(|| Detail::NoEndpoint { name: name.to_owned() })?;
        Ok((endpoint.id, &endpoint.spec))
    }

    fn peers(&self, to: &To, spec: &EndpointSpec) -> Result<Peers, Detail> {
        let remote = match (to, &spec.remote) {
            (To::Conn(number), _) => return Ok(ConnId::new(*number).map_or(Peers::All, Peers::Conn)),
            (To::Remote(remote), _) => remote,
            // Two UDP sockets may name each other: the first one opened did not find the second.
            (To::All, Some(remote @ Remote::Endpoint(_))) if !spec.kind.is_stream() => remote,
            (To::All, _) => return Ok(Peers::All),
        };
        self.destination(remote).map(Peers::Dest).ok_or_else(|| Detail::NotOpen { name: target(remote) })
    }
}

fn target(remote: &Remote) -> String {
    remote.to_string().trim_start_matches('@').to_owned()
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

fn payload(what: &Sent, spec: &EndpointSpec) -> Result<Bytes, Detail> {
    match what {
        Sent::Bytes(content) => encode(content, spec),
        Sent::File(path) => read(path),
    }
}

fn encode(content: &Content, spec: &EndpointSpec) -> Result<Bytes, Detail> {
    match content {
        Content::Hex(bytes) => Ok(Bytes::copy_from_slice(bytes)),
        Content::Text(text) => spec
            .encoding
            .encode(text)
            .map(Bytes::from)
            .map_err(|error| Detail::Unencodable { character: error.character, encoding: spec.encoding.name() }),
    }
}

/// A file of a step, as a whole.
fn read(path: &Path) -> Result<Bytes, Detail> {
    let unreadable = |error: std::io::Error| Detail::Unreadable {
        path: path.to_owned(),
        reason: Localized::said(|lang| lang.system_reason(&error)),
    };
    // Opening a FIFO would wait for its writer, and a device may never end.
    if !std::fs::metadata(path).map_err(unreadable)?.is_file() {
        return Err(Detail::Unreadable {
            path: path.to_owned(),
            reason: Localized::said(|lang| t!(lang, "step-not-a-file")),
        });
    }
    let mut bytes = Vec::new();
    File::open(path).and_then(|file| file.take(MAX_SENT_FILE + 1).read_to_end(&mut bytes)).map_err(unreadable)?;
    if bytes.len() as u64 > MAX_SENT_FILE {
        return Err(Detail::FileTooLong { path: path.to_owned(), limit: MAX_SENT_FILE });
    }
    Ok(Bytes::from(bytes))
}
