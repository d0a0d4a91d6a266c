//! What the plots are of: chosen at the top, or whatever is selected.

use crate::lab::EndpointId;
use crate::session::Session;
use crate::trace::{SocketId, StreamKey};
use crate::ui::view::View;

/// What is chosen at the top.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Choice {
    /// Whatever is selected; the rates of all endpoints where nothing is.
    #[default]
    Selected,
    All,
    One(StreamKey),
}

/// Whose rates are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rated {
    All,
    One(EndpointId),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Subject {
    pub rated: Rated,
    /// The connection, listener or datagram socket that the kernel is asked about.
    pub kernel: Option<StreamKey>,
    /// A connection was chosen: what the kernel says of it comes before its endpoint's rates.
    pub kernel_first: bool,
}

impl Subject {
    /// Of what it is about to the kernel the socket that there is, or was last.
    pub fn socket(&self, session: &Session) -> Option<SocketId> {
        session.socket_of(self.kernel?)
    }

    pub fn of(choice: Choice, view: &View<'_>) -> Self {
        let key = match choice {
            Choice::All => None,
            Choice::One(key) => Some(key),
            Choice::Selected => view.selection.endpoint().map(|endpoint| (endpoint, view.selection.conn())),
        };
        match key {
            None => Self { rated: Rated::All, kernel: None, kernel_first: false },
            Some(key) => Self {
                rated: Rated::One(key.0),
                kernel: Some(socket_of(view.session, key)),
                kernel_first: key.1.is_some(),
            },
        }
    }
}

/// A client is its connection: the open one, else the last one.
fn socket_of(session: &Session, (endpoint, conn): StreamKey) -> StreamKey {
    let is_client = session.endpoint(endpoint).filter(|endpoint| endpoint.spec.kind.is_client());
    let own = is_client.and_then(|client| {
        let open = client.live.observed.conns.keys().next_back().copied();
        open.or_else(|| crate::trace::ConnId::new(client.live.observed.conns_begun))
    });
    (endpoint, conn.or(own))
}
