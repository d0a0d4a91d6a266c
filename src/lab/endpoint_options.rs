//! The options of endpoints, and which belongs to which kind. The lab file and the form ask here, and nowhere else is it
//! said.

use super::EndpointKind;
use super::endpoint::MAX_RECV_SIZE;
use super::endpoint_option::{self as option, Control, EndpointOption, For, Usual, place};

/// The largest buffer that setsockopt(2) can be asked for, as it takes an `int`.
const MAX_BUFFER: u32 = i32::MAX as u32;

/// Only Linux has an error queue; elsewhere the form does not offer it.
const RECVERR: EndpointOption = {
    let option = EndpointOption::switch("recverr", For::Udp, place!(options.recverr));
    let shown = Control::switch("IP_RECVERR", "opt-recverr", "opt-recverr-tip");
    if cfg!(target_os = "linux") { option.shown(shown) } else { option }
};

/// The options, in the order in which a lab file has them. Each is read when those before it are known.
pub const OPTIONS: &[EndpointOption] =
    &[
        option::PROTOCOL,
        option::LOCAL,
        option::REMOTE,
        option::SERVING,
        option::BACKLOG,
        EndpointOption::number("accept_limit", For::Listeners, 1, u32::MAX, place!(server.accept_limit))
            .shown(Control::line("", "opt-accept-limit", "opt-accept-limit-tip", Usual::Text("opt-no-limit"))),
        EndpointOption::number("recv_size", For::All, 1, MAX_RECV_SIZE, place!(recv_size)).shown(Control::line(
            "",
            "opt-recv-size",
            "opt-recv-size-tip",
            Usual::Number(EndpointKind::default_recv_size),
        )),
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
        EndpointOption::switch("nodelay", For::Tcp, place!(options.nodelay)).shown(Control::switch(
            "TCP_NODELAY",
            "opt-nodelay",
            "opt-nodelay-tip",
        )),
        EndpointOption::switch("keepalive", For::Tcp, place!(options.keepalive)).shown(Control::switch(
            "SO_KEEPALIVE",
            "opt-keepalive",
            "opt-keepalive-tip",
        )),
        EndpointOption::switch("reuse_addr", For::Inet, place!(options.reuse_addr)).shown(
            Control::switch("SO_REUSEADDR", "opt-reuse", "opt-reuse-tip").on(|kind| kind.is_server() && cfg!(unix)),
        ),
        EndpointOption::switch("broadcast", For::Udp, place!(options.broadcast)).shown(Control::switch(
            "SO_BROADCAST",
            "opt-broadcast",
            "opt-broadcast-tip",
        )),
        EndpointOption::switch("connected", For::Udp, place!(datagram.connected)).shown(Control::switch(
            "connect()",
            "opt-connected",
            "opt-connected-tip",
        )),
        RECVERR,
        EndpointOption::switch("v6_only", For::Inet, place!(options.v6_only)).shown(Control::switch(
            "IPV6_V6ONLY",
            "opt-v6-only",
            "opt-v6-only-tip",
        )),
        EndpointOption::switch("multicast_loop", For::Udp, place!(options.multicast_loop))
            .shown(Control::switch("MULTICAST_LOOP", "opt-multicast-loop", "opt-multicast-loop-tip").on(|_| true)),
        option::LINGER,
        EndpointOption::number("recv_buffer", For::All, 1, MAX_BUFFER, place!(options.recv_buffer))
            .shown(Control::line("SO_RCVBUF", "", "opt-rcvbuf-tip", Usual::Text("opt-system"))),
        EndpointOption::number("send_buffer", For::All, 1, MAX_BUFFER, place!(options.send_buffer))
            .shown(Control::line("SO_SNDBUF", "", "opt-sndbuf-tip", Usual::Text("opt-system"))),
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
    use crate::lang::Lang;

    #[test]
    fn every_option_is_listed_once_and_some_kind_has_it() {
        for (index, option) in OPTIONS.iter().enumerate() {
            assert!(OPTIONS.iter().skip(index + 1).all(|other| other.key != option.key), "{}", option.key);
            assert!(EndpointKind::ALL.into_iter().any(|kind| option.of.has(kind)), "{}", option.key);
        }
        assert!(!has(EndpointKind::TCP_SERVER, "no-such-option"));
    }

    #[test]
    fn the_words_of_every_control_are_there_in_both_languages() {
        let is_there = |key: &str| key.is_empty() || Lang::ALL.iter().all(|lang| lang.text(key, None) != key);
        for option in OPTIONS {
            let Some(control) = &option.control else { continue };
            let usual = if let Usual::Text(text) = control.usual { text } else { "" };
            assert!(!control.c_name.is_empty() || !control.text.is_empty(), "{}", option.key);
            for text in [control.text, control.tip, usual] {
                assert!(is_there(text), "{}: {text}", option.key);
            }
        }
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
