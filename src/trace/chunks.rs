//! A queue that grows without ever copying what it holds: blocks of a fixed size. A `VecDeque` of ten million calls
//! would copy two gigabytes whenever it doubles, and that frame would take a second.

use std::collections::VecDeque;
use std::ops::{Bound, RangeBounds};

/// How many items a block holds.
const BLOCK: usize = 4096;

/// Pushed at the back, popped at the front, found by place.
#[derive(Clone, Debug)]
pub struct Chunks<T> {
    /// Every block but the last was filled up; the first one may have lost items at its front.
    blocks: VecDeque<VecDeque<T>>,
    /// How many items the first block has lost.
    popped: usize,
    len: usize,
}

impl<T> Default for Chunks<T> {
    fn default() -> Self {
        Self { blocks: VecDeque::new(), popped: 0, len: 0 }
    }
}

impl<T> Chunks<T> {
    pub fn new() -> Self {
        Self::default()
    }

    pub fn len(&self) -> usize {
        self.len
    }

    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    pub fn push_back(&mut self, item: T) {
        let lost = if self.blocks.len() == 1 { self.popped } else { 0 };
        match self.blocks.back_mut().filter(|last| last.len() + lost < BLOCK) {
            Some(last) => last.push_back(item),
            None => {
                // The first block grows as it is needed, since most connections have a few calls only.
                let mut block = if self.blocks.is_empty() { VecDeque::new() } else { VecDeque::with_capacity(BLOCK) };
                block.push_back(item);
                self.blocks.push_back(block);
            }
        }
        self.len += 1;
    }

    pub fn pop_front(&mut self) -> Option<T> {
        let first = self.blocks.front_mut()?;
        let item = first.pop_front()?;
        self.len -= 1;
        self.popped += 1;
        if first.is_empty() {
            self.blocks.pop_front();
            self.popped = 0;
        }
        Some(item)
    }

    pub fn clear(&mut self) {
        *self = Self::default();
    }

    fn place(&self, index: usize) -> (usize, usize) {
        let at = index + self.popped;
        let block = at / BLOCK;
        (block, at % BLOCK - if block == 0 { self.popped } else { 0 })
    }

    pub fn get(&self, index: usize) -> Option<&T> {
        if index >= self.len {
            return None;
        }
        let (block, at) = self.place(index);
        self.blocks.get(block)?.get(at)
    }

    pub fn get_mut(&mut self, index: usize) -> Option<&mut T> {
        if index >= self.len {
            return None;
        }
        let (block, at) = self.place(index);
        self.blocks.get_mut(block)?.get_mut(at)
    }

    pub fn front(&self) -> Option<&T> {
        self.get(0)
    }

    pub fn back(&self) -> Option<&T> {
        self.get(self.len.checked_sub(1)?)
    }

    /// Exchanges an item with the one before it.
    pub fn swap_with_previous(&mut self, index: usize) {
        if index == 0 || index >= self.len {
            return;
        }
        let ((one, at_one), (other, at_other)) = (self.place(index - 1), self.place(index));
        if one == other {
            if let Some(block) = self.blocks.get_mut(one) {
                block.swap(at_one, at_other);
            }
            return;
        }
        let (left, right) = self.blocks.as_mut_slices();
        let mut both = left.iter_mut().chain(right).skip(one).take(2);
        if let (Some(first), Some(second)) = (both.next(), both.next())
            && let (Some(a), Some(b)) = (first.get_mut(at_one), second.get_mut(at_other))
        {
            std::mem::swap(a, b);
        }
    }

    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &T> {
        self.range(..)
    }

    /// The items of these places; what is past the end is left out.
    pub fn range(&self, range: impl RangeBounds<usize>) -> impl DoubleEndedIterator<Item = &T> {
        let begin = match range.start_bound() {
            Bound::Included(begin) => *begin,
            Bound::Excluded(before) => before.saturating_add(1),
            Bound::Unbounded => 0,
        };
        let end = match range.end_bound() {
            Bound::Included(last) => last.saturating_add(1),
            Bound::Excluded(end) => *end,
            Bound::Unbounded => self.len,
        };
        let end = end.min(self.len);
        let begin = begin.min(end);
        let (first, from) = if begin < end { self.place(begin) } else { (0, 0) };
        let last = if begin < end { self.place(end - 1).0 + 1 } else { 0 };
        let blocks = self.blocks.range(first.min(last)..last).enumerate();
        let popped = self.popped;
        blocks.flat_map(move |(number, block)| {
            let number = number + first;
            let base = (number * BLOCK).saturating_sub(popped);
            let skip = if number == first { from } else { 0 };
            let until = block.len().min(end - base);
            block.range(skip.min(until)..until)
        })
    }

    /// The place of the first item for which it is no longer so; the items must be ordered by it.
    pub fn partition_point(&self, mut so: impl FnMut(&T) -> bool) -> usize {
        let (mut low, mut high) = (0, self.len);
        while low < high {
            let middle = low + (high - low) / 2;
            match self.get(middle) {
                Some(item) if so(item) => low = middle + 1,
                _ => high = middle,
            }
        }
        low
    }
}

impl<'a, T> IntoIterator for &'a Chunks<T> {
    type Item = &'a T;
    type IntoIter = Box<dyn DoubleEndedIterator<Item = &'a T> + 'a>;

    fn into_iter(self) -> Self::IntoIter {
        Box::new(self.iter())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn no_block_is_ever_copied_into_a_larger_one() {
        let mut chunks = Chunks::new();
        for n in 0..3 * BLOCK {
            chunks.push_back(n);
        }
        assert_eq!(chunks.blocks.len(), 3);
        assert!(chunks.blocks.iter().all(|block| block.len() == BLOCK));
        let place = std::ptr::from_ref(chunks.get(BLOCK).unwrap());
        for n in 0..20 * BLOCK {
            chunks.push_back(n);
        }
        assert_eq!(place, std::ptr::from_ref(chunks.get(BLOCK).unwrap()));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]
        #[test]
        fn it_is_a_vec_deque(steps in proptest::collection::vec((0..6000usize, 0..5000usize), 1..6), at in 0..20_000usize, len in 0..9000usize) {
            let (mut chunks, mut model) = (Chunks::new(), VecDeque::new());
            let mut next = 0;
            for (pushes, pops) in steps {
                for _ in 0..pushes {
                    chunks.push_back(next);
                    model.push_back(next);
                    next += 1;
                }
                for _ in 0..pops {
                    prop_assert_eq!(chunks.pop_front(), model.pop_front());
                }
                prop_assert_eq!(chunks.len(), model.len());
            }
            prop_assert!(chunks.iter().eq(model.iter()));
            prop_assert!(chunks.iter().rev().eq(model.iter().rev()));
            prop_assert_eq!(chunks.get(at), model.get(at));
            prop_assert_eq!((chunks.front(), chunks.back()), (model.front(), model.back()));
            let begin = at.min(model.len());
            let end = (begin + len).min(model.len());
            prop_assert!(chunks.range(at..at + len).eq(model.range(begin..end)));
            prop_assert_eq!(chunks.partition_point(|n| *n < at), model.partition_point(|n| *n < at));
            chunks.swap_with_previous(at);
            if at > 0 && at < model.len() {
                model.swap(at - 1, at);
            }
            prop_assert!(chunks.iter().eq(model.iter()));
        }
    }
}
