//! The system's own file dialogs, each on a thread of its own, so that the window never stands still.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use rfd::FileDialog;

use crate::background::{Background, Progress, Wake};
use crate::lesson::handin::ENDING as HAND_IN;

/// What a dialog is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Purpose {
    Open,
    Save {
        suggested: PathBuf,
    },
    /// A folder to be shared, or to save in.
    Folder,
    /// Files to be shared, one or several.
    Files,
    /// Where a download goes.
    SaveAs {
        suggested: PathBuf,
    },
    /// What was said on a connection.
    SaveFollowed {
        suggested: PathBuf,
    },
    /// A picture of a view.
    SavePicture {
        suggested: PathBuf,
    },
    OpenTrace,
    /// A file that a trace is written to.
    WriteTrace {
        suggested: PathBuf,
    },
}

/// The outcome of a dialog.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    Chosen(PathBuf),
    /// For [`Purpose::Files`].
    ChosenFiles(Vec<PathBuf>),
    Cancelled,
    /// The system has no dialog to show: the path must be typed in the window.
    NoDialog,
}

/// A dialog that says no sooner than this was never seen by anyone: there is neither a portal nor zenity.
const SOONEST_HUMAN: Duration = Duration::from_millis(250);

/// The dialog that is open, if one is.
pub struct Dialogs {
    wake: Wake,
    open: Option<(Purpose, Background<Answer>)>,
    /// Set where there are no dialogs at all (tests).
    never: bool,
    /// A dialog over the program's window.
    over_window: FileDialog,
}

impl Dialogs {
    /// `wake` is called from the dialog's thread when there is an answer.
    pub fn new(wake: Wake) -> Self {
        Self { wake, open: None, never: false, over_window: FileDialog::new() }
    }

    /// Dialogs that always say [`Answer::NoDialog`].
    pub fn none(wake: Wake) -> Self {
        Self { never: true, ..Self::new(wake) }
    }

    /// Whatever is asked from now on stands over this window.
    pub fn stand_over(&mut self, window: FileDialog) {
        self.over_window = window;
    }

    /// True while a dialog is open; a second one is not opened beside it.
    pub fn is_open(&self) -> bool {
        self.open.is_some()
    }

    /// True where [`Self::none`] was asked for.
    pub fn are_never_shown(&self) -> bool {
        self.never
    }

    /// Opens a dialog with this title. Its answer comes through [`Self::answer`].
    pub fn ask(&mut self, purpose: Purpose, title: String, folder: Option<&Path>) {
        if self.open.is_some() {
            return;
        }
        let dialog = if self.never {
            Background::done(Answer::NoDialog)
        } else {
            let (asked, folder) = (purpose.clone(), folder.map(Path::to_owned));
            let dialog = self.over_window.clone().set_title(title);
            let shown = Background::run("file dialog", &self.wake, move || show(&asked, dialog, folder.as_deref()));
            shown.unwrap_or_else(|error| {
                tracing::warn!(%error, "no thread for a file dialog");
                Background::done(Answer::NoDialog)
            })
        };
        self.open = Some((purpose, dialog));
    }

    pub fn answer(&mut self) -> Option<(Purpose, Answer)> {
        let answer = match self.open.as_ref()?.1.poll() {
            Progress::Pending => return None,
            Progress::Ready(answer) => answer,
            Progress::Ended => Answer::NoDialog,
        };
        self.open.take().map(|(purpose, _)| (purpose, answer))
    }
}

fn show(purpose: &Purpose, dialog: FileDialog, folder: Option<&Path>) -> Answer {
    let mut dialog = match purpose {
        Purpose::Open | Purpose::Save { .. } => dialog.add_filter("Socket Lab (*.lab.toml)", &["toml"]),
        Purpose::OpenTrace => dialog.add_filter("Socket Lab (*.lab-trace)", &["lab-trace"]),
        _ => dialog,
    };
    if let Some(folder) = folder.filter(|folder| folder.is_dir()) {
        dialog = dialog.set_directory(folder);
    }
    let began = Instant::now();
    let chosen = match purpose {
        Purpose::Open | Purpose::OpenTrace => dialog.pick_file().map(Answer::Chosen),
        Purpose::Folder => dialog.pick_folder().map(Answer::Chosen),
        Purpose::Files => dialog.pick_files().map(Answer::ChosenFiles),
        Purpose::Save { suggested }
        | Purpose::SaveAs { suggested }
        | Purpose::SaveFollowed { suggested }
        | Purpose::SavePicture { suggested }
        | Purpose::WriteTrace { suggested } => {
            if let Some(name) = suggested.file_name() {
                dialog = dialog.set_file_name(name.to_string_lossy());
            }
            dialog.save_file().map(Answer::Chosen)
        }
    };
    match chosen {
        Some(answer) => answer,
        // rfd does not tell "cancelled" from "there is no dialog".
        None if began.elapsed() < SOONEST_HUMAN => Answer::NoDialog,
        None => Answer::Cancelled,
    }
}

/// A lab's file name ends in `.lab.toml`; where the user left that out it is put on.
pub fn with_ending(path: PathBuf) -> PathBuf {
    ended(path, cfg!(windows), |path| path.exists())
}

/// Who grades looks for files with this ending.
pub fn with_hand_in_ending(path: PathBuf) -> PathBuf {
    if path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case(HAND_IN)) {
        return path;
    }
    let mut name = path.into_os_string();
    name.push(".");
    name.push(HAND_IN);
    name.into()
}

/// `completes`: the system's dialog puts the last part of the ending on by itself, `.toml`, so that nobody has chosen it.
/// A file that is there was chosen as it is, and one that nobody was asked about is not overwritten.
fn ended(path: PathBuf, completes: bool, is_there: impl Fn(&Path) -> bool) -> PathBuf {
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let stem = match name.strip_suffix(".toml") {
        _ if name.is_empty() || name.ends_with(".lab.toml") => return path,
        Some(stem) if completes => stem,
        Some(_) => return path,
        None => name.as_str(),
    };
    let whole = path.with_file_name(format!("{stem}.lab.toml"));
    if completes && (is_there(&path) || is_there(&whole)) { path } else { whole }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    #[test]
    fn a_name_gets_the_ending_of_a_lab() {
        assert_eq!(with_ending(PathBuf::from("/a/echo")), Path::new("/a/echo.lab.toml"));
        assert_eq!(with_ending(PathBuf::from("/a/echo.lab.toml")), Path::new("/a/echo.lab.toml"));
        assert_eq!(with_ending(PathBuf::from("/a/v1.2")), Path::new("/a/v1.2.lab.toml"));
    }

    #[test]
    fn an_ending_that_the_system_has_put_on_is_made_whole() {
        let saved = |there: &'static str| {
            ended(PathBuf::from("/a/saved.toml"), true, move |path| path.file_name().is_some_and(|name| name == there))
        };
        assert_eq!(saved(""), Path::new("/a/saved.lab.toml"));
        assert_eq!(saved("saved.toml"), Path::new("/a/saved.toml"), "chosen from the list");
        assert_eq!(saved("saved.lab.toml"), Path::new("/a/saved.toml"), "nobody was asked about the other");
        assert_eq!(ended(PathBuf::from("/a/saved.toml"), false, |_| false), Path::new("/a/saved.toml"));
    }

    #[test]
    fn where_there_is_no_dialog_the_answer_says_so() {
        let mut dialogs = Dialogs::none(Arc::new(|| {}));
        dialogs.ask(Purpose::Open, String::new(), None);
        assert!(dialogs.is_open());
        assert_eq!(dialogs.answer(), Some((Purpose::Open, Answer::NoDialog)));
        assert!(!dialogs.is_open());
        assert_eq!(dialogs.answer(), None);
    }
}
