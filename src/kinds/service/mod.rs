//! Services: what a server answers to what it receives. One file each, and a line in [`ServiceKind::ALL`].

mod characters;
mod constant;
mod echo;
mod files;
mod filling;
mod http;
mod manual;
mod rules;
mod suffix;
mod template;
mod upper;

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use bytes::Bytes;
use jiff::civil::DateTime;

use super::field::{self, Field, Value, Values};
use super::framing::Preset;
use super::rule::Rule;
use crate::lang::{Lang, Words};
use crate::values::encoding::{Unencodable, unencodable};
use crate::values::tree::{self, Read, one_of};
use crate::values::{Addr, Content, EndpointKind, FileShare, Localized, Protocol, TextEncoding};
use crate::{error_in_words, t};

pub use rules::{MAX_REGEX_MESSAGE, MAX_REPLY, Matched, RulesError, try_rules, try_rules_on};

/// What there is to know of a service. Its texts are `service-NAME` and `service-NAME-tip`.
pub struct ServiceKind {
    /// The `kind` in lab files.
    pub name: &'static str,
    pub fields: &'static [Field],
    /// Files are served by the engine; TCP servers only.
    pub serves: Option<Protocol>,
    /// The local wall-clock time may stand in a reply; looking it up is left out for the others.
    pub shows_time: bool,
    /// Prepares the service for an endpoint with that encoding.
    pub make: fn(&Values, TextEncoding) -> Made,
}

/// A service that is ready to answer, or the option that can't be used.
pub type Made = Result<Box<dyn Service>, ServiceError>;

/// Makes the answers of one connection, or of one datagram socket. What was prepared for an endpoint is cloned for each of
/// its connections.
pub trait Service: CloneService + fmt::Debug + Send + Sync {
    fn on_message(&mut self, message: &Message<'_>) -> Answer;

    /// The connection has been made: what is said before anybody asks. The message is empty.
    fn on_connect(&mut self, _: &Message<'_>) -> Vec<Answer> {
        Vec::new()
    }

    /// When it says something by itself, counted from the connection's beginning.
    fn next_time(&self) -> Option<Duration> {
        None
    }

    /// It is that time. The message is empty.
    fn on_time(&mut self, _: Duration, _: &Message<'_>) -> Vec<Answer> {
        Vec::new()
    }

    /// The peer has ended its side: what was held back of an answer.
    fn on_end(&mut self) -> Option<Bytes> {
        None
    }
}

/// A service can be cloned behind its `Box`.
pub trait CloneService {
    fn boxed(&self) -> Box<dyn Service>;
}

impl<S: Service + Clone + 'static> CloneService for S {
    fn boxed(&self) -> Box<dyn Service> {
        Box::new(self.clone())
    }
}

impl Clone for Box<dyn Service> {
    fn clone(&self) -> Self {
        self.as_ref().boxed()
    }
}

/// A message, and what a reply may say about it.
#[derive(Clone, Copy, Debug)]
pub struct Message<'a> {
    pub bytes: &'a Bytes,
    pub peer: &'a Addr,
    /// The local wall-clock time, where the kind [shows it](ServiceKind::shows_time).
    pub at: DateTime,
    pub counter: &'a Counter,
    /// Every message stands for itself, and an empty one may be answered.
    pub is_datagram: bool,
    /// The protocol of its frame and the whole frame, where a framing names the one.
    pub frame: Option<(&'static Preset, &'a [u8])>,
}

/// The answer to a message.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Answer {
    /// To be sent back; `None` where the service says nothing.
    pub reply: Option<Bytes>,
    /// What follows it, each after such a time.
    pub then: Vec<(Duration, Bytes)>,
    /// Before the reply and the close.
    pub delay: Duration,
    /// The name of the rule that made it.
    pub rule: Option<Arc<str>>,
    /// The connection is to be closed once the reply has gone out.
    pub close: bool,
    /// Why there is no reply although the service should have made one.
    pub trouble: Option<ReplyTrouble>,
}

impl Answer {
    /// Just these bytes.
    pub fn bytes(reply: impl Into<Bytes>) -> Self {
        Self { reply: Some(reply.into()), ..Self::default() }
    }
}

impl From<Result<Vec<u8>, ReplyTrouble>> for Answer {
    fn from(reply: Result<Vec<u8>, ReplyTrouble>) -> Self {
        match reply {
            Ok(reply) => Self::bytes(reply),
            Err(trouble) => Self { trouble: Some(trouble), ..Self::default() },
        }
    }
}

/// Why a reply could not be made for a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReplyTrouble {
    NotEncodable {
        encoding: &'static str,
        character: char,
    },
    /// Longer than [`MAX_REPLY`].
    TooLong,
    /// No rule is for that message. Said once: the peer may send any number of them.
    NoRule,
    /// The message has no such field, and the reply would be short of it.
    NoField {
        name: Arc<str>,
    },
}

impl ReplyTrouble {
    fn unencodable(encoding: TextEncoding) -> impl Fn(Unencodable) -> Self {
        move |error| Self::NotEncodable { encoding: encoding.name(), character: error.character }
    }
}

impl Words for ReplyTrouble {
    fn words(&self, lang: Lang) -> String {
        match self {
            Self::NotEncodable { encoding, character } => {
                t!(lang, "rules-reply-unencodable", character = character.to_string(), encoding = *encoding)
            }
            Self::TooLong => t!(lang, "rules-reply-too-long", most = MAX_REPLY / (1024 * 1024)),
            Self::NoRule => t!(lang, "notice-no-rule"),
            Self::NoField { name } => t!(lang, "rules-no-field", name = &**name),
        }
        .into_owned()
    }
}

error_in_words!(ReplyTrouble);

/// The number of replies that an endpoint has made; shared by its connections.
#[derive(Debug, Default)]
pub struct Counter {
    replies: AtomicU64,
    rules: Mutex<Met>,
}

/// How often each rule has been met, by its index; those that never were are left out.
pub type RulesMet = BTreeMap<usize, u64>;

#[derive(Debug, Default)]
struct Met {
    rules: RulesMet,
    /// There is something that was not told.
    is_news: bool,
    waker: Option<Waker>,
}

impl Counter {
    fn met(&self) -> MutexGuard<'_, Met> {
        self.rules.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn change_rules(&self, change: impl FnOnce(&mut RulesMet)) {
        let mut met = self.met();
        change(&mut met.rules);
        met.is_news = true;
        let waker = met.waker.take();
        drop(met);
        waker.into_iter().for_each(Waker::wake);
    }

    /// A message, or a time, has met the rule of that index.
    fn rule_is_met(&self, index: usize) {
        self.change_rules(|rules| *rules.entry(index).or_default() += 1);
    }

    /// There are other rules now, or they begin again.
    pub fn forget_rules(&self) {
        if !self.met().rules.is_empty() {
            self.change_rules(BTreeMap::clear);
        }
    }

    /// How often each rule has been met, where that has changed since it was told last.
    pub fn rules_met(&self) -> Option<RulesMet> {
        let mut met = self.met();
        std::mem::take(&mut met.is_news).then(|| met.rules.clone())
    }

    /// The same, as soon as there is news.
    pub fn poll_rules_met(&self, cx: &mut Context<'_>) -> Poll<RulesMet> {
        let mut met = self.met();
        if std::mem::take(&mut met.is_news) {
            return Poll::Ready(met.rules.clone());
        }
        match &mut met.waker {
            Some(waker) => waker.clone_from(cx.waker()),
            waker @ None => *waker = Some(cx.waker().clone()),
        }
        Poll::Pending
    }

    /// The number of the reply that is being made, from 1. Only replies that show it count.
    fn next(&self) -> u64 {
        self.replies.fetch_add(1, Ordering::Relaxed) + 1
    }
}

/// Why a service can't be used as it was described.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServiceError {
    field: &'static str,
    message: Localized,
}

impl ServiceError {
    /// `message` says it whole, with the field.
    fn new(field: &'static str, message: impl Fn(Lang) -> String) -> Self {
        Self { field, message: Localized::said(message) }
    }

    /// What is wrong with the value of that option.
    fn of_field(field: &'static str, error: &impl Words) -> Self {
        Self::new(field, |lang| format!("{field}: {}", error.words(lang)))
    }

    /// The option that is wrong, as lab files name it.
    pub fn field(&self) -> &'static str {
        self.field
    }
}

impl Words for ServiceError {
    fn words(&self, lang: Lang) -> String {
        self.message.text(lang).to_owned()
    }
}

error_in_words!(ServiceError);

/// The bytes of a text that is the value of that option.
///
/// # Errors
/// [`ServiceError`] where the encoding lacks a character; the place counts the characters of this text.
pub fn encoded(field: &'static str, text: &str, encoding: TextEncoding) -> Result<Vec<u8>, ServiceError> {
    encoding.encode(text).map_err(|Unencodable { position, character }| {
        ServiceError::new(field, |lang| format!("{field}: {}", unencodable(lang, position, character, encoding.name())))
    })
}

impl ServiceKind {
    /// Every service, in the order in which the window offers them. The first one is the default.
    pub const ALL: &[&Self] = &[
        &manual::MANUAL,
        &echo::ECHO,
        &suffix::SUFFIX,
        &upper::UPPER,
        &constant::CONSTANT,
        &template::TEMPLATE,
        &rules::RULES,
        &files::FILES,
        &http::HTTP,
    ];

    /// What most services have: no options, no files, no time. A description begins with it.
    const PLAIN: Self =
        Self { name: "", fields: &[], serves: None, shows_time: false, make: |_, _| Ok(Box::new(manual::Silent)) };

    /// The service that shares files by that protocol.
    pub fn serving(protocol: Protocol) -> &'static Self {
        Self::ALL.iter().find(|kind| kind.serves == Some(protocol)).copied().unwrap_or(&manual::MANUAL)
    }

    /// Whether an endpoint of that kind can have this service.
    pub fn is_for(&self, kind: EndpointKind) -> bool {
        self.serves.is_none() || kind.serves_files()
    }
}

identified_by_name!(ServiceKind);
with_texts!(ServiceKind, "service");

/// A service, and what ends a conversation with it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ServiceSpec {
    pub reply: Reply,
    /// Close the connection once the first reply has gone out.
    pub close_after_reply: bool,
    /// A message that is exactly one of these ends its connection and is not answered; over UDP it is just not answered.
    pub quit: Vec<String>,
}

impl ServiceSpec {
    pub fn new(reply: Reply) -> Self {
        Self { reply, ..Self::default() }
    }

    pub fn is_manual(&self) -> bool {
        self.reply == Reply::default()
    }

    /// What it serves as files, and how that is requested.
    pub fn share(&self) -> Option<(Protocol, &FileShare)> {
        self.reply.kind.serves.zip(self.reply.values.share())
    }
}

/// A kind of service with the values of its options. Each kind's file has the function that makes one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    kind: &'static ServiceKind,
    values: Values,
}

impl Default for Reply {
    fn default() -> Self {
        Self::new(&manual::MANUAL, Values::default())
    }
}

impl Reply {
    /// A value that is left out is empty.
    pub fn new(kind: &'static ServiceKind, values: Values) -> Self {
        Self { kind, values }
    }

    fn with(kind: &'static ServiceKind, value: Value) -> Self {
        let key = kind.fields.first().map_or("", |field| field.key);
        Self::new(kind, Values::one(key, value))
    }

    pub fn kind(&self) -> &'static ServiceKind {
        self.kind
    }

    pub fn values(&self) -> &Values {
        &self.values
    }

    pub fn rules(&self) -> &[Rule] {
        self.values.rules()
    }

    /// Prepares the service for an endpoint with that encoding.
    ///
    /// # Errors
    /// [`ServiceError`] where a value can't be used.
    pub fn service(&self, encoding: TextEncoding) -> Made {
        (self.kind.make)(&self.values, encoding)
    }

    /// Reads `{ kind = …, … }`; `common` are the keys that may stand beside the kind's own.
    pub(crate) fn read(
        field: &tree::Field<'_>,
        of: EndpointKind,
        encoding: TextEncoding,
        folder: Option<&Path>,
        common: &[&'static str],
    ) -> Read<Self> {
        let known: Vec<&str> = ServiceKind::ALL.iter().map(|kind| kind.name).collect();
        if !field.is_table() {
            return Err(field.fault(|lang| t!(lang, "lab-service-table", known = lang.list(known.iter().copied()))));
        }
        let table = field.any_table()?;
        let name = table.require("kind", |lang| one_of(lang, &known))?;
        let kind = name.one_of(&known, ServiceKind::named)?;
        let keys: Vec<String> = kind.fields.iter().flat_map(Field::keys).collect();
        let own = keys.iter().map(String::as_str);
        table.allow(&std::iter::once("kind").chain(own).chain(common.iter().copied()).collect::<Vec<_>>())?;
        if !kind.is_for(of) {
            return Err(name.fault(|lang| t!(lang, "lab-cannot-serve", kind = of.name())));
        }
        Ok(Self::new(kind, field::read_all(kind.fields, &table, kind.name, &kind.texts(), encoding, folder)?))
    }

    /// The kind's own options as TOML; paths are as seen from that folder.
    pub(crate) fn write(&self, encoding: TextEncoding, folder: Option<&Path>) -> Vec<String> {
        field::write_all(self.kind.fields, &self.values, encoding, folder)
    }
}

/// The value of an option that is a text or bytes.
fn content_bytes(field: &'static str, values: &Values, encoding: TextEncoding) -> Result<Bytes, ServiceError> {
    match values.get(field) {
        Some(Value::Content(Content::Hex(bytes))) => Ok(Bytes::copy_from_slice(bytes)),
        _ => encoded(field, values.text(field), encoding).map(Bytes::from),
    }
}

#[cfg(test)]
pub(crate) mod tests;
