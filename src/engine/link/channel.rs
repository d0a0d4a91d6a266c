//! The way from the worker threads to the session: one sender type that sends, counts against the budget and wakes.

use std::cell::Cell;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering, fence};
use std::task::{Context, Poll};
use std::time::Duration;

use crossbeam_channel::{Receiver, Sender};

use super::budget::Budget;
use super::event::Event;
use crate::trace::program::ProgramNews;

/// What an event weighs in the budget besides its payload.
const EVENT_OVERHEAD: u64 = size_of::<Event>() as u64;

/// What was taken is given back to the budget when it is so much, and when nothing is left to take: 64 KiB.
const RELEASE_AT: u64 = 64 * 1024;

pub use crate::background::Wake;

/// Sends events and wakes the session once for each batch that it takes.
#[derive(Clone)]
pub struct EventSender(Arc<Shared>);

struct Shared {
    events: Sender<Event>,
    budget: Budget,
    wake: Wake,
    /// The session was woken and has not yet found the queue empty.
    woken: AtomicBool,
}

/// The session's end.
pub struct EventReceiver {
    events: Receiver<Event>,
    shared: Arc<Shared>,
    /// Bytes of events that were taken and not yet given back to the budget.
    taken: Cell<u64>,
}

/// A queue whose length is bounded by `budget` bytes, through [`EventSender::poll_ready`].
pub fn channel(budget: u64, wake: Wake) -> (EventSender, EventReceiver) {
    #[expect(clippy::disallowed_methods, reason = "bounded by the byte budget instead of by a count")]
    let (events, receiver) = crossbeam_channel::unbounded();
    let shared = Arc::new(Shared { events, budget: Budget::new(budget), wake, woken: AtomicBool::new(false) });
    (EventSender(Arc::clone(&shared)), EventReceiver { events: receiver, shared, taken: Cell::new(0) })
}

impl EventSender {
    /// Never blocks. Senders of events that a peer can provoke ask [`Self::poll_ready`] first.
    pub fn send(&self, event: Event) {
        self.0.budget.spend(weight(&event));
        // Without a receiver the program is ending, and nobody wants to know.
        let _ = self.0.events.send(event);
        // The session empties the queue after it has said that it wants to be woken: one of the two sees the other. To
        // look first is cheaper than to swap each time: as a rule the answer is yes, and nobody has written since.
        fence(Ordering::SeqCst);
        if !self.0.woken.load(Ordering::Relaxed) && !self.0.woken.swap(true, Ordering::SeqCst) {
            (self.0.wake)();
        }
    }

    /// Ready while the session keeps up.
    pub fn poll_ready(&self, cx: &mut Context<'_>) -> Poll<()> {
        self.0.budget.poll_below(cx)
    }

    /// The same for a thread that looks from time to time.
    pub fn is_ready(&self) -> bool {
        self.0.budget.is_below()
    }
}

impl EventReceiver {
    /// The next event, if there is one.
    pub fn take(&self) -> Option<Event> {
        let event = self.events.try_recv().ok().or_else(|| {
            // From here on a sender wakes again; one that was quicker than that is seen by the second look.
            self.release();
            self.shared.woken.store(false, Ordering::SeqCst);
            fence(Ordering::SeqCst);
            self.events.try_recv().ok()
        })?;
        self.taken(&event);
        Some(event)
    }

    /// Given back to the budget together with others: each time costs the worker threads a look.
    fn taken(&self, event: &Event) {
        let taken = self.taken.get() + weight(event);
        self.taken.set(taken);
        if taken >= RELEASE_AT {
            self.release();
        }
    }

    fn release(&self) {
        match self.taken.take() {
            0 => {}
            taken => self.shared.budget.release(taken),
        }
    }

    /// True where the sockets wait for the session, or soon will: a quarter of the budget is used.
    pub fn is_pressed(&self) -> bool {
        self.shared.budget.is_quarter_used()
    }

    /// The next event, waiting for it up to `timeout`.
    pub fn wait(&self, timeout: Duration) -> Option<Event> {
        self.release();
        let event = self.events.recv_timeout(timeout).ok()?;
        self.taken(&event);
        Some(event)
    }
}

fn weight(event: &Event) -> u64 {
    let payload = match event {
        Event::Call { call, .. } => call.data.len() as u64,
        Event::Frame(frame) => frame.bytes.len() as u64,
        Event::MessageHeld(message) => message.bytes.len() as u64,
        Event::Program { news: ProgramNews::Output { bytes, .. }, .. } => bytes.len() as u64,
        _ => 0,
    };
    EVENT_OVERHEAD + payload
}
