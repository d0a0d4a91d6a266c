//! The columns of the table: what has no room leaves, the least needed first.

use std::borrow::Cow;

use eframe::egui::{Align, Rect, pos2};

use crate::lang::Lang;
use crate::t;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Column {
    Way,
    Name,
    Endpoint,
    Peer,
    Protocol,
    Amount,
    Rate,
    Left,
    State,
    Buttons,
}

const ALL: [Column; 10] = [
    Column::Way,
    Column::Name,
    Column::Endpoint,
    Column::Peer,
    Column::Protocol,
    Column::Amount,
    Column::Rate,
    Column::Left,
    Column::State,
    Column::Buttons,
];

/// In a narrow table these leave, in this order.
const LEAVING: [Column; 6] =
    [Column::Peer, Column::Protocol, Column::Left, Column::Endpoint, Column::Rate, Column::Amount];

/// Two columns share what the others leave.
const LEAST_NAME: f32 = 130.0;
const LEAST_STATE: f32 = 150.0;
/// The way with its word, and where there is no room only with its arrow.
const WAY: f32 = 92.0;
pub const WAY_ARROW: f32 = 34.0;
/// No name needs more than this.
const MOST_NAME: f32 = 420.0;

impl Column {
    pub fn heading(self, lang: Lang) -> Cow<'static, str> {
        match self {
            Self::Way | Self::Buttons => Cow::Borrowed(""),
            Self::Name => t!(lang, "transfers-column-name"),
            Self::Endpoint => t!(lang, "transfers-column-endpoint"),
            Self::Peer => t!(lang, "transfers-column-peer"),
            Self::Protocol => t!(lang, "transfers-column-protocol"),
            Self::Amount => t!(lang, "transfers-column-amount"),
            Self::Rate => t!(lang, "transfers-column-rate"),
            Self::Left => t!(lang, "transfers-column-left"),
            Self::State => t!(lang, "transfers-column-state"),
        }
    }

    fn width(self) -> f32 {
        match self {
            Self::Way => WAY,
            Self::Name => LEAST_NAME,
            Self::Endpoint => 108.0,
            Self::Peer => 138.0,
            Self::Protocol => 58.0,
            Self::Amount => 190.0,
            Self::Rate => 88.0,
            Self::Left => 72.0,
            Self::State => LEAST_STATE,
            Self::Buttons => 62.0,
        }
    }

    /// Numbers stand at the right.
    pub fn align(self) -> Align {
        if matches!(self, Self::Rate | Self::Left) { Align::Max } else { Align::Min }
    }
}

/// The columns that have room, each with its left and right edge.
pub type Places = Vec<(Column, f32, f32)>;

pub fn places(left: f32, right: f32) -> Places {
    let room = right - left;
    let needed = |hidden: &[Column]| -> f32 {
        ALL.iter().filter(|column| !hidden.contains(column)).map(|column| column.width()).sum()
    };
    let count = (0..LEAVING.len()).find(|count| needed(&LEAVING[..*count]) <= room).unwrap_or(LEAVING.len());
    let hidden = &LEAVING[..count];
    // Last of all goes the word beside the arrow.
    let way = if needed(hidden) > room { WAY_ARROW } else { WAY };
    let spare = room - needed(hidden) + WAY - way;
    let name = (LEAST_NAME + (spare * 0.4)).clamp(60.0, MOST_NAME);
    let state = (LEAST_STATE + spare - (name - LEAST_NAME)).max(24.0);
    let mut x = left;
    let mut places = Places::with_capacity(ALL.len());
    for column in ALL.into_iter().filter(|column| !hidden.contains(column)) {
        let width = match column {
            Column::Way => way,
            Column::Name => name,
            Column::State => state,
            other => other.width(),
        };
        places.push((column, x, x + width));
        x += width;
    }
    places
}

/// A cell's room.
pub fn cell(left: f32, right: f32, row: Rect) -> Rect {
    Rect::from_min_max(pos2(left + 6.0, row.top()), pos2((right - 6.0).max(left + 6.0), row.bottom()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_the_width_the_name_the_state_and_the_buttons_are_there() {
        for width in [320.0, 420.0, 700.0, 1_000.0, 1_600.0] {
            let places = places(0.0, width);
            for column in [Column::Way, Column::Name, Column::State, Column::Buttons] {
                assert!(places.iter().any(|(there, ..)| *there == column), "{column:?} at {width}");
            }
            assert!(places.last().is_some_and(|(_, _, right)| *right <= width + 1.0), "{width}");
        }
        assert_eq!(places(0.0, 1_400.0).len(), ALL.len());
    }
}
