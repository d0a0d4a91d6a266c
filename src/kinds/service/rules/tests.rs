use proptest::prelude::*;

use super::*;
use crate::kinds::rule::{Regexp, WhenKind};

fn at() -> DateTime {
    jiff::civil::date(2026, 11, 20).at(19, 49, 6, 0)
}

fn encoding(label: &str) -> TextEncoding {
    label.parse().unwrap()
}

fn regex(source: &str) -> When {
    When::regex(Regexp::new(source).unwrap())
}

fn rule(when: When, reply: &str) -> Rule {
    Rule::new(when, Some(Content::Text(reply.to_owned())))
}

fn tried(rules: &[Rule], label: &str, message: &[u8]) -> Option<Matched> {
    try_rules(rules, encoding(label), message, at()).unwrap()
}

/// The number of the rule that answers, and its reply.
fn answer(rules: &[Rule], label: &str, message: &[u8]) -> Option<(usize, Vec<u8>)> {
    tried(rules, label, message).map(|matched| (matched.index, matched.reply.unwrap_or_default().to_vec()))
}

fn matches(when: &When, label: &str, message: &[u8]) -> bool {
    tried(&[Rule::new(when.clone(), None)], label, message).is_some()
}

#[test]
fn the_first_rule_that_matches_answers_and_is_named() {
    let rules = [
        Rule { name: "greeting".to_owned(), ..rule(When::contains("hi"), "hello") },
        rule(When::starts("hi"), "never"),
        Rule { delay: Duration::from_millis(100), close: true, ..Rule::new(When::ends("bye"), None) },
    ];
    let matched = tried(&rules, "utf-8", b"hi bye").unwrap();
    assert_eq!((matched.index, &*matched.name, matched.close), (0, "greeting", false));
    assert_eq!(matched.reply.as_deref(), Some(b"hello".as_slice()));
    let last = tried(&rules, "utf-8", b"good bye").unwrap();
    assert_eq!((last.index, &*last.name, last.reply, last.close), (2, "", None, true));
    assert_eq!(last.delay, Duration::from_millis(100));
    assert_eq!(tried(&rules, "utf-8", b"HI"), None);
    assert_eq!(tried(&[], "utf-8", b"hi"), None);
}

#[test]
fn each_test_looks_at_its_place() {
    let cases = [
        (When::exact("exit"), b"exit".as_slice(), b"exit\n".as_slice()),
        (When::exact(""), b"", b" "),
        (When::contains("b"), b"abc", b"acd"),
        (When::starts("GET "), b"GET / HTTP/1.1", b" GET /"),
        (When::ends("\r\n"), b"a\r\n", b"a\n"),
        (regex(r"^\d+$"), b"123", b"12a"),
        (When::hex("01 ?? 03".parse().unwrap()), b"\x01\xff\x03", b"\x01\xff\x03\x04"),
        (When::any(), b"", b"\x00"),
    ];
    for kind in WhenKind::ALL {
        assert!(cases.iter().any(|(when, ..)| when.kind() == kind), "{kind:?} is not tried");
    }
    for (when, yes, no) in cases {
        assert!(matches(&when, "utf-8", yes), "{when:?}");
        assert!(matches(&when, "utf-8", no) == (when == When::any()), "{when:?}");
    }
}

#[test]
fn text_is_compared_in_the_encoding_of_the_endpoint() {
    let hello = When::contains("你");
    assert!(matches(&hello, "gbk", b"a\xc4\xe3b") && !matches(&hello, "gbk", "a你".as_bytes()));
    assert!(matches(&hello, "utf-8", "a你".as_bytes()) && !matches(&hello, "utf-8", b"a\xc4\xe3b"));
    assert!(matches(&When::exact("é"), "latin-1", b"\xe9"));
    assert!(matches(&When::ends("你\n"), "utf-16le", b"a\0\x60\x4f\n\0"));
    assert!(matches(&When::contains("漢"), "iso-2022-jp", b"\x1b$B4A;z\x1b(B"));
    // What Shift_JIS writes for the yen sign reads as a backslash.
    assert!(matches(&When::exact("¥"), "shift_jis", b"\x5c"));
}

#[test]
fn a_character_is_not_found_within_the_bytes_of_another() {
    // 「乤」 is 81 61 in GBK, and 61 is the letter a.
    assert_eq!(encoding("gbk").encode("乤").unwrap(), b"\x81\x61");
    for when in [When::contains("a"), When::ends("a"), regex("a")] {
        assert!(!matches(&when, "gbk", b"\x81\x61"), "{when:?}");
        assert!(matches(&when, "gbk", b"\x81\x61a"), "{when:?}");
    }
    // 00 61 | 00 62: the bytes 61 00 stand between two characters.
    assert!(!matches(&When::contains("愀"), "utf-16be", b"\0a\0b"));
}

#[test]
fn a_dot_is_a_character_in_every_encoding() {
    for label in ["utf-8", "gbk", "big5", "utf-16le", "utf-16be", "iso-2022-jp"] {
        let message = encoding(label).encode("x漢y").unwrap();
        let rules = [rule(regex("^.(?P<middle>.).$"), "${middle}!")];
        let expected = encoding(label).encode("漢").unwrap();
        let (_, reply) = answer(&rules, label, &message).unwrap();
        assert_eq!(reply, [expected, encoding(label).encode("!").unwrap()].concat(), "{label}");
    }
    assert!(matches(&regex("^.$"), "latin-1", b"\xe9") && matches(&regex("(?i)^É$"), "latin-1", b"\xe9"));
}

#[test]
fn captures_are_the_bytes_that_came() {
    let rules = [rule(regex(r"(\w+)=(.*)"), "$2 is $1, $0 costs $$5, $3")];
    assert!(matches!(try_rules(&rules, TextEncoding::UTF_8, b"", at()), Err(RulesError::Rule { index: 0, .. })));
    let rules = [rule(regex(r"(\w+)=(.*)(x)?"), "$2 is $1, $0 costs $$5$3")];
    assert_eq!(answer(&rules, "utf-8", b"a=b").unwrap().1, b"b is a, a=b costs $5");
    // Bytes that are no text: the very same come back.
    let raw = [rule(regex(r"(?s-u)^k(.+)$"), "$1")];
    assert_eq!(answer(&raw, "utf-8", b"k\xff\x00\xfe").unwrap().1, b"\xff\x00\xfe");
    let gbk = [rule(regex(r"(?s)^k(.+)$"), "$1")];
    assert_eq!(answer(&gbk, "gbk", b"k\xc4\xe3\xff\xc4").unwrap().1, b"\xc4\xe3\xff\xc4");
    assert_eq!(answer(&gbk, "ascii", b"k\xc4\xe3").unwrap().1, b"\xc4\xe3");
}

#[test]
fn placeholders_are_filled_in_as_in_a_template() {
    let rules = [rule(When::any(), "{{{msg}}} {host}:{port} {counter} {time} $1")];
    let reply = answer(&rules, "utf-8", b"\xffhi").unwrap().1;
    assert_eq!(reply, b"{\xffhi} 127.0.0.1:50000 1 2026-11-20 19:49:06 $1");

    let counter = Counter::default();
    let peer = Addr::Inet(([192, 0, 2, 7], 1).into());
    let answer = |rules: &Rules, message: &'static [u8]| {
        let bytes = &Bytes::from_static(message);
        rules.answer(&Message { bytes, peer: &peer, at: at(), counter: &counter, is_datagram: false })
    };
    let rules = Rules::new(&[rule(When::exact("x"), "no"), rule(When::any(), "{counter}")], TextEncoding::UTF_8);
    let rules = rules.unwrap();
    let replies = [b"a", b"x", b"b"].map(|message| answer(&rules, message).unwrap().reply.unwrap());
    assert_eq!(replies, [b"1".as_slice(), b"no", b"2"], "only replies that could show the counter count");
}

#[test]
fn a_reply_in_hex_is_sent_as_it_is() {
    let rules = [Rule::new(When::any(), Some(Content::Hex(b"{msg}\xff".to_vec())))];
    assert_eq!(answer(&rules, "utf-8", b"x").unwrap().1, b"{msg}\xff");
    let empty = tried(&[rule(When::any(), "")], "utf-8", b"x").unwrap();
    assert_eq!(empty.reply, Some(Bytes::new()), "an empty datagram is an answer");
}

#[test]
fn a_reply_that_is_always_the_same_is_not_copied() {
    let rules = Rules::new(&[rule(When::any(), "same")], TextEncoding::UTF_8).unwrap();
    let peer = Addr::Inet(([192, 0, 2, 7], 1).into());
    let counter = Counter::default();
    let [one, two] = [b"a", b"b"].map(|message| {
        let bytes = &Bytes::from_static(message);
        let message = Message { bytes, peer: &peer, at: at(), counter: &counter, is_datagram: false };
        rules.clone().answer(&message).unwrap().reply.unwrap()
    });
    assert_eq!(one.as_ptr(), two.as_ptr());
}

#[test]
fn a_reply_does_not_grow_without_end() {
    let rules = [rule(When::any(), &"{msg}".repeat(100))];
    let matched = tried(&rules, "utf-8", &vec![b'x'; MAX_REPLY / 99]).unwrap();
    assert_eq!((matched.reply, matched.trouble), (None, Some(ReplyTrouble::TooLong)));
    assert!(tried(&rules, "utf-8", &vec![b'x'; MAX_REPLY / 100]).unwrap().trouble.is_none());
}

#[test]
fn what_the_encoding_cannot_say_is_trouble_and_not_a_panic() {
    let message = b"\x1b$B\xff\xff\x1b(B";
    let matched = tried(&[rule(regex("(?s)(.+)"), "$1")], "iso-2022-jp", message).unwrap();
    assert_eq!(matched.trouble, Some(ReplyTrouble::NotEncodable { encoding: "ISO-2022-JP", character: '\u{fffd}' }));
    assert_eq!(matched.reply, None);
}

#[test]
fn a_regular_expression_looks_only_at_messages_of_bearable_length() {
    let rules = [rule(regex("x"), "1"), rule(When::contains("x"), "2")];
    assert_eq!(answer(&rules, "utf-8", &vec![b'x'; MAX_REGEX_MESSAGE]).unwrap().0, 0);
    assert_eq!(answer(&rules, "utf-8", &vec![b'x'; MAX_REGEX_MESSAGE + 1]).unwrap().0, 1);
}

#[test]
fn an_expression_that_makes_others_hang_is_linear() {
    let message = [vec![b'a'; MAX_REGEX_MESSAGE - 1], vec![b'!']].concat();
    for label in ["utf-8", "gbk"] {
        assert!(!matches(&regex("^(a+)+$"), label, &message));
        assert!(!matches(&regex("^(a|aa)*b$"), label, &message));
    }
}

#[test]
fn rules_that_cannot_work_are_refused_with_number_field_and_place() {
    let refused = |rules: &[Rule], label: &str| Rules::new(rules, encoding(label)).unwrap_err().to_string();
    let good = rule(When::any(), "ok");
    assert_eq!(
        refused(&[good.clone(), rule(When::exact("a你"), "")], "latin-1"),
        "rules[1].when: '你' at character 2 can't be written in ISO-8859-1, the endpoint's encoding"
    );
    assert!(
        refused(&[rule(regex("(a)"), "$2")], "utf-8")
            .starts_with("rules[0].reply: the regular expression has no capture 2")
    );
    assert_eq!(refused(&vec![good; MAX_RULES + 1], "utf-8"), "a service has at most 100 rules");
}

proptest! {
    #[test]
    fn no_message_panics_and_what_contains_a_text_is_found(
        before in prop::collection::vec(any::<u8>(), 0..20),
        text in "[a-z你好é]{1,6}",
        label in prop::sample::select(vec!["utf-8", "gb18030", "big5", "shift_jis", "euc-kr", "utf-16le", "iso-2022-jp", "latin-1", "ascii"]),
    ) {
        let encoding = encoding(label);
        let all = [
            rule(When::exact(text.clone()), "{msg}"),
            rule(When::starts(text.clone()), "{msg}"),
            rule(When::ends(text.clone()), "{msg}"),
            rule(When::contains(text.clone()), "{msg}"),
            rule(regex(&format!("(?s)(.{text}.)")), "$1{msg}$0"),
            rule(regex("(?s)^(.?)(.*)$"), "$1$2"),
        ];
        if let Ok(needle) = encoding.encode(&text) {
            prop_assert_eq!(answer(&all, label, &needle).map(|answer| answer.0), Some(0));
            for rules in all.chunks(1) {
                let _ = tried(rules, label, &before);
                let _ = tried(rules, label, &[before.as_slice(), &needle, &before].concat());
            }
            let matched = tried(&all[3..4], label, &[&needle, before.as_slice()].concat());
            // The end of a character of the text may begin another one with the bytes behind it only where it has states.
            prop_assert!(matched.is_some() || label == "iso-2022-jp");
        }
        // The first and the rest together are the whole, whatever came.
        match tried(&all[5..], label, &before) {
            Some(whole) if label != "iso-2022-jp" => prop_assert_eq!(whole.reply.unwrap().to_vec(), before),
            Some(_) => {}
            None => prop_assert!(label == "utf-8" && std::str::from_utf8(&before).is_err()),
        }
    }

    #[test]
    fn decoded_search_agrees_with_a_plain_one_on_text(
        text in "[ab你好]{0,20}",
        wanted in "[ab你好]{1,3}",
        label in prop::sample::select(vec!["utf-8", "gbk", "utf-16le", "utf-16be"]),
    ) {
        let message = encoding(label).encode(&text).unwrap();
        prop_assert_eq!(matches(&When::contains(wanted.clone()), label, &message), text.contains(&wanted));
        prop_assert_eq!(matches(&When::ends(wanted.clone()), label, &message), text.ends_with(&wanted));
        prop_assert_eq!(matches(&regex(&wanted), label, &message), text.contains(&wanted));
    }
}
