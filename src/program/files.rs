//! The files of source that a program's lines come from: each has a name of its own, and some are shown.

use std::collections::{HashMap, HashSet, VecDeque};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The most files of a program whose text is shown.
const MAX_SHOWN: usize = 32;
/// The most files that are told apart: of a program that makes ever new ones, the names of further ones may be alike.
const MAX_NAMES: usize = 4_096;

/// The names of files by where they lie.
#[derive(Debug, Default)]
pub struct Files {
    names: HashMap<PathBuf, Arc<str>>,
    taken: HashSet<Arc<str>>,
    /// To be shown, and not taken yet.
    new: VecDeque<(Arc<str>, PathBuf)>,
}

impl Files {
    /// How lines call the file: without its folder, or with as much of it as tells it from another one that lines have come
    /// from before.
    pub fn name(&mut self, path: &Path) -> Arc<str> {
        if let Some(known) = self.names.get(path) {
            return Arc::clone(known);
        }
        let parts: Vec<_> = path.iter().map(|part| part.to_string_lossy()).collect();
        let named = |count: usize| Arc::<str>::from(parts[parts.len().saturating_sub(count)..].join("/"));
        if self.names.len() >= MAX_NAMES {
            return named(1);
        }
        let name = (1..=parts.len()).map(named).find(|name| !self.taken.contains(name));
        let name = name.unwrap_or_else(|| path.to_string_lossy().into());
        if self.names.len() < MAX_SHOWN {
            self.new.push_back((Arc::clone(&name), path.to_owned()));
        }
        self.names.insert(path.to_owned(), Arc::clone(&name));
        self.taken.insert(Arc::clone(&name));
        name
    }

    /// A file that is to be shown, once.
    pub fn take_new(&mut self) -> Option<(Arc<str>, PathBuf)> {
        self.new.pop_front()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_of_one_name_are_told_apart_by_their_folders() {
        let mut files = Files::default();
        let mut name = |path: &str| files.name(Path::new(path)).to_string();
        assert_eq!(name("/lab/server.py"), "server.py");
        assert_eq!(name("/lab/one/util.py"), "util.py");
        assert_eq!(name("/lab/two/util.py"), "two/util.py");
        assert_eq!(name("/old/two/util.py"), "old/two/util.py");
        assert_eq!([name("/lab/two/util.py"), name("/lab/one/util.py")], ["two/util.py", "util.py"]);
    }

    #[test]
    fn few_files_are_shown_and_of_endless_many_only_some_are_kept() {
        let mut files = Files::default();
        for number in 0..2 * MAX_NAMES {
            assert_eq!(*files.name(Path::new(&format!("/lab/{number}.py"))), *format!("{number}.py"));
        }
        assert_eq!(std::iter::from_fn(|| files.take_new()).count(), MAX_SHOWN);
        assert_eq!((files.names.len(), files.taken.len()), (MAX_NAMES, MAX_NAMES));
    }
}
