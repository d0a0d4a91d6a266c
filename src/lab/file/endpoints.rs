//! `[[endpoints]]`: each read by itself, then the names they use for each other.

use std::collections::HashSet;
use std::path::Path;

use crate::lab::Remote;
use crate::lab::endpoint::{EndpointKind, EndpointSpec, MAX_ENDPOINTS};
use crate::lab::endpoint_option::Beside;
use crate::lab::endpoint_options::OPTIONS;
use crate::lab::references::check_name;
use crate::t;
use crate::values::name;
use crate::values::tree::{Field, Read, one_of, shown};

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

fn endpoint(field: &Field<'_>, folder: Option<&Path>) -> Read<EndpointSpec> {
    let table = field.any_table()?;
    let known = EndpointKind::ALL.map(EndpointKind::name);
    let kind_field = table.require("kind", |lang| one_of(lang, &known))?;
    let kind: EndpointKind = kind_field.one_of(&known, |name| name.parse().ok())?;
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
