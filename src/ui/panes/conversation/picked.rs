//! Which rows are selected: the one that all views show, or several of this conversation.

use std::collections::{BTreeSet, VecDeque};

use crate::trace::conversation::Row;

/// How a row was picked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    Alone,
    /// Shift: with all rows up to the one that was picked first.
    UpTo,
    /// Ctrl: besides the others, or no longer.
    Besides,
    /// For its menu: among several it leaves them as they are.
    Menu,
}

#[derive(Debug, Default)]
pub struct Picked {
    /// The numbers of the calls; empty where only the selection of all views counts.
    seqs: BTreeSet<u64>,
    anchor: Option<u64>,
}

impl Picked {
    pub fn pick(&mut self, seq: u64, how: How, rows: &VecDeque<Row>) {
        match how {
            How::Menu if self.seqs.contains(&seq) => {}
            How::Alone | How::Menu => {
                self.seqs = BTreeSet::from([seq]);
                self.anchor = Some(seq);
            }
            How::UpTo => {
                let anchor = *self.anchor.get_or_insert(seq);
                let (from, to) = (anchor.min(seq), anchor.max(seq));
                let begin = rows.partition_point(|row| row.seq < from);
                self.seqs = rows.range(begin..).map(|row| row.seq).take_while(|seq| *seq <= to).collect();
            }
            How::Besides => {
                if !self.seqs.remove(&seq) {
                    self.seqs.insert(seq);
                }
                self.anchor = Some(seq);
            }
        }
    }

    /// Another view has selected a call.
    pub fn follow(&mut self, selected: Option<u64>) {
        if !selected.is_some_and(|seq| self.seqs.contains(&seq)) {
            self.seqs.clear();
            self.anchor = selected;
            self.seqs.extend(selected);
        }
    }

    pub fn contains(&self, seq: u64) -> bool {
        self.seqs.contains(&seq)
    }

    /// In the order of the calls.
    pub fn seqs(&self) -> impl Iterator<Item = u64> + '_ {
        self.seqs.iter().copied()
    }

    pub fn newest(&self) -> Option<u64> {
        self.seqs.last().copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::Nanos;
    use crate::trace::conversation::RowKind;

    #[test]
    fn shift_takes_the_rows_between_and_ctrl_one_more_or_less() {
        let row = |seq| Row { seq, at: Nanos(0), conn: None, peer: None, rule: None, kind: RowKind::Opened };
        let rows: VecDeque<Row> = [2, 3, 5, 8, 9].map(row).into();
        let mut picked = Picked::default();
        let seqs = |picked: &Picked| picked.seqs().collect::<Vec<_>>();
        picked.pick(3, How::Alone, &rows);
        picked.pick(8, How::UpTo, &rows);
        assert_eq!(seqs(&picked), [3, 5, 8]);
        picked.pick(2, How::UpTo, &rows);
        assert_eq!(seqs(&picked), [2, 3], "from the row that was picked first");
        picked.pick(9, How::Besides, &rows);
        picked.pick(3, How::Besides, &rows);
        assert_eq!(seqs(&picked), [2, 9]);
        picked.pick(9, How::Menu, &rows);
        assert_eq!(seqs(&picked), [2, 9], "its menu is for both");
        picked.follow(Some(9));
        assert_eq!(seqs(&picked), [2, 9]);
        picked.follow(Some(5));
        assert_eq!(seqs(&picked), [5], "another view has selected another");
    }
}
