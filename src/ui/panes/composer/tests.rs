use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use bytes::Bytes;
use eframe::egui::Event;
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable as _};

use super::*;
use crate::engine::{Dest, SocketState};
use crate::lab::{EndpointId, EndpointKind, EndpointSpec};
use crate::session::{EndpointStatus, Session};
use crate::trace::observed::Conn;
use crate::trace::{Ends, Nanos};
use crate::ui::view::{Selection, ViewRequest};

const CLIENT: EndpointId = EndpointId(1);

fn addr(port: u16) -> Addr {
    Addr::Inet(([127, 0, 0, 1], port).into())
}

fn endpoint(kind: EndpointKind) -> Endpoint {
    Endpoint { id: CLIENT, spec: EndpointSpec::new("client", kind), live: EndpointStatus::default() }
}

fn conn() -> Conn {
    let ends = Arc::new(Ends { local: Some(addr(5000)), peer: Some(addr(8000)) });
    Conn {
        ends,
        since: Nanos(0),
        sent: 0,
        received: 0,
        will_not_read: false,
        peer_ended: false,
        half_closed: false,
        broken: None,
    }
}

fn connected() -> Endpoint {
    let mut endpoint = endpoint(EndpointKind::TCP_CLIENT);
    endpoint.live.socket = SocketState::Open { local: Some(addr(5000)), peer: Some(addr(8000)) };
    endpoint.live.observed.conns.insert(ConnId::new(1).unwrap(), conn());
    endpoint
}

struct Bench {
    harness: Harness<'static>,
    asked: Rc<RefCell<Vec<ViewRequest>>>,
    endpoint: Rc<RefCell<Endpoint>>,
}

impl Bench {
    fn new(endpoint: Endpoint) -> Self {
        let session = Session::new(Arc::new(|| {}), 1 << 20).unwrap();
        let asked = Rc::new(RefCell::new(Vec::new()));
        let endpoint = Rc::new(RefCell::new(endpoint));
        let (told, subject) = (Rc::clone(&asked), Rc::clone(&endpoint));
        let mut composer = Composer::default();
        composer.take_focus();
        let mut harness = Harness::builder()
            .with_size(egui::vec2(520.0, 300.0))
            .with_context_setup(crate::ui::widgets::set_up_for_tests)
            .build_ui(move |ui| {
                let mut selection = Selection::default();
                let mut asked = told.borrow_mut();
                let mut view = View::for_test(&session, &mut selection, &mut asked);
                composer.ui(ui, &mut view, &subject.borrow());
            });
        harness.run_steps(3);
        Self { harness, asked, endpoint }
    }

    fn type_text(&mut self, text: &str) {
        self.harness.get_by_label("Message of client").type_text(text);
        self.harness.run_steps(2);
    }

    fn press(&mut self, key: Key) {
        self.harness.key_press(key);
        self.harness.run_steps(3);
    }

    fn field(&self) -> String {
        self.harness.get_by_label("Message of client").accesskit_node().value().unwrap_or_default()
    }

    fn sent(&self) -> Vec<Action> {
        let asked = self.asked.borrow();
        asked
            .iter()
            .filter_map(|asked| if let ViewRequest::Act(action) = asked { Some(action.clone()) } else { None })
            .collect()
    }

    fn hex(&mut self) {
        self.harness.get_by_label("Input").click();
        self.harness.run_steps(3);
        self.harness.get_by_label("Hex").click();
        self.harness.run_steps(3);
    }
}

fn send(bytes: &'static [u8]) -> Action {
    Action::Send { endpoint: CLIENT, to: Peers::All, bytes: Bytes::from_static(bytes) }
}

#[test]
fn enter_sends_what_was_typed_and_clears_the_field() {
    let mut bench = Bench::new(connected());
    bench.type_text(r"hi\n");
    bench.harness.get_by_label_contains("3 B · 68 69 0a");
    bench.press(Key::Enter);
    assert_eq!(bench.sent(), [send(b"hi\n")]);
    assert_eq!(bench.field(), "");
    bench.type_text("more");
    assert_eq!(bench.field(), "more", "the field keeps the keyboard");
}

#[test]
fn the_count_tells_the_bytes_and_the_first_of_them() {
    let mut bench = Bench::new(connected());
    bench.type_text("network \\xe7\\xbc");
    bench.harness.get_by_label_contains("10 B · 6e 65 74 77 6f…");
}

#[test]
fn the_history_gives_back_what_was_sent_and_the_draft() {
    let mut bench = Bench::new(connected());
    for text in ["one", "two"] {
        bench.type_text(text);
        bench.press(Key::Enter);
    }
    bench.type_text("dra");
    for (key, text) in [(Key::ArrowUp, "two"), (Key::ArrowUp, "one"), (Key::ArrowDown, "two"), (Key::ArrowDown, "dra")]
    {
        bench.press(key);
        assert_eq!(bench.field(), text);
    }
    bench.type_text("ft");
    assert_eq!(bench.field(), "draft");
}

#[test]
fn bad_hex_is_refused_with_its_place_and_stays_in_the_field() {
    let mut bench = Bench::new(connected());
    bench.hex();
    bench.type_text("68 zz");
    bench.press(Key::Enter);
    assert_eq!(bench.sent(), []);
    assert_eq!(bench.field(), "68 zz");
    bench.harness.get_by_label_contains("'z' at character 4 is not hex");
    assert!(bench.harness.get_by_label("Send").accesskit_node().is_disabled());
}

#[test]
fn what_the_encoding_lacks_is_refused_by_name() {
    let mut endpoint = connected();
    endpoint.spec.encoding = "ascii".parse().unwrap();
    let mut bench = Bench::new(endpoint);
    bench.type_text("caf\u{e9}");
    bench.harness.get_by_label_contains("'é' at character 4 can't be written in ASCII");
}

#[test]
fn a_closed_endpoint_keeps_what_was_typed_and_says_why() {
    let mut bench = Bench::new(endpoint(EndpointKind::TCP_CLIENT));
    bench.type_text("hello");
    bench.press(Key::Enter);
    assert_eq!(bench.sent(), []);
    assert_eq!(bench.field(), "hello");
    bench.harness.get_by_label_contains("open it first");
    *bench.endpoint.borrow_mut() = connected();
    bench.harness.run_steps(2);
    bench.press(Key::Enter);
    assert_eq!(bench.sent(), [send(b"hello")]);
}

#[test]
fn a_server_without_clients_has_nobody_to_send_to() {
    let mut server = endpoint(EndpointKind::TCP_SERVER);
    server.live.socket = SocketState::Open { local: Some(addr(8000)), peer: None };
    let mut bench = Bench::new(server);
    bench.type_text("hello");
    bench.press(Key::Enter);
    bench.harness.get_by_label_contains("No client is connected yet");
    bench.endpoint.borrow_mut().live.observed.conns.insert(ConnId::new(3).unwrap(), conn());
    bench.harness.run_steps(2);
    bench.press(Key::Enter);
    assert_eq!(bench.sent(), [send(b"hello")]);
}

#[test]
fn a_datagram_goes_to_the_typed_destination_and_a_wrong_one_is_refused() {
    let mut socket = endpoint(EndpointKind::UDP);
    socket.live.socket = SocketState::Open { local: None, peer: None };
    let mut bench = Bench::new(socket);
    bench.type_text("hello");
    bench.press(Key::Enter);
    bench.harness.get_by_label_contains("Say where to send");
    let destination = |bench: &mut Bench, text: &str| {
        bench.harness.get_by_label("to:").focus();
        bench.harness.run_steps(2);
        bench.harness.get_by_label("to:").type_text(text);
        bench.harness.run_steps(2);
    };
    destination(&mut bench, "localhost:99999");
    bench.harness.get_by_label("Message of client").click();
    bench.harness.run_steps(2);
    bench.press(Key::Enter);
    bench.harness.get_by_label_contains("is not a destination");
    // Focusing the field again selects its text.
    destination(&mut bench, "localhost:9999");
    bench.harness.get_by_label("Message of client").click();
    bench.harness.run_steps(2);
    bench.press(Key::Enter);
    let to = Peers::Dest(Dest::Host("localhost:9999".parse().unwrap()));
    assert_eq!(bench.sent(), [Action::Send { endpoint: CLIENT, to, bytes: Bytes::from_static(b"hello") }]);
}

#[test]
fn a_pasted_text_keeps_its_line_breaks() {
    let mut bench = Bench::new(connected());
    bench.harness.get_by_label("Message of client").focus();
    bench.harness.event(Event::Paste("two\nlines".to_owned()));
    bench.harness.run_steps(2);
    bench.press(Key::Enter);
    assert_eq!(bench.sent(), [send(b"two\nlines")]);
}

#[test]
fn each_enter_sends_what_was_typed_before_it_also_where_all_came_in_one_frame() {
    let mut bench = Bench::new(connected());
    let enter = |pressed| Event::Key {
        key: Key::Enter,
        physical_key: None,
        pressed,
        repeat: false,
        modifiers: Modifiers::NONE,
    };
    for text in ["one", "two"] {
        bench.harness.input_mut().events.push(Event::Text(text.to_owned()));
        bench.harness.input_mut().events.extend([enter(true), enter(false)]);
    }
    bench.harness.input_mut().events.push(Event::Text("rest".to_owned()));
    bench.harness.run_steps(8);
    assert_eq!(bench.sent(), [send(b"one"), send(b"two")]);
    assert_eq!(bench.field(), "rest");
}

#[test]
fn a_long_paste_is_not_laid_out_and_enter_sends_all_of_it() {
    let mut bench = Bench::new(connected());
    bench.type_text("a");
    bench.harness.event(Event::Paste("x".repeat(1_900_000)));
    bench.harness.run_steps(3);
    assert!(bench.harness.query_by_label("Message of client").is_none(), "there is no field that lays it out");
    assert!(bench.harness.query_by_label_contains("of text for client: Enter sends it").is_some());
    bench.press(Key::Enter);
    let sent = bench.sent();
    let [Action::Send { bytes, .. }] = sent.as_slice() else { panic!("{} actions", sent.len()) };
    assert!(bytes.len() == 1_900_001 && bytes.starts_with(b"axx"));
    assert_eq!(bench.field(), "", "the field is back");
}

#[test]
fn a_long_paste_is_removed_by_a_key() {
    let mut bench = Bench::new(connected());
    bench.type_text("a");
    bench.harness.event(Event::Paste("x".repeat(100_000)));
    bench.harness.run_steps(3);
    bench.press(Key::Delete);
    assert_eq!(bench.field(), "");
    assert_eq!(bench.sent(), []);
}
