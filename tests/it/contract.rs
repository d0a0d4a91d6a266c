//! The headless run as a script sees it: each line's fields and their types, and that the lines add up.

use std::io::Write as _;
use std::net::TcpStream;
use std::process::{Command, Stdio};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

const SERVER: &str = "[[endpoints]]\nname = \"server\"\nkind = \"tcp-server\"\n";
const CLIENT: &str = "[[endpoints]]\nname = \"client\"\nkind = \"tcp-client\"\nremote = \"@server\"\n";

/// One step a line.
fn steps(steps: &str) -> String {
    let steps = steps.lines().map(str::trim).filter(|step| !step.is_empty());
    steps.map(|step| format!("[[steps]]\n{step}\n")).collect()
}

/// The exit status, the lines and what stderr says. Files lie beside the lab.
fn run(lab: &str, files: &[(&str, &[u8])]) -> (Option<i32>, Vec<Value>, String) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.lab.toml");
    std::fs::write(&path, lab).unwrap();
    for (name, bytes) in files {
        std::fs::write(folder.path().join(name), bytes).unwrap();
    }
    let output = Command::new(env!("CARGO_BIN_EXE_socket-lab"))
        .arg("run")
        .arg(path)
        .args(["--format", "jsonl", "--for", "30s"])
        .env("LC_ALL", "C")
        .env_remove("LANGUAGE")
        .env_remove("SOCKET_LAB_LOG")
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let lines = String::from_utf8(output.stdout).unwrap();
    let lines = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    (output.status.code(), lines, String::from_utf8(output.stderr).unwrap())
}

/// The lines of a run that went well.
#[track_caller]
fn well(lab: &str, files: &[(&str, &[u8])]) -> Vec<Value> {
    let (status, lines, errors) = run(lab, files);
    assert_eq!(status, Some(0), "{lines:#?}{errors}");
    lines
}

fn calls<'l>(lines: &'l [Value], endpoint: &'l str, op: &'l str) -> impl Iterator<Item = &'l Value> {
    lines.iter().filter(move |line| line["type"] == "call" && line["endpoint"] == endpoint && line["op"] == op)
}

fn keys(line: &Value) -> Vec<&str> {
    line.as_object().unwrap().keys().map(String::as_str).collect()
}

const OPS: [&str; 13] = [
    "socket",
    "setsockopt",
    "bind",
    "listen",
    "accept",
    "connect",
    "send",
    "sendto",
    "sendfile",
    "recv",
    "recvfrom",
    "shutdown",
    "close",
];

/// A line has the fields of its type, and they have their types.
fn check_call(call: &Value) {
    let mut expected = vec![
        "args",
        "at",
        "conn",
        "data",
        "endpoint",
        "errno",
        "len",
        "local",
        "offset",
        "op",
        "peer",
        "result",
        "seq",
        "took",
        "truncated",
        "type",
    ];
    if call["op"] == "recvfrom" && call["errno"].is_null() {
        expected.push("lost");
        assert!(call["lost"].is_u64(), "{call}");
    }
    if call.get("rule").is_some() {
        expected.push("rule");
    }
    // Only those that waited and never returned have it.
    let abandoned = call.get("abandoned");
    if abandoned.is_some() {
        expected.push("abandoned");
        assert_eq!(abandoned, Some(&Value::Bool(true)), "{call}");
    }
    let mut keys = keys(call);
    keys.sort_unstable();
    expected.sort_unstable();
    assert_eq!(keys, expected);
    assert!(OPS.contains(&call["op"].as_str().unwrap()), "{call}");
    assert!(call["at"].is_f64() && call["took"].is_f64(), "seconds: {call}");
    assert!(call["at"].as_f64().unwrap() >= 0.0 && call["took"].as_f64().unwrap() >= 0.0, "{call}");
    assert!(call["endpoint"].is_string() && call["args"].is_object() && call["truncated"].is_boolean(), "{call}");
    let ends = [call["result"].is_i64(), call["errno"].is_string(), abandoned.is_some()];
    assert_eq!(ends.into_iter().filter(|it| *it).count(), 1, "one of the three: {call}");
    for field in ["conn", "offset"] {
        assert!(call[field].is_u64() || call[field].is_null(), "{field}: {call}");
    }
    for field in ["local", "peer"] {
        assert!(call[field].is_string() || call[field].is_null(), "{field}: {call}");
    }
    let data = STANDARD.decode(call["data"].as_str().unwrap()).unwrap();
    let len = usize::try_from(call["len"].as_u64().unwrap()).unwrap();
    assert_eq!(data.len() < len, call["truncated"] == true, "{call}");
}

fn check(lines: &[Value]) {
    let (summary, before) = lines.split_last().unwrap();
    let all: Vec<&Value> = before.iter().filter(|line| line["type"] == "call").collect();
    all.iter().for_each(|call| check_call(call));
    let numbers: Vec<u64> = all.iter().map(|call| call["seq"].as_u64().unwrap()).collect();
    assert_eq!(numbers, (1..=all.len() as u64).collect::<Vec<_>>(), "in the order of completion, without a gap");
    for line in before.iter().filter(|line| line["type"] != "call") {
        let expected: &[&str] = match line["type"].as_str().unwrap() {
            "expect" => &["detail", "ok", "step", "type"],
            "notice" => &["endpoint", "level", "text", "type"],
            other => panic!("{other} is no type of a line before the last: {line}"),
        };
        let mut keys = keys(line);
        keys.sort_unstable();
        assert_eq!(keys, expected, "{line}");
    }
    let moved = |ops: &[&str]| -> u64 {
        let ours = all.iter().filter(|call| ops.contains(&call["op"].as_str().unwrap()));
        ours.filter_map(|call| call["result"].as_u64()).sum()
    };
    let failed = before.iter().filter(|line| line["type"] == "expect" && line["ok"] == false).count();
    let expected = serde_json::json!({
        "type": "summary",
        "calls": all.len(),
        "sent_bytes": moved(&["send", "sendto", "sendfile"]),
        "received_bytes": moved(&["recv", "recvfrom"]),
        "evicted_calls": 0,
        "evicted_bytes": 0,
        "kernel_drops": 0,
        "failed_steps": failed,
    });
    assert_eq!(*summary, expected);
}

#[test]
fn every_line_of_a_stream_has_its_fields_and_they_add_up() {
    let lines = well(
        &(format!("{SERVER}recv_size = 3\nservice = {{ kind = \"suffix\", text = \"!\" }}\n{CLIENT}")
            + &steps(
                r#"
                open = "server"
                open = "client"
                send = { from = "client", text = "hello" }
                expect = { at = "client", bytes = 7 }
                shutdown = { at = "client", how = "write" }
                expect = { at = "client", eof = true }
                close = "client"
                "#,
            )),
        &[],
    );
    check(&lines);
    let received = calls(&lines, "server", "recv").map(|call| [call["offset"].as_u64(), call["result"].as_u64()]);
    let received: Vec<_> = received.collect();
    assert_eq!(received, [[Some(0), Some(3)], [Some(3), Some(2)], [None, Some(0)]]);
}

#[test]
fn a_file_s_calls_are_truncated_to_what_was_kept_and_still_add_up() {
    let file = vec![7; 300_000];
    let lab = format!("{SERVER}service = {{ kind = \"files\", files = [\"a.bin\"] }}\n{CLIENT}")
        + &steps(
            r#"
            open = "client"
            download = { from = "client", name = "a.bin", save_to = "b.bin" }
            "#,
        );
    let lines = well(&lab, &[("a.bin", &file)]);
    check(&lines);
    let sent: u64 = calls(&lines, "server", "sendfile").map(|call| call["result"].as_u64().unwrap()).sum();
    assert_eq!(sent, 300_000);
    assert!(calls(&lines, "server", "sendfile").any(|call| call["truncated"] == true));
}

#[test]
fn a_datagram_that_was_cut_says_how_many_bytes_are_lost() {
    let room = "[[endpoints]]\nname = \"room\"\nkind = \"udp\"\nlocal = \"127.0.0.1:0\"\nrecv_size = 4\n";
    let guest = "[[endpoints]]\nname = \"guest\"\nkind = \"udp\"\nremote = \"@room\"\n";
    let lab = format!("{room}{guest}")
        + &steps(
            r#"
            send = { from = "guest", text = "0123456789" }
            expect = { at = "room", text = "0123" }
            "#,
        );
    let lines = well(&lab, &[]);
    check(&lines);
    let cut = calls(&lines, "room", "recvfrom").next().unwrap();
    assert_eq!(["result", "len", "lost"].map(|field| cut[field].as_u64()), [Some(4), Some(4), Some(6)]);
}

#[test]
fn a_udp_socket_that_only_answers_is_bound_to_the_loopback_address() {
    let lab = "[[endpoints]]\nname = \"room\"\nkind = \"udp\"\nservice = { kind = \"echo\" }\n\
               [[endpoints]]\nname = \"guest\"\nkind = \"udp\"\nremote = \"@room\"\n"
        .to_owned()
        + &steps(
            r#"
            send = { from = "guest", text = "hi" }
            expect = { at = "guest", text = "hi" }
            "#,
        );
    let lines = well(&lab, &[]);
    check(&lines);
    assert_eq!(calls(&lines, "room", "bind").next().unwrap()["args"]["addr"], "127.0.0.1:0");
    assert_eq!(calls(&lines, "guest", "bind").count(), 0, "its first sendto gives it a port");
}

#[test]
fn a_udp_socket_without_an_address_is_told_from_one_that_is_closed() {
    let lab = "[[endpoints]]\nname = \"room\"\nkind = \"udp\"\n[[endpoints]]\nname = \"guest\"\nkind = \"udp\"\n"
        .to_owned()
        + &steps(r#"send = { from = "guest", text = "hi", to = "@room" }"#);
    let (status, lines, _) = run(&lab, &[]);
    assert_eq!(status, Some(1));
    check(&lines);
    let detail = lines.iter().find(|line| line["type"] == "expect").unwrap()["detail"].as_str().unwrap().to_owned();
    assert!(detail.contains("\"room\" has no address") && detail.contains("local address"), "{detail}");
}

#[test]
fn a_peer_that_is_another_program_is_seen_call_by_call_while_it_talks() {
    let mut run = crate::support::headless::Lab::new(&format!("{SERVER}service = {{ kind = \"echo\" }}\n")).start();
    let listening = run.until(|line| line["op"] == "listen");
    let mut peer = TcpStream::connect(listening["local"].as_str().unwrap()).unwrap();
    peer.write_all(b"hello").unwrap();
    // It is still connected: the lines come as it happens.
    let answered = run.until(|line| line["op"] == "send" && line["endpoint"] == "server");
    check_call(&answered);
    assert_eq!(STANDARD.decode(answered["data"].as_str().unwrap()).unwrap(), b"hello");
}

#[test]
fn an_errno_that_no_system_has_is_refused_before_anything_is_opened() {
    for step in ["open = \"client\"\nfails = \"ECONREFUSED\"", "expect = { at = \"client\", error = \"ERESET\" }"] {
        let (status, lines, errors) = run(&format!("{SERVER}{CLIENT}[[steps]]\n{step}\n"), &[]);
        assert_eq!((status, lines.len()), (Some(2), 0), "{step}");
        assert!(errors.contains("x.lab.toml:") && errors.contains("the name of an errno"), "{errors}");
    }
}
