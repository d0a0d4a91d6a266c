//! The find bar: a text that narrows the table to the calls that contain it. The trace is searched a little in each
//! frame, so that a million calls do not hold the window up.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::ops::Range;
use std::time::{Duration, Instant};

use eframe::egui::{
    self, Align, Color32, Frame, Id, Key, Label, Layout, Margin, Modifiers, RichText, TextEdit, Ui, UiBuilder, vec2,
};
use egui_material_icons::icons::{ICON_ARROW_DOWNWARD, ICON_ARROW_UPWARD, ICON_CLOSE, ICON_SEARCH};

use crate::lab::{EndpointId, TextEncoding};
use crate::session::Session;
use crate::t;
use crate::trace::WaitingCall;
use crate::trace::find::{MAX_NEEDLE_CHARS, Matches, Needle};
use crate::ui::controls;
use crate::ui::view::View;
use crate::ui::widgets::quantity;

/// How long one frame may search.
const BUDGET: Duration = Duration::from_millis(2);
/// So many waiting calls are looked at in each frame: they are few or they are all alike.
const MAX_WAITING_SEARCHED: usize = 256;
const HEIGHT: f32 = 34.0;
const FIELD: f32 = 300.0;

/// What the user did in the bar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wish {
    /// The match before the selected call.
    Previous,
    /// The match after it.
    Next,
}

#[derive(Debug, Default)]
pub struct Find {
    open: bool,
    /// The field has still to get the keyboard.
    focus: bool,
    text: String,
    needle: Option<Needle>,
    matches: Matches,
    /// The endpoints' names and encodings as they were when the search began.
    stamp: u64,
    behind: bool,
}

impl Find {
    /// Shows the bar and puts the keyboard into its field.
    pub fn open(&mut self) {
        self.open = true;
        self.focus = true;
    }

    pub fn close(&mut self) {
        *self = Self::default();
    }

    pub fn is_open(&self) -> bool {
        self.open
    }

    /// The calls to show; `None` where all are.
    pub fn matches(&self) -> Option<&Matches> {
        self.needle.as_ref().map(|_| &self.matches)
    }

    /// True while there are calls that were not looked at yet.
    pub fn is_behind(&self) -> bool {
        self.behind
    }

    /// What is looked for, as it was typed.
    pub fn text(&self) -> &str {
        self.text.trim()
    }

    /// The waiting calls that match.
    pub fn waiting<'t>(
        &self,
        session: &'t Session,
        calls: impl Iterator<Item = &'t WaitingCall>,
    ) -> Vec<&'t WaitingCall> {
        let Some(needle) = &self.needle else { return calls.collect() };
        let trace = session.trace();
        calls.take(MAX_WAITING_SEARCHED).filter(|call| needle.is_in_waiting(call, trace.name(call.endpoint))).collect()
    }

    /// Searches for as long as a frame allows.
    pub fn update(&mut self, ui: &Ui, session: &Session) {
        let Some(needle) = &self.needle else { return };
        let stamp = stamp(session);
        if stamp != self.stamp {
            self.stamp = stamp;
            self.matches.clear();
        }
        let trace = session.trace();
        // Endpoints that were removed are read as UTF-8.
        let encodings: HashMap<EndpointId, TextEncoding> =
            session.endpoints().iter().map(|endpoint| (endpoint.id, endpoint.spec.encoding)).collect();
        let began = Instant::now();
        let done = self.matches.update(
            trace,
            || began.elapsed() < BUDGET,
            |call| {
                let encoding = encodings.get(&call.endpoint).copied().unwrap_or_default();
                needle.is_in(call, trace.name(call.endpoint), encoding)
            },
        );
        self.behind = !done;
        if self.behind {
            ui.ctx().request_repaint();
        }
    }

    /// The bar, over the table; `shown` are the places of the matches that the table shows, `calls` how many calls it
    /// would show without a search.
    pub fn ui(&mut self, ui: &mut Ui, view: &View<'_>, shown: &Range<u64>, calls: u64) -> Option<Wish> {
        let (area, _) = ui.allocate_exact_size(vec2(ui.available_width(), HEIGHT), egui::Sense::hover());
        ui.painter().hline(area.x_range(), area.bottom(), view.tokens.hairline());
        let builder = UiBuilder::new()
            .max_rect(area.shrink2(vec2(8.0, 0.0)))
            .layout(Layout::right_to_left(Align::Center))
            .id_salt("find");
        let mut ui = ui.new_child(builder);
        ui.spacing_mut().item_spacing.x = 4.0;
        ui.spacing_mut().button_padding.x = 4.0;
        let lang = view.lang;
        let close = controls::icon(&mut ui, ICON_CLOSE, &t!(lang, "find-close")).clicked();
        let mut wish = None;
        ui.add_enabled_ui(!shown.is_empty(), |ui| {
            if controls::icon(ui, ICON_ARROW_DOWNWARD, &t!(lang, "find-next")).clicked() {
                wish = Some(Wish::Next);
            }
            if controls::icon(ui, ICON_ARROW_UPWARD, &t!(lang, "find-previous")).clicked() {
                wish = Some(Wish::Previous);
            }
        });
        let escaped = ui
            .with_layout(Layout::left_to_right(Align::Center), |ui| {
                let escaped = self.field_ui(ui, view, &mut wish);
                if self.needle.is_some() {
                    self.count_ui(ui, view, shown, calls);
                }
                escaped
            })
            .inner;
        if close || escaped {
            self.close();
        }
        wish
    }

    /// True where Escape was pressed in the field.
    fn field_ui(&mut self, ui: &mut Ui, view: &View<'_>, wish: &mut Option<Wish>) -> bool {
        let lang = view.lang;
        ui.label(ICON_SEARCH.rich_text().size(16.0).color(view.tokens.muted));
        let id = Id::unique("find");
        if ui.memory(|memory| memory.has_focus(id)) {
            // Before the field takes it: Enter goes on to a match and stays.
            ui.input_mut(|input| {
                if input.consume_key(Modifiers::SHIFT, Key::Enter) {
                    *wish = Some(Wish::Previous);
                } else if input.consume_key(Modifiers::NONE, Key::Enter) {
                    *wish = Some(Wish::Next);
                }
            });
        }
        let field = TextEdit::singleline(&mut self.text)
            .id(id)
            .char_limit(MAX_NEEDLE_CHARS)
            .margin(Margin::symmetric(8, 4))
            .hint_text(t!(lang, "find-hint"))
            .desired_width(FIELD.min(ui.available_width() * 0.5));
        let output = field.show(ui);
        let response = output.response.response.accessible_name(t!(lang, "find-name"));
        if std::mem::take(&mut self.focus) {
            response.request_focus();
            select_all(ui, id, &self.text);
        }
        if response.changed() {
            self.needle = Needle::new(&self.text);
            self.matches.clear();
            self.behind = self.needle.is_some();
        }
        response.lost_focus() && ui.input(|input| input.key_pressed(Key::Escape))
    }

    /// `123 of 10,000 calls`, and how far the search is.
    fn count_ui(&self, ui: &mut Ui, view: &View<'_>, shown: &Range<u64>, calls: u64) {
        let found = shown.end - shown.start;
        let (found_text, calls) = (quantity::count(found), quantity::count(calls));
        let text = t!(view.lang, "find-count", found = found_text, calls = calls);
        let color: Color32 = if found == 0 && !self.behind { view.tokens.error } else { view.tokens.muted };
        Frame::new().inner_margin(Margin::symmetric(6, 0)).show(ui, |ui| {
            let searching = self.behind.then(|| {
                let percent = self.matches.percent(view.session.trace());
                t!(view.lang, "find-searching", percent = percent)
            });
            let text = match searching {
                Some(searching) => format!("{text} · {searching}"),
                None => text.into_owned(),
            };
            ui.add(Label::new(RichText::new(text).size(12.0).color(color)).truncate());
        });
    }
}

/// So that typing replaces what was looked for before.
fn select_all(ui: &Ui, id: Id, text: &str) {
    let Some(mut state) = egui::text_edit::TextEditState::load(ui.ctx(), id) else { return };
    let all =
        egui::text::CCursorRange::two(egui::text::CCursor::new(0), egui::text::CCursor::new(text.chars().count()));
    state.cursor.set_char_range(Some(all));
    state.store(ui.ctx(), id);
}

/// Changes when a name or an encoding does: what matched by them may not do so now.
fn stamp(session: &Session) -> u64 {
    let mut hasher = DefaultHasher::new();
    for endpoint in session.endpoints() {
        (endpoint.id, &endpoint.spec.name, endpoint.spec.encoding).hash(&mut hasher);
    }
    hasher.finish()
}
