//! The source files of a lab's programs, as they are handed in.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::Read as _;
use std::path::{Path, PathBuf};

use crate::lab::ProgramSpec;
use crate::lesson::handin::{MAX_ALL_PROGRAMS, MAX_PROGRAM, MAX_PROGRAMS, PROGRAMS, plain};

/// What names of source files end in: nothing else that a command line names is handed in.
const ENDINGS: [&str; 14] = ["py", "c", "h", "cc", "cpp", "hpp", "rs", "java", "js", "ts", "go", "rb", "pl", "sh"];

/// The files, by their names in the archive.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct ProgramFiles {
    pub files: Vec<(String, Vec<u8>)>,
    /// What is too long, or can't be read.
    pub left_out: Vec<String>,
}

/// Those that the command lines name, as seen from where they run: from `folder` where the lab says nothing else.
pub fn of(programs: &[ProgramSpec], folder: Option<&Path>) -> ProgramFiles {
    let mut found = ProgramFiles::default();
    let mut seen = BTreeSet::new();
    let mut left = MAX_ALL_PROGRAMS;
    for program in programs {
        let dir = match (&program.dir, folder) {
            (Some(dir), Some(folder)) => folder.join(dir),
            (Some(dir), None) => dir.clone(),
            (None, folder) => folder.map(Path::to_owned).unwrap_or_default(),
        };
        for path in program.run.iter().filter(|word| is_source(word)).map(|word| dir.join(word)) {
            // What is no file is a word like any other.
            let about = fs::metadata(&path).ok().filter(fs::Metadata::is_file);
            if about.is_none() || !seen.insert(path.clone()) {
                continue;
            }
            let name = plain(&path.file_name().unwrap_or_default().to_string_lossy());
            let most = left.min(MAX_PROGRAM);
            match read(&path, most).filter(|_| found.files.len() < MAX_PROGRAMS) {
                Some(bytes) => {
                    left -= bytes.len() as u64;
                    let name = free(&found.files, &name);
                    found.files.push((name, bytes));
                }
                None if found.left_out.len() < MAX_PROGRAMS => found.left_out.push(name),
                None => {}
            }
        }
    }
    found
}

fn is_source(word: &str) -> bool {
    let ending = Path::new(word).extension().and_then(|ending| ending.to_str());
    ending.is_some_and(|ending| ENDINGS.iter().any(|known| known.eq_ignore_ascii_case(ending)))
}

/// A file of at most that many bytes.
fn read(path: &PathBuf, most: u64) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path).ok()?.take(most + 1).read_to_end(&mut bytes).ok()?;
    (bytes.len() as u64 <= most).then_some(bytes)
}

/// Two programs may have files of one name.
fn free(files: &[(String, Vec<u8>)], name: &str) -> String {
    let is_free = |wanted: &String| !files.iter().any(|(known, _)| known.to_lowercase() == wanted.to_lowercase());
    let numbered = (2..).map(|number| format!("{PROGRAMS}{number}/{name}"));
    let first = std::iter::once(format!("{PROGRAMS}{name}"));
    first.chain(numbered).find(is_free).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn program(dir: Option<&Path>, run: &[&str]) -> ProgramSpec {
        let run = run.iter().map(|word| (*word).to_owned()).collect();
        ProgramSpec { run, dir: dir.map(Path::to_owned), ..ProgramSpec::default() }
    }

    #[test]
    fn the_sources_that_command_lines_name_are_found_where_the_programs_run() {
        let folder = tempfile::tempdir().unwrap();
        let below = folder.path().join("below");
        fs::create_dir(&below).unwrap();
        fs::write(folder.path().join("server.py"), "one").unwrap();
        fs::write(below.join("server.py"), "two").unwrap();
        fs::write(folder.path().join("passwords.txt"), "secret").unwrap();
        let programs = [
            program(None, &["python3", "server.py", "passwords.txt", "gone.py"]),
            program(Some(Path::new("below")), &["python3", "server.py"]),
            program(None, &["python3", "server.py", "--again"]),
        ];
        let found = of(&programs, Some(folder.path()));
        let named = |name: &str, text: &str| (name.to_owned(), text.as_bytes().to_vec());
        assert_eq!(found.files, [named("programs/server.py", "one"), named("programs/2/server.py", "two")]);
        assert_eq!(found.left_out, [] as [String; 0]);
    }

    #[test]
    fn a_program_that_is_too_long_is_named() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("long.py"), vec![b' '; MAX_PROGRAM as usize + 1]).unwrap();
        fs::write(folder.path().join("short.py"), vec![b' '; MAX_PROGRAM as usize]).unwrap();
        let found = of(&[program(None, &["python3", "long.py", "short.py"])], Some(folder.path()));
        assert_eq!(found.left_out, ["long.py"]);
        assert_eq!(found.files.len(), 1);
    }

    #[cfg(unix)]
    #[test]
    fn a_pipe_is_no_program() {
        let folder = tempfile::tempdir().unwrap();
        let pipe = folder.path().join("pipe.py");
        let made = std::process::Command::new("mkfifo").arg(&pipe).status().unwrap();
        assert!(made.success());
        assert_eq!(of(&[program(None, &["python3", "pipe.py"])], Some(folder.path())), ProgramFiles::default());
    }
}
