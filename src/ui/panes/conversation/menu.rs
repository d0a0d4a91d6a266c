//! What can be done with a row of a conversation, or with all of it.

use bytes::Bytes;
use eframe::egui::{Button, Ui};

use crate::engine::{Dest, Peers};
use crate::lab::payload::{self, Input, LineEnding, format_hex};
use crate::lab::snippet::{MAX_SNIPPET_CHARS, MAX_SNIPPETS};
use crate::lab::{Addr, TextEncoding};
use crate::lang::Lang;
use crate::session::{Action, Endpoint, Session};
use crate::t;
use crate::trace::conversation::Row;
use crate::trace::export::text::call_line;
use crate::trace::follow::Shape;
use crate::trace::text::{as_hex, as_text, visible, visible_lines};
use crate::trace::{Call, Op, Payload};
use crate::ui::command::UiCommand;
use crate::ui::panes::composer::with_new_snippet;
use crate::ui::targets;
use crate::ui::view::View;
use crate::values::endpoint_kind::Role;

/// The most bytes of calls that are copied at once.
const MAX_COPIED: usize = 16 * 1024 * 1024;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Copied {
    Text,
    Hex,
    Call,
}

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

/// Sends the bytes of a call once more.
pub fn send_again(view: &mut View<'_>, endpoint: &Endpoint, call: &Call) {
    if let Some((to, bytes)) = again(view.session, endpoint, call) {
        view.act(Action::Send { endpoint: endpoint.id, to, bytes });
    }
}

/// Keeps the bytes of a call as a snippet.
pub fn to_snippets(view: &mut View<'_>, endpoint: &Endpoint, call: &Call) {
    if let Some((input, text)) = snippet(view.session.trace().said(call), endpoint.spec.encoding) {
        let snippets = with_new_snippet(view.lang, view.session.snippets(), input, &text);
        view.act(Action::SetSnippets(snippets));
    }
}

/// Whether there is room for the bytes of a call among the snippets.
pub fn fits_snippets(session: &Session, endpoint: &Endpoint, call: &Call) -> bool {
    snippet(session.trace().said(call), endpoint.spec.encoding).is_some() && session.snippets().len() < MAX_SNIPPETS
}

/// The text of these calls for the clipboard.
pub fn copied<'a>(
    session: &Session,
    calls: impl Iterator<Item = &'a Call>,
    endpoint: &Endpoint,
    what: Copied,
) -> String {
    let encoding = endpoint.spec.encoding;
    let mut left = MAX_COPIED;
    let mut text = String::new();
    for call in calls {
        if !text.is_empty() && !text.ends_with('\n') {
            text.push('\n');
        }
        let said = session.trace().said(call).bytes;
        match what {
            Copied::Text => text.push_str(&visible_lines(&as_text(said, encoding))),
            Copied::Hex => text.push_str(&as_hex(said)),
            Copied::Call => {
                text.push_str(&call_line(call, &session.name_of((call.endpoint, call.conn)), encoding));
            }
        }
        left = left.saturating_sub(said.len());
        if left == 0 {
            text.push('…');
            break;
        }
    }
    text
}

/// To whom the bytes of a call can be sent once more, and the bytes.
pub fn again(session: &Session, endpoint: &Endpoint, call: &Call) -> Option<(Peers, Bytes)> {
    let said = session.trace().said(call);
    if said.is_cut() || !endpoint.is_usable() {
        return None;
    }
    let to = match endpoint.spec.kind.role() {
        Role::Client => Peers::All,
        Role::Relay => return None,
        Role::Server => Peers::Conn(call.conn.filter(|conn| endpoint.live.observed.conns.contains_key(conn))?),
        Role::Datagram => {
            let peer = match &call.op {
                Op::SendTo { to, .. } => Addr::clone(to),
                _ => call.ends.peer.clone()?,
            };
            if peer == Addr::Unnamed {
                return None;
            }
            Peers::Dest(Dest::Addr(peer))
        }
    };
    (!said.is_empty() || !endpoint.spec.kind.is_stream()).then(|| (to, said.bytes.clone()))
}

/// The bytes as a snippet has them: a text where it means exactly these bytes, else hex.
fn snippet(said: Payload<'_>, encoding: TextEncoding) -> Option<(Input, String)> {
    if said.is_cut() || said.is_empty() {
        return None;
    }
    let text = visible(&as_text(said.bytes, encoding).replace('\\', r"\\")).into_owned();
    let means = payload::encode(&text, Input::Text, encoding, LineEnding::None);
    let (input, text) = match means {
        Ok(bytes) if bytes == *said.bytes => (Input::Text, text),
        _ => (Input::Hex, format_hex(said.bytes)),
    };
    (text.chars().count() <= MAX_SNIPPET_CHARS).then_some((input, text))
}
