//! A connection or a file that ends too early, at any place.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::time::Duration;

use proptest::prelude::*;
use socket_lab::lab::Addr;
use socket_lab::trace::transfer::{End, Place, Verdict, Way};

use super::world::{World, begin_download, content, ended, spawn, until_ended};
use crate::support::bench::{Bench, CLIENT, client_of};

#[test]
fn a_file_that_becomes_shorter_while_it_is_sent_ends_with_a_reset() {
    let mut world = World::new();
    world.put_sparse("big", 256 * 1024 * 1024);
    let mut stream = world.ask(b"big");
    stream.read_exact(&mut [0; 1000]).unwrap();
    fs::OpenOptions::new().write(true).open(world.shared.path().join("big")).unwrap().set_len(1_000_000).unwrap();
    let mut rest = Vec::new();
    let error = stream.read_to_end(&mut rest).unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset);
    let (_, _, end, _) = until_ended(&mut world.bench, Way::Sending);
    assert_eq!(end, End::Shrank { expected: 256 * 1024 * 1024 });
}

/// A server that sends a number of bytes of an endless file and then closes, or resets the connection.
fn cutting_server(bytes: usize, reset: bool) -> Addr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let addr = listener.local_addr().unwrap().into();
    spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let _ = stream.read(&mut [0; 64]).unwrap();
        stream.write_all(&content(bytes)).unwrap();
        if reset {
            socket2::SockRef::from(&stream).set_linger(Some(Duration::ZERO)).unwrap();
        }
    });
    addr
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn a_connection_that_is_cut_anywhere_never_loses_a_byte_and_never_pretends(
        bytes in 0_usize..3_000_000,
        reset: bool,
    ) {
        let addr = cutting_server(bytes, reset);
        let mut bench = Bench::new();
        let saved = tempfile::tempdir().unwrap();
        let save_to = saved.path().join("x");
        let job = begin_download(&mut bench, CLIENT, &client_of(&addr), "x", &save_to, |_| {});
        let result = bench.finish(job);
        let received: u64 = bench.calls().filter(|call| call.op.receives()).map(|call| call.len).sum();
        if reset {
            let end = ended(result.unwrap_err());
            let (Verdict::CutOff { end: why, .. } | Verdict::Failed(why)) = end.verdict else {
                panic!("{:?}", end.verdict)
            };
            prop_assert!(matches!(&why, End::Broken { errno, .. } if errno.name() == Some("ECONNRESET")), "{:?}", why);
            prop_assert!(!save_to.exists());
            // A reset may destroy what was in flight; what was received is all there.
            match end.place {
                Place::Part(part) => {
                    let kept = fs::read(part).unwrap();
                    prop_assert_eq!(kept.len() as u64, received);
                    prop_assert!(kept[..] == content(bytes)[..kept.len()]);
                }
                place => prop_assert_eq!((place, received), (Place::Nowhere, 0)),
            }
            prop_assert_eq!(end.moved, received);
        } else {
            prop_assert_eq!(result, Ok(()));
            prop_assert!(fs::read(&save_to).unwrap() == content(bytes));
            prop_assert_eq!(fs::read_dir(saved.path()).unwrap().count(), 1);
        }
    }

    #[test]
    fn a_client_that_leaves_anywhere_is_never_taken_for_one_that_has_it_all(
        bytes in 0_usize..6_000_000,
        reset: bool,
    ) {
        let mut world = World::new();
        world.put_sparse("big", 64 * 1024 * 1024);
        let mut stream = world.ask(b"big");
        stream.read_exact(&mut vec![0; bytes]).unwrap();
        if reset {
            socket2::SockRef::from(&stream).set_linger(Some(Duration::ZERO)).unwrap();
        }
        drop(stream);
        let (_, moved, end, _) = until_ended(&mut world.bench, Way::Sending);
        prop_assert!(matches!(&end, End::Broken { op: "sendfile", .. }), "{:?}", end);
        prop_assert!(moved >= bytes as u64 && moved < 64 * 1024 * 1024);
        let recorded: u64 = world.bench.calls().filter(|call| call.op.sends()).map(|call| call.len).sum();
        prop_assert_eq!(recorded, moved);
    }
}
