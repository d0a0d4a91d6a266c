//! From a Python program to the endpoint that does the same.

use std::path::Path;

use socket_lab::code::reading::{ReadingError, Remark, RemarkKind, read};
use socket_lab::code::{self, Language, Style};
use socket_lab::lab::{EndpointKind, EndpointSpec, Serving, examples, file};
use socket_lab::lang::Lang;

/// The program of that name among the other side's programs.
fn peer(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/peers").join(name);
    std::fs::read_to_string(&path).unwrap()
}

#[track_caller]
fn endpoint(text: &str) -> (EndpointSpec, Vec<Remark>) {
    let reading = read(text, "program", None).unwrap_or_else(|error| panic!("{error}\n{text}"));
    assert_eq!(reading.endpoints.len(), 1, "{reading:#?}\n{text}");
    (reading.endpoints.into_iter().next().unwrap(), reading.remarks)
}

/// An endpoint as a lab file has it, without its name.
fn written(spec: &EndpointSpec) -> String {
    let mut lab = socket_lab::lab::Lab::default();
    lab.endpoints.push(EndpointSpec { name: "it".to_owned(), ..spec.clone() });
    file::to_toml(&lab)
}

#[track_caller]
fn is_read_as(text: &str, expected: &str) -> Vec<Remark> {
    let (spec, remarks) = endpoint(text);
    let lab = file::parse(&format!("[[endpoints]]\nname = \"it\"\n{expected}"), None).unwrap();
    assert_eq!(written(&spec), written(&lab.endpoints[0]), "{text}\n{remarks:#?}");
    remarks
}

const TCP: &str = "kind = \"tcp-server\"\nlocal = \"127.0.0.1:0\"\n";

#[test]
fn every_program_of_the_tutorials_is_recognised() {
    let expected: &[(&str, &str)] = &[
        (
            "address_server.py",
            "backlog = 5\nserving = \"one-at-a-time\"\nrecv_size = 1024\nservice = { kind = \"template\", text = \"{host}:{port}\", close_after_reply = true }",
        ),
        (
            "auto_reply_server.py",
            "backlog = 5\nserving = \"one-at-a-time\"\nrecv_size = 1024\nservice = { kind = \"suffix\", text = \" SB\", quit = [\"exit\"] }",
        ),
        (
            "browser_server.py",
            "backlog = 128\nserving = \"one-at-a-time\"\nrecv_size = 8192\nservice = { kind = \"constant\", text = \"HTTP/1.1 200 OK\\r\\nServer: tutorial\\r\\n\\r\\n<h1>你好，浏览器</h1>\", close_after_reply = true }",
        ),
        (
            "chat_server.py",
            "backlog = 3\nserving = \"one-at-a-time\"\naccept_limit = 1\nrecv_size = 1024\nservice = { kind = \"manual\", quit = [\"Q\"] }",
        ),
        ("echo_server.py", "backlog = 5\nserving = \"one-at-a-time\"\nrecv_size = 1024\nservice = { kind = \"echo\" }"),
        (
            "gbk_server.py",
            "backlog = 128\nserving = \"one-at-a-time\"\nrecv_size = 1024\nencoding = \"gbk\"\nservice = { kind = \"constant\", text = \"收到\" }",
        ),
        ("listening_server.py", "backlog = 1\nserving = \"one-at-a-time\"\naccept_limit = 1\nrecv_size = 1024"),
        (
            "one_shot_server.py",
            "backlog = 1\nserving = \"one-at-a-time\"\naccept_limit = 1\nrecv_size = 1024\nservice = { kind = \"constant\", text = \"stop\", close_after_reply = true }",
        ),
        (
            "reporting_server.py",
            "backlog = 5\nserving = \"one-at-a-time\"\nrecv_size = 1024\nservice = { kind = \"template\", text = \"Received msg: {msg} from ('{host}', {port})\", close_after_reply = true }",
        ),
        (
            "resetting_server.py",
            "backlog = 1\nserving = \"one-at-a-time\"\naccept_limit = 1\nrecv_size = 65536\nlinger = \"0s\"",
        ),
        (
            "telephone_server.py",
            "backlog = 5\nserving = \"one-at-a-time\"\nrecv_size = 1024\nservice = { kind = \"upper\" }",
        ),
    ];
    for (name, expected) in expected {
        is_read_as(&peer(name), &format!("{TCP}{expected}"));
    }
    let others: &[(&str, &str)] = &[
        ("udp_echo.py", "kind = \"udp\"\nlocal = \"127.0.0.1:0\"\nrecv_size = 65535\nservice = { kind = \"echo\" }"),
        (
            "udp_receiver.py",
            "kind = \"udp\"\nlocal = \"127.0.0.1:0\"\nrecv_size = 1024\nservice = { kind = \"manual\", quit = [\"exit\"] }",
        ),
        ("udp_sender.py", "kind = \"udp\"\nlocal = \"127.0.0.1:0\"\nremote = \"127.0.0.1:8000\""),
        ("udp_request_client.py", "kind = \"udp\"\nremote = \"127.0.0.1:8000\"\nrecv_size = 200"),
        (
            "unix_server.py",
            "kind = \"unix-server\"\nlocal = \"socket\"\nbacklog = 5\nserving = \"one-at-a-time\"\nrecv_size = 1024\nservice = { kind = \"suffix\", text = \" SB\" }",
        ),
        ("unix_client.py", "kind = \"unix-client\"\nremote = \"socket\"\nrecv_size = 1024"),
    ];
    for (name, expected) in others {
        is_read_as(&peer(name), expected);
    }
    let client = "kind = \"tcp-client\"\nremote = \"127.0.0.1:8000\"\nrecv_size = 1024";
    for name in ["address", "auto_reply", "chat", "file", "one_shot", "reporting", "tcp", "telephone"] {
        is_read_as(&peer(&format!("{name}_client.py")), client);
    }
    is_read_as(&peer("gbk_client.py"), &format!("{client}\nencoding = \"gbk\""));
}

/// What no service says is said with its line.
#[test]
fn every_peer_is_read_and_what_it_does_besides_is_named_with_its_line() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/peers");
    let mut count = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        if !name.ends_with(".py") {
            continue;
        }
        count += 1;
        let text = std::fs::read_to_string(&path).unwrap();
        // It speaks through a library.
        if name == "browser_client.py" {
            assert_eq!(read(&text, "program", None), Err(ReadingError::NoSocket));
            continue;
        }
        let (_, remarks) = endpoint(&text);
        let lines = u32::try_from(text.lines().count()).unwrap();
        assert!(remarks.iter().all(|remark| (1..=lines).contains(&remark.line)), "{name}: {remarks:#?}");
    }
    assert!(count >= 33, "{count}");
    let (_, remarks) = endpoint(&peer("udp_request_server.py"));
    for (line, kind) in [(10, RemarkKind::Timeout), (19, RemarkKind::Reply), (21, RemarkKind::OnError)] {
        assert!(remarks.contains(&Remark { line, kind: kind.clone() }), "{kind:?} {remarks:#?}");
    }
}

#[test]
fn an_answer_is_found_however_it_is_put_together() {
    let server = |body: &str| {
        format!(
            "import socket\ns = socket.socket()\ns.bind(('', 9000))\ns.listen()\nwhile True:\n    c, a = s.accept()\n    while True:\n        d = c.recv(100)\n        if not d:\n            break\n{body}\n    c.close()\n"
        )
    };
    let expected = |service: &str| {
        format!(
            "kind = \"tcp-server\"\nlocal = \"0.0.0.0:9000\"\nserving = \"one-at-a-time\"\nrecv_size = 100\nservice = {{ {service} }}"
        )
    };
    for (body, service) in [
        ("c.send(d)", "kind = \"echo\""),
        ("c.send(d + b' SB')", "kind = \"suffix\", text = \" SB\""),
        ("c.send((d.decode() + ' SB').encode())", "kind = \"suffix\", text = \" SB\""),
        ("c.send(f'{d.decode()} SB'.encode())", "kind = \"suffix\", text = \" SB\""),
        ("c.send(('%s SB' % d.decode('utf-8')).encode('utf-8'))", "kind = \"suffix\", text = \" SB\""),
        ("c.send('{} SB'.format(d.decode()).encode())", "kind = \"suffix\", text = \" SB\""),
        ("c.send(bytes(str(d, 'utf8') + ' SB', 'utf8'))", "kind = \"suffix\", text = \" SB\""),
        ("m = d.decode()\n        m += ' SB'\n        c.sendall(m.encode())", "kind = \"suffix\", text = \" SB\""),
        ("c.send(d.upper())", "kind = \"upper\""),
        ("c.send(d.decode().upper().encode())", "kind = \"upper\""),
        ("c.send(b'ok')", "kind = \"constant\", text = \"ok\""),
        ("c.send(b'\\xff\\x00')", "kind = \"constant\", hex = \"ff 00\""),
        ("c.send('{{}} {}'.format(a[0]).encode())", "kind = \"template\", text = \"{{}} {host}\""),
        ("c.send(f'{len(d)} bytes'.encode())", "kind = \"template\", text = \"{len} bytes\""),
        (
            "if d == b'a':\n            c.send(b'1')\n        elif d.startswith(b'b'):\n            c.send(b'2')\n        elif b'c' in d:\n            c.send(b'3')\n        else:\n            c.send(d)",
            "kind = \"rules\", rules = [{ when = \"a\", reply = \"1\" }, { when = { starts = \"b\" }, reply = \"2\" }, { when = { contains = \"c\" }, reply = \"3\" }, { when = { any = true }, reply = \"{msg}\" }]",
        ),
        (
            "if d == b'time':\n            r = 'noon'\n        else:\n            r = '?'\n        c.send(r.encode())",
            "kind = \"rules\", rules = [{ when = \"time\", reply = \"noon\" }, { when = { any = true }, reply = \"?\" }]",
        ),
        (
            "c.send({b'a': b'1', b'b': b'2'}.get(d, b'?'))",
            "kind = \"rules\", rules = [{ when = \"a\", reply = \"1\" }, { when = \"b\", reply = \"2\" }, { when = { any = true }, reply = \"?\" }]",
        ),
        (
            "if d == b'bye':\n            c.send(b'see you')\n            break\n        c.send(d)",
            "kind = \"rules\", rules = [{ when = \"bye\", reply = \"see you\", close = true }, { when = { any = true }, reply = \"{msg}\" }]",
        ),
        (
            "if d.decode() in ('exit', 'quit'):\n            break\n        c.send(d)",
            "kind = \"echo\", quit = [\"exit\", \"quit\"]",
        ),
    ] {
        let remarks = is_read_as(&server(&format!("        {body}")), &expected(service));
        assert!(remarks.is_empty(), "{body}: {remarks:#?}");
    }
}

#[test]
fn functions_threads_and_guards_are_followed() {
    let text = "\
import socket
import threading

HOST, PORT = '127.0.0.1', 6000
SIZE = 4 * 1024

def answer(text):
    return text.upper()

def handle(conn, addr):
    print('from', addr)
    with conn:
        while data := conn.recv(SIZE):
            conn.sendall(answer(data.decode('gbk')).encode('gbk'))

def main():
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as server:
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        server.bind((HOST, PORT))
        server.listen(7)
        while True:
            conn, addr = server.accept()
            threading.Thread(target=handle, args=(conn, addr), daemon=True).start()

if __name__ == '__main__':
    main()
";
    let remarks = is_read_as(
        text,
        "kind = \"tcp-server\"\nlocal = \"127.0.0.1:6000\"\nreuse_addr = true\nbacklog = 7\nrecv_size = 4096\nencoding = \"gbk\"\nservice = { kind = \"upper\" }",
    );
    assert!(remarks.is_empty(), "{remarks:#?}");
}

#[test]
fn a_server_of_files_by_name_is_one() {
    let text = "\
from socket import *
s = socket(AF_INET, SOCK_STREAM)
s.bind(('', 7891))
s.listen(128)
while True:
    c, a = s.accept()
    name = c.recv(1024).decode('utf-8')
    with open('./files/' + name, 'rb') as f:
        while True:
            part = f.read(1024)
            if not part:
                break
            c.send(part)
    c.close()
";
    let (spec, _) = endpoint(text);
    assert_eq!(spec.service.reply.kind().name, "files");
    assert_eq!((spec.kind, spec.server.serving), (EndpointKind::TCP_SERVER, Serving::OneAtATime));
}

#[test]
fn what_is_no_program_of_sockets_is_refused_with_its_place() {
    let error = |text: &str| read(text, "x", None).unwrap_err();
    assert!(matches!(error("import socket\nx = (\n"), ReadingError::Syntax { line: 2..=3, .. }));
    assert!(matches!(error("a = 1\nprint('你好' x y)\nb = 2\n"), ReadingError::Syntax { line: 2, column: 1..=13 }));
    assert_eq!(error("print(1)"), ReadingError::NoSocket);
    assert_eq!(error(""), ReadingError::NoSocket);
    assert!(matches!(error(&"#".repeat(100_000)), ReadingError::TooLong { .. }));
}

#[test]
fn no_program_is_too_deep_to_be_read() {
    let most = 20_000;
    for (open, close) in [
        ("(", ")"),
        ("[", "]"),
        ("{", "}"),
        ("-", ""),
        ("not ", ""),
        ("1+", ""),
        ("1**", ""),
        ("a.", ""),
        ("f(", ")"),
        ("lambda: ", ""),
        ("1 if 1 else ", ""),
        ("a[", "]"),
        ("a:=", ""),
        ("a<", ""),
        ("a and ", ""),
        ("a or ", ""),
        ("f'{", "}'"),
        ("x=", ""),
        ("await ", ""),
    ] {
        for middle in ["1", ""] {
            let times = most / (open.len() + close.len());
            let text = format!("{}{middle}{}", open.repeat(times), close.repeat(times));
            assert_ne!(read(&text, "x", None), Err(ReadingError::NoMemory), "{open} {close}");
        }
    }
    let deep: String = (0..300).map(|depth| format!("{}if x:\n", " ".repeat(depth.min(99)))).collect();
    let _ = read(&deep, "x", None);
    // A function that calls itself, and two that call each other, twice each.
    let _ = read("def f():\n    f()\n    f()\nf()\n", "x", None);
    let _ = read("def f():\n    g(); g()\ndef g():\n    f(); f()\nf()\n", "x", None);
}

/// What a program makes of its values is followed only so far, however it makes it.
#[test]
fn values_that_grow_with_each_line_are_not_followed_without_end() {
    let doubled = |first: &str, line: &str| format!("{first}\n{}", format!("{line}\n").repeat(60));
    let many = (0..200).map(|at| format!("a{at} = s + \"{at}\"\n")).collect::<String>();
    for growing in [
        doubled("s = b'x'", "s += s"),
        doubled("s = 'x'", "s = s + s"),
        doubled("s = ()", "s = (s, s)"),
        doubled("s = ()", "s = (s, *s)"),
        doubled("s = {}", "s = {1: s, 2: s}"),
        doubled("s = 'x'", "s = f'{s}{s}'"),
        doubled("s = 'x'", "s = '{0}{0}'.format(s)"),
        doubled("s = 'x'", "s = '%s%s' % (s, s)"),
        doubled("s = 'x'", "s = os.path.join(s, s)"),
        doubled("s = 'x'", "s = s if a else s + 'y'"),
        doubled("s = 'x'", "if a == s:\n    s = s + 'y'"),
        doubled("s = open('x').read()", "s = open(s).read()"),
        doubled("def f(a, b):\n    return (a, b)\ns = ()", "s = f(s, s)"),
        format!("s = 'x' * 60000\ns = '{}'.format(s)\n", "{0}".repeat(10_000)),
        format!("s = 'x' * 60000\ns = ({})\n", "s,".repeat(10_000)),
        format!("s = 'x' * 60000\n{}", many.repeat(10)),
        format!("s = 'x' * 60000\n{many}{}", "if a == s:\n    b = s\n".repeat(1_000)),
    ] {
        let program = format!(
            "import socket\nl = socket.socket()\nl.bind(('127.0.0.1', 0))\nl.listen()\nc, _ = l.accept()\nc.recv(9)\n\
             {growing}c.sendall(str(s).encode())\n"
        );
        let (spec, _) = endpoint(&program);
        let written = written(&spec);
        assert!(written.contains("tcp-server") && written.len() < 200_000, "{} bytes\n{growing}", written.len());
    }
}

/// Out and back: what is written from an endpoint is read as that endpoint.
#[test]
fn a_program_that_was_written_from_an_endpoint_is_read_as_that_endpoint() {
    let python = Language::named("python").unwrap();
    let mut seen = 0;
    for example in examples::all() {
        for spec in &example.lab.endpoints {
            let Ok(plan) = code::of_endpoint(spec, &example.lab, Some(Style::Plain), Lang::En) else { continue };
            let Ok(program) = python.write(&plan, Lang::En) else { continue };
            let (back, _) = endpoint(&program.text);
            seen += 1;
            let at = format!("lab {}, {}\n{}\n{}", example.number, spec.name, written(&back), program.text);
            assert_eq!(back.kind, spec.kind, "{at}");
            assert_eq!(back.recv_size(), spec.recv_size(), "{at}");
            if spec.kind.is_server() {
                assert_eq!(back.server.backlog, spec.server.backlog, "{at}");
            }
        }
    }
    assert!(seen > 20, "{seen}");
}
