//! A rule while it is typed: texts stay as they were typed until they are right.

use std::cell::RefCell;
use std::time::Duration;

use super::fields::escaped;
use crate::lab::Content;
use crate::lab::TextEncoding;
use crate::lab::payload::{self, Piece};
use crate::lab::rule::{HexPattern, MAX_DELAY, Regexp, RegexpError, Rule, When};
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
    pub fn name(self, lang: Lang) -> std::borrow::Cow<'static, str> {
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
    /// One of [`When::KINDS`].
    pub when: &'static str,
    pub pattern: String,
    pub reply_kind: ReplyKind,
    pub reply: String,
    /// Milliseconds.
    pub delay: String,
    pub close: bool,
    /// As it was; a delay in microseconds stays until another one is typed.
    known_delay: Duration,
    regexp: LastRegexp,
}

/// A regular expression is compiled when its text changes and not with every frame.
#[derive(Clone, Debug, Default)]
struct LastRegexp(RefCell<Option<(String, Result<Regexp, RegexpError>)>>);

impl PartialEq for LastRegexp {
    /// It follows from the text.
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl LastRegexp {
    fn of(&self, source: &str) -> Result<Regexp, RegexpError> {
        let mut last = self.0.borrow_mut();
        match &*last {
            Some((known, compiled)) if known == source => compiled.clone(),
            _ => {
                let compiled = Regexp::new(source);
                *last = Some((source.to_owned(), compiled.clone()));
                compiled
            }
        }
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
            when: "contains",
            pattern: String::new(),
            reply_kind: ReplyKind::Text,
            reply: String::new(),
            delay: "0".to_owned(),
            close: false,
            known_delay: Duration::ZERO,
            regexp: LastRegexp::default(),
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
            pattern: if is_text(rule.when.kind()) { escaped(&when) } else { when.into_owned() },
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
                    "name" => (RulePart::Name, &[]),
                    "when" => (RulePart::Pattern, &places.pattern),
                    "delay" => (RulePart::Delay, &[]),
                    _ => (RulePart::Reply, &places.reply),
                };
                Err(vec![(part, error.moved(typed_at).sentence(lang))])
            }
        }
    }

    fn when(&self, lang: Lang, places: &mut Places) -> Result<When, String> {
        let mut text = || plain_text(lang, &self.pattern, &mut places.pattern);
        Ok(match self.when {
            "exact" => When::Exact(text()?),
            "contains" => When::Contains(text()?),
            "starts" => When::Starts(text()?),
            "ends" => When::Ends(text()?),
            "regex" => When::Regex(self.regexp.of(&self.pattern).map_err(|error| error.sentence(lang))?),
            "hex" => {
                let pattern = self.pattern.parse::<HexPattern>();
                When::Hex(pattern.map_err(|error| error.sentence(lang))?)
            }
            _ => When::Any,
        })
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

/// Those whose pattern is a text with escapes.
pub fn is_text(when: &str) -> bool {
    matches!(when, "exact" | "contains" | "starts" | "ends")
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

    fn draft(when: &'static str, pattern: &str, reply: &str) -> RuleDraft {
        RuleDraft { when, pattern: pattern.to_owned(), reply: reply.to_owned(), ..RuleDraft::new(1) }
    }

    fn wrong(draft: &RuleDraft) -> Vec<RulePart> {
        let result = draft.rule(Lang::En, TextEncoding::UTF_8);
        result.err().unwrap_or_default().into_iter().map(|(part, _)| part).collect()
    }

    #[test]
    fn a_rule_passes_through_its_draft_unchanged() {
        let rules = [
            Rule::new(When::Exact("a\r\n\\b".to_owned()), Some(Content::Text("{msg}\n".to_owned()))),
            Rule {
                name: "two".to_owned(),
                delay: Duration::from_millis(250),
                close: true,
                ..Rule::new(When::Any, None)
            },
            Rule::new(When::Regex(Regexp::new(r"^(\w+)\n$").unwrap()), Some(Content::Text("$1".to_owned()))),
            Rule::new(When::Hex("01 ?? 0a".parse().unwrap()), Some(Content::Hex(vec![1, 255]))),
        ];
        let drafts = RuleDrafts::of(&rules);
        let back: Vec<_> = drafts.list.iter().map(|draft| draft.rule(Lang::En, TextEncoding::UTF_8).unwrap()).collect();
        assert_eq!(back, rules);
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
