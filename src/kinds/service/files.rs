//! `files`: the file whose name was received, as a stream, then the connection closes. The engine carries it out.

use super::{Reply, ServiceKind};
use crate::kinds::{Field, Value};
use crate::values::{FileShare, Protocol};

pub static FILES: ServiceKind =
    ServiceKind { name: "files", fields: &[Field::share()], serves: Some(Protocol::Files), ..ServiceKind::PLAIN };

impl Reply {
    pub fn files(share: FileShare) -> Self {
        Self::with(&FILES, Value::Share(share))
    }
}
