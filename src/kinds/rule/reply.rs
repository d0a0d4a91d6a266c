//! The text of a rule's reply: `{msg}` `{host}` `{port}` `{counter}` `{time}` as in a template, with `{{` and `}}` for
//! braces. In a rule with a regular expression also what it captured: `$1`, `${name}`, `$0` for the whole match, and
//! `$$` for a dollar. In the others a dollar is a dollar.

use super::pattern::Regexp;
use super::when::{Sought, When};
use crate::lang::{Lang, Words};
use crate::values::name::MAX_NAME_CHARS;
use crate::values::template::{self, TemplateError};
use crate::{error_in_words, t};

/// A piece of a reply.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Segment {
    Text(String),
    /// Filled in as in a template; never [`template::Segment::Text`].
    Filled(template::Segment),
    /// What the regular expression captured under that number; nothing where it took another way.
    Capture(usize),
}

/// Why a reply was refused; each `position` counts its characters from 0.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReplyError {
    Template(TemplateError),
    LoneDollar { position: usize },
    NoCapture { position: usize, name: String },
}

impl ReplyError {
    /// The place of the first character that is wrong.
    pub fn position(&self) -> Option<usize> {
        match self {
            Self::Template(error) => Some(error.position()),
            Self::LoneDollar { position } | Self::NoCapture { position, .. } => Some(*position),
        }
    }
}

impl From<TemplateError> for ReplyError {
    fn from(error: TemplateError) -> Self {
        Self::Template(error)
    }
}

impl Words for ReplyError {
    fn words(&self, lang: Lang) -> String {
        match self {
            Self::Template(error) => return error.words(lang),
            Self::LoneDollar { position } => t!(lang, "wrong-dollar", at = position + 1),
            Self::NoCapture { position, name } => {
                t!(lang, "wrong-capture", at = position + 1, name = name.as_str())
            }
        }
        .into_owned()
    }
}

error_in_words!(ReplyError);

/// # Errors
/// [`ReplyError`] with the place of the brace or dollar.
pub fn parse(text: &str, when: &When) -> Result<Vec<Segment>, ReplyError> {
    let mut parts = Segments::default();
    let Sought::Regexp(regexp) = when.sought() else {
        parts.push_template(text, 0)?;
        return Ok(parts.0);
    };
    // Between the dollars stands a template.
    let mut between = String::new();
    let mut between_at = 0;
    let mut chars = text.chars().enumerate().peekable();
    while let Some((position, character)) = chars.next() {
        if character != '$' {
            between.push(character);
            continue;
        }
        parts.push_template(&between, between_at)?;
        between.clear();
        let mut taken = String::new();
        match chars.next() {
            Some((_, '$')) => parts.push_text("$"),
            Some((_, '{')) => {
                loop {
                    match chars.next() {
                        Some((_, '}')) => break,
                        Some((_, '{')) | None => return Err(ReplyError::LoneDollar { position }),
                        Some((_, other)) => taken.push(other),
                    }
                }
                parts.0.push(capture(regexp, &taken, position)?);
            }
            Some((_, digit)) if digit.is_ascii_digit() => {
                taken.push(digit);
                while let Some((_, digit)) = chars.next_if(|(_, next)| next.is_ascii_digit()) {
                    taken.push(digit);
                }
                parts.0.push(capture(regexp, &taken, position)?);
            }
            _ => return Err(ReplyError::LoneDollar { position }),
        }
        between_at = chars.peek().map_or(0, |(next, _)| *next);
    }
    parts.push_template(&between, between_at)?;
    Ok(parts.0)
}

fn capture(regexp: &Regexp, name: &str, position: usize) -> Result<Segment, ReplyError> {
    let is_number = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_digit());
    let number = if is_number {
        name.parse().ok().filter(|number| *number < regexp.captures())
    } else {
        regexp.capture_named(name)
    };
    let shown = || name.chars().take(MAX_NAME_CHARS).collect();
    number.map(Segment::Capture).ok_or_else(|| ReplyError::NoCapture { position, name: shown() })
}

#[derive(Default)]
struct Segments(Vec<Segment>);

impl Segments {
    fn push_text(&mut self, text: &str) {
        match self.0.last_mut() {
            Some(Segment::Text(before)) => before.push_str(text),
            _ => self.0.push(Segment::Text(text.to_owned())),
        }
    }

    /// A template that begins at that character of the reply.
    fn push_template(&mut self, text: &str, at: usize) -> Result<(), ReplyError> {
        let parts = template::parse(text).map_err(|error| match error {
            TemplateError::Unknown { position, name } => TemplateError::Unknown { position: position + at, name },
            TemplateError::LoneBrace { position } => TemplateError::LoneBrace { position: position + at },
        })?;
        for part in parts {
            match part {
                template::Segment::Text(plain) => self.push_text(&plain),
                filled => self.0.push(Segment::Filled(filled)),
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn regex(source: &str) -> When {
        When::regex(Regexp::new(source).unwrap())
    }

    fn text(text: &str) -> Segment {
        Segment::Text(text.to_owned())
    }

    #[test]
    fn captures_and_placeholders_are_told_apart() {
        let when = regex(r"(?P<who>\w+) (\d+)");
        assert_eq!(
            parse("$$5 {{$1}} ${who}{msg}${2}0 $0", &when),
            Ok(vec![
                text("$5 {"),
                Segment::Capture(1),
                text("} "),
                Segment::Capture(1),
                Segment::Filled(template::Segment::Msg),
                Segment::Capture(2),
                text("0 "),
                Segment::Capture(0)
            ])
        );
        assert_eq!(parse("", &when), Ok(vec![]));
    }

    #[test]
    fn without_a_regular_expression_a_dollar_is_a_dollar() {
        for when in [When::any(), When::contains("hi")] {
            assert_eq!(parse("$1 $$ {{5}}", &when), Ok(vec![text("$1 $$ {5}")]));
        }
    }

    #[test]
    fn bad_references_are_refused_with_their_place() {
        let when = regex("(a)");
        let no_capture = |position, name: &str| ReplyError::NoCapture { position, name: name.to_owned() };
        for (reply, error) in [
            ("你$2", no_capture(1, "2")),
            ("${who}", no_capture(0, "who")),
            ("${}", no_capture(0, "")),
            ("$99999999999999999999999", no_capture(0, "99999999999999999999999")),
            ("a$", ReplyError::LoneDollar { position: 1 }),
            ("$name", ReplyError::LoneDollar { position: 0 }),
            ("$ 1", ReplyError::LoneDollar { position: 0 }),
            ("${a", ReplyError::LoneDollar { position: 0 }),
            ("$1{who}", ReplyError::Template(TemplateError::Unknown { position: 2, name: "who".to_owned() })),
            ("$$a }", ReplyError::Template(TemplateError::LoneBrace { position: 4 })),
        ] {
            assert_eq!(parse(reply, &when), Err(error), "{reply}");
        }
        let shown = parse("$x", &when).unwrap_err().to_string();
        assert_eq!(shown, "the \"$\" at character 1 stands for nothing: expected $1, ${name}, or $$ for a dollar");
        assert_eq!(
            parse("$2", &when).unwrap_err().to_string(),
            "the regular expression has no capture 2 (\"$\" at character 1)"
        );
    }

    proptest! {
        #[test]
        fn no_text_panics_and_every_place_is_in_it(reply in "([{}$]|msg|1|你){0,12}") {
            for when in [When::any(), regex("(a)")] {
                if let Err(error) = parse(&reply, &when) {
                    prop_assert!(error.position().is_some_and(|position| position < reply.chars().count()));
                }
            }
        }
    }
}
