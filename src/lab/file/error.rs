//! Why a lab file was refused, and where.

use std::fmt;
use std::path::PathBuf;

use thiserror::Error;

use super::tree::Fault;
use crate::lang::visible::visible;

/// Why a lab file was refused: `auto-reply.lab.toml:12:8: endpoints[0].backlog: expected …`.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub struct LabFileError {
    /// `None` for a text that came from no file.
    pub file: Option<PathBuf>,
    /// From 1; 0 where the file could not be read at all.
    pub line: usize,
    /// In characters, from 1; 0 where the file could not be read at all.
    pub column: usize,
    /// The key, with the tables that it is in: `endpoints[0].service.text`.
    pub field: Option<String>,
    /// What is wrong and what was expected.
    pub message: String,
}

impl fmt::Display for LabFileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.file {
            Some(file) => write!(f, "{}", file.display())?,
            None => f.write_str("lab")?,
        }
        if self.line > 0 {
            write!(f, ":{}:{}", self.line, self.column)?;
        }
        f.write_str(": ")?;
        if let Some(field) = &self.field {
            write!(f, "{field}: ")?;
        }
        f.write_str(&self.message)
    }
}

impl LabFileError {
    /// About the file as a whole.
    pub(super) fn of_file(message: String) -> Self {
        Self { file: None, line: 0, column: 0, field: None, message }
    }

    pub(super) fn at(text: &str, fault: Fault) -> Self {
        let (line, column) = place(text, fault.at);
        Self { file: None, line, column, field: fault.field, message: visible(&fault.message).into_owned() }
    }

    /// What the TOML parser refuses; the field is the key of that line, where it has one.
    pub(super) fn of_syntax(text: &str, error: &toml::de::Error) -> Self {
        let at = error.span().map_or(0, |span| span.start);
        let (line, column) = place(text, at);
        let key =
            text.lines().nth(line.saturating_sub(1)).and_then(|line| line.split_once('=')).map(|(key, _)| key.trim());
        let is_bare = |key: &&str| {
            !key.is_empty() && key.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.'))
        };
        Self {
            file: None,
            line,
            column,
            field: key.filter(is_bare).map(str::to_owned),
            message: format!("is not TOML: {}", visible(error.message())),
        }
    }
}

/// Line and column of a byte of the text, both from 1.
fn place(text: &str, at: usize) -> (usize, usize) {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    let before = &text[..at];
    let line = before.bytes().filter(|byte| *byte == b'\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    (line, column)
}
