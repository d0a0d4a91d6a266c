//! Messages that relays hold for the user: which there are, and what becomes of them.

use super::{Happening, Session};
use crate::engine::{Command, Verdict};
use crate::kinds::fault::Direction;
use crate::lab::breakpoint::{At, Breakpoint};
use crate::lab::{EndpointId, EndpointSpec};
use crate::trace::held::{HeldMessage, MessageId};

impl Session {
    /// The messages that wait for the user, in the order in which they came.
    pub fn held_messages(&self) -> impl ExactSizeIterator<Item = &HeldMessage> {
        self.holding.messages.values()
    }

    pub fn held_message(&self, id: MessageId) -> Option<&HeldMessage> {
        self.holding.messages.get(&id)
    }

    /// Which way's messages of a relay are held by a breakpoint that asks for nothing else.
    pub fn messages_are_held(&self, relay: &EndpointSpec) -> Option<Direction> {
        let when = any_of(&relay.name);
        let here = self.breakpoints().iter().filter(|it| it.on && it.when == when);
        let mut ways = here.filter_map(|it| it.at.way());
        let first = ways.next()?;
        Some(if ways.all(|way| way == first) { first } else { Direction::Both })
    }

    /// The breakpoints with which the messages of that relay's way are held, or none are.
    pub fn holding_messages(&self, relay: &EndpointSpec, way: Option<Direction>) -> Vec<Breakpoint> {
        let when = any_of(&relay.name);
        let others = self.breakpoints().iter().filter(|it| it.when != when || it.at.way().is_none());
        let fresh =
            way.map(|way| Breakpoint { name: String::new(), when: when.clone(), at: At::of_messages(way), on: true });
        others.cloned().chain(fresh).collect()
    }

    pub(super) fn decide(&mut self, message: MessageId, verdict: Verdict) {
        self.engine.command(Command::Decide(message, verdict));
    }

    /// Whatever an endpoint holds goes on as it came.
    pub(super) fn pass_messages(&mut self, endpoint: EndpointId) {
        if self.holding.messages.values().any(|message| message.endpoint == endpoint) {
            self.engine.command(Command::PassAll(endpoint));
        }
    }

    pub(super) fn on_message_held(&mut self, message: HeldMessage, report: &mut dyn FnMut(Happening<'_>)) {
        if let Some(stop) = message.stop {
            self.hit(stop);
        }
        self.time_stands_still(message.at);
        report(Happening::MessageHeld(&message));
        self.holding.messages.insert(message.id, message);
        self.advance_steps(report);
    }

    pub(super) fn on_message_passed(&mut self, id: MessageId) {
        if self.holding.messages.remove(&id).is_some() {
            self.time_may_go_on();
        }
    }
}

/// The condition that every message of a relay meets.
fn any_of(name: &str) -> String {
    format!("endpoint == {}", crate::trace::filter::quoted(name))
}
