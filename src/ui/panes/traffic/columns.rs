//! The traffic table's columns: their headings, widths that the user can change, and which of them have room.

use eframe::egui::{Align, CursorIcon, Id, Rect, Sense, Ui, pos2, vec2};

use crate::lang::Lang;
use crate::t;
use crate::ui::theme::Tokens;
use crate::ui::widgets::line::{Line, SMALL};

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
/// How much of their width the widest columns give up before others have to leave.
const SQUEEZE: f32 = 0.28;
const MIN_WIDTH: f32 = 24.0;
const MAX_WIDTH: f32 = 600.0;

impl Column {
    fn first_width(self) -> f32 {
        match self {
            Self::Number => 54.0,
            Self::Start => 92.0,
            Self::Endpoint => 94.0,
            Self::Call => 222.0,
            Self::Result => 138.0,
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
}

impl Default for Columns {
    fn default() -> Self {
        Self { widths: ALL.map(Column::first_width) }
    }
}

/// The columns that have room, each with its left and right edge.
pub type Places = Vec<(Column, f32, f32)>;

impl Columns {
    /// Where the columns stand between two edges.
    pub fn places(&self, left: f32, right: f32) -> Places {
        let fixed = |hidden: &[Column]| -> f32 {
            ALL.iter()
                .zip(self.widths)
                .filter(|(column, _)| **column != Column::Data && !hidden.contains(column))
                .map(|(_, width)| width)
                .sum()
        };
        let wide: f32 =
            ALL.iter().zip(self.widths).filter(|(column, _)| column.is_wide()).map(|(_, width)| width).sum();
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
        for (column, width) in ALL.into_iter().zip(self.widths).filter(|(column, _)| !hidden.contains(column)) {
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
            self.widths[index] = (self.widths[index] + response.drag_delta().x).clamp(MIN_WIDTH, MAX_WIDTH);
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
    fn a_wide_table_has_every_column_and_a_narrow_one_keeps_the_call_and_its_data() {
        let columns = Columns::default();
        let shown = |width| columns.places(0.0, width).into_iter().map(|(column, ..)| column).collect::<Vec<_>>();
        assert_eq!(shown(1_400.0), ALL);
        let narrow = shown(500.0);
        assert!(!narrow.contains(&Column::Peer) && !narrow.contains(&Column::Length));
        assert!(
            narrow.contains(&Column::Call) && narrow.contains(&Column::Data) && narrow.contains(&Column::Direction)
        );
    }
}
