//! A program of the user's own in the window: added, typed to, looked at and stopped. python3 is needed; where it is
//! missing a test says so and passes.

use std::fs;
use std::path::Path;

use eframe::egui::accesskit::Role;
use eframe::egui::{Key, Modifiers};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use socket_lab::lab::EndpointId;
use socket_lab::lang::Lang;
use socket_lab::session::{Action, Program};
use socket_lab::trace::program::{Ended, Seen};
use tempfile::TempDir;

use super::driving::{
    Window, choose_in_menu, click, click_beginning, click_on_top, drop_file, press, rows, says, type_text, until,
    window,
};
use crate::programs::support::has;

const SIZE: [f32; 2] = [1440.0, 900.0];

/// The tutorials' server: it asks for its name, then answers one client in capitals.
const SERVER: &str = "\
import socket, sys
name = input('Your name: ')
s = socket.socket()
s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
s.bind(('127.0.0.1', 0))
s.listen(1)
print('ready,', name)
print('no client yet', file=sys.stderr)
c, a = s.accept()
while True:
    data = c.recv(1024)
    if not data:
        break
    c.send(data.upper())
c.close()
print('bye')
sys.exit(3)
";

struct Folder(TempDir);

impl Folder {
    fn with(name: &str, text: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join(name), text).unwrap();
        Self(folder)
    }

    fn path(&self, name: &str) -> std::path::PathBuf {
        self.0.path().join(name)
    }
}

fn program<'h>(harness: &'h Window, name: &str) -> &'h Program {
    harness.state().session().program_named(name).unwrap_or_else(|| panic!("no program {name:?}"))
}

fn drop_and_start(harness: &mut Window, file: &Path) {
    drop_file(harness, file);
    // A Python program could be read too.
    if file.extension().is_some_and(|ending| ending == "py") {
        // What is read of it moves the buttons down.
        until(harness, "it is read", |harness| !says(harness, "It is read and never run."));
        harness.run_steps(2);
        click_on_top(harness, "Run it in the lab");
    }
    harness.get_by_role_and_label(Role::Dialog, "New program");
    click(harness, "Add and start");
}

fn console(harness: &Window, name: &str) -> String {
    program(harness, name).live.console.lines().map(|line| format!("{}\n", line.text)).collect()
}

#[test]
fn a_dropped_program_is_run_typed_to_watched_and_run_again() {
    if !has("python3") {
        return;
    }
    let folder = Folder::with("server.py", SERVER);
    let mut harness = window(Lang::En, SIZE);
    drop_and_start(&mut harness, &folder.path("server.py"));
    until(&mut harness, "it asks", |harness| console(harness, "server").contains("Your name:"));
    // The field has the keyboard from the start.
    type_text(&mut harness, "Ada");
    press(&mut harness, Modifiers::NONE, Key::Enter);
    until(&mut harness, "it listens", |harness| program(harness, "server").live.listener().is_some());
    until(&mut harness, "both streams are shown", |harness| {
        says(harness, "ready, Ada") && says(harness, "stderr: no client yet") && says(harness, "typed: Ada")
    });
    if program(&harness, "server").live.seen != Some(Seen::Ptrace) {
        eprintln!("programs can't be followed here: not tested further");
        return;
    }
    until(&mut harness, "its socket stands beneath it", |harness| says(harness, "Socket of server: TCP listening"));
    // Python of other versions has no lines.
    if !program(&harness, "server").live.sources.is_empty() {
        until(&mut harness, "the line that waits is marked", |harness| {
            says(harness, "9 c, a = s.accept() waits in accept")
        });
    }

    let address = program(&harness, "server").live.listener().unwrap().to_string();
    let mut client = std::net::TcpStream::connect(address).unwrap();
    std::io::Write::write_all(&mut client, b"hello").unwrap();
    // Its number is 1, or more where Python has asked the system for the user's folder before.
    until(&mut harness, "the connection stands there too", |harness| says(harness, "Socket of server: TCP #"));
    // The answer too, so that the table stands still.
    std::io::Read::read_exact(&mut client, &mut [0; 5]).unwrap();
    until(&mut harness, "its calls are in the table", |harness| {
        let has = |part: &str| rows(harness).iter().any(|row| row.contains(part));
        has("recv(1024) = 5") && has("send(5) = 5")
    });
    super::driving::pick(&mut harness, Modifiers::NONE, "recv(1024) = 5");
    assert!(says(&harness, "process") && says(&harness, "descriptor"));
    drop(client);
    until(&mut harness, "it has ended", |harness| program(harness, "server").live.ended == Some(Ended::Status(3)));
    until(&mut harness, "that is said", |harness| says(harness, "ended with status 3"));
    until(&mut harness, "nothing of it is left", |harness| !program(harness, "server").live.is_running());

    click(&mut harness, "Run again");
    until(&mut harness, "it asks again", |harness| console(harness, "server") == "Your name: \n");
    click(&mut harness, "Stop");
    until(&mut harness, "it was stopped", |harness| {
        program(harness, "server").live.ended.is_some() && !program(harness, "server").live.is_running()
    });
}

#[test]
fn a_lab_with_programs_asks_once_and_starts_nothing_by_being_opened() {
    let folder = Folder::with(
        "test.lab.toml",
        "programs = [{ name = \"touch\", run = [\"touch\", \"made it\"] }]\nsteps = [{ start = \"touch\" }]\n",
    );
    let mut harness = window(Lang::En, SIZE);
    drop_file(&mut harness, &folder.path("test.lab.toml"));
    assert!(harness.state().session().program_named("touch").is_some());
    assert!(!says(&harness, "This lab runs programs"));
    click(&mut harness, "Start");
    assert!(says(&harness, "This lab runs programs") && says(&harness, "touch 'made it'"));
    click_on_top(&mut harness, "Cancel");
    assert!(program(&harness, "touch").live.pid.is_none());
    click(&mut harness, "Start");
    click(&mut harness, "Run them");
    until(&mut harness, "it has run", |harness| program(harness, "touch").live.ended == Some(Ended::Status(0)));
    assert!(folder.path("made it").exists());
    until(&mut harness, "it is gone", |harness| !program(harness, "touch").live.is_running());
    click(&mut harness, "Run again");
    assert!(!says(&harness, "This lab runs programs"));
}

#[test]
fn the_form_says_what_is_wrong_and_edits_what_is_there() {
    let mut harness = window(Lang::En, SIZE);
    press(&mut harness, Modifiers::COMMAND, Key::K);
    type_text(&mut harness, "run a program");
    press(&mut harness, Modifiers::NONE, Key::Escape);
    click(&mut harness, "New program…");
    type_text(&mut harness, "echo 'never closed");
    assert!(says(&harness, "Every quote must be closed"));
    super::driving::retype(&mut harness, "echo 'one two'");
    harness.get_by_role_and_label(Role::MultilineTextInput, "Environment").focus();
    harness.run_steps(2);
    type_text(&mut harness, "nonsense");
    assert!(says(&harness, "is no variable"));
    super::driving::retype(&mut harness, "A=1");
    click(&mut harness, "Add and start");
    until(&mut harness, "it has printed", |harness| console(harness, "program") == "one two\n");
    assert_eq!(program(&harness, "program").spec.env["A"], "1");
    choose_in_menu(&mut harness, "program: program", "Options…");
    assert!(says(&harness, "echo 'one two'") || says(&harness, "A=1"));
}

#[test]
fn a_million_lines_are_bounded_and_the_end_stays_in_sight() {
    let mut harness = window(Lang::En, SIZE);
    click(&mut harness, "New program…");
    type_text(
        &mut harness,
        "sh -c 'i=0; while [ $i -lt 30000 ]; do echo line $i; i=$((i+1)); done; printf \"last\\033[31mred\"'",
    );
    click(&mut harness, "Add and start");
    until(&mut harness, "it has ended", |harness| program(harness, "program").live.ended.is_some());
    until(&mut harness, "the end is in sight", |harness| {
        harness.query_all_by_label_contains("last").any(|node| {
            let name = node.accesskit_node().label().unwrap_or_default();
            name.starts_with("last") && !name.contains('\u{1b}')
        })
    });
    let console = &program(&harness, "program").live.console;
    assert!(console.len() <= 10_000 && console.dropped > 0);
}

/// A program of that source that asks for a name; `None` where it can't be followed here.
fn asking(harness: &mut Window, folder: &Folder) -> Option<EndpointId> {
    drop_and_start(harness, &folder.path("server.py"));
    until(harness, "it asks", |harness| console(harness, "server").contains("Your name:"));
    if program(harness, "server").live.seen != Some(Seen::Ptrace) {
        eprintln!("programs can't be followed here: not tested");
        return None;
    }
    Some(program(harness, "server").id)
}

fn type_name(harness: &mut Window, id: EndpointId) {
    harness.state_mut().session_mut().act(Action::TypeTo { program: id, text: "Ada\n".to_owned() });
}

/// The next call of a program that is held.
fn next(harness: &Window, id: EndpointId) -> Option<&'static str> {
    harness.state().session().next_call(id).map(|call| call.op.name())
}

/// Lets calls through until the next one is that.
fn step_to(harness: &mut Window, id: EndpointId, op: &str) {
    loop {
        until(harness, "a call is held", |harness| next(harness, id).is_some());
        let call = harness.state().session().next_call(id).unwrap().clone();
        if call.op.name() == op {
            harness.run_steps(3);
            return;
        }
        harness.state_mut().session_mut().act(Action::LetThrough(call.id));
        until(harness, "it was made", |harness| harness.state().session().held_call(call.id).is_none());
    }
}

#[test]
fn a_program_is_held_from_its_menu_and_stepped_in_its_pane() {
    if !has("python3") {
        return;
    }
    let folder = Folder::with("server.py", SERVER);
    let mut harness = window(Lang::En, SIZE);
    let Some(id) = asking(&mut harness, &folder) else { return };
    choose_in_menu(&mut harness, "server: program", "Hold before each call");
    assert!(program(&harness, "server").live.is_held && says(&harness, "stops at the next call"));
    type_name(&mut harness, id);
    step_to(&mut harness, id, "socket");
    click_beginning(&mut harness, "Let through server: socket(");
    until(&mut harness, "the next one is held", |harness| next(harness, id) == Some("setsockopt"));
    choose_in_menu(&mut harness, "server: program", "Let it go on");
    until(&mut harness, "it listens", |harness| program(harness, "server").live.listener().is_some());
    assert!(!program(&harness, "server").live.is_held);
}

#[test]
fn the_pane_of_a_held_program_shows_what_waits_in_the_kernel() {
    if !has("python3") {
        return;
    }
    let folder = Folder::with("server.py", SERVER);
    let mut harness = window(Lang::En, SIZE);
    let Some(id) = asking(&mut harness, &folder) else { return };
    harness.state_mut().session_mut().act(Action::Hold { endpoint: id, on: true });
    type_name(&mut harness, id);
    step_to(&mut harness, id, "accept");
    let address = program(&harness, "server").live.listener().unwrap().to_string();
    // Python of other versions has no lines.
    if !program(&harness, "server").live.sources.is_empty() {
        until(&mut harness, "the line that is held is marked", |harness| {
            says(harness, "9 c, a = s.accept() next: accept(")
        });
    }
    let mut clients: Vec<_> = (0..2).map(|_| std::net::TcpStream::connect(&address).unwrap()).collect();
    until(&mut harness, "both wait", |harness| says(harness, "2 clients wait"));
    step_to(&mut harness, id, "recv");
    std::io::Write::write_all(&mut clients[0], b"hello").unwrap();
    until(&mut harness, "its bytes wait", |harness| says(harness, "5 bytes wait"));
    assert!(!rows(&harness).iter().any(|row| row.contains("recv(1024) =")), "nothing was received");
}

#[test]
fn looking_back_a_program_has_the_console_and_the_sockets_that_it_had() {
    if !has("python3") {
        return;
    }
    let folder = Folder::with("server.py", SERVER);
    let mut harness = window(Lang::En, SIZE);
    let Some(id) = asking(&mut harness, &folder) else { return };
    type_name(&mut harness, id);
    until(&mut harness, "it waits", |harness| {
        program(harness, "server").live.listener().is_some() && console(harness, "server").contains("no client yet")
    });
    let address = program(&harness, "server").live.listener().unwrap().to_string();
    drop(std::net::TcpStream::connect(address).unwrap());
    until(&mut harness, "it has ended", |harness| !program(harness, "server").live.is_running());
    let sources = program(&harness, "server").live.sources.len();
    let seq = |harness: &Window, op: &str| {
        let trace = harness.state().session().trace();
        trace.from(0).find(|call| call.endpoint == id && call.op.name() == op).unwrap().seq
    };
    let (listen, recv) = (seq(&harness, "listen"), seq(&harness, "recv"));
    until(&mut harness, "the past is known", |harness| {
        *harness.state().session().past().range(harness.state().session().trace()).end() > recv
    });

    harness.state_mut().session_mut().look_back(listen);
    harness.run_steps(3);
    let shown = console(&harness, "server");
    assert!(shown.contains("Your name:") && shown.contains("Ada") && !shown.contains("ready"), "{shown}");
    assert!(says(&harness, "Socket of server: TCP") && !says(&harness, "Socket of server: TCP listening"));
    harness.state_mut().session_mut().look_back(recv + 1);
    harness.run_steps(3);
    assert!(says(&harness, "stderr: no client yet") && !console(&harness, "server").contains("bye"));
    assert!(says(&harness, "Socket of server: TCP listening") && says(&harness, "Socket of server: TCP #"));
    let live = &program(&harness, "server").live;
    assert!(live.is_running() && live.ended.is_none(), "it had not ended");
    assert!(!says(&harness, "ended with status 3"));
    harness.state_mut().session_mut().back_to_now();
    harness.run_steps(3);
    assert!(says(&harness, "ended with status 3") && !says(&harness, "Socket of server"));
    assert!(console(&harness, "server").contains("bye"));

    // The run before the last one is not forgotten.
    until(&mut harness, "nothing of it is left", |harness| !program(harness, "server").live.is_running());
    click(&mut harness, "Run again");
    until(&mut harness, "it asks again", |harness| console(harness, "server") == "Your name: \n");
    harness.state_mut().session_mut().look_back(recv + 1);
    harness.run_steps(3);
    assert!(says(&harness, "stderr: no client yet") && says(&harness, "typed: Ada"));
    assert_eq!(program(&harness, "server").live.sources.len(), sources);
}

#[test]
fn arrows_go_through_the_lines_of_the_console_and_of_the_source() {
    if !has("python3") {
        return;
    }
    let folder = Folder::with("server.py", SERVER);
    let mut harness = window(Lang::En, SIZE);
    let Some(id) = asking(&mut harness, &folder) else { return };
    type_name(&mut harness, id);
    until(&mut harness, "it waits", |harness| says(harness, "stderr: no client yet"));
    let copied = |harness: &mut Window| {
        harness.event(eframe::egui::Event::Copy);
        harness.step();
        super::driving::until_copied(harness)
    };
    harness.get_by_label("stderr: no client yet").click();
    harness.run_steps(2);
    press(&mut harness, Modifiers::NONE, Key::ArrowUp);
    assert_eq!(copied(&mut harness), "ready, Ada\n");
    press(&mut harness, Modifiers::SHIFT, Key::ArrowDown);
    assert_eq!(copied(&mut harness), "ready, Ada\nno client yet\n");
    if program(&harness, "server").live.sources.is_empty() {
        eprintln!("the frames of this Python can't be read: not tested further");
        return;
    }
    harness.get_by_label("5 s.bind(('127.0.0.1', 0))").click();
    harness.run_steps(2);
    press(&mut harness, Modifiers::NONE, Key::ArrowDown);
    assert_eq!(copied(&mut harness), "s.listen(1)\n");
}
