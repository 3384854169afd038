//! Rules and the legal basis, checked both ways.

use super::*;
use std::collections::BTreeSet;

fn d(text: &str) -> Day {
    text.parse().unwrap()
}
fn refused(text: &str) -> String {
    match Rules::load(text) {
        Err(Error::Config(m)) => m,
        other => panic!("{text}: {other:?}"),
    }
}
const LAW: &str = "law.423 = { name = \"《条例》\", source = \"文本\", from = \"2004-12-01\" }\n";

#[test]
fn the_shipped_rules_are_sound() {
    let rules = Rules::try_embedded().unwrap();
    assert!(rules.terms().count() > 70 && rules.amounts().count() > 10 && rules.numbers().count() > 15);
}

/// The numbers the law judges by, typed from the statutes and not from our file.
#[test]
fn statutory_numbers() {
    let rules = Rules::embedded();
    let on = d("2026-09-18");
    use Unit::{CalendarDays as CD, Hours, Months, WorkingDays as WD, Years};
    for (key, n, unit, article) in [
        ("complaint.accept", 5, WD, "《关于实施〈劳动保障监察条例〉若干规定》第十八条"),
        ("complaint.investigate", 60, WD, "《劳动保障监察条例》第十七条"),
        ("complaint.investigate.extension", 30, WD, "《劳动保障监察条例》第十七条"),
        ("complaint.decide", 15, WD, "《关于实施〈劳动保障监察条例〉若干规定》第三十七条"),
        ("complaint.serve", 7, WD, "《中华人民共和国行政处罚法》第六十一条"),
        ("limitation.monitoring", 2, Years, "《劳动保障监察条例》第二十条"),
        ("limitation.arbitration", 1, Years, "《中华人民共和国劳动争议调解仲裁法》第二十七条"),
        ("listing.objection", 5, WD, "《拖欠农民工工资失信联合惩戒对象名单管理暂行办法》第六条"),
        ("listing.verify", 5, WD, "《拖欠农民工工资失信联合惩戒对象名单管理暂行办法》第六条"),
        ("listing.decide", 20, WD, "《拖欠农民工工资失信联合惩戒对象名单管理暂行办法》第八条"),
        ("listing.decide.extension", 20, WD, "《拖欠农民工工资失信联合惩戒对象名单管理暂行办法》第八条"),
        ("listing.period", 3, Years, "《拖欠农民工工资失信联合惩戒对象名单管理暂行办法》第十一条"),
        ("listing.early_removal.gate", 6, Months, "《拖欠农民工工资失信联合惩戒对象名单管理暂行办法》第十二条"),
        ("listing.early_removal.decide", 15, WD, "《拖欠农民工工资失信联合惩戒对象名单管理暂行办法》第十四条"),
        ("listing.removal_act", 10, WD, "《拖欠农民工工资失信联合惩戒对象名单管理暂行办法》第十七条"),
        ("penalty.hearing_notice", 7, WD, "《中华人民共和国行政处罚法》第六十四条"),
        ("penalty.serve", 7, WD, "《中华人民共和国行政处罚法》第六十一条"),
        ("penalty.pay", 15, CD, "《中华人民共和国行政处罚法》第六十七条"),
        ("penalty.remedies", 6, Months, "《中华人民共和国行政强制法》第五十三条"),
        ("enforcement.apply", 3, Months, "《中华人民共和国行政强制法》第五十三条"),
        ("service.public_notice", 30, CD, "《中华人民共和国民事诉讼法》第九十五条"),
        ("remedy.review", 60, CD, "《中华人民共和国行政复议法》第二十条"),
        ("crime.approve", 3, CD, "《行政执法机关移送涉嫌犯罪案件的规定》第五条"),
        ("crime.transfer", 24, Hours, "《行政执法机关移送涉嫌犯罪案件的规定》第五条"),
    ] {
        let t = rules.term(key, on).unwrap_or_else(|| panic!("{key}"));
        assert_eq!((t.n, t.unit, t.article.as_str(), t.effect), (n, unit, article, Effect::Statutory), "{key}");
    }
    assert!(rules.term("penalty.hearing_notice", on).unwrap().backwards);
    assert!(!rules.term("listing.period", on).unwrap().rolls);
}

/// Terms of the procedures that come later, and those without an article number.
#[test]
fn terms_of_later_procedures() {
    let rules = Rules::embedded();
    let on = d("2026-09-18");
    use Unit::{CalendarDays as CD, Months, WorkingDays as WD, Years};
    for (key, n, unit, kind) in [
        ("complaint.return", 2, WD, Kind::Duty),
        ("complaint.decide.extension", 15, WD, Kind::Duty),
        ("filing.reply.hotline", 5, WD, Kind::Duty),
        ("filing.reply.hotline.extension", 10, WD, Kind::Duty),
        ("filing.reply.petition", 60, CD, Kind::Duty),
        ("filing.reply.petition.extension", 30, CD, Kind::Duty),
        ("listing.publish", 20, WD, Kind::Duty),
        ("listing.minimum_display", 1, Years, Kind::Gate),
        ("announcement.review", 15, WD, Kind::Duty),
        ("announcement.correct", 10, WD, Kind::Duty),
        ("announcement.cycle", 3, Months, Kind::Duty),
        ("penalty.withdraw", 3, WD, Kind::Duty),
        ("penalty.hearing_request", 5, WD, Kind::Window),
        ("penalty.decide", 90, CD, Kind::Duty),
        ("enforcement.urge", 10, WD, Kind::Gate),
        ("remedy.suit", 6, Months, Kind::Window),
        ("crime.police_decide", 3, CD, Kind::Window),
        ("crime.reconsider", 3, CD, Kind::Window),
        ("deposit.store", 20, WD, Kind::Duty),
        ("deposit.bank_pay", 5, WD, Kind::Duty),
        ("deposit.refill", 10, WD, Kind::Duty),
        ("deposit.refund_notice", 30, CD, Kind::Gate),
        ("account.close_notice", 30, CD, Kind::Gate),
        ("petition.tell", 15, CD, Kind::Duty),
        ("petition.object", 5, WD, Kind::Window),
    ] {
        let t = rules.term(key, on).unwrap_or_else(|| panic!("{key}"));
        assert_eq!((t.n, t.unit, t.kind), (n, unit, kind), "{key}");
    }
    assert!(rules.term("listing.minimum_display", d("2026-03-31")).is_none(), "in force since 2026-04-01");
}

#[test]
fn amounts_and_numbers_of_the_statutes() {
    let rules = Rules::embedded();
    let on = d("2026-09-18");
    for (key, yuan) in [
        ("crime.single.amount", 10_000),
        ("crime.group.amount", 60_000),
        ("fine.refuse.least", 2_000),
        ("fine.refuse.most", 20_000),
        ("fine.wage_rules.unit.least", 20_000),
        ("fine.wage_rules.unit.most", 50_000),
        ("fine.wage_rules.person.least", 10_000),
        ("fine.wage_rules.person.most", 30_000),
        ("fine.construction.least", 50_000),
        ("fine.construction.most", 100_000),
        ("fine.site.least", 50_000),
        ("fine.site.most", 100_000),
        ("fine.owner.least", 50_000),
        ("fine.owner.most", 100_000),
    ] {
        assert_eq!(rules.amount(key, on), Some(Fen::new(yuan * 100)), "{key}");
    }
    for (key, value) in [
        ("crime.single.months", 3),
        ("crime.group.headcount", 10),
        ("crime.team", 2),
        ("logs.keep", 6),
        ("inspection.officers", 2),
        ("compensation.least", 50),
        ("compensation.most", 100),
        ("penalty.late_fine", 3),
        ("grading.c_findings", 3),
        ("grading.visits.a", 1),
        ("grading.visits.b", 2),
        ("grading.visits.c", 4),
        ("grading.keep", 3),
    ] {
        assert_eq!(rules.number(key, on), Some(value), "{key}");
    }
    assert_eq!(rules.dated_amount("crime.group.amount", on).map(|a| a.certainty), Some(Certainty::Uncertain));
}

/// Keys that definitions, import and engine name.
#[test]
fn keys_others_rely_on() {
    let rules = Rules::embedded();
    let on = d("2023-01-01");
    for key in [
        "complaint.sign_for",
        "complaint.sign_for.major",
        "complaint.assign.major",
        "complaint.assign",
        "legacy.review",
        "agreement.negotiate",
        "agreement.take_over",
        "agreement.instalment",
        "agreement.after_default",
        "order.draft",
        "order.pay",
        "order.follow_up",
        "order.follow_on",
        "order.remedies",
        "order.enforcement_check",
        "listing.examine",
        "listing.look_into",
        "listing.check",
        "listing.confirm",
        "listing.display_stop",
        "listing.serve_notice",
        "listing.await",
        "listing.serve_decision",
        "listing.tell",
        "supervision.receive",
        "supervision.feedback",
        "supervision.review",
        "announcement.draft",
        "announcement.check",
        "announcement.submit",
        "announcement.publish",
        "announcement.batch",
        "announcement.media",
        "announcement.look",
        "announcement.display",
        "penalty.statement",
        "penalty.investigate",
        "penalty.notice",
        "penalty.serve_notice",
        "penalty.await",
        "penalty.answer",
        "penalty.arrange",
        "penalty.hold",
        "penalty.submit",
        "penalty.deferred",
        "penalty.watch",
        "penalty.follow_up",
        "penalty.follow_on",
        "penalty.stay_watch",
        "grading.check",
        "grading.tell",
        "grading.serve",
        "grading.objection",
        "grading.watch",
        "grading.verify",
        "grading.file",
        "grading.talk",
        "payment.revoke",
        "complaint.accept_clue",
        "complaint.supplement",
        "complaint.return",
        "complaint.lead_choice",
        "complaint.track",
        "complaint.pay_check",
        "complaint.conclude",
        "complaint.archive",
        "complaint.reopened",
        "complaint.review",
        "complaint.supplement_follow",
        "complaint.redispatch",
        "complaint.start",
        "bell.callback",
        "bell.payment_proof",
        "bell.submission",
        "bell.withdrawal",
        "bell.amendment",
        "bell.message",
        "bell.again",
        "bell.joiner",
        "bell.child_clue",
        "join.code",
        "filing.return",
        "filing.notify",
        "filing.follow",
        "filing.answer_now",
        "filing.redo",
        "filing.close_out",
        "approval.leader",
        "approval.legal",
        "approval.head",
        "approval.collective",
        "approval.supervisor",
        "filing.forward",
        "filing.desk_review",
        "filing.reply.hotline",
        "filing.reply.hotline.extension",
        "filing.reply.national",
        "filing.reply.petition",
        "filing.reply.petition.extension",
        "filing.reply.phone",
        "filing.reply.walk_in",
        "filing.reply.superior",
        "filing.reply.miniprogram",
        "filing.confirm",
    ] {
        assert!(rules.term(key, on).is_some(), "{key}");
    }
    for key in [
        "office.opens",
        "logs.keep",
        "office.closes",
        "notice.worker_from",
        "notice.worker_until",
        "payment_order.days",
        "representatives.most",
        "summary.small",
        "summary.season_before",
        "summary.season_after",
        "announcement.batch_months",
        "engine.backdate_limit",
        "engine.late_entry",
        "engine.pause_second_person",
        "engine.pause_maximum",
        "legacy.start",
        "legacy.per_day",
        "transfers.force_lead",
        "import.headcount_cap",
        "grade.large.headcount",
        "grade.major.headcount",
    ] {
        assert!(rules.number(key, on).is_some_and(|n| n > 0), "{key}");
    }
    for key in [
        "import.amount_cap",
        "grade.large.amount",
        "grade.major.amount",
        "penalty.hearing.unit",
        "penalty.hearing.person",
        "penalty.review.unit",
        "penalty.review.person",
        "penalty.collective.unit",
        "penalty.collective.person",
    ] {
        assert!(rules.amount(key, on).is_some_and(Fen::is_positive), "{key}");
    }
    assert_eq!(rules.office_day(on), OfficeDay { opens: 540, closes: 1020 });
    assert_eq!(OfficeDay::shipped(), OfficeDay { opens: 540, closes: 1020 });
}

#[test]
fn the_version_in_force_on_the_day_counts() {
    let rules = Rules::embedded();
    let old = rules.term("filing.reply.petition", d("2022-04-30")).unwrap();
    let new = rules.term("filing.reply.petition", d("2022-05-01")).unwrap();
    assert_eq!((old.article.as_str(), old.until), ("《信访条例》第三十三条", Some(d("2022-04-30"))));
    assert_eq!((new.article.as_str(), new.from), ("《信访工作条例》", d("2022-05-01")));
    assert_eq!(rules.version("filing.reply.petition", d("2005-05-01")), Some(old));
    assert!(rules.term("filing.reply.petition", d("2005-04-30")).is_none());
    assert!(rules.term("listing.decide", d("2021-12-31")).is_none());
    assert!(rules.term("no.such.rule", d("2026-01-01")).is_none());
}

#[test]
fn what_is_not_verified_says_why() {
    let rules = Rules::embedded();
    for t in rules.terms().filter(|t| t.certainty != Certainty::Verified) {
        assert!(!t.note.is_empty(), "{}", t.key);
    }
    assert!(rules.terms().all(|t| t.certainty != Certainty::Configured || t.effect == Effect::Service));
}

#[test]
fn wrong_files_are_refused_with_the_key() {
    let term = |fields: &str| format!("{LAW}term = [ {{ key = \"a.b\", title = \"t\", n = 5, unit = \"working_days\", {fields} }} ]");
    assert!(Rules::load(&term("law = \"423\", at = 17")).is_ok());
    for (text, part) in [
        (term("law = \"423\", at = 17, days = 3"), "days"),
        (term("law = \"424\""), "law = “424”"),
        (term("from = \"2020-01-01\""), "article"),
        (term("article = \"x\", from = \"2020-01-01\""), "source"),
        (term("article = \"x\", source = \"s\""), "from"),
        (term("law = \"423\", article = \" \""), "article"),
        (term("law = \"423\", from = \"2020-13-01\""), "2020-13-01"),
        (term("law = \"423\", until = \"2004-01-01\""), "until = 2004-01-01"),
        (term("law = \"423\", certainty = \"uncertain\""), "note"),
        (term("law = \"423\", certainty = \"configured\", note = \"n\""), "statutory"),
        (term("law = \"423\", certainty = \"maybe\""), "maybe"),
        (term("law = \"423\"").replace("n = 5", "n = 0"), "n = 0"),
        (term("law = \"423\"").replace("n = 5", "n = -5"), "-5"),
        (term("law = \"423\"").replace("working_days", "weeks"), "weeks"),
        (term("law = \"423\"").replace("a.b", "A b"), "“A b”"),
        (format!("{LAW}{}", "amount = [ { key = \"a\", title = \"t\", yuan = \"x\", law = \"423\" } ]"), "yuan = “x”"),
        (
            format!(
                "{LAW}{}",
                "number = [ { key = \"a\", title = \"t\", value = 1, unit = \"u\", law = \"423\" } ]\namount = [ { key = \"a\", title = \"t\", yuan = \"1\", law = \"423\" } ]"
            ),
            "a：同一个规则名",
        ),
        (
            format!(
                "{LAW}{}",
                "number = [ { key = \"office.opens\", title = \"t\", value = 600, unit = \"m\", law = \"423\" }, { key = \"office.closes\", title = \"t\", value = 540, unit = \"m\", law = \"423\" } ]"
            ),
            "先开后关",
        ),
        ("rule = []".to_owned(), "rule"),
        ("term = [".to_owned(), "TOML"),
    ] {
        let message = refused(&text);
        assert!(message.contains(part), "{part} in {message}");
    }
}

#[test]
fn overlapping_versions_are_refused() {
    let two = |first: &str, second: &str| {
        let line = |f: &str| format!("{{ key = \"a\", title = \"t\", n = 5, unit = \"hours\", law = \"423\", {f} }}");
        Rules::load(&format!("{LAW}term = [ {}, {} ]", line(first), line(second)))
    };
    assert!(two("from = \"2020-01-01\", until = \"2020-12-31\"", "from = \"2021-01-01\"").is_ok());
    assert!(two("from = \"2021-01-01\"", "from = \"2020-01-01\", until = \"2020-12-31\"").is_ok());
    assert!(two("from = \"2020-01-01\", until = \"2021-01-01\"", "from = \"2021-01-01\"").is_err());
    assert!(two("from = \"2020-01-01\"", "from = \"2021-01-01\"").is_err());
    assert!(two("from = \"2020-01-01\"", "from = \"2020-01-01\"").is_err());
}

#[test]
fn a_city_overrides_single_values() {
    let base = Rules::embedded();
    let city = "term = [ { key = \"filing.forward\", title = \"转送\", effect = \"service\", n = 4, unit = \"hours\", article = \"本市规定\", source = \"市府\", from = \"2024-01-01\" } ]\n";
    let rules = base.overlaid(city).unwrap();
    assert_eq!(rules.term("filing.forward", d("2026-01-01")).map(|t| t.n), Some(4));
    assert!(rules.term("filing.forward", d("2023-01-01")).is_none(), "an overridden key is replaced whole");
    assert_eq!(rules.term("complaint.accept", d("2026-01-01")), base.term("complaint.accept", d("2026-01-01")));
    let number = |key: &str| {
        format!(
            "number = [ {{ key = \"{key}\", title = \"t\", value = 9, unit = \"u\", article = \"a\", source = \"s\", from = \"2024-01-01\" }} ]"
        )
    };
    assert!(base.overlaid(&number("transfers.force_laed")).is_err());
    assert_eq!(base.overlaid(&number("transfers.force_lead")).unwrap().number("transfers.force_lead", d("2026-01-01")), Some(9));
    assert!(base.overlaid(&number("complaint.accept")).is_err());
}

/// Policy of the house, not law: no single fact makes a unit red, and no weight makes a bad fact a good one.
#[test]
fn weights_of_the_early_warning() {
    let (rules, on) = (Rules::embedded(), d("2026-11-23"));
    let shipped = [
        ("warning.yellow", 30),
        ("warning.red", 60),
        ("warning.listed", 25),
        ("warning.expired_orders", 14),
        ("warning.expired_orders.most", 28),
        ("warning.expired_orders.days", 730),
        ("warning.penalties", 8),
        ("warning.penalties.most", 16),
        ("warning.penalties.days", 730),
        ("warning.incidents", 14),
        ("warning.incidents.most", 28),
        ("warning.incidents.days", 730),
        ("warning.broken_agreements", 10),
        ("warning.broken_agreements.most", 20),
        ("warning.broken_agreements.days", 730),
        ("warning.late_instalments", 6),
        ("warning.late_instalments.most", 12),
        ("warning.open_cases", 4),
        ("warning.open_cases.most", 16),
        ("warning.open_cases.days", 90),
        ("warning.headcount", 2),
        ("warning.headcount.per", 10),
        ("warning.headcount.most", 14),
        ("warning.outstanding", 3),
        ("warning.outstanding.per", 100000),
        ("warning.outstanding.most", 15),
        ("warning.grade_c", 10),
        ("warning.related_listed", 8),
        ("warning.repeat", 5),
        ("warning.repeat.most", 15),
        ("warning.repeat.days", 730),
        ("warning.site_cases", 2),
        ("warning.site_cases.most", 8),
        ("warning.season", 8),
        ("warning.season.days", 60),
    ];
    for (key, value) in shipped {
        assert_eq!(rules.number(key, on), Some(value), "{key}");
        assert_eq!(rules.dated_number(key, on).map(|n| n.certainty), Some(Certainty::Configured), "{key}");
    }
    let red = rules.number("warning.red", on).unwrap();
    assert!(
        rules.numbers().filter(|n| n.key.starts_with("warning.") && n.unit == "points").all(|n| n.key == "warning.red" || n.value < red)
    );
    assert_eq!(rules.numbers().filter(|n| n.key.starts_with("warning.")).count(), shipped.len());
}

/// `docs/legal-basis.md` and the rules name each other: no value without its row, no row without its value, the article
/// the same, and the test a row names exists.
#[test]
fn the_legal_basis_lists_every_value() {
    let doc = include_str!("../../../docs/legal-basis.md");
    let sources = [
        include_str!("tests.rs"),
        include_str!("../term/tests.rs"),
        include_str!("../calendar/tests.rs"),
        include_str!("../words.rs"),
        include_str!("../money.rs"),
        include_str!("../identity/tests.rs"),
    ];
    let rules = Rules::embedded();
    let mut expected: BTreeSet<(String, String)> = rules.terms().map(|t| (t.cite.clone(), t.key.clone())).collect();
    expected.extend(rules.amounts().map(|a| (a.cite.clone(), a.key.clone())));
    expected.extend(rules.numbers().map(|n| (n.cite.clone(), n.key.clone())));
    let mut listed = BTreeSet::new();
    // the map of articles to lives is checked by `law_map` of the integration tests
    let (before, rest) = doc.split_once("## Articles and where they act").unwrap();
    let after = rest.split_once("\n## ").map_or("", |(_, after)| after);
    let rows = before.lines().chain(after.lines());
    for row in rows.filter(|l| l.starts_with("| ") && !l.starts_with("| Article") && !l.starts_with("| Rule")) {
        let cells: Vec<&str> = row.trim_matches('|').split('|').map(str::trim).collect();
        let [article, rule, test] = cells.as_slice() else { continue };
        let name = test.trim_matches('`').rsplit("::").next().unwrap();
        assert!(sources.iter().any(|s| s.contains(&format!("fn {name}("))), "{row}: no such test");
        for key in rule.split('`').filter(|k| k.contains('.') && !k.contains(' ') && !k.contains(':')) {
            assert!(listed.insert(((*article).to_owned(), key.to_owned())), "{row}: twice");
        }
    }
    let missing: Vec<_> = expected.difference(&listed).collect();
    let stale: Vec<_> = listed.difference(&expected).collect();
    assert!(missing.is_empty() && stale.is_empty(), "missing {missing:#?} stale {stale:#?}");
    let uncertain = doc.split("## Uncertain").nth(1).unwrap();
    for t in rules.terms().filter(|t| t.certainty == Certainty::Uncertain) {
        assert!(uncertain.contains(&format!("`{}`", t.key)), "{} is not named as uncertain", t.key);
    }
    for key in rules.amounts().filter(|a| a.certainty == Certainty::Uncertain).map(|a| &a.key) {
        assert!(uncertain.contains(&format!("`{key}`")), "{key} is not named as uncertain");
    }
}
