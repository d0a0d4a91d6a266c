use std::io::Read as _;
use std::time::{Duration, UNIX_EPOCH};

use socket_lab::engine::{Command, Error, Job, Peers};
use socket_lab::lab::transfer::{Protocol, Sha256, Shared};
use socket_lab::trace::notice::{CallFailure, Detail, Refused};
use socket_lab::trace::transfer::{End, What};
use socket_lab::values::How;

use super::asking::{Asking, Served, noise};
use crate::support::bench::SERVER;

#[test]
fn files_of_every_size_arrive_whole_and_are_looked_at() {
    let mut served = Served::new();
    for len in [0, 1, 1_023, 1_024, 1_025, 262_144, 262_145, 5 * 1024 * 1024] {
        let bytes = noise(len);
        served.put("file.bin", &bytes);
        let answer = served.get("/file.bin");
        assert_eq!((answer.status, answer.body.len()), (200, len));
        assert!(answer.body == bytes);
        assert_eq!(answer.field("content-type"), "application/octet-stream");
        assert_eq!(answer.field("accept-ranges"), "bytes");
        let (id, moved, end) = served.ended();
        assert_eq!((moved, end), (len as u64, End::Clean));
        let verified = served.bench.until(|event| match event {
            socket_lab::engine::Event::Transfer(news) if news.id == id => match news.what {
                What::Verified { len, sha256 } => Some((len, sha256)),
                _ => None,
            },
            _ => None,
        });
        assert_eq!(verified, (len as u64, sha256(&bytes)));
    }
}

fn sha256(bytes: &[u8]) -> Sha256 {
    use sha2::Digest as _;
    Sha256(sha2::Sha256::digest(bytes).into())
}

#[test]
fn a_transfer_is_told_from_asking_to_end_with_its_length() {
    let mut served = Served::new();
    served.put("课件 1.pdf", &noise(3_000_000));
    let path = "/%E8%AF%BE%E4%BB%B6%201.pdf";
    assert_eq!(served.get(path).field("content-type"), "application/pdf");
    served.ended();
    let transfer = served.transfers().pop().unwrap();
    assert_eq!((&*transfer.asked.name, transfer.asked.protocol), ("课件 1.pdf", Protocol::Http));
    assert_eq!((transfer.total, transfer.resumed_at, transfer.moved), (Some(3_000_000), 0, 3_000_000));
    assert!(transfer.asked.conn.is_some() && transfer.asked.ends.peer.is_some());
    assert!(transfer.begun.is_some());
}

#[test]
fn of_a_file_in_the_trace_there_is_a_preview_only() {
    let mut served = Served::new();
    served.put("big", &noise(2_000_000));
    assert_eq!(served.get("/big").body.len(), 2_000_000);
    served.ended();
    let (mut sent, mut kept) = (0, 0);
    for call in served.bench.calls().filter(|call| call.op.sends()) {
        assert_eq!(call.offset, Some(sent));
        sent += call.len;
        kept += call.data.len();
        assert!(call.data.len() <= 2_048);
    }
    assert!(sent > 2_000_000 && kept < 200_000, "{sent} {kept}");
    let first = served.bench.calls().find(|call| call.op.sends()).unwrap();
    assert!(first.data.starts_with(b"HTTP/1.1 200 OK\r\n"));
}

#[test]
fn names_in_any_language_and_with_any_character_are_listed_and_found_by_their_links() {
    let served = Served::new();
    let names =
        ["a b", "课件.txt", "100%", "x%20y", "a#b?c=d&e", "q\"u'o<t>e", "a:b", "+plus+", "~tilde", "\\back", "…"];
    for name in names {
        served.put(name, name.as_bytes());
    }
    served.put("deep/er/file", b"deep");
    let index = served.get("/");
    assert_eq!((index.status, index.field("content-type")), (200, "text/html; charset=utf-8"));
    assert_eq!(index.field("x-content-type-options"), "nosniff");
    let links: Vec<&str> =
        index.text().split("<a href=\"./").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
    assert_eq!(links.len(), names.len() + 1, "{}", index.text());
    assert_eq!(links[0], "deep/");
    let mut found: Vec<String> =
        links[1..].iter().map(|link| served.get(&format!("/{link}")).text().to_owned()).collect();
    found.sort();
    let mut names = names.map(str::to_owned);
    names.sort();
    assert_eq!(found, names);
    assert!(served.get("/deep/").text().contains("href=\"./er/\""));
    assert!(served.get("/deep/er/").text().contains("href=\"./file\""));
    assert!(served.get("/deep/er/").text().contains("href=\"../\""));
}

#[test]
fn the_page_is_in_the_language_that_the_browser_likes_best() {
    let served = Served::new();
    let page = |languages: &str| {
        served.ask(&format!("GET / HTTP/1.1\r\nHost: x\r\nAccept-Language: {languages}\r\n\r\n")).text().to_owned()
    };
    assert!(page("zh-CN,zh;q=0.9,en;q=0.8").contains("这个文件夹是空的"));
    assert!(page("en-US,en;q=0.9,zh;q=0.8").contains("There is nothing in this folder"));
    assert!(page("de").contains("There is nothing in this folder"));
}

#[test]
fn a_folder_without_its_slash_is_shown_the_way_on_this_server() {
    let served = Served::new();
    served.put("a b/课/x", b"x");
    for (path, to) in [("/a%20b", "./a%20b/"), ("/a%20b/%E8%AF%BE", "./%E8%AF%BE/"), ("/a%20b?query", "./a%20b/")] {
        let answer = served.get(path);
        assert_eq!((answer.status, answer.field("location")), (301, to));
    }
}

#[test]
fn head_says_what_get_would_and_is_no_transfer() {
    let mut served = Served::new();
    served.put("page.html", &noise(5_000));
    let head = served.ask("HEAD /page.html HTTP/1.1\r\nHost: x\r\n\r\n");
    assert_eq!((head.status, head.field("content-length")), (200, "5000"));
    assert_eq!(head.field("content-type"), "text/html; charset=utf-8");
    let index = served.ask("HEAD / HTTP/1.1\r\nHost: x\r\n\r\n");
    assert!(index.field("content-length").parse::<u64>().unwrap() > 100);
    // On one connection, so that a body that should not be there would be taken for the next answer.
    let mut asking = Asking::to(served.addr);
    for _ in 0..3 {
        assert_eq!(asking.ask("HEAD /page.html HTTP/1.1\r\nHost: x\r\n\r\n").status, 200);
    }
    assert_eq!(served.transfers(), []);
}

#[test]
fn several_requests_go_over_one_connection_also_before_the_first_is_answered() {
    let mut served = Served::new();
    let (one, two) = (noise(600_000), noise(700_001));
    served.put("one", &one);
    served.put("two", &two);
    let mut asking = Asking::to(served.addr);
    for _ in 0..3 {
        assert!(asking.ask("GET /one HTTP/1.1\r\nHost: x\r\n\r\n").body == one);
        assert_eq!(asking.ask("GET / HTTP/1.1\r\nHost: x\r\n\r\n").status, 200);
    }
    let request = |name| format!("GET /{name} HTTP/1.1\r\nHost: x\r\n\r\n");
    asking.say([request("one"), request("two"), request("gone"), request("two")].concat().as_bytes());
    assert!(asking.answer(false).body == one);
    assert!(asking.answer(false).body == two);
    assert_eq!(asking.answer(false).status, 404);
    assert!(asking.answer(false).body == two);
    for len in [one.len(), one.len(), one.len(), one.len(), two.len()] {
        let (_, moved, end) = served.ended();
        assert_eq!((moved, end), (len as u64, End::Clean));
    }
    let conns: std::collections::BTreeSet<_> = served.transfers().iter().map(|transfer| transfer.asked.conn).collect();
    assert_eq!(conns.len(), 1);
}

#[test]
fn a_client_of_http_1_0_or_one_that_ends_its_side_gets_its_file_and_the_end() {
    let served = Served::new();
    served.put("x", b"hello");
    let mut asking = Asking::to(served.addr);
    asking.say(b"GET /x HTTP/1.0\r\n\r\n");
    assert!(asking.until_end().ends_with(b"\r\n\r\nhello"));
    let mut asking = Asking::to(served.addr);
    asking.say(b"GET /x HTTP/1.1\r\nHost: x\r\n\r\n");
    asking.stream.shutdown(std::net::Shutdown::Write).unwrap();
    assert!(asking.until_end().ends_with(b"\r\n\r\nhello"));
}

#[test]
fn single_files_are_served_and_listed_without_their_folders() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("课.txt");
    std::fs::write(&path, "one").unwrap();
    std::fs::write(folder.path().join("beside"), "two").unwrap();
    let served = Served::with(|share| share.what = Shared::Files(vec![path.clone()]));
    assert_eq!(served.get("/%E8%AF%BE.txt").text(), "one");
    assert_eq!(served.get("/%E8%AF%BE.txt").field("content-type"), "text/plain; charset=utf-8");
    assert!(served.get("/").text().contains("课.txt"));
    assert_eq!(served.get("/beside").status, 404);
}

#[test]
fn a_folder_that_is_not_there_keeps_the_server_closed() {
    let mut bench = crate::support::bench::Bench::new();
    let share = socket_lab::lab::transfer::FileShare::new(Shared::Root("/nowhere/at/all".into()));
    let failure = bench.open(SERVER, super::asking::http_server(share), None).unwrap_err();
    assert!(
        matches!(&failure, Error::Call(CallFailure { errno, detail: Detail::Share(path), .. })
        if path.ends_with("at/all") && errno.name() == Some("ENOENT")),
        "{failure:?}"
    );
}

#[test]
fn a_file_of_before_1970_is_served_without_its_time() {
    let served = Served::new();
    served.put("old", b"old");
    let file = std::fs::File::options().write(true).open(served.root().join("old")).unwrap();
    file.set_modified(UNIX_EPOCH - Duration::from_secs(86_400)).unwrap();
    let answer = served.get("/old");
    assert_eq!((answer.status, answer.text()), (200, "old"));
    assert_eq!((answer.field("last-modified"), answer.field("etag")), ("", ""));
    assert_eq!(served.get("/").status, 200);
}

#[test]
fn a_file_that_is_cut_while_it_is_sent_is_not_passed_off_as_whole() {
    let mut served = Served::new();
    served.put("long", &noise(50_000_000));
    let mut asking = Asking::to(served.addr);
    asking.say(b"GET /long HTTP/1.1\r\nHost: x\r\n\r\n");
    served.bench.until(|event| match event {
        socket_lab::engine::Event::Transfer(news) => matches!(news.what, What::Begun { .. }).then_some(()),
        _ => None,
    });
    std::fs::File::options().write(true).open(served.root().join("long")).unwrap().set_len(1_000).unwrap();
    let mut all = Vec::new();
    let _ = asking.stream.read_to_end(&mut all);
    assert!(all.len() < 50_000_000);
    let (_, moved, end) = served.ended();
    assert_eq!(end, End::Shrank { expected: 50_000_000 });
    assert!(moved < 50_000_000);
}

#[test]
fn a_connection_of_files_takes_no_other_orders_than_to_close() {
    let mut served = Served::new();
    served.put("x", b"hello");
    let mut asking = Asking::to(served.addr);
    assert_eq!(asking.ask("GET /x HTTP/1.1\r\nHost: x\r\n\r\n").status, 200);
    assert_eq!(served.bench.send(SERVER, Peers::All, b"hello"), Err(Error::Refused(Refused::NotForFiles)));
    let shutdown = |job| Command::new(job, SERVER, Job::Shutdown(How::Write));
    assert_eq!(served.bench.command(shutdown), Err(Error::Refused(Refused::NotForFiles)));
    assert_eq!(asking.ask("GET /x HTTP/1.1\r\nHost: x\r\n\r\n").status, 200);
    served.bench.command(|job| Command::new(job, SERVER, Job::CloseConn { reset: false })).unwrap();
    assert_eq!(asking.until_end(), b"");
}
