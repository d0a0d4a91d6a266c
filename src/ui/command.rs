//! The window's commands. Menus, shortcuts, the palette and the help window all read one table.

use std::path::PathBuf;
use std::sync::LazyLock;

use eframe::egui::{Key, KeyboardShortcut, Modifiers};

use super::panes::LabView;
use crate::lang::Lang;

/// A command for the window itself. What concerns the lab's sockets is a [`crate::session::Action`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UiCommand {
    NewEndpoint,
    /// The form for a program of the user's own.
    NewProgram,
    Undo,
    Redo,
    OpenAll,
    CloseAll,
    NewLab,
    OpenLab,
    OpenRecent(PathBuf),
    /// One of the labs that come with the program, by its number.
    OpenExample(u8),
    SaveLab,
    SaveLabAs,
    /// Asks for the lab's title and note.
    EditTitle,
    /// Shows what the lab is about, or puts it away.
    ShowNote,
    /// Shows the lesson of the lab, or puts it away.
    ShowLesson,
    /// Saves the work on the lesson for the teacher.
    HandIn,
    /// Reads the lab's file again.
    ReloadLab,
    RunSteps,
    StopSteps,
    /// Holds every endpoint at its next call.
    HoldAll,
    /// Lets one held call through.
    Step,
    /// Lets everything go that is held.
    Continue,
    /// Asks what the next call will do, or puts the question away.
    Predict,
    /// The window with the lab's breakpoints.
    Breakpoints,
    /// The lab runs on a lossy link, or as the machine itself has it.
    LossyLink,
    /// The window with the link's faults.
    LinkFaults,
    Quit,
    Palette,
    /// Puts the keyboard into the traffic table's filter.
    Filter,
    ClearTrace,
    /// Brings a view of the whole lab to the front.
    ShowView(&'static LabView),
    /// Puts a picture of a view into the clipboard.
    CopyPicture,
    SavePicture,
    /// Endpoints of a program that is pasted.
    FromProgram,
    ServeFiles,
    Download,
    OpenTrace,
    SaveTrace,
    ExportTrace,
    ToggleRecording,
    /// Stops writing or opening a trace file.
    CancelTraceFiles,
    FollowConnection,
    ToggleBookmark,
    /// Holds the display still while the recording goes on.
    PauseDisplay,
    /// Shows the playhead, or puts it away.
    LookBack,
    BackToNow,
    /// Keeps the newest call in sight.
    FollowEnd,
    /// Table, inspector and one pane, large, on the whole screen; or back.
    Presentation,
    /// The keyboard goes on to the next part of the window.
    NextPart,
    PreviousPart,
    /// Opens the first menu of the top bar.
    MenuBar,
    ToggleEndpoints,
    ToggleInspector,
    /// The addresses of this machine.
    ShowAddresses,
    ResetLayout,
    ToggleTheme,
    FollowSystemTheme,
    SetLanguage(Lang),
    ZoomIn,
    ZoomOut,
    ZoomReset,
    ShowHelp,
    ShowAbout,
    /// The three first steps, from the beginning.
    ShowFirstSteps,
}

/// A picture that is asked for from a view's toolbar or menu.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PictureRequest {
    Copy(&'static LabView),
    Save(&'static LabView),
}

/// One line of the table: the keys of its texts and its shortcut.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// Key of the name, as a menu shows it.
    pub name: &'static str,
    /// Key of one sentence that says what it does.
    pub tip: &'static str,
    pub shortcut: Option<KeyboardShortcut>,
}

const fn ctrl(key: Key) -> Option<KeyboardShortcut> {
    Some(KeyboardShortcut::new(Modifiers::COMMAND, key))
}

const fn ctrl_shift(key: Key) -> Option<KeyboardShortcut> {
    Some(KeyboardShortcut::new(Modifiers::COMMAND.plus(Modifiers::SHIFT), key))
}

const fn alone(key: Key) -> Option<KeyboardShortcut> {
    Some(KeyboardShortcut::new(Modifiers::NONE, key))
}

impl UiCommand {
    /// Every command that takes no argument, in the order of the menus; all views, and both languages.
    pub fn all() -> &'static [Self] {
        static ALL: LazyLock<Vec<UiCommand>> = LazyLock::new(|| {
            let views = LabView::ALL.iter().map(|view| UiCommand::ShowView(view));
            UiCommand::BEFORE_VIEWS.iter().cloned().chain(views).chain(UiCommand::AFTER_VIEWS.iter().cloned()).collect()
        });
        &ALL
    }

    const BEFORE_VIEWS: &'static [Self] = &[
        Self::NewEndpoint,
        Self::NewProgram,
        Self::Undo,
        Self::Redo,
        Self::OpenAll,
        Self::CloseAll,
        Self::NewLab,
        Self::OpenLab,
        Self::SaveLab,
        Self::SaveLabAs,
        Self::EditTitle,
        Self::ShowNote,
        Self::ShowLesson,
        Self::HandIn,
        Self::ReloadLab,
        Self::RunSteps,
        Self::StopSteps,
        Self::HoldAll,
        Self::Step,
        Self::Continue,
        Self::Predict,
        Self::Breakpoints,
        Self::LossyLink,
        Self::LinkFaults,
        Self::Quit,
        Self::Palette,
        Self::Filter,
        Self::ClearTrace,
    ];

    const AFTER_VIEWS: &'static [Self] = &[
        Self::CopyPicture,
        Self::SavePicture,
        Self::FromProgram,
        Self::ServeFiles,
        Self::Download,
        Self::OpenTrace,
        Self::SaveTrace,
        Self::ExportTrace,
        Self::ToggleRecording,
        Self::CancelTraceFiles,
        Self::FollowConnection,
        Self::ToggleBookmark,
        Self::PauseDisplay,
        Self::LookBack,
        Self::BackToNow,
        Self::FollowEnd,
        Self::Presentation,
        Self::NextPart,
        Self::PreviousPart,
        Self::MenuBar,
        Self::ToggleEndpoints,
        Self::ToggleInspector,
        Self::ShowAddresses,
        Self::ResetLayout,
        Self::ToggleTheme,
        Self::FollowSystemTheme,
        Self::SetLanguage(Lang::En),
        Self::SetLanguage(Lang::ZhCn),
        Self::ZoomIn,
        Self::ZoomOut,
        Self::ZoomReset,
        Self::ShowHelp,
        Self::ShowFirstSteps,
        Self::ShowAbout,
    ];

    /// The table.
    pub fn entry(&self) -> Entry {
        let (name, tip, shortcut) = match self {
            Self::NewEndpoint => ("cmd-new-endpoint", "cmd-new-endpoint-tip", ctrl(Key::N)),
            Self::NewProgram => ("cmd-new-program", "cmd-new-program-tip", None),
            Self::Undo => ("cmd-undo", "cmd-undo-tip", ctrl(Key::Z)),
            Self::Redo => ("cmd-redo", "cmd-redo-tip", ctrl_shift(Key::Z)),
            Self::OpenAll => ("cmd-open-all", "cmd-open-all-tip", None),
            Self::CloseAll => ("cmd-close-all", "cmd-close-all-tip", None),
            Self::NewLab => ("cmd-new-lab", "cmd-new-lab-tip", ctrl_shift(Key::N)),
            Self::OpenLab => ("cmd-open-lab", "cmd-open-lab-tip", ctrl(Key::O)),
            Self::OpenRecent(_) => ("cmd-open-recent", "cmd-open-recent-tip", None),
            Self::OpenExample(_) => ("cmd-open-example", "cmd-open-example-tip", None),
            Self::SaveLab => ("cmd-save-lab", "cmd-save-lab-tip", ctrl(Key::S)),
            Self::SaveLabAs => ("cmd-save-lab-as", "cmd-save-lab-as-tip", ctrl_shift(Key::S)),
            Self::EditTitle => ("cmd-edit-title", "cmd-edit-title-tip", None),
            Self::ShowNote => ("cmd-show-note", "cmd-show-note-tip", None),
            Self::ShowLesson => ("cmd-show-lesson", "cmd-show-lesson-tip", None),
            Self::HandIn => ("cmd-hand-in", "cmd-hand-in-tip", None),
            Self::ReloadLab => ("cmd-reload-lab", "cmd-reload-lab-tip", None),
            Self::RunSteps => ("cmd-run-steps", "cmd-run-steps-tip", alone(Key::F5)),
            Self::StopSteps => {
                ("cmd-stop-steps", "cmd-stop-steps-tip", Some(KeyboardShortcut::new(Modifiers::SHIFT, Key::F5)))
            }
            Self::HoldAll => ("cmd-hold-all", "cmd-hold-all-tip", alone(Key::F7)),
            Self::Step => ("cmd-step", "cmd-step-tip", alone(Key::F10)),
            Self::Continue => ("cmd-continue", "cmd-continue-tip", alone(Key::F8)),
            Self::Predict => ("cmd-predict", "cmd-predict-tip", ctrl_shift(Key::P)),
            Self::Breakpoints => ("cmd-breakpoints", "cmd-breakpoints-tip", None),
            Self::LossyLink => ("cmd-lossy-link", "cmd-lossy-link-tip", None),
            Self::LinkFaults => ("cmd-link-faults", "cmd-link-faults-tip", None),
            Self::Quit => ("cmd-quit", "cmd-quit-tip", ctrl(Key::Q)),
            Self::Palette => ("cmd-palette", "cmd-palette-tip", ctrl(Key::K)),
            Self::Filter => ("cmd-filter", "cmd-filter-tip", ctrl(Key::F)),
            Self::ClearTrace => ("cmd-clear-trace", "cmd-clear-trace-tip", ctrl(Key::L)),
            Self::ShowView(view) => (view.command, view.command_tip, view.shortcut()),
            Self::CopyPicture => ("cmd-copy-picture", "cmd-copy-picture-tip", None),
            Self::SavePicture => ("cmd-save-picture", "cmd-save-picture-tip", None),
            Self::FromProgram => ("cmd-from-program", "cmd-from-program-tip", None),
            Self::ServeFiles => ("cmd-serve-files", "cmd-serve-files-tip", ctrl_shift(Key::F)),
            Self::Download => ("cmd-download", "cmd-download-tip", ctrl(Key::D)),
            Self::OpenTrace => ("cmd-open-trace", "cmd-open-trace-tip", None),
            Self::SaveTrace => ("cmd-save-trace", "cmd-save-trace-tip", None),
            Self::ExportTrace => ("cmd-export-trace", "cmd-export-trace-tip", ctrl_shift(Key::E)),
            Self::ToggleRecording => ("cmd-record", "cmd-record-tip", ctrl(Key::R)),
            Self::CancelTraceFiles => ("export-cancel", "export-cancel-tip", None),
            Self::FollowConnection => ("cmd-follow-connection", "cmd-follow-connection-tip", None),
            Self::ToggleBookmark => ("cmd-bookmark", "cmd-bookmark-tip", ctrl(Key::M)),
            Self::PauseDisplay => ("cmd-pause-display", "cmd-pause-display-tip", ctrl(Key::P)),
            Self::LookBack => ("cmd-look-back", "cmd-look-back-tip", alone(Key::F9)),
            Self::BackToNow => {
                ("cmd-back-to-now", "cmd-back-to-now-tip", Some(KeyboardShortcut::new(Modifiers::SHIFT, Key::F9)))
            }
            Self::FollowEnd => ("cmd-follow-end", "cmd-follow-end-tip", ctrl(Key::E)),
            Self::Presentation => ("cmd-presentation", "cmd-presentation-tip", alone(Key::F11)),
            Self::NextPart => ("cmd-next-part", "cmd-next-part-tip", alone(Key::F6)),
            Self::PreviousPart => {
                ("cmd-previous-part", "cmd-previous-part-tip", Some(KeyboardShortcut::new(Modifiers::SHIFT, Key::F6)))
            }
            Self::MenuBar => ("cmd-menu-bar", "cmd-menu-bar-tip", alone(Key::F10)),
            Self::ToggleEndpoints => ("cmd-toggle-endpoints", "cmd-toggle-endpoints-tip", ctrl(Key::B)),
            Self::ToggleInspector => ("cmd-toggle-inspector", "cmd-toggle-inspector-tip", ctrl(Key::I)),
            Self::ShowAddresses => ("cmd-addresses", "cmd-addresses-tip", None),
            Self::ResetLayout => ("cmd-reset-layout", "cmd-reset-layout-tip", None),
            Self::ToggleTheme => ("cmd-toggle-theme", "cmd-toggle-theme-tip", ctrl_shift(Key::T)),
            Self::FollowSystemTheme => ("cmd-system-theme", "cmd-system-theme-tip", None),
            Self::SetLanguage(Lang::En) => ("cmd-english", "cmd-english-tip", None),
            Self::SetLanguage(Lang::ZhCn) => ("cmd-chinese", "cmd-chinese-tip", None),
            Self::ZoomIn => ("cmd-zoom-in", "cmd-zoom-in-tip", ctrl(Key::Plus)),
            Self::ZoomOut => ("cmd-zoom-out", "cmd-zoom-out-tip", ctrl(Key::Minus)),
            Self::ZoomReset => ("cmd-zoom-reset", "cmd-zoom-reset-tip", ctrl(Key::Num0)),
            Self::ShowHelp => ("cmd-help", "cmd-help-tip", alone(Key::F1)),
            Self::ShowFirstSteps => ("cmd-first-steps", "cmd-first-steps-tip", None),
            Self::ShowAbout => ("cmd-about", "cmd-about-tip", None),
        };
        Entry { name, tip, shortcut }
    }

    /// Key of other words by which the palette finds it.
    pub fn synonyms(&self) -> Option<&'static str> {
        match self {
            Self::Undo => Some("words-undo"),
            Self::Redo => Some("words-redo"),
            Self::NewEndpoint => Some("words-new-endpoint"),
            Self::NewProgram => Some("words-new-program"),
            Self::Filter => Some("words-find"),
            Self::LookBack => Some("words-look-back"),
            Self::ClearTrace => Some("words-clear"),
            Self::ToggleTheme | Self::FollowSystemTheme => Some("words-theme"),
            Self::ShowHelp => Some("words-help"),
            Self::Quit => Some("words-quit"),
            Self::LossyLink | Self::LinkFaults => Some("words-lossy-link"),
            Self::HoldAll | Self::Step | Self::Continue | Self::Breakpoints => Some("words-hold"),
            Self::Predict => Some("words-predict"),
            Self::CopyPicture | Self::SavePicture => Some("words-picture"),
            _ => None,
        }
    }

    pub fn shortcut(&self) -> Option<KeyboardShortcut> {
        self.entry().shortcut
    }

    /// Whether its keys are its own while something is held, and while nothing is: F10 steps where there is something to step,
    /// as in every debugger, and opens the menu otherwise, as on every desktop.
    pub fn takes_keys(&self, is_held: bool) -> bool {
        match self {
            Self::Step => is_held,
            Self::MenuBar => !is_held,
            _ => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    #[test]
    fn no_two_commands_have_one_shortcut() {
        for is_held in [false, true] {
            let mut taken = HashMap::new();
            for command in UiCommand::all().iter().filter(|command| command.takes_keys(is_held)) {
                if let Some(shortcut) = command.shortcut() {
                    let before = taken.insert(shortcut, command.clone());
                    assert_eq!(before, None, "{command:?} takes {shortcut:?} from another");
                }
            }
        }
    }

    #[test]
    fn every_command_has_its_name_and_tip_in_both_languages() {
        for command in UiCommand::all() {
            let entry = command.entry();
            for lang in Lang::ALL {
                assert_ne!(lang.text(entry.name, None), entry.name);
                assert_ne!(lang.text(entry.tip, None), entry.tip);
                if let Some(words) = command.synonyms() {
                    assert_ne!(lang.text(words, None), words);
                }
            }
        }
    }

    #[test]
    fn the_keys_of_a_composer_are_left_to_it() {
        // Enter sends, the arrows walk through the history, Tab and Escape move the focus.
        for command in UiCommand::all() {
            let Some(shortcut) = command.shortcut() else { continue };
            let composer = [Key::Enter, Key::ArrowUp, Key::ArrowDown, Key::Tab, Key::Escape];
            assert!(!composer.contains(&shortcut.logical_key), "{command:?}");
            let editing = [Key::A, Key::C, Key::V, Key::X, Key::Z, Key::Y];
            // A text field that has something to undo comes first.
            let gives_way = matches!(command, UiCommand::Undo | UiCommand::Redo);
            assert!(gives_way || !editing.contains(&shortcut.logical_key), "{command:?}");
        }
    }
}
