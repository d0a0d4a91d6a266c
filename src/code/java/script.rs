//! Java that repeats what one end did.

use super::Java;
use super::conversation::size;
use crate::code::plan::{Act, Role, Turn};
use crate::code::source::Calls;
use crate::code::words;
use crate::t;
use crate::values::How;

const SEND_ALL: &str = "static void sendAll(SocketChannel channel, byte[] data) throws IOException {
  ByteBuffer left = ByteBuffer.wrap(data);
  while (left.hasRemaining()) {
    channel.write(left);
  }
}";

const RECEIVE: &str = "static void receive(SocketChannel channel, long length, byte[] expected) throws IOException {
  ByteArrayOutputStream data = new ByteArrayOutputStream();
  long missing = length;
  while (missing > 0) {
    ByteBuffer piece = ByteBuffer.allocate((int) Math.min(missing, 65536));
    int size = channel.read(piece);
    if (size < 0) {
      throw new EOFException(\"of \" + length + \" bytes these are missing: \" + missing);
    }
    missing -= size;
    if (expected != null) {
      data.write(piece.array(), 0, size);
    }
  }
  if (expected != null && !Arrays.equals(data.toByteArray(), expected)) {
    System.err.println(\"other bytes than in the trace: \" + Arrays.toString(data.toByteArray()));
  }
}";

const RECEIVE_END: &str = "static void receiveEnd(SocketChannel channel) throws IOException {
  ByteBuffer data = ByteBuffer.allocate(4096);
  while (channel.read(data) >= 0) {
    System.err.println(\"more bytes than in the trace: \" + data.position());
    data.clear();
  }
}";

const RECEIVE_FROM: &str = "static SocketAddress receiveFrom(DatagramChannel channel, int size, byte[] expected)
    throws IOException {
  ByteBuffer data = ByteBuffer.allocate(size);
  SocketAddress peer = channel.receive(data);
  byte[] datagram = Arrays.copyOf(data.array(), data.position());
  if (expected != null && !Arrays.equals(datagram, expected)) {
    System.err.println(\"other bytes than in the trace: \" + Arrays.toString(datagram));
  }
  return peer;
}";

impl Java<'_> {
    pub(super) fn script(&mut self, turns: &[Turn]) {
        let has = |wanted: fn(&Act) -> bool| turns.iter().any(|turn| wanted(&turn.act));
        if has(|act| matches!(act, Act::Send(_))) {
            self.imports(&["java.nio.ByteBuffer", "java.nio.channels.SocketChannel"]);
            let comment = t!(self.lang, "code-send-all").into_owned();
            self.function(&comment, SEND_ALL);
        }
        if has(|act| matches!(act, Act::Receive { .. })) {
            self.imports(&[
                "java.io.ByteArrayOutputStream",
                "java.io.EOFException",
                "java.nio.ByteBuffer",
                "java.nio.channels.SocketChannel",
                "java.util.Arrays",
            ]);
            let comment = t!(self.lang, "code-receive-whole").into_owned();
            self.function(&comment, RECEIVE);
        }
        if has(|act| matches!(act, Act::ReceiveEnd)) {
            self.imports(&["java.nio.ByteBuffer", "java.nio.channels.SocketChannel"]);
            let comment = t!(self.lang, "code-receive-end").into_owned();
            self.function(&comment, RECEIVE_END);
        }
        if has(|act| matches!(act, Act::SendTo(_))) {
            self.imports(&["java.nio.ByteBuffer"]);
        }
        let receives_from = has(|act| matches!(act, Act::ReceiveFrom { .. }));
        if receives_from {
            self.imports(&["java.net.SocketAddress", "java.nio.ByteBuffer", "java.util.Arrays"]);
            let comment = t!(self.lang, "code-receive-datagram").into_owned();
            self.function(&comment, RECEIVE_FROM);
        }
        let waits = has(|act| matches!(act, Act::Wait(_)));
        self.begin_main(if waits { "IOException, InterruptedException" } else { "IOException" });
        match self.plan.role {
            Role::Server => self.listen(),
            // It is connected where the script begins.
            Role::Client => {}
            Role::Datagram => self.datagram_socket(),
        }
        if receives_from && self.plan.socket.remote.is_none() {
            self.body.line("SocketAddress peer = null;");
        }
        turns.iter().for_each(|turn| self.turn(turn));
        if self.plan.role == Role::Server {
            self.body.calls(Calls::OfListener("close"), t!(self.lang, "code-close-listener"), "listener.close();");
        }
        self.body.end();
        self.body.line("}");
    }

    fn turn(&mut self, turn: &Turn) {
        let comment = words::turn(self.lang, turn);
        let mut expected = |bytes: &Option<Vec<u8>>| match bytes {
            Some(bytes) => self.constants.name("RECEIVED", bytes),
            None => "null".to_owned(),
        };
        let line = match &turn.act {
            Act::Connect => {
                self.body.comment(comment);
                self.body.mark(Some(Calls::Numbered(turn.calls.clone())));
                self.connect();
                return self.body.mark(None);
            }
            Act::Accept => {
                self.imports(&["java.nio.channels.SocketChannel"]);
                "SocketChannel channel = listener.accept();".to_owned()
            }
            Act::Send(bytes) => format!("sendAll(channel, {});", self.constants.name("SENT", bytes)),
            Act::SendTo(bytes) => {
                let name = self.constants.name("SENT", bytes);
                let to = if self.plan.socket.remote.is_some() { self.place(true) } else { "peer".to_owned() };
                format!("channel.send(ByteBuffer.wrap({name}), {to});")
            }
            Act::Receive { len, bytes, .. } => format!("receive(channel, {len}L, {});", expected(bytes)),
            Act::ReceiveFrom { size: most, bytes } => {
                let call = format!("receiveFrom(channel, {}, {});", size(*most), expected(bytes));
                if self.plan.socket.remote.is_some() { call } else { format!("peer = {call}") }
            }
            Act::ReceiveEnd => "receiveEnd(channel);".to_owned(),
            Act::Shutdown(how) => match how {
                How::Read => "channel.shutdownInput();",
                How::Write => "channel.shutdownOutput();",
                How::Both => "channel.shutdownInput().shutdownOutput();",
            }
            .to_owned(),
            Act::Wait(time) => format!("Thread.sleep({});", time.as_millis()),
            Act::Close => "channel.close();".to_owned(),
        };
        self.body.comment(comment);
        self.body.marked(Calls::Numbered(turn.calls.clone()), |body| body.line(line));
        if matches!(turn.act, Act::Accept) {
            let plan = self.plan;
            plan.socket.connection.iter().for_each(|set| self.set_option("channel", set));
        }
    }
}
