//! The lab's snippets beside a composer: sent by a click, by Ctrl and a digit, or all of them one after the other.

mod editor;
use std::borrow::Cow;
use std::hash::{BuildHasher as _, Hasher as _, RandomState};
use std::time::Duration;

use bytes::Bytes;
use eframe::egui::containers::menu::MenuButton;
use eframe::egui::{Button, Id, Key, Label, Modifiers, RichText, ScrollArea, Ui, vec2};
use egui_material_icons::icons::{
    ICON_BOOKMARK_ADD, ICON_BOOKMARKS, ICON_CLOSE, ICON_EDIT, ICON_PLAYLIST_PLAY, ICON_STOP,
};

use super::draft::{Draft, framed};
use super::target::Target;
use super::whom;
use crate::lab::EndpointSpec;
use crate::lab::payload::{Input, LineEnding, format_hex};
use crate::lab::snippet::{MAX_SNIPPETS, MacroValues, Snippet};
use crate::lang::Lang;
use crate::lang::Words as _;
use crate::session::{Action, Endpoint};
use crate::t;
use crate::trace::Nanos;
use crate::trace::text::visible;
use crate::ui::controls;
use crate::ui::on_call::with_new_snippet;
use crate::ui::theme::Tokens;
use crate::ui::view::View;
use crate::ui::widgets::quantity;
use crate::values::endpoint_kind::Role;
use editor::Editor;

const DIGITS: [Key; 9] =
    [Key::Num1, Key::Num2, Key::Num3, Key::Num4, Key::Num5, Key::Num6, Key::Num7, Key::Num8, Key::Num9];
/// Snippets that have a button; the editor lists them all.
const MAX_BUTTONS: usize = 40;
/// Characters of a name on its button, and of a payload in its tooltip.
const MAX_NAME: usize = 20;
const MAX_PAYLOAD: usize = 300;
/// Bytes that a tooltip shows.
const MAX_BYTES: usize = 64;

#[derive(Debug, Default)]
pub struct Snippets {
    /// How many snippets this pane has sent: `{counter}` of the last one.
    sent: u64,
    sending: Option<Sending>,
    /// Why the last one did not go out.
    trouble: Option<String>,
    editor: Option<Editor>,
    /// They stand in the menu instead of a strip.
    pub in_menu: bool,
}

/// "Send all" while it goes on.
#[derive(Debug)]
struct Sending {
    snippets: Vec<Snippet>,
    next: usize,
    due: Nanos,
}

/// What belongs to the composer and is needed here.
pub struct Beside<'a> {
    pub draft: &'a Draft,
    pub target: &'a Target,
    /// The text field.
    pub field: Id,
}

impl Snippets {
    /// The button with everything that can be done: in the strip, or beside the composer's options where there is none.
    pub fn menu_ui(&mut self, ui: &mut Ui, view: &mut View<'_>, endpoint: &Endpoint, beside: &Beside<'_>) {
        let draft = beside.draft;
        let lang = view.lang;
        let picture = ICON_BOOKMARKS.rich_text().size(14.0).color(view.tokens.muted);
        let button = Button::new(picture).frame_when_inactive(false);
        let name = t!(lang, "snippets");
        let snippets = view.session.snippets();
        let (response, _) = MenuButton::from_button(button).ui(ui, |ui| {
            if self.in_menu {
                self.entries_ui(ui, view, endpoint, beside.target);
            }
            let worth = !draft.committed().is_empty() && draft.bytes().is_ok() && snippets.len() < MAX_SNIPPETS;
            let save = (ICON_BOOKMARK_ADD.rich_text(), RichText::new(t!(lang, "snippets-save")));
            let save = ui.add_enabled(worth, Button::new(save)).accessible_name(t!(lang, "snippets-save"));
            if save.on_disabled_hover_text(t!(lang, "snippets-save-nothing")).clicked() {
                view.act(Action::SetSnippets(with_new_snippet(lang, snippets, draft.input, &draft.committed())));
                ui.close();
            }
            let edit = (ICON_EDIT.rich_text(), RichText::new(t!(lang, "snippets-edit")));
            if ui.add(Button::new(edit)).accessible_name(t!(lang, "snippets-edit")).clicked() {
                self.editor = Some(Editor::new(lang, snippets));
                ui.close();
            }
            let all = (ICON_PLAYLIST_PLAY.rich_text(), RichText::new(t!(lang, "snippets-send-all")));
            let all = ui.add_enabled(!snippets.is_empty() && self.sending.is_none(), Button::new(all));
            if all.accessible_name(t!(lang, "snippets-send-all")).clicked() {
                self.begin(view);
                ui.close();
            }
        });
        controls::name_it(&response, true, &name);
        response.on_hover_text(t!(lang, "snippets-tip"));
    }

    /// The snippets as entries of the menu.
    fn entries_ui(&mut self, ui: &mut Ui, view: &mut View<'_>, endpoint: &Endpoint, target: &Target) {
        let snippets = view.session.snippets();
        if snippets.is_empty() {
            return;
        }
        ScrollArea::vertical().max_height(200.0).show(ui, |ui| {
            for (index, snippet) in snippets.iter().enumerate() {
                let mut button = Button::new(shortened(&snippet.name, MAX_NAME));
                if index < DIGITS.len() {
                    button = button.shortcut_text(format!("Ctrl+{}", index + 1));
                }
                let name = t!(view.lang, "snippets-send", name = snippet.name.as_str());
                if ui.add(button).accessible_name(name).clicked() {
                    self.send(view, endpoint, target, snippet);
                    ui.close();
                }
            }
        });
        ui.separator();
    }

    /// The strip of buttons, the sending that goes on, and the editor.
    pub fn ui(&mut self, ui: &mut Ui, view: &mut View<'_>, endpoint: &Endpoint, beside: &Beside<'_>) {
        if let Some(index) = pressed(ui, view, endpoint, beside.field)
            && let Some(snippet) = view.session.snippets().get(index)
        {
            self.send(view, endpoint, beside.target, snippet);
        }
        self.go_on(ui, view, endpoint, beside.target);
        if self.sending.is_some() || !(self.in_menu || view.session.snippets().is_empty()) {
            self.strip_ui(ui, view, endpoint, beside);
        }
        self.trouble_ui(ui, view);
        if let Some(editor) = &mut self.editor {
            match editor.ui(ui.ctx(), view, endpoint) {
                editor::Answer::Stays => {}
                editor::Answer::Cancelled => self.editor = None,
                editor::Answer::Saved(snippets) => {
                    view.act(Action::SetSnippets(snippets));
                    self.editor = None;
                }
            }
        }
    }

    fn strip_ui(&mut self, ui: &mut Ui, view: &mut View<'_>, endpoint: &Endpoint, beside: &Beside<'_>) {
        let lang = view.lang;
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = 4.0;
            ui.spacing_mut().button_padding = vec2(7.0, 2.0);
            ui.spacing_mut().interact_size.y = 22.0;
            if !self.in_menu {
                self.menu_ui(ui, view, endpoint, beside);
            }
            match &self.sending {
                Some(sending) => {
                    let count = format!("{}/{}", sending.next, sending.snippets.len());
                    if controls::icon(ui, ICON_STOP, &t!(lang, "snippets-stop")).clicked() {
                        self.sending = None;
                    }
                    ui.label(RichText::new(count).monospace().color(view.tokens.sent));
                }
                None => {
                    let several = view.session.snippets().len() > 1;
                    if several && controls::icon(ui, ICON_PLAYLIST_PLAY, &t!(lang, "snippets-send-all")).clicked() {
                        self.begin(view);
                    }
                }
            }
            let strip = ScrollArea::horizontal().id_salt("snippets").auto_shrink([false, true]);
            strip.show(ui, |ui| {
                ui.horizontal(|ui| {
                    for (index, snippet) in view.session.snippets().iter().take(MAX_BUTTONS).enumerate() {
                        if self.button_ui(ui, view, endpoint, index, snippet) {
                            self.send(view, endpoint, beside.target, snippet);
                        }
                    }
                });
            });
        });
    }

    fn button_ui(&self, ui: &mut Ui, view: &View<'_>, endpoint: &Endpoint, index: usize, snippet: &Snippet) -> bool {
        let (lang, tokens) = (view.lang, view.tokens);
        let name = RichText::new(shortened(&snippet.name, MAX_NAME)).size(12.0);
        let button = match DIGITS.get(index) {
            Some(_) => {
                let digit = RichText::new((index + 1).to_string()).size(11.0).color(tokens.muted);
                Button::new((digit, name)).gap(5.0)
            }
            None => Button::new(name),
        };
        let response = ui.add(button);
        controls::name_it(&response, true, &t!(lang, "snippets-send", name = snippet.name.as_str()));
        let clicked = response.clicked();
        response.on_hover_ui(|ui| self.tip_ui(ui, lang, endpoint, index, snippet));
        clicked
    }

    fn tip_ui(&self, ui: &mut Ui, lang: Lang, endpoint: &Endpoint, index: usize, snippet: &Snippet) {
        let tokens = Tokens::of(ui);
        ui.label(RichText::new(&snippet.name).strong());
        let payload = shortened(&snippet.payload, MAX_PAYLOAD);
        ui.add(Label::new(RichText::new(visible(&payload)).monospace()).wrap());
        match outgoing(lang, &endpoint.spec, snippet, self.sent + 1) {
            Ok(bytes) => {
                let first = format_hex(&bytes[..bytes.len().min(MAX_BYTES)]);
                let more = if bytes.len() > MAX_BYTES { "…" } else { "" };
                let size = quantity::bytes(bytes.len() as u64);
                let text = RichText::new(format!("{size} · {first}{more}")).monospace().color(tokens.muted);
                ui.add(Label::new(text).wrap());
            }
            Err(why) => {
                ui.label(RichText::new(why).color(tokens.error));
            }
        }
        if index < DIGITS.len() {
            ui.label(RichText::new(format!("Ctrl+{}", index + 1)).size(11.0).color(tokens.muted));
        }
    }

    /// True where it went out.
    fn send(&mut self, view: &mut View<'_>, endpoint: &Endpoint, target: &Target, snippet: &Snippet) -> bool {
        let lang = view.lang;
        let sent = whom(view.session, endpoint, target, lang).and_then(|to| {
            let bytes = outgoing(lang, &endpoint.spec, snippet, self.sent + 1)?;
            if bytes.is_empty() && endpoint.spec.kind.role() != Role::Datagram {
                return Err(t!(lang, "composer-empty"));
            }
            Ok(Action::Send { endpoint: endpoint.id, to, bytes })
        });
        match sent {
            Ok(action) => {
                view.act(action);
                self.sent += 1;
                self.trouble = None;
                true
            }
            Err(reason) => {
                let (name, reason) = (snippet.name.clone(), reason.into_owned());
                self.trouble = Some(t!(lang, "snippets-not-sent", name = name, reason = reason).into_owned());
                false
            }
        }
    }

    fn begin(&mut self, view: &View<'_>) {
        let snippets = view.session.snippets().to_vec();
        self.sending = Some(Sending { snippets, next: 0, due: view.session.now() });
    }

    /// Sends what is due of "Send all".
    fn go_on(&mut self, ui: &Ui, view: &mut View<'_>, endpoint: &Endpoint, target: &Target) {
        let Some(mut sending) = self.sending.take() else { return };
        let now = view.session.now();
        while sending.due <= now {
            let Some(snippet) = sending.snippets.get(sending.next) else { return };
            if !self.send(view, endpoint, target, snippet) {
                return;
            }
            sending.due = Nanos(now.0.saturating_add(nanos(snippet.delay_after)));
            sending.next += 1;
            // After the last one there is nothing to wait for.
            if sending.next == sending.snippets.len() {
                return;
            }
        }
        ui.ctx().request_repaint_after(Duration::from_nanos(sending.due.since(now)));
        self.sending = Some(sending);
    }

    fn trouble_ui(&mut self, ui: &mut Ui, view: &View<'_>) {
        let Some(trouble) = &self.trouble else { return };
        let mut dismissed = false;
        ui.horizontal(|ui| {
            dismissed = controls::icon(ui, ICON_CLOSE, &t!(view.lang, "snippets-dismiss")).clicked();
            ui.add(Label::new(RichText::new(trouble).color(view.tokens.error)).wrap());
        });
        if dismissed {
            self.trouble = None;
        }
    }
}

/// The bytes that go out now, framed, or why there are none.
fn outgoing(lang: Lang, spec: &EndpointSpec, snippet: &Snippet, counter: u64) -> Result<Bytes, Cow<'static, str>> {
    let values = MacroValues {
        counter,
        at: jiff::Zoned::now().datetime(),
        // Each hasher of this kind has keys of its own, drawn from the system's randomness.
        random: RandomState::new().build_hasher().finish(),
    };
    let payload =
        snippet.bytes(spec.encoding, spec.line_ending, &values).map_err(|error| Cow::Owned(error.sentence(lang)))?;
    let ending = match snippet.input {
        Input::Text => snippet.line_ending.unwrap_or(spec.line_ending),
        Input::Hex => LineEnding::None,
    };
    framed(spec, ending, payload).map_err(|refusal| refusal.text(lang))
}

/// The number of the snippet whose digit was pressed, where the keys are meant for this pane: its field has the
/// keyboard, or it is selected and no other pane's field has it.
fn pressed(ui: &Ui, view: &View<'_>, endpoint: &Endpoint, field: Id) -> Option<usize> {
    let holder = Id::unique("the composer with the keyboard");
    let ctx = ui.ctx();
    if ctx.memory(|memory| memory.top_modal_layer().is_some()) {
        return None;
    }
    let mine = ctx.memory(|memory| memory.has_focus(field));
    if mine {
        ctx.data_mut(|data| data.insert_temp(holder, field));
    } else {
        let other = ctx.data(|data| data.get_temp::<Id>(holder)).filter(|other| *other != field);
        let busy = other.is_some_and(|other| ctx.memory(|memory| memory.has_focus(other)));
        if busy || view.selection.endpoint() != Some(endpoint.id) {
            return None;
        }
    }
    ctx.input_mut(|input| DIGITS.iter().position(|key| input.consume_key(Modifiers::COMMAND, *key)))
}

fn shortened(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((cut, _)) => format!("{}…", text.get(..cut).unwrap_or(text)),
        None => text.to_owned(),
    }
}

fn nanos(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_snippet_of_a_text_that_hides_something_has_a_name_that_a_lab_can_hold() {
        let mut draft = Draft::default();
        draft.text = "a\u{202e}b\u{200b}\u{7}".to_owned();
        let all = with_new_snippet(Lang::En, &[], draft.input, &draft.committed());
        assert_eq!((all[0].name.as_str(), all[0].check()), ("ab", Ok(())));
    }
}
