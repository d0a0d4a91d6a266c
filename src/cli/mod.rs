//! How does the program start? Arguments to the window, to a headless run, or to a check of a lab file.
//!
//! Exit status: 0 all well; 1 a step failed; 2 the lab file or the arguments are wrong, or there is no display.

mod arguments;
mod check;
mod code;
mod export;
mod grade;
mod output;
mod printer;
mod refusal;
mod run;
mod signals;
mod trace;

use std::fmt::Display;
use std::io::{self, IsTerminal as _, Write as _};
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use tracing_subscriber::EnvFilter;

use arguments::{Arguments, Command, Format, RunArguments};

use crate::lab::Lab;
use crate::lab::file;
use crate::lang::visible::visible;
use crate::lang::{Lang, Words as _};
use crate::t;
use crate::trace::file::is_trace_file;
use crate::ui::{self, app::Options};

/// The environment variable that says what is logged to stderr, as tracing-subscriber's `EnvFilter` reads it.
const LOG_VARIABLE: &str = "SOCKET_LAB_LOG";

/// The exit status for a lab file or arguments that are wrong; clap uses the same.
const WRONG: u8 = 2;

/// The whole program.
pub fn main() -> ExitCode {
    let filter = EnvFilter::try_from_env(LOG_VARIABLE).unwrap_or_else(|_| EnvFilter::new("error"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(io::stderr).init();
    let lang = Lang::of_system();
    let given: Vec<_> = std::env::args_os().collect();
    #[cfg(target_os = "linux")]
    if given.get(1).is_some_and(|first| first == crate::engine::wire::KEEPER) {
        // Whoever has started it reads what went wrong from the control socket.
        let kept = crate::engine::wire::keep();
        return if kept.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE };
    }
    let command = match Arguments::parse_from(lang, given.iter().map(AsRef::as_ref)) {
        Ok(arguments) => arguments.command,
        Err(error) => return shown_instead(lang, &error),
    };
    match command {
        None => window(lang, Options::default()),
        Some(Command::Help { command }) => shown_instead(lang, &arguments::help(lang, command.as_deref())),
        // A desktop starts the program so also without a file.
        Some(Command::Open { opened: None }) => window(lang, Options::default()),
        Some(Command::Open { opened: Some(file) }) if is_trace_file(&file) => {
            window(lang, Options { file: Some(file), program: None })
        }
        Some(Command::Open { opened: Some(file) }) => match load(lang, &file) {
            // The window reads it again; a wrong file is reported here, where its message can be copied.
            Ok(_) => window(lang, Options { file: Some(file), program: None }),
            Err(status) => status,
        },
        Some(Command::Check { file }) => check::check(lang, &file),
        Some(Command::Trace(arguments)) => trace::trace(lang, &arguments),
        Some(Command::Code(arguments)) => code::code(lang, &arguments),
        Some(Command::Export(arguments)) => export::export(lang, &arguments),
        Some(Command::Grade(arguments)) => grade::grade(lang, &arguments),
        Some(Command::Run(arguments)) => match load(lang, &arguments.file) {
            Ok(lab) => run::run(lang, lab, &arguments),
            Err(status) => status,
        },
    }
}

/// The help that was asked for, or what is wrong with the arguments.
fn shown_instead(lang: Lang, error: &clap::Error) -> ExitCode {
    // The reader has closed our output.
    let _ = if error.use_stderr() {
        io::stderr().write_all(refusal::text(lang, error, io::stderr().is_terminal()).as_bytes())
    } else {
        io::stdout().write_all(refusal::text(lang, error, io::stdout().is_terminal()).as_bytes())
    };
    if error.use_stderr() { ExitCode::from(WRONG) } else { ExitCode::SUCCESS }
}

fn load(lang: Lang, path: &Path) -> Result<Lab, ExitCode> {
    file::load_checking(path, crate::explain::breakpoint::check).map_err(|error| {
        complain(error.words(lang));
        ExitCode::from(WRONG)
    })
}

/// With the status of the program that was started with it, where there was one.
fn window(lang: Lang, options: Options) -> ExitCode {
    #[cfg(windows)]
    crate::engine::leave_own_console();
    let status = options.program.as_ref().map(|program| Arc::clone(&program.status));
    match ui::app::run(options) {
        Ok(()) => ExitCode::from(status.map_or(0, |status| status.load(Ordering::Relaxed))),
        Err(error) => {
            complain(t!(lang, "window-failed", reason = error.words(lang)));
            complain(t!(lang, "window-failed-do"));
            ExitCode::from(WRONG)
        }
    }
}

/// A line on stderr, in which nothing that came from a file steers the terminal. `eprintln` would panic where nobody reads
/// it.
fn complain(words: impl Display) {
    let _ = writeln!(io::stderr(), "socket-lab: {}", visible(&words.to_string()));
}
