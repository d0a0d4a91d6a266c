//! `release = "server"`

use std::path::Path;

use super::{Names, StepKind};
use crate::lang::Lang;
use crate::t;
use crate::values::toml_text::quoted;
use crate::values::tree::{Field, Read};

/// The endpoint or program is no longer held.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Release {
    pub at: String,
}

impl StepKind for Release {
    const KEY: &'static str = "release";

    fn read(field: &Field<'_>, names: &Names<'_>) -> Read<Self> {
        Ok(Self { at: names.holder(field)?.to_owned() })
    }

    fn write(&self, _: Option<&Path>) -> String {
        quoted(&self.at)
    }

    fn words(&self, lang: Lang) -> String {
        t!(lang, "step-does-release", name = self.at.as_str()).into_owned()
    }

    fn each_name(&mut self, rename: &mut dyn FnMut(&mut String)) {
        rename(&mut self.at);
    }
}
