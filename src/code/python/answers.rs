//! What a Python program answers to a message.

use super::regexp::PYTHON;
use super::{Python, codec};
use crate::code::literal::{self, TextLiteral};
use crate::code::plan::{Case, Conversation, Framing, Part, When, masked};
use crate::code::regexp::regexp;
use crate::t;
use crate::values::template::Segment;

impl Python<'_> {
    pub(super) fn framing_functions(&mut self, talk: &Conversation) {
        let (take, put): (Vec<String>, String) = match &talk.framing {
            Framing::None => return,
            Framing::Line => (ending("b\"\\n\"", 1, "message.removesuffix(b\"\\r\")"), "reply + b\"\\n\"".to_owned()),
            Framing::Delimiter(bytes) => {
                let name = self.constants.name("DELIMITER", bytes);
                (ending(&name, bytes.len(), "message"), format!("reply + {name}"))
            }
            Framing::Fixed(length) => (
                vec![
                    format!("if len(begun) < {length}:"),
                    "    return None".to_owned(),
                    format!("message = bytes(begun[:{length}])"),
                    format!("del begun[:{length}]"),
                    "return message".to_owned(),
                ],
                format!("reply if len(reply) == {length} else b\"\""),
            ),
            Framing::LengthPrefix { width, big_endian } => {
                let order = if *big_endian { "big" } else { "little" };
                (
                    vec![
                        format!("if len(begun) < {width}:"),
                        "    return None".to_owned(),
                        format!("end = {width} + int.from_bytes(begun[:{width}], \"{order}\")"),
                        "if len(begun) < end:".to_owned(),
                        "    return None".to_owned(),
                        format!("message = bytes(begun[{width}:end])"),
                        "del begun[:end]".to_owned(),
                        "return message".to_owned(),
                    ],
                    format!("len(reply).to_bytes({width}, \"{order}\") + reply"),
                )
            }
        };
        if talk.answers() {
            let comment = t!(self.lang, "code-take").into_owned();
            self.function(&comment, "def take_message(begun):");
            take.iter().for_each(|line| self.body.line(format!("    {line}")));
        }
        if talk.replies() {
            let comment = t!(self.lang, "code-framed").into_owned();
            self.function(&comment, "def framed(reply):");
            self.body.line(format!("    return {put}"));
        }
    }

    pub(super) fn respond_function(&mut self, talk: &Conversation) {
        let state = if talk.has_upper() && self.plan.is_stream() { ", decoder" } else { "" };
        let comment = match self.plan.is_stream() {
            true => t!(self.lang, "code-respond"),
            false => t!(self.lang, "code-respond-datagram"),
        };
        if talk.has_filled(&Segment::Counter) {
            self.body.blank();
            self.body.blank();
            self.body.line("counter = itertools.count(1)");
        }
        self.function(&comment, &format!("def respond(sock, peer, message{state}):"));
        self.body.begin();
        let mut always = false;
        for case in &talk.cases {
            always = matches!(case.when, When::Always);
            match self.test(case) {
                Some(test) => {
                    self.body.line(format!("{test}:"));
                    self.body.begin();
                    self.answer(talk, case);
                    self.body.end();
                }
                None if always => self.answer(talk, case),
                None => {}
            }
            if always {
                break;
            }
        }
        if self.plan.is_stream() && !always {
            self.body.line("return True");
        }
        self.body.end();
    }

    /// `if …`, without its colon; `None` where every message fits, and where Python can't look for that.
    pub(super) fn test(&mut self, case: &Case) -> Option<String> {
        let when = |python: &mut Self, bytes: &[u8]| python.constants.name("WHEN", bytes);
        Some(match &case.when {
            When::Always => return None,
            When::Equals(bytes) if case.reply.is_none() => {
                format!("if message == {}", self.constants.name("QUIT", bytes))
            }
            When::Equals(bytes) => format!("if message == {}", when(self, bytes)),
            When::Contains(bytes) => format!("if {} in message", when(self, bytes)),
            When::Starts(bytes) => format!("if message.startswith({})", when(self, bytes)),
            When::Ends(bytes) => format!("if message.endswith({})", when(self, bytes)),
            When::Pattern(pattern) => {
                let (bytes, mask) = masked(pattern);
                let (name, mask) = (when(self, &bytes), self.constants.name("MASK", &mask));
                self.body.line(format!("masked = bytes(byte & mask for byte, mask in zip(message, {mask}))"));
                format!("if len(message) == len({name}) and masked == {name}")
            }
            When::Regexp(source) => match regexp(source, &PYTHON) {
                Some(source) => {
                    self.uses("re");
                    let codec = codec(self.plan.encoding);
                    let literal = literal::text(&source, TextLiteral::Python);
                    self.body.line(format!("text = message.decode(\"{codec}\", \"surrogateescape\")"));
                    self.body.line(format!("expression = {literal}"));
                    self.body.line("found = re.search(expression, text)");
                    "if found".to_owned()
                }
                None => {
                    self.body.note(t!(self.lang, "code-left-regexp", language = "Python", text = source.as_str()));
                    return None;
                }
            },
        })
    }

    pub(super) fn answer(&mut self, talk: &Conversation, case: &Case) {
        if !case.delay.is_zero() {
            self.uses("time");
            self.body.line(format!("time.sleep({})", case.delay.as_secs_f64()));
        }
        let is_stream = self.plan.is_stream();
        if let Some(parts) = &case.reply {
            let pieces: Vec<String> = parts.iter().map(|part| self.part(part)).collect();
            let joined = pieces.join(" + ");
            match pieces.split_first() {
                None => self.body.line("reply = b\"\""),
                Some(_) if joined.len() <= 60 => self.body.line(format!("reply = {joined}")),
                Some((first, rest)) => {
                    self.body.line(format!("reply = {first}"));
                    rest.iter().for_each(|piece| self.body.line(format!("reply += {piece}")));
                }
            }
            let reply = if talk.has_framing() { "framed(reply)" } else { "reply" };
            if !is_stream {
                let comment = t!(self.lang, "code-sendto");
                self.body.call("sendto", comment, format!("sock.sendto({reply}, peer)"));
            } else if talk.may_be_empty(parts) {
                self.body.line("if reply:");
                self.body.begin();
                self.body.call("send", t!(self.lang, "code-send"), format!("sock.sendall({reply})"));
                if case.close {
                    self.body.line("return False");
                }
                self.body.end();
                self.body.line("return True");
                return;
            } else {
                self.body.call("send", t!(self.lang, "code-send"), format!("sock.sendall({reply})"));
            }
        }
        match is_stream {
            true if case.close => self.body.line("return False"),
            true => self.body.line("return True"),
            false => self.body.line("return"),
        }
    }

    pub(super) fn part(&mut self, part: &Part) -> String {
        let codec = codec(self.plan.encoding);
        let text = |value: &str| format!("{value}.encode(\"{codec}\")");
        match part {
            Part::Bytes(bytes) => self.constants.name("REPLY", bytes),
            Part::Message => "message".to_owned(),
            Part::Upper if self.plan.is_stream() => {
                format!("decoder.decode(message).upper().encode(\"{codec}\", \"surrogateescape\")")
            }
            Part::Upper => {
                self.body.line(format!("text = message.decode(\"{codec}\", \"surrogateescape\")"));
                format!("text.upper().encode(\"{codec}\", \"surrogateescape\")")
            }
            Part::Filled(Segment::Len) => text("str(len(message))"),
            Part::Filled(Segment::Host) if self.plan.is_unix() => text("str(peer or \"\")"),
            Part::Filled(Segment::Host) => text("peer[0]"),
            Part::Filled(Segment::Port) if self.plan.is_unix() => text("\"0\""),
            Part::Filled(Segment::Port) => text("str(peer[1])"),
            Part::Filled(Segment::Counter) => text("str(next(counter))"),
            Part::Filled(Segment::Time) => {
                self.uses("time");
                text("time.strftime(\"%Y-%m-%d %H:%M:%S\")")
            }
            Part::Filled(Segment::Text(_) | Segment::Msg) => "message".to_owned(),
            Part::Capture(number) => {
                format!("(found[{number}] or \"\").encode(\"{codec}\", \"surrogateescape\")")
            }
        }
    }

    pub(super) fn file_function(&mut self, talk: &Conversation) {
        self.uses("os");
        let root = talk.files.as_ref().map(|root| root.to_string_lossy().into_owned()).unwrap_or_default();
        let comment = t!(self.lang, "code-file").into_owned();
        self.function(&comment, "def send_file(sock, name):");
        self.body.begin();
        self.body.line(format!("root = os.path.realpath({})", literal::text(&root, TextLiteral::Python)));
        self.body.lines(
            "path = os.path.realpath(os.path.join(root, name))\n\
             if os.path.commonpath([root, path]) != root or not os.path.isfile(path):\n    return\n\
             with open(path, \"rb\") as file:",
        );
        self.body.begin();
        self.body.call("sendfile", t!(self.lang, "code-sendfile"), "sock.sendfile(file)");
        self.body.end();
        self.body.end();
    }
}

/// The lines of a function that takes what stands before those bytes.
fn ending(bytes: &str, length: usize, result: &str) -> Vec<String> {
    let after = if length == 1 { "end + 1".to_owned() } else { format!("end + {length}") };
    [
        format!("end = begun.find({bytes})"),
        "if end < 0:".to_owned(),
        "    return None".to_owned(),
        "message = bytes(begun[:end])".to_owned(),
        format!("del begun[: {after}]"),
        format!("return {result}"),
    ]
    .to_vec()
}
