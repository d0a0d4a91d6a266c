use super::*;
use crate::lang::Lang;
use crate::trace::Errno;
use crate::trace::prediction::{Answer, Predicted};

fn read(kind: Kind, value: &str, votes: &str) -> Result<Answer, Wrong> {
    let draft = Draft { kind, value: value.to_owned(), votes: votes.to_owned() };
    draft.read(&Op::Recv { max: 1024 }, TextEncoding::default())
}

#[test]
fn each_kind_of_answer_is_read() {
    let errno = Errno::by_name("ECONNRESET").unwrap();
    for (kind, value, votes, expected) in [
        (Kind::Returns, " 5 ", "", Answer { what: Predicted::Returns(5), votes: 0 }),
        (Kind::Fails, "econnreset", "12", Answer { what: Predicted::Fails(errno), votes: 12 }),
        (Kind::Blocks, "whatever", " 3 ", Answer { what: Predicted::Blocks, votes: 3 }),
        (Kind::Bytes, "hi\\n\\xff", "", Answer { what: Predicted::Bytes((&b"hi\n\xff"[..]).into()), votes: 0 }),
        (Kind::Bytes, "", "", Answer { what: Predicted::Bytes(bytes::Bytes::new()), votes: 0 }),
    ] {
        assert_eq!(read(kind, value, votes), Ok(expected), "{value}");
    }
}

#[test]
fn a_value_of_the_wrong_type_is_refused_with_what_it_could_be() {
    for (kind, value, votes, wrong) in [
        (Kind::Returns, "hello", "", Wrong::NoNumber("recv")),
        (Kind::Returns, "", "", Wrong::NoNumber("recv")),
        (Kind::Returns, "5.5", "", Wrong::NoNumber("recv")),
        (Kind::Returns, "-1", "", Wrong::IsError("-1".to_owned())),
        (Kind::Returns, "EPIPE", "", Wrong::IsError("EPIPE".to_owned())),
        (Kind::Fails, "5", "", Wrong::IsNumber("5".to_owned())),
        (Kind::Fails, "broken", "", Wrong::NoError),
        (Kind::Returns, "5", "many", Wrong::NoVotes),
        (Kind::Returns, "5", "-3", Wrong::NoVotes),
        (Kind::Bytes, &"a".repeat(5_000), "", Wrong::TooLong),
    ] {
        assert_eq!(read(kind, value, votes), Err(wrong), "{value} {votes}");
    }
    assert!(matches!(read(Kind::Bytes, "a\\q", ""), Err(Wrong::Bytes(_))));
}

#[test]
fn every_refusal_is_a_sentence_in_both_languages() {
    let all = [
        Wrong::NoNumber("recv"),
        Wrong::IsError("EPIPE".to_owned()),
        Wrong::NoError,
        Wrong::IsNumber("5".to_owned()),
        read(Kind::Bytes, "a\\q", "").unwrap_err(),
        Wrong::TooLong,
        Wrong::NoVotes,
        Wrong::Full,
    ];
    for wrong in &all {
        assert!(wrong.text(Lang::En).ends_with('.'), "{wrong:?}");
        assert!(wrong.text(Lang::ZhCn).ends_with('。'), "{wrong:?}");
    }
}
