//! The traffic table's columns: in which order the user wants them, how wide they are, and which of them have room.

use eframe::egui::{Align, Color32, FontId, Rect, Ui, pos2};

use crate::desktop::traffic_table::{COLUMN_WIDTH, RowTime, TrafficTable};
use crate::lang::Lang;
use crate::t;
use crate::trace::Nanos;
use crate::ui::theme::MONO;
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
    /// The line of a program that made the call.
    Source,
    Length,
    Data,
}

/// All columns, from left to right where the user has not moved them. The data takes what room is left.
const ALL: [Column; 11] = [
    Column::Number,
    Column::Start,
    Column::Endpoint,
    Column::Call,
    Column::Result,
    Column::Waited,
    Column::Direction,
    Column::Peer,
    Column::Source,
    Column::Length,
    Column::Data,
];

/// Those that are only shown where the user wants them.
const OPTIONAL: [Column; 1] = [Column::Source];

/// Which columns go first where there is no room: what they show is in the inspector too.
const LEAVING: [Column; 5] = [Column::Source, Column::Peer, Column::Length, Column::Start, Column::Waited];

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
/// `waiting` and the edges.
const LEAST_RESULT: f32 = 64.0;
/// The part of its width that the call keeps in any case.
const LEAST_CALL: f32 = 0.35;
/// `14:03:27.123456`
const CLOCK_CHARS: usize = 15;

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
            Self::Source => 110.0,
            Self::Data => ROOM_FOR_DATA,
        }
    }

    /// As the settings have it.
    fn name(self) -> &'static str {
        match self {
            Self::Number => "number",
            Self::Start => "start",
            Self::Endpoint => "endpoint",
            Self::Call => "call",
            Self::Result => "result",
            Self::Waited => "took",
            Self::Direction => "direction",
            Self::Peer => "peer",
            Self::Length => "length",
            Self::Source => "source",
            Self::Data => "data",
        }
    }

    /// What stands over it.
    pub fn heading(self, lang: Lang, time: RowTime) -> std::borrow::Cow<'static, str> {
        match self {
            Self::Number => "#".into(),
            Self::Start if time == RowTime::RowBefore => t!(lang, "column-row-before"),
            Self::Start if time == RowTime::Clock => t!(lang, "column-clock"),
            Self::Direction => "".into(),
            _ => self.title(lang),
        }
    }

    /// What it is called where it is chosen.
    pub fn title(self, lang: Lang) -> std::borrow::Cow<'static, str> {
        match self {
            Self::Number => t!(lang, "column-number"),
            Self::Start => t!(lang, "column-start"),
            Self::Endpoint => t!(lang, "column-endpoint"),
            Self::Call => t!(lang, "column-call"),
            Self::Result => t!(lang, "column-result"),
            Self::Waited => t!(lang, "column-waited"),
            Self::Direction => t!(lang, "column-direction"),
            Self::Peer => t!(lang, "column-peer"),
            Self::Length => t!(lang, "column-length"),
            Self::Source => t!(lang, "column-source"),
            Self::Data => t!(lang, "column-data"),
        }
    }

    /// What it says, in a sentence.
    pub fn meaning(self, lang: Lang, time: RowTime) -> std::borrow::Cow<'static, str> {
        match self {
            Self::Number => t!(lang, "column-number-tip"),
            Self::Start => match time {
                RowTime::Lab => t!(lang, "column-start-tip"),
                RowTime::RowBefore => t!(lang, "column-row-before-tip"),
                RowTime::Clock => t!(lang, "column-clock-tip"),
            },
            Self::Endpoint => t!(lang, "column-endpoint-tip"),
            Self::Call => t!(lang, "column-call-tip"),
            Self::Result => t!(lang, "column-result-tip"),
            Self::Waited => t!(lang, "column-waited-tip"),
            Self::Direction => t!(lang, "column-direction-tip"),
            Self::Peer => t!(lang, "column-peer-tip"),
            Self::Length => t!(lang, "column-length-tip"),
            Self::Source => t!(lang, "column-source-tip"),
            Self::Data => t!(lang, "column-data-tip"),
        }
    }

    /// As narrow as it may become: a result has room for the word that says that there is none yet.
    fn least(self) -> f32 {
        if self == Self::Result { LEAST_RESULT } else { 0.0 }
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

/// All columns as the user has put them, hidden ones too.
pub fn in_order(table: &TrafficTable) -> Vec<Column> {
    let mut order: Vec<Column> = Vec::with_capacity(ALL.len());
    for name in &table.columns {
        let known = ALL.into_iter().find(|column| column.name() == name);
        order.extend(known.filter(|column| !order.contains(column)));
    }
    // One that is not named stands behind the one that it usually follows.
    for (index, column) in ALL.into_iter().enumerate() {
        if !order.contains(&column) {
            let before = index.checked_sub(1).and_then(|before| ALL.get(before));
            let at = order.iter().position(|other| Some(other) == before).map_or(0, |at| at + 1);
            order.insert(at, column);
        }
    }
    order
}

pub fn is_shown(table: &TrafficTable, column: Column) -> bool {
    let is_in = |names: &[String]| names.iter().any(|name| name == column.name());
    if OPTIONAL.contains(&column) { is_in(&table.added) } else { !is_in(&table.hidden) }
}

/// Shows a column or hides it; the last one that is shown stays.
pub fn show(table: &mut TrafficTable, column: Column, shown: bool) {
    if OPTIONAL.contains(&column) {
        table.added.retain(|name| name != column.name());
        if shown {
            table.added.push(column.name().to_owned());
        }
    } else if shown {
        table.hidden.retain(|name| name != column.name());
    } else if is_shown(table, column) && ALL.into_iter().filter(|column| is_shown(table, *column)).count() > 1 {
        table.hidden.push(column.name().to_owned());
    }
}

/// Puts a column at a place of the order, counted without it.
pub fn put(table: &mut TrafficTable, column: Column, at: usize) {
    let mut order = in_order(table);
    order.retain(|other| *other != column);
    order.insert(at.min(order.len()), column);
    table.columns = order.into_iter().map(|column| column.name().to_owned()).collect();
}

#[derive(Debug)]
pub struct Columns {
    /// How wide they are where the user has not set it.
    fitted: [f32; ALL.len()],
    /// How wide the numbers are that can appear: they are never cut.
    needed: [f32; ALL.len()],
    /// Those that are shown, from left to right.
    shown: Vec<Column>,
    table: TrafficTable,
}

impl Default for Columns {
    fn default() -> Self {
        Self {
            fitted: ALL.map(Column::first_width),
            needed: [0.0; ALL.len()],
            shown: ALL.into_iter().filter(|column| !OPTIONAL.contains(column)).collect(),
            table: TrafficTable::default(),
        }
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
    /// Takes over what the user wants.
    pub fn follow(&mut self, table: &TrafficTable) {
        if self.table != *table {
            self.table.clone_from(table);
            self.shown = in_order(table).into_iter().filter(|column| is_shown(table, *column)).collect();
        }
    }

    /// Makes room for the numbers that can appear; `digit` is a digit's width in points.
    pub fn fit(&mut self, widest: Widest, digit: f32) {
        // Whole points: a sum of fractions may come out short of its parts.
        let width = |chars: usize| (chars as f32 * digit + EDGES).ceil();
        let time = self.table.time;
        for (column, needed) in ALL.into_iter().zip(&mut self.needed) {
            *needed = match column {
                Column::Number => width(widest.seq.to_string().len()) + SIGN,
                Column::Start => match time {
                    RowTime::Lab => width(quantity::time(widest.time).len()),
                    RowTime::RowBefore => width(quantity::time(widest.time).len() + 1),
                    RowTime::Clock => width(CLOCK_CHARS),
                },
                Column::Length => width(quantity::count(widest.length).len()),
                _ => 0.0,
            };
        }
    }

    fn is_set(&self, column: Column) -> bool {
        self.table.widths.contains_key(column.name())
    }

    /// A text of that many characters has come into sight: a column that the user has not set grows with its content.
    /// True where it has.
    pub fn saw(&mut self, column: Column, chars: usize, digit: f32) -> bool {
        if self.is_set(column) || !self.shown.contains(&column) {
            return false;
        }
        let width = (chars as f32 * digit + EDGES).ceil().min(MAX_FITTED);
        let Some(fitted) = self.fitted.get_mut(column as usize).filter(|fitted| width > **fitted) else { return false };
        *fitted = width;
        true
    }

    /// How wide a column wants to be.
    pub fn width(&self, column: Column) -> f32 {
        let index = column as usize;
        let fitted = self.fitted.get(index).copied().unwrap_or_default();
        let needed = self.needed.get(index).copied().unwrap_or_default();
        self.table.widths.get(column.name()).copied().unwrap_or(fitted).max(needed)
    }

    /// Where the columns stand between two edges.
    pub fn places(&self, left: f32, right: f32) -> Places {
        let room_for_data = if self.shown.contains(&Column::Data) { ROOM_FOR_DATA } else { 0.0 };
        let fixed = |hidden: &[Column]| -> f32 {
            let others = self.shown.iter().filter(|column| **column != Column::Data && !hidden.contains(column));
            others.map(|column| self.width(*column)).sum()
        };
        let wide: f32 =
            self.shown.iter().filter(|column| column.is_wide()).map(|column| self.width(*column)).sum::<f32>().max(1.0);
        // The widest two draw together before more than the source, the peer and the length have to leave.
        let fits = |count: &usize| {
            let give = if *count < 3 { 0.0 } else { wide * SQUEEZE };
            fixed(LEAVING.get(..*count).unwrap_or(&LEAVING)) - give + room_for_data <= right - left
        };
        let leaving = (0..LEAVING.len()).find(fits).unwrap_or(LEAVING.len());
        let hidden = LEAVING.get(..leaving).unwrap_or(&LEAVING);
        let short = fixed(hidden) + room_for_data - (right - left);
        let squeeze = (1.0 - short / wide).clamp(0.5, 1.0);
        // What a result keeps, the call gives.
        let kept = |column: Column| (column.least().min(self.width(column)) - self.width(column) * squeeze).max(0.0);
        let width = |column: Column| {
            let whole = self.width(column);
            match column {
                Column::Result => whole * squeeze + kept(column),
                Column::Call => (whole * squeeze - kept(Column::Result)).max(whole * LEAST_CALL),
                _ => whole,
            }
        };
        let shown = || self.shown.iter().copied().filter(|column| !hidden.contains(column));
        let others: f32 = shown().filter(|column| *column != Column::Data).map(width).sum();
        let mut x = left;
        let mut places = Vec::with_capacity(ALL.len());
        for column in shown() {
            let end = x + if column == Column::Data { (right - left - others).max(0.0) } else { width(column) };
            places.push((column, x, end));
            x = end;
        }
        places
    }
}

/// The table with another width of a column.
pub fn with_width(table: &TrafficTable, column: Column, width: f32) -> TrafficTable {
    let mut table = table.clone();
    table.widths.insert(column.name().to_owned(), width.clamp(*COLUMN_WIDTH.start(), *COLUMN_WIDTH.end()));
    table
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
    fn a_waiting_call_says_so_in_a_narrow_table_too() {
        let mut columns = Columns::default();
        columns.saw(Column::Call, 30, 7.2);
        for width in [340.0, 420.0, 500.0, 660.0, 900.0] {
            let places = columns.places(0.0, width);
            let (_, left, right) = places.iter().find(|(column, ..)| *column == Column::Result).unwrap();
            assert!(right - left >= "waiting".len() as f32 * 7.2 + EDGES, "{width}: {}", right - left);
        }
    }

    #[test]
    fn a_column_grows_with_what_it_shows_unless_the_user_has_set_it() {
        let mut columns = Columns::default();
        assert!(!columns.saw(Column::Call, 10, 7.2));
        assert!(columns.saw(Column::Call, 25, 7.2) && !columns.saw(Column::Call, 25, 7.2));
        columns.follow(&with_width(&TrafficTable::default(), Column::Call, 100.0));
        assert!(!columns.saw(Column::Call, 30, 7.2));
        assert_eq!(columns.width(Column::Call), 100.0);
    }

    #[test]
    fn a_wide_table_has_every_column_and_a_narrow_one_keeps_the_call_and_its_data() {
        let columns = Columns::default();
        let shown = |width| columns.places(0.0, width).into_iter().map(|(column, ..)| column).collect::<Vec<_>>();
        let usual: Vec<_> = ALL.into_iter().filter(|column| !OPTIONAL.contains(column)).collect();
        assert_eq!(shown(1_400.0), usual);
        let places = columns.places(0.0, 1_400.0);
        let widest = places.iter().max_by(|one, other| (one.2 - one.1).total_cmp(&(other.2 - other.1)));
        assert_eq!(widest.map(|place| place.0), Some(Column::Data));
        let narrow = shown(500.0);
        assert!(!narrow.contains(&Column::Peer) && !narrow.contains(&Column::Length));
        assert!(
            narrow.contains(&Column::Call) && narrow.contains(&Column::Data) && narrow.contains(&Column::Direction)
        );
    }
    #[test]
    fn columns_stand_where_they_were_put_and_unknown_names_are_passed_over() {
        let mut table = TrafficTable::default();
        assert_eq!(in_order(&table), ALL);
        table.columns = ["data", "from-the-future", "call", "data"].map(str::to_owned).to_vec();
        let order = in_order(&table);
        assert_eq!(order.len(), ALL.len());
        let at = |column| order.iter().position(|other| *other == column).unwrap();
        assert!(at(Column::Data) < at(Column::Call) && at(Column::Result) == at(Column::Call) + 1);
        put(&mut table, Column::Data, 2);
        assert_eq!(in_order(&table)[2], Column::Data);
        put(&mut table, Column::Data, 99);
        assert_eq!(in_order(&table).last(), Some(&Column::Data));
    }

    #[test]
    fn hidden_columns_leave_their_room_to_the_data_and_one_column_is_left() {
        let mut table = TrafficTable::default();
        let mut columns = Columns::default();
        let data = |columns: &Columns| {
            let places = columns.places(0.0, 1_400.0);
            places.iter().find(|(column, ..)| *column == Column::Data).map(|(_, left, right)| right - left)
        };
        let before = data(&columns).unwrap();
        show(&mut table, Column::Peer, false);
        columns.follow(&table);
        assert_eq!(data(&columns), Some(before + columns.width(Column::Peer)));
        put(&mut table, Column::Data, 0);
        columns.follow(&table);
        let places = columns.places(0.0, 1_400.0);
        assert_eq!((places[0].0, places[0].1), (Column::Data, 0.0));
        assert!((places.last().unwrap().2 - 1_400.0).abs() < 0.1);
        for column in ALL {
            show(&mut table, column, false);
        }
        columns.follow(&table);
        assert_eq!(columns.places(0.0, 1_400.0).len(), 1);
        show(&mut table, Column::Peer, true);
        assert!(is_shown(&table, Column::Peer));
        assert!(!is_shown(&TrafficTable::default(), Column::Source));
        show(&mut table, Column::Source, true);
        assert!(is_shown(&table, Column::Source));
        show(&mut table, Column::Source, false);
        assert!(!is_shown(&table, Column::Source) && table.added.is_empty());
    }
}
