//! Painted text as `<text>`: one for each run of a font and a colour, as wide as it is on the screen also where another font
//! takes the place of ours. Icons are drawn: nobody else has their font.

use std::fmt::Write as _;

use eframe::egui::epaint::TextShape;
use eframe::egui::epaint::text::{Galley, PlacedRow};
use eframe::egui::{Color32, FontFamily, Pos2};

use super::{fill, number, turn};
use crate::desktop::fonts::{MONO_STRONG, STRONG};
use crate::ui::picture::icons;

/// Fonts that are likely to be there, where ours are not; the last is any of that kind.
const PROPORTIONAL: &str = "Inter, 'Noto Sans', 'Segoe UI', 'Helvetica Neue', 'Noto Sans CJK SC', 'Microsoft YaHei', \
                            'PingFang SC', sans-serif";
const MONOSPACE: &str = "'JetBrains Mono', 'DejaVu Sans Mono', Consolas, Menlo, 'Noto Sans Mono CJK SC', \
                         'Microsoft YaHei', 'PingFang SC', monospace";

/// Letters that follow each other in one font and colour.
struct Run {
    text: String,
    at: Pos2,
    end: f32,
    section: usize,
    color: Color32,
}

pub fn write(body: &mut String, shape: &TextShape) {
    let galley = &shape.galley;
    let turned = turn(shape.angle, shape.pos);
    if !turned.is_empty() {
        let _ = writeln!(body, "<g{turned}>");
    }
    // Each glyph is one character of the text, but for what wrapping left out.
    let mut characters = galley.job.text.char_indices();
    for row in &galley.rows {
        for run in runs(shape, row, &mut characters) {
            run.write(body, galley, shape.pos);
        }
        if row.ends_with_newline {
            characters.next();
        }
    }
    if !turned.is_empty() {
        body.push_str("</g>\n");
    }
}

fn runs(shape: &TextShape, row: &PlacedRow, characters: &mut std::str::CharIndices<'_>) -> Vec<Run> {
    let sections = &shape.galley.job.sections;
    let mut runs: Vec<Run> = Vec::new();
    for glyph in &row.glyphs {
        let byte = characters.next().map_or(usize::MAX, |(byte, _)| byte);
        let section = sections.iter().position(|section| section.byte_range.end.0 > byte);
        let section = section.unwrap_or(sections.len().saturating_sub(1));
        let painted = row.visuals.mesh.vertices.get(glyph.first_vertex as usize).map(|vertex| vertex.color);
        let color = color(shape, painted.filter(|_| !glyph.chr.is_whitespace()));
        let at = row.pos + glyph.pos.to_vec2();
        let end = row.pos.x + glyph.max_x();
        let alone = icons::is_icon(glyph.chr);
        match runs.last_mut() {
            Some(run)
                if run.section == section
                    && (run.color == color || glyph.chr.is_whitespace())
                    && !alone
                    && !run.text.ends_with(icons::is_icon) =>
            {
                run.text.push(glyph.chr);
                run.end = end;
            }
            _ => runs.push(Run { text: glyph.chr.to_string(), at, end, section, color }),
        }
    }
    runs
}

/// As the tessellator chooses it.
fn color(shape: &TextShape, painted: Option<Color32>) -> Color32 {
    let color = match (shape.override_text_color, painted) {
        (Some(color), _) => color,
        (None, Some(color)) if color != Color32::PLACEHOLDER => color,
        (None, _) => shape.fallback_color,
    };
    if shape.opacity_factor < 1.0 { color.gamma_multiply(shape.opacity_factor) } else { color }
}

impl Run {
    fn write(&self, body: &mut String, galley: &Galley, origin: Pos2) {
        let Some(section) = galley.job.sections.get(self.section) else { return };
        let font = &section.format.font_id;
        let at = origin + self.at.to_vec2();
        let fill = fill(self.color);
        if self.text.trim().is_empty() {
            return;
        }
        if let Some(outline) = self.text.chars().next().and_then(|icon| icons::outline(icon, font.size, at)) {
            let _ = writeln!(body, "<path d=\"{outline}\"{fill}/>");
            return;
        }
        let (family, weight) = match &font.family {
            FontFamily::Proportional => (PROPORTIONAL, ""),
            FontFamily::Monospace => (MONOSPACE, ""),
            FontFamily::Name(name) if **name == *STRONG => (PROPORTIONAL, " font-weight=\"600\""),
            FontFamily::Name(name) if **name == *MONO_STRONG => (MONOSPACE, " font-weight=\"700\""),
            FontFamily::Name(_) => (PROPORTIONAL, ""),
        };
        let kept = self.text.trim_end();
        // What is said of the width is of the letters that are written.
        let wide = if kept.len() == self.text.len() && kept.chars().count() > 1 {
            format!(" textLength=\"{}\" lengthAdjust=\"spacingAndGlyphs\"", number(self.end - self.at.x))
        } else {
            String::new()
        };
        let (x, y, size, text) = (number(at.x), number(at.y), number(font.size), escaped(kept));
        let _ = writeln!(
            body,
            "<text x=\"{x}\" y=\"{y}\" font-family=\"{family}\" font-size=\"{size}\"{weight}{fill}{wide} \
             xml:space=\"preserve\">{text}</text>"
        );
    }
}

/// For XML, in a text and between quotes; what XML has no way to write becomes `�`.
pub fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\t' | '\n' | '\r' => out.push(' '),
            '\0'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            _ => out.push(c),
        }
    }
    out
}
