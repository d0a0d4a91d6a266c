//! What a server does with what it receives, as the user chose it. What it answers is worked out in [`crate::service`].

use super::content::Content;
use super::rule::Rule;
use super::transfer::{FileShare, Protocol};

/// A service and what ends a conversation with it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ServiceSpec {
    pub reply: Reply,
    /// Close the connection once the first reply has gone out.
    pub close_after_reply: bool,
    /// A message that is exactly one of these ends its connection and is not answered; over UDP it is just not answered.
    pub quit: Vec<String>,
}

/// The answer to a message.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Reply {
    /// Nothing: the user types the answers.
    #[default]
    Manual,
    /// The same bytes.
    Echo,
    /// The same bytes and then this text.
    Suffix(String),
    /// The text in upper case.
    Upper,
    /// Always the same.
    Constant(Content),
    /// A text in which `{msg}` `{host}` `{port}` `{counter}` `{time}` are filled in; `{{` and `}}` stand for braces.
    Template(String),
    /// The reply of the first rule that matches.
    Rules(Vec<Rule>),
    /// The file whose name was received, as a stream, then closes. Stream servers only.
    Files(FileShare),
    /// The same files to a browser (HTTP/1.1). Stream servers only.
    Http(FileShare),
}

impl ServiceSpec {
    pub fn new(reply: Reply) -> Self {
        Self { reply, ..Self::default() }
    }

    pub fn is_manual(&self) -> bool {
        matches!(self.reply, Reply::Manual)
    }

    /// What it serves as files, and how that is asked for.
    pub fn share(&self) -> Option<(Protocol, &FileShare)> {
        match &self.reply {
            Reply::Files(share) => Some((Protocol::Files, share)),
            Reply::Http(share) => Some((Protocol::Http, share)),
            _ => None,
        }
    }
}

impl Reply {
    /// The `kind`s in lab files, in the order in which the window offers them.
    pub const KINDS: [&'static str; 9] =
        ["manual", "echo", "suffix", "upper", "constant", "template", "rules", "files", "http"];

    /// The `kind` in lab files.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Manual => "manual",
            Self::Echo => "echo",
            Self::Suffix(_) => "suffix",
            Self::Upper => "upper",
            Self::Constant(_) => "constant",
            Self::Template(_) => "template",
            Self::Rules(_) => "rules",
            Self::Files(_) => "files",
            Self::Http(_) => "http",
        }
    }
}
