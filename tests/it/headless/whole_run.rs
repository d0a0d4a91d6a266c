//! The run as a whole: its time, its end, its output.

use super::*;

#[test]
fn a_port_in_use_at_the_start_is_told_and_ends_the_run() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let server = format!("{SERVER}local = \"127.0.0.1:{port}\"\n");
    let ran = run(&server);
    assert_eq!(ran.status, Some(1));
    let expected = format!("server: Port {port} is already in use (EADDRINUSE, bind 127.0.0.1:{port}). ");
    assert!(ran.notices().starts_with(&expected), "{}", ran.notices());
    if cfg!(target_os = "linux") {
        let holder = format!("(process {}) has the port", std::process::id());
        assert!(ran.notices().contains(&holder), "{}", ran.notices());
    }
    assert_eq!(ran.summary()["failed_steps"], 0);

    let lab = Lab::new(&server);
    let ran = Ran::of(program("zh_CN.UTF-8").arg("run").arg(lab.path()).spawn().unwrap());
    assert!(ran.out.contains(&format!("端口 {port} 已被占用（EADDRINUSE，bind 127.0.0.1:{port}）")), "{}", ran.out);
}

#[test]
fn without_steps_the_run_goes_on_until_its_time_has_passed() {
    let began = Instant::now();
    let ran = Lab::new(SERVER).run(&["--for", "300ms"]).went_well();
    assert!(began.elapsed() >= Duration::from_millis(300));
    assert_eq!(ran.calls("server").last().map(String::as_str), Some("close=0"));
}

#[test]
fn a_call_that_waited_until_its_socket_closed_is_on_record() {
    let lonely = "[[endpoints]]\nname = \"lonely\"\nkind = \"udp\"\nlocal = \"127.0.0.1:0\"\n";
    let ran = Lab::new(&format!("{SERVER}{lonely}")).run(&["--for", "300ms"]).went_well();
    assert!(ran.calls("lonely").ends_with(&["recvfrom=abandoned".to_owned(), "close=0".to_owned()]), "{}", ran.out);
    assert!(ran.calls("server").ends_with(&["accept=abandoned".to_owned(), "close=0".to_owned()]), "{}", ran.out);
    for call in ran.of_type("call") {
        let abandoned = call.get("abandoned");
        if call["op"] == "recvfrom" || call["op"] == "accept" {
            assert_eq!(
                (abandoned, &call["result"], &call["errno"]),
                (Some(&Value::Bool(true)), &Value::Null, &Value::Null)
            );
            assert!(call["took"].as_f64().unwrap() >= 0.2, "{call}");
        } else {
            assert_eq!(abandoned, None);
        }
    }
    assert_eq!(ran.summary()["calls"], ran.of_type("call").len());
}

#[test]
fn what_became_of_an_abandoned_call_is_told_in_both_languages() {
    let lab = Lab::new("[[endpoints]]\nname = \"lonely\"\nkind = \"udp\"\nlocal = \"127.0.0.1:0\"\n");
    for (language, words) in [("C", "; nothing came; closed"), ("zh_CN.UTF-8", "什么也没收到，套接字已关闭")]
    {
        let ran = Ran::of(program(language).arg("run").arg(lab.path()).args(["--for", "100ms"]).spawn().unwrap());
        let line = ran.out.lines().find(|line| line.contains("recvfrom(")).unwrap_or_default();
        assert!(line.contains(" = ?") && line.ends_with(words), "{}", ran.out);
    }
}

#[test]
fn a_step_that_is_not_finished_when_the_time_has_passed_has_failed() {
    Lab::new(&format!("{SERVER}{}", listed("wait = \"60s\"")))
        .run(&["--for", "100ms"])
        .failed_at(1, "was not finished");
}

#[cfg(unix)]
#[test]
fn ctrl_c_sigterm_and_sighup_end_a_run_with_its_summary() {
    for signal in ["-INT", "-TERM", "-HUP"] {
        let lab = Lab::new(SERVER);
        let mut child = lab.start(&["--format", "jsonl"]);
        // The first line is here as soon as the call was made: output goes out as it happens.
        let mut out = BufReader::new(child.stdout.take().unwrap());
        let mut text = String::new();
        while !text.contains("\"listen\"") {
            assert_ne!(out.read_line(&mut text).unwrap(), 0, "{text}");
        }
        Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap();
        assert_eq!(wait(&mut child), Some(0));
        out.read_to_string(&mut text).unwrap();
        assert!(text.contains("\"op\":\"close\"") && text.contains("{\"type\":\"summary\""), "{text}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_second_ctrl_c_ends_a_run_at_once_whatever_it_still_waits_for() {
    const MUCH: u64 = 60_000;
    let steps = format!("send = {{ from = \"client\", text = \"{}\" }}\nwait = \"60s\"", "x".repeat(100_000));
    let lab = Lab::new(&pair("{ kind = \"echo\" }", &steps));
    let mut child = lab.start(&["--format", "jsonl"]);
    // Nobody reads what it prints: after the first Ctrl-C it has two seconds to be rid of it.
    let out = child.stdout.take().unwrap();
    while rustix::io::ioctl_fionread(&out).unwrap() < MUCH {
        assert_eq!(child.try_wait().unwrap(), None);
        thread::sleep(Duration::from_millis(5));
    }
    while child.try_wait().unwrap().is_none() {
        Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
        thread::sleep(Duration::from_millis(20));
    }
    assert_eq!(wait(&mut child), Some(130));
}

#[test]
fn without_a_format_a_run_records_prints_nothing_and_says_only_what_failed() {
    let run = |lab: &Lab, arguments: &[&str]| Ran::of(lab.start(&[&["--format", "none"], arguments].concat()));
    let steps = "send = { from = \"client\", text = \"hi\" }\nexpect = { at = \"client\", text = \"hi\" }";
    let lab = Lab::new(&pair("{ kind = \"echo\" }", steps));
    let trace = lab.folder.path().join("x.lab-trace");
    let ran = run(&lab, &["--record", trace.to_str().unwrap()]);
    assert_eq!((ran.status, ran.out.as_str(), ran.err.as_str()), (Some(0), "", ""));
    let exported = program("C").args(["export", trace.to_str().unwrap(), "--format", "jsonl"]).output().unwrap();
    let lines = String::from_utf8(exported.stdout).unwrap();
    assert_eq!(lines.lines().filter(|line| line.contains("\"op\":\"send\"")).count(), 2, "{lines}");

    let lab = Lab::new(&pair(
        "{ kind = \"echo\" }",
        &steps.replace("at = \"client\", text = \"hi\"", "at = \"client\", eof = true, within = \"50ms\""),
    ));
    let ran = run(&lab, &[]);
    assert_eq!((ran.status, ran.out.as_str()), (Some(1), ""));
    assert!(ran.err.starts_with("socket-lab: step 2: "), "{}", ran.err);
}

#[test]
fn a_reader_that_goes_away_ends_the_run_quietly() {
    let echo =
        pair("{ kind = \"echo\" }", "wait = \"10ms\"\nsend = { from = \"client\", text = \"hi\" }\nwait = \"20s\"");
    let lab = Lab::new(&echo);
    let mut child = lab.start(&[]);
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let ran = Ran::of(child);
    assert_eq!(ran.err, "");
}

#[test]
fn text_is_one_readable_line_for_each_call() {
    let lab = Lab::new(&pair(
        "{ kind = \"echo\" }",
        "send = { from = \"client\", text = \"hello\\u001b[31m\" }
        expect = { at = \"client\", bytes = 10 }",
    ));
    let ran = Ran::of(lab.start(&[]));
    assert_eq!(ran.status, Some(0), "{}", ran.err);
    let find = |what: &str| ran.out.lines().any(|line| line.contains(what));
    assert!(find("send(10) = 10") && find("ok  step 2: 10 bytes, as expected"), "{}", ran.out);
    assert!(!ran.out.contains('\u{1b}'), "what a peer sends must not steer the terminal");
    assert!(ran.out.lines().last().unwrap().ends_with("steps failed: 0"), "{}", ran.out);
}

#[test]
fn a_name_that_can_not_be_resolved_is_told() {
    let client = "[[endpoints]]\nname = \"client\"\nkind = \"tcp-client\"\nremote = \"no-such-host.invalid:80\"\n";
    let ran = run(&format!("{client}{}", listed("open = \"client\"")));
    assert_eq!(ran.status, Some(1));
    assert!(ran.notices().contains("No address was found for the name \"no-such-host.invalid\""), "{}", ran.notices());
}
