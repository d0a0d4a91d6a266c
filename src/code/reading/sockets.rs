//! What is called on sockets and on their connections.

use super::facts::{Accepted, Reply, SetOption};
use super::reader::Reader;
use super::remark::RemarkKind;
use super::value::{Piece, SocketNumber, Value};
use crate::code::plan::Family;
use crate::lang::visible::visible;

/// Of what a program says by itself, this much is shown.
const SHOWN: usize = 60;

impl Reader<'_> {
    pub fn on_socket(&mut self, line: u32, number: SocketNumber, method: &str, arguments: Vec<Value>) -> Value {
        let first = arguments.first().cloned();
        match method {
            "bind" => {
                let address = first.unwrap_or(Value::Unknown);
                if let Some(facts) = self.facts(number) {
                    if super::calls::is_v6(&address) && facts.family == Family::Inet {
                        facts.family = Family::Inet6;
                    }
                    facts.bound = Some((line, address));
                }
                Value::None
            }
            "listen" => {
                let backlog = first.and_then(|value| value.as_int());
                if let Some(facts) = self.facts(number) {
                    facts.listens = Some(backlog);
                }
                Value::None
            }
            "connect" | "connect_ex" => {
                if let Some(facts) = self.facts(number) {
                    facts.connected = Some((line, first.unwrap_or(Value::Unknown)));
                }
                Value::Unknown
            }
            "accept" => {
                let around = self.loops.last();
                let accepted = Accepted {
                    line,
                    loops: self.loops.len(),
                    limit: around.map_or(Some(1), |around| around.times),
                    is_given: around.is_some_and(|around| around.is_given),
                };
                if let Some(facts) = self.facts(number) {
                    facts.accepted.get_or_insert(accepted);
                }
                // Of a new client nothing has come yet.
                self.received = None;
                Value::Tuple(vec![Value::Connection(number), Value::Peer])
            }
            "recvfrom" => {
                self.receive(number, first.as_ref());
                Value::Tuple(vec![Value::Bytes(vec![Piece::Message]), Value::Peer])
            }
            "recv" => {
                self.receive(number, first.as_ref());
                Value::Bytes(vec![Piece::Message])
            }
            "sendto" => {
                let to = arguments.last().cloned().unwrap_or(Value::Unknown);
                let is_answer = match &to {
                    Value::Peer => true,
                    Value::Tuple(parts) => *parts == [Value::PeerHost, Value::PeerPort],
                    _ => false,
                };
                let what = first.unwrap_or(Value::Unknown);
                if is_answer {
                    self.answer(line, number, what);
                } else {
                    if let Some(facts) = self.facts(number) {
                        facts.sends_to.get_or_insert((line, to));
                    }
                    self.says(line, number, &what);
                }
                Value::Unknown
            }
            "send" | "sendall" => {
                self.says(line, number, &first.unwrap_or(Value::Unknown));
                Value::Unknown
            }
            _ => self.on_either(line, number, method, arguments),
        }
    }

    pub fn on_connection(&mut self, line: u32, number: SocketNumber, method: &str, arguments: Vec<Value>) -> Value {
        let first = arguments.first().cloned();
        match method {
            "recv" | "recvfrom" => {
                self.receive(number, first.as_ref());
                Value::Bytes(vec![Piece::Message])
            }
            "send" | "sendall" => {
                self.answer(line, number, first.unwrap_or(Value::Unknown));
                Value::Unknown
            }
            "sendfile" => {
                let contents = match first {
                    Some(Value::File(name)) => Piece::Contents(name),
                    _ => Piece::Unknown,
                };
                self.answer(line, number, Value::Bytes(vec![contents]));
                Value::Unknown
            }
            "getpeername" => Value::Peer,
            _ => self.on_either(line, number, method, arguments),
        }
    }

    fn on_either(&mut self, line: u32, number: SocketNumber, method: &str, arguments: Vec<Value>) -> Value {
        let mut arguments = arguments.into_iter();
        match method {
            "setsockopt" => {
                let name = arguments.nth(1).and_then(|value| value.as_library().map(str::to_owned));
                let name = name.as_deref().and_then(|name| name.rsplit('.').next()).unwrap_or("?").to_owned();
                let value = arguments.next().unwrap_or(Value::Unknown);
                if let Some(facts) = self.facts(number) {
                    facts.options.push(SetOption { line, name, value });
                }
                Value::None
            }
            "settimeout" => {
                if arguments.next().is_some_and(|value| value != Value::None) {
                    self.remark(line, RemarkKind::Timeout);
                }
                Value::None
            }
            "setblocking" => {
                if arguments.next().and_then(|value| value.as_int()) == Some(0) {
                    self.remark(line, RemarkKind::NonBlocking);
                }
                Value::None
            }
            "makefile" | "recv_into" | "recvmsg" | "sendmsg" | "recvfrom_into" | "detach" | "dup" | "share" => {
                self.remark(line, RemarkKind::Library(method.to_owned()));
                Value::Unknown
            }
            // What they give is of no weight here, and the endpoint closes by itself.
            _ => Value::Unknown,
        }
    }

    fn receive(&mut self, number: SocketNumber, size: Option<&Value>) {
        self.received = Some(number);
        self.loops.iter_mut().for_each(|around| around.receives = true);
        let loops = self.loops.len();
        if let Some(facts) = self.facts(number) {
            facts.received_in.get_or_insert(loops);
            if facts.recv_size.is_none() {
                facts.recv_size = size.and_then(Value::as_int);
            }
        }
    }

    /// Something goes back to who has asked, or to who has come.
    fn answer(&mut self, line: u32, number: SocketNumber, what: Value) {
        if let Value::Either(each) = what {
            let outside = self.conditions.len();
            for (holds, value) in each {
                self.conditions.extend(holds);
                self.answer(line, number, value);
                self.conditions.truncate(outside);
            }
            return;
        }
        if self.handles_errors > 0 {
            return self.remark(line, RemarkKind::OnError);
        }
        let pieces = match what {
            Value::Bytes(pieces) | Value::Text(pieces) => pieces,
            Value::Given => vec![Piece::Given],
            _ => vec![Piece::Unknown],
        };
        let is_typed = pieces.contains(&Piece::Given);
        let greets = self.received != Some(number);
        let conditions = self.conditions.clone();
        if let Some(facts) = self.facts(number) {
            if is_typed {
                facts.types = true;
            } else {
                facts.reply(Reply { line, conditions, pieces, greets, closes: false });
            }
        }
    }

    /// It says something by itself: what is typed, or always the same.
    fn says(&mut self, line: u32, number: SocketNumber, what: &Value) {
        let pieces = match what {
            Value::Given => &[Piece::Given],
            value => value.pieces().unwrap_or(&[Piece::Unknown]),
        };
        if pieces.contains(&Piece::Given) {
            if let Some(facts) = self.facts(number) {
                facts.types = true;
            }
            return;
        }
        let kind = match pieces {
            [Piece::Bytes(bytes)] => {
                let text: String = String::from_utf8_lossy(bytes).chars().take(SHOWN).collect();
                RemarkKind::Says(visible(&text).into_owned())
            }
            _ => RemarkKind::SaysMore,
        };
        self.remark(line, kind);
    }
}
