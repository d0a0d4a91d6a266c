//! UDP: who sends from which port, and what of a datagram is lost.

use super::labs::{address, lab, port, run_file};
use crate::support::headless::{Ran, shown};
use crate::support::peers::Peer;

#[test]
fn datagrams_stay_apart_and_all_come_from_the_port_that_the_sender_bound() {
    let ran = run_file("04");
    let bound = &ran.call("sender", "bind", None)["local"];
    let came: Vec<_> = ran.calls("receiver").filter(|call| call["op"] == "recvfrom").collect();
    assert!(came.iter().all(|call| call["peer"] == *bound), "{came:?}");
    let came: Vec<_> = came.into_iter().map(shown).collect();
    assert_eq!(came, ["recvfrom(1024)=5", "recvfrom(1024)=6", "recvfrom(1024)=4"]);
    assert_eq!(ran.call("receiver", "sendto", None)["peer"], *bound);
    let ops = ran.lines.iter().filter_map(|line| line["op"].as_str());
    assert!(!ops.into_iter().any(|op| ["listen", "accept", "connect", "send", "recv"].contains(&op)));
}

#[test]
fn the_lab_receives_what_a_python_sender_sends_from_its_port() {
    let steps = [
        "expect = { at = \"receiver\", text = \"hello\", within = \"20s\" }",
        "expect = { at = \"receiver\", text = \"你好\", within = \"20s\" }",
        "expect = { at = \"receiver\", text = \"exit\", within = \"20s\" }",
    ];
    let receiver = "name = \"receiver\", kind = \"udp\", local = \"127.0.0.1:0\", recv_size = 1024";
    let mut run = lab(&[receiver], &steps).start();
    let port = port(&mut run, "receiver");
    let Some(mut peer) = Peer::run("udp_sender.py", &[&port, "hello", "你好", "exit", "never sent"]) else { return };
    let sender = address(&mut peer);
    assert_eq!(peer.output(), "");
    let ran = run.finish().went_well();
    assert!(ran.calls("receiver").filter(|call| call["op"] == "recvfrom").all(|call| call["peer"] == sender));
    assert_eq!(ran.shown_of("receiver", "recvfrom"), ["recvfrom(1024)=5", "recvfrom(1024)=6", "recvfrom(1024)=4"]);
}

#[test]
fn a_python_receiver_gets_what_the_lab_sends_from_its_port() {
    let Some(mut peer) = Peer::run("udp_receiver.py", &[]) else { return };
    let sender =
        format!("name = \"sender\", kind = \"udp\", local = \"127.0.0.1:0\", remote = \"{}\"", address(&mut peer));
    let steps = ["hello", "你好", "exit"].map(|text| format!("send = {{ from = \"sender\", text = \"{text}\" }}"));
    let ran = lab(&[&sender], &steps.each_ref().map(String::as_str)).start().finish().went_well();
    let from = ran.call("sender", "bind", None)["local"].as_str().unwrap();
    assert_eq!(peer.output(), format!("hello from {from}\n你好 from {from}\nexit from {from}\n"));
}

/// The `recvfrom` calls of an endpoint, each with the bytes that it lost.
fn with_lost(ran: &Ran, endpoint: &str) -> Vec<(String, u64)> {
    let calls = ran.calls(endpoint).filter(|call| call["op"] == "recvfrom");
    calls.map(|call| (shown(call), call["lost"].as_u64().unwrap())).collect()
}

fn pairs(list: &[(&str, u64)]) -> Vec<(String, u64)> {
    list.iter().map(|(call, lost)| ((*call).to_owned(), *lost)).collect()
}

#[test]
fn what_a_datagram_is_too_long_by_is_counted_as_lost() {
    let ran = run_file("09");
    let at_server =
        [("recvfrom(500)=16", 0), ("recvfrom(500)=500", 100), ("recvfrom(500)=10", 0), ("recvfrom(500)=12", 0)];
    assert_eq!(with_lost(&ran, "server"), pairs(&at_server));
    let at_client = [("recvfrom(200)=16", 0), ("recvfrom(200)=200", 300), ("recvfrom(200)=12", 0)];
    assert_eq!(with_lost(&ran, "client"), pairs(&at_client));
    let notices = ran.notices();
    assert!(notices.contains("100 bytes lost") && notices.contains("300 bytes lost"), "{notices}");
}

#[test]
fn a_python_client_is_cut_off_at_both_ends_and_never_gets_more_than_a_datagram_out() {
    let server =
        "name = \"server\", kind = \"udp\", local = \"127.0.0.1:0\", recv_size = 500, service = { kind = \"echo\" }";
    let mut run = lab(&[server], &[]).start();
    let arguments = [&port(&mut run, "server"), "16", "600", "65508", "0", "199"];
    let Some(peer) = Peer::run("udp_request_client.py", &arguments) else { return };
    assert_eq!(peer.output(), "16 16\n600 200\n65508 EMSGSIZE\n0 0\n199 199\n");
    run.until_call("server", "sendto(199)=199");
    let ran = run.stop().went_well();
    let came = [("recvfrom(500)=16", 0), ("recvfrom(500)=500", 100), ("recvfrom(500)=0", 0), ("recvfrom(500)=199", 0)];
    assert_eq!(with_lost(&ran, "server"), pairs(&came));
}

#[test]
fn a_python_server_survives_every_request_of_the_lab() {
    let Some(mut peer) = Peer::run("udp_request_server.py", &[]) else { return };
    let client = format!("name = \"client\", kind = \"udp\", remote = \"{}\", recv_size = 200", address(&mut peer));
    let long = format!("send = {{ from = \"client\", text = \"{}\" }}", "a".repeat(600));
    let steps = [
        "send = { from = \"client\", text = \"50\" }",
        "expect = { at = \"client\", bytes = 50 }",
        "send = { from = \"client\", text = \"nonsense\" }",
        "expect = { at = \"client\", text = \"ValueError\" }",
        "send = { from = \"client\", text = \"70000\" }",
        "expect = { at = \"client\", text = \"EMSGSIZE\" }",
        "send = { from = \"client\", text = \"300\" }",
        "expect = { at = \"client\", bytes = 200 }",
        &long,
        "expect = { at = \"client\", text = \"ValueError\" }",
        "send = { from = \"client\", text = \"7\" }",
        "expect = { at = \"client\", text = \"xxxxxxx\" }",
        "send = { from = \"client\", text = \"exit\" }",
    ];
    let ran = lab(&[&client], &steps).start().finish().went_well();
    let lost: Vec<_> = with_lost(&ran, "client").into_iter().filter(|(_, lost)| *lost > 0).collect();
    assert_eq!(lost, pairs(&[("recvfrom(200)=200", 100)]));
    assert_eq!(peer.output(), "asked: 2\nasked: 8\nasked: 5\nasked: 3\nasked: 500\nasked: 1\nasked: 4\n");
}

/// The longest datagram over IPv4 is 65,535 bytes less the headers; other systems may have a lower limit.
#[cfg(target_os = "linux")]
#[test]
fn a_datagram_of_65_507_bytes_goes_and_one_more_byte_does_not() {
    let steps = [
        "send = { from = \"client\", file = \"too-long.bin\" }, fails = \"EMSGSIZE\"",
        "send = { from = \"client\", file = \"longest.bin\" }",
        "expect = { at = \"server\", bytes = 65507 }",
        "expect = { at = \"client\", bytes = 65507 }",
    ];
    let server = "name = \"server\", kind = \"udp\", local = \"127.0.0.1:0\", service = { kind = \"echo\" }";
    let lab = lab(&[server, "name = \"client\", kind = \"udp\", remote = \"@server\""], &steps);
    lab.put("too-long.bin", &[b'x'; 65_508]);
    lab.put("longest.bin", &[b'x'; 65_507]);
    let ran = lab.start().finish().went_well();
    assert_eq!(ran.shown_of("client", "sendto"), ["sendto(65508)=EMSGSIZE", "sendto(65507)=65507"]);
    assert_eq!(with_lost(&ran, "client")[0].1, 0);
}
