//! One direction of one connection of a relay: its faults behind each other, each with what chooses its pieces.

use std::collections::VecDeque;
use std::net::IpAddr;
use std::time::Duration;

use bytes::Bytes;

use super::active::Active;
use super::spec::{Direction, FaultSpec, Mark};
use super::{Acts, Dice, Hand, Stage, Start, WITH_ITS_CONNECTION};

/// The most bytes that the faults of a line put in for one piece that comes: 16 MiB, as one of them may.
const MAX_ADDED: u64 = crate::values::amount::MAX_SPAN as u64;

/// Bytes of a stream, or one datagram.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    pub bytes: Bytes,
    /// The place of the first one in the stream as it came, or the number of the datagram from 0.
    pub at: u64,
}

impl Piece {
    fn len(&self) -> u64 {
        self.bytes.len() as u64
    }
}

/// What goes along a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Item {
    Bytes(Piece),
    /// The sender has ended its side (FIN).
    End,
    /// The connection is torn down (RST).
    Reset,
}

impl Item {
    /// How many bytes it has.
    pub fn bytes(&self) -> u64 {
        if let Self::Bytes(piece) = self { piece.len() } else { 0 }
    }
}

/// A fault has happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Happened {
    /// Which one: [`Active::id`].
    pub fault: u32,
    pub at: Duration,
    /// The first harmed byte in the stream as it came, or the number of the datagram.
    pub offset: u64,
    pub bytes: u64,
    /// How many bytes were taken out.
    pub removed: u64,
    /// How many were put in.
    pub added: u64,
    /// How much later they go on.
    pub by: Duration,
}

impl Happened {
    pub(super) fn removed(&mut self, bytes: u64) -> &mut Self {
        self.removed = bytes;
        self
    }

    pub(super) fn added(&mut self, bytes: u64) -> &mut Self {
        self.added = bytes;
        self
    }

    pub(super) fn later(&mut self, by: Duration) -> &mut Self {
        self.by = by;
        self
    }
}

/// Which line it is.
#[derive(Clone, Debug)]
pub struct Context {
    pub seed: u64,
    /// The connection's number, from 1 in order of arrival; of datagrams the client's.
    pub conn: u32,
    pub client: Option<IpAddr>,
    /// `Up` or `Down`.
    pub way: Direction,
    pub is_datagram: bool,
    pub begun: Duration,
}

impl Context {
    /// Whether a fault is for this connection and way.
    pub(super) fn is_meant(&self, active: &Active) -> bool {
        let spec = &active.spec;
        let chosen = |share| Dice::new(self.seed, &[u64::from(active.id), u64::from(self.conn)]).chance(share);
        spec.on
            && spec.kind.is_for(self.is_datagram)
            && spec
                .client
                .is_none_or(|client| self.client.is_some_and(|own| own.to_canonical() == client.to_canonical()))
            && spec.first.is_none_or(|first| self.conn <= first)
            && spec.share.is_none_or(chosen)
    }
}

/// What chooses the pieces that a fault harms.
#[derive(Clone, Debug)]
pub(super) struct Trigger {
    spec: FaultSpec,
    since: Duration,
    calls: u64,
    bytes: u64,
}

impl Trigger {
    pub fn new(active: &Active) -> Self {
        Self { spec: active.spec.clone(), since: active.since, calls: 0, bytes: 0 }
    }

    fn has_passed(&self, mark: Mark, now: Duration) -> bool {
        match mark {
            Mark::Time(time) => now.saturating_sub(self.since) >= time,
            Mark::Bytes(bytes) => self.bytes >= bytes,
            Mark::Calls(calls) => self.calls >= calls,
        }
    }

    pub fn has_begun(&self, now: Duration) -> bool {
        self.spec.from.is_none_or(|from| self.has_passed(from, now))
    }

    pub fn is_over(&self, now: Duration) -> bool {
        self.spec.until.is_some_and(|until| self.has_passed(until, now))
    }

    /// When it is over, as far as that is a time.
    fn end(&self) -> Option<Duration> {
        if let Some(Mark::Time(time)) = self.spec.until { Some(self.since.saturating_add(time)) } else { None }
    }

    /// When it begins, as far as that is a time that has not come.
    fn beginning(&self, now: Duration) -> Option<Duration> {
        match self.spec.from {
            Some(Mark::Time(time)) => Some(self.since.saturating_add(time)).filter(|at| *at > now),
            _ => None,
        }
    }

    /// Whether this one, of that many bytes, is harmed.
    pub fn chooses(&mut self, now: Duration, bytes: u64, dice: &mut Dice) -> bool {
        let in_time = self.has_begun(now) && !self.is_over(now);
        self.calls += 1;
        self.bytes = self.bytes.saturating_add(bytes);
        let by_number = self.spec.nth.is_empty() || self.spec.nth.contains(&self.calls);
        let by_chance = self.spec.kind.own_chance || self.spec.probability.is_none_or(|portion| dice.chance(portion));
        in_time && by_number && by_chance
    }

    /// When it begins or ends next.
    pub fn next_change(&self, now: Duration) -> Option<Duration> {
        self.beginning(now).into_iter().chain(self.end().filter(|end| *end > now)).min()
    }
}

#[derive(Debug)]
struct Placed {
    active: Active,
    trigger: Trigger,
    stage: Box<dyn Stage>,
    is_over: bool,
}

/// One direction of one connection. What goes in comes out by way of its faults, or is on their account.
#[derive(Debug)]
pub struct Line {
    context: Context,
    stages: Vec<Placed>,
    out: VecDeque<Item>,
    waiting: u64,
    happened: Vec<Happened>,
    /// Every fault that it has had: what one did is told after it is gone.
    known: Vec<Active>,
    /// The end has gone out: what comes later does not.
    has_ended: bool,
    /// The fault that has ended it, where the sender has not.
    ended_by: Option<u32>,
    source_ended: bool,
    taken: u64,
    /// How many bytes faults may still put in for what has just come.
    left: u64,
}

fn is_end(item: &Item) -> bool {
    matches!(item, Item::End | Item::Reset)
}

impl Line {
    pub fn new(context: Context, faults: &[Active]) -> Self {
        let mut line = Self {
            context,
            stages: Vec::new(),
            out: VecDeque::new(),
            waiting: 0,
            happened: Vec::new(),
            known: faults.to_vec(),
            has_ended: false,
            ended_by: None,
            source_ended: false,
            taken: 0,
            left: MAX_ADDED,
        };
        line.stages = faults.iter().filter_map(|active| line.placed(active)).collect();
        line
    }

    fn placed(&self, active: &Active) -> Option<Placed> {
        let Acts::Flow(make) = active.spec.kind.acts else { return None };
        let is_meant = active.spec.direction.has(self.context.way) && self.context.is_meant(active);
        is_meant.then(|| Placed {
            active: active.clone(),
            trigger: Trigger::new(active),
            stage: make(&active.spec, Start(self.context.begun.max(active.since))),
            is_over: false,
        })
    }

    /// The faults have changed: those that are there still go on where they are; what others have held goes on.
    pub fn set_faults(&mut self, now: Duration, faults: &[Active]) {
        // The last first: what it holds came before what an earlier one holds.
        for index in (0..self.stages.len()).rev() {
            if self.stages.get(index).is_none_or(|placed| faults.contains(&placed.active)) {
                continue;
            }
            let mut gone = self.stages.remove(index);
            let mut out = VecDeque::new();
            gone.stage.release(&mut hand(
                &self.context,
                (&gone.active, &gone.trigger),
                now,
                (&mut out, &mut self.happened, &mut self.left),
            ));
            self.feed(now, index, out);
        }
        self.known.extend(faults.iter().filter(|active| !self.known.contains(active)).cloned().collect::<Vec<_>>());
        let mut kept = std::mem::take(&mut self.stages);
        for active in faults {
            let known = kept.iter().position(|placed| placed.active == *active).map(|at| kept.remove(at));
            self.stages.extend(known.or_else(|| self.placed(active)));
        }
    }

    /// Something has come.
    pub fn push(&mut self, now: Duration, item: Item) {
        self.taken = self.taken.saturating_add(item.bytes());
        self.left = MAX_ADDED;
        self.source_ended |= is_end(&item);
        if self.stages.is_empty() {
            self.put_out(item, now);
        } else {
            self.feed(now, 0, VecDeque::from([item]));
        }
        self.advance(now);
    }

    /// Time has passed.
    pub fn advance(&mut self, now: Duration) {
        for index in 0..self.stages.len() {
            let Some(placed) = self.stages.get_mut(index) else { return };
            let is_ending = !placed.is_over && placed.trigger.is_over(now);
            let is_due = placed.stage.due().is_some_and(|due| due <= now) && placed.trigger.has_begun(now);
            if !is_ending && !is_due {
                continue;
            }
            let mut out = VecDeque::new();
            let Placed { active, trigger, stage, is_over } = placed;
            let mut hand = hand(&self.context, (active, trigger), now, (&mut out, &mut self.happened, &mut self.left));
            if is_ending {
                stage.release(&mut hand);
                *is_over = true;
            } else {
                stage.look(&mut hand);
            }
            self.ended_by =
                self.ended_by.or_else(|| (!self.source_ended && out.iter().any(is_end)).then_some(active.id));
            self.feed(now, index + 1, out);
        }
    }

    fn feed(&mut self, now: Duration, from: usize, mut items: VecDeque<Item>) {
        for index in from..self.stages.len() {
            if items.is_empty() {
                return;
            }
            let Some(placed) = self.stages.get_mut(index) else { return };
            let mut out = VecDeque::with_capacity(items.len());
            for item in items {
                if placed.is_over {
                    out.push_back(item);
                    continue;
                }
                let Placed { active, trigger, stage, .. } = placed;
                let mut dice = dice(&self.context, active, trigger);
                let hit = trigger.chooses_item(now, &item, &mut dice);
                let mut hand =
                    hand(&self.context, (active, trigger), now, (&mut out, &mut self.happened, &mut self.left));
                hand.dice = dice;
                stage.take(item, hit, &mut hand);
            }
            let id = placed.active.id;
            self.ended_by = self.ended_by.or_else(|| (!self.source_ended && out.iter().any(is_end)).then_some(id));
            items = out;
        }
        for item in items {
            self.put_out(item, now);
        }
    }

    fn put_out(&mut self, item: Item, now: Duration) {
        if self.has_ended {
            // Of a stream that has ended: the fault that ended it has this on its account.
            let fault = self.ended_by.unwrap_or(WITH_ITS_CONNECTION);
            if let Item::Bytes(piece) = item {
                let (bytes, offset) = (piece.len(), piece.at);
                let by = Duration::ZERO;
                self.happened.push(Happened { fault, at: now, offset, bytes, removed: bytes, added: 0, by });
            }
            return;
        }
        self.has_ended = is_end(&item);
        self.waiting += item.bytes();
        self.out.push_back(item);
    }

    /// The next that goes out.
    pub fn pop(&mut self) -> Option<Item> {
        let item = self.out.pop_front()?;
        self.waiting -= item.bytes();
        Some(item)
    }

    /// Only a part of it could go out: the rest is next.
    pub fn unpop(&mut self, item: Item) {
        self.waiting += item.bytes();
        self.out.push_front(item);
    }

    pub fn is_ready(&self) -> bool {
        !self.out.is_empty()
    }

    /// When [`Self::advance`] is to be called again.
    pub fn due(&self, now: Duration) -> Option<Duration> {
        let due = |placed: &Placed| {
            if placed.is_over {
                return None;
            }
            let beginning = placed.trigger.beginning(now);
            let may_begin = beginning.is_some() || placed.trigger.has_begun(now);
            let own = placed.stage.due().filter(|_| may_begin).map(|due| beginning.map_or(due, |at| at.max(due)));
            let end = placed.trigger.end().filter(|_| placed.stage.held() > 0);
            own.into_iter().chain(end).min()
        };
        self.stages.iter().filter_map(due).min()
    }

    /// How many bytes have come and neither gone out nor been taken out.
    pub fn held(&self) -> u64 {
        self.waiting + self.stages.iter().map(|placed| placed.stage.held()).sum::<u64>()
    }

    /// In how many pieces.
    pub fn pieces(&self) -> usize {
        self.out.len() + self.stages.iter().map(|placed| placed.stage.pieces()).sum::<usize>()
    }

    /// The connection ends: what the faults still hold is on their account, and what could not go out any more is lost.
    pub fn discard(&mut self, now: Duration) {
        self.waiting = 0;
        for item in self.out.drain(..) {
            let Item::Bytes(piece) = item else { continue };
            let (bytes, offset) = (piece.len(), piece.at);
            let (fault, by) = (WITH_ITS_CONNECTION, Duration::ZERO);
            self.happened.push(Happened { fault, at: now, offset, bytes, removed: bytes, added: 0, by });
        }
        for placed in &mut self.stages {
            let held = placed.stage.held();
            if held > 0 {
                let (fault, offset) = (placed.active.id, self.taken);
                let by = Duration::ZERO;
                self.happened.push(Happened { fault, at: now, offset, bytes: held, removed: held, added: 0, by });
            }
        }
        self.stages.clear();
    }

    /// How many bytes have come.
    pub fn taken(&self) -> u64 {
        self.taken
    }

    /// No fault is in the way.
    pub fn is_free(&self) -> bool {
        self.stages.is_empty()
    }

    pub fn has_happened(&self) -> bool {
        !self.happened.is_empty()
    }

    /// The fault with that number.
    pub fn fault(&self, id: u32) -> Option<&Active> {
        self.known.iter().rev().find(|active| active.id == id)
    }

    /// What the faults have done since the last time.
    pub fn happened(&mut self) -> Vec<Happened> {
        std::mem::take(&mut self.happened)
    }
}

impl Trigger {
    /// An end is never counted.
    fn chooses_item(&mut self, now: Duration, item: &Item, dice: &mut Dice) -> bool {
        match item {
            Item::Bytes(piece) => self.chooses(now, piece.len(), dice),
            Item::End | Item::Reset => self.has_begun(now) && !self.is_over(now),
        }
    }
}

fn dice(context: &Context, active: &Active, trigger: &Trigger) -> Dice {
    let about = [u64::from(active.id), u64::from(context.conn), context.way as u64, trigger.calls];
    Dice::new(context.seed, &about)
}

fn hand<'a>(
    context: &Context,
    (active, trigger): (&Active, &Trigger),
    now: Duration,
    (out, happened, left): (&'a mut VecDeque<Item>, &'a mut Vec<Happened>, &'a mut u64),
) -> Hand<'a> {
    let dice = dice(context, active, trigger);
    Hand { now, is_datagram: context.is_datagram, dice, out, happened, fault: active.id, left }
}
