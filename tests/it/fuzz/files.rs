//! Names of files that a peer asks for, and that files are saved under.

use std::fs;
use std::io::Read as _;
use std::path::{Component, Path};

use socket_lab::desktop::places::{MAX_SAVE_NAME, safe_name};
use socket_lab::engine::transfer::share::Share;
use socket_lab::lab::transfer::Shared;

use super::campaign::{Target, fuzz};

pub const SECRET: &[u8] = b"TOP SECRET: not for anyone outside";

/// A folder with files, links and folders in it, and a secret beside it.
pub fn shared_folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("shared");
    fs::create_dir_all(root.join("a/b")).unwrap();
    fs::create_dir(folder.path().join("shared-not")).unwrap();
    for secret in ["secret", "shared-not/secret", "index.html"] {
        fs::write(folder.path().join(secret), SECRET).unwrap();
    }
    for name in ["file", "a/file", "a/b/file", "with space", "%2e%2e", "你好.txt", "back\\slash", "a/b/…", "%"] {
        fs::write(root.join(name), b"public").unwrap();
    }
    #[cfg(unix)]
    for (target, link) in [
        ("../secret", "out"),
        ("..", "up"),
        ("/", "a/all"),
        ("../file", "a/inside"),
        ("round", "round"),
        ("../../../secret", "a/b/out"),
        ("/etc/passwd", "a/b/passwd"),
    ] {
        std::os::unix::fs::symlink(target, root.join(link)).unwrap();
    }
    folder
}

pub const NAMES: &[&str] = &[
    "../secret",
    "file",
    "a/b/../../../secret",
    "a/b/file",
    "a/inside",
    "out",
    "up/secret",
    "a/all/etc/passwd",
    "./a/./file",
    "你好.txt",
    "with space",
    "%2e%2e/secret",
    "a\\..\\..\\secret",
    "//etc/passwd",
    "C:\\Windows\\win.ini",
    "round",
    "../shared/file",
    "../shared-not/secret",
    "a/../up/../up/secret",
    "CON.txt",
    "-rf.",
];

pub const NAME_WORDS: &[&str] = &[
    "../",
    "..",
    "/",
    "//",
    "./",
    ".",
    "\\",
    "..\\",
    "%2e",
    "%2f",
    "%5c",
    "%00",
    "%",
    "%25",
    "%c0%af",
    "secret",
    "shared",
    "shared-not",
    "etc/passwd",
    "up",
    "out",
    "all",
    "a",
    "b",
    "file",
    "inside",
    "proc/self/root",
    "dev/zero",
    "~",
    "C:",
    "CON",
    "nul.",
    " ",
    "?",
    "#",
    "*",
    ":",
    "|",
    "<",
    "-",
];

/// Whether what was opened lies in the folder, as the system sees it.
#[cfg(target_os = "linux")]
fn lies_in(file: &fs::File, root: &Path) -> bool {
    use std::os::fd::AsRawFd as _;
    fs::read_link(format!("/proc/self/fd/{}", file.as_raw_fd())).unwrap().starts_with(root)
}

#[cfg(not(target_os = "linux"))]
fn lies_in(_: &fs::File, _: &Path) -> bool {
    true
}

#[test]
fn no_name_opens_what_lies_outside_or_is_saved_elsewhere() {
    let folder = shared_folder();
    let root = fs::canonicalize(folder.path().join("shared")).unwrap();
    let share = Share::open(&Shared::Root(root.clone())).unwrap_or_else(|(path, error)| panic!("{path:?}: {error}"));
    let chosen = Share::open(&Shared::Files(vec![root.join("file")])).unwrap_or_else(|(_, error)| panic!("{error}"));
    let outside = share.list(b"").unwrap().entries.iter().map(|entry| entry.name.clone()).collect::<Vec<_>>();
    assert!(!outside.contains(&"out".to_owned()));
    let samples = NAMES.iter().map(|name| name.as_bytes().to_vec()).collect();
    fuzz(Target { name: "file names", samples, words: NAME_WORDS, cases: 600 }, |input| {
        let mut given = false;
        for share in [&share, &chosen] {
            if let Ok(mut opened) = share.get(input) {
                assert!(lies_in(&opened.file, &root), "{:?}", opened.file);
                let mut bytes = Vec::new();
                opened.file.read_to_end(&mut bytes).unwrap();
                assert_eq!(bytes, b"public");
                given = true;
            }
            if let Ok(listing) = share.list(input) {
                let outside = ["secret", "shared", "shared-not", "etc", "proc"];
                assert!(!listing.entries.iter().any(|entry| outside.contains(&entry.name.as_str())), "{listing:?}");
            }
        }
        let name = safe_name(&String::from_utf8_lossy(input));
        assert!(!name.is_empty() && name.len() <= MAX_SAVE_NAME + 1, "{name:?}");
        let path = Path::new(&name);
        assert!(matches!(path.components().next(), Some(Component::Normal(_))), "{name:?}");
        assert_eq!(path.components().count(), 1, "{name:?}");
        assert!(!name.contains(['/', '\\', ':', '\0', '\n', '\u{202e}']), "{name:?}");
        assert!(!name.starts_with('-') && !name.ends_with(['.', ' ']), "{name:?}");
        given
    });
}
