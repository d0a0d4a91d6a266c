//! What a filter can ask about a call: the fields, what kind of value each has, and which operators fit it.

use std::fmt;
use std::sync::LazyLock;

use crate::kinds::framing::Preset;

/// Of a word that is no field, at most this many characters are compared with the fields: more than the longest has.
const MAX_COMPARED: usize = 32;

/// Units of time with their length in nanoseconds.
pub const UNITS: [(&str, u64); 6] =
    [("ns", 1), ("us", 1_000), ("µs", 1_000), ("ms", 1_000_000), ("s", 1_000_000_000), ("min", 60_000_000_000)];

/// Something that is known of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Field {
    Endpoint,
    Conn,
    Op,
    Len,
    Result,
    Errno,
    Took,
    At,
    Peer,
    Local,
    /// The port of either end.
    Port,
    Data,
    Msg,
    Offset,
    Seq,
    Lost,
    Rule,
    /// A relay's fault that it felt.
    Fault,
    Note,
    /// The program's line that made it.
    Source,
    Bookmark,
    Eof,
    Truncated,
    Abandoned,
    /// By which a program only looked whether something was ready.
    Looks,
    /// Of a message, by the protocol that the framing names: the whole name, `frame.id`.
    Frame(&'static str),
}

/// What all names of fields of messages begin with.
const FRAME: &str = "frame.";

/// Those of every protocol, in the order of the alphabet.
static FRAME_FIELDS: LazyLock<Vec<String>> = LazyLock::new(|| {
    let mut names: Vec<String> =
        Preset::ALL.iter().flat_map(|preset| preset.field_names()).map(|name| format!("{FRAME}{name}")).collect();
    names.sort();
    names.dedup();
    names
});

/// What values a field has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Text,
    Number,
    /// Nanoseconds.
    Time,
    Op,
    Errno,
    Address,
    Bytes,
    /// A number or a text, whichever the protocol has there.
    NumberOrText,
    /// It is so or not; there is nothing to compare.
    Flag,
}

/// What a field is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Relation {
    Equal,
    Unequal,
    Less,
    AtMost,
    More,
    AtLeast,
    Contains,
    Matches,
    In,
}

impl Field {
    /// Those of calls, the ones that are asked for most often first.
    pub const OF_CALLS: [Self; 25] = [
        Self::Endpoint,
        Self::Op,
        Self::Data,
        Self::Len,
        Self::Errno,
        Self::Conn,
        Self::Peer,
        Self::Took,
        Self::Msg,
        Self::Result,
        Self::At,
        Self::Local,
        Self::Port,
        Self::Offset,
        Self::Seq,
        Self::Lost,
        Self::Rule,
        Self::Fault,
        Self::Note,
        Self::Source,
        Self::Bookmark,
        Self::Eof,
        Self::Truncated,
        Self::Abandoned,
        Self::Looks,
    ];

    /// As it is written in a filter.
    pub fn name(self) -> &'static str {
        match self {
            Self::Endpoint => "endpoint",
            Self::Conn => "conn",
            Self::Op => "op",
            Self::Len => "len",
            Self::Result => "result",
            Self::Errno => "errno",
            Self::Took => "took",
            Self::At => "at",
            Self::Peer => "peer",
            Self::Local => "local",
            Self::Port => "port",
            Self::Data => "data",
            Self::Msg => "msg",
            Self::Offset => "offset",
            Self::Seq => "seq",
            Self::Lost => "lost",
            Self::Rule => "rule",
            Self::Fault => "fault",
            Self::Note => "note",
            Self::Source => "source",
            Self::Bookmark => "bookmark",
            Self::Eof => "eof",
            Self::Truncated => "truncated",
            Self::Abandoned => "abandoned",
            Self::Looks => "looks",
            Self::Frame(name) => name,
        }
    }

    /// Those of calls, then those of messages.
    pub fn all() -> impl Iterator<Item = Self> {
        Self::OF_CALLS.into_iter().chain(FRAME_FIELDS.iter().map(|name| Self::Frame(name)))
    }

    pub fn by_name(name: &str) -> Option<Self> {
        Self::all().find(|field| field.name().eq_ignore_ascii_case(name))
    }

    /// As the protocol calls a message's field.
    pub fn of_message(self) -> Option<&'static str> {
        if let Self::Frame(name) = self { name.strip_prefix(FRAME) } else { None }
    }

    /// The field that was probably meant.
    pub fn like(name: &str) -> Option<Self> {
        let name: String = name.chars().take(MAX_COMPARED).collect::<String>().to_ascii_lowercase();
        let distance = |field: &Self| strsim::levenshtein(&name, field.name());
        Self::all().min_by_key(distance).filter(|field| distance(field) <= 2 && name.len() > 2)
    }

    /// True where asking for it alone would leave nothing out: such a word alone is a text.
    pub fn is_always_there(self) -> bool {
        matches!(self, Self::Endpoint | Self::Op | Self::At | Self::Seq | Self::Took | Self::Result)
    }

    pub fn kind(self) -> Kind {
        match self {
            Self::Endpoint | Self::Msg | Self::Rule | Self::Fault | Self::Note | Self::Source => Kind::Text,
            Self::Conn | Self::Len | Self::Result | Self::Port | Self::Offset | Self::Seq | Self::Lost => Kind::Number,
            Self::Took | Self::At => Kind::Time,
            Self::Op => Kind::Op,
            Self::Errno => Kind::Errno,
            Self::Peer | Self::Local => Kind::Address,
            Self::Data => Kind::Bytes,
            Self::Bookmark | Self::Eof | Self::Truncated | Self::Abandoned | Self::Looks => Kind::Flag,
            Self::Frame(_) => Kind::NumberOrText,
        }
    }
}

impl Kind {
    /// What may be asked of such a field.
    pub fn relations(self) -> &'static [Relation] {
        match self {
            Self::Text | Self::Op | Self::Errno | Self::Address => {
                &[Relation::Equal, Relation::Unequal, Relation::Contains, Relation::Matches, Relation::In]
            }
            Self::Number | Self::Time => &[
                Relation::Equal,
                Relation::Unequal,
                Relation::More,
                Relation::Less,
                Relation::AtLeast,
                Relation::AtMost,
                Relation::In,
            ],
            Self::Bytes => &[Relation::Contains, Relation::Equal, Relation::Unequal, Relation::Matches],
            Self::NumberOrText => &Relation::ALL,
            Self::Flag => &[],
        }
    }
}

impl Relation {
    const ALL: [Self; 9] = [
        Self::Equal,
        Self::Unequal,
        Self::Less,
        Self::AtMost,
        Self::More,
        Self::AtLeast,
        Self::Contains,
        Self::Matches,
        Self::In,
    ];

    /// As it is written in a filter.
    pub fn symbol(self) -> &'static str {
        match self {
            Self::Equal => "==",
            Self::Unequal => "!=",
            Self::Less => "<",
            Self::AtMost => "<=",
            Self::More => ">",
            Self::AtLeast => ">=",
            Self::Contains => "contains",
            Self::Matches => "~",
            Self::In => "in",
        }
    }

    /// The word that Wireshark takes for it too.
    pub fn word(self) -> &'static str {
        match self {
            Self::Equal => "eq",
            Self::Unequal => "ne",
            Self::Less => "lt",
            Self::AtMost => "le",
            Self::More => "gt",
            Self::AtLeast => "ge",
            Self::Contains => "contains",
            Self::Matches => "matches",
            Self::In => "in",
        }
    }

    pub fn by_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|relation| relation.word().eq_ignore_ascii_case(word))
    }
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl fmt::Display for Relation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.symbol())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_is_found_by_its_name_in_any_case() {
        for field in Field::all() {
            assert_eq!(Field::by_name(&field.name().to_uppercase()), Some(field));
        }
    }

    #[test]
    fn every_field_that_a_protocol_names_can_be_asked_for() {
        for preset in Preset::ALL {
            for name in preset.field_names() {
                let field = Field::by_name(&format!("frame.{name}")).unwrap();
                assert_eq!((field.of_message(), field.kind()), (Some(name), Kind::NumberOrText));
            }
        }
    }

    #[test]
    fn a_slip_of_the_finger_is_understood() {
        assert_eq!(Field::like("endpiont"), Some(Field::Endpoint));
        assert_eq!(Field::like("ernno"), Some(Field::Errno));
        assert_eq!(Field::like("frame.fuction"), Field::by_name("frame.function"));
        assert_eq!(Field::like("colour"), None);
    }
}
