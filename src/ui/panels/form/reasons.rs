//! Why something typed was refused, in the user's language.

use crate::lab::address::{AddressError, MAX_UNIX_PATH};
use crate::lab::group::GroupError;
use crate::lab::payload::PayloadError;
use crate::lang::Lang;
use crate::t;

/// A typed address.
pub fn address(lang: Lang, error: &AddressError) -> String {
    match error {
        AddressError::Empty => t!(lang, "wrong-address-empty"),
        AddressError::NoPort(text) => t!(lang, "wrong-address-no-port", text = text.as_str()),
        AddressError::BadPort(text) => t!(lang, "wrong-port", text = text.as_str()),
        AddressError::BadIpv6(text) => t!(lang, "wrong-ipv6", text = text.as_str()),
        AddressError::BadHost(text) => t!(lang, "wrong-host", text = text.as_str()),
        AddressError::PortZero => t!(lang, "wrong-port-zero"),
        AddressError::NoPath => t!(lang, "wrong-path-empty"),
        AddressError::PathTooLong(text) => {
            t!(lang, "wrong-path-long", length = text.len().to_string(), most = MAX_UNIX_PATH.to_string())
        }
        AddressError::NulInPath => t!(lang, "wrong-path-nul"),
    }
    .into_owned()
}

/// A typed multicast group or interface.
pub fn group(lang: Lang, error: &GroupError) -> String {
    match error {
        GroupError::NotAnAddress(text) => t!(lang, "wrong-group-address", text = text.as_str()),
        GroupError::NotMulticast(addr) => t!(lang, "wrong-group", text = addr.to_string()),
        GroupError::BadInterface(text) => t!(lang, "wrong-interface", text = text.as_str()),
        GroupError::AddressForIpv6(addr) => t!(lang, "wrong-interface-ipv6", text = addr.to_string()),
    }
    .into_owned()
}

/// A typed text or hex. Positions are counted from 1, as people count.
pub fn payload(lang: Lang, error: &PayloadError) -> String {
    let at = (error.position() + 1).to_string();
    match error {
        PayloadError::UnknownEscape { character, .. } => {
            t!(lang, "wrong-escape", at = at, character = character.to_string())
        }
        PayloadError::UnfinishedEscape { .. } => t!(lang, "wrong-escape-end", at = at),
        PayloadError::BadHexEscape { .. } => t!(lang, "wrong-escape-hex", at = at),
        PayloadError::Unencodable { character, encoding, .. } => {
            t!(lang, "wrong-unencodable", character = character.to_string(), encoding = *encoding)
        }
        PayloadError::NotHex { character, .. } => t!(lang, "wrong-hex", at = at, character = character.to_string()),
        PayloadError::HalfByte { .. } => t!(lang, "wrong-half-byte", at = at),
    }
    .into_owned()
}
