//! A file of source, to be shown.

use std::fs;
use std::io::Read as _;
use std::path::Path;

/// The largest file: 1 MiB.
const MAX_FILE: u64 = 1024 * 1024;

/// What stands in the file; `None` where it can't be read, is too large, or is none.
pub fn source_text(path: &Path) -> Option<String> {
    let about = fs::metadata(path).ok()?;
    if !about.is_file() || about.len() > MAX_FILE {
        return None;
    }
    let mut bytes = Vec::new();
    // It may grow while it is read.
    fs::File::open(path).ok()?.take(MAX_FILE).read_to_end(&mut bytes).ok()?;
    Some(String::from_utf8_lossy(&bytes).into_owned())
}
