//! Searching: the same hits in the same order on both databases, full pages within the reader's scope, persons only for a
//! reason and on record, and an index that tells nothing without the key and follows what changes.

use crate::on_both;
use crate::review::{act, complaint, ids, register};
use crate::support::app::World;
use crate::support::{Backend, TestDb};
use chrono::Duration;
use diesel::RunQueryDsl as _;
use qingxin::app::intake::Registered;
use qingxin::app::search::{Ask, By, Hit};
use qingxin::app::subject::scope_of;
use qingxin::base::Error;
use qingxin::base::id::{FilingId, Ids};
use qingxin::base::seal::Purpose;
use qingxin::domain::access::{self, Actor};
use qingxin::domain::intake::FilingForm;
use qingxin::domain::search as rules;
use qingxin::store::{cases, filings, keys, search};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Words or a number.
pub fn words(text: &str) -> Ask {
    Ask { text: text.into(), limit: 50, ..Ask::default() }
}

/// A person, with a reason.
pub fn person(text: &str) -> Ask {
    Ask { reason: Some("verify_identity".into()), remark: Some("核对是否重复反映".into()), ..words(text) }
}

fn report(respondent: &str, project: &str, area: &str, told: &str, n: u32) -> FilingForm {
    FilingForm { respondent: respondent.into(), project: project.into(), area: area.into(), narrative: told.into(), ..complaint(n) }
}

/// Registers, a minute later each, at the city's desk; unknown areas stay there.
fn fill(w: &World, all: &[FilingForm]) -> Vec<FilingId> {
    let desk = w.actor("city.desk");
    let one = |f: &FilingForm| {
        w.pass(Duration::minutes(1));
        ids(&register(&w.app, &desk, "370700-hrss", f).unwrap()).0
    };
    all.iter().map(one).collect()
}

fn find(w: &World, who: &str, ask: Ask) -> Vec<Hit> {
    w.run(w.app.search(&w.actor(who), ask)).unwrap().hits
}

fn town() -> Vec<FilingForm> {
    vec![
        report("潍坊鼎盛建筑安装有限公司", "虞河花园四期", "奎文区", "我在虞河边上做瓦工，老板跑了。", 1),
        report("潍坊鼎信劳务有限公司", "北海大厦", "奎文区", "工资拖了半年，包工头不接电话。", 2),
        report("山东（鼎盛）路桥有限公司", "胶莱河大桥", "坊子区", "桥上干活，摔伤了腰，工钱没给。", 3),
        report("盛鼎装饰公司", "虞河花园14期", "坊子区", "贴瓷砖的活，说好月底结。", 4),
        report("ＡＢＣ建设集团", "B2地块", "不明", "鼎盛的老板把我们卖给了别人。", 5),
    ]
}

on_both! {
    fn words_find_the_same_in_the_same_order(t: &TestDb) {
        let w = World::new(t);
        let all = fill(&w, &town());
        // newest first; the numbers are places in `town`
        let table: &[(&str, &[usize])] = &[
            ("鼎盛", &[4, 2, 0]),
            ("鼎盛建筑", &[0]),
            ("鼎盛 奎文", &[0]),
            ("奎文", &[1, 0]),
            ("坊子区", &[3, 2]),
            ("虞河花园4期", &[0]),
            ("虞河花园 四期", &[3, 0]), // a word of its own: 4期 stands in 14期 too
            ("虞河", &[3, 0]),
            ("abc建设", &[4]),
            ("Ｂ２地块", &[4]),
            ("摔伤", &[2]),
            ("摔伤 路桥", &[2]),
            ("摔伤 装饰", &[]),
            ("瓦工，老板", &[0]),
            ("包工头不接电话", &[1]),
            ("盛鼎", &[3]),
            ("无此公司", &[]),
        ];
        for (asked, want) in table {
            let got: Vec<FilingId> = find(&w, "city.supervisor", words(asked)).iter().map(|h| h.filing.unwrap()).collect();
            let want: Vec<FilingId> = want.iter().map(|i| all[*i]).collect();
            assert_eq!(got, want, "{asked}");
        }
        for nothing in ["鼎", "，。", " 花 ", "鼎 盛"] {
            let e = w.run(w.app.search(&w.actor("city.supervisor"), words(nothing))).unwrap_err();
            assert!(matches!(&e, Error::Invalid(f) if f[0].code == "too_short"), "{nothing}: {e}");
        }
    }

    fn numbers_find_case_and_filings(t: &TestDb) {
        let w = World::new(t);
        let form = FilingForm { channel: "hotline_12345".into(), source_number: "RX20261123-9".into(), ..complaint(1) };
        let (filing, case) = ids(&register(&w.app, &w.actor("kuiwen.desk"), "370705-hrss", &form).unwrap());
        let case = case.unwrap();
        let (f, c) = w.app.db.read_blocking(move |c| Ok((filings::get(c, filing)?.unwrap(), cases::get(c, case)?.unwrap()))).unwrap();
        for (asked, by_filing) in [(f.number.to_lowercase(), true), (c.number.replacen('-', "- ", 1), false), ("ＲＸ20261123－9".into(), true)] {
            let found = w.run(w.app.search(&w.actor("kuiwen.handler"), words(&asked))).unwrap();
            assert_eq!(found.by, By::Number, "{asked}");
            assert_eq!(found.hits.iter().map(|h| (h.filing, h.case)).collect::<Vec<_>>(), [(by_filing.then_some(filing), Some(case))], "{asked}");
            assert_eq!(find(&w, "fangzi.handler", words(&asked)), [], "another county is told nothing");
        }
    }

    fn pages_are_full_and_end(t: &TestDb) {
        let w = World::new(t);
        let areas = ["奎文区", "坊子区", "坊子区"];
        let all: Vec<FilingForm> = (0..42).map(|n| report("鼎盛建筑公司", &format!("项目{n}"), areas[n % 3], "没发工资。", u32::try_from(n).unwrap())).collect();
        let filed = fill(&w, &all);
        let theirs: Vec<FilingId> = filed.iter().enumerate().filter(|(n, _)| n % 3 == 0).map(|(_, id)| *id).rev().collect();
        let (mut after, mut got, mut sizes) = (None, Vec::new(), Vec::new());
        loop {
            let page = w.run(w.app.search(&w.actor("kuiwen.handler"), Ask { after, limit: 5, ..words("鼎盛 建筑") })).unwrap();
            sizes.push(page.hits.len());
            got.extend(page.hits.iter().map(|h| h.filing.unwrap()));
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(got, theirs);
        assert_eq!(sizes, [5, 5, 4]);
        // over HTTP the cursor is opaque and belongs to this list
        let p = w.who("kuiwen.handler");
        let first = p.post_with("/search", json!({ "text": "鼎盛", "limit": 10 }), &[]).ok();
        assert_eq!((first["by"].as_str(), first["hits"].as_array().unwrap().len()), (Some("words"), 10));
        let second = p.post_with("/search", json!({ "text": "鼎盛", "limit": 10, "cursor": first["nextCursor"] }), &[]).ok();
        assert_eq!(second["hits"].as_array().unwrap().len(), 4);
        assert!(second.get("nextCursor").is_none());
        assert_eq!(p.post_with("/search", json!({ "text": "鼎盛", "cursor": "MXxpbmJveHwx" }), &[]).status, 422);
        // and a page of the console goes on without script
        let console = w.who("city.supervisor").submit("/search", &[("text", "鼎盛")]);
        assert!(!console.text().contains("下一页"), "42 fit on one page");
    }

    fn the_scope_in_the_query_is_the_matrix(t: &TestDb) {
        let mut w = World::new(t);
        use qingxin::domain::access::DutyKind as D;
        // duties that are not of the usual sort: a county's officer over the city, a town only, a supervisor of a county in the city
        w.employ("odd.wide", D::Handler, "370705-hrss", "370700");
        w.employ("odd.super", D::Supervisor, "370700-hrss", "370704");
        w.employ("odd.far", D::Handler, "370705-hrss", "370704");
        w.employ("odd.house", D::Handler, "370705-housing", "370704");
        let filed = fill(&w, &town());
        let at_county = ids(&register(&w.app, &w.actor("kuiwen.desk"), "370705-hrss", &complaint(77)).unwrap()).0;
        let all: Vec<FilingId> = filed.into_iter().chain([at_county]).collect();
        let known = {
            let all = all.clone();
            w.app.db.read_blocking(move |c| {
                let rows = filings::by_ids(c, &all)?;
                rows.into_iter().map(|f| Ok((f.case_id.map(|id| cases::get(c, id)).transpose()?.flatten(), f))).collect::<Result<Vec<_>, Error>>()
            }).unwrap()
        };
        let mut seen = BTreeSet::new();
        for login in w.accounts.keys() {
            let actor = w.actor(login);
            let (reach, all) = (w.app.reach(&actor), all.clone());
            let got: BTreeSet<FilingId> = w.app.db.read_blocking(move |c| search::reached(c, &all, &reach)).unwrap().into_iter().collect();
            let want: BTreeSet<FilingId> =
                known.iter().filter(|(c, f)| access::may_read(&actor, &scope_of(&w.app, c.as_ref(), Some(f)))).map(|(_, f)| f.id).collect();
            assert_eq!(got, want, "{login}");
            seen.insert(want.len());
        }
        assert!(seen.len() >= 4, "the readers differ: {seen:?}");
    }

    fn a_person_is_looked_for_with_a_reason_and_on_record(t: &TestDb) {
        let w = World::new(t);
        let id = "379900200302050650";
        let (filing, _) = ids(&register(&w.app, &w.actor("kuiwen.desk"), "370705-hrss", &FilingForm { reporter_id: id.into(), ..complaint(1) }).unwrap());
        let p = w.who("kuiwen.handler");
        for text in [id, "13900000001", "张测试"] {
            if text != "张测试" {
                assert_eq!(p.post_with("/search", json!({ "text": text }), &[]).places()[0].0, "/reason", "{text}");
            } else {
                let words = p.post_with("/search", json!({ "text": text }), &[]).ok();
                assert_eq!((words["by"].as_str(), &words["hits"]), (Some("words"), &json!([])), "a name is no word");
            }
            let why = |reason: &str, remark: &str| json!({ "text": text, "reason": reason, "remark": remark });
            assert_eq!(p.post_with("/search", why("curious", "想看一看"), &[]).places()[0].0, "/reason");
            assert_eq!(p.post_with("/search", why("contact", "想"), &[]).places()[0].0, "/remark");
            let before = looks(&w, "kuiwen.handler").len();
            let got = p.post_with("/search", why("contact", "回复来电人"), &[]).ok();
            assert_eq!(got["by"], "person");
            assert_eq!(got["hits"][0]["filing"], json!(filing));
            assert_eq!(got["hits"][0]["claimant"], "张**");
            assert!(!got.to_string().contains("张测试"));
            let events = looks(&w, "kuiwen.handler");
            assert_eq!(events.len(), before + 1);
            let last = events.last().unwrap().to_string();
            assert!(last.contains("contact") && last.contains(&filing.to_string()), "{last}");
            assert!(!last.contains(text) && !last.contains("b1."), "the event names nobody: {last}");
        }
        // those whose duty it is not, and administrators
        let why = json!({ "text": "13900000001", "reason": "contact", "remark": "回复来电人" });
        w.who("kuiwen.legal").post_with("/search", why.clone(), &[]).problem(403, "forbidden");
        // another county finds nothing, and that it looked is noted all the same
        assert_eq!(w.who("fangzi.handler").post_with("/search", why, &[]).ok()["hits"], json!([]));
        assert_eq!(looks(&w, "fangzi.handler").len(), 1);
    }

    fn narratives_are_found_only_with_the_key_and_in_scope(t: &TestDb) {
        let w = World::new(t);
        let filed = fill(&w, &town());
        assert_eq!(find(&w, "fangzi.handler", words("摔伤")).iter().map(|h| h.filing).collect::<Vec<_>>(), [Some(filed[2])]);
        assert_eq!(find(&w, "kuiwen.handler", words("摔伤")), []);
        // what a report tells finds it inside the unit only: it may name who told it
        let secret = FilingForm { kind: "report".into(), ..report("潍坊隐名建筑公司", "隐名花园", "奎文区", "我叫密某某，欠了一班人。", 9) };
        let hidden = ids(&register(&w.app, &w.actor("kuiwen.desk"), "370705-hrss", &secret).unwrap()).0;
        let of = |who: &str, q: &str| find(&w, who, words(q)).iter().any(|h| h.filing == Some(hidden));
        assert!(of("kuiwen.handler", "密某") && of("kuiwen.handler", "隐名"));
        assert!(!of("kuiwen-housing.handler", "密某某"), "the bureau of oversight does not find who reported");
        assert!(of("kuiwen-housing.handler", "隐名花园"), "but the project");
        // the piece as it would be stored in clear finds nothing
        let plain = rules::number("摔伤");
        assert_eq!(w.app.db.read_blocking(move |c| search::weigh(c, plain, 10)).unwrap(), 0);
    }

    fn a_new_blind_key_is_looked_up_beside_the_old_and_reindexed(t: &TestDb) {
        let w = World::new(t);
        let first = fill(&w, &[report("甲公司", "甲花园", "奎文区", "摔伤了腰。", 1)])[0];
        let old = rows(t, first);
        let master = keys::master(w.app.db.target(), w.app.db.options()).unwrap();
        w.app.write_blocking(&Actor::System("test"), None, move |tx| keys::rotate(tx.c, &master, Purpose::Blind, tx.now, &mut Ids::system())).unwrap();
        assert!(w.app.renew_keys().unwrap());
        let second = fill(&w, &[report("乙公司", "乙花园", "奎文区", "摔伤了腿。", 2)])[0];
        let found = || find(&w, "city.supervisor", words("摔伤")).iter().map(|h| h.filing.unwrap()).collect::<Vec<_>>();
        assert_eq!(found(), [second, first], "under both keys");
        assert_eq!(w.app.unindexed().unwrap(), (2, 1));
        assert_eq!(w.app.reindex().unwrap(), 1);
        assert_eq!((w.app.unindexed().unwrap(), w.app.reindex().unwrap()), ((2, 0), 0));
        assert_eq!(found(), [second, first]);
        let new = rows(t, first);
        assert_eq!(old.len(), new.len());
        assert!(old.intersection(&new).count() < old.len(), "what was keyed is keyed anew");
        // filings of before the index are brought in the same way
        w.app.db.write_blocking(|c| c.batch("delete from grams")).unwrap();
        assert_eq!(found(), []);
        assert_eq!(w.app.reindex().unwrap(), 2);
        assert_eq!((found(), rows(t, first)), (vec![second, first], new));
    }

    fn the_index_follows_amendments_and_areas(t: &TestDb) {
        let w = World::new(t);
        let desk = w.actor("kuiwen.desk");
        let form = FilingForm { channel: "hotline_12345".into(), source_number: "RX-7".into(), ..report("旧名建筑公司", "旧名花园", "奎文区", "旧事一桩。", 1) };
        let (filing, case) = ids(&register(&w.app, &desk, "370705-hrss", &form).unwrap());
        let new = FilingForm { respondent: "更名路桥公司".into(), narrative: "新说一遍。".into(), ..form };
        assert!(matches!(register(&w.app, &desk, "370705-hrss", &new).unwrap(), Registered::Amended { .. }));
        let of = |who: &str, q: &str| find(&w, who, words(q)).iter().any(|h| h.filing == Some(filing));
        assert!(of("kuiwen.handler", "旧事") && !of("kuiwen.handler", "更名"), "not before the desk takes it over");
        let id = w.run(w.app.open_amendments(&desk, Some(filing))).unwrap()[0].id;
        w.app.write_blocking(&desk, None, move |tx| qingxin::app::amendment::decide(tx, id, true)).unwrap();
        for (q, there) in [("更名路桥", true), ("新说", true), ("旧名花园", true), ("旧名建筑", false), ("旧事", false)] {
            assert_eq!(of("kuiwen.handler", q), there, "{q}");
        }
        assert!(of("city.supervisor", "奎文") && !of("city.supervisor", "坊子"));
        act(&w, "kuiwen.supervisor", case.unwrap(), "set_case_area", json!({ "area": "370704", "reason": "工地在坊子区" })).unwrap();
        assert!(of("city.supervisor", "坊子"), "where the case lies now");
    }

    fn what_a_filing_costs(t: &TestDb) {
        let w = World::new(t);
        let long: String = (0..3000_u32).filter_map(|i| char::from_u32(0x4e00 + i * 3 % 20000)).collect();
        let filed = fill(&w, &[complaint(1), report(&long[..90], &long[90..300], "奎文区", &long[..2700], 2)]);
        let (plain, most) = (rows(t, filed[0]).len(), rows(t, filed[1]).len());
        assert!((20..120).contains(&plain), "{plain}");
        assert!(most <= rules::PLAIN + rules::NARRATIVE + 1, "{most}");
        let started = std::time::Instant::now();
        let doc = FilingId::from(uuid::Uuid::from_u128(7));
        for n in 0..50_i64 {
            let some: Vec<i64> = (0..100).map(|g| n * 1000 + g * 7).collect();
            w.app.db.write_blocking(move |c| search::add(c, doc, &some)).unwrap();
        }
        println!("{:?}: {plain} and {most} rows; 100 pieces take {:?} with their commit", t.backend, started.elapsed() / 50);
    }
}

/// What the account's stream says of persons looked for.
fn looks(w: &World, login: &str) -> Vec<Value> {
    let id = w.account(login);
    let all = w.app.db.read_blocking(move |c| qingxin::store::journal::stream(c, id.into())).unwrap();
    all.into_iter().filter(|s| s.core.kind == "person_searched").map(|s| s.core.payload).collect()
}

/// The pieces a filing is stored under.
fn rows(t: &TestDb, id: FilingId) -> BTreeSet<i64> {
    #[derive(diesel::QueryableByName)]
    struct Row {
        #[diesel(sql_type = diesel::sql_types::BigInt)]
        gram: i64,
    }
    let hex = id.uuid().simple().to_string();
    let sql = match t.backend {
        Backend::Sqlite => format!("select gram from grams where hex(doc) = upper('{hex}')"),
        Backend::Postgres => format!("select gram from grams where doc = '{}'", id.uuid()),
    };
    t.db.read_blocking(move |c| Ok(diesel::sql_query(sql).load::<Row>(c)?)).unwrap().into_iter().map(|r| r.gram).collect()
}
