//! Plain registration by officers: the same fields, the same rules, other pointers.

use super::profile::{DateForm, Field};
use super::read::{Door, Input, draft};
use super::{Caps, Cell, FilingDraft, FilingKind};
use crate::base::{At, FieldError};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What an officer keys in for a caller or a visitor. Texts as typed; empty means not given.
#[derive(Clone, Default, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct FilingForm {
    /// 投诉, 举报, 线索, 信访转送, 上级交办: `complaint`, `report`, `clue`, `petition`, `assigned`; empty is a complaint.
    pub kind: String,
    /// Channel: `window`, `phone`, `hotline_12345` …; empty is the window.
    pub channel: String,
    /// 上级交办 or 督办.
    pub superior: bool,
    /// The sender's number, if any.
    pub source_number: String,
    /// When it was received (RFC 3339 or a usual form); empty is now.
    pub received_at: String,
    /// Name.
    pub reporter_name: String,
    /// Telephone.
    pub reporter_phone: String,
    /// Resident ID.
    pub reporter_id: String,
    /// Bank card.
    pub bank_card: String,
    /// 工程建设领域 or 非工程建设领域.
    pub industry: String,
    /// Kind of project or trade.
    pub project_kind: String,
    /// Project.
    pub project: String,
    /// The party said to owe.
    pub respondent: String,
    /// Its code.
    pub respondent_uscc: String,
    /// 是 or 否.
    pub contract_signed: String,
    /// Employer by contract.
    pub contract_employer: String,
    /// Its code.
    pub contract_employer_uscc: String,
    /// Area: name or code.
    pub area: String,
    /// Address.
    pub address: String,
    /// 建设单位.
    pub owner: String,
    /// Its code.
    pub owner_uscc: String,
    /// 总包.
    pub general_contractor: String,
    /// Its code.
    pub general_contractor_uscc: String,
    /// 分包.
    pub subcontractor: String,
    /// Its code.
    pub subcontractor_uscc: String,
    /// 包工头.
    pub team_leader: String,
    /// The team leader's resident ID.
    pub team_leader_id: String,
    /// 是 or 否.
    pub government_funded: String,
    /// How many workers.
    pub headcount: Option<i64>,
    /// How much in all, in fen.
    pub reported_total_fen: Option<i64>,
    /// First day or month.
    pub period_from: String,
    /// Last day or month.
    pub period_to: String,
    /// What happened.
    pub narrative: String,
    /// Channels used before, separated by 、.
    pub previous_channels: String,
    /// What came of them.
    pub previous_detail: String,
}
impl std::fmt::Debug for FilingForm {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "FilingForm({} via {})", self.kind, self.channel)
    }
}

struct FormInput(BTreeMap<Field, Cell>);
impl Input for FormInput {
    fn cell(&self, field: Field) -> Option<&Cell> {
        self.0.get(&field)
    }
    fn pointer(&self, field: Field) -> String {
        field.pointer()
    }
    fn amount_in_wan(&self) -> bool {
        false
    }
}

/// Reads an officer's registration under the rules of import. Channels are checked against `channels` (codes).
///
/// # Errors
/// Every fault with a JSON pointer into the form.
pub fn draft_from_form(form: &FilingForm, channels: &[String], caps: &Caps, now: At) -> Result<FilingDraft, Vec<FieldError>> {
    let mut faults = Vec::new();
    let coded = |pointer: &str, code: &str| FieldError::new(pointer, code, crate::base::text::zh(&format!("intake.{code}")));
    let kind = match form.kind.trim() {
        "" | "complaint" => FilingKind::Complaint,
        "report" => FilingKind::Report,
        "clue" => FilingKind::Clue,
        "petition" => FilingKind::Petition,
        "assigned" => FilingKind::Assigned,
        _ => {
            faults.push(coded("/kind", "unknown_kind"));
            FilingKind::Complaint
        }
    };
    let channel = if form.channel.trim().is_empty() { "window" } else { form.channel.trim() };
    if !channels.iter().any(|c| c == channel) {
        faults.push(coded("/channel", "unknown_channel"));
    }
    let yuan = |fen: i64| format!("{}{}.{:02}", if fen < 0 { "-" } else { "" }, fen.unsigned_abs() / 100, fen.unsigned_abs() % 100);
    let amount = form.reported_total_fen.map(yuan).unwrap_or_default();
    let headcount = form.headcount.map(|n| n.to_string()).unwrap_or_default();
    use Field as F;
    let cells = [
        (F::SourceNumber, &form.source_number),
        (F::ReceivedAt, &form.received_at),
        (F::ReporterName, &form.reporter_name),
        (F::ReporterPhone, &form.reporter_phone),
        (F::ReporterId, &form.reporter_id),
        (F::BankCard, &form.bank_card),
        (F::Industry, &form.industry),
        (F::ProjectKind, &form.project_kind),
        (F::Project, &form.project),
        (F::Respondent, &form.respondent),
        (F::RespondentUscc, &form.respondent_uscc),
        (F::ContractSigned, &form.contract_signed),
        (F::ContractEmployer, &form.contract_employer),
        (F::ContractEmployerUscc, &form.contract_employer_uscc),
        (F::Area, &form.area),
        (F::Address, &form.address),
        (F::Owner, &form.owner),
        (F::OwnerUscc, &form.owner_uscc),
        (F::GeneralContractor, &form.general_contractor),
        (F::GeneralContractorUscc, &form.general_contractor_uscc),
        (F::Subcontractor, &form.subcontractor),
        (F::SubcontractorUscc, &form.subcontractor_uscc),
        (F::TeamLeader, &form.team_leader),
        (F::TeamLeaderId, &form.team_leader_id),
        (F::GovernmentFunded, &form.government_funded),
        (F::Headcount, &headcount),
        (F::Amount, &amount),
        (F::PeriodFrom, &form.period_from),
        (F::PeriodTo, &form.period_to),
        (F::Narrative, &form.narrative),
        (F::PreviousChannels, &form.previous_channels),
        (F::PreviousDetail, &form.previous_detail),
    ];
    let input = FormInput(cells.into_iter().map(|(f, s)| (f, Cell::text(s))).collect());
    let dates = [DateForm::Separated, DateForm::Compact, DateForm::Numerals].into();
    let door = Door { kind, channel, sources: &[], number_prefixes: &[], dates: &dates, period_from_narrative: true };
    match draft(&door, &input, caps, now) {
        Ok(d) if faults.is_empty() => Ok(FilingDraft { superior: form.superior, ..d }),
        Ok(_) => Err(faults),
        Err(more) => {
            faults.extend(more);
            Err(faults)
        }
    }
}
