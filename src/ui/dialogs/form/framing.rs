//! The form's choice of a framing: where a message ends in a stream.

use eframe::egui::{ComboBox, TextEdit, Ui};

use super::Lines;
use super::fields::{Field, escaped};
use crate::lab::TextEncoding;
use crate::lab::framing::{Delimiter, FixedLength, Framing, MAX_FRAME, PrefixWidth};
use crate::lab::payload::{self, Input, LineEnding, format_hex};
use crate::lang::Lang;
use crate::lang::Words as _;
use crate::t;
use crate::ui::widgets::field;
use crate::ui::widgets::framing::kind_name;

/// A framing while it is typed.
#[derive(Clone, Debug, PartialEq)]
pub struct FramingDraft {
    /// One of [`Framing::KINDS`].
    pub kind: &'static str,
    pub delimiter: String,
    pub delimiter_hex: bool,
    pub length: String,
    pub width: PrefixWidth,
    pub big_endian: bool,
}

impl FramingDraft {
    pub fn of(framing: &Framing, encoding: TextEncoding) -> Self {
        let mut draft = Self {
            kind: framing.kind(),
            delimiter: r"\n".to_owned(),
            delimiter_hex: false,
            length: "16".to_owned(),
            width: PrefixWidth::Two,
            big_endian: true,
        };
        match framing {
            Framing::None | Framing::Line => {}
            Framing::Delimiter(delimiter) => {
                let text = plain_text(delimiter.bytes(), encoding);
                draft.delimiter_hex = text.is_none();
                draft.delimiter = text.map_or_else(|| format_hex(delimiter.bytes()), escaped);
            }
            Framing::Fixed(length) => draft.length = length.get().to_string(),
            Framing::LengthPrefix { width, big_endian } => {
                (draft.width, draft.big_endian) = (*width, *big_endian);
            }
        }
        draft
    }

    /// # Errors
    /// Why not, in the user's language.
    pub fn framing(&self, lang: Lang, encoding: TextEncoding) -> Result<Framing, String> {
        Ok(match self.kind {
            "line" => Framing::Line,
            "delimiter" => {
                let input = if self.delimiter_hex { Input::Hex } else { Input::Text };
                let bytes = payload::encode(&self.delimiter, input, encoding, LineEnding::None)
                    .map_err(|error| error.sentence(lang))?;
                Framing::Delimiter(Delimiter::new(&bytes).map_err(|error| error.sentence(lang))?)
            }
            "fixed" => {
                let refused = || t!(lang, "wrong-number", least = "1", most = MAX_FRAME.to_string()).into_owned();
                let length = self.length.trim().parse().map_err(|_| refused())?;
                Framing::Fixed(FixedLength::new(length).map_err(|_| refused())?)
            }
            "length-prefix" => Framing::LengthPrefix { width: self.width, big_endian: self.big_endian },
            _ => Framing::None,
        })
    }
}

/// Bytes that are easier to read as a text.
fn plain_text(bytes: &[u8], encoding: TextEncoding) -> Option<&str> {
    let text = std::str::from_utf8(bytes).ok()?;
    let is_plain = text.bytes().all(|byte| matches!(byte, b' '..=b'~' | b'\r' | b'\n' | b'\t' | 0));
    (is_plain && encoding.encode(text).as_deref() == Ok(bytes)).then_some(text)
}

pub(super) fn ui(ui: &mut Ui, lang: Lang, draft: &mut FramingDraft, lines: &mut Lines<'_>) {
    let (name, tip) = (t!(lang, "framing"), t!(lang, "framing-tip"));
    lines.choice(ui, &name, &tip, &kind_name(lang, draft.kind), |ui| {
        for kind in Framing::KINDS {
            ui.selectable_value(&mut draft.kind, kind, kind_name(lang, kind).as_ref())
                .on_hover_text(kind_tip(lang, kind));
        }
    });
    match draft.kind {
        "delimiter" => {
            let (name, tip) = (t!(lang, "framing-delimiter"), t!(lang, "framing-delimiter-tip"));
            lines.text(ui, &name, &tip, Field::Framing, &mut draft.delimiter, r"\r\n");
            let (text, tip) = (t!(lang, "framing-delimiter-hex"), t!(lang, "form-hex-tip"));
            lines.check(ui, "", &text, &tip, &mut draft.delimiter_hex);
        }
        "fixed" => {
            let (name, tip) = (t!(lang, "framing-length"), t!(lang, "framing-fixed-tip"));
            lines.line(ui, &name, &tip, Some(Field::Framing), |ui| {
                let edit = TextEdit::singleline(&mut draft.length).desired_width(110.0).char_limit(12);
                field::line(ui, edit.hint_text("16"))
            });
        }
        "length-prefix" => {
            let (name, tip) = (t!(lang, "framing-prefix"), t!(lang, "framing-prefix-tip"));
            lines.line(ui, &name, &tip, None, |ui| {
                let width_name = |width: PrefixWidth| t!(lang, "framing-prefix-bytes", count = width.bytes());
                let response = ComboBox::from_id_salt("prefix width")
                    .width(120.0)
                    .selected_text(width_name(draft.width))
                    .show_ui(ui, |ui| {
                        for width in PrefixWidth::ALL {
                            ui.selectable_value(&mut draft.width, width, width_name(width).as_ref());
                        }
                    })
                    .response;
                let order = |big: bool| if big { t!(lang, "framing-big") } else { t!(lang, "framing-little") };
                ui.add_enabled_ui(draft.width != PrefixWidth::One, |ui| {
                    ComboBox::from_id_salt("prefix order")
                        .width(190.0)
                        .selected_text(order(draft.big_endian))
                        .show_ui(ui, |ui| {
                            for big in [true, false] {
                                ui.selectable_value(&mut draft.big_endian, big, order(big).as_ref());
                            }
                        })
                        .response
                        .accessible_name(t!(lang, "framing-order"));
                });
                response
            });
        }
        "line" => lines.hint(ui, &t!(lang, "framing-line-tip")),
        _ => {}
    }
}

fn kind_tip(lang: Lang, kind: &str) -> String {
    match kind {
        "line" => t!(lang, "framing-line-tip"),
        "delimiter" => t!(lang, "framing-delimiter-tip"),
        "fixed" => t!(lang, "framing-fixed-tip"),
        "length-prefix" => t!(lang, "framing-prefix-tip"),
        _ => t!(lang, "framing-none-tip"),
    }
    .into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_framing_passes_through_its_draft_unchanged() {
        let delimiter = |bytes: &[u8]| Framing::Delimiter(Delimiter::new(bytes).unwrap());
        for framing in [
            Framing::None,
            Framing::Line,
            delimiter(b"\r\n"),
            delimiter(b"\0"),
            delimiter(&[0xff, 0x00]),
            delimiter(br"\"),
            Framing::Fixed(FixedLength::new(7).unwrap()),
            Framing::LengthPrefix { width: PrefixWidth::Four, big_endian: false },
        ] {
            for encoding in ["utf-8", "gbk", "utf-16le"] {
                let encoding = encoding.parse().unwrap();
                let draft = FramingDraft::of(&framing, encoding);
                assert_eq!(draft.framing(Lang::En, encoding).as_ref(), Ok(&framing), "{draft:?}");
            }
        }
    }

    #[test]
    fn what_is_no_framing_is_refused() {
        let good = FramingDraft::of(&Framing::None, TextEncoding::UTF_8);
        let refused = |draft: FramingDraft| draft.framing(Lang::En, TextEncoding::UTF_8).is_err();
        for length in ["0", "", "x", "-1", "16777217", "99999999999"] {
            assert!(refused(FramingDraft { kind: "fixed", length: length.to_owned(), ..good.clone() }), "{length}");
        }
        for (text, hex) in [("", false), ("\\q", false), ("", true), ("0", true)] {
            let draft =
                FramingDraft { kind: "delimiter", delimiter: text.to_owned(), delimiter_hex: hex, ..good.clone() };
            assert!(refused(draft), "{text}");
        }
        assert!(refused(FramingDraft { kind: "delimiter", delimiter: "x".repeat(65), ..good }));
    }
}
