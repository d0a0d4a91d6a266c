//! A chat room over UDP.

use std::collections::HashSet;

use super::labs::{address, lab, port, run_file};
use crate::support::headless::data;
use crate::support::peers::Peer;

#[test]
fn in_the_room_one_socket_each_writes_to_anyone_and_hears_anyone() {
    let ran = run_file("05");
    let peers = |endpoint: &str, op: &str| -> HashSet<String> {
        let calls = ran.calls(endpoint).filter(|call| call["op"] == op);
        calls.map(|call| call["peer"].as_str().unwrap().to_owned()).collect()
    };
    let [zhang, li, wang] =
        ["zhang", "li", "wang"].map(|name| ran.call(name, "bind", None)["local"].as_str().unwrap().to_owned());
    for name in ["zhang", "li", "wang"] {
        assert_eq!(ran.shown_of(name, "socket").len(), 1, "{name}");
        assert_eq!(ran.shown_of(name, "bind").len(), 1, "{name}");
    }
    assert_eq!(peers("zhang", "sendto"), HashSet::from([li.clone(), wang.clone()]));
    assert_eq!(peers("zhang", "recvfrom"), HashSet::from([li, wang.clone()]));
    assert_eq!(peers("li", "recvfrom"), HashSet::from([zhang, wang]));
}

#[test]
fn two_of_the_lab_enter_the_room_of_a_python_program() {
    let Some(mut peer) = Peer::run("udp_room.py", &["老王", "3"]) else { return };
    let to = address(&mut peer);
    let person = |name: &str| format!("name = \"{name}\", kind = \"udp\", local = \"127.0.0.1:0\", remote = \"{to}\"");
    let steps = [
        "send = { from = \"zhang\", text = \"zhang: 有人吗？\" }",
        "expect = { at = \"zhang\", text = \"老王: 你好，zhang\" }",
        "send = { from = \"li\", text = \"li: 我来了\" }",
        "expect = { at = \"li\", text = \"老王: 你好，li\" }",
        "send = { from = \"zhang\", text = \"zhang: 再见\" }",
        "expect = { at = \"zhang\", text = \"exit\" }",
        "expect = { at = \"li\", text = \"exit\" }",
    ];
    lab(&[&person("zhang"), &person("li")], &steps).start().finish().went_well();
    let heard = "zhang said 有人吗？\nli said 我来了\nzhang said 再见\nin the room: li zhang\n";
    assert_eq!(peer.output(), heard);
}

#[test]
fn two_python_programs_enter_the_room_of_the_lab() {
    let room = "name = \"room\", kind = \"udp\", local = \"127.0.0.1:0\", \
        service = { kind = \"template\", text = \"wang: {msg}, {port}\", quit = [\"exit\"] }";
    let mut run = lab(&[room], &[]).start();
    let port = port(&mut run, "room");
    for name in ["老王", "小李"] {
        let Some(mut peer) = Peer::run("udp_room.py", &[name, "1", &port]) else { return };
        let address = peer.address();
        let said = format!("wang said {name}: 大家好, {}\nin the room: wang\n", address.port());
        assert_eq!(peer.output(), said);
        let address = address.to_string();
        run.until(|line| line["op"] == "recvfrom" && line["peer"] == address && data(line) == b"exit");
    }
    let ran = run.stop().went_well();
    assert_eq!(ran.shown_of("room", "sendto").len(), 2, "exit is not answered");
    assert_eq!(ran.shown_of("room", "socket").len(), 1);
}
