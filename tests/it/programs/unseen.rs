//! What can't be watched is said, and runs as it does alone.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use super::support::{Source, Traced, can_follow, has};

fn said(traced: &Traced) -> String {
    traced.lines.iter().filter(|line| line["type"] == "notice").map(|line| line["text"].to_string()).collect()
}

#[test]
fn calls_through_a_ring_are_said_to_be_unseen() {
    if !can_follow() || !has("gcc") {
        return;
    }
    let source = Source::new();
    let text = "#include <string.h>\n#include <sys/syscall.h>\n#include <unistd.h>\n\
        int main(void) { char params[120]; memset(params, 0, sizeof params); \
        syscall(SYS_io_uring_setup, 1, params); return 5; }\n";
    let Some(program) = source.c("ring", text, &[]) else { return };
    let traced = Traced::run(&[&program]);
    // Whether the system lets it have one or not.
    assert_eq!(traced.output.status.code(), Some(5));
    assert!(said(&traced).contains("io_uring"), "{}", said(&traced));
}

/// A program of 32 bits for x86 that ends with status 5.
fn program_of_32_bits() -> Vec<u8> {
    let code = [0xb8, 1, 0, 0, 0, 0xbb, 5, 0, 0, 0, 0xcd, 0x80];
    let (base, head) = (0x0804_8000u32, 52 + 32u32);
    let mut file = b"\x7fELF\x01\x01\x01".to_vec();
    file.resize(16, 0);
    for half in [2u16, 3] {
        file.extend(half.to_le_bytes());
    }
    for word in [1, base + head, 52, 0, 0] {
        file.extend(word.to_le_bytes());
    }
    for half in [52u16, 32, 1, 0, 0, 0] {
        file.extend(half.to_le_bytes());
    }
    let len = head + code.len() as u32;
    for word in [1, 0, base, base, len, len, 5, 0x1000] {
        file.extend(word.to_le_bytes());
    }
    file.extend(code);
    file
}

#[test]
fn a_program_of_another_architecture_is_said_to_be_unseen_and_runs() {
    if !can_follow() {
        return;
    }
    let source = Source::new();
    let path = source.path("small");
    fs::write(&path, program_of_32_bits()).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    let traced = Traced::run(&[path.to_str().unwrap()]);
    assert!(said(&traced).contains("32 bits"), "{}", said(&traced));
    if cfg!(target_arch = "x86_64") && traced.output.status.code() != Some(5) {
        eprintln!("this system does not run such programs: {:?}", traced.output);
    }
}

#[test]
fn a_program_with_another_users_rights_is_said_to_be_unseen_and_has_them() {
    if !can_follow() {
        return;
    }
    let source = Source::new();
    let own = rustix::process::geteuid();
    let (path, arguments): (String, &[&str]) = if own.is_root() {
        let path = source.path("other");
        fs::copy("/usr/bin/id", &path).unwrap();
        std::os::unix::fs::chown(&path, Some(65_534), None).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o4755)).unwrap();
        (path.to_str().unwrap().to_owned(), &["-u"])
    } else {
        ("/usr/bin/su".to_owned(), &["--version"])
    };
    let command: Vec<&str> = [path.as_str()].into_iter().chain(arguments.iter().copied()).collect();
    let traced = Traced::run(&command);
    assert!(said(&traced).contains("set-user-ID"), "{}", said(&traced));
    assert_eq!(traced.output.status.code(), Some(0));
    if own.is_root() {
        let printed = String::from_utf8_lossy(&traced.output.stdout).into_owned();
        // A disk that is mounted without such rights gives none.
        assert!(["65534\n", "0\n"].contains(&printed.as_str()), "{printed}");
    }
}
