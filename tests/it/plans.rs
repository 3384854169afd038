//! How the databases run the hot statements: the very SQL the store's functions send, with parameters unknown to the planner
//! as in a cached statement. A worklist, sweep or claim reads an index and a bounded page. Also counts statements.

use crate::on_both;
use crate::support::app::World;
use crate::support::{Backend, TestDb, t0};
use diesel::RunQueryDsl as _;
use diesel::connection::{Connection as _, Instrumentation, InstrumentationEvent, SimpleConnection as _};
use qingxin::base::Result;
use qingxin::base::id::{AccountId, CaseId, ProcedureId};
use qingxin::store::letters::Wanted;
use qingxin::store::worklist::{self, Filter};
use qingxin::store::{
    Conn, accounts, campaigns, casebook, conduct, employers, exports, filings, gradings, journal, legacy, notices, papers, procedures,
    search, settings,
};
use std::sync::{Arc, Mutex};

#[derive(diesel::QueryableByName)]
struct Lite {
    #[diesel(sql_type = diesel::sql_types::Text)]
    detail: String,
}
#[derive(diesel::QueryableByName)]
struct Pg {
    #[diesel(sql_type = diesel::sql_types::Text, column_name = "QUERY PLAN")]
    detail: String,
}

/// Notes every statement a connection is sent.
#[derive(Clone, Default)]
struct Tap(Arc<Mutex<Vec<String>>>);
impl Instrumentation for Tap {
    fn on_connection_event(&mut self, event: InstrumentationEvent<'_>) {
        if let InstrumentationEvent::StartQuery { query, .. } = event {
            let text = query.to_string();
            self.0.lock().unwrap().push(text.split(" -- binds").next().unwrap_or_default().to_owned());
        }
    }
}
impl Tap {
    fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().unwrap())
    }
}
fn off(_: InstrumentationEvent<'_>) {}

/// The statements a function of the store sends.
fn sent(t: &TestDb, f: impl FnOnce(&mut Conn) -> Result<()> + Send + 'static) -> Vec<String> {
    let tap = Tap::default();
    let ear = tap.clone();
    t.db.write_blocking(move |c| {
        c.set_instrumentation(ear);
        let done = f(c);
        c.set_instrumentation(off);
        done
    })
    .unwrap();
    tap.take()
}

/// How a statement with its parameters unknown would be run.
fn plan(t: &TestDb, sql: String) -> String {
    t.db.write_blocking(move |c| match c {
        Conn::Sqlite(c) => {
            let rows: Vec<Lite> = diesel::sql_query(format!("explain query plan {sql}")).load(c)?;
            Ok(rows.into_iter().map(|r| r.detail + "\n").collect::<String>())
        }
        Conn::Pg(c) => {
            let n = (1..100).take_while(|n| sql.contains(&format!("${n}"))).count();
            let nulls = vec!["null"; n].join(", ");
            let call = if n == 0 { "p".to_owned() } else { format!("p({nulls})") };
            c.batch_execute(&format!(
                "set local plan_cache_mode = force_generic_plan; set local enable_seqscan = off; prepare p as {sql}"
            ))?;
            let rows: Vec<Pg> = diesel::sql_query(format!("explain execute {call}")).load(c)?;
            c.batch_execute("deallocate p")?;
            Ok(rows.into_iter().map(|r| r.detail + "\n").collect::<String>())
        }
    })
    .unwrap()
}

/// Before anything was due: no row comes back.
fn early() -> qingxin::base::At {
    qingxin::base::Day::ymd(2020, 1, 1).unwrap().at(0, 0)
}

/// 4,000 procedures, a quarter of them open, with terms and alarms: enough that the planner has a choice.
fn fill(t: &TestDb) {
    let (n, id, at, yes, day, doc) = match t.backend {
        Backend::Sqlite => (
            "with recursive n(i) as (values (1) union all select i + 1 from n where i < 4000)",
            "randomblob(16)",
            "1700000000000 + i * 1000",
            "i % 4 = 0",
            "0",
            "'{}'",
        ),
        Backend::Postgres => (
            "with n as (select i from generate_series(1, 4000) i)",
            "gen_random_uuid()",
            "to_timestamp(1700000000 + i)",
            "i % 4 = 0",
            "false",
            "'{}'::jsonb",
        ),
    };
    let start = at;
    let n2 = n.replace("with n", "with n2").replace("recursive n(i)", "recursive n2(i)").replace("from n where", "from n2 where");
    let text = format!(
        "{n} insert into procedures (id, kind, version, state, area, holder_role, holder_bureau, due_at, due_provisional, calendar_rev, open, missed, started_at, entered_at, rev, form_rev)
           select {id}, case when i % 2 = 0 then 'filing' else 'complaint' end, 1, 'received', '37070' || (i % 61), 'desk@lead', '37070' || (i % 61) || '-hrss', {at}, {day}, 1, {yes}, 0, {start}, {start}, 1, 1 from n;
         insert into terms (id, procedure_id, key, rule, kind, effect, status, missed, next_rung, position, doc, start_at, due_at, provisional, calendar_rev, ended_at)
           select id, id, 'k', 'r', 'duty', 'service', case when open then 'live' else 'met' end, {day}, 0, 0, {doc}, started_at, due_at, {day}, 1, case when open then null else due_at end from procedures;
         {n} insert into claimants (id, name_ct, name_mask, name_bix, person_bix, phone_bix, created_at) select {id}, 'x', 'x', 'n' || i, 'p' || i, 't' || i, {at} from n;
         {n2} insert into filings (id, number, channel, kind, claimant_id, receiving_bureau, received_at, area_text, respondent_name, respondent_key, project_key, headcount, reported_total, narrative_ct, secret, grade, fingerprint, created_at)
           select {id}, 'DJ' || i, 'phone', 'complaint', c.id, 'b', {at}, '', 'r', 'r' || (i % 900), 'p' || (i % 700), 1, 1, 'x', {day}, 'ordinary', 'f' || i, {at} from n2 join claimants c on c.name_bix = 'n' || i;
         {n} insert into notices (id, account_id, audience, template, args, created_at, not_before) select {id}, null, 'a', 't', {doc}, {at}, {at} from n;
         {n} insert into accounts (id, login, name, password_hash, state, must_change, failed, created_at, version) select {id}, 'u' || i, 'u', 'x', 'active', {day}, 0, {at}, 1 from n where i <= 400;
         insert into duties (id, account_id, duty, bureau, area, valid_from) select id, id, 'handler', login, '370705', created_at from accounts;
         insert into alarms (term_id, procedure_id, rung, fire_at, attempts) select id, procedure_id, 0, due_at, 0 from terms where status = 'live';
         {n} insert into letters (id, notice_id, channel, claimant_id, state, attempts, next_at, due_at, created_at, done_at)
           select {id}, (select id from notices limit 1), 'sms', c.id, case when i % 4 = 0 then 'pending' when i % 40 = 1 then 'dead' else 'sent' end, 1, {at}, {at}, {at},
           case when i % 4 = 0 then null else {at} end from n join claimants c on c.name_bix = 'n' || i;
         analyze;"
    );
    t.db.write_blocking(move |c| c.batch(&text)).unwrap();
}

fn some_reach() -> search::Reach {
    let areas = || vec!["370705".to_owned(), "370704".to_owned()];
    let own = || vec!["370705-hrss".to_owned()];
    search::Reach { whole: false, receiving: own(), lead: own(), areas: areas(), bureaus: vec![("370705-hrss".into(), areas())] }
}

fn some_reviews(decided: bool) -> legacy::Asked {
    let areas = || vec!["370705".to_owned(), "370704".to_owned()];
    let (lead, within) = (vec!["370705-hrss".to_owned()], vec![("370700-hrss".to_owned(), areas())]);
    legacy::Asked { lead, within, areas: areas(), decided, ..legacy::Asked::default() }
}

/// The statement of a function that sends several, by its place.
fn nth(n: usize, f: impl FnOnce(&mut Conn) -> Result<()> + Send + 'static, t: &TestDb) -> String {
    sent(t, f).into_iter().filter(|s| s.trim_start().to_lowercase().starts_with("select")).nth(n).unwrap()
}

type Run = Box<dyn FnOnce(&mut Conn) -> Result<()> + Send>;

fn letters(w: Wanted) -> Run {
    Box::new(move |c| qingxin::store::letters::page(c, &w, None, 50).map(drop))
}

fn list(f: Filter) -> Run {
    Box::new(move |c| worklist::page(c, &f, None, 0, 20).map(drop))
}

/// Employers with entries and grades of several years, so that the planner has something to choose from.
fn fill_grades(t: &TestDb) {
    let sql = match t.backend {
        Backend::Sqlite => {
            "with recursive n(i) as (values (1) union all select i + 1 from n where i < 400) \
             insert into conduct_files (id, number, key, name, name_key, opened_at) select randomblob(16), 'DA-' || i, 'k' || i, 'n' || i, 'n' || i, 0 from n; \
             with recursive y(i) as (values (2020) union all select i + 1 from y where i < 2026) \
             insert into conduct_records (id, file_id, year, bureau, area, kind, on_day, source, act_id, proof_no, counts, current, recorded_at) \
             select randomblob(16), f.id, y.i, 'b', 'a', 'checked', '2025-01-01', 'patrol', randomblob(16), 'p', 1, 1, 0 from conduct_files f, y; \
             insert into gradings (id, file_id, year, revision, current, bureau, area, grade, findings, entries, reasons, digest, state, created_at) \
             select randomblob(16), r.file_id, r.year, 1, 1, '3707' || printf('%02d', abs(random()) % 12) || '-hrss', 'a', 'B', 0, 0, '[]', 'd', 'proposed', 0 \
             from conduct_records r; analyze"
        }
        Backend::Postgres => {
            "insert into conduct_files (id, number, key, name, name_key, opened_at) select gen_random_uuid(), 'DA-' || i, 'k' || i, 'n' || i, 'n' || i, now() from generate_series(1, 400) i; \
             insert into conduct_records (id, file_id, year, bureau, area, kind, on_day, source, act_id, proof_no, counts, current, recorded_at, procedure_id) \
             select gen_random_uuid(), f.id, y, 'b', 'a', 'checked', '2025-01-01', 'patrol', gen_random_uuid(), 'p', true, true, now(), p.id \
             from (select id, row_number() over () as n from conduct_files) f cross join generate_series(2020, 2026) y \
             left join (select id, row_number() over () as n from procedures) p on p.n = f.n; \
             insert into gradings (id, file_id, year, revision, current, bureau, area, grade, findings, entries, reasons, digest, state, created_at, procedure_id) \
             select gen_random_uuid(), r.file_id, r.year, 1, true, '3707' || lpad((f.n % 12)::text, 2, '0') || '-hrss', 'a', 'B', 0, 0, '[]', 'd', 'proposed', now(), r.procedure_id \
             from conduct_records r join (select id, row_number() over () as n from conduct_files) f on f.id = r.file_id; analyze"
        }
    };
    t.db.write_blocking(move |c| c.batch(sql)).unwrap();
}

fn grades(bureau: Option<&str>) -> Run {
    let f = gradings::Filter { year: 2025, bureaus: bureau.map(|b| vec![b.to_owned()]), ..gradings::Filter::default() };
    Box::new(move |c| gradings::page(c, &f, None, 50).map(drop))
}

/// Parties of one case and summaries of units, so that the planner has something to choose from.
fn fill_units(t: &TestDb) {
    let (n, id, at, no, doc, later, pick) = match t.backend {
        Backend::Sqlite => (
            "with recursive n(i) as (values (1) union all select i + 1 from n where i < 4000)",
            "randomblob(16)",
            "0",
            "0",
            "'{}'",
            "case when i % 8 = 0 then '2030-01-01' else '2031-01-01' end",
            "printf('3707%02d-hrss/370700', abs(random()) % 60)",
        ),
        Backend::Postgres => (
            "with n as (select i from generate_series(1, 4000) i)",
            "gen_random_uuid()",
            "now()",
            "false",
            "'{}'::jsonb",
            "case when i % 8 = 0 then date '2030-01-01' else date '2031-01-01' end",
            "'3707' || lpad((score % 60)::text, 2, '0') || '-hrss/370700'",
        ),
    };
    let list = doc.replace("{}", "[]");
    let sql = format!(
        "{n} insert into cases (id, number, origin, area, lead_bureau, respondent_name, respondent_key, grade, flags, reported_total, headcount, claimed, verified, paid, waived, outstanding, transfers, first_received_at, state, open, created_at, version, form_version, site_doc)
           select {id}, 'AJ' || i, 'complaint', 'a', 'b', 'r' || i, 'r' || i, 'ordinary', '', 1, 1, 0, 0, 0, 0, 0, 0, {at}, 's', {no}, {at}, 1, 1, {doc} from n;
         {n} insert into respondents (id, case_id, role, name, name_key, uscc, name_ct, person_bix, position)
           select {id}, (select id from cases limit 1), 'respondent', 'n' || i, 'n' || (i % 1000), case when i % 2 = 0 then 'c' || i end,
           case when i % 5 = 0 then 'x' end, case when i % 5 = 0 then 'p' || i end, i from n;
         {n} insert into employers (id, key, name, name_key, score, level, reasons, cases, open_cases, headcount, listed, opened_at, as_of, next_on, quiet, rev)
           select {id}, 'k' || i, 'n' || i, 'n' || i, i % 100, 'green', {list}, 1, 0, 0, {no}, {at}, {at}, {later}, {no}, 1 from n;
         insert into employer_places (employer_id, kind, place, score) select id, 'bureau', {pick}, score from employers;
         analyze;"
    );
    t.db.write_blocking(move |c| c.batch(&sql)).unwrap();
}

fn units(bureau: Option<&str>) -> Run {
    let within = bureau.map(|b| vec![(employers::BUREAU, employers::of_bureau(b, "370700"))]);
    Box::new(move |c| employers::page(c, &employers::Filter { within, ..employers::Filter::default() }, None, 50).map(drop))
}

on_both! {
    fn hot_statements_read_an_index(t: &TestDb) {
        fill(t);
        fill_grades(t);
        fill_units(t);
        let me = || AccountId::from(uuid::Uuid::from_u128(1));
        let case = || CaseId::from(uuid::Uuid::from_u128(2));
        let one = |s: &str| Some(vec![s.to_owned()]);
        // what, the statement, an index it must read, whether a page must come in order without sorting
        let hot: Vec<(&str, Run, &str, bool)> = vec![
            ("mine", list(Filter { assignees: Some(vec![me()]), ..Filter::default() }), "procedures_assignee", true),
            ("bureau", list(Filter { bureaus: one("370701-hrss"), ..Filter::default() }), "procedures_bureau", true),
            ("county", list(Filter { areas: one("370701"), ..Filter::default() }), "procedures_area", true),
            ("city", list(Filter::default()), "procedures_due", true),
            ("overdue in the bureau", list(Filter { bureaus: one("370701-hrss"), overdue_at: Some(t0()), ..Filter::default() }), "procedures_bureau", true),
            ("overdue in the city", list(Filter { overdue_at: Some(t0()), ..Filter::default() }), "procedures_due", true),
            ("desk", list(Filter { kind: Some("filing".into()), bureaus: one("370701-hrss"), roles: one("desk@receiving"), ..Filter::default() }), "procedures_bureau", true),
            ("pending", list(Filter { pending: Some(vec![("head@lead".into(), "370701-hrss".into())]), ..Filter::default() }), "procedures_pending", false),
            ("counted", Box::new(move |c| worklist::count(c, &Filter { bureaus: Some(vec!["370701-hrss".into()]), ..Filter::default() }, 1000).map(drop)), "procedures_bureau", true),
            ("swept", Box::new(|c| procedures::open_page(c, ProcedureId::from(uuid::Uuid::nil()), 500).map(drop)), "procedures_open", true),
            ("of a case", Box::new(move |c| procedures::of_case(c, case()).map(drop)), "procedures_case", false),
            ("terms", Box::new(|c| procedures::terms_of(c, uuid::Uuid::nil().into()).map(drop)), "terms_procedure", false),
            ("overdue duties", Box::new(|c| procedures::overdue(c, early(), None, 100).map(drop)), "terms_due", true),
            ("stale terms", Box::new(|c| procedures::stale_terms(c, 1, 100).map(drop)), "terms_calendar", true),
            ("due alarms", Box::new(|c| procedures::claim_alarms(c, "n", t0(), t0(), 100).map(drop)), "alarms_due", true),
            ("oldest alarm", Box::new(|c| procedures::oldest_due(c, t0()).map(drop)), "alarms_due", true),
            ("twin by number", Box::new(|c| filings::twin(c, "phone", Some("1"), &[]).map(drop)), "filings_source", false),
            ("twin by fingerprint", Box::new(|c| filings::twin(c, "phone", None, &["f".into()]).map(drop)), "filings_fingerprint", false),
            ("person by ID", Box::new(|c| filings::find_claimant(c, &["x".into()], &[], &[]).map(drop)), "claimants_person", false),
            ("person by phone", Box::new(|c| filings::find_claimant(c, &[], &["x".into()], &["n".into()]).map(drop)), "claimants_", false),
            ("alike", Box::new(|c| filings::alike(c, None, "k", None, 20).map(drop)), "filings_respondent", true),
            ("alike by project", Box::new(|c| filings::alike(c, None, "", Some("p"), 20).map(drop)), "filings_project", true),
            // filings is empty here: which of its indexes on case_id the planner takes says nothing, only that it takes one
            ("filings of a case", Box::new(move |c| filings::of_case(c, case()).map(drop)), "filings_", false),
            ("unread", Box::new(move |c| notices::unread(c, &[me()], t0()).map(drop)), "notices_", false),
            ("notices of a case", Box::new(move |c| notices::of_case(c, case()).map(drop)), "notices_case", true),
            ("holders", Box::new(|c| accounts::holders(c, "handler", "b", t0()).map(drop)), "duties_bureau", false),
            ("next number", Box::new(|c| papers::next_number(c, "b", "receipt", 2026).map(drop)), "documents_number", true),
            ("remembered", Box::new(|c| settings::remembered(c, "a", "k").map(drop)), "", false),
            ("head of a stream", Box::new(|c| journal::head(c, uuid::Uuid::nil().into()).map(drop)), "", true),
            ("history of a case", Box::new(move |c| journal::of_case(c, case(), 100).map(drop)), "events_case", false),
            ("feed of a system", Box::new(|c| journal::page_of_partner(c, uuid::Uuid::nil().into(), 7, 100).map(drop)), "events_partner", true),
            ("messages due", Box::new(|c| qingxin::store::exchange_out::claim(c, t0(), t0(), 10).map(drop)), "deliveries_due", true),
            ("letters due", Box::new(|c| qingxin::store::letters::claim(c, t0(), t0(), 100).map(drop)), "letters_due", true),
            ("dead letters", Box::new(|c| qingxin::store::letters::dead(c, 100).map(drop)), "letters_dead", true),
            ("oldest letter", Box::new(|c| qingxin::store::letters::oldest_due(c, t0()).map(drop)), "letters_waiting", true),
            ("letters that wait", letters(Wanted::of("pending")), "letters_waiting", true),
            ("letters that are dead", letters(Wanted::of("dead")), "letters_dead", true),
            ("letters sent of late", letters(Wanted { since: Some(t0()), ..Wanted::of("sent") }), "letters_made", true),
            ("letters of late", letters(Wanted { since: Some(t0()), ..Wanted::default() }), "letters_made", true),
            ("letters counted", Box::new(|c| qingxin::store::letters::tally(c, t0()).map(drop)), "letters_made", false),
            ("notices of own rows", Box::new(|c| notices::for_rows(c, &[uuid::Uuid::nil().into()], None, 50).map(drop)), "notices_claimant", false),
            ("notices of filings", Box::new(|c| notices::for_filings(c, &[uuid::Uuid::nil().into()], None, 50).map(drop)), "notices_filing", false),
            ("notices of a worker's filings", Box::new(|c| notices::for_worker(c, uuid::Uuid::nil().into(), None, None, 50).map(drop)), "notices_filing", false),
            ("pieces of a word", Box::new(|c| search::with_gram(c, 1, None, 256).map(drop)), "grams", true),
            ("pieces weighed", Box::new(|c| search::weigh(c, 1, 1000).map(drop)), "grams", false),
            ("pieces of a page", Box::new(|c| search::having(c, &[uuid::Uuid::nil().into()], &[1, 2]).map(drop)), "grams", false),
            ("filings in reach", Box::new(|c| search::reached(c, &[uuid::Uuid::nil().into()], &some_reach()).map(drop)), "filings", false),
            ("a case's number", Box::new(|c| search::numbered(c, "x").map(drop)), "cases_number", false),
            ("old matters to review", Box::new(|c| legacy::page(c, &some_reviews(false), 20).map(drop)), "legacy_matters_open", true),
            ("old matters reviewed", Box::new(|c| legacy::page(c, &some_reviews(true), 20).map(drop)), "legacy_matters_decided", true),
            ("old matters counted", Box::new(|c| legacy::count(c, &some_reviews(false), 100).map(drop)), "legacy_matters_open", true),
            ("whether any was reviewed", Box::new(|c| legacy::any_reviewed(c).map(drop)), "legacy_matters_", true),
            ("reviews of a bureau", Box::new(|c| legacy::waiting(c, "b").map(drop)), "legacy_matters_", false),
            ("units of a code", Box::new(|c| employers::of_code(c, "x", 500).map(drop)), "respondents_uscc", true),
            ("units of a name", Box::new(|c| employers::of_name(c, "x", 500).map(drop)), "respondents_name", true),
            ("codes of a name", Box::new(|c| employers::codes_of(c, "x").map(drop)), "respondents_name", true),
            ("chains of a person", Box::new(|c| employers::with_person(c, &["x".into()], 200).map(drop)), "respondents_person", false),
            // by the case, by which a party is found: no index by party is needed
            ("orders of cases", Box::new(move |c| employers::orders_of(c, &[case()]).map(drop)), "orders_case", false),
            ("agreements of cases", Box::new(move |c| employers::agreements_of(c, &[case()]).map(drop)), "agreements_case", false),
            ("announcements of cases", Box::new(move |c| employers::announcements_of(c, &[case()]).map(drop)), "announcements_case", false),
            ("listings of cases", Box::new(move |c| employers::listings_of(c, &[case()]).map(drop)), "listings_case", false),
            ("penalties of cases", Box::new(move |c| employers::penalties_of(c, &[case()]).map(drop)), "penalties_", false),
            ("units of a bureau", units(Some("370701-hrss")), "employer_places_score", true),
            ("units of the city", units(None), "employers_score", true),
            ("units whose day passed", Box::new(|c| employers::due(c, t0().day(), 50).map(drop)), "employers_next", true),
            ("bell of a bureau's reviews", Box::new(|c| qingxin::store::bells::of_reviews(c, "b").map(drop)), "bells_review", false),
            // one span of employers is bounded: whether its entries are sorted says nothing
            ("employers of a year", Box::new(|c| conduct::files_of_year(c, 2025, uuid::Uuid::nil().into(), 1_000).map(drop)), "conduct_records_", true),
            ("their entries", Box::new(|c| conduct::of_year(c, 2025, uuid::Uuid::nil().into(), uuid::Uuid::nil().into()).map(drop)), "conduct_records_", false),
            ("entries of a procedure", Box::new(|c| conduct::of_procedure(c, uuid::Uuid::nil().into()).map(drop)), "conduct_records_procedure", false),
            ("grades of a bureau", grades(Some("370701-hrss")), "gradings_bureau", true),
            ("grades of the city", grades(None), "gradings_grade", true),
            ("grades to confirm", Box::new(|c| gradings::bulk(c, 2025, "b", "proposed", uuid::Uuid::nil().into(), 100).map(drop)), "gradings_", false),
            ("a grade's procedure", Box::new(|c| gradings::of_procedure(c, uuid::Uuid::nil().into()).map(drop)), "gradings_procedure", false),
            ("the log of exports", Box::new(|c| exports::page(c, &exports::Filter::default(), None, 50).map(drop)), "exports_at", true),
            ("the ledger of what a bureau oversees", Box::new(|c| casebook::page(c, &casebook::Part::Oversight("b".into()), &casebook::Filter::default(), None, 50).map(drop)), "cases_oversight", false),
            ("campaigns that run", Box::new(|c| campaigns::running(c, t0().day()).map(drop)), "campaigns_running", true),
            ("reports of a day", Box::new(|c| campaigns::reports_of(c, uuid::Uuid::nil().into(), t0().day(), t0().day()).map(drop)), "campaign_reports_day", true),
            ("numbering", Box::new(|c| journal::unsequenced(c, 100).map(drop)), "events_unsequenced", true),
        ];
        let mut wrong = String::new();
        for (what, run, index, ordered) in hot {
            let sql = sent(t, run);
            let first = sql.iter().find(|s| s.trim_start().to_lowercase().starts_with("select")).unwrap_or_else(|| panic!("{what}: {sql:?}")).clone();
            let plan = plan(t, first.clone());
            // `few` is a page that was read by its index and is counted
            let scan = plan
                .lines()
                .map(str::trim_start)
                .any(|l| l.contains("Seq Scan") || (l.starts_with("SCAN ") && !l.starts_with("SCAN few") && !l.starts_with("SCAN CONSTANT ROW") && !l.contains("USING")));
            let sorts = plan.contains("TEMP B-TREE FOR ORDER BY") || plan.contains("Sort Key");
            if scan || (ordered && sorts) || !plan.contains(index) {
                wrong.push_str(&format!("── {what} (wants {index})\n{first}\n{plan}"));
            }
        }
        assert!(wrong.is_empty(), "{wrong}");
    }
}

on_both! {
    fn a_search_reads_indexes_alone(t: &TestDb) {
        fill(t);
        let more = match t.backend {
            Backend::Sqlite => "with recursive n(i) as (values (1) union all select i + 1 from n where i < 200) insert into grams (gram, doc) select i, f.id from n, (select id from filings limit 50) f",
            Backend::Postgres => "insert into grams (gram, doc) select i, f.id from generate_series(1, 200) i, (select id from filings limit 50) f",
        };
        t.db.write_blocking(move |c| c.batch(&format!("{more}; analyze;"))).unwrap();
        let person = |c: &mut Conn| search::of_person(c, &["x".into()], None, 20).map(drop);
        let number = |c: &mut Conn| search::numbered(c, "x").map(drop);
        let all = [
            ("person by ID", nth(0, person, t), "claimants_person"),
            ("person by phone", nth(1, person, t), "claimants_phone"),
            ("person by name", nth(2, person, t), "claimants_name"),
            ("filing by number", nth(1, number, t), "filings_number"),
            ("sender's number", nth(2, number, t), "filings_source"),
            ("pieces in order", nth(0, |c| search::with_gram(c, 1, Some(uuid::Uuid::nil().into()), 256).map(drop), t), "grams"),
        ];
        let mut wrong = String::new();
        for (what, sql, index) in all {
            let plan = plan(t, sql.clone());
            let scan = plan.lines().any(|l| l.contains("Seq Scan") || (l.trim_start().starts_with("SCAN ") && !l.contains("USING")));
            if scan || !plan.contains(index) || plan.contains("TEMP B-TREE FOR ORDER BY") {
                wrong.push_str(&format!("── {what} (wants {index})\n{sql}\n{plan}"));
            }
        }
        assert!(wrong.is_empty(), "{wrong}");
    }
}

#[test]
fn a_registration_and_a_move_send_few_statements() {
    let t = TestDb::new(Backend::Sqlite).unwrap();
    let w = World::new(&t);
    crate::review::register(&w.app, &w.actor("kuiwen.desk"), "370705-hrss", &crate::review::complaint(1)).unwrap();
    let tap = Tap::default();
    let ear = tap.clone();
    // the one writer's connection
    w.app
        .db
        .write_blocking(move |c| {
            c.set_instrumentation(ear);
            Ok(())
        })
        .unwrap();
    let done = crate::review::register(&w.app, &w.actor("kuiwen.desk"), "370705-hrss", &crate::review::complaint(2)).unwrap();
    let registered = tap.take();
    let (_, case) = crate::review::ids(&done);
    crate::review::act(&w, "kuiwen.desk", case.unwrap(), "sign_for", serde_json::json!({})).unwrap();
    let moved = tap.take();
    println!("registered and forwarded with {}:\n{}", registered.len(), registered.join("\n"));
    println!("signed for with {}:\n{}", moved.len(), moved.join("\n"));
    // measured when written: raise only with a reason
    assert!(registered.len() <= 75, "{}", registered.len());
    assert!(moved.len() <= 25, "{}", moved.len());
}

fn state(town: &crate::town::Town, id: ProcedureId) -> String {
    town.app.db.read_blocking(move |c| procedures::get(c, id)).unwrap().unwrap().state
}

on_both! {
    fn a_draw_reads_its_frame_by_when_something_left(t: &TestDb) {
        fill(t);
        // what ended long ago beside what is open: a choice for the planner
        let (n, id, at) = match t.backend {
            Backend::Sqlite => ("with recursive n(i) as (values (1) union all select i + 1 from n where i < 4000)", "randomblob(16)", "1700000000000 + i * 1000"),
            Backend::Postgres => ("with n as (select i from generate_series(1, 4000) i)", "gen_random_uuid()", "to_timestamp(1700000000 + i)"),
        };
        let (no, doc) = if t.backend == Backend::Sqlite { ("0", "'{}'") } else { ("false", "'{}'::jsonb") };
        let cases = format!(
            "{n} insert into cases (id, number, origin, area, lead_bureau, respondent_name, respondent_key, grade, flags, reported_total, headcount,
               claimed, verified, paid, waived, outstanding, transfers, first_received_at, state, open, concluded_at, created_at, version, form_version, site_doc)
               select {id}, 'AJ' || i, 'complaint', '370705', '370705-hrss', 'r', 'r', 'ordinary', '', 1, 1, 0, 0, 0, 0, 0, 0, {at}, 'archived', {no},
               case when i % 3 = 0 then null else {at} end, {at}, 1, 1, {doc} from n;
             update filings set case_id = (select k.id from cases k where k.number = 'AJ' || substr(filings.number, 3));
             update procedures set filing_id = (select f.id from filings f limit 1) where kind = 'filing';
             update procedures set ended_at = due_at where kind = 'filing' and state = 'received' and holder_bureau < '370706'; analyze;"
        );
        t.db.write_blocking(move |c| c.batch(&cases)).unwrap();
        let sql = sent(t, |c| qingxin::store::draws::frame(c, early(), t0(), &mut |_, _| ()));
        let frame = sql.iter().find(|s| s.trim_start().starts_with("select")).unwrap_or_else(|| panic!("{sql:?}")).clone();
        let plan = plan(t, frame);
        assert!(plan.contains("cases_concluded") && plan.contains("procedures_ended") && !plan.contains("Seq Scan"), "{plan}");
    }
}

/// What one action of a case with so many claims sends: a payment, then the default of its agreement.
fn money_sent(claims: usize) -> (Vec<String>, Vec<String>) {
    let town = crate::town::Town::on(TestDb::new(Backend::Sqlite).unwrap(), "few", crate::town::opening());
    let (case, p) = crate::money::crowded(&town, claims);
    let tap = Tap::default();
    let ear = tap.clone();
    town.app
        .db
        .write_blocking(move |c| {
            c.set_instrumentation(ear);
            Ok(())
        })
        .unwrap();
    let proof = town.add_evidence("承办人甲", Some(case), None, "清单").unwrap();
    tap.take();
    let form = serde_json::json!({
        "amountFen": 1_000 * i64::try_from(claims).unwrap(), "paidOn": town.now().day(), "way": "own_account", "payerKind": "employer", "proof": proof,
    });
    town.go("承办人甲", p, "record_payment", form).unwrap();
    let paid = tap.take();
    let agreement = crate::money::child_of(&town, case, "agreement");
    let mut broken = Vec::new();
    while state(&town, agreement) == "tracking" {
        let at = town.app.db.read_blocking(procedures::next_alarm).unwrap().expect("an alarm");
        town.pass(at, &mut || {});
        broken = tap.take();
    }
    assert_eq!(state(&town, agreement), "broken");
    (paid, broken)
}

#[test]
fn a_payment_and_a_default_send_as_many_statements_for_five_hundred_claims_as_for_five() {
    let (few_paid, few_broken) = money_sent(5);
    let (paid, broken) = money_sent(500);
    println!("paid with {}:\n{}\nbroken with {}:\n{}", paid.len(), paid.join("\n"), broken.len(), broken.join("\n"));
    assert_eq!((paid.len(), broken.len()), (few_paid.len(), few_broken.len()), "{few_paid:#?}");
    // measured when written: raise only with a reason
    assert!(paid.len() <= 60, "{}", paid.len());
    assert!(broken.len() <= 120, "{}", broken.len());
}
