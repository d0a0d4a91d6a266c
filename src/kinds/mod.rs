//! What kinds of things are there? A service, a framing … is described in one file: its name, its options, what it does,
//! and its tests. The list in the folder's `mod.rs` has one line for each.
//!
//! The lab file is read and written, and the form is drawn, from these descriptions. What a kind does is sans-IO: bytes
//! and the time come in. No sockets, no clock, no window, and no endpoint of a lab.

pub mod field;
pub mod framing;
pub mod rule;
pub mod service;

pub use field::{Field, Shape, Value, Values};

/// The keys of all texts whose names are made by convention, see [`field`].
#[cfg(test)]
pub(crate) fn text_keys() -> std::collections::BTreeSet<String> {
    let services = service::ServiceKind::ALL.iter().flat_map(|kind| kind.text_keys());
    let framings = framing::FramingKind::ALL.iter().flat_map(|kind| kind.text_keys());
    let patterns = rule::WhenKind::ALL.into_iter().map(|kind| kind.text_key());
    services.chain(framings).chain(patterns).collect()
}
