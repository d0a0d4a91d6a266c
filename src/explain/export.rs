//! The outcome of trace files, in words.

use std::path::Path;

use super::Explained;
use super::number;
use crate::lang::Lang;
use crate::t;
use crate::trace::file::StoppedKind;
use crate::trace::{Errno, FileNotice};

/// The notices of saving, opening, exporting and recording.
pub(super) fn notice(lang: Lang, kind: &FileNotice) -> Explained {
    let shown = |path: &Path| path.display().to_string();
    match kind {
        FileNotice::Recorded { path, calls, bytes } => Explained::new(
            t!(lang, "export-recorded", file = shown(path)),
            t!(lang, "export-recorded-what", calls = number(*calls), bytes = number(*bytes)),
            "",
        ),
        FileNotice::RecordingFailed { path, errno, calls, bytes } => Explained::new(
            t!(lang, "export-recording-failed", file = shown(path), errno = errno.to_string()),
            t!(
                lang,
                "export-recording-failed-what",
                reason = reason(lang, *errno),
                calls = number(*calls),
                bytes = number(*bytes)
            ),
            t!(lang, "export-recording-failed-do"),
        ),
        FileNotice::NotRecording { path, errno } => Explained::new(
            t!(lang, "export-not-recording", file = shown(path), errno = errno.to_string()),
            reason(lang, *errno),
            t!(lang, "export-other-file-do"),
        ),
        FileNotice::Exported { path, calls, missed, left_out } => {
            let missed = match missed {
                0 => String::new(),
                _ => t!(lang, "export-missed", count = number(*missed)).into_owned(),
            };
            let left_out = match left_out {
                0 => String::new(),
                _ => t!(lang, "export-left-out", count = number(*left_out)).into_owned(),
            };
            let meaning = t!(lang, "export-done-what", calls = number(*calls));
            Explained::new(t!(lang, "export-done", file = shown(path)), meaning, [missed, left_out].join(" ").trim())
        }
        FileNotice::ExportFailed { path, errno } => Explained::new(
            t!(lang, "export-failed", file = shown(path), errno = errno.to_string()),
            reason(lang, *errno),
            t!(lang, "export-other-file-do"),
        ),
        FileNotice::TraceNotOpened { path, errno } => {
            let errno = errno.unwrap_or(Errno(0));
            let title = t!(lang, "export-not-opened", file = shown(path), errno = errno.to_string());
            Explained::new(title, reason(lang, errno), "")
        }
        FileNotice::TraceStopped { path, kind, .. } if kind.is_foreign() => Explained::new(
            t!(lang, "export-foreign", file = shown(path)),
            stopped(lang, kind),
            t!(lang, "export-foreign-do"),
        ),
        FileNotice::TraceStopped { path, calls, offset, chunk, kind } => Explained::new(
            t!(lang, "export-stopped", file = shown(path)),
            t!(
                lang,
                "export-stopped-what",
                reason = stopped(lang, kind),
                offset = number(*offset),
                chunk = number(*chunk)
            ),
            t!(lang, "export-stopped-do", calls = number(*calls)),
        ),
        FileNotice::TraceTooLong { path, evicted } => Explained::new(
            t!(lang, "export-too-long", file = shown(path)),
            t!(lang, "export-too-long-what", count = number(*evicted)),
            t!(lang, "export-too-long-do"),
        ),
        FileNotice::TraceReadOnly => Explained::new(
            t!(lang, "export-read-only"),
            t!(lang, "export-read-only-what"),
            t!(lang, "export-read-only-do"),
        ),
    }
}

/// Why a file could not be read or written.
fn reason(lang: Lang, errno: Errno) -> String {
    let words = match errno.name() {
        Some("ENOSPC") => t!(lang, "export-errno-full"),
        Some("EDQUOT") => t!(lang, "export-errno-quota"),
        Some("EFBIG") => t!(lang, "export-errno-too-big"),
        Some("EEXIST") => t!(lang, "export-errno-exists"),
        Some("ENOENT") => t!(lang, "export-errno-missing"),
        Some("EACCES" | "EPERM") => t!(lang, "export-errno-forbidden"),
        Some("EROFS") => t!(lang, "export-errno-read-only"),
        Some("EISDIR") => t!(lang, "export-errno-folder"),
        _ => return errno.system_text(),
    };
    words.into_owned()
}

fn stopped(lang: Lang, kind: &StoppedKind) -> String {
    let words = match kind {
        StoppedKind::Foreign => t!(lang, "export-why-foreign"),
        StoppedKind::Version(version) => t!(lang, "export-why-version", version = version.to_string()),
        StoppedKind::CutOff => t!(lang, "export-why-cut-off"),
        StoppedKind::Checksum => t!(lang, "export-why-checksum"),
        StoppedKind::TooLong(bytes) => t!(lang, "export-why-too-long", bytes = number(*bytes)),
        StoppedKind::Malformed(_) => t!(lang, "export-why-malformed"),
        StoppedKind::Io(errno) => return reason(lang, *errno),
    };
    words.into_owned()
}
