//! The files that a server offers, and how they are requested.

use std::collections::HashSet;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::tree::{Field, Read, Table, shown};
use super::{duration, toml_text};
use crate::t;

/// What a `files` or `http` service offers, and how long it is patient.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileShare {
    pub what: Shared,
    /// Transfers at once, at least 1; further requests wait.
    pub max_transfers: u32,
    /// A client that has not asked for anything after this time is closed.
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

/// The keys of a share in a lab file.
pub(crate) const KEYS: &[&str] = &["root", "files", "max_transfers", "ask_within", "stalled_after"];

/// Reads `root = "dir"` or `files = ["a", "b"]`, and the limits. Relative paths count from `folder`.
pub(crate) fn read(table: &Table<'_>, folder: Option<&Path>) -> Read<FileShare> {
    let what = match (table.get("root"), table.get("files")) {
        (Some(root), None) => Shared::Root(root.path(folder, "lab-no-folder-path")?),
        (None, Some(files)) => Shared::Files(list(&files, folder)?),
        (None, None) => {
            return Err(table.fault(|lang| t!(lang, "lab-serves-nothing")));
        }
        (Some(_), Some(files)) => {
            return Err(files.fault(|lang| t!(lang, "lab-exclude", keys = lang.all_of(["root", "files"]))));
        }
    };
    let mut share = FileShare::new(what);
    if let Some(field) = table.get("max_transfers") {
        share.max_transfers = field.integer_u32(1..=MOST_TRANSFERS)?;
    }
    if let Some(field) = table.get("ask_within") {
        share.ask_within = patience(&field)?;
    }
    if let Some(field) = table.get("stalled_after") {
        share.stalled_after = patience(&field)?;
    }
    Ok(share)
}

/// Each is asked for by the last part of its path.
fn list(field: &Field<'_>, folder: Option<&Path>) -> Read<Vec<PathBuf>> {
    let fields = field.array(|lang| t!(lang, "lab-what-paths"))?;
    if fields.is_empty() {
        return Err(field.fault(|lang| t!(lang, "lab-no-files")));
    }
    if let Some(first_too_many) = fields.get(MOST_FILES) {
        return Err(first_too_many.fault(|lang| t!(lang, "lab-many-files", most = MOST_FILES)));
    }
    let mut names = HashSet::new();
    fields
        .iter()
        .map(|field| {
            let path = field.path(folder, "lab-no-file-path")?;
            let Some(name) = path.file_name().map(OsStr::to_owned) else {
                return Err(field.fault(|lang| t!(lang, "lab-nameless-file")));
            };
            let known = shown(&name.to_string_lossy());
            if !names.insert(name) {
                return Err(field.fault(|lang| t!(lang, "lab-file-twice", name = known.as_str())));
            }
            Ok(path)
        })
        .collect()
}

fn patience(field: &Field<'_>) -> Read<Duration> {
    match field.duration()? {
        Duration::ZERO => Err(field.fault(|lang| t!(lang, "lab-no-time"))),
        time => Ok(time),
    }
}

/// The options as TOML; paths are as seen from `folder`.
pub(crate) fn write(share: &FileShare, folder: Option<&Path>) -> Vec<String> {
    let quoted = |path: &PathBuf| toml_text::quoted(&toml_text::seen_from(folder, path));
    let mut parts = vec![match &share.what {
        Shared::Root(path) => toml_text::pair("root", &quoted(path)),
        Shared::Files(paths) => {
            let paths: Vec<String> = paths.iter().map(quoted).collect();
            toml_text::pair("files", &format!("[{}]", paths.join(", ")))
        }
    }];
    if share.max_transfers != DEFAULT_MAX_TRANSFERS {
        parts.push(toml_text::pair("max_transfers", &share.max_transfers.to_string()));
    }
    for (key, time, default) in [
        ("ask_within", share.ask_within, DEFAULT_ASK_WITHIN),
        ("stalled_after", share.stalled_after, DEFAULT_STALLED_AFTER),
    ] {
        if time != default {
            parts.push(toml_text::pair(key, &toml_text::quoted(&duration::format(time))));
        }
    }
    parts
}
