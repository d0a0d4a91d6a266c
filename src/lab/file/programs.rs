//! `[[programs]]`, read and written.

use std::collections::{BTreeMap, HashSet};
use std::path::Path;

use crate::lab::program::{MAX_ARGUMENT_LEN, MAX_ARGUMENTS, MAX_ENVIRONMENT, MAX_PROGRAMS, ProgramSpec, Watch};
use crate::t;
use crate::values::name;
use crate::values::toml_text::{inline, line, quoted, seen_from};
use crate::values::tree::{Field, Read, shown};

/// Programs and endpoints share their names; `read` is called before the endpoints are known.
pub(super) fn read(field: &Field<'_>, folder: Option<&Path>) -> Read<Vec<ProgramSpec>> {
    let fields = field.array(|lang| t!(lang, "lab-what-programs"))?;
    if let Some(first_too_many) = fields.get(MAX_PROGRAMS) {
        return Err(first_too_many.fault(|lang| t!(lang, "lab-many-programs", most = MAX_PROGRAMS)));
    }
    let programs = fields.iter().map(|field| program(field, folder)).collect::<Read<Vec<_>>>()?;
    let mut names = HashSet::new();
    for (field, program) in fields.iter().zip(&programs) {
        if !names.insert(program.name.as_str()) {
            let name = field.any_table()?.require("name", |lang| t!(lang, "lab-what-name"))?;
            return Err(name.fault(|lang| t!(lang, "wrong-endpoint-twice", name = shown(&program.name))));
        }
    }
    Ok(programs)
}

fn program(field: &Field<'_>, folder: Option<&Path>) -> Read<ProgramSpec> {
    let table = field.table(&["name", "run", "dir", "env", "watch", "hold"])?;
    let name = table.require("name", |lang| t!(lang, "lab-what-name"))?;
    name::check(name.text()?).map_err(|error| name.refused(&error))?;
    let run = table.require("run", |lang| t!(lang, "lab-what-run"))?;
    let words = run.array(|lang| t!(lang, "lab-what-run"))?;
    if let Some(first_too_many) = words.get(MAX_ARGUMENTS) {
        return Err(first_too_many.fault(|lang| t!(lang, "lab-many-arguments", most = MAX_ARGUMENTS)));
    }
    let words = words.iter().map(word).collect::<Read<Vec<_>>>()?;
    if words.first().is_none_or(String::is_empty) {
        return Err(run.fault(|lang| t!(lang, "lab-no-command")));
    }
    Ok(ProgramSpec {
        name: name.text()?.to_owned(),
        run: words,
        dir: table.get("dir").map(|field| field.path(folder, "lab-no-folder")).transpose()?,
        env: table.get("env").map(|field| environment(&field)).transpose()?.unwrap_or_default(),
        watch: match table.get("watch") {
            Some(field) => field.one_of(&Watch::ALL.map(Watch::name), Watch::by_name)?,
            None => Watch::default(),
        },
        hold: table.get("hold").map(|field| field.boolean()).transpose()?.unwrap_or_default(),
    })
}

/// What the system takes: no NUL, and not too long.
fn word(field: &Field<'_>) -> Read<String> {
    match field.text()? {
        text if text.contains('\0') => Err(field.fault(|lang| t!(lang, "lab-nul-in-argument"))),
        text if text.len() > MAX_ARGUMENT_LEN => {
            Err(field.fault(|lang| t!(lang, "lab-long-argument", most = MAX_ARGUMENT_LEN)))
        }
        text => Ok(text.to_owned()),
    }
}

fn environment(field: &Field<'_>) -> Read<BTreeMap<String, String>> {
    let table = field.any_table()?;
    let entries = table.entries();
    if entries.len() > MAX_ENVIRONMENT {
        return Err(field.fault(|lang| t!(lang, "lab-many-variables", most = MAX_ENVIRONMENT)));
    }
    let entry = |(name, field): (String, Field<'_>)| {
        if name.is_empty() || name.contains(['=', '\0']) {
            return Err(field.fault(|lang| t!(lang, "lab-bad-variable", name = shown(&name))));
        }
        Ok((name, word(&field)?))
    };
    entries.into_iter().map(entry).collect()
}

pub(super) fn write(text: &mut String, program: &ProgramSpec, folder: Option<&Path>) {
    let ProgramSpec { name, run, dir, env, watch, hold } = program;
    line(text, "name", &quoted(name));
    let words: Vec<String> = run.iter().map(|word| quoted(word)).collect();
    line(text, "run", &format!("[{}]", words.join(", ")));
    if let Some(dir) = dir {
        line(text, "dir", &quoted(&seen_from(folder, dir)));
    }
    if !env.is_empty() {
        let entries: Vec<String> =
            env.iter().map(|(name, value)| format!("{} = {}", quoted(name), quoted(value))).collect();
        line(text, "env", &inline(&entries));
    }
    if *watch != Watch::default() {
        line(text, "watch", &quoted(watch.name()));
    }
    if *hold {
        line(text, "hold", "true");
    }
}
