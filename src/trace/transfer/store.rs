//! Every transfer of this session with what is known of it.

use std::collections::VecDeque;
use std::sync::Arc;

use super::{Asked, End, News, Place, TransferId, What};
use crate::lab::transfer::Sha256;
use crate::trace::{Ends, Errno, Nanos};

/// The most transfers that are remembered; the oldest that has ended leaves first.
pub const MAX_TRANSFERS: usize = 10_000;

/// The most points of a transfer's rate that are kept; of more, every second one leaves.
const MAX_POINTS: usize = 1_024;

/// One file on its way.
#[derive(Clone, Debug, PartialEq)]
pub struct Transfer {
    pub id: TransferId,
    pub asked: Asked,
    pub stage: Stage,
    /// When it was asked for.
    pub since: Nanos,
    /// When the first byte could move.
    pub begun: Option<Nanos>,
    /// When the last byte moved, or when it ended.
    pub last: Nanos,
    /// The whole file's length, where this side knows it.
    pub total: Option<u64>,
    pub resumed_at: u64,
    /// Bytes that have moved.
    pub moved: u64,
    pub place: Place,
    /// Length and digest of the whole file on disk, once it was looked at.
    pub verified: Option<(u64, Sha256)>,
    pub not_verified: Option<Errno>,
    /// Time and bytes moved by then, for a plot of its rate.
    pub points: Vec<(Nanos, u64)>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Stage {
    /// Connecting, asking.
    Asked,
    /// Waits for one of the server's transfers to end.
    Waiting,
    Moving,
    Ended(End),
}

impl Transfer {
    pub fn is_over(&self) -> bool {
        matches!(self.stage, Stage::Ended(_))
    }

    pub fn end(&self) -> Option<&End> {
        match &self.stage {
            Stage::Ended(end) => Some(end),
            _ => None,
        }
    }
}

/// All of them, oldest first.
#[derive(Debug, Default)]
pub struct Transfers {
    all: VecDeque<Transfer>,
    /// Changes with every piece of news.
    version: u64,
}

impl Transfers {
    pub fn apply(&mut self, news: News) {
        self.version += 1;
        if let What::Asked(asked) = news.what {
            self.add(news.id, news.at, *asked);
            return;
        }
        let Some(transfer) = self.all.iter_mut().rev().find(|transfer| transfer.id == news.id) else { return };
        match news.what {
            What::Asked(_) => {}
            What::Waiting => transfer.stage = Stage::Waiting,
            What::Begun { total, resumed_at } => {
                transfer.stage = Stage::Moving;
                transfer.begun = Some(news.at);
                transfer.last = news.at;
                transfer.total = total;
                transfer.resumed_at = resumed_at;
                transfer.point(news.at, 0);
            }
            What::Progress { moved } => {
                transfer.moved = moved;
                transfer.last = news.at;
                transfer.point(news.at, moved);
            }
            What::Ended { moved, end, place } => {
                transfer.moved = moved;
                transfer.last = news.at;
                transfer.place = place;
                transfer.point(news.at, moved);
                transfer.stage = Stage::Ended(end);
            }
            What::Verified { len, sha256 } => transfer.verified = Some((len, sha256)),
            What::NotVerified { errno } => transfer.not_verified = Some(errno),
        }
    }

    fn add(&mut self, id: TransferId, at: Nanos, asked: Asked) {
        // News of a download come a second time, once it has a connection.
        if let Some(known) = self.all.iter_mut().rev().find(|transfer| transfer.id == id) {
            known.asked = asked;
            return;
        }
        if self.all.len() >= MAX_TRANSFERS
            && let Some(oldest) = self.all.iter().position(Transfer::is_over)
        {
            self.all.remove(oldest);
        }
        self.all.push_back(Transfer {
            id,
            asked,
            stage: Stage::Asked,
            since: at,
            begun: None,
            last: at,
            total: None,
            resumed_at: 0,
            moved: 0,
            place: Place::Nowhere,
            verified: None,
            not_verified: None,
            points: Vec::new(),
        });
    }

    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Transfer> + ExactSizeIterator {
        self.all.iter()
    }

    pub fn len(&self) -> usize {
        self.all.len()
    }

    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    pub fn get(&self, id: TransferId) -> Option<&Transfer> {
        self.all.iter().rev().find(|transfer| transfer.id == id)
    }

    /// Forgets those that are over.
    pub fn clear_ended(&mut self) {
        self.all.retain(|transfer| !transfer.is_over());
        self.version += 1;
    }

    pub fn version(&self) -> u64 {
        self.version
    }

    /// The same transfer as the other end saw it, where that is in this lab too: the one on the same connection.
    pub fn other_end(&self, of: &Transfer) -> Option<&Transfer> {
        let Ends { local: Some(local), peer: Some(peer) } = Arc::as_ref(&of.asked.ends) else { return None };
        self.all.iter().rev().find(|other| {
            other.asked.way != of.asked.way
                && other.asked.ends.local.as_ref() == Some(peer)
                && other.asked.ends.peer.as_ref() == Some(local)
                // Ports are used again: one that was over before the other was asked for is of another time.
                && (!of.is_over() || other.since <= of.last)
                && (!other.is_over() || of.since <= other.last)
        })
    }
}

impl Transfer {
    fn point(&mut self, at: Nanos, moved: u64) {
        if self.points.len() >= MAX_POINTS {
            let mut keep = false;
            self.points.retain(|_| {
                keep = !keep;
                keep
            });
        }
        self.points.push((at, moved));
    }
}
