//! Statement by statement, each branch under its condition.

use std::collections::HashMap;

use super::condition::Condition;
use super::reader::{Loop, MAX_DEPTH, Reader};
use super::remark::RemarkKind;
use super::tree::{Comparison, Expr, ExprKind, Function, Stmt, StmtKind};
use super::value::{Piece, Value, joined};

/// What a statement says of those behind it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Flow {
    GoesOn,
    /// They are not done: it has left the loop or the function.
    Left,
}

type Scope = HashMap<String, Value>;

impl<'t> Reader<'t> {
    /// All functions are known before any is called.
    pub fn learn(&mut self, body: &'t [Stmt]) {
        for stmt in body {
            match &stmt.what {
                StmtKind::Def(function) => {
                    self.functions.insert(function.name.clone(), function);
                    self.learn(&function.body);
                }
                StmtKind::If(branches) => branches.iter().for_each(|(_, body)| self.learn(body)),
                StmtKind::Try(body, handlers, last) => {
                    self.learn(body);
                    handlers.iter().for_each(|body| self.learn(body));
                    self.learn(last);
                }
                StmtKind::With(_, body) => self.learn(body),
                _ => {}
            }
        }
    }

    pub fn block(&mut self, body: &'t [Stmt]) -> Flow {
        let outside = self.conditions.len();
        let mut flow = Flow::GoesOn;
        for stmt in body {
            flow = self.stmt(stmt);
            if flow == Flow::Left {
                break;
            }
        }
        self.conditions.truncate(outside);
        flow
    }

    fn stmt(&mut self, stmt: &'t Stmt) -> Flow {
        if !self.goes_on() {
            self.remark(stmt.line, RemarkKind::TooDeep);
            return Flow::Left;
        }
        match &stmt.what {
            StmtKind::Expr(expr) => {
                self.eval(expr);
                if is_exit(expr) {
                    self.exit();
                    return Flow::Left;
                }
            }
            StmtKind::Assign(targets, value) => {
                let value = self.eval(value);
                targets.iter().for_each(|target| self.assign(target, value.clone()));
            }
            StmtKind::Append(target, value) => {
                let (before, value) = (self.eval(target), self.eval(value));
                let sum = appended(before, &value);
                let sum = self.held(sum);
                self.assign(target, sum);
            }
            StmtKind::If(branches) => return self.branches(branches),
            StmtKind::While(test, body) => self.while_loop(test, body),
            StmtKind::For(target, list, body) => self.for_loop(target, list, body),
            StmtKind::With(items, body) => {
                for (expr, name) in items {
                    let value = self.eval(expr);
                    if let Some(name) = name {
                        self.assign(name, value);
                    }
                }
                return self.inner(body);
            }
            StmtKind::Try(body, handlers, last) => {
                let flow = self.inner(body);
                self.handles_errors += 1;
                for handler in handlers {
                    self.block(handler);
                }
                self.handles_errors -= 1;
                self.block(last);
                return flow;
            }
            StmtKind::Class(name) => self.remark(stmt.line, RemarkKind::Class(name.clone())),
            StmtKind::Return(value) => {
                let given = value.as_ref().map_or(Value::None, |value| self.eval(value));
                let leaves = matches!(given, Value::None | Value::Bool(false));
                let conditions = self.kept_conditions();
                if let Some(returns) = self.returns.last_mut() {
                    returns.push((conditions, given));
                }
                if leaves {
                    self.exit();
                }
                return Flow::Left;
            }
            StmtKind::Break => {
                if self.loops.last().is_some_and(|around| around.receives) {
                    self.exit();
                }
                return Flow::Left;
            }
            StmtKind::Continue => return Flow::Left,
            StmtKind::Import(modules) => {
                for (module, name) in modules {
                    self.import(stmt.line, module);
                    self.bind(name, Value::Library(module.clone()));
                }
            }
            StmtKind::ImportFrom(module, names) => {
                self.import(stmt.line, module);
                for (name, other) in names {
                    if name == "*" {
                        self.has_all_of_socket |= module == "socket";
                    } else {
                        self.bind(other, Value::Library(format!("{module}.{name}")));
                    }
                }
            }
            StmtKind::Def(_) | StmtKind::Other => {}
        }
        Flow::GoesOn
    }

    /// A block whose conditions hold for what is behind it too.
    fn inner(&mut self, body: &'t [Stmt]) -> Flow {
        for stmt in body {
            if self.stmt(stmt) == Flow::Left {
                return Flow::Left;
            }
        }
        Flow::GoesOn
    }

    fn import(&mut self, line: u32, module: &str) {
        let first = module.split('.').next().unwrap_or(module);
        if ["asyncio", "socketserver", "selectors", "ssl", "twisted", "trio", "http", "urllib", "requests"]
            .contains(&first)
        {
            self.remark(line, RemarkKind::Library(module.to_owned()));
        }
    }

    /// The conversation, or the whole program, ends here.
    fn exit(&mut self) {
        if self.handles_errors > 0 {
            return;
        }
        let conditions = self.kept_conditions();
        if let Some(facts) = self.received.and_then(|number| self.facts(number)) {
            facts.ends(&conditions);
        }
    }

    fn branches(&mut self, branches: &'t [(Option<Expr>, Vec<Stmt>)]) -> Flow {
        let outside = self.conditions.len();
        let mut excluded: Vec<Condition> = Vec::new();
        let mut ends: Vec<(Vec<Condition>, Scope, Flow)> = Vec::new();
        let mut before = self.kept_scope();
        let mut has_else = false;
        for (test, body) in branches {
            self.set_scope(before.clone());
            let narrowed = test.as_ref().and_then(|test| self.narrowed(test));
            let condition = match (test, &narrowed) {
                (None, _) => {
                    has_else = true;
                    Condition::Always
                }
                (Some(_), Some(_)) => Condition::Always,
                (Some(test), None) => self.condition(test),
            };
            // What the test binds is bound after it too.
            before = self.kept_scope();
            if let Some((name, then, _)) = &narrowed {
                self.bind(name, then.clone());
            }
            let holds = [excluded.clone(), vec![condition.clone()]].concat();
            self.conditions.extend(holds.iter().filter(|condition| **condition != Condition::Always).cloned());
            let flow = self.block(body);
            self.conditions.truncate(outside);
            ends.push((holds, self.kept_scope(), flow));
            if condition == Condition::Always && narrowed.is_none() {
                has_else = true;
                break;
            }
            excluded.push(condition.not());
            if let Some((name, _, otherwise)) = narrowed {
                before.insert(name, otherwise);
            }
        }
        if !has_else {
            ends.push((excluded, before.clone(), Flow::GoesOn));
        }
        let stays: Vec<&(Vec<Condition>, Scope, Flow)> =
            ends.iter().filter(|(_, _, flow)| *flow == Flow::GoesOn).collect();
        if stays.is_empty() {
            self.set_scope(before);
            return Flow::Left;
        }
        let scope = merged(&stays);
        let scope = scope.into_iter().map(|(name, value)| (name, self.held(value))).collect();
        self.set_scope(scope);
        // Behind it those are left whose branch has not left.
        let left = ends.iter().filter(|(_, _, flow)| *flow == Flow::Left);
        let not: Vec<Condition> =
            left.filter_map(|(holds, _, _)| holds.last()).map(|condition| condition.clone().not()).collect();
        self.conditions.extend(not.into_iter().filter(|condition| *condition != Condition::Unknown));
        Flow::GoesOn
    }

    /// A test that says which of the sockets that are ready it is: its name, and what it is then and else.
    fn narrowed(&mut self, test: &'t Expr) -> Option<(String, Value, Value)> {
        let ExprKind::Compare(left, others) = &test.what else { return None };
        let [(Comparison::Equal, right)] = others.as_slice() else { return None };
        let ExprKind::Name(name) = &left.what else { return None };
        match (self.value_of(name), self.eval(right)) {
            (Value::Ready, Value::Socket(number)) => {
                Some((name.clone(), Value::Socket(number), Value::Connection(number)))
            }
            _ => None,
        }
    }

    fn set_scope(&mut self, scope: Scope) {
        if let Some(last) = self.scopes.last_mut() {
            *last = scope;
        }
    }

    fn while_loop(&mut self, test: &'t Expr, body: &'t [Stmt]) {
        self.loops.push(Loop { times: None, is_given: false, receives: false });
        let condition = self.condition(test);
        let outside = self.conditions.len();
        if condition != Condition::Always {
            self.conditions.push(condition.clone());
        }
        self.block(body);
        self.conditions.truncate(outside);
        let around = self.loops.pop();
        // `while message != "exit"`: with that it ends.
        let words = condition.not().words().unwrap_or_default();
        if around.is_some_and(|around| around.receives)
            && !words.is_empty()
            && let Some(facts) = self.received.and_then(|number| self.facts(number))
        {
            facts.quits.extend(words.into_iter().filter(|word| !word.is_empty()));
        }
    }

    fn for_loop(&mut self, target: &'t Expr, list: &'t Expr, body: &'t [Stmt]) {
        // What is called again and again until it gives the same: `iter(lambda: sock.recv(1024), b"")`.
        let again = match &list.what {
            ExprKind::Call(function, arguments, _) => match (&function.what, arguments.as_slice()) {
                (ExprKind::Name(name), [call, _]) if name == "iter" => match &call.what {
                    ExprKind::Lambda(value) => Some(&**value),
                    _ => None,
                },
                _ => None,
            },
            _ => None,
        };
        let list = if again.is_some() { Value::Unknown } else { self.eval(list) };
        let (times, is_given) = match &list {
            Value::Of(inner, name) if name == "range" => match **inner {
                Value::Int(times) => (u32::try_from(times).ok(), false),
                Value::Given | Value::Unknown => (None, true),
                _ => (None, false),
            },
            Value::Tuple(all) => (u32::try_from(all.len()).ok(), false),
            _ => (None, false),
        };
        self.loops.push(Loop { times, is_given, receives: false });
        let each = match (again, &list) {
            (Some(value), _) => self.eval(value),
            (None, Value::Ready) => Value::Ready,
            // Each is done with once, as if there were no others.
            (None, Value::Tuple(all)) => all.first().cloned().unwrap_or(Value::Unknown),
            (None, Value::Given) => Value::Text(vec![Piece::Given]),
            (None, Value::File(name)) => Value::Bytes(vec![Piece::Contents(name.clone())]),
            (None, _) => Value::Unknown,
        };
        self.assign(target, each);
        self.block(body);
        self.loops.pop();
    }

    pub fn assign(&mut self, target: &Expr, value: Value) {
        match &target.what {
            ExprKind::Name(name) => self.bind(name, value),
            ExprKind::Tuple(targets) => {
                let values = match value {
                    Value::Tuple(values) => values,
                    Value::Peer => vec![Value::PeerHost, Value::PeerPort],
                    Value::Ready => vec![Value::Ready; targets.len()],
                    Value::Given => vec![Value::Given; targets.len()],
                    _ => Vec::new(),
                };
                let mut values = values.into_iter();
                for target in targets {
                    match &target.what {
                        ExprKind::Starred(inner) => self.assign(inner, Value::Given),
                        _ => {
                            let value = values.next().unwrap_or(Value::Unknown);
                            self.assign(target, value);
                        }
                    }
                }
            }
            _ => {}
        }
    }

    /// Does what a function of the program does; gives what it gives back.
    pub fn call_function(
        &mut self,
        line: u32,
        name: &str,
        arguments: Vec<Value>,
        named: Vec<(String, Value)>,
    ) -> Value {
        let Some(function) = self.functions.get(name).copied() else { return Value::Unknown };
        if self.returns.len() >= MAX_DEPTH {
            self.remark(line, RemarkKind::TooDeep);
            return Value::Unknown;
        }
        let scope = self.parameters(function, arguments, named);
        self.scopes.push(scope);
        self.returns.push(Vec::new());
        let outside = self.conditions.len();
        self.block(&function.body);
        self.conditions.truncate(outside);
        self.scopes.pop();
        let mut returns = self.returns.pop().unwrap_or_default();
        // What had to hold before it was called is no condition of what it gives.
        for (conditions, _) in &mut returns {
            *conditions = conditions.split_off(outside.min(conditions.len()));
        }
        match returns.len() {
            0 => Value::None,
            1 => returns.remove(0).1,
            _ => Value::Either(returns),
        }
    }

    fn parameters(&mut self, function: &'t Function, arguments: Vec<Value>, named: Vec<(String, Value)>) -> Scope {
        let mut scope = Scope::new();
        for (name, default) in &function.parameters {
            let value = default.as_ref().map_or(Value::Unknown, |default| self.eval(default));
            scope.insert(name.clone(), value);
        }
        let names = function.parameters.iter().map(|(name, _)| name.clone());
        scope.extend(names.zip(arguments));
        scope.extend(named);
        scope
    }
}

/// `sys.exit()`, `exit()`, `quit()`.
fn is_exit(expr: &Expr) -> bool {
    let ExprKind::Call(function, ..) = &expr.what else { return false };
    match &function.what {
        ExprKind::Name(name) => name == "exit" || name == "quit",
        ExprKind::Attribute(of, name) => {
            matches!(&of.what, ExprKind::Name(module) if module == "sys" || module == "os")
                && (name == "exit" || name == "_exit")
        }
        _ => false,
    }
}

/// `before += value`. A message that is put together from its pieces is the message.
fn appended(before: Value, value: &Value) -> Value {
    let pieces = |before: &[Piece], more: &[Piece]| {
        let mut all = joined([before, more].concat());
        all.dedup_by(|one, other| matches!((one, other), (Piece::Message, Piece::Message)));
        all
    };
    match (&before, value) {
        (Value::Text(before), Value::Text(more)) => Value::Text(pieces(before, more)),
        (Value::Bytes(before), Value::Bytes(more)) => Value::Bytes(pieces(before, more)),
        (Value::Int(before), Value::Int(more)) => Value::Int(before.saturating_add(*more)),
        _ => Value::Unknown,
    }
}

/// The names after branches: what differs depends on which was gone through.
fn merged(ends: &[&(Vec<Condition>, Scope, Flow)]) -> Scope {
    let Some((first, others)) = ends.split_first() else { return Scope::new() };
    let mut scope = first.1.clone();
    let names: Vec<String> = others.iter().flat_map(|end| end.1.keys().cloned()).chain(scope.keys().cloned()).collect();
    for name in names {
        let values: Vec<Option<&Value>> = ends.iter().map(|end| end.1.get(&name)).collect();
        if values.iter().all(|value| *value == values[0]) {
            continue;
        }
        let each = ends.iter().filter_map(|end| Some((end.0.clone(), end.1.get(&name)?.clone()))).collect();
        scope.insert(name, Value::Either(each));
    }
    scope
}
