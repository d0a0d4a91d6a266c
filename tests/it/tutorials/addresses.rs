//! What each end says of its own address.

use super::labs::{address, client, lab, port, run_file};
use crate::support::peers::Peer;

#[test]
fn each_client_of_the_lab_is_told_its_own_address() {
    let ran = run_file("14");
    for name in ["client", "another"] {
        let connect = ran.call(name, "connect", Some(1));
        assert_eq!(ran.received(name, 1), connect["local"].as_str().unwrap());
    }
    assert_ne!(ran.received("client", 1), ran.received("another", 1));
}

#[test]
fn a_python_client_is_told_what_getsockname_says() {
    let server = "name = \"server\", kind = \"tcp-server\", \
                  service = { kind = \"template\", text = \"{host}:{port}\", close_after_reply = true }";
    let mut run = lab(&[server], &[]).start();
    let Some(peer) = Peer::run("address_client.py", &[&port(&mut run, "server"), "3"]) else { return };
    assert_eq!(peer.output(), "True\n".repeat(3));
    run.until(|line| line["op"] == "close" && line["conn"] == 3);
    run.stop().went_well();
}

#[test]
fn a_python_server_tells_the_lab_its_address() {
    let Some(mut peer) = Peer::run("address_server.py", &["1"]) else { return };
    let client = client("client", &address(&mut peer), "");
    let steps = [
        "send = { from = \"client\", text = \"?\" }",
        "expect = { at = \"client\", text = \"127.0.0.1:\" }",
        "expect = { at = \"client\", eof = true }",
    ];
    let ran = lab(&[&client], &steps).start().finish().went_well();
    let told = ran.received("client", 1);
    assert_eq!(told, ran.call("client", "connect", Some(1))["local"].as_str().unwrap());
    assert_eq!(peer.output(), told + "\n");
}
