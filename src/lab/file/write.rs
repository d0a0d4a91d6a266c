//! A lab as TOML, in the order in which a reader wants it; what is as by default is left out.

use std::path::Path;

use serde::Serialize;

use crate::lab::endpoint::EndpointSpec;
use crate::lab::endpoint_options::OPTIONS;
use crate::lab::step::{Action, DEFAULT_WITHIN, Expectation, ExpectedBytes, Sent, Step, To};
use crate::lab::transfer::Download;
use crate::lab::{Lab, Layout, Localized};
use crate::lang::Lang;
use crate::values::duration;
use crate::values::toml_text::{content, inline, line, pair, quoted, seen_from};

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
    for spec in &lab.endpoints {
        header(&mut text, "[[endpoints]]");
        endpoint(&mut text, spec, folder);
    }
    for snippet in &lab.snippets {
        header(&mut text, "[[snippets]]");
        super::snippets::write(&mut text, snippet);
    }
    for (index, step) in lab.steps.iter().enumerate() {
        if index == 0 {
            header(&mut text, "[[steps]]");
        } else {
            text.push_str("[[steps]]\n");
        }
        action(&mut text, step, folder);
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
    line(text, "kind", &quoted(spec.kind.name()));
    for option in OPTIONS {
        if let Some(value) = option.write(spec, folder) {
            line(text, option.key, &value);
        }
    }
}

fn action(text: &mut String, step: &Step, folder: Option<&Path>) {
    match &step.action {
        Action::Open(name) => line(text, "open", &quoted(name)),
        Action::Wait(time) => line(text, "wait", &quoted(&duration::format(*time))),
        Action::Send { from, what, to } => {
            let mut parts = vec![pair("from", &quoted(from))];
            parts.push(match what {
                Sent::Bytes(bytes) => content(bytes),
                Sent::File(path) => pair("file", &quoted(&seen_from(folder, path))),
            });
            match to {
                To::All => {}
                To::Conn(number) => parts.push(pair("to", &number.to_string())),
                To::Remote(remote) => parts.push(pair("to", &quoted(&remote.to_string()))),
            }
            line(text, "send", &inline(&parts));
        }
        Action::Expect(expectation) => line(text, "expect", &expect(expectation)),
        Action::Download(fetch) => line(text, "download", &download(fetch, folder)),
        Action::Shutdown { at, how, conn } => {
            let mut parts = vec![pair("at", &quoted(at)), pair("how", &quoted(how.name()))];
            parts.extend(conn.map(|conn| pair("conn", &conn.to_string())));
            line(text, "shutdown", &inline(&parts));
        }
        Action::Close { at, conn: None, reset: false } => line(text, "close", &quoted(at)),
        Action::Close { at, conn, reset } => {
            let mut parts = vec![pair("at", &quoted(at))];
            parts.extend(conn.map(|conn| pair("conn", &conn.to_string())));
            parts.extend(reset.then(|| pair("reset", "true")));
            line(text, "close", &inline(&parts));
        }
    }
    if let Some(errno) = &step.fails {
        line(text, "fails", &quoted(errno));
    }
}

fn download(fetch: &Download, folder: Option<&Path>) -> String {
    let mut parts = vec![
        pair("from", &quoted(&fetch.from)),
        pair("name", &quoted(&fetch.name)),
        pair("save_to", &quoted(&seen_from(folder, &fetch.save_to))),
    ];
    parts.extend(fetch.sha256.map(|sha256| pair("sha256", &quoted(&sha256.to_string()))));
    parts.extend(fetch.protocol.map(|protocol| pair("protocol", &quoted(protocol.name()))));
    inline(&parts)
}

fn expect(expectation: &Expectation) -> String {
    let mut parts = vec![pair("at", &quoted(&expectation.at))];
    parts.extend(expectation.conn.map(|conn| pair("conn", &conn.to_string())));
    match &expectation.bytes {
        Some(ExpectedBytes::Exactly(bytes)) => parts.push(content(bytes)),
        Some(ExpectedBytes::Count(count)) => parts.push(pair("bytes", &count.to_string())),
        None => {}
    }
    parts.extend(expectation.eof.then(|| pair("eof", "true")));
    parts.extend(expectation.error.as_ref().map(|errno| pair("error", &quoted(errno))));
    if expectation.within != DEFAULT_WITHIN {
        parts.push(pair("within", &quoted(&duration::format(expectation.within))));
    }
    inline(&parts)
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
