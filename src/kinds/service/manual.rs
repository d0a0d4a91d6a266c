//! `manual`: nothing is answered; the user types.

use super::{Answer, Message, Reply, Service, ServiceKind};

pub static MANUAL: ServiceKind = ServiceKind { name: "manual", ..ServiceKind::PLAIN };

/// Answers nothing.
#[derive(Clone, Debug)]
pub(super) struct Silent;

impl Service for Silent {
    fn on_message(&mut self, _: &Message<'_>) -> Answer {
        Answer::default()
    }
}

impl Reply {
    pub fn manual() -> Self {
        Self::default()
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{ask, service};
    use super::*;

    #[test]
    fn manual_says_nothing() {
        assert_eq!(ask(&mut service(&Reply::manual(), "utf-8"), b"hello"), Answer::default());
    }
}
