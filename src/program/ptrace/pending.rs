//! A call of a program between its beginning and its end: what it is, and what it did to its socket.

use std::sync::Arc;

use super::calls::{Does, Watched};
use super::kernel::Entry;
use super::memory::{Memory, room};
use super::names;
use super::sockets::Shared;
use crate::lab::Addr;
use crate::trace::{MadeBy, Nanos, Op, OptionValue, OtherCall, SocketOption, WaitToken};
use crate::values::How;

/// A call that has begun.
pub struct Pending {
    pub watched: &'static Watched,
    pub entry: Entry,
    pub start: Nanos,
    pub op: Op,
    pub made_by: Arc<MadeBy>,
    /// The one that it is made on.
    pub socket: Option<Shared>,
    /// Where its wait may be announced.
    pub token: Option<WaitToken>,
}

/// The low 32 bits of an argument, as the system takes an `int`.
pub fn int(argument: u64) -> i32 {
    (argument & 0xffff_ffff) as i32
}

/// What a call is, as far as its arguments say it.
pub struct Described {
    pub op: Op,
    /// The C name, where it is not the operation's own.
    pub name: Option<&'static str>,
}

/// Flags of a `recv` that leaves the bytes where they are.
fn peeks(flags: i32) -> bool {
    flags & libc::MSG_PEEK != 0
}

/// The call in the lab's terms. `socket` is the one that it is made on.
pub fn describe(watched: &Watched, entry: &Entry, socket: Option<&Shared>, memory: Memory) -> Described {
    let args = &entry.args;
    let is_stream = socket.is_some_and(|socket| socket.borrow().is_stream());
    let own = |op: Op| Described { op, name: None };
    let named = |op: Op| Described { name: (op.name() != watched.name).then_some(watched.name), op };
    let other = |args: Vec<(&'static str, String)>| own(Op::Other(Arc::new(OtherCall { name: watched.name, args })));
    let to = |address: Option<Result<Addr, u16>>| address.and_then(Result::ok).map(Arc::new);
    match watched.does {
        Does::Socket => match (names::family(int(args[0])), names::kind(int(args[1]))) {
            (Some(domain), Some(kind)) => own(Op::Socket { domain, kind }),
            _ => other(vec![
                ("domain", names::family_name(int(args[0]))),
                ("type", names::kind_name(int(args[1]))),
                ("protocol", int(args[2]).to_string()),
            ]),
        },
        Does::SocketPair => {
            other(vec![("domain", names::family_name(int(args[0]))), ("type", names::kind_name(int(args[1])))])
        }
        Does::Bind | Does::Connect => match memory.address(args[1], args[2]) {
            Some(Ok(addr)) if watched.does == Does::Bind => own(Op::Bind { addr: Arc::new(addr) }),
            Some(Ok(addr)) => own(Op::Connect { addr: Arc::new(addr) }),
            Some(Err(family)) => other(vec![("addr", names::family_name(i32::from(family)))]),
            None => other(vec![("addr", "NULL".to_owned())]),
        },
        Does::Listen => own(Op::Listen { backlog: u32::try_from(int(args[1])).unwrap_or(0) }),
        Does::Accept => own(Op::Accept),
        Does::SendTo => match to(memory.address(args[4], args[5])).filter(|_| !is_stream) {
            Some(to) => own(Op::SendTo { len: args[2], to }),
            None if args[4] == 0 => own(Op::Send { len: args[2] }),
            None => named(Op::Send { len: args[2] }),
        },
        Does::RecvFrom if peeks(int(args[3])) => {
            let name = if args[4] == 0 { "recv" } else { watched.name };
            let args = vec![("max", args[2].to_string()), ("flags", "MSG_PEEK".to_owned())];
            own(Op::Other(Arc::new(OtherCall { name, args })))
        }
        // Without room for an address it is what C calls `recv`.
        Does::RecvFrom if is_stream && args[4] == 0 => own(Op::Recv { max: args[2] }),
        Does::RecvFrom if is_stream => named(Op::Recv { max: args[2] }),
        Does::RecvFrom => Described { op: Op::RecvFrom { max: args[2] }, name: (args[4] == 0).then_some("recv") },
        Does::SendMsg => {
            let message = memory.message(args[1]);
            let len = message.as_ref().map_or(0, super::memory::Message::room);
            let to = message.and_then(|message| to(memory.address(message.name, message.name_len)));
            match to.filter(|_| !is_stream) {
                Some(to) => named(Op::SendTo { len, to }),
                None => named(Op::Send { len }),
            }
        }
        Does::RecvMsg => {
            let max = memory.message(args[1]).map_or(0, |message| message.room());
            if peeks(int(args[2])) {
                other(vec![("max", max.to_string()), ("flags", "MSG_PEEK".to_owned())])
            } else {
                received(is_stream, max, watched.name)
            }
        }
        Does::SendMany => {
            let messages = memory.messages(args[1], args[2]);
            named(Op::Send { len: messages.iter().map(|(message, _)| message.room()).sum() })
        }
        Does::RecvMany => {
            let max = memory.messages(args[1], args[2]).iter().map(|(message, _)| message.room()).sum();
            received(is_stream, max, watched.name)
        }
        Does::Write => named(Op::Send { len: args[2] }),
        Does::Read => received(is_stream, args[2], watched.name),
        Does::WriteVector => named(Op::Send { len: room(&memory.buffers(args[1], args[2])) }),
        Does::ReadVector => received(is_stream, room(&memory.buffers(args[1], args[2])), watched.name),
        Does::SendFile => own(Op::SendFile { count: args[3] }),
        // Out of the socket, or into it.
        Does::Splice if socket.is_some() && entry.args[5] & SPLICED_OUT != 0 => named(Op::Recv { max: args[4] }),
        Does::Splice => named(Op::Send { len: args[4] }),
        Does::Shutdown => match int(args[1]) {
            libc::SHUT_RD => own(Op::Shutdown { how: How::Read }),
            libc::SHUT_WR => own(Op::Shutdown { how: How::Write }),
            libc::SHUT_RDWR => own(Op::Shutdown { how: How::Both }),
            how => other(vec![("how", how.to_string())]),
        },
        Does::Close => own(Op::Close),
        Does::CloseRange => other(vec![("fds", format!("{}..{}", args[0], args[1] & 0xffff_ffff))]),
        Does::SetOption => set_option(args, memory).map_or_else(
            || {
                let (level, name) = names::option_names(int(args[1]), int(args[2]));
                let value = memory.int(args[3]).map_or_else(|| "NULL".to_owned(), |value| value.to_string());
                other(vec![("level", level), ("name", name), ("value", value)])
            },
            own,
        ),
        Does::GetOption => {
            let (level, name) = names::option_names(int(args[1]), int(args[2]));
            other(vec![("level", level), ("name", name)])
        }
        Does::Duplicate => other(Vec::new()),
        Does::DuplicateTo => other(vec![("newfd", int(args[1]).to_string())]),
        Does::Control => other(vec![("command", names::control_name(int(args[1]))), ("value", args[2].to_string())]),
        Does::Poll => {
            let timeout = match watched.name {
                "poll" => int(args[2]).to_string(),
                _ if args[2] == 0 => "NULL".to_owned(),
                _ => "timespec".to_owned(),
            };
            other(vec![("count", int(args[1]).to_string()), ("timeout", timeout)])
        }
        Does::Select => other(vec![
            ("count", int(args[0]).to_string()),
            ("timeout", if args[4] == 0 { "NULL" } else { "timeval" }.to_owned()),
        ]),
        Does::Epoll => {
            let timeout = match watched.name {
                "epoll_pwait2" if args[3] == 0 => "NULL".to_owned(),
                "epoll_pwait2" => "timespec".to_owned(),
                _ => int(args[3]).to_string(),
            };
            other(vec![("max", int(args[2]).to_string()), ("timeout", timeout)])
        }
        Does::Restart | Does::Ring => other(Vec::new()),
    }
}

/// A mark that is put among a splice's arguments: its socket is where the bytes come from.
pub const SPLICED_OUT: u64 = 1 << 32;

fn received(is_stream: bool, max: u64, name: &'static str) -> Described {
    let op = if is_stream { Op::Recv { max } } else { Op::RecvFrom { max } };
    Described { op, name: Some(name) }
}

fn set_option(args: &[u64; 6], memory: Memory) -> Option<Op> {
    let option = names::option(int(args[1]), int(args[2]))?;
    let value = memory.int(args[3])?;
    let value = match option {
        SocketOption::Linger if value == 0 => OptionValue::Linger(None),
        SocketOption::Linger => OptionValue::Linger(u32::try_from(memory.int(args[3] + 4)?).ok()),
        _ => OptionValue::Int(value),
    };
    Some(Op::SetSockOpt { option, value })
}

/// The bytes that a call has moved.
pub fn moved(does: Does, entry: &Entry, value: u64, memory: Memory, most: usize) -> Vec<u8> {
    let args = &entry.args;
    let plain = |len: u64| {
        let len = usize::try_from(len.min(args[2])).unwrap_or(usize::MAX);
        memory.bytes(args[1], len.min(most))
    };
    let many = |all: Vec<(super::memory::Message, u64)>| {
        let mut bytes = Vec::new();
        for (message, moved) in all.iter().take(usize::try_from(value).unwrap_or(0)) {
            bytes.extend(memory.gathered(&message.buffers, *moved, most.saturating_sub(bytes.len())));
        }
        bytes
    };
    match does {
        Does::SendTo | Does::Write | Does::RecvFrom | Does::Read => plain(value),
        Does::SendMsg | Does::RecvMsg => {
            memory.message(args[1]).map_or_else(Vec::new, |message| memory.gathered(&message.buffers, value, most))
        }
        Does::WriteVector | Does::ReadVector => memory.gathered(&memory.buffers(args[1], args[2]), value, most),
        Does::SendMany | Does::RecvMany => many(memory.messages(args[1], args[2])),
        _ => Vec::new(),
    }
}

/// How many bytes a call has moved that returned `value`.
pub fn moved_len(does: Does, entry: &Entry, value: u64, memory: Memory) -> u64 {
    match does {
        Does::SendMany | Does::RecvMany => {
            let done = usize::try_from(value).unwrap_or(0);
            memory.messages(entry.args[1], entry.args[2]).iter().take(done).map(|(_, moved)| moved).sum()
        }
        // MSG_TRUNC: the datagram's length and not what there was room for.
        Does::RecvFrom | Does::Read => value.min(entry.args[2]),
        _ => value,
    }
}
