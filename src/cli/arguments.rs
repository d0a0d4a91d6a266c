//! What the command line takes.

use std::ffi::OsStr;
use std::path::PathBuf;
use std::time::Duration;

use clap::builder::StyledStr;
use clap::error::ErrorKind;
use clap::{Arg, ArgAction, CommandFactory as _, FromArgMatches as _, Parser, Subcommand, ValueEnum};

use super::code::CodeArguments;
use super::export::ExportArguments;
use super::grade::GradeArguments;
use crate::lab::duration;
use crate::lang::Lang;
use crate::t;

/// Its words are in the locale files: see [`command`].
#[derive(Debug, Parser)]
#[command(name = "socket-lab", version)]
pub(super) struct Arguments {
    #[command(subcommand)]
    pub command: Option<Command>,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    Open { opened: Option<PathBuf> },
    Run(RunArguments),
    Check { file: PathBuf },
    Trace(TraceArguments),
    Export(ExportArguments),
    Code(CodeArguments),
    Grade(GradeArguments),
    Help { command: Option<String> },
}

#[derive(Debug, clap::Args)]
pub(super) struct RunArguments {
    pub file: PathBuf,
    // Else "-1s" would be an unknown option, and not a duration that can't be.
    #[arg(long = "for", value_parser = duration::parse, allow_hyphen_values = true)]
    pub limit: Option<Duration>,
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub format: Format,
    #[arg(long)]
    pub record: Option<PathBuf>,
    #[arg(long)]
    pub allow_programs: bool,
    #[arg(long)]
    pub lossy_link: bool,
}

#[derive(Debug, clap::Args)]
pub(super) struct TraceArguments {
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub format: Format,
    #[arg(short = 'o', long = "out")]
    pub output: Option<PathBuf>,
    #[arg(long)]
    pub record: Option<PathBuf>,
    #[arg(long, conflicts_with = "output")]
    pub window: bool,
    #[arg(required = true, trailing_var_arg = true, allow_hyphen_values = true)]
    pub program: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    Text,
    Jsonl,
    /// Nothing on stdout: for runs that only record.
    None,
}

impl Arguments {
    /// # Errors
    /// What is to be shown instead: what is wrong, or the help or version that was asked for.
    pub fn parse_from<'a>(lang: Lang, given: impl IntoIterator<Item = &'a OsStr>) -> Result<Self, clap::Error> {
        Self::from_arg_matches(&command(lang).try_get_matches_from(given)?)
    }
}

/// What `--help` shows of that command, or of the program; or that there is no such command.
pub(super) fn help(lang: Lang, of: Option<&str>) -> clap::Error {
    let asked = ["socket-lab"].into_iter().chain(of).chain(["--help"]);
    let mut command = command(lang);
    command.try_get_matches_from_mut(asked).err().unwrap_or_else(|| command.error(ErrorKind::DisplayHelp, ""))
}

/// The command line with its help in the user's language.
pub(super) fn command(lang: Lang) -> clap::Command {
    let version = Arg::new("version").short('V').long("version").action(ArgAction::Version).display_order(usize::MAX);
    in_words(lang, Arguments::command().disable_version_flag(true).arg(version))
}

fn in_words(lang: Lang, command: clap::Command) -> clap::Command {
    let name = command.get_name().to_owned();
    let (about, format) = match name.as_str() {
        "open" => (t!(lang, "cli-open"), ""),
        "run" => (t!(lang, "cli-run"), "cli-run-format"),
        "check" => (t!(lang, "cli-check"), ""),
        "trace" => (t!(lang, "cli-trace"), "cli-trace-format"),
        "export" => (t!(lang, "cli-export"), "cli-export-format"),
        "code" => (t!(lang, "cli-code"), ""),
        "grade" => (t!(lang, "cli-grade"), ""),
        "help" => (t!(lang, "cli-help"), ""),
        _ => (t!(lang, "cli-about"), ""),
    };
    let has_commands = command.has_subcommands();
    let has_positionals = command.get_positionals().next().is_some();
    command
        .about(about.into_owned())
        .subcommand_value_name(t!(lang, "cli-value-command").into_owned())
        .help_template(template(lang, has_commands, has_positionals))
        .disable_help_subcommand(true)
        .disable_help_flag(true)
        .arg(Arg::new("help").short('h').long("help").action(ArgAction::Help))
        .mut_args(|arg| {
            let (help, value) = match arg.get_id().as_str() {
                "file" => ("cli-lab-file", "cli-value-file"),
                "opened" => ("cli-opened-file", "cli-value-file"),
                "limit" => ("cli-for", "cli-value-time"),
                "format" => (format, "cli-value-format"),
                "record" => ("cli-record", "cli-value-file"),
                "trace" => ("cli-trace-file", "cli-value-trace"),
                "output" if name == "trace" => ("cli-trace-output", "cli-value-file"),
                "source" => ("cli-code-file", "cli-value-file"),
                "endpoint" => ("cli-code-endpoint", "cli-value-name"),
                "language" => ("cli-code-lang", "cli-value-language"),
                "conn" => ("cli-code-conn", "cli-value-number"),
                "times" => return arg.help(t!(lang, "cli-code-times").into_owned()),
                "style" => ("cli-code-style", "cli-value-style"),
                "lesson" => ("cli-grade-lesson", "cli-value-lesson"),
                "hand_ins" => ("cli-grade-files", "cli-value-hand-ins"),
                "csv" => ("cli-grade-csv", "cli-value-file"),
                "html" => ("cli-grade-html", "cli-value-file"),
                "output" => ("cli-output", "cli-value-file"),
                "program" => ("cli-trace-program", "cli-value-program"),
                "command" => ("cli-of-command", "cli-value-command"),
                "window" => return arg.help(t!(lang, "cli-trace-window").into_owned()),
                "allow_programs" => return arg.help(t!(lang, "cli-allow-programs").into_owned()),
                "lossy_link" => return arg.help(t!(lang, "cli-lossy-link").into_owned()),
                "version" => return arg.help(t!(lang, "cli-version-flag").into_owned()),
                _ => return arg.help(t!(lang, "cli-help-flag").into_owned()),
            };
            // What may be said and what is by default stands in the words.
            arg.help(t!(lang, help).into_owned())
                .value_name(t!(lang, value).into_owned())
                .hide_possible_values(true)
                .hide_default_value(true)
        })
        .mut_subcommands(|subcommand| in_words(lang, subcommand))
}

/// As clap lays it out, with the headings in the user's language.
fn template(lang: Lang, has_commands: bool, has_positionals: bool) -> StyledStr {
    let style = clap::builder::Styles::default();
    let (heading, usage) = (style.get_header(), style.get_usage());
    let mut text = format!("{{about}}\n\n{usage}{}{usage:#} {{usage}}\n", t!(lang, "cli-usage"));
    let mut part = |title: &str, tag: &str| text.push_str(&format!("\n{heading}{title}{heading:#}\n{{{tag}}}\n"));
    if has_commands {
        part(&t!(lang, "cli-commands"), "subcommands");
    }
    if has_positionals {
        part(&t!(lang, "cli-arguments"), "positionals");
    }
    part(&t!(lang, "cli-options"), "options");
    text.trim_end().to_owned().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(arguments: &[&str]) -> Result<Arguments, clap::Error> {
        Arguments::parse_from(Lang::En, ["socket-lab"].iter().chain(arguments).map(OsStr::new))
    }

    #[test]
    fn the_command_line_fits_together_in_both_languages() {
        for lang in Lang::ALL {
            command(lang).debug_assert();
        }
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
    fn arguments_that_are_wrong_give_status_2_and_help_gives_0() {
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
            assert_eq!(parsed(wrong).unwrap_err().exit_code(), 2, "{wrong:?}");
        }
        for asked in [&["--help"][..], &["-V"], &["run", "-h"]] {
            assert_eq!(parsed(asked).unwrap_err().exit_code(), 0, "{asked:?}");
        }
        assert!(matches!(parsed(&["help", "run"]).unwrap().command, Some(Command::Help { command: Some(_) })));
        for (of, status) in [(None, 0), (Some("run"), 0), (Some("help"), 0), (Some("fly"), 2)] {
            assert_eq!(help(Lang::En, of).exit_code(), status, "{of:?}");
        }
    }
}
