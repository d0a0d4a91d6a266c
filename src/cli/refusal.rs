//! What clap shows instead of going on: the help that was asked for, or what is wrong with the arguments, in the user's
//! language. clap's own sentences are English only.

use std::error::Error as _;

use clap::builder::StyledStr;
use clap::error::{ContextKind, ContextValue, ErrorKind};

use crate::lab::duration::DurationError;
use crate::lang::{Lang, Words as _};
use crate::t;

/// The whole text, with its last line feed; `coloured` for a terminal.
pub(super) fn text(lang: Lang, error: &clap::Error, coloured: bool) -> String {
    if matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) {
        let text = error.render();
        return in_usage(lang, &if coloured { text.ansi().to_string() } else { text.to_string() });
    }
    let mut text = t!(lang, "cli-error", what = what(lang, error)).into_owned();
    text.push('\n');
    for value in strings(error, ContextKind::InvalidArg).filter(|_| error.kind() == ErrorKind::MissingRequiredArgument)
    {
        text.push_str(&format!("  {value}\n"));
    }
    let values = strings(error, ContextKind::ValidValue).collect::<Vec<_>>();
    if !values.is_empty() {
        let values = lang.list(values.iter().map(String::as_str));
        text.push_str(&format!("  [{}]\n", t!(lang, "cli-possible-values", values = values)));
    }
    let mut tips = tips(lang, error).peekable();
    if tips.peek().is_some() {
        text.push('\n');
        tips.for_each(|tip| text.push_str(&format!("  {}\n", t!(lang, "cli-tip", what = tip))));
    }
    if let Some(ContextValue::StyledStr(usage)) = error.get(ContextKind::Usage) {
        let usage = usage.to_string();
        let usage = usage.strip_prefix("Usage: ").unwrap_or(&usage);
        text.push_str(&in_usage(lang, &format!("\n{} {usage}\n", t!(lang, "cli-usage"))));
    }
    text.push_str(&format!("\n{}\n", t!(lang, "cli-more")));
    text
}

/// clap has one word in a usage line that can't be chosen.
fn in_usage(lang: Lang, text: &str) -> String {
    text.replacen("[OPTIONS]", &format!("[{}]", t!(lang, "cli-value-options")), 1)
}

fn what(lang: Lang, error: &clap::Error) -> String {
    let argument = || strings(error, ContextKind::InvalidArg).next().unwrap_or_default();
    let value = || strings(error, ContextKind::InvalidValue).next().unwrap_or_default();
    match error.kind() {
        ErrorKind::UnknownArgument => t!(lang, "cli-unknown-argument", argument = argument()),
        ErrorKind::InvalidSubcommand => {
            let command = strings(error, ContextKind::InvalidSubcommand).next().unwrap_or_default();
            t!(lang, "cli-unknown-command", command = command)
        }
        ErrorKind::MissingRequiredArgument => t!(lang, "cli-missing-arguments"),
        ErrorKind::InvalidValue if value().is_empty() => t!(lang, "cli-missing-value", argument = argument()),
        ErrorKind::InvalidValue => t!(lang, "cli-wrong-value", value = value(), argument = argument()),
        ErrorKind::ValueValidation => {
            let reason = error.source().map(|source| match source.downcast_ref::<DurationError>() {
                Some(error) => error.words(lang),
                None => source.to_string(),
            });
            let reason = reason.unwrap_or_default();
            t!(lang, "cli-wrong-value-because", value = value(), argument = argument(), reason = reason)
        }
        ErrorKind::TooManyValues => t!(lang, "cli-unexpected-value", value = value(), argument = argument()),
        ErrorKind::ArgumentConflict => t!(lang, "cli-twice", argument = argument()),
        other => return other.to_string(),
    }
    .into_owned()
}

/// What may have been meant.
fn tips<'e>(lang: Lang, error: &'e clap::Error) -> impl Iterator<Item = String> + 'e {
    let similar = [
        (ContextKind::SuggestedArg, "cli-similar-argument"),
        (ContextKind::SuggestedSubcommand, "cli-similar-command"),
        (ContextKind::SuggestedValue, "cli-similar-value"),
    ];
    let similar = similar
        .into_iter()
        .flat_map(move |(kind, key)| strings(error, kind).map(move |name| t!(lang, key, name = name).into_owned()));
    // Those in sentences of clap's own: that a value may look like an option, or a subcommand has the option.
    let sentences = strings(error, ContextKind::Suggested).filter_map(move |sentence| {
        let quoted = sentence.split('\'').nth(1)?.to_owned();
        let tip = if sentence.starts_with("to pass") {
            t!(lang, "cli-as-value", argument = quoted)
        } else {
            t!(lang, "cli-similar-argument", name = quoted)
        };
        Some(tip.into_owned())
    });
    similar.chain(sentences)
}

fn strings(error: &clap::Error, kind: ContextKind) -> impl Iterator<Item = String> + '_ {
    let plain = |texts: &[StyledStr]| texts.iter().map(StyledStr::to_string).collect();
    let values: Vec<String> = match error.get(kind) {
        Some(ContextValue::String(value)) => vec![value.clone()],
        Some(ContextValue::Strings(values)) => values.clone(),
        Some(ContextValue::StyledStrs(texts)) => plain(texts),
        _ => Vec::new(),
    };
    values.into_iter()
}
