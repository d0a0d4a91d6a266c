//! A filter's text cut into words and signs. What a word means depends on where it stands; the parser knows.

use std::ops::Range;

use super::error::{FilterError, FilterErrorKind};
use super::field::Relation;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Token {
    /// Letters, digits and what addresses and numbers are written with.
    Word(String),
    /// Between quotes, its escapes read.
    Text(String),
    /// `hex"0d 0a"`
    Hex(Vec<u8>),
    Relation(Relation),
    And,
    Or,
    Not,
    Open,
    Close,
    OpenSet,
    CloseSet,
    Comma,
    /// `=`
    Equals,
    /// A sign that means nothing here.
    Other(char),
    End,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lexeme {
    pub token: Token,
    pub span: Range<usize>,
}

#[derive(Clone, Debug)]
pub struct Lexer<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Lexer<'a> {
    pub fn new(text: &'a str) -> Self {
        Self { text, at: 0 }
    }

    /// How far it has read, in bytes.
    pub fn position(&self) -> usize {
        self.at
    }

    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn skip_space(&mut self) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start().len();
    }

    pub fn next(&mut self) -> Result<Lexeme, FilterError> {
        self.skip_space();
        let begin = self.at;
        let rest = self.rest();
        let Some(first) = rest.chars().next() else {
            return Ok(Lexeme { token: Token::End, span: begin..begin });
        };
        const SIGNS: [(&str, Token); 16] = [
            ("==", Token::Relation(Relation::Equal)),
            ("!=", Token::Relation(Relation::Unequal)),
            ("<=", Token::Relation(Relation::AtMost)),
            (">=", Token::Relation(Relation::AtLeast)),
            ("<", Token::Relation(Relation::Less)),
            (">", Token::Relation(Relation::More)),
            ("~", Token::Relation(Relation::Matches)),
            ("&&", Token::And),
            ("||", Token::Or),
            ("!", Token::Not),
            ("(", Token::Open),
            (")", Token::Close),
            ("{", Token::OpenSet),
            ("}", Token::CloseSet),
            (",", Token::Comma),
            ("=", Token::Equals),
        ];
        for (sign, token) in SIGNS {
            if rest.starts_with(sign) {
                self.at += sign.len();
                return Ok(Lexeme { token, span: begin..self.at });
            }
        }
        if first == '"' {
            let text = self.string()?;
            return Ok(Lexeme { token: Token::Text(text), span: begin..self.at });
        }
        if rest.get(..4).is_some_and(|head| head.eq_ignore_ascii_case("hex\"")) {
            self.at += 3;
            let inside = self.at + 1;
            let digits = self.string()?;
            let span = inside..self.at.saturating_sub(1).max(inside);
            let bytes =
                crate::lab::payload::parse_hex(&digits).map_err(|_| FilterError::new(span, FilterErrorKind::BadHex))?;
            return Ok(Lexeme { token: Token::Hex(bytes), span: begin..self.at });
        }
        if !is_word(first) {
            self.at += first.len_utf8();
            return Ok(Lexeme { token: Token::Other(first), span: begin..self.at });
        }
        let word: &str = rest.find(|c| !is_word(c)).map_or(rest, |end| &rest[..end]);
        self.at += word.len();
        let token = match () {
            () if word.eq_ignore_ascii_case("and") => Token::And,
            () if word.eq_ignore_ascii_case("or") => Token::Or,
            () if word.eq_ignore_ascii_case("not") => Token::Not,
            () => Token::Word(word.to_owned()),
        };
        Ok(Lexeme { token, span: begin..self.at })
    }

    /// `/…/` after `~`; `\/` is a slash in it. The span is that of what is between.
    pub fn regex(&mut self) -> Result<Option<(String, Range<usize>)>, FilterError> {
        self.skip_space();
        let rest = self.rest();
        if !rest.starts_with('/') {
            return Ok(None);
        }
        let begin = self.at;
        let mut source = String::new();
        let mut chars = rest.char_indices().skip(1);
        while let Some((at, character)) = chars.next() {
            match character {
                '/' => {
                    self.at = begin + at + 1;
                    return Ok(Some((source, begin + 1..begin + at)));
                }
                '\\' => match chars.next() {
                    Some((_, '/')) => source.push('/'),
                    Some((_, other)) => source.extend(['\\', other]),
                    None => break,
                },
                _ => source.push(character),
            }
        }
        self.at = self.text.len();
        Err(FilterError::new(begin..self.text.len(), FilterErrorKind::OpenRegex))
    }

    fn string(&mut self) -> Result<String, FilterError> {
        let begin = self.at;
        let mut text = String::new();
        let mut chars = self.rest().char_indices().skip(1);
        while let Some((at, character)) = chars.next() {
            let bad =
                |end: usize, escape| Err(FilterError::new(begin + at..begin + end, FilterErrorKind::BadEscape(escape)));
            match character {
                '"' => {
                    self.at = begin + at + 1;
                    return Ok(text);
                }
                '\\' => match chars.next() {
                    Some((_, 'n')) => text.push('\n'),
                    Some((_, 'r')) => text.push('\r'),
                    Some((_, 't')) => text.push('\t'),
                    Some((_, '0')) => text.push('\0'),
                    Some((_, same @ ('\\' | '"'))) => text.push(same),
                    Some((_, 'x')) => {
                        let digit = |next: Option<(usize, char)>| next.and_then(|(_, digit)| digit.to_digit(16));
                        let (high, low) = (digit(chars.next()), digit(chars.next()));
                        // A byte past ASCII is no character of its own: that is what hex"ff" is for.
                        match high.zip(low).and_then(|(high, low)| char::from_u32(high * 16 + low)) {
                            Some(character) if character.is_ascii() => text.push(character),
                            _ => return bad(at + 2, 'x'),
                        }
                    }
                    Some((next, other)) => return bad(next + other.len_utf8(), other),
                    None => break,
                },
                _ => text.push(character),
            }
        }
        self.at = self.text.len();
        Err(FilterError::new(begin..self.text.len(), FilterErrorKind::OpenString))
    }
}

/// What words are made of: names, numbers, addresses, paths.
pub fn is_word(character: char) -> bool {
    character.is_alphanumeric()
        || "_.:-/@#%+*[]µ'$?^;\\".contains(character)
        || !character.is_ascii() && !character.is_whitespace()
}

/// As it is read back.
pub fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for character in text.chars() {
        match character {
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\0' => out.push_str("\\0"),
            '"' | '\\' => out.extend(['\\', character]),
            _ if character.is_ascii_control() => {
                use std::fmt::Write as _;
                // Writing to a String does not fail.
                let _ = write!(out, "\\x{:02x}", u32::from(character));
            }
            _ => out.push(character),
        }
    }
    out.push('"');
    out
}

/// A value as one would type it: in quotes only where it needs them.
pub fn as_value(text: &str) -> String {
    let keyword = ["and", "or", "not"].iter().any(|word| word.eq_ignore_ascii_case(text));
    let hex_like = text.len() >= 5 && hex_word(text).is_some();
    if text.is_empty() || keyword || hex_like || !text.chars().all(is_word) { quoted(text) } else { text.to_owned() }
}

/// `0d:0a`, as Wireshark writes bytes; a single pair could be a word.
pub fn hex_word(word: &str) -> Option<Vec<u8>> {
    let pair = |pair: &str| {
        (pair.len() == 2 && pair.bytes().all(|digit| digit.is_ascii_hexdigit()))
            .then(|| u8::from_str_radix(pair, 16).ok())
            .flatten()
    };
    word.contains(':').then(|| word.split(':').map(pair).collect()).flatten()
}
