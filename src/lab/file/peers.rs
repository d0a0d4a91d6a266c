//! `peers = [{ name = "alice", addr = "127.0.0.1:9000" }]`

use super::names;
use super::tree::{Field, Read, quoted as shown};
use super::write::{inline, pair, quoted};
use crate::lab::address::Remote;
use crate::lab::endpoint::EndpointKind;
use crate::lab::peer::{MAX_NAMED_PEERS, NamedPeer};

pub(super) fn read(field: &Field<'_>, kind: EndpointKind) -> Read<Vec<NamedPeer>> {
    let fields = field.array("an array of peers")?;
    if let Some(first_too_many) = fields.get(MAX_NAMED_PEERS) {
        return Err(first_too_many.fault(format!("an endpoint remembers at most {MAX_NAMED_PEERS} names")));
    }
    let mut peers: Vec<NamedPeer> = Vec::with_capacity(fields.len());
    for field in &fields {
        let table = field.table(&["name", "addr"])?;
        let name = table.require("name", "a name")?;
        names::check(name.text()?).map_err(|error| name.fault(error.to_string()))?;
        if peers.iter().any(|peer| name.text().is_ok_and(|name| name == peer.name)) {
            return Err(name.fault(format!("there is another peer of the name {}", shown(name.text()?))));
        }
        let addr = table.require("addr", "an address")?;
        let parse = if kind.is_unix() { Remote::parse_unix } else { Remote::parse_inet };
        let remote = parse(addr.text()?).map_err(|error| addr.fault(error.to_string()))?;
        if matches!(remote, Remote::Endpoint(_)) {
            return Err(addr.fault("expected an address: an endpoint of the lab has a name already"));
        }
        peers.push(NamedPeer { name: name.text()?.to_owned(), addr: remote });
    }
    Ok(peers)
}

pub(super) fn write(peers: &[NamedPeer]) -> String {
    let peers: Vec<String> = peers
        .iter()
        .map(|peer| inline(&[pair("name", &quoted(&peer.name)), pair("addr", &quoted(&peer.addr.to_string()))]))
        .collect();
    format!("[{}]", peers.join(", "))
}
