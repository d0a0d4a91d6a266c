//! The options of endpoints, and which belongs to which kind. The lab file and the form ask here, and nowhere else is it
//! said.

use super::EndpointKind;
use super::endpoint::MAX_RECV_SIZE;
use super::endpoint_option::{self as option, EndpointOption, For, place};

/// The largest buffer that setsockopt(2) can be asked for, as it takes an `int`.
const MAX_BUFFER: u32 = i32::MAX as u32;

/// The options, in the order in which a lab file has them. Each is read when those before it are known.
pub const OPTIONS: &[EndpointOption] = &[
    option::PROTOCOL,
    option::LOCAL,
    option::REMOTE,
    option::SERVING,
    option::BACKLOG,
    EndpointOption::number("accept_limit", For::Listeners, 1, u32::MAX, place!(server.accept_limit)),
    EndpointOption::number("recv_size", For::All, 1, MAX_RECV_SIZE, place!(recv_size)),
    option::ENCODING,
    option::PEERS,
    option::FRAMING,
    option::LINE_ENDING,
    option::SERVICE,
    option::CLOSE_AFTER_REPLY,
    option::QUIT,
    option::HOLD,
    EndpointOption::switch("close_on_eof", For::Conversing, place!(stream.close_on_eof)),
    option::client::RECONNECT,
    option::client::KEEP_ALIVE,
    option::client::GREETING,
    EndpointOption::switch("nodelay", For::Tcp, place!(options.nodelay)),
    EndpointOption::switch("keepalive", For::Tcp, place!(options.keepalive)),
    EndpointOption::switch("reuse_addr", For::Inet, place!(options.reuse_addr)),
    EndpointOption::switch("broadcast", For::Udp, place!(options.broadcast)),
    EndpointOption::switch("connected", For::Udp, place!(datagram.connected)),
    EndpointOption::switch("v6_only", For::Inet, place!(options.v6_only)),
    EndpointOption::switch("multicast_loop", For::Udp, place!(options.multicast_loop)),
    option::LINGER,
    EndpointOption::number("recv_buffer", For::All, 1, MAX_BUFFER, place!(options.recv_buffer)),
    EndpointOption::number("send_buffer", For::All, 1, MAX_BUFFER, place!(options.send_buffer)),
    option::MULTICAST_TTL,
    option::MULTICAST_INTERFACE,
    option::GROUPS,
    option::SEED,
    option::FAULTS,
];

/// Whether an endpoint of that kind has the option; false for what is none.
pub fn has(kind: EndpointKind, key: &str) -> bool {
    OPTIONS.iter().any(|option| option.key == key && option.of.has(kind))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_option_is_listed_once_and_some_kind_has_it() {
        for (index, option) in OPTIONS.iter().enumerate() {
            assert!(OPTIONS.iter().skip(index + 1).all(|other| other.key != option.key), "{}", option.key);
            assert!(EndpointKind::ALL.into_iter().any(|kind| option.of.has(kind)), "{}", option.key);
        }
        assert!(!has(EndpointKind::TCP_SERVER, "no-such-option"));
    }

    #[test]
    fn what_only_some_sockets_have_is_not_for_the_others() {
        let having = |key: &str| EndpointKind::ALL.into_iter().filter(|kind| has(*kind, key)).collect::<Vec<_>>();
        let [tcp_server, tcp_client, udp, unix_server, unix_client, unix_datagram, relay, udp_relay, unix_relay] =
            EndpointKind::ALL;
        assert_eq!(having("nodelay"), [tcp_server, tcp_client, relay]);
        assert_eq!(having("linger"), [tcp_server, tcp_client, unix_server, unix_client, relay, unix_relay]);
        assert_eq!(having("backlog"), [tcp_server, unix_server, relay, unix_relay]);
        assert_eq!(having("serving"), [tcp_server, unix_server]);
        assert_eq!(having("reuse_addr"), [tcp_server, tcp_client, udp, relay, udp_relay]);
        assert_eq!(having("remote"), [tcp_client, udp, unix_client, unix_datagram, relay, udp_relay, unix_relay]);
        assert_eq!(having("faults"), [relay, udp_relay, unix_relay]);
        assert_eq!(having("service").len(), 6);
        assert_eq!(having("groups"), [udp]);
    }
}
