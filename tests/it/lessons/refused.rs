//! What is no lesson: each mistake is refused with its line and field, and told in both languages.

use socket_lab::explain::breakpoint;
use socket_lab::lab::file;
use socket_lab::lab::lesson::{MAX_CHOICES, MAX_PARTS, MAX_TEXT_CHARS};
use socket_lab::lang::Lang;

use super::with;

/// The part that asks begins in this line.
const FIRST: isize = 6;

/// Refused with that field, in that line of the part, and told in both languages.
#[track_caller]
fn refused(part: &str, line: isize, field: &str) {
    let error = file::parse_checking(&with(part), None, breakpoint::check).expect_err(part);
    assert_eq!(error.field.as_deref(), Some(field), "{part}: {error}");
    assert_eq!(error.line as isize, FIRST + line - 1, "{part}: {error}");
    let [english, chinese] = Lang::ALL.map(|lang| error.message.text(lang));
    assert!(chinese.chars().any(|character| ('\u{4e00}'..='\u{9fff}').contains(&character)), "{english}: {chinese}");
}

#[test]
fn what_does_not_fit_is_refused_with_its_place() {
    let asks = "ask = \"number\"\n";
    for (part, line, field) in [
        // Unknown keys.
        ("picture = \"x.png\"", 1, "lesson.parts[0].picture"),
        (&format!("{asks}answer = {{ filter = \"errno\", of = 1 }}"), 2, "lesson.parts[0].answer.of"),
        // Missing translations.
        ("text = \"only English\"", 1, "lesson.parts[0].text"),
        ("text = { en = \"only English\" }", 1, "lesson.parts[0].text.zh"),
        ("text = { en = \"\", zh = \"字\" }", 1, "lesson.parts[0].text.en"),
        // Pictures, in whatever folder.
        ("text = { en = \"![x](../../secret.png)\", zh = \"字\" }", 1, "lesson.parts[0].text.en"),
        // Answers that no trace can give.
        // A missing key is reported where its table begins.
        (asks, -1, "lesson.parts[0].answer"),
        (&format!("{asks}answer = \"five\""), 2, "lesson.parts[0].answer"),
        (&format!("{asks}answer = {{ filter = \"op == \" }}"), 2, "lesson.parts[0].answer.filter"),
        (&format!("{asks}answer = {{ filter = \"seq == 3\" }}"), 2, "lesson.parts[0].answer.filter"),
        (&format!("{asks}answer = {{ filter = \"errno\", field = \"errno\" }}"), 2, "lesson.parts[0].answer.field"),
        (&format!("{asks}answer = {{ filter = \"errno\", nth = 0 }}"), 2, "lesson.parts[0].answer.nth"),
        (
            &format!("{asks}answer = {{ filter = \"errno\", field = \"count\", nth = 2 }}"),
            2,
            "lesson.parts[0].answer.nth",
        ),
        (&format!("{asks}answer = {{ is = 3, on = \"linux\" }}"), 2, "lesson.parts[0].answer"),
        (&format!("{asks}answer = {{ is = 3, on = \"plan9\", filter = \"errno\" }}"), 2, "lesson.parts[0].answer.on"),
        (&format!("{asks}answer = {{ is = 3, field = \"len\" }}"), 2, "lesson.parts[0].answer.field"),
        ("ask = \"call\"\nanswer = 3", 2, "lesson.parts[0].answer"),
        ("ask = \"order\"\ncalls = [\"bind\", \"listen\"]\nanswer = [\"bind\"]", 3, "lesson.parts[0].answer"),
        ("ask = \"order\"\ncalls = [\"bind\", \"bind\"]\nanswer = [\"bind\"]", 2, "lesson.parts[0].calls[1]"),
        ("ask = \"order\"\ncalls = [\"bind\", \"fly\"]\nanswer = [\"bind\"]", 2, "lesson.parts[0].calls[1]"),
        ("ask = \"choice\"\nchoices = [{ en = \"a\", zh = \"甲\" }]\nanswer = 1", 2, "lesson.parts[0].choices"),
        (
            "ask = \"choice\"\nchoices = [{ en = \"a\", zh = \"甲\" }, { en = \"b\", zh = \"乙\" }]\nanswer = 3",
            3,
            "lesson.parts[0].answer",
        ),
        ("ask = \"riddle\"", 1, "lesson.parts[0].ask"),
        // What belongs to something that is not there.
        ("answer = 3", 1, "lesson.parts[0].answer"),
        ("ready = \"op == accept\"", 1, "lesson.parts[0].ready"),
        (&format!("{asks}answer = 3\ncalls = [\"bind\"]"), 3, "lesson.parts[0].calls"),
        ("show = \"mirror\"", 1, "lesson.parts[0].show"),
        (
            &format!("{asks}answer = 3\nwhen_wrong = [{{ is = \"x\", en = \"a\", zh = \"甲\" }}]"),
            3,
            "lesson.parts[0].when_wrong[0].is",
        ),
    ] {
        refused(part, line, field);
    }
}

#[test]
fn there_are_limits_and_they_are_named() {
    let long = format!("text = {{ en = \"{}\", zh = \"字\" }}", "x".repeat(MAX_TEXT_CHARS + 1));
    refused(&long, 1, "lesson.parts[0].text.en");
    let choice = "{ en = \"a\", zh = \"甲\" },";
    let many = format!("ask = \"choice\"\nchoices = [{}]\nanswer = 1", choice.repeat(MAX_CHOICES + 1));
    refused(&many, 2, "lesson.parts[0].choices");
    let part = "[[lesson.parts]]\ntitle = { en = \"a\", zh = \"甲\" }\n";
    let many = with(&format!("\n{}", part.repeat(MAX_PARTS)));
    let error = file::parse(&many, None).unwrap_err();
    assert_eq!(error.field.as_deref(), Some(format!("lesson.parts[{MAX_PARTS}]").as_str()), "{error}");
    assert!(error.message.text(Lang::En).contains(&MAX_PARTS.to_string()));
    // 10 MB of text: the file itself is too long.
    let huge = with(&format!("text = {{ en = \"{}\", zh = \"字\" }}", "x".repeat(10_000_000)));
    assert!(file::parse(&huge, None).is_err());
}

#[test]
fn a_lesson_needs_a_title_in_both_languages_parts_and_something_to_run() {
    let lab = with("");
    let refused = |lab: &str, field: &str| {
        let error = file::parse(lab, None).expect_err(lab);
        assert_eq!(error.field.as_deref(), Some(field), "{error}");
    };
    refused(&lab.replace("title = { en = \"A lesson\", zh = \"一课\" }", "title = \"A lesson\""), "title");
    refused(&lab.replace("zh = \"目标\"", ""), "lesson.goal.zh");
    refused("title = { en = \"a\", zh = \"甲\" }\n[lesson]\ngoal = { en = \"a\", zh = \"甲\" }\n", "lesson.parts");
    let steps = lab.find("[[steps]]").unwrap();
    refused(&lab[..steps], "lesson.parts[1]");
    let part = "ask = \"number\"\nanswer = 3";
    refused(&with(part).replace("run = true", ""), "lesson.parts[0]");
}
