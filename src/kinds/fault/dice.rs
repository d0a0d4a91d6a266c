//! The randomness of faults: a pure function of the seed and of what it is asked about, so that the third piece of the
//! second connection meets the same in every run, whatever was switched on or off before.

use std::time::Duration;

use crate::values::{Portion, Span};

/// Numbers that look random, for one question. SplitMix64 (Steele, Lea, Flood 2014): two sequences that begin at
/// different numbers have nothing in common.
#[derive(Clone, Copy, Debug)]
pub struct Dice(u64);

const STEP: u64 = 0x9e37_79b9_7f4a_7c15;

fn mixed(number: u64) -> u64 {
    let number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ (number >> 31)
}

impl Dice {
    /// The dice for what these numbers name.
    pub fn new(seed: u64, about: &[u64]) -> Self {
        let join = |state: u64, part: &u64| mixed(state.wrapping_add(STEP) ^ mixed(part.wrapping_add(STEP)));
        Self(about.iter().fold(mixed(seed.wrapping_add(STEP)), join))
    }

    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(STEP);
        mixed(self.0)
    }

    /// From 0 up to, and without, that number; 0 for 0.
    pub fn below(&mut self, end: u64) -> u64 {
        // The upper half of the product: as even as 64 bits allow.
        let product = u128::from(self.next()) * u128::from(end);
        u64::try_from(product >> 64).unwrap_or(0)
    }

    pub fn span(&mut self, span: Span) -> u32 {
        let width = u64::from(span.most.saturating_sub(span.least)) + 1;
        span.least + u32::try_from(self.below(width)).unwrap_or(0)
    }

    /// True for that portion of all questions.
    pub fn chance(&mut self, portion: Portion) -> bool {
        self.below(u64::from(Portion::ALL.count())) < u64::from(portion.count())
    }

    /// From -1 to 1, each number as likely as any other.
    fn even(&mut self) -> f64 {
        self.next() as f64 / u64::MAX as f64 * 2.0 - 1.0
    }

    /// From -3 to 3, most often near 0: a normal distribution with a deviation of 1, as the sum of twelve even numbers
    /// gives it.
    fn normal(&mut self) -> f64 {
        let sum: f64 = (0..12).map(|_| self.even()).sum();
        (sum / 2.0).clamp(-3.0, 3.0)
    }

    /// `delay`, `jitter` longer or shorter at most; with `normal` the jitter is the deviation.
    pub fn around(&mut self, delay: Duration, jitter: Duration, normal: bool) -> Duration {
        if jitter.is_zero() {
            return delay;
        }
        let off = if normal { self.normal() } else { self.even() };
        let by = jitter.mul_f64(off.abs());
        if off < 0.0 { delay.saturating_sub(by) } else { delay.saturating_add(by) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_question_has_the_same_answer_and_another_has_another() {
        let asked = |seed, about: &[u64]| Dice::new(seed, about).next();
        assert_eq!(asked(7, &[1, 2]), asked(7, &[1, 2]));
        let others = [asked(8, &[1, 2]), asked(7, &[2, 1]), asked(7, &[1]), asked(7, &[1, 2, 0])];
        assert!(others.iter().all(|other| *other != asked(7, &[1, 2])));
    }

    #[test]
    fn a_portion_of_the_questions_is_answered_with_yes() {
        let yes = (0..10_000).filter(|number| Dice::new(1, &[*number]).chance(Portion::of(0.2))).count();
        assert!((1_850..2_150).contains(&yes), "{yes}");
        assert!((0..1_000).all(|number| Dice::new(1, &[number]).chance(Portion::ALL)));
        assert!((0..1_000).all(|number| !Dice::new(1, &[number]).chance(Portion::of(0.0))));
    }

    #[test]
    fn a_delay_stays_within_its_jitter() {
        let (delay, jitter) = (Duration::from_millis(200), Duration::from_millis(50));
        let mut longest = Duration::ZERO;
        for number in 0..1_000 {
            let one = Dice::new(3, &[number]).around(delay, jitter, false);
            assert!((delay - jitter..=delay + jitter).contains(&one), "{one:?}");
            longest = longest.max(one);
            let wide = Dice::new(3, &[number]).around(delay, jitter, true);
            assert!((delay - 3 * jitter..=delay + 3 * jitter).contains(&wide), "{wide:?}");
        }
        assert!(longest > delay + jitter / 2);
        assert_eq!(Dice::new(3, &[]).around(Duration::ZERO, jitter, false).max(jitter), jitter);
    }

    #[test]
    fn a_span_is_used_from_end_to_end() {
        let seen: std::collections::BTreeSet<u32> =
            (0..1_000).map(|number| Dice::new(5, &[number]).span(Span::new(10, 13))).collect();
        assert_eq!(seen, [10, 11, 12, 13].into());
    }
}
