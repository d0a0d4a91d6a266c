//! The C names of socket calls.

/// The C names of all calls of the lab's own sockets.
pub const OP_NAMES: [&str; 13] = [
    "socket",
    "setsockopt",
    "bind",
    "listen",
    "accept",
    "connect",
    "send",
    "sendto",
    "sendfile",
    "recv",
    "recvfrom",
    "shutdown",
    "close",
];

/// The C names of calls that only programs make.
pub const OTHER_NAMES: [&str; 30] = [
    "close_range",
    "socketpair",
    "getsockopt",
    "getsockname",
    "getpeername",
    "accept4",
    "read",
    "readv",
    "recvmsg",
    "recvmmsg",
    "write",
    "writev",
    "sendmsg",
    "sendmmsg",
    "splice",
    "dup",
    "dup2",
    "dup3",
    "fcntl",
    "ioctl",
    "poll",
    "ppoll",
    "select",
    "pselect6",
    "epoll_wait",
    "epoll_pwait",
    "epoll_pwait2",
    "epoll_ctl",
    "preadv",
    "pwritev",
];

/// Whether a call may have that name.
pub fn is_call_name(name: &str) -> bool {
    OP_NAMES.contains(&name) || OTHER_NAMES.contains(&name)
}
