//! A client of this lab downloads over HTTP: from this lab's own server, and from servers that lie, cut or are something
//! else.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use socket_lab::engine::DownloadRequest;
use socket_lab::engine::{Command, Dest, Error, Event, Job, JobId, Opening};
use socket_lab::lab::Addr;
use socket_lab::lab::transfer::{Protocol, Sha256};
use socket_lab::trace::transfer::{End, Place, Transfer, Transfers, Verdict, Way, What};

use super::asking::{PATIENCE, Served, noise};
use crate::support::bench::{Bench, CLIENT, client_of};

struct Downloads {
    folder: tempfile::TempDir,
    conns: u32,
}

impl Downloads {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap(), conns: 0 }
    }

    fn target(&self) -> PathBuf {
        self.folder.path().join("saved")
    }

    fn names(&self) -> Vec<String> {
        let mut names: Vec<_> = std::fs::read_dir(self.folder.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    fn begin(
        &mut self,
        bench: &mut Bench,
        from: SocketAddr,
        name: &str,
        adjust: impl FnOnce(&mut DownloadRequest),
    ) -> JobId {
        let mut fetch = DownloadRequest {
            protocol: Protocol::Http,
            name: name.to_owned(),
            save_to: self.target(),
            expected: None,
            part: None,
            replaces_empty: false,
        };
        adjust(&mut fetch);
        self.conns += 1;
        let (next_conn, addr) = (self.conns, Addr::Inet(from));
        bench.begin(|job| {
            Command::new(
                job,
                CLIENT,
                Job::Download {
                    opening: Opening { spec: Arc::new(client_of(&addr)), remote: Some(Dest::Addr(addr)), next_conn },
                    fetch: Box::new(fetch),
                },
            )
        })
    }

    /// Downloads, and tells how the command ended and what is known of the download.
    fn run(&mut self, bench: &mut Bench, from: SocketAddr, name: &str) -> (Result<(), Error>, Transfer) {
        self.run_with(bench, from, name, |_| {})
    }

    fn run_with(
        &mut self,
        bench: &mut Bench,
        from: SocketAddr,
        name: &str,
        adjust: impl FnOnce(&mut DownloadRequest),
    ) -> (Result<(), Error>, Transfer) {
        let job = self.begin(bench, from, name, adjust);
        let result = bench.finish(job);
        (result, last(bench))
    }
}

fn transfers(bench: &mut Bench) -> Transfers {
    let mut transfers = Transfers::default();
    for event in bench.drain() {
        if let Event::Transfer(news) = event {
            transfers.apply(news.clone());
        }
    }
    transfers
}

/// The download that was asked for last.
fn last(bench: &mut Bench) -> Transfer {
    transfers(bench).iter().rev().find(|transfer| transfer.asked.way == Way::Receiving).unwrap().clone()
}

fn sha256(bytes: &[u8]) -> Sha256 {
    use sha2::Digest as _;
    Sha256(sha2::Sha256::digest(bytes).into())
}

/// A server that answers each connection with the next of these, whatever it is asked, and then ends its side; what it was
/// asked it gives back.
fn scripted(answers: Vec<Vec<u8>>) -> (SocketAddr, JoinHandle<Vec<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let addr = listener.local_addr().unwrap();
    let serve = move || answers.iter().map(|answer| one(&mut listener.accept().unwrap().0, answer)).collect();
    (addr, thread::Builder::new().name("scripted".to_owned()).spawn(serve).unwrap())
}

fn one(stream: &mut TcpStream, answer: &[u8]) -> String {
    let asked = request(stream);
    // A client that has heard enough is gone.
    let _ = stream.write_all(answer);
    let _ = stream.shutdown(std::net::Shutdown::Write);
    let _ = stream.read_to_end(&mut Vec::new());
    asked
}

/// Waits for a request: an answer that is there before it would be none.
fn request(stream: &mut TcpStream) -> String {
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    let mut asked = Vec::new();
    let mut byte = [0];
    while !asked.ends_with(b"\r\n\r\n") {
        assert_eq!(stream.read(&mut byte).unwrap(), 1);
        asked.push(byte[0]);
    }
    String::from_utf8(asked).unwrap()
}

fn answer(head: &str, body: &[u8]) -> Vec<u8> {
    [format!("HTTP/1.1 {head}\r\n\r\n").as_bytes(), body].concat()
}

#[test]
fn what_the_labs_own_server_sends_is_saved_the_same() {
    let mut served = Served::new();
    for (number, len) in [0, 1, 1_023, 1_024, 1_025, 5 * 1024 * 1024].into_iter().enumerate() {
        let name = format!("课 {number}/a#b?c%20.bin");
        let bytes = noise(len);
        served.put(&name, &bytes);
        let mut downloads = Downloads::new();
        downloads.conns = u32::try_from(number).unwrap();
        let (result, transfer) = downloads.run(&mut served.bench, served.addr, &name);
        assert_eq!(result, Ok(()));
        assert_eq!(transfer.end(), Some(&End::Clean));
        assert_eq!((transfer.total, transfer.moved), (Some(len as u64), len as u64));
        assert_eq!(transfer.verified, Some((len as u64, sha256(&bytes))));
        assert_eq!(transfer.place, Place::Saved(downloads.target()));
        assert!(std::fs::read(downloads.target()).unwrap() == bytes);
        assert_eq!(downloads.names(), ["saved"]);
        // The server's look at its file may come a moment later.
        let sent = served
            .bench
            .seen()
            .filter(|event| matches!(event, Event::Transfer(news) if matches!(news.what, What::Verified { .. })));
        if sent.count() < 2 * (number + 1) {
            served.bench.until(|event| match event {
                Event::Transfer(news) if news.id != transfer.id => {
                    matches!(news.what, What::Verified { sha256: found, .. } if found == sha256(&bytes)).then_some(())
                }
                _ => None,
            });
        }
        let all = transfers(&mut served.bench);
        assert_eq!(all.verdict(&transfer), Some(Verdict::Identical { sha256: sha256(&bytes) }));
    }
}

#[test]
fn a_request_names_the_server_and_itself_and_wants_the_file_as_it_is() {
    let (addr, asked) = scripted(vec![answer("200 OK\r\nContent-Length: 2", b"hi")]);
    let mut bench = Bench::new();
    let (result, _) = Downloads::new().run(&mut bench, addr, "a b");
    assert_eq!(result, Ok(()));
    let asked = asked.join().unwrap().remove(0).to_lowercase();
    let expected = ["get /a%20b http/1.1", "accept-encoding: identity", "connection: close"];
    for line in expected
        .map(str::to_owned)
        .into_iter()
        .chain([format!("host: {addr}"), format!("user-agent: socket-lab/{}", env!("CARGO_PKG_VERSION"))])
    {
        assert!(asked.lines().any(|found| found == line), "{line}\n{asked}");
    }
    assert!(!asked.contains("range:"), "{asked}");
}

#[test]
fn a_download_that_was_cut_goes_on_where_it_stopped() {
    let bytes = noise(900_000);
    let half = 400_000;
    let (addr, asked) = scripted(vec![
        answer("200 OK\r\nContent-Length: 900000\r\nETag: \"one\"", &bytes[..half]),
        answer(
            "206 Partial Content\r\nContent-Length: 500000\r\nContent-Range: bytes 400000-899999/900000",
            &bytes[half..],
        ),
    ]);
    let (mut bench, mut downloads) = (Bench::new(), Downloads::new());
    let (result, transfer) = downloads.run(&mut bench, addr, "x");
    assert_eq!(transfer.end(), Some(&End::Short { expected: 900_000 }));
    let part = downloads.folder.path().join("saved.part");
    assert_eq!(transfer.place, Place::Part(part.clone()));
    let Err(Error::Transfer(end)) = result else { panic!("{result:?}") };
    assert_eq!((end.moved, end.place), (half as u64, Place::Part(part.clone())));

    let (result, transfer) = downloads.run_with(&mut bench, addr, "x", |fetch| fetch.part = Some(part));
    assert_eq!(result, Ok(()));
    assert_eq!((transfer.total, transfer.resumed_at, transfer.moved), (Some(900_000), half as u64, 500_000));
    assert_eq!(transfer.verified, Some((900_000, sha256(&bytes))));
    assert!(std::fs::read(downloads.target()).unwrap() == bytes);
    assert_eq!(downloads.names(), ["saved"]);
    let asked = asked.join().unwrap().remove(1).to_lowercase();
    assert!(asked.contains("\r\nrange: bytes=400000-\r\n") && asked.contains("\r\nif-range: \"one\"\r\n"), "{asked}");
}

#[test]
fn of_a_file_that_has_changed_or_of_which_nothing_is_known_all_is_fetched() {
    let new = noise(1_000);
    for validator in ["ETag: \"one\"", "ETag: W/\"weak\""] {
        let cut = answer(&format!("200 OK\r\nContent-Length: 500\r\n{validator}"), &[b'x'; 300]);
        let (addr, asked) = scripted(vec![cut, answer("200 OK\r\nContent-Length: 1000", &new)]);
        let (mut bench, mut downloads) = (Bench::new(), Downloads::new());
        let (_, transfer) = downloads.run(&mut bench, addr, "x");
        let Place::Part(part) = transfer.place else { panic!("{transfer:?}") };
        let (result, transfer) = downloads.run_with(&mut bench, addr, "x", |fetch| fetch.part = Some(part));
        assert_eq!(result, Ok(()));
        assert_eq!((transfer.resumed_at, transfer.moved), (0, 1_000));
        assert!(std::fs::read(downloads.target()).unwrap() == new);
        assert_eq!(downloads.names(), ["saved"]);
        assert_eq!(asked.join().unwrap()[1].to_lowercase().contains("range"), validator.ends_with("\"one\""));
    }
}

#[test]
fn a_second_try_that_comes_to_nothing_loses_nothing_of_the_first() {
    let cut = answer("200 OK\r\nContent-Length: 500\r\nETag: \"one\"", &[b'x'; 300]);
    let (addr, asked) = scripted(vec![
        cut,
        answer("503 Service Unavailable\r\nContent-Length: 3", b"no!"),
        answer("206 Partial Content\r\nContent-Length: 400\r\nContent-Range: bytes 100-499/500", &[b'y'; 400]),
        answer("200 OK\r\nContent-Length: 500", b""),
        Vec::new(),
    ]);
    let (mut bench, mut downloads) = (Bench::new(), Downloads::new());
    let (_, transfer) = downloads.run(&mut bench, addr, "x");
    let Place::Part(part) = transfer.place else { panic!("{transfer:?}") };
    for end in
        ["Status(503)", "Protocol(\"206, Content-Range: bytes 100-499/500\")", "Short { expected: 500 }", "Protocol("]
    {
        let (result, transfer) = downloads.run_with(&mut bench, addr, "x", |fetch| fetch.part = Some(part.clone()));
        assert!(result.is_err());
        assert!(format!("{:?}", transfer.end().unwrap()).starts_with(end), "{:?}", transfer.end());
        assert_eq!(transfer.place, Place::Part(part.clone()), "{end}");
        assert_eq!(std::fs::read(&part).unwrap(), [b'x'; 300], "{end}");
    }
    asked.join().unwrap();
}

#[test]
fn a_length_that_lies_is_noticed_where_it_can_be() {
    let (addr, asked) = scripted(vec![
        answer("200 OK\r\nContent-Length: 10", b"0123456"),
        // hyper takes what was announced; the rest is nobody's.
        answer("200 OK\r\nContent-Length: 3", b"0123456"),
        answer("200 OK\r\nTransfer-Encoding: chunked", b"3\r\n012\r\n"),
        answer("200 OK\r\nTransfer-Encoding: chunked", b"3\r\n012\r\n0\r\n\r\n"),
        answer("200 OK\r\nContent-Length: ten", b"0123456"),
    ]);
    let mut bench = Bench::new();
    let mut conns = 0;
    let mut run = || {
        let mut downloads = Downloads::new();
        downloads.conns = conns;
        conns += 1;
        let (result, transfer) = downloads.run(&mut bench, addr, "x");
        (
            result.is_ok(),
            transfer.end().unwrap().clone(),
            transfer.total,
            std::fs::read(downloads.target()).ok(),
            downloads.names(),
        )
    };
    let (ok, end, total, saved, names) = run();
    assert_eq!((ok, end, total, saved), (false, End::Short { expected: 10 }, Some(10), None));
    assert_eq!(names, ["saved.part"]);
    let (ok, end, total, saved, _) = run();
    assert_eq!((ok, end, total, saved), (true, End::Clean, Some(3), Some(b"012".to_vec())));
    let (ok, end, total, saved, names) = run();
    assert!(!ok && matches!(end, End::Protocol(_)) && total.is_none() && saved.is_none(), "{end:?}");
    assert_eq!(names, ["saved.part"]);
    let (ok, end, total, saved, _) = run();
    assert_eq!((ok, end, total, saved), (true, End::Clean, None, Some(b"012".to_vec())));
    let (ok, end, _, saved, names) = run();
    assert!(!ok && matches!(end, End::Protocol(_)) && saved.is_none() && names.is_empty(), "{end:?} {names:?}");
    asked.join().unwrap();
}

#[test]
fn what_is_no_file_is_told_as_such_and_leaves_nothing() {
    let (addr, asked) = scripted(vec![
        answer("404 Not Found\r\nContent-Length: 3", b"no!"),
        answer("302 Found\r\nLocation: /elsewhere\r\nContent-Length: 0", b""),
        answer("204 No Content", b""),
        b"hello, I am an echo server\n".to_vec(),
        b"".to_vec(),
    ]);
    let mut bench = Bench::new();
    for (number, expected) in [Some(404), Some(302), Some(204), None, None].into_iter().enumerate() {
        let mut downloads = Downloads::new();
        downloads.conns = u32::try_from(number).unwrap();
        let (result, transfer) = downloads.run(&mut bench, addr, "x");
        assert!(result.is_err());
        match expected {
            Some(status) => assert_eq!(transfer.end(), Some(&End::Status(status))),
            None => assert!(matches!(transfer.end(), Some(End::Protocol(_))), "{:?}", transfer.end()),
        }
        assert_eq!((transfer.place, downloads.names().len()), (Place::Nowhere, 0));
    }
    asked.join().unwrap();
}

#[test]
fn a_file_that_is_there_is_not_overwritten() {
    let mut served = Served::new();
    served.put("x", b"new");
    let mut downloads = Downloads::new();
    std::fs::write(downloads.target(), "old").unwrap();
    let (result, transfer) = downloads.run(&mut served.bench, served.addr, "x");
    assert_eq!(result.unwrap_err().errno_name().as_deref(), Some("EEXIST"));
    assert!(matches!(transfer.end(), Some(End::Disk { op: "open", .. })));
    assert_eq!(std::fs::read(downloads.target()).unwrap(), b"old");
    assert_eq!(downloads.names(), ["saved"]);
}

#[test]
fn what_must_have_a_digest_and_has_another_does_not_get_its_name() {
    let mut served = Served::new();
    served.put("x", b"one");
    let mut downloads = Downloads::new();
    let wrong = sha256(b"two");
    let (result, _) = downloads.run_with(&mut served.bench, served.addr, "x", |fetch| fetch.expected = Some(wrong));
    assert_eq!(result.unwrap_err().errno_name().as_deref(), Some("EBADMSG"));
    assert_eq!(downloads.names(), ["saved.part"]);
    // It is as long as the file: nothing more has to come, and it is still another one.
    let part = Some(downloads.folder.path().join("saved.part"));
    let (result, transfer) = downloads.run_with(&mut served.bench, served.addr, "x", |fetch| {
        (fetch.expected, fetch.part) = (Some(sha256(b"one")), part);
    });
    assert_eq!((result, transfer.resumed_at, transfer.moved), (Ok(()), 3, 0));
    assert_eq!(std::fs::read(downloads.target()).unwrap(), b"one");
}

#[test]
fn a_cancelled_download_is_reset_and_stays_as_a_part() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let (mut bench, mut downloads) = (Bench::new(), Downloads::new());
    let job = downloads.begin(&mut bench, listener.local_addr().unwrap(), "x", |_| {});
    let mut stream = listener.accept().unwrap().0;
    request(&mut stream);
    stream.write_all(&answer("200 OK\r\nContent-Length: 1000", &[b'x'; 100])).unwrap();
    let transfer = bench.until(|event| match event {
        Event::Transfer(news) if matches!(news.what, What::Begun { .. }) => Some(news.id),
        _ => None,
    });
    let part = downloads.folder.path().join("saved.part");
    let deadline = std::time::Instant::now() + PATIENCE;
    while std::fs::metadata(&part).unwrap().len() < 100 {
        assert!(std::time::Instant::now() < deadline, "it is not written");
        thread::yield_now();
    }
    bench.engine.command(Command::CancelTransfer { transfer });
    assert_eq!(bench.finish(job).unwrap_err().errno_name().as_deref(), Some("ECANCELED"));
    let transfer = last(&mut bench);
    assert_eq!((transfer.end(), transfer.place.clone()), (Some(&End::Cancelled), Place::Part(part.clone())));
    assert_eq!(std::fs::read(Path::new(&part)).unwrap(), [b'x'; 100]);
    let mut rest = Vec::new();
    assert_eq!(stream.read_to_end(&mut rest).unwrap_err().kind(), std::io::ErrorKind::ConnectionReset);
}

#[test]
fn a_reset_is_told_with_its_call_and_errno() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let (mut bench, mut downloads) = (Bench::new(), Downloads::new());
    let job = downloads.begin(&mut bench, listener.local_addr().unwrap(), "x", |_| {});
    // Closed with what the client has sent unread: the system resets the connection.
    let stream = listener.accept().unwrap().0;
    assert!(stream.peek(&mut [0; 16]).unwrap() > 0);
    drop(stream);
    assert!(bench.finish(job).is_err());
    let transfer = last(&mut bench);
    let Some(End::Broken { op: "recv", errno }) = transfer.end() else { panic!("{:?}", transfer.end()) };
    assert_eq!(errno.name(), Some("ECONNRESET"));
}

#[test]
fn of_a_download_in_the_trace_there_is_a_preview_only() {
    let mut served = Served::new();
    served.put("x", &noise(3_000_000));
    let (result, _) = Downloads::new().run(&mut served.bench, served.addr, "x");
    assert_eq!(result, Ok(()));
    let received = served.bench.calls().filter(|call| call.endpoint == CLIENT && call.op.receives());
    let (len, kept) = received.fold((0, 0), |(len, kept), call| {
        assert!(call.data.len() <= 2_048);
        (len + call.len, kept + call.data.len())
    });
    assert!(len > 3_000_000 && kept < 1_000_000, "{len} {kept}");
}
