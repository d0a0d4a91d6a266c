//! `socket-lab code` from the shell.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Output};
use std::time::Duration;

use socket_lab::code::Language;

use super::{compiled, languages};
use crate::support::headless::Lab;

fn code(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_socket-lab"))
        .arg("code")
        .args(arguments)
        .env("LC_ALL", "C")
        .env_remove("LANGUAGE")
        .output()
        .unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

const LAB: &str = r#"
[[endpoints]]
name = "server"
kind = "tcp-server"
local = "127.0.0.1:0"
service = { kind = "suffix", text = " SB" }

[[endpoints]]
name = "client"
kind = "tcp-client"
remote = "@server"

[[steps]]
open = "server"
[[steps]]
open = "client"
[[steps]]
send = { from = "client", text = "hello" }
[[steps]]
expect = { at = "client", text = "hello SB" }
[[steps]]
send = { from = "client", hex = "00 ff 22 5c" }
[[steps]]
expect = { at = "client", hex = "00 ff 22 5c 20 53 42" }
[[steps]]
close = "client"
"#;

#[test]
fn a_program_is_printed_or_saved_and_nothing_is_overwritten() {
    let lab = Lab::new(LAB);
    let (file, saved) = (lab.path("test.lab.toml"), lab.path("server.py"));
    let (file, saved) = (file.to_str().unwrap(), saved.to_str().unwrap());
    let printed = code(&[file, "--endpoint", "server", "--lang", "python"]);
    assert!(printed.status.success(), "{}", text(&printed.stderr));
    assert!(text(&printed.stdout).contains("REPLY = b\" SB\""), "{}", text(&printed.stdout));
    let arguments = [file, "--endpoint", "server", "--lang", "python", "-o", saved];
    assert!(code(&arguments).status.success());
    assert_eq!(std::fs::read(saved).unwrap(), printed.stdout);
    let again = code(&arguments);
    assert_eq!(again.status.code(), Some(2));
    assert!(text(&again.stderr).contains("EEXIST"), "{}", text(&again.stderr));
}

#[test]
fn what_is_wrong_is_said_with_status_2() {
    let lab = Lab::new(LAB);
    let file = lab.path("test.lab.toml");
    let file = file.to_str().unwrap();
    for (arguments, said) in [
        (
            &[file, "--endpoint", "nobody", "--lang", "c"][..],
            "there is no endpoint \"nobody\"; there are: server, client",
        ),
        (&[file, "--endpoint", "server", "--lang", "cobol"], "cobol"),
        (&[file, "--endpoint", "server", "--lang", "rust", "--style", "select"], "Rust has no style \"select\""),
        (&["/nowhere/x.lab.toml", "--endpoint", "server", "--lang", "c"], "ENOENT"),
        (&[file, "--lang", "c"], "--endpoint"),
    ] {
        let output = code(arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(text(&output.stderr).contains(said), "{arguments:?}: {}", text(&output.stderr));
    }
}

/// The trace of a run of that lab.
fn recorded(lab: &Lab) -> std::path::PathBuf {
    let trace = lab.path("test.lab-trace");
    let status = Command::new(env!("CARGO_BIN_EXE_socket-lab"))
        .arg("run")
        .arg(lab.path("test.lab.toml"))
        .args(["--format", "none", "--record"])
        .arg(&trace)
        .status()
        .unwrap();
    assert!(status.success());
    trace
}

fn repeats_the_client(language: &Language, trace: &Path, folder: &Path) {
    let arguments = [trace.to_str().unwrap(), "--endpoint", "client", "--conn", "1", "--lang", language.name];
    let output = code(&arguments);
    assert!(output.status.success(), "{}", text(&output.stderr));
    let program = text(&output.stdout);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut command = compiled(language, folder, "repeated", &program);
    let port = listener.local_addr().unwrap().port().to_string();
    let mut child = command.args(["127.0.0.1", &port]).spawn().unwrap();
    let (mut stream, _) = listener.accept().unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    let mut message = [0; 5];
    stream.read_exact(&mut message).unwrap();
    assert_eq!(&message, b"hello");
    // Nothing more is sent before the whole answer is there.
    for byte in b"hello SB" {
        stream.write_all(&[*byte]).unwrap();
    }
    let mut message = [0; 4];
    stream.read_exact(&mut message).unwrap();
    assert_eq!(&message, b"\x00\xff\x22\x5c");
    stream.write_all(b"\x00\xff\x22\x5c SB").unwrap();
    let mut rest = Vec::new();
    stream.read_to_end(&mut rest).unwrap();
    assert_eq!(rest, b"");
    assert!(child.wait().unwrap().success(), "{}\n{program}", language.own_name);
}

#[test]
fn a_connection_of_a_trace_is_repeated_in_every_language() {
    let lab = Lab::new(LAB);
    let trace = recorded(&lab);
    let folder = tempfile::tempdir().unwrap();
    for language in languages() {
        repeats_the_client(language, &trace, folder.path());
    }
}

#[test]
fn a_connection_that_the_trace_does_not_have_is_refused() {
    let lab = Lab::new(LAB);
    let trace = recorded(&lab);
    let trace = trace.to_str().unwrap();
    let output = code(&[trace, "--endpoint", "client", "--conn", "7", "--lang", "c"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("no calls"), "{}", text(&output.stderr));
    let output = code(&[trace, "--endpoint", "nobody", "--conn", "1", "--lang", "c"]);
    assert_eq!(output.status.code(), Some(2));
}
