//! `[[endpoints]]`: each read by itself, then the names they use for each other.

use std::collections::HashSet;
use std::path::Path;

use crate::lab::endpoint::{EndpointKind, EndpointSpec, MAX_ENDPOINTS};
use crate::lab::endpoint_option::Beside;
use crate::lab::endpoint_options::OPTIONS;
use crate::lab::references::check_name;
use crate::lab::{ProgramSpec, Remote};
use crate::t;
use crate::values::name;
use crate::values::tree::{Field, Read, one_of, shown};

pub(super) fn read(field: &Field<'_>, programs: &[ProgramSpec], folder: Option<&Path>) -> Read<Vec<EndpointSpec>> {
    let fields = field.array(|lang| t!(lang, "lab-what-endpoints"))?;
    if let Some(first_too_many) = fields.get(MAX_ENDPOINTS) {
        return Err(first_too_many.fault(|lang| t!(lang, "lab-many-endpoints", most = MAX_ENDPOINTS)));
    }
    let endpoints = fields.iter().map(|field| endpoint(field, folder)).collect::<Read<Vec<_>>>()?;
    let is_program = |name: &str| programs.iter().any(|program| program.name == name);
    let mut names = HashSet::new();
    for (field, endpoint) in fields.iter().zip(&endpoints) {
        if !names.insert(endpoint.name.as_str()) || is_program(&endpoint.name) {
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
        if is_program(name) {
            continue;
        }
        let target = check_name(&remote, name, &endpoints)?;
        if endpoint.kind.is_relay() && endpoint.kind.is_stream() != target.kind.is_stream() {
            let (kind, other) = (endpoint.kind.name(), target.kind.name());
            return Err(remote.fault(|lang| t!(lang, "lab-relay-across", kind = kind, other = other)));
        }
        if endpoint.kind.is_relay() && comes_back(endpoint, &endpoints) {
            return Err(remote.fault(|lang| t!(lang, "lab-relay-loop")));
        }
    }
    Ok(endpoints)
}

/// Whether what a relay passes on comes to itself in the end, by way of other relays.
fn comes_back(relay: &EndpointSpec, endpoints: &[EndpointSpec]) -> bool {
    let mut at = relay;
    for _ in 0..endpoints.len() {
        let Some(Remote::Endpoint(next)) = at.remote.as_ref().filter(|_| at.kind.is_relay()) else { return false };
        let Some(found) = endpoints.iter().find(|endpoint| endpoint.name == *next) else { return false };
        if found.name == relay.name {
            return true;
        }
        at = found;
    }
    false
}

fn endpoint(field: &Field<'_>, folder: Option<&Path>) -> Read<EndpointSpec> {
    let table = field.any_table()?;
    let mut known: Vec<&str> = EndpointKind::ALL.map(EndpointKind::file_name).to_vec();
    known.dedup();
    let kind_field = table.require("kind", |lang| one_of(lang, &known))?;
    let by_name = |name: &str| EndpointKind::ALL.into_iter().find(|kind| kind.file_name() == name);
    let kind = kind_field.one_of(&known, by_name)?;
    let kind = match table.get("protocol") {
        Some(field) if kind.is_relay() => {
            let protocols = EndpointKind::ALL.into_iter().filter(|kind| kind.is_relay()).map(EndpointKind::protocol);
            field.one_of(&protocols.collect::<Vec<_>>(), EndpointKind::relay)?
        }
        // That another has none is said below.
        Some(_) | None => kind,
    };
    let keys: Vec<&str> = ["name", "kind"].into_iter().chain(OPTIONS.iter().map(|option| option.key)).collect();
    table.allow(&keys)?;
    for option in OPTIONS {
        if let Some(field) = table.get(option.key).filter(|_| !option.of.has(kind)) {
            return Err(option.of.refuse(&field, kind, option.key));
        }
    }

    let name = table.require("name", |lang| t!(lang, "lab-what-name"))?;
    name::check(name.text()?).map_err(|error| name.refused(&error))?;
    let mut spec = EndpointSpec::new(name.text()?, kind);
    for option in OPTIONS {
        if let Some(what) = (option.needed)(kind) {
            table.require(option.key, |lang| t!(lang, what))?;
        }
        option.read(&Beside { table: &table, folder }, &mut spec)?;
    }
    Ok(spec)
}
