//! Draws and calls of a scenario.

use super::{Args, Line, Play};
use qingxin::app::draws::calls::{Answer, CallSheet};
use qingxin::app::draws::{Announce, PublicValue};
use qingxin::app::{amendment, intake};
use qingxin::base::id::RowId;
use qingxin::base::{At, Error, Result};
use qingxin::domain::intake::FilingForm;
use qingxin::domain::sampling::publication::check;
use qingxin::law::Fen;
use qingxin::store::draws::{self as rows, Pick};
use qingxin::store::{bells, filings};
use std::fmt::Write as _;

/// Desks of the town.
const DESKS: [&str; 5] = ["受理员", "奎文内勤", "住建内勤", "潍城内勤", "坊子内勤"];

impl Play {
    fn id(&self, l: &Line) -> RowId {
        self.draw.unwrap_or_else(|| self.fail(l, "no draw yet"))
    }
    pub(super) fn draw(&mut self, l: &Line, what: &str, fields: &Args) -> Result<()> {
        let boss = self.town.actor(fields.get("by").map_or("督办员", String::as_str));
        let app = &self.town.app;
        let get = |k: &str| fields.get(k).cloned().unwrap_or_else(|| self.fail(l, format!("{what} lacks {k}")));
        let id = match what {
            "announce" => {
                let a = Announce {
                    area: "370700".into(),
                    from: get("from").parse().unwrap(),
                    to: get("to").parse().unwrap(),
                    per_mille: Some(fields.get("per_mille").map_or(1_000, |n| n.parse().unwrap())),
                    strata: Vec::new(),
                    public_plan: "双色球下一期开奖号码".into(),
                };
                self.town.rt.block_on(app.announce_draw(&boss, None, a))?
            }
            "freeze" => self.town.rt.block_on(app.freeze_draw(&boss, None, self.id(l)))?,
            "run" => {
                let v = PublicValue { value: get("value"), source: "中国福彩网".into(), at: self.town.now() };
                self.town.rt.block_on(app.run_draw(&boss, None, self.id(l), v))?
            }
            "close" => self.town.rt.block_on(app.close_draw(&boss, None, self.id(l)))?,
            other => self.fail(l, format!("a draw does not {other}")),
        };
        self.draw = Some(id);
        Ok(())
    }
    fn picks(&self) -> Vec<Pick> {
        let Some(id) = self.draw else { return Vec::new() };
        self.town.app.db.read_blocking(move |c| rows::picks(c, id)).unwrap()
    }
    /// The row of a filing, if it was drawn or is in reserve; `@0.1` is the first of the first stratum.
    pub(super) fn picked(&self, name: &str) -> Option<Pick> {
        if let Some((stratum, place)) = name.strip_prefix('@').and_then(|n| n.split_once('.')) {
            let at = (stratum.parse().unwrap(), place.parse().unwrap());
            return self.picks().into_iter().find(|k| (k.stratum, k.place) == at);
        }
        let (filing, _) = self.filings[name];
        self.picks().into_iter().find(|k| k.filing_id == filing)
    }
    pub(super) fn pick(&self, l: &Line, name: &str) -> Pick {
        self.picked(name).unwrap_or_else(|| self.fail(l, format!("{name} was not drawn")))
    }
    /// Whoever of the town's desks sees the call on its list; `someone` asks for any.
    fn caller(&self, l: &Line, call: RowId, who: &str) -> &'static str {
        let sees = |d: &&str| self.town.rt.block_on(self.town.app.calls(&self.town.actor(d))).unwrap().iter().any(|c| c.id == call);
        let found = DESKS.into_iter().find(sees).unwrap_or_else(|| self.fail(l, "nobody is asked to call"));
        DESKS.into_iter().find(|d| *d == who).unwrap_or(found)
    }
    pub(super) fn call(&mut self, l: &Line, name: &str, who: &str, said: &str, amount: Option<&str>) -> Result<()> {
        let k = self.pick(l, name);
        let actor = self.town.actor(self.caller(l, k.id, who));
        let app = &self.town.app;
        if said == "tried" {
            return self.town.rt.block_on(app.call_tried(&actor, None, k.id, amount.unwrap_or("no_answer"))).map(drop);
        }
        let received = amount.map(|a| Fen::parse(a).unwrap());
        self.town.rt.block_on(app.call_answered(&actor, None, k.id, Answer { outcome: said.into(), received })).map(drop)
    }
    /// The same number came with other content, and the desk takes it over.
    pub(super) fn amend(&mut self, l: &Line, name: &str, fields: &Args) -> Result<()> {
        let (id, _) = self.filings[name];
        let old = self.town.app.db.read_blocking(move |c| filings::get(c, id)).unwrap().unwrap();
        let form = FilingForm {
            source_number: old.source_no.clone().unwrap_or_else(|| self.fail(l, "only a numbered filing is amended")),
            reporter_name: "张三测".into(),
            reporter_phone: fields.get("phone").cloned().unwrap_or_default(),
            respondent: old.respondent_name.clone(),
            project: "试验花园住宅小区".into(),
            project_kind: "房屋建筑".into(),
            area: "奎文区".into(),
            channel: old.channel.clone(),
            kind: old.kind.clone(),
            headcount: Some(old.headcount.into()),
            reported_total_fen: Some(old.reported_total.get()),
            period_from: "2026-05".into(),
            period_to: "2026-09".into(),
            narrative: "在工地做木工，工资至今未发。".into(),
            ..FilingForm::default()
        };
        let desk = self.town.actor("受理员");
        match self.town.register(&desk, &old.receiving_bureau, &form, None)? {
            intake::Registered::Amended { .. } => {}
            other => self.fail(l, format!("no amendment: {other:?}")),
        }
        let open = self.town.app.db.read_blocking(move |c| filings::open_amendments(c, Some(id), 1)).unwrap();
        let amendment = open.first().unwrap_or_else(|| self.fail(l, "no amendment waits")).id;
        self.town.app.write_blocking(&desk, None, move |tx| amendment::decide(tx, amendment, true)).map(drop)
    }
    /// So many workers of different employers register and withdraw; the timeline says it in one line.
    pub(super) fn crowd(&mut self, l: &Line, n: usize, name: &str) -> Result<()> {
        let kept = self.out.len();
        for i in 1..=n {
            let fields: Args = [
                ("phone", format!("1390536{:04}", 2_000 + i)),
                ("reporter", format!("李{}测", ["一", "二", "三", "四", "五"][i % 5])),
                ("respondent", format!("潍坊试验{i}号建筑劳务有限公司")),
                ("project", format!("试验{i}号工地")),
            ]
            .into_iter()
            .map(|(k, v)| (k.to_owned(), v))
            .collect();
            self.file(l, &format!("{name}{i}"), &fields)?;
            self.leave(l, &format!("{name}{i}"))?;
        }
        self.report();
        self.out.truncate(kept);
        let _ = writeln!(self.out, "{}  {n} 人登记后撤回", self.town.now().list_text());
        Ok(())
    }
    /// The worker withdraws; the move of a withdrawal that was granted.
    pub(super) fn leave(&mut self, _: &Line, name: &str) -> Result<()> {
        let (_, procedure) = self.filings[name];
        let cmd = qingxin::app::perform::Command {
            procedure,
            name: "withdrawn".into(),
            form: qingxin::app::perform::Given::Parsed(qingxin::flow::Form::new()),
            occurred_at: None,
            seen: None,
            term: None,
        };
        let system = qingxin::domain::access::Actor::System("withdrawal");
        self.town.app.write_blocking(&system, None, move |tx| qingxin::app::perform::perform_in(tx, &cmd)).map(drop)
    }
    /// Rings what is due until then, each bell at its own instant.
    pub(super) fn ring(&mut self, to: At) {
        loop {
            let due = self.town.app.db.read_blocking(move |c| bells::due(c, to, 1)).unwrap();
            let Some(at) = due.first().map(|b| b.next_at) else { return };
            self.town.clock.set(at.max(self.town.now()));
            self.town.app.ring_bells().unwrap();
            self.report();
        }
    }
    pub(super) fn hidden(&self, l: &Line, name: &str, who: &str) {
        let (k, actor) = (self.pick(l, name), self.town.actor(who));
        let rt = &self.town.rt;
        let app = &self.town.app;
        let listed = rt.block_on(app.calls(&actor)).is_ok_and(|c| c.iter().any(|c| c.id == k.id));
        let shown = !matches!(rt.block_on(app.call(&actor, None, k.id)), Err(Error::NotFound(_)));
        let says = Answer { outcome: "paid".into(), received: None };
        let answered = !matches!(rt.block_on(app.call_answered(&actor, None, k.id, says)), Err(Error::NotFound(_)));
        if listed || shown || answered {
            self.fail(l, format!("{who} sees it: listed {listed}, shown {shown}, answered {answered}"));
        }
    }
    fn sheet(&self, l: &Line, name: &str) -> CallSheet {
        let k = self.pick(l, name);
        let actor = self.town.actor(self.caller(l, k.id, "someone"));
        self.town.rt.block_on(self.town.app.call(&actor, None, k.id)).unwrap().sheet.unwrap()
    }
    /// The telephone as given at filing, and one taken over later if there is any.
    pub(super) fn phone(&self, l: &Line, name: &str, phones: &[&str]) {
        let s = self.sheet(l, name);
        let found: Vec<String> = s.phone.into_iter().chain(s.later_phone).collect();
        if found != phones || s.contact_changed != (phones.len() > 1) {
            self.fail(l, format!("{found:?}, changed: {}", s.contact_changed));
        }
    }
    pub(super) fn share(&self, l: &Line, wanted: [&str; 3]) {
        let v = self.town.rt.block_on(self.town.app.draw(&self.town.actor("督办员"), self.id(l))).unwrap();
        let s = v.paid.unwrap_or_else(|| self.fail(l, "no answer yet"));
        let found = [s.low, s.per_myriad, s.high].map(|n| n.to_string());
        if found != wanted {
            self.fail(l, format!("{found:?}"));
        }
    }
    /// What is published is sound, and tells no person.
    pub(super) fn published(&self, l: &Line) {
        let p = self.town.rt.block_on(self.town.app.publish_draw(&self.town.actor("督办员"), self.id(l))).unwrap();
        let text = serde_json::to_string(&p).unwrap();
        let mut said = String::new();
        for word in ["张三测", "1390536", "试验建筑"] {
            if text.contains(word) {
                let _ = write!(said, "{word} ");
            }
        }
        if !check(&p).sound() || !said.is_empty() {
            self.fail(l, format!("published: {said}"));
        }
    }
}
