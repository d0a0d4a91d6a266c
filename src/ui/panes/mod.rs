//! One view each: an endpoint with its conversation, the traffic table. Panes read the session and return actions.

pub mod byte_map;
mod composer;
pub mod conversation;
pub mod endpoint;
pub mod ladder;
pub mod plots;
pub mod traffic;
pub mod transfers;
pub mod welcome;

/// The views of the whole lab, which are panes from the start, as tabs beside each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LabView {
    Traffic,
    Ladder,
    ByteMap,
    Plots,
    Transfers,
}

impl LabView {
    pub const ALL: [Self; 5] = [Self::Traffic, Self::Ladder, Self::ByteMap, Self::Plots, Self::Transfers];

    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|view| view.name() == name)
    }

    /// The name in a saved layout.
    pub fn name(self) -> &'static str {
        match self {
            Self::Traffic => "traffic",
            Self::Ladder => "ladder",
            Self::ByteMap => "byte-map",
            Self::Plots => "plots",
            Self::Transfers => "transfers",
        }
    }
}
