//! What a socket or a connection is doing, as a word and a dot.

use std::borrow::Cow;

use eframe::egui::Color32;

use crate::engine::SocketState;
use crate::lang::Lang;
use crate::session::Endpoint;
use crate::t;
use crate::trace::observed::Conn;
use crate::ui::controls::Dot;
use crate::ui::theme::Tokens;
use crate::values::endpoint_kind::Role;

/// A state with its word. The word is about what is known from calls, not a guess at TCP's own state.
pub struct State {
    pub word: Cow<'static, str>,
    pub dot: Dot,
}

impl State {
    pub fn of(endpoint: &Endpoint, lang: Lang) -> Self {
        let role = endpoint.spec.kind.role();
        match &endpoint.live.socket {
            SocketState::Closed => Self { word: t!(lang, "state-closed"), dot: Dot::Closed },
            SocketState::Opening if role == Role::Client => {
                Self { word: t!(lang, "state-connecting"), dot: Dot::Opening }
            }
            SocketState::Opening => Self { word: t!(lang, "state-opening"), dot: Dot::Opening },
            SocketState::Serving { .. } => Self { word: t!(lang, "state-serving"), dot: Dot::Open },
            SocketState::Open { .. } => match role {
                Role::Server => Self { word: t!(lang, "state-listening"), dot: Dot::Open },
                Role::Datagram => Self { word: t!(lang, "state-ready"), dot: Dot::Open },
                Role::Relay if endpoint.spec.remote.is_none() => {
                    Self { word: t!(lang, "state-black-hole"), dot: Dot::Open }
                }
                Role::Relay => Self { word: t!(lang, "state-relaying"), dot: Dot::Open },
                Role::Client => match endpoint.live.observed.conns.values().next() {
                    Some(conn) => Self::of_conn(conn, lang),
                    None => Self { word: t!(lang, "state-disconnected"), dot: Dot::Closed },
                },
            },
        }
    }

    pub fn of_conn(conn: &Conn, lang: Lang) -> Self {
        if let Some(errno) = conn.broken {
            return Self { word: t!(lang, "state-broken", errno = errno.to_string()), dot: Dot::Broken };
        }
        let (word, dot) = match (conn.peer_ended, conn.half_closed) {
            (false, true) if conn.will_not_read => (t!(lang, "state-shut-both"), Dot::Opening),
            (false, false) if conn.will_not_read => (t!(lang, "state-will-not-read"), Dot::Opening),
            (true, true) => (t!(lang, "state-both-ended"), Dot::Opening),
            (true, false) => (t!(lang, "state-peer-ended"), Dot::Opening),
            (false, true) => (t!(lang, "state-half-closed"), Dot::Opening),
            (false, false) => (t!(lang, "state-connected"), Dot::Open),
        };
        Self { word, dot }
    }

    pub fn color(&self, tokens: &Tokens) -> Color32 {
        self.dot.color(tokens)
    }
}
