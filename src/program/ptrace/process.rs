//! A process of a program: its descriptors, and what the system says of them.

use std::cell::RefCell;
use std::fs;
use std::os::fd::{AsFd as _, OwnedFd};
use std::rc::Rc;
use std::sync::Arc;

use rustix::process::{Pid, PidfdFlags, PidfdGetfdFlags, pidfd_getfd, pidfd_open};
use socket2::{SockRef, Type};

use super::names;
use super::sockets::Descriptors;
use crate::engine::shown_addr;
use crate::lab::Addr;
use crate::trace::{Domain, Ends, SocketType};

/// A process; its threads share it.
#[derive(Debug)]
pub struct Process {
    pub pid: i32,
    pub descriptors: RefCell<Descriptors>,
    /// Names it for as long as it is open, whoever gets its number afterwards.
    pub handle: Option<Arc<OwnedFd>>,
}

/// What the system says of a socket.
#[derive(Debug)]
pub struct Seen {
    pub family: Option<Domain>,
    pub kind: Option<SocketType>,
    pub ends: Ends,
}

impl Process {
    pub fn new(pid: i32, descriptors: Descriptors) -> Rc<Self> {
        let handle = Pid::from_raw(pid).and_then(|pid| pidfd_open(pid, PidfdFlags::empty()).ok()).map(Arc::new);
        Rc::new(Self { pid, descriptors: RefCell::new(descriptors), handle })
    }

    /// The number of the socket that a descriptor is; `None` where it is none.
    pub fn inode(&self, fd: i32) -> Option<u64> {
        let target = fs::read_link(format!("/proc/{}/fd/{fd}", self.pid)).ok()?;
        target.to_str()?.strip_prefix("socket:[")?.strip_suffix(']')?.parse().ok()
    }

    fn borrowed(&self, fd: i32) -> Option<OwnedFd> {
        pidfd_getfd(self.handle.as_ref()?.as_fd(), fd, PidfdGetfdFlags::empty()).ok()
    }

    /// Its two addresses as they are now.
    pub fn ends(&self, fd: i32) -> Ends {
        match self.borrowed(fd) {
            Some(borrowed) => ends_of(&borrowed),
            None => Ends { local: None, peer: None },
        }
    }

    /// All that the system says of a socket that was not seen being made.
    pub fn look(&self, fd: i32) -> Option<Seen> {
        let borrowed = self.borrowed(fd)?;
        let socket = SockRef::from(&borrowed);
        let kind = socket.r#type().ok().map(Type::into).and_then(names::kind);
        let family = socket.domain().ok().map(socket2::Domain::into).and_then(names::family);
        Some(Seen { family, kind, ends: ends_of(&borrowed) })
    }

    /// The beginning of the file that a `sendfile` has read from: the `len` bytes before where it stands now.
    pub fn file_before(&self, fd: i32, end: Option<u64>, len: u64, most: usize) -> Vec<u8> {
        let Some(file) = self.borrowed(fd) else { return Vec::new() };
        let end = end.or_else(|| rustix::fs::tell(&file).ok()).unwrap_or(0);
        let mut bytes = vec![0; usize::try_from(len).unwrap_or(usize::MAX).min(most)];
        let read = rustix::io::pread(&file, &mut bytes, end.saturating_sub(len)).unwrap_or(0);
        bytes.truncate(read);
        bytes
    }
}

fn ends_of(fd: &OwnedFd) -> Ends {
    let socket = SockRef::from(fd);
    let shown = |addr: std::io::Result<socket2::SockAddr>| addr.ok().and_then(|addr| shown_addr(&addr));
    // What is not bound has no address that says anything.
    let is_bound = |addr: &Addr| addr.inet().is_none_or(|addr| addr.port() != 0);
    Ends { local: shown(socket.local_addr()).filter(is_bound), peer: shown(socket.peer_addr()) }
}

/// The process that a thread belongs to.
pub fn process_of(thread: i32) -> Option<i32> {
    let status = fs::read_to_string(format!("/proc/{thread}/status")).ok()?;
    status.lines().find_map(|line| line.strip_prefix("Tgid:"))?.trim().parse().ok()
}

/// Whether a process has a handler for that signal.
pub fn catches(pid: i32, signal: i32) -> bool {
    let caught = || {
        let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
        let mask = status.lines().find_map(|line| line.strip_prefix("SigCgt:"))?;
        u64::from_str_radix(mask.trim(), 16).ok()
    };
    let bit = u32::try_from(signal - 1).unwrap_or(64);
    caught().is_some_and(|mask| mask.checked_shr(bit).is_some_and(|rest| rest & 1 == 1))
}

/// What may be said of the program that a process has become.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Foreign {
    /// Of another architecture: its calls are not seen.
    Architecture,
    /// It would have another user's rights; followed, it has not.
    SetUser,
}

/// Whether a file is a program that can't be watched as it is.
pub fn foreign(program: &std::path::Path) -> Option<Foreign> {
    use std::io::Read as _;
    use std::os::unix::fs::MetadataExt as _;
    let mut head = [0; 20];
    let mut file = fs::File::open(program).ok()?;
    let metadata = file.metadata().ok()?;
    let changes_user = metadata.mode() & 0o4000 != 0 && metadata.uid() != rustix::process::geteuid().as_raw();
    let changes_group = metadata.mode() & 0o2010 == 0o2010 && metadata.gid() != rustix::process::getegid().as_raw();
    if changes_user || changes_group {
        return Some(Foreign::SetUser);
    }
    file.read_exact(&mut head).ok()?;
    // ELF: the class, and the machine (elf(5)).
    let own_machine: u16 = if cfg!(target_arch = "x86_64") { 62 } else { 183 };
    let is_own = head[4] == 2 && u16::from_le_bytes([head[18], head[19]]) == own_machine;
    (head.starts_with(b"\x7fELF") && !is_own).then_some(Foreign::Architecture)
}
