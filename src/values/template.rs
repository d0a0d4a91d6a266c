//! The text of a `template` service: `{msg}` `{len}` `{host}` `{port}` `{counter}` `{time}`, with `{{` and `}}` for braces.

use crate::lang::{Lang, Words};
use crate::{error_in_words, t};

/// A piece of a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Segment {
    Text(String),
    /// The message that is answered.
    Msg,
    /// How many bytes that message has.
    Len,
    /// The peer's address.
    Host,
    /// The peer's port.
    Port,
    /// How many messages there have been.
    Counter,
    /// The time of day.
    Time,
}

/// Why a template was refused; each `position` counts its characters from 0.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TemplateError {
    Unknown { position: usize, name: String },
    LoneBrace { position: usize },
}

/// A piece of a text: as it is, or what stands in braces.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    Text(String),
    Name { position: usize, name: String },
}

impl Segment {
    /// What a name in braces stands for.
    pub fn named(name: &str) -> Option<Self> {
        Some(match name {
            "msg" => Self::Msg,
            "len" => Self::Len,
            "host" => Self::Host,
            "port" => Self::Port,
            "counter" => Self::Counter,
            "time" => Self::Time,
            _ => return None,
        })
    }
}

impl TemplateError {
    /// The same in a text that has `characters` more before it.
    #[must_use]
    pub fn moved_by(self, characters: usize) -> Self {
        match self {
            Self::Unknown { position, name } => Self::Unknown { position: position + characters, name },
            Self::LoneBrace { position } => Self::LoneBrace { position: position + characters },
        }
    }

    pub fn position(&self) -> usize {
        match self {
            Self::Unknown { position, .. } | Self::LoneBrace { position } => *position,
        }
    }
}

impl Words for TemplateError {
    fn words(&self, lang: Lang) -> String {
        let at = self.position() + 1;
        match self {
            Self::Unknown { name, .. } => t!(lang, "wrong-placeholder", at = at, name = name.as_str()),
            Self::LoneBrace { .. } => t!(lang, "wrong-brace", at = at),
        }
        .into_owned()
    }
}

error_in_words!(TemplateError);

/// # Errors
/// [`TemplateError`] with the place of the brace.
pub fn parse(text: &str) -> Result<Vec<Segment>, TemplateError> {
    let segment = |part| match part {
        Part::Text(text) => Ok(Segment::Text(text)),
        Part::Name { position, name } => Segment::named(&name).ok_or(TemplateError::Unknown { position, name }),
    };
    split(text)?.into_iter().map(segment).collect()
}

/// The text and the names in its braces, whatever they are.
///
/// # Errors
/// [`TemplateError::LoneBrace`] with its place.
pub fn split(text: &str) -> Result<Vec<Part>, TemplateError> {
    let mut parts = Vec::new();
    let mut plain = String::new();
    let mut chars = text.chars().enumerate().peekable();
    while let Some((position, character)) = chars.next() {
        match character {
            '{' | '}' if chars.next_if(|(_, next)| *next == character).is_some() => plain.push(character),
            '{' => {
                let mut name = String::new();
                loop {
                    match chars.next() {
                        Some((_, '}')) => break,
                        None | Some((_, '{')) => return Err(TemplateError::LoneBrace { position }),
                        Some((_, other)) => name.push(other),
                    }
                }
                if !plain.is_empty() {
                    parts.push(Part::Text(std::mem::take(&mut plain)));
                }
                parts.push(Part::Name { position, name });
            }
            '}' => return Err(TemplateError::LoneBrace { position }),
            _ => plain.push(character),
        }
    }
    if !plain.is_empty() {
        parts.push(Part::Text(plain));
    }
    Ok(parts)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn placeholders_and_braces_are_told_apart() {
        let text = |text: &str| Segment::Text(text.to_owned());
        assert_eq!(parse("{counter}: {msg}"), Ok(vec![Segment::Counter, text(": "), Segment::Msg]));
        assert_eq!(parse("{{msg}} {{{time}}}"), Ok(vec![text("{msg} {"), Segment::Time, text("}")]));
        assert_eq!(parse(""), Ok(vec![]));
    }

    #[test]
    fn bad_placeholders_are_refused_with_their_place() {
        assert_eq!(parse("你 {name}"), Err(TemplateError::Unknown { position: 2, name: "name".to_owned() }));
        assert_eq!(parse("a {msg"), Err(TemplateError::LoneBrace { position: 2 }));
        assert_eq!(parse("a } b"), Err(TemplateError::LoneBrace { position: 2 }));
        assert_eq!(parse("{}"), Err(TemplateError::Unknown { position: 0, name: String::new() }));
        let shown = parse("{name}").unwrap_err().to_string();
        assert!(shown.starts_with("\"{name}\" at character 1 is not a placeholder: expected {msg}, "), "{shown}");
    }

    proptest! {
        #[test]
        fn no_text_panics(text in "([{}]|msg|你){0,12}") {
            let _ = parse(&text);
        }
    }
}
