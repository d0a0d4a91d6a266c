//! Calls that stand out: those that match the filter, those with a bookmark, and the other half of the selected one.
//! Each has a shape of its own beside its colour.

use std::borrow::Cow;

use eframe::egui::{Align2, FontId, Painter, Pos2, Rect, Shape, Stroke, pos2, vec2};
use egui_material_icons::icons::{ICON_BOOKMARK, ICON_SYNC_ALT};

use crate::lang::Lang;
use crate::lang::visible::visible;
use crate::t;
use crate::ui::theme::Tokens;
use crate::ui::view::View;

/// The most calls of one block that are checked for a highlight.
const ASKED: usize = 256;

/// What makes a call stand out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Highlights<'a> {
    pub matches: bool,
    /// The bookmark's note; `None` where it has no bookmark.
    pub note: Option<&'a str>,
    /// It moved bytes of the selected call, at the other end.
    pub partner: bool,
    /// Its line of a program is pointed at.
    pub pointed: bool,
}

impl<'a> Highlights<'a> {
    pub fn of(view: &View<'a>, seq: u64) -> Self {
        let note = view.session.bookmarks().note(seq);
        let (partner, pointed) = (view.is_partner(seq), view.is_pointed_at(seq));
        Self { matches: view.is_match(seq), note, partner, pointed }
    }

    /// The same for a block of calls from one to another, of which only some are meant.
    pub fn among(view: &View<'a>, first: u64, last: u64, is_meant: impl Fn(u64) -> bool) -> Self {
        let matches = view.matches().is_some_and(|matches| {
            let places = matches.place_from(first)..matches.place_from(last.saturating_add(1));
            places.take(ASKED).filter_map(|place| matches.seq_at(place)).any(&is_meant)
        });
        let mut marked = view.session.bookmarks().notes().range(first..=last).take(ASKED);
        let note = marked.find(|(seq, _)| is_meant(**seq)).map(|(_, note)| note.as_str());
        let mut partners = view.partners.iter().flat_map(|partners| partners.all());
        let partner = partners.any(|(seq, _)| (first..=last).contains(seq) && is_meant(*seq));
        let asked = first..=last.min(first.saturating_add(ASKED as u64));
        let pointed = view.selection.points() && asked.into_iter().any(|seq| is_meant(seq) && view.is_pointed_at(seq));
        Self { matches, note, partner, pointed }
    }

    /// Only what ties it to something else that is selected or pointed at.
    pub fn linked(view: &View<'_>, seq: u64) -> Self {
        Self { partner: view.is_partner(seq), pointed: view.is_pointed_at(seq), ..Self::default() }
    }

    /// The ground of a row of that call.
    pub fn paint_ground(&self, painter: &Painter, tokens: &Tokens, row: Rect) {
        if self.partner {
            partner_row(painter, tokens, row);
        }
        if self.pointed {
            painter.rect_filled(row, 0.0, tokens.tint(tokens.accent));
            painter.rect_filled(row.with_max_x(row.left() + 3.0), 0.0, tokens.accent);
        }
    }

    /// In words, for screen readers and for pointing at it.
    pub fn words(&self, lang: Lang) -> Vec<Cow<'a, str>> {
        let matches = self.matches.then(|| t!(lang, "filter-mark"));
        let note = self.note.map(|note| match note {
            "" => t!(lang, "bookmark-mark"),
            note => Cow::Owned(format!("{} {}", t!(lang, "bookmark-mark"), visible(note))),
        });
        let partner = self.partner.then(|| t!(lang, "partner-mark"));
        let pointed = self.pointed.then(|| t!(lang, "code-mark"));
        matches.into_iter().chain(partner).chain(pointed).chain(note).collect()
    }

    /// Behind what a call is called anyway.
    pub fn after(&self, lang: Lang, mut name: String) -> String {
        for word in self.words(lang) {
            name.push_str(" · ");
            name.push_str(&word);
        }
        name
    }
}

/// A diamond around a point: it matches.
pub fn diamond(painter: &Painter, tokens: &Tokens, at: Pos2, reach: f32) {
    let corners = [vec2(0.0, -reach), vec2(reach, 0.0), vec2(0.0, reach), vec2(-reach, 0.0)].map(|by| at + by);
    painter.add(Shape::closed_line(corners.to_vec(), Stroke::new(1.8, tokens.accent)));
}

/// A filled corner at the upper left of a block: it matches.
pub fn corner(painter: &Painter, tokens: &Tokens, block: Rect) {
    let reach = 10.0_f32.min(block.height() / 2.0);
    let (top, width) = (block.left_top(), reach.min(block.width().max(3.0)));
    let corners = vec![top, pos2(top.x + width, top.y), pos2(top.x, top.y + reach)];
    painter.add(Shape::convex_polygon(corners, tokens.accent, Stroke::new(1.0, tokens.pane)));
}

/// The sign of the selected call's other half.
pub fn partner(painter: &Painter, tokens: &Tokens, at: Pos2) {
    let font = FontId::new(12.0, ICON_SYNC_ALT.font_family());
    painter.text(at, Align2::CENTER_CENTER, ICON_SYNC_ALT.codepoint, font, tokens.partner);
}

/// The ground of a row that is the selected call's other half, with its sign at the left edge.
pub fn partner_row(painter: &Painter, tokens: &Tokens, row: Rect) {
    painter.rect_filled(row, 0.0, tokens.tint(tokens.partner));
    painter.rect_filled(row.with_max_x(row.left() + 2.0), 0.0, tokens.partner);
    partner(painter, tokens, pos2(row.left() + 9.0, row.center().y));
}

/// The sign of a bookmark.
pub fn bookmark(painter: &Painter, tokens: &Tokens, at: Pos2) {
    let font = FontId::new(14.0, ICON_BOOKMARK.font_family());
    painter.text(at, Align2::CENTER_CENTER, ICON_BOOKMARK.codepoint, font, tokens.accent);
}
