//! A listening socket: of a server, and of a relay.

use std::io;
use std::task::{Context, Poll, ready};

use super::context::EndpointContext;
use crate::engine::kernel::sampler::Sampled;
use crate::engine::link::error::{Error, failed};
use crate::engine::socket::setup::NewSocket;
use crate::engine::socket::stream::{Listener, Stream};
use crate::engine::socket::unix_path::{self, OwnFile};
use crate::engine::tap::{Moved, Tap, Turn, Waits};
use crate::lab::Addr;
use crate::trace::{ConnId, Ends, Op, SocketType};

/// A listening socket under the tap.
pub struct Listening {
    /// Before the listener, so that it is dropped first.
    sampled: Sampled,
    listener: Listener,
    tap: Tap,
    pub local: Addr,
    accepting: Turn,
    file: OwnFile,
}

impl Listening {
    /// Makes, binds and listens.
    pub async fn open(context: &EndpointContext, addr: &Addr) -> Result<Self, Error> {
        let mut socket = NewSocket::make(&context.tap, SocketType::Stream, addr, &context.spec).await?;
        if let Err(kind) = socket.bind(addr).await {
            socket.close().await;
            return Err(unix_path::explain_bind(addr, true, kind).await);
        }
        let local = socket.tap().ends.local.clone().unwrap_or_else(|| addr.clone());
        let file = OwnFile::of(Some(&local));
        if let Err(error) = socket.listen(context.spec.server.backlog).await {
            socket.close().await;
            file.remove();
            return Err(failed("listen", Some(local))(error));
        }
        let (listener, tap) = socket.register(&local, |socket| Listener::new(socket, &local))?;
        let sampled = tap.sampled(listener.number());
        Ok(Self { sampled, listener, tap, local, accepting: Turn::default(), file })
    }

    /// How many connections wait to be accepted, and how many may; `None` where the system doesn't say.
    pub fn queue(&self) -> Option<(u32, u32)> {
        self.listener.queue()
    }

    /// One `accept()`. The connection's tap knows its number and addresses.
    pub fn poll_accept(&mut self, cx: &mut Context<'_>, conn: Option<ConnId>) -> Poll<io::Result<(Stream, Tap)>> {
        let returned = ready!(self.tap.poll_call(
            cx,
            &mut self.accepting,
            &Waits::new(&Op::Accept, 0),
            |_, _| Poll::Ready(Ok(())),
            |cx, _| self.listener.poll_accept(cx),
        ));
        let tap = match &returned.result {
            Ok((stream, peer)) => {
                // One that is bound to an address of its own accepts nowhere else; the system need not be asked.
                let is_own = self.local.inet().is_some_and(|local| !local.ip().is_unspecified());
                let asked = if is_own { None } else { stream.local() };
                let local = asked.or_else(|| Some(self.local.clone()));
                self.tap.of_new_socket(conn, Ends { local, peer: Some(peer.clone()) })
            }
            Err(_) => self.tap.clone(),
        };
        let accepted = returned.record(&tap, Op::Accept, |(stream, _)| (stream.number(), Moved::default()));
        Poll::Ready(accepted.map(|(stream, _)| (stream, tap)))
    }

    pub async fn close(mut self) {
        self.accepting.step_back();
        self.tap.pass(&Op::Close).await;
        let Self { sampled, listener, tap, accepting, file, .. } = self;
        // The waiting `accept` ends before the socket does, and nobody may ask about a descriptor that is somebody else's
        // by then.
        drop((accepting, sampled));
        tap.close_unasked(|| listener.close());
        file.remove();
    }
}
