//! Held endpoints and breakpoints in a run: what the steps let through, and what the lines say of it.

use super::*;

const HELD: &str = "[[endpoints]]\nname = \"server\"\nkind = \"tcp-server\"\nhold = true\n";

fn held_server(service: &str, steps: &str) -> String {
    format!("{HELD}service = {service}\n{CLIENT}{}", listed(steps))
}

#[test]
fn each_held_call_is_told_with_its_arguments_before_it_is_made() {
    let ran = run(&held_server("{ kind = \"echo\" }", "next = { at = \"server\", op = \"listen\" }")).went_well();
    let lines = ran.lines();
    let place = |kind: &str, op: &str| lines.iter().position(|line| line["type"] == kind && line["op"] == op).unwrap();
    for op in ["socket", "setsockopt", "bind", "listen"] {
        assert!(place("held", op) < place("call", op), "{op}: {}", ran.out);
    }
    let listen = &lines[place("held", "listen")];
    assert_eq!(
        *listen,
        serde_json::json!({"type": "held", "endpoint": "server", "op": "listen", "args": {"backlog": 128}})
    );
}

#[test]
fn a_run_that_ends_lets_everything_go_and_closes_it() {
    let lab = Lab::new(&format!("{HELD}{CLIENT}"));
    let began = Instant::now();
    let ran = lab.run(&["--for", "300ms"]).went_well();
    assert!(began.elapsed() < HANGS / 2);
    assert_eq!(ran.held("server"), ["socket"]);
    assert!(!ran.calls("server").iter().any(|call| call.starts_with("listen")), "{}", ran.out);
}

#[test]
fn nobody_waits_for_what_a_held_endpoint_was_asked_for() {
    // `open`, `send`, `shutdown` and `close` end where their call is held: a later step lets it through.
    let steps = "open = \"server\"
        next = { at = \"server\", op = \"listen\" }
        open = \"client\"
        next = { at = \"server\", op = \"accept\" }
        send = { from = \"server\", text = \"good day\" }
        next = { at = \"server\", op = \"send\" }
        expect = { at = \"client\", text = \"good day\" }
        shutdown = { at = \"server\", how = \"write\" }
        next = { at = \"server\", op = \"shutdown\" }
        expect = { at = \"client\", eof = true }
        close = { at = \"server\", conn = 1 }
        next = { at = \"server\", op = \"close\" }";
    run(&held_server("{ kind = \"manual\" }", steps)).went_well();
}

#[test]
fn a_call_that_must_block_and_returns_fails_the_run() {
    let steps = "next = { at = \"server\", blocked = true }";
    run(&held_server("{ kind = \"echo\" }", steps)).failed_at(1, "socket has returned instead of blocking");
    let steps = "next = { at = \"server\", op = \"listen\" }
        next = { at = \"server\", blocked = false }";
    run(&format!("{HELD}{}", listed(steps))).failed_at(2, "accept blocks instead of returning");
}

#[test]
fn the_time_of_an_expect_does_not_run_while_a_call_is_held() {
    let steps = "next = { at = \"server\", op = \"listen\" }
        open = \"client\"
        send = { from = \"client\", text = \"hello\" }
        expect = { at = \"client\", text = \"hello\", within = \"10ms\" }";
    let ran = Lab::new(&held_server("{ kind = \"echo\" }", steps)).run(&["--for", "500ms"]);
    // It was still waiting when the run was ended from outside.
    ran.failed_at(4, "was not finished when the run ended");
}

#[test]
fn a_held_call_is_a_line_of_text_too() {
    let lab =
        Lab::new(&held_server("{ kind = \"echo\" }", "next = { at = \"server\", op = \"accept\", blocked = true }"));
    let ran = Ran::of(lab.start(&["--format", "text"]));
    assert!(ran.out.contains("held  server: listen(128)"), "{}", ran.out);
}

#[test]
fn a_condition_that_a_breakpoint_cannot_have_is_refused_with_its_line() {
    for (breakpoint, says) in [
        ("when = \"op == \"", "breakpoints[0].when"),
        ("when = \"errno\"\nat = \"before\"", "errno is known only after the call"),
        ("when = \"seq == 3\"", "can't ask for seq"),
        ("when = \"errno\"\nat = \"meanwhile\"", "breakpoints[0].at"),
        ("at = \"after\"", "breakpoints[0]"),
        ("when = \"errno\"\nname = \"a\\u202eb\"", "breakpoints[0].name"),
    ] {
        let lab = Lab::new(&format!("{SERVER}[[breakpoints]]\n{breakpoint}\n"));
        let ran = lab.run(&[]);
        assert_eq!(ran.status, Some(2), "{breakpoint}");
        assert!(ran.err.contains(says) && ran.err.contains("x.lab.toml:"), "{breakpoint}: {}", ran.err);
    }
}

#[test]
fn a_breakpoint_that_is_off_stops_nothing() {
    let lab = format!(
        "{}[[breakpoints]]\nwhen = \"op == recv\"\non = false\n",
        pair(
            "{ kind = \"echo\" }",
            "send = { from = \"client\", text = \"hi\" }
            expect = { at = \"client\", text = \"hi\" }",
        )
    );
    let ran = run(&lab).went_well();
    assert!(ran.of_type("held").is_empty());
}
