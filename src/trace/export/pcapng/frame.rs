//! One packet's bytes: Ethernet, IPv4 or IPv6, TCP or UDP.

use std::net::{IpAddr, SocketAddr};

use etherparse::{
    EtherType, Ethernet2Header, IpNumber, Ipv4Header, Ipv6FlowLabel, Ipv6Header, TcpHeader, TcpOptionElement, UdpHeader,
};

use super::tcp::{MAX_SEGMENT, Packet};

/// With [`SCALE`], a window of a gigabyte: nothing is known of the real one, and it must never seem to be full.
const WINDOW: u16 = u16::MAX;
const SCALE: u8 = 14;

const TTL: u8 = 64;

/// A buffer that is used again for each packet.
#[derive(Default)]
pub(super) struct Frame {
    bytes: Vec<u8>,
    /// How many bytes of the packet are not in the buffer.
    missing: u64,
}

impl Frame {
    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    pub(super) fn original_len(&self) -> u32 {
        u32::try_from(self.bytes.len() as u64 + self.missing).unwrap_or(u32::MAX)
    }

    pub(super) fn tcp(&mut self, packet: &Packet<'_>) {
        let mut header = TcpHeader::new(packet.from.port(), packet.to.port(), packet.seq, WINDOW);
        header.ack = packet.ack.is_some();
        header.acknowledgment_number = packet.ack.unwrap_or_default();
        (header.syn, header.fin, header.rst, header.psh) = (packet.syn, packet.fin, packet.rst, packet.psh);
        if packet.syn {
            let options = [
                TcpOptionElement::MaximumSegmentSize(MAX_SEGMENT as u16),
                TcpOptionElement::Noop,
                TcpOptionElement::WindowScale(SCALE),
            ];
            // Eight bytes, and forty have room.
            let _ = header.set_options(&options);
        }
        // What is missing has no checksum; a reader of the file can't check it either.
        let checksum = match (packet.from.ip(), packet.to.ip()) {
            (IpAddr::V4(from), IpAddr::V4(to)) => {
                header.calc_checksum_ipv4_raw(from.octets(), to.octets(), packet.data).ok()
            }
            (IpAddr::V6(from), IpAddr::V6(to)) => {
                header.calc_checksum_ipv6_raw(from.octets(), to.octets(), packet.data).ok()
            }
            _ => None,
        };
        header.checksum = checksum.unwrap_or_default();
        self.below(packet.from, packet.to, IpNumber::TCP, header.header_len() + packet.len);
        self.bytes.extend_from_slice(&header.to_bytes());
        self.bytes.extend_from_slice(packet.data);
        self.missing = (packet.len - packet.data.len()) as u64;
    }

    /// A datagram of `len` bytes, of which `data` were kept.
    pub(super) fn udp(&mut self, from: SocketAddr, to: SocketAddr, data: &[u8], len: u64) {
        let room = usize::from(u16::MAX) - UdpHeader::LEN - if from.is_ipv4() { Ipv4Header::MIN_LEN } else { 0 };
        let len = usize::try_from(len).unwrap_or(usize::MAX).min(room).max(data.len().min(room));
        let data = data.get(..len).unwrap_or(data);
        let total = UdpHeader::LEN + len;
        let mut header =
            UdpHeader { source_port: from.port(), destination_port: to.port(), length: total as u16, checksum: 0 };
        let checksum = match (from.ip(), to.ip()) {
            (IpAddr::V4(from), IpAddr::V4(to)) => header.calc_checksum_ipv4_raw(from.octets(), to.octets(), data).ok(),
            (IpAddr::V6(from), IpAddr::V6(to)) => header.calc_checksum_ipv6_raw(from.octets(), to.octets(), data).ok(),
            _ => None,
        };
        header.checksum = checksum.unwrap_or_default();
        self.below(from, to, IpNumber::UDP, total);
        self.bytes.extend_from_slice(&header.to_bytes());
        self.bytes.extend_from_slice(data);
        self.missing = (len - data.len()) as u64;
    }

    /// Begins a packet with everything below TCP and UDP.
    fn below(&mut self, from: SocketAddr, to: SocketAddr, protocol: IpNumber, payload: usize) {
        self.bytes.clear();
        let payload = u16::try_from(payload).unwrap_or(u16::MAX);
        let ether_type = if from.is_ipv4() { EtherType::IPV4 } else { EtherType::IPV6 };
        let link = Ethernet2Header { source: mac(from.ip()), destination: mac(to.ip()), ether_type };
        self.bytes.extend_from_slice(&link.to_bytes());
        match (from.ip(), to.ip()) {
            (IpAddr::V4(from), IpAddr::V4(to)) => {
                let mut header = Ipv4Header {
                    total_len: payload.saturating_add(Ipv4Header::MIN_LEN as u16),
                    dont_fragment: true,
                    time_to_live: TTL,
                    protocol,
                    source: from.octets(),
                    destination: to.octets(),
                    ..Ipv4Header::default()
                };
                header.header_checksum = header.calc_header_checksum();
                self.bytes.extend_from_slice(&header.to_bytes());
            }
            (IpAddr::V6(from), IpAddr::V6(to)) => {
                let header = Ipv6Header {
                    traffic_class: 0,
                    flow_label: Ipv6FlowLabel::ZERO,
                    payload_length: payload,
                    next_header: protocol,
                    hop_limit: TTL,
                    source: from.octets(),
                    destination: to.octets(),
                };
                self.bytes.extend_from_slice(&header.to_bytes());
            }
            // The callers see to it that both are of one family.
            _ => {}
        }
    }
}

/// A locally administered address made from the IP address; those of groups are as RFC 1112 and RFC 2464 say.
fn mac(ip: IpAddr) -> [u8; 6] {
    match ip {
        IpAddr::V4(ip) if ip.is_broadcast() => [0xff; 6],
        IpAddr::V4(ip) => {
            let [a, b, c, d] = ip.octets();
            if ip.is_multicast() { [0x01, 0x00, 0x5e, b & 0x7f, c, d] } else { [0x02, 0x00, a, b, c, d] }
        }
        IpAddr::V6(ip) => {
            let [.., a, b, c, d] = ip.octets();
            if ip.is_multicast() { [0x33, 0x33, a, b, c, d] } else { [0x02, 0x06, a, b, c, d] }
        }
    }
}
