//! Why a party of the chain is liable for wages 清偿责任, and what sort of debtor that makes it (保障农民工工资支付条例).
//!
//! Owns the closed table of grounds with their articles. A party that only pays first 先行清偿 or advances 垫付 is not the
//! employer 用人单位: lists and findings against an employer must not take it for one (practice P4.2). Never decides which ground
//! fits the facts: that is an officer's finding.

use crate::domain::intake::PartyRole;

/// What sort of debtor a ground makes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = LiabilityKind)]
pub enum Kind {
    /// The employer itself: what it pays discharges it.
    Employer,
    /// Pays first and recovers from the employer.
    PaysFirst,
    /// Advances up to unsettled project money.
    Advances,
    /// Liable beside the employer.
    Joint,
    /// Found not liable.
    None,
}
impl Kind {
    /// The stable code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Employer => "employer",
            Self::PaysFirst => "pays_first",
            Self::Advances => "advances",
            Self::Joint => "joint",
            Self::None => "none",
        }
    }
}

/// One ground of liability.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ground {
    /// Its code in the list `liability_ground` of `config/codes.toml`.
    pub code: &'static str,
    /// What it makes the party.
    pub kind: Kind,
    /// The article.
    pub article: &'static str,
    /// Places in the chain it may be found for; empty means any.
    pub roles: &'static [PartyRole],
}

use Kind::{Advances, Employer, Joint, PaysFirst};
use PartyRole::{ContractEmployer, GeneralContractor, Owner, Respondent, Subcontractor};

/// Whoever can have hired.
const HIRERS: &[PartyRole] = &[Respondent, ContractEmployer, Owner, GeneralContractor, Subcontractor];
const BUILDERS: &[PartyRole] = &[Respondent, ContractEmployer, GeneralContractor, Subcontractor];
const GIVERS: &[PartyRole] = &[Respondent, Owner, GeneralContractor];

/// All of them. Append-only: chains keep the code.
pub const GROUNDS: [Ground; 14] = [
    Ground { code: "employer", kind: Employer, article: "《保障农民工工资支付条例》第十六条", roles: HIRERS },
    Ground {
        code: "subcontractor",
        kind: Employer,
        article: "《保障农民工工资支付条例》第三十条第一款",
        roles: &[Respondent, ContractEmployer, Subcontractor],
    },
    Ground { code: "merged", kind: Employer, article: "《保障农民工工资支付条例》第二十一条", roles: HIRERS },
    Ground { code: "user", kind: PaysFirst, article: "《保障农民工工资支付条例》第十八条", roles: HIRERS },
    Ground { code: "lent_name", kind: PaysFirst, article: "《保障农民工工资支付条例》第十九条第二款", roles: HIRERS },
    Ground { code: "investor", kind: Joint, article: "《保障农民工工资支付条例》第二十条", roles: &[] },
    Ground { code: "deregistered", kind: Joint, article: "《保障农民工工资支付条例》第二十二条", roles: &[] },
    Ground {
        code: "owner_advances", kind: Advances, article: "《保障农民工工资支付条例》第二十九条第二款", roles: &[Respondent, Owner]
    },
    Ground {
        code: "contractor_first",
        kind: PaysFirst,
        article: "《保障农民工工资支付条例》第三十条第三款",
        roles: &[Respondent, GeneralContractor],
    },
    Ground {
        code: "subletting",
        kind: PaysFirst,
        article: "《保障农民工工资支付条例》第三十条第四款",
        roles: &[Respondent, GeneralContractor],
    },
    Ground {
        code: "unqualified", kind: PaysFirst, article: "《保障农民工工资支付条例》第三十六条第一款", roles: GIVERS
    },
    Ground {
        code: "builder_lent_name", kind: PaysFirst, article: "《保障农民工工资支付条例》第三十六条第二款", roles: BUILDERS
    },
    Ground {
        code: "unlawful_project", kind: PaysFirst, article: "《保障农民工工资支付条例》第三十七条", roles: &[Respondent, Owner]
    },
    Ground { code: "not_liable", kind: Kind::None, article: "《保障农民工工资支付条例》第五十条", roles: &[] },
];

impl Ground {
    /// Of a code.
    #[must_use]
    pub fn of(code: &str) -> Option<Self> {
        GROUNDS.into_iter().find(|g| g.code == code)
    }
    /// Whether it may be found for a party at this place of the chain. A team leader 包工头 is a person and no unit: he is never the
    /// employer by his place alone.
    #[must_use]
    pub fn fits(&self, role: &str) -> bool {
        self.roles.is_empty() || PartyRole::of(role).is_some_and(|r| self.roles.contains(&r))
    }
}

/// The one that is the employer, if the chain says so beyond doubt: the single party found to be it, or the single one that was named
/// as respondent or by the contract while nothing was found.
#[must_use]
pub fn employer<T>(chain: &[T], role: impl Fn(&T) -> &str, found: impl Fn(&T) -> Option<&str>) -> Option<&T> {
    let is = |p: &&T| found(p).and_then(Ground::of).is_some_and(|g| g.kind == Employer);
    let named = |p: &&T| found(p).is_none() && matches!(PartyRole::of(role(p)), Some(Respondent | ContractEmployer));
    match the_one(chain.iter().filter(is)) {
        Ok(found) => found,
        Err(()) => the_one(chain.iter().filter(named)).ok().flatten(),
    }
}

/// Whether a party is dealt with as the employer: one that only pays first or advances is not.
#[must_use]
pub fn is_employer(role: &str, found: Option<&str>) -> bool {
    match found.and_then(Ground::of) {
        Some(g) => g.kind == Employer,
        None => matches!(PartyRole::of(role), Some(Respondent | ContractEmployer)),
    }
}

/// The one there is; nobody of several; an error where there is none.
fn the_one<T>(mut all: impl Iterator<Item = T>) -> Result<Option<T>, ()> {
    match (all.next(), all.next()) {
        (Some(one), None) => Ok(Some(one)),
        (Some(_), Some(_)) => Ok(None),
        (None, _) => Err(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_ground_has_its_article_and_the_coded_list_says_the_same() {
        let codes: toml::Table = include_str!("../../config/codes.toml").parse().unwrap();
        let list = codes["liability_ground"]["codes"].as_array().unwrap();
        let listed: Vec<(&str, &str)> = list.iter().map(|c| (c["code"].as_str().unwrap(), c["article"].as_str().unwrap())).collect();
        let ours: Vec<(&str, &str)> = GROUNDS.iter().map(|g| (g.code, g.article)).collect();
        assert_eq!(listed, ours);
        for g in GROUNDS {
            assert!(crate::base::text::has(&format!("liability.kind.{}", g.kind.code())), "{}", g.code);
        }
    }

    #[test]
    fn who_pays_first_is_not_the_employer() {
        let kind = |c: &str| Ground::of(c).unwrap().kind;
        assert_eq!(
            (kind("employer"), kind("contractor_first"), kind("owner_advances"), kind("investor")),
            (Employer, PaysFirst, Advances, Joint)
        );
        assert!(Ground::of("contractor_first").unwrap().fits("general_contractor"));
        assert!(!Ground::of("contractor_first").unwrap().fits("owner"));
        assert!(!Ground::of("employer").unwrap().fits("team_leader"), "a team leader without a unit");
        assert!(Ground::of("investor").unwrap().fits("team_leader"));
    }

    #[test]
    fn one_employer_or_nobody() {
        type P = (&'static str, Option<&'static str>);
        let who = |c: &[P]| employer(c, |p| p.0, |p| p.1).map(|p| p.0);
        assert_eq!(who(&[("owner", None), ("respondent", None)]), Some("respondent"));
        assert_eq!(who(&[("respondent", Some("contractor_first")), ("subcontractor", Some("subcontractor"))]), Some("subcontractor"));
        assert_eq!(who(&[("respondent", Some("contractor_first")), ("owner", None)]), None, "nobody is taken for the employer");
        assert_eq!(who(&[("respondent", Some("employer")), ("subcontractor", Some("subcontractor"))]), None, "two findings decide nothing");
        assert_eq!(who(&[("respondent", None), ("contract_employer", None)]), None, "of two that are named nobody is taken");
        assert_eq!(who(&[("respondent", None), ("contract_employer", Some("employer"))]), Some("contract_employer"));
        assert_eq!(who(&[("respondent", None), ("contract_employer", Some("not_liable"))]), Some("respondent"));
    }
}
