//! `wait = "100ms"`

use std::path::Path;
use std::time::Duration;

use super::{Names, StepKind};
use crate::lang::{Lang, quantity};
use crate::t;
use crate::values::duration;
use crate::values::toml_text::quoted;
use crate::values::tree::{Field, Read};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wait(pub Duration);

impl StepKind for Wait {
    const KEY: &'static str = "wait";

    fn read(field: &Field<'_>, _: &Names<'_>) -> Read<Self> {
        field.duration().map(Self)
    }

    fn write(&self, _: Option<&Path>) -> String {
        quoted(&duration::format(self.0))
    }

    fn words(&self, lang: Lang) -> String {
        let nanos = u64::try_from(self.0.as_nanos()).unwrap_or(u64::MAX);
        t!(lang, "step-does-wait", time = quantity::time(lang, nanos)).into_owned()
    }
}
