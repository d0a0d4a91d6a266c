//! pcapng, as Wireshark opens it: the bytes are those of the socket calls, the packets around them are made up.
//!
//! Socket Lab sees calls and not segments, so a call's bytes become one packet (several where they don't fit), under
//! Ethernet, IP and TCP or UDP headers with right lengths, checksums and sequence numbers. Each byte stands in the file
//! once: where both ends of a connection are in the trace the sender's calls give it (the receiver's where a `send` was
//! longer than what was kept of it), else the receiver's. What no call
//! moved (SYN, ACK, FIN, RST) is deduced from `connect`, `accept`, `shutdown`, `close`, `recv() = 0` and ECONNRESET, and
//! its packet says so in a comment; the others name their call.
//!
//! A packet has the time at which its call returned: a `send` that waited for room handed its bytes over only then, and
//! the calls stand in that order in the trace. It is the lab's wall clock at its beginning plus monotonic time, and
//! never before the packet in front of it. Unix sockets have no IP, and calls that are still without addresses are left
//! out: [`Pcapng::finish`] writes how many into the file. What joins files (mergecap) drops these statistics, so that the
//! next packet has a comment with the count up to there.

mod frame;
mod tcp;

use std::borrow::Cow;
use std::io::{self, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use pcap_file::pcapng::PcapNgWriter;
use pcap_file::pcapng::blocks::enhanced_packet::{EnhancedPacketBlock, EnhancedPacketOption};
use pcap_file::pcapng::blocks::interface_description::{InterfaceDescriptionBlock, InterfaceDescriptionOption};
use pcap_file::pcapng::blocks::interface_statistics::{InterfaceStatisticsBlock, InterfaceStatisticsOption};
use pcap_file::pcapng::blocks::section_header::{SectionHeaderBlock, SectionHeaderOption};
use pcap_file::{DataLink, Endianness, PcapError};

use super::text;
use crate::lab::Addr;
use crate::trace::datagrams::{UnderWay, destination, is_datagram};
use crate::trace::naming::{Clients, Owner};
use crate::trace::prediction::Prediction;
use crate::trace::segments::Segment;
use crate::trace::text::visible;
use crate::trace::{Call, Nanos, Op, Outcome};
use frame::Frame;
use tcp::{Conversations, Packet};

/// What the file's own comment says.
const COMMENT: &str = "Synthetic packets. Socket Lab observed socket calls (send, recv, …), not network traffic: the \
                       bytes and the times are those of the calls, the Ethernet, IP, TCP and UDP headers are made up. \
                       Packets whose comment begins with \"inferred\" were deduced.";

/// Why a call has no packet.
const WHY_LEFT_OUT: &str = "Unix sockets have no IP addresses";

/// The most bytes of one packet: what Wireshark takes.
const SNAPLEN: u32 = 262_144;

/// The most characters of an endpoint's name in a comment.
const MAX_NAME: usize = 64;

/// Writes a capture file call by call. Whatever has been written is a sound file at any time.
pub struct Pcapng<W: Write> {
    out: PcapNgWriter<W>,
    stamper: Stamper,
    clients: Clients,
    conversations: Conversations,
    /// What the lab has sent and is not to be written again where it arrives.
    under_way: UnderWay,
    frame: Frame,
    packets: u64,
    left_out: u64,
    /// How many of those a packet's comment has counted already.
    told_left_out: u64,
    /// Real frames were written.
    has_real: bool,
}

/// Wall-clock times that never go back.
struct Stamper {
    began: Duration,
    last: Duration,
}

impl Stamper {
    fn at(&mut self, at: Nanos) -> Duration {
        self.last = self.last.max(self.began.saturating_add(Duration::from_nanos(at.0)));
        self.last
    }
}

impl<W: Write> Pcapng<W> {
    /// Begins the file of a lab that began at that time.
    ///
    /// # Errors
    /// Those of writing.
    pub fn new(out: W, began: SystemTime) -> io::Result<Self> {
        let text = Cow::Borrowed;
        let section = SectionHeaderBlock {
            endianness: Endianness::Little,
            options: vec![
                SectionHeaderOption::Comment(text(COMMENT)),
                SectionHeaderOption::UserApplication(text(concat!("Socket Lab ", env!("CARGO_PKG_VERSION")))),
            ],
            ..SectionHeaderBlock::default()
        };
        let interface = InterfaceDescriptionBlock {
            linktype: DataLink::ETHERNET,
            snaplen: SNAPLEN,
            options: vec![
                InterfaceDescriptionOption::IfName(text("socket-lab")),
                InterfaceDescriptionOption::IfDescription(text("Packets made from socket calls")),
                // Ten to the minus ninth of a second.
                InterfaceDescriptionOption::IfTsResol(9),
            ],
        };
        let mut out = PcapNgWriter::with_section_header(out, section).map_err(plain)?;
        out.write_pcapng_block(interface).map_err(plain)?;
        let began = began.duration_since(UNIX_EPOCH).unwrap_or_default();
        Ok(Self {
            out,
            stamper: Stamper { began, last: Duration::ZERO },
            clients: Clients::default(),
            conversations: Conversations::default(),
            under_way: UnderWay::default(),
            frame: Frame::default(),
            packets: 0,
            left_out: 0,
            told_left_out: 0,
            has_real: false,
        })
    }

    /// Writes a frame as it was. From the first one on there are no made-up packets: the real ones say the same.
    ///
    /// # Errors
    /// Those of writing.
    pub fn segment(&mut self, segment: &Segment) -> io::Result<()> {
        let text = Cow::Borrowed;
        if !self.has_real {
            self.has_real = true;
            let interface = InterfaceDescriptionBlock {
                linktype: DataLink::ETHERNET,
                snaplen: SNAPLEN,
                options: vec![
                    InterfaceDescriptionOption::IfName(text("lossy-link")),
                    InterfaceDescriptionOption::IfDescription(text("Frames of the lossy link, as they were")),
                    InterfaceDescriptionOption::IfTsResol(9),
                ],
            };
            self.out.write_pcapng_block(interface).map_err(plain)?;
        }
        let Segment { frame, is_again, .. } = segment;
        let words = [
            frame.left.is_none().then_some("dropped on the lossy link"),
            frame.is_copy.then_some("a duplicate that the lossy link has made"),
            is_again.then_some("sent before: a retransmission"),
        ];
        let comment: Vec<&str> = words.into_iter().flatten().collect();
        let comment = (!comment.is_empty()).then(|| EnhancedPacketOption::Comment(Cow::Owned(comment.join("; "))));
        let at = frame.left.filter(|_| frame.is_copy).unwrap_or(frame.at);
        let block = EnhancedPacketBlock {
            interface_id: 1,
            timestamp: self.stamper.began.saturating_add(Duration::from_nanos(at.0)),
            original_len: u32::try_from(frame.bytes.len()).unwrap_or(u32::MAX),
            data: Cow::Borrowed(&frame.bytes),
            options: comment.into_iter().collect(),
        };
        self.out.write_pcapng_block(block).map_err(plain).map(drop)
    }

    /// Writes the packets of a call under its endpoint's name; none where its bytes are in the file already. `predicted` is
    /// what was said of it before.
    ///
    /// # Errors
    /// Those of writing.
    pub fn call(&mut self, call: &Call, name: &str, predicted: Option<&Prediction>) -> io::Result<()> {
        if self.has_real {
            return Ok(());
        }
        let owner = self.clients.owner(call, name);
        if is_datagram(call) {
            return self.datagram(call, owner, predicted);
        }
        if call.conn.is_none() {
            self.conversations.see_unconnected(call);
        }
        let moves = matches!(call.op, Op::Accept | Op::Connect { .. }) || call.offset.is_some();
        let (Some(local), Some(peer)) = (inet(call.ends.local.as_ref()), inet(call.ends.peer.as_ref())) else {
            self.left_out += u64::from(moves && call.len > 0);
            return Ok(());
        };
        if call.conn.is_none() || local.is_ipv4() != peer.is_ipv4() {
            return Ok(());
        }
        let Self { out, stamper, conversations, frame, packets, left_out, told_left_out, .. } = self;
        conversations.see(call, local, peer, &mut |packet| {
            *packets += 1;
            frame.tcp(&packet);
            let comment = comment(call, owner, &packet) + &text::predicted(call, predicted);
            let comments = [Some(comment), news_of_left_out(*left_out, told_left_out)];
            write_packet(out, frame, stamper.at(packet.at), comments)
        })
    }

    fn datagram(&mut self, call: &Call, owner: Owner<'_>, predicted: Option<&Prediction>) -> io::Result<()> {
        let Outcome::Ok(_) = call.outcome else { return Ok(()) };
        let other = destination(call).or(call.ends.peer.as_ref());
        let (Some(local), Some(other)) = (inet(call.ends.local.as_ref()), inet(other)) else {
            self.left_out += 1;
            return Ok(());
        };
        let Some(local) = beside(local, other) else { return Ok(()) };
        let (from, to) = if call.op.sends() { (local, other) } else { (other, local) };
        if call.op.sends() {
            self.under_way.send(call);
        } else if self.under_way.receive(call).is_some() {
            return Ok(());
        }
        self.packets += 1;
        self.frame.udp(from, to, &call.data, call.len.saturating_add(u64::from(call.lost)));
        let mut comment = said(call, owner) + &text::predicted(call, predicted);
        if from.ip().is_unspecified() || to.ip().is_unspecified() {
            comment.push_str("; the socket is bound to all addresses, which of them it was is not known");
        }
        if call.op.receives() {
            comment.push_str("; the sender is not in this trace");
        }
        if call.lost > 0 {
            comment.push_str("; the receive buffer had no room for the rest");
        }
        let comments = [Some(comment), news_of_left_out(self.left_out, &mut self.told_left_out)];
        write_packet(&mut self.out, &self.frame, self.stamper.at(call.end()), comments)
    }

    /// Ends the file with its counts.
    ///
    /// # Errors
    /// Those of writing.
    pub fn finish(mut self) -> io::Result<W> {
        let nanos = u64::try_from(self.stamper.last.as_nanos()).unwrap_or(u64::MAX);
        let comment = format!("{} calls are left out: {WHY_LEFT_OUT}", self.left_out);
        let statistics = InterfaceStatisticsBlock {
            interface_id: 0,
            // pcap-file writes it as one number; the format has the upper half first in either byte order.
            timestamp: nanos.rotate_left(32),
            options: vec![
                InterfaceStatisticsOption::Comment(Cow::Owned(comment)),
                InterfaceStatisticsOption::IsbIfRecv(self.packets),
            ],
        };
        self.out.write_pcapng_block(statistics).map_err(plain)?;
        Ok(self.out.into_inner())
    }

    /// How many packets there are by now.
    pub fn packets(&self) -> u64 {
        self.packets
    }

    /// How many calls moved bytes that no packet can carry: those of Unix sockets.
    pub fn left_out(&self) -> u64 {
        self.left_out
    }

    pub fn get_mut(&mut self) -> &mut W {
        self.out.get_mut()
    }
}

/// The comment that the next packet has besides its own.
fn news_of_left_out(left_out: u64, told: &mut u64) -> Option<String> {
    let is_news = std::mem::replace(told, left_out) != left_out;
    is_news.then(|| format!("{left_out} calls so far are left out: {WHY_LEFT_OUT}"))
}

fn write_packet<W: Write>(
    out: &mut PcapNgWriter<W>,
    frame: &Frame,
    timestamp: Duration,
    comments: [Option<String>; 2],
) -> io::Result<()> {
    let packet = EnhancedPacketBlock {
        interface_id: 0,
        timestamp,
        original_len: frame.original_len(),
        data: Cow::Borrowed(frame.bytes()),
        options: comments
            .into_iter()
            .flatten()
            .map(|comment| EnhancedPacketOption::Comment(Cow::Owned(comment)))
            .collect(),
    };
    out.write_pcapng_block(packet).map_err(plain)?;
    Ok(())
}

/// `call 12, server #1: send(5) = 5`
fn said(call: &Call, owner: Owner<'_>) -> String {
    let name: String = owner.name.chars().take(MAX_NAME).collect();
    let who = Owner { name: &name, ..owner }.with_number(call.conn);
    let kept = call.data.len();
    let cut = if call.is_truncated() { format!(", of which {kept} bytes were kept") } else { String::new() };
    format!("call {}, {}: {call}{cut}", call.seq, visible(&who))
}

fn comment(call: &Call, owner: Owner<'_>, packet: &Packet<'_>) -> String {
    match packet.inferred {
        true => format!("inferred from {}", said(call, owner)),
        false => said(call, owner),
    }
}

/// As it stands in a packet: an IPv4 address in IPv6 clothes is an IPv4 address, and the scope is not written.
fn inet(addr: Option<&Addr>) -> Option<SocketAddr> {
    let addr = addr?.inet()?;
    Some(SocketAddr::new(addr.ip().to_canonical(), addr.port()))
}

/// The socket's own address in the family of the other; one that is bound to all addresses talks to the loopback
/// interface from the same address. `None` where they don't fit together.
fn beside(local: SocketAddr, other: SocketAddr) -> Option<SocketAddr> {
    if !local.ip().is_unspecified() {
        return (local.is_ipv4() == other.is_ipv4()).then_some(local);
    }
    let ip = match other.ip() {
        ip if ip.is_loopback() => ip,
        IpAddr::V4(_) => IpAddr::V4(Ipv4Addr::UNSPECIFIED),
        IpAddr::V6(_) => IpAddr::V6(Ipv6Addr::UNSPECIFIED),
    };
    Some(SocketAddr::new(ip, local.port()))
}

fn plain(error: PcapError) -> io::Error {
    match error {
        PcapError::IoError(error) => error,
        other => io::Error::other(other),
    }
}
