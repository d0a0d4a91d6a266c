//! Lessons: those that come with the program run against the real system, and what is no lesson is refused.

pub mod graded;
mod refused;

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use socket_lab::lab::examples;
use socket_lab::lab::file;
use socket_lab::lang::Lang;

const ENGLISH: &str = "C";
const CHINESE: &str = "zh_CN.UTF-8";

/// Exit status, stdout and stderr of `socket-lab check`.
fn check(language: &str, path: &Path) -> (Option<i32>, String, String) {
    let mut program = Command::new(env!("CARGO_BIN_EXE_socket-lab"));
    program.arg("check").arg(path).stdin(Stdio::null());
    program.env("LC_ALL", language).env("LANG", language).env_remove("LANGUAGE").env_remove("SOCKET_LAB_LOG");
    let output = program.output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

/// Checks a copy of the lesson: what it downloads is saved beside it.
fn check_copy(language: &str, path: &Path) -> (Option<i32>, String, String) {
    let folder = tempfile::tempdir().unwrap();
    let copy = folder.path().join(path.file_name().unwrap());
    std::fs::copy(path, &copy).unwrap();
    let shared = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/labs/file-by-name");
    std::fs::create_dir(folder.path().join("file-by-name")).unwrap();
    for entry in std::fs::read_dir(shared).unwrap() {
        let entry = entry.unwrap();
        std::fs::copy(entry.path(), folder.path().join("file-by-name").join(entry.file_name())).unwrap();
    }
    check(language, &copy)
}

fn lessons() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/labs/lessons");
    let mut lessons: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    lessons.retain(|path| path.to_str().unwrap().ends_with(".lab.toml"));
    lessons.sort();
    // Unix sockets are for Unix.
    lessons.retain(|path| cfg!(unix) || !path.ends_with("232-unix.lab.toml"));
    lessons
}

/// A lab with a lesson; `{}` is the part that asks.
const LESSON: &str = r#"title = { en = "A lesson", zh = "一课" }
[lesson]
goal = { en = "Goal", zh = "目标" }
[[lesson.parts]]
title = { en = "Predict", zh = "预测" }
{}
[[lesson.parts]]
title = { en = "Run", zh = "运行" }
run = true
[[endpoints]]
name = "server"
kind = "tcp-server"
local = "127.0.0.1:0"
[[endpoints]]
name = "client"
kind = "tcp-client"
remote = "@server"
[[steps]]
open = "server"
[[steps]]
open = "client"
[[steps]]
send = { from = "client", text = "hello" }
[[steps]]
expect = { at = "server", text = "hello" }
"#;

fn with(part: &str) -> String {
    LESSON.replace("{}", part)
}

/// Written into a folder of its own and checked.
fn checked(language: &str, part: &str) -> (Option<i32>, String, String) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.lab.toml");
    std::fs::write(&path, with(part)).unwrap();
    check(language, &path)
}

#[test]
fn the_answers_of_every_lesson_are_what_the_system_really_does_in_both_languages() {
    let lessons = lessons();
    assert!(lessons.len() >= 12, "{lessons:?}");
    for path in &lessons {
        for language in [ENGLISH, CHINESE] {
            let (status, out, errors) = check_copy(language, path);
            assert_eq!((status, errors.as_str()), (Some(0), ""), "{}: {out}", path.display());
            let lesson = file::load(path).unwrap().lesson.unwrap();
            let asked = lesson.parts.iter().filter(|part| part.ask.is_some()).count();
            // A line for the file, and one for each answer.
            assert_eq!(out.lines().count(), 1 + asked, "{}: {out}", path.display());
            assert!(asked > 0, "{}", path.display());
        }
    }
    assert_eq!(lessons.len(), examples::lessons().len());
}

#[test]
fn every_lesson_has_its_texts_in_the_language_that_they_are_for() {
    let is_chinese = |text: &str| text.chars().any(|character| ('\u{4e00}'..='\u{9fff}').contains(&character));
    for path in lessons() {
        let lab = file::load(&path).unwrap();
        let lesson = lab.lesson.unwrap();
        let parts = lesson.parts.iter();
        let texts = parts.flat_map(|part| [&part.title, &part.text, &part.task, &part.explain]);
        for text in texts.chain([&lab.title, &lesson.goal, &lesson.source]).filter(|text| !text.is_empty()) {
            assert!(is_chinese(text.text(Lang::ZhCn)), "{}: {text:?}", path.display());
            // What an English text is about may be Chinese characters; what is not translated has little else.
            let english = text.text(Lang::En);
            let chinese = english.chars().filter(|character| is_chinese(&character.to_string())).count();
            assert!(chinese * 4 < english.chars().count(), "{}: {text:?}", path.display());
        }
    }
}

#[test]
fn a_lesson_is_written_and_read_back_without_loss() {
    for path in lessons() {
        let lab = file::load(&path).unwrap();
        let text = file::to_toml(&lab);
        assert_eq!(file::parse(&text, None).unwrap(), lab, "{}\n{text}", path.display());
    }
}

#[test]
fn a_lesson_whose_answer_is_not_what_the_system_does_fails_and_says_what_it_does() {
    let part = "ask = \"number\"\nanswer = { is = 4, filter = \"op == send\", field = \"result\" }";
    let (status, _, errors) = checked(ENGLISH, part);
    assert_eq!(status, Some(1), "{errors}");
    assert!(errors.contains("part 1 (Predict): the answer is given as 4, and the run shows 5"), "{errors}");
    let (status, _, errors) = checked(CHINESE, part);
    assert!(status == Some(1) && errors.contains("给出的答案是 4，而运行结果是 5"), "{errors}");
}

#[test]
fn an_answer_that_no_call_gives_fails() {
    let part = "ask = \"text\"\nanswer = { filter = \"endpoint == server and errno\", field = \"errno\" }";
    let (status, _, errors) = checked(ENGLISH, part);
    assert_eq!(status, Some(1), "{errors}");
    assert!(errors.contains("no call of the run gives its answer"), "{errors}");
    let choices =
        "ask = \"choice\"\nchoices = [{ en = \"a\", zh = \"甲\", when = \"errno\" }, { en = \"b\", zh = \"乙\" }]";
    assert_eq!(checked(ENGLISH, choices).0, Some(1));
}

#[test]
fn a_lesson_whose_steps_fail_says_which() {
    let part = "ask = \"number\"\nanswer = 5";
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.lab.toml");
    std::fs::write(
        &path,
        with(part).replace("text = \"hello\" }\n", "text = \"hullo\" }\n").replacen("hullo", "hello", 1),
    )
    .unwrap();
    let (status, _, errors) = check(ENGLISH, &path);
    assert_eq!(status, Some(1), "{errors}");
    assert!(errors.contains("the lesson does not run: step 4: "), "{errors}");
}
