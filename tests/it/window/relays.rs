//! A relay in the window: put between two endpoints, and harmed.

use bytes::Bytes;
use eframe::egui::accesskit::Role;
use egui_kittest::kittest::Queryable as _;
use socket_lab::engine::Peers;
use socket_lab::lab::Remote;
use socket_lab::session::Action;

use super::driving::{Window, all_open, click, click_on_top, echo_pair, endpoint, menu, retype, says, until};

fn faults(harness: &Window) -> Vec<&'static str> {
    endpoint(harness, "relay").spec.relay.faults.iter().filter(|fault| fault.on).map(|fault| fault.kind.name).collect()
}

fn choose(harness: &mut Window, list: &str, item: &str) {
    harness.get_by_role_and_label(Role::ComboBox, list).click();
    harness.run_steps(3);
    click(harness, item);
}

/// An echo server, its client and a relay between them, all connected.
fn with_relay() -> Window {
    let mut harness = echo_pair([1440.0, 900.0]);
    menu(&mut harness, "client: ");
    click(&mut harness, "Put a relay between");
    until(&mut harness, "all three are open and the client is connected again", |harness| {
        let is_connected = |name| !endpoint(harness, name).live.observed.conns.is_empty();
        all_open(harness) && ["client", "relay", "server"].into_iter().all(is_connected)
    });
    harness
}

fn send(harness: &mut Window, bytes: &'static [u8]) {
    // The relay's pane lies over the client's.
    let (endpoint, to) = (endpoint(harness, "client").id, Peers::All);
    harness.state_mut().session_mut().act(Action::Send { endpoint, to, bytes: Bytes::from_static(bytes) });
}

fn got(harness: &Window) -> u64 {
    let client = endpoint(harness, "client").id;
    harness.state().session().trace().endpoint_totals(client).received_bytes
}

fn held(harness: &Window) -> usize {
    harness.state().session().held_messages().len()
}

#[test]
fn a_message_is_held_edited_and_let_go() {
    let mut harness = with_relay();
    choose(&mut harness, "Hold messages", "client → server");
    send(&mut harness, b"hello");
    until(&mut harness, "the relay holds it", |harness| held(harness) == 1);
    assert!(says(&harness, "Message held"));
    click(&mut harness, "Edit…");
    retype(&mut harness, "bye\\n");
    assert!(says(&harness, "5 bytes came, 4 bytes go on"));
    // The bar behind the dialog has a button of that name too.
    click_on_top(&mut harness, "Let go");
    until(&mut harness, "what it has become came back", |harness| got(harness) == 4);
    assert!(!says(&harness, "Message held"));

    send(&mut harness, b"again");
    until(&mut harness, "the relay holds it", |harness| held(harness) == 1);
    click(&mut harness, "Drop");
    until(&mut harness, "it is gone", |harness| held(harness) == 0);
    choose(&mut harness, "Hold messages", "none");
    send(&mut harness, b"free");
    until(&mut harness, "nothing is held any more", |harness| got(harness) == 8);
}

#[test]
fn a_relay_is_put_between_and_its_faults_act_at_once() {
    let mut harness = echo_pair([1440.0, 900.0]);
    menu(&mut harness, "client: ");
    click(&mut harness, "Put a relay between");
    let to_relay = Some(Remote::Endpoint("relay".to_owned()));
    assert_eq!(endpoint(&harness, "client").spec.remote, to_relay);
    until(&mut harness, "all three are open and the client is connected again", |harness| {
        let is_connected = |name| !endpoint(harness, name).live.observed.conns.is_empty();
        all_open(harness) && ["client", "relay", "server"].into_iter().all(is_connected)
    });
    // The relay's pane lies over the client's.
    let (endpoint_id, to) = (endpoint(&harness, "client").id, Peers::All);
    let send = Action::Send { endpoint: endpoint_id, to, bytes: Bytes::from_static(b"hello") };
    harness.state_mut().session_mut().act(send);
    until(&mut harness, "it came back by way of the relay", |harness| {
        let client = endpoint(harness, "client").id;
        harness.state().session().trace().endpoint_totals(client).received_bytes == 5
    });

    choose(&mut harness, "Add a fault", "Reset");
    assert_eq!(faults(&harness), ["reset"]);
    until(&mut harness, "the client meets the reset", |harness| endpoint(harness, "client").broken().is_some());
    until(&mut harness, "the ledger knows who felt it", |harness| {
        harness.state().session().ledger().rows().any(|row| row.felt.seq().is_some())
    });
    harness.get_by_label_contains("Ledger (").click();
    harness.run_steps(3);
    assert!(says(&harness, "felt by call"));
    // What a screen reader says is in the user's words, and not the filter's.
    assert!(says(&harness, "Find what felt Reset"));
    click(&mut harness, "All off");
    assert_eq!(faults(&harness), [] as [&str; 0]);
}
