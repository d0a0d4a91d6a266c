//! The bar over the table: the filter with its completions and mistakes, how many calls match, and the table's buttons.

use std::ops::Range;
use std::sync::Arc;

use eframe::egui::containers::menu::MenuButton;
use eframe::egui::text::{LayoutJob, TextFormat};
use eframe::egui::{
    self, Align, Button, CompletionPopup, FontId, Galley, Id, Key, Label, Layout, Margin, Modifiers, Rect, RectAlign,
    Response, RichText, Stroke, Suggestion, TextBuffer, TextEdit, Ui, UiBuilder, vec2,
};
use egui_material_icons::icons::{
    ICON_ARROW_DOWNWARD, ICON_ARROW_UPWARD, ICON_CLOSE, ICON_FILTER_ALT, ICON_HISTORY, ICON_SEARCH,
};

use super::pins;
use crate::explain;
use crate::lang::Lang;
use crate::t;
use crate::trace::filter::{
    Candidate, CandidateKind, FilterError, Known, MAX_FILTER_CHARS, as_completed, complete, is_word,
};
use crate::ui::controls;
use crate::ui::filter_state::{FilterEdit, FilterState};
use crate::ui::theme::{MONO, Tokens};
use crate::ui::view::View;
use crate::ui::widgets::field::select_all;
use crate::ui::widgets::quantity;
use crate::ui::widgets::{ends, focus};

const HEIGHT: f32 = 36.0;
/// The least and the most room for the field, in points.
const FIELD: (f32, f32) = (160.0, 620.0);
/// The count, or what is wrong, beside it.
const REMARK: f32 = 210.0;

/// What the user did in the bar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MatchStep {
    /// The match before the selected call.
    Previous,
    /// The match after it.
    Next,
}

#[derive(Debug, Default)]
pub struct FilterField {
    /// The field has still to get the keyboard.
    focus: bool,
    /// The completions were there in the last frame.
    popup: bool,
    /// One of the completions was gone to with the arrows: Enter takes it.
    walked: bool,
    /// The values that are offered, and of which text they were looked up.
    known: Known,
    known_for: String,
}

/// Where the buttons of the bar have their places.
pub struct Rest {
    id: Id,
    room: Rect,
    recent: Rect,
}

impl FilterField {
    /// Puts the keyboard into the field.
    pub fn focus(&mut self) {
        self.focus = true;
    }

    /// The bar with its field; `shown` are the places of the matches, `calls` how many calls there are without a filter.
    pub fn ui(
        &mut self,
        ui: &mut Ui,
        view: &mut View<'_>,
        shown: &Range<u64>,
        calls: u64,
    ) -> Option<(Option<MatchStep>, Rest)> {
        let filtering = view.filtering?;
        let (area, _) = ui.allocate_exact_size(vec2(ui.available_width(), HEIGHT), egui::Sense::hover());
        ui.painter().hline(area.x_range(), area.bottom(), view.tokens.hairline());
        let (id, room) = (ui.scope_id().with("filter buttons"), area.shrink2(vec2(8.0, 0.0)));
        let mut ui = ends::beside(ui, id, room);
        ui.spacing_mut().item_spacing.x = 2.0;
        ui.spacing_mut().button_padding.x = 4.0;
        let mut wish = self.keys(&ui, filtering, shown);
        ui.label(ICON_SEARCH.rich_text().size(16.0).color(view.tokens.muted));
        let (recent, _) = ui.allocate_exact_size(vec2(24.0, 24.0), egui::Sense::hover());
        let field = self.field_ui(&mut ui, view, filtering, &mut wish);
        remark_ui(&mut ui, view, filtering, (&field, self.popup), shown, calls);
        Some((wish, Rest { id, room, recent }))
    }

    /// The buttons of the bar. They are drawn after the table, so that Tab goes from the field to the table at once. What
    /// else stands at the right end is drawn by `buttons`.
    pub fn rest_ui(
        &mut self,
        ui: &mut Ui,
        view: &mut View<'_>,
        shown: &Range<u64>,
        rest: &Rest,
        buttons: impl FnOnce(&mut Ui, &mut View<'_>),
    ) -> Option<MatchStep> {
        let filtering = view.filtering?;
        let lang = view.lang;
        let builder = UiBuilder::new().max_rect(rest.recent).id_salt("recent filters");
        let mut recent = ui.new_child(builder.layout(Layout::left_to_right(Align::Center)));
        recent.spacing_mut().button_padding.x = 4.0;
        recent_ui(&mut recent, view, filtering);
        let mut wish = None;
        ends::draw(ui, rest.id, rest.room, |ui| {
            ui.spacing_mut().item_spacing.x = 2.0;
            ui.spacing_mut().button_padding.x = 4.0;
            if filtering.is_on() {
                ui.add_enabled_ui(!shown.is_empty(), |ui| {
                    if controls::icon(ui, ICON_ARROW_UPWARD, &t!(lang, "find-previous")).clicked() {
                        wish = Some(MatchStep::Previous);
                    }
                    if controls::icon(ui, ICON_ARROW_DOWNWARD, &t!(lang, "find-next")).clicked() {
                        wish = Some(MatchStep::Next);
                    }
                });
                let mut only = filtering.only();
                let atoms = ICON_FILTER_ALT.rich_text().size(16.0);
                let toggle = ui.add(Button::selectable(only, atoms).min_size(vec2(24.0, 24.0)));
                let name = t!(lang, "filter-only");
                toggle.widget_info(|| egui::WidgetInfo::selected(egui::Role::CheckBox, true, only, &*name));
                if toggle.on_hover_text(&*name).clicked() {
                    only = !only;
                    view.filter(FilterEdit::Only(only));
                }
                ui.separator();
            }
            buttons(ui, view);
        });
        wish
    }

    /// F3 goes on to a match wherever the keyboard is.
    fn keys(&self, ui: &Ui, filtering: &FilterState, shown: &Range<u64>) -> Option<MatchStep> {
        if !filtering.is_on() || shown.is_empty() {
            return None;
        }
        ui.input_mut(|input| {
            if input.consume_key(Modifiers::SHIFT, Key::F3) {
                Some(MatchStep::Previous)
            } else {
                input.consume_key(Modifiers::NONE, Key::F3).then_some(MatchStep::Next)
            }
        })
    }

    fn field_ui(
        &mut self,
        ui: &mut Ui,
        view: &mut View<'_>,
        filtering: &FilterState,
        wish: &mut Option<MatchStep>,
    ) -> Response {
        let lang = view.lang;
        let id = Id::unique("filter");
        let focused = ui.memory(|memory| memory.has_focus(id));
        if focused {
            self.take_enter(ui, view, wish);
        }
        let has_text = !filtering.text().is_empty();
        let remark = if has_text { REMARK } else { 0.0 };
        let buttons = if filtering.is_on() { 56.0 } else { 30.0 };
        let room = (ui.available_width() - remark - buttons).clamp(FIELD.0, FIELD.1);
        let mut text = filtering.text().to_owned();
        let error = filtering.error().cloned();
        let mut layouter = |ui: &Ui, buffer: &dyn TextBuffer, _: f32| layout(ui, buffer.as_str(), error.as_ref());
        let hint = t!(lang, "filter-hint");
        let field = TextEdit::singleline(&mut text)
            .char_limit(MAX_FILTER_CHARS)
            .margin(Margin::symmetric(8, 4))
            .hint_text(hint)
            .desired_width(room)
            .layouter(&mut layouter);
        let (session, known, known_for) = (view.session, &mut self.known, &mut self.known_for);
        let mut accept = vec![Key::Tab];
        if self.walked {
            accept.push(Key::Enter);
        }
        let popup = CompletionPopup::new(id)
            .align(RectAlign::BOTTOM_START)
            .max_height(220.0)
            .accept_keys(accept)
            .word_boundary(|character| !is_word(character));
        let output = popup.show(ui, field, |query| {
            if *known_for != query.text {
                query.text.clone_into(known_for);
                *known = Known::of(session.trace(), session.member_names());
                let presets = session.endpoints().iter().filter_map(|end| end.spec.stream.framing.preset());
                known.frames = presets.flat_map(|preset| preset.field_names()).collect();
            }
            let cursor = query.text.char_indices().nth(query.word_range.end.0).map_or(query.text.len(), |(at, _)| at);
            let completion = complete(query.text, cursor, known);
            let typed = query.text.get(completion.range.start..cursor).unwrap_or_default();
            completion.candidates.iter().map(|candidate| suggestion(lang, candidate, typed, query.word)).collect()
        });
        if output.is_open != self.popup || output.accepted.is_some() || output.text_edit.response.response.changed() {
            self.walked = false;
        }
        self.popup = output.is_open;
        let response = output.text_edit.response.response.accessible_name(t!(lang, "filter-name"));
        if std::mem::take(&mut self.focus) {
            focus::give(&response);
            select_all(ui.ctx(), id);
        }
        if text != filtering.text() {
            view.filter(FilterEdit::Text(text));
        }
        if response.lost_focus() {
            if ui.input(|input| input.key_pressed(Key::Escape)) {
                view.filter(FilterEdit::Text(String::new()));
            } else {
                view.filter(FilterEdit::Used);
            }
        }
        if has_text && controls::icon(ui, ICON_CLOSE, &t!(lang, "filter-clear")).clicked() {
            view.filter(FilterEdit::Text(String::new()));
        }
        pins::button_ui(ui, view, filtering);
        response
    }

    /// Before the field takes it: Enter goes on to a match and stays, or takes the completion that was gone to.
    fn take_enter(&mut self, ui: &Ui, view: &mut View<'_>, wish: &mut Option<MatchStep>) {
        if self.popup && ui.input(|input| input.key_pressed(Key::ArrowDown) || input.key_pressed(Key::ArrowUp)) {
            self.walked = true;
        }
        if self.popup && self.walked {
            return;
        }
        let pressed = ui.input_mut(|input| {
            if input.consume_key(Modifiers::SHIFT, Key::Enter) {
                Some(MatchStep::Previous)
            } else {
                input.consume_key(Modifiers::NONE, Key::Enter).then_some(MatchStep::Next)
            }
        });
        if pressed.is_some() {
            *wish = pressed;
            view.filter(FilterEdit::Used);
        }
    }
}

/// A candidate as the popup shows it: signs that were begun are completed, words are replaced.
fn suggestion(lang: Lang, candidate: &Candidate, typed: &str, word: &str) -> Suggestion {
    let insert = as_completed(candidate, if word.is_empty() { typed } else { "" });
    let content = RichText::new(candidate.text.as_str()).monospace();
    let suggestion = Suggestion::new(insert).content(content);
    let words = match candidate.kind {
        CandidateKind::Field(field) => explain::filter::field(lang, field),
        CandidateKind::Relation(relation) => explain::filter::relation(lang, relation),
        CandidateKind::Value | CandidateKind::Word => return suggestion,
    };
    suggestion.description(RichText::new(words).size(12.0))
}

/// The filters that were used before.
fn recent_ui(ui: &mut Ui, view: &mut View<'_>, filtering: &FilterState) {
    let name = t!(view.lang, "filter-recent");
    let icon = ICON_HISTORY.rich_text().size(16.0).color(view.tokens.muted);
    let button = Button::new(icon).frame_when_inactive(false).min_size(vec2(24.0, 24.0));
    let (response, _) = MenuButton::from_button(button).ui(ui, |ui| {
        ui.set_max_width(420.0);
        if filtering.recent().is_empty() {
            ui.label(RichText::new(t!(view.lang, "filter-no-recent")).color(view.tokens.muted));
        }
        for text in filtering.recent() {
            let label = RichText::new(text).monospace();
            if ui.add(Button::new(label).truncate()).clicked() {
                view.filter(FilterEdit::Text(text.clone()));
                ui.close();
            }
        }
    });
    controls::name_it(&response, true, &name);
    response.on_hover_text(name);
}

/// `123 of 10,000 calls`, and how far the search is; or what is wrong.
fn remark_ui(
    ui: &mut Ui,
    view: &View<'_>,
    filtering: &FilterState,
    (field, popup): (&Response, bool),
    shown: &Range<u64>,
    calls: u64,
) {
    if let Some(error) = filtering.error() {
        let text = explain::filter::error(view.lang, error);
        // What is only not finished is no mistake yet.
        let color = if error.span.is_empty() { view.tokens.muted } else { view.tokens.error };
        ui.add_space(4.0);
        let words = RichText::new(&text).size(12.0).color(color);
        let label = ui.add(Label::new(words.clone()).truncate());
        // Where it is cut off the whole of it lies under the field, while one types.
        let is_cut = label.intrinsic_size().is_some_and(|whole| whole.x > label.rect.width() + 1.0);
        egui::Popup::from_response(field)
            .id(Id::unique("filter mistake"))
            .kind(egui::PopupKind::Tooltip)
            .align(RectAlign::BOTTOM_START)
            .align_alternatives(&[RectAlign::TOP_START])
            .width(field.rect.width())
            .open(is_cut && !popup && field.has_focus())
            .show(|ui| ui.add(Label::new(words).wrap()));
        label.on_hover_ui(|ui| {
            ui.label(text);
            if filtering.is_on() {
                ui.label(t!(view.lang, "filter-before-in-force"));
            }
        });
        return;
    }
    if !filtering.is_on() {
        return;
    }
    let found = shown.end - shown.start;
    let (found_text, calls) = (quantity::count(found), quantity::count(calls));
    let text = t!(view.lang, "find-count", found = found_text, calls = calls);
    let color = if found == 0 && !filtering.is_behind() { view.tokens.error } else { view.tokens.muted };
    let searching = filtering.is_behind().then(|| {
        let percent = filtering.matches().map_or(0, |matches| matches.percent(view.session.trace()));
        t!(view.lang, "find-searching", percent = percent)
    });
    let text = match searching {
        Some(searching) => format!("{text} · {searching}"),
        None => text.into_owned(),
    };
    ui.add_space(4.0);
    ui.add(Label::new(RichText::new(text).size(12.0).color(color)).truncate());
}

/// The text in one line, its mistake underlined.
fn layout(ui: &Ui, text: &str, error: Option<&FilterError>) -> Arc<Galley> {
    let tokens = Tokens::of(ui);
    let plain = TextFormat::simple(FontId::monospace(MONO + 1.0), tokens.text);
    let wrong = TextFormat { underline: Stroke::new(2.0, tokens.error), color: tokens.error, ..plain.clone() };
    let mut job = LayoutJob { break_on_newline: false, ..LayoutJob::default() };
    // The text may be newer than its error.
    let span = error.map(|error| error.span.clone()).filter(|span| text.get(span.clone()).is_some());
    let span = span.unwrap_or(text.len()..text.len());
    for (range, format) in [(0..span.start, &plain), (span.clone(), &wrong), (span.end..text.len(), &plain)] {
        let part = text.get(range).unwrap_or_default();
        if !part.is_empty() {
            job.append(part, 0.0, format.clone());
        }
    }
    if text.is_empty() {
        job.append("", 0.0, plain);
    }
    ui.fonts_mut(|fonts| fonts.layout_job(job))
}
