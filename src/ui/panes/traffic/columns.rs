//! The traffic table's columns: their headings, widths that the user can change, and which of them have room.

use eframe::egui::{Align, Color32, CursorIcon, FontId, Id, Rect, Sense, Ui, pos2, vec2};

use crate::lang::Lang;
use crate::t;
use crate::trace::Nanos;
use crate::ui::theme::Tokens;
use crate::ui::widgets::line::{Line, MONO, SMALL};
use crate::ui::widgets::quantity;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Column {
    Number,
    Start,
    Endpoint,
    Call,
    Result,
    Waited,
    Direction,
    Peer,
    Length,
    Data,
}

/// All columns, from left to right. The last one takes what room is left.
const ALL: [Column; 10] = [
    Column::Number,
    Column::Start,
    Column::Endpoint,
    Column::Call,
    Column::Result,
    Column::Waited,
    Column::Direction,
    Column::Peer,
    Column::Length,
    Column::Data,
];

/// Which columns go first where there is no room: what they show is in the inspector too.
const LEAVING: [Column; 4] = [Column::Peer, Column::Length, Column::Start, Column::Waited];

/// The room that data gets before columns have to leave, in points.
const ROOM_FOR_DATA: f32 = 144.0;
/// What a cell keeps free at its left and right edge.
const EDGES: f32 = 12.0;
/// Room for the sign at a row's left edge.
const SIGN: f32 = 12.0;
/// How wide a column may become by itself.
const MAX_FITTED: f32 = 240.0;
/// How much of their width the widest columns give up before others have to leave.
const SQUEEZE: f32 = 0.28;
const MIN_WIDTH: f32 = 24.0;
const MAX_WIDTH: f32 = 600.0;

impl Column {
    fn first_width(self) -> f32 {
        match self {
            Self::Number => 60.0,
            Self::Start => 92.0,
            Self::Endpoint => 94.0,
            Self::Call => 120.0,
            Self::Result => 72.0,
            Self::Waited => 78.0,
            Self::Direction => 30.0,
            Self::Peer => 132.0,
            Self::Length => 60.0,
            Self::Data => ROOM_FOR_DATA,
        }
    }

    fn heading(self, lang: Lang) -> std::borrow::Cow<'static, str> {
        match self {
            Self::Number => "#".into(),
            Self::Start => t!(lang, "column-start"),
            Self::Endpoint => t!(lang, "column-endpoint"),
            Self::Call => t!(lang, "column-call"),
            Self::Result => t!(lang, "column-result"),
            Self::Waited => t!(lang, "column-waited"),
            Self::Direction => "".into(),
            Self::Peer => t!(lang, "column-peer"),
            Self::Length => t!(lang, "column-length"),
            Self::Data => t!(lang, "column-data"),
        }
    }

    fn is_wide(self) -> bool {
        matches!(self, Self::Call | Self::Result)
    }

    /// Numbers stand at the right.
    pub fn align(self) -> Align {
        match self {
            Self::Number | Self::Length => Align::Max,
            Self::Direction => Align::Center,
            _ => Align::Min,
        }
    }
}

#[derive(Debug)]
pub struct Columns {
    widths: [f32; ALL.len()],
    /// Those whose width the user has chosen.
    chosen: [bool; ALL.len()],
    /// How wide the numbers are that can appear: they are never cut.
    needed: [f32; ALL.len()],
}

impl Default for Columns {
    fn default() -> Self {
        Self { widths: ALL.map(Column::first_width), chosen: [false; ALL.len()], needed: [0.0; ALL.len()] }
    }
}

/// The widest numbers that can appear.
#[derive(Clone, Copy, Debug)]
pub struct Widest {
    /// A call's number.
    pub seq: u64,
    pub time: Nanos,
    pub length: u64,
}

/// The width of a digit, in points.
pub fn digit_width(ui: &Ui) -> f32 {
    ui.painter().layout_no_wrap("0".to_owned(), FontId::monospace(MONO), Color32::PLACEHOLDER).size().x
}

/// The columns that have room, each with its left and right edge.
pub type Places = Vec<(Column, f32, f32)>;

impl Columns {
    /// Makes room for the numbers that can appear; `digit` is a digit's width in points.
    pub fn fit(&mut self, widest: Widest, digit: f32) {
        let width = |text: &str| text.chars().count() as f32 * digit + EDGES;
        for (column, needed) in ALL.into_iter().zip(&mut self.needed) {
            *needed = match column {
                Column::Number => width(&widest.seq.to_string()) + SIGN,
                Column::Start => width(&quantity::time(widest.time)),
                Column::Length => width(&quantity::count(widest.length)),
                _ => 0.0,
            };
        }
    }

    /// A text of so many characters has come into sight: a column that the user has not set grows with what it shows.
    /// True where it has.
    pub fn saw(&mut self, column: Column, chars: usize, digit: f32) -> bool {
        let Some(index) = ALL.iter().position(|other| *other == column).filter(|index| !self.chosen[*index]) else {
            return false;
        };
        let width = (chars as f32 * digit + EDGES).ceil().min(MAX_FITTED);
        let grows = width > self.widths[index];
        if grows {
            self.widths[index] = width;
        }
        grows
    }

    fn widths(&self) -> [f32; ALL.len()] {
        std::array::from_fn(|index| self.widths[index].max(self.needed[index]))
    }

    /// Where the columns stand between two edges.
    pub fn places(&self, left: f32, right: f32) -> Places {
        let widths = self.widths();
        let fixed = |hidden: &[Column]| -> f32 {
            ALL.iter()
                .zip(widths)
                .filter(|(column, _)| **column != Column::Data && !hidden.contains(column))
                .map(|(_, width)| width)
                .sum()
        };
        let wide: f32 = ALL.iter().zip(widths).filter(|(column, _)| column.is_wide()).map(|(_, width)| width).sum();
        // The widest two draw together before more than the peer and the length have to leave.
        let fits = |count: &usize| {
            let give = if *count < 2 { 0.0 } else { wide * SQUEEZE };
            fixed(&LEAVING[..*count]) - give + ROOM_FOR_DATA <= right - left
        };
        let hidden = &LEAVING[..(0..LEAVING.len()).find(fits).unwrap_or(LEAVING.len())];
        let short = fixed(hidden) + ROOM_FOR_DATA - (right - left);
        let squeeze = (1.0 - short / wide).clamp(0.5, 1.0);
        let mut x = left;
        let mut places = Vec::with_capacity(ALL.len());
        for (column, width) in ALL.into_iter().zip(widths).filter(|(column, _)| !hidden.contains(column)) {
            let end = match column {
                Column::Data => right.max(x),
                _ if column.is_wide() => x + width * squeeze,
                _ => x + width,
            };
            places.push((column, x, end));
            x = end;
        }
        places
    }

    /// The headings, with a grip at the right edge of each.
    pub fn headings_ui(&mut self, ui: &mut Ui, lang: Lang, area: Rect, places: &Places) {
        let tokens = Tokens::of(ui);
        for (column, left, right) in places {
            // The last heading shares its column with the buttons.
            let cell = cell(*left, right.min(area.right()), area);
            Line::new().plain(&column.heading(lang), SMALL, tokens.muted).paint(ui, cell, column.align());
            if *column != Column::Data {
                self.grip(ui, *column, *right, area);
            }
        }
    }

    fn grip(&mut self, ui: &Ui, column: Column, x: f32, area: Rect) {
        let rect = Rect::from_center_size(pos2(x, area.center().y), vec2(6.0, area.height()));
        let id: Id = ui.scope_id().with(("grip", column as u8));
        let response = ui.interact(rect, id, Sense::DRAG).on_hover_and_drag_cursor(CursorIcon::ResizeColumn);
        if let Some(index) = ALL.iter().position(|other| *other == column).filter(|_| response.dragged()) {
            self.widths[index] = (self.widths()[index] + response.drag_delta().x).clamp(MIN_WIDTH, MAX_WIDTH);
            self.chosen[index] = true;
        }
        if response.hovered() || response.dragged() {
            ui.painter().vline(x, area.y_range(), Tokens::of(ui).hairline());
        }
    }
}

/// A cell's room for text.
pub fn cell(left: f32, right: f32, row: Rect) -> Rect {
    Rect::from_min_max(pos2(left + 6.0, row.top()), pos2(right - 6.0, row.bottom()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_widest_number_has_room_in_its_column() {
        let digit = 7.2;
        let widest = Widest { seq: 10_000_000, time: Nanos(123_456_789_012_345), length: 1_073_741_824 };
        let mut columns = Columns::default();
        columns.fit(widest, digit);
        for (column, text) in [
            (Column::Number, widest.seq.to_string()),
            (Column::Start, quantity::time(widest.time)),
            (Column::Length, quantity::count(widest.length)),
        ] {
            let places = columns.places(0.0, 2_000.0);
            let (_, left, right) = places.iter().find(|(other, ..)| *other == column).unwrap();
            let room = cell(*left, *right, Rect::from_min_max(pos2(0.0, 0.0), pos2(2_000.0, 20.0))).width();
            assert!(text.chars().count() as f32 * digit <= room, "{column:?}: {text} in {room}");
        }
    }

    #[test]
    fn a_column_grows_with_what_it_shows_unless_the_user_has_set_it() {
        let mut columns = Columns::default();
        assert!(!columns.saw(Column::Call, 10, 7.2));
        assert!(columns.saw(Column::Call, 25, 7.2) && !columns.saw(Column::Call, 25, 7.2));
        columns.chosen = [true; ALL.len()];
        assert!(!columns.saw(Column::Call, 30, 7.2));
    }

    #[test]
    fn a_wide_table_has_every_column_and_a_narrow_one_keeps_the_call_and_its_data() {
        let columns = Columns::default();
        let shown = |width| columns.places(0.0, width).into_iter().map(|(column, ..)| column).collect::<Vec<_>>();
        assert_eq!(shown(1_400.0), ALL);
        let places = columns.places(0.0, 1_400.0);
        let widest = places.iter().max_by(|one, other| (one.2 - one.1).total_cmp(&(other.2 - other.1)));
        assert_eq!(widest.map(|place| place.0), Some(Column::Data));
        let narrow = shown(500.0);
        assert!(!narrow.contains(&Column::Peer) && !narrow.contains(&Column::Length));
        assert!(
            narrow.contains(&Column::Call) && narrow.contains(&Column::Data) && narrow.contains(&Column::Direction)
        );
    }
}
