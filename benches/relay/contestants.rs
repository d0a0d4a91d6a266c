//! Who relays: nobody, our program without a window, and others where they are installed.

use std::net::{TcpListener, TcpStream, UdpSocket};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use tempfile::TempDir;

pub enum Contestant {
    /// The peers talk to each other.
    Nobody,
    Ours {
        datagrams: bool,
    },
    Socat,
    Haproxy,
    Toxiproxy(PathBuf),
    /// Two bare sockets: what comes to one of them goes out by the other.
    TwoSockets,
}

/// One that was started: ended when it is dropped.
pub struct Running {
    pub port: u16,
    child: Option<Child>,
    ends: Arc<AtomicBool>,
    _folder: TempDir,
}

impl Running {
    fn new(port: u16, folder: TempDir) -> Self {
        Self { port, child: None, ends: Arc::default(), _folder: folder }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.ends.store(true, Ordering::Relaxed);
        if let Some(child) = &mut self.child {
            child.kill().unwrap();
            child.wait().unwrap();
        }
    }
}

fn is_there(program: &str) -> bool {
    let found =
        std::env::var_os("PATH").is_some_and(|path| std::env::split_paths(&path).any(|it| it.join(program).is_file()));
    if !found {
        println!("{program} is not there: left out");
    }
    found
}

impl Contestant {
    pub fn of_streams() -> Vec<Self> {
        let mut all = vec![Self::Nobody, Self::Ours { datagrams: false }];
        all.extend(is_there("socat").then_some(Self::Socat));
        all.extend(is_there("haproxy").then_some(Self::Haproxy));
        match std::env::var_os("TOXIPROXY") {
            Some(path) => all.push(Self::Toxiproxy(path.into())),
            None => all.extend(is_there("toxiproxy-server").then(|| Self::Toxiproxy("toxiproxy-server".into()))),
        }
        all
    }

    pub fn of_datagrams() -> Vec<Self> {
        vec![Self::Nobody, Self::TwoSockets, Self::Ours { datagrams: true }]
    }

    pub fn is_ours(&self) -> bool {
        matches!(self, Self::Ours { .. })
    }

    pub fn name(&self) -> &'static str {
        match self {
            Self::Nobody => "no relay",
            Self::Ours { .. } => "socket-lab",
            Self::Socat => "socat",
            Self::Haproxy => "haproxy",
            Self::Toxiproxy(_) => "toxiproxy",
            Self::TwoSockets => "two sockets",
        }
    }

    /// Starts it in front of that port, and waits until it listens.
    pub fn start(&self, server: u16) -> Running {
        let folder = tempfile::tempdir().unwrap();
        let port = free_port(matches!(self, Self::Ours { datagrams: true }));
        let file = |name: &str, text: String| {
            let path = folder.path().join(name);
            std::fs::write(&path, text).unwrap();
            path
        };
        let mut command = match self {
            Self::Nobody => return Running::new(server, folder),
            Self::TwoSockets => {
                let running = Running::new(port, folder);
                pass_datagrams_on(port, server, Arc::clone(&running.ends));
                return running;
            }
            Self::Ours { datagrams } => {
                let protocol = if *datagrams { "udp" } else { "tcp" };
                let lab = file(
                    "relay.lab.toml",
                    format!(
                        "[[endpoints]]\nname = \"wire\"\nkind = \"relay\"\nprotocol = \"{protocol}\"\n\
                         local = \"127.0.0.1:{port}\"\nremote = \"127.0.0.1:{server}\"\nrecv_size = 65536\n"
                    ),
                );
                let mut command = Command::new(env!("CARGO_BIN_EXE_socket-lab"));
                command.arg("run").arg(lab).args(["--format", "none"]);
                if let Some(folder) = std::env::var_os("RELAY_RECORD") {
                    command.arg("--record").arg(PathBuf::from(folder).join("relay.lab-trace"));
                }
                command
            }
            Self::Socat => {
                let mut command = Command::new("socat");
                command.arg(format!("TCP-LISTEN:{port},bind=127.0.0.1,reuseaddr,fork,nodelay"));
                command.arg(format!("TCP:127.0.0.1:{server},nodelay"));
                command
            }
            Self::Haproxy => {
                let times = "timeout connect 5s\n timeout client 60s\n timeout server 60s\n";
                let text = format!(
                    "defaults\n mode tcp\n {times}listen wire\n bind 127.0.0.1:{port}\n server one 127.0.0.1:{server}\n"
                );
                let mut command = Command::new("haproxy");
                command.arg("-db").arg("-f").arg(file("haproxy.cfg", text));
                command
            }
            Self::Toxiproxy(program) => {
                let (listen, upstream) = (format!("127.0.0.1:{port}"), format!("127.0.0.1:{server}"));
                let text = format!(
                    "[{{\"name\":\"wire\",\"listen\":\"{listen}\",\"upstream\":\"{upstream}\",\"enabled\":true}}]"
                );
                let mut command = Command::new(program);
                command.arg("-port").arg(free_port(false).to_string());
                command.arg("-config").arg(file("toxiproxy.json", text));
                command
            }
        };
        let child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let mut running = Running::new(port, folder);
        running.child = Some(child);
        let deadline = Instant::now() + Duration::from_secs(20);
        while !self.listens(port) {
            assert!(Instant::now() < deadline, "{} does not listen", self.name());
            std::thread::sleep(Duration::from_millis(20));
        }
        running
    }

    /// Its port is taken; a connection to find that out would come to the server.
    fn listens(&self, port: u16) -> bool {
        if matches!(self, Self::Ours { datagrams: true }) {
            return UdpSocket::bind(("127.0.0.1", port)).is_err();
        }
        TcpListener::bind(("127.0.0.1", port)).is_err()
    }
}

fn pass_datagrams_on(port: u16, server: u16, ends: Arc<AtomicBool>) {
    let known = UdpSocket::bind(("127.0.0.1", port)).unwrap();
    known.set_read_timeout(Some(Duration::from_millis(50))).unwrap();
    let own = UdpSocket::bind("127.0.0.1:0").unwrap();
    own.connect(("127.0.0.1", server)).unwrap();
    let pass_on = move || {
        let mut buffer = [0; 65_536];
        while !ends.load(Ordering::Relaxed) {
            if let Ok(len) = known.recv(&mut buffer) {
                // One that the system has no room for is lost, as on any way.
                let _ = own.send(&buffer[..len]);
            }
        }
    };
    std::thread::Builder::new().name("two-sockets".to_owned()).spawn(pass_on).unwrap();
}

fn free_port(datagrams: bool) -> u16 {
    if datagrams {
        return UdpSocket::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    }
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// Connects, without delay for small pieces.
pub fn connect(port: u16) -> TcpStream {
    let stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    stream.set_nodelay(true).unwrap();
    stream
}
