//! `echo`: the same bytes.

use super::{Answer, Message, Reply, Service, ServiceKind};
use crate::kinds::Values;

pub static ECHO: ServiceKind = ServiceKind { name: "echo", make: |_, _| Ok(Box::new(Echo)), ..ServiceKind::PLAIN };

#[derive(Clone, Debug)]
struct Echo;

impl Service for Echo {
    fn on_message(&mut self, message: &Message<'_>) -> Answer {
        Answer::bytes(message.bytes.clone())
    }
}

impl Reply {
    pub fn echo() -> Self {
        Self::new(&ECHO, Values::default())
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::super::tests::{answer, service};
    use super::*;

    #[test]
    fn echo_is_the_same_bytes_without_a_copy() {
        let message = Bytes::from_static(b"\xff\x00hello");
        let answered = answer(&mut service(&Reply::echo(), "utf-8"), &message).reply.unwrap();
        assert_eq!(answered, message);
        assert_eq!(answered.as_ptr(), message.as_ptr());
    }
}
