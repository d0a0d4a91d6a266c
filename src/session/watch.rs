//! Which sockets a view shows, so that the kernel is asked about them.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use super::Session;
use crate::engine::Command;
use crate::trace::kernel_samples::KernelSamples;
use crate::trace::{Ends, StreamKey};

/// That a view shows what the kernel says of a socket: asked for with every frame that shows it. A listener and a
/// datagram socket have no connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Watch {
    pub key: StreamKey,
    pub every: Duration,
}

impl Session {
    /// What the kernel said of the sockets that were watched.
    pub fn kernel(&self) -> &KernelSamples {
        &self.lab.kernel
    }

    /// To be called after each frame with what the views of that frame show, and with nothing when the window is
    /// hidden: from then on exactly these sockets are asked about. Of several wishes for one socket the most frequent
    /// holds.
    pub fn set_watched(&mut self, wanted: &[Watch]) {
        let mut every: HashMap<StreamKey, Duration> = HashMap::new();
        for watch in wanted {
            let shortest = every.entry(watch.key).or_insert(watch.every);
            *shortest = (*shortest).min(watch.every);
        }
        if every == self.watched {
            return;
        }
        let now = self.now();
        for (endpoint, conn) in self.watched.keys().filter(|key| !every.contains_key(*key)) {
            self.lab.kernel.stop((*endpoint, *conn), now);
            self.engine.command(Command::Watch { endpoint: *endpoint, conn: *conn, ends: None, every: None });
        }
        for (key, period) in every.iter().filter(|(key, period)| self.watched.get(*key) != Some(*period)) {
            let ends = self.ends_of(*key);
            self.engine.command(Command::Watch { endpoint: key.0, conn: key.1, ends, every: Some(*period) });
        }
        self.watched = every;
    }

    /// The addresses of a connection, as its newest call has them.
    fn ends_of(&self, key: StreamKey) -> Option<Arc<Ends>> {
        let trace = &self.lab.trace;
        let seq = *trace.of_socket(trace.socket_of(key)?)?.back()?;
        self.lab.trace.get(seq).map(|call| Arc::clone(&call.ends))
    }
}
