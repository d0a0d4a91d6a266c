//! Who ended a connection first, in words.

use std::borrow::Cow;

use crate::lang::Lang;
use crate::t;
use crate::trace::ending::Ending;

pub fn text(lang: Lang, ending: &Ending) -> Cow<'static, str> {
    match ending {
        Ending::Peer { .. } => t!(lang, "ending-peer"),
        Ending::PeerUnread { call, errno, .. } => {
            t!(lang, "ending-peer-unread", call = *call, errno = errno.to_string())
        }
        Ending::Reset { errno, .. } => t!(lang, "ending-reset", errno = errno.to_string()),
        Ending::Broken { call, errno, .. } => t!(lang, "ending-broken", call = *call, errno = errno.to_string()),
        Ending::UsShutdown { call, .. } => t!(lang, "ending-us-shutdown", call = call.to_string()),
        Ending::UsClose { .. } => t!(lang, "ending-us-close"),
        Ending::UsReset { .. } => t!(lang, "ending-us-reset"),
    }
}
