//! `peers = [{ name = "alice", addr = "127.0.0.1:9000" }]`

use crate::lab::address::Remote;
use crate::lab::endpoint::EndpointKind;
use crate::lab::peer::{MAX_NAMED_PEERS, NamedPeer};
use crate::t;
use crate::values::name;
use crate::values::toml_text::{inline, pair, quoted};
use crate::values::tree::{Field, Read, shown};

pub(super) fn read(field: &Field<'_>, kind: EndpointKind) -> Read<Vec<NamedPeer>> {
    let fields = field.array(|lang| t!(lang, "lab-what-peers"))?;
    if let Some(first_too_many) = fields.get(MAX_NAMED_PEERS) {
        return Err(first_too_many.fault(|lang| t!(lang, "lab-many-peers", most = MAX_NAMED_PEERS)));
    }
    let mut peers: Vec<NamedPeer> = Vec::with_capacity(fields.len());
    for field in &fields {
        let table = field.table(&["name", "addr"])?;
        let name = table.require("name", |lang| t!(lang, "lab-what-name"))?;
        name::check(name.text()?).map_err(|error| name.refused(&error))?;
        let known = name.text()?;
        if peers.iter().any(|peer| peer.name == known) {
            return Err(name.fault(|lang| t!(lang, "wrong-peer-twice", name = shown(known))));
        }
        let addr = table.require("addr", |lang| t!(lang, "lab-what-address"))?;
        let parse = if kind.is_unix() { Remote::parse_unix } else { Remote::parse_inet };
        let remote = parse(addr.text()?).map_err(|error| addr.refused(&error))?;
        if matches!(remote, Remote::Endpoint(_)) {
            return Err(addr.fault(|lang| t!(lang, "lab-peer-is-endpoint")));
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
