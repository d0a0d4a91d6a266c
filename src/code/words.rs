//! What the comments say of each call.

use std::borrow::Cow;

use super::plan::{Act, OptionValue, SetOption, Turn};
use crate::lang::Lang;
use crate::t;
use crate::trace::SocketOption;

/// What an option does.
pub(super) fn option(lang: Lang, set: &SetOption) -> Cow<'static, str> {
    use SocketOption as O;

    let value = match &set.value {
        OptionValue::Int(value) => *value,
        OptionValue::Linger(seconds) => i64::from(*seconds),
        OptionValue::Group(_) | OptionValue::Interface(_) => 0,
    };
    match set.option {
        O::ReuseAddr => t!(lang, "code-reuseaddr"),
        O::KeepAlive => t!(lang, "code-keepalive"),
        O::Linger => t!(lang, "code-linger", seconds = value),
        O::Broadcast => t!(lang, "code-broadcast"),
        O::RecvBuffer => t!(lang, "code-rcvbuf", bytes = value),
        O::SendBuffer => t!(lang, "code-sndbuf", bytes = value),
        O::NoDelay => t!(lang, "code-nodelay"),
        O::V6Only => t!(lang, "code-v6only"),
        O::AddMembership | O::V6JoinGroup => t!(lang, "code-join"),
        O::DropMembership | O::V6LeaveGroup => t!(lang, "code-leave"),
        O::MulticastTtl | O::V6MulticastHops => t!(lang, "code-ttl"),
        O::MulticastLoop | O::V6MulticastLoop => t!(lang, "code-loop"),
        O::MulticastInterface | O::V6MulticastInterface => t!(lang, "code-interface"),
        O::RecvErr | O::V6RecvErr => t!(lang, "code-recverr"),
    }
}

/// What a part of a script repeats: which calls, and in which pieces their bytes came.
pub(super) fn turn(lang: Lang, turn: &Turn) -> String {
    let what = match &turn.act {
        Act::Connect => t!(lang, "code-connect"),
        Act::Accept => t!(lang, "code-accept"),
        Act::Send(bytes) | Act::SendTo(bytes) => t!(lang, "code-turn-send", bytes = bytes.len()),
        Act::Receive { len, split, .. } => {
            let pieces: Vec<String> = split.iter().take(MAX_PIECES).map(u64::to_string).collect();
            let more = if split.len() > MAX_PIECES { " + …" } else { "" };
            match split.len() {
                0 | 1 => t!(lang, "code-turn-receive", bytes = *len),
                _ => {
                    t!(lang, "code-turn-receive-split", bytes = *len, pieces = format!("{}{more}", pieces.join(" + ")))
                }
            }
        }
        Act::ReceiveFrom { .. } => t!(lang, "code-turn-receive-from"),
        Act::ReceiveEnd => t!(lang, "code-turn-end"),
        Act::Shutdown(_) => t!(lang, "code-turn-shutdown"),
        Act::Wait(_) => t!(lang, "code-turn-wait"),
        Act::Close => t!(lang, "code-close"),
    };
    let numbers = match turn.calls.as_slice() {
        [] => return what.into_owned(),
        [one] => format!("#{one}"),
        [first, .., last] => format!("#{first}–#{last}"),
    };
    format!("{numbers}: {what}")
}

/// Of a message that came in more pieces, this many are named.
const MAX_PIECES: usize = 12;
