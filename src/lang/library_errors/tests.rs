use std::collections::BTreeSet;
use std::convert::Infallible;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt as _, Empty, Full};
use hyper::body::Incoming;
use hyper::client::conn::http1 as client;
use hyper::server::conn::http1 as server;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, ReadBuf, duplex};
use toml::de::DeTable;

use super::*;

/// What the TOML parser refuses, so that each of its sentences is said.
#[rustfmt::skip]
const TOML: &[&str] = &[
    "\r", "#\0", ".", "]", "{", "=", "==", "=,", "=]", "=}", "=[", "=[,", "=[=", "=[\\}", "={", "={,", "={[", "={]", "={9[",
    "+=", "[a", "[[a", "[a]\n[a]", "\"\0\"=1", "\"\"\"\"\"\"=", "''''''=", "'.\r'=", "a", "a=", "a=_", "a=.", "a=Z\"", "a=t",
    "a='", "a='''", "a=\"", "a=\"\"\"", "a='''\0'''", "a=\"\"\"\0\"\"\"", "a=\"\\\"", "a=\"\\u\"", "a={==", "a={=.\"", "a=--",
    "a=-0X", "a=0X", "a=0o-", "a=09", "a=0b9", "a=0ox", "a=0x\\", "a=1.", "a=1e", "a=9ae", "a=9-", "a=+1-", "a=1979-05-27.",
    "a=007:32:00", "a=1979-05-27t07:32:00\\U", "a=1\na.b=1", "a=inf\na.b=1", "a=true\na.b=1", "a=''\na.b=1", "a=[]\na.b=1",
    "a={}\na.b=1", "a=07:32:00\na.b=1",
];

/// The same for regular expressions.
#[rustfmt::skip]
const PATTERNS: &[&str] = &[
    "(a", "a)", "[a", "*", r"\q", r"\", "[z-a]", r"[\b]", r"[\d-a]", r"\x{}", r"\x{FFFFFF}", r"\xZZ", "(?i", "(?z)", "(?i-)",
    "(?ii)", "(?i-s-m)", "(?<>a)", "(?<1>a)", "(?<n", "(?<a>.)(?<a>.)", "a{2,1}", "a{}", "a{1", "a{99999999999}", r"\b{start!}",
    r"\b{foo}", r"\b{", r"\p{Nope}", r"\p{script=Nope}", r"(a)\1", "(?=a)", r"(?-u)\p{L}", r"(?-u)\xFF",
];

/// Deeper than the libraries go.
const DEEP: usize = 300;

/// Bytes that hyper takes of a message's head here.
const MAX_HEAD: usize = 16 * 1024;

fn toml_says() -> Vec<String> {
    let deep = [format!("a = {}", "[".repeat(DEEP)), format!("{}a = 1", "a.".repeat(DEEP))];
    let texts = TOML.iter().copied().chain(deep.iter().map(String::as_str));
    texts.map(|text| DeTable::parse(text).expect_err(text).message().to_owned()).collect()
}

fn regex_says() -> Vec<String> {
    let deep = format!("{}a{}", "(".repeat(DEEP), ")".repeat(DEEP));
    let patterns = PATTERNS.iter().copied().chain([deep.as_str()]);
    let said = patterns.map(|pattern| {
        let said = regex::Regex::new(pattern).expect_err(pattern).to_string();
        said.lines().last().unwrap_or_default().trim().trim_start_matches("error: ").to_owned()
    });
    said.collect()
}

/// A sentence and those that it is made of.
fn parts(said: &str) -> Vec<String> {
    let Some((reason, expected)) = said.split_once(", expected ") else { return vec![said.to_owned()] };
    [reason].into_iter().chain(expected.split(", ")).map(str::to_owned).collect()
}

fn serving() -> server::Builder {
    let mut builder = server::Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(Duration::from_millis(50)).max_buf_size(MAX_HEAD);
    builder
}

/// What hyper's server says of a client that sends this and then ends, or just falls silent.
async fn server_says(builder: &server::Builder, sent: &[u8], then_ends: bool) -> Vec<String> {
    let (mut peer, io) = duplex(1 << 20);
    peer.write_all(sent).await.unwrap();
    if then_ends {
        peer.shutdown().await.unwrap();
    }
    let said = Arc::new(Mutex::new(Vec::new()));
    let of_body = Arc::clone(&said);
    let answer = service_fn(move |request: Request<Incoming>| {
        let said = Arc::clone(&of_body);
        async move {
            if let Err(error) = request.into_body().collect().await {
                said.lock().unwrap().push(error.to_string());
            }
            Ok::<_, Infallible>(Response::new(Full::new(Bytes::from_static(b"ok"))))
        }
    });
    let result = builder.serve_connection(TokioIo::new(io), answer).await;
    let mut said = std::mem::take(&mut *said.lock().unwrap());
    said.extend(result.err().map(|error| error.to_string()));
    said
}

/// What hyper's client says of a server that sends something unasked, ...
async fn client_says_unasked(sent: &[u8]) -> Option<String> {
    let (mut peer, io) = duplex(1 << 20);
    let (_sender, connection) = client::handshake::<_, Empty<Bytes>>(TokioIo::new(io)).await.unwrap();
    peer.write_all(sent).await.unwrap();
    connection.await.err().map(|error| error.to_string())
}

/// ... of one that answers so, and, without an answer, of a connection that is gone.
async fn client_says(answer: Option<&[u8]>) -> Option<String> {
    let (mut peer, io) = duplex(1 << 20);
    let (mut sender, connection) = client::handshake(TokioIo::new(io)).await.unwrap();
    let asking = sender.send_request(Request::get("/").body(Empty::<Bytes>::new()).unwrap());
    match answer {
        None => drop(connection),
        Some(answer) => {
            let serving = async {
                peer.read_u8().await.unwrap();
                peer.write_all(answer).await.unwrap();
            };
            let (said, ..) = tokio::join!(asking, connection, serving);
            return said.err().map(|error| error.to_string());
        }
    }
    asking.await.err().map(|error| error.to_string())
}

/// A connection that brings one request and takes no answer. Before that it may break.
struct Broken {
    request: Option<&'static [u8]>,
    breaks: bool,
}

impl AsyncRead for Broken {
    fn poll_read(mut self: Pin<&mut Self>, _: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        match self.request.take() {
            Some(request) => {
                buffer.put_slice(request);
                Poll::Ready(Ok(()))
            }
            None if self.breaks => Poll::Ready(Err(io::ErrorKind::ConnectionReset.into())),
            None => Poll::Pending,
        }
    }
}

impl AsyncWrite for Broken {
    fn poll_write(self: Pin<&mut Self>, _: &mut Context<'_>, _: &[u8]) -> Poll<io::Result<usize>> {
        Poll::Ready(Err(io::ErrorKind::BrokenPipe.into()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

async fn broken_says(breaks: bool) -> Option<String> {
    let request = Some(&b"GET / HTTP/1.1\r\nhost: x\r\n\r\n"[..]);
    let answer = service_fn(|_| async { Ok::<_, Infallible>(Response::new(Empty::<Bytes>::new())) });
    let result = serving().serve_connection(TokioIo::new(Broken { request, breaks }), answer).await;
    result.err().map(|error| error.to_string())
}

fn http_says() -> Vec<String> {
    let long_uri = format!("GET /{} HTTP/1.1\r\nhost: x\r\n\r\n", "x".repeat(70_000));
    let long_head = format!("GET / HTTP/1.1\r\nx: {}\r\n", "x".repeat(2 * MAX_HEAD));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let mut said = Vec::new();
        for sent in [
            "G\0T / HTTP/1.1\r\n\r\n",
            "GET / HTTP/3.9\r\n\r\n",
            "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
            "GET [ HTTP/1.1\r\nhost: x\r\n\r\n",
            "GET / HTTP/1.1\r\na b: c\r\n\r\n",
            "POST / HTTP/1.1\r\ncontent-length: x\r\n\r\n",
            "POST / HTTP/1.1\r\ntransfer-encoding: gzip\r\n\r\n",
            "POST / HTTP/1.0\r\ntransfer-encoding: chunked\r\n\r\n",
            "POST / HTTP/1.1\r\ncontent-length: 9\r\n\r\nabc",
            "GET / HT",
            &long_head,
        ] {
            said.extend(server_says(&serving(), sent.as_bytes(), true).await);
        }
        said.extend(server_says(&serving(), b"GET / HT", false).await);
        said.extend(server_says(serving().max_buf_size(1 << 20), long_uri.as_bytes(), true).await);
        said.extend(client_says(Some(b"HTTP/1.1 9x9 ?\r\n\r\n")).await);
        said.extend(client_says(None).await);
        said.extend(client_says_unasked(b"HTTP/1.1 200 OK\r\n\r\n").await);
        said.extend(broken_says(true).await);
        said.extend(broken_says(false).await);
        said
    })
}

#[test]
fn the_english_texts_are_the_libraries_own() {
    for (english, key) in SENTENCES {
        assert_eq!(t!(Lang::En, key), *english);
    }
}

#[test]
fn the_libraries_say_each_of_the_sentences_when_they_meet_its_mistake() {
    let all = [toml_says(), regex_says(), http_says()].concat();
    let said: BTreeSet<String> = all.iter().flat_map(|said| parts(said).into_iter().chain([said.clone()])).collect();
    let unsaid: Vec<_> = SENTENCES.iter().map(|(english, _)| *english).filter(|one| !said.contains(*one)).collect();
    assert!(unsaid.is_empty(), "no library says this any more: {unsaid:#?}\nof {said:#?}");
}

#[test]
fn whatever_the_libraries_say_is_translated_whole() {
    // What stands between backticks is TOML itself.
    let letters = |text: &str| {
        let prose: String = text.split('`').step_by(2).collect();
        prose.replace("Unicode", "").chars().filter(char::is_ascii_alphabetic).count()
    };
    for english in toml_says() {
        let chinese = toml(Lang::ZhCn, &english);
        assert_eq!(letters(&chinese), 0, "{english}: {chinese}");
        assert_eq!(toml(Lang::En, &english), english);
    }
    for english in regex_says() {
        assert_ne!(sentence(Lang::ZhCn, &english), english);
    }
    for english in http_says() {
        assert_ne!(http(Lang::ZhCn, &english), english);
    }
    let both = "error reading a body from connection: connection error";
    assert_eq!(http(Lang::ZhCn, both), "读取消息正文时出错: 连接出错");
}
