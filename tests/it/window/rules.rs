//! Rules, framing and snippets, from the form and the composer to real sockets.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use eframe::egui::accesskit::Role;
use eframe::egui::{Key, Modifiers};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use socket_lab::lab::Addr;
use socket_lab::lab::checksum::{Check, Checksum};
use socket_lab::lab::framing::Framing;
use socket_lab::lang::Lang;
use socket_lab::trace::Op;

use super::driving::{
    Window, all_open, click, click_on_top, conns, echo_pair, endpoint, pick, press, received, retype, rows, say, says,
    type_text, until, window,
};

const SIZE: [f32; 2] = [1600.0, 1000.0];

#[track_caller]
fn choose(harness: &mut Window, combo: &str, entry: &str) {
    harness.get_by_role_and_label(Role::ComboBox, combo).click();
    harness.run_steps(4);
    let found = harness.query_all_by_label(entry).rfind(|node| node.accesskit_node().role() != Role::ComboBox);
    found.unwrap_or_else(|| panic!("{combo:?} has no {entry:?}")).click();
    harness.run_steps(4);
}

/// Types into the field of that name, in place of what it holds.
#[track_caller]
fn fill(harness: &mut Window, field: &str, text: &str) {
    harness.get_by_label(field).focus();
    harness.run_steps(2);
    retype(harness, text);
}

fn open_options(harness: &mut Window) {
    harness.get_by_label("Options").click();
    // It unfolds in its own time.
    harness.run_steps(12);
}

/// The form for a TCP server with one rule: what contains `hello` is answered with `hi there`.
fn form_with_a_rule(size: [f32; 2]) -> Window {
    let mut harness = window(Lang::En, size);
    press(&mut harness, Modifiers::COMMAND, Key::N);
    choose(&mut harness, "Answers", "rules");
    fill(&mut harness, "Rule 1: name", "greeting");
    fill(&mut harness, "Rule 1: pattern", "hello");
    fill(&mut harness, "Rule 1: reply", "hi there");
    harness
}

fn server_port(harness: &Window) -> u16 {
    match endpoint(harness, "server").live.local() {
        Some(Addr::Inet(addr)) => addr.port(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_sample_shows_the_rule_and_its_reply_before_it_is_switched_on() {
    let mut harness = form_with_a_rule(SIZE);
    fill(&mut harness, "Sample message", "well, hello");
    assert!(says(&harness, "Rule 1 \u{201c}greeting\u{201d} matches first."));
    assert!(says(&harness, "hi there"));
    fill(&mut harness, "Sample message", "bye");
    assert!(says(&harness, "No rule matches"));
    click(&mut harness, "Add a rule");
    assert!(says(&harness, "rule 2 is not right yet"), "a rule without a pattern");
    choose(&mut harness, "Rule 2: when the message", "matches regex");
    fill(&mut harness, "Rule 2: pattern", "^b(");
    assert!(says(&harness, "Not a regular expression"));
    fill(&mut harness, "Rule 2: pattern", "^b(.*)$");
    fill(&mut harness, "Rule 2: reply", "g$1 at $2");
    assert!(says(&harness, "The regular expression has no capture 2"));
    fill(&mut harness, "Rule 2: reply", "g$1");
    assert!(says(&harness, "Rule 2 matches first."));
    assert!(says(&harness, "gye"));
    choose(&mut harness, "Rule 2: when the message", "is any");
    click(&mut harness, "Rule 2: move up");
    fill(&mut harness, "Sample message", "hello");
    assert!(says(&harness, "Rule 1 matches first."), "the order counts");
    click(&mut harness, "Rule 1: delete");
    assert!(says(&harness, "Rule 1 \u{201c}greeting\u{201d} matches first."));
    assert!(harness.state().session().endpoints().is_empty());
}

#[test]
fn a_server_made_with_rules_answers_over_a_real_socket_and_the_rule_is_named() {
    let mut harness = form_with_a_rule(SIZE);
    harness.get_by_label("Rule 1: then close the connection").click();
    harness.run_steps(2);
    click(&mut harness, "Create and open");
    until(&mut harness, "it listens", |harness| endpoint_is_open(harness, "server"));
    let mut peer = TcpStream::connect(("127.0.0.1", server_port(&harness))).unwrap();
    peer.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    peer.write_all(b"hello").unwrap();
    let mut answer = String::new();
    peer.read_to_string(&mut answer).unwrap();
    assert_eq!(answer, "hi there");
    until(&mut harness, "the connection is closed", |harness| {
        let trace = harness.state().session().trace();
        trace.from(0).any(|call| call.conn.is_some() && matches!(call.op, Op::Close))
    });
    harness.run_steps(4);
    assert!(says(&harness, "sent hi there #1 · rule: greeting · 8 B"), "in the conversation");
    assert!(says(&harness, "connection closed · we closed first: close()"));
    assert!(rows(&harness).iter().any(|row| row.ends_with(": hi there · rule: greeting")), "{:#?}", rows(&harness));
    pick(&mut harness, Modifiers::NONE, "hi there");
    assert!(says(&harness, "by rule") && says(&harness, "greeting"), "in the inspector");
    assert!(says(&harness, "first to end") && says(&harness, "we closed first: close()"));
}

fn endpoint_is_open(harness: &Window, name: &str) -> bool {
    harness.state().session().endpoint_named(name).is_some_and(|endpoint| endpoint.live.is_open())
}

#[test]
fn rules_pass_through_the_form_at_the_smallest_size() {
    let mut harness = form_with_a_rule([900.0, 600.0]);
    for _ in 0..4 {
        harness.get_by_label("Rule 1: duplicate").click();
        harness.run_steps(3);
    }
    let button = harness.get_by_label("Create and open").rect();
    assert!(harness.ctx.content_rect().contains_rect(button), "the buttons stay in sight");
    click(&mut harness, "Create and open");
    let rules = endpoint(&harness, "server").spec.service.reply.rules();
    assert_eq!(rules.len(), 5);
}

#[test]
fn a_framing_is_chosen_and_what_is_typed_goes_out_in_it() {
    let mut harness = window(Lang::En, SIZE);
    press(&mut harness, Modifiers::COMMAND, Key::N);
    open_options(&mut harness);
    choose(&mut harness, "Framing", "length prefix");
    click(&mut harness, "Create and open");
    until(&mut harness, "it listens", |harness| endpoint_is_open(harness, "server"));
    assert_eq!(endpoint(&harness, "server").spec.stream.framing, Framing::length_prefix(2, true).unwrap());
    let mut peer = TcpStream::connect(("127.0.0.1", server_port(&harness))).unwrap();
    peer.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    until(&mut harness, "it is accepted", |harness| conns(harness, "server") == 1);
    harness.get_by_label("Message of server").focus();
    harness.run_steps(2);
    type_text(&mut harness, "abc");
    assert!(says(&harness, "5 B · 00 03 61 62 63"), "the count is of the framed bytes");
    assert!(says(&harness, "2 BE length prefix"), "the framing in force is shown");
    press(&mut harness, Modifiers::NONE, Key::Enter);
    let mut message = [0; 5];
    peer.read_exact(&mut message).unwrap();
    assert_eq!(&message, b"\x00\x03abc");
    // A message in two calls, and two messages in one.
    peer.write_all(b"\x00\x04ab").unwrap();
    until(&mut harness, "the first part", |harness| received(harness) == 4);
    peer.write_all(b"cd\x00\x01x\x00\x01y").unwrap();
    until(&mut harness, "the rest", |harness| received(harness) == 12);
    harness.run_steps(3);
    let rows = rows(&harness);
    assert!(rows.iter().any(|row| row.contains("recv(1024) = 4") && row.ends_with("message 1 begins")), "{rows:#?}");
    assert!(
        rows.iter().any(|row| row.contains("recv(1024) = 8") && row.ends_with("messages 1–3, 1 ends")),
        "{rows:#?}"
    );
}

#[test]
fn what_does_not_fit_the_framing_is_refused_and_stays() {
    let mut harness = window(Lang::En, SIZE);
    press(&mut harness, Modifiers::COMMAND, Key::N);
    open_options(&mut harness);
    choose(&mut harness, "Framing", "fixed length");
    fill(&mut harness, "Length", "0");
    assert!(says(&harness, "Expected a whole number from 1"));
    fill(&mut harness, "Length", "4");
    click(&mut harness, "Create and open");
    until(&mut harness, "it listens", |harness| endpoint_is_open(harness, "server"));
    let _peer = TcpStream::connect(("127.0.0.1", server_port(&harness))).unwrap();
    until(&mut harness, "it is accepted", |harness| conns(harness, "server") == 1);
    say(&mut harness, "server", "abcde");
    assert!(says(&harness, "exactly 4 bytes, and this one has 5"));
    assert_eq!(harness.get_by_label("Message of server").accesskit_node().value().as_deref(), Some("abcde"));
}

/// Saves what is typed as a snippet of the client's composer.
fn save_as_snippet(harness: &mut Window, text: &str) {
    harness.get_by_label("Message of client").focus();
    harness.run_steps(2);
    retype(harness, text);
    snippets_menu(harness);
    click_on_top(harness, "Save as snippet");
}

/// The button of the pane at the right, which is the client's.
fn snippets_menu(harness: &mut Window) {
    let menu = harness
        .query_all_by_role_and_label(Role::Button, "Snippets")
        .max_by(|one, other| one.rect().left().total_cmp(&other.rect().left()));
    menu.unwrap().click();
    harness.run_steps(4);
}

#[test]
fn a_snippet_is_saved_and_sent_by_a_click_and_by_ctrl_1() {
    let mut harness = echo_pair(SIZE);
    save_as_snippet(&mut harness, "a{b}");
    let snippets = harness.state().session().snippets().to_vec();
    assert_eq!(snippets.iter().map(|snippet| snippet.payload.as_str()).collect::<Vec<_>>(), ["a{{b}}"]);
    assert!(harness.state().session().is_edited());
    let name = format!("Send the snippet {}", snippets[0].name);
    let button = harness
        .query_all_by_role_and_label(Role::Button, &name)
        .max_by(|one, other| one.rect().left().total_cmp(&other.rect().left()));
    button.unwrap().click();
    harness.run_steps(3);
    until(&mut harness, "it came back", |harness| received(harness) == 8);
    harness.get_by_label("Message of client").focus();
    harness.run_steps(2);
    press(&mut harness, Modifiers::COMMAND, Key::Num1);
    until(&mut harness, "once more", |harness| received(harness) == 16);
    press(&mut harness, Modifiers::COMMAND, Key::Num2);
    harness.run_steps(4);
    let id = endpoint(&harness, "client").id;
    let trace = harness.state().session().trace();
    let sent: Vec<_> =
        trace.from(0).filter(|call| call.endpoint == id && call.op.sends()).map(|c| c.data.clone()).collect();
    assert_eq!(sent, ["a{b}", "a{b}"], "only the focused pane sent, and there is no second snippet");
}

#[test]
fn a_snippet_goes_out_with_its_checksum_and_all_go_out_in_order() {
    let mut harness = echo_pair(SIZE);
    save_as_snippet(&mut harness, "one");
    save_as_snippet(&mut harness, "two");
    snippets_menu(&mut harness);
    click_on_top(&mut harness, "Edit snippets…");
    choose(&mut harness, "Checksum", "crc-16/modbus");
    fill(&mut harness, "Name", "first");
    fill(&mut harness, "Payload", "{counter}");
    assert!(says(&harness, "3 B · 31 "), "the bytes with the checksum are shown");
    fill(&mut harness, "Then wait", "50");
    fill(&mut harness, "Payload", "{nothing}");
    assert!(says(&harness, "is not a macro"));
    assert!(harness.get_by_role_and_label(Role::Button, "Apply").accesskit_node().is_disabled());
    fill(&mut harness, "Payload", "{counter}");
    click(&mut harness, "Apply");
    let snippets = harness.state().session().snippets();
    assert_eq!(
        (snippets[0].name.as_str(), snippets[0].checksum),
        ("first", Some(Check::usual(Checksum::CRC_16_MODBUS)))
    );
    harness.get_by_label("Message of client").focus();
    harness.run_steps(2);
    snippets_menu(&mut harness);
    click_on_top(&mut harness, "Send all, one after the other");
    until(&mut harness, "both came back", |harness| received(harness) == 12);
    let id = endpoint(&harness, "client").id;
    let trace = harness.state().session().trace();
    let sends: Vec<_> = trace.from(0).filter(|call| call.endpoint == id && call.op.sends()).collect();
    let crc = Checksum::CRC_16_MODBUS.of(b"1");
    assert_eq!(sends[0].data, [b"1".as_slice(), &crc].concat());
    assert_eq!(sends[1].data, "two");
    assert!(sends[1].start.since(sends[0].start) >= 45_000_000, "the delay between them was kept");
}

#[test]
fn a_snippet_to_nobody_says_why() {
    let mut harness = echo_pair(SIZE);
    save_as_snippet(&mut harness, "one");
    click(&mut harness, "Half-close");
    harness.run_steps(2);
    press(&mut harness, Modifiers::COMMAND, Key::K);
    type_text(&mut harness, "Close client");
    press(&mut harness, Modifiers::NONE, Key::Enter);
    until(&mut harness, "it is closed", |harness| endpoint(harness, "client").live.is_closed());
    harness.get_by_label("Message of client").focus();
    harness.run_steps(2);
    press(&mut harness, Modifiers::COMMAND, Key::Num1);
    assert!(says(&harness, "\"one\" was not sent."));
    click(&mut harness, "Dismiss");
    assert!(!says(&harness, "was not sent."));
}

#[test]
fn the_accept_queue_of_a_one_at_a_time_server_is_shown() {
    let mut harness = window(Lang::En, SIZE);
    press(&mut harness, Modifiers::COMMAND, Key::N);
    open_options(&mut harness);
    choose(&mut harness, "Serving", "one client after the other");
    fill(&mut harness, "Backlog", "5");
    click(&mut harness, "Create and open");
    until(&mut harness, "it listens", |harness| endpoint_is_open(harness, "server"));
    let port = server_port(&harness);
    let _first = TcpStream::connect(("127.0.0.1", port)).unwrap();
    until(&mut harness, "it is accepted", |harness| conns(harness, "server") == 1);
    let _waiting = [TcpStream::connect(("127.0.0.1", port)).unwrap(), TcpStream::connect(("127.0.0.1", port)).unwrap()];
    if cfg!(target_os = "linux") {
        until(&mut harness, "two wait", |harness| says(harness, "queue 2/6"));
    } else {
        assert!(says(&harness, "queue not reported here"));
    }
}

#[test]
fn the_conversation_says_who_ended_a_connection_first() {
    let mut harness = echo_pair(SIZE);
    say(&mut harness, "client", "hello");
    until(&mut harness, "it came back", |harness| received(harness) == 10);
    assert!(all_open(&harness));
    click(&mut harness, "Half-close");
    until(&mut harness, "the server has closed", |harness| conns(harness, "server") == 0);
    harness.run_steps(4);
    assert!(says(&harness, "connection closed · the peer closed first: recv() = 0"), "at the server");
    let port = server_port(&harness);
    let mut peer = TcpStream::connect(("127.0.0.1", port)).unwrap();
    until(&mut harness, "it is accepted", |harness| conns(harness, "server") == 1);
    peer.write_all(b"x\n").unwrap();
    let mut line = String::new();
    BufReader::new(peer.try_clone().unwrap()).read_line(&mut line).unwrap();
    assert_eq!(line, "x\n");
    // What is still unread when it closes makes a reset of the close.
    peer.write_all(b"y").unwrap();
    until(&mut harness, "y came back", |harness| {
        let trace = harness.state().session().trace();
        trace.from(0).filter(|call| call.op.sends() && call.data == "y").count() == 1
    });
    drop(peer);
    until(&mut harness, "it is gone", |harness| conns(harness, "server") == 0);
    harness.run_steps(4);
    assert!(says(&harness, "connection closed · reset by the peer: ECONNRESET"));
}
