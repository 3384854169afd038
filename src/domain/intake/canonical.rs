//! The texts by which the same report is known again.
//!
//! Owns canonical bytes (version 1) of a draft's content and of its fingerprint. Never hashes: they hold personal data
//! in clear, so the caller keys the hash and drops the bytes. What the program itself found (remarks, the moment of
//! reading) is not content.

use super::{FilingDraft, PartyRole};
use crate::domain::matching::{company_key, project_key};
use crate::law::Fen;

struct Writer(Vec<u8>);
impl Writer {
    fn new(tag: &str) -> Self {
        Self(format!("{tag}\n").into_bytes())
    }
    /// `key=<length>:<value>\n`; a value that is not given is written without length, so that "" and nothing differ.
    fn put(&mut self, key: &str, value: Option<&str>) {
        match value {
            Some(v) => self.0.extend_from_slice(format!("{key}={}:{v}\n", v.len()).as_bytes()),
            None => self.0.extend_from_slice(format!("{key}=\n").as_bytes()),
        }
    }
    fn show<T: ToString>(&mut self, key: &str, value: Option<T>) {
        self.put(key, value.map(|v| v.to_string()).as_deref());
    }
}

/// Everything a sender said. Two rows with the same number and other bytes: the second is an amendment.
#[must_use]
pub fn content_bytes(d: &FilingDraft) -> Vec<u8> {
    let mut w = Writer::new("qingxin.filing.content.v1");
    w.put("kind", Some(d.kind.code()));
    w.put("channel", Some(&d.channel));
    w.show("superior", Some(d.superior));
    w.put("source", d.source.as_deref());
    w.put("number", d.source_number.as_deref());
    w.show("received", d.received_stated.then_some(d.received_at));
    w.put("name", Some(&d.reporter.name));
    w.put("phone", d.reporter.phone.as_deref());
    w.put("id", d.reporter.id.as_deref());
    w.put("card", d.reporter.bank_card.as_deref());
    for p in &d.parties {
        w.put("party", Some(p.role.code()));
        w.put("party.name", Some(&p.name));
        w.put("party.uscc", p.uscc.as_deref());
        w.put("party.id", p.id.as_deref());
    }
    for (key, value) in [
        ("project", &d.project),
        ("industry", &d.industry),
        ("project_kind", &d.project_kind),
        ("area", &d.area_text),
        ("address", &d.address),
        ("narrative", &d.narrative),
        ("previous_detail", &d.previous_detail),
        ("reply_term", &d.reply_term),
    ] {
        w.put(key, value.as_deref());
    }
    w.show("government_funded", d.government_funded);
    w.show("contract_signed", d.contract_signed);
    w.show("headcount", Some(d.headcount));
    w.show("fen", Some(d.reported_total.get()));
    w.show("from", d.period_from);
    w.show("to", d.period_to);
    for c in &d.previous_channels {
        w.put("previous", Some(c));
    }
    w.0
}

/// Who a report without a number is: its kind (a 投诉 after a 线索 has rights of its own), reporter, respondent, project, period and amount, normalised. The reporter is the
/// name with ID or telephone, so that two namesakes stay two.
#[must_use]
pub fn fingerprint_bytes(d: &FilingDraft) -> Vec<u8> {
    let mut w = Writer::new("qingxin.filing.fingerprint.v1");
    w.put("kind", Some(d.kind.code()));
    let name: String = d.reporter.name.chars().filter(|c| !c.is_whitespace()).collect();
    w.put("name", Some(&name));
    w.put("person", d.reporter.id.as_deref().or(d.reporter.phone.as_deref()));
    let respondent = d.respondent().or_else(|| d.party(PartyRole::TeamLeader));
    w.put("respondent", respondent.map(|p| p.uscc.clone().unwrap_or_else(|| company_key(&p.name))).as_deref());
    w.put("project", d.project.as_deref().map(project_key).as_deref());
    w.show("from", d.period_from);
    w.show("to", d.period_to);
    w.show("fen", Some(Fen::get(d.reported_total)));
    w.0
}
