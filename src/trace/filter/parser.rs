//! From text to [`Expr`]: `or` binds least, then `and`, then `not`.

use std::ops::Range;

use super::error::{FilterError, FilterErrorKind};
use super::expression::{Address, Expr, Pattern, Substring, Value};
use super::field::{Field, Kind, Relation, UNITS};
use super::lexer::{Lexeme, Lexer, Token, hex_word};
use super::{MAX_DEPTH, MAX_FILTER_CHARS};
use crate::trace::Errno;
use crate::trace::call::Op;

type Result<T> = std::result::Result<T, FilterError>;

/// # Errors
/// [`FilterError`] says what was expected where.
pub fn parse(text: &str) -> Result<Expr> {
    if let Some((end, _)) = text.char_indices().nth(MAX_FILTER_CHARS) {
        return Err(FilterError::new(end..text.len(), FilterErrorKind::TooLong));
    }
    let mut parser = Parser { lexer: Lexer::new(text), depth: 0 };
    let expr = parser.any()?;
    let lexeme = parser.lexer.next()?;
    match lexeme.token {
        Token::End => Ok(expr),
        _ => Err(FilterError::new(lexeme.span, FilterErrorKind::ExpectedConnective)),
    }
}

/// Whether a text means to be an expression; else it is searched as it stands. Sentences have words like "not" and
/// "and" too, so it takes an operator, or a field where one belongs.
pub fn is_expression(text: &str) -> bool {
    let mut lexer = Lexer::new(text);
    let mut operand = None;
    let mut words = 0;
    loop {
        let Ok(Lexeme { token, .. }) = lexer.next() else { return false };
        match (&token, &operand) {
            (Token::Relation(Relation::Equal | Relation::Unequal | Relation::AtMost | Relation::AtLeast), _)
            | (Token::And | Token::Or, _)
                if is_sign(text, &lexer) =>
            {
                return true;
            }
            (Token::Open | Token::Not, None) => {}
            (Token::Word(word), None) => operand = Some((Field::by_name(word), false)),
            (Token::Text(_), None) => operand = Some((None, true)),
            (_, None) => operand = Some((None, false)),
            (Token::End, Some((Some(field), _))) if words == 1 => return !field.is_always_there(),
            (Token::End | Token::Close | Token::And | Token::Or, Some((Some(_), _) | (None, true))) if words >= 1 => {
                return true;
            }
            (Token::Relation(_) | Token::Equals, Some((Some(_), _))) => return true,
            (Token::Word(word), Some((Some(field), _))) if Relation::by_word(word).is_some() => {
                // "data in the buffer" is a sentence.
                let relation = Relation::by_word(word);
                let is_set =
                    || lexer.clone().next().is_ok_and(|next| matches!(next.token, Token::OpenSet | Token::End));
                return field.kind() != Kind::Flag && (relation != Some(Relation::In) || is_set());
            }
            (Token::End, _) => return false,
            // The first operand is followed by something else: a sentence, unless an operator comes yet.
            (_, Some(_)) => operand = Some((None, false)),
        }
        words += 1;
    }
}

/// Whether what was just read was a sign, and not a word like "and".
fn is_sign(text: &str, lexer: &Lexer<'_>) -> bool {
    let read = text.get(..lexer.position()).unwrap_or_default();
    !read.ends_with(char::is_alphabetic)
}

struct Parser<'a> {
    lexer: Lexer<'a>,
    depth: usize,
}

impl Parser<'_> {
    fn peek(&self) -> Result<Lexeme> {
        self.lexer.clone().next()
    }

    fn any(&mut self) -> Result<Expr> {
        let mut parts = vec![self.all()?];
        while self.peek()?.token == Token::Or {
            self.lexer.next()?;
            parts.push(self.all()?);
        }
        Ok(if parts.len() == 1 { parts.remove(0) } else { Expr::Any(parts) })
    }

    fn all(&mut self) -> Result<Expr> {
        let mut parts = vec![self.one()?];
        while self.peek()?.token == Token::And {
            self.lexer.next()?;
            parts.push(self.one()?);
        }
        Ok(if parts.len() == 1 { parts.remove(0) } else { Expr::All(parts) })
    }

    fn one(&mut self) -> Result<Expr> {
        let lexeme = self.lexer.next()?;
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(FilterError::new(lexeme.span, FilterErrorKind::TooDeep));
        }
        let expr = match lexeme.token {
            Token::Not => Expr::Not(Box::new(self.one()?)),
            Token::Open => {
                let inner = self.any()?;
                let close = self.lexer.next()?;
                match close.token {
                    Token::Close => inner,
                    Token::End => return Err(FilterError::new(lexeme.span, FilterErrorKind::OpenParenthesis)),
                    _ => return Err(FilterError::new(close.span, FilterErrorKind::ExpectedConnective)),
                }
            }
            Token::Text(text) => match Substring::text(&text) {
                Some(part) => Expr::Text(part),
                None => return Err(FilterError::new(lexeme.span, FilterErrorKind::EmptyText)),
            },
            Token::Word(word) => match Field::by_name(&word) {
                Some(field) => self.of_field(field)?,
                None => {
                    let like = Field::like(&word);
                    return Err(FilterError::new(lexeme.span, FilterErrorKind::UnknownField { name: word, like }));
                }
            },
            _ => return Err(FilterError::new(lexeme.span, FilterErrorKind::ExpectedOperand)),
        };
        self.depth -= 1;
        Ok(expr)
    }

    /// What follows a field.
    fn of_field(&mut self, field: Field) -> Result<Expr> {
        let next = self.peek()?;
        let relation = match &next.token {
            Token::Relation(relation) => *relation,
            Token::Word(word) => match Relation::by_word(word) {
                Some(relation) => relation,
                None if field.kind() == Kind::Flag => return Ok(Expr::Has(field)),
                None => return Err(FilterError::new(next.span, FilterErrorKind::ExpectedRelation(field))),
            },
            Token::Equals => return Err(FilterError::new(next.span, FilterErrorKind::SingleEquals)),
            Token::Text(_) | Token::Hex(_) | Token::Other(_) if field.kind() != Kind::Flag => {
                return Err(FilterError::new(next.span, FilterErrorKind::ExpectedRelation(field)));
            }
            _ => return Ok(Expr::Has(field)),
        };
        self.lexer.next()?;
        if !field.kind().relations().contains(&relation) {
            return Err(FilterError::new(next.span, FilterErrorKind::UnfitRelation { field, relation }));
        }
        match relation {
            Relation::Contains => {
                let (part, span) = self.part(field)?;
                let part = part.ok_or_else(|| FilterError::new(span, FilterErrorKind::EmptyText))?;
                Ok(Expr::Contains { field, part })
            }
            Relation::Matches => Ok(Expr::Matches { field, pattern: self.pattern()? }),
            Relation::In => Ok(Expr::In { field, values: self.set(field)? }),
            _ => {
                let lexeme = self.lexer.next()?;
                Ok(Expr::Compare { field, relation, value: value(field.kind(), lexeme)? })
            }
        }
    }

    fn part(&mut self, field: Field) -> Result<(Option<Substring>, Range<usize>)> {
        let lexeme = self.lexer.next()?;
        let is_bytes = field.kind() == Kind::Bytes;
        let part = match lexeme.token {
            Token::Hex(bytes) if is_bytes => Substring::bytes(&bytes),
            Token::Text(text) => Substring::text(&text),
            Token::Word(word) => match hex_word(&word).filter(|_| is_bytes) {
                Some(bytes) => Substring::bytes(&bytes),
                None => Substring::text(&word),
            },
            _ => {
                let kind = if is_bytes { Kind::Bytes } else { Kind::Text };
                return Err(FilterError::new(lexeme.span, FilterErrorKind::ExpectedValue(kind)));
            }
        };
        Ok((part, lexeme.span))
    }

    fn pattern(&mut self) -> Result<Pattern> {
        let (source, span) = match self.lexer.regex()? {
            Some(found) => found,
            None => {
                let lexeme = self.lexer.next()?;
                match lexeme.token {
                    Token::Text(text) => (text, lexeme.span),
                    _ => return Err(FilterError::new(lexeme.span, FilterErrorKind::ExpectedRegex)),
                }
            }
        };
        if source.is_empty() {
            return Err(FilterError::new(span.start.saturating_sub(1)..span.end, FilterErrorKind::EmptyText));
        }
        Pattern::new(&source).map_err(|kind| FilterError::new(span, kind))
    }

    /// `{1, 2}`
    fn set(&mut self, field: Field) -> Result<Vec<Value>> {
        let open = self.lexer.next()?;
        if open.token != Token::OpenSet {
            return Err(FilterError::new(open.span, FilterErrorKind::ExpectedSet));
        }
        let mut values = Vec::new();
        loop {
            let lexeme = self.lexer.next()?;
            match lexeme.token {
                Token::CloseSet if !values.is_empty() => return Ok(values),
                Token::Comma if !values.is_empty() => {}
                Token::End if !values.is_empty() => {
                    return Err(FilterError::new(open.span, FilterErrorKind::OpenSet));
                }
                _ => values.push(value(field.kind(), lexeme)?),
            }
        }
    }
}

fn value(kind: Kind, lexeme: Lexeme) -> Result<Value> {
    let Lexeme { token, span } = lexeme;
    let (text, is_word) = match token {
        Token::Hex(bytes) if kind == Kind::Bytes => return Ok(Value::Bytes(bytes)),
        Token::Word(word) => (word, true),
        Token::Text(text) => (text, false),
        _ => return Err(FilterError::new(span, FilterErrorKind::ExpectedValue(kind))),
    };
    let value = match kind {
        Kind::Text => Some(Value::Text(text.clone())),
        Kind::Number => number(&text).map(Value::Number),
        Kind::NumberOrText => match number(&text).filter(|_| is_word) {
            Some(number) => Some(Value::Number(number)),
            None => Some(Value::Text(text.clone())),
        },
        Kind::Time => nanos(&text).map(Value::Nanos),
        Kind::Op => match Op::known_name(&text.to_ascii_lowercase()) {
            Some(name) => Some(Value::Op(name)),
            None => return Err(FilterError::new(span, FilterErrorKind::UnknownOp(text))),
        },
        Kind::Errno => {
            let number = || text.parse().ok().filter(|number| *number > 0).map(|number| Value::Errno(Errno(number)));
            match Errno::known(&text.to_ascii_uppercase()).map(Value::ErrnoName).or_else(number) {
                Some(errno) => Some(errno),
                None => return Err(FilterError::new(span, FilterErrorKind::UnknownErrno(text))),
            }
        }
        Kind::Address => Some(Value::Address(Address::read(&text))),
        Kind::Bytes => match hex_word(&text).filter(|_| is_word) {
            Some(bytes) => Some(Value::Bytes(bytes)),
            None => Some(Value::Text(text.clone())),
        },
        Kind::Flag => None,
    };
    value.ok_or_else(|| FilterError::new(span, FilterErrorKind::BadValue { kind, text }))
}

fn number(text: &str) -> Option<i64> {
    match text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        // `i64` would take a sign here.
        Some(hex) => u64::from_str_radix(hex, 16).ok().filter(|_| !hex.starts_with('+'))?.try_into().ok(),
        None => text.parse().ok(),
    }
}

/// `1.5s`, `100ms`, `2min`; seconds where no unit stands.
fn nanos(text: &str) -> Option<u64> {
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (digits, unit) = text.split_at(end);
    let unit = match unit {
        "" => 1_000_000_000,
        unit => UNITS.into_iter().find(|(name, _)| name.eq_ignore_ascii_case(unit))?.1,
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    if whole.is_empty() && fraction.is_empty() || fraction.contains('.') {
        return None;
    }
    let whole: u64 = if whole.is_empty() { 0 } else { whole.parse().ok()? };
    let mut nanos = whole.checked_mul(unit)?;
    let mut place = unit;
    for digit in fraction.bytes() {
        place /= 10;
        nanos = nanos.checked_add(u64::from(digit - b'0') * place)?;
    }
    Some(nanos)
}
