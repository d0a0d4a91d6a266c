//! `type = { to = "srv", text = "hello\n" }`

use std::path::Path;

use super::send::shown;
use super::{Names, StepKind};
use crate::lang::Lang;
use crate::t;
use crate::values::Content;
use crate::values::toml_text::{inline, pair, quoted};
use crate::values::tree::{Field, Read};

/// To a program's standard input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Type {
    pub to: String,
    pub text: String,
}

impl StepKind for Type {
    const KEY: &'static str = "type";

    fn read(field: &Field<'_>, names: &Names<'_>) -> Read<Self> {
        let table = field.table(&["to", "text"])?;
        let to = names.program(&table.require("to", |lang| t!(lang, "lab-what-program"))?)?;
        let text = table.require("text", |lang| t!(lang, "lab-what-text"))?.text()?;
        Ok(Self { to: to.name.clone(), text: text.to_owned() })
    }

    fn write(&self, _: Option<&Path>) -> String {
        inline(&[pair("to", &quoted(&self.to)), pair("text", &quoted(&self.text))])
    }

    fn words(&self, lang: Lang) -> String {
        let what = shown(&Content::Text(self.text.clone()));
        t!(lang, "step-does-type", name = self.to.as_str(), what = what).into_owned()
    }

    fn each_name(&mut self, rename: &mut dyn FnMut(&mut String)) {
        rename(&mut self.to);
    }
}
