//! One view each: an endpoint with its conversation, the traffic table. Panes read the session and return actions.

mod composer;
mod conversation;
pub mod endpoint;
pub mod traffic;
