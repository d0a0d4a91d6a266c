//! Files served and downloaded without a window: the lab file's services and its `download` step, and what is printed.

mod cutting;
mod steps;
mod window;

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
        let mut spec = EndpointSpec::new("server", EndpointKind::TCP_SERVER);
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
