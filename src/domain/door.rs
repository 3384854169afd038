//! The employer's door 用人单位入口: which papers open it, what may be handed in on them, when that is late, who takes it over.
//!
//! Owns these rules. Reads no row: `app::door` brings the kind of paper, the window and the instant.

use super::bell::Waits;
use crate::law::identity::{ResidentId, Uscc};

/// Characters of a person's number that are asked at the door.
pub const TAIL: usize = 6;

/// 授权委托书 of whoever hands in for another.
const MANDATE: (&str, &str, bool) = ("mandate", "mandate", false);

/// Papers addressed to an employer, or to a person told as a party, that bear a served code 送达码.
pub const CODED: [&str; 23] = [
    "rectification",
    "decision",
    "order_amendment",
    "compensation_order",
    "listing_notice",
    "listing_objection",
    "listing_exit",
    "listing_decision",
    "listing_repair",
    "listing_revoked",
    "listing_restored",
    "removal_granted",
    "removal_refused",
    "announcement_reply",
    "announcement_withdrawal",
    "grading_notice",
    "grading_reply",
    "penalty_notice",
    "penalty_hearing",
    "penalty_none",
    "penalty_decision",
    "penalty_repair",
    "penalty_urge",
];
/// Papers about the employer that hang where everybody reads them: objected to at the door, but no key to it.
pub const PUBLIC: [&str; 1] = ["announcement"];

/// Papers that open a window to be heard: what comes on them after its last day is late.
pub const WINDOWED: [&str; 4] = ["listing_notice", "grading_notice", "penalty_notice", "penalty_hearing"];
/// The paper with which a hearing 听证 may be asked for.
pub const HEARD: &str = "penalty_notice";

/// Whether a paper has an addressee at the door.
#[must_use]
pub fn addressed(kind: &str) -> bool {
    CODED.contains(&kind) || PUBLIC.contains(&kind)
}

/// What is handed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Handed {
    /// 支付凭证: that it was paid; an officer verifies it.
    Proof,
    /// 异议.
    Objection,
    /// 提前移出申请.
    Removal,
    /// 送达地址: where papers may be sent.
    Contact,
}

impl Handed {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Proof, Self::Objection, Self::Removal, Self::Contact];

    /// As stored.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Proof => "proof",
            Self::Objection => "objection",
            Self::Removal => "removal",
            Self::Contact => "contact",
        }
    }
    /// Of a code.
    #[must_use]
    pub fn of(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|k| k.code() == code)
    }
    /// Who sees to it; an address waits for nobody.
    #[must_use]
    pub const fn waits(self) -> Option<Waits> {
        match self {
            Self::Proof => Some(Waits::Proof),
            Self::Objection | Self::Removal => Some(Waits::Submission),
            Self::Contact => None,
        }
    }
    /// The roles that take it over or return it.
    #[must_use]
    pub const fn takers(self) -> &'static [&'static str] {
        match self {
            Self::Proof => &["assignee", "second", "handler@lead", "leader@lead"],
            Self::Objection | Self::Removal | Self::Contact => &["credit@lead", "leader@lead", "assignee"],
        }
    }
    /// The files asked for, by slot, with the kind of evidence they are kept as, and whether one must be there.
    #[must_use]
    pub const fn slots(self) -> &'static [(&'static str, &'static str, bool)] {
        match self {
            Self::Proof => &[("file", "proof", true), ("file2", "proof", false), ("file3", "proof", false), MANDATE],
            Self::Objection => &[("file", "statement", false), ("file2", "other", false), ("file3", "other", false), MANDATE],
            Self::Removal => &[("application", "statement", true), ("correction", "proof", true), ("promise", "statement", true), MANDATE],
            Self::Contact => &[],
        }
    }
    /// Whether words must be written.
    #[must_use]
    pub const fn speaks(self) -> bool {
        matches!(self, Self::Objection)
    }
}

/// The roles that write down what somebody hands in at the desk, and make a code anew.
pub const DESK: [&str; 5] = ["desk@lead", "handler@lead", "leader@lead", "credit@lead", "assignee"];

/// What may be handed in on a paper. `case`: there is a case to pay in; `listed`: the unit of it stands on the list.
#[must_use]
pub fn open_for(kind: &str, case: bool, unit: bool, listed: bool) -> Vec<Handed> {
    let about_money = [
        "rectification",
        "decision",
        "order_amendment",
        "compensation_order",
        "listing_notice",
        "listing_decision",
        "listing_repair",
        "listing_restored",
    ];
    let mut out = Vec::new();
    if case && about_money.contains(&kind) {
        out.push(Handed::Proof);
    }
    out.push(Handed::Objection);
    if listed && unit && ["listing_decision", "listing_repair", "listing_restored"].contains(&kind) {
        out.push(Handed::Removal);
    }
    if CODED.contains(&kind) {
        out.push(Handed::Contact);
    }
    out
}

/// The number of a paper as it is stored, of what somebody typed: brackets and blanks differ from keyboard to keyboard.
#[must_use]
pub fn paper_number(typed: &str) -> String {
    crate::base::text::narrow(typed)
        .chars()
        .filter(|c| !c.is_whitespace())
        .map(|c| match c {
            '[' | '(' | '【' | '（' | '［' => '〔',
            ']' | ')' | '】' | '）' | '］' => '〕',
            c => c,
        })
        .collect()
}

/// What the addressee typed to say who it is: a unit's code, or the end of a person's number.
#[must_use]
pub fn identity(typed: &str) -> String {
    let s: String = crate::base::text::narrow(typed).chars().filter(|c| !c.is_whitespace()).collect::<String>().to_uppercase();
    match (Uscc::parse(&s), ResidentId::parse(&s)) {
        (Ok(u), _) => u.as_str().to_owned(),
        // whoever types the whole number is taken by its end
        (_, Ok(id)) => tail(id.as_str()),
        _ => s,
    }
}

/// The end of a person's number.
#[must_use]
pub fn tail(number: &str) -> String {
    let n = number.chars().count();
    number.chars().skip(n.saturating_sub(TAIL)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_read_back_and_each_kind_has_somebody_who_takes_it() {
        for k in Handed::ALL {
            assert_eq!(Handed::of(k.code()), Some(k));
            assert!(!k.takers().is_empty());
            assert_eq!(k.waits().is_none(), k == Handed::Contact);
        }
        assert_eq!(Handed::of("other"), None);
        assert!(CODED.iter().all(|k| addressed(k)) && addressed("announcement") && !addressed("approval_form"));
    }

    #[test]
    fn a_paper_opens_what_belongs_to_it() {
        use Handed::{Contact, Objection, Proof, Removal};
        assert_eq!(open_for("decision", true, true, false), [Proof, Objection, Contact]);
        assert_eq!(open_for("listing_decision", true, true, true), [Proof, Objection, Removal, Contact]);
        assert_eq!(open_for("listing_decision", true, false, true), [Proof, Objection, Contact], "only the unit may be taken out");
        assert_eq!(open_for("listing_decision", true, true, false), [Proof, Objection, Contact], "it is not listed");
        assert_eq!(open_for("grading_notice", false, true, false), [Objection, Contact]);
        assert_eq!(open_for("announcement", true, true, false), [Objection]);
    }

    #[test]
    fn what_is_typed_is_read_as_it_is_meant() {
        assert_eq!(paper_number(" 奎文人社监理 [２０２６] 第3号"), "奎文人社监理〔2026〕第3号");
        assert_eq!(paper_number("奎文人社监理（2026）第3号"), "奎文人社监理〔2026〕第3号");
        assert_eq!(identity(" 91370702ma3text0xr "), "91370702MA3TEXT0XR");
        assert_eq!(identity("379900198001010014"), "010014");
        assert_eq!(identity("01001x"), "01001X");
    }
}
