//! `service = { kind = …, … }`: what the kind describes, and what every service may have in its table or beside it.

use std::path::Path;

use super::{Beside, For};
use crate::lab::{EndpointSpec, Reply, ServiceSpec, TextEncoding};
use crate::t;
use crate::values::toml_text::{inline, pair, quoted};
use crate::values::tree::{Field, Read, Table};

/// What every service takes, in its table or beside it.
const COMMON: [&str; 3] = ["close_after_reply", "quit", "accept_limit"];

/// The service of that endpoint, of which kind and encoding are known.
pub(super) fn read(beside: &Beside<'_>, field: &Field<'_>, spec: &mut EndpointSpec) -> Read<()> {
    let reply = Reply::read(field, spec.kind, spec.encoding, beside.folder, &COMMON)?;
    let table = field.any_table()?;
    check_frame_fields(&reply, spec, field, &table)?;
    let close_after_reply = table.get("close_after_reply").map(|field| field.boolean()).transpose()?.unwrap_or(false);
    let quit = table.get("quit").map(|field| quit_words(&field, spec.encoding)).transpose()?.unwrap_or_default();
    for key in table.present(&COMMON) {
        if let Some(field) = beside.table.get(key) {
            return Err(field.fault(|lang| t!(lang, "lab-key-in-service", key = key)));
        }
    }
    if let Some(field) = table.get("accept_limit") {
        if !For::Servers.has(spec.kind) {
            return Err(For::Servers.refuse(&field, spec.kind, "accept_limit"));
        }
        spec.server.accept_limit = Some(field.integer_u32(1..=u32::MAX)?);
    }
    spec.service = ServiceSpec { reply, close_after_reply, quit };
    Ok(())
}

/// A field of a message's frame that a rule names must be one of the protocol that the framing names.
fn check_frame_fields(reply: &Reply, spec: &EndpointSpec, field: &Field<'_>, table: &Table<'_>) -> Read<()> {
    let preset = spec.stream.framing.preset();
    for (index, rule) in reply.rules().iter().enumerate() {
        let Err(error) = rule.check_frame_fields(preset) else { continue };
        let rules = table.get("rules").and_then(|rules| rules.array(|_| "").ok());
        let rule = rules.and_then(|rules| rules.into_iter().nth(index));
        let part = rule.as_ref().and_then(|rule| rule.any_table().ok()?.get(error.field().key()));
        return Err(part.or(rule).unwrap_or_else(|| field.clone()).refused(&error));
    }
    Ok(())
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
pub(super) fn write(spec: &EndpointSpec, folder: Option<&Path>) -> Option<String> {
    let service = &spec.service;
    if *service == ServiceSpec::default() {
        return None;
    }
    let mut parts = vec![pair("kind", &quoted(service.reply.kind().name))];
    parts.extend(service.reply.write(spec.encoding, folder));
    if service.close_after_reply {
        parts.push(pair("close_after_reply", "true"));
    }
    if !service.quit.is_empty() {
        let words: Vec<String> = service.quit.iter().map(|word| quoted(word)).collect();
        parts.push(pair("quit", &format!("[{}]", words.join(", "))));
    }
    Some(inline(&parts))
}
