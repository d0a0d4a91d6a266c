//! Which lab an event belongs to: the one that is open, or one that was put aside and whose sockets are still closing.
//! Times come on the engine's clock and are counted from the lab's beginning here.

use super::Session;
use crate::engine::Event;
use crate::lab::EndpointId;
use crate::trace::Nanos;
use crate::trace::transfer::What;

impl Session {
    /// Time on the lab's clock: what waiting calls are measured against.
    pub fn now(&self) -> Nanos {
        since(self.clock.now(), self.lab.origin)
    }

    /// Whether an endpoint of the engine's is one of the lab that is open, or was.
    pub(super) fn is_here(&self, id: EndpointId) -> bool {
        self.lab.viewed.is_none() && self.lab.members.has(id)
    }

    /// Gives what concerns the lab that is open, in its time. The rest goes where it belongs, or nowhere.
    pub(super) fn route(&mut self, mut event: Event) -> Option<Event> {
        let origin = self.lab.origin;
        match &mut event {
            Event::Waiting(call) if self.is_here(call.endpoint) => call.start = since(call.start, origin),
            Event::Call { call, .. } if self.is_here(call.endpoint) => call.start = since(call.start, origin),
            Event::Waiting(_) | Event::Call { .. } => {
                self.route_elsewhere(event);
                return None;
            }
            Event::Held(call) => {
                // Of a lab that was put aside nothing is held.
                if !self.is_here(call.endpoint) {
                    return None;
                }
                call.at = since(call.at, origin);
            }
            Event::MessageHeld(message) => {
                if !self.is_here(message.endpoint) {
                    return None;
                }
                message.at = since(message.at, origin);
            }
            Event::Abandoned { token, at } => {
                let (token, ended) = (*token, *at);
                for lab in self.history.labs_mut() {
                    if let Some(call) = lab.trace.end_waiting(token) {
                        lab.take_call(call.abandoned(since(ended, lab.origin)));
                    }
                }
                *at = since(ended, origin);
            }
            Event::TakenOver(token) => {
                for lab in self.history.labs_mut() {
                    lab.trace.end_waiting(*token);
                }
            }
            Event::Endpoint { endpoint, .. }
            | Event::Repeated { endpoint, .. }
            | Event::AcceptQueue { endpoint, .. }
            | Event::Stopped { endpoint, .. }
            | Event::KernelDrops { endpoint, .. }
            | Event::RulesMet { endpoint, .. }
            | Event::Program { endpoint, .. } => {
                if !self.is_here(*endpoint) {
                    return None;
                }
            }
            Event::Notice(notice) => {
                if notice.endpoint.is_some_and(|endpoint| !self.is_here(endpoint)) {
                    return None;
                }
                notice.at = since(notice.at, origin);
            }
            Event::Trouble { at, endpoint, .. } => {
                if !self.is_here(*endpoint) {
                    return None;
                }
                *at = since(*at, origin);
            }
            Event::Kernel(sample) => {
                if !self.is_here(sample.endpoint) {
                    return None;
                }
                sample.at = since(sample.at, origin);
            }
            Event::Transfer(news) => {
                let is_here = match &news.what {
                    What::Asked(asked) => self.is_here(asked.endpoint),
                    _ => self.lab.transfers.get(news.id).is_some(),
                };
                if !is_here {
                    self.route_elsewhere(event);
                    return None;
                }
                news.at = since(news.at, origin);
            }
            Event::Frame(frame) => {
                frame.at = since(frame.at, origin);
                frame.left = frame.left.map(|left| since(left, origin));
            }
            Event::Fault(harm) => {
                if !self.is_here(harm.endpoint) {
                    self.route_elsewhere(event);
                    return None;
                }
                harm.at = since(harm.at, origin);
            }
            // A waiter for a command gets its end in any case.
            // What is not held here is passed over.
            Event::LetThrough(_) | Event::GivenUp(_) | Event::MessagePassed(..) => {}
            Event::Done { .. } | Event::Receiver { .. } => {}
        }
        Some(event)
    }

    fn route_elsewhere(&mut self, event: Event) {
        let mut labs = self.history.labs_mut();
        match event {
            Event::Waiting(mut call) => {
                if let Some(lab) = labs.find(|lab| lab.owns(call.endpoint)) {
                    call.start = since(call.start, lab.origin);
                    lab.trace.begin_waiting(call);
                }
            }
            Event::Call { mut call, waited } => {
                if let Some(lab) = labs.find(|lab| lab.owns(call.endpoint)) {
                    call.start = since(call.start, lab.origin);
                    if let Some(token) = waited {
                        lab.trace.end_waiting(token);
                    }
                    lab.take_call(call);
                }
            }
            Event::Fault(mut harm) => {
                if let Some(lab) = labs.find(|lab| lab.owns(harm.endpoint)) {
                    harm.at = since(harm.at, lab.origin);
                    lab.ledger.push(*harm, &lab.trace);
                }
            }
            Event::Transfer(mut news) => {
                if let Some(lab) = labs.find(|lab| lab.transfers.get(news.id).is_some()) {
                    news.at = since(news.at, lab.origin);
                    lab.transfers.apply(news);
                }
            }
            _ => {}
        }
    }
}

fn since(at: Nanos, origin: Nanos) -> Nanos {
    Nanos(at.0.saturating_sub(origin.0))
}
