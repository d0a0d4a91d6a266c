//! Time stands still in the window: what is about to be called is shown and let through, by keys and by buttons.

use std::io::Write as _;
use std::net::TcpStream;

use eframe::egui::accesskit::Role;
use eframe::egui::{Key, Modifiers};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use socket_lab::lab::Breakpoint;
use socket_lab::lab::breakpoint::At;
use socket_lab::lang::Lang;
use socket_lab::session::Action;

use super::driving::{
    Window, choose_in_menu, click, click_on_top, echo_pair, endpoint, menu, press, received, rows, say, says,
    type_text, until, window,
};

const SIZE: [f32; 2] = [1440.0, 900.0];

fn held(harness: &Window) -> Vec<String> {
    let session = harness.state().session();
    session.held_calls().map(|call| format!("{} {}", session.trace().name(call.endpoint), call.op)).collect()
}

fn key(harness: &mut Window, key: Key) {
    press(harness, Modifiers::NONE, key);
}

#[test]
fn an_echo_is_stepped_call_by_call_with_the_keys() {
    let mut harness = echo_pair(SIZE);
    key(&mut harness, Key::F7);
    assert!(says(&harness, "Time stands still"));
    say(&mut harness, "client", "hello");
    until(&mut harness, "the send is held", |harness| held(harness).contains(&"client send(5)".to_owned()));
    harness.run_steps(3);
    assert!(says(&harness, "next: client: send(5)"));
    assert_eq!(received(&harness), 0, "the server has got nothing");
    // The server's `recv` sits in the kernel; when it has returned, its two next calls are held.
    key(&mut harness, Key::F10);
    until(&mut harness, "the answer is held", |harness| held(harness).contains(&"server send(5)".to_owned()));
    assert_eq!(received(&harness), 5);
    key(&mut harness, Key::F8);
    until(&mut harness, "the answer has come", |harness| received(harness) == 10);
    harness.run_steps(3);
    assert!(held(&harness).is_empty() && !says(&harness, "Time stands still"));
}

#[test]
fn each_end_has_its_own_button_for_its_next_call() {
    let mut harness = echo_pair(SIZE);
    key(&mut harness, Key::F7);
    say(&mut harness, "client", "hello");
    until(&mut harness, "the send is held", |harness| held(harness).contains(&"client send(5)".to_owned()));
    harness.run_steps(3);
    click(&mut harness, "Let through client: send(5)");
    until(&mut harness, "the answer is held", |harness| held(harness).contains(&"server send(5)".to_owned()));
    harness.run_steps(3);
    click(&mut harness, "Let through server #1: send(5)");
    until(&mut harness, "the answer has come", |harness| received(harness) == 10);
    // The client alone goes on.
    click(&mut harness, "Let client go on");
    assert!(endpoint(&harness, "server").live.is_held && !endpoint(&harness, "client").live.is_held);
}

#[test]
fn a_held_call_stands_in_the_table_and_at_the_end_of_its_lifeline() {
    let mut harness = echo_pair(SIZE);
    menu(&mut harness, "client: ");
    click_on_top(&mut harness, "Hold before each call");
    say(&mut harness, "client", "hello");
    until(&mut harness, "the send is held", |harness| held(harness) == ["client send(5)"]);
    harness.run_steps(3);
    assert!(harness.query_all_by_label_contains("client send(5) held").next().is_some(), "{:?}", rows(&harness));
    press(&mut harness, Modifiers::ALT, Key::Num2);
    harness.run_steps(4);
    let painted = super::driving::texts(&harness);
    assert!(painted.iter().any(|(text, _)| text == "next: send(5)"), "{painted:?}");
}

#[test]
fn a_call_that_was_let_through_and_blocks_is_shown_as_blocked() {
    let mut harness = echo_pair(SIZE);
    menu(&mut harness, "client: ");
    click_on_top(&mut harness, "Hold before each call");
    harness.run_steps(3);
    assert!(says(&harness, "recv(1024) blocks in the kernel"));
}

#[test]
fn removing_and_reopening_a_held_endpoint_needs_no_step() {
    let mut harness = echo_pair(SIZE);
    key(&mut harness, Key::F7);
    menu(&mut harness, "client: ");
    click_on_top(&mut harness, "Remove from the lab");
    until(&mut harness, "its socket is closed", |harness| {
        let session = harness.state().session();
        session.trace().from(0).any(|call| call.op.name() == "close" && session.trace().name(call.endpoint) == "client")
    });
    assert_eq!(harness.state().session().endpoints().len(), 1);
}

#[test]
fn a_breakpoint_is_made_in_its_dialog_and_stops_what_it_says() {
    let mut harness = echo_pair(SIZE);
    click(&mut harness, "Lab");
    click(&mut harness, "Breakpoints…");
    type_text(&mut harness, "endpoint == server and op == recv and len < 10");
    harness.get_by_label("Name of breakpoint 1").focus();
    harness.run_steps(2);
    type_text(&mut harness, "short reads");
    click(&mut harness, "Apply");
    let breakpoints = harness.state().session().breakpoints().to_vec();
    assert_eq!(
        (breakpoints.len(), breakpoints[0].name.as_str(), breakpoints[0].at.name()),
        (1, "short reads", "after")
    );
    say(&mut harness, "client", "hi");
    until(&mut harness, "the answer is held", |harness| held(harness).contains(&"server send(2)".to_owned()));
    harness.run_steps(3);
    assert!(says(&harness, "stopped by the breakpoint short reads"));
    assert_eq!(harness.state().session().hits(0), 1);
    key(&mut harness, Key::F8);
    until(&mut harness, "the answer has come", |harness| received(harness) == 4);
}

#[test]
fn a_condition_that_is_none_is_told_and_not_taken() {
    let mut harness = echo_pair(SIZE);
    click(&mut harness, "Lab");
    click(&mut harness, "Breakpoints…");
    type_text(&mut harness, "seq == 3");
    assert!(says(&harness, "can't ask for seq"));
    let apply = harness.get_by_role_and_label(Role::Button, "Apply");
    assert!(apply.accesskit_node().is_disabled());
}

#[test]
fn f10_steps_only_while_something_is_held() {
    let mut harness = echo_pair(SIZE);
    key(&mut harness, Key::F10);
    assert!(says(&harness, "New lab"), "the menu of the lab");
    key(&mut harness, Key::Escape);
    key(&mut harness, Key::F7);
    key(&mut harness, Key::F10);
    assert!(!says(&harness, "New lab"), "no menu");
}

#[test]
fn a_held_window_says_so_in_chinese_too() {
    let mut harness = window(Lang::ZhCn, SIZE);
    click(&mut harness, "TCP 服务器 + 客户端");
    until(&mut harness, "both are open", |harness| harness.state().session().endpoints().len() == 2);
    harness.run_steps(4);
    key(&mut harness, Key::F7);
    assert!(says(&harness, "时间已停住"));
}

#[test]
fn a_held_endpoint_that_is_reopened_is_held_from_its_first_call_on() {
    let mut harness = echo_pair(SIZE);
    key(&mut harness, Key::F7);
    let client = endpoint(&harness, "client").id;
    let held_at =
        |harness: &Window, op: &str| held(harness).iter().any(|call| call.starts_with(&format!("client {op}")));
    choose_in_menu(&mut harness, "client: ", "Close and open again");
    until(&mut harness, "its close is held", |harness| held_at(harness, "close"));
    let next = |harness: &Window| harness.state().session().next_call(client).map(|call| call.id);
    for op in ["close", "socket", "connect"] {
        until(&mut harness, op, |harness| held_at(harness, op));
        let call = next(&harness).unwrap();
        harness.state_mut().session_mut().act(Action::LetThrough(call));
    }
    key(&mut harness, Key::F8);
    until(&mut harness, "it is open again", |harness| endpoint(harness, "client").live.is_open());
}

#[test]
fn a_breakpoint_that_meets_every_call_of_a_flood_leaves_the_window_free() {
    let mut harness = echo_pair(SIZE);
    let every = Breakpoint { name: String::new(), when: "op == recv".to_owned(), at: At::Before, on: true };
    harness.state_mut().session_mut().act(Action::SetBreakpoints(vec![every]));
    let to = endpoint(&harness, "server").live.local().and_then(|addr| addr.inet()).unwrap();
    let mut peers: Vec<TcpStream> = (0..20).map(|_| TcpStream::connect(to).unwrap()).collect();
    for peer in &mut peers {
        peer.set_nonblocking(true).unwrap();
        // Until the kernel's queues are full.
        while peer.write(&[7; 65_536]).is_ok() {}
    }
    until(&mut harness, "the flood is held", |harness| held(harness).contains(&"server recv(1024)".to_owned()));
    let calls = harness.state().session().trace().len();
    harness.run_steps(20);
    assert!(harness.state().session().trace().len() <= calls + 2 * peers.len(), "nothing floods the trace");
    assert!(says(&harness, "Time stands still") && says(&harness, "wait in the receive queue"));
    // The window still does what it is asked for.
    press(&mut harness, Modifiers::ALT, Key::Num2);
    assert!(harness.query_by_role_and_label(Role::ListBox, "Ladder").is_some() || says(&harness, "Ladder"));
    harness.state_mut().session_mut().act(Action::SetBreakpoints(Vec::new()));
    key(&mut harness, Key::F8);
    let before = received(&harness);
    until(&mut harness, "the flood goes on", |harness| received(harness) > before + 1_000_000);
}
