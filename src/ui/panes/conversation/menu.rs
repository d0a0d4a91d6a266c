//! What can be done with a row of a conversation, or with all of it.

use eframe::egui::{Button, Ui};

use crate::lang::Lang;
use crate::session::Endpoint;
use crate::t;
use crate::trace::conversation::Row;
use crate::trace::follow::Shape;
use crate::ui::command::UiCommand;
use crate::ui::on_call::{Copied, again, fits_snippets, send_again, to_snippets};
use crate::ui::targets;
use crate::ui::view::View;

/// What was chosen for the rows, or for the conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RowCommand {
    Copy(Copied),
    SendAgain,
    ToSnippets,
    Follow,
    FilterConn,
    FilterEndpoint,
    Show(Shape),
    Find,
}

/// The menu of a row.
pub fn row_ui(ui: &mut Ui, view: &View<'_>, endpoint: &Endpoint, row: &Row, shape: Shape) -> Option<RowCommand> {
    let lang = view.lang;
    let mut wish = None;
    let call = view.session.trace().get(row.seq);
    let said = row.kind.said().is_some();
    if said {
        entry(ui, true, &t!(lang, "conversation-copy-text"), RowCommand::Copy(Copied::Text), &mut wish);
        entry(ui, true, &t!(lang, "conversation-copy-hex"), RowCommand::Copy(Copied::Hex), &mut wish);
    }
    entry(ui, true, &t!(lang, "conversation-copy-call"), RowCommand::Copy(Copied::Call), &mut wish);
    if said {
        ui.separator();
        let again = call.is_some_and(|call| again(view.session, endpoint, call).is_some());
        entry(ui, again, &t!(lang, "conversation-send-again"), RowCommand::SendAgain, &mut wish);
        let fits = call.is_some_and(|call| fits_snippets(view.session, endpoint, call));
        entry(ui, fits, &t!(lang, "conversation-to-snippets"), RowCommand::ToSnippets, &mut wish);
    }
    ui.separator();
    if row.conn.is_some() {
        entry(ui, true, &t!(lang, "follow-open"), RowCommand::Follow, &mut wish);
        entry(ui, true, &t!(lang, "conversation-filter-conn"), RowCommand::FilterConn, &mut wish);
    }
    entry(ui, true, &t!(lang, "conversation-filter-endpoint"), RowCommand::FilterEndpoint, &mut wish);
    ui.separator();
    view_ui(ui, lang, shape, &mut wish);
    wish
}

/// How the conversation is shown, and finding in it.
pub fn view_ui(ui: &mut Ui, lang: Lang, shape: Shape, wish: &mut Option<RowCommand>) {
    match shape {
        Shape::Text => entry(ui, true, &t!(lang, "conversation-as-hex"), RowCommand::Show(Shape::Hex), wish),
        Shape::Hex => entry(ui, true, &t!(lang, "conversation-as-text"), RowCommand::Show(Shape::Text), wish),
    }
    entry(ui, true, &t!(lang, "conversation-find-open"), RowCommand::Find, wish);
}

fn entry(ui: &mut Ui, enabled: bool, text: &str, what: RowCommand, wish: &mut Option<RowCommand>) {
    if ui.add_enabled(enabled, Button::new(text)).clicked() {
        *wish = Some(what);
        ui.close();
    }
}

/// Does what concerns one row and needs no more than the view.
pub fn act(view: &mut View<'_>, endpoint: &Endpoint, row: &Row, wish: RowCommand) {
    let Some(call) = view.session.trace().get(row.seq) else { return };
    match wish {
        RowCommand::SendAgain => send_again(view, endpoint, call),
        RowCommand::ToSnippets => to_snippets(view, endpoint, call),
        RowCommand::Follow => view.command(UiCommand::FollowConnection),
        RowCommand::FilterConn => targets::filter(view, endpoint, row.conn),
        RowCommand::FilterEndpoint => targets::filter(view, endpoint, None),
        RowCommand::Copy(_) | RowCommand::Show(_) | RowCommand::Find => {}
    }
}
