//! Labels that never overlap: one that has no room is left out, its call says it when it is pointed at.

use eframe::egui::{Align2, Color32, FontId, Painter, Pos2, Rect, vec2};

/// Where labels stand already.
#[derive(Default)]
pub struct Labels {
    taken: Vec<Rect>,
}

/// A label that is to be placed.
pub struct Label<'a> {
    pub text: &'a str,
    pub font: FontId,
    pub color: Color32,
    /// The point that it stands at, and which corner or side of it that is.
    pub at: Pos2,
    pub align: Align2,
    /// It is cut off with `…` where it is wider.
    pub width: f32,
    /// What is behind it; lines run into it otherwise.
    pub ground: Color32,
}

impl Labels {
    /// The room that the label gets, if it is free; it is taken from then on.
    pub fn place(&mut self, painter: &Painter, label: &Label<'_>) -> Option<Rect> {
        // A guess first: most labels of a dense picture have no room, and laying text out is what costs.
        let height = label.font.size + 3.0;
        let guess = label.align.anchor_size(label.at, vec2((label.font.size * 2.0).min(label.width), height));
        if label.width < 18.0 || self.is_taken(guess) {
            return None;
        }
        let text = shorten(painter, label);
        let galley = painter.layout_no_wrap(text, label.font.clone(), label.color);
        let rect = label.align.anchor_size(label.at, galley.size());
        if self.is_taken(rect) {
            return None;
        }
        self.taken.push(rect);
        painter.rect_filled(rect.expand2(vec2(2.0, -0.5)), 2.0, label.ground);
        painter.galley(rect.min, galley, label.color);
        Some(rect)
    }

    pub fn is_taken(&self, rect: Rect) -> bool {
        self.taken.iter().any(|taken| taken.expand2(vec2(2.0, -1.0)).intersects(rect))
    }
}

fn shorten(painter: &Painter, label: &Label<'_>) -> String {
    let mut width = 0.0;
    let mut kept = 0;
    painter.fonts_mut(|fonts| {
        let end = fonts.glyph_width(&label.font, '…');
        for (at, c) in label.text.char_indices() {
            width += fonts.glyph_width(&label.font, c);
            if width > label.width {
                return;
            }
            if width + end <= label.width {
                kept = at + c.len_utf8();
            }
        }
    });
    if width <= label.width { label.text.to_owned() } else { format!("{}…", &label.text[..kept]) }
}
