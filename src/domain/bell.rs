//! What waits for an officer outside any procedure, and who hears that it waits.
//!
//! Owns the kinds, the rule each one's term follows, and the ladder: the desk, then its leader, then whoever supervises,
//! who hears again until it is done. Never decides when a term passes (`law`) nor who holds a role (`app`).

/// What waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Waits {
    /// A request to be called back.
    Callback,
    /// A withdrawal that cooled off and is not decided.
    Withdrawal,
    /// The same number with other content.
    Amendment,
    /// A worker's message without an answer.
    Message,
    /// The list of old matters a bureau has to review.
    Review,
    /// A call of a draw.
    Draw,
    /// Co-workers who came with a code and wait; one bell a case.
    Joiner,
    /// A clue of child labour.
    ChildClue,
    /// A quarter's batch of announcements that was not published.
    AnnouncementBatch,
    /// A proof of payment an employer handed in.
    Proof,
    /// An objection or application an employer handed in.
    Submission,
}

/// The rule of the time from one rung to the next.
pub const AGAIN: &str = "bell.again";
const LADDER: [&str; 4] = ["desk@lead", "leader@lead", "supervisor@above", "head@city"];
/// The ladder of what the credit officer does.
const CREDIT: [&str; 4] = ["credit@lead", "leader@lead", "supervisor@above", "head@city"];
/// The ladder of what the officer of the case does.
const HANDLER: [&str; 4] = ["handler@lead", "leader@lead", "supervisor@above", "head@city"];
/// The step that is rung again and again.
const LAST: usize = 2;
/// The leader's step.
const LEADER: usize = 1;

impl Waits {
    /// All of them.
    pub const ALL: [Self; 11] = [
        Self::Callback,
        Self::Withdrawal,
        Self::Amendment,
        Self::Message,
        Self::Review,
        Self::Draw,
        Self::Joiner,
        Self::ChildClue,
        Self::AnnouncementBatch,
        Self::Proof,
        Self::Submission,
    ];

    /// Its code, as stored.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Callback => "callback",
            Self::Withdrawal => "withdrawal",
            Self::Amendment => "amendment",
            Self::Message => "message",
            Self::Review => "legacy_review",
            Self::Draw => "draw_call",
            Self::Joiner => "joiner",
            Self::ChildClue => "child_clue",
            Self::AnnouncementBatch => "announcement_batch",
            Self::Proof => "payment_proof",
            Self::Submission => "submission",
        }
    }

    /// Of a code.
    #[must_use]
    pub fn of(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|w| w.code() == code)
    }

    /// The rule of its term.
    #[must_use]
    pub const fn rule(self) -> &'static str {
        match self {
            Self::Callback => "bell.callback",
            Self::Withdrawal => "bell.withdrawal",
            Self::Amendment => "bell.amendment",
            Self::Message => "bell.message",
            Self::Review => crate::flow::legacy::RULE,
            Self::Draw => "draw.call",
            Self::Joiner => "bell.joiner",
            Self::ChildClue => "bell.child_clue",
            Self::AnnouncementBatch => crate::domain::announcement::BATCH,
            Self::Proof => "bell.payment_proof",
            Self::Submission => "bell.submission",
        }
    }

    /// Whether its first rung says that it came, before its term has passed: a list that was filled at one go.
    #[must_use]
    pub const fn announced(self) -> bool {
        matches!(self, Self::Review)
    }

    /// The notice of a rung.
    #[must_use]
    pub fn notice(self, rung: i32) -> String {
        match self {
            Self::Review if rung == 0 => "legacy_review".to_owned(),
            Self::Review => "legacy_review_late".to_owned(),
            _ => format!("bell_{}", self.code()),
        }
    }

    /// Who hears a rung: the first of these roles that is held. The ladder begins with the desk, for what is no desk's with
    /// the leader, and ends with the supervisor, who hears every further rung.
    #[must_use]
    pub fn hears(self, rung: i32) -> &'static [&'static str] {
        let first = if matches!(self, Self::Review | Self::ChildClue) { LEADER } else { 0 };
        let at = usize::try_from(rung).unwrap_or(0).saturating_add(first).min(LAST);
        match self {
            Self::AnnouncementBatch | Self::Submission => &CREDIT[at..],
            Self::Proof => &HANDLER[at..],
            _ => &LADDER[at..],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_reads_back() {
        for w in Waits::ALL {
            assert_eq!(Waits::of(w.code()), Some(w));
        }
        assert_eq!(Waits::of("other"), None);
    }

    #[test]
    fn the_ladder_never_ends() {
        let hears = |rung| Waits::Callback.hears(rung);
        assert_eq!(hears(0)[0], "desk@lead");
        assert_eq!(hears(1)[0], "leader@lead");
        assert_eq!(hears(2), hears(1_000));
        assert_eq!(hears(i32::MAX)[0], "supervisor@above");
        assert!(hears(7).contains(&"head@city"), "somebody is there to hear it");
        let batch = |rung| Waits::AnnouncementBatch.hears(rung)[0];
        assert_eq!((batch(0), batch(1), batch(2), batch(9)), ("credit@lead", "leader@lead", "supervisor@above", "supervisor@above"));
        assert_eq!((Waits::Proof.hears(0)[0], Waits::Submission.hears(0)[0]), ("handler@lead", "credit@lead"));
        assert_eq!((Waits::Review.hears(0)[0], Waits::Review.hears(1)[0]), ("leader@lead", "supervisor@above"), "a leader's list");
        assert_eq!(Waits::Review.hears(i32::MAX), hears(2));
    }
}
