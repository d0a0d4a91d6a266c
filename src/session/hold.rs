//! Time that stands still: which endpoints are held, which of their calls are about to be made, and the outcome of those
//! that were let through.

use std::collections::{BTreeMap, HashMap, VecDeque};

use rustc_hash::FxHashSet;

use super::predictions::Said;
use super::steps::Runner;
use super::{Happening, Session};
use crate::engine::{Command, Event, Stops};
use crate::lab::{Breakpoint, EndpointId, TextEncoding};
use crate::trace::filter::{Filter, Stop};
use crate::trace::frames::Framings;
use crate::trace::held::{Became, HeldCall, HeldId, HeldMessage, MessageId};
use crate::trace::{Call, Nanos, Op, SocketId, WaitingCall};

/// The most calls that were let through and of which no news has come yet: the oldest are forgotten first.
const MAX_UNDER_WAY: usize = 4_096;

/// What is held now.
#[derive(Debug, Default)]
pub(super) struct Holding {
    endpoints: FxHashSet<EndpointId>,
    /// Whatever opens is held.
    all: bool,
    calls: BTreeMap<HeldId, HeldCall>,
    /// Messages that relays hold.
    pub(super) messages: BTreeMap<MessageId, HeldMessage>,
    /// Let through; whether it is known to block.
    under_way: VecDeque<(HeldCall, bool)>,
    /// The breakpoint that holds an endpoint, by its place in the lab's list.
    stopped_by: HashMap<EndpointId, usize>,
    /// The places in the lab's list of the breakpoints that the engine has.
    sent: Vec<usize>,
    /// How often each breakpoint of the list has stopped something.
    hits: Vec<u64>,
    /// Since when at least one call or message is held, and for how long one was before that.
    since: Option<Nanos>,
    before: u64,
}

impl Session {
    // ---- what the views read ----

    /// The calls that are about to be made and wait for the user, in the order in which they came to that.
    pub fn held_calls(&self) -> impl Iterator<Item = &HeldCall> {
        self.holding.calls.values()
    }

    pub fn held_call(&self, id: HeldId) -> Option<&HeldCall> {
        self.holding.calls.get(&id)
    }

    /// The call that a step of this endpoint lets through.
    pub fn next_call(&self, endpoint: EndpointId) -> Option<&HeldCall> {
        self.held_calls().filter(|call| call.endpoint == endpoint).min_by_key(|call| call.turn())
    }

    /// Whether the calls of this endpoint wait for the user.
    pub fn is_endpoint_held(&self, endpoint: EndpointId) -> bool {
        self.holding.endpoints.contains(&endpoint)
    }

    /// Whether anything is held, or would be at its next call.
    pub fn is_anything_held(&self) -> bool {
        self.holding.all || !self.holding.endpoints.is_empty()
    }

    /// Whether whatever opens is held.
    pub fn is_all_held(&self) -> bool {
        self.holding.all
    }

    /// The breakpoint that holds this endpoint.
    pub fn stopped_by(&self, endpoint: EndpointId) -> Option<&Breakpoint> {
        self.breakpoints().get(*self.holding.stopped_by.get(&endpoint)?)
    }

    /// How often the breakpoint at that place has stopped something since it was switched on or changed.
    pub fn hits(&self, breakpoint: usize) -> u64 {
        self.holding.hits.get(breakpoint).copied().unwrap_or(0)
    }

    /// Time that stands still while a call is held: what the lab's own timeouts are measured by.
    pub(super) fn own_time(&self) -> Nanos {
        let now = self.now();
        let held = self.holding.since.map_or(0, |since| now.since(since));
        Nanos(now.0.saturating_sub(self.holding.before + held))
    }

    /// When that moment of the lab's own time comes; `None` while it stands still.
    pub(super) fn when_own_time_is(&self, own: Nanos) -> Option<Nanos> {
        self.holding.since.is_none().then(|| Nanos(own.0.saturating_add(self.holding.before)))
    }

    /// The calls that were let through and block in the kernel.
    pub fn blocked_calls(&self) -> impl Iterator<Item = &HeldCall> {
        self.holding.under_way.iter().filter(|(_, blocked)| *blocked).map(|(call, _)| call)
    }

    // ---- acting ----

    pub(super) fn hold(&mut self, endpoint: EndpointId, on: bool) {
        if on {
            self.holding.endpoints.insert(endpoint);
        } else {
            self.holding.endpoints.remove(&endpoint);
            self.holding.stopped_by.remove(&endpoint);
            self.pass_messages(endpoint);
        }
        self.mark_held(endpoint, on);
        self.engine.command(Command::Hold { endpoint, on });
    }

    /// Holds every endpoint at its next call, also those that open later, or lets all go.
    pub(super) fn hold_all(&mut self, on: bool) {
        self.holding.all = on;
        let programs: Vec<EndpointId> = self.programs.iter().map(|program| program.id).collect();
        for endpoint in self.ids().into_iter().chain(programs) {
            self.hold(endpoint, on);
        }
        let left: Vec<EndpointId> = if on { Vec::new() } else { self.holding.endpoints.iter().copied().collect() };
        left.into_iter().for_each(|endpoint| self.hold(endpoint, false));
    }

    pub(super) fn let_through(&mut self, call: HeldId) {
        self.engine.command(Command::LetThrough(call));
    }

    /// An endpoint opens, or a program is started: one that is to be held is, from its first call on.
    pub(super) fn hold_from_opening(&mut self, endpoint: EndpointId) {
        let wanted = self.endpoint_now(endpoint).is_some_and(|found| found.spec.hold)
            || self.program_now(endpoint).is_some_and(|found| found.spec.hold);
        self.hold(endpoint, wanted || self.holding.all || self.is_endpoint_held(endpoint));
    }

    /// The endpoint leaves the lab, or the lab comes to its end: it is closed without asking.
    pub(super) fn end_hold(&mut self, endpoint: EndpointId) {
        self.pass_messages(endpoint);
        self.holding.endpoints.remove(&endpoint);
        self.holding.stopped_by.remove(&endpoint);
        self.mark_held(endpoint, false);
        self.engine.command(Command::EndHold(endpoint));
    }

    /// Whether an endpoint is to be held has changed; one that is closed is held when it opens.
    pub(super) fn apply_hold(&mut self, endpoint: EndpointId, old: bool) {
        let Some(found) = self.endpoint_now(endpoint).filter(|found| !found.live.is_closed()) else { return };
        let wanted = found.spec.hold;
        if wanted != old {
            self.hold(endpoint, wanted);
        }
    }

    /// Nothing is held any more, and nothing will be: what is open is closed without asking.
    pub(super) fn let_everything_go(&mut self) {
        self.holding.all = false;
        let held: Vec<EndpointId> = self.holding.endpoints.iter().copied().collect();
        held.into_iter().for_each(|endpoint| self.end_hold(endpoint));
        self.holding.sent.clear();
        self.engine.command(Command::SetStops(Stops::default()));
    }

    /// Another lab takes the place of this one.
    pub(super) fn forget_held(&mut self) {
        self.let_everything_go();
        self.said = Said::default();
        self.holding = Holding::default();
    }

    /// Tells the engine the breakpoints that are on, and the names that their conditions ask for.
    pub(super) fn send_breakpoints(&mut self) {
        let all = self.breakpoints();
        let read = |breakpoint: &Breakpoint| Filter::parse(&breakpoint.when).ok().flatten();
        let on = all.iter().enumerate().filter(|(_, breakpoint)| breakpoint.on);
        let (sent, stops): (Vec<usize>, Vec<Stop>) =
            on.filter_map(|(place, it)| Some((place, Stop { filter: read(it)?, at: it.at }))).unzip();
        let count = all.len();
        if sent.is_empty() && self.holding.sent.is_empty() {
            return;
        }
        let programs = self.programs.iter().map(|it| (it.id, it.spec.name.clone(), TextEncoding::default()));
        let names = self.endpoints.iter().map(|it| (it.id, it.spec.name.clone(), it.spec.encoding));
        let names = names.chain(programs).collect();
        let asks = stops.iter().any(|stop| stop.filter.reads_frames());
        let framings = if asks { self.framings() } else { Framings::new() };
        self.holding.sent = sent;
        self.holding.hits.resize(count, 0);
        self.engine.command(Command::SetStops(Stops { stops, names, framings, origin: self.lab.origin }));
    }

    pub(super) fn set_breakpoints(&mut self, breakpoints: Vec<Breakpoint>) {
        // A changed condition has stopped nothing yet; what only moved keeps its count.
        let before = std::sync::Arc::clone(&self.lab.document.breakpoints);
        let hits = |now: &Breakpoint| {
            let same = |was: &&Breakpoint| was.when == now.when && was.at == now.at && was.on && now.on;
            before.iter().position(|was| same(&was)).map_or(0, |place| self.hits(place))
        };
        let hits = breakpoints.iter().map(hits).collect();
        let place = |was: usize| {
            let was = before.get(was)?;
            breakpoints.iter().position(|now| now == was)
        };
        let stopped_by = self.holding.stopped_by.iter().filter_map(|(id, was)| Some((*id, place(*was)?))).collect();
        self.holding.hits = hits;
        self.holding.stopped_by = stopped_by;
        self.lab.document.breakpoints = std::sync::Arc::new(breakpoints);
        self.send_breakpoints();
    }

    // ---- what the engine tells ----

    /// Takes in news of held calls.
    pub(super) fn on_hold_news(&mut self, event: Event, report: &mut dyn FnMut(Happening<'_>)) {
        match event {
            Event::Held(call) => {
                if let Some(stop) = call.stop {
                    self.is_stopped(call.endpoint, stop);
                }
                self.time_stands_still(call.at);
                let id = call.id;
                let is_new = self.holding.calls.insert(id, call).is_none();
                if let Some(call) = self.holding.calls.get(&id).filter(|_| is_new) {
                    report(Happening::Held(call));
                    let held = call.endpoint;
                    if let Some(job) = self.runner.as_ref().and_then(Runner::endpoint_of_job)
                        && (job == held || self.waits_for(job, held))
                        && let Some(runner) = &mut self.runner
                    {
                        runner.on_held();
                    }
                }
            }
            Event::LetThrough(id) => {
                if let Some(call) = self.no_longer_held(id) {
                    if self.holding.under_way.len() >= MAX_UNDER_WAY
                        && let Some((forgotten, _)) = self.holding.under_way.pop_front()
                    {
                        self.forget_what_was_said(forgotten.id);
                    }
                    self.holding.under_way.push_back((call, false));
                }
            }
            Event::GivenUp(id) => {
                self.no_longer_held(id);
                self.forget_what_was_said(id);
                self.became(id, Became::GivenUp);
            }
            Event::Stopped { endpoint, stop } => self.is_stopped(endpoint, stop),
            _ => {}
        }
    }

    fn is_stopped(&mut self, endpoint: EndpointId, stop: usize) {
        // The engine holds it already.
        self.holding.endpoints.insert(endpoint);
        self.mark_held(endpoint, true);
        if let Some(place) = self.hit(stop) {
            self.holding.stopped_by.insert(endpoint, place);
        }
    }

    /// A breakpoint has stopped something: its place in the lab's list.
    pub(super) fn hit(&mut self, stop: usize) -> Option<usize> {
        let place = *self.holding.sent.get(stop)?;
        if let Some(hits) = self.holding.hits.get_mut(place) {
            *hits += 1;
        }
        Some(place)
    }

    fn mark_held(&mut self, endpoint: EndpointId, on: bool) {
        if let Some(live) = self.live_mut(endpoint) {
            live.is_held = on;
        } else if let Some(program) = self.program_mut(endpoint) {
            program.live.is_held = on;
        }
    }

    fn no_longer_held(&mut self, id: HeldId) -> Option<HeldCall> {
        let call = self.holding.calls.remove(&id)?;
        self.time_may_go_on();
        Some(call)
    }

    /// Something is held since then.
    pub(super) fn time_stands_still(&mut self, since: Nanos) {
        self.holding.since.get_or_insert(since);
    }

    /// Something is held no longer.
    pub(super) fn time_may_go_on(&mut self) {
        if self.holding.calls.is_empty()
            && self.holding.messages.is_empty()
            && let Some(since) = self.holding.since.take()
        {
            self.holding.before += self.now().since(since);
        }
    }

    /// A call waits: perhaps one that was let through.
    pub(super) fn note_blocked(&mut self, call: &WaitingCall) {
        let Some(place) = self.holding.under_way_place(call.endpoint, call.socket, &call.op) else { return };
        if let Some((held, blocked)) = self.holding.under_way.get_mut(place) {
            *blocked = true;
            let id = held.id;
            self.became(id, Became::Blocked);
        }
    }

    /// The held call that was let through and has now become this one.
    pub(super) fn take_let_through(&mut self, call: &Call) -> Option<HeldId> {
        let place = self.holding.under_way_place(call.endpoint, call.socket, &call.op)?;
        self.holding.under_way.remove(place).map(|(held, _)| held.id)
    }

    pub(super) fn became(&mut self, id: HeldId, became: Became) {
        if let Some(runner) = &mut self.runner {
            runner.on_became(id, became);
        }
    }
}

impl Holding {
    fn under_way_place(&self, endpoint: EndpointId, socket: SocketId, op: &Op) -> Option<usize> {
        if self.under_way.is_empty() {
            return None;
        }
        self.under_way.iter().position(|(held, _)| held.became(endpoint, socket, op))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::lab::Lab;

    #[test]
    fn for_how_long_one_lab_was_held_is_nothing_to_the_next_one() {
        let mut session = Session::new(Arc::new(|| {}), 1 << 20).unwrap();
        session.holding.before = 3_600_000_000_000;
        session.time_stands_still(Nanos(0));
        assert_eq!(session.when_own_time_is(Nanos(5)), None);
        session.load(Lab::default(), None);
        let now = session.now();
        assert!(session.own_time() >= now, "its own time goes on");
        assert_eq!(session.when_own_time_is(Nanos(5)), Some(Nanos(5)));
    }
}
