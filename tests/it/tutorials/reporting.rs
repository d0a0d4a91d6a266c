//! A server that reports who said what.

use super::labs::{address, client, lab, port, run_file};
use crate::support::headless::Ran;
use crate::support::peers::Peer;

/// What the reporting server says to the lab's client on that connection.
fn report(ran: &Ran, client: &str, conn: u32, message: &str) -> String {
    let local = ran.call(client, "connect", Some(conn))["local"].as_str().unwrap();
    let (host, port) = local.split_once(':').unwrap();
    format!("Received msg: {message} from ('{host}', {port})")
}

#[test]
fn the_report_spells_the_address_as_python_does() {
    let ran = run_file("10");
    for (client, conn, message) in [("first", 1, "hello"), ("second", 1, "你好"), ("first", 2, "again")] {
        assert_eq!(ran.received(client, conn), report(&ran, client, conn, message));
    }
    assert_eq!(ran.shown_of("server", "accept").len(), 3);
    // Closed three times by the server, and once at the end.
    assert_eq!(ran.shown_of("server", "close").len(), 4);
    assert_eq!(ran.shown_of("server", "recv"), ["recv(1024)=5", "recv(1024)=6", "recv(1024)=5"]);
}

#[test]
fn a_python_client_is_reported_with_its_own_address() {
    let server = "name = \"server\", kind = \"tcp-server\", serving = \"one-at-a-time\", service = { kind = \"template\", \
        text = \"Received msg: {msg} from ('{host}', {port})\", close_after_reply = true }";
    let mut run = lab(&[server], &[]).start();
    let port = port(&mut run, "server");
    let Some(peer) = Peer::run("reporting_client.py", &[&port, "hello", "你好", "again"]) else { return };
    assert_eq!(peer.output(), "hello True\n你好 True\nagain True\n");
    run.until(|line| line["op"] == "close" && line["conn"] == 3);
    run.stop().went_well();
}

#[test]
fn a_python_reporting_server_reports_the_lab() {
    let Some(mut peer) = Peer::run("reporting_server.py", &["2"]) else { return };
    let client = client("client", &address(&mut peer), "");
    let once = |text: &str| {
        [
            "open = \"client\"".to_owned(),
            format!("send = {{ from = \"client\", text = \"{text}\" }}"),
            "expect = { at = \"client\", eof = true }".to_owned(),
            "close = \"client\"".to_owned(),
        ]
    };
    let steps = [once("hello"), once("你好")].concat();
    let steps: Vec<_> = steps.iter().map(String::as_str).collect();
    let ran = lab(&[&client], &steps).start().finish().went_well();
    let mut printed = String::new();
    for (conn, message) in [(1, "hello"), (2, "你好")] {
        let report = report(&ran, "client", conn, message);
        assert_eq!(ran.received("client", conn), report);
        printed += &report.replace("Received msg: ", "").replace(" from ", " ");
        printed += "\n";
    }
    assert_eq!(peer.output(), printed);
}
