//! Unix sockets from both ends: the lab and Python programs at the two sides of a path, and whatever is in its way.
//! The example of `assets/labs/` is run by `tests/tutorials`, and only there: its paths are for one run at a time.
#![cfg(unix)]

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::support::headless::{DEADLINE, Lab, shown};
use crate::support::peers::Peer;
use socket_lab::lab::{EndpointId, EndpointKind, EndpointSpec, Local, Reply, ServiceSpec};
use socket_lab::session::{Action, Session};
use socket_lab::trace::NoticeKind;
use socket_lab::trace::notice::{CallFailure, Detail, PathTakenBy};

/// A folder for sockets; its path is short, wherever the others are.
fn folder() -> tempfile::TempDir {
    tempfile::tempdir_in("/tmp").unwrap()
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

fn server(path: &Path) -> String {
    let service = "service = { kind = \"suffix\", text = \" SB\" }";
    format!("[[endpoints]]\nname = \"server\"\nkind = \"unix-server\"\nlocal = \"{}\"\n{service}\n", text(path))
}

// ---- streams ----

#[test]
fn a_python_client_talks_to_the_lab_and_has_no_address() {
    let folder = folder();
    let path = folder.path().join("lab.sock");
    let mut run = Lab::new(&server(&path)).start();
    run.until(|line| line["op"] == "listen");
    let Some(peer) = Peer::run("unix_client.py", &[text(&path), "hello", "你好"]) else { return };
    assert_eq!(peer.output(), format!("{} ''\nhello SB\n你好 SB\n", text(&path)));
    run.until(|line| line["op"] == "close" && line["conn"] == 1);
    let ran = run.stop().went_well();
    let accept = ran.call("server", "accept", Some(1));
    assert_eq!((&accept["local"], &accept["peer"]), (&text(&path).into(), &"(unnamed)".into()));
    assert_eq!(ran.received("server", 1), "hello你好");
    assert_eq!(ran.shown_of("server", "recv").last().unwrap(), "recv(1024)=0");
    assert!(!path.exists(), "who made the file has removed it");
    assert_eq!(ran.notices(), "");
}

#[test]
fn the_lab_talks_to_a_python_server_twice() {
    let folder = folder();
    let path = folder.path().join("python.sock");
    let Some(mut peer) = Peer::run("unix_server.py", &[text(&path), "2"]) else { return };
    assert_eq!(peer.line(), format!("listening at {}", text(&path)));
    let client = |name| {
        let endpoint =
            format!("[[endpoints]]\nname = \"{name}\"\nkind = \"unix-client\"\nremote = \"{}\"\n", text(&path));
        let steps = [
            format!("open = \"{name}\""),
            format!("send = {{ from = \"{name}\", text = \"from {name}\" }}"),
            format!("expect = {{ at = \"{name}\", text = \"from {name} SB\" }}"),
            format!("close = \"{name}\""),
        ];
        (endpoint, steps.map(|step| format!("[[steps]]\n{step}\n")).concat())
    };
    let ((one, its_steps), (two, other_steps)) = (client("one"), client("two"));
    let ran = Lab::new(&format!("{one}{two}{its_steps}{other_steps}")).start().finish().went_well();
    assert_eq!(ran.shown_of("one", "connect"), ["connect=0"]);
    let said = |number, name: &str| format!("{number} comes from ''\n{number}: from {name}\n{number} has left\n");
    assert_eq!(peer.output(), said(1, "one") + &said(2, "two"));
    assert!(!path.exists());
}

// ---- datagrams ----

#[test]
fn a_python_program_writes_to_the_lab_and_is_answered_at_its_path() {
    let folder = folder();
    let (lab, python) = (folder.path().join("lab.sock"), folder.path().join("python.sock"));
    let mut run = Lab::new(&format!(
        "[[endpoints]]\nname = \"box\"\nkind = \"unix-datagram\"\nlocal = \"{}\"\nservice = {{ kind = \"echo\" }}\n",
        text(&lab)
    ))
    .start();
    run.until(|line| line["op"] == "bind");
    let Some(mut peer) = Peer::run("unix_room.py", &[text(&python), "1", text(&lab)]) else { return };
    assert_eq!(peer.line(), text(&python));
    assert_eq!(peer.output(), format!("你好 from {}\n", text(&lab)));
    run.until(|line| line["op"] == "sendto");
    let ran = run.stop().went_well();
    assert_eq!(ran.call("box", "recvfrom", None)["peer"], text(&python));
    assert!(!lab.exists() && !python.exists());
}

#[test]
fn the_lab_writes_to_a_python_program_with_a_path_and_without() {
    let folder = folder();
    let (lab, python) = (folder.path().join("lab.sock"), folder.path().join("python.sock"));
    let Some(mut peer) = Peer::run("unix_room.py", &[text(&python), "2"]) else { return };
    assert_eq!(peer.line(), text(&python));
    let ran = Lab::new(&format!(
        r#"
        endpoints = [
            {{ name = "named", kind = "unix-datagram", local = "{}", remote = "{python}" }},
            {{ name = "nameless", kind = "unix-datagram", remote = "{python}" }},
        ]
        steps = [
            {{ send = {{ from = "named", text = "one" }} }},
            {{ expect = {{ at = "named", text = "re: one" }} }},
            {{ send = {{ from = "nameless", text = "two" }} }},
        ]
        "#,
        text(&lab),
        python = text(&python)
    ))
    .start()
    .finish()
    .went_well();
    assert_eq!(ran.shown_of("nameless", "sendto"), ["sendto(3)=3"]);
    assert_eq!(peer.output(), format!("one from {}\ntwo from nobody\n", text(&lab)));
}

// ---- what is in the way ----

/// The window's session with one Unix server, without a window.
struct Bench {
    session: Session,
    server: EndpointId,
}

impl Bench {
    fn new(path: &Path) -> Self {
        let mut session = Session::new(Arc::new(|| {}), 1 << 20).unwrap();
        let mut spec = EndpointSpec::new("server", EndpointKind::UNIX_SERVER);
        spec.local = Some(Local::Path(path.to_owned()));
        spec.service = ServiceSpec::new(Reply::suffix(" SB".to_owned()));
        let server = session.act(Action::Add { spec: Box::new(spec), open: true }).unwrap();
        Self { session, server }
    }

    #[track_caller]
    fn until(&mut self, what: impl Fn(&Session) -> bool) {
        let deadline = Instant::now() + DEADLINE;
        while !what(&self.session) {
            assert!(Instant::now() < deadline, "it does not happen: {:#?}", self.session.notices());
            self.session.wait_and_pump(Duration::from_millis(100), Duration::from_millis(10), &mut |_| {});
        }
    }

    /// What the newest notice says is in the way.
    #[track_caller]
    fn in_the_way(&mut self, count: u32) -> PathTakenBy {
        self.until(|session| session.notices().iter().map(|logged| logged.times).sum::<u32>() == count);
        let notice = &self.session.notices().iter().next_back().unwrap().notice;
        match &notice.kind {
            NoticeKind::CallFailed(CallFailure { detail: Detail::PathTaken(by), .. }) => *by,
            other => panic!("{other:?}"),
        }
    }

    fn remove_and_open(&mut self, path: &Path) {
        self.session.act(Action::RemoveStaleAndOpen { endpoint: self.server, path: path.to_owned() });
    }

    fn is_open(session: &Session) -> bool {
        session.endpoints().iter().all(|endpoint| endpoint.live.is_open())
    }
}

#[test]
fn the_file_of_a_python_server_that_was_killed_is_in_the_way_until_it_is_removed() {
    let folder = folder();
    let path = folder.path().join("stale.sock");
    let Some(mut peer) = Peer::run("unix_server.py", &[text(&path), "9"]) else { return };
    peer.line();

    // While it lives its file is never removed. (Elsewhere than on Linux each look connects to it.)
    let mut bench = Bench::new(&path);
    assert_eq!(bench.in_the_way(1), PathTakenBy::Live);
    bench.remove_and_open(&path);
    bench.in_the_way(3);
    assert!(path.exists());

    peer.kill();
    let ran = Lab::new(&server(&path)).start().finish();
    assert_ne!(ran.status, Some(0));
    assert_eq!(ran.shown_of("server", "bind"), ["bind=EADDRINUSE"]);
    assert!(ran.notices().contains(text(&path)), "{}", ran.notices());
    assert!(path.exists(), "nobody has asked for it to be removed");

    let mut bench = Bench::new(&path);
    assert_eq!(bench.in_the_way(1), PathTakenBy::Stale);
    bench.remove_and_open(&path);
    bench.until(Bench::is_open);
    // The new server is at the same path.
    let client = Peer::run("unix_client.py", &[text(&path), "anybody?"]).unwrap();
    let answered = |session: &Session| {
        session.endpoints()[0].live.observed.conns_begun == 1 && session.endpoints()[0].live.observed.conns.is_empty()
    };
    bench.until(answered);
    assert!(client.output().ends_with("anybody? SB\n"));
}

#[cfg(target_os = "linux")]
#[test]
fn a_look_at_who_is_there_does_not_disturb_a_server_of_a_single_client() {
    let folder = folder();
    let path = folder.path().join("live.sock");
    let Some(mut peer) = Peer::run("unix_server.py", &[text(&path), "1"]) else { return };
    peer.line();
    assert_eq!(Bench::new(&path).in_the_way(1), PathTakenBy::Live);
    let client = Peer::run("unix_client.py", &[text(&path), "hello"]).unwrap();
    assert!(client.output().ends_with("hello SB\n"));
    assert_eq!(peer.output(), "1 comes from ''\n1: hello\n1 has left\n");
}

#[test]
fn a_regular_file_is_never_deleted() {
    let folder = folder();
    let path = folder.path().join("diary.txt");
    std::fs::write(&path, "dear diary").unwrap();
    let ran = Lab::new(&server(&path)).start().finish();
    assert_ne!(ran.status, Some(0));
    assert_eq!(ran.shown_of("server", "bind"), ["bind=EADDRINUSE"]);
    let mut bench = Bench::new(&path);
    assert_eq!(bench.in_the_way(1), PathTakenBy::Other);
    bench.remove_and_open(&path);
    bench.in_the_way(3);
    assert!(!Bench::is_open(&bench.session));
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "dear diary");
}

#[test]
fn a_missing_folder_is_enoent_for_both_ends() {
    let folder = folder();
    let path = folder.path().join("no such folder/lab.sock");
    let ran = Lab::new(&server(&path)).start().finish();
    assert_ne!(ran.status, Some(0));
    assert_eq!(shown(ran.call("server", "bind", None)), "bind=ENOENT");
    assert!(ran.notices().contains("ENOENT"), "{}", ran.notices());
    let client = format!(
        "endpoints = [{{ name = \"client\", kind = \"unix-client\", remote = \"{}\" }}]\nsteps = [{{ open = \"client\", fails = \"ENOENT\" }}]",
        text(&path)
    );
    Lab::new(&client).start().finish().went_well();
    assert!(!path.exists());
}

fn check(lab: &str) -> (Option<i32>, String) {
    let folder = tempfile::tempdir().unwrap();
    let file: PathBuf = folder.path().join("test.lab.toml");
    std::fs::write(&file, lab).unwrap();
    let output =
        Command::new(env!("CARGO_BIN_EXE_socket-lab")).arg("check").arg(&file).env("LC_ALL", "C").output().unwrap();
    (output.status.code(), String::from_utf8(output.stderr).unwrap())
}

#[test]
fn a_path_that_is_too_long_is_refused_with_its_line_and_one_of_107_bytes_works() {
    let (status, errors) = check(&server(Path::new(&format!("/tmp/{}", "x".repeat(103)))));
    assert_eq!(status, Some(2), "{errors}");
    assert!(errors.contains("test.lab.toml:4") || errors.contains("line 4"), "{errors}");
    assert!(errors.contains("endpoints[0].local") && errors.contains("107 bytes"), "{errors}");
    // Chinese characters count three.
    let (status, errors) = check(&server(Path::new(&format!("/tmp/{}", "套".repeat(35)))));
    assert_eq!(status, Some(2), "{errors}");

    let folder = folder();
    let name = "x".repeat(107 - text(folder.path()).len() - 1);
    let path = folder.path().join(name);
    assert_eq!(text(&path).len(), 107);
    let steps = "[[steps]]\nopen = \"server\"\n[[steps]]\nclose = \"server\"\n";
    Lab::new(&(server(&path) + steps)).start().finish().went_well();
}
