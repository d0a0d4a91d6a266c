//! The bar at the bottom: what is open, how fast it goes, what was kept and what was lost.

use std::collections::VecDeque;
use std::time::Duration;

use eframe::egui::containers::menu::MenuButton;
use eframe::egui::{Align, Button, Layout, Response, RichText, Ui};

use crate::explain::number;
use crate::lang::Lang;
use crate::session::Action;
use crate::t;
use crate::trace::Nanos;
use crate::trace::store::{RETENTIONS, Totals};
use crate::ui::bars::notices::NoticePanel;
use crate::ui::bars::trace_status;
use crate::ui::command::UiCommand;
use crate::ui::theme;
use crate::ui::view::View;

/// Over how long a rate is taken, in nanoseconds.
const SPAN: u64 = 1_000_000_000;
/// No more often than this the totals are noted, in nanoseconds.
const STEP: u64 = 100_000_000;
const SIZE: f32 = 12.0;
/// The width that the bar needs for each of these, with what is worth more.
const ROOM_FOR_RATES: f32 = 420.0;
const ROOM_FOR_LOSSES: f32 = 660.0;
const ROOM_FOR_REACH: f32 = 820.0;
/// From this width of the window on, in points, the bar says what the numbers count.
const ROOM_FOR_WORDS: f32 = 1_000.0;

#[derive(Default)]
pub struct StatusBar {
    rates: Rates,
}

impl StatusBar {
    pub fn ui(&mut self, ui: &mut Ui, view: &mut View<'_>, notices: &mut NoticePanel) {
        let session = view.session;
        let totals = session.trace().totals();
        let (down, up) = self.rates.per_second(session.now(), totals);
        if down > 0 || up > 0 {
            // Once, so that the rates come down to 0 when nothing more happens.
            ui.ctx().request_repaint_after(Duration::from_nanos(SPAN));
        }
        ui.horizontal_centered(|ui| {
            ui.spacing_mut().item_spacing.x = 4.0;
            let lang = view.lang;
            // From the left come the figures, as many as have room; what is out of sight is in View and in the plots.
            let width = ui.available_width();
            let open = session.endpoints().iter().filter(|endpoint| endpoint.is_usable()).count();
            figure(ui, view, "", &open.to_string(), &t!(lang, "status-open"));
            if width >= ROOM_FOR_RATES {
                figure(ui, view, "↓", &rate_text(down), "").on_hover_text(t!(lang, "status-down-tip"));
                figure(ui, view, "↑", &rate_text(up), "").on_hover_text(t!(lang, "status-up-tip"));
            }
            figure(ui, view, "", &number(totals.calls), &t!(lang, "status-calls"));
            if width >= ROOM_FOR_LOSSES {
                losses(ui, view);
                link(ui, view);
            }
            trace_status::ui(ui, view);
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                notices.status_ui(ui, view);
                if width >= ROOM_FOR_REACH {
                    reach(ui, view);
                }
            });
        });
    }
}

/// What the lossy link has done, while there is one.
fn link(ui: &mut Ui, view: &mut View<'_>) {
    let session = view.session;
    if !session.is_link_there() {
        return;
    }
    let segments = session.segments();
    let of = |count: u64| number(count);
    let all = of(segments.evicted() + segments.len() as u64);
    let (dropped, again) = (of(segments.dropped()), of(segments.again()));
    let text = t!(view.lang, "status-link", all = all, dropped = dropped, again = again);
    ui.add_space(8.0);
    let text = RichText::new(text).size(SIZE).color(view.tokens.waiting);
    let button = ui.add(Button::new(text).frame_when_inactive(false));
    if button.on_hover_text(t!(view.lang, "status-link-tip")).clicked() {
        view.command(UiCommand::LinkFaults);
    }
}

/// A number that stands out, with an arrow before it or a word behind it, and room to the next one.
fn figure(ui: &mut Ui, view: &View<'_>, arrow: &str, count: &str, word: &str) -> Response {
    let muted = |text: &str| RichText::new(text).size(SIZE).color(view.tokens.muted);
    let arrow = (!arrow.is_empty()).then(|| ui.label(muted(arrow)));
    let mut response = ui.label(theme::strong(count).size(SIZE).color(view.tokens.text));
    if let Some(arrow) = arrow {
        response |= arrow;
    }
    if !word.is_empty() {
        response |= ui.label(muted(word));
    }
    ui.add_space(12.0);
    response
}

/// How much the trace keeps, to be chosen.
pub fn retention_menu(ui: &mut Ui, view: &mut View<'_>) {
    let limit = view.session.trace().limit();
    for (bytes, text) in retentions(view.lang) {
        if ui.add(Button::selectable(bytes == limit, text)).clicked() {
            view.act(Action::SetRetention(bytes));
            ui.close();
        }
    }
}

/// What may be kept of the trace: bytes, and the choice in words.
pub fn retentions(lang: Lang) -> impl Iterator<Item = (u64, String)> {
    RETENTIONS.into_iter().map(move |bytes| {
        let size = if bytes >= 1 << 30 { format!("{} GiB", bytes >> 30) } else { format!("{} MiB", bytes >> 20) };
        // About 220 bytes of memory for a short call.
        let calls = number(bytes / 220 / 100_000 * 100_000);
        (bytes, t!(lang, "retention-choice", size = size, calls = calls).into_owned())
    })
}

fn losses(ui: &mut Ui, view: &mut View<'_>) {
    let session = view.session;
    let (evicted, dropped) = (session.trace().evicted_calls(), session.kernel_drops());
    let tokens = view.tokens;
    let colour = |count: u64| if count > 0 { tokens.sent } else { tokens.muted };
    // Shown in the tips too, where there is no room for it.
    let wide = ui.ctx().content_rect().width() >= ROOM_FOR_WORDS;
    let text = match wide {
        true => t!(view.lang, "status-evicted", calls = evicted, count = number(evicted)),
        false => t!(view.lang, "status-evicted-short", count = number(evicted)),
    };
    let button = Button::new(RichText::new(text).size(SIZE).color(colour(evicted))).frame_when_inactive(false);
    let tip = format!("{}\n{}", t!(view.lang, "status-evicted-tip"), t!(view.lang, "retention-tip"));
    ui.add_space(-ui.spacing().button_padding.x);
    let menu = MenuButton::from_button(button.small()).ui(ui, |ui| {
        ui.label(RichText::new(t!(view.lang, "retention")).color(view.tokens.muted));
        retention_menu(ui, view);
    });
    menu.0.on_hover_text(tip);
    ui.add_space(-ui.spacing().button_padding.x);
    ui.label(RichText::new("·").size(SIZE).color(view.tokens.muted));
    let text = match wide {
        true => t!(view.lang, "status-dropped", datagrams = dropped, count = number(dropped)),
        false => t!(view.lang, "status-dropped-short", count = number(dropped)),
    };
    ui.label(RichText::new(text).size(SIZE).color(colour(dropped))).on_hover_text(t!(view.lang, "status-dropped-tip"));
}

/// Whether other machines can reach anything that is open.
fn reach(ui: &mut Ui, view: &View<'_>) {
    let mut open = view.session.endpoints().iter().filter(|endpoint| endpoint.live.is_open()).peekable();
    if open.peek().is_none() {
        return;
    }
    let reachable = open.any(|endpoint| endpoint.spec.reachable_from_lan());
    let (text, tip, colour) = if reachable {
        (t!(view.lang, "status-lan"), t!(view.lang, "status-lan-tip"), view.tokens.sent)
    } else {
        (t!(view.lang, "status-local"), t!(view.lang, "status-local-tip"), view.tokens.muted)
    };
    ui.label(RichText::new(text).size(SIZE).color(colour)).on_hover_text(tip);
}

/// `1.2 MB/s`, in powers of 1,000 as networks count.
fn rate_text(bytes: u64) -> String {
    const UNITS: [&str; 4] = ["kB/s", "MB/s", "GB/s", "TB/s"];
    if bytes < 1000 {
        return format!("{bytes} B/s");
    }
    let mut value = bytes as f64 / 1000.0;
    let mut unit = 0;
    while value >= 999.95 && unit + 1 < UNITS.len() {
        value /= 1000.0;
        unit += 1;
    }
    format!("{value:.1} {}", UNITS[unit])
}

/// Bytes per second over the last second, from the trace's totals.
#[derive(Default)]
struct Rates {
    noted: VecDeque<(Nanos, Totals)>,
}

impl Rates {
    /// Received and sent.
    fn per_second(&mut self, now: Nanos, totals: Totals) -> (u64, u64) {
        // One note older than the span stays, so that the difference covers all of it.
        while self.noted.get(1).is_some_and(|(at, _)| now.since(*at) >= SPAN) {
            self.noted.pop_front();
        }
        let newest = self.noted.back().map(|(at, _)| *at);
        if newest.is_none_or(|newest| now.since(newest) >= STEP) {
            self.noted.push_back((now, totals));
        }
        let Some((at, before)) = self.noted.front() else { return (0, 0) };
        let span = now.since(*at).max(SPAN);
        // A long pause before the first note must not thin the rate out.
        let span = if span > 2 * SPAN { SPAN } else { span };
        let per_second = |now: u64, before: u64| {
            (u128::from(now.saturating_sub(before)) * u128::from(SPAN) / u128::from(span)) as u64
        };
        if now.since(*at) > 2 * SPAN && self.noted.len() == 1 {
            return (0, 0);
        }
        (per_second(totals.received_bytes, before.received_bytes), per_second(totals.sent_bytes, before.sent_bytes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn received(received_bytes: u64) -> Totals {
        Totals { calls: 1, sent_bytes: 0, received_bytes }
    }

    #[test]
    fn a_rate_rises_with_traffic_and_comes_down_to_zero_after_a_second() {
        let mut rates = Rates::default();
        assert_eq!(rates.per_second(Nanos(0), received(0)).0, 0);
        assert_eq!(rates.per_second(Nanos(500_000_000), received(2_000)).0, 2_000);
        assert_eq!(rates.per_second(Nanos(1_000_000_000), received(4_000)).0, 4_000);
        assert_eq!(rates.per_second(Nanos(2_500_000_000), received(4_000)).0, 0);
    }

    #[test]
    fn rates_have_their_unit() {
        assert_eq!(rate_text(999), "999 B/s");
        assert_eq!(rate_text(1_200), "1.2 kB/s");
        assert_eq!(rate_text(999_999), "1.0 MB/s");
    }
}
