//! The lab file: what is read, what is refused and where, and that a written lab is read back equal.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test ends where it fails")]

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use proptest::prelude::*;
use socket_lab::lab::address::{Host, HostPort, Local, Remote};
use socket_lab::lab::endpoint::{EndpointKind, EndpointSpec, MAX_ENDPOINTS, Serving};
use socket_lab::lab::file::{self, LabFileError, MAX_FILE_LEN};
use socket_lab::lab::group::MAX_GROUPS;
use socket_lab::lab::layout::{Arrangement, Layout};
use socket_lab::lab::payload::LineEnding;
use socket_lab::lab::service::{Content, Reply, ServiceSpec};
use socket_lab::lab::step::{Action, DEFAULT_WITHIN, Expectation, ExpectedBytes, How, Sent, Step, To};
use socket_lab::lab::transfer::{Download, FileShare, MOST_FILES, MOST_TRANSFERS, Protocol, Sha256, Shared};
use socket_lab::lab::{Group, Interface, Lab, Localized, TextEncoding};
use socket_lab::lang::{Lang, Words as _};

/// The example of the design, with every kind of step.
const EXAMPLE: &str = r#"title = "Auto-reply"

[[endpoints]]
name = "server"
kind = "tcp-server"
local = "127.0.0.1:0"
serving = "one-at-a-time"
backlog = 5
recv_size = 1024
service = { kind = "suffix", text = " SB" }

[[endpoints]]
name = "client"
kind = "tcp-client"
remote = "@server"
encoding = "gbk"

[[endpoints]]
name = "room"
kind = "udp"
local = "[::1]:0"
broadcast = true

[[steps]]
open = "server"
[[steps]]
open = "client"
fails = "ECONNREFUSED"
[[steps]]
send = { from = "client", text = "hello" }
[[steps]]
send = { from = "server", hex = "68 65", to = 2 }
[[steps]]
send = { from = "room", file = "data/a.bin", to = "localhost:9000" }
[[steps]]
expect = { at = "client", text = "hello SB", within = "2s" }
[[steps]]
expect = { at = "server", conn = 1, bytes = 3, eof = true }
[[steps]]
expect = { at = "client", error = "ECONNRESET" }
[[steps]]
wait = "100ms"
[[steps]]
shutdown = { at = "client", how = "write" }
[[steps]]
close = "client"
[[steps]]
close = { at = "server", conn = 1, reset = true }

[layout]
is = "row"

[[layout.parts]]
is = "pane"
shows = "endpoint:server"

[[layout.parts]]
is = "pane"
shows = "traffic"
share = 2.5
"#;

fn step(action: Action) -> Step {
    Step { action, fails: None }
}

fn example() -> Lab {
    let mut server = EndpointSpec::new("server", EndpointKind::TcpServer);
    server.local = Some(Local::LOOPBACK);
    server.serving = Serving::OneAtATime;
    server.backlog = 5;
    server.recv_size = Some(1024);
    server.service = ServiceSpec::new(Reply::Suffix(" SB".to_owned()));
    let mut client = EndpointSpec::new("client", EndpointKind::TcpClient);
    client.remote = Some(Remote::Endpoint("server".to_owned()));
    client.encoding = "gbk".parse().unwrap();
    let mut room = EndpointSpec::new("room", EndpointKind::Udp);
    room.local = Some("[::1]:0".parse().unwrap());
    room.options.broadcast = Some(true);

    let expectation = |at: &str| Expectation {
        at: at.to_owned(),
        conn: None,
        bytes: None,
        eof: false,
        error: None,
        within: DEFAULT_WITHIN,
    };
    let text = |text: &str| Content::Text(text.to_owned());
    let send = |from: &str, what: Sent, to: To| step(Action::Send { from: from.to_owned(), what, to });
    let steps = vec![
        step(Action::Open("server".to_owned())),
        Step { action: Action::Open("client".to_owned()), fails: Some("ECONNREFUSED".to_owned()) },
        send("client", Sent::Bytes(text("hello")), To::All),
        send("server", Sent::Bytes(Content::Hex(b"he".to_vec())), To::Conn(2)),
        send(
            "room",
            Sent::File(PathBuf::from("data/a.bin")),
            To::Remote(Remote::Inet("localhost:9000".parse().unwrap())),
        ),
        step(Action::Expect(Expectation {
            bytes: Some(ExpectedBytes::Exactly(text("hello SB"))),
            within: Duration::from_secs(2),
            ..expectation("client")
        })),
        step(Action::Expect(Expectation {
            conn: Some(1),
            bytes: Some(ExpectedBytes::Count(3)),
            eof: true,
            ..expectation("server")
        })),
        step(Action::Expect(Expectation { error: Some("ECONNRESET".to_owned()), ..expectation("client") })),
        step(Action::Wait(Duration::from_millis(100))),
        step(Action::Shutdown { at: "client".to_owned(), how: How::Write, conn: None }),
        step(Action::Close { at: "client".to_owned(), conn: None, reset: false }),
        step(Action::Close { at: "server".to_owned(), conn: Some(1), reset: true }),
    ];
    let traffic = Layout { share: 2.5, ..Layout::pane("traffic") };
    let layout = Layout::group(Arrangement::Row, vec![Layout::pane("endpoint:server"), traffic]);
    let (title, endpoints) = ("Auto-reply".into(), vec![server, client, room]);
    Lab { title, endpoints, steps, layout: Some(layout), ..Lab::default() }
}

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

#[test]
fn the_design_s_example_is_read() {
    assert_eq!(file::parse(EXAMPLE, None), Ok(example()));
}

#[test]
fn a_lab_is_written_as_the_design_writes_it() {
    assert_eq!(file::to_toml(&example()), EXAMPLE);
}

#[test]
fn line_ends_of_windows_and_a_byte_order_mark_do_no_harm() {
    let text = format!("\u{feff}{}", EXAMPLE.replace('\n', "\r\n"));
    assert_eq!(file::parse(&text, None), Ok(example()));
}

#[test]
fn the_options_of_a_service_may_stand_in_it_or_beside_it() {
    let inside = "[[endpoints]]\nname = \"a\"\nkind = \"tcp-server\"\n\
        service = { kind = \"echo\", close_after_reply = true, quit = [\"Q\"], accept_limit = 2 }";
    let beside = "[[endpoints]]\nname = \"a\"\nkind = \"tcp-server\"\nclose_after_reply = true\nquit = [\"Q\"]\n\
        accept_limit = 2\n[endpoints.service]\nkind = \"echo\"";
    let lab = file::parse(inside, None).unwrap();
    assert_eq!(Ok(&lab), file::parse(beside, None).as_ref());
    assert_eq!(lab.endpoints[0].accept_limit, Some(2));
    assert!(lab.endpoints[0].service.close_after_reply);
    let twice = refused(&inside.replace("kind = \"tcp-server\"", "kind = \"tcp-server\"\naccept_limit = 2"));
    assert_eq!(twice.field.as_deref(), Some("endpoints[0].accept_limit"));
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
        (server(".recv_buffer"), "recv_buffer = 0", "from 1"),
        (server(".line_ending"), "line_ending = \"LF\"", "none, lf, crlf, cr, nul"),
        (server(".encoding"), "encoding = \"klingon\"", "klingon"),
        (server(".bakclog"), "bakclog = 5", "unknown key: expected one of name, kind, local"),
        (server(".\"a b\""), "\"a b\" = 5", "unknown key"),
        // Options of other kinds.
        (client(".serving"), "serving = \"concurrent\"", "a tcp-client has no serving; it is for tcp-server"),
        (client(".backlog"), "backlog = 5", "has no backlog"),
        (udp(".accept_limit"), "accept_limit = 5", "has no accept_limit"),
        (udp(".service.accept_limit"), "service = { kind = \"echo\", accept_limit = 5 }", "has no accept_limit"),
        (udp(".nodelay"), "nodelay = true", "tcp-server and tcp-client"),
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
        (server(".service.stalled_after"), "service = { kind = \"files\", root = \".\", stalled_after = 5 }", "string"),
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
        (of_step(".wait"), "wait = 5", "expected a string, found 5"),
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
        (of_step(".send.hex"), "send = { from = \"client\", hex = \"6g\" }", "half a byte"),
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
            "实验:10:11: endpoints[1].backlog: tcp-client 没有 backlog；它只用于 tcp-server 和 unix-server",
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
        "expected one of tcp-server, tcp-client, udp, unix-server, unix-client, unix-datagram, found \"tcp\""
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
fn files_to_send_are_found_beside_the_lab_also_when_it_is_saved_elsewhere() {
    let root = tempfile::tempdir().unwrap();
    let folder = root.path().join("labs");
    fs::create_dir(&folder).unwrap();
    let path = folder.join("a.lab.toml");
    let text = "[[endpoints]]\nname = \"a\"\nkind = \"udp\"\n\n[[steps]]\nsend = { from = \"a\", file = \"data/x\" }\n";
    fs::write(&path, text).unwrap();
    let lab = file::load(&path).unwrap();
    let sent = |lab: &Lab| match &lab.steps[0].action {
        Action::Send { what: Sent::File(path), .. } => path.clone(),
        other => panic!("{other:?}"),
    };
    assert_eq!(sent(&lab), folder.join("data/x"));
    file::save(&lab, &path).unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap(), text);
    let above = root.path().join("b.lab.toml");
    file::save(&lab, &above).unwrap();
    assert_eq!(sent(&file::load(&above).unwrap()), folder.join("data/x"));
}

#[test]
fn files_are_shared_and_downloaded_as_the_design_writes_it() {
    let digest = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    let text = format!(
        "[[endpoints]]\nname = \"a\"\nkind = \"tcp-server\"\n\
        service = {{ kind = \"files\", root = \"dir\", max_transfers = 2, ask_within = \"5s\", stalled_after = \"1500ms\", \
        close_after_reply = true, quit = [\"Q\"] }}\n\n\
        [[endpoints]]\nname = \"b\"\nkind = \"tcp-server\"\nservice = {{ kind = \"http\", files = [\"x/a.bin\", \"文 件\"] }}\n\n\
        [[endpoints]]\nname = \"c\"\nkind = \"tcp-server\"\nservice = {{ kind = \"http\", root = \".\" }}\n\n\
        [[endpoints]]\nname = \"client\"\nkind = \"tcp-client\"\nremote = \"@a\"\n\n\
        [[steps]]\ndownload = {{ from = \"client\", name = \"a.bin\", save_to = \"out/a.bin\", sha256 = \"{digest}\" }}\n\
        [[steps]]\ndownload = {{ from = \"client\", name = \"b\", save_to = \"out/b\", protocol = \"http\" }}\nfails = \"EEXIST\"\n"
    );
    let lab = file::parse(&text, None).unwrap();
    let Some((Protocol::Files, share)) = lab.endpoints[0].service.share() else { panic!("{lab:?}") };
    assert_eq!(share.what, Shared::Root(PathBuf::from("dir")));
    assert_eq!((share.max_transfers, share.ask_within), (2, Duration::from_secs(5)));
    assert_eq!(share.stalled_after, Duration::from_millis(1500));
    let Some((Protocol::Http, share)) = lab.endpoints[1].service.share() else { panic!("{lab:?}") };
    assert_eq!(*share, FileShare::new(Shared::Files(vec!["x/a.bin".into(), "文 件".into()])));
    let Action::Download(download) = &lab.steps[0].action else { panic!("{lab:?}") };
    assert_eq!((download.sha256, download.protocol), (Some(digest.parse().unwrap()), None));
    assert_eq!(file::to_toml(&lab), text);

    // The folder of the lab file is where they are, also when the lab is saved elsewhere.
    let root = tempfile::tempdir().unwrap();
    let folder = root.path().join("labs");
    fs::create_dir(&folder).unwrap();
    let path = folder.join("a.lab.toml");
    fs::write(&path, &text).unwrap();
    let lab = file::load(&path).unwrap();
    let paths = |lab: &Lab| {
        let roots = lab.endpoints.iter().filter_map(|endpoint| match &endpoint.service.share()?.1.what {
            Shared::Root(path) => Some(path.clone()),
            Shared::Files(paths) => paths.first().cloned(),
        });
        let targets = lab.steps.iter().filter_map(|step| match &step.action {
            Action::Download(download) => Some(download.save_to.clone()),
            _ => None,
        });
        roots.chain(targets).collect::<Vec<PathBuf>>()
    };
    let expected = ["dir", "x/a.bin", "", "out/a.bin", "out/b"].map(|path| folder.join(path));
    assert_eq!(paths(&lab), expected);
    file::save(&lab, &path).unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap(), text);
    let above = root.path().join("b.lab.toml");
    file::save(&lab, &above).unwrap();
    assert!(fs::read_to_string(&above).unwrap().contains("root = \"labs/dir\""));
    assert_eq!(paths(&file::load(&above).unwrap()), expected);
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
fn saving_replaces_the_file_whole_and_leaves_nothing_beside_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.lab.toml");
    file::save(&example(), &path).unwrap();
    file::save(&example(), &path).unwrap();
    let mut expected = example();
    if let Action::Send { what: Sent::File(path), .. } = &mut expected.steps[4].action {
        // The example's path is relative to where the test runs, and so are saved paths not below the lab's folder.
        *path = std::path::absolute(&path).unwrap();
    }
    assert_eq!(file::load(&path), Ok(expected));
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    assert!(file::save(&example(), &folder.path().join("none/a.lab.toml")).is_err());
}

#[cfg(unix)]
#[test]
fn saving_keeps_links_and_permissions() {
    use std::os::unix::fs::{PermissionsExt as _, symlink};
    let folder = tempfile::tempdir().unwrap();
    let (path, link) = (folder.path().join("a.lab.toml"), folder.path().join("link.lab.toml"));
    fs::write(&path, "").unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
    symlink(&path, &link).unwrap();
    file::save(&example(), &link).unwrap();
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o640);
    assert_eq!(file::load(&link).map(|lab| lab.title), Ok("Auto-reply".into()));
}

#[test]
fn groups_are_texts_or_tables_and_written_so() {
    let text = "[[endpoints]]\nname = \"room\"\nkind = \"udp\"\nmulticast_loop = false\nmulticast_ttl = 0\n\
        multicast_interface = \"127.0.0.1\"\n\
        groups = [\"239.1.2.3\", { addr = \"ff02::1234\", interface = \"lo\" }]\n";
    let lab = file::parse(text, None).unwrap();
    let room = &lab.endpoints[0];
    let groups: Vec<Group> = ["239.1.2.3", "ff02::1234%lo"].map(|group| group.parse().unwrap()).to_vec();
    assert_eq!(room.groups, groups);
    assert_eq!((room.options.multicast_ttl, room.options.multicast_loop), (Some(0), Some(false)));
    assert_eq!(file::to_toml(&lab), text);
    // A text may name the interface too.
    let short = text.replace("{ addr = \"ff02::1234\", interface = \"lo\" }", "\"ff02::1234%lo\"");
    assert_eq!(file::parse(&short, None), Ok(lab));
    let many = (0..=MAX_GROUPS).map(|number| format!("\"239.0.0.{number}\"")).collect::<Vec<_>>().join(", ");
    let error = refused(&format!("[[endpoints]]\nname = \"room\"\nkind = \"udp\"\ngroups = [{many}]\n"));
    assert_eq!(error.field.as_deref(), Some("endpoints[0].groups[20]"));
    assert!(error.message.text(Lang::En).contains("at most 20 groups"), "{error}");
}

#[test]
fn title_and_note_are_one_text_or_one_in_each_language() {
    let lab = file::parse("title = \"Echo\"\nnote = { en = \"Says it again.\\nTwice.\", zh = \"再说一遍。\" }", None)
        .unwrap();
    assert_eq!(lab.title, Localized::plain("Echo"));
    assert_eq!(lab.note, Localized::both("Says it again.\nTwice.", "再说一遍。"));
    assert_eq!(
        file::to_toml(&lab),
        "title = \"Echo\"\nnote = { en = \"Says it again.\\nTwice.\", zh = \"再说一遍。\" }\n"
    );
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

// Generated labs.

fn any_text() -> impl Strategy<Value = String> {
    prop_oneof![any::<String>(), "[ -~]{0,20}", Just("\u{1b}\"\\\n\t\0\u{7f}\u{202e}😀".to_owned())]
}

fn any_host_port(ports: std::ops::RangeInclusive<u16>) -> impl Strategy<Value = HostPort> {
    let host = prop_oneof![
        any::<std::net::IpAddr>().prop_map(Host::Ip),
        "[a-z][a-z0-9-]{0,8}(\\.[a-z]{2,4})?".prop_map(Host::Name),
    ];
    (host, ports).prop_map(|(host, port)| HostPort::new(host, port))
}

fn any_content() -> impl Strategy<Value = Content> {
    prop_oneof![any_text().prop_map(Content::Text), any::<Vec<u8>>().prop_map(Content::Hex)]
}

fn any_path() -> impl Strategy<Value = PathBuf> {
    ("([a-z. é\"\\\\/]{0,6}/)?", "[a-z你\"' ]{1,8}").prop_map(|(folder, name)| PathBuf::from(folder + &name))
}

fn any_share() -> impl Strategy<Value = FileShare> {
    let files = proptest::collection::vec(any_path(), 1..4).prop_map(|paths| {
        let mut names = std::collections::HashSet::new();
        Shared::Files(paths.into_iter().filter(|path| names.insert(path.file_name().unwrap().to_owned())).collect())
    });
    let what = prop_oneof![any_path().prop_map(Shared::Root), Just(Shared::Root(".".into())), files];
    let time = || (1..=86_400_000u64).prop_map(Duration::from_millis);
    (what, 1..=MOST_TRANSFERS, time(), time()).prop_map(|(what, max_transfers, ask_within, stalled_after)| FileShare {
        what,
        max_transfers,
        ask_within,
        stalled_after,
    })
}

fn any_service() -> impl Strategy<Value = ServiceSpec> {
    let reply = prop_oneof![
        Just(Reply::Manual),
        Just(Reply::Echo),
        Just(Reply::Upper),
        any_text().prop_map(Reply::Suffix),
        any_content().prop_map(Reply::Constant),
        "(\\{msg\\}|\\{\\{|\\}\\}|\\{time\\}|[a-z ]){0,6}".prop_map(Reply::Template),
        any_share().prop_map(Reply::Files),
        any_share().prop_map(Reply::Http),
    ];
    let quit = proptest::collection::vec(any_text().prop_filter("not empty", |text| !text.is_empty()), 0..3);
    (reply, any::<bool>(), quit).prop_map(|(reply, close_after_reply, quit)| ServiceSpec {
        reply,
        close_after_reply,
        quit,
    })
}

type Multicast = (Vec<Group>, Option<u8>, Option<bool>, Option<Interface>);

fn any_multicast() -> impl Strategy<Value = Multicast> {
    let interface = || {
        let name = "[a-z\"\\\\. é]{1,8}[a-z]".prop_map(|name| name.trim().parse().unwrap());
        proptest::option::of(prop_oneof![name, (1..=u32::MAX).prop_map(Interface::Index)])
    };
    let of_address = any::<std::net::Ipv4Addr>().prop_map(|address| Some(Interface::Address(address)));
    let ipv4 = (any::<[u8; 3]>(), prop_oneof![interface(), of_address])
        .prop_map(|([a, b, c], interface)| Group::new([239, a, b, c].into(), interface).unwrap());
    let ipv6 = (any::<u16>(), interface())
        .prop_map(|(last, interface)| Group::new([0xff02, 0, 0, 0, 0, 0, 1, last].into(), interface).unwrap());
    let groups = proptest::collection::vec(prop_oneof![ipv4, ipv6], 0..4).prop_map(|groups| {
        let is_first = |(index, group): &(usize, Group)| !groups[..*index].contains(group);
        groups.iter().cloned().enumerate().filter(is_first).map(|(_, group)| group).collect()
    });
    (groups, any::<Option<u8>>(), any::<Option<bool>>(), interface())
}

fn any_endpoint(index: usize) -> impl Strategy<Value = EndpointSpec> {
    let name = any_text().prop_map(move |text| {
        let visible: String = text.chars().filter(|c| !c.is_control()).take(50).collect();
        format!("{}·{index}", visible.trim())
    });
    let options = (
        proptest::option::of(any::<bool>()),
        proptest::option::of(any::<bool>()),
        proptest::option::of((0..=86_400u64).prop_map(Duration::from_secs)),
        proptest::option::of(any::<bool>()),
        proptest::option::of(1..=2_147_483_647u32),
        proptest::option::of(1..=2_147_483_647u32),
        proptest::option::of(any::<bool>()),
        proptest::option::of(any::<bool>()),
        any_multicast(),
    );
    let numbers = (0..=65_535u32, proptest::option::of(1..=16_777_216u32), proptest::option::of(1..=u32::MAX));
    (
        name,
        proptest::sample::select(EndpointKind::ALL.to_vec()),
        proptest::option::of(any_host_port(0..=65_535)),
        any_host_port(1..=65_535),
        any::<bool>(),
        numbers,
        (proptest::option::of(any::<bool>()), any_service()),
        (any::<bool>(), proptest::sample::select(LineEnding::ALL.to_vec())),
        options,
    )
        .prop_map(
            |(
                name,
                kind,
                local,
                remote,
                flag,
                (backlog, recv_size, limit),
                (close_on_eof, service),
                (wide, ending),
                options,
            )| {
                let mut spec = EndpointSpec::new(name, kind);
                let path = |number: u16| PathBuf::from(format!("/tmp/{number}.sock"));
                spec.local = match local {
                    Some(local) if kind.is_unix() => Some(Local::Path(path(local.port))),
                    None if kind == EndpointKind::UnixServer => Some(Local::Path(path(0))),
                    local => local.map(Local::Inet),
                };
                spec.recv_size = recv_size;
                spec.service = service;
                if spec.service.share().is_some() && kind != EndpointKind::TcpServer {
                    spec.service.reply = Reply::Echo;
                }
                spec.encoding = if wide { TextEncoding::Utf16Be } else { TextEncoding::UTF_8 };
                spec.line_ending = ending;
                let tcp = kind.is_stream() && !kind.is_unix();
                spec.options.reuse_addr = options.3.filter(|_| !kind.is_unix());
                spec.options.recv_buffer = options.4;
                spec.options.send_buffer = options.5;
                spec.options.v6_only = options.7.filter(|_| !kind.is_unix());
                if kind.is_server() {
                    spec.serving = if flag { Serving::OneAtATime } else { Serving::Concurrent };
                    spec.backlog = backlog;
                    spec.accept_limit = limit;
                } else if flag || kind.is_client() {
                    spec.remote =
                        Some(if kind.is_unix() { Remote::Path(path(remote.port)) } else { Remote::Inet(remote) });
                }
                if kind.is_stream() {
                    spec.close_on_eof = close_on_eof;
                }
                if tcp {
                    (spec.options.nodelay, spec.options.keepalive, spec.options.linger) =
                        (options.0, options.1, options.2);
                }
                if kind == EndpointKind::Udp {
                    spec.options.broadcast = options.6;
                    let (groups, ttl, hears_itself, interface) = options.8;
                    spec.groups = groups;
                    spec.options.multicast_ttl = ttl;
                    spec.options.multicast_loop = hears_itself;
                    spec.options.multicast_interface = interface;
                }
                spec
            },
        )
}

fn any_step(endpoints: Vec<EndpointSpec>) -> impl Strategy<Value = Step> {
    let errno = || proptest::option::of(proptest::sample::select(vec!["ECONNREFUSED".to_owned(), "EPIPE".to_owned()]));
    let time = || (0..=86_400_000u64).prop_map(Duration::from_millis);
    let conn = || proptest::option::of(1..=u32::MAX);
    let expected = proptest::option::of(prop_oneof![
        any_content().prop_map(ExpectedBytes::Exactly),
        (0..=i64::MAX as u64).prop_map(ExpectedBytes::Count)
    ]);
    let download = (
        any_text().prop_map(|text| format!("a{}", text.replace('\0', ""))),
        any_path(),
        proptest::option::of(any::<[u8; 32]>().prop_map(Sha256)),
        proptest::sample::select(vec![None, Some(Protocol::Files), Some(Protocol::Http)]),
    )
        .prop_map(|(name, save_to, sha256, protocol)| Download {
            from: String::new(),
            name,
            save_to,
            sha256,
            protocol,
        });
    let flags = (conn(), any::<bool>(), errno(), errno());
    let parts = (any_content(), expected, any_host_port(1..=65_535), time(), flags, download);
    (proptest::sample::select(endpoints), 0..8u8, parts).prop_map(
        |(spec, which, (content, expected, target, time, (conn, flag, error, fails), download))| {
            let at = spec.name.clone();
            let conn = conn.filter(|_| spec.kind.is_stream());
            let action = match which {
                0 => Action::Open(at),
                1 | 2 => {
                    let what =
                        if which == 1 { Sent::Bytes(content) } else { Sent::File(PathBuf::from("some folder/ä\"b")) };
                    let to = match (spec.kind, conn) {
                        (kind, Some(conn)) if kind.is_server() => To::Conn(conn),
                        (EndpointKind::Udp, _) if flag => To::Remote(Remote::Endpoint(at.clone())),
                        (EndpointKind::Udp, _) => To::Remote(Remote::Inet(target)),
                        (EndpointKind::UnixDatagram, _) if flag => To::Remote(Remote::Path("/tmp/to.sock".into())),
                        _ => To::All,
                    };
                    Action::Send { from: at, what, to }
                }
                3 => {
                    let eof = flag && spec.kind.is_stream();
                    let bytes = if !eof && error.is_none() {
                        Some(expected.unwrap_or(ExpectedBytes::Count(1)))
                    } else {
                        expected
                    };
                    Action::Expect(Expectation { at, conn, bytes, eof, error, within: time })
                }
                4 => Action::Wait(time),
                7 if spec.kind == EndpointKind::TcpClient => Action::Download(Download { from: at, ..download }),
                5 => Action::Shutdown { at, how: if flag { How::Both } else { How::Read }, conn },
                _ => Action::Close { at, conn, reset: flag && spec.kind.is_stream() },
            };
            Step { action, fails }
        },
    )
}

fn any_layout() -> impl Strategy<Value = Layout> {
    let share = 0.001f32..1000.0;
    let leaf = (any_text(), share.clone()).prop_map(|(shows, share)| Layout { share, ..Layout::pane(shows) });
    leaf.prop_recursive(4, 20, 4, move |inner| {
        let is = proptest::sample::select(vec![Arrangement::Row, Arrangement::Column, Arrangement::Tabs]);
        (is, proptest::collection::vec(inner, 1..4), share.clone(), any::<bool>()).prop_map(
            |(is, parts, share, active)| {
                let active = active.then(|| parts.len() - 1);
                Layout { share, active, ..Layout::group(is, parts) }
            },
        )
    })
}

fn any_localized() -> impl Strategy<Value = Localized> {
    let text = || any_text().prop_map(|text| text.chars().take(200).collect::<String>());
    prop_oneof![text().prop_map(Localized::plain), (text(), text()).prop_map(|(en, zh)| Localized::both(en, zh))]
}

fn any_lab() -> impl Strategy<Value = Lab> {
    let endpoints = (1..5usize).prop_flat_map(|count| (0..count).map(any_endpoint).collect::<Vec<_>>());
    let texts = (any_localized(), any_localized());
    (texts, endpoints, proptest::option::of(any_layout())).prop_flat_map(|(texts, endpoints, layout)| {
        let steps = proptest::collection::vec(any_step(endpoints.clone()), 0..6);
        (Just(texts), Just(endpoints), steps, Just(layout)).prop_map(|((title, note), endpoints, steps, layout)| Lab {
            title,
            note,
            endpoints,
            steps,
            layout,
            ..Lab::default()
        })
    })
}

proptest! {
    #[test]
    fn a_lab_that_was_written_is_read_back_equal(lab in any_lab()) {
        let text = file::to_toml(&lab);
        match file::parse(&text, None) {
            Ok(read) => prop_assert_eq!(read, lab),
            Err(error) => prop_assert!(false, "{}\n{}", error, text),
        }
    }

    #[test]
    fn no_text_panics(text: String, folder in proptest::option::of("[a-z/]{0,5}")) {
        let _ = file::parse(&text, folder.as_deref().map(Path::new));
    }

    #[test]
    fn no_damaged_file_panics(cut in 0..EXAMPLE.len(), len in 0..30usize, junk in "[\\[\\]{}=\"'.#\n,0-9a-z😀\\\\-]{0,12}") {
        let end = (cut + len).min(EXAMPLE.len());
        let text = format!("{}{junk}{}", &EXAMPLE[..cut], &EXAMPLE[end..]);
        if let Err(error) = file::parse(&text, None) {
            prop_assert!(error.line >= 1 && error.line <= text.lines().count() + 1, "{}", error);
            told_in_both_languages(&error);
        }
    }
}

#[test]
fn framings_rules_and_snippets_are_read_and_written_back() {
    let text = r#"
[[endpoints]]
name = "rules"
kind = "tcp-server"
framing = { kind = "length-prefix", bytes = 2, endian = "little" }
service = { kind = "rules", rules = [
    { name = "greeting", when = { contains = "hi" }, reply = "hello", delay = "100ms" },
    { when = { hex = "01 ?? 03" }, reply_hex = "00 ff" },
    { when = { regex = '(\d+)' }, reply = "$1 from {host}" },
    { when = "exit", close = true },
] }

[[endpoints]]
name = "room"
kind = "udp"
peers = [{ name = "小明", addr = "127.0.0.1:9001" }, { name = "teacher", addr = "localhost:9002" }]

[[snippets]]
name = "read registers"
hex = "01 03 00 00 00 0a"
checksum = "crc-16/modbus"

[[snippets]]
name = "count"
text = 'ping {counter}\n'
line_ending = "crlf"
delay = "50ms"
"#;
    let lab = file::parse(text, None).unwrap();
    let Reply::Rules(rules) = &lab.endpoints[0].service.reply else { panic!("{lab:?}") };
    assert_eq!((rules.len(), rules[0].name.as_str(), lab.snippets.len()), (4, "greeting", 2));
    assert!(lab.endpoints[0].framing.is_some());
    assert_eq!(lab.endpoints[1].peers[0].name, "小明");
    assert_eq!(file::parse(&file::to_toml(&lab), None).unwrap(), lab);
}
