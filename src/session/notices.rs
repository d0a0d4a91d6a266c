//! The notices that the user has not dismissed yet.

use std::collections::VecDeque;

use crate::trace::Notice;

/// The most notices that are kept; the oldest leave first and are counted.
const MAX_NOTICES: usize = 500;

/// A notice under a number of its own, by which it is dismissed.
#[derive(Clone, Debug)]
pub struct Logged {
    pub number: u64,
    pub notice: Notice,
    /// How many equal ones came one after the other.
    pub times: u32,
}

#[derive(Debug, Default)]
pub struct Notices {
    kept: VecDeque<Logged>,
    next: u64,
    left: u64,
}

impl Notices {
    /// The same notice again and again (a repeat that fails, say) is one entry with a count.
    pub(super) fn push(&mut self, notice: Notice) {
        if let Some(last) = self.kept.back_mut() {
            let same = last.notice.endpoint == notice.endpoint && last.notice.conn == notice.conn;
            if same && last.notice.kind == notice.kind {
                last.times = last.times.saturating_add(1);
                last.notice.at = notice.at;
                return;
            }
        }
        self.kept.push_back(Logged { number: self.next, notice, times: 1 });
        self.next += 1;
        if self.kept.len() > MAX_NOTICES {
            self.kept.pop_front();
            self.left += 1;
        }
    }

    pub(super) fn dismiss(&mut self, number: u64) {
        self.kept.retain(|logged| logged.number != number);
    }

    pub(super) fn dismiss_all(&mut self) {
        self.kept.clear();
    }

    /// Oldest first.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Logged> + ExactSizeIterator {
        self.kept.iter()
    }

    pub fn is_empty(&self) -> bool {
        self.kept.is_empty()
    }

    /// How many left unread because there were too many.
    pub fn left(&self) -> u64 {
        self.left
    }
}
