//! The roster 花名册 of a joint case: one row is one worker, one respondent, one period and a sum.
//!
//! Owns when a row can be believed (a real ID, a real period, a sum that is the product it claims to be) and when two rows
//! tell of the same wages. Never stores: persons come in as comparable keys, respondents as ids.

use crate::base::{Day, Error, FieldError, Result, text};
use crate::domain::intake::{Cell, CellKind, Field, Profile, RawRow, dates};
use crate::law::Fen;
use crate::law::identity::{BankCard, Phone, ResidentId};

/// The longest period one row may speak of, in days: about ten years.
const LONGEST: i64 = 3660;
/// Work of a person younger than this is child labour 使用童工 (禁止使用童工规定 Art 2).
pub const CHILD: i32 = 16;

/// The table's headings.
///
/// # Errors
/// [`Error::Config`] when the embedded profile is broken.
pub fn profile() -> Result<Profile> {
    Profile::parse(include_str!("../../config/roster.toml"))
}

/// The usual headings, for an empty table to fill in.
///
/// # Errors
/// As [`profile`].
pub fn headings() -> Result<Vec<String>> {
    Ok(profile()?.columns.into_iter().filter_map(|c| c.headings.into_iter().next()).collect())
}

/// A count in tenths and the wage of one.
pub type Rate = (i32, Fen);

/// How the sum is reckoned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Basis {
    /// Days in tenths × the wage of a day.
    Days(i32, Fen),
    /// Months in tenths × the wage of a month.
    Months(i32, Fen),
}
impl Basis {
    /// What it comes to, to the fen.
    #[must_use]
    pub fn product(self) -> Option<Fen> {
        let (Self::Days(n, wage) | Self::Months(n, wage)) = self;
        wage.ratio(i64::from(n), 10)
    }
    /// As rows keep it: days with the wage of one, months with the wage of one; at most one of the two.
    #[must_use]
    pub fn columns(it: Option<Self>) -> (Option<Rate>, Option<Rate>) {
        match it {
            Some(Self::Days(n, w)) => (Some((n, w)), None),
            Some(Self::Months(n, w)) => (None, Some((n, w))),
            None => (None, None),
        }
    }
    /// From what rows keep.
    #[must_use]
    pub fn of_columns(days: Option<Rate>, months: Option<Rate>) -> Option<Self> {
        days.map(|(n, w)| Self::Days(n, w)).or_else(|| months.map(|(n, w)| Self::Months(n, w)))
    }
}

/// A row that can be believed. Personal: lives until it is sealed.
#[derive(Clone, PartialEq, Eq)]
pub struct Row {
    /// Its number in the table or the form.
    pub number: u32,
    /// Name.
    pub name: String,
    /// Resident ID.
    pub id: String,
    /// Telephone.
    pub phone: Option<String>,
    /// Bank card.
    pub bank: Option<String>,
    /// The respondent as written; none means the case's own.
    pub respondent: Option<String>,
    /// First day.
    pub from: Day,
    /// Last day.
    pub to: Day,
    /// How the sum is reckoned, if it is told.
    pub basis: Option<Basis>,
    /// The sum.
    pub claimed: Fen,
    /// Under 16 when the work began: taken, owed, sealed.
    pub minor: bool,
}
impl std::fmt::Debug for Row {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Row({} {} to {}, {})", self.number, self.from, self.to, self.claimed)
    }
}

struct Reader<'a> {
    row: &'a RawRow,
    faults: Vec<FieldError>,
}
impl Reader<'_> {
    fn fault(&mut self, field: Field, code: &str, args: &[(&str, &str)]) {
        let at = self.row.heading(field);
        self.faults.push(FieldError::coded(at, code, args));
    }
    fn text(&mut self, field: Field) -> Option<String> {
        let cell: &Cell = self.row.cell(field).filter(|c| c.kind != CellKind::Empty)?;
        if cell.kind == CellKind::LossyNumber {
            self.fault(field, "roster_digits_lost", &[]);
            return None;
        }
        Some(text::tidy(&cell.text)).filter(|t| !t.is_empty())
    }
    fn need(&mut self, field: Field) -> Option<String> {
        let n = self.faults.len();
        let found = self.text(field);
        if found.is_none() && self.faults.len() == n {
            self.fault(field, "required", &[]);
        }
        found
    }
    fn parsed<T>(&mut self, field: Field, found: Option<String>, f: impl Fn(&str) -> std::result::Result<T, &'static str>) -> Option<T> {
        match f(&found?) {
            Ok(v) => Some(v),
            Err(code) => {
                self.fault(field, code, &[]);
                None
            }
        }
    }
    fn money(&mut self, field: Field) -> Option<Fen> {
        let found = self.text(field);
        let fen = self.parsed(field, found, Fen::parse)?;
        let fen = if field == Field::Amount && self.row.columns.amount_in_wan { fen.times(10_000)? } else { fen };
        if fen.is_positive() {
            return Some(fen);
        }
        self.fault(field, "amount_not_positive", &[]);
        None
    }
    /// A number of days or months to a tenth.
    fn tenths(&mut self, field: Field) -> Option<i32> {
        let t = text::narrow(&self.text(field)?);
        let t = t.trim_end_matches(['天', '日', '月', '个', '工']);
        // a number with at most two digits behind the point is read as money is, exactly
        let n = Fen::parse(t).ok().map(Fen::get).filter(|n| *n > 0 && n % 10 == 0).and_then(|n| i32::try_from(n / 10).ok());
        if n.is_none() {
            self.fault(field, "roster_count", &[]);
        }
        n
    }
    fn day(&mut self, field: Field, end: bool, profile: &Profile) -> Option<Day> {
        let t = self.need(field)?;
        match dates::bound(&t, end, &profile.dates) {
            Ok(d) => Some(d),
            Err(dates::DateFault::Impossible) => {
                self.fault(field, "roster_no_such_day", &[("value", &t)]);
                None
            }
            Err(dates::DateFault::Unreadable) => {
                self.fault(field, "roster_no_date", &[("value", &t)]);
                None
            }
        }
    }
    fn basis(&mut self, days: i64) -> Option<Basis> {
        let pair = |r: &mut Self, count: Field, wage: Field| {
            let before = r.faults.len();
            let (n, w) = (r.tenths(count), r.money(wage));
            match (n, w) {
                (Some(n), Some(w)) => Some((n, w)),
                (None, None) => None,
                (n, _) => {
                    if r.faults.len() == before {
                        r.fault(if n.is_none() { count } else { wage }, "required", &[]);
                    }
                    None
                }
            }
        };
        let by_day = pair(self, Field::Days, Field::DailyWage);
        let by_month = pair(self, Field::Months, Field::MonthlyWage);
        let span = i64::max(days, 1);
        match (by_day, by_month) {
            (Some(_), Some(_)) => {
                self.fault(Field::Months, "roster_two_bases", &[]);
                None
            }
            (Some((n, w)), None) => {
                if i64::from(n) > span * 10 {
                    self.fault(Field::Days, "roster_more_days", &[("days", &tenths(n)), ("span", &span.to_string())]);
                }
                Some(Basis::Days(n, w))
            }
            (None, Some((n, w))) => {
                // a month has at least 28 days; work begun within one counts as one
                let most = span / 28 + 1;
                if i64::from(n) > most * 10 {
                    self.fault(Field::Months, "roster_more_months", &[("months", &tenths(n)), ("span", &span.to_string())]);
                }
                Some(Basis::Months(n, w))
            }
            (None, None) => None,
        }
    }
}

fn tenths(n: i32) -> String {
    if n % 10 == 0 { (n / 10).to_string() } else { format!("{}.{}", n / 10, n % 10) }
}

/// Reads a row of a table.
///
/// # Errors
/// Everything that is wrong with it, at its headings.
pub fn read(row: &RawRow, profile: &Profile, today: Day) -> std::result::Result<Row, Vec<FieldError>> {
    let mut r = Reader { row, faults: Vec::new() };
    let name = r.need(Field::ReporterName);
    if name.as_ref().is_some_and(|n| !(2..=40).contains(&n.chars().count())) {
        r.fault(Field::ReporterName, "roster_name", &[]);
    }
    let given = r.need(Field::ReporterId);
    let id = r.parsed(Field::ReporterId, given, ResidentId::parse);
    let given = r.text(Field::ReporterPhone);
    let phone = r.parsed(Field::ReporterPhone, given, Phone::parse);
    let given = r.text(Field::BankCard);
    let bank = r.parsed(Field::BankCard, given, BankCard::parse);
    let respondent = r.text(Field::Respondent);
    let (from, to) = (r.day(Field::PeriodFrom, false, profile), r.day(Field::PeriodTo, true, profile));
    let mut span = LONGEST;
    if let (Some(from), Some(to)) = (from, to) {
        // a running month is written as a month: it reaches no further than today
        let to = if to > today && from <= today && to.since(today) < 31 { today } else { to };
        span = to.since(from) + 1;
        if span < 1 {
            r.fault(Field::PeriodTo, "dates_reversed", &[]);
        } else if to > today {
            r.fault(Field::PeriodTo, "in_future", &[]);
        } else if span > LONGEST {
            r.fault(Field::PeriodFrom, "roster_too_long", &[("years", "10")]);
        }
    }
    if let (Some(id), Some(from)) = (&id, from)
        && (id.born_after(today) || id.born() >= from)
    {
        r.fault(Field::ReporterId, "roster_not_born", &[("born", &id.born().to_string()), ("from", &from.to_string())]);
    }
    let basis = r.basis(span);
    let told = r.money(Field::Amount);
    let product = basis.map(|b| b.product());
    if product == Some(None) {
        r.fault(Field::Amount, "amount_too_large", &[]);
    }
    let product = product.flatten();
    if let (Some(p), Some(t)) = (product, told)
        && p != t
    {
        r.fault(Field::Amount, "roster_product", &[("claimed", &t.to_string()), ("product", &p.to_string())]);
    }
    let claimed = told.or(product);
    if claimed.is_none() && r.faults.is_empty() {
        r.fault(Field::Amount, "required", &[]);
    }
    match (name, id, from, to, claimed) {
        (Some(name), Some(id), Some(from), Some(to), Some(claimed)) if r.faults.is_empty() => Ok(Row {
            number: row.number,
            minor: id.age_on(from) < CHILD,
            name,
            id: id.as_str().to_owned(),
            phone: phone.map(|p| p.as_str().to_owned()),
            bank: bank.map(|b| b.as_str().to_owned()),
            respondent,
            from,
            to: to.min(today),
            basis,
            claimed,
        }),
        _ => Err(r.faults),
    }
}

/// Wages somebody claims, as far as two of them may be the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wages<R> {
    /// The person, as a comparable key.
    pub person: String,
    /// The respondent; none may be any.
    pub respondent: Option<R>,
    /// First day; none may be any.
    pub from: Option<Day>,
    /// Last day; none may be any.
    pub to: Option<Day>,
}

/// Whether two may tell of the same wages: the same person, the same respondent, days in common. What is not told speaks
/// for yes, so that nothing is counted twice.
#[must_use]
pub fn overlap<R: PartialEq>(a: &Wages<R>, b: &Wages<R>) -> bool {
    let before = |end: Option<Day>, start: Option<Day>| matches!((end, start), (Some(e), Some(s)) if e < s);
    let apart = matches!((&a.respondent, &b.respondent), (Some(x), Some(y)) if x != y);
    a.person == b.person && !apart && !before(a.to, b.from) && !before(b.to, a.from)
}

/// A row without a table: what a form sends, under the usual headings.
///
/// # Errors
/// As [`profile`].
pub fn form_row(profile: &Profile, number: u32, values: &[(Field, String)]) -> Result<RawRow> {
    let usual = |f: Field| profile.columns.iter().find(|c| c.field == f).and_then(|c| c.headings.first().cloned());
    let heads: Vec<String> = values.iter().filter_map(|(f, _)| usual(*f)).collect();
    if heads.len() != values.len() {
        return Err(Error::Internal("a form's field is no column of the roster".into()));
    }
    Ok(RawRow { number, cells: values.iter().map(|(_, v)| Cell::text(v)).collect(), columns: std::sync::Arc::new(profile.locate(&heads)) })
}

#[cfg(test)]
mod tests;
