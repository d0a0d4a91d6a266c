//! The small Python programs in `tests/peers/`, as the other end. Where there is no python3 the tests say so and pass.

use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};

use socket_lab::lab::Addr;

pub struct Peer {
    child: Child,
    stdout: BufReader<ChildStdout>,
}

impl Peer {
    /// `None` where this machine has no python3.
    pub fn run(program: &str, arguments: &[&str]) -> Option<Self> {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/peers").join(program);
        let child = Command::new("python3")
            .arg("-u")
            .arg(path)
            .args(arguments)
            .env("PYTHONIOENCODING", "utf-8")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn();
        match child {
            Ok(mut child) => {
                let stdout = BufReader::new(child.stdout.take().unwrap());
                Some(Self { child, stdout })
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                eprintln!("not tested with {program}: this machine has no python3");
                None
            }
            Err(error) => panic!("{program}: {error}"),
        }
    }

    /// The address that a server prints as its first line: `127.0.0.1 40123`.
    pub fn address(&mut self) -> Addr {
        let mut line = String::new();
        self.stdout.read_line(&mut line).unwrap();
        let (host, port) = line.trim().split_once(' ').unwrap();
        Addr::Inet(format!("{host}:{port}").parse().unwrap())
    }

    /// The next line that the program prints.
    pub fn line(&mut self) -> String {
        let mut line = String::new();
        self.stdout.read_line(&mut line).unwrap();
        line.trim_end().to_owned()
    }

    /// Everything that the program prints until it ends; it must end well.
    pub fn output(mut self) -> String {
        let mut output = String::new();
        self.stdout.read_to_string(&mut output).unwrap();
        assert!(self.child.wait().unwrap().success());
        output
    }

    pub fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        // Only this child, which this test began.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
