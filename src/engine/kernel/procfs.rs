//! A line of `/proc/net/tcp` and `/proc/net/tcp6` (proc_net_tcp in the kernel's documentation).

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use super::{Leftover, Pair, Queues};
use crate::trace::kernel::TcpState;

/// `None` for the heading and for a line that is not as expected. An IPv4 address in IPv6 form is given as IPv4.
pub fn parse_line(line: &str) -> Option<(Pair, Leftover)> {
    let mut words = line.split_ascii_whitespace();
    let _slot = words.next()?;
    let pair = (parse_addr(words.next()?)?, parse_addr(words.next()?)?);
    let state = TcpState::from_number(u8::from_str_radix(words.next()?, 16).ok()?)?;
    let (send, recv) = words.next()?.split_once(':')?;
    let bytes = |text| u64::from_str_radix(text, 16).ok();
    Some((pair, Leftover { state, queues: Queues { recv: bytes(recv), send: bytes(send) } }))
}

/// The address that a socket is bound to, and its inode; from `/proc/net/udp` too.
pub fn parse_owner(line: &str) -> Option<(SocketAddr, u64)> {
    let mut words = line.split_ascii_whitespace().skip(1);
    let local = parse_addr(words.next()?)?;
    // Peer, state, queues, timer, retransmissions, user and timeout stand between.
    Some((local, words.nth(7)?.parse().ok()?))
}

/// The address is 32-bit words as they lie in memory; the port is a number.
fn parse_addr(text: &str) -> Option<SocketAddr> {
    let (ip, port) = text.split_once(':')?;
    let port = u16::from_str_radix(port, 16).ok()?;
    let word = |index: usize| {
        let done = ip.get(8 * index..8 * index + 8)?;
        u32::from_str_radix(done, 16).ok().map(u32::to_ne_bytes)
    };
    let ip = match ip.len() {
        8 => IpAddr::V4(Ipv4Addr::from(word(0)?)),
        32 => {
            let mut bytes = [0u8; 16];
            for index in 0..4 {
                bytes[4 * index..4 * index + 4].copy_from_slice(&word(index)?);
            }
            Ipv6Addr::from(bytes).to_canonical()
        }
        _ => return None,
    };
    Some(SocketAddr::new(ip, port))
}

#[cfg(test)]
#[cfg(target_endian = "little")]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_line_gives_addresses_state_and_queues() {
        let line = "   1: 0100007F:1F90 0100007F:C350 06 00000005:00000010 03:00000D9E 00000000     0        0 0 3 0";
        let (pair, leftover) = parse_line(line).unwrap();
        assert_eq!(pair, ("127.0.0.1:8080".parse().unwrap(), "127.0.0.1:50000".parse().unwrap()));
        assert_eq!(leftover.state, TcpState::TimeWait);
        assert_eq!(leftover.queues, Queues { recv: Some(16), send: Some(5) });
    }

    #[test]
    fn an_ipv6_address_is_four_words_and_a_mapped_one_is_ipv4() {
        let line = |ip: &str| format!("0: {ip}:1F90 {ip}:C350 08 0:0 00:0 0 0 0 1 1");
        let (pair, _) = parse_line(&line("00000000000000000000000001000000")).unwrap();
        assert_eq!(pair.0, "[::1]:8080".parse().unwrap());
        let (pair, leftover) = parse_line(&line("0000000000000000FFFF00000100007F")).unwrap();
        assert_eq!(pair.1, "127.0.0.1:50000".parse().unwrap());
        assert_eq!(leftover.state, TcpState::CloseWait);
    }

    #[test]
    fn the_owner_of_an_address_is_an_inode() {
        let line =
            "   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 34567 1 0";
        assert_eq!(parse_owner(line), Some(("127.0.0.1:8080".parse().unwrap(), 34_567)));
    }

    #[test]
    fn the_heading_is_no_connection() {
        assert_eq!(parse_line("  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt"), None);
    }

    proptest! {
        #[test]
        fn any_text_is_parsed_or_refused(text in "\\PC*") {
            let _ = (parse_line(&text), parse_owner(&text));
        }
    }
}
