//! A served folder, a client that speaks HTTP byte by byte, and curl.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::PathBuf;
use std::process::Command as Program;
use std::time::Duration;

use socket_lab::engine::Event;
use socket_lab::lab::EndpointSpec;
use socket_lab::lab::service::Reply;
use socket_lab::lab::transfer::{FileShare, Shared};
use socket_lab::trace::NoticeKind;
use socket_lab::trace::transfer::{End, Transfer, TransferId, Transfers, What};

use crate::support::bench::{Bench, server};

pub const PATIENCE: Duration = Duration::from_secs(60);

/// Bytes of which no two parts look alike.
pub fn noise(len: usize) -> Vec<u8> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    (0..len)
        .map(|_| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state.to_le_bytes()[3]
        })
        .collect()
}

/// A server over HTTP with a folder of its own.
pub struct Served {
    pub bench: Bench,
    pub addr: SocketAddr,
    folder: tempfile::TempDir,
}

impl Served {
    pub fn new() -> Self {
        Self::with(|_| {})
    }

    pub fn with(adjust: impl FnOnce(&mut FileShare)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("shared");
        std::fs::create_dir(&root).unwrap();
        std::fs::write(folder.path().join("secret"), "secret").unwrap();
        let mut share = FileShare::new(Shared::Root(root));
        adjust(&mut share);
        let mut bench = Bench::new();
        let addr = bench.open_server(http_server(share)).inet().unwrap();
        Self { bench, addr, folder }
    }

    pub fn root(&self) -> PathBuf {
        self.folder.path().join("shared")
    }

    pub fn put(&self, name: &str, bytes: &[u8]) {
        let path = self.root().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }

    /// One request on a connection of its own.
    pub fn ask(&self, request: &str) -> Answer {
        Asking::to(self.addr).ask(request)
    }

    pub fn get(&self, path: &str) -> Answer {
        self.ask(&format!("GET {path} HTTP/1.1\r\nHost: x\r\n\r\n"))
    }

    /// Waits for the next transfer to end, and says how.
    pub fn ended(&mut self) -> (TransferId, u64, End) {
        self.bench.until(|event| match event {
            Event::Transfer(news) => match &news.what {
                What::Ended { moved, end, .. } => Some((news.id, *moved, end.clone())),
                _ => None,
            },
            _ => None,
        })
    }

    pub fn notice(&mut self) -> NoticeKind {
        self.bench.until(|event| match event {
            Event::Notice(notice) => Some(notice.kind.clone()),
            _ => None,
        })
    }

    /// All transfers by what has come so far.
    pub fn transfers(&mut self) -> Vec<Transfer> {
        let mut transfers = Transfers::default();
        for event in self.bench.drain() {
            if let Event::Transfer(news) = event {
                transfers.apply(news.clone());
            }
        }
        transfers.iter().cloned().collect()
    }

    /// What curl prints; `None` where there is no curl.
    pub fn curl(&self, path: &str, arguments: &[&str]) -> Option<std::process::Output> {
        let url = format!("http://{}{path}", self.addr);
        let run = Program::new("curl")
            .args(["-sS", "--max-time", "20", "--path-as-is", "--globoff"])
            .args(arguments)
            .arg(url)
            .output();
        match run {
            Ok(output) => Some(output),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                eprintln!("not tested: this machine has no curl");
                None
            }
            Err(error) => panic!("curl: {error}"),
        }
    }
}

pub fn http_server(share: FileShare) -> EndpointSpec {
    server(Reply::http(share))
}

/// A connection over which requests are made.
pub struct Asking {
    pub stream: TcpStream,
    /// Received and not yet taken for an answer.
    rest: Vec<u8>,
}

#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub fields: BTreeMap<String, String>,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn field(&self, name: &str) -> &str {
        self.fields.get(name).map_or("", String::as_str)
    }

    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }
}

impl Asking {
    pub fn to(addr: SocketAddr) -> Self {
        let stream = TcpStream::connect(addr).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream.set_write_timeout(Some(PATIENCE)).unwrap();
        Self { stream, rest: Vec::new() }
    }

    pub fn say(&mut self, bytes: &[u8]) {
        self.stream.write_all(bytes).unwrap();
    }

    pub fn ask(&mut self, request: &str) -> Answer {
        self.say(request.as_bytes());
        self.answer(request.starts_with("HEAD"))
    }

    pub fn answer(&mut self, without_body: bool) -> Answer {
        let head_len = loop {
            if let Some(at) = self.rest.windows(4).position(|window| window == b"\r\n\r\n") {
                break at + 4;
            }
            assert!(self.more() > 0, "no whole head: {:?}", String::from_utf8_lossy(&self.rest));
        };
        let head = String::from_utf8(self.rest.drain(..head_len).collect()).unwrap();
        let mut lines = head.trim_end().split("\r\n");
        let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
        let fields: BTreeMap<_, _> = lines
            .map(|line| line.split_once(": ").unwrap())
            .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
            .collect();
        let len = if without_body || status == 304 {
            0
        } else {
            fields.get("content-length").unwrap_or_else(|| panic!("{head}")).parse().unwrap()
        };
        while self.rest.len() < len {
            assert!(self.more() > 0, "{} of {len} bytes", self.rest.len());
        }
        Answer { status, fields, body: self.rest.drain(..len).collect() }
    }

    fn more(&mut self) -> usize {
        let mut buffer = [0; 64 * 1024];
        let len = self.stream.read(&mut buffer).unwrap();
        self.rest.extend_from_slice(&buffer[..len]);
        len
    }

    /// Everything until the server ends the connection in an orderly way.
    pub fn until_end(mut self) -> Vec<u8> {
        while self.more() > 0 {}
        self.rest
    }
}
