//! The top of a case's page: who, where, what is next, the money; and its lines of claims and filings.
//!
//! Nothing here reckons: sums, states and terms come from `app`.

use super::tone_of;
use crate::app::view::{CaseFile, ClaimView, FilingView, ProcedureView};
use crate::base::text;
use crate::law::Fen;
use crate::web::console::view::{CaseHead, ClaimRow, Fact, FilingLink, Money, Tag, Tone};
use crate::web::console::words::{marks, next_duty, span, yuan};

fn percent(part: Fen, whole: Fen) -> u8 {
    if whole.get() <= 0 {
        return 0;
    }
    u8::try_from((i128::from(part.get()) * 100 / i128::from(whole.get())).clamp(0, 100)).unwrap_or(100)
}

fn money(f: &CaseFile) -> Money {
    let remainder = match (&f.remainder, f.remainder_fen.is_positive()) {
        (Some(how), _) => text::zh_with("console.remainder.done", &[("how", how)]),
        (None, true) => text::zh_with("console.remainder.open", &[("sum", &yuan(f.remainder_fen))]),
        (None, false) => String::new(),
    };
    let decided = f.claims.iter().any(|c| c.sums.verified_fen.is_positive() || c.sums.rejected_fen.is_positive());
    let undecided = || text::zh("console.money.undecided").to_owned();
    Money {
        reported: yuan(f.reported_total_fen),
        claimed: yuan(f.claimed_fen),
        verified: if decided { yuan(f.verified_fen) } else { undecided() },
        paid: yuan(f.paid_fen),
        waived: yuan(f.waived_fen),
        outstanding: if decided { yuan(f.outstanding_fen) } else { undecided() },
        settled: decided && !f.outstanding_fen.is_positive(),
        paid_percent: percent(f.paid_fen, f.verified_fen),
        remainder,
    }
}

pub(super) fn head(f: &CaseFile, lead: Option<&ProcedureView>, unmask_href: Option<String>) -> CaseHead {
    let mut tags = vec![Tag::new(f.origin_title.clone(), Tone::Plain)];
    tags.extend(f.legacy.iter().map(|l| Tag::new(l.mark.clone(), Tone::Warn)));
    tags.extend(marks(&f.grade, &f.flags));
    if lead.is_some_and(|p| p.terms.iter().any(|t| t.missed)) {
        tags.push(Tag::new(text::zh("console.tag.missed"), Tone::Warn));
    }
    let yes = |b: Option<bool>| b.map(|b| text::zh(if b { "word.yes" } else { "word.no" }).to_owned()).unwrap_or_default();
    let mut facts = vec![
        Fact::new("工程项目", f.project.clone().unwrap_or_default()),
        Fact::new("所属行业", f.project_kind.clone().unwrap_or_default()),
        Fact::new("用工所在地", f.area_name.clone()),
        Fact::new("详细地址", f.address.clone().unwrap_or_default()),
        Fact::new("承办部门", f.lead_bureau_name.clone()),
        Fact::new("行业监管", f.oversight_bureau_name.clone().unwrap_or_default()),
        Fact::new("承办人", lead.and_then(|p| p.assignee.clone()).unwrap_or_default()),
        Fact::new("第二承办人", f.second_officer.clone().unwrap_or_default()),
        Fact::new("当前责任岗位", lead.map(|p| p.holder.clone()).unwrap_or_default()),
        Fact::new("涉及人数", format!("{} 人", f.headcount)),
        Fact::new("政府投资", yes(f.government_funded)),
        Fact::new("首次收到", f.first_received_at.list_text()),
    ];
    if let Some(at) = f.complaint_received_at {
        facts.push(Fact::new("收到投诉", at.list_text()));
    }
    if let Some(l) = &f.legacy {
        facts.push(Fact::new("台账原编号", l.number.clone()));
        facts.push(Fact::new(text::zh("legacy.paid"), yuan(l.stated_paid_fen)));
    }
    if f.transfers > 0 {
        facts.push(Fact::new("移送次数", f.transfers.to_string()));
    }
    if let Some(c) = &f.conclusion {
        facts.push(Fact::new("办结结论", c.clone()));
    }
    let next = lead.and_then(next_duty);
    CaseHead {
        code: f.number.clone(),
        respondent: f.respondent.clone(),
        state: f.state_title.clone(),
        state_tone: lead.map_or(Tone::Plain, tone_of),
        tags,
        next: next.as_ref().map_or_else(|| text::zh("console.no_duty").to_owned(), |(_, n)| n.clone()),
        due: next.map(|(d, _)| d),
        facts,
        money: money(f),
        unmask_href,
    }
}

pub(super) fn claim(c: &ClaimView) -> ClaimRow {
    let decided = c.sums.verified_fen.is_positive() || c.sums.rejected_fen.is_positive();
    let (code, tone) = if !c.sums.claimed_fen.is_positive() {
        ("unknown", Tone::Plain)
    } else if c.sums.open_fen.is_positive() && !decided {
        ("open", Tone::Plain)
    } else if c.sums.open_fen.is_positive() {
        ("partly", Tone::Info)
    } else if c.sums.outstanding_fen.is_positive() && c.sums.paid_fen.is_positive() {
        ("part_paid", Tone::Warn)
    } else if c.sums.outstanding_fen.is_positive() {
        ("unpaid", Tone::Bad)
    } else if c.sums.verified_fen.is_positive() {
        ("paid", Tone::Good)
    } else {
        ("rejected", Tone::Plain)
    };
    ClaimRow {
        claimant: c.claimant.clone(),
        respondent: c.respondent.clone(),
        period: span(c.period_from, c.period_to),
        claimed: yuan(c.sums.claimed_fen),
        verified: if decided { yuan(c.sums.verified_fen) } else { String::new() },
        paid: yuan(c.sums.paid_fen),
        outstanding: yuan(c.sums.outstanding_fen),
        state: Tag::new(text::zh(&format!("console.claim.{code}")), tone),
    }
}

pub(super) fn filing_link(f: &FilingView, p: Option<&ProcedureView>) -> FilingLink {
    FilingLink {
        href: format!("/filings/{}", f.id),
        code: f.number.clone(),
        kind: format!("{} · {}", f.kind_title, f.channel_title),
        who: f.claimant.clone(),
        received: f.received_at.list_text(),
        state: p.map(|p| p.state_title.clone()).unwrap_or_default(),
        due: p.and_then(next_duty).map(|d| d.0),
    }
}
