//! What of a ZIP archive is believed: nothing before it was counted, and only plain files.

use std::io::{Cursor, Read as _};

use zip::ZipArchive;

use super::error::HandInError;
use super::{MAX_BYTES, MAX_ENTRIES, is_plain};

/// The files of an archive by their names, in its order.
pub(super) fn unpacked(bytes: &[u8]) -> Result<Vec<(String, Vec<u8>)>, HandInError> {
    if bytes.len() as u64 > MAX_BYTES {
        return Err(HandInError::TooLong);
    }
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|_| HandInError::NotZip)?;
    if archive.len() > MAX_ENTRIES {
        return Err(HandInError::TooManyEntries);
    }
    // Of two entries with one name the library gives only the last.
    if archive.has_duplicate_names() {
        return Err(HandInError::Twice);
    }
    let mut files: Vec<(String, Vec<u8>)> = Vec::new();
    let mut left = MAX_BYTES;
    for index in 0..archive.len() {
        let (name, bytes) = entry(&mut archive, index, left)?;
        // Windows and macOS would put both into one file.
        if files.iter().any(|(known, _)| known.to_lowercase() == name.to_lowercase()) {
            return Err(HandInError::Twice);
        }
        left -= bytes.len() as u64;
        files.push((name, bytes));
    }
    Ok(files)
}

/// The name and the contents of an entry, of which at most `left` bytes may be unpacked.
fn entry(archive: &mut ZipArchive<Cursor<&[u8]>>, index: usize, left: u64) -> Result<(String, Vec<u8>), HandInError> {
    let nameless = || HandInError::BadEntry(format!("#{}", index + 1));
    let name = {
        let raw = archive.by_index_raw(index).map_err(|_| nameless())?;
        let name = raw.name().map_err(|_| nameless())?.into_owned();
        if !is_plain(&name) || raw.is_symlink() || raw.is_dir() || raw.encrypted() {
            return Err(HandInError::BadEntry(name));
        }
        name
    };
    let damaged = || HandInError::Altered(name.clone());
    // A method that is not written by this program, or a damaged entry.
    let entry = archive.by_index(index).map_err(|_| damaged())?;
    // The length that stands in the archive is only a claim.
    let mut bytes = Vec::new();
    entry.take(left + 1).read_to_end(&mut bytes).map_err(|_| damaged())?;
    if bytes.len() as u64 > left {
        return Err(HandInError::TooLarge);
    }
    Ok((name, bytes))
}
