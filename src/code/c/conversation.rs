//! C that converses: what is done with one socket. The loops around it are in [`super::loops`].

use super::C11;
use crate::code::CodeError;
use crate::code::plan::{Conversation, Role, Style};
use crate::lab::TextEncoding;
use crate::t;

/// A buffer that is larger than this is not put on the stack of a thread.
const MOST_ON_STACK: u32 = 65_536;

impl C11<'_> {
    pub(super) fn conversation(&mut self, talk: &Conversation) -> Result<(), CodeError> {
        let (is_stream, style) = (self.plan.is_stream(), talk.style);
        if talk.typed.is_some() && self.plan.encoding != TextEncoding::UTF_8 {
            let encoding = self.plan.encoding.name();
            self.body.note(t!(self.lang, "code-left-encoding", language = "C", encoding = encoding));
        }
        self.show_function();
        self.connection_struct(talk);
        if is_stream && (talk.replies() || talk.typed.is_some() || talk.has_upper()) {
            self.send_function();
        }
        if !is_stream && talk.replies() {
            self.send_datagram_function();
        }
        if talk.typed.is_some() {
            self.helper("typed");
        }
        self.answer_helpers(talk)?;
        self.framing_functions(talk);
        if talk.answers() {
            self.respond_function(talk);
        }
        if talk.files.is_some() {
            self.file_function(talk);
        }
        if talk.typed.is_some() {
            self.send_typed_function(talk);
        }
        if is_stream {
            self.receive_function(talk);
        } else {
            self.receive_datagram_function(talk);
        }
        let typing_threads = talk.typed.is_some() && style == Style::Threads;
        match self.plan.role {
            Role::Server => {
                if typing_threads {
                    self.client_list();
                }
                if style != Style::Select {
                    self.serve_function(talk);
                }
            }
            Role::Client | Role::Datagram if typing_threads => self.keep_receiving_function(talk),
            Role::Client | Role::Datagram => {}
        }
        self.begin_main();
        if talk.has_upper() && self.plan.encoding == TextEncoding::UTF_8 {
            self.body.line("setlocale(LC_CTYPE, \"C.UTF-8\");");
        }
        match self.plan.role {
            Role::Server => self.server(talk),
            Role::Client => self.client(talk),
            Role::Datagram => self.datagrams(talk),
        }
        self.body.end();
        self.body.line("}");
        Ok(())
    }

    fn show_function(&mut self) {
        let comment = t!(self.lang, "code-show").into_owned();
        self.function(
            &comment,
            "static void show(const char *data, size_t length) {\n  fwrite(data, 1, length, stdout);\n  putchar('\\n');\n  fflush(stdout);\n}",
        );
    }

    fn connection_struct(&mut self, talk: &Conversation) {
        let has_state = (talk.has_framing() && talk.answers()) || self.has_rest(talk);
        if has_state {
            self.helper("append");
        }
        self.body.blank();
        self.body.lines("struct connection {\n  int fd;\n  struct sockaddr_storage peer;\n  socklen_t peer_length;");
        if talk.has_framing() && talk.answers() {
            self.body.line("  struct bytes begun;");
        }
        if self.has_rest(talk) {
            self.body.line("  struct bytes rest;");
        }
        self.body.line("};");
    }

    fn has_rest(&self, talk: &Conversation) -> bool {
        talk.has_upper() && self.plan.is_stream() && self.plan.encoding == TextEncoding::UTF_8
    }

    fn send_function(&mut self) {
        let comment = t!(self.lang, "code-send-all").into_owned();
        self.function(
            &comment,
            "static int send_all(int fd, const char *data, size_t length) {\n  while (length > 0) {\n    \
             ssize_t sent = send(fd, data, length, MSG_NOSIGNAL);\n    if (sent < 0) {\n      perror(\"send\");\n      \
             return 0;\n    }\n    data += sent;\n    length -= (size_t)sent;\n  }\n  return 1;\n}",
        );
    }

    fn send_datagram_function(&mut self) {
        self.body.blank();
        self.body.lines(
            "static void send_datagram(struct connection *connection, const char *data,\n                          \
             size_t length) {\n  struct sockaddr *peer = (struct sockaddr *)&connection->peer;\n  \
             socklen_t peer_length = connection->peer_length;\n  \
             if (sendto(connection->fd, data, length, 0, peer, peer_length) < 0) {\n    perror(\"sendto\");\n  }\n}",
        );
    }

    /// Sends a line of the keyboard. 0: it could not be sent.
    fn send_typed_function(&mut self, talk: &Conversation) {
        let ending = talk.typed.clone().unwrap_or_default();
        let comment = t!(self.lang, "code-send-typed").into_owned();
        let is_stream = self.plan.is_stream();
        let (head, send, name) = match is_stream {
            true => (
                "static int send_typed(int fd, const char *line, size_t length) {",
                "int sent = send_all(fd, data.data, data.length);",
                "send",
            ),
            false => (
                "static int send_typed(int fd, const char *line, size_t length,\n                      \
                 const struct sockaddr_storage *to, socklen_t to_length) {\n  const struct sockaddr *peer = (const struct sockaddr *)to;",
                "ssize_t sent = sendto(fd, data.data, data.length, 0, peer, to_length);",
                "sendto",
            ),
        };
        self.function(&comment, head);
        self.body.begin();
        self.body.line("struct bytes data = typed(line, length);");
        if !ending.is_empty() {
            let ending = self.constants.name("ENDING", &ending);
            self.body.line(format!("append(&data, {ending}, sizeof({ending}) - 1);"));
        }
        let comment = match is_stream {
            true => t!(self.lang, "code-send"),
            false => t!(self.lang, "code-sendto"),
        };
        self.body.call(name, comment, send);
        if !is_stream {
            self.body.lines("if (sent < 0) {\n  perror(\"sendto\");\n}");
        }
        self.body.line("free(data.data);");
        self.body.line(if is_stream { "return sent;" } else { "return sent >= 0;" });
        self.body.end();
        self.body.line("}");
    }

    fn file_function(&mut self, talk: &Conversation) {
        self.uses(&["fcntl.h", "limits.h", "string.h", "sys/sendfile.h", "sys/stat.h"]);
        let root = talk.files.as_ref().map(|root| root.to_string_lossy().into_owned()).unwrap_or_default();
        let root = self.constants.name("ROOT", root.as_bytes());
        let comment = t!(self.lang, "code-file").into_owned();
        self.function(&comment, "static void send_file(int fd, const char *name) {");
        self.body.begin();
        self.body.lines(&format!(
            "char root[PATH_MAX];\nchar wanted[PATH_MAX];\nchar path[PATH_MAX];\nstruct stat about;\n\
             if (realpath({root}, root) == NULL) {{\n  return;\n}}\n\
             if (snprintf(wanted, PATH_MAX, \"%s/%s\", {root}, name) >= PATH_MAX) {{\n  return;\n}}\n\
             if (realpath(wanted, path) == NULL) {{\n  return;\n}}\n\
             size_t length = strlen(root);\n\
             if (strncmp(path, root, length) != 0 || path[length] != '/') {{\n  return;\n}}\n\
             int file = open(path, O_RDONLY);\nif (file < 0) {{\n  return;\n}}\n\
             if (fstat(file, &about) == 0 && S_ISREG(about.st_mode)) {{"
        ));
        self.body.begin();
        let comment = t!(self.lang, "code-sendfile");
        self.body.call("sendfile", comment, "while (sendfile(fd, file, NULL, 1 << 20) > 0)");
        self.body.line("  ;");
        self.body.end();
        self.body.lines("}\nclose(file);");
        self.body.end();
        self.body.line("}");
    }

    fn buffer(&mut self, name: &str, size: u32) {
        let storage = if size > MOST_ON_STACK { "static _Thread_local " } else { "" };
        self.body.line(format!("{storage}char {name}[{size}];"));
    }

    fn receive_function(&mut self, talk: &Conversation) {
        let comment = t!(self.lang, "code-receive").into_owned();
        self.function(&comment, "static int receive(struct connection *connection) {");
        self.body.begin();
        self.buffer("data", talk.recv_size);
        let comment = t!(self.lang, "code-recv", size = talk.recv_size);
        self.body.call("recv", comment, "ssize_t length = recv(connection->fd, data, sizeof(data), 0);");
        self.body.lines("if (length < 0) {\n  perror(\"recv\");\n  return 0;\n}\nif (length == 0) {");
        if self.has_rest(talk) {
            self.body.begin();
            let comment = t!(self.lang, "code-rest");
            self.body.line("struct bytes *rest = &connection->rest;");
            self.body.call("send", comment, "send_all(connection->fd, rest->data, rest->length);");
            self.body.end();
        }
        self.body.lines("  return 0;\n}\nshow(data, (size_t)length);");
        if talk.files.is_some() {
            self.uses(&["string.h"]);
            self.body.lines(
                "char name[PATH_MAX];\nif (length < PATH_MAX) {\n  memcpy(name, data, (size_t)length);\n  name[length] = '\\0';\n  \
                 name[strcspn(name, \"\\r\\n\")] = '\\0';\n  send_file(connection->fd, name);\n}\nreturn 0;",
            );
        } else if talk.takes_turns() && self.plan.role == Role::Server {
            if talk.answers() {
                self.body.lines("if (!respond(connection, data, (size_t)length)) {\n  return 0;\n}");
            }
            self.body.lines(
                "char *line = NULL;\nsize_t room = 0;\nssize_t typed_length = getline(&line, &room, stdin);\n\
                 int sent = 0;\nif (typed_length >= 0) {\n  sent = send_typed(connection->fd, line, (size_t)typed_length);\n}\n\
                 free(line);\nreturn sent;",
            );
        } else if !talk.answers() {
            self.body.line("return 1;");
        } else if talk.has_framing() {
            self.body.lines(
                "append(&connection->begun, data, (size_t)length);\nstruct bytes message = {NULL, 0, 0};\nint goes_on = 1;\n\
                 while (goes_on && take_message(&connection->begun, &message)) {\n  \
                 goes_on = respond(connection, message.data, message.length);\n}\nfree(message.data);\nreturn goes_on;",
            );
        } else {
            self.body.line("return respond(connection, data, (size_t)length);");
        }
        self.body.end();
        self.body.line("}");
    }

    fn receive_datagram_function(&mut self, talk: &Conversation) {
        let comment = t!(self.lang, "code-receive-datagram").into_owned();
        self.function(&comment, "static void receive(struct connection *connection) {");
        self.body.begin();
        self.buffer("data", talk.recv_size);
        self.body.line("struct sockaddr *peer = (struct sockaddr *)&connection->peer;");
        self.body.line("connection->peer_length = sizeof(connection->peer);");
        let comment = t!(self.lang, "code-recvfrom", size = talk.recv_size);
        self.body.comment(comment);
        self.body.marked(crate::code::Calls::Named("recvfrom"), |body| {
            body.line("ssize_t length = recvfrom(connection->fd, data, sizeof(data), 0, peer,");
            body.line("                          &connection->peer_length);");
        });
        self.body.lines("if (length < 0) {\n  perror(\"recvfrom\");\n  return;\n}\nshow(data, (size_t)length);");
        if talk.answers() {
            self.body.line("respond(connection, data, (size_t)length);");
        }
        if talk.takes_turns() && self.plan.socket.remote.is_none() {
            self.body.lines(
                "char *line = NULL;\nsize_t room = 0;\nssize_t typed_length = getline(&line, &room, stdin);\n\
                 if (typed_length >= 0) {\n  send_typed(connection->fd, line, (size_t)typed_length, &connection->peer,\n             connection->peer_length);\n}\nfree(line);",
            );
        }
        self.body.end();
        self.body.line("}");
    }

    /// Frees what goes with a connection.
    pub(super) fn free_connection(&mut self, talk: &Conversation, variable: &str) {
        if talk.has_framing() && talk.answers() {
            self.body.line(format!("free({variable}->begun.data);"));
        }
        if self.has_rest(talk) {
            self.body.line(format!("free({variable}->rest.data);"));
        }
        self.body.line(format!("free({variable});"));
    }
}
