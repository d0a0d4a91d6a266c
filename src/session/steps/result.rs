//! How a step ended, and the words for it.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use super::program::ProgramDetail;
use crate::explain;
use crate::lab::payload::format_hex;
use crate::lab::{Localized, TextEncoding};
use crate::lang::Lang;
use crate::t;
use crate::trace::text::preview;
use crate::trace::transfer::Verdict;
use crate::trace::{Errno, Notice, NoticeKind};

/// The most characters of bytes that differ which are shown.
const SHOWN: usize = 24;

/// How a step ended.
#[derive(Clone, Debug, PartialEq)]
pub struct StepResult {
    /// Its number, from 1.
    pub step: usize,
    pub ok: bool,
    /// True for `expect` and `download`; the others are reported only where they failed or had to fail.
    pub is_expect: bool,
    pub detail: Detail,
}

impl StepResult {
    /// What was found, in words.
    pub fn text(&self, lang: Lang) -> String {
        self.detail.text(lang)
    }
}

/// What was found.
#[derive(Clone, Debug, PartialEq)]
pub enum Detail {
    /// The step did what it says.
    Done,
    /// All that an `expect` names has come.
    Came {
        bytes: Option<u64>,
        eof: bool,
        error: Option<String>,
    },
    /// This many messages have come, or one with such fields.
    CameMessages {
        count: u64,
        fields: Option<String>,
    },
    /// One has come, and its fields are others.
    OtherMessage {
        expected: String,
        got: String,
    },
    TooFewMessages {
        got: u64,
        of: u64,
        why: End,
    },
    /// What came from that byte on is no message of the framing.
    NoSuchMessage {
        at: u64,
    },
    /// What a `download` asked for is there: its name, how many bytes it has, and what can be said of them.
    Downloaded((Arc<str>, u64, Verdict)),
    /// It failed, as it had to.
    FailedAsMeant {
        errno: String,
    },
    /// Byte number `at` (from 0) and what follows differ; the beginnings of both, ready to be shown.
    Wrong {
        at: u64,
        expected: String,
        got: String,
    },
    TooFew {
        got: u64,
        of: u64,
        why: End,
    },
    /// Bytes came where the end of the stream was expected.
    More {
        bytes: u64,
    },
    NoEof {
        why: End,
    },
    NoError {
        expected: String,
        why: End,
    },
    /// The fault that was awaited has happened.
    Harmed {
        what: String,
    },
    NoFault {
        expected: String,
        why: End,
    },
    /// More came than an inbox holds.
    Overflow,
    /// The trace kept only the bytes before this one of a longer `recv`.
    NotKept {
        at: u64,
    },
    /// What a program did, or did not.
    Program(ProgramDetail),
    Failed(NoticeKind),
    DidNotFail {
        expected: String,
    },
    FailedOtherwise {
        expected: String,
        kind: NoticeKind,
    },
    NoEndpoint {
        name: String,
    },
    /// `@name` has no address now.
    NotOpen {
        name: String,
    },
    Unencodable {
        character: char,
        encoding: &'static str,
    },
    Unreadable {
        path: PathBuf,
        reason: Localized,
    },
    FileTooLong {
        path: PathBuf,
        limit: u64,
    },
    /// No call of the endpoint was held that a `next` could have let through.
    NothingHeld {
        name: String,
        within: Duration,
    },
    /// The relay held no message that a `pass` could have said something of.
    NoMessage {
        name: String,
        within: Duration,
    },
    /// The call that a `next` let through returned, and had to block.
    DidNotBlock {
        op: &'static str,
    },
    /// It blocks, and had to return.
    Blocked {
        op: &'static str,
    },
    /// It has not returned in time.
    StillBlocked {
        op: &'static str,
        within: Duration,
    },
    /// The run was ended from outside before the step had.
    Interrupted,
}

/// Why something that is awaited can't come any more.
#[derive(Clone, Debug, PartialEq)]
pub enum End {
    /// The step's `within` has passed.
    Late(Duration),
    /// The peer has ended its side.
    Eof,
    /// This side has shut down reading, which says nothing of the peer.
    OwnEnd,
    /// The connection failed.
    Error(Errno),
    /// The socket is closed.
    Closed,
}

impl Detail {
    /// Bytes that differ. `expected` and `got` begin where they do, `index` bytes after byte `from`.
    pub(super) fn wrong(from: u64, expected: &[u8], got: &[u8], index: usize, encoding: TextEncoding) -> Self {
        let shown = |bytes: &[u8]| {
            let begin = &bytes[..bytes.len().min(SHOWN)];
            let hex = format_hex(&begin[..begin.len().min(8)]);
            format!("\"{}\" ({hex}{})", preview(begin, encoding, SHOWN), if bytes.len() > 8 { " …" } else { "" })
        };
        Self::Wrong { at: from + index as u64, expected: shown(expected), got: shown(got) }
    }

    /// The errno for which an `expect` failed.
    pub(super) fn errno_name(&self) -> Option<&'static str> {
        match self {
            Self::TooFew { why: End::Error(errno), .. }
            | Self::TooFewMessages { why: End::Error(errno), .. }
            | Self::NoEof { why: End::Error(errno) }
            | Self::NoError { why: End::Error(errno), .. } => errno.name(),
            _ => None,
        }
    }

    /// In words of that language.
    pub fn text(&self, lang: Lang) -> String {
        match self {
            Self::Done => t!(lang, "step-done"),
            Self::Program(detail) => return detail.text(lang),
            Self::Came { bytes, eof, error } => return came(lang, *bytes, *eof, error.as_deref()),
            Self::CameMessages { fields: Some(fields), .. } => {
                let what = t!(lang, "step-does-expect-frame", what = fields.as_str());
                t!(lang, "step-came", what = what)
            }
            Self::CameMessages { count, fields: None } => t!(lang, "step-came", what = messages(lang, *count)),
            Self::OtherMessage { expected, got } => {
                t!(lang, "step-other-message", expected = expected.as_str(), got = got.as_str())
            }
            Self::TooFewMessages { got, of, why } => {
                let (got, of) = (explain::number(*got), messages(lang, *of));
                t!(lang, "step-too-few", got = got, of = of, why = why.text(lang))
            }
            Self::NoSuchMessage { at } => t!(lang, "step-no-such-message", at = explain::number(at + 1)),
            Self::Downloaded((name, bytes, verdict)) => return explain::verdict_of(lang, name, *bytes, verdict),
            Self::FailedAsMeant { errno } => t!(lang, "step-failed-as-meant", errno = errno.as_str()),
            Self::Wrong { at, expected, got } => {
                let at = explain::number(at + 1);
                t!(lang, "step-wrong", at = at, expected = expected.as_str(), got = got.as_str())
            }
            Self::TooFew { got, of, why } => {
                let (got, of) = (explain::number(*got), explain::bytes(lang, *of));
                t!(lang, "step-too-few", got = got, of = of, why = why.text(lang))
            }
            Self::More { bytes } => t!(lang, "step-more", bytes = explain::bytes(lang, *bytes)),
            Self::NoEof { why } => t!(lang, "step-no-eof", why = why.text(lang)),
            Self::NoError { expected, why } => {
                t!(lang, "step-no-error", expected = expected.as_str(), why = why.text(lang))
            }
            Self::Harmed { what } => t!(lang, "step-harmed", what = what.as_str()),
            Self::NoFault { expected, why } => {
                t!(lang, "step-no-fault", expected = expected.as_str(), why = why.text(lang))
            }
            Self::Overflow => t!(lang, "step-overflow"),
            Self::NotKept { at } => t!(lang, "step-not-kept", at = explain::number(at + 1)),
            Self::Failed(kind) => return words(lang, kind),
            Self::DidNotFail { expected } => t!(lang, "step-did-not-fail", expected = expected.as_str()),
            Self::FailedOtherwise { expected, kind } => {
                t!(lang, "step-failed-otherwise", expected = expected.as_str(), words = words(lang, kind))
            }
            Self::NoEndpoint { name } => t!(lang, "step-no-endpoint", name = name.as_str()),
            Self::NotOpen { name } => t!(lang, "step-not-open", name = name.as_str()),
            Self::Unencodable { character, encoding } => {
                t!(lang, "step-unencodable", character = character.to_string(), encoding = *encoding)
            }
            Self::Unreadable { path, reason } => {
                t!(lang, "step-unreadable", path = path.display().to_string(), reason = reason.text(lang))
            }
            Self::FileTooLong { path, limit } => {
                let limit = explain::bytes(lang, *limit);
                t!(lang, "step-file-too-long", path = path.display().to_string(), limit = limit)
            }
            Self::NothingHeld { name, within } => {
                t!(lang, "step-nothing-held", name = name.as_str(), time = time(lang, *within))
            }
            Self::NoMessage { name, within } => {
                t!(lang, "step-no-message", name = name.as_str(), time = time(lang, *within))
            }
            Self::DidNotBlock { op } => t!(lang, "step-did-not-block", op = *op),
            Self::Blocked { op } => t!(lang, "step-blocked", op = *op),
            Self::StillBlocked { op, within } => {
                t!(lang, "step-still-blocked", op = *op, time = time(lang, *within))
            }
            Self::Interrupted => t!(lang, "step-interrupted"),
        }
        .into_owned()
    }
}

impl End {
    fn text(&self, lang: Lang) -> String {
        match self {
            Self::Late(within) => t!(lang, "step-end-late", time = time(lang, *within)),
            Self::Eof => t!(lang, "step-end-eof"),
            Self::OwnEnd => t!(lang, "step-end-own"),
            Self::Error(errno) => t!(lang, "step-end-error", errno = errno.to_string()),
            Self::Closed => t!(lang, "step-end-closed"),
        }
        .into_owned()
    }
}

/// How many.
fn messages(lang: Lang, count: u64) -> String {
    t!(lang, "step-messages", times = count, count = explain::number(count)).into_owned()
}

fn time(lang: Lang, time: Duration) -> String {
    explain::time(lang, u64::try_from(time.as_nanos()).unwrap_or(u64::MAX))
}

fn came(lang: Lang, bytes: Option<u64>, eof: bool, error: Option<&str>) -> String {
    let parts = [
        bytes.map(|bytes| t!(lang, "step-came-bytes", bytes = explain::bytes(lang, bytes)).into_owned()),
        eof.then(|| t!(lang, "step-came-eof").into_owned()),
        error.map(|error| t!(lang, "step-came-error", errno = error).into_owned()),
    ];
    let and = |first: String, second| t!(lang, "step-came-and", first = first, second = second).into_owned();
    let what = parts.into_iter().flatten().reduce(and).unwrap_or_default();
    t!(lang, "step-came", what = what).into_owned()
}

fn words(lang: Lang, kind: &NoticeKind) -> String {
    let notice = Notice { at: crate::trace::Nanos(0), endpoint: None, conn: None, kind: kind.clone() };
    explain::notice(lang, &notice, None).title
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::notice::CallFailure;

    #[test]
    fn bytes_that_differ_are_shown_as_text_and_hex_from_where_they_do() {
        let detail = Detail::wrong(6, b"SB", b"SC and much more", 0, TextEncoding::UTF_8);
        assert_eq!(
            detail.text(Lang::En),
            "wrong from byte 7 on: expected \"SB\" (53 42), got \"SC and much more\" (53 43 20 61 6e 64 20 6d …)"
        );
    }

    #[test]
    fn every_detail_has_words_in_both_languages() {
        let errno = Errno::by_name("ECONNRESET").unwrap();
        let text = || "x".to_owned();
        let kind = NoticeKind::CallFailed(CallFailure::new("recv", None, errno));
        let ends = [End::Late(Duration::from_millis(1500)), End::Eof, End::OwnEnd, End::Error(errno), End::Closed];
        let mut details = vec![
            Detail::Done,
            Detail::Came { bytes: Some(8), eof: true, error: Some(text()) },
            Detail::CameMessages { count: 2, fields: None },
            Detail::CameMessages { count: 1, fields: Some(text()) },
            Detail::OtherMessage { expected: text(), got: text() },
            Detail::NoSuchMessage { at: 3 },
            Detail::Downloaded(("a".into(), 9, Verdict::MaybeAll)),
            Detail::FailedAsMeant { errno: text() },
            Detail::More { bytes: 1 },
            Detail::Overflow,
            Detail::NotKept { at: 0 },
            Detail::Failed(kind.clone()),
            Detail::DidNotFail { expected: text() },
            Detail::FailedOtherwise { expected: text(), kind },
            Detail::NoEndpoint { name: text() },
            Detail::NotOpen { name: text() },
            Detail::Unencodable { character: 'é', encoding: "ASCII" },
            Detail::Unreadable { path: "x".into(), reason: Localized::both("gone", "没有了") },
            Detail::FileTooLong { path: "x".into(), limit: 9 },
            Detail::NothingHeld { name: text(), within: Duration::from_secs(5) },
            Detail::NoMessage { name: text(), within: Duration::from_secs(5) },
            Detail::DidNotBlock { op: "recv" },
            Detail::Blocked { op: "recv" },
            Detail::StillBlocked { op: "recv", within: Duration::from_secs(5) },
            Detail::Interrupted,
        ];
        for why in ends {
            details.push(Detail::TooFew { got: 1, of: 2, why: why.clone() });
            details.push(Detail::TooFewMessages { got: 1, of: 2, why: why.clone() });
            details.push(Detail::NoEof { why: why.clone() });
            details.push(Detail::NoError { expected: text(), why });
        }
        for detail in details {
            for lang in Lang::ALL {
                let words = detail.text(lang);
                assert!(!words.is_empty() && !words.contains(['{', '}']) && !words.contains("step-"), "{words}");
            }
        }
    }

    #[test]
    fn what_came_is_told_together() {
        let detail = Detail::Came { bytes: Some(8), eof: true, error: None };
        assert_eq!(detail.text(Lang::En), "8 bytes and the end of the stream, as expected");
    }
}
