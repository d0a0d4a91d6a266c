//! Programs that Socket Lab writes: compiled with warnings as errors, formatted as their formatters would, and run in
//! place of what they were written from. What this machine has no compiler for is said and passed over.

mod back;
mod command_line;
mod compiled;
mod in_place;
mod one_line;
mod payloads;
mod stage;
mod stretches;

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use socket_lab::code::Language;

/// Whether this machine has that program; where not, that is said.
fn has(program: &str) -> bool {
    let found = Command::new(program).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    if found.is_err() {
        eprintln!("not tested with {program}: this machine has none");
    }
    found.is_ok()
}

/// What compiles or runs programs of that language.
fn compiler(language: &Language) -> &'static str {
    match language.name {
        "python" => "python3",
        "c" => "gcc",
        _ => "rustc",
    }
}

/// The languages that can be tried here.
fn languages() -> Vec<&'static Language> {
    Language::ALL.into_iter().filter(|language| has(compiler(language))).collect()
}

/// Writes a program into the folder and compiles it, with warnings as errors. The command that runs it.
#[track_caller]
fn compiled(language: &Language, folder: &Path, name: &str, text: &str) -> Command {
    let source = written(language, folder, name, text);
    let program = folder.join(name);
    let mut compile = match language.name {
        "python" => {
            let mut run = Command::new("python3");
            run.args(["-W", "error", "-u"]).arg(&source).env("PYTHONIOENCODING", "utf-8");
            return run;
        }
        "c" => {
            let mut gcc = Command::new("gcc");
            gcc.args(["-Wall", "-Wextra", "-Werror", "-O1", "-pthread", "-o"]);
            gcc
        }
        _ => {
            let mut rustc = Command::new("rustc");
            rustc.args(["--edition", "2021", "-D", "warnings", "-o"]);
            rustc
        }
    };
    let output = compile.arg(&program).arg(&source).output().unwrap();
    assert!(output.status.success(), "{name}: {}\n{text}", String::from_utf8_lossy(&output.stderr));
    Command::new(program)
}

fn written(language: &Language, folder: &Path, name: &str, text: &str) -> PathBuf {
    let source = folder.join(format!("{name}.{}", language.extension));
    std::fs::write(&source, text).unwrap();
    source
}

/// What its formatter would make of the sources in a folder; `None` where this machine has no formatter, or another
/// version than `.ci/run` installs: each breaks lines in its own way.
fn formatter(language: &Language) -> Option<Command> {
    let (program, version, arguments): (_, _, &[&str]) = match language.name {
        "python" => ("black", "26.10.1", &["--check", "--diff", "--quiet"]),
        "c" => ("clang-format", "23.1.5", &["--dry-run", "-Werror", "--style=LLVM"]),
        // The toolchain's own.
        _ => ("rustfmt", "", &["--edition", "2021", "--check", "--color", "never"]),
    };
    let found = Command::new(program).arg("--version").output().ok().filter(|output| output.status.success());
    let Some(found) = found.map(|output| String::from_utf8_lossy(&output.stdout).into_owned()) else {
        eprintln!("how {} is formatted is not tested: this machine has no {program}", language.own_name);
        return None;
    };
    if !found.contains(version) {
        eprintln!("how {} is formatted is not tested: {} is not {version}", language.own_name, found.trim());
        return None;
    }
    let mut command = Command::new(program);
    command.args(arguments);
    Some(command)
}
