//! Which calls there are to see: under the filter, in a pause, and of those that have not completed.

use crate::trace::filter::Matches;
use crate::trace::held::HeldCall;
use crate::trace::{Nanos, WaitingCall};
use crate::ui::filter_state::FilterState;
use crate::ui::pause::MAX_WAITING;
use crate::ui::view::View;

/// The places of the matches.
pub fn matches_shown(view: &View<'_>) -> std::ops::Range<u64> {
    view.matches().map_or(0..0, |matches| matches.places(view.end_seq()))
}

/// The matches, where only they are shown; else the calls that are not folded, where some are.
pub fn narrowing<'a>(view: &View<'a>) -> Option<&'a Matches> {
    view.filtering.and_then(FilterState::narrowing)
}

/// The waiting calls that stand at the end, and how many more there are.
pub fn waiting_calls<'a>(view: &View<'a>, now: Nanos) -> (Vec<&'a WaitingCall>, usize) {
    let trace = view.session.trace();
    let filtering = view.filtering.filter(|filtering| filtering.only() && filtering.is_on());
    match (view.pause, filtering) {
        (Some(pause), Some(filtering)) => (filtering.waiting(view.session, now, pause.waiting.iter()), 0),
        (Some(pause), None) => (pause.waiting.iter().collect(), pause.more_waiting),
        (None, Some(filtering)) => {
            let mut found = filtering.waiting(view.session, now, trace.waiting());
            let more = found.len().saturating_sub(MAX_WAITING);
            found.truncate(MAX_WAITING);
            (found, more)
        }
        (None, None) => {
            (trace.waiting().take(MAX_WAITING).collect(), trace.waiting().len().saturating_sub(MAX_WAITING))
        }
    }
}

/// The calls that are about to be made; where only matches are shown they stand for no match yet.
pub fn held_calls<'a>(view: &View<'a>) -> impl Iterator<Item = &'a HeldCall> {
    let narrowed = view.filtering.is_some_and(|filtering| filtering.only() && filtering.is_on());
    let most = if view.pause.is_some() || narrowed { 0 } else { MAX_WAITING };
    view.session.held_calls().take(most)
}
