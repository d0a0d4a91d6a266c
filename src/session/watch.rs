//! Which sockets a view shows, so that the kernel is asked about them.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use super::Session;
use crate::engine::Command;
use crate::lab::EndpointId;
use crate::trace::kernel_samples::KernelSamples;
use crate::trace::{Ends, SocketId, StreamKey};

/// That a view shows what the kernel says of a socket: asked for with every frame that shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Watch {
    pub socket: SocketId,
    pub every: Duration,
}

impl Session {
    /// The socket that there is of a connection, a listener or an endpoint's datagrams, or was last; also where none of
    /// its calls is kept any more.
    pub fn socket_of(&self, key: StreamKey) -> Option<SocketId> {
        self.lab.trace.last_socket_of(key)
    }

    /// What the kernel said of the sockets that were watched.
    pub fn kernel(&self) -> &KernelSamples {
        &self.lab.kernel
    }

    /// To be called after each frame with what the views of that frame show, and with nothing when the window is
    /// hidden: from then on exactly these sockets are asked about. Of several wishes for one socket the most frequent
    /// holds.
    pub fn set_watched(&mut self, wanted: &[Watch]) {
        let mut every: HashMap<SocketId, Duration> = HashMap::new();
        for watch in wanted {
            let shortest = every.entry(watch.socket).or_insert(watch.every);
            *shortest = (*shortest).min(watch.every);
        }
        if every == self.watched {
            return;
        }
        let now = self.now();
        for socket in self.watched.keys().filter(|socket| !every.contains_key(*socket)) {
            self.lab.kernel.stop(*socket, now);
            let endpoint = self.lab.trace.key_of(*socket).map_or(EndpointId(0), |key| key.0);
            self.engine.command(Command::Watch { endpoint, socket: *socket, ends: None, every: None });
        }
        for (socket, period) in every.iter().filter(|(socket, period)| self.watched.get(*socket) != Some(*period)) {
            let Some((endpoint, conn)) = self.lab.trace.key_of(*socket) else { continue };
            // What is left of a connection is looked for; nothing else leaves anything.
            let ends = conn.and_then(|_| self.ends_of(*socket));
            self.engine.command(Command::Watch { endpoint, socket: *socket, ends, every: Some(*period) });
        }
        self.watched = every;
    }

    /// The addresses of a connection, as its newest call has them.
    fn ends_of(&self, socket: SocketId) -> Option<Arc<Ends>> {
        let trace = &self.lab.trace;
        let seq = *trace.of_socket(socket)?.back()?;
        self.lab.trace.get(seq).map(|call| Arc::clone(&call.ends))
    }
}
