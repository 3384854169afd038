//! The expressions of definitions: small, total, type-checked when the definition is loaded.
//!
//! `or`, `and`, `not`, comparisons, `in`, `+` and `-` over facts (`claims.outstanding`), form fields (`form.reason`),
//! the move itself (`move.occurred_at`) and literals (`3`, `1000.00元`, `100000分`, `'text'`, `2026-01-01`, `true`,
//! `['a', 'b']`, `codes(conclusion, leaves_outstanding)`). There are no loops and no calls, so every expression ends.
//! A value that is not there is never guessed: it is a refusal; `has(x)` asks whether it is there.

mod eval;
mod parse;

pub use eval::{Env, Fault};
pub use parse::parse;

use super::value::{Value, ValueType};
use crate::law::Fen;
use std::collections::BTreeSet;
use std::fmt;

/// A comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cmp {
    /// `==`
    Eq,
    /// `!=`
    Ne,
    /// `<`
    Lt,
    /// `<=`
    Le,
    /// `>`
    Gt,
    /// `>=`
    Ge,
}
impl Cmp {
    fn sign(self) -> &'static str {
        match self {
            Self::Eq => "==",
            Self::Ne => "!=",
            Self::Lt => "<",
            Self::Le => "<=",
            Self::Gt => ">",
            Self::Ge => ">=",
        }
    }
}

/// An expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expr {
    /// A literal; a list of literals too.
    Lit(Value),
    /// A named value.
    Ref(String),
    /// Whether a named value is there.
    Has(String),
    /// The codes of a list that carry a tag; replaced by a literal list when checked.
    Codes(String, String),
    /// Not.
    Not(Box<Expr>),
    /// Both; the second is not looked at when the first is false.
    And(Box<Expr>, Box<Expr>),
    /// Either; the second is not looked at when the first is true.
    Or(Box<Expr>, Box<Expr>),
    /// A comparison.
    Compare(Cmp, Box<Expr>, Box<Expr>),
    /// Membership.
    In(Box<Expr>, Box<Expr>),
    /// Sum of numbers, of amounts, or of a day and a number of days.
    Add(Box<Expr>, Box<Expr>),
    /// Difference of the same.
    Sub(Box<Expr>, Box<Expr>),
}

/// What an expression may refer to while it is checked.
pub trait Scope {
    /// The type of a name, or `None` when there is no such name.
    fn ty(&self, name: &str) -> Option<ValueType>;
    /// The codes of `list` that carry `tag`; `None` when there is no such list or no code carries it.
    fn codes(&self, list: &str, tag: &str) -> Option<Vec<String>>;
}

/// What is wrong with an expression: catalogue code `check.<code>` and its `{detail}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The code.
    pub code: &'static str,
    /// The word concerned.
    pub detail: String,
}
impl Problem {
    fn new(code: &'static str, detail: impl Into<String>) -> Self {
        Self { code, detail: detail.into() }
    }
}

/// The Chinese name of a type.
#[must_use]
pub fn type_name(ty: ValueType) -> &'static str {
    match ty {
        ValueType::Bool => "是否",
        ValueType::Int => "整数",
        ValueType::Money => "金额",
        ValueType::Text => "文字",
        ValueType::Day => "日期",
        ValueType::At => "时刻",
        ValueType::Id => "编号",
        ValueType::List => "列表",
    }
}

impl Expr {
    /// Checks names and types; gives the expression with code lists and bare amounts resolved, and its type.
    ///
    /// # Errors
    /// The first problem found.
    pub fn check(self, scope: &dyn Scope) -> Result<(Self, ValueType), Problem> {
        match self {
            Self::Lit(v) => {
                let ty = v.ty();
                Ok((Self::Lit(v), ty))
            }
            Self::Ref(name) => match scope.ty(&name) {
                Some(ty) => Ok((Self::Ref(name), ty)),
                None => Err(Problem::new("unknown_name", name)),
            },
            Self::Has(name) => match scope.ty(&name) {
                Some(_) => Ok((Self::Has(name), ValueType::Bool)),
                None => Err(Problem::new("unknown_name", name)),
            },
            Self::Codes(list, tag) => match scope.codes(&list, &tag) {
                Some(codes) => Ok((Self::Lit(Value::List(codes.into_iter().map(Value::Text).collect())), ValueType::List)),
                None => Err(Problem::new("unknown_codes", format!("codes({list}, {tag})"))),
            },
            Self::Not(e) => Ok((Self::Not(Box::new(e.check_as(ValueType::Bool, scope)?)), ValueType::Bool)),
            Self::And(a, b) => {
                let (a, b) = (a.check_as(ValueType::Bool, scope)?, b.check_as(ValueType::Bool, scope)?);
                Ok((Self::And(Box::new(a), Box::new(b)), ValueType::Bool))
            }
            Self::Or(a, b) => {
                let (a, b) = (a.check_as(ValueType::Bool, scope)?, b.check_as(ValueType::Bool, scope)?);
                Ok((Self::Or(Box::new(a), Box::new(b)), ValueType::Bool))
            }
            Self::Compare(op, a, b) => {
                let text = format!("{a} {} {b}", op.sign());
                let (a, b, ty) = alike(*a, *b, scope)?;
                let ordered = matches!(ty, ValueType::Int | ValueType::Money | ValueType::Day | ValueType::At);
                if ty == ValueType::List || (!ordered && !matches!(op, Cmp::Eq | Cmp::Ne)) {
                    return Err(Problem::new("not_comparable", text));
                }
                Ok((Self::Compare(op, Box::new(a), Box::new(b)), ValueType::Bool))
            }
            Self::In(a, b) => {
                let text = format!("{a} in {b}");
                let (a, left) = a.check(scope)?;
                let (mut b, right) = b.check(scope)?;
                if right != ValueType::List || left == ValueType::List {
                    return Err(Problem::new("not_a_list", text));
                }
                if let Self::Lit(Value::List(items)) = &mut b {
                    for item in items.iter_mut() {
                        if left == ValueType::Money
                            && let Value::Int(n) = item
                        {
                            *item = Value::Money(Fen::new(*n));
                        }
                        if item.ty() != left {
                            return Err(Problem::new("types_differ", text));
                        }
                    }
                }
                Ok((Self::In(Box::new(a), Box::new(b)), ValueType::Bool))
            }
            Self::Add(a, b) => {
                let (a, b, ty) = sum(*a, *b, scope, '+')?;
                Ok((Self::Add(Box::new(a), Box::new(b)), ty))
            }
            Self::Sub(a, b) => {
                let (a, b, ty) = sum(*a, *b, scope, '-')?;
                Ok((Self::Sub(Box::new(a), Box::new(b)), ty))
            }
        }
    }

    /// Checks and demands a type; a bare whole number is taken as fen where an amount is asked for.
    ///
    /// # Errors
    /// The first problem found.
    pub fn check_as(self, want: ValueType, scope: &dyn Scope) -> Result<Self, Problem> {
        if let (ValueType::Money, Self::Lit(Value::Int(n))) = (want, &self) {
            return Ok(Self::Lit(Value::Money(Fen::new(*n))));
        }
        let text = self.to_string();
        let (e, ty) = self.check(scope)?;
        if ty == want {
            Ok(e)
        } else {
            Err(Problem::new("wrong_type", format!("{text}（应为{}，实为{}）", type_name(want), type_name(ty))))
        }
    }

    /// Every name it refers to; `has(x)` counts when `with_has`.
    #[must_use]
    pub fn names(&self, with_has: bool) -> BTreeSet<String> {
        let mut out = BTreeSet::new();
        self.walk(&mut |e| match e {
            Self::Ref(n) => {
                out.insert(n.clone());
            }
            Self::Has(n) if with_has => {
                out.insert(n.clone());
            }
            _ => {}
        });
        out
    }
    /// Names it asks `has` of.
    #[must_use]
    pub fn asked(&self) -> BTreeSet<String> {
        let mut out = BTreeSet::new();
        self.walk(&mut |e| {
            if let Self::Has(n) = e {
                out.insert(n.clone());
            }
        });
        out
    }
    /// Whether it depends on the form.
    #[must_use]
    pub fn uses_form(&self) -> bool {
        self.names(true).iter().any(|n| n.starts_with("form."))
    }
    fn walk(&self, f: &mut dyn FnMut(&Self)) {
        f(self);
        match self {
            Self::Lit(_) | Self::Ref(_) | Self::Has(_) | Self::Codes(..) => {}
            Self::Not(a) => a.walk(f),
            Self::And(a, b) | Self::Or(a, b) | Self::Compare(_, a, b) | Self::In(a, b) | Self::Add(a, b) | Self::Sub(a, b) => {
                a.walk(f);
                b.walk(f);
            }
        }
    }
}

fn alike(a: Expr, b: Expr, scope: &dyn Scope) -> Result<(Expr, Expr, ValueType), Problem> {
    let text = format!("{a} / {b}");
    let (mut a, mut ta) = a.check(scope)?;
    let (mut b, mut tb) = b.check(scope)?;
    if ta == ValueType::Money
        && let Expr::Lit(Value::Int(n)) = &b
    {
        (b, tb) = (Expr::Lit(Value::Money(Fen::new(*n))), ValueType::Money);
    }
    if tb == ValueType::Money
        && let Expr::Lit(Value::Int(n)) = &a
    {
        (a, ta) = (Expr::Lit(Value::Money(Fen::new(*n))), ValueType::Money);
    }
    if ta == tb { Ok((a, b, ta)) } else { Err(Problem::new("types_differ", format!("{text}（{} / {}）", type_name(ta), type_name(tb)))) }
}

fn sum(a: Expr, b: Expr, scope: &dyn Scope, sign: char) -> Result<(Expr, Expr, ValueType), Problem> {
    let text = format!("{a} {sign} {b}");
    let ((day, ta), (other, tb)) = (a.clone().check(scope)?, b.clone().check(scope)?);
    if (ta, tb) == (ValueType::Day, ValueType::Int) {
        return Ok((day, other, ValueType::Day));
    }
    let (a, b, ty) = alike(a, b, scope)?;
    if matches!(ty, ValueType::Int | ValueType::Money) { Ok((a, b, ty)) } else { Err(Problem::new("not_a_number", text)) }
}

fn literal(v: &Value, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    match v {
        Value::Bool(b) => write!(f, "{b}"),
        Value::Int(n) => write!(f, "{n}"),
        Value::Money(m) => write!(f, "{}分", m.get()),
        Value::Text(s) => write!(f, "'{}'", s.replace('\\', "\\\\").replace('\'', "\\'")),
        Value::Day(d) => write!(f, "{d}"),
        Value::At(a) => write!(f, "{a}"),
        Value::Id(i) => write!(f, "{i}"),
        Value::List(l) => {
            f.write_str("[")?;
            for (i, v) in l.iter().enumerate() {
                if i > 0 {
                    f.write_str(", ")?;
                }
                literal(v, f)?;
            }
            f.write_str("]")
        }
    }
}

impl fmt::Display for Expr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Lit(v) => literal(v, f),
            Self::Ref(n) => f.write_str(n),
            Self::Has(n) => write!(f, "has({n})"),
            Self::Codes(l, t) => write!(f, "codes({l}, {t})"),
            Self::Not(e) => write!(f, "(not {e})"),
            Self::And(a, b) => write!(f, "({a} and {b})"),
            Self::Or(a, b) => write!(f, "({a} or {b})"),
            Self::Compare(op, a, b) => write!(f, "({a} {} {b})", op.sign()),
            Self::In(a, b) => write!(f, "({a} in {b})"),
            Self::Add(a, b) => write!(f, "({a} + {b})"),
            Self::Sub(a, b) => write!(f, "({a} - {b})"),
        }
    }
}

#[cfg(test)]
mod tests;
