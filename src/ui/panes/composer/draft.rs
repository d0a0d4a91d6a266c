//! What stands in a composer's field, the bytes that it makes, and what is wrong with it.

use std::borrow::Cow;
use std::ops::Range;

use bytes::Bytes;
use eframe::egui::text::{CCursor, CCursorRange};
use eframe::egui::text_edit::TextEditState;
use eframe::egui::{Id, TextBuffer as _, Ui};

use super::history;
use crate::lab::framing::Framing;
use crate::lab::payload::{Input, LineEnding, PayloadError, encode, format_hex};
use crate::lab::{EndpointSpec, TextEncoding};
use crate::lang::Lang;
use crate::lang::Words as _;
use crate::service::framing::{UnframeableError, frame};
use crate::t;
use crate::ui::widgets::focus;
use crate::ui::widgets::quantity;

/// How many of the first bytes are shown beside their count.
const SHOWN_BYTES: usize = 5;

/// Why what is typed makes no bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    Payload(PayloadError),
    /// The endpoint's framing has no message for it.
    Frame(UnframeableError),
}

impl Refusal {
    /// In the user's language.
    pub fn text(&self, lang: Lang) -> Cow<'static, str> {
        match self {
            Self::Payload(error) => error.sentence(lang).into(),
            Self::Frame(error) => error.sentence(lang).into(),
        }
    }
}

/// A payload as a message of the endpoint's framing. A text that ends with a line feed of its own is a line already.
pub fn framed(spec: &EndpointSpec, line_ending: LineEnding, payload: Vec<u8>) -> Result<Bytes, Refusal> {
    let payload = Bytes::from(payload);
    let ended = spec.stream.framing.kind().ends_lines && matches!(line_ending, LineEnding::Lf | LineEnding::Crlf);
    if ended || !spec.kind.is_stream() {
        return Ok(payload);
    }
    frame(&spec.stream.framing, spec.encoding, payload).map_err(Refusal::Frame)
}

/// What stands in the field and the bytes that it makes, worked out when one of the two changes.
#[derive(Debug)]
pub struct Draft {
    pub input: Input,
    pub text: String,
    /// The bytes of the text that are letters of an input method which has not committed them: not part of the message.
    pending: Option<Range<usize>>,
    encoded: Result<Bytes, Refusal>,
    /// What `encoded` was made with; `None` where the text has changed since.
    made_with: Option<(TextEncoding, LineEnding, Framing)>,
    /// Mark the character that is wrong in the next frame.
    pub select_error: bool,
}

impl Default for Draft {
    fn default() -> Self {
        Self {
            input: Input::Text,
            text: String::new(),
            pending: None,
            encoded: Ok(Bytes::new()),
            made_with: None,
            select_error: false,
        }
    }
}

impl Draft {
    pub fn entry(&self) -> history::Entry {
        (self.input, self.text.clone())
    }

    /// Puts a text where the field's cursor is, in place of what is selected.
    pub fn insert(&mut self, ui: &Ui, id: Id, text: &str) {
        let end = self.text.chars().count();
        let range = TextEditState::load(ui.ctx(), id).and_then(|state| state.cursor.char_range());
        let (one, other) = range.map_or((end, end), |range| (range.primary.index.0, range.secondary.index.0));
        let byte = |at: usize| self.text.char_indices().nth(at).map_or(self.text.len(), |(byte, _)| byte);
        let range = byte(one.min(other))..byte(one.max(other));
        self.text.replace_range(range, text);
        self.changed();
    }

    /// To be called when the text or the way of typing was changed.
    pub fn changed(&mut self) {
        self.made_with = None;
    }

    /// What was typed, without the letters that an input method has not committed yet.
    pub fn committed(&self) -> Cow<'_, str> {
        match &self.pending {
            None => Cow::Borrowed(&self.text),
            Some(pending) => Cow::Owned(format!("{}{}", &self.text[..pending.start], &self.text[pending.end..])),
        }
    }

    /// Tells where the letters of an input method stand: where the cursor is, which selects them.
    pub fn compose(&mut self, preedit: &str, cursor: Option<CCursorRange>) {
        let pending = cursor.filter(|_| !preedit.is_empty()).and_then(|cursor| {
            let start = self.text.byte_index_from_char_index(cursor.sorted_cursors()[0].index);
            self.text[start.0..].starts_with(preedit).then(|| start.0..start.0 + preedit.len())
        });
        if pending != self.pending {
            self.pending = pending;
            self.changed();
        }
    }

    /// Takes out what was typed. What an input method has not committed stays.
    pub fn take(&mut self, ui: &Ui, id: Id) -> history::Entry {
        let text = self.committed().into_owned();
        match self.pending.clone() {
            None => self.text.clear(),
            Some(pending) => {
                self.text = self.text[pending].to_owned();
                self.pending = Some(0..self.text.len());
                let end = CCursor::new(self.text.chars().count());
                set_cursor(ui, id, CCursorRange::two(CCursor::new(0), end));
            }
        }
        self.changed();
        (self.input, text)
    }

    /// Brings the bytes up to date.
    pub fn encode(&mut self, spec: &EndpointSpec) {
        let fresh = self.made_with.as_ref().is_some_and(|(encoding, ending, framing)| {
            (*encoding, *ending, framing) == (spec.encoding, spec.line_ending, &spec.stream.framing)
        });
        if fresh {
            return;
        }
        let ending = if self.input == Input::Text { spec.line_ending } else { LineEnding::None };
        self.encoded = encode(&self.committed(), self.input, spec.encoding, ending)
            .map_err(Refusal::Payload)
            .and_then(|payload| framed(spec, ending, payload));
        self.made_with = Some((spec.encoding, spec.line_ending, spec.stream.framing.clone()));
    }

    pub fn bytes(&self) -> Result<&Bytes, &Refusal> {
        self.encoded.as_ref()
    }

    /// `14 B · 6e 65 74 77 6f…`
    pub fn count_text(&self, lang: Lang) -> Cow<'static, str> {
        match &self.encoded {
            Err(_) => t!(lang, "composer-count-refused"),
            Ok(bytes) if bytes.is_empty() => Cow::Borrowed("0 B"),
            Ok(bytes) => {
                let first = format_hex(&bytes[..bytes.len().min(SHOWN_BYTES)]);
                let more = if bytes.len() > SHOWN_BYTES { "…" } else { "" };
                Cow::Owned(format!("{} · {first}{more}", quantity::bytes(bytes.len() as u64)))
            }
        }
    }

    /// True where going on typing may make it right.
    pub fn is_unfinished(&self) -> bool {
        let last = self.committed().trim_end().chars().count();
        match &self.encoded {
            Err(Refusal::Frame(UnframeableError::WrongLength { len, length })) => *len < *length as usize,
            Err(Refusal::Payload(error)) => match error {
                PayloadError::HalfByte { position } | PayloadError::UnfinishedEscape { position } => {
                    position + 1 >= last
                }
                PayloadError::BadHexEscape { position } => position + 3 >= last,
                PayloadError::NotHex { position, character: 'x' | 'X' } => position + 1 >= last,
                _ => false,
            },
            _ => false,
        }
    }

    /// The bytes of the text that hold what is wrong.
    pub fn error_span(&self) -> Option<Range<usize>> {
        let Err(Refusal::Payload(error)) = &self.encoded else { return None };
        // The place is one in what is committed.
        if self.pending.is_some() {
            return None;
        }
        let length = match error {
            PayloadError::UnknownEscape { .. } | PayloadError::BadHexEscape { .. } => 2,
            _ => 1,
        };
        let mut indices =
            self.text.char_indices().map(|(index, _)| index).chain([self.text.len()]).skip(error.position());
        let start = indices.next()?;
        let end = indices.nth(length - 1).unwrap_or(self.text.len());
        Some(start..end)
    }

    /// Selects what is wrong.
    pub fn select(&self, ui: &Ui, id: Id) {
        if let (Err(Refusal::Payload(error)), None) = (&self.encoded, &self.pending) {
            let from = CCursor::new(error.position());
            let to = CCursor::new(error.position() + 1);
            set_cursor(ui, id, CCursorRange::two(from, to));
        }
    }

    pub fn put_cursor_at_end(&self, ui: &Ui, id: Id) {
        set_cursor(ui, id, CCursorRange::one(CCursor::new(self.text.chars().count())));
    }
}

fn set_cursor(ui: &Ui, id: Id, range: CCursorRange) {
    let mut state = TextEditState::load(ui.ctx(), id).unwrap_or_default();
    state.cursor.set_char_range(Some(range));
    state.store(ui.ctx(), id);
    focus::give_to(ui.ctx(), id);
}
