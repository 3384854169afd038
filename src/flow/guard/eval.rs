//! Evaluates checked expressions; total: every input gives a value or a fault.

use super::super::value::{Facts, Form, Value};
use super::{Cmp, Expr};
use crate::law::Fen;
use std::cmp::Ordering;

/// Where names are looked up.
#[derive(Debug, Clone, Copy)]
pub struct Env<'a> {
    /// Facts of the matter: `group.name`.
    pub facts: &'a Facts,
    /// The form: `form.<key>`.
    pub form: &'a Form,
    /// The move and the procedure: `move.now`, `procedure.assignee`.
    pub own: &'a Facts,
}
impl<'a> Env<'a> {
    /// The value of a name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&'a Value> {
        match name.split_once('.') {
            Some(("form", key)) => self.form.get(key),
            Some(("move" | "procedure" | "rule", _)) => self.own.get(name),
            _ => self.facts.get(name),
        }
    }
}

/// Why there is no value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// A name has no value now.
    Missing(String),
    /// A sum left the range.
    Overflow,
    /// A value has another type than the registry says.
    Type(String),
}

impl Expr {
    /// The value; facts looked at are noted in `used`.
    ///
    /// # Errors
    /// A value is missing, out of range or of another type than declared.
    pub fn eval(&self, env: &Env<'_>, used: &mut Facts) -> Result<Value, Fault> {
        match self {
            Self::Lit(v) => Ok(v.clone()),
            Self::Ref(n) => {
                let v = env.get(n).ok_or_else(|| Fault::Missing(n.clone()))?;
                if !n.starts_with("form.") {
                    used.insert(n.clone(), v.clone());
                }
                Ok(v.clone())
            }
            Self::Has(n) => {
                let v = env.get(n);
                if let Some(v) = v
                    && !n.starts_with("form.")
                {
                    used.insert(n.clone(), v.clone());
                }
                Ok(Value::Bool(v.is_some()))
            }
            Self::Codes(..) => Err(Fault::Type(self.to_string())),
            Self::Not(e) => e.truth(env, used).map(|b| Value::Bool(!b)),
            Self::And(a, b) => Ok(Value::Bool(a.truth(env, used)? && b.truth(env, used)?)),
            Self::Or(a, b) => Ok(Value::Bool(a.truth(env, used)? || b.truth(env, used)?)),
            Self::Compare(op, a, b) => {
                let (a, b) = (a.eval(env, used)?, b.eval(env, used)?);
                let yes = match op {
                    Cmp::Eq => a == b,
                    Cmp::Ne => a != b,
                    _ => {
                        let o = order(&a, &b).ok_or_else(|| Fault::Type(self.to_string()))?;
                        match op {
                            Cmp::Lt => o == Ordering::Less,
                            Cmp::Le => o != Ordering::Greater,
                            Cmp::Gt => o == Ordering::Greater,
                            _ => o != Ordering::Less,
                        }
                    }
                };
                if a.ty() == b.ty() { Ok(Value::Bool(yes)) } else { Err(Fault::Type(self.to_string())) }
            }
            Self::In(a, b) => {
                let a = a.eval(env, used)?;
                match b.eval(env, used)? {
                    Value::List(items) => Ok(Value::Bool(items.contains(&a))),
                    _ => Err(Fault::Type(self.to_string())),
                }
            }
            Self::Add(a, b) => add(&a.eval(env, used)?, &b.eval(env, used)?, 1).ok_or(Fault::Overflow),
            Self::Sub(a, b) => add(&a.eval(env, used)?, &b.eval(env, used)?, -1).ok_or(Fault::Overflow),
        }
    }

    /// The value as a truth.
    ///
    /// # Errors
    /// As [`Expr::eval`].
    pub fn truth(&self, env: &Env<'_>, used: &mut Facts) -> Result<bool, Fault> {
        match self.eval(env, used)? {
            Value::Bool(b) => Ok(b),
            _ => Err(Fault::Type(self.to_string())),
        }
    }
}

fn order(a: &Value, b: &Value) -> Option<Ordering> {
    match (a, b) {
        (Value::Int(a), Value::Int(b)) => Some(a.cmp(b)),
        (Value::Money(a), Value::Money(b)) => Some(a.cmp(b)),
        (Value::Day(a), Value::Day(b)) => Some(a.cmp(b)),
        (Value::At(a), Value::At(b)) => Some(a.cmp(b)),
        _ => None,
    }
}

fn add(a: &Value, b: &Value, sign: i64) -> Option<Value> {
    match (a, b) {
        (Value::Int(a), Value::Int(b)) => a.checked_add(b.checked_mul(sign)?).map(Value::Int),
        (Value::Money(a), Value::Money(b)) => a.get().checked_add(b.get().checked_mul(sign)?).map(|n| Value::Money(Fen::new(n))),
        (Value::Day(d), Value::Int(n)) => n.checked_mul(sign).map(|n| Value::Day(d.plus(n))),
        _ => None,
    }
}
