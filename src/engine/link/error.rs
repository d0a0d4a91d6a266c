//! What goes wrong in the engine. The session makes a notice of it; nobody below it knows one.

use std::io;
use std::sync::Arc;

use crate::lab::{Addr, Localized};
use crate::trace::Errno;
use crate::trace::notice::{CallFailure, Missing, Refused, Resolution, TransferEnd};

/// Why the engine could not do what it was asked to, or could not go on.
#[derive(Clone, Debug, PartialEq)]
pub enum Error {
    /// A call of the system failed.
    Call(CallFailure),
    /// It can't be done, or not now; no call was made.
    Refused(Refused),
    /// A host name has no address (getaddrinfo(3)).
    Unresolved { host: String, reason: Resolution },
    /// This machine has no interface of that name (if_nametoindex(3)).
    NoSuchInterface { name: Arc<str> },
    /// The service can't work in the endpoint's encoding; the reason in the words of each language.
    Service { reason: Localized },
    /// A server has accepted as many as its `accept_limit` says, and no longer listens.
    AcceptLimit { limit: u32 },
    /// A connection ended while `bytes` still waited to be sent.
    Unsent { peer: Option<Addr>, bytes: u64 },
    /// `@name` names an endpoint that is not open. Reported by the session, in its turn.
    PeerNotOpen { name: Arc<str> },
    /// A download ended otherwise than well.
    Transfer(Box<TransferEnd>),
}

impl Error {
    pub fn missing(what: Missing) -> Self {
        Self::Refused(Refused::NoSuchTarget(what))
    }

    /// A failed call, where the system has given its error already as a number.
    pub fn call(call: &'static str, addr: Option<Addr>, errno: Errno) -> Self {
        Self::Call(CallFailure::new(call, addr, errno))
    }

    /// The failed call, if it is one.
    pub fn call_failure(&self) -> Option<&CallFailure> {
        if let Self::Call(failure) = self { Some(failure) } else { None }
    }

    /// The errno's name where there is one; `EAI_NONAME` for a name that was not resolved.
    pub fn errno_name(&self) -> Option<String> {
        match self {
            Self::Call(failure) => Some(failure.errno.to_string()),
            Self::Refused(refused) => Some(refused.errno_name().to_owned()),
            Self::Unresolved { reason, .. } => Some(reason.errno_name().to_owned()),
            Self::NoSuchInterface { .. } => Some("ENODEV".to_owned()),
            Self::Transfer(end) => end.errno_name(),
            Self::Service { .. } | Self::AcceptLimit { .. } | Self::Unsent { .. } | Self::PeerNotOpen { .. } => None,
        }
    }
}

impl From<Refused> for Error {
    fn from(refused: Refused) -> Self {
        Self::Refused(refused)
    }
}

/// What a failed call of the system is to its caller.
pub fn failed(call: &'static str, addr: Option<Addr>) -> impl FnOnce(io::Error) -> Error {
    move |error| Error::call(call, addr, Errno::from(&error))
}
