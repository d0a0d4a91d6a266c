//! Whatever bytes were sent and received, a program of any language sends and expects just these.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, UdpSocket};
use std::process::Stdio;
use std::thread;
use std::time::Duration;

use proptest::prelude::*;
use socket_lab::code::Language;
use socket_lab::code::plan::{Act, Body, Family, Place, Plan, Role, Socket, Turn};
use socket_lab::lab::TextEncoding;
use socket_lab::lang::Lang;

use super::{compiled, formatter, languages, written};

/// What has broken the programs of others, and what might.
fn nasty() -> Vec<Vec<u8>> {
    let texts = [
        "\"",
        "'",
        "'''",
        "\"\"\"",
        "\\",
        "ends in \\",
        "\\\\",
        "\\n",
        "\\u000a",
        "\\u0022",
        "\\\\u0022 \\\\\\u005c",
        "%",
        "%s %d %n",
        "{}",
        "{0} {name}",
        "{{",
        "$x ${y}",
        "`rm`",
        "#",
        "//",
        "/* */",
        "??/",
        "???",
        "??=",
        "\r",
        "\n",
        "\r\n",
        " ",
        "  leads and ends  ",
        "\t",
        "0",
        "7",
        "\u{202e}abc",
        "\u{feff}bom",
        "你好，世界",
        "“引号”……",
        "é ñ ß",
        "😀",
        "\u{2028}",
        "\u{0}",
        "\u{7f}",
        "import os",
        "\"; drop",
        "b'",
        "a\nb\nc\n",
        "{\"key\": \"it's\"}",
    ];
    let mut all: Vec<Vec<u8>> = texts.iter().map(|text| text.as_bytes().to_vec()).collect();
    all.push((0..=255).collect());
    all.push((0..=255).rev().collect());
    // An escape and a digit behind it.
    all.extend((0u8..=255).step_by(5).map(|byte| vec![byte, b'0', byte, b'a', byte, byte]));
    // GBK, whose second bytes may be a backslash, and half a character.
    all.push(b"\xc4\xe3\xba\xc3".to_vec());
    all.push(b"\x81\x5c\x5c".to_vec());
    all.push(b"\xe4\xbd".to_vec());
    all.push(vec![b'x'; 300]);
    all.push("长".repeat(200).into_bytes());
    all.push("\"'\\".repeat(100).into_bytes());
    all
}

fn plan(role: Role, remote: Place, encoding: TextEncoding, acts: Vec<Act>) -> Plan {
    let socket = Socket {
        family: Family::Inet,
        options: Vec::new(),
        local: None,
        groups: Vec::new(),
        backlog: None,
        connection: Vec::new(),
        remote: Some(remote),
    };
    let turns = acts.into_iter().enumerate().map(|(at, act)| Turn { act, calls: vec![at as u64 + 1] }).collect();
    let name = "\" */ \\u000a \\ 名".to_owned();
    Plan { name, role, socket, body: Body::Script(turns), encoding, left_out: Vec::new() }
}

fn port(port: u16) -> Place {
    Place::Inet { host: "127.0.0.1".to_owned(), port: Some(port) }
}

/// A client sends all of them and then expects all of them.
fn goes_both_ways(language: &Language, payloads: &[Vec<u8>], encoding: TextEncoding) {
    let folder = tempfile::tempdir().unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut acts = vec![Act::Connect];
    acts.extend(payloads.iter().cloned().map(Act::Send));
    acts.extend(payloads.iter().map(|bytes| Act::Receive {
        len: bytes.len() as u64,
        bytes: Some(bytes.clone()),
        split: vec![1, 2],
    }));
    acts.extend([Act::ReceiveEnd, Act::Close]);
    let text = {
        let plan = plan(Role::Client, port(listener.local_addr().unwrap().port()), encoding, acts);
        language.write(&plan, Lang::En).unwrap().text
    };
    let mut command = compiled(language, folder.path(), "payloads", &text);
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let (mut stream, _) = listener.accept().unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    let whole = payloads.concat();
    let (mut received, answer) = (vec![0; whole.len()], whole.clone());
    stream.read_exact(&mut received).unwrap();
    assert!(received == whole, "{} sends other bytes", language.own_name);
    // In pieces, as a stream may come.
    for piece in answer.chunks(1_000) {
        stream.write_all(piece).unwrap();
    }
    drop(stream);
    let output = child.wait_with_output().unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && errors.is_empty(), "{}: {errors}", language.own_name);
    let source = written(language, folder.path(), "payloads", &text);
    if let Some(mut format) = formatter(language) {
        let output = format.arg(source).output().unwrap();
        let said = [output.stdout, output.stderr].concat();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&said));
    }
}

#[test]
fn bytes_of_every_kind_go_through_every_language_unchanged() {
    for language in languages() {
        for encoding in ["utf-8", "gbk"] {
            goes_both_ways(language, &nasty(), encoding.parse().unwrap());
        }
    }
}

#[test]
fn a_megabyte_goes_through_every_language_unchanged() {
    let megabyte: Vec<u8> = (0u32..1 << 20).map(|at| (at.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    for language in languages() {
        let folder = tempfile::tempdir().unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let acts = vec![Act::Connect, Act::Send(megabyte.clone()), Act::Close];
        let plan = plan(Role::Client, port(listener.local_addr().unwrap().port()), TextEncoding::UTF_8, acts);
        let text = language.write(&plan, Lang::En).unwrap().text;
        let mut child = compiled(language, folder.path(), "megabyte", &text).spawn().unwrap();
        let (mut stream, _) = listener.accept().unwrap();
        let mut received = Vec::new();
        stream.read_to_end(&mut received).unwrap();
        assert!(received == megabyte, "{}", language.own_name);
        assert!(child.wait().unwrap().success());
    }
}

#[test]
fn an_empty_datagram_is_a_datagram_in_every_language() {
    let datagrams = [b"".to_vec(), b"\0".to_vec(), b"last".to_vec()];
    for language in languages() {
        let folder = tempfile::tempdir().unwrap();
        let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
        socket.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        let acts = datagrams.iter().cloned().map(Act::SendTo).chain([Act::Close]).collect();
        let plan = plan(Role::Datagram, port(socket.local_addr().unwrap().port()), TextEncoding::UTF_8, acts);
        let text = language.write(&plan, Lang::En).unwrap().text;
        let mut child = compiled(language, folder.path(), "datagrams", &text).spawn().unwrap();
        for datagram in &datagrams {
            let mut received = [0; 100];
            let (len, _) = socket.recv_from(&mut received).unwrap();
            assert_eq!(&received[..len], datagram, "{}", language.own_name);
        }
        assert!(child.wait().unwrap().success());
    }
}

#[test]
fn a_server_s_script_waits_for_all_of_a_message() {
    for language in languages() {
        let folder = tempfile::tempdir().unwrap();
        let mut plan = plan(
            Role::Server,
            port(0),
            TextEncoding::UTF_8,
            vec![
                Act::Accept,
                Act::Receive { len: 10, bytes: Some(b"0123456789".to_vec()), split: vec![3, 7] },
                Act::Send(b"ok".to_vec()),
                Act::ReceiveEnd,
                Act::Close,
            ],
        );
        plan.socket.local = plan.socket.remote.take();
        plan.socket.backlog = Some(3);
        let text = language.write(&plan, Lang::En).unwrap().text;
        let command = compiled(language, folder.path(), "server", &text);
        let mut program = super::stage::Program::start(command, &[]);
        let mut stream = std::net::TcpStream::connect(("127.0.0.1", program.port())).unwrap();
        for piece in [b"0".as_slice(), b"12345", b"6789"] {
            stream.write_all(piece).unwrap();
            thread::yield_now();
        }
        let mut answer = [0; 2];
        stream.read_exact(&mut answer).unwrap();
        assert_eq!(&answer, b"ok", "{}", language.own_name);
        stream.shutdown(std::net::Shutdown::Write).unwrap();
        assert!(program.wait(), "{}", language.own_name);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3, max_shrink_iters: 0, ..ProptestConfig::default() })]

    #[test]
    fn random_payloads_go_through_every_language_unchanged(
        payloads in prop::collection::vec(prop_oneof![
            prop::collection::vec(any::<u8>(), 1..200),
            "\\PC{1,80}".prop_map(String::into_bytes),
            "[\"'\\\\\n\r?/%{}你 ]{1,80}".prop_map(String::into_bytes),
        ], 20..40),
        gbk in any::<bool>(),
    ) {
        let encoding: TextEncoding = if gbk { "gbk" } else { "utf-8" }.parse().unwrap();
        for language in languages() {
            goes_both_ways(language, &payloads, encoding);
        }
    }
}
