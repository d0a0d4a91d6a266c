//! A program, written anew only when what it is written from has changed.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use eframe::egui::Ui;

use super::From;
use crate::code::{self, Code, CodeError, Language, Stretch, Style};
use crate::lab::{Addr, EndpointId, EndpointSpec, Remote, TextEncoding};
use crate::lang::Lang;
use crate::trace::filter::Matches;
use crate::trace::{Call, ConnId};
use crate::ui::view::View;

/// A longer stretch is written again only when nothing has come for a moment, or when it has grown by a quarter.
const LONG: u64 = 2_000;
const MOMENT: Duration = Duration::from_millis(250);

/// What a program is written from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Of {
    pub endpoint: EndpointId,
    pub conn: Option<ConnId>,
    pub from: From,
    /// The numbers of those that are marked, where they are wanted.
    pub marked: Option<Arc<[u64]>>,
    pub times: bool,
}

/// Everything that the program depends on.
#[derive(Debug)]
struct Key {
    asked: Asked,
    /// Of an endpoint of the lab, and the one that it goes to.
    specs: [Option<EndpointSpec>; 2],
    name: String,
}

/// What is asked for in a frame, beside what the endpoints are to do.
#[derive(Debug, PartialEq)]
struct Asked {
    of: Of,
    language: &'static str,
    style: Option<Style>,
    lang: Lang,
    /// Which filter is in force.
    filter: Option<u64>,
    /// Of a stretch: up to which call, in the past or while the display stands still.
    end: Option<u64>,
    /// Of a stretch: of which trace.
    generation: u64,
}

#[derive(Debug)]
pub(super) struct Written {
    key: Key,
    /// How many calls of the endpoint there were when it was written, and when it was last asked for.
    calls: u64,
    seen: u64,
    /// When the last of them came.
    came: Instant,
    pub result: Result<Code, CodeError>,
    pub lines: Vec<String>,
}

impl Written {
    /// What was written before, or anew.
    pub fn kept(
        before: Option<Self>,
        ui: &Ui,
        view: &View<'_>,
        of: Of,
        language: &'static Language,
        style: Option<Style>,
    ) -> Self {
        let asked = Asked::new(view, of, language, style);
        let calls = asked.calls(view);
        if let Some(mut before) = before.filter(|before| before.key.is_of(view, &asked)) {
            if calls == before.calls {
                return before;
            }
            if std::mem::replace(&mut before.seen, calls) != calls {
                before.came = Instant::now();
            }
            let is_due = calls > before.calls + before.calls / 4;
            if calls > LONG && before.came.elapsed() < MOMENT && !is_due {
                ui.ctx().request_repaint_after(MOMENT);
                return before;
            }
        }
        let key = Key::new(view, asked);
        let result = write(view, &key, language);
        let lines = match &result {
            Ok(code) => code.text.lines().map(str::to_owned).collect(),
            Err(_) => Vec::new(),
        };
        Self { key, calls, seen: calls, came: Instant::now(), result, lines }
    }

    pub fn endpoint(&self) -> Option<EndpointId> {
        Some(self.key.asked.of.endpoint)
    }

    /// A name for the file, of the endpoint's.
    pub fn file_name(&self, view: &View<'_>, endpoint: EndpointId, language: &Language) -> PathBuf {
        let name = view.session.trace().name(endpoint);
        let safe: String = name.chars().map(|c| if c.is_alphanumeric() { c } else { '_' }).collect();
        PathBuf::from(format!("{}.{}", if safe.is_empty() { "program" } else { &safe }, language.extension))
    }

    /// What the program must be given to go where the endpoint goes now: the address of another endpoint of the lab.
    pub fn arguments(&self, view: &View<'_>, endpoint: EndpointId) -> Vec<String> {
        let session = view.session;
        let Some(endpoint) = session.endpoint(endpoint) else { return Vec::new() };
        let Some(Remote::Endpoint(name)) = &endpoint.spec.remote else { return Vec::new() };
        let other = session.endpoint_named(name).and_then(|other| other.live.last_local.clone());
        match other {
            Some(Addr::Inet(addr)) => vec![addr.ip().to_string(), addr.port().to_string()],
            Some(Addr::Unix(path)) => path.to_str().map(str::to_owned).into_iter().collect(),
            Some(Addr::Unnamed) | None => Vec::new(),
        }
    }
}

impl Key {
    fn new(view: &View<'_>, asked: Asked) -> Self {
        let specs = specs(view, asked.of.endpoint).map(|spec| spec.cloned());
        Self { name: view.session.trace().name(asked.of.endpoint).to_owned(), specs, asked }
    }

    /// Whether nothing of it has changed.
    fn is_of(&self, view: &View<'_>, asked: &Asked) -> bool {
        let endpoint = asked.of.endpoint;
        self.asked == *asked
            && self.name == view.session.trace().name(endpoint)
            && self.specs.each_ref().map(Option::as_ref) == specs(view, endpoint)
    }
}

/// What the endpoint is to do, and the one that it goes to.
fn specs<'v>(view: &View<'v>, endpoint: EndpointId) -> [Option<&'v EndpointSpec>; 2] {
    let session = view.session;
    let spec = session.endpoint(endpoint).map(|endpoint| &endpoint.spec);
    let remote = match spec.and_then(|spec| spec.remote.as_ref()) {
        Some(Remote::Endpoint(name)) => session.endpoint_named(name).map(|other| &other.spec),
        _ => None,
    };
    [spec, remote]
}

impl Asked {
    fn new(view: &View<'_>, of: Of, language: &'static Language, style: Option<Style>) -> Self {
        let of = if of.from == From::Endpoint { Of { conn: None, times: false, ..of } } else { of };
        let filter = view.matches().filter(|_| of.from == From::Filtered).map(Matches::revision);
        let stands = view.session.looking_back().is_some() || view.pause.is_some();
        let end = (of.from != From::Endpoint && stands).then(|| end(view));
        Self {
            of,
            language: language.name,
            style,
            lang: view.lang,
            filter,
            end,
            generation: view.session.trace().generation(),
        }
    }

    /// How many calls it depends on: none where it is the endpoint's own program.
    fn calls(&self, view: &View<'_>) -> u64 {
        let seqs = view.session.trace().of_endpoint(self.of.endpoint);
        let calls = seqs.map_or(0, |seqs| seqs.partition_point(|seq| *seq < end(view)) as u64);
        match self.of.from {
            From::Endpoint => 0,
            From::Conn => calls,
            From::Marked => self.of.marked.as_ref().map_or(0, |marked| marked.len() as u64),
            From::Filtered => calls + view.matches().map_or(0, |matches| matches.places(u64::MAX).end),
        }
    }
}

/// The number after the last call that may be looked at: what the window does not show yet is in no program either.
fn end(view: &View<'_>) -> u64 {
    view.end_seq().min(view.session.looking_back().unwrap_or(u64::MAX))
}

fn write(view: &View<'_>, key: &Key, language: &Language) -> Result<Code, CodeError> {
    let plan = match (&key.specs[0], key.asked.of.from) {
        (Some(spec), From::Endpoint) => code::of_endpoint(spec, &view.session.document(), key.asked.style, view.lang)?,
        _ => repeated(view, key)?,
    };
    language.write(&plan, view.lang)
}

fn repeated(view: &View<'_>, key: &Key) -> Result<code::plan::Plan, CodeError> {
    let trace = view.session.trace();
    let seqs = trace.of_endpoint(key.asked.of.endpoint);
    let end = end(view);
    let seqs = seqs.into_iter().flat_map(|seqs| seqs.iter()).take_while(|seq| **seq < end);
    let calls: Vec<&Call> = seqs.filter_map(|seq| trace.get(*seq)).collect();
    let is_chosen = |seq: u64| match key.asked.of.from {
        From::Endpoint | From::Conn => true,
        From::Marked => key.asked.of.marked.as_ref().is_some_and(|marked| marked.binary_search(&seq).is_ok()),
        From::Filtered => view.is_match(seq),
    };
    // A stream without a chosen connection: the last one that something is chosen of.
    let last = || calls.iter().rev().filter(|call| is_chosen(call.seq)).find_map(|call| call.conn);
    let is_stream = key.specs[0].as_ref().is_none_or(|spec| spec.kind.is_stream());
    let conn = key.asked.of.conn.or_else(last).filter(|_| is_stream);
    let encoding = key.specs[0].as_ref().map_or(TextEncoding::default(), |spec| spec.encoding);
    let only: Option<&dyn Fn(u64) -> bool> = match key.asked.of.from {
        From::Endpoint | From::Conn => None,
        From::Marked | From::Filtered => Some(&is_chosen),
    };
    let stretch = Stretch { name: &key.name, encoding, conn, times: key.asked.of.times, only };
    code::of_stretch(stretch, &calls, view.lang)
}
