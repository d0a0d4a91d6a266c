//! What the program remembers between two runs: a small TOML file in the user's configuration folder.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::traffic_table::TrafficTable;
use crate::lab::file::replace;
use crate::lab::{Layout, Localized};
use crate::lang::Lang;
use crate::lang::library_errors;
use crate::t;
use crate::trace::DEFAULT_RETENTION;
use crate::trace::filter::MAX_FILTER_CHARS;

/// Names another folder for the settings; the tests use it.
pub const FOLDER_VARIABLE: &str = "SOCKET_LAB_CONFIG_DIR";
/// The most recent files that are remembered.
pub const MAX_RECENT: usize = 10;
/// The most filters that are remembered.
pub const MAX_FILTERS: usize = 20;
/// No settings file of ours is longer than this; a longer one is not ours.
const MAX_BYTES: u64 = 1024 * 1024;
const FILE_NAME: &str = "settings.toml";

/// The colours that the user chose.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ThemeChoice {
    /// As the system has it.
    #[default]
    System,
    Dark,
    Light,
}

/// Where the window stood and how large it was, in points.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct WindowSize {
    pub width: f32,
    pub height: f32,
    #[serde(default)]
    pub maximized: bool,
}

/// What is remembered. Unknown keys (of a newer version) are passed over.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
pub struct Settings {
    /// `None`: the system's language.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<Lang>,
    pub theme: ThemeChoice,
    /// 1 is the system's own size.
    pub zoom: f32,
    pub endpoints_shown: bool,
    /// The trace keeps at most this many bytes of memory.
    pub retention: u64,
    /// `None`: as the window's width allows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub inspector_shown: Option<bool>,
    /// The newest first.
    pub recent: Vec<PathBuf>,
    /// Filters that were used, the newest first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub filters: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub window: Option<WindowSize>,
    /// The view that was large in presentation mode. An endpoint is not remembered: the next lab may not have it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub presented: Option<String>,
    /// The first steps were done or put away. A file of a version that did not have them is not of a first run.
    #[serde(default = "known_before")]
    pub first_steps_over: bool,
    /// Where the panes of the last lab without a file stood.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub layout: Option<Layout>,
    pub traffic: TrafficTable,
}

fn known_before() -> bool {
    true
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            language: None,
            theme: ThemeChoice::default(),
            zoom: 1.0,
            endpoints_shown: true,
            retention: DEFAULT_RETENTION,
            inspector_shown: None,
            recent: Vec::new(),
            filters: Vec::new(),
            window: None,
            presented: None,
            first_steps_over: false,
            layout: None,
            traffic: TrafficTable::default(),
        }
    }
}

/// Limits of the trace that can be set, in bytes: 16 MiB to 256 GiB.
pub const RETENTION: std::ops::RangeInclusive<u64> = (16 << 20)..=(256 << 30);

/// The zoom factors that the window takes.
pub const ZOOM: std::ops::RangeInclusive<f32> = 0.5..=3.0;

impl Settings {
    pub fn language(&self) -> Lang {
        self.language.unwrap_or_else(Lang::of_system)
    }

    /// Puts a file at the head of the recent ones.
    pub fn used(&mut self, path: &Path) {
        self.recent.retain(|known| known != path);
        self.recent.insert(0, path.to_owned());
        self.recent.truncate(MAX_RECENT);
    }

    /// Puts a filter at the head of the remembered ones.
    pub fn filter_used(&mut self, filter: &str) {
        self.filters.retain(|known| known != filter);
        self.filters.insert(0, filter.to_owned());
        self.filters.truncate(MAX_FILTERS);
    }

    /// What a hand or a damaged disk may have put out of range is put back in.
    fn made_sound(mut self) -> Self {
        self.zoom = if self.zoom.is_finite() { self.zoom.clamp(*ZOOM.start(), *ZOOM.end()) } else { 1.0 };
        self.retention = self.retention.clamp(*RETENTION.start(), *RETENTION.end());
        self.recent.truncate(MAX_RECENT);
        self.filters.retain(|filter| filter.chars().nth(MAX_FILTER_CHARS).is_none());
        self.filters.truncate(MAX_FILTERS);
        self.window = self.window.filter(|window| {
            let sound = |size: f32| size.is_finite() && (100.0..=20_000.0).contains(&size);
            sound(window.width) && sound(window.height)
        });
        self.traffic = self.traffic.made_sound();
        self
    }
}

/// The settings could not be read; the defaults are in use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Damaged {
    pub file: PathBuf,
    /// Where the damaged file was put; `None` where that failed too.
    pub kept_as: Option<PathBuf>,
    pub reason: Localized,
}

/// The settings and the file that they live in.
#[derive(Debug)]
pub struct Store {
    /// `None`: nothing is written (tests, or a machine without a home folder).
    file: Option<PathBuf>,
    /// What the file holds, so that only changes are written.
    written: Settings,
    pub settings: Settings,
}

impl Store {
    /// Reads the settings; the second part says what was wrong with them.
    pub fn open() -> (Self, Option<Damaged>) {
        match folder() {
            Some(folder) => Self::open_in(&folder),
            None => (Self::in_memory(), None),
        }
    }

    /// Settings that no file keeps.
    pub fn in_memory() -> Self {
        Self { file: None, written: Settings::default(), settings: Settings::default() }
    }

    /// The same in a folder of one's own.
    pub fn open_in(folder: &Path) -> (Self, Option<Damaged>) {
        let file = folder.join(FILE_NAME);
        let (settings, damaged) = match read(&file) {
            Ok(settings) => (settings.made_sound(), None),
            Err(reason) => {
                let aside = file.with_extension("toml.bad");
                let kept_as = fs::rename(&file, &aside).is_ok().then_some(aside);
                (Settings::default(), Some(Damaged { file: file.clone(), kept_as, reason }))
            }
        };
        (Self { file: Some(file), written: settings.clone(), settings }, damaged)
    }

    /// Writes the settings where they have changed. The file is whole at every moment.
    ///
    /// # Errors
    /// The folder or the file could not be written.
    pub fn save(&mut self) -> io::Result<bool> {
        let Some(file) = &self.file else { return Ok(false) };
        if self.settings == self.written {
            return Ok(false);
        }
        // Tried once for each change, also where it fails: the user is notified once.
        self.written = self.settings.clone();
        let text = toml::to_string_pretty(&self.settings).map_err(io::Error::other)?;
        let folder = file.parent().unwrap_or_else(|| Path::new("."));
        fs::create_dir_all(folder)?;
        let mut beside = tempfile::NamedTempFile::new_in(folder)?;
        beside.write_all(text.as_bytes())?;
        replace(beside, file)?;
        Ok(true)
    }

    pub fn file(&self) -> Option<&Path> {
        self.file.as_deref()
    }
}

fn folder() -> Option<PathBuf> {
    if let Some(folder) = std::env::var_os(FOLDER_VARIABLE).filter(|folder| !folder.is_empty()) {
        return Some(PathBuf::from(folder));
    }
    directories::ProjectDirs::from("", "", "socket-lab").map(|dirs| dirs.config_dir().to_owned())
}

/// A file that is not there gives the defaults; any other trouble is a reason.
fn read(file: &Path) -> Result<Settings, Localized> {
    let unreadable = |error: &io::Error| Localized::said(|lang| lang.system_reason(error));
    match fs::metadata(file) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Settings::default()),
        Err(error) => return Err(unreadable(&error)),
        Ok(about) if about.len() > MAX_BYTES => {
            return Err(Localized::said(|lang| t!(lang, "trouble-settings-long", length = about.len().to_string())));
        }
        Ok(_) => {}
    }
    let text = fs::read_to_string(file).map_err(|error| unreadable(&error))?;
    toml::from_str(&text).map_err(|error| Localized::said(|lang| library_errors::toml(lang, error.message())))
}

#[cfg(test)]
mod tests {
    use super::super::traffic_table::{RowOrder, RowTime};
    use super::*;

    #[test]
    fn what_was_saved_is_there_again() {
        let folder = tempfile::tempdir().unwrap();
        let (mut store, damaged) = Store::open_in(folder.path());
        assert_eq!(damaged, None);
        store.settings.language = Some(Lang::ZhCn);
        store.settings.theme = ThemeChoice::Light;
        store.settings.zoom = 1.5;
        store.settings.layout = Some(Layout::pane("traffic"));
        store.settings.used(Path::new("/a.lab.toml"));
        let table = &mut store.settings.traffic;
        (table.order, table.time) = (RowOrder::Start, RowTime::Clock);
        table.columns = vec!["data".to_owned(), "call".to_owned()];
        table.hidden = vec!["peer".to_owned()];
        table.widths.insert("call".to_owned(), 200.5);
        table.pin("op == recv");
        store.save().unwrap();
        let (again, damaged) = Store::open_in(folder.path());
        assert_eq!(damaged, None);
        assert_eq!(again.settings, store.settings);
        let left: Vec<_> = fs::read_dir(folder.path()).unwrap().collect();
        assert_eq!(left.len(), 1, "nothing but the settings is left behind");
    }

    #[test]
    fn programs_that_save_at_once_leave_the_settings_of_one_of_them_whole() {
        let folder = tempfile::tempdir().unwrap();
        std::thread::scope(|scope| {
            for program in 0..4 {
                let folder = folder.path();
                scope.spawn(move || {
                    for round in 0..50 {
                        let (mut store, damaged) = Store::open_in(folder);
                        assert_eq!(damaged, None, "never seen half written");
                        store.settings.used(Path::new(&format!("/{program}/{round}.lab.toml")));
                        store.save().unwrap();
                    }
                });
            }
        });
        let (store, damaged) = Store::open_in(folder.path());
        assert_eq!(damaged, None);
        let newest = store.settings.recent.first().unwrap().to_string_lossy().into_owned();
        assert!(newest.ends_with("49.lab.toml"), "{newest}");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing lies about");
    }

    #[test]
    fn a_damaged_file_is_kept_aside_and_the_defaults_are_used() {
        for bad in ["zoom = \"large\"", "zoom = ", "\u{0}\u{1}"] {
            let folder = tempfile::tempdir().unwrap();
            fs::write(folder.path().join(FILE_NAME), bad).unwrap();
            let (store, damaged) = Store::open_in(folder.path());
            assert_eq!(store.settings, Settings::default());
            let kept = damaged.unwrap().kept_as.unwrap();
            assert_eq!(fs::read_to_string(kept).unwrap(), bad);
        }
    }

    #[test]
    fn values_out_of_range_are_put_right_and_unknown_keys_passed_over() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(
            folder.path().join(FILE_NAME),
            "zoom = 1e9\nretention = 7\nfrom-the-future = 1\n[window]\nwidth = nan\nheight = 10.0\n",
        )
        .unwrap();
        let (store, damaged) = Store::open_in(folder.path());
        assert_eq!(damaged, None);
        assert_eq!(store.settings.zoom, *ZOOM.end());
        assert_eq!(store.settings.window, None);
        assert_eq!(store.settings.retention, *RETENTION.start());
    }

    #[test]
    fn the_newest_file_comes_first_and_ten_are_kept() {
        let mut settings = Settings::default();
        for n in 0..12 {
            settings.used(Path::new(&format!("/{n}")));
        }
        settings.used(Path::new("/5"));
        assert_eq!(settings.recent.len(), MAX_RECENT);
        assert_eq!(settings.recent[0], Path::new("/5"));
        assert_eq!(settings.recent[1], Path::new("/11"));
    }

    #[test]
    fn a_filter_that_is_used_again_moves_to_the_head_and_twenty_are_kept() {
        let mut settings = Settings::default();
        for n in 0..25 {
            settings.filter_used(&format!("len == {n}"));
        }
        settings.filter_used("len == 10");
        assert_eq!(settings.filters.len(), MAX_FILTERS);
        assert_eq!(settings.filters[..2], ["len == 10", "len == 24"]);
    }
}
