//! Rust that converses: what is done with one socket. The loops around it are in [`super::loops`].

use super::answers::reached;
use super::{Rust, snippets};
use crate::code::CodeError;
use crate::code::plan::{Conversation, Role, Style};
use crate::lab::TextEncoding;
use crate::t;

impl Rust<'_> {
    pub(super) fn conversation(&mut self, talk: &Conversation) -> Result<(), CodeError> {
        let is_threaded = talk.style != Style::Plain;
        if talk.style == Style::Select {
            self.body.note(t!(self.lang, "code-left-select", language = "Rust"));
        }
        if talk.typed.is_some() && self.plan.encoding != TextEncoding::UTF_8 {
            let encoding = self.plan.encoding.name();
            self.body.note(t!(self.lang, "code-left-encoding", language = "Rust", encoding = encoding));
        }
        self.port_function();
        self.show_function();
        if talk.typed.is_some() {
            let comment = t!(self.lang, "code-typed").into_owned();
            self.function(&comment, snippets::TYPED);
        }
        self.answer_functions(talk)?;
        self.framing_functions(talk);
        if self.plan.is_stream() {
            self.talk_struct(talk);
        }
        if talk.answers() {
            self.respond_function(talk);
        }
        if talk.files.is_some() {
            self.file_function(talk);
        }
        if self.plan.is_stream() {
            self.receive_function(talk);
            if self.plan.role == Role::Server || (talk.typed.is_some() && is_threaded) || talk.typed.is_none() {
                self.converse_function(talk);
            }
        } else {
            self.receive_datagram_function(talk);
        }
        if self.plan.role == Role::Server && talk.typed.is_some() && is_threaded {
            self.type_function(talk);
        }
        self.begin_main();
        match self.plan.role {
            Role::Server => self.server(talk),
            Role::Client => self.client(talk),
            Role::Datagram => self.datagrams(talk),
        }
        self.end_main_of(talk);
        Ok(())
    }

    pub(super) fn port_function(&mut self) {
        let socket = &self.plan.socket;
        let types_it = self.plan.role == Role::Datagram
            && self.plan.conversation().is_some_and(|talk| talk.typed.is_some() && !talk.takes_turns());
        if !self.plan.is_unix() && (socket.local.is_some() || socket.remote.is_some() || types_it) {
            self.body.blank();
            self.body.lines(snippets::PORT);
        }
    }

    fn show_function(&mut self) {
        self.socket_type();
        let comment = t!(self.lang, "code-show").into_owned();
        self.function(
            &comment,
            "fn show(peer: &SocketAddr, data: &[u8]) {\n    println!(\"{peer:?} {}\", String::from_utf8_lossy(data));\n}",
        );
    }

    fn keeps_rest(&self, talk: &Conversation) -> bool {
        talk.has_upper() && self.plan.encoding == TextEncoding::UTF_8
    }

    fn talk_struct(&mut self, talk: &Conversation) {
        self.body.blank();
        self.body.line("struct Talk {");
        self.body.line("    peer: SocketAddr,");
        if talk.has_framing() && talk.answers() {
            self.body.line("    begun: Vec<u8>,");
        }
        if self.keeps_rest(talk) {
            self.body.line("    rest: Vec<u8>,");
        }
        self.body.line("}");
    }

    /// The lines that make a [`Self::talk_struct`] out of `peer`.
    pub(super) fn new_talk(&mut self, talk: &Conversation, mutable: bool) {
        let mutable = if mutable { "mut " } else { "" };
        let mut fields = vec!["peer"];
        if talk.has_framing() && talk.answers() {
            fields.push("begun: Vec::new()");
        }
        if self.keeps_rest(talk) {
            fields.push("rest: Vec::new()");
        }
        if let [one] = fields.as_slice() {
            return self.body.line(format!("let {mutable}talk = Talk {{ {one} }};"));
        }
        self.body.line(format!("let {mutable}talk = Talk {{"));
        fields.iter().for_each(|field| self.body.line(format!("    {field},")));
        self.body.line("};");
    }

    fn file_function(&mut self, talk: &Conversation) {
        let stream = self.socket_type();
        self.imports("std::fs", &["File"]);
        self.imports("std::path", &["Path"]);
        let root = talk.files.as_ref().map(|root| root.to_string_lossy().into_owned()).unwrap_or_default();
        let root = self.constants.name("ROOT", root.as_bytes());
        let comment = t!(self.lang, "code-file").into_owned();
        self.function(&comment, &format!("fn send_file(mut stream: &{stream}, name: &str) -> io::Result<()> {{"));
        self.body.begin();
        self.body.lines(&format!(
            "let root = String::from_utf8_lossy({root}).into_owned();\nlet root = Path::new(&root).canonicalize()?;\n\
             let path = root.join(name).canonicalize()?;\nif path.starts_with(&root) && path.is_file() {{"
        ));
        self.body.begin();
        let comment = t!(self.lang, "code-sendfile");
        self.body.call("sendfile", comment, "io::copy(&mut File::open(path)?, &mut stream)?;");
        self.body.end();
        self.body.lines("}\nOk(())");
        self.body.end();
        self.body.line("}");
    }

    fn receive_function(&mut self, talk: &Conversation) {
        let stream = self.socket_type();
        self.imports("std::io", &["Read"]);
        if reached(talk).iter().any(|case| case.reply.is_some()) || talk.typed.is_some() {
            self.imports("std::io", &["Write"]);
        }
        let comment = t!(self.lang, "code-receive").into_owned();
        self.function(&comment, &format!("fn receive(mut stream: &{stream}, talk: &mut Talk) -> io::Result<bool> {{"));
        self.body.begin();
        self.body.line(format!("let mut data = vec![0; {}];", talk.recv_size));
        let comment = t!(self.lang, "code-recv", size = talk.recv_size);
        self.body.call("recv", comment, "let length = stream.read(&mut data)?;");
        self.body.line("if length == 0 {");
        if self.keeps_rest(talk) {
            self.body.begin();
            self.body.call("send", t!(self.lang, "code-rest"), "stream.write_all(&talk.rest)?;");
            self.body.end();
        }
        self.body.lines("    return Ok(false);\n}\nlet data = &data[..length];\nshow(&talk.peer, data);");
        if talk.files.is_some() {
            self.body.lines(
                "let name = String::from_utf8_lossy(data);\nif let Err(error) = send_file(stream, name.trim()) {\n    eprintln!(\"{error}\");\n}\nOk(false)",
            );
        } else if talk.takes_turns() && self.plan.role == Role::Server {
            if talk.answers() {
                self.body.lines("if !respond(stream, talk, data)? {\n    return Ok(false);\n}");
            }
            self.imports("std::io", &["BufRead"]);
            self.body.lines("let mut line = Vec::new();\nif io::stdin().lock().read_until(b'\\n', &mut line)? == 0 {\n    return Ok(false);\n}");
            self.body.lines("if line.last() == Some(&b'\\n') {\n    line.pop();\n}");
            self.send_typed("stream", "&line", talk);
            self.body.line("Ok(true)");
        } else if !talk.answers() {
            self.body.line("Ok(true)");
        } else if talk.has_framing() {
            self.body.lines(
                "talk.begun.extend_from_slice(data);\nwhile let Some(message) = take_message(&mut talk.begun) {\n    \
                 if !respond(stream, talk, &message)? {\n        return Ok(false);\n    }\n}\nOk(true)",
            );
        } else {
            self.body.line("respond(stream, talk, data)");
        }
        self.body.end();
        self.body.line("}");
    }

    /// Sends a line of the keyboard over that stream.
    pub(super) fn send_typed(&mut self, stream: &str, line: &str, talk: &Conversation) {
        self.typed_line(line, talk);
        self.body.call("send", t!(self.lang, "code-send-typed"), format!("{stream}.write_all(&data)?;"));
    }

    /// `data` is a line of the keyboard as it is sent.
    pub(super) fn typed_line(&mut self, line: &str, talk: &Conversation) {
        let ending = talk.typed.clone().unwrap_or_default();
        if ending.is_empty() {
            self.body.line(format!("let data = typed({line});"));
        } else {
            let name = self.constants.name("ENDING", &ending);
            self.body.line(format!("let mut data = typed({line});"));
            self.body.line(format!("data.extend_from_slice({name});"));
        }
    }

    fn receive_datagram_function(&mut self, talk: &Conversation) {
        let socket = self.socket_type();
        let comment = t!(self.lang, "code-receive-datagram").into_owned();
        self.function(&comment, &format!("fn receive(socket: &{socket}) -> io::Result<()> {{"));
        self.body.begin();
        self.body.line(format!("let mut data = vec![0; {}];", talk.recv_size));
        let comment = t!(self.lang, "code-recvfrom", size = talk.recv_size);
        self.body.call("recvfrom", comment, "let (length, peer) = socket.recv_from(&mut data)?;");
        self.body.line("show(&peer, &data[..length]);");
        if talk.takes_turns() && self.plan.socket.remote.is_none() {
            self.imports("std::io", &["BufRead"]);
            self.body.lines("let mut line = Vec::new();\nif io::stdin().lock().read_until(b'\\n', &mut line)? > 0 {");
            self.body.begin();
            self.body.lines("if line.last() == Some(&b'\\n') {\n    line.pop();\n}");
            self.typed_line("&line", talk);
            let suffix = self.suffix();
            let comment = t!(self.lang, "code-sendto");
            self.body.call("sendto", comment, format!("socket.send_to{suffix}(&data, &peer)?;"));
            self.body.end();
            self.body.line("}");
        }
        self.body.line(if talk.answers() { "respond(socket, &peer, &data[..length])" } else { "Ok(())" });
        self.body.end();
        self.body.line("}");
    }
}
