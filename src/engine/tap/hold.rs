//! The hold: the gate at which time stands still. A call of a held endpoint waits here until it is let through, and a
//! breakpoint makes its endpoint a held one.
//!
//! Where nothing is held and no breakpoint is set, a call costs one look at a flag. Nothing of a call that waits here is on
//! record: for the system, and for the peer, it has not happened. Meanwhile the kernel's queues go on filling.

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant, SystemTime};

use rustc_hash::FxHashSet;

use super::UpcomingCall;
use crate::engine::link::channel::EventSender;
use crate::engine::link::clock::Clock;
use crate::engine::link::command::Stops;
use crate::engine::link::event::Event;
use crate::lab::EndpointId;
use crate::lab::breakpoint::At;
use crate::trace::filter;
use crate::trace::frames::FrameFields;
use crate::trace::held::{HeldCall, HeldId};
use crate::trace::{Bookmarks, Call, Nanos, Op, Trace};

/// Shared by all taps of an engine, and by whoever else makes calls that can be held.
#[derive(Clone)]
pub struct Hold(Arc<Shared>);

struct Shared {
    /// Something is held, or a breakpoint stops before calls.
    looks_before: AtomicBool,
    /// A breakpoint stops after calls.
    looks_after: AtomicBool,
    state: Mutex<State>,
    events: EventSender,
    clock: Clock,
}

#[derive(Default)]
struct State {
    held: FxHashSet<EndpointId>,
    /// Were held and come to their end: what closes them is made, and nothing else.
    ending: FxHashSet<EndpointId>,
    stops: Vec<filter::Stop>,
    /// What the conditions of `stops` are read with.
    known: Option<Known>,
    upcoming: BTreeMap<HeldId, Upcoming>,
    last: u64,
    /// When the last of the calls that waited here left.
    ended: Option<Instant>,
    /// The engine ends: nothing is held any more.
    is_over: bool,
}

struct Upcoming {
    endpoint: EndpointId,
    op: Op,
    stop: Option<usize>,
    may_pass: bool,
    waker: Waker,
}

/// What the conditions of breakpoints are read with.
pub(super) struct Known {
    /// Empty: it has the names.
    names: Trace,
    encodings: HashMap<EndpointId, crate::lab::TextEncoding>,
    bookmarks: Bookmarks,
    pub origin: Nanos,
    /// Follows the bytes where a condition asks for fields of messages: of connections that were made since.
    frames: FrameFields,
}

impl Known {
    pub fn of(stops: &Stops) -> Self {
        let mut names = Trace::new(SystemTime::UNIX_EPOCH, 0);
        let mut encodings = HashMap::new();
        for (endpoint, name, encoding) in &stops.names {
            names.set_name(*endpoint, name);
            encodings.insert(*endpoint, *encoding);
        }
        let frames = FrameFields::new(stops.framings.clone());
        Self { names, encodings, bookmarks: Bookmarks::default(), origin: stops.origin, frames }
    }

    pub fn context(&self) -> filter::Context<'_> {
        let Self { names: trace, encodings, bookmarks, .. } = self;
        // No bytes are known here.
        filter::Context { trace, encodings, bookmarks, faults: None, frames: &[] }
    }
}

/// The place of a call that waits here. Dropped, the call is not going to be made.
pub struct Place {
    id: HeldId,
    hold: Hold,
    has_passed: bool,
}

impl Hold {
    pub fn new(events: EventSender, clock: Clock) -> Self {
        Self(Arc::new(Shared {
            looks_before: AtomicBool::new(false),
            looks_after: AtomicBool::new(false),
            state: Mutex::default(),
            events,
            clock,
        }))
    }

    /// Ready where the call may be made now. While it may not, its place is kept in `place`, and asked again with that it is
    /// the same call.
    pub fn poll_pass(&self, cx: &mut Context<'_>, call: UpcomingCall<'_>, place: &mut Option<Place>) -> Poll<()> {
        if place.is_none() && !self.0.looks_before.load(Ordering::Acquire) {
            return Poll::Ready(());
        }
        self.ask(cx, call, place)
    }

    #[cold]
    fn ask(&self, cx: &mut Context<'_>, call: UpcomingCall<'_>, place: &mut Option<Place>) -> Poll<()> {
        let mut state = self.state();
        // Nobody will let it through, and what closes its socket is on its way.
        if place.is_none() && state.ending.contains(&call.endpoint) && can_be_left_out(call.op) {
            return Poll::Pending;
        }
        let Some(kept) = place else {
            let Some(held) = state.holds(call, self.0.clock.now()) else { return Poll::Ready(()) };
            let upcoming = Upcoming {
                endpoint: held.endpoint,
                op: held.op.clone(),
                stop: held.stop,
                may_pass: false,
                waker: cx.waker().clone(),
            };
            state.upcoming.insert(held.id, upcoming);
            *place = Some(Place { id: held.id, hold: self.clone(), has_passed: false });
            // Under the lock, so that what is let through is told after that.
            self.0.events.send(Event::Held(held));
            self.note(&state);
            return Poll::Pending;
        };
        let id = kept.id;
        let State { held, ending, upcoming, .. } = &mut *state;
        let waits =
            |endpoint: &EndpointId| held.contains(endpoint) || ending.contains(endpoint) && can_be_left_out(call.op);
        let passes = match upcoming.get_mut(&id) {
            Some(found) if found.may_pass || !waits(&found.endpoint) => true,
            Some(found) => {
                found.waker.clone_from(cx.waker());
                if found.op != *call.op {
                    found.op = call.op.clone();
                    self.0.events.send(Event::Held(held_call(call, id, self.0.clock.now(), found.stop)));
                }
                false
            }
            None => true,
        };
        if !passes {
            return Poll::Pending;
        }
        state.leave(id);
        self.0.events.send(Event::LetThrough(id));
        drop(state);
        if let Some(mut kept) = place.take() {
            kept.has_passed = true;
        }
        Poll::Ready(())
    }

    /// A call has returned; gives the breakpoint that stops its endpoint, whose next call is held then.
    pub(super) fn returned(&self, call: &Call) -> Option<usize> {
        if !self.0.looks_after.load(Ordering::Acquire) {
            return None;
        }
        let mut state = self.state();
        let State { known, stops, .. } = &mut *state;
        let Known { names, encodings, bookmarks, origin, frames } = known.as_mut()?;
        let fields = if frames.reads_any() { frames.of(call, names.said(call)) } else { Vec::new() };
        let context = filter::Context { trace: names, encodings, bookmarks, faults: None, frames: &fields };
        let call = Call { start: Nanos(call.start.0.saturating_sub(origin.0)), ..call.clone() };
        let is_one = |stop: &filter::Stop| stop.at == At::After && stop.filter.matches(&call, &context);
        let stop = stops.iter().position(is_one)?;
        if state.is_over {
            return None;
        }
        state.held.insert(call.endpoint);
        self.note(&state);
        Some(stop)
    }

    /// Holds an endpoint at its next call, or lets it go with all that waits here.
    pub fn set(&self, endpoint: EndpointId, held: bool) {
        let mut state = self.state();
        state.ending.remove(&endpoint);
        if held && !state.is_over {
            state.held.insert(endpoint);
        } else {
            state.held.remove(&endpoint);
        }
        self.note(&state);
        let woken = state.wakers(|upcoming| !held && upcoming.endpoint == endpoint);
        drop(state);
        woken.into_iter().for_each(Waker::wake);
    }

    /// An endpoint that may be held comes to its end: it is closed without asking, and nothing else of it is made.
    pub fn end_of(&self, endpoint: EndpointId) {
        let mut state = self.state();
        if !state.held.remove(&endpoint) {
            return;
        }
        state.ending.insert(endpoint);
        self.note(&state);
        let woken = state.wakers(|upcoming| upcoming.endpoint == endpoint);
        drop(state);
        woken.into_iter().for_each(Waker::wake);
    }

    /// Lets one call through.
    pub fn let_through(&self, id: HeldId) {
        let mut state = self.state();
        let Some(upcoming) = state.upcoming.get_mut(&id) else { return };
        upcoming.may_pass = true;
        let waker = upcoming.waker.clone();
        drop(state);
        waker.wake();
    }

    /// The breakpoints that are on.
    pub fn set_stops(&self, stops: Stops) {
        let known = Known::of(&stops);
        let mut state = self.state();
        state.stops = stops.stops;
        let before = state.known.take().map(|known| known.frames);
        let goes_on = before.filter(|frames| frames.framings() == known.frames.framings());
        state.known = Some(Known { frames: goes_on.unwrap_or_else(|| known.frames.clone()), ..known });
        self.note(&state);
    }

    /// The same for every endpoint, for good.
    pub fn end(&self) {
        let mut state = self.state();
        state.is_over = true;
        let held = std::mem::take(&mut state.held);
        state.ending.extend(held);
        state.stops.clear();
        self.note(&state);
        let woken = state.wakers(|_| true);
        drop(state);
        woken.into_iter().for_each(Waker::wake);
    }

    /// Until when a call has waited here; now, while one does. Whoever waits for a peer counts from then: the peer may be
    /// what is held.
    pub fn last_held(&self) -> Option<Instant> {
        let state = self.state();
        if state.upcoming.is_empty() { state.ended } else { Some(Instant::now()) }
    }

    /// Sleeps until nothing has been held for so long.
    pub async fn sleep(&self, time: Duration) {
        let mut until = Instant::now() + time;
        loop {
            tokio::time::sleep_until(until.into()).await;
            match self.last_held().map(|held| held + time) {
                Some(later) if later > until => until = later,
                _ => return,
            }
        }
    }

    fn note(&self, state: &State) {
        let stops = |at: At| state.stops.iter().any(|stop| stop.at == at);
        let holds = !state.held.is_empty() || !state.ending.is_empty();
        self.0.looks_before.store(holds || stops(At::Before), Ordering::Release);
        self.0.looks_after.store(stops(At::After), Ordering::Release);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// The call as it is told to the session, where it is to wait.
    fn holds(&mut self, call: UpcomingCall<'_>, now: Nanos) -> Option<HeldCall> {
        if self.is_over {
            return None;
        }
        let id = HeldId(self.last + 1);
        let held = if self.held.contains(&call.endpoint) {
            held_call(call, id, now, None)
        } else {
            let Known { names, encodings, bookmarks, origin, .. } = self.known.as_ref()?;
            if !self.stops.iter().any(|stop| stop.at == At::Before) {
                return None;
            }
            // No bytes are known of it yet.
            let context = filter::Context { trace: names, encodings, bookmarks, faults: None, frames: &[] };
            let mut held = held_call(call, id, Nanos(now.0.saturating_sub(origin.0)), None);
            let stops = |stop: &filter::Stop| stop.at == At::Before && stop.filter.matches_upcoming(&held, &context);
            held.stop = Some(self.stops.iter().position(stops)?);
            held.at = now;
            self.held.insert(call.endpoint);
            held
        };
        self.last += 1;
        Some(held)
    }

    fn leave(&mut self, id: HeldId) {
        self.upcoming.remove(&id);
        self.ended = Some(Instant::now());
    }

    fn wakers(&self, which: impl Fn(&Upcoming) -> bool) -> Vec<Waker> {
        self.upcoming.values().filter(|upcoming| which(upcoming)).map(|upcoming| upcoming.waker.clone()).collect()
    }
}

/// A call that need not be made for its endpoint to be closed. In another one the endpoint's task may stand, and not hear
/// that it is to close.
fn can_be_left_out(op: &Op) -> bool {
    !matches!(op, Op::SetSockOpt { .. } | Op::Shutdown { .. } | Op::Close)
}

fn held_call(call: UpcomingCall<'_>, id: HeldId, at: Nanos, stop: Option<usize>) -> HeldCall {
    let UpcomingCall { endpoint, socket, conn, ends, op, made_by } = call;
    let (ends, made_by) = (Arc::clone(ends), made_by.map(Arc::clone));
    HeldCall { id, at, endpoint, socket, conn, op: op.clone(), ends, made_by, stop }
}

impl Drop for Place {
    fn drop(&mut self) {
        if !self.has_passed {
            let mut state = self.hold.state();
            state.leave(self.id);
            self.hold.0.events.send(Event::GivenUp(self.id));
        }
    }
}
