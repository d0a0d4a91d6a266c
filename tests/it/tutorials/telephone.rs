//! A wrong number, and the right one.

use std::net::{TcpListener, TcpStream};

use super::labs::{address, client, lab, port, run_file};
use crate::support::peers::Peer;

#[test]
fn a_wrong_number_is_an_errno_and_the_right_one_answers_in_upper_case() {
    let ran = run_file("11");
    assert_eq!(ran.shown_of("wrong number", "connect"), ["connect=ECONNREFUSED"]);
    let first = ran.expects().next().unwrap();
    assert_eq!((&first["step"], &first["ok"]), (&1.into(), &true.into()));
    assert!(first["detail"].as_str().unwrap().contains("ECONNREFUSED"));
    assert_eq!(ran.notices(), "", "what a step asks for is no trouble");
    assert_eq!(ran.shown_of("caller", "connect"), ["connect=0"]);
    assert_eq!(ran.received("caller", 1), "HELLO, ANYONE THERE?你好 ABC É");
}

#[test]
fn a_python_caller_gets_a_number_from_connect_ex_and_upper_case_from_the_lab() {
    let mut run = lab(&["name = \"phone\", kind = \"tcp-server\", service = { kind = \"upper\" }"], &[]).start();
    let port = port(&mut run, "phone");
    let Some(peer) = Peer::run("telephone_client.py", &[&port, "hello", "你好 abc"]) else { return };
    assert_eq!(peer.output(), "0 connected\nHELLO\n你好 ABC\n");
    run.until_call("phone", "close=0");
    run.stop().went_well();
}

#[test]
fn connect_ex_and_the_lab_say_the_same_of_a_number_that_nobody_has() {
    // A port that was free a moment ago.
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let caller = client("caller", &nobody.to_string(), "");
    lab(&[&caller], &["open = \"caller\", fails = \"ECONNREFUSED\""]).start().finish().went_well();
    let Some(peer) = Peer::run("telephone_client.py", &[&nobody.port().to_string(), "hello"]) else { return };
    let said = peer.output();
    let (number, name) = said.trim().split_once(' ').unwrap();
    assert_eq!(name, "ECONNREFUSED");
    let refused = TcpStream::connect(nobody).unwrap_err();
    assert_eq!(refused.raw_os_error(), number.parse().ok(), "{said}");
}

#[test]
fn a_python_telephone_answers_the_lab_until_it_hangs_up() {
    let Some(mut peer) = Peer::run("telephone_server.py", &["1"]) else { return };
    let caller = client("caller", &address(&mut peer), "");
    let steps = [
        "send = { from = \"caller\", text = \"hello\" }",
        "expect = { at = \"caller\", text = \"HELLO\" }",
        "send = { from = \"caller\", text = \"你好 abc\" }",
        "expect = { at = \"caller\", text = \"你好 ABC\" }",
        "shutdown = { at = \"caller\", how = \"write\" }",
        "expect = { at = \"caller\", eof = true }",
    ];
    lab(&[&caller], &steps).start().finish().went_well();
    assert_eq!(peer.output(), "heard: hello\nheard: 你好 abc\nhung up\n");
}
