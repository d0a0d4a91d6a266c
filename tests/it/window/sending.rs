//! The composer, from the text to the socket.

use eframe::egui::accesskit::Role;
use eframe::egui::{Key, Modifiers};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use socket_lab::trace::Op;

use super::driving::{
    Window, click, click_beginning, click_on_top, conns, echo_pair, endpoint, press, received, retype, say, says,
    type_text, until,
};

const SIZE: [f32; 2] = [1600.0, 1000.0];

/// Opens the choice of that name beside the message of an endpoint; the panes stand from left to right.
#[track_caller]
fn choose(harness: &mut Window, pane: usize, name: &str) {
    let mut found: Vec<_> = harness.query_all_by_role_and_label(Role::ComboBox, name).collect();
    found.sort_by(|one, other| one.rect().left().total_cmp(&other.rect().left()));
    found.get(pane).unwrap_or_else(|| panic!("no choice {name:?} in pane {pane}")).click();
    harness.run_steps(3);
}

fn sends(harness: &Window, name: &str) -> usize {
    let id = endpoint(harness, name).id;
    let trace = harness.state().session().trace();
    trace.from(0).filter(|call| call.endpoint == id && matches!(call.op, Op::Send { .. })).count()
}

#[test]
fn a_repeat_goes_on_by_itself_and_stops_by_its_button() {
    let mut harness = echo_pair(SIZE);
    choose(&mut harness, 1, "Line end and repeating");
    let check = harness.get_by_role_and_label(Role::CheckBox, "Send again and again");
    check.click();
    harness.run_steps(2);
    for (name, number) in [("Every", "20"), ("Times", "100000")] {
        harness.get_by_role_and_label(Role::SpinButton, name).click();
        harness.run_steps(2);
        retype(&mut harness, number);
        press(&mut harness, Modifiers::NONE, Key::Enter);
    }
    harness.get_by_label("Message of client").focus();
    harness.run_steps(2);
    type_text(&mut harness, "tick");
    press(&mut harness, Modifiers::NONE, Key::Enter);
    until(&mut harness, "it went out three times", |harness| sends(harness, "client") >= 3);
    assert_eq!(endpoint(&harness, "client").live.repeats.len(), 1);
    click(&mut harness, "Stop repeating tick");
    until(&mut harness, "it stopped", |harness| endpoint(harness, "client").live.repeats.is_empty());
    harness.run_steps(5);
    let sent = sends(&harness, "client");
    std::thread::sleep(std::time::Duration::from_millis(100));
    harness.run_steps(5);
    assert_eq!(sends(&harness, "client"), sent, "nothing goes out any more");
    assert!(!says(&harness, "Stop repeating"));
}

#[test]
fn bad_hex_is_refused_with_its_place_and_the_text_stays() {
    let mut harness = echo_pair(SIZE);
    choose(&mut harness, 1, "Input");
    click(&mut harness, "Hex");
    for bad in ["68 6x", "zz", "6"] {
        harness.get_by_label("Message of client").focus();
        harness.run_steps(2);
        retype(&mut harness, bad);
        press(&mut harness, Modifiers::NONE, Key::Enter);
        let field = harness.get_by_label("Message of client");
        assert_eq!(field.accesskit_node().value().as_deref(), Some(bad), "what was typed stays");
        assert!(says(&harness, "at character "), "{bad}: the place is said");
    }
    assert_eq!(sends(&harness, "client"), 0);
    retype(&mut harness, "68 65 6c6c 0x6f");
    press(&mut harness, Modifiers::NONE, Key::Enter);
    until(&mut harness, "hello came back", |harness| received(harness) == 10);
}

#[test]
fn a_server_sends_to_all_or_to_one() {
    let mut harness = echo_pair(SIZE);
    click(&mut harness, "Connect a client");
    until(&mut harness, "there are two", |harness| conns(harness, "server") == 2);
    harness.run_steps(4);
    say(&mut harness, "server", "to all");
    until(&mut harness, "both have it", |harness| received(harness) == 12);
    assert_eq!(sends(&harness, "server"), 2);
    click(&mut harness, "Send to #2");
    // It has the keyboard.
    type_text(&mut harness, "to one");
    press(&mut harness, Modifiers::NONE, Key::Enter);
    until(&mut harness, "one has it", |harness| received(harness) == 18);
    let id = endpoint(&harness, "server").id;
    let trace = harness.state().session().trace();
    let last = trace.from(0).filter(|call| call.endpoint == id && call.op.sends()).last().unwrap();
    assert_eq!(last.conn.map(|conn| conn.get()), Some(2));
    assert_eq!(sends(&harness, "server"), 3);
}

#[test]
fn what_a_closed_endpoint_would_send_stays_in_its_field() {
    let mut harness = echo_pair(SIZE);
    let row = harness
        .get_all_by_role(Role::Button)
        .find(|node| node.accesskit_node().label().is_some_and(|label| label.starts_with("client: ")));
    row.unwrap().click_secondary();
    harness.run_steps(3);
    click_on_top(&mut harness, "Close");
    until(&mut harness, "it is closed", |harness| endpoint(harness, "client").live.is_closed());
    say(&mut harness, "client", "kept");
    assert!(says(&harness, "What you typed stays here."));
    assert_eq!(harness.get_by_label("Message of client").accesskit_node().value().as_deref(), Some("kept"));
    click_beginning(&mut harness, "client: ");
}

#[test]
fn a_peer_gets_a_name_that_stays_and_that_messages_can_be_sent_to() {
    let mut harness = super::driving::window(socket_lab::lang::Lang::En, SIZE);
    click(&mut harness, "UDP socket");
    until(&mut harness, "the room is open", |harness| endpoint(harness, "udp").live.is_open());
    let room = endpoint(&harness, "udp").live.local().and_then(socket_lab::lab::Addr::inet).unwrap();
    let guest = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
    guest.send_to(b"knock", room).unwrap();
    until(&mut harness, "the guest is heard", |harness| !endpoint(harness, "udp").live.observed.peers.is_empty());
    harness.run_steps(3);
    let address = guest.local_addr().unwrap();
    click(&mut harness, &format!("Name the peer {address}"));
    harness.run_steps(3);
    type_text(&mut harness, "alice");
    press(&mut harness, Modifiers::NONE, Key::Enter);
    harness.run_steps(3);
    let named = &endpoint(&harness, "udp").spec.datagram.peers;
    assert_eq!(named.iter().map(|peer| peer.name.as_str()).collect::<Vec<_>>(), ["alice"]);
    // The composer knows the name.
    click(&mut harness, &format!("Send to alice {address}"));
    harness.run_steps(3);
    harness.get_by_label("Message of udp").focus();
    harness.run_steps(2);
    type_text(&mut harness, "come in");
    press(&mut harness, Modifiers::NONE, Key::Enter);
    guest.set_nonblocking(true).unwrap();
    let mut buffer = [0; 16];
    until(&mut harness, "alice is answered", |_| guest.peek(&mut [0; 16]).is_ok());
    let len = guest.recv(&mut buffer).unwrap();
    assert_eq!(&buffer[..len], b"come in");
}

#[test]
fn a_pasted_text_of_some_lines_is_in_sight_as_a_whole() {
    let mut harness = echo_pair([1440.0, 900.0]);
    harness.get_by_label("Message of client").focus();
    harness.run_steps(2);
    harness.event(eframe::egui::Event::Paste("one\ntwo\nthree\nfour\nfive".to_owned()));
    harness.run_steps(6);
    let id = harness.ctx.memory(|memory| memory.focused()).unwrap();
    let field = harness.ctx.viewport(|viewport| *viewport.prev_pass.widgets.get(id).unwrap());
    assert!(field.rect.height() >= 5.0 * 14.0, "{:?}", field.rect);
    assert!(field.interact_rect.expand(1.0).contains_rect(field.rect), "{:?} of {:?}", field.interact_rect, field.rect);
}
