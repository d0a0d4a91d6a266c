//! `template`: a text with `{msg}` `{len}` `{host}` `{port}` `{counter}` `{time}` filled in.

use super::filling::Filling;
use super::{Answer, Message, Reply, ReplyTrouble, Service, ServiceError, ServiceKind, encoded};
use crate::kinds::{Field, Value};
use crate::values::TextEncoding;
use crate::values::template::{self, Segment};

pub static TEMPLATE: ServiceKind = ServiceKind {
    name: "template",
    fields: &[Field::template("text")],
    shows_time: true,
    make: |values, encoding| Ok(Box::new(Template::parse(values.text("text"), encoding)?)),
    ..ServiceKind::PLAIN
};

/// A template, taken apart and encoded once.
#[derive(Clone, Debug)]
struct Template {
    pieces: Vec<Piece>,
    encoding: TextEncoding,
}

#[derive(Clone, Debug)]
enum Piece {
    /// Text between the placeholders, encoded already.
    Fixed(Vec<u8>),
    Filled(Segment),
}

impl Template {
    fn parse(text: &str, encoding: TextEncoding) -> Result<Self, ServiceError> {
        let piece = |segment| match segment {
            Segment::Text(text) => encoded("text", &text, encoding).map(Piece::Fixed),
            placeholder => Ok(Piece::Filled(placeholder)),
        };
        let segments = template::parse(text).map_err(|error| ServiceError::of_field("text", &error))?;
        Ok(Self { pieces: segments.into_iter().map(piece).collect::<Result<_, _>>()?, encoding })
    }

    fn fill(&self, filling: &Filling<'_>) -> Result<Vec<u8>, ReplyTrouble> {
        let mut bytes = Vec::new();
        for piece in &self.pieces {
            match piece {
                Piece::Fixed(fixed) => bytes.extend_from_slice(fixed),
                Piece::Filled(segment) => bytes.extend_from_slice(&filling.value(segment, self.encoding)?),
            }
        }
        Ok(bytes)
    }
}

impl Service for Template {
    fn on_message(&mut self, message: &Message<'_>) -> Answer {
        let Message { bytes, peer, at, counter, .. } = *message;
        self.fill(&Filling { message: bytes, peer, counter: counter.next(), at }).into()
    }
}

impl Reply {
    pub fn template(text: impl Into<String>) -> Self {
        Self::with(&TEMPLATE, Value::Text(text.into()))
    }
}

#[cfg(test)]
mod tests {
    use super::super::Counter;
    use super::super::tests::{ask_counting, reply, service};
    use super::*;

    #[test]
    fn template_is_filled_in() {
        let text = "[{time}] {{{msg}}} of {len} B from {host}:{port}, no. {counter}";
        let mut answers = service(&Reply::template(text), "utf-8");
        let counter = Counter::default();
        assert_eq!(
            ask_counting(&mut answers, b"\xff!", &counter).reply.unwrap(),
            b"[2026-11-20 19:49:06] {\xff!} of 2 B from 192.0.2.7:4321, no. 1".as_slice()
        );
        assert!(ask_counting(&mut answers, b"x", &counter).reply.unwrap().ends_with(b"no. 2"));
    }

    #[test]
    fn what_is_no_placeholder_is_refused_with_its_place() {
        let error = Reply::template("a {who}").service(TextEncoding::UTF_8).unwrap_err();
        assert!(error.to_string().starts_with("text: \"{who}\" at character 3 is not a placeholder"), "{error}");
        assert_eq!(reply(&mut service(&Reply::template("{{}}"), "utf-8"), b"x"), b"{}");
    }
}
