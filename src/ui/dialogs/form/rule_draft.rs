//! A rule while it is typed: texts stay as they were typed until they are right.

use std::borrow::Cow;
use std::cell::RefCell;

use super::form_field::RulePart;
use super::reply_draft::{DelayDraft, ReplyDraft, ReplyKind, plain_text};
use super::text::escaped;
use crate::lab::TextEncoding;
use crate::lab::duration;
use crate::lab::rule::when::Takes;
use crate::lab::rule::{Delay, On, Part, Pick, Rule, RuleField, RuleReply, When, WhenError, WhenKind};
use crate::lang::Lang;
use crate::lang::Words as _;

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
    pub on: OnKind,
    /// As a lab file has it.
    pub every: String,
    pub from: String,
    pub to: String,
    pub reply_kind: ReplyKind,
    pub reply: String,
    pub others: Vec<ReplyDraft>,
    pub pick: Pick,
    /// Each with the delay before it.
    pub then: Vec<(ReplyDraft, DelayDraft)>,
    pub delay: DelayDraft,
    pub close: bool,
    /// What not every rule has is shown.
    pub has_more: bool,
    pattern_read: LastPattern,
}

/// What a rule answers to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnKind {
    Message,
    Connect,
    Every,
}

impl OnKind {
    pub const ALL: [Self; 3] = [Self::Message, Self::Connect, Self::Every];
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
            on: OnKind::Message,
            every: "1s".to_owned(),
            from: String::new(),
            to: String::new(),
            reply_kind: ReplyKind::Text,
            reply: String::new(),
            others: Vec::new(),
            pick: Pick::default(),
            then: Vec::new(),
            delay: DelayDraft::of(Delay::default()),
            close: false,
            has_more: false,
            pattern_read: LastPattern::default(),
        }
    }

    fn of(key: u64, rule: &Rule) -> Self {
        let when = rule.when.text();
        let (reply_kind, reply) = match &rule.reply {
            None => (ReplyKind::Nothing, String::new()),
            Some(RuleReply::Text(text)) => (ReplyKind::Text, escaped(text)),
            Some(RuleReply::Hex(reply)) => (ReplyKind::Hex, reply.to_string()),
        };
        let plain = Rule {
            name: rule.name.clone(),
            delay: rule.delay,
            close: rule.close,
            reply: rule.reply.clone(),
            ..Rule::new(rule.when.clone(), None)
        };
        let new = Self::new(key);
        let (on, every) = match rule.on {
            On::Message => (OnKind::Message, new.every.clone()),
            On::Connect => (OnKind::Connect, new.every.clone()),
            On::Every(time) => (OnKind::Every, duration::format(time)),
        };
        Self {
            on,
            every,
            from: rule.from.clone(),
            to: rule.to.clone(),
            others: rule.others.iter().map(ReplyDraft::of).collect(),
            pick: rule.pick,
            then: rule.then.iter().map(|part| (ReplyDraft::of(&part.reply), DelayDraft::of(part.delay))).collect(),
            has_more: plain != *rule,
            name: rule.name.clone(),
            when: rule.when.kind(),
            pattern: match rule.when.kind().takes {
                Takes::Text(_) => escaped(&when),
                Takes::Regexp | Takes::Bytes | Takes::Frame | Takes::Nothing => when.into_owned(),
            },
            reply_kind,
            reply,
            delay: DelayDraft::of(rule.delay),
            close: rule.close,
            ..new
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
        let delay = self.delay.delay(lang).map_err(|why| wrong.push((RulePart::Delay, why))).ok();
        let on = self.on(lang).map_err(|why| wrong.push((RulePart::Every, why))).ok();
        let others = self.others(lang, &mut wrong);
        let then = self.then(lang, &mut wrong);
        let (Some(when), Some(reply), Some(delay), Some(on)) = (when, reply, delay, on) else { return Err(wrong) };
        if !wrong.is_empty() {
            return Err(wrong);
        }
        // Without a first reply there is none to choose from.
        let others = if reply.is_some() { others } else { Vec::new() };
        let (from, to) = (self.from.trim().to_owned(), self.to.trim().to_owned());
        let name = self.name.trim().to_owned();
        let rule = Rule { name, on, when, from, to, reply, others, pick: self.pick, then, delay, close: self.close };
        match rule.check(encoding) {
            Ok(()) => Ok(rule),
            Err(error) => {
                let (part, typed_at): (_, &[usize]) = match (error.field(), RulePart::of_field(error.field())) {
                    (RuleField::When, part) => (part, &places.pattern),
                    (RuleField::Reply | RuleField::ReplyHex, part) => (part, &places.reply),
                    (RuleField::Others, _) => (RulePart::Other(first_wrong(&rule, encoding, &rule.others)), &[]),
                    (RuleField::Then, _) => {
                        let then: Vec<RuleReply> = rule.then.iter().map(|part| part.reply.clone()).collect();
                        (RulePart::Then(first_wrong(&rule, encoding, &then)), &[])
                    }
                    (_, part) => (part, &[]),
                };
                Err(vec![(part, error.moved(typed_at).sentence(lang))])
            }
        }
    }

    fn when(&self, lang: Lang, places: &mut Places) -> Result<When, String> {
        if self.on != OnKind::Message {
            return Ok(When::any());
        }
        let written = match self.when.takes {
            Takes::Text(_) => Cow::Owned(plain_text(lang, &self.pattern, &mut places.pattern)?),
            Takes::Regexp | Takes::Bytes | Takes::Frame | Takes::Nothing => Cow::Borrowed(self.pattern.as_str()),
        };
        self.pattern_read.of(self.when, &written).map_err(|error| error.sentence(lang))
    }

    fn on(&self, lang: Lang) -> Result<On, String> {
        Ok(match self.on {
            OnKind::Message => On::Message,
            OnKind::Connect => On::Connect,
            OnKind::Every => On::Every(duration::parse(self.every.trim()).map_err(|error| error.sentence(lang))?),
        })
    }

    fn reply(&self, lang: Lang, places: &mut Places) -> Result<Option<RuleReply>, String> {
        let draft = ReplyDraft { is_hex: self.reply_kind == ReplyKind::Hex, text: self.reply.clone() };
        match self.reply_kind {
            ReplyKind::Nothing => Ok(None),
            ReplyKind::Text | ReplyKind::Hex => draft.reply(lang, &mut places.reply).map(Some),
        }
    }

    fn others(&self, lang: Lang, wrong: &mut Vec<(RulePart, String)>) -> Vec<RuleReply> {
        let reply = |(index, draft): (usize, &ReplyDraft)| {
            draft.reply(lang, &mut Vec::new()).map_err(|why| wrong.push((RulePart::Other(index), why))).ok()
        };
        self.others.iter().enumerate().filter_map(reply).collect()
    }

    fn then(&self, lang: Lang, wrong: &mut Vec<(RulePart, String)>) -> Vec<Part> {
        let part = |(index, (reply, delay)): (usize, &(ReplyDraft, DelayDraft))| {
            let reply = reply.reply(lang, &mut Vec::new());
            let part = reply.and_then(|reply| Ok(Part { reply, delay: delay.delay(lang)? }));
            part.map_err(|why| wrong.push((RulePart::Then(index), why))).ok()
        };
        self.then.iter().enumerate().filter_map(part).collect()
    }
}

/// Which of these replies of a rule is wrong.
fn first_wrong(rule: &Rule, encoding: TextEncoding, replies: &[RuleReply]) -> usize {
    let is_wrong = |reply: &RuleReply| {
        Rule { reply: Some(reply.clone()), ..Rule::new(rule.when.clone(), None) }.check(encoding).is_err()
    };
    replies.iter().position(is_wrong).unwrap_or(0)
}

/// Where each character of a text stands in what was typed.
#[derive(Default)]
struct Places {
    pattern: Vec<usize>,
    reply: Vec<usize>,
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::kinds::rule::when::tests::one_of_each;
    use crate::lab::Content;
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
                delay: Duration::from_millis(250).into(),
                close: true,
                ..Rule::new(When::any(), None)
            },
            Rule::new(When::regex(Regexp::new(r"^(\w+)\n$").unwrap()), Some(Content::Text("$1".to_owned()))),
            Rule::new(When::hex("01 ?? 0a".parse().unwrap()), Some(Content::Hex(vec![1, 255]))),
            Rule {
                on: On::Every(Duration::from_millis(1_500)),
                from: "idle".to_owned(),
                to: "ready".to_owned(),
                reply: Some(RuleReply::Hex("{length:2} 01 {checksum:crc-32}".parse().unwrap())),
                others: vec![RuleReply::Text("a\n".to_owned())],
                pick: Pick::Random,
                then: vec![Part {
                    reply: RuleReply::Hex("ff".parse().unwrap()),
                    delay: Delay { least: Duration::from_micros(10), most: Duration::from_millis(3) },
                }],
                ..Rule::new(When::any(), None)
            },
            Rule { on: On::Connect, ..Rule::new(When::any(), Some(Content::Text("hi".to_owned()))) },
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
            draft.rule(Lang::En, TextEncoding::UTF_8).map(|rule| rule.when).ok()
        };
        for kind in WhenKind::ALL {
            // Fields are asked for in words of their own.
            assert_eq!(read(kind), kind.of("0a").ok(), "{kind:?}");
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
        let mut many = draft("exact", "\\q", "\\xff");
        many.delay.typed = "70000".to_owned();
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
