//! What does a server answer? Sans-IO: the time and a message come in, a [`Response`] comes out. No sockets, no clock.
//!
//! A [`Responder`] belongs to one connection, because a character may be split over two of its messages; the
//! [`Counter`] belongs to the endpoint.

mod characters;
pub mod framing;
pub mod rules;
mod template;
mod upper;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use bytes::Bytes;
use jiff::civil::DateTime;

use crate::error_in_words;
use crate::lab::encoding::{Unencodable, unencodable};
use crate::lab::template::TemplateError;
use crate::lab::{Addr, Content, Reply, ServiceSpec, TextEncoding};
use crate::lang::{Lang, Words};
use crate::trace::NoticeKind;
use rules::{Matched, RuleTrouble, Rules, RulesError, Said};
use template::{Filling, Template};
use upper::Upper;

/// How many messages an endpoint has answered with a template; shared by its connections.
#[derive(Debug, Default)]
pub struct Counter(AtomicU64);

impl Counter {
    /// The number of the answer that is being made, from 1. Only templates show it, so only they count.
    fn next(&self) -> u64 {
        self.0.fetch_add(1, Ordering::Relaxed) + 1
    }
}

/// What is to be done about a message.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Response {
    /// To be sent back; never empty on a stream. `None` where the service says nothing.
    pub reply: Option<Bytes>,
    /// How long the reply (and the closing) is held back.
    pub delay: Duration,
    /// The name of the rule that made it.
    pub rule: Option<Arc<str>>,
    /// The connection is to be closed once the reply has gone out. Datagram sockets stay open.
    pub close: bool,
    /// Why there is no reply although the service should have made one.
    pub trouble: Option<NoticeKind>,
}

/// Why a service can't be used as it was described.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ServiceError {
    /// `position` counts the characters before it in the text, or in that piece of a template.
    Unencodable {
        field: &'static str,
        character: char,
        position: usize,
        encoding: &'static str,
    },
    Template(TemplateError),
    Rules(RulesError),
}

impl From<TemplateError> for ServiceError {
    fn from(error: TemplateError) -> Self {
        Self::Template(error)
    }
}

impl From<RulesError> for ServiceError {
    fn from(error: RulesError) -> Self {
        Self::Rules(error)
    }
}

impl Words for ServiceError {
    fn words(&self, lang: Lang) -> String {
        match self {
            Self::Unencodable { field, character, position, encoding } => {
                format!("{field}: {}", unencodable(lang, *position, *character, encoding))
            }
            Self::Template(error) => format!("text: {}", error.words(lang)),
            Self::Rules(error) => error.words(lang),
        }
    }
}

error_in_words!(ServiceError);

impl ServiceError {
    /// The service's option that is wrong, as lab files name it.
    pub fn field(&self) -> &'static str {
        match self {
            Self::Unencodable { field, .. } => field,
            Self::Template(_) => "text",
            Self::Rules(_) => "rules",
        }
    }

    fn unencodable(field: &'static str, encoding: TextEncoding, error: Unencodable) -> Self {
        Self::Unencodable { field, character: error.character, position: error.position, encoding: encoding.name() }
    }
}

/// Makes the answers of one connection, or of one datagram socket. What was prepared for an endpoint is cloned for each
/// of its connections.
#[derive(Clone, Debug)]
pub struct Responder {
    answers: Answers,
    quit: Vec<Vec<u8>>,
    close_after_reply: bool,
    /// Every message stands for itself, and an empty one may be answered.
    datagrams: bool,
    counter: Arc<Counter>,
}

#[derive(Clone, Debug)]
enum Answers {
    Manual,
    Echo,
    Suffix(Vec<u8>),
    Upper(Upper),
    Constant(Bytes),
    Template(Template),
    Rules(Rules),
}

impl Responder {
    /// For one connection of a stream.
    ///
    /// # Errors
    /// [`ServiceError`] where a text of the service can't be used.
    pub fn new(spec: &ServiceSpec, encoding: TextEncoding, counter: Arc<Counter>) -> Result<Self, ServiceError> {
        let encode = |field, text: &str| {
            encoding.encode(text).map_err(|error| ServiceError::unencodable(field, encoding, error))
        };
        let answers = match &spec.reply {
            // Files are the engine's: they are not answers to messages.
            Reply::Manual | Reply::Files(_) | Reply::Http(_) => Answers::Manual,
            Reply::Echo => Answers::Echo,
            Reply::Suffix(text) => Answers::Suffix(encode("text", text)?),
            Reply::Upper => Answers::Upper(Upper::new(encoding)),
            Reply::Constant(Content::Text(text)) => Answers::Constant(Bytes::from(encode("text", text)?)),
            Reply::Constant(Content::Hex(bytes)) => Answers::Constant(Bytes::copy_from_slice(bytes)),
            Reply::Template(text) => Answers::Template(Template::parse(text, encoding)?),
            Reply::Rules(list) => Answers::Rules(Rules::new(list, encoding)?),
        };
        let quit = spec.quit.iter().map(|word| encode("quit", word)).collect::<Result<_, _>>()?;
        Ok(Self { answers, quit, close_after_reply: spec.close_after_reply, datagrams: false, counter })
    }

    /// For a datagram socket: nothing is carried from one message to the next.
    ///
    /// # Errors
    /// As [`Self::new`].
    pub fn for_datagrams(
        spec: &ServiceSpec,
        encoding: TextEncoding,
        counter: Arc<Counter>,
    ) -> Result<Self, ServiceError> {
        Ok(Self { datagrams: true, ..Self::new(spec, encoding, counter)? })
    }

    /// The answer to what one `recv` gave. `at` is the local wall-clock time.
    pub fn on_message(&mut self, at: DateTime, message: &Bytes, peer: &Addr) -> Response {
        if self.quit.iter().any(|word| word.as_slice() == message) {
            return Response { close: true, ..Response::default() };
        }
        let answer = match &mut self.answers {
            Answers::Manual => return Response::default(),
            Answers::Echo => Ok(message.clone()),
            Answers::Suffix(suffix) => Ok(Bytes::from([message, suffix.as_slice()].concat())),
            Answers::Constant(bytes) => Ok(bytes.clone()),
            Answers::Upper(upper) => match upper.on_message(message) {
                // Only a part of a character has come: there is nothing to say yet.
                Ok(bytes) if bytes.is_empty() && !self.datagrams => return Response::default(),
                Ok(bytes) if self.datagrams => Ok(Bytes::from([bytes, upper.take_rest()].concat())),
                Ok(bytes) => Ok(Bytes::from(bytes)),
                Err(failure) => Err(failure),
            },
            Answers::Rules(rules) => {
                let said = Said { peer, at, counter: &self.counter };
                let matched = rules.answer(message, &said);
                return matched.map_or_else(Response::default, |matched| self.by_rule(matched));
            }
            Answers::Template(template) => {
                template.fill(&Filling { message, peer, counter: self.counter.next(), at }).map(Bytes::from)
            }
        };
        match answer {
            Ok(reply) => Response {
                // An empty reply is a datagram, but nothing at all on a stream.
                reply: (self.datagrams || !reply.is_empty()).then_some(reply),
                close: self.close_after_reply,
                ..Response::default()
            },
            Err(Failure { encoding, character }) => {
                Response { trouble: Some(NoticeKind::ReplyNotEncodable { encoding, character }), ..Response::default() }
            }
        }
    }

    fn by_rule(&self, matched: Matched) -> Response {
        let Matched { index, name, reply, delay, close, trouble } = matched;
        let reply = reply.filter(|reply| self.datagrams || !reply.is_empty());
        Response {
            close: close || (self.close_after_reply && reply.is_some()),
            reply,
            delay,
            trouble: trouble.map(|trouble| match trouble {
                RuleTrouble::NotEncodable { encoding, character } => {
                    NoticeKind::ReplyNotEncodable { encoding, character }
                }
                RuleTrouble::TooLong => NoticeKind::ReplyTooLong { limit: rules::MAX_REPLY as u64 },
            }),
            // Without a name it is its number, as the window counts them.
            rule: Some(if name.is_empty() { Arc::from(format!("#{}", index + 1)) } else { name }),
        }
    }

    /// The peer has ended its side: the beginning of a character that was held back, as it came.
    pub fn on_end(&mut self) -> Option<Bytes> {
        match &mut self.answers {
            Answers::Upper(upper) => Some(Bytes::from(upper.take_rest())).filter(|rest| !rest.is_empty()),
            _ => None,
        }
    }
}

/// A reply that the encoding has no bytes for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Failure {
    encoding: &'static str,
    character: char,
}

impl Failure {
    fn of(encoding: TextEncoding) -> impl Fn(Unencodable) -> Self {
        move |error| Self { encoding: encoding.name(), character: error.character }
    }
}

/// Whether the service can be used as described, in that encoding.
///
/// # Errors
/// As [`Responder::new`].
pub fn check(spec: &ServiceSpec, encoding: TextEncoding) -> Result<(), ServiceError> {
    Responder::new(spec, encoding, Arc::default()).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at() -> DateTime {
        jiff::civil::date(2026, 11, 20).at(19, 49, 6, 0)
    }

    fn peer() -> Addr {
        Addr::Inet(([192, 0, 2, 7], 4321).into())
    }

    fn responder(reply: Reply, encoding: &str) -> Responder {
        Responder::new(&ServiceSpec::new(reply), encoding.parse().unwrap(), Arc::default()).unwrap()
    }

    fn ask(responder: &mut Responder, message: &[u8]) -> Response {
        responder.on_message(at(), &Bytes::copy_from_slice(message), &peer())
    }

    fn reply(responder: &mut Responder, message: &[u8]) -> Vec<u8> {
        ask(responder, message).reply.map(|bytes| bytes.to_vec()).unwrap_or_default()
    }

    #[test]
    fn manual_says_nothing() {
        assert_eq!(ask(&mut responder(Reply::Manual, "utf-8"), b"hello"), Response::default());
    }

    #[test]
    fn echo_is_the_same_bytes_without_a_copy() {
        let message = Bytes::from_static(b"\xff\x00hello");
        let answered = responder(Reply::Echo, "utf-8").on_message(at(), &message, &peer()).reply.unwrap();
        assert_eq!(answered, message);
        assert_eq!(answered.as_ptr(), message.as_ptr());
    }

    #[test]
    fn suffix_follows_the_bytes_in_the_encoding_of_the_endpoint() {
        assert_eq!(reply(&mut responder(Reply::Suffix(" SB".into()), "utf-8"), b"hello"), b"hello SB");
        assert_eq!(reply(&mut responder(Reply::Suffix("好".into()), "gbk"), b"\xc4\xe3"), b"\xc4\xe3\xba\xc3");
    }

    #[test]
    fn upper_works_in_the_encoding_of_the_endpoint() {
        assert_eq!(reply(&mut responder(Reply::Upper, "utf-8"), "aé你".as_bytes()), "AÉ你".as_bytes());
        // 「ａ」 is A3 E1 in GBK and its capital A3 C1; byte by byte upper-casing would leave it.
        assert_eq!(reply(&mut responder(Reply::Upper, "gbk"), b"a\xa3\xe1\xc4\xe3"), b"A\xa3\xc1\xc4\xe3");
    }

    #[test]
    fn constant_is_always_the_same() {
        let mut text = responder(Reply::Constant(Content::Text("好".into())), "gbk");
        assert_eq!(reply(&mut text, b"x"), b"\xba\xc3");
        assert_eq!(reply(&mut responder(Reply::Constant(Content::Hex(vec![0, 255])), "utf-8"), b"x"), [0, 255]);
    }

    #[test]
    fn template_is_filled_in() {
        let text = "[{time}] {{{msg}}} of {len} B from {host}:{port}, no. {counter}";
        let mut answers = responder(Reply::Template(text.into()), "utf-8");
        assert_eq!(
            reply(&mut answers, b"\xff!"),
            b"[2026-11-20 19:49:06] {\xff!} of 2 B from 192.0.2.7:4321, no. 1".as_slice()
        );
        assert!(reply(&mut answers, b"x").ends_with(b"no. 2"));
    }

    #[test]
    fn the_counter_is_shared_by_the_connections() {
        let counter = Arc::new(Counter::default());
        let spec = ServiceSpec::new(Reply::Template("{counter}".into()));
        let connection = || Responder::new(&spec, TextEncoding::UTF_8, Arc::clone(&counter)).unwrap();
        let (mut one, mut two) = (connection(), connection());
        assert_eq!([reply(&mut one, b"a"), reply(&mut two, b"b"), reply(&mut one, b"c")], [b"1", b"2", b"3"]);
    }

    #[test]
    fn a_quit_word_must_be_the_whole_message() {
        let spec = ServiceSpec { quit: vec!["exit".into(), "再见".into()], ..ServiceSpec::new(Reply::Echo) };
        let mut answers = Responder::new(&spec, "gbk".parse().unwrap(), Arc::default()).unwrap();
        let quit = Response { close: true, ..Response::default() };
        assert_eq!(ask(&mut answers, b"exit"), quit);
        assert_eq!(ask(&mut answers, b"\xd4\xd9\xbc\xfb"), quit);
        for other in [b"exit\n".as_slice(), b" exit", b"EXIT", b"exi"] {
            assert_eq!(reply(&mut answers, other), other);
        }
    }

    #[test]
    fn a_quit_word_ends_a_manual_conversation_too() {
        let spec = ServiceSpec { quit: vec!["Q".into()], ..ServiceSpec::default() };
        let mut answers = Responder::new(&spec, TextEncoding::UTF_8, Arc::default()).unwrap();
        assert!(ask(&mut answers, b"Q").close);
        assert!(!ask(&mut answers, b"q").close);
    }

    #[test]
    fn close_after_reply_closes_with_the_first_reply() {
        let spec = ServiceSpec { close_after_reply: true, ..ServiceSpec::new(Reply::Upper) };
        let mut answers = Responder::new(&spec, TextEncoding::UTF_8, Arc::default()).unwrap();
        assert!(!ask(&mut answers, b"\xc3").close, "half a character is not answered yet");
        assert!(ask(&mut answers, b"\xa9").close);
    }

    #[test]
    fn an_empty_reply_is_a_datagram_but_nothing_on_a_stream() {
        let spec = ServiceSpec::new(Reply::Echo);
        let mut datagrams = Responder::for_datagrams(&spec, TextEncoding::UTF_8, Arc::default()).unwrap();
        assert_eq!(ask(&mut datagrams, b"").reply, Some(Bytes::new()));
        let mut stream = responder(Reply::Constant(Content::Text(String::new())), "utf-8");
        assert_eq!(ask(&mut stream, b"x").reply, None);
    }

    #[test]
    fn what_the_encoding_lacks_is_not_sent_and_said() {
        let mut answers = responder(Reply::Upper, "latin-1");
        let trouble = Some(NoticeKind::ReplyNotEncodable { encoding: "ISO-8859-1", character: 'Ÿ' });
        assert_eq!(ask(&mut answers, b"\xff"), Response { trouble, ..Response::default() });
        assert_eq!(reply(&mut answers, b"\xe9"), b"\xc9", "and the conversation goes on");
    }

    #[test]
    fn a_service_that_cannot_work_is_refused_with_the_place() {
        let refused = |reply, encoding: &str| check(&ServiceSpec::new(reply), encoding.parse().unwrap()).unwrap_err();
        let error = refused(Reply::Suffix("a😀".into()), "gbk");
        assert_eq!(error.to_string(), "text: '😀' at character 2 can't be written in GBK, the endpoint's encoding");
        let error = refused(Reply::Template("a {who}".into()), "utf-8");
        assert!(error.to_string().starts_with("text: \"{who}\" at character 3 is not a placeholder"), "{error}");
        let spec = ServiceSpec { quit: vec!["é".into()], ..ServiceSpec::default() };
        assert_eq!(check(&spec, "ascii".parse().unwrap()).unwrap_err().field(), "quit");
    }
}
