//! `[[endpoints.faults]]` of a relay.

use std::path::Path;

use super::Beside;
use crate::kinds::fault;
use crate::lab::endpoint::EndpointSpec;
use crate::values::toml_text::inline;
use crate::values::tree::{Field, Read};

pub(super) fn read(_: &Beside<'_>, field: &Field<'_>, spec: &mut EndpointSpec) -> Read<()> {
    spec.relay.faults = fault::toml::read(field, !spec.kind.is_stream())?;
    Ok(())
}

/// One on each line.
pub(super) fn write(spec: &EndpointSpec, _: Option<&Path>) -> Option<String> {
    if spec.relay.faults.is_empty() {
        return None;
    }
    let lines: Vec<String> =
        spec.relay.faults.iter().map(|fault| format!("    {},", inline(&fault::toml::write(fault)))).collect();
    Some(format!("[\n{}\n]", lines.join("\n")))
}
