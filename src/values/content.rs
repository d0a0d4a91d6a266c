//! Bytes as a person writes them: a text or hex.

/// Bytes as written in a lab file: a text in the endpoint's encoding, or hex.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    Text(String),
    Hex(Vec<u8>),
}
