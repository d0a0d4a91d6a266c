//! `open = "server"`

use std::path::Path;

use super::{Names, StepKind};
use crate::lang::Lang;
use crate::t;
use crate::values::toml_text::quoted;
use crate::values::tree::{Field, Read};

/// Ends when the server listens, the client is connected, the UDP socket is bound.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Open {
    pub at: String,
}

impl StepKind for Open {
    const KEY: &'static str = "open";

    fn read(field: &Field<'_>, names: &Names<'_>) -> Read<Self> {
        Ok(Self { at: names.endpoint(field)?.name.clone() })
    }

    fn write(&self, _: Option<&Path>) -> String {
        quoted(&self.at)
    }

    fn words(&self, lang: Lang) -> String {
        t!(lang, "step-does-open", name = self.at.as_str()).into_owned()
    }

    fn each_name(&mut self, rename: &mut dyn FnMut(&mut String)) {
        rename(&mut self.at);
    }

    fn opens(&self) -> Option<&str> {
        Some(&self.at)
    }
}
