//! What stands between egui and the window system where it is about typing: a shortcut leaves no text behind, and an
//! input method is interrupted only where its field changes.

use eframe::egui::os::OperatingSystem;
use eframe::egui::{Context, Event, FullOutput, Id, ImeEvent, Modifiers, Plugin, RawInput, Rect};

use super::command::UiCommand;

/// Registered once for the window's context.
#[derive(Debug)]
pub struct Typing {
    spot: Spot,
    /// The field that had the input method at the end of the last frame.
    field: Option<Id>,
    /// Letters that the input method has not committed yet stand in that field.
    composing: bool,
}

/// Where the window system puts an input method's candidates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spot {
    /// Beside the rectangle of the caret, which it is given whole.
    Beside,
    /// With its top at the one point that it is given (XIM): the top of the caret would let them cover the line.
    At,
}

impl Spot {
    /// As winit chooses: Wayland where it is there, else X11.
    pub fn of_this_session() -> Self {
        let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        let x11 = cfg!(all(unix, not(target_os = "macos"), not(target_os = "android")))
            && !set("WAYLAND_DISPLAY")
            && !set("WAYLAND_SOCKET");
        if x11 { Self::At } else { Self::Beside }
    }

    /// The rectangle to hand out for a caret.
    fn rect(self, caret: Rect) -> Rect {
        match self {
            Self::Beside => caret,
            Self::At => Rect::from_min_max(caret.left_bottom(), caret.right_bottom()),
        }
    }
}

impl Typing {
    pub fn new(spot: Spot) -> Self {
        Self { spot, field: None, composing: false }
    }
}

impl Plugin for Typing {
    fn debug_name(&self) -> &'static str {
        "typing"
    }

    fn input_hook(&mut self, ctx: &Context, input: &mut RawInput) {
        drop_text_of_shortcuts(ctx.os(), &mut input.events);
        for event in &input.events {
            match event {
                Event::Ime(ImeEvent::Preedit { text, .. }) => self.composing = !text.is_empty(),
                Event::Ime(ImeEvent::Commit(_)) => self.composing = false,
                _ => {}
            }
        }
    }

    /// egui interrupts the input method with each click in a field. Under X11 that gives it a new context, in which it is
    /// back at English. It has to be only where the field is another one, or where the click has left a composition.
    fn output_hook(&mut self, ctx: &Context, output: &mut FullOutput) {
        let Some(ime) = &mut output.platform_output.ime else {
            self.field = None;
            self.composing = false;
            return;
        };
        let field = ctx.memory(|memory| memory.focused());
        if field == self.field && !self.composing {
            ime.should_interrupt_composition = false;
        }
        if ime.should_interrupt_composition {
            self.composing = false;
        }
        self.field = field;
        ime.cursor_rect = self.spot.rect(ime.cursor_rect);
    }
}

/// egui-winit leaves out the text of a key with Ctrl or Cmd, not that with Alt. The text comes right after its key.
fn drop_text_of_shortcuts(os: OperatingSystem, events: &mut Vec<Event>) {
    let mut after_shortcut = false;
    events.retain(|event| {
        let drop = after_shortcut && matches!(event, Event::Text(_));
        after_shortcut = match event {
            Event::Key { key, pressed: true, modifiers, .. } => {
                is_alt(*modifiers) && (os != OperatingSystem::Mac || is_shortcut(*modifiers, *key))
            }
            _ => false,
        };
        !drop
    });
}

/// Not AltGr, which types: on Linux it is no Alt, on Windows winit takes both of its modifiers away.
fn is_alt(modifiers: Modifiers) -> bool {
    modifiers.alt && !modifiers.ctrl && !modifiers.command
}

/// On a Mac, Option types wherever it is no shortcut.
fn is_shortcut(modifiers: Modifiers, key: eframe::egui::Key) -> bool {
    let shortcuts = UiCommand::all().iter().filter_map(UiCommand::shortcut);
    shortcuts.into_iter().any(|shortcut| shortcut.logical_key == key && modifiers.matches_logically(shortcut.modifiers))
}

#[cfg(test)]
mod tests {
    use eframe::egui::{Key, pos2};

    use super::*;

    fn key(modifiers: Modifiers, key: Key) -> Event {
        Event::Key { key, physical_key: None, pressed: true, repeat: false, modifiers }
    }

    fn left(os: OperatingSystem, mut events: Vec<Event>) -> Vec<Event> {
        drop_text_of_shortcuts(os, &mut events);
        events
    }

    #[test]
    fn the_text_of_a_key_with_alt_is_dropped_and_what_is_typed_after_it_stays() {
        let text = |text: &str| Event::Text(text.to_owned());
        let alt = key(Modifiers::ALT, Key::Num2);
        let plain = key(Modifiers::NONE, Key::Num3);
        let events = vec![text("a"), alt.clone(), text("2"), plain.clone(), text("3")];
        assert_eq!(left(OperatingSystem::Nix, events), [text("a"), alt, plain, text("3")]);
    }

    #[test]
    fn what_alt_gr_types_arrives() {
        // The key of a level-three character has no Alt on Linux; on Windows it has neither Ctrl nor Alt.
        let events = vec![key(Modifiers::NONE, Key::Q), Event::Text("@".to_owned())];
        assert_eq!(left(OperatingSystem::Nix, events.clone()), events);
        let events = vec![key(Modifiers::ALT | Modifiers::CTRL, Key::Q), Event::Text("@".to_owned())];
        assert_eq!(left(OperatingSystem::Windows, events.clone()), events);
    }

    #[test]
    fn option_types_on_a_mac_where_it_is_no_shortcut() {
        let events = vec![key(Modifiers::ALT, Key::O), Event::Text("ø".to_owned())];
        assert_eq!(left(OperatingSystem::Mac, events.clone()), events);
        let events = vec![key(Modifiers::ALT, Key::Num2), Event::Text("™".to_owned())];
        assert_eq!(left(OperatingSystem::Mac, events).len(), 1);
    }

    #[test]
    fn candidates_stand_below_the_caret() {
        let caret = Rect::from_min_max(pos2(100.0, 40.0), pos2(101.0, 56.0));
        assert_eq!(Spot::At.rect(caret).min, pos2(100.0, 56.0));
        assert_eq!(Spot::Beside.rect(caret), caret);
    }
}
