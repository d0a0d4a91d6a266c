//! Escape. The focused widget, and each window over the panes, has the first use for it; where none has, it
//! leaves presentation mode, or puts the laid-over inspector away, else it goes up from what is selected.

use eframe::egui::{self, Key, Modifiers, Popup};

use super::App;

/// What the last frame left behind: when the key arrives, egui has already taken the keyboard from its owner.
#[derive(Debug, Default)]
pub(super) struct Escape {
    /// A text field had the keyboard, or a menu was open.
    taken: bool,
    /// The key was pressed in this frame, and nobody else had a use for it when the frame began.
    free: bool,
}

impl App {
    /// Before anything is drawn: a window that the key closes would be gone afterwards.
    pub(super) fn look_for_escape(&mut self, ctx: &egui::Context) {
        let over = self.is_asking()
            || self.follow.is_open()
            || self.address_window.open
            || self.link_window.open
            || self.help.shortcuts_open
            || self.help.about_open
            || ctx.memory(|memory| memory.top_modal_layer().is_some());
        let pressed = ctx.input(|input| input.key_pressed(Key::Escape));
        self.escape.free = pressed && !over && !self.escape.taken;
    }

    /// After everything was drawn: a list that has used the key has consumed it.
    pub(super) fn take_escape(&mut self, ctx: &egui::Context) {
        let free = std::mem::take(&mut self.escape.free);
        self.escape.taken = ctx.text_edit_focused() || Popup::is_any_open(ctx);
        if !free || !ctx.input_mut(|input| input.consume_key(Modifiers::NONE, Key::Escape)) {
            return;
        }
        if self.presenting.is_some() {
            self.toggle_presentation(ctx);
            ctx.request_repaint();
        } else if self.overlay.is_open() {
            self.overlay.close();
            ctx.request_repaint();
        } else if self.selection.go_up() {
            ctx.request_repaint();
        }
    }
}
