//! What effects are called by people, beside their signature in [`crate::flow::effect`].
//!
//! Owns the Chinese name of every effect, for the pages that show what a move changes. Plans no rows.

use crate::flow::EffectKind;

/// What a person calls an effect.
#[must_use]
pub fn title(kind: EffectKind) -> &'static str {
    match kind {
        EffectKind::SetLead => "确定承办部门",
        EffectKind::SetOversight => "确定行业监管部门",
        EffectKind::Assign => "指派承办人",
        EffectKind::Unassign => "解除承办人",
        EffectKind::CountTransfer => "记移送一次",
        EffectKind::SetGrade => "调整案件等级",
        EffectKind::SetFlag => "特别标记",
        EffectKind::BecomeComplaint => "线索转为投诉",
        EffectKind::Conclude => "记录办结结论",
        EffectKind::ClearConclusion => "撤回办结结论",
        EffectKind::RecordFinding => "记录核查结果",
        EffectKind::AmendClaim => "更正主张金额",
        EffectKind::RecordPayment => "记录支付",
        EffectKind::ResolveRemainder => "处理未具名差额",
        EffectKind::IssueDocument => "出具文书",
        EffectKind::SetSecondOfficer => "指定第二承办人",
        EffectKind::JoinCase => "并入案件",
        EffectKind::OpenCase => "建立案件",
        EffectKind::AnswerFiling => "记录答复",
        EffectKind::SetDeskReason => "记录留台原因",
        EffectKind::SetArea => "确定区划",
        EffectKind::ReversePayment => "撤销误记的支付",
        EffectKind::ResolveCredit => "处理多付款项",
        EffectKind::WaiveClaim => "记录劳动者放弃",
        EffectKind::RecordReceipt => "记录劳动者收款确认",
        EffectKind::SignAgreement => "记录支付协议",
        EffectKind::AccelerateAgreement => "剩余款项提前到期",
        EffectKind::DraftOrder => "责令支付",
        EffectKind::AttemptService => "记录送达",
        EffectKind::ServeOrder => "记录送达完成",
        EffectKind::AmendOrder => "变更支付日期",
        EffectKind::FixCompensation => "核定加付赔偿金",
        EffectKind::SetRemedy => "记录复议或诉讼",
        EffectKind::OpenSupervision => "发出督办",
        EffectKind::RaiseSupervision => "提高督办等级",
        EffectKind::DischargeSupervision => "解除督办",
        EffectKind::ExpireOrder => "记录逾期时尚未支付的金额",
        EffectKind::SkipCompensation => "不加付赔偿金",
        EffectKind::PayCompensation => "登记赔偿金支付",
        EffectKind::ReverseCompensation => "撤销误记的赔偿金支付",
        EffectKind::TestCrime => "记录涉嫌犯罪审查结果",
        EffectKind::RecordEnforceability => "记录执行保障",
        EffectKind::OpenCooperation => "发出协办、移送或转介",
        EffectKind::SettleCooperation => "记录协办、移送或转介的结果",
        EffectKind::NoteVisit => "记录劳动者前往情况",
        EffectKind::OpenTalk => "通知约谈",
        EffectKind::ConfirmContact => "记录已联系到约谈对象",
        EffectKind::SetTalk => "变更约谈时间",
        EffectKind::SettleTalk => "记录约谈结果",
        EffectKind::AddCommitment => "记录约谈承诺",
        EffectKind::SettleCommitment => "记录承诺的履行",
        EffectKind::OpenIncident => "登记突发事件",
        EffectKind::NoteCall => "记录电话首报",
        EffectKind::InformAuthority => "记录通报有关部门",
        EffectKind::JudgeIncident => "认定事件性质",
        EffectKind::OpenListing => "启动列入审查",
        EffectKind::ComputeListing => "计算列入条件",
        EffectKind::ProposeListing => "提出列入意见",
        EffectKind::DecideListing => "作出列入决定",
        EffectKind::LeaveListing => "结束审查，不列入",
        EffectKind::PublishListing => "公开列入信息",
        EffectKind::SetListingRemedy => "记录对列入的复议或诉讼",
        EffectKind::EndListing => "停止列入",
        EffectKind::FinishRemoval => "完成移出",
        EffectKind::RestoreListing => "恢复列入",
        EffectKind::AddParty => "确定列入当事人",
        EffectKind::ServeParty => "记录告知书送达",
        EffectKind::ObjectParty => "记录异议",
        EffectKind::AnswerParty => "记录异议期满或异议结果",
        EffectKind::DropParty => "除去列入当事人",
        EffectKind::PostDecision => "记录决定书公告",
        EffectKind::ServeDecision => "记录决定书送达",
        EffectKind::OpenRemoval => "登记提前移出申请",
        EffectKind::VerifyRemoval => "核实改正情况",
        EffectKind::SettleRemoval => "记录提前移出申请的结果",
        EffectKind::OpenAnnouncement => "列为公布候选",
        EffectKind::DraftAnnouncement => "记录拟公布的内容",
        EffectKind::CheckAnnouncement => "记录隐私与保密审查",
        EffectKind::ApproveAnnouncement => "记录批准公布",
        EffectKind::PublishAnnouncement => "向社会公布",
        EffectKind::NoteAnnouncementMedia => "记录媒体公布",
        EffectKind::SettleAnnouncement => "停止展示公布内容",
        EffectKind::ConfirmGrading => "确认守法诚信等级",
        EffectKind::TellGrading => "记录告知评价结果",
        EffectKind::ContestGrading => "记录对等级的异议",
        EffectKind::TalkGrading => "记录约谈企业负责人",
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_effect_has_its_own_name() {
        let names: std::collections::BTreeSet<_> = crate::flow::effect::ALL.into_iter().map(super::title).collect();
        assert_eq!(names.len(), crate::flow::effect::ALL.len());
    }
}
