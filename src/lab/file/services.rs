//! `service = { kind = …, … }` and the texts in it.

use std::path::Path;

use super::share;
use crate::lab::service::{Reply, ServiceSpec};
use crate::lab::{EndpointSpec, TextEncoding};
use crate::t;
use crate::values::template::{self, Segment};
use crate::values::tree::{Field, Read, one_of};

/// A service as the file has it, with the option of the server that may stand in it.
pub(super) struct Service<'t> {
    pub spec: ServiceSpec,
    pub accept_limit: Option<Field<'t>>,
}

/// The service of that endpoint, of which kind and encoding are known.
pub(super) fn read<'t>(field: &Field<'t>, of: &EndpointSpec, folder: Option<&Path>) -> Read<Service<'t>> {
    let encoding = of.encoding;
    let known = Reply::KINDS;
    if !field.is_table() {
        return Err(field.fault(|lang| t!(lang, "lab-service-table", known = lang.list(known))));
    }
    let table = field.any_table()?;
    let kind = table.require("kind", |lang| one_of(lang, &known))?;
    let name = kind.text()?;
    let options: &[&str] = match name {
        "manual" | "echo" | "upper" => &[],
        "suffix" | "template" => &["text"],
        "constant" => &["text", "hex"],
        "rules" => &["rules"],
        "files" | "http" => share::OPTIONS,
        _ => return Err(kind.unexpected(|lang| one_of(lang, &known))),
    };
    table.allow(&[&["kind"], options, &["close_after_reply", "quit", "accept_limit"]].concat())?;
    let reply = match name {
        "echo" => Reply::Echo,
        "upper" => Reply::Upper,
        "suffix" => Reply::Suffix(table.require("text", |lang| t!(lang, "lab-what-append"))?.encodable(encoding)?),
        "template" => {
            Reply::Template(template_text(&table.require("text", |lang| t!(lang, "lab-what-fill-in"))?, encoding)?)
        }
        "constant" => Reply::Constant(table.content("constant", encoding)?),
        "rules" => {
            Reply::Rules(super::rules::read(&table.require("rules", |lang| t!(lang, "lab-what-rules"))?, encoding)?)
        }
        "files" => Reply::Files(share::read(&table, &kind, of.kind, folder)?),
        "http" => Reply::Http(share::read(&table, &kind, of.kind, folder)?),
        _ => Reply::Manual,
    };
    let close_after_reply = table.get("close_after_reply").map(|field| field.boolean()).transpose()?.unwrap_or(false);
    let quit = table.get("quit").map(|field| quit_words(&field, encoding)).transpose()?.unwrap_or_default();
    Ok(Service { spec: ServiceSpec { reply, close_after_reply, quit }, accept_limit: table.get("accept_limit") })
}

pub(super) fn quit_words(field: &Field<'_>, encoding: TextEncoding) -> Read<Vec<String>> {
    let words = field.array(|lang| t!(lang, "lab-what-quit"))?;
    words
        .iter()
        .map(|word| match word.encodable(encoding)? {
            text if text.is_empty() => Err(word.fault(|lang| t!(lang, "lab-empty-quit"))),
            text => Ok(text),
        })
        .collect()
}

fn template_text(field: &Field<'_>, encoding: TextEncoding) -> Read<String> {
    let text = field.text()?;
    let parts = template::parse(text).map_err(|error| field.refused(&error))?;
    // Whole first: the place in the text is then the place in the file. The parts alone decide, though: a stateful
    // encoding could take the whole and not a part, or the other way round.
    field.check_encodable(text, encoding)?;
    for part in &parts {
        if let Segment::Text(plain) = part {
            field.check_encodable(plain, encoding)?;
        }
    }
    Ok(text.to_owned())
}
