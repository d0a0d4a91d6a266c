//! What a shared folder has in it, for a page that lists it.

use std::path::Path;
use std::time::SystemTime;

use super::share::{Share, refusal, sound};
use crate::trace::transfer::Refusal;

/// The most entries that are listed of one folder.
pub const MAX_ENTRIES: usize = 10_000;

/// Folders first, each part sorted by name.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Listing {
    pub entries: Vec<Entry>,
    /// There are more than [`MAX_ENTRIES`]; which of them are missing is the system's choice.
    pub cut: bool,
}

/// A folder, or a file that may be asked for. What would be refused (FIFOs, links that lead out …) is not listed.
#[derive(Debug, PartialEq, Eq)]
pub struct Entry {
    pub name: String,
    pub is_folder: bool,
    /// Its name is not UTF-8, so that nobody can ask for it; `name` has marks in the place of what can't be read. It is
    /// listed all the same: a visitor sees that the file is there and why it has no link.
    pub unreachable: bool,
    pub len: u64,
    pub modified: Option<SystemTime>,
}

impl Share {
    /// What is in a folder; an empty name is the shared folder itself. Blocks as file calls do.
    ///
    /// # Errors
    /// There is no such folder, it leads out, or may not be read.
    pub fn list(&self, folder: &[u8]) -> Result<Listing, Refusal> {
        let mut listing = match self {
            Self::Folder { dir, .. } => {
                let name = if folder.is_empty() { "." } else { sound(folder)? };
                below(&dir.open_dir(Path::new(name)).map_err(|error| refusal(&error))?)?
            }
            Self::Files(_) if !folder.is_empty() => return Err(Refusal::NotFound),
            Self::Files(files) => {
                let files = files.iter().filter_map(|(name, path)| {
                    let metadata = std::fs::metadata(path).ok().filter(std::fs::Metadata::is_file)?;
                    let (len, modified) = (metadata.len(), metadata.modified().ok());
                    Some(Entry { name: name.clone(), is_folder: false, unreachable: false, len, modified })
                });
                Listing { entries: files.collect(), cut: false }
            }
        };
        listing.entries.sort_by(|a, b| (b.is_folder, &a.name).cmp(&(a.is_folder, &b.name)));
        Ok(listing)
    }
}

fn below(dir: &cap_std::fs::Dir) -> Result<Listing, Refusal> {
    let mut listing = Listing::default();
    for (count, found) in dir.entries().map_err(|error| refusal(&error))?.enumerate() {
        if count == MAX_ENTRIES {
            listing.cut = true;
            break;
        }
        // A folder that can be read only in part is listed in part.
        let Ok(found) = found else { break };
        let name = found.file_name();
        // As asking for it would find it: links are followed as long as they stay inside.
        let Ok(metadata) = dir.metadata(&name) else { continue };
        if !metadata.is_file() && !metadata.is_dir() {
            continue;
        }
        let (name, unreachable) = match name.into_string() {
            Ok(name) => (name, false),
            Err(name) => (name.to_string_lossy().into_owned(), true),
        };
        listing.entries.push(Entry {
            name,
            is_folder: metadata.is_dir(),
            unreachable,
            len: metadata.len(),
            modified: metadata.modified().ok().map(cap_std::time::SystemTime::into_std),
        });
    }
    Ok(listing)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::lab::transfer::Shared;

    fn names(listing: &Listing) -> Vec<&str> {
        listing.entries.iter().map(|entry| entry.name.as_str()).collect()
    }

    #[test]
    fn folders_come_first_and_what_would_be_refused_is_left_out() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        for name in ["b", "a"] {
            fs::write(root.join(name), name.repeat(3)).unwrap();
        }
        fs::create_dir(root.join("z")).unwrap();
        fs::create_dir(root.join("课")).unwrap();
        let mut expected = vec!["z", "课", "a", "b"];
        #[cfg(unix)]
        {
            use std::os::unix::ffi::OsStrExt as _;
            use std::os::unix::fs::symlink;
            symlink("/etc", root.join("etc")).unwrap();
            symlink("/etc/passwd", root.join("passwd")).unwrap();
            symlink("nothing", root.join("dangling")).unwrap();
            symlink("a", root.join("near")).unwrap();
            let _socket = std::os::unix::net::UnixListener::bind(root.join("socket")).unwrap();
            fs::write(root.join(std::ffi::OsStr::from_bytes(b"x\xff")), "").unwrap();
            expected.extend(["near", "x\u{fffd}"]);
        }
        let share = Share::open(&Shared::Root(root.to_owned())).unwrap();
        let listing = share.list(b"").unwrap();
        assert_eq!(names(&listing), expected);
        assert!(!listing.cut);
        let a = &listing.entries[2];
        assert_eq!((a.len, a.is_folder, a.unreachable, a.modified.is_some()), (3, false, false, true));
        for entry in &listing.entries {
            assert_eq!(entry.unreachable, entry.name.contains('\u{fffd}'));
            assert_eq!(entry.is_folder, ["z", "课"].contains(&entry.name.as_str()));
        }
    }

    #[test]
    fn only_folders_below_can_be_listed() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("root");
        fs::create_dir_all(root.join("deep")).unwrap();
        fs::write(root.join("deep/file"), "").unwrap();
        let share = Share::open(&Shared::Root(root)).unwrap();
        assert_eq!(names(&share.list(b"deep").unwrap()), ["file"]);
        assert_eq!(names(&share.list(b"deep/").unwrap()), ["file"]);
        assert_eq!(share.list(b".."), Err(Refusal::Outside));
        assert_eq!(share.list(b"/etc"), Err(Refusal::Outside));
        assert_eq!(share.list(b"deep/file"), Err(Refusal::NotFound));
        assert_eq!(share.list(b"nothing"), Err(Refusal::NotFound));
    }

    #[test]
    fn of_a_huge_folder_as_much_is_listed_as_is_told() {
        let folder = tempfile::tempdir().unwrap();
        for number in 0..=MAX_ENTRIES {
            fs::File::create(folder.path().join(number.to_string())).unwrap();
        }
        let share = Share::open(&Shared::Root(folder.path().to_owned())).unwrap();
        let listing = share.list(b"").unwrap();
        assert_eq!((listing.entries.len(), listing.cut), (MAX_ENTRIES, true));
    }

    #[test]
    fn single_files_are_listed_where_they_are_there() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        fs::write(&path, "1234").unwrap();
        let share = Share::open(&Shared::Files(vec![folder.path().join("gone"), path])).unwrap();
        let listing = share.list(b"").unwrap();
        assert_eq!(names(&listing), ["a"]);
        assert_eq!(listing.entries[0].len, 4);
        assert_eq!(share.list(b"a"), Err(Refusal::NotFound));
    }
}
