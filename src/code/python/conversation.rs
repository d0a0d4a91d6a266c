//! Python that converses: what is done with one socket. The loops around it are in [`super::loops`].

use super::{Python, codec};
use crate::code::plan::{Conversation, Role, Style};
use crate::t;
use crate::values::template::Segment;

impl Python<'_> {
    pub(super) fn conversation(&mut self, talk: &Conversation) {
        self.name_function();
        self.show_function();
        if talk.typed.is_some() {
            self.typed_function(talk);
        }
        self.framing_functions(talk);
        if talk.has_filled(&Segment::Counter) {
            self.uses("itertools");
        }
        if talk.answers() {
            self.respond_function(talk);
        }
        if talk.files.is_some() {
            self.file_function(talk);
        }
        if self.plan.is_stream() {
            self.receive_function(talk);
            if self.plan.role == Role::Server && talk.style != Style::Select {
                self.serve_function(talk);
            }
        } else {
            self.receive_from_function(talk);
        }
        if talk.typed.is_some() && talk.style == Style::Threads && self.plan.role == Role::Server {
            self.type_function();
        }
        if talk.style == Style::Threads && talk.typed.is_some() && self.plan.role != Role::Server {
            self.listen_function(talk);
        }
        self.body.blank();
        self.body.blank();
        self.body.line("def main():");
        let main = |python: &mut Self| match python.plan.role {
            Role::Server => python.server(talk),
            Role::Client => python.client(talk),
            Role::Datagram => python.datagrams(talk),
        };
        self.body.begin();
        main(self);
        self.body.end();
    }

    pub(super) fn show_function(&mut self) {
        let codec = codec(self.plan.encoding);
        let comment = t!(self.lang, "code-show").into_owned();
        self.function(&comment, "def show(peer, data):");
        self.body.line(format!("    print(peer, data.decode(\"{codec}\", \"replace\"), flush=True)"));
    }

    /// What is typed as bytes, with the escapes that the lab's own composer takes.
    pub(super) fn typed_function(&mut self, talk: &Conversation) {
        self.uses("re");
        let codec = codec(self.plan.encoding);
        let ending = talk.typed.clone().unwrap_or_default();
        let comment = t!(self.lang, "code-typed").into_owned();
        self.function(&comment, "def typed(line):");
        self.body.lines(
            "    signs = {\"\\\\n\": b\"\\n\", \"\\\\r\": b\"\\r\", \"\\\\t\": b\"\\t\", \"\\\\\\\\\": b\"\\\\\"}\n    \
             data = b\"\"\n    \
             for part in re.split(r\"(\\\\x[0-9A-Fa-f]{2}|\\\\[nrt\\\\])\", line.rstrip(\"\\n\")):\n        \
             if part in signs:\n            \
             data += signs[part]\n        \
             elif re.fullmatch(r\"\\\\x[0-9A-Fa-f]{2}\", part):\n            \
             data += bytes.fromhex(part[2:])\n        \
             else:",
        );
        self.body.line(format!("            data += part.encode(\"{codec}\")"));
        if ending.is_empty() {
            self.body.line("    return data");
        } else {
            let name = self.constants.name("ENDING", &ending);
            self.body.line(format!("    return data + {name}"));
        }
    }

    /// The names of what goes with a connection from one `recv` to the next.
    pub(super) fn state(&self, talk: &Conversation) -> String {
        let mut names = String::new();
        if talk.has_framing() && talk.answers() {
            names.push_str(", begun");
        }
        if talk.has_upper() && self.plan.is_stream() {
            names.push_str(", decoder");
        }
        names
    }

    /// What these are at the beginning.
    pub(super) fn new_state(&mut self, talk: &Conversation) -> Vec<String> {
        let mut values = Vec::new();
        if talk.has_framing() && talk.answers() {
            values.push("bytearray()".to_owned());
        }
        if talk.has_upper() && self.plan.is_stream() {
            values.push(self.decoder());
        }
        values
    }

    pub(super) fn decoder(&mut self) -> String {
        self.uses("codecs");
        format!("codecs.getincrementaldecoder(\"{}\")(\"surrogateescape\")", codec(self.plan.encoding))
    }

    pub(super) fn receive_function(&mut self, talk: &Conversation) {
        let (size, state) = (talk.recv_size, self.state(talk));
        let comment = t!(self.lang, "code-receive").into_owned();
        self.function(&comment, &format!("def receive(sock, peer{state}):"));
        self.body.begin();
        self.body.call("recv", t!(self.lang, "code-recv", size = size), format!("data = sock.recv({size})"));
        self.body.line("if not data:");
        if talk.has_upper() {
            self.body.lines("    rest, _ = decoder.getstate()\n    if rest:");
            self.body.begin();
            self.body.begin();
            self.body.call("send", t!(self.lang, "code-rest"), "sock.sendall(rest)");
            self.body.end();
            self.body.end();
        }
        self.body.line("    return False");
        self.body.line("show(peer, data)");
        if talk.files.is_some() {
            self.body.line("send_file(sock, data.decode().strip())");
            self.body.line("return False");
        } else if talk.takes_turns() && self.plan.role == Role::Server {
            self.quits(talk);
            self.body.line("line = sys.stdin.readline()");
            self.body.lines("if not line:\n    return False");
            self.body.call("send", t!(self.lang, "code-send-typed"), "sock.sendall(typed(line))");
            self.body.line("return True");
        } else if !talk.answers() {
            self.body.line("return True");
        } else if talk.has_framing() {
            let state = if talk.has_upper() { ", decoder" } else { "" };
            self.body.lines("begun += data\nwhile (message := take_message(begun)) is not None:");
            self.body.line(format!("    if not respond(sock, peer, message{state}):"));
            self.body.lines("        return False\nreturn True");
        } else {
            self.body.line(format!("return respond(sock, peer, data{state})"));
        }
        self.body.end();
    }

    /// In a chat in which both take turns only a word that ends it is answered by the program itself.
    pub(super) fn quits(&mut self, talk: &Conversation) {
        if talk.answers() {
            self.body.lines("if not respond(sock, peer, data):\n    return False");
        }
    }

    pub(super) fn receive_from_function(&mut self, talk: &Conversation) {
        let size = talk.recv_size;
        let comment = t!(self.lang, "code-receive-datagram").into_owned();
        self.function(&comment, "def receive(sock):");
        self.body.begin();
        let comment = t!(self.lang, "code-recvfrom", size = size);
        self.body.call("recvfrom", comment, format!("message, peer = sock.recvfrom({size})"));
        self.body.line("show(peer, message)");
        if talk.answers() {
            self.body.line("respond(sock, peer, message)");
        }
        if talk.takes_turns() && self.plan.socket.remote.is_none() {
            self.body.line("line = sys.stdin.readline()");
            self.body.line("if line:");
            self.body.begin();
            self.body.call("sendto", t!(self.lang, "code-sendto"), "sock.sendto(typed(line), peer)");
            self.body.end();
        }
        self.body.end();
    }
}
