//! What became of a transfer, in words.

use super::notice::Explained;
use crate::lang::Lang;
use crate::t;
use crate::trace::NoticeKind;

/// A notice about files.
pub(super) fn notice(lang: Lang, kind: &NoticeKind) -> Explained {
    let _ = kind;
    Explained::new(t!(lang, "transfer-notice"), "", "")
}
