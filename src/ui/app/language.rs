//! The language that the window speaks: the one that was chosen, where the system has characters for it.

use std::time::Duration;

use eframe::egui;

use super::App;
use crate::desktop::fonts::{self, SystemFonts};
use crate::lang::Lang;
use crate::ui::bars::notices::WindowNotice;

/// How long the first frame of a Chinese window waits for the list of the system's fonts. It could draw no word before.
const FONTS_LISTED: Duration = Duration::from_secs(2);

impl App {
    pub(super) fn set_language(&mut self, lang: Lang) {
        self.store.settings.language = Some(lang);
        self.speak();
        if let (Lang::ZhCn, Some(missing)) = (lang, self.fonts_missing) {
            self.say_what_fonts_are_missing(missing);
        }
    }

    /// In English while there are no characters for Chinese: labels that are blank help nobody.
    fn speak(&mut self) {
        let chosen = self.store.settings.language();
        self.lang = if self.fonts_missing.is_some() { Lang::En } else { chosen };
    }

    /// Once a frame.
    pub(super) fn take_found_fonts(&mut self) {
        let found = match self.lang {
            Lang::ZhCn => self.font_search.wait(FONTS_LISTED),
            Lang::En => self.font_search.found(),
        };
        if let Some(found) = found {
            self.fonts_found(found);
        }
    }

    /// What the system has; tests say it themselves.
    pub fn fonts_found(&mut self, found: SystemFonts) {
        let before = self.fonts_missing;
        self.fonts_missing = (found != SystemFonts::WithChinese).then_some(found);
        self.speak();
        match self.fonts_missing {
            None => self.notices.end(WindowNotice::is_of_fonts),
            // Once is enough, also for who comes back from another window.
            missing if missing == before => {}
            Some(missing) => self.say_what_fonts_are_missing(missing),
        }
    }

    fn say_what_fonts_are_missing(&mut self, missing: SystemFonts) {
        self.notices.end(WindowNotice::is_of_fonts);
        let english = self.store.settings.language() == Lang::ZhCn;
        self.notices.push(match missing {
            SystemFonts::None => WindowNotice::NoSystemFonts { english },
            _ => WindowNotice::NoChineseFont { english },
        });
    }

    /// The user comes back to the window, perhaps from installing what was missing.
    pub(super) fn look_for_fonts_again(&mut self, ctx: &egui::Context) {
        if self.fonts_missing.is_some() {
            self.font_search = fonts::look_again(ctx);
        }
    }
}
