//! `expect = { at = "client", text = "hello SB", within = "2s" }`

use std::path::Path;
use std::time::Duration;

use super::StepKind;
use super::names::{self, Names, with_conn};
use super::send::shown;
use crate::kinds::rule::frame_test::{FrameTest, FrameTestError};
use crate::lab::endpoint::EndpointSpec;
use crate::lang::{Lang, quantity};
use crate::t;
use crate::values::toml_text::{content, inline, pair, quoted};
use crate::values::tree::{Field, Read, Table};
use crate::values::{Content, duration, name};

/// The most messages that one `expect` waits for.
const MAX_MESSAGES: u64 = 1_000_000;

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
    /// Messages of the endpoint's framing; nothing else is expected then.
    pub messages: Option<ExpectedMessages>,
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

/// The messages that an [`Expect`] waits for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ExpectedMessages {
    /// This many, whatever they are.
    Count(u64),
    /// One with such fields.
    With(FrameTest),
}

impl StepKind for Expect {
    const KEY: &'static str = "expect";

    fn fits(field: &Field<'_>, names: &Names<'_>) -> bool {
        !names.is_of_program(field)
    }

    fn read(field: &Field<'_>, names: &Names<'_>) -> Read<Self> {
        let table = field
            .table(&["at", "conn", "text", "hex", "bytes", "messages", "frame", "eof", "error", "fault", "within"])?;
        let at = names.endpoint_in(&table, "at")?;
        let fault = table.get("fault").map(|field| fault_at(&field, &table, at)).transpose()?;
        let messages = expected_messages(&table, at)?;
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
        if bytes.is_none() && messages.is_none() && !eof && error.is_none() && fault.is_none() {
            return Err(table.fault(|lang| t!(lang, "lab-expect-needs")));
        }
        let within = table.get("within").map(|field| field.duration()).transpose()?.unwrap_or(DEFAULT_WITHIN);
        Ok(Self { at: at.name.clone(), conn: names::conn(&table, at)?, bytes, messages, eof, error, fault, within })
    }

    fn write(&self, _: Option<&Path>) -> String {
        let mut parts = vec![pair("at", &quoted(&self.at))];
        parts.extend(names::write_conn(self.conn));
        match &self.bytes {
            Some(ExpectedBytes::Exactly(bytes)) => parts.push(content(bytes)),
            Some(ExpectedBytes::Count(count)) => parts.push(pair("bytes", &count.to_string())),
            None => {}
        }
        match &self.messages {
            Some(ExpectedMessages::Count(count)) => parts.push(pair("messages", &count.to_string())),
            Some(ExpectedMessages::With(test)) => parts.push(pair("frame", &quoted(&test.to_string()))),
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
        let messages = self.messages.as_ref().map(|messages| match messages {
            ExpectedMessages::Count(count) => {
                t!(lang, "step-messages", times = *count, count = quantity::number(*count)).into_owned()
            }
            ExpectedMessages::With(test) => t!(lang, "step-does-expect-frame", what = test.to_string()).into_owned(),
        });
        let eof = self.eof.then(|| t!(lang, "step-came-eof").into_owned());
        let and = |first: String, second| t!(lang, "step-came-and", first = first, second = second).into_owned();
        let fault =
            self.fault.as_ref().map(|fault| t!(lang, "step-does-expect-fault", what = fault.as_str()).into_owned());
        let what =
            [bytes, messages, eof, self.error.clone(), fault].into_iter().flatten().reduce(and).unwrap_or_default();
        t!(lang, "step-does-expect", name = with_conn(&self.at, self.conn), what = what).into_owned()
    }

    fn each_name(&mut self, rename: &mut dyn FnMut(&mut String)) {
        rename(&mut self.at);
    }
}

/// The kind or name of a fault, which stands alone.
fn fault_at(field: &Field<'_>, table: &Table<'_>, at: &EndpointSpec) -> Read<String> {
    names::check_relay(field, at)?;
    if let [other, ..] = table.present(&["conn", "text", "hex", "bytes", "messages", "frame", "eof", "error"])[..] {
        return Err(table.exclude(&["fault", other]));
    }
    let text = field.text()?;
    name::check(text).map_err(|error| field.refused(&error))?;
    Ok(text.to_owned())
}

/// Whole messages, which stand alone. The endpoint's framing must cut them, and name the fields that are asked for.
fn expected_messages(table: &Table<'_>, at: &EndpointSpec) -> Read<Option<ExpectedMessages>> {
    let key = match table.present(&["messages", "frame", "text", "hex", "bytes", "eof", "error"])[..] {
        [key @ ("messages" | "frame")] => key,
        [one @ ("messages" | "frame"), other, ..] => return Err(table.exclude(&[one, other])),
        _ => return Ok(None),
    };
    let Some(field) = table.get(key) else { return Ok(None) };
    let framing = &at.stream.framing;
    if !framing.is_some() {
        return Err(field.fault(|lang| t!(lang, "lab-no-framing", name = at.name.as_str())));
    }
    if key == "messages" {
        return Ok(Some(ExpectedMessages::Count(field.integer(1..=MAX_MESSAGES)?)));
    }
    let test: FrameTest = field.text()?.parse().map_err(|error: FrameTestError| field.refused(&error))?;
    test.check(framing.preset()).map_err(|error| field.refused(&error))?;
    Ok(Some(ExpectedMessages::With(test)))
}
