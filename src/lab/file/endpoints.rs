//! `[[endpoints]]`: each read by itself, then the names they use for each other.

use std::collections::HashSet;
use std::path::Path;

use super::references::check_name;
use super::services;
use crate::lab::address::{Local, Remote, parse_unix_path};
use crate::lab::endpoint::{EndpointKind, EndpointSpec, MAX_BACKLOG, MAX_ENDPOINTS, MAX_RECV_SIZE, Serving};
use crate::lab::endpoint_options::{self, For};
use crate::lab::framing::Framing;
use crate::lab::payload::LineEnding;
use crate::lang::Words;
use crate::t;
use crate::values::name;
use crate::values::tree::{Fault, Field, Read, Table, one_of, shown};

/// The largest buffer that setsockopt(2) can be asked for, as it takes an `int`.
const MAX_BUFFER: u32 = i32::MAX as u32;

const SERVINGS: [Serving; 2] = [Serving::Concurrent, Serving::OneAtATime];

pub(super) fn read(field: &Field<'_>, folder: Option<&Path>) -> Read<Vec<EndpointSpec>> {
    let fields = field.array(|lang| t!(lang, "lab-what-endpoints"))?;
    if let Some(first_too_many) = fields.get(MAX_ENDPOINTS) {
        return Err(first_too_many.fault(|lang| t!(lang, "lab-many-endpoints", most = MAX_ENDPOINTS)));
    }
    let endpoints = fields.iter().map(|field| endpoint(field, folder)).collect::<Read<Vec<_>>>()?;
    let mut names = HashSet::new();
    for (field, endpoint) in fields.iter().zip(&endpoints) {
        if !names.insert(endpoint.name.as_str()) {
            return Err(field
                .any_table()?
                .require("name", |lang| t!(lang, "lab-what-name"))?
                .fault(|lang| t!(lang, "wrong-endpoint-twice", name = shown(&endpoint.name))));
        }
    }
    for (field, endpoint) in fields.iter().zip(&endpoints) {
        let Some(Remote::Endpoint(name)) = &endpoint.remote else { continue };
        let remote = field.any_table()?.require("remote", |lang| t!(lang, "lab-what-address"))?;
        if *name == endpoint.name {
            return Err(remote.fault(|lang| t!(lang, "lab-own-remote")));
        }
        check_name(&remote, name, &endpoints)?;
    }
    Ok(endpoints)
}

/// An option stands at a kind of endpoint that has no such thing.
fn not_of_kind(field: &Field<'_>, kind: EndpointKind, key: &str, of: For) -> Fault {
    field.fault(|lang| {
        let kinds = EndpointKind::ALL.into_iter().filter(|kind| of.has(*kind)).map(EndpointKind::name);
        t!(lang, "lab-not-of-kind", kind = kind.name(), key = key, kinds = lang.all_of(kinds))
    })
}

fn endpoint(field: &Field<'_>, folder: Option<&Path>) -> Read<EndpointSpec> {
    let table = field.any_table()?;
    let known = EndpointKind::ALL.map(EndpointKind::name);
    let kind_field = table.require("kind", |lang| one_of(lang, &known))?;
    let kind: EndpointKind = kind_field.one_of(&known, |name| name.parse().ok())?;
    let all: Vec<&str> = endpoint_options::KEYS.iter().map(|(key, _)| *key).collect();
    table.allow(&all)?;
    for (key, of) in endpoint_options::KEYS {
        if let Some(field) = table.get(key).filter(|_| !of.has(kind)) {
            return Err(not_of_kind(&field, kind, key, *of));
        }
    }

    let name = table.require("name", |lang| t!(lang, "lab-what-name"))?;
    name::check(name.text()?).map_err(|error| name.refused(&error))?;
    let mut spec = EndpointSpec::new(name.text()?, kind);
    if kind.is_unix() {
        spec.local = parsed(&table, "local", |text| parse_unix_path(text).map(Local::Path))?;
        spec.remote = parsed(&table, "remote", Remote::parse_unix)?;
    } else {
        spec.local = parsed(&table, "local", str::parse)?;
        spec.remote = parsed(&table, "remote", Remote::parse_inet)?;
    }
    if kind == EndpointKind::UnixServer && spec.local.is_none() {
        table.require("local", |lang| t!(lang, "lab-what-socket-path"))?;
    }
    if kind.is_client() && spec.remote.is_none() {
        table.require("remote", |lang| {
            if kind.is_unix() { t!(lang, "lab-what-unix-remote") } else { t!(lang, "lab-what-remote") }
        })?;
    }
    if let Some(field) = table.get("serving") {
        spec.serving = field
            .one_of(&SERVINGS.map(Serving::name), |name| SERVINGS.into_iter().find(|serving| serving.name() == name))?;
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
        spec.framing = Framing::read(&field, spec.encoding)?;
    }
    if let Some(field) = table.get("line_ending") {
        spec.line_ending = field.one_of(&LineEnding::ALL.map(LineEnding::name), |name| name.parse().ok())?;
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
        for key in inside.present(&services::COMMON) {
            if let Some(field) = table.get(key) {
                return Err(field.fault(|lang| t!(lang, "lab-key-in-service", key = key)));
            }
        }
        spec.service = service.spec;
        limit_inside = service.accept_limit;
        if let Some(field) = limit_inside.as_ref().filter(|_| !spec.kind.is_server()) {
            return Err(not_of_kind(field, spec.kind, "accept_limit", For::Servers));
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
    if let Some(field) = table.get("linger") {
        let linger = field.duration()?;
        if linger.subsec_nanos() != 0 {
            return Err(field.fault(|lang| t!(lang, "lab-linger")));
        }
        options.linger = Some(linger);
    }
    Ok(())
}

fn boolean(table: &Table<'_>, key: &str) -> Read<Option<bool>> {
    table.get(key).map(|field| field.boolean()).transpose()
}

/// A string that a parser of its own reads.
fn parsed<T, E: Words>(table: &Table<'_>, key: &str, parse: impl FnOnce(&str) -> Result<T, E>) -> Read<Option<T>> {
    let Some(field) = table.get(key) else { return Ok(None) };
    parse(field.text()?).map(Some).map_err(|error| field.refused(&error))
}
