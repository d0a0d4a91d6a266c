//! `service = { kind = …, … }` and the texts in it.

use std::path::Path;

use super::share;
use super::template::{self, Part};
use super::tree::{Field, Read, Table, one_of};
use crate::lab::encoding::{Unencodable, unencodable};
use crate::lab::payload;
use crate::lab::service::{Content, Reply, ServiceSpec};
use crate::lab::{EndpointSpec, TextEncoding};
use crate::t;

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
        "suffix" => Reply::Suffix(encodable(&table.require("text", |lang| t!(lang, "lab-what-append"))?, encoding)?),
        "template" => {
            Reply::Template(template_text(&table.require("text", |lang| t!(lang, "lab-what-fill-in"))?, encoding)?)
        }
        "constant" => Reply::Constant(content(&table, "constant", encoding)?),
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

/// A table's `text` or `hex`, exactly one of them.
fn content(table: &Table<'_>, what: &str, encoding: TextEncoding) -> Read<Content> {
    match (table.get("text"), table.get("hex")) {
        (Some(text), None) => Ok(Content::Text(encodable(&text, encoding)?)),
        (None, Some(hex)) => Ok(Content::Hex(hex_bytes(&hex)?)),
        (None, None) => Err(table.fault(|lang| t!(lang, "lab-needs-content", what = what))),
        (Some(_), Some(hex)) => Err(hex.fault(|lang| t!(lang, "lab-exclude", keys = lang.all_of(["text", "hex"])))),
    }
}

pub(super) fn quit_words(field: &Field<'_>, encoding: TextEncoding) -> Read<Vec<String>> {
    let words = field.array(|lang| t!(lang, "lab-what-quit"))?;
    words
        .iter()
        .map(|word| match encodable(word, encoding)? {
            text if text.is_empty() => Err(word.fault(|lang| t!(lang, "lab-empty-quit"))),
            text => Ok(text),
        })
        .collect()
}

/// A text that the endpoint can send or receive in its encoding.
pub(super) fn encodable(field: &Field<'_>, encoding: TextEncoding) -> Read<String> {
    let text = field.text()?;
    check_encodable(field, text, encoding)?;
    Ok(text.to_owned())
}

fn check_encodable(field: &Field<'_>, text: &str, encoding: TextEncoding) -> Read<()> {
    encoding.encode(text).map(drop).map_err(|Unencodable { position, character }| {
        field.fault(|lang| unencodable(lang, position, character, encoding.name()))
    })
}

pub(super) fn hex_bytes(field: &Field<'_>) -> Read<Vec<u8>> {
    payload::parse_hex(field.text()?).map_err(|error| field.refused(&error))
}

fn template_text(field: &Field<'_>, encoding: TextEncoding) -> Read<String> {
    let text = field.text()?;
    let parts = template::parse(text).map_err(|error| field.refused(&error))?;
    // Whole first: the place in the text is then the place in the file. The parts alone decide, though: a stateful
    // encoding could take the whole and not a part, or the other way round.
    check_encodable(field, text, encoding)?;
    for part in &parts {
        if let Part::Text(plain) = part {
            check_encodable(field, plain, encoding)?;
        }
    }
    Ok(text.to_owned())
}
