//! Outlines of the icons, which are glyphs of a font that comes with the program.

use std::fmt::Write as _;
use std::sync::LazyLock;

use eframe::egui::FontData;
use eframe::egui::Pos2;
use skrifa::instance::{LocationRef, Size};
use skrifa::outline::{DrawSettings, OutlinePen};
use skrifa::{FontRef, MetadataProvider as _};

static FONT: LazyLock<FontData> = LazyLock::new(|| egui_material_icons::font_insert().data);

/// The part of Unicode that is nobody's.
pub fn is_icon(c: char) -> bool {
    ('\u{e000}'..='\u{f8ff}').contains(&c) || c >= '\u{f0000}'
}

/// The data of an SVG path for an icon of this size on this base line; `None` for what is no icon.
pub fn outline(icon: char, size: f32, at: Pos2) -> Option<String> {
    if !is_icon(icon) {
        return None;
    }
    let font = FontRef::from_index(FONT.bytes(), FONT.index).ok()?;
    let glyph = font.outline_glyphs().get(font.charmap().map(icon)?)?;
    let down = size * FONT.tweak.y_offset_factor + FONT.tweak.y_offset;
    let mut pen = Pen { path: String::new(), at: Pos2::new(at.x, at.y + down) };
    glyph.draw(DrawSettings::unhinted(Size::new(size), LocationRef::default()), &mut pen).ok()?;
    Some(pen.path)
}

struct Pen {
    path: String,
    at: Pos2,
}

impl Pen {
    fn add(&mut self, letter: char, points: &[(f32, f32)]) {
        self.path.push(letter);
        for (place, (x, y)) in points.iter().enumerate() {
            let space = if place == 0 { "" } else { " " };
            // In a font upwards is positive. Writing to a `String` does not fail.
            let _ = write!(self.path, "{space}{:.2} {:.2}", self.at.x + x, self.at.y - y);
        }
    }
}

impl OutlinePen for Pen {
    fn move_to(&mut self, x: f32, y: f32) {
        self.add('M', &[(x, y)]);
    }

    fn line_to(&mut self, x: f32, y: f32) {
        self.add('L', &[(x, y)]);
    }

    fn quad_to(&mut self, cx: f32, cy: f32, x: f32, y: f32) {
        self.add('Q', &[(cx, cy), (x, y)]);
    }

    fn curve_to(&mut self, ax: f32, ay: f32, bx: f32, by: f32, x: f32, y: f32) {
        self.add('C', &[(ax, ay), (bx, by), (x, y)]);
    }

    fn close(&mut self) {
        self.path.push('Z');
    }
}
