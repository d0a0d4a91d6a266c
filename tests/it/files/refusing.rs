//! What is not served, and how that is reported.

use std::fs;
use std::io::Write as _;

use socket_lab::engine::{Error, Event};
use socket_lab::lab::framing::Framing;
use socket_lab::trace::NoticeKind;
use socket_lab::trace::notice::{CallFailure, Detail};
use socket_lab::trace::transfer::{End, FileKind, Place, Refusal, Way};

use super::world::{World, files, ids, read_all, share_of, transfers, until_ended};
use crate::support::bench::{Bench, SERVER};

#[test]
fn a_refused_name_gets_nothing_and_the_user_is_told_which_and_why() {
    let mut world = World::new();
    world.put("x", b"hello");
    fs::create_dir(world.shared.path().join("folder")).unwrap();
    let mut cases: Vec<(Vec<u8>, &str, Refusal)> = vec![
        (b"../x".to_vec(), "../x", Refusal::Outside),
        (b"/etc/passwd".to_vec(), "/etc/passwd", Refusal::Outside),
        (b"folder/../../x".to_vec(), "folder/../../x", Refusal::Outside),
        (b"nothing".to_vec(), "nothing", Refusal::NotFound),
        (b"..\\x".to_vec(), "..\\x", Refusal::NotFound),
        (b"C:\\x".to_vec(), "C:\\x", Refusal::NotFound),
        (b"folder".to_vec(), "folder", Refusal::NotAFile(FileKind::Folder)),
        (b"x\0y".to_vec(), "x\\0y", Refusal::Nul),
        (b"\n".to_vec(), "", Refusal::NoName),
        (b"\xff\xfe".to_vec(), "\u{fffd}\u{fffd}", Refusal::NotText),
    ];
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink("/etc/passwd", world.shared.path().join("link")).unwrap();
        rustix::fs::mknodat(
            rustix::fs::CWD,
            world.shared.path().join("fifo"),
            rustix::fs::FileType::Fifo,
            0o600.into(),
            0,
        )
        .unwrap();
        cases.push((b"link".to_vec(), "link", Refusal::Outside));
        cases.push((b"fifo".to_vec(), "fifo", Refusal::NotAFile(FileKind::Fifo)));
    }
    for (name, shown, why) in cases {
        // Not a byte, and an orderly end.
        assert_eq!(read_all(world.ask(&name)), b"", "{shown}");
        let (id, moved, end, place) = until_ended(&mut world.bench, Way::Sending);
        assert_eq!((moved, end, place), (0, End::Refused(why.clone()), Place::Nowhere), "{shown}");
        let (found, refusal, peer) = world.bench.until(|event| match event {
            Event::Notice(notice) => match &notice.kind {
                NoticeKind::FileRefused { name, refusal, peer, .. } => {
                    Some((name.clone(), refusal.clone(), peer.clone()))
                }
                _ => None,
            },
            _ => None,
        });
        if why != Refusal::NotText {
            assert_eq!(&*found, shown);
        }
        assert_eq!((refusal, peer.is_some()), (why, true));
        assert_eq!(transfers(&world.bench).get(id).unwrap().asked.name, found);
    }
}

#[test]
fn a_name_that_does_not_come_in_one_recv_is_refused_for_that() {
    let mut world = World::with_spec(|_| {}, |spec| spec.recv_size = Some(8));
    world.put("a-long-name-of-27-bytes.txt", b"hello");
    let mut stream = world.connect();
    stream.write_all(b"a-long-name-of-27-bytes.txt").unwrap();
    assert_eq!(read_all(stream), b"");
    let (_, _, end, _) = until_ended(&mut world.bench, Way::Sending);
    assert_eq!(end, End::Refused(Refusal::NotInOneRecv { len: 27, size: 8 }));
}

#[test]
fn a_name_that_is_longer_than_any_path_is_refused_by_its_length() {
    let mut world = World::new();
    let mut stream = world.connect();
    stream.write_all(&[b'a'; 5_000]).unwrap();
    assert_eq!(read_all(stream), b"");
    let (_, _, end, _) = until_ended(&mut world.bench, Way::Sending);
    assert!(matches!(end, End::Refused(Refusal::NotInOneRecv { len: 1_025..=5_000, size: 1_024 })), "{end:?}");

    let mut world = World::with_spec(|_| {}, |spec| spec.stream.framing = Framing::line());
    let mut stream = world.connect();
    stream.write_all(&[[b'a'; 5_000].as_slice(), b"\n"].concat()).unwrap();
    assert_eq!(read_all(stream), b"");
    let (_, _, end, _) = until_ended(&mut world.bench, Way::Sending);
    assert_eq!(end, End::Refused(Refusal::TooLong { len: 5_000 }));
}

#[test]
fn quit_words_end_the_connection_and_ask_for_nothing() {
    let mut world = World::with_spec(|_| {}, |spec| spec.service.quit = vec!["bye".to_owned()]);
    world.put("bye", b"hello");
    assert_eq!(read_all(world.ask(b"bye")), b"");
    world.download("bye").unwrap();
    assert_eq!(fs::read(world.at("copy")).unwrap(), b"", "an empty file: this protocol can't say more");
    assert_eq!(ids(&world.bench, Way::Sending), []);
}

#[test]
fn a_folder_that_is_not_there_is_told_and_nothing_opens() {
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("missing");
    let mut bench = Bench::new();
    let failure = bench.open(SERVER, files(share_of(&missing)), None).unwrap_err();
    assert!(
        matches!(&failure, Error::Call(CallFailure { errno, detail: Detail::Share(path), .. }) if *path == missing && errno.name() == Some("ENOENT"))
    );
    assert_eq!(bench.calls().count(), 0);
}
