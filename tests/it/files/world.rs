//! A server with its folder and a folder to save in, and the news of its transfers.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use std::{fs, thread};

use socket_lab::engine::DownloadRequest;
use socket_lab::engine::{Command, Dest, Error, Event, Job, JobId, Opening};
use socket_lab::lab::service::Reply;
use socket_lab::lab::transfer::{FileShare, Protocol, Sha256, Shared};
use socket_lab::lab::{Addr, EndpointId, EndpointSpec, Remote};
use socket_lab::trace::notice::TransferEnd;
use socket_lab::trace::transfer::{End, News, Place, TransferId, Transfers, Way, What};
use tempfile::TempDir;

use crate::support::bench::{Bench, CLIENT, client_of, server};

pub const WAIT: Duration = Duration::from_secs(60);

pub fn share_of(folder: &Path) -> FileShare {
    FileShare::new(Shared::Root(folder.to_owned()))
}

pub fn files(share: FileShare) -> EndpointSpec {
    server(Reply::files(share))
}

/// Bytes of which every place is recognisable.
pub fn content(len: usize) -> Vec<u8> {
    (0..len).map(|at| (at % 251) as u8 ^ (at / 251 % 253) as u8).collect()
}

pub fn sha256(bytes: &[u8]) -> Sha256 {
    use sha2::Digest as _;
    Sha256(sha2::Sha256::digest(bytes).into())
}

/// A server with its folder and a folder to save in.
pub struct World {
    pub bench: Bench,
    pub shared: TempDir,
    pub saved: TempDir,
    pub addr: Addr,
}

impl World {
    pub fn new() -> Self {
        Self::with(|_| {})
    }

    pub fn with(change: impl FnOnce(&mut FileShare)) -> Self {
        Self::with_spec(change, |_| {})
    }

    pub fn with_spec(change: impl FnOnce(&mut FileShare), spec: impl FnOnce(&mut EndpointSpec)) -> Self {
        let shared = tempfile::tempdir().unwrap();
        let mut share = share_of(shared.path());
        change(&mut share);
        let mut server = files(share);
        spec(&mut server);
        let mut bench = Bench::new();
        let addr = bench.open_server(server);
        Self { bench, shared, saved: tempfile::tempdir().unwrap(), addr }
    }

    pub fn put(&self, name: &str, bytes: &[u8]) {
        fs::write(self.shared.path().join(name), bytes).unwrap();
    }

    /// A file of that length without blocks on the disk.
    pub fn put_sparse(&self, name: &str, len: u64) {
        fs::File::create(self.shared.path().join(name)).unwrap().set_len(len).unwrap();
    }

    pub fn at(&self, name: &str) -> PathBuf {
        self.saved.path().join(name)
    }

    pub fn begin(&mut self, name: &str, change: impl FnOnce(&mut DownloadRequest)) -> JobId {
        let (addr, save_to) = (self.addr.clone(), self.at("copy"));
        begin_download(&mut self.bench, CLIENT, &client_of(&addr), name, &save_to, change)
    }

    pub fn download(&mut self, name: &str) -> Result<(), Error> {
        let job = self.begin(name, |_| {});
        self.bench.finish(job)
    }

    /// A bare client that has asked.
    pub fn ask(&self, name: &[u8]) -> TcpStream {
        let mut stream = self.connect();
        stream.write_all(name).unwrap();
        stream
    }

    pub fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.addr.inet().unwrap()).unwrap();
        stream.set_read_timeout(Some(WAIT)).unwrap();
        stream
    }
}

pub fn begin_download(
    bench: &mut Bench,
    endpoint: EndpointId,
    spec: &EndpointSpec,
    name: &str,
    save_to: &Path,
    change: impl FnOnce(&mut DownloadRequest),
) -> JobId {
    let mut fetch = DownloadRequest {
        protocol: Protocol::Files,
        name: name.to_owned(),
        save_to: save_to.to_owned(),
        expected: None,
        part: None,
        replaces_empty: false,
    };
    change(&mut fetch);
    let Some(Remote::Inet(target)) = spec.remote.clone() else { panic!("a client needs a remote") };
    let (spec, remote) = (Arc::new(spec.clone()), Some(Dest::Host(target)));
    bench.begin(|job| {
        Command::new(
            job,
            endpoint,
            Job::Download { opening: Opening { spec, remote, next_conn: 1 }, fetch: Box::new(fetch) },
        )
    })
}

/// All news of transfers, in order.
pub fn news(bench: &Bench) -> Vec<News> {
    let news = bench.seen().filter_map(|event| match event {
        Event::Transfer(news) => Some(news.clone()),
        _ => None,
    });
    news.collect()
}

pub fn transfers(bench: &Bench) -> Transfers {
    let mut transfers = Transfers::default();
    news(bench).into_iter().for_each(|news| transfers.apply(news));
    transfers
}

/// Waits until this many files have been examined since the beginning.
pub fn until_verified(bench: &mut Bench, count: usize) {
    let verified = |event: &Event| matches!(event, Event::Transfer(News { what: What::Verified { .. }, .. }));
    let mut found = bench.drain().filter(|event| verified(event)).count();
    while found < count {
        bench.next();
        found = bench.seen().filter(|event| verified(event)).count();
    }
}

/// Waits until the next transfer of that way has ended.
pub fn until_ended(bench: &mut Bench, way: Way) -> (TransferId, u64, End, Place) {
    let mut ways: Vec<TransferId> = ids(bench, way);
    bench.until(|event| match event {
        Event::Transfer(News { id, what: What::Asked(asked), .. }) if asked.way == way => {
            ways.push(*id);
            None
        }
        Event::Transfer(News { id, what: What::Ended { moved, end, place }, .. }) if ways.contains(id) => {
            Some((*id, *moved, end.clone(), place.clone()))
        }
        _ => None,
    })
}

pub fn ids(bench: &Bench, way: Way) -> Vec<TransferId> {
    let news = news(bench);
    let ids = news.iter().filter_map(|news| match &news.what {
        What::Asked(asked) if asked.way == way => Some(news.id),
        _ => None,
    });
    ids.collect()
}

pub fn ended(failure: Error) -> TransferEnd {
    match failure {
        Error::Transfer(end) => *end,
        other => panic!("{other:?}"),
    }
}

pub fn spawn<T: Send + 'static>(run: impl FnOnce() -> T + Send + 'static) -> thread::JoinHandle<T> {
    thread::Builder::new().name("peer".to_owned()).spawn(run).unwrap()
}

pub fn read_all(mut stream: TcpStream) -> Vec<u8> {
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).unwrap();
    bytes
}
