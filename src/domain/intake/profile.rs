//! Import profiles: which column means which field, and what kind of filing a file makes.
//!
//! Owns the vocabulary of fields, the shape of `config/imports/<profile>.toml` and the comparison of headings as people
//! write them. Never opens a file; a sheet is read by `paper::sheet`, which asks a profile where its columns are.

use super::FilingKind;
use super::ledger::LedgerSpec;
use crate::base::text;
use crate::base::{Error, Result};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// One thing a row or a registration form can say about a filing. Names are append-only: they stand in profiles.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Field {
    /// The sender's own number 线索编号, 工单编号.
    SourceNumber,
    /// Which national or provincial source 线索来源.
    Source,
    /// When the sender received it 登记时间, 来电时间.
    ReceivedAt,
    /// 反映人姓名.
    ReporterName,
    /// 反映人电话.
    ReporterPhone,
    /// 反映人身份证号码.
    ReporterId,
    /// 银行卡号.
    BankCard,
    /// 工程建设领域 or 非工程建设领域.
    Industry,
    /// 所属行业: kind of project or trade.
    ProjectKind,
    /// 项目名称.
    Project,
    /// 拖欠工资单位, 被反映单位.
    Respondent,
    /// Its unified social credit code.
    RespondentUscc,
    /// 是否签订劳动合同.
    ContractSigned,
    /// 劳动合同用人单位.
    ContractEmployer,
    /// Its unified social credit code.
    ContractEmployerUscc,
    /// 所属管辖, 诉求区县.
    Area,
    /// 详细地址.
    Address,
    /// 建设单位.
    Owner,
    /// Its unified social credit code.
    OwnerUscc,
    /// 施工总承包单位.
    GeneralContractor,
    /// Its unified social credit code.
    GeneralContractorUscc,
    /// 分包单位.
    Subcontractor,
    /// Its unified social credit code.
    SubcontractorUscc,
    /// 包工头, 班组长.
    TeamLeader,
    /// The team leader's resident ID.
    TeamLeaderId,
    /// 是否政府投资项目.
    GovernmentFunded,
    /// 欠薪人数.
    Headcount,
    /// 欠薪金额.
    Amount,
    /// 欠薪时间起.
    PeriodFrom,
    /// 欠薪时间止.
    PeriodTo,
    /// Both in one cell 欠薪发生时间.
    Period,
    /// 情况摘要, 诉求内容.
    Narrative,
    /// Channels used before.
    PreviousChannels,
    /// What came of them.
    PreviousDetail,
    /// The sender's term of reply as text 办理时限.
    ReplyTerm,
    /// A ledger's state 办理状态.
    LegacyState,
    /// A ledger's day of docketing 立案日期.
    DocketedOn,
    /// A ledger's day of conclusion 办结日期.
    ConcludedOn,
    /// A ledger's way of conclusion 办结方式.
    ConclusionWay,
    /// What a ledger says was paid so far 已支付金额.
    PaidSoFar,
    /// A ledger's bureau 承办部门.
    LeadBureau,
    /// A ledger's officer 承办人.
    Officer,
    /// A roster's days worked 天数.
    Days,
    /// A roster's wage of a day 日工资.
    DailyWage,
    /// A roster's months 月数.
    Months,
    /// A roster's wage of a month 月工资.
    MonthlyWage,
}

impl Field {
    /// The stable key, as in profiles.
    #[must_use]
    pub fn key(self) -> String {
        serde_json::to_value(self).ok().and_then(|v| v.as_str().map(str::to_owned)).unwrap_or_default()
    }
    /// What a person calls it.
    #[must_use]
    pub fn label(self) -> String {
        text::zh(&format!("intake.field.{}", self.key())).to_owned()
    }
    /// The JSON pointer of the registration form (`/reporterName`); the amount is given there in fen.
    #[must_use]
    pub fn pointer(self) -> String {
        if self == Self::Amount {
            return "/reportedTotalFen".to_owned();
        }
        let mut out = String::from("/");
        let mut up = false;
        for c in self.key().chars() {
            if c == '_' {
                up = true;
            } else if up {
                out.push(c.to_ascii_uppercase());
                up = false;
            } else {
                out.push(c);
            }
        }
        out
    }
}

/// A form of date a profile admits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DateForm {
    /// Excel serial numbers, also when a program wrote them as plain numbers or text.
    Serial,
    /// 2026-11-07 19:38, 2026/11/7, 2026.11.07, 2026年11月7日 19时38分.
    Separated,
    /// 20261107, 202611071938, 202611.
    Compact,
    /// 二〇二六年十一月七日.
    Numerals,
}

/// One column of the file.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ColumnSpec {
    /// What it means.
    pub field: Field,
    /// Headings it may stand under, the usual one first.
    pub headings: Vec<String>,
}

/// What one value of the source column means.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SourceRule {
    /// Matches when the source text contains one of these.
    pub names: Vec<String>,
    /// The channel's code.
    pub channel: String,
    /// Another kind of filing than the profile's.
    #[serde(default)]
    pub kind: Option<FilingKind>,
    /// 上级交办: a higher authority wants an answer.
    #[serde(default)]
    pub superior: bool,
}

/// A kind of file the program can import. Data: `config/imports/<key>.toml`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    /// The name given to `--profile`.
    pub key: String,
    /// What a person calls it.
    pub title: String,
    /// The kind of filing its rows become.
    pub kind: FilingKind,
    /// The channel when no source rule fits.
    pub channel: String,
    /// Columns without which the file cannot be read.
    pub required: Vec<Field>,
    /// At least one of these columns must exist.
    #[serde(default)]
    pub any_of: Vec<Field>,
    /// What the source number usually begins with; another beginning is a remark for the desk, not an error.
    #[serde(default)]
    pub number_prefixes: Vec<String>,
    /// Forms of date admitted.
    pub dates: BTreeSet<DateForm>,
    /// Takes the period from the narrative when no column gives one.
    #[serde(default)]
    pub period_from_narrative: bool,
    /// Meanings of the source column, first match.
    #[serde(default)]
    pub sources: Vec<SourceRule>,
    /// The columns.
    pub columns: Vec<ColumnSpec>,
    /// What makes it a ledger 台账 of matters that ran before this program: where each stands.
    #[serde(default)]
    pub ledger: Option<LedgerSpec>,
}

impl Profile {
    /// Reads a profile.
    ///
    /// # Errors
    /// [`Error::Config`] with a Chinese sentence: not TOML of this shape, a field given twice, a required field without
    /// a column, or two fields under one heading.
    pub fn parse(source: &str) -> Result<Self> {
        let p: Self = toml::from_str(source).map_err(|e| Error::Config(format!("导入方案无法读取：{e}")))?;
        let bad = |what: String| Err(Error::Config(format!("导入方案 {} 有误：{what}", p.key)));
        let mut seen = BTreeSet::new();
        let mut names: BTreeMap<String, Field> = BTreeMap::new();
        for c in &p.columns {
            if !seen.insert(c.field) {
                return bad(format!("字段 {} 出现了两次", c.field.key()));
            }
            if c.headings.is_empty() {
                return bad(format!("字段 {} 没有列名", c.field.key()));
            }
            for h in &c.headings {
                if let Some(other) = names.insert(heading_key(h).full, c.field) {
                    return bad(format!("列名“{h}”同时属于 {} 和 {}", other.key(), c.field.key()));
                }
            }
        }
        if let Some(f) = p.required.iter().chain(&p.any_of).find(|f| !seen.contains(f)) {
            return bad(format!("必需的字段 {} 没有列", f.key()));
        }
        if let Some(what) = p.ledger.as_ref().and_then(LedgerSpec::fault) {
            return bad(what);
        }
        if p.dates.is_empty() {
            return bad("没有任何日期形式（dates）".to_owned());
        }
        Ok(p)
    }

    /// Finds the columns of a row of headings; `None` for the fields it lacks. The usual heading wins over an alias,
    /// the left column over the right.
    #[must_use]
    pub fn locate<S: AsRef<str>>(&self, row: &[S]) -> Columns {
        let keys: Vec<HeadingKey> = row.iter().map(|c| heading_key(c.as_ref())).collect();
        let mut out = Columns { headings: row.iter().map(|c| text::tidy(c.as_ref())).collect(), ..Columns::default() };
        let mut taken = vec![false; row.len()];
        // Exact headings first, then those that differ in a bracketed remark: 欠薪金额 finds 欠薪金额（元）.
        for exact in [true, false] {
            for c in &self.columns {
                if out.by_field.contains_key(&c.field) {
                    continue;
                }
                let found = c.headings.iter().map(|h| heading_key(h)).find_map(|want| {
                    keys.iter().enumerate().position(|(i, k)| {
                        !taken[i]
                            && !k.full.is_empty()
                            && if exact { k.full == want.full } else { !k.bare.is_empty() && k.bare == want.bare }
                    })
                });
                if let Some(i) = found {
                    taken[i] = true;
                    out.by_field.insert(c.field, i);
                    let wan = keys[i].full.contains('万');
                    let unit = wan || keys[i].full.contains('元');
                    match c.field {
                        Field::Amount => (out.amount_in_wan, out.amount_unit) = (wan, unit),
                        Field::PaidSoFar => (out.paid_in_wan, out.paid_unit) = (wan, unit),
                        _ => {}
                    }
                }
            }
        }
        out
    }

    /// Labels of what a set of columns lacks to be readable; empty when nothing.
    #[must_use]
    pub fn lacking(&self, columns: &Columns) -> Vec<String> {
        let usual =
            |f: &Field| self.columns.iter().find(|c| c.field == *f).and_then(|c| c.headings.first()).cloned().unwrap_or_else(|| f.label());
        let mut out: Vec<String> = self.required.iter().filter(|f| !columns.by_field.contains_key(f)).map(usual).collect();
        if !self.any_of.is_empty() && !self.any_of.iter().any(|f| columns.by_field.contains_key(f)) {
            out.push(self.any_of.iter().map(usual).collect::<Vec<_>>().join("或"));
        }
        out
    }
}

/// Where the fields stand in one file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Columns {
    /// The headings as written (white space tidied), one for each column.
    pub headings: Vec<String>,
    /// Column index of each field that was found.
    pub by_field: BTreeMap<Field, usize>,
    /// The amount's heading says 万元: a bare number counts ten thousands.
    pub amount_in_wan: bool,
    /// The same of a ledger's paid sums.
    pub paid_in_wan: bool,
    /// The amount's heading names a unit at all.
    pub amount_unit: bool,
    /// The same of a ledger's paid sums.
    pub paid_unit: bool,
}

/// A heading in the form in which headings are compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeadingKey {
    /// Narrow, without white space, marks and colons; every bracket round.
    pub full: String,
    /// The same without bracketed remarks.
    pub bare: String,
}

/// Normalises a heading: full-width forms, spaces, line breaks, required-marks and brackets do not matter.
#[must_use]
pub fn heading_key(s: &str) -> HeadingKey {
    let mut full = String::new();
    let mut bare = String::new();
    let mut depth = 0usize;
    for c in text::narrow(s).chars() {
        let c = match c {
            '〔' | '【' | '[' | '〈' | '《' => '(',
            '〕' | '】' | ']' | '〉' | '》' => ')',
            c if c.is_whitespace() || c.is_control() => continue,
            '*' | ':' | '"' | '\'' | '“' | '”' | '、' | '\u{feff}' | '\u{200b}' | '※' | '★' => continue,
            c => c.to_ascii_lowercase(),
        };
        full.push(c);
        match c {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            c if depth == 0 => bare.push(c),
            _ => {}
        }
    }
    HeadingKey { full, bare }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_compare_as_people_write_them() {
        for h in ["欠薪人数（人）", "欠薪 人数(人)", "欠薪人数\n（人）", "*欠薪人数【人】", "欠薪人数："] {
            assert_eq!(heading_key(h).bare, "欠薪人数", "{h}");
        }
        assert_ne!(heading_key("欠薪金额（万元）").full, heading_key("欠薪金额（元）").full);
    }

    #[test]
    fn pointers_are_the_forms_names() {
        assert_eq!(Field::ReporterName.pointer(), "/reporterName");
        assert_eq!(Field::Amount.pointer(), "/reportedTotalFen");
        assert_eq!(Field::RespondentUscc.pointer(), "/respondentUscc");
    }

    #[test]
    fn a_profile_with_two_fields_under_one_heading_is_refused() {
        let head = "key='x'\ntitle='x'\nkind='clue'\nchannel='c'\nrequired=[]\ndates=['serial']\n";
        let twice = format!("{head}[[columns]]\nfield='project'\nheadings=['名称']\n[[columns]]\nfield='respondent'\nheadings=['名 称']\n");
        assert!(Profile::parse(&twice).is_err());
        let lacking = head.replace("required=[]", "required=['amount']") + "[[columns]]\nfield='project'\nheadings=['名称']\n";
        assert!(Profile::parse(&lacking).is_err());
    }

    #[test]
    fn every_field_has_a_label() {
        for f in [Field::SourceNumber, Field::ReplyTerm, Field::TeamLeaderId, Field::GeneralContractorUscc] {
            assert!(text::has(&format!("intake.field.{}", f.key())), "{}", f.key());
        }
    }
}
