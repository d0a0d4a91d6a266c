//! `service = { kind = …, … }` and the texts in it.

use std::path::Path;

use super::share;
use super::template::{self, Part};
use super::tree::{Fault, Field, Read, Table, quoted};
use crate::lab::payload;
use crate::lab::service::{Content, Reply, ServiceSpec};
use crate::lab::{EndpointSpec, TextEncoding};

/// A service as the file has it, with the option of the server that may stand in it.
pub(super) struct Service<'t> {
    pub spec: ServiceSpec,
    pub accept_limit: Option<Field<'t>>,
}

/// The service of that endpoint, of which kind and encoding are known.
pub(super) fn read<'t>(field: &Field<'t>, of: &EndpointSpec, folder: Option<&Path>) -> Read<Service<'t>> {
    let encoding = of.encoding;
    let known = Reply::KINDS.join(", ");
    if !field.is_table() {
        return Err(
            field.fault(format!("expected a table with a kind, for example {{ kind = \"echo\" }}; kinds: {known}"))
        );
    }
    let table = field.any_table()?;
    let kind = table.require("kind", &format!("one of {known}"))?;
    let name = kind.text()?;
    let options: &[&str] = match name {
        "manual" | "echo" | "upper" => &[],
        "suffix" | "template" => &["text"],
        "constant" => &["text", "hex"],
        "rules" => &["rules"],
        "files" | "http" => share::OPTIONS,
        _ => return Err(kind.fault(format!("expected one of {known}, found {}", quoted(name)))),
    };
    table.allow(&[&["kind"], options, &["close_after_reply", "quit", "accept_limit"]].concat())?;
    let reply = match name {
        "echo" => Reply::Echo,
        "upper" => Reply::Upper,
        "suffix" => Reply::Suffix(encodable(&table.require("text", "the text to append")?, encoding)?),
        "template" => Reply::Template(template_text(&table.require("text", "the text to fill in")?, encoding)?),
        "constant" => Reply::Constant(content(&table, "constant", encoding)?),
        "rules" => Reply::Rules(super::rules::read(&table.require("rules", "an array of rules")?, encoding)?),
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
        (None, None) => Err(table.fault(format!("{what} needs text or hex"))),
        (Some(_), Some(hex)) => Err(hex.fault("text and hex exclude each other")),
    }
}

pub(super) fn quit_words(field: &Field<'_>, encoding: TextEncoding) -> Read<Vec<String>> {
    let words = field.array("an array of strings, for example [\"exit\", \"Q\"]")?;
    words
        .iter()
        .map(|word| match encodable(word, encoding)? {
            text if text.is_empty() => Err(word.fault("expected a message that is not empty")),
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
    let refused = |position: usize, character: char| -> Fault {
        field.fault(format!(
            "'{character}' at character {} can't be written in {encoding}, the endpoint's encoding",
            position + 1
        ))
    };
    encoding.encode(text).map(|_| ()).map_err(|error| refused(error.position, error.character))
}

pub(super) fn hex_bytes(field: &Field<'_>) -> Read<Vec<u8>> {
    payload::parse_hex(field.text()?).map_err(|error| field.fault(error.to_string()))
}

fn template_text(field: &Field<'_>, encoding: TextEncoding) -> Read<String> {
    let text = field.text()?;
    let parts = template::parse(text).map_err(|error| field.fault(error.to_string()))?;
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
