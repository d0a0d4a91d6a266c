//! The names of what programs hand to the system as numbers: address families, kinds of sockets, options.

use crate::trace::{Domain, SocketOption, SocketType};

pub fn family(number: i32) -> Option<Domain> {
    match number {
        libc::AF_INET => Some(Domain::Inet),
        libc::AF_INET6 => Some(Domain::Inet6),
        libc::AF_UNIX => Some(Domain::Unix),
        _ => None,
    }
}

/// SOCK_CLOEXEC and SOCK_NONBLOCK are taken off. A seqpacket is a stream of the lab's: it is connected, and ends.
pub fn kind(number: i32) -> Option<SocketType> {
    match number & 0xf {
        libc::SOCK_STREAM => Some(SocketType::Stream),
        libc::SOCK_DGRAM => Some(SocketType::Datagram),
        _ => None,
    }
}

pub fn family_name(number: i32) -> String {
    match number {
        libc::AF_NETLINK => "AF_NETLINK".to_owned(),
        libc::AF_PACKET => "AF_PACKET".to_owned(),
        libc::AF_VSOCK => "AF_VSOCK".to_owned(),
        _ => family(number).map_or_else(|| number.to_string(), |family| family.c_name().to_owned()),
    }
}

pub fn kind_name(number: i32) -> String {
    match number & 0xf {
        libc::SOCK_RAW => "SOCK_RAW".to_owned(),
        libc::SOCK_SEQPACKET => "SOCK_SEQPACKET".to_owned(),
        base => kind(base).map_or_else(|| base.to_string(), |kind| kind.c_name().to_owned()),
    }
}

/// The options whose value is one number, as the lab's own sockets have them.
pub fn option(level: i32, name: i32) -> Option<SocketOption> {
    Some(match (level, name) {
        (libc::SOL_SOCKET, libc::SO_REUSEADDR) => SocketOption::ReuseAddr,
        (libc::SOL_SOCKET, libc::SO_KEEPALIVE) => SocketOption::KeepAlive,
        (libc::SOL_SOCKET, libc::SO_BROADCAST) => SocketOption::Broadcast,
        (libc::SOL_SOCKET, libc::SO_RCVBUF) => SocketOption::RecvBuffer,
        (libc::SOL_SOCKET, libc::SO_SNDBUF) => SocketOption::SendBuffer,
        (libc::SOL_SOCKET, libc::SO_LINGER) => SocketOption::Linger,
        (libc::IPPROTO_TCP, libc::TCP_NODELAY) => SocketOption::NoDelay,
        (libc::IPPROTO_IPV6, libc::IPV6_V6ONLY) => SocketOption::V6Only,
        (libc::IPPROTO_IP, libc::IP_RECVERR) => SocketOption::RecvErr,
        (libc::IPPROTO_IPV6, libc::IPV6_RECVERR) => SocketOption::V6RecvErr,
        _ => return None,
    })
}

macro_rules! constants {
    ($value:expr, $($name:ident)*) => {
        match $value {
            $(libc::$name => Some(stringify!($name)),)*
            _ => None,
        }
    };
}

/// The level and the name of an option as the man pages have them, else the numbers.
pub fn option_names(level: i32, name: i32) -> (String, String) {
    let known = match level {
        libc::SOL_SOCKET => constants!(
            name,
            SO_REUSEADDR SO_REUSEPORT SO_ERROR SO_TYPE SO_KEEPALIVE SO_RCVTIMEO SO_SNDTIMEO SO_BROADCAST SO_LINGER
            SO_RCVBUF SO_SNDBUF SO_DOMAIN SO_PROTOCOL SO_ACCEPTCONN SO_PEERCRED SO_OOBINLINE SO_RCVLOWAT SO_SNDLOWAT
            SO_TIMESTAMP SO_BINDTODEVICE SO_MARK SO_PRIORITY SO_DONTROUTE SO_INCOMING_CPU SO_PASSCRED
        ),
        libc::IPPROTO_TCP => constants!(
            name,
            TCP_NODELAY TCP_KEEPIDLE TCP_KEEPINTVL TCP_KEEPCNT TCP_CORK TCP_DEFER_ACCEPT TCP_FASTOPEN TCP_INFO
            TCP_USER_TIMEOUT TCP_QUICKACK TCP_MAXSEG TCP_CONGESTION TCP_SYNCNT TCP_LINGER2
        ),
        libc::IPPROTO_IP => constants!(
            name,
            IP_ADD_MEMBERSHIP IP_DROP_MEMBERSHIP IP_MULTICAST_TTL IP_MULTICAST_LOOP IP_MULTICAST_IF IP_TTL IP_TOS
            IP_RECVERR IP_PKTINFO IP_MTU_DISCOVER IP_BIND_ADDRESS_NO_PORT
        ),
        libc::IPPROTO_IPV6 => constants!(
            name,
            IPV6_V6ONLY IPV6_ADD_MEMBERSHIP IPV6_DROP_MEMBERSHIP IPV6_MULTICAST_HOPS IPV6_MULTICAST_LOOP
            IPV6_MULTICAST_IF IPV6_RECVERR IPV6_RECVPKTINFO IPV6_UNICAST_HOPS IPV6_TCLASS
        ),
        _ => None,
    };
    let level_name = constants!(level, SOL_SOCKET IPPROTO_TCP IPPROTO_IP IPPROTO_IPV6 IPPROTO_UDP);
    let text = |known: Option<&str>, number: i32| known.map_or_else(|| number.to_string(), str::to_owned);
    (text(level_name, level), text(known, name))
}

/// What fcntl(2) is asked to do.
pub fn control_name(command: i32) -> String {
    let known = constants!(command, F_DUPFD F_DUPFD_CLOEXEC F_GETFD F_SETFD F_GETFL F_SETFL F_GETOWN F_SETOWN);
    known.map_or_else(|| command.to_string(), str::to_owned)
}

/// Whether fcntl(2) gives another descriptor.
pub fn duplicates(command: i32) -> bool {
    matches!(command, libc::F_DUPFD | libc::F_DUPFD_CLOEXEC)
}
