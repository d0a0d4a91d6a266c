//! Whether what was asked for arrived, in one word; [`crate::explain`] makes the sentence.

use super::{End, Refusal, Transfer, Transfers, Way};
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
    /// It never began.
    Failed(End),
    /// A server has sent all of the file; whether it arrived only the other end knows.
    Sent,
}

impl Transfers {
    /// `None` while it goes on, or while the digests that decide are still being worked out.
    pub fn verdict(&self, of: &Transfer) -> Option<Verdict> {
        let end = of.end()?;
        let other = self.other_end(of);
        let bytes = of.resumed_at + of.moved;
        if *end != End::Clean {
            return Some(match end {
                End::Refused(refusal) => Verdict::Refused(refusal.clone()),
                End::Status(_) => Verdict::Failed(end.clone()),
                _ if bytes == 0 && of.begun.is_none() => Verdict::Failed(end.clone()),
                _ => Verdict::CutOff { bytes, end: end.clone() },
            });
        }
        let looked_at = |transfer: &Transfer| transfer.verified.is_some() || transfer.not_verified.is_some();
        let digest = |transfer: &Transfer| transfer.verified.map(|(_, sha256)| sha256);
        if of.asked.way == Way::Sending {
            // The other end knows more, once it is done.
            let Some(other) = other.filter(|other| other.end() == Some(&End::Clean)) else {
                return Some(Verdict::Sent);
            };
            if !looked_at(of) || !looked_at(other) {
                return None;
            }
            return Some(match (digest(of), digest(other)) {
                (Some(sent), Some(saved)) => compare(sent, saved),
                _ => Verdict::Sent,
            });
        }
        if !looked_at(of) {
            return None;
        }
        let found = digest(of);
        if let (Some(expected), Some(found)) = (of.asked.expected, found) {
            return Some(compare(expected, found));
        }
        if let Some(other) = other {
            match other.end() {
                // A server that refuses closes, which looks like an empty file.
                Some(End::Refused(refusal)) => return Some(Verdict::Refused(refusal.clone())),
                Some(End::Clean) if !looked_at(other) => return None,
                Some(End::Clean) => {
                    if let (Some(sent), Some(saved)) = (digest(other), found) {
                        return Some(compare(sent, saved));
                    }
                }
                Some(end) => return Some(Verdict::CutOff { bytes, end: end.clone() }),
                None => return None,
            }
        }
        Some(match of.asked.protocol {
            Protocol::Http => Verdict::Complete,
            Protocol::Files if bytes == 0 => Verdict::Empty,
            Protocol::Files => Verdict::MaybeAll,
        })
    }
}

fn compare(expected: Sha256, found: Sha256) -> Verdict {
    if expected == found { Verdict::Identical { sha256: found } } else { Verdict::Differs { expected, found } }
}
