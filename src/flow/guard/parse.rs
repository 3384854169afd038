//! Reads expressions: a lexer and a recursive descent with a bound on depth.

use super::super::value::Value;
use super::{Cmp, Expr, Problem};
use crate::law::Fen;

/// Deeper than any sentence of law.
const DEPTH: usize = 40;
/// Longer than any sentence of law.
const LENGTH: usize = 4_000;

#[derive(Debug, Clone, PartialEq)]
enum Token {
    Name(String),
    Lit(Value),
    Sign(&'static str),
}

/// Reads an expression; names and types are not looked at yet.
///
/// # Errors
/// `bad_expression` with what was not understood.
pub fn parse(text: &str) -> Result<Expr, Problem> {
    if text.len() > LENGTH {
        return Err(Problem::new("bad_expression", "…"));
    }
    let mut p = Parser { tokens: lex(text)?, at: 0, depth: 0 };
    let e = p.or()?;
    if p.at < p.tokens.len() { Err(p.wrong()) } else { Ok(e) }
}

const SIGNS: [&str; 13] = ["==", "!=", "<=", ">=", "<", ">", "(", ")", "[", "]", ",", "+", "-"];

fn lex(text: &str) -> Result<Vec<Token>, Problem> {
    let mut out = Vec::new();
    let mut rest = text;
    loop {
        rest = rest.trim_start();
        let Some(c) = rest.chars().next() else { return Ok(out) };
        if c == '\'' || c == '"' {
            let (s, r) = quoted(rest, c)?;
            out.push(Token::Lit(Value::Text(s)));
            rest = r;
        } else if c.is_ascii_digit() {
            let (v, r) = number(rest)?;
            out.push(Token::Lit(v));
            rest = r;
        } else if c.is_ascii_alphabetic() {
            let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == '.')).unwrap_or(rest.len());
            let (word, r) = rest.split_at(end);
            out.push(match word {
                "true" => Token::Lit(Value::Bool(true)),
                "false" => Token::Lit(Value::Bool(false)),
                _ => Token::Name(word.to_owned()),
            });
            rest = r;
        } else if let Some(s) = SIGNS.into_iter().find(|s| rest.starts_with(s)) {
            out.push(Token::Sign(s));
            rest = &rest[s.len()..];
        } else {
            return Err(Problem::new("bad_expression", rest));
        }
    }
}

fn quoted(text: &str, quote: char) -> Result<(String, &str), Problem> {
    let mut out = String::new();
    let mut chars = text.char_indices().skip(1);
    while let Some((i, c)) = chars.next() {
        match c {
            '\\' => match chars.next() {
                Some((_, c)) => out.push(c),
                None => break,
            },
            c if c == quote => return Ok((out, &text[i + c.len_utf8()..])),
            c => out.push(c),
        }
    }
    Err(Problem::new("bad_expression", text))
}

fn number(text: &str) -> Result<(Value, &str), Problem> {
    let wrong = || Problem::new("bad_expression", text);
    if text.len() >= 10
        && text.is_char_boundary(10)
        && let Ok(day) = text[..10].parse()
    {
        return Ok((Value::Day(day), &text[10..]));
    }
    let end = text.find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(text.len());
    let (digits, rest) = text.split_at(end);
    if let Some(rest) = rest.strip_prefix('元') {
        let (yuan, fen) = digits.split_once('.').unwrap_or((digits, "00"));
        if fen.len() != 2 {
            return Err(wrong());
        }
        let value =
            yuan.parse::<i64>().ok().and_then(|y| y.checked_mul(100)).zip(fen.parse::<i64>().ok()).and_then(|(y, f)| y.checked_add(f));
        return Ok((Value::Money(Fen::new(value.ok_or_else(wrong)?)), rest));
    }
    let n: i64 = digits.parse().map_err(|_| wrong())?;
    Ok(match rest.strip_prefix('分') {
        Some(rest) => (Value::Money(Fen::new(n)), rest),
        None => (Value::Int(n), rest),
    })
}

struct Parser {
    tokens: Vec<Token>,
    at: usize,
    depth: usize,
}

impl Parser {
    fn wrong(&self) -> Problem {
        let shown = match self.tokens.get(self.at) {
            None => "末尾".to_owned(),
            Some(Token::Name(n)) => n.clone(),
            Some(Token::Sign(s)) => (*s).to_owned(),
            Some(Token::Lit(v)) => Expr::Lit(v.clone()).to_string(),
        };
        Problem::new("bad_expression", shown)
    }
    fn sign(&mut self, s: &str) -> bool {
        let yes = matches!(self.tokens.get(self.at), Some(Token::Sign(t)) if *t == s);
        self.at += usize::from(yes);
        yes
    }
    fn word(&mut self, w: &str) -> bool {
        let yes = matches!(self.tokens.get(self.at), Some(Token::Name(t)) if t == w);
        self.at += usize::from(yes);
        yes
    }
    fn need(&mut self, s: &str) -> Result<(), Problem> {
        if self.sign(s) { Ok(()) } else { Err(self.wrong()) }
    }
    fn or(&mut self) -> Result<Expr, Problem> {
        self.depth += 1;
        if self.depth > DEPTH {
            return Err(self.wrong());
        }
        let mut e = self.and()?;
        while self.word("or") {
            e = Expr::Or(Box::new(e), Box::new(self.and()?));
        }
        self.depth -= 1;
        Ok(e)
    }
    fn and(&mut self) -> Result<Expr, Problem> {
        let mut e = self.not()?;
        while self.word("and") {
            e = Expr::And(Box::new(e), Box::new(self.not()?));
        }
        Ok(e)
    }
    fn not(&mut self) -> Result<Expr, Problem> {
        if !self.word("not") {
            return self.compare();
        }
        self.depth += 1;
        if self.depth > DEPTH {
            return Err(self.wrong());
        }
        let e = self.not()?;
        self.depth -= 1;
        Ok(Expr::Not(Box::new(e)))
    }
    fn compare(&mut self) -> Result<Expr, Problem> {
        let a = self.sum()?;
        for (s, op) in [("==", Cmp::Eq), ("!=", Cmp::Ne), ("<=", Cmp::Le), (">=", Cmp::Ge), ("<", Cmp::Lt), (">", Cmp::Gt)] {
            if self.sign(s) {
                return Ok(Expr::Compare(op, Box::new(a), Box::new(self.sum()?)));
            }
        }
        if self.word("in") {
            return Ok(Expr::In(Box::new(a), Box::new(self.sum()?)));
        }
        let here = self.at;
        if self.word("not") {
            if self.word("in") {
                return Ok(Expr::Not(Box::new(Expr::In(Box::new(a), Box::new(self.sum()?)))));
            }
            self.at = here;
        }
        Ok(a)
    }
    fn sum(&mut self) -> Result<Expr, Problem> {
        let mut e = self.atom()?;
        loop {
            if self.sign("+") {
                e = Expr::Add(Box::new(e), Box::new(self.atom()?));
            } else if self.sign("-") {
                e = Expr::Sub(Box::new(e), Box::new(self.atom()?));
            } else {
                return Ok(e);
            }
        }
    }
    fn literal(&mut self) -> Result<Value, Problem> {
        let minus = self.sign("-");
        let v = match self.tokens.get(self.at) {
            Some(Token::Lit(v)) => v.clone(),
            _ => return Err(self.wrong()),
        };
        let v = match (minus, v) {
            (false, v) => v,
            (true, Value::Int(n)) => Value::Int(-n),
            (true, Value::Money(m)) => Value::Money(Fen::new(-m.get())),
            (true, _) => return Err(self.wrong()),
        };
        self.at += 1;
        Ok(v)
    }
    fn atom(&mut self) -> Result<Expr, Problem> {
        if self.sign("(") {
            let e = self.or()?;
            self.need(")")?;
            return Ok(e);
        }
        if self.sign("[") {
            let mut items = Vec::new();
            while !self.sign("]") {
                if !items.is_empty() {
                    self.need(",")?;
                }
                items.push(self.literal()?);
            }
            return Ok(Expr::Lit(Value::List(items)));
        }
        if let Some(Token::Name(n)) = self.tokens.get(self.at) {
            let n = n.clone();
            if matches!(n.as_str(), "or" | "and" | "not" | "in") {
                return Err(self.wrong());
            }
            self.at += 1;
            if self.sign("(") {
                let e = match n.as_str() {
                    "has" => Expr::Has(self.name()?),
                    "codes" => {
                        let list = self.name()?;
                        self.need(",")?;
                        Expr::Codes(list, self.name()?)
                    }
                    _ => {
                        self.at -= 2;
                        return Err(self.wrong());
                    }
                };
                self.need(")")?;
                return Ok(e);
            }
            return Ok(Expr::Ref(n));
        }
        self.literal().map(Expr::Lit)
    }
    fn name(&mut self) -> Result<String, Problem> {
        match self.tokens.get(self.at) {
            Some(Token::Name(n)) => {
                let n = n.clone();
                self.at += 1;
                Ok(n)
            }
            _ => Err(self.wrong()),
        }
    }
}
