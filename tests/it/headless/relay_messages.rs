//! Messages that a relay holds: edited, dropped, let go, and others sent before them.

use super::relays::{OPEN, relayed, relayed_with};
use super::*;

const LINES: &str = "framing = { kind = \"line\" }\n";
const SAID: &str = "send = { from = \"client\", text = \"one\\ntwo\\n\" }\n";

fn held(at: &str, when: &str, lab: &str) -> String {
    format!("{lab}[[breakpoints]]\nwhen = '{when}'\nat = \"{at}\"\n")
}

fn held_messages(ran: &Ran) -> Vec<(String, u64)> {
    let messages = ran.of_type("held").into_iter().filter(|held| held["op"] == "message");
    messages.map(|held| (text(&held), held["args"]["offset"].as_u64().unwrap())).collect()
}

fn text(line: &Value) -> String {
    use base64::Engine as _;
    let bytes = base64::engine::general_purpose::STANDARD.decode(line["data"].as_str().unwrap()).unwrap();
    String::from_utf8(bytes).unwrap()
}

/// In = out + what the ledger has taken out - what it has put in.
fn is_balanced(ran: &Ran, conns: [u64; 2]) {
    let moved = |conn: u64, op: &str| -> i64 {
        let calls = ran.of_type("call").into_iter().filter(|call| call["endpoint"] == "wire");
        calls.filter(|call| call["conn"] == conn && call["op"] == op).map(|call| call["len"].as_i64().unwrap()).sum()
    };
    let sum = |field: &str| -> i64 { ran.faults().iter().map(|fault| fault[field].as_i64().unwrap()).sum() };
    let [client, server] = conns;
    let came = moved(client, "recv") + moved(server, "recv");
    let went = moved(client, "send") + moved(server, "send");
    assert_eq!(came, went + sum("removed") - sum("added"), "{}", ran.out);
}

#[test]
fn a_held_message_is_edited_and_the_next_one_waits_behind_it() {
    let steps = format!(
        "{OPEN}{SAID}pass = {{ at = \"wire\", text = \"ONE!\\n\" }}\nexpect = {{ at = \"client\", text = \"ONE!\\ntwo\\n\" }}"
    );
    let lab = held("message-up", "endpoint == wire and data contains \"one\"", &relayed_with(LINES, "", &steps));
    let ran = run(&lab).went_well();
    assert_eq!(held_messages(&ran), [("one\n".to_owned(), 0)]);
    let faults = ran.faults();
    assert_eq!(faults.len(), 1, "{}", ran.out);
    let fault = &faults[0];
    assert_eq!((&fault["kind"], &fault["direction"], &fault["conn"]), (&"held".into(), &"up".into(), &1.into()));
    assert_eq!((&fault["removed"], &fault["added"]), (&4.into(), &5.into()));
    let felt = ran.call(&fault["felt"]);
    assert_eq!((&felt["endpoint"], &felt["op"]), (&"server".into(), &"recv".into()));
    is_balanced(&ran, [1, 2]);
}

#[test]
fn each_message_is_held_by_itself_whatever_the_recvs_were() {
    let steps = format!(
        "{OPEN}{SAID}pass = {{ at = \"wire\", drop = true }}\npass = \"wire\"\nexpect = {{ at = \"client\", text = \"two\\n\" }}"
    );
    let ran = run(&held("message-up", "endpoint == wire", &relayed_with(LINES, "", &steps))).went_well();
    assert_eq!(held_messages(&ran), [("one\n".to_owned(), 0), ("two\n".to_owned(), 4)]);
    let removed: Vec<u64> = ran.faults().iter().map(|fault| fault["removed"].as_u64().unwrap()).collect();
    assert_eq!(removed, [4, 0]);
    is_balanced(&ran, [1, 2]);
}

#[test]
fn another_message_goes_on_before_the_held_one() {
    let steps = format!(
        "{OPEN}{SAID}pass = {{ at = \"wire\", text = \"zero\\n\", also = true }}\nexpect = {{ at = \"client\", text = \"zero\\n\" }}\n\
         pass = \"wire\"\npass = \"wire\"\nexpect = {{ at = \"client\", text = \"one\\ntwo\\n\" }}"
    );
    let ran = run(&held("message-up", "endpoint == wire", &relayed_with(LINES, "", &steps))).went_well();
    is_balanced(&ran, [1, 2]);
}

#[test]
fn without_framing_what_came_at_once_is_a_message_of_either_way() {
    let steps = format!(
        "{OPEN}send = {{ from = \"client\", text = \"hello\" }}\npass = \"wire\"\npass = {{ at = \"wire\", hex = \"68 69\" }}\nexpect = {{ at = \"client\", text = \"hi\" }}"
    );
    let ran = run(&held("message", "endpoint == wire", &relayed("", &steps))).went_well();
    let directions: Vec<String> =
        ran.of_type("held").iter().map(|held| held["args"]["direction"].to_string()).collect();
    assert_eq!(directions, ["\"up\"", "\"down\""]);
    is_balanced(&ran, [1, 2]);
}

#[test]
fn a_held_message_whose_connection_is_reset_is_lost_and_on_account() {
    let steps = format!(
        "{OPEN}{SAID}wait = \"50ms\"\nclose = {{ at = \"client\", reset = true }}\nexpect = {{ at = \"wire\", fault = \"held\" }}\nexpect = {{ at = \"server\", error = \"ECONNRESET\" }}"
    );
    let ran = run(&held("message-up", "endpoint == wire", &relayed_with(LINES, "", &steps))).went_well();
    let removed: u64 = ran.faults().iter().map(|fault| fault["removed"].as_u64().unwrap()).sum();
    assert_eq!(removed, 8, "{}", ran.out);
    is_balanced(&ran, [1, 2]);
}

#[test]
fn the_end_of_a_stream_waits_behind_a_held_message() {
    let steps = format!(
        "{OPEN}{SAID}shutdown = {{ at = \"client\", how = \"write\" }}\nwait = \"20ms\"\nrelease = \"wire\"\nexpect = {{ at = \"client\", text = \"one\\ntwo\\n\", eof = true }}"
    );
    run(&held("message-up", "endpoint == wire", &relayed_with(LINES, "", &steps))).went_well();
}

#[test]
fn a_held_datagram_goes_on_edited() {
    let lab = format!(
        "[[endpoints]]\nname = \"server\"\nkind = \"udp\"\nservice = {{ kind = \"echo\" }}\n\
         [[endpoints]]\nname = \"wire\"\nkind = \"relay\"\nprotocol = \"udp\"\nremote = \"@server\"\n\
         [[endpoints]]\nname = \"client\"\nkind = \"udp\"\nremote = \"@wire\"\n{}",
        listed(
            "send = { from = \"client\", text = \"one\" }\npass = { at = \"wire\", text = \"two\" }\nexpect = { at = \"client\", text = \"two\" }"
        )
    );
    let ran = run(&held("message-up", "endpoint == wire", &lab)).went_well();
    assert_eq!(held_messages(&ran), [("one".to_owned(), 0)]);
}

#[test]
fn a_step_that_waits_for_a_message_in_vain_fails() {
    let ran = run(&relayed("", &format!("{OPEN}pass = \"wire\"")));
    ran.failed_at(4, "wire held no message within 5.0 s");
}

#[test]
fn the_time_of_an_expect_does_not_run_while_a_message_is_held() {
    // The relay holds the answer for longer than the step waits; nobody is to say that it came too late.
    let steps = format!(
        "{OPEN}send = {{ from = \"client\", text = \"a\" }}\nwait = \"300ms\"\npass = \"wire\"\nexpect = {{ at = \"client\", text = \"a\", within = \"200ms\" }}"
    );
    run(&held("message-down", "endpoint == wire", &relayed("", &steps))).went_well();
}

#[test]
fn only_a_relay_passes_messages_on() {
    for (step, place) in [
        ("pass = \"server\"", "steps[0].pass"),
        ("pass = { at = \"wire\", drop = true, text = \"x\" }", "steps[0].pass"),
        ("pass = { at = \"wire\", also = true }", "steps[0].pass"),
    ] {
        let file = Lab::new(&relayed("", step));
        let ran = Ran::of(program("C").arg("check").arg(file.path()).spawn().unwrap());
        assert_eq!(ran.status, Some(2), "{step}\n{}", ran.out);
        assert!(ran.err.contains(place), "{step}\n{}", ran.err);
    }
}
