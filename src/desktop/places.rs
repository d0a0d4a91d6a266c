//! Places on the user's disk: where downloads go, what a path is now, under which name a file may be saved; and the
//! system's own window for a folder.

use std::path::{Path, PathBuf};

use crate::background;
use crate::lab::Localized;
use crate::lab::transfer::Shared;
use crate::lang::visible::is_hidden;

/// The longest name that a download is given, in bytes: the 255 of Linux's file systems less what is put behind it
/// (`.999.part`, ` (999)`).
pub const MAX_SAVE_NAME: usize = 200;
/// How many paths are tried for a Unix socket.
const MAX_SOCKET_PATHS: u32 = 1_000;
/// The most names of a share that are offered to choose from.
pub const MAX_OFFERED: usize = 500;
/// How deep they lie below the shared folder.
const MAX_DEPTH: usize = 3;
/// The name of a file that has none.
const NAMELESS: &str = "download";

/// Names that Windows keeps for devices, with any ending.
const RESERVED: [&str; 22] = [
    "con", "prn", "aux", "nul", "com1", "com2", "com3", "com4", "com5", "com6", "com7", "com8", "com9", "lpt1", "lpt2",
    "lpt3", "lpt4", "lpt5", "lpt6", "lpt7", "lpt8", "lpt9",
];

/// The folder for downloads, else the home folder, else where the program was started.
pub fn downloads() -> PathBuf {
    let dirs = directories::UserDirs::new();
    let of_user = dirs.map(|dirs| dirs.download_dir().unwrap_or_else(|| dirs.home_dir()).to_owned());
    of_user.or_else(|| std::env::current_dir().ok()).unwrap_or_default()
}

/// A path for a Unix socket where nothing is now, in the folder that the system keeps for this user's sockets, else in
/// that for temporary files. `taken` says what is out of the question besides.
pub fn free_socket_path(taken: impl Fn(&Path) -> bool) -> PathBuf {
    let runtime = std::env::var_os("XDG_RUNTIME_DIR").map(PathBuf::from);
    let folder = runtime.filter(|folder| folder.is_absolute() && folder.is_dir()).unwrap_or_else(std::env::temp_dir);
    let path = |number: u32| folder.join(format!("socket-lab-{number}.sock"));
    let is_free = |path: &PathBuf| PathKind::at(path) == PathKind::Nothing && !taken(path);
    (1..=MAX_SOCKET_PATHS).map(path).find(is_free).unwrap_or_else(|| path(1))
}

/// The names of the files that a share offers, as a client asks for them; of a folder with its folders, the first
/// [`MAX_OFFERED`].
pub fn offered_names(share: &Shared) -> Vec<String> {
    let mut names = Vec::new();
    match share {
        Shared::Files(files) => {
            names.extend(files.iter().filter_map(|file| file.file_name()?.to_str().map(str::to_owned)));
        }
        Shared::Root(folder) => names_below(folder, "", MAX_DEPTH, &mut names),
    }
    names.sort_unstable();
    names.truncate(MAX_OFFERED);
    names
}

fn names_below(folder: &Path, before: &str, depth: usize, names: &mut Vec<String>) {
    let Ok(entries) = folder.read_dir() else { return };
    for entry in entries.flatten().take(MAX_OFFERED) {
        if names.len() >= MAX_OFFERED {
            return;
        }
        let Ok(name) = entry.file_name().into_string() else { continue };
        // A link may lead out of the folder, where the server does not go.
        match entry.file_type() {
            Ok(kind) if kind.is_file() => names.push(format!("{before}{name}")),
            Ok(kind) if kind.is_dir() && depth > 0 => {
                names_below(&entry.path(), &format!("{before}{name}/"), depth - 1, names);
            }
            _ => {}
        }
    }
}

/// `~/a` as shells read it.
pub fn home(text: &str) -> PathBuf {
    match (text.strip_prefix('~'), directories::UserDirs::new()) {
        (Some(""), Some(dirs)) => dirs.home_dir().to_owned(),
        (Some(rest), Some(dirs)) if rest.starts_with(['/', '\\']) => dirs.home_dir().join(&rest[1..]),
        _ => PathBuf::from(text),
    }
}

/// What stands at a path now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PathKind {
    Nothing,
    File,
    Folder,
    /// A device, a FIFO, a link that leads nowhere.
    Other,
}

impl PathKind {
    pub fn at(path: &Path) -> Self {
        match path.metadata() {
            Ok(about) if about.is_dir() => Self::Folder,
            Ok(about) if about.is_file() => Self::File,
            Ok(_) => Self::Other,
            Err(_) if path.symlink_metadata().is_ok() => Self::Other,
            Err(_) => Self::Nothing,
        }
    }
}

/// Whether the system runs the file as it is.
#[cfg(unix)]
pub fn is_executable(file: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    file.metadata().is_ok_and(|about| about.is_file() && about.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
pub fn is_executable(file: &Path) -> bool {
    file.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("exe")) && file.is_file()
}

/// What is to be shared of these paths: a folder where it is the only one, else the files among them. `None` where there
/// is nothing.
pub fn share_of(paths: &[PathBuf]) -> Option<Shared> {
    match paths {
        [] => None,
        [only] if only.is_dir() => Some(Shared::Root(only.clone())),
        _ => Some(Shared::Files(paths.to_vec())),
    }
}

/// A name for a file of one's own, made of what was asked for: its last part, without anything that a file system or a
/// shell would take for something else. What a peer sends has no say in it.
pub fn safe_name(asked: &str) -> String {
    let last = asked.trim_end_matches(['/', '\\']).rsplit(['/', '\\']).next().unwrap_or_default();
    let plain: String = last.chars().map(|c| if is_safe(c) { c } else { '_' }).collect();
    // Windows drops spaces and dots at the end; a leading dash looks like an option, a leading dot hides the file.
    let plain = plain.trim().trim_end_matches(['.', ' ']).trim_start_matches(['-', ' ']);
    let plain = if plain.trim_matches(['.', '_', ' ']).is_empty() { NAMELESS } else { plain };
    let stem = plain.split('.').next().unwrap_or_default().trim_end();
    let reserved = RESERVED.iter().any(|name| stem.eq_ignore_ascii_case(name));
    let name = if reserved { format!("_{plain}") } else { plain.to_owned() };
    shortened(&name)
}

/// No separators, nothing that Windows forbids, no control characters, nothing invisible or that turns text around.
fn is_safe(c: char) -> bool {
    let separator = matches!(c, '/' | '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|');
    // What stands for something else or for what could not be read is no name either.
    !separator && !is_hidden(c) && !matches!(c, '\u{fffc}' | '\u{fffd}')
}

/// Cut in the middle, so that the ending stays.
fn shortened(name: &str) -> String {
    if name.len() <= MAX_SAVE_NAME {
        return name.to_owned();
    }
    let ending = name.rfind('.').map(|at| &name[at..]).filter(|ending| ending.len() <= 20).unwrap_or_default();
    let mut end = MAX_SAVE_NAME - ending.len();
    while !name.is_char_boundary(end) {
        end -= 1;
    }
    let stem = name[..end].trim_end_matches(['.', ' ']);
    // Nothing but dots up to there.
    let stem = if stem.is_empty() { NAMELESS } else { stem };
    format!("{stem}{ending}")
}

/// The name itself where nothing of that name is in the folder, else `name (2).txt` and so on.
pub fn free_name(folder: &Path, name: &str) -> String {
    let is_free = |name: &str| PathKind::at(&folder.join(name)) == PathKind::Nothing;
    if is_free(name) {
        return name.to_owned();
    }
    let (stem, ending) = match name.rfind('.').filter(|at| *at > 0) {
        Some(at) => name.split_at(at),
        None => (name, ""),
    };
    (2..1_000).map(|n| format!("{stem} ({n}){ending}")).find(|name| is_free(name)).unwrap_or_else(|| name.to_owned())
}

/// Opens the folder that a file is in (or the folder itself) in the system's own window, on a thread of its own. What
/// keeps it from that is passed to `failed`.
pub fn show_in_folder(path: &Path, failed: impl FnOnce(Localized) + Send + 'static) {
    let folder = match path.parent().filter(|_| !path.is_dir()) {
        Some(parent) => parent.to_owned(),
        None => path.to_owned(),
    };
    let thread = background::detached("show folder", move || {
        if let Err(error) = opener::open(&folder) {
            failed(match error {
                opener::OpenError::Io(error) => Localized::said(|lang| lang.system_reason(&error)),
                other => Localized::plain(other.to_string()),
            });
        }
    });
    if let Err(error) = thread {
        tracing::warn!(%error, "no thread to show a folder");
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_download_gets_the_last_part_of_what_was_asked_for() {
        for (asked, saved) in [
            ("a.bin", "a.bin"),
            ("sub/dir/a.bin", "a.bin"),
            ("../../etc/passwd", "passwd"),
            ("..\\..\\x.txt", "x.txt"),
            ("C:\\x", "x"),
            ("C:x", "C_x"),
            ("中文 名字.txt", "中文 名字.txt"),
            ("a\0b\nc", "a_b_c"),
            ("report.", "report"),
            (" a ", "a"),
            ("-rf", "rf"),
            ("NUL", "_NUL"),
            ("con.txt", "_con.txt"),
            ("console.txt", "console.txt"),
            ("evil\u{202e}txt.exe", "evil_txt.exe"),
        ] {
            assert_eq!(safe_name(asked), saved, "{asked:?}");
        }
        for nameless in ["", "/", "..", ".", "a/..", "\\", "///", "   ", "...", "\0", "_", "-"] {
            assert_eq!(safe_name(nameless), NAMELESS, "{nameless:?}");
        }
    }

    #[test]
    fn a_long_name_keeps_its_ending() {
        let name = safe_name(&format!("{}.tar", "字".repeat(1_000)));
        assert!(name.len() <= MAX_SAVE_NAME && name.ends_with("字.tar"), "{name}");
    }

    proptest! {
        #[test]
        fn whatever_was_asked_for_the_name_is_one_part_of_a_path(asked in "\\PC*|.*|(\\.|/|\\\\|:|[a-c ]|\u{202e}){0,12}") {
            let name = safe_name(&asked);
            prop_assert!(!name.is_empty() && name.len() <= MAX_SAVE_NAME);
            prop_assert!(name.chars().all(is_safe));
            prop_assert_eq!(Path::new(&name).components().count(), 1);
            prop_assert!(name != "." && name != "..");
            prop_assert_eq!(safe_name(&name), name);
        }
    }

    #[test]
    fn a_long_name_of_dots_is_a_name() {
        let dots = ".".repeat(MAX_SAVE_NAME);
        assert_eq!(safe_name(&format!("{dots}{}", "x".repeat(30))), NAMELESS);
        assert_eq!(safe_name(&format!("{dots}txt")), format!("{NAMELESS}.txt"));
    }

    #[test]
    fn a_name_that_is_taken_gets_a_number_before_its_ending() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(free_name(folder.path(), "a.txt"), "a.txt");
        std::fs::write(folder.path().join("a.txt"), "").unwrap();
        assert_eq!(free_name(folder.path(), "a.txt"), "a (2).txt");
        std::fs::write(folder.path().join("a (2).txt"), "").unwrap();
        assert_eq!(free_name(folder.path(), "a.txt"), "a (3).txt");
        std::fs::create_dir(folder.path().join("b")).unwrap();
        assert_eq!(free_name(folder.path(), "b"), "b (2)");
    }

    #[test]
    fn one_folder_is_shared_whole_and_files_one_by_one() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a");
        std::fs::write(&file, "").unwrap();
        assert_eq!(share_of(&[folder.path().to_owned()]), Some(Shared::Root(folder.path().to_owned())));
        assert_eq!(share_of(std::slice::from_ref(&file)), Some(Shared::Files(vec![file.clone()])));
        assert_eq!(share_of(&[]), None);
        assert_eq!(PathKind::at(&file), PathKind::File);
        assert_eq!(PathKind::at(folder.path()), PathKind::Folder);
        assert_eq!(PathKind::at(&folder.path().join("b")), PathKind::Nothing);
    }
}
