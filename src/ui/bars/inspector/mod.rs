//! The inspector: all about the thing that was clicked last. Each kind of thing has its own file.

mod call;
mod connection;
mod delivery;
mod endpoint;
mod facts;
mod overlay;
mod program;
mod rule;
mod transfer;

use eframe::egui::{Align, Layout, ScrollArea, Ui};
use egui_material_icons::icons::{ICON_ARROW_UPWARD, ICON_CLOSE};

use crate::session::Endpoint;
use crate::t;
use crate::trace::ConnId;
use crate::ui::controls;
use crate::ui::view::{Selection, Shown, View};
use call::CallInspector;
use connection::ConnInspector;
use facts::muted;
pub use overlay::Overlay;

#[derive(Debug, Default)]
pub struct Inspector {
    call: CallInspector,
    conn: ConnInspector,
}

impl Inspector {
    /// All about the selected thing; true where the user puts the inspector away, which is offered in an overlay.
    pub fn ui(&mut self, ui: &mut Ui, view: &mut View<'_>, in_overlay: bool) -> bool {
        let mut closed = false;
        ScrollArea::vertical().id_salt("inspector").auto_shrink([false, in_overlay]).show(ui, |ui| {
            ui.spacing_mut().item_spacing.y = 6.0;
            closed = head_ui(ui, view, in_overlay);
            let session = view.session;
            let of = view.selection.endpoint().and_then(|id| session.endpoint(id));
            let program = view.selection.endpoint().and_then(|id| session.program(id));
            match (view.selection.shown().clone(), of) {
                (Shown::Call(seq), _) => self.call_ui(ui, view, seq),
                (Shown::Rule(name), Some(endpoint)) => rule::ui(ui, view, endpoint, &name),
                (Shown::Transfer(id), _) => transfer::ui(ui, view, id),
                (Shown::Conn, Some(endpoint)) => {
                    self.conn_ui(ui, view);
                    endpoint::facts_ui(ui, view, endpoint);
                    endpoint::options_ui(ui, view, endpoint);
                }
                (Shown::Endpoint, Some(endpoint)) => {
                    endpoint::facts_ui(ui, view, endpoint);
                    if let Some(conn) = only_conn(endpoint) {
                        self.conn.ui(ui, view, endpoint.id, &endpoint.live.observed, conn);
                    }
                    endpoint::options_ui(ui, view, endpoint);
                }
                (Shown::Conn | Shown::Endpoint, None) if program.is_some() => {
                    self.conn_ui(ui, view);
                    if let Some(program) = program {
                        program::ui(ui, view, program);
                    }
                }
                (Shown::Nothing | Shown::Endpoint | Shown::Conn | Shown::Rule(_), _) => {
                    muted(ui, view, &t!(view.lang, "inspector-nothing"));
                }
            }
        });
        closed
    }

    /// The call, and below it the connection that it was made on.
    fn call_ui(&mut self, ui: &mut Ui, view: &mut View<'_>, seq: u64) {
        match view.session.trace().get(seq) {
            Some(call) => self.call.ui(ui, view, call),
            None => {
                controls::section(ui, &t!(view.lang, "inspector-call", seq = seq));
                muted(ui, view, &t!(view.lang, "inspector-evicted"));
            }
        }
        self.conn_ui(ui, view);
    }

    /// The selected connection, of an endpoint or a program that is there.
    fn conn_ui(&mut self, ui: &mut Ui, view: &mut View<'_>) {
        let session = view.session;
        let (Some(of), Some(conn)) = (view.selection.endpoint(), view.selection.conn()) else { return };
        let observed = match (session.endpoint(of), session.program(of)) {
            (Some(endpoint), _) => &endpoint.live.observed,
            (None, Some(program)) => &program.live.observed,
            (None, None) => return,
        };
        self.conn.ui(ui, view, of, observed, conn);
    }
}

/// A client's connection is what one looks for at the client.
fn only_conn(endpoint: &Endpoint) -> Option<ConnId> {
    endpoint.live.observed.conns.keys().next().copied().filter(|_| !endpoint.spec.kind.is_server())
}

/// The way up, and in an overlay the way out; true where that was taken.
fn head_ui(ui: &mut Ui, view: &mut View<'_>, in_overlay: bool) -> bool {
    let mut closed = false;
    let up = up(view.selection).map(|name| t!(view.lang, name));
    if up.is_none() && !in_overlay {
        return false;
    }
    ui.horizontal(|ui| {
        ui.spacing_mut().button_padding.x = 4.0;
        if let Some(up) = up {
            let button = controls::icon(ui, ICON_ARROW_UPWARD, &up);
            if button.clicked() {
                view.selection.go_up();
            }
        }
        if in_overlay {
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                closed = controls::icon(ui, ICON_CLOSE, &t!(view.lang, "inspector-close")).clicked();
            });
        }
    });
    closed
}

/// What stands above the selected thing.
fn up(selection: &Selection) -> Option<&'static str> {
    match selection.shown() {
        Shown::Nothing | Shown::Endpoint => None,
        Shown::Call(_) | Shown::Transfer(_) if selection.conn().is_some() => Some("inspector-up-conn"),
        Shown::Rule(_) if selection.conn().is_some() => Some("inspector-up-conn"),
        Shown::Call(_) | Shown::Transfer(_) | Shown::Rule(_) | Shown::Conn => Some("inspector-up-endpoint"),
    }
}

fn select(view: &mut View<'_>, seq: u64) {
    if let Some(call) = view.session.trace().get(seq) {
        view.selection.select_call(seq, (call.endpoint, call.conn));
    }
}
