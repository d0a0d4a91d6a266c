//! Writing what is handed in.

use std::io::{self, Cursor, Write};

use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::{ANSWERS, FORMAT, HandIn, Listed, MANIFEST, MAX_BYTES, Manifest, Note, Sheet, SheetLesson, digest};
use crate::lang::Lang;
use crate::t;

/// Writes the archive.
///
/// # Errors
/// Those of writing; [`io::ErrorKind::FileTooLarge`] for more than may be read back.
pub fn write(out: &mut dyn Write, hand_in: &HandIn) -> io::Result<()> {
    let HandIn { student, lesson, version, system, saved_at, answers, done, left_out, files } = hand_in;
    let sheet = Sheet {
        version: version.clone(),
        system: system.clone(),
        lesson: SheetLesson {
            en: lesson.title.text(Lang::En).to_owned(),
            zh: lesson.title.text(Lang::ZhCn).to_owned(),
            sha256: lesson.digest.to_string(),
        },
        student: student.clone(),
        saved_at: *saved_at,
        done: done.clone(),
        answers: answers.clone(),
        left_out: left_out.clone(),
    };
    let sheet = serde_json::to_vec_pretty(&sheet).map_err(io::Error::other)?;
    let files: Vec<(&str, &[u8])> = std::iter::once((ANSWERS, sheet.as_slice()))
        .chain(files.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice())))
        .collect();
    let listed = |(name, bytes): &(&str, &[u8])| Listed {
        name: (*name).to_owned(),
        len: bytes.len() as u64,
        sha256: digest(bytes).to_string(),
    };
    let [en, zh] = [Lang::En, Lang::ZhCn].map(|lang| t!(lang, "handin-note").into_owned());
    let manifest =
        Manifest { format: FORMAT.to_owned(), note: Note { en, zh }, files: files.iter().map(listed).collect() };
    let manifest = serde_json::to_vec_pretty(&manifest).map_err(io::Error::other)?;
    let all: Vec<(&str, &[u8])> = std::iter::once((MANIFEST, manifest.as_slice())).chain(files).collect();
    if all.iter().map(|(_, bytes)| bytes.len() as u64).sum::<u64>() > MAX_BYTES {
        return Err(io::ErrorKind::FileTooLarge.into());
    }
    // A ZIP archive is written with its directory at the end, by one who can go back.
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in all {
        archive.start_file(name, SimpleFileOptions::default()).map_err(io::Error::other)?;
        archive.write_all(bytes)?;
    }
    out.write_all(&archive.finish().map_err(io::Error::other)?.into_inner())
}
