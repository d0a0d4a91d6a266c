//! What happened: the list of real socket calls, and the pure projections of it that the views show.
//!
//! Nothing here opens a socket, reads a clock or knows a window.

pub mod call;
pub mod conversation;
pub mod ending;
pub mod errno;
pub mod export;
pub mod file;
pub mod find;
pub mod framing;
pub mod messages;
pub mod notice;
pub mod store;
pub mod streams;
pub mod text;
pub mod transfer;

pub use call::{
    Call, ConnId, Domain, Ends, Nanos, Op, OptionValue, Outcome, SocketOption, SocketType, WaitToken, WaitingCall,
};
pub use errno::Errno;
pub use notice::{Level, Notice, NoticeKind};
pub use store::{DEFAULT_RETENTION, StreamKey, Trace};
