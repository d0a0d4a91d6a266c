//! The plots of bytes and calls per second.

use eframe::egui::Color32;

use super::chart::{Chart, Curve, Drawn, Stretch, Stroke};
use super::subject::Rated;
use super::unit::Unit;
use super::{Window, series_color};
use crate::lab::EndpointId;
use crate::t;
use crate::trace::rates::{BUCKET, Counts, EndpointRates, Series};
use crate::trace::text::visible;
use crate::ui::view::View;
use crate::ui::widgets::direction::Direction;
use crate::ui::widgets::quantity;

/// The most intervals that the time in sight is divided into.
const MOST: u64 = 400;

/// For the endpoints that are chosen; `notes` gets what is not in them.
pub fn charts(
    rates: &EndpointRates,
    view: &View<'_>,
    rated: Rated,
    window: Window,
    notes: &mut Vec<String>,
) -> Vec<Chart> {
    let lang = view.lang;
    let endpoints = match rated {
        Rated::One(endpoint) => vec![endpoint],
        Rated::All => busiest(rates),
    };
    let all = rates.endpoints().len();
    if rated == Rated::All && all > endpoints.len() {
        notes.push(t!(lang, "plots-busiest", shown = endpoints.len(), all = all).into_owned());
    }
    if rates.missed() > 0 {
        notes.push(
            t!(lang, "plots-missed", count = rates.missed(), shown = quantity::count(rates.missed())).into_owned(),
        );
    }
    if rates.left_out() > 0 {
        let shown = quantity::count(rates.left_out());
        notes.push(t!(lang, "plots-left-out", count = rates.left_out(), shown = shown).into_owned());
    }
    let mut bytes = Vec::new();
    let mut calls = Vec::new();
    let mut width = BUCKET;
    for (index, endpoint) in endpoints.iter().enumerate() {
        let series = rates.series(*endpoint, window.from, window.edge, MOST);
        width = series.width;
        let word = |text: &str| match rated {
            Rated::One(_) => text.to_owned(),
            Rated::All => format!("{} {text}", visible(view.session.trace().name(*endpoint))),
        };
        let curve = |name: &str, own: Color32, stroke: Stroke, value: fn(&Counts) -> u64| Curve {
            name: word(name),
            color: if rated == Rated::All { series_color(view, index) } else { own },
            stroke,
            drawn: Drawn::Peaks,
            scales: true,
            stretches: stretches(&series, window, value),
        };
        let (sent, received) = (Direction::Sent, Direction::Received);
        let words = [sent.word(lang), received.word(lang)];
        let colors = [sent.color(view.tokens), received.color(view.tokens)];
        bytes.push(curve(&words[0], colors[0], Stroke::Solid, |counts| counts.sent_bytes));
        bytes.push(curve(&words[1], colors[1], Stroke::Dashed, |counts| counts.received_bytes));
        calls.push(curve(&t!(lang, "plots-sends"), colors[0], Stroke::Solid, |counts| counts.sends));
        calls.push(curve(&t!(lang, "plots-receives"), colors[1], Stroke::Dashed, |counts| counts.receives));
        if matches!(rated, Rated::One(_)) {
            let color = view.tokens.waiting;
            calls.push(curve(&t!(lang, "plots-others"), color, Stroke::Dotted, |counts| counts.others));
        }
    }
    let title = |what: String| match rated {
        Rated::All => what,
        Rated::One(endpoint) => {
            let name = visible(view.session.trace().name(endpoint));
            t!(lang, "plots-titled", name = name.as_ref(), title = what).into_owned()
        }
    };
    let note = t!(lang, "plots-mean", time = super::unit::number(width as f64 / 1e9)).into_owned();
    let missing = t!(lang, "plots-nothing-counted").into_owned();
    let chart = |id, name: String, unit, curves| Chart {
        id,
        title: title(name),
        unit,
        curves,
        says_latest: false,
        missing: missing.clone(),
        tip: Some(note.clone()),
    };
    vec![
        chart("bytes", t!(lang, "plots-bytes-title").into_owned(), Unit::BytesPerSecond, bytes),
        chart("calls", t!(lang, "plots-calls-title").into_owned(), Unit::CallsPerSecond, calls),
    ]
}

/// Those with the most calls, in the order in which they were made, so that none changes its colour without need.
fn busiest(rates: &EndpointRates) -> Vec<EndpointId> {
    let mut endpoints = rates.endpoints();
    if endpoints.len() > Rated::MOST {
        endpoints.sort_by_key(|endpoint| std::cmp::Reverse(rates.total(*endpoint).calls()));
        endpoints.truncate(Rated::MOST);
        endpoints.sort_unstable();
    }
    endpoints
}

/// Per second, with nothing where nothing happened. Of the last stretch only the part that is over counts.
fn stretches(series: &Series, window: Window, value: fn(&Counts) -> u64) -> Vec<Stretch> {
    let mut stretches: Vec<Stretch> = Vec::new();
    let (from, edge) = (window.from.as_secs_f64(), window.edge.as_secs_f64());
    let mut over = from;
    let rest = |stretches: &mut Vec<Stretch>, until: f64, over: f64| {
        if until > over {
            stretches.push(Stretch { from: over, to: until, value: 0.0 });
        }
    };
    for (index, counts) in &series.buckets {
        let begin = index.saturating_mul(series.width);
        let end = begin.saturating_add(series.width).min(window.edge.0);
        let length = end.saturating_sub(begin);
        if length < BUCKET {
            // Too young for a rate.
            return stretches;
        }
        let begin = (begin as f64 / 1e9).max(from);
        rest(&mut stretches, begin, over);
        over = end as f64 / 1e9;
        stretches.push(Stretch { from: begin, to: over, value: value(counts) as f64 / (length as f64 / 1e9) });
    }
    rest(&mut stretches, edge, over);
    stretches
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::Nanos;

    #[test]
    fn between_and_after_calls_the_rate_is_nothing_and_a_young_stretch_has_none_yet() {
        let counts = |sent_bytes| Counts { sent_bytes, ..Counts::default() };
        let series = Series { width: BUCKET, buckets: vec![(2, counts(10)), (5, counts(20)), (9, counts(99))] };
        let lines = |edge: u64| -> Vec<(f64, f64, f64)> {
            let window = Window { from: Nanos(0), edge: Nanos(edge), to: Nanos(edge) };
            let stretches = stretches(&series, window, |counts| counts.sent_bytes);
            stretches.iter().map(|stretch| (stretch.from, stretch.to, stretch.value)).collect()
        };
        let first = [(0.0, 0.2, 0.0), (0.2, 0.3, 100.0), (0.3, 0.5, 0.0), (0.5, 0.6, 200.0)];
        assert_eq!(lines(9 * BUCKET + 1), first);
        assert_eq!(lines(11 * BUCKET)[4..], [(0.6, 0.9, 0.0), (0.9, 1.0, 990.0), (1.0, 1.1, 0.0)]);
    }
}
