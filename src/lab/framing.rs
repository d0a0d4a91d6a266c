//! Where a message ends in a stream, as the user chose it. The cutting itself is done in [`crate::service::framing`].
//!
//! TCP carries bytes, not messages: one `send` may arrive as three `recv`s, and three as one. A framing is the
//! agreement of both ends that makes messages out of them. Datagrams are messages already and have none.

use crate::lang::{Lang, Words};
use crate::{error_in_words, t};

/// The longest payload of one framed message: 16 MiB. It is also the longest fixed length.
pub const MAX_FRAME: u32 = 16 * 1024 * 1024;
/// The longest delimiter, in bytes.
pub const MAX_DELIMITER: usize = 64;

/// How the bytes of a stream are cut into messages.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub enum Framing {
    /// Not at all: what one `recv` gives is one message.
    #[default]
    None,
    /// A line feed ends a message; a carriage return right before it belongs to the end.
    Line,
    /// These bytes end a message, wherever they stand.
    Delimiter(Delimiter),
    /// Every message has so many bytes.
    Fixed(FixedLength),
    /// A number before each message says how many bytes follow it.
    LengthPrefix { width: PrefixWidth, big_endian: bool },
}

/// Why a framing was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FramingError {
    EmptyDelimiter,
    DelimiterTooLong { len: usize },
    FixedLength { length: u64 },
    PrefixWidth { bytes: u64 },
}

impl Words for FramingError {
    fn words(&self, lang: Lang) -> String {
        match self {
            Self::EmptyDelimiter => t!(lang, "wrong-delimiter-empty"),
            Self::DelimiterTooLong { len } => {
                t!(lang, "wrong-delimiter-long", most = MAX_DELIMITER, length = *len)
            }
            Self::FixedLength { length } => {
                t!(lang, "wrong-fixed-length", most = MAX_FRAME, length = length.to_string())
            }
            Self::PrefixWidth { bytes } => t!(lang, "wrong-prefix-width", bytes = bytes.to_string()),
        }
        .into_owned()
    }
}

error_in_words!(FramingError);

/// 1 to [`MAX_DELIMITER`] bytes.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Delimiter(Box<[u8]>);

impl Delimiter {
    /// # Errors
    /// [`FramingError`] where there is no byte, or too many.
    pub fn new(bytes: &[u8]) -> Result<Self, FramingError> {
        match bytes.len() {
            0 => Err(FramingError::EmptyDelimiter),
            1..=MAX_DELIMITER => Ok(Self(bytes.into())),
            len => Err(FramingError::DelimiterTooLong { len }),
        }
    }

    pub fn bytes(&self) -> &[u8] {
        &self.0
    }
}

/// 1 to [`MAX_FRAME`] bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct FixedLength(u32);

impl FixedLength {
    /// # Errors
    /// [`FramingError::FixedLength`] for 0 and for more than [`MAX_FRAME`].
    pub fn new(length: u32) -> Result<Self, FramingError> {
        if (1..=MAX_FRAME).contains(&length) {
            Ok(Self(length))
        } else {
            Err(FramingError::FixedLength { length: u64::from(length) })
        }
    }

    pub fn get(self) -> u32 {
        self.0
    }
}

/// How many bytes the number before a message has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PrefixWidth {
    One,
    Two,
    Four,
    Eight,
}

impl PrefixWidth {
    /// In the order in which the window offers them.
    pub const ALL: [Self; 4] = [Self::One, Self::Two, Self::Four, Self::Eight];

    /// # Errors
    /// [`FramingError::PrefixWidth`] for other numbers of bytes than 1, 2, 4 and 8.
    pub fn new(bytes: u64) -> Result<Self, FramingError> {
        Self::ALL.into_iter().find(|width| width.bytes() as u64 == bytes).ok_or(FramingError::PrefixWidth { bytes })
    }

    pub fn bytes(self) -> usize {
        match self {
            Self::One => 1,
            Self::Two => 2,
            Self::Four => 4,
            Self::Eight => 8,
        }
    }

    /// The largest number that fits.
    pub fn largest(self) -> u64 {
        match self {
            Self::One => u64::from(u8::MAX),
            Self::Two => u64::from(u16::MAX),
            Self::Four => u64::from(u32::MAX),
            Self::Eight => u64::MAX,
        }
    }
}

impl Framing {
    /// The `kind`s in lab files, in the order in which the window offers them.
    pub const KINDS: [&'static str; 5] = ["none", "line", "delimiter", "fixed", "length-prefix"];

    /// The `kind` in lab files.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Line => "line",
            Self::Delimiter(_) => "delimiter",
            Self::Fixed(_) => "fixed",
            Self::LengthPrefix { .. } => "length-prefix",
        }
    }

    /// False where one `recv` is one message.
    pub fn is_some(&self) -> bool {
        *self != Self::None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_frame_anything_is_refused() {
        assert_eq!(Delimiter::new(b""), Err(FramingError::EmptyDelimiter));
        assert_eq!(Delimiter::new(&[0; MAX_DELIMITER]).map(|d| d.bytes().len()), Ok(MAX_DELIMITER));
        assert_eq!(Delimiter::new(&[0; MAX_DELIMITER + 1]), Err(FramingError::DelimiterTooLong { len: 65 }));
        assert_eq!(FixedLength::new(0), Err(FramingError::FixedLength { length: 0 }));
        assert_eq!(FixedLength::new(MAX_FRAME).map(FixedLength::get), Ok(MAX_FRAME));
        assert!(FixedLength::new(MAX_FRAME + 1).is_err());
        for bytes in [0, 3, 5, 16] {
            assert_eq!(PrefixWidth::new(bytes), Err(FramingError::PrefixWidth { bytes }));
        }
    }

    #[test]
    fn every_width_knows_its_largest_number() {
        for width in PrefixWidth::ALL {
            assert_eq!(PrefixWidth::new(width.bytes() as u64), Ok(width));
            assert_eq!(width.largest().leading_zeros() as usize, 64 - 8 * width.bytes());
        }
    }

    #[test]
    fn every_kind_is_named() {
        let delimiter = Delimiter::new(b";").unwrap();
        let length = FixedLength::new(4).unwrap();
        let all = [
            Framing::None,
            Framing::Line,
            Framing::Delimiter(delimiter),
            Framing::Fixed(length),
            Framing::LengthPrefix { width: PrefixWidth::Two, big_endian: true },
        ];
        assert_eq!(all.each_ref().map(Framing::kind), Framing::KINDS);
        assert!(!Framing::default().is_some());
    }
}
