//! What a program has printed and what was typed to it.

use eframe::egui::{Align, Color32, Label, RichText, Ui, vec2};

use crate::lang::Lang;
use crate::lang::visible::visible;
use crate::session::{Console, Line, Program};
use crate::t;
use crate::trace::program::Stream;
use crate::ui::on_program;
use crate::ui::view::View;
use crate::ui::widgets::latest;
use crate::ui::widgets::line;
use crate::ui::widgets::rows::{Kind, Listing, Rows};

const ROW: f32 = 18.0;
const MARGIN: f32 = 10.0;
const TEXT: f32 = 12.5;
/// The width of the mark before a line, in characters.
const MARK: usize = 2;
/// Width of a monospace character as a part of its size.
const CHAR: f32 = 0.602;

#[derive(Debug)]
pub struct ConsoleView {
    rows: Rows,
    /// The lines that are selected: from the one that was clicked first to the last, by their numbers.
    picked: Option<(u64, u64)>,
    /// The row that was come to last, of those of the last of these lines.
    at: Option<u64>,
    /// How the lines are broken at this width: the number of the first of them that is kept, and after which row each
    /// ends.
    broken: Broken,
}

/// Lines in rows: a long line takes several. Rows are counted from the first line that was ever broken at this width.
#[derive(Debug, Default)]
struct Broken {
    /// In characters.
    width: usize,
    /// The number of the first line that is here, and of the first row.
    first: u64,
    first_row: u64,
    /// The row after each line's last, counted as above.
    ends: std::collections::VecDeque<u64>,
    /// How long the last line was: it may grow.
    last_len: usize,
    /// Whose lines these are: a program that runs again begins with none.
    printed: u64,
}

impl Default for ConsoleView {
    fn default() -> Self {
        Self { rows: Rows::following(), picked: None, at: None, broken: Broken::default() }
    }
}

impl Broken {
    fn end_row(&self) -> u64 {
        self.ends.back().copied().unwrap_or(self.first_row)
    }

    /// Takes in what has come since. False where these are the lines of another run.
    fn follow(&mut self, console: &Console, width: usize) -> bool {
        let mut is_same = true;
        let (first, end) = (console.dropped, console.dropped + console.len() as u64);
        let known_end = self.first + self.ends.len() as u64;
        if self.width != width || end < known_end || console.printed < self.printed || first > known_end {
            is_same &= console.printed >= self.printed && end >= known_end;
            *self = Self { width, first, ..Self::default() };
        }
        self.printed = console.printed;
        while self.first < first {
            let Some(end) = self.ends.pop_front() else { break };
            self.first_row = end;
            self.first += 1;
        }
        // The last one may have grown.
        if let Some(last) = self.ends.len().checked_sub(1).and_then(|last| console.line(last))
            && last.text.len() != self.last_len
        {
            self.ends.pop_back();
        }
        for place in self.ends.len()..console.len() {
            let Some(line) = console.line(place) else { break };
            self.ends.push_back(self.end_row() + pieces(&line.text, width) as u64);
            self.last_len = line.text.len();
        }
        is_same
    }

    /// The place of the line in which a row lies, and which of its rows it is.
    fn place(&self, row: u64) -> (usize, usize) {
        let place = self.ends.partition_point(|end| *end <= row);
        let begin = place.checked_sub(1).map_or(self.first_row, |before| self.ends[before]);
        (place, usize::try_from(row.saturating_sub(begin)).unwrap_or(0))
    }
}

/// A wide character takes the room of two.
fn columns(character: char) -> usize {
    if character >= '\u{1100}' { 2 } else { 1 }
}

/// Into how many rows a text is broken.
fn pieces(text: &str, width: usize) -> usize {
    let (mut rows, mut at) = (1, 0);
    for character in visible(text).chars() {
        let wide = columns(character);
        if at + wide > width {
            (rows, at) = (rows + 1, 0);
        }
        at += wide;
    }
    rows
}

/// One of the rows of a text.
fn piece(text: &str, width: usize, number: usize) -> String {
    let (mut row, mut at) = (0, 0);
    let mut found = String::new();
    for character in visible(text).chars() {
        let wide = columns(character);
        if at + wide > width {
            (row, at) = (row + 1, 0);
        }
        at += wide;
        if row == number {
            found.push(if character == '\t' { ' ' } else { character });
        } else if row > number {
            break;
        }
    }
    found
}

impl ConsoleView {
    pub fn ui(&mut self, ui: &mut Ui, view: &View<'_>, program: &Program) {
        let console = &program.live.console;
        if console.is_empty() {
            return empty_ui(ui, view, program);
        }
        let area = ui.available_rect_before_wrap();
        let width = ((area.width() - 2.0 * MARGIN - 12.0) / (TEXT * CHAR)).floor().max(10.0) as usize;
        if !self.broken.follow(console, width.saturating_sub(MARK).max(8)) {
            (self.picked, self.at) = (None, None);
        }
        let name = view.lang.text("program-console", None);
        let listing = Listing {
            salt: "console lines",
            name: &name,
            range: self.broken.first_row..self.broken.end_row(),
            row_height: ROW,
            selected: self.at,
            kind: Kind::Text,
        };
        let (broken, picked) = (&self.broken, self.picked);
        let shown = self.rows.show(ui, &listing, |ui, row| {
            let (place, number) = broken.place(row.number);
            let Some(line) = console.line(place) else { return };
            let text = piece(&line.text, broken.width, number);
            let look = Look::of(line, view);
            row.name(|| spoken(view.lang, line.stream, &text));
            let of_line = broken.first + place as u64;
            let is_picked = picked.is_some_and(|(from, to)| (from.min(to)..=from.max(to)).contains(&of_line));
            if is_picked || row.response.hovered() {
                let strength = if is_picked { 1.0 } else { 0.5 };
                ui.painter().rect_filled(row.rect, 0.0, view.tokens.highlight.gamma_multiply(strength));
            }
            let mark = if number == 0 { look.mark } else { " " };
            line::Line::new()
                .mono_sized(&format!("{mark:<MARK$}"), TEXT, look.color)
                .mono_sized(&text, TEXT, look.color)
                .paint(ui, row.rect.shrink2(vec2(MARGIN, 0.0)), Align::Min);
        });
        if let Some(row) = shown.picked {
            let line = self.broken.first + self.broken.place(row).0 as u64;
            let from = self.picked.filter(|_| shown.extend).map_or(line, |(from, _)| from);
            (self.picked, self.at) = (Some((from, line)), Some(row));
        }
        if shown.escaped {
            (self.picked, self.at) = (None, None);
        }
        if shown.copy
            && let Some(text) = self.copied(console)
        {
            ui.ctx().copy_text(text);
        }
        if !self.rows.follows() && latest::button(ui, view, area, &t!(view.lang, "program-console-end")) {
            self.rows.follow(true);
        }
    }

    /// The selected lines; all where none is.
    fn copied(&self, console: &Console) -> Option<String> {
        let (from, to) = self.picked.map_or((0, u64::MAX), |(from, to)| (from.min(to), from.max(to)));
        Some(on_program::copied(console, from..=to)).filter(|text| !text.is_empty())
    }
}

fn empty_ui(ui: &mut Ui, view: &View<'_>, program: &Program) {
    ui.add_space(MARGIN);
    ui.horizontal(|ui| {
        ui.add_space(MARGIN);
        let words = match program.live.is_up() {
            true => t!(view.lang, "program-console-quiet"),
            false => t!(view.lang, "program-console-empty"),
        };
        ui.add(Label::new(RichText::new(words).color(view.tokens.muted)).wrap());
    });
}

/// What a screen reader says of a line.
fn spoken(lang: Lang, stream: Option<Stream>, text: &str) -> String {
    match stream {
        Some(Stream::Out) => text.to_owned(),
        Some(Stream::Err) => t!(lang, "program-line-err", text = text).into_owned(),
        None => t!(lang, "program-line-typed", text = text).into_owned(),
    }
}

/// Colour, a mark and, for a screen reader, a word say where a line is from.
struct Look {
    mark: &'static str,
    color: Color32,
}

impl Look {
    fn of(line: &Line, view: &View<'_>) -> Self {
        let (mark, color) = match line.stream {
            Some(Stream::Out) => (" ", view.tokens.text),
            Some(Stream::Err) => ("!", view.tokens.error),
            None => ("›", view.tokens.accent),
        };
        Self { mark, color }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_line_is_broken_and_nothing_of_it_is_lost() {
        let text = "0123456789你好abc";
        let rows: Vec<String> = (0..pieces(text, 6)).map(|number| piece(text, 6, number)).collect();
        assert_eq!(rows, ["012345", "6789你", "好abc"]);
        assert_eq!((pieces("", 6), piece("", 6, 0)), (1, String::new()));
        assert_eq!(pieces("012345", 6), 1);
    }

    #[test]
    fn what_hides_or_steers_takes_the_room_of_its_mark() {
        let rows: Vec<String> = (0..pieces("\u{1b}[31mred", 8)).map(|row| piece("\u{1b}[31mred", 8, row)).collect();
        assert!(rows.concat().contains("1b") && !rows.concat().contains('\u{1b}'), "{rows:?}");
    }
}
