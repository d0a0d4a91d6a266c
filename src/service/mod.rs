//! What does a server answer? Sans-IO: the time and a message come in, a [`Response`] comes out. No sockets, no clock.
//!
//! What each service says is described in [`crate::kinds::service`]; here is what all of them share: quit words, closing
//! after a reply, and the difference between streams and datagrams.
//!
//! A [`Responder`] belongs to one connection, because a character may be split over two of its messages; the [`Counter`]
//! belongs to the endpoint.

pub mod framing;

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use jiff::civil::DateTime;

use crate::kinds::framing::Preset;
use crate::kinds::service::{Answer, MAX_REPLY, Message, ReplyTrouble, Service, encoded};
pub use crate::kinds::service::{Counter, RulesMet, ServiceError};
use crate::lab::{Addr, ServiceSpec, TextEncoding};
use crate::trace::NoticeKind;
use crate::trace::notice::NoReply;

/// The protocol that a framing names, and the whole frame.
pub type Framed<'a> = Option<(&'static Preset, &'a [u8])>;

/// What is to be done about a message.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Response {
    /// To be sent back; never empty on a stream. `None` where the service says nothing.
    pub reply: Option<Bytes>,
    /// What follows it, each after such a time.
    pub then: Vec<(Duration, Bytes)>,
    /// How long the reply (and the closing) is held back.
    pub delay: Duration,
    /// The name of the rule that made it.
    pub rule: Option<Arc<str>>,
    /// The connection is to be closed once the reply has gone out. Datagram sockets stay open.
    pub close: bool,
    /// Why there is no reply although the service should have made one.
    pub trouble: Option<NoticeKind>,
}

/// Makes the answers of one connection, or of one datagram socket. What was prepared for an endpoint is cloned for each
/// of its connections.
#[derive(Clone, Debug)]
pub struct Responder {
    service: Box<dyn Service>,
    quit: Vec<Vec<u8>>,
    close_after_reply: bool,
    /// Every message stands for itself, and an empty one may be answered.
    datagrams: bool,
    counter: Arc<Counter>,
}

impl Responder {
    /// For one connection of a stream.
    ///
    /// # Errors
    /// [`ServiceError`] where a text of the service can't be used.
    pub fn new(spec: &ServiceSpec, encoding: TextEncoding, counter: Arc<Counter>) -> Result<Self, ServiceError> {
        let service = spec.reply.service(encoding)?;
        let quit = spec.quit.iter().map(|word| encoded("quit", word, encoding)).collect::<Result<_, _>>()?;
        Ok(Self { service, quit, close_after_reply: spec.close_after_reply, datagrams: false, counter })
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
        self.on_framed(at, message, None, peer)
    }

    /// The same with the whole frame that the message came in, by the protocol that its framing names.
    pub fn on_framed(&mut self, at: DateTime, message: &Bytes, frame: Framed<'_>, peer: &Addr) -> Response {
        if self.quit.iter().any(|word| word.as_slice() == message) {
            return Response { close: true, ..Response::default() };
        }
        let is_datagram = self.datagrams;
        let about = Message { bytes: message, peer, at, counter: &self.counter, is_datagram, frame };
        let answer = self.service.on_message(&about);
        self.response(answer)
    }

    /// What is said when the connection has been made.
    pub fn on_connect(&mut self, at: DateTime, peer: &Addr) -> Vec<Response> {
        self.unasked(at, peer, |service, about| service.on_connect(about))
    }

    /// When something is said by itself, counted from the connection's beginning.
    pub fn next_time(&self) -> Option<Duration> {
        self.service.next_time()
    }

    /// It is that time.
    pub fn on_time(&mut self, now: Duration, at: DateTime, peer: &Addr) -> Vec<Response> {
        self.unasked(at, peer, |service, about| service.on_time(now, about))
    }

    fn unasked(
        &mut self,
        at: DateTime,
        peer: &Addr,
        say: impl FnOnce(&mut dyn Service, &Message<'_>) -> Vec<Answer>,
    ) -> Vec<Response> {
        let nothing = Bytes::new();
        let counter = Arc::clone(&self.counter);
        let is_datagram = self.datagrams;
        let about = Message { bytes: &nothing, peer, at, counter: &counter, is_datagram, frame: None };
        let answers = say(self.service.as_mut(), &about);
        // A greeting is no reply.
        let close_after_reply = std::mem::replace(&mut self.close_after_reply, false);
        let responses = answers.into_iter().map(|answer| self.response(answer)).collect();
        self.close_after_reply = close_after_reply;
        responses
    }

    fn response(&self, answer: Answer) -> Response {
        Response {
            close: answer.close || (self.close_after_reply && answer.reply.is_some()),
            // An empty reply is a datagram, but nothing at all on a stream.
            reply: answer.reply.filter(|reply| self.datagrams || !reply.is_empty()),
            then: answer.then,
            delay: answer.delay,
            rule: answer.rule,
            trouble: answer.trouble.map(notice),
        }
    }

    /// The peer has ended its side: what was held back, as the beginning of a character.
    pub fn on_end(&mut self) -> Option<Bytes> {
        self.service.on_end()
    }
}

fn notice(trouble: ReplyTrouble) -> NoticeKind {
    NoticeKind::NoReply(match trouble {
        ReplyTrouble::NotEncodable { encoding, character } => NoReply::NotEncodable { encoding, character },
        ReplyTrouble::NoField { name } => NoReply::NoField { name },
        ReplyTrouble::NoRule => NoReply::NoRule,
        ReplyTrouble::TooLong => NoReply::TooLong { limit: MAX_REPLY as u64 },
    })
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
    use crate::lab::{Content, Reply};

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
    fn the_counter_is_shared_by_the_connections() {
        let counter = Arc::new(Counter::default());
        let spec = ServiceSpec::new(Reply::template("{counter}"));
        let connection = || Responder::new(&spec, TextEncoding::UTF_8, Arc::clone(&counter)).unwrap();
        let (mut one, mut two) = (connection(), connection());
        assert_eq!([reply(&mut one, b"a"), reply(&mut two, b"b"), reply(&mut one, b"c")], [b"1", b"2", b"3"]);
    }

    #[test]
    fn a_quit_word_must_be_the_whole_message() {
        let spec = ServiceSpec { quit: vec!["exit".into(), "再见".into()], ..ServiceSpec::new(Reply::echo()) };
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
        let spec = ServiceSpec { close_after_reply: true, ..ServiceSpec::new(Reply::upper()) };
        let mut answers = Responder::new(&spec, TextEncoding::UTF_8, Arc::default()).unwrap();
        assert!(!ask(&mut answers, b"\xc3").close, "half a character is not answered yet");
        assert!(ask(&mut answers, b"\xa9").close);
    }

    #[test]
    fn an_empty_reply_is_a_datagram_but_nothing_on_a_stream() {
        let spec = ServiceSpec::new(Reply::echo());
        let mut datagrams = Responder::for_datagrams(&spec, TextEncoding::UTF_8, Arc::default()).unwrap();
        assert_eq!(ask(&mut datagrams, b"").reply, Some(Bytes::new()));
        let mut stream = responder(Reply::constant(Content::Text(String::new())), "utf-8");
        assert_eq!(ask(&mut stream, b"x").reply, None);
    }

    #[test]
    fn what_the_encoding_lacks_is_not_sent_and_said() {
        let mut answers = responder(Reply::upper(), "latin-1");
        let trouble = Some(NoticeKind::NoReply(NoReply::NotEncodable { encoding: "ISO-8859-1", character: 'Ÿ' }));
        assert_eq!(ask(&mut answers, b"\xff"), Response { trouble, ..Response::default() });
        assert_eq!(reply(&mut answers, b"\xe9"), b"\xc9", "and the conversation goes on");
    }

    #[test]
    fn a_service_that_cannot_work_is_refused_with_the_place() {
        let refused = |reply, encoding: &str| check(&ServiceSpec::new(reply), encoding.parse().unwrap()).unwrap_err();
        let error = refused(Reply::suffix("a😀"), "gbk");
        assert_eq!(error.to_string(), "text: '😀' at character 2 can't be written in GBK, the endpoint's encoding");
        let error = refused(Reply::template("a {who}"), "utf-8");
        assert!(error.to_string().starts_with("text: \"{who}\" at character 3 is not a placeholder"), "{error}");
        let spec = ServiceSpec { quit: vec!["é".into()], ..ServiceSpec::default() };
        assert_eq!(check(&spec, "ascii".parse().unwrap()).unwrap_err().field(), "quit");
    }
}
