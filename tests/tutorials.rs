//! Every program of the tutorials: the lab files of `assets/labs/`, and the lab at either end of the Python programs.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test ends where it fails")]

mod support;

use std::collections::HashSet;
use std::io;
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use support::headless::{Lab, Ran, Run, data, shown, span};
use support::peers::Peer;

/// The lab files that there are, in order.
fn labs() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/labs");
    let mut labs: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    labs.retain(|path| path.is_file());
    labs.sort();
    // Unix sockets are for Unix.
    labs.retain(|path| cfg!(unix) || !path.ends_with("12-unix.lab.toml"));
    labs
}

/// The lab file whose name begins so.
#[track_caller]
fn lab_file(begin: &str) -> PathBuf {
    let labs = labs();
    let found = labs.iter().find(|path| path.file_name().unwrap().to_str().unwrap().starts_with(begin));
    found.unwrap_or_else(|| panic!("no lab file {begin}…")).clone()
}

/// Runs a copy of the lab file: what it downloads is saved beside it.
fn run_copy(path: &Path) -> Ran {
    let folder = tempfile::tempdir().unwrap();
    let copy = folder.path().join(path.file_name().unwrap());
    std::fs::copy(path, &copy).unwrap();
    let shared = "file-by-name";
    std::fs::create_dir(folder.path().join(shared)).unwrap();
    for entry in std::fs::read_dir(path.parent().unwrap().join(shared)).unwrap() {
        let entry = entry.unwrap();
        std::fs::copy(entry.path(), folder.path().join(shared).join(entry.file_name())).unwrap();
    }
    Run::of(&copy).finish()
}

#[track_caller]
fn run_file(begin: &str) -> Ran {
    run_copy(&lab_file(begin)).went_well()
}

/// A lab of these endpoints and steps; each is the inside of a table.
fn lab(endpoints: &[&str], steps: &[&str]) -> Lab {
    let tables = |list: &[&str]| list.iter().map(|table| format!("    {{ {table} }},\n")).collect::<String>();
    Lab::new(&format!("endpoints = [\n{}]\nsteps = [\n{}]\n", tables(endpoints), tables(steps)))
}

/// A TCP client of that address.
fn client(name: &str, peer: &str, more: &str) -> String {
    format!("name = \"{name}\", kind = \"tcp-client\", remote = \"{peer}\", {more}").trim_end_matches(", ").to_owned()
}

/// The address of a Python server.
fn address(peer: &mut Peer) -> String {
    peer.address().to_string()
}

/// The port of a lab's server, for a Python client.
fn port(run: &mut Run, endpoint: &str) -> String {
    run.address(endpoint).port().to_string()
}

fn seq(call: &Value) -> u64 {
    call["seq"].as_u64().unwrap()
}

// ---- all of them ----

#[test]
fn every_lab_of_the_tutorials_runs_to_its_end_with_every_expectation_met() {
    let labs = labs();
    assert!(labs.len() >= 12, "{labs:?}");
    // A run that was killed has left them behind.
    for name in ["server", "mailbox", "writer"] {
        let _ = std::fs::remove_file(format!("/tmp/socket-lab-12-{name}.sock"));
    }
    for path in labs {
        let ran = run_copy(&path);
        assert_eq!(ran.status, Some(0), "{}: {:#?}{}", path.display(), ran.expects().collect::<Vec<_>>(), ran.errors);
        let ran = ran.went_well();
        assert!(ran.expects().count() > 0, "{} expects nothing", path.display());
        assert_eq!(ran.summary()["kernel_drops"], 0, "{}", path.display());
        let calls = ran.lines.iter().filter(|line| line["type"] == "call").count();
        assert_eq!(ran.summary()["calls"], calls, "{}", path.display());
    }
}

#[test]
fn every_lab_stays_on_this_machine() {
    for path in labs() {
        let lab = socket_lab::lab::file::load(&path).unwrap();
        for endpoint in &lab.endpoints {
            assert!(!endpoint.reachable_from_lan(), "{}: {}", path.display(), endpoint.name);
        }
    }
}

// ---- 1: one-shot server and client ----

#[test]
fn the_one_shot_server_accepts_once_and_closes_its_connection_and_its_listener() {
    let ran = run_file("01");
    let server = ran.shown("server");
    for call in ["listen(1)=0", "accept", "recv(1024)=5", "send(4)=4"] {
        assert_eq!(server.iter().filter(|shown| *shown == call).count(), 1, "{call} in {server:?}");
    }
    let closed: Vec<_> = ran.calls("server").filter(|call| call["op"] == "close").map(|call| &call["conn"]).collect();
    assert_eq!(closed.len(), 2);
    assert!(closed.contains(&&Value::Null) && closed.contains(&&1.into()), "{closed:?}");
    assert_eq!(ran.shown_of("client", "recv"), ["recv(1024)=4", "recv(1024)=0"]);
}

const ONE_SHOT: &str = "name = \"server\", kind = \"tcp-server\", backlog = 1, accept_limit = 1, recv_size = 1024, \
    service = { kind = \"constant\", text = \"stop\", close_after_reply = true }";

#[test]
fn a_python_client_is_told_stop_and_after_it_nobody_listens() {
    let mut run = lab(&[ONE_SHOT], &[]).start();
    let server = run.address("server");
    let Some(peer) = Peer::run("one_shot_client.py", &[&server.port().to_string(), "hello"]) else { return };
    assert_eq!(peer.output(), "answered: stop\nclosed: True\n");
    let closed = |line: &Value, conn: Value| line["op"] == "close" && line["conn"] == conn;
    run.until(|line| closed(line, 1.into()));
    run.until(|line| closed(line, Value::Null));
    let refused = TcpStream::connect(server).map(|_| ()).map_err(|error| error.kind());
    assert_eq!(refused, Err(io::ErrorKind::ConnectionRefused));
    let ran = run.stop().went_well();
    assert_eq!(ran.shown_of("server", "accept").len(), 1);
}

#[test]
fn a_python_one_shot_server_tells_the_lab_stop() {
    let Some(mut peer) = Peer::run("one_shot_server.py", &[]) else { return };
    let client = client("client", &address(&mut peer), "");
    let steps =
        ["send = { from = \"client\", text = \"hello\" }", "expect = { at = \"client\", text = \"stop\", eof = true }"];
    let ran = lab(&[&client], &steps).start().finish().went_well();
    assert_eq!(ran.received("client", 1), "stop");
    assert_eq!(peer.output(), "asked: hello\n");
}

// ---- 2: auto-reply, one client at a time ----

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

// ---- 3: a chat over TCP ----

#[test]
fn the_chat_is_chinese_text_until_q() {
    let ran = run_file("03");
    assert!(ran.shown("server").contains(&"listen(3)=0".to_owned()));
    assert_eq!(ran.received("server", 1), "你好，在吗？套接字！Q");
    assert_eq!(ran.received("client", 1), "在的。今天学什么？");
    assert!(ran.shown("client").contains(&"send(18)=18".to_owned()), "six characters of three bytes");
    let last = ran.calls("server").filter(|call| call["conn"] == 1).map(shown).collect::<Vec<_>>();
    assert_eq!(last[last.len() - 2..], ["recv(1024)=1", "close=0"], "Q ends it, unanswered");
}

#[test]
fn a_python_client_chats_with_somebody_in_the_lab() {
    let server = "name = \"server\", kind = \"tcp-server\", serving = \"one-at-a-time\", backlog = 3, \
        service = { kind = \"manual\", quit = [\"Q\"] }";
    let steps = [
        "expect = { at = \"server\", text = \"你好，在吗？\", within = \"20s\" }",
        "send = { from = \"server\", to = 1, text = \"在的。\" }",
        "expect = { at = \"server\", text = \"套接字！\", within = \"20s\" }",
        "send = { from = \"server\", to = 1, text = \"好！\" }",
        "expect = { at = \"server\", text = \"Q\", within = \"20s\" }",
    ];
    let mut run = lab(&[server], &steps).start();
    let port = port(&mut run, "server");
    let Some(peer) = Peer::run("chat_client.py", &[&port, "你好，在吗？", "套接字！", "Q", "never said"])
    else {
        return;
    };
    assert_eq!(peer.output(), "heard: 在的。\nheard: 好！\nthe server has closed: True\n");
    run.finish().went_well();
}

#[test]
fn somebody_in_the_lab_chats_with_a_python_server() {
    let Some(mut peer) = Peer::run("chat_server.py", &["在的。", "好！"]) else { return };
    let client = client("client", &address(&mut peer), "");
    let steps = [
        "send = { from = \"client\", text = \"你好，在吗？\" }",
        "expect = { at = \"client\", text = \"在的。\" }",
        "send = { from = \"client\", text = \"套接字！\" }",
        "expect = { at = \"client\", text = \"好！\" }",
        "send = { from = \"client\", text = \"Q\" }",
        "expect = { at = \"client\", eof = true }",
    ];
    lab(&[&client], &steps).start().finish().went_well();
    assert_eq!(peer.output(), "heard: 你好，在吗？\nheard: 套接字！\nthe client has ended the chat with 'Q'\n");
}

// ---- 4: UDP send and receive ----

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

// ---- 5: a chat room over UDP ----

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

// ---- 6: a client of one shot ----

#[test]
fn the_shortest_client_makes_four_calls_and_loses_nothing() {
    let ran = run_file("06");
    assert_eq!(ran.shown("client"), ["socket", "connect=0", "send(12)=12", "close=0"]);
    assert_eq!(ran.shown_of("server", "recv"), ["recv(1024)=12", "recv(1024)=0"]);
    assert_eq!(ran.received("server", 1), "一次就好");
}

#[test]
fn a_python_client_of_one_shot_is_heard_to_the_end() {
    let steps = ["expect = { at = \"server\", text = \"一次就好\", eof = true, within = \"20s\" }"];
    let mut run = lab(&["name = \"server\", kind = \"tcp-server\""], &steps).start();
    let Some(peer) = Peer::run("send_once_client.py", &[&port(&mut run, "server"), "一次就好"]) else { return };
    assert_eq!(peer.output(), "sent 12\n");
    run.finish().went_well();
}

#[test]
fn a_python_server_hears_the_one_shot_of_the_lab() {
    let Some(mut peer) = Peer::run("listening_server.py", &[]) else { return };
    let client = client("client", &address(&mut peer), "");
    let steps = ["open = \"client\"", "send = { from = \"client\", text = \"一次就好\" }", "close = \"client\""];
    let ran = lab(&[&client], &steps).start().finish().went_well();
    assert_eq!(ran.shown("client"), ["socket", "connect=0", "send(12)=12", "close=0"]);
    assert_eq!(peer.output(), "12 bytes: 一次就好\nthe client has left\n");
}

// ---- 7: GBK ----

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

// ---- 9: UDP request and reply ----

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

// ---- 10: a server that reports ----

#[test]
fn the_example_downloads_what_is_there_and_is_refused_what_is_not() {
    let ran = run_file("08");
    let told: Vec<_> = ran.expects().map(|line| line["detail"].as_str().unwrap()).collect();
    assert_eq!(told.iter().filter(|told| told.ends_with(": identical")).count(), 4, "{told:?}");
    assert!(ran.notices().contains("leads out of the shared folder"), "{}", ran.notices());
    assert_eq!(ran.shown_of("guesser", "recv"), ["recv(1024)=0"]);
}

#[test]
fn a_python_client_gets_files_by_their_names() {
    let text =
        "[[endpoints]]\nname = \"server\"\nkind = \"tcp-server\"\nservice = { kind = \"files\", root = \".\" }\n";
    let lab = Lab::new(text);
    lab.put("poem.txt", "床前明月光".as_bytes());
    let mut run = lab.start();
    let port = run.address("server").port().to_string();
    let Some(peer) = Peer::run("file_client.py", &[&port, "poem.txt", "other.txt", "poem.txt"]) else { return };
    assert_eq!(peer.output(), "poem.txt 15\nother.txt 0\npoem.txt 15\n");
}

#[test]
fn the_lab_gets_a_file_of_a_python_server() {
    let Some(mut peer) = Peer::run("file_server.py", &["2"]) else { return };
    let address = peer.address();
    let client =
        |name: &str| format!("[[endpoints]]\nname = \"{name}\"\nkind = \"tcp-client\"\nremote = \"{address}\"\n");
    let steps = r#"
[[steps]]
send = { from = "one", text = "big.bin" }
[[steps]]
expect = { at = "one", bytes = 5000, eof = true }
[[steps]]
close = "one"
[[steps]]
open = "two"
[[steps]]
send = { from = "two", text = "no such file" }
[[steps]]
expect = { at = "two", eof = true }
"#;
    Lab::new(&format!("{}{}{steps}", client("one"), client("two"))).start().finish().went_well();
    assert_eq!(peer.output(), "big.bin\nno such file\n");
}

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

// ---- 11: the telephone ----

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

// ---- 13: browser and server ----

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

// ---- 14: what is my address? ----

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

// ---- 15: sticky and split messages ----

#[test]
fn three_sends_arrive_as_one_recv_and_one_send_as_four() {
    let ran = run_file("15");
    let lengths = |name: &str, op: &str, conn: u64| -> Vec<u64> {
        let calls = ran.calls(name).filter(|call| call["op"] == op && call["conn"] == conn);
        calls.filter_map(|call| call["result"].as_u64()).collect()
    };
    assert_eq!(lengths("client", "send", 1), [4, 4, 6, 52]);
    assert_eq!(lengths("server", "recv", 2), [14, 16, 16, 16, 4, 0]);
}
