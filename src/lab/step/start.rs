//! `start = "srv"`

use std::path::Path;

use super::{Names, StepKind};
use crate::lang::Lang;
use crate::t;
use crate::values::toml_text::quoted;
use crate::values::tree::{Field, Read};

/// Ends when the program runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Start {
    pub program: String,
}

impl StepKind for Start {
    const KEY: &'static str = "start";

    fn read(field: &Field<'_>, names: &Names<'_>) -> Read<Self> {
        Ok(Self { program: names.program(field)?.name.clone() })
    }

    fn write(&self, _: Option<&Path>) -> String {
        quoted(&self.program)
    }

    fn words(&self, lang: Lang) -> String {
        t!(lang, "step-does-start", name = self.program.as_str()).into_owned()
    }

    fn each_name(&mut self, rename: &mut dyn FnMut(&mut String)) {
        rename(&mut self.program);
    }

    fn starts(&self) -> Option<&str> {
        Some(&self.program)
    }
}
