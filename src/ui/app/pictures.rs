//! Pictures of the views: drawn when they are asked for, put into the clipboard or written to a file.

use std::path::{Path, PathBuf};

use eframe::egui;

use super::App;
use crate::desktop::dialogs::Purpose;
use crate::desktop::saving::Saved;
use crate::t;
use crate::ui::bars::toast::{Toast, ToastText};
use crate::ui::command::PictureRequest;
use crate::ui::dialogs::picture_window::{Answer, PictureWindow};
use crate::ui::layout::Shown;
use crate::ui::panes::LabView;
use crate::ui::picture::{self, Drawn, Format, Look, Paper, Studio, TooLarge};
use crate::ui::theme::Tokens;
use crate::ui::view::View;

#[derive(Default)]
pub(super) struct Pictures {
    studio: Studio,
    window: Option<PictureWindow>,
    /// As they were chosen last.
    look: Look,
    format: Format,
    /// Drawn, and the user is asked where to.
    drawn: Option<Drawn>,
    /// Being written.
    writing: Option<PathBuf>,
}

impl Pictures {
    pub(super) fn is_asking(&self) -> bool {
        self.window.is_some()
    }

    /// True while it is being asked where a picture goes.
    pub(super) fn is_choosing(&self) -> bool {
        self.drawn.is_some()
    }

    pub(super) fn not_saved(&mut self) {
        self.drawn = None;
    }

    /// Takes the outcome of saving a file, if it is one of these.
    pub(super) fn saved(&mut self, saved: Saved) -> Option<Saved> {
        if self.writing.as_ref() != Some(&saved.0) {
            return Some(saved);
        }
        self.writing = None;
        if let Some(window) = &mut self.window {
            window.saved(saved);
        }
        None
    }
}

impl App {
    /// The view that is meant where a command does not say which.
    pub(super) fn pictured(&self) -> &'static LabView {
        match self.presented {
            Some(Shown::View(view)) if self.presenting.is_some() && view.picture.is_some() => view,
            _ => self.panes.pictured(),
        }
    }

    pub(super) fn picture(&mut self, ctx: &egui::Context, wish: PictureRequest) {
        let of = match wish {
            PictureRequest::Copy(of) | PictureRequest::Save(of) => of,
        };
        // Whether there is anything to save.
        let drawn = self.draw_picture(ctx, of, Look::default());
        match (wish, drawn) {
            (PictureRequest::Copy(of), Some(drawn)) => {
                ctx.copy_image(drawn.pixels());
                self.toast = Some(Toast::new(ToastText::PictureCopied(of), None));
            }
            (_, drawn) => {
                let (look, format) = (self.pictures.look, self.pictures.format);
                self.pictures.window = Some(PictureWindow::new(of, look, format, drawn.is_none()));
            }
        }
    }

    /// Draws a view as it stands; `None` where it has nothing to show.
    fn draw_picture(&mut self, ctx: &egui::Context, of: &LabView, look: Look) -> Option<Drawn> {
        let theme = if look.light { egui::Theme::Light } else { ctx.theme() };
        let title = self.picture_title(of);
        let mut selection = self.selection.clone();
        let mut asked = Vec::new();
        let mut view = View {
            session: &self.session,
            lang: self.lang,
            tokens: Tokens::of_theme(theme),
            selection: &mut selection,
            filtering: Some(&self.filtering),
            table: &self.store.settings.traffic,
            pause: self.pause.as_ref(),
            partners: Some(&self.partners),
            on_paper: true,
            requests: &mut asked,
        };
        let studio = &mut self.pictures.studio;
        self.panes.on_paper(of, &mut view, look, |size, paint| studio.draw(Paper { size, theme, title }, paint))
    }

    /// `Echo — Ladder`
    fn picture_title(&self, of: &LabView) -> String {
        let view = of.title(self.lang);
        let title = self.session.title().shown(self.lang);
        if title.is_empty() { view } else { format!("{title} — {view}") }
    }

    pub(super) fn draw_picture_window(&mut self, ctx: &egui::Context) {
        // While the system's dialog or the typed path is answered it waits.
        if self.pictures.is_choosing() {
            return;
        }
        let Some(window) = &mut self.pictures.window else { return };
        let Some(answer) = window.ui(ctx, self.lang) else { return };
        let (of, look, format) = (window.of, window.look, window.format);
        self.pictures.look = look;
        self.pictures.format = format;
        if answer == Answer::Closed {
            self.pictures.window = None;
            return;
        }
        let Some(drawn) = self.draw_picture(ctx, of, look) else { return };
        match answer {
            Answer::Copy => {
                let copied = match format {
                    Format::Png => {
                        ctx.copy_image(drawn.pixels());
                        Ok(())
                    }
                    Format::Svg => drawn.svg().map(|svg| ctx.copy_text(svg)),
                };
                self.tell_picture(copied);
            }
            Answer::Save => {
                self.pictures.drawn = Some(drawn);
                let suggested = self.suggested_beside(&format!("{}.{}", of.name, format.ending()));
                self.ask_dialog(Purpose::SavePicture { suggested }, t!(self.lang, "picture-save-title").into_owned());
            }
            Answer::Closed => {}
        }
        ctx.request_repaint();
    }

    fn tell_picture(&mut self, copied: Result<(), TooLarge>) {
        if let Some(window) = &mut self.pictures.window {
            match copied {
                Ok(()) => window.copied(),
                Err(TooLarge) => window.too_large(),
            }
        }
    }

    /// The ending says which kind of file it is; without one it is what was chosen.
    pub(super) fn write_picture(&mut self, path: &Path) {
        let Some(drawn) = self.pictures.drawn.take() else { return };
        let ending = path.extension().map(|ending| ending.to_string_lossy().to_lowercase());
        let known = Format::ALL.into_iter().find(|format| ending.as_deref() == Some(format.ending()));
        let format = known.unwrap_or(self.pictures.format);
        let path = match known {
            Some(_) => path.to_owned(),
            None => {
                let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
                path.with_file_name(format!("{name}.{}", format.ending()))
            }
        };
        match format {
            Format::Png => {
                let image = drawn.pixels();
                self.start_picture(path, Box::new(move |out| out.write_all(&picture::png(&image)?)));
            }
            Format::Svg => match drawn.svg() {
                Ok(svg) => self.start_picture(path, Box::new(move |out| out.write_all(svg.as_bytes()))),
                Err(too_large) => self.tell_picture(Err(too_large)),
            },
        }
    }

    fn start_picture(&mut self, path: PathBuf, writing: crate::desktop::saving::Writing) {
        self.pictures.writing = Some(path.clone());
        self.files.save(path, writing);
    }
}
