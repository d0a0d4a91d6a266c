//! What a fault of a relay has done, in a line of words.

use crate::lang::Lang;
use crate::lang::visible::visible;
use crate::t;
use crate::trace::faults::{Felt, Harm, Row};
use crate::trace::held::HeldMessage;
use crate::trace::text::preview;
use crate::values::TextEncoding;

/// The most characters of a held message in a line.
const SHOWN: usize = 60;

/// `wire #1: Delay, server → client: 5 bytes 200 ms later; felt by call 12`.
pub fn row(lang: Lang, row: &Row, endpoint: &str) -> String {
    let Harm { conn, kind, name, way, .. } = &row.harm;
    let who = match conn {
        Some(conn) => format!("{} #{}", visible(endpoint), conn.get()),
        None => visible(endpoint).into_owned(),
    };
    let what = name.as_deref().map_or_else(|| kind.label(lang), |name| visible(name).into_owned());
    let way = if kind.has_direction() { lang.text(way.text_key(), None) } else { "".into() };
    let effect = effect(lang, &row.harm);
    let felt = felt(lang, row.felt);
    t!(lang, "fault-row", who = who, what = what, way = way, effect = effect, felt = felt).into_owned()
}

/// What it did to which bytes.
pub fn effect(lang: Lang, harm: &Harm) -> String {
    let bytes = super::bytes(lang, harm.bytes);
    let later = super::time(lang, harm.by);
    match harm {
        Harm { removed, added, .. } if *removed > 0 && *added > 0 => {
            let (old, new) = (super::bytes(lang, *removed), super::bytes(lang, *added));
            t!(lang, "fault-replaced", old = old, new = new).into_owned()
        }
        Harm { removed, .. } if *removed > 0 => {
            t!(lang, "fault-removed", bytes = super::bytes(lang, *removed)).into_owned()
        }
        Harm { added, .. } if *added > 0 => t!(lang, "fault-added", bytes = super::bytes(lang, *added)).into_owned(),
        Harm { by, bytes: 0, .. } if *by > 0 => t!(lang, "fault-later", time = later).into_owned(),
        Harm { by, .. } if *by > 0 => t!(lang, "fault-bytes-later", bytes = bytes, time = later).into_owned(),
        Harm { bytes: 0, .. } => t!(lang, "fault-happened").into_owned(),
        _ => t!(lang, "fault-bytes", bytes = bytes).into_owned(),
    }
}

/// `wire, client → server: 5 bytes "hello"`.
pub fn held_message(lang: Lang, message: &HeldMessage, endpoint: &str, encoding: TextEncoding) -> String {
    let HeldMessage { way, bytes, .. } = message;
    let (way, size) = (lang.text(way.text_key(), None), super::bytes(lang, bytes.len() as u64));
    let text = preview(bytes, encoding, SHOWN);
    t!(lang, "held-message", name = visible(endpoint), way = way, size = size, text = visible(&text)).into_owned()
}

/// Who felt it.
pub fn felt(lang: Lang, felt: Felt) -> String {
    match felt {
        Felt::By(seq) => t!(lang, "fault-felt", seq = super::number(seq)),
        Felt::NotYet => t!(lang, "fault-not-felt"),
        Felt::Nobody => t!(lang, "fault-nobody"),
    }
    .into_owned()
}
