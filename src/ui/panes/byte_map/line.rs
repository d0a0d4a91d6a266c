//! One direction as it is now, of a connection or of datagrams: the same questions for both.

use super::viewport::{Extent, NEWEST};
use super::words;
use crate::lab::EndpointId;
use crate::lang::Lang;
use crate::trace::byte_map::datagrams::Datagrams;
use crate::trace::byte_map::{Direction, Picture, Story, What, Window, story};
use crate::trace::{SocketId, Trace, Way};

/// How many of the newest blocks in sight are checked for something worth saying.
const ASKED: usize = 48;
/// The newest datagrams that are counted in words.
const COUNTED: usize = 10_000;

/// One direction as it is now.
pub enum Line<'a> {
    Stream(Direction),
    Datagrams(&'a Datagrams),
}

impl Line<'_> {
    /// Whether the sender and the receiver are in this lab.
    pub fn known(&self) -> (bool, bool) {
        match self {
            Self::Stream(direction) => (direction.sender.is_some(), direction.receiver.is_some()),
            Self::Datagrams(datagrams) => (datagrams.route().sender.is_some(), datagrams.route().receiver.is_some()),
        }
    }

    pub fn endpoints(&self, trace: &Trace) -> (Option<EndpointId>, Option<EndpointId>) {
        match self {
            Self::Stream(direction) => {
                let endpoint = |socket: Option<SocketId>| trace.key_of(socket?).map(|(endpoint, _)| endpoint);
                (endpoint(direction.sender), endpoint(direction.receiver))
            }
            Self::Datagrams(datagrams) => (datagrams.route().sender, datagrams.route().receiver),
        }
    }

    pub fn extent(&self, trace: &Trace) -> Extent {
        match self {
            Self::Stream(direction) => {
                let end = direction.total(trace);
                let kept = direction.first_kept(trace).min(end);
                // A little of what is no longer kept is shown as such.
                let begin = kept - kept.min((end - kept) / 16 + 1);
                Extent { begin, end, newest: direction.newest(trace, NEWEST).unwrap_or(begin).max(begin) }
            }
            Self::Datagrams(datagrams) => {
                let (begin, newest) = datagrams.extent(NEWEST);
                Extent { begin, end: datagrams.total(), newest }
            }
        }
    }

    pub fn picture(&self, trace: &Trace, window: Window) -> Picture {
        match self {
            Self::Stream(direction) => direction.picture(trace, window),
            Self::Datagrams(datagrams) => datagrams.picture(trace, window),
        }
    }

    /// Whether a call is one of its blocks.
    pub fn holds(&self, trace: &Trace, seq: u64) -> bool {
        let Some(call) = trace.get(seq) else { return false };
        match self {
            Self::Stream(direction) => {
                let socket = Some(call.socket);
                match Way::of(&call.op) {
                    Some(Way::Out) => direction.sender == socket,
                    Some(Way::In) => direction.receiver == socket,
                    None => false,
                }
            }
            Self::Datagrams(datagrams) => datagrams.of_call(seq).is_some(),
        }
    }

    pub fn neighbour(&self, trace: &Trace, seq: u64, forward: bool) -> Option<u64> {
        if !self.holds(trace, seq) {
            return None;
        }
        match self {
            Self::Stream(direction) => direction.neighbour(trace, seq, forward),
            Self::Datagrams(datagrams) => datagrams.neighbour(seq, forward),
        }
    }

    /// The calls of the other lane that have bytes of this one.
    pub fn related(&self, trace: &Trace, seq: u64) -> Vec<u64> {
        if !self.holds(trace, seq) {
            return Vec::new();
        }
        match self {
            Self::Stream(_) => {
                let call = trace.get(seq);
                call.map(|call| crate::trace::streams::counterparts(trace, call))
                    .map_or_else(Vec::new, |found| found.iter().map(|call| call.seq).collect())
            }
            Self::Datagrams(datagrams) => {
                let pair = datagrams.of_call(seq);
                let both = pair.map(|pair| [pair.sent, pair.received]).unwrap_or_default();
                both.into_iter().flatten().filter(|other| *other != seq).collect()
            }
        }
    }

    /// The fate of a call's bytes, in a sentence.
    pub fn tell(&self, lang: Lang, trace: &Trace, seq: u64) -> Option<String> {
        if !self.holds(trace, seq) {
            return None;
        }
        match self {
            Self::Stream(direction) => {
                story(direction.shown(trace), trace.get(seq)?).map(|found| words::story(lang, &found))
            }
            Self::Datagrams(datagrams) if datagrams.route().receiver.is_some() => {
                let pair = datagrams.of_call(seq)?;
                let lost = pair.sent.is_some_and(|sent| datagrams.is_lost(sent));
                Some(words::pair(lang, pair, lost))
            }
            Self::Datagrams(_) => None,
        }
    }

    /// The newest thing in sight that is worth saying: sends that were joined, or one that was cut.
    pub fn newest_told(&self, lang: Lang, trace: &Trace, picture: &Picture) -> Option<String> {
        let Self::Stream(_) = self else { return None };
        let half = |blocks: &[crate::trace::byte_map::Block]| blocks.len().min(ASKED / 2);
        let received = picture.received.iter().rev().take(half(&picture.received));
        let sent = picture.sent.iter().rev().take(half(&picture.sent));
        let told = received.chain(sent).filter_map(|block| match block.what {
            What::Call { seq } => story(trace, trace.get(seq)?),
            _ => None,
        });
        let mut whole = None;
        let mut best: Option<(u64, Story)> = None;
        for found in told {
            let at = match &found {
                Story::Joined { recv, .. } => *recv,
                Story::Cut { recvs, .. } if recvs.len() > 1 => recvs.last().copied().unwrap_or(0),
                Story::Whole { .. } => {
                    whole.get_or_insert(found);
                    continue;
                }
                _ => continue,
            };
            if best.as_ref().is_none_or(|(known, _)| *known < at) {
                best = Some((at, found));
            }
        }
        best.map(|(_, found)| found).or(whole).map(|found| words::story(lang, &found))
    }

    pub fn summary(&self, lang: Lang, trace: &Trace) -> String {
        match self {
            Self::Stream(direction) => {
                let both = direction.sender.is_some() && direction.receiver.is_some();
                let outstanding = direction.outstanding(trace);
                words::stream_summary(lang, direction.calls(trace), both, outstanding.end - outstanding.start)
            }
            Self::Datagrams(datagrams) => {
                let (sender, receiver) = self.known();
                words::datagram_summary(lang, datagrams.counts(COUNTED), sender && receiver)
            }
        }
    }
}

/// `sendfile()` where that is what the blocks in sight are.
pub fn send_name(trace: &Trace, picture: &Picture) -> &'static str {
    let first = picture.sent.iter().find_map(|block| match block.what {
        What::Call { seq } | What::Many { first: seq, .. } => trace.get(seq),
        _ => None,
    });
    match first.map(|call| call.name()) {
        Some("sendfile") => "sendfile()",
        _ => "send()",
    }
}
