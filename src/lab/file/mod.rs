//! The lab file (`*.lab.toml`): read, checked and written.
//!
//! [`parse`] gives a lab in which everything fits together, or the first error with its line and field; nothing is
//! guessed and nothing is skipped. [`to_toml`] writes what differs from the defaults, and `parse` reads it back equal.

use std::fs::{self, File};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use toml::de::DeTable;

pub use replacement::replace;

use super::breakpoint::{At, Check};
use super::{Lab, Link, Localized};
use crate::t;

mod breakpoints;
mod endpoints;
mod error;
mod layout;
mod lesson;
mod programs;
mod replacement;
mod snippets;
mod steps;
mod write;

pub use error::LabFileError;
pub use write::to_toml;

use crate::values::tree::{Fault, Field, Read};

/// The longest lab file that is read: 4 MiB.
pub const MAX_FILE_LEN: u64 = 4 * 1024 * 1024;
/// In a file that is no longer than this all errors are looked for, of which there may be one for each byte: 256 KiB.
const MAX_SEARCHED_LEN: usize = 256 * 1024;
/// The stack of the thread that reads a file: 32 MiB, of which the system gives only what is used.
const PARSER_STACK: usize = 32 * 1024 * 1024;
/// The longest title of a lab, in characters.
pub const MAX_TITLE_CHARS: usize = 200;
/// The longest note of a lab, in characters.
pub const MAX_NOTE_CHARS: usize = 4_000;

/// Reads a lab file that this program has written. Relative paths in it count from the folder that it is in.
///
/// # Errors
/// [`LabFileError`] with the file, and the line and field where the file could be read.
pub fn load(path: &Path) -> Result<Lab, LabFileError> {
    load_checking(path, as_written)
}

/// Reads any lab file; `check` reads the conditions of its breakpoints.
///
/// # Errors
/// [`LabFileError`] with the file, and the line and field where the file could be read.
pub fn load_checking(path: &Path, check: Check) -> Result<Lab, LabFileError> {
    let in_file = |error: LabFileError| LabFileError { file: Some(path.to_owned()), ..error };
    let unreadable = |error: &io::Error| in_file(LabFileError::unreadable(error));
    // Asked for before anything is read, so that a huge file costs nothing.
    let metadata = fs::metadata(path).map_err(|error| unreadable(&error))?;
    if metadata.is_dir() {
        return Err(in_file(LabFileError::of_file(|lang| t!(lang, "lab-is-folder"))));
    }
    if metadata.len() > MAX_FILE_LEN {
        return Err(in_file(too_long()));
    }
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(|error| unreadable(&error))?;
    file.take(MAX_FILE_LEN + 1).read_to_end(&mut bytes).map_err(|error| unreadable(&error))?;
    let text = match String::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => {
            let valid = error.utf8_error().valid_up_to();
            let before = String::from_utf8_lossy(error.as_bytes().get(..valid).unwrap_or_default()).into_owned();
            let message = Localized::said(|lang| t!(lang, "lab-not-utf8"));
            return Err(in_file(LabFileError::at(&before, Fault { at: valid, field: None, message })));
        }
    };
    parse_checking(&text, path.parent(), check).map_err(in_file)
}

fn too_long() -> LabFileError {
    LabFileError::of_file(|lang| t!(lang, "lab-too-long", most = MAX_FILE_LEN / (1024 * 1024)))
}

/// Reads the text of a lab file that this program has written; relative paths in it count from `folder`. The conditions of
/// breakpoints are taken as they are.
///
/// # Errors
/// [`LabFileError`] with the line and field, without a file.
pub fn parse(text: &str, folder: Option<&Path>) -> Result<Lab, LabFileError> {
    parse_checking(text, folder, as_written)
}

fn as_written(_: &str, at: Option<At>) -> Result<At, Localized> {
    Ok(at.unwrap_or(At::Before))
}

/// Reads the text of any lab file; relative paths in it count from `folder`. `check` reads the conditions of breakpoints.
///
/// # Errors
/// [`LabFileError`] with the line and field, without a file.
pub fn parse_checking(text: &str, folder: Option<&Path>, check: Check) -> Result<Lab, LabFileError> {
    if text.len() as u64 > MAX_FILE_LEN {
        return Err(too_long());
    }
    // Tables may lie in each other some 6,000 deep (80 levels of 80 dotted keys), and are dropped by recursion: more than
    // the stack of just any thread can take.
    std::thread::scope(|scope| {
        let reader = std::thread::Builder::new().name("socket-lab-file".to_owned()).stack_size(PARSER_STACK);
        match reader.spawn_scoped(scope, || read(text, folder, check)).map(std::thread::ScopedJoinHandle::join) {
            Ok(Ok(result)) => result,
            Ok(Err(_)) | Err(_) => Err(LabFileError::of_file(|lang| t!(lang, "lab-no-memory"))),
        }
    })
}

/// The same for a text that comes with the program: nothing in it lies deep, so that it is read on this thread.
pub(super) fn parse_own(text: &'static str) -> Result<Lab, LabFileError> {
    read(text, None, as_written)
}

fn read(text: &str, folder: Option<&Path>, check: Check) -> Result<Lab, LabFileError> {
    let document = DeTable::parse(text).map_err(|error| LabFileError::of_syntax(text, &first_error(text, error)))?;
    lab(&Field::root(document.get_ref()), folder, check).map_err(|fault| LabFileError::at(text, fault))
}

/// The error that stands first in the text. The parser itself gives the one that it came upon first, which for a string
/// that is not closed is one in a line further down.
fn first_error(text: &str, found: toml::de::Error) -> toml::de::Error {
    if text.len() > MAX_SEARCHED_LEN {
        return found;
    }
    let place = |error: &toml::de::Error| error.span().map_or(usize::MAX, |span| span.start);
    DeTable::parse_recoverable(text).1.into_iter().min_by_key(place).unwrap_or(found)
}

fn lab(root: &Field<'_>, folder: Option<&Path>, check: Check) -> Read<Lab> {
    let known =
        ["title", "note", "lesson", "endpoints", "programs", "snippets", "breakpoints", "steps", "link", "layout"];
    let table = root.table(&known)?;
    let text = |name: &str, most, too_long| match table.get(name) {
        Some(field) => localized(&field, most, too_long),
        None => Ok(Localized::default()),
    };
    let title = text("title", MAX_TITLE_CHARS, "lab-long-title")?;
    let note = text("note", MAX_NOTE_CHARS, "lab-long-note")?;
    let programs = match table.get("programs") {
        Some(field) => programs::read(&field, folder)?,
        None => Vec::new(),
    };
    let endpoints = match table.get("endpoints") {
        Some(field) => endpoints::read(&field, &programs, folder)?,
        None => Vec::new(),
    };
    let snippets = table.get("snippets").map(|field| snippets::read(&field)).transpose()?.unwrap_or_default();
    let breakpoints = table.get("breakpoints").map(|field| breakpoints::read(&field, check)).transpose()?;
    let breakpoints = breakpoints.unwrap_or_default();
    let steps = match table.get("steps") {
        Some(field) => steps::read(&field, &endpoints, &programs, folder)?,
        None => Vec::new(),
    };
    let link = table.get("link").map(|field| Link::read(&field)).transpose()?;
    let layout = table.get("layout").map(|field| layout::read(&field)).transpose()?;
    let lesson = table.get("lesson").map(|field| lesson::read(&field, &steps, check)).transpose()?.map(Arc::new);
    if lesson.is_some() && title.chinese().is_none() {
        return Err(table
            .require("title", |lang| t!(lang, "lesson-what-texts"))?
            .fault(|lang| t!(lang, "lesson-both-languages")));
    }
    Ok(Lab { title, note, lesson, endpoints, programs, snippets, steps, breakpoints, link, layout })
}

/// `"…"` or `{ en = "…", zh = "…" }`; `too_long` is the key of what is said of a longer one.
fn localized(field: &Field<'_>, most: usize, too_long: &str) -> Read<Localized> {
    let text = |field: &Field<'_>| {
        let text = field.text()?;
        if text.chars().count() > most {
            return Err(field.fault(|lang| t!(lang, too_long, most = most)));
        }
        Ok(text.to_owned())
    };
    if !field.is_table() {
        return text(field).map(Localized::plain);
    }
    let table = field.table(&["en", "zh"])?;
    let in_language = |key: &str| text(&table.require(key, |lang| t!(lang, "lab-what-both-languages"))?);
    Ok(Localized::both(in_language("en")?, in_language("zh")?))
}

/// Writes a lab file so that at every moment either the old or the new contents are there.
///
/// # Errors
/// Those of creating, writing and renaming a file beside `path`.
pub fn save(lab: &Lab, path: &Path) -> io::Result<()> {
    // A link stays a link: the file it leads to is replaced.
    let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let folder = match target.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder.to_owned(),
        _ => PathBuf::from("."),
    };
    // Paths are written as seen from where the lab will be looked for, which is beside the name that the user chose.
    let seen_from = path.parent().map(|folder| std::path::absolute(Path::new(".").join(folder))).transpose()?;
    let text = write::to_toml_beside(lab, seen_from.as_deref());

    let mut builder = tempfile::Builder::new();
    builder.prefix(".lab-").suffix(".tmp");
    #[cfg(unix)]
    let everyone = {
        use std::os::unix::fs::PermissionsExt as _;
        // What any new file gets; the process's umask takes its part off.
        fs::Permissions::from_mode(0o666)
    };
    #[cfg(unix)]
    builder.permissions(everyone);
    let mut file = builder.tempfile_in(&folder)?;
    if let Ok(old) = fs::metadata(&target) {
        file.as_file().set_permissions(old.permissions())?;
    }
    file.write_all(text.as_bytes())?;
    file.as_file().sync_all()?;
    replace(file, &target)
}
