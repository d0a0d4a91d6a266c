//! What was sent from a composer, recalled with ↑ and ↓. Nothing typed is lost on the way: the draft and every
//! changed entry come back until the next sending.

use std::collections::{BTreeMap, VecDeque};

use crate::lab::payload::Input;

/// The most entries; the oldest leave first.
pub const MAX_ENTRIES: usize = 200;

/// The most bytes of text in all entries; the oldest leave first, and what is longer is not kept.
pub const MAX_BYTES: usize = 4 * 1024 * 1024;

/// What stood in the field, and how it was meant.
pub type Entry = (Input, String);

#[derive(Debug, Default)]
pub struct History {
    sent: VecDeque<Entry>,
    /// For all of them together.
    bytes: usize,
    /// Which entry is in the field; `None`: the draft.
    at: Option<usize>,
    /// What the user made of the entries (and, under `None`, the draft) since the last sending.
    drafts: BTreeMap<Option<usize>, Entry>,
}

impl History {
    /// Takes up what was sent. The same twice in a row is one entry.
    pub fn push(&mut self, entry: Entry) {
        self.at = None;
        self.drafts.clear();
        if self.sent.back() == Some(&entry) {
            return;
        }
        self.bytes += entry.1.len();
        self.sent.push_back(entry);
        while self.sent.len() > MAX_ENTRIES || self.bytes > MAX_BYTES {
            let Some((_, oldest)) = self.sent.pop_front() else { break };
            self.bytes -= oldest.len();
        }
    }

    /// The entry before; `None` where there is none.
    pub fn older(&mut self, now: Entry) -> Option<Entry> {
        let target = match self.at {
            None => self.sent.len().checked_sub(1)?,
            Some(at) => at.checked_sub(1)?,
        };
        self.go(Some(target), now)
    }

    /// The entry after, and after the newest one the draft; `None` where that is in the field already.
    pub fn newer(&mut self, now: Entry) -> Option<Entry> {
        let at = self.at?;
        let target = if at + 1 < self.sent.len() { Some(at + 1) } else { None };
        self.go(target, now)
    }

    fn go(&mut self, target: Option<usize>, now: Entry) -> Option<Entry> {
        self.drafts.insert(self.at, now);
        self.at = target;
        let kept = self.drafts.get(&target).or_else(|| target.and_then(|at| self.sent.get(at)));
        Some(kept.cloned().unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Entry {
        (Input::Text, text.to_owned())
    }

    #[test]
    fn the_history_has_a_limit_in_bytes() {
        let mut history = History::default();
        for letter in ["a", "b", "c"] {
            history.push(text(&letter.repeat(MAX_BYTES / 2)));
        }
        assert_eq!((history.sent.len(), history.bytes), (2, MAX_BYTES));
        history.push(text(&"d".repeat(MAX_BYTES + 1)));
        assert_eq!((history.sent.len(), history.bytes), (0, 0));
    }

    #[test]
    fn the_draft_comes_back_after_a_look_at_the_history() {
        let mut history = History::default();
        history.push(text("one"));
        history.push((Input::Hex, "32".to_owned()));
        assert_eq!(history.older(text("dra")), Some((Input::Hex, "32".to_owned())));
        assert_eq!(history.older((Input::Hex, "32 33".to_owned())), Some(text("one")));
        assert_eq!(history.older(text("one")), None);
        assert_eq!(history.newer(text("one")), Some((Input::Hex, "32 33".to_owned())), "what was changed is kept");
        assert_eq!(history.newer((Input::Hex, "32".to_owned())), Some(text("dra")));
        assert_eq!(history.newer(text("dra")), None);
    }

    #[test]
    fn the_oldest_entries_leave_and_repetitions_are_one() {
        let mut history = History::default();
        for n in 0..MAX_ENTRIES + 5 {
            history.push(text(&n.to_string()));
            history.push(text(&n.to_string()));
        }
        assert_eq!(history.sent.len(), MAX_ENTRIES);
        assert_eq!(history.sent.front(), Some(&text("5")));
    }

    #[test]
    fn an_empty_history_leaves_the_field_alone() {
        let mut history = History::default();
        assert_eq!(history.older(text("a")), None);
        assert_eq!(history.newer(text("a")), None);
    }
}
