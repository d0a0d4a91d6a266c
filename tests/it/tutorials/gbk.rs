//! Text that is not UTF-8.

use super::labs::{address, client, lab, port, run_file};
use crate::support::headless::{data, shown};
use crate::support::peers::Peer;

#[test]
fn the_gbk_server_gets_two_bytes_a_character_and_an_empty_recv_when_a_client_leaves() {
    let ran = run_file("07");
    assert!(ran.shown("server").contains(&"listen(128)=0".to_owned()));
    let of = |conn: u32| -> Vec<_> {
        ran.calls("server").filter(|call| call["op"] == "recv" && call["conn"] == conn).map(shown).collect()
    };
    assert_eq!(of(1), ["recv(1024)=4", "recv(1024)=1", "recv(1024)=3", "recv(1024)=0"]);
    assert_eq!(of(2), ["recv(1024)=6", "recv(1024)=0"]);
    assert_eq!(data(ran.call("server", "recv", Some(1))), b"\xc4\xe3\xba\xc3");
    assert_eq!(ran.received("server", 2), "你好", "as UTF-8 it is what was meant");
}

#[test]
fn a_python_client_speaks_gbk_with_the_lab() {
    let server = "name = \"server\", kind = \"tcp-server\", backlog = 128, encoding = \"gbk\"";
    let steps = [
        "expect = { at = \"server\", text = \"你好\", within = \"20s\" }",
        "send = { from = \"server\", to = 1, text = \"收到\" }",
        "expect = { at = \"server\", eof = true, conn = 1, within = \"20s\" }",
    ];
    let mut run = lab(&[server], &steps).start();
    let Some(peer) = Peer::run("gbk_client.py", &[&port(&mut run, "server"), "你好"]) else { return };
    assert_eq!(peer.output(), "收到\n");
    let ran = run.finish().went_well();
    assert_eq!(ran.shown_of("server", "recv"), ["recv(1024)=4", "recv(1024)=0"]);
}

#[test]
fn a_python_gbk_server_reads_gbk_and_misreads_utf_8() {
    let Some(mut peer) = Peer::run("gbk_server.py", &["2"]) else { return };
    let server = address(&mut peer);
    let windows = client("windows", &server, "encoding = \"gbk\"");
    let linux = client("linux", &server, "");
    let steps = [
        "open = \"windows\"",
        "send = { from = \"windows\", text = \"你好\" }",
        "expect = { at = \"windows\", text = \"收到\" }",
        "close = \"windows\"",
        "open = \"linux\"",
        "send = { from = \"linux\", text = \"你好\" }",
        "expect = { at = \"linux\", hex = \"ca d5 b5 bd\" }",
        "close = \"linux\"",
    ];
    lab(&[&windows, &linux], &steps).start().finish().went_well();
    assert_eq!(peer.output(), "1: 你好\n1 has left\n2: 浣犲ソ\n2 has left\n");
}
