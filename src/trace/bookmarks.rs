//! Calls that the user has marked, each with a note. They stand beside the trace and leave with their calls.

use std::collections::BTreeMap;

/// The longest note, in characters.
pub const MAX_NOTE_CHARS: usize = 2_000;
/// The most bookmarks.
pub const MAX_BOOKMARKS: usize = 10_000;

/// The marked calls by their numbers in the trace.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bookmarks {
    notes: BTreeMap<u64, String>,
    /// Goes up with every change.
    revision: u64,
}

impl Bookmarks {
    /// Marks a call with a note, which may be empty; `None` takes the mark away. False where nothing has changed:
    /// there are [`MAX_BOOKMARKS`] already, or it was so.
    pub fn set(&mut self, seq: u64, note: Option<&str>) -> bool {
        let changed = match note {
            None => self.notes.remove(&seq).is_some(),
            Some(_) if self.notes.len() >= MAX_BOOKMARKS && !self.has(seq) => false,
            Some(note) => {
                let note: String = note.chars().take(MAX_NOTE_CHARS).collect();
                let before = self.notes.insert(seq, note);
                before.as_ref() != self.notes.get(&seq)
            }
        };
        self.revision += u64::from(changed);
        changed
    }

    pub fn has(&self, seq: u64) -> bool {
        self.notes.contains_key(&seq)
    }

    /// The note of a marked call; `None` where it is not marked.
    pub fn note(&self, seq: u64) -> Option<&str> {
        self.notes.get(&seq).map(String::as_str)
    }

    /// Every marked call with its note, oldest first.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (u64, &str)> {
        self.notes.iter().map(|(seq, note)| (*seq, note.as_str()))
    }

    /// The same as plain data, for a file.
    pub fn notes(&self) -> &BTreeMap<u64, String> {
        &self.notes
    }

    /// Takes over what a file has, as far as it may be.
    pub fn replace(&mut self, notes: BTreeMap<u64, String>) {
        self.clear();
        for (seq, note) in notes {
            self.set(seq, Some(&note));
        }
        self.revision += 1;
    }

    pub fn len(&self) -> usize {
        self.notes.len()
    }

    pub fn is_empty(&self) -> bool {
        self.notes.is_empty()
    }

    pub fn revision(&self) -> u64 {
        self.revision
    }

    /// The calls before that number have left the trace.
    pub fn leave_before(&mut self, first: u64) {
        while self.notes.first_key_value().is_some_and(|(seq, _)| *seq < first) {
            self.notes.pop_first();
            self.revision += 1;
        }
    }

    pub fn clear(&mut self) {
        self.revision += u64::from(!self.notes.is_empty());
        self.notes.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_is_set_changed_and_taken_away() {
        let mut marks = Bookmarks::default();
        assert!(marks.set(5, Some("")));
        assert!(!marks.set(5, Some("")), "nothing has changed");
        assert!(marks.set(5, Some("here")));
        assert_eq!((marks.note(5), marks.note(6), marks.revision()), (Some("here"), None, 2));
        assert!(marks.set(5, None));
        assert!(!marks.set(5, None));
        assert!(marks.is_empty());
    }

    #[test]
    fn marks_leave_with_their_calls() {
        let mut marks = Bookmarks::default();
        for seq in [3, 7, 9] {
            marks.set(seq, Some("x"));
        }
        marks.leave_before(8);
        assert_eq!(marks.iter().collect::<Vec<_>>(), [(9, "x")]);
    }

    #[test]
    fn notes_and_their_number_are_capped() {
        let mut marks = Bookmarks::default();
        marks.set(0, Some(&"é".repeat(MAX_NOTE_CHARS + 5)));
        assert_eq!(marks.note(0).map(|note| note.chars().count()), Some(MAX_NOTE_CHARS));
        for seq in 0..=MAX_BOOKMARKS as u64 {
            marks.set(seq, Some("x"));
        }
        assert_eq!(marks.len(), MAX_BOOKMARKS);
        assert!(marks.set(3, Some("y")), "one that is there can still be changed");
    }
}
