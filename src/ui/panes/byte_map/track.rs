//! One direction, drawn: two lanes, the bands between them, and what the user does with them.

use eframe::egui::accesskit::Role;
use eframe::egui::{
    CornerRadius, EventFilter, Id, Key, Modifiers, Rect, Response, Sense, Stroke, StrokeKind, Ui, WidgetInfo, pos2,
    vec2,
};

use super::BYTE_MAP;
use super::paint::{self, Label, Marks, Place};
use super::queues::Queues;
use super::viewport::{Extent, Viewport};
use crate::lab::TextEncoding;
use crate::t;
use crate::trace::Call;
use crate::trace::byte_map::{Block, Picture, What};
use crate::trace::export::text::call_line;
use crate::trace::text::{hex_rows, preview};
use crate::ui::panes::picture_menu;
use crate::ui::theme::{self, MONO};
use crate::ui::view::View;
use crate::ui::widgets::direction::Direction;
use crate::ui::widgets::focus;
use crate::ui::widgets::highlights::Highlights;
use crate::ui::widgets::quantity::{bytes, count};

/// The most characters of a block's text.
const MAX_CHARS: usize = 80;
const BAR: f32 = 10.0;
/// The bytes that a tip shows as hex.
const TIP_BYTES: usize = 48;

/// One end of a direction.
pub struct Side {
    pub name: String,
    /// `send()`
    pub call: &'static str,
    /// In the lab; else what it called is not known.
    pub known: bool,
}

/// What is to be drawn.
pub struct Track<'a> {
    pub id: Id,
    pub name: String,
    pub upper: Side,
    pub lower: Side,
    pub picture: &'a Picture,
    pub extent: Extent,
    /// Byte numbers on the ruler: those of a stream.
    pub numbered: bool,
    pub headline: String,
    pub summary: String,
    /// The selected call's other half.
    pub related: &'a [u64],
    pub outside: &'a str,
    /// Where messages end.
    pub boundaries: &'a [u64],
    /// Where bytes in flight are, as the kernel says.
    pub queues: Queues,
    /// Whether a call is one of its blocks.
    pub is_on_line: &'a dyn Fn(u64) -> bool,
}

/// What the user did.
#[derive(Debug, Default)]
pub struct TrackResponse {
    pub selected: Option<u64>,
    pub hovered: Option<u64>,
    /// Along the lane, forward or back.
    pub walk: Option<bool>,
    /// To the other lane.
    pub cross: bool,
    /// To the first or the last call in sight.
    pub edge: Option<bool>,
}

/// The heights of a track's parts in a given room.
struct Heights {
    words: f32,
    ruler: f32,
    lane: f32,
    band: f32,
}

impl Heights {
    fn of(room: f32) -> Self {
        let words = if room >= 190.0 { 40.0 } else { 22.0 };
        let ruler = if room >= 190.0 { 28.0 } else { 24.0 };
        let rest = (room - words - ruler - BAR - 6.0).max(60.0);
        let lane = (rest * 0.3).clamp(20.0, 46.0);
        Self { words, ruler, lane, band: (rest - 2.0 * lane).clamp(14.0, 86.0) }
    }
}

impl Track<'_> {
    pub fn ui(&self, ui: &mut Ui, view: &mut View<'_>, port: &mut Viewport, room: Rect) -> TrackResponse {
        let mut done = TrackResponse::default();
        let tokens = view.tokens;
        let heights = Heights::of(room.height());
        let names = if room.width() < 560.0 { 84.0 } else { 112.0 };
        let top = room.top() + heights.words + heights.ruler;
        let area = Rect::from_min_max(
            pos2(room.left() + names, room.top() + heights.words),
            pos2(room.right() - 12.0, top + 2.0 * heights.lane + heights.band + 5.0),
        );
        let upper = Place { area, top, height: heights.lane };
        let lower = Place { area, top: top + heights.lane + heights.band, height: heights.lane };
        self.words_ui(ui, view, room.with_max_y(room.top() + heights.words).with_min_x(area.left()));

        let whole = ui.interact(area, self.id, Sense::CLICK | Sense::DRAG | Sense::FOCUSABLE);
        whole.widget_info(|| WidgetInfo::labeled(Role::List, true, &self.name));
        picture_menu::on_click(&whole, view, &BYTE_MAP);
        self.moves(ui, &whole, port, area, &mut done);
        if !view.on_paper {
            self.bar_ui(ui, view, port, Rect::from_min_size(area.left_bottom(), vec2(area.width(), BAR)));
        }

        for (place, side, arrow) in [(upper, &self.upper, Direction::Sent), (lower, &self.lower, Direction::Received)] {
            let rect = Rect::from_min_size(pos2(room.left() + 10.0, place.top), vec2(names - 18.0, place.height));
            paint::side(ui, tokens, rect, &side.name, side.call, arrow);
        }
        let mut inside = ui.new_child(eframe::egui::UiBuilder::new().max_rect(area).id_salt(self.id));
        inside.shrink_clip_rect(area.expand2(vec2(3.0, 3.0)));
        let ui = &mut inside;
        let ruled = if self.upper.known { &self.picture.sent } else { &self.picture.received };
        paint::ruler(ui, tokens, area, top - 2.0, port, ruled, self.numbered);
        let selected = view.selection.call();
        let is_lit = |block: &Block| {
            selected.is_some_and(|seq| block.what.holds(seq)) || self.related.iter().any(|seq| block.what.holds(*seq))
        };
        for band in &self.picture.bands {
            let (Some(above), Some(below)) = (self.picture.sent.get(band.upper), self.picture.received.get(band.lower))
            else {
                continue;
            };
            let (a, b) = paint::band_rects(port, *band, (upper, *above), (lower, *below));
            let lit = (!self.related.is_empty() || selected.is_some()) && is_lit(above) && is_lit(below);
            paint::band(ui, tokens, a, b, lit);
        }
        for (place, side, blocks, way) in [
            (upper, &self.upper, &self.picture.sent, Direction::Sent),
            (lower, &self.lower, &self.picture.received, Direction::Received),
        ] {
            if !side.known {
                self.outside_ui(
                    ui,
                    view,
                    Rect::from_min_size(pos2(area.left(), place.top), vec2(area.width(), place.height)),
                );
                continue;
            }
            for block in blocks {
                self.block_ui(ui, view, port, (place, way), block, &mut done);
            }
        }
        for end in self.boundaries {
            paint::boundary(ui, tokens, area.left() + port.x(*end), upper, lower);
        }
        if whole.has_focus() {
            let stroke = Stroke::new(1.0, tokens.accent.gamma_multiply(0.5));
            ui.painter().rect_stroke(area, CornerRadius::same(3), stroke, StrokeKind::Inside);
        }
        done
    }

    fn words_ui(&self, ui: &mut Ui, view: &View<'_>, room: Rect) {
        let mut line = |top: f32, text: &str, strong: bool| {
            if text.is_empty() {
                return;
            }
            let rect = Rect::from_min_size(pos2(room.left(), room.top() + top), vec2(room.width() - 10.0, 20.0));
            let rich = if strong {
                theme::strong(text).size(12.5).color(view.tokens.text)
            } else {
                eframe::egui::RichText::new(text).size(12.0).color(view.tokens.muted)
            };
            let label = eframe::egui::Label::new(rich).truncate();
            ui.scope_builder(eframe::egui::UiBuilder::new().max_rect(rect), |ui| ui.add(label));
        };
        if self.headline.is_empty() || room.height() < 30.0 {
            let only = if self.headline.is_empty() { &self.summary } else { &self.headline };
            line(2.0, only, !self.headline.is_empty());
        } else {
            line(2.0, &self.headline, true);
            line(21.0, &self.summary, false);
        }
    }

    fn outside_ui(&self, ui: &Ui, view: &View<'_>, rect: Rect) {
        let tokens = view.tokens;
        ui.painter().rect_filled(rect, CornerRadius::same(4), tokens.highlight.gamma_multiply(0.6));
        let font = eframe::egui::FontId::proportional(12.0);
        let text = ui.painter().layout_no_wrap(self.outside.to_owned(), font.clone(), tokens.muted);
        let text = if text.size().x > rect.width() - 10.0 {
            ui.painter().layout_no_wrap(t!(view.lang, "byte-map-outside-short").into_owned(), font, tokens.muted)
        } else {
            text
        };
        ui.painter().galley(rect.center() - text.size() / 2.0, text, tokens.muted);
    }

    fn block_ui(
        &self,
        ui: &mut Ui,
        view: &mut View<'_>,
        port: &mut Viewport,
        (place, way): (Place, Direction),
        block: &Block,
        done: &mut TrackResponse,
    ) {
        let rect = place.rect(port, block.begin, block.end);
        let seen = rect.intersect(place.area);
        if !seen.is_positive() {
            return;
        }
        let lang = view.lang;
        let trace = view.session.trace();
        let call = match block.what {
            What::Call { seq } | What::Lost { seq } | What::CutOff { seq } => trace.get(seq),
            _ => None,
        };
        let encoding = call.and_then(|call| view.session.endpoint(call.endpoint)).map(|found| found.spec.encoding);
        let encoding = encoding.unwrap_or_default();
        let key = (place.top as i64, block.begin, matches!(block.what, What::CutOff { .. }));
        let response = ui.interact(seen, self.id.with(key), Sense::CLICK);
        let selected = view.selection.call().is_some_and(|seq| block.what.holds(seq));
        let stands_out = self.stands_out(view, block, way);
        response.widget_info(|| {
            let name = stands_out.after(lang, self.name(view, block, call, encoding));
            WidgetInfo::selected(Role::Button, true, selected, name)
        });
        let number = block.bytes();
        let (text, about, short) = match block.what {
            What::Call { seq } => {
                let chars = ((rect.width() / (MONO * 0.5)) as usize).min(MAX_CHARS);
                let text = match call {
                    Some(call) if rect.width() >= 30.0 => preview(trace.said(call).bytes, encoding, chars.max(1)),
                    _ => String::new(),
                };
                let op = call.map(|call| call.name()).unwrap_or_default();
                let moved = call.map_or(number, |call| call.len);
                let about = if rect.width() > 130.0 {
                    format!("{op} #{seq} · {}", bytes(moved))
                } else {
                    format!("#{seq} · {}", bytes(moved))
                };
                (text, about, format!("#{seq}"))
            }
            What::Many { calls, .. } => {
                (String::new(), t!(lang, "byte-map-many", count = count(calls)).into_owned(), String::new())
            }
            What::Gone => (String::new(), t!(lang, "byte-map-gone").into_owned(), String::new()),
            What::InFlight => (
                t!(lang, "byte-map-in-flight", bytes = bytes(number)).into_owned(),
                match self.queues.words(lang) {
                    Some(queues) if rect.width() > 330.0 => queues,
                    _ => t!(lang, "byte-map-not-received").into_owned(),
                },
                String::new(),
            ),
            What::NeverReceived => (
                t!(lang, "byte-map-never", bytes = bytes(number)).into_owned(),
                t!(lang, "byte-map-closed").into_owned(),
                String::new(),
            ),
            What::Lost { .. } => (String::new(), String::new(), String::new()),
            What::CutOff { .. } => {
                let text = t!(lang, "byte-map-cut-off").into_owned();
                (text, bytes(number), String::new())
            }
        };
        let (text, about, short) = match block.what {
            What::Lost { seq } => (t!(lang, "byte-map-lost").into_owned(), format!("#{seq}"), "×".to_owned()),
            _ => (text, about, short),
        };
        let color = way.color(view.tokens);
        let marks = Marks {
            stands_out,
            selected,
            hovered: response.hovered() && block.what.moves(),
            related: self.related.iter().any(|seq| block.what.holds(*seq)),
        };
        let label = Label { text: &text, about: &about, short: &short };
        paint::block(ui, view.tokens, rect, block.what, color, &label, marks);
        if response.hovered() {
            done.hovered = call.map(|call| call.seq);
        }
        if response.clicked() {
            focus::give_to(ui.ctx(), self.id);
            match block.what {
                What::Many { first, .. } => {
                    port.show(block.begin, block.end, self.extent);
                    done.selected = Some(first);
                }
                _ => done.selected = call.map(|call| call.seq),
            }
        }
        picture_menu::on_click(&response, view, &BYTE_MAP);
        self.tip(&response, view, block, (call, encoding), stands_out);
    }

    /// Whether a call of the block matches the filter or has a bookmark.
    fn stands_out<'a>(&self, view: &View<'a>, block: &Block, way: Direction) -> Highlights<'a> {
        match block.what {
            What::Call { seq } | What::Lost { seq } | What::CutOff { seq } => Highlights::of(view, seq),
            What::Many { first, last, .. } => {
                let trace = view.session.trace();
                Highlights::among(view, first, last, |seq| {
                    trace.get(seq).is_some_and(|call| Direction::of(&call.op) == Some(way) && (self.is_on_line)(seq))
                })
            }
            What::Gone | What::InFlight | What::NeverReceived => Highlights::default(),
        }
    }

    fn name(&self, view: &View<'_>, block: &Block, call: Option<&Call>, encoding: TextEncoding) -> String {
        let said = name(view, block, call, encoding);
        match self.queues.words(view.lang).filter(|_| block.what == What::InFlight) {
            Some(queues) => format!("{said} · {queues}"),
            None => said,
        }
    }

    fn tip(
        &self,
        response: &Response,
        view: &View<'_>,
        block: &Block,
        (call, encoding): (Option<&Call>, TextEncoding),
        stands_out: Highlights<'_>,
    ) {
        response.clone().on_hover_ui_at_pointer(|ui| {
            ui.set_max_width(460.0);
            let Some(call) = call else {
                ui.label(self.name(view, block, None, encoding));
                return;
            };
            for word in stands_out.words(view.lang) {
                ui.label(eframe::egui::RichText::new(word).color(view.tokens.accent));
            }
            let mono = |text: String| eframe::egui::RichText::new(text).monospace();
            ui.label(mono(call_line(call, &view.session.name_of((call.endpoint, call.conn)), encoding)));
            if let Some(offset) = call.offset.filter(|_| call.len > 0) {
                let (first, last) = (count(offset), count(offset + call.len - 1));
                ui.label(t!(view.lang, "byte-map-range", first = first, last = last));
            }
            let said = view.session.trace().said(call);
            let shown = said.bytes.get(..TIP_BYTES).unwrap_or(said.bytes);
            for row in hex_rows(shown, 16) {
                ui.label(mono(format!("{:04x}  {:<48}  {}", row.offset, row.hex, row.text)).size(11.0));
            }
            if said.len as usize > shown.len() {
                ui.label("…");
            }
        });
    }

    /// Wheel, drag and keys.
    fn moves(&self, ui: &mut Ui, whole: &Response, port: &mut Viewport, area: Rect, done: &mut TrackResponse) {
        if whole.dragged() {
            port.pan(f64::from(whole.drag_delta().x), self.extent);
        }
        if whole.clicked() {
            focus::give(whole);
        }
        if let Some(pointer) = ui.input(|input| input.pointer.hover_pos()).filter(|_| ui.rect_contains_pointer(area)) {
            let (zoom, scroll) = ui.input(|input| (input.zoom_delta(), input.smooth_scroll_delta()));
            if (zoom - 1.0).abs() > 1e-4 {
                port.zoom(f64::from(zoom), pointer.x - area.left(), self.extent);
            } else if scroll != vec2(0.0, 0.0) {
                // An ordinary wheel turns up and down only.
                let by = if scroll.x.abs() > scroll.y.abs() { scroll.x } else { scroll.y };
                port.pan(f64::from(by), self.extent);
                ui.input_mut(|input| input.smooth_scroll_delta = vec2(0.0, 0.0));
            }
        }
        if !whole.has_focus() {
            return;
        }
        let filter = EventFilter { horizontal_arrows: true, vertical_arrows: true, ..EventFilter::default() };
        ui.memory_mut(|memory| memory.set_focus_lock_filter(whole.id, filter));
        let pressed = |key: Key| ui.input_mut(|input| input.consume_key(Modifiers::NONE, key));
        let middle = area.width() / 2.0;
        if pressed(Key::ArrowRight) {
            done.walk = Some(true);
        } else if pressed(Key::ArrowLeft) {
            done.walk = Some(false);
        } else if pressed(Key::ArrowDown) || pressed(Key::ArrowUp) {
            done.cross = true;
        } else if pressed(Key::Plus) || pressed(Key::Equals) {
            port.zoom(1.5, middle, self.extent);
        } else if pressed(Key::Minus) {
            port.zoom(1.0 / 1.5, middle, self.extent);
        } else if pressed(Key::Num0) {
            port.all();
        } else if pressed(Key::PageDown) {
            port.pan(-f64::from(area.width()) * 0.9, self.extent);
        } else if pressed(Key::PageUp) {
            port.pan(f64::from(area.width()) * 0.9, self.extent);
        } else if pressed(Key::Home) {
            port.go_to(self.extent.begin as f64, self.extent);
            done.edge = Some(false);
        } else if pressed(Key::End) {
            port.newest();
            done.edge = Some(true);
        }
    }

    fn bar_ui(&self, ui: &Ui, view: &View<'_>, port: &mut Viewport, lane: Rect) {
        let total = self.extent.end.saturating_sub(self.extent.begin).max(1) as f64;
        if port.span() >= total - 0.5 {
            return;
        }
        let length = ((port.span() / total) as f32 * lane.width()).clamp(24.0_f32.min(lane.width()), lane.width());
        let travel = (lane.width() - length).max(1.0);
        let hidden = total - port.span();
        let response = ui.interact(lane, self.id.with("bar"), Sense::CLICK | Sense::DRAG);
        let name = t!(view.lang, "byte-map-bar");
        response.widget_info(|| WidgetInfo::labeled(Role::ScrollBar, true, &*name));
        if let Some(pointer) = response.interact_pointer_pos() {
            let part = f64::from(((pointer.x - length / 2.0 - lane.left()) / travel).clamp(0.0, 1.0));
            port.go_to(self.extent.begin as f64 + part * hidden, self.extent);
        }
        let part = ((port.begin() - self.extent.begin as f64) / hidden).clamp(0.0, 1.0) as f32;
        let height = if response.hovered() || response.dragged() { 7.0 } else { 4.0 };
        let color = if response.hovered() || response.dragged() { view.tokens.muted } else { view.tokens.line };
        let min = pos2(lane.left() + part * travel, lane.center().y - height / 2.0);
        ui.painter().rect_filled(Rect::from_min_size(min, vec2(length, height)), CornerRadius::same(4), color);
    }
}

/// What a screen reader says of a block.
fn name(view: &View<'_>, block: &Block, call: Option<&Call>, encoding: TextEncoding) -> String {
    let lang = view.lang;
    let number = bytes(block.bytes());
    match (block.what, call) {
        (What::Call { .. }, Some(call)) => {
            let text = preview(view.session.trace().said(call).bytes, encoding, 40);
            format!("{} #{} · {} · {text}", call.name(), call.seq, bytes(call.len))
        }
        (What::Call { .. } | What::Gone, _) => format!("{} · {number}", t!(lang, "byte-map-gone")),
        (What::Many { calls, first, last }, _) => {
            t!(lang, "byte-map-many-name", count = count(calls), first = first, last = last, bytes = number)
                .into_owned()
        }
        (What::InFlight, _) => {
            format!("{} · {}", t!(lang, "byte-map-in-flight", bytes = number), t!(lang, "byte-map-not-received"))
        }
        (What::NeverReceived, _) => {
            format!("{} · {}", t!(lang, "byte-map-never", bytes = number), t!(lang, "byte-map-closed"))
        }
        (What::Lost { seq }, _) => t!(lang, "byte-map-lost-name", seq = seq).into_owned(),
        (What::CutOff { seq }, _) => t!(lang, "byte-map-cut-off-name", bytes = number, seq = seq).into_owned(),
    }
}
