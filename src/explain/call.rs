//! A socket call in words, for the inspector.

use super::errno::{MEMBERSHIP, UNIX};
use super::socket_option::socket_option;
use super::{bytes, errno, number, time};
use crate::lab::Addr;
use crate::lang::Lang;
use crate::t;
use crate::trace::asked::asked_instead;
use crate::trace::kept_back::{KeptBack, kept_back};
use crate::trace::{Call, Domain, Errno, Op, Outcome, SocketType, Trace};
use crate::values::How;

/// A call that took this long is said to have waited; below it the system was just working. Nanoseconds.
const WAITED: u64 = 1_000_000;

/// What a call did, in a few sentences: `“server” asked for up to 1,024 bytes and waited 2.6 s until some came. It got
/// 10 bytes. …`
pub fn call(lang: Lang, call: &Call, endpoint_name: &str) -> String {
    let who = who(lang, call, endpoint_name);
    let words = Words { lang, call, who: &who };
    match call.outcome {
        Outcome::Ok(value) => words.with_preview(words.succeeded(value)),
        Outcome::Err(cause) => words.failed(cause),
        Outcome::Abandoned => words.abandoned(),
    }
}

/// The same, with what the trace knows of the calls before it.
pub fn call_in(lang: Lang, trace: &Trace, found: &Call, endpoint_name: &str) -> String {
    if trace.is_own_end(found) {
        return t!(lang, "call-recv-own-end", who = who(lang, found, endpoint_name)).into_owned();
    }
    let words = call(lang, found, endpoint_name);
    let not_asked = asked_instead(trace, found).zip(found.ends.peer.as_ref());
    let not_asked =
        not_asked.map(|(asked, from)| t!(lang, "call-not-asked", from = from.to_string(), asked = asked.to_string()));
    let kept_back = kept_back(trace, found).map(|KeptBack { first, second }| {
        let (first, second) = (number(first.seq), number(second.seq));
        t!(lang, "call-kept-back", first = first, second = second)
    });
    let more = not_asked.into_iter().chain(kept_back).map(String::from);
    let sentences: Vec<String> = std::iter::once(words).chain(more).collect();
    // Chinese sets no space after its full stop.
    sentences.join(if lang == Lang::ZhCn { "" } else { " " })
}

/// A call that waited and never returned, in a line: `recvfrom waited 2.1 s; nothing came; closed`.
pub fn abandoned(lang: Lang, op: &'static str, took: u64) -> String {
    let time = time(lang, took);
    match op {
        "accept" => t!(lang, "call-abandoned-accept", call = op, time = time),
        "connect" => t!(lang, "call-abandoned-connect", call = op, time = time),
        "recv" | "recvfrom" | "read" | "readv" | "recvmsg" | "recvmmsg" => {
            t!(lang, "call-abandoned-receive", call = op, time = time)
        }
        _ => t!(lang, "call-abandoned-send", call = op, time = time),
    }
    .into_owned()
}

fn who(lang: Lang, call: &Call, endpoint_name: &str) -> String {
    match call.conn {
        // A client has one connection at a time; its number says nothing that the name does not.
        Some(conn) if conn.get() > 1 || matches!(call.op, Op::Accept) => {
            t!(lang, "call-who-conn", endpoint = endpoint_name, conn = conn.get())
        }
        _ => t!(lang, "call-who", endpoint = endpoint_name),
    }
    .into_owned()
}

struct Words<'a> {
    lang: Lang,
    call: &'a Call,
    who: &'a str,
}

impl Words<'_> {
    fn succeeded(&self, value: u64) -> String {
        let Self { lang, call, who } = *self;
        let op = || call.with_arguments();
        match &call.op {
            Op::Socket { domain, kind } => {
                let (family, fd) = (family(*domain), value.to_string());
                match kind {
                    SocketType::Stream => t!(lang, "call-socket-stream", who = who, family = family, fd = fd),
                    SocketType::Datagram => t!(lang, "call-socket-datagram", who = who, family = family, fd = fd),
                }
                .into_owned()
            }
            Op::SetSockOpt { option, value } => socket_option(lang, who, *option, value),
            Op::Bind { addr } => self.bound(addr),
            Op::Listen { backlog } => {
                t!(lang, "call-listen", who = who, backlog = number(u64::from(*backlog))).into_owned()
            }
            Op::Accept => {
                let peer = shown(call.ends.peer.as_ref());
                match self.waited() {
                    Some(time) => t!(lang, "call-accept-waited", who = who, time = time, peer = peer),
                    None => t!(lang, "call-accept", who = who, peer = peer),
                }
                .into_owned()
            }
            // Only a stream has a connection.
            Op::Connect { addr } if call.conn.is_none() => {
                t!(lang, "call-connect-datagram", who = who, peer = addr.to_string()).into_owned()
            }
            Op::Connect { addr } if call.ends.local.as_ref() == Some(addr.as_ref()) => {
                t!(lang, "call-connect-itself", who = who, peer = addr.to_string()).into_owned()
            }
            Op::Connect { addr } => {
                let local = shown(call.ends.local.as_ref());
                let time = time(lang, call.took);
                t!(lang, "call-connect", who = who, peer = addr.to_string(), time = time, local = local).into_owned()
            }
            Op::Send { len } => self.sent(*len, value),
            Op::SendTo { len, to } => {
                t!(lang, "call-sendto", who = who, len = bytes(lang, *len), to = to.to_string()).into_owned()
            }
            Op::SendFile { count } => {
                let (len, taken) = (bytes(lang, *count), bytes(lang, value));
                let first = t!(lang, "call-sendfile", who = who, len = len, taken = taken);
                if value < *count {
                    return self.sentences(&[&first, &t!(lang, "call-sendfile-short")]);
                }
                first.into_owned()
            }
            Op::Recv { max } => self.received(*max, value),
            Op::RecvFrom { max } => self.datagram(*max, value),
            Op::Shutdown { how } => match how {
                How::Write => t!(lang, "call-shutdown-write", who = who),
                How::Read => t!(lang, "call-shutdown-read", who = who),
                How::Both => t!(lang, "call-shutdown-both", who = who),
            }
            .into_owned(),
            Op::Close if call.conn.is_some() && call.lost > 0 => {
                let unread = t!(lang, "call-close-unread", unread = bytes(lang, u64::from(call.lost)));
                self.sentences(&[&t!(lang, "call-close-conn", who = who), &unread])
            }
            Op::Close if call.conn.is_some() => t!(lang, "call-close-conn", who = who).into_owned(),
            Op::Close => t!(lang, "call-close", who = who).into_owned(),
            Op::Other(call) if call.only_waits() => {
                t!(lang, "call-program-waits", who = who, call = op(), count = number(value)).into_owned()
            }
            Op::Other(queue) if queue.came_back().is_some() => {
                let (cause, by) = queue.came_back().map_or(("?", "?"), |back| (back.errno, back.by.unwrap_or("?")));
                let peer = shown(call.ends.peer.as_ref());
                let short = Errno::by_name(cause).map(|cause| errno(lang, cause, "sendto").short).unwrap_or_default();
                t!(lang, "call-came-back", who = who, peer = peer, by = by, short = short, errno = cause).into_owned()
            }
            Op::Other(_) => t!(lang, "call-program-other", who = who, call = op()).into_owned(),
        }
    }

    /// Says so where the trace has only the beginning of the bytes.
    fn with_preview(&self, words: String) -> String {
        let Self { lang, call, .. } = *self;
        if !call.is_truncated() {
            return words;
        }
        let kept = bytes(lang, call.data.len() as u64);
        self.sentences(&[&words, &t!(lang, "call-preview", kept = kept)])
    }

    fn failed(&self, cause: Errno) -> String {
        let Self { lang, call, who } = *self;
        let text = errno(
            lang,
            cause,
            match &call.op {
                Op::SetSockOpt { option, .. } if option.joins().is_some() => MEMBERSHIP,
                Op::Send { .. } | Op::SendTo { .. } if is_unix(call) => UNIX,
                op => op.name(),
            },
        );
        let (name, op) = (cause.to_string(), call.with_arguments());
        let (short, meaning, advice) = (text.short, text.meaning, text.advice);
        match self.waited() {
            Some(time) => t!(
                lang,
                "call-failed-waited",
                who = who,
                call = op,
                time = time,
                short = short,
                errno = name,
                meaning = meaning,
                advice = advice,
            ),
            None => t!(
                lang,
                "call-failed",
                who = who,
                call = op,
                short = short,
                errno = name,
                meaning = meaning,
                advice = advice,
            ),
        }
        .into_owned()
    }

    fn abandoned(&self) -> String {
        let Self { lang, call, who } = *self;
        let (op, time) = (call.with_arguments(), time(lang, call.took));
        let first = match &call.op {
            Op::Accept => t!(lang, "call-gave-up-accept", who = who, call = op, time = time),
            Op::Connect { .. } => t!(lang, "call-gave-up-connect", who = who, call = op, time = time),
            op if op.receives() => t!(lang, "call-gave-up-receive", who = who, call = op.to_string(), time = time),
            _ => t!(lang, "call-gave-up-send", who = who, call = op, time = time),
        };
        self.sentences(&[&first, &t!(lang, "call-gave-up")])
    }

    /// How long it waited, where it did.
    fn waited(&self) -> Option<String> {
        (self.call.took >= WAITED).then(|| time(self.lang, self.call.took))
    }

    fn sentences(&self, sentences: &[&str]) -> String {
        // Chinese sets no space after its full stop.
        sentences.join(if self.lang == Lang::ZhCn { "" } else { " " })
    }

    fn bound(&self, asked: &Addr) -> String {
        let Self { lang, call, who } = *self;
        let local = call.ends.local.as_ref().unwrap_or(asked);
        let first = if asked.inet().is_some() && asked.port() == 0 && local.port() != 0 {
            t!(lang, "call-bind-any-port", who = who, host = asked.host(), port = local.port().to_string())
        } else {
            t!(lang, "call-bind", who = who, local = local.to_string())
        };
        if asked.inet().is_some_and(|addr| addr.ip().is_unspecified()) {
            return self.sentences(&[&first, &t!(lang, "call-bind-all")]);
        }
        first.into_owned()
    }

    fn sent(&self, len: u64, taken: u64) -> String {
        let Self { lang, who, .. } = *self;
        let len_text = bytes(lang, len);
        match self.waited() {
            _ if taken < len => t!(lang, "call-send-partial", who = who, len = len_text, taken = bytes(lang, taken)),
            Some(time) => t!(lang, "call-send-waited", who = who, len = len_text, time = time),
            None => t!(lang, "call-send", who = who, len = len_text),
        }
        .into_owned()
    }

    fn received(&self, max: u64, got: u64) -> String {
        let Self { lang, who, .. } = *self;
        if max == 0 {
            return t!(lang, "call-recv-zero", who = who).into_owned();
        }
        if got == 0 {
            return match self.waited() {
                Some(time) => t!(lang, "call-recv-eof-waited", who = who, time = time),
                None => t!(lang, "call-recv-eof", who = who),
            }
            .into_owned();
        }
        let (max_text, got_text) = (bytes(lang, max), bytes(lang, got));
        let first = match self.waited() {
            Some(time) => t!(lang, "call-recv-waited", who = who, max = max_text, time = time, got = got_text),
            None => t!(lang, "call-recv", who = who, max = max_text, got = got_text),
        };
        let second = if got == max { t!(lang, "call-recv-full") } else { t!(lang, "call-recv-bytes") };
        self.sentences(&[&first, &second])
    }

    fn datagram(&self, max: u64, got: u64) -> String {
        let Self { lang, call, who } = *self;
        let (got, peer) = (bytes(lang, got), shown(call.ends.peer.as_ref()));
        let first = match self.waited() {
            Some(time) => t!(lang, "call-recvfrom-waited", who = who, time = time, got = got, peer = peer),
            None => t!(lang, "call-recvfrom", who = who, got = got, peer = peer),
        };
        let second = if call.lost > 0 {
            t!(lang, "call-recvfrom-cut", lost = bytes(lang, u64::from(call.lost)), max = max.to_string())
        } else {
            t!(lang, "call-recvfrom-message")
        };
        self.sentences(&[&first, &second])
    }
}

/// A call between sockets at paths.
fn is_unix(call: &Call) -> bool {
    [&call.ends.local, &call.ends.peer].into_iter().flatten().any(|addr| addr.inet().is_none())
}

fn family(domain: Domain) -> &'static str {
    match domain {
        Domain::Inet => "IPv4",
        Domain::Inet6 => "IPv6",
        Domain::Unix => "Unix",
    }
}

fn shown(addr: Option<&Addr>) -> String {
    addr.map_or_else(|| "?".to_owned(), Addr::to_string)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::lab::{Group, Interface};
    use crate::trace::foreign::{CameBack, OtherCall};
    use crate::trace::{ConnId, Ends, OptionValue, SocketOption};

    fn addr(port: u16) -> Addr {
        Addr::Inet(([127, 0, 0, 1], port).into())
    }

    fn made(op: Op, outcome: Outcome, took: u64, conn: u32) -> Call {
        Call {
            seq: 1,
            took,
            conn: ConnId::new(conn),
            ends: Arc::new(Ends { local: Some(addr(40_123)), peer: Some(addr(8000)) }),
            ..Call::sample(op, outcome)
        }
    }

    fn english(op: Op, outcome: Outcome, took: u64) -> String {
        call(Lang::En, &made(op, outcome, took, 1), "server")
    }

    #[test]
    fn a_recv_that_waited_says_how_long_and_what_recv_is() {
        assert_eq!(
            english(Op::Recv { max: 1024 }, Outcome::Ok(10), 2_600_000_000),
            "“server” asked for up to 1,024 bytes and waited 2.6 s until some came. It got 10 bytes. \
             recv returns bytes, not messages: one send may arrive in several parts, or several together."
        );
        let chinese = call(Lang::ZhCn, &made(Op::Recv { max: 1024 }, Outcome::Ok(10), 2_600_000_000, 1), "server");
        assert!(
            chinese.starts_with("“server”要求最多 1,024 字节，等了 2.6 秒才有数据，得到 10 字节。recv 返回"),
            "{chinese}"
        );
    }

    #[test]
    fn recv_of_nothing_is_the_end_of_the_peers_side() {
        assert!(english(Op::Recv { max: 1024 }, Outcome::Ok(0), 10).contains("the peer has ended its side"));
        assert!(english(Op::Recv { max: 0 }, Outcome::Ok(0), 10).contains("says nothing about the peer"));
    }

    #[test]
    fn a_full_recv_hints_at_more_and_a_partial_send_at_the_rest() {
        assert!(english(Op::Recv { max: 4 }, Outcome::Ok(4), 10).contains("more may be waiting"));
        let partial = english(Op::Send { len: 1000 }, Outcome::Ok(600), 10);
        assert!(partial.contains("took only 600 bytes"), "{partial}");
    }

    #[test]
    fn a_short_sendfile_is_called_again_and_a_preview_says_that_it_is_one() {
        let whole = english(Op::SendFile { count: 1000 }, Outcome::Ok(1000), 10);
        assert!(whole.contains("straight from the file") && !whole.contains("again"), "{whole}");
        let short = english(Op::SendFile { count: 1000 }, Outcome::Ok(600), 10);
        assert!(short.contains("called again for the rest"), "{short}");
        let mut received = made(Op::Recv { max: 65_536 }, Outcome::Ok(65_536), 10, 1);
        received.len = 65_536;
        received.data = bytes::Bytes::from_static(&[0; 64]);
        let words = call(Lang::En, &received, "client");
        assert!(words.ends_with("Only the first 64 bytes of them are kept in the trace."), "{words}");
        received.data = bytes::Bytes::from(vec![0; 65_536]);
        assert!(!call(Lang::En, &received, "client").contains("kept"));
    }

    #[test]
    fn binding_port_0_names_the_port_that_the_system_chose() {
        let text = english(Op::Bind { addr: Arc::new(addr(0)) }, Outcome::Ok(0), 10);
        assert_eq!(text, "“server” asked for any free port on 127.0.0.1: the system chose 40123.");
    }

    #[test]
    fn a_socket_that_has_connected_to_itself_is_told() {
        let own = made(Op::Connect { addr: Arc::new(addr(8000)) }, Outcome::Ok(0), 10, 1);
        let ends = Ends { local: Some(addr(8000)), peer: Some(addr(8000)) };
        let text = call(Lang::En, &Call { ends: Arc::new(ends), ..own.clone() }, "client");
        assert!(text.contains("its own address"), "{text}");
        let ends = Ends { local: Some(addr(8001)), peer: Some(addr(8000)) };
        assert!(!call(Lang::En, &Call { ends: Arc::new(ends), ..own }, "client").contains("its own address"));
    }

    #[test]
    fn a_failure_is_told_with_its_meaning() {
        let refused = Outcome::Err(Errno::by_name("ECONNREFUSED").unwrap());
        let text = english(Op::Connect { addr: Arc::new(addr(1)) }, refused, 10);
        assert!(
            text.starts_with("“server” called connect(127.0.0.1:1). It failed: Connection refused (ECONNREFUSED)."),
            "{text}"
        );
        assert!(text.contains("no program listens on that port"), "{text}");
    }

    #[test]
    fn a_call_that_was_given_up_says_what_it_waited_for() {
        let text = english(Op::RecvFrom { max: 9 }, Outcome::Abandoned, 2_060_000_000);
        assert!(text.contains("waited 2.1 s; nothing came."), "{text}");
        assert!(text.ends_with("Then its socket was closed, so the call has no result."), "{text}");
        for (op, words) in [
            ("accept", "accept waited 2.1 s; nobody came; closed"),
            ("connect", "connect waited 2.1 s; no answer came; closed"),
            ("recvfrom", "recvfrom waited 2.1 s; nothing came; closed"),
            ("send", "send waited 2.1 s; there was no room; closed"),
        ] {
            assert_eq!(abandoned(Lang::En, op, 2_060_000_000), words);
        }
    }

    #[test]
    fn a_buffer_shows_what_was_asked_and_what_was_granted() {
        let value = OptionValue::Size { asked: 1, granted: 2_304 };
        let text = english(Op::SetSockOpt { option: SocketOption::RecvBuffer, value }, Outcome::Ok(0), 10);
        assert!(text.contains("Asked 1, granted 2,304"), "{text}");
    }

    #[test]
    fn every_call_and_outcome_has_words_in_both_languages() {
        let to = Arc::new(addr(9));
        let anywhere = Arc::new(Addr::Inet(([0, 0, 0, 0], 0).into()));
        let int = |option| Op::SetSockOpt { option, value: OptionValue::Int(1) };
        let linger = |value| Op::SetSockOpt { option: SocketOption::Linger, value: OptionValue::Linger(value) };
        let mut ops = vec![
            Op::Bind { addr: anywhere },
            Op::Bind { addr: Arc::clone(&to) },
            Op::Listen { backlog: 5 },
            Op::Accept,
            Op::Connect { addr: Arc::clone(&to) },
            Op::Send { len: 3 },
            Op::SendTo { len: 3, to },
            Op::SendFile { count: 3 },
            Op::Recv { max: 3 },
            Op::RecvFrom { max: 3 },
            Op::Close,
            linger(None),
            linger(Some(3)),
        ];
        for text in ["239.1.2.3%127.0.0.1", "ff02::1%lo"] {
            let group: Arc<Group> = Arc::new(text.parse().unwrap());
            ops.extend([true, false].map(|join| Op::SetSockOpt {
                option: SocketOption::of_membership(&group, join),
                value: OptionValue::Group(Arc::clone(&group)),
            }));
        }
        let interface = Arc::new(Interface::Index(1));
        ops.extend(
            [SocketOption::MulticastInterface, SocketOption::V6MulticastInterface]
                .map(|option| Op::SetSockOpt { option, value: OptionValue::Interface(Arc::clone(&interface)) }),
        );
        ops.extend([SocketOption::MulticastTtl, SocketOption::V6MulticastHops].map(int));
        ops.extend([SocketOption::MulticastLoop, SocketOption::V6MulticastLoop].map(int));
        let size = OptionValue::Size { asked: 1, granted: 2_304 };
        ops.push(Op::SetSockOpt { option: SocketOption::RecvBuffer, value: size });
        ops.extend([How::Read, How::Write, How::Both].map(|how| Op::Shutdown { how }));
        ops.extend([SocketOption::RecvErr, SocketOption::V6RecvErr].map(int));
        for by in [None, Some("127.0.0.1")] {
            let back = CameBack { errno: "ECONNREFUSED", by };
            ops.push(Op::Other(Arc::new(OtherCall::error_queue(Some(back)))));
        }
        ops.extend([SocketOption::ReuseAddr, SocketOption::KeepAlive, SocketOption::Broadcast].map(int));
        ops.extend(
            [SocketOption::RecvBuffer, SocketOption::SendBuffer, SocketOption::NoDelay, SocketOption::V6Only].map(int),
        );
        for kind in [SocketType::Stream, SocketType::Datagram] {
            ops.extend([Domain::Inet, Domain::Inet6, Domain::Unix].map(|domain| Op::Socket { domain, kind }));
        }
        let failed = Outcome::Err(Errno::by_name("EINVAL").unwrap());
        let outcomes = [Outcome::Ok(0), Outcome::Ok(3), failed, Outcome::Abandoned];
        for op in ops {
            for outcome in outcomes {
                for (took, conn, lost) in [(10, 0, 0), (5_000_000, 2, 9)] {
                    let call = Call { lost, ..made(op.clone(), outcome, took, conn) };
                    for lang in Lang::ALL {
                        let text = super::call(lang, &call, "a");
                        assert!(text.contains('a') && !text.contains(['{', '}']), "{call}: {text}");
                        assert!(!text.contains("call-") && !text.contains("explain-"), "{call}: {text}");
                    }
                }
            }
        }
    }
}
