//! The list at the left, its menus, and trouble with sockets.

use eframe::egui::accesskit::Role;
use eframe::egui::{Key, Modifiers};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use socket_lab::lab::{EndpointKind, EndpointSpec, Local};
use socket_lab::lang::Lang;
use socket_lab::session::Action;

use super::driving::{
    Window, all_open, choose_in_menu, click, click_beginning, conns, echo_pair, endpoint, galleys, menu, press, retype,
    says, type_text, until, window,
};

const SIZE: [f32; 2] = [1440.0, 900.0];

fn names(harness: &Window) -> Vec<String> {
    harness.state().session().endpoints().iter().map(|endpoint| endpoint.spec.name.clone()).collect()
}

#[test]
fn a_right_click_renames_duplicates_and_removes() {
    let mut harness = echo_pair(SIZE);
    menu(&mut harness, "client: ");
    click(&mut harness, "Rename");
    retype(&mut harness, "student");
    press(&mut harness, Modifiers::NONE, Key::Enter);
    assert_eq!(names(&harness), ["server", "student"]);
    assert!(says(&harness, "Message of student"));

    menu(&mut harness, "student: ");
    click(&mut harness, "Duplicate");
    assert_eq!(harness.state().session().endpoints().len(), 3);
    assert_eq!(harness.state().session().endpoints()[2].spec.remote, endpoint(&harness, "student").spec.remote);

    let before = names(&harness);
    menu(&mut harness, "student: ");
    click(&mut harness, "Remove from the lab");
    harness.run_steps(3);
    assert_eq!(names(&harness), [before[0].clone(), before[2].clone()]);
    assert!(harness.query_by_label("Message of student").is_none(), "its pane has gone");
    until(&mut harness, "the server sees the end", |harness| conns(harness, "server") == 0);
}

#[test]
fn an_empty_name_or_escape_keeps_the_old_one_and_a_taken_one_gets_a_number() {
    let mut harness = echo_pair(SIZE);
    let mut rename = |name: &str, end: Key| {
        menu(&mut harness, "client: ");
        click(&mut harness, "Rename");
        retype(&mut harness, name);
        press(&mut harness, Modifiers::NONE, end);
        names(&harness)
    };
    assert_eq!(rename("   ", Key::Enter), ["server", "client"]);
    assert_eq!(rename("other", Key::Escape), ["server", "client"]);
    assert_eq!(rename("server", Key::Enter), ["server", "server 2"]);
}

#[test]
fn an_endpoint_is_closed_and_opened_again_by_its_menu() {
    let mut harness = echo_pair(SIZE);
    choose_in_menu(&mut harness, "client: ", "Close");
    until(&mut harness, "the client is closed", |harness| endpoint(harness, "client").live.is_closed());
    choose_in_menu(&mut harness, "client: ", "Open");
    until(&mut harness, "it is open again", |harness| all_open(harness) && conns(harness, "client") == 1);
}

#[test]
fn a_half_closed_client_is_said_to_have_ended_its_side_at_the_server() {
    let mut harness = echo_pair(SIZE);
    click(&mut harness, "Half-close");
    until(&mut harness, "the server's pane says so", |harness| says(harness, "the peer has ended its side (recv = 0)"));
    harness.run_steps(3);
    assert!(says(&harness, "this side has ended: shutdown(SHUT_WR)"), "and the client's pane what it did");
    assert!(harness.query_by_role_and_label(Role::Button, "Half-close").is_none(), "it can't be done twice");
}

#[test]
fn a_port_in_use_is_said_with_errno_until_it_is_dismissed() {
    let mut harness = echo_pair(SIZE);
    let address = endpoint(&harness, "server").shown_address();
    let port = address.rsplit_once(':').unwrap().1.to_owned();
    press(&mut harness, Modifiers::COMMAND, Key::N);
    click(&mut harness, "TCP server");
    harness.get_by_role_and_label(Role::TextInput, "Port").focus();
    harness.run_steps(2);
    retype(&mut harness, &port);
    press(&mut harness, Modifiers::NONE, Key::Enter);
    let said = |harness: &Window| {
        harness.query_all_by_label_contains("EADDRINUSE").any(|node| node.accesskit_node().role() == Role::Label)
    };
    until(&mut harness, "it is said", said);
    // Other work does not take it away.
    press(&mut harness, Modifiers::COMMAND, Key::L);
    harness.run_steps(30);
    assert!(said(&harness));
    assert!(says(&harness, &address), "with the address");
    click_beginning(&mut harness, "Dismiss: ");
    assert!(!said(&harness));
    assert!(harness.state().session().notices().is_empty());
}

#[test]
fn an_address_of_this_machine_is_opened_as_a_server_and_as_a_client_of_it() {
    let mut harness = window(Lang::En, SIZE);
    choose_in_menu(&mut harness, "Copy 127.0.0.1", "New TCP server here…");
    press(&mut harness, Modifiers::NONE, Key::Enter);
    until(&mut harness, "it listens", |harness| names(harness).len() == 1 && all_open(harness));
    let server = names(&harness)[0].clone();
    let address = endpoint(&harness, &server).shown_address();
    let (host, port) = address.rsplit_once(':').unwrap();
    assert_eq!(host, "127.0.0.1");

    choose_in_menu(&mut harness, "Copy 127.0.0.1", "New TCP client to it…");
    let field = harness
        .query_all_by_role(Role::TextInput)
        .find(|node| node.accesskit_node().value().as_deref() == Some("127.0.0.1:"));
    field.expect("the address stands there, the port is to be typed").focus();
    harness.run_steps(2);
    press(&mut harness, Modifiers::NONE, Key::End);
    type_text(&mut harness, port);
    press(&mut harness, Modifiers::NONE, Key::Enter);
    until(&mut harness, "they are connected", |harness| names(harness).len() == 2 && conns(harness, &server) == 1);
}

#[test]
fn a_name_in_the_list_has_its_room_before_the_address() {
    let mut harness = window(Lang::En, [900.0, 600.0]);
    let mut spec = EndpointSpec::new("mailbox", EndpointKind::UNIX_SERVER);
    spec.local = Some(Local::Path("/tmp/a-socket-with-a-name-that-is-too-long-for-the-list.sock".into()));
    harness.state_mut().session_mut().act(Action::Add { spec: Box::new(spec), open: false });
    harness.run_steps(4);
    let all = galleys(&harness);
    let whole = |text: &str| all.iter().filter(|galley| galley.text() == text).all(|galley| !galley.elided);
    assert!(all.iter().any(|galley| galley.text() == "mailbox") && whole("mailbox"));
    assert!(all.iter().any(|galley| galley.text().starts_with("Unix a-socket") && galley.elided), "it is too long");
}
