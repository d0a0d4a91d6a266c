//! What a rule replies: a text or bytes with `{msg}` `{host}` `{port}` `{counter}` `{time}` as in a template, with `{{` and
//! `}}` for braces in a text, and what [`Placeholder`] has. Where the rule's pattern has captures also those: `$1`,
//! `${name}`, `$0` for the whole match, and `$$` for a dollar. In the others a dollar is a dollar.

use std::fmt::Write as _;

use super::hex_reply::{HexPiece, HexReply};
use super::placeholder::{Placeholder, PlaceholderError};
use super::when::When;
use crate::lang::{Lang, Words};
use crate::values::Content;
use crate::values::name::MAX_NAME_CHARS;
use crate::values::template::{self, TemplateError};
use crate::{error_in_words, t};

/// A reply as it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RuleReply {
    Text(String),
    Hex(HexReply),
}

impl From<Content> for RuleReply {
    fn from(content: Content) -> Self {
        match content {
            Content::Text(text) => Self::Text(text),
            Content::Hex(bytes) => Self::Hex(bytes.into()),
        }
    }
}

impl RuleReply {
    /// As it is written in a lab file.
    pub fn written(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Hex(reply) => reply.to_string(),
        }
    }

    /// The fields of the message that are copied into it.
    pub fn frame_fields(&self, when: &When) -> Vec<String> {
        let segments = match self {
            Self::Text(text) => parse(text, when),
            Self::Hex(reply) => parse_hex(reply, when),
        };
        let frame = |segment| match segment {
            Segment::Worked(Placeholder::Frame(name)) => Some(name),
            _ => None,
        };
        segments.unwrap_or_default().into_iter().filter_map(frame).collect()
    }
}

/// A piece of a reply.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Segment {
    Text(String),
    Bytes(Vec<u8>),
    /// Filled in as in a template; never [`template::Segment::Text`].
    Filled(template::Segment),
    /// Of the message's frame, or worked out from the reply.
    Worked(Placeholder),
    /// What the pattern captured under that number; nothing where it took another way.
    Capture(usize),
}

/// Why a reply was refused; each `position` counts its characters from 0.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReplyError {
    Template(TemplateError),
    LoneDollar { position: usize },
    NoCapture { position: usize, name: String },
    Placeholder { position: usize, error: PlaceholderError },
}

impl ReplyError {
    /// The place of the first character that is wrong.
    pub fn position(&self) -> Option<usize> {
        match self {
            Self::Template(error) => Some(error.position()),
            Self::LoneDollar { position } | Self::NoCapture { position, .. } | Self::Placeholder { position, .. } => {
                Some(*position)
            }
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
            Self::Placeholder { position, error } => match error {
                PlaceholderError::Frame => t!(lang, "wrong-frame-field", at = position + 1),
                PlaceholderError::Length => t!(lang, "wrong-length-field", at = position + 1),
                PlaceholderError::Check(error) => return error.words(lang),
            },
        }
        .into_owned()
    }
}

error_in_words!(ReplyError);

/// # Errors
/// [`ReplyError`] with the place of the brace or dollar.
pub fn parse(text: &str, when: &When) -> Result<Vec<Segment>, ReplyError> {
    let mut parts = Segments::default();
    if when.captures().is_none() {
        parts.push_template(text, 0)?;
        return Ok(parts.0);
    }
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
                parts.0.push(capture(when, &taken, position)?);
            }
            Some((_, digit)) if digit.is_ascii_digit() => {
                taken.push(digit);
                while let Some((_, digit)) = chars.next_if(|(_, next)| next.is_ascii_digit()) {
                    taken.push(digit);
                }
                parts.0.push(capture(when, &taken, position)?);
            }
            _ => return Err(ReplyError::LoneDollar { position }),
        }
        between_at = chars.peek().map_or(0, |(next, _)| *next);
    }
    parts.push_template(&between, between_at)?;
    Ok(parts.0)
}

/// The same for a reply in bytes.
///
/// # Errors
/// [`ReplyError`]; the place counts the characters as the reply is written.
pub fn parse_hex(reply: &HexReply, when: &When) -> Result<Vec<Segment>, ReplyError> {
    let mut parts = Segments::default();
    let mut written = String::new();
    for piece in reply.pieces() {
        let position = written.chars().count() + usize::from(!written.is_empty());
        let separator = if written.is_empty() { "" } else { " " };
        match piece {
            HexPiece::Bytes(bytes) => {
                parts.0.push(Segment::Bytes(bytes.clone()));
                // Writing to a String does not fail.
                let _ = write!(written, "{separator}{}", HexReply::from(bytes.clone()));
            }
            HexPiece::Reference(reference) => {
                match reference.strip_prefix('$') {
                    Some(name) => {
                        let name = name.trim_start_matches('{').trim_end_matches('}');
                        parts.0.push(capture(when, name, position)?);
                    }
                    None => parts.push_template(reference, position)?,
                }
                let _ = write!(written, "{separator}{reference}");
            }
        }
    }
    Ok(parts.0)
}

fn capture(when: &When, name: &str, position: usize) -> Result<Segment, ReplyError> {
    let is_number = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_digit());
    let number = if is_number {
        name.parse().ok().filter(|number| *number < when.captures().unwrap_or(0))
    } else {
        when.capture_named(name)
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
        for part in template::split(text).map_err(|error| error.moved_by(at))? {
            let (position, name) = match part {
                template::Part::Text(plain) => {
                    self.push_text(&plain);
                    continue;
                }
                template::Part::Name { position, name } => (position + at, name),
            };
            let filled = match Placeholder::named(&name) {
                Some(worked) => Segment::Worked(worked.map_err(|error| ReplyError::Placeholder { position, error })?),
                None => {
                    Segment::Filled(template::Segment::named(&name).ok_or(TemplateError::Unknown { position, name })?)
                }
            };
            self.0.push(filled);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::Regexp;
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

    #[test]
    fn a_reply_in_bytes_has_captures_and_fields() {
        let when = When::hex("(?? ??) 00 (*)".parse().unwrap());
        let parsed = |text: &str| parse_hex(&text.parse().unwrap(), &when);
        assert_eq!(
            parsed("$1 00 {frame.id} {msg} {length:2}"),
            Ok(vec![
                Segment::Capture(1),
                Segment::Bytes(vec![0]),
                Segment::Worked(Placeholder::Frame("id".to_owned())),
                Segment::Filled(template::Segment::Msg),
                Segment::Worked(Placeholder::named("length:2").unwrap().unwrap()),
            ])
        );
        let no_capture = ReplyError::NoCapture { position: 3, name: "3".to_owned() };
        assert_eq!(parsed("00 $3"), Err(no_capture));
        let unknown = TemplateError::Unknown { position: 6, name: "who".to_owned() };
        assert_eq!(parsed("00 $1 {who}"), Err(ReplyError::Template(unknown)));
        assert!(parse("$1", &When::hex("00 ??".parse().unwrap())).is_ok(), "without brackets a dollar is a dollar");
    }

    #[test]
    fn what_is_worked_out_is_told_from_what_a_template_has() {
        let parsed = parse("{len} {frame.function}{checksum:crc-32}", &When::any()).unwrap();
        assert!(matches!(
            parsed[..],
            [
                Segment::Filled(template::Segment::Len),
                Segment::Text(_),
                Segment::Worked(Placeholder::Frame(_)),
                Segment::Worked(Placeholder::Check(_))
            ]
        ));
        let said = |text: &str| parse(text, &When::any()).unwrap_err().to_string();
        assert!(said("a {length:9}").contains("at character 3"), "{}", said("a {length:9}"));
        assert!(said("{checksum:md5}").contains("\"md5\" is no checksum"));
    }
}
