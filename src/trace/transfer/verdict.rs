//! Whether what was asked for arrived, in one word; [`crate::explain`] makes the sentence.

use super::ranges::{self, Rest};
use super::{End, Place, Refusal, Transfer, Transfers, Way};
use crate::lab::transfer::{Protocol, Sha256};

/// What can honestly be said of a transfer that is over.
#[derive(Clone, Debug, PartialEq)]
pub enum Verdict {
    /// The digest of what was saved is that of what was sent, or the one that was expected.
    Identical { sha256: Sha256 },
    /// It ended cleanly but is something else.
    Differs { expected: Sha256, found: Sha256 },
    /// As long as was announced; nobody has given a digest to compare with.
    Complete,
    /// Ended cleanly, but this protocol cannot say whether that was all.
    MaybeAll,
    /// Ended cleanly without a single byte: the server may not have this file.
    Empty,
    /// This lab's own server refused it.
    Refused(Refusal),
    /// Not all of it came or went: `bytes` did, and `end` says why no more.
    CutOff { bytes: u64, end: End },
    /// It never began, or what was saved could not be read.
    Failed(End),
    /// The client broke it off after `bytes`, and has fetched the rest of the file by other requests (HTTP ranges).
    RestByRanges { bytes: u64 },
    /// A server has sent all of the file; whether it arrived only the other end knows.
    Sent,
}

impl Verdict {
    /// False where something is known to have gone wrong: what was asked for is not there.
    pub fn is_well(&self) -> bool {
        match self {
            Self::Identical { .. }
            | Self::Complete
            | Self::MaybeAll
            | Self::Empty
            | Self::Sent
            | Self::RestByRanges { .. } => true,
            Self::Differs { .. } | Self::Refused(_) | Self::CutOff { .. } | Self::Failed(_) => false,
        }
    }
}

impl Transfers {
    /// True for a download that this lab's own server refused and that looked like an empty file, which was saved: it may
    /// be tried again in its place.
    pub fn saved_nothing(&self, of: &Transfer) -> bool {
        let saved = of.asked.way == Way::Receiving && matches!(of.place, Place::Saved(_)) && of.done() == 0;
        saved && matches!(self.verdict(of), Some(Verdict::Refused(_)))
    }

    /// `None` while it goes on, or while the digests that decide are still being worked out.
    pub fn verdict(&self, of: &Transfer) -> Option<Verdict> {
        let end = of.end()?;
        let other = self.other_end(of);
        // A server that refuses just closes, which looks like an empty file, or says no more than a status.
        if let (Way::Receiving, End::Clean | End::Status(_), Some(End::Refused(refusal))) =
            (of.asked.way, end, other.and_then(Transfer::end))
        {
            return Some(Verdict::Refused(refusal.clone()));
        }
        if *end != End::Clean {
            return Some(match end {
                End::Refused(refusal) => Verdict::Refused(refusal.clone()),
                End::Status(_) => Verdict::Failed(end.clone()),
                _ if of.done() == 0 && of.begun.is_none() => Verdict::Failed(end.clone()),
                _ => match ranges::rest(self, of) {
                    Rest::Went => Verdict::RestByRanges { bytes: of.moved },
                    Rest::Goes => return None,
                    Rest::Missing => Verdict::CutOff { bytes: of.done(), end: end.clone() },
                },
            });
        }
        match of.asked.way {
            Way::Sending => of_sent(of, other),
            Way::Receiving => of_received(of, other),
        }
    }
}

/// A server has handed all of it to the system; the other end knows more, once it is done.
fn of_sent(of: &Transfer, other: Option<&Transfer>) -> Option<Verdict> {
    let Some(other) = other else { return Some(Verdict::Sent) };
    match other.end()? {
        End::Clean if !looked_at(of) || !looked_at(other) => None,
        End::Clean => Some(match (digest(of), digest(other)) {
            (Some(sent), Some(saved)) => compare(sent, saved),
            _ => Verdict::Sent,
        }),
        end => Some(Verdict::CutOff { bytes: other.done(), end: end.clone() }),
    }
}

fn of_received(of: &Transfer, other: Option<&Transfer>) -> Option<Verdict> {
    if let Some(expected) = of.total.filter(|total| of.done() < *total) {
        return Some(Verdict::CutOff { bytes: of.done(), end: End::Short { expected } });
    }
    if !looked_at(of) {
        return None;
    }
    let found = digest(of);
    match (of.asked.expected, found, of.not_verified) {
        (Some(expected), Some(found), _) => return Some(compare(expected, found)),
        // What had to be compared can't be.
        (Some(_), None, Some(errno)) => {
            let path = of.asked.save_to.clone().unwrap_or_default();
            return Some(Verdict::Failed(End::Disk { op: "read", path, errno }));
        }
        _ => {}
    }
    if let Some(other) = other {
        match other.end()? {
            End::Clean if !looked_at(other) => return None,
            End::Clean => {
                if let (Some(sent), Some(saved)) = (digest(other), found) {
                    return Some(compare(sent, saved));
                }
            }
            // The stream ended in an orderly way, and yet the server says that it is not all.
            end => return Some(Verdict::CutOff { bytes: of.done(), end: end.clone() }),
        }
    }
    Some(match of.asked.protocol {
        Protocol::Http if of.total.is_some() => Verdict::Complete,
        Protocol::Files if of.done() == 0 => Verdict::Empty,
        // HTTP too may end a file by closing (RFC 9112, section 6.3).
        Protocol::Http | Protocol::Files => Verdict::MaybeAll,
    })
}

fn looked_at(transfer: &Transfer) -> bool {
    transfer.verified.is_some() || transfer.not_verified.is_some()
}

fn digest(transfer: &Transfer) -> Option<Sha256> {
    transfer.verified.map(|(_, sha256)| sha256)
}

fn compare(expected: Sha256, found: Sha256) -> Verdict {
    if expected == found { Verdict::Identical { sha256: found } } else { Verdict::Differs { expected, found } }
}
