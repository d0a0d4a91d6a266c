//! How does the program start? Arguments to the window, to a headless run, or to a check of a lab file.
//!
//! Exit status: 0 all well; 1 a step failed; 2 the lab file or the arguments are wrong, or there is no display.

mod export;
mod output;
mod run;

use std::fmt::Display;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use clap::{Parser, Subcommand, ValueEnum};
use tracing_subscriber::EnvFilter;

use crate::lab::Lab;
use crate::lab::file::{self, duration};
use crate::lang::Lang;
use crate::lang::visible::visible;
use crate::t;
use crate::ui::{self, app::Options};

/// The environment variable that says what is logged to stderr, as tracing-subscriber's `EnvFilter` reads it.
const LOG_VARIABLE: &str = "SOCKET_LAB_LOG";

/// The exit status for a lab file or arguments that are wrong; clap uses the same.
const WRONG: u8 = 2;

/// See sockets work: open TCP and UDP sockets and look at every call. Without a command the window opens.
#[derive(Debug, Parser)]
#[command(name = "socket-lab", version)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Open the window with a lab
    Open {
        /// A lab file (*.lab.toml)
        file: PathBuf,
    },
    /// Run a lab without a window: open its endpoints, carry out its steps, print every socket call
    Run(RunArguments),
    /// Read and validate a lab file only
    Check {
        /// A lab file (*.lab.toml)
        file: PathBuf,
    },
    /// Write a saved trace in another format
    Export(export::ExportArguments),
}

#[derive(Debug, clap::Args)]
struct RunArguments {
    /// A lab file (*.lab.toml)
    file: PathBuf,
    /// End after this time at the latest, for example 5s; steps that are not finished then have failed
    #[arg(long = "for", value_name = "TIME", value_parser = duration::parse)]
    limit: Option<Duration>,
    /// How the calls are printed
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// Write every call as it happens into a file that doesn't exist yet: packets for Wireshark (*.pcapng), or all of
    /// the trace (*.lab-trace)
    #[arg(long, value_name = "FILE")]
    record: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// One readable line for each call
    Text,
    /// One JSON object for each call
    Jsonl,
}

/// The whole program.
pub fn main() -> ExitCode {
    let filter = EnvFilter::try_from_env(LOG_VARIABLE).unwrap_or_else(|_| EnvFilter::new("error"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(io::stderr).init();
    let lang = Lang::of_system();
    match Arguments::parse().command {
        None => window(lang, None),
        Some(Command::Open { file }) => match load(&file) {
            // The window reads it again; a file that is wrong is told here, where its message can be copied.
            Ok(_) => window(lang, Some(file)),
            Err(status) => status,
        },
        Some(Command::Check { file }) => check(lang, &file),
        Some(Command::Export(arguments)) => export::export(lang, &arguments),
        Some(Command::Run(arguments)) => match load(&arguments.file) {
            Ok(lab) => run::run(lang, lab, &arguments),
            Err(status) => status,
        },
    }
}

fn load(path: &Path) -> Result<Lab, ExitCode> {
    file::load(path).map_err(|error| {
        complain(error);
        ExitCode::from(WRONG)
    })
}

fn check(lang: Lang, path: &Path) -> ExitCode {
    let lab = match load(path) {
        Ok(lab) => lab,
        Err(status) => return status,
    };
    let file = path.display().to_string();
    let words = t!(lang, "check-ok", file = file, endpoints = lab.endpoints.len(), steps = lab.steps.len());
    // Whoever closed our output does not want to read it.
    let _ = writeln!(io::stdout(), "{words}");
    ExitCode::SUCCESS
}

fn window(lang: Lang, lab: Option<PathBuf>) -> ExitCode {
    match ui::app::run(Options { file: lab }) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            complain(t!(lang, "window-failed", reason = error.to_string()));
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

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    fn parsed(arguments: &[&str]) -> Result<Arguments, clap::Error> {
        Arguments::try_parse_from([&["socket-lab"], arguments].concat())
    }

    #[test]
    fn the_command_line_fits_together() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn a_run_takes_a_time_and_a_format() {
        let Some(Command::Run(run)) =
            parsed(&["run", "x.lab.toml", "--for", "1m 30s", "--format", "jsonl"]).unwrap().command
        else {
            panic!("not a run")
        };
        assert_eq!((run.limit, run.format), (Some(Duration::from_secs(90)), Format::Jsonl));
        assert!(parsed(&[]).unwrap().command.is_none());
    }

    #[test]
    fn arguments_that_are_wrong_give_status_2() {
        for wrong in [
            &["run"][..],
            &["run", "x", "--for", "soon"],
            &["run", "x", "--for", "-1s"],
            &["run", "x", "--format", "xml"],
            &["run", "x", "y"],
            &["fly"],
            &["check"],
            &["--loud"],
        ] {
            assert_eq!(parsed(wrong).unwrap_err().exit_code(), i32::from(WRONG), "{wrong:?}");
        }
    }
}
