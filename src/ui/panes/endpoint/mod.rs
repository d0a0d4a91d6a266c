//! An endpoint's pane: what it is and does, its connections, the conversation and the composer.

mod connections;
mod groups;
mod header;
mod rack;

use eframe::egui::{self, Frame, Margin, Panel, RichText, Ui};

use super::composer::Composer;
use super::conversation::{ConversationView, RowCommand};
use crate::lab::EndpointId;
use crate::session::Endpoint;
use crate::t;
use crate::trace::ConnId;
use crate::trace::follow::Shape;
use crate::ui::playhead;
use crate::ui::view::View;
use crate::ui::widgets::held_strip::{self, Holder};
use connections::{ConnAction, Connections};
use groups::Groups;
use header::Header;
use rack::Rack;

/// First frames in which a pane whose endpoint is selected takes the keyboard: the selection may come a frame
/// after the pane.
const FRESH_FRAMES: u8 = 3;
/// Below this height, in points, two rows of the conversation are worth more than the groups and the connections.
const ROOM_FOR_CONNECTIONS: f32 = 75.0;

pub struct EndpointPane {
    endpoint: EndpointId,
    header: Header,
    connections: Connections,
    groups: Groups,
    conversation: ConversationView,
    composer: Composer,
    rack: Rack,
    frames: u8,
}

impl EndpointPane {
    pub fn new(endpoint: EndpointId) -> Self {
        Self {
            endpoint,
            header: Header::default(),
            connections: Connections::default(),
            groups: Groups::default(),
            conversation: ConversationView::new(endpoint),
            composer: Composer::default(),
            rack: Rack::default(),
            frames: 0,
        }
    }

    /// Begins to edit the endpoint's name.
    pub fn rename(&mut self, endpoint: &Endpoint) {
        self.header.rename(endpoint);
    }

    /// Shows the conversation so.
    pub fn show_as(&mut self, shape: Shape) {
        self.conversation.show_as(RowCommand::Show(shape));
    }

    /// Opens the search of the conversation.
    pub fn find(&mut self) {
        self.conversation.show_as(RowCommand::Find);
    }

    /// Chooses the connection that the composer sends to.
    pub fn send_to(&mut self, conn: ConnId) {
        self.composer.send_to(conn);
    }

    pub fn ui(&mut self, ui: &mut Ui, view: &mut View<'_>) {
        let Some(endpoint) = view.session.endpoint(self.endpoint) else {
            ui.centered_and_justified(|ui| {
                ui.label(RichText::new(t!(view.lang, "pane-gone")).color(view.tokens.muted))
            });
            return;
        };
        if self.frames < FRESH_FRAMES {
            self.frames += 1;
            if view.selection.endpoint() == Some(self.endpoint) {
                self.composer.take_focus();
                self.frames = FRESH_FRAMES;
            }
        }
        let bar = Frame::new().inner_margin(Margin::symmetric(10, 4));
        let salt = ("endpoint", self.endpoint.0);
        Panel::top(egui::Id::unique((salt, "header"))).frame(bar).resizable(false).show_separator_line(true).show(
            ui,
            |ui| {
                self.header.ui(ui, view, endpoint, self.conversation.shape());
            },
        );
        held_strip::ui(ui, view, &Holder::endpoint(endpoint));
        // A relay says nothing of its own.
        if endpoint.spec.kind.is_relay() {
            self.rack.ui(ui, view, endpoint);
        } else {
            self.composer.set_room(ui.available_height());
            let composer = Frame::new().inner_margin(Margin::symmetric(10, 8));
            Panel::bottom(egui::Id::unique((salt, "composer")))
                .frame(composer)
                .resizable(false)
                .show_separator_line(true)
                .show(ui, |ui| {
                    if view.session.looking_back().is_some() {
                        playhead::note_ui(ui, view);
                    } else {
                        self.composer.ui(ui, view, endpoint);
                    }
                });
        }
        // Who is connected is in the list of endpoints and in the composer's menu too; what was said is only here.
        if ui.available_height() >= ROOM_FOR_CONNECTIONS {
            self.groups.ui(ui, view, endpoint);
            match self.connections.ui(ui, view, endpoint) {
                Some(ConnAction::Conn(conn)) => self.composer.send_to(conn),
                Some(ConnAction::Peer(peer)) => self.composer.send_to_peer(&peer),
                None => {}
            }
        }
        self.conversation.ui(ui, view, endpoint);
    }
}

#[cfg(test)]
mod tests;
