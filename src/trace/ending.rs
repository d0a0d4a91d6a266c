//! Who ended a connection first, as its calls say: a projection of one connection's calls in their order.
//!
//! It is what this side saw. Where both ends close at about the same time each of them may have been the first, by its
//! own calls.

use super::call::{Call, ConnId, Op, OptionValue, Outcome, SocketOption};
use super::errno::Errno;
use super::projection::{self, AsOf, Budget, Follower, Projection, Source};
use super::said::Payload;
use super::store::Trace;
use crate::lab::EndpointId;
use crate::values::How;

/// What ended a connection first, with the number of the call that showed it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ending {
    /// `recv() = 0` came before this side ended anything.
    Peer { seq: u64 },
    /// EPIPE: the peer had closed, and this side went on sending.
    PeerUnread { seq: u64, call: &'static str, errno: Errno },
    /// ECONNRESET
    Reset { seq: u64, errno: Errno },
    /// Another error: ETIMEDOUT, EHOSTUNREACH …
    Broken { seq: u64, call: &'static str, errno: Errno },
    /// This side, with shutdown(2) as it was called.
    UsShutdown { seq: u64, call: Box<str> },
    /// This side, with close(2).
    UsClose { seq: u64 },
    /// This side, with a close(2) that resets (SO_LINGER with 0 seconds).
    UsReset { seq: u64 },
}

impl Ending {
    /// The call that showed it.
    pub fn seq(&self) -> u64 {
        match self {
            Self::Peer { seq }
            | Self::PeerUnread { seq, .. }
            | Self::Reset { seq, .. }
            | Self::Broken { seq, .. }
            | Self::UsShutdown { seq, .. }
            | Self::UsClose { seq }
            | Self::UsReset { seq } => *seq,
        }
    }
}

/// Follows the calls of one connection.
#[derive(Clone, Debug, Default)]
pub struct EndingWatch {
    /// It saw the connection begin; else an earlier ending may have been missed.
    begun: bool,
    /// SO_LINGER is 0 by now.
    resets: bool,
    /// shutdown(2) of reading: `recv() = 0` says nothing of the peer from there on.
    will_not_read: bool,
    ending: Option<Ending>,
}

impl EndingWatch {
    /// Takes in the connection's next call.
    pub fn see(&mut self, call: &Call) {
        match (&call.op, call.outcome) {
            (Op::Accept | Op::Connect { .. }, Outcome::Ok(_)) => self.begun = true,
            _ if call.is_in_progress() => self.begun = true,
            (Op::SetSockOpt { option: SocketOption::Linger, value: OptionValue::Linger(seconds) }, Outcome::Ok(_)) => {
                self.resets = *seconds == Some(0);
            }
            (Op::Shutdown { how }, Outcome::Ok(_)) => self.will_not_read |= *how != How::Write,
            _ => {}
        }
        if self.ending.is_none() {
            self.ending = self.first_of(call);
        }
    }

    fn first_of(&self, call: &Call) -> Option<Ending> {
        let seq = call.seq;
        match (&call.op, call.outcome) {
            (Op::Close, _) if self.resets => Some(Ending::UsReset { seq }),
            (Op::Close, _) => Some(Ending::UsClose { seq }),
            (Op::Shutdown { .. }, Outcome::Ok(_)) => Some(Ending::UsShutdown { seq, call: call.op.to_string().into() }),
            (Op::Recv { .. }, Outcome::Ok(0)) if call.is_eof() => Some(Ending::Peer { seq }),
            (op, Outcome::Err(errno)) if op.sends() || op.receives() => {
                let call = op.name();
                match errno.name() {
                    // A signal came, or nothing was there yet: the call is made again.
                    Some("EINTR" | "EAGAIN") => None,
                    Some("ECONNRESET") => Some(Ending::Reset { seq, errno }),
                    Some("EPIPE") => Some(Ending::PeerUnread { seq, call, errno }),
                    _ => Some(Ending::Broken { seq, call, errno }),
                }
            }
            _ => None,
        }
    }

    /// True once this side has shut down reading.
    pub fn will_not_read(&self) -> bool {
        self.will_not_read
    }

    /// `None` while neither has ended it, and where its beginning is not known.
    pub fn ending(&self) -> Option<&Ending> {
        self.ending.as_ref().filter(|_| self.begun)
    }
}

/// The ending of one connection, kept up to date with the trace: each update costs what has happened since the last one.
#[derive(Debug, Default)]
pub struct EndingOf {
    of: Option<(EndpointId, ConnId)>,
    watch: EndingWatch,
    follower: Follower,
}

impl EndingOf {
    /// What is known of that connection now.
    pub fn update<'t>(&mut self, of: impl Into<AsOf<'t>>, endpoint: EndpointId, conn: ConnId) -> Option<&Ending> {
        let of = of.into();
        if self.of != Some((endpoint, conn)) {
            *self = Self { of: Some((endpoint, conn)), ..Self::default() };
        }
        let socket = of.trace.socket_of((endpoint, Some(conn)));
        let calls = Source::of(socket.and_then(|socket| of.trace.of_socket(socket)));
        projection::follow(self, of, calls, Budget::UNLIMITED, || true);
        self.watch.ending()
    }
}

impl Projection for EndingOf {
    const OUTLIVES_CLEARING: bool = true;

    fn follower(&mut self) -> &mut Follower {
        &mut self.follower
    }

    fn see(&mut self, call: &Call, _: Payload<'_>) {
        self.watch.see(call);
    }

    /// How it ended is known for good.
    fn evict(&mut self, _: &Trace) {}

    fn reset(&mut self) {
        self.watch = EndingWatch::default();
    }
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use super::*;

    const ENDPOINT: EndpointId = EndpointId(1);

    fn conn() -> ConnId {
        ConnId::new(1).unwrap()
    }

    fn ending(calls: &[(Op, Outcome)]) -> Option<Ending> {
        let mut trace = Trace::new(SystemTime::UNIX_EPOCH, u64::MAX);
        let mut of = EndingOf::default();
        for (op, outcome) in calls {
            trace.push(Call { endpoint: ENDPOINT, conn: Some(conn()), ..Call::sample(op.clone(), *outcome) });
            of.update(&trace, ENDPOINT, conn());
        }
        let stepwise = of.update(&trace, ENDPOINT, conn()).cloned();
        assert_eq!(EndingOf::default().update(&trace, ENDPOINT, conn()).cloned(), stepwise);
        stepwise
    }

    const ACCEPTED: (Op, Outcome) = (Op::Accept, Outcome::Ok(9));
    const END: (Op, Outcome) = (Op::Recv { max: 10 }, Outcome::Ok(0));
    const CLOSED: (Op, Outcome) = (Op::Close, Outcome::Ok(0));
    const SHUT: (Op, Outcome) = (Op::Shutdown { how: How::Write }, Outcome::Ok(0));

    fn failed(op: Op, errno: i32) -> (Op, Outcome) {
        (op, Outcome::Err(Errno(errno)))
    }

    #[test]
    fn whoever_ends_before_the_other_was_the_first() {
        assert_eq!(ending(&[ACCEPTED]), None);
        assert_eq!(ending(&[ACCEPTED, END, CLOSED]), Some(Ending::Peer { seq: 2 }));
        assert_eq!(ending(&[ACCEPTED, CLOSED]), Some(Ending::UsClose { seq: 2 }));
        let shut = Ending::UsShutdown { seq: 2, call: "shutdown(SHUT_WR)".into() };
        assert_eq!(ending(&[ACCEPTED, SHUT, END, CLOSED]), Some(shut));
        assert_eq!(ending(&[ACCEPTED, END, SHUT, CLOSED]), Some(Ending::Peer { seq: 2 }));
    }

    #[test]
    fn a_recv_of_no_bytes_ends_nothing() {
        assert_eq!(ending(&[ACCEPTED, (Op::Recv { max: 0 }, Outcome::Ok(0))]), None);
    }

    #[cfg(unix)]
    #[test]
    fn errors_say_who_it_was() {
        let reset = Errno(libc::ECONNRESET);
        let seen = ending(&[ACCEPTED, failed(Op::Recv { max: 10 }, reset.0), CLOSED]);
        assert_eq!(seen, Some(Ending::Reset { seq: 2, errno: reset }));
        let pipe = Errno(libc::EPIPE);
        let seen = ending(&[ACCEPTED, failed(Op::Send { len: 1 }, pipe.0), CLOSED]);
        assert_eq!(seen, Some(Ending::PeerUnread { seq: 2, call: "send", errno: pipe }));
        let late = Errno(libc::ETIMEDOUT);
        let seen = ending(&[ACCEPTED, failed(Op::Recv { max: 10 }, late.0)]);
        assert_eq!(seen, Some(Ending::Broken { seq: 2, call: "recv", errno: late }));
    }

    #[test]
    fn a_close_with_lingering_0_is_a_reset_of_ours() {
        let linger = |seconds| {
            let value = OptionValue::Linger(seconds);
            (Op::SetSockOpt { option: SocketOption::Linger, value }, Outcome::Ok(0))
        };
        assert_eq!(ending(&[ACCEPTED, linger(Some(0)), CLOSED]), Some(Ending::UsReset { seq: 3 }));
        assert_eq!(ending(&[ACCEPTED, linger(Some(5)), CLOSED]), Some(Ending::UsClose { seq: 3 }));
    }

    #[test]
    fn what_began_before_the_kept_calls_is_not_guessed() {
        assert_eq!(ending(&[CLOSED]), None);
    }
}
