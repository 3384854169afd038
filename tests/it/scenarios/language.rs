//! The line language of `tests/scenarios/**.txt`; `tests/scenarios/README.md` describes it.

use std::collections::BTreeMap;

/// One line of a scenario.
#[derive(Debug, Clone)]
pub struct Line {
    /// Its number in the file, from 1.
    pub n: usize,
    /// As written.
    pub text: String,
    pub what: What,
}

#[derive(Debug, Clone)]
pub enum What {
    /// `at 2026-11-23 09:10`: time runs to this instant.
    At { day: String, time: String },
    /// `advance 3wd`, `advance 2d 10:30`, `advance 4h`.
    Advance { by: String, time: Option<String> },
    /// `file F1 key=value …`.
    File { name: String, fields: Args },
    /// `case F1`: what follows is about the case of this filing.
    Case { name: String },
    /// `as 承办人甲 [on F1] [dated 2026-11-20 10:00]: docket facts="…"`.
    As { who: String, on: Option<String>, dated: Option<String>, name: String, fields: Args },
    /// `away 承办人甲 until 2026-12-04 [stand-in 承办人乙]`.
    Away { who: String, until: String, stand_in: Option<String> },
    /// `disable 承办人甲`.
    Disable { who: String },
    /// `recuse 承办人甲 by 大队长`.
    Recuse { who: String, by: String },
    /// `migrant F1 by 承办人甲`, `migrant F1 no by 承办人甲`: whether the worker of F1 is a migrant worker is found, with proof.
    Migrant { name: String, yes: bool, by: String },
    /// `load calendar 2027`.
    Calendar { year: String },
    /// `draw announce from=2026-12-01 to=2026-12-31`, `draw freeze`, `draw run value="…"`, `draw close`.
    Draw { what: String, fields: Args },
    /// `call F1 as 坊子内勤: paid`, `partly 5000`, `tried no_answer`; `someone` is whoever is asked to.
    Call { name: String, who: String, said: String, amount: Option<String> },
    /// `amend F1 phone=13900000000 by 受理员`: the same number with other content, taken over by the desk.
    Amend { name: String, fields: Args },
    /// `crowd 33 C`: so many workers register, C1 and on, and withdraw again.
    Crowd { n: usize, name: String },
    /// `leave F1`: the worker withdraws, and it is granted.
    Leave { name: String },
    /// `announce by=信用员 decision=penalty number=… decided=… served=… proof=…`: a candidate on the order that was served, or on what is keyed in.
    Announce { fields: Args },
    /// `penalize by=承办人甲 ground=refuse_order subject=unit violated=2026-12-11 second=承办人乙`: a penalty is begun, on the newest order where its
    /// ground is one (`bureau=`, `corrected= served= due= proof=`, `name= id= post= since=`).
    Penalize { fields: Args },
    /// `hire 住建局长`: somebody of the second row of the staff comes.
    Hire { who: String },
    /// `batch 2026Q4 by 局长`: the quarter is published, or recorded as empty.
    Batch { quarter: String, by: String },
    /// `conduct F1 kind=finding on=2026-05-01 proof=罚1`: a credit officer keys an entry of the employer of F1 in; with `name=` of another.
    Conduct { name: String, fields: Args },
    /// `correct F1 proof=罚1 reason=overturned`: the entry with this proof falls, or is taken for what else is said.
    Correct { name: String, fields: Args },
    /// `grade 2026`: the city grades the record of the year.
    Grade { year: i32 },
    /// `grades confirm 2026 by=大队长`, `grades tell 2026 on=2027-02-01`, `grades contest 2026 of=F1 on=2027-02-10`.
    Grades { what: String, year: i32, fields: Args },
    /// `expect …`: the rest, in words.
    Expect { words: Vec<String> },
    /// `allow 没有停用账号承办的案件`: what `doctor` may find at the end.
    Allow { what: String },
}

pub type Args = BTreeMap<String, String>;

pub fn read(file: &str, text: &str) -> Vec<Line> {
    text.lines()
        .enumerate()
        .filter(|(_, l)| !l.trim().is_empty() && !l.trim_start().starts_with('#'))
        .map(|(i, l)| {
            let what = line(l.trim()).unwrap_or_else(|why| panic!("{file}:{}: {why}: {l}", i + 1));
            Line { n: i + 1, text: l.trim().to_owned(), what }
        })
        .collect()
}

fn line(l: &str) -> Result<What, String> {
    let w = words(l)?;
    let (head, rest) = w.split_first().ok_or("empty")?;
    let arg = |i: usize| rest.get(i).cloned().ok_or_else(|| format!("{head} lacks a word"));
    Ok(match head.as_str() {
        "at" => What::At { day: arg(0)?, time: arg(1)? },
        "advance" => What::Advance { by: arg(0)?, time: rest.get(1).cloned() },
        "file" => What::File { name: arg(0)?, fields: args(&rest[1..])? },
        "case" => What::Case { name: arg(0)? },
        "as" => {
            let (left, right) = l.split_once(": ").ok_or("a colon and a move")?;
            let left = words(left)?;
            let right = words(right)?;
            let after = |k: &str, n: usize| left.iter().position(|x| x == k).and_then(|i| left.get(i + 1..i + 1 + n)).map(|w| w.join(" "));
            What::As {
                who: left.get(1).cloned().ok_or("a person")?,
                on: after("on", 1),
                dated: after("dated", 2),
                name: right.first().cloned().ok_or("a move")?,
                fields: args(&right[1..])?,
            }
        }
        "away" => What::Away { who: arg(0)?, until: arg(2)?, stand_in: rest.get(4).cloned() },
        "disable" => What::Disable { who: arg(0)? },
        "recuse" => What::Recuse { who: arg(0)?, by: arg(2)? },
        "migrant" => What::Migrant { name: arg(0)?, yes: arg(1)? != "no", by: rest.last().cloned().ok_or("an officer")? },
        "load" => What::Calendar { year: arg(1)? },
        "draw" => What::Draw { what: arg(0)?, fields: args(&rest[1..])? },
        "call" => {
            let (left, right) = l.split_once(": ").ok_or("a colon and an answer")?;
            let (left, right) = (words(left)?, words(right)?);
            let said = right.first().cloned().ok_or("an answer")?;
            let who = left.get(3).cloned().ok_or("a person")?;
            What::Call { name: left.get(1).cloned().ok_or("a filing")?, who, said, amount: right.get(1).cloned() }
        }
        "amend" => What::Amend { name: arg(0)?, fields: args(&rest[1..])? },
        "crowd" => What::Crowd { n: arg(0)?.parse().map_err(|_| "a number")?, name: arg(1)? },
        "leave" => What::Leave { name: arg(0)? },
        "announce" => What::Announce { fields: args(rest)? },
        "penalize" => What::Penalize { fields: args(rest)? },
        "hire" => What::Hire { who: arg(0)? },
        "batch" => What::Batch { quarter: arg(0)?, by: arg(2)? },
        "conduct" => What::Conduct { name: arg(0)?, fields: args(&rest[1..])? },
        "correct" => What::Correct { name: arg(0)?, fields: args(&rest[1..])? },
        "grade" => What::Grade { year: arg(0)?.parse().map_err(|_| "a year")? },
        "grades" => What::Grades { what: arg(0)?, year: arg(1)?.parse().map_err(|_| "a year")?, fields: args(&rest[2..])? },
        "expect" => What::Expect { words: rest.to_vec() },
        "allow" => What::Allow { what: arg(0)? },
        other => return Err(format!("no such line: {other}")),
    })
}

fn args(words: &[String]) -> Result<Args, String> {
    words
        .iter()
        .map(|w| w.split_once('=').map(|(k, v)| (k.to_owned(), v.to_owned())).ok_or_else(|| format!("{w} is no key=value")))
        .collect()
}

/// Words, with quotes around what has spaces.
fn words(l: &str) -> Result<Vec<String>, String> {
    let (mut out, mut word, mut quoted, mut any) = (Vec::new(), String::new(), false, false);
    for c in l.chars() {
        match c {
            '"' => {
                quoted = !quoted;
                any = true;
            }
            ' ' if !quoted => {
                if any {
                    out.push(std::mem::take(&mut word));
                }
                any = false;
            }
            c => {
                word.push(c);
                any = true;
            }
        }
    }
    if quoted {
        return Err("a quote is not closed".into());
    }
    if any {
        out.push(word);
    }
    Ok(out)
}
