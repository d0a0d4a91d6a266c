//! What several tests share.

pub mod alone;
pub mod bench;
pub mod headless;
pub mod peers;

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use socket_lab::session::Session;
use socket_lab::trace::Errno;

pub fn errno(name: &str) -> Errno {
    Errno::by_name(name).unwrap()
}

/// Has the session go on until it is so.
#[track_caller]
pub fn pump_until(session: &mut Session, mut is_so: impl FnMut(&Session) -> bool) {
    let deadline = Instant::now() + 2 * headless::DEADLINE;
    while !is_so(session) {
        session.wait_and_pump(Duration::from_millis(10), Duration::from_millis(4), &mut |_| {});
        assert!(Instant::now() < deadline, "it does not come");
    }
}

/// What is in a folder, sorted.
pub fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// The Rust files of a folder and of those in it.
pub fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            found.push(path);
        }
    }
    found
}
