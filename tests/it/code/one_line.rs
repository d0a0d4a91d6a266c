//! The one line for each program of the shell is run, and sends just the bytes.

use std::io::{Read as _, Write as _};
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
    all.push((1..=255).collect());
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

#[test]
fn each_line_for_the_shell_sends_just_the_bytes_over_tcp() {
    for tool in Tool::ALL.into_iter().filter(|tool| is_here(*tool)) {
        for bytes in payloads() {
            let listener = TcpListener::bind("127.0.0.1:0").unwrap();
            let to = Place::Inet { host: "127.0.0.1".to_owned(), port: Some(listener.local_addr().unwrap().port()) };
            let Some(line) = tool.line(&to, true, &bytes) else { continue };
            let mut child = shell(&line).spawn().unwrap();
            let (mut stream, _) = listener.accept().unwrap();
            stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
            let mut received = vec![0; bytes.len()];
            stream.read_exact(&mut received).unwrap();
            stream.write_all(b"ok\n").unwrap();
            drop(stream);
            child.wait().unwrap();
            assert_eq!(received, bytes, "{line}");
        }
    }
}

#[test]
fn each_line_for_the_shell_sends_one_datagram() {
    for tool in Tool::ALL.into_iter().filter(|tool| is_here(*tool)) {
        for bytes in payloads() {
            let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
            socket.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
            let to = Place::Inet { host: "127.0.0.1".to_owned(), port: Some(socket.local_addr().unwrap().port()) };
            let Some(line) = tool.line(&to, false, &bytes) else { continue };
            let mut child = shell(&line).spawn().unwrap();
            let mut received = [0; 1_000];
            let (len, _) = socket.recv_from(&mut received).unwrap();
            assert_eq!(&received[..len], bytes, "{line}");
            child.wait().unwrap();
        }
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
