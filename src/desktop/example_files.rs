//! The files of an example: put into a new folder of their own when it is opened, for a server can only share what is on
//! disk.

use std::fs;
use std::io;
use std::path::PathBuf;

use crate::lab::examples::Example;

/// A new folder with the example's files. It stays after the program has ended, for what was downloaded there is the
/// user's, and a lab that was saved elsewhere still finds it; the system clears its temporary folder in its own time.
///
/// # Errors
/// Those of making and writing files, with the path.
pub fn unpack(example: &Example) -> Result<PathBuf, (PathBuf, io::Error)> {
    let made = tempfile::Builder::new().prefix("socket-lab-example-").tempdir();
    let folder = made.map_err(|error| (std::env::temp_dir(), error))?;
    for (name, bytes) in example.files {
        let path = folder.path().join(name);
        let written = path.parent().map_or(Ok(()), fs::create_dir_all).and_then(|()| fs::write(&path, bytes));
        written.map_err(|error| (path, error))?;
    }
    Ok(folder.keep())
}

#[cfg(test)]
mod tests {
    use crate::lab::examples;

    #[test]
    fn each_opening_has_files_of_its_own() {
        let example = examples::all().iter().find(|example| !example.files.is_empty()).unwrap();
        let (first, second) = (super::unpack(example).unwrap(), super::unpack(example).unwrap());
        assert_ne!(first, second);
        for (name, bytes) in example.files {
            assert_eq!(std::fs::read(first.join(name)).unwrap(), *bytes, "{name}");
        }
        for folder in [first, second] {
            std::fs::remove_dir_all(folder).unwrap();
        }
    }
}
