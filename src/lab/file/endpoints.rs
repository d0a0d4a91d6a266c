//! `[[endpoints]]`: each read by itself, then the names they use for each other.

use std::collections::HashSet;
use std::fmt::Display;
use std::path::Path;

use super::tree::{Fault, Field, Read, Table, quoted};
use super::{duration, names, services};
use crate::lab::address::{Local, Remote, parse_unix_path};
use crate::lab::endpoint::{EndpointKind, EndpointSpec, MAX_BACKLOG, MAX_ENDPOINTS, MAX_RECV_SIZE, Serving};
use crate::lab::payload::LineEnding;

/// The largest buffer that setsockopt(2) can be asked for, as it takes an `int`.
const MAX_BUFFER: u32 = i32::MAX as u32;

/// The keys of an endpoint, and for which kinds each is.
const KEYS: &[(&str, For)] = &[
    ("name", For::All),
    ("kind", For::All),
    ("local", For::All),
    ("remote", For::Reaching),
    ("serving", For::Servers),
    ("backlog", For::Servers),
    ("accept_limit", For::Servers),
    ("recv_size", For::All),
    ("service", For::All),
    ("close_after_reply", For::All),
    ("quit", For::All),
    ("close_on_eof", For::Streams),
    ("encoding", For::All),
    ("framing", For::Streams),
    ("peers", For::Datagrams),
    ("line_ending", For::All),
    ("nodelay", For::Tcp),
    ("keepalive", For::Tcp),
    ("linger", For::Streams),
    ("reuse_addr", For::Inet),
    ("recv_buffer", For::All),
    ("send_buffer", For::All),
    ("broadcast", For::Udp),
    ("v6_only", For::Inet),
    ("groups", For::Udp),
    ("multicast_ttl", For::Udp),
    ("multicast_loop", For::Udp),
    ("multicast_interface", For::Udp),
];

#[derive(Clone, Copy, PartialEq, Eq)]
enum For {
    All,
    Servers,
    /// Kinds that go to a remote by themselves.
    Reaching,
    Streams,
    Tcp,
    Datagrams,
    Udp,
    Inet,
}

impl For {
    fn has(self, kind: EndpointKind) -> bool {
        match self {
            Self::All => true,
            Self::Servers => kind.is_server(),
            Self::Reaching => !kind.is_server(),
            Self::Streams => kind.is_stream(),
            Self::Tcp => kind.is_stream() && !kind.is_unix(),
            Self::Datagrams => !kind.is_stream(),
            Self::Udp => kind == EndpointKind::Udp,
            Self::Inet => !kind.is_unix(),
        }
    }
}

pub(super) fn read(field: &Field<'_>, folder: Option<&Path>) -> Read<Vec<EndpointSpec>> {
    let fields = field.array("an array of tables: [[endpoints]]")?;
    if let Some(first_too_many) = fields.get(MAX_ENDPOINTS) {
        return Err(first_too_many.fault(format!("a lab has at most {MAX_ENDPOINTS} endpoints")));
    }
    let endpoints = fields.iter().map(|field| endpoint(field, folder)).collect::<Read<Vec<_>>>()?;
    let mut names = HashSet::new();
    for (field, endpoint) in fields.iter().zip(&endpoints) {
        if !names.insert(endpoint.name.as_str()) {
            return Err(field
                .any_table()?
                .require("name", "a name")?
                .fault(format!("there is another endpoint of the name {}", quoted(&endpoint.name))));
        }
    }
    for (field, endpoint) in fields.iter().zip(&endpoints) {
        let Some(Remote::Endpoint(name)) = &endpoint.remote else { continue };
        let remote = field.any_table()?.require("remote", "an address")?;
        if *name == endpoint.name {
            return Err(remote.fault("an endpoint can't be its own remote"));
        }
        check_name(&remote, name, &endpoints)?;
    }
    Ok(endpoints)
}

/// Refuses the name of an endpoint that does not exist.
pub(super) fn check_name<'e>(field: &Field<'_>, name: &str, endpoints: &'e [EndpointSpec]) -> Read<&'e EndpointSpec> {
    endpoints.iter().find(|endpoint| endpoint.name == name).ok_or_else(|| {
        let known: Vec<String> = endpoints.iter().take(20).map(|endpoint| quoted(&endpoint.name)).collect();
        let known = if known.is_empty() {
            "the lab has none".to_owned()
        } else {
            format!("expected one of {}", known.join(", "))
        };
        field.fault(format!("there is no endpoint of the name {}: {known}", quoted(name)))
    })
}

fn endpoint(field: &Field<'_>, folder: Option<&Path>) -> Read<EndpointSpec> {
    let table = field.any_table()?;
    let known = EndpointKind::ALL.map(EndpointKind::name).join(", ");
    let kind_field = table.require("kind", &format!("one of {known}"))?;
    let kind: EndpointKind = kind_field.one_of(&known, |name| name.parse().ok())?;
    let all: Vec<&str> = KEYS.iter().map(|(key, _)| *key).collect();
    table.allow(&all)?;
    for (key, of) in KEYS {
        if let Some(field) = table.get(key).filter(|_| !of.has(kind)) {
            let kinds: Vec<&str> =
                EndpointKind::ALL.into_iter().filter(|kind| of.has(*kind)).map(EndpointKind::name).collect();
            return Err(field.fault(format!("a {kind} has no {key}; it is for {}", kinds.join(" and "))));
        }
    }

    let name = table.require("name", "a name")?;
    names::check(name.text()?).map_err(|error| name.fault(error.to_string()))?;
    let mut spec = EndpointSpec::new(name.text()?, kind);
    if kind.is_unix() {
        spec.local = parsed(&table, "local", |text| parse_unix_path(text).map(Local::Path))?;
        spec.remote = parsed(&table, "remote", Remote::parse_unix)?;
    } else {
        spec.local = parsed(&table, "local", str::parse)?;
        spec.remote = parsed(&table, "remote", Remote::parse_inet)?;
    }
    if kind == EndpointKind::UnixServer && spec.local.is_none() {
        table.require("local", "the path of its socket")?;
    }
    if kind.is_client() && spec.remote.is_none() {
        table.require(
            "remote",
            if kind.is_unix() { "a path or \"@name\" of a server" } else { "\"host:port\" or \"@name\" of a server" },
        )?;
    }
    if let Some(field) = table.get("serving") {
        spec.serving = field.one_of("concurrent, one-at-a-time", |name| {
            [Serving::Concurrent, Serving::OneAtATime].into_iter().find(|serving| serving.name() == name)
        })?;
    }
    if let Some(field) = table.get("backlog") {
        spec.backlog = field.integer_u32(0..=MAX_BACKLOG)?;
    }
    spec.recv_size = table.get("recv_size").map(|field| field.integer_u32(1..=MAX_RECV_SIZE)).transpose()?;
    spec.close_on_eof = boolean(&table, "close_on_eof")?;
    if let Some(encoding) = parsed(&table, "encoding", str::parse)? {
        spec.encoding = encoding;
    }
    if let Some(field) = table.get("peers") {
        spec.peers = super::peers::read(&field, kind)?;
    }
    if let Some(field) = table.get("framing") {
        spec.framing = super::framing::read(&field, spec.encoding)?;
    }
    if let Some(field) = table.get("line_ending") {
        let known = LineEnding::ALL.map(LineEnding::name).join(", ");
        spec.line_ending = field.one_of(&known, |name| name.parse().ok())?;
    }
    service(&table, &mut spec, folder)?;
    options(&table, &mut spec)?;
    Ok(spec)
}

/// The service, and what may stand in its table or beside it.
fn service(table: &Table<'_>, spec: &mut EndpointSpec, folder: Option<&Path>) -> Read<()> {
    let mut limit_inside = None;
    if let Some(field) = table.get("service") {
        let service = services::read(&field, spec, folder)?;
        let inside = field.any_table()?;
        for key in inside.present(&["close_after_reply", "quit", "accept_limit"]) {
            if let Some(field) = table.get(key) {
                return Err(field.fault(format!("{key} is already in the service")));
            }
        }
        spec.service = service.spec;
        limit_inside = service.accept_limit;
        if let Some(field) = limit_inside.as_ref().filter(|_| !spec.kind.is_server()) {
            return Err(field.fault(format!("a {} has no accept_limit; it is for servers", spec.kind)));
        }
    }
    if let Some(close) = boolean(table, "close_after_reply")? {
        spec.service.close_after_reply = close;
    }
    if let Some(field) = table.get("quit") {
        spec.service.quit = services::quit_words(&field, spec.encoding)?;
    }
    let limit = table.get("accept_limit").or(limit_inside);
    spec.accept_limit = limit.map(|field| field.integer_u32(1..=u32::MAX)).transpose()?;
    Ok(())
}

fn options(table: &Table<'_>, spec: &mut EndpointSpec) -> Read<()> {
    let options = &mut spec.options;
    options.nodelay = boolean(table, "nodelay")?;
    options.keepalive = boolean(table, "keepalive")?;
    options.reuse_addr = boolean(table, "reuse_addr")?;
    options.broadcast = boolean(table, "broadcast")?;
    options.v6_only = boolean(table, "v6_only")?;
    options.multicast_loop = boolean(table, "multicast_loop")?;
    options.multicast_interface = parsed(table, "multicast_interface", str::parse)?;
    let ttl = table.get("multicast_ttl").map(|field| field.integer_u32(0..=u8::MAX.into())).transpose()?;
    options.multicast_ttl = ttl.and_then(|ttl| u8::try_from(ttl).ok());
    if let Some(field) = table.get("groups") {
        spec.groups = super::groups::read(&field)?;
    }
    options.recv_buffer = table.get("recv_buffer").map(|field| field.integer_u32(1..=MAX_BUFFER)).transpose()?;
    options.send_buffer = table.get("send_buffer").map(|field| field.integer_u32(1..=MAX_BUFFER)).transpose()?;
    if let Some(linger) = parsed(table, "linger", duration::parse)? {
        if linger.subsec_nanos() != 0 {
            return Err(table
                .require("linger", "a duration")?
                .fault("SO_LINGER takes whole seconds, for example \"5s\""));
        }
        options.linger = Some(linger);
    }
    Ok(())
}

fn boolean(table: &Table<'_>, key: &str) -> Read<Option<bool>> {
    table.get(key).map(|field| field.boolean()).transpose()
}

/// A string that a parser of its own reads.
fn parsed<T, E: Display>(table: &Table<'_>, key: &str, parse: impl FnOnce(&str) -> Result<T, E>) -> Read<Option<T>> {
    let Some(field) = table.get(key) else { return Ok(None) };
    let refused = |error: E| -> Fault { field.fault(error.to_string()) };
    parse(field.text()?).map(Some).map_err(refused)
}
