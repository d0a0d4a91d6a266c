//! A relay in the window: put between two endpoints, and harmed.

use bytes::Bytes;
use eframe::egui::accesskit::Role;
use eframe::egui::{Color32, Key, Modifiers, Shape, Theme};
use egui_kittest::kittest::Queryable as _;
use socket_lab::engine::{Peers, SocketState};
use socket_lab::kinds::fault::{FaultSpec, Mark};
use socket_lab::lab::{Remote, file};
use socket_lab::lang::Lang;
use socket_lab::session::Action;
use socket_lab::ui::theme::Tokens;
use socket_lab::values::{Portion, Span};

use super::driving::{
    Window, all_open, click, click_beginning, click_on_top, conns, echo_pair, endpoint, menu, press, retype, says,
    texts, until, window,
};

/// All of the rack is in sight.
const TALL: [f32; 2] = [1440.0, 2000.0];

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
    with_relay_in([1440.0, 900.0])
}

fn with_relay_in(size: [f32; 2]) -> Window {
    let mut harness = echo_pair(size);
    menu(&mut harness, "client: ");
    click(&mut harness, "Put a relay between");
    until(&mut harness, "all three are open and the client is connected again", |harness| {
        let is_connected = |name| !endpoint(harness, name).live.observed.conns.is_empty();
        all_open(harness) && ["client", "relay", "server"].into_iter().all(is_connected)
    });
    harness
}

/// The one fault of the relay.
fn fault(harness: &Window) -> FaultSpec {
    let [fault] = endpoint(harness, "relay").spec.relay.faults.as_slice() else { panic!("not one fault") };
    fault.clone()
}

/// Types that into a field or a number, and Enter.
fn fill(harness: &mut Window, role: Role, name: &str, text: &str) {
    harness.get_by_role_and_label(role, name).click();
    harness.run_steps(3);
    retype(harness, text);
    press(harness, Modifiers::NONE, Key::Enter);
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

#[test]
fn all_that_a_lab_file_says_of_a_fault_is_edited_in_the_rack() {
    let mut harness = with_relay_in(TALL);
    choose(&mut harness, "Add a fault", "Delay");
    assert!(says(&harness, "When Delay acts: always"));
    click_beginning(&mut harness, "When Delay acts");

    choose(&mut harness, "from", "time");
    assert_eq!(fault(&harness).from, Some(Mark::Time(std::time::Duration::from_secs(1))));
    fill(&mut harness, Role::SpinButton, "from", "1m 30s");
    assert_eq!(fault(&harness).from, Some(Mark::Time(std::time::Duration::from_secs(90))));
    choose(&mut harness, "until", "bytes");
    fill(&mut harness, Role::SpinButton, "until", "70000");
    assert_eq!(fault(&harness).until, Some(Mark::Bytes(70_000)));
    choose(&mut harness, "until", "calls");
    fill(&mut harness, Role::SpinButton, "until", "12");
    assert_eq!(fault(&harness).until, Some(Mark::Calls(12)));
    fill(&mut harness, Role::TextInput, "only number", "3, 5");
    assert_eq!(fault(&harness).nth, [3, 5]);
    fill(&mut harness, Role::SpinButton, "of the connections", "25");
    assert_eq!(fault(&harness).share, Some(Portion::of(0.25)));
    fill(&mut harness, Role::SpinButton, "first connections", "4");
    assert_eq!(fault(&harness).first, Some(4));
    fill(&mut harness, Role::TextInput, "client", "127.0.0.1");
    assert_eq!(fault(&harness).client, Some([127, 0, 0, 1].into()));
    fill(&mut harness, Role::TextInput, "name", "slow start");
    assert_eq!(fault(&harness).name.as_deref(), Some("slow start"));
    let all = "from 90 s on · until 12 calls · only #3 #5 · 25 % of the connections · only the first 4 connections · only 127.0.0.1";
    assert!(says(&harness, &format!("When slow start acts: {all}")), "{:?}", fault(&harness));

    // What was typed can be taken back, and what is empty again is no condition.
    choose(&mut harness, "from", "the start");
    choose(&mut harness, "until", "the end");
    for name in ["only number", "client", "name"] {
        fill(&mut harness, Role::TextInput, name, " ");
    }
    fill(&mut harness, Role::SpinButton, "first connections", "all");
    fill(&mut harness, Role::SpinButton, "of the connections", "100");
    let plain = FaultSpec { given: fault(&harness).given, ..FaultSpec::new(fault(&harness).kind) };
    assert_eq!(fault(&harness), plain);
    assert!(says(&harness, "When Delay acts: always"));
}

#[test]
fn what_a_condition_can_not_be_is_said_and_changes_nothing() {
    let mut harness = with_relay_in(TALL);
    choose(&mut harness, "Add a fault", "Delay");
    click_beginning(&mut harness, "When Delay acts");
    fill(&mut harness, Role::TextInput, "client", "127.0.0");
    assert!(says(&harness, "An IP address, such as 127.0.0.1"));
    assert_eq!(fault(&harness).client, None);
    fill(&mut harness, Role::TextInput, "only number", "0");
    assert!(says(&harness, "Numbers from 1, such as 3, 5"));
    assert_eq!(fault(&harness).nth, [0; 0]);
    fill(&mut harness, Role::TextInput, "client", "::1");
    assert!(!says(&harness, "An IP address, such as 127.0.0.1"));
    assert_eq!(fault(&harness).client, "::1".parse().ok());

    // What a kind has no use for is not offered.
    click(&mut harness, "Remove Delay");
    choose(&mut harness, "Add a fault", "Accept late");
    click_beginning(&mut harness, "When Accept late acts");
    assert!(harness.query_by_role_and_label(Role::TextInput, "client").is_none());
    assert!(harness.query_by_role_and_label(Role::TextInput, "only number").is_some());
}

#[test]
fn how_delays_are_spread_and_how_small_a_piece_may_be_is_edited_in_the_rack() {
    let mut harness = with_relay_in(TALL);
    choose(&mut harness, "Add a fault", "Delay");
    fill(&mut harness, Role::SpinButton, "jitter", "50");
    choose(&mut harness, "Spread", "mostly in the middle");
    assert_eq!(fault(&harness).given.normal, Some(true));
    click(&mut harness, "Remove Delay");
    choose(&mut harness, "Add a fault", "Stall");
    choose(&mut harness, "after", "calls");
    fill(&mut harness, Role::SpinButton, "after", "3");
    assert_eq!(fault(&harness).given.after, Some(Mark::Calls(3)));
    click(&mut harness, "Remove Stall");
    choose(&mut harness, "Add a fault", "Small pieces");
    fill(&mut harness, Role::SpinButton, "size", "100");
    fill(&mut harness, Role::SpinButton, "at least", "10");
    assert_eq!(fault(&harness).given.size, Some(Span::new(10, 100)));
    fill(&mut harness, Role::SpinButton, "size", "5");
    assert_eq!(fault(&harness).given.size, Some(Span::exactly(5)), "the least is never more than the most");
}

#[test]
fn a_relay_without_a_server_is_called_a_black_hole_and_its_ledger_has_what_it_swallows() {
    let mut harness = with_relay_in(TALL);
    harness.state_mut().session_mut().act(Action::CloseAll);
    until(&mut harness, "all are closed", |harness| {
        harness.state().session().endpoints().iter().all(|endpoint| endpoint.live.is_closed())
    });
    let (id, mut spec) = (endpoint(&harness, "relay").id, endpoint(&harness, "relay").spec.clone());
    spec.remote = None;
    harness.state_mut().session_mut().act(Action::Edit { endpoint: id, spec: Box::new(spec) });
    harness.state_mut().session_mut().act(Action::Open(id));
    until(&mut harness, "the relay is open", |harness| endpoint(harness, "relay").live.is_open());
    let client = endpoint(&harness, "client").id;
    harness.state_mut().session_mut().act(Action::Open(client));
    until(&mut harness, "the client is connected to the relay, which leads nowhere", |harness| {
        ["client", "relay"].iter().all(|name| conns(harness, name) == 1)
    });
    assert!(says(&harness, "black hole"));
    assert!(says(&harness, "this relay has no server"));
    send(&mut harness, b"hello");
    until(&mut harness, "it is swallowed", |harness| {
        harness.state().session().ledger().rows().any(|row| row.harm.kind.name == "swallowed")
    });
    harness.get_by_label_contains("Ledger (").click();
    harness.run_steps(3);
    assert!(says(&harness, "Swallowed client → server: 5 bytes taken out; nobody noticed"));
}

const DATAGRAMS: &str = "\
[[endpoints]]
name = \"server\"
kind = \"udp\"
service = { kind = \"echo\" }
[[endpoints]]
name = \"relay\"
kind = \"relay\"
protocol = \"udp\"
remote = \"@server\"
[[endpoints]]
name = \"client\"
kind = \"udp\"
remote = \"@relay\"
";

/// How many bars of that colour are drawn.
fn bars(harness: &Window, color: Color32) -> usize {
    fn count(shape: &Shape, color: Color32) -> usize {
        match shape {
            Shape::Rect(rect) => usize::from(rect.fill == color && (rect.rect.width() - 4.0).abs() < 0.01),
            Shape::Vec(shapes) => shapes.iter().map(|shape| count(shape, color)).sum(),
            _ => 0,
        }
    }
    harness.output().shapes.iter().map(|clipped| count(&clipped.shape, color)).sum()
}

#[test]
fn the_ladder_shows_the_way_of_each_datagram_through_a_relay_and_back() {
    let mut harness = window(Lang::En, [1440.0, 2600.0]);
    harness.state_mut().session_mut().load(file::parse(DATAGRAMS, None).unwrap(), None);
    harness.state_mut().session_mut().act(Action::OpenAll);
    until(&mut harness, "all are open", all_open);
    for count in 1..=3 {
        send(&mut harness, b"hello");
        until(&mut harness, "it came back", |harness| got(harness) == 5 * count);
    }
    press(&mut harness, Modifiers::ALT, Key::Num2);
    harness.run_steps(6);
    let tokens = Tokens::of_theme(Theme::Dark);
    for color in [tokens.sent, tokens.received] {
        assert_eq!(bars(&harness, color.gamma_multiply(0.55)), 3, "three went there, and three came back");
    }
    // The head of each lifeline: its name and its port.
    let head = |name: &str| {
        let port = match &endpoint(&harness, name).live.socket {
            SocketState::Open { local: Some(local), .. } => local.inet().unwrap().port(),
            state => panic!("{state:?}"),
        };
        let text = format!("{name} :{port}");
        let found = texts(&harness).into_iter().find(|(shown, _)| *shown == text);
        found.unwrap_or_else(|| panic!("no {text:?}")).1.center().x
    };
    let [client, relay, server] = ["client", "relay", "server"].map(head);
    assert!(client < relay && relay < server, "{client} {relay} {server}");
}
