//! Why something typed was refused, in the user's language.

use crate::lab::address::{AddressError, MAX_UNIX_PATH};
use crate::lab::endpoint::MAX_NAME_CHARS;
use crate::lab::file::names::NameError;
use crate::lab::file::template::TemplateError;
use crate::lab::framing::{FramingError, MAX_DELIMITER, MAX_FRAME};
use std::net::IpAddr;

use crate::lab::Group;
use crate::lab::group::GroupError;
use crate::lab::payload::PayloadError;
use crate::lab::rule::{
    HexPatternError, MAX_DELAY, MAX_PATTERN_BYTES, MAX_REPLY_LEN, MAX_WHEN_CHARS, RegexpError, ReplyError, RuleError,
};
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

/// What keeps a socket that is bound there from hearing one of its groups, where something does.
pub fn not_heard(lang: Lang, groups: &[Group], bound: IpAddr) -> Option<String> {
    let group = groups.iter().find(|group| !group.is_heard_at(bound))?;
    let any = if group.addr.is_ipv4() { "0.0.0.0" } else { "::" };
    Some(t!(lang, "group-not-heard", local = bound.to_string(), any = any).into_owned())
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

/// A name in the lab.
pub fn name(lang: Lang, error: NameError) -> String {
    match error {
        NameError::Empty => t!(lang, "wrong-no-name"),
        NameError::TooLong => t!(lang, "wrong-name-long", most = MAX_NAME_CHARS.to_string()),
        NameError::OuterSpace => t!(lang, "wrong-name-space"),
        NameError::HiddenCharacter => t!(lang, "wrong-name-hidden"),
    }
    .into_owned()
}

/// A rule that is wrong as a whole. `typed_at` is the place of each of its characters in what was typed.
pub fn rule(lang: Lang, error: &RuleError, typed_at: &[usize]) -> String {
    let at = error.position().map(|position| (typed_at.get(position).copied().unwrap_or(position) + 1).to_string());
    let at = at.unwrap_or_default();
    match error {
        RuleError::Name(error) => return name(lang, *error),
        RuleError::Empty => t!(lang, "wrong-pattern-empty"),
        RuleError::LongWhen => t!(lang, "wrong-long", most = MAX_WHEN_CHARS),
        RuleError::LongReply { .. } => t!(lang, "wrong-long", most = MAX_REPLY_LEN),
        RuleError::Unencodable { character, encoding, .. } => {
            t!(lang, "wrong-unencodable", character = character.to_string(), encoding = *encoding)
        }
        RuleError::Reply(ReplyError::Template(TemplateError::Unknown { name, .. })) => {
            t!(lang, "wrong-placeholder", at = at, name = name.as_str())
        }
        RuleError::Reply(ReplyError::Template(TemplateError::LoneBrace { .. })) => t!(lang, "wrong-brace", at = at),
        RuleError::Reply(ReplyError::LoneDollar { .. }) => t!(lang, "wrong-dollar", at = at),
        RuleError::Reply(ReplyError::NoCapture { name, .. }) => {
            t!(lang, "wrong-capture", at = at, name = name.as_str())
        }
        RuleError::Delay => t!(lang, "wrong-number", least = "0", most = MAX_DELAY.as_millis().to_string()),
    }
    .into_owned()
}

/// A regular expression. The reason itself is in the words of the `regex` crate.
pub fn regexp(lang: Lang, error: &RegexpError) -> String {
    match error {
        RegexpError::Empty => t!(lang, "wrong-pattern-empty"),
        RegexpError::Long => t!(lang, "wrong-long", most = MAX_WHEN_CHARS),
        RegexpError::Syntax { reason, position: Some(at) } => {
            t!(lang, "wrong-regex-at", at = (at + 1).to_string(), reason = reason.as_str())
        }
        RegexpError::Syntax { reason, position: None } => t!(lang, "wrong-regex", reason = reason.as_str()),
        RegexpError::TooBig => t!(lang, "wrong-regex-big"),
    }
    .into_owned()
}

/// A pattern of bytes.
pub fn hex_pattern(lang: Lang, error: HexPatternError) -> String {
    let at = error.position().map(|position| (position + 1).to_string()).unwrap_or_default();
    match error {
        HexPatternError::Empty => t!(lang, "wrong-bytes-empty"),
        HexPatternError::Long => t!(lang, "wrong-bytes-long", most = MAX_PATTERN_BYTES),
        HexPatternError::NotHex { character, .. } => {
            t!(lang, "wrong-bytes", at = at, character = character.to_string())
        }
        HexPatternError::HalfByte { .. } => t!(lang, "wrong-bytes-half", at = at),
    }
    .into_owned()
}

pub fn framing(lang: Lang, error: FramingError) -> String {
    match error {
        FramingError::EmptyDelimiter => t!(lang, "wrong-delimiter-empty"),
        FramingError::DelimiterTooLong { .. } => t!(lang, "wrong-delimiter-long", most = MAX_DELIMITER),
        FramingError::FixedLength { .. } => t!(lang, "wrong-number", least = "1", most = MAX_FRAME.to_string()),
        FramingError::PrefixWidth { .. } => t!(lang, "wrong-number", least = "1", most = "8"),
    }
    .into_owned()
}
