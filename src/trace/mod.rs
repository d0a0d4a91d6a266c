//! What happened: the list of real socket calls, and the pure projections of it that the views show.
//!
//! Nothing here opens a socket, reads a clock or knows a window.

pub mod asked;
pub mod bookmarks;
pub mod by_start;
pub mod byte_map;
pub mod call;
pub mod chunks;
pub mod conversation;
pub mod datagrams;
pub mod datagrams_through;
pub mod direction;
pub mod ending;
pub mod errno;
#[cfg(test)]
mod every_byte;
pub mod export;
pub mod faults;
pub mod file;
pub mod filter;
pub mod flow;
pub mod follow;
pub mod foreign;
pub mod frames;
pub mod held;
pub mod hex_text;
pub mod kept_back;
pub mod kernel;
pub mod kernel_samples;
pub mod ladder;
pub mod listeners;
pub mod messages;
pub mod naming;
pub mod notice;
pub mod observed;
pub mod op;
pub mod partners;
pub mod prediction;
pub mod program;
pub mod projection;
pub mod rates;
pub mod receiver;
pub mod said;
pub mod segments;
mod shifts;
pub mod sockets;
pub mod store;
pub mod streams;
pub mod text;
pub mod through;
pub mod transfer;

pub use bookmarks::Bookmarks;
pub use call::{
    Call, ConnId, Domain, Ends, MadeBy, Nanos, Op, OptionValue, Outcome, SocketId, SocketOption, SocketType, StreamKey,
    WaitToken, WaitingCall,
};
pub use direction::Direction;
pub use errno::Errno;
pub use flow::{Flow, Way};
pub use foreign::OtherCall;
pub use notice::{FileNotice, Level, Notice, NoticeKind};
pub use said::Payload;
pub use sockets::{Owner, Side, SocketInfo};
pub use store::{DEFAULT_RETENTION, Trace};
