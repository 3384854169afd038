//! What a scenario may ask: state, terms, notices, sums.

use super::{Line, Play};
use qingxin::store::procedures::TermRow;
use qingxin::store::{cases, filings, notices};

impl Play {
    pub(super) fn expect(&mut self, l: &Line, words: &[String]) {
        let w: Vec<&str> = words.iter().map(String::as_str).collect();
        match w[..] {
            ["refused", code] => {
                let Some((_, found, say)) = self.refused.take() else { self.fail(l, "the line before went through") };
                if found != code && found.split(' ').next() != Some(code) {
                    self.fail(l, format!("refused {found} instead: {say}"));
                }
            }
            ["state", state] => {
                let row = self.town.complaint(self.here(l));
                let case = self.town.case(self.here(l));
                self.same(l, &row.state, state);
                self.same(l, &case.state, state);
            }
            ["filing", name, state] => {
                let (_, id) = self.filings[name];
                let row = self.town.app.db.read_blocking(move |c| qingxin::store::procedures::get(c, id)).unwrap().unwrap();
                self.same(l, &row.state, state);
            }
            ["child", kind, state] => {
                let row = self.child(l, kind);
                self.same(l, &row.state, state);
            }
            ["children", kind, n] => {
                let case = self.here(l);
                let all = self.town.app.db.read_blocking(move |c| qingxin::store::procedures::of_case(c, case)).unwrap();
                self.same(l, &all.iter().filter(|r| r.kind == kind).count().to_string(), n);
            }
            ["public", "says", word] => self.public_says(l, word, true),
            ["public", "not", "says", word] => self.public_says(l, word, false),
            ["public", state] => self.public(l, state),
            ["texts", n, shown] => self.texts(l, n, shown),
            ["in", "batch", number] => self.in_batch(l, number),
            ["paper", kind] => {
                let case = self.here(l);
                let all = self.town.app.db.read_blocking(move |c| qingxin::store::papers::documents_of(c, case, &[])).unwrap();
                if !all.iter().any(|d| d.kind == kind) {
                    self.fail(l, format!("there are {:?}", all.iter().map(|d| d.kind.clone()).collect::<Vec<_>>()));
                }
            }
            [group @ ("talks" | "incident"), fact] => {
                let case = self.here(l);
                let (key, wanted) = fact.split_once('=').unwrap_or_else(|| self.fail(l, "key=value"));
                let groups = std::collections::BTreeSet::from([group.to_owned()]);
                let facts = self.town.facts(case, &groups);
                let found = match facts.get(&format!("{group}.{key}")) {
                    Some(qingxin::flow::Value::Int(n)) => n.to_string(),
                    Some(qingxin::flow::Value::Bool(b)) => b.to_string(),
                    other => format!("{other:?}"),
                };
                self.same(l, &found, wanted);
            }
            ["due", term, day, time] if time.contains(':') => {
                let t = self.term(l, term);
                self.same(l, &t.due_at.list_text(), &format!("{day} {time}"));
            }
            ["due", term, day, ref mark @ ..] => {
                let t = self.term(l, term);
                self.same(l, &t.status, "live");
                self.same(l, &t.due_day.map_or_else(|| t.due_at.list_text(), |d| d.to_string()), day);
                let provisional = mark == ["provisional"];
                if t.provisional != provisional {
                    self.fail(l, format!("provisional: {}", t.provisional));
                }
            }
            ["term", term, "none"] => {
                if !self.terms_named(l, term).is_empty() {
                    self.fail(l, "it was armed");
                }
            }
            ["term", term, status] => {
                let t = self.term(l, term);
                let now = self.town.now();
                match status {
                    "paused" => self.same(l, &t.doc.0.paused_at(now).to_string(), "true"),
                    "missed" => self.same(l, &t.missed.to_string(), "true"),
                    "kept" => self.same(l, &t.missed.to_string(), "false"),
                    s => self.same(l, &t.status, s),
                }
            }
            ["effect", term, effect] => {
                let t = self.term(l, term);
                self.same(l, &t.effect, effect);
            }
            ["marks", n] => {
                let row = self.town.complaint(self.here(l));
                self.same(l, &row.missed.to_string(), n);
            }
            ["told", who, template] => {
                let id = self.town.account(who);
                let told = self.all_notices();
                if !told.iter().any(|n| n.account_id == Some(id) && n.template == template) {
                    let had: Vec<_> = told.iter().filter(|n| n.account_id == Some(id)).map(|n| n.template.clone()).collect();
                    self.fail(l, format!("{who} was told {had:?}"));
                }
            }
            ["holder", who] => {
                let row = self.town.complaint(self.here(l));
                self.same(l, row.assignee.map_or("nobody", |a| self.names[&a]), who);
            }
            ["in", "inbox", "of", who] => self.inbox(l, who, true),
            ["not", "in", "inbox", "of", who] => self.inbox(l, who, false),
            ["origin", origin] => {
                let case = self.town.case(self.here(l));
                self.same(l, &case.origin, origin);
            }
            ["lead", bureau] => {
                let case = self.town.case(self.here(l));
                self.same(l, &case.lead_bureau, &self.bureau(bureau));
            }
            ["second", who] => {
                let case = self.town.case(self.here(l));
                let found = case.second_officer.map(|id| id.to_string()).unwrap_or_default();
                self.same(l, &found, &self.town.account(who).to_string());
            }
            ["sums", ref sums @ ..] => {
                let case = self.town.case(self.here(l));
                for s in sums {
                    let (k, v) = s.split_once('=').unwrap_or_else(|| self.fail(l, "key=value"));
                    let fen = match k {
                        "claimed" => case.claimed,
                        "verified" => case.verified,
                        "paid" => case.paid,
                        "waived" => case.waived,
                        "outstanding" => case.outstanding,
                        "reported" => case.reported_total,
                        _ => self.fail(l, format!("no sum {k}")),
                    };
                    if qingxin::law::Fen::parse(v).ok() != Some(fen) {
                        self.fail(l, format!("{k} is {fen}"));
                    }
                }
            }
            ["joined", a, b] => {
                let (a, b) = (self.filing_case(a), self.filing_case(b));
                if a.is_none() || a != b {
                    self.fail(l, "they are in different cases");
                }
            }
            ["suggested", name] => {
                let (id, _) = self.filings[name];
                let n = self.town.app.db.read_blocking(move |c| filings::suggestions_of(c, id)).unwrap().len();
                if n == 0 {
                    self.fail(l, "nothing was suggested");
                }
            }
            ["drawn", name, state] => {
                let k = self.pick(l, name);
                self.same(l, &k.state, state);
            }
            ["not", "drawn", name] => {
                if self.picked(name).is_some() {
                    self.fail(l, "it was drawn");
                }
            }
            ["replaced", by, name] => {
                let (k, next) = (self.pick(l, name), self.pick(l, by));
                self.same(l, &format!("{:?}", next.replaces), &format!("Some({})", k.place));
            }
            ["caller", name, unit] => {
                let k = self.pick(l, name);
                self.same(l, &k.bureau.unwrap_or_default(), &self.bureau(unit));
            }
            ["hidden", name, "from", who] => self.hidden(l, name, who),
            ["phone", name, ref phones @ ..] => self.phone(l, name, phones),
            ["contradicts", name, yes] => {
                let k = self.pick(l, name);
                self.same(l, &k.contradicts.to_string(), yes);
            }
            ["share", low, share, high] => self.share(l, [low, share, high]),
            ["published"] => self.published(l),
            ["grade", name, year, ref rest @ ..] => self.expect_grade(l, name, year, rest),
            ["grading", name, state] => self.expect_grading(l, name, state),
            ["entries", name, ref kinds @ ..] => self.expect_entries(l, name, kinds),
            ["penalty", ref facts @ ..] => self.expect_penalty(l, facts),
            ["case", "open", open] => {
                let id = self.here(l);
                let case = self.town.app.db.read_blocking(move |c| cases::get(c, id)).unwrap().unwrap();
                self.same(l, &case.open.to_string(), open);
            }
            _ => self.fail(l, "nothing is known of this expectation"),
        }
    }
    pub(super) fn same(&self, l: &Line, found: &str, wanted: &str) {
        if found != wanted {
            self.fail(l, format!("it is {found}"));
        }
    }
    fn filing_case(&self, name: &str) -> Option<qingxin::base::id::CaseId> {
        let (id, _) = self.filings[name];
        self.town.app.db.read_blocking(move |c| filings::get(c, id)).unwrap().unwrap().case_id
    }
    /// Terms of the case at hand and of all filings.
    fn terms_of(&self, _: &Line) -> Vec<TermRow> {
        let ids = self.procedures();
        self.town.app.db.read_blocking(move |c| qingxin::store::procedures::terms_of_many(c, &ids)).unwrap()
    }
    /// The newest term of a key.
    fn term(&self, l: &Line, key: &str) -> TermRow {
        self.terms_named(l, key).pop().unwrap_or_else(|| self.fail(l, format!("no term {key}")))
    }
    /// The terms of a key, of the case at hand or (`F1/reply`) of a filing, oldest first.
    fn terms_named(&self, l: &Line, key: &str) -> Vec<TermRow> {
        let (owner, key) = key.split_once('/').map_or((None, key), |(o, k)| (Some(o), k));
        let only = match owner {
            Some(o) if super::names_child(o) => self.child(l, o).id,
            Some(o) if self.graded_now(o).is_some() => self.graded(l, o),
            Some(o) => self.filings[o].1,
            None => self.current.map(|c| self.town.complaint(c).id).unwrap_or_else(|| self.fail(l, "no case yet")),
        };
        let mut all: Vec<TermRow> = self.terms_of(l).into_iter().filter(|t| t.procedure_id == only && t.key == key).collect();
        all.sort_by_key(|t| t.position);
        all
    }
    fn inbox(&self, l: &Line, who: &str, wanted: bool) {
        let id = self.town.complaint(self.here(l)).id;
        let tabs = self.town.app.tabs(&self.town.actor(who));
        let there = tabs.iter().any(|t| self.town.inbox(who, Some(*t)).unwrap().items.iter().any(|i| i.procedure == id));
        if there != wanted {
            self.fail(l, format!("in the inbox of {who}: {there}"));
        }
    }
    pub(super) fn all_notices(&self) -> Vec<notices::Notice> {
        let to: Vec<_> = self.names.keys().copied().collect();
        let end = qingxin::base::Day::ymd(2100, 1, 1).unwrap().start();
        self.town.app.db.read_blocking(move |c| notices::page(c, &to, false, end, None, 10_000)).unwrap()
    }
}
