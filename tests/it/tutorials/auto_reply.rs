//! A server that answers one client at a time.

use serde_json::Value;

use super::labs::{address, client, lab, port, run_file, seq};
use crate::support::headless::span;
use crate::support::peers::Peer;

#[test]
fn the_second_client_is_connected_long_before_it_is_accepted() {
    let ran = run_file("02");
    let (connected, sent) = (ran.call("second", "connect", Some(1)), ran.call("second", "send", Some(1)));
    let first_closed = ran.call("server", "close", Some(1));
    let accepted = ran.call("server", "accept", Some(2));
    assert!(seq(connected) < seq(first_closed) && seq(sent) < seq(first_closed));
    assert!(seq(first_closed) < seq(accepted));
    // Nobody was even waiting in accept() before.
    assert!(span(first_closed).1 <= span(accepted).0);
    assert_eq!(accepted["peer"], connected["local"]);
    assert_eq!(ran.received("server", 1), "hellostill hereexit");
    assert_eq!(ran.received("first", 1), "hello SBstill here SB", "exit is not answered");
    assert!(ran.shown("server").contains(&"listen(5)=0".to_owned()));
}

#[test]
fn a_python_client_waits_in_the_backlog_until_the_first_one_has_left() {
    let server = "name = \"server\", kind = \"tcp-server\", serving = \"one-at-a-time\", backlog = 5, \
        service = { kind = \"suffix\", text = \" SB\", quit = [\"exit\"] }";
    let mut run = lab(&[server], &[]).start();
    let port = port(&mut run, "server");
    let Some(mut silent) = Peer::run("silent_client.py", &[&port]) else { return };
    run.until_call("server", "accept");
    let Some(mut second) = Peer::run("auto_reply_client.py", &[&port, "hello", "again", "exit"]) else { return };
    // It prints its address when it is connected.
    let second_address = address(&mut second);
    let accepts = |lines: &[Value]| lines.iter().filter(|line| line["op"] == "accept").count();
    assert_eq!(accepts(run.so_far()), 1);
    silent.kill();
    assert_eq!(second.output(), "hello SB\nagain SB\n");
    run.until(|line| line["op"] == "close" && line["conn"] == 2);
    let ran = run.stop().went_well();
    let accepted = ran.call("server", "accept", Some(2));
    assert_eq!(accepted["peer"], second_address);
    assert!(seq(ran.call("server", "close", Some(1))) < seq(accepted));
    assert_eq!(ran.received("server", 2), "helloagainexit");
}

#[test]
fn a_python_auto_reply_server_serves_two_clients_of_the_lab_one_after_the_other() {
    let Some(mut peer) = Peer::run("auto_reply_server.py", &["2"]) else { return };
    let server = address(&mut peer);
    let (first, second) = (client("first", &server, ""), client("second", &server, ""));
    let steps = [
        "open = \"first\"",
        "send = { from = \"first\", text = \"hello\" }",
        "expect = { at = \"first\", text = \"hello SB\" }",
        "open = \"second\"",
        "send = { from = \"second\", text = \"my turn?\" }",
        "send = { from = \"first\", text = \"还在\" }",
        "expect = { at = \"first\", text = \"还在 SB\" }",
        "send = { from = \"first\", text = \"exit\" }",
        "expect = { at = \"first\", eof = true }",
        "expect = { at = \"second\", text = \"my turn? SB\" }",
        "send = { from = \"second\", text = \"exit\" }",
        "expect = { at = \"second\", eof = true }",
    ];
    lab(&[&first, &second], &steps).start().finish().went_well();
    assert_eq!(peer.output(), "1: hello\n1: 还在\n1 has left\n2: my turn?\n2 has left\n");
}
