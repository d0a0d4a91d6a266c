//! TCP connections: which segments their calls stand for. Sequence numbers are places in the stream plus one (a SYN
//! counts as one), so they follow from the calls' offsets alone. A later connection between the same addresses begins
//! elsewhere: readers of the file take the same number for a retransmission.

use std::collections::{HashMap, HashSet, VecDeque};
use std::io;
use std::net::SocketAddr;

use crate::lab::EndpointId;
use crate::trace::{Call, Nanos, Op, OptionValue, Outcome, SocketOption};
use crate::values::How;

/// The most payload of one segment: what fits under an IP packet of 65,535 bytes, as on the loopback interface.
pub(super) const MAX_SEGMENT: usize = 65_483;

/// After this many bytes in one direction an inferred ACK goes back: 256 KiB. Readers of the file keep a list of what is
/// not acknowledged.
const ACK_EVERY: u64 = 256 * 1024;

/// The most connections that are remembered; the oldest leaves first. One that goes on nevertheless only loses
/// the knowledge of which of its bytes are written.
const MAX_CONVERSATIONS: usize = 65_536;

/// The longest run of bytes that were not kept which gets packets, counted from its end: 256 MiB. Otherwise a few numbers in a
/// trace file from elsewhere would fill the disk.
const MAX_UNSEEN: u64 = 256 * 1024 * 1024;

/// By how much the first sequence numbers of two connections between the same addresses differ.
const ISN_STEP: u32 = 64_000_000;

/// One segment to write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Packet<'d> {
    pub at: Nanos,
    pub from: SocketAddr,
    pub to: SocketAddr,
    pub seq: u32,
    /// `None`: nothing is known of the other direction.
    pub ack: Option<u32>,
    pub syn: bool,
    pub fin: bool,
    pub rst: bool,
    pub psh: bool,
    /// What was kept of `len` bytes.
    pub data: &'d [u8],
    pub len: usize,
    /// No call moved it.
    pub inferred: bool,
}

type Emit<'e> = &'e mut dyn FnMut(Packet<'_>) -> io::Result<()>;

#[derive(Default)]
pub(super) struct Conversations {
    /// By their two addresses, the lesser one first.
    known: HashMap<[SocketAddr; 2], Conversation>,
    order: VecDeque<[SocketAddr; 2]>,
    /// Endpoints whose next connection begins with SO_LINGER at 0: a client sets it before `connect`, when the socket
    /// has no addresses.
    lingering: HashSet<EndpointId>,
}

/// Both directions of a connection. Direction 0 is the one from `ends[0]`.
struct Conversation {
    ends: [SocketAddr; 2],
    /// The sequence number of the SYNs.
    isn: u32,
    /// The handshake is written.
    syn: bool,
    /// Which ends have shown their `connect` or `accept`.
    begun: [bool; 2],
    /// Behind the last byte that is written; `None` while nothing is known of that direction.
    next: [Option<u64>; 2],
    /// Behind the last byte that was sent: more than `next` where a `send` was longer than what was kept of it, and the
    /// other end, which is in the lab too, has yet to show the rest.
    owed: [u64; 2],
    /// A FIN that waits for that rest.
    fin_due: [bool; 2],
    /// How much of each direction the other has acknowledged.
    acked: [u64; 2],
    fin: [bool; 2],
    /// Since when there is no socket at that end any more.
    closed: [Option<Nanos>; 2],
    /// SO_LINGER is 0.
    lingers: [bool; 2],
    /// They have shut down reading.
    will_not_read: [bool; 2],
    reset: bool,
}

impl Conversations {
    /// A call on a socket that has no connection yet.
    pub(super) fn see_unconnected(&mut self, call: &Call) {
        match (&call.op, call.outcome) {
            (Op::SetSockOpt { option: SocketOption::Linger, value: OptionValue::Linger(seconds) }, Outcome::Ok(_)) => {
                if *seconds == Some(0) {
                    self.lingering.insert(call.endpoint);
                } else {
                    self.lingering.remove(&call.endpoint);
                }
            }
            (Op::Socket { .. }, _) => {
                self.lingering.remove(&call.endpoint);
            }
            _ => {}
        }
    }

    /// Emits what a call stands for.
    pub(super) fn see(&mut self, call: &Call, local: SocketAddr, peer: SocketAddr, emit: Emit<'_>) -> io::Result<()> {
        match (&call.op, call.outcome) {
            (Op::Connect { .. }, Outcome::Ok(_)) => return self.begin(call, local, peer, call.start, emit),
            _ if call.is_in_progress() => return self.begin(call, local, peer, call.start, emit),
            (Op::Accept, Outcome::Ok(_)) => return self.begin(call, peer, local, call.end(), emit),
            (Op::Connect { .. }, Outcome::Err(errno)) => {
                let mut tried = Conversation::new([local, peer]);
                return tried.refuse(call, errno.name() == Some("ECONNREFUSED"), emit);
            }
            (Op::Connect { .. }, Outcome::Abandoned) => {
                return Conversation::new([local, peer]).refuse(call, false, emit);
            }
            (Op::Accept, Outcome::Err(_)) | (_, Outcome::Abandoned) => return Ok(()),
            _ => {}
        }
        let conversation = self.of(local, peer);
        let us = conversation.side(local);
        let them = conversation.side(peer);
        let at = call.end();
        match (&call.op, call.outcome) {
            (op, Outcome::Ok(_)) if op.sends() => {
                conversation.data(call, us, emit)?;
                // Nobody is there to take it: the system answers with a reset.
                let is_late = call.len > 0 && conversation.closed[them].is_some_and(|closed| closed <= call.start);
                if is_late { conversation.rst(them, at, emit) } else { Ok(()) }
            }
            // It has shut down reading: that says nothing of the other.
            (Op::Recv { .. }, Outcome::Ok(_)) if call.is_eof() && conversation.will_not_read[us] => Ok(()),
            (Op::Recv { .. }, Outcome::Ok(_)) if call.is_eof() => {
                conversation.settle(them, at, emit)?;
                conversation.fin(them, at, emit)
            }
            (Op::Recv { .. }, Outcome::Ok(_)) => conversation.data(call, them, emit),
            (op, Outcome::Err(errno)) if (op.sends() || op.receives()) && errno.name() == Some("ECONNRESET") => {
                conversation.rst(them, at, emit)
            }
            (Op::Shutdown { how }, Outcome::Ok(_)) => {
                conversation.will_not_read[us] |= *how != How::Write;
                if *how == How::Read { Ok(()) } else { conversation.fin(us, at, emit) }
            }
            (Op::SetSockOpt { option: SocketOption::Linger, value: OptionValue::Linger(seconds) }, Outcome::Ok(_)) => {
                conversation.lingers[us] = *seconds == Some(0);
                Ok(())
            }
            (Op::Close, _) => {
                // It reads no more of what the other has sent.
                conversation.settle(them, at, emit)?;
                conversation.closed[us] = Some(at);
                // With bytes unread the system resets the connection too.
                let resets = conversation.lingers[us] || call.lost > 0;
                if resets { conversation.rst(us, at, emit) } else { conversation.fin(us, at, emit) }
            }
            _ => Ok(()),
        }
    }

    /// Either end may show itself first; the second one adds nothing. An end that begins again is another connection
    /// between the same addresses.
    fn begin(
        &mut self,
        call: &Call,
        client: SocketAddr,
        server: SocketAddr,
        started: Nanos,
        emit: Emit<'_>,
    ) -> io::Result<()> {
        let shown = if matches!(call.op, Op::Accept) { server } else { client };
        let lingers = shown == client && self.lingering.remove(&call.endpoint);
        let conversation = self.of(client, server);
        let side = conversation.side(shown);
        if !conversation.is_new() && (!conversation.syn || conversation.begun[side]) {
            let isn = conversation.isn.wrapping_add(ISN_STEP);
            *conversation = Conversation { isn, ..Conversation::new(conversation.ends) };
        }
        conversation.begun[side] = true;
        conversation.lingers[side] |= lingers;
        if conversation.syn {
            return Ok(());
        }
        conversation.handshake(conversation.side(client), started, call.end(), emit)
    }

    fn of(&mut self, one: SocketAddr, other: SocketAddr) -> &mut Conversation {
        let key = if one <= other { [one, other] } else { [other, one] };
        if !self.known.contains_key(&key) {
            self.order.push_back(key);
            if self.order.len() > MAX_CONVERSATIONS
                && let Some(oldest) = self.order.pop_front()
            {
                self.known.remove(&oldest);
            }
        }
        self.known.entry(key).or_insert_with(|| Conversation::new(key))
    }
}

impl Conversation {
    fn new(ends: [SocketAddr; 2]) -> Self {
        Self {
            ends,
            isn: 0,
            syn: false,
            begun: [false; 2],
            next: [None; 2],
            owed: [0; 2],
            fin_due: [false; 2],
            acked: [0; 2],
            fin: [false; 2],
            closed: [None; 2],
            lingers: [false; 2],
            will_not_read: [false; 2],
            reset: false,
        }
    }

    fn is_new(&self) -> bool {
        !self.syn && self.next == [None; 2]
    }

    fn side(&self, addr: SocketAddr) -> usize {
        usize::from(addr != self.ends[0])
    }

    /// A segment without data or flags from that side, acknowledging what is known of the other.
    fn packet(&mut self, side: usize, at: Nanos) -> Packet<'static> {
        let seq = self.place(side).unwrap_or_else(|| self.isn.wrapping_add(1));
        let other = 1 - side;
        let ack = self.place(other);
        self.acked[other] = self.next[other].unwrap_or_default();
        Packet {
            at,
            from: self.ends[side],
            to: self.ends[other],
            seq,
            ack,
            syn: false,
            fin: false,
            rst: false,
            psh: false,
            data: &[],
            len: 0,
            inferred: true,
        }
    }

    /// The sequence number that the side's next byte has.
    fn place(&self, side: usize) -> Option<u32> {
        let next = self.next[side]?;
        // Behind the SYN, which counts as one; the numbers wrap around after 4 GiB (RFC 9293).
        let place = next.wrapping_add(u64::from(self.fin[side])).wrapping_add(1);
        Some(self.isn.wrapping_add(place as u32))
    }

    fn handshake(&mut self, client: usize, started: Nanos, at: Nanos, emit: Emit<'_>) -> io::Result<()> {
        let server = 1 - client;
        self.syn = true;
        let seq = self.isn;
        emit(Packet { syn: true, seq, ack: None, ..self.packet(client, started) })?;
        self.next[client] = Some(0);
        emit(Packet { syn: true, seq, ..self.packet(server, at) })?;
        self.next[server] = Some(0);
        emit(self.packet(client, at))
    }

    /// A `connect` that failed: refused, or never answered.
    fn refuse(&mut self, call: &Call, refused: bool, emit: Emit<'_>) -> io::Result<()> {
        emit(Packet { syn: true, seq: 0, ack: None, ..self.packet(0, call.start) })?;
        if refused {
            self.next[0] = Some(0);
            emit(Packet { rst: true, seq: 0, ..self.packet(1, call.end()) })?;
        }
        Ok(())
    }

    /// Those of the call's bytes that are not written yet.
    fn data(&mut self, call: &Call, side: usize, emit: Emit<'_>) -> io::Result<()> {
        let Some(offset) = call.offset.filter(|_| call.len > 0 && !self.reset && !self.fin[side]) else {
            return Ok(());
        };
        let mut end = offset.saturating_add(call.len);
        if call.op.sends() && self.begun[1 - side] {
            self.owed[side] = self.owed[side].max(end);
            if self.next[side].is_some_and(|next| next < offset) {
                return Ok(());
            }
            end = offset.saturating_add(call.data.len() as u64);
        }
        let kept_end = offset.saturating_add(call.data.len() as u64);
        let mut begin = self.next[side].unwrap_or(offset).max(offset);
        while begin < end {
            if begin >= kept_end {
                begin = begin.max(end.saturating_sub(MAX_UNSEEN));
            }
            let len = usize::try_from(end - begin).unwrap_or(MAX_SEGMENT).min(MAX_SEGMENT);
            // Beyond the snaplen there is nothing.
            let kept = usize::try_from(begin - offset).ok().and_then(|skipped| call.data.get(skipped..));
            let data = kept.map_or(&[][..], |kept| kept.get(..len).unwrap_or(kept));
            self.next[side] = Some(begin);
            let psh = begin + len as u64 == end;
            emit(Packet { data, len, psh, inferred: false, ..self.packet(side, call.end()) })?;
            begin += len as u64;
            self.next[side] = Some(begin);
            if begin.saturating_sub(self.acked[side]) >= ACK_EVERY {
                self.ack(1 - side, call.end(), emit)?;
            }
        }
        if self.fin_due[side] { self.fin(side, call.end(), emit) } else { Ok(()) }
    }

    /// Bytes that were not kept are headers only; and a FIN goes out that waited for them.
    fn settle(&mut self, side: usize, at: Nanos, emit: Emit<'_>) -> io::Result<()> {
        if let Some(next) = &mut self.next[side] {
            *next = (*next).max(self.owed[side].saturating_sub(MAX_UNSEEN));
        }
        while let Some(next) = self.next[side].filter(|next| *next < self.owed[side] && !self.reset) {
            let len = usize::try_from(self.owed[side] - next).unwrap_or(MAX_SEGMENT).min(MAX_SEGMENT);
            emit(Packet { len, inferred: false, ..self.packet(side, at) })?;
            self.next[side] = Some(next + len as u64);
        }
        if self.fin_due[side] { self.fin(side, at, emit) } else { Ok(()) }
    }

    fn ack(&mut self, side: usize, at: Nanos, emit: Emit<'_>) -> io::Result<()> {
        // The sequence number of a side of which nothing was seen is unknown.
        if self.next[side].is_none() {
            return Ok(());
        }
        emit(self.packet(side, at))
    }

    fn fin(&mut self, side: usize, at: Nanos, emit: Emit<'_>) -> io::Result<()> {
        if self.reset || self.fin[side] {
            return Ok(());
        }
        if self.next[side].is_some_and(|next| next < self.owed[side]) {
            self.fin_due[side] = true;
            return Ok(());
        }
        self.fin_due[side] = false;
        emit(Packet { fin: true, ..self.packet(side, at) })?;
        self.next[side].get_or_insert(0);
        self.fin[side] = true;
        self.ack(1 - side, at, emit)
    }

    fn rst(&mut self, side: usize, at: Nanos, emit: Emit<'_>) -> io::Result<()> {
        if self.reset || self.fin == [true; 2] {
            return Ok(());
        }
        self.settle(0, at, emit)?;
        self.settle(1, at, emit)?;
        if self.fin == [true; 2] {
            return Ok(());
        }
        self.reset = true;
        emit(Packet { rst: true, ..self.packet(side, at) })
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::lab::Addr;
    use crate::trace::Ends;

    #[test]
    fn a_few_numbers_of_a_made_up_trace_do_not_fill_the_disk() {
        let (local, peer) = (([127, 0, 0, 1], 1).into(), ([127, 0, 0, 1], 2).into());
        let call = |op, result, offset: u64| Call {
            ends: Arc::new(Ends { local: Some(Addr::Inet(local)), peer: Some(Addr::Inet(peer)) }),
            offset: Some(offset),
            len: result,
            ..Call::sample(op, Outcome::Ok(result))
        };
        let mut conversations = Conversations::default();
        let mut packets = 0;
        let mut emit = |_: Packet<'_>| {
            packets += 1;
            Ok(())
        };
        let far = 1 << 61;
        let accept = Call { outcome: Outcome::Ok(0), ..call(Op::Accept, 0, 0) };
        conversations.see(&accept, peer, local, &mut emit).unwrap();
        for call in [
            call(Op::Recv { max: far }, far, 0),
            call(Op::Send { len: far }, far, far),
            // Settles what was sent.
            call(Op::Close, 0, 0),
        ] {
            conversations.see(&call, local, peer, &mut emit).unwrap();
        }
        assert!((1_000..50_000).contains(&packets), "{packets}");
    }
}
