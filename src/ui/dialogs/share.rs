//! What is to be served, while it is typed or chosen: a folder with everything in it, or single files.

use std::collections::HashSet;
use std::path::PathBuf;

use eframe::egui::{Button, RadioButton, TextEdit, Ui};

use super::lines::Lines;
use crate::desktop::dialogs::Purpose;
use crate::desktop::places::{self, PathKind};
use crate::lab::transfer::{MOST_FILES, Shared};
use crate::lang::Lang;
use crate::t;
use crate::ui::widgets::field;
use crate::ui::widgets::focus;

/// A list of files grows up to this many lines, then scrolls.
const MAX_LINES: usize = 6;

/// Paths as typed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ShareDraft {
    /// Single files are meant, not the folder. What was typed for the other stays.
    pub single: bool,
    pub folder: String,
    /// One in each line.
    pub files: String,
    /// The system has no dialog to choose in.
    pub no_dialog: bool,
    /// The keyboard has still to be put into the field.
    focus: bool,
    /// The disk was asked about this already.
    looked_at: Option<Shared>,
    not_there: Option<WrongShare>,
}

/// Why that can't be served.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WrongShare {
    NoFolder,
    NoFile,
    Nul,
    TooMany,
    /// Two of the files have this name.
    Twice(String),
    /// A path that doesn't end in a name: `/`, `..`.
    Nameless(String),
    Missing(String),
    NotAFolder(String),
    NotAFile(String),
}

impl WrongShare {
    pub fn text(&self, lang: Lang) -> String {
        match self {
            Self::NoFolder => t!(lang, "share-wrong-no-folder"),
            Self::NoFile => t!(lang, "share-wrong-no-file"),
            Self::Nul => t!(lang, "share-wrong-nul"),
            Self::TooMany => t!(lang, "share-wrong-many", most = MOST_FILES),
            Self::Twice(name) => t!(lang, "share-wrong-twice", name = name.as_str()),
            Self::Nameless(path) => t!(lang, "share-wrong-nameless", path = path.as_str()),
            Self::Missing(path) => t!(lang, "share-wrong-missing", path = path.as_str()),
            Self::NotAFolder(path) => t!(lang, "share-wrong-not-a-folder", path = path.as_str()),
            Self::NotAFile(path) => t!(lang, "share-wrong-not-a-file", path = path.as_str()),
        }
        .into_owned()
    }
}

impl ShareDraft {
    pub fn of(what: &Shared) -> Self {
        let mut draft = Self::default();
        match what {
            Shared::Root(folder) => draft.folder = folder.display().to_string(),
            Shared::Files(files) => {
                draft.single = true;
                draft.files = lines_of(files);
            }
        }
        draft
    }

    /// Takes paths that were chosen or dropped in place of what is there.
    pub fn put(&mut self, paths: &[PathBuf]) {
        match places::share_of(paths) {
            Some(Shared::Root(folder)) => {
                self.single = false;
                self.folder = folder.display().to_string();
            }
            Some(Shared::Files(files)) => {
                self.single = true;
                self.files = lines_of(&files);
            }
            None => {}
        }
    }

    /// Takes what was dropped: files come beside those that are there (a system may deliver them one by one), a folder in
    /// place of them.
    pub fn drop(&mut self, paths: &[PathBuf]) {
        let mut all: Vec<PathBuf> = match self.what() {
            Ok(Shared::Files(files)) if paths.iter().all(|path| path.is_file()) => files,
            _ => Vec::new(),
        };
        for path in paths {
            if !all.contains(path) {
                all.push(path.clone());
            }
        }
        self.put(&all);
    }

    pub fn is_untouched(&self) -> bool {
        self.folder.is_empty() && self.files.is_empty()
    }

    pub fn take_focus(&mut self) {
        self.focus = true;
    }

    /// What was typed, whether it is there or not.
    ///
    /// # Errors
    /// Why nothing like that can be served.
    pub fn what(&self) -> Result<Shared, WrongShare> {
        if self.typed().contains('\0') {
            return Err(WrongShare::Nul);
        }
        if !self.single {
            let folder = self.folder.trim();
            return if folder.is_empty() { Err(WrongShare::NoFolder) } else { Ok(Shared::Root(places::home(folder))) };
        }
        let files: Vec<PathBuf> =
            self.files.lines().map(str::trim).filter(|line| !line.is_empty()).map(places::home).collect();
        if files.is_empty() {
            return Err(WrongShare::NoFile);
        }
        if files.len() > MOST_FILES {
            return Err(WrongShare::TooMany);
        }
        let mut names = HashSet::new();
        for file in &files {
            let Some(name) = file.file_name() else { return Err(WrongShare::Nameless(file.display().to_string())) };
            if !names.insert(name) {
                return Err(WrongShare::Twice(name.to_string_lossy().into_owned()));
            }
        }
        Ok(Shared::Files(files))
    }

    fn typed(&self) -> &str {
        if self.single { &self.files } else { &self.folder }
    }

    /// What of it isn't there now, or is something else. The disk is only asked where what was typed has changed.
    pub fn not_there(&mut self) -> Option<&WrongShare> {
        let what = self.what().ok();
        if what != self.looked_at {
            self.not_there = what.as_ref().and_then(look);
            self.looked_at = what;
        }
        self.not_there.as_ref()
    }

    /// The lines of a form. Gives the dialog that the user wants to choose in.
    pub fn ui<F: Copy + PartialEq>(
        &mut self,
        ui: &mut Ui,
        lang: Lang,
        lines: &mut Lines<'_, F>,
        of: F,
    ) -> Option<Purpose> {
        let mut wanted = None;
        let tip = t!(lang, "share-what-tip");
        lines.named(ui, &t!(lang, "share-what"), &tip, None, |ui| {
            let folder = ui.add(RadioButton::new(!self.single, t!(lang, "share-folder-whole")));
            let files = ui.add(RadioButton::new(self.single, t!(lang, "share-files-only")));
            if folder.clicked() {
                self.single = false;
            } else if files.clicked() {
                self.single = true;
            }
            folder
        });
        let (name, choose, purpose) = if self.single {
            (t!(lang, "share-files"), t!(lang, "share-choose-files"), Purpose::Files)
        } else {
            (t!(lang, "share-folder"), t!(lang, "share-choose-folder"), Purpose::Folder)
        };
        lines.line(ui, &name, "", Some(of), |ui| {
            ui.spacing_mut().item_spacing.x = 6.0;
            let font = eframe::egui::TextStyle::Button.resolve(ui.style());
            let text = ui.painter().layout_no_wrap(choose.to_string(), font, eframe::egui::Color32::PLACEHOLDER);
            let button = text.size().x + 2.0 * ui.spacing().button_padding.x + 2.0;
            let width = ui.available_width() - button - 6.0;
            let response = if self.single {
                let rows = self.files.lines().count().clamp(2, MAX_LINES);
                eframe::egui::ScrollArea::vertical()
                    .id_salt("shared files")
                    .max_height(rows as f32 * 17.0 + 12.0)
                    .max_width(width)
                    .show(ui, |ui| {
                        let field = TextEdit::multiline(&mut self.files).desired_rows(rows).desired_width(width);
                        ui.add(field.hint_text(t!(lang, "share-files-hint")))
                    })
                    .inner
            } else {
                let edit = TextEdit::singleline(&mut self.folder).desired_width(width).char_limit(4096);
                field::line(ui, edit.hint_text(t!(lang, "share-folder-hint")))
            };
            if std::mem::take(&mut self.focus) {
                focus::give(&response);
            }
            if ui.add(Button::new(choose.as_ref())).clicked() {
                wanted = Some(purpose);
            }
            response
        });
        if self.no_dialog {
            lines.hint(ui, &t!(lang, "share-no-dialog"));
        }
        wanted
    }
}

fn lines_of(files: &[PathBuf]) -> String {
    files.iter().map(|file| file.display().to_string()).collect::<Vec<_>>().join("\n")
}

fn look(what: &Shared) -> Option<WrongShare> {
    match what {
        Shared::Root(folder) => match PathKind::at(folder) {
            PathKind::Folder => None,
            PathKind::Nothing => Some(WrongShare::Missing(folder.display().to_string())),
            PathKind::File | PathKind::Other => Some(WrongShare::NotAFolder(folder.display().to_string())),
        },
        Shared::Files(files) => files.iter().find_map(|file| match PathKind::at(file) {
            PathKind::File => None,
            PathKind::Nothing => Some(WrongShare::Missing(file.display().to_string())),
            PathKind::Folder | PathKind::Other => Some(WrongShare::NotAFile(file.display().to_string())),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(text: &str) -> Result<Shared, WrongShare> {
        ShareDraft { single: true, files: text.to_owned(), ..ShareDraft::default() }.what()
    }

    #[test]
    fn what_is_shared_passes_through_the_draft_unchanged() {
        for what in [
            Shared::Root("/srv/一个 文件夹".into()),
            Shared::Root("beside".into()),
            Shared::Files(vec!["/a/b.bin".into(), "c d.txt".into()]),
        ] {
            assert_eq!(ShareDraft::of(&what).what(), Ok(what));
        }
    }

    #[test]
    fn what_cannot_be_asked_for_is_refused() {
        assert_eq!(files("\n  \n"), Err(WrongShare::NoFile));
        assert_eq!(files("/a/x\n/b/x"), Err(WrongShare::Twice("x".to_owned())));
        assert_eq!(files("/"), Err(WrongShare::Nameless("/".to_owned())));
        assert_eq!(files("a\0"), Err(WrongShare::Nul));
        let many: String = (0..=MOST_FILES).map(|n| format!("{n}\n")).collect();
        assert_eq!(files(&many), Err(WrongShare::TooMany));
        assert_eq!(ShareDraft::default().what(), Err(WrongShare::NoFolder));
    }

    #[test]
    fn what_is_not_there_is_said() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a");
        std::fs::write(&file, "").unwrap();
        let mut draft = ShareDraft::default();
        draft.put(&[folder.path().to_owned()]);
        assert!(!draft.single);
        assert_eq!(draft.not_there(), None);
        draft.folder = file.display().to_string();
        assert!(matches!(draft.not_there(), Some(WrongShare::NotAFolder(_))));
        draft.folder.push('b');
        assert!(matches!(draft.not_there(), Some(WrongShare::Missing(_))));
        draft.put(std::slice::from_ref(&file));
        let other = folder.path().join("b");
        std::fs::write(&other, "").unwrap();
        draft.drop(&[other.clone(), file.clone()]);
        assert_eq!(draft.what(), Ok(Shared::Files(vec![file.clone(), other])), "files are added once");
        draft.drop(&[folder.path().to_owned()]);
        assert!(!draft.single, "a folder comes in their place");
        draft.put(&[file, folder.path().to_owned()]);
        assert!(draft.single);
        assert!(matches!(draft.not_there(), Some(WrongShare::NotAFile(_))));
    }
}
