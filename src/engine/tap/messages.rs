//! The messages that relays hold for the user. They are on record as received, and not yet as sent.
//!
//! A relay asks here about each message that is whole ([`Messages::holds`]), and what has been said of those that are held.
//! Where no breakpoint stops messages, that is one look at a flag.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Waker;

use super::hold::Known;
use crate::engine::link::channel::EventSender;
use crate::engine::link::command::{Stops, Verdict};
use crate::engine::link::event::Event;
use crate::lab::EndpointId;
use crate::trace::Nanos;
use crate::trace::filter;
use crate::trace::held::{HeldMessage, MessageId, Passed};

/// Shared by all relays of an engine.
#[derive(Clone)]
pub struct Messages(Arc<Shared>);

struct Shared {
    /// A breakpoint stops messages.
    looks: AtomicBool,
    state: Mutex<State>,
    events: EventSender,
}

#[derive(Default)]
struct State {
    /// With the place of each in the list of the breakpoints that are on.
    stops: Vec<(usize, filter::Stop)>,
    known: Option<Known>,
    held: BTreeMap<MessageId, Waiting>,
    last: u64,
}

struct Waiting {
    message: HeldMessage,
    verdicts: Vec<Verdict>,
    waker: Waker,
}

impl Messages {
    pub fn new(events: EventSender) -> Self {
        Self(Arc::new(Shared { looks: AtomicBool::new(false), state: Mutex::default(), events }))
    }

    /// Whether anybody looks at messages.
    pub fn looks(&self) -> bool {
        self.0.looks.load(Ordering::Acquire)
    }

    /// Whether that message is held, and under which number. Its own `id` and `stop` say nothing yet.
    pub fn holds(&self, message: HeldMessage, waker: &Waker) -> Option<MessageId> {
        let mut state = self.state();
        let stop = state.stop_of(&message)?;
        state.last += 1;
        let id = MessageId(state.last);
        let message = HeldMessage { id, stop: Some(stop), ..message };
        // Under the lock, so that what becomes of it is told after that.
        self.0.events.send(Event::MessageHeld(Box::new(message.clone())));
        state.held.insert(id, Waiting { message, verdicts: Vec::new(), waker: waker.clone() });
        Some(id)
    }

    /// What has been said of a held message since the last time. Whoever asks is woken when more is said.
    pub fn said(&self, id: MessageId, waker: &Waker) -> Vec<Verdict> {
        let mut state = self.state();
        let Some(waiting) = state.held.get_mut(&id) else { return Vec::new() };
        waiting.waker.clone_from(waker);
        std::mem::take(&mut waiting.verdicts)
    }

    /// It is held no longer.
    pub fn passed(&self, id: MessageId, passed: Passed) {
        let mut state = self.state();
        if state.held.remove(&id).is_some() {
            self.0.events.send(Event::MessagePassed(id, passed));
        }
    }

    pub fn decide(&self, id: MessageId, verdict: Verdict) {
        self.say(|message| message.id == id, &verdict);
    }

    /// Lets all of an endpoint go on as they came.
    pub fn pass_all(&self, endpoint: EndpointId) {
        self.say(|message| message.endpoint == endpoint, &Verdict::Pass);
    }

    /// Other breakpoints are on: what none of them would stop goes on.
    pub fn set_stops(&self, stops: &Stops) {
        let of_messages = stops.stops.iter().enumerate().filter(|(_, stop)| stop.at.way().is_some());
        let mut state = self.state();
        state.stops = of_messages.map(|(place, stop)| (place, stop.clone())).collect();
        state.known = Some(Known::of(stops));
        self.0.looks.store(!state.stops.is_empty(), Ordering::Release);
        let left: Vec<MessageId> = state
            .held
            .values()
            .map(|held| &held.message)
            .filter(|it| state.stop_of(it).is_none())
            .map(|it| it.id)
            .collect();
        drop(state);
        if !left.is_empty() {
            self.say(|message| left.contains(&message.id), &Verdict::Pass);
        }
    }

    fn say(&self, which: impl Fn(&HeldMessage) -> bool, verdict: &Verdict) {
        let mut woken = Vec::new();
        let mut state = self.state();
        for waiting in state.held.values_mut().filter(|waiting| which(&waiting.message)) {
            waiting.verdicts.push(verdict.clone());
            woken.push(waiting.waker.clone());
        }
        drop(state);
        woken.into_iter().for_each(Waker::wake);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
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
