//! Checksums that a device expects behind a payload.

use std::fmt;
use std::str::FromStr;

use crc::{CRC_8_SMBUS, CRC_16_IBM_3740, CRC_16_MODBUS, CRC_32_ISO_HDLC, Crc};

const CRC_8: Crc<u8> = Crc::<u8>::new(&CRC_8_SMBUS);
const MODBUS: Crc<u16> = Crc::<u16>::new(&CRC_16_MODBUS);
// The catalogue's name for what device manuals call CCITT-FALSE.
const CCITT_FALSE: Crc<u16> = Crc::<u16>::new(&CRC_16_IBM_3740);
const CRC_32: Crc<u32> = Crc::<u32>::new(&CRC_32_ISO_HDLC);

/// How the check bytes are worked out, by the names of the CRC catalogue
/// (<https://reveng.sourceforge.io/crc-catalogue/>).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Checksum {
    /// The sum of all bytes modulo 256.
    Sum8,
    /// All bytes exclusive-ored.
    Xor8,
    /// CRC-8/SMBUS.
    Crc8,
    /// CRC-16/MODBUS; its low byte goes first, as Modbus RTU has it.
    Crc16Modbus,
    /// CRC-16/CCITT-FALSE, the high byte first.
    Crc16CcittFalse,
    /// CRC-32/ISO-HDLC (Ethernet, zip), the high byte first.
    Crc32,
}

impl Checksum {
    /// In the order in which the window offers them.
    pub const ALL: [Self; 6] =
        [Self::Sum8, Self::Xor8, Self::Crc8, Self::Crc16Modbus, Self::Crc16CcittFalse, Self::Crc32];

    /// The name in lab files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Sum8 => "sum-8",
            Self::Xor8 => "xor-8",
            Self::Crc8 => "crc-8",
            Self::Crc16Modbus => "crc-16/modbus",
            Self::Crc16CcittFalse => "crc-16/ccitt-false",
            Self::Crc32 => "crc-32",
        }
    }

    /// The check bytes of these bytes, in the order in which they go out.
    pub fn of(self, bytes: &[u8]) -> Vec<u8> {
        match self {
            Self::Sum8 => vec![bytes.iter().fold(0, |sum: u8, byte| sum.wrapping_add(*byte))],
            Self::Xor8 => vec![bytes.iter().fold(0, |all, byte| all ^ byte)],
            Self::Crc8 => vec![CRC_8.checksum(bytes)],
            Self::Crc16Modbus => MODBUS.checksum(bytes).to_le_bytes().to_vec(),
            Self::Crc16CcittFalse => CCITT_FALSE.checksum(bytes).to_be_bytes().to_vec(),
            Self::Crc32 => CRC_32.checksum(bytes).to_be_bytes().to_vec(),
        }
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
        Self::ALL.into_iter().find(|checksum| checksum.name() == text).ok_or(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_check_values_of_the_catalogue_are_met() {
        let cases: [(Checksum, &[u8]); 6] = [
            (Checksum::Sum8, b"\xdd"),
            (Checksum::Xor8, b"\x31"),
            (Checksum::Crc8, b"\xf4"),
            (Checksum::Crc16Modbus, b"\x37\x4b"),
            (Checksum::Crc16CcittFalse, b"\x29\xb1"),
            (Checksum::Crc32, b"\xcb\xf4\x39\x26"),
        ];
        for (checksum, bytes) in cases {
            assert_eq!(checksum.of(b"123456789"), bytes, "{checksum}");
        }
    }

    #[test]
    fn a_modbus_request_is_what_the_manuals_print() {
        // Read ten holding registers of unit 1, from 0: 01 03 00 00 00 0A C5 CD.
        assert_eq!(Checksum::Crc16Modbus.of(b"\x01\x03\x00\x00\x00\x0a"), b"\xc5\xcd");
    }

    #[test]
    fn nothing_has_a_checksum_too() {
        assert_eq!(Checksum::Sum8.of(b""), [0]);
        assert_eq!(Checksum::Xor8.of(b""), [0]);
        assert_eq!(Checksum::Crc8.of(b""), [0]);
        assert_eq!(Checksum::Crc16Modbus.of(b""), [0xff, 0xff]);
        assert_eq!(Checksum::Crc16CcittFalse.of(b""), [0xff, 0xff]);
        assert_eq!(Checksum::Crc32.of(b""), [0; 4]);
    }

    #[test]
    fn every_checksum_is_found_by_its_name() {
        for checksum in Checksum::ALL {
            assert_eq!(checksum.name().parse(), Ok(checksum));
        }
        assert_eq!("CRC-32".parse::<Checksum>(), Err(()));
    }
}
