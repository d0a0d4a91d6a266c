//! `slip`: END ends a message, and also begins it where a sender wants to be sure (RFC 1055). Within a message END and ESC
//! are written as two bytes.

use bytes::Bytes;

use super::{Aside, Cutter, Found, FramingKind, Progress, Resumed, UnframeableError, within};

pub static SLIP: FramingKind = FramingKind {
    name: "slip",
    cutter: |_, _| Box::new(Slip::default()),
    frame: |_, _, payload| frame(&payload),
    decode: Some(|_, payload| decode(payload)),
    ..FramingKind::PLAIN
};

const END: u8 = 0xc0;
const ESC: u8 = 0xdb;
const ESC_END: u8 = 0xdc;
const ESC_ESC: u8 = 0xdd;

/// ENDs with nothing between them are reported in pieces of this length.
const MOST_PADDING: u64 = 1024;

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
    /// How many ENDs came and nothing after them.
    ends: u64,
    has_body: bool,
    is_escaped: bool,
    /// An ESC had another byte behind it than there may be.
    is_wrong: bool,
}

impl Cutter for Slip {
    fn advance(&mut self, at: &Progress, bytes: Option<&[u8]>, available: u64) -> (u64, Found) {
        let Some(bytes) = bytes else {
            (self.has_body, self.is_escaped) = (true, false);
            return (available, Found::More);
        };
        // Each byte of the payload may be two.
        let room = (2 * u64::from(at.max) + 1).saturating_sub(at.len);
        for (index, byte) in within(bytes, room).iter().enumerate() {
            let used = index as u64 + 1;
            match *byte {
                END if !self.has_body => {
                    self.ends += 1;
                    if self.ends == MOST_PADDING.min(u64::from(at.max)) {
                        let len = std::mem::take(&mut self.ends);
                        return (used, Found::Aside(Aside { len, is_padding: true }));
                    }
                }
                END if self.is_wrong || self.is_escaped => {
                    *self = Self::default();
                    return (used, Found::Aside(Aside { len: at.len + used, is_padding: false }));
                }
                END => return (used, Found::End { header: 0, trailer: 1 }),
                byte => {
                    let is_escaped = std::mem::replace(&mut self.is_escaped, byte == ESC);
                    if is_escaped {
                        self.is_escaped = false;
                        self.is_wrong |= !matches!(byte, ESC_END | ESC_ESC);
                    }
                    self.has_body = true;
                    let len = std::mem::take(&mut self.ends);
                    if len > 0 {
                        return (used, Found::Aside(Aside { len, is_padding: true }));
                    }
                }
            }
        }
        if available < room { (available, Found::More) } else { (0, at.too_long()) }
    }

    fn begin_frame(&mut self) {
        *self = Self::default();
    }

    fn resume_at(&mut self, _: u64) -> Resumed {
        Resumed::Somewhere
    }

    fn aside(&self, len: u64) -> Option<Aside> {
        (!self.has_body).then_some(Aside { len, is_padding: true })
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
