//! The arguments each effect takes: what the check of a definition and the planners in `domain` agree on.
//!
//! Owns the signature of every [`EffectKind`]; never what an effect changes.

use super::value::{EffectKind, ValueType};
use ValueType::{At, Bool, Day, Id, Int, List, Money, Text};

/// All kinds. Append-only.
pub const ALL: [EffectKind; 114] = [
    EffectKind::SetLead,
    EffectKind::SetOversight,
    EffectKind::Assign,
    EffectKind::Unassign,
    EffectKind::CountTransfer,
    EffectKind::SetGrade,
    EffectKind::SetFlag,
    EffectKind::BecomeComplaint,
    EffectKind::Conclude,
    EffectKind::ClearConclusion,
    EffectKind::RecordFinding,
    EffectKind::AmendClaim,
    EffectKind::RecordPayment,
    EffectKind::ResolveRemainder,
    EffectKind::IssueDocument,
    EffectKind::SetSecondOfficer,
    EffectKind::JoinCase,
    EffectKind::OpenCase,
    EffectKind::AnswerFiling,
    EffectKind::SetDeskReason,
    EffectKind::SetArea,
    EffectKind::ReversePayment,
    EffectKind::ResolveCredit,
    EffectKind::WaiveClaim,
    EffectKind::RecordReceipt,
    EffectKind::SignAgreement,
    EffectKind::AccelerateAgreement,
    EffectKind::DraftOrder,
    EffectKind::AttemptService,
    EffectKind::ServeOrder,
    EffectKind::AmendOrder,
    EffectKind::FixCompensation,
    EffectKind::SetRemedy,
    EffectKind::OpenSupervision,
    EffectKind::RaiseSupervision,
    EffectKind::DischargeSupervision,
    EffectKind::ExpireOrder,
    EffectKind::SkipCompensation,
    EffectKind::PayCompensation,
    EffectKind::ReverseCompensation,
    EffectKind::TestCrime,
    EffectKind::RecordEnforceability,
    EffectKind::OpenCooperation,
    EffectKind::SettleCooperation,
    EffectKind::NoteVisit,
    EffectKind::OpenTalk,
    EffectKind::ConfirmContact,
    EffectKind::SetTalk,
    EffectKind::SettleTalk,
    EffectKind::AddCommitment,
    EffectKind::SettleCommitment,
    EffectKind::OpenIncident,
    EffectKind::NoteCall,
    EffectKind::InformAuthority,
    EffectKind::JudgeIncident,
    EffectKind::OpenListing,
    EffectKind::ComputeListing,
    EffectKind::ProposeListing,
    EffectKind::DecideListing,
    EffectKind::LeaveListing,
    EffectKind::PublishListing,
    EffectKind::SetListingRemedy,
    EffectKind::EndListing,
    EffectKind::FinishRemoval,
    EffectKind::RestoreListing,
    EffectKind::AddParty,
    EffectKind::ServeParty,
    EffectKind::ObjectParty,
    EffectKind::AnswerParty,
    EffectKind::DropParty,
    EffectKind::PostDecision,
    EffectKind::ServeDecision,
    EffectKind::OpenRemoval,
    EffectKind::VerifyRemoval,
    EffectKind::SettleRemoval,
    EffectKind::OpenAnnouncement,
    EffectKind::DraftAnnouncement,
    EffectKind::CheckAnnouncement,
    EffectKind::ApproveAnnouncement,
    EffectKind::PublishAnnouncement,
    EffectKind::NoteAnnouncementMedia,
    EffectKind::SettleAnnouncement,
    EffectKind::ConfirmGrading,
    EffectKind::TellGrading,
    EffectKind::ContestGrading,
    EffectKind::TalkGrading,
    EffectKind::StopDisplay,
    EffectKind::CorrectListing,
    EffectKind::CorrectParty,
    EffectKind::OpenPenalty,
    EffectKind::ProposePenalty,
    EffectKind::RestartPenalty,
    EffectKind::ReviewPenalty,
    EffectKind::TellPenalty,
    EffectKind::StatePenalty,
    EffectKind::AnswerPenalty,
    EffectKind::ClosePenaltyWindow,
    EffectKind::AskHearing,
    EffectKind::SetHearing,
    EffectKind::TellHearing,
    EffectKind::HoldHearing,
    EffectKind::DiscussPenalty,
    EffectKind::DecidePenalty,
    EffectKind::DropPenalty,
    EffectKind::ServePenalty,
    EffectKind::PayPenalty,
    EffectKind::ReversePenaltyPayment,
    EffectKind::DeferPenalty,
    EffectKind::UrgePenalty,
    EffectKind::RefusePenalty,
    EffectKind::SetPenaltyRemedy,
    EffectKind::RevokePenalty,
    EffectKind::ClosePenalty,
    EffectKind::PassOnPenalty,
];

/// Name, type and whether it must be there, for each argument of an effect.
#[must_use]
pub fn args(kind: EffectKind) -> &'static [(&'static str, ValueType, bool)] {
    match kind {
        EffectKind::SetLead | EffectKind::SetOversight => &[("bureau", Text, true)],
        EffectKind::Assign => &[("account", Id, true), ("second", Id, false)],
        EffectKind::SetGrade => &[("grade", Text, true), ("reason", Text, true)],
        EffectKind::SetFlag => &[("flag", Text, true), ("on", Bool, true)],
        EffectKind::Conclude | EffectKind::AnswerFiling => &[("code", Text, true)],
        EffectKind::RecordFinding => &[("claim", Id, true), ("verified", Money, true), ("rejected", Money, true), ("reason", Text, false)],
        EffectKind::AmendClaim => &[("claim", Id, true), ("claimed", Money, true), ("reason", Text, true)],
        EffectKind::RecordPayment => &[
            ("claim", Id, false),
            ("amount", Money, true),
            ("paid_on", Day, true),
            ("payer_kind", Text, true),
            ("bank_ref", Text, false),
            ("proof", Id, true),
            ("discharges", Bool, false),
            ("way", Text, false),
            ("payer", Id, false),
            ("excess", Text, false),
        ],
        EffectKind::ReversePayment => &[("payment", Id, true)],
        EffectKind::ResolveCredit => &[("payment", Id, true), ("code", Text, true)],
        EffectKind::WaiveClaim => &[("claim", Id, true), ("amount", Money, true), ("by", Id, false)],
        EffectKind::RecordReceipt => &[("claim", Id, true), ("payment", Id, true), ("received", Bool, true)],
        EffectKind::SignAgreement => &[
            ("payer", Id, true),
            ("plan", List, true),
            ("total", Money, true),
            ("guarantor", Text, false),
            ("accelerates", Bool, true),
            ("enforceability", Text, true),
            ("signed_on", Day, true),
            ("proof", Id, true),
            ("guarantee", Text, false),
            ("guaranteed", Money, false),
            ("by", Id, false),
        ],
        EffectKind::AccelerateAgreement => &[("due_on", Day, true)],
        EffectKind::DraftOrder => &[("instrument", Text, true), ("respondent", Id, true), ("pay_by", Day, true), ("consent", Id, false)],
        EffectKind::AttemptService => &[
            ("on", Day, true),
            ("way", Text, true),
            ("outcome", Text, true),
            ("place", Text, true),
            ("witness", Text, false),
            ("proof", Id, false),
            ("address_confirmed", Bool, false),
        ],
        EffectKind::ServeOrder => &[("served_on", Day, true), ("way", Text, true)],
        EffectKind::AmendOrder => &[("pay_by", Day, true)],
        EffectKind::FixCompensation => &[("percent", Int, true)],
        EffectKind::SetRemedy => &[("remedy", Text, true), ("on", Day, false)],
        EffectKind::PayCompensation => &[("amount", Money, true), ("paid_on", Day, true), ("proof", Id, true)],
        EffectKind::ReverseCompensation => &[("amount", Money, true), ("paid_on", Day, true)],
        EffectKind::TestCrime => &[("result", Text, true)],
        EffectKind::RecordEnforceability => &[("status", Text, true), ("on", Day, false)],
        EffectKind::OpenSupervision => &[("origin", Text, true), ("level", Text, true)],
        EffectKind::RaiseSupervision => &[("level", Text, true)],
        EffectKind::OpenCooperation => &[
            ("kind", Text, true),
            ("bureau", Text, false),
            ("due_on", Day, false),
            ("subject", Text, false),
            ("claim", Id, false),
            ("consent", Id, false),
        ],
        EffectKind::SettleCooperation => &[("outcome", Text, false)],
        EffectKind::NoteVisit => &[("went", Text, true), ("went_on", Day, true)],
        EffectKind::OpenTalk => &[("respondent", Id, true), ("on_at", At, true), ("place", Text, true)],
        EffectKind::ConfirmContact => &[("at", At, true), ("proof", Id, true)],
        EffectKind::SetTalk => &[("on_at", At, true), ("place", Text, true)],
        EffectKind::SettleTalk => &[("outcome", Text, true)],
        EffectKind::AddCommitment => &[("what", Text, true), ("due_on", Day, true)],
        EffectKind::SettleCommitment => &[("state", Text, true)],
        EffectKind::OpenIncident => &[("category", Text, true), ("known_at", At, true), ("phoned_at", At, false), ("persons", Int, true)],
        EffectKind::NoteCall => &[("at", At, true)],
        EffectKind::InformAuthority => &[("authority", Text, true), ("at", At, true), ("contact", Text, false)],
        EffectKind::JudgeIncident => &[("finding", Text, true), ("bad_effect", Bool, true)],
        EffectKind::ProposeListing => &[("ground", Text, true), ("withholding", Text, true)],
        EffectKind::SetListingRemedy => &[("remedy", Text, true)],
        EffectKind::EndListing => &[("why", Text, true)],
        EffectKind::StopDisplay => &[("on", Day, true)],
        EffectKind::CorrectListing => &[("unit_name", Text, false), ("uscc", Text, false)],
        EffectKind::CorrectParty => {
            &[("entry", Text, true), ("name", Text, false), ("id_number", Text, false), ("post", Text, false), ("post_from", Day, false)]
        }
        EffectKind::AddParty => {
            &[("kind", Text, true), ("name", Text, false), ("id_number", Text, false), ("post", Text, false), ("post_from", Day, false)]
        }
        EffectKind::ServeParty | EffectKind::ServeDecision => &[("on", Day, true), ("way", Text, true)],
        EffectKind::ObjectParty | EffectKind::PostDecision | EffectKind::VerifyRemoval => &[("on", Day, true)],
        EffectKind::AnswerParty => &[("answer", Text, true)],
        EffectKind::OpenRemoval => &[
            ("applied_on", Day, true),
            ("applicant", Text, true),
            ("application", Id, true),
            ("correction", Id, true),
            ("promise", Id, true),
        ],
        EffectKind::SettleRemoval => &[("outcome", Text, true)],
        EffectKind::OpenAnnouncement => &[
            ("respondent", Id, true),
            ("decision", Text, true),
            ("number", Text, false),
            ("decided_on", Day, false),
            ("served_on", Day, false),
            ("proof", Id, false),
        ],
        EffectKind::DraftAnnouncement => &[
            ("category", Text, true),
            ("name", Text, false),
            ("code", Text, false),
            ("address", Text, true),
            ("head", Text, true),
            ("facts", Text, true),
            ("result", Text, true),
            ("way", Text, true),
        ],
        EffectKind::NoteAnnouncementMedia => &[("medium", Text, true), ("name", Text, true), ("on", Day, true), ("proof", Id, true)],
        EffectKind::SettleAnnouncement => &[("outcome", Text, true)],
        EffectKind::CheckAnnouncement | EffectKind::ApproveAnnouncement | EffectKind::PublishAnnouncement => &[],
        EffectKind::OpenPenalty => &[
            ("ground", Text, true),
            ("respondent", Id, true),
            ("subject", Text, true),
            ("violated_on", Day, true),
            ("second", Id, true),
            ("bureau", Text, false),
            ("name", Text, false),
            ("id_number", Text, false),
            ("post", Text, false),
            ("post_from", Day, false),
            ("corrected_no", Text, false),
            ("corrected_served", Day, false),
            ("corrected_due", Day, false),
            ("proof", Id, false),
        ],
        EffectKind::ProposePenalty => &[("fine", Money, true), ("degree", Text, true), ("mitigation", Text, false)],
        EffectKind::TellPenalty | EffectKind::ServePenalty => &[("on", Day, true), ("way", Text, true)],
        EffectKind::StatePenalty
        | EffectKind::AskHearing
        | EffectKind::TellHearing
        | EffectKind::DiscussPenalty
        | EffectKind::UrgePenalty => &[("on", Day, true)],
        EffectKind::AnswerPenalty => &[("outcome", Text, true), ("fine", Money, false), ("mitigation", Text, false)],
        EffectKind::SetHearing => &[("on", Day, true), ("clock", Text, true), ("place", Text, true), ("host", Id, true)],
        EffectKind::HoldHearing => &[("on", Day, true), ("result", Text, true)],
        EffectKind::DropPenalty => &[("why", Text, true)],
        EffectKind::PayPenalty => &[("amount", Money, true), ("paid_on", Day, true), ("proof", Id, true), ("bank_ref", Text, true)],
        EffectKind::ReversePenaltyPayment => &[("bank_ref", Text, true)],
        EffectKind::DeferPenalty => &[("until", Day, true), ("plan", List, false)],
        EffectKind::SetPenaltyRemedy => &[("remedy", Text, true), ("on", Day, true)],
        EffectKind::RevokePenalty => &[("on", Day, true), ("why", Text, true)],
        EffectKind::ClosePenalty => &[("outcome", Text, true)],
        EffectKind::PassOnPenalty => &[("account", Id, true), ("second", Id, false)],
        EffectKind::TellGrading => &[("on", Day, true), ("way", Text, true), ("proof", Text, true)],
        EffectKind::TalkGrading => &[("on", Day, true)],
        EffectKind::ResolveRemainder => &[("code", Text, true), ("reason", Text, false)],
        EffectKind::IssueDocument => &[("document", Text, true)],
        EffectKind::SetSecondOfficer => &[("account", Id, true)],
        EffectKind::JoinCase => &[("case", Id, true)],
        EffectKind::SetDeskReason => &[("reason", Text, false)],
        EffectKind::SetArea => &[("area", Text, true)],
        EffectKind::Unassign
        | EffectKind::CountTransfer
        | EffectKind::BecomeComplaint
        | EffectKind::ClearConclusion
        | EffectKind::OpenCase
        | EffectKind::DischargeSupervision
        | EffectKind::ExpireOrder
        | EffectKind::OpenListing
        | EffectKind::ComputeListing
        | EffectKind::DecideListing
        | EffectKind::LeaveListing
        | EffectKind::PublishListing
        | EffectKind::FinishRemoval
        | EffectKind::RestoreListing
        | EffectKind::DropParty
        | EffectKind::SkipCompensation
        | EffectKind::ConfirmGrading
        | EffectKind::ContestGrading
        | EffectKind::RestartPenalty
        | EffectKind::ReviewPenalty
        | EffectKind::ClosePenaltyWindow
        | EffectKind::DecidePenalty
        | EffectKind::RefusePenalty => &[],
    }
}

/// The kind of a name such as `record_payment`.
#[must_use]
pub fn kind(name: &str) -> Option<EffectKind> {
    ALL.into_iter().find(|k| self::name(*k) == name)
}

/// The name of a kind, as definitions and events write it.
#[must_use]
pub fn name(kind: EffectKind) -> String {
    match serde_json::to_value(kind) {
        Ok(serde_json::Value::String(s)) => s,
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_kind_has_its_own_name_and_reads_back() {
        let names: BTreeSet<String> = ALL.into_iter().map(name).collect();
        assert_eq!(names.len(), ALL.len());
        assert_eq!(kind("record_payment"), Some(EffectKind::RecordPayment));
        assert_eq!(kind("nothing"), None);
        for k in ALL {
            let names: BTreeSet<&str> = args(k).iter().map(|a| a.0).collect();
            assert_eq!(names.len(), args(k).len());
        }
    }
}
