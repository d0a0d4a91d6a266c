//! `calm = "wire"`

use std::path::Path;

use super::StepKind;
use super::names::{Names, check_relay};
use crate::lang::Lang;
use crate::t;
use crate::values::toml_text::quoted;
use crate::values::tree::{Field, Read};

/// Switches all faults of a relay off.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Calm {
    pub at: String,
}

impl StepKind for Calm {
    const KEY: &'static str = "calm";

    fn read(field: &Field<'_>, names: &Names<'_>) -> Read<Self> {
        let at = check_relay(field, names.endpoint(field)?)?;
        Ok(Self { at: at.name.clone() })
    }

    fn write(&self, _: Option<&Path>) -> String {
        quoted(&self.at)
    }

    fn words(&self, lang: Lang) -> String {
        t!(lang, "step-does-calm", name = self.at.as_str()).into_owned()
    }

    fn each_name(&mut self, rename: &mut dyn FnMut(&mut String)) {
        rename(&mut self.at);
    }
}
