//! The frames that went over a lossy link, with what stands in their TCP or UDP headers: true segments, and not what calls
//! let conclude.

use std::collections::VecDeque;
use std::net::{IpAddr, SocketAddr};

use bytes::Bytes;
use etherparse::{NetSlice, SlicedPacket, TransportSlice};
use rustc_hash::FxHashMap;

use super::call::Nanos;
use crate::kinds::fault::Direction;

/// How much memory they take before the oldest leave: 64 MiB.
const LIMIT: u64 = 64 * 1024 * 1024;
/// What one takes besides its bytes.
const COST: u64 = 256;
/// The most ends of connections of which it is remembered how far they have sent.
const MAX_ENDS: usize = 65_536;

/// A frame as it came to the middle of the link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// When it came.
    pub at: Nanos,
    /// When it went on; `None`: a fault has dropped it.
    pub left: Option<Nanos>,
    pub way: Direction,
    /// Its number in that direction, from 0; a duplicate has the one of the frame that it is of.
    pub number: u64,
    /// It is a copy that a fault has made.
    pub is_copy: bool,
    /// As it went on, or would have.
    pub bytes: Bytes,
}

/// What a segment of TCP says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tcp {
    pub seq: u32,
    pub ack: u32,
    pub syn: bool,
    pub has_ack: bool,
    pub fin: bool,
    pub rst: bool,
    pub psh: bool,
    pub window: u16,
}

impl Tcp {
    /// As textbooks write it: `SYN, ACK`.
    pub fn flags(&self) -> String {
        let flags = [(self.syn, "SYN"), (self.fin, "FIN"), (self.rst, "RST"), (self.psh, "PSH"), (self.has_ack, "ACK")];
        let set: Vec<&str> = flags.into_iter().filter_map(|(is_set, name)| is_set.then_some(name)).collect();
        set.join(", ")
    }
}

/// A frame with what its headers say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Segment {
    pub frame: Frame,
    pub from: SocketAddr,
    pub to: SocketAddr,
    /// `None`: a datagram.
    pub tcp: Option<Tcp>,
    /// How many bytes it carries.
    pub len: u64,
    /// The sender has sent these bytes, or this SYN or FIN, before.
    pub is_again: bool,
}

/// The segments of a lab, in the order in which they came.
#[derive(Clone, Debug, Default)]
pub struct Segments {
    kept: VecDeque<Segment>,
    held: u64,
    evicted: u64,
    /// How far each end of a connection has sent.
    sent: FxHashMap<(SocketAddr, SocketAddr), u32>,
    again: u64,
    dropped: u64,
    /// Frames that carry neither TCP nor UDP (ARP).
    others: u64,
}

impl Segments {
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Segment> + ExactSizeIterator {
        self.kept.iter()
    }

    pub fn len(&self) -> usize {
        self.kept.len()
    }

    pub fn is_empty(&self) -> bool {
        self.kept.is_empty()
    }

    /// How many have left.
    pub fn evicted(&self) -> u64 {
        self.evicted
    }

    /// How many bytes' worth of segments were sent a second time or more often by the kernel.
    pub fn again(&self) -> u64 {
        self.again
    }

    pub fn dropped(&self) -> u64 {
        self.dropped
    }

    pub fn clear(&mut self) {
        *self = Self::default();
    }

    /// Those that came in that time.
    pub fn between(&self, first: Nanos, last: Nanos) -> impl Iterator<Item = &Segment> {
        let behind = self.kept.partition_point(|segment| segment.frame.at < first);
        self.kept.range(behind..).take_while(move |segment| segment.frame.at <= last)
    }

    /// Takes in a frame; gives the segment, where it is one.
    pub fn push(&mut self, frame: Frame) -> Option<&Segment> {
        let Some((from, to, tcp, len)) = headers(&frame.bytes) else {
            self.others += 1;
            return None;
        };
        let is_again = match tcp {
            Some(tcp) if !frame.is_copy => self.is_again(from, to, &tcp, len),
            _ => false,
        };
        self.again += u64::from(is_again);
        self.dropped += u64::from(frame.left.is_none());
        self.held += COST + frame.bytes.len() as u64;
        self.kept.push_back(Segment { frame, from, to, tcp, len, is_again });
        while self.held > LIMIT && self.kept.len() > 1 {
            if let Some(oldest) = self.kept.pop_front() {
                self.held -= COST + oldest.frame.bytes.len() as u64;
                self.evicted += 1;
            }
        }
        self.kept.back()
    }

    fn is_again(&mut self, from: SocketAddr, to: SocketAddr, tcp: &Tcp, len: u64) -> bool {
        let takes = u32::try_from(len).unwrap_or(u32::MAX) + u32::from(tcp.syn) + u32::from(tcp.fin);
        let end = tcp.seq.wrapping_add(takes);
        match self.sent.get_mut(&(from, to)) {
            // Addresses are used again: a first SYN with another number begins another connection.
            Some(sent) if tcp.syn && *sent != end => {
                *sent = end;
                false
            }
            Some(sent) => {
                // As numbers that go round (RFC 9293).
                let is_new = end.wrapping_sub(*sent).cast_signed() > 0;
                if is_new {
                    *sent = end;
                }
                takes > 0 && !is_new
            }
            None => {
                // What is sent again of those that are forgotten is taken for new.
                if self.sent.len() >= MAX_ENDS {
                    self.sent.clear();
                }
                self.sent.insert((from, to), end);
                false
            }
        }
    }
}

fn headers(frame: &[u8]) -> Option<(SocketAddr, SocketAddr, Option<Tcp>, u64)> {
    let packet = SlicedPacket::from_ethernet(frame).ok()?;
    let (from, to): (IpAddr, IpAddr) = match packet.net? {
        NetSlice::Ipv4(ip) => (ip.header().source_addr().into(), ip.header().destination_addr().into()),
        NetSlice::Ipv6(ip) => (ip.header().source_addr().into(), ip.header().destination_addr().into()),
        NetSlice::Arp(_) => return None,
    };
    match packet.transport? {
        TransportSlice::Tcp(tcp) => {
            let said = Tcp {
                seq: tcp.sequence_number(),
                ack: tcp.acknowledgment_number(),
                syn: tcp.syn(),
                has_ack: tcp.ack(),
                fin: tcp.fin(),
                rst: tcp.rst(),
                psh: tcp.psh(),
                window: tcp.window_size(),
            };
            let (from, to) = (SocketAddr::new(from, tcp.source_port()), SocketAddr::new(to, tcp.destination_port()));
            Some((from, to, Some(said), tcp.payload().len() as u64))
        }
        TransportSlice::Udp(udp) => {
            let (from, to) = (SocketAddr::new(from, udp.source_port()), SocketAddr::new(to, udp.destination_port()));
            Some((from, to, None, udp.payload().len() as u64))
        }
        TransportSlice::Icmpv4(_) | TransportSlice::Icmpv6(_) | TransportSlice::Igmp(_) => None,
    }
}
