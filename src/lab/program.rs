//! A program that the lab starts: what is run, where, and how its calls are seen.

use std::collections::BTreeMap;
use std::path::PathBuf;

/// The most programs of a lab.
pub const MAX_PROGRAMS: usize = 100;
/// The most arguments of a program, its name among them.
pub const MAX_ARGUMENTS: usize = 1_000;
/// The longest argument or value of the environment, in bytes.
pub const MAX_ARGUMENT_LEN: usize = 64 * 1024;
/// The most entries of a program's environment.
pub const MAX_ENVIRONMENT: usize = 1_000;

/// How a program's calls are seen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Watch {
    /// By the system where it allows that, else by Python itself where it is a Python program, else not at all, which is said.
    #[default]
    Auto,
    Ptrace,
    Python,
    None,
}

impl Watch {
    pub const ALL: [Self; 4] = [Self::Auto, Self::Ptrace, Self::Python, Self::None];

    /// As in a lab file.
    pub fn name(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Ptrace => "ptrace",
            Self::Python => "python",
            Self::None => "none",
        }
    }

    pub fn by_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|watch| watch.name() == name)
    }
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProgramSpec {
    pub name: String,
    /// The program and its arguments; no shell reads them.
    pub run: Vec<String>,
    /// Where it runs; `None`: the lab file's folder.
    pub dir: Option<PathBuf>,
    /// Added to the environment.
    pub env: BTreeMap<String, String>,
    pub watch: Watch,
    /// It waits for the user before each of its socket calls.
    pub hold: bool,
}

impl ProgramSpec {
    /// The command as a shell would take it.
    pub fn command_line(&self) -> String {
        let words: Vec<String> = self.run.iter().map(|word| quoted(word)).collect();
        words.join(" ")
    }
}

/// A word that a shell reads as it is, or in quotes.
fn quoted(word: &str) -> String {
    let is_plain = |character: char| character.is_alphanumeric() || "-_./:=@%+,~".contains(character);
    if !word.is_empty() && word.chars().all(is_plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', "'\\''"))
}

/// The words of a command line, as a shell splits them: quotes and backslashes are understood, nothing else is. `None`
/// where a quote is not closed.
pub fn words(line: &str) -> Option<Vec<String>> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut characters = line.chars();
    while let Some(character) = characters.next() {
        match character {
            '\'' => {
                let text = word.get_or_insert_default();
                loop {
                    match characters.next()? {
                        '\'' => break,
                        other => text.push(other),
                    }
                }
            }
            '"' => {
                let text = word.get_or_insert_default();
                loop {
                    match characters.next()? {
                        '"' => break,
                        '\\' => match characters.next()? {
                            escaped @ ('"' | '\\' | '$' | '`') => text.push(escaped),
                            other => text.extend(['\\', other]),
                        },
                        other => text.push(other),
                    }
                }
            }
            '\\' => word.get_or_insert_default().push(characters.next()?),
            blank if blank.is_whitespace() => words.extend(word.take()),
            other => word.get_or_insert_default().push(other),
        }
    }
    words.extend(word);
    Some(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_line_can_be_given_to_a_shell() {
        let run = ["python3", "my server.py", "it's", "", "--port=80"].map(str::to_owned).to_vec();
        let spec = ProgramSpec { run, ..ProgramSpec::default() };
        assert_eq!(spec.command_line(), r"python3 'my server.py' 'it'\''s' '' --port=80");
        assert_eq!(words(&spec.command_line()), Some(spec.run));
    }

    #[test]
    fn a_command_line_is_split_as_a_shell_splits_it() {
        let split = |line: &str| words(line).map(|words| words.join("|"));
        assert_eq!(split(r#"  a  "b c" d\ e 'f"g' "h\"i" "#).as_deref(), Some(r#"a|b c|d e|f"g|h"i"#));
        assert_eq!(split("''").as_deref(), Some(""));
        assert_eq!(words("").map(|words| words.len()), Some(0));
        assert_eq!((words("'a"), words("\"a"), words("a\\")), (None, None, None));
    }

    proptest::proptest! {
        #[test]
        fn any_command_line_is_split_into_the_words_that_it_was_made_of(
            run in proptest::collection::vec(proptest::prelude::any::<String>(), 0..5),
        ) {
            let spec = ProgramSpec { run, ..ProgramSpec::default() };
            proptest::prop_assert_eq!(words(&spec.command_line()), Some(spec.run));
        }
    }
}
