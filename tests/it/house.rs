//! The shape of the source: how large a file may be, the words of its comments, and that the documents are true to it.

use std::fs;
use std::path::{Path, PathBuf};

/// The most lines of a source file.
const MAX_LINES: usize = 600;

/// Words that comments, documents and English texts do not use, each with what to write instead.
const DIALECT: &[(&str, &str)] = &[
    ("so many", "a number, \"this many\", or \"at most n\""),
    ("is told of", "is reported"),
    ("tells of", "reports, announces"),
    ("told of", "notified of"),
    ("in vain", "without effect"),
    ("to be had", "available"),
    ("be had.", "be created"),
    ("by halving", "by binary search"),
    ("what became of", "the outcome of"),
    ("obeyed", "handled"),
    ("begins anew", "starts over"),
    ("is no failure", "is not an error"),
    ("text of others", "untrusted text"),
    ("back-pressure", "backpressure"),
    ("the system's event queue", "the reactor, epoll"),
    ("the system's word", "readiness"),
    ("gone on with", "resumed"),
];

fn top() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn files(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path, ending));
        } else if path.extension().is_some_and(|it| it == ending) {
            found.push(path);
        }
    }
    found.sort();
    found
}

fn sources(folders: &[&str]) -> Vec<PathBuf> {
    folders.iter().flat_map(|folder| files(&top().join(folder), "rs")).collect()
}

/// A path as a message shows it.
fn short(path: &Path) -> String {
    path.strip_prefix(top()).unwrap_or(path).display().to_string()
}

/// The comment in a line, if there is one. Good enough for formatted code: a comment stands alone or behind a blank, and not
/// within a string.
fn comment(line: &str) -> Option<&str> {
    let at = line.find("//")?;
    let before = &line[..at];
    let is_alone = before.is_empty() || before.ends_with(' ');
    (is_alone && before.matches('"').count().is_multiple_of(2)).then(|| &line[at..])
}

#[test]
fn no_source_file_is_longer_than_it_can_be_read_at_a_sitting() {
    let long: Vec<String> = sources(&["src", "tests", "benches"])
        .into_iter()
        .map(|path| (fs::read_to_string(&path).unwrap().lines().count(), path))
        .filter(|(lines, _)| *lines > MAX_LINES)
        .map(|(lines, path)| format!("{}: {lines} lines", short(&path)))
        .collect();
    assert_eq!(long, Vec::<String>::new());
}

#[test]
fn comments_documents_and_texts_speak_the_fields_english() {
    let mut found = Vec::new();
    let mut look = |place: &str, text: &str| {
        let text = text.to_lowercase();
        for (word, instead) in DIALECT {
            if text.contains(word) {
                found.push(format!("{place}: \"{word}\"; write {instead}"));
            }
        }
    };
    for path in sources(&["src", "tests", "benches"]) {
        let text = fs::read_to_string(&path).unwrap();
        for (number, line) in text.lines().enumerate() {
            if let Some(comment) = comment(line) {
                look(&format!("{}:{}", short(&path), number + 1), comment);
            }
        }
    }
    for document in ["README.md", "ARCHITECTURE.md", "CHANGELOG.md", "CONTRIBUTING.md"] {
        for (number, line) in fs::read_to_string(top().join(document)).unwrap().lines().enumerate() {
            look(&format!("{document}:{}", number + 1), line);
        }
    }
    for path in files(&top().join("assets/locales/en"), "ftl") {
        for (number, line) in fs::read_to_string(&path).unwrap().lines().enumerate() {
            look(&format!("{}:{}", short(&path), number + 1), line);
        }
    }
    assert_eq!(found, Vec::<String>::new());
}

#[test]
fn the_user_is_addressed_in_one_way_in_chinese() {
    let assets = top().join("assets");
    let (texts, labs) = (files(&assets, "ftl"), files(&assets, "toml"));
    assert!(!texts.is_empty() && !labs.is_empty());
    for path in texts.iter().chain(&labs) {
        let text = fs::read_to_string(path).unwrap();
        let polite = text.lines().find(|line| line.contains('您'));
        assert_eq!(polite, None, "{}: the others say 你", short(path));
    }
}

#[test]
fn every_test_that_the_architecture_names_is_there() {
    let document = fs::read_to_string(top().join("ARCHITECTURE.md")).unwrap();
    let code: String =
        sources(&["src", "tests"]).iter().map(|path| fs::read_to_string(path).unwrap()).collect::<Vec<_>>().concat();
    // Names of tests are long, and a whole behaviour.
    let is_test = |name: &&str| name.len() >= 25 && name.bytes().all(|it| it.is_ascii_lowercase() || it == b'_');
    let named: Vec<&str> = document.split('`').skip(1).step_by(2).filter(is_test).collect();
    let gone: Vec<&&str> = named.iter().filter(|name| !code.contains(&format!("fn {name}("))).collect();
    assert_eq!(gone, Vec::<&&str>::new());
    assert!(named.len() >= 25, "{} tests are named", named.len());
}

#[test]
fn a_comment_is_found_behind_code_and_not_within_a_text() {
    assert_eq!(comment("    let x = \"http://a\";"), None);
    assert_eq!(comment("    let x = 1; // why"), Some("// why"));
    assert_eq!(comment("    // why"), Some("// why"));
}
