//! "Copy as": one line for a shell that sends what is typed, by a program that everybody has.

use eframe::egui::{Button, RichText, Ui};

use super::Composer;
use crate::code::one_line::Tool;
use crate::code::plan::Place;
use crate::engine::{Dest, Peers, SocketState};
use crate::lab::address::Host;
use crate::lab::{Addr, Remote};
use crate::session::Endpoint;
use crate::t;
use crate::ui::view::View;
use crate::values::endpoint_kind::Role;

impl Composer {
    /// The list of programs; true where one was chosen, and its line is in the clipboard.
    pub(super) fn copy_as_contents_ui(&self, ui: &mut Ui, view: &mut View<'_>, endpoint: &Endpoint) -> bool {
        let lang = view.lang;
        let is_stream = endpoint.spec.kind.is_stream();
        let bytes = self.draft.bytes().ok().filter(|bytes| !is_stream || !bytes.is_empty());
        let both = self.place(view, endpoint).zip(bytes);
        ui.label(RichText::new(t!(lang, "copy-as-tip")).color(view.tokens.muted));
        for tool in Tool::ALL {
            let line = both.as_ref().and_then(|(place, bytes)| tool.line(place, is_stream, bytes));
            let name = t!(lang, "copy-as-tool", tool = tool.name());
            let response = ui.add_enabled(line.is_some(), Button::new(name));
            let why =
                if both.is_some() { t!(lang, "copy-as-cant", tool = tool.name()) } else { t!(lang, "copy-as-nothing") };
            if let (true, Some(line)) = (response.on_disabled_hover_text(why).clicked(), line) {
                view.copy(line);
                ui.close();
                return true;
            }
        }
        false
    }

    /// Whether there is a place that a line could send to: nobody reaches a server's client but the server.
    pub(super) fn can_copy_as(endpoint: &Endpoint) -> bool {
        matches!(endpoint.spec.kind.role(), Role::Client | Role::Datagram)
    }

    /// Where what is typed would go.
    fn place(&self, view: &View<'_>, endpoint: &Endpoint) -> Option<Place> {
        let of_remote = |remote: &Remote| match remote {
            Remote::Inet(target) => Some(of_host(&target.host, target.port)),
            Remote::Path(path) => Place::of(&Addr::Unix(path.clone())),
            Remote::Endpoint(name) => {
                let other = view.session.endpoint_named(name)?;
                Place::of(other.live.last_local.as_ref()?)
            }
        };
        match &endpoint.live.socket {
            SocketState::Open { peer: Some(peer), .. } if endpoint.spec.kind.is_client() => Place::of(peer),
            _ if endpoint.spec.kind.is_client() => endpoint.spec.remote.as_ref().and_then(of_remote),
            _ => match self.target.peers(view.session, endpoint, view.lang) {
                Ok(Peers::Dest(Dest::Addr(addr))) => Place::of(&addr),
                Ok(Peers::Dest(Dest::Host(target))) => Some(of_host(&target.host, target.port)),
                _ => endpoint.spec.remote.as_ref().and_then(of_remote),
            },
        }
    }
}

fn of_host(host: &Host, port: u16) -> Place {
    let host = match host {
        Host::Ip(ip) => ip.to_string(),
        Host::Name(name) => name.clone(),
    };
    Place::Inet { host, port: Some(port) }
}
