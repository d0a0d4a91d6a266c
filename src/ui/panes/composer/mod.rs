//! The composer: what the user types becomes bytes, which are counted and shown before they go out. What can't be
//! meant literally is refused with its place; whatever happens, the text stays until it was sent.

mod choices;
mod copy_as;
mod draft;
mod history;
mod keyboard;
mod large;
mod repeating;
mod serving;
mod snippets;
mod target;

use std::borrow::Cow;
use std::sync::Arc;

use eframe::egui::text::{LayoutJob, TextFormat};
use eframe::egui::{
    self, Align, FontId, Galley, Id, Key, Layout, Modifiers, RichText, Stroke, TextBuffer, TextEdit, TextStyle, Ui,
};
use egui::text_edit::TextEditState;
use egui_material_icons::icons::{ICON_TERMINAL, ICON_TUNE};

use crate::engine::Peers;
use crate::lab::Addr;
use crate::lab::payload::{Input, LineEnding};
use crate::lang::Lang;
use crate::session::{Action, Endpoint, Session};
use crate::t;
use crate::trace::ConnId;
use crate::ui::controls;
use crate::ui::regions;
use crate::ui::theme::Tokens;
use crate::ui::view::View;
use crate::ui::widgets::choice::Choice;
use crate::ui::widgets::focus;
use crate::values::endpoint_kind::Role;
use choices::{edit, encoding_ui, ending_name, endings_ui, framing_in_menu, framing_ui, line_ending_ui};
use draft::Draft;
use history::History;
use keyboard::{Keyboard, Special};
use repeating::Repeating;
use snippets::{Beside, Snippets};
use target::Target;

/// Below this width (in points) the field has no room for a long hint.
const NARROW: f32 = 200.0;
/// Below this height (in points) a pane has no room for a strip of snippets.
const LOW: f32 = 260.0;
/// Below this height (in points) what can be chosen is one line that scrolls instead of as many as it takes.
const CRAMPED: f32 = 180.0;
/// Below this one there is none for the line of choices.
const BARE: f32 = 110.0;
/// From this width on (in points) the line of choices has room for each of them; with a destination from this one on.
const ROOMY: f32 = 540.0;
const ROOMY_WITH_DESTINATION: f32 = 700.0;
/// The least width in which the count of bytes can be read.
const COUNT: f32 = 44.0;
/// The field grows up to this many lines, then scrolls.
const MAX_LINES: usize = 6;
/// The height of one of them, and of what the pane needs beside the field: the choices and two rows of the conversation.
const LINE: f32 = 16.0;
const BESIDE_FIELD: f32 = 110.0;

/// To whom a message would go, or why it can't.
type Way = Result<Peers, Cow<'static, str>>;

/// The composer of one endpoint.
#[derive(Debug, Default)]
pub struct Composer {
    draft: Draft,
    history: History,
    target: Target,
    repeating: Repeating,
    snippets: Snippets,
    keyboard: Keyboard,
    /// The user tried to send what can't be sent: say so until something changes.
    refused: bool,
    /// Take the keyboard in the next frame.
    focus: bool,
    /// There is room for one line of choices.
    cramped: bool,
    /// The line of choices has no room for the framing.
    framing_in_menu: bool,
    /// There is not even that.
    bare: bool,
    /// The field grows up to this many lines here.
    most_lines: usize,
    send_button: Option<Id>,
}

impl Composer {
    /// How high the pane is below its header, in points: in a low one the conversation needs the room.
    pub fn set_room(&mut self, height: f32) {
        self.snippets.in_menu = height < LOW;
        self.cramped = height < CRAMPED;
        self.bare = height < BARE;
        self.most_lines = (((height - BESIDE_FIELD) / LINE) as usize).clamp(1, MAX_LINES);
    }

    /// Lets the user type at once.
    pub fn take_focus(&mut self) {
        self.focus = true;
    }

    /// Chooses the connection that is sent to.
    pub fn send_to(&mut self, conn: ConnId) {
        self.target.conn = Some(conn);
        self.focus = true;
    }

    /// Fills in where the next datagram goes.
    pub fn send_to_peer(&mut self, peer: &Addr) {
        self.target.destination = peer.to_string();
        self.focus = true;
    }

    pub fn ui(&mut self, ui: &mut Ui, view: &mut View<'_>, endpoint: &Endpoint) {
        if serving::ui(ui, view, endpoint, self.cramped) {
            return;
        }
        self.draft.encode(&endpoint.spec);
        let field = ui.scope_id().with("composer");
        let beside = Beside { draft: &self.draft, target: &self.target, field };
        self.snippets.ui(ui, view, endpoint, &beside);
        if !self.bare {
            self.options_ui(ui, view, endpoint, field);
        }
        let (way, send) = self.message_ui(ui, view, endpoint, field);
        if send {
            match &way {
                Ok(peers) => self.send(ui, view, endpoint, peers.clone(), field),
                Err(_) => {
                    self.refused = true;
                    self.draft.select_error = true;
                }
            }
        }
        self.trouble_ui(ui, view, &way);
        repeating::running_ui(ui, view, &endpoint.live.repeats);
    }

    /// The field and the button. Says to whom it would go, and whether the user wants it to.
    fn message_ui(&mut self, ui: &mut Ui, view: &View<'_>, endpoint: &Endpoint, id: Id) -> (Way, bool) {
        ui.horizontal_top(|ui| {
            let text = if self.repeating.on { t!(view.lang, "composer-start") } else { t!(view.lang, "composer-send") };
            let font = FontId::new(13.0, egui::FontFamily::Name(crate::desktop::fonts::STRONG.into()));
            let width = ui.painter().layout_no_wrap(text.clone().into_owned(), font, view.tokens.text).size().x;
            let button = width + 2.0 * ui.spacing().button_padding.x + 4.0;
            let field = (ui.available_width() - button - ui.spacing().item_spacing.x).max(60.0);
            let enter = self.field_ui(ui, view, endpoint, id, field);
            // What was typed in this very frame is in the field by now.
            self.draft.encode(&endpoint.spec);
            let way = self.way(view, endpoint);
            let response = controls::primary_enabled(ui, way.is_ok(), text);
            self.send_button = Some(response.id);
            let send = enter || response.clicked();
            match &way {
                Ok(_) => response.on_hover_text(t!(view.lang, "composer-send-tip")),
                Err(reason) => response.on_disabled_hover_text(reason.clone()),
            };
            (way, send)
        })
        .inner
    }

    /// To whom it would go, or why it can't.
    fn way(&self, view: &View<'_>, endpoint: &Endpoint) -> Way {
        let lang = view.lang;
        let peers = whom(view.session, endpoint, &self.target, lang)?;
        match self.draft.bytes() {
            Err(refusal) => Err(refusal.text(lang)),
            // An empty datagram is one; nothing in a stream is nothing.
            Ok(bytes) if bytes.is_empty() && endpoint.spec.kind.role() != Role::Datagram => {
                Err(t!(lang, "composer-empty"))
            }
            Ok(_) => Ok(peers),
        }
    }

    fn send(&mut self, ui: &Ui, view: &mut View<'_>, endpoint: &Endpoint, to: Peers, field: Id) {
        let Ok(bytes) = self.draft.bytes().cloned() else { return };
        let endpoint = endpoint.id;
        if self.repeating.on {
            let (every, times) = (self.repeating.every(), self.repeating.times);
            view.act(Action::Repeat { endpoint, to, bytes, every, times });
        } else {
            view.act(Action::Send { endpoint, to, bytes });
        }
        self.refused = false;
        self.focus = true;
        let sent = self.draft.take(ui, field);
        if !sent.1.is_empty() {
            self.history.push(sent);
        }
    }

    fn options_ui(&mut self, ui: &mut Ui, view: &mut View<'_>, endpoint: &Endpoint, field: Id) {
        let lang = view.lang;
        let text = self.draft.count_text(lang);
        let label = egui::Label::new(RichText::new(text.as_str()).monospace().color(view.tokens.muted)).truncate();
        let width = ui.available_width();
        let roomy = if endpoint.spec.kind.role() == Role::Datagram { ROOMY_WITH_DESTINATION } else { ROOMY };
        let few = self.cramped || width < roomy;
        self.target.line = width;
        // Always one line, so that the fields of a server and its client stand at one height.
        egui::ScrollArea::horizontal().id_salt("options").show(ui, |ui| {
            ui.horizontal(|ui| {
                self.choices_ui(ui, view, endpoint, field, few);
                // The choices have priority over it.
                let left = width - ui.min_rect().width() - ui.spacing().item_spacing.x;
                if left >= COUNT {
                    let size = egui::vec2(left, ui.spacing().interact_size.y);
                    ui.allocate_ui_with_layout(size, Layout::right_to_left(Align::Center), |ui| {
                        ui.add(label).on_hover_text(t!(lang, "composer-count-tip"));
                    });
                }
            });
        });
    }

    /// With `few` the line ending and the repeating share a menu.
    fn choices_ui(&mut self, ui: &mut Ui, view: &mut View<'_>, endpoint: &Endpoint, field: Id, few: bool) {
        ui.spacing_mut().item_spacing.x = 2.0;
        ui.spacing_mut().button_padding = egui::vec2(5.0, 2.0);
        self.input_ui(ui, view.lang);
        if self.draft.input == Input::Text {
            // Who has chosen goes on typing.
            self.focus |= encoding_ui(ui, view, endpoint);
            if !few {
                self.focus |= line_ending_ui(ui, view, endpoint);
            }
        }
        self.target.ui(ui, view, endpoint, few);
        if few {
            self.more_ui(ui, view, endpoint);
        } else {
            self.repeating.ui(ui, view);
        }
        if view.session.snippets().is_empty() || self.snippets.in_menu {
            let beside = Beside { draft: &self.draft, target: &self.target, field };
            self.snippets.menu_ui(ui, view, endpoint, &beside);
        }
        if !few && Self::can_copy_as(endpoint) {
            let choice = Choice { name: &t!(view.lang, "copy-as"), shown: "", prefixed: false };
            let mut copied = false;
            choice.show_with(ui, Some(ICON_TERMINAL), |ui| copied = self.copy_as_contents_ui(ui, view, endpoint));
            self.focus |= copied;
        }
        let left =
            if few { self.target.line - ui.min_rect().width() - ui.spacing().item_spacing.x } else { f32::INFINITY };
        self.framing_in_menu = !framing_ui(ui, view, endpoint, left);
    }

    /// The line ending and the repeating where the line has no room for them; what is not as usual stands on the button.
    fn more_ui(&mut self, ui: &mut Ui, view: &mut View<'_>, endpoint: &Endpoint) {
        let lang = view.lang;
        let with_ending = self.draft.input == Input::Text;
        let present = endpoint.spec.line_ending;
        let ending = (with_ending && present != LineEnding::None).then(|| ending_name(lang, present));
        let repeats = self.repeating.on.then(|| t!(lang, "composer-repeats"));
        let shown = ending.into_iter().chain(repeats).collect::<Vec<_>>().join(" · ");
        let name = t!(lang, "composer-more");
        let mut chosen = None;
        let mut copied = false;
        Choice { name: &name, shown: &shown, prefixed: false }.show_with(ui, Some(ICON_TUNE), |ui| {
            if with_ending {
                ui.label(RichText::new(t!(lang, "composer-ending")).color(view.tokens.muted));
                chosen = endings_ui(ui, lang, present);
                ui.separator();
            }
            self.repeating.contents_ui(ui, lang);
            if self.framing_in_menu {
                framing_in_menu(ui, view, endpoint);
            }
            if Self::can_copy_as(endpoint) {
                ui.separator();
                copied = self.copy_as_contents_ui(ui, view, endpoint);
            }
        });
        self.focus |= copied;
        if let Some(ending) = chosen {
            view.act(edit(endpoint, |spec| spec.line_ending = ending));
            self.focus = true;
        }
    }

    fn input_ui(&mut self, ui: &mut Ui, lang: Lang) {
        let name = |input| match input {
            Input::Text => t!(lang, "composer-text"),
            Input::Hex => t!(lang, "composer-hex"),
        };
        let choice = Choice { name: &t!(lang, "composer-input"), shown: &name(self.draft.input), prefixed: false };
        choice.show(ui, |ui| {
            for input in [Input::Text, Input::Hex] {
                if ui.selectable_label(self.draft.input == input, name(input)).clicked() {
                    self.draft.input = input;
                    self.draft.changed();
                    self.refused = false;
                    self.focus = true;
                    ui.close();
                }
            }
        });
    }

    /// The text field; true when the user pressed Enter in it.
    fn field_ui(&mut self, ui: &mut Ui, view: &View<'_>, endpoint: &Endpoint, id: Id, width: f32) -> bool {
        if self.takes_large_text(ui, id) {
            return self.large_ui(ui, view, endpoint, id, width);
        }
        let lang = view.lang;
        let mut enter = false;
        if ui.memory(|memory| memory.has_focus(id)) {
            enter = self.keys(ui, id);
        } else {
            self.keyboard.forget();
        }
        if std::mem::take(&mut self.draft.select_error) {
            self.draft.select(ui, id);
        }
        let tokens = view.tokens;
        let error = self.draft.error_span();
        let font = TextStyle::Monospace.resolve(ui.style());
        let mut layouter = |ui: &Ui, text: &dyn TextBuffer, width: f32| {
            layout(ui, text.as_str(), width, font.clone(), tokens, error.clone())
        };
        let hint = match (self.draft.input, endpoint.spec.kind.role()) {
            (Input::Text, _) if width < NARROW => t!(lang, "composer-hint-short"),
            (Input::Hex, _) => t!(lang, "composer-hint-hex"),
            (Input::Text, Role::Server) => t!(lang, "composer-hint-server"),
            (Input::Text, Role::Client) => t!(lang, "composer-hint-client"),
            (Input::Text, Role::Datagram) => t!(lang, "composer-hint-udp"),
            (Input::Text, Role::Relay) => t!(lang, "composer-relay"),
        };
        let lines = self.draft.text.matches('\n').count() + 1;
        let most = self.most_lines.max(1);
        let height = most as f32 * (ui.text_style_height(&TextStyle::Monospace) + 2.0) + 12.0;
        let output = egui::ScrollArea::vertical()
            .id_salt("composer-scroll")
            .max_height(height)
            // Else it would be no higher than the panel was in the last frame, and the panel than it.
            .min_scrolled_height(height)
            .max_width(width)
            .auto_shrink([true, true])
            .show(ui, |ui| {
                let send = self.send_button.and_then(|button| ui.ctx().read_response(button));
                // Several lines, so that a pasted text goes out as it is: a single-line field would make spaces of its
                // line breaks. Enter sends; Shift+Enter breaks the line.
                let edit = TextEdit::multiline(&mut self.draft.text)
                    .id(id)
                    .hint_text(hint)
                    .desired_rows(lines.min(most))
                    .desired_width(width)
                    .margin(egui::Margin::symmetric(8, 5))
                    .return_key(egui::KeyboardShortcut::new(Modifiers::SHIFT, Key::Enter))
                    .layouter(&mut layouter);
                focus::kept(ui, send, |ui| edit.show(ui))
            })
            .inner;
        let response = output.response.response;
        regions::aim(ui.ctx(), id);
        let name = t!(lang, "composer-field", name = endpoint.spec.name.clone());
        let response = response.accessible_name(name);
        if response.changed() {
            self.draft.changed();
            self.refused = false;
        }
        self.draft.compose(self.keyboard.preedit(), output.state.cursor.char_range());
        if std::mem::take(&mut self.focus) {
            focus::give(&response);
        }
        enter
    }

    /// ↑ and ↓ walk through what was sent, where the cursor is in the first or last line. True for Enter.
    fn keys(&mut self, ui: &Ui, id: Id) -> bool {
        let text = &self.draft.text;
        let at = TextEditState::load(ui.ctx(), id)
            .and_then(|state| state.cursor.char_range())
            .map_or(0, |range| range.primary.index.0);
        let first_line = !text.chars().take(at).any(|c| c == '\n');
        let last_line = !text.chars().skip(at).any(|c| c == '\n');
        let special = self.keyboard.next(ui, |special| match special {
            Special::Enter => true,
            Special::Up => first_line,
            Special::Down => last_line,
        });
        let entry = match special {
            Some(Special::Up) => self.history.older(self.draft.entry()),
            Some(Special::Down) => self.history.newer(self.draft.entry()),
            Some(Special::Enter) | None => None,
        };
        if let Some((input, text)) = entry {
            self.draft.input = input;
            self.draft.text = text;
            self.draft.changed();
            self.refused = false;
            self.draft.put_cursor_at_end(ui, id);
        }
        special == Some(Special::Enter)
    }

    /// What is wrong, under the field. Something unfinished is only a fault when the user wants to send it.
    fn trouble_ui(&self, ui: &mut Ui, view: &View<'_>, way: &Way) {
        // An empty field is not an error, even where a framing expects bytes.
        let broken = self.draft.bytes().is_err() && !self.draft.text.is_empty();
        let severe = self.refused || (broken && !self.draft.is_unfinished());
        let Err(reason) = way else { return };
        // That a closed endpoint can't send is no news until the user tries; a wrong text is.
        if self.refused || broken {
            let text = match self.draft.bytes() {
                Err(refusal) => refusal.text(view.lang),
                Ok(_) => reason.clone(),
            };
            let color = if severe { view.tokens.error } else { view.tokens.muted };
            ui.add(egui::Label::new(RichText::new(text).color(color)).wrap());
        }
    }
}

/// To whom anything would go, or why there is nobody.
fn whom(session: &Session, endpoint: &Endpoint, target: &Target, lang: Lang) -> Way {
    if !endpoint.live.is_open() {
        let opening = !endpoint.live.is_closed();
        return Err(if opening { t!(lang, "composer-opening") } else { t!(lang, "composer-closed") });
    }
    target.peers(session, endpoint, lang)
}

/// The text with the character underlined that can't be sent.
fn layout(
    ui: &Ui,
    text: &str,
    width: f32,
    font: FontId,
    tokens: &Tokens,
    error: Option<std::ops::Range<usize>>,
) -> Arc<Galley> {
    let plain = TextFormat::simple(font, tokens.text);
    let mut job = LayoutJob::default();
    job.wrap.max_width = width;
    job.keep_trailing_whitespace = true;
    let span = error
        .filter(|span| text.is_char_boundary(span.start) && text.is_char_boundary(span.end) && span.end <= text.len());
    match span {
        None => job.append(text, 0.0, plain),
        Some(span) => {
            let wrong = TextFormat { color: tokens.error, underline: Stroke::new(1.5, tokens.error), ..plain.clone() };
            job.append(&text[..span.start], 0.0, plain.clone());
            job.append(&text[span.clone()], 0.0, wrong);
            job.append(&text[span.end..], 0.0, plain);
        }
    }
    ui.painter().layout_job(job)
}

#[cfg(test)]
mod tests;
