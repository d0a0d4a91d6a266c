//! Framings: where a message ends in a stream. One file each, and a line in [`FramingKind::ALL`].
//!
//! TCP carries bytes, not messages: one `send` may arrive as three `recv`s, and three as one. A framing is the agreement
//! of both ends that makes messages out of them. Datagrams are messages already and have none.
//!
//! A [`FrameScanner`] finds where messages begin and end as the bytes come by, and keeps none of them: a view can follow
//! any stream with it. [`frame`] puts around a payload what its peer needs to find its end.

mod begun_line;
mod between;
mod cobs;
mod delimiter;
mod fixed;
mod http;
mod idle;
mod json;
mod length;
mod length_prefix;
mod line;
mod matcher;
mod none;
mod pattern;
pub mod preset;
mod scanner;
mod slip;
mod stuffed;

use std::fmt;
use std::time::Duration;

use bytes::Bytes;

use super::field::{self, Field, Values};
use crate::lang::{Lang, Words};
use crate::values::TextEncoding;
use crate::values::toml_text::{inline, pair, quoted};
use crate::values::tree::{self, Read, one_of};
use crate::{error_in_words, t};

pub use delimiter::MAX_DELIMITER;
pub use length_prefix::PREFIX_WIDTHS;
pub use pattern::{StreamPattern, StreamPatternError};
pub use preset::{FrameValue, Preset};
pub use scanner::{Frame, FrameError, FrameKind, FrameScanner};

/// The longest payload of one framed message: 16 MiB. It is also the longest fixed length.
pub const MAX_FRAME: u32 = 16 * 1024 * 1024;

/// What a payload says.
pub type Decode = fn(&Values, &[u8]) -> Option<Vec<u8>>;

/// What there is to know of a framing. Its texts are `framing-NAME` and `framing-NAME-tip`.
pub struct FramingKind {
    /// The `kind` in lab files.
    pub name: &'static str,
    pub fields: &'static [Field],
    /// How it is written in a lab file where it has options.
    pub example: &'static str,
    /// A payload that ends with a line feed of its own would end twice.
    pub ends_lines: bool,
    /// Finds the ends of messages; the encoding matters where a line feed is not one byte (UTF-16).
    pub cutter: fn(&Values, TextEncoding) -> Box<dyn Cutter>,
    /// The payload with what belongs around it.
    pub frame: fn(&Values, TextEncoding, Bytes) -> Result<Bytes, UnframeableError>,
    /// What the payload says, where its bytes stand in the stream in another way; `None` is never given for a payload that
    /// the cutter has found.
    pub decode: Option<Decode>,
    /// In a few words, for a chip; `None`: its label.
    pub short: fn(Lang, &Values) -> Option<String>,
}

/// Finds where a frame ends. A gap is bytes that the stream had and that were not kept.
pub trait Cutter: CloneCutter + fmt::Debug + Send + Sync {
    /// How many of the next bytes the frame takes, and what follows from them; `None` is a gap.
    fn advance(&mut self, at: &Progress, bytes: Option<&[u8]>, available: u64) -> (u64, Found);

    /// A frame has ended: the next byte begins another.
    fn begin_frame(&mut self) {}

    /// The stream is followed from a byte later in it, which may be within a frame.
    fn resume_at(&mut self, position: u64) -> Resumed;

    /// What the bytes read of a frame are so far, where they are none: `len` of them, the first.
    fn aside(&self, len: u64) -> Option<Aside> {
        let _ = len;
        None
    }

    /// A frame ends where nothing comes for that long.
    fn silence(&self) -> Option<Duration> {
        None
    }

    /// The length of every frame, where they all have one.
    fn fixed_length(&self) -> Option<u64> {
        None
    }
}

/// A cutter can be cloned behind its `Box`.
pub trait CloneCutter {
    fn boxed(&self) -> Box<dyn Cutter>;
}

impl<C: Cutter + Clone + 'static> CloneCutter for C {
    fn boxed(&self) -> Box<dyn Cutter> {
        Box::new(self.clone())
    }
}

impl Clone for Box<dyn Cutter> {
    fn clone(&self) -> Self {
        self.as_ref().boxed()
    }
}

/// How far the frame that is being read has come.
#[derive(Clone, Copy, Debug)]
pub struct Progress {
    /// Where it begins in the stream.
    pub start: u64,
    /// How many bytes of it have been read.
    pub len: u64,
    /// The longest payload.
    pub max: u32,
}

impl Progress {
    /// The place of the next byte.
    fn position(&self) -> u64 {
        self.start.saturating_add(self.len)
    }

    fn too_long(&self) -> Found {
        Found::Failed(FrameError::TooLong { at: self.start, max: self.max })
    }
}

/// What some bytes meant for the frame.
#[derive(Clone, Debug)]
pub enum Found {
    More,
    /// It ends; its payload stands between `header` bytes at its beginning and `trailer` bytes at its end.
    End {
        header: u64,
        trailer: u64,
    },
    /// The first bytes of what was read belong to no message; the rest begins the next frame.
    Aside(Aside),
    Failed(FrameError),
}

/// Bytes between messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Aside {
    pub len: u64,
    /// The framing has them between messages: white space, a mark that begins and ends. Else nobody knows what they are.
    pub is_padding: bool,
}

/// Where a cutter stands that begins in the middle of a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resumed {
    /// At the beginning of a frame.
    Between,
    /// Perhaps within one: the first frame may be several.
    Somewhere,
    /// Within a frame of which `len` bytes have passed.
    Within { len: u64 },
    /// Nobody knows where the next frame begins.
    Lost,
}

/// A frame that ends after `rest` more bytes.
fn counted(rest: u64, available: u64, end: Found) -> (u64, Found) {
    if rest <= available { (rest, end) } else { (available, Found::More) }
}

/// At most that many of the bytes.
fn within(bytes: &[u8], most: u64) -> &[u8] {
    usize::try_from(most).ok().and_then(|most| bytes.get(..most)).unwrap_or(bytes)
}

/// Why a payload can't be a message of a framing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnframeableError {
    TooLong {
        len: usize,
    },
    PrefixTooNarrow {
        len: usize,
        width: usize,
        most: u64,
    },
    /// Nothing is ever cut off or padded.
    WrongLength {
        len: usize,
        length: u32,
    },
    /// The message has to bring the bytes before its length, and the length, which is then put right.
    NoHeader {
        len: usize,
    },
    /// By the framing's adjustment the length would be negative.
    NegativeLength {
        len: usize,
    },
    /// No byte is no message.
    Empty,
}

impl Words for UnframeableError {
    fn words(&self, lang: Lang) -> String {
        match self {
            Self::TooLong { len } => t!(lang, "unframeable-too-long", len = *len, most = MAX_FRAME),
            Self::PrefixTooNarrow { len, width, most } => {
                t!(lang, "unframeable-prefix", len = *len, width = *width, most = *most)
            }
            Self::WrongLength { len, length } => t!(lang, "unframeable-length", len = *len, length = *length),
            Self::NoHeader { len } => t!(lang, "unframeable-no-header", len = *len),
            Self::NegativeLength { len } => t!(lang, "unframeable-negative", len = *len),
            Self::Empty => t!(lang, "unframeable-empty"),
        }
        .into_owned()
    }
}

error_in_words!(UnframeableError);

/// The payload as a message of that framing: with its line feed, delimiter or length prefix. A delimiter within the
/// payload is left as it is: the peer takes it for the end of a message.
///
/// # Errors
/// [`UnframeableError`] where the peer could not read it.
pub fn frame(framing: &Framing, encoding: TextEncoding, payload: Bytes) -> Result<Bytes, UnframeableError> {
    let len = payload.len();
    if framing.is_some() && len > MAX_FRAME as usize {
        return Err(UnframeableError::TooLong { len });
    }
    (framing.kind.frame)(&framing.values, encoding, payload)
}

fn joined(before: &[u8], payload: &[u8], after: &[u8]) -> Bytes {
    Bytes::from([before, payload, after].concat())
}

impl FramingKind {
    /// Every framing, in the order in which the window offers them. The first one is the default.
    pub const ALL: &[&Self] = &[
        &none::NONE,
        &preset::PRESET,
        &line::LINE,
        &delimiter::DELIMITER,
        &between::BETWEEN,
        &fixed::FIXED,
        &length_prefix::LENGTH_PREFIX,
        &slip::SLIP,
        &cobs::COBS,
        &json::JSON,
        &idle::IDLE,
        &pattern::REGEX,
        &http::HTTP,
    ];

    /// What most framings have. A description begins with it.
    const PLAIN: Self = Self {
        name: "",
        fields: &[],
        example: "",
        ends_lines: false,
        cutter: |_, _| Box::new(none::Whole),
        frame: |_, _, payload| Ok(payload),
        decode: None,
        short: |_, _| None,
    };
}

identified_by_name!(FramingKind);
with_texts!(FramingKind, "framing");

/// How the bytes of a stream are cut into messages. Each kind's file has the function that makes one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Framing {
    kind: &'static FramingKind,
    values: Values,
}

impl Default for Framing {
    fn default() -> Self {
        Self::new(&none::NONE, Values::default())
    }
}

impl Framing {
    /// The values are as [`Field`]s have read or checked them.
    pub fn new(kind: &'static FramingKind, values: Values) -> Self {
        Self { kind, values }
    }

    pub fn kind(&self) -> &'static FramingKind {
        self.kind
    }

    pub fn values(&self) -> &Values {
        &self.values
    }

    /// False where one `recv` is one message.
    pub fn is_some(&self) -> bool {
        self.kind != &none::NONE
    }

    /// The protocol whose framing it is, where it was named.
    pub fn preset(&self) -> Option<&'static Preset> {
        Preset::of(self)
    }

    /// The fields that the protocol has in a whole frame, with delimiter or length prefix.
    pub fn fields(&self, whole: &[u8]) -> Vec<FrameValue> {
        self.preset().map(|preset| preset.values(whole)).unwrap_or_default()
    }

    /// What the payload of a frame says.
    pub fn decode(&self, payload: Bytes) -> Bytes {
        let decoded = self.kind.decode.and_then(|decode| decode(&self.values, &payload));
        decoded.map_or(payload, Bytes::from)
    }

    /// In a few words, for a chip.
    pub fn short(&self, lang: Lang) -> String {
        (self.kind.short)(lang, &self.values).unwrap_or_else(|| self.kind.label(lang))
    }

    /// Reads `"line"`, `{ kind = "delimiter", text = ";" }` …; texts are in that encoding.
    pub(crate) fn read(field: &tree::Field<'_>, encoding: TextEncoding) -> Read<Self> {
        let known: Vec<&str> = FramingKind::ALL.iter().map(|kind| kind.name).collect();
        if !field.is_table() {
            let kind = field.one_of(&known, FramingKind::named)?;
            if kind.fields.is_empty() {
                return Ok(Self::new(kind, Values::default()));
            }
            return Err(field.fault(|lang| t!(lang, "lab-framing-table", example = kind.example)));
        }
        let table = field.any_table()?;
        let kind = match table.get("kind") {
            // A protocol's name says it all.
            None if table.get(preset::NAME.key).is_some() => &preset::PRESET,
            _ => table.require("kind", |lang| one_of(lang, &known))?.one_of(&known, FramingKind::named)?,
        };
        let keys: Vec<String> = kind.fields.iter().flat_map(Field::keys).collect();
        table.allow(&std::iter::once("kind").chain(keys.iter().map(String::as_str)).collect::<Vec<_>>())?;
        let values = field::read_all(kind.fields, &table, kind.name, &kind.texts(), encoding, None)?;
        Ok(Self::new(kind, values))
    }

    /// The value that [`Self::read`] reads back equal, for an endpoint with that encoding.
    pub(crate) fn write(&self, encoding: TextEncoding) -> String {
        let name = quoted(self.kind.name);
        if self.kind.fields.is_empty() {
            return name;
        }
        let mut parts = if self.kind == &preset::PRESET { Vec::new() } else { vec![pair("kind", &name)] };
        parts.extend(field::write_all(self.kind.fields, &self.values, encoding, None));
        inline(&parts)
    }
}

#[cfg(test)]
pub(crate) mod tests;
