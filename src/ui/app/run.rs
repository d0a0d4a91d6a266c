//! Opening the real window, or saying clearly why it can't be opened.

use std::error::Error;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicU8;

use eframe::egui::{IconData, ViewportBuilder};
use eframe::{CreationContext, NativeOptions, Renderer};

use super::App;
use crate::desktop::settings::Store;
use crate::lab::ProgramSpec;
use crate::lang::{Lang, Words};
use crate::{error_in_words, t};

pub(super) const SMALLEST: [f32; 2] = [900.0, 600.0];
const USUAL: [f32; 2] = [1440.0, 900.0];
const ICON: &[u8] = include_bytes!("../../../assets/icons/socket-lab.png");

/// How the window is to be opened.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// A lab or a trace to open at once.
    pub file: Option<PathBuf>,
    /// A program to run at once, in a lab of its own: who gave its command line has seen it.
    pub program: Option<StartedProgram>,
}

#[derive(Clone, Debug)]
pub struct StartedProgram {
    pub spec: ProgramSpec,
    /// Where its calls are recorded.
    pub record: Option<PathBuf>,
    /// With which status it has ended, once the window is closed.
    pub status: Arc<AtomicU8>,
}

/// What draws the window, in the order in which it is tried. With OpenGL the first frame comes sooner than with Vulkan, and
/// where there is no graphics card (a virtual machine, a remote desktop) a frame costs a fraction. The other systems have
/// better than OpenGL.
#[cfg(any(windows, target_os = "macos"))]
const RENDERERS: [Renderer; 2] = [Renderer::Wgpu, Renderer::Glow];
#[cfg(not(any(windows, target_os = "macos")))]
const RENDERERS: [Renderer; 1] = [Renderer::Glow];

/// Why there is no window.
#[derive(Debug)]
pub enum WindowError {
    /// Neither X11 nor Wayland is there (on Linux: DISPLAY and WAYLAND_DISPLAY).
    NoDisplay,
    /// There is said to be one, but the window system refuses, in its own words.
    DisplayRefuses(String),
    /// It ended while the window was being opened or shown, in the system's own words.
    DisplayEnded(String),
    NoGraphics(String),
    Engine(io::Error),
    Other(String),
}

impl Words for WindowError {
    fn words(&self, lang: Lang) -> String {
        match self {
            Self::NoDisplay => t!(lang, "window-no-display"),
            Self::DisplayRefuses(reason) => t!(lang, "window-display-refuses", reason = reason.as_str()),
            Self::DisplayEnded(reason) => t!(lang, "window-display-ended", reason = reason.as_str()),
            Self::NoGraphics(reason) => t!(lang, "window-no-graphics", reason = reason.as_str()),
            Self::Engine(error) => t!(lang, "run-cant-start", reason = lang.system_reason(error)),
            Self::Other(reason) => return reason.clone(),
        }
        .into_owned()
    }
}

error_in_words!(WindowError);

/// Opens the window and returns when it is closed.
///
/// # Errors
/// [`WindowError`], with the reason of the system.
pub fn run(options: Options) -> Result<(), WindowError> {
    if is_display_missing() {
        return Err(WindowError::NoDisplay);
    }
    let (store, damaged) = Store::open();
    let viewport = viewport(&store);
    // Taken by the first renderer that gets as far as having a window.
    let mut parts = Some((store, damaged, options));
    let mut engine_error = None;
    let mut outcome = Ok(());
    for renderer in RENDERERS {
        let native = NativeOptions {
            viewport: viewport.clone(),
            renderer,
            system_font_fallback: false,
            centered: true,
            // For gradients, of which there are none.
            dithering: false,
            ..NativeOptions::default()
        };
        let create = |cc: &CreationContext<'_>| -> Result<Box<dyn eframe::App>, Box<dyn Error + Send + Sync>> {
            let (store, damaged, options) = parts.take().ok_or("a window was there already")?;
            match App::new(&cc.egui_ctx, store, damaged, options.file) {
                Ok(mut app) => {
                    if let Some(program) = options.program {
                        app.run_given(program);
                    }
                    // Elsewhere the portal puts its dialogs where they belong.
                    if cfg!(any(target_os = "windows", target_os = "macos")) {
                        app.files.dialogs.stand_over(rfd::FileDialog::new().set_parent(cc));
                    }
                    Ok(Box::new(app))
                }
                Err(error) => {
                    engine_error = Some(error);
                    Err("the engine does not start".into())
                }
            }
        };
        outcome = eframe::run_native("socket-lab", native, Box::new(create));
        match &outcome {
            Err(error) if parts.is_some() && is_of_graphics(error) => {
                tracing::warn!(%error, ?renderer, "another way to draw is tried");
            }
            _ => break,
        }
    }
    if let Some(error) = engine_error {
        return Err(WindowError::Engine(error));
    }
    outcome.map_err(window_error)
}

fn window_error(error: eframe::Error) -> WindowError {
    match error {
        eframe::Error::WinitEventLoop(error) => display_error(&error.to_string()),
        eframe::Error::Winit(error) => display_error(&error.to_string()),
        error if is_of_graphics(&error) => WindowError::NoGraphics(error.to_string()),
        other => WindowError::Other(other.to_string()),
    }
}

/// Where the connection breaks off, winit gives only a number: `Exit Failure: 1`.
fn display_error(message: &str) -> WindowError {
    if message.starts_with("Exit Failure") {
        WindowError::DisplayEnded(message.to_owned())
    } else {
        WindowError::DisplayRefuses(without_source_place(message))
    }
}

/// True where another renderer may have more luck.
fn is_of_graphics(error: &eframe::Error) -> bool {
    use eframe::Error::{Glutin, NoGlutinConfigs, OpenGL};
    #[cfg(any(windows, target_os = "macos"))]
    if matches!(error, eframe::Error::Wgpu(_)) {
        return true;
    }
    matches!(error, Glutin(_) | NoGlutinConfigs(..) | OpenGL(_))
}

fn viewport(store: &Store) -> ViewportBuilder {
    let remembered = store.settings.window;
    let size = remembered.map_or(USUAL, |window| [window.width.max(SMALLEST[0]), window.height.max(SMALLEST[1])]);
    let mut viewport = ViewportBuilder::default()
        .with_title(t!(store.settings.language(), "app-name"))
        .with_app_id("socket-lab")
        .with_min_inner_size(SMALLEST)
        .with_inner_size(size)
        .with_maximized(remembered.is_some_and(|window| window.maximized))
        .with_drag_and_drop(true);
    match eframe::icon_data::from_png_bytes(ICON) {
        Ok(icon) => viewport = viewport.with_icon(Arc::<IconData>::new(icon)),
        Err(error) => tracing::warn!(%error, "the window has no picture"),
    }
    viewport
}

/// winit says so too, but only after a while and in many words.
fn is_display_missing() -> bool {
    let needed = cfg!(all(unix, not(target_os = "macos"), not(target_os = "android")));
    let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    needed && !["DISPLAY", "WAYLAND_DISPLAY", "WAYLAND_SOCKET"].into_iter().any(set)
}

/// winit begins its messages with the place in its own source: `os error at /…/mod.rs:788: Failed to open …`.
fn without_source_place(message: &str) -> String {
    match message.split_once(".rs:").and_then(|(_, rest)| rest.split_once(": ")) {
        Some((line, reason)) if line.bytes().all(|b| b.is_ascii_digit()) => reason.to_owned(),
        _ => message.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_icon_can_be_read() {
        let icon = eframe::icon_data::from_png_bytes(ICON).unwrap();
        assert_eq!((icon.width, icon.height), (256, 256));
    }

    #[test]
    fn a_message_of_winit_is_shown_without_its_place_in_the_source() {
        let long = "os error at /home/a/winit-0.30/src/linux/mod.rs:788: Failed to open connection to X server";
        assert_eq!(without_source_place(long), "Failed to open connection to X server");
        assert_eq!(without_source_place("something else"), "something else");
    }

    #[test]
    fn a_display_that_ends_is_told_of_in_the_systems_words_and_with_what_to_do() {
        let error = display_error("Exit Failure: 1");
        for (lang, help) in [(Lang::En, "ended"), (Lang::ZhCn, "断开")] {
            let words = error.words(lang);
            assert!(words.starts_with("Exit Failure: 1"), "{words}");
            assert!(words.contains(help) && words.contains("DISPLAY"), "{words}");
        }
    }

    #[test]
    fn a_window_is_never_opened_smaller_than_it_is_usable() {
        let mut store = Store::in_memory();
        store.settings.window =
            Some(crate::desktop::settings::WindowSize { width: 120.0, height: 5000.0, maximized: false });
        let viewport = viewport(&store);
        assert_eq!(viewport.inner_size, Some(eframe::egui::vec2(900.0, 5000.0)));
    }
}
