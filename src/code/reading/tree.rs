//! A Python program as far as it is looked at. What the parser calls its parts stands in [`super::parse`] alone.

/// Something with the line that it begins in, from 1.
#[derive(Clone, Debug)]
pub(super) struct At<T> {
    pub line: u32,
    pub what: T,
}

pub(super) type Expr = At<ExprKind>;
pub(super) type Stmt = At<StmtKind>;

#[derive(Clone, Debug)]
pub(super) enum ExprKind {
    Name(String),
    Text(String),
    Bytes(Vec<u8>),
    Int(i64),
    Bool(bool),
    None,
    /// Also a list, and a set.
    Tuple(Vec<Expr>),
    Dict(Vec<(Expr, Expr)>),
    Attribute(Box<Expr>, String),
    /// With the arguments that have names.
    Call(Box<Expr>, Vec<Expr>, Vec<(String, Expr)>),
    Binary(Operator, Box<Expr>, Box<Expr>),
    /// Each is compared with what stands before it.
    Compare(Box<Expr>, Vec<(Comparison, Expr)>),
    And(Vec<Expr>),
    Or(Vec<Expr>),
    Not(Box<Expr>),
    /// A text with expressions in it.
    Format(Vec<Expr>),
    /// The test, what it is then, and else.
    Either(Box<Expr>, Box<Expr>, Box<Expr>),
    Subscript(Box<Expr>, Box<Expr>),
    Starred(Box<Expr>),
    /// `name := value`.
    Named(String, Box<Expr>),
    /// `lambda: value`.
    Lambda(Box<Expr>),
    /// Something that is not looked at, with what stands in it.
    Other(Vec<Expr>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operator {
    Add,
    Subtract,
    Multiply,
    /// Of a text: it is filled in.
    Modulo,
    ShiftLeft,
    Power,
    Or,
    Other,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Comparison {
    /// `==` and `is`.
    Equal,
    /// `!=` and `is not`.
    Unequal,
    In,
    NotIn,
    Other,
}

#[derive(Clone, Debug)]
pub(super) enum StmtKind {
    Expr(Expr),
    Assign(Vec<Expr>, Expr),
    /// `+=`; others are not looked at.
    Append(Expr, Expr),
    /// Each branch with its test; the last may have none.
    If(Vec<(Option<Expr>, Vec<Stmt>)>),
    While(Expr, Vec<Stmt>),
    For(Expr, Expr, Vec<Stmt>),
    /// Each thing with the name that it gets.
    With(Vec<(Expr, Option<Expr>)>, Vec<Stmt>),
    /// What is tried, what is done when it fails, and what is done in the end.
    Try(Vec<Stmt>, Vec<Vec<Stmt>>, Vec<Stmt>),
    Def(Function),
    Class(String),
    Return(Option<Expr>),
    Break,
    Continue,
    /// `import module as name`; a dotted module by its dots.
    Import(Vec<(String, String)>),
    /// `from module import name as other`; `*` is all of it.
    ImportFrom(String, Vec<(String, String)>),
    Other,
}

#[derive(Clone, Debug)]
pub(super) struct Function {
    pub name: String,
    /// With what they are where nothing is given.
    pub parameters: Vec<(String, Option<Expr>)>,
    pub body: Vec<Stmt>,
}
