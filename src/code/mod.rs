//! Which program does what was done here? Python, C, Rust and Java that make the same socket calls.
//!
//! An endpoint's description ([`endpoint`]) or a stretch of the trace ([`stretch`]) becomes a [`plan::Plan`]: the calls in
//! their order, the loops around them, the answers. A language is one file that writes a plan down, and a line in
//! [`Language::ALL`]. Nothing here opens a file or a socket.
//!
//! What comes from a trace or a lab file stands in a generated program in a string literal ([`literal`]) or in a comment
//! that can't end before its line does ([`source`]), and nowhere else.

mod c;
pub mod endpoint;
mod java;
mod literal;
pub mod one_line;
pub mod plan;
mod python;
pub mod reading;
mod regexp;
mod rust;
pub mod source;
pub mod stretch;
pub mod syntax;
mod words;
mod writer;

use std::fmt;

pub use endpoint::plan as of_endpoint;
pub use plan::Style;
pub use python::INTERPRETER as PYTHON_INTERPRETER;
pub use source::{Calls, Code};
pub use stretch::{Stretch, plan as of_stretch};

use crate::lang::{Lang, Words};
use crate::{error_in_words, t};
use plan::{Plan, Role};

/// A language that programs are written in.
pub struct Language {
    /// As the command line takes it.
    pub name: &'static str,
    pub own_name: &'static str,
    /// Of its files, without the dot.
    pub extension: &'static str,
    /// How many columns its formatter allows a line.
    pub columns: usize,
    pub comment: &'static str,
    pub indent: &'static str,
    /// Its own words, for the colours.
    keywords: &'static [&'static str],
    /// The styles that its standard library has.
    pub styles: &'static [Style],
    /// What compiles and runs a program: the file's name takes the place of [`FILE`], and the program's own arguments come
    /// behind it.
    run: &'static [&'static str],
    write: fn(&Plan, Lang) -> Result<Code, CodeError>,
}

/// Stands for a file's name in [`Language::run`].
const FILE: &str = "\0";

impl Language {
    /// In the order in which they are offered. The first is the default.
    pub const ALL: [&Self; 4] = [&python::PYTHON, &c::C, &rust::RUST, &java::JAVA];

    pub fn named(name: &str) -> Option<&'static Self> {
        Self::ALL.into_iter().find(|language| language.name == name)
    }

    /// The command that compiles and runs a program of that file.
    pub fn command(&self, file: &str, arguments: &[String]) -> Vec<String> {
        let words = self.run.iter().map(|word| if *word == FILE { file } else { word }.to_owned());
        words.chain(arguments.iter().cloned()).collect()
    }

    /// Whether this system runs them without more: what is compiled first needs a shell.
    pub fn runs_here(&self) -> bool {
        cfg!(unix) || self.run.first() != Some(&"sh")
    }

    /// The program that does what the plan says, with its comments in that language of the user.
    ///
    /// # Errors
    /// [`CodeError`] where this language can't do what is at the heart of it. What it merely lacks stands in the first
    /// lines of the program.
    pub fn write(&self, plan: &Plan, lang: Lang) -> Result<Code, CodeError> {
        let mut code = (self.write)(plan, lang)?;
        // A server's listener is closed too, by a line of its own.
        if plan.role == Role::Server {
            for calls in code.calls.iter_mut().flatten().filter(|calls| **calls == Calls::Named("close")) {
                *calls = Calls::OfConnection("close");
            }
        }
        Ok(code)
    }
}

impl PartialEq for Language {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for Language {}

impl fmt::Debug for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

/// Why no program could be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CodeError {
    /// A service, or a kind of endpoint, that is more than a short program.
    Service(&'static str),
    /// Upper case in an encoding that the language's standard library does not know.
    Upper { language: &'static str, encoding: &'static str },
    /// Java, of all Unix sockets, has only those of streams.
    UnixDatagrams { language: &'static str },
    /// An abstract name of a Unix socket.
    Abstract { language: &'static str },
    /// Nothing of the connection is kept.
    NoCalls,
    /// Bytes that were sent are not in the trace, so they can't be sent again.
    NotKept { seq: u64, kept: u64, len: u64 },
    /// The connection carried a file whose bytes are not in the trace.
    File { seq: u64 },
    /// It sends more bytes, or makes more calls, than anybody would read.
    TooLong { bytes: u64, calls: u64 },
}

impl Words for CodeError {
    fn words(&self, lang: Lang) -> String {
        match self {
            Self::Service(kind) => t!(lang, "code-no-service", kind = *kind),
            Self::Upper { language, encoding } => {
                t!(lang, "code-no-upper", language = *language, encoding = *encoding)
            }
            Self::UnixDatagrams { language } => t!(lang, "code-no-unix-datagrams", language = *language),
            Self::Abstract { language } => t!(lang, "code-no-abstract", language = *language),
            Self::NoCalls => t!(lang, "code-no-calls"),
            Self::NotKept { seq, kept, len } => t!(lang, "code-not-kept", seq = *seq, kept = *kept, len = *len),
            Self::File { seq } => t!(lang, "code-no-file", seq = *seq),
            Self::TooLong { bytes, calls } => t!(lang, "code-too-long", bytes = *bytes, calls = *calls),
        }
        .into_owned()
    }
}

error_in_words!(CodeError);
