//! What was typed in the form becomes values; whatever is wrong is noted, each field once.

use std::time::Duration;

use super::client_options::ClientDraft;
use super::form_field::{Field, RulePart, Wrong};
use super::framing::FramingDraft;
use super::rule_draft::RuleDrafts;
use crate::kinds::Value;
use crate::lab::address::{Host, parse_port, parse_unix_path};
use crate::lab::client_options::ClientOptions;
use crate::lab::framing::{Framing, Preset};
use crate::lab::rule::{MAX_RULES, Rule};
use crate::lab::transfer::{
    DEFAULT_ASK_WITHIN, DEFAULT_MAX_TRANSFERS, DEFAULT_STALLED_AFTER, FileShare, MOST_TRANSFERS, Shared,
};
use crate::lab::{EndpointKind, HostPort, Local, Remote, TextEncoding, name};
use crate::lang::Lang;
use crate::lang::Words as _;
use crate::t;
use crate::ui::dialogs::share::ShareDraft;

/// The longest that a server of files waits for a client: a day.
const MAX_PATIENCE: Duration = Duration::from_secs(86_400);

/// Collects what is wrong.
pub(super) struct Checked {
    pub lang: Lang,
    pub wrong: Vec<Wrong>,
}

impl Checked {
    pub fn refuse(&mut self, field: Field, why: impl Into<String>) {
        self.wrong.push((field, why.into()));
    }

    pub fn name(&mut self, name: &str, taken: impl Fn(&str) -> bool) {
        let lang = self.lang;
        if let Err(error) = name::check(name) {
            self.refuse(Field::Name, error.sentence(lang));
        } else if taken(name) {
            self.refuse(Field::Name, lang.sentence(&t!(lang, "wrong-endpoint-twice", name = name)));
        }
    }

    pub fn bind(&mut self, host: &str, port: &str) -> Option<Local> {
        let host = Host::parse(host.trim()).map_err(|error| self.refuse(Field::Host, error.sentence(self.lang))).ok();
        let port = parse_port(port.trim()).map_err(|error| self.refuse(Field::Port, error.sentence(self.lang))).ok();
        Some(Local::Inet(HostPort::new(host?, port?)))
    }

    pub fn client_local(&mut self, text: &str) -> Option<Local> {
        if text.trim().is_empty() {
            return None;
        }
        let parsed = text.parse().map(Local::Inet);
        parsed.map_err(|error| self.refuse(Field::ClientLocal, error.sentence(self.lang))).ok()
    }

    pub fn client_path(&mut self, text: &str) -> Option<Local> {
        if text.trim().is_empty() { None } else { self.path(Field::ClientLocal, text) }
    }

    pub fn path(&mut self, field: Field, text: &str) -> Option<Local> {
        let parsed = parse_unix_path(text.trim()).map(Local::Path);
        parsed.map_err(|error| self.refuse(field, error.sentence(self.lang))).ok()
    }

    pub fn remote(&mut self, text: &str, kind: EndpointKind) -> Option<Remote> {
        if text.trim().is_empty() && !kind.is_client() {
            return None;
        }
        let parsed = match (kind.is_relay() && kind.is_stream(), kind.is_unix()) {
            (true, _) => Remote::parse(text),
            (false, true) => Remote::parse_unix(text),
            (false, false) => Remote::parse_inet(text),
        };
        parsed.map_err(|error| self.refuse(Field::Remote, error.sentence(self.lang))).ok()
    }

    /// `None` for an empty field, which means "not set", and for a wrong one, which is noted.
    pub fn number(&mut self, field: Field, text: &str, least: u32, most: u32) -> Option<u32> {
        let text = text.trim();
        if text.is_empty() {
            return None;
        }
        let number = text.bytes().all(|b| b.is_ascii_digit()).then(|| text.parse::<u32>().ok()).flatten();
        let number = number.filter(|number| (least..=most).contains(number));
        if number.is_none() {
            self.refuse(field, t!(self.lang, "wrong-number", least = least.to_string(), most = most.to_string()));
        }
        number
    }

    /// A value, or an empty text in place of one that is wrong.
    pub fn value(&mut self, field: Field, typed: Result<Value, String>) -> Value {
        typed.unwrap_or_else(|why| {
            self.refuse(field, why);
            Value::Text(String::new())
        })
    }

    pub fn client(&mut self, draft: &ClientDraft, encoding: TextEncoding) -> ClientOptions {
        let mut wrong = Vec::new();
        let options = draft.options(self.lang, encoding, |part, why| wrong.push((Field::Client(part), why)));
        self.wrong.extend(wrong);
        options
    }

    pub fn framing(&mut self, draft: &FramingDraft, encoding: TextEncoding) -> Framing {
        draft.framing(self.lang, encoding).unwrap_or_else(|why| {
            self.refuse(Field::Framing, why);
            Framing::none()
        })
    }

    pub fn rules(&mut self, drafts: &RuleDrafts, encoding: TextEncoding, preset: Option<&'static Preset>) -> Vec<Rule> {
        if drafts.list.is_empty() {
            self.refuse(Field::Rules, t!(self.lang, "wrong-no-rules"));
        } else if drafts.list.len() > MAX_RULES {
            self.refuse(Field::Rules, self.lang.sentence(&t!(self.lang, "wrong-many-rules", most = MAX_RULES)));
        }
        let mut rules = Vec::with_capacity(drafts.list.len());
        for (index, draft) in drafts.list.iter().enumerate() {
            match draft.rule(self.lang, encoding) {
                Ok(rule) => match rule.check_frame_fields(preset) {
                    Ok(()) => rules.push(rule),
                    Err(error) => {
                        let part = RulePart::of_field(error.field());
                        self.refuse(Field::Rule(index, part), error.sentence(self.lang));
                    }
                },
                Err(wrong) => wrong.into_iter().for_each(|(part, why)| self.refuse(Field::Rule(index, part), why)),
            }
        }
        rules
    }

    pub fn share(&mut self, share: &ShareDraft, [most, ask_within, stalled_after]: [&str; 3]) -> FileShare {
        let what = share.what().unwrap_or_else(|wrong| {
            self.refuse(Field::Share, wrong.text(self.lang));
            Shared::Files(Vec::new())
        });
        FileShare {
            what,
            max_transfers: self.number(Field::MaxTransfers, most, 1, MOST_TRANSFERS).unwrap_or(DEFAULT_MAX_TRANSFERS),
            ask_within: self.patience(Field::AskWithin, ask_within).unwrap_or(DEFAULT_ASK_WITHIN),
            stalled_after: self.patience(Field::StalledAfter, stalled_after).unwrap_or(DEFAULT_STALLED_AFTER),
        }
    }

    /// `None` for an empty field, which means the default, and for a wrong one, which is noted.
    pub fn patience(&mut self, field: Field, text: &str) -> Option<Duration> {
        let text = text.trim();
        if text.is_empty() {
            return None;
        }
        let time = parse_seconds(text).filter(|time| *time > Duration::ZERO && *time <= MAX_PATIENCE);
        if time.is_none() {
            self.refuse(field, t!(self.lang, "wrong-seconds", most = MAX_PATIENCE.as_secs()));
        }
        time
    }
}

fn parse_seconds(text: &str) -> Option<Duration> {
    let (whole, part) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    if !digits(whole) || !digits(part) || part.len() > 3 {
        return None;
    }
    let millis: u64 = format!("{part:0<3}").parse().ok()?;
    Some(Duration::from_secs(whole.parse().ok()?).saturating_add(Duration::from_millis(millis)))
}
