//! A notice in words.

use std::net::IpAddr;
use std::sync::Arc;

use super::errno::{MEMBERSHIP, UNIX};
use super::{Explained, bytes, errno, number};
use crate::lab::Addr;
use crate::lang::Lang;
use crate::t;
use crate::trace::naming::Owner;
use crate::trace::notice::{CallFailure, Detail, FramingLoss, Missing, NoReply, PathTakenBy, Refused, Resolution};
use crate::trace::{Errno, Notice, NoticeKind, OptionValue, SocketOption};
use crate::values::duration;

/// A notice in words. The endpoint's name is shown beside the notice, so the text names it only where it has no other
/// way to say what it is about.
pub fn notice(lang: Lang, notice: &Notice, _endpoint: Option<&str>) -> Explained {
    match &notice.kind {
        NoticeKind::CallFailed(failure) => call_failed(lang, failure),
        NoticeKind::Refused(refused) => self::refused(lang, refused),
        NoticeKind::NoReply(why) => no_reply(lang, why),
        NoticeKind::FileRefused { .. } | NoticeKind::NeverAsked { .. } | NoticeKind::TransferEnded(_) => {
            super::transfer::notice(lang, &notice.kind)
        }
        NoticeKind::File(news) => super::export::notice(lang, news),
        NoticeKind::Program(news) => super::program::notice(lang, news),
        NoticeKind::Unsent { peer, bytes: count } => {
            let bytes = bytes(lang, *count);
            let title = match peer {
                Some(peer) => t!(lang, "notice-unsent-to", bytes = bytes, peer = peer.to_string()),
                None => t!(lang, "notice-unsent", bytes = bytes),
            };
            Explained::new(title, t!(lang, "notice-unsent-what"), t!(lang, "notice-unsent-do"))
        }
        NoticeKind::Unresolved { host, reason } => unresolved(lang, host, reason),
        NoticeKind::Localhost { taken, other: Some(other) } => Explained::new(
            t!(lang, "notice-localhost", taken = taken.to_string(), other = other.to_string()),
            t!(lang, "notice-localhost-what"),
            t!(lang, "notice-localhost-do"),
        ),
        NoticeKind::Localhost { taken, other: None } => Explained::new(
            t!(lang, "notice-localhost-only", taken = taken.to_string()),
            t!(lang, "notice-localhost-only-what"),
            t!(lang, "notice-localhost-do"),
        ),
        NoticeKind::NoSuchInterface { name } => Explained::new(
            t!(lang, "notice-no-interface", name = name.as_ref()),
            t!(lang, "notice-no-interface-what"),
            t!(lang, "notice-no-interface-do"),
        ),
        NoticeKind::AcceptResumed { local } => Explained::new(
            t!(lang, "notice-accept-resumed", local = local.to_string()),
            t!(lang, "notice-accept-resumed-what"),
            "",
        ),
        NoticeKind::AcceptLimit { limit } => Explained::new(
            t!(lang, "notice-accept-limit", limit = *limit),
            t!(lang, "notice-accept-limit-what"),
            t!(lang, "notice-accept-limit-do"),
        ),
        NoticeKind::DatagramCut { peer, kept, lost } => {
            let (kept, lost) = (bytes(lang, *kept), bytes(lang, *lost));
            let title = match peer {
                Some(peer) => t!(lang, "notice-datagram-cut-from", peer = peer.to_string(), kept = kept, lost = lost),
                None => t!(lang, "notice-datagram-cut", kept = kept, lost = lost),
            };
            Explained::new(title, t!(lang, "notice-datagram-cut-what"), t!(lang, "notice-datagram-cut-do"))
        }
        NoticeKind::CameBack { to, errno: cause, by } => came_back(lang, to, *cause, *by),
        NoticeKind::KernelDrops { dropped } => {
            let datagrams = t!(lang, "explain-datagrams", count = *dropped, shown = number(*dropped));
            Explained::new(
                t!(lang, "notice-kernel-drops", datagrams = datagrams),
                t!(lang, "notice-kernel-drops-what"),
                t!(lang, "notice-kernel-drops-do"),
            )
        }
        NoticeKind::NoLink { errno } => Explained::new(
            t!(lang, "notice-no-link", errno = errno.to_string()),
            t!(lang, "notice-no-link-what"),
            t!(lang, "notice-no-link-do"),
        ),
        NoticeKind::ConnectsAgain { after } => Explained::new(
            t!(lang, "notice-connects-again", after = duration::format(*after)),
            t!(lang, "notice-connects-again-what"),
            t!(lang, "notice-connects-again-do"),
        ),
        NoticeKind::NoGreeting { within } => Explained::new(
            t!(lang, "notice-no-greeting"),
            t!(lang, "notice-no-greeting-what", within = duration::format(*within)),
            t!(lang, "notice-no-greeting-do"),
        ),
        NoticeKind::FramingLost { reason, at } => {
            let what = match reason {
                FramingLoss::TooLong { limit } => {
                    t!(lang, "notice-framing-too-long", at = number(*at), limit = bytes(lang, *limit))
                }
                FramingLoss::Lying { announced, limit } => t!(
                    lang,
                    "notice-framing-lying",
                    at = number(*at),
                    announced = bytes(lang, *announced),
                    limit = bytes(lang, *limit)
                ),
                FramingLoss::Missing => t!(lang, "notice-framing-missing", at = number(*at)),
                FramingLoss::NoNumber => t!(lang, "notice-framing-no-number", at = number(*at)),
            };
            Explained::new(t!(lang, "notice-framing-lost"), what, t!(lang, "notice-framing-lost-do"))
        }
        NoticeKind::UrgentByte { at } => Explained::new(
            t!(lang, "notice-urgent-byte"),
            t!(lang, "notice-urgent-byte-what", at = number(*at)),
            t!(lang, "notice-urgent-byte-do"),
        ),
        NoticeKind::HeldOpen { peer } => {
            let title = match peer {
                Some(peer) => t!(lang, "notice-held-open-by", peer = peer.to_string()),
                None => t!(lang, "notice-held-open"),
            };
            Explained::new(title, t!(lang, "notice-held-open-what"), t!(lang, "notice-held-open-do"))
        }
        NoticeKind::MessageCutOff { bytes: count } => Explained::new(
            t!(lang, "notice-message-cut-off", bytes = bytes(lang, *count)),
            t!(lang, "notice-message-cut-off-what"),
            t!(lang, "notice-message-cut-off-do"),
        ),
        NoticeKind::RepliesCapped { per_second } => Explained::new(
            t!(lang, "notice-replies-capped", count = number(u64::from(*per_second))),
            t!(lang, "notice-replies-capped-what"),
            t!(lang, "notice-replies-capped-do"),
        ),
        NoticeKind::PeerNotOpen { name } => {
            let name: &str = name;
            Explained::new(
                t!(lang, "notice-peer-not-open", name = name),
                t!(lang, "notice-peer-not-open-what", name = name),
                t!(lang, "notice-peer-not-open-do", name = name),
            )
        }
        NoticeKind::BadService { reason } => Explained::new(
            t!(lang, "notice-bad-service"),
            t!(lang, "notice-bad-service-what", reason = reason.text(lang)),
            t!(lang, "notice-bad-service-do"),
        ),
    }
}

/// All of it in one line, for the command line: `server: Port 8000 is already in use (…). Another socket … Choose …`.
pub fn one_line(lang: Lang, notice: &Notice, owner: Option<Owner<'_>>) -> String {
    let Explained { title, meaning, advice } = self::notice(lang, notice, owner.map(|owner| owner.name));
    let line = match owner {
        None => t!(lang, "explain-one-line", title = title, meaning = meaning, advice = advice),
        Some(owner) => {
            let who = owner.with_number(notice.conn);
            t!(lang, "explain-one-line-at", endpoint = who, title = title, meaning = meaning, advice = advice)
        }
    };
    line.trim_end().to_owned()
}

fn came_back(lang: Lang, to: &Addr, cause: Errno, by: Option<IpAddr>) -> Explained {
    let text = errno(lang, cause, "sendto");
    let (to, name) = (to.to_string(), cause.to_string());
    let by = by.map_or_else(|| "?".to_owned(), |by| by.to_string());
    let what = match name.as_str() {
        "ECONNREFUSED" => t!(lang, "notice-came-back-refused", by = by),
        _ => t!(lang, "notice-came-back-what", by = by, meaning = text.meaning),
    };
    Explained::new(
        t!(lang, "notice-came-back", to = to, short = text.short, errno = name),
        what,
        t!(lang, "notice-came-back-do", advice = text.advice),
    )
}

fn call_failed(lang: Lang, failure: &CallFailure) -> Explained {
    let CallFailure { call, addr, errno: cause, detail } = failure;
    let plain = || failed(lang, call, addr.as_ref(), *cause);
    match detail {
        Detail::None => plain(),
        Detail::Unsent(unsent) => {
            let explained = plain();
            let unsent = bytes(lang, *unsent);
            let meaning = t!(lang, "notice-not-sent", meaning = explained.meaning.as_str(), unsent = unsent);
            Explained { meaning: meaning.into_owned(), ..explained }
        }
        Detail::PortTaken(by) => {
            let Explained { title, advice, .. } = plain();
            let meaning = match &by.endpoint {
                Some(name) => t!(lang, "notice-port-of-endpoint", name = name.as_ref()),
                None => t!(lang, "notice-port-of-program", program = by.program.as_ref(), pid = by.pid.to_string()),
            };
            Explained::new(title, meaning, advice)
        }
        Detail::PathTaken(by) => path_taken(lang, &shown(addr.as_ref()), *by),
        Detail::Membership { group, join } => {
            let text = errno(lang, *cause, MEMBERSHIP);
            let call = SocketOption::of_membership(group, *join).c_names().1;
            let (group, cause) = (OptionValue::Group(Arc::clone(group)).to_string(), cause.to_string());
            let title = if *join {
                t!(lang, "notice-not-joined", group = group, what = text.short, errno = cause, call = call)
            } else {
                t!(lang, "notice-not-left", group = group, what = text.short, errno = cause, call = call)
            };
            Explained::new(title, text.meaning, text.advice)
        }
        Detail::Retried => {
            let text = errno(lang, *cause, call);
            Explained::new(
                t!(lang, "notice-accept-paused", local = shown(addr.as_ref()), errno = cause.to_string()),
                t!(lang, "notice-accept-paused-what", meaning = text.meaning),
                text.advice,
            )
        }
        Detail::Share(path) => super::transfer::not_shared(lang, path, *cause),
    }
}

fn shown(addr: Option<&Addr>) -> String {
    addr.map(ToString::to_string).unwrap_or_default()
}

fn path_taken(lang: Lang, path: &str, by: PathTakenBy) -> Explained {
    let (title, meaning, advice) = match by {
        PathTakenBy::Stale => (
            t!(lang, "notice-path-stale", path = path),
            t!(lang, "notice-path-stale-what"),
            t!(lang, "notice-path-stale-do"),
        ),
        PathTakenBy::Live => (
            t!(lang, "notice-path-live", path = path),
            t!(lang, "notice-path-live-what"),
            t!(lang, "notice-path-live-do"),
        ),
        PathTakenBy::Other => (
            t!(lang, "notice-path-other", path = path),
            t!(lang, "notice-path-other-what"),
            t!(lang, "notice-path-other-do"),
        ),
    };
    Explained::new(title, meaning, advice)
}

fn refused(lang: Lang, refused: &Refused) -> Explained {
    match refused {
        Refused::NotForFiles => super::transfer::not_for_files(lang),
        Refused::NoSuchTarget(what) => missing(lang, *what),
        Refused::QueueFull { peer, queued } => {
            let queued = bytes(lang, *queued);
            let title = match peer {
                Some(peer) => t!(lang, "notice-queue-full-to", queued = queued, peer = peer.to_string()),
                None => t!(lang, "notice-queue-full", queued = queued),
            };
            Explained::new(title, t!(lang, "notice-queue-full-what"), t!(lang, "notice-queue-full-do"))
        }
        Refused::RelayLoop => Explained::new(
            t!(lang, "notice-relay-loop"),
            t!(lang, "notice-relay-loop-what"),
            t!(lang, "notice-relay-loop-do"),
        ),
        Refused::OpeningCancelled => Explained::new(
            t!(lang, "notice-opening-cancelled"),
            t!(lang, "notice-opening-cancelled-what"),
            t!(lang, "notice-opening-cancelled-do"),
        ),
        Refused::Busy => {
            Explained::new(t!(lang, "notice-busy"), t!(lang, "notice-busy-what"), t!(lang, "notice-busy-do"))
        }
    }
}

fn no_reply(lang: Lang, why: &NoReply) -> Explained {
    match why {
        NoReply::NotEncodable { encoding, character } => Explained::new(
            t!(lang, "notice-reply-not-encodable", character = character.to_string(), encoding = *encoding),
            t!(lang, "notice-reply-not-encodable-what"),
            t!(lang, "notice-reply-not-encodable-do"),
        ),
        NoReply::TooLong { limit } => Explained::new(
            t!(lang, "notice-reply-too-long", limit = bytes(lang, *limit)),
            t!(lang, "notice-reply-too-long-what"),
            t!(lang, "notice-reply-too-long-do"),
        ),
        NoReply::NoRule => {
            Explained::new(t!(lang, "notice-no-rule"), t!(lang, "notice-no-rule-what"), t!(lang, "notice-no-rule-do"))
        }
        NoReply::NoField { name } => Explained::new(
            t!(lang, "notice-no-frame-field"),
            t!(lang, "notice-no-frame-field-what", name = &**name),
            t!(lang, "notice-no-frame-field-do"),
        ),
        NoReply::NotFrameable { reason } => Explained::new(
            t!(lang, "notice-reply-not-frameable"),
            t!(lang, "notice-reply-not-frameable-what", reason = reason.text(lang)),
            t!(lang, "notice-reply-not-frameable-do"),
        ),
    }
}

fn failed(lang: Lang, op: &str, addr: Option<&Addr>, cause: Errno) -> Explained {
    let is_unix = addr.is_some_and(|addr| addr.inet().is_none());
    let text = errno(lang, cause, if is_unix && matches!(op, "send" | "sendto") { UNIX } else { op });
    let port = addr.map_or(0, Addr::port);
    let what = if cause.name() == Some("EADDRINUSE") && op != "connect" && port != 0 {
        t!(lang, "errno-eaddrinuse-port", port = port.to_string()).into_owned()
    } else {
        text.short
    };
    let call = match addr {
        Some(addr) => format!("{op} {addr}"),
        None => op.to_owned(),
    };
    let title = t!(lang, "explain-where", what = what, errno = cause.to_string(), call = call);
    Explained::new(title, text.meaning, text.advice)
}

fn unresolved(lang: Lang, host: &str, reason: &Resolution) -> Explained {
    let title = t!(lang, "notice-unresolved", host = host, errno = reason.errno_name());
    match reason {
        Resolution::Failed(words) => {
            // The system's sentence may or may not end in a full stop.
            let words = words.trim_end_matches('.');
            Explained::new(
                title,
                t!(lang, "notice-unresolved-failed", words = words),
                t!(lang, "notice-unresolved-failed-do"),
            )
        }
        Resolution::NoSuchFamily => {
            Explained::new(title, t!(lang, "notice-unresolved-family"), t!(lang, "notice-unresolved-family-do"))
        }
        Resolution::TimedOut => {
            Explained::new(title, t!(lang, "notice-unresolved-timeout"), t!(lang, "notice-unresolved-timeout-do"))
        }
    }
}

fn missing(lang: Lang, what: Missing) -> Explained {
    match what {
        Missing::Endpoint => Explained::new(
            t!(lang, "notice-no-endpoint"),
            t!(lang, "notice-no-endpoint-what"),
            t!(lang, "notice-no-endpoint-do"),
        ),
        Missing::Connection => Explained::new(
            t!(lang, "notice-no-connection"),
            t!(lang, "notice-no-connection-what"),
            t!(lang, "notice-no-connection-do"),
        ),
        Missing::Destination => Explained::new(
            t!(lang, "notice-no-destination"),
            t!(lang, "notice-no-destination-what"),
            t!(lang, "notice-no-destination-do"),
        ),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::lab::Localized;
    use crate::trace::notice::Holder;
    use crate::trace::notice::ProgramNotice;
    use crate::trace::program::{NotStarted, Unwatched};
    use crate::trace::{ConnId, Nanos};

    fn addr() -> Addr {
        Addr::Inet(([127, 0, 0, 1], 8000).into())
    }

    fn noted(kind: NoticeKind) -> Notice {
        Notice { at: Nanos(0), endpoint: None, conn: None, kind }
    }

    fn in_use() -> Notice {
        let errno = Errno::by_name("EADDRINUSE").unwrap();
        noted(NoticeKind::CallFailed(CallFailure::new("bind", Some(addr()), errno)))
    }

    /// One of each kind, with and without what is optional.
    fn every_kind() -> Vec<NoticeKind> {
        let errno = Errno::by_name("EMFILE").unwrap();
        let failed = |call, addr, detail| NoticeKind::CallFailed(CallFailure { call, addr, errno, detail });
        let mut kinds = vec![
            failed("accept", Some(addr()), Detail::Retried),
            NoticeKind::AcceptResumed { local: addr() },
            NoticeKind::AcceptLimit { limit: 1 },
            NoticeKind::AcceptLimit { limit: 2 },
            NoticeKind::KernelDrops { dropped: 1 },
            NoticeKind::KernelDrops { dropped: 2000 },
            NoticeKind::NoReply(NoReply::NotEncodable { encoding: "GBK", character: '😀' }),
            NoticeKind::PeerNotOpen { name: Arc::from("server") },
            NoticeKind::BadService { reason: Localized::both("text: not in GBK", "text：GBK 里没有") },
            NoticeKind::Refused(Refused::OpeningCancelled),
            NoticeKind::Refused(Refused::NotForFiles),
            NoticeKind::Refused(Refused::Busy),
            NoticeKind::Refused(Refused::RelayLoop),
            NoticeKind::NoReply(NoReply::NoRule),
            NoticeKind::NoReply(NoReply::TooLong { limit: 65_536 }),
            NoticeKind::NoReply(NoReply::NotFrameable { reason: Localized::both("too long", "太长") }),
            failed("open", None, Detail::Share("x".into())),
            NoticeKind::NoSuchInterface { name: Arc::from("eth9") },
        ];
        for endpoint in [None, Some(Arc::from("server"))] {
            let by = Holder { pid: 7, program: Arc::from("python3"), endpoint };
            kinds.push(failed("bind", Some(addr()), Detail::PortTaken(Box::new(by))));
        }
        let group = Arc::new("239.1.2.3%eth9".parse().unwrap());
        let membership = |join| Detail::Membership { group: Arc::clone(&group), join };
        kinds.extend([true, false].map(|join| failed("setsockopt", None, membership(join))));
        kinds.extend(
            [PathTakenBy::Stale, PathTakenBy::Live, PathTakenBy::Other]
                .map(|by| failed("bind", Some(addr()), Detail::PathTaken(by))),
        );
        kinds.extend(
            [Missing::Endpoint, Missing::Connection, Missing::Destination]
                .map(|what| NoticeKind::Refused(Refused::NoSuchTarget(what))),
        );
        let reasons = [Resolution::Failed("unknown.".to_owned()), Resolution::NoSuchFamily, Resolution::TimedOut];
        kinds.extend(reasons.map(|reason| NoticeKind::Unresolved { host: "no.invalid".to_owned(), reason }));
        for peer in [None, Some(addr())] {
            kinds.extend([
                failed("socket", peer.clone(), Detail::None),
                failed("send", peer.clone(), Detail::Unsent(1)),
                NoticeKind::Unsent { peer: peer.clone(), bytes: 7 },
                NoticeKind::HeldOpen { peer: peer.clone() },
                NoticeKind::DatagramCut { peer: peer.clone(), kept: 10, lost: 1 },
                NoticeKind::Refused(Refused::QueueFull { peer, queued: 4096 }),
            ]);
        }
        kinds.extend([
            NoticeKind::CameBack { to: addr(), errno, by: Some([127, 0, 0, 1].into()) },
            NoticeKind::CameBack { to: addr(), errno, by: None },
            NoticeKind::ConnectsAgain { after: Duration::from_secs(1) },
            NoticeKind::NoGreeting { within: Duration::from_secs(1) },
            NoticeKind::NoLink { errno: Errno::by_name("EPERM").unwrap() },
            NoticeKind::Program(ProgramNotice::NotTyped),
            NoticeKind::Program(ProgramNotice::LeftBehind { processes: 2 }),
        ]);
        for name in ["ENOENT", "EACCES", "EMFILE"] {
            let errno = Errno::by_name(name).unwrap();
            let why = NotStarted { command: "server".to_owned(), errno };
            kinds.push(NoticeKind::Program(ProgramNotice::NotStarted(why)));
        }
        let whys = [
            Unwatched::Ring,
            Unwatched::Architecture,
            Unwatched::SetUser,
            Unwatched::Forbidden,
            Unwatched::System,
            Unwatched::Within,
            Unwatched::NotPython,
        ];
        kinds.extend(whys.map(|why| NoticeKind::Program(ProgramNotice::Unwatched { why, pid: 7 })));
        kinds
    }

    #[test]
    fn a_port_in_use_is_named_with_call_address_errno_meaning_and_advice() {
        let text = notice(Lang::En, &in_use(), None);
        assert_eq!(text.title, "Port 8000 is already in use (EADDRINUSE, bind 127.0.0.1:8000)");
        assert!(text.meaning.contains("Another socket") && text.advice.contains("another port"), "{text:?}");
        assert_eq!(notice(Lang::ZhCn, &in_use(), None).title, "端口 8000 已被占用（EADDRINUSE，bind 127.0.0.1:8000）");
    }

    #[test]
    fn one_line_begins_with_the_endpoint_and_its_connection() {
        let mut notice = in_use();
        let server = Owner { name: "server", is_client: false };
        let line = one_line(Lang::En, &notice, Some(server));
        assert!(line.starts_with("server: Port 8000 is already in use (EADDRINUSE"), "{line}");
        notice.conn = ConnId::new(3);
        assert!(one_line(Lang::ZhCn, &notice, Some(server)).starts_with("server #3：端口 8000"));
        let client = Owner { name: "client", is_client: true };
        assert!(one_line(Lang::En, &notice, Some(client)).starts_with("client #3: "));
        notice.conn = ConnId::new(1);
        assert!(one_line(Lang::En, &notice, Some(client)).starts_with("client: "), "its only one has no number");
    }

    #[test]
    fn every_notice_has_words_in_both_languages_and_none_is_left_open() {
        for kind in every_kind() {
            let needs_advice = !matches!(kind, NoticeKind::AcceptResumed { .. });
            let notice = noted(kind);
            for lang in Lang::ALL {
                let text = super::notice(lang, &notice, Some("server"));
                assert_eq!(text.advice.is_empty(), !needs_advice, "{text:?}");
                for words in [&text.title, &text.meaning, &one_line(lang, &notice, None)] {
                    assert!(!words.is_empty() && !words.contains(['{', '}']), "{:?}: {words:?}", notice.kind);
                    assert!(!words.contains("notice-") && !words.contains("explain-"), "{words}");
                    // A title is put before a full stop.
                    assert!(!words.contains("..") && !words.contains("。。"), "{words}");
                }
            }
        }
    }
}
