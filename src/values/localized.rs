//! A text of the lab, in one language or in both.

use std::borrow::Cow;

use crate::lang::Lang;
use crate::lang::visible::visible;

/// The title or the note of a lab: one text for everybody, or one in each language of the program.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Localized {
    en: String,
    /// `None`: the other one is for everybody.
    zh: Option<String>,
}

impl Localized {
    /// One text, whatever the language of the window.
    pub fn plain(text: impl Into<String>) -> Self {
        Self { en: text.into(), zh: None }
    }

    pub fn both(en: impl Into<String>, zh: impl Into<String>) -> Self {
        Self { en: en.into(), zh: Some(zh.into()) }
    }

    /// What the program itself says, in each language.
    pub fn said<S: Into<String>>(say: impl Fn(Lang) -> S) -> Self {
        Self::both(say(Lang::En), say(Lang::ZhCn))
    }

    pub fn text(&self, lang: Lang) -> &str {
        match (lang, &self.zh) {
            (Lang::ZhCn, Some(zh)) => zh,
            _ => &self.en,
        }
    }

    /// The same on one line to be shown, also where an untrusted file has it.
    pub fn shown(&self, lang: Lang) -> Cow<'_, str> {
        visible(self.text(lang).trim())
    }

    /// The Chinese text, where it has one of its own.
    pub fn chinese(&self) -> Option<&str> {
        self.zh.as_deref()
    }

    /// The same with another text in that language; one text for everybody stays one.
    #[must_use]
    pub fn with(mut self, lang: Lang, text: impl Into<String>) -> Self {
        match (lang, &mut self.zh) {
            (Lang::ZhCn, Some(zh)) => *zh = text.into(),
            _ => self.en = text.into(),
        }
        self
    }

    /// True where there is nothing to read in any language.
    pub fn is_empty(&self) -> bool {
        self.en.is_empty() && self.zh.as_deref().is_none_or(str::is_empty)
    }
}

impl From<&str> for Localized {
    fn from(text: &str) -> Self {
        Self::plain(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plain_text_is_for_everybody_and_stays_plain() {
        let title = Localized::plain("Echo");
        assert_eq!(Lang::ALL.map(|lang| title.text(lang)), ["Echo", "Echo"]);
        assert_eq!(title.with(Lang::ZhCn, "回显"), Localized::plain("回显"));
    }

    #[test]
    fn of_two_texts_each_language_has_its_own() {
        let title = Localized::both("Echo", "回显");
        assert_eq!(Lang::ALL.map(|lang| title.text(lang)), ["Echo", "回显"]);
        assert_eq!(title.with(Lang::ZhCn, "回声"), Localized::both("Echo", "回声"));
    }
}
