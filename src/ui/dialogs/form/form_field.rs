//! What in the form can be wrong, and what it is called there.

use std::borrow::Cow;

use crate::lab::EndpointKind;
use crate::lab::endpoint_options::OPTIONS;
use crate::lab::rule::RuleField;
use crate::lang::Lang;
use crate::t;

/// A field that can be wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Field {
    Name,
    Host,
    Port,
    Path,
    Remote,
    ClientLocal,
    /// An option of its service, by its key.
    Service(&'static str),
    /// What a server of files shares.
    Share,
    MaxTransfers,
    AskWithin,
    StalledAfter,
    /// How many rules there are.
    Rules,
    /// One of them, by its place in the list.
    Rule(usize, RulePart),
    Framing,
    Client(ClientPart),
    /// An option of the endpoint that is a line of text, by its key.
    Option(&'static str),
}

impl Field {
    /// Those behind "Options".
    pub fn is_option(self) -> bool {
        !matches!(
            self,
            Self::Name
                | Self::Host
                | Self::Port
                | Self::Path
                | Self::Remote
                | Self::Service(_)
                | Self::Share
                | Self::MaxTransfers
                | Self::AskWithin
                | Self::StalledAfter
                | Self::Rules
                | Self::Rule(..)
        )
    }
}

impl Field {
    /// What stands before it in the form.
    pub fn name(self, lang: Lang, kind: EndpointKind) -> String {
        let name = match self {
            Self::Name => t!(lang, "form-name"),
            Self::Host => t!(lang, "form-address"),
            Self::Port => t!(lang, "form-port"),
            Self::Path => t!(lang, "form-path"),
            Self::Remote if kind.is_stream() => t!(lang, "form-server"),
            Self::Remote => t!(lang, "form-destination"),
            Self::ClientLocal => t!(lang, "opt-local"),
            Self::Service(_) => t!(lang, "form-service"),
            Self::Share => t!(lang, "share-what"),
            Self::MaxTransfers => t!(lang, "share-most"),
            Self::AskWithin => t!(lang, "share-ask-within"),
            Self::StalledAfter => t!(lang, "share-stalled-after"),
            Self::Rules => t!(lang, "form-service"),
            Self::Rule(index, part) => t!(lang, "rules-part", number = index + 1, what = part.name(lang)),
            Self::Client(part) => part.name(lang).into(),
            Self::Framing => t!(lang, "framing"),
            Self::Option(key) => return option_name(lang, key),
        };
        name.into_owned()
    }
}

/// What an option is called that a form has as a line.
fn option_name(lang: Lang, key: &str) -> String {
    let option = OPTIONS.iter().find(|option| option.key == key);
    option.and_then(|option| option.control.as_ref()).map(|control| control.name(lang)).unwrap_or_default()
}

/// A field and what is wrong with it, in the user's language.
pub type Wrong = (Field, String);

/// The part of a rule that can be wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RulePart {
    Name,
    Pattern,
    Every,
    From,
    To,
    Reply,
    /// Another reply, by its place.
    Other(usize),
    /// What follows, by its place.
    Then(usize),
    Delay,
}

impl RulePart {
    /// The part that a field of a rule is; of several replies the first.
    pub fn of_field(field: RuleField) -> Self {
        match field {
            RuleField::Name => Self::Name,
            RuleField::When => Self::Pattern,
            RuleField::From => Self::From,
            RuleField::To => Self::To,
            RuleField::Every => Self::Every,
            RuleField::Reply | RuleField::ReplyHex => Self::Reply,
            RuleField::Others => Self::Other(0),
            RuleField::Then => Self::Then(0),
            RuleField::Delay => Self::Delay,
        }
    }

    /// What the field is called in the form.
    pub fn name(self, lang: Lang) -> Cow<'static, str> {
        match self {
            Self::Name => t!(lang, "rules-name"),
            Self::Pattern => t!(lang, "rules-pattern"),
            Self::Every => t!(lang, "rules-on-every"),
            Self::From => t!(lang, "rules-from"),
            Self::To => t!(lang, "rules-to"),
            Self::Other(_) => t!(lang, "rules-other"),
            Self::Then(_) => t!(lang, "rules-then"),
            Self::Reply => t!(lang, "rules-reply"),
            Self::Delay => t!(lang, "rules-delay"),
        }
    }
}

/// What of a client's own options can be wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ClientPart {
    Delay,
    MostDelay,
    Tries,
    Every,
    Content,
    Greeting,
}

impl ClientPart {
    pub fn name(self, lang: Lang) -> String {
        match self {
            Self::Delay => t!(lang, "opt-reconnect-delay"),
            Self::MostDelay => t!(lang, "opt-reconnect-most"),
            Self::Tries => t!(lang, "opt-reconnect-tries"),
            Self::Every => t!(lang, "opt-keep-alive"),
            Self::Content => t!(lang, "opt-keep-alive-content"),
            Self::Greeting => t!(lang, "opt-greeting"),
        }
        .into_owned()
    }
}
