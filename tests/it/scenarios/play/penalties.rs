//! Penalties of a scenario: begun, and what is owed of them.

use super::{Args, Line, Play};
use qingxin::app::penalties::NewPenalty;
use qingxin::base::Result;
use qingxin::law::Fen;
use qingxin::store::orders;
use serde_json::json;

impl Play {
    pub(super) fn penalize(&mut self, l: &Line, fields: &Args) -> Result<()> {
        let case = self.here(l);
        let who = fields.get("by").map_or("承办人甲", String::as_str);
        let mut form = serde_json::Map::new();
        for (key, name) in [
            ("ground", "ground"),
            ("subject", "subject"),
            ("violated", "violatedOn"),
            ("name", "name"),
            ("id", "idNumber"),
            ("post", "post"),
            ("since", "postFrom"),
            ("corrected", "correctedNo"),
            ("served", "correctedServed"),
            ("due", "correctedDue"),
        ] {
            form.extend(fields.get(key).map(|v| (name.to_owned(), json!(v))));
        }
        if let Some(second) = fields.get("second") {
            form.insert("second".into(), json!(self.town.account(second).to_string()));
        }
        if let Some(name) = fields.get("proof") {
            form.insert("proof".into(), json!(self.proof(who, Some(case), None, name)?));
        }
        let on_order = fields.get("ground").is_some_and(|g| g == "refuse_order");
        let order = self.town.app.db.read_blocking(move |c| orders::of_case(c, case))?.pop().filter(|_| on_order);
        if order.is_none() {
            let party = fields.get("respondent").map_or("respondent", String::as_str);
            form.insert("respondent".into(), json!(self.respondent(l, party)));
        }
        let bureau = fields.get("bureau").map(|b| self.bureau(b));
        let n = NewPenalty { order: order.map(|o| o.procedure_id), bureau, form: form.into() };
        self.town.rt.block_on(self.town.app.begin_penalty(&self.town.actor(who), None, case, n)).map(drop)
    }
    /// `expect penalty fine=3000 left=3090 late=90 paid=0 standing=decided remedy=none` of the newest.
    pub(super) fn expect_penalty(&mut self, l: &Line, facts: &[&str]) {
        let case = self.here(l);
        let newest = self.child(l, "penalty").id;
        let file = self.town.case_file("局长", case).unwrap();
        let p = file.penalties.iter().find(|p| p.procedure == newest).unwrap_or_else(|| self.fail(l, "no penalty"));
        for f in facts {
            let (k, v) = f.split_once('=').unwrap_or_else(|| self.fail(l, "key=value"));
            let fen = |f: Option<Fen>| f.map_or_else(|| "none".to_owned(), |f| f.to_string());
            let owed = p.owed.as_ref();
            let found = match k {
                "fine" => fen(p.fine_fen),
                "paid" => fen(owed.map(|o| o.paid_fen)),
                "late" => fen(owed.map(|o| o.late_fen)),
                "left" => fen(owed.map(|o| o.left_fen)),
                "pay_by" => owed.map(|o| o.pay_by.to_string()).unwrap_or_default(),
                "standing" => p.standing.clone(),
                "right" => p.right.clone(),
                "subject" => p.subject.clone(),
                "bureau" => p.bureau_name.clone(),
                _ => self.fail(l, format!("a penalty says no {k}")),
            };
            let same = Fen::parse(v).is_ok_and(|f| f.to_string() == found) || found == v;
            if !same {
                self.fail(l, format!("{k} is {found}"));
            }
        }
    }
}
