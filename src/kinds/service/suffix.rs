//! `suffix`: the same bytes and then a text.

use super::{Answer, Message, Reply, Service, ServiceKind, encoded};
use crate::kinds::{Field, Value};

pub static SUFFIX: ServiceKind = ServiceKind {
    name: "suffix",
    fields: &[Field::text("text")],
    make: |values, encoding| Ok(Box::new(Suffix(encoded("text", values.text("text"), encoding)?))),
    ..ServiceKind::PLAIN
};

/// What follows, encoded.
#[derive(Clone, Debug)]
struct Suffix(Vec<u8>);

impl Service for Suffix {
    fn on_message(&mut self, message: &Message<'_>) -> Answer {
        Answer::bytes([message.bytes, self.0.as_slice()].concat())
    }
}

impl Reply {
    pub fn suffix(text: impl Into<String>) -> Self {
        Self::with(&SUFFIX, Value::Text(text.into()))
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{reply, service};
    use super::*;

    #[test]
    fn suffix_follows_the_bytes_in_the_encoding_of_the_endpoint() {
        assert_eq!(reply(&mut service(&Reply::suffix(" SB"), "utf-8"), b"hello"), b"hello SB");
        assert_eq!(reply(&mut service(&Reply::suffix("好"), "gbk"), b"\xc4\xe3"), b"\xc4\xe3\xba\xc3");
    }
}
