//! Bytes as hex and text side by side. Only the rows in sight are made, so a megabyte costs what a line does.

use eframe::egui::{Align, Ui, vec2};

use crate::lab::TextEncoding;
use crate::trace::hex_text::HexText;
use crate::trace::text::hex_row_count;
use crate::ui::theme::Tokens;
use crate::ui::widgets::line::Line;
use crate::ui::widgets::rows::{Kind, Listing, Rows};

const ROW_HEIGHT: f32 = 18.0;
/// Width of a monospace character as a part of its size.
const CHAR: f32 = 0.602;
/// The sizes of its text, in points: in a narrow place eight small bytes are better than four large ones.
const SIZES: [f32; 3] = [12.0, 11.0, 10.0];
/// How many rows are shown at once; then it scrolls.
const MAX_SHOWN: usize = 16;

#[derive(Debug)]
pub struct HexView {
    rows: Rows,
    /// Whose bytes were shown last: others are shown from their beginning.
    of: u64,
    encoding: TextEncoding,
    text: HexText,
}

impl Default for HexView {
    fn default() -> Self {
        let (encoding, text) = (TextEncoding::default(), HexText::default());
        Self { rows: Rows::from_start(), of: 0, encoding, text }
    }
}

/// How many bytes a row has in that width, and the size of its text: offset, hex and text must have room.
fn fit(width: f32, digits: usize) -> (usize, f32) {
    // Two gaps, three characters of hex (with the wider gap) and one of text for each byte.
    let chars = |count: usize| (digits + 2 + count * 4 + (count - 1) / 8) as f32;
    let fits =
        |count: usize| SIZES.into_iter().find(|size| chars(count) * size * CHAR <= width).map(|size| (count, size));
    [32, 24, 16, 12, 8].into_iter().find_map(fits).unwrap_or((4, 11.0))
}

impl HexView {
    /// `of` names whose bytes these are, from 1; beside them stands their text in that encoding.
    pub fn ui(&mut self, ui: &mut Ui, name: &str, bytes: &[u8], encoding: TextEncoding, of: u64) {
        if self.of != of {
            self.of = of;
            self.encoding = encoding;
            self.text = HexText::of(bytes, encoding);
            self.rows = Rows::from_start();
        } else if self.encoding != encoding {
            self.encoding = encoding;
            self.text = HexText::of(bytes, encoding);
        }
        let decoded = &self.text;
        let digits = if bytes.len() > 0x1_0000 { 6 } else { 4 };
        let (width, size) = fit(ui.available_width(), digits);
        let count = hex_row_count(bytes.len(), width);
        let height = ROW_HEIGHT * count.clamp(1, MAX_SHOWN) as f32;
        let tokens = Tokens::of(ui);
        ui.allocate_ui(vec2(ui.available_width(), height), |ui| {
            ui.set_min_height(height);
            let listing = Listing {
                salt: "hex",
                name,
                range: 0..count as u64,
                row_height: ROW_HEIGHT,
                selected: None,
                kind: Kind::Text,
            };
            self.rows.show(ui, &listing, |ui, row| {
                let Some(hex) =
                    usize::try_from(row.number).ok().and_then(|number| decoded.hex_row(bytes, number, width))
                else {
                    return;
                };
                row.name(|| format!("{:0digits$x} {} {}", hex.offset, hex.hex, hex.text));
                let full = width * 3 - 1 + (width - 1) / 8;
                Line::new()
                    .mono_sized(&format!("{:0digits$x} ", hex.offset), size, tokens.muted)
                    .mono_sized(&format!("{:<full$} ", hex.hex), size, tokens.text)
                    .mono_sized(&hex.text, size, tokens.text)
                    .paint(ui, row.rect, Align::Min);
            });
        });
    }
}

#[cfg(test)]
mod tests {
    use egui_kittest::Harness;
    use egui_kittest::kittest::Queryable as _;

    use super::*;

    fn harness(width: f32, bytes: Vec<u8>) -> Harness<'static> {
        let mut view = HexView::default();
        Harness::builder()
            .with_size(vec2(width, 400.0))
            .with_context_setup(crate::ui::widgets::set_up_for_tests)
            .build_ui(move |ui| view.ui(ui, "bytes", &bytes, TextEncoding::default(), 1))
    }

    #[test]
    fn a_row_has_offset_hex_and_text() {
        let mut harness = harness(330.0, b"helloworld\n".to_vec());
        harness.run();
        harness.get_by_label("0000 68 65 6c 6c 6f 77 6f 72 hellowor");
        harness.get_by_label("0008 6c 64 0a ld.");
    }

    #[test]
    fn a_wide_view_has_sixteen_bytes_a_row() {
        let mut harness = harness(520.0, vec![b'a'; 20]);
        harness.run();
        harness.get_by_label("0010 61 61 61 61 aaaa");
    }

    #[test]
    fn chinese_text_is_read_beside_its_bytes() {
        let mut harness = harness(360.0, "你好，世界".as_bytes().to_vec());
        harness.run();
        harness.get_by_label_contains("你 好 ， 世 ");
    }

    #[test]
    fn of_many_bytes_only_the_rows_in_sight_are_made() {
        let mut harness = harness(330.0, vec![0; 10_000_000]);
        harness.run();
        let made = harness.query_all_by_label_contains("00 00 00 00").count();
        assert!((MAX_SHOWN..MAX_SHOWN + 3).contains(&made), "{made}");
    }
}
