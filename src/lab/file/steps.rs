//! `[[steps]]`, checked against the endpoints that they name.

use std::path::Path;

use crate::lab::ProgramSpec;
use crate::lab::endpoint::EndpointSpec;
use crate::lab::step::{MAX_STEPS, Names, Step};
use crate::t;
use crate::values::tree::{Field, Read};

pub(super) fn read(
    field: &Field<'_>,
    endpoints: &[EndpointSpec],
    programs: &[ProgramSpec],
    folder: Option<&Path>,
) -> Read<Vec<Step>> {
    let fields = field.array(|lang| t!(lang, "lab-what-steps"))?;
    if let Some(first_too_many) = fields.get(MAX_STEPS) {
        return Err(first_too_many.fault(|lang| t!(lang, "lab-many-steps", most = MAX_STEPS)));
    }
    let names = Names { endpoints, programs, folder };
    fields.iter().map(|field| Step::read(field, &names)).collect()
}
