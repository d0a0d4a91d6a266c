//! The loops of a Rust program: who is waited for, and by which thread.

use super::Rust;
use crate::code::plan::{Conversation, Role, Style};
use crate::code::source::Calls;
use crate::t;

impl Rust<'_> {
    fn types_beside(&self, talk: &Conversation) -> bool {
        self.plan.role == Role::Server && talk.typed.is_some() && talk.style != Style::Plain
    }

    /// A whole conversation.
    pub(super) fn converse_function(&mut self, talk: &Conversation) {
        let stream = self.socket_type();
        let shared = self.types_beside(talk);
        let owned = if shared { format!("Arc<{stream}>") } else { stream.to_owned() };
        let borrows = self.plan.role != Role::Server;
        let argument = if borrows { format!("&{stream}") } else { owned };
        let comment = t!(self.lang, "code-serve").into_owned();
        self.function(&comment, &format!("fn serve(stream: {argument}, mut talk: Talk) {{"));
        let reference = if borrows { "stream" } else { "&stream" };
        self.body.begin();
        self.body.lines(&format!(
            "let result = loop {{\n    match receive({reference}, &mut talk) {{\n        Ok(true) => {{}}\n        other => break other,\n    }}\n}};\n\
             if let Err(error) = result {{\n    eprintln!(\"{{error}}\");\n}}"
        ));
        if shared {
            self.body.line("let mut clients = CLIENTS.lock().unwrap();");
            self.body.line("clients.retain(|client| !Arc::ptr_eq(client, &stream));");
            self.body.line("drop(clients);");
        }
        if !borrows {
            self.body.call("close", t!(self.lang, "code-close"), "drop(stream);");
        }
        self.body.end();
        self.body.line("}");
    }

    pub(super) fn type_function(&mut self, talk: &Conversation) {
        let stream = self.socket_type();
        self.imports("std::sync", &["Arc", "Mutex"]);
        self.imports("std::io", &["BufRead"]);
        self.body.blank();
        self.body.line(format!("static CLIENTS: Mutex<Vec<Arc<{stream}>>> = Mutex::new(Vec::new());"));
        let comment = t!(self.lang, "code-type-all").into_owned();
        self.function(&comment, "fn send_what_is_typed() -> io::Result<()> {");
        self.body.begin();
        self.body.line("for line in io::stdin().lock().split(b'\\n') {");
        self.body.begin();
        self.typed_line("&line?", talk);
        self.body.line("for client in CLIENTS.lock().unwrap().iter() {");
        self.body.begin();
        self.body.call("send", t!(self.lang, "code-send-typed"), "(&**client).write_all(&data)?;");
        self.body.end();
        self.body.line("}");
        self.body.end();
        self.body.lines("}\nOk(())");
        self.body.end();
        self.body.line("}");
    }

    pub(super) fn server(&mut self, talk: &Conversation) {
        self.listen();
        let types = self.types_beside(talk);
        if types {
            self.imports("std::thread", &["self"]);
            self.body.line("thread::spawn(send_what_is_typed);");
        }
        if let (Style::Threads | Style::Select, Some(_), false) = (talk.style, talk.accept_limit, talk.one_at_a_time) {
            self.body.line("let mut threads = Vec::new();");
        }
        self.body.line(match talk.accept_limit {
            Some(limit) => format!("for _ in 0..{limit} {{"),
            None => "loop {".to_owned(),
        });
        self.body.begin();
        self.body.call("accept", t!(self.lang, "code-accept"), "let (stream, peer) = listener.accept()?;");
        let plan = self.plan;
        plan.socket.connection.iter().for_each(|set| self.set_option("stream", set));
        self.new_talk(talk, false);
        if types {
            self.body.line("let stream = Arc::new(stream);");
            self.body.line("CLIENTS.lock().unwrap().push(Arc::clone(&stream));");
        }
        self.body.line("println!(\"accepted\");");
        if talk.style != Style::Plain && !talk.one_at_a_time {
            self.imports("std::thread", &["self"]);
            self.body.comment(t!(self.lang, "code-thread"));
            self.body.line(match talk.accept_limit {
                Some(_) => "threads.push(thread::spawn(move || serve(stream, talk)));",
                None => "thread::spawn(move || serve(stream, talk));",
            });
        } else {
            self.body.line("serve(stream, talk);");
        }
        self.body.end();
        self.body.line("}");
        if talk.accept_limit.is_some() {
            self.body.calls(Calls::OfListener("close"), t!(self.lang, "code-close-listener"), "drop(listener);");
            if talk.style != Style::Plain && !talk.one_at_a_time {
                self.body.lines("for thread in threads {\n    thread.join().unwrap();\n}");
            }
        }
    }

    pub(super) fn client(&mut self, talk: &Conversation) {
        self.connect();
        self.body.line("let peer = stream.peer_addr()?;");
        self.body.line("println!(\"connected\");");
        let plain = talk.style == Style::Plain;
        self.new_talk(talk, talk.typed.is_some() && plain);
        if talk.typed.is_none() {
            self.body.line("serve(&stream, talk);");
            return self.body.call("close", t!(self.lang, "code-close"), "drop(stream);");
        }
        self.imports("std::io", &["BufRead"]);
        if plain {
            self.body.line("for line in io::stdin().lock().split(b'\\n') {");
            self.body.begin();
            self.send_typed("(&stream)", "&line?", talk);
            self.body.lines("if !receive(&stream, &mut talk)? {\n    break;\n}");
            self.body.end();
            self.body.line("}");
            return self.body.call("close", t!(self.lang, "code-close"), "drop(stream);");
        }
        self.imports("std::thread", &["self"]);
        self.imports("std::net", &["Shutdown"]);
        self.body.comment(t!(self.lang, "code-thread-receives"));
        self.body.lines("let own = stream.try_clone()?;\nlet receiver = thread::spawn(move || serve(&own, talk));\nfor line in io::stdin().lock().split(b'\\n') {");
        self.body.begin();
        self.send_typed("(&stream)", "&line?", talk);
        self.body.end();
        self.body.line("}");
        self.body.call("shutdown", t!(self.lang, "code-shutdown"), "stream.shutdown(Shutdown::Write)?;");
        self.body.line("receiver.join().unwrap();");
    }

    fn send_typed_datagram(&mut self, talk: &Conversation) {
        let suffix = self.suffix();
        if self.plan.socket.remote.is_some() {
            self.typed_line("&line?", talk);
            let place = self.place(true);
            let comment = t!(self.lang, "code-sendto-typed");
            return self.body.call("sendto", comment, format!("socket.send_to{suffix}(&data, {place})?;"));
        }
        let comment = t!(self.lang, "code-sendto-typed").into_owned();
        self.body.line("let line = line?;");
        let count = if self.plan.is_unix() { 2 } else { 3 };
        self.body.line(format!("let mut parts = line.splitn({count}, |byte| *byte == b' ');"));
        self.body.line("let mut next = || parts.next().unwrap_or_default();");
        if self.plan.is_unix() {
            self.body.line("let to = String::from_utf8_lossy(next()).into_owned();");
        } else {
            self.body.line("let to_host = String::from_utf8_lossy(next()).into_owned();");
            self.body.line("let to_port = port_of(&String::from_utf8_lossy(next()))?;");
        }
        self.typed_line("next()", talk);
        let place = if self.plan.is_unix() { "&name(&to)?" } else { "(to_host.as_str(), to_port)" };
        self.body.call("sendto", comment, format!("socket.send_to{suffix}(&data, {place})?;"));
    }

    pub(super) fn datagrams(&mut self, talk: &Conversation) {
        self.datagram_socket();
        let plan = self.plan;
        if talk.typed.is_none() || talk.takes_turns() && plan.socket.remote.is_none() {
            // An answer that could not be sent is no reason to end.
            return self.body.lines(
                "loop {\n    if let Err(error) = receive(&socket) {\n        eprintln!(\"{error}\");\n    }\n}",
            );
        }
        self.imports("std::io", &["BufRead"]);
        let is_threaded = talk.style != Style::Plain;
        let start = "thread::spawn(move || while receive(&own).is_ok() {});";
        if is_threaded {
            self.imports("std::thread", &["self"]);
            self.body.comment(t!(self.lang, "code-thread-receives"));
            self.body.line("let own = socket.try_clone()?;");
            self.body.line(start);
        }
        self.body.line("for line in io::stdin().lock().split(b'\\n') {");
        self.body.begin();
        self.send_typed_datagram(talk);
        if !is_threaded {
            self.body.line("receive(&socket)?;");
        }
        self.body.end();
        self.body.line("}");
    }

    /// A loop without an end has no result behind it.
    pub(super) fn end_main_of(&mut self, talk: &Conversation) {
        let endless = match self.plan.role {
            Role::Server => talk.accept_limit.is_none(),
            Role::Client => false,
            Role::Datagram => talk.typed.is_none() || talk.takes_turns() && self.plan.socket.remote.is_none(),
        };
        if endless {
            self.body.end();
            self.body.line("}");
        } else {
            self.end_main();
        }
    }
}
