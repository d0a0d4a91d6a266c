//! Inputs that are nearly right: real samples with a few changes. A proptest strategy, so that what fails is made smaller
//! by itself.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;

/// No input is longer: the limits on length have tests of their own.
const MAX_INPUT: usize = 32 * 1024;

/// Texts and bytes that are often taken for something else.
const ODDITIES: [&[u8]; 37] = [
    b"\0",
    b"\n",
    b"\r\n",
    b"\r",
    b"\t",
    b"\x1b[2J",
    b"\x7f",
    b"\x80",
    b"\xff",
    b"\xfe\xff",
    // A byte order mark, an override of the direction, its end, no space, a line's end, a combining mark.
    b"\xef\xbb\xbf",
    b"\xe2\x80\xae",
    b"\xe2\x81\xa9",
    b"\xe2\x80\x8b",
    b"\xe2\x80\xa8",
    b"\xcc\x81",
    // A surrogate, an overlong slash, past the last character, the last character, half a character.
    b"\xed\xa0\x80",
    b"\xc0\xaf",
    b"\xf5\x80\x80\x80",
    b"\xf4\x8f\xbf\xbf",
    b"\xe4\xbd",
    // Their small letters have another length.
    "İ".as_bytes(),
    "ẞ".as_bytes(),
    "ﬃ".as_bytes(),
    "你好".as_bytes(),
    "🦀".as_bytes(),
    "٣".as_bytes(),
    "\u{3000}".as_bytes(),
    b" ",
    b"\"",
    b"\\",
    // Large numbers as they stand in a trace file.
    b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01",
    b"\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01",
    b"\xff\xff\xff\xff\x0f",
    b"..",
    b"/",
    b"%",
];

const NUMBERS: [&str; 20] = [
    "0",
    "-1",
    "1",
    "00",
    "127",
    "255",
    "256",
    "65535",
    "65536",
    "2147483648",
    "4294967295",
    "4294967296",
    "9223372036854775807",
    "-9223372036854775809",
    "18446744073709551615",
    "18446744073709551616",
    "99999999999999999999999999999999",
    "1e308",
    "0x7fffffffffffffff",
    "nan",
];

#[derive(Clone, Debug)]
enum Edit {
    Flip(Index, u32),
    Put(Index, Vec<u8>),
    Insert(Index, Vec<u8>),
    /// This often.
    Words(Index, Index, usize),
    Remove(Index, usize),
    Repeat(Index, usize, usize),
    Splice(Index, Index, Index, usize),
    Truncate(Index),
    Swap(Index, Index, usize),
    Number(Index, Index),
    /// In place of this many bytes.
    Oddity(Index, Index, usize),
}

fn edit() -> impl Strategy<Value = Edit> {
    let at = any::<Index>;
    // As a rule once; deep nesting is a case of its own.
    let times = prop_oneof![20 => 1..4usize, 2 => 1..40usize, 1 => 40..3_000usize];
    prop_oneof![
        3 => (at(), 0..8u32).prop_map(|(at, bit)| Edit::Flip(at, bit)),
        3 => (at(), vec(any::<u8>(), 1..9)).prop_map(|(at, bytes)| Edit::Put(at, bytes)),
        1 => (at(), vec(prop::sample::select(vec![0u8, 1, 0x7f, 0x80, 0xfe, 0xff]), 1..11))
            .prop_map(|(at, bytes)| Edit::Put(at, bytes)),
        2 => (at(), vec(any::<u8>(), 1..9)).prop_map(|(at, bytes)| Edit::Insert(at, bytes)),
        4 => (at(), at(), times).prop_map(|(at, word, times)| Edit::Words(at, word, times)),
        3 => (at(), 1..40usize).prop_map(|(at, len)| Edit::Remove(at, len)),
        2 => (at(), 1..60usize, 1..6usize).prop_map(|(at, len, times)| Edit::Repeat(at, len, times)),
        2 => (at(), at(), at(), 1..200usize).prop_map(|(at, other, from, len)| Edit::Splice(at, other, from, len)),
        1 => at().prop_map(Edit::Truncate),
        1 => (at(), at(), 1..40usize).prop_map(|(a, b, len)| Edit::Swap(a, b, len)),
        2 => (at(), at()).prop_map(|(at, number)| Edit::Number(at, number)),
        4 => (at(), at(), 0..3usize).prop_map(|(at, oddity, len)| Edit::Oddity(at, oddity, len)),
    ]
}

/// Changed samples for the most part, and what is like nothing.
pub fn inputs(samples: &[Vec<u8>], words: &'static [&'static str]) -> BoxedStrategy<Vec<u8>> {
    let samples = samples.to_vec();
    let changed = (any::<Index>(), vec(edit(), 0..7)).prop_map(move |(which, edits)| {
        let mut bytes = which.get(&samples).clone();
        for edit in edits {
            apply(&mut bytes, &edit, &samples, words);
        }
        bytes.truncate(MAX_INPUT);
        bytes
    });
    let word = || prop::sample::select(if words.is_empty() { &[" "] } else { words });
    let sentence = (vec(word(), 0..30), any::<bool>())
        .prop_map(|(words, spaced)| words.join(if spaced { " " } else { "" }).into_bytes());
    prop_oneof![
        16 => changed,
        1 => vec(any::<u8>(), 0..300),
        1 => any::<String>().prop_map(String::into_bytes),
        2 => sentence,
    ]
    .boxed()
}

fn apply(bytes: &mut Vec<u8>, edit: &Edit, samples: &[Vec<u8>], words: &[&str]) {
    // A place in it, or its end.
    let place = |at: &Index, bytes: &[u8]| at.index(bytes.len() + 1);
    let range = |at: &Index, len: usize, bytes: &[u8]| {
        let begin = place(at, bytes);
        begin..(begin + len).min(bytes.len())
    };
    match edit {
        Edit::Flip(at, bit) if !bytes.is_empty() => *at.get_mut(bytes) ^= 1u8 << bit,
        Edit::Flip(..) => {}
        Edit::Put(at, new) => {
            let range = range(at, new.len(), bytes);
            bytes.splice(range, new.iter().copied());
        }
        Edit::Insert(at, new) => insert(bytes, place(at, bytes), new),
        Edit::Words(at, word, times) if !words.is_empty() => {
            insert(bytes, place(at, bytes), word.get(words).repeat(*times).as_bytes());
        }
        Edit::Words(..) => {}
        Edit::Remove(at, len) => {
            bytes.drain(range(at, *len, bytes));
        }
        Edit::Repeat(at, len, times) => {
            let range = range(at, *len, bytes);
            let part = bytes[range.clone()].repeat(*times);
            insert(bytes, range.end, &part);
        }
        Edit::Splice(at, other, from, len) => {
            let other = other.get(samples);
            insert(bytes, place(at, bytes), &other[range(from, *len, other)]);
        }
        Edit::Truncate(at) => bytes.truncate(place(at, bytes)),
        Edit::Swap(a, b, len) => {
            let part: Vec<u8> = bytes.drain(range(a, *len, bytes)).collect();
            insert(bytes, place(b, bytes), &part);
        }
        Edit::Number(at, number) => {
            // The digits at that place or the next ones.
            let begin = place(at, bytes);
            let is_digit = |byte: &u8| byte.is_ascii_digit();
            let begin = begin + bytes[begin..].iter().position(is_digit).unwrap_or_default();
            let len = bytes[begin..].iter().take_while(|byte| is_digit(byte)).count();
            bytes.splice(begin..begin + len, number.get(&NUMBERS).bytes());
        }
        Edit::Oddity(at, oddity, len) => {
            let range = range(at, *len, bytes);
            bytes.splice(range, ODDITIES[oddity.index(ODDITIES.len())].iter().copied());
        }
    }
}

fn insert(bytes: &mut Vec<u8>, at: usize, new: &[u8]) {
    bytes.splice(at..at, new.iter().copied());
}
