//! Files on the way while the calls that carry them fail: a cut is never an orderly end, and what is kept is what came.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use super::lab::{CLIENT, Lab, SERVER, client, inet, server};
use super::plan::Fault;
use crate::engine::link::command::DownloadRequest;
use crate::engine::{Command, Dest, Error, Job, Opening};
use crate::lab::service::Reply;
use crate::lab::transfer::{FileShare, Protocol, Shared};
use crate::lab::{Addr, EndpointKind};
use crate::trace::notice::{CallFailure, Detail};

/// sendfile(2) on a socket; those that say that it can't be used there are below.
const SENDFILE: [&str; 8] = ["EBADF", "ECONNRESET", "EFAULT", "EIO", "ENOMEM", "EOVERFLOW", "EPIPE", "ESPIPE"];
/// recv(2).
const RECV: [&str; 8] = ["EBADF", "ECONNREFUSED", "ECONNRESET", "EFAULT", "EINVAL", "ENOMEM", "ENOTCONN", "ETIMEDOUT"];
/// send(2), of a connected stream.
const SEND: [&str; 6] = ["ECONNRESET", "ENETDOWN", "ENOBUFS", "ENOMEM", "ENOTCONN", "EPIPE"];

fn contents() -> Vec<u8> {
    (0..8_000_000u32).map(|at| (at % 251) as u8).collect()
}

/// A server that shares a folder with `a.bin`.
fn serving(folder: &Path, reply: fn(FileShare) -> Reply) -> (Lab, SocketAddr) {
    std::fs::write(folder.join("a.bin"), contents()).unwrap();
    let mut lab = Lab::new();
    let share = FileShare::new(Shared::Root(folder.to_owned()));
    lab.open(SERVER, &server(EndpointKind::TCP_SERVER, reply(share)), None).unwrap();
    let address = inet(&lab.local(SERVER));
    (lab, address)
}

/// Sends that and takes everything that comes, up to the end or an error.
fn ask(address: SocketAddr, request: &'static [u8]) -> JoinHandle<(Vec<u8>, Option<ErrorKind>)> {
    let asking = move || {
        let mut stream = TcpStream::connect(address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        stream.write_all(request).unwrap();
        let mut got = Vec::new();
        let error = stream.read_to_end(&mut got).err();
        (got, error.map(|error| error.kind()))
    };
    std::thread::Builder::new().name("peer".to_owned()).spawn(asking).unwrap()
}

#[test]
fn every_errno_of_sendfile_cuts_the_file_off_with_a_reset() {
    for errno in SENDFILE {
        let folder = tempfile::tempdir().unwrap();
        let (mut lab, address) = serving(folder.path(), Reply::files);
        lab.faults.expect("sendfile", [Fault::Passes, Fault::Fails(errno)]);
        let (got, error) = ask(address, b"a.bin").join().unwrap();
        assert!(contents().starts_with(&got));
        assert_eq!(error, Some(ErrorKind::ConnectionReset), "{errno}: an end would say that this was all");
        lab.until(|lab| lab.calls().any(|call| call.op.name() == "close").then_some(()));
        assert_eq!(lab.errnos("sendfile"), [errno]);
        lab.end();
    }
}

#[test]
fn where_sendfile_is_no_use_the_file_is_sent_all_the_same() {
    for errno in ["EINVAL", "EOPNOTSUPP"] {
        let folder = tempfile::tempdir().unwrap();
        let (mut lab, address) = serving(folder.path(), Reply::files);
        lab.faults.expect("sendfile", [Fault::Fails(errno)]);
        lab.faults.expect("send", [Fault::Lies, Fault::Fails("EINTR")]);
        assert_eq!(ask(address, b"a.bin").join().unwrap(), (contents(), None), "{errno}");
        lab.until(|lab| lab.calls().any(|call| call.op.name() == "close").then_some(()));
        assert_eq!(lab.errnos("send"), ["EINTR"]);
        lab.end();
    }
}

#[test]
fn interruptions_of_sendfile_are_calls_and_the_file_is_whole() {
    let folder = tempfile::tempdir().unwrap();
    let (mut lab, address) = serving(folder.path(), Reply::files);
    lab.faults.expect("sendfile", [Fault::Fails("EINTR"), Fault::Lies, Fault::Passes, Fault::Fails("EINTR")]);
    assert_eq!(ask(address, b"a.bin").join().unwrap(), (contents(), None));
    lab.until(|lab| lab.calls().any(|call| call.op.name() == "close").then_some(()));
    assert_eq!(lab.errnos("sendfile"), ["EINTR", "EINTR"]);
    lab.end();
}

/// The lengths of the calls of that name that moved something, in order.
fn lengths(lab: &Lab, name: &str) -> Vec<u64> {
    lab.calls().filter(|call| call.op.name() == name && call.len > 0).map(|call| call.len).collect()
}

#[test]
fn a_file_goes_out_whole_however_little_each_call_takes() {
    let short = [
        Fault::Moves(1),
        Fault::Lies,
        Fault::Moves(1_000),
        Fault::Fails("EINTR"),
        Fault::Moves(7),
        Fault::Moves(65_537),
    ];
    for (call, instead) in [("sendfile", None), ("send", Some("EINVAL"))] {
        let folder = tempfile::tempdir().unwrap();
        let (mut lab, address) = serving(folder.path(), Reply::files);
        lab.faults.expect("sendfile", instead.map(Fault::Fails));
        lab.faults.expect(call, short);
        assert_eq!(ask(address, b"a.bin").join().unwrap(), (contents(), None), "{call}");
        lab.until(|lab| lab.calls().any(|call| call.op.name() == "close").then_some(()));
        let moved = lengths(&lab, call);
        assert_eq!(moved[..3], [1, 1_000, 7], "{call}");
        assert_eq!(moved.iter().sum::<u64>(), contents().len() as u64, "{call}: the trace adds up to what moved");
        lab.end();
    }
}

#[test]
fn what_went_out_before_a_failure_is_on_record_to_the_byte() {
    for errno in SENDFILE {
        let folder = tempfile::tempdir().unwrap();
        let (mut lab, address) = serving(folder.path(), Reply::files);
        lab.faults.expect("sendfile", [Fault::Moves(3), Fault::Moves(5), Fault::Fails(errno)]);
        let (got, error) = ask(address, b"a.bin").join().unwrap();
        assert!(got.len() <= 8 && contents().starts_with(&got), "{errno}");
        assert_eq!(error, Some(ErrorKind::ConnectionReset), "{errno}");
        lab.until(|lab| lab.calls().any(|call| call.op.name() == "close").then_some(()));
        assert_eq!(lengths(&lab, "sendfile"), [3, 5], "{errno}");
        lab.end();
    }
}

#[test]
fn a_cut_whose_reset_cannot_be_asked_for_is_on_record_and_the_socket_is_closed() {
    let folder = tempfile::tempdir().unwrap();
    let (mut lab, address) = serving(folder.path(), Reply::files);
    lab.faults.expect("sendfile", [Fault::Moves(3), Fault::Fails("EIO")]);
    lab.faults.expect("setsockopt", [Fault::Fails("EINVAL")]);
    let (got, _) = ask(address, b"a.bin").join().unwrap();
    assert_eq!(got, contents()[..3]);
    lab.until(|lab| lab.calls().any(|call| call.op.name() == "close").then_some(()));
    assert_eq!(lab.errnos("setsockopt"), ["EINVAL"]);
    lab.end();
}

#[test]
fn every_errno_of_recv_before_the_name_is_told() {
    for errno in RECV {
        let folder = tempfile::tempdir().unwrap();
        let (mut lab, address) = serving(folder.path(), Reply::files);
        lab.faults.expect("recv", [Fault::Fails("EINTR"), Fault::Lies, Fault::Fails(errno)]);
        let (got, _) = ask(address, b"a.bin").join().unwrap();
        assert_eq!(got, b"");
        lab.until(|lab| {
            lab.troubles()
                .any(|kind| matches!(kind, Error::Call(CallFailure { call: "recv", detail: Detail::None, .. })))
                .then_some(())
        });
        assert_eq!(lab.errnos("recv"), ["EINTR", errno]);
        lab.end();
    }
}

#[test]
fn a_body_over_http_whose_sending_fails_is_cut_off() {
    for errno in SEND {
        let folder = tempfile::tempdir().unwrap();
        let (mut lab, address) = serving(folder.path(), Reply::http);
        lab.faults.expect("send", [Fault::Passes, Fault::Fails(errno)]);
        let (got, _) = ask(address, b"GET /a.bin HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").join().unwrap();
        assert!(got.len() < contents().len(), "{errno}");
        lab.until(|lab| lab.calls().any(|call| call.op.name() == "close").then_some(()));
        assert_eq!(lab.errnos("send")[..1], [errno]);
        lab.end();
    }
}

#[test]
fn over_http_interruptions_and_false_readiness_change_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let (mut lab, address) = serving(folder.path(), Reply::http);
    lab.faults.expect("send", [Fault::Lies, Fault::Passes, Fault::Fails("EINTR"), Fault::Lies]);
    lab.faults.expect("recv", [Fault::Lies, Fault::Fails("EINTR")]);
    let request = b"GET /a.bin HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    let (got, error) = ask(address, request).join().unwrap();
    assert_eq!(error, None);
    assert!(got.ends_with(&contents()), "{} bytes", got.len());
    assert_eq!(lab.until(|lab| lab.errnos("recv").first().copied()), "EINTR");
    lab.end();
}

/// A peer that takes one request, in however many pieces it comes, and answers with `answer`, then ends in order.
fn answering(answer: Vec<u8>) -> (SocketAddr, JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let answering = move || {
        let (mut stream, _) = listener.accept().unwrap();
        let _ = stream.read(&mut [0; 1024]);
        // The client may be gone.
        let _ = stream.write_all(&answer);
        // Closed over unread bytes, the system would reset the connection.
        let _ = stream.shutdown(Shutdown::Write);
        let _ = stream.read_to_end(&mut Vec::new());
    };
    (address, std::thread::Builder::new().name("peer".to_owned()).spawn(answering).unwrap())
}

/// Downloads from there; gives what was told, and the part as it lies there.
fn download(
    lab: &mut Lab,
    protocol: Protocol,
    from: SocketAddr,
    save_to: &Path,
) -> (Result<(), Error>, Option<Vec<u8>>) {
    let fetch = DownloadRequest {
        protocol,
        name: "a.bin".to_owned(),
        save_to: save_to.to_owned(),
        expected: None,
        part: None,
        replaces_empty: false,
    };
    let told = lab.command(|job| {
        Command::new(
            job,
            CLIENT,
            Job::Download {
                opening: Opening { spec: Arc::new(client()), remote: Some(Dest::Addr(Addr::Inet(from))), next_conn: 1 },
                fetch: Box::new(fetch),
            },
        )
    });
    let mut part = save_to.as_os_str().to_owned();
    part.push(".part");
    (told, std::fs::read(part).ok())
}

#[test]
fn every_errno_of_recv_ends_a_download_and_leaves_what_came() {
    for errno in RECV {
        let folder = tempfile::tempdir().unwrap();
        let save_to = folder.path().join("a.bin");
        let (from, peer) = answering(contents());
        let mut lab = Lab::new();
        let faults = [Fault::Fails("EINTR"), Fault::Passes, Fault::Lies, Fault::Passes, Fault::Fails(errno)];
        lab.faults.expect("recv", faults);
        let (told, part) = download(&mut lab, Protocol::Files, from, &save_to);
        assert!(told.is_err(), "{errno}");
        assert!(!save_to.exists(), "{errno}: it is not whole");
        let part = part.unwrap();
        assert!(!part.is_empty() && contents().starts_with(&part));
        let received: u64 = lab.calls().filter(|call| call.op.receives()).map(|call| call.len).sum();
        assert_eq!(part.len() as u64, received, "what is on record is what is kept");
        assert_eq!(lab.errnos("recv"), ["EINTR", errno]);
        lab.end();
        peer.join().unwrap();
    }
}

#[test]
fn every_errno_of_send_ends_a_download_before_it_begins() {
    for errno in SEND {
        let folder = tempfile::tempdir().unwrap();
        let (from, peer) = answering(contents());
        let mut lab = Lab::new();
        lab.faults.expect("send", [Fault::Fails(errno)]);
        let (told, _) = download(&mut lab, Protocol::Files, from, &folder.path().join("a.bin"));
        assert_eq!(told.unwrap_err().errno_name().as_deref(), Some(errno));
        assert!(!folder.path().join("a.bin").exists());
        lab.end();
        peer.join().unwrap();
    }
}

#[test]
fn a_download_that_is_only_interrupted_is_whole() {
    let folder = tempfile::tempdir().unwrap();
    let save_to = folder.path().join("a.bin");
    let (from, peer) = answering(contents());
    let mut lab = Lab::new();
    lab.faults.expect("send", [Fault::Fails("EINTR"), Fault::Lies]);
    lab.faults.expect("recv", [Fault::Lies, Fault::Fails("EINTR"), Fault::Passes, Fault::Fails("EINTR"), Fault::Lies]);
    download(&mut lab, Protocol::Files, from, &save_to).0.unwrap();
    assert_eq!(std::fs::read(&save_to).unwrap(), contents());
    assert_eq!(lab.errnos("recv"), ["EINTR", "EINTR"]);
    lab.end();
    peer.join().unwrap();
}

#[test]
fn a_download_is_whole_however_little_each_call_brings() {
    let folder = tempfile::tempdir().unwrap();
    let save_to = folder.path().join("a.bin");
    let (from, peer) = answering(contents());
    let mut lab = Lab::new();
    lab.faults.expect("send", [Fault::Moves(1), Fault::Lies, Fault::Moves(2)]);
    let short = [Fault::Moves(1), Fault::Lies, Fault::Moves(1_000), Fault::Fails("EINTR"), Fault::Moves(7)];
    lab.faults.expect("recv", short);
    download(&mut lab, Protocol::Files, from, &save_to).0.unwrap();
    assert_eq!(std::fs::read(&save_to).unwrap(), contents());
    assert_eq!(lengths(&lab, "send"), [1, 2, 2], "the name, in pieces");
    let moved = lengths(&lab, "recv");
    assert_eq!(moved[..3], [1, 1_000, 7]);
    assert_eq!(moved.iter().sum::<u64>(), contents().len() as u64);
    lab.end();
    peer.join().unwrap();
}

/// A whole answer over HTTP.
fn over_http() -> Vec<u8> {
    let head = format!("HTTP/1.1 200 OK\r\nETag: \"1\"\r\nContent-Length: {}\r\n\r\n", contents().len());
    [head.into_bytes(), contents()].concat()
}

#[test]
fn every_errno_of_recv_ends_a_download_over_http_and_leaves_what_came() {
    for errno in RECV {
        let folder = tempfile::tempdir().unwrap();
        let save_to = folder.path().join("a.bin");
        let (from, peer) = answering(over_http());
        let mut lab = Lab::new();
        let faults = [Fault::Fails("EINTR"), Fault::Moves(500), Fault::Lies, Fault::Moves(900), Fault::Fails(errno)];
        lab.faults.expect("recv", faults);
        let (told, part) = download(&mut lab, Protocol::Http, from, &save_to);
        assert!(told.is_err(), "{errno}");
        assert!(!save_to.exists(), "{errno}: it is not whole");
        let head = over_http().len() - contents().len();
        let received: u64 = lab.calls().filter(|call| call.op.receives()).map(|call| call.len).sum();
        assert_eq!(received, 1_400);
        assert_eq!(part.unwrap(), contents()[..1_400 - head], "what is on record is what is kept");
        assert_eq!(lab.errnos("recv"), ["EINTR", errno]);
        lab.end();
        peer.join().unwrap();
    }
}

#[test]
fn a_download_over_http_that_is_only_disturbed_is_whole() {
    let folder = tempfile::tempdir().unwrap();
    let save_to = folder.path().join("a.bin");
    let (from, peer) = answering(over_http());
    let mut lab = Lab::new();
    lab.faults.expect("send", [Fault::Moves(1), Fault::Fails("EINTR"), Fault::Lies, Fault::Moves(4)]);
    lab.faults.expect("recv", [Fault::Moves(1), Fault::Lies, Fault::Moves(3), Fault::Fails("EINTR"), Fault::Moves(9)]);
    download(&mut lab, Protocol::Http, from, &save_to).0.unwrap();
    assert_eq!(std::fs::read(&save_to).unwrap(), contents());
    assert_eq!(lengths(&lab, "recv")[..3], [1, 3, 9]);
    lab.end();
    peer.join().unwrap();
}
