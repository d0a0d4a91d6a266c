//! `expect = { at = "client", text = "hello SB", within = "2s" }`

use std::path::Path;
use std::time::Duration;

use super::StepKind;
use super::names::{self, Names, with_conn};
use super::send::shown;
use crate::lab::endpoint::EndpointSpec;
use crate::lang::{Lang, quantity};
use crate::t;
use crate::values::toml_text::{content, inline, pair, quoted};
use crate::values::tree::{Field, Read, Table};
use crate::values::{Content, duration, name};

/// How long an `expect` waits that does not say.
pub const DEFAULT_WITHIN: Duration = Duration::from_secs(5);

/// What must arrive at an endpoint. At least one of `bytes`, `eof` and `error` is there; where bytes and the end are
/// both named, the bytes come first.
#[derive(Clone, Debug, PartialEq)]
pub struct Expect {
    pub at: String,
    /// Only this connection of a server.
    pub conn: Option<u32>,
    pub bytes: Option<ExpectedBytes>,
    /// The peer ends its side: `recv() = 0`.
    pub eof: bool,
    /// A call at this endpoint fails with this errno.
    pub error: Option<String>,
    /// A fault of that kind or name happens at this relay; nothing else is expected then.
    pub fault: Option<String>,
    pub within: Duration,
}

/// The bytes that an [`Expect`] waits for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ExpectedBytes {
    Exactly(Content),
    /// This many, whatever they are.
    Count(u64),
}

impl StepKind for Expect {
    const KEY: &'static str = "expect";

    fn fits(field: &Field<'_>, names: &Names<'_>) -> bool {
        !names.is_of_program(field)
    }

    fn read(field: &Field<'_>, names: &Names<'_>) -> Read<Self> {
        let table = field.table(&["at", "conn", "text", "hex", "bytes", "eof", "error", "fault", "within"])?;
        let at = names.endpoint_in(&table, "at")?;
        let fault = table.get("fault").map(|field| fault_at(&field, &table, at)).transpose()?;
        let bytes = match table.present(&["text", "hex", "bytes"])[..] {
            [] => None,
            ["text" | "hex"] => Some(ExpectedBytes::Exactly(table.content("expect", at.encoding)?)),
            // TOML's integers end at 2^63 - 1.
            ["bytes"] => Some(ExpectedBytes::Count(
                table.require("bytes", |lang| t!(lang, "lab-what-number"))?.integer(0..=i64::MAX as u64)?,
            )),
            _ => return Err(table.exclude(&["text", "hex", "bytes"])),
        };
        let eof = match table.get("eof") {
            Some(field) if field.boolean()? => {
                if !at.kind.is_stream() {
                    return Err(field.fault(|lang| t!(lang, "lab-no-stream-end", kind = at.kind.name())));
                }
                true
            }
            _ => false,
        };
        let error = table.get("error").map(|field| names::errno(&field)).transpose()?;
        if bytes.is_none() && !eof && error.is_none() && fault.is_none() {
            return Err(table.fault(|lang| t!(lang, "lab-expect-needs")));
        }
        let within = table.get("within").map(|field| field.duration()).transpose()?.unwrap_or(DEFAULT_WITHIN);
        Ok(Self { at: at.name.clone(), conn: names::conn(&table, at)?, bytes, eof, error, fault, within })
    }

    fn write(&self, _: Option<&Path>) -> String {
        let mut parts = vec![pair("at", &quoted(&self.at))];
        parts.extend(names::write_conn(self.conn));
        match &self.bytes {
            Some(ExpectedBytes::Exactly(bytes)) => parts.push(content(bytes)),
            Some(ExpectedBytes::Count(count)) => parts.push(pair("bytes", &count.to_string())),
            None => {}
        }
        parts.extend(self.eof.then(|| pair("eof", "true")));
        parts.extend(self.error.as_ref().map(|errno| pair("error", &quoted(errno))));
        parts.extend(self.fault.as_ref().map(|fault| pair("fault", &quoted(fault))));
        if self.within != DEFAULT_WITHIN {
            parts.push(pair("within", &quoted(&duration::format(self.within))));
        }
        inline(&parts)
    }

    fn words(&self, lang: Lang) -> String {
        let bytes = self.bytes.as_ref().map(|bytes| match bytes {
            ExpectedBytes::Exactly(exactly) => shown(exactly),
            ExpectedBytes::Count(count) => quantity::bytes(lang, *count),
        });
        let eof = self.eof.then(|| t!(lang, "step-came-eof").into_owned());
        let and = |first: String, second| t!(lang, "step-came-and", first = first, second = second).into_owned();
        let fault =
            self.fault.as_ref().map(|fault| t!(lang, "step-does-expect-fault", what = fault.as_str()).into_owned());
        let what = [bytes, eof, self.error.clone(), fault].into_iter().flatten().reduce(and).unwrap_or_default();
        t!(lang, "step-does-expect", name = with_conn(&self.at, self.conn), what = what).into_owned()
    }

    fn each_name(&mut self, rename: &mut dyn FnMut(&mut String)) {
        rename(&mut self.at);
    }
}

/// The kind or name of a fault, which stands alone.
fn fault_at(field: &Field<'_>, table: &Table<'_>, at: &EndpointSpec) -> Read<String> {
    names::check_relay(field, at)?;
    if let [other, ..] = table.present(&["conn", "text", "hex", "bytes", "eof", "error"])[..] {
        return Err(table.exclude(&["fault", other]));
    }
    let text = field.text()?;
    name::check(text).map_err(|error| field.refused(&error))?;
    Ok(text.to_owned())
}
