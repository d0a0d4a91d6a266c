//! Plots: bytes and calls per second, and what the kernel says of a connection or a listener.

mod chart;
mod kernel;
mod paper;
mod rates;
mod subject;
mod toolbar;
mod unit;

use std::time::Duration;

use eframe::egui::{Label, RichText, ScrollArea, Ui, Vec2, vec2};

use crate::session::Session;
use crate::t;
use crate::trace::Nanos;
use crate::trace::rates::{BUCKET, EndpointRates};
use crate::ui::command::UiCommand;
use crate::ui::panes::{LabView, Pane, Paper, PictureTexts};
use crate::ui::picture::Look;
use crate::ui::theme;
use crate::ui::view::View;
use crate::ui::widgets::quantity;
use chart::Chart;
use subject::{Choice, Rated, Subject};

/// How many calls one frame counts at most; ten million take some two hundred frames.
const PER_FRAME: usize = 50_000;
/// How often the kernel is asked while a plot shows it.
const SAMPLE_EVERY: Duration = Duration::from_millis(100);
/// The least width of the pane, in points, for two plots side by side.
const TWO_COLUMNS: f32 = 560.0;
/// The least height of a plot with its title and legend, in points.
const SHORTEST: f32 = 136.0;
/// The greatest.
const TALLEST: f32 = 300.0;
/// Between plots.
const GAP: f32 = 10.0;

/// The least span of the time axis, in nanoseconds.
const SHORTEST_SPAN: u64 = 10_000_000_000;

/// How far back is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Span {
    TenSeconds,
    #[default]
    Minute,
    TenMinutes,
    All,
}

impl Span {
    const ALL: [Self; 4] = [Self::TenSeconds, Self::Minute, Self::TenMinutes, Self::All];

    /// `None` for all there is.
    fn nanos(self) -> Option<u64> {
        match self {
            Self::TenSeconds => Some(10_000_000_000),
            Self::Minute => Some(60_000_000_000),
            Self::TenMinutes => Some(600_000_000_000),
            Self::All => None,
        }
    }
}

/// The time that is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Window {
    from: Nanos,
    /// Until then something is known.
    edge: Nanos,
    /// The right end of the axis.
    to: Nanos,
}

impl Window {
    /// Moved so that a moment is in it, in the middle where it was not.
    fn with(self, moment: Option<Nanos>) -> Self {
        let Some(moment) = moment.filter(|moment| *moment < self.from) else { return self };
        let span = self.to.since(self.from);
        let from = Nanos(moment.0.saturating_sub(span / 2));
        let to = Nanos(from.0.saturating_add(span));
        Self { from, edge: self.edge.min(to), to }
    }
}

/// The time that is shown while the user looks back.
fn cursor(view: &View<'_>) -> Option<Nanos> {
    view.session.looking_back().map(|_| view.session.shown_time())
}

#[derive(Debug, Default)]
pub struct PlotsPane {
    rates: EndpointRates,
    choice: Choice,
    span: Span,
    /// When the display was paused, and the right edge that it stands still at; counting goes on.
    held: Option<(Nanos, Nanos)>,
    /// The right edge of the last frame.
    edge: Nanos,
    generation: u64,
    /// The room that all plots took in the last frame.
    room: Vec2,
}

/// Rates, and what the kernel says of a socket, over time.
pub static PLOTS: LabView = LabView {
    name: "plots",
    title: "tab-plots",
    command: "cmd-show-plots",
    command_tip: "cmd-show-plots-tip",
    least: LabView::TWO_ROWS,
    picture: Some(PictureTexts { title: "picture-of-plots", copied: "picture-copied-plots", has_rows: false }),
    make: || Box::new(PlotsPane::default()),
};

impl Pane for PlotsPane {
    fn view(&self) -> &'static LabView {
        &PLOTS
    }

    fn command(&mut self, command: &UiCommand) -> bool {
        // They show the newest unless the display is paused, which the window ends.
        matches!(command, UiCommand::FollowEnd)
    }

    fn on_paper<'p>(&'p mut self, view: &View<'_>, _: Look) -> Option<(Vec2, Paper<'p>)> {
        let size = self.size_on_paper(view)?;
        Some((size, Box::new(|ui, view| self.paper_ui(ui, view))))
    }

    fn ui(&mut self, ui: &mut Ui, view: &mut View<'_>) {
        let trace = view.session.trace();
        if self.generation != trace.generation() {
            self.generation = trace.generation();
        }
        let more = self.rates.update(trace, PER_FRAME);
        if more {
            ui.ctx().request_repaint();
        }
        self.toolbar_ui(ui, view);
        let subject = Subject::of(self.choice, view);
        let watchable = subject.kernel.filter(|key| kernel::is_watchable(view.session, *key));
        if let Some(socket) = watchable.and_then(|key| view.session.socket_of(key)) {
            view.watch(socket, SAMPLE_EVERY);
        }
        self.edge = self.live_edge(ui, view, &subject);
        self.hold(view);
        let window = self.window(view.session, &subject).with(cursor(view));
        let (charts, mut notes) = self.charts(view, &subject, window);
        if more {
            let (done, all) = self.rates.progress(trace);
            let (done, all) = (quantity::count(done), quantity::count(all));
            notes.push(t!(view.lang, "plots-counting", done = done, all = all).into_owned());
        }
        if self.has_nothing(&charts) {
            nothing_ui(ui, view);
            return;
        }
        self.room = charts_ui(ui, view, &charts, &notes, window);
    }
}

impl PlotsPane {
    fn hold(&mut self, view: &View<'_>) {
        // In the past all of it stands there, with a line at the time that is shown.
        let Some(pause) = view.pause.filter(|_| cursor(view).is_none()) else {
            self.held = None;
            return;
        };
        if self.held.is_none_or(|(at, _)| at != pause.now) {
            // Only whole stretches of time, which change no more.
            let edge = Nanos(self.edge.min(pause.now).0 / BUCKET * BUCKET);
            self.held = Some((pause.now, edge));
        }
    }

    fn has_nothing(&self, charts: &[Chart]) -> bool {
        self.rates.span().is_none() && charts.iter().all(Chart::is_empty)
    }

    /// The plots, and what there is to say of them.
    fn charts(&self, view: &View<'_>, subject: &Subject, window: Window) -> (Vec<Chart>, Vec<String>) {
        let mut charts = Vec::new();
        let mut notes = Vec::new();
        let rates = rates::charts(&self.rates, view, subject.rated, window, &mut notes);
        let kernel = kernel::charts(view, subject, window, &mut notes);
        if subject.kernel_first {
            charts.extend(kernel);
            charts.extend(rates);
        } else {
            charts.extend(rates);
            charts.extend(kernel);
        }
        (charts, notes)
    }

    /// While an open socket is watched, everything up to now is known. Else the picture stands still soon after what
    /// came last: an idle lab draws nothing.
    fn live_edge(&self, ui: &Ui, view: &View<'_>, subject: &Subject) -> Nanos {
        let session = view.session;
        let sampled =
            subject.socket(session).and_then(|socket| session.kernel().latest(socket)).map(|sample| sample.at);
        let counted = self.rates.span().map(|(_, last)| last);
        let Some(last) = sampled.max(counted) else { return Nanos::default() };
        let settled = Nanos(last.0.saturating_add(2 * BUCKET));
        if session.viewed().is_some() {
            return settled;
        }
        let now = session.now();
        let again = |after: Duration| {
            if view.pause.is_none() {
                ui.ctx().request_repaint_after(after);
            }
        };
        if now < settled {
            again(Duration::from_nanos(settled.since(now)));
        } else if subject.kernel.is_some_and(|key| kernel::is_open(session, key)) {
            again(quantity::repaint_after(now.since(last)));
        } else {
            return settled;
        }
        now
    }

    fn window(&self, session: &Session, subject: &Subject) -> Window {
        let edge = self.held.map_or(self.edge, |(_, edge)| edge);
        match self.span.nanos() {
            Some(span) => {
                let from = Nanos(edge.0.saturating_sub(span));
                // A lab that is younger than that has its whole axis for what there is.
                let shortest = from.0.saturating_add(SHORTEST_SPAN.min(span));
                Window { from, edge, to: edge.max(Nanos(shortest)) }
            }
            None => {
                let sampled = subject
                    .socket(session)
                    .and_then(|socket| session.kernel().of(socket).next())
                    .map(|sample| sample.at);
                let counted = self.rates.span().map(|(first, _)| first);
                let first = [sampled, counted].into_iter().flatten().min().unwrap_or_default();
                let from = Nanos(first.0 / BUCKET * BUCKET);
                Window { from, edge, to: edge.max(Nanos(from.0.saturating_add(SHORTEST_SPAN / 10))) }
            }
        }
    }
}

/// The plots, below each other or two by two, as large as there is room; gives the room that all of them take.
fn charts_ui(ui: &mut Ui, view: &mut View<'_>, charts: &[Chart], notes: &[String], window: Window) -> Vec2 {
    let shown =
        ScrollArea::vertical().id_salt("plots").auto_shrink([false, false]).min_scrolled_height(0.0).show(ui, |ui| {
            let margin = 10.0;
            let room = ui.available_rect_before_wrap();
            let columns = if room.width() >= TWO_COLUMNS && charts.len() > 1 { 2 } else { 1 };
            let rows = charts.len().div_ceil(columns).max(1);
            let between = GAP * (columns - 1) as f32;
            let width = ((room.width() - 2.0 * margin - between) / columns as f32).max(120.0);
            ui.horizontal_top(|ui| {
                ui.spacing_mut().item_spacing = vec2(GAP, GAP);
                ui.add_space(margin);
                ui.vertical(|ui| {
                    ui.set_width(room.width() - 2.0 * margin);
                    let before = ui.cursor().top();
                    for note in notes {
                        ui.add(Label::new(RichText::new(note).color(view.tokens.muted)).wrap());
                    }
                    let left = room.height() - (ui.cursor().top() - before) - GAP * rows as f32;
                    let height = (left / rows as f32).clamp(SHORTEST, TALLEST);
                    for row in charts.chunks(columns) {
                        let legend = row.iter().map(|chart| chart.legend_height(ui, view, width)).fold(0.0, f32::max);
                        ui.horizontal_top(|ui| {
                            for chart in row {
                                chart.ui(ui, view, window, vec2(width, height), legend);
                            }
                        });
                    }
                });
            });
        });
    vec2(shown.inner_rect.width(), shown.content_size.y)
}

fn nothing_ui(ui: &mut Ui, view: &View<'_>) {
    let lang = view.lang;
    let room = ui.available_size();
    ui.vertical_centered(|ui| {
        ui.set_max_width((room.x - 40.0).clamp(120.0, 460.0));
        ui.add_space((room.y / 2.0 - 50.0).max(8.0));
        ui.label(theme::strong(t!(lang, "plots-empty-title")).size(15.0));
        let text = RichText::new(t!(lang, "plots-empty-text")).color(view.tokens.muted);
        ui.add(Label::new(text).wrap());
    });
}

/// Whose colour is whose, in the order of the endpoints.
fn series_color(view: &View<'_>, index: usize) -> eframe::egui::Color32 {
    let series = &view.tokens.series;
    series.get(index % series.len()).copied().unwrap_or(view.tokens.text)
}

impl Rated {
    /// How many endpoints are drawn at most where all are chosen: more lines are not told apart.
    const MOST: usize = 6;
}
