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
}

/// The rule of the time from one rung to the next.
pub const AGAIN: &str = "bell.again";
const LADDER: [&str; 4] = ["desk@lead", "leader@lead", "supervisor@above", "head@city"];
/// The last rung; it is rung again and again.
const LAST: usize = 2;

impl Waits {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Callback, Self::Withdrawal, Self::Amendment, Self::Message];

    /// Its code, as stored.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Callback => "callback",
            Self::Withdrawal => "withdrawal",
            Self::Amendment => "amendment",
            Self::Message => "message",
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
        }
    }

    /// The notice that it waits.
    #[must_use]
    pub fn notice(self) -> String {
        format!("bell_{}", self.code())
    }
}

/// Who hears a rung: the first of these roles that is held. The ladder ends with the supervisor, who hears every further one.
#[must_use]
pub fn hears(rung: i32) -> &'static [&'static str] {
    let at = usize::try_from(rung).unwrap_or(0).min(LAST);
    &LADDER[at..]
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
        assert_eq!(hears(0)[0], "desk@lead");
        assert_eq!(hears(1)[0], "leader@lead");
        assert_eq!(hears(2), hears(1_000));
        assert_eq!(hears(i32::MAX)[0], "supervisor@above");
        assert!(hears(7).contains(&"head@city"), "somebody is there to hear it");
    }
}
