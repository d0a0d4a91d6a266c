//! `service = { kind = …, … }`: what the kind describes, and what every service may have.

use std::path::Path;

use crate::lab::{EndpointSpec, Reply, ServiceSpec, TextEncoding};
use crate::t;
use crate::values::toml_text::{inline, pair, quoted};
use crate::values::tree::{Field, Read};

/// What every service takes, in its table or beside it.
pub(super) const COMMON: [&str; 3] = ["close_after_reply", "quit", "accept_limit"];

/// A service as the file has it, with the option of the server that may stand in it.
pub(super) struct Service<'t> {
    pub spec: ServiceSpec,
    pub accept_limit: Option<Field<'t>>,
}

/// The service of that endpoint, of which kind and encoding are known.
pub(super) fn read<'t>(field: &Field<'t>, of: &EndpointSpec, folder: Option<&Path>) -> Read<Service<'t>> {
    let reply = Reply::read(field, of.kind, of.encoding, folder, &COMMON)?;
    let table = field.any_table()?;
    let close_after_reply = table.get("close_after_reply").map(|field| field.boolean()).transpose()?.unwrap_or(false);
    let quit = table.get("quit").map(|field| quit_words(&field, of.encoding)).transpose()?.unwrap_or_default();
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

/// The value that [`read`] reads back equal.
pub(super) fn write(service: &ServiceSpec, encoding: TextEncoding, folder: Option<&Path>) -> String {
    let mut parts = vec![pair("kind", &quoted(service.reply.kind().name))];
    parts.extend(service.reply.write(encoding, folder));
    if service.close_after_reply {
        parts.push(pair("close_after_reply", "true"));
    }
    if !service.quit.is_empty() {
        let words: Vec<String> = service.quit.iter().map(|word| quoted(word)).collect();
        parts.push(pair("quit", &format!("[{}]", words.join(", "))));
    }
    inline(&parts)
}
