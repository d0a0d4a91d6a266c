//! Breakpoints: calls before which, or after which, their endpoint is to stand still.

use super::Localized;
use crate::kinds::fault::Direction;

/// The most breakpoints of a lab.
pub const MAX_BREAKPOINTS: usize = 100;
/// The longest name of a breakpoint, in characters.
pub const MAX_NAME_CHARS: usize = 80;

/// One breakpoint. Its condition is a filter; what is no filter is refused by whoever reads it ([`Check`]).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Breakpoint {
    /// What the user calls it; may be empty.
    pub name: String,
    pub when: String,
    pub at: At,
    /// Switched on.
    pub on: bool,
}

/// Whether a breakpoint stops a call that is about to be made, its endpoint once the call has returned, or a message that
/// a relay passes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum At {
    Before,
    After,
    /// Of either way.
    Message,
    /// From client to server.
    MessageUp,
    MessageDown,
}

impl At {
    pub const ALL: [Self; 5] = [Self::Before, Self::After, Self::Message, Self::MessageUp, Self::MessageDown];

    /// As it is written in a lab file.
    pub fn name(self) -> &'static str {
        match self {
            Self::Before => "before",
            Self::After => "after",
            Self::Message => "message",
            Self::MessageUp => "message-up",
            Self::MessageDown => "message-down",
        }
    }

    /// Which way of a relay's messages it stops; `None`: calls.
    pub fn way(self) -> Option<Direction> {
        match self {
            Self::Before | Self::After => None,
            Self::Message => Some(Direction::Both),
            Self::MessageUp => Some(Direction::Up),
            Self::MessageDown => Some(Direction::Down),
        }
    }

    /// What stops the messages of that way.
    pub fn of_messages(way: Direction) -> Self {
        match way {
            Direction::Up => Self::MessageUp,
            Direction::Down => Self::MessageDown,
            Direction::Both => Self::Message,
        }
    }
}

/// Reads a condition, and gives where it stops: the place that was asked for, or the only one at which everything is known
/// that it asks about. The lab does not know the language of filters; whoever does gives this.
pub type Check = fn(when: &str, at: Option<At>) -> Result<At, Localized>;

impl Breakpoint {
    /// What it is called: its name, or what it stops at.
    pub fn title(&self) -> &str {
        if self.name.is_empty() { &self.when } else { &self.name }
    }
}
