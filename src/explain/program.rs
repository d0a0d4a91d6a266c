//! What is said of programs.

use super::{Explained, number};
use crate::lang::Lang;
use crate::t;
use crate::trace::notice::ProgramNotice;
use crate::trace::program::Unwatched;

pub(super) fn notice(lang: Lang, news: &ProgramNotice) -> Explained {
    match news {
        ProgramNotice::NotStarted(why) => {
            let command = why.command.as_str();
            let errno = why.errno.to_string();
            let title = t!(lang, "program-not-started", command = command, errno = errno);
            let (what, advice) = match why.errno.name() {
                Some("ENOENT") => (t!(lang, "program-not-found"), t!(lang, "program-not-found-do")),
                Some("EACCES") => (t!(lang, "program-not-executable"), t!(lang, "program-not-executable-do")),
                _ => {
                    let words = why.errno.system_text();
                    (t!(lang, "explain-system-says", words = words), t!(lang, "program-not-started-do"))
                }
            };
            Explained::new(title, what, advice)
        }
        ProgramNotice::Unwatched { why, .. } => match why {
            Unwatched::Ring => {
                Explained::new(t!(lang, "program-ring"), t!(lang, "program-ring-what"), t!(lang, "program-ring-do"))
            }
            Unwatched::Architecture => Explained::new(
                t!(lang, "program-architecture"),
                t!(lang, "program-architecture-what"),
                t!(lang, "program-architecture-do"),
            ),
            Unwatched::SetUser => Explained::new(
                t!(lang, "program-set-user"),
                t!(lang, "program-set-user-what"),
                t!(lang, "program-set-user-do"),
            ),
            Unwatched::Forbidden => Explained::new(
                t!(lang, "program-forbidden"),
                t!(lang, "program-forbidden-what"),
                t!(lang, "program-forbidden-do"),
            ),
            Unwatched::System => Explained::new(
                t!(lang, "program-system"),
                t!(lang, "program-system-what"),
                t!(lang, "program-system-do"),
            ),
            Unwatched::Within => Explained::new(
                t!(lang, "program-within"),
                t!(lang, "program-within-what"),
                t!(lang, "program-forbidden-do"),
            ),
            Unwatched::NotPython => Explained::new(
                t!(lang, "program-not-python"),
                t!(lang, "program-not-python-what"),
                t!(lang, "program-not-python-do"),
            ),
        },
        ProgramNotice::LeftBehind { processes } => Explained::new(
            t!(lang, "program-left", count = *processes, shown = number(*processes as u64)),
            t!(lang, "program-left-what"),
            t!(lang, "program-left-do"),
        ),
        ProgramNotice::NotTyped => Explained::new(
            t!(lang, "program-not-typed"),
            t!(lang, "program-not-typed-what"),
            t!(lang, "program-not-typed-do"),
        ),
    }
}
