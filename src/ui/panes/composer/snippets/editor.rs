//! The dialog in which the lab's snippets are written, renamed, put in order and thrown away.

use std::borrow::Cow;
use std::time::Duration;

use eframe::egui::{
    self, Align, Button, ComboBox, DragValue, Id, Key, Label, Layout, Response, RichText, ScrollArea, TextEdit,
    TextStyle, Ui, vec2,
};
use egui_material_icons::icons::{
    ICON_ADD, ICON_ARROW_DOWNWARD, ICON_ARROW_UPWARD, ICON_CONTENT_COPY, ICON_DELETE, ICON_ERROR,
};

use super::outgoing;
use crate::lab::checksum::{Check, Checksum, Digits};
use crate::lab::duration;
use crate::lab::payload::{Input, LineEnding, format_hex};
use crate::lab::snippet::{MAX_SNIPPET_CHARS, MAX_SNIPPETS, Snippet, SnippetError};
use crate::lang::Lang;
use crate::lang::Words as _;
use crate::session::Endpoint;
use crate::t;
use crate::ui::controls;
use crate::ui::theme::Tokens;
use crate::ui::view::View;
use crate::ui::widgets::field;
use crate::ui::widgets::modal;
use crate::ui::widgets::quantity;

const WIDTH: f32 = 680.0;
const LIST_WIDTH: f32 = 200.0;
const LABEL_WIDTH: f32 = 96.0;
/// Bytes of the preview that are shown.
const MAX_BYTES: usize = 24;
/// The longest delay, in milliseconds: as a lab file may have it.
const MAX_DELAY_MS: u64 = duration::MAX.as_secs() * 1_000;

/// The outcome of the dialog in this frame.
pub enum Answer {
    Stays,
    Cancelled,
    Saved(Vec<Snippet>),
}

#[derive(Debug)]
pub struct Editor {
    drafts: Vec<Draft>,
    selected: usize,
    /// The keyboard has still to be put into the name.
    fresh: bool,
    /// Enter was pressed in a field of one line.
    entered: bool,
}

/// A snippet while it is typed.
#[derive(Clone, Debug)]
struct Draft {
    snippet: Snippet,
    /// Milliseconds.
    delay: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Name,
    Payload,
    Delay,
}

impl Draft {
    fn of(snippet: &Snippet) -> Self {
        Self { snippet: snippet.clone(), delay: snippet.delay_after.as_millis().to_string() }
    }

    fn snippet(&self, lang: Lang) -> Result<Snippet, (Part, String)> {
        let typed = self.delay.trim();
        let delay = if typed.is_empty() { Some(0) } else { typed.parse().ok() };
        let Some(delay) = delay.filter(|delay| *delay <= MAX_DELAY_MS) else {
            return Err((
                Part::Delay,
                t!(lang, "wrong-number", least = "0", most = MAX_DELAY_MS.to_string()).into_owned(),
            ));
        };
        let mut snippet = self.snippet.clone();
        snippet.name = snippet.name.trim().to_owned();
        // What a lab file says in microseconds stays as it is until another delay is typed.
        if snippet.delay_after.as_millis() != u128::from(delay) {
            snippet.delay_after = Duration::from_millis(delay);
        }
        if snippet.input == Input::Hex {
            snippet.line_ending = None;
        }
        snippet.check().map_err(|error| {
            let part = if matches!(error, SnippetError::Name(_)) { Part::Name } else { Part::Payload };
            (part, error.sentence(lang))
        })?;
        Ok(snippet)
    }
}

impl Editor {
    pub fn new(lang: Lang, snippets: &[Snippet]) -> Self {
        let mut editor =
            Self { drafts: snippets.iter().map(Draft::of).collect(), selected: 0, fresh: true, entered: false };
        if editor.drafts.is_empty() {
            editor.add(lang);
        }
        editor
    }

    fn free_name(&self, base: &str) -> String {
        crate::lab::free_name(base, |name| self.drafts.iter().any(|draft| draft.snippet.name == name))
    }

    fn add(&mut self, lang: Lang) {
        let name = self.free_name(&t!(lang, "snippets-new-name"));
        self.drafts.push(Draft { snippet: Snippet::new(name, Input::Text, ""), delay: "0".to_owned() });
        self.selected = self.drafts.len() - 1;
        self.fresh = true;
    }

    /// What is wrong with a draft, by itself or beside the others.
    fn check(&self, lang: Lang, index: usize) -> Result<Snippet, (Part, String)> {
        let Some(draft) = self.drafts.get(index) else { return Err((Part::Name, String::new())) };
        let snippet = draft.snippet(lang)?;
        let taken = self.drafts.iter().take(index).any(|other| other.snippet.name.trim() == snippet.name);
        if taken {
            return Err((Part::Name, lang.sentence(&t!(lang, "wrong-snippet-twice", name = snippet.name))));
        }
        Ok(snippet)
    }

    fn all(&self, lang: Lang) -> Result<Vec<Snippet>, (usize, String)> {
        (0..self.drafts.len()).map(|index| self.check(lang, index).map_err(|(_, why)| (index, why))).collect()
    }

    pub fn ui(&mut self, ctx: &egui::Context, view: &View<'_>, endpoint: &Endpoint) -> Answer {
        let lang = view.lang;
        let id = Id::unique("snippets").with(endpoint.id.0);
        let drawn = modal::show(ctx, id, WIDTH, |ui, place| {
            modal::title(ui, t!(lang, "snippets"));
            ui.label(RichText::new(t!(lang, "snippets-saved-in")).size(12.0).color(view.tokens.muted));
            ui.add_space(4.0);
            let height = (place.height - 130.0).clamp(180.0, 330.0);
            ui.horizontal_top(|ui| {
                ui.allocate_ui_with_layout(vec2(LIST_WIDTH, height), Layout::top_down(Align::Min), |ui| {
                    ui.set_width(LIST_WIDTH);
                    self.list_ui(ui, lang, height);
                });
                ui.add_space(4.0);
                ui.vertical(|ui| {
                    ScrollArea::vertical().id_salt("snippet").max_height(height).auto_shrink([false, false]).show(
                        ui,
                        |ui| {
                            ui.set_min_height(height);
                            self.fields_ui(ui, lang, endpoint);
                        },
                    );
                });
            });
            ui.separator();
            let (go, cancel) = self.footer_ui(ui, lang);
            (go || place.entered || std::mem::take(&mut self.entered), cancel)
        });
        let (go, cancel) = drawn.inner;
        if go && let Ok(snippets) = self.all(lang) {
            return Answer::Saved(snippets);
        }
        if cancel || drawn.escape { Answer::Cancelled } else { Answer::Stays }
    }

    fn list_ui(&mut self, ui: &mut Ui, lang: Lang, height: f32) {
        ScrollArea::vertical().id_salt("list").max_height(height - 34.0).auto_shrink([false, false]).show(ui, |ui| {
            ui.spacing_mut().item_spacing.y = 1.0;
            for (index, draft) in self.drafts.iter().enumerate() {
                let name = draft.snippet.name.trim();
                let response = controls::row(ui, 26.0, self.selected == index, name);
                let rect = response.rect.shrink2(vec2(8.0, 0.0));
                let colour = if draft.snippet(lang).is_ok() { Tokens::of(ui).text } else { Tokens::of(ui).error };
                let number = RichText::new(format!("{}  {name}", index + 1));
                controls::paint_text(ui, rect, egui::Align2::LEFT_CENTER, number, colour);
                if response.clicked() {
                    self.selected = index;
                }
            }
        });
        let (count, at) = (self.drafts.len(), self.selected);
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = 2.0;
            ui.spacing_mut().button_padding.x = 5.0;
            let button = |ui: &mut Ui, enabled: bool, icon, name: Cow<'static, str>| {
                ui.add_enabled_ui(enabled, |ui| controls::icon(ui, icon, &name)).inner.clicked()
            };
            if button(ui, count < MAX_SNIPPETS, ICON_ADD, t!(lang, "snippet-add")) {
                self.add(lang);
            }
            if button(ui, at < count && count < MAX_SNIPPETS, ICON_CONTENT_COPY, t!(lang, "snippet-duplicate"))
                && let Some(mut copy) = self.drafts.get(at).cloned()
            {
                copy.snippet.name = self.free_name(&copy.snippet.name);
                self.drafts.insert(at + 1, copy);
                self.selected = at + 1;
            }
            if button(ui, at > 0 && at < count, ICON_ARROW_UPWARD, t!(lang, "snippet-up")) {
                self.drafts.swap(at, at - 1);
                self.selected = at - 1;
            }
            if button(ui, at + 1 < count, ICON_ARROW_DOWNWARD, t!(lang, "snippet-down")) {
                self.drafts.swap(at, at + 1);
                self.selected = at + 1;
            }
            if button(ui, at < count, ICON_DELETE, t!(lang, "snippet-remove")) && at < self.drafts.len() {
                self.drafts.remove(at);
                self.selected = at.min(self.drafts.len().saturating_sub(1));
            }
        });
    }

    fn fields_ui(&mut self, ui: &mut Ui, lang: Lang, endpoint: &Endpoint) {
        let wrong = self.check(lang, self.selected).err();
        let fresh = std::mem::take(&mut self.fresh);
        let Some(Draft { snippet, delay }) = self.drafts.get_mut(self.selected) else {
            ui.label(RichText::new(t!(lang, "snippets-none")).color(Tokens::of(ui).muted));
            return;
        };
        let trouble = |ui: &mut Ui, part: Part| {
            if let Some((_, why)) = wrong.as_ref().filter(|(wrong, _)| *wrong == part) {
                ui.horizontal(|ui| {
                    ui.add_space(LABEL_WIDTH + ui.spacing().item_spacing.x);
                    ui.add(Label::new(RichText::new(why).size(12.0).color(Tokens::of(ui).error)).wrap());
                });
            }
        };
        ui.spacing_mut().item_spacing.y = 7.0;
        let name = line(ui, &t!(lang, "snippet-name"), "", |ui| {
            field::line(ui, TextEdit::singleline(&mut snippet.name).desired_width(f32::INFINITY).char_limit(200))
        });
        if fresh {
            field::take_focus(&name);
        }
        trouble(ui, Part::Name);
        line(ui, &t!(lang, "composer-input"), "", |ui| {
            let text = ui.selectable_value(&mut snippet.input, Input::Text, t!(lang, "composer-text").as_ref());
            ui.selectable_value(&mut snippet.input, Input::Hex, t!(lang, "composer-hex").as_ref());
            text
        });
        let (hint, tip) = match snippet.input {
            Input::Text => ("no. {counter}", t!(lang, "snippet-payload-tip")),
            Input::Hex => ("01 03 00 00 00 0a", t!(lang, "form-hex-tip")),
        };
        line(ui, &t!(lang, "snippet-payload"), &tip, |ui| {
            let field = TextEdit::multiline(&mut snippet.payload).desired_rows(3).desired_width(f32::INFINITY);
            ui.add(field.font(TextStyle::Monospace).hint_text(hint).char_limit(MAX_SNIPPET_CHARS))
        });
        trouble(ui, Part::Payload);
        if snippet.input == Input::Text {
            let name = |ending: Option<LineEnding>| match ending {
                None => t!(lang, "snippet-ending-endpoint"),
                Some(ending) => super::super::ending_name(lang, ending),
            };
            line(ui, &t!(lang, "snippet-ending"), "", |ui| {
                let choice = ComboBox::from_id_salt("ending")
                    .width(210.0)
                    .height(320.0)
                    .selected_text(name(snippet.line_ending));
                choice
                    .show_ui(ui, |ui| {
                        for ending in [None].into_iter().chain(LineEnding::ALL.map(Some)) {
                            ui.selectable_value(&mut snippet.line_ending, ending, name(ending).as_ref());
                        }
                    })
                    .response
            });
        }
        line(ui, &t!(lang, "snippet-checksum"), &t!(lang, "snippet-checksum-tip"), |ui| {
            let name = |checksum: Option<Checksum>| match checksum {
                None => t!(lang, "snippet-no-checksum"),
                Some(checksum) => Cow::Borrowed(checksum.name()),
            };
            let mut chosen = snippet.checksum.map(|check| check.checksum);
            let choice = ComboBox::from_id_salt("checksum").width(210.0).height(320.0).selected_text(name(chosen));
            let response = choice
                .show_ui(ui, |ui| {
                    for checksum in [None].into_iter().chain(Checksum::ALL.iter().copied().map(Some)) {
                        ui.selectable_value(&mut chosen, checksum, name(checksum).as_ref());
                    }
                })
                .response;
            let before = snippet.checksum;
            let check = |checksum| before.map_or(Check::usual(checksum), |before| Check { checksum, ..before });
            snippet.checksum = chosen.map(check);
            response
        });
        if let Some(check) = &mut snippet.checksum {
            let (name, tip) = (t!(lang, "checksum-form"), t!(lang, "checksum-form-tip"));
            line(ui, &name, &tip, |ui| ui.horizontal(|ui| check_ui(ui, lang, check)).inner);
        }
        let pause = line(ui, &t!(lang, "snippet-delay"), &t!(lang, "snippet-delay-tip"), |ui| {
            ui.horizontal(|ui| {
                let field = field::line(ui, TextEdit::singleline(delay).desired_width(80.0).char_limit(9));
                ui.label(RichText::new("ms").color(Tokens::of(ui).muted));
                field
            })
            .inner
        });
        self.entered = [&name, &pause].into_iter().any(|field| field.lost_focus())
            && ui.input(|input| input.key_pressed(Key::Enter));
        trouble(ui, Part::Delay);
        if wrong.is_none() {
            line(ui, &t!(lang, "snippet-goes-out"), &t!(lang, "snippet-goes-out-tip"), |ui| {
                let text = match outgoing(lang, &endpoint.spec, snippet, 1) {
                    Ok(bytes) => {
                        let first = format_hex(&bytes[..bytes.len().min(MAX_BYTES)]);
                        let more = if bytes.len() > MAX_BYTES { "…" } else { "" };
                        RichText::new(format!("{} · {first}{more}", quantity::bytes(bytes.len() as u64))).monospace()
                    }
                    Err(why) => RichText::new(why).color(Tokens::of(ui).error),
                };
                ui.vertical(|ui| {
                    // Its first line stands beside the label.
                    ui.add_space((ui.spacing().interact_size.y - ui.text_style_height(&TextStyle::Body)) / 2.0);
                    ui.add(Label::new(text).wrap())
                })
                .inner
            });
        }
    }

    /// Whether to save and whether to give up.
    fn footer_ui(&mut self, ui: &mut Ui, lang: Lang) -> (bool, bool) {
        let wrong = self.all(lang).err();
        ui.horizontal(|ui| {
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                let go = controls::primary_enabled(ui, wrong.is_none(), t!(lang, "snippets-apply")).clicked();
                let cancel = ui.button(t!(lang, "cancel")).clicked();
                if let Some((index, why)) = wrong {
                    let colour = Tokens::of(ui).error;
                    ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                        ui.label(ICON_ERROR.rich_text().size(15.0).color(colour));
                        let text = RichText::new(format!("{}: {why}", index + 1)).size(12.0).color(colour);
                        let button = Button::new(text).frame(false).truncate();
                        if ui.add(button).clicked() {
                            self.selected = index;
                        }
                    });
                }
                (go, cancel)
            })
            .inner
        })
        .inner
    }
}

/// How check bytes are written and over which bytes.
fn check_ui(ui: &mut Ui, lang: Lang, check: &mut Check) -> Response {
    let orders = [
        (None, t!(lang, "checksum-order-usual")),
        (Some(false), t!(lang, "checksum-order-big")),
        (Some(true), t!(lang, "checksum-order-little")),
    ];
    let digits = [
        (Digits::Binary, t!(lang, "checksum-binary")),
        (Digits::Small, t!(lang, "checksum-hex")),
        (Digits::Capital, t!(lang, "checksum-hex-capital")),
    ];
    fn choice<T: PartialEq + Copy>(
        ui: &mut Ui,
        salt: &str,
        all: &[(T, Cow<'static, str>)],
        chosen: &mut T,
    ) -> Response {
        let name = all.iter().find(|(value, _)| value == chosen).map_or("", |(_, name)| name.as_ref());
        let combo = ComboBox::from_id_salt(salt).width(110.0).selected_text(name);
        let show = |ui: &mut Ui| {
            for (value, name) in all {
                ui.selectable_value(chosen, *value, name.as_ref());
            }
        };
        combo.show_ui(ui, show).response
    }
    let response = choice(ui, "order", &orders, &mut check.is_little);
    choice(ui, "digits", &digits, &mut check.digits).accessible_name(t!(lang, "checksum-digits"));
    let from = ui.add(DragValue::new(&mut check.from).range(0..=65_535).prefix("+"));
    from.accessible_name(t!(lang, "checksum-from")).on_hover_text(t!(lang, "checksum-from"));
    let to = ui.add(DragValue::new(&mut check.to).range(-65_535..=65_535));
    to.accessible_name(t!(lang, "checksum-to")).on_hover_text(t!(lang, "checksum-to"));
    response
}

/// A label and a control.
fn line(ui: &mut Ui, name: &str, tip: &str, control: impl FnOnce(&mut Ui) -> Response) -> Response {
    ui.horizontal_top(|ui| {
        let muted = Tokens::of(ui).muted;
        let size = vec2(LABEL_WIDTH, ui.spacing().interact_size.y);
        let label = ui
            .allocate_ui_with_layout(size, Layout::left_to_right(Align::Center), |ui| {
                ui.set_min_width(LABEL_WIDTH);
                ui.add(Label::new(RichText::new(name).color(muted)).truncate())
            })
            .inner;
        let response = control(ui).labelled_by(label.id);
        if tip.is_empty() { response } else { response.on_hover_text(tip) }
    })
    .inner
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_snippet_passes_through_its_draft_unchanged() {
        let snippet = Snippet {
            line_ending: Some(LineEnding::Crlf),
            checksum: Some("crc-32:le:hex:1..-1".parse().unwrap()),
            delay_after: Duration::from_millis(150),
            ..Snippet::new("hello", Input::Text, "no. {counter}")
        };
        assert_eq!(Editor::new(Lang::En, std::slice::from_ref(&snippet)).all(Lang::En), Ok(vec![snippet]));
    }

    #[test]
    fn what_is_wrong_is_found_and_names_are_unique() {
        let parts = |draft: Draft| draft.snippet(Lang::En).map_err(|(part, _)| part).err();
        let good = Draft::of(&Snippet::new("a", Input::Text, "x"));
        assert_eq!(parts(good.clone()), None);
        assert_eq!(parts(Draft { delay: "-1".to_owned(), ..good.clone() }), Some(Part::Delay));
        assert_eq!(parts(Draft::of(&Snippet::new("", Input::Text, "x"))), Some(Part::Name));
        assert_eq!(parts(Draft::of(&Snippet::new("a", Input::Text, "{x}"))), Some(Part::Payload));
        assert_eq!(parts(Draft::of(&Snippet::new("a", Input::Hex, "0"))), Some(Part::Payload));
        let twice = Editor { drafts: vec![good.clone(), good], selected: 0, fresh: false, entered: false };
        assert_eq!(twice.all(Lang::En).map_err(|(index, _)| index), Err(1));
    }
}
