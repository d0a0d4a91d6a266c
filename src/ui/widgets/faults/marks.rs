//! A place in the life of a connection: none, or after a time, a number of bytes or of calls.

use std::borrow::Cow;
use std::ops::RangeInclusive;
use std::time::Duration;

use eframe::egui::{Button, DragValue, Ui};

use super::next_line_unless;
use crate::kinds::fault::Mark;
use crate::kinds::fault::conditions::Condition;
use crate::lang::Lang;
use crate::t;
use crate::ui::widgets::choice::Choice;
use crate::values::duration;

/// What it takes with its name.
const WIDTH: f32 = 200.0;
/// The most bytes or calls that are typed here, unless there are more already.
const MOST: u64 = 1_000_000_000_000;
/// What is there when its unit is chosen.
const USUAL: [Mark; 3] = [Mark::Time(Duration::from_secs(1)), Mark::Bytes(1_000), Mark::Calls(1)];

pub struct Texts<'a> {
    pub name: Cow<'a, str>,
    /// Where there is no such place.
    pub none: Cow<'a, str>,
}

/// True where it has changed. Offers the units that `knows` has, and whatever there is.
pub fn ui(
    ui: &mut Ui,
    lang: Lang,
    texts: &Texts<'_>,
    mark: &mut Option<Mark>,
    knows: impl Fn(Condition) -> bool,
) -> bool {
    let before = *mark;
    next_line_unless(ui, WIDTH);
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 6.0;
        let label = ui.label(texts.name.as_ref());
        let unit = before.map_or_else(|| texts.none.clone(), |mark| unit(lang, mark));
        Choice { name: &texts.name, shown: &unit, prefixed: false }.show(ui, |ui| {
            if ui.add(Button::selectable(before.is_none(), texts.none.as_ref())).clicked() {
                *mark = None;
                ui.close();
            }
            for usual in USUAL.into_iter().filter(|usual| knows(usual.condition())) {
                let is_it = before.is_some_and(|mark| mark.condition() == usual.condition());
                let offered = ui.add(Button::selectable(is_it, self::unit(lang, usual)));
                if offered.on_hover_text(tip(lang, usual)).clicked() {
                    *mark = before.filter(|_| is_it).or(Some(usual));
                    ui.close();
                }
            }
        });
        if let Some(shown) = mark {
            let drag = match shown {
                Mark::Time(time) => time_ui(ui, time),
                Mark::Bytes(count) => ui.add(count_of(count).suffix(" B")),
                Mark::Calls(count) => ui.add(count_of(count)),
            };
            drag.labelled_by(label.id).on_hover_text(tip(lang, *shown));
        }
    });
    *mark != before
}

fn unit(lang: Lang, mark: Mark) -> Cow<'static, str> {
    match mark {
        Mark::Time(_) => t!(lang, "mark-time"),
        Mark::Bytes(_) => t!(lang, "mark-bytes"),
        Mark::Calls(_) => t!(lang, "mark-calls"),
    }
}

fn tip(lang: Lang, mark: Mark) -> Cow<'static, str> {
    match mark {
        Mark::Time(_) => t!(lang, "mark-time-tip"),
        Mark::Bytes(_) => t!(lang, "mark-bytes-tip"),
        Mark::Calls(_) => t!(lang, "mark-calls-tip"),
    }
}

fn count_of(count: &mut u64) -> DragValue<'_> {
    let most = MOST.max(*count);
    let speed = (*count as f64 * 0.01).max(0.2);
    DragValue::new(count).range(0..=most).speed(speed).update_while_editing(false)
}

/// Shown and typed as in lab files; a plain number is in milliseconds, as the sliders have it.
fn time_ui(ui: &mut Ui, time: &mut Duration) -> eframe::egui::Response {
    const MILLISECOND: f64 = 1e6;
    let range: RangeInclusive<f64> = 0.0..=duration::MAX.as_nanos() as f64;
    // A day of nanoseconds is exact in 53 bits.
    let mut nanos = time.as_nanos() as f64;
    let speed = (nanos * 0.01).max(MILLISECOND);
    let of = |nanos: f64| Duration::from_nanos(nanos.max(0.0).round() as u64);
    let drag = DragValue::new(&mut nanos)
        .range(range)
        .max_decimals(0)
        .speed(speed)
        .update_while_editing(false)
        .custom_formatter(|nanos, _| duration::format(of(nanos)))
        .custom_parser(|text| match text.trim().parse::<f64>() {
            Ok(millis) => Some(millis * MILLISECOND),
            Err(_) => duration::parse(text).ok().map(|time| time.as_nanos() as f64),
        });
    let response = ui.add(drag);
    if response.changed() {
        *time = of(nanos);
    }
    response
}
