//! Calls that are marked on a line: as many as can be told apart on it, however many there were.

use std::collections::VecDeque;

/// More marks than this can't be told apart on any screen.
const MOST: usize = 8_192;

#[derive(Debug)]
pub struct Marks {
    seqs: VecDeque<u64>,
    /// Those nearer to the mark before them are part of it.
    apart: u64,
}

impl Default for Marks {
    fn default() -> Self {
        Self { seqs: VecDeque::new(), apart: 1 }
    }
}

impl Marks {
    pub fn add(&mut self, seq: u64) {
        if self.seqs.back().is_some_and(|last| seq - last.min(&seq) < self.apart) {
            return;
        }
        self.seqs.push_back(seq);
        while self.seqs.len() > MOST {
            self.apart *= 2;
            let (apart, mut last) = (self.apart, None);
            self.seqs.retain(|seq| {
                let stays = last.is_none_or(|last| seq - last >= apart);
                if stays {
                    last = Some(*seq);
                }
                stays
            });
        }
    }

    pub fn evict(&mut self, first: u64) {
        while self.seqs.front().is_some_and(|seq| *seq < first) {
            self.seqs.pop_front();
        }
    }

    pub fn seqs(&self) -> impl Iterator<Item = u64> {
        self.seqs.iter().copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_marks_stand_exactly_and_of_many_none_is_far_from_its_place() {
        let mut marks = Marks::default();
        [3, 4, 900].into_iter().for_each(|seq| marks.add(seq));
        assert_eq!(marks.seqs().collect::<Vec<_>>(), [3, 4, 900]);
        marks.evict(4);
        assert_eq!(marks.seqs().collect::<Vec<_>>(), [4, 900]);
        let mut marks = Marks::default();
        (1..=1_000_000).for_each(|seq| marks.add(seq));
        let seqs: Vec<u64> = marks.seqs().collect();
        assert!(seqs.len() <= MOST && seqs[0] == 1);
        assert!(seqs.windows(2).all(|pair| pair[1] - pair[0] <= 2 * 1_000_000 / MOST as u64 * 2), "gaps");
    }
}
