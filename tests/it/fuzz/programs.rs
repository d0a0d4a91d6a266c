//! Python programs that somebody drops or pastes.

use std::path::Path;

use socket_lab::code::reading::{ReadingError, read};
use socket_lab::lab::{Lab, file};

use super::campaign::{Target, fuzz};

/// What is read from a program is an endpoint that a lab file can hold, and each remark has a line of the program.
#[test]
fn whatever_program_is_read_gives_endpoints_that_a_lab_may_have() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/peers");
    let programs = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let samples: Vec<Vec<u8>> = programs
        .filter(|path| path.extension().is_some_and(|ending| ending == "py"))
        .map(|path| std::fs::read(path).unwrap())
        .collect();
    let words = &[
        "\n",
        "\n    ",
        "if data:",
        "else:",
        "while True:",
        "break",
        "return",
        "data",
        "conn",
        "b\"\"",
        "b\"exit\"",
        "f\"{",
        "}\"",
        "\"",
        "'''",
        "(",
        ")",
        ".recv(1024)",
        ".sendall(",
        ".accept()",
        ".bind((\"\", 0))",
        ".listen(",
        "socket.",
        "def f(",
        "f(conn)",
        "lambda: ",
        "[",
        "]",
        "==",
        " in ",
        ".decode(\"gbk\")",
        ".encode()",
        "%s",
        "{}",
        ".format(",
        ".upper()",
        " + ",
        " * 99999999",
        "1 << 62",
        "2 ** 63",
        "-1",
        "import socket\n",
        "from socket import *\n",
        "\\",
        "\0",
        "\u{feff}",
        "你好",
    ];
    fuzz(Target { name: "programs", cases: 150, samples, words }, |bytes| {
        let Ok(text) = std::str::from_utf8(bytes) else { return false };
        let reading = match read(text, "program", Some(Path::new("/nowhere"))) {
            Ok(reading) => reading,
            // It is also what is said where the thread that reads has panicked.
            Err(error) => {
                assert_ne!(error, ReadingError::NoMemory);
                return false;
            }
        };
        let lines = u32::try_from(text.lines().count()).unwrap();
        assert!(reading.remarks.iter().all(|remark| (1..=lines).contains(&remark.line)), "{:#?}", reading.remarks);
        let mut lab = Lab::default();
        for (number, mut spec) in reading.endpoints.into_iter().enumerate() {
            spec.name = format!("e{number}");
            lab.endpoints.push(spec);
        }
        let written = file::to_toml(&lab);
        assert_eq!(file::parse(&written, Some(Path::new("/nowhere"))).unwrap(), lab, "{written}");
        true
    });
}
