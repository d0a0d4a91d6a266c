//! A file that a client fetches in several parts at once, as aria2c does.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};

use serde_json::Value;

use super::asking::{Asking, noise};
use crate::support::headless::{DEADLINE, Lab, Run};

/// More than the buffers of a loopback connection hold.
const LEN: usize = 32 * 1024 * 1024;

fn serve() -> (Run, SocketAddr, Vec<u8>) {
    let lab = Lab::new(
        "[[endpoints]]\nname = \"http\"\nkind = \"tcp-server\"\nservice = { kind = \"http\", root = \".\" }\n",
    );
    let bytes = noise(LEN);
    lab.put("a.bin", &bytes);
    let mut run = lab.start();
    let address = run.address("http");
    (run, address, bytes)
}

/// Asks for all of it, reads the beginning, and leaves the rest unread.
fn asks_for_all(address: SocketAddr, len: usize) -> (TcpStream, Vec<u8>) {
    let mut whole = TcpStream::connect(address).unwrap();
    whole.set_read_timeout(Some(DEADLINE)).unwrap();
    whole.write_all(b"GET /a.bin HTTP/1.1\r\nHost: x\r\n\r\n").unwrap();
    let mut read = Vec::new();
    let at = loop {
        let mut piece = [0; 4096];
        let got = whole.read(&mut piece).unwrap();
        read.extend_from_slice(&piece[..got]);
        if let Some(at) = read.windows(4).position(|window| window == b"\r\n\r\n") {
            break at + 4;
        }
    };
    let mut body = read.split_off(at);
    let mut rest = vec![0; len - body.len()];
    whole.read_exact(&mut rest).unwrap();
    body.extend(rest);
    (whole, body)
}

fn range(address: SocketAddr, from: usize, to: usize) -> Vec<u8> {
    let request = format!("GET /a.bin HTTP/1.1\r\nHost: x\r\nRange: bytes={from}-{}\r\n\r\n", to - 1);
    let answer = Asking::to(address).ask(&request);
    assert_eq!(answer.status, 206);
    answer.body
}

fn about_the_file(line: &Value) -> bool {
    line["type"] == "notice" && line["text"].as_str().is_some_and(|text| text.contains("a.bin"))
}

#[test]
fn a_request_that_is_broken_off_while_ranges_bring_the_rest_is_no_trouble() {
    let (mut run, address, bytes) = serve();
    let half = LEN / 2;
    let (whole, mut got) = asks_for_all(address, half);
    // Asked for before the first is broken off, and read after that.
    let mut parts = Asking::to(address);
    parts.say(format!("GET /a.bin HTTP/1.1\r\nHost: x\r\nRange: bytes={half}-\r\n\r\n").as_bytes());
    run.until(|line| line["op"] == "recv" && line["conn"] == 2 && line["result"] != 0);
    // What has come and is not read makes it a reset.
    drop(whole);
    got.extend(parts.answer(false).body);
    assert!(got == bytes);
    let told =
        run.until(|line| about_the_file(line) && line["text"].as_str().unwrap().contains("the rest went by ranges"));
    assert_eq!(told["level"], "info");
    let ran = run.stop();
    assert!(ran.lines.iter().filter(|line| about_the_file(line)).all(|line| line["level"] == "info"));
    assert!(!ran.lines.iter().any(|line| about_the_file(line) && line["text"].as_str().unwrap().contains("cut off")));
}

#[test]
fn a_request_that_is_broken_off_for_good_is_cut_off() {
    let (mut run, address, bytes) = serve();
    let (whole, got) = asks_for_all(address, 4096);
    assert!(got == bytes[..4096]);
    assert!(range(address, LEN - 10, LEN) == bytes[LEN - 10..]);
    drop(whole);
    run.until(|line| about_the_file(line) && line["text"].as_str().unwrap().contains("cut off"));
}
