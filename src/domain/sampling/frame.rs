//! What a row of the frame is: how it left the worklist, what its file says of the money, its stratum.
//!
//! Owns the reading of one line of the frame and the words of a conclusion. Knows no code of a worker or an officer's name.

use super::{By, Plan, Stratum};

/// What a file says of the money.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Says {
    /// All is paid.
    Paid,
    /// Nothing is owed, or nothing is asked for any more.
    Settled,
    /// Something is open.
    Open,
}
impl Says {
    /// The stored word.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Paid => "paid",
            Self::Settled => "settled",
            Self::Open => "open",
        }
    }
}

/// A row as it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The bureau that handled it.
    pub bureau: String,
    /// The area's code, if known.
    pub area: String,
    /// How it left.
    pub conclusion: String,
    /// Who closed it, as the database writes an id; empty for nobody.
    pub officer: String,
    /// Money without proof, where it says paid.
    pub bare: bool,
    /// A report 举报: never named outside the unit, so never called by another one.
    pub secret: bool,
}

/// How a matter left the worklist: by its case's conclusion, else by the state of its case, else by its own.
#[must_use]
pub fn conclusion(conclusion: &str, case: &str, filing: &str, answer: &str) -> String {
    if !conclusion.is_empty() {
        return conclusion.to_owned();
    }
    match (case, filing) {
        ("refused", _) => "refused".to_owned(),
        ("merged" | "merged_docketed", _) => "merged".to_owned(),
        (_, "confirmed") if !answer.is_empty() => format!("answered_{answer}"),
        (_, "") => format!("case_{case}"),
        (_, state) => format!("filing_{state}"),
    }
}

/// What a file concluded like this says of the money.
#[must_use]
pub fn says(conclusion: &str) -> Says {
    match conclusion {
        "paid_in_full" | "answered_paid" => Says::Paid,
        "no_arrears" | "worker_withdrew" | "filing_withdrawn" | "answered_no_arrears" => Says::Settled,
        _ => Says::Open,
    }
}

/// Reads a line of [the store](crate::domain::sampling): nine parts.
#[must_use]
pub fn read(line: &str) -> Option<Row> {
    let parts: Vec<&str> = line.split('|').collect();
    let [bureau, area, concluded, case, filing, answer, bare, officer, secret] = parts.as_slice() else { return None };
    Some(Row {
        bureau: (*bureau).to_owned(),
        area: (*area).to_owned(),
        conclusion: conclusion(concluded, case, filing, answer),
        officer: (*officer).to_owned(),
        bare: *bare == "1",
        secret: *secret == "1",
    })
}

impl Row {
    /// Its stratum under a plan; `mark` is what stands for the officer.
    #[must_use]
    pub fn stratum(&self, plan: &Plan, mark: &str) -> Stratum {
        let when = |by: By, text: &str| if plan.by(by) { text.to_owned() } else { String::new() };
        Stratum {
            bureau: when(By::Bureau, &self.bureau),
            area: when(By::Area, &self.area),
            conclusion: when(By::Conclusion, &self.conclusion),
            officer: when(By::Officer, mark),
            unproved: self.bare && says(&self.conclusion) == Says::Paid,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_that_leaves_has_a_word_of_its_own() {
        for (given, word, said) in [
            (("paid_in_full", "archived", "confirmed", "paid"), "paid_in_full", Says::Paid),
            (("", "refused", "answered", "refused"), "refused", Says::Open),
            (("", "merged_docketed", "forwarded", ""), "merged", Says::Open),
            (("no_arrears", "archived", "confirmed", "no_arrears"), "no_arrears", Says::Settled),
            (("to_arbitration", "concluded", "answered", ""), "to_arbitration", Says::Open),
            (("", "", "withdrawn", ""), "filing_withdrawn", Says::Settled),
            (("", "", "confirmed", "returned"), "answered_returned", Says::Open),
            (("", "tracking", "confirmed", "paid"), "answered_paid", Says::Paid),
            (("", "tracking", "confirmed", "unreachable"), "answered_unreachable", Says::Open),
        ] {
            let found = conclusion(given.0, given.1, given.2, given.3);
            assert_eq!((found.as_str(), says(&found)), (word, said), "{given:?}");
        }
    }

    #[test]
    fn only_what_says_paid_can_lack_its_proof() {
        let plan = Plan { per_mille: 50, least: 0, most: 9, per_stratum: 1, unproved_weight: 3, reserve: 1, strata: vec![By::Bureau] };
        let row = |concluded: &str| read(&format!("b|370705|{concluded}|archived|confirmed||1||0")).unwrap();
        assert!(row("paid_in_full").stratum(&plan, "m").unproved);
        let other = row("refused").stratum(&plan, "m");
        assert!(!other.unproved && other.bureau == "b" && other.area.is_empty() && other.officer.is_empty());
        assert_eq!(read("too|few"), None);
    }
}
