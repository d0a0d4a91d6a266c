//! From row to row with the keyboard.

use std::ops::Range;

use eframe::egui::{Event, EventFilter, Key, Modifiers, Response, Ui};

use super::{Listing, Rows, Shown};

/// From where the keys lead to another row.
pub struct Steered {
    /// The selected row; without one the keys begin at the edges of what is in sight.
    pub from: Option<u64>,
    pub top: u64,
    pub bottom: u64,
    /// How many rows a page has.
    pub page: u64,
}

impl Steered {
    /// The row to which the pressed key leads, of those in the range, which is not empty; `None` where none was pressed.
    pub fn by_keys(&self, range: &Range<u64>, mut pressed: impl FnMut(Key) -> bool) -> Option<u64> {
        let last = range.end.saturating_sub(1);
        let target = if pressed(Key::ArrowUp) {
            self.from.map_or(self.bottom, |from| from.saturating_sub(1))
        } else if pressed(Key::ArrowDown) {
            self.from.map_or(self.top, |from| from.saturating_add(1))
        } else if pressed(Key::PageUp) {
            self.from.unwrap_or(self.top).saturating_sub(self.page)
        } else if pressed(Key::PageDown) {
            self.from.unwrap_or(self.bottom).saturating_add(self.page)
        } else if pressed(Key::Home) {
            range.start
        } else if pressed(Key::End) {
            last
        } else {
            return None;
        };
        Some(target.max(range.start).min(last))
    }
}

impl Rows {
    pub(super) fn keys(&mut self, ui: &Ui, list: &Response, listing: &Listing<'_>, shown: &mut Shown) {
        if !list.has_focus() || listing.range.is_empty() {
            return;
        }
        let filter = EventFilter { vertical_arrows: true, ..EventFilter::default() };
        ui.memory_mut(|memory| memory.set_focus_lock_filter(list.id, filter));
        let range = &listing.range;
        let last = range.end - 1;
        let pressed = |key: Key| {
            ui.input_mut(|input| input.consume_key(Modifiers::NONE, key) || input.consume_key(Modifiers::SHIFT, key))
        };
        let shift = ui.input(|input| input.modifiers.shift);
        let page = (self.page.floor() as u64).max(1);
        let from = listing.selected.filter(|selected| range.contains(selected));
        let bottom = last.min(self.first().saturating_add(page.saturating_sub(1)));
        let steered = Steered { from, top: self.first(), bottom, page };
        if let Some(target) = steered.by_keys(range, pressed) {
            self.reveal(target);
            self.scroll(0.0, range);
            shown.picked = Some(target);
            shown.extend = shift;
        }
        shown.copy = ui.input(|input| input.events.iter().any(|event| matches!(event, Event::Copy)));
    }
}
