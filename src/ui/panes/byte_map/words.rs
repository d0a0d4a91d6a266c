//! The map in words.

use std::borrow::Cow;

use crate::lang::Lang;
use crate::t;
use crate::trace::byte_map::Story;
use crate::trace::byte_map::datagrams::{Counts, Pair};
use crate::ui::widgets::quantity::{bytes, count};

/// The most calls named in a sentence; then comes `…`.
const NAMED: usize = 4;

fn names(seqs: &[u64]) -> String {
    let mut names: Vec<String> = seqs.iter().take(NAMED).map(|seq| format!("#{seq}")).collect();
    if let (true, Some(last)) = (seqs.len() > NAMED, seqs.last()) {
        names.push("…".to_owned());
        names.push(format!("#{last}"));
    }
    names.join(" + ")
}

/// `3 sends arrived as 1 recv (#4 + #5 + #6 → #9).`
pub fn story(lang: Lang, story: &Story) -> String {
    let text = match story {
        Story::Whole { send, recv } => t!(lang, "byte-map-whole", send = send, recv = recv),
        Story::Joined { sends, recv, begins_inside, ends_inside } => {
            let joined = t!(lang, "byte-map-joined", count = sends.len(), sends = names(sends), recv = recv);
            let split = match (begins_inside, ends_inside) {
                (false, false) => return joined.into_owned(),
                (true, false) => t!(lang, "byte-map-joined-begins-inside"),
                (false, true) => t!(lang, "byte-map-joined-ends-inside"),
                (true, true) => t!(lang, "byte-map-joined-both-inside"),
            };
            return with(lang, &joined, &split);
        }
        Story::Cut { send, recvs, filled, outstanding } => {
            let mut text =
                t!(lang, "byte-map-cut", count = recvs.len(), send = send, recvs = names(recvs)).into_owned();
            if let Some(max) = filled {
                text = with(lang, &text, &t!(lang, "byte-map-cut-filled", max = count(*max)));
            }
            if *outstanding > 0 {
                text = with(lang, &text, &t!(lang, "byte-map-outstanding", bytes = bytes(*outstanding)));
            }
            return text;
        }
        Story::Part { send, recv, filled: true } => t!(lang, "byte-map-part-filled", send = send, recv = recv),
        Story::Part { send, recv, filled: false } => t!(lang, "byte-map-part", send = send, recv = recv),
        Story::Outstanding { send, bytes: number } => {
            t!(lang, "byte-map-not-yet", send = send, bytes = bytes(*number))
        }
    };
    text.into_owned()
}

fn with(lang: Lang, first: &str, second: &str) -> String {
    // Chinese sentences stand without a space between them.
    let gap = if lang == Lang::ZhCn { "" } else { " " };
    format!("{first}{gap}{second}")
}

/// Counts of a direction, and what TCP promises.
pub fn stream_summary(lang: Lang, (sends, recvs): (usize, usize), both: bool, outstanding: u64) -> String {
    let counts = if both {
        t!(lang, "byte-map-counts", sends = count(sends as u64), recvs = count(recvs as u64))
    } else if sends > 0 {
        t!(lang, "byte-map-sends-only", count = count(sends as u64))
    } else {
        t!(lang, "byte-map-recvs-only", count = count(recvs as u64))
    };
    let rest: Cow<'_, str> = if outstanding > 0 {
        t!(lang, "byte-map-outstanding", bytes = bytes(outstanding))
    } else {
        t!(lang, "byte-map-stream")
    };
    with(lang, &counts, &rest)
}

/// The same for datagrams.
pub fn datagram_summary(lang: Lang, counts: Counts, both: bool) -> String {
    let numbers = if both {
        t!(
            lang,
            "byte-map-datagram-counts",
            sent = count(counts.sent),
            received = count(counts.received),
            lost = count(counts.lost),
            cut = count(counts.cut)
        )
    } else if counts.sent > 0 {
        t!(lang, "byte-map-sends-only", count = count(counts.sent))
    } else {
        t!(lang, "byte-map-recvs-only", count = count(counts.received))
    };
    let rest = if both { t!(lang, "byte-map-inferred") } else { t!(lang, "byte-map-datagrams") };
    with(lang, &numbers, &rest)
}

/// The fate of one datagram.
pub fn pair(lang: Lang, pair: Pair, lost: bool) -> String {
    let text = match (pair.sent, pair.received) {
        (Some(sent), Some(received)) if pair.cut > 0 => {
            t!(lang, "byte-map-pair-cut", sent = sent, received = received, bytes = bytes(pair.cut))
        }
        (Some(sent), Some(received)) => t!(lang, "byte-map-pair", sent = sent, received = received),
        (Some(sent), None) if lost => t!(lang, "byte-map-pair-lost", sent = sent),
        (Some(sent), None) => t!(lang, "byte-map-pair-not-yet", sent = sent),
        (None, Some(received)) => t!(lang, "byte-map-pair-unsent", received = received),
        (None, None) => return String::new(),
    };
    text.into_owned()
}
