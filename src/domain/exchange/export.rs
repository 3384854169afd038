//! Profiles of answer-back files: which filings, which headings, what stands under each.
//!
//! Owns the shape of `config/exports/*.toml` and the amount in 万元. Knows no row and writes no file.

use crate::base::{Error, Result};
use crate::law::Fen;
use serde::Deserialize;

/// What a column shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// The sender's number.
    SourceNumber,
    /// Our number.
    Number,
    /// 行业领域 as reported.
    Industry,
    /// What happened, in the reporter's words. Sealed.
    Narrative,
    /// The conclusion 核处结论 in Chinese.
    Conclusion,
    /// Project.
    Project,
    /// Place of work.
    Address,
    /// 政府投资项目 or 社会投资项目.
    Funding,
    /// Kind of project or trade.
    ProjectKind,
    /// 总包.
    GeneralContractor,
    /// Its code.
    GeneralContractorUscc,
    /// The party said to owe; empty when it is a person.
    Respondent,
    /// Its code.
    RespondentUscc,
    /// First day of the unpaid work.
    PeriodFrom,
    /// Last day.
    PeriodTo,
    /// Workers of this filing who have all their verified wages.
    SettledWorkers,
    /// What the workers of this filing have, in 万元.
    SettledWan,
    /// A team leader's name. Sealed.
    Leader,
    /// A team leader's ID. Sealed.
    LeaderId,
    /// The answer's text. Sealed.
    Answer,
    /// When it was answered.
    AnsweredAt,
    /// When the filing was received.
    ReceivedAt,
    /// The bureau that handled it.
    Lead,
    /// The officer's name.
    Officer,
    /// The reporter's name; empty for a report 举报. Sealed.
    Reporter,
    /// The reporter's telephone; empty for a report 举报. Sealed.
    ReporterPhone,
}

/// The form of the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// A workbook.
    Xlsx,
    /// Text in GB18030, as older office programs open it.
    CsvGb18030,
}

/// One column.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Column {
    /// The heading as the form has it.
    pub heading: String,
    /// What stands below it; nothing where we know nothing.
    pub value: Option<Source>,
}

/// A profile.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExportProfile {
    /// The name given to `--profile`.
    pub key: String,
    /// The title of the sheet.
    pub title: String,
    /// The form of the file.
    pub format: Format,
    /// Channels whose filings it answers.
    pub channels: Vec<String>,
    /// The columns, in order.
    pub columns: Vec<Column>,
}

impl ExportProfile {
    /// Reads a profile.
    ///
    /// # Errors
    /// [`Error::Config`]: not readable, or without channels or columns.
    pub fn parse(text: &str) -> Result<Self> {
        let p: Self = toml::from_str(text).map_err(|e| Error::Config(format!("导出方案无法读取：{e}")))?;
        if p.key.is_empty() || p.channels.is_empty() || p.columns.is_empty() || p.columns.iter().any(|c| c.heading.trim().is_empty()) {
            return Err(Error::Config(format!("导出方案 {:?} 缺少代号、渠道或列名。", p.key)));
        }
        Ok(p)
    }
    /// Whether a column shows one of these.
    #[must_use]
    pub fn shows(&self, any: &[Source]) -> bool {
        self.columns.iter().filter_map(|c| c.value).any(|v| any.contains(&v))
    }
}

/// An amount in 万元, exact to the fen, without needless zeros: 1,234,567 fen are 1.234567.
#[must_use]
pub fn wan(amount: Fen) -> String {
    let n = amount.get();
    let text = format!("{}{}.{:06}", if n < 0 { "-" } else { "" }, n.unsigned_abs() / 1_000_000, n.unsigned_abs() % 1_000_000);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wan_is_exact() {
        for (fen, text) in [
            (0, "0"),
            (1, "0.000001"),
            (1_200_000, "1.2"),
            (1_234_567, "1.234567"),
            (100_000_000, "100"),
            (-50, "-0.00005"),
            (9_007_199_254_740_993, "9007199254.740993"),
        ] {
            assert_eq!(wan(Fen::new(fen)), text);
        }
    }

    #[test]
    fn shipped_profiles_have_the_headings_of_the_forms() {
        let national = ExportProfile::parse(include_str!("../../../config/exports/national.toml")).unwrap();
        let headings: Vec<&str> = national.columns.iter().map(|c| c.heading.as_str()).collect();
        for h in [
            "反馈行业领域",
            "基本案情",
            "核处结论",
            "欠薪时间起",
            "欠薪时间止",
            "解决欠薪人数（人）",
            "解决欠薪金额（万元）",
            "核实处置情况",
            "承办单位",
            "备注",
        ] {
            assert!(headings.contains(&h), "{h}");
        }
        assert_eq!(ExportProfile::parse(include_str!("../../../config/exports/hotline.toml")).unwrap().format, Format::CsvGb18030);
        for bad in [
            "",
            "key = \"x\"\ntitle = \"\"\nformat = \"pdf\"\nchannels = [\"a\"]\ncolumns = []",
            "key = \"x\"\ntitle = \"\"\nformat = \"xlsx\"\nchannels = []\ncolumns = []",
        ] {
            assert!(ExportProfile::parse(bad).is_err());
        }
    }
}
