//! What users type and open: payloads, addresses and the like, filters, lab files.

use std::collections::HashMap;
use std::io::Write as _;
use std::path::Path;
use std::time::SystemTime;

use jiff::civil::DateTime;
use socket_lab::explain;
use socket_lab::lab::payload::{self, Input, LineEnding};
use socket_lab::lab::snippet::{MacroValues, Snippet, without_macros};
use socket_lab::lab::transfer::Sha256;
use socket_lab::lab::{
    EndpointId, Group, HostPort, Interface, Local, Remote, TextEncoding, address, duration, file, name, template,
};
use socket_lab::lang::Lang;
use socket_lab::trace::bookmarks::Bookmarks;
use socket_lab::trace::filter::{Context, Filter, Known, MAX_FILTER_CHARS, as_value, complete};
use socket_lab::trace::{Trace, text};

use super::campaign::{Target, fuzz};
use super::opened;

fn bytes_of(samples: &[&str]) -> Vec<Vec<u8>> {
    samples.iter().map(|sample| sample.as_bytes().to_vec()).collect()
}

/// What can be written is read back as the same.
fn there_and_back<T: PartialEq + std::fmt::Debug + ToString>(text: &str, read: impl Fn(&str) -> Option<T>) -> bool {
    let Some(value) = read(text) else { return false };
    let written = value.to_string();
    assert_eq!(read(&written).as_ref(), Some(&value), "{text:?} was written as {written:?}");
    true
}

#[test]
fn whatever_is_typed_becomes_bytes_or_is_refused_with_its_place() {
    let samples = bytes_of(&[
        "hello\\r\\n",
        "\\x00\\xff\\\\n你好\\t",
        "id={counter} t={time} {random:8} {{x}}",
        "{msg} from {host}:{port} at {time} #{counter}",
        "68 65 6c 6c 6f",
        "0x68,0x65:6C-6c\n6F",
        "127.0.0.1:8000",
        "[fe80::1%eth0]:65535",
        "@server",
        "localhost:0",
        "unix:/tmp/x.sock",
        "239.1.2.3%lo",
        "ff02::1:3%3",
        "1m 30s 5ms",
        "1.5s",
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "iso-2022-jp",
        "gb18030",
    ]);
    let words = &[
        "\\x",
        "\\",
        "\\n",
        "\\0",
        "{",
        "}",
        "{{",
        "}}",
        "{counter}",
        "{random:",
        "{time}",
        "{msg}",
        "0x",
        "ff",
        ",",
        ":",
        "-",
        "[",
        "]",
        "%",
        "::",
        "1h",
        "ns",
        " ",
        "@",
        "unix:",
        "/",
        ".",
        "127.0.0.1",
        "utf-16le",
        "\u{a5}",
        "\u{203e}",
    ];
    fuzz(Target { name: "payloads", samples, words, cases: 600 }, |input| {
        let typed = String::from_utf8_lossy(input);
        let chars = typed.chars().count();
        let values = MacroValues { counter: u64::MAX, at: DateTime::MIN, random: u64::MAX };
        let mut understood = false;
        let pick = input.iter().fold(input.len(), |sum, byte| sum + usize::from(*byte));
        for encoding in TextEncoding::OFFERED.iter().copied().skip(pick % 4).step_by(4) {
            let ending = LineEnding::ALL[pick % LineEnding::ALL.len()];
            match payload::encode(&typed, Input::Text, encoding, ending) {
                Ok(bytes) => {
                    assert!(bytes.len() <= 8 * typed.len() + 8);
                    understood = true;
                }
                Err(error) => {
                    assert!(error.position() <= chars, "{error}");
                    assert!(error.to_string().len() < 500);
                }
            }
            for input in [Input::Text, Input::Hex] {
                let snippet = Snippet::new("name", input, &*typed);
                match snippet.bytes(encoding, ending, &values) {
                    Ok(bytes) => assert!(bytes.len() <= 64 * typed.len() + 64),
                    Err(error) => assert!(error.position().is_none_or(|position| position <= chars), "{error}"),
                }
                let _ = snippet.check();
            }
            // As a peer's bytes are shown.
            let shown = text::as_text(input, encoding);
            assert!(!text::visible(&shown).chars().any(|c| c.is_control() || ('\u{202a}'..='\u{202e}').contains(&c)));
            assert!(text::preview(input, encoding, 40).chars().count() <= 200);
        }
        if let Ok(bytes) = payload::parse_hex(&typed) {
            assert_eq!(payload::parse_hex(&payload::format_hex(&bytes)), Ok(bytes));
        }
        assert!(text::as_c_array(input).len() + text::as_python_bytes(input).len() <= 16 * input.len() + 200);
        let _ = without_macros(&typed);
        if let Err(error) = template::parse(&typed) {
            assert!(error.position() <= chars);
        }
        let _ = (address::parse_unix_path(&typed), name::check(&typed));
        if let Ok(duration) = duration::parse(&typed) {
            assert_eq!(duration::parse(&duration::format(duration)), Ok(duration));
        }
        there_and_back(&typed, |text| text.parse::<HostPort>().ok());
        there_and_back(&typed, |text| text.parse::<Local>().ok());
        there_and_back(&typed, |text| Remote::parse_inet(text).ok());
        there_and_back(&typed, |text| Remote::parse_unix(text).ok());
        there_and_back(&typed, |text| text.parse::<Group>().ok());
        there_and_back(&typed, |text| text.parse::<Interface>().ok());
        there_and_back(&typed, |text| text.parse::<Sha256>().ok());
        there_and_back(&typed, |text| text.parse::<TextEncoding>().ok());
        there_and_back(&typed, |text| address::parse_port(text).ok());
        understood
    });
}

#[test]
fn any_text_is_a_filter_or_is_refused_with_its_place() {
    let samples = bytes_of(&[
        "endpoint == client and op == recv and len > 100 and data contains \"SB\"",
        "errno",
        "took > 1s and not (peer == :8000 or errno in {EPIPE, ECONNRESET})",
        "data contains 0d:0a",
        "data contains hex\"0d 0a\" || msg ~ /^GET .* HTTP/",
        "hello world",
        "not not (conn != 3) or ((seq == 0x7))",
        "local == [::1]:80 && peer != /tmp/x.sock",
        "note contains \"\\x00\\\"\\\\\" or bookmark",
        "op in {send recv, sendto}",
        "result > -1 and at <= 1.5min and offset >= 0",
        "rule matches /a\\/b(?i)c{2,3}/",
        "\"text\" and \"server #3\"",
    ]);
    let words = &[
        "endpoint",
        "conn",
        "op",
        "len",
        "result",
        "errno",
        "took",
        "at",
        "peer",
        "local",
        "port",
        "data",
        "msg",
        "offset",
        "seq",
        "rule",
        "note",
        "bookmark",
        "lost",
        "truncated",
        "eof",
        "and",
        "or",
        "not",
        "&&",
        "||",
        "!",
        "==",
        "!=",
        ">",
        "<=",
        "contains",
        "~",
        "matches",
        "in",
        "{",
        "}",
        "(",
        ")",
        "\"",
        "/",
        "\\",
        "hex\"",
        "0d:0a",
        "1ms",
        "µs",
        "EPIPE",
        "recv",
        "127.0.0.1",
        ":80",
        "::1",
        ",",
        "(?i)",
        "\\x",
        "[a-z]{100}",
        "-",
        "eq",
        "ne",
    ];
    let calls = opened::sample_calls();
    let mut trace = Trace::new(SystemTime::UNIX_EPOCH, u64::MAX);
    trace.set_name(EndpointId(1), "server");
    trace.set_name(EndpointId(2), "udp room");
    for call in &calls {
        trace.push(call.clone());
    }
    let encodings = HashMap::from([(EndpointId(2), "gbk".parse().unwrap())]);
    let mut bookmarks = Bookmarks::default();
    bookmarks.set(2, Some("look"));
    let known = Known::of(&trace, ["server", "udp room"].into_iter());
    fuzz(Target { name: "filter", samples, words, cases: 600 }, |input| {
        let typed = String::from_utf8_lossy(input);
        for cursor in [0, 1, typed.len() / 2, typed.len(), typed.len() + 1] {
            let completion = complete(&typed, cursor, &known);
            if !completion.candidates.is_empty() {
                assert!(typed.get(completion.range).is_some());
            }
        }
        // Any name can be asked for.
        let value = as_value(&typed);
        let asked = format!("endpoint == {value}");
        if asked.chars().count() <= MAX_FILTER_CHARS {
            let filter = Filter::parse(&asked);
            let Ok(Some(Filter::Expression(expr))) = &filter else { panic!("{asked}: {filter:?}") };
            assert!(expr.to_string().ends_with(&value));
        }
        match Filter::parse(&typed) {
            Err(error) => {
                assert!(typed.get(error.span.clone()).is_some(), "{error:?}");
                for lang in [Lang::En, Lang::ZhCn] {
                    assert!(explain::filter::error(lang, &error).len() <= 2_000 + 8 * MAX_FILTER_CHARS);
                }
                false
            }
            Ok(None) => false,
            Ok(Some(filter)) => {
                let context =
                    Context { trace: &trace, encodings: &encodings, bookmarks: &bookmarks, faults: None, frames: &[] };
                for call in &calls {
                    let _ = filter.matches(call, &context);
                }
                let Filter::Expression(expr) = &filter else { return false };
                let printed = expr.to_string();
                if printed.chars().count() <= MAX_FILTER_CHARS {
                    assert_eq!(Filter::parse(&printed), Ok(Some(filter.clone())), "printed as {printed}");
                }
                true
            }
        }
    });
}

#[test]
fn any_lab_file_is_a_lab_that_can_be_written_or_is_refused_with_its_place() {
    let labs = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/labs");
    let mut samples: Vec<Vec<u8>> = std::fs::read_dir(labs)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "toml"))
        .map(|path| std::fs::read(path).unwrap())
        .collect();
    samples.push(EVERYTHING.as_bytes().to_vec());
    let words = &[
        "[",
        "]",
        "[[",
        "]]",
        "{",
        "}",
        "=",
        "\"",
        "'''",
        "\"\"\"",
        ",",
        "#",
        "\n",
        ".",
        "endpoints",
        "steps",
        "\n[[endpoints]]\nname = \"x\"\nkind = \"udp\"\n",
        "\n[[steps]]\n",
        "service",
        "kind",
        "rules",
        "when",
        "reply",
        "regex",
        "hex",
        "framing",
        "delimiter",
        "length-prefix",
        "snippets",
        "layout",
        "parts",
        "share",
        "[[",
        "a.",
        "{a=",
        "groups",
        "local",
        "remote",
        "encoding",
        "true",
        "1979-05-27T07:32:00Z",
        "inf",
        "nan",
        "0x",
        "1_000",
        "\\u0000",
        "\\ud800",
        "\\U0010ffff",
        "title",
        "note",
        "en",
        "zh",
        "within",
        "1s",
        "wait",
        "root",
        "files",
        "tcp-server",
    ];
    let path = tempfile::Builder::new().suffix(".lab.toml").tempfile().unwrap();
    fuzz(Target { name: "lab file", samples, words, cases: 100 }, |input| {
        let result = match std::str::from_utf8(input) {
            Ok(text) => file::parse(text, None),
            Err(_) => {
                let mut file = std::fs::File::create(path.path()).unwrap();
                file.write_all(input).unwrap();
                let error = file::load(path.path()).unwrap_err();
                assert_eq!(error.file.as_deref(), Some(path.path()));
                Err(error)
            }
        };
        match result {
            Err(error) => {
                let lines = input.iter().filter(|byte| **byte == b'\n').count() as u64 + 1;
                assert!(error.line as u64 <= lines, "{error}");
                // A name or a number of the file may be part of it.
                assert!(error.to_string().len() <= 4_000 + 2 * input.len(), "{error}");
                false
            }
            Ok(lab) => {
                let written = file::to_toml(&lab);
                assert_eq!(file::parse(&written, None), Ok(lab), "{written}");
                assert!(written.len() <= 40 * input.len() + 10_000);
                true
            }
        }
    });
}

/// What the examples do not have.
const EVERYTHING: &str = r#"title = { en = "All", zh = "全部" }
[[endpoints]]
name = "server"
kind = "tcp-server"
local = "[::1]:0"
framing = { kind = "delimiter", text = "\r\n" }
close_on_eof = false
nodelay = true
linger = "0s"
recv_buffer = 4096
service = { kind = "rules", rules = [
  { name = "greet", when = { regex = "^hi (\\w+)" }, reply = "hello $1", delay = "5ms", close = true },
  { when = { hex = "01 ?? 03" }, reply_hex = "04" },
  { when = { any = true } },
] }
[[endpoints]]
name = "prefixed"
kind = "tcp-client"
remote = "localhost:80"
framing = { kind = "length-prefix", bytes = 2, endian = "little" }
[[endpoints]]
name = "http"
kind = "tcp-server"
service = { kind = "http", root = ".", max_transfers = 4, stalled_after = "5s" }
[[endpoints]]
name = "room"
kind = "udp"
groups = ["239.1.2.3%lo"]
peers = [{ name = "web", addr = "127.0.0.1:80" }]
multicast_ttl = 3
service = { kind = "template", text = "{{{msg}}} {counter}", quit = ["bye"] }
[[snippets]]
name = "ping"
text = "ping {counter} {random:4}"
checksum = "crc-32"
delay = "10ms"
[[steps]]
open = "server"
[[steps]]
send = { from = "prefixed", hex = "00 ff" }
[[steps]]
expect = { at = "server", text = "x", within = "1.5s" }
[[steps]]
close = { at = "prefixed", reset = true }
"#;

#[test]
fn the_sample_with_everything_is_a_lab() {
    let lab = file::parse(EVERYTHING, None);
    assert!(lab.is_ok(), "{}", lab.unwrap_err());
}
