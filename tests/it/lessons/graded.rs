//! `socket-lab grade`: the table of a class, and files that are not what they should be.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Arc, LazyLock};
use std::time::{Duration, Instant};

use socket_lab::lab::file;
use socket_lab::lab::lesson::Value;
use socket_lab::lesson::handin::{self, Given, HandIn, LeftOut, LessonId, Student, TRACE};
use socket_lab::lesson::{Answered, Calls};
use socket_lab::session::Session;

use super::{CHINESE, ENGLISH};

const LESSON: &str = "assets/labs/lessons/201-one-send-one-recv.lab.toml";

fn lesson() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(LESSON)
}

/// Exit status, stdout and stderr.
pub fn grade(language: &str, lesson: &Path, arguments: &[&Path]) -> (Option<i32>, String, String) {
    let mut program = Command::new(env!("CARGO_BIN_EXE_socket-lab"));
    program.arg("grade").arg(lesson).args(arguments).stdin(Stdio::null()).env("TZ", "UTC");
    program.env("LC_ALL", language).env("LANG", language).env_remove("LANGUAGE").env_remove("SOCKET_LAB_LOG");
    let output = program.output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

/// The trace file of a run of the lesson, and its calls.
static RUN: LazyLock<(Vec<u8>, Calls)> = LazyLock::new(|| {
    let mut session = Session::new(Arc::new(|| {}), 1 << 24).unwrap();
    session.load(file::load(&lesson()).unwrap(), None);
    session.run_steps(&mut |_| {});
    let began = Instant::now();
    while session.run_state().is_some_and(|state| !state.finished) {
        assert!(began.elapsed() < Duration::from_secs(60), "the lesson does not end");
        session.wait_and_pump(Duration::from_millis(20), Duration::from_millis(100), &mut |_| {});
    }
    assert!(session.run_state().is_some_and(|state| state.ok()));
    (session.trace_to_hand_in().unwrap().file, session.asking(0, |run| run.calls()))
});

/// Of a student who has predicted that number of calls.
fn of_student(name: &str, number: &str, predicted: i64) -> HandIn {
    let answer = Answered {
        given: Value::Number(predicted),
        tries: 2,
        at: 1_700_000_000,
        predicted: true,
        truth: Some(Value::Number(1)),
        right: Some(predicted == 1),
        seen_in: Some(RUN.1),
    };
    let lab = file::load(&lesson()).unwrap();
    HandIn {
        student: Student { name: name.to_owned(), number: number.to_owned() },
        lesson: LessonId::new(&lab.title, &lab.lesson.unwrap()),
        version: "0.1.0".to_owned(),
        system: "linux".to_owned(),
        saved_at: 1_700_000_100,
        answers: vec![Given { part: 2, answer }],
        done: vec![1, 2],
        left_out: LeftOut::default(),
        files: vec![(TRACE.to_owned(), RUN.0.clone())],
    }
}

fn save(path: &Path, hand_in: &HandIn) {
    let mut bytes = Vec::new();
    handin::write(&mut bytes, hand_in).unwrap();
    std::fs::write(path, bytes).unwrap();
}

fn hand_in(folder: &Path, name: &str, number: &str, predicted: i64) -> PathBuf {
    let path = folder.join(format!("{number}.lab-handin"));
    save(&path, &of_student(name, number, predicted));
    path
}

#[test]
fn a_class_is_graded_into_a_table_a_csv_file_and_a_page() {
    let folder = tempfile::tempdir().unwrap();
    hand_in(folder.path(), "李四", "01", 1);
    hand_in(folder.path(), "张三", "02", 3);
    // As a course platform gives them: a folder for each student.
    let below = folder.path().join("wang");
    std::fs::create_dir(&below).unwrap();
    hand_in(&below, "王五", "03", 3);
    std::fs::write(folder.path().join("readme.txt"), "x").unwrap();
    let (csv, html) = (folder.path().join("class.csv"), folder.path().join("class.html"));
    let arguments = [folder.path(), Path::new("--csv"), &csv, Path::new("--html"), &html];
    let (status, table, errors) = grade(ENGLISH, &lesson(), &arguments);
    assert_eq!((status, errors.as_str()), (Some(0), ""), "{table}");
    for said in [
        "Summary (3 students)",
        "2. Predict: 1 right, 2 wrong, 0 without a result",
        "1 other file in the folders does not end in .lab-handin",
        "01 李四: 1 of 2 right, tries: 2, saved 2023-11-14 22:15:00",
        "2. Predict: right, \"1\", tries: 2, 2023-11-14 22:13:20",
        "02 张三: 2. Predict: wrong 3 (true: 1)",
        "03 王五: 2. Predict: wrong 3",
    ] {
        assert!(table.contains(said), "{said}: {table}");
    }
    assert!(!table.contains("01 李四: 2. Predict"), "who was right has not failed: {table}");
    let rows = std::fs::read_to_string(&csv).unwrap();
    assert_eq!(rows.lines().count(), 1 + 3 * 2, "{rows}");
    assert!(rows.contains("02,张三,2,Predict,wrong,3,1,2,2023-11-14 22:13:20,true,"), "{rows}");
    let page = std::fs::read_to_string(html).unwrap();
    // The class view: the most frequent answer first.
    let [three, one] = ["<td>3</td>", "<td>✓ 1</td>"].map(|cell| page.find(cell).unwrap());
    assert!(three < one, "{page}");
    // What was written by an earlier run is written again.
    let (status, table, _) = grade(CHINESE, &lesson(), &[folder.path(), Path::new("--csv"), &csv]);
    assert!(status == Some(0) && table.contains("汇总（3 名学生）"), "{table}");
    assert_eq!(std::fs::read_to_string(&csv).unwrap().lines().next(), rows.lines().next());
}

#[test]
fn five_hundred_hand_ins_are_graded_in_one_run() {
    let folder = tempfile::tempdir().unwrap();
    for number in 1..=500 {
        hand_in(folder.path(), "学生", &format!("{number:03}"), number % 2);
    }
    let csv = folder.path().join("class.csv");
    let (status, table, errors) = grade(ENGLISH, &lesson(), &[folder.path(), Path::new("--csv"), &csv]);
    assert_eq!((status, errors.as_str()), (Some(0), ""));
    assert!(table.contains("Summary (500 students)") && table.contains("2. Predict: 250 right, 250 wrong"), "{table}");
    assert_eq!(std::fs::read_to_string(csv).unwrap().lines().count(), 1 + 500 * 2);
}

#[test]
fn what_was_altered_or_is_no_hand_in_is_listed_and_never_passed_over() {
    let folder = tempfile::tempdir().unwrap();
    let good = hand_in(folder.path(), "李四", "01", 1);
    let mut bytes = std::fs::read(&good).unwrap();
    bytes.truncate(bytes.len() / 2);
    std::fs::write(folder.path().join("cut.lab-handin"), bytes).unwrap();
    std::fs::write(folder.path().join("text.LAB-HANDIN"), "hello").unwrap();
    std::fs::create_dir(folder.path().join("folder.lab-handin")).unwrap();
    let csv = folder.path().join("class.csv");
    let (status, table, errors) = grade(ENGLISH, &lesson(), &[folder.path(), Path::new("--csv"), &csv]);
    assert_eq!(status, Some(1), "{table}");
    assert!(errors.contains("3 files were not graded"), "{errors}");
    let listed = table.split("Not graded\n").nth(1).unwrap();
    for name in ["cut.lab-handin: it is not", "text.LAB-HANDIN: it is not", "folder.lab-handin: it is not a file"] {
        assert!(listed.contains(name), "{name}: {table}");
    }
    assert!(table.contains("李四"), "the others are graded: {table}");
    assert_eq!(std::fs::read_to_string(csv).unwrap().matches("not graded").count(), 3);
    let gone = folder.path().join("gone.lab-handin");
    let (status, table, _) = grade(ENGLISH, &lesson(), &[&good, &gone]);
    assert!(status == Some(1) && table.contains("gone.lab-handin: it can't be read: "), "{table}");
    let empty = tempfile::tempdir().unwrap();
    let (status, _, errors) = grade(ENGLISH, &lesson(), &[empty.path()]);
    assert!(status == Some(2) && errors.contains("nothing was handed in there"), "{errors}");
}

#[cfg(unix)]
#[test]
fn a_pipe_that_is_called_like_a_hand_in_is_listed_and_not_waited_for() {
    let folder = tempfile::tempdir().unwrap();
    let pipe = folder.path().join("x.lab-handin");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    hand_in(folder.path(), "李四", "01", 1);
    let (status, table, _) = grade(ENGLISH, &lesson(), &[folder.path()]);
    assert_eq!(status, Some(1));
    assert!(table.contains("x.lab-handin: it is not a file but a folder, a pipe or a device"), "{table}");
    assert!(table.contains("01 李四"), "{table}");
}

#[test]
fn another_version_of_the_lesson_is_graded_and_said_and_another_lesson_is_not_graded() {
    let folder = tempfile::tempdir().unwrap();
    let path = hand_in(folder.path(), "李四", "01", 1);
    let text = std::fs::read_to_string(lesson()).unwrap();
    let own = folder.path().join("own.lab.toml");
    // A comment makes no other version.
    std::fs::write(&own, format!("# mine\n{text}")).unwrap();
    let (status, table, _) = grade(ENGLISH, &own, &[&path]);
    assert!(status == Some(0) && !table.contains("another version"), "{table}");
    std::fs::write(&own, text.replace("What many believe", "What I believed")).unwrap();
    let (status, table, _) = grade(ENGLISH, &own, &[&path]);
    assert!(status == Some(0) && table.contains("done with another version of the lesson"), "{table}");
    assert!(table.contains("01 李四: 1 of 2 right"), "{table}");
    let other = lesson().with_file_name("203-vanished-peer.lab.toml");
    let (status, table, _) = grade(ENGLISH, &other, &[&path]);
    assert_eq!(status, Some(1));
    assert!(table.contains("01.lab-handin: it belongs to another lesson: One send, one recv?"), "{table}");
}

#[test]
fn a_student_who_has_handed_in_twice_is_pointed_out() {
    let folder = tempfile::tempdir().unwrap();
    hand_in(folder.path(), "李四", "01", 1);
    save(&folder.path().join("again.lab-handin"), &of_student("李四", "01", 3));
    let (_, table, _) = grade(ENGLISH, &lesson(), &[folder.path()]);
    assert_eq!(table.matches("the same number is also in").count(), 2, "{table}");
}

#[test]
fn the_lesson_and_what_was_handed_in_are_never_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    let own = folder.path().join("own.lab.toml");
    std::fs::copy(lesson(), &own).unwrap();
    let path = hand_in(folder.path(), "李四", "01", 1);
    let new = folder.path().join("new.lab-handin");
    let mut outputs = vec![own.clone(), path.clone(), new.clone()];
    #[cfg(unix)]
    {
        let (soft, hard) = (folder.path().join("soft.csv"), folder.path().join("hard.csv"));
        std::os::unix::fs::symlink(&own, &soft).unwrap();
        std::fs::hard_link(&path, &hard).unwrap();
        outputs.extend([soft, hard]);
    }
    let before = [&own, &path].map(|path| std::fs::read(path).unwrap());
    for output in &outputs {
        for option in ["--csv", "--html"] {
            let (status, table, errors) = grade(ENGLISH, &own, &[&path, Path::new(option), output]);
            assert_eq!((status, table.as_str()), (Some(2), ""), "{}", output.display());
            assert!(errors.contains("would be overwritten"), "{errors}");
        }
    }
    assert_eq!([&own, &path].map(|path| std::fs::read(path).unwrap()), before);
    assert!(!new.exists());
    let both = folder.path().join("both");
    let (status, _, errors) = grade(ENGLISH, &own, &[&path, Path::new("--csv"), &both, Path::new("--html"), &both]);
    assert!(status == Some(2) && errors.contains("both the CSV file and the page") && !both.exists(), "{errors}");
}

#[test]
fn names_that_mean_harm_stay_text() {
    let folder = tempfile::tempdir().unwrap();
    hand_in(folder.path(), "<script>alert(1)</script>", "01", 1);
    hand_in(folder.path(), "=HYPERLINK(\"x\")\u{202e}\u{1b}[31m", "02", 3);
    let (csv, html) = (folder.path().join("class.csv"), folder.path().join("class.html"));
    let arguments = [folder.path(), Path::new("--csv"), &csv, Path::new("--html"), &html];
    let (status, table, _) = grade(ENGLISH, &lesson(), &arguments);
    assert_eq!(status, Some(0));
    assert!(!table.contains(['\u{1b}', '\u{202e}']), "{table:?}");
    let (csv, html) = (std::fs::read_to_string(csv).unwrap(), std::fs::read_to_string(html).unwrap());
    assert!(!html.contains("<script>") && html.contains("&lt;script&gt;"), "{html}");
    assert!(csv.contains("'=HYPERLINK"), "{csv}");
}

#[test]
fn a_lab_without_a_lesson_has_nothing_to_grade() {
    let mut program = Command::new(env!("CARGO_BIN_EXE_socket-lab"));
    let lab = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/labs/02-auto-reply.lab.toml");
    let output = program.env("LC_ALL", "C").arg("grade").arg(lab).arg("x").output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8(output.stderr).unwrap().contains("this lab has no lesson"));
}
