//! What the kernel has said of the sockets that were watched.

use std::collections::{HashMap, VecDeque};

use super::kernel::KernelSample;
use super::{Nanos, SocketId};

/// The most samples that are kept of one socket; the oldest leave first.
pub const MAX_SAMPLES: usize = 2_000;

/// The most ends of watching that are kept of one socket.
const MAX_STOPS: usize = 64;

/// The most sockets whose samples are kept; the one heard of longest ago leaves first.
pub const MAX_SOCKETS: usize = 256;

/// The samples of every socket that was watched.
#[derive(Debug, Default)]
pub struct KernelSamples {
    samples: HashMap<SocketId, VecDeque<KernelSample>>,
    /// When nobody watched any more: what was said last then holds no longer.
    stops: HashMap<SocketId, VecDeque<Nanos>>,
}

impl KernelSamples {
    /// The samples of a socket, oldest first. There is one for each change: between two, and from the last one on while
    /// the socket is watched, everything was as the earlier one says.
    pub fn of(&self, socket: SocketId) -> impl DoubleEndedIterator<Item = &KernelSample> + ExactSizeIterator {
        static NONE: VecDeque<KernelSample> = VecDeque::new();
        self.samples.get(&socket).unwrap_or(&NONE).iter()
    }

    pub fn latest(&self, socket: SocketId) -> Option<&KernelSample> {
        self.samples.get(&socket)?.back()
    }

    /// What was said last before that time, while the socket was watched.
    pub fn before(&self, socket: SocketId, at: Nanos) -> Option<&KernelSample> {
        let samples = self.samples.get(&socket)?;
        let sample = samples.get(samples.partition_point(|sample| sample.at <= at).checked_sub(1)?)?;
        let has_stopped = self.stops(socket).any(|stop| (sample.at..=at).contains(&stop));
        (!has_stopped).then_some(sample)
    }

    /// When the watching of a socket ended, oldest first: between such a time and the next sample nothing is known.
    pub fn stops(&self, socket: SocketId) -> impl DoubleEndedIterator<Item = Nanos> {
        static NONE: VecDeque<Nanos> = VecDeque::new();
        self.stops.get(&socket).unwrap_or(&NONE).iter().copied()
    }

    /// Nobody watches a socket any more.
    pub fn stop(&mut self, socket: SocketId, at: Nanos) {
        if !self.samples.contains_key(&socket) {
            return;
        }
        let stops = self.stops.entry(socket).or_default();
        if stops.len() >= MAX_STOPS {
            stops.pop_front();
        }
        stops.push_back(at);
    }

    /// Takes in a change.
    pub fn push(&mut self, sample: KernelSample) {
        let socket = sample.socket;
        if !self.samples.contains_key(&socket) && self.samples.len() >= MAX_SOCKETS {
            let last_heard = |samples: &VecDeque<KernelSample>| samples.back().map(|sample| sample.at);
            let oldest = self.samples.iter().min_by_key(|(_, samples)| last_heard(samples)).map(|(socket, _)| *socket);
            if let Some(oldest) = oldest {
                self.samples.remove(&oldest);
                self.stops.remove(&oldest);
            }
        }
        let samples = self.samples.entry(socket).or_default();
        if samples.len() >= MAX_SAMPLES {
            samples.pop_front();
        }
        samples.push_back(sample);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::EndpointId;
    use crate::trace::kernel::Source;

    fn sample(socket: u32, at: u64) -> KernelSample {
        KernelSample {
            at: Nanos(at),
            endpoint: EndpointId(1),
            socket: SocketId(socket),
            source: Source::Socket,
            state: None,
            tcp: None,
            recv_queue: Some(at),
            send_queue: None,
            accept_queue: None,
        }
    }

    #[test]
    fn the_oldest_samples_and_the_longest_silent_sockets_leave_first() {
        let mut samples = KernelSamples::default();
        for at in 0..MAX_SAMPLES as u64 + 5 {
            samples.push(sample(1, at));
        }
        let socket = SocketId(1);
        assert_eq!(samples.of(socket).len(), MAX_SAMPLES);
        assert_eq!(samples.of(socket).next().map(|sample| sample.at), Some(Nanos(5)));
        for socket in 2..=MAX_SOCKETS as u32 + 1 {
            samples.push(sample(socket, 1_000_000 + u64::from(socket)));
        }
        assert_eq!(samples.latest(socket), None);
        assert!(samples.latest(SocketId(2)).is_some());
        assert_eq!(samples.of(socket).len(), 0);
    }

    #[test]
    fn what_was_known_at_a_time_is_what_was_said_before_while_it_was_watched() {
        let mut samples = KernelSamples::default();
        let socket = SocketId(1);
        [10, 20].into_iter().for_each(|at| samples.push(sample(1, at)));
        let known =
            |samples: &KernelSamples, at| samples.before(socket, Nanos(at)).and_then(|sample| sample.recv_queue);
        assert_eq!([9, 10, 19, 20, 99].map(|at| known(&samples, at)), [None, Some(10), Some(10), Some(20), Some(20)]);
        samples.stop(socket, Nanos(30));
        assert_eq!([29, 30, 99].map(|at| known(&samples, at)), [Some(20), None, None]);
    }

    #[test]
    fn the_ends_of_watching_are_kept_of_sockets_that_have_samples() {
        let mut samples = KernelSamples::default();
        let socket = SocketId(1);
        samples.stop(socket, Nanos(1));
        assert_eq!(samples.stops(socket).next(), None, "nothing was said that could end");
        samples.push(sample(1, 2));
        for at in 3..MAX_STOPS as u64 + 5 {
            samples.stop(socket, Nanos(at));
        }
        assert_eq!((samples.stops(socket).count(), samples.stops(socket).next()), (MAX_STOPS, Some(Nanos(5))));
    }
}
