//! What is no lab file: each mistake is refused with its line and field, and told in both languages.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use proptest::prelude::*;
use socket_lab::lab::Lab;
use socket_lab::lab::endpoint::MAX_ENDPOINTS;
use socket_lab::lab::file::{self, LabFileError, MAX_FILE_LEN};
use socket_lab::lab::group::MAX_GROUPS;
use socket_lab::lab::transfer::MOST_FILES;
use socket_lab::lang::{Lang, Words as _};

/// A lab that is as it should be, in ASCII, so that it can be cut anywhere.
const SOUND: &str = r#"title = "Auto-reply"

[[endpoints]]
name = "server"
kind = "tcp-server"
local = "127.0.0.1:0"
backlog = 5
service = { kind = "rules", rules = [{ when = { contains = "hi" }, reply = "hello", delay = "100ms" }], quit = ["exit"] }

[[endpoints]]
name = "room"
kind = "udp"
remote = "[::1]:9000"
groups = ["239.1.2.3", { addr = "ff02::1234", interface = "lo" }]

[[snippets]]
name = "read"
hex = "01 03"
checksum = "crc-16/modbus"

[[steps]]
send = { from = "server", hex = "68 65", to = 2 }
[[steps]]
expect = { at = "server", conn = 1, bytes = 3, eof = true, within = "2s" }
[[steps]]
wait = "100ms"
fails = "ECONNREFUSED"

[layout]
is = "row"

[[layout.parts]]
is = "pane"
shows = "endpoint:server"
share = 2.5
"#;

/// Each language has words of its own for it, behind the same place.
fn told_in_both_languages(error: &LabFileError) {
    let [english, chinese] = Lang::ALL.map(|lang| error.message.text(lang));
    let is_chinese = |text: &str| text.chars().any(|character| ('\u{4e00}'..='\u{9fff}').contains(&character));
    assert!(!english.is_empty() && is_chinese(chinese), "{english}: {chinese}");
    for (lang, message) in Lang::ALL.into_iter().zip([english, chinese]) {
        let file = match (&error.file, lang) {
            (Some(file), _) => file.display().to_string(),
            (None, Lang::En) => "lab".to_owned(),
            (None, Lang::ZhCn) => "实验".to_owned(),
        };
        let place = if error.line > 0 { format!(":{}:{}", error.line, error.column) } else { String::new() };
        let field = error.field.as_ref().map(|field| format!("{field}: ")).unwrap_or_default();
        assert_eq!(error.words(lang), format!("{file}{place}: {field}{message}"));
    }
    assert_eq!(error.to_string(), error.words(Lang::En));
}

fn refused(text: &str) -> LabFileError {
    match file::parse(text, None) {
        Err(error) => {
            told_in_both_languages(&error);
            error
        }
        Ok(_) => panic!("this was taken:\n{text}"),
    }
}
/// A server, a client and a UDP socket; `{}` is where a case puts its line.
const BASE: &str = r#"[[endpoints]]
name = "server"
kind = "tcp-server"
SERVER
[[endpoints]]
name = "client"
kind = "tcp-client"
remote = "@server"
encoding = "gbk"
CLIENT
[[endpoints]]
name = "room"
kind = "udp"
UDP
[[steps]]
STEP
"#;

fn with(place: &str, line: &str) -> String {
    let mut text = BASE.to_owned();
    for other in ["SERVER", "CLIENT", "UDP"] {
        text = text.replace(
            &format!("\n{other}\n"),
            if other == place { format!("\n{line}\n") } else { "\n\n".to_owned() }.as_str(),
        );
    }
    text.replace("STEP", if place == "STEP" { line } else { "wait = \"0s\"" })
}

#[test]
fn what_is_wrong_is_refused_with_its_line_and_field() {
    let server = |key| ("SERVER", 4, format!("endpoints[0]{key}"));
    let client = |key| ("CLIENT", 10, format!("endpoints[1]{key}"));
    let udp = |key| ("UDP", 14, format!("endpoints[2]{key}"));
    let of_step = |key| ("STEP", 16, format!("steps[0]{key}"));
    let cases: Vec<((&str, usize, String), &str, &str)> = vec![
        // Addresses.
        (server(".local"), "local = \"127.0.0.1:65536\"", "65536"),
        (server(".local"), "local = \"127.0.0.1:http\"", "http"),
        (server(".local"), "local = \"127.0.0.1\"", "no port"),
        (server(".local"), "local = 8000", "found 8000"),
        (server(".local"), "local = \"256.0.0.1:1\"", "256.0.0.1"),
        (server(".remote"), "remote = \"127.0.0.1:80\"", "tcp-server has no remote"),
        (udp(".remote"), "remote = \"127.0.0.1:0\"", "can't be 0"),
        (udp(".remote"), "remote = \"@nobody\"", "\"nobody\": expected one of \"server\", \"client\", \"room\""),
        (udp(".remote"), "remote = \"@room\"", "its own remote"),
        (udp(".remote"), "remote = \"@\"", "no address"),
        // Numbers, switches and words.
        (server(".backlog"), "backlog = \"five\"", "expected a whole number from 0 to 65535, found \"five\""),
        (server(".backlog"), "backlog = 65536", "65536"),
        (server(".backlog"), "backlog = -1", "-1"),
        (server(".backlog"), "backlog = 5.0", "5.0"),
        (server(".backlog"), "backlog = 99999999999999999999999", "whole number"),
        (server(".recv_size"), "recv_size = 0", "from 1 to"),
        (server(".recv_size"), "recv_size = 16777217", "16777216"),
        (server(".serving"), "serving = \"fast\"", "concurrent, one-at-a-time"),
        (server(".accept_limit"), "accept_limit = 0", "from 1"),
        (server(".nodelay"), "nodelay = 1", "true or false"),
        (server(".linger"), "linger = \"1500ms\"", "whole seconds"),
        (server(".linger"), "linger = \"-1s\"", "negative"),
        (server(".linger"), "linger = 0", "expected a duration, for example \"2s\", found 0"),
        (server(".recv_buffer"), "recv_buffer = 0", "from 1"),
        (server(".line_ending"), "line_ending = \"LF\"", "none, lf, crlf, cr, nul"),
        (server(".encoding"), "encoding = \"klingon\"", "klingon"),
        (server(".bakclog"), "bakclog = 5", "unknown key: expected one of name, kind, protocol, local"),
        (server(".\"a b\""), "\"a b\" = 5", "unknown key"),
        // Options of other kinds.
        (client(".serving"), "serving = \"concurrent\"", "a tcp-client has no serving; it is for tcp-server"),
        (client(".backlog"), "backlog = 5", "has no backlog"),
        (udp(".accept_limit"), "accept_limit = 5", "has no accept_limit"),
        (udp(".service.accept_limit"), "service = { kind = \"echo\", accept_limit = 5 }", "has no accept_limit"),
        (udp(".nodelay"), "nodelay = true", "tcp-server, tcp-client and relay"),
        (udp(".linger"), "linger = \"0s\"", "has no linger"),
        (client(".broadcast"), "broadcast = true", "it is for udp"),
        // Multicast.
        (udp(".groups"), "groups = \"239.1.2.3\"", "expected an array of groups"),
        (udp(".groups[0]"), "groups = [\"127.0.0.1\"]", "127.0.0.1 is not a multicast group"),
        (udp(".groups[1]"), "groups = [\"239.1.2.3\", \"all\"]", "\"all\" is not an IP address"),
        (udp(".groups[1]"), "groups = [\"239.1.2.3\", \"239.1.2.3\"]", "there already"),
        (udp(".groups[0].addr"), "groups = [{ interface = \"lo\" }]", "is missing"),
        (udp(".groups[0].addr"), "groups = [{ addr = \"fe80::1\", interface = \"lo\" }]", "not a multicast group"),
        (udp(".groups[0].interface"), "groups = [{ addr = \"239.1.2.3\", interface = \"\" }]", "not an interface"),
        (udp(".groups[0].interface"), "groups = [{ addr = \"ff02::1\", interface = \"127.0.0.1\" }]", "name or number"),
        (udp(".groups[0].if"), "groups = [{ addr = \"239.1.2.3\", if = \"lo\" }]", "expected one of addr, interface"),
        (udp(".multicast_ttl"), "multicast_ttl = 256", "from 0 to 255"),
        (udp(".multicast_loop"), "multicast_loop = 0", "true or false"),
        (udp(".multicast_interface"), "multicast_interface = \"1.2.3\"", "not an interface"),
        (server(".groups"), "groups = [\"239.1.2.3\"]", "a tcp-server has no groups; it is for udp"),
        (client(".multicast_ttl"), "multicast_ttl = 1", "it is for udp"),
        // Services.
        (server(".service"), "service = \"echo\"", "kinds: manual, echo, suffix, upper, constant, template"),
        (server(".service.kind"), "service = { }", "is missing"),
        (server(".service.kind"), "service = { kind = \"ecko\" }", "expected one of manual, echo"),
        // Files.
        (server(".service"), "service = { kind = \"files\" }", "root = \"a folder\", or files"),
        (
            server(".service.files"),
            "service = { kind = \"http\", root = \"a\", files = [\"b\"] }",
            "exclude each other",
        ),
        (server(".service.root"), "service = { kind = \"files\", root = \"\" }", "the path of a folder"),
        (server(".service.root"), "service = { kind = \"http\", root = \"a\\u0000\" }", "NUL"),
        (server(".service.root"), "service = { kind = \"files\", root = [\"a\"] }", "expected a string"),
        (server(".service.files"), "service = { kind = \"files\", files = [] }", "at least one file"),
        (server(".service.files"), "service = { kind = \"files\", files = \"a\" }", "array of paths"),
        (server(".service.files[1]"), "service = { kind = \"files\", files = [\"a\", \"\"] }", "the path of a file"),
        (server(".service.files[0]"), "service = { kind = \"files\", files = [\"a/..\"] }", "ends in its name"),
        (
            server(".service.files[2]"),
            "service = { kind = \"files\", files = [\"a\", \"b\", \"x/a\"] }",
            "another file of the name \"a\"",
        ),
        (
            server(".service.max_transfers"),
            "service = { kind = \"files\", root = \".\", max_transfers = 0 }",
            "1 to 256",
        ),
        (server(".service.max_transfers"), "service = { kind = \"http\", root = \".\", max_transfers = 257 }", "257"),
        (server(".service.ask_within"), "service = { kind = \"files\", root = \".\", ask_within = \"0s\" }", "above 0"),
        (
            server(".service.stalled_after"),
            "service = { kind = \"files\", root = \".\", stalled_after = 5 }",
            "a duration",
        ),
        (
            server(".service.stalled_after"),
            "service = { kind = \"http\", root = \".\", stalled_after = \"25h\" }",
            "24h",
        ),
        (server(".service.text"), "service = { kind = \"files\", root = \".\", text = \"a\" }", "unknown key"),
        (server(".service.root"), "service = { kind = \"echo\", root = \".\" }", "unknown key"),
        (client(".service.kind"), "service = { kind = \"files\", root = \".\" }", "a tcp-client can't serve files"),
        (udp(".service.kind"), "service = { kind = \"http\", root = \".\" }", "a udp can't serve files"),
        (server(".service.text"), "service = { kind = \"echo\", text = \"a\" }", "unknown key"),
        (server(".service.text"), "service = { kind = \"suffix\" }", "is missing"),
        (server(".service"), "service = { kind = \"constant\" }", "text or hex"),
        (server(".service.hex"), "service = { kind = \"constant\", text = \"a\", hex = \"61\" }", "exclude"),
        (server(".service.hex"), "service = { kind = \"constant\", hex = \"6\" }", "half a byte"),
        (
            server(".service.text"),
            "service = { kind = \"template\", text = \"hi {name}\" }",
            "\"{name}\" at character 4",
        ),
        (client(".service.text"), "service = { kind = \"suffix\", text = \"ab😀\" }", "'😀' at character 3"),
        (client(".service.text"), "service = { kind = \"template\", text = \"{msg}😀\" }", "at character 6"),
        (server(".service.quit[1]"), "service = { kind = \"echo\", quit = [\"a\", \"\"] }", "not empty"),
        (server(".quit"), "quit = \"exit\"", "array of strings"),
        // Steps.
        (of_step(""), "fails = \"EPIPE\"", "needs one of open, send"),
        (of_step(""), "open = \"server\"\nclose = \"server\"", "open and close"),
        (of_step(".opne"), "opne = \"server\"", "unknown key"),
        (of_step(".download.name"), "download = { from = \"client\" }", "is missing"),
        (of_step(".download.save_to"), "download = { from = \"client\", name = \"a\" }", "is missing"),
        (of_step(".download.from"), "download = { name = \"a\", save_to = \"a\" }", "is missing"),
        (
            of_step(".download.from"),
            "download = { from = \"server\", name = \"a\", save_to = \"a\" }",
            "a tcp-server can't download",
        ),
        (of_step(".download.from"), "download = { from = \"nobody\", name = \"a\", save_to = \"a\" }", "nobody"),
        (of_step(".download.name"), "download = { from = \"client\", name = \"\", save_to = \"a\" }", "found nothing"),
        (of_step(".download.name"), "download = { from = \"client\", name = \"a\\u0000\", save_to = \"a\" }", "NUL"),
        (
            of_step(".download.name"),
            "download = { from = \"client\", name = \"😀\", save_to = \"a\" }",
            "'😀' at character 1",
        ),
        (
            of_step(".download.save_to"),
            "download = { from = \"client\", name = \"a\", save_to = \"\" }",
            "the path of a file",
        ),
        (
            of_step(".download.save_to"),
            "download = { from = \"client\", name = \"a\", save_to = \"..\" }",
            "ends in its name",
        ),
        (
            of_step(".download.sha256"),
            "download = { from = \"client\", name = \"a\", save_to = \"a\", sha256 = \"e3b0\" }",
            "64 hex digits",
        ),
        (
            of_step(".download.protocol"),
            "download = { from = \"client\", name = \"a\", save_to = \"a\", protocol = \"ftp\" }",
            "files, http",
        ),
        (of_step(".download.to"), "download = { from = \"client\", name = \"a\", to = \"a\" }", "unknown key"),
        (of_step(".open"), "open = \"nobody\"", "no endpoint of the name \"nobody\""),
        (of_step(".wait"), "wait = 5", "expected a duration, for example \"2s\", found 5"),
        (of_step(".wait"), "wait = \"5\"", "not a duration"),
        (of_step(".wait"), "wait = \"25h\"", "at most 24h"),
        (of_step(".fails"), "fails = \"refused\", wait = \"0s\"", ""),
        (of_step(".fails"), "wait = \"0s\"\nfails = \"refused\"", "errno"),
        (of_step(".send.from"), "send = { text = \"a\" }", "is missing"),
        (of_step(".send"), "send = { from = \"client\" }", "one of text, hex, file"),
        (of_step(".send"), "send = { from = \"client\", text = \"a\", hex = \"61\" }", "exclude"),
        (
            of_step(".send.text"),
            "send = { from = \"client\", text = \"好😀\" }",
            "'😀' at character 2 can't be written in GBK",
        ),
        (of_step(".send.hex"), "send = { from = \"client\", hex = \"6g\" }", "'g' at character 2 is not hex"),
        (of_step(".send.file"), "send = { from = \"client\", file = \"\" }", "path"),
        (of_step(".send.to"), "send = { from = \"client\", text = \"a\", to = 1 }", "has no to"),
        (of_step(".send.to"), "send = { from = \"server\", text = \"a\", to = \"127.0.0.1:1\" }", "number"),
        (of_step(".send.to"), "send = { from = \"server\", text = \"a\", to = 0 }", "from 1"),
        (of_step(".send.to"), "send = { from = \"room\", text = \"a\", to = 1 }", "expected a string"),
        (of_step(".send.to"), "send = { from = \"room\", text = \"a\", to = \"@nobody\" }", "nobody"),
        (of_step(".expect"), "expect = { at = \"client\" }", "at least one of"),
        (of_step(".expect"), "expect = { at = \"client\", eof = false }", "at least one of"),
        (of_step(".expect"), "expect = { at = \"client\", text = \"a\", bytes = 1 }", "exclude"),
        (of_step(".expect.bytes"), "expect = { at = \"client\", bytes = -1 }", "from 0"),
        (of_step(".expect.eof"), "expect = { at = \"room\", eof = true }", "no end of stream"),
        (of_step(".expect.conn"), "expect = { at = \"server\", conn = 0, bytes = 1 }", "from 1"),
        (of_step(".expect.within"), "expect = { at = \"server\", bytes = 1, within = \"soon\" }", "soon"),
        (of_step(".expect.error"), "expect = { at = \"server\", error = \"econnreset\" }", "ECONNREFUSED"),
        (of_step(".shutdown.how"), "shutdown = { at = \"client\" }", "read, write, both"),
        (of_step(".shutdown.how"), "shutdown = { at = \"client\", how = \"all\" }", "read, write, both"),
        (of_step(".close.at"), "close = { at = \"nobody\" }", "nobody"),
        (of_step(".close"), "close = 1", "expected a string"),
    ];
    for ((place, line, field), text, message) in cases {
        let error = refused(&with(place, text));
        let expected_line = if text.contains('\n') && field.ends_with(".fails") { line + 1 } else { line };
        if message.is_empty() {
            assert!(error.message.text(Lang::En).contains("not TOML"), "{error}");
            continue;
        }
        assert_eq!(error.field.as_deref(), Some(field.as_str()), "{text}: {error}");
        // A table that lacks something is shown where it begins.
        let missing =
            field == "steps[0]" || (error.message.text(Lang::En).contains("is missing") && error.line == line - 1);
        assert!(error.line == expected_line || missing, "{text}: {error}");
        assert!(error.message.text(Lang::En).contains(message), "{text}: {error}");
    }
}

#[test]
fn an_error_reads_like_a_compiler_s() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("auto-reply.lab.toml");
    fs::write(&path, with("SERVER", "backlog = \"five\"")).unwrap();
    let error = file::load(&path).unwrap_err();
    let shown = error.to_string();
    let rest = shown.strip_prefix(&*path.to_string_lossy()).unwrap();
    assert_eq!(rest, ":4:11: endpoints[0].backlog: expected a whole number from 0 to 65535, found \"five\"");
}

#[test]
fn an_error_reads_as_well_in_chinese() {
    for (place, line, chinese) in [
        ("SERVER", "backlog = \"five\"", "实验:4:11: endpoints[0].backlog: 应为 0 到 65535 之间的整数，而不是“five”"),
        ("SERVER", "nodelay = 1", "实验:4:11: endpoints[0].nodelay: 应为 true 或 false，而不是 1"),
        (
            "SERVER",
            "service = 5",
            "实验:4:11: endpoints[0].service: 应为含有 kind 的表，例如 { kind = \"echo\" }；kind 可以是 manual、echo、suffix、upper、constant、template、rules、files、http",
        ),
        (
            "CLIENT",
            "backlog = 5",
            "实验:10:11: endpoints[1].backlog: tcp-client 没有 backlog；它只用于 tcp-server、unix-server、relay 和 unix-relay",
        ),
        (
            "STEP",
            "open = \"nobody\"",
            "实验:16:8: steps[0].open: 没有名为“nobody”的端点：应为 \"server\"、\"client\"、\"room\" 之一",
        ),
        ("STEP", "wait = \"5\"", "实验:16:8: steps[0].wait: “5”不是时长：应形如 2s、100ms 或 1m 30s"),
        ("STEP", "send = { text = \"a\" }", "实验:16:8: steps[0].send.from: 缺失：应为端点的名称"),
        ("STEP", "wait = 5s", "实验:16:8: wait: 不是正确的 TOML：字符串必须加引号；应为：字面字符串"),
    ] {
        assert_eq!(refused(&with(place, line)).words(Lang::ZhCn), chinese);
    }
}

#[test]
fn names_are_there_once_short_and_visible() {
    let server = |name: &str| format!("[[endpoints]]\nname = {name}\nkind = \"tcp-server\"\n");
    let twice = refused(&(server("\"a\"") + &server("\"b\"") + &server("\"a\"")));
    assert_eq!((twice.line, twice.field.as_deref()), (8, Some("endpoints[2].name")));
    assert!(twice.message.text(Lang::En).contains("\"a\""), "{twice}");
    for name in ["\"\"", "\"  \"", "\" a\"", "\"a\\u001b[2J\"", "5", &format!("\"{}\"", "n".repeat(65))] {
        let error = refused(&server(name));
        assert_eq!(error.field.as_deref(), Some("endpoints[0].name"), "{error}");
    }
    assert!(file::parse(&server(&format!("\"{}\"", "名".repeat(64))), None).is_ok());
}

#[test]
fn kinds_are_known_or_named() {
    let of = |kind: &str| refused(&format!("[[endpoints]]\nname = \"a\"\nkind = {kind}\nlocal = \"/tmp/s\"\n"));
    assert!(of("\"unix\"").message.text(Lang::En).contains("unix-server, unix-client, unix-datagram"));
    assert!(of("\"tcp\"").message.text(Lang::En).contains(
        "expected one of tcp-server, tcp-client, udp, unix-server, unix-client, unix-datagram, relay, found \"tcp\""
    ));
    assert_eq!(of("5").line, 3);
    let missing = refused("[[endpoints]]\nname = \"a\"\n");
    assert_eq!((missing.line, missing.field.as_deref()), (1, Some("endpoints[0].kind")));
    let client = refused("title = \"x\"\n[[endpoints]]\nname = \"a\"\nkind = \"tcp-client\"\n");
    assert_eq!((client.line, client.field.as_deref()), (2, Some("endpoints[0].remote")));
}

#[test]
fn what_is_no_toml_names_the_line() {
    for (text, line) in [
        ("title = ", 1),
        ("title = \"a\nnote = \"b\"", 1),
        ("title = \"a\"\ntitle = \"b\"", 2),
        ("\n\n[[endpoints]\n", 3),
        ("[[endpoints]]\nname = \"a\"\n[endpoints]\n", 3),
        ("\0", 1),
    ] {
        let error = refused(text);
        assert_eq!(error.line, line, "{text:?}: {error}");
        assert!(error.message.text(Lang::En).contains("not TOML"), "{error}");
    }
    assert_eq!(refused("title = 5").field.as_deref(), Some("title"));
    assert_eq!(refused("titel = \"a\"").field.as_deref(), Some("titel"));
    assert_eq!(refused("endpoints = 5").field.as_deref(), Some("endpoints"));
    assert_eq!(refused("steps = { open = \"a\" }").field.as_deref(), Some("steps"));
    assert_eq!(refused("endpoints = [5]").field.as_deref(), Some("endpoints[0]"));
}

#[test]
fn counts_and_layouts_have_a_limit() {
    let mut text = String::new();
    for n in 0..=MAX_ENDPOINTS {
        text.push_str(&format!("[[endpoints]]\nname = \"{n}\"\nkind = \"udp\"\n"));
    }
    assert_eq!(refused(&text).field.as_deref(), Some("endpoints[1000]"));
    let steps = "[[steps]]\nwait = \"0s\"\n".repeat(10_001);
    assert_eq!(refused(&steps).field.as_deref(), Some("steps[10000]"));
    let many = (0..=MAX_GROUPS).map(|number| format!("\"239.0.0.{number}\"")).collect::<Vec<_>>().join(", ");
    let error = refused(&format!("[[endpoints]]\nname = \"room\"\nkind = \"udp\"\ngroups = [{many}]\n"));
    assert_eq!(error.field.as_deref(), Some("endpoints[0].groups[20]"));
    assert!(error.message.text(Lang::En).contains("at most 20 groups"), "{error}");
    let parts = "[[layout.parts]]\nis = \"pane\"\n".repeat(2_000);
    assert!(refused(&format!("[layout]\nis = \"tabs\"\n{parts}")).message.text(Lang::En).contains("2000"));
    for (layout, line, field) in [
        ("is = \"heap\"", 2, "layout.is"),
        ("is = \"row\"\nshare = nan", 3, "layout.share"),
        ("is = \"row\"\nshare = \"half\"", 3, "layout.share"),
        ("is = \"row\"\nactive = 1", 3, "layout.active"),
        ("is = \"row\"\nactive = -1", 3, "layout.active"),
        ("is = \"row\"\nextra = 1", 3, "layout.extra"),
        ("shows = \"traffic\"", 1, "layout.is"),
        ("is = \"pane\"\nshare = 1e300", 3, "layout.share"),
        ("is = \"pane\"\n[[layout.parts]]\nis = \"pane\"", 3, "layout.parts"),
        ("is = \"row\"\n[[layout.parts]]\nis = \"pain\"", 4, "layout.parts[0].is"),
    ] {
        let error = refused(&format!("[layout]\n{layout}\n"));
        assert_eq!((error.field.as_deref(), error.line), (Some(field), line), "{error}");
    }
}

#[test]
fn titles_and_notes_are_texts_of_a_bounded_length() {
    let long = "长".repeat(4_001);
    for (text, line, field) in [
        ("\nnote = 5".to_owned(), 2, "note"),
        ("title = \"a\"\nnote = { en = \"a\" }".to_owned(), 2, "note.zh"),
        ("note = { en = \"a\", zh = 1 }".to_owned(), 1, "note.zh"),
        ("[title]\nen = \"a\"\nde = \"a\"".to_owned(), 3, "title.de"),
        (format!("note = \"{long}\""), 1, "note"),
        (format!("note = {{ zh = \"{long}\", en = \"\" }}"), 1, "note.zh"),
        (format!("title = {{ zh = \"{}\", en = \"\" }}", &long[..603]), 1, "title.zh"),
    ] {
        let error = refused(&text);
        assert_eq!((error.line, error.field.as_deref()), (line, Some(field)), "{error}");
    }
}

#[test]
fn deep_nesting_is_refused_and_not_followed() {
    let arrays = format!("layout = {}{}", "[".repeat(100_000), "]".repeat(100_000));
    let tables = format!("layout = {}1{}", "{a=".repeat(100_000), "}".repeat(100_000));
    let dots = format!("{} = 1", vec!["a"; 100_000].join("."));
    let mixed = format!(
        "[{0}]\nx = {1}1{2}",
        vec!["a"; 79].join("."),
        format!("{{{}=", vec!["a"; 79].join(".")).repeat(75),
        "}".repeat(75)
    );
    let parts = (1..=78)
        .map(|depth| {
            format!(
                "[[{}]]\nis = \"row\"\n",
                ["layout"].into_iter().chain(vec!["parts"; depth]).collect::<Vec<_>>().join(".")
            )
        })
        .collect::<String>();
    for text in [arrays, tables, dots, mixed] {
        // As small a stack as any thread of the program has.
        std::thread::Builder::new().stack_size(2 * 1024 * 1024).spawn(move || refused(&text)).unwrap().join().unwrap();
    }
    std::thread::Builder::new()
        .stack_size(2 * 1024 * 1024)
        .spawn(move || file::parse(&format!("[layout]\nis = \"row\"\n{parts}"), None).is_ok())
        .unwrap()
        .join()
        .unwrap();
}

#[test]
fn files_that_cannot_be_labs_are_refused_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let huge = folder.path().join("huge.lab.toml");
    fs::File::create(&huge).unwrap().set_len(100 * 1024 * 1024).unwrap();
    let began = Instant::now();
    let error = file::load(&huge).unwrap_err();
    assert!(error.message.text(Lang::En).contains("4 MiB"), "{error}");
    assert!(began.elapsed() < Duration::from_secs(1));
    assert_eq!(error.file.as_deref(), Some(huge.as_path()));

    let long = " ".repeat(usize::try_from(MAX_FILE_LEN).unwrap() + 1);
    assert!(refused(&long).message.text(Lang::En).contains("4 MiB"));

    assert!(file::load(folder.path()).unwrap_err().message.text(Lang::En).contains("folder"));
    assert!(file::load(&folder.path().join("none")).unwrap_err().message.text(Lang::En).contains("can't be read"));
    let latin = folder.path().join("latin");
    fs::write(&latin, b"title = \"a\"\n# caf\xe9\n").unwrap();
    let error = file::load(&latin).unwrap_err();
    assert_eq!((error.line, error.column), (2, 6));
    assert!(error.message.text(Lang::En).contains("UTF-8"), "{error}");
    fs::write(&latin, "").unwrap();
    assert_eq!(file::load(&latin), Ok(Lab::default()));
}

#[test]
fn a_message_cannot_steer_the_terminal() {
    let error = refused("title = \"a\"\n[[endpoints]]\nname = \"a\"\nkind = \"\\u001b[2J\\u202e\"\n");
    assert!(!error.to_string().contains(['\u{1b}', '\u{202e}']), "{error:?}");
    let error = refused("[[endpoints]]\nname = \"a\"\nkind = \"udp\"\nlocal = \"\\u001b[2J\"\n");
    assert!(!error.to_string().contains('\u{1b}'), "{error:?}");
    let error = refused("\"\\u001b\" = 1");
    assert!(!error.to_string().contains('\u{1b}'), "{error:?}");
}
#[test]
fn only_a_tcp_server_serves_files_and_so_many_and_no_more() {
    let lab = |count: usize| {
        let files: Vec<String> = (0..count).map(|number| format!("\"{number}\"")).collect();
        let files = files.join(", ");
        format!(
            "[[endpoints]]\nname = \"a\"\nkind = \"tcp-server\"\nservice = {{ kind = \"files\", files = [{files}] }}"
        )
    };
    assert!(file::parse(&lab(MOST_FILES), None).is_ok());
    for (kind, local) in
        [("unix-server", "local = \"/tmp/a.sock\"\n"), ("unix-datagram", ""), ("unix-client", "remote = \"/a\"\n")]
    {
        let text = format!(
            "[[endpoints]]\nname = \"a\"\nkind = \"{kind}\"\n{local}service = {{ kind = \"http\", root = \".\" }}"
        );
        let error = refused(&text);
        assert_eq!(error.field.as_deref(), Some("endpoints[0].service.kind"));
        assert!(
            error
                .message
                .text(Lang::En)
                .contains(&format!("a {kind} can't serve files; this service is for a tcp-server")),
            "{error}"
        );
    }
    let error = refused(&lab(MOST_FILES + 1));
    assert_eq!(error.field.as_deref(), Some("endpoints[0].service.files[1000]"));
    assert!(error.message.text(Lang::En).contains("at most 1000 files"), "{error}");
}
#[test]
fn the_lab_that_is_damaged_is_sound() {
    assert!(file::parse(SOUND, None).is_ok());
}

proptest! {
    #[test]
    fn no_text_panics(text: String, folder in proptest::option::of("[a-z/]{0,5}")) {
        let _ = file::parse(&text, folder.as_deref().map(Path::new));
    }

    #[test]
    fn no_damaged_file_panics(cut in 0..SOUND.len(), len in 0..30usize, junk in "[\\[\\]{}=\"'.#\n,0-9a-z😀\\\\-]{0,12}") {
        let end = (cut + len).min(SOUND.len());
        let text = format!("{}{junk}{}", &SOUND[..cut], &SOUND[end..]);
        if let Err(error) = file::parse(&text, None) {
            prop_assert!(error.line >= 1 && error.line <= text.lines().count() + 1, "{}", error);
            told_in_both_languages(&error);
        }
    }
}
