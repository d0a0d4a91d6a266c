//! The messages that relays hold for the user. They are on record as received, and not yet as sent.
//!
//! Each direction of a relay's connection has a [`Reader`], which asks here about each message that is whole
//! ([`Reader::holds`]), and is told what has been said of those that are held. Where no breakpoint stops messages, that is
//! one look at a flag.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Waker;

use super::hold::Known;
use crate::engine::link::channel::EventSender;
use crate::engine::link::command::{Stops, Verdict};
use crate::engine::link::event::Event;
use crate::kinds::fault::Direction;
use crate::lab::EndpointId;
use crate::trace::Nanos;
use crate::trace::filter;
use crate::trace::held::{HeldMessage, MessageId, Passed};

/// The most messages that all relays together hold. A further one waits, and its direction with it, until
/// [so few](ROOM_AGAIN) are left.
pub const MAX_MESSAGES: usize = 10_000;
const ROOM_AGAIN: usize = MAX_MESSAGES / 4 * 3;

/// Shared by all relays of an engine.
#[derive(Clone)]
pub struct Messages(Arc<Shared>);

struct Shared {
    /// A breakpoint stops messages of that way.
    looks_up: AtomicBool,
    looks_down: AtomicBool,
    last_reader: AtomicU64,
    state: Mutex<State>,
    events: EventSender,
}

#[derive(Default)]
struct State {
    /// With the place of each in the list of the breakpoints that are on.
    stops: Vec<(usize, filter::Stop)>,
    known: Option<Known>,
    held: BTreeMap<MessageId, Waiting>,
    /// Of those readers that have had anything to wait for.
    readers: BTreeMap<u64, Told>,
    /// Readers of which a message is to be held when there is room.
    want_room: BTreeSet<u64>,
    last: u64,
}

struct Waiting {
    message: HeldMessage,
    reader: u64,
}

/// What a reader has been told and has not taken yet.
#[derive(Default)]
struct Told {
    said: Vec<(MessageId, Verdict)>,
    held: BTreeSet<MessageId>,
    waker: Option<Waker>,
}

/// What becomes of a message that is whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Judged {
    Free,
    Held(MessageId),
    /// It is to be held, and too many are.
    Full,
}

/// One direction of a connection.
pub struct Reader {
    messages: Messages,
    way: Direction,
    number: u64,
    /// It has had something to wait for.
    is_known: bool,
}

impl Messages {
    pub fn new(events: EventSender) -> Self {
        Self(Arc::new(Shared {
            looks_up: AtomicBool::new(false),
            looks_down: AtomicBool::new(false),
            last_reader: AtomicU64::new(0),
            state: Mutex::default(),
            events,
        }))
    }

    /// For one direction of a connection: `Up` or `Down`.
    pub fn reader(&self, way: Direction) -> Reader {
        let number = self.0.last_reader.fetch_add(1, Ordering::Relaxed);
        Reader { messages: self.clone(), way, number, is_known: false }
    }

    pub fn decide(&self, id: MessageId, verdict: Verdict) {
        self.say(&[id], &verdict);
    }

    /// Lets all of an endpoint go on as they came.
    pub fn pass_all(&self, endpoint: EndpointId) {
        let all = self.ids(|message, _| message.endpoint == endpoint);
        self.say(&all, &Verdict::Pass);
    }

    /// Other breakpoints are on: what none of them would stop goes on.
    pub fn set_stops(&self, stops: &Stops) {
        let of_messages = stops.stops.iter().enumerate().filter(|(_, stop)| stop.at.way().is_some());
        let mut state = self.state();
        state.stops = of_messages.map(|(place, stop)| (place, stop.clone())).collect();
        state.known = Some(Known::of(stops));
        for way in [Direction::Up, Direction::Down] {
            let looks = state.stops.iter().any(|(_, stop)| stop.at.way().is_some_and(|of| of.has(way)));
            self.looks(way).store(looks, Ordering::Release);
        }
        // Whoever waits for the rest of a message, at which nobody looks any more, is to let it go on.
        let woken: Vec<Waker> = state.readers.values().filter_map(|told| told.waker.clone()).collect();
        drop(state);
        let left = self.ids(|message, state| state.stop_of(message).is_none());
        self.say(&left, &Verdict::Pass);
        woken.into_iter().for_each(Waker::wake);
    }

    fn looks(&self, way: Direction) -> &AtomicBool {
        if way == Direction::Down { &self.0.looks_down } else { &self.0.looks_up }
    }

    fn ids(&self, which: impl Fn(&HeldMessage, &State) -> bool) -> Vec<MessageId> {
        let state = self.state();
        state.held.iter().filter(|(_, held)| which(&held.message, &state)).map(|(id, _)| *id).collect()
    }

    fn say(&self, which: &[MessageId], verdict: &Verdict) {
        let mut woken = Vec::new();
        let mut state = self.state();
        let State { held, readers, .. } = &mut *state;
        for id in which {
            let reader = held.get(id).map(|waiting| waiting.reader);
            let Some(told) = reader.and_then(|reader| readers.get_mut(&reader)) else { continue };
            told.said.push((*id, verdict.clone()));
            woken.extend(told.waker.take());
        }
        drop(state);
        woken.into_iter().for_each(Waker::wake);
    }

    /// Wakes those whose messages could not be held, once there is room.
    fn make_room(&self, mut state: MutexGuard<'_, State>) {
        if state.want_room.is_empty() || state.held.len() > ROOM_AGAIN {
            return;
        }
        let waiting = std::mem::take(&mut state.want_room);
        let waker = |reader: u64| state.readers.get(&reader).and_then(|told| told.waker.clone());
        let woken: Vec<Waker> = waiting.into_iter().filter_map(waker).collect();
        drop(state);
        woken.into_iter().for_each(Waker::wake);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Reader {
    /// Whether anybody looks at messages of this way.
    pub fn looks(&self) -> bool {
        self.messages.looks(self.way).load(Ordering::Acquire)
    }

    /// Whether that message is held, and under which number. Its own `id` and `stop` say nothing yet.
    pub fn holds(&mut self, message: HeldMessage) -> Judged {
        let mut state = self.messages.state();
        let Some(stop) = state.stop_of(&message) else { return Judged::Free };
        self.is_known = true;
        let is_full = state.held.len() >= MAX_MESSAGES;
        let id = MessageId(state.last + 1);
        if is_full {
            state.want_room.insert(self.number);
            return Judged::Full;
        }
        state.readers.entry(self.number).or_default().held.insert(id);
        state.last = id.0;
        let message = HeldMessage { id, stop: Some(stop), ..message };
        // Under the lock, so that what becomes of it is told after that.
        self.messages.0.events.send(Event::MessageHeld(Box::new(message.clone())));
        state.held.insert(id, Waiting { message, reader: self.number });
        Judged::Held(id)
    }

    /// What has been said since the last time. Whoever asks is woken when more is said, and when others look at messages
    /// than before.
    pub fn said(&mut self, waker: &Waker) -> Vec<(MessageId, Verdict)> {
        self.is_known = true;
        let mut state = self.messages.state();
        let told = state.readers.entry(self.number).or_default();
        match &mut told.waker {
            Some(known) => known.clone_from(waker),
            none => *none = Some(waker.clone()),
        }
        std::mem::take(&mut told.said)
    }

    /// It is held no longer.
    pub fn passed(&self, id: MessageId, passed: Passed) {
        let mut state = self.messages.state();
        if state.held.remove(&id).is_none() {
            return;
        }
        if let Some(told) = state.readers.get_mut(&self.number) {
            told.held.remove(&id);
        }
        self.messages.0.events.send(Event::MessagePassed(id, passed));
        self.messages.make_room(state);
    }

    /// The connection has ended: so have those that are held.
    pub fn lose_all(&self) {
        if !self.is_known {
            return;
        }
        let mut state = self.messages.state();
        state.want_room.remove(&self.number);
        let Some(told) = state.readers.get_mut(&self.number) else { return };
        told.said.clear();
        for id in std::mem::take(&mut told.held) {
            state.held.remove(&id);
            self.messages.0.events.send(Event::MessagePassed(id, Passed::Lost));
        }
        self.messages.make_room(state);
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        if self.is_known {
            self.lose_all();
            self.messages.state().readers.remove(&self.number);
        }
    }
}

impl std::fmt::Debug for Reader {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Reader({})", self.number)
    }
}

impl State {
    fn stop_of(&self, message: &HeldMessage) -> Option<usize> {
        let known = self.known.as_ref()?;
        let context = known.context();
        let at = Nanos(message.at.0.saturating_sub(known.origin.0));
        let asked = HeldMessage { at, ..message.clone() };
        let stops = |stop: &filter::Stop| {
            let way = stop.at.way();
            way.is_some_and(|way| way.has(message.way)) && stop.filter.matches_message(&asked, &context)
        };
        self.stops.iter().find(|(_, stop)| stops(stop)).map(|(place, _)| *place)
    }
}
