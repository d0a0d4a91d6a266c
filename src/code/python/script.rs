//! Python that repeats what one end did.

use super::Python;
use crate::code::plan::{Act, Role, Turn};
use crate::code::source::Calls;
use crate::t;
use crate::values::How;

impl Python<'_> {
    pub(super) fn script(&mut self, turns: &[Turn]) {
        self.name_function();
        let has = |wanted: fn(&Act) -> bool| turns.iter().any(|turn| wanted(&turn.act));
        if has(|act| matches!(act, Act::Receive { .. })) {
            self.receive_whole_function();
        }
        if has(|act| matches!(act, Act::ReceiveEnd)) {
            self.receive_end_function();
        }
        self.body.blank();
        self.body.blank();
        self.body.line("def main():");
        self.body.begin();
        match self.plan.role {
            Role::Server => {
                let backlog = self.plan.socket.backlog.unwrap_or(1);
                self.make_socket("listener");
                self.bind("listener");
                let comment = t!(self.lang, "code-listen", backlog = backlog);
                self.body.call("listen", comment, format!("listener.listen({backlog})"));
                self.body.line("print(\"listening on\", listener.getsockname(), flush=True)");
            }
            Role::Client => {
                self.make_socket("sock");
                let plan = self.plan;
                plan.socket.connection.iter().for_each(|set| self.set_option("sock", set));
                self.bind("sock");
            }
            Role::Datagram => {
                self.make_socket("sock");
                self.bind("sock");
                let plan = self.plan;
                plan.socket.groups.iter().for_each(|set| self.set_option("sock", set));
                if plan.socket.local.is_some() {
                    self.body.line("print(\"bound to\", sock.getsockname(), flush=True)");
                }
            }
        }
        turns.iter().for_each(|turn| self.turn(turn));
        if self.plan.role == Role::Server {
            self.body.calls(Calls::OfListener("close"), t!(self.lang, "code-close-listener"), "listener.close()");
        }
        self.body.end();
    }

    fn receive_whole_function(&mut self) {
        let comment = t!(self.lang, "code-receive-whole").into_owned();
        self.function(&comment, "def receive(sock, length, expected=None):");
        self.body.lines(
            "    data = b\"\"\n    while len(data) < length:\n        piece = sock.recv(length - len(data))\n        \
             if not piece:\n            sys.exit(f\"only {len(data)} of {length} bytes have come\")\n        \
             data += piece\n    if expected not in (None, data):\n        \
             print(\"other bytes than in the trace:\", data, file=sys.stderr)",
        );
    }

    fn receive_end_function(&mut self) {
        let comment = t!(self.lang, "code-receive-end").into_owned();
        self.function(&comment, "def receive_end(sock):");
        self.body.lines(
            "    while data := sock.recv(4096):\n        \
             print(\"more bytes than in the trace:\", data, file=sys.stderr)",
        );
    }

    fn turn(&mut self, turn: &Turn) {
        let comment = self.turn_comment(turn);
        let line = match &turn.act {
            Act::Connect => format!("sock.connect({})", self.place(true)),
            Act::Accept => "sock, peer = listener.accept()".to_owned(),
            Act::Send(bytes) => format!("sock.sendall({})", self.constants.name("SENT", bytes)),
            Act::SendTo(bytes) => {
                let to = if self.plan.socket.remote.is_some() { self.place(true) } else { "peer".to_owned() };
                format!("sock.sendto({}, {to})", self.constants.name("SENT", bytes))
            }
            Act::Receive { len, bytes, .. } => match bytes {
                Some(bytes) => format!("receive(sock, {len}, {})", self.constants.name("RECEIVED", bytes)),
                None => format!("receive(sock, {len})"),
            },
            Act::ReceiveFrom { size, .. } => format!("data, peer = sock.recvfrom({size})"),
            Act::ReceiveEnd => "receive_end(sock)".to_owned(),
            Act::Shutdown(how) => {
                let how = match how {
                    How::Read => "SHUT_RD",
                    How::Write => "SHUT_WR",
                    How::Both => "SHUT_RDWR",
                };
                format!("sock.shutdown(socket.{how})")
            }
            Act::Wait(time) => {
                self.uses("time");
                format!("time.sleep({})", time.as_secs_f64())
            }
            Act::Close => "sock.close()".to_owned(),
        };
        self.body.comment(comment);
        self.body.marked(Calls::Numbered(turn.calls.clone()), |body| body.line(line));
        if let Act::ReceiveFrom { bytes: Some(bytes), .. } = &turn.act {
            let name = self.constants.name("RECEIVED", bytes);
            self.body.line(format!("if data != {name}:"));
            self.body.line("    print(\"other bytes than in the trace:\", data, file=sys.stderr)");
        }
        if matches!(turn.act, Act::Accept) {
            let plan = self.plan;
            plan.socket.connection.iter().for_each(|set| self.set_option("sock", set));
        }
    }

    fn turn_comment(&self, turn: &Turn) -> String {
        crate::code::words::turn(self.lang, turn)
    }
}
