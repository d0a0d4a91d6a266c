//! `close = "client"` or `close = { at = "server", conn = 1, reset = true }`

use std::path::Path;

use super::StepKind;
use super::names::{self, Names, with_conn};
use crate::lang::Lang;
use crate::t;
use crate::values::toml_text::{inline, pair, quoted};
use crate::values::tree::{Field, Read};

/// Closes an endpoint, or one connection of a server; `reset` discards what is unsent and sends RST.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Close {
    pub at: String,
    pub conn: Option<u32>,
    pub reset: bool,
}

impl StepKind for Close {
    const KEY: &'static str = "close";

    fn read(field: &Field<'_>, names: &Names<'_>) -> Read<Self> {
        if !field.is_table() {
            return Ok(Self { at: names.endpoint(field)?.name.clone(), conn: None, reset: false });
        }
        let table = field.table(&["at", "conn", "reset"])?;
        let at = names.endpoint_in(&table, "at")?;
        let reset = match table.get("reset") {
            Some(field) if field.boolean()? => {
                if !at.kind.is_stream() {
                    return Err(field.fault(|lang| t!(lang, "lab-no-reset", kind = at.kind.name())));
                }
                true
            }
            _ => false,
        };
        Ok(Self { at: at.name.clone(), conn: names::conn(&table, at)?, reset })
    }

    fn write(&self, _: Option<&Path>) -> String {
        if self.conn.is_none() && !self.reset {
            return quoted(&self.at);
        }
        let mut parts = vec![pair("at", &quoted(&self.at))];
        parts.extend(names::write_conn(self.conn));
        parts.extend(self.reset.then(|| pair("reset", "true")));
        inline(&parts)
    }

    fn words(&self, lang: Lang) -> String {
        let name = with_conn(&self.at, self.conn);
        let text = if self.reset {
            t!(lang, "step-does-reset", name = name)
        } else {
            t!(lang, "step-does-close", name = name)
        };
        text.into_owned()
    }

    fn each_name(&mut self, rename: &mut dyn FnMut(&mut String)) {
        rename(&mut self.at);
    }
}
