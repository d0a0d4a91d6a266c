//! `[[breakpoints]]`.

use crate::lab::breakpoint::{At, Breakpoint, Check, MAX_BREAKPOINTS, MAX_NAME_CHARS};
use crate::lang::visible::is_hidden;
use crate::t;
use crate::values::toml_text::{line, quoted};
use crate::values::tree::{Field, Read};

pub(super) fn read(field: &Field<'_>, check: Check) -> Read<Vec<Breakpoint>> {
    let fields = field.array(|lang| t!(lang, "lab-what-breakpoints"))?;
    if let Some(first_too_many) = fields.get(MAX_BREAKPOINTS) {
        return Err(first_too_many.fault(|lang| t!(lang, "lab-many-breakpoints", most = MAX_BREAKPOINTS)));
    }
    fields.iter().map(|field| breakpoint(field, check)).collect()
}

fn breakpoint(field: &Field<'_>, check: Check) -> Read<Breakpoint> {
    let table = field.table(&["name", "when", "at", "on"])?;
    let name = match table.get("name") {
        Some(field) => {
            let name = field.text()?;
            if name.chars().count() > MAX_NAME_CHARS || name.chars().any(is_hidden) {
                return Err(field.fault(|lang| t!(lang, "lab-breakpoint-name", most = MAX_NAME_CHARS)));
            }
            name.to_owned()
        }
        None => String::new(),
    };
    let at = match table.get("at") {
        Some(field) => {
            Some(field.one_of(&At::ALL.map(At::name), |name| At::ALL.into_iter().find(|at| at.name() == name))?)
        }
        None => None,
    };
    let when = table.require("when", |lang| t!(lang, "lab-what-condition"))?;
    let text = when.text()?;
    let at = check(text, at).map_err(|reason| when.fault(|lang| reason.text(lang).to_owned()))?;
    let on = table.get("on").map(|field| field.boolean()).transpose()?.unwrap_or(true);
    Ok(Breakpoint { name, when: text.to_owned(), at, on })
}

pub(super) fn write(text: &mut String, breakpoint: &Breakpoint) {
    if !breakpoint.name.is_empty() {
        line(text, "name", &quoted(&breakpoint.name));
    }
    line(text, "when", &quoted(&breakpoint.when));
    line(text, "at", &quoted(breakpoint.at.name()));
    if !breakpoint.on {
        line(text, "on", "false");
    }
}
