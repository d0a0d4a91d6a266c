//! Every transfer of this session with what is known of it.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use super::{Asked, End, News, Place, TransferId, What};
use crate::lab::transfer::Sha256;
use crate::trace::{Ends, Errno, Nanos};

/// The most transfers that are remembered; the oldest that has ended leaves first.
pub const MAX_TRANSFERS: usize = 10_000;

/// The most points of a transfer's rate that are kept; of more, every second one leaves.
const MAX_POINTS: usize = 1_024;

/// The time over which a rate is measured, in nanoseconds: the last 2 s.
const RATE_WINDOW: u64 = 2_000_000_000;
/// Over less than this a rate would say nothing: 1 ms.
const MIN_WINDOW: u64 = 1_000_000;

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
    /// Length and digest of the whole file on disk, once it has been read.
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

    /// As it was known at that time; `None` where nobody had asked for it.
    pub fn as_of(&self, at: Nanos) -> Option<Self> {
        if self.since > at {
            return None;
        }
        if self.is_over() && self.last <= at {
            return Some(self.clone());
        }
        let begun = self.begun.filter(|begun| *begun <= at);
        let points = self.points.get(..self.points.partition_point(|(point, _)| *point <= at)).unwrap_or_default();
        let (last, moved) = points.last().copied().unwrap_or((self.since, 0));
        Some(Self {
            stage: if begun.is_some() { Stage::Moving } else { Stage::Asked },
            begun,
            last,
            total: self.total.filter(|_| begun.is_some()),
            resumed_at: if begun.is_some() { self.resumed_at } else { 0 },
            moved,
            place: Place::Nowhere,
            verified: None,
            not_verified: None,
            points: points.to_vec(),
            id: self.id,
            asked: self.asked.clone(),
            since: self.since,
        })
    }

    /// Bytes of the whole file that are there, with those of an earlier try.
    pub fn done(&self) -> u64 {
        self.resumed_at.saturating_add(self.moved)
    }

    /// Bytes in a second: over the last two seconds while it goes on, over all its time once it has ended. `None` where
    /// nothing can be said (yet).
    pub fn rate(&self, now: Nanos) -> Option<f64> {
        let (since, moved, until) = if self.is_over() {
            (self.begun?, 0, self.last)
        } else {
            let recent = now.0.saturating_sub(RATE_WINDOW);
            // The points are in order of time.
            let after = self.points.partition_point(|(at, _)| at.0 <= recent);
            let (at, moved) = *self.points.get(after.saturating_sub(1))?;
            (at, moved, now)
        };
        let time = until.since(since);
        (time >= MIN_WINDOW).then(|| self.moved.saturating_sub(moved) as f64 / (time as f64 / 1e9))
    }

    /// How long it will still take at its present rate, where this side knows the length; see [`Transfers::time_left`].
    pub fn time_left(&self, now: Nanos) -> Option<Duration> {
        self.time_left_of(self.total?, now)
    }

    fn time_left_of(&self, total: u64, now: Nanos) -> Option<Duration> {
        if self.is_over() {
            return None;
        }
        let rate = self.rate(now).filter(|rate| *rate > 0.0)?;
        Duration::try_from_secs_f64(total.saturating_sub(self.done()) as f64 / rate).ok()
    }
}

/// All of them, oldest first.
#[derive(Debug, Default)]
pub struct Transfers {
    /// In ascending order of their ids, so that each is found at once.
    all: VecDeque<Transfer>,
    /// Which transfers each connection carried, as the side that tells it sees its ends; oldest first.
    by_ends: HashMap<Arc<Ends>, Vec<TransferId>>,
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
        let Ok(index) = self.find(news.id) else { return };
        let transfer = &mut self.all[index];
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
        if let Ok(index) = self.find(id) {
            let ends = std::mem::replace(&mut self.all[index].asked, asked).ends;
            self.forget_ends(&ends, id);
            self.remember_ends(index);
            return;
        }
        if self.all.len() >= MAX_TRANSFERS
            && let Some(oldest) = self.all.iter().position(Transfer::is_over)
            && let Some(oldest) = self.all.remove(oldest)
        {
            self.forget_ends(&oldest.asked.ends, oldest.id);
        }
        // Two threads may give ids and tell of them in another order.
        let index = self.find(id).unwrap_or_else(|index| index);
        let transfer = Transfer {
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
        };
        self.all.insert(index, transfer);
        self.remember_ends(index);
    }

    fn find(&self, id: TransferId) -> Result<usize, usize> {
        self.all.binary_search_by_key(&id, |transfer| transfer.id)
    }

    fn remember_ends(&mut self, index: usize) {
        let Some(transfer) = self.all.get(index) else { return };
        // Without a connection there is nothing to be found by.
        if transfer.asked.ends.local.is_some() && transfer.asked.ends.peer.is_some() {
            self.by_ends.entry(Arc::clone(&transfer.asked.ends)).or_default().push(transfer.id);
        }
    }

    fn forget_ends(&mut self, ends: &Arc<Ends>, id: TransferId) {
        if let Some(ids) = self.by_ends.get_mut(ends) {
            ids.retain(|kept| *kept != id);
            if ids.is_empty() {
                self.by_ends.remove(ends);
            }
        }
    }

    /// As they were at that time. What was forgotten since is not among them.
    pub fn as_of(&self, at: Nanos) -> Self {
        let all = self.all.iter().filter_map(|transfer| transfer.as_of(at)).collect();
        let mut then = Self { all, by_ends: HashMap::new(), version: self.version };
        then.index();
        then
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
        self.find(id).ok().and_then(|index| self.all.get(index))
    }

    /// Forgets those that are over, and gives them.
    pub fn take_ended(&mut self) -> Vec<Transfer> {
        let (ended, going) = std::mem::take(&mut self.all).into_iter().partition(Transfer::is_over);
        self.all = going;
        self.index();
        Vec::from(ended)
    }

    /// Puts back what was taken out, as far as there is room.
    pub fn put_back(&mut self, taken: Vec<Transfer>) {
        let room = MAX_TRANSFERS.saturating_sub(self.all.len());
        let late = taken.len().saturating_sub(room);
        self.all.extend(taken.into_iter().skip(late));
        self.all.make_contiguous().sort_by_key(|transfer| transfer.id);
        self.index();
    }

    fn index(&mut self) {
        self.by_ends.clear();
        for index in 0..self.all.len() {
            self.remember_ends(index);
        }
        self.version += 1;
    }

    pub fn version(&self) -> u64 {
        self.version
    }

    /// The same transfer as the other end saw it, where that is in this lab too: the one on the same connection.
    pub fn other_end(&self, of: &Transfer) -> Option<&Transfer> {
        let Ends { local: Some(local), peer: Some(peer) } = Arc::as_ref(&of.asked.ends) else { return None };
        let seen_from_there = Ends { local: Some(peer.clone()), peer: Some(local.clone()) };
        self.by_ends.get(&seen_from_there)?.iter().rev().filter_map(|id| self.get(*id)).find(|other| {
            other.asked.way != of.asked.way
                // Ports are used again: one that was over before the other was asked for is of another time.
                && (!of.is_over() || other.since <= of.last)
                && (!other.is_over() || of.since <= other.last)
        })
    }

    /// The whole file's length: as this side knows it, else as the other end in this lab does.
    pub fn total(&self, of: &Transfer) -> Option<u64> {
        of.total.or_else(|| self.other_end(of)?.total)
    }

    /// How long it will still take at its present rate; `None` where nobody knows the length, and once it has ended.
    pub fn time_left(&self, of: &Transfer, now: Nanos) -> Option<Duration> {
        of.time_left_of(self.total(of)?, now)
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
