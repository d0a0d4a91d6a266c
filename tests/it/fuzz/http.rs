//! Whatever a client says to the HTTP server, it gets an answer or none, and never what lies outside of the folder.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::sync::Arc;
use std::sync::mpsc::{TryRecvError, channel};
use std::time::{Duration, Instant};

use socket_lab::engine::SocketState;
use socket_lab::lab::file;
use socket_lab::session::{Action, Session};

use super::campaign::{Target, fuzz};
use super::files::{NAMES, SECRET, shared_folder};

const PATIENCE: Duration = Duration::from_secs(4);

/// Everything until the server ends the connection.
fn answer(address: SocketAddr, request: &[u8]) -> Vec<u8> {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream.set_write_timeout(Some(PATIENCE)).unwrap();
    // It may have heard enough before all is said.
    let _ = stream.write_all(request);
    let _ = stream.shutdown(Shutdown::Write);
    let mut answer = Vec::new();
    match stream.take(1 << 20).read_to_end(&mut answer) {
        Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => panic!("the server neither answers nor ends"),
        Ok(_) | Err(_) => answer,
    }
}

fn holds(haystack: &[u8], needle: &[u8]) -> bool {
    haystack.windows(needle.len()).any(|window| window == needle)
}

#[test]
fn no_request_takes_anything_out_of_the_folder_or_the_server_down() {
    let folder = shared_folder();
    let root = folder.path().join("shared");
    let text = format!(
        "[[endpoints]]\nname = \"server\"\nkind = \"tcp-server\"\nservice = {{ kind = \"http\", root = {:?} }}\n",
        root.to_str().unwrap()
    );
    let (told, address) = channel();
    let (ends, end) = channel::<()>();
    let pumping = move || {
        let mut session = Session::new(Arc::new(|| {}), 8 * 1024 * 1024).unwrap();
        session.load(file::parse(&text, None).unwrap(), None);
        session.act(Action::OpenAll);
        let mut is_told = false;
        while end.try_recv() != Err(TryRecvError::Disconnected) {
            session.wait_and_pump(Duration::from_millis(50), Duration::from_millis(4), &mut |_| {});
            if let (false, SocketState::Open { local: Some(local), .. }) =
                (is_told, &session.endpoints()[0].live.socket)
            {
                told.send(local.inet().unwrap()).unwrap();
                is_told = true;
            }
        }
    };
    let pumping = std::thread::Builder::new().name("session".to_owned()).spawn(pumping).unwrap();
    let address = address.recv_timeout(Duration::from_secs(20)).unwrap();

    let get = |path: &str| format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").into_bytes();
    let mut samples: Vec<Vec<u8>> = NAMES.iter().map(|name| get(&format!("/{name}"))).collect();
    samples.extend([
        get("/%2e%2e%2fsecret"),
        get("/..%5csecret"),
        get("/a/?sort=name#x"),
        get("http://elsewhere/../secret"),
        get("*"),
        b"HEAD /file HTTP/1.0\r\n\r\n".to_vec(),
        b"GET /file HTTP/1.1\r\nHost: x\r\nRange: bytes=1-3,-2,0-\r\nIf-Range: \"x\"\r\n\r\n".to_vec(),
        b"GET /file HTTP/1.1\r\nHost: x\r\nIf-None-Match: *\r\nIf-Modified-Since: Sat, 29 Oct 1994 19:43:31 GMT\r\n\r\n"
            .to_vec(),
        b"POST /file HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n".to_vec(),
        b"PUT /../secret HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\nabc".to_vec(),
        b"CONNECT x:80 HTTP/1.1\r\nHost: x\r\nUpgrade: h2c\r\n\r\n".to_vec(),
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec(),
        b"poem.txt\n".to_vec(),
    ]);
    let words: &[&str] = &[
        "../",
        "..",
        "/",
        "//",
        "./",
        "\\",
        "%2e%2e",
        "%2f",
        "%5c",
        "%00",
        "%",
        "%252e",
        "%c0%af",
        "%u002e",
        ";",
        "secret",
        "shared-not",
        "etc/passwd",
        "up/",
        "out",
        "a/all/",
        "?",
        "#",
        "GET ",
        "HEAD ",
        " HTTP/1.1\r\n",
        " HTTP/9.9\r\n",
        "\r\n",
        "\r\n\r\n",
        "Host: x\r\n",
        "Range: bytes=",
        "0-,",
        "-1",
        "18446744073709551615",
        "Content-Length: 5\r\n",
        "Transfer-Encoding: chunked\r\n",
        "Connection: keep-alive\r\n",
        "ffffffffffffffff\r\n",
        "http://",
        "@",
        ": ",
        "GET /file HTTP/1.1\r\nHost: x\r\n\r\n",
    ];
    let whole = Instant::now();
    fuzz(Target { name: "http requests", samples, words, cases: 120 }, |request| {
        let answer = answer(address, request);
        let shown = || answer.escape_ascii().to_string();
        // What the client said itself may come back.
        assert!(holds(request, SECRET) || !holds(&answer, SECRET), "{}", shown());
        assert!(!holds(&answer, b"root:x:0:0"), "{}", shown());
        assert!(answer.is_empty() || answer.starts_with(b"HTTP/1."), "{}", shown());
        answer.starts_with(b"HTTP/1.1 2")
    });
    assert!(answer(address, &get("/file")).ends_with(b"public"), "after {:?} it still serves", whole.elapsed());
    drop(ends);
    pumping.join().unwrap();
}
