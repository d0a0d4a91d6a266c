//! The fonts of the window: Inter and JetBrains Mono come with the program; what they lack (Chinese above all) is taken
//! from the system when it is first shown.

use std::sync::Arc;

use crossbeam_channel::{Receiver, bounded};
use eframe::egui::epaint::text::{FallbackRequest, FontInsert, FontProvider};
use eframe::egui::{Context, FontData, FontDefinitions, FontFamily};
use egui_system_font_provider::SystemFontProvider;

/// The family of semibold text.
pub const STRONG: &str = "strong";
/// The family of bold monospace text.
pub const MONO_STRONG: &str = "mono-strong";

const INTER: &[u8] = include_bytes!("../../assets/fonts/Inter-Regular.otf");
const INTER_STRONG: &[u8] = include_bytes!("../../assets/fonts/Inter-SemiBold.otf");
const MONO: &[u8] = include_bytes!("../../assets/fonts/JetBrainsMono-Regular.ttf");
const MONO_BOLD: &[u8] = include_bytes!("../../assets/fonts/JetBrainsMono-Bold.ttf");

/// Says whether the system has a font with Chinese characters, as soon as it has looked.
#[derive(Debug)]
pub struct ChineseFont(Receiver<bool>);

impl ChineseFont {
    /// `None` while the system is still looking, and after the answer was given once.
    pub fn found(&self) -> Option<bool> {
        self.0.try_recv().ok()
    }
}

/// Installs the fonts. Han characters are shown in their simplified Chinese form where a font has several.
pub fn install(ctx: &Context) -> ChineseFont {
    look_for_chinese(give(ctx), ctx.clone())
}

/// The same fonts for a context that nobody waits for.
pub fn give(ctx: &Context) -> Arc<dyn FontProvider> {
    ctx.set_fonts(definitions());
    let provider: Arc<dyn FontProvider> = Arc::new(Aligned(SystemFontProvider::new().with_locale(Some("zh-Hans"))));
    ctx.set_font_providers(vec![Arc::clone(&provider)]);
    provider
}

/// The system's fonts, moved up a little: egui puts all fonts on one baseline, and beside Inter the Chinese ones, which
/// fill their square, would stand too low in a button.
struct Aligned(SystemFontProvider);

/// In parts of the font's size; downwards is positive.
const SHIFT: f32 = -0.07;

impl FontProvider for Aligned {
    fn font_for(&self, request: &FallbackRequest<'_>) -> Option<FontInsert> {
        let mut font = self.0.font_for(request)?;
        font.data.tweak.y_offset_factor = SHIFT;
        Some(font)
    }
}

/// On a thread of its own, since the list of the system's fonts can take a while to make.
fn look_for_chinese(provider: Arc<dyn FontProvider>, ctx: Context) -> ChineseFont {
    let (tell, answer) = bounded(1);
    let looking = std::thread::Builder::new().name("fonts".to_owned()).spawn(move || {
        let request = FallbackRequest { cluster: "中", family: &FontFamily::Proportional };
        let found = provider.font_for(&request).is_some();
        if tell.send(found).is_ok() && !found {
            ctx.request_repaint();
        }
    });
    if let Err(error) = looking {
        tracing::warn!(%error, "no thread to look for a Chinese font");
    }
    ChineseFont(answer)
}

fn definitions() -> FontDefinitions {
    let mut fonts = FontDefinitions::default();
    let mut add = |name: &str, data: FontData| {
        fonts.font_data.insert(name.to_owned(), Arc::new(data));
    };
    add("inter", FontData::from_static(INTER));
    add("inter-strong", FontData::from_static(INTER_STRONG));
    add("mono", FontData::from_static(MONO));
    add("mono-bold", FontData::from_static(MONO_BOLD));
    let icons = egui_material_icons::font_insert();
    add(egui_material_icons::FONT_FAMILY, icons.data);

    let chain = |first: &str, rest: Option<&Vec<String>>| -> Vec<String> {
        let rest = rest.into_iter().flatten().cloned();
        std::iter::once(first.to_owned()).chain(rest).chain([egui_material_icons::FONT_FAMILY.to_owned()]).collect()
    };
    let proportional = fonts.families.get(&FontFamily::Proportional).cloned();
    let monospace = fonts.families.get(&FontFamily::Monospace).cloned();
    for (family, first, rest) in [
        (FontFamily::Proportional, "inter", &proportional),
        (FontFamily::Name(STRONG.into()), "inter-strong", &proportional),
        (FontFamily::Monospace, "mono", &monospace),
        (FontFamily::Name(MONO_STRONG.into()), "mono-bold", &monospace),
        (FontFamily::Name(egui_material_icons::FONT_FAMILY.into()), egui_material_icons::FONT_FAMILY, &proportional),
    ] {
        fonts.families.insert(family, chain(first, rest.as_ref()));
    }
    fonts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_family_has_fonts_that_are_there() {
        let fonts = definitions();
        for (family, names) in &fonts.families {
            assert!(!names.is_empty(), "{family:?}");
            for name in names {
                assert!(fonts.font_data.contains_key(name), "{family:?} names {name}");
            }
        }
    }
}
