//! `check`, and what is refused.

use super::*;

#[test]
fn check_counts_what_is_in_a_sound_lab() {
    let lab = Lab::new(&pair("{ kind = \"echo\" }", "wait = \"1s\""));
    let ran = Ran::of(program("C").arg("check").arg(lab.path()).spawn().unwrap());
    assert_eq!(ran.status, Some(0), "{}", ran.err);
    assert_eq!(ran.out, format!("{}: ok: 2 endpoints, 1 step\n", lab.path().display()));
    let lab = Lab::new("programs = [{ name = \"p\", run = [\"/nowhere/at/all\"] }]");
    let ran = Ran::of(program("C").arg("check").arg(lab.path()).spawn().unwrap());
    assert_eq!(ran.out, format!("{}: ok: 0 endpoints, 0 steps, 1 program\n", lab.path().display()));
}

#[test]
fn a_lab_that_is_wrong_is_refused_with_file_line_and_field() {
    let lab = Lab::new(&format!("{SERVER}backlog = \"many\"\n"));
    for command in ["check", "run", "open"] {
        let ran = Ran::of(program("C").arg(command).arg(lab.path()).spawn().unwrap());
        assert_eq!(ran.status, Some(2), "{command}");
        assert_eq!(ran.out, "");
        assert!(ran.err.contains("x.lab.toml:4:") && ran.err.contains("backlog"), "{}", ran.err);
    }
    let missing = lab.folder.path().join("missing.lab.toml");
    let ran = Ran::of(program("C").arg("run").arg(missing).spawn().unwrap());
    assert_eq!(ran.status, Some(2));
    assert!(ran.err.contains("missing.lab.toml"), "{}", ran.err);
}

#[test]
fn arguments_that_are_wrong_give_status_2() {
    for wrong in [&["run"][..], &["fly"], &["run", "x", "--for", "soon"], &["run", "x", "--format", "xml"]] {
        let ran = Ran::of(program("C").args(wrong).spawn().unwrap());
        assert_eq!(ran.status, Some(2), "{wrong:?}");
    }
}

#[test]
fn opening_what_is_open_loses_nothing_that_has_arrived() {
    let steps = r#"
        open = "server"
        open = "client"
        send = { from = "client", text = "hi" }
        wait = "100ms"
        open = "client"
        expect = { at = "client", text = "hi" }
    "#;
    assert_eq!(run(&pair(r#"{ kind = "echo" }"#, steps)).status, Some(0));
}

#[cfg(unix)]
#[test]
fn a_fifo_is_refused_as_a_file_to_send() {
    let steps = r#"
        open = "server"
        open = "client"
        send = { from = "client", file = "fifo" }
    "#;
    let lab = Lab::new(&pair(r#"{ kind = "echo" }"#, steps));
    let made = Command::new("mkfifo").arg(lab.folder.path().join("fifo")).status().unwrap();
    assert!(made.success());
    let ran = lab.run(&["--for", "20s"]);
    assert_eq!(ran.status, Some(1));
    assert!(ran.out.contains("not a regular file"), "{}", ran.out);
}

#[test]
fn a_closed_server_refuses_by_the_system_itself() {
    let steps = r#"
        open = "server"
        close = "server"
        open = "client" ; fails = "ECONNREFUSED"
    "#;
    assert_eq!(run(&pair(r#"{ kind = "echo" }"#, steps)).status, Some(0));
}

#[test]
fn a_slow_reader_gets_every_call_to_the_last_close() {
    let udp = |name: &str, more: &str| {
        format!(
            "[[endpoints]]\nname = \"{name}\"\nkind = \"udp\"\nlocal = \"127.0.0.1:0\"\nservice = {{ kind = \"echo\" }}\n{more}"
        )
    };
    let steps = listed("send = { from = \"b\", text = \"x\" }\nwait = \"300ms\"");
    let lab = Lab::new(&format!("{}{}{steps}", udp("a", ""), udp("b", "remote = \"@a\"\n")));
    let mut child = lab.start(&["--format", "jsonl"]);
    let mut out = child.stdout.take().unwrap();
    let mut text = Vec::new();
    let mut buffer = vec![0; 16 * 1024];
    loop {
        let len = out.read(&mut buffer).unwrap();
        if len == 0 {
            break;
        }
        text.extend_from_slice(&buffer[..len]);
        // Slower than it is printed: the end of the run must wait for the reader, not the other way round.
        thread::sleep(Duration::from_millis(1));
    }
    assert!(child.wait().unwrap().success());
    let lines: Vec<Value> =
        String::from_utf8(text).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let calls: Vec<&Value> = lines.iter().filter(|line| line["type"] == "call").collect();
    for (index, call) in calls.iter().enumerate() {
        assert_eq!(call["seq"], index + 1);
    }
    assert_eq!(calls.iter().filter(|call| call["op"] == "close").count(), 2);
    assert_eq!(lines.last().unwrap()["calls"], calls.len());
}
