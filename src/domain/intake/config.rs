//! Caps, placeholders and channels of intake, read from `config/intake.toml`.
//!
//! Owns the numbers that are policy, not law. Never decides: `read` applies the caps, `grade` the thresholds.

use super::profile::Field;
use crate::base::text;
use crate::base::{Error, Result};
use crate::domain::grade::GradePolicy;
use crate::law::Fen;
use serde::Deserialize;

/// Longest texts, in characters.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TextLimits {
    /// Names of persons and units.
    pub name: usize,
    /// Project names.
    pub project: usize,
    /// Addresses and areas.
    pub address: usize,
    /// The narrative, and what came of earlier reports.
    pub narrative: usize,
    /// Numbers of every kind.
    pub number: usize,
    /// Everything else.
    pub other: usize,
}
impl TextLimits {
    /// The limit of a field.
    #[must_use]
    pub fn of(&self, field: Field) -> usize {
        use Field as F;
        match field {
            F::ReporterName | F::Respondent | F::ContractEmployer | F::Owner | F::GeneralContractor | F::Subcontractor | F::TeamLeader => {
                self.name
            }
            F::Project => self.project,
            F::Area | F::Address => self.address,
            F::Narrative | F::PreviousDetail => self.narrative,
            F::LeadBureau | F::Officer => self.name,
            F::SourceNumber | F::ReporterPhone | F::ReporterId | F::BankCard | F::TeamLeaderId => self.number,
            F::RespondentUscc | F::ContractEmployerUscc | F::OwnerUscc | F::GeneralContractorUscc | F::SubcontractorUscc => self.number,
            _ => self.other,
        }
    }
}

/// What a single report may at most say.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Caps {
    /// Highest amount, in fen.
    #[serde(rename = "amount_fen")]
    pub amount: Fen,
    /// Highest headcount.
    pub headcount: i64,
    /// Longest texts.
    pub text: TextLimits,
    /// What people write for "nothing": such a cell counts as empty.
    pub placeholders: Vec<String>,
}

/// `config/intake.toml`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IntakeConfig {
    /// Codes of channels; their names stand in the catalogue under `channel.<code>`.
    pub channels: Vec<String>,
    /// Caps of one report.
    pub caps: Caps,
    /// Limits of a file.
    pub file: FileLimits,
    /// Thresholds of the grade.
    pub grade: GradePolicy,
}

/// Limits of a file that is read.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileLimits {
    /// Bytes of the file.
    pub bytes: u64,
    /// Bytes of everything in a workbook once expanded.
    pub expanded_bytes: u64,
    /// Highest ratio of expanded to packed bytes of one large part.
    pub ratio: u64,
    /// Parts of a workbook.
    pub parts: u64,
    /// Rows, titles included.
    pub rows: u32,
    /// Columns.
    pub columns: u32,
    /// Characters of one cell; what is longer is cut there (and is over every field's limit).
    pub cell_chars: usize,
    /// Rows from the top in which the headings are looked for.
    pub header_rows: u32,
}

impl IntakeConfig {
    /// Reads the configuration.
    ///
    /// # Errors
    /// [`Error::Config`] with place and remedy: not TOML of this shape, or a cap that is not positive.
    pub fn parse(source: &str) -> Result<Self> {
        let mut c: Self = toml::from_str(source).map_err(|e| Error::Config(format!("config/intake.toml 无法读取：{e}")))?;
        if c.caps.amount <= Fen::ZERO || c.caps.headcount <= 0 {
            return Err(Error::Config("config/intake.toml 有误：caps.amount_fen 和 caps.headcount 须大于 0。".to_owned()));
        }
        if c.file.rows == 0 || c.file.columns == 0 || c.file.header_rows == 0 {
            return Err(Error::Config("config/intake.toml 有误：file.rows、file.columns、file.header_rows 须大于 0。".to_owned()));
        }
        if let Some(code) = c.channels.iter().find(|code| !text::has(&format!("channel.{code}"))) {
            return Err(Error::Config(format!("config/intake.toml 有误：渠道 {code} 没有名称，请在文本目录里补上 channel.{code}。")));
        }
        // Compared with cells in this form.
        c.caps.placeholders.iter_mut().for_each(|p| *p = text::tidy(&text::narrow(p)));
        c.grade.check()?;
        Ok(c)
    }
}
