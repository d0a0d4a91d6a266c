//! One plot: its title, its legend, its lines, and what pointing at it says.

use std::sync::Arc;

use eframe::egui::accesskit::Role;
use eframe::egui::{
    Align2, Color32, CursorIcon, FontId, Galley, Label, Rangef, Rect, RichText, Sense, Shape, Stroke as Pen, TextStyle,
    Ui, Vec2, Vec2b, WidgetInfo, pos2, vec2,
};
use egui_plot::{AxisHints, GridMark, HPlacement, Line, LineStyle, Plot, PlotPoints};

use super::unit::{self, Unit};
use super::{PLOTS, Window, cursor};
use crate::lang::Lang;
use crate::t;
use crate::ui::panes::picture_menu;
use crate::ui::theme::{self, Tokens};
use crate::ui::view::View;

/// As thick as a projector needs.
const THICK: f32 = 2.0;
/// Half the height of a mark's number.
const HALF_MARK: f32 = 6.0;
/// The piece of line in the legend.
const SAMPLE: Vec2 = vec2(26.0, 14.0);
/// Between the entries of the legend, and between its lines.
const LEGEND_GAP: f32 = 5.0;
const LINE_GAP: f32 = 2.0;
const LEGEND_ROW: f32 = 16.0;
/// The room above the highest value.
const HEADROOM: f64 = 1.12;
const FOOTROOM: f64 = 0.03;
/// And beside the last number of the time.
const SIDEROOM: f64 = 0.04;
/// The room that a number at the axis takes, in points.
const X_EVERY: f32 = 80.0;
const Y_EVERY: f32 = 34.0;
const MAX_MARKS: u32 = 60;

/// How a line is drawn, so that no two are told apart by colour alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stroke {
    Solid,
    Dashed,
    Dotted,
}

/// How values become a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Drawn {
    /// Each value holds for its stretch of time.
    Steps,
    /// Each value stands in the middle of its stretch.
    Peaks,
}

/// A value for a while, in seconds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stretch {
    pub from: f64,
    pub to: f64,
    pub value: f64,
}

#[derive(Clone, Debug)]
pub struct Curve {
    pub name: String,
    pub color: Color32,
    pub stroke: Stroke,
    pub drawn: Drawn,
    /// Whether the axis reaches to its highest value. A limit that is far away is not worth the room.
    pub scales: bool,
    /// In order of time. Where nothing is known there is none.
    pub stretches: Vec<Stretch>,
}

#[derive(Clone, Debug)]
pub struct Chart {
    pub id: &'static str,
    pub title: String,
    pub unit: Unit,
    pub curves: Vec<Curve>,
    /// Whether the legend says each line's latest value.
    pub says_latest: bool,
    /// What is written into it where it has no line.
    pub missing: String,
    /// More about it, for the tooltip.
    pub tip: Option<String>,
}

impl Curve {
    fn latest(&self) -> Option<f64> {
        self.stretches.last().map(|stretch| stretch.value)
    }

    fn peak(&self) -> f64 {
        self.stretches.iter().map(|stretch| stretch.value).fold(0.0, f64::max)
    }

    fn at(&self, x: f64) -> Option<f64> {
        let place = self.stretches.partition_point(|stretch| stretch.from <= x).checked_sub(1)?;
        self.stretches.get(place).filter(|stretch| x <= stretch.to).map(|stretch| stretch.value)
    }

    /// The points of the line, in pieces where nothing is known between them.
    fn pieces(&self) -> Vec<Vec<[f64; 2]>> {
        let mut pieces: Vec<Vec<[f64; 2]>> = Vec::new();
        let mut end = f64::NEG_INFINITY;
        for stretch in &self.stretches {
            let Stretch { from, to, value } = *stretch;
            if from > end {
                pieces.push(Vec::new());
            }
            end = to;
            let Some(piece) = pieces.last_mut() else { continue };
            match self.drawn {
                Drawn::Steps => piece.extend([[from, value], [to, value]]),
                // Where nothing happened the line lies on the axis from end to end.
                Drawn::Peaks if value == 0.0 => piece.extend([[from, value], [to, value]]),
                Drawn::Peaks => piece.push([f64::midpoint(from, to), value]),
            }
        }
        pieces
    }

    fn style(&self) -> LineStyle {
        match self.stroke {
            Stroke::Solid => LineStyle::Solid,
            Stroke::Dashed => LineStyle::Dashed { length: 8.0 },
            Stroke::Dotted => LineStyle::Dotted { spacing: 7.0 },
        }
    }
}

impl Chart {
    pub fn is_empty(&self) -> bool {
        self.curves.iter().all(|curve| curve.stretches.is_empty())
    }

    /// `legend`: the height of the highest legend in its row, so that frames beside each other begin at one height.
    pub fn ui(&self, ui: &mut Ui, view: &mut View<'_>, window: Window, size: Vec2, legend: f32) {
        ui.allocate_ui_with_layout(size, *ui.layout(), |ui| {
            ui.set_min_size(size);
            ui.vertical(|ui| {
                ui.set_width(size.x);
                ui.spacing_mut().item_spacing = vec2(12.0, 2.0);
                let top = ui.cursor().top();
                let title = ui.add(Label::new(theme::strong(&self.title).color(view.tokens.text)).truncate());
                if let Some(tip) = &self.tip {
                    title.on_hover_text(tip);
                }
                self.legend_ui(ui, view, size.x);
                // The highest mark of the axis stands half above the frame.
                ui.add_space(legend + HALF_MARK);
                let left = size.y - (ui.cursor().top() - top);
                self.plot_ui(ui, view, window, left.max(80.0));
            });
        });
    }

    /// What the legend says of a curve, and the room that it takes.
    fn told(&self, ui: &Ui, view: &View<'_>, curve: &Curve) -> (String, Arc<Galley>, Vec2) {
        let latest = match cursor(view) {
            Some(moment) => curve.at(moment.as_secs_f64()),
            None => curve.latest(),
        };
        let latest = latest.filter(|_| self.says_latest);
        let text = match latest {
            Some(latest) => format!("{} {}", curve.name, self.unit.exact(view.lang, latest)),
            None if self.says_latest => format!("{} –", curve.name),
            None => curve.name.clone(),
        };
        let font = TextStyle::Body.resolve(ui.style());
        let galley = ui.painter().layout_no_wrap(text.clone(), font, view.tokens.text);
        let size = vec2(SAMPLE.x + 5.0 + galley.size().x + 8.0, galley.size().y.max(SAMPLE.y));
        (text, galley, size)
    }

    /// How high the legend is in this width.
    pub fn legend_height(&self, ui: &Ui, view: &View<'_>, width: f32) -> f32 {
        self.legend(ui, view, width).last().map_or(0.0, |(place, ..)| place.bottom())
    }

    /// What the legend says of each curve and where, from its upper left corner, in as many rows as it takes.
    fn legend(&self, ui: &Ui, view: &View<'_>, width: f32) -> Vec<(Rect, String, Arc<Galley>)> {
        let told: Vec<_> = self.curves.iter().map(|curve| self.told(ui, view, curve)).collect();
        let height = told.iter().map(|(.., size)| size.y).fold(LEGEND_ROW, f32::max);
        let mut at = pos2(0.0, 0.0);
        let mut placed = Vec::with_capacity(told.len());
        for (text, galley, size) in told {
            if at.x > 0.0 && at.x + size.x > width {
                at = pos2(0.0, at.y + height + LINE_GAP);
            }
            placed.push((Rect::from_min_size(at, vec2(size.x, height)), text, galley));
            at.x += size.x + LEGEND_GAP;
        }
        placed
    }

    fn legend_ui(&self, ui: &mut Ui, view: &View<'_>, width: f32) {
        let corner = ui.cursor().min.to_vec2();
        for ((place, text, galley), curve) in self.legend(ui, view, width).into_iter().zip(&self.curves) {
            let rect = place.translate(corner);
            let response = ui.interact(rect, ui.scope_id().with(("legend", &text)), Sense::hover());
            response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &text));
            paint_sample(ui, Rect::from_min_size(rect.min, vec2(SAMPLE.x, rect.height())), curve);
            let at = pos2(rect.left() + SAMPLE.x + 5.0, rect.center().y - galley.size().y / 2.0);
            ui.painter().galley(at, galley, view.tokens.text);
        }
    }

    fn plot_ui(&self, ui: &mut Ui, view: &mut View<'_>, window: Window, height: f32) {
        let (lang, tokens) = (view.lang, view.tokens);
        let (from, to) = (window.from.as_secs_f64(), window.to.as_secs_f64());
        let peak = self.curves.iter().filter(|curve| curve.scales).map(Curve::peak).fold(self.unit.least(), f64::max);
        let unit = self.unit;
        let small = FontId::proportional(11.0);
        let x_axis = AxisHints::new_x()
            .formatter(move |mark, range| {
                // At the left end the number would lie over that of the other axis.
                let is_first = mark.value - range.start() < (range.end() - range.start()) * 0.02;
                if is_first { String::new() } else { seconds_tick(lang, mark.value, mark.step_size) }
            })
            .tick_label_color(tokens.muted)
            .tick_label_font(small.clone());
        let y_axis = AxisHints::new_y()
            .label(RichText::new(unit.name(lang)).size(11.0).color(tokens.muted))
            .formatter(move |mark, _| unit.tick(mark.value))
            .tick_label_color(tokens.muted)
            .tick_label_font(small)
            .placement(HPlacement::Left)
            .min_thickness(64.0);
        let width = ui.available_width();
        let group = ui.scope_id().with("plots");
        let shown = Plot::new(("plot", self.id))
            .height(height)
            .custom_x_axes(vec![x_axis])
            .custom_y_axes(vec![y_axis])
            .allow_drag(false)
            .allow_zoom(false)
            .allow_scroll(false)
            .allow_boxed_zoom(false)
            .allow_axis_zoom_drag(false)
            .allow_double_click_reset(false)
            .sense(Sense::CLICK)
            .set_margin_fraction(Vec2::ZERO)
            .show_background(false)
            // As quiet in one direction as in the other, however far apart the lines are.
            .grid_color(tokens.line)
            .grid_spacing(Rangef::new(0.0, 1.0))
            .x_grid_spacer(|input| marks(input.bounds, f64::from(width / X_EVERY)))
            .y_grid_spacer(move |input| marks(input.bounds, f64::from(height / Y_EVERY)))
            .link_cursor(group, Vec2b::new(true, false))
            .show_crosshair(false)
            .cursor_color(tokens.muted)
            .label_formatter(|_| None)
            .show(ui, |plot| {
                plot.set_plot_bounds_x(from..=to + (to - from) * SIDEROOM);
                // A little lower than nothing, so that a line on the axis is seen as thick as the others.
                plot.set_plot_bounds_y(-peak * FOOTROOM..=peak * HEADROOM);
                for (number, curve) in self.curves.iter().enumerate() {
                    for (part, piece) in curve.pieces().into_iter().enumerate() {
                        let line = Line::new(curve.name.clone(), PlotPoints::from(piece))
                            .id((self.id, number, part))
                            .color(curve.color)
                            .width(THICK)
                            .allow_hover(false)
                            .allow_band(false)
                            .style(curve.style());
                        plot.line(line);
                    }
                }
            });
        let response = shown.response.on_hover_cursor(CursorIcon::Crosshair);
        picture_menu::on_click(&response, view, &PLOTS);
        let mut name = self.spoken(lang);
        if let Some(moment) = cursor(view) {
            name.push_str("; ");
            name.push_str(&t!(lang, "plots-cursor", time = format!("{:.2}", moment.as_secs_f64())));
        }
        response.widget_info(|| WidgetInfo::labeled(Role::Image, true, &name));
        if self.is_empty() {
            let font = TextStyle::Body.resolve(ui.style());
            let at = response.rect.center();
            ui.painter().with_clip_rect(response.rect).text(
                at,
                Align2::CENTER_CENTER,
                &self.missing,
                font,
                tokens.muted,
            );
            return;
        }
        if let Some(moment) = cursor(view) {
            let x = shown.transform.position_from_point_x(moment.as_secs_f64());
            paint_cursor(ui, response.rect, x, tokens);
        }
        let Some(pointer) = response.hover_pos() else { return };
        let x = shown.transform.value_from_position(pointer).x;
        let line = shown.transform.position_from_point_x(x);
        ui.painter().with_clip_rect(response.rect).vline(line, response.rect.y_range(), Pen::new(1.0, tokens.muted));
        response.on_hover_ui_at_pointer(|ui| self.tip_ui(ui, view, x));
    }

    /// The values at the time that is pointed at.
    fn tip_ui(&self, ui: &mut Ui, view: &View<'_>, x: f64) {
        let lang = view.lang;
        ui.spacing_mut().item_spacing.y = 2.0;
        ui.spacing_mut().interact_size.y = 16.0;
        ui.label(theme::strong(t!(lang, "plots-at", time = format!("{x:.2}"))));
        for curve in &self.curves {
            ui.horizontal(|ui| {
                let (rect, _) = ui.allocate_exact_size(SAMPLE, Sense::hover());
                paint_sample(ui, rect, curve);
                let value = match curve.at(x) {
                    Some(value) => self.unit.exact(lang, value),
                    None => t!(lang, "plots-unknown").into_owned(),
                };
                ui.label(format!("{}: {value}", curve.name));
            });
        }
        if let Some(tip) = &self.tip {
            ui.label(RichText::new(tip).size(11.0).color(view.tokens.muted));
        }
    }

    /// What a screen reader says: the latest values, or of rates the highest ones.
    fn spoken(&self, lang: Lang) -> String {
        let mut text = self.title.clone();
        for curve in self.curves.iter().filter(|curve| !curve.stretches.is_empty()) {
            let value = if self.says_latest { curve.latest().unwrap_or_default() } else { curve.peak() };
            let value = self.unit.exact(lang, value);
            text.push_str("; ");
            if self.says_latest {
                text.push_str(&format!("{} {value}", curve.name));
            } else {
                text.push_str(&t!(lang, "plots-peak", name = curve.name.as_str(), value = value));
            }
        }
        if self.is_empty() {
            text.push_str("; ");
            text.push_str(&self.missing);
        }
        text
    }
}

/// `12 s`, `12.5 s`: time of the lab, as in the table of calls.
fn seconds_tick(lang: Lang, value: f64, step: f64) -> String {
    if value < 0.0 {
        return String::new();
    }
    let shown = if step < 1.0 && value < 1e6 { format!("{value:.1}") } else { unit::number(value.round()) };
    t!(lang, "plots-seconds", value = shown).into_owned()
}

/// The round numbers in a range of an axis, at most `most`. Everything is counted in
/// whole numbers.
fn marks((from, to): (f64, f64), most: f64) -> Vec<GridMark> {
    let wanted = ((to - from) / most.max(2.0)).max(1.0);
    if !wanted.is_finite() || wanted <= 0.0 {
        return Vec::new();
    }
    let decade = 10f64.powf(wanted.log10().floor());
    let step = [1.0, 2.0, 5.0].into_iter().map(|times| times * decade).find(|step| *step >= wanted);
    let step = step.unwrap_or(10.0 * decade);
    let first = (from / step).ceil();
    let marks = (0..MAX_MARKS).map(|place| (first + f64::from(place)) * step).take_while(|value| *value <= to);
    marks.map(|value| GridMark { value, step_size: step }).collect()
}

/// The moment that all views show; what came after it is dimmed.
fn paint_cursor(ui: &Ui, plot: Rect, x: f32, tokens: &Tokens) {
    let painter = ui.painter().with_clip_rect(plot);
    painter.rect_filled(plot.with_min_x(x.max(plot.left())), 0.0, tokens.pane.gamma_multiply(0.65));
    painter.vline(x, plot.y_range(), Pen::new(2.0, tokens.waiting));
}

fn paint_sample(ui: &Ui, rect: Rect, curve: &Curve) {
    let points = [pos2(rect.left(), rect.center().y), pos2(rect.right(), rect.center().y)];
    let pen = Pen::new(THICK, curve.color);
    match curve.stroke {
        Stroke::Solid => {
            ui.painter().line_segment(points, pen);
        }
        Stroke::Dashed => {
            ui.painter().extend(Shape::dashed_line(&points, pen, 7.0, 4.0));
        }
        Stroke::Dotted => {
            ui.painter().extend(Shape::dotted_line(&points, curve.color, 6.0, THICK));
        }
    }
}
