//! The steps of a lab: what a run does, one after the other.
//!
//! A step is described in one file: its key, what a lab file says of it, which endpoints it names, and what it does in
//! words. `each_step!` has one line for each. How a run does it is in a file of that name in the session's steps.

mod calm;
mod close;
mod download;
mod expect;
mod expect_program;
mod fault;
mod names;
mod next;
mod open;
mod pass;
mod release;
mod send;
mod shutdown;
mod start;
mod stop;
mod typed;
mod wait;

use std::path::Path;

pub use calm::Calm;
pub use close::Close;
pub use download::Download;
pub use expect::{DEFAULT_WITHIN, Expect, ExpectedBytes, ExpectedMessages};
pub use expect_program::{ExpectProgram, ProgramEvent};
pub use fault::Fault;
pub use names::{ERRNO_NAMES, Names};
pub use next::{NEXT_WITHIN, Next};
pub use open::Open;
pub use pass::{PASS_WITHIN, Pass, Passing};
pub use release::Release;
pub use send::{Send, Sent, To};
pub use shutdown::Shutdown;
pub use start::Start;
pub use stop::Stop;
pub use typed::Type;
pub use wait::Wait;

use crate::lang::Lang;
use crate::t;
use crate::values::toml_text::{line, quoted};
use crate::values::tree::{Field, Read};

/// The most steps that one lab file may hold.
pub const MAX_STEPS: usize = 10_000;

/// Calls the macro with every kind of step, in the order in which messages list them.
macro_rules! each_step {
    ($with:ident) => {
        $with! {
            Open, Send, Expect, Download, Wait, Shutdown, Close, Fault, Calm, Next, Release, Pass, Start, Stop, Type,
            ExpectProgram
        }
    };
}
pub(crate) use each_step;

/// What there is to know of a kind of step.
pub trait StepKind: Sized {
    /// The key under which it stands in a step's table.
    const KEY: &'static str;

    /// Whether what stands under the key is this kind of step, where several have the same key.
    fn fits(_field: &Field<'_>, _names: &Names<'_>) -> bool {
        true
    }

    /// Reads what stands under the key.
    ///
    /// # Errors
    /// What can't be, or names something that does not exist.
    fn read(field: &Field<'_>, names: &Names<'_>) -> Read<Self>;

    /// What [`StepKind::read`] reads back equal; paths are as seen from that folder.
    fn write(&self, folder: Option<&Path>) -> String;

    /// What it does: `client sends "hello"`.
    fn words(&self, lang: Lang) -> String;

    /// Passes on each name of an endpoint that it has.
    fn each_name(&mut self, _rename: &mut dyn FnMut(&mut String)) {}

    /// The endpoint that it opens, which is closed before.
    fn opens(&self) -> Option<&str> {
        None
    }

    /// The program that it starts, which is ended before.
    fn starts(&self) -> Option<&str> {
        None
    }
}

/// One step. Endpoints are named; whoever reads a step has checked that the names exist.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    pub action: Action,
    /// The step must fail with this errno (`ECONNREFUSED` …).
    pub fails: Option<String>,
}

/// Reads what stands under the key of an action.
type Reader = fn(&Field<'_>, &Names<'_>) -> Read<Action>;

/// Whether that is the reader for it.
type Fits = fn(&Field<'_>, &Names<'_>) -> bool;

macro_rules! actions {
    ($($kind:ident),+) => {
        /// What a step does.
        #[derive(Clone, Debug, PartialEq)]
        pub enum Action {
            $($kind($kind)),+
        }

        $(impl From<$kind> for Action {
            fn from(step: $kind) -> Self {
                Self::$kind(step)
            }
        })+

        /// The key of each action, and what reads it.
        const READERS: &[(&str, Fits, Reader)] =
            &[$(($kind::KEY, $kind::fits, |field, names| $kind::read(field, names).map(Action::$kind))),+];

        impl Action {
            /// Its key in a lab file.
            pub fn key(&self) -> &'static str {
                match self {
                    $(Self::$kind(_) => $kind::KEY),+
                }
            }

            fn write(&self, folder: Option<&Path>) -> String {
                match self {
                    $(Self::$kind(step) => step.write(folder)),+
                }
            }

            fn words(&self, lang: Lang) -> String {
                match self {
                    $(Self::$kind(step) => step.words(lang)),+
                }
            }

            fn each_name(&mut self, rename: &mut dyn FnMut(&mut String)) {
                match self {
                    $(Self::$kind(step) => step.each_name(rename)),+
                }
            }

            /// The program that it starts.
            pub fn starts(&self) -> Option<&str> {
                match self {
                    $(Self::$kind(step) => step.starts()),+
                }
            }

            /// The endpoint that it opens.
            pub fn opens(&self) -> Option<&str> {
                match self {
                    $(Self::$kind(step) => step.opens()),+
                }
            }
        }
    };
}
each_step!(actions);

impl Step {
    pub fn new(action: impl Into<Action>) -> Self {
        Self { action: action.into(), fails: None }
    }

    /// An endpoint has a new name: every reference to the old one follows.
    pub fn rename_endpoint(&mut self, old: &str, new: &str) {
        self.action.each_name(&mut |name| {
            if name == old {
                new.clone_into(name);
            }
        });
    }

    /// What it does, in a line.
    pub fn words(&self, lang: Lang) -> String {
        let text = self.action.words(lang);
        match &self.fails {
            None => text,
            Some(errno) => t!(lang, "step-does-fail", step = text, errno = errno.as_str()).into_owned(),
        }
    }

    /// Reads a step's table.
    pub(super) fn read(field: &Field<'_>, names: &Names<'_>) -> Read<Self> {
        let table = field.any_table()?;
        let is_first = |at: &usize| READERS[..*at].iter().all(|(key, ..)| *key != READERS[*at].0);
        let known = || (0..READERS.len()).filter(is_first).map(|at| READERS[at].0);
        table.allow(&known().chain(["fails"]).collect::<Vec<_>>())?;
        let readers: Vec<_> =
            READERS.iter().filter(|(key, fits, _)| table.get(key).is_some_and(|field| fits(&field, names))).collect();
        let [(key, _, read)] = readers[..] else {
            return Err(table.fault(|lang| match readers[..] {
                [] => t!(lang, "lab-no-action", known = lang.list(known())),
                _ => t!(lang, "lab-two-actions", actions = lang.all_of(readers.iter().map(|(key, ..)| *key))),
            }));
        };
        let action = read(&table.require(key, |lang| t!(lang, "lab-what-table"))?, names)?;
        Ok(Self { action, fails: table.get("fails").map(|field| names::errno(&field)).transpose()? })
    }

    /// The lines of a step's table.
    pub(super) fn write(&self, text: &mut String, folder: Option<&Path>) {
        line(text, self.action.key(), &self.action.write(folder));
        if let Some(errno) = &self.fails {
            line(text, "fails", &quoted(errno));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::file;

    const LAB: &str = r#"
        endpoints = [{ name = "server", kind = "tcp-server" }, { name = "client", kind = "tcp-client", remote = "@server" },
            { name = "wire", kind = "relay", remote = "@server" }]
        programs = [{ name = "srv", run = ["python3", "server.py"] }]
        steps = [
            { open = "client", fails = "ECONNREFUSED" },
            { send = { from = "server", to = 2, text = "你好\n" } },
            { send = { from = "client", hex = "00 01 02 03 04 05 06 07 08 09 0a 0b 0c" } },
            { expect = { at = "server", conn = 1, bytes = 1024, eof = true } },
            { expect = { at = "client", error = "ECONNRESET" } },
            { wait = "100ms" },
            { next = "server" },
            { next = { at = "server", blocked = true } },
            { next = { at = "server", blocked = false } },
            { next = { at = "server", op = "recv" } },
            { next = { at = "server", op = "recv", blocked = true } },
            { release = "server" },
            { shutdown = { at = "client", how = "write" } },
            { close = { at = "server", conn = 1, reset = true } },
            { close = "server" },
            { download = { from = "client", name = "诗.txt", save_to = "out/诗.txt" }, fails = "EEXIST" },
            { download = { from = "client", name = "a", save_to = "out/a", protocol = "http" } },
            { fault = { at = "wire", kind = "latency", delay = "1s" } },
            { expect = { at = "wire", fault = "latency" } },
            { calm = "wire" },
            { pass = "wire" },
            { pass = { at = "wire", text = "other" } },
            { pass = { at = "wire", hex = "00 ff", also = true } },
            { pass = { at = "wire", drop = true } },
            { start = "srv" },
            { expect = { at = "srv", call = "listen", within = "9s" } },
            { type = { to = "srv", text = "你\n" } },
            { expect = { at = "srv", output = "hello" } },
            { expect = { at = "srv", exit = 3 } },
            { stop = "srv" },
        ]
    "#;

    #[test]
    fn every_step_is_told_in_a_line_of_both_languages() {
        let lab = file::parse(LAB, None).unwrap();
        let told: Vec<String> = lab.steps.iter().map(|it| it.words(Lang::En)).collect();
        assert_eq!(
            told,
            [
                "open client, which must fail with ECONNREFUSED",
                "server sends \"你好\\n\" to #2",
                "client sends 00 01 02 03 04 05 06 07 08 09 0a 0b …",
                "server #1 expects 1,024 bytes and the end of the stream",
                "client expects ECONNRESET",
                "wait 100 ms",
                "next call of server",
                "next call of server, which must block",
                "next call of server, which must return",
                "calls of server until recv has returned",
                "calls of server until recv blocks",
                "let server go on",
                "client: shutdown(SHUT_WR)",
                "reset server #1",
                "close server",
                "client downloads \"诗.txt\" to out/诗.txt, which must fail with EEXIST",
                "client downloads \"a\" over HTTP to out/a",
                "wire: fault on: Delay",
                "wire expects the fault \"latency\"",
                "wire: all faults off",
                "wire passes the held message on",
                "wire passes the held message on as \"other\"",
                "wire passes on 00 ff before the held message",
                "wire drops the held message",
                "start srv",
                "srv must call listen",
                "type \"你\\n\" to srv",
                "srv must print \"hello\"",
                "srv must end with status 3",
                "stop srv",
            ]
        );
        assert!(lab.steps.iter().all(|it| !it.words(Lang::ZhCn).contains("step-does")));
        let shown = |key: &&str| lab.steps.iter().any(|step| step.action.key() == *key);
        let untold: Vec<&str> = READERS.iter().map(|(key, ..)| *key).filter(|key| !shown(key)).collect();
        assert_eq!(untold, [""; 0], "steps without an example here");
    }

    #[test]
    fn every_step_follows_an_endpoint_to_its_new_name() {
        let mut lab = file::parse(LAB, None).unwrap();
        for step in &mut lab.steps {
            step.rename_endpoint("client", "学生");
            step.rename_endpoint("server", "老师");
            step.rename_endpoint("wire", "学生");
            step.rename_endpoint("srv", "老师");
        }
        for step in &lab.steps {
            let mut names = Vec::new();
            step.clone().action.each_name(&mut |name| names.push(name.clone()));
            assert!(names.iter().all(|name| name == "学生" || name == "老师"), "{step:?}");
            assert_eq!(names.is_empty(), matches!(step.action, Action::Wait(_)), "{step:?}");
        }
    }
}
