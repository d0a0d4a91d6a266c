//! The processes of a program that are alive, so that they can be ended from another thread.

use std::collections::HashMap;
#[cfg(target_os = "linux")]
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

#[cfg(target_os = "linux")]
pub type Handle = Option<Arc<std::os::fd::OwnedFd>>;
#[cfg(not(target_os = "linux"))]
pub type Handle = ();

/// What names a process of that number also when the number is another's by now.
#[cfg(target_os = "linux")]
pub fn handle(pid: i32) -> Handle {
    let pid = rustix::process::Pid::from_raw(pid)?;
    rustix::process::pidfd_open(pid, rustix::process::PidfdFlags::empty()).ok().map(Arc::new)
}
#[cfg(not(target_os = "linux"))]
pub fn handle(_: i32) -> Handle {}

#[derive(Debug, Default)]
pub struct Living {
    /// By their numbers; the handle names a process also when its number is another's by now.
    processes: Mutex<HashMap<i32, Handle>>,
    changed: Condvar,
    /// The lab lets the program go: nothing waits for the session any more.
    ending: AtomicBool,
    over: AtomicBool,
}

impl Living {
    pub fn add(&self, pid: i32, handle: Handle) {
        self.processes().insert(pid, handle);
    }

    pub fn remove(&self, pid: i32) {
        self.processes().remove(&pid);
        self.changed.notify_all();
    }

    pub fn clear(&self) {
        self.processes().clear();
        self.over.store(true, Ordering::SeqCst);
        self.changed.notify_all();
    }

    pub fn count(&self) -> usize {
        self.processes().len()
    }

    /// Nothing of the program is left, and nothing will come.
    pub fn is_over(&self) -> bool {
        self.over.load(Ordering::SeqCst)
    }

    pub fn is_ending(&self) -> bool {
        self.ending.load(Ordering::SeqCst)
    }

    pub fn end(&self) {
        self.ending.store(true, Ordering::SeqCst);
    }

    /// Asks all of them to end, or, with `kill`, ends them.
    pub fn signal_all(&self, kill: bool) {
        for (pid, handle) in self.processes().iter() {
            send(*pid, handle, kill);
        }
    }

    /// The same for one.
    pub fn signal(&self, pid: i32, kill: bool) -> bool {
        let processes = self.processes();
        let found = processes.get(&pid);
        if let Some(handle) = found {
            send(pid, handle, kill);
        }
        found.is_some()
    }

    /// Waits until `pid` is gone, or all are where it is `None`; false where the time was up before.
    pub fn wait(&self, pid: Option<i32>, longest: Duration) -> bool {
        let until = Instant::now() + longest;
        let mut processes = self.processes();
        loop {
            let is_there = match pid {
                Some(pid) => processes.contains_key(&pid),
                None => !processes.is_empty() || !self.is_over(),
            };
            if !is_there {
                return true;
            }
            let Some(left) = until.checked_duration_since(Instant::now()) else { return false };
            processes = self.changed.wait_timeout(processes, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    fn processes(&self) -> MutexGuard<'_, HashMap<i32, Handle>> {
        self.processes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

// A process that has ended meanwhile needs no signal.
#[cfg(target_os = "linux")]
fn send(pid: i32, handle: &Handle, kill: bool) {
    use rustix::process::{Pid, Signal, kill_process, pidfd_send_signal};
    let signal = if kill { Signal::KILL } else { Signal::TERM };
    let _ = match (handle, Pid::from_raw(pid)) {
        (Some(handle), _) => pidfd_send_signal(handle, signal),
        (None, Some(pid)) => kill_process(pid, signal),
        (None, None) => Ok(()),
    };
}

#[cfg(all(unix, not(target_os = "linux")))]
fn send(pid: i32, _: &Handle, kill: bool) {
    use rustix::process::{Pid, Signal, kill_process};
    if let Some(pid) = Pid::from_raw(pid) {
        let _ = kill_process(pid, if kill { Signal::KILL } else { Signal::TERM });
    }
}

/// Windows has no signal that asks a program to end. Its own tool ends one with the children that it has.
#[cfg(not(unix))]
fn send(pid: i32, _: &Handle, kill: bool) {
    use std::process::{Command, Stdio};
    if kill {
        let mut end = Command::new("taskkill");
        end.args(["/F", "/T", "/PID", &pid.to_string()]);
        // One that has ended meanwhile is none of its.
        let _ = end.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status();
    }
}
