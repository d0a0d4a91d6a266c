//! `[[steps]]`, checked against the endpoints that they name.

use std::path::Path;

use super::references::check_name;
use crate::lab::address::Remote;
use crate::lab::endpoint::EndpointSpec;
use crate::lab::step::{Action, DEFAULT_WITHIN, ERRNO_NAMES, Expectation, ExpectedBytes, MAX_STEPS, Sent, Step, To};
use crate::lab::transfer::{Download, NotSha256, Protocol};
use crate::t;
use crate::values::How;
use crate::values::tree::{Field, Read, Table, one_of};

/// Reads what stands under the key of an action.
type Reader = fn(&Names<'_>, &Field<'_>) -> Read<Action>;

/// The key of each action, and what reads it.
const READERS: [(&str, Reader); 7] = [
    ("open", |names, field| Ok(Action::Open(names.endpoint(field)?.name.clone()))),
    ("send", |names, field| names.send(field)),
    ("expect", |names, field| names.expect(field).map(Action::Expect)),
    ("download", |names, field| names.download(field).map(Action::Download)),
    ("wait", |_, field| field.duration().map(Action::Wait)),
    ("shutdown", |names, field| names.shutdown(field)),
    ("close", |names, field| names.close(field)),
];

pub(super) fn read(field: &Field<'_>, endpoints: &[EndpointSpec], folder: Option<&Path>) -> Read<Vec<Step>> {
    let fields = field.array(|lang| t!(lang, "lab-what-steps"))?;
    if let Some(first_too_many) = fields.get(MAX_STEPS) {
        return Err(first_too_many.fault(|lang| t!(lang, "lab-many-steps", most = MAX_STEPS)));
    }
    let lab = Names { endpoints, folder };
    fields.iter().map(|field| lab.step(field)).collect()
}

/// What a step may refer to.
struct Names<'l> {
    endpoints: &'l [EndpointSpec],
    folder: Option<&'l Path>,
}

impl<'l> Names<'l> {
    fn step(&self, field: &Field<'_>) -> Read<Step> {
        let table = field.any_table()?;
        let known = READERS.map(|(key, _)| key);
        table.allow(&[&known[..], &["fails"]].concat())?;
        let readers: Vec<_> = READERS.into_iter().filter(|(key, _)| table.get(key).is_some()).collect();
        let [(key, read)] = readers[..] else {
            return Err(table.fault(|lang| match readers[..] {
                [] => t!(lang, "lab-no-action", known = lang.list(known)),
                _ => t!(lang, "lab-two-actions", actions = lang.all_of(readers.iter().map(|(key, _)| *key))),
            }));
        };
        let action = read(self, &table.require(key, |lang| t!(lang, "lab-what-table"))?)?;
        Ok(Step { action, fails: table.get("fails").map(|field| errno(&field)).transpose()? })
    }

    fn endpoint(&self, field: &Field<'_>) -> Read<&'l EndpointSpec> {
        check_name(field, field.text()?, self.endpoints)
    }

    fn endpoint_in(&self, table: &Table<'_>, key: &str) -> Read<&'l EndpointSpec> {
        self.endpoint(&table.require(key, |lang| t!(lang, "lab-what-endpoint"))?)
    }

    fn send(&self, field: &Field<'_>) -> Read<Action> {
        let table = field.table(&["from", "text", "hex", "file", "to"])?;
        let from = self.endpoint_in(&table, "from")?;
        let what = match table.present(&["text", "hex", "file"])[..] {
            ["file"] => {
                let file = table.require("file", |lang| t!(lang, "lab-what-path"))?;
                Sent::File(file.path(self.folder, "lab-no-file-path")?)
            }
            ["text" | "hex"] => Sent::Bytes(table.content("send", from.encoding)?),
            [] => return Err(table.fault(|lang| t!(lang, "lab-send-needs"))),
            _ => return Err(table.exclude(&["text", "hex", "file"])),
        };
        let to = table.get("to").map(|field| self.to(&field, from)).transpose()?.unwrap_or_default();
        Ok(Action::Send { from: from.name.clone(), what, to })
    }

    fn to(&self, field: &Field<'_>, from: &EndpointSpec) -> Read<To> {
        if from.kind.is_server() {
            if !field.is_integer() {
                return Err(field.fault(|lang| t!(lang, "lab-to-a-connection")));
            }
            return Ok(To::Conn(field.integer_u32(1..=u32::MAX)?));
        }
        if from.kind.is_stream() {
            return Err(field.fault(|lang| t!(lang, "lab-has-no-to", kind = from.kind.name())));
        }
        let parse = if from.kind.is_unix() { Remote::parse_unix } else { Remote::parse_inet };
        let remote = parse(field.text()?).map_err(|error| field.refused(&error))?;
        if let Remote::Endpoint(name) = &remote {
            check_name(field, name, self.endpoints)?;
        }
        Ok(To::Remote(remote))
    }

    fn expect(&self, field: &Field<'_>) -> Read<Expectation> {
        let table = field.table(&["at", "conn", "text", "hex", "bytes", "eof", "error", "within"])?;
        let at = self.endpoint_in(&table, "at")?;
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
        let error = table.get("error").map(|field| errno(&field)).transpose()?;
        if bytes.is_none() && !eof && error.is_none() {
            return Err(table.fault(|lang| t!(lang, "lab-expect-needs")));
        }
        let within = table.get("within").map(|field| field.duration()).transpose()?.unwrap_or(DEFAULT_WITHIN);
        Ok(Expectation { at: at.name.clone(), conn: conn(&table, at)?, bytes, eof, error, within })
    }

    fn download(&self, field: &Field<'_>) -> Read<Download> {
        let table = field.table(&["from", "name", "save_to", "sha256", "protocol"])?;
        let client = table.require("from", |lang| t!(lang, "lab-what-tcp-client"))?;
        let from = self.endpoint(&client)?;
        if !from.kind.downloads() {
            return Err(client.fault(|lang| t!(lang, "lab-cannot-download", kind = from.kind.name())));
        }
        let protocol = match table.get("protocol") {
            Some(field) => Some(field.one_of(&Protocol::ALL.map(Protocol::name), |name| {
                Protocol::ALL.into_iter().find(|protocol| protocol.name() == name)
            })?),
            None => None,
        };
        let field = table.require("name", |lang| t!(lang, "lab-what-asked"))?;
        let name = match field.text()? {
            "" => return Err(field.fault(|lang| t!(lang, "lab-no-file-name"))),
            text if text.contains('\0') => return Err(field.fault(|lang| t!(lang, "lab-nul-in-name"))),
            // HTTP writes a path in UTF-8, whatever the endpoint's encoding.
            text if protocol == Some(Protocol::Http) => text.to_owned(),
            _ => field.encodable(from.encoding)?,
        };
        let save_to =
            table.require("save_to", |lang| t!(lang, "lab-what-saved"))?.path(self.folder, "lab-no-file-path")?;
        if save_to.file_name().is_none() {
            return Err(table
                .require("save_to", |lang| t!(lang, "lab-what-path"))?
                .fault(|lang| t!(lang, "lab-nameless-file")));
        }
        let digest = |field: Field<'_>| field.text()?.parse().map_err(|error: NotSha256| field.refused(&error));
        let sha256 = table.get("sha256").map(digest).transpose()?;
        Ok(Download { from: from.name.clone(), name, save_to, sha256, protocol })
    }

    fn shutdown(&self, field: &Field<'_>) -> Read<Action> {
        let table = field.table(&["at", "how", "conn"])?;
        let at = self.endpoint_in(&table, "at")?;
        let all = [How::Read, How::Write, How::Both];
        let how = table.require("how", |lang| one_of(lang, &all.map(How::name)))?;
        let how = how.one_of(&all.map(How::name), |name| all.into_iter().find(|how| how.name() == name))?;
        Ok(Action::Shutdown { at: at.name.clone(), how, conn: conn(&table, at)? })
    }

    fn close(&self, field: &Field<'_>) -> Read<Action> {
        if !field.is_table() {
            return Ok(Action::Close { at: self.endpoint(field)?.name.clone(), conn: None, reset: false });
        }
        let table = field.table(&["at", "conn", "reset"])?;
        let at = self.endpoint_in(&table, "at")?;
        let reset = match table.get("reset") {
            Some(field) if field.boolean()? => {
                if !at.kind.is_stream() {
                    return Err(field.fault(|lang| t!(lang, "lab-no-reset", kind = at.kind.name())));
                }
                true
            }
            _ => false,
        };
        Ok(Action::Close { at: at.name.clone(), conn: conn(&table, at)?, reset })
    }
}

/// The number of a connection of that endpoint.
fn conn(table: &Table<'_>, at: &EndpointSpec) -> Read<Option<u32>> {
    let Some(field) = table.get("conn") else { return Ok(None) };
    if !at.kind.is_stream() {
        return Err(field.fault(|lang| t!(lang, "lab-no-connections", kind = at.kind.name())));
    }
    field.integer_u32(1..=u32::MAX).map(Some)
}

/// The name of an errno.
fn errno(field: &Field<'_>) -> Read<String> {
    match field.text()? {
        name if ERRNO_NAMES.contains(&name) => Ok(name.to_owned()),
        _ => Err(field.unexpected(|lang| t!(lang, "lab-what-errno"))),
    }
}
