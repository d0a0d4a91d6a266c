//! A browser and a server of one page.

use std::io;
use std::process::Command;

use super::labs::{address, client, lab, lab_file, port, run_file};
use crate::support::headless::{Lab, data};
use crate::support::peers::Peer;

/// The server of the lab file alone, listening for somebody from outside.
fn page_server() -> Lab {
    let text = std::fs::read_to_string(lab_file("13")).unwrap();
    let (server, _) = text.split_once("[[endpoints]]\nname = \"browser\"").unwrap();
    Lab::new(server)
}

#[test]
fn the_page_is_as_long_as_it_says_and_the_request_is_readable() {
    let ran = run_file("13");
    let request = String::from_utf8(data(ran.call("server", "recv", Some(1)))).unwrap();
    assert!(request.starts_with("GET /index.html HTTP/1.1\r\n") && request.ends_with("\r\n\r\n"), "{request:?}");
    let answer = ran.received("browser", 1);
    let (head, page) = answer.split_once("\r\n\r\n").unwrap();
    assert!(head.contains(&format!("Content-Length: {}\r\n", page.len())), "{head}");
    assert!(page.contains("你好"));
}

#[test]
fn a_python_browser_gets_the_page_as_often_as_it_asks() {
    let mut run = page_server().start();
    let Some(peer) = Peer::run("browser_client.py", &[&port(&mut run, "server"), "/", "/favicon.ico"]) else { return };
    assert_eq!(peer.output(), "200 whole Hello, browser! 你好，浏览器！\n".repeat(2));
    run.until(|line| line["op"] == "close" && line["conn"] == 2);
    let ran = run.stop().went_well();
    for (conn, path) in [(1, "/"), (2, "/favicon.ico")] {
        let request = ran.received("server", conn);
        assert!(request.starts_with(&format!("GET {path} HTTP/1.1\r\n")), "{request}");
        assert!(request.contains("User-Agent: a browser\r\n"), "{request}");
    }
    assert_eq!(ran.notices(), "");
}

#[test]
fn curl_gets_the_page() {
    let mut run = page_server().start();
    let url = format!("http://127.0.0.1:{}/", port(&mut run, "server"));
    let options = ["--silent", "--show-error", "--include", "--max-time", "15", "--noproxy", "*"];
    let output = match Command::new("curl").args(options).arg(&url).output() {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            eprintln!("not tested: this machine has no curl");
            return;
        }
        output => output.unwrap(),
    };
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.starts_with("HTTP/1.1 200 OK\r\n") && text.contains("<h1>Hello, browser!"), "{text}");
    let request = run.until(|line| line["op"] == "recv" && line["conn"] == 1);
    assert!(String::from_utf8(data(&request)).unwrap().contains("User-Agent: curl"));
}

#[test]
fn the_lab_asks_a_python_page_server() {
    let Some(mut peer) = Peer::run("browser_server.py", &["1"]) else { return };
    let browser = client("browser", &address(&mut peer), "");
    let steps = [
        "send = { from = \"browser\", text = \"GET /hello HTTP/1.1\\r\\nHost: 127.0.0.1\\r\\n\\r\\n\" }",
        "expect = { at = \"browser\", text = \"HTTP/1.1 200 OK\\r\\n\" }",
        "expect = { at = \"browser\", eof = true }",
    ];
    let ran = lab(&[&browser], &steps).start().finish().went_well();
    assert!(ran.received("browser", 1).ends_with("<h1>你好，浏览器</h1>"));
    assert_eq!(peer.output(), "GET /hello HTTP/1.1\n");
}
