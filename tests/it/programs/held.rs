//! Programs that are held: each of their socket calls waits at the stop before it until it is let through.

use std::time::{Duration, Instant};

use serde_json::Value;

use super::labs::{Ran, of, run};
use super::support::{Source, can_follow, has};

/// Answers one client, in capitals.
const SERVER: &str = "\
import socket; print('up')
s = socket.socket()
s.bind(('127.0.0.1', 0))
s.listen(5)
c, a = s.accept()
c.send(c.recv(1024).upper())
c.close()
s.close()
";

const PROGRAM: &str = "[[programs]]\nname = \"srv\"\nrun = [\"python3\", \"server.py\"]\nhold = true\n";
const CLIENT: &str = "[[endpoints]]\nname = \"client\"\nkind = \"tcp-client\"\nremote = \"@srv\"\n";

fn lab(steps: &str) -> String {
    // Before its first call a program may take longer to get going than `next` waits.
    let up = "start = \"srv\"\nexpect = { at = \"srv\", output = \"up\", within = \"120s\" }";
    let steps = steps.replace("start = \"srv\"", up);
    let steps: String = steps.lines().map(|step| format!("[[steps]]\n{}\n", step.trim())).collect();
    let client = if steps.contains("open = \"client\"") { CLIENT } else { "" };
    format!("{PROGRAM}{client}{steps}")
}

fn ran(steps: &str) -> Option<Ran> {
    if !has("python3") || !can_follow() {
        return None;
    }
    let source = Source::new();
    source.python("server.py", SERVER);
    Some(run(&source, &lab(steps), &["--allow-programs"]))
}

/// What the lines say of the program's calls: `held recv` before `call recv`.
fn of_program(ran: &Ran) -> Vec<String> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let lines = ran.lines.iter().filter(|line| line["endpoint"] == "srv" && line["op"].is_string());
    lines.map(|line| format!("{} {}", text(&line["type"]), text(&line["op"]))).collect()
}

#[test]
fn each_call_of_a_held_program_waits_until_it_is_let_through() {
    let steps = "start = \"srv\"
        next = { at = \"srv\", op = \"listen\" }
        next = { at = \"srv\", op = \"accept\", blocked = true }
        open = \"client\"
        send = { from = \"client\", text = \"hello\" }
        next = { at = \"srv\", op = \"recv\" }
        next = { at = \"srv\", op = \"send\" }
        expect = { at = \"client\", text = \"HELLO\" }
        release = \"srv\"
        expect = { at = \"srv\", exit = 0, within = \"120s\" }";
    let Some(ran) = ran(steps) else { return };
    assert_eq!(ran.status, Some(0), "{:#?}\n{}", of(&ran, "expect"), ran.errors);
    let lines = of_program(&ran);
    let place =
        |line: &str| lines.iter().position(|found| found == line).unwrap_or_else(|| panic!("{line}: {lines:?}"));
    for op in ["socket", "bind", "listen", "accept", "recv", "send"] {
        assert!(place(&format!("held {op}")) < place(&format!("call {op}")), "{op}: {lines:?}");
    }
    // It blocked in `accept`, and what it had been let into went on when the client came.
    assert!(place("held recv") > place("call accept"), "{lines:?}");
    let recv = of(&ran, "held").into_iter().find(|line| line["op"] == "recv").unwrap();
    assert_eq!(*recv, serde_json::json!({"type": "held", "endpoint": "srv", "op": "recv", "args": {"max": 1024}}));
}

#[test]
fn the_time_that_a_program_is_held_is_no_part_of_its_calls() {
    let steps = "start = \"srv\"
        next = { at = \"srv\", op = \"socket\" }
        wait = \"2s\"
        next = { at = \"srv\", op = \"listen\" }";
    let Some(ran) = ran(steps) else { return };
    assert_eq!(ran.status, Some(0), "{}", ran.errors);
    let calls = of(&ran, "call");
    let bind = calls.iter().find(|call| call["op"] == "bind").unwrap();
    assert!(bind["took"].as_f64().unwrap() < 2.0, "{bind}");
    let lines = of_program(&ran);
    assert!(lines.contains(&"held accept".to_owned()) && !lines.contains(&"call accept".to_owned()), "{lines:?}");
}

#[test]
fn a_held_program_can_be_stopped_and_a_run_with_one_ends() {
    let began = Instant::now();
    let steps = "start = \"srv\"
        next = { at = \"srv\", op = \"socket\" }
        stop = \"srv\"";
    let Some(stopped) = ran(steps) else { return };
    assert_eq!(stopped.status, Some(0), "{}", stopped.errors);
    assert_eq!(of(&stopped, "exit")[0]["signal"], "SIGTERM");
    // Nobody lets it go.
    let Some(left) = ran("start = \"srv\"\nnext = \"srv\"") else { return };
    assert_eq!(left.status, Some(0), "{}", left.errors);
    assert!(began.elapsed() < Duration::from_secs(30));
}

#[test]
fn a_thread_that_is_held_does_not_hold_up_the_others() {
    if !has("python3") || !can_follow() {
        return;
    }
    let source = Source::new();
    source.python(
        "server.py",
        "import socket, threading, time\n\
         def work():\n    time.sleep(0.2)\n    print('works', flush=True)\n\
         threading.Thread(target=work).start()\n\
         socket.socket()\n",
    );
    let steps = "expect = { at = \"srv\", output = \"works\", within = \"120s\" }
        next = { at = \"srv\", op = \"socket\" }
        release = \"srv\"
        expect = { at = \"srv\", exit = 0, within = \"120s\" }";
    let ran = run(&source, &lab(steps), &["--allow-programs"]);
    assert_eq!(ran.status, Some(0), "{:#?}\n{}", of(&ran, "expect"), ran.errors);
}

#[test]
fn breakpoints_stop_programs_too() {
    if !has("python3") || !can_follow() {
        return;
    }
    let source = Source::new();
    source.python("server.py", SERVER);
    let breakpoints = "[[breakpoints]]\nwhen = \"endpoint == srv and op == listen\"\nat = \"after\"\n";
    let steps = "start = \"srv\"
        expect = { at = \"srv\", call = \"listen\", within = \"120s\" }
        next = { at = \"srv\", op = \"accept\", blocked = true }
        open = \"client\"
        send = { from = \"client\", text = \"hello\" }
        release = \"srv\"
        expect = { at = \"client\", text = \"HELLO\", within = \"120s\" }";
    let text = lab(steps).replace("hold = true\n", "").replacen("[[steps]]", &format!("{breakpoints}[[steps]]"), 1);
    let ran = run(&source, &text, &["--allow-programs"]);
    assert_eq!(ran.status, Some(0), "{:#?}\n{}", of(&ran, "expect"), ran.errors);
    let held = of(&ran, "held");
    assert!(held.iter().all(|line| line["op"] != "socket" && line["op"] != "listen"), "{held:?}");
    assert!(held.iter().any(|line| line["op"] == "accept"), "{held:?}");
}

#[test]
fn a_breakpoint_stops_a_program_at_a_line_of_its_source() {
    if !has("python3") || !can_follow() {
        return;
    }
    let source = Source::new();
    source.python("server.py", SERVER);
    let breakpoint = "[[breakpoints]]\nwhen = \"source == \\\"server.py:5\\\"\"\nat = \"before\"\n";
    let steps = "start = \"srv\"
        expect = { at = \"srv\", call = \"listen\", within = \"120s\" }
        next = { at = \"srv\", op = \"accept\", blocked = true }
        stop = \"srv\"";
    let text = lab(steps).replace("hold = true\n", "").replacen("[[steps]]", &format!("{breakpoint}[[steps]]"), 1);
    let ran = run(&source, &text, &["--allow-programs"]);
    let calls = of(&ran, "call");
    assert!(!calls.is_empty(), "{}", ran.errors);
    if calls.iter().all(|call| call["source"].is_null()) {
        eprintln!("the frames of this Python can't be read: not tested");
        return;
    }
    assert_eq!(ran.status, Some(0), "{:#?}\n{}", of(&ran, "expect"), ran.errors);
    let held: Vec<_> = of(&ran, "held").into_iter().map(|line| line["op"].clone()).collect();
    assert_eq!(held, ["accept"]);
}
