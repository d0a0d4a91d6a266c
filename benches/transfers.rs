//! How fast files go, beside what people compare with, in the same run on the same machine:
//!
//! - 1 GiB from the page cache over loopback to one reader that takes 1 MiB at a time: ours, nginx with `sendfile on`,
//!   and a Python server that reads and sends 1,024 bytes at a time;
//! - the same downloaded to a disk from one and the same sender: ours, and `socat -u -b 1048576 TCP:… CREATE:…`;
//! - twenty readers at once;
//! - the peak memory of the process that did all of this: the engine with a trace, as in a run without a window.
//!
//! Budgets: at least nginx, 2.5 times Python, 90 % of socat; the slowest of twenty at least half the mean; 64 MiB.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a bench ends where it fails")]

use std::fs::{self, File};
use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command as Program, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use socket_lab::engine::DownloadRequest;
use socket_lab::engine::{Clock, Command, Dest, Engine, EngineConfig, Event, Job, JobId, Opening, SocketState};
use socket_lab::lab::service::Reply;
use socket_lab::lab::transfer::{FileShare, Protocol, Shared};
use socket_lab::lab::{EndpointId, EndpointKind, EndpointSpec, ServiceSpec};
use socket_lab::trace::transfer::{News, Transfers, Way, What};
use socket_lab::trace::{Trace, store};

const MIB: u64 = 1024 * 1024;
const LEN: u64 = 1024 * MIB;
/// Each of the twenty.
const SHARED_LEN: u64 = 256 * MIB;
const READERS: usize = 20;
const ROUNDS: usize = 5;
const DOWNLOADS: usize = 9;
/// A child that is run as the program under test finds this in its environment.
const CHILD: &str = "SOCKET_LAB_BENCH_CHILD";

fn main() {
    if std::env::var_os(CHILD).is_some() {
        return under_test();
    }
    let folder = tempfile::Builder::new().prefix("transfers").tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    write_file(&folder.path().join("big"), LEN);
    write_file(&folder.path().join("part"), SHARED_LEN);
    let mut ours = Ours::start();
    let addr = ours.serve(folder.path());

    sending(addr, folder.path());
    together(addr);
    downloading(&mut ours, folder.path());
    println!("\npeak memory of the process under test: {} MiB (budget 64)", ours.peak() / 1024);
}

// ---- the three comparisons ----

fn sending(addr: SocketAddr, folder: &Path) {
    println!("1 GiB from the page cache to one reader, MiB/s (median of {ROUNDS})");
    let nginx = Nginx::start(folder);
    let python = python_server(folder);
    let mut all =
        [("socket-lab", Vec::new()), ("nginx, sendfile on", Vec::new()), ("Python, 1,024 at a time", Vec::new())];
    // In turns, so that what the machine does meanwhile falls on all of them.
    for round in 0..ROUNDS {
        all[0].1.push(fetch(addr, b"big", LEN));
        if let Some(nginx) = &nginx {
            all[1].1.push(fetch(nginx.addr, b"GET /big HTTP/1.0\r\n\r\n", LEN));
        }
        // It takes its time; one round less does not matter to the median.
        if let Some((addr, _)) = python.as_ref().filter(|_| round < 3) {
            all[2].1.push(fetch(*addr, b"big", LEN));
        }
    }
    let ours = median(&mut all[0].1);
    for (name, rates) in &mut all {
        row(name, rates, ours);
    }
}

fn together(addr: SocketAddr) {
    println!("\n{READERS} readers at once, {} MiB each, MiB/s", SHARED_LEN / MIB);
    let begun = Instant::now();
    let readers: Vec<_> = (0..READERS).map(|_| thread("reader", move || fetch(addr, b"part", SHARED_LEN))).collect();
    let rates: Vec<f64> = readers.into_iter().map(|reader| reader.join().unwrap()).collect();
    let all = READERS as f64 * (SHARED_LEN / MIB) as f64 / begun.elapsed().as_secs_f64();
    let mean = rates.iter().sum::<f64>() / rates.len() as f64;
    let slowest = rates.iter().copied().fold(f64::INFINITY, f64::min);
    println!("  all {all:.0}, mean {mean:.0}, slowest {slowest:.0} = {:.2} of the mean (budget 0.5)", slowest / mean);
}

fn downloading(ours: &mut Ours, folder: &Path) {
    println!("\n1 GiB to the disk, from one and the same sender, MiB/s (median of {DOWNLOADS})");
    let mut all = [("socket-lab", Vec::new()), ("socat -b 1048576", Vec::new())];
    let has_socat = Program::new("socat").arg("-V").stdout(Stdio::null()).status().is_ok();
    for round in 0..DOWNLOADS {
        // Each in its turn goes first: the disk remembers what was written before.
        for turn in 0..2 {
            let target = folder.join("copy");
            settle();
            if (round + turn) % 2 == 0 {
                all[0].1.push(ours.download(sender(folder, true), &target));
            } else if has_socat {
                all[1].1.push(socat(sender(folder, false), &target));
            }
            assert_eq!(fs::metadata(&target).unwrap().len(), LEN);
            let _ = fs::remove_file(&target);
        }
    }
    let rate = median(&mut all[0].1);
    for (name, rates) in &mut all {
        row(name, rates, rate);
    }
}

fn row(name: &str, rates: &mut [f64], ours: f64) {
    if rates.is_empty() {
        return println!("  {name:24} not on this machine");
    }
    let median = median(rates);
    let each: Vec<String> = rates.iter().map(|rate| format!("{rate:.0}")).collect();
    println!("  {name:24} {median:6.0}   ours is {:.2} of it   ({})", ours / median, each.join(" "));
}

fn median(rates: &mut [f64]) -> f64 {
    rates.sort_by(f64::total_cmp);
    rates.get(rates.len() / 2).copied().unwrap_or(f64::NAN)
}

fn rate(len: u64, begun: Instant) -> f64 {
    len as f64 / MIB as f64 / begun.elapsed().as_secs_f64()
}

// ---- the other programs ----

/// Asks and reads to the end, 1 MiB at a time.
fn fetch(addr: SocketAddr, ask: &[u8], len: u64) -> f64 {
    let begun = Instant::now();
    let mut stream = TcpStream::connect(addr).unwrap();
    stream.write_all(ask).unwrap();
    let mut buffer = vec![0; MIB as usize];
    let mut read = 0;
    loop {
        match stream.read(&mut buffer).unwrap() {
            0 => break,
            count => read += count as u64,
        }
    }
    assert!(read >= len, "{read} bytes");
    rate(len, begun)
}

struct Nginx {
    addr: SocketAddr,
    child: Child,
    _folder: tempfile::TempDir,
}

impl Nginx {
    fn start(root: &Path) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let addr = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let (at, root) = (folder.path().display(), root.display());
        let user = if is_root() { "user root;" } else { "" };
        let config = format!(
            "daemon off; master_process off; {user} pid {at}/pid; error_log {at}/error.log;\n\
             events {{ worker_connections 64; }}\n\
             http {{ access_log off; sendfile on; client_body_temp_path {at}/b; proxy_temp_path {at}/p;\n\
             fastcgi_temp_path {at}/f; uwsgi_temp_path {at}/u; scgi_temp_path {at}/s;\n\
             server {{ listen {addr}; root {root}; }} }}"
        );
        fs::write(folder.path().join("nginx.conf"), config).unwrap();
        let mut program = Program::new("nginx");
        program.arg("-p").arg(folder.path()).arg("-c").arg(folder.path().join("nginx.conf"));
        let child = program.stderr(Stdio::null()).spawn().ok()?;
        let nginx = Self { addr, child, _folder: folder };
        until_listening(addr).then_some(nginx)
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn is_root() -> bool {
    cfg!(unix) && fs::read_to_string("/proc/self/status").is_ok_and(|status| status.contains("Uid:\t0\t"))
}

fn until_listening(addr: SocketAddr) -> bool {
    let deadline = Instant::now() + Duration::from_secs(5);
    while Instant::now() < deadline {
        if TcpStream::connect(addr).is_ok() {
            return true;
        }
        thread::sleep(Duration::from_millis(20));
    }
    false
}

struct Killed(Child);

impl Drop for Killed {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// As the tutorials write it.
fn python_server(folder: &Path) -> Option<(SocketAddr, Killed)> {
    const PROGRAM: &str = "
import socket, sys
listener = socket.create_server(('127.0.0.1', 0))
print(listener.getsockname()[1], flush=True)
while True:
    conn, _ = listener.accept()
    with conn, open(sys.argv[1] + '/' + conn.recv(1024).decode(), 'rb') as file:
        while True:
            data = file.read(1024)
            if not data:
                break
            conn.send(data)
";
    let mut child = Program::new("python3").arg("-c").arg(PROGRAM).arg(folder).stdout(Stdio::piped()).spawn().ok()?;
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    Some((SocketAddr::from(([127, 0, 0, 1], line.trim().parse().unwrap())), Killed(child)))
}

/// Sends the file to one client, as fast as the system copies it; of ours it receives the name first.
fn sender(folder: &Path, asked: bool) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let addr = listener.local_addr().unwrap();
    let mut file = File::open(folder.join("big")).unwrap();
    thread("sender", move || {
        let (mut stream, _) = listener.accept().unwrap();
        if asked {
            assert!(stream.read(&mut [0; 64]).unwrap() > 0);
        }
        io::copy(&mut file, &mut stream).unwrap();
    });
    addr
}

fn socat(from: SocketAddr, target: &Path) -> f64 {
    let begun = Instant::now();
    let to = format!("CREATE:{}", target.display());
    let status = Program::new("socat").args(["-u", "-b", "1048576", &format!("TCP:{from}"), &to]).status();
    assert!(status.unwrap().success());
    rate(LEN, begun)
}

fn write_file(path: &Path, len: u64) {
    let mut file = File::create(path).unwrap();
    let block: Vec<u8> = (0..MIB).map(|at| (at % 251) as u8).collect();
    for _ in 0..len / MIB {
        file.write_all(&block).unwrap();
    }
    file.sync_all().unwrap();
}

/// What was written before is on the disk: nobody pays for another.
fn settle() {
    let _ = Program::new("sync").status();
}

fn thread<T: Send + 'static>(name: &str, run: impl FnOnce() -> T + Send + 'static) -> thread::JoinHandle<T> {
    thread::Builder::new().name(name.to_owned()).spawn(run).unwrap()
}

// ---- the program under test: a process of its own, told what to do by lines ----

struct Ours {
    child: Child,
    orders: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Ours {
    fn start() -> Self {
        let program = std::env::current_exe().unwrap();
        let child = Program::new(program).env(CHILD, "1").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
        let mut child = child.unwrap();
        let (orders, answers) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
        Self { child, orders, answers: BufReader::new(answers) }
    }

    fn ask(&mut self, order: &str) -> String {
        writeln!(self.orders, "{order}").unwrap();
        let mut answer = String::new();
        self.answers.read_line(&mut answer).unwrap();
        answer.trim().to_owned()
    }

    fn serve(&mut self, folder: &Path) -> SocketAddr {
        self.ask(&format!("serve {}", folder.display())).parse().unwrap()
    }

    /// MiB/s from the command to the file under its name; what makes sure of the disk comes after that, also waited for.
    fn download(&mut self, from: SocketAddr, target: &Path) -> f64 {
        let seconds: f64 = self.ask(&format!("download {from} {}", target.display())).parse().unwrap();
        (LEN / MIB) as f64 / seconds
    }

    /// In KiB.
    fn peak(&mut self) -> u64 {
        self.ask("peak").parse().unwrap()
    }
}

impl Drop for Ours {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

const SERVER: EndpointId = EndpointId(1);
const CLIENT: EndpointId = EndpointId(2);

fn under_test() {
    let clock = Clock::start();
    let (mut engine, events) = Engine::start(EngineConfig::new(clock, Arc::new(|| {}))).unwrap();
    let orders = Arc::new(Mutex::new(Vec::new()));
    let taken = Arc::clone(&orders);
    thread("orders", move || {
        for line in io::stdin().lines() {
            taken.lock().unwrap().push(line.unwrap());
        }
    });
    let mut trace = Trace::new(clock.began(), store::DEFAULT_RETENTION);
    let mut transfers = Transfers::default();
    let mut begun = Instant::now();
    let mut took = 0.0;
    loop {
        let order = orders.lock().unwrap().pop();
        let words: Vec<&str> = order.as_deref().unwrap_or_default().split(' ').collect();
        match words[..] {
            ["serve", folder] => {
                let mut spec = EndpointSpec::new("server", EndpointKind::TCP_SERVER);
                spec.service = ServiceSpec::new(Reply::files(FileShare::new(Shared::Root(folder.into()))));
                let (job, spec) = (JobId(1), Arc::new(spec));
                engine.command(Command::new(job, SERVER, Job::Open(Opening { spec, remote: None, next_conn: 1 })));
            }
            ["download", from, target] => {
                let spec = Arc::new(EndpointSpec::new("client", EndpointKind::TCP_CLIENT));
                let addr: SocketAddr = from.parse().unwrap();
                let remote = Some(Dest::Addr(addr.into()));
                let fetch = Box::new(DownloadRequest {
                    protocol: Protocol::Files,
                    name: "big".to_owned(),
                    save_to: target.into(),
                    expected: None,
                    part: None,
                    replaces_empty: false,
                });
                let (job, endpoint) = (JobId(2), CLIENT);
                begun = Instant::now();
                engine.command(Command::new(
                    job,
                    endpoint,
                    Job::Download { opening: Opening { spec, remote, next_conn: 1 }, fetch },
                ));
            }
            ["peak"] => println!("{}", peak()),
            _ => {}
        }
        let mut event = events.wait(Duration::from_millis(5));
        // As a run without a window does: it isn't woken for each event.
        thread::sleep(Duration::from_micros(300));
        while let Some(next) = event {
            match next {
                Event::Call { call, .. } => {
                    trace.push(call);
                }
                Event::Transfer(news) => {
                    if is_end_of_download(&transfers, &news) {
                        took = begun.elapsed().as_secs_f64();
                    }
                    transfers.apply(news);
                }
                Event::Endpoint { endpoint: SERVER, state: SocketState::Open { local: Some(local), .. } } => {
                    println!("{local}");
                }
                Event::Done { job: JobId(2), result, .. } => {
                    result.unwrap();
                    println!("{took}");
                }
                _ => {}
            }
            event = events.take();
        }
    }
}

fn is_end_of_download(transfers: &Transfers, news: &News) -> bool {
    let is_end = matches!(news.what, What::Ended { .. });
    is_end && transfers.get(news.id).is_some_and(|transfer| transfer.asked.way == Way::Receiving)
}

/// VmHWM in KiB (proc(5)); 0 where there is none.
fn peak() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.split_whitespace().next()).and_then(|number| number.parse().ok()).unwrap_or(0)
}
