//! Where the compiler can't check: in two rooms, with a reason at each place (a lint sees to the reasons).

use std::fs;
use std::path::{Path, PathBuf};

use crate::support::sources;

/// In two pieces, or this file would be found.
const WORD: &str = concat!("un", "safe");
/// What the engine asks the system, and what following a program needs of it.
const ROOMS: [&str; 2] = ["src/engine/kernel", "src/program/ptrace/kernel"];

/// The lines that are not comments and have the word: blocks, functions, implementations, and lints that are let go.
fn lines_with_it(text: &str) -> Vec<&str> {
    text.lines().filter(|line| !line.trim_start().starts_with("//") && line.contains(WORD)).collect()
}

#[test]
fn only_the_kernel_s_room_has_code_that_the_compiler_cannot_check() {
    let top = Path::new(env!("CARGO_MANIFEST_DIR"));
    let files = ["src", "tests", "benches"].into_iter().flat_map(|folder| sources(&top.join(folder)));
    let has_it = |file: &PathBuf| !lines_with_it(&fs::read_to_string(file).unwrap()).is_empty();
    let (room, elsewhere): (Vec<_>, Vec<_>) =
        files.filter(has_it).partition(|file| ROOMS.iter().any(|room| file.starts_with(top.join(room))));
    assert_eq!(elsewhere, Vec::<PathBuf>::new());
    assert!(!room.is_empty(), "nothing is found where there is some");
    let manifest = fs::read_to_string(top.join("Cargo.toml")).unwrap();
    for lint in [format!("{WORD}_code = \"deny\""), format!("undocumented_{WORD}_blocks = \"warn\"")] {
        assert!(manifest.contains(&lint), "{lint}");
    }
}
