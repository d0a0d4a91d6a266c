//! The outcome of a transfer, in words.

use std::path::Path;

use super::Explained;
use super::{bytes, errno, time};
use crate::lab::transfer::{Protocol, Sha256};
use crate::lang::{Lang, library_errors};
use crate::t;
use crate::trace::notice::TransferEnd;
use crate::trace::text::visible;
use crate::trace::transfer::{End, FileKind, Place, Refusal, Stage, Verdict, Way};
use crate::trace::{Errno, NoticeKind};

/// Characters of a name shown in a sentence; a peer may send thousands.
const SHOWN_NAME: usize = 120;
/// Hex digits of a digest shown where two are distinguished.
const SHOWN_DIGEST: usize = 16;

/// What can honestly be said of a transfer that is over, without a full stop: `identical`.
pub fn verdict(lang: Lang, verdict: &Verdict) -> String {
    match verdict {
        Verdict::Identical { .. } => t!(lang, "transfer-identical"),
        Verdict::Differs { expected, found } => {
            t!(lang, "transfer-differs", found = beginning(*found), expected = beginning(*expected))
        }
        Verdict::Complete => t!(lang, "transfer-complete"),
        Verdict::MaybeAll => t!(lang, "transfer-maybe-all"),
        Verdict::Empty => t!(lang, "transfer-empty"),
        Verdict::Refused(why) => t!(lang, "transfer-refused", why = refusal(lang, why)),
        Verdict::CutOff { bytes: count, end: why } => {
            t!(lang, "transfer-cut-off", bytes = bytes(lang, *count), why = end(lang, why))
        }
        Verdict::Failed(why) => t!(lang, "transfer-failed", why = end(lang, why)),
        Verdict::RestByRanges { bytes: count } => t!(lang, "transfer-rest-by-ranges", bytes = bytes(lang, *count)),
        Verdict::Sent => t!(lang, "transfer-sent"),
    }
    .into_owned()
}

/// A transfer that is over in a line: `a.bin, 1,024 bytes: identical`.
pub fn verdict_of(lang: Lang, name: &str, moved: u64, verdict: &Verdict) -> String {
    let words = self::verdict(lang, verdict);
    t!(lang, "transfer-verdict-of", name = shown(name), bytes = bytes(lang, moved), verdict = words).into_owned()
}

/// Why no more bytes will move, as part of a sentence: `the connection was reset (ECONNRESET)`.
pub fn end(lang: Lang, end: &End) -> String {
    match end {
        End::Clean => t!(lang, "transfer-end-clean"),
        End::Refused(why) => return refusal(lang, why),
        End::Status(404) => t!(lang, "transfer-end-not-found"),
        End::Status(status) => t!(lang, "transfer-end-status", status = status.to_string()),
        End::Protocol(words) => t!(lang, "transfer-end-protocol", words = shown(&library_errors::http(lang, words))),
        End::NotAskable(why) => t!(lang, "transfer-end-not-askable", why = why.text(lang)),
        End::Short { expected } => t!(lang, "transfer-end-short", expected = bytes(lang, *expected)),
        End::Broken { op, errno: cause } => match cause.name() {
            Some(name @ "ECONNRESET") => t!(lang, "transfer-end-reset", errno = name),
            Some(name @ "EPIPE") => t!(lang, "transfer-end-closed", errno = name),
            _ => {
                let short = errno(lang, *cause, op).short;
                t!(lang, "transfer-end-broken", short = short, errno = cause.to_string(), op = *op)
            }
        },
        End::Disk { op, path, errno: cause } => {
            let (short, cause) = (errno(lang, *cause, op).short, cause.to_string());
            let path = visible(&path.to_string_lossy()).into_owned();
            t!(lang, "transfer-end-disk", short = short, errno = cause, op = *op, path = path)
        }
        End::Shrank { expected } => t!(lang, "transfer-end-shrank", expected = bytes(lang, *expected)),
        End::Stalled { after } => t!(lang, "transfer-end-stalled", time = lasting(lang, *after)),
        End::Cancelled => t!(lang, "transfer-end-cancelled"),
    }
    .into_owned()
}

/// Why a server of this lab does not give what was asked for, as part of a sentence: `there is no such file`.
pub fn refusal(lang: Lang, refusal: &Refusal) -> String {
    match refusal {
        Refusal::NoName => t!(lang, "transfer-refused-no-name"),
        Refusal::TooLong { len } => t!(lang, "transfer-refused-too-long", len = bytes(lang, *len)),
        Refusal::NotInOneRecv { len, size } => {
            t!(lang, "transfer-refused-not-in-one-recv", len = bytes(lang, *len), size = *size)
        }
        Refusal::NotText => t!(lang, "transfer-refused-not-text"),
        Refusal::Nul => t!(lang, "transfer-refused-nul"),
        Refusal::Outside => t!(lang, "transfer-refused-outside"),
        Refusal::NotFound => t!(lang, "transfer-refused-not-found"),
        Refusal::NotAFile(FileKind::Folder) => t!(lang, "transfer-refused-folder"),
        Refusal::NotAFile(FileKind::Fifo) => t!(lang, "transfer-refused-fifo"),
        Refusal::NotAFile(FileKind::Socket) => t!(lang, "transfer-refused-socket"),
        Refusal::NotAFile(FileKind::Device) => t!(lang, "transfer-refused-device"),
        Refusal::NotAFile(FileKind::Link) => t!(lang, "transfer-refused-link"),
        Refusal::NotAFile(FileKind::Other) => t!(lang, "transfer-refused-other"),
        Refusal::Unreadable { errno: cause } => {
            let short = errno(lang, *cause, "open").short;
            t!(lang, "transfer-refused-unreadable", short = short, errno = cause.to_string())
        }
    }
    .into_owned()
}

/// Where a transfer stands, in a word or two; of one that is over why it ended.
pub fn stage(lang: Lang, stage: &Stage) -> String {
    match stage {
        Stage::Asked => t!(lang, "transfer-stage-asked").into_owned(),
        Stage::Waiting => t!(lang, "transfer-stage-waiting").into_owned(),
        Stage::Moving => t!(lang, "transfer-stage-moving").into_owned(),
        Stage::Ended(why) => end(lang, why),
    }
}

/// A notice about files.
pub(super) fn notice(lang: Lang, kind: &NoticeKind) -> Explained {
    match kind {
        NoticeKind::FileRefused { protocol, name, peer, refusal: why } => {
            let (name, words) = (shown(name), refusal(lang, why));
            let title = match peer {
                Some(peer) => {
                    t!(lang, "transfer-notice-refused-to", peer = peer.to_string(), name = name, why = words)
                }
                None => t!(lang, "transfer-notice-refused", name = name, why = words),
            };
            let meaning = match protocol {
                Protocol::Http => t!(lang, "transfer-notice-refused-http-what"),
                Protocol::Files => t!(lang, "transfer-notice-refused-what"),
            };
            Explained::new(title, meaning, against_refusal(lang, why))
        }
        NoticeKind::NeverAsked { peer, after } => {
            let time = lasting(lang, *after);
            let title = match peer {
                Some(peer) => t!(lang, "transfer-notice-never-asked-by", peer = peer.to_string(), time = time),
                None => t!(lang, "transfer-notice-never-asked", time = time),
            };
            Explained::new(
                title,
                t!(lang, "transfer-notice-never-asked-what"),
                t!(lang, "transfer-notice-never-asked-do"),
            )
        }
        NoticeKind::TransferEnded(end) => ended(lang, end),
        // The others are reported elsewhere.
        _ => not_for_files(lang),
    }
}

/// What a server is to share can't be opened.
pub(super) fn not_shared(lang: Lang, path: &Path, cause: Errno) -> Explained {
    let (text, path) = (errno(lang, cause, "open"), visible(&path.to_string_lossy()).into_owned());
    Explained::new(
        t!(lang, "transfer-notice-not-shared", path = path, short = text.short, errno = cause.to_string()),
        t!(lang, "transfer-notice-not-shared-what", meaning = text.meaning),
        t!(lang, "transfer-notice-not-shared-do"),
    )
}

/// A connection that carries files was asked for something else, or one that doesn't for a file.
pub(super) fn not_for_files(lang: Lang) -> Explained {
    Explained::new(
        t!(lang, "transfer-notice-not-for-files"),
        t!(lang, "transfer-notice-not-for-files-what"),
        t!(lang, "transfer-notice-not-for-files-do"),
    )
}

fn ended(lang: Lang, of: &TransferEnd) -> Explained {
    let (name, words) = (shown(&of.name), verdict(lang, &of.verdict));
    let title = match (of.way, &of.peer) {
        (Way::Receiving, None) => t!(lang, "transfer-notice-received", name = name, verdict = words),
        (Way::Receiving, Some(peer)) => {
            t!(lang, "transfer-notice-received-from", name = name, peer = peer.to_string(), verdict = words)
        }
        (Way::Sending, None) => t!(lang, "transfer-notice-sending", name = name, verdict = words),
        (Way::Sending, Some(peer)) => {
            t!(lang, "transfer-notice-sending-to", name = name, peer = peer.to_string(), verdict = words)
        }
    };
    let (meaning, advice) = about(lang, &of.verdict);
    let meaning = match &of.place {
        Place::Nowhere => meaning,
        Place::Part(path) => {
            let path = visible(&path.to_string_lossy()).into_owned();
            t!(lang, "transfer-notice-part", first = meaning, path = path).into_owned()
        }
        Place::Saved(path) => {
            let path = visible(&path.to_string_lossy()).into_owned();
            t!(lang, "transfer-notice-saved", first = meaning, path = path).into_owned()
        }
    };
    Explained::new(title, meaning, advice)
}

/// What a verdict means and what to do.
fn about(lang: Lang, verdict: &Verdict) -> (String, String) {
    let (meaning, advice) = match verdict {
        Verdict::Identical { .. } | Verdict::Complete | Verdict::Sent => (t!(lang, "transfer-notice-well"), "".into()),
        Verdict::RestByRanges { .. } => (t!(lang, "transfer-notice-rest-by-ranges"), "".into()),
        Verdict::MaybeAll => (t!(lang, "transfer-notice-maybe-all"), t!(lang, "transfer-notice-maybe-all-do")),
        Verdict::Empty => (t!(lang, "transfer-notice-empty"), t!(lang, "transfer-notice-empty-do")),
        Verdict::Differs { .. } => (t!(lang, "transfer-notice-differs"), t!(lang, "transfer-notice-differs-do")),
        Verdict::Refused(why) => (t!(lang, "transfer-notice-refused-what"), against_refusal(lang, why).into()),
        Verdict::CutOff { end: End::Cancelled, .. } | Verdict::Failed(End::Cancelled) => {
            (t!(lang, "transfer-notice-cancelled"), "".into())
        }
        Verdict::CutOff { end, .. } => {
            let (meaning, advice) = about_end(lang, end);
            let whole = t!(lang, "transfer-notice-cut-off");
            return (
                join(lang, &whole, &meaning.unwrap_or_default()),
                advice.unwrap_or_else(|| t!(lang, "transfer-notice-cut-off-do").into_owned()),
            );
        }
        Verdict::Failed(end) => {
            let (meaning, advice) = about_end(lang, end);
            return (
                meaning.unwrap_or_else(|| t!(lang, "transfer-notice-failed").into_owned()),
                advice.unwrap_or_else(|| t!(lang, "transfer-notice-failed-do").into_owned()),
            );
        }
    };
    (meaning.into_owned(), advice.into_owned())
}

/// What is particular to an end.
fn about_end(lang: Lang, end: &End) -> (Option<String>, Option<String>) {
    let advice = match end {
        End::Broken { op, errno: cause } | End::Disk { op, errno: cause, .. } => {
            let text = errno(lang, *cause, op);
            // What to do about a reset is to try again, which is said anyhow.
            let advice = matches!(end, End::Disk { .. }) || *op == "connect";
            return (Some(text.meaning), advice.then_some(text.advice));
        }
        End::Status(_) => t!(lang, "transfer-notice-status-do"),
        End::Protocol(_) | End::NotAskable(_) => t!(lang, "transfer-notice-protocol-do"),
        End::Stalled { .. } => t!(lang, "transfer-notice-stalled-do"),
        End::Refused(why) => return (None, Some(against_refusal(lang, why))),
        End::Clean | End::Short { .. } | End::Shrank { .. } | End::Cancelled => return (None, None),
    };
    (None, Some(advice.into_owned()))
}

fn against_refusal(lang: Lang, why: &Refusal) -> String {
    match why {
        Refusal::Outside => t!(lang, "transfer-notice-refused-outside-do"),
        Refusal::NotFound => t!(lang, "transfer-notice-refused-not-found-do"),
        Refusal::NoName | Refusal::TooLong { .. } | Refusal::NotText | Refusal::Nul => {
            t!(lang, "transfer-notice-refused-name-do")
        }
        Refusal::NotInOneRecv { .. } => t!(lang, "transfer-notice-refused-recv-size-do"),
        Refusal::NotAFile(_) => t!(lang, "transfer-notice-refused-kind-do"),
        Refusal::Unreadable { .. } => t!(lang, "transfer-notice-refused-unreadable-do"),
    }
    .into_owned()
}

fn join(lang: Lang, first: &str, second: &str) -> String {
    // Chinese sets no space after its full stop.
    let space = if lang == Lang::ZhCn || second.is_empty() { "" } else { " " };
    format!("{first}{space}{second}")
}

fn lasting(lang: Lang, lasting: std::time::Duration) -> String {
    time(lang, u64::try_from(lasting.as_nanos()).unwrap_or(u64::MAX))
}

/// A name that a peer may have chosen: nothing in it is invisible, and it has an end.
fn shown(name: &str) -> String {
    match name.char_indices().nth(SHOWN_NAME) {
        Some((at, _)) => format!("{}…", visible(&name[..at])),
        None => visible(name).into_owned(),
    }
}

fn beginning(digest: Sha256) -> String {
    let mut text = digest.to_string();
    text.truncate(SHOWN_DIGEST);
    text
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use super::*;
    use crate::lab::Localized;
    use crate::lab::step::ERRNO_NAMES;
    use crate::trace::notice::{CallFailure, Detail, Refused};
    use crate::trace::{Errno, Level, Nanos, Notice};

    const HASH: Sha256 = Sha256([0xab; 32]);

    fn known(name: &str) -> Errno {
        Errno::by_name(name).unwrap()
    }

    fn reset() -> End {
        End::Broken { op: "recv", errno: known("ECONNRESET") }
    }

    fn full() -> End {
        End::Disk { op: "write", path: "out/a.part".into(), errno: known("ENOSPC") }
    }

    fn exists() -> End {
        End::Disk { op: "open", path: "out/a".into(), errno: known("EEXIST") }
    }

    fn refusals() -> Vec<Refusal> {
        let kinds =
            [FileKind::Folder, FileKind::Fifo, FileKind::Socket, FileKind::Device, FileKind::Link, FileKind::Other];
        let mut all = vec![
            Refusal::NoName,
            Refusal::TooLong { len: 5000 },
            Refusal::NotText,
            Refusal::Nul,
            Refusal::Outside,
            Refusal::NotFound,
            Refusal::Unreadable { errno: known("EACCES") },
        ];
        all.extend(kinds.map(Refusal::NotAFile));
        all
    }

    fn ends() -> Vec<End> {
        vec![
            End::Clean,
            End::Refused(Refusal::NotFound),
            End::Status(404),
            End::Status(503),
            End::Protocol("invalid header".into()),
            End::NotAskable(Arc::new(Localized::both("not in GBK", "GBK 里没有"))),
            End::Short { expected: 1000 },
            reset(),
            End::Broken { op: "send", errno: known("EPIPE") },
            End::Broken { op: "connect", errno: known("ECONNREFUSED") },
            full(),
            exists(),
            End::Shrank { expected: 1000 },
            End::Stalled { after: Duration::from_secs(30) },
            End::Cancelled,
        ]
    }

    fn verdicts() -> Vec<Verdict> {
        let mut all = vec![
            Verdict::Identical { sha256: HASH },
            Verdict::Differs { expected: HASH, found: Sha256([1; 32]) },
            Verdict::Complete,
            Verdict::MaybeAll,
            Verdict::Empty,
            Verdict::Sent,
            Verdict::RestByRanges { bytes: 700 },
        ];
        all.extend(refusals().into_iter().map(Verdict::Refused));
        all.extend(ends().into_iter().map(|end| Verdict::CutOff { bytes: 700, end }));
        all.extend(ends().into_iter().map(Verdict::Failed));
        all
    }

    fn told(lang: Lang, kind: NoticeKind) -> Explained {
        let notice = Notice { at: Nanos(0), endpoint: None, conn: None, kind };
        crate::explain::notice(lang, &notice, None)
    }

    fn end_of(verdict: Verdict, place: Place) -> NoticeKind {
        let peer = Some("127.0.0.1:8000".parse::<std::net::SocketAddr>().unwrap().into());
        NoticeKind::TransferEnded(Box::new(TransferEnd {
            way: Way::Receiving,
            name: "a".into(),
            peer,
            moved: 700,
            verdict,
            place,
        }))
    }

    #[test]
    fn the_verdicts_are_those_of_the_issue() {
        let words = |it: &Verdict| verdict(Lang::En, it);
        assert_eq!(words(&Verdict::Identical { sha256: HASH }), "identical");
        assert_eq!(
            words(&Verdict::CutOff { bytes: 700, end: reset() }),
            "cut off after 700 bytes: the connection was reset (ECONNRESET)"
        );
        assert_eq!(words(&Verdict::MaybeAll), "ended cleanly, but this protocol cannot say whether that was all");
        assert_eq!(words(&Verdict::Empty), "empty: the server may not have this file");
        assert_eq!(words(&Verdict::Refused(Refusal::Outside)), "refused: the name leads out of the shared folder");
        assert_eq!(words(&Verdict::Failed(exists())), "failed: File exists (EEXIST, open out/a)");
        assert_eq!(
            verdict_of(Lang::En, "a\u{202e}b", 1, &Verdict::Complete).split(':').next(),
            Some("a\\u{202e}b, 1 byte")
        );
    }

    #[test]
    fn everything_that_can_become_of_a_transfer_has_words_in_both_languages() {
        let sound = |words: &str| !words.is_empty() && !words.contains(['{', '}']) && !words.contains("transfer-");
        for lang in Lang::ALL {
            for it in verdicts() {
                assert!(sound(&verdict(lang, &it)), "{it:?}");
                for place in [Place::Nowhere, Place::Part("out/a.part".into()), Place::Saved("out/a".into())] {
                    let Explained { title, meaning, .. } = told(lang, end_of(it.clone(), place));
                    assert!(sound(&title) && sound(&meaning), "{title} {meaning}");
                }
            }
            for it in refusals() {
                assert!(sound(&refusal(lang, &it)));
                for protocol in [Protocol::Files, Protocol::Http] {
                    let kind = NoticeKind::FileRefused { protocol, name: "x".into(), peer: None, refusal: it.clone() };
                    let Explained { title, meaning, advice } = told(lang, kind);
                    assert!(sound(&title) && sound(&meaning) && sound(&advice), "{title} {meaning} {advice}");
                    let all = [title.as_str(), &meaning, &advice].concat();
                    let of_tutorials = all.contains("tutorial") || all.contains("教程");
                    assert!(protocol == Protocol::Files || !of_tutorials, "{title} {meaning} {advice}");
                }
            }
            for it in ends().into_iter().map(Stage::Ended).chain([Stage::Asked, Stage::Waiting, Stage::Moving]) {
                assert!(sound(&stage(lang, &it)), "{it:?}");
            }
            for kind in [
                NoticeKind::NeverAsked { peer: None, after: Duration::from_secs(30) },
                NoticeKind::CallFailed(CallFailure {
                    call: "open",
                    addr: None,
                    errno: known("ENOENT"),
                    detail: Detail::Share("x".into()),
                }),
                NoticeKind::Refused(Refused::NotForFiles),
            ] {
                let Explained { title, meaning, advice } = told(lang, kind);
                assert!(sound(&title) && sound(&meaning) && sound(&advice), "{title} {meaning} {advice}");
            }
        }
    }

    #[test]
    fn a_full_disk_says_what_to_do_and_where_the_part_is() {
        let kind = end_of(Verdict::CutOff { bytes: 700, end: full() }, Place::Part("out/a.part".into()));
        assert_eq!((kind.level(), kind.errno_name().as_deref()), (Level::Error, Some("ENOSPC")));
        let Explained { title, meaning, advice } = told(Lang::En, kind);
        assert!(title.starts_with("Download of \"a\" from 127.0.0.1:8000: cut off after 700 bytes:"), "{title}");
        assert!(title.contains("ENOSPC"), "{title}");
        assert!(meaning.ends_with("What came so far stays in out/a.part."), "{meaning}");
        assert!(advice.contains("Free some space"), "{advice}");
        let taken = told(Lang::En, end_of(Verdict::Failed(exists()), Place::Nowhere));
        assert!(taken.advice.contains("another name"), "{taken:?}");
    }

    #[test]
    fn a_name_of_a_peer_is_cut_and_every_character_of_it_is_seen() {
        let kind = |name: &str| NoticeKind::FileRefused {
            protocol: Protocol::Files,
            name: name.into(),
            peer: None,
            refusal: Refusal::NotFound,
        };
        let long = told(Lang::En, kind(&"长".repeat(4000)));
        assert!(long.title.chars().count() < 200, "{}", long.title);
        let steering = told(Lang::En, kind("a\u{1b}[2J\u{202e}\n"));
        assert!(steering.title.contains(r"a\x1b[2J\u{202e}\n"), "{}", steering.title);
    }

    #[test]
    fn what_failed_is_named_as_fails_names_it() {
        let name = |verdict| end_of(verdict, Place::Nowhere).errno_name();
        assert_eq!(name(Verdict::Failed(exists())).as_deref(), Some("EEXIST"));
        assert_eq!(name(Verdict::Refused(Refusal::NotFound)).as_deref(), Some("ENOENT"));
        assert_eq!(name(Verdict::Refused(Refusal::Outside)).as_deref(), Some("EACCES"));
        assert_eq!(name(Verdict::Differs { expected: HASH, found: HASH }).as_deref(), Some("EBADMSG"));
        assert_eq!(name(Verdict::Failed(End::Status(404))).as_deref(), Some("ENOENT"));
        assert_eq!(name(Verdict::MaybeAll), None);
        // Whatever a step can be made to expect must be a name that a lab file may hold.
        for it in verdicts() {
            if let Some(name) = name(it) {
                assert!(ERRNO_NAMES.contains(&name.as_str()), "{name}");
            }
        }
    }
}
