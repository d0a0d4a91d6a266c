//! Whose socket has a port: `/proc/net/tcp` and the like name the socket's inode, `/proc/PID/fd` who has it open. Only
//! what this user may see is found.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::path::PathBuf;

use super::procfs;
use crate::trace::receiver::Receiver;

/// The process that keeps a socket from being bound there, and its name. Reads a good deal of `/proc`: not for the I/O
/// thread.
pub fn holder(addr: SocketAddr, stream: bool) -> Option<(u32, String)> {
    let tables: [&str; 2] =
        if stream { ["/proc/net/tcp", "/proc/net/tcp6"] } else { ["/proc/net/udp", "/proc/net/udp6"] };
    let mut inodes: Vec<u64> = tables.into_iter().flat_map(|table| inodes(table, addr)).collect();
    // A socket that is closed and not yet forgotten by the system has none.
    inodes.retain(|inode| *inode != 0);
    owner(&inodes)
}

/// Who receives what is sent to that address by UDP. As [`holder`], not for the I/O thread.
pub fn receiver(addr: SocketAddr) -> Receiver {
    // Only an address of this machine can be bound; nothing is sent by that.
    let is_here = addr.ip().is_loopback() || std::net::UdpSocket::bind((addr.ip(), 0)).is_ok();
    if !is_here {
        return Receiver::Unknown;
    }
    let inodes: Vec<u64> =
        ["/proc/net/udp", "/proc/net/udp6"].into_iter().flat_map(|table| inodes(table, addr)).collect();
    if inodes.is_empty() {
        return Receiver::Nobody;
    }
    owner(&inodes).map_or(Receiver::Hidden, |(pid, name)| Receiver::Program { pid, name: name.into() })
}

fn owner(inodes: &[u64]) -> Option<(u32, String)> {
    let links: Vec<PathBuf> = inodes.iter().map(|inode| format!("socket:[{inode}]").into()).collect();
    if links.is_empty() {
        return None;
    }
    for process in fs::read_dir("/proc").ok()?.flatten() {
        let Some(pid) = process.file_name().to_str().and_then(|name| name.parse().ok()) else { continue };
        let Ok(open) = fs::read_dir(process.path().join("fd")) else { continue };
        if open.flatten().any(|fd| fs::read_link(fd.path()).is_ok_and(|link| links.contains(&link))) {
            let name = fs::read_to_string(process.path().join("comm")).ok()?;
            return Some((pid, name.trim_end().to_owned()));
        }
    }
    None
}

fn inodes(table: &str, addr: SocketAddr) -> Vec<u64> {
    let Ok(file) = fs::File::open(table) else { return Vec::new() };
    let lines = BufReader::new(file).lines().map_while(Result::ok);
    let owners = lines.filter_map(|line| procfs::parse_owner(&line));
    owners.filter(|(local, _)| collides(*local, addr)).map(|(_, inode)| inode).collect()
}

fn collides(one: SocketAddr, other: SocketAddr) -> bool {
    let (a, b) = (one.ip(), other.ip());
    one.port() == other.port() && (a == b || a.is_unspecified() || b.is_unspecified())
}

#[cfg(test)]
mod tests {
    use std::net::{TcpListener, UdpSocket};

    use super::*;

    #[test]
    fn the_process_that_has_a_port_is_found_and_nobody_has_a_free_one() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let addr = listener.local_addr().unwrap();
        assert_eq!(holder(addr, true).map(|(pid, _)| pid), Some(std::process::id()));
        let everywhere = SocketAddr::new("0.0.0.0".parse().unwrap(), addr.port());
        assert_eq!(holder(everywhere, true).map(|(pid, _)| pid), Some(std::process::id()));
        let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
        assert_eq!(holder(socket.local_addr().unwrap(), false).map(|(pid, _)| pid), Some(std::process::id()));
        assert_eq!(holder("127.0.0.1:0".parse().unwrap(), true), None);
        let addr = socket.local_addr().unwrap();
        assert!(matches!(receiver(addr), Receiver::Program { pid, .. } if pid == std::process::id()));
        drop(socket);
        assert_eq!(receiver(addr), Receiver::Nobody);
        // TEST-NET-1 is nobody's.
        assert_eq!(receiver("192.0.2.1:9".parse().unwrap()), Receiver::Unknown);
    }
}
