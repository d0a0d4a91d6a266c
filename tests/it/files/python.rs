//! The same protocol in Python, at either end.

use std::fs;

use socket_lab::trace::transfer::Verdict;

use super::world::{World, begin_download, content, transfers};
use crate::support::bench::{Bench, CLIENT, client_of};
use crate::support::peers::Peer;

#[test]
fn python_downloads_from_the_lab() {
    let world = World::new();
    world.put("poem.txt", "床前明月光".as_bytes());
    world.put("big.bin", &content(500_000));
    let port = world.addr.inet().unwrap().port().to_string();
    let arguments = [port.as_str(), "poem.txt", "big.bin", "../big.bin", "nothing"];
    let Some(peer) = Peer::run("file_client.py", &arguments) else { return };
    assert_eq!(peer.output(), "poem.txt 15\nbig.bin 500000\n../big.bin 0\nnothing 0\n");
}

#[test]
fn the_lab_downloads_from_python() {
    let Some(mut peer) = Peer::run("file_server.py", &["3"]) else { return };
    let addr = peer.address();
    let mut bench = Bench::new();
    let saved = tempfile::tempdir().unwrap();
    for (name, contents) in [("poem.txt", "床前明月光".as_bytes()), ("big.bin", &[0; 5000]), ("nothing", b"")] {
        let save_to = saved.path().join(name);
        let job = begin_download(&mut bench, CLIENT, &client_of(&addr), name, &save_to, |_| {});
        assert_eq!(bench.finish(job), Ok(()));
        assert_eq!(fs::read(&save_to).unwrap(), contents);
    }
    let transfers = transfers(&bench);
    let verdicts: Vec<_> = transfers.iter().map(|transfer| transfers.verdict(transfer)).collect();
    assert_eq!(verdicts, [Some(Verdict::MaybeAll), Some(Verdict::MaybeAll), Some(Verdict::Empty)]);
}
