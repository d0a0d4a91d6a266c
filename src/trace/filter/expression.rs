//! A filter that was read: what is asked of a call. Printed, it is a filter again.

use std::fmt;
use std::net::{IpAddr, SocketAddr};

use memchr::memmem::Finder;
use regex::bytes::{Regex, RegexBuilder};

use super::MAX_COMPILED;
use super::error::FilterErrorKind;
use super::field::{Field, Kind, Relation, UNITS};
use super::lexer::{as_value, quoted};
use super::needle::Needle;
use crate::lab::Addr;
use crate::trace::Errno;

#[derive(Clone, Debug, PartialEq)]
pub enum Expr {
    /// Two or more.
    All(Vec<Expr>),
    Any(Vec<Expr>),
    Not(Box<Expr>),
    /// The field is there, or is so.
    Has(Field),
    /// A text anywhere in the call.
    Text(Substring),
    /// A comparison, `==` to `>=`.
    Compare {
        field: Field,
        relation: Relation,
        value: Value,
    },
    Contains {
        field: Field,
        part: Substring,
    },
    Matches {
        field: Field,
        pattern: Pattern,
    },
    In {
        field: Field,
        values: Vec<Value>,
    },
}

#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    Text(String),
    Number(i64),
    Nanos(u64),
    /// A C name of [`crate::trace::Op`].
    Op(&'static str),
    /// A symbolic name, which every system knows.
    ErrnoName(&'static str),
    /// A number, as the system of the trace has it.
    Errno(Errno),
    Address(Address),
    Bytes(Vec<u8>),
}

/// An address, or as much of it as was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Address {
    Inet(SocketAddr),
    /// Any port.
    Ip(IpAddr),
    /// `:8000`: any host.
    Port(u16),
    /// The path of a Unix socket.
    Path(String),
}

impl Address {
    pub fn read(text: &str) -> Self {
        let port = || text.strip_prefix(':')?.parse().ok();
        if let Ok(addr) = text.parse() {
            Self::Inet(addr)
        } else if let Ok(ip) = text.parse() {
            Self::Ip(ip)
        } else if let Some(port) = port() {
            Self::Port(port)
        } else {
            Self::Path(text.to_owned())
        }
    }

    pub fn is(&self, addr: &Addr) -> bool {
        match (self, addr) {
            (Self::Inet(wanted), Addr::Inet(addr)) => wanted == addr,
            (Self::Ip(wanted), Addr::Inet(addr)) => *wanted == addr.ip(),
            (Self::Port(wanted), Addr::Inet(addr)) => *wanted == addr.port(),
            (Self::Path(wanted), Addr::Unix(path)) => path.to_str() == Some(wanted),
            _ => false,
        }
    }
}

/// What something must contain: a text, or exactly these bytes.
#[derive(Clone, Debug)]
pub struct Substring {
    written: Written,
    /// Looks for the text without case.
    needle: Option<Needle>,
    /// Looks for the bytes (of the text: in UTF-8).
    finder: Finder<'static>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Written {
    Text(String),
    Bytes(Vec<u8>),
}

impl Substring {
    /// `None` for an empty text.
    pub fn text(text: &str) -> Option<Self> {
        let needle = Needle::quoted(text)?;
        let finder = Finder::new(text).into_owned();
        Some(Self { written: Written::Text(text.to_owned()), needle: Some(needle), finder })
    }

    /// `None` where there is no byte.
    pub fn bytes(bytes: &[u8]) -> Option<Self> {
        let finder = Finder::new(bytes).into_owned();
        (!bytes.is_empty()).then(|| Self { written: Written::Bytes(bytes.to_vec()), needle: None, finder })
    }

    pub fn needle(&self) -> Option<&Needle> {
        self.needle.as_ref()
    }

    /// `None` where bytes are meant.
    pub fn as_text(&self) -> Option<&str> {
        match &self.written {
            Written::Text(text) => Some(text),
            Written::Bytes(_) => None,
        }
    }

    pub fn finder(&self) -> &Finder<'static> {
        &self.finder
    }
}

impl PartialEq for Substring {
    fn eq(&self, other: &Self) -> bool {
        self.written == other.written
    }
}

/// A regular expression; a search takes time linear in what it reads.
#[derive(Clone, Debug)]
pub struct Pattern {
    compiled: Regex,
}

impl Pattern {
    /// # Errors
    /// [`FilterErrorKind::BadRegex`] and [`FilterErrorKind::RegexTooBig`].
    pub fn new(source: &str) -> Result<Self, FilterErrorKind> {
        let built = RegexBuilder::new(source).size_limit(MAX_COMPILED).dfa_size_limit(MAX_COMPILED).build();
        match built {
            Ok(compiled) => Ok(Self { compiled }),
            Err(regex::Error::CompiledTooBig(_)) => Err(FilterErrorKind::RegexTooBig),
            Err(error) => {
                // The last line of a syntax error says what is wrong; those before it draw where.
                let text = error.to_string();
                let reason = text.lines().last().unwrap_or_default().trim_start_matches("error:").trim();
                Err(FilterErrorKind::BadRegex(reason.to_owned()))
            }
        }
    }

    pub fn is_match(&self, bytes: &[u8]) -> bool {
        self.compiled.is_match(bytes)
    }
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.compiled.as_str() == other.compiled.as_str()
    }
}

impl Expr {
    /// Every field that it asks for.
    pub fn fields(&self, found: &mut Vec<Field>) {
        match self {
            Self::All(parts) | Self::Any(parts) => parts.iter().for_each(|part| part.fields(found)),
            Self::Not(part) => part.fields(found),
            Self::Text(_) => {}
            Self::Has(field)
            | Self::Compare { field, .. }
            | Self::Contains { field, .. }
            | Self::Matches { field, .. }
            | Self::In { field, .. } => found.push(*field),
        }
    }

    /// Whether it asks for what the user has marked: then a changed mark means to look again.
    pub fn reads_bookmarks(&self) -> bool {
        self.asks_for(|field| matches!(field, Field::Bookmark | Field::Note))
    }

    /// Whether it asks for faults: then one that was felt only now means to look again.
    pub fn reads_faults(&self) -> bool {
        self.asks_for(|field| *field == Field::Fault)
    }

    /// Whether it asks for fields of messages, which are read as their framing says.
    pub fn reads_frames(&self) -> bool {
        self.asks_for(|field| matches!(field, Field::Frame(_)))
    }

    fn asks_for(&self, is_one: impl Fn(&Field) -> bool) -> bool {
        let mut fields = Vec::new();
        self.fields(&mut fields);
        fields.iter().any(is_one)
    }
}

/// As it can be read again, with no more parentheses than it needs to become the same.
impl fmt::Display for Expr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let joined = |f: &mut fmt::Formatter<'_>, parts: &[Self], word: &str, tight: fn(&Self) -> bool| {
            for (index, part) in parts.iter().enumerate() {
                if index > 0 {
                    write!(f, " {word} ")?;
                }
                if tight(part) { write!(f, "{part}")? } else { write!(f, "({part})")? }
            }
            Ok(())
        };
        match self {
            Self::All(parts) => joined(f, parts, "and", |part| !matches!(part, Self::All(_) | Self::Any(_))),
            Self::Any(parts) => joined(f, parts, "or", |part| !matches!(part, Self::Any(_))),
            Self::Not(part) if matches!(**part, Self::All(_) | Self::Any(_)) => write!(f, "not ({part})"),
            Self::Not(part) => write!(f, "not {part}"),
            Self::Has(field) => field.fmt(f),
            Self::Text(part) => part.fmt(f),
            Self::Compare { field, relation, value } => write!(f, "{field} {relation} {}", Shown(*field, value)),
            Self::Contains { field, part } => write!(f, "{field} contains {part}"),
            Self::Matches { field, pattern } => {
                write!(f, "{field} ~ /{}/", pattern.compiled.as_str().replace('/', "\\/"))
            }
            Self::In { field, values } => {
                write!(f, "{field} in {{")?;
                for (index, value) in values.iter().enumerate() {
                    let comma = if index > 0 { ", " } else { "" };
                    write!(f, "{comma}{}", Shown(*field, value))?;
                }
                f.write_str("}")
            }
        }
    }
}

impl fmt::Display for Substring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.written {
            Written::Text(text) => f.write_str(&quoted(text)),
            Written::Bytes(bytes) => write!(f, "hex\"{}\"", crate::trace::text::as_hex(bytes)),
        }
    }
}

struct Shown<'a>(Field, &'a Value);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.0.kind(), self.1) {
            // A word of hex pairs would be bytes, and digits a number.
            (Kind::Bytes | Kind::NumberOrText, Value::Text(text)) => f.write_str(&quoted(text)),
            (_, Value::Text(text)) => f.write_str(&as_value(text)),
            (_, Value::Number(number)) => number.fmt(f),
            (_, Value::Nanos(nanos)) => f.write_str(&duration(*nanos)),
            (_, Value::Op(name)) => f.write_str(name),
            (_, Value::ErrnoName(name)) => f.write_str(name),
            (_, Value::Errno(errno)) => errno.0.fmt(f),
            (_, Value::Address(address)) => match address {
                Address::Inet(addr) => addr.fmt(f),
                Address::Ip(ip) => ip.fmt(f),
                Address::Port(port) => write!(f, ":{port}"),
                Address::Path(path) => f.write_str(&as_value(path)),
            },
            (_, Value::Bytes(bytes)) => write!(f, "hex\"{}\"", crate::trace::text::as_hex(bytes)),
        }
    }
}

/// `1500ms`: in the largest unit that gives a whole number.
pub fn duration(nanos: u64) -> String {
    for (name, unit) in UNITS.into_iter().rev() {
        if nanos.is_multiple_of(unit) && name != "µs" {
            return format!("{}{name}", nanos / unit);
        }
    }
    format!("{nanos}ns")
}
