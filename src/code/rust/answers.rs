//! What a Rust program answers to a message.

use super::{Rust, snippets};
use crate::code::CodeError;
use crate::code::plan::{Case, Conversation, Framing, Part, When, masked};
use crate::lab::TextEncoding;
use crate::t;
use crate::values::template::Segment;

impl Rust<'_> {
    pub(super) fn answer_functions(&mut self, talk: &Conversation) -> Result<(), CodeError> {
        let reached = reached(talk);
        let parts = || reached.iter().flat_map(|case| case.parts());
        if parts().any(|part| matches!(part, Part::Upper)) {
            let encoding = self.plan.encoding;
            let is_single = encoding.decoding().is_none_or(encoding_rs::Encoding::is_single_byte);
            if encoding == TextEncoding::UTF_8 {
                self.body.blank();
                self.body.lines(snippets::UPPER);
            } else if !is_single {
                return Err(CodeError::Upper { language: "Rust", encoding: encoding.name() });
            } else if encoding != TextEncoding::Ascii {
                self.body.note(t!(self.lang, "code-left-upper"));
            }
        }
        if parts().any(|part| matches!(part, Part::Filled(Segment::Counter))) {
            self.imports("std::sync::atomic", &["AtomicU64", "Ordering"]);
            self.body.blank();
            self.body.line("static COUNTER: AtomicU64 = AtomicU64::new(0);");
        }
        if parts().any(|part| matches!(part, Part::Filled(Segment::Time))) {
            self.body.note(t!(self.lang, "code-left-time"));
            self.imports("std::time", &["SystemTime", "UNIX_EPOCH"]);
            self.body.blank();
            self.body.lines(TIME);
        }
        let contains = reached.iter().any(|case| matches!(case.when, When::Contains(_)));
        if contains {
            self.body.blank();
            self.body.lines(
                "fn contains(message: &[u8], text: &[u8]) -> bool {\n    message.windows(text.len()).any(|part| part == text)\n}",
            );
        }
        if reached.iter().any(|case| matches!(case.when, When::Pattern(_))) {
            self.body.blank();
            self.body.lines(
                "fn matches(message: &[u8], bytes: &[u8], mask: &[u8]) -> bool {\n    let mut pairs = message.iter().zip(bytes).zip(mask);\n    \
                 message.len() == bytes.len() && pairs.all(|((own, byte), mask)| own & mask == byte & mask)\n}",
            );
        }
        Ok(())
    }

    pub(super) fn framing_functions(&mut self, talk: &Conversation) {
        if !talk.has_framing() || !talk.answers() {
            return;
        }
        let (take, put): (String, String) = match &talk.framing {
            Framing::None => return,
            Framing::Line => (
                "let end = begun.iter().position(|byte| *byte == b'\\n')?;\nlet mut message: Vec<u8> = begun.drain(..=end).collect();\n\
                 message.pop();\nif message.last() == Some(&b'\\r') {\n    message.pop();\n}\nSome(message)"
                    .to_owned(),
                "reply.push(b'\\n');\nreply".to_owned(),
            ),
            Framing::Delimiter(bytes) => {
                let name = self.constants.name("DELIMITER", bytes);
                (
                    format!(
                        "let mut places = begun.windows({name}.len());\nlet end = places.position(|part| part == {name})?;\n\
                         let message = begun[..end].to_vec();\nbegun.drain(..end + {name}.len());\nSome(message)"
                    ),
                    format!("reply.extend_from_slice({name});\nreply"),
                )
            }
            Framing::Fixed(length) => (
                format!("if begun.len() < {length} {{\n    return None;\n}}\nSome(begun.drain(..{length}).collect())"),
                format!("if reply.len() != {length} {{\n    reply.clear();\n}}\nreply"),
            ),
            Framing::LengthPrefix { width, big_endian } => {
                let number = match width {
                    1 => "u8",
                    2 => "u16",
                    4 => "u32",
                    _ => "u64",
                };
                let order = if *big_endian { "be" } else { "le" };
                (
                    format!(
                        "let prefix = begun.first_chunk::<{width}>()?;\nlet length = {number}::from_{order}_bytes(*prefix) as usize;\n\
                         if begun.len() - {width} < length {{\n    return None;\n}}\nbegun.drain(..{width});\nSome(begun.drain(..length).collect())"
                    ),
                    format!("let length = reply.len() as {number};\nreply.splice(..0, length.to_{order}_bytes());\nreply"),
                )
            }
        };
        let comment = t!(self.lang, "code-take").into_owned();
        self.function(&comment, "fn take_message(begun: &mut Vec<u8>) -> Option<Vec<u8>> {");
        self.body.begin();
        self.body.lines(&take);
        self.body.end();
        self.body.line("}");
        if reached(talk).iter().any(|case| case.reply.is_some()) {
            let comment = t!(self.lang, "code-framed").into_owned();
            self.function(
                &comment,
                "fn framed(mut reply: Vec<u8>) -> Vec<u8> {\n    if reply.is_empty() {\n        return reply;\n    }",
            );
            self.body.begin();
            self.body.lines(&put);
            self.body.end();
            self.body.line("}");
        }
    }

    pub(super) fn respond_function(&mut self, talk: &Conversation) {
        let socket = self.socket_type();
        let is_stream = self.plan.is_stream();
        let reached = reached(talk);
        let replies = reached.iter().any(|case| case.reply.is_some());
        let (comment, head) = if is_stream {
            let mutable = if replies { "mut " } else { "" };
            let head = format!(
                "fn respond({mutable}stream: &{socket}, talk: &mut Talk, message: &[u8]) -> io::Result<bool> {{"
            );
            (t!(self.lang, "code-respond"), head)
        } else {
            let head = format!("fn respond(socket: &{socket}, peer: &SocketAddr, message: &[u8]) -> io::Result<()> {{");
            (t!(self.lang, "code-respond-datagram"), head)
        };
        let comment = comment.into_owned();
        self.function(&comment, &head);
        self.body.begin();
        let uses = |wanted: fn(&Part) -> bool| reached.iter().flat_map(|case| case.parts()).any(wanted);
        let tests = reached.iter().any(|case| !matches!(case.when, When::Always));
        let message = tests || uses(|part| matches!(part, Part::Message | Part::Upper | Part::Filled(Segment::Len)));
        let peer = uses(|part| matches!(part, Part::Filled(Segment::Host | Segment::Port)));
        let mut unused = Vec::new();
        if !message {
            unused.push("message");
        }
        if is_stream && !replies {
            unused.push("stream");
        }
        let keeps_rest = uses(|part| matches!(part, Part::Upper)) && self.plan.encoding == TextEncoding::UTF_8;
        if is_stream
            && !keeps_rest
            && (!peer || self.plan.is_unix() && !uses(|part| matches!(part, Part::Filled(Segment::Host))))
        {
            unused.push("talk");
        }
        if !is_stream && !replies {
            unused.extend(["socket", "peer"]);
        }
        match unused.as_slice() {
            [] => {}
            [one] => self.body.line(format!("let _ = {one};")),
            several => self.body.line(format!("let _ = ({});", several.join(", "))),
        }
        let mut always = false;
        for case in &talk.cases {
            always = matches!(case.when, When::Always);
            if always {
                self.answer(talk, case, true);
                break;
            }
            if let Some(test) = self.test(case) {
                self.body.line(format!("if {test} {{"));
                self.body.begin();
                self.answer(talk, case, false);
                self.body.end();
                self.body.line("}");
            }
        }
        if !always {
            self.body.line(if is_stream { "Ok(true)" } else { "Ok(())" });
        }
        self.body.end();
        self.body.line("}");
    }

    fn test(&mut self, case: &Case) -> Option<String> {
        Some(match &case.when {
            When::Always => return None,
            When::Equals(bytes) => {
                let base = if case.reply.is_none() { "QUIT" } else { "WHEN" };
                format!("message == {}", self.constants.name(base, bytes))
            }
            When::Contains(bytes) => format!("contains(message, {})", self.constants.name("WHEN", bytes)),
            When::Starts(bytes) => format!("message.starts_with({})", self.constants.name("WHEN", bytes)),
            When::Ends(bytes) => format!("message.ends_with({})", self.constants.name("WHEN", bytes)),
            When::Pattern(pattern) => {
                let (bytes, mask) = masked(pattern);
                let (name, mask) = (self.constants.name("WHEN", &bytes), self.constants.name("MASK", &mask));
                format!("matches(message, {name}, {mask})")
            }
            When::Regexp(source) => {
                self.body.note(t!(self.lang, "code-left-regexp", language = "Rust", text = source.as_str()));
                return None;
            }
        })
    }

    fn answer(&mut self, talk: &Conversation, case: &Case, is_last: bool) {
        let is_stream = self.plan.is_stream();
        if !case.delay.is_zero() {
            self.imports("std::thread", &["self"]);
            self.imports("std::time", &["Duration"]);
            self.body.line(format!("thread::sleep(Duration::from_millis({}));", case.delay.as_millis()));
        }
        let result = match (is_stream, case.close) {
            (true, true) => "Ok(false)",
            (true, false) => "Ok(true)",
            (false, _) => "Ok(())",
        };
        let mut result = result.to_owned();
        if let Some(parts) = &case.reply {
            match parts.as_slice() {
                [Part::Bytes(bytes)] => {
                    let name = self.constants.name("REPLY", bytes);
                    self.body.line(format!("let reply = {name}.to_vec();"));
                }
                [] => self.body.line("let reply = Vec::new();"),
                parts => {
                    self.body.line("let mut reply = Vec::new();");
                    parts.iter().for_each(|part| self.part(part));
                }
            }
            if talk.has_framing() {
                self.body.line("let reply = framed(reply);");
            }
            if is_stream {
                if case.close && talk.may_be_empty(parts) {
                    result = "Ok(reply.is_empty())".to_owned();
                }
                self.body.call("send", t!(self.lang, "code-send"), "stream.write_all(&reply)?;");
            } else {
                let suffix = self.suffix();
                let comment = t!(self.lang, "code-sendto");
                self.body.call("sendto", comment, format!("socket.send_to{suffix}(&reply, peer)?;"));
            }
        }
        self.body.line(if is_last { result } else { format!("return {result};") });
    }

    fn part(&mut self, part: &Part) {
        let peer = if self.plan.is_stream() { "talk.peer" } else { "peer" };
        let text = |value: String| format!("reply.extend_from_slice({value}.to_string().as_bytes());");
        let line = match part {
            Part::Bytes(bytes) => {
                let name = self.constants.name("REPLY", bytes);
                format!("reply.extend_from_slice({name});")
            }
            Part::Message => "reply.extend_from_slice(message);".to_owned(),
            Part::Upper if self.plan.encoding != TextEncoding::UTF_8 => {
                "reply.extend(message.to_ascii_uppercase());".to_owned()
            }
            Part::Upper if self.plan.is_stream() => {
                self.body.line("talk.rest.extend_from_slice(message);");
                "reply.extend(upper(&mut talk.rest));".to_owned()
            }
            Part::Upper => {
                self.body.line("let mut rest = message.to_vec();");
                self.body.line("reply.extend(upper(&mut rest));");
                "reply.extend(rest);".to_owned()
            }
            Part::Filled(Segment::Len) => text("message.len()".to_owned()),
            Part::Filled(Segment::Host) if self.plan.is_unix() => {
                self.body.line(format!("if let Some(path) = {peer}.as_pathname() {{"));
                self.body.line("    reply.extend_from_slice(path.to_string_lossy().as_bytes());");
                "}".to_owned()
            }
            Part::Filled(Segment::Port) if self.plan.is_unix() => "reply.push(b'0');".to_owned(),
            Part::Filled(Segment::Host) => text(format!("{peer}.ip()")),
            Part::Filled(Segment::Port) => text(format!("{peer}.port()")),
            Part::Filled(Segment::Counter) => {
                self.body.line("let number = COUNTER.fetch_add(1, Ordering::Relaxed) + 1;");
                text("number".to_owned())
            }
            Part::Filled(Segment::Time) => "reply.extend_from_slice(time().as_bytes());".to_owned(),
            Part::Filled(Segment::Text(_) | Segment::Msg) | Part::Capture(_) => return,
        };
        self.body.line(line);
    }
}

/// The cases that a message can come to: none behind one for every message, and none that Rust can't look for.
pub(super) fn reached(talk: &Conversation) -> Vec<&Case> {
    let end =
        talk.cases.iter().position(|case| matches!(case.when, When::Always)).map_or(talk.cases.len(), |at| at + 1);
    talk.cases.iter().take(end).filter(|case| !matches!(case.when, When::Regexp(_))).collect()
}

/// The date from the number of days, by the calendar's 400-year period.
const TIME: &str = r#"fn time() -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    let seconds = now.map_or(0, |now| now.as_secs());
    let days = seconds / 86_400 + 719_468;
    let era = days / 146_097;
    let day_of_era = days % 146_097;
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let part = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * part + 2) / 5 + 1;
    let month = if part < 10 { part + 3 } else { part - 9 };
    let year = year_of_era + era * 400 + u64::from(month <= 2);
    let (hour, minute, second) = (seconds / 3_600 % 24, seconds / 60 % 60, seconds % 60);
    format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}")
}"#;
