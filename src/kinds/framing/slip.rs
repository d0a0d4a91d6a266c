//! `slip`: END ends a message, and also begins it where a sender wants to be sure (RFC 1055). Within a message END and ESC
//! are written as two bytes.

use bytes::Bytes;

use super::stuffed::{Stuffed, Stuffing};
use super::{FramingKind, UnframeableError};

pub static SLIP: FramingKind = FramingKind {
    name: "slip",
    cutter: |_, _| Box::new(Stuffed::<Slip>::default()),
    frame: |_, _, payload| frame(&payload),
    decode: Some(|_, payload| decode(payload)),
    ..FramingKind::PLAIN
};

const END: u8 = 0xc0;
const ESC: u8 = 0xdb;
const ESC_END: u8 = 0xdc;
const ESC_ESC: u8 = 0xdd;

fn frame(payload: &[u8]) -> Result<Bytes, UnframeableError> {
    if payload.is_empty() {
        return Err(UnframeableError::Empty);
    }
    let mut framed = Vec::with_capacity(payload.len() + 2);
    framed.push(END);
    for byte in payload {
        match *byte {
            END => framed.extend([ESC, ESC_END]),
            ESC => framed.extend([ESC, ESC_ESC]),
            byte => framed.push(byte),
        }
    }
    framed.push(END);
    Ok(framed.into())
}

fn decode(payload: &[u8]) -> Option<Vec<u8>> {
    let mut plain = Vec::with_capacity(payload.len());
    let mut bytes = payload.iter();
    while let Some(byte) = bytes.next() {
        plain.push(match *byte {
            ESC => match *bytes.next()? {
                ESC_END => END,
                ESC_ESC => ESC,
                _ => return None,
            },
            byte => byte,
        });
    }
    Some(plain)
}

#[derive(Clone, Debug, Default)]
struct Slip {
    is_escaped: bool,
    /// An ESC had another byte behind it than there may be.
    is_wrong: bool,
}

impl Stuffing for Slip {
    const END: u8 = END;

    fn longest(payload: u64) -> u64 {
        2 * payload + 1
    }

    fn take(&mut self, byte: u8) {
        if std::mem::take(&mut self.is_escaped) {
            self.is_wrong |= !matches!(byte, ESC_END | ESC_ESC);
        } else {
            self.is_escaped = byte == ESC;
        }
    }

    fn miss(&mut self) {
        self.is_escaped = false;
    }

    fn may_end(&self) -> bool {
        !self.is_wrong && !self.is_escaped
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bytes_of_the_rfc_are_met() {
        assert_eq!(frame(b"a\xc0\xdbb").unwrap(), b"\xc0a\xdb\xdc\xdb\xddb\xc0".as_slice());
        assert_eq!(decode(b"a\xdb\xdc\xdb\xddb").unwrap(), b"a\xc0\xdbb");
        assert_eq!(decode(b"\xdba"), None);
        assert_eq!(frame(b""), Err(UnframeableError::Empty));
    }
}
