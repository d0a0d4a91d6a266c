//! What can be undone and redone: a bounded list of changes, each with what takes it back.

use std::collections::VecDeque;

use super::document::{Document, Revision};
use super::open_lab::OpenLab;
use crate::lab::EndpointId;
use crate::trace::Bookmarks;
use crate::trace::store::Cleared;
use crate::trace::transfer::Transfer;

/// The most changes that can be undone; the oldest leave first.
pub const MAX_CHANGES: usize = 100;

/// After this many new calls a cleared trace can't come back any more: each of them would have to find its place
/// again.
const MAX_SINCE_CLEARED: u64 = 250_000;

/// What the user did, in a form that has words in every language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    Added(String),
    /// A server and its client.
    AddedPair,
    Removed(String),
    Renamed(String),
    /// The options of this endpoint.
    Options(String),
    /// The same, and some of its rules are gone.
    RulesGone(String),
    /// The multicast groups of this endpoint.
    Groups(String),
    /// The order of the endpoints.
    Order,
    Snippets,
    SnippetGone,
    Breakpoints,
    BreakpointGone,
    Link,
    LinkFaults,
    Title,
    Note,
    Layout(LayoutChange),
    /// This many calls.
    ClearedTrace(u64),
    /// The mark or the note of the call of this number.
    Bookmark(u64),
    BookmarkGone(u64),
    ClearedTransfers,
    /// Another lab took the place of this one.
    NewLab,
    OpenedLab,
    OpenedTrace,
}

/// The outcome of the panes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LayoutChange {
    /// The pane of this endpoint was closed.
    Closed(String),
    Shown,
    Moved,
    Resized,
    Reset,
}

impl Change {
    /// Whether something is gone that was there before: worth saying, with a button that brings it back.
    pub fn is_loss(&self) -> bool {
        match self {
            Self::Removed(_)
            | Self::RulesGone(_)
            | Self::SnippetGone
            | Self::BreakpointGone
            | Self::ClearedTrace(_)
            | Self::BookmarkGone(_)
            | Self::ClearedTransfers
            | Self::NewLab
            | Self::OpenedLab
            | Self::OpenedTrace => true,
            Self::Layout(change) => matches!(change, LayoutChange::Closed(_) | LayoutChange::Reset),
            Self::Added(_)
            | Self::AddedPair
            | Self::Renamed(_)
            | Self::Options(_)
            | Self::Groups(_)
            | Self::Order
            | Self::Snippets
            | Self::Breakpoints
            | Self::Link
            | Self::LinkFaults
            | Self::Title
            | Self::Note
            | Self::Bookmark(_) => false,
        }
    }

    /// Whether it comes bit by bit, with each key: one after the other is one change.
    fn continues(&self) -> bool {
        matches!(self, Self::Title | Self::Note | Self::Bookmark(_))
    }
}

/// A change with what takes it back; on the other list, with what does it again.
pub(super) struct Entry {
    pub change: Change,
    pub back: Back,
}

pub(super) enum Back {
    Document(Box<Document>, Revision),
    /// The trace gets back what was cleared.
    Restore(Box<(Cleared, Bookmarks)>),
    /// The calls before that number are cleared again.
    Clear(u64),
    /// The call of that number gets its mark of before.
    Mark(u64, Option<String>),
    Transfers(Vec<Transfer>),
    ClearTransfers,
    Lab(Box<OpenLab>),
}

impl Back {
    /// Bytes of memory that calls take in it.
    fn held(&self) -> u64 {
        match self {
            Self::Restore(cleared) => cleared.0.held_bytes(),
            Self::Lab(lab) => lab.trace.held_bytes(),
            Self::Document(..) | Self::Clear(_) | Self::Mark(..) | Self::Transfers(_) | Self::ClearTransfers => 0,
        }
    }

    fn mentions(&self, id: EndpointId) -> bool {
        match self {
            Self::Document(document, _) => document.has(id),
            _ => false,
        }
    }
}

#[derive(Default)]
pub(super) struct History {
    pub undo: VecDeque<Entry>,
    pub redo: Vec<Entry>,
    last_revision: Revision,
    /// The next change may belong to the last one.
    pub continues: bool,
    /// How many changes there have been.
    pub count: u64,
}

impl History {
    pub fn new_revision(&mut self) -> Revision {
        self.last_revision.0 += 1;
        self.last_revision
    }

    /// Takes in what was done. Gives what is let go with it.
    pub fn push(&mut self, entry: Entry) -> Vec<Entry> {
        self.count += 1;
        self.continues = entry.change.continues();
        self.undo.push_back(entry);
        let mut gone: Vec<Entry> = self.redo.drain(..).collect();
        while self.undo.len() > MAX_CHANGES {
            gone.extend(self.undo.pop_front());
        }
        gone
    }

    /// Whether that change goes on with the last one. What was saved in between can be come back to.
    pub fn goes_on(&self, change: &Change, is_saved: bool) -> bool {
        let was_saved = is_saved && !matches!(change, Change::Layout(_));
        self.continues
            && !was_saved
            && self.redo.is_empty()
            && self.undo.back().is_some_and(|last| last.change == *change)
    }

    pub fn mentions(&self, id: EndpointId) -> bool {
        self.undo.iter().chain(&self.redo).any(|entry| entry.back.mentions(id))
    }

    /// The labs that can be come back to.
    pub fn labs_mut(&mut self) -> impl Iterator<Item = &mut OpenLab> {
        self.undo.iter_mut().chain(&mut self.redo).filter_map(|entry| match &mut entry.back {
            Back::Lab(lab) => Some(lab.as_mut()),
            _ => None,
        })
    }

    pub fn labs(&self) -> impl Iterator<Item = &OpenLab> {
        self.undo.iter().chain(&self.redo).filter_map(|entry| match &entry.back {
            Back::Lab(lab) => Some(lab.as_ref()),
            _ => None,
        })
    }

    /// Lets kept calls go for which there is no room beside the trace, the farthest from now first. `next` is the number
    /// of the trace's next call.
    pub fn make_room(&mut self, mut room: u64, next: u64) -> Vec<Gone> {
        let mut gone = Vec::new();
        let mut full = false;
        let mut at = self.undo.len();
        while at > 0 {
            at -= 1;
            let Some(entry) = self.undo.get_mut(at) else { break };
            full |= entry.back.held() > room || is_late(&entry.back, next);
            room = room.saturating_sub(entry.back.held());
            if full && let Some(rest) = let_go(entry, &mut gone) {
                // What was done before belongs to what is gone.
                let older = if rest == Rest::Others { at + 1 } else { 0 };
                if older == 0 {
                    gone.extend(self.undo.drain(..=at).map(Gone::Entry));
                    break;
                }
                gone.extend(self.undo.remove(at).map(Gone::Entry));
            }
        }
        let mut at = self.redo.len();
        while at > 0 {
            at -= 1;
            let Some(entry) = self.redo.get_mut(at) else { break };
            full |= entry.back.held() > room;
            room = room.saturating_sub(entry.back.held());
            if full && let_go(entry, &mut gone).is_some() {
                gone.extend(self.redo.drain(..=at).map(Gone::Entry));
                break;
            }
        }
        gone
    }
}

/// What is let go: it may be large, and is dropped where nobody waits for it.
pub(super) enum Gone {
    Entry(Entry),
    Calls(Cleared),
}

impl Gone {
    /// How many calls there are in it.
    pub fn weight(&self) -> usize {
        match self {
            Self::Calls(cleared) => cleared.len(),
            Self::Entry(Entry { back: Back::Restore(cleared), .. }) => cleared.0.len(),
            Self::Entry(Entry { back: Back::Lab(lab), .. }) => lab.trace.len(),
            Self::Entry(_) => 0,
        }
    }
}

#[derive(PartialEq)]
enum Rest {
    /// Only this change can't be taken back any more.
    Others,
    /// What lies behind it can't be reached either.
    Nothing,
}

fn is_late(back: &Back, next: u64) -> bool {
    match back {
        Back::Restore(cleared) => next.saturating_sub(cleared.0.boundary()) > MAX_SINCE_CLEARED,
        _ => false,
    }
}

/// Lets an entry's calls go. `None` where the entry itself is still of use.
fn let_go(entry: &mut Entry, gone: &mut Vec<Gone>) -> Option<Rest> {
    match &mut entry.back {
        Back::Restore(_) => Some(Rest::Others),
        // A lab comes back without its calls; of an opened trace nothing would be left.
        Back::Lab(lab) if lab.viewed.is_some() => Some(Rest::Nothing),
        Back::Lab(lab) => {
            if !lab.trace.is_empty() {
                gone.push(Gone::Calls(lab.trace.clear()));
                lab.bookmarks.clear();
            }
            None
        }
        Back::Document(..) | Back::Clear(_) | Back::Mark(..) | Back::Transfers(_) | Back::ClearTransfers => None,
    }
}
