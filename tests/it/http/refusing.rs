//! What isn't shared: one answer to every peer, the reason to the user. And those who don't speak HTTP.

use std::net::Shutdown;

use socket_lab::trace::NoticeKind;
use socket_lab::trace::transfer::{End, FileKind, Refusal};

use super::asking::{Asking, Served};

/// Asks for what must not be given; returns what the user is shown.
fn refused(served: &mut Served, path: &str) -> (String, Refusal) {
    let answer = served.get(path);
    assert_eq!((answer.status, answer.text()), (404, "There is no such file here."), "{path}");
    let told = match served.notice() {
        NoticeKind::FileRefused { name, peer, refusal, .. } => {
            assert!(peer.is_some());
            (name.to_string(), refusal)
        }
        other => panic!("{path}: {other:?}"),
    };
    let transfer = served.transfers().pop().unwrap();
    assert_eq!(transfer.end(), Some(&End::Refused(told.1.clone())), "{path}");
    assert_eq!(*transfer.asked.name, told.0);
    told
}

#[test]
fn every_refusal_looks_the_same_outside_and_says_why_inside() {
    let mut served = Served::new();
    served.put("a/file", b"x");
    let long = format!("/{}", "x".repeat(5_000));
    for (path, refusal) in [
        ("/gone", Refusal::NotFound),
        ("/../secret", Refusal::Outside),
        ("/a/../../secret", Refusal::Outside),
        ("/%2e%2e/secret", Refusal::Outside),
        ("/..%2fsecret", Refusal::Outside),
        ("//etc/passwd", Refusal::Outside),
        ("/%2fetc%2fpasswd", Refusal::Outside),
        ("/%2Fetc/", Refusal::Outside),
        ("/../", Refusal::Outside),
        ("/..%5csecret", Refusal::NotFound),
        ("/C:%5cx", Refusal::NotFound),
        ("/%00", Refusal::Nul),
        ("/a/file%00.txt", Refusal::Nul),
        ("/%ff%fe", Refusal::NotText),
        ("/a/file/", Refusal::NotFound),
        (&long, Refusal::TooLong { len: 5_000 }),
    ] {
        assert_eq!(refused(&mut served, path).1, refusal, "{path}");
    }
}

#[test]
fn a_name_is_decoded_once() {
    let mut served = Served::new();
    served.put("x", b"x");
    assert_eq!(refused(&mut served, "/%2578"), ("%78".to_owned(), Refusal::NotFound));
    assert_eq!(refused(&mut served, "/%252e%252e/secret"), ("%2e%2e/secret".to_owned(), Refusal::NotFound));
    assert_eq!(refused(&mut served, "/%252e%252e%252fsecret").1, Refusal::NotFound);
    // And a file that is called so is found.
    served.put("%78", b"another");
    assert_eq!(served.get("/%2578").text(), "another");
}

#[cfg(unix)]
#[test]
fn what_is_no_file_or_leads_out_through_a_link_is_refused_at_once() {
    let mut served = Served::new();
    let root = served.root();
    std::os::unix::fs::symlink("../secret", root.join("out")).unwrap();
    std::os::unix::fs::symlink("/dev/zero", root.join("zero")).unwrap();
    std::os::unix::fs::symlink("/", root.join("all")).unwrap();
    let _listener = std::os::unix::net::UnixListener::bind(root.join("socket")).unwrap();
    rustix::fs::mknodat(rustix::fs::CWD, root.join("fifo"), rustix::fs::FileType::Fifo, 0o600.into(), 0).unwrap();
    for (path, refusal) in [
        ("/out", Refusal::Outside),
        ("/zero", Refusal::Outside),
        ("/all/etc/passwd", Refusal::Outside),
        ("/all/", Refusal::Outside),
        ("/socket", Refusal::NotAFile(FileKind::Socket)),
        ("/fifo", Refusal::NotAFile(FileKind::Fifo)),
    ] {
        assert_eq!(refused(&mut served, path).1, refusal, "{path}");
    }
    assert!(!served.get("/").text().contains("href=\"./"), "and nothing of it is listed");
}

#[test]
fn a_name_with_control_characters_is_shown_with_them_visible() {
    let mut served = Served::new();
    let (name, _) = refused(&mut served, "/a%0d%0aSet-Cookie:%20x%1b[31m");
    assert!(!name.chars().any(char::is_control) && name.contains("Set-Cookie"), "{name}");
    let answer = served.get("/a%0d%0aLocation:%20x/..");
    assert_eq!(answer.status, 404);
}

#[test]
fn a_head_that_is_too_long_is_refused() {
    let mut served = Served::new();
    served.put("x", b"x");
    let long = format!("GET /x HTTP/1.1\r\nHost: x\r\nX-Long: {}\r\n\r\n", "a".repeat(20_000));
    assert_eq!(served.ask(&long).status, 431);
    let (_, _, end) = served.ended();
    assert!(matches!(end, End::Protocol(_)), "{end:?}");
    let many: String = (0..200).map(|number| format!("X-{number}: y\r\n")).collect();
    assert_eq!(served.ask(&format!("GET /x HTTP/1.1\r\n{many}\r\n")).status, 431);
    assert_eq!(served.get("/x").status, 200, "the next one is served");
}

#[test]
fn what_is_no_http_gets_a_400_and_is_shown() {
    let mut served = Served::new();
    served.put("x", b"x");
    for (said, shown) in [
        (&b"hello there, server\r\n\r\n"[..], "hello there, server"),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", ""),
        ("课件.txt".as_bytes(), "课件.txt"),
        (b"GET /x SMTP/9\r\n\r\n", "GET /x SMTP/9"),
        (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "PRI * HTTP/2.0"),
    ] {
        let mut asking = Asking::to(served.addr);
        asking.say(said);
        assert_eq!(asking.answer(false).status, 400, "{shown}");
        assert_eq!(asking.until_end(), b"");
        let (_, _, end) = served.ended();
        assert!(matches!(&end, End::Protocol(why) if !why.is_empty()), "{end:?}");
        let transfer = served.transfers().pop().unwrap();
        assert!(transfer.asked.name.starts_with(shown), "{}", transfer.asked.name);
    }
    assert_eq!(served.get("/x").status, 200);
}

#[test]
fn a_bare_file_name_as_the_tutorials_send_it_is_answered_soon() {
    let mut served = Served::new();
    served.put("x.txt", b"x");
    // One waits for the answer, the other ends its side.
    for ends in [false, true] {
        let mut asking = Asking::to(served.addr);
        asking.say(b"x.txt");
        if ends {
            asking.stream.shutdown(Shutdown::Write).unwrap();
        }
        assert_eq!(asking.answer(false).status, 400);
        assert_eq!(asking.until_end(), b"");
        let (_, _, end) = served.ended();
        assert!(matches!(end, End::Protocol(_)), "{end:?}");
        assert_eq!(&*served.transfers().pop().unwrap().asked.name, "x.txt");
    }
}
