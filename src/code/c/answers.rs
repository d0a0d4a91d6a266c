//! What a C program answers to a message.

use super::C11;
use super::snippets::HELPERS;
use crate::code::CodeError;
use crate::code::plan::{Case, Conversation, Framing, Part, When, masked};
use crate::lab::TextEncoding;
use crate::t;
use crate::values::template::Segment;

impl C11<'_> {
    /// Writes that function and those that it needs, once.
    pub(super) fn helper(&mut self, name: &'static str) {
        let Some(helper) = HELPERS.iter().find(|helper| helper.name == name) else { return };
        if !self.written.insert(name) {
            return;
        }
        helper.needs.iter().for_each(|needed| self.helper(needed));
        self.uses(helper.headers);
        self.body.blank();
        if !helper.comment.is_empty() {
            let comment = self.lang.text(helper.comment, None);
            self.body.comment(comment);
        }
        self.body.lines(helper.text);
    }

    /// The helpers that the answers need.
    pub(super) fn answer_helpers(&mut self, talk: &Conversation) -> Result<(), CodeError> {
        for case in &talk.cases {
            match &case.when {
                When::Equals(_) => self.helper("equals"),
                When::Contains(_) => self.helper("contains"),
                When::Starts(_) => self.helper("starts"),
                When::Ends(_) => self.helper("ends"),
                When::Pattern(_) => self.helper("matches"),
                When::Always | When::Regexp(_) => {}
            }
            if matches!(case.when, When::Regexp(_)) {
                continue;
            }
            if case.reply.is_some() {
                self.helper("append");
            }
            for part in case.parts() {
                match part {
                    Part::Upper if self.plan.encoding == TextEncoding::UTF_8 => self.helper("upper"),
                    Part::Upper => self.ascii_upper()?,
                    Part::Filled(Segment::Len | Segment::Counter) => self.helper("number"),
                    Part::Filled(Segment::Time) => self.helper("time"),
                    Part::Filled(Segment::Host | Segment::Port) => self.peer_helper(),
                    Part::Filled(Segment::Text(_) | Segment::Msg)
                    | Part::Bytes(_)
                    | Part::Message
                    | Part::Capture(_) => {}
                }
            }
            if matches!(case.when, When::Always) {
                break;
            }
        }
        if talk.has_filled(&Segment::Counter) {
            self.uses(&["stdatomic.h"]);
            self.body.blank();
            self.body.line("static atomic_ulong counter;");
        }
        Ok(())
    }

    fn ascii_upper(&mut self) -> Result<(), CodeError> {
        let encoding = self.plan.encoding;
        let is_single = encoding.decoding().is_none_or(encoding_rs::Encoding::is_single_byte);
        if !is_single {
            return Err(CodeError::Upper { language: "C", encoding: encoding.name() });
        }
        if encoding != TextEncoding::Ascii {
            self.body.note(t!(self.lang, "code-left-upper"));
        }
        self.helper("ascii-upper");
        Ok(())
    }

    fn peer_helper(&mut self) {
        if self.plan.is_unix() || !self.written.insert("peer") {
            return;
        }
        self.uses(&["netdb.h", "string.h"]);
        self.helper("append");
        self.body.blank();
        self.body.lines(
            r#"static void append_peer(struct bytes *bytes, struct connection *connection,
                        int wants_port) {
  char host[NI_MAXHOST] = "";
  char port[NI_MAXSERV] = "";
  struct sockaddr *peer = (struct sockaddr *)&connection->peer;
  getnameinfo(peer, connection->peer_length, host, sizeof(host), port,
              sizeof(port), NI_NUMERICHOST | NI_NUMERICSERV);
  const char *text = wants_port ? port : host;
  append(bytes, text, strlen(text));
}"#,
        );
    }

    pub(super) fn framing_functions(&mut self, talk: &Conversation) {
        if !talk.has_framing() || !talk.answers() {
            return;
        }
        self.helper("remove");
        let (take, put) = match &talk.framing {
            Framing::None => return,
            Framing::Line => {
                self.uses(&["string.h"]);
                (until("\"\\n\"", "1", true), "append(reply, \"\\n\", 1);".to_owned())
            }
            Framing::Delimiter(bytes) => {
                self.uses(&["string.h"]);
                let name = self.constants.name("DELIMITER", bytes);
                let size = format!("sizeof({name}) - 1");
                (until(&name, &size, false), format!("append(reply, {name}, {size});"))
            }
            Framing::Fixed(length) => (
                format!(
                    "  if (begun->length < {length}) {{\n    return 0;\n  }}\n  append(message, begun->data, {length});\n  remove_first(begun, {length});\n  return 1;"
                ),
                format!("if (reply->length != {length}) {{\n  reply->length = 0;\n}}"),
            ),
            Framing::LengthPrefix { width, big_endian } => {
                let at = if *big_endian { "at" } else { &format!("{} - at", width - 1) };
                let place = if *big_endian { format!("{} - at", width - 1) } else { "at".to_owned() };
                (
                    format!(
                        "  size_t length = 0;\n  if (begun->length < {width}) {{\n    return 0;\n  }}\n  \
                         for (size_t at = 0; at < {width}; at++) {{\n    length = length << 8 | (unsigned char)begun->data[{at}];\n  }}\n  \
                         if (begun->length - {width} < length) {{\n    return 0;\n  }}\n  \
                         append(message, begun->data + {width}, length);\n  remove_first(begun, {width} + length);\n  return 1;"
                    ),
                    format!(
                        "char prefix[{width}];\nsize_t length = reply->length;\nfor (size_t at = 0; at < {width}; at++) {{\n  \
                         prefix[{place}] = (char)(length & 0xff);\n  length >>= 8;\n}}\n\
                         append(reply, prefix, {width});\n\
                         memmove(reply->data + {width}, reply->data, reply->length - {width});\n\
                         memcpy(reply->data, prefix, {width});"
                    ),
                )
            }
        };
        let comment = t!(self.lang, "code-take").into_owned();
        self.function(&comment, "static int take_message(struct bytes *begun, struct bytes *message) {");
        self.body.lines("  message->length = 0;");
        self.body.lines(&take);
        self.body.line("}");
        if talk.replies() {
            let comment = t!(self.lang, "code-framed").into_owned();
            self.function(
                &comment,
                "static void frame(struct bytes *reply) {\n  if (reply->length == 0) {\n    return;\n  }",
            );
            self.body.begin();
            self.body.lines(&put);
            self.body.end();
            self.body.line("}");
        }
    }

    pub(super) fn respond_function(&mut self, talk: &Conversation) {
        let is_stream = self.plan.is_stream();
        let comment = match is_stream {
            true => t!(self.lang, "code-respond"),
            false => t!(self.lang, "code-respond-datagram"),
        };
        self.body.blank();
        self.body.comment(comment);
        let result = if is_stream { "int" } else { "void" };
        self.body.line(format!("static {result} respond(struct connection *connection, const char *message,"));
        let set_in = format!("static {result} respond(").len();
        self.body.line(format!("{}size_t length) {{", " ".repeat(set_in)));
        self.body.begin();
        let reached: Vec<&Case> = reached(talk);
        let tests = reached.iter().any(|case| !matches!(case.when, When::Always));
        let uses = |wanted: fn(&Part) -> bool| reached.iter().flat_map(|case| case.parts()).any(wanted);
        let message = tests || uses(|part| matches!(part, Part::Message | Part::Upper));
        if !message {
            self.body.line("(void)message;");
        }
        if !message && !uses(|part| matches!(part, Part::Filled(Segment::Len))) {
            self.body.line("(void)length;");
        }
        if !reached.iter().any(|case| case.reply.is_some()) {
            self.body.line("(void)connection;");
        }
        let mut always = false;
        for case in &talk.cases {
            always = matches!(case.when, When::Always);
            if always {
                self.answer(talk, case);
                break;
            }
            if let Some(test) = self.test(case) {
                self.body.line(format!("if ({test}) {{"));
                self.body.begin();
                self.answer(talk, case);
                self.body.end();
                self.body.line("}");
            }
        }
        if is_stream && !always {
            self.body.line("return 1;");
        }
        self.body.end();
        self.body.line("}");
    }

    fn test(&mut self, case: &Case) -> Option<String> {
        let (function, bytes) = match &case.when {
            When::Always => return None,
            When::Equals(bytes) => ("equals", bytes),
            When::Contains(bytes) => ("contains", bytes),
            When::Starts(bytes) => ("starts", bytes),
            When::Ends(bytes) => ("ends", bytes),
            When::Pattern(pattern) => {
                let (bytes, mask) = masked(pattern);
                let (name, mask) = (self.constants.name("WHEN", &bytes), self.constants.name("MASK", &mask));
                return Some(format!("matches(message, length, {name}, {mask}, sizeof({mask}) - 1)"));
            }
            When::Regexp(source) => {
                self.body.note(t!(self.lang, "code-left-regexp", language = "C", text = source.as_str()));
                return None;
            }
        };
        let base = if case.reply.is_none() && function == "equals" { "QUIT" } else { "WHEN" };
        let name = self.constants.name(base, bytes);
        Some(format!("{function}(message, length, {name}, sizeof({name}) - 1)"))
    }

    fn answer(&mut self, talk: &Conversation, case: &Case) {
        if !case.delay.is_zero() {
            self.body.line(format!("usleep({});", case.delay.as_micros()));
        }
        let is_stream = self.plan.is_stream();
        let goes_on = if case.close { "0" } else { "1" };
        let Some(parts) = &case.reply else {
            self.body.line(if is_stream { format!("return {goes_on};") } else { "return;".to_owned() });
            return;
        };
        self.body.line("struct bytes reply = {NULL, 0, 0};");
        parts.iter().for_each(|part| self.part(part));
        if talk.has_framing() {
            self.body.line("frame(&reply);");
        }
        if is_stream {
            // With nothing to send, the conversation goes on whatever comes after a reply.
            let may_be_empty = talk.may_be_empty(parts) && case.close;
            if may_be_empty {
                self.body.line("int goes_on = reply.length == 0;");
            }
            let comment = t!(self.lang, "code-send");
            self.body.call("send", comment, "int sent = send_all(connection->fd, reply.data, reply.length);");
            self.body.line("free(reply.data);");
            self.body.line(match (may_be_empty, case.close) {
                (true, _) => "return sent && goes_on;",
                (false, true) => "return sent && 0;",
                (false, false) => "return sent;",
            });
        } else {
            let comment = t!(self.lang, "code-sendto");
            self.body.call("sendto", comment, "send_datagram(connection, reply.data, reply.length);");
            self.body.line("free(reply.data);");
            self.body.line("return;");
        }
    }

    fn part(&mut self, part: &Part) {
        let line = match part {
            Part::Bytes(bytes) => {
                let name = self.constants.name("REPLY", bytes);
                format!("append(&reply, {name}, sizeof({name}) - 1);")
            }
            Part::Message => "append(&reply, message, length);".to_owned(),
            Part::Upper if self.plan.encoding == TextEncoding::UTF_8 && self.plan.is_stream() => {
                self.body.line("append(&connection->rest, message, length);");
                "append_upper(&reply, &connection->rest);".to_owned()
            }
            Part::Upper if self.plan.encoding == TextEncoding::UTF_8 => {
                self.body.line("struct bytes rest = {NULL, 0, 0};");
                self.body.line("append(&rest, message, length);");
                self.body.line("append_upper(&reply, &rest);");
                self.body.line("append(&reply, rest.data, rest.length);");
                "free(rest.data);".to_owned()
            }
            Part::Upper => "append_upper(&reply, message, length);".to_owned(),
            Part::Filled(Segment::Len) => "append_number(&reply, length);".to_owned(),
            Part::Filled(Segment::Host) if self.plan.is_unix() => return,
            Part::Filled(Segment::Port) if self.plan.is_unix() => "append(&reply, \"0\", 1);".to_owned(),
            Part::Filled(Segment::Host) => "append_peer(&reply, connection, 0);".to_owned(),
            Part::Filled(Segment::Port) => "append_peer(&reply, connection, 1);".to_owned(),
            Part::Filled(Segment::Counter) => "append_number(&reply, atomic_fetch_add(&counter, 1) + 1);".to_owned(),
            Part::Filled(Segment::Time) => "append_time(&reply);".to_owned(),
            Part::Filled(Segment::Text(_) | Segment::Msg) | Part::Capture(_) => return,
        };
        self.body.line(line);
    }
}

/// The cases that a message can come to: none behind one for every message.
fn reached(talk: &Conversation) -> Vec<&Case> {
    let end =
        talk.cases.iter().position(|case| matches!(case.when, When::Always)).map_or(talk.cases.len(), |at| at + 1);
    talk.cases.iter().take(end).filter(|case| !matches!(case.when, When::Regexp(_))).collect()
}

/// The body of a function that takes what stands before those bytes.
fn until(bytes: &str, size: &str, is_line: bool) -> String {
    let carriage_return = match is_line {
        true => {
            "  size_t cut = length > 0 && begun->data[length - 1] == '\\r' ? 1 : 0;\n  append(message, begun->data, length - cut);\n"
        }
        false => "  append(message, begun->data, length);\n",
    };
    format!(
        "  if (begun->length == 0) {{\n    return 0;\n  }}\n  \
         size_t size = {size};\n  char *end = memmem(begun->data, begun->length, {bytes}, size);\n  if (end == NULL) {{\n    return 0;\n  }}\n  \
         size_t length = (size_t)(end - begun->data);\n{carriage_return}  remove_first(begun, length + size);\n  return 1;"
    )
}
