//! Pumping: the engine's events become trace, live state and notices.

use std::time::{Duration, Instant};

use super::{Change, Endpoint, Happening, Session};
use crate::engine::{Event, JobId, SocketState};
use crate::lab::{Addr, EndpointId};
use crate::trace::held::Became;
use crate::trace::notice::{CallFailure, Detail};
use crate::trace::{Call, ConnId, Notice, NoticeKind, Op, WaitToken};

/// How many events are taken before the clock is read again.
const EVENTS_PER_LOOK: u32 = 64;

/// A run without a window waits this long after the first of some events, so that a busy engine is not interrupted for
/// each of them: waking a thread costs more than what it then has to do.
const GATHERING: Duration = Duration::from_micros(300);

/// This many calls in that time mean that more are coming.
const MANY: u64 = 16;

/// The same while calls come as quickly as [`MUCH`] and no step waits for one: at 5,000 calls a second a run spends most of its
/// time on waking up.
const GATHERING_MUCH: Duration = Duration::from_millis(4);

/// Calls a second.
const MUCH: u64 = 2_000;

/// How long calls are counted for their rate.
const COUNTED: Duration = Duration::from_millis(20);

/// The most calls that are evicted at once: about a millisecond's work.
const EVICTED_PER_PUMP: usize = 8_192;

/// Whether a pump took everything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pumped {
    /// Nothing had come.
    Idle,
    /// All that had come was taken.
    All,
    /// The time was up before everything was taken: pump again soon.
    More,
    /// A recording must catch up with the disk before more is taken; the session is woken when it has.
    Held,
}

/// How quickly calls come.
#[derive(Debug)]
pub(super) struct Pace {
    since: Instant,
    calls: u64,
    is_much: bool,
}

impl Pace {
    pub fn new() -> Self {
        Self { since: Instant::now(), calls: 0, is_much: false }
    }

    fn count(&mut self, calls: u64, now: Instant) {
        self.calls += calls;
        let passed = now.saturating_duration_since(self.since);
        if passed >= COUNTED {
            let much = u128::from(MUCH) * passed.as_nanos() / 1_000_000_000;
            *self = Self { since: now, calls: 0, is_much: u128::from(self.calls) >= much };
        }
    }
}

impl Session {
    /// Takes what the engine has sent, for at most about `budget`, and lets the steps go on.
    pub fn pump(&mut self, budget: Duration, report: &mut dyn FnMut(Happening<'_>)) -> Pumped {
        let began = Instant::now();
        let mut taken = 0u32;
        let mut pumped = Pumped::Idle;
        loop {
            if self.is_held() {
                pumped = Pumped::Held;
                break;
            }
            let Some(event) = self.events.take() else { break };
            self.apply(event, report);
            pumped = Pumped::All;
            taken += 1;
            if taken.is_multiple_of(EVENTS_PER_LOOK) && began.elapsed() >= budget {
                pumped = Pumped::More;
                break;
            }
        }
        // After the limit of the trace was lowered: a part with each frame.
        if self.lab.trace.shrink(EVICTED_PER_PUMP) {
            pumped = Pumped::More;
        }
        self.make_room();
        self.advance_steps(report);
        self.tell_faults(false, report);
        if self.advance_files(report) { Pumped::More } else { pumped }
    }

    /// True where the sockets wait until more is pumped, or soon will.
    pub fn is_pressed(&self) -> bool {
        self.events.is_pressed()
    }

    fn is_held(&self) -> bool {
        self.recorder.as_ref().is_some_and(|recorder| !recorder.has_room())
    }

    /// A trace that was opened has a limit of its own.
    pub(super) fn set_retention(&mut self, bytes: u64) {
        self.retention = bytes;
        if self.lab.viewed.is_none() {
            self.lab.trace.set_limit(bytes);
        }
    }

    /// Waits up to `timeout` for an event, then pumps. For runs without a window.
    pub fn wait_and_pump(
        &mut self,
        timeout: Duration,
        budget: Duration,
        report: &mut dyn FnMut(Happening<'_>),
    ) -> Pumped {
        if let Some(recorder) = self.recorder.as_ref().filter(|recorder| !recorder.has_room()) {
            recorder.wait_for_room(timeout);
            return self.pump(budget, report);
        }
        // Where much came the last time there will be more: a short sleep saves the engine's wake-ups.
        if !std::mem::take(&mut self.is_busy) {
            let Some(event) = self.events.wait(timeout) else { return self.pump(budget, report) };
            self.apply(event, report);
        }
        let is_awaited = self.run_state().is_some_and(|state| !state.finished);
        std::thread::sleep(if self.pace.is_much && !is_awaited { GATHERING_MUCH.min(timeout) } else { GATHERING });
        let first = self.lab.trace.next_seq();
        self.pump(budget, report);
        let came = self.lab.trace.next_seq().saturating_sub(first);
        self.is_busy = came >= MANY;
        self.pace.count(came, Instant::now());
        Pumped::All
    }

    fn apply(&mut self, event: Event, report: &mut dyn FnMut(Happening<'_>)) {
        let Some(event) = self.route(event) else { return };
        match event {
            Event::Held(_) | Event::LetThrough(_) | Event::GivenUp(_) | Event::Stopped { .. } => {
                self.on_hold_news(event, report);
                self.advance_steps(report);
            }
            Event::MessageHeld(message) => self.on_message_held(*message, report),
            Event::MessagePassed(id, _) => {
                self.on_message_passed(id);
                self.advance_steps(report);
            }
            Event::Waiting(call) => {
                self.note_blocked(&call);
                self.lab.trace.begin_waiting(call);
                self.advance_steps(report);
            }
            Event::Abandoned { token, at } => {
                if let Some(call) = self.lab.trace.end_waiting(token) {
                    self.take_call(call.abandoned(at), report);
                }
            }
            Event::TakenOver(token) => {
                self.lab.trace.end_waiting(token);
            }
            Event::Call { call, waited } => {
                if let Some(token) = waited {
                    self.lab.trace.end_waiting(token);
                }
                self.take_call(call, report);
            }
            Event::Endpoint { endpoint, state } => {
                self.set_socket(endpoint, state);
                if self.endpoint_now(endpoint).is_some_and(|found| found.live.is_open() && found.live.is_outdated) {
                    self.apply_spec(endpoint);
                }
                self.resume_deferred(endpoint);
                self.lead_relays_to(endpoint);
            }
            Event::Notice(notice) => self.keep_notice(notice, report),
            Event::Trouble { at, endpoint, conn, error } => {
                let notice = Notice { at, endpoint: Some(endpoint), conn, kind: error.into() };
                self.keep_notice(notice, report);
            }
            Event::Done { job, endpoint, conn, result } => {
                self.done(job, endpoint, conn, result.map_err(NoticeKind::from), report);
                self.move_on(job);
            }
            Event::Repeated { job, endpoint, sent } => {
                if let Some(live) = self.live_mut(endpoint)
                    && let Some(repeat) = live.repeats.iter_mut().find(|repeat| repeat.job == job)
                {
                    repeat.sent = sent;
                }
            }
            Event::Transfer(news) => self.on_news(news, report),
            Event::AcceptQueue { endpoint, queue } => {
                if let Some(live) = self.live_mut(endpoint) {
                    live.accept_queue = queue;
                }
            }
            Event::Fault(harm) => self.on_fault(*harm),
            Event::Frame(frame) => self.on_frame(*frame, report),
            Event::Program { endpoint, news } => self.on_program_news(endpoint, news, report),
            Event::Receiver { addr, receiver } => self.receiver = Some((addr, receiver)),
            Event::Kernel(sample) => self.lab.kernel.push(sample),
            Event::RulesMet { endpoint, met } => {
                if let Some(live) = self.live_mut(endpoint) {
                    live.rules_met = met;
                }
            }
            Event::KernelDrops { endpoint, total } => {
                if let Some(live) = self.live_mut(endpoint) {
                    live.count_drops(total);
                }
            }
        }
    }

    /// Puts the calls on record that wait although nothing more will come: the end of a run.
    pub fn abandon_waiting(&mut self, report: &mut dyn FnMut(Happening<'_>)) {
        let at = self.now();
        let tokens: Vec<WaitToken> = self.lab.trace.waiting().map(|call| call.token).collect();
        for token in tokens {
            if let Some(call) = self.lab.trace.end_waiting(token) {
                self.take_call(call.abandoned(at), report);
            }
        }
    }

    fn take_call(&mut self, call: Call, report: &mut dyn FnMut(Happening<'_>)) {
        let endpoint = call.endpoint;
        let let_through = self.take_let_through(&call);
        let seq = self.lab.trace.push(call);
        if let Some(id) = let_through {
            self.became(id, Became::Returned(seq));
            self.keep_what_was_said(id, seq);
        }
        self.lab.bookmarks.leave_before(self.lab.trace.first_seq());
        // The newest call is always kept.
        if let Some(call) = self.lab.trace.get(seq) {
            let found = self.endpoints.iter_mut().find(|found| found.id == endpoint);
            let regrouped = match found {
                Some(found) => found.apply(call).then(|| found.spec.name.clone()),
                None => {
                    match self.programs.iter_mut().find(|program| program.id == endpoint) {
                        Some(program) => program.live.see(call),
                        None => self.lab.members.apply(call),
                    }
                    None
                }
            };
            if let Some(recorder) = &mut self.recorder {
                recorder.call(call);
            }
            let listens = matches!(call.op, Op::Listen { .. } | Op::Bind { .. }) && call.succeeded();
            report(Happening::Call(call));
            if let Some(runner) = &mut self.runner {
                runner.on_call(call, self.lab.trace.said(call));
            }
            if let Some(name) = regrouped {
                let before = self.lab.document.clone();
                self.remember(Change::Groups(name), before);
            }
            if listens && self.program_now(endpoint).is_some() {
                // Whoever is to connect to it can do so now.
                self.resume_deferred(endpoint);
                self.lead_relays_to(endpoint);
            }
        }
        self.advance_steps(report);
    }

    fn done(
        &mut self,
        job: JobId,
        endpoint: EndpointId,
        conn: Option<ConnId>,
        result: Result<(), NoticeKind>,
        report: &mut dyn FnMut(Happening<'_>),
    ) {
        if let Some(live) = self.live_mut(endpoint) {
            live.repeats.retain(|repeat| repeat.job != job);
        }
        let Some(result) = self.on_downloaded(job, result, report) else {
            self.advance_steps(report);
            return;
        };
        let expected = self.runner.as_mut().is_some_and(|runner| runner.on_done(job, &result));
        // Nobody wants to know it about a lab that was put aside.
        if let (Err(mut kind), false, true) = (result, expected, self.is_here(endpoint) || self.lab.viewed.is_some()) {
            let at = self.now();
            self.name_holder(endpoint, &mut kind);
            self.keep_notice(Notice { at, endpoint: Some(endpoint), conn, kind }, report);
        }
        self.advance_steps(report);
    }

    /// Takes over the state of an endpoint's own socket, and lets go the notices whose cause has gone with it.
    fn set_socket(&mut self, id: EndpointId, state: SocketState) {
        let Some(endpoint) = self.endpoints.iter_mut().find(|endpoint| endpoint.id == id) else { return };
        let before = endpoint.live.local().cloned();
        endpoint.live.set_socket(state);
        match &endpoint.live.socket {
            SocketState::Opening => self.notices.opening(id),
            SocketState::Open { local, .. } | SocketState::Serving { local } => {
                self.notices.opened(id, &endpoint.spec.name, local.as_ref());
            }
            SocketState::Closed => self.notices.closed(id, before.as_ref()),
        }
    }

    /// Where this program itself has the port that another endpoint wanted: by which of its endpoints.
    fn name_holder(&self, wanted_by: EndpointId, kind: &mut NoticeKind) {
        let NoticeKind::CallFailed(CallFailure {
            addr: Some(Addr::Inet(wanted)), detail: Detail::PortTaken(by), ..
        }) = kind
        else {
            return;
        };
        if by.pid != std::process::id() {
            return;
        }
        let stream = self.endpoint_now(wanted_by).is_some_and(|endpoint| endpoint.spec.kind.is_stream());
        let has_it = |endpoint: &&Endpoint| {
            let local = endpoint.live.local();
            let other = endpoint.id != wanted_by && endpoint.spec.kind.is_stream() == stream;
            other && matches!(local, Some(Addr::Inet(local)) if local.port() == wanted.port())
        };
        by.endpoint = self.endpoints.iter().find(has_it).map(|endpoint| endpoint.spec.name.as_str().into());
    }

    pub(super) fn keep_notice(&mut self, notice: Notice, report: &mut dyn FnMut(Happening<'_>)) {
        report(Happening::Notice(&notice));
        // What was on its way when its endpoint was removed is nobody's trouble.
        if notice.endpoint.is_none_or(|id| self.endpoint_now(id).is_some() || self.program_now(id).is_some()) {
            self.notices.push(notice);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn much_comes_while_the_calls_of_the_last_moment_were_many_for_its_length() {
        let mut pace = Pace::new();
        let at = |millis| pace.since + Duration::from_millis(millis);
        let [half, whole, quiet] = [10, 20, 10_000].map(at);
        pace.count(20, half);
        assert!(!pace.is_much, "too little time to say so");
        pace.count(20, whole);
        assert!(pace.is_much);
        pace.count(1_000, quiet);
        assert!(!pace.is_much, "over ten seconds they are few");
    }
}
