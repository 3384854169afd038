//! Areas and bureaus as the system administrator reads them: who stands where, what is missing, and where a filing would go.
//!
//! Owns the list of gaps and the try of the routing table. Areas, bureaus and routing are files of the configuration
//! (`areas.toml`, `bureaus.toml`, `routing.toml`): nothing is changed here.

use super::App;
use crate::base::{Error, Result};
use crate::domain::access::{self, Ability, Actor, DutyKind};
use crate::domain::routing::{BureauKind, FilingFacts, Routing, route};
use crate::store::accounts;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The kinds of bureau, in the order of the page.
pub const KINDS: [BureauKind; 4] = [BureauKind::Hrss, BureauKind::Housing, BureauKind::Transport, BureauKind::Water];
/// The duties counted, in the order of the page.
pub const COUNTED: [DutyKind; 7] =
    [DutyKind::Desk, DutyKind::Handler, DutyKind::Leader, DutyKind::Legal, DutyKind::Head, DutyKind::Supervisor, DutyKind::Credit];

/// What is missing where a bureau should act.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Gap {
    /// Nobody acts for this kind in this area.
    NoBureau,
    /// The city's bureau acts, because the area has none.
    ActedFor,
    /// Nobody takes filings in.
    NoDesk,
    /// Nobody handles cases.
    NoHandler,
    /// Neither a leader nor a head decides.
    NoLeader,
}
impl Gap {
    /// Its code in the catalogue.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::NoBureau => "no_bureau",
            Self::ActedFor => "acted_for",
            Self::NoDesk => "no_desk",
            Self::NoHandler => "no_handler",
            Self::NoLeader => "no_leader",
        }
    }
    /// Whether filings of the area would find nobody.
    #[must_use]
    pub fn grave(self) -> bool {
        self != Self::ActedFor
    }
}

/// One kind of bureau in one area.
#[derive(Debug, Clone)]
pub struct BureauLine {
    /// Code of the area.
    pub area: String,
    /// Its name.
    pub area_name: String,
    /// The kind.
    pub kind: BureauKind,
    /// Code and name of the bureau that acts; none where nobody does.
    pub bureau: Option<(String, String)>,
    /// How many hold each duty there.
    pub holders: BTreeMap<DutyKind, i64>,
    /// What is missing.
    pub gaps: Vec<Gap>,
}

fn configures(actor: &Actor) -> Result<()> {
    if access::may(actor, Ability::Configure, "") { Ok(()) } else { Err(Error::Forbidden("configure")) }
}

impl App {
    /// Every area with the bureau of each kind that acts there, who stands in it and what is missing.
    ///
    /// # Errors
    /// [`Error::Forbidden`] unless a system administrator asks; the database.
    pub async fn bureau_lines(self: &Arc<Self>, actor: &Actor) -> Result<Vec<BureauLine>> {
        configures(actor)?;
        let now = self.now();
        let staffed = self.db.read(move |c| accounts::staffing(c, now)).await?;
        let (areas, bureaus, today) = (&self.city.areas, &self.city.bureaus, now.day());
        let mut out = Vec::new();
        for a in areas.iter().filter(|a| a.valid_on(today)) {
            for kind in KINDS {
                let acting = bureaus.acting(areas, &a.code, kind);
                let holders: BTreeMap<DutyKind, i64> = staffed
                    .iter()
                    .filter(|(b, ..)| acting.is_some_and(|x| x.code == *b))
                    .filter_map(|(_, d, n)| Some((DutyKind::of(d)?, *n)))
                    .collect();
                let has = |d: DutyKind| holders.get(&d).is_some_and(|n| *n > 0);
                let mut gaps = Vec::new();
                match acting {
                    None => gaps.push(Gap::NoBureau),
                    Some(b) => {
                        if b.area != a.handled_by {
                            gaps.push(Gap::ActedFor);
                        }
                        if !has(DutyKind::Desk) {
                            gaps.push(Gap::NoDesk);
                        }
                        if !has(DutyKind::Handler) {
                            gaps.push(Gap::NoHandler);
                        }
                        if !has(DutyKind::Leader) && !has(DutyKind::Head) {
                            gaps.push(Gap::NoLeader);
                        }
                    }
                }
                out.push(BureauLine {
                    area: a.code.clone(),
                    area_name: a.name.clone(),
                    kind,
                    bureau: acting.map(|b| (b.code.clone(), b.short.clone())),
                    holders,
                    gaps,
                });
            }
        }
        Ok(out)
    }

    /// Where a filing would go today, and why. Nothing is stored.
    ///
    /// # Errors
    /// [`Error::Forbidden`] unless a system administrator asks.
    pub fn try_route(&self, actor: &Actor, facts: &FilingFacts<'_>) -> Result<Routing> {
        configures(actor)?;
        Ok(route(&self.city.routing, &self.city.areas, &self.city.bureaus, facts, self.now().day()))
    }
}
