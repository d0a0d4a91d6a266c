//! `expect = { at = "srv", call = "listen", within = "5s" }`

use std::path::Path;
use std::time::Duration;

use super::expect::DEFAULT_WITHIN;
use super::send::shown;
use super::{Names, StepKind};
use crate::lang::Lang;
use crate::t;
use crate::values::call_names::is_call_name;
use crate::values::toml_text::{inline, pair, quoted};
use crate::values::tree::{Field, Read};
use crate::values::{Content, duration};

/// What a program must do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExpectProgram {
    pub at: String,
    pub what: ProgramEvent,
    pub within: Duration,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProgramEvent {
    /// This call has succeeded in it since it was started.
    Call(String),
    /// It prints this, after what was expected before.
    Output(String),
    /// It ends with this status.
    Exit(i32),
}

impl StepKind for ExpectProgram {
    const KEY: &'static str = super::expect::Expect::KEY;

    fn fits(field: &Field<'_>, names: &Names<'_>) -> bool {
        names.is_of_program(field)
    }

    fn read(field: &Field<'_>, names: &Names<'_>) -> Read<Self> {
        let table = field.table(&["at", "call", "output", "exit", "within"])?;
        let at = names.program(&table.require("at", |lang| t!(lang, "lab-what-program"))?)?;
        let what = match table.present(&["call", "output", "exit"])[..] {
            ["call"] => {
                let field = table.require("call", |lang| t!(lang, "lab-what-call"))?;
                match field.text()? {
                    name if is_call_name(name) => ProgramEvent::Call(name.to_owned()),
                    _ => return Err(field.unexpected(|lang| t!(lang, "lab-what-call"))),
                }
            }
            ["output"] => {
                let field = table.require("output", |lang| t!(lang, "lab-what-text"))?;
                match field.text()? {
                    "" => return Err(field.fault(|lang| t!(lang, "lab-empty-output"))),
                    text => ProgramEvent::Output(text.to_owned()),
                }
            }
            ["exit"] => {
                let status = table.require("exit", |lang| t!(lang, "lab-what-number"))?.integer_u32(0..=255)?;
                ProgramEvent::Exit(i32::try_from(status).unwrap_or(0))
            }
            [] => return Err(table.fault(|lang| t!(lang, "lab-expect-program-needs"))),
            _ => return Err(table.exclude(&["call", "output", "exit"])),
        };
        let within = table.get("within").map(|field| field.duration()).transpose()?.unwrap_or(DEFAULT_WITHIN);
        Ok(Self { at: at.name.clone(), what, within })
    }

    fn write(&self, _: Option<&Path>) -> String {
        let mut parts = vec![pair("at", &quoted(&self.at))];
        parts.push(match &self.what {
            ProgramEvent::Call(name) => pair("call", &quoted(name)),
            ProgramEvent::Output(text) => pair("output", &quoted(text)),
            ProgramEvent::Exit(status) => pair("exit", &status.to_string()),
        });
        if self.within != DEFAULT_WITHIN {
            parts.push(pair("within", &quoted(&duration::format(self.within))));
        }
        inline(&parts)
    }

    fn words(&self, lang: Lang) -> String {
        let name = self.at.as_str();
        match &self.what {
            ProgramEvent::Call(call) => t!(lang, "step-does-expect-call", name = name, call = call.as_str()),
            ProgramEvent::Output(text) => {
                t!(lang, "step-does-expect-output", name = name, what = shown(&Content::Text(text.clone())))
            }
            ProgramEvent::Exit(status) => {
                t!(lang, "step-does-expect-exit", name = name, status = status.to_string())
            }
        }
        .into_owned()
    }

    fn each_name(&mut self, rename: &mut dyn FnMut(&mut String)) {
        rename(&mut self.at);
    }
}
