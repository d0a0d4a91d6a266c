//! The form between a description and a program: the socket, the calls in their order, the loops, the answers. It knows
//! no programming language.

use std::path::PathBuf;
use std::time::Duration;

use crate::lab::{Addr, TextEncoding};
use crate::trace::SocketOption;
use crate::values::group::{Group, Interface};
use crate::values::template::Segment;

/// How a program waits for more than one thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Style {
    /// One blocking call after the other, as in the tutorials: one client at a time, and who types takes turns.
    Plain,
    /// A thread for each that may wait.
    Threads,
    /// One thread, which asks who is ready.
    Select,
}

impl Style {
    pub const ALL: [Self; 3] = [Self::Plain, Self::Threads, Self::Select];

    /// As the command line takes it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Threads => "threads",
            Self::Select => "select",
        }
    }
}

/// A program.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Of the endpoint, as the user wrote it.
    pub name: String,
    pub role: Role,
    pub socket: Socket,
    pub body: Body,
    pub encoding: TextEncoding,
    /// What is not done, or done otherwise, whatever the language: sentences.
    pub left_out: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    Server,
    Client,
    Datagram,
}

/// The socket and what is done to it before bytes move.
#[derive(Clone, Debug)]
pub struct Socket {
    pub family: Family,
    /// In the order of the calls, before `bind`.
    pub options: Vec<SetOption>,
    pub local: Option<Place>,
    /// After `bind`.
    pub groups: Vec<SetOption>,
    pub backlog: Option<u32>,
    /// Of a client before it connects; of a server's connection when it is accepted.
    pub connection: Vec<SetOption>,
    pub remote: Option<Place>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    Inet,
    Inet6,
    Unix,
}

/// An address as the program's arguments have it by default.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// `None`: only an argument can say it.
    Inet {
        host: String,
        port: Option<u16>,
    },
    Path(Option<String>),
}

impl Place {
    /// Where an address of a socket is; `None` for one without a name.
    pub fn of(addr: &Addr) -> Option<Self> {
        match addr {
            Addr::Inet(addr) => Some(Self::Inet { host: addr.ip().to_string(), port: Some(addr.port()) }),
            Addr::Unix(path) => Some(Self::Path(path.to_str().map(str::to_owned))),
            Addr::Unnamed => None,
        }
    }

    /// True where the program must be given it.
    pub fn is_open(&self) -> bool {
        matches!(self, Self::Inet { port: None, .. } | Self::Path(None))
    }
}

/// setsockopt(2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SetOption {
    pub option: SocketOption,
    pub value: OptionValue,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OptionValue {
    Int(i64),
    /// Whole seconds.
    Linger(u32),
    Group(Group),
    Interface(Interface),
}

#[derive(Clone, Debug)]
pub enum Body {
    /// It converses with whoever comes.
    Conversation(Conversation),
    /// It repeats what one end did.
    Script(Vec<Turn>),
}

/// What is done with what comes, and with what is typed.
#[derive(Clone, Debug)]
pub struct Conversation {
    pub style: Style,
    pub recv_size: u32,
    pub framing: Framing,
    /// The first that fits a message answers it.
    pub cases: Vec<Case>,
    /// What the user types is sent, with this behind it.
    pub typed: Option<Vec<u8>>,
    pub close_on_eof: bool,
    pub accept_limit: Option<u32>,
    /// The next client is accepted when the one before has ended.
    pub one_at_a_time: bool,
    /// The folder whose files are sent by name.
    pub files: Option<PathBuf>,
}

/// Where a message ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Framing {
    None,
    /// A line feed, with a carriage return before it or not.
    Line,
    Delimiter(Vec<u8>),
    Fixed(u32),
    LengthPrefix {
        width: u32,
        big_endian: bool,
    },
}

/// An answer.
#[derive(Clone, Debug)]
pub struct Case {
    pub when: When,
    pub delay: Duration,
    /// `None`: it says nothing.
    pub reply: Option<Vec<Part>>,
    pub close: bool,
}

#[derive(Clone, Debug)]
pub enum When {
    Always,
    Equals(Vec<u8>),
    Contains(Vec<u8>),
    Starts(Vec<u8>),
    Ends(Vec<u8>),
    /// `None` is any byte.
    Pattern(Vec<Option<u8>>),
    Regexp(String),
}

/// A pattern's bytes, 0 where it takes any, and the mask that has bits where it does not.
pub fn masked(pattern: &[Option<u8>]) -> (Vec<u8>, Vec<u8>) {
    pattern.iter().map(|byte| (byte.unwrap_or(0), if byte.is_some() { 0xff } else { 0 })).unzip()
}

/// A piece of a reply.
#[derive(Clone, Debug)]
pub enum Part {
    Bytes(Vec<u8>),
    /// The message itself.
    Message,
    /// The message in upper case.
    Upper,
    Filled(Segment),
    Capture(usize),
}

impl Case {
    pub fn parts(&self) -> &[Part] {
        self.reply.as_deref().unwrap_or_default()
    }
}

/// One call, or a loop of one, of a script.
#[derive(Clone, Debug)]
pub struct Turn {
    pub act: Act,
    /// The numbers of the calls that it repeats.
    pub calls: Vec<u64>,
}

#[derive(Clone, Debug)]
pub enum Act {
    Connect,
    /// A listening socket's first client.
    Accept,
    Send(Vec<u8>),
    SendTo(Vec<u8>),
    /// Until that many bytes have come; `split` is how they came then.
    Receive {
        len: u64,
        bytes: Option<Vec<u8>>,
        split: Vec<u64>,
    },
    ReceiveFrom {
        size: u64,
        bytes: Option<Vec<u8>>,
    },
    /// Until the peer has ended its side.
    ReceiveEnd,
    Shutdown(crate::values::How),
    /// The time that passed before the next call.
    Wait(Duration),
    Close,
}
