//! Which values can be typed, and what do they mean? Addresses, encodings, payloads, durations, names: each is parsed
//! once into a type, and each knows how a lab file reads and writes it.
//!
//! Nothing here knows an endpoint or a document.

pub mod address;
pub mod amount;
pub mod call_names;
pub mod checksum;
pub mod content;
pub mod duration;
pub mod encoding;
pub mod endpoint_kind;
pub mod group;
pub(crate) mod hex;
pub mod localized;
pub mod name;
pub mod payload;
pub mod peer;
pub mod sha256;
pub mod share;
pub mod shutdown;
pub mod template;
pub(crate) mod toml_text;
pub(crate) mod tree;

pub use address::{Addr, HostPort, Local, Remote};
pub use amount::{Portion, Rate, Span};
pub use content::Content;
pub use encoding::TextEncoding;
pub use endpoint_kind::EndpointKind;
pub use group::{Group, Interface};
pub use localized::Localized;
pub use share::{FileShare, Protocol, Shared};
pub use shutdown::How;
