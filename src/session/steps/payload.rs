//! The bytes that a step names: a text in the endpoint's encoding, hex, or a file.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use bytes::Bytes;

use super::Detail;
use crate::lab::Content;
use crate::lab::step::Sent;
use crate::lab::{EndpointSpec, Localized};
use crate::t;

/// The longest file that a step sends: 64 MiB. It is read as a whole.
const MAX_SENT_FILE: u64 = 64 * 1024 * 1024;

pub fn of(what: &Sent, spec: &EndpointSpec) -> Result<Bytes, Detail> {
    match what {
        Sent::Bytes(content) => encode(content, spec),
        Sent::File(path) => read(path),
    }
}

pub fn encode(content: &Content, spec: &EndpointSpec) -> Result<Bytes, Detail> {
    match content {
        Content::Hex(bytes) => Ok(Bytes::copy_from_slice(bytes)),
        Content::Text(text) => spec
            .encoding
            .encode(text)
            .map(Bytes::from)
            .map_err(|error| Detail::Unencodable { character: error.character, encoding: spec.encoding.name() }),
    }
}

/// A file of a step, as a whole.
fn read(path: &Path) -> Result<Bytes, Detail> {
    let unreadable = |error: std::io::Error| Detail::Unreadable {
        path: path.to_owned(),
        reason: Localized::said(|lang| lang.system_reason(&error)),
    };
    // Opening a FIFO would wait for its writer, and a device may never end.
    if !std::fs::metadata(path).map_err(unreadable)?.is_file() {
        return Err(Detail::Unreadable {
            path: path.to_owned(),
            reason: Localized::said(|lang| t!(lang, "step-not-a-file")),
        });
    }
    let mut bytes = Vec::new();
    File::open(path).and_then(|file| file.take(MAX_SENT_FILE + 1).read_to_end(&mut bytes)).map_err(unreadable)?;
    if bytes.len() as u64 > MAX_SENT_FILE {
        return Err(Detail::FileTooLong { path: path.to_owned(), limit: MAX_SENT_FILE });
    }
    Ok(Bytes::from(bytes))
}
