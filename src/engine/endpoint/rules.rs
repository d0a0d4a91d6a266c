//! Tells how often the rules of an endpoint have been met.

use std::convert::Infallible;
use std::future::poll_fn;
use std::time::Duration;

use super::context::EndpointContext;
use crate::engine::link::event::Event;
use crate::service::RulesMet;

/// After it has been told, it is told again no sooner.
const REST: Duration = Duration::from_millis(100);

/// Goes on for as long as the endpoint does. Where no rule is met, nothing wakes it.
pub async fn tell(context: &EndpointContext) -> Infallible {
    loop {
        let met = poll_fn(|cx| context.counter.poll_rules_met(cx)).await;
        send(context, met);
        tokio::time::sleep(REST).await;
    }
}

/// What was not told before the endpoint was closed.
pub fn tell_last(context: &EndpointContext) {
    if let Some(met) = context.counter.rules_met() {
        send(context, met);
    }
}

fn send(context: &EndpointContext, met: RulesMet) {
    context.tap.events.send(Event::RulesMet { endpoint: context.tap.endpoint, met });
}
