//! `http`: the same files to a browser (HTTP/1.1). The engine carries it out.

use super::{Reply, ServiceKind};
use crate::kinds::{Field, Value};
use crate::values::{FileShare, Protocol};

pub static HTTP: ServiceKind =
    ServiceKind { name: "http", fields: &[Field::share()], serves: Some(Protocol::Http), ..ServiceKind::PLAIN };

impl Reply {
    pub fn http(share: FileShare) -> Self {
        Self::with(&HTTP, Value::Share(share))
    }
}
