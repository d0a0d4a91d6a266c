//! From which line of its source a program makes a call, where that can be found without the program noticing.
//!
//! Python's own frames are read from its memory, of the versions whose structures are known; what is read is checked, and
//! where it does not fit nothing is said. Of programs with DWARF line tables the innermost return address on the stack
//! that lies in the program itself is looked up.

mod elf;
mod native;
mod python;

use std::collections::HashMap;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use super::kernel::Entry;
use crate::program::files::Files;
use crate::program::source_text;
use elf::Image;
use native::Native;
use python::Python;

/// Where lines come from, for each process.
#[derive(Default)]
pub struct Lines {
    of: HashMap<i32, Language>,
    files: Files,
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
            Language::Python(python) => python.line(id, &mut self.files),
            Language::Native(native) => native.line(id, entry, &mut self.files),
            Language::Unknown => None,
        }
    }

    /// The process is another program now.
    pub fn forget(&mut self, process: i32) {
        self.of.remove(&process);
    }

    /// A file that is to be shown and that lines of that process have come from since this was asked last, with what stands
    /// in it.
    pub fn new_file(&mut self, process: i32) -> Option<(Arc<str>, String)> {
        loop {
            let (name, path) = self.files.take_new()?;
            if let Some(text) = text_of(process, &path) {
                return Some((name, text));
            }
        }
    }
}

/// How lines call a file that the process names so, perhaps from the folder in which it is.
fn name_of(files: &mut Files, process: i32, path: &str) -> Arc<str> {
    let path = Path::new(path);
    if path.is_absolute() {
        return files.name(path);
    }
    let folder = fs::read_link(format!("/proc/{process}/cwd")).unwrap_or_default();
    files.name(&folder.join(path))
}

/// A file of source, as the process sees it.
fn text_of(process: i32, path: &Path) -> Option<String> {
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
