//! What of a program an endpoint can't express, each with its line.

use crate::lang::{Lang, Words};
use crate::{error_in_words, t};

/// The most remarks on one program.
pub const MAX_REMARKS: usize = 200;

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Remark {
    /// From 1.
    pub line: u32,
    pub kind: RemarkKind,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum RemarkKind {
    /// The port is given from outside.
    Port,
    /// The host is.
    Host,
    /// The path of a Unix socket is.
    Path,
    /// How many clients are accepted is.
    Limit,
    /// What is answered there is more than a service.
    Reply,
    /// When it is answered depends on more than the message.
    When,
    /// It says that by itself: to be typed.
    Says(String),
    /// It says something of its own that depends on more.
    SaysMore,
    /// It waits only so long.
    Timeout,
    /// It never waits.
    NonBlocking,
    Option(String),
    /// It is done once there, the endpoint goes on.
    Once,
    /// What it does when a call fails.
    OnError,
    /// Something of a library that is not followed.
    Library(String),
    /// What its methods do is not followed.
    Class(String),
    /// It has more of its own than is followed.
    TooDeep,
    /// Text that it changes before it compares or answers it.
    Changed,
}

impl Remark {
    pub fn new(line: u32, kind: RemarkKind) -> Self {
        Self { line, kind }
    }

    /// Without the line.
    pub fn text(&self, lang: Lang) -> String {
        match &self.kind {
            RemarkKind::Port => t!(lang, "reading-port"),
            RemarkKind::Host => t!(lang, "reading-host"),
            RemarkKind::Path => t!(lang, "reading-path"),
            RemarkKind::Limit => t!(lang, "reading-limit"),
            RemarkKind::Reply => t!(lang, "reading-reply"),
            RemarkKind::When => t!(lang, "reading-when"),
            RemarkKind::Says(text) => t!(lang, "reading-says", text = text.as_str()),
            RemarkKind::SaysMore => t!(lang, "reading-says-more"),
            RemarkKind::Timeout => t!(lang, "reading-timeout"),
            RemarkKind::NonBlocking => t!(lang, "reading-non-blocking"),
            RemarkKind::Option(name) => t!(lang, "reading-option", option = name.as_str()),
            RemarkKind::Once => t!(lang, "reading-once"),
            RemarkKind::OnError => t!(lang, "reading-on-error"),
            RemarkKind::Library(name) => t!(lang, "reading-library", name = name.as_str()),
            RemarkKind::Class(name) => t!(lang, "reading-class", name = name.as_str()),
            RemarkKind::TooDeep => t!(lang, "reading-too-deep"),
            RemarkKind::Changed => t!(lang, "reading-changed"),
        }
        .into_owned()
    }
}

/// Why nothing could be read from a program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReadingError {
    /// It is no Python from there on.
    Syntax {
        line: u32,
        column: u32,
    },
    /// It opens no socket that is bound or connected.
    NoSocket,
    TooLong {
        most: usize,
    },
    /// It is no text.
    NoText,
    /// The file can't be read.
    NoFile,
    /// There is not enough memory to read it.
    NoMemory,
}

impl Words for ReadingError {
    fn words(&self, lang: Lang) -> String {
        match self {
            Self::Syntax { line, column } => t!(lang, "reading-syntax", line = *line, column = *column),
            Self::NoSocket => t!(lang, "reading-no-socket"),
            Self::TooLong { most } => t!(lang, "reading-too-long", kib = *most / 1024),
            Self::NoText => t!(lang, "reading-no-text"),
            Self::NoFile => t!(lang, "reading-no-file"),
            Self::NoMemory => t!(lang, "reading-no-memory"),
        }
        .into_owned()
    }
}

error_in_words!(ReadingError);
