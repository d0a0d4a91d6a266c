//! What is saved is read back; what was changed, or means harm, is refused by name.

use std::io::{Cursor, Write as _};

use proptest::prelude::*;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::*;
use crate::lab::lesson::{Part, Value};
use crate::lesson::Calls;

fn sample() -> HandIn {
    let answer = Answered {
        given: Value::Number(3),
        tries: 2,
        at: 1_700_000_000,
        predicted: true,
        truth: Some(Value::Number(1)),
        right: Some(false),
        seen_in: Some(Calls { trace: 1_700_000_000_123_456_789, from: 1, to: 9 }),
    };
    HandIn {
        student: Student { name: "张三 <b>".to_owned(), number: "2026-01".to_owned() },
        lesson: LessonId {
            title: Localized::both("One send, one recv?", "一次 send 对应一次 recv 吗？"),
            digest: digest(b"the lesson"),
        },
        version: "0.1.0".to_owned(),
        system: "linux".to_owned(),
        saved_at: 1_700_000_100,
        answers: vec![Given { part: 2, answer }],
        done: vec![1, 2],
        left_out: LeftOut { calls: 3, programs: vec!["long.py".to_owned()] },
        files: vec![("programs/server.py".to_owned(), b"import socket".to_vec()), (TRACE.to_owned(), vec![7; 100_000])],
    }
}

fn saved(hand_in: &HandIn) -> Vec<u8> {
    let mut bytes = Vec::new();
    write(&mut bytes, hand_in).unwrap();
    bytes
}

fn opened(bytes: &[u8]) -> Result<HandIn, HandInError> {
    read(bytes)
}

/// An archive with these entries.
fn archive(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in entries {
        archive.start_file(*name, SimpleFileOptions::default()).unwrap();
        archive.write_all(bytes).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

/// The entries of a saved one.
fn entries(bytes: &[u8]) -> Vec<(String, Vec<u8>)> {
    use std::io::Read as _;
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let entries = archive.len();
    let entry = |index| {
        let mut entry = archive.by_index(index).unwrap();
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes).unwrap();
        (entry.name().unwrap().into_owned(), bytes)
    };
    (0..entries).map(entry).collect()
}

fn changed(change: impl Fn(&mut Vec<(String, Vec<u8>)>)) -> Vec<u8> {
    let mut entries = entries(&saved(&sample()));
    change(&mut entries);
    archive(&entries.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice())).collect::<Vec<_>>())
}

#[test]
fn what_is_handed_in_is_read_back_unchanged() {
    let bytes = saved(&sample());
    assert!(bytes.len() < 10_000, "a trace is compressed");
    assert_eq!(opened(&bytes), Ok(sample()));
    assert_eq!(opened(&changed(|_| {})), Ok(sample()), "whatever tool has packed it");
}

#[test]
fn a_file_that_was_altered_added_or_taken_away_is_named() {
    let altered = |name: &str| Err(HandInError::Altered(name.to_owned()));
    let trace = |entries: &mut Vec<(String, Vec<u8>)>| entries.iter().position(|(name, _)| name == TRACE).unwrap();
    assert_eq!(
        opened(&changed(|entries| {
            let place = trace(entries);
            entries[place].1[50] ^= 1;
        })),
        altered(TRACE)
    );
    assert_eq!(opened(&changed(|entries| entries.push(("more.txt".to_owned(), Vec::new())))), altered("more.txt"));
    assert_eq!(
        opened(&changed(|entries| {
            let place = trace(entries);
            entries.remove(place);
        })),
        altered(TRACE)
    );
    let right = |bytes: &mut Vec<u8>| {
        *bytes = String::from_utf8(bytes.clone()).unwrap().replace("\"right\": false", "\"right\": true").into_bytes();
    };
    assert_eq!(
        opened(&changed(|entries| {
            let place = entries.iter().position(|(name, _)| name == ANSWERS).unwrap();
            right(&mut entries[place].1);
        })),
        altered(ANSWERS)
    );
}

/// Two names of one length, of which the second is replaced by the first: no tool writes such an archive.
fn with_one_name_twice() -> Vec<u8> {
    let bytes = archive(&[("one", b"1"), ("two", b"2")]);
    let mut twice = Vec::new();
    let mut rest = bytes.as_slice();
    while let Some(at) = rest.windows(3).position(|part| part == b"two") {
        twice.extend_from_slice(&rest[..at]);
        twice.extend_from_slice(b"one");
        rest = &rest[at + 3..];
    }
    twice.extend_from_slice(rest);
    twice
}

#[test]
fn what_means_harm_is_refused() {
    for name in ["../evil", "/etc/passwd", "a/../../b", "c:\\x", "a\\b", "", "x\u{0}y", ".", "a/", "programs/../../x"] {
        let refused = opened(&archive(&[(name, b"x")]));
        assert!(matches!(refused, Err(HandInError::BadEntry(_) | HandInError::NotZip)), "{name}: {refused:?}");
    }
    let mut links = ZipWriter::new(Cursor::new(Vec::new()));
    links.add_symlink("link", "/etc/passwd", SimpleFileOptions::default()).unwrap();
    assert_eq!(opened(&links.finish().unwrap().into_inner()), Err(HandInError::BadEntry("link".to_owned())));
    // Each of the entries fits, and all of them do not: some 12 MiB of zeros in some 12 kB.
    let zeros = vec![0; (MAX_BYTES / 2) as usize];
    let bomb = archive(&[("bomb", &zeros), ("bomb2", &zeros), ("bomb3", b"0")]);
    assert!(bomb.len() < 1 << 16);
    assert_eq!(opened(&bomb), Err(HandInError::TooLarge));
    assert_eq!(opened(&vec![0; MAX_BYTES as usize + 1]), Err(HandInError::TooLong));
    let many: Vec<String> = (0..=MAX_ENTRIES).map(|number| number.to_string()).collect();
    let many: Vec<(&str, &[u8])> = many.iter().map(|name| (name.as_str(), &b"x"[..])).collect();
    assert_eq!(opened(&archive(&many)), Err(HandInError::TooManyEntries));
    assert_eq!(opened(&with_one_name_twice()), Err(HandInError::Twice));
    assert_eq!(opened(&archive(&[("a", b"1"), ("A", b"2")])), Err(HandInError::Twice));
    assert_eq!(opened(b"not an archive"), Err(HandInError::NotZip));
    assert_eq!(opened(&archive(&[("a", b"b")])), Err(HandInError::NotHandIn));
    assert_eq!(opened(&archive(&[(MANIFEST, b"{}")])), Err(HandInError::NotHandIn));
    let sound = saved(&sample());
    for cut in [0, 1, 30, sound.len() / 2, sound.len() - 1] {
        assert!(opened(&sound[..cut]).is_err(), "{cut}");
    }
}

#[test]
fn a_file_of_another_kind_in_it_is_refused_also_where_the_manifest_lists_it() {
    let mut more = sample();
    more.files.push(("run-me.exe".to_owned(), b"x".to_vec()));
    assert_eq!(opened(&saved(&more)), Err(HandInError::BadEntry("run-me.exe".to_owned())));
}

#[test]
fn what_another_version_has_written_says_so() {
    let other = changed(|entries| {
        let place = entries.iter().position(|(name, _)| name == MANIFEST).unwrap();
        let text = String::from_utf8(entries[place].1.clone()).unwrap();
        entries[place].1 = text.replace(FORMAT, "socket-lab hand-in 2").into_bytes();
    });
    assert_eq!(opened(&other), Err(HandInError::OtherFormat("socket-lab hand-in 2".to_owned())));
}

#[test]
fn the_manifest_says_in_both_languages_that_it_proves_no_identity() {
    let entries = entries(&saved(&sample()));
    let (_, manifest) = entries.iter().find(|(name, _)| name == MANIFEST).unwrap();
    let manifest: serde_json::Value = serde_json::from_slice(manifest).unwrap();
    assert!(manifest["note"]["en"].as_str().unwrap().contains("no proof of identity"), "{manifest}");
    assert!(manifest["note"]["zh"].as_str().unwrap().contains("不能证明身份"), "{manifest}");
}

#[test]
fn more_than_may_be_read_back_is_not_written() {
    let mut large = sample();
    large.files.push((format!("{PROGRAMS}x.py"), vec![0; MAX_BYTES as usize]));
    let error = write(&mut Vec::new(), &large).unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::FileTooLarge);
}

#[test]
fn two_answers_to_one_question_are_no_answers() {
    let mut twice = sample();
    twice.answers.push(twice.answers[0].clone());
    assert_eq!(opened(&saved(&twice)), Err(HandInError::BadAnswers));
}

#[test]
fn a_lesson_is_another_version_where_what_it_says_has_changed() {
    let title = Localized::both("A", "甲");
    let lesson = |text: &str| {
        let part = Part { text: Localized::both(text, "文"), ..Part::default() };
        std::sync::Arc::new(Lesson { parts: vec![part], ..Lesson::default() })
    };
    let one = LessonId::new(&title, &lesson("text"));
    assert_eq!(LessonId::new(&title, &lesson("text")), one);
    let changed = LessonId::new(&title, &lesson("other text"));
    assert!(changed.digest != one.digest && changed.is_like(&one));
    let other = LessonId::new(&Localized::both("B", "乙"), &lesson("other text"));
    assert!(!other.is_like(&one));
}

#[test]
fn names_become_plain() {
    for (name, is) in [("server.py", "server.py"), ("../x", ".._x"), ("..", "_.."), ("", "_"), ("张 三:1", "张 三_1")]
    {
        assert_eq!(plain(name), is);
        assert!(is_plain(&plain(name)), "{name}");
    }
    assert!(is_plain(&plain(&"长".repeat(500))));
}

#[test]
fn a_name_that_is_too_long_is_no_name() {
    let mut long = sample();
    long.student.name = "x".repeat(MAX_NAME_CHARS + 1);
    assert_eq!(opened(&saved(&long)), Err(HandInError::BadAnswers));
}

#[test]
fn each_reason_has_its_words_in_both_languages() {
    let reasons = [
        HandInError::Unreadable("x".into()),
        HandInError::NotFile,
        HandInError::NotZip,
        HandInError::TooLong,
        HandInError::Twice,
        HandInError::OtherFormat("2".to_owned()),
        HandInError::TooManyEntries,
        HandInError::TooLarge,
        HandInError::BadEntry("../x".to_owned()),
        HandInError::NotHandIn,
        HandInError::Altered("x".to_owned()),
        HandInError::BadAnswers,
    ];
    for reason in reasons {
        for lang in crate::lang::Lang::ALL {
            use crate::lang::Words as _;
            assert!(!reason.words(lang).contains("handin-"), "{reason:?}");
        }
    }
}

proptest! {
    /// Whatever is changed in a file: it is refused, or it says the same as before.
    #[test]
    fn no_change_of_the_file_changes_what_was_handed_in(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
        cut in prop::option::of(any::<prop::sample::Index>()),
    ) {
        let small = HandIn { files: vec![(TRACE.to_owned(), vec![7; 300])], ..sample() };
        let mut bytes = saved(&small);
        for (place, byte) in changes {
            let place = place.index(bytes.len());
            bytes[place] = byte;
        }
        if let Some(cut) = cut {
            bytes.truncate(cut.index(bytes.len()));
        }
        if let Ok(read) = opened(&bytes) {
            prop_assert_eq!(read, small);
        }
    }
}
