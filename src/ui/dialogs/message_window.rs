//! The dialog of a message that a relay holds: edited as text or hex, it goes on, or is dropped, or another goes before it.

use bytes::Bytes;
use eframe::egui::{self, Button, Id, RichText, ScrollArea, TextEdit, TextStyle, Ui};

use crate::engine::Verdict;
use crate::explain;
use crate::kinds::framing::{Framing, frame};
use crate::lang::visible::visible;
use crate::lang::{Lang, Words as _};
use crate::session::{Action, Session};
use crate::t;
use crate::trace::held::{HeldMessage, MessageId};
use crate::ui::controls;
use crate::ui::theme::SMALL;
use crate::ui::view::View;
use crate::ui::widgets::field;
use crate::ui::widgets::modal;
use crate::values::TextEncoding;
use crate::values::payload::{Input, LineEnding, as_typed, encode, format_hex};

const WIDTH: f32 = 620.0;
const ROWS: usize = 8;
/// What the dialog needs besides its text.
const BESIDES: f32 = 190.0;
/// A longer message can be let go or dropped, and is not edited here: 256 KiB.
const MAX_EDITED: usize = 256 * 1024;

/// The dialog while it is open.
pub struct MessageWindow {
    id: MessageId,
    framing: Framing,
    encoding: TextEncoding,
    mode: Input,
    /// Only the payload is edited.
    framed: bool,
    text: String,
    /// What the text was made of.
    shown: Bytes,
}

impl MessageWindow {
    pub fn new(session: &Session, id: MessageId) -> Option<Self> {
        let message = session.held_message(id)?;
        let spec = session.endpoint(message.endpoint).map(|endpoint| &endpoint.spec);
        let framing = spec.map(|spec| spec.stream.framing.clone()).unwrap_or_default();
        let encoding = spec.map(|spec| spec.encoding).unwrap_or_default();
        let has_payload = message.payload != (0..message.bytes.len());
        let framed = has_payload && framing.is_some();
        let (mode, text, shown) = (Input::Text, String::new(), Bytes::new());
        let mut window = Self { id, framing, encoding, mode, framed, text, shown };
        window.show(message);
        Some(window)
    }

    /// True where it is done with.
    pub fn ui(&mut self, ctx: &egui::Context, view: &mut View<'_>) -> bool {
        let lang = view.lang;
        let message = view.session.held_message(self.id).cloned();
        let drawn = modal::show(ctx, Id::unique("held message"), WIDTH, |ui, place| {
            modal::title(ui, t!(lang, "message-window"));
            let Some(message) = &message else {
                ui.label(t!(lang, "message-window-gone"));
                return modal::buttons(ui, |ui| ui.button(t!(lang, "cancel")).clicked().then_some(None));
            };
            let name = view.session.trace().name(message.endpoint);
            let way = lang.text(message.way.text_key(), None);
            let about = t!(lang, "message-window-about", name = visible(name), way = way);
            ui.label(RichText::new(about).color(view.tokens.muted));
            ui.add_space(6.0);
            self.modes_ui(ui, lang, message);
            let room = (place.height - BESIDES).max(60.0);
            ScrollArea::vertical().max_height(room).show(ui, |ui| {
                let edit = TextEdit::multiline(&mut self.text).desired_rows(ROWS).desired_width(f32::INFINITY);
                let edit = edit.font(TextStyle::Monospace).interactive(message.bytes.len() <= MAX_EDITED);
                let response = ui.add(edit).accessible_name(t!(lang, "message-window-content"));
                if place.is_new {
                    field::take_focus(&response);
                }
            });
            let outcome = self.outcome(lang, message);
            let (said, colour) = match &outcome {
                Ok(bytes) if *bytes == message.bytes => {
                    (t!(lang, "message-window-as-came").into_owned(), view.tokens.muted)
                }
                Ok(bytes) => {
                    let size = |bytes: &Bytes| explain::bytes(lang, bytes.len() as u64);
                    let (old, new) = (size(&message.bytes), size(bytes));
                    (t!(lang, "message-window-size", old = old, new = new).into_owned(), view.tokens.held)
                }
                Err(why) => (why.clone(), view.tokens.error),
            };
            ui.label(RichText::new(said).size(SMALL).color(colour));
            buttons_ui(ui, lang, outcome.ok())
        });
        match drawn.inner {
            Some(None) => true,
            Some(Some(verdict)) => {
                let stays = matches!(verdict, Verdict::Also(_));
                view.act(Action::Decide { message: self.id, verdict });
                !stays
            }
            None => drawn.escape,
        }
    }

    /// Text or hex, and whether the framing is edited too.
    fn modes_ui(&mut self, ui: &mut Ui, lang: Lang, message: &HeldMessage) {
        ui.horizontal(|ui| {
            let before = (self.mode, self.framed);
            ui.selectable_value(&mut self.mode, Input::Text, t!(lang, "message-window-text"));
            ui.selectable_value(&mut self.mode, Input::Hex, t!(lang, "message-window-hex"));
            if self.framing.is_some() {
                ui.checkbox(&mut self.framed, t!(lang, "message-window-framed"));
            }
            if (self.mode, self.framed) == before {
                return;
            }
            // What was typed so far is taken along, where it means something.
            let typed = encode(&self.text, before.0, self.encoding, LineEnding::None);
            match typed {
                Ok(bytes) if self.framed == before.1 => self.put(Bytes::from(bytes)),
                Ok(bytes) if bytes == self.shown => self.show(message),
                // With its framing round it, what was edited is the whole.
                Ok(bytes) if !self.framed => match frame(&self.framing, self.encoding, Bytes::from(bytes)) {
                    Ok(whole) => {
                        self.shown = message.bytes.clone();
                        self.put(whole);
                    }
                    Err(_) => self.framed = before.1,
                },
                // What was typed is kept: a whole that was edited stays the whole, and what can't be read as it is.
                _ => (self.mode, self.framed) = before,
            }
        });
    }

    /// The message as it came.
    fn show(&mut self, message: &HeldMessage) {
        let bytes = if self.framed { payload(&self.framing, message) } else { message.bytes.clone() };
        self.shown = bytes.clone();
        self.put(bytes);
    }

    fn put(&mut self, bytes: Bytes) {
        let some = &bytes[..bytes.len().min(MAX_EDITED)];
        let text = if self.mode == Input::Text { as_typed(some, self.encoding) } else { None };
        if text.is_none() {
            self.mode = Input::Hex;
        }
        self.text = text.unwrap_or_else(|| format_hex(some));
    }

    /// What goes on.
    fn outcome(&self, lang: Lang, message: &HeldMessage) -> Result<Bytes, String> {
        if message.bytes.len() > MAX_EDITED {
            return Ok(message.bytes.clone());
        }
        let bytes =
            encode(&self.text, self.mode, self.encoding, LineEnding::None).map_err(|error| error.words(lang))?;
        let bytes = Bytes::from(bytes);
        if bytes == self.shown {
            return Ok(message.bytes.clone());
        }
        if !self.framed {
            return Ok(bytes);
        }
        frame(&self.framing, self.encoding, bytes).map_err(|error| error.words(lang))
    }
}

/// What the message says, where its framing writes it in another way decoded.
fn payload(framing: &Framing, message: &HeldMessage) -> Bytes {
    framing.decode(message.bytes.slice(message.payload.clone()))
}

/// `Some(None)`: nothing is done.
fn buttons_ui(ui: &mut Ui, lang: Lang, ready: Option<Bytes>) -> Option<Option<Verdict>> {
    modal::buttons(ui, |ui| {
        let pass = controls::primary_enabled(ui, ready.is_some(), t!(lang, "message-window-pass"));
        let also = ui.add_enabled(ready.is_some(), Button::new(t!(lang, "message-window-also")));
        let also = also.on_hover_text(t!(lang, "message-window-also-tip"));
        let dropped = ui.button(t!(lang, "message-window-drop"));
        let cancel = ui.button(t!(lang, "cancel"));
        if cancel.clicked() {
            return Some(None);
        }
        if dropped.clicked() {
            return Some(Some(Verdict::Drop));
        }
        let bytes = ready?;
        if pass.clicked() {
            return Some(Some(Verdict::Edited(bytes)));
        }
        also.clicked().then_some(Some(Verdict::Also(bytes)))
    })
}
