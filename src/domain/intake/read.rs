//! Reads fields into a draft. One pass finds every fault of a row, so that a file is corrected once.

use super::dates::{self, DateFault};
use super::profile::{DateForm, Field, Profile, SourceRule};
use super::{Caps, Cell, CellKind, FilingDraft, FilingKind, Party, PartyRole, RawRow, Remark, Reporter};
use crate::base::text::{self, narrow, tidy, tidy_long};
use crate::base::{At, Day, FieldError};
use crate::law::Fen;
use crate::law::identity::{Phone, ResidentId, Uscc};
use std::collections::BTreeSet;

/// Fields by name, whatever door they came through.
pub(super) trait Input {
    fn cell(&self, field: Field) -> Option<&Cell>;
    fn pointer(&self, field: Field) -> String;
    fn amount_in_wan(&self) -> bool;
}
impl Input for RawRow {
    fn cell(&self, field: Field) -> Option<&Cell> {
        RawRow::cell(self, field)
    }
    fn pointer(&self, field: Field) -> String {
        self.heading(field)
    }
    fn amount_in_wan(&self) -> bool {
        self.columns.amount_in_wan
    }
}

/// What the door says about all its filings.
pub(super) struct Door<'a> {
    pub kind: FilingKind,
    pub channel: &'a str,
    pub sources: &'a [SourceRule],
    pub number_prefixes: &'a [String],
    pub dates: &'a BTreeSet<DateForm>,
    pub period_from_narrative: bool,
}

/// Reads one row of a file. `now` is the moment of reading: dates after it are refused.
///
/// # Errors
/// Every fault of the row, each under the heading as the file writes it, with code and Chinese sentence. No sentence
/// repeats what the row says.
pub fn read_row(profile: &Profile, row: &RawRow, caps: &Caps, now: At) -> Result<FilingDraft, Vec<FieldError>> {
    let door = Door {
        kind: profile.kind,
        channel: &profile.channel,
        sources: &profile.sources,
        number_prefixes: &profile.number_prefixes,
        dates: &profile.dates,
        period_from_narrative: profile.period_from_narrative,
    };
    draft(&door, row, caps, now)
}

pub(super) struct Reader<'a> {
    pub(super) input: &'a dyn Input,
    pub(super) caps: &'a Caps,
    pub(super) faults: Vec<FieldError>,
    pub(super) remarks: Vec<Remark>,
}

impl Reader<'_> {
    pub(super) fn fault(&mut self, field: Field, code: &str, args: &[(&str, &str)]) {
        let pointer = self.input.pointer(field);
        let label = if pointer.starts_with('/') { field.label() } else { pointer.clone() };
        let mut all = vec![("column", label.as_str())];
        all.extend_from_slice(args);
        let message = text::zh_with(&format!("intake.{code}"), &all);
        self.faults.push(FieldError::new(pointer, code, message));
    }
    fn remark(&mut self, field: Field, code: &str) {
        self.remarks.push(Remark { field, code: code.to_owned(), message: text::zh(&format!("intake.remark.{code}")).to_owned() });
    }
    /// The cell unless it says nothing.
    pub(super) fn given(&self, field: Field) -> Option<&Cell> {
        let cell = self.input.cell(field).filter(|c| c.kind != CellKind::Empty)?;
        let plain = tidy(&narrow(&cell.text));
        let nothing = plain.is_empty() || self.caps.placeholders.contains(&plain);
        (!nothing).then_some(cell)
    }
    /// A short text, tidied; over its limit it is a fault.
    pub(super) fn short(&mut self, field: Field) -> Option<String> {
        let s = tidy(&self.given(field)?.text);
        self.within(field, s)
    }
    pub(super) fn long(&mut self, field: Field) -> Option<String> {
        let s = tidy_long(&self.given(field)?.text);
        self.within(field, s)
    }
    fn within(&mut self, field: Field, s: String) -> Option<String> {
        let limit = self.caps.text.of(field);
        if s.chars().count() > limit {
            self.fault(field, "too_long", &[("limit", &limit.to_string())]);
            return None;
        }
        (!s.is_empty()).then_some(s)
    }
    /// A checked number: ID, code or telephone.
    fn checked(&mut self, field: Field, code: &str, parse: impl Fn(&str) -> Option<String>) -> Option<String> {
        let cell = self.given(field)?;
        if cell.kind == CellKind::LossyNumber {
            self.fault(field, "lost_digits", &[]);
            return None;
        }
        let parsed = parse(&tidy(&narrow(&cell.text)));
        if parsed.is_none() {
            self.fault(field, code, &[]);
        }
        parsed
    }
    fn id(&mut self, field: Field) -> Option<String> {
        self.checked(field, "not_an_id", |s| ResidentId::parse(s).ok().map(|v| v.as_str().to_owned()))
    }
    fn uscc(&mut self, field: Field) -> Option<String> {
        self.checked(field, "not_a_uscc", |s| Uscc::parse(s).ok().map(|v| v.as_str().to_owned()))
    }
    fn yes_no(&self, field: Field) -> Option<bool> {
        let s = narrow(&tidy(&self.given(field)?.text)).to_lowercase();
        match s.as_str() {
            "是" | "有" | "已签" | "已签订" | "√" | "1" | "true" | "y" | "yes" => Some(true),
            "否" | "无" | "未签" | "未签订" | "没有" | "×" | "0" | "false" | "n" | "no" => Some(false),
            _ => None,
        }
    }
    fn amount(&mut self) -> Option<Fen> {
        let field = Field::Amount;
        if self.given(field).is_none() {
            self.fault(field, "required", &[]);
            return None;
        }
        let fen = self.money(field, self.input.amount_in_wan())?;
        if fen <= Fen::ZERO {
            self.fault(field, "not_positive", &[]);
            return None;
        }
        Some(fen)
    }
    /// A sum of at most the cap; nothing when the cell says nothing.
    pub(super) fn money(&mut self, field: Field, in_wan: bool) -> Option<Fen> {
        let cell = self.given(field)?;
        let mut s = tidy(&narrow(&cell.text));
        let bare = s.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | ',' | '-' | '+' | ' '));
        if in_wan && bare {
            s.push_str("万元");
        }
        let fen = match s.strip_prefix('-').or_else(|| s.strip_prefix('−')) {
            // Told apart from unreadable texts, so that the reason is exact.
            Some(rest) => Fen::parse(rest.trim()).ok().and_then(|f| Fen::ZERO.minus(f)),
            None => Fen::parse(&s).ok(),
        };
        let Some(fen) = fen else {
            self.fault(field, "not_an_amount", &[]);
            return None;
        };
        if fen > self.caps.amount {
            self.fault(field, "above_cap", &[("cap", &format!("{} 元", self.caps.amount.get() / 100))]);
            return None;
        }
        Some(fen)
    }
    fn headcount(&mut self) -> Option<i64> {
        let field = Field::Headcount;
        let Some(cell) = self.given(field) else {
            self.fault(field, "required", &[]);
            return None;
        };
        let s = tidy(&narrow(&cell.text)).replace([',', ' '], "");
        let s = s.trim_end_matches(['人', '名', '位']);
        let whole = s.split_once('.').map_or(s, |(w, f)| if !f.is_empty() && f.bytes().all(|b| b == b'0') { w } else { s });
        let digits = whole.strip_prefix('-').unwrap_or(whole);
        let Some(n) = (!digits.is_empty() && digits.len() <= 15 && digits.bytes().all(|b| b.is_ascii_digit()))
            .then(|| whole.parse::<i64>().ok())
            .flatten()
        else {
            self.fault(field, "not_a_count", &[]);
            return None;
        };
        if n <= 0 {
            self.fault(field, "not_positive", &[]);
            return None;
        }
        if n > self.caps.headcount {
            self.fault(field, "above_cap", &[("cap", &format!("{} 人", self.caps.headcount))]);
            return None;
        }
        Some(n)
    }
    pub(super) fn date_fault(&mut self, field: Field, fault: DateFault) {
        self.fault(field, if fault == DateFault::Impossible { "impossible_date" } else { "not_a_date" }, &[]);
    }
    /// The text of a date cell.
    pub(super) fn date_text(&self, field: Field) -> Option<String> {
        self.given(field).map(|c| tidy(&c.text))
    }
    fn received(&mut self, forms: &BTreeSet<DateForm>, now: At) -> (At, bool) {
        let field = Field::ReceivedAt;
        let Some(s) = self.date_text(field) else { return (now, false) };
        match dates::instant(&s, forms) {
            Ok(at) if at > now => self.fault(field, "future_date", &[]),
            Ok(at) => return (at, true),
            Err(e) => self.date_fault(field, e),
        }
        (now, true)
    }
    /// Days of the unpaid work. A month that has begun may be named as its end; a day after today may not.
    fn period(&mut self, forms: &BTreeSet<DateForm>, today: Day) -> (Option<Day>, Option<Day>) {
        let mut ends = [None, None];
        for (i, field) in [Field::PeriodFrom, Field::PeriodTo].into_iter().enumerate() {
            let Some(s) = self.date_text(field) else { continue };
            if i == 1 && matches!(s.as_str(), "至今" | "今" | "现在" | "目前") {
                continue;
            }
            // A plain number such as 2026.1 is a year and month that may have lost its zero.
            if self.given(field).is_some_and(|c| c.kind == CellKind::Number && c.text.starts_with("20") && c.text.find('.') == Some(4)) {
                self.date_fault(field, DateFault::Unreadable);
                continue;
            }
            match (dates::bound(&s, i == 1, forms), dates::bound(&s, false, forms)) {
                (Ok(_), Ok(first)) if first > today => self.fault(field, "future_date", &[]),
                (Ok(day), _) => ends[i] = Some(day),
                (Err(e), _) => self.date_fault(field, e),
            }
        }
        let apart = self.given(Field::PeriodFrom).is_some() || self.given(Field::PeriodTo).is_some();
        if !apart && let Some(s) = self.date_text(Field::Period) {
            match dates::period(&s, forms) {
                Ok((from, to)) if to.is_some_and(|to| to < from) => self.fault(Field::Period, "reversed_dates", &[]),
                // The end of the month that runs is no future.
                Ok((from, to)) if from > today || to.is_some_and(|to| to > month_end(today)) => {
                    self.fault(Field::Period, "future_date", &[])
                }
                Ok((from, to)) => ends = [Some(from), to],
                Err(e) => self.date_fault(Field::Period, e),
            }
        }
        if let [Some(from), Some(to)] = ends
            && to < from
        {
            self.fault(Field::PeriodTo, "reversed_dates", &[]);
        }
        (ends[0], ends[1])
    }
    fn party(&mut self, role: PartyRole, name: Field, uscc: Option<Field>, id: Option<Field>) -> Option<Party> {
        let name = self.short(name);
        let uscc = uscc.and_then(|f| self.uscc(f));
        let id = id.and_then(|f| self.id(f));
        name.map(|name| Party { role, name, uscc, id })
    }
}

fn month_end(day: Day) -> Day {
    let mut d = day;
    while d.next().date().format("%m").to_string() == day.date().format("%m").to_string() {
        d = d.next();
    }
    d
}

pub(super) fn draft(door: &Door<'_>, input: &dyn Input, caps: &Caps, now: At) -> Result<FilingDraft, Vec<FieldError>> {
    let mut r = Reader { input, caps, faults: Vec::new(), remarks: Vec::new() };
    let today = now.day();

    let source = r.short(Field::Source);
    let rule = source.as_ref().and_then(|s| door.sources.iter().find(|rule| rule.names.iter().any(|n| s.contains(n.as_str()))));
    if source.is_some() && rule.is_none() && !door.sources.is_empty() {
        r.remark(Field::Source, "unknown_source");
    }
    let lossy_number = r.given(Field::SourceNumber).is_some_and(|c| c.kind == CellKind::LossyNumber);
    let source_number = if lossy_number {
        r.remark(Field::SourceNumber, "number_lost_digits");
        None
    } else {
        r.short(Field::SourceNumber).map(|s| narrow(&s).replace(' ', ""))
    };
    if let Some(n) = &source_number
        && !door.number_prefixes.is_empty()
        && !door.number_prefixes.iter().any(|p| n.starts_with(p.as_str()))
    {
        r.remark(Field::SourceNumber, "unusual_number");
    }
    let (received_at, received_stated) = r.received(door.dates, now);
    if !received_stated {
        r.remark(Field::ReceivedAt, "received_unknown");
    }

    let name = r.short(Field::ReporterName);
    if name.is_none() && !r.faults.iter().any(|f| f.code == "too_long" && f.pointer == input.pointer(Field::ReporterName)) {
        r.fault(Field::ReporterName, "required", &[]);
    }
    let phone = r.checked(Field::ReporterPhone, "not_a_phone", |s| Phone::parse(s).ok().map(|v| v.as_str().to_owned()));
    let id = r.id(Field::ReporterId);
    let card_lost = r.given(Field::BankCard).is_some_and(|c| c.kind == CellKind::LossyNumber);
    let bank_card = if card_lost { None } else { r.short(Field::BankCard).map(|s| narrow(&s).replace([' ', '-'], "")) };
    if card_lost || bank_card.as_ref().is_some_and(|s| !(12..=30).contains(&s.len()) || !s.bytes().all(|b| b.is_ascii_digit())) {
        r.remark(Field::BankCard, "unusual_bank_card");
    }

    let chain = [
        (PartyRole::Respondent, Field::Respondent, Some(Field::RespondentUscc), None),
        (PartyRole::ContractEmployer, Field::ContractEmployer, Some(Field::ContractEmployerUscc), None),
        (PartyRole::Owner, Field::Owner, Some(Field::OwnerUscc), None),
        (PartyRole::GeneralContractor, Field::GeneralContractor, Some(Field::GeneralContractorUscc), None),
        (PartyRole::Subcontractor, Field::Subcontractor, Some(Field::SubcontractorUscc), None),
        (PartyRole::TeamLeader, Field::TeamLeader, None, Some(Field::TeamLeaderId)),
    ];
    let parties: Vec<Party> = chain.into_iter().filter_map(|(role, name, uscc, id)| r.party(role, name, uscc, id)).collect();
    let project = r.short(Field::Project);
    let employer = parties.iter().any(|p| matches!(p.role, PartyRole::Respondent | PartyRole::ContractEmployer | PartyRole::TeamLeader));
    let cut =
        r.faults.iter().any(|f| f.code == "too_long" && [Field::Respondent, Field::Project].iter().any(|x| input.pointer(*x) == f.pointer));
    if !employer && project.is_none() && !cut {
        r.fault(Field::Respondent, "no_respondent", &[]);
    }

    let reported_total = r.amount();
    let headcount = r.headcount();
    let (mut period_from, mut period_to) = r.period(door.dates, today);
    if received_stated && period_from.is_some_and(|d| d > received_at.day()) {
        r.fault(Field::PeriodFrom, "after_receipt", &[]);
    }
    let narrative = r.long(Field::Narrative);
    if period_from.is_none() && period_to.is_none() && door.period_from_narrative {
        let found = narrative
            .as_deref()
            .and_then(dates::find_period)
            .filter(|(from, to)| *from <= today && to.is_none_or(|to| to <= month_end(today)));
        match found {
            Some((from, to)) => {
                (period_from, period_to) = (Some(from), to);
                r.remark(Field::Narrative, "period_from_narrative");
            }
            None => r.remark(Field::Narrative, "no_period"),
        }
    }

    let previous = r.short(Field::PreviousChannels);
    let previous_channels = previous
        .map(|s| {
            narrow(&s)
                .split([',', ';', '、', '|', '/'])
                .map(str::trim)
                .filter(|s| !matches!(*s, "" | "否" | "是"))
                .map(str::to_owned)
                .collect()
        })
        .unwrap_or_default();
    let industry = r.short(Field::Industry);
    let project_kind = r.short(Field::ProjectKind);
    let area_text = r.short(Field::Area);
    let address = r.short(Field::Address);
    let previous_detail = r.long(Field::PreviousDetail);
    let reply_term = r.short(Field::ReplyTerm);
    let (government_funded, contract_signed) = (r.yes_no(Field::GovernmentFunded), r.yes_no(Field::ContractSigned));

    let Reader { faults, remarks, .. } = r;
    match (name, reported_total, headcount) {
        (Some(name), Some(reported_total), Some(headcount)) if faults.is_empty() => Ok(FilingDraft {
            kind: rule.and_then(|r| r.kind).unwrap_or(door.kind),
            channel: rule.map_or_else(|| door.channel.to_owned(), |r| r.channel.clone()),
            superior: rule.is_some_and(|r| r.superior),
            source,
            source_number,
            received_at,
            received_stated,
            reporter: Reporter { name, phone, id, bank_card },
            parties,
            project,
            industry,
            project_kind,
            area_text,
            address,
            government_funded,
            contract_signed,
            headcount,
            reported_total,
            period_from,
            period_to,
            narrative,
            previous_channels,
            previous_detail,
            reply_term,
            remarks,
        }),
        _ => Err(faults),
    }
}
