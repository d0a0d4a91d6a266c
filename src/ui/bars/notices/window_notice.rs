//! Trouble of the window itself.

use std::path::PathBuf;

use crate::lab::Localized;
use crate::lang::Lang;
use crate::lesson::handin::LeftOut;
use crate::t;
use crate::trace::notice::Level;

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
    NoChineseFont {
        /// The user wants Chinese and gets English.
        english: bool,
    },
    /// It has no font at all.
    NoSystemFonts {
        english: bool,
    },
    NotSaved {
        file: PathBuf,
        reason: Localized,
    },
    /// A program that was to be saved or run.
    CodeNotSaved {
        file: PathBuf,
        reason: Localized,
    },
    /// The work on a lesson is saved.
    HandedIn {
        file: PathBuf,
        answers: usize,
        programs: usize,
        left_out: LeftOut,
    },
    HandInNotSaved {
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
    pub fn is_of_fonts(&self) -> bool {
        matches!(self, Self::NoChineseFont { .. } | Self::NoSystemFonts { .. })
    }

    pub(super) fn level(&self) -> Level {
        match self {
            Self::LeftTaken => Level::Info,
            Self::HandedIn { left_out, .. } if left_out.is_empty() => Level::Info,
            Self::HandedIn { .. } => Level::Warning,
            Self::NoChineseFont { .. }
            | Self::NoSystemFonts { .. }
            | Self::SettingsDamaged { .. }
            | Self::NotShown { .. } => Level::Warning,
            Self::SettingsNotSaved { .. }
            | Self::NotSaved { .. }
            | Self::CodeNotSaved { .. }
            | Self::HandInNotSaved { .. } => Level::Error,
        }
    }

    /// Title, meaning and advice.
    pub(super) fn texts(&self, lang: Lang) -> [String; 3] {
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
            Self::NoChineseFont { english } | Self::NoSystemFonts { english } => [
                match self {
                    Self::NoSystemFonts { .. } => t!(lang, "trouble-no-fonts"),
                    _ => t!(lang, "trouble-no-font"),
                },
                if *english { t!(lang, "trouble-no-font-english") } else { t!(lang, "trouble-no-font-why") },
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
            Self::CodeNotSaved { file, reason } => [
                t!(lang, "code-not-saved"),
                t!(lang, "trouble-file-why", file = path(file), reason = reason.text(lang)),
                t!(lang, "code-not-saved-do"),
            ],
            Self::HandedIn { file, answers, programs, left_out } => [
                t!(lang, "handin-saved", file = path(file)),
                handed_in(lang, *answers, *programs, left_out).into(),
                t!(lang, "handin-saved-do"),
            ],
            Self::HandInNotSaved { file, reason } => [
                t!(lang, "handin-not-saved"),
                t!(lang, "trouble-file-why", file = path(file), reason = reason.text(lang)),
                t!(lang, "handin-not-saved-do"),
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

/// What is in the file that is handed in, and what is not.
fn handed_in(lang: Lang, answers: usize, programs: usize, left_out: &LeftOut) -> String {
    let mut said = t!(lang, "handin-saved-why", answers = answers, programs = programs).into_owned();
    if left_out.calls > 0 {
        said.push(' ');
        said.push_str(&t!(lang, "handin-left-out-calls", calls = left_out.calls));
    }
    if !left_out.programs.is_empty() {
        said.push(' ');
        said.push_str(&t!(lang, "handin-left-out-programs", programs = left_out.programs.join(", ")));
    }
    said
}
