//! The lines of the program, in colours, each tied to its calls.

use eframe::egui::text::{LayoutJob, TextFormat};
use eframe::egui::{Align2, FontId, Pos2, ScrollArea, TextStyle, Ui, pos2, vec2};

use super::CodePane;
use crate::code::syntax::{self, Kind as Part};
use crate::code::{Calls, Code, Language};
use crate::lab::EndpointId;
use crate::t;
use crate::trace::Call;
use crate::ui::theme::Tokens;
use crate::ui::view::View;
use crate::ui::widgets::rows::{Kind, Listing, Row};

const ROW_HEIGHT: f32 = 18.0;
const FONT: f32 = 12.5;
/// Room for the number of a line.
const NUMBER_WIDTH: f32 = 44.0;
/// The dot of a line that has calls, and its place before the line's number.
const DOT: f32 = 2.0;
const DOT_AT: f32 = 8.0;

impl CodePane {
    pub(super) fn lines_ui(
        &mut self,
        ui: &mut Ui,
        view: &mut View<'_>,
        endpoint: EndpointId,
        code: &Code,
        lines: &[String],
    ) {
        let call = view.selection.call().and_then(|seq| view.session.trace().get(seq));
        let call = call.filter(|call| call.endpoint == endpoint);
        // Of several lines that make such a call it is the one that was clicked.
        let is_its = |line: &u64| call.is_some_and(|call| calls_of(code, *line).is_some_and(|calls| calls.has(call)));
        let chosen = match call {
            Some(call) => {
                self.line.filter(is_its).or_else(|| code.line_of(call).and_then(|line| u64::try_from(line).ok()))
            }
            None => self.line,
        };
        let seq = call.map(|call| call.seq);
        if seq != self.revealed {
            self.revealed = seq;
            self.sought = chosen;
        }
        // Before its first frame the list does not know what is in sight.
        if let Some(line) = self.sought {
            self.rows.reveal_amid(line);
            if self.rows.is_in_sight(line) {
                self.sought = None;
            } else {
                ui.ctx().request_repaint();
            }
        }
        let font = FontId::new(FONT, TextStyle::Monospace.resolve(ui.style()).family);
        let column = ui.fonts_mut(|fonts| fonts.glyph_width(&font, 'm'));
        let width = NUMBER_WIDTH + column * (code.columns() + 2) as f32;
        let (name, tokens, language) = (t!(view.lang, "code-pane-lines"), view.tokens, self.language);
        let listing = Listing {
            salt: "code",
            name: &name,
            range: 0..lines.len() as u64,
            row_height: ROW_HEIGHT,
            selected: chosen,
            kind: Kind::Text,
        };
        let mut hovered = None;
        let rows = &mut self.rows;
        let height = ui.available_height();
        let area = ScrollArea::horizontal().auto_shrink(false).show(ui, |ui| {
            let width = width.max(ui.available_width());
            ui.set_min_size(vec2(width, height.min(ui.available_height())));
            rows.show(ui, &listing, |ui, row| {
                let Some(line) = usize::try_from(row.number).ok().and_then(|at| lines.get(at)) else { return };
                let calls = calls_of(code, row.number);
                row.name(|| line.clone());
                row.paint_ground(ui);
                if row.response.hovered() {
                    hovered = calls.cloned();
                }
                paint(ui, &row, line, calls.is_some(), language, &font, tokens);
            })
        });
        if view.selection.point_at(hovered.map(|calls| (endpoint, calls))) {
            ui.ctx().request_repaint();
        }
        let shown = area.inner;
        if let Some(line) = shown.picked {
            self.line = Some(line);
            // Again on the same line: its next call.
            let next = calls_of(code, line).and_then(|calls| next_call(view, endpoint, calls, seq));
            if let Some(call) = next {
                view.selection.select_call(call.seq, call.key());
                self.revealed = Some(call.seq);
            }
        }
        let marked = self.line.or(chosen).and_then(|line| usize::try_from(line).ok()).and_then(|at| lines.get(at));
        if let (true, Some(line)) = (shown.copy, marked) {
            view.copy(line.clone());
        }
        if shown.escaped {
            self.line = None;
        }
    }
}

fn calls_of(code: &Code, line: u64) -> Option<&Calls> {
    usize::try_from(line).ok().and_then(|at| code.calls.get(at)).and_then(Option::as_ref)
}

/// The kept call of the line after the one that is selected; after the last one, the first.
fn next_call<'v>(view: &View<'v>, endpoint: EndpointId, calls: &Calls, selected: Option<u64>) -> Option<&'v Call> {
    let trace = view.session.trace();
    let after = selected.map_or(0, |seq| seq.saturating_add(1));
    if let Calls::Numbered(numbers) = calls {
        let from = numbers.partition_point(|seq| *seq < after);
        let (before, behind) = numbers.split_at(from);
        return behind.iter().chain(before).find_map(|seq| trace.get(*seq));
    }
    let seqs = trace.of_endpoint(endpoint)?;
    let mut first = None;
    for call in seqs.iter().filter_map(|seq| trace.get(*seq)).filter(|call| calls.has(call)) {
        if call.seq >= after {
            return Some(call);
        }
        first = first.or(Some(call));
    }
    first
}

fn paint(ui: &Ui, row: &Row, line: &str, has_calls: bool, language: &Language, font: &FontId, tokens: &Tokens) {
    let painter = ui.painter().with_clip_rect(row.rect.intersect(ui.clip_rect()));
    let middle = row.rect.center().y;
    if has_calls {
        painter.circle_filled(pos2(row.rect.left() + DOT_AT, middle), DOT, tokens.accent);
    }
    let number = pos2(row.rect.left() + NUMBER_WIDTH - 10.0, middle);
    painter.text(number, Align2::RIGHT_CENTER, row.number + 1, font.clone(), tokens.muted);
    let mut job = LayoutJob::default();
    for (range, part) in syntax::parts(language, line) {
        let color = match part {
            Part::Plain => tokens.text,
            Part::Word => tokens.accent,
            Part::Text => tokens.ok,
            Part::Number => tokens.waiting,
            Part::Comment => tokens.muted,
        };
        job.append(line.get(range).unwrap_or_default(), 0.0, TextFormat::simple(font.clone(), color));
    }
    job.wrap.max_width = f32::INFINITY;
    let galley = painter.layout_job(job);
    let at: Pos2 = pos2(row.rect.left() + NUMBER_WIDTH, middle - galley.size().y / 2.0);
    painter.galley(at, galley, tokens.text);
}
