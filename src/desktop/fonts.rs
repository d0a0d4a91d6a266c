//! The fonts of the window: Inter and JetBrains Mono come with the program; what they lack (Chinese above all) is taken
//! from the system when it is first shown.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Once};
use std::time::Duration;

use eframe::egui::epaint::text::{FallbackRequest, FontInsert, FontProvider};
use eframe::egui::{Context, FontData, FontDefinitions, FontFamily};
use egui_system_font_provider::SystemFontProvider;

use crate::background::{Background, Progress, Wake};

/// The family of semibold text.
pub const STRONG: &str = "strong";
/// The family of bold monospace text.
pub const MONO_STRONG: &str = "mono-strong";

const INTER: &[u8] = include_bytes!("../../assets/fonts/Inter-Regular.otf");
const INTER_STRONG: &[u8] = include_bytes!("../../assets/fonts/Inter-SemiBold.otf");
const MONO: &[u8] = include_bytes!("../../assets/fonts/JetBrainsMono-Regular.ttf");
const MONO_BOLD: &[u8] = include_bytes!("../../assets/fonts/JetBrainsMono-Bold.ttf");

/// What the system has beside the program's own fonts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SystemFonts {
    WithChinese,
    WithoutChinese,
    /// It has none at all, or none that can be listed.
    None,
}

/// Says what fonts the system has, as soon as it has looked.
#[derive(Debug)]
pub struct FontSearch {
    answer: Option<Background<SystemFonts>>,
    waited: bool,
}

impl FontSearch {
    /// A search that finds nothing out.
    pub fn none() -> Self {
        Self { answer: None, waited: true }
    }

    /// `None` while the system is still looking, and after the answer was given once.
    pub fn found(&self) -> Option<SystemFonts> {
        match self.answer.as_ref()?.poll() {
            Progress::Ready(found) => Some(found),
            Progress::Pending | Progress::Ended => None,
        }
    }

    /// The same for who can't draw a word without it; the first time it waits.
    pub fn wait(&mut self, limit: Duration) -> Option<SystemFonts> {
        if std::mem::replace(&mut self.waited, true) { self.found() } else { self.answer.as_ref()?.wait_for(limit) }
    }
}

/// Installs the fonts. Han characters are shown in their simplified Chinese form where a font has several.
pub fn install(ctx: &Context) -> FontSearch {
    let provider = give_system(ctx);
    let waking = ctx.clone();
    look(move || {
        let found = provider.has();
        // Nobody has to draw anything for what is as it should be.
        if found != SystemFonts::WithChinese {
            waking.request_repaint();
        }
        found
    })
}

/// The same fonts for a context that nobody waits for.
pub fn give(ctx: &Context) -> Arc<dyn FontProvider> {
    give_system(ctx)
}

fn give_system(ctx: &Context) -> Arc<OfSystem<SystemFontProvider>> {
    keep_panics_of_fonts_quiet();
    ctx.set_fonts(definitions());
    let provider = Arc::new(OfSystem::new());
    ctx.set_font_providers(vec![Arc::clone(&provider) as Arc<dyn FontProvider>]);
    provider
}

/// Looks once more, where something was missing: it may have been installed by now.
pub fn look_again(ctx: &Context) -> FontSearch {
    let ctx = ctx.clone();
    look(move || {
        let provider = Arc::new(OfSystem::new());
        let found = provider.has();
        if found == SystemFonts::WithChinese {
            ctx.set_font_providers(vec![provider]);
        }
        found
    })
}

/// On a thread of its own, since the list of the system's fonts can take a while to make.
fn look(has: impl FnOnce() -> SystemFonts + Send + 'static) -> FontSearch {
    // The window is woken only where there is something to draw.
    let wake: Wake = Arc::new(|| {});
    let looking = Background::run("fonts", &wake, has);
    if let Err(error) = &looking {
        tracing::warn!(%error, "no thread to look for the system's fonts");
    }
    FontSearch { answer: looking.ok(), waited: false }
}

/// The system's fonts, moved up a little: egui puts all fonts on one baseline, and beside Inter the Chinese ones, which
/// fill their square, would stand too low in a button.
///
/// Where fontconfig finds no font, fontique 0.11 panics while it lists them, and so does the next query for one. The
/// program has fonts of its own and goes on with them.
struct OfSystem<P> {
    provider: P,
    broken: AtomicBool,
}

/// In parts of the font's size; downwards is positive.
const SHIFT: f32 = -0.07;

thread_local! {
    /// This thread asks for a font, and a panic will be caught.
    static ASKING: Cell<bool> = const { Cell::new(false) };
}

impl OfSystem<SystemFontProvider> {
    fn new() -> Self {
        Self::of(SystemFontProvider::new().with_locale(Some("zh-Hans")))
    }
}

impl<P: FontProvider> OfSystem<P> {
    fn of(provider: P) -> Self {
        Self { provider, broken: AtomicBool::new(false) }
    }

    fn has(&self) -> SystemFonts {
        let chinese = FallbackRequest { cluster: "中", family: &FontFamily::Proportional };
        match self.font_for(&chinese) {
            Some(_) => SystemFonts::WithChinese,
            None if self.broken.load(Ordering::Acquire) => SystemFonts::None,
            None => SystemFonts::WithoutChinese,
        }
    }
}

impl<P: FontProvider> FontProvider for OfSystem<P> {
    fn font_for(&self, request: &FallbackRequest<'_>) -> Option<FontInsert> {
        if self.broken.load(Ordering::Acquire) {
            return None;
        }
        ASKING.set(true);
        // The provider is not used again after a panic.
        let found = catch_unwind(AssertUnwindSafe(|| self.provider.font_for(request)));
        ASKING.set(false);
        let Ok(found) = found else {
            self.broken.store(true, Ordering::Release);
            return None;
        };
        let mut font = found?;
        font.data.tweak.y_offset_factor = SHIFT;
        Some(font)
    }
}

/// The thread on which the provider lists the fonts.
const LISTING: &str = "egui_system_font_provider";

/// A panic that is caught is no news for the user's terminal, but for the log.
fn keep_panics_of_fonts_quiet() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let usual = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            if ASKING.get() || std::thread::current().name() == Some(LISTING) {
                tracing::debug!(%panic, "the system's fonts can't be listed");
            } else {
                usual(panic);
            }
        }));
    });
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

    struct Failing;

    impl FontProvider for Failing {
        fn font_for(&self, _: &FallbackRequest<'_>) -> Option<FontInsert> {
            panic!("the list of fonts is empty");
        }
    }

    #[test]
    fn a_system_whose_fonts_cannot_be_listed_has_none_and_is_asked_no_more() {
        keep_panics_of_fonts_quiet();
        let fonts = OfSystem::of(Failing);
        assert_eq!(fonts.has(), SystemFonts::None);
        let request = FallbackRequest { cluster: "中", family: &FontFamily::Monospace };
        assert!(fonts.font_for(&request).is_none());
    }

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
