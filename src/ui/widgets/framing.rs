//! A framing in words, and why a payload can't be a message of it.

use std::borrow::Cow;

use crate::lab::framing::Framing;
use crate::lab::payload::format_hex;
use crate::lang::Lang;
use crate::t;
use crate::trace::text::visible;

/// The name of a kind of framing, as lab files call it.
pub fn kind_name(lang: Lang, kind: &str) -> Cow<'static, str> {
    match kind {
        "line" => t!(lang, "framing-line"),
        "delimiter" => t!(lang, "framing-by-delimiter"),
        "fixed" => t!(lang, "framing-fixed"),
        "length-prefix" => t!(lang, "framing-by-prefix"),
        _ => t!(lang, "framing-none"),
    }
}

/// The framing in a few words, for a chip.
pub fn short(lang: Lang, framing: &Framing) -> String {
    match framing {
        Framing::None | Framing::Line => kind_name(lang, framing.kind()).into_owned(),
        Framing::Delimiter(delimiter) => {
            let shown = match std::str::from_utf8(delimiter.bytes()) {
                Ok(text) if !text.contains(' ') => visible(text).into_owned(),
                _ => format_hex(delimiter.bytes()),
            };
            let cut: String = shown.chars().take(12).collect();
            t!(lang, "framing-short-delimiter", delimiter = cut).into_owned()
        }
        Framing::Fixed(length) => t!(lang, "framing-short-fixed", length = length.get()).into_owned(),
        Framing::LengthPrefix { width, big_endian } => {
            let order = match (width.bytes(), big_endian) {
                (1, _) => "",
                (_, true) => " BE",
                (_, false) => " LE",
            };
            t!(lang, "framing-short-prefix", bytes = format!("{}{order}", width.bytes())).into_owned()
        }
    }
}
