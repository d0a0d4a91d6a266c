use proptest::prelude::*;

use super::*;
use crate::kinds::rule::{Regexp, When, WhenKind};
use crate::values::Content;

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
        Rule { delay: Duration::from_millis(100).into(), close: true, ..Rule::new(When::ends("bye"), None) },
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
    // It looks at a frame and not at the message; see `a_rule_asks_for_the_fields_of_the_protocol`.
    let of_frames = WhenKind::named("frame").unwrap();
    for kind in WhenKind::ALL.into_iter().filter(|kind| *kind != of_frames) {
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
    let answer = |rules: &mut Rules, message: &'static [u8]| {
        let bytes = &Bytes::from_static(message);
        rules.answer(&Message { bytes, peer: &peer, at: at(), counter: &counter, is_datagram: false, frame: None })
    };
    let rules = Rules::new(&[rule(When::exact("x"), "no"), rule(When::any(), "{counter}")], TextEncoding::UTF_8);
    let mut rules = rules.unwrap();
    let replies = [b"a", b"x", b"b"].map(|message| answer(&mut rules, message).unwrap().reply.unwrap());
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
        let message = Message { bytes, peer: &peer, at: at(), counter: &counter, is_datagram: false, frame: None };
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

/// Rules of a lab file, by which a connection answers.
fn connection(rules: &str) -> Rules {
    let text = format!("rules = {rules}\n");
    let document = toml::de::DeTable::parse(&text).unwrap();
    let root = crate::values::tree::Field::root(document.get_ref()).any_table().unwrap();
    let rules = crate::kinds::rule::toml::read(&root.get("rules").unwrap(), TextEncoding::UTF_8);
    Rules::new(&rules.unwrap_or_else(|fault| panic!("{fault:?}")), TextEncoding::UTF_8).unwrap()
}

/// What is said to a message, whose frame by that protocol it is the whole of.
fn said(rules: &mut Rules, preset: Option<&'static Preset>, message: &[u8]) -> Answer {
    let (peer, counter) = (Addr::Inet(([127, 0, 0, 1], 1).into()), Counter::default());
    let bytes = &Bytes::copy_from_slice(message);
    let frame = preset.map(|preset| (preset, message));
    rules.on_message(&Message { bytes, peer: &peer, at: at(), counter: &counter, is_datagram: false, frame })
}

fn reply(rules: &mut Rules, message: &str) -> String {
    String::from_utf8_lossy(&said(rules, None, message.as_bytes()).reply.unwrap_or_default()).into_owned()
}

#[test]
fn a_rule_of_a_state_is_there_only_in_it() {
    let rules = connection(
        r#"[{ when = "on", from = "off", to = "lit", reply = "1" }, { when = "on", reply = "already" },
            { when = "off", from = "lit", to = "off", reply = "0" }]"#,
    );
    let mut one = rules.clone();
    assert_eq!(["on", "on", "off", "off", "on"].map(|word| reply(&mut one, word)), ["1", "already", "0", "", "1"]);
    // Each connection is in a state of its own.
    let mut other = rules;
    assert_eq!(reply(&mut other, "on"), "1");
}

#[test]
fn of_several_replies_one_is_given_in_its_turn_or_by_the_seed() {
    let mut next = connection(r#"[{ when = { any = true }, replies = ["a", "b", "c"] }]"#);
    assert_eq!([0; 5].map(|_| reply(&mut next, "x")), ["a", "b", "c", "c", "c"]);
    let mut round = connection(r#"[{ when = { any = true }, replies = ["a", "b"], pick = "round" }]"#);
    assert_eq!([0; 5].map(|_| reply(&mut round, "x")), ["a", "b", "a", "b", "a"]);
    let random = |seed| {
        let rules = connection(r#"[{ when = { any = true }, replies = ["a", "b", "c"], pick = "random" }]"#);
        let mut rules = rules.seeded(seed);
        [0; 30].map(|_| reply(&mut rules, "x"))
    };
    assert_eq!(random(7), random(7));
    assert_ne!(random(7), random(8));
    assert!(["a", "b", "c"].iter().all(|one| random(7).contains(&(*one).to_owned())));
}

#[test]
fn a_reply_in_bytes_has_captures_fields_lengths_and_checksums() {
    let modbus = Preset::named("modbus-tcp");
    let mut rules = connection(
        r#"[{ when = { hex = "(?? ??) * 01 (03) *" }, reply_hex = "{frame.id} 00 00 {length:2} 01 $2 02 00 2a {msg}" },
            { when = { contains = "sum" }, reply_hex = "01 03 {checksum:crc-16/modbus} {length:1:all} {checksum:xor-8:hex}" }]"#,
    );
    let request = b"\xab\xcd\0\0\0\x06\x01\x03\0\0\0\x01";
    let expected = [b"\xab\xcd\0\0\0\x11\x01\x03\x02\0\x2a".as_slice(), request].concat();
    assert_eq!(said(&mut rules, modbus, request).reply.unwrap(), expected);
    let crc = crate::values::checksum::Checksum::CRC_16_MODBUS.of(b"\x01\x03");
    let before = [b"\x01\x03".as_slice(), &crc, b"\x07"].concat();
    let xor = before.iter().fold(0, |all, byte| all ^ byte);
    assert_eq!(said(&mut rules, None, b"sum").reply.unwrap(), [&before, format!("{xor:02x}").as_bytes()].concat());
    // Without the field there is no reply that would be short of it.
    let answer = said(&mut rules, None, request);
    assert_eq!((answer.reply, answer.trouble), (None, Some(ReplyTrouble::NoField { name: "id".into() })));
}

#[test]
fn what_acts_by_itself_greets_and_comes_again_and_again() {
    let mut rules = connection(
        r#"[{ on = "connect", reply = "hi", to = "up" }, { every = "1s", from = "up", reply = "tick" },
            { when = "stop", to = "down" }, { every = "10s", reply = "tock", then = [{ reply = "!", delay = "5ms" }] }]"#,
    );
    let (peer, counter, nothing) = (Addr::Inet(([127, 0, 0, 1], 1).into()), Counter::default(), Bytes::new());
    let about = Message { bytes: &nothing, peer: &peer, at: at(), counter: &counter, is_datagram: false, frame: None };
    let told = |answers: Vec<Answer>| {
        answers.into_iter().map(|answer| String::from_utf8(answer.reply.unwrap().to_vec()).unwrap()).collect::<Vec<_>>()
    };
    let seconds = Duration::from_secs;
    assert_eq!(told(rules.on_connect(&about)), ["hi"]);
    assert_eq!(rules.next_time(), Some(seconds(1)));
    assert_eq!(told(rules.on_time(seconds(1), &about)), ["tick"]);
    assert_eq!(rules.next_time(), Some(seconds(2)));
    assert_eq!(reply(&mut rules, "stop"), "");
    // In the other state it is silent, and what was missed is not made up for.
    assert_eq!(told(rules.on_time(seconds(9), &about)), [""; 0]);
    let last = rules.on_time(seconds(10), &about);
    assert_eq!(last[0].then, [(Duration::from_millis(5), Bytes::from("!"))]);
    assert_eq!(told(last), ["tock"]);
    assert_eq!(counter.rules_met().unwrap().into_iter().collect::<Vec<_>>(), [(0, 1), (1, 1), (3, 1)]);
}

#[test]
fn a_delay_between_two_is_any_of_them_and_the_same_with_the_same_seed() {
    let delays = |seed| {
        let mut rules = connection(r#"[{ when = { any = true }, reply = "a", delay = "10ms..20ms" }]"#).seeded(seed);
        [0; 20].map(|_| said(&mut rules, None, b"x").delay)
    };
    assert!(delays(1).iter().all(|delay| (Duration::from_millis(10)..=Duration::from_millis(20)).contains(delay)));
    assert_eq!(delays(1), delays(1));
    assert_ne!(delays(1), delays(2));
}

#[test]
fn a_rule_asks_for_the_fields_of_the_protocol() {
    let mut rules = connection(
        r#"[{ when = { frame = "function >= 0x80" }, reply = "no" }, { when = { any = true }, reply = "yes" }]"#,
    );
    let modbus = Preset::named("modbus-tcp");
    let mut says = |message: &[u8]| said(&mut rules, modbus, message).reply.unwrap();
    assert_eq!(says(b"\0\x01\0\0\0\x02\x01\x83"), "no");
    assert_eq!(says(b"\0\x01\0\0\0\x02\x01\x03"), "yes");
}
