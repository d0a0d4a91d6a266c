//! The program and its Python library as they lie in a process's memory.

use std::fs;
use std::ops::Range;
use std::path::PathBuf;

use object::read::elf::ElfFile64;
use object::{Object as _, ObjectSegment as _, ObjectSymbol as _};

/// The largest file that is looked into: 512 MiB.
const MAX_FILE: u64 = 512 * 1024 * 1024;

/// A file that is mapped into a process.
pub struct Image {
    /// As the process sees it, also where it has another root.
    pub path: PathBuf,
    /// What is added to the addresses in the file.
    pub base: u64,
    /// Where its code lies.
    pub code: Range<u64>,
}

impl Image {
    /// The program itself first, then what may be Python's library.
    pub fn all(process: i32) -> Vec<Self> {
        let maps = fs::read_to_string(format!("/proc/{process}/maps")).unwrap_or_default();
        let program = fs::read_link(format!("/proc/{process}/exe")).unwrap_or_default();
        let program = program.to_string_lossy().into_owned();
        let mut names: Vec<&str> = Vec::new();
        for line in maps.lines() {
            let Some(at) = line.find('/') else { continue };
            let name = &line[at..];
            let wanted = name == program || name.rsplit('/').next().is_some_and(|file| file.starts_with("libpython"));
            if wanted && !names.contains(&name) {
                names.push(name);
            }
        }
        names.sort_by_key(|name| *name != program);
        names.into_iter().filter_map(|name| Self::of(process, name, &maps)).collect()
    }

    fn of(process: i32, name: &str, maps: &str) -> Option<Self> {
        let (mut start, mut code) = (None, None);
        for line in maps.lines().filter(|line| line.ends_with(name)) {
            let mut words = line.split_whitespace();
            let (from, to) = words.next()?.split_once('-')?;
            let range = u64::from_str_radix(from, 16).ok()?..u64::from_str_radix(to, 16).ok()?;
            let rights = words.next()?;
            start.get_or_insert(range.start);
            if rights.contains('x') {
                code.get_or_insert(range);
            }
        }
        let path = PathBuf::from(format!("/proc/{process}/root{name}"));
        let first = with_file(&path, |file| file.segments().map(|segment| segment.address()).min())??;
        // The first segment begins on a page.
        Some(Self { path, base: start?.wrapping_sub(first & !0xfff), code: code? })
    }

    /// Where a name of the file lies in memory.
    pub fn symbol(&self, name: &str) -> Option<u64> {
        let found = with_file(&self.path, |file| {
            let symbols = file.dynamic_symbols().chain(file.symbols());
            symbols.filter(|symbol| symbol.name() == Ok(name)).map(|symbol| symbol.address()).find(|at| *at != 0)
        })??;
        Some(found.wrapping_add(self.base))
    }

    pub fn has_lines(&self) -> bool {
        with_file(&self.path, |file| file.section_by_name(".debug_line").is_some()).unwrap_or(false)
    }
}

fn with_file<T>(path: &PathBuf, ask: impl FnOnce(&ElfFile64<'_>) -> T) -> Option<T> {
    if fs::metadata(path).ok()?.len() > MAX_FILE {
        return None;
    }
    let bytes = fs::read(path).ok()?;
    let file = ElfFile64::parse(bytes.as_slice()).ok()?;
    Some(ask(&file))
}
