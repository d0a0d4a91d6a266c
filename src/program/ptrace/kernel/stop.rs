//! Following threads of a program: where one has stopped, what it was about to do, and letting it go on (ptrace(2)).

use std::io;

// As in linux/ptrace.h: the C libraries give these numbers different types.
const PTRACE_CONT: libc::c_long = 7;
const PTRACE_SYSCALL: libc::c_long = 24;
const PTRACE_SEIZE: libc::c_long = 0x4206;
const PTRACE_LISTEN: libc::c_long = 0x4208;
const PTRACE_GETEVENTMSG: libc::c_long = 0x4201;
const PTRACE_GET_SYSCALL_INFO: libc::c_long = 0x420e;

/// System calls told apart from signals; children, threads and new programs followed; stopped at what the filter names;
/// all ended should the lab end.
const OPTIONS: usize = 0x01 | 0x02 | 0x04 | 0x08 | 0x10 | 0x80 | 0x10_0000;

const EVENT_FORK: i32 = 1;
const EVENT_VFORK: i32 = 2;
const EVENT_CLONE: i32 = 3;
const EVENT_EXEC: i32 = 4;
const EVENT_SECCOMP: i32 = 7;
const EVENT_STOP: i32 = 128;

/// `struct ptrace_syscall_info` as words: its kind in the lowest byte of the first.
const INFO_WORDS: usize = 11;
const INFO_EXIT: u64 = 2;
const INFO_SECCOMP: u64 = 3;

/// How it stands with a thread.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    Exited(i32),
    Killed(i32),
    /// It has returned from the call that it was let into with [`Resume::ToReturn`].
    Returned,
    Event(Event),
    /// A signal is to be delivered to it.
    Signal(i32),
    /// Stopped by SIGSTOP and the like, as a shell does to a job.
    GroupStop,
}

impl Status {
    pub fn is_end(self) -> bool {
        matches!(self, Self::Exited(_) | Self::Killed(_))
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// A new process or thread; which is in [`event_message`].
    Born,
    /// It has become another program; which thread it was is in [`event_message`].
    Exec,
    /// A call that the filter names is about to be made.
    Call,
    /// It is followed from here on.
    Followed,
}

/// How a stopped thread goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resume {
    /// Until something happens, with that signal delivered (0: none).
    Freely(i32),
    /// Until it returns from the call.
    ToReturn,
    /// It stays stopped until somebody continues the job.
    Listening,
}

/// A call that is about to be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    pub number: i64,
    pub args: [u64; 6],
    /// Where its stack and its code stand.
    pub stack: u64,
    pub code: u64,
}

#[expect(unsafe_code, reason = "ptrace(2) is not in any library as it is needed here")]
fn ptrace(request: libc::c_long, pid: i32, addr: usize, data: usize) -> io::Result<()> {
    // SAFETY: `data` is a number, or the address of memory that the caller owns and that is large enough for the request.
    match unsafe { libc::syscall(libc::SYS_ptrace, request, libc::c_long::from(pid), addr, data) } {
        -1 => Err(io::Error::last_os_error()),
        _ => Ok(()),
    }
}

/// Follows a process from now on. Only the thread that calls this can do anything to it.
pub fn seize(pid: i32) -> io::Result<()> {
    ptrace(PTRACE_SEIZE, pid, 0, OPTIONS)
}

/// Lets a stopped thread go on. That it has been killed meanwhile is no error.
pub fn resume(pid: i32, how: Resume) {
    let (request, signal) = match how {
        Resume::Freely(signal) => (PTRACE_CONT, signal),
        Resume::ToReturn => (PTRACE_SYSCALL, 0),
        Resume::Listening => (PTRACE_LISTEN, 0),
    };
    // Killed, it is reported by `wait`.
    let _ = ptrace(request, pid, 0, usize::try_from(signal).unwrap_or(0));
}

/// What belongs to the event: a process's or thread's id.
pub fn event_message(pid: i32) -> Option<i32> {
    let mut message: libc::c_ulong = 0;
    ptrace(PTRACE_GETEVENTMSG, pid, 0, (&raw mut message).addr()).ok()?;
    i32::try_from(message).ok()
}

fn info(pid: i32) -> Option<[u64; INFO_WORDS]> {
    let mut words = [0u64; INFO_WORDS];
    ptrace(PTRACE_GET_SYSCALL_INFO, pid, size_of_val(&words), words.as_mut_ptr().addr()).ok()?;
    Some(words)
}

/// The call at which a thread has stopped ([`Event::Call`]).
pub fn entry(pid: i32) -> Option<Entry> {
    let [kind, code, stack, number, args @ ..] = info(pid)?;
    let [a, b, c, d, e, f, _] = args;
    let is_call = kind & 0xff == INFO_SECCOMP;
    is_call.then_some(Entry { number: number.cast_signed(), args: [a, b, c, d, e, f], stack, code })
}

/// What the call returned: a number, or an errno below 0.
pub fn exit_value(pid: i32) -> Option<i64> {
    let words = info(pid)?;
    (words[0] & 0xff == INFO_EXIT).then_some(words[3].cast_signed())
}

/// Waits for news of any thread that this thread follows, and of no other child of this process.
///
/// # Errors
/// ECHILD: it follows none any more.
pub fn wait() -> io::Result<(i32, Status)> {
    // It waits until there is some.
    wait_with(0)?.ok_or_else(|| io::ErrorKind::WouldBlock.into())
}

/// The same where there is news already.
///
/// # Errors
/// ECHILD: it follows none any more.
pub fn try_wait() -> io::Result<Option<(i32, Status)>> {
    wait_with(libc::WNOHANG)
}

#[expect(unsafe_code, reason = "no library has __WNOTHREAD, nor statuses with realtime signals")]
fn wait_with(flags: i32) -> io::Result<Option<(i32, Status)>> {
    loop {
        let mut status = 0;
        // SAFETY: `status` is valid for writing.
        let pid = unsafe { libc::waitpid(-1, &raw mut status, libc::__WALL | libc::__WNOTHREAD | flags) };
        match pid {
            0 => return Ok(None),
            1.. => return Ok(Some((pid, decoded(status)))),
            _ => {}
        }
        let error = io::Error::last_os_error();
        if error.kind() != io::ErrorKind::Interrupted {
            return Err(error);
        }
    }
}

fn decoded(status: i32) -> Status {
    if libc::WIFEXITED(status) {
        return Status::Exited(libc::WEXITSTATUS(status));
    }
    if libc::WIFSIGNALED(status) {
        return Status::Killed(libc::WTERMSIG(status));
    }
    let signal = libc::WSTOPSIG(status);
    match status >> 16 {
        EVENT_FORK | EVENT_VFORK | EVENT_CLONE => Status::Event(Event::Born),
        EVENT_EXEC => Status::Event(Event::Exec),
        EVENT_SECCOMP => Status::Event(Event::Call),
        EVENT_STOP if signal == libc::SIGTRAP => Status::Event(Event::Followed),
        EVENT_STOP => Status::GroupStop,
        _ if signal == libc::SIGTRAP | 0x80 => Status::Returned,
        _ => Status::Signal(signal),
    }
}

/// Reads a program's memory; gives how much could be read, which is less where it ends.
#[expect(unsafe_code, reason = "process_vm_readv(2) takes addresses of another process")]
pub fn read(pid: i32, address: u64, buffer: &mut [u8]) -> usize {
    let local = libc::iovec { iov_base: buffer.as_mut_ptr().cast(), iov_len: buffer.len() };
    let Ok(address) = usize::try_from(address) else { return 0 };
    let remote = libc::iovec { iov_base: std::ptr::without_provenance_mut(address), iov_len: buffer.len() };
    // SAFETY: `local` is `buffer`, which is valid for writing; the other address is not of this process and is only looked
    // at by the system.
    let read = unsafe { libc::process_vm_readv(pid, &raw const local, 1, &raw const remote, 1, 0) };
    usize::try_from(read).unwrap_or(0)
}
