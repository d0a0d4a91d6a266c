//! What can be done with the bytes of a call: they are sent again, kept as a snippet, or copied.

use std::borrow::Cow;

use bytes::Bytes;

use super::view::View;
use crate::engine::{Dest, Peers};
use crate::lab::payload::{self, Input, LineEnding, format_hex};
use crate::lab::snippet::{MAX_SNIPPET_CHARS, MAX_SNIPPETS, Snippet, without_macros};
use crate::lab::{Addr, TextEncoding};
use crate::lang::Lang;
use crate::session::{Action, Endpoint, Session};
use crate::t;
use crate::trace::export::text::call_line;
use crate::trace::text::{as_hex, as_text, is_hidden, visible, visible_lines};
use crate::trace::{Call, Op, Payload};
use crate::values::endpoint_kind::Role;

/// Characters of a name that is made of a text.
const MAX_NAME: usize = 20;
/// The most bytes of calls that are copied at once.
const MAX_COPIED: usize = 16 * 1024 * 1024;

/// As what a call is copied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Copied {
    Text,
    Hex,
    Call,
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

/// The snippets with one more, named after its beginning.
pub fn with_new_snippet(lang: Lang, snippets: &[Snippet], input: Input, text: &str) -> Vec<Snippet> {
    let words: String = text.chars().filter(|c| !is_hidden(*c)).take(MAX_NAME).collect();
    let words = words.trim();
    let base = if words.is_empty() { t!(lang, "snippets-new-name") } else { Cow::Owned(words.to_owned()) };
    let name = crate::lab::free_name(&base, |name| snippets.iter().any(|snippet| snippet.name == name));
    let payload = match input {
        // The composer knows no macros: its braces are braces.
        Input::Text => without_macros(text),
        Input::Hex => text.to_owned(),
    };
    let mut all = snippets.to_vec();
    all.push(Snippet::new(name, input, payload));
    all
}
