//! A lab as TOML, in the order in which a reader wants it; what is as by default is left out.

use std::path::Path;

use serde::Serialize;

use crate::lab::endpoint::EndpointSpec;
use crate::lab::endpoint_options::OPTIONS;
use crate::lab::{Lab, Layout, Localized};
use crate::lang::Lang;
use crate::values::toml_text::{inline, line, pair, quoted};

/// The text of a lab file. [`super::parse`] without a folder reads it back equal.
pub fn to_toml(lab: &Lab) -> String {
    to_toml_beside(lab, None)
}

/// The same, with the paths of files as seen from that (absolute) folder.
pub(super) fn to_toml_beside(lab: &Lab, folder: Option<&Path>) -> String {
    let mut text = String::new();
    for (key, value) in [("title", &lab.title), ("note", &lab.note)] {
        if *value != Localized::default() {
            line(&mut text, key, &localized(value));
        }
    }
    if let Some(lesson) = &lab.lesson {
        if !text.is_empty() {
            text.push('\n');
        }
        super::lesson::write(&mut text, lesson);
    }
    for spec in &lab.endpoints {
        header(&mut text, "[[endpoints]]");
        endpoint(&mut text, spec, folder);
    }
    for spec in &lab.programs {
        header(&mut text, "[[programs]]");
        super::programs::write(&mut text, spec, folder);
    }
    for snippet in &lab.snippets {
        header(&mut text, "[[snippets]]");
        super::snippets::write(&mut text, snippet);
    }
    for breakpoint in &lab.breakpoints {
        header(&mut text, "[[breakpoints]]");
        super::breakpoints::write(&mut text, breakpoint);
    }
    for (index, step) in lab.steps.iter().enumerate() {
        if index == 0 {
            header(&mut text, "[[steps]]");
        } else {
            text.push_str("[[steps]]\n");
        }
        step.write(&mut text, folder);
    }
    if let Some(link) = &lab.link {
        header(&mut text, "[link]");
        link.write(&mut text);
    }
    if let Some(layout) = &lab.layout {
        write_layout(&mut text, layout);
    }
    text
}

fn localized(text: &Localized) -> String {
    let plain = quoted(text.text(Lang::En));
    match text.chinese() {
        None => plain,
        Some(chinese) => inline(&[pair("en", &plain), pair("zh", &quoted(chinese))]),
    }
}

fn header(text: &mut String, header: &str) {
    if !text.is_empty() {
        text.push('\n');
    }
    text.push_str(header);
    text.push('\n');
}

fn endpoint(text: &mut String, spec: &EndpointSpec, folder: Option<&Path>) {
    line(text, "name", &quoted(&spec.name));
    line(text, "kind", &quoted(spec.kind.file_name()));
    for option in OPTIONS {
        if let Some(value) = option.write(spec, folder) {
            line(text, option.key, &value);
        }
    }
}

fn write_layout(text: &mut String, layout: &Layout) {
    #[derive(Serialize)]
    struct Document<'l> {
        layout: &'l Layout,
    }
    match toml::to_string(&Document { layout }) {
        Ok(written) => {
            if !text.is_empty() {
                text.push('\n');
            }
            text.push_str(&written);
        }
        // It has only names and numbers. Should it fail all the same, the window chooses a layout when it is opened.
        Err(error) => tracing::error!(%error, "a layout could not be written"),
    }
}
