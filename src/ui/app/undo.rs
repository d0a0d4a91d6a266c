//! Undo and redo in the window: whose keys they are, what becomes of the panes, and the word about it.

use eframe::egui::{self, KeyboardShortcut, Role};

use super::App;
use crate::lab::EndpointId;
use crate::session::{Action, LayoutChange, Session};
use crate::ui::bars::toast::{Toast, ToastText};
use crate::ui::command::UiCommand;
use crate::ui::layout::{Panes, Rearranged, same_places};
use crate::ui::view::{Selection, ViewRequest};

impl App {
    /// A text field that has the keyboard undoes what was typed into it. Only where it has nothing to undo the key is the
    /// lab's: that is seen when it has been drawn.
    pub(super) fn take_undo_keys(&mut self, ctx: &egui::Context, command: &UiCommand, shortcut: KeyboardShortcut) {
        let also = *command == UiCommand::Redo;
        if ctx.text_edit_focused() {
            let pressed = ctx.input(|input| {
                let shift = input.modifiers.shift;
                input.modifiers.command
                    && !input.modifiers.alt
                    && (input.key_pressed(egui::Key::Z) && shift == also || also && input.key_pressed(egui::Key::Y))
            });
            if pressed {
                self.undo_left_to_field = Some(command.clone());
            }
            return;
        }
        let pressed = ctx.input_mut(|input| {
            input.consume_shortcut(&shortcut) || also && input.consume_key(egui::Modifiers::COMMAND, egui::Key::Y)
        });
        if pressed {
            self.requests.push(ViewRequest::Do(command.clone()));
        }
    }

    /// At the end of a frame in which a text field had the key.
    pub(super) fn undo_where_no_field_did(&mut self, ctx: &egui::Context) {
        let Some(command) = self.undo_left_to_field.take() else { return };
        let field_did = ctx.output(|output| {
            output.events.iter().any(|event| match event {
                egui::output::OutputEvent::ValueChanged(info) => {
                    matches!(info.role, Role::TextInput | Role::MultilineTextInput | Role::SearchInput)
                }
                _ => false,
            })
        });
        if !field_did {
            self.requests.push(ViewRequest::Do(command));
        }
    }

    pub(super) fn undo_or_redo(&mut self, command: &UiCommand) {
        let is_undo = *command == UiCommand::Undo;
        let what = if is_undo { self.session.undoable() } else { self.session.redoable() };
        let Some(change) = what.cloned() else { return };
        let known: Vec<_> = self.session.endpoints().iter().map(|endpoint| endpoint.id).collect();
        let lab = self.session.lab();
        self.act(if is_undo { Action::Undo } else { Action::Redo });
        if self.session.lab() != lab {
            self.show_open_lab();
        } else {
            let now = self.panes.to_layout(&self.session);
            if !same_places(now.as_ref(), self.session.layout()) {
                let layout = self.session.layout().cloned();
                self.panes.arrange(&self.session, layout.as_ref());
            }
            let back = self.session.endpoints().iter().map(|endpoint| endpoint.id).find(|id| !known.contains(id));
            let is_gone = self.selection.endpoint().is_some_and(|id| self.session.endpoint(id).is_none());
            if back.is_some() || is_gone {
                self.selection = Selection::default();
                if let Some(endpoint) = back {
                    self.selection.select_endpoint(endpoint);
                }
            }
        }
        let said = if is_undo { ToastText::Undone(change) } else { ToastText::Redone(change) };
        self.toast = Some(Toast::new(said, self.selection.endpoint().filter(|id| !known.contains(id))));
        self.changes_seen = self.session.changes();
    }

    /// Where something is gone by what was just done: says so, with a button that brings it back.
    pub(super) fn offer_way_back(&mut self) {
        let changes = self.session.changes();
        if std::mem::replace(&mut self.changes_seen, changes) == changes {
            return;
        }
        self.toast = self
            .session
            .undoable()
            .filter(|change| change.is_loss())
            .cloned()
            .map(|change| Toast::new(ToastText::Done(change), None));
    }

    /// What was done to the panes in the frame that was just drawn.
    pub(super) fn note_rearranging(&mut self) {
        if let Some(Rearranged { before, change }) = self.panes.take_rearranged() {
            self.session.set_layout(before);
            self.rearranged(change);
        }
    }

    /// Does something to the panes that can be taken back.
    pub(super) fn rearrange(&mut self, change: LayoutChange, what: impl FnOnce(&mut Panes, &Session)) {
        self.sync_layout();
        what(&mut self.panes, &self.session);
        let now = self.panes.to_layout(&self.session);
        // A tab that comes to the front is nothing to be undone.
        if !same_places(now.as_ref(), self.session.layout()) {
            self.rearranged(change);
        }
    }

    pub(super) fn hide_pane(&mut self, endpoint: EndpointId) {
        let Some(name) = self.session.endpoint(endpoint).map(|endpoint| endpoint.spec.name.clone()) else { return };
        self.rearrange(LayoutChange::Closed(name), |panes, _| panes.hide(endpoint));
    }

    fn rearranged(&mut self, change: LayoutChange) {
        let layout = self.panes.to_layout(&self.session);
        self.session.act(Action::SetLayout { layout, change });
        self.recovery.touch();
    }
}
