//! How far the user has come in which lesson, kept in a file beside the settings.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::lab::file::replace;
use crate::lesson::Progress;
use crate::lesson::handin::Student;

/// The most lessons of which something is remembered: the rest is forgotten in the order of their names.
const MAX_LESSONS: usize = 500;
/// A longer file is not ours.
const MAX_BYTES: u64 = 4 * 1024 * 1024;
const FILE_NAME: &str = "lessons.toml";

/// The text size of the column, in points.
pub const SIZE: std::ops::RangeInclusive<f32> = 11.0..=28.0;
pub const USUAL_SIZE: f32 = 14.0;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
struct Content {
    size: f32,
    student: Student,
    lessons: BTreeMap<String, Progress>,
}

impl Default for Content {
    fn default() -> Self {
        Self { size: USUAL_SIZE, student: Student::default(), lessons: BTreeMap::new() }
    }
}

/// The progress in all lessons and the file that it lives in.
#[derive(Debug)]
pub struct LessonStore {
    /// `None`: nothing is written.
    file: Option<PathBuf>,
    written: Content,
    content: Content,
}

impl LessonStore {
    /// Beside the settings, which may live in no file. What can't be read is begun anew, and the old file kept aside.
    pub fn beside(settings: Option<&Path>) -> Self {
        let Some(file) = settings.and_then(Path::parent).map(|folder| folder.join(FILE_NAME)) else {
            return Self { file: None, written: Content::default(), content: Content::default() };
        };
        let mut content = read(&file).unwrap_or_else(|| {
            // It stays where it is should that fail; saving replaces it.
            let _ = fs::rename(&file, file.with_extension("toml.bad"));
            Content::default()
        });
        content.size =
            if content.size.is_finite() { content.size.clamp(*SIZE.start(), *SIZE.end()) } else { USUAL_SIZE };
        Self { file: Some(file), written: content.clone(), content }
    }

    pub fn size(&self) -> f32 {
        self.content.size
    }

    pub fn set_size(&mut self, size: f32) {
        self.content.size = size.clamp(*SIZE.start(), *SIZE.end());
    }

    /// Who hands in, as it was said the last time.
    pub fn student(&self) -> &Student {
        &self.content.student
    }

    pub fn set_student(&mut self, student: &Student) {
        self.content.student.clone_from(student);
    }

    pub fn get(&self, lesson: &str) -> Option<&Progress> {
        self.content.lessons.get(lesson)
    }

    pub fn set(&mut self, lesson: &str, progress: &Progress) {
        if progress.is_empty() {
            self.content.lessons.remove(lesson);
        } else if self.get(lesson) != Some(progress) {
            self.content.lessons.insert(lesson.to_owned(), progress.clone());
            while self.content.lessons.len() > MAX_LESSONS {
                let other = self.content.lessons.keys().rev().find(|known| *known != lesson).cloned();
                let Some(other) = other else { break };
                self.content.lessons.remove(&other);
            }
        }
    }

    /// Writes it where it has changed. The file is whole at every moment.
    ///
    /// # Errors
    /// The folder or the file could not be written.
    pub fn save(&mut self) -> Result<(), (PathBuf, io::Error)> {
        let Some(file) = self.file.as_ref().filter(|_| self.content != self.written) else { return Ok(()) };
        // Tried once for each change, also where it fails.
        self.written = self.content.clone();
        write(file, &self.content).map_err(|error| (file.clone(), error))
    }
}

fn write(file: &Path, content: &Content) -> io::Result<()> {
    let text = toml::to_string_pretty(content).map_err(io::Error::other)?;
    let folder = file.parent().unwrap_or_else(|| Path::new("."));
    fs::create_dir_all(folder)?;
    let mut beside = tempfile::NamedTempFile::new_in(folder)?;
    beside.write_all(text.as_bytes())?;
    replace(beside, file)
}

/// `None` where there is a file that is not ours.
fn read(file: &Path) -> Option<Content> {
    match fs::metadata(file) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Some(Content::default()),
        Ok(about) if about.len() <= MAX_BYTES => {}
        _ => return None,
    }
    toml::from_str(&fs::read_to_string(file).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::lesson::Value;

    #[test]
    fn what_was_learnt_is_there_at_the_next_start() {
        let folder = tempfile::tempdir().unwrap();
        let settings = folder.path().join("settings.toml");
        let mut store = LessonStore::beside(Some(&settings));
        let mut progress = Progress::default();
        progress.give(1, Value::Number(3), 7, true);
        store.set("title: One send, one recv?", &progress);
        store.set_size(20.0);
        store.save().unwrap();
        let again = LessonStore::beside(Some(&settings));
        assert_eq!(again.get("title: One send, one recv?"), Some(&progress));
        assert!((again.size() - 20.0).abs() < f32::EPSILON);
    }

    #[test]
    fn a_damaged_file_is_kept_aside() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join(FILE_NAME), "size = \"large\"").unwrap();
        let store = LessonStore::beside(Some(&folder.path().join("settings.toml")));
        assert!((store.size() - USUAL_SIZE).abs() < f32::EPSILON);
        assert_eq!(fs::read_to_string(folder.path().join("lessons.toml.bad")).unwrap(), "size = \"large\"");
    }
}
