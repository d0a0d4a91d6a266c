//! The filter of all views: its text, what it means, and the calls that match it, which every view may mark.
//!
//! The trace is looked through a little in each frame, so that a million calls do not hold the window up.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use eframe::egui;

use crate::lab::framing::FrameValue;
use crate::lab::{EndpointId, TextEncoding};
use crate::session::Session;
use crate::session::export_job::Scope;
use crate::trace::faults::Row;
use crate::trace::filter::{Context, Filter, FilterError, MAX_FILTER_CHARS, Matches};
use crate::trace::frames::{FrameFields, Framings};
use crate::trace::{Call, Nanos, WaitingCall};

/// How long one frame may look.
const BUDGET: Duration = Duration::from_millis(3);
/// The newest rows of a relay's ledger that are looked at in a frame.
const MAX_FAULTS_SEARCHED: usize = 2_000;
/// The most waiting calls checked in each frame: they are few or they are all alike.
const MAX_WAITING_SEARCHED: usize = 256;

/// What a view asks of the filter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FilterEdit {
    /// This text in place of the one before.
    Text(String),
    /// This condition besides those that there are.
    And(String),
    /// Whether calls that do not match are hidden.
    Only(bool),
    /// The filter has proved useful: it is offered again.
    Used,
}

#[derive(Debug)]
pub struct FilterState {
    text: String,
    /// What the text meant when it last meant something.
    filter: Option<Filter>,
    error: Option<FilterError>,
    only: bool,
    /// Without a filter: calls by which a program only looked are left out, where there are any.
    folds: bool,
    /// Without a filter, those that are not left out.
    matches: Matches,
    /// What else the matches depend on: names, encodings, notes.
    stamp: u64,
    /// The revision of the ledger that the matches know.
    faults_seen: u64,
    behind: bool,
    recent: Vec<String>,
}

impl Default for FilterState {
    fn default() -> Self {
        Self::new(Vec::new())
    }
}

impl FilterState {
    /// `recent`: filters that were used before, the newest first.
    pub fn new(recent: Vec<String>) -> Self {
        Self {
            text: String::new(),
            filter: None,
            error: None,
            only: true,
            folds: false,
            matches: Matches::default(),
            stamp: 0,
            faults_seen: 0,
            behind: false,
            recent,
        }
    }

    /// Does what a view asked for; gives a filter that is to be remembered.
    pub fn take(&mut self, wish: FilterEdit) -> Option<String> {
        match wish {
            FilterEdit::Text(text) => self.set_text(text),
            FilterEdit::And(condition) => self.set_text(self.narrowed(&condition)),
            FilterEdit::Only(only) => self.only = only,
            FilterEdit::Used => {
                let is_one = self.filter.is_some() && self.error.is_none();
                return is_one.then(|| self.text.trim().to_owned());
            }
        }
        None
    }

    fn set_text(&mut self, text: String) {
        self.text = text.chars().take(MAX_FILTER_CHARS).collect();
        match Filter::parse(&self.text) {
            Ok(filter) => {
                self.error = None;
                if filter != self.filter {
                    self.filter = filter;
                    self.matches.clear();
                    self.behind = self.filter.is_some();
                }
            }
            // What was shown stays until the text means something again: it is being typed.
            Err(error) => self.error = Some(error),
        }
    }

    /// The text with one more condition; a plain text is replaced by it.
    fn narrowed(&self, condition: &str) -> String {
        use crate::trace::filter::Expr;
        match (&self.filter, &self.error) {
            (Some(Filter::Expression(expr)), None) => match **expr {
                Expr::Any(_) => format!("({expr}) and {condition}"),
                _ => format!("{expr} and {condition}"),
            },
            _ => condition.to_owned(),
        }
    }

    /// As it was typed.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Why the text is no filter.
    pub fn error(&self) -> Option<&FilterError> {
        self.error.as_ref()
    }

    pub fn is_on(&self) -> bool {
        self.filter.is_some()
    }

    pub fn is_expression(&self) -> bool {
        matches!(self.filter, Some(Filter::Expression(_)))
    }

    /// Whether calls that do not match are hidden.
    pub fn only(&self) -> bool {
        self.only
    }

    /// Filters that were used before, the newest first.
    pub fn recent(&self) -> &[String] {
        &self.recent
    }

    pub fn set_recent(&mut self, recent: Vec<String>) {
        self.recent = recent;
    }

    /// The calls that match, as far as was looked; `None` where there is no filter.
    pub fn matches(&self) -> Option<&Matches> {
        self.filter.as_ref().map(|_| &self.matches)
    }

    /// The calls that are shown where not all are: those that match, or all but those that are folded.
    pub fn narrowing(&self) -> Option<&Matches> {
        let narrows = if self.is_on() { self.only } else { self.folds };
        narrows.then_some(&self.matches)
    }

    /// How many calls are folded.
    pub fn folded(&self, session: &Session, end: u64) -> u64 {
        if self.is_on() || !self.folds || self.behind {
            return 0;
        }
        let shown = self.matches.places(end);
        end.saturating_sub(session.trace().first_seq()).saturating_sub(shown.end - shown.start)
    }

    /// True while some calls are still unchecked.
    pub fn is_behind(&self) -> bool {
        self.behind
    }

    /// Looks on for as long as a frame allows. `folds`: what a program's calls only looked at is left out where nobody
    /// filters.
    pub fn update(&mut self, ctx: &egui::Context, session: &Session, folds: bool) {
        let folds = folds && session.trace().has_looks();
        if folds != self.folds {
            self.folds = folds;
            if self.filter.is_none() {
                self.matches.clear();
            }
        }
        let Some(filter) = &self.filter else {
            if folds {
                let began = Instant::now();
                let goes_on = || began.elapsed() < BUDGET;
                self.behind = !self.matches.update(session.trace(), goes_on, |call, _| !call.only_looks());
                if self.behind {
                    ctx.request_repaint();
                }
            }
            return;
        };
        let stamp = stamp(session, filter);
        if stamp != self.stamp {
            self.stamp = stamp;
            self.matches.clear();
            self.matches.read_frames(if filter.reads_frames() { session.framings() } else { Framings::new() });
        }
        let ledger = session.ledger();
        if filter.reads_faults() && ledger.revision() != self.faults_seen {
            if let Some(seq) = ledger.felt_since(self.faults_seen) {
                self.matches.again_from(seq);
            }
            self.faults_seen = ledger.revision();
        }
        let encodings = encodings(session);
        let trace = session.trace();
        let bookmarks = session.bookmarks();
        let faults = Some(ledger);
        let began = Instant::now();
        let matches = |call: &Call, frames: &[FrameValue]| {
            filter.matches(call, &Context { trace, encodings: &encodings, bookmarks, faults, frames })
        };
        let done = self.matches.update(trace, || began.elapsed() < BUDGET, matches);
        self.behind = !done;
        if self.behind {
            ctx.request_repaint();
        }
    }

    /// Says of each call whether it matches now, for an export: names, encodings and notes that change later change
    /// nothing. `None` where there is no filter.
    pub fn scope(&self, session: &Session) -> Option<Scope> {
        let filter = self.filter.clone()?;
        let (encodings, bookmarks) = (encodings(session), session.bookmarks().clone());
        let faults = Arc::new(session.ledger().clone());
        // Who exports asks about the calls in their order.
        let frames = filter.reads_frames().then(|| Mutex::new(FrameFields::new(session.framings())));
        Some(Scope::Matching(Arc::new(move |trace, call| {
            let fields = frames
                .as_ref()
                .map(|frames| frames.lock().unwrap_or_else(PoisonError::into_inner).of(call, trace.said(call)));
            let frames = fields.as_deref().unwrap_or_default();
            let faults = Some(faults.as_ref());
            filter.matches(call, &Context { trace, encodings: &encodings, bookmarks: &bookmarks, faults, frames })
        })))
    }

    /// The newest rows of the ledger that an endpoint has and the filter shows, at most that many.
    pub fn faults<'t>(&self, session: &'t Session, endpoint: EndpointId, most: usize) -> Vec<&'t Row> {
        let rows = session.ledger().rows().rev().filter(|row| row.harm.endpoint == endpoint);
        let Some(filter) = self.filter.as_ref().filter(|filter| filter.reads_faults()) else {
            return rows.take(most).collect();
        };
        let encodings = encodings(session);
        let (trace, bookmarks, faults) = (session.trace(), session.bookmarks(), Some(session.ledger()));
        let context = Context { trace, encodings: &encodings, bookmarks, faults, frames: &[] };
        rows.take(MAX_FAULTS_SEARCHED).filter(|row| filter.matches_fault(row, &context)).take(most).collect()
    }

    /// The waiting calls that match; all where there is no filter.
    pub fn waiting<'t>(
        &self,
        session: &'t Session,
        now: Nanos,
        calls: impl Iterator<Item = &'t WaitingCall>,
    ) -> Vec<&'t WaitingCall> {
        let Some(filter) = &self.filter else { return calls.take(MAX_WAITING_SEARCHED).collect() };
        let encodings = encodings(session);
        let (trace, bookmarks, faults) = (session.trace(), session.bookmarks(), Some(session.ledger()));
        // No bytes are known of a call that waits.
        let context = Context { trace, encodings: &encodings, bookmarks, faults, frames: &[] };
        calls.take(MAX_WAITING_SEARCHED).filter(|call| filter.matches_waiting(call, now, &context)).collect()
    }
}

fn encodings(session: &Session) -> HashMap<EndpointId, TextEncoding> {
    session.endpoints().iter().map(|endpoint| (endpoint.id, endpoint.spec.encoding)).collect()
}

/// Changes when a name, an encoding or, where the filter asks for them, a note does: what matched may not do so now.
fn stamp(session: &Session, filter: &Filter) -> u64 {
    let mut hasher = DefaultHasher::new();
    for endpoint in session.endpoints() {
        (endpoint.id, &endpoint.spec.name, endpoint.spec.encoding).hash(&mut hasher);
    }
    for program in session.programs() {
        (program.id, &program.spec.name).hash(&mut hasher);
    }
    filter.reads_frames().hash(&mut hasher);
    if filter.reads_frames() {
        for endpoint in session.endpoints() {
            endpoint.spec.stream.framing.preset().map(|preset| preset.name).hash(&mut hasher);
        }
    }
    if filter.reads_bookmarks() {
        session.bookmarks().revision().hash(&mut hasher);
    }
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(text: &str) -> FilterState {
        let mut filtering = FilterState::default();
        filtering.take(FilterEdit::Text(text.to_owned()));
        filtering
    }

    #[test]
    fn conditions_are_added_so_that_both_hold() {
        for (before, after) in [
            ("", "op == recv"),
            ("hello", "op == recv"),
            ("len > 3", "len > 3 and op == recv"),
            ("len > 3 or errno", "(len > 3 or errno) and op == recv"),
            ("len > ", "op == recv"),
        ] {
            let mut filtering = with(before);
            filtering.take(FilterEdit::And("op == recv".to_owned()));
            assert_eq!(filtering.text(), after);
            assert!(filtering.error().is_none() && filtering.is_expression());
        }
    }

    #[test]
    fn while_a_filter_is_being_typed_the_one_before_stays() {
        let mut filtering = with("op == recv");
        filtering.take(FilterEdit::Text("op == recv and ".to_owned()));
        assert!(filtering.error().is_some() && filtering.is_on());
        assert_eq!(filtering.take(FilterEdit::Used), None, "a mistake is not remembered");
        filtering.take(FilterEdit::Text(String::new()));
        assert!(filtering.error().is_none() && !filtering.is_on());
        assert_eq!(with(" errno ").take(FilterEdit::Used).as_deref(), Some("errno"));
    }
}
