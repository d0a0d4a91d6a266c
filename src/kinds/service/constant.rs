//! `constant`: always the same reply, a text or bytes.

use bytes::Bytes;

use super::{Answer, Message, Reply, Service, ServiceKind, content_bytes};
use crate::kinds::{Field, Value};
use crate::values::Content;

pub static CONSTANT: ServiceKind = ServiceKind {
    name: "constant",
    fields: &[Field::content()],
    make: |values, encoding| Ok(Box::new(Constant(content_bytes("text", values, encoding)?))),
    ..ServiceKind::PLAIN
};

#[derive(Clone, Debug)]
struct Constant(Bytes);

impl Service for Constant {
    fn on_message(&mut self, _: &Message<'_>) -> Answer {
        Answer::bytes(self.0.clone())
    }
}

impl Reply {
    pub fn constant(content: Content) -> Self {
        Self::with(&CONSTANT, Value::Content(content))
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{reply, service};
    use super::*;

    #[test]
    fn constant_is_always_the_same() {
        let mut text = service(&Reply::constant(Content::Text("好".into())), "gbk");
        assert_eq!(reply(&mut text, b"x"), b"\xba\xc3");
        let mut hex = service(&Reply::constant(Content::Hex(vec![0, 255])), "utf-8");
        assert_eq!(reply(&mut hex, b"x"), [0, 255]);
    }
}
