//! The facts the matter offers to definitions, the roles a person may have towards it, and the coded lists.
//!
//! Owns names and types; `app` loads the values, group by group. Names are append-only: a running procedure keeps the
//! definition it began with. Reads no file: texts come in as arguments.

use crate::base::{Error, Result, text};
use crate::domain::penalty;
use crate::flow::{FactSpec, Registry, ValueType};
use crate::law::Rules;
use ValueType::{At, Bool, Day, Id, Int, List, Money, Text};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};

/// The code lists as shipped; `boot` may overlay a city's own.
pub const CODES: &str = include_str!("../../config/codes.toml");

/// The definitions as shipped: file name and text. `boot` publishes them and overlays a city's own.
pub const DEFINITIONS: &[(&str, &str)] = &[
    ("workflows/agreement.v1.toml", include_str!("../../workflows/agreement.v1.toml")),
    ("workflows/announcement.v1.toml", include_str!("../../workflows/announcement.v1.toml")),
    ("workflows/commitment.v1.toml", include_str!("../../workflows/commitment.v1.toml")),
    ("workflows/complaint.v1.toml", include_str!("../../workflows/complaint.v1.toml")),
    ("workflows/complaint.v2.toml", include_str!("../../workflows/complaint.v2.toml")),
    ("workflows/cooperation.v1.toml", include_str!("../../workflows/cooperation.v1.toml")),
    ("workflows/filing.v1.toml", include_str!("../../workflows/filing.v1.toml")),
    ("workflows/filing.v2.toml", include_str!("../../workflows/filing.v2.toml")),
    ("workflows/grading.v1.toml", include_str!("../../workflows/grading.v1.toml")),
    ("workflows/grading.v2.toml", include_str!("../../workflows/grading.v2.toml")),
    ("workflows/handoff.v1.toml", include_str!("../../workflows/handoff.v1.toml")),
    ("workflows/incident.v1.toml", include_str!("../../workflows/incident.v1.toml")),
    ("workflows/listing.v1.toml", include_str!("../../workflows/listing.v1.toml")),
    ("workflows/listing.v2.toml", include_str!("../../workflows/listing.v2.toml")),
    ("workflows/listing_party.v1.toml", include_str!("../../workflows/listing_party.v1.toml")),
    ("workflows/listing_party.v2.toml", include_str!("../../workflows/listing_party.v2.toml")),
    ("workflows/payment_order.v1.toml", include_str!("../../workflows/payment_order.v1.toml")),
    ("workflows/payment_order.v2.toml", include_str!("../../workflows/payment_order.v2.toml")),
    ("workflows/payment_order.v3.toml", include_str!("../../workflows/payment_order.v3.toml")),
    ("workflows/penalty.v1.toml", include_str!("../../workflows/penalty.v1.toml")),
    ("workflows/referral.v1.toml", include_str!("../../workflows/referral.v1.toml")),
    ("workflows/removal.v1.toml", include_str!("../../workflows/removal.v1.toml")),
    ("workflows/supervision.v1.toml", include_str!("../../workflows/supervision.v1.toml")),
    ("workflows/talk.v1.toml", include_str!("../../workflows/talk.v1.toml")),
];

const fn fact(name: &'static str, ty: ValueType, label: &'static str, group: &'static str) -> FactSpec {
    FactSpec { name, ty, label, group }
}

/// Every fact. Those marked (absent) are not there when there is nothing to say; a guard that looks at them without
/// `has(…)` is refused then.
pub const FACTS: &[FactSpec] = &[
    // case: the row of the case
    fact("case.origin", Text, "案件来源性质（complaint 投诉、clue 线索）", "case"),
    fact("case.received_at", At, "最早登记的收到时间", "case"),
    fact("case.complaint_received_at", At, "最早一件投诉的收到时间（没有投诉则无）", "case"),
    fact("case.docketed_at", At, "立案时间（未立案则无）", "case"),
    fact("case.docketed", Bool, "是否已立案", "case"),
    fact("case.state", Text, "案件所处状态", "case"),
    fact("case.unserved", Bool, "是否有尚未送达的处理决定", "case"),
    fact("case.default_only", Bool, "是否仅因未按协议支付而重新办理", "case"),
    fact("case.area", Text, "区划代码（不明则无）", "case"),
    fact("case.area_known", Bool, "区划是否确定", "case"),
    fact("case.lead", Text, "承办部门（未定则无）", "case"),
    fact("case.oversight", Text, "行业监管部门（无则无）", "case"),
    fact("case.grade", Text, "案件等级", "case"),
    fact("case.flagged", Bool, "是否有特别标记", "case"),
    fact("case.transfers", Int, "已移送次数", "case"),
    fact("case.conclusion", Text, "办结结论（未办结则无）", "case"),
    fact("case.construction", Bool, "是否工程建设领域", "case"),
    fact("case.headcount", Int, "涉及人数", "case"),
    fact("case.reported_total", Money, "登记的欠薪总额", "case"),
    fact("case.has_respondent", Bool, "是否有明确的被反映单位", "case"),
    fact("case.within_limitation", Bool, "是否在两年查处时效内", "case"),
    // repeats: who turned to the office about the case how often
    fact("repeats.most", Int, "同一人就本案登记和催办的最多次数", "repeats"),
    // claims: sums over the claims of the case
    fact("claims.count", Int, "欠薪明细条数", "claims"),
    fact("claims.claimed", Money, "主张金额合计", "claims"),
    fact("claims.verified", Money, "核实金额合计", "claims"),
    fact("claims.rejected", Money, "不予认定金额合计", "claims"),
    fact("claims.open", Money, "尚未核查金额合计", "claims"),
    fact("claims.paid", Money, "已支付金额合计", "claims"),
    fact("claims.waived", Money, "放弃金额合计", "claims"),
    fact("claims.outstanding", Money, "尚欠金额合计", "claims"),
    fact("claims.discharged", Money, "用人单位自行支付金额合计", "claims"),
    fact("claims.remainder", Money, "登记总额中未具名的差额", "claims"),
    fact("claims.remainder_persons", Int, "登记人数中未具名的人数", "claims"),
    fact("claims.remainder_resolved", Bool, "未具名差额是否已处理（无差额视为已处理）", "claims"),
    // people: officers of the case
    fact("people.officers", Int, "承办人数（承办人与第二承办人）", "people"),
    fact("people.assignee", Id, "案件承办人（未定则无）", "people"),
    fact("people.second", Id, "第二承办人（未定则无）", "people"),
    fact("people.handling", List, "正在办理本案的人员（承办人、第二承办人及其代理人）", "people"),
    fact("people.handlers", List, "承办部门可办案的人员", "people"),
    fact("people.recused", List, "应当回避的人员", "people"),
    // filing: the row of the filing
    fact("filing.channel", Text, "来源渠道", "filing"),
    fact("filing.kind", Text, "登记性质", "filing"),
    fact("filing.received_at", At, "收到时间", "filing"),
    fact("filing.area_known", Bool, "区划是否确定", "filing"),
    fact("filing.desk_reason", Text, "留台原因（无则无）", "filing"),
    fact("filing.has_case", Bool, "是否已并入或建立案件", "filing"),
    fact("filing.answer", Text, "已作的答复（未答复则无）", "filing"),
    fact("filing.contactable", Bool, "是否留有联系方式", "filing"),
    fact("filing.headcount", Int, "登记人数", "filing"),
    fact("filing.reported_total", Money, "登记金额", "filing"),
    // the channel, or 信访 for a petition that came by another one: what its reply is due by
    fact("filing.way", Text, "答复依据的渠道", "filing"),
    // money: payments
    fact("money.payments", Int, "支付记录条数", "money"),
    fact("money.unallocated", Money, "尚未分配到人的款项", "money"),
    fact("money.unconfirmed", Money, "等待劳动者确认收到的款项", "money"),
    // children: procedures that run beside the complaint on the same case
    fact("children.agreement", Int, "进行中的支付协议数", "children"),
    fact("children.payment_order", Int, "进行中的限期支付数", "children"),
    fact("children.supervision", Int, "进行中的督办数", "children"),
    fact("children.cooperation", Int, "进行中的协办数", "children"),
    fact("children.referral", Int, "进行中的移送数", "children"),
    fact("children.handoff", Int, "进行中的转介数", "children"),
    fact("children.talk", Int, "进行中的约谈数", "children"),
    fact("children.commitment", Int, "尚未履行的约谈承诺数", "children"),
    fact("children.incident", Int, "进行中的突发事件数", "children"),
    fact("children.announcement", Int, "进行中的社会公布数", "children"),
    // agreement, order, supervision: of the procedure itself; nothing before it was signed, drafted or opened
    fact("agreement.version", Int, "协议版本", "agreement"),
    fact("agreement.total", Money, "协议总额", "agreement"),
    fact("agreement.settled", Money, "协议已清偿金额", "agreement"),
    fact("agreement.outstanding", Money, "协议尚未清偿金额", "agreement"),
    fact("agreement.accelerates", Bool, "协议是否约定逾期后全部到期", "agreement"),
    fact("agreement.next_due", At, "下一期应付日（已付清则无）", "agreement"),
    fact("agreement.overdue", Bool, "是否有到期未付的分期", "agreement"),
    fact("agreement.moved_on", Bool, "所跟踪的一期是否已付清", "agreement"),
    fact("agreement.enforceability", Text, "协议选择的执行保障", "agreement"),
    fact("agreement.enforcement", Text, "执行保障办到哪一步", "agreement"),
    fact("agreement.guaranteed", Bool, "协议是否有保证人", "agreement"),
    fact("agreement.effective_at", At, "协议生效日", "agreement"),
    fact("agreement.fell_back", Bool, "此前已付清的一期是否又未付清", "agreement"),
    fact("order.instrument", Text, "文书种类（限期改正、处理决定、保证金支付通知）", "order"),
    fact("order.amount", Money, "责令支付金额", "order"),
    fact("order.owed_to_workers", Money, "劳动者尚未拿到的金额", "order"),
    fact("order.undischarged", Money, "责令对象自己尚未清偿的金额（保证金、周转金、法院执行款不算）", "order"),
    fact("order.settled", Bool, "责令对象是否已自行付清，赔偿金是否已了结", "order"),
    fact("order.recovered", Bool, "未自行付清的部分是否已由法院执行到位，赔偿金是否已了结", "order"),
    fact("order.persons", Int, "责令支付涉及的人数", "order"),
    fact("order.pay_by", At, "支付期限届满之日", "order"),
    fact("order.pay_day", Day, "支付期限届满日", "order"),
    fact("order.lapsed", Bool, "支付期限是否已过", "order"),
    fact("order.remedy", Text, "复议或诉讼情况", "order"),
    fact("order.remedies_over", Bool, "复议和起诉期间是否已满", "order"),
    fact("order.remedies_end", Day, "复议和起诉期间届满日（未送达则无）", "order"),
    fact("order.remedy_day", Day, "复议、诉讼终结之日（未终结则无）", "order"),
    fact("order.served", Bool, "是否已送达", "order"),
    fact("order.served_at", At, "送达日（未送达则无）", "order"),
    fact("order.compensated", Bool, "加付赔偿金是否已作决定", "order"),
    fact("order.compensation_left", Money, "尚未支付的赔偿金", "order"),
    fact("order.crime_threshold", Bool, "欠薪是否达到拒不支付劳动报酬罪的数额标准", "order"),
    fact("order.crime_tested", Bool, "是否已作涉嫌犯罪审查", "order"),
    fact("order.crime_result", Text, "涉嫌犯罪审查结果（未审查为 none，已移送为 sent）", "order"),
    fact("supervision.level", Text, "督办等级", "supervision"),
    fact("supervision.origin", Text, "督办原因", "supervision"),
    fact("supervision.own", Bool, "办理人是否属于被督办部门", "supervision"),
    fact("supervision.next", Text, "督办的下一个等级（已是最高等级则为其本身）", "supervision"),
    fact("supervision.higher", List, "比现在更高的督办等级", "supervision"),
    // cooperation, referral, talk, commitment, incident: of the procedure itself
    fact("cooperation.due_at", At, "协办、移送写明的日期", "cooperation"),
    fact("cooperation.own", Bool, "办理人是否在双方部门办案", "cooperation"),
    fact("talk.on_at", At, "约谈时间", "talk"),
    fact("talk.contacted", Bool, "是否已确认联系到约谈对象", "talk"),
    fact("commitment.due_at", At, "承诺的日期", "commitment"),
    fact("incident.category", Text, "突发事件类别", "incident"),
    fact("incident.known_at", At, "得知突发事件的时间", "incident"),
    fact("incident.informed", Int, "已通报公安、信访、网信等的次数", "incident"),
    // talks and incidents of the case: what later procedures may stand on
    fact("talks.held", Int, "已进行的约谈数", "talks"),
    fact("talks.no_show", Int, "确认联系后未到场的次数", "talks"),
    fact("talks.missed", Int, "未按期履行的约谈承诺数", "talks"),
    fact("incident.grounds", Bool, "是否有经认定造成严重不良社会影响的群体性、极端事件", "incident"),
    // listing, its parties, removal: of the procedure itself; the order is the listing's parent
    fact("order.listings", Int, "该责令支付已启动的列入审查数", "order"),
    fact("listing.expired_at", At, "责令支付的期限届满日", "listing"),
    fact("listing.decide_by", At, "列入决定的期限届满日", "listing"),
    fact("listing.clock_over", Bool, "列入决定的期限是否已过", "listing"),
    fact("listing.order_stands", Bool, "责令支付是否仍然有效", "listing"),
    fact("listing.order_expired", Bool, "责令支付是否已送达并逾期", "listing"),
    fact("listing.order_stayed", Bool, "责令支付是否被停止执行", "listing"),
    fact("listing.suit_pending", Bool, "责令支付是否正在复议或者诉讼", "listing"),
    fact("listing.employer", Bool, "责令对象是否用人单位", "listing"),
    fact("listing.unpaid", Money, "期限届满时尚未支付的农民工工资", "listing"),
    fact("listing.threshold", Bool, "是否达到认定拒不支付劳动报酬罪的数额标准", "listing"),
    fact("listing.incident", Bool, "是否有经认定造成严重不良社会影响的群体性、极端事件", "listing"),
    fact("listing.eligible", Bool, "是否符合列入条件", "listing"),
    fact("listing.grounded", Bool, "所提出的列入情形是否成立", "listing"),
    fact("listing.unit_ready", Bool, "单位是否已告知且异议期满或异议已答复", "listing"),
    fact("listing.unit_cleared", Bool, "单位的异议是否成立", "listing"),
    fact("listing.decision_served", Bool, "决定书是否已送达单位或者公告", "listing"),
    fact("listing.listed_already", Bool, "该单位是否已在名单中", "listing"),
    fact("listing.paid", Bool, "责令支付的农民工工资是否已由责令对象付清", "listing"),
    fact("listing.receivers_open", Int, "尚未确认的接收部门数", "listing"),
    fact("listing.receivers", Int, "接收该信息的部门数", "listing"),
    fact("listing.ended_on", Day, "停止列入的日期", "listing"),
    fact("listing.display_until", At, "信用平台最早可以停止公示的日期", "listing"),
    fact("listing.published", Bool, "是否已公开", "listing"),
    fact("listing.removal_running", Bool, "是否有提前移出申请在办理", "listing"),
    fact("listing.removed_early", Bool, "是否因提前移出而移出", "listing"),
    // door: what was handed in on the papers of the procedure, and of those it began
    fact("door.waits", Bool, "是否有在期限内提交、尚未处理的异议或者陈述申辩", "door"),
    fact("party.unit", Bool, "当事人是否单位", "party"),
    fact("party.kind", Text, "当事人身份", "party"),
    fact("party.notice_on", Day, "告知书的日期", "party"),
    fact("party.paper_on", Day, "待送达文书的日期", "party"),
    fact("party.posted_over", Bool, "公告期是否已满", "party"),
    fact("party.posted_until", Day, "公告期的最后一日", "party"),
    fact("removal.applied_at", At, "收到提前移出申请之日", "removal"),
    fact("removal.applied_day", Day, "收到提前移出申请之日", "removal"),
    fact("removal.verified", Bool, "是否已核实改正情况", "removal"),
    fact("removal.paid", Bool, "责令支付的农民工工资是否已由责令对象付清", "removal"),
    fact("removal.paid_on", Day, "最后一笔支付的日期", "removal"),
    fact("removal.six_months_over", Bool, "自改正之日起列入是否已满六个月", "removal"),
    fact("removal.new_arrears", Bool, "列入期间是否又发生拖欠", "removal"),
    fact("removal.criminal", Bool, "是否因拒不支付劳动报酬进入刑事程序", "removal"),
    // announcement: of the procedure itself, or of what it is begun with
    fact("announcement.decided", Bool, "据以公布的处理决定是否已送达并且有效", "announcement"),
    fact("announcement.decision", Text, "据以公布的处理决定（order 责令支付、decision 其他处理、penalty 处罚）", "announcement"),
    fact("announcement.remedy", Text, "据以公布的责令支付决定的复议、诉讼情况（其他决定为 none）", "announcement"),
    fact("announcement.own", Bool, "办理人是否就是拟定公布内容的人", "announcement"),
    fact("announcement.way", Text, "公布方式（batch 随季度批次、now 即时；已公布过的一律 now）", "announcement"),
    fact("announcement.shown", Bool, "是否已经公布过", "announcement"),
    fact("announcement.publish_from", At, "公布期限的起算点（随批次的为批次应公布之日，即时的为现在）", "announcement"),
    // grading: of the procedure itself
    fact("grading.grade", Text, "守法诚信等级", "grading"),
    fact("grading.current", Bool, "评价依据的记录是否仍未更正", "grading"),
    fact("grading.talked", Bool, "是否已约谈企业负责人", "grading"),
    fact("grading.issued_on", Day, "评价结果告知书出具之日（未出具则无）", "grading"),
    fact("grading.told_on", Day, "告知企业之日（未告知则无）", "grading"),
    // penalty: of the procedure itself, or of what it is begun with
    fact("penalty.filed_at", At, "行政处罚立案之日", "penalty"),
    fact("penalty.right", Text, "当事人的权利（hearing 可以申请听证、statement 陈述申辩）", "penalty"),
    fact("penalty.officers", Int, "处罚的承办人数", "penalty"),
    fact("penalty.investigators", List, "参与调查的人员", "penalty"),
    fact("penalty.least", Money, "法定罚款下限", "penalty"),
    fact("penalty.most", Money, "法定罚款上限", "penalty"),
    fact("penalty.ceiling", Money, "陈述申辩以后罚款不得超过的数额（没有陈述申辩的为法定上限）", "penalty"),
    fact("penalty.fine", Money, "罚款数额（未提出则无）", "penalty"),
    fact("penalty.bureau_may", Bool, "本部门是否可以处罚该违法行为", "penalty"),
    fact("penalty.subject_may", Bool, "该违法行为是否可以处罚该对象", "penalty"),
    fact("penalty.ordered", Bool, "是否已责令改正并期满未改正（不须责令的视为已责令）", "penalty"),
    fact("penalty.within_limitation", Bool, "违法行为终了是否未满二年", "penalty"),
    fact("penalty.fined_already", Bool, "同一违法行为是否已立案处罚", "penalty"),
    fact("penalty.grounded", Bool, "据以处罚的责令是否仍然有效（没有责令的视为有效）", "penalty"),
    fact("penalty.crime_open", Bool, "欠薪是否达到移送标准而未审查，或者正在移送公安机关", "penalty"),
    fact("penalty.crime_sent", Bool, "是否已移送公安机关", "penalty"),
    fact("penalty.own", Bool, "办理人是否提出处罚建议或者参与调查", "penalty"),
    fact("penalty.reviewed", Bool, "是否已法制审核（依法不须审核的视为已审核）", "penalty"),
    fact("penalty.discussed", Bool, "是否已集体讨论（不须讨论的视为已讨论）", "penalty"),
    fact("penalty.told", Bool, "事先告知书是否已送达", "penalty"),
    fact("penalty.window_over", Bool, "陈述申辩期是否已满", "penalty"),
    fact("penalty.statement_open", Bool, "是否有未复核的陈述申辩", "penalty"),
    fact("penalty.answer", Text, "陈述申辩的复核结果（没有为 none）", "penalty"),
    fact("penalty.hearing_open", Bool, "申请的听证是否尚未举行", "penalty"),
    fact("penalty.hearing_told", Bool, "听证通知书是否已送达", "penalty"),
    fact("penalty.hearing_day", Day, "听证之日（未定则为今天）", "penalty"),
    fact("penalty.hearing_notice_by", Day, "听证通知书最迟送达之日", "penalty"),
    fact("penalty.clock_over", Bool, "立案是否已超过九十日", "penalty"),
    fact("penalty.first", Bool, "当事人是否初次违法", "penalty"),
    fact("penalty.notice_on", Day, "告知书的日期", "penalty"),
    fact("penalty.decided_day", Day, "决定书的日期", "penalty"),
    fact("penalty.posted_over", Bool, "公告送达是否已期满", "penalty"),
    fact("penalty.posted_until", Day, "公告送达期满之日（没有公告则为今天）", "penalty"),
    fact("penalty.window_until", Day, "陈述申辩、申请听证的最后一日", "penalty"),
    fact("penalty.hearing_set_on", Day, "听证通知书的日期（未定则为今天）", "penalty"),
    fact("penalty.suit_pending", Bool, "据以处罚的责令是否正在复议或者诉讼", "penalty"),
    fact("penalty.on_order", Bool, "是否因不履行责令支付而处罚", "penalty"),
    fact("penalty.served_day", Day, "决定书送达之日", "penalty"),
    fact("penalty.remedies_past", Bool, "复议和起诉期间是否已过", "penalty"),
    fact("penalty.court_from", Day, "可以申请法院强制执行的起算日（尚未起算则为今天）", "penalty"),
    fact("penalty.court_runs", Bool, "申请法院强制执行的期限是否已起算", "penalty"),
    fact("penalty.urge_on", Day, "催告书的日期（未制作则为今天）", "penalty"),
    fact("penalty.pay_day", Day, "缴款期限届满日", "penalty"),
    fact("penalty.left", Money, "尚未缴纳的罚款和加处罚款", "penalty"),
    fact("penalty.paid", Money, "已缴金额", "penalty"),
    fact("penalty.remedy", Text, "复议或诉讼情况", "penalty"),
    fact("penalty.remedies_end", Day, "复议和起诉期间届满日", "penalty"),
    fact("penalty.urge_issued", Bool, "催告书是否已制作", "penalty"),
    fact("penalty.urge_done", Bool, "最近一次催告的期限是否已满", "penalty"),
    fact("penalty.applied", Bool, "是否已申请法院强制执行", "penalty"),
    fact("penalty.deferred", Bool, "是否已准予暂缓、分期缴纳", "penalty"),
    fact("penalty.court_over", Bool, "申请法院强制执行的期限是否已过", "penalty"),
    // evidence and papers
    fact("evidence.count", Int, "证据件数", "evidence"),
    fact("documents.issued", List, "已出具文书的种类", "documents"),
];

/// Duties of staff.
pub const DUTIES: [&str; 7] = ["desk", "handler", "leader", "legal", "head", "supervisor", "credit"];
/// Places a duty may be held towards a procedure: the lead bureau of the case, its oversight bureau, the bureau that
/// received the filing, the supervisor's office whose area covers the case's area, the city, the bureau this procedure asks
/// something of, the supervisor over lead and asked bureau both.
pub const PLACES: [&str; 7] = ["lead", "oversight", "receiving", "above", "city", "asked", "common"];
/// Roles that are no duty at a place.
pub const PERSONS: [&str; 6] = ["assignee", "second", "requester", "system", "claimant", "sender"];

/// Every role a definition may name: `duty@place` and the persons.
#[must_use]
pub fn roles() -> BTreeSet<String> {
    let pairs = DUTIES.iter().flat_map(|d| PLACES.iter().map(move |p| format!("{d}@{p}")));
    pairs.chain(PERSONS.iter().map(|p| (*p).to_owned())).collect()
}

/// What a person calls a role: 承办部门大队长.
#[must_use]
pub fn role_title(role: &str) -> String {
    match role.split_once('@') {
        Some((duty, place)) => format!("{}{}", text::zh(&format!("place.{place}")), text::zh(&format!("duty.{duty}"))),
        None => text::zh(&format!("role.{role}")).to_owned(),
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct CodeList {
    title: String,
    codes: Vec<Code>,
}
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Code {
    code: String,
    name: String,
    #[serde(default)]
    tags: Vec<String>,
    #[serde(default)]
    article: String,
}

/// The procedures that exist.
pub const PROCEDURES: [&str; 17] = [
    "filing",
    "complaint",
    "agreement",
    "payment_order",
    "supervision",
    "cooperation",
    "referral",
    "handoff",
    "talk",
    "commitment",
    "incident",
    "listing",
    "listing_party",
    "removal",
    "announcement",
    "grading",
    "penalty",
];

/// Everything a definition may refer to. `codes` is the text of `config/codes.toml`.
///
/// # Errors
/// `Config` when the code lists cannot be read, a code stands twice or has no name.
pub fn registry(codes: &str, rules: &Rules) -> Result<Registry> {
    let lists: BTreeMap<String, CodeList> = toml::from_str(codes).map_err(|e| Error::Config(format!("config/codes.toml：{e}")))?;
    let mut reg = Registry {
        facts: FACTS.iter().map(|f| (f.name, f.clone())).collect(),
        roles: roles(),
        notices: text::starting_with("notice.").chain(text::starting_with("told.")).map(str::to_owned).collect(),
        rules: rules.term_keys().map(str::to_owned).collect(),
        numbers: rules.numbers().map(|n| n.key.clone()).collect(),
        procedures: PROCEDURES.iter().map(|p| (*p).to_owned()).collect(),
        ..Registry::default()
    };
    for (list, l) in lists {
        let mut seen = BTreeSet::new();
        if l.title.trim().is_empty() || l.codes.is_empty() {
            return Err(Error::Config(format!("config/codes.toml：代码表 {list} 没有名称或没有代码")));
        }
        for c in &l.codes {
            if list == penalty::GROUNDS {
                let read = penalty::Ground::read(c.tags.iter().map(String::as_str)).map(drop);
                let read = if c.article.is_empty() { Err("没有条款".to_owned()) } else { read };
                read.map_err(|e| Error::Config(format!("config/codes.toml：{list} 中的 {}：{e}", c.code)))?;
            }
            if c.name.trim().is_empty() || !seen.insert(c.code.clone()) {
                return Err(Error::Config(format!("config/codes.toml：代码表 {list} 中的 {} 重复或没有名称", c.code)));
            }
            for t in &c.tags {
                reg.code_tags.entry(list.clone()).or_default().entry(t.clone()).or_default().push(c.code.clone());
            }
            if !c.article.is_empty() {
                reg.code_articles.entry(list.clone()).or_default().insert(c.code.clone(), c.article.clone());
            }
        }
        reg.codes.insert(list, l.codes.into_iter().map(|c| (c.code, c.name)).collect());
    }
    Ok(reg)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn facts_are_named_by_group_and_once() {
        let names: BTreeSet<_> = FACTS.iter().map(|f| f.name).collect();
        assert_eq!(names.len(), FACTS.len());
        for f in FACTS {
            assert_eq!(f.name.split_once('.').map(|n| n.0), Some(f.group), "{}", f.name);
        }
    }

    #[test]
    fn every_role_has_a_chinese_name() {
        for r in roles() {
            let t = role_title(&r);
            assert!(!t.contains('.') && !t.is_ascii(), "{r}: {t}");
        }
    }

    #[test]
    fn shipped_codes_load_and_doubles_are_refused() {
        let reg = registry(CODES, &Rules::embedded()).unwrap();
        assert!(reg.code_tags["conclusion"]["leaves_outstanding"].contains(&"to_police".to_owned()));
        assert!(!reg.code_articles["pause_ground"].contains_key("awaiting_court"), "no article, no pause of the sixty days");
        let twice = "[x]\ntitle='x'\ncodes=[{code='a',name='a'},{code='a',name='b'}]";
        assert!(matches!(registry(twice, &Rules::embedded()), Err(Error::Config(m)) if m.contains('x')));
    }
}
