//! The form's choice of a framing: where a message ends in a stream.

use eframe::egui::Ui;

use super::Lines;
use super::form_field::Field;
use super::typed::Typed;
use crate::kinds::framing::{Framing, FramingKind};
use crate::lab::TextEncoding;
use crate::lang::Lang;
use crate::t;

/// A framing while it is typed.
#[derive(Clone, Debug, PartialEq)]
pub struct FramingDraft {
    pub kind: &'static FramingKind,
    pub typed: Typed,
}

impl FramingDraft {
    pub fn of(framing: &Framing, encoding: TextEncoding) -> Self {
        Self { kind: framing.kind(), typed: Typed::of(framing.values(), encoding) }
    }

    /// # Errors
    /// Why not, in the user's language.
    pub fn framing(&self, lang: Lang, encoding: TextEncoding) -> Result<Framing, String> {
        let values = self.typed.values(self.kind.fields, &self.kind.texts(), lang, encoding)?;
        Ok(Framing::new(self.kind, values))
    }
}

pub(super) fn ui(ui: &mut Ui, lang: Lang, draft: &mut FramingDraft, lines: &mut Lines<'_>) {
    let (name, tip) = (t!(lang, "framing"), t!(lang, "framing-tip"));
    lines.choice(ui, &name, &tip, &draft.kind.label(lang), |ui| {
        for kind in FramingKind::ALL.iter().copied() {
            ui.selectable_value(&mut draft.kind, kind, kind.label(lang)).on_hover_text(kind.tip(lang));
        }
    });
    let kind = draft.kind;
    let texts = kind.texts();
    for fields in kind.fields.chunk_by(|_, next| next.is_beside) {
        if fields.first().is_some_and(|field| draft.typed.applies(field, kind.fields)) {
            draft.typed.ui(ui, lang, lines, &texts, fields, Field::Framing);
        }
    }
    // What has options says beside them what it does.
    if kind.fields.is_empty() && *kind != *Framing::default().kind() {
        lines.hint(ui, &kind.tip(lang));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_framing_passes_through_its_draft_unchanged() {
        let delimiter = |bytes: &[u8]| Framing::delimiter(bytes).unwrap();
        let more = [delimiter(b"\r\n"), delimiter(b"\0"), delimiter(&[0xff, 0x00]), delimiter(br"\")];
        for framing in crate::kinds::framing::tests::one_of_each().into_iter().chain(more) {
            for encoding in ["utf-8", "gbk", "utf-16le"] {
                let encoding = encoding.parse().unwrap();
                let draft = FramingDraft::of(&framing, encoding);
                assert_eq!(draft.framing(Lang::En, encoding).as_ref(), Ok(&framing), "{draft:?}");
            }
        }
    }

    #[test]
    fn what_is_no_framing_is_refused() {
        let refused = |kind: &str, key, text: &str, is_hex| {
            let mut draft = FramingDraft::of(&Framing::none(), TextEncoding::UTF_8);
            draft.kind = FramingKind::named(kind).unwrap();
            assert!(draft.framing(Lang::En, TextEncoding::UTF_8).is_ok(), "what the form begins with is right");
            draft.typed.put(key, text.to_owned(), is_hex);
            draft.framing(Lang::En, TextEncoding::UTF_8).is_err()
        };
        for length in ["0", "", "x", "-1", "16777217", "99999999999"] {
            assert!(refused("fixed", "length", length, false), "{length}");
        }
        for (text, hex) in [("", false), ("\\q", false), ("", true), ("0", true)] {
            assert!(refused("delimiter", "text", text, hex), "{text}");
        }
        assert!(refused("delimiter", "text", &"x".repeat(65), false));
    }
}
