//! Untrusted text in the window: whatever a peer or a file says, no name on the screen (labels, values, descriptions, the window's title)
//! hides a part of itself, turns around or has a line that the program did not write.
#![cfg(unix)]

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::os::unix::net::UnixDatagram;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use bytes::Bytes;
use eframe::egui::accesskit::Role;
use eframe::egui::{Key, Modifiers, ViewportCommand};
use egui_kittest::kittest::{By, NodeT as _, Queryable as _};
use socket_lab::lab::{Addr, EndpointId, TextEncoding};
use socket_lab::lang::Lang;
use socket_lab::lang::visible::is_hidden;
use socket_lab::trace::file::{Head, Name, TraceWriter};
use socket_lab::trace::store::Totals;
use socket_lab::trace::{Call, ConnId, Ends, Nanos, Op, Outcome};

use super::driving::{
    Window, all_open, click, click_ending, drop_file, endpoint, let_go_of_file, pick, press, received, rows, says,
    type_text, until, until_copied, window,
};

/// Steers terminals, turns text around, hides in it, ends the line.
const EVIL: &str = "\u{1b}[2J\u{202e}fdp.\u{2066}\u{200b}\u{9b}31m\r\nforged\u{feff}\u{7f}";
/// The same as TOML has it.
const EVIL_TOML: &str = r#""\u001B[2J\u202Efdp.\u2066\u200B\u009B31m\r\nforged\uFEFF\u007F""#;
/// The same without what a path in a URL or a line of text can't hold.
const EVIL_PATH: &str = "%1B%5B2J%E2%80%AEfdp.%E2%81%A6%E2%80%8B%0D%0Aforged";

const SIZE: [f32; 2] = [1440.0, 900.0];

/// The title bar too, which is announced once.
#[derive(Default)]
struct Titles(Vec<String>);

impl Titles {
    fn step(&mut self, harness: &mut Window) {
        harness.step();
        for output in harness.output().viewport_output.values() {
            let titles = output.commands.iter().filter_map(|command| match command {
                ViewportCommand::Title(title) => Some(title.clone()),
                _ => None,
            });
            self.0.extend(titles);
        }
    }
}

/// Each text of the accessibility tree that is not for editing.
fn texts(harness: &Window) -> Vec<String> {
    let mut texts = Vec::new();
    for node in harness.query_all(By::new().recursive(true)) {
        let node = node.accesskit_node();
        if matches!(node.role(), Role::TextInput | Role::MultilineTextInput | Role::TextRun) {
            continue;
        }
        texts.extend([node.label(), node.value(), node.description()].into_iter().flatten());
        texts.extend(node.placeholder().map(str::to_owned));
    }
    texts
}

/// A text of several lines may be one of the program's own; in it no line is a peer's.
#[track_caller]
fn all_is_plain(harness: &Window, where_: &str) {
    for text in texts(harness) {
        let bad = text.chars().find(|c| is_hidden(*c) && *c != '\n');
        assert_eq!(bad, None, "{where_}: {text:?}");
        assert!(!text.lines().any(|line| line.starts_with("forged")), "{where_}: {text:?}");
    }
}

/// Looks at every view, and at every call in sight in the inspector.
#[track_caller]
fn look_everywhere(harness: &mut Window, what: &str) {
    for view in [Key::Num1, Key::Num2, Key::Num3, Key::Num4, Key::Num5] {
        press(harness, Modifiers::ALT, view);
        harness.run_steps(3);
        all_is_plain(harness, &format!("{what}, view {view:?}"));
    }
    press(harness, Modifiers::ALT, Key::Num1);
    harness.run_steps(3);
    for row in rows(harness) {
        let number = row.split(' ').next().unwrap().to_owned() + " ";
        pick(harness, Modifiers::NONE, &number);
        all_is_plain(harness, &format!("{what}, {row:?}"));
    }
}

fn opened(text: &str, folder: &Path, name: &str) -> Window {
    let path = folder.join(name);
    std::fs::write(&path, text).unwrap();
    let mut harness = window(Lang::En, SIZE);
    drop_file(&mut harness, &path);
    until(&mut harness, "the lab is open", |harness| !harness.state().session().endpoints().is_empty());
    press(&mut harness, Modifiers::NONE, Key::Escape);
    harness
}

/// Opens what a lab leaves closed.
fn open_all(harness: &mut Window) {
    harness.state_mut().session_mut().act(socket_lab::session::Action::OpenAll);
    until(harness, "all are open", all_open);
}

fn port(harness: &Window, name: &str) -> u16 {
    endpoint(harness, name).live.local().unwrap().port()
}

#[test]
fn what_arrives_is_shown_with_marks_in_every_view_and_copied_with_them() {
    let folder = tempfile::tempdir().unwrap();
    let text = "[[endpoints]]\nname = \"server\"\nkind = \"tcp-server\"\nservice = { kind = \"echo\" }\n\
                [[endpoints]]\nname = \"room\"\nkind = \"udp\"\nlocal = \"127.0.0.1:0\"\nservice = { kind = \"echo\" }\n";
    let mut harness = opened(text, folder.path(), "x.lab.toml");
    open_all(&mut harness);
    let mut peer = TcpStream::connect(("127.0.0.1", port(&harness, "server"))).unwrap();
    peer.write_all(EVIL.as_bytes()).unwrap();
    let datagrams = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
    datagrams.send_to(EVIL.as_bytes(), ("127.0.0.1", port(&harness, "room"))).unwrap();
    until(&mut harness, "both came", |harness| received(harness) == 2 * EVIL.len() as u64);
    look_everywhere(&mut harness, "received");
    assert!(says(&harness, "\\u{202e}fdp."), "it is shown, with marks");
    pick(&mut harness, Modifiers::NONE, "recv(");
    click(&mut harness, "Copy");
    harness.get_by_role_and_label(Role::Button, "As text").click();
    let copied = until_copied(&mut harness);
    assert!(copied.contains("\\u{202e}fdp."), "{copied:?}");
    assert_eq!(copied.chars().find(|c| is_hidden(*c) && !matches!(c, '\r' | '\n')), None);
}

#[test]
fn a_peer_at_an_evil_path_is_shown_with_marks() {
    let folder = tempfile::tempdir_in("/tmp").unwrap();
    let path = folder.path().join("box");
    let text = format!(
        "[[endpoints]]\nname = \"box\"\nkind = \"unix-datagram\"\nlocal = \"{}\"\nservice = {{ kind = \"echo\" }}\n",
        path.display()
    );
    let mut harness = opened(&text, folder.path(), "x.lab.toml");
    open_all(&mut harness);
    let peer = UnixDatagram::bind(folder.path().join(EVIL)).unwrap();
    peer.send_to(b"hello", &path).unwrap();
    until(&mut harness, "it came", |harness| received(harness) == 5);
    let mut back = [0; 5];
    peer.recv(&mut back).unwrap();
    look_everywhere(&mut harness, "path");
    assert!(says(&harness, "\\u{202e}fdp."));
}

#[test]
fn what_is_asked_for_is_shown_with_marks() {
    let folder = tempfile::tempdir().unwrap();
    let text = "[[endpoints]]\nname = \"files\"\nkind = \"tcp-server\"\nservice = { kind = \"files\", root = \".\" }\n\
                [[endpoints]]\nname = \"http\"\nkind = \"tcp-server\"\nservice = { kind = \"http\", root = \".\" }\n";
    let mut harness = opened(text, folder.path(), "x.lab.toml");
    open_all(&mut harness);
    // The file is there: it is refused once, and sent once.
    let there = "\u{202e}fdp.\u{200b}";
    std::fs::write(folder.path().join(there), "hello").unwrap();
    for (server, asked) in [
        ("files", EVIL.to_owned()),
        ("files", there.to_owned()),
        ("http", format!("GET /{EVIL_PATH} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")),
        ("http", "GET /%E2%80%AEfdp.%E2%80%8B HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".to_owned()),
        ("http", format!("{EVIL} nonsense\r\n\r\n")),
        ("http", format!("GET /x HTTP/1.1\r\nHost: {EVIL}\r\nConnection: close\r\n\r\n")),
    ] {
        let mut peer = TcpStream::connect(("127.0.0.1", port(&harness, server))).unwrap();
        peer.set_nonblocking(true).unwrap();
        peer.write_all(asked.as_bytes()).unwrap();
        until(
            &mut harness,
            "it is answered",
            |_| !matches!(peer.try_clone().unwrap().read(&mut [0; 4096]), Err(error) if error.kind() == std::io::ErrorKind::WouldBlock),
        );
    }
    until(&mut harness, "all is told", |harness| harness.state().session().notices().iter().count() > 0);
    click_ending(&mut harness, " notices");
    look_everywhere(&mut harness, "asked for");
    assert!(says(&harness, "\\u{202e}fdp."));
}

#[test]
fn a_lab_file_of_an_evil_name_with_an_evil_title_is_shown_with_marks() {
    let folder = tempfile::tempdir().unwrap();
    let evil = EVIL_TOML;
    for title in [format!("title = {evil}\n"), String::new()] {
        let text = format!(
            "{title}note = \"Two\\nlines, `code`\\u001B[2J\\u202E\"\n[[endpoints]]\nname = \"room\"\nkind = \"udp\"\nlocal = \"127.0.0.1:0\"\n\
             [[endpoints]]\nname = \"client\"\nkind = \"unix-client\"\nremote = {evil}\n\
             [[endpoints]]\nname = \"echo\"\nkind = \"tcp-server\"\nservice = {{ kind = \"suffix\", text = {evil} }}\n\
             [[snippets]]\nname = \"s\"\ntext = {evil}\n\
             [[steps]]\nopen = \"client\"\n\
             [[steps]]\nsend = {{ from = \"client\", text = {evil} }}\n"
        );
        let mut harness = window(Lang::En, SIZE);
        let path = folder.path().join(format!("{EVIL}.lab.toml"));
        std::fs::write(&path, text).unwrap();
        let mut titles = Titles::default();
        let_go_of_file(&mut harness, &path);
        for _ in 0..8 {
            titles.step(&mut harness);
        }
        assert_eq!(harness.state().session().endpoints().len(), 3);
        all_is_plain(&harness, "lab");
        let wrong = titles.0.iter().find(|title| title.chars().any(is_hidden));
        assert_eq!(wrong, None);
        assert!(titles.0.iter().any(|title| title.contains("\\u{202e}fdp.")), "{:?}", titles.0);
        // Its step fails: nobody is at that path.
        harness.state_mut().session_mut().run_steps(&mut |_| {});
        until(&mut harness, "it has failed", |harness| {
            harness.state().session().run_state().is_some_and(|state| state.finished)
        });
        look_everywhere(&mut harness, "lab");
        // The palette and the form of an endpoint show names and addresses too.
        press(&mut harness, Modifiers::COMMAND, Key::K);
        type_text(&mut harness, "o");
        all_is_plain(&harness, "palette");
    }
}

/// A connection, and what it sent by a rule.
fn calls() -> [Call; 2] {
    let addr = Arc::new(Addr::Unix(format!("/{EVIL}").into()));
    let call = |seq, op, data: &'static str| Call {
        seq,
        start: Nanos(seq * 1_000),
        took: 100,
        endpoint: EndpointId(1),
        socket: socket_lab::trace::SocketId(1),
        conn: ConnId::new(1),
        op,
        outcome: Outcome::Ok(data.len() as u64),
        ends: Arc::new(Ends { local: None, peer: Some(Addr::clone(&addr)) }),
        offset: (!data.is_empty()).then_some(0),
        len: data.len() as u64,
        data: Bytes::from_static(data.as_bytes()),
        lost: 0,
        rule: Some(EVIL.into()),
        made_by: None,
    };
    let send = Op::Send { len: EVIL.len() as u64 };
    [call(1, Op::Connect { addr: Arc::clone(&addr) }, ""), call(2, send, EVIL)]
}

/// A name with hidden characters is refused in a lab; of a trace file it is shown with marks.
#[test]
fn a_trace_file_of_an_evil_name_with_evil_names_is_shown_with_marks() {
    let folder = tempfile::tempdir().unwrap();
    let path: PathBuf = folder.path().join(format!("{EVIL}.lab-trace"));
    let head = Head { began: SystemTime::UNIX_EPOCH, first_seq: 1, evicted_calls: 0, evicted_bytes: 0 };
    let mut writer = TraceWriter::new(std::fs::File::create(&path).unwrap(), &head).unwrap();
    let name = Name { endpoint: EndpointId(1), name: EVIL.into(), encoding: TextEncoding::UTF_8 };
    writer.names(&[name]).unwrap();
    for call in calls() {
        writer.call(&call).unwrap();
    }
    writer.notes(&[(1, EVIL.to_owned())].into()).unwrap();
    writer.finish(Totals::default()).unwrap();
    let mut harness = window(Lang::En, SIZE);
    drop_file(&mut harness, &path);
    until(&mut harness, "the trace is open", |harness| !rows(harness).is_empty());
    look_everywhere(&mut harness, "trace");
    assert!(says(&harness, "\\u{202e}fdp."));
}
