//! From which line of its source a program makes a call, where that can be found without the program noticing.
//!
//! Python's own frames are read from its memory, of the versions whose structures are known; what is read is checked, and
//! where it does not fit nothing is said. Of programs with DWARF line tables the innermost return address on the stack
//! that lies in the program itself is looked up.

mod elf;
mod native;
mod python;

use std::collections::HashMap;
use std::sync::Arc;

use super::kernel::Entry;
use elf::Image;
use native::Native;
use python::Python;

/// Where lines come from, for each process.
#[derive(Default)]
pub struct Lines(HashMap<i32, Language>);

enum Language {
    Python(Box<Python>),
    Native(Box<Native>),
    Unknown,
}

impl Lines {
    /// The line in which the thread `id` of that process makes this call.
    pub fn of(&mut self, process: i32, id: i32, entry: &Entry) -> Option<Arc<str>> {
        match self.0.entry(process).or_insert_with(|| Language::of(process)) {
            Language::Python(python) => python.line(id),
            Language::Native(native) => native.line(id, entry),
            Language::Unknown => None,
        }
    }

    /// The process is another program now.
    pub fn forget(&mut self, process: i32) {
        self.0.remove(&process);
    }
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
