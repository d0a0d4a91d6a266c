//! A rule while it is typed: texts stay as they were typed until they are right.

use std::borrow::Cow;
use std::cell::RefCell;
use std::time::Duration;

use super::fields::escaped;
use crate::lab::Content;
use crate::lab::TextEncoding;
use crate::lab::payload::{self, Piece};
use crate::lab::rule::when::Takes;
use crate::lab::rule::{MAX_DELAY, Rule, RuleField, When, WhenError, WhenKind};
use crate::lang::Lang;
use crate::lang::Words as _;
use crate::t;

/// The part of a rule that can be wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RulePart {
    Name,
    Pattern,
    Reply,
    Delay,
}

impl RulePart {
    /// What the field is called in the form.
    pub fn name(self, lang: Lang) -> Cow<'static, str> {
        match self {
            Self::Name => t!(lang, "rules-name"),
            Self::Pattern => t!(lang, "rules-pattern"),
            Self::Reply => t!(lang, "rules-reply"),
            Self::Delay => t!(lang, "rules-delay"),
        }
    }
}

/// How the reply is written, or that there is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReplyKind {
    Text,
    Hex,
    Nothing,
}

impl ReplyKind {
    pub const ALL: [Self; 3] = [Self::Text, Self::Hex, Self::Nothing];
}

/// The rules of the form. Each keeps its key when it is moved, so that the keyboard stays with it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RuleDrafts {
    pub list: Vec<RuleDraft>,
    /// There has been a rule: the first one is offered only once.
    pub was_begun: bool,
    next_key: u64,
}

#[derive(Clone, Debug, PartialEq)]
pub struct RuleDraft {
    pub key: u64,
    pub name: String,
    pub when: &'static WhenKind,
    pub pattern: String,
    pub reply_kind: ReplyKind,
    pub reply: String,
    /// Milliseconds.
    pub delay: String,
    pub close: bool,
    /// As it was; a delay in microseconds stays until another one is typed.
    known_delay: Duration,
    pattern_read: LastPattern,
}

/// A pattern is read when its text changes and not with every frame: to compile a regular expression takes a while.
#[derive(Clone, Debug, Default)]
struct LastPattern(RefCell<Option<Known>>);

#[derive(Clone, Debug)]
struct Known {
    kind: &'static WhenKind,
    written: String,
    read: Result<When, WhenError>,
}

impl PartialEq for LastPattern {
    /// It follows from the text.
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl LastPattern {
    fn of(&self, kind: &'static WhenKind, written: &str) -> Result<When, WhenError> {
        let mut last = self.0.borrow_mut();
        if let Some(known) = &*last
            && known.kind == kind
            && known.written == written
        {
            return known.read.clone();
        }
        let read = kind.of(written);
        *last = Some(Known { kind, written: written.to_owned(), read: read.clone() });
        read
    }
}

impl RuleDrafts {
    pub fn of(rules: &[Rule]) -> Self {
        let mut drafts = Self::default();
        for rule in rules {
            let key = drafts.key();
            drafts.list.push(RuleDraft::of(key, rule));
        }
        drafts
    }

    fn key(&mut self) -> u64 {
        self.was_begun = true;
        self.next_key += 1;
        self.next_key
    }

    pub fn add(&mut self) {
        let key = self.key();
        self.list.push(RuleDraft::new(key));
    }

    pub fn duplicate(&mut self, index: usize) {
        let key = self.key();
        if let Some(rule) = self.list.get(index).cloned() {
            self.list.insert(index + 1, RuleDraft { key, ..rule });
        }
    }
}

impl RuleDraft {
    fn new(key: u64) -> Self {
        Self {
            key,
            name: String::new(),
            when: WhenKind::FIRST,
            pattern: String::new(),
            reply_kind: ReplyKind::Text,
            reply: String::new(),
            delay: "0".to_owned(),
            close: false,
            known_delay: Duration::ZERO,
            pattern_read: LastPattern::default(),
        }
    }

    fn of(key: u64, rule: &Rule) -> Self {
        let when = rule.when.text();
        let (reply_kind, reply) = match &rule.reply {
            None => (ReplyKind::Nothing, String::new()),
            Some(Content::Text(text)) => (ReplyKind::Text, escaped(text)),
            Some(Content::Hex(bytes)) => (ReplyKind::Hex, payload::format_hex(bytes)),
        };
        Self {
            name: rule.name.clone(),
            when: rule.when.kind(),
            pattern: match rule.when.kind().takes {
                Takes::Text(_) => escaped(&when),
                Takes::Regexp | Takes::Bytes | Takes::Nothing => when.into_owned(),
            },
            reply_kind,
            reply,
            delay: rule.delay.as_millis().to_string(),
            close: rule.close,
            known_delay: rule.delay,
            ..Self::new(key)
        }
    }

    /// The rule, or each part of it that is wrong, once.
    ///
    /// # Errors
    /// The parts with the reason in the user's language.
    pub fn rule(&self, lang: Lang, encoding: TextEncoding) -> Result<Rule, Vec<(RulePart, String)>> {
        let mut wrong = Vec::new();
        let mut places = Places::default();
        let when = self.when(lang, &mut places).map_err(|why| wrong.push((RulePart::Pattern, why))).ok();
        let reply = self.reply(lang, &mut places).map_err(|why| wrong.push((RulePart::Reply, why))).ok();
        let delay = self.delay(lang).map_err(|why| wrong.push((RulePart::Delay, why))).ok();
        let (Some(when), Some(reply), Some(delay)) = (when, reply, delay) else { return Err(wrong) };
        let rule = Rule { name: self.name.trim().to_owned(), when, reply, delay, close: self.close };
        match rule.check(encoding) {
            Ok(()) => Ok(rule),
            Err(error) => {
                let (part, typed_at): (_, &[usize]) = match error.field() {
                    RuleField::Name => (RulePart::Name, &[]),
                    RuleField::When => (RulePart::Pattern, &places.pattern),
                    RuleField::Reply | RuleField::ReplyHex => (RulePart::Reply, &places.reply),
                    RuleField::Delay => (RulePart::Delay, &[]),
                };
                Err(vec![(part, error.moved(typed_at).sentence(lang))])
            }
        }
    }

    fn when(&self, lang: Lang, places: &mut Places) -> Result<When, String> {
        let written = match self.when.takes {
            Takes::Text(_) => Cow::Owned(plain_text(lang, &self.pattern, &mut places.pattern)?),
            Takes::Regexp | Takes::Bytes | Takes::Nothing => Cow::Borrowed(self.pattern.as_str()),
        };
        self.pattern_read.of(self.when, &written).map_err(|error| error.sentence(lang))
    }

    fn reply(&self, lang: Lang, places: &mut Places) -> Result<Option<Content>, String> {
        Ok(match self.reply_kind {
            ReplyKind::Nothing => None,
            ReplyKind::Text => Some(Content::Text(plain_text(lang, &self.reply, &mut places.reply)?)),
            ReplyKind::Hex => {
                let bytes = payload::parse_hex(&self.reply);
                Some(Content::Hex(bytes.map_err(|error| error.sentence(lang))?))
            }
        })
    }

    fn delay(&self, lang: Lang) -> Result<Duration, String> {
        let most = MAX_DELAY.as_millis() as u64;
        let typed = self.delay.trim();
        let number = if typed.is_empty() { Some(0) } else { typed.parse::<u64>().ok() };
        number
            .filter(|number| *number <= most)
            .map(|number| {
                let known = self.known_delay.as_millis() == u128::from(number);
                if known { self.known_delay } else { Duration::from_millis(number) }
            })
            .ok_or_else(|| t!(lang, "wrong-number", least = "0", most = most.to_string()).into_owned())
    }
}

/// Where each character of a text stands in what was typed.
#[derive(Default)]
struct Places {
    pattern: Vec<usize>,
    reply: Vec<usize>,
}

/// The text without its escapes. A byte that is no character can't be in it.
fn plain_text(lang: Lang, typed: &str, places: &mut Vec<usize>) -> Result<String, String> {
    let pieces = payload::unescape(typed).map_err(|error| error.sentence(lang))?;
    let mut text = String::with_capacity(typed.len());
    for (place, piece) in pieces {
        places.push(place);
        match piece {
            Piece::Char(character) => text.push(character),
            Piece::Byte(byte) if byte.is_ascii() => text.push(char::from(byte)),
            Piece::Byte(_) => return Err(t!(lang, "wrong-byte-in-rule").into_owned()),
        }
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::rule::when::tests::one_of_each;
    use crate::lab::rule::Regexp;

    fn draft(when: &str, pattern: &str, reply: &str) -> RuleDraft {
        let when = WhenKind::named(when).unwrap();
        RuleDraft { when, pattern: pattern.to_owned(), reply: reply.to_owned(), ..RuleDraft::new(1) }
    }

    fn wrong(draft: &RuleDraft) -> Vec<RulePart> {
        let result = draft.rule(Lang::En, TextEncoding::UTF_8);
        result.err().unwrap_or_default().into_iter().map(|(part, _)| part).collect()
    }

    #[test]
    fn a_rule_passes_through_its_draft_unchanged() {
        let rules = [
            Rule::new(When::exact("a\r\n\\b"), Some(Content::Text("{msg}\n".to_owned()))),
            Rule {
                name: "two".to_owned(),
                delay: Duration::from_millis(250),
                close: true,
                ..Rule::new(When::any(), None)
            },
            Rule::new(When::regex(Regexp::new(r"^(\w+)\n$").unwrap()), Some(Content::Text("$1".to_owned()))),
            Rule::new(When::hex("01 ?? 0a".parse().unwrap()), Some(Content::Hex(vec![1, 255]))),
        ];
        let drafts = RuleDrafts::of(&rules);
        let back: Vec<_> = drafts.list.iter().map(|draft| draft.rule(Lang::En, TextEncoding::UTF_8).unwrap()).collect();
        assert_eq!(back, rules);
    }

    #[test]
    fn every_pattern_passes_through_its_draft_unchanged() {
        for rule in one_of_each().into_iter().map(|when| Rule::new(when, None)) {
            assert_eq!(RuleDraft::of(1, &rule).rule(Lang::En, TextEncoding::UTF_8), Ok(rule));
        }
    }

    #[test]
    fn a_pattern_is_read_again_when_its_kind_changes_and_its_text_does_not() {
        let mut draft = draft("regex", "0a", "");
        let mut read = |kind: &'static WhenKind| {
            draft.when = kind;
            draft.rule(Lang::En, TextEncoding::UTF_8).unwrap().when
        };
        for kind in WhenKind::ALL {
            assert_eq!(read(kind), kind.of("0a").unwrap());
        }
    }

    #[test]
    fn each_wrong_part_is_named() {
        assert_eq!(wrong(&draft("contains", "hi", "yes")), []);
        assert_eq!(wrong(&draft("contains", "", "yes")), [RulePart::Pattern]);
        assert_eq!(wrong(&draft("regex", "(", "yes")), [RulePart::Pattern]);
        assert_eq!(wrong(&draft("hex", "01 ?", "yes")), [RulePart::Pattern]);
        assert_eq!(wrong(&draft("contains", "hi", "{nobody}")), [RulePart::Reply]);
        assert_eq!(wrong(&draft("regex", "hi", "$1")), [RulePart::Reply]);
        let many = RuleDraft { delay: "70000".to_owned(), ..draft("exact", "\\q", "\\xff") };
        assert_eq!(wrong(&many), [RulePart::Pattern, RulePart::Reply, RulePart::Delay]);
        let hex = RuleDraft { reply_kind: ReplyKind::Hex, ..draft("any", "", "0") };
        assert_eq!(wrong(&hex), [RulePart::Reply]);
        assert_eq!(wrong(&RuleDraft { name: "a\nb".to_owned(), ..draft("any", "", "") }), [RulePart::Name]);
    }

    #[test]
    fn the_place_of_a_mistake_is_that_in_the_typed_text() {
        let result = draft("exact", "a", r"\n\n{nobody}").rule(Lang::En, TextEncoding::UTF_8);
        let why = &result.unwrap_err()[0].1;
        assert!(why.contains("character 5"), "{why}");
    }
}
