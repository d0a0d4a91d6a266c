//! Whether a datagram has arrived, as far as this machine can tell.

use super::number;
use crate::lab::Addr;
use crate::lang::Lang;
use crate::t;
use crate::trace::receiver::Receiver;

/// What is known of a datagram that no `recvfrom` of the lab has received.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Delivery<'a> {
    /// A call of that number says that it came back, by that errno.
    CameBack { seq: u64, errno: String },
    /// A socket of the lab has the address.
    ToEndpoint {
        name: &'a str,
        /// How many datagrams the kernel has thrown away there.
        drops: u64,
        /// The only peer that it hears, where that is another.
        hears_only: Option<&'a Addr>,
    },
    /// None of the lab has it; `receiver` is what the system has said, where it was asked.
    ToAnother {
        port: u16,
        receiver: Option<&'a Receiver>,
        /// It is of this machine by its number.
        is_loopback: bool,
        /// The socket reads its error queue.
        recverr: bool,
    },
}

/// In a few sentences.
pub fn delivery(lang: Lang, delivery: &Delivery<'_>) -> String {
    let sentences = match delivery {
        Delivery::CameBack { seq, errno } => {
            vec![t!(lang, "delivery-came-back", seq = number(*seq), errno = errno.as_str())]
        }
        Delivery::ToEndpoint { name, drops, hears_only } => {
            let mut sentences = vec![t!(lang, "delivery-to-endpoint", name = *name)];
            if let Some(peer) = hears_only {
                sentences.push(t!(lang, "delivery-hears-only", peer = peer.to_string()));
            }
            if *drops > 0 {
                let datagrams = t!(lang, "explain-datagrams", count = *drops, shown = number(*drops));
                sentences.push(t!(lang, "delivery-drops", datagrams = datagrams));
            }
            sentences
        }
        Delivery::ToAnother { port, receiver, is_loopback, recverr } => {
            let port = port.to_string();
            let asked = match receiver {
                Some(Receiver::Nobody) => Some(t!(lang, "delivery-nobody", port = port)),
                Some(Receiver::Program { pid, name }) => {
                    Some(t!(lang, "delivery-program", program = name.as_ref(), pid = pid.to_string(), port = port))
                }
                Some(Receiver::Hidden) => Some(t!(lang, "delivery-hidden", port = port)),
                Some(Receiver::Unknown) | None => None,
            };
            let nothing = || t!(lang, if *is_loopback { "delivery-here" } else { "delivery-elsewhere" });
            let mut sentences = vec![asked.unwrap_or_else(nothing)];
            if *recverr {
                sentences.push(t!(lang, "delivery-no-icmp"));
            } else if cfg!(target_os = "linux") {
                sentences.push(t!(lang, "delivery-recverr"));
            }
            sentences
        }
    };
    // Chinese sets no space after its full stop.
    sentences.join(if lang == Lang::ZhCn { "" } else { " " })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    #[test]
    fn every_answer_has_words_in_both_languages() {
        let peer = Addr::Inet(([127, 0, 0, 1], 9).into());
        let program = Receiver::Program { pid: 7, name: Arc::from("python3") };
        let receivers =
            [None, Some(&Receiver::Nobody), Some(&program), Some(&Receiver::Hidden), Some(&Receiver::Unknown)];
        let mut all = vec![
            Delivery::CameBack { seq: 7, errno: "ECONNREFUSED".to_owned() },
            Delivery::ToEndpoint { name: "room", drops: 0, hears_only: None },
            Delivery::ToEndpoint { name: "room", drops: 2000, hears_only: Some(&peer) },
        ];
        for receiver in receivers {
            for flag in [true, false] {
                all.push(Delivery::ToAnother { port: 9, receiver, is_loopback: flag, recverr: !flag });
            }
        }
        for lang in Lang::ALL {
            let mut seen = std::collections::HashSet::new();
            for one in &all {
                let words = delivery(lang, one);
                assert!(!words.is_empty() && !words.contains("delivery-") && !words.contains(['{', '}']), "{words}");
                seen.insert(words);
            }
            assert!(seen.len() > 10);
        }
    }
}
