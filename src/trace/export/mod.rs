//! The trace written out: as JSON lines and as text. Pure: nothing here opens a file.

pub mod jsonl;
pub mod text;
