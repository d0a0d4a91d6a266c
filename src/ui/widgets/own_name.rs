//! The names of the languages, each as it calls itself, as far as the fonts can show that.

use eframe::egui::{Context, FontId};

use crate::lang::Lang;

/// What a button says that changes to that language.
pub fn of(ctx: &Context, lang: Lang) -> &'static str {
    if can_show(ctx, lang.own_name()) { lang.own_name() } else { lang.english_name() }
}

/// The same where there is room for two letters.
pub fn short(ctx: &Context, lang: Lang) -> &'static str {
    match lang {
        Lang::En => "EN",
        Lang::ZhCn if can_show(ctx, "中") => "中",
        Lang::ZhCn => "ZH",
    }
}

fn can_show(ctx: &Context, text: &str) -> bool {
    ctx.fonts_mut(|fonts| fonts.has_glyphs(&FontId::proportional(13.0), text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_no_font_has_is_said_in_english() {
        let ctx = Context::default();
        ctx.set_fonts(eframe::egui::FontDefinitions::default());
        ctx.set_font_providers(Vec::new());
        let mut said = Vec::new();
        let mut output = ctx.run_ui(eframe::egui::RawInput::default(), |ui| {
            said = Lang::ALL.into_iter().flat_map(|lang| [of(ui.ctx(), lang), short(ui.ctx(), lang)]).collect();
        });
        output.textures_delta.clear();
        said.sort_unstable();
        assert_eq!(said, ["EN", "English", "Simplified Chinese", "ZH"]);
    }
}
