//! A file that takes the place of another, whole.

use std::io;
use std::path::Path;
use std::time::Duration;

use tempfile::NamedTempFile;

/// On Windows nothing takes the place of a file that another program reads at that moment (ERROR_ACCESS_DENIED,
/// ERROR_SHARING_VIOLATION); such a moment is short.
const TRIES: u32 = if cfg!(windows) { 20 } else { 1 };
const BETWEEN: Duration = Duration::from_millis(15);

/// Gives the file the name that it is to have, in place of what has it now.
///
/// # Errors
/// What the system says. The new file is gone then, the old one is as it was.
pub fn replace(file: NamedTempFile, target: &Path) -> io::Result<()> {
    let mut file = file;
    let mut tries = TRIES;
    loop {
        tries -= 1;
        match file.persist(target) {
            Ok(_) => return Ok(()),
            Err(refused) if tries > 0 && is_of_a_moment(&refused.error) => file = refused.file,
            Err(refused) => return Err(refused.error),
        }
        std::thread::sleep(BETWEEN);
    }
}

fn is_of_a_moment(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::PermissionDenied || error.raw_os_error() == Some(32)
}
