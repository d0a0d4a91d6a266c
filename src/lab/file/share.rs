//! What a `files` or `http` service shares: `{ kind = "files", root = "dir" }` or `{ …, files = ["a", "b"] }`.

use std::collections::HashSet;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::lab::endpoint::EndpointKind;
use crate::lab::transfer::{
    DEFAULT_ASK_WITHIN, DEFAULT_MAX_TRANSFERS, DEFAULT_STALLED_AFTER, FileShare, MOST_FILES, MOST_TRANSFERS, Shared,
};
use crate::t;
use crate::values::tree::{Field, Read, Table, shown};
use crate::values::{duration, toml_text};

/// What may stand in the table besides what every service takes.
pub(super) const OPTIONS: &[&str] = &["root", "files", "max_transfers", "ask_within", "stalled_after"];

/// `service` is the value of `kind`.
pub(super) fn read(
    table: &Table<'_>,
    service: &Field<'_>,
    kind: EndpointKind,
    folder: Option<&Path>,
) -> Read<FileShare> {
    if kind != EndpointKind::TcpServer {
        return Err(service.fault(|lang| t!(lang, "lab-cannot-serve", kind = kind.name())));
    }
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

pub(super) fn write(share: &FileShare, folder: Option<&Path>) -> Vec<String> {
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
