//! The `template` service: a text with `{msg}` `{len}` `{host}` `{port}` `{counter}` `{time}`.

use std::borrow::Cow;

use jiff::civil::DateTime;

use super::{Failure, ServiceError};
use crate::lab::template::{self, Segment};
use crate::lab::{Addr, TextEncoding};

/// A template, taken apart and encoded once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Template {
    pieces: Vec<Piece>,
    encoding: TextEncoding,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    /// Text between the placeholders, encoded already.
    Fixed(Vec<u8>),
    Filled(Segment),
}

/// What goes into the placeholders.
pub(super) struct Filling<'a> {
    /// Put in as it came: it may be no text at all.
    pub message: &'a [u8],
    pub peer: &'a Addr,
    pub counter: u64,
    pub at: DateTime,
}

impl Template {
    pub(super) fn parse(text: &str, encoding: TextEncoding) -> Result<Self, ServiceError> {
        let encode = |part| match part {
            Segment::Text(text) => {
                let encoded = encoding.encode(&text);
                encoded.map(Piece::Fixed).map_err(|error| ServiceError::unencodable("text", encoding, error))
            }
            filled => Ok(Piece::Filled(filled)),
        };
        let pieces = template::parse(text)?.into_iter().map(encode).collect::<Result<_, _>>()?;
        Ok(Self { pieces, encoding })
    }

    pub(super) fn fill(&self, filling: &Filling<'_>) -> Result<Vec<u8>, Failure> {
        let mut bytes = Vec::new();
        for piece in &self.pieces {
            match piece {
                Piece::Fixed(fixed) => bytes.extend_from_slice(fixed),
                Piece::Filled(part) => bytes.extend_from_slice(&filling.value(part, self.encoding)?),
            }
        }
        Ok(bytes)
    }
}

impl Filling<'_> {
    /// What stands in the place of that part of a text.
    pub(super) fn value(&self, part: &Segment, encoding: TextEncoding) -> Result<Cow<'_, [u8]>, Failure> {
        let text = match part {
            Segment::Msg => return Ok(Cow::Borrowed(self.message)),
            Segment::Len => self.message.len().to_string(),
            Segment::Host => self.peer.host(),
            Segment::Port => self.peer.port().to_string(),
            Segment::Counter => self.counter.to_string(),
            Segment::Time => self.at.strftime("%Y-%m-%d %H:%M:%S").to_string(),
            Segment::Text(text) => text.clone(),
        };
        encoding.encode(&text).map(Cow::Owned).map_err(Failure::of(encoding))
    }
}
