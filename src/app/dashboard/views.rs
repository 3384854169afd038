//! The dashboard as values: one shape for the page, the API and the sheets.
//!
//! Owns the names of the numbers, which docs/dashboard.md explains. Shares are in hundredths of a percent (万分比), money in fen.

use crate::app::draws::results::DrawResult;
use crate::app::summaries::Freshness;
use crate::base::{At, Day};
use crate::domain::conclusion::{rate, share};
use crate::domain::summary::{Figure, Figures, guard};
use crate::law::Fen;
use serde::Serialize;
use utoipa::ToSchema;

/// What a time, a place or both came to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Numbers {
    /// Filings received.
    pub filings: i64,
    /// Cases received: by the day of their first filing.
    pub cases: i64,
    /// Of these, refused.
    pub refused: i64,
    /// Of these, concluded by now.
    pub settled: i64,
    /// 办结率: settled and refused of what was received. Tracking is not concluded.
    pub settled_per_myriad: Option<i64>,
    /// Cases concluded in the time, whenever received.
    pub concluded: i64,
    /// Statutory duties met in time,
    pub in_time: i64,
    /// and those that passed unmet: the permanent mark, whatever was done later.
    pub missed: i64,
    /// Share in time.
    pub in_time_per_myriad: Option<i64>,
    /// What the cases received claim; absent where it is withheld.
    #[schema(value_type = Option<i64>)]
    pub claimed_fen: Option<Fen>,
    /// What of it is verified by now.
    #[schema(value_type = Option<i64>)]
    pub verified_fen: Option<Fen>,
    /// Money that reached workers in the time, whatever case it belongs to.
    #[schema(value_type = Option<i64>)]
    pub paid_fen: Option<Fen>,
    /// Too few cases to show their money.
    pub withheld: bool,
}

impl Numbers {
    pub(super) fn of(f: &Figures) -> Self {
        let n = |x: Figure| f.get(x);
        Self {
            filings: n(Figure::Filings),
            cases: n(Figure::Cases),
            refused: n(Figure::Refused),
            settled: n(Figure::Settled),
            settled_per_myriad: rate(n(Figure::Cases), n(Figure::Refused), n(Figure::Settled)),
            concluded: n(Figure::Concluded),
            in_time: n(Figure::InTime),
            missed: n(Figure::Missed),
            in_time_per_myriad: share(n(Figure::InTime), n(Figure::InTime) + n(Figure::Missed)),
            claimed_fen: Some(f.fen(Figure::Claimed)),
            verified_fen: Some(f.fen(Figure::Verified)),
            paid_fen: Some(f.fen(Figure::Paid)),
            withheld: false,
        }
    }

    /// Without the money if it is to be withheld, and without shares of too few.
    pub(super) fn guarded(mut self, least: i64, hide: bool) -> Self {
        if hide {
            (self.claimed_fen, self.verified_fen, self.paid_fen, self.withheld) = (None, None, None, true);
        }
        if guard::small(self.cases, least) {
            self.settled_per_myriad = None;
        }
        if guard::small(self.in_time + self.missed, least) {
            self.in_time_per_myriad = None;
        }
        self
    }
}

/// A day or a month.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SlotLine {
    /// `2026-11` or `2026-11-23`.
    pub label: String,
    /// Its first day in the period,
    #[schema(value_type = String)]
    pub from: Day,
    /// and its last.
    #[schema(value_type = String)]
    pub to: Day,
    /// Its numbers.
    pub numbers: Numbers,
}

/// A bureau or an area.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PlaceLine {
    /// Its code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// Its numbers; money is withheld where cases are few.
    pub numbers: Numbers,
}

/// A channel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ChannelLine {
    /// Its code; empty for cases without a filing.
    pub code: String,
    /// Its name.
    pub name: String,
    /// Filings received by it.
    pub filings: i64,
    /// Cases whose first filing came by it.
    pub cases: i64,
    /// Cases of it concluded in the time.
    pub concluded: i64,
    /// 办结率; absent of too few.
    pub settled_per_myriad: Option<i64>,
}

/// What of the verified money was paid within so many days.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PaidWithin {
    /// Days after the day the case was received.
    pub days: i64,
    /// The last day of receipt that is old enough to tell; absent if none of the period is.
    #[schema(value_type = Option<String>)]
    pub until: Option<Day>,
    /// Verified money of the cases received until then.
    #[schema(value_type = i64)]
    pub verified_fen: Fen,
    /// What of it was paid within the days.
    #[schema(value_type = i64)]
    pub paid_fen: Fen,
    /// The share.
    pub per_myriad: Option<i64>,
}

/// Open cases by age.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AgeLine {
    /// The code of the bureau or area.
    pub code: String,
    /// Its name.
    pub name: String,
    /// Cases received up to 30, 60, 90, 180 days ago, and earlier.
    pub counts: Vec<i64>,
    /// Together.
    pub total: i64,
}
impl AgeLine {
    pub(super) fn add(&mut self, bucket: usize, n: i64) {
        if let Some(c) = self.counts.get_mut(bucket) {
            *c += n;
        }
        self.total += n;
    }
}

/// Agreements.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AgreementsKept {
    /// Signed in the period.
    pub agreements: i64,
    /// Of these, kept to the last fen by now.
    pub kept: i64,
    /// Of these, broken at least once.
    pub broken: i64,
    /// Instalments that fell due in the period and are paid or defaulted.
    pub instalments: i64,
    /// Of these, paid in time.
    pub instalments_kept: i64,
    /// The share of instalments.
    pub kept_per_myriad: Option<i64>,
}

/// What a week came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct WeekNumbers {
    /// Filings received.
    pub filings: i64,
    /// Cases received.
    pub cases: i64,
    /// Cases concluded.
    pub concluded: i64,
    /// Money that reached workers.
    #[schema(value_type = i64)]
    pub paid_fen: Fen,
}

/// A week of the season.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct WeekLine {
    /// Counted from the lunar new year's day: -1 ends on its eve, 0 begins with it.
    pub week: i64,
    /// Its first day this time,
    #[schema(value_type = String)]
    pub from: Day,
    /// and its last.
    #[schema(value_type = String)]
    pub to: Day,
    /// This time; absent while it has not begun.
    pub now: Option<WeekNumbers>,
    /// In the same week of the season before.
    pub before: Option<WeekNumbers>,
}

/// The weeks around the Spring Festival beside those of the year before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SeasonView {
    /// The year of the festival.
    pub year: i32,
    /// Its lunar new year's day,
    #[schema(value_type = String)]
    pub festival: Day,
    /// and the one before.
    #[schema(value_type = String)]
    pub before: Day,
    /// The weeks.
    pub weeks: Vec<WeekLine>,
}

/// Everything.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Dashboard {
    /// What was asked for: `2026`, `2026-Q4`, `2026-11`, `range`.
    pub period: String,
    /// In words.
    pub title: String,
    /// The first day,
    #[schema(value_type = String)]
    pub from: Day,
    /// and the last, today at most.
    #[schema(value_type = String)]
    pub to: Day,
    /// The first day of what it is compared with,
    #[schema(value_type = String)]
    pub before_from: Day,
    /// and the last: as many days, while the period runs.
    #[schema(value_type = String)]
    pub before_to: Day,
    /// Only this area.
    pub area: Option<String>,
    /// Only this bureau.
    pub bureau: Option<String>,
    /// When it was made.
    #[schema(value_type = String)]
    pub made_at: At,
    /// How fresh it is.
    pub freshness: Freshness,
    /// Fewer cases than this are too few to show their money or a share in a table.
    pub small: i64,
    /// The period.
    pub now: Numbers,
    /// The period before.
    pub before: Numbers,
    /// Cases open now, whenever received,
    pub open: i64,
    /// and of these, tracked.
    pub tracking: i64,
    /// By day or month.
    pub series: Vec<SlotLine>,
    /// By channel.
    pub channels: Vec<ChannelLine>,
    /// By area.
    pub areas: Vec<PlaceLine>,
    /// By bureau.
    pub bureaus: Vec<PlaceLine>,
    /// Verified money paid within 30, 60, 90 days.
    pub within: Vec<PaidWithin>,
    /// Open cases by age, of each bureau,
    pub ages_by_bureau: Vec<AgeLine>,
    /// and of each area.
    pub ages_by_area: Vec<AgeLine>,
    /// Agreements.
    pub agreements: AgreementsKept,
    /// Draws closed in the period, for who supervises their area.
    pub draws: Vec<DrawResult>,
    /// The season before the Spring Festival.
    pub season: Option<SeasonView>,
}
