//! `[layout]`: how the window's panes are arranged.

use crate::lab::layout::{Arrangement, Layout, MAX_DEPTH, MAX_PARTS};
use crate::t;
use crate::values::tree::{Field, Read, one_of};

const ARRANGEMENTS: [(&str, Arrangement); 4] = [
    ("pane", Arrangement::Pane),
    ("row", Arrangement::Row),
    ("column", Arrangement::Column),
    ("tabs", Arrangement::Tabs),
];

pub(super) fn read(field: &Field<'_>) -> Read<Layout> {
    // Asked before it is followed on this thread's stack. Each group is a table in an array.
    if field.is_deeper_than(2 * MAX_DEPTH) {
        return Err(field.fault(|lang| t!(lang, "lab-deep-layout", most = MAX_DEPTH)));
    }
    let layout = part(field)?;
    if layout.size() > MAX_PARTS {
        return Err(field.fault(|lang| t!(lang, "lab-many-panes", most = MAX_PARTS)));
    }
    Ok(layout)
}

/// A pane, or a group of them.
fn part(field: &Field<'_>) -> Read<Layout> {
    let table = field.table(&["is", "shows", "share", "active", "parts"])?;
    let known = ARRANGEMENTS.map(|(name, _)| name);
    let is = table.require("is", |lang| one_of(lang, &known))?.one_of(&known, |name| {
        ARRANGEMENTS.into_iter().find(|(known, _)| *known == name).map(|(_, arrangement)| arrangement)
    })?;
    let mut layout = Layout::group(is, Vec::new());
    layout.shows = table.get("shows").map(|field| field.text().map(str::to_owned)).transpose()?;
    if let Some(field) = table.get("share") {
        layout.share = field.float()?;
        if !(layout.share.is_finite() && layout.share > 0.0) {
            return Err(field.fault(|lang| t!(lang, "lab-bad-share")));
        }
    }
    if let Some(field) = table.get("parts") {
        let parts = field.array(|lang| t!(lang, "lab-what-layouts"))?;
        if is == Arrangement::Pane && !parts.is_empty() {
            return Err(field.fault(|lang| t!(lang, "lab-pane-with-parts")));
        }
        layout.parts = parts.iter().map(part).collect::<Read<_>>()?;
    }
    if let Some(field) = table.get("active") {
        let active = usize::try_from(field.integer(0..=i64::MAX as u64)?).unwrap_or(usize::MAX);
        if active >= layout.parts.len() {
            return Err(field.fault(|lang| t!(lang, "lab-no-such-part")));
        }
        layout.active = Some(active);
    }
    Ok(layout)
}
