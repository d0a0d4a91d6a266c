//! What a program's memory says: addresses, buffers, messages, options. Whatever it holds, nothing here fails: a program
//! may hand the system anything.

use std::ffi::OsStr;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddrV4, SocketAddrV6};
use std::os::unix::ffi::OsStrExt as _;
use std::path::PathBuf;

use super::kernel::read;
use crate::lab::Addr;

/// The longest address (`struct sockaddr_storage`).
const MAX_ADDRESS: usize = 128;

/// The most buffers of a message that are read (IOV_MAX).
const MAX_BUFFERS: usize = 1_024;

/// `struct msghdr` of 64-bit systems, as words.
const MESSAGE_WORDS: usize = 7;

/// `struct mmsghdr`: a message and how many bytes it moved.
const MANY_WORDS: usize = 8;

/// The most messages of one call that are read (UIO_MAXIOV).
const MAX_MESSAGES: usize = 1_024;

/// A program's memory.
#[derive(Clone, Copy)]
pub struct Memory(pub i32);

/// `struct iovec`
#[derive(Clone, Copy, Debug)]
pub struct Buffer {
    address: u64,
    len: u64,
}

/// `struct msghdr`
#[derive(Clone, Debug)]
pub struct Message {
    pub name: u64,
    pub name_len: u64,
    pub buffers: Vec<Buffer>,
}

impl Message {
    /// How many bytes its buffers have room for.
    pub fn room(&self) -> u64 {
        room(&self.buffers)
    }
}

pub fn room(buffers: &[Buffer]) -> u64 {
    buffers.iter().fold(0, |sum, buffer| sum.saturating_add(buffer.len))
}

impl Memory {
    fn words<const N: usize>(self, address: u64) -> Option<[u64; N]> {
        let mut bytes = vec![0; N * 8];
        if address == 0 || read(self.0, address, &mut bytes) < bytes.len() {
            return None;
        }
        let mut words = [0; N];
        for (word, bytes) in words.iter_mut().zip(bytes.as_chunks().0) {
            *word = u64::from_ne_bytes(*bytes);
        }
        Some(words)
    }

    pub fn int(self, address: u64) -> Option<i32> {
        let mut bytes = [0; 4];
        (address != 0 && read(self.0, address, &mut bytes) == bytes.len()).then(|| i32::from_ne_bytes(bytes))
    }

    /// Up to `len` bytes.
    pub fn bytes(self, address: u64, len: usize) -> Vec<u8> {
        let mut bytes = vec![0; len];
        let there = read(self.0, address, &mut bytes);
        bytes.truncate(there);
        bytes
    }

    pub fn buffers(self, address: u64, count: u64) -> Vec<Buffer> {
        let count = usize::try_from(count).unwrap_or(0).min(MAX_BUFFERS);
        let bytes = self.bytes(address, count * 16);
        let word = |bytes: &[u8]| <[u8; 8]>::try_from(bytes).map_or(0, u64::from_ne_bytes);
        bytes
            .as_chunks::<16>()
            .0
            .iter()
            .map(|entry| Buffer { address: word(&entry[..8]), len: word(&entry[8..]) })
            .collect()
    }

    /// The first `len` bytes that lie in the buffers, up to `most`.
    pub fn gathered(self, buffers: &[Buffer], len: u64, most: usize) -> Vec<u8> {
        let mut left = usize::try_from(len).unwrap_or(usize::MAX).min(most);
        let mut gathered = Vec::new();
        for buffer in buffers {
            let part = usize::try_from(buffer.len).unwrap_or(usize::MAX).min(left);
            let bytes = self.bytes(buffer.address, part);
            let is_whole = bytes.len() == part;
            gathered.extend_from_slice(&bytes);
            left -= part;
            if left == 0 || !is_whole {
                break;
            }
        }
        gathered
    }

    fn message_of(self, words: [u64; MESSAGE_WORDS]) -> Message {
        let [name, name_len, buffers, count, ..] = words;
        Message {
            name,
            // A 32-bit number with four bytes of nothing behind it.
            name_len: name_len & 0xffff_ffff,
            buffers: self.buffers(buffers, count),
        }
    }

    pub fn message(self, address: u64) -> Option<Message> {
        Some(self.message_of(self.words(address)?))
    }

    /// Several messages with how many bytes each has moved.
    pub fn messages(self, address: u64, count: u64) -> Vec<(Message, u64)> {
        let count = count.min(MAX_MESSAGES as u64);
        (0..count)
            .map_while(|place| {
                let words: [u64; MANY_WORDS] = self.words(address + place * (MANY_WORDS as u64) * 8)?;
                let [message @ .., moved] = words;
                Some((self.message_of(message), moved & 0xffff_ffff))
            })
            .collect()
    }

    /// `struct sockaddr`: `Err` has the family where it is another than the lab's own.
    pub fn address(self, address: u64, len: u64) -> Option<Result<Addr, u16>> {
        let len = usize::try_from(len).unwrap_or(usize::MAX).min(MAX_ADDRESS);
        if address == 0 || len < 2 {
            return None;
        }
        parsed_address(&self.bytes(address, len))
    }
}

fn parsed_address(bytes: &[u8]) -> Option<Result<Addr, u16>> {
    let (family, rest) = bytes.split_first_chunk::<2>()?;
    let family = u16::from_ne_bytes(*family);
    let port = || Some(u16::from_be_bytes(*rest.first_chunk()?));
    let addr = match i32::from(family) {
        libc::AF_INET => {
            let ip = Ipv4Addr::from(*rest.get(2..)?.first_chunk::<4>()?);
            Addr::Inet(SocketAddrV4::new(ip, port()?).into())
        }
        libc::AF_INET6 => {
            let flow = u32::from_be_bytes(*rest.get(2..)?.first_chunk()?);
            let ip = Ipv6Addr::from(*rest.get(6..)?.first_chunk::<16>()?);
            let scope = rest.get(22..).and_then(<[u8]>::first_chunk).map_or(0, |scope| u32::from_ne_bytes(*scope));
            Addr::Inet(SocketAddrV6::new(ip, port()?, flow, scope).into())
        }
        libc::AF_UNIX => match rest {
            [] => Addr::Unnamed,
            [0, name @ ..] => Addr::Unix(PathBuf::from(format!("@{}", String::from_utf8_lossy(name)))),
            path => {
                let end = path.iter().position(|byte| *byte == 0).unwrap_or(path.len());
                Addr::Unix(PathBuf::from(OsStr::from_bytes(&path[..end])))
            }
        },
        _ => return Some(Err(family)),
    };
    Some(Ok(addr))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_as_the_system_has_them_in_memory() {
        let inet =
            |port: u16| [&libc::AF_INET.to_ne_bytes()[..2], &port.to_be_bytes(), &[127, 0, 0, 1], &[0; 8]].concat();
        assert_eq!(
            parsed_address(&inet(8000)),
            Some(Ok("127.0.0.1:8000".parse::<std::net::SocketAddr>().unwrap().into()))
        );
        let mut six = [&libc::AF_INET6.to_ne_bytes()[..2], &80u16.to_be_bytes(), &[0; 4], &[0; 16], &[0; 4]].concat();
        six[23] = 1;
        assert_eq!(parsed_address(&six), Some(Ok("[::1]:80".parse::<std::net::SocketAddr>().unwrap().into())));
        let unix = |path: &[u8]| [&libc::AF_UNIX.to_ne_bytes()[..2], path].concat();
        assert_eq!(parsed_address(&unix(b"/tmp/s\0\0")), Some(Ok(Addr::Unix("/tmp/s".into()))));
        assert_eq!(parsed_address(&unix(b"\0name")), Some(Ok(Addr::Unix("@name".into()))));
        assert_eq!(parsed_address(&unix(b"")), Some(Ok(Addr::Unnamed)));
        assert_eq!(parsed_address(&16u16.to_ne_bytes()), Some(Err(16)));
        assert_eq!(parsed_address(&inet(1)[..5]), None);
        assert_eq!(parsed_address(b"x"), None);
    }
}
