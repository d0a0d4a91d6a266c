//! Checksums that a device expects in a message: how they are worked out, how they are written, and over which bytes.

use std::fmt::{self, Write as _};
use std::str::FromStr;

use crc::{
    CRC_8_SMBUS, CRC_16_IBM_3740, CRC_16_IBM_SDLC, CRC_16_KERMIT, CRC_16_MODBUS, CRC_16_XMODEM, CRC_32_ISCSI,
    CRC_32_ISO_HDLC, CRC_64_ECMA_182, CRC_64_XZ, Crc,
};

use crate::lang::{Lang, Words};
use crate::{error_in_words, t};

/// How the check bytes are worked out.
#[derive(Debug)]
pub struct ChecksumKind {
    /// The name in lab files; a CRC has that of the catalogue (<https://reveng.sourceforge.io/crc-catalogue/>).
    pub name: &'static str,
    /// How many bytes it has.
    pub width: usize,
    /// Its low byte goes first, where nothing else is said.
    pub is_little: bool,
    pub compute: fn(&[u8]) -> u64,
    /// Of the text `123456789`, which catalogues print.
    pub check: u64,
}

/// One of [`Checksum::ALL`].
#[derive(Clone, Copy)]
pub struct Checksum(&'static ChecksumKind);

fn sum(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0, |sum: u64, byte| sum.wrapping_add(u64::from(*byte)))
}

/// The Internet checksum (RFC 1071) of 16-bit words.
fn internet(bytes: &[u8]) -> u64 {
    let words = bytes.chunks(2).map(|word| u64::from(word[0]) << 8 | u64::from(*word.get(1).unwrap_or(&0)));
    let mut sum: u64 = words.fold(0, u64::wrapping_add);
    while sum > 0xffff {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    !sum & 0xffff
}

/// Two sums modulo `modulus`, the second of the firsts, of `bits` each.
fn two_sums(bytes: &[u8], begin: u64, modulus: u64, bits: u32) -> u64 {
    let (one, two) = bytes.iter().fold((begin, 0), |(one, two), byte| {
        let one = (one + u64::from(*byte)) % modulus;
        (one, (two + one) % modulus)
    });
    two << bits | one
}

macro_rules! checksums {
    ($($constant:ident = $name:literal, $width:literal, $is_little:literal, $check:literal, $compute:expr;)*) => {
        impl Checksum {
            $(pub const $constant: Self =
                Self(&ChecksumKind { name: $name, width: $width, is_little: $is_little, compute: $compute, check: $check });)*

            /// In the order in which the window offers them.
            pub const ALL: &'static [Self] = &[$(Self::$constant),*];
        }
    };
}

checksums! {
    SUM_8 = "sum-8", 1, false, 0xdd, |bytes| sum(bytes) & 0xff;
    SUM_16 = "sum-16", 2, false, 0x01dd, |bytes| sum(bytes) & 0xffff;
    // The two's complement of the sum: with it the sum of all bytes is 0.
    LRC = "lrc", 1, false, 0x23, |bytes| sum(bytes).wrapping_neg() & 0xff;
    NEGATED_SUM_16 = "negated-sum-16", 2, false, 0xfe23, |bytes| sum(bytes).wrapping_neg() & 0xffff;
    XOR_8 = "xor-8", 1, false, 0x31, |bytes| u64::from(bytes.iter().fold(0, |all, byte| all ^ byte));
    CRC_8 = "crc-8", 1, false, 0xf4, |bytes| u64::from(Crc::<u8>::new(&CRC_8_SMBUS).checksum(bytes));
    // As Modbus RTU has it.
    CRC_16_MODBUS = "crc-16/modbus", 2, true, 0x4b37, |bytes| u64::from(Crc::<u16>::new(&CRC_16_MODBUS).checksum(bytes));
    // The catalogue's CRC-16/IBM-3740.
    CRC_16_CCITT_FALSE = "crc-16/ccitt-false", 2, false, 0x29b1,
        |bytes| u64::from(Crc::<u16>::new(&CRC_16_IBM_3740).checksum(bytes));
    CRC_16_XMODEM = "crc-16/xmodem", 2, false, 0x31c3,
        |bytes| u64::from(Crc::<u16>::new(&CRC_16_XMODEM).checksum(bytes));
    CRC_16_KERMIT = "crc-16/kermit", 2, true, 0x2189,
        |bytes| u64::from(Crc::<u16>::new(&CRC_16_KERMIT).checksum(bytes));
    // HDLC, PPP, X.25.
    CRC_16_IBM_SDLC = "crc-16/ibm-sdlc", 2, true, 0x906e,
        |bytes| u64::from(Crc::<u16>::new(&CRC_16_IBM_SDLC).checksum(bytes));
    // Ethernet, zip.
    CRC_32 = "crc-32", 4, false, 0xcbf4_3926, |bytes| u64::from(Crc::<u32>::new(&CRC_32_ISO_HDLC).checksum(bytes));
    CRC_32C = "crc-32c", 4, false, 0xe306_9283, |bytes| u64::from(Crc::<u32>::new(&CRC_32_ISCSI).checksum(bytes));
    CRC_64_ECMA = "crc-64/ecma-182", 8, false, 0x6c40_df5f_0b49_7347,
        |bytes| Crc::<u64>::new(&CRC_64_ECMA_182).checksum(bytes);
    CRC_64_XZ = "crc-64/xz", 8, false, 0x995d_c9bb_df19_39fa, |bytes| Crc::<u64>::new(&CRC_64_XZ).checksum(bytes);
    FLETCHER_16 = "fletcher-16", 2, false, 0x1ede, |bytes| two_sums(bytes, 0, 255, 8);
    ADLER_32 = "adler-32", 4, false, 0x091e_01de, |bytes| two_sums(bytes, 1, 65_521, 16);
    INTERNET = "internet", 2, false, 0xf62a, internet;
}

impl Checksum {
    pub fn name(self) -> &'static str {
        self.0.name
    }

    /// The check bytes of these bytes, in the order in which they usually go out.
    pub fn of(self, bytes: &[u8]) -> Vec<u8> {
        Check::usual(self).of(bytes)
    }
}

impl PartialEq for Checksum {
    fn eq(&self, other: &Self) -> bool {
        self.0.name == other.0.name
    }
}

impl Eq for Checksum {}

impl fmt::Debug for Checksum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.name)
    }
}

impl fmt::Display for Checksum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Checksum {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.iter().find(|checksum| checksum.name() == text).copied().ok_or(())
    }
}

/// Check bytes in a message: `crc-16/modbus`, `xor-8:hex:1..-1`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Check {
    pub checksum: Checksum,
    /// `None`: in its usual order.
    pub is_little: Option<bool>,
    /// As digits in ASCII, two for each byte.
    pub digits: Digits,
    /// From that byte of the message on.
    pub from: u32,
    /// Up to that byte, or, where it is negative, up to that number of bytes before the check bytes.
    pub to: i32,
}

/// Whether check bytes are written as they are, or in hex.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Digits {
    #[default]
    Binary,
    Small,
    Capital,
}

/// Why a text is no [`Check`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CheckError {
    Unknown { name: String },
    Option { text: String },
}

impl Words for CheckError {
    fn words(&self, lang: Lang) -> String {
        match self {
            Self::Unknown { name } => {
                let known = lang.list(Checksum::ALL.iter().map(|checksum| checksum.name()));
                t!(lang, "wrong-checksum", name = name.as_str(), known = known)
            }
            Self::Option { text } => t!(lang, "wrong-checksum-option", text = text.as_str()),
        }
        .into_owned()
    }
}

error_in_words!(CheckError);

impl Check {
    /// In its usual order, over everything before it.
    pub fn usual(checksum: Checksum) -> Self {
        Self { checksum, is_little: None, digits: Digits::Binary, from: 0, to: 0 }
    }

    /// How many bytes it takes.
    pub fn len(&self) -> usize {
        let width = self.checksum.0.width;
        if self.digits == Digits::Binary { width } else { 2 * width }
    }

    pub fn is_empty(&self) -> bool {
        false
    }

    /// The check bytes that stand behind these bytes.
    pub fn of(&self, before: &[u8]) -> Vec<u8> {
        let to = match usize::try_from(self.to) {
            Ok(0) => before.len(),
            Ok(to) => to.min(before.len()),
            Err(_) => before.len().saturating_sub(self.to.unsigned_abs() as usize),
        };
        let from = usize::try_from(self.from).unwrap_or(usize::MAX).min(to);
        let ChecksumKind { width, is_little, compute, .. } = *self.checksum.0;
        let number = compute(before.get(from..to).unwrap_or_default());
        let bytes = if self.is_little.unwrap_or(is_little) {
            number.to_le_bytes()[..width].to_vec()
        } else {
            number.to_be_bytes()[8 - width..].to_vec()
        };
        match self.digits {
            Digits::Binary => bytes,
            Digits::Small => hex(&bytes).into_bytes(),
            Digits::Capital => hex(&bytes).to_uppercase().into_bytes(),
        }
    }
}

fn hex(bytes: &[u8]) -> String {
    let mut text = String::new();
    for byte in bytes {
        // Writing to a String does not fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

impl FromStr for Check {
    type Err = CheckError;

    fn from_str(text: &str) -> Result<Self, CheckError> {
        let mut parts = text.split(':');
        let name = parts.next().unwrap_or_default();
        let checksum = name.parse().map_err(|()| CheckError::Unknown { name: name.to_owned() })?;
        let mut check = Self::usual(checksum);
        for part in parts {
            let wrong = || CheckError::Option { text: part.to_owned() };
            match part {
                "le" => check.is_little = Some(true),
                "be" => check.is_little = Some(false),
                "hex" => check.digits = Digits::Small,
                "HEX" => check.digits = Digits::Capital,
                range => {
                    let (from, to) = range.split_once("..").ok_or_else(wrong)?;
                    let from = if from.is_empty() { Ok(0) } else { from.parse() };
                    let to = if to.is_empty() { Ok(0) } else { to.parse() };
                    (check.from, check.to) = (from.map_err(|_| wrong())?, to.map_err(|_| wrong())?);
                }
            }
        }
        Ok(check)
    }
}

impl fmt::Display for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.checksum.name())?;
        match self.is_little {
            None => {}
            Some(true) => f.write_str(":le")?,
            Some(false) => f.write_str(":be")?,
        }
        match self.digits {
            Digits::Binary => {}
            Digits::Small => f.write_str(":hex")?,
            Digits::Capital => f.write_str(":HEX")?,
        }
        match (self.from, self.to) {
            (0, 0) => Ok(()),
            (from, 0) => write!(f, ":{from}.."),
            (from, to) => write!(f, ":{from}..{to}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_check_values_of_the_catalogues_are_met() {
        for checksum in Checksum::ALL {
            assert_eq!((checksum.0.compute)(b"123456789"), checksum.0.check, "{checksum}");
            let width = checksum.0.width;
            assert!(width == 8 || checksum.0.check >> (8 * width) == 0, "{checksum}");
        }
    }

    #[test]
    fn a_modbus_request_is_what_the_manuals_print() {
        // Read ten holding registers of unit 1, from 0: 01 03 00 00 00 0A C5 CD.
        assert_eq!(Checksum::CRC_16_MODBUS.of(b"\x01\x03\x00\x00\x00\x0a"), b"\xc5\xcd");
        // In Modbus ASCII :010300000001FB.
        assert_eq!(Checksum::LRC.of(b"\x01\x03\x00\x00\x00\x01"), b"\xfb");
    }

    #[test]
    fn nothing_has_a_checksum_too() {
        for (checksum, bytes) in [
            (Checksum::SUM_8, b"\0".as_slice()),
            (Checksum::XOR_8, b"\0"),
            (Checksum::CRC_16_MODBUS, b"\xff\xff"),
            (Checksum::CRC_16_CCITT_FALSE, b"\xff\xff"),
            (Checksum::CRC_32, b"\0\0\0\0"),
            (Checksum::ADLER_32, b"\0\0\0\x01"),
            (Checksum::INTERNET, b"\xff\xff"),
        ] {
            assert_eq!(checksum.of(b""), bytes, "{checksum}");
        }
    }

    #[test]
    fn every_checksum_is_found_by_its_name() {
        for (index, checksum) in Checksum::ALL.iter().enumerate() {
            assert_eq!(checksum.name().parse(), Ok(*checksum));
            assert!(Checksum::ALL[index + 1..].iter().all(|other| other != checksum));
        }
        assert_eq!("CRC-32".parse::<Checksum>(), Err(()));
    }

    fn check(text: &str) -> Check {
        text.parse().unwrap()
    }

    #[test]
    fn check_bytes_are_written_as_asked() {
        // A sentence of NMEA 0183: between $ and *.
        let sentence = b"$GPGLL,4916.45,N,12311.12,W,225444,A,*";
        assert_eq!(check("xor-8:HEX:1..-1").of(sentence), b"1D");
        assert_eq!(check("crc-16/modbus:be").of(b"123456789"), b"\x4b\x37");
        assert_eq!(check("crc-32:le:hex").of(b"123456789"), b"2639f4cb");
        assert_eq!(check("sum-8:1..3").of(b"\x01\x02\x03\x04"), [5]);
        assert_eq!(check("sum-8:9..").of(b"\x01"), [0]);
        assert_eq!((check("crc-32:hex").len(), check("crc-32").len()), (8, 4));
    }

    #[test]
    fn what_is_no_check_is_refused_with_its_part() {
        let said = |text: &str| text.parse::<Check>().unwrap_err().to_string();
        assert!(said("md5").starts_with("\"md5\" is no checksum: expected one of sum-8, "));
        assert!(said("crc-32:xx").starts_with("\"xx\" is no option of a checksum: expected "));
        assert!("crc-32:1..x".parse::<Check>().is_err());
    }

    proptest! {
        #[test]
        fn a_check_that_was_written_is_read_back(
            checksum in prop::sample::select(Checksum::ALL.to_vec()),
            is_little in prop::option::of(any::<bool>()),
            digits in prop::sample::select(vec![Digits::Binary, Digits::Small, Digits::Capital]),
            (from, to) in (0u32..9, -9i32..9),
            bytes in prop::collection::vec(any::<u8>(), 0..20),
        ) {
            let check = Check { checksum, is_little, digits, from, to };
            prop_assert_eq!(check.to_string().parse(), Ok(check));
            prop_assert_eq!(check.of(&bytes).len(), check.len());
        }
    }
}
