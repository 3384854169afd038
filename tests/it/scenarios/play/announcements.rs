//! Announcements of a scenario: candidates, quarters, what the public reads.

use super::{Args, Line, Play};
use qingxin::app::announcements::NewAnnouncement;
use qingxin::app::announcements::batches::PublishBatch;
use qingxin::app::announcements::public::{PublicAnnouncement, PublicAsked};
use qingxin::base::{Error, Result};
use qingxin::store::announcements::{self as rows, Announcement};
use qingxin::store::{orders, procedures};

impl Play {
    pub(super) fn announce(&mut self, l: &Line, fields: &Args) -> Result<()> {
        let case = self.here(l);
        let who = fields.get("by").map_or("信用员", String::as_str);
        let get = |k: &str| fields.get(k).cloned();
        let n = if fields.contains_key("decision") {
            let proof = match get("proof") {
                Some(name) => Some(self.proof(who, Some(case), None, &name)?.parse().unwrap()),
                None => None,
            };
            NewAnnouncement {
                order: None,
                respondent: Some(self.respondent(l, "respondent").parse().unwrap()),
                decision: get("decision"),
                number: get("number"),
                decided_on: get("decided").map(|d| d.parse().unwrap()),
                served_on: get("served").map(|d| d.parse().unwrap()),
                proof,
            }
        } else {
            let order = self.town.app.db.read_blocking(move |c| orders::of_case(c, case)).unwrap().pop();
            let order = order.unwrap_or_else(|| self.fail(l, "no order"));
            NewAnnouncement { order: Some(order.procedure_id), ..NewAnnouncement::default() }
        };
        self.town.rt.block_on(self.town.app.begin_announcement(&self.town.actor(who), None, case, n)).map(drop)
    }
    /// The head publishes what he is shown.
    pub(super) fn batch(&mut self, quarter: &str, by: &str) -> Result<()> {
        let actor = self.town.actor(by);
        let app = &self.town.app;
        let shown = self.town.rt.block_on(app.announcement_batches(&actor))?;
        let seen = shown.into_iter().find(|b| b.quarter == quarter);
        let (items, hash) = seen.map_or((0, String::new()), |b| (b.items, b.hash));
        let p = PublishBatch { bureau: None, quarter: quarter.to_owned(), items, hash };
        self.town.rt.block_on(app.publish_announcement_batch(&actor, None, p)).map(drop)
    }
    fn newest(&self, l: &Line) -> Announcement {
        let case = self.here(l);
        let all = self.town.app.db.read_blocking(move |c| rows::of_case(c, case)).unwrap();
        all.into_iter().last().unwrap_or_else(|| self.fail(l, "no announcement"))
    }
    fn read(&self, l: &Line) -> Option<PublicAnnouncement> {
        let a = self.newest(l);
        match self.town.rt.block_on(self.town.app.public_announcement(&a.code)) {
            Ok(p) => Some(p),
            Err(Error::NotFound(_)) => None,
            Err(e) => self.fail(l, e),
        }
    }
    /// What anybody reads: `none` before it was published, else its state; and whether it stands in the list.
    pub(super) fn public(&self, l: &Line, state: &str) {
        let found = self.read(l);
        let told = found.as_ref().map_or("none", |p| p.state.as_str());
        if told != state {
            self.fail(l, format!("the public reads {found:?}"));
        }
        let shown = found.is_some_and(|p| p.content.is_some());
        if shown != (state == "shown") {
            self.fail(l, "content and state differ");
        }
        let list = self.town.rt.block_on(self.town.app.public_announcements(PublicAsked::default(), 100)).unwrap();
        let code = self.newest(l).code;
        if list.items.iter().any(|i| i.code == code) != shown {
            self.fail(l, format!("the list: {list:?}"));
        }
    }
    /// The content says this, or does not.
    pub(super) fn public_says(&self, l: &Line, word: &str, says: bool) {
        let text = serde_json::to_string(&self.read(l)).unwrap();
        if text.contains(word) != says {
            self.fail(l, text);
        }
    }
    /// How many texts there were, and which one is shown.
    pub(super) fn texts(&self, l: &Line, n: &str, shown: &str) {
        let a = self.newest(l);
        let all = self.town.app.db.read_blocking(move |c| rows::texts(c, a.id)).unwrap();
        let found = (all.len().to_string(), a.shown_no.map_or("none".to_owned(), |n| n.to_string()));
        if found != (n.to_owned(), shown.to_owned()) {
            self.fail(l, format!("{found:?}"));
        }
    }
    /// The batch of the newest announcement: its number, or `open`, or `none`.
    pub(super) fn in_batch(&self, l: &Line, wanted: &str) {
        let a = self.newest(l);
        let batch = a.batch_id.map(|id| self.town.app.db.read_blocking(move |c| rows::batch(c, id)).unwrap().unwrap());
        let found = batch
            .and_then(|b| b.number_year.zip(b.no))
            .map_or("none".to_owned(), |(y, n)| qingxin::domain::announcement::batch_number(y, n));
        if found != wanted {
            self.fail(l, found);
        }
        let open = self.town.app.db.read_blocking(move |c| procedures::get(c, a.procedure_id)).unwrap().unwrap().open;
        assert!(
            open || a.ended_at.is_some() || a.withdrawn_at.is_some() || a.dropped_at.is_some(),
            "an ended procedure leaves a running row"
        );
    }
}
