//! C that repeats what one end did.

use super::C11;
use crate::code::plan::{Act, Role, Turn};
use crate::code::source::Calls;
use crate::code::words;
use crate::t;
use crate::values::How;

impl C11<'_> {
    pub(super) fn script(&mut self, turns: &[Turn]) {
        let has = |wanted: fn(&Act) -> bool| turns.iter().any(|turn| wanted(&turn.act));
        if has(|act| matches!(act, Act::Send(_))) {
            let comment = t!(self.lang, "code-send-all").into_owned();
            self.function(&comment, SEND_ALL);
        }
        if has(|act| matches!(act, Act::Receive { .. })) {
            self.uses(&["string.h"]);
            let comment = t!(self.lang, "code-receive-whole").into_owned();
            self.function(&comment, RECEIVE);
        }
        if has(|act| matches!(act, Act::ReceiveEnd)) {
            let comment = t!(self.lang, "code-receive-end").into_owned();
            self.function(&comment, RECEIVE_END);
        }
        self.begin_main();
        match self.plan.role {
            Role::Server => {
                let backlog = self.plan.socket.backlog.unwrap_or(1);
                self.make_socket("listener");
                self.bind("listener");
                let comment = t!(self.lang, "code-listen", backlog = backlog);
                self.body.call("listen", comment, format!("check(listen(listener, {backlog}), \"listen\");"));
                self.print_local("listener", "listening on");
            }
            Role::Client => {
                self.make_socket("fd");
                let plan = self.plan;
                plan.socket.connection.iter().for_each(|set| self.set_option("fd", set));
                self.bind("fd");
                self.resolve(true, "remote");
            }
            Role::Datagram => {
                self.make_socket("fd");
                self.bind("fd");
                let plan = self.plan;
                plan.socket.groups.iter().for_each(|set| self.set_option("fd", set));
                if plan.socket.local.is_some() {
                    self.print_local("fd", "bound to");
                }
                if plan.socket.remote.is_some() {
                    self.resolve(true, "peer");
                } else {
                    self.body.line("struct sockaddr_storage peer;");
                    self.body.line("socklen_t peer_length = sizeof(peer);");
                }
            }
        }
        turns.iter().for_each(|turn| self.turn(turn));
        if self.plan.role == Role::Server {
            self.body.calls(Calls::OfListener("close"), t!(self.lang, "code-close-listener"), "close(listener);");
        }
        self.end_main();
    }

    fn turn(&mut self, turn: &Turn) {
        self.body.comment(words::turn(self.lang, turn));
        let lines = match &turn.act {
            Act::Connect => {
                vec!["check(connect(fd, (struct sockaddr *)&remote, remote_length), \"connect\");".to_owned()]
            }
            Act::Accept => vec!["int fd = check(accept(listener, NULL, NULL), \"accept\");".to_owned()],
            Act::Send(bytes) => {
                let name = self.constants.name("SENT", bytes);
                vec![format!("send_all(fd, {name}, sizeof({name}) - 1);")]
            }
            Act::SendTo(bytes) => {
                let name = self.constants.name("SENT", bytes);
                vec![
                    format!("check((int)sendto(fd, {name}, sizeof({name}) - 1, 0,"),
                    "                  (struct sockaddr *)&peer, peer_length),".to_owned(),
                    "      \"sendto\");".to_owned(),
                ]
            }
            Act::Receive { len, bytes, .. } => match bytes {
                Some(bytes) => {
                    vec![format!("receive(fd, {len}, {});", self.constants.name("RECEIVED", bytes))]
                }
                None => vec![format!("receive(fd, {len}, NULL);")],
            },
            Act::ReceiveFrom { size, .. } => self.receive_from(*size),
            Act::ReceiveEnd => vec!["receive_end(fd);".to_owned()],
            Act::Shutdown(how) => {
                let how = match how {
                    How::Read => "SHUT_RD",
                    How::Write => "SHUT_WR",
                    How::Both => "SHUT_RDWR",
                };
                vec![format!("check(shutdown(fd, {how}), \"shutdown\");")]
            }
            Act::Wait(time) => vec![format!("usleep({});", time.as_micros())],
            Act::Close => vec!["close(fd);".to_owned()],
        };
        self.body.marked(Calls::Numbered(turn.calls.clone()), |body| lines.iter().for_each(|line| body.line(line)));
        if matches!(turn.act, Act::Accept) {
            let plan = self.plan;
            plan.socket.connection.iter().for_each(|set| self.set_option("fd", set));
        }
    }

    fn receive_from(&mut self, size: u64) -> Vec<String> {
        let keeps_peer = self.plan.socket.remote.is_none();
        let call = match keeps_peer {
            true => vec![
                "  peer_length = sizeof(peer);".to_owned(),
                "  check((int)recvfrom(fd, data, sizeof(data), 0, (struct sockaddr *)&peer,".to_owned(),
                "                      &peer_length),".to_owned(),
                "        \"recvfrom\");".to_owned(),
            ],
            false => vec!["  check((int)recvfrom(fd, data, sizeof(data), 0, NULL, NULL), \"recvfrom\");".to_owned()],
        };
        [vec!["{".to_owned(), format!("  static char data[{size}];")], call, vec!["}".to_owned()]].concat()
    }
}

const SEND_ALL: &str = "static void send_all(int fd, const char *data, size_t length) {
  while (length > 0) {
    ssize_t sent = send(fd, data, length, MSG_NOSIGNAL);
    check((int)sent, \"send\");
    data += sent;
    length -= (size_t)sent;
  }
}";

const RECEIVE: &str = "static void receive(int fd, size_t length, const char *expected) {
  char *data = malloc(length + 1);
  size_t received = 0;
  while (data != NULL && received < length) {
    ssize_t more = recv(fd, data + received, length - received, 0);
    if (more <= 0) {
      fprintf(stderr, \"only %zu of %zu bytes have come\\n\", received, length);
      exit(EXIT_FAILURE);
    }
    received += (size_t)more;
  }
  if (data != NULL && expected != NULL && memcmp(data, expected, length) != 0) {
    fprintf(stderr, \"other bytes than in the trace\\n\");
  }
  free(data);
}";

const RECEIVE_END: &str = "static void receive_end(int fd) {
  char data[4096];
  while (recv(fd, data, sizeof(data), 0) > 0) {
    fprintf(stderr, \"more bytes than in the trace\\n\");
  }
}";
