//! The names by which endpoints and steps refer to endpoints.

use crate::lab::EndpointSpec;
use crate::t;
use crate::values::tree::{Field, Read, shown};

/// Refuses the name of an endpoint that does not exist.
pub(super) fn check_name<'e>(field: &Field<'_>, name: &str, endpoints: &'e [EndpointSpec]) -> Read<&'e EndpointSpec> {
    endpoints.iter().find(|endpoint| endpoint.name == name).ok_or_else(|| {
        let known: Vec<String> =
            endpoints.iter().take(20).map(|endpoint| format!("\"{}\"", shown(&endpoint.name))).collect();
        field.fault(|lang| {
            if known.is_empty() {
                t!(lang, "lab-no-endpoints", name = shown(name))
            } else {
                let known = lang.list(known.iter().map(String::as_str));
                t!(lang, "lab-no-endpoint", name = shown(name), known = known)
            }
        })
    })
}
