//! The window that asks how a picture is to look; where to is the system's dialog's business.

use eframe::egui::{self, Id, Key, Modal, RichText};

use crate::desktop::saving::Saved;
use crate::lang::Lang;
use crate::lang::visible::visible_path;
use crate::t;
use crate::ui::controls;
use crate::ui::panes::LabView;
use crate::ui::picture::{Format, Look};
use crate::ui::theme::Tokens;
use crate::ui::widgets::focus;
use crate::ui::widgets::modal;

const WIDTH: f32 = 440.0;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    Copy,
    Save,
    Closed,
}

/// The outcome of the last picture.
enum Outcome {
    Copied,
    Saved(Saved),
    /// More bytes than anyone could open.
    TooLarge,
}

pub struct PictureWindow {
    pub of: &'static LabView,
    pub look: Look,
    pub format: Format,
    /// There was nothing to draw.
    pub empty: bool,
    became: Option<Outcome>,
}

impl PictureWindow {
    /// `look` and `format` as they were chosen last.
    pub fn new(of: &'static LabView, look: Look, format: Format, empty: bool) -> Self {
        Self { of, look, format, empty, became: None }
    }

    pub fn copied(&mut self) {
        self.became = Some(Outcome::Copied);
    }

    pub fn saved(&mut self, saved: Saved) {
        self.became = Some(Outcome::Saved(saved));
    }

    pub fn too_large(&mut self) {
        self.became = Some(Outcome::TooLarge);
    }

    pub fn ui(&mut self, ctx: &egui::Context, lang: Lang) -> Option<Answer> {
        let tokens = Tokens::of_context(ctx);
        let frame = egui::Frame::window(&ctx.global_style());
        let modal = Modal::new(Id::unique("picture window")).frame(frame).backdrop_color(tokens.backdrop());
        let answer = modal.show(ctx, |ui| {
            ui.set_width(WIDTH.min(ui.ctx().content_rect().width() - 60.0));
            if let Some(texts) = &self.of.picture {
                modal::title(ui, lang.text(texts.title, None));
            }
            if self.empty {
                ui.add(egui::Label::new(RichText::new(t!(lang, "picture-nothing")).color(tokens.muted)).wrap());
            } else {
                self.choices_ui(ui, lang, tokens);
            }
            let mut answer = None;
            modal::buttons(ui, |ui| {
                let save = controls::primary_enabled(ui, !self.empty, t!(lang, "picture-save"));
                if ui.memory(|memory| memory.focused().is_none()) && !self.empty {
                    focus::give(&save);
                }
                if save.clicked() {
                    answer = Some(Answer::Save);
                }
                if ui.add_enabled(!self.empty, egui::Button::new(t!(lang, "picture-copy"))).clicked() {
                    answer = Some(Answer::Copy);
                }
                if ui.button(t!(lang, "close")).clicked() {
                    answer = Some(Answer::Closed);
                }
            });
            self.became_ui(ui, lang, tokens);
            answer
        });
        answer.inner.or_else(|| ctx.input(|input| input.key_pressed(Key::Escape)).then_some(Answer::Closed))
    }

    fn choices_ui(&mut self, ui: &mut egui::Ui, lang: Lang, tokens: &Tokens) {
        ui.add_space(4.0);
        ui.label(RichText::new(t!(lang, "picture-format")).color(tokens.muted));
        for format in Format::ALL {
            let (name, tip) = match format {
                Format::Png => (t!(lang, "picture-png"), t!(lang, "picture-png-tip")),
                Format::Svg => (t!(lang, "picture-svg"), t!(lang, "picture-svg-tip")),
            };
            ui.radio_value(&mut self.format, format, name).on_hover_text(tip);
        }
        ui.add_space(6.0);
        ui.checkbox(&mut self.look.light, t!(lang, "picture-light")).on_hover_text(t!(lang, "picture-light-tip"));
        if self.of.picture.as_ref().is_some_and(|texts| texts.has_rows) {
            let all = ui.checkbox(&mut self.look.all_rows, t!(lang, "picture-all-rows"));
            all.on_hover_text(t!(lang, "picture-all-rows-tip"));
        }
    }

    fn became_ui(&self, ui: &mut egui::Ui, lang: Lang, tokens: &Tokens) {
        let (text, color) = match &self.became {
            None => return,
            Some(Outcome::Copied) => (t!(lang, "picture-copied"), tokens.ok),
            Some(Outcome::TooLarge) => (t!(lang, "picture-too-large"), tokens.error),
            Some(Outcome::Saved((file, result))) => {
                let file = visible_path(file);
                match result {
                    Ok(()) => (t!(lang, "picture-saved", file = file), tokens.ok),
                    Err(reason) => {
                        (t!(lang, "picture-not-saved", file = file, reason = reason.text(lang)), tokens.error)
                    }
                }
            }
        };
        ui.add(egui::Label::new(RichText::new(text).color(color)).wrap());
    }
}
