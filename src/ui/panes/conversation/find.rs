//! Finding in a conversation: the bar, and the rows that have it.

use std::borrow::Cow;
use std::collections::VecDeque;

use eframe::egui::{Key, Margin, Modifiers, RichText, TextEdit, Ui};
use egui_material_icons::icons::{ICON_ARROW_DOWNWARD, ICON_ARROW_UPWARD, ICON_CLOSE};
use memchr::memmem;

use crate::lab::TextEncoding;
use crate::lab::payload::parse_hex;
use crate::t;
use crate::trace::Trace;
use crate::trace::conversation::{Conversation, Row, Said};
use crate::trace::follow::Shape;
use crate::trace::text::visible;
use crate::ui::controls;
use crate::ui::view::View;
use crate::ui::widgets::focus;
use crate::ui::widgets::quantity;

/// Rows that are searched in one frame.
const ROWS_PER_FRAME: usize = 5_000;
const MAX_CHARS: usize = 200;

#[derive(Debug, Default)]
pub struct Find {
    open: bool,
    focus: bool,
    text: String,
    shape: Shape,
    /// The text in lower case, or the bytes.
    needle: Vec<u8>,
    /// The numbers of the rows that have it, counted from the first row ever.
    found: VecDeque<u64>,
    /// The first row that was not searched yet.
    next: u64,
    /// Which of those found was gone to.
    at: Option<usize>,
}

impl Find {
    pub fn open(&mut self) {
        self.open = true;
        self.focus = true;
    }

    pub fn has(&self, row: u64) -> bool {
        self.open && self.found.binary_search(&row).is_ok()
    }

    /// The bar, while it is open. Gives the row to go to.
    pub fn ui(&mut self, ui: &mut Ui, view: &View<'_>, conversation: &Conversation, shape: Shape) -> Option<u64> {
        if !self.open {
            return None;
        }
        let lang = view.lang;
        let id = ui.scope_id().with("find in conversation");
        let mut forth = None;
        if ui.memory(|memory| memory.has_focus(id)) {
            // Before the field takes it: Enter goes on and stays.
            ui.input_mut(|input| {
                if input.consume_key(Modifiers::SHIFT, Key::Enter) {
                    forth = Some(false);
                } else if input.consume_key(Modifiers::NONE, Key::Enter) {
                    forth = Some(true);
                }
            });
        }
        let mut changed = self.shape != shape;
        let mut target = None;
        ui.horizontal(|ui| {
            ui.add_space(8.0);
            let field = TextEdit::singleline(&mut self.text)
                .id(id)
                .char_limit(MAX_CHARS)
                .margin(Margin::symmetric(8, 3))
                .desired_width(140.0)
                .hint_text(t!(lang, "follow-find-hint"));
            let response = ui.add(field).accessible_name(t!(lang, "conversation-find"));
            if std::mem::take(&mut self.focus) {
                focus::give(&response);
            }
            if response.lost_focus() && ui.input(|input| input.key_pressed(Key::Escape)) {
                self.open = false;
            }
            changed |= response.changed();
            if changed {
                self.look_for(shape, conversation.encoding());
            }
            let done = self.search(conversation, view.session.trace());
            if !done {
                ui.ctx().request_repaint();
            }
            let count = self.found.len();
            ui.add_enabled_ui(count > 0, |ui| {
                if controls::icon(ui, ICON_ARROW_UPWARD, &t!(lang, "follow-previous")).clicked() {
                    forth = Some(false);
                }
                if controls::icon(ui, ICON_ARROW_DOWNWARD, &t!(lang, "follow-next")).clicked() {
                    forth = Some(true);
                }
            });
            if let Some(forth) = forth.filter(|_| count > 0) {
                // The newest first: it is what is in sight.
                let at = match (self.at, forth) {
                    (None, _) => count - 1,
                    (Some(at), true) => (at + 1) % count,
                    (Some(at), false) => (at + count - 1) % count,
                };
                self.at = Some(at);
                target = self.found.get(at).copied();
            }
            if controls::icon(ui, ICON_CLOSE, &t!(lang, "conversation-find-close")).clicked() {
                self.open = false;
            }
            if self.text.is_empty() {
                return;
            }
            let text: Cow<'_, str> = if count == 0 && done {
                t!(lang, "follow-found-none")
            } else {
                let at = self.at.map_or_else(|| "–".to_owned(), |at| quantity::count(at as u64 + 1));
                t!(lang, "follow-found", at = at, count = quantity::count(count as u64))
            };
            let color = if count == 0 && done { view.tokens.error } else { view.tokens.muted };
            ui.label(RichText::new(text).size(12.0).color(color));
        });
        target
    }

    fn look_for(&mut self, shape: Shape, encoding: TextEncoding) {
        self.needle = match shape {
            Shape::Text => self.text.to_lowercase().into_bytes(),
            Shape::Hex => match parse_hex(&self.text) {
                Ok(bytes) if !bytes.is_empty() => bytes,
                _ => encoding.encode(&self.text).unwrap_or_default(),
            },
        };
        self.shape = shape;
        self.begin();
    }

    fn begin(&mut self) {
        self.found.clear();
        self.next = 0;
        self.at = None;
    }

    /// True once every row has been searched.
    fn search(&mut self, conversation: &Conversation, trace: &Trace) -> bool {
        let rows = conversation.rows();
        let first = conversation.dropped();
        let end = first + rows.len() as u64;
        if self.next > end {
            // The conversation was cleared, or is another.
            self.begin();
        }
        while self.found.front().is_some_and(|row| *row < first) {
            self.found.pop_front();
            self.at = self.at.and_then(|at| at.checked_sub(1));
        }
        if self.needle.is_empty() {
            self.next = end;
            return true;
        }
        self.next = self.next.max(first);
        let begin = usize::try_from(self.next - first).unwrap_or(usize::MAX).min(rows.len());
        let until = rows.len().min(begin.saturating_add(ROWS_PER_FRAME));
        for row in rows.range(begin..until) {
            if self.is_in(row, trace) {
                self.found.push_back(self.next);
            }
            self.next += 1;
        }
        until == rows.len()
    }

    fn is_in(&self, row: &Row, trace: &Trace) -> bool {
        let Some(said) = row.kind.said().map(Said::text) else { return false };
        match self.shape {
            Shape::Text => memmem::find(visible(said).to_lowercase().as_bytes(), &self.needle).is_some(),
            Shape::Hex => {
                let said = trace.get(row.seq).map(|call| trace.said(call).bytes);
                said.is_some_and(|bytes| memmem::find(bytes, &self.needle).is_some())
            }
        }
    }
}
