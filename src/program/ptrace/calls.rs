//! Which calls are watched, and what each does to a socket.

/// What a watched call does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Does {
    Socket,
    SocketPair,
    Bind,
    Listen,
    Accept,
    Connect,
    /// With a buffer, flags and an address, which may be left out.
    SendTo,
    RecvFrom,
    /// With a `struct msghdr`.
    SendMsg,
    RecvMsg,
    /// With several of them.
    SendMany,
    RecvMany,
    /// With a buffer alone.
    Write,
    Read,
    /// With several buffers.
    WriteVector,
    ReadVector,
    SendFile,
    Splice,
    Shutdown,
    Close,
    CloseRange,
    SetOption,
    GetOption,
    /// Gives the socket another descriptor.
    Duplicate,
    /// The same on a descriptor that the program names.
    DuplicateTo,
    Control,
    Poll,
    Select,
    Epoll,
    /// A call that a signal has interrupted is made on.
    Restart,
    /// Makes calls in a way that is not watched.
    Ring,
}

impl Does {
    /// Whether it may wait, and is shown while it does.
    pub fn may_wait(self) -> bool {
        !matches!(
            self,
            Self::Socket
                | Self::SocketPair
                | Self::Bind
                | Self::Listen
                | Self::Shutdown
                | Self::Close
                | Self::CloseRange
                | Self::SetOption
                | Self::GetOption
                | Self::Duplicate
                | Self::DuplicateTo
                | Self::Control
                | Self::Restart
                | Self::Ring
        )
    }
}

/// A call that the filter stops at: its number, its C name, and what it does.
#[derive(Clone, Copy, Debug)]
pub struct Watched {
    pub number: i64,
    pub name: &'static str,
    pub does: Does,
}

macro_rules! watched {
    ($($number:ident $name:literal $does:ident,)*) => {
        &[$(Watched { number: libc::$number, name: $name, does: Does::$does }),*]
    };
}

/// What every architecture has.
const EVERYWHERE: &[Watched] = watched! {
    SYS_socket "socket" Socket,
    SYS_socketpair "socketpair" SocketPair,
    SYS_bind "bind" Bind,
    SYS_listen "listen" Listen,
    SYS_accept "accept" Accept,
    SYS_accept4 "accept" Accept,
    SYS_connect "connect" Connect,
    SYS_sendto "sendto" SendTo,
    SYS_recvfrom "recvfrom" RecvFrom,
    SYS_sendmsg "sendmsg" SendMsg,
    SYS_recvmsg "recvmsg" RecvMsg,
    SYS_sendmmsg "sendmmsg" SendMany,
    SYS_recvmmsg "recvmmsg" RecvMany,
    SYS_write "write" Write,
    SYS_read "read" Read,
    SYS_writev "writev" WriteVector,
    SYS_readv "readv" ReadVector,
    SYS_sendfile "sendfile" SendFile,
    SYS_splice "splice" Splice,
    SYS_shutdown "shutdown" Shutdown,
    SYS_close "close" Close,
    SYS_close_range "close_range" CloseRange,
    SYS_setsockopt "setsockopt" SetOption,
    SYS_getsockopt "getsockopt" GetOption,
    SYS_dup "dup" Duplicate,
    SYS_dup3 "dup3" DuplicateTo,
    SYS_fcntl "fcntl" Control,
    SYS_ppoll "ppoll" Poll,
    SYS_pselect6 "pselect6" Select,
    SYS_epoll_pwait "epoll_pwait" Epoll,
    SYS_epoll_pwait2 "epoll_pwait2" Epoll,
    SYS_restart_syscall "restart_syscall" Restart,
    SYS_io_uring_setup "io_uring_setup" Ring,
};

/// What newer architectures do without.
#[cfg(target_arch = "x86_64")]
const OLDER: &[Watched] = watched! {
    SYS_dup2 "dup2" DuplicateTo,
    SYS_poll "poll" Poll,
    SYS_select "select" Select,
    SYS_epoll_wait "epoll_wait" Epoll,
};
#[cfg(not(target_arch = "x86_64"))]
const OLDER: &[Watched] = &[];

/// Their numbers, those that are made most often first.
pub fn numbers() -> Vec<i64> {
    EVERYWHERE.iter().chain(OLDER).map(|call| call.number).collect()
}

pub fn by_number(number: i64) -> Option<&'static Watched> {
    EVERYWHERE.iter().chain(OLDER).find(|call| call.number == number)
}
