//! `cobs`: a zero byte ends a message, which has none (Consistent Overhead Byte Stuffing, Cheshire and Baker). Each block
//! begins with the place of the next zero.

use bytes::Bytes;

use super::FramingKind;
use super::stuffed::{Stuffed, Stuffing};

pub static COBS: FramingKind = FramingKind {
    name: "cobs",
    cutter: |_, _| Box::new(Stuffed::<Cobs>::default()),
    frame: |_, _, payload| Ok(encode(&payload)),
    decode: Some(|_, payload| decode(payload)),
    ..FramingKind::PLAIN
};

/// The code of the longest block, which has no zero behind it.
const LONGEST: u8 = 0xff;

fn encode(payload: &[u8]) -> Bytes {
    let mut framed = Vec::with_capacity(payload.len() + payload.len() / 254 + 2);
    let mut blocks = payload.split(|byte| *byte == 0).peekable();
    while let Some(block) = blocks.next() {
        let mut rest = block;
        while rest.len() >= 254 {
            let (full, after) = rest.split_at(254);
            framed.push(LONGEST);
            framed.extend_from_slice(full);
            rest = after;
        }
        // A full block at the very end needs no empty one behind it.
        if rest.is_empty() && !block.is_empty() && blocks.peek().is_none() {
            break;
        }
        framed.push(u8::try_from(rest.len() + 1).unwrap_or(LONGEST));
        framed.extend_from_slice(rest);
    }
    framed.push(0);
    framed.into()
}

fn decode(payload: &[u8]) -> Option<Vec<u8>> {
    let mut plain = Vec::with_capacity(payload.len());
    let mut rest = payload;
    while let Some((code, after)) = rest.split_first() {
        let len = usize::from(*code).checked_sub(1)?;
        plain.extend_from_slice(after.get(..len)?);
        rest = after.get(len..)?;
        if *code != LONGEST && !rest.is_empty() {
            plain.push(0);
        }
    }
    Some(plain)
}

#[derive(Clone, Debug, Default)]
struct Cobs {
    /// Bytes of the block that are still to come.
    left: u8,
}

impl Stuffing for Cobs {
    const END: u8 = 0;

    fn longest(payload: u64) -> u64 {
        payload + payload / 254 + 2
    }

    fn take(&mut self, byte: u8) {
        // The first of a block says how many follow.
        self.left = if self.left == 0 { byte.saturating_sub(1) } else { self.left - 1 };
    }

    fn miss(&mut self) {
        self.left = 0;
    }

    fn may_end(&self) -> bool {
        self.left == 0
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_examples_of_the_paper_are_met() {
        let cases: [(&[u8], &[u8]); 5] = [
            (b"", b"\x01\x00"),
            (b"\x00", b"\x01\x01\x00"),
            (b"\x11\x22\x00\x33", b"\x03\x11\x22\x02\x33\x00"),
            (b"\x11\x00\x00\x00", b"\x02\x11\x01\x01\x01\x00"),
            (b"\x11\x22\x33\x44", b"\x05\x11\x22\x33\x44\x00"),
        ];
        for (plain, framed) in cases {
            assert_eq!(encode(plain), framed, "{plain:?}");
        }
        let full: Vec<u8> = (1..=254).collect();
        assert_eq!(encode(&full).len(), 256);
        assert_eq!(decode(b"\x03a"), None);
    }

    proptest! {
        #[test]
        fn what_was_encoded_has_one_zero_and_is_decoded(
            plain in prop::collection::vec(prop::sample::select(vec![0u8, 1, 255]), 0..600),
        ) {
            let framed = encode(&plain);
            let (zero, body) = framed.split_last().unwrap();
            prop_assert!(*zero == 0 && !body.contains(&0));
            prop_assert_eq!(decode(body), Some(plain));
        }
    }
}
