//! A number in a message says how long it is: where the number stands, how it is written, and what it counts.

use bytes::Bytes;

use super::{Cutter, Found, FrameError, Progress, Resumed, UnframeableError, counted, joined, within};

/// The most digits, or bytes of seven bits, that a number may have.
const MAX_DIGITS: usize = 20;

/// Where a message says how long it is.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Length {
    /// How many bytes stand before the number.
    pub offset: usize,
    pub number: Number,
    /// Is added to what the number says.
    pub adjust: i64,
    /// The number counts the whole frame, and not what follows it.
    pub counts_all: bool,
    /// The message is the whole frame, since what stands before the number is a part of it; else what follows the number.
    pub keeps: bool,
    /// Ends the frame and is no part of the message.
    pub trailer: &'static [u8],
}

/// How the number is written.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Number {
    Binary {
        width: usize,
        is_big: bool,
    },
    /// Seven bits a byte, the lowest first; the eighth says that another byte follows.
    Varint,
    /// In ASCII: a number of digits, or up to a mark.
    Digits {
        radix: u32,
        count: usize,
        end: Box<[u8]>,
    },
    /// There is none: the frame has that many bytes.
    Known(u64),
}

impl Length {
    /// Big endian, at that place, counting what follows; the message is the whole frame.
    pub fn big(offset: usize, width: usize) -> Self {
        let number = Number::Binary { width, is_big: true };
        Self { offset, number, adjust: 0, counts_all: false, keeps: true, trailer: b"" }
    }

    pub fn little(offset: usize, width: usize) -> Self {
        Self { number: Number::Binary { width, is_big: false }, ..Self::big(offset, width) }
    }

    /// A frame of that many bytes.
    pub fn known(len: u64) -> Self {
        Self { number: Number::Known(len), ..Self::big(0, 1) }
    }

    pub fn adjusted(self, adjust: i64) -> Self {
        Self { adjust, ..self }
    }

    /// The number counts the whole frame.
    pub fn of_all(self) -> Self {
        Self { counts_all: true, ..self }
    }

    /// The message is what follows the number.
    pub fn stripped(self) -> Self {
        Self { keeps: false, ..self }
    }

    /// How long the frame is, where its number has that many bytes and says that.
    fn total(&self, number_len: usize, says: u64) -> i128 {
        let says = i128::from(says) + i128::from(self.adjust);
        if self.counts_all { says } else { says + (self.offset + number_len) as i128 }
    }

    /// The payload as a frame, with its number.
    ///
    /// # Errors
    /// [`UnframeableError`] where it has no room for its number, or its number none for its length.
    pub fn frame(&self, payload: &Bytes) -> Result<Bytes, UnframeableError> {
        if let Number::Known(_) = self.number {
            return Ok(payload.clone());
        }
        let len = payload.len();
        if !self.keeps {
            let number = self.written(|number_len| number_len + len, len)?;
            return Ok(joined(&number, payload, self.trailer));
        }
        let mut reader = Reader::default();
        let bytes = payload.get(self.offset..).unwrap_or_default();
        let found = bytes.iter().find_map(|byte| match reader.push(*byte, &self.number) {
            Read::More => None,
            Read::Is(_) => Some(Ok(())),
            Read::Wrong => Some(Err(())),
        });
        let Some(Ok(())) = found else { return Err(UnframeableError::NoHeader { len }) };
        let rest = payload.get(self.offset + reader.digits.len()..).unwrap_or_default();
        let number = self.written(|number_len| self.offset + number_len + rest.len(), len)?;
        Ok(joined(&[payload.get(..self.offset).unwrap_or_default(), &number].concat(), rest, &[]))
    }

    /// The number of a frame that is so long if the number has that many bytes.
    fn written(&self, total: impl Fn(usize) -> usize, len: usize) -> Result<Vec<u8>, UnframeableError> {
        let mut number_len = self.number.least_len();
        // A longer number makes the frame longer; a few rounds are enough for any.
        for _ in 0..MAX_DIGITS {
            let head = if self.counts_all { 0 } else { self.offset + number_len };
            let says = total(number_len) as i128 - head as i128 - i128::from(self.adjust);
            let says = u64::try_from(says).map_err(|_| UnframeableError::NegativeLength { len })?;
            let written = self.number.written(says, len)?;
            if written.len() == number_len {
                return Ok(written);
            }
            number_len = written.len();
        }
        Err(UnframeableError::TooLong { len })
    }
}

impl Number {
    fn least_len(&self) -> usize {
        match self {
            Self::Binary { width, .. } => *width,
            Self::Varint => 1,
            Self::Digits { count, end, .. } => (*count).max(1) + end.len(),
            Self::Known(_) => 0,
        }
    }

    fn written(&self, says: u64, len: usize) -> Result<Vec<u8>, UnframeableError> {
        match self {
            Self::Binary { width, is_big } => {
                let most = largest(*width);
                if says > most {
                    return Err(UnframeableError::PrefixTooNarrow { len, width: *width, most });
                }
                let (big, little) = (says.to_be_bytes(), says.to_le_bytes());
                let bytes = if *is_big { big.get(big.len() - width..) } else { little.get(..*width) };
                Ok(bytes.unwrap_or_default().to_vec())
            }
            Self::Varint => {
                let mut bytes = Vec::new();
                let mut rest = says;
                while rest > 0x7f {
                    bytes.push((rest & 0x7f) as u8 | 0x80);
                    rest >>= 7;
                }
                bytes.push(rest as u8);
                Ok(bytes)
            }
            Self::Digits { radix, count, end } => {
                let digits = if *radix == 16 { format!("{says:0count$x}") } else { format!("{says:0count$}") };
                if *count > 0 && digits.len() > *count {
                    let most = u64::from(*radix).saturating_pow(u32::try_from(*count).unwrap_or(u32::MAX)) - 1;
                    return Err(UnframeableError::PrefixTooNarrow { len, width: *count, most });
                }
                Ok([digits.as_bytes(), end].concat())
            }
            Self::Known(_) => Ok(Vec::new()),
        }
    }
}

/// The largest number of that many bytes.
pub(super) fn largest(width: usize) -> u64 {
    u64::MAX >> (64 - 8 * width.clamp(1, 8))
}

/// What the bytes of a number say so far.
enum Read {
    More,
    Is(u64),
    Wrong,
}

/// The bytes of a number as they come.
#[derive(Clone, Debug, Default)]
struct Reader {
    digits: Vec<u8>,
}

impl Reader {
    fn push(&mut self, byte: u8, number: &Number) -> Read {
        self.digits.push(byte);
        match number {
            Number::Binary { width, .. } if self.digits.len() < *width => Read::More,
            Number::Binary { is_big, .. } => {
                let join = |number: u64, digit: &u8| number << 8 | u64::from(*digit);
                let digits = self.digits.iter();
                Read::Is(if *is_big { digits.fold(0, join) } else { digits.rev().fold(0, join) })
            }
            Number::Varint => self.varint(byte),
            Number::Digits { radix, count, end } => self.ascii(*radix, *count, end),
            Number::Known(_) => Read::Wrong,
        }
    }

    fn varint(&self, last: u8) -> Read {
        if last & 0x80 != 0 {
            return if self.digits.len() < 10 { Read::More } else { Read::Wrong };
        }
        let mut number: u64 = 0;
        for (index, digit) in self.digits.iter().enumerate() {
            let digit = u64::from(digit & 0x7f);
            match digit.checked_shl(7 * index as u32) {
                Some(shifted) if shifted >> (7 * index) == digit => number |= shifted,
                _ => return Read::Wrong,
            }
        }
        Read::Is(number)
    }

    fn ascii(&self, radix: u32, count: usize, end: &[u8]) -> Read {
        let is_digit = |byte: &u8| char::from(*byte).is_digit(radix);
        let digits = self.digits.iter().take_while(|byte| is_digit(byte)).count();
        let (digits, rest) = self.digits.split_at(digits);
        let is_whole = if count > 0 { digits.len() == count && rest.is_empty() } else { rest == end };
        if digits.len() > MAX_DIGITS || (digits.is_empty() && !rest.is_empty()) {
            return Read::Wrong;
        }
        match std::str::from_utf8(digits).ok().and_then(|digits| u64::from_str_radix(digits, radix).ok()) {
            Some(number) if is_whole => Read::Is(number),
            Some(_) if count > 0 && rest.is_empty() => Read::More,
            Some(_) if count == 0 && end.starts_with(rest) => Read::More,
            _ => Read::Wrong,
        }
    }
}

/// How the frames of a stream say their length: by their first byte, and whether it is the stream's first.
pub(super) type Choose = fn(first: u8, start: u64) -> Length;

/// Reads the number of each frame and counts its bytes.
#[derive(Clone, Debug)]
pub(super) struct LengthCutter {
    length: Length,
    choose: Option<Choose>,
    reader: Reader,
    /// The length of the frame, once its number is read.
    total: Option<u64>,
}

impl LengthCutter {
    pub fn new(length: Length) -> Self {
        Self { length, choose: None, reader: Reader::default(), total: None }
    }

    /// With frames of more than one shape.
    pub fn by_first_byte(choose: Choose) -> Self {
        Self { choose: Some(choose), ..Self::new(Length::known(1)) }
    }

    fn end(&self) -> Found {
        if self.length.keeps {
            return Found::End { header: 0, trailer: 0 };
        }
        let header = (self.length.offset + self.reader.digits.len()) as u64;
        Found::End { header, trailer: self.length.trailer.len() as u64 }
    }

    /// The frame's number ends after `read` of its bytes.
    fn read(&mut self, at: &Progress, read: u64, says: u64) -> Result<u64, FrameError> {
        let lying = FrameError::Lying { at: at.start, announced: says, max: at.max };
        let total = self.length.total(self.reader.digits.len(), says) + self.length.trailer.len() as i128;
        let total = u64::try_from(total).map_err(|_| lying)?;
        if total < read {
            return Err(FrameError::NoNumber { at: at.start });
        }
        let payload = if self.length.keeps { total } else { total - read };
        if payload > u64::from(at.max) + self.length.trailer.len() as u64 { Err(lying) } else { Ok(total) }
    }
}

impl Cutter for LengthCutter {
    fn advance(&mut self, at: &Progress, bytes: Option<&[u8]>, available: u64) -> (u64, Found) {
        if let Some(total) = self.total {
            return counted(total.saturating_sub(at.len), available, self.end());
        }
        let Some(bytes) = bytes else {
            return (0, Found::Failed(FrameError::Missing { at: at.start }));
        };
        if let (0, Some(choose), Some(first)) = (at.len, self.choose, bytes.first()) {
            self.length = choose(*first, at.start);
        }
        if let Number::Known(total) = self.length.number {
            self.total = Some(total);
            return counted(total.saturating_sub(at.len), available, self.end());
        }
        let before = (self.length.offset as u64).saturating_sub(at.len);
        let before = within(bytes, before).len();
        for (index, byte) in bytes.iter().enumerate().skip(before) {
            let read = at.len + index as u64 + 1;
            match self.reader.push(*byte, &self.length.number) {
                Read::More => {}
                Read::Wrong => return (0, Found::Failed(FrameError::NoNumber { at: at.start })),
                Read::Is(says) => {
                    return match self.read(at, read, says) {
                        Err(error) => (0, Found::Failed(error)),
                        Ok(total) if total == read => (index as u64 + 1, self.end()),
                        Ok(total) => {
                            self.total = Some(total);
                            (index as u64 + 1, Found::More)
                        }
                    };
                }
            }
        }
        (available, Found::More)
    }

    fn begin_frame(&mut self) {
        self.total = None;
        self.reader.digits.clear();
    }

    fn resume_at(&mut self, _: u64) -> Resumed {
        Resumed::Lost
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_width_knows_its_largest_number() {
        for width in 1..=8 {
            assert_eq!(largest(width).leading_zeros() as usize, 64 - 8 * width);
        }
    }

    fn digits(radix: u32, count: usize, end: &[u8]) -> Length {
        Length { number: Number::Digits { radix, count, end: end.into() }, ..Length::big(0, 1).stripped() }
    }

    #[test]
    fn a_length_is_written_as_its_peer_reads_it() {
        let framed = |length: &Length, payload: &'static [u8]| length.frame(&Bytes::from_static(payload));
        let varint = Length { number: Number::Varint, ..Length::big(0, 1).stripped() };
        assert_eq!(framed(&varint, b"hi").unwrap(), b"\x02hi".as_slice());
        assert_eq!(varint.frame(&Bytes::from(vec![0; 300])).unwrap()[..2], [0xac, 0x02]);
        assert_eq!(framed(&digits(10, 0, b" "), b"hello").unwrap(), b"5 hello".as_slice());
        assert_eq!(framed(&digits(16, 0, b"\r\n"), b"0123456789").unwrap(), b"a\r\n0123456789".as_slice());
        assert_eq!(framed(&digits(10, 4, b""), b"hello").unwrap(), b"0005hello".as_slice());
        // A number that counts itself grows with its own digits.
        assert_eq!(framed(&digits(10, 0, b" ").of_all(), b"12345678").unwrap(), b"11 12345678".as_slice());
        assert_eq!(
            framed(&Length::little(0, 3).adjusted(1).stripped(), b"\x00abc").unwrap(),
            b"\x03\0\0\0abc".as_slice()
        );
    }

    #[test]
    fn a_number_within_the_message_is_put_right_in_its_place() {
        let modbus = Length::big(4, 2);
        let framed = |length: &Length, payload: &'static [u8]| length.frame(&Bytes::from_static(payload));
        assert_eq!(framed(&modbus, b"\x00\x07\0\0\xff\xff\x01\x03").unwrap(), b"\x00\x07\0\0\0\x02\x01\x03".as_slice());
        assert_eq!(framed(&modbus, b"\x00\x07\0\0\0"), Err(UnframeableError::NoHeader { len: 5 }));
        let tpkt = Length::big(2, 2).of_all();
        assert_eq!(framed(&tpkt, b"\x03\0\0\0ab").unwrap(), b"\x03\0\0\x06ab".as_slice());
        let mqtt = Length { number: Number::Varint, ..Length::big(1, 1) };
        assert_eq!(framed(&mqtt, b"\x20\x7f\0\0").unwrap(), b"\x20\x02\0\0".as_slice());
        let narrow = Length::big(1, 1).adjusted(4);
        assert_eq!(framed(&narrow, b"a\0b"), Err(UnframeableError::NegativeLength { len: 3 }));
    }
}
