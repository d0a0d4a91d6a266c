//! The only place that knows the parser (tree-sitter with its grammar of Python) and the names that it has for the parts of
//! a program. The parser goes on after a mistake; a program with one is refused with its place.

use tree_sitter::{Node, ParseOptions, Parser};

use super::literal::{Literal, number, string};
use super::remark::ReadingError;
use super::tree::{At, Comparison, Expr, ExprKind, Function, Operator, Stmt, StmtKind};

/// How often the parser may report that it is still at work: what is no Python at all can take it long.
const MOST_REPORTS: usize = 4_000;

/// The statements of a program.
pub(super) fn parse(text: &str) -> Result<Vec<Stmt>, ReadingError> {
    let mut parser = Parser::new();
    let language = tree_sitter_python::LANGUAGE.into();
    parser.set_language(&language).map_err(|_| ReadingError::NoMemory)?;
    let mut reports = 0;
    let mut report = |_: &tree_sitter::ParseState| {
        reports += 1;
        if reports < MOST_REPORTS { std::ops::ControlFlow::Continue(()) } else { std::ops::ControlFlow::Break(()) }
    };
    let options = ParseOptions::new().progress_callback(&mut report);
    let bytes = text.as_bytes();
    let parsed = parser.parse_with_options(&mut |at, _| bytes.get(at..).unwrap_or_default(), None, Some(options));
    let tree = parsed.ok_or(ReadingError::Syntax { line: 1, column: 1 })?;
    let root = tree.root_node();
    if let Some((line, column)) = mistake(root, text) {
        return Err(ReadingError::Syntax { line, column });
    }
    Ok(Source(text).body(root))
}

/// The first place that is no Python, from 1; columns are characters.
fn mistake(root: Node<'_>, text: &str) -> Option<(u32, u32)> {
    if !root.has_error() {
        return None;
    }
    let mut node = root;
    while !node.is_error() && !node.is_missing() {
        let mut cursor = node.walk();
        let wrong = |child: &Node<'_>| child.has_error() || child.is_error() || child.is_missing();
        match node.children(&mut cursor).find(wrong) {
            Some(child) => node = child,
            None => break,
        }
    }
    let at = node.start_position();
    let start = node.start_byte().saturating_sub(at.column);
    let before = text.get(start..node.start_byte()).map_or(0, |before| before.chars().count());
    Some((number_of(at.row), number_of(before)))
}

fn number_of(from_zero: usize) -> u32 {
    u32::try_from(from_zero).unwrap_or(u32::MAX).saturating_add(1)
}

struct Source<'t>(&'t str);

impl Source<'_> {
    fn text(&self, node: Node<'_>) -> &str {
        self.0.get(node.byte_range()).unwrap_or_default()
    }

    fn name(&self, node: Option<Node<'_>>) -> String {
        node.map(|node| self.text(node).to_owned()).unwrap_or_default()
    }

    fn body(&self, block: Node<'_>) -> Vec<Stmt> {
        named(block).into_iter().filter_map(|node| self.stmt(node)).collect()
    }

    fn block(&self, block: Option<Node<'_>>) -> Vec<Stmt> {
        block.map(|block| self.body(block)).unwrap_or_default()
    }

    fn stmt(&self, node: Node<'_>) -> Option<Stmt> {
        let field = |name: &str| node.child_by_field_name(name);
        let what = match node.kind() {
            "comment" => return None,
            "expression_statement" => return self.expression_statement(node),
            "if_statement" => StmtKind::If(self.branches(node)),
            "while_statement" => StmtKind::While(self.field(node, "condition"), self.block(field("body"))),
            "for_statement" => {
                StmtKind::For(self.field(node, "left"), self.field(node, "right"), self.block(field("body")))
            }
            "with_statement" => StmtKind::With(self.with_items(node), self.block(field("body"))),
            "try_statement" => self.try_statement(node),
            "function_definition" => StmtKind::Def(Function {
                name: self.name(field("name")),
                parameters: field("parameters").map(|all| self.parameters(all)).unwrap_or_default(),
                body: self.block(field("body")),
            }),
            "decorated_definition" => return field("definition").and_then(|inner| self.stmt(inner)),
            "class_definition" => StmtKind::Class(self.name(field("name"))),
            "return_statement" => StmtKind::Return(named(node).first().map(|value| self.expr(*value))),
            "break_statement" => StmtKind::Break,
            "continue_statement" => StmtKind::Continue,
            "import_statement" => StmtKind::Import(self.imports(&fields(node, "name"))),
            "import_from_statement" => {
                let mut names = self.imports(&fields(node, "name"));
                if named(node).iter().any(|child| child.kind() == "wildcard_import") {
                    names.push(("*".to_owned(), "*".to_owned()));
                }
                StmtKind::ImportFrom(self.name(field("module_name")), names)
            }
            // Where it fails nothing more is done.
            "raise_statement" => StmtKind::Return(Some(At { line: line(node), what: ExprKind::Bool(true) })),
            _ => StmtKind::Other,
        };
        Some(At { line: line(node), what })
    }

    fn expression_statement(&self, node: Node<'_>) -> Option<Stmt> {
        let children = named(node);
        let inner = *children.first()?;
        let what = match inner.kind() {
            "assignment" => {
                let mut targets = vec![self.field(inner, "left")];
                let mut value = inner.child_by_field_name("right");
                while let Some(next) = value.filter(|value| value.kind() == "assignment") {
                    targets.push(self.field(next, "left"));
                    value = next.child_by_field_name("right");
                }
                match value {
                    Some(value) => StmtKind::Assign(targets, self.expr(value)),
                    None => StmtKind::Other,
                }
            }
            "augmented_assignment" => {
                let is_more = inner.child_by_field_name("operator").is_some_and(|node| self.text(node) == "+=");
                let (left, right) = (self.field(inner, "left"), self.field(inner, "right"));
                if is_more { StmtKind::Append(left, right) } else { StmtKind::Expr(right) }
            }
            _ if children.len() > 1 => {
                let all = children.into_iter().map(|child| self.expr(child)).collect();
                StmtKind::Expr(At { line: line(node), what: ExprKind::Other(all) })
            }
            _ => StmtKind::Expr(self.expr(inner)),
        };
        Some(At { line: line(node), what })
    }

    fn branches(&self, node: Node<'_>) -> Vec<(Option<Expr>, Vec<Stmt>)> {
        let body = |of: Node<'_>, name: &str| self.block(of.child_by_field_name(name));
        let first = (Some(self.field(node, "condition")), body(node, "consequence"));
        let others = fields(node, "alternative").into_iter().map(|clause| match clause.kind() {
            "elif_clause" => (Some(self.field(clause, "condition")), body(clause, "consequence")),
            _ => (None, body(clause, "body")),
        });
        [first].into_iter().chain(others).collect()
    }

    fn with_items(&self, node: Node<'_>) -> Vec<(Expr, Option<Expr>)> {
        let clause = named(node).into_iter().find(|child| child.kind() == "with_clause");
        let mut items: Vec<Node<'_>> = clause.map(named).unwrap_or_default();
        // In parentheses they may be taken for a tuple.
        if let [one] = items.as_slice()
            && let Some(tuple) = one.child_by_field_name("value").filter(|value| value.kind() == "tuple")
        {
            items = named(tuple);
        }
        let each = items.into_iter().map(|item| {
            let value = item.child_by_field_name("value").unwrap_or(item);
            if value.kind() != "as_pattern" {
                return (self.expr(value), None);
            }
            let parts = named(value);
            let name = value.child_by_field_name("alias").and_then(|alias| named(alias).first().copied());
            let thing = parts.first().map_or_else(|| other(value), |thing| self.expr(*thing));
            (thing, name.map(|name| self.expr(name)))
        });
        each.collect()
    }

    fn try_statement(&self, node: Node<'_>) -> StmtKind {
        let mut tried = self.block(node.child_by_field_name("body"));
        let (mut handlers, mut last) = (Vec::new(), Vec::new());
        for clause in named(node) {
            let block = named(clause).into_iter().rev().find(|child| child.kind() == "block");
            match clause.kind() {
                "except_clause" | "except_group_clause" => handlers.push(self.block(block)),
                "else_clause" => tried.extend(self.block(clause.child_by_field_name("body"))),
                "finally_clause" => last.extend(self.block(block)),
                _ => {}
            }
        }
        StmtKind::Try(tried, handlers, last)
    }

    fn parameters(&self, node: Node<'_>) -> Vec<(String, Option<Expr>)> {
        let each = named(node).into_iter().filter_map(|parameter| {
            let value = parameter.child_by_field_name("value").map(|value| self.expr(value));
            match parameter.kind() {
                "identifier" => Some((self.text(parameter).to_owned(), None)),
                "default_parameter" | "typed_default_parameter" => {
                    Some((self.name(parameter.child_by_field_name("name")), value))
                }
                "typed_parameter" => Some((self.name(named(parameter).first().copied()), None)),
                _ => None,
            }
        });
        each.collect()
    }

    fn imports(&self, names: &[Node<'_>]) -> Vec<(String, String)> {
        let each = names.iter().map(|name| {
            let (module, alias) = (name.child_by_field_name("name"), name.child_by_field_name("alias"));
            let own = self.name(module.or(Some(*name)));
            (own.clone(), alias.map_or(own, |alias| self.text(alias).to_owned()))
        });
        each.collect()
    }

    fn field(&self, node: Node<'_>, name: &str) -> Expr {
        node.child_by_field_name(name).map_or_else(|| other(node), |child| self.expr(child))
    }

    fn boxed(&self, node: Node<'_>, name: &str) -> Box<Expr> {
        Box::new(self.field(node, name))
    }

    fn all(&self, node: Node<'_>) -> Vec<Expr> {
        named(node).into_iter().filter(|child| child.kind() != "comment").map(|child| self.expr(child)).collect()
    }

    fn expr(&self, node: Node<'_>) -> Expr {
        let what = match node.kind() {
            "identifier" => ExprKind::Name(self.text(node).to_owned()),
            "string" => self.string(node),
            "concatenated_string" => self.strings(node),
            "integer" => number(self.text(node)).map_or(ExprKind::Other(Vec::new()), ExprKind::Int),
            "true" => ExprKind::Bool(true),
            "false" => ExprKind::Bool(false),
            "none" => ExprKind::None,
            "tuple" | "list" | "set" | "expression_list" | "pattern_list" | "tuple_pattern" | "list_pattern" => {
                ExprKind::Tuple(self.all(node))
            }
            "parenthesized_expression" | "await" => match self.all(node).into_iter().next() {
                Some(inner) => return inner,
                None => ExprKind::Other(Vec::new()),
            },
            "dictionary" => {
                let pairs = named(node).into_iter().filter(|child| child.kind() == "pair");
                ExprKind::Dict(pairs.map(|pair| (self.field(pair, "key"), self.field(pair, "value"))).collect())
            }
            "attribute" => {
                ExprKind::Attribute(self.boxed(node, "object"), self.name(node.child_by_field_name("attribute")))
            }
            "call" => self.call(node),
            "binary_operator" => {
                let sign = node.child_by_field_name("operator").map_or("", |sign| self.text(sign));
                let operator = match sign {
                    "+" => Operator::Add,
                    "-" => Operator::Subtract,
                    "*" => Operator::Multiply,
                    "%" => Operator::Modulo,
                    "<<" => Operator::ShiftLeft,
                    "**" => Operator::Power,
                    "|" => Operator::Or,
                    _ => Operator::Other,
                };
                ExprKind::Binary(operator, self.boxed(node, "left"), self.boxed(node, "right"))
            }
            "comparison_operator" => self.comparison(node),
            "boolean_operator" => {
                let both = vec![self.field(node, "left"), self.field(node, "right")];
                let is_and = node.child_by_field_name("operator").is_some_and(|sign| self.text(sign) == "and");
                if is_and { ExprKind::And(both) } else { ExprKind::Or(both) }
            }
            "not_operator" => ExprKind::Not(self.boxed(node, "argument")),
            "unary_operator" => {
                let sign = node.child_by_field_name("operator").map_or("", |sign| self.text(sign));
                match (sign, self.field(node, "argument")) {
                    ("-", At { what: ExprKind::Int(value), .. }) => ExprKind::Int(value.saturating_neg()),
                    (_, inner) => ExprKind::Other(vec![inner]),
                }
            }
            "conditional_expression" => {
                let mut parts = self.all(node).into_iter().map(Box::new);
                match (parts.next(), parts.next(), parts.next()) {
                    (Some(then), Some(test), Some(otherwise)) => ExprKind::Either(test, then, otherwise),
                    _ => ExprKind::Other(Vec::new()),
                }
            }
            "subscript" => ExprKind::Subscript(self.boxed(node, "value"), self.boxed(node, "subscript")),
            "list_splat" | "list_splat_pattern" => match self.all(node).into_iter().next() {
                Some(inner) => ExprKind::Starred(Box::new(inner)),
                None => ExprKind::Other(Vec::new()),
            },
            "named_expression" => {
                ExprKind::Named(self.name(node.child_by_field_name("name")), self.boxed(node, "value"))
            }
            "lambda" => ExprKind::Lambda(self.boxed(node, "body")),
            "slice" => ExprKind::Other(Vec::new()),
            _ => ExprKind::Other(self.all(node)),
        };
        At { line: line(node), what }
    }

    fn call(&self, node: Node<'_>) -> ExprKind {
        let (mut arguments, mut by_name) = (Vec::new(), Vec::new());
        for argument in node.child_by_field_name("arguments").map(named).unwrap_or_default() {
            match argument.kind() {
                "comment" | "dictionary_splat" => {}
                "keyword_argument" => {
                    by_name.push((self.name(argument.child_by_field_name("name")), self.field(argument, "value")));
                }
                _ => arguments.push(self.expr(argument)),
            }
        }
        ExprKind::Call(self.boxed(node, "function"), arguments, by_name)
    }

    /// `a < b <= c`: each with what stands before it.
    fn comparison(&self, node: Node<'_>) -> ExprKind {
        let signs = fields(node, "operators").into_iter().map(|sign| match self.text(sign) {
            "==" | "is" => Comparison::Equal,
            "!=" | "<>" | "is not" => Comparison::Unequal,
            "in" => Comparison::In,
            "not in" => Comparison::NotIn,
            _ => Comparison::Other,
        });
        let mut all = self.all(node).into_iter();
        match all.next() {
            Some(first) => ExprKind::Compare(Box::new(first), signs.zip(all).collect()),
            None => ExprKind::Other(Vec::new()),
        }
    }

    fn string(&self, node: Node<'_>) -> ExprKind {
        let mut parts = Vec::new();
        let mut start = "";
        for child in named(node) {
            match child.kind() {
                "string_start" => start = self.text(child),
                "string_content" => parts.push(match string(start, self.text(child)) {
                    Literal::Text(text) => At { line: line(child), what: ExprKind::Text(text) },
                    Literal::Bytes(bytes) => At { line: line(child), what: ExprKind::Bytes(bytes) },
                }),
                "interpolation" => parts.push(self.field(child, "expression")),
                _ => {}
            }
        }
        let is_bytes = start.to_ascii_lowercase().contains('b');
        match parts.len() {
            0 if is_bytes => ExprKind::Bytes(Vec::new()),
            0 => ExprKind::Text(String::new()),
            1 if matches!(parts[0].what, ExprKind::Text(_) | ExprKind::Bytes(_)) => parts.remove(0).what,
            _ => ExprKind::Format(parts),
        }
    }

    /// Strings one behind the other are one.
    fn strings(&self, node: Node<'_>) -> ExprKind {
        let parts = self.all(node);
        let bytes: Option<Vec<&[u8]>> = parts
            .iter()
            .map(|part| match &part.what {
                ExprKind::Bytes(bytes) => Some(bytes.as_slice()),
                _ => None,
            })
            .collect();
        match bytes {
            Some(bytes) => ExprKind::Bytes(bytes.concat()),
            None => ExprKind::Format(parts),
        }
    }
}

fn line(node: Node<'_>) -> u32 {
    number_of(node.start_position().row)
}

fn other(node: Node<'_>) -> Expr {
    At { line: line(node), what: ExprKind::Other(Vec::new()) }
}

fn named(node: Node<'_>) -> Vec<Node<'_>> {
    let mut cursor = node.walk();
    node.named_children(&mut cursor).collect()
}

fn fields<'t>(node: Node<'t>, name: &str) -> Vec<Node<'t>> {
    let mut cursor = node.walk();
    node.children_by_field_name(name, &mut cursor).collect()
}
