//! A program that the lab has written and is to run: put into a new folder of its own.

use std::fs;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use crate::code::reading::ReadingError;

/// Writes it under that name into a new folder, which stays after the lab has been closed: a lab that was saved still finds
/// it, and the system clears its temporary folder in its own time.
///
/// # Errors
/// Those of making the folder and writing the file, with the path.
pub fn keep(name: &Path, text: &str) -> Result<PathBuf, (PathBuf, io::Error)> {
    let made = tempfile::Builder::new().prefix("socket-lab-code-").tempdir();
    let folder = made.map_err(|error| (std::env::temp_dir(), error))?;
    let path = folder.path().join(name.file_name().unwrap_or_else(|| "program".as_ref()));
    fs::write(&path, text).map_err(|error| (path.clone(), error))?;
    let _ = folder.keep();
    Ok(path)
}

/// The text of a program's file, as far as it is one and no longer than that.
///
/// # Errors
/// What is wrong with it.
pub fn text(path: &Path, most: usize) -> Result<String, ReadingError> {
    let file = fs::File::open(path).map_err(|_| ReadingError::NoFile)?;
    let mut bytes = Vec::new();
    file.take(most as u64 + 1).read_to_end(&mut bytes).map_err(|_| ReadingError::NoFile)?;
    if bytes.len() > most {
        return Err(ReadingError::TooLong { most });
    }
    let text = String::from_utf8(bytes).map_err(|_| ReadingError::NoText)?;
    // A mark of the byte order is not part of it.
    Ok(text.strip_prefix('\u{feff}').map_or_else(|| text.clone(), str::to_owned))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_program_has_a_folder_of_its_own_and_nothing_is_written_outside_it() {
        let (one, other) = (keep(Path::new("a.py"), "1").unwrap(), keep(Path::new("../../a.py"), "2").unwrap());
        assert_ne!(one.parent(), other.parent());
        for (path, text) in [(one, "1"), (other, "2")] {
            assert!(path.starts_with(std::env::temp_dir()) && path.ends_with("a.py"), "{path:?}");
            assert_eq!(fs::read_to_string(&path).unwrap(), text);
            fs::remove_dir_all(path.parent().unwrap()).unwrap();
        }
    }
}
