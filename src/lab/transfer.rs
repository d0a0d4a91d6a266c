//! What is shared as files, and what a `download` step fetches.

use crate::lang::{Lang, Words};
use crate::{error_in_words, t};
use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

/// What a `files` or `http` service offers, and how long it is patient.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileShare {
    pub what: Shared,
    /// At most so many transfers at once, at least 1; whoever asks beyond that waits.
    pub max_transfers: u32,
    /// Whoever connects and has not asked for anything after this time is closed.
    pub ask_within: Duration,
    /// A transfer of which nothing has moved for this time is given up.
    pub stalled_after: Duration,
}

/// The most transfers at once unless the lab says otherwise.
pub const DEFAULT_MAX_TRANSFERS: u32 = 32;
/// What [`FileShare::max_transfers`] may be at most: each takes a thread.
pub const MOST_TRANSFERS: u32 = 256;
/// How long a client may take to ask unless the lab says otherwise.
pub const DEFAULT_ASK_WITHIN: Duration = Duration::from_secs(30);
/// How long a transfer may stand still unless the lab says otherwise.
pub const DEFAULT_STALLED_AFTER: Duration = Duration::from_secs(30);

/// The most files that are shared one by one; of more, their folder is.
pub const MOST_FILES: usize = 1_000;

/// The files that may be asked for. Paths are already joined to the lab file's folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shared {
    /// Everything in this folder and in those below it.
    Root(PathBuf),
    /// Just these, each under the last part of its path.
    Files(Vec<PathBuf>),
}

impl FileShare {
    pub fn new(what: Shared) -> Self {
        Self {
            what,
            max_transfers: DEFAULT_MAX_TRANSFERS,
            ask_within: DEFAULT_ASK_WITHIN,
            stalled_after: DEFAULT_STALLED_AFTER,
        }
    }
}

/// How a file is asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Protocol {
    /// The tutorials': the client sends the name, the server sends the bytes and closes. Nobody says how many there are.
    #[default]
    Files,
    /// HTTP/1.1 (RFC 9112): the answer says how long it is.
    Http,
}

impl Protocol {
    pub const ALL: [Self; 2] = [Self::Files, Self::Http];

    /// The name in lab files, the same as the service's kind.
    pub fn name(self) -> &'static str {
        match self {
            Self::Files => "files",
            Self::Http => "http",
        }
    }
}

/// What a `download` step does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Download {
    /// The client's name.
    pub from: String,
    /// What is asked for: a file's name, or for HTTP a path (not percent-encoded).
    pub name: String,
    /// Already joined to the lab file's folder.
    pub save_to: PathBuf,
    /// What the saved file must have.
    pub sha256: Option<Sha256>,
    /// `None`: as the server of that name in this lab serves, else [`Protocol::Files`].
    pub protocol: Option<Protocol>,
}

/// A SHA-256 digest (FIPS 180-4), written as 64 hex digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Sha256(pub [u8; 32]);

/// A text that is not 64 hex digits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotSha256;

impl Words for NotSha256 {
    fn words(&self, lang: Lang) -> String {
        t!(lang, "wrong-sha256").into_owned()
    }
}

error_in_words!(NotSha256);

impl FromStr for Sha256 {
    type Err = NotSha256;

    fn from_str(text: &str) -> Result<Self, NotSha256> {
        let text = text.as_bytes();
        let digit = |byte: u8| (byte as char).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
        let mut bytes = [0; 32];
        if text.len() != 2 * bytes.len() {
            return Err(NotSha256);
        }
        for (byte, pair) in bytes.iter_mut().zip(text.chunks_exact(2)) {
            let (Some(high), Some(low)) = (digit(pair[0]), digit(pair[1])) else { return Err(NotSha256) };
            *byte = high << 4 | low;
        }
        Ok(Self(bytes))
    }
}

impl fmt::Display for Sha256 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Sha256 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_is_written_as_it_is_read() {
        let text = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert_eq!(text.parse::<Sha256>().unwrap().to_string(), text);
        assert_eq!(text.to_uppercase().parse::<Sha256>().unwrap().to_string(), text);
        for bad in ["", "e3b0", &text[1..], &format!("{text}0"), &text.replace('e', "g"), &"é".repeat(32)] {
            assert_eq!(bad.parse::<Sha256>(), Err(NotSha256), "{bad}");
        }
    }
}
