//! What this process has taken in advance of the requests a system may make.
//!
//! Owns a small purse for each system: a sixtieth of what it may ask in a minute is taken from the database at once and spent from
//! memory, so that a question costs no write. It never lets through more than what was taken. What a node holds when the minute
//! ends it may spend in the next, and what it holds when the limit is reached another node does not get: a sixtieth each way.

use crate::base::At;
use crate::base::id::PartnerId;
use chrono::Duration;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// Taken at once of what may be asked in a minute: one part of so many.
const PARTS: i32 = 60;
/// The most taken at once.
const MOST: i32 = 256;

/// How long what was taken holds: the window it is counted in.
#[must_use]
pub fn window() -> Duration {
    Duration::minutes(1)
}

/// How many to take at once of a limit.
#[must_use]
pub fn part(most: i32) -> i32 {
    (most / PARTS).clamp(1, MOST)
}

#[derive(Debug)]
struct Taken {
    left: i32,
    until: At,
}

/// The purses.
#[derive(Debug, Default)]
pub struct Allowances(Mutex<HashMap<PartnerId, Taken>>);
impl Allowances {
    /// Spends one that was taken; `false`: there is none.
    #[must_use]
    pub fn spend(&self, who: PartnerId, now: At) -> bool {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match all.get_mut(&who) {
            Some(t) if t.left > 0 && now < t.until => {
                t.left -= 1;
                true
            }
            _ => false,
        }
    }

    /// Puts in what was taken beyond the one that is being spent.
    pub fn put(&self, who: PartnerId, n: i32, now: At) {
        if n < 1 {
            return;
        }
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let left = all.get(&who).filter(|t| now < t.until).map_or(0, |t| t.left);
        all.insert(who, Taken { left: left.saturating_add(n), until: now.plus(window()) });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::id::Ids;

    #[test]
    fn what_was_taken_is_spent_once_and_ends_with_its_minute() {
        let now = At::from_millis(1_790_000_000_000).unwrap();
        let mut ids = Ids::seeded(b"purses");
        let (a, b): (PartnerId, PartnerId) = (ids.id(now), ids.id(now));
        let all = Allowances::default();
        assert!(!all.spend(a, now));
        all.put(a, 2, now);
        assert!(all.spend(a, now) && all.spend(a, now) && !all.spend(a, now), "as many as were taken");
        all.put(a, 1, now);
        assert!(!all.spend(b, now), "of one system alone");
        assert!(!all.spend(a, now.plus(window())), "a minute long");
    }

    #[test]
    fn a_small_limit_is_counted_one_by_one() {
        assert_eq!([3, 59, 60, 600, i32::MAX].map(part), [1, 1, 1, 10, MOST]);
    }
}
