//! The conversation of a pane, and what endpoints and connections are called beside it.

use eframe::egui::accesskit::Role;
use eframe::egui::{Event, Key, Modifiers};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use egui_material_icons::icons::ICON_SYNC_ALT;
use socket_lab::engine::Peers;
use socket_lab::lab::{EndpointKind, EndpointSpec};
use socket_lab::lang::Lang;
use socket_lab::session::Action;
use socket_lab::trace::ConnId;

use super::driving::{
    Window, all_open, click, click_on_top, conns, drag, echo_pair, endpoint, menu, pick, press, received, rows, says,
    talk, texts, type_text, until, until_copied, window,
};

const SIZE: [f32; 2] = [1440.0, 900.0];

/// The rows of conversations that begin so.
fn said(harness: &Window, beginning: &str) -> Vec<String> {
    let rows = harness.query_all_by_role(Role::ListBoxOption).filter_map(|node| node.accesskit_node().label());
    rows.filter(|name| name.starts_with(beginning)).collect()
}

fn send(harness: &mut Window, from: &str, bytes: &'static [u8]) {
    let from = endpoint(harness, from).id;
    let send = Action::Send { endpoint: from, to: Peers::All, bytes: bytes.into() };
    let _ = harness.state_mut().session_mut().act(send);
}

#[test]
fn the_last_bytes_of_a_binary_message_are_shown_also_where_they_begin_a_character() {
    let mut harness = echo_pair(SIZE);
    send(&mut harness, "client", b"\x01\x03\x00\x00\x00\x0a\xc5\xcd\xe4\xbd");
    until(&mut harness, "it came back", |harness| received(harness) == 20);
    let shown = r"received \x01\x03\0\0\0\n\xc5\xcd\xe4\xbd ";
    until(&mut harness, "both have all of it", |harness| said(harness, shown).len() == 2);
    assert!(said(&harness, shown).iter().all(|row| row.contains("begins a character")));
}

#[test]
fn a_client_has_no_number_and_the_servers_connections_say_whose_they_are() {
    let mut harness = echo_pair(SIZE);
    click(&mut harness, "Connect a client");
    until(&mut harness, "the second client is connected", |harness| {
        conns(harness, "server") == 2 && harness.state().session().endpoints().len() == 3 && all_open(harness)
    });
    harness.run_steps(4);
    let list = |number: u32, client: &str| format!("Connection #{number} of server: {client} 127.0.0.1:");
    assert!(says(&harness, &list(1, "client")) && says(&harness, &list(2, "client 2")));
    assert!(says(&harness, "#2 · client 2 127.0.0.1:"), "the strip in the server's pane");
    let name_of = |harness: &Window, name: &str, conn: u32| {
        let session = harness.state().session();
        session.name_of((endpoint(harness, name).id, ConnId::new(conn)))
    };
    assert_eq!(name_of(&harness, "client 2", 1), "client 2");
    assert_eq!(name_of(&harness, "server", 2), "server #2");
    // A connection of a second opening is another one.
    menu(&mut harness, "client: ");
    click_on_top(&mut harness, "Close and open again");
    until(&mut harness, "it is connected again", |harness| {
        endpoint(harness, "client").live.observed.conns.keys().any(|conn| conn.get() == 2)
    });
    assert_eq!(name_of(&harness, "client", 2), "client #2");
}

#[test]
fn a_broken_client_is_neither_green_nor_counted_as_open_nor_half_closed() {
    let mut harness = echo_pair(SIZE);
    assert!(says(&harness, "client: TCP client, connected"));
    let server = endpoint(&harness, "server").id;
    let reset = Action::CloseConn { endpoint: server, conn: None, reset: true };
    let _ = harness.state_mut().session_mut().act(reset);
    until(&mut harness, "the reset has come", |harness| endpoint(harness, "client").broken().is_some());
    harness.run_steps(4);
    assert!(says(&harness, "client: TCP client, broken: ECONNRESET"));
    assert!(harness.query_by_role_and_label(Role::Button, "Half-close").is_none());
    let usable = harness.state().session().endpoints().iter().filter(|endpoint| endpoint.is_usable()).count();
    assert_eq!(usable, 1, "only the server counts as open");
}

/// Right click on the first row of a conversation that begins so.
#[track_caller]
fn row_menu(harness: &mut Window, beginning: &str) {
    let row = harness
        .query_all_by_role(Role::ListBoxOption)
        .find(|node| node.accesskit_node().label().is_some_and(|name| name.starts_with(beginning)));
    row.unwrap_or_else(|| panic!("no row {beginning:?}")).click_secondary();
    harness.run_steps(3);
}

#[track_caller]
fn pick_row(harness: &mut Window, modifiers: Modifiers, beginning: &str) {
    let row = harness
        .query_all_by_role(Role::ListBoxOption)
        .find(|node| node.accesskit_node().label().is_some_and(|name| name.starts_with(beginning)));
    row.unwrap_or_else(|| panic!("no row {beginning:?}")).click_modifiers(modifiers);
    harness.run_steps(3);
}

#[test]
fn a_conversation_is_shown_in_hex_with_as_many_lines_as_a_call_has() {
    let mut harness = echo_pair(SIZE);
    talk(&mut harness, "a message of thirty-six characters..");
    row_menu(&mut harness, "sent a message");
    click_on_top(&mut harness, "Show the conversation in hex");
    // 36 bytes: three lines of sixteen, or five of eight.
    let lines: usize = said(&harness, "sent ").iter().filter(|row| !row.starts_with("sent a message")).count();
    assert!([3, 5].contains(&lines), "{:#?}", said(&harness, "sent "));
    assert!(says(&harness, "sent 61 20 6d 65 73 73 61 67"));
    row_menu(&mut harness, "sent 61 20");
    click_on_top(&mut harness, "Show the conversation as text");
    assert!(!says(&harness, "sent 61 20 6d"));
}

#[test]
fn several_rows_are_selected_and_copied_together() {
    let mut harness = echo_pair(SIZE);
    for text in ["one", "two", "six"] {
        talk(&mut harness, text);
    }
    pick_row(&mut harness, Modifiers::NONE, "sent one");
    pick_row(&mut harness, Modifiers::COMMAND, "sent six");
    harness.event(Event::Copy);
    assert_eq!(until_copied(&mut harness), "one\nsix");
    pick_row(&mut harness, Modifiers::NONE, "sent one");
    pick_row(&mut harness, Modifiers::SHIFT, "sent two");
    harness.event(Event::Copy);
    assert_eq!(until_copied(&mut harness).lines().count(), 3, "the answer stands between");
}

#[test]
fn a_rows_menu_sends_again_makes_a_snippet_and_filters() {
    let mut harness = echo_pair(SIZE);
    talk(&mut harness, "hello");
    row_menu(&mut harness, "sent hello");
    click_on_top(&mut harness, "Send these bytes again");
    until(&mut harness, "they have come once more", |harness| received(harness) > 10);
    row_menu(&mut harness, "sent hello");
    click_on_top(&mut harness, "Add to the snippets");
    let snippets = harness.state().session().snippets();
    assert_eq!(snippets.iter().map(|snippet| snippet.payload.as_str()).collect::<Vec<_>>(), ["hello"]);
    row_menu(&mut harness, "sent hello");
    click_on_top(&mut harness, "Filter: this connection");
    harness.run_steps(4);
    let rows = rows(&harness);
    assert!(!rows.is_empty() && rows.iter().all(|row| !row.contains("socket(")), "{rows:#?}");
}

#[test]
fn a_text_is_found_in_a_conversation() {
    let mut harness = echo_pair(SIZE);
    for text in ["alpha", "beta", "Alpha"] {
        talk(&mut harness, text);
    }
    row_menu(&mut harness, "sent beta");
    click_on_top(&mut harness, "Find in the conversation…");
    assert!(harness.get_by_role_and_label(Role::TextInput, "Find in the conversation").is_focused());
    type_text(&mut harness, "ALPHA");
    harness.run_steps(3);
    assert!(says(&harness, "– of 4"));
    press(&mut harness, Modifiers::NONE, Key::Enter);
    assert!(says(&harness, "4 of 4"), "the newest first");
    press(&mut harness, Modifiers::SHIFT, Key::Enter);
    assert!(says(&harness, "3 of 4"));
    press(&mut harness, Modifiers::NONE, Key::Escape);
    assert!(harness.query_by_role_and_label(Role::TextInput, "Find in the conversation").is_none());
}

#[test]
fn an_empty_server_says_how_it_is_reached_and_a_click_copies_the_line() {
    let mut harness = window(Lang::En, SIZE);
    let spec = EndpointSpec::new("server", EndpointKind::TCP_SERVER);
    let _ = harness.state_mut().session_mut().act(Action::Add { spec: Box::new(spec), open: true });
    until(&mut harness, "it listens", all_open);
    until(&mut harness, "the lines are there", |harness| says(harness, "Copy the line for nc: "));
    let address = endpoint(&harness, "server").shown_address();
    harness.get_by_label_contains("Copy the line for nc: ").click();
    assert_eq!(until_copied(&mut harness), format!("nc {}", address.replace(':', " ")));
}

#[test]
fn a_long_list_of_connections_is_folded_and_scrolls_in_its_place() {
    let mut harness = echo_pair(SIZE);
    let address = endpoint(&harness, "server").shown_address();
    let peers: Vec<_> = (0..40).map(|_| std::net::TcpStream::connect(&address).unwrap()).collect();
    until(&mut harness, "all are accepted", |harness| conns(harness, "server") == 41);
    harness.run_steps(3);
    assert!(!says(&harness, "Connection #1 of server"));
    click(&mut harness, "Show 41 connections");
    assert!(says(&harness, "Connection #1 of server") && !says(&harness, "Connection #41 of server"));
    let client = harness.get_by_label_contains("client: TCP client").rect();
    assert!(client.bottom() < SIZE[1] / 2.0, "the client stays near: {client}");
    drop(peers);
}

#[test]
fn endpoints_are_put_elsewhere_by_keys_and_by_dragging() {
    let mut harness = echo_pair(SIZE);
    let order = |harness: &Window| {
        harness.state().session().endpoints().iter().map(|endpoint| endpoint.spec.name.clone()).collect::<Vec<_>>()
    };
    harness.get_by_label_contains("client: TCP client").focus();
    harness.run_steps(2);
    press(&mut harness, Modifiers::ALT, Key::ArrowUp);
    assert_eq!(order(&harness), ["client", "server"]);
    press(&mut harness, Modifiers::ALT, Key::ArrowDown);
    assert_eq!(order(&harness), ["server", "client"]);
    let from = harness.get_by_label_contains("client: TCP client").rect().center();
    let to = harness.get_by_label_contains("server: TCP server").rect().center_top();
    drag(&mut harness, from, to);
    assert_eq!(order(&harness), ["client", "server"]);
}

#[test]
fn the_fields_of_a_server_and_its_client_stand_at_one_height() {
    let mut harness = echo_pair(SIZE);
    harness.run_steps(3);
    let [server, client] = ["Message of server", "Message of client"].map(|name| harness.get_by_label(name).rect());
    assert_eq!((server.top(), server.bottom()), (client.top(), client.bottom()));
}

#[test]
fn the_sign_of_the_other_half_lies_on_no_time() {
    let mut harness = echo_pair([1440.0, 900.0]);
    talk(&mut harness, "hello");
    pick(&mut harness, Modifiers::NONE, "client recv(1024) = 5");
    harness.run_steps(3);
    let texts = texts(&harness);
    let partners: Vec<_> = texts.iter().filter(|(text, _)| text == ICON_SYNC_ALT.codepoint).collect();
    assert!(partners.len() >= 2, "in the conversation and in the table");
    for (_, sign) in partners {
        // Of the glyph its ground is a little larger.
        let sign = sign.shrink(1.5);
        let over = texts.iter().find(|(text, rect)| text != ICON_SYNC_ALT.codepoint && rect.intersects(sign));
        assert!(over.is_none(), "{sign:?} over {over:?}");
    }
}
