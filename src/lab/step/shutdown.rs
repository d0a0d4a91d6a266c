//! `shutdown = { at = "client", how = "write" }`

use std::path::Path;

use super::StepKind;
use super::names::{self, Names, with_conn};
use crate::lang::Lang;
use crate::t;
use crate::values::How;
use crate::values::toml_text::{inline, pair, quoted};
use crate::values::tree::{Field, Read, one_of};

/// Ends one side of a client's connection, or of one or all of a server's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shutdown {
    pub at: String,
    pub how: How,
    pub conn: Option<u32>,
}

impl StepKind for Shutdown {
    const KEY: &'static str = "shutdown";

    fn read(field: &Field<'_>, names: &Names<'_>) -> Read<Self> {
        let table = field.table(&["at", "how", "conn"])?;
        let at = names.endpoint_in(&table, "at")?;
        let all = [How::Read, How::Write, How::Both];
        let how = table.require("how", |lang| one_of(lang, &all.map(How::name)))?;
        let how = how.one_of(&all.map(How::name), |name| all.into_iter().find(|how| how.name() == name))?;
        Ok(Self { at: at.name.clone(), how, conn: names::conn(&table, at)? })
    }

    fn write(&self, _: Option<&Path>) -> String {
        let mut parts = vec![pair("at", &quoted(&self.at)), pair("how", &quoted(self.how.name()))];
        parts.extend(names::write_conn(self.conn));
        inline(&parts)
    }

    fn words(&self, lang: Lang) -> String {
        let name = with_conn(&self.at, self.conn);
        t!(lang, "step-does-shutdown", name = name, how = self.how.c_name()).into_owned()
    }

    fn each_name(&mut self, rename: &mut dyn FnMut(&mut String)) {
        rename(&mut self.at);
    }
}
