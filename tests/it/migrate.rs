//! Running procedures go over to a third version made here: dry run, applied, applied again.

use crate::on_both;
use crate::support::app::{World, app, filing};
use qingxin::app::graphs::{self, Graphs, Source};
use qingxin::app::perform::{Command, Given, perform_in};
use qingxin::base::id::ProcedureId;
use qingxin::boot;
use qingxin::flow::history::Plan;
use qingxin::store::{journal, procedures};
use serde_json::json;
use std::collections::BTreeMap;

/// `complaint.v3`: one state has another name and a duty more, one ladder is shorter.
fn third() -> Source {
    let shipped = include_str!("../../workflows/complaint.v2.toml");
    let text = shipped
        .replacen("version = 2", "version = 3", 1)
        .replace("\"signed_for\"", "\"taken_in\"")
        .replace("[states.signed_for]", "[states.taken_in]")
        .replacen("arms = [\"assign\"]", "arms = [\"assign\", \"look\"]", 1)
        .replacen(
            "[terms.assign]",
            "[terms.look]\ntitle = \"初看\"\nrule = \"complaint.review\"\nowner = \"leader@lead\"\nmet_on_leaving = [\"taken_in\"]\nladder = \"service\"\n\n[terms.assign]",
            1,
        );
    Source { file: "complaint.v3.toml".into(), text }
}

fn complaint(w: &World, n: u32) -> ProcedureId {
    let made = w.who("kuiwen.desk").post("/filings", filing(n)).ok();
    let case = made["case"].as_str().unwrap_or_else(|| panic!("{made}")).parse::<uuid::Uuid>().unwrap();
    let rows = w.app.db.read_blocking(move |c| procedures::of_case(c, case.into())).unwrap();
    rows.iter().find(|r| r.kind == "complaint").unwrap().id
}

fn row(w: &World, id: ProcedureId) -> procedures::Row {
    w.app.db.read_blocking(move |c| procedures::get(c, id)).unwrap().unwrap()
}

on_both! {
    fn open_procedures_go_over_once(t: &TestDb) {
        let w = World::new(t);
        let (waits, signed) = (complaint(&w, 1), complaint(&w, 2));
        w.who("kuiwen.desk").act(&signed.to_string(), "sign_for", json!({})).ok();

        let mut sources = boot::sources(&w.app.db).unwrap();
        sources.push(third());
        let all = Graphs::load(&sources, &w.app.registry).unwrap();
        let (old, new) = (all.get("complaint", 2).unwrap(), all.get("complaint", 3).unwrap());

        let unmapped = w.app.migrate_procedures(&old, &new, &Plan::default(), false, &mut |_| {});
        assert!(unmapped.unwrap_err().to_string().contains("signed_for"), "a state without a place is told before anything is done");
        let backwards = w.app.migrate_procedures(&new, &old, &Plan::default(), false, &mut |_| {});
        assert!(backwards.is_err());

        let plan = Plan { states: BTreeMap::from([("signed_for".to_owned(), "taken_in".to_owned())]) };
        let before = (row(&w, waits), row(&w, signed));
        let would = w.app.migrate_procedures(&old, &new, &plan, false, &mut |_| {}).unwrap();
        assert_eq!((would.seen, would.moved, would.refused.len()), (2, 2, 0));
        assert_eq!(would.states["signed_for → taken_in"], 1);
        assert_eq!(would.armed, BTreeMap::from([("look".to_owned(), 1)]));
        assert_eq!((row(&w, waits), row(&w, signed)), before, "a dry run changes nothing");
        assert_eq!(w.app.open_under("complaint", 2).unwrap(), 2);

        let (publish, now) = (all.clone(), w.app.now());
        w.app.db.write_blocking(move |c| graphs::publish(c, &publish, now)).unwrap();
        let old_terms = w.app.db.read_blocking(move |c| procedures::terms_of(c, signed)).unwrap();
        let did = w.app.migrate_procedures(&old, &new, &plan, true, &mut |_| {}).unwrap();
        assert_eq!(did, would, "what was said is what was done");
        assert_eq!((w.app.open_under("complaint", 2).unwrap(), w.app.open_under("complaint", 3).unwrap()), (0, 2));
        let after = row(&w, signed);
        assert_eq!((after.version, after.state.as_str()), (3, "taken_in"));

        // clocks run on: same start, same budget, same date; every live term has its alarm again
        let terms = w.app.db.read_blocking(move |c| procedures::terms_of(c, signed)).unwrap();
        for o in &old_terms {
            let n = terms.iter().find(|n| n.id == o.id).unwrap();
            assert_eq!((n.start_at, n.due_at, &n.status, n.doc.0.n), (o.start_at, o.due_at, &o.status, o.doc.0.n), "{}", o.key);
        }
        assert!(terms.iter().any(|n| n.key == "look" && n.status == "live"));
        let live: Vec<_> = terms.iter().filter(|n| n.status == "live").map(|n| n.id).collect();
        let alarms = w.app.db.read_blocking(move |c| procedures::alarms_of(c, &live)).unwrap();
        assert_eq!(alarms.len(), terms.iter().filter(|n| n.status == "live").count());
        let events = w.app.db.read_blocking(move |c| journal::stream(c, signed.into())).unwrap();
        assert_eq!(events.iter().filter(|e| e.core.kind == "migrated").count(), 1);

        let again = w.app.migrate_procedures(&old, &new, &plan, true, &mut |_| {}).unwrap();
        assert_eq!(again.seen, 0, "once is enough");

        // a program started now knows the published version and goes on with it
        let next = app(t);
        let (leader, handler) = (w.actor("kuiwen.leader"), w.account("kuiwen.handler"));
        let cmd = Command {
            procedure: signed,
            name: "assign".into(),
            form: Given::Raw(json!({ "account": handler })),
            occurred_at: None,
            seen: None,
            term: None,
        };
        let done = next.write_blocking(&leader, None, move |tx| perform_in(tx, &cmd)).unwrap();
        assert_eq!(done.state, "acceptance");
        let terms = next.db.read_blocking(move |c| procedures::terms_of(c, signed)).unwrap();
        assert!(terms.iter().any(|n| n.key == "look" && n.status == "met"));
        let fresh = next.graphs.latest("complaint").unwrap();
        assert_eq!(fresh.version, 3, "new cases follow the new version");
    }
}
