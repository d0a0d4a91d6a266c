//! What a program does with each of its sockets.

use super::condition::Condition;
use super::value::{Piece, Value};
use crate::code::plan::Family;
use crate::lab::TextEncoding;

/// A socket of the program.
#[derive(Clone, Debug)]
pub(super) struct Facts {
    pub line: u32,
    /// The name that it was given first.
    pub name: String,
    pub family: Family,
    pub is_datagram: bool,
    pub bound: Option<(u32, Value)>,
    /// A listener's backlog, where `listen` says one.
    pub listens: Option<Option<i64>>,
    pub connected: Option<(u32, Value)>,
    /// Where datagrams go that are no answers.
    pub sends_to: Option<(u32, Value)>,
    pub recv_size: Option<i64>,
    pub accepted: Option<Accepted>,
    /// In how many loops the first `recv` stands.
    pub received_in: Option<usize>,
    pub replies: Vec<Reply>,
    /// Messages after which it ends the conversation.
    pub quits: Vec<Vec<u8>>,
    /// It sends what somebody types.
    pub types: bool,
    /// Each client has a thread, or all are waited for together.
    pub is_concurrent: bool,
    pub encoding: Option<TextEncoding>,
    pub options: Vec<SetOption>,
}

/// Where clients are accepted.
#[derive(Clone, Copy, Debug)]
pub(super) struct Accepted {
    pub line: u32,
    /// In how many loops.
    pub loops: usize,
    /// How many, where that is known.
    pub limit: Option<u32>,
    /// As many as is said from outside.
    pub is_given: bool,
}

/// What is sent back.
#[derive(Clone, Debug)]
pub(super) struct Reply {
    pub line: u32,
    pub conditions: Vec<Condition>,
    pub pieces: Vec<Piece>,
    /// Before anything has been received.
    pub greets: bool,
    /// The conversation ends with it.
    pub closes: bool,
}

#[derive(Clone, Debug)]
pub(super) struct SetOption {
    pub line: u32,
    /// `SO_REUSEADDR`.
    pub name: String,
    pub value: Value,
}

impl Facts {
    pub fn new(line: u32, family: Family, is_datagram: bool) -> Self {
        Self {
            line,
            name: String::new(),
            family,
            is_datagram,
            bound: None,
            listens: None,
            connected: None,
            sends_to: None,
            recv_size: None,
            accepted: None,
            received_in: None,
            replies: Vec::new(),
            quits: Vec::new(),
            types: false,
            is_concurrent: false,
            encoding: None,
            options: Vec::new(),
        }
    }

    /// True where it is used for anything.
    pub fn is_used(&self) -> bool {
        self.listens.is_some()
            || self.connected.is_some()
            || self.is_datagram && (self.bound.is_some() || self.sends_to.is_some() || self.received_in.is_some())
    }

    /// Takes up a reply. What follows another one in the same place of a stream is more of it.
    pub fn reply(&mut self, reply: Reply) {
        match self.replies.last_mut() {
            Some(last)
                if !self.is_datagram
                    && last.conditions == reply.conditions
                    && last.greets == reply.greets
                    && !last.closes =>
            {
                last.pieces.extend(reply.pieces);
            }
            _ => self.replies.push(reply),
        }
    }

    /// The conversation ends where these conditions hold.
    pub fn ends(&mut self, conditions: &[Condition]) {
        if let Some(reply) = self.replies.iter_mut().rev().find(|reply| reply.conditions == conditions && !reply.greets)
        {
            reply.closes |= !super::condition::deciding(conditions).is_empty();
            return;
        }
        if let [condition] = super::condition::deciding(conditions).as_slice()
            && let Some(words) = condition.words()
        {
            for word in words.into_iter().filter(|word| !word.is_empty()) {
                if !self.quits.contains(&word) {
                    self.quits.push(word);
                }
            }
        }
    }
}
