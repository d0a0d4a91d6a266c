//! `[[steps]]`, checked against the endpoints that they name.

use std::path::Path;
use std::time::Duration;

use super::tree::{Field, Read, Table, quoted};
use super::{duration, endpoints, services, share};
use crate::lab::address::Remote;
use crate::lab::endpoint::{EndpointKind, EndpointSpec};
use crate::lab::service::Content;
use crate::lab::step::{Action, DEFAULT_WITHIN, Expectation, ExpectedBytes, How, MAX_STEPS, Sent, Step, To};
use crate::lab::transfer::{Download, NotSha256, Protocol};

const ACTIONS: [&str; 7] = ["open", "send", "expect", "download", "wait", "shutdown", "close"];

pub(super) fn read(field: &Field<'_>, endpoints: &[EndpointSpec], folder: Option<&Path>) -> Read<Vec<Step>> {
    let fields = field.array("an array of tables: [[steps]]")?;
    if let Some(first_too_many) = fields.get(MAX_STEPS) {
        return Err(first_too_many.fault(format!("a lab has at most {MAX_STEPS} steps")));
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
        table.allow(&[&ACTIONS[..], &["fails"]].concat())?;
        let actions = table.present(&ACTIONS);
        let [name] = actions[..] else {
            return Err(match actions[..] {
                [] => table.fault(format!("a step needs one of {}", ACTIONS.join(", "))),
                _ => table.fault(format!("a step does one thing, and this one has {}", actions.join(" and "))),
            });
        };
        let field = table.require(name, "a step")?;
        let action = match name {
            "open" => Action::Open(self.endpoint(&field)?.name.clone()),
            "send" => self.send(&field)?,
            "expect" => Action::Expect(self.expect(&field)?),
            "download" => Action::Download(self.download(&field)?),
            "wait" => Action::Wait(time(&field)?),
            "shutdown" => self.shutdown(&field)?,
            _ => self.close(&field)?,
        };
        Ok(Step { action, fails: table.get("fails").map(|field| errno(&field)).transpose()? })
    }

    fn endpoint(&self, field: &Field<'_>) -> Read<&'l EndpointSpec> {
        endpoints::check_name(field, field.text()?, self.endpoints)
    }

    fn endpoint_in(&self, table: &Table<'_>, key: &str) -> Read<&'l EndpointSpec> {
        self.endpoint(&table.require(key, "the name of an endpoint")?)
    }

    fn send(&self, field: &Field<'_>) -> Read<Action> {
        let table = field.table(&["from", "text", "hex", "file", "to"])?;
        let from = self.endpoint_in(&table, "from")?;
        let what = match table.present(&["text", "hex", "file"])[..] {
            ["file"] => Sent::File(share::path(&table.require("file", "a path")?, self.folder, "a file")?),
            ["text"] => {
                Sent::Bytes(Content::Text(services::encodable(&table.require("text", "a text")?, from.encoding)?))
            }
            ["hex"] => Sent::Bytes(Content::Hex(services::hex_bytes(&table.require("hex", "hex")?)?)),
            [] => return Err(table.fault("send needs one of text, hex, file")),
            _ => return Err(table.fault("text, hex and file exclude each other")),
        };
        let to = table.get("to").map(|field| self.to(&field, from)).transpose()?.unwrap_or_default();
        Ok(Action::Send { from: from.name.clone(), what, to })
    }

    fn to(&self, field: &Field<'_>, from: &EndpointSpec) -> Read<To> {
        if from.kind.is_server() {
            if !field.is_integer() {
                return Err(field.fault("a server sends to a connection: expected its number, from 1"));
            }
            return Ok(To::Conn(field.integer_u32(1..=u32::MAX)?));
        }
        if from.kind.is_stream() {
            return Err(field.fault(format!("a {} sends to the one it is connected to, and has no to", from.kind)));
        }
        let parse = if from.kind.is_unix() { Remote::parse_unix } else { Remote::parse_inet };
        let remote = parse(field.text()?).map_err(|error| field.fault(error.to_string()))?;
        if let Remote::Endpoint(name) = &remote {
            endpoints::check_name(field, name, self.endpoints)?;
        }
        Ok(To::Remote(remote))
    }

    fn expect(&self, field: &Field<'_>) -> Read<Expectation> {
        let table = field.table(&["at", "conn", "text", "hex", "bytes", "eof", "error", "within"])?;
        let at = self.endpoint_in(&table, "at")?;
        let bytes = match table.present(&["text", "hex", "bytes"])[..] {
            [] => None,
            ["text"] => {
                let text = services::encodable(&table.require("text", "a text")?, at.encoding)?;
                Some(ExpectedBytes::Exactly(Content::Text(text)))
            }
            ["hex"] => Some(ExpectedBytes::Exactly(Content::Hex(services::hex_bytes(&table.require("hex", "hex")?)?))),
            // TOML's integers end at 2^63 - 1.
            ["bytes"] => Some(ExpectedBytes::Count(table.require("bytes", "a number")?.integer(0..=i64::MAX as u64)?)),
            _ => return Err(table.fault("text, hex and bytes exclude each other")),
        };
        let eof = match table.get("eof") {
            Some(field) if field.boolean()? => {
                if !at.kind.is_stream() {
                    return Err(field.fault(format!("a {} has no end of stream", at.kind)));
                }
                true
            }
            _ => false,
        };
        let error = table.get("error").map(|field| errno(&field)).transpose()?;
        if bytes.is_none() && !eof && error.is_none() {
            return Err(table.fault("expect needs at least one of text, hex, bytes, eof = true, error"));
        }
        let within = table.get("within").map(|field| time(&field)).transpose()?.unwrap_or(DEFAULT_WITHIN);
        Ok(Expectation { at: at.name.clone(), conn: conn(&table, at)?, bytes, eof, error, within })
    }

    fn download(&self, field: &Field<'_>) -> Read<Download> {
        let table = field.table(&["from", "name", "save_to", "sha256", "protocol"])?;
        let client = table.require("from", "the name of a tcp-client")?;
        let from = self.endpoint(&client)?;
        if from.kind != EndpointKind::TcpClient {
            return Err(client.fault(format!("a {} can't download; expected the name of a tcp-client", from.kind)));
        }
        let protocol = match table.get("protocol") {
            Some(field) => Some(
                field
                    .one_of("files, http", |name| Protocol::ALL.into_iter().find(|protocol| protocol.name() == name))?,
            ),
            None => None,
        };
        let field = table.require("name", "what the server is asked for")?;
        let name = match field.text()? {
            "" => return Err(field.fault("expected the name of a file, found nothing")),
            text if text.contains('\0') => return Err(field.fault("a name can't hold a NUL")),
            // HTTP writes a path in UTF-8, whatever the endpoint's encoding.
            text if protocol == Some(Protocol::Http) => text.to_owned(),
            _ => services::encodable(&field, from.encoding)?,
        };
        let save_to = share::path(&table.require("save_to", "where the file is saved")?, self.folder, "a file")?;
        if save_to.file_name().is_none() {
            return Err(table
                .require("save_to", "a path")?
                .fault("expected the path of a file, which ends in its name"));
        }
        let digest =
            |field: Field<'_>| field.text()?.parse().map_err(|error: NotSha256| field.fault(error.to_string()));
        let sha256 = table.get("sha256").map(digest).transpose()?;
        Ok(Download { from: from.name.clone(), name, save_to, sha256, protocol })
    }

    fn shutdown(&self, field: &Field<'_>) -> Read<Action> {
        let table = field.table(&["at", "how", "conn"])?;
        let at = self.endpoint_in(&table, "at")?;
        let how = table.require("how", "one of read, write, both")?;
        let how = how.one_of("read, write, both", |name| {
            [How::Read, How::Write, How::Both].into_iter().find(|how| how.name() == name)
        })?;
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
                    return Err(field.fault(format!("a {} has no connection to reset", at.kind)));
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
        return Err(field.fault(format!("a {} has no connections", at.kind)));
    }
    field.integer_u32(1..=u32::MAX).map(Some)
}

fn time(field: &Field<'_>) -> Read<Duration> {
    duration::parse(field.text()?).map_err(|error| field.fault(error.to_string()))
}

/// The name of an errno. Which names a system has is known further up; here only the form is checked.
fn errno(field: &Field<'_>) -> Read<String> {
    let name = field.text()?;
    let plausible = name.strip_prefix('E').is_some_and(|rest| {
        !rest.is_empty()
            && rest.len() <= 30
            && rest.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_')
    });
    if plausible {
        Ok(name.to_owned())
    } else {
        Err(field.fault(format!("expected the name of an errno, for example ECONNREFUSED, found {}", quoted(name))))
    }
}
