//! `send = { from = "client", text = "hello" }`

use std::path::{Path, PathBuf};

use super::{Names, StepKind};
use crate::lab::endpoint::EndpointSpec;
use crate::lang::Lang;
use crate::t;
use crate::values::payload::format_hex;
use crate::values::toml_text::{content, inline, pair, quoted, seen_from};
use crate::values::tree::{Field, Read};
use crate::values::{Content, Remote};

/// The most characters of a payload that are shown.
const SHOWN: usize = 40;
/// The same in bytes of hex.
const SHOWN_BYTES: usize = 12;

/// Ends when every byte was handed to the system.
#[derive(Clone, Debug, PartialEq)]
pub struct Send {
    pub from: String,
    pub what: Sent,
    pub to: To,
}

/// What a `send` step sends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sent {
    Bytes(Content),
    /// The contents of a file; the path is already joined to the lab file's folder.
    File(PathBuf),
}

/// Where a `send` step sends.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum To {
    /// The only peer of a client, all connections of a server, the `remote` of a UDP socket.
    #[default]
    All,
    /// One connection of a server.
    Conn(u32),
    /// A UDP destination.
    Remote(Remote),
}

impl StepKind for Send {
    const KEY: &'static str = "send";

    fn read(field: &Field<'_>, names: &Names<'_>) -> Read<Self> {
        let table = field.table(&["from", "text", "hex", "file", "to"])?;
        let from = names.endpoint_in(&table, "from")?;
        let what = match table.present(&["text", "hex", "file"])[..] {
            ["file"] => {
                let file = table.require("file", |lang| t!(lang, "lab-what-path"))?;
                Sent::File(file.path(names.folder, "lab-no-file-path")?)
            }
            ["text" | "hex"] => Sent::Bytes(table.content("send", from.encoding)?),
            [] => return Err(table.fault(|lang| t!(lang, "lab-send-needs"))),
            _ => return Err(table.exclude(&["text", "hex", "file"])),
        };
        let to = table.get("to").map(|field| to(&field, from, names)).transpose()?.unwrap_or_default();
        Ok(Self { from: from.name.clone(), what, to })
    }

    fn write(&self, folder: Option<&Path>) -> String {
        let mut parts = vec![pair("from", &quoted(&self.from))];
        parts.push(match &self.what {
            Sent::Bytes(bytes) => content(bytes),
            Sent::File(path) => pair("file", &quoted(&seen_from(folder, path))),
        });
        match &self.to {
            To::All => {}
            To::Conn(number) => parts.push(pair("to", &number.to_string())),
            To::Remote(remote) => parts.push(pair("to", &quoted(&remote.to_string()))),
        }
        inline(&parts)
    }

    fn words(&self, lang: Lang) -> String {
        let (name, what) = (self.from.as_str(), self.what.shown());
        let to = match &self.to {
            To::All => return t!(lang, "step-does-send", name = name, what = what).into_owned(),
            To::Conn(number) => format!("#{number}"),
            To::Remote(remote) => remote.to_string(),
        };
        t!(lang, "step-does-send-to", name = name, what = what, to = to).into_owned()
    }

    fn each_name(&mut self, rename: &mut dyn FnMut(&mut String)) {
        rename(&mut self.from);
        if let To::Remote(Remote::Endpoint(name)) = &mut self.to {
            rename(name);
        }
    }
}

fn to(field: &Field<'_>, from: &EndpointSpec, names: &Names<'_>) -> Read<To> {
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
        names.check(field, name)?;
    }
    Ok(To::Remote(remote))
}

impl Sent {
    fn shown(&self) -> String {
        match self {
            Self::Bytes(content) => shown(content),
            Self::File(path) => {
                path.file_name().map_or_else(|| path.display().to_string(), |name| name.to_string_lossy().into_owned())
            }
        }
    }
}

/// The beginning of a payload in a line.
pub(super) fn shown(content: &Content) -> String {
    match content {
        Content::Text(text) => {
            let shown: String = text.chars().take(SHOWN).flat_map(char::escape_debug).collect();
            let more = if text.chars().nth(SHOWN).is_some() { "…" } else { "" };
            format!("\"{shown}{more}\"")
        }
        Content::Hex(bytes) => {
            let more = if bytes.len() > SHOWN_BYTES { " …" } else { "" };
            format!("{}{more}", format_hex(&bytes[..bytes.len().min(SHOWN_BYTES)]))
        }
    }
}
