//! A lab as TOML, in the order in which a reader wants it; what is as by default is left out.

use std::path::Path;

use serde::Serialize;

use crate::lab::ServiceSpec;
use crate::lab::endpoint::{DEFAULT_BACKLOG, EndpointSpec, Serving};
use crate::lab::payload::LineEnding;
use crate::lab::step::{Action, DEFAULT_WITHIN, Expectation, ExpectedBytes, Sent, Step, To};
use crate::lab::transfer::Download;
use crate::lab::{Lab, Layout, Localized, TextEncoding};
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
    if let Some(local) = &spec.local {
        line(text, "local", &quoted(&local.to_string()));
    }
    if let Some(remote) = &spec.remote {
        line(text, "remote", &quoted(&remote.to_string()));
    }
    if spec.serving != Serving::default() {
        line(text, "serving", &quoted(spec.serving.name()));
    }
    if spec.backlog != DEFAULT_BACKLOG {
        line(text, "backlog", &spec.backlog.to_string());
    }
    if let Some(limit) = spec.accept_limit {
        line(text, "accept_limit", &limit.to_string());
    }
    if let Some(size) = spec.recv_size {
        line(text, "recv_size", &size.to_string());
    }
    if spec.encoding != TextEncoding::default() {
        line(text, "encoding", &quoted(&spec.encoding.name().to_ascii_lowercase()));
    }
    if !spec.peers.is_empty() {
        line(text, "peers", &super::peers::write(&spec.peers));
    }
    if spec.framing.is_some() {
        line(text, "framing", &spec.framing.write(spec.encoding));
    }
    if spec.line_ending != LineEnding::default() {
        line(text, "line_ending", &quoted(spec.line_ending.name()));
    }
    if spec.service != ServiceSpec::default() {
        line(text, "service", &super::services::write(&spec.service, spec.encoding, folder));
    }
    let options = &spec.options;
    let switches = [
        ("close_on_eof", spec.close_on_eof),
        ("nodelay", options.nodelay),
        ("keepalive", options.keepalive),
        ("reuse_addr", options.reuse_addr),
        ("broadcast", options.broadcast),
        ("v6_only", options.v6_only),
        ("multicast_loop", options.multicast_loop),
    ];
    for (key, value) in switches {
        if let Some(value) = value {
            line(text, key, &value.to_string());
        }
    }
    if let Some(linger) = options.linger {
        line(text, "linger", &quoted(&duration::format(linger)));
    }
    let numbers = [
        ("recv_buffer", options.recv_buffer),
        ("send_buffer", options.send_buffer),
        ("multicast_ttl", options.multicast_ttl.map(u32::from)),
    ];
    for (key, value) in numbers {
        if let Some(value) = value {
            line(text, key, &value.to_string());
        }
    }
    if let Some(interface) = &options.multicast_interface {
        line(text, "multicast_interface", &quoted(&interface.to_string()));
    }
    if !spec.groups.is_empty() {
        line(text, "groups", &super::groups::write(&spec.groups));
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
