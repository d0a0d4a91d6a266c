//! What a program's expressions stand for, as far as that can be told without running it.

use super::condition::Condition;
use crate::lab::TextEncoding;

/// A value is followed up to this size, 64 KiB with what its parts take: a program may double one in each of its lines.
const MOST_WEIGHT: usize = 64 * 1024;
/// Values within values, likewise.
const MOST_DEEP: usize = 32;
/// What a piece, or a value within another, takes beside its bytes.
const PART: usize = 16;
/// What one of several values takes, with what it depends on.
const ALTERNATIVE: usize = 256;

/// Which of the program's sockets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct SocketNumber(pub usize);

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Value {
    /// It depends on what is not looked at.
    Unknown,
    None,
    Bool(bool),
    Int(i64),
    /// Given from outside: an argument, what is typed, the environment.
    Given,
    Text(Vec<Piece>),
    Bytes(Vec<Piece>),
    Tuple(Vec<Value>),
    Dict(Vec<(Value, Value)>),
    /// Something of a library, by its dotted name.
    Library(String),
    /// A method, or another attribute.
    Of(Box<Value>, String),
    Function(String),
    Socket(SocketNumber),
    /// What `accept` gave.
    Connection(SocketNumber),
    /// What `select` gave: any of the program's sockets that are ready.
    Ready,
    /// The address of who is answered.
    Peer,
    PeerHost,
    PeerPort,
    /// An open file, by its name.
    File(Vec<Piece>),
    /// It depends on conditions; the first that holds.
    Either(Vec<(Vec<Condition>, Value)>),
}

/// A piece of a text, or of bytes.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Piece {
    Text(String),
    Bytes(Vec<u8>),
    /// What has been received.
    Message,
    /// The same in upper case.
    Upper,
    /// The same changed otherwise.
    Changed,
    /// How many bytes it has.
    Len,
    Host,
    Port,
    Time,
    /// What somebody types, or gives as an argument.
    Given,
    /// What is in the file of that name.
    Contents(Vec<Piece>),
    Unknown,
}

impl Value {
    /// How much it takes; `None`: more than is followed.
    pub fn weight(&self) -> Option<usize> {
        self.weight_at(0)
    }

    fn weight_at(&self, depth: usize) -> Option<usize> {
        if depth >= MOST_DEEP {
            return None;
        }
        let of = |value: &Self| value.weight_at(depth + 1);
        let inside = match self {
            Self::Text(pieces) | Self::Bytes(pieces) | Self::File(pieces) => weight_of(pieces, depth + 1),
            Self::Tuple(all) => sum(all.iter().map(of)),
            Self::Dict(all) => sum(all.iter().map(|(key, value)| Some(of(key)? + of(value)?))),
            Self::Either(all) => sum(all.iter().map(|(_, value)| Some(ALTERNATIVE + of(value)?))),
            Self::Of(value, name) => of(value).map(|weight| weight + name.len()),
            Self::Library(name) | Self::Function(name) => Some(name.len()),
            _ => Some(0),
        };
        inside.map(|inside| inside + PART).filter(|weight| *weight <= MOST_WEIGHT)
    }

    pub fn text(text: impl Into<String>) -> Self {
        let text = text.into();
        Self::Text(if text.is_empty() { Vec::new() } else { vec![Piece::Text(text)] })
    }

    /// The text that it is, where it is known.
    pub fn as_text(&self) -> Option<String> {
        match self {
            Self::Text(pieces) => pieces
                .iter()
                .map(|piece| match piece {
                    Piece::Text(text) => Some(text.as_str()),
                    _ => None,
                })
                .collect(),
            _ => None,
        }
    }

    pub fn as_int(&self) -> Option<i64> {
        match self {
            Self::Int(value) => Some(*value),
            Self::Bool(value) => Some(i64::from(*value)),
            _ => None,
        }
    }

    pub fn as_library(&self) -> Option<&str> {
        match self {
            Self::Library(name) => Some(name),
            _ => None,
        }
    }

    /// The pieces of a text or of bytes.
    pub fn pieces(&self) -> Option<&[Piece]> {
        match self {
            Self::Text(pieces) | Self::Bytes(pieces) => Some(pieces),
            _ => None,
        }
    }

    /// As `str()` and a format string show it.
    pub fn shown(&self) -> Vec<Piece> {
        let text = |text: &str| Piece::Text(text.to_owned());
        match self {
            Self::Text(pieces) => pieces.clone(),
            Self::Int(value) => vec![text(&value.to_string())],
            Self::Bool(value) => vec![text(if *value { "True" } else { "False" })],
            Self::None => vec![text("None")],
            Self::Given => vec![Piece::Given],
            Self::PeerHost => vec![Piece::Host],
            Self::PeerPort => vec![Piece::Port],
            Self::Peer => vec![text("('"), Piece::Host, text("', "), Piece::Port, text(")")],
            Self::Of(of, name) if name == "len" && of.is_of_message() => vec![Piece::Len],
            _ => vec![Piece::Unknown],
        }
    }

    /// Whether something of what it depends on has been received.
    pub fn is_of_message(&self) -> bool {
        self.pieces().is_some_and(|pieces| {
            pieces
                .iter()
                .any(|piece| matches!(piece, Piece::Message | Piece::Upper | Piece::Changed | Piece::Contents(_)))
        })
    }
}

fn sum(mut weights: impl Iterator<Item = Option<usize>>) -> Option<usize> {
    weights.try_fold(0usize, |all, weight| Some(all + weight?).filter(|all| *all <= MOST_WEIGHT))
}

fn weight_of(pieces: &[Piece], depth: usize) -> Option<usize> {
    if depth >= MOST_DEEP {
        return None;
    }
    sum(pieces.iter().map(|piece| {
        let inside = match piece {
            Piece::Text(text) => text.len(),
            Piece::Bytes(bytes) => bytes.len(),
            Piece::Contents(name) => weight_of(name, depth + 1)?,
            _ => 0,
        };
        Some(PART + inside)
    }))
}

/// Values beside one another: those for which there is no room are not known.
#[derive(Default)]
pub(super) struct Values {
    all: Vec<Value>,
    weight: usize,
}

impl Values {
    pub fn push(&mut self, value: Value) {
        let weight = value.weight().map(|weight| self.weight + weight).filter(|weight| *weight <= MOST_WEIGHT);
        self.all.push(if weight.is_some() { value } else { Value::Unknown });
        self.weight = weight.unwrap_or(self.weight);
    }

    pub fn all(self) -> Vec<Value> {
        self.all
    }
}

/// Pieces of a text that is put together: those for which there is no room are not known.
#[derive(Default)]
pub(super) struct Pieces {
    all: Vec<Piece>,
    weight: usize,
}

impl Pieces {
    pub fn text(&mut self, text: &str) {
        if !text.is_empty() {
            self.extend(vec![Piece::Text(text.to_owned())]);
        }
    }

    pub fn extend(&mut self, pieces: Vec<Piece>) {
        let weight = weight_of(&pieces, 0).map(|weight| self.weight + weight).filter(|weight| *weight <= MOST_WEIGHT);
        match weight {
            Some(weight) => {
                self.weight = weight;
                self.all.extend(pieces);
            }
            None if self.all.last() == Some(&Piece::Unknown) => {}
            None => self.all.push(Piece::Unknown),
        }
    }

    pub fn joined(self) -> Vec<Piece> {
        joined(self.all)
    }
}

/// Neighbours that are both known become one.
pub(super) fn joined(pieces: Vec<Piece>) -> Vec<Piece> {
    let mut joined: Vec<Piece> = Vec::new();
    for piece in pieces {
        match (joined.last_mut(), piece) {
            (Some(Piece::Text(before)), Piece::Text(text)) => before.push_str(&text),
            (Some(Piece::Bytes(before)), Piece::Bytes(bytes)) => before.extend(bytes),
            (_, piece) => joined.push(piece),
        }
    }
    joined
}

/// The bytes of a text in that encoding.
pub(super) fn encoded(pieces: &[Piece], encoding: TextEncoding) -> Vec<Piece> {
    let bytes = |piece: &Piece| match piece {
        Piece::Text(text) => encoding.encode(text).map_or(Piece::Unknown, Piece::Bytes),
        other => other.clone(),
    };
    joined(pieces.iter().map(bytes).collect())
}

/// The text of bytes in that encoding.
pub(super) fn decoded(pieces: &[Piece], encoding: TextEncoding) -> Vec<Piece> {
    let text = |piece: &Piece| match piece {
        Piece::Bytes(bytes) => exactly(bytes, encoding).map_or(Piece::Unknown, Piece::Text),
        other => other.clone(),
    };
    joined(pieces.iter().map(text).collect())
}

/// The text of bytes that are one in that encoding.
fn exactly(bytes: &[u8], encoding: TextEncoding) -> Option<String> {
    match encoding.decoding() {
        Some(decoding) => decoding.decode_without_bom_handling_and_without_replacement(bytes).map(Into::into),
        None => std::str::from_utf8(bytes).ok().filter(|text| text.is_ascii()).map(str::to_owned),
    }
}

/// All of it as bytes, where it is known.
pub(super) fn known(pieces: &[Piece], encoding: TextEncoding) -> Option<Vec<u8>> {
    let mut all = Vec::new();
    for piece in pieces {
        match piece {
            Piece::Text(text) => all.extend(encoding.encode(text).ok()?),
            Piece::Bytes(bytes) => all.extend(bytes),
            _ => return None,
        }
    }
    Some(all)
}
