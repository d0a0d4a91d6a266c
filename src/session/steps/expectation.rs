//! An `expect` step that is being carried out: judged against the inbox, a little further with each arrival.

use bytes::Bytes;

use super::inbox::{Arrival, Inbox, What};
use super::result::{Detail, End};
use crate::lab::TextEncoding;
use crate::trace::ConnId;

/// What an `expect` step waits for, with its texts encoded.
#[derive(Debug)]
pub(super) struct Wanted {
    pub conn: Option<ConnId>,
    pub bytes: Option<WantedBytes>,
    pub eof: bool,
    pub error: Option<String>,
    /// For a client: the end of its connection is the end of everything. A server may get another client.
    pub one_stream: bool,
    pub encoding: TextEncoding,
}

#[derive(Debug)]
pub(super) enum WantedBytes {
    Exactly(Bytes),
    Count(u64),
}

impl WantedBytes {
    fn len(&self) -> u64 {
        match self {
            Self::Exactly(bytes) => bytes.len() as u64,
            Self::Count(count) => *count,
        }
    }
}

/// An `expect` that has begun.
#[derive(Debug)]
pub(super) struct Expecting {
    wanted: Wanted,
    phase: Phase,
    /// Arrivals before this one were judged in this phase.
    cursor: usize,
    got: u64,
    /// Where the last bytes came from.
    last: Option<ConnId>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    Bytes,
    Eof,
    Error,
    Met,
}

/// Whether an `expect` has ended.
#[derive(Debug, PartialEq)]
pub(super) enum Verdict {
    Waiting,
    Met(Detail),
    Failed(Detail),
}

impl Expecting {
    pub(super) fn new(wanted: Wanted) -> Self {
        let mut expecting = Self { wanted, phase: Phase::Bytes, cursor: 0, got: 0, last: None };
        if expecting.wanted.bytes.is_none() {
            expecting.phase = expecting.after(Phase::Bytes);
        }
        expecting
    }

    /// Judges what has arrived since the last time. `open`: more may come.
    pub(super) fn judge(&mut self, inbox: &mut Inbox, open: bool) -> Verdict {
        let verdict = loop {
            let phase = self.phase;
            let failed = match phase {
                Phase::Bytes => self.bytes(inbox, open),
                Phase::Eof => self.eof(inbox, open),
                Phase::Error => self.error(inbox, open),
                Phase::Met => break Verdict::Met(self.met()),
            };
            if let Some(detail) = failed {
                break Verdict::Failed(detail);
            }
            if self.phase == phase {
                if inbox.overflowed {
                    break Verdict::Failed(Detail::Overflow);
                }
                return Verdict::Waiting;
            }
        };
        if matches!(verdict, Verdict::Met(_)) {
            // "Since its last expect": an earlier error is over.
            for arrival in inbox.arrivals.iter_mut().take(self.cursor) {
                if matches!(arrival.what, What::Failed { .. }) {
                    arrival.what = What::Used;
                }
            }
        }
        inbox.tidy();
        verdict
    }

    /// The time is up.
    pub(super) fn late(&self, within: std::time::Duration) -> Detail {
        let why = End::Late(within);
        match self.phase {
            Phase::Bytes => self.too_few(why),
            Phase::Eof => Detail::NoEof { why },
            Phase::Error | Phase::Met => self.no_error(why),
        }
    }

    fn after(&self, phase: Phase) -> Phase {
        match phase {
            Phase::Bytes if self.wanted.eof => Phase::Eof,
            Phase::Bytes | Phase::Eof if self.wanted.error.is_some() => Phase::Error,
            _ => Phase::Met,
        }
    }

    fn concerns(&self, arrival: &Arrival) -> bool {
        self.wanted.conn.is_none() || arrival.conn == self.wanted.conn
    }

    /// Why no more can come from where the arrival came from, if it says so and nobody else can send instead.
    fn end(&self, arrival: &Arrival) -> Option<End> {
        if !self.wanted.one_stream && self.wanted.conn.is_none() {
            return None;
        }
        match &arrival.what {
            What::Eof { own: true, .. } => Some(End::OwnEnd),
            What::Eof { .. } => Some(End::Eof),
            What::Failed { op: "recv", errno } => Some(End::Error(*errno)),
            What::Closed => Some(End::Closed),
            _ => None,
        }
    }

    fn bytes(&mut self, inbox: &mut Inbox, open: bool) -> Option<Detail> {
        let Some(total) = self.wanted.bytes.as_ref().map(WantedBytes::len) else {
            self.phase = self.after(Phase::Bytes);
            return None;
        };
        while self.got < total {
            let Some(arrival) = inbox.arrivals.get_mut(self.cursor) else {
                return (!open && !inbox.overflowed).then(|| self.too_few(End::Closed));
            };
            if !self.concerns(arrival) {
                self.cursor += 1;
                continue;
            }
            if let Some(end) = self.end(arrival) {
                return Some(self.too_few(end));
            }
            let What::Bytes { data, len, .. } = &mut arrival.what else {
                self.cursor += 1;
                continue;
            };
            let take = (total - self.got).min(*len);
            if let Some(detail) = self.differs(data, take) {
                return Some(detail);
            }
            self.got += take;
            self.last = arrival.conn;
            *len -= take;
            if *len == 0 {
                arrival.what = What::Used;
                self.cursor += 1;
            } else {
                *data = data.slice(usize::try_from(take).unwrap_or(usize::MAX).min(data.len())..);
            }
        }
        self.phase = self.after(Phase::Bytes);
        None
    }

    /// Compares the next `take` bytes with what is wanted there.
    fn differs(&self, data: &Bytes, take: u64) -> Option<Detail> {
        let Some(WantedBytes::Exactly(wanted)) = &self.wanted.bytes else { return None };
        let rest = wanted.get(usize::try_from(self.got).ok()?..)?;
        let kept = data.len().min(usize::try_from(take).unwrap_or(usize::MAX));
        if let Some(index) = rest.iter().zip(&data[..kept]).position(|(wanted, got)| wanted != got) {
            return Some(Detail::wrong(self.got, &rest[index..], &data[index..], index, self.wanted.encoding));
        }
        ((kept as u64) < take).then(|| Detail::NotKept { at: self.got + kept as u64 })
    }

    fn eof(&mut self, inbox: &mut Inbox, open: bool) -> Option<Detail> {
        // The end of the connection that the bytes came from.
        let conn = self.wanted.conn.or(self.last);
        while let Some(arrival) = inbox.arrivals.get_mut(self.cursor) {
            if conn.is_some() && arrival.conn != conn {
                self.cursor += 1;
                continue;
            }
            match &mut arrival.what {
                What::Eof { told, .. } if !*told => {
                    *told = true;
                    self.cursor += 1;
                    self.phase = self.after(Phase::Eof);
                    return None;
                }
                // Named with the bytes, the end must come right after them.
                What::Bytes { len, .. } if self.wanted.bytes.is_some() => return Some(Detail::More { bytes: *len }),
                _ => {}
            }
            if let Some(why) = self.end(arrival) {
                return Some(Detail::NoEof { why });
            }
            self.cursor += 1;
        }
        (!open && !inbox.overflowed).then_some(Detail::NoEof { why: End::Closed })
    }

    fn error(&mut self, inbox: &mut Inbox, open: bool) -> Option<Detail> {
        let wanted = self.wanted.error.as_deref();
        while let Some(arrival) = inbox.arrivals.get_mut(self.cursor) {
            self.cursor += 1;
            let concerns = self.wanted.conn.is_none() || arrival.conn == self.wanted.conn;
            if matches!(arrival.what, What::Failed { errno, .. } if concerns && wanted.is_some_and(|wanted| errno.is(wanted)))
            {
                arrival.what = What::Used;
                self.phase = Phase::Met;
                return None;
            }
        }
        (!open && !inbox.overflowed).then(|| self.no_error(End::Closed))
    }

    fn too_few(&self, why: End) -> Detail {
        Detail::TooFew { got: self.got, of: self.wanted.bytes.as_ref().map_or(0, WantedBytes::len), why }
    }

    fn no_error(&self, why: End) -> Detail {
        Detail::NoError { expected: self.wanted.error.clone().unwrap_or_default(), why }
    }

    fn met(&self) -> Detail {
        Detail::Came {
            bytes: self.wanted.bytes.as_ref().map(|_| self.got),
            eof: self.wanted.eof,
            error: self.wanted.error.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    use crate::trace::{Call, Errno, Op, Outcome, Payload, SocketId};
    use crate::values::How;

    fn call(conn: u32, op: Op, outcome: Outcome, data: &[u8]) -> Call {
        Call {
            conn: ConnId::new(conn),
            socket: SocketId::sample(1, conn),
            len: data.len() as u64,
            data: Bytes::copy_from_slice(data),
            ..Call::sample(op, outcome)
        }
    }

    fn recv(conn: u32, data: &[u8]) -> Call {
        call(conn, Op::Recv { max: 1024 }, Outcome::Ok(data.len() as u64), data)
    }

    fn failed(conn: u32, op: Op, name: &str) -> Call {
        call(conn, op, Outcome::Err(Errno::by_name(name).unwrap()), b"")
    }

    fn reset(conn: u32) -> Call {
        failed(conn, Op::Recv { max: 9 }, "ECONNRESET")
    }

    fn hear(inbox: &mut Inbox, call: &Call) {
        inbox.on_call(call, Payload { bytes: &call.data, len: call.len, offset: call.offset });
    }

    fn inbox(calls: &[Call]) -> Inbox {
        let mut inbox = Inbox::new(true);
        calls.iter().for_each(|call| hear(&mut inbox, call));
        inbox
    }

    fn wanted(bytes: Option<&[u8]>) -> Wanted {
        Wanted {
            conn: None,
            bytes: bytes.map(|bytes| WantedBytes::Exactly(Bytes::copy_from_slice(bytes))),
            eof: false,
            error: None,
            one_stream: true,
            encoding: TextEncoding::UTF_8,
        }
    }

    fn eof() -> Wanted {
        Wanted { eof: true, ..wanted(None) }
    }

    fn error(name: &str) -> Wanted {
        Wanted { error: Some(name.to_owned()), ..wanted(None) }
    }

    fn judge(wanted: Wanted, inbox: &mut Inbox) -> Verdict {
        Expecting::new(wanted).judge(inbox, true)
    }

    fn is_met(wanted: Wanted, inbox: &mut Inbox) -> bool {
        matches!(judge(wanted, inbox), Verdict::Met(_))
    }

    #[test]
    fn bytes_may_come_in_any_number_of_recvs_and_more_is_left_for_the_next() {
        let mut inbox = inbox(&[recv(1, b"he")]);
        let mut expecting = Expecting::new(wanted(Some(b"hello")));
        assert_eq!(expecting.judge(&mut inbox, true), Verdict::Waiting);
        hear(&mut inbox, &recv(1, b"llo, wo"));
        let came = Detail::Came { bytes: Some(5), eof: false, error: None };
        assert_eq!(expecting.judge(&mut inbox, true), Verdict::Met(came));
        hear(&mut inbox, &recv(1, b"rld"));
        assert!(is_met(wanted(Some(b", world")), &mut inbox));
        assert_eq!(judge(wanted(Some(b"x")), &mut inbox), Verdict::Waiting);
    }

    #[test]
    fn the_first_wrong_byte_fails_at_once() {
        let verdict = judge(wanted(Some(b"hello")), &mut inbox(&[recv(1, b"he"), recv(1, b"x")]));
        assert!(matches!(verdict, Verdict::Failed(Detail::Wrong { at: 2, .. })), "{verdict:?}");
    }

    #[test]
    fn a_number_alone_narrows_to_a_connection() {
        let mut inbox = inbox(&[recv(1, b"one"), recv(2, b"two")]);
        let narrow = Wanted { conn: ConnId::new(2), one_stream: false, ..wanted(Some(b"two")) };
        assert!(is_met(narrow, &mut inbox));
        assert!(is_met(Wanted { one_stream: false, ..wanted(Some(b"one")) }, &mut inbox));
    }

    #[test]
    fn any_bytes_are_counted() {
        let count = || Wanted { bytes: Some(WantedBytes::Count(6)), ..wanted(None) };
        let mut counted = Inbox::new(false);
        [recv(1, b"abc"), recv(1, b"defg")].iter().for_each(|call| hear(&mut counted, call));
        assert_eq!(counted.arrivals.len(), 1, "bytes that nobody compares are not kept");
        assert!(is_met(count(), &mut counted));
        assert_eq!(judge(count(), &mut counted), Verdict::Waiting);
    }

    #[test]
    fn a_stream_that_ends_early_fails_at_once() {
        for (last, end) in [
            (recv(1, b""), End::Eof),
            (reset(1), End::Error(Errno::by_name("ECONNRESET").unwrap())),
            (call(1, Op::Close, Outcome::Ok(0), b""), End::Closed),
        ] {
            let verdict = judge(wanted(Some(b"hello")), &mut inbox(&[recv(1, b"he"), last]));
            assert_eq!(verdict, Verdict::Failed(Detail::TooFew { got: 2, of: 5, why: end }));
        }
        let shut = |how| call(1, Op::Shutdown { how }, Outcome::Ok(0), b"");
        for (how, end) in [(How::Read, End::OwnEnd), (How::Both, End::OwnEnd), (How::Write, End::Eof)] {
            let verdict = judge(wanted(Some(b"hello")), &mut inbox(&[shut(how), recv(1, b"")]));
            assert_eq!(verdict, Verdict::Failed(Detail::TooFew { got: 0, of: 5, why: end }));
        }
        let verdict = Expecting::new(wanted(Some(b"x"))).judge(&mut inbox(&[]), false);
        assert_eq!(verdict, Verdict::Failed(Detail::TooFew { got: 0, of: 1, why: End::Closed }));
    }

    #[test]
    fn a_server_may_get_another_client_so_one_that_left_ends_nothing() {
        let any = || Wanted { one_stream: false, ..wanted(Some(b"hi")) };
        let mut inbox = inbox(&[recv(1, b""), recv(2, b"hi")]);
        assert!(is_met(any(), &mut inbox));
        // The end of connection 1 is still there for its own expect.
        assert!(is_met(Wanted { conn: ConnId::new(1), one_stream: false, ..eof() }, &mut inbox));
        assert_eq!(judge(any(), &mut inbox), Verdict::Waiting);
    }

    #[test]
    fn the_end_alone_does_not_mind_unread_bytes() {
        let mut inbox = inbox(&[recv(1, b"rest"), recv(1, b"")]);
        assert!(is_met(eof(), &mut inbox));
        assert!(is_met(wanted(Some(b"rest")), &mut inbox));
        assert!(matches!(judge(eof(), &mut inbox), Verdict::Failed(Detail::NoEof { why: End::Eof })));
    }

    #[test]
    fn bytes_and_the_end_must_follow_each_other() {
        let both = || Wanted { eof: true, ..wanted(Some(b"ab")) };
        assert!(is_met(both(), &mut inbox(&[recv(1, b"a"), recv(1, b"b"), recv(1, b"")])));
        assert_eq!(
            judge(both(), &mut inbox(&[recv(1, b"abc"), recv(1, b"")])),
            Verdict::Failed(Detail::More { bytes: 1 })
        );
        assert_eq!(judge(both(), &mut inbox(&[recv(1, b"ab")])), Verdict::Waiting);
    }

    #[test]
    fn an_error_counts_once_and_only_since_the_last_expect() {
        let mut inbox = inbox(&[failed(1, Op::Send { len: 1 }, "EPIPE"), recv(1, b"a"), reset(1)]);
        assert!(is_met(wanted(Some(b"a")), &mut inbox));
        assert_eq!(judge(error("EPIPE"), &mut inbox), Verdict::Waiting);
        assert!(is_met(error("ECONNRESET"), &mut inbox));
        assert_eq!(judge(error("ECONNRESET"), &mut inbox), Verdict::Waiting);
    }

    #[test]
    fn an_error_that_a_step_had_to_meet_is_not_met_again() {
        let mut inbox = inbox(&[failed(1, Op::Send { len: 1 }, "EPIPE")]);
        inbox.forget_error("EPIPE");
        assert_eq!(judge(error("EPIPE"), &mut inbox), Verdict::Waiting);
        let closed = Expecting::new(error("EPIPE")).judge(&mut inbox, false);
        assert!(matches!(closed, Verdict::Failed(Detail::NoError { why: End::Closed, .. })));
    }

    #[test]
    fn bytes_that_the_trace_did_not_keep_fail_clearly() {
        let cut = Call { len: 5, ..recv(1, b"he") };
        assert_eq!(
            judge(wanted(Some(b"hello")), &mut inbox(std::slice::from_ref(&cut))),
            Verdict::Failed(Detail::NotKept { at: 2 })
        );
        assert!(is_met(wanted(Some(b"he")), &mut inbox(std::slice::from_ref(&cut))));
        let count = Wanted { bytes: Some(WantedBytes::Count(5)), ..wanted(None) };
        assert!(is_met(count, &mut inbox(&[cut])));
    }

    #[test]
    fn too_much_fails_clearly() {
        let mut inbox = inbox(&[]);
        let large = recv(1, &vec![7; 8 << 20]);
        (0..9).for_each(|_| hear(&mut inbox, &large));
        let count = Wanted { bytes: Some(WantedBytes::Count(72 << 20)), ..wanted(None) };
        assert_eq!(judge(count, &mut inbox), Verdict::Failed(Detail::Overflow));
    }

    #[test]
    fn an_empty_datagram_is_no_end() {
        let empty = call(0, Op::RecvFrom { max: 9 }, Outcome::Ok(0), b"");
        assert_eq!(judge(eof(), &mut inbox(&[empty])), Verdict::Waiting);
    }
}
