//! The loops of a Java program: who is waited for, and by which thread.

use super::Java;
use super::answers::throws;
use crate::code::plan::{Conversation, Role, Style};
use crate::code::source::Calls;
use crate::t;

impl Java<'_> {
    /// What a receiving loop catches.
    fn caught(talk: &Conversation) -> String {
        format!("catch ({} error)", throws(talk).replace(", ", " | "))
    }

    pub(super) fn loop_functions(&mut self, talk: &Conversation, style: Style) {
        let types_beside = talk.typed.is_some() && style == Style::Threads;
        match self.plan.role {
            Role::Server => {
                if types_beside {
                    self.client_list();
                }
                if style != Style::Select {
                    self.serve_function(talk, types_beside);
                }
            }
            Role::Client if types_beside => self.serve_function(talk, false),
            Role::Client if talk.typed.is_none() => self.serve_function(talk, false),
            Role::Datagram if types_beside => {
                let comment = t!(self.lang, "code-listen-thread").into_owned();
                self.function(&comment, "static void keepReceiving(DatagramChannel channel) {");
                self.inner(
                    "try {\n  while (true) {\n    receive(channel);\n  }\n} catch (IOException error) {\n  \
                     if (channel.isOpen()) {\n    System.err.println(error);\n  }\n}",
                );
                self.body.line("}");
            }
            Role::Client | Role::Datagram => {}
        }
    }

    /// The lines that receive once, and go on where nothing has failed.
    fn try_to_receive(&mut self, talk: &Conversation) {
        self.body.lines("try {\n  goesOn = receive(talk);");
        self.body.line(format!("}} {} {{", Self::caught(talk)));
        self.body.lines("  System.err.println(error);\n  goesOn = false;\n}");
    }

    /// A whole conversation; a server closes it.
    fn serve_function(&mut self, talk: &Conversation, is_listed: bool) {
        let comment = t!(self.lang, "code-serve").into_owned();
        self.function(&comment, "static void serve(Talk talk) {");
        self.body.begin();
        self.body.lines("boolean goesOn = true;\nwhile (goesOn) {");
        self.body.begin();
        self.try_to_receive(talk);
        self.body.end();
        self.body.line("}");
        if is_listed {
            self.body.line("CLIENTS.remove(talk.channel);");
        }
        if self.plan.role == Role::Server {
            self.body.line("try {");
            self.body.begin();
            self.body.call("close", t!(self.lang, "code-close"), "talk.channel.close();");
            self.body.end();
            self.body.lines("} catch (IOException error) {\n  System.err.println(error);\n}");
        }
        self.body.end();
        self.body.line("}");
    }

    fn client_list(&mut self) {
        self.imports(&["java.util.List", "java.util.concurrent.CopyOnWriteArrayList"]);
        self.body.blank();
        self.body.line("static final List<SocketChannel> CLIENTS = new CopyOnWriteArrayList<>();");
        let comment = t!(self.lang, "code-type-all").into_owned();
        self.function(&comment, "static void sendWhatIsTyped() {");
        self.body.begin();
        self.body.lines("try {\n  String line;\n  while ((line = KEYBOARD.readLine()) != null) {\n    for (SocketChannel client : CLIENTS) {");
        (0..3).for_each(|_| self.body.begin());
        self.body.call("send", t!(self.lang, "code-send-typed"), "sendAll(client, typed(line));");
        (0..3).for_each(|_| self.body.end());
        self.body.lines("    }\n  }\n} catch (IOException error) {\n  System.err.println(error);\n}");
        self.body.end();
        self.body.line("}");
    }

    /// A thread that does not keep the program from ending.
    fn daemon(&mut self, variable: &str, does: &str) {
        self.body.line(format!("Thread {variable} = new Thread(() -> {does});"));
        self.body.line(format!("{variable}.setDaemon(true);"));
    }

    pub(super) fn server(&mut self, talk: &Conversation, style: Style) {
        self.listen();
        if style == Style::Select {
            return self.select_server(talk);
        }
        let types_beside = talk.typed.is_some() && style == Style::Threads;
        if types_beside {
            self.daemon("keyboard", "sendWhatIsTyped()");
            self.body.line("keyboard.start();");
        }
        self.body.line(match talk.accept_limit {
            Some(limit) => format!("for (int count = 0; count < {limit}; count++) {{"),
            None => "while (true) {".to_owned(),
        });
        self.body.begin();
        self.body.call("accept", t!(self.lang, "code-accept"), "SocketChannel channel = listener.accept();");
        let plan = self.plan;
        plan.socket.connection.iter().for_each(|set| self.set_option("channel", set));
        self.body.line("Talk talk = new Talk(channel);");
        if types_beside {
            self.body.line("CLIENTS.add(channel);");
        }
        self.body.line("System.out.println(\"accepted \" + talk.peer);");
        if style == Style::Threads && !talk.one_at_a_time {
            self.body.comment(t!(self.lang, "code-thread"));
            self.body.line("new Thread(() -> serve(talk)).start();");
        } else {
            self.body.line("serve(talk);");
        }
        self.body.end();
        self.body.line("}");
        if talk.accept_limit.is_some() {
            self.body.calls(Calls::OfListener("close"), t!(self.lang, "code-close-listener"), "listener.close();");
        }
    }

    fn select_server(&mut self, talk: &Conversation) {
        self.imports(&["java.nio.channels.SelectionKey", "java.nio.channels.Selector"]);
        let limit = talk.accept_limit;
        self.body.lines(
            "Selector selector = Selector.open();\nlistener.configureBlocking(false);\n\
             SelectionKey listening = listener.register(selector, SelectionKey.OP_ACCEPT);",
        );
        if limit.is_some() {
            self.body.line("int accepted = 0;");
        }
        self.body.line(match limit {
            Some(limit) => {
                format!("while (accepted < {limit} || selector.keys().stream().anyMatch(SelectionKey::isValid)) {{")
            }
            None => "while (true) {".to_owned(),
        });
        self.body.begin();
        self.body.comment(t!(self.lang, "code-select"));
        self.body.lines("selector.select();\nfor (SelectionKey key : selector.selectedKeys()) {");
        self.body.begin();
        self.body.line("if (key == listening) {");
        self.body.begin();
        self.body.call("accept", t!(self.lang, "code-accept"), "SocketChannel channel = listener.accept();");
        // Who has gone meanwhile is none.
        self.body.lines("if (channel == null) {\n  continue;\n}");
        let plan = self.plan;
        plan.socket.connection.iter().for_each(|set| self.set_option("channel", set));
        self.body.lines(
            "Talk talk = new Talk(channel);\nSystem.out.println(\"accepted \" + talk.peer);\n\
             channel.configureBlocking(false);\nchannel.register(selector, SelectionKey.OP_READ, talk);",
        );
        if talk.one_at_a_time {
            self.body.line("listening.interestOps(0);");
        }
        if let Some(limit) = limit {
            self.body.line("accepted++;");
            self.body.line(format!("if (accepted == {limit}) {{"));
            self.body.begin();
            self.body.calls(Calls::OfListener("close"), t!(self.lang, "code-close-listener"), "listener.close();");
            self.body.end();
            self.body.line("}");
        }
        self.body.line("continue;");
        self.body.end();
        self.body.lines("}\nTalk talk = (Talk) key.attachment();\nboolean goesOn;");
        self.try_to_receive(talk);
        self.body.line("if (!goesOn) {");
        self.body.begin();
        self.body.call("close", t!(self.lang, "code-close"), "talk.channel.close();");
        if talk.one_at_a_time {
            match limit {
                Some(_) => {
                    self.body.lines("if (listening.isValid()) {\n  listening.interestOps(SelectionKey.OP_ACCEPT);\n}");
                }
                None => self.body.line("listening.interestOps(SelectionKey.OP_ACCEPT);"),
            }
        }
        self.body.end();
        self.body.line("}");
        self.body.end();
        self.body.lines("}\nselector.selectedKeys().clear();");
        self.body.end();
        self.body.line("}");
    }

    pub(super) fn client(&mut self, talk: &Conversation, style: Style) {
        self.connect();
        self.body.lines("Talk talk = new Talk(channel);\nSystem.out.println(\"connected\");");
        match (talk.typed.is_some(), style) {
            (false, _) => self.body.line("serve(talk);"),
            (true, Style::Plain) => {
                self.read_lines();
                self.body.call("send", t!(self.lang, "code-send-typed"), "sendAll(channel, typed(line));");
                self.body.lines("if (!receive(talk)) {\n  break;\n}");
                self.body.end();
                self.body.line("}");
            }
            (true, _) => {
                self.body.comment(t!(self.lang, "code-thread-receives"));
                self.daemon("receiver", "serve(talk)");
                self.body.line("receiver.start();");
                self.read_lines();
                self.body.call("send", t!(self.lang, "code-send-typed"), "sendAll(channel, typed(line));");
                self.body.end();
                self.body.line("}");
                self.body.call("shutdown", t!(self.lang, "code-shutdown"), "channel.shutdownOutput();");
                self.body.line("receiver.join();");
            }
        }
        self.body.call("close", t!(self.lang, "code-close"), "channel.close();");
    }

    /// The beginning of a loop over the lines of the keyboard.
    fn read_lines(&mut self) {
        self.body.lines("String line;\nwhile ((line = KEYBOARD.readLine()) != null) {");
        self.body.begin();
    }

    fn send_typed_datagram(&mut self) {
        let comment = t!(self.lang, "code-sendto-typed");
        if self.plan.socket.remote.is_some() {
            let place = self.place(true);
            self.body.call("sendto", comment, format!("channel.send(ByteBuffer.wrap(typed(line)), {place});"));
        } else {
            self.imports(&["java.net.InetSocketAddress"]);
            self.body.lines(
                "String[] parts = line.split(\" \", 3);\n\
                 SocketAddress to = new InetSocketAddress(parts[0], Integer.parseInt(parts[1]));",
            );
            self.body.call("sendto", comment, "channel.send(ByteBuffer.wrap(typed(parts[2])), to);");
        }
    }

    pub(super) fn datagrams(&mut self, talk: &Conversation, style: Style) {
        self.datagram_socket();
        let plan = self.plan;
        if talk.typed.is_none() || talk.takes_turns() && plan.socket.remote.is_none() {
            // An answer that could not be sent is no reason to end.
            self.body.lines("while (true) {\n  try {\n    receive(channel);");
            self.body.line(format!("  }} {} {{", Self::caught(talk)));
            return self.body.lines("    System.err.println(error);\n  }\n}");
        }
        let is_threaded = style == Style::Threads;
        if is_threaded {
            self.body.comment(t!(self.lang, "code-thread-receives"));
            self.daemon("receiver", "keepReceiving(channel)");
            if plan.socket.local.is_some() {
                self.body.line("receiver.start();");
            }
        }
        self.read_lines();
        self.send_typed_datagram();
        if !is_threaded {
            self.body.line("receive(channel);");
        } else if plan.socket.local.is_none() {
            // Before its first datagram it has no port, and nothing can come.
            self.body.lines("if (receiver.getState() == Thread.State.NEW) {\n  receiver.start();\n}");
        }
        self.body.end();
        self.body.line("}");
        self.body.call("close", t!(self.lang, "code-close"), "channel.close();");
    }
}
