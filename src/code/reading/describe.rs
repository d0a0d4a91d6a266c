//! From what a program does with a socket to the endpoint that does the same.
//!
//! It is written down as in a lab file and read as one, so that whatever a program holds, the endpoint is one that a lab
//! may have.

use std::path::Path;

use toml::{Table, Value as Toml};

use super::condition::{Condition, deciding};
use super::facts::{Facts, Reply, SetOption};
use super::remark::{Remark, RemarkKind};
use super::value::{Piece, Value};
use crate::code::plan::Family;
use crate::lab::file::parse;
use crate::lab::{EndpointSpec, TextEncoding};
use crate::values::payload::format_hex;

/// The endpoint, and what of the program it does not do.
pub(super) fn describe(facts: &Facts, name: &str, folder: Option<&Path>) -> (Option<EndpointSpec>, Vec<Remark>) {
    let mut writer = Writer { facts, folder, table: Table::new(), remarks: Vec::new() };
    writer.endpoint(name);
    let Writer { mut table, mut remarks, .. } = writer;
    let mut spec = read(&table, folder);
    if spec.is_none() && table.remove("service").is_some() {
        // Its answer can't be one of a lab: too long, or a text that the encoding does not have.
        remarks.extend(facts.replies.iter().map(|reply| Remark::new(reply.line, RemarkKind::Reply)));
        spec = read(&table, folder);
    }
    (spec, remarks)
}

fn read(table: &Table, folder: Option<&Path>) -> Option<EndpointSpec> {
    let lab = Table::from_iter([("endpoints".to_owned(), Toml::Array(vec![Toml::Table(table.clone())]))]);
    let text = toml::to_string(&lab).ok()?;
    parse(&text, folder).ok()?.endpoints.into_iter().next()
}

struct Writer<'f> {
    facts: &'f Facts,
    folder: Option<&'f Path>,
    table: Table,
    remarks: Vec<Remark>,
}

impl Writer<'_> {
    fn set(&mut self, name: &str, value: impl Into<Toml>) {
        self.table.insert(name.to_owned(), value.into());
    }

    fn remark(&mut self, line: u32, kind: RemarkKind) {
        self.remarks.push(Remark::new(line, kind));
    }

    fn is_server(&self) -> bool {
        self.facts.listens.is_some()
    }

    fn encoding(&self) -> TextEncoding {
        self.facts.encoding.unwrap_or_default()
    }

    fn endpoint(&mut self, name: &str) {
        let facts = self.facts;
        let kind = match (facts.family, facts.is_datagram, self.is_server()) {
            (Family::Unix, true, _) => "unix-datagram",
            (Family::Unix, false, true) => "unix-server",
            (Family::Unix, false, false) => "unix-client",
            (_, true, _) => "udp",
            (_, false, true) => "tcp-server",
            (_, false, false) => "tcp-client",
        };
        self.set("name", name);
        self.set("kind", kind);
        self.addresses();
        if let Some(size) =
            facts.recv_size.filter(|size| (1..=i64::from(crate::lab::endpoint::MAX_RECV_SIZE)).contains(size))
        {
            self.set("recv_size", size);
        }
        if self.encoding() != TextEncoding::default() {
            self.set("encoding", self.encoding().name());
        }
        if self.is_server() {
            self.server();
        }
        self.options();
        if self.is_server() || facts.is_datagram {
            self.service();
        }
    }

    fn server(&mut self) {
        let facts = self.facts;
        if let Some(backlog) = facts.listens.flatten() {
            self.set("backlog", backlog.clamp(0, i64::from(crate::lab::endpoint::MAX_BACKLOG)));
        }
        if !facts.is_concurrent {
            self.set("serving", "one-at-a-time");
        }
        match facts.accepted {
            Some(accepted) if accepted.is_given => self.remark(accepted.line, RemarkKind::Limit),
            Some(accepted) => {
                if let Some(limit) = accepted.limit.filter(|limit| *limit > 0) {
                    self.set("accept_limit", i64::from(limit));
                }
            }
            None => {}
        }
    }

    fn addresses(&mut self) {
        let facts = self.facts;
        let bound = facts.bound.clone();
        if facts.family == Family::Unix {
            let is_client = !facts.is_datagram && !self.is_server();
            let other = facts.connected.clone().or_else(|| facts.sends_to.clone());
            let local = bound.as_ref().and_then(|(line, value)| self.path(*line, value));
            match local {
                Some(path) => self.set("local", path),
                None if is_client => {}
                None => self.set("local", "socket"),
            }
            if let Some((line, value)) = other.filter(|_| !self.is_server()) {
                let path = self.path(line, &value).unwrap_or_else(|| "socket".to_owned());
                self.set("remote", path);
            }
            return;
        }
        if let Some((line, value)) = &bound
            && let Some(address) = self.inet(*line, value, "0")
        {
            self.set("local", address);
        }
        let remote = facts.connected.clone().or_else(|| facts.sends_to.clone());
        if let Some((line, value)) = remote.filter(|_| !self.is_server())
            && let Some(address) = self.inet(line, &value, "8000")
        {
            self.set("remote", address);
        }
    }

    /// `host:port`; what is given from outside is said.
    fn inet(&mut self, line: u32, value: &Value, port: &str) -> Option<String> {
        let any = if self.facts.family == Family::Inet6 { "::1" } else { "127.0.0.1" };
        let (host, number) = match value {
            Value::Tuple(parts) => (parts.first(), parts.get(1)),
            // Whom it learns of only when it runs.
            _ => {
                self.remark(line, RemarkKind::Port);
                return None;
            }
        };
        let host = match host.and_then(Value::as_text) {
            Some(host) if host.is_empty() && self.facts.family == Family::Inet6 => "::".to_owned(),
            Some(host) if host.is_empty() => "0.0.0.0".to_owned(),
            Some(host) if host == "<broadcast>" => "255.255.255.255".to_owned(),
            Some(host) => host,
            None => {
                self.remark(line, RemarkKind::Host);
                any.to_owned()
            }
        };
        let port = match number.and_then(Value::as_int) {
            Some(port) => port.to_string(),
            None => {
                self.remark(line, RemarkKind::Port);
                port.to_owned()
            }
        };
        Some(if host.contains(':') { format!("[{host}]:{port}") } else { format!("{host}:{port}") })
    }

    fn path(&mut self, line: u32, value: &Value) -> Option<String> {
        let path = match value {
            Value::Bytes(pieces) => match pieces.as_slice() {
                [Piece::Bytes(bytes)] => String::from_utf8(bytes.clone()).ok(),
                _ => None,
            },
            value => value.as_text(),
        };
        match path {
            // An abstract name.
            Some(path) => Some(path.strip_prefix('\0').map_or_else(|| path.clone(), |name| format!("@{name}"))),
            None => {
                self.remark(line, RemarkKind::Path);
                None
            }
        }
    }

    fn options(&mut self) {
        let facts = self.facts;
        for option in &facts.options {
            if !self.option(option) {
                self.remark(option.line, RemarkKind::Option(option.name.clone()));
            }
        }
    }

    /// False where an endpoint has no such option.
    fn option(&mut self, option: &SetOption) -> bool {
        let value = option.value.as_int();
        let name = match option.name.as_str() {
            "SO_REUSEADDR" => "reuse_addr",
            "SO_KEEPALIVE" => "keepalive",
            "TCP_NODELAY" => "nodelay",
            "SO_BROADCAST" => "broadcast",
            "IPV6_V6ONLY" => "v6_only",
            "IP_MULTICAST_LOOP" | "IPV6_MULTICAST_LOOP" => "multicast_loop",
            "SO_RCVBUF" | "SO_SNDBUF" | "IP_MULTICAST_TTL" | "IPV6_MULTICAST_HOPS" => {
                let name = match option.name.as_str() {
                    "SO_RCVBUF" => "recv_buffer",
                    "SO_SNDBUF" => "send_buffer",
                    _ => "multicast_ttl",
                };
                let number = value.or_else(|| match &option.value {
                    Value::Tuple(parts) => parts.first().and_then(Value::as_int),
                    _ => None,
                });
                return number.map(|number| self.set(name, number)).is_some();
            }
            "SO_LINGER" => {
                let Value::Tuple(parts) = &option.value else { return false };
                return match parts.iter().map(Value::as_int).collect::<Option<Vec<_>>>().as_deref() {
                    Some([1, seconds]) => {
                        self.set("linger", format!("{seconds}s"));
                        true
                    }
                    Some([0, _]) => true,
                    _ => false,
                };
            }
            "IP_ADD_MEMBERSHIP" => {
                let Value::Tuple(parts) = &option.value else { return false };
                let group = parts.first().and_then(|part| match part {
                    Value::Of(text, name) if name == "inet_aton" => text.as_text(),
                    _ => None,
                });
                return group.map(|group| self.set("groups", Toml::Array(vec![Toml::String(group)]))).is_some();
            }
            _ => return false,
        };
        value.map(|value| self.set(name, value != 0)).is_some()
    }

    fn service(&mut self) {
        let facts = self.facts;
        let is_once = facts.received_in.is_some_and(|loops| match facts.accepted {
            Some(accepted) => loops <= accepted.loops,
            None => loops == 0 && facts.is_datagram,
        });
        let mut service = Table::new();
        if facts.types {
            for reply in &facts.replies {
                self.remark(reply.line, RemarkKind::Reply);
            }
        } else {
            self.replies(&mut service);
        }
        let answers = service.contains_key("kind");
        if !facts.quits.is_empty() {
            let words = facts.quits.iter().filter_map(|word| {
                self.encoding()
                    .decoding()?
                    .decode_without_bom_handling_and_without_replacement(word)
                    .map(|text| Toml::String(text.into_owned()))
            });
            let words: Vec<Toml> = words.collect();
            service.insert("quit".to_owned(), Toml::Array(words));
        }
        if is_once && facts.is_datagram {
            self.remark(facts.line, RemarkKind::Once);
        } else if is_once && answers && !matches!(service.get("kind").and_then(Toml::as_str), Some("files")) {
            service.insert("close_after_reply".to_owned(), Toml::Boolean(true));
        } else if is_once && self.is_server() {
            let line = facts.accepted.map_or(facts.line, |accepted| accepted.line);
            if !answers && !facts.types {
                self.remark(line, RemarkKind::Once);
            }
        }
        if !service.is_empty() {
            service.entry("kind".to_owned()).or_insert_with(|| Toml::String("manual".to_owned()));
            self.table.insert("service".to_owned(), Toml::Table(service));
        }
    }

    fn replies(&mut self, service: &mut Table) {
        let facts = self.facts;
        if let Some(root) = facts.replies.iter().find_map(|reply| shared(&reply.pieces)) {
            service.insert("kind".to_owned(), "files".into());
            let folder = self.folder.map_or_else(|| root.clone().into(), |folder| folder.join(&root));
            service.insert("root".to_owned(), Toml::String(folder.to_string_lossy().into_owned()));
            for reply in facts.replies.iter().filter(|reply| shared(&reply.pieces).is_none()) {
                self.remark(reply.line, RemarkKind::Reply);
            }
            return;
        }
        let mut replies: Vec<&Reply> = Vec::new();
        for reply in &facts.replies {
            let known = reply
                .pieces
                .iter()
                .all(|piece| !matches!(piece, Piece::Unknown | Piece::Changed | Piece::Given | Piece::Contents(_)));
            if !known {
                self.remark(reply.line, RemarkKind::Reply);
            } else if rule_condition(reply).is_none() {
                self.remark(reply.line, RemarkKind::When);
            } else {
                replies.push(reply);
            }
        }
        match replies.as_slice() {
            [] => {}
            [reply] if !reply.greets && !reply.closes && deciding(&reply.conditions).is_empty() => {
                self.plain(reply, service);
            }
            _ => self.rules(replies, service),
        }
    }

    /// One answer to everything.
    fn plain(&mut self, reply: &Reply, service: &mut Table) {
        let encoding = self.encoding();
        let kind = match reply.pieces.as_slice() {
            [Piece::Message] => "echo",
            [Piece::Upper] => "upper",
            [Piece::Message, more] if literal(more, encoding).is_some() => {
                service.insert("text".to_owned(), Toml::String(literal(more, encoding).unwrap_or_default()));
                "suffix"
            }
            pieces => match whole(pieces, encoding) {
                Some(Ok(text)) => {
                    service.insert("text".to_owned(), Toml::String(text));
                    "constant"
                }
                Some(Err(bytes)) => {
                    service.insert("hex".to_owned(), Toml::String(format_hex(&bytes)));
                    "constant"
                }
                None => match template(pieces, encoding) {
                    Some(text) => {
                        service.insert("text".to_owned(), Toml::String(text));
                        "template"
                    }
                    None => return self.remark(reply.line, RemarkKind::Reply),
                },
            },
        };
        service.insert("kind".to_owned(), kind.into());
    }

    /// Several answers, each to what it is for; what answers everything else comes last.
    fn rules(&mut self, mut replies: Vec<&Reply>, service: &mut Table) {
        let encoding = self.encoding();
        replies.sort_by_key(|reply| !reply.greets && deciding(&reply.conditions).is_empty());
        let mut rules = Vec::new();
        for reply in replies {
            let mut answer = Table::new();
            match whole(&reply.pieces, encoding) {
                Some(Err(bytes)) => {
                    answer.insert("reply_hex".to_owned(), Toml::String(format_hex(&bytes)));
                }
                _ => match template(&reply.pieces, encoding) {
                    Some(text) => {
                        answer.insert("reply".to_owned(), Toml::String(text));
                    }
                    None => {
                        self.remark(reply.line, RemarkKind::Reply);
                        continue;
                    }
                },
            }
            if reply.closes {
                answer.insert("close".to_owned(), Toml::Boolean(true));
            }
            if reply.greets {
                answer.insert("on".to_owned(), "connect".into());
                rules.push(Toml::Table(answer));
                continue;
            }
            for condition in rule_condition(reply).unwrap_or_default() {
                let Some(when) = when(&condition, encoding) else {
                    self.remark(reply.line, RemarkKind::When);
                    continue;
                };
                let mut rule = answer.clone();
                rule.insert("when".to_owned(), when);
                rules.push(Toml::Table(rule));
            }
        }
        if !rules.is_empty() {
            service.insert("kind".to_owned(), "rules".into());
            service.insert("rules".to_owned(), Toml::Array(rules));
        }
    }
}

/// When it answers: one of these; `None` where that is more than a rule can say.
fn rule_condition(reply: &Reply) -> Option<Vec<Condition>> {
    match deciding(&reply.conditions).as_slice() {
        [] => Some(vec![Condition::Always]),
        [Condition::Any(all)] => Some(all.clone()),
        [one] => match one {
            Condition::Equals(_) | Condition::Contains(_) | Condition::Starts(_) | Condition::Ends(_) => {
                Some(vec![(*one).clone()])
            }
            _ => None,
        },
        _ => None,
    }
}

fn when(condition: &Condition, encoding: TextEncoding) -> Option<Toml> {
    let text = |bytes: &[u8]| literal(&Piece::Bytes(bytes.to_vec()), encoding).map(Toml::String);
    let (name, value) = match condition {
        Condition::Always => ("any", Some(Toml::Boolean(true))),
        Condition::Equals(bytes) => match text(bytes) {
            Some(text) => ("exact", Some(text)),
            None => ("hex", Some(Toml::String(format_hex(bytes)))),
        },
        Condition::Contains(bytes) => ("contains", text(bytes)),
        Condition::Starts(bytes) => ("starts", text(bytes)),
        Condition::Ends(bytes) => ("ends", text(bytes)),
        Condition::Something | Condition::Any(_) | Condition::Not(_) | Condition::Unknown => return None,
    };
    value.map(|value| Toml::Table(Table::from_iter([(name.to_owned(), value)])))
}

/// The folder of a reply that is the file whose name was received.
fn shared(pieces: &[Piece]) -> Option<String> {
    let name = pieces.iter().find_map(|piece| match piece {
        Piece::Contents(name) => Some(name),
        _ => None,
    })?;
    match name.as_slice() {
        [Piece::Message] => Some(".".to_owned()),
        [Piece::Text(folder), Piece::Message] => Some(folder.trim_end_matches('/').to_owned()),
        _ => None,
    }
}

/// The text that bytes are.
fn literal(piece: &Piece, encoding: TextEncoding) -> Option<String> {
    match piece {
        Piece::Text(text) => Some(text.clone()),
        Piece::Bytes(bytes) => {
            let decoded = encoding.decoding()?.decode_without_bom_handling_and_without_replacement(bytes)?;
            let text = decoded.into_owned();
            (encoding.encode(&text).ok().as_deref() == Some(bytes)).then_some(text)
        }
        _ => None,
    }
}

/// All of it, where it is always the same: as a text, or as bytes that are none.
fn whole(pieces: &[Piece], encoding: TextEncoding) -> Option<Result<String, Vec<u8>>> {
    let bytes = super::value::known(pieces, encoding)?;
    Some(literal(&Piece::Bytes(bytes.clone()), encoding).ok_or(bytes))
}

/// The same with what is filled in; braces stand for themselves.
fn template(pieces: &[Piece], encoding: TextEncoding) -> Option<String> {
    let mut text = String::new();
    for piece in pieces {
        match piece {
            Piece::Message => text.push_str("{msg}"),
            Piece::Len => text.push_str("{len}"),
            Piece::Host => text.push_str("{host}"),
            Piece::Port => text.push_str("{port}"),
            Piece::Time => text.push_str("{time}"),
            other => text.push_str(&literal(other, encoding)?.replace('{', "{{").replace('}', "}}")),
        }
    }
    Some(text)
}
