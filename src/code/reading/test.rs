//! Tests: what they say of the message.

use super::condition::Condition;
use super::reader::Reader;
use super::remark::RemarkKind;
use super::tree::{Comparison, Expr, ExprKind};
use super::value::{Piece, Value, known};
use crate::lab::TextEncoding;

impl<'t> Reader<'t> {
    /// In which encoding the program takes bytes for text.
    pub fn encoding(&self) -> TextEncoding {
        let of = |facts: &super::facts::Facts| facts.encoding;
        let own = self.received.and_then(|number| self.sockets.get(number.0)).and_then(of);
        own.or_else(|| self.sockets.iter().find_map(of)).unwrap_or_default()
    }

    pub fn condition(&mut self, expr: &'t Expr) -> Condition {
        match &expr.what {
            ExprKind::Not(inner) => self.condition(inner).not(),
            ExprKind::And(all) => {
                let all: Vec<Condition> = all.iter().map(|each| self.condition(each)).collect();
                together(all)
            }
            ExprKind::Or(all) => Condition::any(all.iter().map(|each| self.condition(each)).collect()),
            ExprKind::Compare(first, others) => {
                let mut all = Vec::new();
                let mut left = &**first;
                for (comparison, right) in others {
                    all.push(self.compared(expr.line, *comparison, left, right));
                    left = right;
                }
                together(all)
            }
            ExprKind::Call(function, arguments, _) => match (&function.what, arguments.as_slice()) {
                (ExprKind::Attribute(of, method), [part]) if method == "startswith" || method == "endswith" => {
                    let (of, part) = (self.eval(of), self.eval(part));
                    self.edge(expr.line, &of, &part, method == "startswith")
                }
                _ => {
                    let value = self.eval(expr);
                    truth(&value)
                }
            },
            _ => {
                let value = self.eval(expr);
                truth(&value)
            }
        }
    }

    fn edge(&mut self, line: u32, of: &Value, part: &Value, starts: bool) -> Condition {
        let encoding = self.encoding();
        let bytes = part.pieces().and_then(|pieces| known(pieces, encoding));
        match bytes {
            Some(bytes) if self.is_message(line, of) && !bytes.is_empty() => {
                if starts {
                    Condition::Starts(bytes)
                } else {
                    Condition::Ends(bytes)
                }
            }
            _ => Condition::Unknown,
        }
    }

    /// Whether it is what was received, and nothing besides.
    fn is_message(&mut self, line: u32, value: &Value) -> bool {
        match value.pieces() {
            Some([Piece::Message]) => true,
            Some([Piece::Changed | Piece::Upper]) => {
                self.remark(line, RemarkKind::Changed);
                true
            }
            _ => false,
        }
    }

    fn compared(&mut self, line: u32, comparison: Comparison, left: &'t Expr, right: &'t Expr) -> Condition {
        if matches!(&left.what, ExprKind::Name(name) if name == "__name__") {
            return Condition::Always;
        }
        let (left, right) = (self.eval(left), self.eval(right));
        let encoding = self.encoding();
        match comparison {
            Comparison::Equal => self.equal(line, &left, &right, encoding),
            Comparison::Unequal => self.equal(line, &left, &right, encoding).not(),
            Comparison::In => self.within(line, &left, &right, encoding),
            Comparison::NotIn => self.within(line, &left, &right, encoding).not(),
            // `len(data) > 0`
            Comparison::Other => match (&left, &right) {
                (Value::Of(of, name), Value::Int(0)) if name == "len" && of.is_of_message() => Condition::Something,
                _ => Condition::Unknown,
            },
        }
    }

    fn equal(&mut self, line: u32, left: &Value, right: &Value, encoding: TextEncoding) -> Condition {
        if let (Value::Of(of, name), Value::Int(0)) = (left, right)
            && name == "len"
            && of.is_of_message()
        {
            return Condition::nothing();
        }
        let (message, other) = if left.is_of_message() { (left, right) } else { (right, left) };
        if *other == Value::None && message.is_of_message() {
            return Condition::nothing();
        }
        match other.pieces().and_then(|pieces| known(pieces, encoding)) {
            Some(bytes) if self.is_message(line, message) => Condition::equals(bytes),
            _ => Condition::Unknown,
        }
    }

    fn within(&mut self, line: u32, part: &Value, whole: &Value, encoding: TextEncoding) -> Condition {
        let bytes = |value: &Value| value.pieces().and_then(|pieces| known(pieces, encoding));
        match whole {
            Value::Tuple(all) if self.is_message(line, part) => {
                let all: Option<Vec<Condition>> = all.iter().map(|each| bytes(each).map(Condition::equals)).collect();
                all.map_or(Condition::Unknown, Condition::any)
            }
            Value::Dict(all) if self.is_message(line, part) => {
                let all: Option<Vec<Condition>> =
                    all.iter().map(|(key, _)| bytes(key).map(Condition::equals)).collect();
                all.map_or(Condition::Unknown, Condition::any)
            }
            _ => match bytes(part) {
                Some(bytes) if self.is_message(line, whole) && !bytes.is_empty() => Condition::Contains(bytes),
                _ => Condition::Unknown,
            },
        }
    }
}

/// All of them hold. More than one about the message is more than a rule can say.
fn together(all: Vec<Condition>) -> Condition {
    if all.iter().all(|condition| *condition == Condition::Always) {
        return Condition::Always;
    }
    let mut all: Vec<Condition> =
        all.into_iter().filter(|condition| !matches!(condition, Condition::Always | Condition::Something)).collect();
    match all.len() {
        0 => Condition::Something,
        1 => all.remove(0),
        _ => Condition::Unknown,
    }
}

/// Whether something counts as true.
fn truth(value: &Value) -> Condition {
    match value {
        Value::Bool(true) => Condition::Always,
        Value::Int(value) if *value != 0 => Condition::Always,
        Value::Text(pieces) | Value::Bytes(pieces) => match pieces.as_slice() {
            [Piece::Message | Piece::Upper | Piece::Changed] => Condition::Something,
            [] => Condition::Unknown,
            _ => Condition::Unknown,
        },
        _ => Condition::Unknown,
    }
}
