use std::ops::Range;

use proptest::prelude::*;
use toml::de::DeTable;

use super::*;

/// A framing of each kind, with something in each of its options.
pub(crate) fn one_of_each() -> Vec<Framing> {
    let all = vec![
        Framing::none(),
        Framing::of_preset("dicom").unwrap(),
        Framing::line(),
        delimiter(b";"),
        read_utf8(r#"{ kind = "between", start_hex = "10 02", end_hex = "10 03", escape_hex = "10" }"#),
        fixed(7),
        read_utf8(
            r#"{ kind = "length-prefix", bytes = 3, endian = "little", offset = 2, includes = "all", adjust = -4 }"#,
        ),
        Framing::new(&slip::SLIP, Values::default()),
        Framing::new(&cobs::COBS, Values::default()),
        Framing::new(&json::JSON, Values::default()),
        Framing::idle(Duration::from_millis(70)),
        read_utf8(r#"{ kind = "regex", end = "\\x0110=\\d{3}\\x01" }"#),
        Framing::new(&http::HTTP, Values::default()),
    ];
    assert_eq!(all.iter().map(Framing::kind).collect::<Vec<_>>(), FramingKind::ALL);
    all
}

/// Framings of every sort that read back what they wrote, but for some payloads.
pub(crate) fn sorts() -> Vec<Framing> {
    let more = [
        r#"{ kind = "length-prefix", number = "varint" }"#,
        r#"{ kind = "length-prefix", number = "decimal", end = ":" }"#,
        r#"{ kind = "length-prefix", number = "hex", end_hex = "0d 0a", includes = "all" }"#,
        r#"{ kind = "length-prefix", number = "decimal", digits = 4, adjust = -1 }"#,
        r#"{ kind = "length-prefix", bytes = 3, includes = "all" }"#,
        r#"{ kind = "between", start_hex = "02", end_hex = "03" }"#,
        r#"{ kind = "between", start_hex = "61", end_hex = "62 0d", escape_hex = "00" }"#,
        r#"{ preset = "netstring" }"#,
        r#"{ preset = "syslog-octets" }"#,
        r#"{ preset = "mllp" }"#,
        r#"{ preset = "kafka" }"#,
    ];
    // Without a framing what comes at once is a message, however the stream is cut.
    let each = one_of_each().into_iter().filter(Framing::is_some);
    each.chain(more.map(read_utf8)).chain([prefix(1, true), prefix(8, false)]).collect()
}

/// Those of them that put around any payload what its end is found by.
pub(crate) fn closing_sorts() -> Vec<Framing> {
    let leaves_as_it_is = |framing: &Framing| {
        ["json", "idle", "regex", "http"].contains(&framing.kind().name)
            || framing.preset().is_some_and(|preset| preset.name == "dicom")
            || framing.values().count("offset") > 0
    };
    sorts().into_iter().filter(|framing| !leaves_as_it_is(framing)).collect()
}

fn delimiter(bytes: &[u8]) -> Framing {
    Framing::delimiter(bytes).unwrap()
}

fn fixed(length: u32) -> Framing {
    Framing::fixed(length)
}

fn prefix(bytes: u32, big_endian: bool) -> Framing {
    Framing::length_prefix(bytes, big_endian).unwrap()
}

fn scanner(framing: &Framing) -> FrameScanner {
    FrameScanner::new(framing, TextEncoding::UTF_8)
}

fn all(scanner: &mut FrameScanner, pieces: &[&[u8]]) -> Vec<Result<Frame, FrameError>> {
    let mut frames = Vec::new();
    for piece in pieces {
        let mut rest = *piece;
        while let Some(frame) = scanner.next_frame(&mut rest) {
            frames.push(frame);
        }
        assert!(rest.is_empty());
    }
    frames
}

/// The payloads of whole frames.
fn payloads(framing: &Framing, encoding: TextEncoding, bytes: &[u8]) -> Vec<Vec<u8>> {
    all(&mut FrameScanner::new(framing, encoding), &[bytes])
        .into_iter()
        .map(|frame| frame.unwrap().payload)
        .map(|payload| bytes[payload.start as usize..payload.end as usize].to_vec())
        .collect()
}

fn utf8(framing: &Framing, bytes: &[u8]) -> Vec<Vec<u8>> {
    payloads(framing, TextEncoding::UTF_8, bytes)
}

fn frame(range: Range<u64>, payload: Range<u64>) -> Result<Frame, FrameError> {
    Ok(Frame { kind: FrameKind::Message, range, payload, has_gap: false })
}

#[test]
fn a_line_ends_with_its_line_feed_and_the_return_before_it() {
    assert_eq!(utf8(&Framing::line(), b"a\r\nb\n\n\r\n\r\r\nc"), [b"a".as_slice(), b"b", b"", b"", b"\r"]);
    let frames = all(&mut scanner(&Framing::line()), &[b"ab\r", b"\nc", b"\n"]);
    assert_eq!(frames, [frame(0..4, 0..2), frame(4..6, 4..5)]);
    // The return belongs to the line before.
    assert_eq!(all(&mut scanner(&Framing::line()), &[b"a\n\r", b"\n"]), [frame(0..2, 0..1), frame(2..4, 2..2)]);
}

#[test]
fn a_line_feed_of_utf_16_is_a_character_and_not_a_byte() {
    for (encoding, bytes) in [
        (TextEncoding::Utf16Le, b"\x0a\x00\x0a\x05\x0d\x00\x0a\x00\x00\x0a\x0a\x00".as_slice()),
        (TextEncoding::Utf16Be, b"\x00\x0a\x05\x0a\x00\x0d\x00\x0a\x0a\x00\x00\x0a".as_slice()),
    ] {
        let lines = payloads(&Framing::line(), encoding, bytes);
        assert_eq!(lines, [&bytes[..0], &bytes[2..4], &bytes[8..10]], "{encoding}");
    }
}

#[test]
fn a_delimiter_may_begin_within_its_own_beginning() {
    assert_eq!(utf8(&delimiter(b"aab"), b"aaab-aab"), [b"a".as_slice(), b"-"]);
    assert_eq!(utf8(&delimiter(b"\r\n\r\n"), b"GET\r\nA\r\n\r\n\r\r\n\r\n"), [b"GET\r\nA".as_slice(), b"\r"]);
    assert_eq!(utf8(&delimiter(b"aa"), b"aaaab"), [b"", b""]);
    assert_eq!(utf8(&delimiter(b"\0"), b"\0x\0"), [b"".as_slice(), b"x"]);
}

#[test]
fn fixed_lengths_and_length_prefixes_are_counted() {
    assert_eq!(utf8(&fixed(3), b"abcdefgh"), [b"abc", b"def"]);
    assert_eq!(utf8(&prefix(1, true), b"\x02ab\x00\x01c\x05d"), [b"ab".as_slice(), b"", b"c"]);
    assert_eq!(utf8(&prefix(2, true), b"\x00\x02ab"), [b"ab"]);
    assert_eq!(utf8(&prefix(2, false), b"\x02\x00ab"), [b"ab"]);
    assert_eq!(utf8(&prefix(4, false), b"\x01\0\0\0a\0\0\0\0"), [b"a".as_slice(), b""]);
    let frames = all(&mut scanner(&prefix(8, true)), &[b"\0\0\0", b"\0\0\0\0\x02a", b"b"]);
    assert_eq!(frames, [frame(0..10, 8..10)]);
}

#[test]
fn a_message_longer_than_its_cap_ends_framing_where_it_begins() {
    for (framing, stream, too_long) in [
        (Framing::line(), b"ok\nabcdefgh".as_slice(), true),
        (Framing::line(), b"ok\nabcd\r\n", false),
        (Framing::line(), b"ok\nabcde\n", true),
        (delimiter(b"--"), b"ok--abcde-", true),
        (delimiter(b"--"), b"ok--abcd--", false),
    ] {
        let mut scanner = scanner(&framing).with_max(4);
        let frames = all(&mut scanner, &[stream]);
        assert_eq!(frames.len(), 2, "{stream:?}");
        let begins = frames[0].clone().unwrap().range.end;
        if too_long {
            assert_eq!(frames[1], Err(FrameError::TooLong { at: begins, max: 4 }));
            assert_eq!(all(&mut scanner, &[b"x\n--"]), []);
        } else {
            assert_eq!(frames[1].clone().unwrap().payload, begins..begins + 4);
        }
        assert_eq!(scanner.has_ended(), too_long);
    }
}

#[test]
fn a_length_prefix_that_lies_ends_framing() {
    let frames = all(&mut scanner(&prefix(8, true)), &[&[0xff; 20]]);
    assert_eq!(frames, [Err(FrameError::Lying { at: 0, announced: u64::MAX, max: MAX_FRAME })]);
    let http = all(&mut scanner(&prefix(4, true)), &[b"GET / HTTP/1.1"]);
    let error = FrameError::Lying { at: 0, announced: 0x4745_5420, max: MAX_FRAME };
    assert_eq!(http, [Err(error)]);
    assert_eq!(
        error.to_string(),
        "the length prefix at byte 0 announces 1195725856 bytes, and a message has at most 16777216"
    );
    let longest = MAX_FRAME.to_be_bytes();
    assert_eq!(all(&mut scanner(&prefix(4, true)), &[&longest]), []);
}

#[test]
fn bytes_that_were_not_kept_are_counted_where_counting_is_enough() {
    let mut lines = scanner(&Framing::line());
    assert_eq!(all(&mut lines, &[b"ab\r"]), []);
    assert_eq!(lines.next_frame_in_gap(&mut 10), None);
    let gap = |range, payload| Ok(Frame { kind: FrameKind::Message, range, payload, has_gap: true });
    assert_eq!(all(&mut lines, &[b"\nc\n"]), [gap(0..14, 0..13), frame(14..16, 14..15)]);

    let mut fixed = scanner(&fixed(4));
    let mut missing = 9;
    assert_eq!(fixed.next_frame_in_gap(&mut missing), Some(gap(0..4, 0..4)));
    assert_eq!(fixed.next_frame_in_gap(&mut missing), Some(gap(4..8, 4..8)));
    assert_eq!((fixed.next_frame_in_gap(&mut missing), missing), (None, 0));
    assert_eq!(all(&mut fixed, &[b"abcdefg"]), [gap(8..12, 8..12), frame(12..16, 12..16)]);

    let mut prefixed = scanner(&prefix(1, true));
    assert_eq!(all(&mut prefixed, &[b"\x05a"]), []);
    let mut missing = 6;
    assert_eq!(prefixed.next_frame_in_gap(&mut missing), Some(gap(0..6, 1..6)));
    assert_eq!(prefixed.next_frame_in_gap(&mut missing), Some(Err(FrameError::Missing { at: 6 })));
    assert_eq!((prefixed.next_frame_in_gap(&mut missing), missing), (None, 0));
    assert_eq!(prefixed.position(), 8);
}

#[test]
fn a_stream_whose_beginning_is_gone_is_taken_up_where_that_is_possible() {
    let mut lines = scanner(&Framing::line()).starting_at(7);
    let gap = |range, payload| Ok(Frame { kind: FrameKind::Message, range, payload, has_gap: true });
    assert_eq!(all(&mut lines, &[b"a\nb\n"]), [gap(7..9, 7..8), frame(9..11, 9..10)]);
    let mut fixed = scanner(&fixed(4)).starting_at(6);
    assert_eq!(all(&mut fixed, &[b"abcdef"]), [gap(4..8, 4..8), frame(8..12, 8..12)]);
    let mut whole = scanner(&self::fixed(4)).starting_at(8);
    assert_eq!(all(&mut whole, &[b"abcd"]), [frame(8..12, 8..12)]);
    let mut prefixed = scanner(&prefix(1, true)).starting_at(1);
    assert_eq!(all(&mut prefixed, &[b"\x01a"]), [Err(FrameError::Missing { at: 1 })]);
    let mut last = scanner(&Framing::line()).starting_at(u64::MAX);
    assert_eq!(all(&mut last, &[b"a\n"]).len(), 1, "no place overflows");
}

#[test]
fn without_framing_what_comes_at_once_is_one_frame() {
    let frames = all(&mut scanner(&Framing::none()), &[b"ab", b"", b"c\n"]);
    assert_eq!(frames, [frame(0..2, 0..2), frame(2..4, 2..4)]);
}

fn any_framing() -> impl Strategy<Value = Framing> {
    prop_oneof![
        10 => prop::sample::select(sorts()),
        1 => prop_oneof![
        Just(Framing::line()),
        prop::collection::vec(prop::sample::select(b"ab\n".to_vec()), 1..5).prop_map(|bytes| delimiter(&bytes)),
        (1u32..9).prop_map(fixed),
        (prop::sample::select(vec![1u32, 2, 4, 8]), any::<bool>()).prop_map(|(width, big)| prefix(width, big)),
        ],
    ]
}

/// What begins, ends, escapes, counts and means nothing.
const ALPHABET: &[u8] = b"ab\r\n\0\0\0\x01\x02\x03\x10\xff\xc0\xdb\xdc{}\"[:1 2,;";

proptest! {
    #[test]
    fn any_split_gives_the_same_frames(
        framing in any_framing(),
        encoding in prop::sample::select(vec![TextEncoding::UTF_8, TextEncoding::Utf16Le, TextEncoding::Utf16Be]),
        bytes in prop::collection::vec(prop::sample::select(ALPHABET.to_vec()), 0..60),
        max in 1u32..20,
        sizes in prop::collection::vec(1usize..8, 1..60),
    ) {
        let new = || FrameScanner::new(&framing, encoding).with_max(max);
        let whole = all(&mut new(), &[&bytes]);
        let single: Vec<&[u8]> = bytes.chunks(1).collect();
        prop_assert_eq!(&all(&mut new(), &single), &whole);
        let mut pieces = Vec::new();
        let mut rest = bytes.as_slice();
        for size in sizes {
            let (piece, after) = rest.split_at(size.min(rest.len()));
            pieces.push(piece);
            rest = after;
        }
        pieces.push(rest);
        prop_assert_eq!(&all(&mut new(), &pieces), &whole);
        // Frames lie beside each other, and no payload is longer than its cap or its own length.
        let mut at = 0;
        for frame in whole.into_iter().flatten() {
            prop_assert!(frame.range.start == at && frame.payload.start >= at && frame.payload.end <= frame.range.end);
            let len = frame.payload.end - frame.payload.start;
            // Where bytes are written as two, there may be twice as many.
            let most = 2 * u64::from(max) + 1;
            prop_assert!(len <= most || framing.kind().name == "fixed" || framing.preset().is_some());
            at = frame.range.end;
        }
    }

    #[test]
    fn a_delimiter_is_found_where_a_plain_search_finds_it(
        needle in prop::collection::vec(prop::sample::select(b"ab".to_vec()), 1..6),
        bytes in prop::collection::vec(prop::sample::select(b"ab".to_vec()), 0..60),
    ) {
        let mut expected = Vec::new();
        let mut rest = bytes.as_slice();
        while let Some(at) = rest.windows(needle.len()).position(|window| window == needle) {
            expected.push(rest[..at].to_vec());
            rest = &rest[at + needle.len()..];
        }
        prop_assert_eq!(utf8(&delimiter(&needle), &bytes), expected);
    }
}

#[test]
fn a_gap_of_any_length_is_skipped_at_once() {
    for framing in [fixed(3), Framing::line(), Framing::none()] {
        for (read, missing) in [(0usize, 0u64), (0, 2), (1, 2), (2, 1), (2, 100), (0, 3_000), (1, 3_001)] {
            let begun = || {
                let mut scanner = scanner(&framing);
                let mut rest = &b"ab"[..read];
                while scanner.next_frame(&mut rest).is_some() {}
                scanner
            };
            let (mut one, mut other) = (begun(), begun());
            let (mut left, mut frames) = (missing, 0);
            while other.next_frame_in_gap(&mut left).is_some() {
                frames += 1;
            }
            assert_eq!(one.skip(missing), frames, "{framing:?} {read} {missing}");
            let next = |mut scanner: FrameScanner| {
                let mut rest = &b"x\nyz"[..];
                (scanner.position(), scanner.next_frame(&mut rest))
            };
            assert_eq!(next(one), next(other), "{framing:?} {read} {missing}");
        }
    }
    let mut scanner = scanner(&fixed(3));
    assert_eq!(scanner.skip(u64::MAX), u64::MAX / 3);
}

#[test]
fn a_payload_is_framed_as_the_peer_expects_it() {
    let utf8 = TextEncoding::UTF_8;
    let framed = |framing: &Framing, payload: &'static [u8]| super::frame(framing, utf8, Bytes::from_static(payload));
    assert_eq!(framed(&Framing::line(), b"hi").unwrap(), b"hi\n".as_slice());
    let utf16 = super::frame(&Framing::line(), TextEncoding::Utf16Be, Bytes::from_static(b"\0a"));
    assert_eq!(utf16.unwrap(), b"\0a\0\n".as_slice());
    assert_eq!(framed(&delimiter(b"\0"), b"hi").unwrap(), b"hi\0".as_slice());
    assert_eq!(framed(&prefix(2, true), b"hi").unwrap(), b"\0\x02hi".as_slice());
    assert_eq!(framed(&prefix(2, false), b"hi").unwrap(), b"\x02\0hi".as_slice());
    assert_eq!(framed(&prefix(8, false), b"").unwrap(), [0; 8].as_slice());
    let fixed = Framing::fixed(3);
    assert_eq!(framed(&fixed, b"abc").unwrap(), b"abc".as_slice());
    assert_eq!(framed(&fixed, b"ab"), Err(UnframeableError::WrongLength { len: 2, length: 3 }));
    let error = framed(&prefix(1, true), &[0; 256]).unwrap_err();
    assert_eq!(error, UnframeableError::PrefixTooNarrow { len: 256, width: 1, most: 255 });
    assert_eq!(error.to_string(), "256 bytes do not fit a length prefix of 1 bytes, whose largest number is 255");
    assert!(framed(&prefix(1, true), &[0; 255]).is_ok());
}

pub(crate) fn read_utf8(value: &str) -> Framing {
    parse(value, TextEncoding::UTF_8).unwrap()
}

fn parse(value: &str, encoding: TextEncoding) -> Result<Framing, String> {
    let text = format!("framing = {value}\n");
    let document = DeTable::parse(&text).unwrap();
    let root = tree::Field::root(document.get_ref()).any_table().unwrap();
    Framing::read(&root.get("framing").unwrap(), encoding)
        .map_err(|fault| format!("{}: {}", fault.field.unwrap_or_default(), fault.message.text(Lang::En)))
}

#[test]
fn every_framing_is_read_as_it_is_documented() {
    assert_eq!(read_utf8("\"none\""), Framing::none());
    assert_eq!(read_utf8("\"line\""), Framing::line());
    assert_eq!(read_utf8("{ kind = \"line\" }"), Framing::line());
    assert_eq!(read_utf8("{ kind = \"delimiter\", hex = \"0d 0a 0d 0a\" }"), delimiter(b"\r\n\r\n"));
    assert_eq!(read_utf8(r#"{ kind = "delimiter", text = "\r\n\r\n" }"#), delimiter(b"\r\n\r\n"));
    let gbk = parse("{ kind = \"delimiter\", text = \"你\" }", "gbk".parse().unwrap());
    assert_eq!(gbk, Ok(delimiter(b"\xc4\xe3")));
    assert_eq!(read_utf8("{ kind = \"fixed\", length = 16 }"), fixed(16));
    let little = read_utf8("{ kind = \"length-prefix\", bytes = 2, endian = \"little\" }");
    assert_eq!(little, prefix(2, false));
    assert_eq!(read_utf8("{ kind = \"length-prefix\", bytes = 8 }"), prefix(8, true));
    assert_eq!(read_utf8("{ preset = \"modbus-tcp\" }"), Framing::of_preset("modbus-tcp").unwrap());
    assert_eq!(read_utf8("{ kind = \"idle\" }"), Framing::idle(Duration::from_millis(50)));
    assert_eq!(read_utf8("{ kind = \"idle\", after = \"70ms\" }"), Framing::idle(Duration::from_millis(70)));
}

const REGEX_AHEAD: &str =
    "framing.end: the expression looks at what comes next ($, \\b): in a stream nobody knows that yet";

fn names() -> String {
    Preset::ALL.iter().map(|preset| preset.name).collect::<Vec<_>>().join(", ")
}

#[test]
fn what_is_no_framing_is_refused_with_its_field() {
    for (value, message) in [
        (
            "\"lines\"",
            "framing: expected one of none, preset, line, delimiter, between, fixed, length-prefix, slip, cobs, json, idle, regex, http, found \"lines\"",
        ),
        ("3", "framing: expected a string, found 3"),
        ("\"fixed\"", "framing: expected a table, for example { kind = \"fixed\", length = 16 }"),
        (
            "{ length = 3 }",
            "framing.kind: is missing: expected one of none, preset, line, delimiter, between, fixed, length-prefix, slip, cobs, json, idle, regex, http",
        ),
        ("{ kind = \"line\", length = 3 }", "framing.length: unknown key: expected one of kind"),
        ("{ kind = \"delimiter\" }", "framing: a delimiter needs text or hex"),
        ("{ kind = \"delimiter\", text = \"\" }", "framing.text: a delimiter has at least one byte"),
        ("{ kind = \"delimiter\", text = \";\", hex = \"3b\" }", "framing: text and hex exclude each other"),
        ("{ kind = \"fixed\", length = 0 }", "framing.length: expected a whole number from 1 to 16777216, found 0"),
        (
            "{ kind = \"fixed\", length = 16777217 }",
            "framing.length: expected a whole number from 1 to 16777216, found 16777217",
        ),
        ("{ kind = \"length-prefix\" }", "framing.bytes: is missing: expected one of 1, 2, 3, 4, 5, 6, 7, 8"),
        ("{ kind = \"length-prefix\", bytes = 9 }", "framing.bytes: a length prefix has 1 to 8 bytes, and not 9"),
        (
            "{ kind = \"length-prefix\", number = \"varint\", bytes = 2 }",
            "framing.bytes: means something only where number is binary",
        ),
        (
            "{ kind = \"length-prefix\", bytes = 2, adjust = 70000 }",
            "framing.adjust: expected a whole number from -65536 to 65536, found 70000",
        ),
        ("{ kind = \"between\", start = \"a\" }", "framing: a message ends with end or end_hex"),
        (
            "{ kind = \"between\", start = \"a\", end = \"b\", end_hex = \"0a\" }",
            "framing: end and end_hex exclude each other",
        ),
        ("{ kind = \"idle\", after = \"2m\" }", "framing.after: expected a time from 1ms to 60s"),
        ("{ kind = \"regex\", end = \"a$\" }", REGEX_AHEAD),
        ("{ preset = \"telepathy\" }", &format!("framing.preset: expected one of {}, found \"telepathy\"", names())),
        (
            "{ kind = \"length-prefix\", bytes = 2, endian = \"middle\" }",
            "framing.endian: expected one of big, little, found \"middle\"",
        ),
    ] {
        assert_eq!(parse(value, TextEncoding::UTF_8), Err(message.to_owned()), "{value}");
    }
    let long = format!("{{ kind = \"delimiter\", text = \"{}\" }}", "a".repeat(MAX_DELIMITER + 1));
    assert!(parse(&long, TextEncoding::UTF_8).unwrap_err().contains("at most 64 bytes"));
    let lacking = parse("{ kind = \"delimiter\", text = \"你\" }", TextEncoding::Ascii).unwrap_err();
    assert!(lacking.starts_with("framing.text: '你' at character 1 can't be written in ASCII"), "{lacking}");
}

proptest! {
    #[test]
    fn a_framing_that_was_written_is_read_back(
        bytes in prop::collection::vec(any::<u8>(), 1..=MAX_DELIMITER),
        text in "[ -~\r\n\t]{1,20}",
        length in 1..=MAX_FRAME,
        width in prop::sample::select(PREFIX_WIDTHS),
        big_endian: bool,
        encoding in prop::sample::select(TextEncoding::OFFERED.to_vec()),
    ) {
        for framing in [
            Framing::none(),
            Framing::line(),
            delimiter(&bytes),
            delimiter(text.as_bytes()),
            fixed(length),
            prefix(width, big_endian),
        ].into_iter().chain(sorts()) {
            prop_assert_eq!(parse(&framing.write(encoding), encoding), Ok(framing));
        }
    }
}
