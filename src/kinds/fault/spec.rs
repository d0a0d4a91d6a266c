//! A fault as the user described it.

use std::net::IpAddr;
use std::time::Duration;

use super::FaultKind;
use crate::values::{Portion, Rate, Span};

/// The most faults of one relay.
pub const MAX_FAULTS: usize = 100;
/// The most ordinals of one fault.
pub const MAX_NTH: usize = 1_000;

/// Which way of a relay is meant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Direction {
    /// From client to server.
    Up,
    /// From server to client.
    Down,
    #[default]
    Both,
}

impl Direction {
    pub const ALL: [Self; 3] = [Self::Up, Self::Down, Self::Both];

    pub fn name(self) -> &'static str {
        match self {
            Self::Up => "up",
            Self::Down => "down",
            Self::Both => "both",
        }
    }

    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|direction| direction.name() == name)
    }

    /// Whether it includes the other, which is one way.
    pub fn has(self, way: Self) -> bool {
        self == Self::Both || self == way
    }

    /// The keys of its text.
    pub fn text_key(self) -> &'static str {
        match self {
            Self::Up => "fault-direction-up",
            Self::Down => "fault-direction-down",
            Self::Both => "fault-direction-both",
        }
    }
}

/// A place in the life of a connection's direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// Since the connection began, or since the fault was switched on.
    Time(Duration),
    /// This many bytes have come.
    Bytes(u64),
    /// This many pieces: what one `recv` of the relay gave, or datagrams.
    Calls(u64),
}

/// The options that are not of every fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Knob {
    Delay,
    Jitter,
    Spread,
    Rate,
    Size,
    After,
}

/// What its knobs say. `None`: what is [usual](FaultKind::usual).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Options {
    pub delay: Option<Duration>,
    pub jitter: Option<Duration>,
    /// Most delays are near the middle, instead of each as likely as any other.
    pub normal: Option<bool>,
    pub rate: Option<Rate>,
    pub size: Option<Span>,
    pub after: Option<Mark>,
}

impl Options {
    pub const NONE: Self = Self { delay: None, jitter: None, normal: None, rate: None, size: None, after: None };

    /// What is left out is as in `usual`.
    fn or(self, usual: Self) -> Self {
        Self {
            delay: self.delay.or(usual.delay),
            jitter: self.jitter.or(usual.jitter),
            normal: self.normal.or(usual.normal),
            rate: self.rate.or(usual.rate),
            size: self.size.or(usual.size),
            after: self.after.or(usual.after),
        }
    }
}

/// One fault of a relay.
#[derive(Clone, Debug, PartialEq)]
pub struct FaultSpec {
    pub kind: &'static FaultKind,
    pub name: Option<String>,
    /// It is switched on.
    pub on: bool,
    pub direction: Direction,
    pub given: Options,
    /// Of all pieces, datagrams or connections, as many are harmed.
    pub probability: Option<Portion>,
    /// Exactly these, counted from 1 in each direction of each connection, or over all connections where they are what is
    /// harmed.
    pub nth: Vec<u64>,
    /// Of all connections, as many are harmed.
    pub share: Option<Portion>,
    /// Only connections from there.
    pub client: Option<IpAddr>,
    /// Only this many connections, the first ones.
    pub first: Option<u32>,
    pub from: Option<Mark>,
    pub until: Option<Mark>,
}

impl FaultSpec {
    pub fn new(kind: &'static FaultKind) -> Self {
        Self {
            kind,
            name: None,
            on: true,
            direction: Direction::Both,
            given: Options::NONE,
            probability: None,
            nth: Vec::new(),
            share: None,
            client: None,
            first: None,
            from: None,
            until: None,
        }
    }

    /// The options that are in force.
    pub fn options(&self) -> Options {
        self.given.or(self.kind.usual)
    }

    pub fn delay(&self) -> Duration {
        self.options().delay.unwrap_or_default()
    }

    pub fn size(&self) -> Span {
        self.options().size.unwrap_or(Span::exactly(1))
    }

    /// What it goes by: its name, else its kind's.
    pub fn title(&self) -> &str {
        self.name.as_deref().unwrap_or(self.kind.name)
    }

    /// True where something chooses among pieces: then it happens to each that is chosen, else to all, or once.
    pub fn chooses(&self) -> bool {
        self.probability.is_some() || !self.nth.is_empty()
    }
}
