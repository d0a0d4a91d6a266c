//! Exports that other programs join: libpcap takes only files whose interfaces have one link type and one snaplen.

use super::*;

fn run(program: &str, arguments: &[&str]) -> String {
    let out = Command::new(program).args(arguments).output().unwrap();
    assert!(out.status.success(), "{program}: {}", String::from_utf8_lossy(&out.stderr));
    String::from_utf8(out.stdout).unwrap()
}

/// A conversation, after a call over a Unix socket, which has no packet.
fn capture(text: &str) -> Capture {
    let mut talk = Talk::new("127.0.0.1:40000", "127.0.0.1:8000");
    talk.send(Client, "over a path");
    let path = Ends { local: Some(Addr::Unnamed), peer: Some(Addr::Unix("/tmp/x.sock".into())) };
    talk.calls.last_mut().unwrap().ends = Arc::new(path);
    talk.sent = [0; 2];
    talk.open();
    talk.send(Client, text);
    talk.recv(Server, text);
    talk.send(Client, "more");
    talk.capture()
}

#[test]
fn tcpdump_reads_two_exports_that_were_merged_and_the_calls_without_packets_are_still_counted() {
    if !["tcpdump", "mergecap", "tshark"].iter().all(|program| has(program)) {
        return;
    }
    let (one, other) = (capture("first"), capture("second"));
    let folder = tempfile::tempdir().unwrap();
    let merged = folder.path().join("merged.pcapng");
    let paths = [&merged, &one.path, &other.path].map(|path| path.to_str().unwrap());
    run("mergecap", &["-w", paths[0], paths[1], paths[2]]);
    let read = run("tcpdump", &["-n", "-r", paths[0]]);
    // Three packets of the opening, and two of data.
    assert_eq!(read.lines().count(), 2 * 5, "{read}");
    for data in ["length 5", "length 6"] {
        assert_eq!(read.lines().filter(|line| line.contains(data)).count(), 1, "{read}");
    }
    let counted = "1 calls so far are left out: Unix sockets have no IP addresses";
    let comments = tshark(&merged, &["-T", "fields", "-e", "frame.comment"]).join("\n");
    assert_eq!(comments.matches(counted).count(), 2, "once in each of the two: {comments}");
}
