//! Lab files run without a window by the real program; its JSON lines are compared.

use std::io::{BufRead, BufReader, Read};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

/// No run here takes a second; one that takes so long hangs.
const HANGS: Duration = Duration::from_secs(30);

const SERVER: &str = "[[endpoints]]\nname = \"server\"\nkind = \"tcp-server\"\n";
const CLIENT: &str = "[[endpoints]]\nname = \"client\"\nkind = \"tcp-client\"\nremote = \"@server\"\n";

/// A server with that service, a client of it, and these steps.
fn pair(service: &str, steps: &str) -> String {
    format!("{SERVER}service = {service}\n{CLIENT}{}", listed(steps))
}

/// One step a line.
fn listed(steps: &str) -> String {
    let steps = steps.lines().map(str::trim).filter(|step| !step.is_empty());
    steps.map(|step| format!("[[steps]]\n{}\n", step.replace(" ; ", "\n"))).collect()
}

struct Lab {
    folder: TempDir,
}

impl Lab {
    fn new(text: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("x.lab.toml"), text).unwrap();
        Self { folder }
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("x.lab.toml")
    }

    fn start(&self, arguments: &[&str]) -> Child {
        program("C").arg("run").arg(self.path()).args(arguments).spawn().unwrap()
    }

    fn run(&self, arguments: &[&str]) -> Ran {
        Ran::of(self.start(&[&["--format", "jsonl"], arguments].concat()))
    }
}

fn program(language: &str) -> Command {
    let mut program = Command::new(env!("CARGO_BIN_EXE_socket-lab"));
    program.env("LC_ALL", language).env("LANG", language).env_remove("LANGUAGE").env_remove("SOCKET_LAB_LOG");
    program.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    program
}

fn run(text: &str) -> Ran {
    Lab::new(text).run(&[])
}

/// What a run has printed.
struct Ran {
    status: Option<i32>,
    out: String,
    err: String,
}

impl Ran {
    fn of(mut child: Child) -> Self {
        let mut out = child.stdout.take().map(collect);
        let mut err = child.stderr.take().map(collect);
        let status = wait(&mut child);
        let text = |reader: &mut Option<thread::JoinHandle<String>>| reader.take().map(|it| it.join().unwrap());
        let (out, err) = (text(&mut out).unwrap_or_default(), text(&mut err).unwrap_or_default());
        assert!(!err.contains("panicked"), "{err}");
        Self { status, out, err }
    }

    fn lines(&self) -> Vec<Value> {
        self.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    fn of_type(&self, kind: &str) -> Vec<Value> {
        self.lines().into_iter().filter(|line| line["type"] == kind).collect()
    }

    fn expects(&self) -> Vec<(u64, bool)> {
        self.of_type("expect").iter().map(|it| (it["step"].as_u64().unwrap(), it["ok"].as_bool().unwrap())).collect()
    }

    /// The detail of the last `expect` line.
    fn detail(&self) -> String {
        self.of_type("expect").last().map(|it| it["detail"].as_str().unwrap().to_owned()).unwrap_or_default()
    }

    fn notices(&self) -> String {
        self.of_type("notice").iter().map(|it| it["text"].as_str().unwrap().to_owned() + "\n").collect()
    }

    /// `op=result` of an endpoint's calls, in order.
    fn calls(&self, endpoint: &str) -> Vec<String> {
        let calls = self.of_type("call").into_iter().filter(|call| call["endpoint"] == endpoint);
        calls
            .map(|call| {
                let result = call["result"].as_u64().map(|it| it.to_string());
                let errno = call["errno"].as_str().map(str::to_owned);
                let abandoned = (call["abandoned"] == true).then(|| "abandoned".to_owned());
                format!("{}={}", call["op"].as_str().unwrap(), result.or(errno).or(abandoned).unwrap())
            })
            .collect()
    }

    fn summary(&self) -> Value {
        let last = self.lines().pop().unwrap();
        assert_eq!(last["type"], "summary", "the summary is the last line");
        last
    }

    #[track_caller]
    fn went_well(self) -> Self {
        assert_eq!(self.status, Some(0), "{}{}", self.out, self.err);
        assert_eq!(self.summary()["failed_steps"], 0);
        self
    }

    /// The run failed at that step, with that detail, and ended there.
    #[track_caller]
    fn failed_at(self, step: u64, detail: &str) -> Self {
        assert_eq!(self.status, Some(1), "{}{}", self.out, self.err);
        assert_eq!(self.summary()["failed_steps"], 1);
        assert_eq!(self.expects().last(), Some(&(step, false)), "{}", self.out);
        assert!(self.detail().contains(detail), "{}", self.detail());
        self
    }
}

fn collect(mut reader: impl Read + Send + 'static) -> thread::JoinHandle<String> {
    let read = move || {
        let mut text = String::new();
        reader.read_to_string(&mut text).unwrap();
        text
    };
    thread::Builder::new().name("reader".to_owned()).spawn(read).unwrap()
}

fn wait(child: &mut Child) -> Option<i32> {
    let began = Instant::now();
    loop {
        if let Some(status) = child.try_wait().unwrap() {
            return status.code();
        }
        if began.elapsed() > HANGS {
            child.kill().unwrap();
            panic!("the program hangs");
        }
        thread::sleep(Duration::from_millis(5));
    }
}

// ---- steps ----

#[test]
fn the_example_of_the_design_runs_from_end_to_end() {
    let ran = run(&format!(
        "title = \"Auto-reply\"\n{SERVER}local = \"127.0.0.1:0\"\nserving = \"one-at-a-time\"\nbacklog = 5\nrecv_size = 1024\n\
         service = {{ kind = \"suffix\", text = \" SB\" }}\n{CLIENT}encoding = \"utf-8\"\n{}",
        listed(
            "open = \"server\"
            open = \"client\"
            send = { from = \"client\", text = \"hello\" }
            expect = { at = \"client\", text = \"hello SB\", within = \"2s\" }
            wait = \"100ms\"
            shutdown = { at = \"client\", how = \"write\" }
            close = \"client\""
        )
    ))
    .went_well();
    assert_eq!(ran.expects(), [(4, true)]);
    let client = ran.calls("client");
    let find =
        |call: &str| client.iter().position(|it| it == call).unwrap_or_else(|| panic!("no {call} in {client:?}"));
    let order = ["connect=0", "send=5", "recv=8", "shutdown=0", "close=0"].map(find);
    assert!(order.is_sorted(), "{client:?}");
    let server = ran.calls("server");
    for call in ["bind=0", "listen=0", "recv=5", "send=8", "recv=0"] {
        assert!(server.iter().any(|it| it == call), "no {call} in {server:?}");
    }
    assert_eq!(server.iter().filter(|call| *call == "close=0").count(), 2, "the connection and the listener");
    let summary = ran.summary();
    assert_eq!((&summary["sent_bytes"], &summary["received_bytes"]), (&13.into(), &13.into()));
    assert_eq!(summary["calls"], ran.of_type("call").len());
}

#[test]
fn what_comes_in_pieces_is_expected_in_others() {
    run(&pair(
        "{ kind = \"echo\" }",
        "send = { from = \"client\", text = \"one\" }
        wait = \"20ms\"
        send = { from = \"client\", hex = \"74 77 6f\" }
        expect = { at = \"client\", text = \"on\" }
        expect = { at = \"client\", text = \"etw\" }
        expect = { at = \"client\", bytes = 1 }",
    ))
    .went_well();
}

#[test]
fn the_wrong_bytes_fail_at_once_and_end_the_run() {
    let began = Instant::now();
    let ran = run(&pair(
        "{ kind = \"constant\", text = \"good bye\" }",
        "send = { from = \"client\", text = \"hello\" }
        expect = { at = \"client\", text = \"good day\", within = \"20s\" }
        send = { from = \"client\", text = \"never sent\" }",
    ))
    .failed_at(2, "wrong from byte 6 on");
    assert!(began.elapsed() < Duration::from_secs(10));
    assert_eq!(ran.calls("client").iter().filter(|call| call.starts_with("send")).count(), 1);
}

#[test]
fn what_does_not_come_in_time_fails() {
    run(&pair("{ kind = \"manual\" }", "expect = { at = \"client\", text = \"hi\", within = \"100ms\" }"))
        .failed_at(1, "0 of 2 bytes came: waited 100 ms");
}

#[test]
fn a_stream_that_ends_early_fails_without_waiting() {
    let began = Instant::now();
    run(&pair(
        "{ kind = \"echo\", close_after_reply = true }",
        "send = { from = \"client\", text = \"hi\" }
        expect = { at = \"client\", text = \"hi there\", within = \"20s\" }",
    ))
    .failed_at(2, "2 of 8 bytes came: the peer has ended its side");
    assert!(began.elapsed() < Duration::from_secs(10));
}

#[test]
fn a_refused_connection_may_be_what_a_step_asks_for() {
    let client = "[[endpoints]]\nname = \"client\"\nkind = \"tcp-client\"\nremote = \"127.0.0.1:1\"\n";
    let ran = run(&format!("{client}{}", listed("open = \"client\" ; fails = \"ECONNREFUSED\""))).went_well();
    assert_eq!((ran.expects(), ran.notices()), (vec![(1, true)], String::new()));
    assert!(ran.calls("client").contains(&"connect=ECONNREFUSED".to_owned()));

    let ran = run(&format!("{client}{}", listed("open = \"client\""))).failed_at(1, "ECONNREFUSED");
    assert!(ran.notices().contains("no program listens on that port"), "{}", ran.notices());
    run(&format!("{client}{}", listed("open = \"client\" ; fails = \"EPIPE\"")))
        .failed_at(1, "had to fail with EPIPE, but failed otherwise");
}

#[test]
fn a_step_that_had_to_fail_and_did_not_is_a_failure() {
    run(&format!("{SERVER}{}", listed("open = \"server\" ; fails = \"EADDRINUSE\"")))
        .failed_at(1, "succeeded, but had to fail with EADDRINUSE");
}

#[test]
fn a_quit_word_ends_the_connection_unanswered() {
    let ran = run(&pair(
        "{ kind = \"echo\", quit = [\"exit\"] }",
        "send = { from = \"client\", text = \"exit\" }
        expect = { at = \"client\", eof = true }",
    ))
    .went_well();
    assert!(!ran.calls("server").iter().any(|call| call.starts_with("send")));
}

#[test]
fn bytes_and_the_end_are_expected_together() {
    run(&pair(
        "{ kind = \"upper\", close_after_reply = true }",
        "send = { from = \"client\", text = \"hi\" }
        expect = { at = \"client\", text = \"HI\", eof = true }",
    ))
    .went_well();
}

#[test]
fn a_half_closed_client_still_receives() {
    let ran = run(&pair(
        "{ kind = \"manual\" }",
        "send = { from = \"client\", text = \"question\" }
        shutdown = { at = \"client\", how = \"write\" }
        expect = { at = \"server\", text = \"question\", eof = true, conn = 1 }
        send = { from = \"server\", to = 1, text = \"answer\" }
        close = { at = \"server\", conn = 1 }
        expect = { at = \"client\", text = \"answer\", eof = true }
        send = { from = \"client\", text = \"more\" } ; fails = \"EPIPE\"",
    ))
    .went_well();
    assert_eq!(ran.expects(), [(3, true), (6, true), (7, true)]);
}

#[test]
fn a_reset_is_expected_as_an_error() {
    let ran = run(&pair(
        "{ kind = \"manual\" }",
        "send = { from = \"client\", text = \"hi\" }
        expect = { at = \"server\", text = \"hi\" }
        close = { at = \"server\", conn = 1, reset = true }
        expect = { at = \"client\", error = \"ECONNRESET\" }",
    ))
    .went_well();
    assert!(ran.calls("client").contains(&"recv=ECONNRESET".to_owned()));
}

#[test]
fn a_server_tells_its_clients_apart() {
    let second = CLIENT.replace("\"client\"", "\"second\"");
    let steps = listed(
        "open = \"server\"
        open = \"client\"
        open = \"second\"
        send = { from = \"second\", text = \"two\" }
        send = { from = \"client\", text = \"one\" }
        expect = { at = \"server\", text = \"one\", conn = 1 }
        expect = { at = \"server\", text = \"two\", conn = 2 }
        send = { from = \"server\", text = \"to all\" }
        expect = { at = \"client\", text = \"to all\" }
        expect = { at = \"second\", text = \"to all\" }",
    );
    run(&format!("{SERVER}{CLIENT}{second}{steps}")).went_well();
}

#[test]
fn an_endpoint_is_opened_again_after_it_was_closed() {
    let steps = listed(
        "open = \"server\"
        open = \"client\"
        close = \"client\"
        close = \"client\"
        open = \"client\"
        send = { from = \"client\", text = \"hi\" }
        expect = { at = \"client\", text = \"hi\" }",
    );
    run(&format!("{SERVER}service = {{ kind = \"echo\" }}\n{CLIENT}{steps}")).went_well();
}

#[test]
fn datagrams_are_answered_and_each_is_one_call() {
    let udp = |name: &str, rest: &str| format!("[[endpoints]]\nname = \"{name}\"\nkind = \"udp\"\n{rest}\n");
    let room = udp("room", "local = \"127.0.0.1:0\"\nservice = { kind = \"template\", text = \"{counter}:{msg}\" }");
    let guest = udp("guest", "remote = \"@room\"");
    let ran = run(&format!(
        "{room}{guest}{}",
        listed(
            "send = { from = \"guest\", text = \"a\" }
            expect = { at = \"guest\", text = \"1:a\" }
            send = { from = \"guest\", text = \"b\", to = \"@room\" }
            expect = { at = \"guest\", text = \"2:b\" }"
        )
    ))
    .went_well();
    assert_eq!(ran.calls("guest").iter().filter(|call| *call == "recvfrom=3").count(), 2);
}

#[test]
fn texts_are_in_the_encoding_of_their_endpoint() {
    let gbk = |text: &str| format!("{text}encoding = \"gbk\"\n");
    let ran = run(&format!(
        "{}service = {{ kind = \"suffix\", text = \"，好\" }}\n{}{}",
        gbk(SERVER),
        gbk(CLIENT),
        listed(
            "send = { from = \"client\", text = \"你\" }
            expect = { at = \"client\", hex = \"c4 e3 a3 ac ba c3\" }
            send = { from = \"client\", hex = \"c4e3\" }
            expect = { at = \"client\", text = \"你，好\" }"
        )
    ))
    .went_well();
    assert!(ran.calls("client").contains(&"send=2".to_owned()));
}

#[test]
fn a_file_is_sent_from_beside_the_lab() {
    let lab = Lab::new(&pair(
        "{ kind = \"manual\" }",
        "send = { from = \"client\", file = \"data.bin\" }
        expect = { at = \"server\", bytes = 300000 }",
    ));
    std::fs::write(lab.folder.path().join("data.bin"), vec![7; 300_000]).unwrap();
    assert_eq!(lab.run(&[]).went_well().summary()["received_bytes"], 300_000);
    std::fs::remove_file(lab.folder.path().join("data.bin")).unwrap();
    lab.run(&[]).failed_at(1, "data.bin can't be read");
}

// ---- the run as a whole ----

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
fn ctrl_c_and_sigterm_end_a_run_with_its_summary() {
    for signal in ["-INT", "-TERM"] {
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

// ---- check, and what is refused ----

#[test]
fn check_counts_what_is_in_a_sound_lab() {
    let lab = Lab::new(&pair("{ kind = \"echo\" }", "wait = \"1s\""));
    let ran = Ran::of(program("C").arg("check").arg(lab.path()).spawn().unwrap());
    assert_eq!(ran.status, Some(0), "{}", ran.err);
    assert_eq!(ran.out, format!("{}: ok: 2 endpoints, 1 step\n", lab.path().display()));
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
