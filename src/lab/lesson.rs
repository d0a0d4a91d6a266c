//! A lesson in the lab: what is to be read, predicted, run, observed and answered, part by part.

use serde::{Deserialize, Serialize};

use super::Localized;

/// The most parts of a lesson.
pub const MAX_PARTS: usize = 64;
/// The longest text of a part in one language, in characters.
pub const MAX_TEXT_CHARS: usize = 12_000;
/// The longest short text (a title, a choice, a hint), in characters.
pub const MAX_SHORT_CHARS: usize = 1_000;
/// The most choices, and the most calls that are to be put in order.
pub const MAX_CHOICES: usize = 12;
/// The most hints of a part.
pub const MAX_HINTS: usize = 16;
/// The longest answer that is typed, in characters.
pub const MAX_ANSWER_CHARS: usize = 200;

/// The lesson of a lab.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lesson {
    /// What the student knows at the end.
    pub goal: Localized,
    /// Where it comes from; may be empty.
    pub source: Localized,
    pub parts: Vec<Part>,
}

/// One step of the column.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Part {
    pub title: Localized,
    /// Markdown.
    pub text: Localized,
    /// What the user is to do; may be empty.
    pub task: Localized,
    /// A filter: the task is done once a call matches.
    pub ready: Option<String>,
    /// Here the steps of the lab are run.
    pub run: bool,
    pub ask: Option<Question>,
    /// Said once the truth is known; may be empty.
    pub explain: Localized,
    pub show: Option<Show>,
}

/// What is brought to the front.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Show {
    /// A view as layouts name it.
    pub view: String,
    /// A filter: its first call is selected.
    pub call: Option<String>,
}

/// A question with its answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    pub kind: Kind,
    /// The answer that the author knows.
    pub fixed: Option<Fixed>,
    /// The answer that the trace of the run gives. With both, they are compared when the lesson is checked.
    pub from_trace: Option<FromTrace>,
    pub when_wrong: Vec<Hint>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    Number,
    Text,
    /// Does it block?
    Blocks,
    Choice(Vec<Choice>),
    /// These calls, to be put in order.
    Order(Vec<String>),
    /// A call of the trace.
    Call,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    pub text: Localized,
    /// A filter: this choice is the truth where a call of the run matches.
    pub when: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fixed {
    pub value: Value,
    /// `None`: everywhere.
    pub on: Option<System>,
}

/// Which system an answer holds on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum System {
    Linux,
    Macos,
    Windows,
    Unix,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FromTrace {
    /// Which calls.
    pub filter: String,
    pub field: Wanted,
    /// Which of them, from 1.
    pub nth: u32,
}

/// What of the call, or of all calls that match, is the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    Result,
    Len,
    Offset,
    LocalPort,
    PeerPort,
    /// How many calls match.
    Count,
    /// Their bytes together.
    Sum,
    Errno,
    /// The bytes as the endpoint's encoding reads them.
    Data,
    Local,
    Peer,
    Op,
    Blocks,
    /// The names of the calls, in the order in which they were made.
    Order,
    Call,
}

/// An answer, given or true.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Value {
    Number(i64),
    Text(String),
    Blocks(bool),
    /// From 1.
    Choice(u32),
    Order(Vec<String>),
    /// A call by its number.
    Call(u64),
}

/// What is said of a wrong answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hint {
    pub is: Value,
    pub text: Localized,
}

impl Kind {
    pub const NAMES: [&'static str; 6] = ["number", "text", "blocks", "choice", "order", "call"];

    /// As it is written in a lab file.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Number => "number",
            Self::Text => "text",
            Self::Blocks => "blocks",
            Self::Choice(_) => "choice",
            Self::Order(_) => "order",
            Self::Call => "call",
        }
    }

    /// What of the trace can answer it, the usual one first.
    pub fn fields(&self) -> &'static [Wanted] {
        match self {
            Self::Number => &[
                Wanted::Result,
                Wanted::Len,
                Wanted::Offset,
                Wanted::LocalPort,
                Wanted::PeerPort,
                Wanted::Count,
                Wanted::Sum,
            ],
            Self::Text => &[Wanted::Data, Wanted::Errno, Wanted::Local, Wanted::Peer, Wanted::Op],
            Self::Blocks => &[Wanted::Blocks],
            Self::Choice(_) => &[],
            Self::Order(_) => &[Wanted::Order],
            Self::Call => &[Wanted::Call],
        }
    }
}

impl Wanted {
    /// As it is written in a lab file.
    pub fn name(self) -> &'static str {
        match self {
            Self::Result => "result",
            Self::Len => "len",
            Self::Offset => "offset",
            Self::LocalPort => "local-port",
            Self::PeerPort => "peer-port",
            Self::Count => "count",
            Self::Sum => "sum",
            Self::Errno => "errno",
            Self::Data => "data",
            Self::Local => "local",
            Self::Peer => "peer",
            Self::Op => "op",
            Self::Blocks => "blocks",
            Self::Order => "order",
            Self::Call => "call",
        }
    }

    /// It is about all calls that match, so that there is no first.
    pub fn is_of_all(self) -> bool {
        matches!(self, Self::Count | Self::Sum | Self::Order)
    }
}

impl System {
    pub const ALL: [Self; 4] = [Self::Linux, Self::Macos, Self::Windows, Self::Unix];

    /// As it is written in a lab file.
    pub fn name(self) -> &'static str {
        match self {
            Self::Linux => "linux",
            Self::Macos => "macos",
            Self::Windows => "windows",
            Self::Unix => "unix",
        }
    }

    /// Whether this machine has it.
    pub fn is_here(self) -> bool {
        self.is(std::env::consts::OS)
    }

    /// Whether a machine has it whose system Rust calls so.
    fn is(self, os: &str) -> bool {
        match self {
            Self::Linux => os == "linux",
            Self::Macos => os == "macos",
            Self::Windows => os == "windows",
            Self::Unix => matches!(os, "linux" | "macos" | "freebsd" | "openbsd" | "netbsd" | "dragonfly" | "solaris"),
        }
    }
}

impl Question {
    /// The author's answer, where it holds on this machine.
    pub fn known(&self) -> Option<&Value> {
        self.known_on(std::env::consts::OS)
    }

    /// The author's answer, where it holds on the system that Rust calls so.
    pub fn known_on(&self, os: &str) -> Option<&Value> {
        self.fixed.as_ref().filter(|fixed| fixed.on.is_none_or(|on| on.is(os))).map(|fixed| &fixed.value)
    }

    /// Whether it can be the answer.
    pub fn fits(&self, value: &Value) -> bool {
        match (&self.kind, value) {
            (Kind::Number, Value::Number(_))
            | (Kind::Text, Value::Text(_))
            | (Kind::Blocks, Value::Blocks(_))
            | (Kind::Order(_), Value::Order(_))
            | (Kind::Call, Value::Call(_)) => true,
            (Kind::Choice(choices), Value::Choice(place)) => (1..=choices.len()).contains(&(*place as usize)),
            _ => false,
        }
    }

    /// What is said of that wrong answer.
    pub fn hint(&self, given: &Value) -> Option<&Localized> {
        self.when_wrong.iter().find(|hint| hint.is.is_same(given)).map(|hint| &hint.text)
    }
}

impl Value {
    /// Texts are compared without blanks at their ends, and without upper and lower case.
    pub fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Text(one), Self::Text(other)) => one.trim().eq_ignore_ascii_case(other.trim()),
            _ => self == other,
        }
    }
}

impl Lesson {
    /// The parts whose questions must be answered before the steps are run for the first time: those before the run.
    pub fn predictions(&self) -> impl Iterator<Item = usize> {
        let run = self.parts.iter().position(|part| part.run).unwrap_or(0);
        self.parts.iter().take(run).enumerate().filter(|(_, part)| part.ask.is_some()).map(|(index, _)| index)
    }
}
