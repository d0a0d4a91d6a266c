//! Java that converses: what is done with one socket. The loops around it are in [`super::loops`].

use super::answers::throws;
use super::{COLUMNS, Java};
use crate::code::CodeError;
use crate::code::literal::{self, TextLiteral};
use crate::code::plan::{Conversation, Role, Style};
use crate::t;

impl Java<'_> {
    pub(super) fn conversation(&mut self, talk: &Conversation) -> Result<(), CodeError> {
        let style = self.style(talk);
        if talk.style == Style::Select && talk.typed.is_some() {
            self.body.note(t!(self.lang, "code-left-keyboard"));
        }
        self.says_encoding(talk);
        if talk.typed.is_some() {
            self.keyboard();
        }
        if self.plan.is_stream() {
            self.talk_class(talk);
        }
        self.show_function();
        self.joined_function(talk);
        if self.plan.is_stream() && (talk.replies() || talk.typed.is_some()) {
            self.send_function(style);
        }
        if talk.typed.is_some() {
            self.typed_function(talk);
        }
        self.answer_functions(talk)?;
        self.rest_functions(talk);
        self.framing_functions(talk);
        if talk.answers() {
            self.respond_function(talk);
        }
        if talk.files.is_some() {
            self.file_function(talk, style);
        }
        if self.plan.is_stream() {
            self.receive_function(talk);
        } else {
            self.receive_datagram_function(talk);
        }
        self.loop_functions(talk, style);
        let joins = self.plan.role == Role::Client && talk.typed.is_some() && style == Style::Threads;
        self.begin_main(if joins { "IOException, InterruptedException" } else { "IOException" });
        match self.plan.role {
            Role::Server => self.server(talk, style),
            Role::Client => self.client(talk, style),
            Role::Datagram => self.datagrams(talk, style),
        }
        self.body.end();
        self.body.line("}");
        Ok(())
    }

    /// Who types needs a thread: a selector can't wait for the keyboard. A lone socket needs none.
    fn style(&self, talk: &Conversation) -> Style {
        match talk.style {
            Style::Select if talk.typed.is_some() => Style::Threads,
            Style::Select if self.plan.role != Role::Server => Style::Plain,
            style => style,
        }
    }

    /// What texts are decoded and encoded with: what Java does not know stays as it is, byte by byte.
    fn charset(&mut self) -> &'static str {
        if self.uses_charset() {
            return "CHARSET";
        }
        self.imports(&["java.nio.charset.StandardCharsets"]);
        "StandardCharsets.ISO_8859_1"
    }

    fn keyboard(&mut self) {
        self.imports(&["java.io.BufferedReader", "java.io.InputStreamReader"]);
        let start = "static final BufferedReader KEYBOARD =";
        self.body.blank();
        if self.charset() == "CHARSET" {
            self.body.line(format!("{start} new BufferedReader(new InputStreamReader(System.in));"));
        } else {
            self.body.line(start);
            self.body.line("    new BufferedReader(new InputStreamReader(System.in, StandardCharsets.ISO_8859_1));");
        }
    }

    /// What goes with a connection from one `recv` to the next.
    fn talk_class(&mut self, talk: &Conversation) {
        self.imports(&["java.net.SocketAddress", "java.nio.channels.SocketChannel"]);
        self.body.blank();
        self.body.lines("static class Talk {\n  final SocketChannel channel;\n  final SocketAddress peer;");
        if talk.has_framing() && talk.answers() {
            self.body.line("  byte[] begun = new byte[0];");
        }
        if talk.has_upper() {
            self.body.line("  byte[] rest = new byte[0];");
        }
        self.body.lines(
            "\n  Talk(SocketChannel channel) throws IOException {\n    this.channel = channel;\n    \
             this.peer = channel.getRemoteAddress();\n  }\n}",
        );
    }

    fn show_function(&mut self) {
        self.imports(&["java.net.SocketAddress"]);
        let charset = self.charset();
        let comment = t!(self.lang, "code-show").into_owned();
        self.function(
            &comment,
            &format!(
                "static void show(SocketAddress peer, byte[] data) {{\n  System.out.println(peer + \" \" + new String(data, {charset}));\n}}"
            ),
        );
    }

    fn send_function(&mut self, style: Style) {
        self.imports(&["java.nio.ByteBuffer"]);
        if style == Style::Select {
            self.room_function();
        }
        let write = match style {
            Style::Select => "    if (channel.write(left) == 0) {\n      awaitRoom(channel);\n    }",
            Style::Plain | Style::Threads => "    channel.write(left);",
        };
        let comment = t!(self.lang, "code-send-all").into_owned();
        self.function(
            &comment,
            &format!(
                "static void sendAll(SocketChannel channel, byte[] data) throws IOException {{\n  \
                 ByteBuffer left = ByteBuffer.wrap(data);\n  while (left.hasRemaining()) {{\n{write}\n  }}\n}}"
            ),
        );
    }

    /// A channel of a selector does not wait by itself.
    fn room_function(&mut self) {
        if !self.written.insert("awaitRoom") {
            return;
        }
        self.imports(&["java.nio.channels.SelectionKey", "java.nio.channels.Selector"]);
        let comment = t!(self.lang, "code-room").into_owned();
        self.function(
            &comment,
            "static void awaitRoom(SocketChannel channel) throws IOException {\n  \
             try (Selector selector = Selector.open()) {\n    \
             channel.register(selector, SelectionKey.OP_WRITE);\n    selector.select();\n  }\n}",
        );
    }

    /// What is typed as bytes, with the escapes that the lab's own composer takes.
    fn typed_function(&mut self, talk: &Conversation) {
        self.imports(&["java.io.ByteArrayOutputStream", "java.util.regex.Matcher", "java.util.regex.Pattern"]);
        let charset = self.charset();
        let comment = t!(self.lang, "code-typed").into_owned();
        self.function(&comment, "static byte[] typed(String line) {");
        self.body.begin();
        self.body.lines(
            r#"ByteArrayOutputStream data = new ByteArrayOutputStream();
Pattern pattern = Pattern.compile("\\\\(x[0-9A-Fa-f]{2}|[nrt\\\\])|[^\\\\]+|\\\\");
Matcher parts = pattern.matcher(line);
while (parts.find()) {
  String part = parts.group();
  if (parts.group(1) == null) {"#,
        );
        self.body.line(format!("    data.writeBytes(part.getBytes({charset}));"));
        self.body.lines(
            r#"  } else if (part.startsWith("\\x")) {
    data.write(Integer.parseInt(part.substring(2), 16));
  } else {
    data.write("\n\r\t\\".charAt("nrt\\".indexOf(part.charAt(1))));
  }
}"#,
        );
        let ending = talk.typed.clone().unwrap_or_default();
        if !ending.is_empty() {
            let ending = self.constants.name("ENDING", &ending);
            self.body.line(format!("data.writeBytes({ending});"));
        }
        self.body.line("return data.toByteArray();");
        self.body.end();
        self.body.line("}");
    }

    fn file_function(&mut self, talk: &Conversation, style: Style) {
        if style == Style::Select {
            self.room_function();
        }
        self.imports(&[
            "java.nio.channels.FileChannel",
            "java.nio.file.Files",
            "java.nio.file.InvalidPathException",
            "java.nio.file.Path",
        ]);
        let root = talk.files.as_ref().map(|root| root.to_string_lossy().into_owned()).unwrap_or_default();
        let comment = t!(self.lang, "code-file").into_owned();
        self.function(&comment, "static void sendFile(SocketChannel channel, String name) throws IOException {");
        self.body.begin();
        let line = format!("Path root = Path.of({}).toRealPath();", literal::text(&root, TextLiteral::Java));
        if self.body.fits(&line, COLUMNS) {
            self.body.line(line);
        } else {
            let root = self.text_constant("ROOT", &root);
            self.body.line(format!("Path root = Path.of({root}).toRealPath();"));
        }
        self.body.lines(
            "Path path;\ntry {\n  path = root.resolve(name);\n} catch (InvalidPathException error) {\n  return;\n}\n\
             if (!Files.isRegularFile(path) || !path.toRealPath().startsWith(root)) {\n  return;\n}\n\
             try (FileChannel file = FileChannel.open(path)) {\n  long at = 0;\n  while (at < file.size()) {",
        );
        self.body.begin();
        self.body.begin();
        let comment = t!(self.lang, "code-sendfile");
        self.body.call("sendfile", comment, "long sent = file.transferTo(at, file.size() - at, channel);");
        if style == Style::Select {
            self.body.lines("if (sent == 0) {\n  awaitRoom(channel);\n}");
        }
        self.body.line("at += sent;");
        self.body.end();
        self.body.end();
        self.body.lines("  }\n}");
        self.body.end();
        self.body.line("}");
    }

    fn receive_function(&mut self, talk: &Conversation) {
        self.imports(&["java.nio.ByteBuffer", "java.util.Arrays"]);
        let comment = t!(self.lang, "code-receive").into_owned();
        let throws = throws(talk);
        self.function(&comment, &format!("static boolean receive(Talk talk) throws {throws} {{"));
        self.body.begin();
        self.body.line(format!("ByteBuffer data = ByteBuffer.allocate({});", size(u64::from(talk.recv_size))));
        let comment = t!(self.lang, "code-recv", size = talk.recv_size);
        self.body.call("recv", comment, "int length = talk.channel.read(data);");
        self.body.line("if (length < 0) {");
        if talk.has_upper() {
            self.body.begin();
            self.body.call("send", t!(self.lang, "code-rest"), "sendAll(talk.channel, talk.rest);");
            self.body.end();
        }
        self.body.lines(
            "  return false;\n}\nbyte[] message = Arrays.copyOf(data.array(), length);\nshow(talk.peer, message);",
        );
        if talk.files.is_some() {
            let charset = self.charset();
            self.body.line(format!("sendFile(talk.channel, new String(message, {charset}).strip());"));
            self.body.line("return false;");
        } else if talk.takes_turns() && self.plan.role == Role::Server {
            if talk.answers() {
                self.body.lines("if (!respond(talk, message)) {\n  return false;\n}");
            }
            self.body.lines("String line = KEYBOARD.readLine();\nif (line == null) {\n  return false;\n}");
            self.body.call("send", t!(self.lang, "code-send-typed"), "sendAll(talk.channel, typed(line));");
            self.body.line("return true;");
        } else if !talk.answers() {
            self.body.line("return true;");
        } else if talk.has_framing() {
            self.body.lines(
                "talk.begun = joined(talk.begun, message);\nboolean goesOn = true;\nmessage = takeMessage(talk);\n\
                 while (goesOn && message != null) {\n  goesOn = respond(talk, message);\n  message = takeMessage(talk);\n}\nreturn goesOn;",
            );
        } else {
            self.body.line("return respond(talk, message);");
        }
        self.body.end();
        self.body.line("}");
    }

    fn receive_datagram_function(&mut self, talk: &Conversation) {
        self.imports(&[
            "java.net.SocketAddress",
            "java.nio.ByteBuffer",
            "java.nio.channels.DatagramChannel",
            "java.util.Arrays",
        ]);
        let comment = t!(self.lang, "code-receive-datagram").into_owned();
        let throws = throws(talk);
        self.function(&comment, &format!("static void receive(DatagramChannel channel) throws {throws} {{"));
        self.body.begin();
        self.body.line(format!("ByteBuffer data = ByteBuffer.allocate({});", size(u64::from(talk.recv_size))));
        let comment = t!(self.lang, "code-recvfrom", size = talk.recv_size);
        self.body.call("recvfrom", comment, "SocketAddress peer = channel.receive(data);");
        self.body.lines("byte[] message = Arrays.copyOf(data.array(), data.position());\nshow(peer, message);");
        if talk.answers() {
            self.body.line("respond(channel, peer, message);");
        }
        if talk.takes_turns() && self.plan.socket.remote.is_none() {
            self.body.lines("String line = KEYBOARD.readLine();\nif (line != null) {");
            self.body.begin();
            let comment = t!(self.lang, "code-sendto");
            self.body.call("sendto", comment, "channel.send(ByteBuffer.wrap(typed(line)), peer);");
            self.body.end();
            self.body.line("}");
        }
        self.body.end();
        self.body.line("}");
    }
}

/// A number of bytes that a buffer of Java's can have.
pub(super) fn size(bytes: u64) -> u64 {
    bytes.min(i32::MAX as u64)
}
