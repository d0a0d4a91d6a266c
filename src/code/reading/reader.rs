//! What is known while a program is gone through.

use std::collections::HashMap;

use super::condition::Condition;
use super::facts::Facts;
use super::remark::{MAX_REMARKS, Remark, RemarkKind};
use super::tree::Function;
use super::value::{SocketNumber, Value};

/// Functions within functions are followed this far.
pub(super) const MAX_DEPTH: usize = 12;
/// As many statements and expressions are looked at, those of a function each time that it is called.
const MAX_STEPS: usize = 50_000;
/// A value of this many bytes counts as one more expression, and so do as many conditions: what a program makes of them in
/// all is bounded too.
const BYTES_A_STEP: usize = 1024;
const CONDITIONS_A_STEP: usize = 16;
/// Sockets of one program.
const MAX_SOCKETS: usize = 100;

pub(super) struct Reader<'t> {
    pub functions: HashMap<String, &'t Function>,
    /// The program's own names, and those of each function that is being followed.
    pub scopes: Vec<HashMap<String, Value>>,
    pub sockets: Vec<Facts>,
    pub remarks: Vec<Remark>,
    /// What must hold for the place that is looked at.
    pub conditions: Vec<Condition>,
    pub loops: Vec<Loop>,
    /// What the functions that are being followed give back.
    pub returns: Vec<Vec<(Vec<Condition>, Value)>>,
    /// Whose message was taken last.
    pub received: Option<SocketNumber>,
    /// Within what is done when a call fails.
    pub handles_errors: usize,
    /// Whether all of a library's names are there without it.
    pub has_all_of_socket: bool,
    steps: usize,
}

/// A loop around the place that is looked at.
#[derive(Clone, Debug)]
pub(super) struct Loop {
    /// How often, where that is known.
    pub times: Option<u32>,
    /// As often as is said from outside.
    pub is_given: bool,
    /// A message is taken in it.
    pub receives: bool,
}

impl<'t> Reader<'t> {
    pub fn new() -> Self {
        Self {
            functions: HashMap::new(),
            scopes: vec![HashMap::new()],
            sockets: Vec::new(),
            remarks: Vec::new(),
            conditions: Vec::new(),
            loops: Vec::new(),
            returns: Vec::new(),
            received: None,
            handles_errors: 0,
            has_all_of_socket: false,
            steps: 0,
        }
    }

    /// Whether more of the program is looked at.
    pub fn goes_on(&mut self) -> bool {
        self.steps += 1;
        self.steps < MAX_STEPS
    }

    /// The value, where it is not more than is followed.
    pub fn held(&mut self, value: Value) -> Value {
        let Some(weight) = value.weight() else { return Value::Unknown };
        self.steps += weight / BYTES_A_STEP;
        value
    }

    /// The conditions of this place, to be kept.
    pub fn kept_conditions(&mut self) -> Vec<Condition> {
        self.steps += self.conditions.len() / CONDITIONS_A_STEP;
        self.conditions.clone()
    }

    /// The names as they are here, to be kept.
    pub fn kept_scope(&mut self) -> HashMap<String, Value> {
        let scope = self.scopes.last().cloned().unwrap_or_default();
        let weight: usize = scope.values().filter_map(Value::weight).sum();
        self.steps += weight / BYTES_A_STEP;
        scope
    }

    pub fn remark(&mut self, line: u32, kind: RemarkKind) {
        let remark = Remark::new(line, kind);
        if self.remarks.len() < MAX_REMARKS && !self.remarks.contains(&remark) {
            self.remarks.push(remark);
        }
    }

    pub fn facts(&mut self, number: SocketNumber) -> Option<&mut Facts> {
        self.sockets.get_mut(number.0)
    }

    pub fn add_socket(&mut self, facts: Facts) -> Value {
        if self.sockets.len() >= MAX_SOCKETS {
            return Value::Unknown;
        }
        self.sockets.push(facts);
        Value::Socket(SocketNumber(self.sockets.len() - 1))
    }

    pub fn value_of(&self, name: &str) -> Value {
        let own = self.scopes.last().and_then(|scope| scope.get(name));
        let value = own.or_else(|| self.scopes.first().and_then(|scope| scope.get(name)));
        match value {
            Some(value) => value.clone(),
            None if self.functions.contains_key(name) => Value::Function(name.to_owned()),
            None if self.has_all_of_socket && is_of_socket(name) => Value::Library(format!("socket.{name}")),
            None => Value::Library(name.to_owned()),
        }
    }

    pub fn bind(&mut self, name: &str, value: Value) {
        if let Value::Socket(number) = value
            && let Some(facts) = self.facts(number)
            && facts.name.is_empty()
        {
            name.clone_into(&mut facts.name);
        }
        if let Some(scope) = self.scopes.last_mut() {
            scope.insert(name.to_owned(), value);
        }
    }
}

/// Whether that is one of the names that `from socket import *` brings.
fn is_of_socket(name: &str) -> bool {
    const FUNCTIONS: [&str; 9] = [
        "socket",
        "create_connection",
        "create_server",
        "gethostname",
        "gethostbyname",
        "getfqdn",
        "inet_aton",
        "inet_pton",
        "setdefaulttimeout",
    ];
    FUNCTIONS.contains(&name)
        || name.chars().all(|character| character.is_ascii_uppercase() || "_0123456789".contains(character))
}
