//! `pass = "wire"`, `pass = { at = "wire", text = "other" }` or `pass = { at = "wire", drop = true }`

use std::path::Path;
use std::time::Duration;

use super::names::{Names, check_relay, relay_in};
use super::send::shown;
use super::{NEXT_WITHIN, StepKind};
use crate::lang::Lang;
use crate::t;
use crate::values::Content;
use crate::values::toml_text::{content, inline, pair, quoted};
use crate::values::tree::{Field, Read};

/// Awaits that a relay holds a message, and says what becomes of the oldest one.
#[derive(Clone, Debug, PartialEq)]
pub struct Pass {
    pub at: String,
    pub what: Passing,
}

/// What becomes of a held message.
#[derive(Clone, Debug, PartialEq)]
pub enum Passing {
    AsItIs,
    /// It goes on as this, byte for byte.
    As(Content),
    /// This goes on before it; the message itself is still held.
    Also(Content),
    Drop,
}

/// How long it waits for a message.
pub const PASS_WITHIN: Duration = NEXT_WITHIN;

impl StepKind for Pass {
    const KEY: &'static str = "pass";

    fn read(field: &Field<'_>, names: &Names<'_>) -> Read<Self> {
        if !field.is_table() {
            let at = check_relay(field, names.endpoint(field)?)?;
            return Ok(Self { at: at.name.clone(), what: Passing::AsItIs });
        }
        let table = field.table(&["at", "text", "hex", "also", "drop"])?;
        let at = relay_in(&table, names)?;
        let is_set = |key: &str| table.get(key).map(|field| field.boolean()).transpose().map(|set| set == Some(true));
        let (drop, also) = (is_set("drop")?, is_set("also")?);
        let has_content = !table.present(&["text", "hex"]).is_empty();
        if drop && has_content {
            return Err(table.exclude(&["drop", "text", "hex"]));
        }
        let what = match (drop, has_content || also) {
            (true, _) => Passing::Drop,
            (false, false) => Passing::AsItIs,
            (false, true) => {
                let content = table.content("pass", at.encoding)?;
                if also { Passing::Also(content) } else { Passing::As(content) }
            }
        };
        Ok(Self { at: at.name.clone(), what })
    }

    fn write(&self, _: Option<&Path>) -> String {
        let mut parts = vec![pair("at", &quoted(&self.at))];
        match &self.what {
            Passing::AsItIs => return quoted(&self.at),
            Passing::As(bytes) => parts.push(content(bytes)),
            Passing::Also(bytes) => parts.extend([content(bytes), pair("also", "true")]),
            Passing::Drop => parts.push(pair("drop", "true")),
        }
        inline(&parts)
    }

    fn words(&self, lang: Lang) -> String {
        let name = self.at.as_str();
        let text = match &self.what {
            Passing::AsItIs => t!(lang, "step-does-pass", name = name),
            Passing::As(content) => t!(lang, "step-does-pass-as", name = name, what = shown(content)),
            Passing::Also(content) => t!(lang, "step-does-pass-also", name = name, what = shown(content)),
            Passing::Drop => t!(lang, "step-does-pass-drop", name = name),
        };
        text.into_owned()
    }

    fn each_name(&mut self, rename: &mut dyn FnMut(&mut String)) {
        rename(&mut self.at);
    }
}
