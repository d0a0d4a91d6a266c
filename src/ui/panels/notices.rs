//! Trouble, in words, above the panes; each piece stays until it is dismissed.

use std::path::PathBuf;

use eframe::egui::{self, Align, Color32, Frame, Layout, Margin, RichText, ScrollArea, Ui};
use egui_material_icons::MaterialIcon;
use egui_material_icons::icons::{ICON_CLOSE, ICON_ERROR, ICON_INFO, ICON_WARNING};

use crate::explain;
use crate::lab::{Addr, Localized};
use crate::lang::Lang;
use crate::session::{Action, Endpoint, Logged};
use crate::t;
use crate::trace::NoticeKind;
use crate::trace::notice::{Level, PathTakenBy};
use crate::ui::controls;
use crate::ui::theme::{self, PANE_ROUNDING};
use crate::ui::view::{Asked, View};

/// Beyond this many the strip says how many more there are.
const SHOWN: usize = 3;

/// Trouble of the window itself; what the sockets have to say is in the session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WindowNotice {
    /// The settings could not be read and were put aside.
    SettingsDamaged {
        kept_as: Option<PathBuf>,
        reason: Localized,
    },
    SettingsNotSaved {
        file: PathBuf,
        reason: Localized,
    },
    /// The system has no font with Chinese characters.
    NoChineseFont,
    NotSaved {
        file: PathBuf,
        reason: Localized,
    },
    /// Another window has opened the lab of a killed program, or forgotten it, before this one could.
    LeftTaken,
    /// The system could not show where a file is.
    NotShown {
        path: PathBuf,
        reason: Localized,
    },
}

impl WindowNotice {
    fn level(&self) -> Level {
        match self {
            Self::LeftTaken => Level::Info,
            Self::NoChineseFont | Self::SettingsDamaged { .. } | Self::NotShown { .. } => Level::Warning,
            Self::SettingsNotSaved { .. } | Self::NotSaved { .. } => Level::Error,
        }
    }

    /// Title, meaning and advice.
    fn texts(&self, lang: Lang) -> [String; 3] {
        let path = |path: &PathBuf| path.display().to_string();
        let texts = match self {
            Self::SettingsDamaged { kept_as, reason } => [
                t!(lang, "trouble-settings-damaged"),
                t!(lang, "trouble-settings-damaged-why", reason = reason.text(lang)),
                match kept_as {
                    Some(kept) => t!(lang, "trouble-settings-damaged-kept", file = path(kept)),
                    None => t!(lang, "trouble-settings-damaged-lost"),
                },
            ],
            Self::SettingsNotSaved { file, reason } => [
                t!(lang, "trouble-settings-not-saved"),
                t!(lang, "trouble-file-why", file = path(file), reason = reason.text(lang)),
                t!(lang, "trouble-settings-not-saved-do"),
            ],
            Self::NoChineseFont => [
                t!(lang, "trouble-no-font"),
                t!(lang, "trouble-no-font-why"),
                if cfg!(target_os = "linux") {
                    t!(lang, "trouble-no-font-linux")
                } else {
                    t!(lang, "trouble-no-font-other")
                },
            ],
            Self::NotSaved { file, reason } => [
                t!(lang, "trouble-not-saved"),
                t!(lang, "trouble-file-why", file = path(file), reason = reason.text(lang)),
                t!(lang, "trouble-not-saved-do"),
            ],
            Self::LeftTaken => {
                [t!(lang, "trouble-left-taken"), t!(lang, "trouble-left-taken-why"), t!(lang, "trouble-left-taken-do")]
            }
            Self::NotShown { path: file, reason } => [
                t!(lang, "trouble-not-shown"),
                t!(lang, "trouble-file-why", file = path(file), reason = reason.text(lang)),
                t!(lang, "trouble-not-shown-do"),
            ],
        };
        texts.map(std::borrow::Cow::into_owned)
    }
}

/// Draws the strip; `window` loses what is dismissed.
pub fn ui(ui: &mut Ui, view: &mut View<'_>, window: &mut Vec<WindowNotice>) {
    let notices = view.session.notices();
    let total = notices.iter().len() + window.len();
    if total == 0 {
        return;
    }
    let max_height = (ui.available_height() * 0.4).max(90.0);
    ScrollArea::vertical().id_salt("notices").max_height(max_height).auto_shrink([false, true]).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 4.0;
        let mut dismissed = None;
        for (place, notice) in window.iter().enumerate() {
            if card(ui, view, notice.level(), &notice.texts(view.lang), 1, None) {
                dismissed = Some(place);
            }
        }
        if let Some(place) = dismissed {
            window.remove(place);
        }
        let room = SHOWN.saturating_sub(window.len()).max(1);
        for logged in notices.iter().rev().take(room) {
            session_card(ui, view, logged);
        }
        let more = notices.iter().len().saturating_sub(room) as u64 + notices.left();
        if total > 1 {
            ui.horizontal(|ui| {
                if more > 0 {
                    let text = t!(view.lang, "trouble-more", count = more.to_string());
                    ui.label(RichText::new(text).size(12.0).color(view.tokens.muted));
                }
                if controls::ghost(ui, t!(view.lang, "trouble-dismiss-all").as_ref()).clicked() {
                    window.clear();
                    view.act(Action::DismissNotices);
                }
            });
        }
    });
    ui.add_space(4.0);
}

fn session_card(ui: &mut Ui, view: &mut View<'_>, logged: &Logged) {
    let notice = &logged.notice;
    let endpoint = notice.endpoint.and_then(|id| view.session.endpoint(id));
    let explained = explain::notice(view.lang, notice, endpoint.map(|endpoint| endpoint.spec.name.as_str()));
    let texts = [explained.title, explained.meaning, explained.advice];
    let dismissed = card(ui, view, notice.kind.level(), &texts, logged.times, endpoint);
    let stale = match &notice.kind {
        NoticeKind::PathTaken { path: Addr::Unix(path), by: PathTakenBy::Stale, .. } => Some(path),
        _ => None,
    };
    let mut removed = false;
    if let (Some(endpoint), Some(path)) = (notice.endpoint, stale) {
        removed = ui.button(t!(view.lang, "trouble-remove-stale")).clicked();
        if removed {
            view.act(Action::RemoveStaleAndOpen { endpoint, path: path.clone() });
        }
    }
    if dismissed || removed {
        view.act(Action::DismissNotice(logged.number));
    }
}

/// True where it was dismissed.
fn card(
    ui: &mut Ui,
    view: &mut View<'_>,
    level: Level,
    texts: &[String; 3],
    times: u32,
    endpoint: Option<&Endpoint>,
) -> bool {
    let (colour, icon, word) = look(view, level);
    let tokens = view.tokens;
    let mut dismissed = false;
    Frame::new()
        .fill(tokens.pane.lerp_to_gamma(colour, 0.08))
        .stroke(egui::Stroke::new(1.0, tokens.line.lerp_to_gamma(colour, 0.5)))
        .corner_radius(f32::from(PANE_ROUNDING))
        .inner_margin(Margin::symmetric(10, 7))
        .show(ui, |ui| {
            ui.set_width(ui.available_width());
            ui.horizontal(|ui| {
                ui.label(icon.rich_text().size(17.0).color(colour)).accessible_name(word.as_str());
                // The close button first, from the right, so that a long title leaves it its room.
                ui.with_layout(Layout::right_to_left(Align::Min), |ui| {
                    let name = t!(view.lang, "trouble-dismiss", title = texts[0].as_str());
                    dismissed = controls::icon(ui, ICON_CLOSE, &name).clicked();
                    if let Some(endpoint) = endpoint {
                        let tip = t!(view.lang, "endpoint-show");
                        if ui.link(&endpoint.spec.name).on_hover_text(tip).clicked() {
                            view.selection.endpoint = Some(endpoint.id);
                            view.asked.push(Asked::Show(endpoint.id));
                        }
                    }
                    if times > 1 {
                        controls::chip(ui, &format!("×{times}"), colour);
                    }
                    ui.with_layout(Layout::top_down(Align::Min), |ui| words(ui, view, texts));
                });
            });
        });
    dismissed
}

fn words(ui: &mut Ui, view: &View<'_>, [title, meaning, advice]: &[String; 3]) {
    ui.spacing_mut().item_spacing.y = 2.0;
    ui.add(egui::Label::new(theme::strong(title).color(view.tokens.text)).wrap());
    if !meaning.is_empty() {
        ui.add(egui::Label::new(RichText::new(meaning).size(12.0).color(view.tokens.text)).wrap());
    }
    if !advice.is_empty() {
        ui.add(egui::Label::new(RichText::new(advice).size(12.0).color(view.tokens.muted)).wrap());
    }
}

fn look(view: &View<'_>, level: Level) -> (Color32, MaterialIcon, String) {
    let (colour, icon, word) = match level {
        Level::Info => (view.tokens.accent, ICON_INFO, t!(view.lang, "level-info")),
        Level::Warning => (view.tokens.sent, ICON_WARNING, t!(view.lang, "level-warning")),
        Level::Error => (view.tokens.error, ICON_ERROR, t!(view.lang, "level-error")),
    };
    (colour, icon, word.into_owned())
}
