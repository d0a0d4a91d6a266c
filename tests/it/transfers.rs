//! Files served and downloaded without a window: the lab file's services and its `download` step, and what is printed.

use std::fs;
use std::io::Write as _;
use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use crate::support::headless::{DEADLINE, Ran, Run, data};
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use socket_lab::engine::DownloadRequest;
use socket_lab::explain;
use socket_lab::lab::transfer::{FileShare, Protocol, Shared};
use socket_lab::lab::{EndpointId, EndpointKind, EndpointSpec, Remote, Reply, ServiceSpec};
use socket_lab::lang::Lang;
use socket_lab::session::{Action, Session};
use socket_lab::trace::Level;
use socket_lab::trace::store::DEFAULT_RETENTION;
use socket_lab::trace::transfer::{End, Place, Transfer, Verdict, Way};
use tempfile::TempDir;

/// A folder with a lab file, and `shared/` with what its servers give.
struct Folder(TempDir);

impl Folder {
    /// Its servers are `server` (files) and `web` (http), its clients `client` and `browser`.
    fn new(steps: &str) -> Self {
        let folder = Self(tempfile::tempdir().unwrap());
        fs::create_dir(folder.path("shared")).unwrap();
        let lab = format!(
            r#"
[[endpoints]]
name = "server"
kind = "tcp-server"
service = {{ kind = "files", root = "shared" }}
[[endpoints]]
name = "web"
kind = "tcp-server"
service = {{ kind = "http", root = "shared" }}
[[endpoints]]
name = "client"
kind = "tcp-client"
remote = "@server"
[[endpoints]]
name = "browser"
kind = "tcp-client"
remote = "@web"
{steps}"#
        );
        folder.put("test.lab.toml", lab.as_bytes());
        folder
    }

    fn path(&self, name: &str) -> std::path::PathBuf {
        self.0.path().join(name)
    }

    fn put(&self, name: &str, bytes: &[u8]) -> &Self {
        fs::write(self.path(name), bytes).unwrap();
        self
    }

    fn run(&self) -> Ran {
        Run::of(&self.path("test.lab.toml")).finish()
    }

    #[track_caller]
    fn has(&self, name: &str, bytes: &[u8]) {
        assert!(fs::read(self.path(name)).unwrap() == bytes, "{name} is something else");
    }

    /// What lies in `out/`.
    fn saved(&self) -> Vec<String> {
        let Ok(entries) = fs::read_dir(self.path("out")) else { return Vec::new() };
        let mut names: Vec<String> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}

fn step(from: &str, name: &str, more: &str) -> String {
    let save_to = format!("out/{}", name.rsplit('/').next().unwrap());
    format!("[[steps]]\ndownload = {{ from = \"{from}\", name = \"{name}\", save_to = \"{save_to}\"{more} }}\n")
}

fn with_digest(bytes: &[u8]) -> String {
    let digest: String = Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    format!(", sha256 = \"{digest}\"")
}

/// Bytes that do not repeat soon.
fn bytes(len: usize) -> Vec<u8> {
    (0..len as u64).map(|n| (n.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 56) as u8).collect()
}

fn details(ran: &Ran) -> Vec<(bool, String)> {
    ran.expects().map(|line| (line["ok"] == true, line["detail"].as_str().unwrap().to_owned())).collect()
}

fn sum(ran: &Ran, endpoint: &str, ops: &[&str]) -> u64 {
    let carried = |call: &&Value| ops.contains(&call["op"].as_str().unwrap());
    ran.calls(endpoint).filter(carried).map(|call| call["len"].as_u64().unwrap()).sum()
}

#[test]
fn files_of_every_size_and_name_arrive_identical_and_the_step_says_so() {
    let files = [
        ("empty.bin", 0),
        ("one.bin", 1),
        ("below.bin", 1023),
        ("even.bin", 1024),
        ("above.bin", 1025),
        ("with spaces 文件.bin", 70_000),
    ];
    let mut steps = String::new();
    for (name, len) in files {
        steps += &step("client", name, &with_digest(&bytes(len)));
    }
    let folder = Folder::new(&steps);
    for (name, len) in files {
        folder.put(&format!("shared/{name}"), &bytes(len));
    }
    let ran = folder.run().went_well();
    for (name, len) in files {
        folder.has(&format!("out/{name}"), &bytes(len));
    }
    let details = details(&ran);
    assert_eq!(details.len(), files.len());
    assert_eq!(details[1], (true, "one.bin, 1 byte: identical".to_owned()));
    assert!(details.iter().all(|(ok, detail)| *ok && detail.ends_with(": identical")), "{details:?}");
    assert_eq!(ran.notices(), "", "what went well needs no notice");
}

#[test]
fn without_a_digest_both_ends_of_the_lab_are_compared() {
    let folder = Folder::new(&(step("client", "a.bin", "") + &step("client", "empty.bin", "")));
    folder.put("shared/a.bin", &bytes(5000)).put("shared/empty.bin", b"");
    let ran = folder.run().went_well();
    let expected = ["a.bin, 5,000 bytes: identical", "empty.bin, 0 bytes: identical"];
    assert_eq!(details(&ran), expected.map(|detail| (true, detail.to_owned())));
}

#[test]
fn a_wrong_digest_fails_the_step_and_can_be_meant_to() {
    let wrong = with_digest(b"something else");
    let folder = Folder::new(&step("client", "a.bin", &wrong));
    folder.put("shared/a.bin", &bytes(5000));
    let ran = folder.run();
    assert_eq!((ran.status, &ran.summary()["failed_steps"]), (Some(1), &1.into()));
    let details = details(&ran);
    assert!(details.len() == 1 && !details[0].0 && details[0].1.contains("differs"), "{details:?}");
    let notices = ran.lines.iter().filter(|line| line["type"] == "notice").collect::<Vec<_>>();
    assert!(notices.len() == 1 && notices[0]["level"] == "error", "{notices:?}");

    let folder = Folder::new(&(step("client", "a.bin", &wrong) + "fails = \"EBADMSG\"\n"));
    folder.put("shared/a.bin", &bytes(5000));
    let ran = folder.run().went_well();
    assert_eq!((ran.notices().as_str(), ran.expects().count()), ("", 1));
}

#[test]
fn http_is_spoken_where_the_server_does_or_the_step_says_so() {
    let contents = bytes(300_000);
    let steps = step("browser", "a.bin", &with_digest(&contents))
        + &step("browser", "ä b%41.bin", "")
        + &step("browser", "sub/c.bin", ", protocol = \"http\"");
    let folder = Folder::new(&steps);
    fs::create_dir(folder.path("shared/sub")).unwrap();
    folder.put("shared/a.bin", &contents).put("shared/ä b%41.bin", b"name").put("shared/sub/c.bin", b"below");
    let ran = folder.run().went_well();
    folder.has("out/a.bin", &contents);
    folder.has("out/ä b%41.bin", b"name");
    folder.has("out/c.bin", b"below");
    let asked = ran.calls("browser").find(|call| call["op"] == "send").map(data).unwrap();
    assert!(asked.starts_with(b"GET /a.bin HTTP/1.1\r\n"), "{}", String::from_utf8_lossy(&asked));
    assert!(details(&ran).iter().all(|(_, detail)| detail.ends_with(": identical")), "{:?}", details(&ran));
}

#[test]
fn what_the_server_does_not_give_is_told_with_its_name_and_why() {
    let cases = [
        ("missing.bin", "ENOENT", "there is no such file"),
        ("../test.lab.toml", "EACCES", "leads out of the shared folder"),
        ("/etc/passwd", "EACCES", "leads out of the shared folder"),
        ("sub", "EISDIR", "it is a folder"),
    ];
    for (name, errno, why) in cases {
        let folder = Folder::new(&(step("client", name, "") + &format!("fails = \"{errno}\"\n")));
        fs::create_dir(folder.path("shared/sub")).unwrap();
        let ran = folder.run().went_well();
        // What came was an empty stream, which is saved as what it is.
        folder.has(&format!("out/{}", name.rsplit('/').next().unwrap()), b"");
        let notices = ran.notices();
        assert!(notices.contains(name) && notices.contains(why), "{name}: {notices}");
        assert_eq!(notices.lines().count(), 1, "once and no more: {notices}");
        assert_eq!(sum(&ran, "client", &["recv"]), 0, "{name}");
    }
    let folder = Folder::new(&step("client", "missing.bin", ""));
    let ran = folder.run();
    assert_eq!(ran.status, Some(1));
    let details = details(&ran);
    assert!(
        details.len() == 1 && !details[0].0 && details[0].1.contains("refused: there is no such file"),
        "{details:?}"
    );
}

#[test]
fn a_file_that_is_not_there_over_http_is_refused_too() {
    let folder = Folder::new(&(step("browser", "missing.bin", "") + "fails = \"ENOENT\"\n"));
    let ran = folder.run().went_well();
    assert_eq!(folder.saved(), Vec::<String>::new());
    let notices = ran.notices();
    assert!(notices.contains("missing.bin") && notices.lines().count() == 1, "{notices}");
}

#[test]
fn an_existing_file_is_never_overwritten() {
    let folder = Folder::new(&(step("client", "a.bin", "") + "fails = \"EEXIST\"\n" + &step("client", "b.bin", "")));
    fs::create_dir(folder.path("out")).unwrap();
    folder.put("out/a.bin", b"mine").put("shared/a.bin", b"theirs").put("shared/b.bin", b"b");
    let ran = folder.run().went_well();
    folder.has("out/a.bin", b"mine");
    folder.has("out/b.bin", b"b");
    assert_eq!(folder.saved(), ["a.bin", "b.bin"]);
    assert_eq!(ran.notices(), "");
    let first = &details(&ran)[0];
    assert!(first.0 && first.1.contains("EEXIST"), "{first:?}");
}

#[test]
fn nobody_listens_is_the_steps_failure() {
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let text = format!(
        "[[endpoints]]\nname = \"client\"\nkind = \"tcp-client\"\nremote = \"{closed}\"\n\
        [[steps]]\nopen = \"client\"\nfails = \"ECONNREFUSED\"\n{}fails = \"ECONNREFUSED\"\n",
        step("client", "a.bin", "")
    );
    let folder = Folder(tempfile::tempdir().unwrap());
    folder.put("test.lab.toml", text.as_bytes());
    let ran = folder.run().went_well();
    assert_eq!((ran.notices().as_str(), folder.saved().len()), ("", 0));
}

/// Another program's server: it gives each client in turn these bytes and ends so.
/// A reset comes when the test says so: what the client has not read by then is lost.
fn other_server(answers: Vec<(&'static [u8], Option<Receiver<()>>)>) -> std::net::SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let serve = move || {
        for (bytes, reset) in answers {
            let (mut client, _) = listener.accept().unwrap();
            std::io::Read::read(&mut client, &mut [0; 100]).unwrap();
            client.write_all(bytes).unwrap();
            if let Some(go) = reset {
                go.recv().unwrap();
                socket2::SockRef::from(&client).set_linger(Some(Duration::ZERO)).unwrap();
            }
        }
    };
    thread::Builder::new().name("other server".to_owned()).spawn(serve).unwrap();
    address
}

#[test]
fn another_programs_server_can_not_say_whether_that_was_all() {
    let address = other_server(vec![(b"some bytes", None), (b"", None)]);
    let text = format!(
        "[[endpoints]]\nname = \"client\"\nkind = \"tcp-client\"\nremote = \"{address}\"\n{}{}",
        step("client", "a.bin", ""),
        step("client", "b.bin", "")
    );
    let folder = Folder(tempfile::tempdir().unwrap());
    folder.put("test.lab.toml", text.as_bytes());
    let ran = folder.run().went_well();
    let expected = [
        "a.bin, 10 bytes: ended cleanly, but this protocol cannot say whether that was all",
        "b.bin, 0 bytes: empty: the server may not have this file",
    ];
    assert_eq!(details(&ran), expected.map(|detail| (true, detail.to_owned())));
    let notices = ran.lines.iter().filter(|line| line["type"] == "notice").collect::<Vec<_>>();
    assert!(notices.len() == 1 && notices[0]["level"] == "warning", "only of the empty one: {notices:?}");
}

#[test]
fn a_call_shows_the_first_bytes_and_the_sums_are_right() {
    let contents = bytes(3 * 1024 * 1024 + 17);
    let folder = Folder::new(&step("client", "a.bin", &with_digest(&contents)));
    folder.put("shared/a.bin", &contents);
    let ran = folder.run().went_well();
    let len = contents.len() as u64;
    assert_eq!(sum(&ran, "server", &["sendfile", "send"]), len);
    assert_eq!(sum(&ran, "client", &["recv"]), len);
    let summary = ran.summary();
    let asked = "a.bin".len() as u64;
    assert_eq!((&summary["sent_bytes"], &summary["received_bytes"]), (&(len + asked).into(), &(len + asked).into()));
    let carrying = |call: &&Value| call["len"].as_u64().unwrap() > 10_000;
    let large: Vec<&Value> = ran.calls("server").chain(ran.calls("client")).filter(carrying).collect();
    assert!(large.len() >= 2, "{large:?}");
    for call in large {
        let (offset, kept) = (call["offset"].as_u64().unwrap() as usize, data(call));
        assert_eq!(call["truncated"], true, "{call}");
        assert!(!kept.is_empty() && kept.len() < 2000, "{call}");
        assert_eq!(kept, contents[offset..offset + kept.len()], "{call}");
    }
    #[cfg(target_os = "linux")]
    assert!(ran.calls("server").any(|call| call["op"] == "sendfile" && call["args"]["count"].as_u64() > Some(0)));
    // No line has a type that the contract lacks.
    let known = ["call", "expect", "notice", "summary"];
    assert!(ran.lines.iter().all(|line| known.contains(&line["type"].as_str().unwrap())));
}

#[test]
fn a_run_in_words_tells_each_file_once() {
    let folder = Folder::new(&step("client", "a.bin", ""));
    folder.put("shared/a.bin", &bytes(5000));
    let text = told(&folder.path("test.lab.toml"));
    assert_eq!(text.matches("a.bin, 5,000 bytes: identical").count(), 2, "the step, and the server's end:\n{text}");
}

fn told(lab: &Path) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_socket-lab"))
        .args(["run", "--for", "60s"])
        .arg(lab)
        .env("LC_ALL", "C")
        .env_remove("LANGUAGE")
        .stdin(Stdio::null())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn a_folder_that_is_not_there_can_not_be_shared() {
    let folder = Folder::new("[[steps]]\nopen = \"server\"\nfails = \"ENOENT\"\n");
    fs::remove_dir(folder.path("shared")).unwrap();
    fs::write(
        folder.path("test.lab.toml"),
        "[[endpoints]]\nname = \"server\"\nkind = \"tcp-server\"\nservice = { kind = \"files\", root = \"shared\" }\n\
        [[steps]]\nopen = \"server\"\nfails = \"ENOENT\"\n",
    )
    .unwrap();
    folder.run().went_well();
}

// ---- as the window does it ----

/// A session that is pumped until something is so.
struct Lab {
    session: Session,
    folder: TempDir,
}

impl Lab {
    fn new() -> Self {
        let session = Session::new(Arc::new(|| {}), DEFAULT_RETENTION).unwrap();
        Self { session, folder: tempfile::tempdir().unwrap() }
    }

    fn fetch(&self, name: &str) -> Box<DownloadRequest> {
        Box::new(DownloadRequest {
            protocol: Protocol::Files,
            name: name.to_owned(),
            save_to: self.folder.path().join(name),
            expected: None,
            part: None,
            replaces_empty: false,
        })
    }

    fn server(&mut self, kind: fn(FileShare) -> Reply, open: bool) -> EndpointId {
        let mut spec = EndpointSpec::new("server", EndpointKind::TcpServer);
        let root = self.folder.path().join("shared");
        fs::create_dir_all(&root).unwrap();
        spec.service = ServiceSpec::new(kind(FileShare::new(Shared::Root(root))));
        self.session.act(Action::Add { spec: Box::new(spec), open }).unwrap()
    }

    #[track_caller]
    fn until(&mut self, what: &str, is_so: impl Fn(&Session) -> bool) {
        let deadline = Instant::now() + DEADLINE;
        while !is_so(&self.session) {
            assert!(Instant::now() < deadline, "{what} does not come: {:#?}", self.session.transfers());
            self.session.wait_and_pump(Duration::from_millis(100), Duration::from_secs(1), &mut |_| {});
        }
    }

    /// The verdict on the download that was begun last.
    #[track_caller]
    fn verdict(&mut self, downloads: usize) -> (Transfer, Verdict) {
        let received = |session: &Session| {
            let all: Vec<Transfer> =
                session.transfers().iter().filter(|it| it.asked.way == Way::Receiving).cloned().collect();
            (all.len() == downloads).then(|| all.last().cloned()).flatten()
        };
        self.until("the verdict", |session| {
            received(session).is_some_and(|transfer| session.transfers().verdict(&transfer).is_some())
        });
        let transfer = received(&self.session).unwrap();
        let verdict = self.session.transfers().verdict(&transfer).unwrap();
        (transfer, verdict)
    }

    fn notices(&self) -> Vec<(Level, String)> {
        self.session
            .notices()
            .iter()
            .map(|logged| (logged.notice.kind.level(), explain::notice(Lang::En, &logged.notice, None).title))
            .collect()
    }
}

#[test]
fn a_download_waits_for_the_server_that_is_being_opened_and_adds_its_client() {
    let mut lab = Lab::new();
    lab.server(Reply::files, true);
    fs::write(lab.folder.path().join("shared/a.bin"), bytes(5000)).unwrap();
    let (remote, fetch) = (Remote::Endpoint("server".to_owned()), lab.fetch("a.bin"));
    // Before anything was pumped, so the server is not open yet.
    let client = lab.session.act(Action::DownloadFrom { remote, name: "client".to_owned(), fetch }).unwrap();
    assert_eq!(lab.session.endpoint(client).unwrap().spec.name, "client");
    let (transfer, verdict) = lab.verdict(1);
    assert!(matches!(verdict, Verdict::Identical { .. }), "{verdict:?}");
    assert_eq!(transfer.place, Place::Saved(lab.folder.path().join("a.bin")));
    assert_eq!(fs::read(lab.folder.path().join("a.bin")).unwrap(), bytes(5000));
    assert_eq!(lab.notices(), []);
    // Once more over the same client, under another name.
    let fetch = Box::new(DownloadRequest { save_to: lab.folder.path().join("b.bin"), ..*lab.fetch("a.bin") });
    lab.session.act(Action::Download { endpoint: client, fetch });
    assert!(matches!(lab.verdict(2).1, Verdict::Identical { .. }));
}

#[test]
fn what_was_cut_off_is_one_notice_and_can_be_tried_again() {
    let mut lab = Lab::new();
    let (reset, go) = channel();
    let address = other_server(vec![(b"some", Some(go)), (b"some more", None)]);
    let (remote, fetch) = (Remote::Inet(address.to_string().parse().unwrap()), lab.fetch("a.bin"));
    lab.session.act(Action::DownloadFrom { remote, name: "client".to_owned(), fetch }).unwrap();
    lab.until("four bytes", |session| session.transfers().iter().any(|transfer| transfer.begun.is_some()));
    reset.send(()).unwrap();
    let (transfer, verdict) = lab.verdict(1);
    let part = lab.folder.path().join("a.bin.part");
    assert_eq!(transfer.place, Place::Part(part.clone()));
    let Verdict::CutOff { bytes: 4, end: End::Broken { errno, .. } } = &verdict else { panic!("{verdict:?}") };
    assert_eq!(errno.name(), Some("ECONNRESET"));
    lab.until("the notice", |session| !session.notices().is_empty());
    let notices = lab.notices();
    assert!(notices.len() == 1 && notices[0].0 == Level::Error, "{notices:?}");
    assert!(notices[0].1.contains("cut off after 4 bytes: the connection was reset"), "{notices:?}");
    lab.session.act(Action::RetryTransfer(transfer.id));
    let (transfer, verdict) = lab.verdict(2);
    assert_eq!((verdict, transfer.place), (Verdict::MaybeAll, Place::Saved(lab.folder.path().join("a.bin"))));
    assert_eq!(fs::read(lab.folder.path().join("a.bin")).unwrap(), b"some more");
    assert!(!part.exists());
    assert_eq!(lab.notices(), [], "what failed before has worked");
    let known: Vec<_> = lab.session.transfers().iter().map(|transfer| transfer.id).collect();
    lab.session.act(Action::ClearTransfers);
    assert!(lab.session.transfers().is_empty());
    lab.session.act(Action::Undo);
    assert_eq!(lab.session.transfers().iter().map(|transfer| transfer.id).collect::<Vec<_>>(), known);
    lab.session.act(Action::Redo);
    assert!(lab.session.transfers().is_empty());
}

#[test]
fn a_download_that_can_not_begin_is_told_once_with_the_address() {
    let mut lab = Lab::new();
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let (remote, fetch) = (Remote::Inet(closed.to_string().parse().unwrap()), lab.fetch("a.bin"));
    lab.session.act(Action::DownloadFrom { remote, name: "client".to_owned(), fetch }).unwrap();
    lab.until("the notice", |session| !session.notices().is_empty());
    let (remote, fetch) = (Remote::Endpoint("nobody".to_owned()), lab.fetch("a.bin"));
    lab.session.act(Action::DownloadFrom { remote, name: "client".to_owned(), fetch }).unwrap();
    lab.until("the other notice", |session| session.notices().iter().len() > 1);
    let notices = lab.notices();
    assert!(notices.len() == 2 && notices[0].1.contains(&format!("connect {closed}")), "{notices:?}");
    assert!(notices[1].1.contains("\"nobody\" is not open"), "{notices:?}");
}

#[test]
fn a_download_that_is_cancelled_leaves_its_part_and_is_no_error() {
    let mut lab = Lab::new();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let (remote, fetch) = (Remote::Inet(listener.local_addr().unwrap().to_string().parse().unwrap()), lab.fetch("a"));
    lab.session.act(Action::DownloadFrom { remote, name: "client".to_owned(), fetch }).unwrap();
    let (mut peer, _) = listener.accept().unwrap();
    peer.write_all(b"some").unwrap();
    lab.until("four bytes", |session| session.transfers().iter().any(|transfer| transfer.begun.is_some()));
    let id = lab.session.transfers().iter().next().unwrap().id;
    lab.session.act(Action::CancelTransfer(id));
    let (transfer, verdict) = lab.verdict(1);
    assert_eq!(verdict, Verdict::CutOff { bytes: 4, end: End::Cancelled });
    assert_eq!(transfer.place, Place::Part(lab.folder.path().join("a.part")));
    lab.until("the notice", |session| !session.notices().is_empty());
    assert_eq!(lab.notices().iter().map(|(level, _)| *level).collect::<Vec<_>>(), [Level::Info]);
}

#[test]
fn a_file_is_asked_for_as_the_server_of_this_lab_serves_it() {
    let mut lab = Lab::new();
    let server = lab.server(Reply::http, false);
    let named = Remote::Endpoint("server".to_owned());
    assert_eq!(lab.session.protocol_of(&named), Protocol::Http);
    assert_eq!(lab.session.protocol_of(&Remote::Endpoint("nobody".to_owned())), Protocol::Files);
    lab.session.act(Action::Open(server));
    lab.until("the server", |session| session.endpoint(server).unwrap().live.is_open());
    let port = lab.session.endpoint(server).unwrap().live.local().unwrap().port();
    let at = |address: String| Remote::Inet(address.parse().unwrap());
    for (address, protocol) in [
        (format!("127.0.0.1:{port}"), Protocol::Http),
        (format!("localhost:{port}"), Protocol::Http),
        (format!("127.0.0.2:{port}"), Protocol::Files),
        (format!("127.0.0.1:{}", port ^ 1), Protocol::Files),
        (format!("example.org:{port}"), Protocol::Files),
    ] {
        assert_eq!(lab.session.protocol_of(&at(address.clone())), protocol, "{address}");
    }
}

/// What another server does with one request.
#[derive(Clone, Debug)]
struct Cut {
    protocol: Protocol,
    len: usize,
    /// So many bytes of them are sent.
    cut: usize,
    reset: bool,
    /// The client knows the digest of the whole.
    expected: bool,
}

fn any_cut() -> impl Strategy<Value = Cut> {
    let places = (0..150_000usize).prop_flat_map(|len| (Just(len), prop_oneof![0..=len, Just(len), Just(0)]));
    (select(Protocol::ALL.to_vec()), places, any::<bool>(), any::<bool>())
        .prop_map(|(protocol, (len, cut), reset, expected)| Cut { protocol, len, cut, reset, expected })
}

/// Sends what `of` says to its one client; to be joined.
fn cutting_server(of: Cut) -> (std::net::SocketAddr, thread::JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let serve = move || {
        let (mut client, _) = listener.accept().unwrap();
        std::io::Read::read(&mut client, &mut [0; 4096]).unwrap();
        let head = match of.protocol {
            Protocol::Files => String::new(),
            Protocol::Http => format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", of.len),
        };
        client.write_all(head.as_bytes()).unwrap();
        client.write_all(&bytes(of.len)[..of.cut]).unwrap();
        if of.reset {
            socket2::SockRef::from(&client).set_linger(Some(Duration::ZERO)).unwrap();
        }
    };
    (address, thread::Builder::new().name("cutting server".to_owned()).spawn(serve).unwrap())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn wherever_a_connection_is_cut_the_verdict_is_true_and_no_byte_is_lost(of in any_cut()) {
        download_from_cutting_server(of)?;
    }
}

/// It could pass for an empty file where its digest is not known.
#[test]
fn a_known_file_of_which_nothing_comes_is_not_taken_for_an_empty_one() {
    let of = Cut { protocol: Protocol::Files, len: 1, cut: 0, reset: false, expected: true };
    download_from_cutting_server(of).unwrap();
}

/// Downloads it and compares what is said of it with what the server did.
fn download_from_cutting_server(of: Cut) -> Result<(), TestCaseError> {
    let mut lab = Lab::new();
    let whole = bytes(of.len);
    let (address, server) = cutting_server(of.clone());
    let digest = digest_of(&whole);
    let fetch =
        DownloadRequest { protocol: of.protocol, expected: of.expected.then_some(digest), ..*lab.fetch("a.bin") };
    let remote = Remote::Inet(address.to_string().parse().unwrap());
    let name = "client".to_owned();
    lab.session.act(Action::DownloadFrom { remote, name, fetch: Box::new(fetch) }).unwrap();
    let (transfer, verdict) = lab.verdict(1);
    server.join().unwrap();

    let saved = fs::read(lab.folder.path().join("a.bin")).ok();
    let part = match &transfer.place {
        Place::Part(path) => Some(fs::read(path).unwrap()),
        Place::Saved(_) | Place::Nowhere => None,
    };
    prop_assert_eq!(saved.is_some(), matches!(transfer.place, Place::Saved(_)));
    match &verdict {
        Verdict::Identical { .. } => prop_assert!(of.expected && saved.as_ref() == Some(&whole)),
        Verdict::Complete => {
            prop_assert!(!of.expected && of.protocol == Protocol::Http && saved.as_ref() == Some(&whole));
        }
        Verdict::MaybeAll => {
            prop_assert!(of.protocol == Protocol::Files && !of.expected && !of.reset && of.cut > 0);
            prop_assert!(saved.as_deref() == Some(&whole[..of.cut]));
        }
        Verdict::Empty => prop_assert!(!of.expected && !of.reset && of.cut == 0 && saved.as_deref() == Some(b"")),
        Verdict::Differs { expected, .. } => {
            prop_assert!(of.expected && *expected == digest && of.cut < of.len && saved.is_none());
            prop_assert!(part.unwrap_or_default() == whole[..of.cut], "what came is kept");
        }
        Verdict::CutOff { bytes: got, .. } => {
            prop_assert!((of.reset || of.protocol == Protocol::Http && of.cut < of.len) && saved.is_none());
            let part = part.unwrap_or_default();
            prop_assert!(part.len() as u64 == *got && whole.starts_with(&part), "{} of {got}", part.len());
        }
        Verdict::Failed(_) => prop_assert!(of.reset && saved.is_none()),
        Verdict::Refused(_) | Verdict::Sent => prop_assert!(false, "{:?}", verdict),
    }
    // An orderly end loses nothing of what was sent.
    if !of.reset {
        prop_assert_eq!(transfer.moved, of.cut as u64);
    }
    Ok(())
}

fn digest_of(bytes: &[u8]) -> socket_lab::lab::transfer::Sha256 {
    socket_lab::lab::transfer::Sha256(Sha256::digest(bytes).into())
}
