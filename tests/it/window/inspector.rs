//! The inspector shows what was clicked last, in every view, and nothing that does not belong to it.

use eframe::egui::accesskit::Role;
use eframe::egui::{Key, Modifiers, vec2};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use socket_lab::lab::Content;
use socket_lab::lab::rule::{Rule, When};
use socket_lab::lab::{EndpointKind, EndpointSpec, Reply, ServiceSpec};
use socket_lab::lang::Lang;
use socket_lab::session::Action;
use socket_lab::ui::view::Shown;

use super::driving::{
    Window, click, conns, echo_pair, endpoint, pick, press, rows, says, talk, type_text, until, window,
};

const SIZE: [f32; 2] = [1440.0, 900.0];
/// The inspector has no room of its own here.
const NARROW: [f32; 2] = [960.0, 700.0];

/// Clicks what was drawn last of those whose name begins so.
#[track_caller]
fn click_last(harness: &mut Window, role: Role, beginning: &str) {
    let found = harness
        .query_all_by_role(role)
        .rfind(|node| node.accesskit_node().label().is_some_and(|name| name.starts_with(beginning)));
    found.unwrap_or_else(|| panic!("no {role:?} {beginning:?}")).click();
    harness.run_steps(4);
}

fn shown(harness: &Window) -> Shown {
    harness.state().selection().shown().clone()
}

/// The addresses that the inspector shows are those of the selected thing.
#[track_caller]
fn is_of_selection(harness: &Window) {
    let (session, selection) = (harness.state().session(), harness.state().selection());
    let endpoint = session.endpoint(selection.endpoint().unwrap()).unwrap();
    if let Shown::Call(seq) = selection.shown() {
        let call = session.trace().get(*seq).unwrap();
        assert_eq!((call.endpoint, call.conn), (endpoint.id, selection.conn()));
    }
    if let Some(conn) = selection.conn() {
        assert!(endpoint.live.observed.conns.contains_key(&conn));
    }
}

#[test]
fn whatever_is_clicked_last_is_shown() {
    let mut harness = echo_pair(SIZE);
    talk(&mut harness, "hello");
    pick(&mut harness, Modifiers::NONE, "server #1 recv(1024) = 5");
    assert!(matches!(shown(&harness), Shown::Call(_)), "a row of the table");
    assert!(says(&harness, "CALL #") || says(&harness, "recv"));
    is_of_selection(&harness);

    click_last(&mut harness, Role::Button, "client: ");
    assert_eq!(shown(&harness), Shown::Endpoint, "an endpoint of the list");
    assert!(says(&harness, "OPTIONS IN FORCE") && !says(&harness, "In words"));

    click_last(&mut harness, Role::ListBoxOption, "sent hello");
    assert!(matches!(shown(&harness), Shown::Call(_)), "a row of a conversation");
    assert!(says(&harness, "In words"));
    is_of_selection(&harness);

    click(&mut harness, "server");
    assert_eq!(shown(&harness), Shown::Endpoint, "the name in a pane's header");
    assert!(!says(&harness, "In words"));

    click_last(&mut harness, Role::Button, "Connection #1 of server");
    assert_eq!(shown(&harness), Shown::Conn, "a connection of the list");
    assert!(says(&harness, "CONNECTION #1") && !says(&harness, "In words"));
    is_of_selection(&harness);

    click_last(&mut harness, Role::Button, "client: ");
    click_last(&mut harness, Role::ListBoxOption, "#1 · client");
    assert_eq!(shown(&harness), Shown::Conn, "a row of the connections in a server's pane");
    assert!(says(&harness, "CONNECTION #1") && !says(&harness, "In words"));
    is_of_selection(&harness);

    press(&mut harness, Modifiers::ALT, Key::Num2);
    pick(&mut harness, Modifiers::NONE, "client send(5)");
    assert!(matches!(shown(&harness), Shown::Call(_)), "a call of the ladder");
    assert!(says(&harness, "In words"));
    is_of_selection(&harness);

    click_last(&mut harness, Role::Button, "server: ");
    assert_eq!(shown(&harness), Shown::Endpoint);
    press(&mut harness, Modifiers::ALT, Key::Num3);
    click_last(&mut harness, Role::Button, "send #");
    assert!(matches!(shown(&harness), Shown::Call(_)), "a block of the byte map");
    assert!(says(&harness, "In words"));
    is_of_selection(&harness);
}

#[test]
fn a_selected_call_is_never_shown_beside_another_connection() {
    let mut harness = echo_pair(SIZE);
    talk(&mut harness, "hello");
    pick(&mut harness, Modifiers::NONE, "server #1 recv(1024) = 5");
    click(&mut harness, "Connect a client");
    until(&mut harness, "there are two connections", |harness| conns(harness, "server") == 2);
    harness.run_steps(4);
    assert_eq!(shown(&harness), Shown::Endpoint, "the new endpoint");
    assert!(!says(&harness, "In words"), "the call has gone with its connection");
    let new = harness.state().session().endpoints().last().unwrap();
    assert_eq!(harness.state().selection().endpoint(), Some(new.id));
    let conn = new.live.observed.conns.values().next().unwrap();
    assert!(says(&harness, &conn.ends.local.as_ref().unwrap().to_string()));
}

#[test]
fn escape_goes_up_from_the_call_to_nothing() {
    let mut harness = echo_pair(SIZE);
    talk(&mut harness, "hello");
    pick(&mut harness, Modifiers::NONE, "server #1 recv(1024) = 5");
    let expected = [Shown::Conn, Shown::Endpoint, Shown::Nothing, Shown::Nothing];
    for above in expected {
        press(&mut harness, Modifiers::NONE, Key::Escape);
        assert_eq!(shown(&harness), above);
    }
    assert!(says(&harness, "Click a call"));
    // The same by the mouse.
    pick(&mut harness, Modifiers::NONE, "server #1 recv(1024) = 5");
    click(&mut harness, "Up to the connection (Esc)");
    assert_eq!(shown(&harness), Shown::Conn);
    click(&mut harness, "Up to the endpoint (Esc)");
    assert_eq!(shown(&harness), Shown::Endpoint);
}

#[test]
fn whoever_has_a_use_for_escape_has_it_first() {
    let mut harness = echo_pair(SIZE);
    talk(&mut harness, "hello");
    let of_call = |harness: &Window| matches!(shown(harness), Shown::Call(_));
    pick(&mut harness, Modifiers::NONE, "server #1 recv(1024) = 5");
    harness.get_by_label("Message of client").focus();
    harness.run_steps(2);
    type_text(&mut harness, "half");
    press(&mut harness, Modifiers::NONE, Key::Escape);
    assert!(of_call(&harness), "a text field");
    press(&mut harness, Modifiers::NONE, Key::F1);
    press(&mut harness, Modifiers::NONE, Key::Escape);
    assert!(of_call(&harness), "a window");
    press(&mut harness, Modifiers::COMMAND, Key::K);
    press(&mut harness, Modifiers::NONE, Key::Escape);
    assert!(of_call(&harness), "the palette");
    press(&mut harness, Modifiers::COMMAND, Key::N);
    press(&mut harness, Modifiers::NONE, Key::Escape);
    assert!(of_call(&harness), "a dialog");
    click(&mut harness, "Copy");
    press(&mut harness, Modifiers::NONE, Key::Escape);
    assert!(of_call(&harness), "a menu");
    press(&mut harness, Modifiers::COMMAND, Key::F);
    type_text(&mut harness, "hello");
    pick(&mut harness, Modifiers::NONE, "server #1 recv(1024) = 5");
    press(&mut harness, Modifiers::NONE, Key::Escape);
    assert!(of_call(&harness) && rows(&harness).len() > 4, "the filter of the table");
    press(&mut harness, Modifiers::NONE, Key::Escape);
    assert_eq!(shown(&harness), Shown::Conn, "nobody else");
}

#[test]
fn where_there_is_no_room_the_inspector_is_laid_over_the_panes_for_a_click() {
    let mut harness = echo_pair(NARROW);
    talk(&mut harness, "hello");
    let open = |harness: &Window| harness.query_by_label("Close the inspector").is_some();
    assert!(!open(&harness), "nothing was clicked");
    for close in ["button", "escape", "beside"] {
        pick(&mut harness, Modifiers::NONE, "server #1 recv(1024) = 5");
        assert!(open(&harness) && says(&harness, "In words"), "before it is closed by {close}");
        match close {
            "button" => click(&mut harness, "Close the inspector"),
            "escape" => press(&mut harness, Modifiers::NONE, Key::Escape),
            _ => {
                harness.get_by_label("Message of server").click();
                harness.run_steps(4);
            }
        }
        assert!(!open(&harness), "closed by {close}");
        assert!(matches!(shown(&harness), Shown::Call(_)), "the call stays selected");
    }
    // With room for it, it stands at its side.
    pick(&mut harness, Modifiers::NONE, "server #1 recv(1024) = 5");
    harness.set_size(vec2(1440.0, 900.0));
    harness.run_steps(4);
    assert!(!open(&harness) && says(&harness, "In words"));
}

#[test]
fn the_laid_over_inspector_leaves_the_keyboard_where_it_is() {
    let mut harness = echo_pair(NARROW);
    talk(&mut harness, "hello");
    click(&mut harness, "client");
    assert!(harness.query_by_label("Close the inspector").is_some());
    harness.get_by_label("Message of client").focus();
    harness.run_steps(4);
    type_text(&mut harness, "still typing");
    assert!(
        harness.get_by_label("Message of client").accesskit_node().value().is_some_and(|text| text == "still typing")
    );
}

#[test]
fn a_rule_and_an_endpoint_lead_to_each_other() {
    let mut harness = window(Lang::En, SIZE);
    let mut spec = EndpointSpec::new("server", EndpointKind::TCP_SERVER);
    let answer = Some(Content::Text("hi there".to_owned()));
    let rule = Rule { name: "greeting".to_owned(), ..Rule::new(When::exact("hello"), answer) };
    spec.service = ServiceSpec::new(Reply::of_rules(vec![rule]));
    harness.state_mut().session_mut().act(Action::Add { spec: Box::new(spec), open: false });
    harness.run_steps(4);
    click(&mut harness, "server");
    harness.get_by_role_and_label(Role::Link, "greeting").click();
    harness.run_steps(4);
    assert_eq!(shown(&harness), Shown::Rule("greeting".to_owned()));
    assert!(says(&harness, "RULE GREETING") && says(&harness, "hi there") && says(&harness, "is exactly"));
    assert_eq!(harness.state().selection().endpoint(), Some(endpoint(&harness, "server").id));
    press(&mut harness, Modifiers::NONE, Key::Escape);
    assert_eq!(shown(&harness), Shown::Endpoint);
}

#[test]
fn the_size_that_the_system_granted_to_a_buffer_stands_beside_the_one_that_was_asked_for() {
    let mut harness = window(Lang::En, SIZE);
    let mut spec = EndpointSpec::new("room", EndpointKind::UDP);
    spec.options.recv_buffer = Some(1);
    harness.state_mut().session_mut().act(Action::Add { spec: Box::new(spec), open: true });
    until(&mut harness, "it is open", |harness| endpoint(harness, "room").live.is_open());
    click(&mut harness, "room");
    let granted = endpoint(&harness, "room").live.observed.granted.recv.unwrap();
    assert!(granted > 1, "no system has a buffer of one byte");
    let granted = socket_lab::explain::number(granted.into());
    assert!(says(&harness, &format!("asked 1, granted {granted}")), "in the inspector");
    // And the call that asked says so in words.
    pick(&mut harness, Modifiers::NONE, "setsockopt(SO_RCVBUF");
    assert!(says(&harness, &format!("Asked 1, granted {granted} (getsockopt)")));
}

#[test]
fn a_clients_only_connection_has_no_number_in_the_inspector() {
    let mut harness = echo_pair(SIZE);
    click(&mut harness, "client");
    assert!(says(&harness, "CONNECTION") && !says(&harness, "CONNECTION #"));
}
