//! The sockets of a program, and by which descriptors its processes have them.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::{Rc, Weak};
use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::engine::sampler::Sampled;
use crate::trace::{ConnId, Domain, Ends, SocketId, SocketType};

/// An open socket. Processes that have inherited it, and descriptors that were duplicated, have the same one.
#[derive(Debug)]
pub struct Socket {
    pub id: SocketId,
    pub conn: Option<ConnId>,
    /// `None` for what the lab has no words for: netlink, packets …
    pub family: Option<Domain>,
    pub kind: Option<SocketType>,
    pub ends: Arc<Ends>,
    /// How many bytes have gone each way.
    pub sent: u64,
    pub received: u64,
    /// Where the system is asked for its queues.
    pub sampled: Option<Sampled>,
}

impl Socket {
    pub fn is_stream(&self) -> bool {
        self.kind == Some(SocketType::Stream)
    }
}

pub type Shared = Rc<RefCell<Socket>>;

/// What a descriptor is.
#[derive(Clone, Debug)]
enum Is {
    Socket(Shared),
    /// A file, a pipe, a terminal.
    Other,
}

/// The descriptors of a process, which its threads share. What has not been seen opened is looked up when it is used.
#[derive(Clone, Debug, Default)]
pub struct Descriptors(FxHashMap<i32, Is>);

impl Descriptors {
    /// The socket of a descriptor; `None` where it is something else. `look` says what an unknown one is.
    pub fn get(&mut self, fd: i32, look: impl FnOnce() -> Option<Shared>) -> Option<Shared> {
        let is = self.0.entry(fd).or_insert_with(|| look().map_or(Is::Other, Is::Socket));
        match is {
            Is::Socket(socket) => Some(Rc::clone(socket)),
            Is::Other => None,
        }
    }

    pub fn known(&self, fd: i32) -> Option<&Shared> {
        match self.0.get(&fd) {
            Some(Is::Socket(socket)) => Some(socket),
            _ => None,
        }
    }

    pub fn put(&mut self, fd: i32, socket: Shared) {
        self.0.insert(fd, Is::Socket(socket));
    }

    pub fn remove(&mut self, fd: i32) -> Option<Shared> {
        match self.0.remove(&fd) {
            Some(Is::Socket(socket)) => Some(socket),
            _ => None,
        }
    }

    /// Takes out those in the range.
    pub fn remove_range(&mut self, range: std::ops::RangeInclusive<u32>) -> Vec<Shared> {
        let in_range = |fd: i32| u32::try_from(fd).is_ok_and(|fd| range.contains(&fd));
        let gone: Vec<i32> = self.0.keys().copied().filter(|fd| in_range(*fd)).collect();
        gone.into_iter().filter_map(|fd| self.remove(fd)).collect()
    }

    /// Forgets what did not survive: a new program has only the descriptors that were not to be closed.
    pub fn keep(&mut self, survives: impl Fn(i32) -> bool) -> Vec<Shared> {
        let gone: Vec<i32> = self.0.keys().copied().filter(|fd| !survives(*fd)).collect();
        gone.into_iter().filter_map(|fd| self.remove(fd)).collect()
    }

    pub fn sockets(&self) -> impl Iterator<Item = &Shared> {
        self.0.values().filter_map(|is| match is {
            Is::Socket(socket) => Some(socket),
            Is::Other => None,
        })
    }

    /// Those that are sockets.
    pub fn numbers(&self) -> Vec<i32> {
        self.0.iter().filter(|(_, is)| matches!(is, Is::Socket(_))).map(|(fd, _)| *fd).collect()
    }

    pub fn has_any(&self) -> bool {
        self.sockets().next().is_some()
    }
}

/// All sockets of a program by the numbers that the system gives them (inodes), so that one that comes over a Unix
/// socket or through a new program is known again.
#[derive(Debug, Default)]
pub struct ByInode(HashMap<u64, Weak<RefCell<Socket>>>);

impl ByInode {
    /// The most that are remembered before those that are gone are thrown out.
    const SWEEP: usize = 1_024;

    pub fn get(&self, inode: u64) -> Option<Shared> {
        self.0.get(&inode)?.upgrade()
    }

    pub fn put(&mut self, inode: u64, socket: &Shared) {
        if self.0.len() >= Self::SWEEP {
            self.0.retain(|_, socket| socket.strong_count() > 0);
        }
        self.0.insert(inode, Rc::downgrade(socket));
    }
}
