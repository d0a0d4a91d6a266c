//! What a Java program answers to a message.

use super::{COLUMNS, JAVA, Java, charset};
use crate::code::CodeError;
use crate::code::literal::{self, TextLiteral};
use crate::code::plan::{Case, Conversation, Family, Framing, Part, When, masked};
use crate::code::regexp::regexp;
use crate::lab::TextEncoding;
use crate::t;
use crate::values::template::Segment;

/// Functions that stand in a program as they are here.
const HELPERS: &[(&str, &[&str], &str)] = &[
    (
        "indexOf",
        &["java.util.Arrays"],
        "static int indexOf(byte[] data, byte[] part) {\n  for (int at = 0; at + part.length <= data.length; at++) {\n    \
         if (Arrays.equals(data, at, at + part.length, part, 0, part.length)) {\n      return at;\n    }\n  }\n  return -1;\n}",
    ),
    (
        "startsWith",
        &["java.util.Arrays"],
        "static boolean startsWith(byte[] data, byte[] part) {\n  \
         return data.length >= part.length && Arrays.equals(part, Arrays.copyOf(data, part.length));\n}",
    ),
    (
        "endsWith",
        &["java.util.Arrays"],
        "static boolean endsWith(byte[] data, byte[] part) {\n  int from = data.length - part.length;\n  \
         return from >= 0 && Arrays.equals(part, Arrays.copyOfRange(data, from, data.length));\n}",
    ),
    (
        "host",
        &["java.net.InetSocketAddress", "java.net.SocketAddress"],
        "static String host(SocketAddress peer) {\n  return ((InetSocketAddress) peer).getAddress().getHostAddress();\n}",
    ),
    (
        "port",
        &["java.net.InetSocketAddress", "java.net.SocketAddress"],
        "static String port(SocketAddress peer) {\n  return Integer.toString(((InetSocketAddress) peer).getPort());\n}",
    ),
    (
        "matches",
        &[],
        "static boolean matches(byte[] data, byte[] part, byte[] mask) {\n  boolean fits = data.length == part.length;\n  \
         for (int at = 0; fits && at < part.length; at++) {\n    \
         fits = (data[at] & mask[at]) == (part[at] & mask[at]);\n  }\n  return fits;\n}",
    ),
];

/// What is upper case of the whole characters at the beginning; the others are left in `rest`.
const UPPER: &str = "static byte[] upper(ByteBuffer rest) {
  ByteArrayOutputStream reply = new ByteArrayOutputStream();
  CharsetDecoder decoder = CHARSET.newDecoder();
  CharsetEncoder encoder = CHARSET.newEncoder();
  CharBuffer text = CharBuffer.allocate(rest.remaining() + 2);
  CoderResult result;
  do {
    result = decoder.decode(rest, text, false);
    text.flip();
    for (int character : text.codePoints().toArray()) {
      String same = Character.toString(character);
      String upper = same.toUpperCase(Locale.ROOT);
      reply.writeBytes((encoder.canEncode(upper) ? upper : same).getBytes(CHARSET));
    }
    text.clear();
    for (int left = result.isError() ? result.length() : 0; left > 0; left--) {
      reply.write(rest.get());
    }
  } while (!result.isUnderflow());
  return reply.toByteArray();
}";

impl Java<'_> {
    /// Writes that function, once.
    fn helper(&mut self, name: &'static str) {
        let Some((_, imports, text)) = HELPERS.iter().find(|(known, ..)| *known == name) else { return };
        if self.written.insert(name) {
            self.imports(imports);
            self.body.blank();
            self.body.lines(text);
        }
    }

    /// The helpers that the answers need.
    pub(super) fn answer_functions(&mut self, talk: &Conversation) -> Result<(), CodeError> {
        let reached = reached(talk);
        let uses = |wanted: fn(&Part) -> bool| reached.iter().flat_map(|case| case.parts()).any(wanted);
        for case in &reached {
            match &case.when {
                When::Contains(_) => self.helper("indexOf"),
                When::Starts(_) => self.helper("startsWith"),
                When::Ends(_) => self.helper("endsWith"),
                When::Pattern(_) => self.helper("matches"),
                When::Equals(_) => self.imports(&["java.util.Arrays"]),
                When::Always | When::Regexp(_) => {}
            }
        }
        if uses(|part| matches!(part, Part::Upper)) {
            if !self.uses_charset() {
                let encoding = self.plan.encoding.name();
                return Err(CodeError::Upper { language: JAVA.own_name, encoding });
            }
            self.imports(&[
                "java.io.ByteArrayOutputStream",
                "java.nio.ByteBuffer",
                "java.nio.CharBuffer",
                "java.nio.charset.CharsetDecoder",
                "java.nio.charset.CharsetEncoder",
                "java.nio.charset.CoderResult",
                "java.util.Locale",
            ]);
            self.body.blank();
            self.body.lines(UPPER);
        }
        if uses(|part| matches!(part, Part::Filled(Segment::Counter))) {
            self.imports(&["java.util.concurrent.atomic.AtomicLong"]);
            self.body.blank();
            self.body.line("static final AtomicLong COUNTER = new AtomicLong();");
        }
        if uses(|part| matches!(part, Part::Filled(Segment::Host))) && !self.plan.is_unix() {
            self.helper("host");
            if self.plan.socket.family == Family::Inet6 {
                self.body.note(t!(self.lang, "code-left-v6"));
            }
        }
        if uses(|part| matches!(part, Part::Filled(Segment::Port))) && !self.plan.is_unix() {
            self.helper("port");
        }
        Ok(())
    }

    pub(super) fn framing_functions(&mut self, talk: &Conversation) {
        if !talk.has_framing() || !talk.answers() {
            return;
        }
        self.imports(&["java.util.Arrays"]);
        let (take, put): (String, String) = match &talk.framing {
            Framing::None => return,
            Framing::Line => {
                self.helper("indexOf");
                let name = self.constants.name("DELIMITER", b"\n");
                let cut = "int length = end > 0 && talk.begun[end - 1] == '\\r' ? end - 1 : end;";
                (until(&name, cut, "length"), joined("reply", &name))
            }
            Framing::Delimiter(bytes) => {
                self.helper("indexOf");
                let name = self.constants.name("DELIMITER", bytes);
                (until(&name, "", "end"), joined("reply", &name))
            }
            Framing::Fixed(length) => (
                format!(
                    "if (talk.begun.length < {length}) {{\n  return null;\n}}\n\
                     byte[] message = Arrays.copyOf(talk.begun, {length});\n\
                     talk.begun = Arrays.copyOfRange(talk.begun, {length}, talk.begun.length);\nreturn message;"
                ),
                format!("return reply.length == {length} ? reply : new byte[0];"),
            ),
            Framing::LengthPrefix { width, big_endian } => {
                let last = width - 1;
                let at = if *big_endian { "at".to_owned() } else { format!("{last} - at") };
                let place = if *big_endian { format!("{last} - at") } else { "at".to_owned() };
                (
                    format!(
                        "long length = 0;\nfor (int at = 0; at < {width} && at < talk.begun.length; at++) {{\n  \
                         length = length << 8 | (talk.begun[{at}] & 0xff);\n}}\n\
                         if (talk.begun.length < {width} || length < 0 || talk.begun.length - {width} < length) {{\n  return null;\n}}\n\
                         int end = {width} + (int) length;\n\
                         byte[] message = Arrays.copyOfRange(talk.begun, {width}, end);\n\
                         talk.begun = Arrays.copyOfRange(talk.begun, end, talk.begun.length);\nreturn message;"
                    ),
                    format!(
                        "byte[] framed = new byte[{width} + reply.length];\nlong length = reply.length;\n\
                         for (int at = 0; at < {width}; at++) {{\n  framed[{place}] = (byte) length;\n  length >>= 8;\n}}\n\
                         System.arraycopy(reply, 0, framed, {width}, reply.length);\nreturn framed;"
                    ),
                )
            }
        };
        let comment = t!(self.lang, "code-take").into_owned();
        self.function(&comment, "static byte[] takeMessage(Talk talk) {");
        self.inner(&take);
        self.body.line("}");
        if reached(talk).iter().any(|case| case.reply.is_some()) {
            let comment = t!(self.lang, "code-framed").into_owned();
            self.function(&comment, "static byte[] framed(byte[] reply) {");
            self.inner("if (reply.length == 0) {\n  return reply;\n}");
            self.inner(&put);
            self.body.line("}");
        }
    }

    pub(super) fn respond_function(&mut self, talk: &Conversation) {
        let is_stream = self.plan.is_stream();
        let comment = match is_stream {
            true => t!(self.lang, "code-respond"),
            false => t!(self.lang, "code-respond-datagram"),
        };
        let throws = throws(talk);
        let comment = comment.into_owned();
        if is_stream {
            self.function(&comment, &format!("static boolean respond(Talk talk, byte[] message) throws {throws} {{"));
        } else {
            let head = "static void respond(DatagramChannel channel, SocketAddress peer, byte[] message)";
            self.function(&comment, &format!("{head}\n    throws {throws} {{"));
        }
        self.body.begin();
        let mut always = false;
        for case in &talk.cases {
            always = matches!(case.when, When::Always);
            if always {
                self.answer(talk, case, true);
                break;
            }
            if let Some(test) = self.test(case) {
                self.body.line(format!("if ({test}) {{"));
                self.body.begin();
                self.answer(talk, case, false);
                self.body.end();
                self.body.line("}");
            }
        }
        if is_stream && !always {
            self.body.line("return true;");
        }
        self.body.end();
        self.body.line("}");
    }

    fn test(&mut self, case: &Case) -> Option<String> {
        Some(match &case.when {
            When::Always => return None,
            When::Equals(bytes) => {
                let base = if case.reply.is_none() { "QUIT" } else { "WHEN" };
                format!("Arrays.equals(message, {})", self.constants.name(base, bytes))
            }
            When::Contains(bytes) => format!("indexOf(message, {}) >= 0", self.constants.name("WHEN", bytes)),
            When::Starts(bytes) => format!("startsWith(message, {})", self.constants.name("WHEN", bytes)),
            When::Ends(bytes) => format!("endsWith(message, {})", self.constants.name("WHEN", bytes)),
            When::Pattern(pattern) => {
                let (bytes, mask) = masked(pattern);
                let (name, mask) = (self.constants.name("WHEN", &bytes), self.constants.name("MASK", &mask));
                format!("matches(message, {name}, {mask})")
            }
            When::Regexp(source) => return self.regexp_test(source),
        })
    }

    fn regexp_test(&mut self, source: &str) -> Option<String> {
        let expression = regexp(source, &super::regexp::JAVA).filter(|_| charset(self.plan.encoding).is_some());
        let Some(expression) = expression else {
            self.body.note(t!(self.lang, "code-left-regexp", language = "Java", text = source));
            return None;
        };
        self.uses_charset();
        self.imports(&["java.util.regex.Matcher", "java.util.regex.Pattern"]);
        self.expressions += 1;
        let number = self.expressions;
        let literal = literal::text(&expression, TextLiteral::Java);
        let line = format!("String expression{number} = {literal};");
        if self.body.fits(&line, COLUMNS) {
            self.body.line(line);
        } else {
            let text = self.text_constant("EXPRESSION", &expression);
            self.body.line(format!("String expression{number} = {text};"));
        }
        self.body.lines(&format!(
            "Pattern pattern{number} =\n    \
             Pattern.compile(expression{number}, Pattern.UNICODE_CHARACTER_CLASS | Pattern.UNIX_LINES);\n\
             Matcher found{number} = pattern{number}.matcher(new String(message, CHARSET));"
        ));
        Some(format!("found{number}.find()"))
    }

    fn answer(&mut self, talk: &Conversation, case: &Case, is_last: bool) {
        let is_stream = self.plan.is_stream();
        if !case.delay.is_zero() {
            self.body.line(format!("Thread.sleep({});", case.delay.as_millis()));
        }
        if let Some(parts) = &case.reply {
            let reply = match parts.as_slice() {
                [] => "new byte[0]".to_owned(),
                [Part::Bytes(bytes)] => self.constants.name("REPLY", bytes),
                [Part::Message] => "message".to_owned(),
                parts => {
                    self.imports(&["java.io.ByteArrayOutputStream"]);
                    self.body.line("ByteArrayOutputStream reply = new ByteArrayOutputStream();");
                    for part in parts {
                        if let Some(part) = self.part(part) {
                            self.body.line(format!("reply.writeBytes({part});"));
                        }
                    }
                    "reply.toByteArray()".to_owned()
                }
            };
            let reply = if talk.has_framing() { format!("framed({reply})") } else { reply };
            if is_stream {
                // With nothing to send, the conversation goes on whatever comes after a reply.
                let may_be_empty = case.close && talk.may_be_empty(parts);
                if may_be_empty {
                    self.body.line(format!("byte[] data = {reply};"));
                }
                let reply = if may_be_empty { "data".to_owned() } else { reply };
                self.body.call("send", t!(self.lang, "code-send"), format!("sendAll(talk.channel, {reply});"));
                if may_be_empty {
                    return self.body.line("return data.length == 0;");
                }
            } else {
                self.imports(&["java.nio.ByteBuffer"]);
                let comment = t!(self.lang, "code-sendto");
                self.body.call("sendto", comment, format!("channel.send(ByteBuffer.wrap({reply}), peer);"));
            }
        }
        match (is_stream, is_last) {
            (true, _) => self.body.line(format!("return {};", !case.close)),
            (false, false) => self.body.line("return;"),
            (false, true) => {}
        }
    }

    /// The bytes of a part; `None` where it has none.
    fn part(&mut self, part: &Part) -> Option<String> {
        let peer = if self.plan.is_stream() { "talk.peer" } else { "peer" };
        Some(match part {
            Part::Bytes(bytes) => self.constants.name("REPLY", bytes),
            Part::Message => "message".to_owned(),
            Part::Upper if self.plan.is_stream() => {
                self.body.line("ByteBuffer rest = ByteBuffer.wrap(joined(talk.rest, message));");
                self.body.line("byte[] upper = upper(rest);");
                self.body.line("talk.rest = left(rest);");
                "upper".to_owned()
            }
            Part::Upper => {
                self.body.line("ByteBuffer rest = ByteBuffer.wrap(message);");
                self.body.line("byte[] upper = upper(rest);");
                self.body.line("reply.writeBytes(upper);");
                "left(rest)".to_owned()
            }
            Part::Filled(Segment::Len) => self.text("Integer.toString(message.length)"),
            Part::Filled(Segment::Host) if self.plan.is_unix() => self.text(&format!("{peer}.toString()")),
            Part::Filled(Segment::Port) if self.plan.is_unix() => self.text("\"0\""),
            Part::Filled(Segment::Host) => self.text(&format!("host({peer})")),
            Part::Filled(Segment::Port) => self.text(&format!("port({peer})")),
            Part::Filled(Segment::Counter) => self.text("Long.toString(COUNTER.incrementAndGet())"),
            Part::Filled(Segment::Time) => {
                self.imports(&["java.time.LocalDateTime", "java.time.format.DateTimeFormatter"]);
                self.body.line("DateTimeFormatter shape = DateTimeFormatter.ofPattern(\"yyyy-MM-dd HH:mm:ss\");");
                self.text("LocalDateTime.now().format(shape)")
            }
            Part::Capture(number) => {
                let found = format!("found{}.group({number})", self.expressions);
                self.text(&format!("({found} == null ? \"\" : {found})"))
            }
            Part::Filled(Segment::Text(_) | Segment::Msg) => return None,
        })
    }

    /// A text of the program in the encoding of the endpoint.
    fn text(&mut self, expression: &str) -> String {
        if self.uses_charset() {
            return format!("{expression}.getBytes(CHARSET)");
        }
        self.imports(&["java.nio.charset.StandardCharsets"]);
        format!("{expression}.getBytes(StandardCharsets.ISO_8859_1)")
    }

    /// What upper case needs beside it.
    pub(super) fn rest_functions(&mut self, talk: &Conversation) {
        if !talk.has_upper() {
            return;
        }
        self.body.blank();
        self.body.lines(
            "static byte[] left(ByteBuffer rest) {\n  byte[] left = new byte[rest.remaining()];\n  rest.get(left);\n  return left;\n}",
        );
    }

    /// `joined(before, more)`, where something is put behind what has come.
    pub(super) fn joined_function(&mut self, talk: &Conversation) {
        let keeps = talk.has_framing() && talk.answers() || talk.has_upper() && self.plan.is_stream();
        if !keeps {
            return;
        }
        self.imports(&["java.util.Arrays"]);
        let comment = t!(self.lang, "code-append").into_owned();
        self.function(
            &comment,
            "static byte[] joined(byte[] before, byte[] more) {\n  \
             byte[] all = Arrays.copyOf(before, before.length + more.length);\n  \
             System.arraycopy(more, 0, all, before.length, more.length);\n  return all;\n}",
        );
    }

    /// UTF-8, or what Java does not know: that is said where something is typed.
    pub(super) fn says_encoding(&mut self, talk: &Conversation) {
        let is_known = charset(self.plan.encoding).is_some();
        if talk.typed.is_some() && !is_known && self.plan.encoding != TextEncoding::UTF_8 {
            let encoding = self.plan.encoding.name();
            self.body.note(t!(self.lang, "code-left-encoding", language = "Java", encoding = encoding));
        }
    }
}

/// What a function that answers may fail with.
pub(super) fn throws(talk: &Conversation) -> &'static str {
    if talk.has_delay() { "IOException, InterruptedException" } else { "IOException" }
}

/// The cases that a message can come to: none behind one for every message.
fn reached(talk: &Conversation) -> Vec<&Case> {
    let end =
        talk.cases.iter().position(|case| matches!(case.when, When::Always)).map_or(talk.cases.len(), |at| at + 1);
    talk.cases.iter().take(end).collect()
}

fn joined(before: &str, more: &str) -> String {
    format!("return joined({before}, {more});")
}

/// The lines that take what stands before those bytes.
fn until(name: &str, cut: &str, length: &str) -> String {
    let cut = if cut.is_empty() { String::new() } else { format!("{cut}\n") };
    format!(
        "int end = indexOf(talk.begun, {name});\nif (end < 0) {{\n  return null;\n}}\n{cut}\
         byte[] message = Arrays.copyOf(talk.begun, {length});\n\
         talk.begun = Arrays.copyOfRange(talk.begun, end + {name}.length, talk.begun.length);\nreturn message;"
    )
}
