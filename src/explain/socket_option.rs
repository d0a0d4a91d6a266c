//! What a socket option does, in words.

use super::{bytes, number};
use crate::lang::Lang;
use crate::t;
use crate::trace::{OptionValue, SocketOption};

/// What setting an option means.
pub fn socket_option(lang: Lang, who: &str, option: SocketOption, set: &OptionValue) -> String {
    let value = match (option, set) {
        (_, OptionValue::Size { asked: size, .. })
        | (SocketOption::RecvBuffer | SocketOption::SendBuffer, OptionValue::Int(size)) => {
            bytes(lang, u64::try_from(*size).unwrap_or_default())
        }
        (SocketOption::MulticastTtl | SocketOption::V6MulticastHops, OptionValue::Int(ttl)) => ttl.to_string(),
        (_, OptionValue::Group(_) | OptionValue::Interface(_)) => set.to_string(),
        (_, OptionValue::Int(0) | OptionValue::Linger(None)) => t!(lang, "call-option-off").into_owned(),
        (_, OptionValue::Int(_)) => t!(lang, "call-option-on").into_owned(),
        (_, OptionValue::Linger(Some(seconds))) => t!(lang, "explain-seconds", number = *seconds).into_owned(),
    };
    let meaning = match option {
        SocketOption::ReuseAddr => t!(lang, "call-option-reuseaddr"),
        SocketOption::KeepAlive => t!(lang, "call-option-keepalive"),
        SocketOption::Linger => t!(lang, "call-option-linger"),
        SocketOption::Broadcast => t!(lang, "call-option-broadcast"),
        SocketOption::RecvBuffer => t!(lang, "call-option-recvbuffer"),
        SocketOption::SendBuffer => t!(lang, "call-option-sendbuffer"),
        SocketOption::NoDelay => t!(lang, "call-option-nodelay"),
        SocketOption::V6Only => t!(lang, "call-option-v6only"),
        SocketOption::AddMembership | SocketOption::V6JoinGroup => t!(lang, "call-option-join"),
        SocketOption::DropMembership | SocketOption::V6LeaveGroup => t!(lang, "call-option-leave"),
        SocketOption::MulticastTtl | SocketOption::V6MulticastHops => t!(lang, "call-option-multicast-ttl"),
        SocketOption::MulticastLoop | SocketOption::V6MulticastLoop => t!(lang, "call-option-multicast-loop"),
        SocketOption::MulticastInterface | SocketOption::V6MulticastInterface => {
            t!(lang, "call-option-multicast-interface")
        }
        SocketOption::RecvErr | SocketOption::V6RecvErr => t!(lang, "call-option-recverr"),
    };
    let option = option.c_names().1;
    let words = t!(lang, "call-option-set", who = who, option = option, value = value, meaning = meaning);
    match set {
        OptionValue::Size { asked, granted } => {
            let asked = number(u64::try_from(*asked).unwrap_or_default());
            let granted = t!(lang, "call-option-granted", asked = asked, granted = number((*granted).into()));
            // Chinese sets no space after its full stop.
            [&*words, &*granted].join(if lang == Lang::ZhCn { "" } else { " " })
        }
        _ => words.into_owned(),
    }
}
