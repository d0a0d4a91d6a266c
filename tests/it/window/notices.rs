//! Trouble is said in one line over the panes, with a list behind it; it goes when its cause is gone.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};

use eframe::egui::accesskit::Role;
use eframe::egui::{Key, Modifiers, Rect};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use socket_lab::lab::transfer::{FileShare, Shared};
use socket_lab::lab::{EndpointKind, EndpointSpec, Local, Reply, ServiceSpec};
use socket_lab::lang::Lang;
use socket_lab::session::Action;
use socket_lab::values::How;

use super::driving::{Window, click, click_ending, echo_pair, endpoint, press, says, until, window};

const SIZE: [f32; 2] = [1440.0, 900.0];

/// Half-closes a server that has no such connection, which can't be done.
fn trouble(harness: &mut Window, endpoint: &str) {
    let id = harness.state().session().endpoint_named(endpoint).unwrap().id;
    let before = told(harness);
    let conn = socket_lab::trace::ConnId::new(99);
    harness.state_mut().session_mut().act(Action::Shutdown { endpoint: id, conn, how: How::Write });
    until(harness, "it is told", move |harness| told(harness) > before);
    harness.run_steps(3);
}

fn told(harness: &Window) -> u32 {
    harness.state().session().notices().iter().map(|logged| logged.times).sum()
}

fn controls(harness: &Window) -> Vec<(String, Rect)> {
    let named = |name: &str| {
        let of_notices = ["Dismiss", "Show", "1 notice", "2 notices"];
        !of_notices.iter().any(|beginning| name.starts_with(beginning))
    };
    [Role::Button, Role::TextInput]
        .into_iter()
        .flat_map(|role| harness.query_all_by_role(role))
        .filter_map(|node| Some((node.accesskit_node().label()?, node.rect())))
        .filter(|(name, _)| named(name))
        .collect()
}

fn titles(harness: &Window, text: &str) -> usize {
    harness.query_all_by_label_contains(text).filter(|node| node.accesskit_node().role() == Role::Label).count()
}

#[test]
fn trouble_moves_nothing_that_is_under_the_pointer() {
    let mut harness = echo_pair(SIZE);
    harness.run_steps(4);
    let before = controls(&harness);
    trouble(&mut harness, "server");
    assert_eq!(controls(&harness), before);
    trouble(&mut harness, "client");
    assert_eq!(controls(&harness), before);
}

#[test]
fn one_line_says_the_newest_and_the_list_behind_it_says_all() {
    let mut harness = echo_pair(SIZE);
    trouble(&mut harness, "server");
    let first = harness.state().session().notices().iter().next().unwrap().notice.kind.clone();
    trouble(&mut harness, "client");
    assert_eq!(harness.state().session().notices().iter().len(), 2, "{first:?}");
    let dismissals = |harness: &Window| {
        harness
            .query_all_by_role(Role::Button)
            .filter(|node| node.accesskit_node().label().is_some_and(|label| label.starts_with("Dismiss: ")))
            .count()
    };
    assert_eq!(dismissals(&harness), 1);
    click(&mut harness, "Show all 2 notices");
    assert_eq!((dismissals(&harness), says(&harness, "Fold the notices")), (2, true));
    press(&mut harness, Modifiers::NONE, Key::Escape);
    assert_eq!(dismissals(&harness), 1, "Escape folds the list");
    click(&mut harness, "2 notices");
    assert_eq!(dismissals(&harness), 2, "so does the status bar unfold it");
    click(&mut harness, "Dismiss all");
    assert_eq!((dismissals(&harness), harness.state().session().notices().is_empty()), (0, true));
}

#[test]
fn a_taken_port_is_said_until_it_is_free() {
    let mut harness = echo_pair(SIZE);
    let address = endpoint(&harness, "server").live.local().cloned().unwrap();
    let mut spec = EndpointSpec::new("second", EndpointKind::TCP_SERVER);
    spec.local = Some(Local::Inet(address.to_string().parse().unwrap()));
    harness.state_mut().session_mut().act(Action::Add { spec: Box::new(spec), open: true });
    until(&mut harness, "it is said", |harness| titles(harness, "EADDRINUSE") > 0);
    let server = endpoint(&harness, "server").id;
    harness.state_mut().session_mut().act(Action::Close(server));
    until(&mut harness, "the port is free", |harness| harness.state().session().notices().is_empty());
    harness.run_steps(2);
    assert_eq!(titles(&harness, "EADDRINUSE"), 0);
}

#[test]
fn another_lab_begins_without_the_notices_of_the_one_before() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut harness = window(Lang::En, SIZE);
    let mut spec = EndpointSpec::new("server", EndpointKind::TCP_SERVER);
    spec.local = Some(Local::Inet(taken.local_addr().unwrap().to_string().parse().unwrap()));
    harness.state_mut().session_mut().act(Action::Add { spec: Box::new(spec), open: true });
    until(&mut harness, "it is said", |harness| titles(harness, "EADDRINUSE") > 0);
    harness.state_mut().session_mut().load(socket_lab::lab::Lab::default(), None);
    harness.run_steps(4);
    assert_eq!((titles(&harness, "EADDRINUSE"), harness.state().session().notices().is_empty()), (0, true));
}

#[test]
fn a_name_that_a_peer_asks_for_in_vain_is_no_alarm() {
    let folder = tempfile::tempdir().unwrap();
    let mut harness = window(Lang::En, SIZE);
    let mut spec = EndpointSpec::new("web", EndpointKind::TCP_SERVER);
    spec.local = Some(Local::Inet("127.0.0.1:0".parse().unwrap()));
    spec.service = ServiceSpec::new(Reply::http(FileShare::new(Shared::Root(folder.path().to_owned()))));
    harness.state_mut().session_mut().act(Action::Add { spec: Box::new(spec), open: true });
    until(&mut harness, "it listens", |harness| endpoint(harness, "web").live.is_open());
    let address = endpoint(&harness, "web").live.local().unwrap().to_string();
    let mut peer = TcpStream::connect(address).unwrap();
    peer.write_all(b"GET /nothing HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").unwrap();
    until(&mut harness, "it is told", |harness| told(harness) == 1);
    let mut answer = String::new();
    peer.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 404"), "{answer}");
    harness.run_steps(3);
    assert_eq!(titles(&harness, "\"nothing\" was asked for"), 0, "no line");
    click_ending(&mut harness, "1 notice");
    assert!(says(&harness, "HTTP status"), "the list has it, in the words of HTTP");
}
