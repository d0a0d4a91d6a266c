//! What the part within Python tells, a JSON object a line.

use serde::Deserialize;

use crate::lab::Addr;
use crate::trace::{Domain, SocketOption, SocketType};
use crate::values::How;

/// The longest line: the bytes of a call in base64, and its fields.
pub const MAX_LINE: u64 = 4 * 1024 * 1024;

/// A line. Times are nanoseconds of the program's own clock.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Told {
    // The first line of a process.
    pub token: Option<String>,
    pub pid: u32,
    pub parent: Option<u32>,
    /// How many lines the parent had told when it made this process.
    pub after: u64,
    pub now: u64,

    // A call, or a socket that was there before it was seen.
    pub op: String,
    pub sock: Option<u64>,
    pub fd: Option<i32>,
    pub start: u64,
    /// The file with its folder, and the line; of Python's own files the name alone.
    pub source: Option<String>,
    /// It begins, and may wait, under this number.
    pub wait: Option<u64>,
    /// It has returned; 0 where it did not wait.
    pub done: Option<u64>,
    /// It was none after all.
    pub none: bool,
    pub took: u64,
    pub result: Option<i64>,
    pub errno: Option<i32>,
    /// In milliseconds: Python has waited this long, and nothing came.
    pub timeout: Option<u64>,
    /// The C name, where it is not the operation's own.
    pub name: Option<String>,
    /// In base64.
    pub data: Option<String>,
    /// The socket that `accept` gave.
    pub new: Option<u64>,
    pub local: Option<String>,
    pub peer: Option<String>,
    pub sender: Option<String>,
    pub addr: Option<String>,
    pub domain: Option<String>,
    #[serde(rename = "type")]
    pub kind: Option<String>,
    pub backlog: Option<i64>,
    pub max: Option<i64>,
    pub length: Option<u64>,
    pub count: Option<u64>,
    pub peek: bool,
    pub how: Option<i32>,
    pub level: Option<String>,
    pub option: Option<String>,
    pub value: Option<i64>,
    /// The socket has no other descriptor.
    pub last: Option<bool>,
}

impl Told {
    /// It has done what it is there for: it has not failed, and Python has not given up waiting for it.
    pub fn has_succeeded(&self) -> bool {
        self.errno.is_none() && self.timeout.is_none()
    }
}

/// `127.0.0.1:8000`, `[::1]:80`, `unix:/a/path`; `None` for a name that is looked up.
pub fn address(text: &str) -> Option<Addr> {
    match text.strip_prefix("unix:") {
        Some("") => Some(Addr::Unnamed),
        Some(path) => Some(Addr::Unix(path.into())),
        None => text.parse().ok().map(Addr::Inet),
    }
}

/// What is not bound has no address that says anything.
pub fn bound_address(text: &str) -> Option<Addr> {
    address(text).filter(|addr| addr.inet().is_none_or(|addr| addr.port() != 0))
}

pub fn family(name: &str) -> Option<Domain> {
    [Domain::Inet, Domain::Inet6, Domain::Unix].into_iter().find(|family| family.c_name() == name)
}

/// A seqpacket is a stream of the lab's: it is connected, and ends.
pub fn kind(name: &str) -> Option<SocketType> {
    [SocketType::Stream, SocketType::Datagram].into_iter().find(|kind| kind.c_name() == name)
}

/// The options whose value is one number.
pub fn option(level: &str, name: &str) -> Option<SocketOption> {
    const NUMBERS: [SocketOption; 7] = [
        SocketOption::ReuseAddr,
        SocketOption::KeepAlive,
        SocketOption::Broadcast,
        SocketOption::RecvBuffer,
        SocketOption::SendBuffer,
        SocketOption::NoDelay,
        SocketOption::V6Only,
    ];
    NUMBERS.into_iter().find(|option| option.c_names() == (level, name))
}

/// Python's SHUT_RD, SHUT_WR and SHUT_RDWR, which are alike everywhere.
pub fn how(number: i32) -> Option<How> {
    match number {
        0 => Some(How::Read),
        1 => Some(How::Write),
        2 => Some(How::Both),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_as_they_are_told() {
        assert_eq!(address("[::1]:80"), Some(Addr::Inet("[::1]:80".parse().unwrap())));
        assert_eq!(address("unix:/tmp/a:1"), Some(Addr::Unix("/tmp/a:1".into())));
        assert_eq!(address("unix:"), Some(Addr::Unnamed));
        assert_eq!((address("localhost:80"), bound_address("0.0.0.0:0")), (None, None));
    }

    #[test]
    fn a_line_has_only_what_there_is_to_say() {
        let told: Told = serde_json::from_str(r#"{"op":"recv","sock":2,"done":0,"errno":11,"more":1}"#).unwrap();
        assert_eq!((told.op.as_str(), told.sock, told.done, told.errno), ("recv", Some(2), Some(0), Some(11)));
    }
}
