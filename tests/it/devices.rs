//! Devices and the programs that talk to them: the labs of `assets/labs/devices/`, and what clients do by themselves.

use std::path::Path;

use crate::support::headless::{Lab, Run};

#[test]
fn every_device_of_the_examples_answers_as_its_steps_say() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/labs/devices");
    let mut labs: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    labs.sort();
    assert!(labs.len() >= 10);
    // Beside each other: most of the time they wait.
    let runs: Vec<_> = labs.iter().map(|path| (path, Run::of(path))).collect();
    for (path, run) in runs {
        let ran = run.finish();
        assert_eq!(ran.status, Some(0), "{}: {:#?}", path.display(), ran.lines);
    }
}

const SERVER: &str = "name = \"server\", kind = \"tcp-server\"";

fn run(endpoints: &[&str], steps: &[&str]) -> crate::support::headless::Ran {
    let tables = |list: &[&str]| list.iter().map(|table| format!("    {{ {table} }},\n")).collect::<String>();
    let lab = format!("endpoints = [\n{}]\nsteps = [\n{}]\n", tables(endpoints), tables(steps));
    Lab::new(&lab).start().finish()
}

#[test]
fn a_client_connects_again_when_its_connection_has_ended() {
    let server = format!("{SERVER}, service = {{ kind = \"constant\", text = \"hi\", close_after_reply = true }}");
    let client = "name = \"client\", kind = \"tcp-client\", remote = \"@server\", \
                  reconnect = { delay = \"50ms\", tries = 3 }";
    let send = "send = { from = \"client\", text = \"x\" }";
    let hi = |conn: u32| format!("expect = {{ at = \"client\", conn = {conn}, text = \"hi\" }}");
    let ran = run(&[&server, client], &[send, &hi(1), "wait = \"400ms\"", send, &hi(2)]);
    assert_eq!(ran.status, Some(0), "{:#?}", ran.lines);
    let connected = ran.shown_of("client", "connect");
    assert!(connected.len() >= 2, "{connected:?}");
    assert!(ran.notices().contains("connects again after 50ms"), "{}", ran.notices());
}

#[test]
fn a_client_gives_up_after_as_many_tries_as_it_may_make() {
    let client = "name = \"client\", kind = \"tcp-client\", remote = \"127.0.0.1:1\", \
                  reconnect = { delay = \"10ms\", most_delay = \"20ms\", tries = 3 }";
    let ran = run(&[client], &["open = \"client\", fails = \"ECONNREFUSED\""]);
    assert_eq!(ran.status, Some(0), "{:#?}", ran.lines);
    assert_eq!(ran.shown_of("client", "connect").len(), 4);
}

#[test]
fn a_client_keeps_its_connection_alive_where_it_sends_nothing_else() {
    let server = format!("{SERVER}, framing = \"line\"");
    let client = "name = \"client\", kind = \"tcp-client\", remote = \"@server\", framing = \"line\", \
                  keep_alive = { every = \"40ms\", text = \"alive\" }";
    let ran = run(&[&server, client], &["expect = { at = \"server\", text = \"alive\\nalive\\n\", within = \"5s\" }"]);
    assert_eq!(ran.status, Some(0), "{:#?}", ran.lines);
}

#[test]
fn a_client_sends_nothing_before_the_greeting_has_come() {
    let greets = format!(
        "{SERVER}, framing = \"line\", service = {{ kind = \"rules\", rules = [{{ on = \"connect\", reply = \"220\", delay = \"150ms\" }}] }}"
    );
    let client = "name = \"client\", kind = \"tcp-client\", remote = \"@server\", greeting = \"5s\"";
    let send = "send = { from = \"client\", text = \"HELO\\n\" }";
    let ran = run(&[&greets, client], &[send, "expect = { at = \"server\", text = \"HELO\\n\" }"]);
    assert_eq!(ran.status, Some(0), "{:#?}", ran.lines);
    let moves = |call: &&serde_json::Value| call["op"] == "recv" || call["op"] == "send";
    let moved: Vec<_> = ran.calls("client").filter(moves).map(|call| call["op"].as_str().unwrap_or_default()).collect();
    assert_eq!(moved[..2], ["recv", "send"]);

    let silent = run(
        &[SERVER, "name = \"client\", kind = \"tcp-client\", remote = \"@server\", greeting = \"60ms\""],
        &[send, "expect = { at = \"server\", text = \"HELO\\n\" }"],
    );
    assert_eq!(silent.status, Some(0), "{:#?}", silent.lines);
    assert!(silent.notices().contains("No greeting came"), "{}", silent.notices());
}

#[test]
fn steps_expect_whole_messages_by_their_number_and_by_their_fields() {
    let framing = "framing = { preset = \"modbus-tcp\" }";
    let server = format!(
        "{SERVER}, {framing}, service = {{ kind = \"rules\", rules = [\n\
         {{ when = {{ any = true }}, reply_hex = \"{{frame.id}} 00 00 00 03 01 83 01\" }}] }}"
    );
    let client = format!("name = \"client\", kind = \"tcp-client\", remote = \"@server\", {framing}");
    let send = "send = { from = \"client\", hex = \"00 01 00 00 00 02 01 03 00 02 00 00 00 02 01 04\" }";
    let expect = |what: &str| format!("expect = {{ {what}, within = \"10s\" }}");
    let met = [
        expect("at = \"server\", frame = \"id == 1 and function == 3\""),
        expect("at = \"server\", messages = 1"),
        expect("at = \"client\", messages = 2"),
    ];
    let steps: Vec<&str> = std::iter::once(send).chain(met.iter().map(String::as_str)).collect();
    let ran = run(&[&server, &client], &steps);
    assert_eq!(ran.status, Some(0), "{:#?}", ran.lines);
    let ran = run(&[&server, &client], &[send, &expect("at = \"client\", frame = \"function == 0x03\"")]);
    assert_eq!(ran.status, Some(1));
    let judged = ran.lines.iter().find(|line| line["type"] == "expect").unwrap();
    let detail = judged["detail"].as_str().unwrap();
    assert!(detail.contains("expected function == 0x03, got id == 1, length == 3, unit == 1"), "{detail}");
}

#[test]
fn an_expect_of_messages_that_no_framing_cuts_is_refused() {
    for (framing, expected, said) in [
        ("", "messages = 1", "\"server\" cuts nothing into messages"),
        (", framing = \"line\"", "frame = \"function == 3\"", "the endpoint's framing names none"),
        (", framing = { preset = \"dicom\" }", "frame = \"unit == 3\"", "messages of dicom have no field unit"),
        (", framing = \"line\"", "messages = 1, text = \"a\"", "messages"),
    ] {
        let lab = format!(
            "endpoints = [{{ {SERVER}{framing} }}]\nsteps = [{{ expect = {{ at = \"server\", {expected} }} }}]\n"
        );
        let ran = Lab::new(&lab).start().finish();
        assert_eq!(ran.status, Some(2), "{expected}");
        assert!(ran.errors.contains("steps[0].expect") && ran.errors.contains(said), "{}", ran.errors);
    }
}

#[test]
fn a_lab_that_copies_a_field_which_the_framing_does_not_name_is_refused() {
    for (framing, said) in [
        ("\"line\"", "the endpoint's framing names none"),
        ("{ preset = \"dicom\" }", "messages of dicom have no field id: expected one of type, length"),
    ] {
        let lab = format!(
            "endpoints = [{{ {SERVER}, framing = {framing}, service = {{ kind = \"rules\", rules = [\n\
             {{ when = {{ any = true }}, reply_hex = \"{{frame.id}}\" }}] }} }}]\n"
        );
        let ran = Lab::new(&lab).start().finish();
        assert_eq!(ran.status, Some(2));
        assert!(
            ran.errors.contains("endpoints[0].service.rules[0].reply_hex") && ran.errors.contains(said),
            "{}",
            ran.errors
        );
    }
}
