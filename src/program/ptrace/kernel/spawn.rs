//! Between fork(2) and execve(2): the child says who it is, waits until it is followed, and puts the filter before its
//! calls.

use std::io::{self, PipeReader, PipeWriter};
use std::os::fd::{AsRawFd as _, OwnedFd};
use std::os::unix::process::CommandExt as _;
use std::process::Command;

use super::filter::{Instruction, install};

/// The parent's ends: the child's id comes out, and one byte in lets it go on. Closed instead, it never runs.
pub struct Gate {
    pub id: PipeReader,
    pub go: PipeWriter,
}

/// Makes the command's child wait at a gate before it becomes the program.
///
/// # Errors
/// No descriptors are left.
#[expect(unsafe_code, reason = "std runs nothing between fork and exec that is not declared so")]
pub fn gated(command: &mut Command, filter: Vec<Instruction>) -> io::Result<Gate> {
    let (id, tell) = io::pipe()?;
    let (wait, go) = io::pipe()?;
    let (tell, wait) = (OwnedFd::from(tell), OwnedFd::from(wait));
    let go_here = go.as_raw_fd();
    let hook = move || {
        // Else this copy would keep the gate open when the parent closes its own.
        // SAFETY: the descriptor is this process's copy, and nothing here uses it.
        unsafe { libc::close(go_here) };
        // SAFETY: getpid(2) can't fail and touches nothing.
        let own = unsafe { libc::getpid() }.to_ne_bytes();
        // SAFETY: the descriptor is open and `own` is valid for its length.
        if unsafe { libc::write(tell.as_raw_fd(), own.as_ptr().cast(), own.len()) } != own.len().cast_signed() {
            return Err(io::Error::last_os_error());
        }
        let mut byte = 0u8;
        loop {
            // SAFETY: the descriptor is open and `byte` is valid for one byte.
            match unsafe { libc::read(wait.as_raw_fd(), (&raw mut byte).cast(), 1) } {
                1 => break,
                0 => return Err(io::Error::from_raw_os_error(libc::EPERM)),
                _ if io::Error::last_os_error().kind() == io::ErrorKind::Interrupted => {}
                _ => return Err(io::Error::last_os_error()),
            }
        }
        install(&filter)
    };
    // SAFETY: the hook makes system calls only; it takes no lock and allocates nothing.
    unsafe { command.pre_exec(hook) };
    Ok(Gate { id, go })
}

/// The command's child ends with the thread that started it, also where this process is killed.
#[expect(unsafe_code, reason = "std runs nothing between fork and exec that is not declared so")]
pub fn killed_with_parent(command: &mut Command) {
    let hook = || {
        // SAFETY: prctl(2) takes plain numbers here.
        match unsafe { libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL, 0, 0, 0) } {
            0 => Ok(()),
            _ => Err(io::Error::last_os_error()),
        }
    };
    // SAFETY: the hook makes one system call; it takes no lock and allocates nothing.
    unsafe { command.pre_exec(hook) };
}
