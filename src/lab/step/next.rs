//! `next = "server"` or `next = { at = "server", op = "recv", blocked = true }`

use std::path::Path;
use std::time::Duration;

use super::{Names, StepKind};
use crate::lang::Lang;
use crate::t;
use crate::values::call_names::OP_NAMES;
use crate::values::toml_text::{inline, pair, quoted};
use crate::values::tree::{Field, Read};

/// Lets one held call of an endpoint or a program through, and ends when it has returned or is known to block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Next {
    pub at: String,
    /// Lets calls through until this one has returned, by its C name; with `blocked`, until it blocks.
    pub op: Option<&'static str>,
    /// Whether the call must block.
    pub blocked: Option<bool>,
}

/// How long it waits for a call to let through, and for one that is to return.
pub const NEXT_WITHIN: Duration = Duration::from_secs(5);

impl StepKind for Next {
    const KEY: &'static str = "next";

    fn read(field: &Field<'_>, names: &Names<'_>) -> Read<Self> {
        if !field.is_table() {
            return Ok(Self { at: names.holder(field)?.to_owned(), op: None, blocked: None });
        }
        let table = field.table(&["at", "op", "blocked"])?;
        let at = names.holder(&table.require("at", |lang| t!(lang, "lab-what-endpoint"))?)?.to_owned();
        let op = match table.get("op") {
            Some(field) => Some(field.one_of(&OP_NAMES, |name| OP_NAMES.into_iter().find(|op| *op == name))?),
            None => None,
        };
        Ok(Self { at, op, blocked: table.get("blocked").map(|field| field.boolean()).transpose()? })
    }

    fn write(&self, _: Option<&Path>) -> String {
        if self.op.is_none() && self.blocked.is_none() {
            return quoted(&self.at);
        }
        let mut parts = vec![pair("at", &quoted(&self.at))];
        parts.extend(self.op.map(|op| pair("op", &quoted(op))));
        parts.extend(self.blocked.map(|blocked| pair("blocked", &blocked.to_string())));
        inline(&parts)
    }

    fn words(&self, lang: Lang) -> String {
        let name = self.at.as_str();
        let text = match (self.op, self.blocked) {
            (None, Some(true)) => t!(lang, "step-does-next-blocks", name = name),
            (None, Some(false)) => t!(lang, "step-does-next-returns", name = name),
            (None, None) => t!(lang, "step-does-next", name = name),
            (Some(op), Some(true)) => t!(lang, "step-does-next-until-blocks", name = name, op = op),
            (Some(op), _) => t!(lang, "step-does-next-until", name = name, op = op),
        };
        text.into_owned()
    }

    fn each_name(&mut self, rename: &mut dyn FnMut(&mut String)) {
        rename(&mut self.at);
    }
}
