//! A step of the lab in a line of words.

use std::time::Duration;

use crate::explain;
use crate::lab::Content;
use crate::lab::payload::format_hex;
use crate::lab::step::{Action, Expectation, ExpectedBytes, Sent, Step, To};
use crate::lab::transfer::Protocol;
use crate::lang::Lang;
use crate::t;
use crate::trace::text::visible;

/// The most characters of a payload that are shown.
const SHOWN: usize = 40;
/// The same in bytes of hex.
const SHOWN_BYTES: usize = 12;

/// What a step does: `client sends "hello"`.
pub fn step(lang: Lang, step: &Step) -> String {
    let text = match &step.action {
        Action::Open(name) => t!(lang, "step-does-open", name = name.as_str()),
        Action::Send { from, what, to } => {
            let what = sent(what);
            let to = match to {
                To::All => None,
                To::Conn(number) => Some(format!("#{number}")),
                To::Remote(remote) => Some(remote.to_string()),
            };
            match to {
                None => t!(lang, "step-does-send", name = from.as_str(), what = what),
                Some(to) => t!(lang, "step-does-send-to", name = from.as_str(), what = what, to = to),
            }
        }
        Action::Expect(expectation) => {
            let name = with_conn(&expectation.at, expectation.conn);
            t!(lang, "step-does-expect", name = name, what = expected(lang, expectation))
        }
        Action::Download(fetch) => {
            let (name, file) = (fetch.from.as_str(), visible(&fetch.name).into_owned());
            let path = visible(&fetch.save_to.to_string_lossy()).into_owned();
            match fetch.protocol {
                Some(Protocol::Http) => t!(lang, "step-does-download-http", name = name, file = file, path = path),
                _ => t!(lang, "step-does-download", name = name, file = file, path = path),
            }
        }
        Action::Wait(time) => t!(lang, "step-does-wait", time = waited(lang, *time)),
        Action::Shutdown { at, how, conn } => {
            t!(lang, "step-does-shutdown", name = with_conn(at, *conn), how = how.c_name())
        }
        Action::Close { at, conn, reset: false } => t!(lang, "step-does-close", name = with_conn(at, *conn)),
        Action::Close { at, conn, reset: true } => t!(lang, "step-does-reset", name = with_conn(at, *conn)),
    };
    match &step.fails {
        None => text.into_owned(),
        Some(errno) => t!(lang, "step-does-fail", step = text.as_ref(), errno = errno.as_str()).into_owned(),
    }
}

fn with_conn(name: &str, conn: Option<u32>) -> String {
    conn.map_or_else(|| name.to_owned(), |conn| format!("{name} #{conn}"))
}

fn sent(what: &Sent) -> String {
    match what {
        Sent::Bytes(bytes) => content(bytes),
        Sent::File(path) => {
            path.file_name().map_or_else(|| path.display().to_string(), |name| name.to_string_lossy().into_owned())
        }
    }
}

fn content(content: &Content) -> String {
    match content {
        Content::Text(text) => {
            let shown: String = text.chars().take(SHOWN).flat_map(char::escape_debug).collect();
            let more = if text.chars().nth(SHOWN).is_some() { "…" } else { "" };
            format!("\"{shown}{more}\"")
        }
        Content::Hex(bytes) => {
            let more = if bytes.len() > SHOWN_BYTES { " …" } else { "" };
            format!("{}{more}", format_hex(&bytes[..bytes.len().min(SHOWN_BYTES)]))
        }
    }
}

fn expected(lang: Lang, expectation: &Expectation) -> String {
    let bytes = expectation.bytes.as_ref().map(|bytes| match bytes {
        ExpectedBytes::Exactly(exactly) => content(exactly),
        ExpectedBytes::Count(count) => explain::bytes(lang, *count),
    });
    let eof = expectation.eof.then(|| t!(lang, "step-came-eof").into_owned());
    let and = |first: String, second| t!(lang, "step-came-and", first = first, second = second).into_owned();
    [bytes, eof, expectation.error.clone()].into_iter().flatten().reduce(and).unwrap_or_default()
}

fn waited(lang: Lang, time: Duration) -> String {
    explain::time(lang, u64::try_from(time.as_nanos()).unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::file;

    const LAB: &str = r#"
        endpoints = [{ name = "server", kind = "tcp-server" }, { name = "client", kind = "tcp-client", remote = "@server" }]
        steps = [
            { open = "client", fails = "ECONNREFUSED" },
            { send = { from = "server", to = 2, text = "你好\n" } },
            { send = { from = "client", hex = "00 01 02 03 04 05 06 07 08 09 0a 0b 0c" } },
            { expect = { at = "server", conn = 1, bytes = 1024, eof = true } },
            { expect = { at = "client", error = "ECONNRESET" } },
            { wait = "100ms" },
            { shutdown = { at = "client", how = "write" } },
            { close = { at = "server", conn = 1, reset = true } },
            { close = "server" },
            { download = { from = "client", name = "诗.txt", save_to = "out/诗.txt" }, fails = "EEXIST" },
            { download = { from = "client", name = "a", save_to = "out/a", protocol = "http" } },
        ]
    "#;

    #[test]
    fn every_step_is_told_in_a_line_of_both_languages() {
        let lab = file::parse(LAB, None).unwrap();
        let told: Vec<String> = lab.steps.iter().map(|it| step(Lang::En, it)).collect();
        assert_eq!(
            told,
            [
                "open client, which must fail with ECONNREFUSED",
                "server sends \"你好\\n\" to #2",
                "client sends 00 01 02 03 04 05 06 07 08 09 0a 0b …",
                "server #1 expects 1,024 bytes and the end of the stream",
                "client expects ECONNRESET",
                "wait 100 ms",
                "client: shutdown(SHUT_WR)",
                "reset server #1",
                "close server",
                "client downloads \"诗.txt\" to out/诗.txt, which must fail with EEXIST",
                "client downloads \"a\" over HTTP to out/a",
            ]
        );
        assert!(lab.steps.iter().all(|it| !step(Lang::ZhCn, it).contains("step-does")));
    }
}
