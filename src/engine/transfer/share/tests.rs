use std::io::Read as _;
use std::path::Path;

use super::*;

/// A shared folder with a file in it and one in a folder below, and a secret beside it.
struct Place {
    whole: tempfile::TempDir,
    share: Share,
}

impl Place {
    fn new() -> Self {
        let whole = tempfile::tempdir().unwrap();
        let root = whole.path().join("shared");
        fs::create_dir_all(root.join("deep")).unwrap();
        fs::write(root.join("a.txt"), "inside").unwrap();
        fs::write(root.join("deep/b c 课件.txt"), "deeper").unwrap();
        fs::write(whole.path().join("secret"), "secret").unwrap();
        let share = Share::open(&Shared::Root(root)).unwrap();
        Self { whole, share }
    }

    fn root(&self) -> PathBuf {
        self.whole.path().join("shared")
    }

    fn refusal(&self, name: &[u8]) -> Refusal {
        self.share.get(name).expect_err("it was given")
    }

    fn text(&self, name: &str) -> String {
        text(self.share.get(name.as_bytes()).unwrap())
    }
}

fn text(mut opened: Opened) -> String {
    let mut text = String::new();
    opened.file.read_to_string(&mut text).unwrap();
    assert_eq!(opened.len, text.len() as u64);
    text
}

#[test]
fn what_is_in_the_folder_and_below_is_given() {
    let place = Place::new();
    assert_eq!(place.text("a.txt"), "inside");
    assert_eq!(place.text("deep/b c 课件.txt"), "deeper");
    // These stay inside all the way.
    assert_eq!(place.text("./deep/../a.txt"), "inside");
}

#[test]
fn a_name_that_leads_out_is_refused_as_such() {
    let place = Place::new();
    for name in ["../secret", "/etc/passwd", "deep/../../secret", "..", "/", "../shared/a.txt", "deep/../../shared"] {
        assert_eq!(place.refusal(name.as_bytes()), Refusal::Outside, "{name}");
    }
    let absolute = place.root().join("a.txt");
    assert_eq!(place.refusal(absolute.to_str().unwrap().as_bytes()), Refusal::Outside);
}

#[test]
fn a_name_of_another_systems_kind_leads_nowhere() {
    let place = Place::new();
    for name in [r"..\secret", r"..\..\secret", r"C:\x", r"\\server\share\x", "C:secret"] {
        let refusal = place.refusal(name.as_bytes());
        assert!(matches!(refusal, Refusal::NotFound | Refusal::Outside), "{name}: {refusal:?}");
    }
    // On Unix a backslash is a character like any other.
    #[cfg(unix)]
    {
        fs::write(place.root().join(r"..\secret"), "not secret").unwrap();
        assert_eq!(place.text(r"..\secret"), "not secret");
    }
}

#[test]
fn a_name_that_is_none_is_refused() {
    let place = Place::new();
    assert_eq!(place.refusal(b""), Refusal::NoName);
    assert_eq!(place.refusal(b"a.txt\0"), Refusal::Nul);
    assert_eq!(place.refusal(b"\0"), Refusal::Nul);
    assert_eq!(place.refusal(b"\xff\xfe"), Refusal::NotText);
    assert_eq!(place.refusal(&vec![b'x'; 5_000]), Refusal::TooLong { len: 5_000 });
    assert_eq!(place.refusal(&vec![b'x'; MAX_NAME]), Refusal::NotFound);
    assert_eq!(place.refusal(&vec![b'x'; 300]), Refusal::NotFound);
    assert_eq!(place.refusal(b"nothing"), Refusal::NotFound);
    assert_eq!(place.refusal(b"a.txt/b"), Refusal::NotFound);
}

#[test]
fn a_folder_is_not_a_file() {
    let place = Place::new();
    for name in ["deep", "deep/", ".", "deep/.."] {
        assert_eq!(place.refusal(name.as_bytes()), Refusal::NotAFile(FileKind::Folder), "{name}");
    }
}

#[test]
fn a_folder_that_is_not_there_says_which() {
    let gone = Path::new("/nowhere/at/all");
    let (path, error) = Share::open(&Shared::Root(gone.to_owned())).err().unwrap();
    assert_eq!((path.as_path(), error.kind()), (gone, io::ErrorKind::NotFound));
}

#[cfg(unix)]
mod unix {
    use std::os::unix::fs::{PermissionsExt as _, symlink};
    use std::os::unix::net::UnixListener;
    use std::sync::mpsc;
    use std::time::Duration;

    use super::*;

    /// The answer, if it comes without waiting for somebody else.
    fn at_once(place: Place, name: &'static str) -> Refusal {
        let (sender, receiver) = mpsc::channel();
        let ask = move || sender.send(place.refusal(name.as_bytes()));
        std::thread::Builder::new().name("asks".to_owned()).spawn(ask).unwrap();
        receiver.recv_timeout(Duration::from_secs(10)).expect("it waits")
    }

    #[test]
    fn a_link_is_followed_only_as_long_as_it_stays_inside() {
        let place = Place::new();
        let root = place.root();
        symlink("deep/b c 课件.txt", root.join("near")).unwrap();
        symlink("near", root.join("chain")).unwrap();
        symlink("deep", root.join("folder")).unwrap();
        symlink("../secret", root.join("out")).unwrap();
        symlink("out", root.join("chain-out")).unwrap();
        symlink("../../secret", root.join("deep/out")).unwrap();
        symlink(place.whole.path(), root.join("up")).unwrap();
        symlink("/etc/passwd", root.join("absolute")).unwrap();
        symlink(root.join("a.txt"), root.join("absolute-inside")).unwrap();
        for name in ["near", "chain", "folder/b c 课件.txt"] {
            assert_eq!(place.text(name), "deeper", "{name}");
        }
        for name in ["out", "chain-out", "deep/out", "folder/out", "up/secret", "up", "absolute", "absolute-inside"] {
            assert_eq!(place.refusal(name.as_bytes()), Refusal::Outside, "{name}");
        }
    }

    #[test]
    fn a_link_that_leads_nowhere_or_in_a_circle_is_refused() {
        let place = Place::new();
        symlink("nothing", place.root().join("dangling")).unwrap();
        symlink("left", place.root().join("right")).unwrap();
        symlink("right", place.root().join("left")).unwrap();
        assert_eq!(place.refusal(b"dangling"), Refusal::NotFound);
        assert_eq!(place.refusal(b"left"), Refusal::NotAFile(FileKind::Link));
    }

    #[test]
    fn a_fifo_is_refused_without_waiting_for_its_writer() {
        let place = Place::new();
        let path = place.root().join("fifo");
        rustix::fs::mknodat(rustix::fs::CWD, &path, rustix::fs::FileType::Fifo, 0o600.into(), 0).unwrap();
        assert_eq!(at_once(place, "fifo"), Refusal::NotAFile(FileKind::Fifo));
    }

    #[test]
    fn a_socket_is_refused() {
        let place = Place::new();
        let _listener = UnixListener::bind(place.root().join("socket")).unwrap();
        assert_eq!(place.refusal(b"socket"), Refusal::NotAFile(FileKind::Socket));
    }

    #[test]
    fn a_device_is_refused_as_one_inside_and_as_a_way_out_through_a_link() {
        let place = Place::new();
        symlink("/dev/zero", place.root().join("link")).unwrap();
        assert_eq!(place.refusal(b"link"), Refusal::Outside);
        // /dev/zero's numbers; only root may make one.
        let numbers = rustix::fs::makedev(1, 5);
        let kind = rustix::fs::FileType::CharacterDevice;
        match rustix::fs::mknodat(rustix::fs::CWD, place.root().join("zero"), kind, 0o600.into(), numbers) {
            Ok(()) => assert_eq!(place.refusal(b"zero"), Refusal::NotAFile(FileKind::Device)),
            Err(error) => eprintln!("not tested with a device of its own: mknod: {error}"),
        }
    }

    #[test]
    fn a_file_without_permission_is_refused_with_the_systems_reason() {
        if rustix::process::geteuid().is_root() {
            eprintln!("not tested: root reads everything");
            return;
        }
        let place = Place::new();
        let path = place.root().join("a.txt");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o000)).unwrap();
        assert_eq!(place.refusal(b"a.txt"), Refusal::Unreadable { errno: Errno::by_name("EACCES").unwrap() });
    }

    #[test]
    fn the_folder_is_the_one_that_was_opened_whatever_takes_its_name() {
        let place = Place::new();
        let moved = place.whole.path().join("moved");
        fs::rename(place.root(), &moved).unwrap();
        fs::create_dir(place.whole.path().join("other")).unwrap();
        fs::write(place.whole.path().join("other/a.txt"), "another").unwrap();
        fs::write(place.whole.path().join("other/only-there"), "another").unwrap();
        symlink(place.whole.path().join("other"), place.root()).unwrap();
        assert_eq!(place.text("a.txt"), "inside");
        assert_eq!(place.refusal(b"only-there"), Refusal::NotFound);
        // A folder below that is replaced by a link is resolved again, and leads out.
        fs::remove_dir_all(moved.join("deep")).unwrap();
        symlink(place.whole.path(), moved.join("deep")).unwrap();
        assert_eq!(place.refusal(b"deep/secret"), Refusal::Outside);
    }

    #[test]
    fn single_files_are_given_under_their_names_and_nothing_else_is() {
        let place = Place::new();
        let root = place.root();
        symlink(place.whole.path().join("secret"), root.join("chosen")).unwrap();
        let share = Share::open(&Shared::Files(vec![
            root.join("a.txt"),
            root.join("chosen"),
            root.join("gone"),
            root.join("deep"),
        ]))
        .unwrap();
        assert_eq!(text(share.get(b"a.txt").unwrap()), "inside");
        assert_eq!(text(share.get(b"chosen").unwrap()), "secret", "the user has chosen this link");
        assert_eq!(share.get(b"gone").unwrap_err(), Refusal::NotFound);
        assert_eq!(share.get(b"deep").unwrap_err(), Refusal::NotAFile(FileKind::Folder));
        for name in ["secret", "./a.txt", "../shared/a.txt", "deep/b c 课件.txt", "/etc/passwd"] {
            assert_eq!(share.get(name.as_bytes()).unwrap_err(), Refusal::NotFound, "{name}");
        }
    }
}
