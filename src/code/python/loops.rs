//! The loops of a Python program: who is waited for, and by which thread.

use super::Python;
use crate::code::plan::{Conversation, Style};
use crate::code::source::Calls;
use crate::t;

impl Python<'_> {
    pub(super) fn serve_function(&mut self, talk: &Conversation) {
        let comment = t!(self.lang, "code-serve").into_owned();
        self.function(&comment, "def serve(sock, peer):");
        let values = self.new_state(talk);
        self.body.begin();
        let names = self.state(talk);
        let list = names.trim_start_matches(", ");
        for (name, value) in list.split(", ").zip(values) {
            self.body.line(format!("{name} = {value}"));
        }
        self.body.line("try:");
        self.body.lines(&format!("    while receive(sock, peer{names}):\n        pass"));
        self.body.lines("except OSError as error:\n    print(peer, error, file=sys.stderr)");
        if talk.typed.is_some() && talk.style == Style::Threads {
            self.body.line("clients.remove(sock)");
        }
        self.body.call("close", t!(self.lang, "code-close"), "sock.close()");
        self.body.end();
    }

    pub(super) fn type_function(&mut self) {
        self.body.blank();
        self.body.blank();
        self.body.line("clients = []");
        let comment = t!(self.lang, "code-type-all").into_owned();
        self.function(&comment, "def send_what_is_typed():");
        self.body.begin();
        self.body.line("for line in sys.stdin:");
        self.body.line("    for sock in list(clients):");
        self.body.begin();
        self.body.begin();
        self.body.call("send", t!(self.lang, "code-send-typed"), "sock.sendall(typed(line))");
        self.body.end();
        self.body.end();
        self.body.end();
    }

    /// A client's or a datagram socket's receiving thread.
    pub(super) fn listen_function(&mut self, talk: &Conversation) {
        let comment = t!(self.lang, "code-listen-thread").into_owned();
        self.function(&comment, "def keep_receiving(sock, peer):");
        self.body.begin();
        if self.plan.is_stream() {
            let values = self.new_state(talk);
            let names = self.state(talk);
            for (name, value) in names.trim_start_matches(", ").split(", ").zip(values) {
                self.body.line(format!("{name} = {value}"));
            }
            self.body.line("try:");
            self.body.lines(&format!("    while receive(sock, peer{names}):\n        pass"));
            self.body.lines("except OSError as error:\n    print(error, file=sys.stderr)");
        } else {
            self.body.lines("while True:\n    receive(sock)");
        }
        self.body.end();
    }

    pub(super) fn server(&mut self, talk: &Conversation) {
        let backlog = self.plan.socket.backlog.unwrap_or(1);
        self.make_socket("listener");
        self.bind("listener");
        self.body.call(
            "listen",
            t!(self.lang, "code-listen", backlog = backlog),
            format!("listener.listen({backlog})"),
        );
        self.body.line("print(\"listening on\", listener.getsockname(), flush=True)");
        if talk.style == Style::Select {
            return self.select_server(talk);
        }
        if talk.typed.is_some() && talk.style == Style::Threads {
            self.uses("threading");
            self.body.line("threading.Thread(target=send_what_is_typed, daemon=True).start()");
        }
        self.body.line(match talk.accept_limit {
            Some(limit) => format!("for _ in range({limit}):"),
            None => "while True:".to_owned(),
        });
        self.body.begin();
        self.body.call("accept", t!(self.lang, "code-accept"), "sock, peer = listener.accept()");
        let plan = self.plan;
        plan.socket.connection.iter().for_each(|set| self.set_option("sock", set));
        if talk.typed.is_some() && talk.style == Style::Threads {
            self.body.line("clients.append(sock)");
        }
        self.body.line("print(\"accepted\", peer, flush=True)");
        // One that types talks with everybody who is there.
        if talk.style == Style::Threads && !talk.one_at_a_time {
            self.uses("threading");
            self.body.comment(t!(self.lang, "code-thread"));
            self.body.line("threading.Thread(target=serve, args=(sock, peer)).start()");
        } else {
            self.body.line("serve(sock, peer)");
        }
        self.body.end();
        if talk.accept_limit.is_some() {
            self.body.calls(Calls::OfListener("close"), t!(self.lang, "code-close-listener"), "listener.close()");
        }
    }

    pub(super) fn select_server(&mut self, talk: &Conversation) {
        self.uses("select");
        let values = self.new_state(talk);
        self.body.line("clients = {}");
        if talk.accept_limit.is_some() {
            self.body.line("accepted = 0");
        }
        if talk.typed.is_some() {
            self.body.line("keyboard = open(0, \"rb\", buffering=0)");
        }
        let limit = talk.accept_limit;
        self.body.line(match limit {
            Some(limit) => format!("while accepted < {limit} or clients:"),
            None => "while True:".to_owned(),
        });
        self.body.begin();
        let busy = if talk.one_at_a_time { " and not clients" } else { "" };
        let listening = match limit {
            Some(limit) => Some(format!("if accepted < {limit}{busy}:")),
            None if talk.one_at_a_time => Some("if not clients:".to_owned()),
            None => None,
        };
        self.body.line("watched = list(clients)");
        match listening {
            Some(condition) => self.body.lines(&format!("{condition}\n    watched.append(listener)")),
            None => self.body.line("watched.append(listener)"),
        }
        if talk.typed.is_some() {
            self.body.line("watched.append(keyboard)");
        }
        self.body.comment(t!(self.lang, "code-select"));
        self.body.line("ready, _, _ = select.select(watched, [], [])");
        self.body.line("for sock in ready:");
        self.body.begin();
        self.body.line("if sock is listener:");
        self.body.begin();
        self.body.call("accept", t!(self.lang, "code-accept"), "sock, peer = listener.accept()");
        let plan = self.plan;
        plan.socket.connection.iter().for_each(|set| self.set_option("sock", set));
        self.body.line("print(\"accepted\", peer, flush=True)");
        if values.is_empty() {
            self.body.line("clients[sock] = (peer,)");
        } else {
            self.body.lines("clients[sock] = (\n    peer,");
            values.iter().for_each(|value| self.body.line(format!("    {value},")));
            self.body.line(")");
        }
        if let Some(limit) = limit {
            self.body.line("accepted += 1");
            self.body.line(format!("if accepted == {limit}:"));
            self.body.begin();
            self.body.calls(Calls::OfListener("close"), t!(self.lang, "code-close-listener"), "listener.close()");
            self.body.end();
        }
        self.body.line("continue");
        self.body.end();
        if talk.typed.is_some() {
            self.body.line("if sock is keyboard:");
            self.body.begin();
            self.body.line("line = keyboard.readline().decode()");
            self.body.lines("if not line:\n    return\nfor client in clients:");
            self.body.begin();
            self.body.call("send", t!(self.lang, "code-send-typed"), "client.sendall(typed(line))");
            self.body.end();
            self.body.line("continue");
            self.body.end();
        }
        self.body.lines(
            "try:\n    goes_on = receive(sock, *clients[sock])\nexcept OSError as error:\n    print(error, file=sys.stderr)\n    goes_on = False\nif not goes_on:\n    del clients[sock]",
        );
        self.body.begin();
        self.body.call("close", t!(self.lang, "code-close"), "sock.close()");
        self.body.end();
        self.body.end();
        self.body.end();
    }

    pub(super) fn client(&mut self, talk: &Conversation) {
        self.make_socket("sock");
        let plan = self.plan;
        plan.socket.connection.iter().for_each(|set| self.set_option("sock", set));
        self.bind("sock");
        let place = self.place(true);
        self.body.call("connect", t!(self.lang, "code-connect"), format!("sock.connect({place})"));
        self.body.line(if plan.is_unix() { "peer = PATH" } else { "peer = sock.getpeername()" });
        self.body.line("print(\"connected\", flush=True)");
        if talk.typed.is_some() {
            self.typing_client(talk);
        } else {
            let names = self.state(talk);
            let values = self.new_state(talk);
            for (name, value) in names.trim_start_matches(", ").split(", ").zip(values) {
                self.body.line(format!("{name} = {value}"));
            }
            self.body.lines(&format!("while receive(sock, peer{names}):\n    pass"));
        }
        self.body.call("close", t!(self.lang, "code-close"), "sock.close()");
    }

    pub(super) fn typing_client(&mut self, talk: &Conversation) {
        match talk.style {
            Style::Plain => {
                self.body.line("for line in sys.stdin:");
                self.body.begin();
                self.body.call("send", t!(self.lang, "code-send-typed"), "sock.sendall(typed(line))");
                let names = self.state(talk);
                let values = self.new_state(talk);
                let arguments = values.iter().fold(String::new(), |all, value| format!("{all}, {value}"));
                let _ = names;
                self.body.lines(&format!("if not receive(sock, peer{arguments}):\n    break"));
                self.body.end();
            }
            Style::Threads => {
                self.uses("threading");
                self.body.comment(t!(self.lang, "code-thread-receives"));
                self.body.lines(
                    "receiver = threading.Thread(target=keep_receiving, args=(sock, peer))\nreceiver.daemon = True\nreceiver.start()\nfor line in sys.stdin:",
                );
                self.body.begin();
                self.body.call("send", t!(self.lang, "code-send-typed"), "sock.sendall(typed(line))");
                self.body.end();
                self.body.call("shutdown", t!(self.lang, "code-shutdown"), "sock.shutdown(socket.SHUT_WR)");
                self.body.line("receiver.join()");
            }
            Style::Select => self.select_peer("receive(sock, peer", talk),
        }
    }

    /// One socket and the keyboard.
    pub(super) fn select_peer(&mut self, _: &str, talk: &Conversation) {
        self.uses("select");
        let names = self.state(talk);
        let values = self.new_state(talk);
        for (name, value) in names.trim_start_matches(", ").split(", ").zip(values) {
            self.body.line(format!("{name} = {value}"));
        }
        let is_stream = self.plan.is_stream();
        self.body.lines("keyboard = open(0, \"rb\", buffering=0)\nwatched = [sock, keyboard]\nwhile sock in watched:");
        self.body.begin();
        self.body.comment(t!(self.lang, "code-select"));
        self.body.line("ready, _, _ = select.select(watched, [], [])");
        if is_stream {
            self.body.lines(&format!("if sock in ready and not receive(sock, peer{names}):\n    watched.remove(sock)"));
        } else {
            self.body.lines("if sock in ready:\n    receive(sock)");
        }
        self.body.lines("if keyboard in ready:\n    line = keyboard.readline().decode()\n    if line:");
        self.body.begin();
        self.body.begin();
        if is_stream {
            self.body.call("send", t!(self.lang, "code-send-typed"), "sock.sendall(typed(line))");
        } else {
            self.send_typed_datagram();
        }
        self.body.end();
        self.body.line("else:");
        self.body.begin();
        self.body.line("watched.remove(keyboard)");
        if is_stream {
            self.body.call("shutdown", t!(self.lang, "code-shutdown"), "sock.shutdown(socket.SHUT_WR)");
        } else {
            self.body.line("watched.remove(sock)");
        }
        self.body.end();
        self.body.end();
        self.body.end();
    }

    pub(super) fn send_typed_datagram(&mut self) {
        let comment = t!(self.lang, "code-sendto-typed");
        if self.plan.socket.remote.is_some() {
            let place = self.place(true);
            self.body.call("sendto", comment, format!("sock.sendto(typed(line), {place})"));
        } else if self.plan.is_unix() {
            self.body.line("path, _, text = line.partition(\" \")");
            self.body.call("sendto", comment, "sock.sendto(typed(text), name(path))");
        } else {
            self.body.line("host, port, text = line.split(\" \", 2)");
            self.body.call("sendto", comment, "sock.sendto(typed(text), (host, int(port)))");
        }
    }

    pub(super) fn datagrams(&mut self, talk: &Conversation) {
        self.make_socket("sock");
        self.bind("sock");
        let plan = self.plan;
        plan.socket.groups.iter().for_each(|set| self.set_option("sock", set));
        if plan.socket.local.is_some() {
            self.body.line("print(\"bound to\", sock.getsockname(), flush=True)");
        } else {
            self.body.line("print(\"ready\", flush=True)");
        }
        if talk.typed.is_none() || talk.takes_turns() && plan.socket.remote.is_none() {
            self.body.lines("while True:\n    receive(sock)");
            return;
        }
        match talk.style {
            Style::Plain => {
                self.body.line("for line in sys.stdin:");
                self.body.begin();
                self.send_typed_datagram();
                self.body.line("receive(sock)");
                self.body.end();
            }
            Style::Threads => {
                self.uses("threading");
                let is_bound = plan.socket.local.is_some();
                self.body.comment(t!(self.lang, "code-thread-receives"));
                self.body.lines(
                    "receiver = threading.Thread(target=keep_receiving, args=(sock, None))\nreceiver.daemon = True",
                );
                if is_bound {
                    self.body.line("receiver.start()");
                }
                self.body.line("for line in sys.stdin:");
                self.body.begin();
                self.send_typed_datagram();
                if !is_bound {
                    // Before its first datagram it has no port, and nothing can come.
                    self.body.lines("if not receiver.is_alive():\n    receiver.start()");
                }
                self.body.end();
            }
            Style::Select => self.select_peer("receive(sock", talk),
        }
        self.body.call("close", t!(self.lang, "code-close"), "sock.close()");
    }
}
