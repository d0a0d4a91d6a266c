//! An `expect` step that waits for whole messages, as the endpoint's framing cuts them.

use std::time::Duration;

use super::Runner;
use super::carry::{Ending, Progress, Running};
use super::expectation::Verdict;
use super::inbox::{Arrival, Inbox, What};
use super::result::{Detail, End};
use crate::kinds::framing::Framing;
use crate::lab::step::ExpectedMessages;
use crate::lab::{EndpointId, EndpointSpec};
use crate::service::framing::{Deframer, Message, MessageKind};
use crate::session::Session;
use crate::trace::{ConnId, Nanos};

/// The messages that are awaited, and how far they have come. The first begins where the last `expect` has ended.
#[derive(Debug)]
pub(super) struct Awaited {
    judge: Judge,
    deframer: Deframer,
    /// Of this connection only: that of the step, or else the one that the first bytes have come from.
    conn: Option<ConnId>,
    /// For a client: the end of its connection is the end of everything.
    one_stream: bool,
    /// Arrivals before this one are none of its, or are read.
    cursor: usize,
}

/// What is asked of messages, and how many have come.
#[derive(Debug)]
struct Judge {
    wanted: ExpectedMessages,
    framing: Framing,
    got: u64,
}

impl Awaited {
    pub(super) fn new(wanted: ExpectedMessages, conn: Option<ConnId>, spec: &EndpointSpec) -> Self {
        let framing = spec.stream.framing.clone();
        let deframer = Deframer::new(&framing, spec.encoding);
        let judge = Judge { wanted, framing, got: 0 };
        Self { judge, deframer, conn, one_stream: spec.kind.is_client(), cursor: 0 }
    }

    /// Judges what has arrived since the last time. `open`: more may come.
    fn judge(&mut self, inbox: &mut Inbox, open: bool, now: Duration) -> Verdict {
        let found = self.arrivals(inbox).or_else(|| {
            let message = self.deframer.pass(now)?;
            self.judge.take(&message)
        });
        let verdict = if let Some(verdict) = found {
            verdict
        } else if inbox.overflowed {
            Verdict::Failed(Detail::Overflow)
        } else if open {
            Verdict::Waiting
        } else {
            Verdict::Failed(self.judge.too_few(End::Closed))
        };
        if matches!(verdict, Verdict::Met(_)) {
            // An earlier error is over.
            for arrival in inbox.arrivals.iter_mut().take(self.cursor) {
                if matches!(arrival.what, What::Failed { .. }) {
                    arrival.what = What::Used;
                }
            }
        }
        inbox.tidy();
        // What was read is taken out: the rest has moved up.
        self.cursor = 0;
        verdict
    }

    fn arrivals(&mut self, inbox: &mut Inbox) -> Option<Verdict> {
        while let Some(arrival) = inbox.arrivals.get_mut(self.cursor) {
            self.cursor += 1;
            if self.conn.is_some() && arrival.conn != self.conn {
                continue;
            }
            let verdict = match arrival.what {
                What::Bytes { .. } => self.bytes(arrival),
                What::Eof { own: true, .. } => self.end(End::OwnEnd),
                What::Eof { .. } => self.end(End::Eof),
                What::Failed { op: "recv", errno } => self.end(End::Error(errno)),
                What::Closed => self.end(End::Closed),
                What::Failed { .. } | What::Used => None,
            };
            if verdict.is_some() {
                return verdict;
            }
        }
        None
    }

    fn bytes(&mut self, arrival: &mut Arrival) -> Option<Verdict> {
        let What::Bytes { data, len, at } = &mut arrival.what else { return None };
        self.conn = arrival.conn;
        // The silence before them may have ended a message.
        if let Some(message) = self.deframer.arrive(Duration::from_nanos(at.0))
            && let Some(verdict) = self.judge.take(&message)
        {
            return Some(verdict);
        }
        if (data.len() as u64) < *len {
            return Some(Verdict::Failed(Detail::NotKept { at: data.len() as u64 }));
        }
        let mut messages = self.deframer.push(std::mem::take(data));
        let verdict = messages.find_map(|message| match message {
            Ok(message) => self.judge.take(&message),
            Err(error) => Some(Verdict::Failed(Detail::NoSuchMessage { at: error.at() })),
        });
        if verdict.is_some() {
            // The rest is for the next `expect`.
            *data = self.deframer.take_waiting();
            *len = data.len() as u64;
        }
        if data.is_empty() {
            arrival.what = What::Used;
        }
        verdict
    }

    /// Its stream has ended, which ends a message where only silence would have.
    fn end(&mut self, why: End) -> Option<Verdict> {
        if !self.one_stream && self.conn.is_none() {
            return None;
        }
        let last = self.deframer.finish().filter(|message| message.kind == MessageKind::Whole);
        let met = last.and_then(|message| self.judge.take(&message));
        Some(met.unwrap_or_else(|| Verdict::Failed(self.judge.too_few(why))))
    }
}

impl Judge {
    /// One more has come. What belongs to no message is passed over.
    fn take(&mut self, message: &Message) -> Option<Verdict> {
        if message.kind != MessageKind::Whole {
            return None;
        }
        self.got += 1;
        match &self.wanted {
            ExpectedMessages::Count(count) => {
                (self.got >= *count).then_some(Verdict::Met(Detail::CameMessages { count: self.got, fields: None }))
            }
            ExpectedMessages::With(test) => {
                let fields = self.framing.fields(&message.whole);
                let expected = test.to_string();
                if test.holds(&fields) {
                    return Some(Verdict::Met(Detail::CameMessages { count: 1, fields: Some(expected) }));
                }
                let shown: Vec<_> = fields.iter().map(|field| format!("{} == {}", field.name, field.shown())).collect();
                Some(Verdict::Failed(Detail::OtherMessage { expected, got: shown.join(", ") }))
            }
        }
    }

    fn too_few(&self, why: End) -> Detail {
        let of = if let ExpectedMessages::Count(count) = self.wanted { count } else { 1 };
        Detail::TooFewMessages { got: self.got, of, why }
    }
}

/// An `expect` of messages that has begun.
#[derive(Debug)]
pub(super) struct AwaitingMessages {
    pub at: EndpointId,
    pub awaited: Awaited,
    pub deadline: Nanos,
    pub within: Duration,
}

impl Running for AwaitingMessages {
    fn own_deadline(&self) -> Option<Nanos> {
        Some(self.deadline)
    }

    /// When silence ends a message.
    fn deadline(&self) -> Option<Nanos> {
        let ends_at = self.awaited.deframer.ends_at()?;
        Some(Nanos(u64::try_from(ends_at.as_nanos()).unwrap_or(u64::MAX)))
    }

    fn advance(&mut self, session: &mut Session, run: &mut Runner) -> Progress {
        let open = session.endpoint_now(self.at).is_some_and(|endpoint| !endpoint.live.is_closed());
        let now = Duration::from_nanos(session.now().0);
        let verdict = match run.inboxes.get_mut(&self.at) {
            Some(inbox) => self.awaited.judge(inbox, open, now),
            None => Verdict::Waiting,
        };
        let (detail, ok) = match verdict {
            Verdict::Waiting if session.own_time() < self.deadline => return Progress::Waiting,
            Verdict::Waiting => (self.awaited.judge.too_few(End::Late(self.within)), false),
            Verdict::Met(detail) => (detail, true),
            Verdict::Failed(detail) => (detail, false),
        };
        Progress::Ended(Ending::Judged { detail, ok })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::EndpointKind;
    use crate::trace::{Call, Op, Outcome, Payload, SocketId};

    const MODBUS: [&[u8]; 2] = [b"\0\x07\0\0\0\x02\x01\x03", b"\0\x08\0\0\0\x02\x01\x83"];

    fn recv(conn: u32, at: u64, data: &[u8]) -> Call {
        Call {
            conn: ConnId::new(conn),
            socket: SocketId::sample(1, conn),
            start: Nanos(at * 1_000_000),
            len: data.len() as u64,
            data: bytes::Bytes::copy_from_slice(data),
            ..Call::sample(Op::Recv { max: 1024 }, Outcome::Ok(data.len() as u64))
        }
    }

    fn inbox(calls: &[Call]) -> Inbox {
        let mut inbox = Inbox::new(true);
        for call in calls {
            inbox.on_call(call, Payload { bytes: &call.data, len: call.len, offset: call.offset });
        }
        inbox
    }

    fn awaited(framing: &str, wanted: ExpectedMessages) -> Awaited {
        let mut spec = EndpointSpec::new("server", EndpointKind::TCP_SERVER);
        spec.stream.framing = Framing::of_preset(framing).unwrap();
        Awaited::new(wanted, None, &spec)
    }

    fn with(test: &str) -> ExpectedMessages {
        ExpectedMessages::With(test.parse().unwrap())
    }

    fn is_met(verdict: &Verdict) -> bool {
        matches!(verdict, Verdict::Met(_))
    }

    #[test]
    fn a_message_may_come_in_pieces_and_the_next_is_left_for_the_next() {
        let [first, second] = MODBUS;
        let bytes = [first, second].concat();
        let mut inbox = inbox(&[recv(1, 0, &bytes[..3]), recv(1, 1, &bytes[3..])]);
        let mut judge = |test: &str| awaited("modbus-tcp", with(test)).judge(&mut inbox, true, Duration::ZERO);
        assert!(is_met(&judge("function == 3 and id == 7")));
        let other = judge("function == 4");
        let Verdict::Failed(Detail::OtherMessage { expected, got }) = other else { panic!("{other:?}") };
        assert_eq!(expected, "function == 4");
        assert!(got.contains("function == 131 (0x83)") && got.contains("id == 8"), "{got}");
        assert_eq!(judge("function == 3"), Verdict::Waiting);
    }

    #[test]
    fn messages_are_counted_also_of_one_connection_beside_another() {
        let [first, second] = MODBUS;
        let calls = [recv(1, 0, first), recv(2, 1, &first[..4]), recv(1, 2, second)];
        let count = |count| awaited("modbus-tcp", ExpectedMessages::Count(count));
        assert!(is_met(&count(2).judge(&mut inbox(&calls), true, Duration::ZERO)));
        let mut three = count(3);
        let mut inbox = inbox(&calls);
        assert_eq!(three.judge(&mut inbox, true, Duration::ZERO), Verdict::Waiting);
        assert_eq!(three.judge(&mut inbox, true, Duration::ZERO), Verdict::Waiting, "nothing is counted twice");
        let too_few = Detail::TooFewMessages { got: 2, of: 3, why: End::Closed };
        assert_eq!(three.judge(&mut inbox, false, Duration::ZERO), Verdict::Failed(too_few));
        assert_eq!(inbox.arrivals.len(), 1, "what the other connection said is still there");
    }

    #[test]
    fn silence_or_the_end_ends_a_message_where_nothing_else_does() {
        let at = Duration::from_millis;
        let one = || awaited("modbus-rtu", with("function == 3"));
        let mut waiting = one();
        let mut quiet = inbox(&[recv(1, 1_000, b"\x01\x03")]);
        assert_eq!(waiting.judge(&mut quiet, true, at(1_001)), Verdict::Waiting);
        assert!(is_met(&waiting.judge(&mut quiet, true, at(1_200))));
        let mut next = inbox(&[recv(1, 1_000, b"\x01\x03"), recv(1, 1_200, b"\x01\x04")]);
        assert!(is_met(&one().judge(&mut next, true, at(1_201))));
        assert_eq!(next.arrivals.len(), 1, "the second is left");
        let mut ended = inbox(&[recv(1, 1_000, b"\x01\x03"), recv(1, 1_001, b"")]);
        assert!(is_met(&one().judge(&mut ended, true, at(1_002))));
    }

    #[test]
    fn a_stream_that_ends_early_or_has_no_messages_fails_at_once() {
        let [first, _] = MODBUS;
        let mut ended = inbox(&[recv(1, 0, &first[..5]), recv(1, 1, b"")]);
        let verdict = awaited("modbus-tcp", with("id == 7")).judge(&mut ended, true, Duration::ZERO);
        assert_eq!(verdict, Verdict::Failed(Detail::TooFewMessages { got: 0, of: 1, why: End::Eof }));
        let mut rubbish = inbox(&[recv(1, 0, b"no number ")]);
        let verdict = awaited("syslog-octets", ExpectedMessages::Count(1)).judge(&mut rubbish, true, Duration::ZERO);
        assert!(matches!(verdict, Verdict::Failed(Detail::NoSuchMessage { at: 0 })), "{verdict:?}");
    }
}
