//! Faults: what a relay does to the traffic that it passes on. One file each, and a line in [`FaultKind::ALL`].
//!
//! A fault is sans-IO: a pure function of the time, of bytes or a datagram, and of random numbers that follow from a seed,
//! to what goes on and when ([`Stage`]). A [`Line`] is one direction of one connection with all of its faults behind each
//! other. What a fault has done is told as [`Happened`]; bytes in = bytes out + bytes held + bytes that the faults have
//! taken out - those that they have put in, always.
//!
//! Deleting bytes of a stream is not packet loss: no network does it. Lost segments are felt in a stream as a stall
//! (`loss-stall`); what takes bytes away is called corruption.

mod accept_late;
mod active;
mod breaking;
mod by_hand;
mod close_late;
pub mod conditions;
mod corrupt;
mod cut;
mod delete;
mod dice;
mod down;
mod drop;
mod drop_burst;
mod duplicate;
mod gate;
mod glue;
mod half_open;
mod insert;
mod latency;
mod line;
mod loss_stall;
pub mod preset;
mod rate;
mod refuse;
mod reorder;
mod reset;
mod slicer;
mod spec;
mod stall;
pub(crate) mod toml;
mod truncate;
mod waiting;

use std::fmt;
use std::time::Duration;

use bytes::Bytes;

pub use active::Active;
pub use by_hand::{
    BY_HAND, HELD, LOST, OF_LEDGER, SWALLOWED, WITH_ITS_CONNECTION, by_hand, lost_with_its_connection, swallowed,
};
pub use gate::{Admission, Gate};
pub use line::{Context, Happened, Item, Line, Piece};
pub use spec::{Direction, FaultSpec, Knob, MAX_FAULTS, Mark, Options};

use dice::Dice;

/// What there is to know of a fault. Its texts are `fault-NAME` and `fault-NAME-tip`.
pub struct FaultKind {
    /// The `kind` in lab files.
    pub name: &'static str,
    pub harms: Harms,
    /// Its options besides those that all have.
    pub knobs: &'static [Knob],
    /// What is in force where an option is left out.
    pub usual: Options,
    /// It asks for its probability itself.
    pub own_chance: bool,
    pub acts: Acts,
}

/// What a fault can be used with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Harms {
    Streams,
    Datagrams,
    Both,
}

/// Where a fault acts.
#[derive(Clone, Copy)]
pub enum Acts {
    /// On the bytes of one direction of a connection.
    Flow(fn(&FaultSpec, Start) -> Box<dyn Stage>),
    /// On a connection as it comes.
    Arrival(fn(&FaultSpec) -> Admission),
    /// Nobody listens, and what is open ends.
    Down,
    /// It is what the user does with a message: no lab has it.
    ByHand,
}

/// When the connection began, or the fault was switched on if that was later.
#[derive(Clone, Copy, Debug)]
pub struct Start(pub Duration);

/// A fault at work in one direction of one connection.
pub trait Stage: fmt::Debug + Send {
    /// Something comes. `hit`: the fault's probability, its ordinals and its time have chosen it. What is not chosen goes
    /// on as it is, but never past what is held.
    fn take(&mut self, item: Item, hit: bool, hand: &mut Hand<'_>);

    /// Time has passed.
    fn look(&mut self, _hand: &mut Hand<'_>) {}

    /// When it wants to be looked at again.
    fn due(&self) -> Option<Duration> {
        None
    }

    /// How many bytes it holds back.
    fn held(&self) -> u64 {
        0
    }

    /// In how many pieces. Bytes that it has put together are none.
    fn pieces(&self) -> usize {
        0
    }

    /// It is over: what it holds goes on.
    fn release(&mut self, _hand: &mut Hand<'_>) {}
}

/// What a stage works with.
pub struct Hand<'a> {
    pub now: Duration,
    pub is_datagram: bool,
    /// For this item.
    pub dice: Dice,
    out: &'a mut std::collections::VecDeque<Item>,
    happened: &'a mut Vec<Happened>,
    fault: u32,
    /// How many bytes may still be put in.
    left: &'a mut u64,
}

impl Hand<'_> {
    /// It goes on.
    pub fn pass(&mut self, item: Item) {
        self.out.push_back(item);
    }

    pub fn pass_piece(&mut self, bytes: Bytes, at: u64) {
        if !bytes.is_empty() || self.is_datagram {
            self.pass(Item::Bytes(Piece { bytes, at }));
        }
    }

    /// How many of that many bytes may be put in: several faults that put in more and more would else fill the memory. They
    /// are counted from here on.
    pub fn may_add(&mut self, bytes: u64) -> u64 {
        let may = bytes.min(*self.left);
        *self.left -= may;
        may
    }

    /// It has harmed these bytes of the stream; the rest is said by the methods of what is given back.
    pub fn note(&mut self, at: u64, bytes: u64) -> &mut Happened {
        let fresh =
            Happened { fault: self.fault, at: self.now, offset: at, bytes, removed: 0, added: 0, by: Duration::ZERO };
        self.happened.push(fresh);
        let last = self.happened.len() - 1;
        &mut self.happened[last]
    }
}

impl FaultKind {
    /// Every fault, in the order in which the window offers them.
    pub const ALL: &[&Self] = &[
        &latency::LATENCY,
        &rate::RATE,
        &slicer::SLICER,
        &glue::GLUE,
        &stall::STALL,
        &loss_stall::LOSS_STALL,
        &cut::CUT,
        &reset::RESET,
        &half_open::HALF_OPEN,
        &refuse::REFUSE,
        &accept_late::ACCEPT_LATE,
        &close_late::CLOSE_LATE,
        &corrupt::CORRUPT,
        &delete::DELETE,
        &insert::INSERT,
        &down::DOWN,
        &drop::DROP,
        &drop_burst::DROP_BURST,
        &duplicate::DUPLICATE,
        &reorder::REORDER,
        &truncate::TRUNCATE,
    ];

    /// The kind under which a ledger has what happened.
    pub fn of_ledger(name: &str) -> Option<&'static Self> {
        Self::named(name).or_else(|| OF_LEDGER.into_iter().find(|kind| kind.name == name))
    }

    /// What most faults have. A description begins with it.
    const PLAIN: Self =
        Self { name: "", harms: Harms::Streams, knobs: &[], usual: Options::NONE, own_chance: false, acts: Acts::Down };

    /// Whether it can harm datagrams, or a stream.
    pub fn is_for(&self, datagrams: bool) -> bool {
        match self.harms {
            Harms::Streams => !datagrams,
            Harms::Datagrams => datagrams,
            Harms::Both => true,
        }
    }

    /// Whether its direction says anything: a connection comes from one side.
    pub fn has_direction(&self) -> bool {
        matches!(self.acts, Acts::Flow(_) | Acts::ByHand)
    }

    /// The beginning of the keys of its texts.
    pub fn texts(&self) -> String {
        format!("fault-{}", self.name)
    }

    /// The keys of its texts.
    pub fn text_keys(&self) -> [String; 2] {
        [self.texts(), format!("{}-tip", self.texts())]
    }

    pub fn label(&self, lang: crate::lang::Lang) -> String {
        lang.text(&self.texts(), None).into_owned()
    }

    /// What it does, in plain words.
    pub fn tip(&self, lang: crate::lang::Lang) -> String {
        lang.text(&format!("{}-tip", self.texts()), None).into_owned()
    }
}

identified_by_name!(FaultKind);

#[cfg(test)]
mod tests;
