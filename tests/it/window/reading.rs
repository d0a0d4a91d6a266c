//! Endpoints from a Python program that was dropped or pasted.

use eframe::egui::accesskit::Role;
use eframe::egui::{Event, Key, Modifiers};
use egui_kittest::kittest::Queryable as _;
use socket_lab::lab::EndpointKind;
use socket_lab::lang::Lang;

use super::driving::{Window, click, drop_file, press, says, until, window};

const SIZE: [f32; 2] = [1280.0, 900.0];

const SERVER: &str = "\
import socket

listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
listener.settimeout(5)
listener.bind((\"127.0.0.1\", 0))
listener.listen(3)
while True:
    conn, addr = listener.accept()
    while data := conn.recv(512):
        conn.sendall(data + b\" SB\")
    conn.close()
";

fn paste(harness: &mut Window, text: &str) {
    harness.event(Event::Paste(text.to_owned()));
    harness.run_steps(4);
}

#[track_caller]
fn has_the_server(harness: &mut Window, name: &str) {
    until(harness, "the server is open", |harness| {
        harness.state().session().endpoints().iter().any(|endpoint| endpoint.live.is_open())
    });
    let server = &harness.state().session().endpoints()[0];
    assert_eq!((server.spec.name.as_str(), server.spec.kind), (name, EndpointKind::TCP_SERVER));
    assert_eq!((server.spec.recv_size, server.spec.server.backlog), (Some(512), 3));
    assert_eq!(server.spec.service.reply.kind().name, "suffix");
}

#[test]
fn a_pasted_program_becomes_the_endpoint_that_does_the_same() {
    let mut harness = window(Lang::En, SIZE);
    paste(&mut harness, SERVER);
    assert!(says(&harness, "Endpoints from a Python program"));
    until(&mut harness, "it is read", |harness| says(harness, "Line 4: it waits only so long"));
    click(&mut harness, "Make the endpoint");
    has_the_server(&mut harness, "program");
}

#[test]
fn a_dropped_program_can_become_an_endpoint_or_be_run() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("auto_reply.py");
    std::fs::write(&path, SERVER).unwrap();
    let mut harness = window(Lang::En, SIZE);
    drop_file(&mut harness, &path);
    assert!(says(&harness, "What is auto_reply.py to be?"));
    harness.get_by_role_and_label(Role::Button, "Run it in the lab");
    until(&mut harness, "it is read", |harness| says(harness, "listen(3)"));
    click(&mut harness, "Make the endpoint");
    has_the_server(&mut harness, "auto_reply");
}

#[test]
fn what_is_no_program_of_sockets_is_said_and_nothing_is_made() {
    let folder = tempfile::tempdir().unwrap();
    let mut harness = window(Lang::En, SIZE);
    for (name, bytes, said) in [
        ("wrong.py", &b"import socket\nx = (\n"[..], "is not Python"),
        ("none.py", b"print(1)\n", "There is no socket in it"),
        ("binary.py", b"\xff\xfe\x00", "It is not text in UTF-8"),
    ] {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        drop_file(&mut harness, &path);
        until(&mut harness, name, |harness| says(harness, said));
        press(&mut harness, Modifiers::NONE, Key::Escape);
    }
    // A text that has nothing to do with sockets is not taken for a program.
    paste(&mut harness, "hello");
    assert!(!says(&harness, "Endpoints from a Python program"));
    assert!(harness.state().session().endpoints().is_empty());
}
