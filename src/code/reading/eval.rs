//! Expression by expression: what each stands for.

use super::reader::Reader;
use super::remark::RemarkKind;
use super::tree::{Expr, ExprKind, Operator};
use super::value::{Piece, Pieces, Value, Values, joined, known};
use crate::code::reading::condition::Condition;

/// Bytes that a program multiplies are kept up to this length: 64 KiB.
const MOST_REPEATED: usize = 64 * 1024;

impl<'t> Reader<'t> {
    pub fn eval(&mut self, expr: &'t Expr) -> Value {
        if !self.goes_on() {
            self.remark(expr.line, RemarkKind::TooDeep);
            return Value::Unknown;
        }
        let value = self.eval_whole(expr);
        self.held(value)
    }

    fn eval_whole(&mut self, expr: &'t Expr) -> Value {
        match &expr.what {
            ExprKind::Name(name) => self.value_of(name),
            ExprKind::Text(text) => Value::text(text),
            ExprKind::Bytes(bytes) if bytes.is_empty() => Value::Bytes(Vec::new()),
            ExprKind::Bytes(bytes) => Value::Bytes(vec![Piece::Bytes(bytes.clone())]),
            ExprKind::Int(value) => Value::Int(*value),
            ExprKind::Bool(value) => Value::Bool(*value),
            ExprKind::None => Value::None,
            ExprKind::Tuple(all) => Value::Tuple(self.eval_all(all)),
            ExprKind::Dict(all) => {
                let keys = self.eval_all(all.iter().map(|(key, _)| key));
                let values = self.eval_all(all.iter().map(|(_, value)| value));
                Value::Dict(keys.into_iter().zip(values).collect())
            }
            ExprKind::Attribute(of, name) => match self.eval(of) {
                Value::Library(module) => library(format!("{module}.{name}")),
                value => Value::Of(Box::new(value), name.clone()),
            },
            ExprKind::Call(function, arguments, named) => self.call(expr.line, function, arguments, named),
            ExprKind::Binary(operator, left, right) => {
                let (left, right) = (self.eval(left), self.eval(right));
                combined(*operator, left, right)
            }
            ExprKind::Compare(..) | ExprKind::And(_) | ExprKind::Or(_) | ExprKind::Not(_) => {
                match self.condition(expr) {
                    Condition::Always => Value::Bool(true),
                    _ => Value::Unknown,
                }
            }
            ExprKind::Format(parts) => {
                let mut pieces = Pieces::default();
                parts.iter().for_each(|part| pieces.extend(self.eval(part).shown()));
                Value::Text(pieces.joined())
            }
            ExprKind::Either(test, then, otherwise) => {
                let condition = self.condition(test);
                let (then, otherwise) = (self.eval(then), self.eval(otherwise));
                Value::Either(vec![(vec![condition.clone()], then), (vec![condition.not()], otherwise)])
            }
            ExprKind::Subscript(of, index) => {
                let (of, index) = (self.eval(of), self.eval(index));
                self.element(&of, &index)
            }
            ExprKind::Starred(inner) => self.eval(inner),
            ExprKind::Named(name, value) => {
                let value = self.eval(value);
                self.bind(name, value.clone());
                value
            }
            ExprKind::Lambda(_) => Value::Unknown,
            ExprKind::Other(parts) => {
                parts.iter().for_each(|part| drop(self.eval(part)));
                Value::Unknown
            }
        }
    }

    pub fn eval_all(&mut self, all: impl IntoIterator<Item = &'t Expr>) -> Vec<Value> {
        let mut values = Values::default();
        all.into_iter().for_each(|each| values.push(self.eval(each)));
        values.all()
    }

    fn element(&mut self, of: &Value, index: &Value) -> Value {
        match (of, index) {
            (Value::Given, _) => Value::Given,
            (Value::Peer, Value::Int(0)) => Value::PeerHost,
            (Value::Peer, Value::Int(1)) => Value::PeerPort,
            (Value::Tuple(all), Value::Int(at)) => {
                let at =
                    if *at < 0 { all.len().checked_sub(at.unsigned_abs() as usize) } else { usize::try_from(*at).ok() };
                at.and_then(|at| all.get(at)).cloned().unwrap_or(Value::Unknown)
            }
            (Value::Dict(_), _) => self.entry(of, index, None),
            (Value::Ready, _) => Value::Ready,
            _ => Value::Unknown,
        }
    }

    /// What a dictionary has for a key: for a message, one answer for each key.
    pub fn entry(&mut self, dict: &Value, key: &Value, otherwise: Option<Value>) -> Value {
        let Value::Dict(all) = dict else { return Value::Unknown };
        if let Some((_, value)) = all.iter().find(|(known, _)| known == key) {
            return value.clone();
        }
        if !key.is_of_message() {
            return otherwise.unwrap_or(Value::Unknown);
        }
        let encoding = self.encoding();
        let mut each = Vec::new();
        for (name, value) in all {
            match name.pieces().and_then(|pieces| known(pieces, encoding)) {
                Some(bytes) => each.push((vec![Condition::equals(bytes)], value.clone())),
                None => return Value::Unknown,
            }
        }
        each.extend(otherwise.map(|value| (Vec::new(), value)));
        Value::Either(each)
    }
}

/// A name of a library, where it is not something from outside.
fn library(name: String) -> Value {
    match name.as_str() {
        "sys.argv" | "sys.stdin" | "os.environ" => Value::Given,
        _ => Value::Library(name),
    }
}

fn combined(operator: Operator, left: Value, right: Value) -> Value {
    if let Value::Either(each) = left {
        let each = each.into_iter().map(|(holds, value)| (holds, combined(operator, value, right.clone())));
        return Value::Either(each.collect());
    }
    if let Value::Either(each) = right {
        let each = each.into_iter().map(|(holds, value)| (holds, combined(operator, left.clone(), value)));
        return Value::Either(each.collect());
    }
    match (operator, left, right) {
        (Operator::Add, Value::Text(left), Value::Text(right)) => Value::Text(joined([left, right].concat())),
        (Operator::Add, Value::Bytes(left), Value::Bytes(right)) => Value::Bytes(joined([left, right].concat())),
        (Operator::Add, Value::Text(left), Value::Given) => Value::Text(joined([left, vec![Piece::Given]].concat())),
        (Operator::Add, Value::Given, Value::Text(right)) => Value::Text(joined([vec![Piece::Given], right].concat())),
        (Operator::Add, Value::Tuple(left), Value::Tuple(right)) => Value::Tuple([left, right].concat()),
        (Operator::Add, left @ Value::Of(..), right) => Value::Tuple(vec![left, right]),
        (Operator::Modulo, Value::Text(text), right) => Value::Text(filled(&text, right)),
        (Operator::Multiply, Value::Bytes(bytes), Value::Int(times)) => {
            match (bytes.as_slice(), usize::try_from(times)) {
                ([Piece::Bytes(bytes)], Ok(times)) if bytes.len().saturating_mul(times) <= MOST_REPEATED => {
                    Value::Bytes(vec![Piece::Bytes(bytes.repeat(times))])
                }
                _ => Value::Bytes(vec![Piece::Unknown]),
            }
        }
        (Operator::Multiply, Value::Bytes(_), _) => Value::Bytes(vec![Piece::Unknown]),
        (Operator::Multiply, Value::Text(text), Value::Int(times)) => match (text.as_slice(), usize::try_from(times)) {
            ([Piece::Text(text)], Ok(times)) if text.len().saturating_mul(times) <= MOST_REPEATED => {
                Value::text(text.repeat(times))
            }
            _ => Value::Text(vec![Piece::Unknown]),
        },
        (operator, Value::Int(left), Value::Int(right)) => {
            let result = match operator {
                Operator::Add => left.checked_add(right),
                Operator::Subtract => left.checked_sub(right),
                Operator::Multiply => left.checked_mul(right),
                Operator::ShiftLeft => {
                    u32::try_from(right).ok().filter(|by| *by < 62).and_then(|by| left.checked_shl(by))
                }
                Operator::Power => u32::try_from(right).ok().and_then(|by| left.checked_pow(by)),
                Operator::Or => Some(left | right),
                Operator::Modulo | Operator::Other => None,
            };
            result.map_or(Value::Unknown, Value::Int)
        }
        _ => Value::Unknown,
    }
}

/// `"%s from %s" % values`.
fn filled(text: &[Piece], values: Value) -> Vec<Piece> {
    let [Piece::Text(text)] = text else { return vec![Piece::Unknown] };
    let values = match values {
        Value::Tuple(values) => values,
        value => vec![value],
    };
    let mut values = values.into_iter();
    let mut pieces = Pieces::default();
    let mut rest = text.as_str();
    while let Some(at) = rest.find('%') {
        let (before, sign) = rest.split_at(at);
        pieces.text(before);
        let mut characters = sign.chars();
        characters.next();
        match characters.next() {
            Some('%') => pieces.text("%"),
            Some('s' | 'd' | 'i') => pieces.extend(values.next().map_or(vec![Piece::Unknown], |value| value.shown())),
            _ => pieces.extend(vec![Piece::Unknown]),
        }
        rest = characters.as_str();
    }
    pieces.text(rest);
    pieces.joined()
}
