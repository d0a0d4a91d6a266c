//! From which line of its source a program makes a call, where that can be found without the program noticing.
//!
//! Python's own frames are read from its memory, of the versions whose structures are known; what is read is checked, and
//! where it does not fit nothing is said. Of programs with DWARF line tables the innermost return address on the stack
//! that lies in the program itself is looked up.

mod elf;
mod native;
mod python;

use std::collections::{HashMap, HashSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::kernel::Entry;
use crate::program::source_text;
use elf::Image;
use native::Native;
use python::Python;

/// The most files of a program that are shown.
const MAX_FILES: usize = 32;

/// Where lines come from, for each process.
#[derive(Default)]
pub struct Lines {
    of: HashMap<i32, Language>,
    /// Files that lines have come from, by their names.
    known: HashSet<String>,
}

/// A file that lines come from: its name as they have it, and where it lies.
struct Found {
    name: String,
    path: PathBuf,
}

enum Language {
    Python(Box<Python>),
    Native(Box<Native>),
    Unknown,
}

impl Lines {
    /// The line in which the thread `id` of that process makes this call.
    pub fn of(&mut self, process: i32, id: i32, entry: &Entry) -> Option<Arc<str>> {
        match self.of.entry(process).or_insert_with(|| Language::of(process)) {
            Language::Python(python) => python.line(id),
            Language::Native(native) => native.line(id, entry),
            Language::Unknown => None,
        }
    }

    /// The process is another program now.
    pub fn forget(&mut self, process: i32) {
        self.of.remove(&process);
    }

    /// The files that lines of that process have come from since this was asked last, each once, with what stands in it.
    pub fn new_files(&mut self, process: i32) -> Vec<(String, String)> {
        let found = match self.of.get_mut(&process) {
            Some(Language::Python(python)) => python.take_found(),
            Some(Language::Native(native)) => native.take_found(),
            Some(Language::Unknown) | None => None,
        };
        let mut files = Vec::new();
        for Found { name, path } in found.into_iter().flatten() {
            if self.known.len() < MAX_FILES
                && self.known.insert(name.clone())
                && let Some(text) = text_of(process, &path)
            {
                files.push((name, text));
            }
        }
        files
    }
}

/// A file of source, as the process sees it.
fn text_of(process: i32, path: &Path) -> Option<String> {
    let folder = fs::read_link(format!("/proc/{process}/cwd")).ok()?;
    let path = folder.join(path);
    source_text(&Path::new(&format!("/proc/{process}/root")).join(path.strip_prefix("/").ok()?))
}

impl Language {
    fn of(process: i32) -> Self {
        let images = Image::all(process);
        if let Some(python) = images.iter().find_map(|image| Python::of(process, image)) {
            return Self::Python(Box::new(python));
        }
        match images.into_iter().next().and_then(|program| Native::of(process, program)) {
            Some(native) => Self::Native(Box::new(native)),
            None => Self::Unknown,
        }
    }
}
