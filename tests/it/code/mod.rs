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
        "rust" => "rustc",
        "java" => "javac",
        other => panic!("nothing is known of {other}"),
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
    let mut compile = Command::new(compiler(language));
    let to = match language.name {
        "c" => {
            compile.args(["-Wall", "-Wextra", "-Werror", "-O1", "-pthread", "-o"]);
            folder.join(name)
        }
        "rust" => {
            compile.args(["--edition", "2021", "-D", "warnings", "-o"]);
            folder.join(name)
        }
        "java" => {
            // A compiler that ends soon is not compiled itself.
            compile.args(["-J-XX:TieredStopAtLevel=1", "-J-XX:+UseSerialGC"]);
            compile.args(["-Xlint:all", "-Werror", "-encoding", "UTF-8", "-d"]);
            folder.join(format!("{name}.classes"))
        }
        _ => return runs(language, folder, name),
    };
    let output = compile.arg(to).arg(&source).output().unwrap();
    assert!(output.status.success(), "{name}: {}\n{text}", String::from_utf8_lossy(&output.stderr));
    runs(language, folder, name)
}

/// The command that runs what [`compiled`] has compiled.
fn runs(language: &Language, folder: &Path, name: &str) -> Command {
    match language.name {
        "python" => {
            let mut run = Command::new("python3");
            run.args(["-W", "error", "-u"]).arg(folder.join(format!("{name}.py"))).env("PYTHONIOENCODING", "utf-8");
            run
        }
        "java" => {
            let mut run = Command::new("java");
            run.args(["-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Dfile.encoding=UTF-8"]);
            run.args(["-Dstdout.encoding=UTF-8", "-Dsun.stdout.encoding=UTF-8", "-cp"]);
            run.arg(folder.join(format!("{name}.classes"))).arg("Program");
            run
        }
        _ => Command::new(folder.join(name)),
    }
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
        "java" => ("clang-format", "23.1.5", &["--dry-run", "-Werror", "--style=Google"]),
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
