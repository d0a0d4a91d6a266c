//! Rust that repeats what one end did.

use super::{Rust, snippets};
use crate::code::plan::{Act, Role, Turn};
use crate::code::source::Calls;
use crate::code::words;
use crate::t;
use crate::values::How;

impl Rust<'_> {
    pub(super) fn script(&mut self, turns: &[Turn]) {
        self.port_function();
        let has = |wanted: fn(&Act) -> bool| turns.iter().any(|turn| wanted(&turn.act));
        let stream = if self.plan.is_unix() { "UnixStream" } else { "TcpStream" };
        let (whole, end) = (has(|act| matches!(act, Act::Receive { .. })), has(|act| matches!(act, Act::ReceiveEnd)));
        if whole {
            let comment = t!(self.lang, "code-receive-whole").into_owned();
            self.function(&comment, &snippets::RECEIVE_WHOLE.replace("STREAM", stream));
        }
        if end {
            let comment = t!(self.lang, "code-receive-end").into_owned();
            self.function(&comment, &snippets::RECEIVE_END.replace("STREAM", stream));
        }
        if whole || end {
            self.imports("std::io", &["Read"]);
            self.imports(if self.plan.is_unix() { "std::os::unix::net" } else { "std::net" }, &[stream]);
        }
        self.begin_main();
        match self.plan.role {
            Role::Server => self.listen(),
            // It is connected where the script begins.
            Role::Client => {}
            Role::Datagram => {
                self.datagram_socket();
                if !self.plan.is_unix() {
                    self.uses.entry("std::net").or_default().remove("SocketAddr");
                }
            }
        }
        turns.iter().for_each(|turn| self.turn(turn));
        if self.plan.role == Role::Server {
            self.body.calls(Calls::OfListener("close"), t!(self.lang, "code-close-listener"), "drop(listener);");
        }
        if !self.plan.is_unix() {
            self.uses.entry("std::net").or_default().remove("SocketAddr");
        }
        self.end_main();
    }

    fn turn(&mut self, turn: &Turn) {
        let comment = words::turn(self.lang, turn);
        let suffix = self.suffix();
        let line = match &turn.act {
            Act::Connect => {
                self.body.comment(comment);
                self.body.mark(Some(Calls::Numbered(turn.calls.clone())));
                self.connect();
                return self.body.mark(None);
            }
            Act::Accept => "let (stream, _) = listener.accept()?;".to_owned(),
            Act::Send(bytes) => {
                self.imports("std::io", &["Write"]);
                format!("(&stream).write_all({})?;", self.constants.name("SENT", bytes))
            }
            Act::SendTo(bytes) => {
                let name = self.constants.name("SENT", bytes);
                let to = if self.plan.socket.remote.is_some() { self.place(true) } else { "&peer".to_owned() };
                format!("socket.send_to{suffix}({name}, {to})?;")
            }
            Act::Receive { len, bytes, .. } => match bytes {
                Some(bytes) => {
                    format!("receive(&stream, {len}, Some({}))?;", self.constants.name("RECEIVED", bytes))
                }
                None => format!("receive(&stream, {len}, None)?;"),
            },
            Act::ReceiveFrom { size, .. } => {
                let peer = if self.plan.socket.remote.is_some() { "_" } else { "peer" };
                self.body.comment(comment);
                self.body.marked(Calls::Numbered(turn.calls.clone()), |body| {
                    body.line(format!("let mut data = vec![0; {size}];"));
                    body.line(format!("let (length, {peer}) = socket.recv_from(&mut data)?;"));
                });
                return self.body.line(match peer {
                    "_" => "println!(\"{length} bytes\");",
                    _ => "println!(\"{peer:?}: {length} bytes\");",
                });
            }
            Act::ReceiveEnd => "receive_end(&stream)?;".to_owned(),
            Act::Shutdown(how) => {
                self.imports("std::net", &["Shutdown"]);
                let how = match how {
                    How::Read => "Read",
                    How::Write => "Write",
                    How::Both => "Both",
                };
                format!("stream.shutdown(Shutdown::{how})?;")
            }
            Act::Wait(time) => {
                self.imports("std::thread", &["self"]);
                self.imports("std::time", &["Duration"]);
                format!("thread::sleep(Duration::from_micros({}));", time.as_micros())
            }
            Act::Close if self.plan.is_stream() => "drop(stream);".to_owned(),
            Act::Close => "drop(socket);".to_owned(),
        };
        self.body.comment(comment);
        self.body.marked(Calls::Numbered(turn.calls.clone()), |body| body.line(line));
        if matches!(turn.act, Act::Accept) {
            let plan = self.plan;
            plan.socket.connection.iter().for_each(|set| self.set_option("stream", set));
        }
    }
}
