//! How the user wants the traffic table: its columns, its order, its times and the filters that stand over it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::trace::filter::MAX_FILTER_CHARS;

/// The most filters that stand over the table.
pub const MAX_PINNED: usize = 12;
/// More columns than any version has.
const MAX_COLUMNS: usize = 64;
/// How narrow and how wide a column may be, in points.
pub const COLUMN_WIDTH: std::ops::RangeInclusive<f32> = 24.0..=600.0;

/// Which call stands above which.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RowOrder {
    /// As they returned: the order of their numbers.
    #[default]
    Completion,
    /// As they were called.
    Start,
}

/// What a row's time is counted from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RowTime {
    /// The lab's beginning.
    #[default]
    Lab,
    /// The row above it.
    RowBefore,
    /// Midnight, where the user is.
    Clock,
}

/// Columns go by name, so that those of a newer version are passed over.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
pub struct TrafficTable {
    pub order: RowOrder,
    pub time: RowTime,
    /// From left to right; those that are left out stand where they always do.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub columns: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub hidden: Vec<String>,
    /// Columns that are shown besides those that always are.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub added: Vec<String>,
    /// Calls by which a program only looked stand in the table too.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub unfolded: bool,
    /// Filters that stand over the table.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub pinned: Vec<String>,
    /// In points, of the columns whose width the user has chosen.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub widths: BTreeMap<String, f32>,
}

impl TrafficTable {
    /// Puts a filter over the table, behind those that are there. False where there is no room for it.
    pub fn pin(&mut self, filter: &str) -> bool {
        if self.pinned.iter().any(|known| known == filter) {
            return true;
        }
        let has_room = self.pinned.len() < MAX_PINNED;
        if has_room {
            self.pinned.push(filter.to_owned());
        }
        has_room
    }

    pub fn unpin(&mut self, filter: &str) {
        self.pinned.retain(|known| known != filter);
    }

    /// Columns, their order and widths are as they were at first; what is pinned stays.
    pub fn reset_columns(&mut self) {
        self.columns.clear();
        self.hidden.clear();
        self.added.clear();
        self.widths.clear();
    }

    /// What a hand or a damaged disk may have put out of range is put back in.
    pub fn made_sound(mut self) -> Self {
        self.columns.truncate(MAX_COLUMNS);
        self.hidden.truncate(MAX_COLUMNS);
        self.added.truncate(MAX_COLUMNS);
        self.widths.retain(|_, width| width.is_finite());
        if self.widths.len() > MAX_COLUMNS {
            self.widths.clear();
        }
        for width in self.widths.values_mut() {
            *width = width.clamp(*COLUMN_WIDTH.start(), *COLUMN_WIDTH.end());
        }
        let pinned = std::mem::take(&mut self.pinned);
        for filter in pinned.iter().filter(|filter| filter.chars().nth(MAX_FILTER_CHARS).is_none()) {
            self.pin(filter);
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_is_pinned_once_and_only_so_many_find_room() {
        let mut table = TrafficTable::default();
        assert!(table.pin("errno") && table.pin("len > 3") && table.pin("errno"));
        assert_eq!(table.pinned, ["errno", "len > 3"]);
        for n in 2..MAX_PINNED {
            assert!(table.pin(&format!("len == {n}")));
        }
        assert!(!table.pin("one more"));
        assert_eq!(table.pinned.len(), MAX_PINNED);
        table.unpin("errno");
        assert!(table.pin("one more"));
    }

    #[test]
    fn widths_out_of_range_are_put_right_and_filters_that_are_too_long_left_out() {
        let mut table = TrafficTable::default();
        for (name, width) in [("call", 1e9), ("peer", -3.0), ("data", f32::NAN)] {
            table.widths.insert(name.to_owned(), width);
        }
        table.pinned = vec!["errno".to_owned(), "x".repeat(MAX_FILTER_CHARS + 1), "errno".to_owned()];
        let table = table.made_sound();
        assert_eq!(table.widths["call"], *COLUMN_WIDTH.end());
        assert_eq!(table.widths["peer"], *COLUMN_WIDTH.start());
        assert!(!table.widths.contains_key("data"));
        assert_eq!(table.pinned, ["errno"]);
    }
}
