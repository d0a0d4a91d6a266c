//! Why a lab file was refused, and where.

use std::io;
use std::path::PathBuf;

use crate::lab::Localized;
use crate::lang::visible::visible;
use crate::lang::{Lang, Words, library_errors};
use crate::values::tree::Fault;
use crate::{error_in_words, t};

/// Why a lab file was refused: `auto-reply.lab.toml:12:8: endpoints[0].backlog: expected …`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LabFileError {
    /// `None` for a text that came from no file.
    pub file: Option<PathBuf>,
    /// From 1; 0 where the file could not be read at all.
    pub line: usize,
    /// In characters, from 1; 0 where the file could not be read at all.
    pub column: usize,
    /// The key, with the tables that it is in: `endpoints[0].service.text`.
    pub field: Option<String>,
    /// What is wrong and what was expected, in each language.
    pub message: Localized,
}

impl Words for LabFileError {
    fn words(&self, lang: Lang) -> String {
        let mut text = match &self.file {
            Some(file) => file.display().to_string(),
            None => t!(lang, "lab-nowhere").into_owned(),
        };
        if self.line > 0 {
            text.push_str(&format!(":{}:{}", self.line, self.column));
        }
        if let Some(field) = &self.field {
            text.push_str(&format!(": {field}"));
        }
        text.push_str(": ");
        text.push_str(self.message.text(lang));
        text
    }
}

error_in_words!(LabFileError);

impl LabFileError {
    /// About the file as a whole.
    pub(super) fn of_file<S: Into<String>>(say: impl Fn(Lang) -> S) -> Self {
        Self { file: None, line: 0, column: 0, field: None, message: Localized::said(say) }
    }

    pub(super) fn unreadable(error: &io::Error) -> Self {
        Self::of_file(|lang| t!(lang, "lab-unreadable", reason = lang.system_reason(error)))
    }

    /// A file that belongs to a lab can't be written.
    pub fn unwritable(file: PathBuf, error: &io::Error) -> Self {
        let about = Self::of_file(|lang| t!(lang, "lab-unwritable", reason = lang.system_reason(error)));
        Self { file: Some(file), ..about }
    }

    pub(super) fn at(text: &str, fault: Fault) -> Self {
        let (line, column) = place(text, fault.at);
        Self {
            file: None,
            line,
            column,
            field: fault.field,
            message: Localized::said(|lang| visible(fault.message.text(lang)).into_owned()),
        }
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
            message: Localized::said(|lang| {
                let reason = visible(&library_errors::toml(lang, error.message())).into_owned();
                t!(lang, "lab-not-toml", reason = reason)
            }),
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
