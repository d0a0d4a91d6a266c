//! What can be done with one endpoint, one connection or one call. The context menus and the palette draw from these
//! lists, so that nothing is in the one and not in the other.

use eframe::egui::{Button, Key, KeyboardShortcut, Modifiers, Ui};

use super::command::UiCommand;
use super::controls;
use super::filter_state::FilterEdit;
use super::on_call::{self, Copied};
use super::view::{View, ViewRequest};
use crate::lab::EndpointKind;
use crate::lang::Lang;
use crate::session::remedy::{can_connect_again, connect_again};
use crate::session::{Action, Endpoint};
use crate::t;
use crate::trace::filter::{Field, Relation, as_value};
use crate::trace::follow::Shape;
use crate::trace::observed::Conn;
use crate::trace::{Call, ConnId};
use crate::values::How;
use crate::values::endpoint_kind::Role;

/// A command for one endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnEndpoint {
    Open,
    Close,
    Reopen,
    ConnectClient,
    ConnectAgain,
    /// A relay between it and whom it talks to.
    PutRelay,
    Download,
    HalfClose,
    Reset,
    CloseConnections,
    /// Each of its calls waits for the user from now on.
    Hold,
    /// It is no longer held.
    LetGo,
    /// Brings its pane to the front.
    Show,
    Hide,
    CopyAddress,
    Follow,
    Filter,
    AsHex,
    AsText,
    Find,
    Options,
    Rename,
    Duplicate,
    Remove,
}

impl OnEndpoint {
    /// The most useful first: the palette has them in this order.
    pub const ALL: &'static [Self] = &[
        Self::Open,
        Self::Close,
        Self::Reopen,
        Self::ConnectClient,
        Self::ConnectAgain,
        Self::PutRelay,
        Self::HalfClose,
        Self::Reset,
        Self::CloseConnections,
        Self::Hold,
        Self::LetGo,
        Self::Options,
        Self::Rename,
        Self::Duplicate,
        Self::Remove,
        Self::Follow,
        Self::Filter,
        Self::Find,
        Self::AsHex,
        Self::AsText,
        Self::Download,
        Self::CopyAddress,
        Self::Show,
        Self::Hide,
    ];

    /// The menu in a pane's header, in groups.
    pub const IN_HEADER: &'static [&'static [Self]] = &[
        Self::SOCKET,
        &[Self::AsHex, Self::AsText, Self::Find, Self::Follow, Self::Filter],
        &[Self::Hide, Self::Options, Self::Rename, Self::Duplicate, Self::Remove],
    ];

    /// The menu of a row in the list of endpoints.
    pub const IN_LIST: &'static [&'static [Self]] = &[
        Self::SOCKET,
        &[Self::Show, Self::CopyAddress, Self::Follow, Self::Filter],
        &[Self::Options, Self::Rename, Self::Duplicate, Self::Remove],
    ];

    const SOCKET: &'static [Self] = &[
        Self::Open,
        Self::Close,
        Self::Reopen,
        Self::ConnectClient,
        Self::ConnectAgain,
        Self::PutRelay,
        Self::Download,
        Self::CloseConnections,
        Self::HalfClose,
        Self::Reset,
        Self::Hold,
        Self::LetGo,
    ];

    /// Key of the name, as a menu shows it.
    pub fn name(self, kind: EndpointKind) -> &'static str {
        match self {
            Self::Open => "header-open",
            Self::Close => "header-close",
            Self::Reopen => "header-reopen",
            Self::ConnectClient => "header-connect-client",
            Self::ConnectAgain => "remedy-connect-again",
            Self::PutRelay => "header-put-relay",
            Self::Download if kind.is_server() => "header-download",
            Self::Download => "header-download-over",
            Self::HalfClose => "header-half-close",
            Self::Reset => "header-reset",
            Self::CloseConnections => "header-close-all-conns",
            Self::Hold => "endpoint-hold",
            Self::LetGo => "endpoint-let-go",
            Self::Show => "endpoint-show",
            Self::Hide => "endpoint-hide",
            Self::CopyAddress => "endpoint-copy-address",
            Self::Follow => "follow-open",
            Self::Filter => "conversation-filter-endpoint",
            Self::AsHex => "conversation-as-hex",
            Self::AsText => "conversation-as-text",
            Self::Find => "conversation-find-open",
            Self::Options => "header-options",
            Self::Rename => "header-rename",
            Self::Duplicate => "header-duplicate",
            Self::Remove => "header-remove",
        }
    }

    /// Key of one sentence that says what it does, where the name doesn't.
    pub fn tip(self) -> Option<&'static str> {
        match self {
            Self::Close => Some("header-close-tip"),
            Self::ConnectAgain => Some("remedy-connect-again-tip"),
            Self::HalfClose => Some("header-half-close-tip"),
            Self::Hold => Some("endpoint-hold-tip"),
            Self::PutRelay => Some("header-put-relay-tip"),
            _ => None,
        }
    }

    /// Key of other words by which the palette finds it.
    pub fn synonyms(self) -> Option<&'static str> {
        match self {
            Self::Open => Some("words-open"),
            Self::Close => Some("words-close"),
            Self::Reopen => Some("words-reopen"),
            Self::ConnectClient | Self::ConnectAgain => Some("words-connect"),
            Self::HalfClose => Some("words-half-close"),
            Self::PutRelay => Some("words-relay"),
            Self::Reset => Some("words-reset"),
            Self::CloseConnections => Some("words-disconnect"),
            Self::Hold | Self::LetGo => Some("words-hold"),
            Self::Options => Some("words-options"),
            Self::Duplicate => Some("words-duplicate"),
            Self::Remove => Some("words-remove"),
            Self::Show | Self::Hide => Some("words-pane"),
            Self::Find => Some("words-find"),
            _ => None,
        }
    }

    /// Its keys, for the endpoint that is selected.
    pub fn shortcut(self) -> Option<KeyboardShortcut> {
        (self == Self::Rename).then(|| KeyboardShortcut::new(Modifiers::NONE, Key::F2))
    }

    /// Whether it can be done now; `None` where it has no meaning for such an endpoint.
    pub fn offered(self, endpoint: &Endpoint) -> Option<bool> {
        let (kind, live) = (endpoint.spec.kind, &endpoint.live);
        let (is_server, is_client) = (kind.is_server(), kind.is_client());
        match self {
            Self::Open => live.is_closed().then_some(true),
            Self::Close => (!live.is_closed()).then_some(true),
            Self::Reopen => Some(!live.is_closed()),
            Self::ConnectClient => kind.client().map(|_| live.is_open()),
            Self::PutRelay => {
                let can_be = !kind.is_relay() && EndpointKind::of(kind.transport(), Role::Relay).is_some();
                endpoint.spec.remote.as_ref().filter(|_| can_be).map(|_| true)
            }
            Self::ConnectAgain => is_client.then(|| live.is_open() && can_connect_again(endpoint)),
            Self::Download if is_server => endpoint.spec.service.share().is_some().then(|| live.is_open()),
            Self::Download => endpoint.spec.kind.downloads().then_some(true),
            Self::HalfClose => is_client.then(|| live.observed.conns.values().any(Conn::can_half_close)),
            Self::Reset => is_client.then_some(!live.observed.conns.is_empty()),
            Self::CloseConnections => is_server.then_some(!live.observed.conns.is_empty()),
            Self::CopyAddress => Some(!endpoint.shown_address().is_empty()),
            Self::Follow => endpoint.spec.kind.is_stream().then_some(!live.observed.conns.is_empty()),
            Self::Hold => (!live.is_held).then_some(true),
            Self::LetGo => live.is_held.then_some(true),
            Self::Show
            | Self::Hide
            | Self::Filter
            | Self::AsHex
            | Self::AsText
            | Self::Find
            | Self::Options
            | Self::Rename
            | Self::Duplicate
            | Self::Remove => Some(true),
        }
    }

    pub fn run(self, view: &mut View<'_>, endpoint: &Endpoint) {
        let id = endpoint.id;
        let action = match self {
            Self::Open => Action::Open(id),
            Self::Close => Action::Close(id),
            Self::Reopen => Action::Reopen(id),
            Self::ConnectClient => {
                Action::ConnectClient { server: id, name: t!(view.lang, "client-name").into_owned() }
            }
            Self::ConnectAgain => connect_again(endpoint),
            Self::PutRelay => Action::PutRelay { client: id, name: t!(view.lang, "name-relay").into_owned() },
            Self::HalfClose => Action::Shutdown { endpoint: id, conn: None, how: How::Write },
            Self::Reset => Action::CloseConn { endpoint: id, conn: None, reset: true },
            Self::CloseConnections => Action::CloseConn { endpoint: id, conn: None, reset: false },
            Self::Hold => Action::Hold { endpoint: id, on: true },
            Self::LetGo => Action::Hold { endpoint: id, on: false },
            Self::Duplicate => Action::Duplicate(id),
            Self::Remove => Action::Remove(id),
            Self::Download => return view.requests.push(ViewRequest::Download(id)),
            Self::Show => return view.requests.push(ViewRequest::Show(id)),
            Self::Hide => return view.requests.push(ViewRequest::Hide(id)),
            Self::CopyAddress => return view.copy(endpoint.shown_address()),
            Self::Follow => {
                let own = view.selection.endpoint() == Some(id);
                let conn = view.selection.conn().filter(|_| own);
                view.selection.select_conn((id, conn));
                return view.command(UiCommand::FollowConnection);
            }
            Self::Filter => return filter(view, endpoint, None),
            Self::AsHex => return view.requests.push(ViewRequest::ShowAs(id, Shape::Hex)),
            Self::AsText => return view.requests.push(ViewRequest::ShowAs(id, Shape::Text)),
            Self::Find => return view.requests.push(ViewRequest::Find(id)),
            Self::Options => return view.requests.push(ViewRequest::EditOptions(id)),
            Self::Rename => return view.requests.push(ViewRequest::Rename(id)),
        };
        view.act(action);
    }
}

/// A command for one connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnConnection {
    SendOnly,
    Follow,
    Filter,
    CopyPeer,
    HalfClose,
    Close,
    Reset,
}

impl OnConnection {
    pub const ALL: &'static [Self] =
        &[Self::HalfClose, Self::Close, Self::Reset, Self::SendOnly, Self::Follow, Self::Filter, Self::CopyPeer];

    pub const MENU: &'static [&'static [Self]] =
        &[&[Self::SendOnly, Self::Follow, Self::Filter, Self::CopyPeer], &[Self::HalfClose, Self::Close, Self::Reset]];

    pub fn name(self) -> &'static str {
        match self {
            Self::SendOnly => "conn-send-only",
            Self::Follow => "follow-open",
            Self::Filter => "conversation-filter-conn",
            Self::CopyPeer => "conn-copy-peer",
            Self::HalfClose => "conn-half-close",
            Self::Close => "conn-close",
            Self::Reset => "conn-reset",
        }
    }

    pub fn synonyms(self) -> Option<&'static str> {
        match self {
            Self::HalfClose => Some("words-half-close"),
            Self::Close => Some("words-disconnect"),
            Self::Reset => Some("words-reset"),
            _ => None,
        }
    }

    /// For a client's connection the endpoint's own commands cover the rest.
    pub fn offered(self, endpoint: &Endpoint, conn: &Conn) -> Option<bool> {
        let is_server = endpoint.spec.kind.is_server();
        match self {
            Self::Follow | Self::Filter => Some(true),
            Self::CopyPeer => conn.ends.peer.is_some().then_some(true),
            Self::HalfClose => is_server.then(|| conn.can_half_close()),
            Self::SendOnly | Self::Close | Self::Reset => is_server.then_some(true),
        }
    }

    pub fn run(self, view: &mut View<'_>, endpoint: &Endpoint, id: ConnId, conn: &Conn) {
        let (endpoint_id, of) = (endpoint.id, Some(id));
        match self {
            Self::SendOnly => {
                view.selection.select_conn((endpoint_id, of));
                view.requests.push(ViewRequest::SendTo(endpoint_id, id));
            }
            Self::Follow => {
                view.selection.select_conn((endpoint_id, of));
                view.command(UiCommand::FollowConnection);
            }
            Self::Filter => filter(view, endpoint, of),
            Self::CopyPeer => {
                if let Some(peer) = &conn.ends.peer {
                    view.copy(peer.to_string());
                }
            }
            Self::HalfClose => view.act(Action::Shutdown { endpoint: endpoint_id, conn: of, how: How::Write }),
            Self::Close => view.act(Action::CloseConn { endpoint: endpoint_id, conn: of, reset: false }),
            Self::Reset => view.act(Action::CloseConn { endpoint: endpoint_id, conn: of, reset: true }),
        }
    }
}

/// A command for one call, which is the selected one in the palette.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnCall {
    SendAgain,
    ToSnippets,
    CopyText,
    CopyHex,
    CopyCall,
}

impl OnCall {
    pub const ALL: &'static [Self] =
        &[Self::SendAgain, Self::ToSnippets, Self::CopyText, Self::CopyHex, Self::CopyCall];

    pub fn name(self) -> &'static str {
        match self {
            Self::SendAgain => "conversation-send-again",
            Self::ToSnippets => "conversation-to-snippets",
            Self::CopyText => "conversation-copy-text",
            Self::CopyHex => "conversation-copy-hex",
            Self::CopyCall => "conversation-copy-call",
        }
    }

    pub fn synonyms(self) -> Option<&'static str> {
        (self == Self::SendAgain).then_some("words-send-again")
    }

    pub fn offered(self, view: &View<'_>, endpoint: &Endpoint, call: &Call) -> bool {
        match self {
            Self::SendAgain => on_call::again(view.session, endpoint, call).is_some(),
            Self::ToSnippets => on_call::fits_snippets(view.session, endpoint, call),
            Self::CopyText | Self::CopyHex => !view.session.trace().said(call).is_empty(),
            Self::CopyCall => true,
        }
    }

    pub fn run(self, view: &mut View<'_>, endpoint: &Endpoint, call: &Call) {
        let copied = match self {
            Self::SendAgain => return on_call::send_again(view, endpoint, call),
            Self::ToSnippets => return on_call::to_snippets(view, endpoint, call),
            Self::CopyText => Copied::Text,
            Self::CopyHex => Copied::Hex,
            Self::CopyCall => Copied::Call,
        };
        view.copy(on_call::copied(view.session, std::iter::once(call), endpoint, copied));
    }
}

/// Shows the calls of an endpoint, or of one of its connections, alone.
pub fn filter(view: &mut View<'_>, endpoint: &Endpoint, conn: Option<ConnId>) {
    let equal = |field: Field, value: &str| format!("{field} {} {}", Relation::Equal, as_value(value));
    let here = equal(Field::Endpoint, &endpoint.spec.name);
    let conn = conn.map(|conn| equal(Field::Conn, &conn.get().to_string()));
    let filter = [Some(here), conn].into_iter().flatten().collect::<Vec<_>>().join(" and ");
    view.filter(FilterEdit::Text(filter));
    view.filter(FilterEdit::Used);
}

/// The entries of an endpoint's menu; gives the one that was chosen. `without` leaves out what has no use there.
pub fn endpoint_menu(
    ui: &mut Ui,
    lang: Lang,
    endpoint: &Endpoint,
    groups: &[&[OnEndpoint]],
    without: impl Fn(OnEndpoint) -> bool,
) -> Option<OnEndpoint> {
    ui.set_min_width(200.0);
    let mut chosen = None;
    for (number, group) in groups.iter().enumerate() {
        if number > 0 {
            ui.separator();
        }
        for command in group.iter().copied().filter(|command| !without(*command)) {
            let Some(enabled) = command.offered(endpoint) else { continue };
            let (name, keys) = (lang.text(command.name(endpoint.spec.kind), None), command.shortcut());
            if entry(ui, enabled, &name, keys, command.tip().map(|tip| lang.text(tip, None))) {
                chosen = Some(command);
            }
        }
    }
    chosen
}

/// The entries of a connection's menu.
pub fn connection_menu(ui: &mut Ui, view: &mut View<'_>, endpoint: &Endpoint, id: ConnId, conn: &Conn) {
    ui.set_min_width(200.0);
    for (number, group) in OnConnection::MENU.iter().enumerate() {
        if number > 0 {
            ui.separator();
        }
        for command in group.iter().copied() {
            let Some(enabled) = command.offered(endpoint, conn) else { continue };
            if entry(ui, enabled, &view.lang.text(command.name(), None), None, None) {
                command.run(view, endpoint, id, conn);
            }
        }
    }
}

fn entry(
    ui: &mut Ui,
    enabled: bool,
    name: &str,
    keys: Option<KeyboardShortcut>,
    tip: Option<std::borrow::Cow<'static, str>>,
) -> bool {
    let mut button = Button::new(name);
    if let Some(keys) = keys {
        button = button.shortcut_text(ui.ctx().format_shortcut(&keys));
    }
    let mut response = ui.add_enabled(enabled, button);
    controls::name_it(&response, enabled, name);
    if let Some(tip) = tip {
        response = response.on_hover_text(tip);
    }
    if response.clicked() {
        ui.close();
    }
    response.clicked()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_entry_of_a_menu_is_in_the_list_that_the_palette_reads() {
        for command in OnEndpoint::IN_HEADER.iter().chain(OnEndpoint::IN_LIST).copied().flatten() {
            assert!(OnEndpoint::ALL.contains(command), "{command:?}");
        }
        for command in OnConnection::MENU.iter().copied().flatten() {
            assert!(OnConnection::ALL.contains(command), "{command:?}");
        }
    }

    #[test]
    fn every_command_has_its_texts_in_both_languages() {
        let endpoint = OnEndpoint::ALL.iter().flat_map(|command| {
            [Some(command.name(EndpointKind::TCP_SERVER)), Some(command.name(EndpointKind::TCP_CLIENT))]
                .into_iter()
                .chain([command.tip(), command.synonyms()])
        });
        let conn = OnConnection::ALL.iter().flat_map(|command| [Some(command.name()), command.synonyms()]);
        let call = OnCall::ALL.iter().flat_map(|command| [Some(command.name()), command.synonyms()]);
        for key in endpoint.chain(conn).chain(call).flatten() {
            for lang in Lang::ALL {
                assert_ne!(lang.text(key, None), key);
            }
        }
    }
}
