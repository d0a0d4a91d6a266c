//! `download = { from = "client", name = "a.bin", save_to = "out/a.bin" }`

use std::path::{Path, PathBuf};

use super::{Names, StepKind};
use crate::lab::transfer::{NotSha256, Protocol, Sha256};
use crate::lang::Lang;
use crate::lang::visible::visible;
use crate::t;
use crate::values::toml_text::{inline, pair, quoted, seen_from};
use crate::values::tree::{Field, Read};

/// Ends when the file is saved and checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Download {
    /// The client's name.
    pub from: String,
    /// What is asked for: a file's name, or for HTTP a path (not percent-encoded).
    pub name: String,
    /// Already joined to the lab file's folder.
    pub save_to: PathBuf,
    /// What the saved file must have.
    pub sha256: Option<Sha256>,
    /// `None`: as the server of that name in this lab serves, else [`Protocol::Files`].
    pub protocol: Option<Protocol>,
}

impl StepKind for Download {
    const KEY: &'static str = "download";

    fn read(field: &Field<'_>, names: &Names<'_>) -> Read<Self> {
        let table = field.table(&["from", "name", "save_to", "sha256", "protocol"])?;
        let client = table.require("from", |lang| t!(lang, "lab-what-tcp-client"))?;
        let from = names.endpoint(&client)?;
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
            table.require("save_to", |lang| t!(lang, "lab-what-saved"))?.path(names.folder, "lab-no-file-path")?;
        if save_to.file_name().is_none() {
            return Err(table
                .require("save_to", |lang| t!(lang, "lab-what-path"))?
                .fault(|lang| t!(lang, "lab-nameless-file")));
        }
        let digest = |field: Field<'_>| field.text()?.parse().map_err(|error: NotSha256| field.refused(&error));
        let sha256 = table.get("sha256").map(digest).transpose()?;
        Ok(Self { from: from.name.clone(), name, save_to, sha256, protocol })
    }

    fn write(&self, folder: Option<&Path>) -> String {
        let mut parts = vec![
            pair("from", &quoted(&self.from)),
            pair("name", &quoted(&self.name)),
            pair("save_to", &quoted(&seen_from(folder, &self.save_to))),
        ];
        parts.extend(self.sha256.map(|sha256| pair("sha256", &quoted(&sha256.to_string()))));
        parts.extend(self.protocol.map(|protocol| pair("protocol", &quoted(protocol.name()))));
        inline(&parts)
    }

    fn words(&self, lang: Lang) -> String {
        let (name, file) = (self.from.as_str(), visible(&self.name).into_owned());
        let path = visible(&self.save_to.to_string_lossy()).into_owned();
        match self.protocol {
            Some(Protocol::Http) => t!(lang, "step-does-download-http", name = name, file = file, path = path),
            Some(Protocol::Files) | None => t!(lang, "step-does-download", name = name, file = file, path = path),
        }
        .into_owned()
    }

    fn each_name(&mut self, rename: &mut dyn FnMut(&mut String)) {
        rename(&mut self.from);
    }
}
