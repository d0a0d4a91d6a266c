//! The one line for each program of the shell is run, and sends just the bytes.

use std::io::{Read, Write};
use std::net::{TcpListener, UdpSocket};
use std::process::{Command, Stdio};
use std::time::Duration;

use socket_lab::code::one_line::Tool;
use socket_lab::code::plan::Place;

use super::has;

fn payloads() -> Vec<Vec<u8>> {
    let mut all: Vec<Vec<u8>> = ["hello", "-n", "100% of $x `y` \"z\" 'w' \\n!", "你好\r\n", "a\\", "{}", "\\x41\\101"]
        .iter()
        .map(|text| text.as_bytes().to_vec())
        .collect();
    // curl speaks telnet, in which the last one begins a command.
    all.push((0..=254).collect());
    all.push((0..=255).collect());
    // bash sends a datagram for each line.
    all.push((0..=255).filter(|byte| *byte != b'\n').collect());
    all.push((0..4_000u32).map(|at| (at % 251) as u8).filter(|byte| *byte != b'\n').collect());
    all
}

fn is_here(tool: Tool) -> bool {
    match tool {
        // OpenBSD's, which the line is for.
        Tool::Nc => Command::new("nc").arg("-h").output().is_ok_and(|output| {
            String::from_utf8_lossy(&output.stderr).contains("OpenBSD")
                || String::from_utf8_lossy(&output.stdout).contains("OpenBSD")
        }),
        Tool::Socat => Command::new("socat").arg("-V").output().is_ok(),
        other => has(other.name()),
    }
}

fn shell(line: &str) -> Command {
    let mut command = Command::new("bash");
    command.arg("-c").arg(line).stdin(Stdio::null()).stdout(Stdio::null());
    command
}

const PATIENCE: Duration = Duration::from_secs(60);

/// The line connects to where `accepted` is, sends these bytes, and ends once it was answered.
fn sends_just<S: Read + Write>(line: &str, bytes: &[u8], accepted: impl FnOnce() -> S) {
    let mut child = shell(line).spawn().unwrap();
    let mut stream = accepted();
    let mut received = vec![0; bytes.len()];
    stream.read_exact(&mut received).unwrap();
    stream.write_all(b"ok\n").unwrap();
    drop(stream);
    child.wait().unwrap();
    assert_eq!(received, bytes, "{line}");
}

#[test]
fn each_line_for_the_shell_sends_just_the_bytes_over_tcp() {
    for tool in Tool::ALL.into_iter().filter(|tool| is_here(*tool)) {
        for bytes in payloads() {
            let listener = TcpListener::bind("127.0.0.1:0").unwrap();
            let to = Place::Inet { host: "127.0.0.1".to_owned(), port: Some(listener.local_addr().unwrap().port()) };
            let Some(line) = tool.line(&to, true, &bytes) else { continue };
            sends_just(&line, &bytes, || {
                let (stream, _) = listener.accept().unwrap();
                stream.set_read_timeout(Some(PATIENCE)).unwrap();
                stream
            });
        }
    }
}

#[test]
fn each_line_for_the_shell_sends_one_datagram() {
    for tool in Tool::ALL.into_iter().filter(|tool| is_here(*tool)) {
        for bytes in payloads() {
            let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
            socket.set_read_timeout(Some(PATIENCE)).unwrap();
            let to = Place::Inet { host: "127.0.0.1".to_owned(), port: Some(socket.local_addr().unwrap().port()) };
            let Some(line) = tool.line(&to, false, &bytes) else { continue };
            let mut child = shell(&line).spawn().unwrap();
            let mut received = [0; 10_000];
            let (len, _) = socket.recv_from(&mut received).unwrap();
            assert_eq!(&received[..len], bytes, "{line}");
            child.wait().unwrap();
        }
    }
}

#[cfg(unix)]
#[test]
fn each_line_for_the_shell_reaches_a_unix_socket_whose_path_needs_quotes() {
    let folder = tempfile::tempdir().unwrap();
    for (number, tool) in Tool::ALL.into_iter().filter(|tool| is_here(*tool)).enumerate() {
        for (at, bytes) in payloads().into_iter().enumerate() {
            let path = folder.path().join(format!("it's \"{number}\" $x, {at}"));
            let listener = std::os::unix::net::UnixListener::bind(&path).unwrap();
            let to = Place::Path(Some(path.to_str().unwrap().to_owned()));
            let Some(line) = tool.line(&to, true, &bytes) else { continue };
            sends_just(&line, &bytes, || {
                let (stream, _) = listener.accept().unwrap();
                stream.set_read_timeout(Some(PATIENCE)).unwrap();
                stream
            });
        }
    }
}

#[test]
fn every_tool_that_can_sends_every_byte_value() {
    let to = Place::Inet { host: "127.0.0.1".to_owned(), port: Some(1) };
    let all: Vec<u8> = (0..=255).collect();
    for tool in Tool::ALL {
        assert_eq!(tool.line(&to, true, &all).is_some(), tool != Tool::Curl, "{tool:?}");
    }
}

#[test]
fn a_line_that_nobody_would_paste_is_none() {
    let to = Place::Inet { host: "127.0.0.1".to_owned(), port: Some(1) };
    for tool in Tool::ALL {
        assert_eq!(tool.line(&to, true, &vec![b'x'; 1 << 20]), None);
        assert_eq!(tool.line(&to, true, &vec![0; 40_000]), None, "each of them takes four characters");
    }
}

#[test]
fn what_a_program_can_t_reach_it_is_not_offered_for() {
    let path = Place::Path(Some("/tmp/it's here".to_owned()));
    assert_eq!(Tool::Curl.line(&path, true, b"x"), None);
    assert_eq!(Tool::Bash.line(&path, true, b"x"), None);
    assert_eq!(Tool::Nc.line(&Place::Path(None), true, b"x"), None);
    assert_eq!(Tool::Nc.line(&path, true, b"x").unwrap(), "printf 'x' | nc -N -U '/tmp/it'\\''s here'");
}
