//! `fault = { at = "wire", kind = "reset", after = 100 }`

use std::path::Path;

use super::StepKind;
use super::names::{Names, relay_in};
use crate::kinds::fault::{self, FaultSpec};
use crate::lang::Lang;
use crate::t;
use crate::values::toml_text::{inline, pair, quoted};
use crate::values::tree::{Field, Read};

/// Switches a fault of a relay on, beside those that it has.
#[derive(Clone, Debug, PartialEq)]
pub struct Fault {
    pub at: String,
    pub fault: FaultSpec,
}

impl StepKind for Fault {
    const KEY: &'static str = "fault";

    fn read(field: &Field<'_>, names: &Names<'_>) -> Read<Self> {
        let table = field.any_table()?;
        let at = relay_in(&table, names)?;
        let fault = fault::toml::read_one(&table, !at.kind.is_stream(), &["at"])?;
        Ok(Self { at: at.name.clone(), fault })
    }

    fn write(&self, _: Option<&Path>) -> String {
        let mut parts = vec![pair("at", &quoted(&self.at))];
        parts.extend(fault::toml::write(&self.fault));
        inline(&parts)
    }

    fn words(&self, lang: Lang) -> String {
        let what = match &self.fault.name {
            Some(name) => name.clone(),
            None => self.fault.kind.label(lang),
        };
        t!(lang, "step-does-fault", name = self.at.as_str(), what = what).into_owned()
    }

    fn each_name(&mut self, rename: &mut dyn FnMut(&mut String)) {
        rename(&mut self.at);
    }
}
