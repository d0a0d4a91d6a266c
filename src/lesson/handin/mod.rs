//! The file that a student hands in (`*.lab-handin`): a ZIP archive that any tool opens, with the answers, the trace, the
//! programs, and a manifest with the SHA-256 of each. It shows that nothing was changed by accident, and proves nobody's
//! identity.

mod archive;
mod error;
mod evidence;
mod read;
mod write;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256 as Digest};

pub use error::HandInError;
pub use evidence::Evidence;
pub use read::read;
pub use write::write;

use super::progress::Answered;
use crate::lab::file::to_toml;
use crate::lab::{Lab, Lesson, Localized};
use crate::values::sha256::Sha256;

/// The ending of such a file.
pub const ENDING: &str = "lab-handin";
/// The file, and all that is in it unpacked, take at most this much: 10 MiB.
pub const MAX_BYTES: u64 = 10 << 20;
/// The most files in it.
pub const MAX_ENTRIES: usize = 64;
/// The trace in it takes at most this much: 8 MiB. Of a longer one the newest calls are handed in.
pub const MAX_TRACE: usize = 8 << 20;
/// The most calls of the trace in it.
pub const MAX_CALLS: u64 = 100_000;
/// The most programs in it.
pub const MAX_PROGRAMS: usize = 32;
/// The longest program in it: 256 KiB.
pub const MAX_PROGRAM: u64 = 256 << 10;
/// All programs in it take at most this much: 1 MiB.
pub const MAX_ALL_PROGRAMS: u64 = 1 << 20;
/// The longest name and number of a student, and every other short text in it, in characters.
pub const MAX_NAME_CHARS: usize = 100;
/// The most answers in it.
pub const MAX_ANSWERS: usize = crate::lab::lesson::MAX_PARTS;

const FORMAT: &str = "socket-lab hand-in 1";
const MANIFEST: &str = "manifest.json";
const ANSWERS: &str = "answers.json";
/// The trace of the student's run.
pub const TRACE: &str = "trace.lab-trace";
/// Where the programs are.
pub const PROGRAMS: &str = "programs/";

/// Who hands in; asked once.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
pub struct Student {
    pub name: String,
    pub number: String,
}

/// One answer with its question.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Given {
    /// From 1.
    pub part: u32,
    #[serde(flatten)]
    pub answer: Answered,
}

/// The lesson that the answers belong to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LessonId {
    pub title: Localized,
    /// Of what its file says as a lesson.
    pub digest: Sha256,
}

/// What did not fit into the file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
pub struct LeftOut {
    /// The oldest calls of the trace.
    pub calls: u64,
    /// Programs that are too long, or could not be read.
    pub programs: Vec<String>,
}

impl LeftOut {
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// What a student hands in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HandIn {
    pub student: Student,
    pub lesson: LessonId,
    /// The program's version.
    pub version: String,
    /// The student's system, as Rust calls it.
    pub system: String,
    /// In seconds since 1970.
    pub saved_at: u64,
    pub answers: Vec<Given>,
    /// The parts that were gone through, from 1.
    pub done: Vec<u32>,
    pub left_out: LeftOut,
    /// The trace and the programs, by their names in the archive.
    pub files: Vec<(String, Vec<u8>)>,
}

/// The answers as they stand in the archive.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Sheet {
    version: String,
    system: String,
    lesson: SheetLesson,
    student: Student,
    saved_at: u64,
    done: Vec<u32>,
    answers: Vec<Given>,
    left_out: LeftOut,
}

#[derive(Serialize, Deserialize)]
struct SheetLesson {
    en: String,
    zh: String,
    sha256: String,
}

#[derive(Serialize, Deserialize)]
struct Manifest {
    format: String,
    /// What the digests are, and what they are not.
    #[serde(default)]
    note: Note,
    files: Vec<Listed>,
}

#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
struct Note {
    en: String,
    zh: String,
}

#[derive(Serialize, Deserialize)]
struct Listed {
    name: String,
    len: u64,
    sha256: String,
}

impl LessonId {
    /// The digest is of the title and the lesson as a lab file has them: comments, the order of keys and the rest of the lab
    /// do not matter.
    pub fn new(title: &Localized, lesson: &std::sync::Arc<Lesson>) -> Self {
        let only = Lab { title: title.clone(), lesson: Some(lesson.clone()), ..Lab::default() };
        Self { title: title.clone(), digest: digest(to_toml(&only).as_bytes()) }
    }

    /// The same lesson, maybe in another version.
    pub fn is_like(&self, other: &Self) -> bool {
        let has_title = |lang| self.title.text(lang).trim() == other.title.text(lang).trim();
        self.digest == other.digest || crate::lang::Lang::ALL.into_iter().any(has_title)
    }
}

impl HandIn {
    pub fn file(&self, wanted: &str) -> Option<&[u8]> {
        self.files.iter().find(|(name, _)| name == wanted).map(|(_, bytes)| bytes.as_slice())
    }

    /// The names of the programs in it.
    pub fn programs(&self) -> impl Iterator<Item = &str> {
        self.files.iter().filter_map(|(name, _)| name.strip_prefix(PROGRAMS))
    }
}

fn digest(bytes: &[u8]) -> Sha256 {
    Sha256(Digest::digest(bytes).into())
}

/// A name that can't lead out of a folder, on any system.
fn is_plain(name: &str) -> bool {
    let is_part = |part: &str| {
        let fits = !part.is_empty() && part.len() <= 100 && part != "." && part != "..";
        fits && part.chars().all(|c| !c.is_control() && !matches!(c, '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|'))
    };
    name.len() <= 200 && name.split('/').all(is_part)
}

/// A file name as it can stand in the archive.
pub fn plain(name: &str) -> String {
    let kept = |c: char| if c.is_alphanumeric() || matches!(c, '.' | '-' | '_' | ' ') { c } else { '_' };
    let mut plain = String::new();
    for character in name.chars().map(kept) {
        if plain.len() + character.len_utf8() > 90 {
            break;
        }
        plain.push(character);
    }
    if is_plain(&plain) { plain } else { format!("_{plain}") }
}

#[cfg(test)]
mod tests;
