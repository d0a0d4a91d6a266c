//! Reading what was handed in. It may be anybody's: nothing in it is believed before it was counted and compared.

use super::archive::unpacked;
use super::error::HandInError;
use super::{
    ANSWERS, FORMAT, HandIn, LessonId, MANIFEST, MAX_ANSWERS, MAX_NAME_CHARS, MAX_PROGRAMS, Manifest, PROGRAMS, Sheet,
    SheetLesson, TRACE, digest,
};
use crate::lab::Localized;

/// Unpacks a file and compares all that is in it with its manifest.
///
/// # Errors
/// [`HandInError`] for whatever is not as the program has saved it.
pub fn read(bytes: &[u8]) -> Result<HandIn, HandInError> {
    let mut files = unpacked(bytes)?;
    let mut taken = |wanted: &str| {
        let place = files.iter().position(|(name, _)| name == wanted)?;
        Some(files.swap_remove(place).1)
    };
    let manifest = taken(MANIFEST).ok_or(HandInError::NotHandIn)?;
    let answers = taken(ANSWERS);
    let manifest: Manifest = serde_json::from_slice(&manifest).map_err(|_| HandInError::NotHandIn)?;
    if manifest.format != FORMAT {
        return Err(HandInError::OtherFormat(manifest.format.chars().take(MAX_NAME_CHARS).collect()));
    }
    let answers = answers.ok_or_else(|| HandInError::Altered(ANSWERS.to_owned()))?;
    let all = files.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice()));
    compare(&manifest, &all.chain([(ANSWERS, answers.as_slice())]).collect::<Vec<_>>())?;
    if let Some((name, _)) = files.iter().find(|(name, _)| name != TRACE && !name.starts_with(PROGRAMS)) {
        return Err(HandInError::BadEntry(name.clone()));
    }
    files.sort();
    with_answers(&answers, files).ok_or(HandInError::BadAnswers)
}

fn with_answers(sheet: &[u8], files: Vec<(String, Vec<u8>)>) -> Option<HandIn> {
    let sheet: Sheet = serde_json::from_slice(sheet).ok()?;
    let Sheet { version, system, lesson, student, saved_at, done, answers, left_out } = sheet;
    let SheetLesson { en, zh, sha256 } = lesson;
    let is_short = |text: &String| text.chars().nth(MAX_NAME_CHARS).is_none();
    let are_short =
        [&student.name, &student.number, &version, &system].into_iter().chain(&left_out.programs).all(is_short);
    let mut parts: Vec<u32> = answers.iter().map(|given| given.part).collect();
    parts.sort_unstable();
    parts.dedup();
    let are_few = answers.len() <= MAX_ANSWERS && left_out.programs.len() <= MAX_PROGRAMS;
    if !are_short || !are_few || parts.len() < answers.len() {
        return None;
    }
    let lesson = LessonId { title: Localized::both(en, zh), digest: sha256.parse().ok()? };
    Some(HandIn { student, lesson, version, system, saved_at, answers, done, left_out, files })
}

/// Each file is in the manifest, and each of the manifest is there with these contents.
fn compare(manifest: &Manifest, files: &[(&str, &[u8])]) -> Result<(), HandInError> {
    for (name, bytes) in files {
        let listed = manifest.files.iter().find(|listed| listed.name == *name);
        let digest = digest(bytes).to_string();
        if !listed.is_some_and(|listed| listed.sha256 == digest && listed.len == bytes.len() as u64) {
            return Err(HandInError::Altered((*name).to_owned()));
        }
    }
    let missing = manifest.files.iter().find(|listed| !files.iter().any(|(name, _)| *name == listed.name));
    missing.map_or(Ok(()), |listed| Err(HandInError::Altered(listed.name.clone())))
}
