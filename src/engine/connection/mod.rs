//! One connection: a conversation ([`conversation`]), a file given ([`serve_file`]) or a file fetched ([`download_file`]).

pub mod closing;
pub mod conversation;
pub mod download_file;
pub mod reply_cap;
pub mod request;
pub mod serve_file;
pub mod terms;
