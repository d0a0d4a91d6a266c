//! What kinds of things are called.

use std::borrow::Cow;

use crate::lab::EndpointKind;
use crate::lab::transfer::Protocol;
use crate::lang::Lang;
use crate::t;

pub fn endpoint_kind(lang: Lang, kind: EndpointKind) -> Cow<'static, str> {
    match kind {
        EndpointKind::TcpServer => t!(lang, "kind-tcp-server"),
        EndpointKind::TcpClient => t!(lang, "kind-tcp-client"),
        EndpointKind::Udp => t!(lang, "kind-udp"),
        EndpointKind::UnixServer => t!(lang, "kind-unix-server"),
        EndpointKind::UnixClient => t!(lang, "kind-unix-client"),
        EndpointKind::UnixDatagram => t!(lang, "kind-unix-datagram"),
    }
}

/// What the first endpoint of a kind is called unless the user says otherwise.
pub fn first_endpoint(lang: Lang, kind: EndpointKind) -> Cow<'static, str> {
    match kind {
        EndpointKind::TcpServer | EndpointKind::UnixServer => t!(lang, "name-server"),
        EndpointKind::TcpClient | EndpointKind::UnixClient => t!(lang, "name-client"),
        EndpointKind::Udp | EndpointKind::UnixDatagram => t!(lang, "name-udp"),
    }
}

pub fn protocol(lang: Lang, protocol: Protocol) -> Cow<'static, str> {
    match protocol {
        Protocol::Files => t!(lang, "protocol-files"),
        Protocol::Http => "HTTP".into(),
    }
}
